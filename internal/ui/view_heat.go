// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// heatBars stand for the level of a latency, two levels each, in a line over
// time.
func heatBars(ascii bool) []rune {
	if ascii {
		return []rune(".:-=+*#@")
	}
	return []rune("▁▂▃▄▅▆▇█")
}

// heatShades stand for how many requests took so long.
func heatShades(ascii bool) []rune {
	if ascii {
		return []rune(".+*#")
	}
	return []rune("░▒▓█")
}

// heatStyle colours a level: what takes long is hot.
func (t *theme) heatStyle(level int) tcell.Style {
	return t.heat[min(level*len(t.heat)/aggregate.HeatLevels, len(t.heat)-1)]
}

// heatRange says which latencies a level holds.
func heatRange(level int) string {
	switch {
	case level == 0:
		return "<" + words.Duration(aggregate.HeatBound(1))
	case level == aggregate.HeatLevels-1:
		return ">" + words.Duration(aggregate.HeatBound(level))
	}
	return words.Duration(aggregate.HeatBound(level)) + "-" + words.Duration(aggregate.HeatBound(level+1))
}

// heatHead stands before the line over time.
const heatHead = "p99 over time "

// heatLine is the p99 of the last columns, as many as fit; nil where nothing was
// measured in any of them. Its colours say again what its characters say.
func (a *app) heatLine(h *aggregate.Heat, width int) []segment {
	bars := heatBars(a.opt.ASCII)
	n := min(len(h.Columns), width-len(heatHead)-24)
	if n <= 0 {
		return nil
	}
	segs := []segment{{text: heatHead, style: a.theme.dim}}
	top := -1
	for i := len(h.Columns) - n; i < len(h.Columns); i++ {
		level, ok := h.Quantile(i, 0.99)
		if !ok {
			segs = append(segs, segment{text: " ", style: a.theme.text})
			continue
		}
		top = max(top, level)
		segs = append(segs, segment{text: string(bars[level/2]), style: a.theme.heatStyle(level)})
	}
	if top < 0 {
		return nil
	}
	return append(segs, segment{text: fmt.Sprintf(" %c %s", bars[top/2], heatRange(top)), style: a.theme.dim})
}

// heatView is the map of a row, or of all: time goes to the right, latency up. Its cursor is
// a column, or a cell of it; what it is on it follows as time goes on, but for the last
// column.
type heatView struct {
	app *app
	id  aggregate.RowID
	row string // name of the row
	// all: the map of everything is shown instead.
	all   bool
	heat  aggregate.Heat
	locks live.Locks
	at    int       // columns from the last one to that of the cursor
	when  time.Time // end of that column
	level int       // of the cell, the lowest of its line; negative: the whole column
	merge int       // levels to a line of the last drawing
}

func newHeatView(a *app, r *aggregate.Row) *heatView {
	v := &heatView{app: a, all: true, level: -1, merge: 1}
	if r != nil {
		v.id, v.row, v.all = r.ID, a.tree.path(a.tree.cur.at), false
	}
	return v
}

func (v *heatView) cursor() *cursor { return nil }
func (v *heatView) crumb() string   { return "latency" }
func (v *heatView) moved()          {}

func (v *heatView) ask() live.Ask {
	id := v.id
	if v.all {
		id = aggregate.All
	}
	return live.Ask{Heat: &id, Locks: true}
}

func (v *heatView) refresh() {
	v.heat, v.locks = v.app.snap.Heat, v.app.snap.Locks
	if v.at > 0 && !v.when.IsZero() {
		v.at = min(max(int(v.heat.End.Sub(v.when)/aggregate.HeatStep), 0), aggregate.HeatColumns-1)
	}
}

func (v *heatView) bindings() []binding {
	b := []binding{
		{"Enter", "open the exchanges of the cell, or of the whole column", "exchanges", v.open},
		{"Left", "to an earlier time", "earlier", func() { v.move(1) }},
		{"Right", "to a later time", "later", func() { v.move(-1) }},
		{"Up k", "from the column to its longest latencies, or to longer ones", "cell", func() { v.climb(1) }},
		{"Down j", "to the shortest latencies of the column, or to shorter ones", "", func() { v.climb(-1) }},
		{"Home gg", "to the earliest time", "", func() { v.move(aggregate.HeatColumns) }},
		{"End G", "to now, and the whole column", "", func() { v.at, v.level = 0, -1 }},
	}
	if v.row != "" {
		b = append(b, binding{"Tab", "the row, or all", "row or all", func() {
			v.all = !v.all
		}})
	}
	return b
}

// move goes so many columns back.
func (v *heatView) move(back int) {
	v.at = min(max(v.at+back, 0), aggregate.HeatColumns-1)
	v.when = v.heat.End.Add(-time.Duration(v.at) * aggregate.HeatStep)
}

// climb goes up or down to the next line with something in it, and from the last one to the
// whole column. From that it goes to the end of what is filled, in an earlier column where
// this one is empty.
func (v *heatView) climb(by int) {
	if len(v.heat.Columns) == 0 {
		return
	}
	if v.level < 0 && !v.toFilled() {
		v.app.notice = "no latency was measured at this time, or before"
		return
	}
	c := &v.heat.Columns[v.column()]
	from, _ := v.levels()
	switch {
	case v.level >= 0:
		from += by * v.merge
	case by > 0: // to the longest, from above
		from, by = aggregate.HeatLevels-v.merge, -by
	default:
		by = -by
	}
	for ; from >= 0 && from < aggregate.HeatLevels; from += by * v.merge {
		if heatSum(c[from:from+v.merge]) > 0 {
			v.level = from
			return
		}
	}
	v.level = -1
}

// toFilled goes back to the next column with something in it; false: there is none.
func (v *heatView) toFilled() bool {
	for c := v.column(); c >= 0; c-- {
		if heatSum(v.heat.Columns[c][:]) > 0 {
			v.move(v.column() - c)
			return true
		}
	}
	return false
}

// column is the place of the cursor's column among all.
func (v *heatView) column() int { return max(len(v.heat.Columns)-1-v.at, 0) }

// begin is when the cursor's column begins.
func (v *heatView) begin() time.Time {
	return v.heat.End.Add(-time.Duration(v.at+1) * aggregate.HeatStep)
}

// levels are those of the cell, to before end; all, where the cursor is on a whole column.
func (v *heatView) levels() (from, end int) {
	if v.level < 0 {
		return 0, aggregate.HeatLevels
	}
	from = v.level / v.merge * v.merge
	return from, from + v.merge
}

// open lists the exchanges of the cell.
func (v *heatView) open() {
	if len(v.heat.Columns) == 0 {
		return
	}
	from, end := v.levels()
	c := &heatCell{from: v.begin(), to: v.begin().Add(aggregate.HeatStep), low: aggregate.HeatBound(from)}
	if end < aggregate.HeatLevels {
		c.high = aggregate.HeatBound(end)
	}
	n := heatSum(v.heat.Columns[v.column()][from:end])
	if n == 0 {
		v.app.notice = "no request ended here"
		return
	}
	if v.at > 0 {
		c.measured = n
	}
	if !v.all {
		if v.id.Level() == aggregate.LevelOverflow {
			v.app.notice = "what the folded rows were of is not known any more: Tab shows the map of all"
			return
		}
		c.rows, c.name = []aggregate.RowID{v.id}, v.row
	}
	v.app.push(newCellView(v.app, c))
}

// detail tells of the cell, or of the column.
func (v *heatView) detail() [][]segment {
	if len(v.heat.Columns) == 0 {
		return nil
	}
	t := &v.app.theme
	segs := []segment{{text: v.begin().Format(words.TimeOfDay[:8]) + ", " + aggregate.HeatStep.String(), style: t.title}}
	c := v.column()
	from, end := v.levels()
	ended := words.Plural(int(heatSum(v.heat.Columns[c][from:end])), "request", "requests") + " ended"
	if v.level >= 0 {
		ended += " that took " + heatRanges(from, end)
	}
	segs = append(segs, segment{text: ended, style: t.text})
	for _, q := range []struct {
		name string
		q    float64
		keep int
	}{{"p50", 0.5, 2}, {"p99", 0.99, 4}, {"max", 1, 3}} {
		if level, ok := v.heat.Quantile(c, q.q); ok && v.level < 0 {
			segs = append(segs, segment{text: q.name + " " + heatRange(level), style: t.text, keep: q.keep})
		}
	}
	if l := v.longestHold(c); l != nil {
		segs = append(segs, segment{text: "rtnl held " + words.Duration(l.Hold) + " by " + words.Process(l.Proc), style: t.warn, keep: 5})
	}
	return [][]segment{segs}
}

// heatRanges says which latencies some levels hold.
func heatRanges(from, end int) string {
	switch low := words.Duration(aggregate.HeatBound(from)); {
	case from == 0:
		return "<" + words.Duration(aggregate.HeatBound(end))
	case end >= aggregate.HeatLevels:
		return ">" + low
	default:
		return low + "-" + words.Duration(aggregate.HeatBound(end))
	}
}

func heatSum(levels []uint32) (n uint64) {
	for _, k := range levels {
		n += uint64(k)
	}
	return n
}

// heatMargin is the width of the scale.
const heatMargin = 9

// heatLeast is how many lines the map has before there is anything below it.
const heatLeast = 4

func (v *heatView) draw(g *grid, r rect) {
	t := &v.app.theme
	title := "Latency of all requests"
	if !v.all {
		title = "Latency of " + v.row
	}
	g.segments(r.x+1, r.y, r.x+r.w, 2, []segment{
		{text: title, style: t.title},
		{text: fmt.Sprintf("%v a column", aggregate.HeatStep), style: t.dim, keep: 1},
		{text: v.lost(), style: t.warn, keep: 2},
	})
	r.y, r.h = r.y+1, r.h-1
	below := min(max(r.h-heatLeast, 0), v.belowLines())
	v.merge = 1
	for v.merge < aggregate.HeatLevels && aggregate.HeatLevels/v.merge > r.h-below {
		v.merge *= 2
	}
	n := min(len(v.heat.Columns), r.w-heatMargin-1)
	if n <= 0 || r.h < 3 {
		return
	}
	// The columns that are shown have that of the cursor among them.
	end := len(v.heat.Columns) - max(v.at-(n-1), 0)
	m := heatMap{first: end - n, end: end, merge: v.merge, lines: aggregate.HeatLevels / v.merge}
	v.drawMap(g, r, &m)
	v.drawBelow(g, rect{r.x, r.y + m.lines, r.w, r.h - m.lines}, &m)
	if m.most == 0 {
		none := "no latency was measured in this time"
		if blind := v.app.snap.Info.DoesNotSee(capture.SeesRequests, "requests"); blind != "" {
			none = blind
		}
		g.put(r.x+heatMargin+2, r.y+m.lines/2, r.x+r.w, none, t.dim)
	}
}

// heatMap is what of a map is drawn.
type heatMap struct {
	first, end int // columns
	merge      int // levels to a line
	lines      int
	most       uint64 // the largest number
}

func (v *heatView) drawMap(g *grid, r rect, m *heatMap) {
	t := &v.app.theme
	m.most = v.most(m)
	shades := heatShades(v.app.opt.ASCII)
	cursor := r.x + heatMargin + v.column() - m.first
	for line := range min(m.lines, r.h) {
		level := (m.lines - 1 - line) * m.merge
		y := r.y + line
		g.putRight(r.x, y, r.x+heatMargin-1, v.label(level), t.dim)
		for i := m.first; i < m.end; i++ {
			if k := heatSum(v.heat.Columns[i][level : level+m.merge]); k > 0 {
				// By powers of the count, or a flood would hide the one that hangs.
				shade := shades[min(bits.Len64(k)*len(shades)/(bits.Len64(m.most)+1), len(shades)-1)]
				g.put(r.x+heatMargin+i-m.first, y, r.x+r.w, string(shade), t.heatStyle(level+m.merge-1))
			}
		}
		switch from, _ := v.levels(); {
		case v.level < 0:
			g.restyle(cursor, cursor+1, y, t.selected)
		case from == level:
			g.restyle(r.x, r.x+heatMargin-1, y, t.selected)
			g.restyle(cursor, cursor+1, y, func(tcell.Style) tcell.Style { return t.mark })
		}
	}
}

// most is the largest number of the map that is shown.
func (v *heatView) most(m *heatMap) (most uint64) {
	for i := m.first; i < m.end; i++ {
		for level := 0; level < aggregate.HeatLevels; level += m.merge {
			most = max(most, heatSum(v.heat.Columns[i][level:level+m.merge]))
		}
	}
	return most
}

// label is where a line begins.
func (v *heatView) label(level int) string {
	if level == 0 {
		return "0"
	}
	return words.Duration(aggregate.HeatBound(level))
}

// lost says that the map of a row begins late; "": it does not.
func (v *heatView) lost() string {
	if v.heat.Lost == 0 {
		return ""
	}
	kept := time.Duration(len(v.heat.Columns)-v.heat.Lost) * aggregate.HeatStep
	return "whole for the last " + kept.String() + " only: too many rows"
}

// openHeat shows the map of the row under the tree's cursor, or of all.
func (a *app) openHeat() {
	var r *aggregate.Row
	if a.split() || a.top() == view(a.tree) {
		r = a.tree.current()
	}
	a.push(newHeatView(a, r))
}

// span is what the columns of the map are of.
func (v *heatView) span() (from, to time.Time) {
	if v.heat.End.IsZero() {
		return from, to
	}
	return v.heat.End.Add(-time.Duration(len(v.heat.Columns)) * aggregate.HeatStep), v.heat.End
}
