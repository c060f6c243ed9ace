// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// heatCell is a cell of the map of latencies, or a whole column of it: the list of
// exchanges that it opens has no others.
type heatCell struct {
	rows     []aggregate.RowID // none: all
	name     string            // of the row
	from, to time.Time         // when they ended
	// They took low or longer, and less than high; 0: or longer. Both 0: of the column.
	low, high time.Duration
	measured  uint64 // requests that the map counts; 0: it still grows
}

const (
	// maxCell is how many exchanges are looked at for a cell.
	maxCell = 4096
	// cellBefore is how much earlier they may have begun, where a cell has no upper end.
	cellBefore = 10 * time.Minute
)

func (c *heatCell) whole() bool { return c.low == 0 && c.high == 0 }

// ask asks for those that may be in the cell: the map has them where they ended, the
// history where they began.
func (c *heatCell) ask(x *live.Exchanges) {
	before := c.high
	if before == 0 {
		before = cellBefore
	}
	x.Rows, x.Find, x.Until, x.Count = c.rows, c.from.Add(-before), c.to.Add(-c.low), maxCell
	x.First, x.Last = 0, false
}

// has says whether an exchange is one of the cell.
func (c *heatCell) has(x *correlate.Exchange) bool {
	end := x.Time.Add(x.Last)
	return x.Last > 0 && x.Last >= c.low && (c.high == 0 || x.Last < c.high) && !end.Before(c.from) && end.Before(c.to)
}

// text says which they are.
func (c *heatCell) text() string {
	s := "Exchanges"
	if c.name != "" {
		s += " of " + c.name
	}
	took := " that took " + words.Duration(c.low) + " to " + words.Duration(c.high) + " and"
	switch {
	case c.whole():
		took = " that"
	case c.high == 0:
		took = " that took " + words.Duration(c.low) + " or longer and"
	case c.low == 0:
		took = " that took less than " + words.Duration(c.high) + " and"
	}
	return s + took + " ended " + c.from.Format(words.TimeOfDay[:8]) + " to " + c.to.Format(words.TimeOfDay[:8])
}

// newCellView lists the exchanges of a cell; of a whole column the longest first.
func newCellView(a *app, c *heatCell) *exchangesView {
	v := newExchangesView(a)
	v.cell = c
	if c.whole() {
		cs := v.columns()
		v.sorted = cs[slices.IndexFunc(cs, func(c *column[exchangeLine]) bool { return c.head == "LATENCY" })]
	}
	return v
}

// inCell finds the lines of the cell, and counts the exchanges: those of a datagram are on one
// line.
func (v *exchangesView) inCell() (lines []*exchangeLine, at []int) {
	v.count = 0
	for i := range v.win.List {
		l := v.line(v.win.First + int64(i))
		n := 0
		if v.cell.has(l.x) {
			n++
		}
		for j := range l.rest.List {
			if v.cell.has(&l.rest.List[j]) {
				n++
			}
		}
		if v.count += n; n > 0 {
			lines, at = append(lines, l), append(at, i)
		}
	}
	return lines, at
}

// arrangeCell sorts the lines of the cell, the newest first unless they are sorted otherwise.
func (v *exchangesView) arrangeCell() {
	compare := func(x, y *exchangeLine) int { return 0 }
	if v.sorted != nil {
		compare = v.sorted.compare
	}
	lines, at := v.inCell()
	v.order = orderOf(lines, compare, v.reverse)
	for i, k := range v.order {
		v.order[i] = at[k]
	}
}

// cellNotes say what of the cell may be missing.
func (v *exchangesView) cellNotes() (notes []string) {
	looked, began := int64(len(v.win.List)), v.app.snap.Began
	switch n := uint64(v.count); {
	case looked < began-1:
		notes = append(notes, fmt.Sprintf("%s began early enough to be in it: the last %s of them were looked at",
			words.Grouped(uint64(began)), words.Grouped(uint64(looked))))
	case v.cell.measured > n:
		notes = append(notes, fmt.Sprintf("%s were measured: what is not listed was only counted, or is not kept any more", words.Grouped(v.cell.measured)))
	}
	return notes
}
