// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strconv"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/words"
)

// column is one of the tree view.
type column struct {
	id    aggregate.Column
	width int
	left  bool // text
	cell  func(a *app, r *aggregate.Row) (string, tcell.Style)
}

// columns stand in this order. Widths hold what text.go writes.
var columns = []column{
	{aggregate.ColumnPID, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return number(r, uint64(r.ID.Key.PID)), a.theme.dim
	}},
	{aggregate.ColumnPortID, 10, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return number(r, uint64(r.PortID)), a.theme.dim
	}},
	{aggregate.ColumnContainer, 18, true, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return where(r, r.Container()), a.theme.text
	}},
	{aggregate.ColumnUnit, 18, true, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return where(r, r.UnitName()), a.theme.text
	}},
	{aggregate.ColumnNetNS, 10, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return where(r, r.NetNSText()), a.theme.dim
	}},
	{aggregate.ColumnOutRate, 6, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.OutRate != 0, words.Rate(r.OutRate), a.theme.live)
	}},
	{aggregate.ColumnInRate, 6, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.InRate != 0, words.Rate(r.InRate), a.theme.live)
	}},
	{aggregate.ColumnOutByteRate, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.OutByteRate != 0, words.Short(r.OutByteRate), a.theme.live)
	}},
	{aggregate.ColumnInByteRate, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.InByteRate != 0, words.Short(r.InByteRate), a.theme.live)
	}},
	{aggregate.ColumnMessages, 8, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Messages() != 0, words.Count(r.Messages()), a.theme.text)
	}},
	{aggregate.ColumnBytes, 6, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Bytes() != 0, words.Short(float64(r.Bytes())), a.theme.text)
	}},
	{aggregate.ColumnErrors, 6, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Errors != 0, words.Count(r.Errors), a.theme.warn)
	}},
	{aggregate.ColumnDrops, 6, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Drops != 0, words.Count(r.Drops), a.theme.bad)
	}},
	{aggregate.ColumnNobufs, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Nobufs() != 0, words.Count(r.Nobufs()), a.theme.bad)
	}},
	{aggregate.ColumnLatency, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Latency.Count != 0, words.Duration(r.Latency.Mean()), a.theme.text)
	}},
	{aggregate.ColumnP50, 7, false, quantileCell(0.5)},
	{aggregate.ColumnP90, 7, false, quantileCell(0.9)},
	{aggregate.ColumnP99, 7, false, quantileCell(0.99)},
	{aggregate.ColumnLatencyMax, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Latency.Count != 0, words.Duration(r.Latency.Max), a.theme.text)
	}},
	{aggregate.ColumnKernel, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Kernel.Count != 0, words.Duration(r.Kernel.Sum), a.theme.text)
	}},
	{aggregate.ColumnKernelP50, 7, false, kernelCell(0.5)},
	{aggregate.ColumnKernelP90, 7, false, kernelCell(0.9)},
	{aggregate.ColumnKernelP99, 7, false, kernelCell(0.99)},
	{aggregate.ColumnKernelMax, 7, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Kernel.Count != 0, words.Duration(r.Kernel.Max), a.theme.text)
	}},
	{aggregate.ColumnLast, 5, false, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.since(r.Seen), a.theme.dim
	}},
}

// columnSet says which columns matter most, where there is no room for all.
type columnSet uint8

const (
	setTraffic columnSet = iota
	setTimes
	setPlaces
)

// sets order the columns by how long they stay as the screen gets narrower. The
// name always stays, and every set ends as setTraffic does.
var sets = [...]struct {
	name  string
	order []aggregate.Column
}{
	setTraffic: {"traffic", []aggregate.Column{
		aggregate.ColumnOutRate, aggregate.ColumnInRate, aggregate.ColumnPID, aggregate.ColumnMessages,
		aggregate.ColumnErrors, aggregate.ColumnDrops, aggregate.ColumnNobufs, aggregate.ColumnPortID,
		aggregate.ColumnLatency, aggregate.ColumnContainer, aggregate.ColumnNetNS,
		aggregate.ColumnOutByteRate, aggregate.ColumnInByteRate, aggregate.ColumnLast, aggregate.ColumnP99,
		aggregate.ColumnKernel, aggregate.ColumnBytes, aggregate.ColumnLatencyMax, aggregate.ColumnUnit,
		aggregate.ColumnP50, aggregate.ColumnP90, aggregate.ColumnKernelP99, aggregate.ColumnKernelMax,
		aggregate.ColumnKernelP50, aggregate.ColumnKernelP90,
	}},
	setTimes: {"times", []aggregate.Column{
		aggregate.ColumnOutRate, aggregate.ColumnP99, aggregate.ColumnLatencyMax, aggregate.ColumnKernel,
		aggregate.ColumnP50, aggregate.ColumnLatency, aggregate.ColumnP90, aggregate.ColumnKernelP99, aggregate.ColumnKernelMax,
	}},
	setPlaces: {"places", []aggregate.Column{
		aggregate.ColumnPID, aggregate.ColumnOutRate, aggregate.ColumnInRate,
		aggregate.ColumnContainer, aggregate.ColumnUnit, aggregate.ColumnNetNS,
	}},
}

// order lists all columns, those that stay longest first.
func (s columnSet) order() []aggregate.Column {
	order := slices.Clone(sets[s].order)
	for _, c := range sets[setTraffic].order {
		if !slices.Contains(order, c) {
			order = append(order, c)
		}
	}
	return order
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

// nameLeast is what a screen of this width leaves for names: the wider it is,
// the less is gained by one more column.
func nameLeast(width int) int {
	switch {
	case width < 80:
		return 20
	case width < 100:
		return 24
	}
	return 28
}

// places says which columns about where something ran have something to tell, and
// whether those about the kernel's times have.
type places struct{ container, unit, netns, kernel bool }

func placesOf(s *aggregate.Snapshot) (p places) {
	p.kernel = s.KernelTimes.Count() > 0
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

// layout chooses the columns for a width, and returns what is left for names.
// Columns that say nothing in this grouping are left out.
func layout(width int, g aggregate.Group, set columnSet, p places) (cols []column, name int) {
	least := nameLeast(width)
	name = width - 1
	chosen := make(map[aggregate.Column]bool)
	for _, id := range set.order() {
		if !applies(id, g, set, p) {
			continue
		}
		i := slices.IndexFunc(columns, func(c column) bool { return c.id == id })
		if name-columns[i].width-1 < least {
			break // what matters less than this does not slip in
		}
		chosen[id] = true
		name -= columns[i].width + 1
	}
	for _, c := range columns {
		if chosen[c.id] {
			cols = append(cols, c)
		}
	}
	return cols, name
}

func applies(c aggregate.Column, g aggregate.Group, set columnSet, p places) bool {
	asked := set == setPlaces
	switch c {
	case aggregate.ColumnPID:
		return g != aggregate.GroupCommand
	case aggregate.ColumnPortID:
		return g == aggregate.GroupSocket
	case aggregate.ColumnContainer:
		return g != aggregate.GroupContainer && (asked || p.container)
	case aggregate.ColumnUnit:
		return g != aggregate.GroupUnit && (asked || p.unit)
	case aggregate.ColumnNetNS:
		return g == aggregate.GroupSocket || g != aggregate.GroupNetNS && (asked || p.netns)
	case aggregate.ColumnKernelP50, aggregate.ColumnKernelP90, aggregate.ColumnKernelP99, aggregate.ColumnKernelMax:
		return p.kernel
	}
	return true
}
