// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/words"
)

// timeline is where the line over all of the run stands on the screen, and which times its
// columns have.
type timeline struct {
	x, y, w int
	start   time.Time
	step    time.Duration // of a column
	end     time.Time     // of what is known
	read    int           // columns of a recording; those behind are not read yet
}

const (
	// leastColumn is how much time a column of a live run has at least: the line moves on
	// without moving what stands in it.
	leastColumn = 500 * time.Millisecond
	// labelLeast is from which width on the times at both ends are written.
	labelLeast = 60
	labelWidth = len("15:04:05") + 1
)

// spanner is a view that shows a part of the run alone.
type spanner interface {
	// span is which; zero: none.
	span() (from, to time.Time)
}

// place works out which times the columns have.
func (a *app) place(g *grid, y int) timeline {
	s := a.snap
	l := timeline{x: 1, y: y, w: g.w - 2}
	if g.w >= labelLeast {
		l.x, l.w = l.x+labelWidth, l.w-2*labelWidth
		if text := a.misdated(); text != "" {
			l.w -= g.width(text) + 1
		}
	}
	l.read = l.w
	if len(s.Line.Moments) == 0 || l.w <= 0 {
		return l
	}
	l.start, l.end = s.Line.Start, s.Line.End()
	if r := s.Replay; r == nil {
		l.end = later(l.end, s.Now)
		for l.step = leastColumn; l.start.Add(time.Duration(l.w) * l.step).Before(l.end); {
			l.step *= 2
		}
		return l
	} else if !r.Ended && r.Size > 0 {
		l.read = int(min(max(r.Pos, 0)*int64(l.w)/r.Size, int64(l.w-1))) + 1
	}
	l.step = max(l.end.Sub(l.start)/time.Duration(l.read), 1)
	return l
}

// misdated says how many messages have a time that cannot be right; "": none.
func (a *app) misdated() string {
	n := a.snap.Line.Misdated
	if n == 0 {
		return ""
	}
	return words.Count(n) + " misdated (l)"
}

func later(t, u time.Time) time.Time {
	if u.After(t) {
		return u
	}
	return t
}

// column is where a time stands; it may be outside of the line.
func (l *timeline) column(t time.Time) int {
	if l.step <= 0 {
		return 0
	}
	d := t.Sub(l.start)
	if d < 0 {
		return -1
	}
	return int(min(d/l.step, 1<<20))
}

// at is when a column begins.
func (l *timeline) at(column int) time.Time { return l.start.Add(time.Duration(column) * l.step) }

// moments are those that begin in each column: where moments are longer than columns, a
// column may have none of its own, and then it is the one around it.
func (l *timeline) moment(of *aggregate.Timeline, column int) aggregate.Moment {
	from, to := l.at(column), l.at(column+1)
	if !to.After(of.Start) || !from.Before(of.End()) {
		return aggregate.Moment{}
	}
	first := of.At(from)
	if of.Start.Add(time.Duration(first) * of.Width).Before(from) {
		first++
	}
	last := of.At(to.Add(-1)) + 1
	if first >= last {
		m := of.Moments[min(of.At(from), len(of.Moments)-1)]
		// What is counted stands in the first column alone, what it looks like in all.
		return m
	}
	return of.Sum(first, last)
}

// timeline draws the line over all of the run: how many messages there were, where some
// were lost, failed, or only counted, and which part of it is shown.
func (a *app) timeline(g *grid, y int) {
	t := &a.theme
	l := a.place(g, y)
	a.line = l
	if l.step <= 0 {
		g.put(1, y, g.w-1, "no message yet", t.dim)
		return
	}
	columns := make([]aggregate.Moment, l.w)
	var top uint64
	known := min(l.column(l.end.Add(-1))+1, l.read, l.w)
	for i := range columns[:max(known, 0)] {
		columns[i] = l.moment(&a.snap.Line, i)
		top = max(top, columns[i].Messages)
	}
	for _, in := range a.snap.Overruns {
		for i := max(l.column(in.From), 0); i <= l.column(in.To) && i < l.w; i++ {
			columns[i].Lost = max(columns[i].Lost, 1)
		}
	}
	for i := range columns {
		sign, style := a.momentSign(&columns[i], top)
		if i >= known {
			sign, style = a.unread(), t.dim
		}
		g.put(l.x+i, y, l.x+l.w, sign, style)
	}
	a.shownPart(g, &l)
	defer a.markTime(g, &l)
	if l.x > 1 {
		in := a.snap.Now.Location()
		g.put(1, y, l.x, l.start.In(in).Format(words.TimeOfDay[:8]), t.dim)
		right := l.end
		if a.snap.Replay == nil {
			right = l.at(l.w)
		}
		x := g.put(l.x+l.w+1, y, g.w, right.In(in).Format(words.TimeOfDay[:8]), t.dim)
		g.put(x+1, y, g.w-1, a.misdated(), t.warn)
	}
}

// momentSign is what stands for a column. What was lost is seen in every column that has some;
// without colours so are errors and gaps.
func (a *app) momentSign(m *aggregate.Moment, top uint64) (string, tcell.Style) {
	t := &a.theme
	bar := bars(a.opt.ASCII)
	sign := string(bar[0])
	if m.Messages > 0 && top > 0 {
		sign = string(bar[1+m.Messages*uint64(len(bar)-2)/top])
	}
	plain := t.plain
	switch {
	case m.Lost > 0:
		return "!", t.bad
	case m.Errors > 0:
		if plain {
			sign = "x"
		}
		return sign, t.warn
	case m.Gap:
		if plain || m.Messages == 0 {
			sign = "~"
		}
		return sign, t.dim
	}
	return sign, t.live
}

// unread stands for what is not there yet.
func (a *app) unread() string {
	if a.opt.ASCII {
		return "_"
	}
	return "·"
}

// shownPart marks the part of the run that the view on the top shows.
func (a *app) shownPart(g *grid, l *timeline) {
	v, ok := a.top().(spanner)
	if !ok {
		return
	}
	from, to := v.span()
	if from.IsZero() {
		return
	}
	first, last := max(l.column(from), 0), min(l.column(to), l.w-1)
	g.restyle(l.x+first, l.x+last+1, l.y, func(s tcell.Style) tcell.Style { return s.Underline(true) })
}
