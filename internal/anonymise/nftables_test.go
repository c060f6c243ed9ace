// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// TestLoadedAddresses: what a rule compares with an address is one, by whatever expression
// that was loaded, and a port in the same register before is none.
func TestLoadedAddresses(t *testing.T) {
	be := func(id uint16, n uint32) []byte { return nltest.Attr(id, binary.BigEndian.AppendUint32(nil, n)) }
	expr := func(id uint16, name string, attrs ...[]byte) []byte {
		return nltest.Nest(id, nltest.Attr(1, nltest.Str(name)), nltest.Nest(2, attrs...))
	}
	cmp := func(b []byte) []byte { return expr(1, "cmp", be(1, 1), be(2, 0), nltest.Nest(3, nltest.Attr(1, b))) }
	port := expr(1, "payload", be(1, 1), be(2, 2), be(3, 2), be(4, 2))
	v4, v6 := []byte{10, 77, 3, 201}, []byte{0x20, 1, 0xd, 0xb8, 7, 6, 5, 4, 3, 2, 1, 9, 8, 7, 6, 0x55}
	for _, tt := range []struct {
		name  string
		load  []byte
		value []byte
		stays bool
	}{
		// nft --debug=netlink shows these.
		{"ip saddr", expr(1, "payload", be(1, 1), be(2, 1), be(3, 12), be(4, 4)), v4, false},
		{"ip6 saddr /32", expr(1, "payload", be(1, 1), be(2, 1), be(3, 8), be(4, 4)), []byte{0xfd, 0x77, 0x12, 0x34}, false},
		{"ip6 daddr /32", expr(1, "payload", be(1, 1), be(2, 1), be(3, 24), be(4, 4)), []byte{0xfd, 0x77, 0x12, 0x34}, false},
		{"ip6 saddr /48", expr(1, "payload", be(1, 1), be(2, 1), be(3, 8), be(4, 6)), []byte{0xfd, 0x77, 0x12, 0x34, 0x56, 0x79}, false},
		{"ip6 daddr /64", expr(1, "payload", be(1, 1), be(2, 1), be(3, 24), be(4, 8)), []byte{0xfd, 0x77, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbd}, false},
		{"arp daddr ether", expr(1, "payload", be(1, 1), be(2, 1), be(3, 18), be(4, 6)), []byte{2, 0x77, 0xaa, 0xbb, 0xcc, 0xdd}, false},
		{"ip saddr, ip daddr", expr(1, "payload", be(1, 1), be(2, 1), be(3, 12), be(4, 8)), []byte{10, 77, 3, 201, 10, 77, 3, 203}, false},
		{"ipsec out ip saddr", expr(1, "xfrm", be(1, 1), be(2, 3), nltest.Attr(3, []byte{2})), v4, false},
		{"ipsec in ip6 daddr", expr(1, "xfrm", be(1, 1), be(2, 2), nltest.Attr(3, []byte{0})), v6, false},
		{"ipsec in spi", expr(1, "xfrm", be(1, 1), be(2, 6), nltest.Attr(3, []byte{0})), v4, true},
		{"vxlan ip saddr", expr(1, "inner", be(1, 0), be(2, 1), be(3, 15), be(4, 8), expr(5, "payload", be(1, 1), be(2, 1), be(3, 12), be(4, 4))), v4, false},
		{"vxlan tcp sequence", expr(1, "inner", be(1, 0), be(2, 1), be(3, 15), be(4, 8), expr(5, "payload", be(1, 1), be(2, 2), be(3, 4), be(4, 4))), v4, true},
		{"icmpv6 taddr", expr(1, "payload", be(1, 1), be(2, 2), be(3, 8), be(4, 16)), v6, false},
		{"srh sid[0]", expr(1, "exthdr", be(1, 1), nltest.Attr(2, []byte{43}), be(3, 8), be(4, 16)), v6, false},
		{"ip option lsrr addr", expr(1, "exthdr", be(1, 1), nltest.Attr(2, []byte{131}), be(3, 3), be(4, 4), be(6, 2)), v4, false},
		{"tcp option timestamp", expr(1, "exthdr", be(1, 1), nltest.Attr(2, []byte{8}), be(3, 2), be(4, 4), be(6, 1)), v4, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := nltest.Message(10<<8|6, 1, 1, 0, []byte{1, 0, 0, 0}, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c")),
				nltest.Nest(4, port, cmp([]byte{0x12, 0xb5}), tt.load, cmp(tt.value)))
			f := &capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_NETFILTER, Dir: capture.DirRequest}, Data: data, OrigLen: len(data)}
			if ms := decode.New(families.All(), decode.Options{}).Frame(f, nil); len(ms) != 1 || ms[0].Problem != nil || ms[0].Type != "NFT_MSG_NEWRULE" {
				t.Fatalf("%+v", ms)
			}
			a, err := New(decode.New(families.All(), decode.Options{}), []byte("a key for tests"))
			if err != nil {
				t.Fatal(err)
			}
			now := a.Frame(f)
			if stays := bytes.Contains(now.Data, tt.value); stays != tt.stays {
				t.Errorf("%x is in %x", tt.value, now.Data)
			}
			for n := 4; !tt.stays && n <= len(tt.value)-2; n += 2 {
				if bytes.Contains(now.Data, tt.value[n-2:n+2]) {
					t.Errorf("%x of %x is in %x", tt.value[n-2:n+2], tt.value, now.Data)
				}
			}
			if !bytes.Contains(now.Data, []byte{0x12, 0xb5}) {
				t.Error("the port is gone")
			}
		})
	}
}
