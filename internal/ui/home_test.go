// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/sockets"
)

// crowd feeds 33 processes of one name, as a loop in a shell makes them: two fail, one is
// told by a probe that there is no such thing.
func (s *fakeSource) crowd() { s.crowdOf(33) }

func (s *fakeSource) crowdOf(n int) {
	for i := range n {
		p := capture.Proc{PID: uint32(9000 + i), Comm: "ip", Identity: capture.Identity{
			Exe: "/usr/sbin/ip", CmdLine: capture.CmdLine(fmt.Sprintf("ip\x00link\x00add\x00vx%d\x00type\x00vxlan\x00", i)),
		}}
		f := capture.Frame{
			Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, SrcPort: p.PID, Socket: capture.Socket{PortID: p.PID, Inode: uint64(p.PID), Owner: p}},
			Data:   nltest.Message(16, 0x605, uint32(i), 0, make([]byte, 16)),
		}
		s.feed(f)
		code := []byte{0, 0, 0, 0}
		if i >= 31 {
			code = []byte{0xea, 0xff, 0xff, 0xff} // -EINVAL
		}
		f.Change(func(o *capture.Origin) { o.Dir = capture.DirReply })
		s.now = s.now.Add(200 * time.Millisecond)
		f.Data = nltest.Message(2, 0x100, uint32(i), p.PID, code, f.Data[:16])
		s.feed(f)
	}
}

// named feeds a request of a process with this name.
func (s *fakeSource) named(comm string) {
	s.id++
	p := capture.Proc{PID: uint32(20000 + s.id), Comm: comm}
	s.feed(capture.Frame{
		Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, SrcPort: p.PID, Socket: capture.Socket{PortID: p.PID, Inode: uint64(p.PID), Owner: p}},
		Data:   nltest.Message(16, 0x605, 1, 0, make([]byte, 16)),
	})
}

// Processes with one name are one row, which unfolds to them, to families and to types.
func TestCrowdUnfolds(t *testing.T) {
	h := newHarness(t, 159, 50, Options{})
	h.on("ip")
	h.press("Right")
	h.src.crowd()
	h.tick()
	h.wants("▾ ip ×34", "2 × EINVAL", "ip link add vx32 type vxlan", "▾ ip ") // what was unfolded stays
	h.on("ip")
	h.wants("ip ×34", "▸ ip link add vx7 type vxlan ")
	h.press("Right", "Right")
	if r := h.tree.current(); r.ID.Level() != aggregate.LevelFamily && r.ID.Level() != aggregate.LevelProcess {
		t.Errorf("on %+v", r.ID)
	}
	h.on("ip")
	h.press("m")
	h.wants("messages of ip ×34", "146 of 146")
	h.press("Esc", "Right", "Enter", "Down", "Enter")
	h.lacks("messages of ip ×34")
	h.press("Left", "Left", "Left")
	if r := h.tree.current(); r.Processes != 34 {
		t.Errorf("left goes to %q", r.Label)
	}
	h.press("Left")
	h.wants("▸ ip ×34")
}

// order is what a calm order makes of labels, at a second.
type order struct {
	at   int
	want string // the rows as they should be sorted
	held string // the row under the cursor
	free bool
	got  string
}

// TestCalm: rows change places at most once in five seconds, new ones come in where they
// belong, and what is under the cursor stays in its line.
func TestCalm(t *testing.T) {
	for _, tc := range []struct {
		name   string
		orders []order
	}{
		{"not twice in five seconds", []order{
			{at: 0, want: "abc", got: "abc"}, {at: 1, want: "bac", got: "bac"}, {at: 2, want: "cba", got: "bac"},
			{at: 5, want: "cab", got: "bac"}, {at: 6, want: "cab", got: "cab"},
		}},
		{"new rows, and those that go", []order{
			{at: 0, want: "abc", got: "abc"}, {at: 1, want: "acb", got: "acb"}, {at: 2, want: "xabcy", got: "xacby"}, {at: 3, want: "zbc", got: "zcb"},
		}},
		{"the cursor's row", []order{
			{at: 0, want: "abcd", got: "abcd"}, {at: 10, want: "dcba", held: "b", got: "dbca"}, {at: 16, want: "dcba", held: "b", got: "dbca"}, {at: 22, want: "dcba", got: "dcba"},
		}},
		{"while a recording is read", []order{
			{at: 0, want: "abc", got: "abc"}, {at: 1, want: "bac", free: true, got: "bac"}, {at: 1, want: "cab", free: true, got: "cab"},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var c calm
			for _, o := range tc.orders {
				var rows []*aggregate.Row
				for _, l := range o.want {
					rows = append(rows, &aggregate.Row{Label: string(l), ID: aggregate.RowID{Depth: 1, Key: aggregate.Key{Process: aggregate.Process{Comm: string(l)}}}})
				}
				got := ""
				for _, r := range c.arrange(rows, calmly{
					now: epoch.Add(time.Duration(o.at) * time.Second), free: o.free,
					open: func(*aggregate.Row) bool { return false },
					held: func(r *aggregate.Row) bool { return r.Label == o.held },
				}) {
					got += r.Label
				}
				if got != o.got {
					t.Errorf("at %d s %q is %q, want %q", o.at, o.want, got, o.got)
				}
			}
		})
	}
}

// labels are those of the rows on the screen.
func (h *harness) labels() string {
	var out []string
	for _, r := range h.tree.rows {
		out = append(out, r.Label)
	}
	return strings.Join(out, " ")
}

// What is wrong stands first: who is losing, who lost, whose errors, then what talks most.
// The user's own order is obeyed, and is as calm.
func TestTroubleFirst(t *testing.T) {
	h := newHarness(t, 120, 30, Options{})
	busy := func(pid uint32, comm string, n int) {
		p := capture.Proc{PID: pid, Comm: comm}
		for range n {
			h.src.feed(capture.Frame{
				Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{PortID: pid, Owner: p}},
				Data:   nltest.Message(18, 1, 1, 0),
			})
		}
		h.src.now = h.src.now.Add(time.Second)
	}
	busy(5, "flood", 500)
	h.tick()
	if got := h.labels(); !strings.HasPrefix(got, "systemd-network zebra flood ip ") {
		t.Errorf("order: %s", got)
	}
	h.press("s") // by name
	if got := h.labels(); !strings.HasSuffix(got, "flood ip systemd-network zebra") {
		t.Errorf("by name: %s", got)
	}
	for h.tree.sorted == nil || h.tree.sorted.head != "OUT/s" {
		h.press("s")
	}
	// One after the other talks most: rows change places every five seconds, no sooner.
	var moved []int
	for second := range 24 {
		was := h.labels()
		busy(uint32(5+second%2), []string{"flood", "another"}[second%2], 40*(second+1))
		h.tick()
		now := h.labels()
		for _, l := range []string{"flood", "another", "ip", "zebra", "systemd-network"} {
			if !strings.Contains(was, l) {
				now = strings.Replace(now, l+" ", "", 1)
			}
		}
		if was != now {
			moved = append(moved, second)
		}
	}
	for i := range moved[1:] {
		if moved[i+1]-moved[i] < 5 {
			t.Errorf("rows moved at the seconds %v", moved)
		}
	}
	if len(moved) < 3 {
		t.Errorf("rows moved only at the seconds %v", moved)
	}
	if slices.IndexFunc(h.tree.rows, func(r *aggregate.Row) bool { return h.app.troubleOf(r) == troubleLosing }) >= 0 {
		t.Error("who lost something once is losing for ever")
	}
}

// Who waited long is in trouble for some time, and not for ever; when it was is said.
func TestLongWaitsAgeOut(t *testing.T) {
	h := newHarness(t, 160, 30, Options{})
	p := capture.Proc{PID: 66, Comm: "waits"}
	f := capture.Frame{
		Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, SrcPort: 66, Socket: capture.Socket{PortID: 66, Inode: 66, Owner: p}},
		Data:   nltest.Message(16, 0x605, 1, 0, make([]byte, 16)),
	}
	h.src.feed(f)
	h.src.now = h.src.now.Add(200 * time.Millisecond)
	f.Change(func(o *capture.Origin) { o.Dir = capture.DirReply })
	f.Data = nltest.Message(2, 0x100, 1, 66, make([]byte, 4), f.Data[:16])
	h.src.feed(f)
	at := h.src.now
	h.tick()
	trouble := func() trouble {
		for _, r := range h.tree.top {
			if r.Label == "waits" {
				return h.troubleOf(r)
			}
		}
		t.Fatal("no row")
		return 0
	}
	if got := trouble(); got != troubleWaits {
		t.Errorf("trouble %d", got)
	}
	h.src.now = h.src.now.Add(wrongFor)
	h.tick()
	if got := trouble(); got != troubleNone {
		t.Errorf("trouble %d after %v", got, wrongFor)
	}
	h.on("waits")
	h.wants("over 100 ms last at " + at.Format("15:04:05"))
	h.src.status.Replay = &live.Replay{Ended: true}
	h.tick()
	if got := trouble(); got != troubleWaits {
		t.Errorf("trouble %d in a recording", got)
	}
}

// Probes are no errors: they are dim, and counted apart.
func TestProbesApart(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	for _, tc := range []struct {
		c    aggregate.Counters
		e    aggregate.Errnos
		want string
		dim  bool
	}{
		{aggregate.Counters{Tally: capture.Tally{Errors: 3, Probes: 3}}, aggregate.Errnos{}, "3 probes", true},
		{aggregate.Counters{Tally: capture.Tally{Errors: 9, Probes: 3}}, aggregate.Errnos{Top: [4]aggregate.ErrnoCount{{Errno: 2, Count: 1}, {Errno: 22, Count: 5}}}, "5 × EINVAL +1", false},
		{aggregate.Counters{Tally: capture.Tally{Errors: 1}}, aggregate.Errnos{Rest: 1}, "1", false},
	} {
		text, st := errorCell(h.app, &aggregate.Row{Counters: tc.c, Errnos: tc.e})
		if text != tc.want || (st == h.theme.dim) != tc.dim {
			t.Errorf("%q, dim %v; want %q", text, st == h.theme.dim, tc.want)
		}
	}
}

// A click on who caused something by no message of its own says so.
func TestCauseWithoutMessages(t *testing.T) {
	h := newHarness(t, 120, 30, Options{})
	h.tree.rows = append(h.tree.rows, &aggregate.Row{Label: "(interrupt)", Caused: aggregate.Caused{Events: 16}})
	h.tree.around, h.tree.depth = append(h.tree.around, -1), append(h.tree.depth, 0)
	h.draw()
	h.press("End", "Enter")
	h.wants("(interrupt) has no message of its own: it made others receive 16 events")
}

// Where there is no row, home says why, what is seen, who listens, and what to try.
func TestEmptyHome(t *testing.T) {
	for _, tc := range []struct {
		name  string
		tell  func(s *fakeSource)
		wants []string
		lacks []string
	}{
		{"live", func(s *fakeSource) { s.incidents, s.overruns = nil, nil }, []string{
			"No Netlink message yet.", "Source fentry sees every message", "Who listens already",
			"bird[12]: ROUTE link,ipv4-ifaddr", "ip link show, in another terminal", "nothing seen yet",
		}, []string{"ip[4711]:", "trouble first"}},
		{"not asked yet", func(s *fakeSource) { s.sockets, s.missing = nil, nil }, []string{"the kernel is being asked"}, nil},
		{"cannot be asked", func(s *fakeSource) { s.sockets = nil }, []string{"network namespaces of 3 processes"}, nil},
		{"nobody listens", func(s *fakeSource) { s.sockets = s.sockets[1:] }, []string{"nobody: events of the kernel"}, []string{"bird[12]:"}},
		{"a filter", func(s *fakeSource) { s.status.Filter = "family == 1" }, []string{"No message yet that passes the filter family == 1 (f changes it)."}, nil},
		{"listen", func(s *fakeSource) {
			s.status.Info.Name, s.status.Info.Sees = capture.SourceListen, 0
		}, []string{"Source listen sees multicast", "ip link add test0 type dummy"}, []string{"ip link show"}},
		{"a recording", func(s *fakeSource) { s.status.Replay = &live.Replay{Ended: true} }, []string{"The recording has no message."}, []string{"Who listens"}},
		{"one that is read", func(s *fakeSource) { s.status.Replay = &live.Replay{} }, []string{"The recording is being read"}, []string{"Who listens"}},
		{"one with a filter", func(s *fakeSource) { s.status.Replay, s.status.Filter = &live.Replay{Ended: true}, "x" }, []string{"No message of the recording passes the filter x"}, nil},
		{"many listeners", func(s *fakeSource) {
			for i := range 40 {
				s.sockets = append(s.sockets, sockets.Socket{Owner: capture.Proc{PID: uint32(100 + i), Comm: "listener"}, Groups: []uint32{1}})
			}
		}, []string{"bird[12]", "listener[100]", "processes (o)", "To try"}, []string{"listener[139]"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, 120, 30, Options{GroupName: func(_ uint16, group uint32) string {
				return map[uint32]string{1: "link", 3: "ipv4-ifaddr"}[group]
			}})
			h.src.table.Clear()
			h.src.story()
			tc.tell(h.src)
			h.tick()
			h.draw() // which asks who listens
			h.wants(tc.wants...)
			h.lacks(tc.lacks...)
		})
	}
}
