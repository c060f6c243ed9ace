// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

var holderColumns = []column[live.LockRow]{
	{head: "BLAMED", width: 8, right: true, keep: 9, cell: sufferedCell(func(r *live.LockRow) time.Duration { return r.Blamed }),
		compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Blamed, x.Blamed) }},
	{head: "HELD", width: 8, right: true, keep: 8, cell: durationCell(func(r *live.LockRow) time.Duration { return r.Hold.Sum }),
		compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Hold.Sum, x.Hold.Sum) }},
	{head: "HELD MAX", width: 8, right: true, keep: 7, cell: durationCell(func(r *live.LockRow) time.Duration { return r.Hold.Max }),
		compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Hold.Max, x.Hold.Max) }},
	{head: "HOLDS", width: 6, right: true, keep: 3, cell: func(a *app, r *live.LockRow) (string, tcell.Style) {
		return a.cell(r.Hold.Count > 0, words.Count(r.Hold.Count), a.theme.text)
	}, compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Hold.Count, x.Hold.Count) }},
	{head: "WAITED", width: 8, right: true, keep: 6, cell: durationCell(func(r *live.LockRow) time.Duration { return r.Wait.Sum }),
		compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Wait.Sum, x.Wait.Sum) }},
	{head: "WAIT MAX", width: 8, right: true, keep: 4, cell: durationCell(func(r *live.LockRow) time.Duration { return r.Wait.Max }),
		compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Wait.Max, x.Wait.Max) }},
	{head: "WAITS", width: 6, right: true, keep: 2, cell: func(a *app, r *live.LockRow) (string, tcell.Style) {
		return a.cell(r.Wait.Count > 0, words.Count(r.Wait.Count), a.theme.text)
	}, compare: func(x, y *live.LockRow) int { return cmp.Compare(y.Wait.Count, x.Wait.Count) }},
	{head: "PROCESS", width: 20, cell: func(a *app, r *live.LockRow) (string, tcell.Style) {
		return r.Process(), a.theme.strong
	}, compare: func(x, y *live.LockRow) int { return strings.Compare(x.Proc.Comm, y.Proc.Comm) }},
	{head: "REQUEST", keep: 5, cell: func(a *app, r *live.LockRow) (string, tcell.Style) {
		return r.Request(), a.theme.text
	}, compare: func(x, y *live.LockRow) int { return strings.Compare(x.Request(), y.Request()) }},
}

// newHoldersView ranks who held rtnl_mutex by how long others waited for it.
func newHoldersView(a *app) *listView[live.LockRow] {
	return newListView(a, list[live.LockRow]{
		name:    "rtnl",
		columns: holderColumns,
		load: func(a *app) listed[live.LockRow] {
			locks := a.snap.Locks
			l := listed[live.LockRow]{
				title: "rtnl_mutex: BLAMED is how long others waited that found it held",
				rows:  locks.Rows, none: "nobody has held it yet",
			}
			if locks.Why != "" {
				l.none = locks.Why
			}
			if locks.Lost > 0 {
				l.notes = append(l.notes, fmt.Sprintf("%d processes found no room in the table", locks.Lost))
			}
			if n := len(locks.Reports); n > 0 {
				l.notes = append(l.notes, fmt.Sprintf("%d long holds and waits were reported: v", n))
			}
			return l
		},
		id: func(r *live.LockRow) any { return [...]any{*r.Proc, r.Family, r.Type} },
		open: func(v *listView[live.LockRow], r *live.LockRow) {
			v.app.push(newReportsView(v.app, r.Proc))
		},
		opens: "the long holds and waits of this process, and the waits behind it",
		detail: func(a *app, r *live.LockRow) [][]segment {
			t := &a.theme
			return [][]segment{{
				{text: r.Process(), style: t.title}, {text: r.Request(), style: t.text},
				{text: fmt.Sprintf("held %s in %d, at most %s", words.Duration(r.Hold.Sum), r.Hold.Count, words.Duration(r.Hold.Max)), style: t.text, keep: 3},
				{text: fmt.Sprintf("waited %s in %d, at most %s", words.Duration(r.Wait.Sum), r.Wait.Count, words.Duration(r.Wait.Max)), style: t.text, keep: 2},
			}}
		},
		keys: func(v *listView[live.LockRow]) []binding {
			return []binding{{"v", "the last long holds and waits, of all", "reports", func() { v.app.push(newReportsView(v.app, nil)) }}}
		},
		ask: live.Ask{Locks: true},
	})
}

var reportColumns = []column[live.LockReport]{
	{head: "TIME", width: 12, keep: 4, cell: func(a *app, r *live.LockReport) (string, tcell.Style) {
		return r.Time.Format(words.TimeOfDay[:12]), a.theme.dim
	}, compare: func(x, y *live.LockReport) int { return y.Time.Compare(x.Time) }},
	{head: "PROCESS", width: 18, cell: func(a *app, r *live.LockReport) (string, tcell.Style) {
		return words.Process(r.Proc), a.theme.strong
	}, compare: func(x, y *live.LockReport) int { return strings.Compare(x.Proc.Comm, y.Proc.Comm) }},
	{head: "WAITED", width: 8, right: true, keep: 7, cell: sufferedCell(func(r *live.LockReport) time.Duration { return r.Wait }),
		compare: func(x, y *live.LockReport) int { return cmp.Compare(y.Wait, x.Wait) }},
	{head: "HELD", width: 8, right: true, keep: 6, cell: durationCell(func(r *live.LockReport) time.Duration { return r.Hold }),
		compare: func(x, y *live.LockReport) int { return cmp.Compare(y.Hold, x.Hold) }},
	{head: "BEHIND", width: 18, keep: 5, cell: func(a *app, r *live.LockReport) (string, tcell.Style) {
		return a.cell(r.Blocker != nil, words.Process(r.Behind()), a.theme.warn)
	}, compare: func(x, y *live.LockReport) int { return strings.Compare(x.Behind().Comm, y.Behind().Comm) }},
	{head: "REQUEST", keep: 3, cell: func(a *app, r *live.LockReport) (string, tcell.Style) {
		return r.Request(), a.theme.text
	}, compare: func(x, y *live.LockReport) int { return strings.Compare(x.Request(), y.Request()) }},
}

// newReportsView lists the long holds and waits that were reported, of one
// process and of who waited behind it; nil: of all.
func newReportsView(a *app, of *aggregate.Process) *listView[live.LockReport] {
	name := "long holds and waits"
	if of != nil {
		name += " of " + words.Process(of.Proc())
	}
	return newListView(a, list[live.LockReport]{
		name:    name,
		columns: reportColumns,
		load: func(a *app) listed[live.LockReport] {
			l := listed[live.LockReport]{title: "rtnl_mutex: the last long holds and waits", none: "none was reported"}
			locks := a.snap.Locks
			if of != nil {
				l.title += " of " + words.Process(of.Proc()) + ", and behind it"
			}
			for _, r := range locks.Reports {
				is := func(p *capture.Proc) bool { return p != nil && p.PID == of.PID && p.Outside == of.Outside }
				if of == nil || is(&r.Proc) || is(r.Blocker) {
					l.rows = append(l.rows, r)
				}
			}
			if locks.Why != "" {
				l.notes = append(l.notes, locks.Why)
			}
			return l
		},
		id:    func(r *live.LockReport) any { return [...]any{r.Time, r.Proc.PID, r.Proc.TID, r.Lock} },
		open:  func(v *listView[live.LockReport], r *live.LockReport) { v.app.openReport(r) },
		opens: "open the messages of the process from that time on",
		ask:   live.Ask{Locks: true, Looking: true},
	})
}

// openReport lists the messages of who held rtnl_mutex, or waited for it, from then on; where it
// has none, as a kworker, all of that time.
func (a *app) openReport(r *live.LockReport) {
	// It is told at its end, and the request was sent a little before its begin.
	begin := r.Time.Add(-r.Wait - r.Hold - time.Millisecond)
	a.openProcess(r.Proc)
	if v, ok := a.top().(*messagesView); ok {
		v.follow, v.want = false, begin
		a.fill()
		return
	}
	a.openTime(begin)
	a.notice = words.Process(r.Proc) + " sent and got nothing: these are all messages of that time"
}

// newLocksView is the table, or the reports where there is no table.
func newLocksView(a *app) view {
	a.model.Fill(a.snap, live.Ask{Locks: true})
	if locks := &a.snap.Locks; locks.Why != "" && len(locks.Reports) > 0 {
		return newReportsView(a, nil)
	}
	return newHoldersView(a)
}

// openProcess lists the last messages of a process.
func (a *app) openProcess(p capture.Proc) {
	var ids []aggregate.RowID
	seen := make(map[aggregate.Process]bool)
	for i := range a.snap.Table.Cells {
		k := &a.snap.Table.Cells[i].Key
		if k.PID == p.PID && k.Outside == p.Outside && p.PID != 0 && !seen[k.Process] {
			seen[k.Process] = true
			ids = append(ids, aggregate.RowID{Group: aggregate.GroupProcess, Depth: 1, Key: *k}.Up(1))
		}
	}
	if len(ids) == 0 {
		a.notice = "no message of " + words.Process(p) + " was counted"
		return
	}
	a.push(newMessagesView(a, words.Process(p), ids...))
}
