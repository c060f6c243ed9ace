// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/words"
)

// identity tells the page from others: it is one, whatever of the exchanges it lists, but for
// those of a cell.
func (v *exchangesView) identity() any {
	if v.cell != nil {
		return [...]any{v.cell.text(), fmt.Sprint(v.cell.rows)}
	}
	return "exchanges"
}

// identity tells the pages of stories apart: by the frame with the request, from wherever
// they were opened.
func (v *storyView) identity() any { return [2]any{"story", v.want.Frame} }

// span implements spanner: the time of the exchanges on the screen.
func (v *exchangesView) span() (from, to time.Time) {
	for i := range v.cur.page {
		if l := v.at(v.cur.top + i); l != nil {
			if from.IsZero() || l.x.Time.Before(from) {
				from = l.x.Time
			}
			to = later(to, l.x.Time)
		}
	}
	return from, to
}

func (v *exchangesView) search(text string) found {
	v.sought = sought(text)
	v.app.fill() // all of them, if they are few
	return v.seek(0)
}

func (v *exchangesView) next(by int) found { return v.seek(by) }

func (v *exchangesView) place() func() {
	cur, sel := v.cur, v.sel
	return func() {
		v.cur.at, v.cur.top, v.sel = cur.at, cur.top, sel
		v.cur.fit(v.rows(), v.cur.page)
	}
}

// seek goes to a line of which a column that is shown has the text, of those that are there:
// of more than maxSorted, those around.
func (v *exchangesView) seek(by int) found {
	if v.sought == "" {
		return found{}
	}
	var rows []int
	for i := range v.rows() {
		l := v.at(i)
		if l == nil {
			continue
		}
		has := l.below != nil && v.in(l.below.text)
		for j := 0; j < len(v.shown) && l.below == nil && !has; j++ {
			text, _ := v.shown[j].cell(v.app, l)
			has = v.in(text)
		}
		if has {
			rows = append(rows, i)
		}
	}
	at, f := nearest(rows, v.cur.at, by)
	v.cur.move(at - v.cur.at)
	v.moved()
	if v.win.Total > maxSorted && v.cell == nil {
		v.app.notice = "searched are those around, of " + words.Grouped(uint64(v.win.Total)) + ": f or E leave fewer"
	}
	return f
}
