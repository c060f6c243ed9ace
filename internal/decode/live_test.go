// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// ask sends a dump request to this kernel and decodes what comes back until
// its NLMSG_DONE or NLMSG_ERROR.
func ask(t *testing.T, d *Decoder, protocol int, request []byte) []Message {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		t.Skipf("no Netlink socket: %v", err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 1); err != nil {
		t.Fatal(err)
	}
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	var all []Message
	for {
		buf := make([]byte, 64<<10)
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil {
			t.Fatal(err)
		}
		f := le.frame(uint16(protocol), capture.DirReply, buf[:n])
		ms := d.Frame(f, nil)
		covered(t, f, ms)
		all = append(all, ms...)
		if last := ms[len(ms)-1].Header.Type; last == typeDone || last == typeError {
			return all
		}
	}
}

// This kernel's controller: every family is learned, every byte has a name and
// a type.
func TestLiveNlctrl(t *testing.T) {
	d := New(newDecoder().tables, Options{})
	all := ask(t, d, capture.NETLINK_GENERIC, le.msg(genlIDCtrl, 0x301, []byte{3, 1, 0, 0}))
	families := len(all) - 1
	if families < 1 {
		t.Fatalf("%d messages", len(all))
	}
	all = append(all, ask(t, d, capture.NETLINK_GENERIC, le.msg(genlIDCtrl, 0x301, []byte{10, 1, 0, 0}, le.Attr(2, nltest.Str("nlctrl"))))...)
	for i := range all {
		m := &all[i]
		if m.Err != nil && m.Err.Errno != 0 {
			t.Fatalf("the kernel answers %s: %s", m.Err.Name, m.Err.Msg)
		}
		b := m.Body()
		if b.Problem != "" || len(b.Rest) > 0 {
			t.Errorf("%s: %s\n%s", m.Type, b.Problem, dump(b))
		}
		if id, ok := m.Lookup("CTRL_ATTR_FAMILY_ID"); ok && m.Cmd == ctrlNewFamily {
			name, _ := m.Lookup("CTRL_ATTR_FAMILY_NAME")
			if got := d.genl.get(uint16(id.Num)); got == nil || got.name != name.Value {
				t.Errorf("id %d is %+v, want %v", id.Num, got, name.Value)
			}
		}
		named(t, m, b.Attrs)
	}
	if known := len(d.GenericFamilies()); known < families {
		t.Errorf("%d families known, the kernel has %d", known, families)
	}
}

func named(t *testing.T, m *Message, nodes []Node) {
	t.Helper()
	for i := range nodes {
		if n := &nodes[i]; n.Name == "" && !n.Elem || n.Value == nil && !n.Nested && !n.Hidden {
			t.Errorf("%s: %s at offset %d: %x", m.Type, n.Label(), n.Off, n.Raw)
		}
		named(t, m, nodes[i].Children)
	}
}

// This kernel refuses an attribute of the wrong length: its words, and the
// place by name.
func TestLiveExtAck(t *testing.T) {
	const rtmGetLink, iflaExtMask = 18, 29
	request := le.msg(rtmGetLink, 5, le.U32(0), le.U32(1), le.U64(0), le.Attr(iflaExtMask, le.U16(1)))
	all := ask(t, newDecoder(), capture.NETLINK_ROUTE, request)
	m := &all[len(all)-1]
	if e := m.Err; e == nil || e.Name != "ERANGE" || e.Msg == "" || e.Attr != "IFLA_EXT_MASK" || e.RequestType != "RTM_GETLINK" {
		t.Errorf("error %+v\n%s", m.Err, dump(m.Body()))
	}
	if b := m.Body(); b.Problem == "" {
		t.Errorf("the quoted request has no problem:\n%s", dump(b))
	}
	t.Log(dump(m.Body()))
}
