// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

// glyph is what one cell of the grid holds; "" is the right half of a wide
// character.
type glyph struct {
	text  string
	style tcell.Style
}

// grid is a screen in memory.
type grid struct {
	w, h  int
	cells []glyph
	ascii bool
	// cursorX is where the terminal's cursor is; negative: hidden.
	cursorX, cursorY int
}

// reset makes g an empty grid of this size.
func (g *grid) reset(w, h int, st tcell.Style) {
	if n := w * h; cap(g.cells) < n {
		g.cells = make([]glyph, n)
	} else {
		g.cells = g.cells[:n]
	}
	g.w, g.h, g.cursorX, g.cursorY = w, h, -1, -1
	for i := range g.cells {
		g.cells[i] = glyph{" ", st}
	}
}

// flush hands to the screen what differs from before, and says whether there
// was anything. A shown grid of another size differs everywhere.
func (g *grid) flush(s tcell.Screen, shown *grid) bool {
	all := g.w != shown.w || g.h != shown.h
	changed := all || g.cursorX != shown.cursorX || g.cursorY != shown.cursorY
	for i, c := range g.cells {
		if !all && c == shown.cells[i] {
			continue
		}
		changed = true
		if c.text != "" {
			s.Put(i%g.w, i/g.w, c.text, c.style)
		}
	}
	if !changed {
		return false
	}
	s.ShowCursor(g.cursorX, g.cursorY)
	s.Show()
	shown.w, shown.h, shown.cursorX, shown.cursorY = g.w, g.h, g.cursorX, g.cursorY
	shown.cells = append(shown.cells[:0], g.cells...)
	return true
}

// fill writes spaces from x to before end.
func (g *grid) fill(x, y, end int, st tcell.Style) {
	for ; x < end; x++ {
		g.set(x, y, " ", 1, st)
	}
}

// restyle changes how a stretch looks and leaves what it says.
func (g *grid) restyle(x, end, y int, f func(tcell.Style) tcell.Style) {
	for ; x < end; x++ {
		if x >= 0 && x < g.w && y >= 0 && y < g.h {
			c := &g.cells[y*g.w+x]
			c.style = f(c.style)
		}
	}
}

// set writes one character, and repairs a wide one of which it covers half.
func (g *grid) set(x, y int, text string, width int, st tcell.Style) {
	if x < 0 || y < 0 || x+width > g.w || y >= g.h {
		return
	}
	row := g.cells[y*g.w : (y+1)*g.w]
	if row[x].text == "" && x > 0 {
		row[x-1].text = " "
	}
	if end := x + width; end < g.w && row[end].text == "" {
		row[end].text = " "
	}
	row[x] = glyph{text, st}
	for i := 1; i < width; i++ {
		row[x+i] = glyph{"", st}
	}
}

// put writes s from x to before end and returns where it stopped. What does
// not fit is cut and ends in an ellipsis. Whatever s holds, nothing but
// printable characters reaches the screen.
func (g *grid) put(x, y, end int, s string, st tcell.Style) int {
	end = min(end, g.w)
	state := -1
	var prev, prevWidth = x, 0
	for s != "" {
		var text string
		var width int
		if c := s[0]; c >= ' ' && c < 0x7f && (len(s) == 1 || s[1] < 0x80) {
			text, s, width, state = s[:1], s[1:], 1, -1
		} else {
			text, s, width, state = uniseg.FirstGraphemeClusterInString(s, state)
			text, width = printable(text, width, g.ascii)
		}
		if width == 0 {
			continue
		}
		if x+width > end {
			g.ellipsis(prev, prevWidth, x, y, end, st)
			return end
		}
		g.set(x, y, text, width, st)
		prev, prevWidth = x, width
		x += width
	}
	return x
}

// cutMark is one cell that stands for what was cut.
func (g *grid) cutMark() string {
	if g.ascii {
		return "~"
	}
	return "…"
}

// ellipsis marks a text that was cut: in the free cell before end if there is
// one, else over the last character.
func (g *grid) ellipsis(prev, prevWidth, x, y, end int, st tcell.Style) {
	if x >= end && prevWidth > 0 {
		x = prev
		g.fill(x, y, end, st)
	}
	if x < end {
		g.set(x, y, g.cutMark(), 1, st)
	}
}

// putRight writes s so that it ends before end, but not to the left of x.
func (g *grid) putRight(x, y, end int, s string, st tcell.Style) {
	g.put(max(x, end-g.width(s)), y, end, s, st)
}

// width is the number of cells that put would take.
func (g *grid) width(s string) int {
	n, state := 0, -1
	for s != "" {
		var text string
		var width int
		text, s, width, state = uniseg.FirstGraphemeClusterInString(s, state)
		_, width = printable(text, width, g.ascii)
		n += width
	}
	return n
}

// maxCluster bounds a character with its combining marks in bytes; names on
// the wire may pile up thousands.
const maxCluster = 32

// printable returns what stands for one grapheme cluster on the screen. Control
// characters and those that change the direction of the text around them would
// let a name rewrite the screen.
func printable(text string, width int, ascii bool) (string, int) {
	replacement := "�"
	if ascii {
		replacement = "?"
	}
	for i, r := range text {
		if r == utf8.RuneError || i >= maxCluster || unicode.IsControl(r) ||
			unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return replacement, 1
		}
	}
	switch {
	case width < 1 || width > 2:
		// A mark without a character to stand on, or a cluster that terminals
		// disagree about.
		return replacement, 1
	case ascii && !isASCII(text):
		return replacement, 1
	}
	return text, width
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// segment is a piece of a line that may be left out.
type segment struct {
	text  string
	style tcell.Style
	// keep is how long the segment stays when there is no room: the lowest go
	// first, 0 never goes.
	keep int
	// right: it belongs to the right end of the line.
	right bool
}

// segments writes pieces into one line, as many as fit, with a gap between.
func (g *grid) segments(x, y, end, gap int, segs []segment) {
	segs = fit(g, end-x, gap, segs)
	left, right := x, end
	for _, s := range segs {
		if !s.right {
			left = g.put(left, y, end, s.text, s.style) + gap
		}
	}
	for i := len(segs) - 1; i >= 0; i-- {
		if s := segs[i]; s.right {
			right -= g.width(s.text)
			g.put(right, y, end, s.text, s.style)
			right -= gap
		}
	}
}

// fit leaves out empty segments, and others until the rest fits into room.
func fit(g *grid, room, gap int, segs []segment) []segment {
	segs = slices.DeleteFunc(slices.Clone(segs), func(s segment) bool { return s.text == "" })
	for {
		total, drop := -gap, -1
		for i, s := range segs {
			total += g.width(s.text) + gap
			if s.keep > 0 && (drop < 0 || s.keep <= segs[drop].keep) {
				drop = i
			}
		}
		if total <= room || drop < 0 {
			return segs
		}
		segs = append(segs[:drop], segs[drop+1:]...)
	}
}
