// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
)

// At 80 columns the last line names every page in whole words, and marks the one that is
// shown.
func TestPageBar(t *testing.T) {
	h := newHarness(t, 80, 24, Options{})
	h.tell("rtnl")
	bar := func() string {
		lines := strings.Split(strings.TrimSuffix(h.text(), "\n"), "\n")
		return lines[len(lines)-1]
	}
	list := h.pages()
	if len(list) < 9 {
		t.Fatalf("pages are %v", list)
	}
	for _, p := range list {
		if p.name == "" || !strings.Contains(bar(), p.key+p.name) {
			t.Errorf("%s %q is not in %q", p.key, p.name, bar())
		}
	}
	for _, p := range list {
		h := newHarness(t, 80, 24, Options{})
		h.tell("rtnl")
		if h.press(p.key); h.prompt != nil {
			continue // asks first
		}
		for _, q := range h.pages() {
			if q.here != (q.key == p.key) {
				t.Errorf("after %s %q is marked: %v", p.key, q.name, q.here)
			}
		}
	}
	h.sim.SetSize(60, 24)
	h.tick()
	if w := len(bar()); w > 60 || !strings.Contains(bar(), "0lost") {
		t.Errorf("at 60 columns the bar is %q", bar())
	}
	h.sim.SetSize(200, 24)
	h.tick()
	if !strings.Contains(bar(), "1 home  2 exchanges  3 messages") {
		t.Errorf("at 200 columns the bar is %q", bar())
	}
}
