// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/export"
)

// stuck is from when on a request that waits is a bad sign: no handler of the
// kernel takes that long.
const stuck = time.Second

// exchangesPage lists the requests that wait, oldest first, and the last ones
// that have ended, newest first.
func exchangesPage(a *app) []textLine {
	t := &a.theme
	open, ended := a.src.Exchanges()
	lines := []textLine{{text: fmt.Sprintf("Requests that wait for an answer: %d", len(open)), style: t.title}}
	for i := range open {
		st := t.text
		if open[i].Age(a.snap.Time) > stuck {
			st = t.bad
		}
		lines = append(lines, exchangeLines(a, &open[i], "waits "+export.Duration(open[i].Age(a.snap.Time)), st)...)
	}
	lines = append(lines, textLine{}, textLine{text: "Ended last", style: t.title})
	for i := range ended {
		x := &ended[i]
		lines = append(lines, exchangeLines(a, x, outcomeText(x), outcomeStyle(a, x))...)
	}
	if len(ended) == 0 {
		lines = append(lines, textLine{text: "  none yet", style: t.dim})
	}
	return lines
}

func outcomeText(x *correlate.Exchange) string {
	if x.Outcome == correlate.Failed {
		if x.Err != nil {
			return export.ErrorName(x.Err)
		}
		return export.Errno(x.Errno)
	}
	return x.Outcome.String()
}

func outcomeStyle(a *app, x *correlate.Exchange) tcell.Style {
	switch x.Outcome {
	case correlate.Failed:
		return a.theme.warn
	case correlate.Unanswered, correlate.Lost, correlate.Interrupted, correlate.RolledBack:
		return a.theme.bad
	}
	return a.theme.text
}

// exchangeLines are one exchange: who asked what and how it ended, and below
// what else there is to say.
func exchangeLines(a *app, x *correlate.Exchange, state string, st tcell.Style) []textLine {
	lines := []textLine{{
		text: fmt.Sprintf("  %s  %-18s %-26s %s", x.Time.Format(export.TimeLayout), export.Process(x.Proc)+export.Where(x.Proc),
			x.Request.TypeText(), state),
		style: st,
	}}
	if s := exchangeDetails(x); s != "" {
		lines = append(lines, textLine{text: "     " + s, style: a.theme.dim})
	}
	return lines
}

// exchangeDetails leaves out what does not matter.
func exchangeDetails(x *correlate.Exchange) string {
	var b strings.Builder
	for _, m := range append(export.Measures(x), export.Measure{Name: "rtnl wait", Time: x.Lock.Wait}, export.Measure{Name: "rtnl held", Time: x.Lock.Hold}) {
		if m.Time > 0 {
			fmt.Fprintf(&b, "  %s %s", m.Name, export.Duration(m.Time))
		}
	}
	if x.Lock.Blocker.Known() {
		b.WriteString("  behind " + export.Process(x.Lock.Blocker))
	}
	if x.Replies > 1 {
		fmt.Fprintf(&b, "  %d replies", x.Replies)
	}
	if x.Events > 0 {
		fmt.Fprintf(&b, "  %d events to %d", x.Events, x.Listeners)
	}
	if x.Lost > 0 {
		fmt.Fprintf(&b, ", %d lost", x.Lost)
		for _, p := range x.LostBy {
			b.WriteString(" by " + export.Process(p))
		}
	}
	if s := export.CauseText(x.InterruptedBy); s != "" {
		b.WriteString("  interrupted by " + s)
	}
	return b.String()
}
