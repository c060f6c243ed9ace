// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
)

// What a message says stands in its row on every screen, and the position over no head.
func TestMessageInRow(t *testing.T) {
	for _, tt := range []struct {
		name, heads string
		w, h        int
		wants       []string
	}{
		{"wide", "TIME PROCESS TYPE RESULT TOOK MESSAGE", 120, 40, []string{"systemd-network[811]   RTM_NEWLINK", "03:04:05.052"}},
		{"80 columns", "TIME PROCESS TYPE RESULT MESSAGE", 80, 24, []string{"03:04:05 → ip[4711]     RTM_NEWLINK", "systemd-net…", "ip link add vx0 up mult"}},
		{"60 columns", "PROCESS TYPE RESULT MESSAGE", 60, 15, []string{"1 reply     ip link add"}},
		{"40 columns", "TYPE MESSAGE", 40, 10, []string{"EEXIST for RTM_NEWL", "2 of 202"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, tt.w, tt.h, Options{})
			h.press("M", "Home", "Down")
			h.wants(tt.wants...)
			var heads []string
			for line := range strings.SplitSeq(h.text(), "\n") {
				if f := strings.Fields(line); len(f) > 0 && f[len(f)-1] == "MESSAGE" {
					heads = f
				}
			}
			if got := strings.Join(heads, " "); got != tt.heads {
				t.Errorf("heads %q, want %q in:\n%s", got, tt.heads, h.text())
			}
		})
	}
}

// Of a type's name that finds no room the end is shown, which tells it from others.
func TestTypeIsCutInFront(t *testing.T) {
	for _, tt := range []struct {
		name  string
		width int
		o     Options
		want  string
	}{
		{"narrow", 80, Options{}, " …CMD_GETFAMILY "},
		{"ASCII", 80, Options{ASCII: true}, " ~CMD_GETFAMILY "},
		{"wide", 120, Options{}, " CTRL_CMD_GETFAMILY "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHarness(t, tt.width, 30, tt.o)
			h.press("M")
			h.wants(tt.want)
		})
	}
}
