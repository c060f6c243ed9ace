// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/say"
)

// A request that is longer than any tool makes is not said: what nobody says of it
// would be millions of attributes.
func TestLongRequest(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	for n, said := range map[int]bool{100: true, 70000: false} {
		attrs := []byte{}
		for range n {
			attrs = append(attrs, nltest.Attr(200, nil)...)
		}
		data := nltest.Message(unix.RTM_DELLINK, 5, 1, 0, make([]byte, 16), nltest.Attr(unix.IFLA_IFNAME, nltest.Str("d0")), attrs)
		f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest}, Data: data, OrigLen: len(data)}
		m := d.Frame(f, nil)
		body := m[0].Values()
		s, ok := say.Request(&m[0], &body)
		if ok != said || said && len(s.Left) != n {
			t.Errorf("%d attributes: said %v with %d left, want %v", n, ok, len(s.Left), said)
		}
	}
}
