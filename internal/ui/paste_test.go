// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/live"
)

// paste is what a terminal sends for a text that is pasted.
func (h *harness) pasteText(text string) {
	h.event(tcell.NewEventPaste(true))
	for _, r := range text {
		key := tcell.KeyRune
		if r == '\n' {
			key = tcell.KeyEnter
		}
		h.event(tcell.NewEventKey(key, r, 0))
	}
	h.event(tcell.NewEventPaste(false))
	h.draw()
}

func TestPaste(t *testing.T) {
	for _, tt := range []struct {
		name  string
		open  []string // keys
		paste string
		want  string // on the screen
		text  string // of the prompt
	}{
		{"no prompt", nil, "q\nq\ncp", "pasted text does nothing here", ""},
		{"a line", []string{"f"}, `errno == 17`, "filter: errno == 17", `errno == 17`},
		{"lines", []string{"f"}, "errno == 17\n&& pid == 2\n", "&& pid == 2", "errno == 17 && pid == 2"},
		{"controls", []string{"f"}, "a\x1b\tb", "filter: a", ""},
		{"too long", []string{"f"}, strings.Repeat("x", maxPaste+1), "was cut to 4096 characters", strings.Repeat("x", maxPaste)},
		{"find", []string{"/"}, "zebra", "zebra", "zebra"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 80, 24, Options{})
			h.press(tt.open...)
			h.pasteText(tt.paste)
			if h.done || h.paused {
				t.Fatalf("done %v, paused %v", h.done, h.paused)
			}
			if tt.text != "" && string(h.prompt.text) != tt.text {
				t.Errorf("the prompt has %.40q", string(h.prompt.text))
			}
			if tt.open == nil || tt.name == "too long" {
				if !strings.Contains(h.notice, tt.want) {
					t.Errorf("notice %q", h.notice)
				}
				return
			}
			h.wants(tt.want)
		})
	}
}

// A prompt stays bounded, however often one pastes.
func TestPromptIsBounded(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.press("f")
	for range 4 {
		h.pasteText(strings.Repeat("y", maxPaste))
	}
	h.typeText("more")
	if n := len(h.prompt.text); n != maxPrompt {
		t.Errorf("%d characters", n)
	}
}

// A recording is held while the view is paused, and cannot be cleared; what was now is
// its end.
func TestRecordingInTheView(t *testing.T) {
	h := newHarness(t, 120, 24, Options{})
	h.src.status.Replay = &live.Replay{Path: "bug.pcapng", Ended: true}
	h.tick()
	h.press("c")
	h.wants("nothing to clear")
	if h.src.cleared != 0 {
		t.Error("it was cleared")
	}
	h.press("p")
	if !h.src.held {
		t.Error("playback goes on in a pause")
	}
	h.press("p", "h")
	if h.src.held {
		t.Error("playback stands still")
	}
	h.wants(" end")
	h.lacks(" now")
}

// Where a filter came later, pages say what it holds for.
func TestFilterSince(t *testing.T) {
	h := newHarness(t, 140, 24, Options{})
	h.src.status.Filter, h.src.status.FilterSince = "error != 0", epoch
	h.tick()
	h.wants("filter: error != 0 (since 03:04:05)")
	h.press("x")
	h.wants("the filter holds for those that have ended: what waits is all there is")
	h.press("Esc", "m")
	h.lacks("filtered since") // messages are looked for in all that was kept
}

func TestWrap(t *testing.T) {
	g := &grid{}
	for _, tt := range []struct {
		text string
		w    int
		want string
	}{
		{"", 5, ""}, {"one two", 7, "one two"}, {"one two", 6, "one|two"}, {"one  two three", 8, "one two|three"},
		{"unbreakable", 4, "unbreakable"}, {"a unbreakable b", 4, "a|unbreakable|b"}, {"日本 語", 5, "日本|語"},
	} {
		if got := strings.Join(wrap(g, tt.text, tt.w), "|"); got != tt.want {
			t.Errorf("%q in %d: %q, want %q", tt.text, tt.w, got, tt.want)
		}
	}
	lines := wrapped(g, []textLine{{text: "  a note that is long"}, {text: "  key", value: "what it does at length"}, {text: "  a label that is long", value: "7"}}, 20, 8)
	var got []string
	for _, l := range lines {
		got = append(got, l.text+"="+l.value)
	}
	want := "  a note that is=|    long=|  key=what it does|=at length|  a label that is long=|=7"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%q, want %q", s, want)
	}
}
