// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"cmp"
	"slices"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/pipeline"
)

// askedAgain is what a replay knows of the exchanges that it reads.
type askedAgain struct {
	frames map[uint64]spotted // frames with requests, by ID
	list   []endedAgain
	over   bool // no frame follows: what ends now, ends for that
}

// spotted is where a frame was read.
type spotted struct{ frame, chunk uint64 }

// endedAgain is an exchange that has ended.
type endedAgain struct {
	at    uint64 // place of its request
	chunk uint64
	x     correlate.Observation
	early bool // it ended since no frame followed
}

func (a *askedAgain) sent(f *capture.Frame, frame, chunk uint64) {
	if f.Dir != capture.DirRequest || f.Kind != capture.KindDatagram {
		return
	}
	if a.frames == nil {
		a.frames = make(map[uint64]spotted)
	}
	a.frames[f.ID] = spotted{frame, chunk}
}

// ended takes the end of an exchange.
func (r *replay) ended(x *correlate.Observation) {
	if x.End != correlate.EndExchange || !r.want.passes(x) {
		return
	}
	at, known := r.asked.frames[x.Exchange.Request.Frame.ID]
	if !known {
		at = spotted{r.frame, r.at} // it ends with its own frame
	}
	if at.chunk < r.from || at.chunk > r.to || len(r.asked.list) >= maxFound {
		return
	}
	r.asked.list = append(r.asked.list, endedAgain{
		at: place(at.frame, x.Exchange.Request.Index), chunk: at.chunk, x: *x, early: r.asked.over && !r.ends,
	})
}

// keepAsked makes copies of the exchanges that have ended, those of a datagram together.
func (r *replay) keepAsked() {
	list := slices.DeleteFunc(r.asked.list, func(e endedAgain) bool { return !r.settle(&e) })
	slices.SortStableFunc(list, func(a, b endedAgain) int { return cmp.Compare(a.at, b.at) })
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].at/maxMessages == list[0].at/maxMessages {
			n++
		}
		r.keepDatagram(list[:n])
		list = list[n:]
	}
}

// keepDatagram keeps the exchanges of one datagram, if they have ended as is asked for.
func (r *replay) keepDatagram(list []endedAgain) {
	worst := list[0].x.Exchange
	for i := range list {
		if x := list[i].x.Exchange; Worse(x, worst) {
			worst = x
		}
	}
	if !r.want.what.Outcomes.Has(worst) {
		return
	}
	p := r.lists[list[0].chunk]
	first := keepRequest(list[0].at, list[0].x.Exchange)
	p.list = append(p.list, first)
	p.size++
	if len(list) > 1 {
		s := Shared{More: max(len(list)-1-maxShared, 0)}
		for i := 1; i < len(list)-s.More; i++ {
			s.List = append(s.List, *keepRequest(0, list[i].x.Exchange).Exchange)
		}
		if s.More > 0 && !slices.ContainsFunc(s.List, func(x correlate.Exchange) bool { return !Worse(worst, &x) }) && Worse(worst, first.Exchange) {
			s.List[len(s.List)-1] = *keepRequest(0, worst).Exchange // which is what the datagram is told by
		}
		if p.shared == nil {
			p.shared = make(map[uint64]Shared)
		}
		p.shared[first.Seq] = s
		p.size += len(s.List)
	}
	r.lists[list[0].chunk] = p
}

// keepRequest keeps an exchange as its request.
func keepRequest(seq uint64, x *correlate.Exchange) aggregate.Kept {
	o := x.Observed()
	k := aggregate.Keep(seq, &o)
	k.Exchange.Request = k.Message
	return k
}

// settle finds out how an exchange ended of which the end was not read; false: it has not.
// Of one that nobody knows it of any more, Ended is false.
func (r *replay) settle(e *endedAgain) bool {
	if e.early && r.stands() {
		return false // all was read that was there then, and it had no end
	}
	return !e.early || settled(r.s, r.of, r.end, e.at, e.x.Exchange)
}

// stands says whether what is looked at is the state at a time that is over, and all was
// read up to it.
func (r *replay) stands() bool {
	if len(r.chunks) == 0 || r.end >= r.s.Frames() {
		return false
	}
	last := &r.chunks[len(r.chunks)-1]
	return last.first+last.frames >= r.end
}

// settled is settle for an exchange that was read again.
func settled(s *Spool, of *pipeline.Pipeline, end, at uint64, x *correlate.Exchange) bool {
	s.mu.Lock()
	known, past := s.late.by[at], end < s.frames
	s.mu.Unlock()
	if known != nil {
		if past && known.Time.Add(known.Last).UnixNano() > s.timeAt(end) {
			return false // it had not ended then
		}
		request := x.Request
		*x = *known
		x.Request = request
		return true
	}
	open := false
	of.Look(func(st pipeline.State) { open = st.Unended(x.Request.Frame.ID)[x.Request.Index] })
	if x.Outcome != correlate.Pending {
		return !open
	}
	x.Ended = false
	return !open && !past
}
