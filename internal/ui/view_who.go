// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/who"
	"github.com/nltop/nltop/internal/words"
)

// whoView says who changed a thing, as far as the messages are still kept.
type whoView struct {
	app   *app
	query *who.Query
	cur   cursor
	lines []textLine
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
	a.prompt = newPrompt(a, "who changed: ", text)
	a.prompt.accept = func(text string) error {
		q, err := who.Parse(text)
		if err != nil {
			return err
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
	switch v := a.top().(type) {
	case *messageView:
		return v.kept.Message
	case *messagesView:
		if k := v.current(); k != nil {
			return k.Message
		}
	case *listView[correlate.Exchange]:
		if x := v.current(); x != nil {
			return x.Request
		}
	}
	return nil
}

func newWhoView(a *app, q *who.Query) *whoView { return &whoView{app: a, query: q} }

func (v *whoView) cursor() *cursor     { return &v.cur }
func (v *whoView) moved()              {}
func (v *whoView) detail() [][]segment { return nil }
func (v *whoView) ask() live.Ask       { return live.Ask{Changes: true, Looking: true} }
func (v *whoView) crumb() string       { return "who changed " + v.query.String() }
func (v *whoView) bindings() []binding {
	return []binding{{"/", "look for something else", "other", func() { v.app.promptWho(v.query.String()) }}}
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
	v.lines = v.build(kept)
}

func (v *whoView) build(kept []aggregate.Kept) []textLine {
	t := &v.app.theme
	lines := []textLine{{text: "Who changed " + v.query.String(), style: t.title}}
	list := make([]correlate.Observation, len(kept))
	for i := range kept {
		list[i] = kept[i].Observation
	}
	s := who.NewSearch(v.query, who.Options{Emit: func(l *who.Line) error {
		style := t.text
		if l.Failed() {
			style = t.warn
		}
		lines = append(lines, textLine{text: "  " + clock(l.Time) + " " + l.Sentence(), style: style})
		return nil
	}})
	_ = s.Kept(list) // Emit never fails
	lines = append(lines, textLine{})
	for _, text := range s.Summary().Text(v.query, &v.app.snap.Info, clock) {
		lines = append(lines, textLine{text: "  " + text, style: t.dim})
	}
	return append(lines, textLine{text: fmt.Sprintf("  Of what can still be reached: the last %d messages at most that may change something.", live.MaxChanges), style: t.dim})
}

func clock(at time.Time) string { return at.Format(words.TimeOfDay) }

func (v *whoView) draw(g *grid, r rect) { drawPage(v.app, g, r, &v.cur, v.lines, 30) }
