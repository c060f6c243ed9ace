// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// slow feeds a request that was answered after d.
func (s *fakeSource) slow(pid uint32, d time.Duration) {
	p := capture.Proc{PID: pid, Comm: "slow"}
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
	h.wants("Latency of slow[77]", "1.00 s", "now", "-0:30", "p99 1.00 s-3.00 s")
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

// Any size.
func TestHeatSizes(t *testing.T) {
	h := newHarness(t, 100, 24, Options{})
	h.press("h", "Left")
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
