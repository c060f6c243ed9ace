// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/live"
)

// list says what a listView of T shows.
type list[T any] struct {
	name    string // in the way to it
	columns []column[T]
	// load makes the rows of every snapshot. Its rows stand in their own order, until
	// the user sorts them.
	load func(a *app) listed[T]
	// id tells rows apart, so that the cursor follows its row; comparable.
	id func(x *T) any
	// open is what Enter does, opens what the help says of it; nil: nothing.
	open  func(v *listView[T], x *T)
	opens string
	// below are the rows that unfold below one; nil: none do.
	below func(x *T) []T
	// detail are lines about the row under the cursor.
	detail func(a *app, x *T) [][]segment
	keys   func(v *listView[T]) []binding // others than those of every list
	ask    live.Ask                       // what load looks at
}

// listed is what there is to show right now.
type listed[T any] struct {
	title string
	rows  []T
	notes []string // what is missing, and why
	none  string   // instead of rows
}

// listView is a list with a cursor.
type listView[T any] struct {
	app   *app
	list  list[T]
	now   listed[T]
	rows  []*T // of now, sorted, with those that are unfolded
	parts []listPart
	// folds are the IDs of the rows that are unfolded; unfolds: those of all are.
	folds   map[any]bool
	unfolds bool
	cur     cursor
	sel     any // ID of the row under the cursor; the cursor follows it
	follow  bool
	sorted  *column[T] // nil: the order of load
	reverse bool
	shown   []span[T] // columns of the last drawing
	sought
}

func newListView[T any](a *app, l list[T]) *listView[T] {
	v := &listView[T]{app: a, list: l}
	v.sorted, v.reverse = keptOrder(a, l.name, v.all())
	return v
}

func (v *listView[T]) cursor() *cursor { return &v.cur }
func (v *listView[T]) ask() live.Ask   { return v.list.ask }
func (v *listView[T]) crumb() string   { return v.list.name }

func (v *listView[T]) moved() {
	v.follow = v.cur.at > 0
	v.pick()
}

// pick remembers the row that the cursor is on now.
func (v *listView[T]) pick() {
	if x := v.current(); x != nil {
		v.sel = v.list.id(x)
	}
}

// pin lets the cursor follow its row from now on.
func (v *listView[T]) pin() {
	v.follow = true
	v.pick()
}

func (v *listView[T]) current() *T {
	if v.cur.at < len(v.rows) {
		return v.rows[v.cur.at]
	}
	return nil
}

func (v *listView[T]) refresh() {
	v.now = v.list.load(v.app)
	v.arrange()
}

// arrange sorts the rows and finds the one under the cursor again.
func (v *listView[T]) arrange() {
	v.rows, v.parts = v.rows[:0], v.parts[:0]
	for _, x := range v.order(v.now.rows) {
		p := listPart{of: -1}
		var below []*T
		if v.list.below != nil {
			below = v.order(v.list.below(x))
			p.more = len(below)
		}
		at := len(v.rows)
		v.rows, v.parts = append(v.rows, x), append(v.parts, p)
		if !v.isUnfolded(x) {
			continue
		}
		for _, y := range below {
			v.rows, v.parts = append(v.rows, y), append(v.parts, listPart{of: at})
		}
	}
	if v.follow {
		if at := slices.IndexFunc(v.rows, func(x *T) bool { return v.list.id(x) == v.sel }); at >= 0 {
			v.cur.top += at - v.cur.at
			v.cur.at = at
		}
	}
	v.cur.fit(len(v.rows), v.cur.page)
	if !v.follow {
		v.pick()
	}
}

// order sorts rows, as they are sorted now.
func (v *listView[T]) order(rows []T) []*T {
	list := make([]*T, len(rows))
	for i := range rows {
		list[i] = &rows[i]
	}
	if v.sorted != nil {
		slices.SortStableFunc(list, v.sorted.compare)
	}
	if v.reverse {
		slices.Reverse(list)
	}
	return list
}

func (v *listView[T]) bindings() []binding {
	var own []binding
	if v.list.open != nil {
		own = append(own, binding{"Enter", v.list.opens, "open", v.open})
	}
	own = append(own, v.folding()...)
	if v.list.keys != nil {
		own = append(own, v.list.keys(v)...)
	}
	return append(own,
		binding{"s >", "sort by the next column", "sort", func() { v.sortBy(1) }},
		binding{"S <", "sort by the column before", "", func() { v.sortBy(-1) }},
		binding{"r", "reverse the order", "", v.turn},
		binding{"C", "choose the columns", "", v.app.openColumns},
	)
}

func (v *listView[T]) open() {
	if x := v.current(); x != nil {
		v.pin()
		v.list.open(v, x)
	}
}

// sortBy goes by steps through the columns on the screen, in front of which is
// the order at the start.
func (v *listView[T]) sortBy(by int) {
	v.sorted = nextOrder(v.shown, v.sorted, by)
	v.app.notice = "in the order at the start"
	if v.sorted != nil {
		v.app.notice = "sorted by " + v.sorted.head
	}
	v.resort()
}

// resort puts another order into force, and keeps it.
func (v *listView[T]) resort() {
	keepOrder(v.app, v.list.name, v.sorted, v.reverse)
	v.arrange()
}

// sortTo sorts by a column, or turns its order round.
func (v *listView[T]) sortTo(c *column[T]) {
	if v.reverse = v.sorted == c && !v.reverse; v.sorted != c {
		v.sorted = c
		v.app.notice = "sorted by " + c.head
	}
	v.resort()
}

func (v *listView[T]) turn() {
	v.reverse = !v.reverse
	v.resort()
}

func (v *listView[T]) detail() [][]segment {
	if x := v.current(); x != nil && v.list.detail != nil {
		return v.list.detail(v.app, x)
	}
	return nil
}

// wrapLeast is from how many lines on what is said above the rows is told whole.
const wrapLeast = 12

// above writes what is said above rows, and returns what is left of r for those.
func (g *grid) above(r rect, text string, st tcell.Style) rect {
	lines := []string{text} // cut, with a mark, where rows would have no room
	if r.h >= wrapLeast {
		lines = wrap(g, text, r.w-2)
	}
	for _, text := range lines {
		if r.h > 3 {
			g.put(r.x+1, r.y, r.x+r.w, text, st)
			r.y, r.h = r.y+1, r.h-1
		}
	}
	return r
}

// restLeast is the width from which the last column says something.
const restLeast = 10

func (v *listView[T]) layout(f fitting) []span[T] {
	f.gap, f.least = 2, restLeast
	if own := picked(v.app, v.list.name, v.all()); own != nil {
		return fitPicked(own, f)
	}
	columns := make([]*column[T], 0, len(v.list.columns))
	for i := range v.list.columns {
		if c := &v.list.columns[i]; c.when == nil || c.when(v.app) {
			columns = append(columns, c)
		}
	}
	return fitColumns(columns, func(c *column[T]) int { return c.keep }, f)
}

func (v *listView[T]) draw(g *grid, r rect) {
	t := &v.app.theme
	r = g.above(r, v.now.title, t.title)
	for _, text := range v.now.notes {
		r = g.above(r, text, t.dim)
	}
	v.shown = v.layout(fitting{x: r.x, width: r.w})
	heads(v.app, g, r, v.shown, func(c *column[T]) bool { return c == v.sorted }, v.reverse)
	clickHeads(v.app, r.y, v.shown, v.sortTo)
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, len(v.rows), func(i, y int) {
		if v.parts[i].more > 0 {
			g.put(r.x, y, r.x+1, v.app.foldMark(v.isUnfolded(v.rows[i])), t.key)
		}
		cells(v.app, g, y, v.shown, v.rows[i])
	})
	if len(v.rows) == 0 && r.h > 0 {
		r.y, r.h = r.y+min(1, r.h-1), max(r.h-1, 1)
		for i, text := range wrap(g, v.now.none, r.w-3) {
			if i < r.h {
				g.put(r.x+2, r.y+i, r.x+r.w, text, t.dim)
			}
		}
	}
}
