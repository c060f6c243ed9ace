// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// What makes a poll so heavy that it stands in the line of what is wrong: its share of the
// kernel's time, or how many messages a second come back.
const (
	heavyKernel  = 0.05
	heavyReplies = 500
)

// pollsOf are the polls that are counted in a row, and how many times those were asked that
// are not the first.
func (a *app) pollsOf(r *aggregate.Row) (first *live.Poll, others int) {
	for i := range a.snap.Polls {
		switch p := &a.snap.Polls[i]; {
		case !polledBy(r, p):
		case first == nil:
			first = p
		default:
			others++
		}
	}
	return first, others
}

// polledBy says whether a poll is one of the row's. Of several processes it is one of the
// row of all that have their name.
func polledBy(r *aggregate.Row, p *live.Poll) bool {
	k, of := &r.ID.Key, &p.Process
	switch {
	case r.ID.Level() == aggregate.LevelOverflow:
		return false
	case k.Comm != "" && k.Comm != of.Comm, k.PID != 0 && k.PID != of.PID:
		return false
	case k.Comm == "" && k.PID != 0 && of.PID == 0:
		return false
	case k.Family != "" && k.Family != p.Family:
		return false
	}
	named := aggregate.Type{Family: k.Family, FamilyID: k.FamilyID}
	return k.Type == named || k.Type.Label() == p.Type
}

// pollText is "asks RTM_GETLINK every 2.00 s, 30 times".
func (a *app) pollText(p *live.Poll) string {
	verb := "asks"
	if p.Dump {
		verb = "dumps"
	}
	return verb + " " + decode.Quote(p.Type) + " " + a.pollPeriod(p) + ", " + words.Grouped(p.Times) + " times"
}

// pollPeriod is "every 2.00 s", or from what on and up to what where that differs.
func (a *app) pollPeriod(p *live.Poll) string {
	if p.Even {
		return "every " + words.Duration(p.Interval)
	}
	return fmt.Sprintf("every %s to %s", words.Duration(p.Low), words.Duration(p.High))
}

// pollLine says what a row polls; "": nothing.
func (a *app) pollLine(r *aggregate.Row) string {
	p, others := a.pollsOf(r)
	if p == nil {
		return ""
	}
	text := a.pollText(p)
	if r.ID.Key.Comm == "" {
		text = pollerOf(p) + " " + text
	}
	if others > 0 {
		text += ", and " + words.Plural(others, "other question", "other questions")
	}
	return text
}

// pollerOf names who asks.
func pollerOf(p *live.Poll) string {
	if !p.Process.Known() {
		return "somebody"
	}
	return words.Process(p.Process.Proc())
}

// heaviestPoll is the one that costs most, if any is heavy; nil: none is.
func (a *app) heaviestPoll() (most *live.Poll) {
	var weight float64
	for i := range a.snap.Polls {
		p := &a.snap.Polls[i]
		span := p.Last.Sub(p.First)
		if span < time.Second || !p.Even || !a.recent(p.Last) {
			continue
		}
		kernel, replies := float64(p.Kernel)/float64(span), float64(p.Replies)/span.Seconds()
		w := max(kernel/heavyKernel, replies/heavyReplies)
		if w >= 1 && cmp.Compare(w, weight) > 0 {
			most, weight = p, w
		}
	}
	return most
}

// pollPart says who polls so that it costs something.
func (a *app) pollPart() []segment {
	p := a.heaviestPoll()
	if p == nil {
		return nil
	}
	segs := part(keepPoll, a.theme.warn, "%s polls: %s %s (x)", pollerOf(p), decode.Quote(p.Type), a.pollPeriod(p))
	span := p.Last.Sub(p.First)
	cost := words.Rate(float64(p.Replies)/span.Seconds()) + " replies/s"
	if p.Kernel > 0 {
		cost += fmt.Sprintf(", %.0f%% of a processor", 100*float64(p.Kernel)/float64(span))
	}
	return append(segs, segment{text: cost, style: a.theme.text, keep: 7})
}
