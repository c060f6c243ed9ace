// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
)

// lineText is the line over all of the run.
func (h *harness) lineText() string { return strings.Split(h.text(), "\n")[1] }

// lined is a view of a run with so many moments of a second, each with a message.
func lined(t *testing.T, w int, o Options, change func(*fakeSource, []aggregate.Moment)) *harness {
	h := newHarness(t, w, 24, o)
	l := &aggregate.Timeline{Start: epoch, Width: time.Second, Moments: make([]aggregate.Moment, 10)}
	for i := range l.Moments {
		l.Moments[i].Messages = 1
	}
	h.src.line = l
	h.src.now = l.End()
	change(h.src, l.Moments)
	h.tick()
	return h
}

func TestTimelineSigns(t *testing.T) {
	marks := func(s *fakeSource, m []aggregate.Moment) {
		s.status.Replay = &live.Replay{Ended: true}
		m[1].Messages = 0
		m[2].Messages = 4
		m[3].Errors = 1
		m[4].Gap = true
		m[5].Lost = 1
		s.overruns = []live.Span{{From: epoch.Add(7 * time.Second), To: epoch.Add(8 * time.Second)}}
	}
	for _, tt := range []struct {
		name  string
		width int
		o     Options
		want  string
	}{
		{"colours", 12, Options{}, " ▂ █▂▂!▂!!▂"},
		{"none", 12, Options{NoColor: true}, " ▂ █x~!▂!!▂"},
		{"ASCII", 12, Options{ASCII: true, NoColor: true}, " : @x~!:!!:"},
		{"wider than moments", 22, Options{}, " ▂▂  ██▂▂▂▂!!▂▂!!!▂▂▂"},
		{"narrower than moments", 7, Options{}, " ▂█!!!"},
		{"with times", 60, Options{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := lined(t, tt.width, tt.o, marks)
			if tt.want == "" {
				if got := h.lineText(); !strings.HasPrefix(got, " 03:04:05 ") || !strings.HasSuffix(got, " 03:04:15") {
					t.Errorf("%q", got)
				}
			} else if got := h.lineText(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// What of a recording is not read yet is no time without messages, and the line of a live
// run stays where it is as time passes.
func TestTimelineUnknown(t *testing.T) {
	h := lined(t, 22, Options{}, func(s *fakeSource, _ []aggregate.Moment) {
		s.status.Replay = &live.Replay{Size: 100, Pos: 50}
	})
	if got, want := h.lineText(), " ███████████·········"; got != want {
		t.Errorf("half is read: %q, want %q", got, want)
	}
	h.src.status.Replay = &live.Replay{Size: 100, Pos: 100, Ended: true}
	if h.tick(); strings.Contains(h.lineText(), "·") {
		t.Errorf("all is read: %q", h.lineText())
	}
	h = lined(t, 42, Options{}, func(*fakeSource, []aggregate.Moment) {})
	before := h.lineText()
	if want := " " + strings.Repeat("█", 20) + strings.Repeat("·", 20); before != want {
		t.Errorf("live: %q, want %q", before, want)
	}
	h.src.now = h.src.now.Add(5 * time.Second)
	if h.tick(); !strings.HasPrefix(h.lineText(), " "+strings.Repeat("█", 20)+strings.Repeat(" ", 10)+"·") {
		t.Errorf("quiet since: %q", h.lineText())
	}
}

// The part that a page shows is marked.
func TestTimelineShowsPart(t *testing.T) {
	h := newHarness(t, 42, 14, Options{})
	h.src.line = &aggregate.Timeline{Start: epoch.Add(-10 * time.Second), Width: time.Second, Moments: make([]aggregate.Moment, 20)}
	h.src.now = epoch.Add(2500 * time.Millisecond)
	h.src.status.Replay = &live.Replay{Ended: true}
	marked := func() (n int) {
		cells, w, _ := h.sim.GetContents()
		for x := range w {
			if _, _, attr := cells[w+x].Style.Decompose(); attr&tcell.AttrUnderline != 0 {
				n++
			}
		}
		return n
	}
	if h.tick(); marked() != 0 {
		t.Errorf("home marks %d columns", marked())
	}
	h.press("M")
	h.tick()
	if n := marked(); n == 0 || n > 6 {
		t.Errorf("a page of messages of less than a second marks %d columns of half a second", n)
	}
}

// Messages with a time that cannot be right are told of beside the line.
func TestTimelineMisdated(t *testing.T) {
	for _, tt := range []struct {
		width int
		want  string
	}{{80, " 03:04:15 3 misdated (l)"}, {60, " 03:04:15 3 misdated (l)"}, {40, ""}} {
		h := lined(t, tt.width, Options{}, func(s *fakeSource, _ []aggregate.Moment) {
			s.status.Replay = &live.Replay{Ended: true}
			s.line.Misdated = 3
		})
		if got := h.lineText(); !strings.HasSuffix(got, tt.want) {
			t.Errorf("at %d: %q", tt.width, got)
		}
		h.press("l")
		h.wants("misdated, not in the timeline")
	}
}
