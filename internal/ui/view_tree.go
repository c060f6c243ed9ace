// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
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
	// rows are those that are not hidden in a collapsed one.
	rows []*aggregate.Row
	cur  cursor
	// sel is the row under the cursor: the cursor follows it as rows change
	// places. Until the user moves, it stays at the first line instead.
	sel    aggregate.RowID
	follow bool
	// all rows are expanded but those in other, or collapsed but those.
	all   bool
	other map[aggregate.RowID]bool
	shown []span[aggregate.Row] // columns of the last drawing, the name first
	// sorted is the column that rows are sorted by; nil: by the rates both ways.
	sorted *rowColumn

	set columnSet
	has has
	sought
}

func newTreeView(a *app, g aggregate.Group) *treeView {
	v := &treeView{app: a, other: make(map[aggregate.RowID]bool)}
	v.q.Group, v.q.By = g, aggregate.ByRate
	return v
}

func (v *treeView) cursor() *cursor { return &v.cur }
func (v *treeView) crumb() string   { return "home" }

// ask is the heat map of the row under the cursor.
func (v *treeView) ask() live.Ask {
	if r := v.current(); r != nil && r.Latency.Count > 0 {
		return live.Ask{Heat: &r.ID}
	}
	return live.Ask{}
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
	v.has = hasOf(&v.app.snap.Table)
	v.flatten()
}

func (v *treeView) expanded(r *aggregate.Row) bool {
	return len(r.Children) > 0 && v.all != v.other[r.ID]
}

// flatten lists the rows that are to be seen, and finds the cursor's again: the
// row itself, else the one that it is folded into.
func (v *treeView) flatten() {
	v.rows = v.rows[:0]
	at, depth := -1, 0
	var walk func(rows []*aggregate.Row)
	walk = func(rows []*aggregate.Row) {
		for _, r := range rows {
			if d := int(r.ID.Depth); contains(r.ID, v.sel) && d >= depth {
				at, depth = len(v.rows), d
			}
			v.rows = append(v.rows, r)
			if v.expanded(r) {
				walk(r.Children)
			}
		}
	}
	walk(v.top)
	if v.follow && at >= 0 {
		// Keep the line on the screen where it was, as far as possible.
		v.cur.top += at - v.cur.at
		v.cur.at = at
	}
	v.cur.fit(len(v.rows), v.cur.page)
	if v.cur.at < len(v.rows) && !v.follow {
		v.sel = v.rows[v.cur.at].ID
	}
}

// contains says whether the row inner is outer, or somewhere under it.
func contains(outer, inner aggregate.RowID) bool {
	return outer.Group == inner.Group && outer.Depth <= inner.Depth && inner.Up(outer.Depth) == outer
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
		{"b", "group by the next of " + strings.Join(aggregate.GroupNames(), ", "), "group", func() { v.regroup(v.q.Group.Next()) }},
		{"B", "group by the one before", "", func() { v.regroup(v.q.Group.Before()) }},
		{"s >", "sort by the next column", "sort", func() { v.sortBy(1) }},
		{"S <", "sort by the column before", "", func() { v.sortBy(-1) }},
		{"r", "reverse the order", "", v.reverse},
		{"C", "which columns come first: traffic, times, places", "", v.nextSet},
	}
}

func (v *treeView) enter() {
	if r := v.current(); r != nil && len(r.Children) == 0 {
		v.open()
		return
	}
	v.toggle()
}

func (v *treeView) toggle() {
	r := v.current()
	if r == nil || len(r.Children) == 0 {
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
	case r == nil || len(r.Children) == 0:
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
	for i := v.cur.at - 1; i >= 0; i-- {
		if v.rows[i].ID.Depth < r.ID.Depth {
			v.cur.move(i - v.cur.at)
			v.moved()
			return
		}
	}
}

func (v *treeView) toggleAll() {
	v.pin()
	v.all = !v.all
	clear(v.other)
	v.flatten()
}

func (v *treeView) open() {
	if r := v.current(); r != nil {
		v.pin()
		v.app.push(newMessagesView(v.app, v.path(r), r.ID))
	}
}

func (v *treeView) regroup(g aggregate.Group) {
	v.q.Group = g
	v.follow, v.cur.at, v.cur.top = false, 0, 0
	clear(v.other)
	v.app.notice = "grouped by " + g.String()
	v.build()
}

// sortBy goes by steps through the columns on the screen; in front of them are
// the rates both ways, the order at the start.
func (v *treeView) sortBy(by int) {
	v.sorted, v.q.By = nextOrder(v.shown, v.sorted, by), aggregate.ByRate
	v.app.notice = "sorted by MSG/s"
	if v.sorted != nil {
		v.q.By = v.sorted.compare
		v.app.notice = "sorted by " + v.sorted.head
	}
	v.build()
}

// sortTo sorts by a column, or turns its order round.
func (v *treeView) sortTo(c *rowColumn) {
	if v.q.Reverse = v.sorted == c && !v.q.Reverse; v.sorted != c {
		v.sorted, v.q.By = c, c.compare
		v.app.notice = "sorted by " + c.head
	}
	v.build()
}

func (v *treeView) nextSet() {
	v.set = (v.set + 1) % columnSet(len(sets))
	v.app.notice = "columns: " + sets[v.set] + " first"
}

func (v *treeView) reverse() {
	v.q.Reverse = !v.q.Reverse
	v.build()
}

func (v *treeView) draw(g *grid, r rect) {
	t := &v.app.theme
	l := treeLayout{v.q.Group, v.set, v.has}
	v.shown = l.columns(fitting{x: r.x, width: r.w})
	heads(v.app, g, r, v.shown, v.sortedBy, v.q.Reverse)
	clickHeads(v.app, r.y, v.shown, v.sortTo)
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, len(v.rows), func(i, y int) { v.row(g, y, v.rows[i]) })
	if len(v.rows) == 0 && r.h > 0 {
		g.put(2, r.y+min(1, r.h-1), g.w, "no Netlink message yet", t.dim)
	}
}

func (v *treeView) sortedBy(c *rowColumn) bool {
	if v.sorted == nil {
		return c.head == "OUT/s" || c.head == "IN/s"
	}
	return c == v.sorted
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
func (v *treeView) row(g *grid, y int, r *aggregate.Row) {
	name := &v.shown[0]
	x := name.x + 2*(max(int(r.ID.Depth), 1)-1)
	x = g.put(x, y, name.end, v.knob(r), v.app.theme.dim)
	g.put(x, y, name.end, r.Label, v.nameStyle(r))
	cells(v.app, g, y, v.shown[1:], r)
}

// knob shows whether a row can be expanded.
func (v *treeView) knob(r *aggregate.Row) string {
	signs := [...]string{"  ", "▸ ", "▾ "}
	if v.app.opt.ASCII {
		signs = [...]string{"  ", "+ ", "- "}
	}
	switch {
	case len(r.Children) == 0:
		return signs[0]
	case v.expanded(r):
		return signs[2]
	}
	return signs[1]
}

func (v *treeView) nameStyle(r *aggregate.Row) tcell.Style {
	t := &v.app.theme
	switch r.ID.Level() {
	case aggregate.LevelProcess, aggregate.LevelSocket, aggregate.LevelCommand,
		aggregate.LevelContainer, aggregate.LevelUnit, aggregate.LevelNetNS:
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

// detail says of the current row what columns have no room for, and how its
// latency was over time.
func (v *treeView) detail() [][]segment {
	r := v.current()
	if r == nil {
		return nil
	}
	t := &v.app.theme
	segs := []segment{{text: v.path(r), style: t.title}}
	add := func(keep int, st tcell.Style, format string, args ...any) {
		segs = append(segs, segment{text: fmt.Sprintf(format, args...), style: st, keep: keep})
	}
	add(6, t.text, "out %s (%sB)", words.Count(r.OutMessages), words.Short(float64(r.OutBytes)))
	add(6, t.text, "in %s (%sB)", words.Count(r.InMessages), words.Short(float64(r.InBytes)))
	if r.Errno != 0 {
		add(9, t.warn, "last error %s", words.Errno(r.Errno))
	}
	if n := r.NobufsRaised + r.NobufsRead; n > 0 {
		add(8, t.bad, "ENOBUFS %s raised, %s read", words.Count(r.NobufsRaised), words.Count(r.NobufsRead))
	}
	if l := r.Latency; l.Count > 0 {
		q := func(q float64) string { return words.Duration(r.Times.Quantile(q)) }
		add(4, t.dim, "latency p50 %s, p90 %s, p99 %s, max %s", q(0.5), q(0.9), q(0.99), words.Duration(l.Max))
	}
	if k := r.Kernel; k.Count > 0 {
		text := "mean " + words.Duration(k.Mean())
		if d, ok := aggregate.KernelQuantile(&r.Counters, &r.KernelTimes, 0.99); ok {
			text += ", p99 " + words.Duration(d) + ", max " + words.Duration(k.Max)
		}
		add(3, t.dim, "kernel %s (%s)", words.Duration(k.Sum), text)
	}
	if ns := r.NetNSText(); ns != "" && !r.Mixed.NetNS {
		add(3, t.dim, "netns %s", ns)
	}
	if r.PortID != 0 {
		add(2, t.dim, "port %d", r.PortID)
	}
	lines := [][]segment{segs}
	if r.Who != nil && r.ID.Key.Process != (aggregate.Process{}) {
		if who := words.Identity(r.Who); who != "" {
			lines = append(lines, []segment{{text: who, style: t.text}})
		}
	}
	if line := v.heatLine(r); line != nil {
		lines = append(lines, line)
	}
	return lines
}

// heatLine is the line over time of a row; nil: nothing was measured.
func (v *treeView) heatLine(r *aggregate.Row) []segment {
	if r.Latency.Count == 0 {
		return nil
	}
	return v.app.heatLine(&v.app.snap.Heat, v.app.grid.w)
}

// path names a row with those around it.
func (v *treeView) path(r *aggregate.Row) string {
	sep := " › "
	if v.app.opt.ASCII {
		sep = " > "
	}
	var names []string
	for _, around := range v.rows {
		if contains(around.ID, r.ID) && around.ID.Depth > 0 || around == r {
			name := around.Label
			switch pid := around.ID.Key.PID; {
			case pid == 0:
			case around.ID.Level() == aggregate.LevelProcess:
				name = words.Process(around.ID.Key.Process.Proc())
			case around.ID.Level() == aggregate.LevelSocket:
				name = fmt.Sprintf("%s pid %d", name, pid)
			}
			names = append(names, name)
		}
	}
	return strings.Join(names, sep)
}
