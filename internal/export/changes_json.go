// SPDX-License-Identifier: Apache-2.0

package export

import (
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// change writes the object of the exchange: those of its events, and what changed nothing,
// are left out.
func (j *JSON) change(c *change) error {
	if c.x.Change() == decode.No {
		return nil // it failed, and its events tell that it did something first
	}
	return j.end(&correlate.Observation{
		Frame: c.x.Request.Frame, Exchange: c.x, Account: c.x.Proc, End: correlate.EndExchange, Outcome: c.x.Outcome,
	})
}

// alone writes the object of the event.
func (j *JSON) alone(e *correlate.Event) error {
	return j.eventEnd(&correlate.Observation{Frame: e.Message.Frame, Event: e, Account: e.Cause.Proc, End: correlate.EndEvent})
}

func (j *JSON) below(*correlate.Event) error { return nil }
func (j *JSON) late(*correlate.Event) error  { return nil }
func (j *JSON) more(int, string) error       { return nil }
func (j *JSON) rest(*folded) error           { return nil }

// saysOf writes what has ended in words, where that is asked for.
func (j *JSON) saysOf(m *decode.Message) {
	if !j.saysEnds {
		return
	}
	body := m.ValuesIn(&j.room)
	said := j.words.FromStream(m)
	j.says(m, &body, &said)
}
