// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// CauseKey is who made the kernel send events, and by what.
type CauseKey struct {
	Process              // with the name "(interrupt)": nobody
	Pod, Container, Unit string
	// Request is the type of the request that was being handled, of a batch that of its
	// first message; zero: none was (an ioctl, a kernel thread, an interrupt), or it is not
	// known.
	Request Type
}

// Caused is what others were made to receive. Their sum over all causes is what all
// sockets received of events.
type Caused struct {
	Events uint64 `json:"events"` // multicasts that anybody was to get
	// Deliveries counts how often one was sent to a socket, Lost those of them that found
	// its buffer full.
	Deliveries uint64 `json:"deliveries"`
	Lost       uint64 `json:"lost"`
	Messages   uint64 `json:"messages"` // in those that were not lost
	Bytes      uint64 `json:"bytes"`    // of those
	// Nobufs counts the ENOBUFS that the kernel raised meanwhile, also those of answers
	// that their own asker had no room for.
	Nobufs uint64 `json:"enobufs_raised"`
}

// Add adds d.
func (c *Caused) Add(d *Caused) {
	c.Events += d.Events
	c.Deliveries += d.Deliveries
	c.Lost += d.Lost
	c.Messages += d.Messages
	c.Bytes += d.Bytes
	c.Nobufs += d.Nobufs
}

// Cause is one of those who made others receive events.
type Cause struct {
	CauseKey
	Caused
}

// maxSeenEvents is of how many it is remembered that they were counted: more than
// package correlate has open.
const maxSeenEvents = 4096

// causes counts them. When there are too many, the lesser half goes into other: the one
// that floods stays.
type causes struct {
	of    map[CauseKey]*Caused
	order []CauseKey // the keys of it, in the order in which they came
	other Caused
	max   int
	seen  map[uint64]struct{} // Event.ID of the newest
	ids   []uint64            // the same, a ring
	next  int
}

func newCauses(most int) causes {
	return causes{of: map[CauseKey]*Caused{}, max: most, seen: map[uint64]struct{}{}}
}

func (cs *causes) add(k CauseKey, d *Caused) {
	c := cs.of[k]
	if c == nil {
		if len(cs.of) >= cs.max {
			cs.fold()
		}
		c = new(Caused)
		cs.of[k] = c
		cs.order = append(cs.order, k)
	}
	c.Add(d)
}

func (cs *causes) fold() {
	weight := func(c *Caused) uint64 { return c.Deliveries + c.Nobufs }
	all := slices.Clone(cs.order)
	slices.SortStableFunc(all, func(a, b CauseKey) int {
		return cmp.Compare(weight(cs.of[a]), weight(cs.of[b]))
	})
	for _, k := range all[:(len(all)+1)/2] {
		cs.other.Add(cs.of[k])
		delete(cs.of, k)
	}
	cs.order = slices.DeleteFunc(cs.order, func(k CauseKey) bool { return cs.of[k] == nil })
}

func (cs *causes) list() []Cause {
	all := make([]Cause, 0, len(cs.of))
	for _, k := range cs.order {
		all = append(all, Cause{k, *cs.of[k]})
	}
	return all
}

// observe counts one message of an event, or an ENOBUFS.
func (cs *causes) observe(x *correlate.Observation) {
	d, counts := cs.delta(x)
	if !counts {
		return
	}
	by := x.CausedBy()
	var req Type
	if m := by.Datagram; m != nil {
		req = typeOf(m.Family, m.Type, m.Frame.Protocol, m)
	}
	cs.add(causeKey(&by.Proc, req), &d)
}

// delta is what one observation adds.
func (cs *causes) delta(x *correlate.Observation) (d Caused, counts bool) {
	f := x.Frame
	if f.Verdict == capture.VerdictNobufsRaised {
		return Caused{Nobufs: 1}, true
	}
	lost := f.Verdict.Lost()
	if x.Event == nil || f.Kind != capture.KindDatagram || f.Dir != capture.DirEvent || !lost && f.Verdict != capture.VerdictDelivered {
		return d, false
	}
	if x.Message == nil || x.Message.Index == 0 {
		d.Deliveries = 1
		if cs.fresh(x.Event) {
			d.Events = 1
		}
	}
	switch {
	case !lost:
		d.Messages, d.Bytes = 1, size(x)
	case d.Deliveries == 0:
		return d, false // one datagram was lost, however many messages
	default:
		d.Lost = 1
	}
	return d, true
}

// fresh says whether an event was not counted yet: a filter may have kept the first of
// its deliveries away.
func (cs *causes) fresh(e *correlate.Event) bool {
	if _, known := cs.seen[e.ID]; known {
		return false
	}
	if len(cs.ids) < maxSeenEvents {
		cs.ids = append(cs.ids, e.ID)
	} else {
		delete(cs.seen, cs.ids[cs.next])
		cs.ids[cs.next] = e.ID
		cs.next = (cs.next + 1) % maxSeenEvents
	}
	cs.seen[e.ID] = struct{}{}
	return true
}

func causeKey(p *capture.Proc, req Type) CauseKey {
	return CauseKey{
		Process: Process{p.PID, p.ProcessName(), p.Life, p.Outside},
		Pod:     p.Pod, Container: p.Container, Unit: p.Unit, Request: req,
	}
}

// CountCause adds what a source counted by itself; m has the names of the request, nil:
// there was none.
func (t *Table) CountCause(c *capture.Count, m *decode.Message) {
	var req Type
	if m != nil {
		req = typeOf(m.Family, m.Type, c.Protocol, m)
	}
	d := caused(c)
	t.causes.add(causeKey(&c.Proc, req), &d)
}

// CountRestCause adds what a source had no row for.
func (t *Table) CountRestCause(c *capture.Count) {
	d := caused(c)
	t.causes.other.Add(&d)
}

func caused(c *capture.Count) Caused {
	return Caused{
		Events: c.Events, Deliveries: c.Deliveries, Lost: c.Drops, Messages: c.Messages, Bytes: c.Bytes,
		Nobufs: c.NobufsRaised,
	}
}
