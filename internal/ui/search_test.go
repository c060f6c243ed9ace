// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
)

// A search goes to the first row with a text from where one was, whatever hides it, and
// marks what it finds.
func TestSearchTree(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("/")
	h.typeText("ZEB")
	h.wants("search: ZEB", "ZEB: 1 of 1", "systemd-network")
	if h.selected() != "zebra" {
		t.Errorf("on %q", h.selected())
	}
	h.press("Ctrl-U")
	h.typeText("newlink")
	h.wants("newlink: 1 of 3", "▾ systemd-network", "▾ route")
	h.press("Enter", "n")
	h.wants("newlink: 2 of 3", "▾ zebra")
	h.press("n", "n")
	h.wants("newlink: 1 of 3")
	h.press("N")
	h.wants("newlink: 3 of 3", "▾ ip")
	if !h.marked("NEWLINK") {
		t.Error("what was found is not marked")
	}
	at := h.selected()
	h.press("Esc")
	if h.selected() != at || h.marked("NEWLINK") {
		t.Errorf("Esc: on %q, marked %v", h.selected(), h.marked("NEWLINK"))
	}
	h.press("e", "e", "Home", "/")
	h.typeText("newlink")
	h.press("Esc")
	if h.lacks("▾"); h.selected() != "systemd-network" {
		t.Errorf("taken back to %q", h.selected())
	}
	h.press("/")
	h.typeText("nothing like it")
	h.wants("nothing like it is nowhere here")
	h.press("Esc", "N")
	h.wants("newlink: ") // what was looked for last, and accepted
}

// marked says whether a text on the screen looks as marked.
func (h *harness) marked(text string) bool {
	for y := range h.grid.h {
		line := ""
		for x := range h.grid.w {
			if c := h.grid.cells[y*h.grid.w+x]; c.style == h.theme.mark {
				line += c.text
			}
		}
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// Every list and every page of text is searched alike.
func TestSearchPages(t *testing.T) {
	for _, tt := range []struct{ open, text, want string }{
		{"F", "ROUTE", "ROUTE: 1 of 1"},
		{"l", "RING BUFFER", "RING BUFFER: 1 of 1"},
		{"?", "incidents", "incidents: 1 of "},
		{"o", "no such owner", "no such owner is nowhere here"},
	} {
		h := newHarness(t, 80, 24, Options{})
		h.press(tt.open, "/")
		h.typeText(tt.text)
		h.wants(tt.want)
		h.press("Enter")
		h.wants(tt.want)
		if strings.Contains(tt.want, " of ") && !h.marked(tt.text) && !h.marked(strings.ToLower(tt.text)) && !h.marked(strings.ToUpper(tt.text)) {
			t.Errorf("%s: not marked", tt.text)
		}
	}
}

func TestNearest(t *testing.T) {
	rows := []int{2, 5, 9}
	for _, tt := range []struct{ from, by, row, at int }{
		{0, 0, 2, 1}, {2, 0, 2, 1}, {2, 1, 5, 2}, {9, 1, 2, 1}, {10, 0, 2, 1},
		{9, -1, 5, 2}, {2, -1, 9, 3}, {0, -1, 9, 3}, {7, -1, 5, 2},
	} {
		if row, f := nearest(rows, tt.from, tt.by); row != tt.row || f != (found{tt.at, 3}) {
			t.Errorf("from %d by %d: row %d, %+v", tt.from, tt.by, row, f)
		}
	}
	if row, f := nearest(nil, 7, 1); row != 7 || f != (found{}) {
		t.Errorf("of none: %d, %+v", row, f)
	}
}
