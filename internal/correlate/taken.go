// SPDX-License-Identifier: Apache-2.0

package correlate

import "github.com/nltop/nltop/internal/capture"

// unread says whether a request has all its answers, and its reader has not taken all of
// them yet, as far as the source would tell.
func (e *entry) unread() bool {
	return e.sees.Has(capture.SeesTaken) && e.answered && !e.dropped && !e.nobufs && e.took < e.Rounds
}

// taken handles the report that a reader has taken an answer out of its queue. The last
// one ends the exchange.
func (t *Tracker) taken(f *capture.Frame, o *Observation) {
	e := t.answered(f)
	if e == nil || e.took >= e.Rounds {
		t.dst = append(t.dst, *o)
		return
	}
	o.Exchange = &e.Exchange
	o.Family, o.Type = e.Request.Family, e.Request.Type
	e.took++
	last := e.answered && e.took == e.Rounds
	if last && e.sent {
		from := e.Time.Add(e.Last)
		if e.returned.After(from) {
			from = e.returned
		}
		e.Queue = max(f.Time.Sub(from), 0)
		begin := e.Time
		if e.Leads {
			begin = e.returned.Add(-e.Send)
		}
		e.Whole = f.Time.Sub(begin)
		o.Read = true
	}
	t.dst = append(t.dst, *o)
	if last && e.sent && !e.Ended {
		t.end(e)
	}
}
