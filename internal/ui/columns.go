// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strconv"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// treeColumn is one of the tree. Where there is no room for all, keep says which stay in
// the set "traffic", in steps of ten, so that a new one finds a number between two; times
// and places come before it in the sets of these names (0: they do not). when says where
// the column has something to tell; nil: always. A column that comes and goes with what is
// seen takes its room from the name alone, beside which it stands: the others do not move.
type treeColumn struct {
	column        rowColumn
	times, places int
	when          func(l *treeLayout) bool
	comes         func(l *treeLayout) bool // nil: it does not come and go
}

type rowColumn = column[aggregate.Row]

// treeLayout is what the choice of columns depends on, beside the width.
type treeLayout struct {
	group aggregate.Group
	set   columnSet
	has   has
}

// treeColumns stand in this order behind the name. Widths hold what package words writes.
var treeColumns = []treeColumn{
	{column: rowColumn{
		head: "CONTAINER", width: 18, keep: 160, compare: aggregate.ByContainer,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return where(r, r.Container()), a.theme.text
		},
	}, places: 3, when: func(l *treeLayout) bool {
		return l.group != aggregate.GroupContainer && l.set == setPlaces
	}, comes: func(l *treeLayout) bool { return l.group != aggregate.GroupContainer && l.has.container }},
	{column: rowColumn{
		head: "UNIT", width: 18, keep: 70, compare: aggregate.ByUnit,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return where(r, r.UnitName()), a.theme.text
		},
	}, places: 2, when: func(l *treeLayout) bool {
		return l.group != aggregate.GroupUnit && l.set == setPlaces
	}, comes: func(l *treeLayout) bool { return l.group != aggregate.GroupUnit && l.has.unit }},
	{column: rowColumn{
		head: "NETNS", width: 10, right: true, keep: 150, compare: aggregate.ByNetNS,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return where(r, r.NetNSText()), a.theme.dim
		},
	}, places: 1, when: func(l *treeLayout) bool {
		return l.group == aggregate.GroupSocket || l.group != aggregate.GroupNetNS && l.set == setPlaces
	}, comes: func(l *treeLayout) bool { return l.group != aggregate.GroupNetNS && l.has.netns }},
	{column: rowColumn{
		head: "PID", width: 7, right: true, keep: 210, compare: aggregate.ByPID,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return number(r, uint64(r.ID.Key.PID)), a.theme.dim
		},
	}, places: 6, when: func(l *treeLayout) bool { return l.group != aggregate.GroupCommand }},
	{column: rowColumn{
		head: "PORTID", width: 10, right: true, keep: 228, compare: aggregate.ByPortID,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return number(r, uint64(r.PortID)), a.theme.dim
		},
	}, when: func(l *treeLayout) bool { return l.group == aggregate.GroupSocket }},
	{column: rowColumn{
		head: trendHead, width: 8, wide: aggregate.TrendSlots, right: true, keep: 220, compare: aggregate.ByRate,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.trend(r, aggregate.TrendSlots), a.theme.live
		},
	}},
	{column: rowColumn{
		head: "OUT/s", width: 6, right: true, keep: 250, compare: aggregate.ByOutRate,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.OutRate != 0, words.Rate(r.OutRate), a.theme.out)
		},
	}, times: 9, places: 5},
	{column: rowColumn{
		head: "IN/s", width: 6, right: true, keep: 240, compare: aggregate.ByInRate,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.InRate != 0, words.Rate(r.InRate), a.theme.in)
		},
	}, places: 4},
	{column: rowColumn{
		head: "OUT B/s", width: 7, right: true, keep: 140, compare: aggregate.ByOutByteRate,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.OutByteRate != 0, words.Short(r.OutByteRate), a.theme.out)
		},
	}},
	{column: rowColumn{
		head: "IN B/s", width: 7, right: true, keep: 130, compare: aggregate.ByInByteRate,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.InByteRate != 0, words.Short(r.InByteRate), a.theme.in)
		},
	}},
	{column: rowColumn{
		head: "MESSAGES", width: 8, right: true, keep: 205, compare: aggregate.ByMessages,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Messages() != 0, words.Count(r.Messages()), a.theme.text)
		},
	}},
	{column: rowColumn{
		head: "BYTES", width: 6, right: true, keep: 90, compare: aggregate.ByBytes,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Bytes() != 0, words.Short(float64(r.Bytes())), a.theme.text)
		},
	}},
	{column: rowColumn{
		head: "ERRORS", width: 13, wide: 16, keep: 230, compare: aggregate.ByErrors, cell: errorCell,
	}},
	{column: rowColumn{
		head: "DROPS", width: 6, right: true, keep: 225, compare: aggregate.ByDrops,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Drops != 0, words.Count(r.Drops), a.theme.bad)
		},
	}, when: func(l *treeLayout) bool { return l.has.losses }},
	{column: rowColumn{
		head: "ENOBUFS", width: 7, right: true, keep: 190, compare: aggregate.ByNobufs,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Nobufs() != 0, words.Count(r.Nobufs()), a.theme.bad)
		},
	}},
	{column: rowColumn{
		head: "CAUSED", width: 6, right: true, keep: 212, compare: byCaused,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			st := a.theme.text
			if r.Caused.Lost > 0 {
				st = a.theme.bad
			}
			return a.cell(r.Caused.Events != 0, words.Count(r.Caused.Events), st)
		},
	}, when: func(l *treeLayout) bool { return l.has.causes }},
	{column: rowColumn{
		head: "LATENCY", width: 7, right: true, keep: 170, compare: aggregate.ByLatency,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Latency.Count != 0, words.Duration(r.Latency.Mean()), a.theme.text)
		},
	}, times: 4},
	{column: rowColumn{
		head: "P50", width: 7, right: true, keep: 60, compare: aggregate.ByQuantile(0.5),
		cell: quantileCell(0.5),
	}, times: 5},
	{column: rowColumn{
		head: "P90", width: 7, right: true, keep: 50, compare: aggregate.ByQuantile(0.9),
		cell: quantileCell(0.9),
	}, times: 3},
	{column: rowColumn{
		head: "P99", width: 7, right: true, keep: 215, compare: aggregate.ByQuantile(0.99),
		cell: quantileCell(0.99),
	}, times: 8},
	{column: rowColumn{
		head: "MAX", width: 7, right: true, keep: 80, compare: aggregate.ByLatencyMax,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Latency.Count != 0, words.Duration(r.Latency.Max), a.theme.text)
		},
	}, times: 7},
	{column: rowColumn{
		head: "KERNEL", width: 7, right: true, keep: 100, compare: aggregate.ByKernel,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Kernel.Count != 0, words.Duration(r.Kernel.Sum), a.theme.text)
		},
	}, times: 6},
	{column: rowColumn{
		head: "KRN P50", width: 7, right: true, keep: 20, compare: aggregate.ByKernelQuantile(0.5),
		cell: kernelCell(0.5),
	}, when: hasKernel},
	{column: rowColumn{
		head: "KRN P90", width: 7, right: true, keep: 10, compare: aggregate.ByKernelQuantile(0.9),
		cell: kernelCell(0.9),
	}, when: hasKernel},
	{column: rowColumn{
		head: "KRN P99", width: 7, right: true, keep: 40, compare: aggregate.ByKernelQuantile(0.99),
		cell: kernelCell(0.99),
	}, times: 2, when: hasKernel},
	{column: rowColumn{
		head: "KRN MAX", width: 7, right: true, keep: 30, compare: aggregate.ByKernelMax,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.cell(r.Kernel.Count != 0, words.Duration(r.Kernel.Max), a.theme.text)
		},
	}, times: 1, when: hasKernel},
	{column: rowColumn{
		head: "LAST", width: 5, right: true, keep: 120, compare: aggregate.ByLast,
		cell: func(a *app, r *aggregate.Row) (string, tcell.Style) {
			return a.since(r.Seen), a.theme.dim
		},
	}},
}

// columnSet says which columns matter most, where there is no room for all.
type columnSet uint8

const (
	setTraffic columnSet = iota
	setTimes
	setPlaces
)

// setFirst is above every keep.
const setFirst = 1000

// sets are their names.
var sets = [...]string{setTraffic: "traffic", setTimes: "times", setPlaces: "places"}

// nameColumn is that of the rows' names; treeView.row writes it.
var nameColumn = &rowColumn{head: "NAME", compare: aggregate.ByName}

func hasKernel(l *treeLayout) bool { return l.has.kernel }

// columns chooses those for a width, the name first.
func (l *treeLayout) columns(f fitting) []span[aggregate.Row] {
	columns := []*rowColumn{nameColumn}
	keep := map[*rowColumn]int{}
	var coming []*rowColumn
	for i := range treeColumns {
		c := &treeColumns[i]
		if c.when != nil && !c.when(l) {
			if c.comes != nil && c.comes(l) {
				coming = append(coming, &c.column)
			}
			continue
		}
		columns = append(columns, &c.column)
		keep[&c.column] = c.column.keep
		switch {
		case c.column.head == "ENOBUFS" && !l.has.losses:
			keep[&c.column] = 225 // as DROPS
		case c.column.head == "NETNS" && l.group == aggregate.GroupSocket:
			keep[&c.column] = 227
		}
		if first := [...]int{setTimes: c.times, setPlaces: c.places}[l.set]; first > 0 {
			keep[&c.column] = first + setFirst
		}
	}
	f.gap, f.least = 1, l.nameLeast(f.width)-1
	spans := fitColumns(columns, func(c *rowColumn) int { return keep[c] }, f)
	return addComing(spans, coming, f)
}

// addComing gives columns room that the name has to spare, those that matter most first.
func addComing(spans []span[aggregate.Row], coming []*rowColumn, f fitting) []span[aggregate.Row] {
	room := spans[0].end - spans[0].x - nameFloor
	chosen := make(map[*rowColumn]bool)
	for _, c := range slices.SortedFunc(slices.Values(coming), func(a, b *rowColumn) int { return b.keep - a.keep }) {
		if room -= c.at(f.width) + f.gap; room < 0 {
			break
		}
		chosen[c] = true
	}
	shown := []*rowColumn{spans[0].column}
	for _, c := range coming {
		if chosen[c] {
			shown = append(shown, c)
		}
	}
	for _, s := range spans[1:] {
		shown = append(shown, s.column)
	}
	return spread(shown, f)
}

// number writes an identifier of a process or socket; the rows inside do not
// repeat it. 0 is unknown.
func number(r *aggregate.Row, n uint64) string {
	if l := r.ID.Level(); n == 0 || l != aggregate.LevelProcess && l != aggregate.LevelSocket {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// where writes where a row ran; families and types inside of one do not repeat
// it.
func where(r *aggregate.Row, text string) string {
	switch r.ID.Level() {
	case aggregate.LevelFamily, aggregate.LevelType:
		if r.ID.Depth > 1 && r.ID.Group != aggregate.GroupFamily {
			return ""
		}
	}
	return text
}

func quantileCell(q float64) func(a *app, r *aggregate.Row) (string, tcell.Style) {
	return func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Latency.Count != 0, words.Duration(r.Times.Quantile(q)), a.theme.text)
	}
}

func kernelCell(q float64) func(a *app, r *aggregate.Row) (string, tcell.Style) {
	return func(a *app, r *aggregate.Row) (string, tcell.Style) {
		d, ok := aggregate.KernelQuantile(&r.Counters, &r.KernelTimes, q)
		return a.cell(ok, words.Duration(d), a.theme.text)
	}
}

// cell is what a column shows: text in st, or a dot where there is nothing, so
// that the eye finds what there is.
func (a *app) cell(something bool, text string, st tcell.Style) (string, tcell.Style) {
	switch {
	case something:
		return text, st
	case a.opt.ASCII:
		return ".", a.theme.dim
	}
	return "·", a.theme.dim
}

// nameLeast is what a screen of this width leaves for names: the wider it is, the less is
// gained by one more column, and the more by a command line behind the name.
func (l *treeLayout) nameLeast(width int) int {
	bare := !slices.ContainsFunc(l.group.Levels(), func(of aggregate.Level) bool {
		return of == aggregate.LevelProcess || of == aggregate.LevelCommand
	})
	switch {
	case width < 100:
		return nameFloor
	case width < 120 || bare:
		return 28
	case width < 140:
		return 40
	case width < 160:
		return 52
	}
	return 60
}

// nameFloor is what the name has at least.
const nameFloor = 20

// has says what there is to tell: where something ran, what a source can tell.
type has struct{ container, unit, netns, kernel, losses, causes bool }

func hasOf(snap *live.Snapshot) (p has) {
	s := &snap.Table
	sees := func(facts capture.Sees) bool {
		return slices.ContainsFunc(snap.Info.Of(), func(i capture.Info) bool { return i.Sees&facts != 0 })
	}
	p.kernel = sees(capture.SeesProcesses) && !snap.CountsOnly || s.KernelTimes.Count() > 0
	p.losses = sees(capture.SeesLosses) || s.Total.Drops > 0
	p.causes = sees(capture.SeesCauses) || len(s.Causes) > 0
	for i := range s.Cells {
		c := &s.Cells[i]
		p.container = p.container || c.Container != ""
		p.unit = p.unit || c.Unit != ""
		p.netns = p.netns || !ownNetNS(c.NetNSName) || c.NetNS != 0 && c.NetNS != s.Cells[0].NetNS
	}
	return p
}

// ownNetNS says whether a network namespace goes without saying: it has no name,
// or is that of the host or of nltop.
func ownNetNS(name string) bool { return name == "" || name == "host" || name == "current" }
