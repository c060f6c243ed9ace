// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
)

// textLine is a line of a page of text.
type textLine struct {
	text  string
	style tcell.Style
	value string // to the right of text, in vs
	vs    tcell.Style
}

// drawPage writes lines of text with values from column at on, from the
// cursor's line; a page scrolls as a whole, so the cursor is its window. It returns them
// as they are wrapped.
func drawPage(a *app, g *grid, r rect, c *cursor, lines []textLine, at int) []textLine {
	at = min(at, r.w/3)
	lines = wrapped(g, lines, r.w-1, at)
	c.fit(max(len(lines)-r.h, 0)+1, r.h)
	c.window = true
	a.listY = r.y
	for y := range min(r.h, len(lines)-c.at) {
		l := &lines[c.at+y]
		x := g.put(r.x+1, r.y+y, r.x+r.w, l.text, l.style)
		g.put(max(x+1, r.x+at), r.y+y, r.x+r.w, l.value, l.vs)
	}
	return lines
}

// wrapped breaks the lines that are wider than w, or whose value is wider than what is
// left from column at on. A text that reaches into the values has its own behind it, or
// below.
func wrapped(g *grid, lines []textLine, w, at int) []textLine {
	out, _ := wrappedOf(g, lines, w, at)
	return out
}

// wrappedOf says of each part, too, which line it belongs to.
func wrappedOf(g *grid, lines []textLine, w, at int) (out []textLine, of []int) {
	for i := range lines {
		out = appendWrapped(out, g, lines[i], w, at)
		for len(of) < len(out) {
			of = append(of, i)
		}
	}
	return out, of
}

func appendWrapped(out []textLine, g *grid, l textLine, w, at int) []textLine {
	if l.value == "" {
		indent := l.text[:len(l.text)-len(strings.TrimLeft(l.text, " "))]
		for i, part := range wrap(g, strings.TrimLeft(l.text, " "), w-len(indent)-2) {
			if i > 0 {
				part = "  " + part
			}
			out = append(out, textLine{text: indent + part, style: l.style})
		}
		return out
	}
	if width := g.width(l.text); width > at-2 && width+1+g.width(l.value) > w {
		out = append(out, textLine{text: l.text, style: l.style})
		l.text = ""
	}
	for _, part := range wrap(g, l.value, w-max(at, g.width(l.text)+1)) {
		out = append(out, textLine{l.text, l.style, part, l.vs})
		l.text = ""
	}
	return out
}

// wrap breaks a text between words into parts of at most w columns; a word that is
// wider is one.
func wrap(g *grid, text string, w int) []string {
	if g.width(text) <= w {
		return []string{text}
	}
	var parts []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case g.width(line)+1+g.width(word) <= w:
			line += " " + word
		default:
			parts = append(parts, line)
			line = word
		}
	}
	return append(parts, line)
}
