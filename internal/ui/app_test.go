// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nltest"
)

func (h *harness) wants(texts ...string) {
	h.t.Helper()
	screen := h.text()
	for _, s := range texts {
		if !strings.Contains(screen, s) {
			h.t.Errorf("%q is not on the screen:\n%s", s, screen)
		}
	}
}

func (h *harness) lacks(texts ...string) {
	h.t.Helper()
	screen := h.text()
	for _, s := range texts {
		if strings.Contains(screen, s) {
			h.t.Errorf("%q is on the screen:\n%s", s, screen)
		}
	}
}

// selected is the label of the row under the cursor.
func (h *harness) selected() string {
	if r := h.tree.current(); r != nil {
		return r.Label
	}
	return ""
}

// on moves the cursor to the first row with this label.
func (h *harness) on(label string) {
	h.t.Helper()
	i := slices.IndexFunc(h.tree.rows, func(r *aggregate.Row) bool { return r.Label == label })
	if i < 0 {
		h.t.Fatalf("no row %q", label)
	}
	h.tree.cur.move(i - h.tree.cur.at)
	h.tree.moved()
	h.draw()
}

func TestExpandAndOpen(t *testing.T) {
	h := newHarness(t, 100, 30, Options{})
	h.on("ip")
	h.press("Right")
	h.wants("▾ ip", "▸ route")
	h.press("Right", "Enter", "Down")
	if h.selected() != "RTM_NEWLINK" {
		t.Fatalf("on %q", h.selected())
	}
	h.press("Enter")
	h.wants("TIME", "ip[4711] › route › RTM_NEWLINK")
	h.press("Enter")
	h.wants("nlmsg_len", "0000  24 00 00 00")
	h.press("Left")
	h.wants("nlmsg_len 84")
	h.press("Esc", "q")
	h.wants("▾ route")
	h.press("Left", "Left")
	if h.selected() != "route" {
		t.Errorf("left goes to %q", h.selected())
	}
	h.press("Left", "Left")
	h.wants("▸ ip")
	h.press("Space")
	h.wants("▾ ip")
	h.press("e", "e")
	h.lacks("▾")
	if h.done {
		t.Error("quit")
	}
	h.press("q")
	if !h.done {
		t.Error("q at the top does not quit")
	}
}

func TestQuitFromAnywhere(t *testing.T) {
	for _, keys := range [][]string{{"Ctrl-C"}, {"m", "Enter", "Ctrl-C"}, {"f", "Ctrl-C"}, {"?", "Ctrl-C"}} {
		h := newHarness(t, 80, 24, Options{})
		h.press(keys...)
		if !h.done {
			t.Errorf("%v does not quit", keys)
		}
	}
}

// The cursor follows its row when rows change places, but stays at the top
// until the user has moved it.
func TestCursorFollowsRow(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("Down", "Down")
	if h.selected() != "ip" {
		t.Fatalf("on %q", h.selected())
	}
	for range 500 {
		h.src.feed(capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: capture.Proc{PID: 5, Comm: "flood"},
			},
			Data: nltest.Message(18, 1, 1, 0),
		})
	}
	h.src.now = h.src.now.Add(time.Second)
	h.tick()
	if h.tree.rows[2].Label != "flood" || h.selected() != "ip" {
		t.Errorf("behind trouble stands %q, the cursor on %q", h.tree.rows[2].Label, h.selected())
	}
	h.press("Home")
	h.src.now = h.src.now.Add(time.Minute)
	h.tick()
	if h.tree.cur.at != 0 {
		t.Errorf("the cursor left the top for line %d", h.tree.cur.at)
	}
}

// A row that is collapsed around the cursor takes it.
func TestCursorGoesToCollapsedRow(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("e", "Down", "Down", "Down", "Down", "Down", "Down")
	if r := h.tree.current(); r.ID.Depth != 3 || r.ID.Key.Comm != "zebra" {
		t.Fatalf("on %+v", r.ID)
	}
	h.press("e")
	if h.selected() != "zebra" {
		t.Errorf("on %q", h.selected())
	}
}

func TestGroupAndSort(t *testing.T) {
	h := newHarness(t, 120, 30, Options{Group: aggregate.GroupFamily})
	h.wants("▸ route", "▸ nlctrl")
	h.press("b")
	h.wants("PORTID", "NETNS", "ip ROUTE")
	h.press("b", "s")
	h.wants("sorted by NAME", "▼NAME")
	h.lacks("PID")
	h.press("r")
	h.wants("▲NAME")
	if h.tree.rows[0].Label < h.tree.rows[1].Label {
		t.Error("r does not reverse")
	}
	h.press("S", "S")
	if c := h.tree.sorted; c == nil || c.head != h.tree.shown[len(h.tree.shown)-1].head {
		t.Errorf("sorted by %v", c)
	}
}

func TestFilter(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("f")
	h.typeText(`family == "route"`)
	h.press("Enter")
	if h.prompt != nil || h.src.status.Filter != `family == "route"` {
		t.Fatalf("filter %q", h.src.status.Filter)
	}
	h.wants(`filter: family == "route"`)
	h.press("f", "Ctrl-U")
	h.typeText("famly == 1")
	h.press("Enter")
	h.wants("unknown name \"famly\"", "  ^", "filter: famly == 1")
	if h.src.status.Filter != `family == "route"` {
		t.Errorf("a wrong filter replaced the old one: %q", h.src.status.Filter)
	}
	h.press("Backspace")
	h.lacks("unknown name")
	h.press("Esc", "f", "Ctrl-U", "Enter")
	if h.src.status.Filter != "" {
		t.Errorf("filter %q", h.src.status.Filter)
	}
}

func TestPromptEditing(t *testing.T) {
	h := newHarness(t, 40, 10, Options{})
	h.press("f")
	h.typeText("one two  three")
	h.press("Ctrl-W")
	h.typeText("3")
	h.press("Home", "Delete", "Right", "Backspace", "End", "Left")
	h.typeText("x")
	if got := string(h.prompt.text); got != "e two  x3" {
		t.Errorf("%q", got)
	}
	h.press("Ctrl-U")
	h.typeText(strings.Repeat("long ", 20) + "end")
	h.wants("long end")
	if x, y, visible := h.sim.GetCursor(); !visible || y != 9 || x >= 40 {
		t.Errorf("cursor at %d, %d, visible %v", x, y, visible)
	}
	h.press("Esc")
	if _, _, visible := h.sim.GetCursor(); visible {
		t.Error("the cursor stays")
	}
}

// While the view is paused, its figures stand still, and losses do not.
func TestPause(t *testing.T) {
	h := newHarness(t, 140, 24, Options{})
	h.press("p")
	before := h.tree.rows[0].Messages()
	h.src.feed(capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Proc: capture.Proc{PID: 5, Comm: "later"},
		},
		Data: nltest.Message(18, 1, 1, 0),
	})
	h.src.status.Stats.Lost[0].Count = 77
	h.tick()
	h.wants("PAUSED", "lost 77", "(ring buffer full)")
	h.lacks("later")
	if h.tree.rows[0].Messages() != before {
		t.Error("the figures move")
	}
	h.press("p")
	h.wants("later")
	h.lacks("PAUSED")
}

func TestClear(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("c")
	h.wants("counters and messages cleared", "No Netlink message yet")
	h.press("Down", "Enter", "m", "Left", "Right", "Space", "e", "End", "/", "x", "Enter", "n", "Esc")
	if h.src.cleared != 1 {
		t.Errorf("cleared %d times", h.src.cleared)
	}
}

func TestLossesAndStatus(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.status.Err = errors.New("ring buffer: closed")
	h.src.status.Replay = &live.Replay{Path: "bug.pcapng", Pos: 50, Size: 200}
	h.src.status.Recording, h.src.status.RecordingBytes = "out.pcapng", 3<<20
	h.tick()
	h.wants("recording damaged: ring buffer: closed", "bug.pcapng 25%", "PARTIAL", "rec out.pcapng 3.00M")
	h.src.status.Replay.Ended = true
	h.press("l")
	h.wants("recording damaged          ring buffer: closed")
	h.tick()
	h.lacks("PARTIAL")
	h.wants("bug.pcapng (end)", "messages that a socket filter dropped", "hook recursion", "sk_error_report is absent")
	h.src.status.Stats.Lost[1].Count = 4242
	h.tick()
	h.wants("hook recursion             4242")
}

// What was noticed before stands on the first screen, and among the notes.
func TestNotes(t *testing.T) {
	h := newHarness(t, 100, 60, Options{Notes: []string{"the moon is full", "the tide is high"}})
	h.wants("2 notes (l): the moon is full")
	h.press("l")
	h.wants("  the moon is full\n", "  the tide is high\n")
	h.press("q")
	h.lacks("the moon is full")
}

// Every key of every table is in the help, and whatever another table that is asked first
// does with a key, one is left for each.
func TestHelpIsComplete(t *testing.T) {
	h := newHarness(t, 120, 80, Options{})
	h.press("?")
	for _, table := range h.tables(h.tree) {
		for _, b := range table.list {
			h.wants(b.help)
		}
	}
	h.press("?")
	h.lacks("Everywhere")
	h.press("m", "Enter")
	views := []view{h.tree, h.views[1], h.views[2]}
	for _, v := range views {
		seen := make(map[string]string)
		for _, table := range h.tables(v) {
			for _, b := range table.list {
				left := 0
				for _, k := range strings.Fields(b.keys) {
					if _, twice := seen[k]; !twice {
						left++
						seen[k] = b.help
					}
				}
				if left == 0 {
					t.Errorf("%T: no key is left for %q", v, b.help)
				}
			}
		}
	}
}

// Any size, in any view, at any moment.
func TestResize(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	for _, keys := range [][]string{nil, {"e"}, {"m"}, {"Enter"}, {"End"}, {"?"}, {"?", "l"}, {"q", "f", "x", "Enter"}} {
		h.press(keys...)
		for _, size := range [][2]int{{1, 1}, {0, 0}, {3, 2}, {200, 3}, {5, 60}, {20, 5}, {300, 100}, {80, 24}} {
			h.sim.SetSize(size[0], size[1])
			h.event(tcell.NewEventResize(size[0], size[1]))
			h.tick()
		}
	}
	h.wants("nltop")
}

// Nothing is sent to the terminal when nothing has changed.
func TestNoDrawWithoutChange(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.tick()
	before := h.show.shows
	for range 100 {
		h.tick()
	}
	h.press("Left")
	if n := h.show.shows - before; n != 0 {
		t.Errorf("drawn %d times", n)
	}
	h.press("Down")
	if n := h.show.shows - before; n != 1 {
		t.Errorf("a key that moves draws %d times", n)
	}
	h.src.now = h.src.now.Add(time.Second)
	h.tick()
	if n := h.show.shows - before; n != 2 {
		t.Errorf("other figures draw %d times", n)
	}
}

func TestUntilFrame(t *testing.T) {
	for _, tt := range []struct{ since, want time.Duration }{
		{0, minFrame}, {minFrame - 1, 1}, {minFrame, 0}, {time.Hour, 0}, {-time.Hour, minFrame},
	} {
		if got := untilFrame(epoch, epoch.Add(tt.since)); got != tt.want {
			t.Errorf("%v after the last: wait %v, want %v", tt.since, got, tt.want)
		}
	}
	if untilFrame(time.Time{}, epoch) != 0 {
		t.Error("the first drawing waits")
	}
}

// What a key asks for does not wait for what the clock has drawn, and what the clock asks for
// waits for both.
func TestPace(t *testing.T) {
	var p pace
	p.draws(epoch)
	for _, tt := range []struct {
		name     string
		asked    bool
		at, want time.Duration // since epoch; to wait
	}{
		{"the clock's", false, 10 * time.Millisecond, minFrame - 10*time.Millisecond},
		{"a key's", true, 10 * time.Millisecond, 0},
		{"the key's behind it", true, 20 * time.Millisecond, minFrame - 10*time.Millisecond},
		{"the same later", true, 60 * time.Millisecond, 0},
		{"the clock's behind a key's", false, 70 * time.Millisecond, minFrame - 10*time.Millisecond},
	} {
		at := epoch.Add(tt.at)
		p.asked = tt.asked
		if got := p.wait(at); got != tt.want {
			t.Errorf("%s waits %v, want %v", tt.name, got, tt.want)
		} else if got == 0 {
			p.draws(at)
		}
	}
}

// A flood of keys and of news is drawn at most 40 times a second: 20 times for either.
func TestRunBoundsDrawing(t *testing.T) {
	c := newScreen(t, 80, 24)
	src := newSource()
	src.traffic()
	go func() {
		for range 3000 {
			c.InjectKey(tcell.KeyRune, 'r', 0)
		}
		c.InjectKey(tcell.KeyCtrlC, 0, 0)
	}()
	start := time.Now()
	if err := Run(t.Context(), c, src, Options{Interval: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if most := 2*int(time.Since(start)/minFrame) + 2; c.shows > most {
		t.Errorf("drawn %d times in %v", c.shows, time.Since(start))
	}
	if c.shows == 0 {
		t.Error("never drawn")
	}
}

// finished says whether the screen was given back.
func finished(s tcell.Screen) bool {
	w, h := s.Size()
	return w == 0 && h == 0
}

func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := newScreen(t, 80, 24)
	if err := Run(ctx, c, newSource(), Options{}); err != nil || !finished(c) {
		t.Errorf("context: %v, finished %v", err, finished(c))
	}
	c = newScreen(t, 80, 24)
	c.InjectKey(tcell.KeyRune, 'q', 0)
	if err := Run(t.Context(), c, newSource(), Options{}); err != nil || !finished(c) {
		t.Errorf("q: %v, finished %v", err, finished(c))
	}
	if len(screens.open) != 0 {
		t.Errorf("%d screens are still known", len(screens.open))
	}
}

// A panic in a view goes on to the caller, after the terminal was given back.
func TestPanicRestores(t *testing.T) {
	c := newScreen(t, 80, 24)
	src := newSource()
	src.panics = true
	defer func() {
		if r := recover(); r != "the source panics" || !finished(c) {
			t.Errorf("recovered %v, finished %v", r, finished(c))
		}
	}()
	_ = Run(t.Context(), c, src, Options{})
	t.Error("no panic")
}

// So does one in a goroutine beside the view.
func TestGuard(t *testing.T) {
	c := newScreen(t, 80, 24)
	register(c)
	defer unregister(c)
	done := make(chan any)
	go func() {
		defer func() { done <- recover() }()
		defer Guard()
		panic("the capture panics")
	}()
	if r := <-done; r != "the capture panics" || !finished(c) {
		t.Errorf("recovered %v, finished %v", r, finished(c))
	}
}
