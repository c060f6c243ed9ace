// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// The store keeps the last messages. Each is on two lists, both in order of
// arrival: that of its cell, which has a bound of its own, and that of its
// kind (family and type). When the store as a whole is over a bound, the kinds
// that hold most give up their oldest, so that a rare type keeps its last
// messages while another floods through many short-lived processes.
//
// Messages are copied into slots that are used again and are linked by number.
// So a message of a dump does not hold on to the 32 KiB datagram that it came
// in, and keeping one more allocates nothing once the slots are there.

// none is no slot.
const none = int32(-1)

type list struct {
	oldest, newest int32
	len            int
}

var emptyList = list{none, none, 0}

type links struct{ prev, next int32 }

type slot struct {
	seq     uint64
	x       correlate.Observation // Frame and Message point into this slot
	frame   capture.Frame
	message decode.Message
	data    []byte
	charge  int
	cell    *cell // nil: free
	inCell  links
	inKind  links
}

type kindKey struct{ family, name string }

type kind struct {
	key   kindKey
	cells int
	kept  list
	bytes int
}

type store struct {
	opt   Options
	slots []*slot
	free  []int32
	used  int
	bytes int
	seq   uint64
	kinds map[kindKey]*kind
}

func (s *store) init(o Options) {
	*s = store{opt: o, kinds: make(map[kindKey]*kind)}
}

// kind returns the kind of a new cell.
func (s *store) kind(k Key) *kind {
	key := kindKey{k.Family, k.Name}
	kd := s.kinds[key]
	if kd == nil {
		kd = &kind{key: key, kept: emptyList}
		s.kinds[key] = kd
	}
	kd.cells++
	return kd
}

// release lets all messages of a cell go, and its kind if it was the last.
func (s *store) release(c *cell) {
	for c.kept.len > 0 {
		s.drop(c.kept.oldest)
	}
	if c.kind.cells--; c.kind.cells == 0 {
		delete(s.kinds, c.kind.key)
	}
}

// add keeps the message of x for c.
func (s *store) add(c *cell, x *correlate.Observation) {
	if c.kept.len >= s.opt.MaxPerCell {
		s.drop(c.kept.oldest)
	}
	var i int32
	if n := len(s.free); n > 0 {
		i, s.free = s.free[n-1], s.free[:n-1]
	} else {
		i = int32(len(s.slots))
		s.slots = append(s.slots, new(slot))
	}
	s.seq++
	e := s.slots[i]
	e.seq, e.cell = s.seq, c
	e.fill(x)
	s.push(&c.kept, i, func(e *slot) *links { return &e.inCell })
	s.push(&c.kind.kept, i, func(e *slot) *links { return &e.inKind })
	c.kind.bytes += e.charge
	s.bytes += e.charge
	s.used++
	if s.used > s.opt.MaxMessages {
		s.trim(s.opt.MaxMessages, func(k *kind) int { return k.kept.len }, &s.used)
	}
	if s.bytes > s.opt.MaxMessageBytes {
		s.trim(s.opt.MaxMessageBytes, func(k *kind) int { return k.bytes }, &s.bytes)
	}
}

// drop frees a slot.
func (s *store) drop(i int32) {
	e := s.slots[i]
	s.unlink(&e.cell.kept, i, func(e *slot) *links { return &e.inCell })
	s.unlink(&e.cell.kind.kept, i, func(e *slot) *links { return &e.inKind })
	e.cell.kind.bytes -= e.charge
	s.bytes -= e.charge
	s.used--
	e.x, e.frame, e.message, e.cell = correlate.Observation{}, capture.Frame{}, decode.Message{}, nil
	if cap(e.data) > 4096 {
		e.data = nil // room that nobody is charged for
	}
	s.free = append(s.free, i)
}

func (s *store) push(l *list, i int32, of func(*slot) *links) {
	*of(s.slots[i]) = links{l.newest, none}
	if l.newest == none {
		l.oldest = i
	} else {
		of(s.slots[l.newest]).next = i
	}
	l.newest = i
	l.len++
}

func (s *store) unlink(l *list, i int32, of func(*slot) *links) {
	k := *of(s.slots[i])
	if k.prev == none {
		l.oldest = k.next
	} else {
		of(s.slots[k.prev]).next = k.next
	}
	if k.next == none {
		l.newest = k.prev
	} else {
		of(s.slots[k.next]).prev = k.prev
	}
	l.len--
}

// overhead is what a kept message costs in bytes beside its payload: the slot,
// and the record of the request that it answers.
const overhead = 2048

// fill copies x. The copy of the frame carries this one message.
func (e *slot) fill(x *correlate.Observation) {
	m := x.Message
	if room := cap(e.data); room < len(m.Data) || room > 4*len(m.Data)+4096 {
		e.data = make([]byte, 0, len(m.Data))
	}
	e.data = append(e.data[:0], m.Data...)
	e.frame, e.message, e.x = *x.Frame, *m, *x
	e.frame.Data, e.frame.OrigLen = e.data, int(size(x))
	e.message.Data, e.message.Frame, e.message.Offset = e.data, &e.frame, 0
	e.x.Frame, e.x.Message = &e.frame, &e.message
	e.charge = overhead + cap(e.data)
	if r := x.Exchange; r != nil && r.Request != nil {
		// Package correlate keeps requests small; one that several messages
		// answer is charged to each.
		e.charge += len(r.Request.Data)
	}
	if ev := x.Event; ev != nil && ev.Before != nil {
		e.charge += len(ev.Before.Data) // likewise
	}
}

// copy returns x of a slot with nothing in it that the slot or the tracker
// will change.
func (e *slot) copy() Kept {
	x, f, m := e.x, e.frame, e.message
	f.Data = slices.Clone(e.data)
	m.Data, m.Frame = f.Data, &f
	x.Frame, x.Message = &f, &m
	x.Own()
	return Kept{Seq: e.seq, Observation: x}
}

// Kept is one of the last messages. Its frame carries this message alone.
type Kept struct {
	Seq uint64 // in order of arrival, unique within a table
	correlate.Observation
}

// trim lowers the level of the fullest kinds, by the measure of, until *sum is
// an eighth below bound, so that the next trim is far. Where every kind holds
// no more than one message, the kinds that had none for longest lose theirs.
// The message that was added last stays, however large.
func (s *store) trim(bound int, of func(*kind) int, sum *int) {
	target := bound / 8 * 7
	kinds := make([]*kind, 0, len(s.kinds))
	for _, k := range s.kinds {
		if k.kept.len > 0 {
			kinds = append(kinds, k)
		}
	}
	slices.SortFunc(kinds, func(a, b *kind) int { return cmp.Compare(of(b), of(a)) })
	level := levelFor(kinds, of, *sum-target)
	for _, k := range kinds {
		for k.kept.len > 1 && of(k) > level {
			s.drop(k.kept.oldest)
		}
	}
	if *sum <= bound {
		return
	}
	newest := func(k *kind) uint64 { return s.slots[k.kept.newest].seq }
	slices.SortFunc(kinds, func(a, b *kind) int { return cmp.Compare(newest(a), newest(b)) })
	for _, k := range kinds[:len(kinds)-1] {
		if *sum <= target {
			return
		}
		s.drop(k.kept.oldest)
	}
}

// levelFor returns the level to which the fullest of kinds, sorted, must sink
// to save so much.
func levelFor(kinds []*kind, of func(*kind) int, save int) int {
	level, sum := 0, 0
	for i, k := range kinds {
		sum += of(k)
		next := 0
		if i+1 < len(kinds) {
			next = of(kinds[i+1])
		}
		if level = (sum - save) / (i + 1); level >= next {
			break
		}
	}
	return level
}
