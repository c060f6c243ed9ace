// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"
	"unicode"

	"github.com/gdamore/tcell/v2"
)

// prompt is a line of text that the user edits at the foot of the screen.
type prompt struct {
	app   *app
	label string
	text  []rune
	at    int // cursor, in runes
	err   error
	// changed is called on every edit, cancel on Esc; nil: nobody cares.
	changed func(string)
	cancel  func()
	// accept is called on Enter; after an error the prompt stays.
	accept func(string) error
	// choose lists what can be chosen after an edit, choices, of which pick is marked;
	// chosen is called with what was. Without accept Enter takes it.
	choose  func(text string) []choice
	chosen  func(*choice)
	choices []choice
	pick    int
	// complete lists what can stand behind a text, in the place of what begins at from;
	// check says whether it is right, and paint how it looks; nil: nobody does.
	complete func(before string) (from int, list []choice)
	check    func(text string) error
	paint    func(text string, wrong error) []tcell.Style
	from     int
	wrong    error
	// back is how many lines before this one are shown, 0: draft, which is typed.
	back  int
	draft string
	// Where choices stand: the line of the first that is shown, which that is, and how
	// many are.
	choicesY, choicesFirst, choicesShown int
}

func newPrompt(a *app, label, text string) *prompt {
	r := []rune(text)
	return &prompt{app: a, label: label, text: r, at: len(r)}
}

func (p *prompt) key(ev *tcell.EventKey) {
	was, at := string(p.text), p.at
	switch ev.Key() {
	case tcell.KeyRune:
		p.insert([]rune{ev.Rune()})
		return
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		p.cut(max(p.at-1, 0))
	case tcell.KeyDelete, tcell.KeyCtrlD:
		if p.at < len(p.text) {
			p.at++
			p.cut(p.at - 1)
		}
	case tcell.KeyCtrlU:
		p.cut(0)
	case tcell.KeyCtrlW:
		p.cut(p.wordStart())
	case tcell.KeyLeft, tcell.KeyCtrlB:
		p.at = max(p.at-1, 0)
	case tcell.KeyRight, tcell.KeyCtrlF:
		p.at = min(p.at+1, len(p.text))
	case tcell.KeyHome, tcell.KeyCtrlA:
		p.at = 0
	case tcell.KeyEnd, tcell.KeyCtrlE:
		p.at = len(p.text)
	case tcell.KeyEnter:
		p.enter()
		return
	case tcell.KeyCtrlP, tcell.KeyBacktab:
		p.move(-1)
	case tcell.KeyCtrlN:
		p.move(1)
	case tcell.KeyUp:
		p.arrow(-1)
	case tcell.KeyDown:
		p.arrow(1)
	case tcell.KeyTab:
		if p.complete != nil {
			p.fill()
		} else {
			p.move(1)
		}
		return
	case tcell.KeyEsc:
		p.app.prompt = nil
		if p.cancel != nil {
			p.cancel()
		}
		return
	}
	switch {
	case string(p.text) != was:
		p.edited()
	case p.at != at:
		p.moved()
	}
}

// arrow chooses another line above, or goes to what was accepted before.
func (p *prompt) arrow(by int) {
	if p.choose != nil {
		p.move(by)
	} else {
		p.recall(by)
	}
}

// edited forgets the error about what was there before, and tells who wants to know.
func (p *prompt) edited() {
	p.err = nil
	if p.changed != nil {
		p.changed(string(p.text))
	}
	if p.choose != nil {
		p.choices, p.pick = p.choose(string(p.text)), 0
	}
	p.moved()
	p.look()
}

// maxPrompt bounds the text, in characters.
const maxPrompt = 2 * maxPaste

// insert puts text where the cursor is.
func (p *prompt) insert(text []rune) {
	text = text[:min(len(text), max(maxPrompt-len(p.text), 0))]
	if len(text) == 0 {
		return
	}
	p.text = slices.Insert(p.text, p.at, text...)
	p.at += len(text)
	p.edited()
}

func (p *prompt) enter() {
	if p.accept == nil {
		p.take()
		return
	}
	p.app.prompt = nil // what is accepted may ask for more
	line := strings.TrimSpace(string(p.text))
	if p.err = p.accept(line); p.err != nil {
		p.app.prompt = p
		return
	}
	p.remember(line)
}

// cut removes what is between from and the cursor.
func (p *prompt) cut(from int) {
	p.text = append(p.text[:from], p.text[p.at:]...)
	p.at = from
}

// wordStart is where the word before the cursor begins.
func (p *prompt) wordStart() int {
	i := p.at
	for i > 0 && unicode.IsSpace(p.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(p.text[i-1]) {
		i--
	}
	return i
}

// maxErrorLines bounds what an error takes of the screen.
const maxErrorLines = 4

// draw writes the prompt into the last line of the grid, an error above it, and
// returns how many lines it took.
func (p *prompt) draw(g *grid) int {
	t := &p.app.theme
	y := g.h - 1
	g.fill(0, y, g.w, t.text)
	label := t.key
	if p.wrong != nil {
		label = t.warn
	}
	x := g.put(1, y, g.w, p.label, label)
	// Only the end of a text that is too long is shown, with the cursor.
	from, room := p.at, g.w-1-x
	for from > 0 {
		if room -= g.width(string(p.text[from-1])); room < 0 {
			break
		}
		from--
	}
	p.drawText(g, x, y, from)
	g.cursorX, g.cursorY = x+g.width(string(p.text[from:p.at])), y
	if p.err == nil {
		return 1 + p.drawChoices(g, y)
	}
	lines := strings.Split(strings.TrimRight(p.err.Error(), "\n"), "\n")
	lines = lines[:min(len(lines), maxErrorLines, max(g.h-2, 0))]
	for i, line := range lines {
		ly := y - len(lines) + i
		g.fill(0, ly, g.w, t.text)
		g.put(1, ly, g.w-1, line, t.bad)
	}
	return 1 + len(lines)
}

// drawText writes the text from a character on, in the colours of its language.
func (p *prompt) drawText(g *grid, x, y, from int) {
	text := string(p.text[from:])
	g.put(x, y, g.w, text, p.app.theme.text)
	if p.paint == nil {
		return
	}
	styles := p.paint(string(p.text), p.wrong)
	for i := from; i < len(p.text) && x < g.w; i++ {
		w := g.width(string(p.text[i]))
		g.restyle(x, x+w, y, func(tcell.Style) tcell.Style { return styles[i] })
		x += w
	}
}
