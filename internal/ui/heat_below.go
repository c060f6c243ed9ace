// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// heatBelow are the lines below a map, which belong to its columns, by what goes last as the
// screen gets lower.
var heatBelow = []struct {
	line int // from the top
	draw func(v *heatView, g *grid, r rect, m *heatMap)
}{
	{1, (*heatView).clocks}, {0, (*heatView).holds}, {2, (*heatView).ages}, {3, (*heatView).legend},
}

func (v *heatView) belowLines() int { return len(heatBelow) }

// drawBelow writes as many of them as there is room for, and below them the long holds of
// rtnl_mutex at the time under the cursor.
func (v *heatView) drawBelow(g *grid, r rect, m *heatMap) {
	n := min(r.h, len(heatBelow))
	for _, b := range heatBelow[:max(n, 0)] {
		y := r.y
		for _, other := range heatBelow[:n] {
			if other.line < b.line {
				y++
			}
		}
		b.draw(v, g, rect{r.x, y, r.w, 1}, m)
	}
	if r.h > len(heatBelow)+1 {
		v.reports(g, rect{r.x, r.y + len(heatBelow) + 1, r.w, r.h - len(heatBelow) - 1})
	}
}

// every is how many columns have one label together.
const every = 15

// labels writes a text below every fifteenth column, from the last one on.
func (v *heatView) labels(g *grid, r rect, m *heatMap, of func(back int) string) {
	last := len(v.heat.Columns) - 1
	for back := 0; back < len(v.heat.Columns); back += every {
		text := of(back)
		end := r.x + heatMargin + last - back - m.first + 1
		if x := end - g.width(text); x >= r.x+heatMargin && end <= r.x+heatMargin+m.end-m.first {
			g.put(x, r.y, r.x+r.w, text, v.app.theme.dim)
		}
	}
}

// clocks writes when columns began.
func (v *heatView) clocks(g *grid, r rect, m *heatMap) {
	v.labels(g, r, m, func(back int) string {
		return v.heat.End.Add(-time.Duration(back+1) * aggregate.HeatStep).Format(words.TimeOfDay[:8])
	})
}

// ages writes how long ago that was.
func (v *heatView) ages(g *grid, r rect, m *heatMap) {
	v.labels(g, r, m, func(back int) string {
		if back == 0 {
			return v.app.ago(0)
		}
		return "-" + words.Clock(time.Duration(back)*aggregate.HeatStep)
	})
}

// legend says what the shades are.
func (v *heatView) legend(g *grid, r rect, _ *heatMap) {
	shades := heatShades(v.app.opt.ASCII)
	all := make([]string, len(shades))
	for i, s := range shades {
		all[i] = string(s)
	}
	g.put(r.x+heatMargin, r.y, r.x+r.w, strings.Join(all, " ")+"  few to many requests that took so long", v.app.theme.dim)
}

// holds draws the longest hold of rtnl_mutex in each column, or why there is none.
func (v *heatView) holds(g *grid, r rect, m *heatMap) {
	t, bars := &v.app.theme, heatBars(v.app.opt.ASCII)
	g.putRight(r.x, r.y, r.x+heatMargin-1, "rtnl", t.dim)
	any := false
	for i := m.first; i < m.end; i++ {
		if l := v.longestHold(i); l != nil {
			any = true
			level := aggregate.HeatLevel(l.Hold)
			g.put(r.x+heatMargin+i-m.first, r.y, r.x+r.w, string(bars[level/2]), t.heatStyle(level))
		}
	}
	if !any {
		text := v.noHolds()
		if blind := v.app.snap.Info.DoesNotSee(capture.SeesLocks, "rtnl_mutex"); blind != "" && g.width(text) > r.w-heatMargin {
			text = blind
		}
		g.put(r.x+heatMargin, r.y, r.x+r.w, text, t.dim)
	}
}

// noHolds says why no hold is drawn.
func (v *heatView) noHolds() string {
	switch blind := v.app.snap.Info.DoesNotSee(capture.SeesLocks, "rtnl_mutex"); {
	case blind == "" && v.locks.Cut:
		return "only the last long holds of rtnl_mutex are kept: none in this time"
	case blind == "":
		return "no long hold of rtnl_mutex in this time"
	case v.locks.Why != "":
		return v.locks.Why
	default:
		return blind
	}
}

// holdIn says whether it was held in a column.
func (v *heatView) holdIn(l *live.LockReport, column int) bool {
	end := v.heat.End.Add(-time.Duration(len(v.heat.Columns)-1-column) * aggregate.HeatStep)
	return l.Hold > 0 && l.Time.Add(-l.Hold).Before(end) && !l.Time.Before(end.Add(-aggregate.HeatStep))
}

// longestHold is that of a column; nil: none was reported.
func (v *heatView) longestHold(column int) *live.LockReport {
	var most *live.LockReport
	for i := range v.locks.Reports {
		if l := &v.locks.Reports[i]; v.holdIn(l, column) && (most == nil || l.Hold > most.Hold) {
			most = l
		}
	}
	return most
}

// reports lists the long holds in the column under the cursor, the newest first.
func (v *heatView) reports(g *grid, r rect) {
	t := &v.app.theme
	for i := range v.locks.Reports {
		l := &v.locks.Reports[i]
		if !v.holdIn(l, v.column()) {
			continue
		}
		if r.h--; r.h < 0 {
			return
		}
		g.segments(r.x+1, r.y, r.x+r.w, 2, []segment{
			{text: "rtnl held " + words.Duration(l.Hold), style: t.warn},
			{text: "by " + words.Process(l.Proc), style: t.strong},
			{text: l.Request(), style: t.text, keep: 2},
			{text: "until " + l.Time.Format(words.TimeOfDay[:12]), style: t.dim, keep: 1},
		})
		r.y++
	}
}
