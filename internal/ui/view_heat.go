// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"math/bits"
	"strings"
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

// heatView is the map of a row, or of all: time goes to the right, latency up.
type heatView struct {
	app *app
	id  aggregate.RowID
	row string // name of the row
	// all: the map of everything is shown instead.
	all  bool
	heat aggregate.Heat
	at   int // columns from the last one to the one that is told of
}

func newHeatView(a *app, r *aggregate.Row) *heatView {
	v := &heatView{app: a, all: true}
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
	return live.Ask{Heat: &id}
}

func (v *heatView) refresh() { v.heat = v.app.snap.Heat }

func (v *heatView) bindings() []binding {
	b := []binding{
		{"Left", "tell of an earlier time", "earlier", func() { v.at = min(v.at+1, aggregate.HeatColumns-1) }},
		{"Right", "tell of a later time", "later", func() { v.at = max(v.at-1, 0) }},
		{"End", "tell of now", "", func() { v.at = 0 }},
	}
	if v.row != "" {
		b = append(b, binding{"Tab", "the row, or all", "row or all", func() {
			v.all = !v.all
		}})
	}
	return b
}

// detail tells of one column.
func (v *heatView) detail() [][]segment {
	i := len(v.heat.Columns) - 1 - v.at
	if i < 0 {
		return nil
	}
	begin := v.heat.End.Add(-time.Duration(v.at+1) * aggregate.HeatStep)
	t := &v.app.theme
	segs := []segment{{text: begin.Format(words.TimeOfDay[:8]) + ", " + aggregate.HeatStep.String(), style: t.title}}
	total := heatSum(v.heat.Columns[i][:])
	segs = append(segs, segment{text: fmt.Sprintf("%d requests ended", total), style: t.text})
	for _, q := range []struct {
		name string
		q    float64
		keep int
	}{{"p50", 0.5, 2}, {"p99", 0.99, 4}, {"max", 1, 3}} {
		if level, ok := v.heat.Quantile(i, q.q); ok {
			segs = append(segs, segment{text: q.name + " " + heatRange(level), style: t.text, keep: q.keep})
		}
	}
	return [][]segment{segs}
}

func heatSum(levels []uint32) (n uint64) {
	for _, k := range levels {
		n += uint64(k)
	}
	return n
}

// heatMargin is the width of the scale.
const heatMargin = 9

func (v *heatView) draw(g *grid, r rect) {
	t, a := &v.app.theme, v.app
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
	merge := 1 // levels to a line
	for merge < aggregate.HeatLevels && aggregate.HeatLevels/merge > r.h-2 {
		merge *= 2
	}
	lines, n := aggregate.HeatLevels/merge, min(len(v.heat.Columns), r.w-heatMargin-1)
	if n <= 0 || r.h < 3 {
		return
	}
	first := len(v.heat.Columns) - n
	most := v.most(first, merge)
	shades := heatShades(a.opt.ASCII)
	for line := range min(lines, r.h) {
		level := (lines - 1 - line) * merge
		y := r.y + line
		g.putRight(r.x, y, r.x+heatMargin-1, v.label(level), t.dim)
		for i := range n {
			if k := heatSum(v.heat.Columns[first+i][level : level+merge]); k > 0 {
				// By powers of the count, or a flood would hide the one that hangs.
				shade := shades[min(bits.Len64(k)*len(shades)/(bits.Len64(most)+1), len(shades)-1)]
				g.put(r.x+heatMargin+i, y, r.x+r.w, string(shade), t.heatStyle(level+merge-1))
			}
		}
		if x := r.x + heatMargin + n - 1 - v.at; v.at < n {
			g.restyle(x, x+1, y, t.selected)
		}
	}
	v.axis(g, rect{r.x + heatMargin, r.y + lines, n, r.h - lines})
	if most == 0 {
		none := "no latency was measured in this time"
		if blind := a.snap.Info.DoesNotSee(capture.SeesRequests, "requests"); blind != "" {
			none = blind
		}
		g.put(r.x+heatMargin+2, r.y+lines/2, r.x+r.w, none, t.dim)
	}
}

// most is the largest number of the map that is shown.
func (v *heatView) most(first, merge int) (most uint64) {
	for i := first; i < len(v.heat.Columns); i++ {
		for level := 0; level < aggregate.HeatLevels; level += merge {
			most = max(most, heatSum(v.heat.Columns[i][level:level+merge]))
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

// axis writes how long ago columns were, under every fifteenth of them, and what
// the shades are.
func (v *heatView) axis(g *grid, r rect) {
	t := &v.app.theme
	if r.h < 1 {
		return
	}
	const every = 15
	for back := 0; back < r.w; back += every {
		text := v.app.ago(0)
		if back > 0 {
			text = "-" + words.Clock(time.Duration(back)*aggregate.HeatStep)
		}
		if x := r.x + r.w - back - len(text); x >= r.x {
			g.put(x, r.y, r.x+r.w, text, t.dim)
		}
	}
	if r.h < 2 {
		return
	}
	shades := heatShades(v.app.opt.ASCII)
	words := make([]string, len(shades))
	for i, s := range shades {
		words[i] = string(s)
	}
	g.put(r.x, r.y+1, r.x+r.w, strings.Join(words, " ")+"  few to many requests that took so long", t.dim)
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
