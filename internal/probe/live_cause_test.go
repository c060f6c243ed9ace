// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// join makes a socket that listens to a group of NETLINK_ROUTE.
func join(t *testing.T, group int) *sock {
	t.Helper()
	s := newSock(t, unix.NETLINK_ROUTE)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, group); err != nil {
		t.Fatal(err)
	}
	return s
}

// Every delivery of one change, and its loss, have one Cast, and name the
// request that the change was made by.
func TestLiveCause(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		slow := join(t, unix.RTNLGRP_LINK)
		if err := unix.SetsockoptInt(slow.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
			t.Fatal(err)
		}
		listeners := []*sock{join(t, unix.RTNLGRP_LINK), join(t, unix.RTNLGRP_LINK)}
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{}, nil)
		s := newSock(t, unix.NETLINK_ROUTE)
		const changes = 8
		for i := range uint32(changes) {
			setMTU(t, s, 100+i, 60000+i)
		}
		frames := r.stop()
		requests := of(frames, func(f *capture.Frame) bool { return f.Dir == capture.DirRequest })
		if len(requests) != changes {
			t.Fatalf("%d requests", len(requests))
		}
		seen := map[uint64]bool{}
		lost := 0
		for _, q := range requests {
			seq := binary.NativeEndian.Uint32(q.Data[8:])
			all := of(frames, func(f *capture.Frame) bool { return f.Kind == capture.KindDatagram && f.Cause == q.ID })
			if len(all) != len(listeners)+1 {
				t.Fatalf("request %d caused %d deliveries and losses, want %d", seq, len(all), len(listeners)+1)
			}
			cast := all[0].Cast
			if cast == 0 || seen[cast] {
				t.Errorf("request %d: cast %#x is nothing of its own", seq, cast)
			}
			seen[cast] = true
			for _, f := range all {
				if f.Cast != cast || f.Dir != capture.DirEvent || f.Proc.PID != uint32(os.Getpid()) || f.TrueSize < uint32(f.OrigLen) {
					t.Errorf("request %d: %+v", seq, f)
				}
				if f.Verdict == capture.VerdictOverrun {
					lost++
				}
			}
		}
		if want := procDrops(t, slow.ino); lost != want || lost == 0 {
			t.Errorf("%d losses have a cause, the kernel counts %d", lost, want)
		}
	})
}

// ip runs iproute2 in the thread's network namespace.
func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v\n%s", args, err, out)
	}
}

// Parts of a dump know how long the kernel worked on them, and only those that
// the send itself made have the request as their cause.
func TestLiveDumpElapsed(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		makeLinks(t, 60)
		s := newSock(t, unix.NETLINK_ROUTE)
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{}, nil)
		if err := s.send(nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, 7, 0, make([]byte, unix.SizeofIfInfomsg)), 0); err != nil {
			t.Fatal(err)
		}
		for done := false; !done; {
			b, err := s.recv(32 << 10)
			if err != nil {
				t.Fatal(err)
			}
			done = binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_DONE
		}
		frames := r.stop()
		q := of(frames, func(f *capture.Frame) bool { return f.Dir == capture.DirRequest && f.Socket.Inode == s.ino })
		parts := of(frames, func(f *capture.Frame) bool { return f.Dir == capture.DirReply && f.Socket.Inode == s.ino })
		if len(q) != 1 || len(parts) < 3 {
			t.Fatalf("%d requests, %d parts", len(q), len(parts))
		}
		inside := 0
		for i, f := range parts {
			if f.Elapsed <= 0 || f.Elapsed > time.Minute || f.Cast != 0 {
				t.Errorf("part %d: %v in the kernel, cast %#x", i, f.Elapsed, f.Cast)
			}
			switch f.Cause {
			case q[0].ID:
				inside++
			case 0:
			default:
				t.Errorf("part %d: caused by frame %d", i, f.Cause)
			}
		}
		if inside == 0 || inside > 2 || parts[0].Cause == 0 {
			t.Errorf("%d of %d parts were made inside the send", inside, len(parts))
		}
	})
}

// What a timer sends is nobody's doing, although some task was running, and
// most of the time inside a send.
func TestLiveInterrupt(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		ip(t, "link", "add", "d0", "type", "dummy")
		ip(t, "link", "set", "d0", "up", "arp", "on")
		ip(t, "addr", "add", "192.0.2.1/24", "dev", "d0")
		for _, knob := range []string{"retrans_time_ms", "delay_first_probe_time"} {
			if err := os.WriteFile("/proc/sys/net/ipv4/neigh/d0/"+knob, []byte("10"), 0); err != nil {
				t.Logf("%s: %v", knob, err)
			}
		}
		listener := join(t, unix.RTNLGRP_NEIGH)
		if err := unix.SetsockoptInt(listener.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 4<<20); err != nil {
			t.Fatal(err)
		}
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{}, nil)
		s := newSock(t, unix.NETLINK_ROUTE)
		d0, err := net.InterfaceByName("d0") // asks in this thread's namespace
		if err != nil {
			t.Fatal(err)
		}
		const neighbours = 50
		for i := range byte(neighbours) {
			// NTF_USE makes the kernel resolve the address, in vain.
			b := make([]byte, 12)
			b[0] = unix.AF_INET
			binary.NativeEndian.PutUint32(b[4:], uint32(d0.Index))
			b[10] = unix.NTF_USE
			b = append(b, 8, 0, unix.NDA_DST, 0, 192, 0, 2, 10+i)
			if err := s.send(nltest.Native.Message(unix.RTM_NEWNEIGH, unix.NLM_F_REQUEST|unix.NLM_F_CREATE, uint32(i)+1, 0, b), 0); err != nil {
				t.Fatal(err)
			}
			// Not all timers in one interrupt: a kprobe is skipped while another runs.
			for j := range uint32(20) {
				setMTU(t, s, 1000+j, 1000+j)
			}
		}
		failed := func(f *capture.Frame) bool {
			return f.Dir == capture.DirEvent && msgType(f) == unix.RTM_NEWNEIGH && len(f.Data) >= 28 &&
				binary.NativeEndian.Uint16(f.Data[24:]) == unix.NUD_FAILED
		}
		// kprobes are skipped while another runs on that processor.
		enough := neighbours * 9 / 10
		if backend == capture.SourceKprobe {
			enough = neighbours / 2
		}
		i := uint32(0)
		await(t, "neighbours have failed", func() bool {
			for range 500 {
				setMTU(t, s, 1000+i, 1000+i%500)
				i++
			}
			return r.count(failed) >= enough
		})
		events := of(r.stop(), failed)
		for _, f := range events {
			if f.Cause != 0 || f.Proc.PID != 0 || f.Proc.Comm != "(interrupt)" || f.Trigger != (capture.Trigger{Kind: capture.TriggerInterrupt, Name: "softirq"}) {
				t.Fatalf("a timer's message is blamed on %+v, request %d", f.Proc, f.Cause)
			}
		}
	})
}
