// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"
)

// TestMouseInTerminal sends what a terminal reports of the mouse, and finds that help and docs
// are right: a click goes to a row and opens it, sorts by a head, does what the footer names,
// goes a way back; the wheel scrolls, and the timeline is dragged along.
func TestMouseInTerminal(t *testing.T) {
	k := openDemo(t, 120, 40)
	on := func(want string) {
		t.Helper()
		k.until(func() bool { return strings.Contains(k.row(), want) }, func() string { return "not on " + want })
	}
	click := func(text string) {
		t.Helper()
		k.click(k.find(text))
	}
	click("nft ×3")
	on("nft ×3")
	click("nft ×3") // again
	k.sees("▾ nft ×3")
	click("ERRORS")
	k.sees("sorted by ERRORS", "▼ERRORS")
	click("ERRORS")
	k.sees("▲ERRORS")
	k.press("Down") // the keys are in the place of what was said
	click("⏎ open")
	k.press("Esc")

	click("3 messages")
	k.sees("home › all messages", "2,332 of 2,332")
	x, y := k.find("RTM_DELLINK")
	first := func() string { return strings.Fields(strings.Split(k.look(), "\n")[4])[0] }
	before := first()
	k.mouse(wheelUp, x, y, true)
	k.until(func() bool { return first() < before }, func() string { return "the wheel does not go up from " + before })
	k.mouse(wheelDown, x, y, true)
	k.until(func() bool { return first() == before }, func() string { return "the wheel does not go down to " + before })
	click("home ›")
	k.sees("NAME")

	// Down on the timeline, along it, and up.
	const line = 1
	k.mouse(leftButton, 30, line, true)
	k.sees(" at 19:41:", "Space play")
	at := k.shownTime()
	k.mouse(leftButton+dragged, 60, line, true)
	k.until(func() bool { return k.shownTime() > at }, func() string { return "the time stays " + at })
	at = k.shownTime()
	k.mouse(leftButton, 60, line, false)
	k.mouse(leftButton+dragged, 90, line, true) // nothing is held
	k.settle()
	if is := k.shownTime(); is != at {
		t.Errorf("after the button went up the time went from %s to %s", at, is)
	}
	click("4 heat")
	k.sees("home › latency")
	k.press("Ctrl-C")
	k.ended()
}

// shownTime is the time that line 1 says is shown; "": none.
func (k *keyboard) shownTime() string {
	first, _, _ := strings.Cut(k.look(), "\n")
	_, at, _ := strings.Cut(first, " at ")
	at, _, _ = strings.Cut(at, " ")
	return strings.TrimSuffix(at, ",") // behind which stands what its state is of
}
