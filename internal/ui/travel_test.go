// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pipeline"
)

// recording is a view of the workload of package e2e, as source fentry saw it.
func recording(t *testing.T, w, height int) *harness {
	t.Helper()
	src := captured(t, capture.SourceFentry, capture.Describe(capture.SourceFentry).Always())
	m, err := live.New(live.Options{Replay: &live.Replay{Path: "f"}, Compile: filter.Compile}, pipeline.Options{
		Source: src, Decoder: decode.New(tables(), decode.Options{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Pipeline().Learn(src.teach)
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	c := newScreen(t, w, height)
	t.Cleanup(c.Fini)
	a := newApp(c, m, Options{Interval: defaultInterval})
	a.cpu = func(time.Time) float64 { return 1 }
	h := &harness{app: a, t: t, sim: c.SimulationScreen, show: c}
	h.worked()
	return h
}

// worked waits until everything is worked out.
func (h *harness) worked() {
	h.t.Helper()
	for {
		h.refresh(h.app.now.Add(0))
		if st := &h.snap.Status; st.Filtering == nil && (st.At == nil || st.At.Working == nil) {
			h.draw()
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// go presses keys, each when what the one before asked for is there.
func (h *harness) each(keys ...string) {
	h.t.Helper()
	for _, k := range keys {
		h.press(k)
		h.worked()
	}
}

func (h *harness) messages() uint64 { return h.snap.Table.Total.Messages() }

// Home, exchanges and messages show the state at the time that one goes to, and the one of
// now afterwards.
func TestTravelByKeys(t *testing.T) {
	h := recording(t, 120, 40)
	all := h.messages()
	h.each(",")
	h.each(",", ",")
	if n := h.messages(); n >= all || n == 0 {
		t.Errorf("%d messages three back from %d", n, all)
	}
	h.wants(" at ")
	three := h.messages()
	if h.each("."); h.messages() <= three {
		t.Errorf("%d messages, then %d", three, h.messages())
	}
	h.each("3")
	if last := h.snap.Messages.List[len(h.snap.Messages.List)-1].Frame.Time; last.After(h.snap.At.Time) {
		t.Errorf("at %v a message of %v", h.snap.At.Time, last)
	}
	h.each("Esc", "[")
	if k := h.notice; !strings.Contains(k, "overrun") {
		t.Errorf("an error: %q", k)
	}
	at := h.snap.At.Time
	if h.each("["); !h.snap.At.Time.Before(at) {
		t.Errorf("the error before %v is at %v", at, h.snap.At.Time)
	}
	if h.each("]"); !h.snap.At.Time.Equal(at) {
		t.Errorf("the error behind is at %v, want %v", h.snap.At.Time, at)
	}
	if h.each("Esc"); h.snap.At != nil || h.messages() != all {
		t.Errorf("now: at %+v %d messages of %d", h.snap.At, h.messages(), all)
	}
	h.lacks(" at ")
	if h.each("]"); h.snap.At != nil || !strings.Contains(h.notice, "behind") {
		t.Errorf("behind all: %q", h.notice)
	}
}

func TestTravelToTime(t *testing.T) {
	h := recording(t, 120, 40)
	all := h.messages()
	h.press("t")
	h.typeText("+500ms")
	h.each("Enter")
	if want := h.snap.Line.Start.Add(500 * time.Millisecond); h.snap.At == nil || !h.snap.At.Time.Equal(want) {
		t.Errorf("at %+v, want %v", h.snap.At, want)
	}
	if n := h.messages(); n == 0 || n >= all {
		t.Errorf("%d messages of %d", n, all)
	}
	h.press("t")
	h.typeText("noon")
	h.each("Enter")
	h.wants("no time such as")
	h.press("Ctrl-U")
	h.typeText("now")
	if h.each("Enter"); h.snap.At != nil {
		t.Errorf("now is %+v", h.snap.At)
	}
}

// The timeline takes keys and the mouse, and shows where one is.
func TestTravelOnTimeline(t *testing.T) {
	h := recording(t, 120, 40)
	h.each("T", "Left", "Left")
	if h.snap.At == nil || len(h.views) != 1 {
		t.Fatalf("at %+v, %d views", h.snap.At, len(h.views))
	}
	if !strings.Contains(h.lineText(), "│") {
		t.Errorf("the time is not marked: %q", h.lineText())
	}
	two := h.snap.At.Time
	if h.each("Left", "Right"); !h.snap.At.Time.Equal(two) {
		t.Errorf("back and forth: %v, want %v", h.snap.At.Time, two)
	}
	if h.each("Enter"); h.travel.focused || h.snap.At == nil {
		t.Error("Enter leaves the time, not the timeline")
	}
	if h.each("T", "End"); h.snap.At != nil || !h.travel.focused {
		t.Error("End is not now")
	}
	h.each("Esc")
	mouse := func(x, y int, b tcell.ButtonMask) {
		h.event(tcell.NewEventMouse(x, y, b, 0))
		h.worked()
	}
	mouse(40, 1, tcell.Button1)
	if c := h.app.line.column(h.snap.At.Time); h.app.line.x+c != 40 {
		t.Errorf("clicked on column 40, at %d", h.app.line.x+c)
	}
	mouse(30, 7, tcell.Button1) // dragged, and off the line
	if c := h.app.line.column(h.snap.At.Time); h.app.line.x+c != 30 {
		t.Errorf("dragged to column 30, at %d", h.app.line.x+c)
	}
	mouse(30, 7, tcell.ButtonNone)
	at := h.snap.At.Time
	mouse(50, 12, tcell.Button1)
	if !h.snap.At.Time.Equal(at) {
		t.Error("a click elsewhere moves in time")
	}
}

// What plays comes by at the pace at which it was recorded, and ends at the end.
func TestPlay(t *testing.T) {
	h := recording(t, 120, 40)
	h.each("T", "Space")
	if !h.travel.playing || h.snap.At == nil {
		t.Fatal("a recording that has ended does not begin again")
	}
	start, clock := h.snap.At.Time, h.app.now
	for i := 1; i <= 3; i++ {
		h.refresh(clock.Add(time.Duration(i) * 100 * time.Millisecond))
		if want := start.Add(time.Duration(i) * 100 * time.Millisecond); h.snap.At == nil || !h.snap.At.Time.Equal(want) {
			t.Errorf("after %d00 ms at %+v, want %v", i, h.snap.At, want)
		}
	}
	h.draw()
	h.wants("playing ")
	h.each("Space")
	if h.travel.playing || h.snap.At == nil {
		t.Error("Space does not stop it")
	}
	h.each("Space")
	h.refresh(h.app.now.Add(time.Hour))
	if h.worked(); h.travel.playing || h.snap.At != nil {
		t.Errorf("an hour later it plays: %v, at %+v", h.travel.playing, h.snap.At)
	}
}

// While the view is paused one walks on in what is there: other pages, other times, under
// another filter; what comes in is counted, and shown afterwards.
func TestPausedWalk(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.status.Counted = 201
	h.tick()
	h.press("p")
	h.wants(" PAUSED ")
	before := h.snap.Table.Total.Messages()
	h.src.traffic()
	h.src.status.Counted = 1435
	h.tick()
	h.wants(" PAUSED, 1,234 messages since ")
	for _, key := range []string{"x", "3", "o", "h", "1"} {
		h.press(key)
		h.tick()
		if n := h.snap.Table.Total.Messages(); n != before {
			t.Fatalf("key %s thaws it: %d messages, want %d", key, n, before)
		}
	}
	h.snap.Frames = 77
	at := h.snap.Table.Time
	h.press("f")
	h.typeText("type == 1")
	h.press("Enter")
	if got := h.src.went; len(got) != 1 || got[0].Frames != 77 || !got[0].Time.Equal(at) {
		t.Errorf("a filter is for %+v, want frame 77 of %v", got, at)
	}
	h.press("p")
	if got := h.src.went; len(got) != 2 || got[1] != live.Now || h.paused || h.snap.Table.Total.Messages() == before {
		t.Errorf("it goes on at %+v with %d messages", got, h.snap.Table.Total.Messages())
	}
}

func TestTravelGolden(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.line = &aggregate.Timeline{Start: epoch.Add(-30 * time.Second), Width: 500 * time.Millisecond, Moments: make([]aggregate.Moment, 65)}
	for i := range h.src.line.Moments {
		h.src.line.Moments[i] = aggregate.Moment{Messages: uint64(i*i%97) + 1, Gap: i > 20 && i < 24}
	}
	h.src.overruns = []live.Span{{From: epoch.Add(-5 * time.Second), To: epoch.Add(-4 * time.Second)}}
	h.press("T", "Left", "Left")
	h.src.status.At.Working = &live.Progress{Done: 1, Of: 3}
	h.src.status.At.Begins = epoch.Add(-time.Minute)
	h.tick()
	h.wants(fmt.Sprintf("at %s, working it out 33%%", h.clock(h.snap.At.Time)))
	h.golden("travel_120x40")
	h.src.status.At.Working = nil
	h.tick()
	h.wants("of what is kept since 03:03:05")
}

// W saves what is kept, or what passes the filter, and marks how far it is.
func TestSaveKey(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.press("W")
	h.wants("save all that is kept to: nltop-20260102-030")
	h.press("Ctrl-U", "/", "Enter")
	h.wants("/ is a directory")
	h.press("Ctrl-U", "a", "Enter")
	h.src.status.Saving = &live.Saving{Path: "a", Progress: live.Progress{Done: 45, Of: 100}}
	h.tick()
	h.wants(" saving 45% ")
	h.src.status.Saving.Ended = true
	h.tick()
	if h.notice != "saved to a" {
		t.Errorf("at the end %q", h.notice)
	}
	h.src.status.Saving = nil
	h.src.status.Narrowed = "type == 1"
	h.tick()
	for _, text := range []string{"b", "all c"} {
		h.press("W", "Ctrl-U")
		h.typeText(text)
		h.press("Enter")
	}
	if got := strings.Join(h.src.saved, ", "); got != "a true, b false, c true" {
		t.Errorf("%s", got)
	}
	h.src.status.Saving = &live.Saving{Path: "c", Ended: true, Err: errFilter}
	h.tick()
	h.wants(" NOT SAVED ", "not saved: ")
}

// Of a recording that was read to its end nothing is worked out again, until the user does
// something.
func TestRecordingStands(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.status.Replay = &live.Replay{Path: "f", Size: 1, Pos: 1}
	now := time.Now()
	h.refresh(now)
	if h.stands(now.Add(2 * settling)) {
		t.Error("it is still being read")
	}
	h.src.status.Replay.Ended = true
	h.refresh(now)
	if h.stands(now.Add(settling/2)) || !h.stands(now.Add(2*settling)) {
		t.Error("not from a while after the end on")
	}
	h.press("x")
	if h.stands(time.Now().Add(settling / 2)) {
		t.Error("a key was pressed")
	}
}
