// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"container/heap"
	"time"

	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/incident"
)

// Ordered hands on the ends of exchanges and events, ENOBUFS and incidents, in the order
// in which they began: with a recording there is no need to wait. It holds so many back,
// and what begins earlier than one that is handed on already comes late.
type Ordered struct {
	to   Observer
	tell func(*incident.Incident) error
	held starts
	n    uint64

	bytes int // of the messages that they begin with
}

// How many are held back, and how many bytes of messages.
const (
	maxOrdered      = 16384
	maxOrderedBytes = 64 << 20
)

// NewOrdered returns an Ordered that hands on to these.
func NewOrdered(to Observer, tell func(*incident.Incident) error) *Ordered {
	return &Ordered{to: to, tell: tell}
}

// Observe takes an observation. Of those that are no ends an ENOBUFS alone is handed on.
func (w *Ordered) Observe(o *correlate.Observation) error {
	var s start
	switch o.End {
	case correlate.EndExchange:
		m := o.Exchange.Request
		s.at, s.frame, s.index, s.bytes = o.Exchange.Time, m.Frame.ID, m.Index, len(m.Data)
	case correlate.EndEvent:
		s.at, s.frame = o.Event.Time, o.Event.ID
		if m := o.Event.Message; m != nil {
			s.bytes = len(m.Data)
		}
	default:
		if o.Frame == nil || !IsLoss(o.Frame) {
			return nil
		}
		s.at, s.frame = o.Frame.Time, o.Frame.ID
	}
	own := *o // which is what costs, and most are dropped
	own.Own()
	s.write = func() error { return w.to.Observe(&own) }
	return w.add(s)
}

// Incident takes one that begins or has ended, whose place is its end.
func (w *Ordered) Incident(in *incident.Incident) error {
	own := *in
	at := in.End
	if in.Open {
		at = in.Begin
	}
	return w.add(start{at: at, write: func() error { return w.tell(&own) }})
}

func (w *Ordered) add(s start) error {
	w.n++
	s.n = w.n
	heap.Push(&w.held, s)
	w.bytes += s.bytes
	for w.held.Len() > maxOrdered || w.bytes > maxOrderedBytes && w.held.Len() > 1 {
		if err := w.pop(); err != nil {
			return err
		}
	}
	return nil
}

func (w *Ordered) pop() error {
	s := heap.Pop(&w.held).(start)
	w.bytes -= s.bytes
	return s.write()
}

// Close hands on what is held.
func (w *Ordered) Close() error {
	for w.held.Len() > 0 {
		if err := w.pop(); err != nil {
			return err
		}
	}
	return nil
}

// start is something with the time when it began.
type start struct {
	at    time.Time
	frame uint64 // its ID, and which message of it: of those at one time
	index int
	n     uint64 // in the order of ends
	bytes int    // of the message that it holds on to
	write func() error
}

// starts is a heap, earliest first.
type starts []start

func (s starts) Len() int { return len(s) }
func (s starts) Less(i, j int) bool {
	a, b := &s[i], &s[j]
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.frame, b.frame), cmp.Compare(a.index, b.index), cmp.Compare(a.n, b.n)) < 0
}
func (s starts) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *starts) Push(x any)   { *s = append(*s, x.(start)) }
func (s *starts) Pop() any {
	last := len(*s) - 1
	x := (*s)[last]
	(*s)[last] = start{} // lets go of it
	*s = (*s)[:last]
	return x
}
