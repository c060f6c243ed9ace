// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// seeking is a search for messages or exchanges that goes on between keys, one step at a time
// (live.Model.Search). Any key ends it.
type seeking struct {
	of   *live.Search
	what string // what is looked for
	done func()
}

// seek begins a search. done is called when it has ended by itself, which may be at once.
func (a *app) seek(of *live.Search, what string, done func()) {
	a.seeking = &seeking{of: of, what: what, done: done}
	a.seekOn()
}

// seekOn does one step.
func (a *app) seekOn() {
	s := a.seeking
	if s == nil {
		return
	}
	if !s.of.Ended {
		a.model.Search(a.snap, s.of)
	}
	if s.of.Ended {
		a.seeking = nil
		s.done()
	}
}

// always is ready to be read from.
var always = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// work is ready while a search goes on.
func (a *app) work() <-chan struct{} {
	if a.seeking != nil {
		return always
	}
	return nil
}

// draw writes into a line what is looked for, and how far that has come.
func (s *seeking) draw(a *app, g *grid, y int) {
	where, what, on, back := "", " messages passed", "down to ", "up to "
	if s.of.Exchanges != nil { // which may stand either way round
		what, on, back = " exchanges passed", "on to ", "back to "
	}
	if s.of.Back {
		on = back
	}
	if !s.of.Time.IsZero() {
		where = on + s.of.Time.Format(words.TimeOfDay[:12])
	}
	g.segments(1, y, g.w-1, 2, []segment{
		{text: "looking for " + s.what, style: a.theme.warn},
		{text: words.Grouped(s.of.Looked) + what, style: a.theme.text, keep: 2},
		{text: where, style: a.theme.dim, keep: 1},
		{text: "Esc ends it", style: a.theme.key},
	})
}

// relations are the keys that lead from a message to those that it has to do with.
func (a *app) relations(of func() *aggregate.Kept) []binding {
	to := func(r live.Relation) func() {
		return func() {
			if k := of(); k != nil {
				a.follow(k, r)
			}
		}
	}
	return []binding{
		{"a", "to its answer, or to the request that it answers", "answer", to(live.Counterpart)},
		{"u", "up to its cause: the request that made the kernel send it", "cause", to(live.TheCause)},
		{"d", "down to the events that it caused", "events", to(live.TheEvents)},
		{"x", "the story of its exchange: the request, its answers, its events, who got them", "story", to(live.TheExchange)},
	}
}

// relationText names what a relation leads to.
func relationText(r live.Relation, k *aggregate.Kept) string {
	return [...]string{"its counterpart", "its cause", "its events", "its exchange"}[r] + " (" + k.Message.TypeText() + ")"
}

// follow opens what is related to a message: a message, a list of several, or the story of
// its exchange.
func (a *app) follow(k *aggregate.Kept, r live.Relation) {
	of := live.Relate(k, r)
	if of.Why != "" {
		a.notice = of.Why
		return
	}
	a.seek(&of.Search, relationText(r, k), func() {
		list := make([]aggregate.Kept, len(of.Found))
		for i := range list {
			list[i] = of.Found[i].Kept
		}
		path := k.Message.TypeText()
		if r == live.TheEvents {
			path = "events of " + cmp.Or(k.Type, path) + " of " + words.Process(k.Account)
		}
		switch {
		case len(list) == 0:
			a.notice = a.notFound(&of.Search)
		case r == live.TheExchange:
			a.push(newStoryOf(a, &list[0]))
		case len(list) == 1:
			from := newListedMessages(a, path, list)
			a.push(newMessageView(a, list[0], from, from.step))
		default:
			a.push(newListedMessages(a, path, list))
			if len(list) >= live.MaxRelated {
				a.notice = "these are the first " + words.Grouped(live.MaxRelated)
			}
		}
	})
}

// notFound says that something related is not there.
func (a *app) notFound(of *live.Search) string {
	text := fmt.Sprintf("not found among %s messages: it did not come, or is not kept any more", words.Grouped(of.Looked))
	if a.snap.Filter != "" {
		text += ", or the filter leaves it out"
	}
	return text
}

// escaper is a view with something that Esc ends before it leaves the view.
type escaper interface {
	// escape says whether there was something.
	escape() bool
}

// hasText says whether one of some texts has one in it; letters match in either case,
// and what is nearer to the front costs less.
func hasText(text string, all ...func() string) bool {
	for _, of := range all {
		if strings.Contains(strings.ToLower(of()), text) {
			return true
		}
	}
	return false
}
