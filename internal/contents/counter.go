// SPDX-License-Identifier: Apache-2.0

package contents

import (
	"cmp"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// counter adds up the frames of a file.
type counter struct {
	dec  *decode.Decoder
	msgs []decode.Message // used again

	messages, problems, others uint64
	span                       Span
	latest                     time.Time
	protocols, families        counts
	directions, reports        counts
	undelivered                counts
	processes                  keep[processKey, Process]
	netns                      keep[netnsKey, NetNS]
	origins                    capture.PerOrigin[shared]
}

// maxKept bounds of how many processes, and of how many network namespaces, families and
// so on a file can make it tell.
const maxKept = 4096

// processKey tells processes apart also where nobody knows a life.
type processKey struct {
	capture.ProcKey
	name string
}

type netnsKey struct {
	inode uint64
	name  string
}

// shared is what is counted of all messages of an Origin; nil: there was no room.
type shared struct {
	protocol, direction *uint64
	process             *Process
	netns               *NetNS
}

func newCounter(d *decode.Decoder) *counter { return &counter{dec: d} }

// learn is for the preamble.
func (c *counter) learn(f *capture.Frame) { c.msgs = c.dec.Frame(f, c.msgs[:0]) }

// atOnce is how many messages of a datagram are held at once.
const atOnce = 256

func (c *counter) frame(f *capture.Frame) error {
	c.time(f.Time)
	if f.Kind != capture.KindDatagram {
		if n := c.reports.of(f.Kind.Name()); n != nil {
			*n++
		}
		return nil
	}
	s := c.shared(f.Origin)
	var n uint64
	for p := (decode.Position{}); p.More(f); {
		clear(c.msgs)
		c.msgs = c.dec.Next(f, &p, atOnce, c.msgs[:0])
		for i := range c.msgs {
			m := &c.msgs[i]
			if m.Problem != nil {
				c.problems++
			}
			c.count(c.families.of(m.FamilyText()), 1)
		}
		n += uint64(len(c.msgs))
	}
	c.messages += n
	if f.Verdict > capture.VerdictDelivered {
		c.count(c.undelivered.of(f.Verdict.String()), n)
	}
	c.count(s.protocol, n)
	c.count(s.direction, n)
	if s.process != nil {
		s.process.Messages += n
	} else if who := f.Account(); who.Known() {
		c.others += n
	}
	if s.netns != nil {
		s.netns.Messages += n
	} else {
		c.others += n
	}
	return nil
}

func (c *counter) count(at *uint64, n uint64) {
	if at == nil {
		c.others += n
		return
	}
	*at += n
}

// shared finds what is counted of an Origin.
func (c *counter) shared(o *capture.Origin) *shared {
	s, known := c.origins.Of(o)
	if known {
		return s
	}
	*s = shared{protocol: c.protocols.of(capture.ProtocolName(o.Protocol)), direction: c.directions.of(o.Dir.String())}
	if p := o.Account(); p.Known() {
		// What else is known of it may be long, and is not told.
		who := capture.Proc{PID: p.PID, Comm: p.Comm, Name: p.Name, Life: p.Life, Outside: p.Outside}
		s.process = c.processes.get(processKey{p.Key(), p.ProcessName()}, Process{PID: p.PID, Name: p.ProcessName(), proc: who})
	}
	s.netns = c.netns.get(netnsKey{o.NetNS, o.NetNSName}, NetNS{Inode: o.NetNS, Name: o.NetNSName})
	return s
}

func (c *counter) time(t time.Time) {
	s := &c.span
	if t.IsZero() {
		s.Timeless++
		return
	}
	t = t.UTC()
	switch back := c.latest.Sub(t); {
	case c.latest.IsZero(), back <= 0:
		c.latest = t
	default:
		s.Backwards++
		s.Back = max(s.Back, back)
	}
	if s.First == nil || t.Before(s.First.Time) {
		s.First = &Moment{t}
	}
	if s.Last == nil || t.After(s.Last.Time) {
		s.Last = &Moment{t}
	}
	s.Duration = s.Last.Sub(s.First.Time)
}

// keep are values by key, as many as there is room for.
type keep[K comparable, V any] struct{ of map[K]*V }

// get returns the value of k, which is v at first; nil: there is no room.
func (t *keep[K, V]) get(k K, v V) *V {
	if p, ok := t.of[k]; ok {
		return p
	}
	if len(t.of) >= maxKept {
		return nil
	}
	if t.of == nil {
		t.of = make(map[K]*V)
	}
	t.of[k] = &v
	return &v
}

// counts are numbers by name.
type counts struct{ keep[string, uint64] }

func (c *counts) of(name string) *uint64 { return c.get(name, 0) }

// rows are the largest first.
func (c *counts) rows() []Row {
	rows := []Row{}
	for name, n := range c.keep.of {
		rows = append(rows, Row{name, *n})
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Name, b.Name))
	})
	return rows
}
