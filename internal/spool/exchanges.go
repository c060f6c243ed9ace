// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
)

// Exchanges are found where their request is. The index says for each chunk how many
// datagrams with requests it has of which the exchanges have ended, and how; the requests of
// one datagram are one, which has ended as the worst of them. Where an exchange ends so
// late that whoever reads its chunk again will not see it, how it ended is remembered.

// Outcomes is a set of ways in which exchanges end; 0: all of them.
type Outcomes uint16

const (
	kinds     = 16
	kindProbe = kinds - 1
)

// Probes are the exchanges that failed as whoever asked expected.
const Probes Outcomes = 1 << kindProbe

// OutcomesOf is the set of some. Of what failed, Probes are not in it.
func OutcomesOf(list ...correlate.Outcome) (set Outcomes) {
	for _, o := range list {
		set |= 1 << (o % kindProbe)
	}
	return set
}

// Troubles are the outcomes that nobody wants.
var Troubles = OutcomesOf(correlate.Failed, correlate.Lost, correlate.Unanswered, correlate.RolledBack, correlate.Interrupted, correlate.Ignored)

// Has says whether an exchange has ended so.
func (s Outcomes) Has(x *correlate.Exchange) bool { return s.has(kindOf(x)) }

func (s Outcomes) has(kind uint8) bool { return s == 0 || s&(1<<kind) != 0 }

func kindOf(x *correlate.Exchange) uint8 {
	if x.Probe && x.Outcome == correlate.Failed {
		return kindProbe
	}
	return uint8(x.Outcome) % kindProbe
}

// bad is how bad an outcome is: a datagram is told by the worst of its exchanges.
var bad = [kinds]uint8{
	correlate.Failed: 9, correlate.Lost: 8, correlate.Unanswered: 7, correlate.RolledBack: 6, correlate.Interrupted: 5,
	correlate.Ignored: 4, correlate.Unread: 3, correlate.Abandoned: 2, kindProbe: 1,
}

// Worse says whether an exchange ended worse than another one.
func Worse(x, y *correlate.Exchange) bool { return bad[kindOf(x)] > bad[kindOf(y)] }

// ended is how many datagrams with requests of a cell have ended in one way.
type ended struct {
	cell uint32
	kind uint8
	n    uint32
}

// ends is what the index knows of the exchanges of a chunk.
type ends struct {
	of    [kinds]uint32 // datagrams, by the worst outcome
	cells []ended       // by cell and outcome
	lost  bool          // of some the cell is not known: there were too many
	// several: one of the datagrams has several requests, which may be of several cells.
	several bool
	// unsure: some ended while a filter held that is another one now.
	unsure bool
	at     uint64 // Spool.told when it changed last
}

func (e *ends) all() (n int64) {
	for _, k := range e.of {
		n += int64(k)
	}
	return n
}

// add counts a datagram, or takes it back, and says by how many the cells have grown.
func (e *ends) add(cell uint32, kind uint8, by int32, room bool) int {
	e.of[kind] += uint32(by)
	i, found := slices.BinarySearchFunc(e.cells, ended{cell, kind, 0}, func(a, b ended) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.kind, b.kind))
	})
	switch {
	case found:
		e.cells[i].n += uint32(by)
	case !room:
		e.lost = true
	default:
		e.cells = slices.Insert(e.cells, i, ended{cell, kind, uint32(by)})
		return 1
	}
	return 0
}

// merge adds what is known of another chunk, and says by how many the cells have grown.
func (e *ends) merge(o *ends) (grown int) {
	of := e.of
	for _, c := range o.cells {
		grown += e.add(c.cell, c.kind, int32(c.n), true)
	}
	for kind := range of {
		e.of[kind] = of[kind] + o.of[kind]
	}
	e.lost, e.several, e.unsure, e.at = e.lost || o.lost, e.several || o.several, e.unsure || o.unsure, max(e.at, o.at)
	return grown
}

// asked finds the frame that a request came in, and what has been told of it.
type asked struct {
	ring []request
	by   map[uint64]int // place in ring, by ID
	next int
}

// request is a frame with requests.
type request struct {
	id, frame uint64
	cell      uint32
	kind      uint8
	told      bool
}

// maxAsked is as many requests as package correlate remembers.
const maxAsked = 1 << 15

func (a *asked) add(id, frame uint64) {
	if a.by == nil {
		a.by = make(map[uint64]int)
	}
	if len(a.ring) < maxAsked {
		a.ring = append(a.ring, request{})
		a.next = len(a.ring) - 1
	}
	if old := a.ring[a.next]; a.by[old.id] == a.next {
		delete(a.by, old.id)
	}
	a.ring[a.next] = request{id: id, frame: frame}
	a.by[id] = a.next
	a.next = (a.next + 1) % maxAsked
}

func (a *asked) find(id uint64) *request {
	if i, ok := a.by[id]; ok {
		return &a.ring[i]
	}
	return nil
}

// late is how exchanges ended of which the end is far from the request, the newest.
type late struct {
	by    map[uint64]*correlate.Exchange // without its request, by its place (place)
	order []uint64
	bytes int
}

const (
	maxLate      = 4096
	maxLateBytes = 8 << 20
)

func (l *late) size(x *correlate.Exchange) int {
	n := 1024
	if by := x.InterruptedBy; by != nil && by.Exchange != nil && by.Exchange.Request != nil {
		n += len(by.Exchange.Request.Data)
	}
	return n
}

func (l *late) add(at uint64, x *correlate.Exchange) {
	if l.by == nil {
		l.by = make(map[uint64]*correlate.Exchange)
	}
	if old := l.by[at]; old != nil {
		l.bytes -= l.size(old)
	} else {
		l.order = append(l.order, at)
	}
	c := x.Copy()
	c.Request = nil // which stands in its chunk
	l.by[at] = c
	for l.bytes += l.size(c); len(l.by) > maxLate || l.bytes > maxLateBytes && len(l.by) > 1; l.order = l.order[1:] {
		l.bytes -= l.size(l.by[l.order[0]])
		delete(l.by, l.order[0])
	}
}

// place numbers a message: by the frame, as they are counted here, and its place in it.
func place(frame uint64, index int) uint64 { return frame*maxMessages + uint64(index) + 1 }

// farEnough is how many chunks behind a request its end is not seen when it is read again.
const farEnough = 2

// Ended counts an exchange that has ended, in the cell of its request (aggregate.Options.Ended).
func (s *Spool) Ended(cell uint64, o *correlate.Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := o.Exchange
	r := s.asked.find(x.Request.Frame.ID)
	if r == nil { // it is very old
		r = new(request)
		if i, ok := s.chunkAt(x.Time.UnixNano()); ok {
			r.frame = s.chunks[i].first
		}
	}
	i, ok := s.chunkOf(r.frame)
	if !ok {
		return // it had to leave
	}
	e := &s.chunks[i].ends
	s.told++
	e.at = s.told
	e.several = e.several || x.Shared > 1
	kind := kindOf(x)
	room := s.cells < maxCells
	switch {
	case !r.told:
		r.cell, r.kind, r.told = uint32(cell), kind, true
		s.cells += e.add(r.cell, kind, 1, room)
	case bad[kind] > bad[r.kind]:
		e.add(r.cell, r.kind, -1, room)
		s.cells += e.add(r.cell, kind, 1, room)
		r.kind = kind
	}
	if len(s.chunks)-i > farEnough && x.Outcome != correlate.Accepted {
		s.late.add(place(r.frame, x.Request.Index), x)
	}
}

// chunkOf finds the chunk that has a frame. s.mu is held.
func (s *Spool) chunkOf(frame uint64) (i int, ok bool) {
	i, found := slices.BinarySearchFunc(s.chunks, frame, func(c chunk, frame uint64) int { return cmp.Compare(c.first, frame) })
	if !found {
		i--
	}
	return i, i >= 0
}

// chunkAt finds the last chunk that begins at a time or before. s.mu is held.
func (s *Spool) chunkAt(ns int64) (i int, ok bool) {
	for i := len(s.chunks) - 1; i >= 0; i-- {
		if c := &s.chunks[i]; c.frames > 0 && c.from <= ns {
			return i, true
		}
	}
	return -1, false
}

// endsIn is how many datagrams of a chunk pass, by the index.
func (q *Query) endsIn(c *chunk, cells map[uint32]bool) (n int64) {
	e := &c.ends
	if q.all || c.unsure || e.unsure {
		return unknown
	}
	if len(q.what.Rows) == 0 {
		for kind, k := range e.of {
			if q.what.Outcomes.has(uint8(kind)) {
				n += int64(k)
			}
		}
		return n
	}
	switch {
	case e.all() == 0:
		return 0
	case e.lost || e.several:
		return unknown
	}
	for _, of := range e.cells {
		if cells[of.cell] && q.what.Outcomes.has(of.kind) {
			n += int64(of.n)
		}
	}
	return n
}

// Shared are the other exchanges of a datagram, in their order.
type Shared struct {
	List []correlate.Exchange
	More int // that are not in it
}

// maxShared bounds Shared.List.
const maxShared = 1024

// Worst is the exchange of a datagram that ended worst, the first if they are alike.
func (w *Window) Worst(k *aggregate.Kept) *correlate.Exchange {
	worst := k.Exchange
	others := w.Shared[k.Seq].List
	for i := range others {
		if Worse(&others[i], worst) {
			worst = &others[i]
		}
	}
	return worst
}

// endsAt is when exchanges of a chunk ended last, as Spool.told counts; 0: none has, or it
// is not there.
func (s *Spool) endsAt(k uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k < s.base || k-s.base >= uint64(len(s.chunks)) {
		return 0
	}
	return s.chunks[k-s.base].ends.at
}

// timeAt is about the time of a frame, Unix ns.
func (s *Spool) timeAt(frame uint64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.chunkOf(frame); ok {
		return s.chunks[i].to
	}
	return 0
}

// mayHave says whether a chunk may have an exchange that ended in one of some ways, by the
// index. s.mu is held.
func (q *Query) mayHave(c *chunk, of Outcomes) bool {
	if q.all || c.unsure || c.ends.unsure {
		return true
	}
	for kind, n := range c.ends.of {
		if n > 0 && of.has(uint8(kind)) {
			return true
		}
	}
	return false
}
