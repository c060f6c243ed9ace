// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// familyRow is a family that was talked in, or a protocol on which somebody waits for
// events.
type familyRow struct {
	aggregate.Row
	// Of its protocol: sockets that joined a group, and the groups, in order. Which
	// family of generic netlink a group is of only the kernel knows.
	protocol  uint16
	listeners int
	groups    []uint32
}

var familyColumns = []column[familyRow]{
	{head: "FAMILY", width: 20, cell: func(a *app, r *familyRow) (string, tcell.Style) {
		return r.Label, a.theme.family
	}, compare: func(x, y *familyRow) int { return strings.Compare(x.Label, y.Label) }},
	{head: "OUT/s", width: 6, right: true, keep: 8, cell: func(a *app, r *familyRow) (string, tcell.Style) {
		return a.cell(r.OutRate != 0, words.Rate(r.OutRate), a.theme.live)
	}, compare: func(x, y *familyRow) int { return cmp.Compare(y.OutRate, x.OutRate) }},
	{head: "IN/s", width: 6, right: true, keep: 7, cell: func(a *app, r *familyRow) (string, tcell.Style) {
		return a.cell(r.InRate != 0, words.Rate(r.InRate), a.theme.live)
	}, compare: func(x, y *familyRow) int { return cmp.Compare(y.InRate, x.InRate) }},
	{head: "REQUESTS", width: 8, right: true, keep: 4, cell: countCell(func(r *familyRow) uint64 { return r.Requests }),
		compare: func(x, y *familyRow) int { return cmp.Compare(y.Requests, x.Requests) }},
	{head: "REPLIES", width: 7, right: true, keep: 3, cell: countCell(func(r *familyRow) uint64 { return r.Replies }),
		compare: func(x, y *familyRow) int { return cmp.Compare(y.Replies, x.Replies) }},
	{head: "EVENTS", width: 7, right: true, keep: 5, cell: countCell(func(r *familyRow) uint64 { return r.Events }),
		compare: func(x, y *familyRow) int { return cmp.Compare(y.Events, x.Events) }},
	{head: "ERRORS", width: 6, right: true, keep: 9, cell: func(a *app, r *familyRow) (string, tcell.Style) {
		return a.cell(r.Failures() > 0, words.Count(r.Failures()), a.theme.warn)
	}, compare: func(x, y *familyRow) int { return cmp.Compare(y.Failures(), x.Failures()) }},
	{head: "DROPS", width: 6, right: true, keep: 10, cell: func(a *app, r *familyRow) (string, tcell.Style) {
		return a.cell(r.Drops > 0, words.Count(r.Drops), a.theme.bad)
	}, compare: func(x, y *familyRow) int { return cmp.Compare(y.Drops, x.Drops) }},
	{head: "LISTENERS", width: 9, right: true, keep: 6, cell: countCell(func(r *familyRow) uint64 { return uint64(r.listeners) }),
		compare: func(x, y *familyRow) int { return cmp.Compare(y.listeners, x.listeners) }},
	{head: "GROUPS", keep: 2, cell: func(a *app, r *familyRow) (string, tcell.Style) {
		return words.Groups(r.protocol, r.groups, a.opt.GroupName), a.theme.dim
	}},
}

func countCell[T any](of func(x *T) uint64) func(a *app, x *T) (string, tcell.Style) {
	return func(a *app, x *T) (string, tcell.Style) {
		return a.cell(of(x) > 0, words.Count(of(x)), a.theme.text)
	}
}

// newFamiliesView lists the families, those with most messages first, and who waits for
// their events.
func newFamiliesView(a *app) *listView[familyRow] {
	return newListView(a, list[familyRow]{
		name:    "families",
		columns: familyColumns,
		load: func(a *app) listed[familyRow] {
			l := listed[familyRow]{rows: familyRows(a), none: "no message yet, and nobody listens"}
			l.title = words.Plural(len(l.rows), "family", "families") + " seen; LISTENERS and GROUPS of its protocol, of the sockets that o lists"
			info := &a.snap.Info
			l.notes = append(l.notes, info.DoesNotSeeAny(
				capture.Unseen{Facts: capture.SeesRequests, What: "requests"},
				capture.Unseen{Facts: capture.SeesLosses, What: "what sockets lose"})...)
			return l
		},
		id: func(r *familyRow) any { return r.ID },
		open: func(v *listView[familyRow], r *familyRow) {
			if r.Messages() == 0 {
				v.app.notice = "no message of " + r.Label + " was seen; who listens: o"
				return
			}
			v.app.push(newMessagesView(v.app, r.Label, r.ID))
		},
		opens: "open the messages of the family",
		ask:   live.Ask{Sockets: true},
	})
}

func familyRows(a *app) []familyRow {
	protocol := make(map[string]uint16) // of each family, as rows name them
	for i := range a.snap.Table.Cells {
		c := &a.snap.Table.Cells[i]
		protocol[c.FamilyLabel()] = c.Protocol
	}
	listeners, groups := make(map[uint16]int), make(map[uint16][]uint32)
	for i := range a.snap.Sockets.List {
		if s := &a.snap.Sockets.List[i]; len(s.Groups) > 0 && !s.Kernel {
			listeners[s.Protocol]++
			groups[s.Protocol] = append(groups[s.Protocol], s.Groups...)
		}
	}
	for p := range groups {
		slices.Sort(groups[p])
		groups[p] = slices.Compact(groups[p])
	}
	var rows []familyRow
	talked := make(map[uint16]bool)
	for _, r := range a.snap.Table.Tree(aggregate.Query{Group: aggregate.GroupFamily, By: aggregate.ByMessages}) {
		row := familyRow{Row: *r}
		if p, ok := protocol[r.Label]; ok && r.ID.Level() == aggregate.LevelFamily {
			row.protocol, row.listeners, row.groups = p, listeners[p], groups[p]
			talked[p] = true
		}
		rows = append(rows, row)
	}
	for _, p := range slices.Sorted(maps.Keys(listeners)) {
		if talked[p] {
			continue
		}
		r := familyRow{protocol: p, listeners: listeners[p], groups: groups[p]}
		r.Label = strings.ToLower(capture.ShortName(p))
		r.ID = aggregate.RowID{Group: aggregate.GroupFamily, Depth: 1}
		r.ID.Key.Family = r.Label
		rows = append(rows, r)
	}
	return rows
}
