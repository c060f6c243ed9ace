// SPDX-License-Identifier: Apache-2.0

package export

import (
	"io"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/who"
)

// Who writes who changed a thing: a sentence a line, and at the end what was searched
// and what the answer may lack. It wants the ends of exchanges and events
// (correlate.Options.Ends), and is not safe for concurrent use.
type Who struct {
	search *who.Search
	query  *who.Query
	text   *Text // nil: JSON
	json   *JSON
	netns  uint64 // of the first sentence
	// Source tells what the source is and what it has lost so far; nil: nobody asks.
	Source interface {
		Info() capture.Info
		Stats() capture.Stats
	}
	asked time.Time // for its losses, in frame time
}

// NewWhoText and NewWhoJSON return a Who that writes to w. Options.Emit is theirs.
func NewWhoText(w io.Writer, q *who.Query, o who.Options, t TextOptions) *Who {
	x := &Who{query: q, text: NewText(w, t)}
	o.Emit = x.line
	x.search = who.NewSearch(q, o)
	return x
}

func NewWhoJSON(w io.Writer, q *who.Query, o who.Options) *Who {
	x := &Who{query: q, json: NewJSON(w, nil)}
	o.Emit = x.object
	x.search = who.NewSearch(q, o)
	return x
}

// lossesEvery is how often the source is asked what it has lost, in frame time.
const lossesEvery = time.Second

// Observe takes a message, or an end.
func (x *Who) Observe(o *correlate.Observation) error {
	err := x.search.Observe(o)
	if now := x.search.Now(); x.Source != nil && now.Sub(x.asked) >= lossesEvery {
		x.asked = now
		x.search.Lost(x.Source.Stats().LostTotal())
	}
	return err
}

// Elapse tells what has waited for long enough, where nothing is observed.
func (x *Who) Elapse(now time.Time) error { return x.search.Elapse(now) }

// line writes a sentence, with the network namespace where that is another one than that
// of the first.
func (x *Who) line(s *who.Line) error {
	t := x.text
	l := &t.line
	l.reset()
	l.word(styleDim, t.when(s.Time))
	if x.netns == 0 {
		x.netns = s.NetNS
	} else if s.NetNS != 0 && s.NetNS != x.netns {
		l.word(styleDim, "netns "+placeText(s)+":")
	}
	style := styleNone
	if s.Failed() {
		style = styleBad
	}
	l.word(style, s.Sentence())
	l.end()
	return t.flush()
}

func placeText(s *who.Line) string {
	if s.NetNSName != "" {
		return decode.Quote(s.NetNSName)
	}
	return string(appendUint(nil, s.NetNS))
}

// object writes a sentence as JSON.
func (x *Who) object(s *who.Line) error {
	j := x.json
	j.buf = appendTime(append(j.buf[:0], '{'), "time", s.Time)
	j.text("kind", "change")
	j.orNull("family", s.Family)
	j.orNull("type", s.Type)
	j.always("frame", s.Frame)
	j.number("index", uint64(s.Index))
	j.number("netns", s.NetNS)
	if s.NetNSName != "" {
		j.text("netns_name", s.NetNSName)
	}
	j.text("noun", s.Noun)
	j.text("name", s.Name)
	j.text("verb", s.Verb)
	j.flag("event", s.Event)
	j.flag("reads", s.Reads)
	if s.Proc.Known() {
		j.key("proc")
		j.proc(&s.Proc)
	}
	if len(s.Lineage) > 0 {
		j.procs("lineage", s.Lineage)
	}
	if s.By != "" {
		j.text("by", s.By)
	}
	j.trigger(s.Trigger)
	if s.Says != "" {
		j.text("says", s.Says)
	}
	j.flag("inferred", s.Inferred)
	if !s.Event {
		j.text("outcome", s.Outcome.String())
	}
	if s.Why != "" {
		j.text("why", s.Why)
	}
	j.always("events", uint64(max(s.Events, 0)))
	j.always("listeners", uint64(max(s.Listeners, 0)))
	j.always("lost", uint64(max(s.Lost, 0)))
	if len(s.Differs) > 0 {
		j.key("differs")
		j.differences(s.Differs)
	}
	if len(s.How) > 0 {
		j.buf = append(j.buf, `,"found_by":[`...)
		for i, h := range s.How {
			if i > 0 {
				j.buf = append(j.buf, ',')
			}
			j.buf = appendString(append(j.buf, `{"term":`...), h.Term)
			j.text("how", h.How)
			j.buf = append(j.buf, '}')
		}
		j.buf = append(j.buf, ']')
	}
	j.text("sentence", s.Sentence())
	return j.flush()
}

// Close writes the sentences that still wait, and what was searched.
func (x *Who) Close() error {
	if err := x.search.Close(); err != nil {
		return err
	}
	var info capture.Info
	if x.Source != nil {
		x.search.Lost(x.Source.Stats().LostTotal())
		info = x.Source.Info()
	}
	sum := x.search.Summary()
	if x.json != nil {
		return x.summary(sum, sum.Text(x.query, &info, func(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }))
	}
	l := &x.text.line
	l.reset()
	for _, text := range sum.Text(x.query, &info, x.text.when) {
		l.put(styleDim, "# "+text)
		l.end()
	}
	return x.text.flush()
}

func (x *Who) summary(sum *who.Summary, notes []string) error {
	j := x.json
	j.buf = appendTime(append(j.buf[:0], '{'), "time", sum.First)
	j.text("kind", "summary")
	j.text("query", x.query.String())
	j.always("found", uint64(sum.Found))
	j.always("messages", uint64(sum.Messages))
	j.buf = appendTime(append(j.buf, ','), "until", sum.Last)
	j.buf = appendStrings(append(j.buf, `,"families":`...), sum.Families())
	j.buf = append(j.buf, `,"losses":[`...)
	for i, l := range sum.Losses {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.buf = appendTime(append(j.buf, '{'), "from", l.From)
		j.buf = appendTime(append(j.buf, ','), "to", l.To)
		j.always("lost", l.Messages)
		j.buf = append(j.buf, '}')
	}
	j.buf = appendStrings(append(j.buf, `],"notes":`...), notes)
	return j.flush()
}
