// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strconv"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/export"
)

// column is one of the tree view. keep orders them by how long they stay when
// the screen is narrow; the name always stays.
type column struct {
	id    aggregate.Column
	width int
	keep  int
	cell  func(a *app, r *aggregate.Row) (string, tcell.Style)
}

// columns stand in this order. Widths hold what text.go writes.
var columns = []column{
	{aggregate.ColumnPID, 7, 14, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return number(r, uint64(r.ID.Key.PID)), a.theme.dim
	}},
	{aggregate.ColumnPortID, 10, 9, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return number(r, uint64(r.PortID)), a.theme.dim
	}},
	{aggregate.ColumnNetNS, 10, 8, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return number(r, r.NetNS), a.theme.dim
	}},
	{aggregate.ColumnOutRate, 6, 16, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.OutRate != 0, rate(r.OutRate), a.theme.live)
	}},
	{aggregate.ColumnInRate, 6, 15, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.InRate != 0, rate(r.InRate), a.theme.live)
	}},
	{aggregate.ColumnOutByteRate, 7, 6, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.OutByteRate != 0, size(r.OutByteRate), a.theme.live)
	}},
	{aggregate.ColumnInByteRate, 7, 5, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.InByteRate != 0, size(r.InByteRate), a.theme.live)
	}},
	{aggregate.ColumnMessages, 8, 13, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Messages() != 0, count(r.Messages()), a.theme.text)
	}},
	{aggregate.ColumnBytes, 6, 2, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Bytes() != 0, size(float64(r.Bytes())), a.theme.text)
	}},
	{aggregate.ColumnErrors, 6, 12, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Errors != 0, count(r.Errors), a.theme.warn)
	}},
	{aggregate.ColumnDrops, 6, 11, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Drops != 0, count(r.Drops), a.theme.bad)
	}},
	{aggregate.ColumnNobufs, 7, 10, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Nobufs() != 0, count(r.Nobufs()), a.theme.bad)
	}},
	{aggregate.ColumnLatency, 7, 7, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Latency.Count != 0, export.Duration(r.Latency.Mean()), a.theme.text)
	}},
	{aggregate.ColumnP99, 7, 3, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Latency.Count != 0, export.Duration(r.Times.Quantile(0.99)), a.theme.text)
	}},
	{aggregate.ColumnLatencyMax, 7, 1, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.cell(r.Latency.Count != 0, export.Duration(r.Latency.Max), a.theme.text)
	}},
	{aggregate.ColumnLast, 5, 4, func(a *app, r *aggregate.Row) (string, tcell.Style) {
		return a.since(r.Seen), a.theme.dim
	}},
}

// number writes an identifier of a process or socket; the rows inside do not
// repeat it. 0 is unknown.
func number(r *aggregate.Row, n uint64) string {
	if l := r.ID.Level(); n == 0 || l != aggregate.LevelProcess && l != aggregate.LevelSocket {
		return ""
	}
	return strconv.FormatUint(n, 10)
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

// layout chooses the columns for a width, and returns what is left for names.
// Columns that say nothing in this grouping are left out.
func layout(width int, g aggregate.Group) (cols []column, name int) {
	least := nameLeast(width)
	name = width - 1
	chosen := make([]bool, len(columns))
	for keep := 16; keep > 0; keep-- {
		for i, c := range columns {
			if c.keep != keep || !applies(c.id, g) {
				continue
			}
			if name-c.width-1 < least {
				keep = 0 // what matters less than this does not slip in
				break
			}
			chosen[i] = true
			name -= c.width + 1
		}
	}
	for i, c := range columns {
		if chosen[i] {
			cols = append(cols, c)
		}
	}
	return cols, name
}

func applies(c aggregate.Column, g aggregate.Group) bool {
	switch c {
	case aggregate.ColumnPID:
		return g != aggregate.GroupCommand
	case aggregate.ColumnPortID, aggregate.ColumnNetNS:
		return g == aggregate.GroupSocket
	}
	return true
}
