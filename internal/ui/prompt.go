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
	// strange is the key behind which nothing stands, until the next one.
	strange string
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

// key acts on one key: a character is put in, the table knows the others.
func (p *prompt) key(ev *tcell.EventKey) {
	p.strange = ""
	if ev.Key() == tcell.KeyRune {
		p.insert([]rune{ev.Rune()})
		return
	}
	name := keyName(ev)
	for _, b := range p.bindings() {
		if b.matches(name) {
			b.run()
			return
		}
	}
	p.strange = name
}

// lineTitle is what the keys of a prompt are listed under.
const lineTitle = "A line that is typed"

// bindings are the keys of a line, but for the characters that are put in.
func (p *prompt) bindings() []binding {
	to := func(at func() int) func() { return p.edit(func() { p.at = at() }) }
	return []binding{
		{"Enter", "take the line, or of a list what is marked", "", p.enter},
		{"Esc", "leave the line: all is as it was before", "", p.leave},
		{"Tab", "complete what is typed; in a list the next below", "", p.tab},
		{"Ctrl-N", "in what can be chosen: the next below", "", func() { p.move(1) }},
		{"Ctrl-P Backtab", "in what can be chosen: the next above", "", func() { p.move(-1) }},
		{"Up", "the line that was typed before; in a list the next above", "", p.edit(func() { p.arrow(-1) })},
		{"Down", "the line that was typed after it; in a list the next below", "", p.edit(func() { p.arrow(1) })},
		{"Left Ctrl-B", "a character back", "", to(func() int { return max(p.at-1, 0) })},
		{"Right Ctrl-F", "a character on", "", to(func() int { return min(p.at+1, len(p.text)) })},
		{"Home Ctrl-A", "to the start of the line", "", to(func() int { return 0 })},
		{"End Ctrl-E", "to the end of the line", "", to(func() int { return len(p.text) })},
		{"Backspace", "delete the character before the cursor", "", p.edit(func() { p.cut(max(p.at-1, 0)) })},
		{"Delete Ctrl-D", "delete the character under the cursor", "", p.edit(p.deleteNext)},
		{"Ctrl-W", "delete the word before the cursor", "", p.edit(func() { p.cut(p.wordStart()) })},
		{"Ctrl-U", "delete all before the cursor", "", p.edit(func() { p.cut(0) })},
	}
}

// edit does something to the text or the cursor, and what has to follow.
func (p *prompt) edit(do func()) func() {
	return func() {
		was, at := string(p.text), p.at
		do()
		switch {
		case string(p.text) != was:
			p.edited()
		case p.at != at:
			p.moved()
		}
	}
}

func (p *prompt) leave() {
	p.app.prompt = nil
	if p.cancel != nil {
		p.cancel()
	}
}

func (p *prompt) tab() {
	if p.complete != nil {
		p.fill()
	} else {
		p.move(1)
	}
}

func (p *prompt) deleteNext() {
	if p.at < len(p.text) {
		p.at++
		p.cut(p.at - 1)
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
	var said string
	switch {
	case p.strange != "":
		said = noSuchKey + shown(p.strange, g.ascii) + " (? on a page lists them)"
	case p.err != nil:
		said = strings.TrimRight(p.err.Error(), "\n")
	default:
		return 1 + p.drawChoices(g, y)
	}
	lines := strings.Split(said, "\n")
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
