// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

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
		if x.Probe && x.Err != nil { // what was asked for is not there, as it may be
			return words.ErrorName(x.Err), a.theme.dim
		}
		if x.Err != nil {
			return words.ErrorName(x.Err), a.theme.warn
		}
		return words.Errno(x.Errno), a.theme.warn
	case correlate.Unanswered, correlate.Lost, correlate.Interrupted, correlate.RolledBack:
		return x.Outcome.String(), a.theme.bad
	case correlate.Pending:
		return x.Outcome.String(), a.theme.dim
	case correlate.Accepted:
		return export.OutcomeText(x), a.theme.text
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

// outcomeLine is how an exchange ended, with what the kernel said of an error.
func outcomeLine(a *app, x *correlate.Exchange) (string, tcell.Style) {
	text, st := outcomeText(a, x)
	switch {
	case x.Outcome == correlate.Failed && x.Err != nil:
		text = errorWords(x.Err, "")
		if x.Probe {
			text, st = text+" "+export.ProbeNote, a.theme.dim
		}
	case x.Outcome == correlate.Pending && !x.Ended, x.Outcome == correlate.Failed:
	default:
		text = export.OutcomeText(x)
	}
	return text, st
}

// noStep is for a message that stands alone.
func noStep(*aggregate.Kept, int) (k aggregate.Kept, ok bool) { return k, false }
