// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nltest"
)

// slow feeds a request that was answered after d.
func (s *fakeSource) slow(pid uint32, d time.Duration) {
	s.slowBy(capture.Proc{PID: pid, Comm: "slow"}, d)
}

func (s *fakeSource) slowBy(p capture.Proc, d time.Duration) {
	pid := p.PID
	end := capture.Socket{PortID: pid, Inode: uint64(pid), Owner: p}
	req := nltest.Message(16, 5, uint32(s.id), 0, make([]byte, 16))
	s.feed(capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Proc: p, Socket: end, SrcPort: pid,
		},
		Data: req,
	})
	s.now = s.now.Add(d)
	s.feed(capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirReply, Proc: p, Socket: end, DstPort: pid,
		},
		Data: nltest.Message(2, 0x100, uint32(s.id-1), pid, make([]byte, 4), req[:16]),
	})
}

func text(segs []segment) (s string) {
	for _, g := range segs {
		s += g.text
	}
	return s
}

// The line under the tree rises with the latency, with and without colours.
func TestHeatLine(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		h := newHarness(t, 100, 24, Options{ASCII: ascii, NoColor: ascii})
		h.src.table.Clear()
		for _, d := range []time.Duration{10 * time.Microsecond, time.Millisecond, 400 * time.Millisecond} {
			h.src.slow(77, d)
			h.src.now = h.src.now.Add(2 * aggregate.HeatStep)
		}
		h.tick()
		want := "▂ ▄ ▇"
		if ascii {
			want = ": = #"
		}
		h.wants(want)
		row := h.tree.rows[0]
		line := h.tree.heatLine(row)
		if !strings.HasSuffix(text(line), heatRange(12)) {
			t.Errorf("%q does not end in the slowest, %s", text(line), heatRange(12))
		}
		seen := map[string]bool{}
		for _, s := range line[1 : len(line)-1] {
			if s.text != " " {
				fg, _, _ := s.style.Decompose()
				seen[fg.String()] = true
			}
		}
		if ascii != (len(seen) == 1) {
			t.Errorf("%d colours, ASCII %v", len(seen), ascii)
		}
		if h.heatLine(&aggregate.Heat{Columns: make([][aggregate.HeatLevels]uint32, 5)}, 100) != nil {
			t.Error("a line of nothing")
		}
		if h.heatLine(&h.snap.Heat, 20) != nil {
			t.Error("a line without room")
		}
	}
}

// The page shows a row, or all, and tells of the time under its cursor.
func TestHeatPage(t *testing.T) {
	h := newHarness(t, 140, 30, Options{})
	for range 9 {
		h.src.slow(77, 2*time.Second)
	}
	h.tick()
	h.press("/")
	h.typeText("slow")
	h.press("Enter", "h")
	h.wants("Latency of slow[77]", "1.00 s", "now", "-0:30", "03:04:24", "p99 1.00 s-3.00 s")
	v := h.top().(*heatView)
	one := v.heat
	h.press("Tab")
	h.wants("Latency of all requests")
	if sumOf(&v.heat) <= sumOf(&one) || sumOf(&one) != 9 {
		t.Errorf("all are %d, the row has %d", sumOf(&v.heat), sumOf(&one))
	}
	h.press("Left", "Left", "Left")
	if v.at != 3 {
		t.Errorf("three times left is column %d", v.at)
	}
	h.press("End")
	for range 200 {
		h.press("Left")
	}
	h.wants("0 requests ended")
	h.press("Esc", "l", "h") // from any other page: all
	h.wants("Latency of all requests")
	h.lacks("row or all")
	// Frozen while paused.
	h.press("p")
	h.src.slow(77, time.Second)
	h.tick()
	before := sumOf(&h.top().(*heatView).heat)
	h.press("p")
	if after := sumOf(&h.top().(*heatView).heat); after != before+1 {
		t.Errorf("%d requests while paused, %d after", before, after)
	}
}

// The row of those that made room has a line and a map of its own.
func TestHeatOfFolded(t *testing.T) {
	h := newHarness(t, 140, 30, Options{})
	h.src.table = aggregate.New(aggregate.Options{MaxCells: 2})
	for pid := range uint32(5) {
		h.src.slow(pid+70, 2*time.Second)
	}
	h.tick()
	h.press("End")
	if r := h.tree.current(); r.ID.Level() != aggregate.LevelOverflow {
		t.Fatalf("the last row is %+v", r)
	}
	h.wants("idle rows folded", "p99 over time")
	h.press("h")
	h.wants("Latency of (", "idle rows folded)", "row or all")
	v := h.top().(*heatView)
	folded := sumOf(&v.heat)
	h.press("Tab")
	h.wants("Latency of all requests")
	if all := sumOf(&v.heat); all != 5 || folded == 0 || folded >= all {
		t.Errorf("%d of %d are folded", folded, all)
	}
}

func sumOf(m *aggregate.Heat) (n uint64) {
	for i := range m.Columns {
		n += heatSum(m.Columns[i][:])
	}
	return n
}

// A row whose past made room for others says since when it is whole.
func TestHeatLost(t *testing.T) {
	h := newHarness(t, 100, 24, Options{})
	h.press("h")
	v := h.top().(*heatView)
	v.heat.Lost = aggregate.HeatColumns - 30
	h.draw()
	h.wants("whole for the last 1m0s only")
}

// ended adds an exchange that has ended, beside what the table knows.
func (s *fakeSource) endedAt(p capture.Proc, begin time.Time, d time.Duration) {
	m := s.message("RTM_GETLINK", capture.DirRequest)
	m.Frame.Time = begin
	m.Frame.Change(func(o *capture.Origin) { o.Proc, o.Socket = p, capture.Socket{PortID: p.PID, Owner: p} })
	s.ended = append(s.ended, correlate.Exchange{
		Request: m, Proc: p, Time: begin, Outcome: correlate.Acked, Replies: 1, First: d, Last: d, Ended: true, Shared: 1, Leads: true,
	})
}

// Enter opens the exchanges of the cell, of the row alone, and says which they are; of a whole
// column it opens all, the longest first.
func TestHeatCell(t *testing.T) {
	h := newHarness(t, 140, 40, Options{})
	h.src.table.Clear()
	h.src.now = epoch.Add(99 * time.Second) // a column begins
	slow, other := capture.Proc{PID: 77, Comm: "slow"}, capture.Proc{PID: 78, Comm: "other"}
	for _, d := range []time.Duration{1, 2, 400, 500} {
		d *= time.Millisecond
		begin := h.src.now
		h.src.slow(77, d)
		h.src.endedAt(slow, begin, d)
	}
	begin := h.src.now
	h.src.slowBy(other, 450*time.Millisecond)
	h.src.endedAt(other, begin, 450*time.Millisecond)
	h.src.endedAt(slow, epoch, 450*time.Millisecond) // at another time
	h.src.now = h.src.now.Add(3 * aggregate.HeatStep)
	h.tick()
	h.press("/")
	h.typeText("slow")
	h.press("Enter", "h", "Enter")
	h.wants("no request ended here")
	h.press("Up") // to the last one with anything
	h.wants("2 requests ended that took 300 ms-1.00 s")
	h.src.now = h.src.now.Add(aggregate.HeatStep) // the cursor stays on its time
	h.tick()
	h.wants("2 requests ended that took 300 ms-1.00 s")
	h.press("Enter")
	v := h.top().(*exchangesView)
	h.wants("Exchanges of slow[77] that took 300 ms to 1.00 s and ended 03:05:44 to 03:05:46: 2", "exchanges at 03:05:44", "500 ms", "1 of 2")
	h.lacks("other[78]", "only wrong")
	if v.rows() != 2 {
		t.Errorf("%d lines", v.rows())
	}
	h.press("Down", "Enter") // the story of the older one
	h.wants("400 ms")
	h.press("Esc", "Esc", "Down")
	h.wants("2 requests ended that took 1.00 ms-3.00 ms")
	h.press("Down")
	h.wants("4 requests ended  p50")
	h.press("Enter")
	h.wants("Exchanges of slow[77] that ended 03:05:44 to 03:05:46: 4", "▼LATENCY")
	if x := h.top().(*exchangesView).at(0).x; x.Last != 500*time.Millisecond {
		t.Errorf("the first took %v", x.Last)
	}
	h.press("Esc", "Tab", "Up", "Enter")
	h.wants("Exchanges that took 300 ms to 1.00 s", ": 3", "other[78]")
	h.src.ended = nil // nobody kept them
	h.tick()
	h.wants("none of them is kept", "3 were measured")
}

// The long holds of rtnl_mutex stand below the columns they fell into, or why there are none.
func TestHeatHolds(t *testing.T) {
	h := newHarness(t, 140, 40, Options{})
	h.src.now = epoch.Add(100 * time.Second)
	h.src.locks = live.Locks{Reports: []live.LockReport{
		{Time: h.src.now, Proc: capture.Proc{PID: 9, Comm: "brctl"}, Family: "route", Type: "RTM_NEWLINK", Lock: capture.Lock{Hold: 3 * time.Second}},
		{Time: h.src.now, Proc: capture.Proc{PID: 8, Comm: "ip"}, Lock: capture.Lock{Wait: 90 * time.Second}},
	}}
	h.src.status.Info.Sees = capture.AllSees
	h.tick()
	h.press("h")
	v := h.top().(*heatView)
	h.wants("rtnl held 3.00 s by brctl[9]", "rtnl held 3.00 s  by brctl[9]  route RTM_NEWLINK", "until 03:05:45")
	for i, want := range map[int]bool{len(v.heat.Columns) - 1: true, len(v.heat.Columns) - 2: true, len(v.heat.Columns) - 3: false} {
		if got := v.longestHold(i) != nil; got != want {
			t.Errorf("column %d: held %v", i, got)
		}
	}
	h.press("Left", "Left")
	h.lacks("rtnl held")
	h.src.locks.Reports = nil
	h.tick()
	h.wants("no long hold of rtnl_mutex in this time")
	h.src.locks.Cut = true
	h.tick()
	h.wants("only the last long holds")
	h.src.status.Info.Sees = capture.Describe(capture.SourceFentry).Always()
	h.src.locks.Why = "rtnl_mutex is not watched: start nltop with --rtnl"
	h.tick()
	h.wants("start nltop with --rtnl")
}

// Any size.
func TestHeatSizes(t *testing.T) {
	h := newHarness(t, 100, 24, Options{})
	h.press("h", "Left", "Up")
	for w := range 140 {
		for _, height := range []int{1, 5, 8, 12, 16, 40} {
			h.sim.SetSize(w, height)
			h.draw()
		}
	}
}

// Places are shown where they are, the name of a namespace in place of its
// number, and "*" where a row is in several.
func TestPlaceColumns(t *testing.T) {
	h := newHarness(t, 150, 24, Options{})
	h.lacks("CONTAINER", "UNIT")
	for pid, where := range map[uint32][4]string{
		501: {"web-1", "docker.service", "blue"}, 502: {"web-2", "", "red"},
	} {
		p := capture.Proc{PID: pid, Comm: "nginx", Container: where[0], Unit: where[1]}
		f := capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{PortID: pid, Owner: p}, SrcPort: pid,
			},
			Data: nltest.Message(16, 5, 1, 0, make([]byte, 16)),
		}
		f.Change(func(o *capture.Origin) { o.NetNSName = where[2] })
		h.src.feed(f)
	}
	h.src.now = h.src.now.Add(time.Second)
	h.tick()
	h.wants("CONTAINER", "web-1", "web-2", "blue", "red")
	h.press("C", "p")
	h.wants("UNIT", "docker.service", "web-1")
	h.press("b", "b", "b") // by command: both in one row
	h.press("/")
	h.typeText("nginx")
	h.press("Enter")
	if r := h.tree.current(); r.Container() != "*" || r.UnitName() != "*" {
		t.Errorf("%q %q", r.Container(), r.UnitName())
	}
	h.lacks("web-1", "docker.service")
	h.press("Enter")
	if n := strings.Count(h.text(), " * "); n == 0 {
		t.Errorf("nothing says that the row is mixed:\n%s", h.text())
	}
}

// Those of the kernel are there where the source tells them of every send.
func TestKernelColumns(t *testing.T) {
	h := newHarness(t, 150, 24, Options{})
	h.src.status.Info.Sees = capture.Describe(capture.SourceNlmon).Sees
	h.tick()
	h.press("C", "i")
	h.lacks("KRN")
	h.src.table.Clear()
	p := capture.Proc{PID: 501, Comm: "ip"}
	for i := range 100 {
		h.src.feed(capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: p, Verdict: capture.VerdictDelivered,
				Socket: capture.Socket{PortID: 501, Owner: p}, SrcPort: 501,
			},
			Elapsed: time.Duration(i+1) * time.Millisecond,
			Data:    nltest.Message(16, 5, uint32(i), 0, make([]byte, 16)),
		})
	}
	h.tick()
	h.wants("KRN P99", "KRN MAX", "99.6 ms", "100 ms", "p99 99.6 ms")
	for h.tree.sorted == nil || h.tree.sorted.head != "KRN P99" {
		h.press("s")
	}
}

// The times can all be seen and sorted by.
func TestTimeColumns(t *testing.T) {
	h := newHarness(t, 120, 24, Options{})
	h.press("C", "i")
	h.wants("P50", "P90", "P99", "MAX", "KERNEL", "LATENCY")
	seen := map[string]bool{}
	for range 20 {
		h.press("s")
		if c := h.tree.sorted; c != nil {
			seen[c.head] = true
		}
	}
	for _, c := range []string{"P50", "P90", "P99", "MAX", "KERNEL"} {
		if !seen[c] {
			t.Errorf("%v is not among the sort keys", c)
		}
	}
}

// Down goes from a column to its shortest latencies, and on to longer ones by Up.
func TestHeatDownToShortest(t *testing.T) {
	m, dec := demoModel(t)
	h := demoScreen(t, m, dec, 120, 40)
	h.press("Down", "h", "Down")
	h.wants("requests ended that took 10.0 us-30.0 us")
	h.press("Up")
	h.wants("requests ended that took 30.0 us-100 us")
	h.press("End", "Up")
	h.wants("1 request ended that took 100 ms-300 ms")
}
