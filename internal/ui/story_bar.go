// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// barKind is what a part of a bar looks like. Its sign says what its style says.
type barKind struct {
	name        string // that a measure's name begins with
	sign, ascii string
	style       func(t *theme) tcell.Style
}

// barKinds are the parts of an exchange's time: others' first, then its own.
var barKinds = []barKind{
	{"module", "▓", "M", func(t *theme) tcell.Style { return t.warn }},
	{"rtnl wait", "▒", "R", func(t *theme) tcell.Style { return t.bad }},
	{"rcu", "░", "U", func(t *theme) tcell.Style { return t.warn }},
	{"locks", "▚", "L", func(t *theme) tcell.Style { return t.bad }},
	{"own", "█", "#", func(t *theme) tcell.Style { return t.text }},
	{"kernel", "█", "#", func(t *theme) tcell.Style { return t.text }},
	{"system call", "█", "#", func(t *theme) tcell.Style { return t.text }},
	{"rest", "·", ".", func(t *theme) tcell.Style { return t.dim }},
	{"later reads", "▄", "=", func(t *theme) tcell.Style { return t.text }},
	{"reader", "─", "-", func(t *theme) tcell.Style { return t.in }},
	{"late", "╌", "~", func(t *theme) tcell.Style { return t.dim }},
	{"queue", "≡", "q", func(t *theme) tcell.Style { return t.in }},
	{"until answered", "∙", ":", func(t *theme) tcell.Style { return t.dim }},
}

// barWords say what a part is, where its name does not.
var barWords = map[string]string{
	"own": "own work", "rest": "not running", "rcu": "waiting for RCU", "locks": "waiting for locks",
	"reader": "reader between its reads", "late": "kernel, behind the send", "queue": "in the reader's queue", "kernel": "kernel",
}

func barKindOf(m *live.Measure) *barKind {
	i := slices.IndexFunc(barKinds, func(k barKind) bool { return strings.HasPrefix(m.Name, k.name) })
	return &barKinds[max(i, 0)]
}

func (a *app) barSign(k *barKind) string {
	if a.opt.ASCII {
		return k.ascii
	}
	return k.sign
}

// barCells says how many cells of a bar each part has: by its share, but each has one.
func barCells(all []live.Measure, width int) []int {
	n := make([]int, len(all))
	var sum time.Duration
	for i := range all {
		sum += all[i].Time
	}
	if sum <= 0 || width < len(all) {
		return n
	}
	left, largest := width, 0
	for i := range all {
		n[i] = max(int(float64(width)*(float64(all[i].Time)/float64(sum))), 1)
		left -= n[i]
		if all[i].Time > all[largest].Time {
			largest = i
		}
	}
	for n[largest] += left; n[largest] < 1; { // many small ones
		i := slices.IndexFunc(n, func(k int) bool { return k > 1 })
		n[i]--
		n[largest]++
	}
	return n
}

// drawBar writes where the time of an exchange went, over the whole width, and what the
// parts are; largest first. It returns what is left of r.
func (v *storyView) drawBar(g *grid, r rect, x *correlate.Exchange) rect {
	t := &v.app.theme
	if r.h < 6 {
		return r
	}
	all := live.Spent(x)
	if len(all) == 0 {
		return r
	}
	at := r.x + 1
	var sum time.Duration
	for i, n := range barCells(all, r.w-2) {
		k := barKindOf(&all[i])
		at = g.put(at, r.y, r.x+r.w-1, strings.Repeat(v.app.barSign(k), n), k.style(t))
		sum += all[i].Time
	}
	r.y, r.h = r.y+1, r.h-1
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b live.Measure) int { return cmp.Compare(b.Time, a.Time) })
	at = r.x + 1
	last := "in all " + words.Duration(sum)
	for i := range order {
		m := &order[i]
		k := barKindOf(m)
		text := " " + cmp.Or(barWords[m.Name], m.Name) + " " + words.Duration(m.Time) + ", " + share(m.Time, sum)
		if len(order) == 1 {
			text = fmt.Sprintf(" %s %s, all that the source tells", cmp.Or(barWords[m.Name], m.Name), words.Duration(m.Time))
		}
		if at > r.x+1 && at+1+g.width(text) > r.x+r.w-1 {
			if r.h < 5 {
				last = fmt.Sprintf("and %d more", len(order)-i)
				at = min(at, r.x+r.w-1-g.width(last))
				break
			}
			r.y, r.h, at = r.y+1, r.h-1, r.x+1
		}
		at = g.put(at, r.y, r.x+r.w-1, v.app.barSign(k), k.style(t))
		at = g.put(at, r.y, r.x+r.w-1, text, t.text) + 2
	}
	if len(order) > 1 && at >= r.x && at+g.width(last) <= r.x+r.w-1 {
		g.put(at, r.y, r.x+r.w-1, last, t.dim)
	}
	r.y, r.h = r.y+1, r.h-1
	return r
}

// share is a part of a sum in percent.
func share(d, of time.Duration) string {
	if p := 100 * float64(d) / float64(of); p >= 1 {
		return fmt.Sprintf("%.0f %%", p)
	}
	return "under 1 %"
}
