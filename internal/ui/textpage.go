// SPDX-License-Identifier: Apache-2.0

package ui

import "github.com/nltop/nltop/internal/live"

// textPage is a page of lines, some of which open what they speak of. With such lines the
// cursor goes from line to line; without, the page scrolls as a whole.
type textPage struct {
	app   *app
	cur   cursor
	lines []textLine
	// opens has what lines open, by their place in lines.
	opens map[int]func()
	rows  []textLine // of the last drawing, wrapped
	part  []int      // which of lines each of them is a part of
	sought
	hit int // of rows, the one that was found
}

// of says whose page it is, before anything else is done with it.
func (p *textPage) of(a *app) { p.app = a }

func (p *textPage) cursor() *cursor     { return &p.cur }
func (p *textPage) moved()              {}
func (p *textPage) detail() [][]segment { return nil }
func (p *textPage) ask() live.Ask       { return live.Ask{} }

func (p *textPage) bindings() []binding {
	if len(p.opens) == 0 {
		return nil
	}
	return []binding{{"Enter", "open what the line speaks of", "open", p.open}}
}

// begin forgets the lines.
func (p *textPage) begin() {
	p.lines = p.lines[:0]
	p.opens = make(map[int]func())
}

// add adds a line, and what it opens; nil: nothing.
func (p *textPage) add(l textLine, open func()) {
	if open != nil {
		p.opens[len(p.lines)] = open
	}
	p.lines = append(p.lines, l)
}

// open goes where the line under the cursor leads.
func (p *textPage) open() {
	if p.cur.at >= len(p.part) {
		return
	}
	if open := p.opens[p.part[p.cur.at]]; open != nil {
		open()
		return
	}
	p.app.notice = "this line opens nothing: those with a mark in front do"
}

// draw writes the lines, with values from column at on.
func (p *textPage) drawAt(g *grid, r rect, at int) {
	if len(p.opens) == 0 {
		p.rows = drawPage(p.app, g, r, &p.cur, p.lines, at)
		return
	}
	at = min(at, r.w/3)
	p.rows, p.part = wrappedOf(g, p.lines, r.w-1, at)
	c, t := &p.cur, &p.app.theme
	c.window = false
	c.fit(len(p.rows), r.h)
	p.app.listY = r.y
	mark := "›"
	if g.ascii {
		mark = ">"
	}
	for y := range r.h {
		i := c.top + y
		if i >= len(p.rows) {
			return
		}
		l, line := &p.rows[i], p.part[i]
		x := g.put(r.x+1, r.y+y, r.x+r.w, l.text, l.style)
		g.put(max(x+1, r.x+at), r.y+y, r.x+r.w, l.value, l.vs)
		if p.opens[line] != nil && (i == 0 || p.part[i-1] != line) {
			g.put(r.x, r.y+y, r.x+r.w, mark, t.key)
		}
		if line == p.part[c.at] {
			g.restyle(r.x, r.x+r.w, r.y+y, t.selected)
		}
	}
}

// draw implements view.
func (p *textPage) draw(g *grid, r rect) { p.drawAt(g, r, 30) }
