// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
)

// Everything that a key does can be found in the palette, by its help and by its key.
func TestPaletteHasEverything(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.press("M")
	for _, table := range h.tables(h.top()) {
		for _, b := range table.list {
			if b.matches(":") {
				continue
			}
			for _, text := range []string{b.help, strings.Fields(b.keys)[0]} {
				found := false
				for _, c := range matching(h.actions(), text) {
					found = found || c.name == b.help
				}
				if !found {
					t.Errorf("%q does not find %q", text, b.help)
				}
			}
		}
	}
}

func TestPalette(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press(":")
	h.wants("expand or collapse; open the messages of a last row", "⏎")
	h.typeText("incid who")
	h.wants("incidents: who lost messages", "i 7")
	h.press("Enter")
	if h.prompt != nil || h.top().crumb() != "incidents" {
		t.Fatalf("at %s", h.top().crumb())
	}
	h.press(":")
	h.typeText("every 250")
	h.press("Enter")
	if h.opt.Interval != 250*time.Millisecond {
		t.Errorf("refresh every %v", h.opt.Interval)
	}
	h.wants("refresh every 250ms")
	h.press(":")
	h.typeText("every 250")
	h.wants("now")
	h.press("Ctrl-U")
	h.typeText("group by fam")
	h.press("Enter")
	h.wants("▸ route", "grouped by family")
	h.press(":")
	h.typeText("places first")
	h.press("Enter")
	if h.tree.set != setPlaces {
		t.Errorf("columns %v", h.tree.set)
	}
	h.press(":")
	h.typeText("filter expr")
	h.press("Enter") // which asks itself
	if h.prompt == nil || h.prompt.label != "filter: " {
		t.Fatal("the palette does not open the filter")
	}
	h.press("Esc", ":")
	h.typeText("qqqq")
	h.press("Enter", "Down", "Up", "Esc") // nothing there
	if h.prompt != nil || h.done {
		t.Error("Esc does not leave it")
	}
}

// Arrows and the mouse choose.
func TestPaletteChoosing(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press(":")
	h.typeText("refresh every")
	h.press("Down", "Down", "Up", "Enter")
	if h.opt.Interval != intervals[1] {
		t.Errorf("refresh every %v", h.opt.Interval)
	}
	h.press(":")
	h.typeText("refresh every")
	h.press("Up", "Enter")
	if h.opt.Interval != intervals[len(intervals)-1] {
		t.Errorf("up from the first: %v", h.opt.Interval)
	}
	h.press(":")
	h.typeText("refresh every")
	h.event(tcell.NewEventMouse(5, 5, tcell.WheelDown, 0))
	h.click(h.at("refresh every 5s"))
	if h.opt.Interval != 5*time.Second || h.prompt != nil {
		t.Errorf("a click: %v", h.opt.Interval)
	}
}

func TestDistanceOf(t *testing.T) {
	for _, tt := range []struct {
		word string
		want int
	}{{"group", 0}, {"fam", 1}, {"mily", 2}, {"gbf", 3}, {"fgb", -1}} {
		if got := distanceOf("group by family", tt.word); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.word, got, tt.want)
		}
	}
}
