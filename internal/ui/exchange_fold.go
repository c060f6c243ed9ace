// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/spool"
)

// maxUnfolded is how many lines of the list are unfolded at once, maxBelow how many lines
// stand below one.
const (
	maxUnfolded = 8
	maxBelow    = 256
)

// askUnfold asks for what stands below the line under the cursor.
func (v *exchangesView) askUnfold() {
	l := v.current()
	switch {
	case l == nil || l.below != nil:
	case l.waits != 0:
		v.app.notice = "it has no answer yet: Enter tells what is known"
	case !v.isUnfolded(l.seq):
		v.pickNow()
		v.wants = l.seq
		v.refresh() // it may have been told already
	}
}

func (v *exchangesView) isUnfolded(seq uint64) bool {
	return slices.ContainsFunc(v.unfolded, func(u unfolded) bool { return u.seq == seq })
}

// unfold puts the story of the line that is to be unfolded below it.
func (v *exchangesView) unfold(st *spool.Story) {
	seq := v.wants
	v.wants = 0
	if st.Gone || len(st.Exchanges) == 0 {
		v.app.notice = "it had to leave the history"
		return
	}
	own := *st
	t := &teller{app: v.app, st: &own, from: v, unfolded: func(string) bool { return true }}
	u := unfolded{pos: v.sel.pos, seq: seq, lines: t.tell()}
	if n := len(u.lines); n > maxBelow {
		u.lines = append(u.lines[:maxBelow:maxBelow], storyLine{text: "more: Enter on the line above", style: v.app.theme.dim})
	}
	if len(v.unfolded) >= maxUnfolded {
		v.unfolded = v.unfolded[1:]
	}
	v.unfolded = append(v.unfolded, u)
}

// fold takes away what stands below the line that the cursor is on, or below which it is.
func (v *exchangesView) fold() {
	l := v.current()
	if l == nil || !v.isUnfolded(l.seq) {
		return
	}
	v.sel = spot{pos: l.pos, seq: l.seq}
	v.unfolded = slices.DeleteFunc(v.unfolded, func(u unfolded) bool { return u.seq == l.seq })
	if row, ok := v.rowOf(v.sel); ok {
		v.cur.at = row
		v.cur.fit(v.rows(), v.cur.page)
	}
}

// refold puts what is unfolded into the order of the list, and forgets what has left.
func (v *exchangesView) refold() {
	for i := range v.unfolded {
		v.unfolded[i].pos = v.found(v.unfolded[i].pos, v.unfolded[i].seq)
	}
	v.unfolded = slices.DeleteFunc(v.unfolded, func(u unfolded) bool { return v.indexOf(u.pos) < 0 })
	slices.SortStableFunc(v.unfolded, func(a, b unfolded) int { return cmp.Compare(v.indexOf(a.pos), v.indexOf(b.pos)) })
}

// foldSign stands before a line that consists of more than a request and its answer.
func (v *exchangesView) foldSign(l *exchangeLine) string {
	if l.waits != 0 || v.app.parts(l) == "" && l.x.Events == 0 {
		return ""
	}
	return v.app.foldMark(v.isUnfolded(l.seq))
}

// foldMark says whether something is unfolded.
func (a *app) foldMark(unfolded bool) string {
	switch {
	case a.opt.ASCII && unfolded:
		return "-"
	case a.opt.ASCII:
		return "+"
	case unfolded:
		return "▾"
	}
	return "▸"
}

// restyled folds what is unfolded: its lines have the styles of another theme.
func (v *exchangesView) restyled() { v.unfolded, v.wants = nil, 0 }
