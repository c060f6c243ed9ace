// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/decode"
)

// searcher is a view in which a text can be searched for with / n N. What the screen
// shows of the text is marked by app.markFound.
type searcher interface {
	// search looks for a text in lower case, in any case of what there is, and goes to
	// the first place that has it from the cursor on; "" ends the search.
	search(text string) found
	// next goes to another place that has the text: by is 1 or -1. Behind the last comes
	// the first.
	next(by int) found
	// searched is the text; "": none.
	searched() string
	// place remembers where the view is, and returns what goes back there.
	place() func()
}

// found says at which of how many places with a text a view is, from 1.
type found struct{ at, of int }

// sought is the text that a view looks for, in lower case.
type sought string

func (s sought) searched() string { return string(s) }

func (s sought) in(text string) bool { return strings.Contains(strings.ToLower(text), string(s)) }

// nearest chooses of the rows that have the text (rising) the first from a row on, or the
// next one by places from it. It returns the row, and which of them it is.
func nearest(rows []int, from, by int) (row int, f found) {
	if len(rows) == 0 {
		return from, found{}
	}
	i := 0
	switch {
	case by < 0:
		for i = len(rows) - 1; i > 0 && rows[i] >= from; i-- {
		}
		if rows[i] >= from {
			i = len(rows) - 1
		}
	default:
		for i < len(rows) && (rows[i] < from || by > 0 && rows[i] == from) {
			i++
		}
		i %= len(rows)
	}
	return rows[i], found{i + 1, len(rows)}
}

// searching are the keys of a view that can be searched.
func (a *app) searching(s searcher) []binding {
	return []binding{
		{"/", "search for a text, in any case; Esc in the prompt takes it back", "search", func() { a.askSearch(s) }},
		{"n", "to the next place that has it", "", func() { a.searchNext(s, 1) }},
		{"N", "to the place before", "", func() { a.searchNext(s, -1) }},
	}
}

func (a *app) askSearch(s searcher) {
	a.prompt = newPrompt(a, "search: ", "")
	back, was := s.place(), s.searched()
	find := func(text string) {
		back() // every letter looks from where one was
		a.tellFound(s.search(strings.ToLower(text)), text)
	}
	a.prompt.changed = find
	a.prompt.cancel = func() {
		back()
		s.search(was)
		a.notice = ""
	}
	a.prompt.accept = func(text string) error {
		if text == "" {
			text = a.sought // as in less and vi
		}
		a.sought = text
		find(text)
		return nil
	}
}

// searchNext goes on with the search of this view, or of the one before.
func (a *app) searchNext(s searcher, by int) {
	switch {
	case s.searched() != "":
		a.tellFound(s.next(by), a.sought)
	case a.sought != "":
		a.tellFound(s.search(strings.ToLower(a.sought)), a.sought)
	default:
		a.notice = "search for something first: /"
	}
}

func (a *app) tellFound(f found, text string) {
	switch {
	case text == "":
		a.notice = ""
	case f.of == 0:
		a.notice = decode.Quote(text) + " is nowhere here"
	default:
		a.notice = fmt.Sprintf("%s: %d of %d", decode.Quote(text), f.at, f.of)
	}
}

// markFound marks what is searched for in the lines of a list or page.
func (a *app) markFound(g *grid, v view, r rect) {
	s, ok := v.(searcher)
	if !ok || s.searched() == "" {
		return
	}
	for y := max(r.y, a.listY); y < min(r.y+r.h, g.h); y++ {
		g.mark(r.x, min(r.x+r.w, g.w), y, s.searched(), a.theme.mark)
	}
}

// mark restyles every place of a line from x to before end that shows a text, given in
// lower case.
func (g *grid) mark(x, end, y int, text string, st tcell.Style) {
	var line strings.Builder
	var column []int // by byte of line
	for ; x < end; x++ {
		s := strings.ToLower(g.cells[y*g.w+x].text)
		line.WriteString(s)
		for range len(s) {
			column = append(column, x)
		}
	}
	column = append(column, end)
	s := line.String()
	for at := 0; ; {
		i := strings.Index(s[at:], text)
		if i < 0 {
			return
		}
		at += i
		g.restyle(column[at], column[at+len(text)], y, func(tcell.Style) tcell.Style { return st })
		at += len(text)
	}
}

func (p *textPage) search(text string) found {
	p.sought = sought(text)
	return p.find(p.cur.at, 0)
}

func (p *textPage) next(by int) found { return p.find(p.hit, by) }

func (p *textPage) place() func() {
	at := p.cur.at
	return func() { p.cur.move(at - p.cur.at) }
}

// find searches the lines as they were last drawn. Where the page scrolls as a whole it
// does so only where the line is not shown.
func (p *textPage) find(from, by int) found {
	if p.sought == "" {
		return found{}
	}
	var lines []int
	for i := range p.rows {
		if l := &p.rows[i]; p.in(l.text + " " + l.value) {
			lines = append(lines, i)
		}
	}
	at, f := nearest(lines, from, by)
	c := &p.cur
	if p.hit = at; f.of > 0 && (!c.window || at < c.at || at >= c.at+c.page) {
		c.move(at - c.at)
	}
	return f
}

func (v *listView[T]) search(text string) found {
	v.sought = sought(text)
	return v.find(0)
}

func (v *listView[T]) next(by int) found { return v.find(by) }

func (v *listView[T]) place() func() {
	cur, sel, follow := v.cur, v.sel, v.follow
	return func() {
		v.cur.at, v.cur.top, v.sel, v.follow = cur.at, cur.top, sel, follow
		v.cur.fit(len(v.rows), v.cur.page)
	}
}

// find goes to a row of which a column that is shown has the text.
func (v *listView[T]) find(by int) found {
	if v.sought == "" {
		return found{}
	}
	var rows []int
	for i, x := range v.rows {
		for j := range v.shown {
			if text, _ := v.shown[j].cell(v.app, x); v.in(text) {
				rows = append(rows, i)
				break
			}
		}
	}
	at, f := nearest(rows, v.cur.at, by)
	v.cur.move(at - v.cur.at)
	v.pin()
	return f
}
