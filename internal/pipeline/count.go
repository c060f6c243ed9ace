// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// countInterval is how often the source's counters are read: as often as the
// rates of package aggregate step. calmInterval is how often when nobody looks at
// rates, unless there are so many rows that a source might run out of room.
const (
	countInterval = 250 * time.Millisecond
	calmInterval  = time.Second
	calmRows      = 1000
)

// countWhile reads the source's counters, if the table is to have them, until the
// function that it returns is called, which reads them a last time.
func (p *Pipeline) countWhile() (stop func() error) {
	src, ok := p.o.Source.(capture.Counter)
	if !ok || !p.o.Counted || p.o.Table == nil {
		return func() error { return nil }
	}
	ended, done := make(chan struct{}), make(chan error, 1)
	go func() {
		timer := time.NewTimer(countInterval)
		defer timer.Stop()
		for {
			select {
			case <-timer.C:
				rows, err := p.count(src)
				if err != nil {
					<-ended
					done <- err
					return
				}
				next := countInterval
				if p.o.Calm && rows < calmRows {
					next = calmInterval
				}
				timer.Reset(next)
			case <-ended:
				_, err := p.count(src)
				done <- err
				return
			}
		}
	}()
	return func() error {
		close(ended)
		return <-done
	}
}

// count adds to the table what the source has counted, and says in how many rows.
func (p *Pipeline) count(src capture.Counter) (int, error) {
	var kept uint64
	if p.o.Kept != nil {
		kept = p.o.Kept()
	}
	var rows []capture.Count
	rest, err := src.Counts(func(c *capture.Count) { rows = append(rows, *c) })
	if err != nil {
		return 0, fmt.Errorf("count: %w", err)
	}
	p.decoding.Lock()
	defer p.decoding.Unlock()
	for i := range rows {
		if err := p.countRow(&rows[i]); err != nil {
			return 0, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.narrow == nil {
		p.o.Table.CountRest(since(&rest.Rows, &p.rest.Rows))
		p.o.Table.CountRestCause(since(&rest.Causes, &p.rest.Causes))
	}
	p.rest, p.countedTo = rest, kept
	return len(rows), nil
}

// Watch says what the source is to emit beside what it counts. What was asked
// while nobody watched is not known, so that exchanges begin anew.
func (p *Pipeline) Watch(w capture.Watch) error {
	src, ok := p.o.Source.(capture.Counter)
	if !ok || !p.o.Counted {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if w == p.watch {
		return nil
	}
	if err := src.Watch(w); err != nil {
		return err
	}
	if w == capture.WatchAll || p.watch == capture.WatchAll {
		p.tracker = newTracker(&p.o)
	}
	p.watch = w
	return nil
}

// countRow names one row and adds it.
func (p *Pipeline) countRow(c *capture.Count) error {
	o := capture.Origin{Protocol: c.Protocol, NetNS: c.NetNS, Socket: c.Socket, Proc: c.Proc}
	o.Socket.Owner = c.Proc
	p.lookUp(&o)
	c.Proc = o.Socket.Owner
	f := &capture.Frame{Origin: &o, Time: c.Last}
	m := p.head(c)
	if m != nil && unknownFamily(m) {
		at := c.Last
		if at.IsZero() { // causes have none
			at = p.Now()
		}
		if learned, err := p.relearn(at); err != nil {
			return err
		} else if learned {
			m = p.head(c)
		}
	}
	if m != nil && c.Request && m.ProbesDevice() {
		c.Probes += c.NoDevs
	}
	if !c.Last.IsZero() {
		p.last.Store(max(p.last.Load(), c.Last.UnixNano()))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.narrow != nil:
	case c.Of == capture.CountCause:
		p.o.Table.CountCause(c, m)
	default:
		p.o.Table.Count(c, f, m)
	}
	return nil
}

// head is a message with the names of a row; nil: it is about a socket, or no request.
func (p *Pipeline) head(c *capture.Count) *decode.Message {
	var m decode.Message
	switch c.Of {
	case capture.CountCause:
		if !c.Request {
			return nil
		}
		m = p.o.Decoder.Head(c.Protocol, c.Type, c.Sub, capture.DirRequest)
	case capture.CountMessages:
		m = p.o.Decoder.Head(c.Protocol, c.Type, c.Sub, dirOf(c))
	case capture.CountUevents:
		m = p.o.Decoder.UeventHead(c.Sub)
	case capture.CountBare:
		m = p.o.Decoder.Head(c.Protocol, 0, 0, dirOf(c))
		m.NoHeader, m.Type = true, ""
	default:
		return nil
	}
	return &m
}

// dirOf is the direction of what a row counts, as far as names depend on it.
func dirOf(c *capture.Count) capture.Dir {
	switch {
	case c.Request:
		return capture.DirRequest
	case c.Event:
		return capture.DirEvent
	}
	return capture.DirReply
}

// since returns what came between two readings of the rest.
func since(now, before *capture.Count) *capture.Count {
	d := *now
	d.Messages -= before.Messages
	d.Bytes -= before.Bytes
	d.Events -= before.Events
	d.Deliveries -= before.Deliveries
	d.Tally.Sub(&before.Tally)
	return &d
}
