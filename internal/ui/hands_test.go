// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
)

// A page that is opened again is the one that is open; Esc goes one level back and at
// home nowhere.
func TestPagesOpenOnce(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("x", "x", "x")
	if len(h.views) != 2 {
		t.Errorf("%d pages after x x x", len(h.views))
	}
	h.press("l", "o", "x")
	if len(h.views) != 2 || h.top().crumb() != "exchanges" {
		t.Errorf("%d pages, %s on the top", len(h.views), h.top().crumb())
	}
	h.press("?", "l")
	h.wants("home › exchanges › losses")
	h.press("1")
	h.on("ip")
	h.press("m", "Enter", "l")
	h.wants("home › messages of ip[4711] › NLMSG_ERROR › losses ")
	h.press("Esc", "Esc", "Esc", "Esc", "Esc", "Esc")
	if len(h.views) != 1 || h.done {
		t.Errorf("%d pages, done %v", len(h.views), h.done)
	}
}

// However far one goes, the pages behind are bounded, and home is the first.
func TestPagesAreBounded(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	for i := range 3 * maxOpen {
		h.push(newPageView(h.app, strings.Repeat("page ", i), func(p *textPage) { p.lines = nil }))
	}
	if len(h.views) != maxOpen || h.views[0] != view(h.tree) {
		t.Errorf("%d pages", len(h.views))
	}
	h.draw()
	h.wants("home › … › ")
}

// The way from home is cut in the middle, and every part of it leads there.
func TestCrumbs(t *testing.T) {
	for _, tt := range []struct {
		w    int
		want string
	}{
		{120, " home › messages of ip[4711] › NLMSG_ERROR › losses  "},
		{60, " home › … › NLMSG_ERROR › losses "},
		{36, " home › … › losses"},
		{8, "hom"},
	} {
		h := newHarness(t, tt.w, 24, Options{})
		h.on("ip")
		h.press("m", "Enter", "l")
		h.wants(tt.want)
	}
	h := newHarness(t, 120, 24, Options{})
	h.press("m", "Enter", "l")
	h.click(10, 2)
	if len(h.views) != 2 {
		t.Errorf("a click on the second leads to %d", len(h.views))
	}
	h.click(3, 2)
	if len(h.views) != 1 {
		t.Errorf("a click on home leads to %d", len(h.views))
	}
}

// Keys of two, and keys that nothing knows.
func TestSequences(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("G")
	if !h.tree.cur.last() {
		t.Error("G does not go to the end")
	}
	h.press("g")
	h.wants("gg to the start")
	h.press("g")
	if h.tree.cur.at != 0 {
		t.Errorf("gg goes to %d", h.tree.cur.at)
	}
	h.press("g", "Z")
	h.wants("no such key here: gZ (? lists them)")
	h.press("Z")
	h.wants("no such key here: Z (? lists them)")
	h.press("m", "g", "Esc")
	if len(h.views) != 2 {
		t.Error("Esc behind g leaves the page")
	}
	h.press("e", "F7")
	h.wants("no such key here: F7")
}

func TestHalfPages(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("M", "Home", "Ctrl-D")
	v := h.top().(*messagesView)
	if half := v.cur.page / 2; v.cur.at != half {
		t.Errorf("Ctrl-D goes to %d of a page of %d", v.cur.at, v.cur.page)
	}
	h.press("Ctrl-D", "Ctrl-U", "Ctrl-U")
	if v.cur.at != 0 {
		t.Errorf("back at %d", v.cur.at)
	}
}

// click presses and releases the button.
func (h *harness) click(x, y int) {
	h.event(tcell.NewEventMouse(x, y, tcell.Button1, 0))
	h.event(tcell.NewEventMouse(x, y, tcell.ButtonNone, 0))
	h.draw()
}

// at is where a text stands on the screen.
func (h *harness) at(text string) (x, y int) {
	h.t.Helper()
	for y, line := range strings.Split(h.text(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return h.grid.width(before), y
		}
	}
	h.t.Fatalf("%q is not on the screen:\n%s", text, h.text())
	return 0, 0
}

func TestMouse(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.click(5, 5)
	if h.selected() != "zebra" {
		t.Fatalf("on %q", h.selected())
	}
	h.click(5, 5)
	h.wants("▾ zebra")
	h.click(5, 20) // below the rows
	h.click(5, 0)
	h.click(79, 23)
	if h.selected() != "zebra" {
		t.Errorf("on %q", h.selected())
	}
}

// A head sorts by its column, and clicked on again turns the order round; a hint in the
// footer is its key.
func TestClicks(t *testing.T) {
	h := newHarness(t, 160, 24, Options{})
	h.click(h.at("ERRORS"))
	h.wants("▼ERRORS")
	h.click(h.at("ERRORS"))
	h.wants("▲ERRORS")
	h.click(h.at("NAME"))
	h.wants("▼NAME")
	h.press("Left") // the keys are in the place of the notice
	h.click(h.at("exchanges"))
	if h.top().crumb() != "exchanges" {
		t.Fatalf("the footer leads to %s", h.top().crumb())
	}
	h.click(h.at("PROCESS"))
	h.wants("▼PROCESS")
	h.click(h.at("PROCESS"))
	h.wants("▲PROCESS")
	h.press("f")
	h.click(h.at("PROCESS")) // a prompt is open
	h.wants("▲PROCESS")
}

// The wheel moves the window, and the cursor only where it would leave it.
func TestWheel(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	wheel := func(b tcell.ButtonMask) { h.event(tcell.NewEventMouse(5, 6, b, 0)); h.draw() }
	h.press("M", "Home")
	v := h.top().(*messagesView)
	h.press("PgDn")
	at, top := v.cur.at, v.cur.top
	if wheel(tcell.WheelDown); v.cur.at != at+0 && v.cur.at != v.cur.top || v.cur.top != top+wheelRows {
		t.Errorf("down: cursor %d, window %d; were %d, %d", v.cur.at, v.cur.top, at, top)
	}
	for range 100 {
		wheel(tcell.WheelUp)
	}
	if v.cur.top != 0 || v.cur.at != v.cur.page-1 {
		t.Errorf("up: cursor %d, window %d", v.cur.at, v.cur.top)
	}
	h.press("l")
	h.sim.SetSize(80, 12)
	h.event(tcell.NewEventResize(80, 12))
	h.draw()
	wheel(tcell.WheelDown)
	if c := h.top().cursor(); c.at != wheelRows {
		t.Errorf("a page of text scrolls to %d", c.at)
	}
	h.press("h")
	wheel(tcell.WheelDown) // nothing there scrolls
}

// A key that was pressed right behind Esc arrives with Alt.
func TestEscAndKey(t *testing.T) {
	alt := func(h *harness, r rune, mod tcell.ModMask) {
		h.event(tcell.NewEventKey(tcell.KeyRune, r, mod|tcell.ModAlt))
		h.draw()
	}
	for _, tt := range []struct {
		name string
		open []string
		key  rune
		mod  tcell.ModMask
		want func(h *harness) bool
	}{
		{"f in a prompt", []string{"/", "z"}, 'f', 0, func(h *harness) bool {
			return h.prompt != nil && h.prompt.label == filterLabel && len(h.prompt.text) == 0
		}},
		{"M on a page", []string{"o"}, 'M', 0, func(h *harness) bool { return len(h.views) == 2 && h.top().crumb() == "all messages" }},
		{"Enter on a page", []string{"Down", "o"}, 'm', tcell.ModCtrl, func(h *harness) bool { return len(h.views) == 1 && len(h.tree.rows) > 4 }},
		{"Ctrl-C", []string{"f"}, 'c', tcell.ModCtrl, func(h *harness) bool { return h.done }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 80, 24, Options{})
			h.press(tt.open...)
			alt(h, tt.key, tt.mod)
			if !tt.want(h) {
				t.Errorf("notice %q, prompt %+v, on\n%s", h.notice, h.prompt, h.text())
			}
		})
	}
}
