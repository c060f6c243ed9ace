// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/nltest"
)

// The filter is written with Tab: names, operators, values that there are, processes.
func TestFilterCompletes(t *testing.T) {
	h := newHarness(t, 80, 24, Options{Names: func() filter.Options { return filter.Known(tables()) }})
	h.press("f")
	h.typeText("fam")
	h.wants("family", "a text")
	h.press("Tab")
	h.wants("==", "contains")
	h.press("Tab")
	h.wants(`"route"`, `"nlctrl"`)
	h.typeText("ro")
	h.lacks(`"nlctrl"`)
	h.press("Tab")
	h.typeText("an")
	h.press("Tab")
	h.typeText("comm")
	h.press("Tab", "Tab")
	h.wants(`"zebra"`, `"systemd-network"`)
	h.press("Ctrl-N", "Ctrl-P")
	h.typeText("zeb")
	h.press("Tab", "Enter")
	if want := `family == "route" and proc.comm == "zebra"`; h.src.status.Filter != want {
		t.Errorf("%q, want %q", h.src.status.Filter, want)
	}
	h.press("f", "Ctrl-U")
	h.typeText(`type == "newl`)
	h.press("Tab")
	if got := string(h.prompt.text); got != `type == "RTM_NEWLINK" ` {
		t.Errorf("%q", got)
	}
	h.press("Home", "Right", "Right")
	h.wants("type_id") // what begins with "ty"
}

// A click takes a completion, too.
func TestCompletionByMouse(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("f")
	h.typeText("lat")
	h.click(h.at("latency    "))
	if got := string(h.prompt.text); got != "latency " {
		t.Errorf("%q", got)
	}
}

// What is typed shows whether it is right: names that there are not, and where it is wrong.
func TestFilterIsColoured(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	styleAt := func(text string) tcell.Style {
		x, y := h.at(text)
		return h.grid.cells[y*h.grid.w+x].style
	}
	h.press("f")
	h.typeText(`famly == "route"`)
	if styleAt("famly") != h.theme.bad.Underline(true) || styleAt("amly") != h.theme.bad || styleAt(`"route"`) != h.theme.strong {
		t.Error("an unknown name looks like a known one")
	}
	if styleAt("filter:") != h.theme.warn {
		t.Error("the label does not say that it is wrong")
	}
	h.press("Ctrl-U")
	h.typeText(`family == "route"`)
	if styleAt("family") != h.theme.name || styleAt("filter:") != h.theme.key {
		t.Error("a right one does not look so")
	}
	h.press("Ctrl-U")
	h.typeText(`error > "x"`)
	if styleAt("> ") != h.theme.bad.Underline(true) {
		t.Error("where it is wrong is not marked")
	}
}

// Up and Down go through what was accepted before, each once, and back to what was typed.
func TestPromptHistory(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	for _, text := range []string{"error != 0", "self", "error != 0"} {
		h.press("f", "Ctrl-U")
		h.typeText(text)
		h.press("Enter")
	}
	h.press("f", "Ctrl-U")
	h.typeText("dr")
	for _, tt := range []struct{ key, want string }{
		{"Up", "error != 0"}, {"Up", "self"}, {"Up", "self"}, {"Down", "error != 0"}, {"Down", "dr"}, {"Down", "dr"},
	} {
		h.press(tt.key)
		if got := string(h.prompt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.key, got, tt.want)
		}
	}
	h.press("Esc", "/", "Up")
	if got := string(h.prompt.text); got != "" {
		t.Errorf("the search remembers %q of the filter", got)
	}
	for i := range 3 * maxPast {
		h.prompt.remember(strings.Repeat("x", i))
	}
	if n := len(h.past["search: "]); n != maxPast {
		t.Errorf("%d lines are kept", n)
	}
}

// Hostile names of processes, and a megabyte that is pasted, neither break the screen nor
// the prompt.
func TestHostilePrompts(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	for i, name := range []string{"\x1b]0;owned\x07", "a\"b\\", "\u202etxt", strings.Repeat("日", 90)} {
		p := capture.Proc{PID: uint32(50 + i), Comm: name}
		h.src.feed(capture.Frame{
			Origin: &capture.Origin{Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{PortID: p.PID, Owner: p}},
			Data:   nltest.Message(16, 1, 1, 0, make([]byte, 16)),
		})
	}
	h.tick()
	for _, open := range []string{"f", ":", "/", "w"} {
		h.press(open)
		h.typeText("proc.comm == ")
		h.check()
		h.press("Ctrl-N", "Tab", "Up", "Down")
		h.pasteText(strings.Repeat("\x1b[31m\u202e\"日本\n", 1<<16)) // 1 MiB
		h.check()
		if n := len(h.prompt.text); n > maxPrompt {
			t.Errorf("%s: %d characters", open, n)
		}
		h.press("Home", "Tab", "Ctrl-W", "End", "Left", "Tab", "Esc")
	}
}

// check fails for anything on the screen that could change a terminal.
func (h *harness) check() {
	h.t.Helper()
	h.draw()
	for _, r := range h.text() {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e') {
			h.t.Fatalf("%q is on the screen", r)
		}
	}
}
