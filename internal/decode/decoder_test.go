// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// split describes the messages of a frame: offset, length, type, problem.
type splitMsg struct {
	Offset, Len int
	NoHeader    bool
	Type        uint16
	Problem     string
}

func split(ms []Message) []splitMsg {
	var out []splitMsg
	for i := range ms {
		m := &ms[i]
		s := splitMsg{m.Offset, len(m.Data), m.NoHeader, m.Header.Type, ""}
		if m.Problem != nil {
			s.Problem = m.Problem.Error()
		}
		out = append(out, s)
	}
	return out
}

func TestSplit(t *testing.T) {
	a, b := le.msg(20, 0, []byte{1}), le.msg(21, 0)
	pad := []byte{0, 0, 0}
	size := func(m []byte, n uint32) []byte { return nltest.Cat(le.U32(n), m[4:]) }
	for _, tt := range []struct {
		name string
		data []byte
		want []splitMsg
	}{
		{"one", b, []splitMsg{{0, 16, false, 21, ""}}},
		{"last one unpadded", a, []splitMsg{{0, 17, false, 20, ""}}},
		{"two with padding", nltest.Cat(a, pad, b), []splitMsg{{0, 17, false, 20, ""}, {20, 16, false, 21, ""}}},
		{"bytes behind", nltest.Cat(b, []byte{9, 9}), []splitMsg{{0, 16, false, 21, ""},
			{16, 2, true, 0, "2 bytes at offset 16 of the datagram are too short for a header"}}},
		{"too short at all", []byte{1, 2, 3}, []splitMsg{{0, 3, true, 0, "3 bytes at offset 0 of the datagram are too short for a header"}}},
		{"length 0", nltest.Cat(a, pad, size(b, 0), b), []splitMsg{{0, 17, false, 20, ""},
			{20, 32, false, 21, "message at offset 20 of the datagram: length 0 is less than 16"}}},
		{"length 15", size(b, 15), []splitMsg{{0, 16, false, 21, "message at offset 0 of the datagram: length 15 is less than 16"}}},
		{"length beyond", size(b, 17), []splitMsg{{0, 16, false, 21, "message at offset 0 of the datagram: length 17 is beyond its end (16 bytes left)"}}},
		{"length huge", size(b, 0xffffffff), []splitMsg{{0, 16, false, 21, "message at offset 0 of the datagram: length 4294967295 is beyond its end (16 bytes left)"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := le.frame(capture.NETLINK_USERSOCK, capture.DirPeer, tt.data)
			ms := newDecoder().Frame(f, nil)
			covered(t, f, ms)
			if diff := cmp.Diff(tt.want, split(ms)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What the snap length cut off is told apart from what was sent malformed.
func TestSplitCut(t *testing.T) {
	whole := nltest.Cat(le.msg(20, 0, le.U32(1)), le.msg(21, 0, le.U32(2)))
	for n := 1; n < len(whole); n++ {
		f := le.frame(capture.NETLINK_USERSOCK, capture.DirPeer, whole[:n])
		f.OrigLen = len(whole)
		ms := newDecoder().Frame(f, nil)
		covered(t, f, ms)
		last := &ms[len(ms)-1]
		if cut := n != 20; errors.Is(last.Problem, ErrCut) != cut {
			t.Errorf("%d bytes: problem %v, want cut: %v", n, last.Problem, cut)
		}
	}
}

func TestReportsHoldNoMessages(t *testing.T) {
	d := newDecoder()
	for _, k := range []capture.Kind{capture.KindCompletion, capture.KindSocketError} {
		if ms := d.Frame(&capture.Frame{Origin: &capture.Origin{Kind: k}, Data: le.msg(20, 0)}, nil); len(ms) != 0 {
			t.Errorf("kind %d: %d messages", k, len(ms))
		}
	}
}

// The kernel's audit records count the text alone (audit_log_end); auditctl's
// requests and the control messages count the header too.
func TestAuditLength(t *testing.T) {
	text := []byte("audit(1700000000.123:42): pid=1 uid=0")
	record := le.msg(1300, 0, text)
	copy(record, le.U32(uint32(len(text))))
	short := le.msg(1320, 0, []byte("end"))
	copy(short, le.U32(3))
	for _, tt := range []struct {
		name    string
		dir     capture.Dir
		data    []byte
		problem bool
	}{
		{"record", capture.DirReply, record, false},
		{"record shorter than a header", capture.DirEvent, short, false},
		{"multicast copy", capture.DirEvent, le.msg(1300, 0, text), false},
		{"request", capture.DirRequest, le.msg(1112, 5, text), false},
		{"request with such a length", capture.DirRequest, short, true},
		{"control", capture.DirReply, le.msg(1000, 0, le.U32(1)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(capture.NETLINK_AUDIT, tt.dir, tt.data))
			if m.Family != "audit" || (m.Problem != nil) != tt.problem || len(m.Data) != len(tt.data) {
				t.Errorf("family %q, %d of %d bytes, problem %v", m.Family, len(m.Data), len(tt.data), m.Problem)
			}
		})
	}
}

func TestNames(t *testing.T) {
	genl := []byte{3, 1, 0, 0}
	nfgen := []byte{2, 0, 0, 10}
	for _, tt := range []struct {
		name         string
		protocol     uint16
		dir          capture.Dir
		typ, flags   uint16
		payload      []byte
		family, kind string // FamilyText, TypeText
		cmd          int
		guess        bool
	}{
		{"by direction, request", testProtocol, capture.DirRequest, 17, 1, nil, "test", "T_GET", -1, false},
		{"by direction, reply", testProtocol, capture.DirReply, 17, 0, nil, "test", "T_GET_REPLY", -1, false},
		{"by flags where the direction is unknown", testProtocol, capture.DirUnknown, 17, 1, nil, "test", "T_GET", -1, false},
		{"unknown type", testProtocol, capture.DirReply, 93, 0, nil, "test", "type 0x5d", -1, false},
		{"no such type", capture.NETLINK_XFRM, capture.DirReply, 0x99, 0, nil, "xfrm", "type 0x99", -1, false},
		{"usersock", capture.NETLINK_USERSOCK, capture.DirPeer, 16, 0, nil, "usersock", "type 0x10", -1, true},
		{"nobody's protocol", 17, capture.DirReply, 16, 0, nil, "NETLINK_17", "type 0x10", -1, true},
		{"protocol out of range", 999, capture.DirReply, 16, 0, nil, "NETLINK_999", "type 0x10", -1, true},
		{"nlctrl", capture.NETLINK_GENERIC, capture.DirRequest, 16, 1, genl, "nlctrl", "CTRL_CMD_GETFAMILY", 3, false},
		{"fixed id", capture.NETLINK_GENERIC, capture.DirReply, 17, 1, genl, "VFS_DQUOT", "cmd 3", 3, false},
		{"unknown id", capture.NETLINK_GENERIC, capture.DirRequest, 28, 1, genl, "generic:0x1c", "cmd 3", 3, false},
		{"no genlmsghdr", capture.NETLINK_GENERIC, capture.DirRequest, 28, 1, nil, "generic:0x1c", "type 0x1c", -1, false},
		{"subsystem", capture.NETLINK_NETFILTER, capture.DirRequest, 11<<8 | 5, 1, nfgen, "nft_compat", "cmd 5", 5, false},
		{"unknown subsystem", capture.NETLINK_NETFILTER, capture.DirRequest, 99<<8 | 5, 1, nfgen, "netfilter", "cmd 5", 5, false},
		{"batch", capture.NETLINK_NETFILTER, capture.DirRequest, 16, 1, nfgen, "nftables", "NFNL_MSG_BATCH_BEGIN", -1, false},
		{"batch of old nft", capture.NETLINK_NETFILTER, capture.DirRequest, 17, 1, []byte{0, 0, 10, 0}, "nftables", "NFNL_MSG_BATCH_END", -1, false},
		{"batch of nothing", capture.NETLINK_NETFILTER, capture.DirRequest, 16, 1, nil, "netfilter", "NFNL_MSG_BATCH_BEGIN", -1, false},
		{"control", testProtocol, capture.DirReply, 3, 2, le.U32(0), "test", "NLMSG_DONE", -1, false},
		{"the connector's NLMSG_DONE is none", capture.NETLINK_CONNECTOR, capture.DirEvent, 3, 0, make([]byte, 20), "connector", "cn_msg", -1, false},
		{"iscsi begins at 10", 8, capture.DirReply, 11, 0, nil, "iscsi", "ISCSI_UEVENT_CREATE_SESSION", -1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(tt.protocol, tt.dir, le.msg(tt.typ, tt.flags, tt.payload)))
			cmd := -1
			if m.HasCmd {
				cmd = int(m.Cmd)
			}
			if m.FamilyText() != tt.family || m.TypeText() != tt.kind || cmd != tt.cmd || m.Guess != tt.guess || m.Err != nil {
				t.Errorf("got %s %s cmd %d guess %v error %v", m.FamilyText(), m.TypeText(), cmd, m.Guess, m.Err)
			}
		})
	}
}

func TestGroupName(t *testing.T) {
	d := newDecoder()
	for _, tt := range []struct {
		protocol uint16
		group    uint32
		want     string
	}{
		{testProtocol, 3, "TGRP_EVENTS"},
		{testProtocol, 4, ""},
		{testProtocol, 0, ""},
		{capture.NETLINK_GENERIC, 16, "notify"},
		{capture.NETLINK_NETFILTER, 9, "NFNLGRP_NFTRACE"},
		{capture.NETLINK_KOBJECT_UEVENT, 1, "kernel"},
		{capture.NETLINK_KOBJECT_UEVENT, 2, "udev"},
		{999, 1, ""},
	} {
		if got := d.GroupName(tt.protocol, tt.group); got != tt.want {
			t.Errorf("group %d of %s: %q, want %q", tt.group, capture.ProtocolName(tt.protocol), got, tt.want)
		}
	}
}

// Interface names are learned from the kernel's RTM_NEWLINK, per network
// namespace, and their number is bounded.
func TestIfNames(t *testing.T) {
	link := func(w wire, index uint32, name string) []byte {
		return w.msg(16, 0, w.U32(0), w.U32(index), w.U64(0), w.Attr(13, w.U32(1)), w.Attr(3, nltest.Str(name)))
	}
	d := newDecoder()
	feed := func(w wire, dir capture.Dir, netns uint64, b []byte) {
		f := w.frame(capture.NETLINK_ROUTE, dir, b)
		f.Change(func(o *capture.Origin) { o.NetNS = netns })
		d.Frame(f, nil)
	}
	feed(le, capture.DirReply, 1, link(le, 5, "eth0"))
	feed(be, capture.DirEvent, 2, link(be, 5, "veth\x1b[31m"))
	feed(le, capture.DirRequest, 1, link(le, 6, "wanted"))
	feed(le, capture.DirPeer, 1, link(le, 7, "forged"))
	feed(le, capture.DirReply, 1, link(le, 8, "much too long a name"))
	feed(le, capture.DirReply, 1, link(le, 9, "whole")[:40])
	for _, tt := range []struct {
		netns uint64
		index int32
		want  string
	}{{1, 5, "eth0"}, {2, 5, "veth\x1b[31m"}, {1, 6, ""}, {1, 7, ""}, {1, 8, ""}, {1, 9, ""}, {3, 5, ""}} {
		if got := d.IfName(tt.netns, tt.index); got != tt.want {
			t.Errorf("netns %d index %d: %q, want %q", tt.netns, tt.index, got, tt.want)
		}
	}
	f := le.frame(testProtocol, capture.DirReply, le.msg(16, 0, le.testHeader(0, 0, 0), le.Attr(27, le.U32(5))))
	f.Change(func(o *capture.Origin) { o.NetNS = 2 })
	ms := d.Frame(f, nil)
	if n, ok := ms[0].Lookup("T_IFINDEX"); !ok || n.Text != `5 ("veth\x1b[31m")` || n.Value != uint64(5) {
		t.Errorf("looked up %+v %v", n, ok)
	}
	feed(le, capture.DirEvent, 1, link(le, 5, "renamed"))
	if got := d.IfName(1, 5); got != "renamed" {
		t.Errorf("after renaming: %q", got)
	}
	renamedTwice(t)
	for i := range uint32(maxIfNames + 10) {
		feed(le, capture.DirReply, 9, link(le, i+1, "x"))
	}
	if n := len(d.names.byKey); n != maxIfNames || len(d.names.ring) != n {
		t.Errorf("%d names in %d slots, want %d", n, len(d.names.ring), maxIfNames)
	}
	asked := New(nil, Options{IfName: func(netns uint64, index int32) string { return "asked" }})
	if got := asked.IfName(1, 1); got != "asked" {
		t.Errorf("the resolver's answer: %q", got)
	}
}

// Names of wireless interfaces are learned from nl80211, too.
func TestRadioNames(t *testing.T) {
	index, name := le.Attr(3, le.U32(5)), le.Attr(4, nltest.Str("wlan0"))
	for _, tt := range []struct {
		what  string
		attrs []byte
		want  string
	}{
		{"both", nltest.Cat(index, name), "wlan0"},
		{"a P2P device", name, ""},
		{"of one byte", nltest.Cat(le.Attr(3, []byte{5}), name), ""},
		{"too long", nltest.Cat(index, le.Attr(4, nltest.Str("much too long a name"))), ""},
		{"cut", nltest.Cat(index, name)[:12], ""},
		{"no attribute", nltest.Cat(index, []byte{1, 0, 4, 0}, name), ""},
	} {
		d := newDecoder()
		f := le.frame(capture.NETLINK_GENERIC, capture.DirEvent, le.msg(40, 0, []byte{7, 1, 0, 0}, tt.attrs))
		d.learn(&Message{Frame: f, Family: "nl80211", Cmd: 7, Data: f.Data}, order(false))
		if got := d.IfName(f.NetNS, 5); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}

// renamedTwice: what an interface is called depends on when a message came.
func renamedTwice(t *testing.T) {
	d := newDecoder()
	frames := map[uint64]*capture.Frame{}
	for id := range uint64(8) {
		frames[id+1] = le.frame(testProtocol, capture.DirRequest, le.msg(16, 0, le.testHeader(0, 0, 0), le.Attr(27, le.U32(5))))
		frames[id+1].ID = id + 1
	}
	for _, told := range []struct {
		id   uint64
		name string
	}{{2, "a"}, {4, "b"}, {6, "c"}} {
		d.names.put(ifKey{0, 5}, []byte(told.name), told.id)
	}
	for id, want := range []string{1: "", 2: "a", 3: "a", 4: "b", 5: "b", 6: "c", 7: "c"} {
		if id == 0 {
			continue
		}
		m := d.Frame(frames[uint64(id)], nil)
		if got := m[0].IfName(5); got != want {
			t.Errorf("frame %d: interface 5 was %q, want %q", id, got, want)
		}
		if n, _ := m[0].Lookup("T_IFINDEX"); want == "" && n.Text != "5 (a)" {
			t.Errorf("frame %d shows %q: the first name that was told", id, n.Text)
		}
	}
	for i := range uint64(100) {
		d.names.put(ifKey{0, 5}, fmt.Append(nil, "n", i), 10+i)
	}
	n := 0
	for x := d.names.byKey[ifKey{0, 5}]; x != nil; x = x.before {
		n++
	}
	if n != maxNamesEach {
		t.Errorf("%d names are kept of one interface, want %d", n, maxNamesEach)
	}
}
