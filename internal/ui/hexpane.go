// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"

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

// toBytes goes from the tree to the bytes: to the first of the line under the cursor.
func (v *messageView) toBytes() {
	if len(v.kept.Message.Data) == 0 {
		v.app.notice = "there are no bytes beside this"
		return
	}
	v.inBytes = true
	if l := v.current(); l != nil {
		v.bytes.at = l.lo
		if l.lo == l.hi {
			v.bytes.at = l.head
		}
	}
	v.bytes.fit(len(v.kept.Message.Data), v.bytes.page)
	v.moved()
}

func (v *messageView) toTree() { v.inBytes = false }

// moved puts the cursor of the tree on the line that has the byte under that of the bytes.
func (v *messageView) moved() {
	if v.inBytes && v.bytes.at < len(v.tree.owner) {
		if line := v.tree.owner[v.bytes.at]; line >= 0 {
			v.cur.at = v.tree.row(int(line))
			v.cur.fit(len(v.tree.shown), v.cur.page)
		}
	}
}

// byteKeys move in the bytes, before those that every cursor has.
func (v *messageView) byteKeys() []binding {
	by := func(n func() int) func() {
		return func() { v.bytes.move(n()); v.moved() }
	}
	row := func() int { return max(v.bytes.unit, 1) }
	return []binding{
		{"Left", "a byte back", "", by(func() int { return -1 })},
		{"Right", "a byte on", "", by(func() int { return 1 })},
		{"Up k", "a row of bytes up", "", by(func() int { return -min(row(), v.bytes.at/row()*row()) })},
		{"Down j", "a row of bytes down", "", by(func() int {
			if v.bytes.at+row() < len(v.kept.Message.Data) {
				return row()
			}
			return 0
		})},
		{"Tab", "back to the tree", "tree", v.toTree},
	}
}

// byteText says which byte the cursor is on, and what it is of its line.
func (v *messageView) byteText(l *nodeLine) string {
	at := v.bytes.at
	what := "value"
	switch {
	case at < l.head, at >= l.end:
		what = "of no line"
	case at < l.lo:
		what = "header"
	case at >= l.hi:
		what = "padding"
	}
	data := v.kept.Message.Data
	return fmt.Sprintf("offset %d of %d: 0x%02x, %s", at, len(data), data[min(at, len(data)-1)], what)
}

// drawHex writes the bytes. Those of the current line are marked, its header and padding
// otherwise; the window follows them, or the cursor of the bytes.
func (v *messageView) drawHex(g *grid, r rect, per int) {
	t, data := &v.app.theme, v.kept.Message.Data
	var l nodeLine
	if now := v.current(); now != nil {
		l = *now
	}
	v.bytes.unit = per
	v.bytes.fit(len(data), max(r.h, 1)*per)
	if v.inBytes {
		v.hexTop = v.bytes.top / per
		v.scrollTo(v.bytes.at/per, v.bytes.at/per, r.h)
	} else {
		v.scrollTo(l.head/per, max(l.hi-1, l.lo)/per, r.h)
	}
	v.hexTop = max(min(v.hexTop, (len(data)-1)/per), 0)
	v.bytes.top = v.hexTop * per
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
		for _, i := range v.tree.faults {
			f := &v.tree.lines[i]
			markBytes(paint, x, per, f.head-off, f.end-off, t.bad)
		}
		markBytes(paint, x, per, l.head-off, l.end-off, t.markHead)
		markBytes(paint, x, per, l.lo-off, l.hi-off, t.mark)
		if at := v.bytes.at - off; v.inBytes && at >= 0 && at < per {
			markBytes(paint, x, per, at, at+1, t.barAlert)
			if v.app.prompt == nil {
				g.cursorX, g.cursorY = byteColumn(x, per, at), y
			}
		}
		for i := range min(per, len(data)-off) {
			at := byteColumn(x, per, i)
			v.app.clickable(y, at, at+3, func() { v.toBytes(); v.bytes.move(off + i - v.bytes.at); v.moved() })
		}
	}
}

// scrollTo moves the window of the bytes so that rows from one to another are in it, the
// first above all.
func (v *messageView) scrollTo(first, last, height int) {
	if last >= v.hexTop+height {
		v.hexTop = last - height + 1
	}
	v.hexTop = max(min(v.hexTop, first), 0)
}

// byteColumn is the column of a byte in a row whose first is in column x.
func byteColumn(x, per, i int) int {
	if i >= per/2 {
		x++
	}
	return x + 3*i
}

// markBytes paints the bytes from lo to before hi of a row that begins at
// column x, and their characters. What lies beyond the row is left out.
func markBytes(paint func(from, to int, st tcell.Style), x, per, lo, hi int, st tcell.Style) {
	hi = min(hi, per)
	for i := max(lo, 0); i < hi; i++ {
		at, width := byteColumn(x, per, i), 3
		if i == hi-1 || i == per/2-1 {
			width = 2 // the gap behind it stays
		}
		paint(at, at+width, st)
		char := x + 3*per + 2 + i
		paint(char, char+1, st)
	}
}
