// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// hostile are names as only an attacker chooses them.
var hostile = []string{
	"", "\x1b[2J\x1b]0;title\a", "\x00\x01\x02", "\xff\xfe\xc0\x80", "\u202eabc\u2066", "日本語日本語日本語", "e" + strings.Repeat("\u0301", 4000),
	"a\nb\rc\td", "👩‍👩‍👧‍👦🏳️‍🌈", strings.Repeat("x", 20000), "%s%n%!d(MISSING)", "'; rm -rf / #", " ", "\u2028\u2029\u0085",
}

// hostileTraffic has every name as that of a process, in its command line, and as that of
// an interface.
func (s *fakeSource) hostileTraffic() {
	for i, name := range hostile {
		p := capture.Proc{PID: uint32(70000 + i), Comm: name[:min(len(name), 15)], Identity: capture.Identity{
			Exe: name, CmdLine: capture.CmdLine(name + "\x00" + name + "\x00"),
		}}
		attr := []byte(name[:min(len(name), 60000)] + "\x00")
		body := append(make([]byte, 16), nltest.Attr(3, attr)...)
		for _, dir := range []capture.Dir{capture.DirRequest, capture.DirEvent} {
			s.feed(capture.Frame{Origin: &capture.Origin{Dir: dir, Proc: p}, Data: nltest.Message(16, 1, uint32(i), 0, body)})
		}
	}
}

// stormSizes are of screens, the smallest and largest more seldom.
var stormSizes = [][2]int{
	{0, 0}, {1, 1}, {1000, 300}, {1, 60}, {300, 1}, {7, 3}, {40, 10}, {40, 10}, {80, 24}, {80, 24}, {120, 40}, {159, 40}, {160, 39},
	{160, 40}, {160, 40}, {200, 60}, {200, 60},
}

// storm presses keys from the tables, types into prompts, clicks, and makes the screen
// larger and smaller, while messages come in.
func storm(t *testing.T, seed uint64, steps int, feed func(*fakeSource)) {
	h := newHarness(t, 80, 24, Options{})
	h.src.story()
	feed(h.src)
	h.tick()
	r := rand.New(rand.NewPCG(seed, 16))
	pressed := make(map[string]bool)
	press := func(name string) {
		for _, k := range strings.Split(name, " ") {
			h.event(keyEvent(k))
		}
	}
	for step := range steps {
		switch n := r.IntN(20); {
		case n < 3:
			size := stormSizes[r.IntN(len(stormSizes))]
			h.sim.SetSize(size[0], size[1])
			h.event(tcell.NewEventResize(size[0], size[1]))
		case n == 3:
			h.event(tcell.NewEventMouse(r.IntN(200), r.IntN(60), []tcell.ButtonMask{tcell.Button1, tcell.WheelUp, tcell.WheelDown, tcell.ButtonNone}[r.IntN(4)], 0))
		case n == 4:
			h.refresh(h.src.now)
		case n == 5 && step%10 == 0:
			feed(h.src)
		case h.prompt != nil:
			press([]string{"Esc", "Enter", "Tab", "Up", "Down", "Left", "a", "1", "(", "é", "Backspace", "Ctrl-W", "Home", "Delete"}[r.IntN(14)])
		default:
			tables := h.tables(h.top())
			list := tables[r.IntN(len(tables))].list
			if len(list) == 0 {
				continue
			}
			keys := strings.Fields(list[r.IntN(len(list))].keys)
			key := keys[r.IntN(len(keys))]
			if key == "Ctrl-Z" { // stops the test
				continue
			}
			if pressed[key] = true; isSequence(key) {
				key = key[:1] + " " + key[1:]
			}
			press(key)
		}
		if h.seeking != nil {
			h.seekOn()
		}
		if h.draw(); len(h.views) > maxOpen+2 {
			t.Fatalf("%d pages are open", len(h.views))
		}
		if w, height := h.sim.Size(); h.grid.w != w || h.grid.h != height {
			t.Fatalf("step %d: drawn for %dx%d on %dx%d", step, h.grid.w, h.grid.h, w, height)
		}
		for i, c := range h.grid.cells {
			if strings.ContainsFunc(c.text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Fatalf("step %d: cell %d holds %q", step, i, c.text)
			}
		}
	}
	if len(pressed) < 40 {
		t.Errorf("only %d keys were pressed", len(pressed))
	}
}

// keyEvent is the key with a name that keyName gives.
func keyEvent(name string) *tcell.EventKey {
	if name == "Space" {
		name = " "
	}
	if k, ok := keysByName[name]; ok {
		return tcell.NewEventKey(k, 0, 0)
	}
	return tcell.NewEventKey(tcell.KeyRune, []rune(name)[0], 0)
}

func TestStorm(t *testing.T) {
	for _, tt := range []struct {
		name string
		feed func(*fakeSource)
	}{
		{"fixture", func(*fakeSource) {}},
		{"hostile", (*fakeSource).hostileTraffic},
	} {
		t.Run(tt.name, func(t *testing.T) { storm(t, 1, 1000, tt.feed) })
	}
}

// A mebibyte that is pasted into a prompt is cut, whichever prompt it is.
func TestPasteIntoEveryPrompt(t *testing.T) {
	big := strings.Repeat("x\x1b[31m日\n", 1<<17)
	for _, keys := range [][]string{{"f"}, {":"}, {"/"}, {"t"}, {"W"}, {"="}, {"M", "/"}, {"M", "t"}, {"x", "t"}, {"x", "/"}} {
		h := newHarness(t, 80, 24, Options{})
		h.press(keys...)
		if h.prompt == nil {
			t.Errorf("%v opens no prompt", keys)
			continue
		}
		h.event(tcell.NewEventPaste(true))
		for _, r := range big {
			h.event(tcell.NewEventKey(tcell.KeyRune, r, 0))
		}
		h.event(tcell.NewEventPaste(false))
		if h.draw(); h.prompt != nil && len(h.prompt.text) > maxPaste+200 {
			t.Errorf("%v: %d characters", keys, len(h.prompt.text))
		}
		h.press("Enter", "Esc")
	}
}
