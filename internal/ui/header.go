// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"

	"github.com/nltop/nltop/internal/words"
)

// header draws the lines that every view has above it, and returns how many.
func (a *app) header(g *grid) int {
	g.fill(0, 0, g.w, a.theme.bar)
	g.segments(1, 0, g.w-1, 2, a.titleLine())
	if g.h < 6 {
		return 1
	}
	lines := 2
	if g.h < placeLeast {
		g.segments(1, 1, g.w-1, 2, a.lowLine())
	} else {
		a.timeline(g, 1)
		a.whereLine(g, lines)
		lines++
	}
	if err := a.snap.Err; err != nil {
		text, end := a.ending()+": "+err.Error(), g.w-1
		if g.width(text) > end-1 { // it is whole on page l
			end -= len(" (l)")
			g.put(end, lines, g.w-1, " (l)", a.theme.bad)
		}
		g.put(1, lines, end, text, a.theme.bad)
		lines++
	}
	return lines
}

// lowLine is the second line of a screen that is too low for one about where one is: at home
// what is wrong, as far as there is room.
func (a *app) lowLine() []segment {
	segs := append(a.rates(), a.totals(false)...)
	if verdict := a.verdict(); len(a.views) == 1 {
		room := a.grid.w - 2 - a.grid.width(verdict[0].text)
		for _, s := range segs {
			if s.keep == 0 { // which stays
				room -= a.grid.width(s.text) + 2
			}
		}
		if a.grid.w < labelLeast {
			verdict = verdict[:1] // beside which there is room for how much comes in
		}
		if room >= 0 {
			segs = append(verdict, segs...)
		}
	}
	for _, s := range a.position() {
		if s.keep == 0 {
			s.keep = 9 // less than what was lost
		}
		segs = append(segs, s)
	}
	return segs
}

// ending says what an error is about that the capture has ended with.
func (a *app) ending() string {
	if a.snap.Replay != nil {
		return "recording damaged"
	}
	return "capture ended"
}

// placeLeast is from which height on there are lines for when and where one is.
const placeLeast = 12

// whereLine says where one is, at home what is wrong, and sums up at its right.
func (a *app) whereLine(g *grid, y int) {
	totals := a.totals(true)
	if len(a.views) == 1 {
		g.segments(1, y, g.w-1, 2, append(a.placeLine(), a.sums()...))
		return
	}
	end := g.w - 1
	for i := range totals {
		if totals[i].keep == 0 { // a loss, which stays
			end -= g.width(totals[i].text) + 2
			totals[i].keep = 10 // as far as there is room
		}
	}
	x := a.crumbs(g, y, max(end, g.w/2)) + 2
	g.segments(x, y, g.w-1, 2, append(a.position(), totals...))
}

// placeLine says at home what is wrong; elsewhere stands the way from there (crumbs).
func (a *app) placeLine() []segment {
	return a.verdict()
}

// positioned is a view that says at the right end of the line for where one is which of
// how many rows that is.
type positioned interface{ position() []segment }

func (a *app) position() []segment {
	if v, ok := a.top().(positioned); ok {
		return v.position()
	}
	return nil
}

// titleLine names what is shown: the source and its scope, a recording, a file.
func (a *app) titleLine() []segment {
	t, st := &a.theme, &a.snap.Status
	segs := []segment{{text: "nltop", style: t.barName}, {text: st.Info.Name, style: t.bar, keep: 9}}
	add := func(keep int, right bool, style tcell.Style, text string) {
		segs = append(segs, segment{text, style, keep, right})
	}
	if r := st.Replay; r != nil {
		text := r.Path
		switch {
		case r.Ended:
			text += " (end)"
		case r.Size > 0:
			text += fmt.Sprintf(" %d%%", min(100*max(r.Pos, 0)/r.Size, 100))
		}
		add(7, false, t.bar, text)
		if !r.Ended && !r.Paced {
			add(9, false, t.barAlert, "PARTIAL") // all figures, until it is read
		}
	}
	if st.Info.Scope != "" {
		add(6, false, t.bar, st.Info.Scope)
	}
	if st.Filter != "" {
		text := "filter: " + st.Filter
		if since := a.filterSince(); since != "" {
			text += " (" + since + ")"
		}
		add(9, false, t.barName, text) // what it leaves out is not to be taken for nothing
	}
	if a.losing != "" {
		add(10, false, t.barAlert, a.losing)
	}
	if st.CountsOnly {
		add(5, false, t.bar, "counting (messages while you look at them)")
	}
	if st.Secrets {
		add(10, true, t.barAlert, " SECRETS SHOWN ")
	}
	segs = append(append(segs, a.atLine()...), a.savingLine()...)
	if st.Recording != "" {
		add(4, true, t.bar, "rec "+st.Recording+" "+words.Short(float64(st.RecordingBytes)))
	}
	if a.grid.h >= placeLeast {
		for _, s := range a.rates() {
			add(min(s.keep, 3), true, t.bar, s.text)
		}
	}
	if a.usage >= 0 {
		add(3, true, t.bar, fmt.Sprintf("cpu %.1f%%", a.usage))
	}
	if !a.snap.Table.Start.IsZero() {
		add(2, true, t.bar, words.Clock(a.snap.Table.Time.Sub(a.snap.Table.Start)))
	}
	return segs
}

// filterSince is "since 12:03:04" where the filter does not hold for what is older.
func (a *app) filterSince() string {
	if t := a.snap.FilterSince; !t.IsZero() {
		return "since " + t.Format(words.TimeOfDay[:8])
	}
	return ""
}

// sums are the totals behind what is wrong, which says by itself what was lost.
func (a *app) sums() []segment {
	if a.opening != nil {
		return nil
	}
	segs := a.totals(true)
	for i := range segs {
		segs[i].keep = max(segs[i].keep, 1)
	}
	return segs
}

// rates say how much comes in.
func (a *app) rates() []segment {
	t, s := &a.theme, &a.snap.Table
	return []segment{
		{text: words.Rate(s.Rates.Rate()) + " msg/s", style: t.strong, keep: 8},
		{text: words.Short(s.Rates.ByteRate()) + "B/s", style: t.strong, keep: 2},
	}
}

// totals sum up the traffic and what was lost of it. What was lost stays, however little
// room there is.
func (a *app) totals(right bool) []segment {
	t, s := &a.theme, &a.snap.Table
	var segs []segment
	add := func(keep int, style tcell.Style, text string) {
		segs = append(segs, segment{text, style, keep, right})
	}
	total := func(keep int, n uint64, name string, style tcell.Style) {
		if n == 0 {
			style = t.dim
		}
		add(keep, style, name+" "+words.Count(n))
	}
	// loss is a total that stays if there is anything to say.
	loss := func(keep int, n uint64, name string) {
		if n > 0 {
			keep = 0
		}
		total(keep, n, name, t.bad)
	}
	total(1, s.Total.Messages(), "messages", t.text)
	total(6, s.Total.Failures(), "errors", t.warn)
	// That nothing was lost is said by who would have seen it.
	sees := a.snap.Info.Sees
	if s.Total.Drops > 0 || sees.Has(capture.SeesLosses) {
		loss(4, s.Total.Drops, "drops")
	}
	if s.Total.Nobufs() > 0 || sees&(capture.SeesNobufs|capture.SeesNobufsRead) != 0 {
		loss(5, s.Total.Nobufs(), "ENOBUFS")
	}
	if cut := a.snap.Stats.Cut; cut > 0 {
		total(4, cut, "cut", t.warn)
	}
	loss(7, a.snap.Stats.LostTotal(), "lost")
	if why := a.lossReason(); why != "" {
		add(3, t.bad, "("+why+")")
	}
	return segs
}

// lossReason names the reason that lost most.
func (a *app) lossReason() string {
	var top uint64
	why := ""
	for _, l := range a.snap.Stats.Lost {
		if l.Count > top {
			top, why = l.Count, l.Reason
		}
	}
	return why
}

// footer draws the last lines and returns how many: the prompt while there is
// one, else a notice or the keys of the view, and the pages.
func (a *app) footer(g *grid) int {
	if a.prompt != nil {
		n := a.prompt.draw(g)
		g.putRight(g.w/2, g.h-1, g.w-1, a.notice, a.theme.dim)
		return n
	}
	y, lines := g.h-1, 1
	if g.h >= pageBarLeast {
		a.pageBar(g, y)
		y, lines = y-1, 2
	}
	if a.seeking != nil {
		a.seeking.draw(a, g, y)
		return lines
	}
	if a.notice != "" {
		g.put(1, y, g.w-1, a.notice, a.theme.warn)
		return lines
	}
	a.hints(g, y, lines > 1)
	return lines
}

// hints writes the keys of the view, as many as there is room for, the help first. A
// click does what the key does. Those of pages are left out where they have a line.
func (a *app) hints(g *grid, y int, pages bool) {
	x := 1
	tables := a.tables(a.top())
	every := tables[len(tables)-1].list
	tables = append([]keyTable{{list: every[:1]}}, tables...)
	last := len(tables) - 1
	tables[last].list = every[1:]
	tables[last-1], tables[last] = tables[last], tables[last-1] // other times come behind
	for _, t := range tables {
		for _, b := range t.list {
			if b.hint == "" || pages && b.page() != "" {
				continue
			}
			key := b.first(g.ascii)
			if x+g.width(key)+1+g.width(b.hint) >= g.w {
				continue
			}
			from := x
			x = g.put(x, y, g.w, key, a.theme.key)
			x = g.put(x+1, y, g.w, b.hint, a.theme.hint)
			a.clickable(y, from, x, func() { b.do(t.after) })
			x += 2
		}
	}
}

// since is how long ago something was, in the time of the frames.
func (a *app) since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return a.ago(a.snap.Table.Time.Sub(t))
}

// ago writes how long something was before now, or before the end of a recording.
func (a *app) ago(d time.Duration) string {
	if a.snap.Replay != nil && a.snap.Replay.Ended && d < time.Second {
		return "end"
	}
	return words.Age(d)
}
