// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// StatTable prints the rows of a table and their total. What was not measured is "-",
// and so is what info says that nobody could see. Where it is wider than width columns,
// what matters least is left out; 0: as wide as it gets.
func StatTable(w io.Writer, rows []live.Row, info *capture.Info, width int) error {
	t := statTable{total: live.Total(rows), sees: info.Sees}
	all := make([]*live.Row, 0, len(rows)+1)
	for i := range rows {
		all = append(all, &rows[i])
	}
	return writeColumns(w, statColumns, &t, append(all, t.total), width)
}

// statTable is what the cells of all rows depend on.
type statTable struct {
	total *live.Row
	sees  capture.Sees
}

// column is one of a table of R, all of which have T in common.
type column[T, R any] struct {
	head string
	// leaves: on a narrow screen, 1 first; 0 stays.
	leaves int
	cell   func(t *T, r *R) string
}

var statColumns = []column[statTable, live.Row]{
	{"%KERNEL", 1, func(t *statTable, r *live.Row) string {
		if r.Kernel.Count == 0 {
			return "-"
		}
		return fmt.Sprintf("%.1f", 100*float64(r.Kernel.Sum)/float64(max(t.total.Kernel.Sum, 1)))
	}},
	{"KERNEL", 9, func(_ *statTable, r *live.Row) string {
		if r.Kernel.Count == 0 {
			return "-"
		}
		return words.Duration(r.Kernel.Sum)
	}},
	{"REQUESTS", 0, func(_ *statTable, r *live.Row) string { return kindOf(r, r.Requests) }},
	{"REPLIES", 0, func(_ *statTable, r *live.Row) string { return kindOf(r, r.Replies) }},
	{"EVENTS", 0, func(_ *statTable, r *live.Row) string { return kindOf(r, r.Events) }},
	{"MESSAGES", 3, func(_ *statTable, r *live.Row) string { return strconv.FormatUint(r.Messages, 10) }},
	{"ERRORS", 10, func(_ *statTable, r *live.Row) string { return strconv.FormatUint(r.Failures(), 10) }},
	{"BYTES", 8, func(_ *statTable, r *live.Row) string { return strconv.FormatUint(r.Bytes, 10) }},
	{"DROPS", 7, func(t *statTable, r *live.Row) string { return t.lost(r.Drops, capture.SeesLosses) }},
	{"ENOBUFS", 4, func(t *statTable, r *live.Row) string {
		return t.lost(r.Nobufs(), capture.SeesNobufs|capture.SeesNobufsRead)
	}},
	{"P50", 5, func(_ *statTable, r *live.Row) string { return measured(r, r.P50) }},
	{"P90", 2, func(_ *statTable, r *live.Row) string { return measured(r, r.P90) }},
	{"P99", 11, func(_ *statTable, r *live.Row) string { return measured(r, r.P99) }},
	{"MAX", 6, func(_ *statTable, r *live.Row) string { return measured(r, r.Latency.Max) }},
	{"FAMILY", 12, func(t *statTable, r *live.Row) string {
		if r == t.total {
			return "-" // TYPE says it, which stays
		}
		return cmp.Or(decode.Quote(r.Family), "-")
	}},
	{"TYPE", 0, func(t *statTable, r *live.Row) string {
		if r == t.total {
			return "total"
		}
		return cmp.Or(decode.Quote(r.Type), "-")
	}},
	{"PROCESS", 0, func(_ *statTable, r *live.Row) string { return r.Process() }},
}

// kindOf is how many messages were of one kind: "-" where not one kind is known of any.
func kindOf(r *live.Row, n uint64) string {
	if r.Messages > 0 && r.Requests+r.Replies+r.Events+r.Peers == 0 {
		return "-"
	}
	return strconv.FormatUint(n, 10)
}

func measured(r *live.Row, d time.Duration) string {
	if r.Latency.Count == 0 {
		return "-"
	}
	return words.Duration(d)
}

func (t *statTable) lost(n uint64, facts capture.Sees) string {
	if n == 0 && t.sees&facts == 0 {
		return "-"
	}
	return strconv.FormatUint(n, 10)
}

// gap is between two columns.
const gap = 2

// writeColumns prints a table, without the columns that have to leave for it to be no
// wider than width; 0: all stay. Those that say nothing leave first.
func writeColumns[T, R any](w io.Writer, columns []column[T, R], t *T, rows []*R, width int) error {
	cells := make([][]string, len(columns))
	wide, leaves := make([]int, len(columns)), make([]int, len(columns))
	total := -gap
	for i, c := range columns {
		cells[i] = append(cells[i], c.head)
		for _, r := range rows {
			cells[i] = append(cells[i], c.cell(t, r))
		}
		for _, s := range cells[i] {
			wide[i] = max(wide[i], utf8.RuneCountInString(s))
		}
		leaves[i] = c.leaves
		if !slices.ContainsFunc(cells[i][1:], func(s string) bool { return s != "-" }) {
			leaves[i] = -1
		}
		total += wide[i] + gap
	}
	gone := make([]bool, len(columns))
	for width > 0 && total > width {
		next := -1
		for i, n := range leaves {
			if !gone[i] && n != 0 && (next < 0 || n < leaves[next]) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		gone[next], total = true, total-wide[next]-gap
	}
	last := len(columns) - 1
	for last > 0 && gone[last] {
		last--
	}
	for line := range len(rows) + 1 {
		var b []byte
		for i := range columns {
			if gone[i] {
				continue
			}
			s := cells[i][line]
			b = append(b, s...)
			if i < last {
				b = append(b, slices.Repeat([]byte{' '}, wide[i]-utf8.RuneCountInString(s)+gap)...)
			}
		}
		if _, err := w.Write(append(b, '\n')); err != nil {
			return err
		}
	}
	return nil
}
