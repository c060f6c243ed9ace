// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"
)

// The view asks the terminal for its ground, once, and draws before there is an answer. It
// takes the colours for that, and no answer, however late, is taken for keys.
func TestAsksForGround(t *testing.T) {
	const (
		question = "\x1b]11;?"
		white    = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
		light    = "\x1b[38;5;25m" // requests, on a light ground
		unknown  = "\x1b[38;5;63m" // and where nobody knows it
	)
	view := func(t *testing.T, set string) *terminal {
		return openTerminal(t, "sh", "-c", "unset COLORTERM COLORFGBG NO_COLOR; "+set+` exec "$0" demo --speed 0`, nltop(t))
	}
	works := func(tm *terminal) { // and nothing was taken for a key
		tm.t.Helper()
		if out := tm.output(); strings.Contains(out, "no such key") || strings.Contains(out, "rgb:") {
			tm.t.Errorf("the answer was taken for keys:\n%q", out)
		}
		tm.keys("l")
		tm.awaitScreen("Lost before nltop could see it")
		tm.keys("\x03")
		tm.ended()
	}
	t.Run("at once", func(t *testing.T) {
		tm := view(t, "")
		tm.await(question)
		tm.keys(white)
		tm.await(light)
		works(tm)
		if n := strings.Count(tm.output(), question); n != 1 {
			t.Errorf("it asked %d times", n)
		}
	})
	t.Run("late", func(t *testing.T) {
		tm := view(t, "")
		tm.awaitScreen("(end)")
		tm.await(unknown)
		at := len(tm.output())
		tm.keys(white)
		tm.awaitBehind(at, light)
		works(tm)
	})
	t.Run("never", func(t *testing.T) {
		tm := view(t, "")
		tm.await(question)
		tm.awaitScreen("(end)")
		tm.await(unknown)
		works(tm)
	})
	for name, set := range map[string]string{"console": "TERM=linux;", "no colours": "NO_COLOR=1; export NO_COLOR;"} {
		t.Run(name+": not asked", func(t *testing.T) {
			tm := view(t, set)
			tm.awaitScreen("(end)")
			works(tm)
			if strings.Contains(tm.output(), question) {
				t.Error("it asked")
			}
		})
	}
}
