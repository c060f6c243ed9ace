// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/sockets"
)

// text is what the simulated screen shows, without spaces at the ends of lines.
func (h *harness) text() string {
	h.t.Helper()
	cells, w, height := h.sim.GetContents()
	var b strings.Builder
	for y := range height {
		var line strings.Builder
		for x := 0; x < w; {
			s := string(cells[y*w+x].Runes)
			if !utf8.ValidString(s) || s == "" {
				h.t.Fatalf("cell %d of line %d holds %q", x, y, s)
			}
			line.WriteString(s)
			x += max(uniseg.StringWidth(s), 1)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func (h *harness) golden(name string) {
	h.t.Helper()
	golden.Check(h.t, filepath.Join("testdata", name+".txt"), h.text(), "")
}

// tell fills in what a view needs.
func (h *harness) tell(view string) {
	switch view {
	case "empty":
		h.src.table.Clear()
		h.src.story()
		h.src.incidents, h.src.overruns = nil, nil
		h.tick()
		h.draw()
	case "calm":
		h.src.table.Clear()
		h.src.crowdOf(5)
		h.tick()
	case "trouble":
		h.src.story()
		h.src.errs = []live.ErrorKind{{Errno: 22, Count: 6, Comm: "ip", Text: "mtu greater than device maximum", Last: h.src.now}}
		h.src.hold = &live.LockReport{Proc: capture.Proc{PID: 9, Comm: "brctl"}, Lock: capture.Lock{Hold: 262 * time.Millisecond}}
		h.src.status.Stats.Lost[0].Count = 12
		h.tick()
	case "crowd", "crowd_unfolded":
		h.src.crowd()
		h.tick()
	case "exchanges", "unfolded", "story", "story_dump", "story_batch", "sockets", "families", "incidents", "incident", "rtnl", "reports":
		h.src.story()
		h.tick()
	case "heat", "heat_cell":
		h.src.story()
		h.src.status.Info.Sees = capture.AllSees
		for i := range h.src.locks.Reports { // in the columns of the traffic
			h.src.locks.Reports[i].Time = h.src.now.Add(-time.Duration(i) * 700 * time.Millisecond)
		}
		h.tick()
	case "sockets_unfolded":
		h.src.story()
		h.src.manySockets()
		h.tick()
	case "sockets_recorded":
		h.src.story()
		h.src.sockets[0].Live = &sockets.Live{Drops: 2, Unseen: 369}
		for i := range h.src.sockets { // each at another time, and none of today
			h.src.sockets[i].Seen = epoch.Add(-time.Duration(i+1) * 37 * time.Second)
		}
		h.tick()
	}
}

type pageKeys struct {
	name string
	keys []string
}

// allPages are the pages, and the keys that lead to them from the start. A new page has
// its line here, and is then drawn in every size (TestGolden), has its columns looked at
// (TestColumns), and is compared with that of a recording (TestRecordedIsLive).
var allPages = []pageKeys{
	{"tree", nil},
	{"tree_expanded", []string{"Down", "Down", "e"}},
	{"family", []string{"b", "e"}},
	{"socket", []string{"b", "b", "e", "End"}},
	{"command", []string{"b", "b", "b", "s", "s"}},
	{"messages", []string{"b", "m", "Up", "Up"}},
	{"messages_all", []string{"M", "Home", "Down"}},
	{"message", []string{"m", "Up", "Enter", "End", "Up", "Up"}},
	{"message_bytes", []string{"m", "Up", "Enter", "End", "Up", "Up", "Space", "Up", "Tab", "Right"}},
	{"losses", []string{"l"}},
	{"exchanges", []string{"x", "Down", "Down"}},
	{"unfolded", []string{"x", "End", "Right"}},
	{"story", []string{"x", "End", "Up", "Up", "Up", "Enter", "Down"}},
	{"story_dump", []string{"x", "End", "Up", "Enter", "Down", "Down", "Down", "Right"}},
	{"story_batch", []string{"x", "End", "Enter"}},
	{"sockets", []string{"o"}},
	{"incidents", []string{"i"}},
	{"incident", []string{"i", "Down", "Enter"}},
	{"rtnl", []string{"L"}},
	{"reports", []string{"L", "v"}},
	{"families", []string{"F"}},
	{"heat", []string{"Down", "h", "Left"}},
	{"heat_cell", []string{"Down", "h", "Left", "Up"}},
	{"times", []string{"C", "i"}},
	{"places", []string{"C", "p"}},
	{"columns", []string{"C", "Down", "Space"}},
	{"who", []string{"m", "Up", "w"}},
	{"copy", []string{"m", "Up", "y"}},
	{"help", []string{"?"}},
}

// Every key that opens a page leads to one of allPages.
func TestAllPages(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	opened := 0
	for _, b := range h.bindings() {
		if b.matches("Ctrl-C") || b.matches("Ctrl-Z") {
			continue
		}
		h := newHarness(t, 80, 24, Options{})
		key, _, _ := strings.Cut(b.keys, " ")
		if h.press(key); len(h.views) == 1 {
			continue
		}
		opened++
		if !slices.ContainsFunc(allPages, func(p pageKeys) bool { return slices.ContainsFunc(p.keys, b.matches) }) {
			t.Errorf("nobody looks at the page of %s (%s): add its line to allPages", key, b.help)
		}
	}
	if opened < 7 {
		t.Errorf("only %d keys open a page", opened)
	}
}

// Every page in every size. The screens under testdata are to be looked at.
func TestGolden(t *testing.T) {
	sizes := [][2]int{{80, 24}, {120, 40}, {200, 60}, {40, 10}}
	typing := pageKeys{"prompt", []string{"f", "f", "a", "m", "l", "y", "Space", "=", "=", "Space", "1", "Enter"}}
	recorded := pageKeys{"sockets_recorded", []string{"o"}}
	palette := pageKeys{"palette", []string{":", "p", "a", "g", "e", "Down"}}
	for _, v := range append(slices.Clone(allPages), typing, recorded, palette, pageKeys{"sockets_unfolded", []string{"o", "Right"}},
		pageKeys{"empty", nil}, pageKeys{"calm", nil}, pageKeys{"trouble", nil}, pageKeys{"crowd", nil}, pageKeys{"crowd_unfolded", []string{"Right"}}) {
		for _, size := range sizes {
			name := fmt.Sprintf("%s_%dx%d", v.name, size[0], size[1])
			t.Run(name, func(t *testing.T) {
				h := newHarness(t, size[0], size[1], Options{})
				h.tell(v.name)
				h.press(v.keys...)
				h.golden(name)
				if size[0] >= 80 {
					h.goldenStyle(name)
				}
			})
		}
		t.Run(v.name+"_ascii", func(t *testing.T) {
			h := newHarness(t, 80, 24, Options{ASCII: true, NoColor: true})
			h.tell(v.name)
			h.press(v.keys...)
			for i, r := range h.text() {
				if r > '~' {
					t.Fatalf("%q at byte %d of:\n%s", r, i, h.text())
				}
			}
		})
	}
}
