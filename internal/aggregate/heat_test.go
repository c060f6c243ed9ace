// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// took is a reply of a request that took so long.
func took(pid uint32, typ string, d time.Duration, at time.Time) correlate.Observation {
	x := sample(pid, "ip", "route", typ, capture.DirReply, 36, at)
	x.Outcome, x.Latency = correlate.Acked, d
	return x
}

func (h *Heat) sum() (n uint64) {
	for i := range h.Columns {
		for _, c := range h.Columns[i] {
			n += uint64(c)
		}
	}
	return n
}

func TestHeatLevels(t *testing.T) {
	for _, tt := range []struct {
		d    time.Duration
		want int
	}{
		{0, 0}, {999, 0}, {time.Microsecond, 1}, {2999, 1}, {3 * time.Microsecond, 2},
		{time.Millisecond, 7}, {9999 * time.Millisecond, 14}, {10 * time.Second, 15}, {time.Hour, 15},
	} {
		if got := HeatLevel(tt.d); got != tt.want {
			t.Errorf("%v is in level %d, want %d", tt.d, got, tt.want)
		}
	}
	for level := range HeatLevels {
		if got := HeatLevel(HeatBound(level)); got != level {
			t.Errorf("level %d begins at %v, which is in %d", level, HeatBound(level), got)
		}
	}
}

// A row's map is the sum of its cells, at the time of the frames.
func TestHeat(t *testing.T) {
	tab := New(Options{})
	tab.Observe(took(7, "RTM_NEWLINK", 2*time.Millisecond, epoch))
	tab.Observe(took(7, "RTM_NEWLINK", 2*time.Millisecond, epoch))
	tab.Observe(took(7, "RTM_GETLINK", 50*time.Millisecond, epoch.Add(10*HeatStep)))
	tab.Observe(took(8, "RTM_NEWLINK", 2*time.Second, epoch.Add(10*HeatStep)))
	// A late one, and one that is too late.
	tab.Observe(took(8, "RTM_NEWLINK", 2*time.Second, epoch))
	tab.Observe(took(8, "RTM_NEWLINK", 2*time.Second, epoch.Add(-HeatColumns*HeatStep)))
	now := epoch.Add(10 * HeatStep)
	snap := tab.Snapshot(now)
	rows := snap.Tree(Query{By: ByPID})
	seven, eight := rows[0], rows[1]
	const last = HeatColumns - 1
	for _, tt := range []struct {
		name          string
		id            RowID
		column, level int
		want          uint32
		sum           uint64
	}{
		{"all, then", All, last - 10, HeatLevel(2 * time.Millisecond), 2, 5},
		{"all, now", All, last, HeatLevel(2 * time.Second), 1, 5},
		{"process", seven.ID, last - 10, HeatLevel(2 * time.Millisecond), 2, 3},
		{"other process", eight.ID, last - 10, HeatLevel(2 * time.Second), 1, 2},
		{"type", seven.Children[0].Children[0].ID, last - 10, HeatLevel(2 * time.Millisecond), 2, 2},
	} {
		h := tab.Heat(tt.id, now)
		if got := h.Columns[tt.column][tt.level]; got != tt.want || h.sum() != tt.sum || h.Lost != 0 {
			t.Errorf("%s: %d in column %d level %d of %d, want %d of %d; %d columns lost", tt.name, got, tt.column, tt.level, h.sum(), tt.want, tt.sum, h.Lost)
		}
	}
	h := tab.Heat(seven.ID, now)
	if level, ok := h.Quantile(last-10, 0.99); !ok || level != HeatLevel(2*time.Millisecond) {
		t.Errorf("p99 in level %d, %v", level, ok)
	}
	if _, ok := h.Quantile(0, 0.99); ok {
		t.Error("a quantile of nothing")
	}
	if h := tab.Heat(All, now.Add(HeatColumns*HeatStep)); h.sum() != 0 {
		t.Errorf("%d are left after all columns went by", h.sum())
	}
	tab.Clear()
	if h := tab.Heat(All, now); h.sum() != 0 {
		t.Error("Clear leaves a map")
	}
}

// The ring is bounded; when it is full, maps of rows say where they begin, and
// that of all stays exact.
func TestHeatBound(t *testing.T) {
	tab := New(Options{MaxCells: 1000})
	n := 0
	for column := range 100 {
		for pid := range uint32(1000) {
			tab.Observe(took(pid+1, "RTM_NEWLINK", time.Millisecond, epoch.Add(time.Duration(column)*HeatStep)))
			n++
		}
	}
	if len(tab.heat.entries) != maxHeat || len(tab.heat.at) != 1000 {
		t.Fatalf("%d entries, %d in the newest column", len(tab.heat.entries), len(tab.heat.at))
	}
	now := epoch.Add(99 * HeatStep)
	if h := tab.Heat(All, now); h.sum() != uint64(n) || h.Lost != 0 {
		t.Errorf("the total holds %d of %d, %d columns lost", h.sum(), n, h.Lost)
	}
	id := RowID{Group: GroupProcess, Depth: 1, Key: Key{Process: Process{PID: 500, Comm: "ip"}}}
	h := tab.Heat(id, now)
	whole := maxHeat / 1000
	if want := HeatColumns - whole; h.Lost != want {
		t.Errorf("%d columns are lost, want %d", h.Lost, want)
	}
	for column := h.Lost; column < HeatColumns; column++ {
		if h.Columns[column][HeatLevel(time.Millisecond)] != 1 {
			t.Errorf("column %d: %v", column, h.Columns[column])
		}
	}
	// More in one column than the ring holds.
	for pid := range uint32(maxHeat + 10) {
		tab.Observe(took(pid+1, "RTM_NEWLINK", time.Second, now))
	}
	if len(tab.heat.entries) != maxHeat || len(tab.heat.at) > maxHeat {
		t.Errorf("%d entries, %d in the newest column", len(tab.heat.entries), len(tab.heat.at))
	}
	if h := tab.Heat(id, now); h.Lost != HeatColumns {
		t.Errorf("%d columns are lost", h.Lost)
	}
}

// What a row had before it was folded is in the map of the row it was folded into,
// and only there, also when its key comes back.
func TestHeatOfFolded(t *testing.T) {
	tab := New(Options{MaxCells: 2})
	at := func(column int) time.Time { return epoch.Add(time.Duration(column) * HeatStep) }
	row := func(pid uint32) RowID {
		return RowID{Group: GroupProcess, Depth: 1, Key: Key{Process: Process{PID: pid, Comm: "ip"}}}
	}
	check := func(what string, column int, folded, one, two, three, all uint64) {
		t.Helper()
		for _, tt := range []struct {
			id   RowID
			want uint64
		}{{RowID{}, folded}, {RowID{Group: GroupFamily}, folded}, {row(1), one}, {row(2), two}, {row(3), three}, {All, all}} {
			if h := tab.Heat(tt.id, at(column)); h.sum() != tt.want {
				t.Errorf("%s: %d of %+v, want %d", what, h.sum(), tt.id, tt.want)
			}
		}
	}
	tab.Observe(took(1, "RTM_NEWLINK", time.Millisecond, at(0)))
	tab.Observe(took(1, "RTM_NEWLINK", time.Second, at(1)))
	tab.Observe(took(2, "RTM_NEWLINK", time.Second, at(1)))
	check("before", 1, 0, 2, 1, 0, 3)
	tab.Observe(took(3, "RTM_NEWLINK", time.Millisecond, at(1)))
	check("one folded", 1, 2, 0, 1, 1, 4)
	tab.Observe(took(1, "RTM_NEWLINK", time.Millisecond, at(1)))
	check("back", 1, 3, 1, 0, 1, 5)
	h := tab.Heat(RowID{}, at(1))
	if c := h.Columns; c[HeatColumns-2][HeatLevel(time.Millisecond)] != 1 || c[HeatColumns-1][HeatLevel(time.Second)] != 2 {
		t.Errorf("folded: %v, %v", c[HeatColumns-2], c[HeatColumns-1])
	}
	check("later", HeatColumns, 2, 1, 0, 1, 4)
	snap := tab.Snapshot(at(1))
	rows := snap.Tree(Query{})
	if id := rows[len(rows)-1].ID; id.Level() != LevelOverflow {
		t.Errorf("the last row is %+v", id)
	}
}

// What the source counted is on the map too, to the level.
func TestHeatOfCounts(t *testing.T) {
	tab := New(Options{})
	c := capture.Count{
		Proc: capture.Proc{PID: 7, Comm: "ip"}, Last: epoch, Tally: capture.Tally{Latency: capture.Times{Count: 3, Sum: 6e6, Max: 2e6}},
		Buckets: []capture.Bucket{{Number: 0, Count: 1}, {Number: 1<<16 - 1, Count: 2}},
	}
	tab.Count(&c, &capture.Frame{Origin: &capture.Origin{}, Time: epoch}, nil)
	h := tab.Heat(All, epoch)
	if last := h.Columns[HeatColumns-1]; last[0] != 1 || last[HeatLevels-1] != 2 {
		t.Errorf("%v", last)
	}
}

// A row says where it ran only if all of it ran there.
func TestPlaces(t *testing.T) {
	tab := New(Options{})
	add := func(pid uint32, comm string, netns uint64, name, pod, container, unit string) {
		x := sample(pid, comm, "route", "RTM_NEWLINK", capture.DirRequest, 52, epoch)
		x.Account.Pod, x.Account.Container, x.Account.Unit = pod, container, unit
		x.Frame.Change(func(o *capture.Origin) { o.NetNS = netns; o.NetNSName = name })
		tab.Observe(x)
	}
	add(1, "one", 10, "", "", "web", "docker.service")
	add(1, "one", 10, "blue", "", "web", "docker.service")
	add(2, "two", 10, "blue", "ns/pod", "web", "")
	add(2, "two", 11, "", "ns/pod", "web", "")
	add(3, "three", 12, "", "", "", "x\x1b.service")
	add(4, "four", 0, "", "", "", "")
	snap := tab.Snapshot(epoch)
	got := map[string][3]string{}
	for _, r := range append(snap.Tree(Query{Group: GroupProcess}), snap.Tree(Query{Group: GroupFamily})...) {
		got[r.Label] = [3]string{r.Container(), r.UnitName(), r.NetNSText()}
	}
	for name, want := range map[string][3]string{
		"one":   {"web", "docker.service", "blue"},
		"two":   {"ns/pod/web", "", "*"},
		"three": {"", `"x\x1b.service"`, "12"},
		"four":  {"", "", ""},
		"route": {"*", "*", "*"},
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	// Rows that say nothing come last, whatever the column.
	for _, tt := range []struct {
		name string
		by   Order
		want string
	}{
		{"container", ByContainer, "two one four three"}, {"unit", ByUnit, "three one two four"}, {"netns", ByNetNS, "two three one four"},
	} {
		order := ""
		for _, r := range snap.Tree(Query{By: tt.by}) {
			order += " " + r.Label
		}
		if order[1:] != tt.want {
			t.Errorf("by %s:%s, want %s", tt.name, order, tt.want)
		}
	}
}
