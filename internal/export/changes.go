// SPDX-License-Identifier: Apache-2.0

package export

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nft"
)

// Changes writes what changed the system, each when it is known that it did: a request with
// the events that it caused, an event that no request caused. What changed nothing is
// counted, and the counts stand before the next change. It wants the ends of exchanges and
// events (correlate.Options.Ends), and is not safe for concurrent use.
//
// What it holds back is bounded, and what there is no room for is written where it comes.
type Changes struct {
	to    changeWriter
	order *Ordered               // of a recording; nil: what has ended is written at once
	held  map[requestID]*change  // of a recording: those in order
	early map[requestID]*change  // events whose request has not ended
	done  map[requestID]struct{} // requests that have
	queue []requestID            // of done, oldest first
	last  requestID              // that was written last, and nothing since
	fresh *correlate.Event       // the newest that was told when it came
	count folded                 // since the last change
	run   eventRun
	// Limit ends it after so many changes; 0: never.
	Limit   int
	written int
}

// changeWriter is Text and JSON.
type changeWriter interface {
	change(c *change) error
	// below writes an event below its request; late one whose request was written before.
	below(e *correlate.Event) error
	late(e *correlate.Event) error
	alone(e *correlate.Event) error
	// more counts events that are left out: of a type, or below a request ("").
	more(n int, typ string) error
	rest(n *folded) error
}

// change is a request, and what of its events is written.
type change struct {
	x      *correlate.Exchange
	events []*correlate.Event
	more   int // events beyond those
}

// requestID finds a request.
type requestID struct {
	frame uint64
	index int
}

func idOf(x *correlate.Exchange) requestID {
	return requestID{x.Request.Frame.ID, x.Request.Index}
}

const (
	maxBelow = 4    // events that are written below a request; the others are counted
	maxAlone = 8    // events of one type behind one another that no request caused; likewise
	maxEarly = 4096 // requests that have not ended and have events
	maxDone  = 4096 // requests that are remembered to have ended
)

// NewTextChanges and NewJSONChanges return a Changes that writes where t or j does, of a
// recording in the order in which things began.
func NewTextChanges(t *Text, recording bool) *Changes { return newChanges(t, recording) }
func NewJSONChanges(j *JSON, recording bool) *Changes {
	j.saysEnds = true
	return newChanges(j, recording)
}

func newChanges(to changeWriter, recording bool) *Changes {
	c := &Changes{to: to, held: map[requestID]*change{}, early: map[requestID]*change{}, done: map[requestID]struct{}{}}
	if recording {
		c.order = NewOrdered(nil, nil)
	}
	return c
}

// Done says that there are as many as were asked for.
func (c *Changes) Done() bool { return c.Limit > 0 && c.written >= c.Limit }

// Written says how many changes were written, events that no request caused among them.
func (c *Changes) Written() int { return c.written }

// Observe takes an observation.
func (c *Changes) Observe(o *correlate.Observation) error {
	switch {
	case o.End == correlate.EndExchange:
		return c.exchange(o.Exchange)
	case o.End == correlate.EndEvent:
		if c.order == nil && told(o.Event) {
			return nil // when it came
		}
		return c.event(o.Event)
	case o.Event != nil && o.Message != nil && c.order == nil && told(o.Event):
		if o.Event == c.fresh || o.Event.ID != o.Frame.ID {
			return nil // one more delivery
		}
		c.fresh = o.Event
		return c.event(o.Event)
	}
	return nil
}

// told says whether all that is written of an event is known when it comes: no request
// will be found to have caused it. In quiet times its end is long in coming.
func told(e *correlate.Event) bool {
	m := e.Message
	return e.Cause.Exchange == nil && m != nil && (m.Frame.Sees.Has(capture.SeesCauses) || m.Header.PID == 0)
}

// exchange takes one that has ended.
func (c *Changes) exchange(x *correlate.Exchange) error {
	if nft.Frames(x.Request) {
		return nil // what stands between them tells
	}
	id := idOf(x)
	own := c.early[id]
	delete(c.early, id)
	if own == nil {
		own = &change{}
	}
	// A request that failed may have done something first, as its events tell.
	if x.Change() == decode.No && len(own.events) == 0 {
		kind := foldedAs(x)
		return c.in(startOf(x), func() error { c.count.add(kind); return nil })
	}
	c.ended(id)
	own.x = x
	if c.order == nil {
		return c.write(own, id)
	}
	own.x = x.Copy()
	c.held[id] = own
	return c.in(startOf(x), func() error {
		delete(c.held, id)
		return c.write(own, id)
	})
}

// in does something in its place: in a recording when all that began before is done.
func (c *Changes) in(s start, do func() error) error {
	if c.order == nil {
		return do()
	}
	s.write = do
	return c.order.add(s)
}

func startOf(x *correlate.Exchange) start {
	return start{at: x.Time, frame: x.Request.Frame.ID, index: x.Request.Index, bytes: len(x.Request.Data)}
}

// ended remembers that a request has.
func (c *Changes) ended(id requestID) {
	c.done[id] = struct{}{}
	if c.queue = append(c.queue, id); len(c.queue) > maxDone {
		delete(c.done, c.queue[0])
		c.queue = c.queue[1:]
	}
}

// event takes an event that is over.
func (c *Changes) event(e *correlate.Event) error {
	if e.Message == nil {
		return nil // it was lost without its bytes
	}
	if e.Change() != decode.No {
		return c.put(e, c.alone)
	}
	x := e.Cause.Exchange
	if x == nil || x.Request.Modifies() == decode.No {
		return nil // no change
	}
	id := idOf(x)
	_, ended := c.done[id]
	switch own := c.held[id]; {
	case own != nil:
		own.add(e)
	case ended && c.order == nil && c.last == id:
		return c.to.below(e)
	case ended, c.early[id] == nil && len(c.early) >= maxEarly:
		return c.put(e, c.late)
	default:
		if c.early[id] == nil {
			c.early[id] = &change{}
		}
		c.early[id].add(e)
	}
	return nil
}

// put writes an event by itself, in its place.
func (c *Changes) put(e *correlate.Event, write func(*correlate.Event) error) error {
	if c.order != nil {
		e = e.Copy()
	}
	return c.in(start{at: e.Time, frame: e.ID, bytes: len(e.Message.Data)}, func() error { return write(e) })
}

func (c *change) add(e *correlate.Event) {
	if len(c.events) == maxBelow {
		c.more++
		return
	}
	c.events = append(c.events, e.Copy())
}

// next makes way for a line, whose request is id.
func (c *Changes) next(id requestID) error {
	c.last = id
	if err := c.run.end(c.to); err != nil || c.count.nothing() {
		return err
	}
	err := c.to.rest(&c.count)
	c.count = folded{}
	return err
}

func (c *Changes) write(own *change, id requestID) error {
	if c.Done() {
		return nil
	}
	if err := c.next(id); err != nil {
		return err
	}
	c.written++
	if err := c.to.change(own); err != nil {
		return err
	}
	for _, e := range own.events {
		if err := c.to.below(e); err != nil {
			return err
		}
	}
	if own.more > 0 {
		return c.to.more(own.more, "")
	}
	return nil
}

func (c *Changes) late(e *correlate.Event) error {
	if c.Done() {
		return nil
	}
	if err := c.next(requestID{}); err != nil {
		return err
	}
	return c.to.late(e)
}

// alone writes an event that no request caused.
func (c *Changes) alone(e *correlate.Event) error {
	switch {
	case c.Done():
		return nil
	case c.run.goesOn(e):
		return c.run.fold(c.to, e)
	}
	if !c.run.same(e) || !c.count.nothing() {
		if err := c.next(requestID{}); err != nil {
			return err
		}
	}
	c.last = requestID{}
	c.run.add(e)
	c.written++
	return c.to.alone(e)
}

// Close writes what is held back.
func (c *Changes) Close() error {
	if c.order != nil {
		if err := c.order.Close(); err != nil {
			return err
		}
	}
	// Of requests that were not handed on: a filter may pass an event and not them.
	for _, own := range c.early {
		for _, e := range own.events {
			if err := c.late(e); err != nil {
				return err
			}
		}
	}
	if c.Done() {
		return nil
	}
	return c.next(requestID{})
}
