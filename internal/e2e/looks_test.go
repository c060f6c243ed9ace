// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/base64"
	"strings"
	"testing"
)

// A terminal that nothing describes is taken for a usual one, with a note; one that
// cannot be drawn on is refused with what to do.
func TestUnknownTerminal(t *testing.T) {
	tm := openTerminal(t, "env", "TERM=nobodys-own", nltop(t), "demo")
	tm.await("TERM=nobodys-own: it is taken for xterm-256color")
	tm.awaitScreen("▸")
	at := len(tm.output())
	tm.keys("yf") // what is copied reaches the terminal (OSC 52)
	tm.awaitBehind(at, "\x1b]52;c;"+base64.StdEncoding.EncodeToString([]byte("proc."))[:6])
	tm.keys("q")
	tm.ended()

	tm = openTerminal(t, "env", "TERM=dumb", nltop(t), "demo")
	if err := <-tm.done; err == nil {
		t.Error("drawn on a dumb terminal")
	}
	await(t, func() bool {
		return strings.Contains(tm.output(), "TERM=dumb cannot be drawn on: set TERM=xterm-256color")
	},
		func() string { return tm.output() })
}
