// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// treeView is the first view: who talks what, and how much.
type treeView struct {
	app *app
	q   aggregate.Query
	of  *live.Snapshot // that top was made from
	top []*aggregate.Row
	// rows are those that are not hidden in a collapsed one; around says of each in which
	// of them it is (-1: none), depth in how many.
	rows   []*aggregate.Row
	around []int
	depth  []int
	cur    cursor
	// sel is the row under the cursor: the cursor follows it as rows change
	// places. Until the user moves, it stays at the first line instead.
	sel    aggregate.RowID
	follow bool
	// all rows are expanded but those in other, or collapsed but those.
	all   bool
	other map[aggregate.RowID]bool
	deep  bool // rows are made that nobody sees, too
	// crowds are those of the last tree: a new one does not fold away what is unfolded.
	crowds map[aggregate.RowID]bool
	calm   calm
	shown  []span[aggregate.Row] // columns of the last drawing, the name first
	// sorted is the column that rows are sorted by; nil: trouble first.
	sorted *rowColumn

	set columnSet
	has has
	sought
}

func newTreeView(a *app, g aggregate.Group) *treeView {
	v := &treeView{app: a, other: make(map[aggregate.RowID]bool)}
	v.set = a.setOf(homePage)
	v.q.Group, v.q.By, v.q.Crowds = g, a.byTrouble, true
	v.q.Open = func(id aggregate.RowID) bool { return v.deep || v.opens(id) }
	if v.sorted, v.q.Reverse = keptOrder(a, homePage, sortColumns()); v.sorted != nil {
		v.q.By = v.sorted.compare
	}
	return v
}

func (v *treeView) cursor() *cursor { return &v.cur }
func (v *treeView) crumb() string   { return "home" }

// ask is the heat map of the row under the cursor, or who listens if there is none.
func (v *treeView) ask() live.Ask {
	if r := v.current(); r != nil && r.Latency.Count > 0 {
		return live.Ask{Heat: &r.ID}
	}
	// Who listens stands where there are no rows.
	return live.Ask{Listeners: len(v.rows) == 0 && v.app.snap.Replay == nil}
}

// moved remembers the row that the cursor is on now.
func (v *treeView) moved() {
	v.follow = v.cur.at > 0
	if v.cur.at < len(v.rows) {
		v.sel = v.rows[v.cur.at].ID
	}
}

// refresh makes the tree of a snapshot, unless it is made.
func (v *treeView) refresh() {
	if v.of != v.app.snap {
		v.build()
	}
}

func (v *treeView) build() {
	v.of = v.app.snap
	v.top = v.app.snap.Table.Tree(v.q)
	v.has = hasOf(v.app.snap)
	v.unfoldCrowds()
	replay := v.app.snap.Replay
	v.top = v.calm.arrange(v.top, calmly{
		now: v.app.now, open: v.expanded,
		held: func(r *aggregate.Row) bool { return v.follow && within(r, v.sel) },
		free: replay != nil && !replay.Paced,
	})
	v.flatten()
}

// rebuild is build in another order.
func (v *treeView) rebuild() {
	v.calm.reset()
	v.build()
}

// unfoldCrowds unfolds a crowd that a row has come into which is unfolded.
func (v *treeView) unfoldCrowds() {
	now := make(map[aggregate.RowID]bool)
	var walk func(rows []*aggregate.Row)
	walk = func(rows []*aggregate.Row) {
		for _, r := range rows {
			if r.Processes == 0 {
				if r.ID.Level() != aggregate.LevelProcess {
					walk(r.Children)
				}
				continue
			}
			now[r.ID] = true
			if !v.crowds[r.ID] && !v.expanded(r) && slices.ContainsFunc(r.Children, v.expanded) {
				v.other[r.ID] = !v.all
			}
		}
	}
	walk(v.top)
	v.crowds = now
}

func (v *treeView) expanded(r *aggregate.Row) bool {
	return r.Parts && v.opens(r.ID)
}

// opens says whether a row is expanded, if there is anything in it.
func (v *treeView) opens(id aggregate.RowID) bool { return v.all != v.other[id] }

// flatten lists the rows that are to be seen, and finds the cursor's again: the
// row itself, else the one that it is folded into.
func (v *treeView) flatten() {
	if !v.list() {
		v.build() // with what is in the rows that were expanded since
	}
}

// list is flatten, if all rows that are to be seen were made.
func (v *treeView) list() (all bool) {
	all = true
	v.rows, v.around, v.depth = v.rows[:0], v.around[:0], v.depth[:0]
	at, deepest := -1, -1
	var walk func(rows []*aggregate.Row, around, depth int)
	walk = func(rows []*aggregate.Row, around, depth int) {
		for _, r := range rows {
			here := len(v.rows)
			if depth > deepest && within(r, v.sel) {
				at, deepest = here, depth
			}
			v.rows, v.around, v.depth = append(v.rows, r), append(v.around, around), append(v.depth, depth)
			if v.expanded(r) {
				all = all && len(r.Children) > 0
				walk(r.Children, here, depth+1)
			}
		}
	}
	if walk(v.top, -1, 0); !all {
		return false
	}
	if v.follow && at >= 0 {
		// Keep the line on the screen where it was, as far as possible.
		v.cur.top += at - v.cur.at
		v.cur.at = at
	}
	v.cur.fit(len(v.rows), v.cur.page)
	if v.cur.at < len(v.rows) && !v.follow {
		v.sel = v.rows[v.cur.at].ID
	}
	return true
}

// contains says whether the row inner is outer, or somewhere under it.
func contains(outer, inner aggregate.RowID) bool {
	return outer.Group == inner.Group && outer.Depth <= inner.Depth && inner.Up(outer.Depth) == outer
}

// within says whether a row is the one with this ID, or it is somewhere inside.
func within(r *aggregate.Row, id aggregate.RowID) bool {
	if r.ID.Crowd == "" || r.ID == id {
		return contains(r.ID, id)
	}
	return slices.ContainsFunc(r.Children, func(p *aggregate.Row) bool { return contains(p.ID, id) })
}

func (v *treeView) current() *aggregate.Row {
	if v.cur.at < len(v.rows) {
		return v.rows[v.cur.at]
	}
	return nil
}

func (v *treeView) bindings() []binding {
	return []binding{
		{"Enter", "expand or collapse; open the messages of a last row", "open", v.enter},
		{"Space", "expand or collapse", "", v.toggle},
		{"Right", "expand; go to the first row inside", "", v.right},
		{"Left", "collapse; go to the row around", "", v.left},
		{"m", "open the messages of the row", "messages", v.open},
		{"e", "expand or collapse all", "", v.toggleAll},
		{"E", "go to the error that the line of what is wrong names", "", v.app.openError},
		{"b", "group by the next of " + strings.Join(aggregate.GroupNames(), ", "), "group", func() { v.regroup(v.q.Group.Next()) }},
		{"B", "group by the one before", "", func() { v.regroup(v.q.Group.Before()) }},
		{"s >", "sort by the next column", "sort", func() { v.sortBy(1) }},
		{"S <", "sort by the column before", "", func() { v.sortBy(-1) }},
		{"r", "reverse the order", "", v.reverse},
		{"C", "choose the columns, or a set of them: times, places", "", v.app.openColumns},
	}
}

func (v *treeView) enter() {
	if r := v.current(); r != nil && !r.Parts {
		v.open()
		return
	}
	v.toggle()
}

func (v *treeView) toggle() {
	r := v.current()
	if r == nil || !r.Parts {
		return
	}
	v.pin()
	v.flip(r)
	v.flatten()
}

// flip expands or collapses a row.
func (v *treeView) flip(r *aggregate.Row) {
	if v.other[r.ID] {
		delete(v.other, r.ID)
	} else {
		v.other[r.ID] = true
	}
}

// pin lets the cursor follow its row from now on.
func (v *treeView) pin() {
	if r := v.current(); r != nil {
		v.sel, v.follow = r.ID, true
	}
}

func (v *treeView) right() {
	switch r := v.current(); {
	case r == nil || !r.Parts:
	case v.expanded(r):
		v.cur.move(1)
		v.moved()
	default:
		v.toggle()
	}
}

func (v *treeView) left() {
	r := v.current()
	if r == nil {
		return
	}
	if v.expanded(r) {
		v.toggle()
		return
	}
	if i := v.around[v.cur.at]; i >= 0 {
		v.cur.move(i - v.cur.at)
		v.moved()
	}
}

func (v *treeView) toggleAll() {
	v.pin()
	v.all = !v.all
	clear(v.other)
	v.flatten()
}

func (v *treeView) open() {
	r := v.current()
	switch {
	case r == nil:
	case r.Counters == (aggregate.Counters{}):
		v.app.notice = fmt.Sprintf("%s has no message of its own: it made others receive %s",
			v.path(v.cur.at), words.Plural(int(r.Caused.Events), "event", "events"))
	default:
		v.pin()
		v.app.push(newMessagesView(v.app, v.path(v.cur.at), r.ID))
	}
}

func (v *treeView) regroup(g aggregate.Group) {
	v.q.Group = g
	v.follow, v.cur.at, v.cur.top = false, 0, 0
	clear(v.other)
	v.app.notice = "grouped by " + g.String()
	v.rebuild()
}

// sortBy goes by steps through the columns on the screen; in front of them is the
// order at the start.
func (v *treeView) sortBy(by int) {
	v.sorted, v.q.By = nextOrder(v.shown, v.sorted, by), v.app.byTrouble
	v.app.notice = "sorted by trouble, then MSG/s"
	if v.sorted != nil {
		v.q.By = v.sorted.compare
		v.app.notice = "sorted by " + v.sorted.head
	}
	v.resort()
}

// resort puts another order into force, and keeps it.
func (v *treeView) resort() {
	keepOrder(v.app, homePage, v.sorted, v.q.Reverse)
	v.rebuild()
}

// sortTo sorts by a column, or turns its order round.
func (v *treeView) sortTo(c *rowColumn) {
	if v.q.Reverse = v.sorted == c && !v.q.Reverse; v.sorted != c {
		v.sorted, v.q.By = c, c.compare
		v.app.notice = "sorted by " + c.head
	}
	v.resort()
}

func (v *treeView) reverse() {
	v.q.Reverse = !v.q.Reverse
	v.resort()
}

func (v *treeView) draw(g *grid, r rect) {
	if v.app.opening != nil {
		v.app.drawOpening(g, r)
		return
	}
	if len(v.rows) == 0 {
		v.app.drawEmpty(g, r)
		return
	}
	v.layout(fitting{x: r.x, width: r.w})
	heads(v.app, g, r, v.shown, func(c *rowColumn) bool { return c == v.sorted }, v.q.Reverse)
	clickHeads(v.app, r.y, v.shown, v.sortTo)
	head := r.y
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, len(v.rows), func(i, y int) { v.row(g, y, i) })
	v.orderSign(g, head)
}

// orderSign says behind the head of the names what order the rows are in; or, which matters
// more, how many of those that have scrolled away above are in trouble.
func (v *treeView) orderSign(g *grid, y int) {
	t, name := &v.app.theme, &v.shown[0]
	x := name.x + g.width(name.head) + 1
	put := func(st tcell.Style, texts ...string) {
		for _, text := range texts {
			if x+g.width(text) <= name.end {
				g.put(x, y, name.end, text, st)
				return
			}
		}
	}
	switch n := v.troubleAbove(); {
	case n > 0:
		up := "↑ "
		if v.app.opt.ASCII {
			up = "^ "
		}
		put(t.bad, fmt.Sprintf("%s%d in trouble", up, n), fmt.Sprintf("%s%d", up, n))
	case v.sorted == nil:
		put(t.sorted, v.app.sign(v.q.Reverse)+"trouble first")
	}
}

// troubleAbove is how many rows of the top are above the window in which something went
// wrong.
func (v *treeView) troubleAbove() (n int) {
	for i, r := range v.rows[:min(v.cur.top, len(v.rows))] {
		if v.depth[i] == 0 && v.app.troubleOf(r) > troubleWaits {
			n++
		}
	}
	return n
}

// sign says which way the sorted column goes: ▼ is largest first, or from A.
func (a *app) sign(reverse bool) string {
	switch {
	case a.opt.ASCII && reverse:
		return "^"
	case a.opt.ASCII:
		return "v"
	case reverse:
		return "▲"
	}
	return "▼"
}

// row writes a line: the name with its place in the tree, then the cells.
func (v *treeView) row(g *grid, y, i int) {
	r := v.rows[i]
	name := &v.shown[0]
	x := name.x + 2*v.depth[i]
	x = g.put(x, y, name.end, v.knob(r), v.app.theme.dim)
	line := commandLine(r)
	if around := v.around[i]; line != "" && around >= 0 && v.rows[around].Processes > 0 {
		// All have one name: what was typed tells them apart.
		g.put(x, y, name.end, line, v.nameStyle(r))
		v.cells(g, y, r)
		return
	}
	x = g.put(x, y, name.end, r.Label, v.nameStyle(r))
	if many := v.app.many(r); many != "" {
		x = g.put(x, y, name.end, " "+many, v.app.theme.text)
	} else if r.ID.Key.PID != 0 && r.ID.Level() == aggregate.LevelProcess && !v.shows("PID") {
		x = g.put(x, y, name.end, fmt.Sprintf("[%d]", r.ID.Key.PID), v.app.theme.dim)
	}
	if line != "" && name.end-x > commandLeast {
		g.put(x+2, y, name.end, line, v.app.theme.dim)
	}
	v.cells(g, y, r)
}

// cells writes what stands behind the name.
func (v *treeView) cells(g *grid, y int, r *aggregate.Row) {
	for i := range v.shown[1:] {
		s := &v.shown[1+i]
		if s.head == trendHead {
			s.write(g, y, v.app.trend(r, s.end-s.x), v.app.theme.live)
			continue
		}
		text, st := s.cell(v.app, r)
		s.write(g, y, text, st)
	}
}

// shows says whether a column is on the screen.
func (v *treeView) shows(head string) bool {
	return slices.ContainsFunc(v.shown, func(s span[aggregate.Row]) bool { return s.head == head })
}

// knob shows whether a row can be expanded.
func (v *treeView) knob(r *aggregate.Row) string {
	if !r.Parts {
		return "  "
	}
	return v.app.foldMark(v.expanded(r)) + " "
}

func (v *treeView) nameStyle(r *aggregate.Row) tcell.Style {
	t := &v.app.theme
	switch r.ID.Level() {
	case aggregate.LevelProcess, aggregate.LevelSocket, aggregate.LevelCommand,
		aggregate.LevelContainer, aggregate.LevelUnit, aggregate.LevelNetNS, aggregate.LevelCrowd:
		if r.ID.Depth == 1 {
			return t.strong
		}
	case aggregate.LevelFamily:
		return t.family
	case aggregate.LevelOverflow:
		return t.dim
	}
	return t.text
}
