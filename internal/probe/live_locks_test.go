// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// Processes delete many links, which holds rtnl_mutex for about as long as their
// sends take; this one changes an MTU again and again meanwhile. Whether it
// comes to wait is the scheduler's choice, so there are several holders, and more
// until it did.
func TestLiveLocks(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{Locks: true, LockReport: time.Millisecond}, nil)
		if i := r.src.Info(); i.Sees != capture.Describe(backend).Sees&^(capture.SeesTimes|capture.SeesTaken|capture.SeesUnheard|capture.SeesFlushed) || !strings.HasPrefix(i.Scope, fmt.Sprintf("netns %d", netns)) {
			t.Errorf("%+v", i) // what only --rtnl watches, too; the others were not asked for
		}
		s := newSock(t, unix.NETLINK_ROUTE)
		holders := map[uint32]bool{}
		victim := func(f *capture.Frame) bool {
			return f.Kind == capture.KindCompletion && f.Proc.PID == uint32(os.Getpid()) && holders[f.Lock.Behind().PID]
		}
		await(t, "this process waits for a holder", func() bool {
			makeLinks(t, 100)
			holders[holdWhile(t, func(i uint32) { setMTU(t, s, 5000+i, 2000+i%500) })] = true
			return len(holders) >= 6 && r.count(victim) > 0
		})
		frames := r.stop()
		rows, lost, err := r.src.Locks()
		if err != nil || lost != 0 {
			t.Fatal(err, lost)
		}

		victims := of(frames, victim)
		slices.SortFunc(victims, func(a, b *capture.Frame) int { return cmp.Compare(b.Lock.Wait, a.Lock.Wait) })
		sendsOf := func(pid uint32) []*capture.Frame {
			return of(frames, func(f *capture.Frame) bool { return f.Kind == capture.KindCompletion && f.Proc.PID == pid })
		}
		for _, f := range victims {
			if f.Lock.Wait <= 0 || f.Lock.Wait > f.Elapsed || f.Lock.Behind().Comm != "ip" {
				t.Errorf("victim: %+v of %v", f.Lock, f.Elapsed)
			}
		}
		// Whoever was waited for was in a send of its own meanwhile. Its return may be
		// missed where a preemptible kernel skips programs (7.2), which it counts.
		skipped := skips(r.src)
		met := of(victims, func(f *capture.Frame) bool {
			return slices.ContainsFunc(sendsOf(f.Lock.Behind().PID), func(q *capture.Frame) bool {
				return q.Time.After(f.Time.Add(-f.Elapsed)) && q.Time.Add(-q.Elapsed).Before(f.Time)
			})
		})
		if len(victims)-len(met) > skipped {
			t.Fatalf("the sends of the holders are known for %d of %d victims, %d programs were skipped", len(met), len(victims), skipped)
		}
		// A wait may outlast the send: a preemptible kernel lets others run before
		// it wakes up who waited, or somebody else gets the lock first.
		told := of(met, func(f *capture.Frame) bool {
			return slices.ContainsFunc(sendsOf(f.Lock.Behind().PID), func(q *capture.Frame) bool { return q.Elapsed >= f.Lock.Wait })
		})
		if 2*len(told) < len(met) || skipped == 0 && len(told) < len(victims) {
			t.Fatalf("%d of %d waits lasted no longer than the sends that they waited for", len(told), len(victims))
		}
		worst := victims[0]
		var q capture.Frame
		if len(told) > 0 {
			worst = told[0]
			held := false
			for _, f := range told {
				sends := sendsOf(f.Lock.Behind().PID)
				slices.SortFunc(sends, func(a, b *capture.Frame) int { return cmp.Compare(b.Lock.Hold, a.Lock.Hold) })
				longest := sends[0]
				if f == worst {
					q = *longest
				}
				if longest.Lock.Hold > longest.Elapsed || f.Lock.Wait > longest.Elapsed {
					t.Errorf("of %v in the kernel the holder held %v, the victim waited %v", longest.Elapsed, longest.Lock.Hold, f.Lock.Wait)
				}
				// A machine that stands still does so outside of the lock, too, but not each time.
				held = held || longest.Lock.Hold+longest.Lock.Wait >= longest.Elapsed/2
			}
			if !held {
				t.Errorf("no holder held the lock, or waited for it, for half of its send: %+v of %v", q.Lock, q.Elapsed)
			}
		}
		pid := worst.Lock.Behind().PID
		if !slices.ContainsFunc(frames, func(f *capture.Frame) bool {
			return f.Kind == capture.KindLock && f.Proc.PID == pid && f.Lock.Hold >= time.Millisecond &&
				msgType(f) == unix.RTM_DELLINK && f.Protocol == unix.NETLINK_ROUTE
		}) {
			t.Error("no report of the holder")
		}
		slices.SortFunc(rows, func(a, b capture.LockRow) int { return cmp.Compare(b.Blamed, a.Blamed) })
		if h := rows[0]; !holders[h.Proc.PID] || !h.Request || h.Type != unix.RTM_DELLINK || h.Proc.Comm != "ip" {
			t.Errorf("most blamed: %+v", h)
		}
		i := slices.IndexFunc(rows, func(r capture.LockRow) bool { return r.Proc.PID == pid && r.Type == unix.RTM_DELLINK })
		if len(told) > 0 && (i < 0 || rows[i].Blamed < worst.Lock.Wait || rows[i].Hold.Max < q.Lock.Hold/2) {
			t.Errorf("the holder in the table: %d of %+v", i, rows)
		}
		t.Logf("held %v of %v, %d victims, worst wait %v", q.Lock.Hold, q.Elapsed, len(victims), worst.Lock.Wait)
	})
}

// skips is how often the kernel skipped any of the programs.
func skips(s *Source) (n int) {
	for _, c := range s.att.closers {
		if p, ok := c.(*ebpf.Program); ok {
			n += int(misses(p))
		}
	}
	return n
}

// A dump holds the lock in the reads that go on with it, and is known there too.
func TestLiveLocksDump(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		makeLinks(t, 100)
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{Locks: true}, nil)
		s := newSock(t, unix.NETLINK_ROUTE)
		if err := s.send(nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, 1, 0, make([]byte, unix.SizeofIfInfomsg)), 0); err != nil {
			t.Fatal(err)
		}
		rounds := 0
		for done := false; !done; rounds++ {
			b, err := s.recv(32 << 10)
			if err != nil {
				t.Fatal(err)
			}
			done = binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_DONE || rounds > 1000
		}
		r.stop()
		rows, _, err := r.src.Locks()
		if err != nil {
			t.Fatal(err)
		}
		var dump, none uint64
		for _, l := range rows {
			switch {
			case l.Proc.PID != uint32(os.Getpid()):
			case !l.Request:
				none += l.Hold.Count
			case l.Type == unix.RTM_GETLINK:
				dump += l.Hold.Count
			}
		}
		t.Logf("%d rounds, %d holds", rounds, dump)
		if none != 0 || dump < 2 && rounds > 3 {
			t.Errorf("%d holds by the dump of %d rounds, %d by no request", dump, rounds, none)
		}
	})
}

// makeLinks makes links of group 7.
func makeLinks(t *testing.T, n int) {
	t.Helper()
	var batch strings.Builder
	for i := range n {
		fmt.Fprintf(&batch, "link add d%d type dummy\nlink set d%d group 7\n", i, i)
	}
	add := exec.Command("ip", "-batch", "-")
	add.Stdin = strings.NewReader(batch.String())
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// holdWhile deletes them, does something over and over while that lasts, and
// returns the PID of the one that deleted.
func holdWhile(t *testing.T, do func(i uint32)) uint32 {
	t.Helper()
	holder := exec.Command("ip", "link", "del", "group", "7")
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- holder.Wait() }()
	for i := uint32(0); ; i++ {
		do(i)
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return uint32(holder.Process.Pid)
		default:
		}
	}
}
