// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"maps"
	"slices"
	"sort"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
)

// Placed is a message, and its position (Query).
type Placed struct {
	At int64
	aggregate.Kept
}

// Start is where a Walk begins: at a message by its number, or at a time where that is 0.
type Start struct {
	Seq  uint64 // aggregate.Kept.Seq
	Time time.Time
}

// Walk goes through the messages of a query from one of them on, or back from it, by
// steps that cost about the same. What a step reads is not remembered by the query.
type Walk struct {
	q    *Query
	from Start
	back bool
	only Outcomes // of a query for exchanges: where nothing ended so is passed by; 0: nowhere
	// frame is the number of the next frame to be read, going back of the last that was.
	frame  uint64
	begun  bool
	shared map[uint64]Shared
}

// walked is how many frames a step reads at most, of walkedChunks at most, unless one
// chunk has more.
const (
	walked       = 4 * chunkFrames
	walkedChunks = 4
)

// Walk begins behind a message, or, going back, in front of it. Messages of the time that
// it begins at are among those that it comes to.
func (q *Query) Walk(from Start, back bool) *Walk { return &Walk{q: q, from: from, back: back} }

// Only has a walk through exchanges pass by what has, by the index, none that ended in one of
// some ways: what it comes to may still have ended otherwise.
func (w *Walk) Only(of Outcomes) *Walk {
	w.only = of
	return w
}

// Shared are, by Kept.Seq, the other exchanges of the datagrams that Next returned last.
func (w *Walk) Shared() map[uint64]Shared { return w.shared }

// Next returns the messages of the next frames, in the order of the walk; more is false
// where there is nothing behind them. The query has been updated since it was made.
func (w *Walk) Next() (list []Placed, more bool) {
	from, n, ok := w.chunks()
	if !ok {
		return nil, false
	}
	lists, r := w.q.fetch(from, from+uint64(n)-1)
	if r.count >= maxFound && n > 1 { // not all of them
		for k := from; k < from+uint64(n); k++ {
			alone, _ := w.q.fetch(k, k)
			lists[k] = alone[k]
		}
	}
	w.shared = make(map[uint64]Shared)
	for k := from; k < from+uint64(n); k++ {
		at := w.q.recount(k, len(lists[k].list))
		maps.Copy(w.shared, lists[k].shared)
		for i := range lists[k].list {
			if x := &lists[k].list[i]; w.wants(x) {
				list = append(list, Placed{at + int64(i), *x})
			}
		}
	}
	if w.back {
		slices.Reverse(list)
	}
	return list, true
}

// wants says whether a message is on the side of the start that is walked to.
func (w *Walk) wants(k *aggregate.Kept) bool {
	switch {
	case w.from.Seq == 0 && w.back:
		return !k.Frame.Time.After(w.from.Time)
	case w.from.Seq == 0:
		return !k.Frame.Time.Before(w.from.Time)
	case w.back:
		return k.Seq < w.from.Seq
	}
	return k.Seq > w.from.Seq
}

// chunks chooses the chunks of the next step, and goes on behind them. Those that have no
// message, by the index, are left out where they lie in front.
func (w *Walk) chunks() (from uint64, n int, ok bool) {
	s := w.q.s
	s.mu.Lock()
	defer s.mu.Unlock()
	end := min(w.q.end, s.frames)
	if len(s.chunks) == 0 || end <= s.chunks[0].first {
		return 0, 0, false
	}
	if !w.begun {
		w.begun, w.frame = true, w.start(end)
	}
	i, step := w.at(end), 1
	if w.back {
		step = -1
	}
	for i >= 0 && i < len(s.chunks) && s.chunks[i].first < end && w.empty(i) {
		i += step
	}
	first, frames := i, uint64(0)
	for i >= 0 && i < len(s.chunks) && s.chunks[i].first < end && (n == 0 || n < walkedChunks && frames+s.chunks[i].frames <= walked) {
		frames += s.chunks[i].frames
		n, i = n+1, i+step
	}
	if n == 0 {
		return 0, 0, false
	}
	if w.back {
		first = i + 1
		w.frame = s.chunks[first].first
	} else {
		w.frame = s.chunks[i-1].first + s.chunks[i-1].frames
	}
	return s.base + uint64(first), n, true
}

// start is the frame of the start, and going back the one behind it. Spool.mu is held.
func (w *Walk) start(end uint64) uint64 {
	chunks := w.q.s.chunks
	frame := w.from.Seq / maxMessages
	if w.from.Seq == 0 {
		at := w.from.Time.UnixNano()
		frame = end
		// Times are about in order: the chunks around are searched, too.
		if w.back {
			frame = chunks[0].first
			if i, ok := w.q.s.chunkAt(at); ok {
				frame = chunks[i].first + chunks[i].frames - 1
			}
		} else {
			for i := range chunks {
				if c := &chunks[i]; c.frames > 0 && c.to >= at {
					frame = c.first
					break
				}
			}
		}
	}
	if w.back {
		frame++
	}
	return min(frame, end)
}

// at is the index of the chunk that the next step begins with: -1, or one past the last
// chunk, where there is none. Spool.mu is held.
func (w *Walk) at(end uint64) int {
	chunks := w.q.s.chunks
	if w.back { // the last that begins before
		return sort.Search(len(chunks), func(i int) bool { return chunks[i].first >= w.frame }) - 1
	}
	if w.frame >= end {
		return len(chunks)
	}
	return sort.Search(len(chunks), func(i int) bool { return chunks[i].first+chunks[i].frames > w.frame })
}

// empty says that a chunk has nothing that is looked for, by the index. Spool.mu is held.
func (w *Walk) empty(i int) bool {
	if w.only != 0 && !w.q.mayHave(&w.q.s.chunks[i], w.only) {
		return true
	}
	at := w.q.s.base + uint64(i) - w.q.base
	return at < uint64(w.q.final) && w.q.counts[at] == 0
}

// recount puts right how many messages a chunk has, and returns the position of its first.
func (q *Query) recount(k uint64, n int) int64 {
	if k < q.base || k-q.base >= uint64(len(q.counts)) {
		return q.low // it came, or left, meanwhile
	}
	i := k - q.base
	if was := max(q.counts[i], 0); q.counts[i] != int64(n) {
		q.counts[i] = int64(n)
		q.low += was - int64(n) // what is behind keeps its positions
		q.sum()
	}
	at := q.low
	for _, n := range q.counts[:i] {
		at += max(n, 0)
	}
	return at
}
