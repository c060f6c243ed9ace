// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
)

// Below a row stands what it polls, and every how long.
func TestPollLine(t *testing.T) {
	polls := func(s *fakeSource) []live.Poll {
		zebra := poll(s, 2*time.Second, 30, 7)
		zebra.Process, zebra.Type, zebra.Dump = aggregate.Process{PID: 2044, Comm: "zebra"}, "RTM_NEWLINK", false
		again := zebra
		again.Times = 4
		uneven := zebra
		uneven.Process = aggregate.Process{PID: 4711, Comm: "ip"}
		uneven.Even, uneven.Low = false, 100*time.Millisecond
		return []live.Poll{zebra, again, uneven}
	}
	for _, tt := range []struct {
		name, on string
		keys     []string
		want     string
	}{
		{"a process", "zebra", nil, "asks RTM_NEWLINK every 2.00 s, 30 times, and 1 other question"},
		{"its type", "zebra", []string{"Right", "Down", "Right", "Down"}, "asks RTM_NEWLINK every 2.00 s, 30 times"},
		{"not evenly", "ip", nil, "asks RTM_NEWLINK every 100 ms to 2.00 s, 30 times"},
		{"nobody", "systemd-network", nil, ""},
		{"a family", "", []string{"b"}, "zebra[2044] asks RTM_NEWLINK every 2.00 s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 120, 40, Options{})
			h.src.polls = polls(h.src)
			h.tick()
			if tt.on != "" {
				h.on(tt.on)
			}
			h.press(tt.keys...)
			if tt.want == "" {
				h.lacks(" every ")
			} else {
				h.wants(tt.want)
			}
		})
	}
}

// The search at home finds what a row holds, not its name alone.
func TestSearchHome(t *testing.T) {
	for _, tt := range []struct{ name, text, on string }{
		{"a name", "zebra", "zebra"},
		{"a command line", "link add vx32", "ip"},
		{"an executable", "/usr/sbin/ip", "ip"},
		{"a type inside", "rtm_new", "RTM_NEWLINK"},
		{"an error", "eexist", "zebra"},
		{"what the kernel said", "already there", "zebra"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 120, 40, Options{})
			h.src.crowd()
			h.src.errs = []live.ErrorKind{{Errno: 17, Comm: "zebra", Family: "route", Count: 1, Text: "It is already there", Last: epoch}}
			h.tick()
			h.press("/")
			h.typeText(tt.text)
			h.press("Enter")
			h.lacks("nowhere")
			if r := h.tree.current(); r == nil || r.Label != tt.on {
				t.Errorf("on %+v", r)
			}
		})
	}
	h := newHarness(t, 120, 40, Options{})
	h.press("/")
	h.typeText("einval")
	h.press("Enter")
	h.wants("einval is nowhere here")
}

// What goes wrong above the window is seen at its upper edge.
func TestTroubleAbove(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		o          Options
	}{{"arrow", "↑ 2 in trouble", Options{}}, {"ASCII", "^ 2 in trouble", Options{ASCII: true}}} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, 80, 24, tt.o)
			for i := range 40 {
				h.src.named(fmt.Sprintf("daemon%02d", i))
			}
			h.tick()
			h.lacks(" in trouble")
			h.press("End")
			h.wants(tt.want)
			if strings.Contains(h.text(), "trouble first") {
				t.Error("the order, too")
			}
			h.press("Home")
			h.wants("trouble first")
		})
	}
}
