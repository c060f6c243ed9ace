// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
)

// columned is a view with a table whose columns can be chosen.
type columned interface {
	view
	// columnsOf names the page, all its columns, and those on the screen in their order.
	columnsOf() (page string, all, shown []string)
}

// name is what a column is called where it is chosen.
func (c *column[T]) name() string {
	if c.head == "" {
		return "(direction)"
	}
	return c.head
}

func columnNames[T any](columns []*column[T]) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name()
	}
	return names
}

func spanNames[T any](spans []span[T]) []string {
	names := make([]string, len(spans))
	for i := range spans {
		names[i] = spans[i].name()
	}
	return names
}

// picked are the columns that were chosen for a page, in their order; nil: none were.
func picked[T any](a *app, page string, all []*column[T]) (own []*column[T]) {
	for name := range strings.SplitSeq(a.kept.Columns[page], ",") {
		at := slices.IndexFunc(all, func(c *column[T]) bool { return c.name() == strings.TrimSpace(name) })
		if at >= 0 && !slices.Contains(own, all[at]) {
			own = append(own, all[at])
		}
	}
	return own
}

// fitPicked places chosen columns: the first stay longest. One that takes what is left
// stands at the end.
func fitPicked[T any](own []*column[T], f fitting) []span[T] {
	order := slices.Clone(own)
	slices.SortStableFunc(order, func(a, b *column[T]) int { return min(b.width, 1) - min(a.width, 1) })
	return fitColumns(order, orderKept(own), f)
}

// orderKept has the first of columns stay longest.
func orderKept[T any](own []*column[T]) func(c *column[T]) int {
	return func(c *column[T]) int { return len(own) - slices.Index(own, c) }
}

// fitChosen places the columns that were chosen for a page, else those that find room.
func fitChosen[T any](a *app, page string, all []*column[T], f fitting) []span[T] {
	if own := picked(a, page, all); own != nil {
		return fitPicked(own, f)
	}
	return fitColumns(all, func(c *column[T]) int { return c.keep }, f)
}

// columnsView is where the columns of a table are chosen and put into an order.
type columnsView struct {
	app  *app
	of   columned
	page string
	rows []columnChoice
	cur  cursor
}

type columnChoice struct {
	name string
	on   bool
}

func (a *app) openColumns() {
	if v, ok := a.top().(columned); ok {
		c := &columnsView{app: a, of: v}
		c.load()
		a.push(c)
	}
}

// load lists those on the screen first.
func (v *columnsView) load() {
	page, all, shown := v.of.columnsOf()
	v.page, v.rows = page, nil
	for _, name := range shown {
		v.rows = append(v.rows, columnChoice{name, true})
	}
	for _, name := range all {
		if !slices.Contains(shown, name) {
			v.rows = append(v.rows, columnChoice{name, false})
		}
	}
}

func (v *columnsView) cursor() *cursor     { return &v.cur }
func (v *columnsView) refresh()            {}
func (v *columnsView) moved()              {}
func (v *columnsView) crumb() string       { return "columns" }
func (v *columnsView) detail() [][]segment { return nil }
func (v *columnsView) ask() live.Ask       { return v.of.ask() }

func (v *columnsView) bindings() []binding {
	table := []binding{
		{"Space Enter", "show the column, or hide it", "show or hide", v.toggle},
		{"<", "move it to the left", "left", func() { v.shift(-1) }},
		{">", "move it to the right", "right", func() { v.shift(1) }},
		{"d", "the columns as they are at the start", "as at the start", func() { v.preset("", setTraffic) }},
	}
	if _, ok := v.of.(*treeView); ok {
		table = append(table,
			binding{"i", "the set of times: latency and its quantiles, time in the kernel", "times", func() { v.preset(sets[setTimes], setTimes) }},
			binding{"p", "the set of places: namespace, unit, container", "places", func() { v.preset(sets[setPlaces], setPlaces) }},
		)
	}
	return table
}

func (v *columnsView) toggle() {
	v.rows[v.cur.at].on = !v.rows[v.cur.at].on
	v.apply()
}

func (v *columnsView) shift(by int) {
	to := v.cur.at + by
	if to < 0 || to >= len(v.rows) {
		return
	}
	v.rows[v.cur.at], v.rows[to] = v.rows[to], v.rows[v.cur.at]
	v.cur.move(by)
	v.apply()
}

// apply puts the choice into force.
func (v *columnsView) apply() {
	var on []string
	for _, r := range v.rows {
		if r.on {
			on = append(on, r.name)
		}
	}
	if len(on) == 0 {
		v.app.notice = "one column has to stay"
		v.rows[v.cur.at].on = true
		return
	}
	v.app.kept.SetColumns(v.page, strings.Join(on, ", "))
}

// preset forgets the choice for a set, and goes back to look at it.
func (v *columnsView) preset(columns string, set columnSet) {
	if tree, ok := v.of.(*treeView); ok {
		tree.set = set
	}
	v.app.kept.SetColumns(v.page, columns)
	v.app.back(false)
	v.app.notice = "columns: as at the start"
	if columns != "" {
		v.app.notice = "columns: " + columns + " first"
	}
}

func (v *columnsView) draw(g *grid, r rect) {
	t := &v.app.theme
	g.put(r.x+1, r.y, r.x+r.w, "Columns of "+v.page+": where there is no room for all, the first stay", t.title)
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, len(v.rows), func(i, y int) {
		mark, st := "[ ]", t.dim
		if v.rows[i].on {
			mark, st = "[x]", t.text
		}
		g.put(r.x+2, y, r.x+r.w, mark, st)
		g.put(r.x+6, y, r.x+r.w, v.rows[i].name, st)
	})
}

// setOf is the set that settings name.
func (a *app) setOf(page string) columnSet {
	return columnSet(max(slices.Index(sets[:], a.kept.Columns[page]), 0))
}

// homePage is what the columns of the tree are kept for.
const homePage = "home"

// columnsOf leaves out the name, which always stands first.
func (v *treeView) columnsOf() (page string, all, shown []string) {
	if len(v.shown) == 0 { // there was no row to draw
		v.layout(fitting{width: v.app.grid.w})
	}
	return homePage, columnNames(allTreeColumns()), spanNames(v.shown[1:])
}

// allTreeColumns are those of the tree but for the name.
func allTreeColumns() []*rowColumn {
	all := make([]*rowColumn, len(treeColumns))
	for i := range treeColumns {
		all[i] = &treeColumns[i].column
	}
	return all
}

// layout places the columns of the tree: those that were chosen, else those of the set.
func (v *treeView) layout(f fitting) {
	l := treeLayout{v.q.Group, v.set, v.has}
	own := picked(v.app, homePage, allTreeColumns())
	if own == nil {
		v.shown = l.columns(f)
		return
	}
	f.gap, f.least = 1, l.nameLeast(f.width)-1
	own = slices.Insert(own, 0, nameColumn)
	v.shown = fitColumns(own, orderKept(own), f)
}

func (v *listView[T]) columnsOf() (page string, all, shown []string) {
	return v.list.name, columnNames(v.all()), spanNames(v.shown)
}

func (v *listView[T]) all() []*column[T] {
	all := make([]*column[T], len(v.list.columns))
	for i := range v.list.columns {
		all[i] = &v.list.columns[i]
	}
	return all
}

// messagesPage is what the columns of messages are kept for, whatever rows they are of.
const messagesPage = "messages"

func (v *messagesView) columnsOf() (page string, all, shown []string) {
	return messagesPage, columnNames(v.columns(v.app.grid.w)), spanNames(v.layout(fitting{width: v.app.grid.w}))
}

func (v *messagesView) layout(f fitting) []span[aggregate.Kept] {
	if f.gap, f.least = 1, summaryLeast; f.width < fewBelow {
		f.least = fewLeast
	}
	return fitChosen(v.app, messagesPage, v.columns(f.width), f)
}

const exchangesPage = "exchanges"

func (v *exchangesView) columnsOf() (page string, all, shown []string) {
	return exchangesPage, columnNames(v.columns()), spanNames(v.shown)
}
