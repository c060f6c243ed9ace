// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/pipeline"
)

// What says which messages a Query is for. Without rows it is all of them.
type What struct {
	Rows    []aggregate.RowID
	Changes bool // only those that may have changed something
	// Exchanges: instead those that have ended, each as its request (aggregate.Kept), in the
	// order in which they began. The exchanges of one datagram are one (Window.Shared), and
	// Outcomes says as what the worst of them has ended.
	Exchanges bool
	Outcomes  Outcomes
	Faults    bool // only errors that are no probes, and what was lost
	// Filter is one that the pipeline does not have; nil: none.
	Filter *filter.Filter
}

// Query finds messages of a spool, or exchanges: how many there are, and which is where. It
// belongs to one goroutine.
//
// Positions are counted so that a message keeps its own while others come and leave: what
// comes is behind, what leaves, or is found late, is in front. Low is that of the first.
type Query struct {
	s    *Spool
	of   *pipeline.Pipeline
	what What
	// all: the filter in force is another than the index was made with, so that all
	// chunks are read.
	all bool

	epoch  uint64
	base   uint64  // the number of the first chunk
	counts []int64 // of each chunk; unknown: it has not been read
	final  int     // of counts, those that will not change
	low    int64
	total  int64
	cache  []cached // the newest at the end
	size   int      // messages in it
	end    uint64   // frames; those behind are not there yet
	past   bool     // end is not that of the spool
	told   uint64   // Spool.told, as far as it has been taken in
}

const unknown = -1

// cached are the messages of a chunk that pass.
type cached struct {
	chunk uint64
	part
	at uint64 // ends.at of the chunk, when it was read
}

// part is what was read of a chunk.
type part struct {
	list   []aggregate.Kept
	shared map[uint64]Shared
	size   int // messages in all
}

// maxCached bounds the messages that a query keeps decoded, and of one chunk.
const maxCached = 8192

// Query looks for messages among those that p has kept in s. read: p's filter has changed
// since, so that no count holds.
func (s *Spool) Query(p *pipeline.Pipeline, what What, read bool) *Query {
	return &Query{s: s, of: p, what: what, all: read || what.Filter != nil}
}

// Window is some messages behind one another.
type Window struct {
	// Low is the position of the first message that can be reached, Total how many can.
	Low, Total int64
	First      int64 // of List
	List       []aggregate.Kept
	// Shared are, by Kept.Seq, the other exchanges of the datagrams that have several.
	Shared map[uint64]Shared
	Gaps   []GapAt
	// Unread are the frames that have not been looked at yet: there may be more messages.
	Unread uint64
	// Gone is how many messages, of all kinds, had to leave.
	Gone uint64
}

// GapAt is a gap in front of a message of a window, or, At being their number, behind all.
type GapAt struct {
	At int
	Gap
}

// scanned bounds the frames that one Update reads to find out how many pass.
const scanned = 32 * chunkFrames

// begin forgets what is known of chunks: they have other numbers now. Spool.mu is held.
func (q *Query) begin() {
	q.epoch, q.base, q.counts, q.final, q.cache, q.size = q.s.epoch, q.s.base, nil, 0, nil, 0
}

// Update takes in what has come until the spool had end frames. cells are those of the
// rows as they are now.
func (q *Query) Update(cells map[uint32]bool, end uint64) {
	s := q.s
	s.mu.Lock()
	if q.epoch != s.epoch {
		q.begin()
	}
	if end < q.end {
		q.back(end)
	}
	if past := end < s.frames; q.what.Exchanges && end != q.end && (past || q.past) {
		q.cache, q.size = nil, 0 // others had ended then
		q.past = past
	}
	q.end = end
	if gone := min(s.base-min(q.base, s.base), uint64(len(q.counts))); gone > 0 {
		for _, n := range q.counts[:gone] {
			q.low += max(n, 0)
		}
		q.counts, q.final = slices.Delete(q.counts, 0, int(gone)), max(q.final-int(gone), 0)
	}
	q.base = s.base
	q.counts = q.counts[:q.final]
	q.retell(cells)
	var read []uint64
	for i := q.final; i < len(s.chunks) && s.chunks[i].first < end; i++ {
		c := &s.chunks[i]
		n := q.count(c, cells)
		if c.closed && c.first+c.frames <= end && q.final == i {
			q.final++
		} else if c.first+c.frames > end || n == unknown {
			read, n = append(read, q.base+uint64(i)), 0 // now, as far as it goes
		}
		q.counts = append(q.counts, n)
	}
	s.mu.Unlock()
	for _, k := range read {
		lists := q.read(k, k)
		q.counts[k-q.base] = int64(len(lists[k].list))
	}
	q.scan()
	q.sum()
}

// retell counts the chunks again of which exchanges have ended since. s.mu is held.
func (q *Query) retell(cells map[uint32]bool) {
	s := q.s
	if !q.what.Exchanges || q.told == s.told {
		return
	}
	behind := false // something stands behind
	for i := min(q.final, len(s.chunks)) - 1; i >= 0; i-- {
		if c := &s.chunks[i]; c.ends.at > q.told {
			if n, was := q.count(c, cells), max(q.counts[i], 0); n != unknown && n != q.counts[i] {
				if q.counts[i] = n; behind {
					q.low -= n - was // what is behind keeps its positions
				}
			}
		}
		behind = behind || q.counts[i] > 0
	}
	q.told = s.told
}

// back forgets what came after the spool had end frames. s.mu is held.
func (q *Query) back(end uint64) {
	for q.final > 0 {
		k := q.base + uint64(q.final) - 1
		if k < q.s.base || k-q.s.base < uint64(len(q.s.chunks)) && q.s.chunks[k-q.s.base].first+q.s.chunks[k-q.s.base].frames <= end {
			break
		}
		q.final--
	}
	q.cache = slices.DeleteFunc(q.cache, func(c cached) bool {
		late := c.chunk+1 >= q.base+uint64(q.final) // or what is behind it is
		if late {
			q.size -= c.size
		}
		return late
	})
}

// count is how many messages of a chunk pass, by the index.
func (q *Query) count(c *chunk, cells map[uint32]bool) int64 {
	switch {
	case q.what.Exchanges:
		return q.endsIn(c, cells)
	case q.all || c.unsure:
		return unknown
	case q.what.Changes:
		return int64(c.changes)
	case q.what.Faults:
		return int64(c.faults)
	case len(q.what.Rows) == 0:
		return int64(c.messages)
	case c.messages == 0:
		return 0
	case !c.closed:
		var sum int64
		for cell, n := range c.adding {
			if cells[cell] {
				sum += int64(n)
			}
		}
		return sum
	case c.counts == nil:
		return unknown
	}
	var sum int64
	for _, of := range c.counts {
		if cells[of.cell] {
			sum += int64(of.n)
		}
	}
	return sum
}

// scan reads some of the chunks of which nothing is known, the newest first.
func (q *Query) scan() {
	budget := scanned
	for i := len(q.counts) - 1; i >= 0 && budget > 0; i-- {
		if q.counts[i] != unknown {
			continue
		}
		k := q.base + uint64(i)
		list := q.read(k, k)[k].list
		q.counts[i] = int64(len(list))
		q.low -= int64(len(list)) // what is behind keeps its positions
		budget -= chunkFrames
	}
}

func (q *Query) sum() {
	q.total = 0
	for _, n := range q.counts {
		q.total += max(n, 0)
	}
}

// Window returns n messages from a position on, or the last n. What is beyond either end
// is left out.
func (q *Query) Window(first int64, n int, last bool) Window {
	for range 4 {
		if last {
			first = q.low + q.total - int64(n)
		}
		from := max(first, q.low)
		if w, ok := q.window(from, int(min(int64(n)-(from-first), q.low+q.total-from)), last); ok {
			return w
		}
	}
	return q.about(first) // what is read goes on being something else: it leaves
}

func (q *Query) about(first int64) Window {
	w := Window{Low: q.low, Total: q.total, First: first, Gone: q.s.Held().Gone}
	for i, n := range q.counts {
		if n == unknown {
			if c, _ := q.s.copies(q.base+uint64(i), q.base+uint64(i)+1); len(c) > 0 {
				w.Unread += c[0].frames
			}
		}
	}
	return w
}

// window is Window without its limits; false: a chunk has another number of messages than
// was thought, which is put right.
func (q *Query) window(first int64, n int, last bool) (Window, bool) {
	w := q.about(first)
	if n <= 0 {
		w.Gaps = q.gaps(nil, uint64(len(q.counts)), 0)
		return w, true
	}
	chunks, first, n := q.spread(first, n, last)
	w.First = first
	var skip int64
	if len(chunks) > 0 {
		skip = first - chunks[0].at
	}
	lists := q.readAll(chunks)
	for _, c := range chunks {
		k := c.chunk
		if want, got := q.counts[k-q.base], int64(len(lists[k].list)); want != got {
			q.counts[k-q.base] = got
			q.low += want - got
			q.sum()
			return w, false
		}
	}
	for _, c := range chunks {
		w.Gaps = q.gapBefore(w.Gaps, c.chunk, len(w.List)-int(skip))
		w.List = append(w.List, lists[c.chunk].list...)
		for seq, others := range lists[c.chunk].shared {
			if w.Shared == nil {
				w.Shared = make(map[uint64]Shared)
			}
			w.Shared[seq] = others
		}
	}
	w.List = w.List[skip:min(int(skip)+n, len(w.List))]
	if w.First+int64(len(w.List)) == q.low+q.total {
		w.Gaps = q.gaps(w.Gaps, chunks[len(chunks)-1].chunk-q.base+1, len(w.List))
	}
	w.Gaps = slices.DeleteFunc(w.Gaps, func(g GapAt) bool { return g.At < 0 || g.At > len(w.List) })
	return w, true
}

// spot is a chunk with messages of a window, and the position of its first.
type spot struct {
	chunk uint64
	at, n int64
}

// spread finds the chunks that have the messages of a window. Where they are so many that
// reading them would be felt, the window gets smaller: the one that is asked for next finds
// some of them read already.
func (q *Query) spread(first int64, n int, last bool) ([]spot, int64, int) {
	at := q.low
	var list []spot
	for i, count := range q.counts {
		count = max(count, 0)
		if at+count > first && at < first+int64(n) && count > 0 {
			list = append(list, spot{q.base + uint64(i), at, count})
		}
		at += count
	}
	if last {
		slices.Reverse(list)
	}
	reads := 0
	for i := range list {
		if !slices.ContainsFunc(q.cache, func(c cached) bool { return c.chunk == list[i].chunk }) {
			reads++
		}
		if reads > maxReads || i == maxCachedChunks-maxReads {
			list = list[:i]
			break
		}
	}
	end := first + int64(n)
	if len(list) > 0 && last {
		slices.Reverse(list)
		first = max(first, list[0].at)
	} else if len(list) > 0 {
		tail := list[len(list)-1]
		end = min(end, tail.at+tail.n)
	}
	return list, first, int(end - first)
}

const (
	// maxReads is how many chunks a window reads at most.
	maxReads = 48
	// maxCachedChunks bounds the chunks that a query keeps decoded.
	maxCachedChunks = maxCached / 16
)

// gapBefore adds the gaps between a chunk and the one before it that has messages.
func (q *Query) gapBefore(to []GapAt, k uint64, at int) []GapAt {
	from := k - q.base
	for from > 0 && q.counts[from-1] <= 0 {
		from--
	}
	around, _ := q.s.copies(q.base+from, k+1)
	for _, c := range around {
		if c.gap != nil {
			to = append(to, GapAt{at, *c.gap})
		}
	}
	return to
}

// gaps adds those from a chunk on.
func (q *Query) gaps(to []GapAt, from uint64, at int) []GapAt {
	behind, _ := q.s.copies(q.base+from, q.base+uint64(len(q.counts)))
	for _, c := range behind {
		if c.gap != nil {
			to = append(to, GapAt{at, *c.gap})
		}
	}
	q.s.mu.Lock()
	defer q.s.mu.Unlock()
	if g := q.s.gap; g != nil && q.end >= q.s.frames {
		to = append(to, GapAt{at, *g})
	}
	return to
}

// Find returns the position of the first message at a time or later, as far as messages
// are in order.
func (q *Query) Find(t time.Time) int64 {
	ns, at := t.UnixNano(), q.low
	for i, n := range q.counts {
		k := q.base + uint64(i)
		if c, _ := q.s.copies(k, k+1); n > 0 && len(c) > 0 && c[0].to >= ns {
			list := q.read(k, k)[k].list
			for j := range list {
				if !list[j].Frame.Time.Before(t) {
					return at + int64(j)
				}
			}
		}
		at += max(n, 0)
	}
	return max(at-1, q.low)
}

// readAll reads chunks, those together that are beside each other.
func (q *Query) readAll(chunks []spot) map[uint64]part {
	all := make(map[uint64]part, len(chunks))
	for len(chunks) > 0 {
		n := 1
		for n < len(chunks) && chunks[n].chunk == chunks[n-1].chunk+1 {
			n++
		}
		for k, list := range q.read(chunks[0].chunk, chunks[n-1].chunk) {
			all[k] = list
		}
		chunks = chunks[n:]
	}
	return all
}

// read decodes the chunks between two numbers, both included, and pairs their messages;
// those around them are read, too, for what they know of these.
func (q *Query) read(from, to uint64) map[uint64]part {
	lists := make(map[uint64]part)
	missing := false
	for k := from; k <= to; k++ {
		i := slices.IndexFunc(q.cache, func(c cached) bool { return c.chunk == k })
		if missing = i < 0 || q.what.Exchanges && q.cache[i].at != q.s.endsAt(k); missing {
			break
		}
		lists[k] = q.cache[i].part
	}
	if !missing {
		return lists
	}
	lists, r := q.fetch(from, to)
	for k := from; k <= to; k++ {
		q.remember(k, lists[k], r.endsAt(k), r.final(k))
	}
	return lists
}

// fetch is read without a look at what is known already.
func (q *Query) fetch(from, to uint64) (map[uint64]part, *replay) {
	before := uint64(1)
	if from == 0 {
		before = 0
	}
	r := &replay{s: q.s, of: q.of, end: q.end, want: q, lists: make(map[uint64]part), from: from, to: to}
	r.chunks, r.start, r.ends = q.s.around(from-before, to+farEnough)
	r.ends = r.ends && q.end >= q.s.Frames()
	r.run()
	return r.lists, r
}

// remember keeps what was read of a chunk, if it stays as it is.
func (q *Query) remember(k uint64, p part, at uint64, final bool) {
	q.cache = slices.DeleteFunc(q.cache, func(c cached) bool {
		old := c.chunk == k && c.at != at
		if old {
			q.size -= c.size
		}
		return old
	})
	if !final || p.size > maxCached/4 || slices.ContainsFunc(q.cache, func(c cached) bool { return c.chunk == k }) {
		return
	}
	q.cache = append(q.cache, cached{k, p, at})
	for q.size += p.size; q.size > maxCached || len(q.cache) > maxCachedChunks; q.cache = q.cache[1:] {
		q.size -= q.cache[0].size
	}
}

// passes says whether a message, or the end of an exchange, is one that is looked for.
func (q *Query) passes(x *correlate.Observation) bool {
	if q.what.Exchanges {
		return x.End == correlate.EndExchange &&
			(len(q.what.Rows) == 0 || slices.ContainsFunc(q.what.Rows, func(id aggregate.RowID) bool { return id.Asked(x) }))
	}
	if !aggregate.IsMessage(x) {
		return false
	}
	if q.what.Faults && !isFault(x) {
		return false
	}
	if q.what.Changes && x.Message.Modifies() == decode.No {
		return false
	}
	return len(q.what.Rows) == 0 || slices.ContainsFunc(q.what.Rows, func(id aggregate.RowID) bool { return id.Holds(x) })
}
