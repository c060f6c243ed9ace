// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/words"
)

// commandLeast is from how much room on, in columns, a command line says something.
const commandLeast = 10

// trendHead is the head of how rates went; treeView.row writes as much as finds room.
const trendHead = "TREND"

// trend is the newest of a row's trend, in so many columns.
func (a *app) trend(r *aggregate.Row, width int) string {
	t := r.Trend[max(len(r.Trend)-max(width, 0), 0):]
	return sparkline(t, a.opt.ASCII)
}

// times is the sign between a number and what there are so many of.
func (a *app) times() string {
	if a.opt.ASCII {
		return "x"
	}
	return "×"
}

// many says how many processes a row is; "": it is none of processes with one name.
func (a *app) many(r *aggregate.Row) string {
	if r.Processes == 0 {
		return ""
	}
	return a.times() + strconv.Itoa(r.Processes)
}

// commandLine is the newest of a row of processes; "": not known, or no more than the name.
func commandLine(r *aggregate.Row) string {
	switch r.ID.Level() {
	case aggregate.LevelProcess, aggregate.LevelCrowd, aggregate.LevelCommand:
		if r.Who != nil {
			if line := r.Who.CmdLine.String(); line != r.Label {
				return line
			}
		}
	}
	return ""
}

// errorCell is the main error of a row, or what of its errors are none.
func errorCell(a *app, r *aggregate.Row) (string, tcell.Style) {
	failures := r.Failures()
	switch main := r.Errnos.Main(); {
	case failures > 0 && main.Count > 0:
		text := a.errno(main)
		if others := failures - min(main.Count, failures); others > 0 {
			text += " +" + words.Count(others)
		}
		return text, a.theme.warn
	case failures > 0:
		return words.Count(failures), a.theme.warn
	case r.Probes > 0:
		return words.Plural(int(r.Probes), "probe", "probes"), a.theme.dim
	}
	return a.cell(false, "", a.theme.dim)
}

// errno writes "6 × EINVAL".
func (a *app) errno(e aggregate.ErrnoCount) string {
	return words.Count(e.Count) + " " + a.times() + " " + words.Errno(e.Errno)
}

// errorsOf lists the errors of a row, most first; "": there are none.
func (a *app) errorsOf(r *aggregate.Row) string {
	top := slices.SortedFunc(slices.Values(r.Errnos.Top[:]), func(x, y aggregate.ErrnoCount) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), cmp.Compare(x.Errno, y.Errno))
	})
	var parts []string
	for _, e := range top {
		if e.Count > 0 {
			parts = append(parts, a.errno(e))
		}
	}
	if n := r.Errnos.Rest; n > 0 {
		parts = append(parts, words.Plural(int(n), "other error", "other errors"))
	}
	return strings.Join(parts, ", ")
}

// byCaused is who made others receive most.
func byCaused(x, y *aggregate.Row) int { return cmp.Compare(y.Caused.Events, x.Caused.Events) }
