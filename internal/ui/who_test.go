// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
)

// W asks who changed what is under the cursor, or what is typed.
func TestWhoPage(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want []string
		not  string
	}{
		{"of a message", []string{"m", "Up", "Enter", "w"}, []string{"Who changed dev vx0", "link vx0 created by ip[4711]: ip link add vx0", "failed: EEXIST"}, "Who changed dev vx0 vx0"},
		{"of a row", []string{"w"}, []string{"who changed (nothing: all that changed):"}, "Who changed"},
		{"typed", []string{"w", "v", "x", "0", "Enter"}, []string{"Who changed vx0", "link vx0 created by zebra[2044]"}, "who changed (nothing: all that changed):"},
		{"nothing typed", []string{"w", "Enter"}, []string{"Who changed anything", "link vx0 created by zebra[2044]"}, "who changed ("},
		{"another text", []string{"m", "Up", "w", "w", "Ctrl-U", "n", "o", "n", "e", "Enter"}, []string{"Who changed none", "nothing about none in "}, "link vx0"},
		{"another text by its own key", []string{"m", "Up", "w", "w"}, []string{"all that changed): dev vx0"}, "nothing about"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHarness(t, 120, 200, Options{})
			h.press(c.keys...)
			text := h.text()
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if strings.Contains(text, c.not) {
				t.Errorf("%q in\n%s", c.not, text)
			}
		})
	}
	// Back from another text is where one came from.
	h := newHarness(t, 120, 40, Options{})
	h.press("m", "Up", "w", "w", "x", "Enter", "q")
	if !strings.Contains(h.text(), "RESULT") {
		t.Errorf("not back in the list of messages:\n%s", h.text())
	}
}
