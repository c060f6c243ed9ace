// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"maps"
	"slices"

	"github.com/nltop/nltop/internal/aggregate"
)

// search goes to the first row with a text from the cursor's on, of those inside
// collapsed rows, too: what hides the row is expanded.
func (v *treeView) search(text string) found {
	v.sought = sought(text)
	return v.find(0)
}

func (v *treeView) next(by int) found { return v.find(by) }

func (v *treeView) place() func() {
	cur, sel, follow, all, other := v.cur, v.sel, v.follow, v.all, maps.Clone(v.other)
	return func() {
		v.sel, v.follow, v.all, v.other = sel, follow, all, maps.Clone(other)
		v.cur.at, v.cur.top = cur.at, cur.top
		v.flatten()
	}
}

// inRow says whether a row has the text: in its name, its command line, its executable, or
// in what went wrong in it: errors by name, and what the kernel said of them. That is not
// looked for again in the rows inside.
func (v *treeView) inRow(r *aggregate.Row, around []*aggregate.Row) bool {
	if v.in(r.Label) {
		return true
	}
	if commandLine(r) != "" && v.in(r.Who.CmdLine.String()) {
		return true
	}
	if r.Who != nil && r.ID.Level() == aggregate.LevelProcess && v.in(r.Who.Exe) {
		return true
	}
	if len(around) > 0 || r.Failures() == 0 {
		return false
	}
	if v.in(v.app.errorsOf(r)) {
		return true
	}
	return slices.ContainsFunc(v.app.toldErrors(r), v.in)
}

// toldErrors are what the kernel said of the errors of a row, most first, as far as the
// messages were seen.
func (a *app) toldErrors(r *aggregate.Row) (texts []string) {
	for i := range a.snap.Errors {
		e := &a.snap.Errors[i]
		k := &r.ID.Key
		if e.Text == "" || k.Comm != "" && k.Comm != e.Comm || k.Family != "" && k.Family != e.Family {
			continue
		}
		if slices.ContainsFunc(r.Errnos.Top[:], func(c aggregate.ErrnoCount) bool { return c.Count > 0 && c.Errno == e.Errno }) {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

// find walks all rows in the order in which they would be shown.
func (v *treeView) find(by int) found {
	if v.sought == "" {
		return found{}
	}
	v.deep = true
	v.build()
	v.deep = false
	type hit struct {
		row    *aggregate.Row
		around []*aggregate.Row // what it is inside of
	}
	var hits []hit
	var rows []int // of hits, counted in all rows
	n, from, current := 0, 0, v.current()
	var walk func(list, around []*aggregate.Row)
	walk = func(list, around []*aggregate.Row) {
		for _, r := range list {
			if r == current {
				from = n
			}
			if v.inRow(r, around) {
				hits, rows = append(hits, hit{r, append([]*aggregate.Row(nil), around...)}), append(rows, n)
			}
			n++
			walk(r.Children, append(around, r))
		}
	}
	walk(v.top, nil)
	_, f := nearest(rows, from, by)
	if f.of == 0 {
		return f
	}
	h := hits[f.at-1]
	for _, r := range h.around {
		if !v.expanded(r) {
			v.flip(r)
		}
	}
	v.sel, v.follow = h.row.ID, true
	v.flatten()
	return f
}
