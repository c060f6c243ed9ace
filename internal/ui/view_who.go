// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/who"
	"github.com/nltop/nltop/internal/words"
)

// whoView says who changed a thing, as far as the messages are still kept.
type whoView struct {
	textPage
	query *who.Query
	// found are the messages that lines are about, in order.
	found []aggregate.Kept
	at    int    // of found, the one that was opened last
	last  uint64 // the newest message that was searched
	size  int
	done  bool
}

// askWho opens the page about what is under the cursor, or asks what it is to be about.
func (a *app) askWho() {
	if v, ok := a.top().(*whoView); ok {
		a.promptWho(v.query.String())
		return
	}
	if m := a.underCursor(); m != nil {
		if text := who.About(m); text != "" {
			if q, err := who.Parse(text); err == nil {
				a.push(newWhoView(a, q))
				return
			}
		}
	}
	a.promptWho("")
}

func (a *app) promptWho(text string) {
	a.prompt = newPrompt(a, "who changed (nothing: all that changed): ", text)
	a.prompt.accept = func(text string) error {
		q := who.Everything()
		if strings.TrimSpace(text) != "" {
			var err error
			if q, err = who.Parse(text); err != nil {
				return err
			}
		}
		if _, ok := a.top().(*whoView); ok {
			a.views = a.views[:len(a.views)-1]
		}
		a.push(newWhoView(a, q))
		return nil
	}
}

// underCursor is the message that the view on top points to; nil: none.
func (a *app) underCursor() *decode.Message {
	if k := a.keptUnderCursor(); k != nil {
		return k.Message
	}
	return nil
}

func newWhoView(a *app, q *who.Query) *whoView {
	v := &whoView{query: q}
	v.of(a)
	return v
}

// detail says what the source cannot know of it, however long the page is.
func (v *whoView) detail() [][]segment { return v.app.unseenLines(whoShows) }

func (v *whoView) ask() live.Ask { return live.Ask{Changes: true, Looking: true} }

func (v *whoView) crumb() string {
	if text := v.query.String(); text != "" {
		return "who changed " + text
	}
	return "who changed anything"
}

// openFound opens a message that was found; from there one can step to the others.
func (v *whoView) openFound(i int) {
	v.at = i
	v.app.push(newMessageView(v.app, v.found[i], v, func(_ *aggregate.Kept, by int) (k aggregate.Kept, ok bool) {
		if to := v.at + by; to >= 0 && to < len(v.found) {
			v.at = to
			return v.found[to], true
		}
		return k, false
	}))
}

// refresh searches again where there is something new.
func (v *whoView) refresh() {
	kept := v.app.snap.Changes
	newest := uint64(0)
	if n := len(kept); n > 0 {
		newest = kept[n-1].Seq
	}
	if v.done && newest == v.last && len(kept) == v.size {
		return
	}
	v.done, v.last, v.size = true, newest, len(kept)
	v.build(kept)
}

func (v *whoView) build(kept []aggregate.Kept) {
	t := &v.app.theme
	v.begin()
	v.found = nil
	v.add(textLine{text: "W" + v.crumb()[1:], style: t.title}, nil)
	list := make([]correlate.Observation, len(kept))
	at := make(map[live.MessageID]int, len(kept))
	for i := range kept {
		list[i] = kept[i].Observation
		at[live.MessageID{Frame: kept[i].Frame.ID, Index: kept[i].Message.Index}] = i
	}
	s := who.NewSearch(v.query, who.Options{Emit: func(l *who.Line) error {
		style := t.text
		if l.Failed() {
			style = t.warn
		}
		var open func()
		if i, ok := at[live.MessageID{Frame: l.Frame, Index: l.Index}]; ok {
			n := len(v.found)
			v.found = append(v.found, kept[i])
			open = func() { v.openFound(n) }
		}
		v.add(textLine{text: "  " + clock(l.Time) + " " + l.Sentence(), style: style}, open)
		return nil
	}})
	_ = s.Kept(list) // Emit never fails
	v.add(textLine{}, nil)
	all := capture.Info{Sees: capture.AllSees} // what the source lacks stands below the page (detail)
	for _, text := range s.Summary().Text(v.query, &all, clock) {
		v.add(textLine{text: "  " + text, style: t.dim}, nil)
	}
	v.add(textLine{text: fmt.Sprintf("  Of what can still be reached: the last %d messages at most that may change something.", live.MaxChanges), style: t.dim}, nil)
}

func clock(at time.Time) string { return at.Format(words.TimeOfDay) }
