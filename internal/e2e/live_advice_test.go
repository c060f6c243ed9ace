// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/binary"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/nltest"
)

// soMeminfo is SO_MEMINFO of include/uapi/asm-generic/socket.h, of which the first is
// SK_MEMINFO_RMEM_ALLOC (linux/sock_diag.h).
const soMeminfo = 55

// rmem is what the queue of a socket holds, in bytes of memory.
func (s *sock) rmem() int {
	s.t.Helper()
	var info [9]uint32
	size := uint32(unsafe.Sizeof(info))
	if _, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, soMeminfo,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0); errno != 0 {
		s.t.Fatal(errno)
	}
	return int(info[0])
}

// setMTU changes the loopback device, which one event tells of.
func (s *sock) setMTU(mtu uint32) {
	s.t.Helper()
	info := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(info[4:], 1) // ifi_index
	s.send(0, s.message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST,
		nltest.Cat(info, nltest.Native.Attr(unix.IFLA_MTU, nltest.Native.U32(mtu)))))
}

// loser is a listener and what happens to it.
type loser struct {
	name    string
	rcvbuf  int
	changes int
	every   int           // it reads one message after so many changes; 0: none
	last    bool          // it reads the rest in the end
	lasts   time.Duration // changes go on for so long at least
	stalled bool
}

// played is what became of it.
type played struct {
	sock *sock
	lost int
	most int // that its queue held, in bytes of memory
	// heldUp says that a change right after a read took as long as several reads and all
	// that came between them (the end of another network namespace keeps rtnl_mutex): the
	// reader seems to have waited for messages then, which it never does.
	heldUp bool
}

func (l *loser) play(t *testing.T, rcvbuf int) (p played) {
	t.Helper()
	s := open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, rcvbuf); err != nil {
		t.Fatal(err)
	}
	by := open(t, unix.NETLINK_ROUTE)
	begin, buf, read, longest, reads := time.Now(), make([]byte, 64<<10), time.Time{}, time.Duration(0), 0
	for i := 0; i < l.changes || time.Since(begin) < l.lasts; i++ {
		if i >= l.changes {
			time.Sleep(100 * time.Millisecond) // what is wanted is that time passes
		}
		by.setMTU(60000 + uint32(i)%1000)
		if !read.IsZero() {
			longest, read = max(longest, time.Since(read)), time.Time{}
		}
		p.most = max(p.most, s.rmem())
		if l.every > 0 && i%l.every == l.every-1 {
			_, _, _ = unix.Recvfrom(s.fd, buf, unix.MSG_DONTWAIT) // ENOBUFS, too
			read = time.Now()
			reads++
		}
	}
	p.sock, p.lost = s, s.drops()
	p.heldUp = reads > 0 && longest > 3*time.Since(begin)/time.Duration(reads)
	if l.last {
		s.drain()
	}
	return p
}

// Whoever follows the advice on an overrun loses nothing of the same, with at most twice
// what it took; where no buffer helps, none is named.
func TestAdvice(t *testing.T) {
	needVM(t)
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			left := []loser{
				{name: "a burst", rcvbuf: 8 << 10, changes: 60, last: true},
				{name: "a reader that reads a little", rcvbuf: 8 << 10, changes: 200, every: 10, last: true},
				{name: "a reader that never reads", rcvbuf: 8 << 10, changes: 40, lasts: 1500 * time.Millisecond, stalled: true},
			}
			for times := 0; len(left) > 0; times++ {
				if times == 6 {
					t.Fatalf("held up six times in a row: %+v", left)
				}
				left = advised(t, source, left)
			}
		})
	}
}

// advised has all lose, one after the other, and follow the advice. It returns those of
// which that could not be judged.
func advised(t *testing.T, source string, losers []loser) (left []loser) {
	t.Helper()
	var out bytes.Buffer
	p := start(t, &out, "source ", nltop(t), "trace", "--source", source, "-o", "json", "-f", `family == "route"`)
	plays := make([]played, len(losers))
	for i := range losers {
		ownNetNS(t)
		plays[i] = losers[i].play(t, losers[i].rcvbuf)
	}
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	told := objects(t, out.String())
	for i, l := range losers {
		if plays[i].heldUp {
			t.Logf("%s: a change took as long as several reads: once more", l.name)
			left = append(left, l)
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			ownNetNS(t)
			l.follows(t, plays[i], told)
		})
	}
	return left
}

// follows does what it is told, and sees whether it helps.
func (l *loser) follows(t *testing.T, first played, all []map[string]any) {
	t.Helper()
	if first.lost == 0 {
		t.Fatal("not put to the test: nothing was lost")
	}
	told, advice, stalled := 0, "", false
	for _, in := range all {
		if in["kind"] != "incident" || in["open"] != nil || in["socket"].(map[string]any)["inode"] != float64(first.sock.inode) {
			continue
		}
		if v, ok := in["so_rcvbuf"].(float64); ok {
			told = max(told, int(v))
		}
		// Of a stall only the last need know, if there is more than one because the
		// machine was slow.
		if stalled = in["stalled"] == true; l.stalled {
			advice = ""
		}
		for _, a := range in["advice"].([]any) {
			advice += a.(string) + "\n"
		}
	}
	if stalled != l.stalled || strings.Contains(advice, "SO_RCVBUF") == l.stalled {
		t.Errorf("stalled: %t, want %t\n%s", stalled, l.stalled, advice)
	}
	if l.stalled {
		return
	}
	if again := l.play(t, told); again.lost != 0 {
		t.Errorf("with SO_RCVBUF %d still %d are lost (of %d)\n%s", told, again.lost, first.lost, advice)
	}
	if most := l.play(t, 64<<20).most; told > most {
		t.Errorf("told %d, of which the kernel makes twice as much; %d was needed\n%s", told, most, advice)
	}
}
