// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/words"
)

// lossesView says how far the figures can be trusted: what was lost, what the
// source cannot see, what was worked around.
type lossesView struct{ textPage }

func newLossesView(a *app) *lossesView {
	v := new(lossesView)
	v.of(a)
	return v
}

func (v *lossesView) crumb() string { return "losses" }

func (v *lossesView) refresh() {
	t, st, s := &v.app.theme, &v.app.snap.Status, &v.app.snap.Table
	v.begin()
	title := func(text string) {
		if len(v.lines) > 0 {
			v.lines = append(v.lines, textLine{})
		}
		v.lines = append(v.lines, textLine{text: text, style: t.title})
	}
	say := func(text, value string, vs tcell.Style) {
		v.add(textLine{"  " + text, t.text, value, vs}, nil)
	}
	leads := func(text string, n uint64, vs tcell.Style, open func()) {
		if n == 0 {
			vs, open = t.dim, nil
		}
		v.add(textLine{"  " + text, t.text, fmt.Sprint(n), vs}, open)
	}
	number := func(text string, n uint64, vs tcell.Style) { leads(text, n, vs, nil) }

	title("Seen")
	say("source", st.Info.Name, t.text)
	say("scope", st.Info.Scope, t.text)
	leads("datagrams", st.Stats.Frames, t.text, v.app.openMessages)
	number("bytes", st.Stats.Bytes, t.text)
	number("cut at the snap length", st.Stats.Cut, t.warn)
	if n := st.Stats.Truncated; n > 0 {
		number("too long for their reader's buffer", n, t.warn)
	}
	if n := v.app.snap.Line.Misdated; n > 0 {
		number("misdated, not in the timeline", n, t.warn)
	}
	if st.Err != nil {
		say(v.app.ending(), st.Err.Error(), t.bad)
	}
	title("Lost before nltop could see it")
	for _, l := range st.Stats.Lost {
		number(l.Reason, l.Count, t.bad)
	}
	if len(st.Stats.Lost) == 0 {
		say("this source has no way to lose messages", "", t.dim)
	}
	title("Lost by the kernel, on its way to a reader")
	for _, n := range []struct {
		text string
		n    uint64
		sees capture.Sees
		open func()
	}{
		{"datagrams dropped", s.Total.Drops, capture.SeesLosses, func() { v.app.push(newSocketsView(v.app)) }},
		{"ENOBUFS raised", s.Total.NobufsRaised, capture.SeesNobufs, func() { v.app.push(newIncidentsView(v.app)) }},
		{"ENOBUFS read", s.Total.NobufsRead, capture.SeesNobufsRead, func() { v.app.push(newIncidentsView(v.app)) }},
	} {
		if blind := st.Info.DoesNotSee(n.sees, "this"); blind != "" && n.n == 0 {
			say(n.text, blind, t.dim)
			continue
		}
		leads(n.text, n.n, t.bad, n.open)
	}
	title("What this source cannot see")
	v.list(st.Info.Blind, "nothing that is known")
	if notes := slices.Concat(st.Info.Notes, v.app.opt.Notes); len(notes) > 0 {
		title("Notes")
		v.list(notes, "")
	}
	title("Held")
	leads("rows", uint64(len(s.Cells)), t.text, v.app.home)
	number("idle rows folded into one", s.Overflow.Cells, t.text)
	v.history(say)
}

// history says what of the traffic can be looked at again.
func (v *lossesView) history(say func(what, value string, st tcell.Style)) {
	t, h := &v.app.theme, &v.app.snap.Held
	bytes := func(n int64) string { return words.Short(float64(n)) + "B" }
	if h.InPlace {
		say("history", "all of the recording, where it is", t.text)
		return
	}
	text := bytes(h.Memory) + " in memory"
	if h.File > 0 {
		text += ", " + bytes(h.File) + " in a file"
	}
	say("history", text, t.text)
	if h.Gone > 0 {
		say("messages that had to leave it", words.Grouped(h.Gone), t.warn)
	}
	if h.Err != nil {
		say("no file for more of it", h.Err.Error(), t.warn)
	}
}

func (v *lossesView) list(texts []string, none string) {
	t := &v.app.theme
	for _, text := range texts {
		v.lines = append(v.lines, textLine{text: "  " + text, style: t.text})
	}
	if len(texts) == 0 {
		v.lines = append(v.lines, textLine{text: "  " + none, style: t.dim})
	}
}
