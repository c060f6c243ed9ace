// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// columns are those of the list of exchanges.
func (v *exchangesView) columns() []*column[exchangeLine] {
	by := &exchangeOrders
	outcome := 12
	told := v.app.grid.w >= toldWidth // with what the kernel said of an error
	if told {
		outcome = 34
	}
	return []*column[exchangeLine]{
		{head: "TIME", width: 8, wide: 12, keep: 6, cell: func(a *app, l *exchangeLine) (string, tcell.Style) {
			return l.x.Time.Format(words.TimeOfDay[:v.timeWidth()]), a.theme.dim
		}},
		{head: "PROCESS", width: 16, wide: 20, keep: 9, compare: by.process, cell: func(a *app, l *exchangeLine) (string, tcell.Style) {
			return words.Process(l.x.Proc) + words.Where(l.x.Proc), a.theme.text
		}},
		{head: "OUTCOME", width: outcome, keep: 10, compare: by.outcome, cell: func(a *app, l *exchangeLine) (string, tcell.Style) {
			if told {
				return outcomeLine(a, l.worst)
			}
			return outcomeText(a, l.worst)
		}},
		{head: "LATENCY", width: 9, right: true, keep: 8, compare: by.latency, cell: func(a *app, l *exchangeLine) (string, tcell.Style) {
			return exchangeAge(a, l.x)
		}},
		{head: "KERNEL", width: 7, right: true, keep: 5, compare: by.kernel,
			cell: durationCell(func(l *exchangeLine) time.Duration { return l.x.Kernel })},
		{head: "WAITED", width: 7, right: true, keep: 3, compare: by.wait,
			cell: sufferedCell(func(l *exchangeLine) time.Duration { return waited(l.x) })},
		{head: "PARTS", width: 11, right: true, keep: 4, compare: by.parts, cell: func(a *app, l *exchangeLine) (string, tcell.Style) {
			text := a.parts(l)
			return a.cell(text != "", text, a.theme.text)
		}},
		{head: requestHead, compare: by.request, cell: func(a *app, l *exchangeLine) (string, tcell.Style) {
			return v.requestCell(l, v.summary(l)), a.theme.text
		}},
	}
}

// requestHead is the head of the column with the request in words.
const requestHead = "REQUEST"

// requestCell is that column, with what has no column of its own.
func (v *exchangesView) requestCell(l *exchangeLine, text string) string {
	if e := l.worst.Err; v.app.grid.w < toldWidth && e != nil && e.Msg != "" {
		text = decode.Quote(e.Msg) + ": " + text
	}
	if n := v.app.parts(l); n != "" && !v.shows("PARTS") {
		text = n + ": " + text
	}
	return text
}

// shows says whether a column is on the screen.
func (v *exchangesView) shows(head string) bool {
	return slices.ContainsFunc(v.shown, func(s span[exchangeLine]) bool { return s.head == head })
}

// toldWidth is from which width on the outcome has room for the words of an error.
const toldWidth = 160

func (v *exchangesView) timeWidth() int {
	if v.app.grid.w >= wideScreen {
		return 12
	}
	return 8
}

// waited is how long the send waited for others: for rtnl_mutex, other locks, a module.
func waited(x *correlate.Exchange) time.Duration {
	if p, split := x.Parts(); split {
		return p.Module + p.RTNL + p.RCU + p.Locks
	}
	d := x.Lock.Wait
	if w := x.Waits; w != nil {
		d += w.Loading
	}
	return d
}

// parts says of how many the line consists; "": of one request and its answer.
func (a *app) parts(l *exchangeLine) string {
	switch n := 1 + len(l.rest.List) + l.rest.More; {
	case n > 1 && a.opt.ASCII:
		return "x" + words.Grouped(uint64(n))
	case n > 1:
		return "×" + words.Grouped(uint64(n))
	case l.x.Replies > 1:
		return words.Grouped(uint64(l.x.Replies)) + " replies"
	}
	return ""
}

// summary is the request in words: a command, or its type and what tells it from others; of
// several, what they are. It is worked out once.
func (v *exchangesView) summary(l *exchangeLine) string {
	if l.waits == 0 {
		if s, ok := v.info[l.seq]; ok {
			return s
		}
	}
	s := requestWords(v.app, v.app.snap, l)
	if l.waits == 0 {
		v.info[l.seq] = s
	}
	return s
}

// orderOf sorts lines and returns their places.
func orderOf[T any](lines []*T, compare func(x, y *T) int, reverse bool) []int {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = len(order) - 1 - i // the newest first
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(lines[a], lines[b]) })
	if reverse {
		slices.Reverse(order)
	}
	return order
}
