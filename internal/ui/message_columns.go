// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/words"
)

// summaryLeast is the width from which a summary says something; on a screen narrower than
// fewBelow it has to be content with fewLeast.
const (
	summaryLeast = 22
	fewLeast     = 14
	fewBelow     = 70
)

// lengthLeast is the width from which there is room for what tells less than the message
// itself: its length and family, microseconds. Below fullLeast columns are short: what a
// message says is what people come for.
const (
	lengthLeast = 140
	fullLeast   = 100
)

// columns are those of the list, for a width. The process is shown where the row is not
// one, the family where the row spans several.
func (v *messagesView) columns(width int) []*column[aggregate.Kept] {
	short := width < fullLeast
	took := func(k *aggregate.Kept) string { return took(&k.Observation) }
	text := func(of func(k *aggregate.Kept) string, style func(t *theme) tcell.Style) func(a *app, k *aggregate.Kept) (string, tcell.Style) {
		return func(a *app, k *aggregate.Kept) (string, tcell.Style) { return of(k), style(&a.theme) }
	}
	dim := func(t *theme) tcell.Style { return t.dim }
	direction := func(a *app, k *aggregate.Kept) tcell.Style { return a.theme.direction(k.Frame.Dir) }
	normal := func(t *theme) tcell.Style { return t.text }
	size := func(few, usual int) int {
		if short {
			return few
		}
		return usual
	}
	stamp := 12
	switch {
	case width >= lengthLeast:
		stamp = 15
	case short:
		stamp = 8
	}
	columns := []*column[aggregate.Kept]{
		{head: "TIME", width: stamp, keep: 6, cell: text(func(k *aggregate.Kept) string { return k.Frame.Time.Format(words.TimeOfDay[:stamp]) }, dim)},
		{head: "", width: 1, cell: func(a *app, k *aggregate.Kept) (string, tcell.Style) {
			return words.Arrow(k.Frame.Dir, a.opt.ASCII), direction(a, k)
		}},
	}
	if len(v.ids) == 0 || v.ids[0].Key.Comm == "" {
		room := size(12, 18)
		if width >= wideScreen {
			room = 22
		}
		process := func(k *aggregate.Kept) string { return v.app.processIn(k.Account, room) }
		columns = append(columns, &column[aggregate.Kept]{head: "PROCESS", width: room, keep: 7, cell: text(process, normal)})
	}
	if width >= lengthLeast && (len(v.ids) == 0 || v.ids[0].Key.Family == "") {
		family := func(k *aggregate.Kept) string { return k.Message.FamilyText() }
		columns = append(columns, &column[aggregate.Kept]{head: "FAMILY", width: 10, keep: 2, cell: text(family, func(t *theme) tcell.Style { return t.family })})
	}
	room := size(16, 20)
	if width >= wideScreen {
		room = 24
	}
	columns = append(columns, &column[aggregate.Kept]{head: "TYPE", width: room, cell: func(a *app, k *aggregate.Kept) (string, tcell.Style) {
		return a.tailIn(k.Message.TypeText(), room), direction(a, k)
	}})
	if width >= lengthLeast {
		columns = append(columns, &column[aggregate.Kept]{
			head: "LEN", width: 6, right: true, keep: 3, cell: text(func(k *aggregate.Kept) string { return words.Count(uint64(len(k.Message.Data))) }, dim)})
	}
	return append(columns, []*column[aggregate.Kept]{
		{head: resultHead, width: size(11, 12), keep: 8, cell: func(a *app, k *aggregate.Kept) (string, tcell.Style) { return outcome(a, &k.Observation) }},
		{head: "TOOK", width: 7, right: true, keep: 4, cell: text(took, normal)},
		{head: messageHead, keep: 9, cell: func(*app, *aggregate.Kept) (string, tcell.Style) { return "", tcell.StyleDefault }}, // see drawMessage
	}...)
}

// processIn names a process in so much room: by its name alone where the number does not
// fit.
func (a *app) processIn(p capture.Proc, room int) string {
	if text := words.Process(p); a.grid.width(text) <= room || p.PID == 0 || !p.Known() {
		return text
	}
	p.PID, p.Outside = 0, false
	return words.Process(p)
}

// tailIn is the end of a name that is longer than its room: names of types begin alike, and
// say what they are at their ends.
func (a *app) tailIn(name string, room int) string {
	if !isASCII(name) || len(name) <= room {
		return name
	}
	tail := name[len(name)-room+1:]
	if _, rest, ok := strings.Cut(tail, "_"); ok {
		tail = rest // whole words
	}
	return a.grid.cutMark() + tail
}

// resultHead is that of the column whose bad news the message tells where there is no room
// for it.
const resultHead = "RESULT"

// messageHead is the head of the column of two parts.
const messageHead = "MESSAGE"

// drawMessage writes the summary of a message, in front of it what went wrong where that has
// no column, and behind it who caused an event, which takes at most three fifths of the room
// from it, and of little room what it leaves.
func (v *messagesView) drawMessage(g *grid, y int, shown []span[aggregate.Kept], k *aggregate.Kept) {
	t, s := &v.app.theme, &shown[len(shown)-1]
	if s.head != messageHead {
		return
	}
	x := s.x
	if !slices.ContainsFunc(shown, func(s span[aggregate.Kept]) bool { return s.head == resultHead }) {
		if text, st := outcome(v.app, &k.Observation); st == t.warn || st == t.bad {
			x = g.put(x, y, s.end, text, st) + 1
		}
	}
	text, cause, end := v.summary(k), causeBrief(k), s.end
	if cause != "" && s.end-x >= 2*summaryLeast {
		end = max(s.end-g.width(cause)-2, x+(s.end-x)*2/5)
	}
	x = g.put(x, y, end, text, t.text)
	if cause != "" && s.end-x > commandLeast {
		g.put(x+2, y, s.end, cause, t.dim)
	}
}

// causeBrief says who caused an event: "caused by ip[4711] RTM_NEWROUTE"; "": nobody knows.
func causeBrief(k *aggregate.Kept) string {
	if k.Frame.Dir != capture.DirEvent {
		return ""
	}
	c := k.CausedBy()
	if c.Exchange != nil && c.Exchange.Request != nil {
		text := "caused by " + words.Process(c.Proc) + " " + c.Exchange.Request.TypeText()
		if c.Inferred {
			text += " (inferred)"
		}
		return text
	}
	return export.CausedBy(&c)
}
