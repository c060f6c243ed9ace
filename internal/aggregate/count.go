// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"cmp"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/histogram"
)

// Count adds what a source counted by itself (capture.Counter). m has the names
// of c, as decode.Decoder.Head makes it; nil is for what is about a socket.
// NetNSName and Proc of f are those of c, as far as they are known.
func (t *Table) Count(c *capture.Count, f *capture.Frame, m *decode.Message) {
	d := counted(c)
	x := correlate.Observation{Frame: f, Message: m, Account: c.Proc, Errno: c.Errno}
	if m != nil {
		x.Family, x.Type = m.Family, m.Type
	}
	if t.start.IsZero() || c.Last.Before(t.start) {
		t.start = c.Last
	}
	n := bucketOf(c.Last)
	cell := t.cell(keyOf(&x))
	if c.Socket.PortID != 0 {
		cell.portID = c.Socket.PortID
	}
	cell.last.Who = cmp.Or(f.Accounted(), cell.last.Who)
	t.countTimes(cell, c)
	cell.count(&d, c.Last, c.Errno, n)
	t.total.count(&d, c.Last, c.Errno, n)
	t.line.count(c.Last, &d)
	if c.Messages > 0 {
		t.history.count(c.Last, c.Messages)
	}
}

// CountRest adds what a source counted but had no row for, as one more cell of
// the overflow.
func (t *Table) CountRest(c *capture.Count) {
	d := counted(c)
	if d == (Counters{}) {
		return
	}
	d.Replies = 0 // nobody knows what they were
	if !t.rest {
		t.rest = true
		t.folded++
	}
	n := bucketOf(c.Last)
	t.overflow.count(&d, c.Last, c.Errno, n)
	t.total.count(&d, c.Last, c.Errno, n)
	t.line.count(c.Last, &d)
}

func (t *Table) countTimes(c *cell, n *capture.Count) {
	if len(n.Buckets) == 0 {
		return
	}
	for _, h := range []*histogram.H{c.times.own(), t.total.times.own()} {
		for _, b := range n.Buckets {
			h.AddBucket(b.Number, b.Count)
		}
		h.AddSums(n.Latency.Count, n.Latency.Sum, n.Latency.Max)
	}
	for _, b := range n.Buckets {
		low, _ := histogram.Bounds(min(b.Number, histogram.Buckets-1))
		t.heatUp(c, n.Last, time.Duration(low), b.Count)
	}
}

// counted is what a row adds.
func counted(c *capture.Count) Counters {
	d := Counters{Tally: c.Tally}
	if c.Out {
		d.OutMessages, d.OutBytes = c.Messages, c.Bytes
	} else {
		d.InMessages, d.InBytes = c.Messages, c.Bytes
	}
	switch {
	case c.Peer:
		d.Peers = c.Messages
	case c.Event:
		d.Events = c.Messages
	case c.Out:
		d.Requests = c.Messages
	default:
		d.Replies = c.Messages
	}
	return d
}

// Keep tells of a message that the source has counted already.
func (t *Table) Keep(o correlate.Observation) {
	if o.End == correlate.EndExchange {
		t.ended(&o)
	}
	if t.opt.Message != nil && IsMessage(&o) {
		t.tell(t.cell(keyOf(&o)), &o)
	}
}
