// SPDX-License-Identifier: Apache-2.0

// Package repeat finds who asks the kernel the same again and again: dumps, and polls
// of one thing. For each question of each process it keeps how often, every how long
// and at what cost it was asked, and how often the answer was the same as before.
//
// An answer is compared by a hash over its bytes in their order, without the sequence
// and port numbers; counters and ages are bytes like all others. The package prints
// nothing, keeps no answers, and reads no clock: time comes from frames. What it keeps
// is bounded: the question that was idle longest makes room, and is counted in Rest.
package repeat

import (
	"container/list"
	"hash/maphash"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/histogram"
)

// Bounds of a Log.
const (
	maxRows = 4096
	// maxBrief is likewise how many a brief Log keeps.
	maxBrief = 512
	// maxOpen is how many answers are hashed at a time; of others nobody says whether
	// they were the same.
	maxOpen = 16384
	// maxRequest is the length of the longest request that is kept to be shown.
	maxRequest = 1024
)

// Log takes observations with the ends of exchanges (correlate.Options.Ends). It belongs
// to one goroutine. The zero value is ready.
type Log struct {
	// Brief keeps fewer questions, and no requests: it goes on for as long as nltop runs.
	Brief bool

	seed maphash.Seed
	open map[*correlate.Exchange]*answer
	rows map[key]*list.Element // of *row
	lru  list.List             // the one asked last in front
	rest Rest
	from time.Time // of the first frame
	to   time.Time // of the last one
}

// key is one question of one process. Of a process that nobody knows it is the socket's.
type key struct {
	proc struct {
		pid     uint32
		life    uint64
		outside bool
		name    string
	}
	port     uint32
	netns    uint64
	protocol uint16
	question uint64 // hash of type, flags and payload
}

// row is what is known of one question.
type row struct {
	key       key
	request   *decode.Message // the first; nil: not kept
	proc      capture.Proc
	family    string
	name      string
	dump      bool
	gone      bool // it had to make room
	counts    Counts
	intervals histogram.H
	first     time.Time // when it was asked
	recent    [16]time.Time
	asked     int     // times, of which recent has the last
	broken    bool    // the one that ended last was not read whole
	before    verdict // of the last one that was read whole
}

// verdict is what is remembered of an answer to compare the next with.
type verdict struct {
	hash  uint64
	known bool
}

// answer is one that is being read.
type answer struct {
	of       *row
	hash     uint64
	messages int
	cut      bool // bytes of it are missing
}

// Counts are what is added up of a question.
type Counts struct {
	Times   uint64 `json:"times"` // asked
	Replies uint64 `json:"replies"`
	Bytes   uint64 `json:"bytes"` // of the replies
	// Took is from the request to its last reply; Kernel the time in the kernel, as far
	// as the source tells.
	Took   capture.Times `json:"took"`
	Kernel time.Duration `json:"kernel_ns"`
	// Compared were read whole, as the one before them; Same of them were equal to it.
	Compared uint64 `json:"compared"`
	Same     uint64 `json:"same"`
	// Interrupted: NLM_F_DUMP_INTR. Abandoned: its reader did not read to its end. Lost:
	// a reply was dropped. Failed: with an errno. Restarted: asked again at once behind
	// one of these.
	Interrupted uint64 `json:"interrupted"`
	Abandoned   uint64 `json:"abandoned"`
	Lost        uint64 `json:"lost"`
	Failed      uint64 `json:"failed"`
	Restarted   uint64 `json:"restarted"`
}

// add adds what is counted elsewhere.
func (c *Counts) add(d *Counts) {
	c.Times += d.Times
	c.Replies += d.Replies
	c.Bytes += d.Bytes
	c.Took.Add(&d.Took)
	c.Kernel += d.Kernel
	c.Compared += d.Compared
	c.Same += d.Same
	c.Interrupted += d.Interrupted
	c.Abandoned += d.Abandoned
	c.Lost += d.Lost
	c.Failed += d.Failed
	c.Restarted += d.Restarted
}

// Rest are the questions that had to make room.
type Rest struct {
	Questions uint64 `json:"questions"`
	Counts
}

// begin makes the maps of a zero Log.
func (l *Log) begin() {
	if l.rows == nil {
		l.seed = maphash.MakeSeed()
		l.open, l.rows = make(map[*correlate.Exchange]*answer), make(map[key]*list.Element)
	}
}

// Observe implements pipeline.Sink.
func (l *Log) Observe(o *correlate.Observation) error {
	if f := o.Frame; f != nil && o.End == correlate.EndNone {
		if l.from.IsZero() || f.Time.Before(l.from) {
			l.from = f.Time
		}
		if f.Time.After(l.to) {
			l.to = f.Time
		}
	}
	x := o.Exchange
	switch {
	case x == nil:
	case o.End == correlate.EndExchange:
		l.end(x)
	case o.Message == nil:
	case o.Frame.Dir == capture.DirRequest:
		if len(l.open) < maxOpen { // else its end is all that is counted
			l.ask(x)
		}
	default:
		if a := l.open[x]; a != nil {
			a.add(l.seed, o.Message)
		}
	}
	return nil
}

// ask notes that a question was asked, and returns what its answer is hashed into; nil:
// it is none.
func (l *Log) ask(x *correlate.Exchange) *answer {
	if x.Request == nil || !x.Request.Asks() {
		return nil
	}
	r := l.row(x)
	r.ask(x.Time)
	a := &answer{of: r}
	if len(l.open) < maxOpen {
		l.open[x] = a
	}
	return a
}

// add takes a message of the answer.
func (a *answer) add(seed maphash.Seed, m *decode.Message) {
	a.messages++
	h := m.Header
	payload := m.Data[min(decode.HeaderLen, len(m.Data)):]
	if f := m.Frame; len(f.Data) < f.OrigLen || uint64(len(m.Data)) < uint64(h.Len) {
		a.cut = true
	}
	mix := func(v uint64) { a.hash = (a.hash<<5 | a.hash>>59) ^ v*0x9e3779b97f4a7c15 }
	mix(uint64(h.Len)<<32 | uint64(h.Type)<<16 | uint64(h.Flags))
	mix(maphash.Bytes(seed, payload))
	mix(m.SealIn(0, len(m.Data)))
}

// end counts an exchange.
func (l *Log) end(x *correlate.Exchange) {
	a := l.open[x]
	if a == nil { // a send that failed, or there were too many
		if a = l.ask(x); a == nil {
			return
		}
		a.cut = x.Replies > 0
	}
	delete(l.open, x)
	r, outcome := a.of, x.Outcome
	if a.cut && outcome == correlate.Abandoned {
		outcome = correlate.OutcomeNone // its end may be in what is missing
	}
	if r.gone {
		l.rest.count(x, outcome)
		return
	}
	r.counts.count(x, outcome)
	switch outcome {
	case correlate.OutcomeNone:
		r.before = verdict{}
	case correlate.Answered, correlate.Acked, correlate.Failed:
		r.compare(a, x)
		r.broken = false
	case correlate.Interrupted, correlate.Abandoned, correlate.Lost:
		r.broken = true
		r.restarted(x.Time)
	}
}

// compare compares an answer that was read whole with the one before.
func (r *row) compare(a *answer, x *correlate.Exchange) {
	now := verdict{a.hash, !a.cut && a.messages == x.Replies}
	if r.before.known && now.known {
		r.counts.Compared++
		if r.before == now {
			r.counts.Same++
		}
	}
	r.before = now
}

// ask notes when a question was asked. What begins anew is no repetition.
func (r *row) ask(at time.Time) {
	if r.asked == 0 {
		r.first = at
	} else if since := at.Sub(r.last()); r.broken && r.soon(since) {
		r.counts.Restarted++
	} else {
		r.intervals.Add(since)
	}
	r.broken = false
	r.recent[r.asked%len(r.recent)] = at
	r.asked++
}

// last is when it was asked last.
func (r *row) last() time.Time { return r.recent[(r.asked-1)%len(r.recent)] }

// soon says whether a question came sooner behind the one before than it usually does.
func (r *row) soon(since time.Duration) bool {
	return r.intervals.Count() < 3 || since < r.intervals.Quantile(0.5)/2
}

// restarted is called for one that was not read whole, which may be known later than that
// it was asked again.
func (r *row) restarted(at time.Time) {
	var next time.Time
	for _, t := range r.recent[:min(r.asked, len(r.recent))] {
		if t.After(at) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if next.IsZero() {
		return
	}
	r.broken = false // the next one has come
	if r.soon(next.Sub(at)) {
		r.counts.Restarted++
	}
}

// count adds one exchange that ended so.
func (c *Counts) count(x *correlate.Exchange, outcome correlate.Outcome) {
	c.Times++
	c.Replies += uint64(x.Replies)
	c.Bytes += x.Bytes
	if x.Last > 0 {
		c.Took.Add(&capture.Times{Count: 1, Sum: x.Last, Max: x.Last})
	}
	c.Kernel += x.Kernel
	switch outcome {
	case correlate.Interrupted:
		c.Interrupted++
	case correlate.Abandoned:
		c.Abandoned++
	case correlate.Lost:
		c.Lost++
	case correlate.Failed:
		c.Failed++
	}
}

// most is how many questions are kept.
func (l *Log) most() int {
	if l.Brief {
		return maxBrief
	}
	return maxRows
}

// row returns the row of a question, and makes it the one asked last.
func (l *Log) row(x *correlate.Exchange) *row {
	m := x.Request
	k := key{netns: m.Frame.NetNS, protocol: m.Frame.Protocol}
	if p := &x.Proc; p.Known() {
		k.proc.pid, k.proc.life, k.proc.outside, k.proc.name = p.PID, p.Life, p.Outside, p.ProcessName()
	} else {
		k.port = x.Socket.PortID
	}
	l.begin()
	payload := m.Data[min(decode.HeaderLen, len(m.Data)):]
	k.question = maphash.Bytes(l.seed, payload) ^ (uint64(m.Header.Type)<<16|uint64(m.Header.Flags))*0x9e3779b97f4a7c15
	if e := l.rows[k]; e != nil {
		l.lru.MoveToFront(e)
		return e.Value.(*row)
	}
	if len(l.rows) >= l.most() {
		old := l.lru.Remove(l.lru.Back()).(*row)
		delete(l.rows, old.key)
		old.gone = true
		l.rest.Questions++
		l.rest.add(&old.counts)
	}
	r := &row{key: k, proc: x.Proc, family: m.FamilyText(), name: m.TypeText(), dump: m.IsDump()}
	if len(m.Data) <= maxRequest && !l.Brief {
		r.request = m
	}
	l.rows[k] = l.lru.PushFront(r)
	return r
}
