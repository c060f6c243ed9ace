// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/export"
)

// hexOffset is how many columns the offset takes, and the gap behind it
// (export.HexLine).
func hexOffset(off int) int {
	if off > 0xffff {
		return 10
	}
	return 6
}

// hexWidth is how many columns a row of so many bytes takes in a message of
// that size: offset, bytes with a gap in the middle, characters.
func hexWidth(per, size int) int { return hexOffset(size-1) + 3*per + 2 + per }

// drawHex writes the bytes. The window follows the bytes of the current line.
func (v *messageView) drawHex(g *grid, r rect, per int) {
	t, data := &v.app.theme, v.kept.Message.Data
	var l nodeLine
	if v.cur.at < len(v.lines) {
		l = v.lines[v.cur.at]
	}
	if last := max(l.hi-1, l.lo) / per; last >= v.hexTop+r.h {
		v.hexTop = last - r.h + 1
	}
	v.hexTop = max(min(v.hexTop, l.head/per, (len(data)-1)/per), 0)
	end := r.x + r.w
	for line := range r.h {
		off, y := (v.hexTop+line)*per, r.y+line
		if off >= len(data) {
			return
		}
		x := r.x + hexOffset(off)
		g.put(r.x, y, end, string(export.HexLine(nil, data, off, per)), t.hex)
		paint := func(from, to int, st tcell.Style) {
			g.restyle(from, min(to, end), y, func(tcell.Style) tcell.Style { return st })
		}
		paint(r.x, x, t.dim)
		markBytes(paint, x, per, l.lo-off, l.hi-off, t.mark)
		markBytes(paint, x, per, l.head-off, l.lo-off, t.markHead)
	}
}

// markBytes paints the bytes from lo to before hi of a row that begins at
// column x, and their characters. What lies beyond the row is left out.
func markBytes(paint func(from, to int, st tcell.Style), x, per, lo, hi int, st tcell.Style) {
	hi = min(hi, per)
	for i := max(lo, 0); i < hi; i++ {
		at, width := x+3*i, 3
		if i >= per/2 {
			at++
		}
		if i == hi-1 || i == per/2-1 {
			width = 2 // the gap behind it stays
		}
		paint(at, at+width, st)
		char := x + 3*per + 2 + i
		paint(char, char+1, st)
	}
}
