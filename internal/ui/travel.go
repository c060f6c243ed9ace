// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// travel is what the view knows of going to other times.
type travel struct {
	focused bool // keys are those of the timeline
	// playing: time goes on as it was recorded, from at, where it was at since.
	playing   bool
	at, since time.Time
	counted   uint64 // messages when the view was paused
	frozen    bool   // the time that is shown is that of the pause
	dragged   bool   // a button went down on the timeline, and is held
}

// playEvery is how often the view is drawn while it plays.
const playEvery = 100 * time.Millisecond

// goTo shows the state at another time, and says what is there.
func (a *app) goTo(to live.To) bool {
	stop, err := a.model.Go(to)
	if err != nil {
		a.notice = err.Error()
	} else if text := a.stopText(&stop); text != "" {
		a.notice = text
	}
	if v, ok := a.messagesShown(); ok && to != live.Now {
		v.follow, v.want = true, time.Time{} // to the last one there
	}
	a.refresh(a.now)
	return err == nil
}

// toNow shows what is shown from the beginning.
func (a *app) toNow() {
	a.stopPlaying()
	a.goTo(live.Now)
}

// travelTo is goTo for who goes by hand: what plays ends.
func (a *app) travelTo(to live.To) {
	a.stopPlaying()
	a.goTo(to)
}

// stopText says what stands at a time that was gone to.
func (a *app) stopText(stop *live.Stop) string {
	switch {
	case stop.Incident != nil:
		in := stop.Incident
		text := fmt.Sprintf("%s %s begins to lose messages", a.clock(in.Begin), words.Process(in.Socket.Owner))
		if in.Number > 0 {
			text += fmt.Sprintf(" (incident %d)", in.Number)
		}
		return text
	case stop.Message != nil:
		return a.messageText(stop.Message)
	}
	return ""
}

// messageText is a message in a few words.
func (a *app) messageText(k *aggregate.Kept) string {
	text := fmt.Sprintf("%s %s %s %s", a.clock(k.Frame.Time), words.Process(k.Account),
		words.Arrow(k.Frame.Dir, a.opt.ASCII), k.Message.TypeText())
	if k.Errno > 0 || k.Frame.Verdict.Lost() {
		result, _ := outcome(a, &k.Observation)
		text += " " + result
	}
	return text
}

// clock writes a time of day.
func (a *app) clock(t time.Time) string {
	return t.In(a.snap.Now.Location()).Format(words.TimeOfDay[:12])
}

// askTime asks for a time to go to.
func (a *app) askTime() {
	a.prompt = newPrompt(a, "go to time (12:03:04, +1.5s, now): ", "")
	a.prompt.accept = func(text string) error {
		if text == "now" || text == "end" || text == "" {
			a.toNow()
			return nil
		}
		t, err := words.ParseTime(text, a.snap.Line.Start.In(a.snap.Now.Location()), a.snap.Now)
		if err != nil {
			return err
		}
		a.stopPlaying()
		if _, err = a.model.Go(live.To{Time: t}); err == nil {
			a.refresh(a.now)
		}
		return err
	}
}

// traveling are the keys for other times. Pages with another use for one of them answer it
// first: a list of messages goes to the one of a time.
func (a *app) traveling() []binding {
	return []binding{
		{"t", "go to a time: 12:03:04, +1.5s after the start, now", "", a.askTime},
		{",", "a message back in time: all pages show the state then", "", func() { a.travelTo(live.To{Step: -1}) }},
		{".", "a message further", "", func() { a.travelTo(live.To{Step: 1}) }},
		{"[", "to the error or incident before", "", func() { a.travelTo(live.To{Fault: -1}) }},
		{"]", "to the next error or incident", "", func() { a.travelTo(live.To{Fault: 1}) }},
		{"W", "save what is kept to a file, as it was recorded", "save", a.askSave},
		{"T", "the timeline (or click on it): move in time, play", "timeline", func() { a.travel.focused = true }},
	}
}

// onTimeline are the keys while the timeline has them.
func (a *app) onTimeline() []binding {
	leave := func() { a.travel.focused = false }
	return []binding{
		{"Left", "earlier, by a column", "earlier", func() { a.column(-1) }},
		{"Right", "later, by a column", "later", func() { a.column(1) }},
		{"Space", "play from here as it was recorded, or stop", "play", a.play},
		{"Home gg", "to the first message", "", func() { a.travelTo(live.To{Time: a.line.at(1)}) }},
		{"End G", "back to now", "now", a.toNow},
		{"Enter T", "leave the timeline; the time stays", "leave", leave},
		{"Esc", "leave the timeline, back to now", "", func() { leave(); a.toNow() }},
	}
}

// column goes to a column of the timeline, counted from the one that is shown.
func (a *app) column(by int) {
	l := &a.line
	if l.step <= 0 {
		return
	}
	at := a.snap.Now
	if a.snap.At != nil {
		at = a.snap.At.Time
	}
	a.toColumn(l.column(at) + by)
}

// toColumn shows the state at the end of a column.
func (a *app) toColumn(c int) {
	l := &a.line
	if l.step <= 0 {
		return
	}
	if t := l.at(max(c, 0) + 1).Add(-1); t.Before(a.snap.Now) {
		a.travelTo(live.To{Time: t})
	} else {
		a.toNow()
	}
}

// play lets time go on from what is shown, or stops it. Now it is paused instead: there is
// nothing behind it to be played, unless a recording has ended, which begins again.
func (a *app) play() {
	at := a.snap.At
	switch {
	case a.travel.playing:
		a.stopPlaying()
		return
	case at != nil:
		a.travel.at = at.Time
	case a.snap.Replay != nil && a.snap.Replay.Ended && len(a.snap.Line.Moments) > 0:
		if a.travel.at = a.snap.Line.Start.Add(a.snap.Line.Width); !a.goTo(live.To{Time: a.travel.at}) {
			return
		}
	default:
		a.togglePause()
		return
	}
	a.travel.playing, a.travel.since = true, a.now
	if a.ticker != nil {
		a.ticker.Reset(min(a.opt.Interval, playEvery))
	}
}

func (a *app) stopPlaying() {
	if !a.travel.playing {
		return
	}
	a.travel.playing = false
	if a.ticker != nil {
		a.ticker.Reset(a.opt.Interval)
	}
}

// playOn moves to where what plays has come.
func (a *app) playOn(now time.Time) {
	p := &a.travel
	if !p.playing {
		return
	}
	at := p.at.Add(now.Sub(p.since))
	if at.Before(a.snap.Now) {
		_, _ = a.model.Go(live.To{Time: at}) // what has left meanwhile is passed by
		return
	}
	a.stopPlaying()
	_, _ = a.model.Go(live.Now)
}

// atLine is the time that is shown, and how far its state is.
func (a *app) atLine() []segment {
	t, st := &a.theme, &a.snap.Status
	var segs []segment
	add := func(text string) { segs = append(segs, segment{text, t.barAlert, 10, true}) }
	if at := st.At; at != nil {
		text := " at " + a.clock(at.Time)
		if a.travel.playing {
			text = " playing " + a.clock(at.Time)
		}
		if w := at.Working; w != nil {
			text += ", working it out " + percent(w)
		} else if !at.Begins.IsZero() {
			text += ", of what is kept since " + a.clock(at.Begins)[:8]
		}
		add(text + " ")
	}
	if f := st.Filtering; f != nil {
		add(" PARTIAL " + percent(f) + " ")
	}
	if a.paused {
		text := " PAUSED"
		if n := st.Counted - min(a.travel.counted, st.Counted); n > 0 {
			text += ", " + words.Grouped(n) + " messages since"
		}
		add(text + " ")
	}
	return segs
}

func percent(p *live.Progress) string {
	return fmt.Sprintf("%d%%", min(100*p.Done/cmp.Or(p.Of, 1), 99))
}

// markTime marks the time that is shown.
func (a *app) markTime(g *grid, l *timeline) {
	t := &a.theme
	if at := a.snap.At; at != nil {
		sign := "│"
		if a.opt.ASCII {
			sign = "|"
		}
		if c := l.column(at.Time); c >= 0 && c < l.w {
			g.put(l.x+c, l.y, l.x+c+1, sign, t.mark)
		}
	}
	if a.travel.focused {
		for _, part := range [][2]int{{0, l.x}, {l.x + l.w, g.w}} {
			g.restyle(part[0], part[1], l.y, func(tcell.Style) tcell.Style { return t.mark })
		}
	}
}

// drag shows the time that a button is held down on. It says whether that is one.
func (a *app) drag(x, y int, click bool) bool {
	l := &a.line
	if l.step <= 0 || a.grid.h < placeLeast || click && y != l.y || !click && !a.travel.dragged {
		return false
	}
	a.travel.focused, a.travel.dragged = true, true
	a.toColumn(min(max(x-l.x, 0), l.w-1))
	return true
}

// freeze is all that pages show, which stays while the view is paused.
func (a *app) freeze() {
	ask := a.ask()
	ask.Sockets, ask.Locks, ask.Changes = true, true, true // messages and exchanges are found by the time
	a.snap = a.model.Snapshot(ask)
	a.travel.counted = a.snap.Counted
	a.renew()
}

// filterFrozen has a filter hold for what there was when the view was paused.
func (a *app) filterFrozen() error {
	if !a.paused || a.snap.At != nil || a.snap.Frames == 0 {
		return nil
	}
	_, err := a.model.Go(live.To{Time: a.snap.Table.Time, Frames: a.snap.Frames})
	a.travel.frozen = err == nil
	return err
}

// thaw goes on.
func (a *app) thaw() {
	if a.travel.frozen {
		a.travel.frozen = false
		_, _ = a.model.Go(live.Now)
	}
	a.refresh(time.Now())
}
