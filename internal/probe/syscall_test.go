// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// TestSyscallInferrer: what becomes of receives that the call itself left open.
func TestSyscallInferrer(t *testing.T) {
	const own = 4711
	const route, generic = capture.NETLINK_ROUTE, capture.NETLINK_GENERIC
	msg := func(typ, flags uint16, seq, port uint32) []byte { return nltest.Native.Message(typ, flags, seq, port) }
	for _, c := range []struct {
		name     string
		protocol uint16
		dir      capture.Dir // as the programs have it
		noAddr   bool
		data     []byte
		want     capture.Dir
		inferred bool
	}{
		{"known stays", route, capture.DirEvent, false, msg(16, 0, 0, own), capture.DirEvent, false},
		{"request stays", route, capture.DirRequest, false, msg(18, 1, 9, 0), capture.DirRequest, false},
		{"reply without an address stays", route, capture.DirReply, true, msg(16, 2, 1, own), capture.DirReply, true},
		{"no kernel socket", capture.NETLINK_USERSOCK, capture.DirReply, true, msg(16, 0, 0, 0), capture.DirPeer, true},
		{"ack", route, capture.DirUnknown, false, msg(2, 0, 5, own), capture.DirReply, true},
		{"dump", route, capture.DirUnknown, true, msg(16, 2, 5, own), capture.DirReply, true},
		{"nobody's", route, capture.DirUnknown, false, msg(16, 0, 0, 0), capture.DirEvent, true},
		{"another's", generic, capture.DirUnknown, false, msg(31, 0, 5, 99), capture.DirEvent, true},
		{"answer to request 9", route, capture.DirUnknown, false, msg(16, 0, 9, own), capture.DirReply, true},
		{"echo of the kernel", unix.NETLINK_FIB_LOOKUP, capture.DirUnknown, false, msg(16, 1, 5, own), capture.DirReply, true},
		{"request of somebody", generic, capture.DirUnknown, true, msg(31, 1, 5, 0), capture.DirPeer, true},
		{"uevent", capture.NETLINK_KOBJECT_UEVENT, capture.DirUnknown, true, []byte("add@/devices/x\x00ACTION=add"), capture.DirEvent, true},
		{"udevd", capture.NETLINK_KOBJECT_UEVENT, capture.DirUnknown, true, []byte("libudev\x00\xfe\xed\xca\xfe"), capture.DirPeer, true},
		{"too short", route, capture.DirUnknown, true, []byte{1, 2, 3}, capture.DirUnknown, true},
		{"empty", route, capture.DirUnknown, false, nil, capture.DirUnknown, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := newSyscallInferrer()
			in.infer(&capture.Frame{
				Origin: &capture.Origin{
					Protocol: route, Dir: capture.DirRequest,
				},
				Data: msg(18, 1, 9, 0),
			})
			f := &capture.Frame{
				Origin: &capture.Origin{
					Protocol: c.protocol, Dir: c.dir, Inferred: c.noAddr, SrcPort: 1, DstPort: own,
					Socket: capture.Socket{PortID: own},
				},
				Data: c.data,
			}
			in.infer(f)
			if f.Dir != c.want || f.Inferred != c.inferred {
				t.Errorf("%v, inferred %v; want %v, %v", f.Dir, f.Inferred, c.want, c.inferred)
			}
			if f.SrcPort != 1 || f.Socket.PortID != own {
				t.Errorf("changed what was seen: %+v", *f)
			}
			if c.dir == capture.DirUnknown && (f.DstPort == 0) != (f.Dir == capture.DirEvent) {
				t.Errorf("%v to port %d", f.Dir, f.DstPort)
			}
		})
	}
	e := &capture.Frame{Origin: &capture.Origin{Kind: capture.KindSocketError, Dir: capture.DirUnknown}}
	newSyscallInferrer().infer(e)
	if e.Dir != capture.DirUnknown || e.Inferred {
		t.Errorf("a socket error got a direction: %+v", *e)
	}
}

// The parser that TestSyscallStrace trusts, on lines of strace 6.1 made by
//
//	strace -f -yy -s 0 -e trace=network,read,write,readv,writev sh -c 'ip link & ip addr'
//
// shortened in the middle.
func TestParseStrace(t *testing.T) {
	const log = `10 socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3<NETLINK:[49810]>
10 bind(3<NETLINK:[49810]>, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 0
10 sendto(3<NETLINK:[49810]>, [{nlmsg_len=40}], 40, 0, NULL, 0 <unfinished ...>
11 write(1</dev/null<char 1:3>>, ""..., 5) = 5
10 <... sendto resumed>) = 40
10 recvmsg(3<NETLINK:[ROUTE:10]>, {msg_name={nl_pid=0}, msg_flags=MSG_TRUNC}, MSG_PEEK|MSG_TRUNC) = 3352
10 recvmsg(3<NETLINK:[ROUTE:10]>, {msg_name={nl_pid=0}, msg_flags=0}, 0) = 3352
10 recvfrom(3<NETLINK:[ROUTE:10]>, 0x1, 4096, MSG_DONTWAIT, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)
11 sendto(4<NETLINK:[GENERIC:11]>, [{nlmsg_len=40}], 40, 0, NULL, 0) = -1 ECONNREFUSED (Connection refused)
10 +++ exited with 0 +++
`
	got, err := parseStrace(strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	want := []straced{
		{PID: 10, Sent: true, Length: 40},
		{PID: 10, Protocol: "NETLINK_ROUTE", Length: 3352},
		{PID: 11, Sent: true, Protocol: "NETLINK_GENERIC", Length: -111},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := parseStrace(strings.NewReader("10 read(3<NETLINK:[ROUTE:10]>, what\n")); err == nil {
		t.Error("a broken line passed")
	}
}

// How long a datagram was that filled its reader's buffer, which was not told.
func TestTruncated(t *testing.T) {
	one, two := nltest.Native.Message(16, 2, 1, 1, make([]byte, 84)), nltest.Native.Message(16, 2, 1, 1, make([]byte, 184))
	both := nltest.Cat(one, two)
	for _, tc := range []struct {
		name     string
		protocol uint16
		data     []byte
		orig     int // as the system call told
		snap     int // bytes that were copied; 0: all
		missed   int
		cut      bool
	}{
		{"one message, told", 0, one[:60], 61, 0, 40, false},
		{"one message, not told", 0, one[:60], 60, 0, 40, false},
		{"as long as the buffer", 0, one, 100, 0, 0, false},
		{"behind the first message", 0, both[:100], 101, 0, 1, false},
		{"in the second message", 0, both[:200], 200, 0, 100, false},
		{"in the second header", 0, both[:110], 110, 0, 6, false},
		{"no messages", capture.NETLINK_KOBJECT_UEVENT, one[:60], 60, 0, 0, false},
		{"nltop cut more", 0, one[:60], 100, 30, 40, true},
		{"nltop cut, nobody told", 0, one[:60], 60, 30, 0, true},
		{"a length that leads nowhere", 0, make([]byte, 60), 60, 0, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := &capture.Frame{Origin: &capture.Origin{Protocol: tc.protocol, Dir: capture.DirReply},
				Data: tc.data, OrigLen: tc.orig, Taken: uint32(len(tc.data))}
			if tc.snap > 0 {
				f.Data = f.Data[:tc.snap]
			}
			newSyscallInferrer().infer(f)
			if f.Missed() != tc.missed || f.Cut() != tc.cut {
				t.Errorf("%d of %d bytes missed, cut %t; want %d, %t", f.Missed(), f.OrigLen, f.Cut(), tc.missed, tc.cut)
			}
		})
	}
}
