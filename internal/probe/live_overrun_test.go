// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// ownNetNS moves the test into a network namespace of its own. The thread
// ends with the test's goroutine.
func ownNetNS(t *testing.T) uint64 {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Stat("/proc/thread-self/ns/net", &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// setMTU changes lo, whereupon the kernel tells RTNLGRP_LINK.
func setMTU(t *testing.T, s *sock, seq, mtu uint32) {
	t.Helper()
	o := nltest.Native
	if err := s.send(o.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST, seq, 0,
		[]byte{0, 0, 0, 0}, o.U32(1), make([]byte, 8), // struct ifinfomsg
		o.Attr(unix.IFLA_MTU, o.U32(mtu))), 0); err != nil {
		t.Fatal(err)
	}
}

// procDrops reads sk_drops of a socket as the kernel prints it.
func procDrops(t *testing.T, ino uint64) int {
	t.Helper()
	text, err := os.ReadFile("/proc/thread-self/net/netlink")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 10 && f[9] == strconv.FormatUint(ino, 10) {
			n, err := strconv.Atoi(f[8])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("socket %d is not in /proc/net/netlink", ino)
	return 0
}

// A listener that does not keep up: every message that it got or lost is a
// frame, the losses are those that /proc/net/netlink counts, and the ENOBUFS
// those that recvmsg returned. The listener is older than the source and does
// nothing before the flood, so its owner comes from /proc.
func TestLiveOverrun(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		slow := join(t, unix.RTNLGRP_LINK)
		if err := unix.SetsockoptInt(slow.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
			t.Fatal(err) // the kernel makes it SOCK_MIN_RCVBUF
		}
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{}, nil)
		s := newSock(t, unix.NETLINK_ROUTE)

		const rounds, flood = 20, 50
		nobufs, received := 0, 0
		for i := range uint32(rounds) {
			for j := range uint32(flood) {
				setMTU(t, s, i*flood+j, 60000+(i*flood+j)%1000+1)
			}
			flags := unix.MSG_DONTWAIT
			if i%2 == 1 {
				flags |= unix.MSG_PEEK // the error is read by a peek, too
			}
			for {
				_, _, err := unix.Recvfrom(slow.fd, make([]byte, 8192), flags)
				flags &^= unix.MSG_PEEK
				if errors.Is(err, unix.ENOBUFS) {
					nobufs++
					continue
				}
				if errors.Is(err, unix.EAGAIN) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				received++
			}
		}
		drops := procDrops(t, slow.ino)
		frames := of(r.stop(), func(f *capture.Frame) bool { return f.Socket.Inode == slow.ino })

		var overruns, delivered, raised, read int
		for _, f := range frames {
			switch {
			case f.Verdict == capture.VerdictOverrun:
				overruns++
				if f.Queue.Drops != uint32(overruns) || msgType(f) != unix.RTM_NEWLINK || f.Cut() || f.OrigLen == 0 {
					t.Errorf("overrun %d: drops %d, type %d, %d of %d bytes", overruns, f.Queue.Drops, msgType(f), len(f.Data), f.OrigLen)
				}
			case f.Kind == capture.KindDatagram:
				delivered++
			case f.Verdict == capture.VerdictNobufsRaised:
				raised++
			case f.Verdict == capture.VerdictNobufsRead:
				read++
			}
			if f.Kind == capture.KindDatagram && (f.Dir != capture.DirEvent || f.Group != unix.RTNLGRP_LINK || f.SrcPort != 0) {
				t.Errorf("frame %d is no event: %v group %d from %d", f.ID, f.Dir, f.Group, f.SrcPort)
			}
			if f.Socket.Owner.PID != uint32(os.Getpid()) || f.Socket.PortID != slow.port || f.NetNS != netns {
				t.Errorf("frame %d: owner %+v, port %d, netns %d", f.ID, f.Socket.Owner, f.Socket.PortID, f.NetNS)
			}
		}
		t.Logf("%d delivered, %d overruns, ENOBUFS raised %d times, read %d times", delivered, overruns, raised, read)
		if overruns == 0 || overruns != drops {
			t.Errorf("%d overruns seen, /proc/net/netlink counts %d drops", overruns, drops)
		}
		// MSG_PEEK may have counted the first message of a round twice.
		if extra := received - delivered; extra < 0 || extra > rounds/2 {
			t.Errorf("%d delivered, %d received", delivered, received)
		}
		if read == 0 || read != nobufs {
			t.Errorf("ENOBUFS read %d times by what we saw, %d times by recvmsg", read, nobufs)
		}
		if raised < read {
			t.Errorf("ENOBUFS raised %d times but read %d times", raised, read)
		}
		if delivered+overruns < rounds*flood {
			t.Errorf("%d delivered + %d lost < %d sent", delivered, overruns, rounds*flood)
		}
	})
}

// A unicast from the kernel to a full socket: the message that was lost is
// known, and it is a reply. A dump into a full queue is dropped without being
// counted in sk_drops.
func TestLiveUnicastOverrun(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		s := newSock(t, unix.NETLINK_ROUTE)
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
			t.Fatal(err)
		}
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}, Protocols: []uint16{unix.NETLINK_ROUTE}}, Options{}, nil)
		const tries = 64
		refused := append([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f}, make([]byte, 8)...)
		for i := range uint32(tries) {
			if err := s.send(nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, i, 0, refused), 0); err != nil {
				t.Fatal(err)
			}
		}
		dump := nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, tries, 0, make([]byte, unix.SizeofIfInfomsg))
		dumpErr := s.send(dump, 0)
		drops := procDrops(t, s.ino)
		frames := r.stop()

		over := of(frames, func(f *capture.Frame) bool { return f.Verdict == capture.VerdictOverrun })
		done := of(frames, func(f *capture.Frame) bool {
			return f.Verdict == capture.VerdictDelivered && f.Dir == capture.DirReply
		})
		dropped := of(frames, func(f *capture.Frame) bool { return f.Verdict == capture.VerdictDropped })
		t.Logf("%d delivered, %d overruns, %d dropped dumps (%v)", len(done), len(over), len(dropped), dumpErr)
		if len(over) == 0 || len(over) != drops {
			t.Errorf("%d overruns seen, /proc/net/netlink counts %d drops", len(over), drops)
		}
		for _, f := range over {
			if f.Dir != capture.DirReply || f.DstPort != s.port || msgType(f) != unix.NLMSG_ERROR || f.Cut() {
				t.Errorf("overrun %+v", f)
			}
		}
		if len(dropped) != 1 || dropped[0].Errno != int32(unix.ENOBUFS) {
			t.Errorf("%d dropped dumps: %+v", len(dropped), dropped)
		}
	})
}
