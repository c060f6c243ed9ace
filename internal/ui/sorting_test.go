// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/settings"
)

// What a page is sorted by is kept, and put into force again.
func TestOrderIsKept(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		keys       []string
		want       string
		head       string // as the next run shows it
	}{
		{"home by name", "home", []string{"s"}, "NAME", "▼NAME"},
		{"home, reversed", "home", []string{"s", "s", "r"}, "PID, reversed", "▲PID"},
		{"home, trouble last", "home", []string{"r"}, "reversed", "▲trouble first"},
		{"home, there and back", "home", []string{"s", "S"}, "", "▼trouble first"},
		{"families", "families", []string{"F", "s", "r"}, "FAMILY, reversed", "▲FAMILY"},
		{"sockets", "sockets", []string{"o", "S"}, "OWNER", "▼OWNER"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 120, 30, Options{})
			h.tell("sockets")
			h.press(tt.keys...)
			s := h.settings()
			if got := s.Sort[tt.page]; got != tt.want {
				t.Fatalf("kept is %q, want %q", got, tt.want)
			}
			again := newHarness(t, 120, 30, Options{Settings: s})
			again.tell("sockets")
			if len(tt.keys[0]) == 1 && strings.Contains("Fo", tt.keys[0]) {
				again.press(tt.keys[0])
			}
			again.wants(tt.head)
		})
	}
	var s settings.Settings
	s.SetSort("home", "NO SUCH COLUMN, reversed")
	newHarness(t, 120, 30, Options{Settings: s}).wants("▼trouble first")
}

// What flags say of columns and order is in force, and kept no more than other flags; what
// is changed behind them is.
func TestFlagsOfHome(t *testing.T) {
	var kept settings.Settings
	kept.SetColumns("home", "LAST")
	kept.SetSort("home", "PID")
	o := Options{Settings: kept, Columns: "ERRORS, OUT/s", Sort: "ERRORS"}
	h := newHarness(t, 120, 30, o)
	if got := h.shownColumns(); got != "ERRORS, OUT/s" {
		t.Errorf("columns %s", got)
	}
	h.wants("▼ERRORS")
	if s := h.settings(); !s.Equal(&kept) {
		t.Errorf("kept are %q and %q", s.Columns, s.Sort)
	}
	h.press("s", "C", "Space", "q")
	if s := h.settings(); s.Columns["home"] != "OUT/s" || s.Sort["home"] != "OUT/s" {
		t.Errorf("kept are %q and %q", s.Columns, s.Sort)
	}
}

func TestParseColumns(t *testing.T) {
	for _, tt := range []struct{ text, want, err string }{
		{"", "", ""}, {"times", "times", ""}, {"Places", "places", ""},
		{"out/s,errors", "OUT/s, ERRORS", ""}, {" PID , pid,LAST", "PID, LAST", ""},
		{"PID,nope", "", `"nope" is none of CONTAINER, `}, {"PID,", "", `"" is none of`},
	} {
		got, err := ParseColumns(tt.text)
		if got != tt.want || (tt.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%q: %q, %v", tt.text, got, err)
		}
	}
	for _, name := range append(HomeColumns(), SortColumns()...) {
		if name == "" {
			t.Error("a column without a name")
		}
	}
	if got, err := ParseSort("name"); got != "NAME" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := ParseSort("TREND, PID"); err == nil {
		t.Error("two columns are one order")
	}
}
