// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
)

// size makes the screen another one.
func (h *harness) size(w, height int) {
	h.sim.SetSize(w, height)
	h.event(tcell.NewEventResize(w, height))
	h.draw()
}

// From 160×40 on home is three panes, which show the same thing nearer and nearer.
func TestPanes(t *testing.T) {
	h := newHarness(t, panesWidth, panesHeight, Options{})
	h.on("zebra")
	h.wants(" home ", "messages of zebra[2044]", "message: NLMSG_ERROR", "nlmsg_len 36")
	h.on("systemd-network")
	h.wants("messages of systemd-network[811]", "message: RTM_NEWLINK")
	if h.src.watched {
		t.Error("looks at messages while the focus is at home")
	}
	if m := h.snap.Asked.Messages; m == nil || m.Count > panesHeight {
		t.Errorf("asked for %+v", m)
	}
	h.press("Tab", "Home")
	h.tick()
	if h.top() != view(h.panes.list) || !h.src.watched {
		t.Errorf("%s has the focus, messages are looked at: %v", h.top().crumb(), h.src.watched)
	}
	first := h.panes.one.kept.Seq
	h.press("Down")
	if h.panes.one.kept.Seq <= first {
		t.Error("the message does not follow the cursor")
	}
	for _, stop := range []struct {
		key  string
		pane int
		in   bool
	}{{"Tab", messagePane, false}, {"Tab", messagePane, true}, {"Tab", homePane, false}, {"Backtab", messagePane, false},
		{"Backtab", listPane, false}, {"Tab", messagePane, false}, {"Esc", listPane, false}, {"Esc", homePane, false}, {"Esc", homePane, false}} {
		if h.press(stop.key); h.panes.focus != stop.pane || stop.in && !h.panes.one.inBytes {
			t.Fatalf("%s leads to pane %d, in bytes %v; %+v is wanted", stop.key, h.panes.focus, h.panes.one.inBytes, stop)
		}
	}
	for _, size := range [][2]int{{panesWidth - 1, panesHeight}, {panesWidth, panesHeight - 1}} {
		h.size(size[0], size[1])
		h.lacks("messages of ")
	}
}

// A page that is opened from a pane has the whole screen, and Esc leads back.
func TestPanesAndPages(t *testing.T) {
	h := newHarness(t, 200, 60, Options{})
	h.on("ip")
	h.press("Tab", "Enter")
	h.wants("home › NLMSG_ERROR")
	h.lacks("messages of ip")
	h.press("Esc")
	h.wants("messages of ip[4711]")
	if h.top() != view(h.panes.list) {
		t.Errorf("Esc leads to %s", h.top().crumb())
	}
	h.press("o", "1")
	if h.top() != view(h.tree) {
		t.Errorf("1 leads to %s", h.top().crumb())
	}
	h.press("?")
	h.wants("to the next pane: home")
}

// \ gives the pane with the focus the screen, and takes it back.
func TestPaneMadeWhole(t *testing.T) {
	h := newHarness(t, 200, 60, Options{})
	h.on("ip")
	h.press(`\`)
	h.lacks("messages of ip")
	h.press(`\`, "Tab", `\`)
	h.wants("home › messages of ip[4711]")
	h.lacks("message: ")
	h.press(`\`)
	h.wants("message: NLMSG_ERROR")
	if h.panes.focus != listPane {
		t.Errorf("back in pane %d", h.panes.focus)
	}
	h.press("Tab", "Down", `\`)
	h.wants("home › messages of ip[4711] › NLMSG_ERROR")
	h.press("Esc", "Esc")
	if h.wants("message: NLMSG_ERROR"); h.panes.focus != listPane || len(h.views) != 1 {
		t.Errorf("Esc leads to pane %d, %d pages", h.panes.focus, len(h.views))
	}
}

// A screen that becomes too small shows the pane with the focus as a page; it is a pane
// again when there is room.
func TestPanesAreResized(t *testing.T) {
	for focus, crumbs := range []string{"", "home › messages of ip[4711]", "home › messages of ip[4711] › NLMSG_ERROR"} {
		for _, over := range []string{"", "o"} {
			h := newHarness(t, 200, 60, Options{})
			h.on("ip")
			h.press(slices.Repeat([]string{"Tab"}, focus)...)
			h.press("Down")
			at := h.top().cursor().at
			if over != "" {
				h.press(over)
			}
			h.size(80, 24)
			if h.lacks("message: "); crumbs != "" {
				h.wants(crumbs)
			}
			h.size(300, 100)
			if over != "" {
				h.wants("sockets")
				h.press("Esc")
			}
			if h.panes.focus != focus || h.top().cursor().at != at || !h.split() {
				t.Errorf("%d %q: back in pane %d of %d pages, line %d", focus, over, h.panes.focus, len(h.views), h.top().cursor().at)
			}
		}
	}
}

// Clicks and the wheel go to the pane below the mouse.
func TestPanesByMouse(t *testing.T) {
	h := newHarness(t, 200, 60, Options{})
	h.on("ip")
	h.press("Tab", "Home", "Backtab")
	list := &h.panes.at[listPane]
	h.event(tcell.NewEventMouse(150, list.y+5, tcell.WheelDown, 0))
	h.draw()
	if h.panes.list.cur.top != wheelRows || h.panes.focus != homePane {
		t.Errorf("the wheel leads to %d, pane %d", h.panes.list.cur.top, h.panes.focus)
	}
	h.click(150, list.y+list.listY+6)
	if h.panes.focus != listPane || h.panes.list.cur.at != wheelRows+6 {
		t.Errorf("a click leads to pane %d, line %d", h.panes.focus, h.panes.list.cur.at)
	}
	x, y := h.at("nlmsg_seq")
	h.click(x, y)
	if l := h.panes.one.current(); h.panes.focus != messagePane || l == nil || l.name != "nlmsg_seq" {
		t.Errorf("a click leads to pane %d, %+v", h.panes.focus, l)
	}
	x, y = h.at(" 0010 ")
	h.click(x+8, y)
	if !h.panes.one.inBytes || h.panes.one.bytes.at != 16 {
		t.Errorf("a click leads to byte %d, in bytes %v", h.panes.one.bytes.at, h.panes.one.inBytes)
	}
	h.click(h.at("NAME"))
	if h.wants("▼NAME"); h.panes.focus != homePane {
		t.Errorf("a click on a head leads to pane %d", h.panes.focus)
	}
	h.click(h.at("messages of"))
	if h.panes.focus != listPane {
		t.Errorf("a click on the head of a pane leads to pane %d", h.panes.focus)
	}
}

// Where the kernel only counts, the pane of messages says so, and has them sent when keys
// go to it.
func TestPanesDoNotLook(t *testing.T) {
	h := newHarness(t, 200, 60, Options{})
	h.src.status.CountsOnly = true
	h.tick()
	h.wants("only counting; Tab looks at messages")
	h.press("Tab")
	h.lacks("Tab looks at messages")
	if h.tick(); !h.src.watched {
		t.Error("nobody looks")
	}
	h.press("Tab", "Tab", "Tab")
	if h.tick(); h.src.watched {
		t.Error("somebody looks after the focus has left")
	}
}

// A message that is read stays, whatever comes; who goes back follows again.
func TestPanesHoldAMessage(t *testing.T) {
	h := newHarness(t, 200, 60, Options{})
	h.on("ip")
	h.press("Tab", "Tab")
	at := h.panes.one.kept.Seq
	h.src.traffic()
	if h.tick(); h.panes.one.kept.Seq != at {
		t.Error("it was changed while it was read")
	}
	if h.press("Esc"); !h.panes.list.follow || h.panes.one.kept.Seq == at {
		t.Errorf("follows %v", h.panes.list.follow)
	}
}

// What has no row has no panes, and no key of them.
func TestPanesOfNothing(t *testing.T) {
	h := newHarness(t, 200, 60, Options{})
	h.press("Tab", "Tab", "c", "Tab", `\`, "Esc", "1", "?")
	if strings.Contains(h.text(), "next pane") {
		t.Error(h.text())
	}
}
