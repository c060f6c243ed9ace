// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// sample makes the observation of a datagram with one message.
func sample(pid uint32, comm, family, typ string, dir capture.Dir, n int, at time.Time) correlate.Observation {
	f := &capture.Frame{
		Origin: &capture.Origin{
			Dir: dir, Protocol: capture.NETLINK_ROUTE, NetNS: 1,
			Socket: capture.Socket{Inode: uint64(pid) * 10, PortID: pid},
		},
		Time: at, OrigLen: n, Data: make([]byte, n),
	}
	m := &decode.Message{Frame: f, Data: f.Data, Family: family, Type: typ, Header: decode.Header{Len: uint32(n), Type: 16}}
	return correlate.Observation{
		Frame: f, Message: m, Family: family, Type: typ,
		Account: capture.Proc{PID: pid, Comm: comm},
	}
}

// countTest is what one observation adds.
type countTest struct {
	name string
	x    correlate.Observation
	want Counters
}

func countTests() []countTest {
	req := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirRequest, 52, epoch)
	ack := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirReply, 36, epoch)
	ack.Outcome, ack.Latency = correlate.Acked, 3*time.Millisecond
	fail := ack
	fail.Outcome, fail.Errno, fail.Latency = correlate.Failed, 17, 5*time.Millisecond
	part := ack
	part.Outcome = correlate.Partial
	event := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirEvent, 1000, epoch)

	verdict := func(x correlate.Observation, v capture.Verdict, errno int32) correlate.Observation {
		f := *x.Frame
		f.Change(func(o *capture.Origin) { o.Verdict = v; o.Errno = errno })
		x.Frame, x.Errno = &f, errno
		return x
	}
	bare := func(kind capture.Kind, v capture.Verdict, errno int32) correlate.Observation {
		x := verdict(req, v, errno)
		x.Frame.Change(func(o *capture.Origin) { o.Kind = kind })
		x.Message = nil
		x.Frame.Data = nil
		x.Frame.OrigLen = 0
		return x
	}
	second := verdict(event, capture.VerdictOverrun, 0)
	m := *second.Message
	m.Index = 1
	second.Message = &m
	cut := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirReply, 20, epoch)
	cut.Frame.OrigLen, cut.Message.Header.Len = 100, 90
	liar := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirReply, 20, epoch)
	liar.Frame.OrigLen, liar.Message.Header.Len = 100, 1<<32-1
	uevent := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirEvent, 20, epoch)
	uevent.Frame.OrigLen, uevent.Message.Header = 100, decode.Header{}
	arrives := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirPeer, 20, epoch)
	arrives.Frame.Change(func(o *capture.Origin) { o.SrcPort = 9; o.DstPort = 7 })
	leaves := sample(7, "ip", "route", "RTM_NEWLINK", capture.DirPeer, 20, epoch)
	leaves.Frame.Change(func(o *capture.Origin) { o.SrcPort = 7; o.DstPort = 9 })

	ms := time.Millisecond
	return []countTest{
		{"request", req, Counters{OutMessages: 1, OutBytes: 52, Requests: 1}},
		{"ack", ack, Counters{InMessages: 1, InBytes: 36, Replies: 1, Tally: capture.Tally{Latency: Latency{Count: 1, Sum: 3 * ms, Max: 3 * ms}}}},
		{"error reply", fail, Counters{InMessages: 1, InBytes: 36, Replies: 1, Tally: capture.Tally{Errors: 1, Latency: Latency{Count: 1, Sum: 5 * ms, Max: 5 * ms}}}},
		{"part of a dump is not the end of it", part, Counters{InMessages: 1, InBytes: 36, Replies: 1}},
		{"event", event, Counters{InMessages: 1, InBytes: 1000, Events: 1}},
		{"failed send", verdict(req, capture.VerdictFailed, 11), Counters{OutMessages: 1, OutBytes: 52, Requests: 1, Tally: capture.Tally{Errors: 1}}},
		{"overrun is a drop, not a delivery", verdict(event, capture.VerdictOverrun, 0), Counters{Tally: capture.Tally{Drops: 1}}},
		{"second message of a dropped datagram", second, Counters{}},
		{"dump into a full queue", verdict(ack, capture.VerdictDropped, 105), Counters{Tally: capture.Tally{Drops: 1}}},
		{"overrun without bytes", bare(capture.KindDatagram, capture.VerdictOverrun, 0), Counters{Tally: capture.Tally{Drops: 1}}},
		{"completion", bare(capture.KindCompletion, capture.VerdictDelivered, 0), Counters{}},
		{"failed completion", bare(capture.KindCompletion, capture.VerdictFailed, 1), Counters{Tally: capture.Tally{Errors: 1}}},
		{"ENOBUFS raised", bare(capture.KindSocketError, capture.VerdictNobufsRaised, 105), Counters{Tally: capture.Tally{NobufsRaised: 1}}},
		{"ENOBUFS read", bare(capture.KindSocketError, capture.VerdictNobufsRead, 105), Counters{Tally: capture.Tally{NobufsRead: 1}}},
		{"cut", cut, Counters{InMessages: 1, InBytes: 90, Replies: 1}},
		{"length beyond the datagram", liar, Counters{InMessages: 1, InBytes: 100, Replies: 1}},
		{"cut without nlmsghdr", uevent, Counters{InMessages: 1, InBytes: 100, Events: 1}},
		{"peer message that arrives", arrives, Counters{InMessages: 1, InBytes: 20, Peers: 1}},
		{"peer message that leaves", leaves, Counters{OutMessages: 1, OutBytes: 20, Peers: 1}},
	}
}

func TestObserveCounts(t *testing.T) {
	for _, tt := range countTests() {
		t.Run(tt.name, func(t *testing.T) {
			tab := New(Options{})
			tab.Observe(tt.x)
			s := tab.Snapshot(epoch)
			if diff := cmp.Diff(tt.want, s.Total); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
			if len(s.Cells) != 1 || s.Cells[0].Counters != s.Total {
				t.Errorf("cells %+v", s.Cells)
			}
			if tt.want.Errors > 0 && s.Last.Errno != tt.x.Errno {
				t.Errorf("last errno %d, want %d", s.Last.Errno, tt.x.Errno)
			}
		})
	}
}

// What nobody could name still has a row of its own.
func TestKeyOfUnnamed(t *testing.T) {
	x := sample(0, "", "", "", capture.DirReply, 20, epoch)
	x.Frame.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_GENERIC })
	x.Message.Header.Type, x.Message.HasCmd, x.Message.Cmd = 33, true, 0
	if k := keyOf(&x); k.FamilyLabel() != "generic:0x21" || k.Type.Label() != "cmd 0" {
		t.Errorf("generic: %+v, label %q", k, k.Type.Label())
	}
	x.Frame.Change(func(o *capture.Origin) { o.Protocol = 17 })
	x.Message.HasCmd = false
	if k := keyOf(&x); k.FamilyLabel() != "NETLINK_17" || k.Type.Label() != "type 0x21" {
		t.Errorf("protocol 17: %+v, label %q", k, k.Type.Label())
	}
	x.Frame.Change(func(o *capture.Origin) { o.Protocol = 65535 })
	x.Message = nil
	if k := keyOf(&x); k.Family != "NETLINK_31" || k.Type.Label() != SocketEvents {
		t.Errorf("no message: %+v, label %q", k, k.Type.Label())
	}
}

// A socket is one cell, whether or not its port ID was known.
func TestSocketIdentity(t *testing.T) {
	tab := New(Options{})
	x := sample(7, "ip", "route", "RTM_GETLINK", capture.DirRequest, 20, epoch)
	y := x
	f := *x.Frame
	f.Change(func(o *capture.Origin) { o.Socket.PortID = 0 })
	y.Frame = &f
	tab.Observe(y)
	tab.Observe(x)
	tab.Observe(y)
	if s := tab.Snapshot(epoch); len(s.Cells) != 1 || s.Cells[0].PortID != 7 {
		t.Errorf("cells %+v", s.Cells)
	}
}

func TestRates(t *testing.T) {
	tab := New(Options{})
	feed := func(from, to time.Duration, every time.Duration) {
		for d := from; d < to; d += every {
			tab.Observe(sample(7, "ip", "route", "RTM_GETLINK", capture.DirRequest, 20, epoch.Add(d)))
		}
	}
	rate := func(d time.Duration) Rates {
		s := tab.Snapshot(epoch.Add(d))
		if len(s.Cells) > 0 && s.Cells[0].Rates != s.Rates {
			t.Errorf("at %v: cell %+v, total %+v", d, s.Cells[0].Rates, s.Rates)
		}
		return s.Rates
	}
	if r := rate(0); r != (Rates{}) {
		t.Errorf("before the first: %+v", r)
	}
	feed(0, 500*time.Millisecond, 10*time.Millisecond)
	if r := rate(500 * time.Millisecond); r.OutRate != 100 || r.OutByteRate != 2000 || r.InRate != 0 {
		t.Errorf("after half a second at 100/s: %+v", r)
	}
	feed(500*time.Millisecond, 10*time.Second, 10*time.Millisecond)
	for _, d := range []time.Duration{10 * time.Second, 10*time.Second + 100*time.Millisecond} {
		if r := rate(d); r.OutRate != 100 {
			t.Errorf("at %v: %+v", d, r)
		}
	}
	if r := rate(11 * time.Second); r.OutRate != 50 {
		t.Errorf("one idle second: %+v", r)
	}
	if r := rate(13 * time.Second); r != (Rates{}) {
		t.Errorf("idle: %+v", r)
	}
	// A frame that comes late counts in total, and rates do not go wrong.
	tab.Observe(sample(7, "ip", "route", "RTM_GETLINK", capture.DirRequest, 20, epoch))
	if r := rate(13 * time.Second); r != (Rates{}) {
		t.Errorf("late frame: %+v", r)
	}
	s := tab.Snapshot(epoch.Add(13 * time.Second))
	if s.Total.OutMessages != 1001 {
		t.Errorf("total %d", s.Total.OutMessages)
	}
	// The late one belongs to the first second.
	if n := len(s.History); n != HistorySeconds || s.History[n-4] != 100 || s.History[n-13] != 101 || s.History[n-1] != 0 {
		t.Errorf("history of %d: %v", n, s.History)
	}
}

// Times of a hostile file wrap; nothing else happens.
func TestAbsurdTimes(t *testing.T) {
	tab := New(Options{})
	times := []time.Time{
		{}, time.Unix(1<<62, 0), time.Unix(-1<<62, 0), time.Unix(0, -1), time.UnixMilli(1<<63 - 1), time.UnixMilli(-1 << 63), epoch,
	}
	for _, at := range times {
		tab.Observe(sample(1, "a", "route", "RTM_GETLINK", capture.DirRequest, 20, at))
	}
	for _, at := range times {
		if s := tab.Snapshot(at); s.Total.OutMessages != uint64(len(times)) {
			t.Errorf("at %v: %+v", at, s.Total)
		}
	}
}

func sumCells(s *Snapshot) Counters {
	var sum Counters
	for i := range s.Cells {
		sum.Add(&s.Cells[i].Counters)
	}
	sum.Add(&s.Overflow.Counters)
	return sum
}

func sumRows(rows []*Row) (c Counters, leaves int) {
	for _, r := range rows {
		c.Add(&r.Counters)
		if len(r.Children) == 0 {
			leaves++
			continue
		}
		_, n := sumRows(r.Children)
		leaves += n
	}
	return c, leaves
}

// checkRows says whether every row is the sum of its children.
func checkRows(t *testing.T, rows []*Row, seen map[RowID]bool) {
	t.Helper()
	for _, r := range rows {
		if seen[r.ID] {
			t.Fatalf("row %+v is there twice", r.ID)
		}
		seen[r.ID] = true
		if len(r.Children) == 0 {
			continue
		}
		if sum, _ := sumRows(r.Children); sum != r.Counters {
			t.Fatalf("row %s: %+v, its children %+v", r.Label, r.Counters, sum)
		}
		checkRows(t, r.Children, seen)
	}
}

// A million keys that were never seen before: the sums of the leaves, of every
// grouping, and the totals are the same, and memory has a bound.
func TestBoundsAndSums(t *testing.T) {
	const cells = 1000
	tab := New(Options{MaxCells: cells})
	rnd := rand.New(rand.NewPCG(1, 2))
	dirs := []capture.Dir{capture.DirRequest, capture.DirReply, capture.DirEvent, capture.DirPeer, capture.DirUnknown}
	verdicts := []capture.Verdict{
		capture.VerdictNone, capture.VerdictDelivered, capture.VerdictOverrun, capture.VerdictDropped,
		capture.VerdictFailed, capture.VerdictNobufsRaised, capture.VerdictNobufsRead,
	}
	var families, types []string
	for i := range 20 {
		families = append(families, fmt.Sprint("family", i))
	}
	for i := range 500 {
		types = append(types, fmt.Sprint("TYPE_", i))
	}
	x := sample(1, "flood", "route", "RTM_NEWLINK", capture.DirRequest, 40, epoch)
	var heap [2]uint64
	total := 1_000_000
	if testing.Short() {
		total = 100_000
	}
	for i := range total {
		f := x.Frame
		x.Account.PID = rnd.Uint32()
		f.Change(func(o *capture.Origin) { o.Socket.Inode = rnd.Uint64N(3) * uint64(x.Account.PID) })
		f.Change(func(o *capture.Origin) { o.NetNS = rnd.Uint64() })
		f.Time = epoch.Add(time.Duration(i) * 100 * time.Microsecond)
		f.Change(func(o *capture.Origin) { o.Dir = dirs[rnd.IntN(len(dirs))] })
		f.Change(func(o *capture.Origin) { o.Verdict = verdicts[rnd.IntN(len(verdicts))] })
		f.OrigLen = rnd.IntN(100_000)
		x.Errno = rnd.Int32N(3)
		x.Family, x.Type = families[rnd.IntN(len(families))], types[rnd.IntN(len(types))]
		tab.Observe(x)
		if len(tab.cells) > cells || len(tab.index) > cells {
			t.Fatalf("after %d: %d cells", i, len(tab.cells))
		}
		if i == total/10 || i == total-1 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap[i/(total-1)] = m.HeapAlloc
		}
	}
	if grown := int64(heap[1]) - int64(heap[0]); grown > 2<<20 {
		t.Errorf("heap grew by %d bytes, from %d", grown, heap[0])
	}

	checkSums(t, tab.Snapshot(x.Frame.Time), uint64(total)*9/10)
	tab.Clear()
	if s := tab.Snapshot(epoch); s.Total != (Counters{}) || len(s.Cells) != 0 || s.Overflow.Cells != 0 {
		t.Errorf("after Clear: %+v", s)
	}
}

// checkSums compares the total of a snapshot with its cells and every tree of
// it; so many cells were there at least.
func checkSums(t *testing.T, s Snapshot, cells uint64) {
	t.Helper()
	if got := uint64(len(s.Cells)) + s.Overflow.Cells; got < cells {
		t.Errorf("only %d cells were ever there", got)
	}
	if sum := sumCells(&s); sum != s.Total {
		t.Errorf("cells sum to %+v, total %+v", sum, s.Total)
	}
	for g := GroupProcess; g <= GroupCommand; g++ {
		rows := s.Tree(Query{Group: g, By: ByMessages})
		if sum, _ := sumRows(rows); sum != s.Total {
			t.Errorf("by %v: rows sum to %+v, total %+v", g, sum, s.Total)
		}
		checkRows(t, rows, make(map[RowID]bool))
	}
}

func BenchmarkObserve(b *testing.B) {
	for _, n := range []int{1, 5000} {
		b.Run(fmt.Sprintf("cells=%d", n), func(b *testing.B) {
			tab := New(Options{})
			xs := make([]correlate.Observation, n)
			for i := range xs {
				xs[i] = sample(uint32(i), "ip", "route", "RTM_NEWROUTE", capture.DirReply, 120, epoch)
			}
			for range 3 * 64 {
				for i := range xs {
					tab.Observe(xs[i])
				}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				xs[i%n].Frame.Time = epoch.Add(time.Duration(i) * time.Microsecond)
				tab.Observe(xs[i%n])
				i++
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	tab := New(Options{})
	for i := range 5000 {
		tab.Observe(sample(uint32(i), "ip", "route", "RTM_NEWROUTE", capture.DirReply, 120, epoch))
	}
	now := epoch.Add(time.Second)
	b.Run("copy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tab.Snapshot(now)
		}
	})
	s := tab.Snapshot(now)
	b.Run("tree", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Tree(Query{By: ByRate})
		}
	})
}

// An event that nobody got is in nobody's row.
func TestUnheardIsNotCounted(t *testing.T) {
	x := sample(1, "ip", "route", "RTM_NEWLINK", capture.DirEvent, 20, epoch)
	x.Frame.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictUnheard })
	tab := New(Options{})
	tab.Observe(x)
	if s := tab.Snapshot(epoch); len(s.Cells) != 0 || s.Total != (Counters{}) {
		t.Errorf("%+v", s)
	}
}
