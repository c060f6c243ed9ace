// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/redact"
)

// BenchmarkFrame is what a datagram costs: without a secret in its type, in its attributes,
// and with one.
func BenchmarkFrame(b *testing.B) {
	route := nltest.Message(24, 5, 1, 0, make([]byte, 12), nltest.Attr(1, nltest.U32(9)), nltest.Attr(5, nltest.U32(9)), nltest.Attr(4, nltest.U32(2)))
	var dump []byte
	for range 60 {
		dump = append(dump, route...)
	}
	attrs := make([][]byte, 0, 41)
	for i := range uint16(40) {
		attrs = append(attrs, nltest.Attr(i%20+27, nltest.U32(1)))
	}
	link := nltest.Message(16, 0, 1, 0, append([][]byte{make([]byte, 16)}, attrs...)...)
	for _, x := range []struct {
		name     string
		protocol uint16
		data     []byte
	}{
		{"route", capture.NETLINK_ROUTE, route}, {"dump of 60 routes", capture.NETLINK_ROUTE, dump},
		{"link of 40 attributes", capture.NETLINK_ROUTE, link},
		{"wireguard without a key", capture.NETLINK_GENERIC, nltest.Genl(idWireguard, 1, 1, 0, 1, 1, nltest.Attr(2, nltest.Str("wg0")))},
		{"wireguard with a key", capture.NETLINK_GENERIC, wgSet()},
	} {
		b.Run(x.name, func(b *testing.B) {
			r := redact.New(taught(), redact.Policy{})
			f := frame(x.protocol, capture.DirRequest, x.data)
			r.Frame(f)
			b.ReportAllocs()
			for b.Loop() {
				f.Data = x.data
				r.Frame(f)
			}
		})
	}
}
