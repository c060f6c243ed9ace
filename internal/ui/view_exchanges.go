// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// stuck is from when on a request that waits is a bad sign: no handler of the
// kernel takes that long.
const stuck = time.Second

var exchangeColumns = []column[correlate.Exchange]{
	{head: "TIME", width: 12, keep: 5, cell: func(a *app, x *correlate.Exchange) (string, tcell.Style) {
		return x.Time.Format(words.TimeOfDay[:12]), a.theme.dim
	}, compare: func(x, y *correlate.Exchange) int { return x.Time.Compare(y.Time) }},
	{head: "PROCESS", width: 20, keep: 8, cell: func(a *app, x *correlate.Exchange) (string, tcell.Style) {
		return words.Process(x.Proc) + words.Where(x.Proc), a.theme.text
	}, compare: func(x, y *correlate.Exchange) int { return strings.Compare(x.Proc.Comm, y.Proc.Comm) }},
	{head: "REQUEST", width: 20, cell: func(a *app, x *correlate.Exchange) (string, tcell.Style) {
		return x.Request.TypeText(), a.theme.text
	}, compare: func(x, y *correlate.Exchange) int { return strings.Compare(x.Request.TypeText(), y.Request.TypeText()) }},
	{head: "OUTCOME", width: 12, keep: 9, cell: outcomeText, compare: func(x, y *correlate.Exchange) int {
		return cmp.Or(cmp.Compare(y.Errno, x.Errno), cmp.Compare(y.Outcome, x.Outcome))
	}},
	{head: "LATENCY", width: 9, right: true, keep: 7, cell: exchangeAge, compare: func(x, y *correlate.Exchange) int { return cmp.Compare(y.Last, x.Last) }},
	{head: "KERNEL", width: 7, right: true, keep: 6, cell: durationCell(func(x *correlate.Exchange) time.Duration { return x.Kernel }),
		compare: func(x, y *correlate.Exchange) int { return cmp.Compare(y.Kernel, x.Kernel) }},
	{head: "RTNL WAIT", width: 9, right: true, keep: 3, cell: durationCell(func(x *correlate.Exchange) time.Duration { return x.Lock.Wait }),
		compare: func(x, y *correlate.Exchange) int { return cmp.Compare(y.Lock.Wait, x.Lock.Wait) }},
	{head: "REPLIES", width: 7, right: true, keep: 4, cell: func(a *app, x *correlate.Exchange) (string, tcell.Style) {
		return a.cell(x.Replies != 0, strconv.Itoa(x.Replies), a.theme.text)
	}, compare: func(x, y *correlate.Exchange) int { return cmp.Compare(y.Replies, x.Replies) }},
	{head: "DETAILS", keep: 2, cell: func(a *app, x *correlate.Exchange) (string, tcell.Style) {
		if text := commandText(x.Request); text != "" {
			return joined(text, exchangeDetails(x)), a.theme.text
		}
		return exchangeDetails(x), a.theme.dim
	}},
}

// joined puts two texts beside each other, if there are two.
func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + "  " + b
}

// newExchangesView lists the requests that wait, oldest first, and the last ones
// that have ended, newest first.
func newExchangesView(a *app) *listView[correlate.Exchange] {
	return newListView(a, list[correlate.Exchange]{
		name:    "exchanges",
		columns: exchangeColumns,
		load: func(a *app) listed[correlate.Exchange] {
			open, ended := a.snap.Open, a.snap.Ended
			none := "no request yet"
			if blind := a.snap.Info.DoesNotSee(capture.SeesRequests, "requests"); blind != "" {
				none = blind
			}
			l := listed[correlate.Exchange]{
				title: fmt.Sprintf("Requests that wait for an answer: %d, and the last %d that ended", len(open), len(ended)),
				rows:  slices.Concat(open, ended), none: none,
			}
			if since := a.filterSince(); since != "" {
				l.notes = append(l.notes, "the filter holds for what ended "+since+": what ended before, and what waits, is all there is")
			}
			return l
		},
		id:   exchangeID,
		open: openExchange, opens: "open the request: decoded, beside its bytes",
		detail: func(a *app, x *correlate.Exchange) [][]segment {
			text, st := outcomeText(a, x)
			lines := [][]segment{{
				{text: words.Process(x.Proc) + " " + x.Request.TypeText(), style: a.theme.title},
				{text: text, style: st},
				{text: exchangeDetails(x), style: a.theme.dim},
			}}
			if text := commandText(x.Request); text != "" {
				lines = append(lines, []segment{{text: text, style: a.theme.text}})
			}
			if who := words.Identity(&x.Proc); who != "" {
				lines = append(lines, []segment{{text: who, style: a.theme.text}})
			}
			return lines
		},
		ask: live.Ask{Exchanges: true, Looking: true},
	})
}

// exchangeID tells exchanges apart.
func exchangeID(x *correlate.Exchange) any {
	return struct {
		at    int64
		frame uint64
		index int
		pid   uint32
	}{x.Time.UnixNano(), x.Request.Frame.ID, x.Request.Index, x.Proc.PID}
}

func openExchange(v *listView[correlate.Exchange], x *correlate.Exchange) {
	step := func(_ *aggregate.Kept, by int) (k aggregate.Kept, ok bool) {
		if x, found := v.step(by); found {
			return live.RequestOf(x), true
		}
		return k, false
	}
	v.app.push(newMessageView(v.app, live.RequestOf(x), v, step))
}

func durationCell[T any](of func(x *T) time.Duration) func(a *app, x *T) (string, tcell.Style) {
	return timeCell(of, func(t *theme) tcell.Style { return t.text })
}

// sufferedCell is a duration that somebody had to wait.
func sufferedCell[T any](of func(x *T) time.Duration) func(a *app, x *T) (string, tcell.Style) {
	return timeCell(of, func(t *theme) tcell.Style { return t.warn })
}

func timeCell[T any](of func(x *T) time.Duration, style func(*theme) tcell.Style) func(a *app, x *T) (string, tcell.Style) {
	return func(a *app, x *T) (string, tcell.Style) {
		d := of(x)
		return a.cell(d > 0, words.Duration(d), style(&a.theme))
	}
}

// exchangeAge is how long it took, or has been waiting.
func exchangeAge(a *app, x *correlate.Exchange) (string, tcell.Style) {
	if x.Ended {
		return a.cell(x.Last > 0, words.Duration(x.Last), a.theme.text)
	}
	d, st := x.Age(a.snap.Table.Time), a.theme.text
	if d > stuck {
		st = a.theme.bad
	}
	return "waits " + words.Age(d), st
}

func outcomeText(a *app, x *correlate.Exchange) (string, tcell.Style) {
	switch x.Outcome {
	case correlate.Failed:
		if x.Err != nil {
			return words.ErrorName(x.Err), a.theme.warn
		}
		return words.Errno(x.Errno), a.theme.warn
	case correlate.Unanswered, correlate.Lost, correlate.Interrupted, correlate.RolledBack:
		return x.Outcome.String(), a.theme.bad
	case correlate.Pending:
		return x.Outcome.String(), a.theme.dim
	}
	return x.Outcome.String(), a.theme.text
}

// exchangeDetails leaves out what does not matter.
func exchangeDetails(x *correlate.Exchange) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if s := export.CauseText(x.InterruptedBy); s != "" {
		add("interrupted by %s", s)
	}
	_, split := x.Parts()
	measures := append(live.Measures(x), live.Parts(x)...)
	if !split {
		measures = append(measures, live.Measure{Name: "rtnl wait", Time: x.Lock.Wait})
	}
	for _, m := range append(measures, live.Measure{Name: "rtnl held", Time: x.Lock.Hold}) {
		if m.Time > 0 {
			add("%s %s", m.Name, words.Duration(m.Time))
		}
	}
	if x.Lock.Blocker != nil && !split {
		add("behind %s", words.Process(*x.Lock.Blocker))
	}
	if x.Replies > 1 {
		add("%d replies", x.Replies)
	}
	if x.Events > 0 {
		add("%s", export.HeardText(x))
	}
	if x.Lost > 0 {
		s := fmt.Sprintf("%d lost", x.Lost)
		for _, p := range x.LostBy {
			s += " by " + words.Process(p)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "  ")
}
