// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/settings"
)

func (h *harness) shownColumns() string {
	_, _, shown := h.top().(columned).columnsOf()
	return strings.Join(shown, ", ")
}

// Columns of the tree, of a list and of messages are shown, hidden and moved; the choice
// is kept, and put into force again.
func TestChooseColumns(t *testing.T) {
	for _, tt := range []struct{ name, open, page string }{
		{"tree", "", "home"}, {"list", "o", "sockets"}, {"messages", "M", "messages"}, {"exchanges", "x", "exchanges"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 200, 40, Options{})
			h.tell("sockets")
			if tt.open != "" {
				h.press(tt.open)
			}
			before := strings.Split(h.shownColumns(), ", ")
			h.press("C", "Space", "Down", ">", "q") // the first goes, the second becomes the third
			want := slices.Clone(before[1:])
			want[0], want[1] = want[1], want[0]
			if got := h.shownColumns(); got != strings.Join(want, ", ") {
				t.Fatalf("columns %s, want %s", got, strings.Join(want, ", "))
			}
			h.lacks(" " + before[0] + " ")
			s := h.settings()
			if s.Columns[tt.page] != strings.Join(want, ", ") {
				t.Errorf("kept are %q", s.Columns)
			}
			again := newHarness(t, 200, 40, Options{Settings: s})
			again.tell("sockets")
			if tt.open != "" {
				again.press(tt.open)
			}
			if got := again.shownColumns(); got != strings.Join(want, ", ") {
				t.Errorf("in the next run columns are %s", got)
			}
			h.press("C", "d")
			if got := h.shownColumns(); got != strings.Join(before, ", ") || h.settings().Columns[tt.page] != "" {
				t.Errorf("as at the start: %s", got)
			}
		})
	}
}

// Where there is no room for all that were chosen, the first stay; one stays always.
func TestChosenColumnsFit(t *testing.T) {
	var s settings.Settings
	s.SetColumns("home", "LAST, ERRORS, no such column, LAST, IN/s, OUT/s, MESSAGES")
	h := newHarness(t, 44, 20, Options{Settings: s})
	if got := h.shownColumns(); got != "LAST, ERRORS" {
		t.Errorf("at 44 columns: %s", got)
	}
	h.sim.SetSize(120, 20)
	h.tick()
	if got := h.shownColumns(); got != "LAST, ERRORS, IN/s, OUT/s, MESSAGES" {
		t.Errorf("at 120 columns: %s", got)
	}
	s.SetColumns("home", "PID")
	h = newHarness(t, 120, 30, Options{Settings: s})
	h.press("C", "Space")
	h.wants("one column has to stay", "[x] PID")
	s.SetColumns("home", "places")
	h = newHarness(t, 120, 30, Options{Settings: s})
	h.wants("UNIT")
}
