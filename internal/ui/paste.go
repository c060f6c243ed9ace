// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// maxPaste is how many characters are taken of what is pasted.
const maxPaste = 4096

// paste is a text that the terminal brackets as pasted (xterm's mode 2004): the keys in
// it are no commands.
type paste struct {
	text []rune
	cut  bool
}

// add takes one of its keys. What breaks a line becomes a space.
func (p *paste) add(ev *tcell.EventKey) {
	r := ev.Rune()
	switch ev.Key() {
	case tcell.KeyRune:
	case tcell.KeyEnter, tcell.KeyTab, tcell.KeyLF:
		r = ' '
	default:
		return
	}
	if p.cut = p.cut || len(p.text) == maxPaste; !p.cut {
		p.text = append(p.text, r)
	}
}

// pasting begins a paste, or hands one over: to the prompt if there is one.
func (a *app) pasting(ev *tcell.EventPaste) {
	if ev.Start() {
		a.paste = new(paste)
		return
	}
	p := a.paste
	a.paste = nil
	switch {
	case p == nil:
	case a.prompt == nil:
		a.notice = "pasted text does nothing here: open the filter (f) or the search (/) first"
	default:
		a.prompt.insert([]rune(strings.TrimSpace(string(p.text))))
		if p.cut {
			a.notice = fmt.Sprintf("the pasted text was cut to %d characters", maxPaste)
		}
	}
}
