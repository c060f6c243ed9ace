// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"errors"
	"testing"
	"time"
)

// opening is a harness whose source is being opened.
func opening(t *testing.T, w, height int) (*harness, *Opening) {
	t.Helper()
	c := newScreen(t, w, height)
	t.Cleanup(c.Fini)
	o := NewOpening()
	src := newSource()
	a := newApp(c, o, Options{Interval: defaultInterval})
	a.cpu = func(time.Time) float64 { return 1.5 }
	h := &harness{app: a, t: t, sim: c.SimulationScreen, src: src, show: c}
	h.draw()
	return h, o
}

// While the source is opened the first screen says how far that is, and all keys work.
func TestOpeningScreen(t *testing.T) {
	h, o := opening(t, 120, 40)
	h.wants("opening the source")
	o.Tell("trying fentry")
	o.Tell("not fentry: the kernel has no trampolines")
	o.Tell("trying kprobe")
	h.draw()
	h.wants("trying fentry", "not fentry: the kernel has no trampolines", "trying kprobe …")
	h.golden("opening_120x40")
	for _, p := range allPages {
		h.press(p.keys...)
		for h.prompt != nil || len(h.views) > 1 {
			h.press("Esc")
		}
	}
	h.press("f")
	h.typeText("family == 1")
	h.press("Enter")
	h.wants("the source is not open yet")
	h.press("Esc", "p", "c")
	h.src.traffic()
	h.opened(opened{Opened: Opened{Model: h.src, Notes: []string{"not fentry: no"}}})
	h.draw()
	h.wants("systemd-network", "PAUSED")
	if !h.src.held || h.opening != nil {
		t.Error("the model that came does not know of the pause")
	}
	h.press("l")
	h.wants("not fentry: no")
}

func TestOpeningFailsInView(t *testing.T) {
	h, _ := opening(t, 80, 24)
	failed := errors.New("no source")
	h.opened(opened{err: failed})
	if !h.done || !errors.Is(h.failed, failed) {
		t.Errorf("done %v, %v", h.done, h.failed)
	}
	for range 3 * maxSteps {
		h.opening.Tell("on")
	}
	if n := len(h.opening.far()); n != maxSteps {
		t.Errorf("%d steps", n)
	}
}
