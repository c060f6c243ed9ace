// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// fixture is a whole, valid datagram.
type fixture struct {
	name     string
	protocol uint16
	dir      capture.Dir
	data     []byte
}

func (w wire) fixtures() []fixture {
	request := w.msg(16, 5, w.testHeader(0, 0, 0), w.Nest(17, w.Attr(4, []byte{9})))
	return []fixture{
		{"every kind", testProtocol, capture.DirRequest, w.everything()},
		{"error", testProtocol, capture.DirReply, w.ack(flagAckTLVs, -22, request, w.Attr(1, nltest.Str("text")), w.Attr(2, w.U32(28)),
			w.Nest(4, w.Attr(1, w.U32(3))))},
		{"done", testProtocol, capture.DirReply, w.msg(typeDone, 2|flagAckTLVs, w.s32(-5), w.Attr(1, nltest.Str("text")))},
		{"nlctrl", capture.NETLINK_GENERIC, capture.DirReply, w.ctrl(1, 30, "name", 4, 5, "group")},
		{"batch", capture.NETLINK_NETFILTER, capture.DirRequest, nltest.Cat(w.msg(16, 1, []byte{0, 0, 0, 10}), w.msg(10<<8, 5, []byte{2, 0, 0, 0},
			w.Attr(1, nltest.Str("table")), w.Nest(99, w.Attr(1, w.U32(7)))), w.msg(17, 1, []byte{0, 0, 0, 10}))},
		{"link", capture.NETLINK_ROUTE, capture.DirReply, w.newLink(1, "eth0")},
		{"uevent", capture.NETLINK_KOBJECT_UEVENT, capture.DirEvent, []byte(kernelUevent)},
		{"udevd", capture.NETLINK_KOBJECT_UEVENT, capture.DirPeer, udevUevent(40, "ACTION=add\x00SUBSYSTEM=net\x00")},
		{"audit", capture.NETLINK_AUDIT, capture.DirReply, nltest.Cat(w.U32(5), w.msg(1300, 0)[4:], []byte("audit"))},
		{"guess", capture.NETLINK_USERSOCK, capture.DirPeer, w.msg(50, 0, w.Attr(1, w.U32(1)), w.Attr(2, nltest.Str("text")))},
	}
}

// newLink is an RTM_NEWLINK as rtnl_fill_ifinfo makes it, most of it.
func (w wire) newLink(index uint32, name string) []byte {
	stats := make([]byte, 8*25)
	for i := range stats {
		stats[i] = byte(i)
	}
	b := w.msg(16, 2, w.U32(1<<16), w.U32(index), w.U32(0x11043), w.U32(0),
		w.Attr(3, nltest.Str(name)), w.Attr(13, w.U32(1000)), w.Attr(16, []byte{6}), w.Attr(17, []byte{0}), w.Attr(4, w.U32(1500)),
		w.Attr(50, w.U32(68)), w.Attr(51, w.U32(9000)), w.Attr(27, w.U32(0)), w.Attr(30, w.U32(0)), w.Attr(31, w.U32(1)),
		w.Attr(40, w.U32(65535)), w.Attr(41, w.U32(65536)), w.Attr(33, []byte{1}), w.Attr(6, nltest.Str("fq_codel")),
		w.Attr(35, w.U32(2)), w.Attr(47, w.U32(1)), w.Attr(48, w.U32(1)), w.Attr(14, make([]byte, 32)),
		w.Attr(1, []byte{2, 0, 0, 0, 0, 1}), w.Attr(2, []byte{255, 255, 255, 255, 255, 255}), w.Attr(23, stats),
		w.Attr(7, stats[:100]), w.Nest(43, w.Attr(2, []byte{0})),
		w.Nest(18, w.Attr(1, nltest.Str("vxlan")), w.Nest(2, w.Attr(1, w.U32(42)), w.Attr(5, []byte{64}))),
		w.Nest(26, w.Nest(2, w.Attr(1, make([]byte, 132))), w.Nest(10, w.Attr(1, w.U32(0x80000000)), w.Attr(8, []byte{0}))))
	return nltest.Cat(w.U32(uint32(len(b))), b[4:])
}

// decodeAll does everything that can be done with a frame, and checks that no
// byte is lost.
func decodeAll(t *testing.T, d *Decoder, f *capture.Frame) []Message {
	t.Helper()
	ms := d.Frame(f, nil)
	if n := Messages(f); n != len(ms) {
		t.Errorf("%d messages were counted, %d decoded: %x", n, len(ms), f.Data)
	}
	covered(t, f, ms)
	for i := range ms {
		m := &ms[i]
		b := m.Body()
		m.Values()
		m.Lead(4)
		m.FlagNames()
		m.FamilyText()
		m.TypeText()
		m.Lookup("IFLA_VXLAN_ID")
		m.Lookup("TI_MODE")
		m.PathAt(uint32(len(m.Data) / 2))
		if m.Problem != nil && b.Problem != m.Problem.Error() {
			t.Errorf("the body hides problem %v: %q", m.Problem, b.Problem)
		}
	}
	return ms
}

// Every fixture is whole, and every prefix of it decodes without losing a byte,
// both as a cut frame and as one that was sent so.
func TestEveryPrefix(t *testing.T) {
	for _, w := range []wire{le, be} {
		for _, x := range w.fixtures() {
			t.Run(x.name, func(t *testing.T) {
				d := newDecoder()
				for _, m := range decodeAll(t, d, w.frame(x.protocol, x.dir, x.data)) {
					if b := m.Body(); b.Problem != "" || len(b.Rest) > 0 && x.protocol != capture.NETLINK_AUDIT {
						t.Errorf("whole: %s", dump(b))
					}
				}
				for n := range x.data {
					f := w.frame(x.protocol, x.dir, x.data[:n])
					decodeAll(t, d, f)
					f.OrigLen = len(x.data)
					decodeAll(t, d, f)
				}
			})
		}
	}
}

// Every aligned 16-bit word, and so every length field, set to what breaks
// walkers.
func TestEveryLength(t *testing.T) {
	for _, w := range []wire{le, be} {
		for _, x := range w.fixtures() {
			t.Run(x.name, func(t *testing.T) {
				d := newDecoder()
				for off := 0; off+2 <= len(x.data); off += 2 {
					for _, v := range []uint16{0, 1, 3, 4, 0x7fff, 0xffff} {
						bad := nltest.Cat(x.data)
						copy(bad[off:], w.U16(v))
						decodeAll(t, d, w.frame(x.protocol, x.dir, bad))
					}
				}
			})
		}
	}
}

// A length that breaks an attribute shows as a problem at its offset, and what
// stands before and outside of it decodes as ever.
func TestLengthProblems(t *testing.T) {
	msg := le.msg(16, 1, le.testHeader(0, 0, 0), le.Attr(4, []byte{1}), le.Nest(17, le.Attr(4, []byte{1}), le.Attr(1, nltest.Str("x"))), le.Attr(5, le.U16(9)))
	for _, tt := range []struct {
		off     int
		size    uint16
		attrs   int
		problem string
	}{
		{36, 0, 3, "attribute at offset 36: length 0 is less than 4"},
		{36, 3, 3, "attribute at offset 36: length 3 is less than 4"},
		{36, 0xffff, 3, "TI_MODE at offset 36: length 65535 is beyond the end (16 bytes left)"},
		{32, 0, 1, "attribute at offset 32: length 0 is less than 4"},
		{32, 0xffff, 2, "T_NEST at offset 32: length 65535 is beyond the end (28 bytes left)"},
		{24, 3, 0, "attribute at offset 24: length 3 is less than 4"},
	} {
		bad := nltest.Cat(msg)
		copy(bad[tt.off:], le.U16(tt.size))
		b := one(t, le.frame(testProtocol, capture.DirRequest, bad)).Body()
		if b.Problem != tt.problem || len(b.Attrs) != tt.attrs {
			t.Errorf("length %d at %d: %d attributes, problem %q; want %d, %q", tt.size, tt.off, len(b.Attrs), b.Problem, tt.attrs, tt.problem)
		}
	}
}
