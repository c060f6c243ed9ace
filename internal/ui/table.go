// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"slices"

	"github.com/gdamore/tcell/v2"
)

// column is one of a table of T. Everything about it stands in its literal.
type column[T any] struct {
	head string
	// width is that of the cells; 0, of one column at most: what the others leave.
	width int
	wide  int // the same from wideScreen on; 0: width
	right bool
	// keep says how long the column stays as the screen gets narrower: the lowest goes
	// first; 0 always stays.
	keep int
	cell func(a *app, x *T) (string, tcell.Style)
	// compare is the order that people look for; nil: cannot be sorted by.
	compare func(x, y *T) int
	// when says whether there is anything to show; nil: always.
	when func(a *app) bool
}

// wideScreen is from which width on columns are wide.
const wideScreen = 120

func (c *column[T]) at(width int) int {
	if width >= wideScreen && c.wide > 0 {
		return c.wide
	}
	return c.width
}

// span is a column where it stands on the screen: from x to before end.
type span[T any] struct {
	*column[T]
	x, end int
}

// fitting is how columns are chosen for a line.
type fitting struct {
	x, width int
	gap      int // between two columns
	least    int // of the column that takes what is left
}

// fitColumns chooses the columns that find room, by what keep says of them, those that stay longest first, and places
// them in their order.
func fitColumns[T any](columns []*column[T], keep func(c *column[T]) int, f fitting) []span[T] {
	order := slices.Clone(columns)
	slices.SortStableFunc(order, func(a, b *column[T]) int {
		// 0 becomes the largest.
		return cmp.Compare(uint(keep(b)-1), uint(keep(a)-1))
	})
	chosen := make(map[*column[T]]bool, len(columns))
	left := f.width - 1
	for _, c := range order {
		width := c.at(f.width)
		if width == 0 {
			width = f.least
		}
		if keep(c) > 0 && width+1 > left {
			break // what matters less than this does not slip in
		}
		chosen[c] = true
		left -= width + f.gap
	}
	shown := slices.DeleteFunc(slices.Clone(columns), func(c *column[T]) bool { return !chosen[c] })
	return spread(shown, f)
}

// spread says where columns stand.
func spread[T any](shown []*column[T], f fitting) []span[T] {
	rest := f.width - 1
	for i, c := range shown {
		if width := c.at(f.width); width > 0 {
			rest -= width + f.gap
		} else if i < len(shown)-1 {
			rest-- // a margin, which the last one fills
		}
	}
	var spans []span[T]
	x := f.x + 1
	for _, c := range shown {
		width := c.at(f.width)
		if width == 0 {
			width = max(rest, 0)
		}
		spans = append(spans, span[T]{c, x, min(x+width, f.x+f.width)})
		x += width + f.gap
	}
	return spans
}

// write writes the text of a cell, or of a head.
func (s *span[T]) write(g *grid, y int, text string, st tcell.Style) {
	if s.right {
		g.putRight(s.x, y, s.end, text, st)
	} else {
		g.put(s.x, y, s.end, text, st)
	}
}

// heads writes the line above a table, with a sign in front of the heads of the columns
// that it is sorted by. The sign has the cell between two columns where the head fills
// its own, so that there is always room.
func heads[T any](a *app, g *grid, r rect, spans []span[T], sorted func(c *column[T]) bool, reverse bool) {
	t := &a.theme
	g.fill(r.x, r.y, r.x+r.w, t.head)
	for i := range spans {
		s := &spans[i]
		if !sorted(s.column) {
			s.write(g, r.y, s.head, t.head)
			continue
		}
		x := s.x - 1
		if s.right {
			x = max(x, s.end-g.width(s.head)-1)
		}
		g.put(x, r.y, s.end, a.sign(reverse)+s.head, t.sorted)
	}
}

// cells writes the line of x.
func cells[T any](a *app, g *grid, y int, spans []span[T], x *T) {
	for i := range spans {
		text, st := spans[i].cell(a, x)
		spans[i].write(g, y, text, st)
	}
}

// nextOrder goes by steps through the columns that can be sorted by, in front of which
// stands the order at the start (nil).
func nextOrder[T any](spans []span[T], now *column[T], by int) *column[T] {
	order := []*column[T]{nil}
	for i := range spans {
		if c := spans[i].column; c.compare != nil {
			order = append(order, c)
		}
	}
	at := max(slices.Index(order, now), 0)
	return order[(at+by+len(order))%len(order)]
}
