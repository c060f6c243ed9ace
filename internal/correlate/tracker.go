// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"bytes"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Bounds of what a Tracker remembers. A request that waits longer than maxAge
// of frame time is unanswered: no kernel handler takes that long, and dumps
// refresh their age with every part.
const (
	maxPending = 16384
	maxBytes   = 16 << 20
	maxAge     = 60 * time.Second
	maxFrames  = 4096 // requests whose completion may still come
)

// key finds the request of a reply. Sequence numbers are the client's own and
// only unique within its socket; a port ID is unique within protocol and netns.
type key struct {
	netns    uint64
	protocol uint16
	port     uint32
	seq      uint32
}

type entry struct {
	key  key
	req  *Exchange
	size int
	seen time.Time // of the request or its last reply
	gone bool
}

// Tracker pairs the messages of one stream of frames. It is not safe for
// concurrent use. The zero value is not usable: call New.
type Tracker struct {
	pending map[key]*entry
	queue   []*entry // oldest first; entries leave from the front
	bytes   int

	extacks   map[uint32]extackText // by thread
	frames    map[uint64]*Exchange  // first request of a datagram, by frame ID
	frameFIFO []uint64

	unanswered uint64
}

// New returns an empty Tracker.
func New() *Tracker {
	return &Tracker{pending: map[key]*entry{}, frames: map[uint64]*Exchange{}, extacks: map[uint32]extackText{}}
}

// Pending returns the number of requests that wait for an answer, and
// Unanswered how many left without one.
func (t *Tracker) Pending() int       { return len(t.pending) }
func (t *Tracker) Unanswered() uint64 { return t.unanswered }

// Frame appends the observations of one frame to dst: one per message of ms, or
// a single one for a report or a datagram without bytes.
func (t *Tracker) Frame(f *capture.Frame, ms []decode.Message, dst []Observation) []Observation {
	t.expire(f.Time)
	if len(ms) == 0 {
		return append(dst, t.report(f))
	}
	for i := range ms {
		dst = append(dst, t.message(f, &ms[i]))
	}
	return dst
}

// report makes the observation of a frame without messages.
func (t *Tracker) report(f *capture.Frame) Observation {
	o := Observation{Frame: f, Account: f.Account(), Errno: f.Errno}
	if f.Kind == capture.KindCompletion {
		if r := t.frames[f.Of]; r != nil {
			o.Exchange = r
			o.Family, o.Type = r.Request.Family, r.Request.Type
			if !o.Account.Known() {
				o.Account = r.Proc
			}
		}
	}
	switch f.Verdict {
	case capture.VerdictFailed:
		o.Outcome = Failed
	case capture.VerdictOverrun, capture.VerdictDropped:
		o.Outcome = Lost
	}
	return o
}

func (t *Tracker) message(f *capture.Frame, m *decode.Message) Observation {
	o := Observation{Frame: f, Message: m, Account: f.Account(), Family: m.Family, Type: m.Type}
	switch f.Dir {
	case capture.DirRequest:
		t.request(f, m, &o)
	case capture.DirReply, capture.DirUnknown:
		t.reply(f, m, &o)
	default:
		// An event with the requester's port ID and sequence is its echo
		// (NLM_F_ECHO, nlmsg_notify); it answers nothing.
		if f.Verdict == capture.VerdictOverrun || f.Verdict == capture.VerdictDropped {
			o.Outcome = Lost
		}
	}
	return o
}

func (t *Tracker) request(f *capture.Frame, m *decode.Message, o *Observation) {
	if f.Verdict == capture.VerdictFailed {
		o.Outcome, o.Errno = Failed, f.Errno
		return
	}
	o.Outcome = Pending
	req := &Exchange{Request: keep(m), Proc: o.Account, Time: f.Time}
	o.Exchange = req
	t.remember(f.ID, req)
	if m.Header.Flags&flagRequest == 0 || m.Header.Type < minType {
		// The kernel skips both in netlink_rcv_skb: no answer will come.
		o.Outcome = OutcomeNone
		return
	}
	k := keyOf(f, m)
	if old := t.pending[k]; old != nil {
		t.drop(old)
		t.unanswered++
	}
	e := &entry{key: k, req: req, size: len(req.Request.Data) + 512, seen: f.Time}
	t.pending[k] = e
	t.queue = append(t.queue, e)
	t.bytes += e.size
}

// Flags and types of include/uapi/linux/netlink.h that pairing depends on.
const (
	flagRequest  = 0x01 // NLM_F_REQUEST
	flagMulti    = 0x02 // NLM_F_MULTI
	flagAck      = 0x04 // NLM_F_ACK
	flagDumpIntr = 0x10 // NLM_F_DUMP_INTR
	typeError    = 2    // NLMSG_ERROR
	typeDone     = 3    // NLMSG_DONE
	typeOverrun  = 4    // NLMSG_OVERRUN
	minType      = 16   // NLMSG_MIN_TYPE
)

// extackText is the words of a KindExtack frame.
type extackText struct {
	at   time.Time
	text string
}

const (
	maxExtacks = 4096
	// extackAge bounds how long before its answer the words of an error can
	// have been said.
	extackAge = time.Second
)

// Extack takes the words that the kernel had for the request that a thread is
// just handing to it. They are used for the error that follows, if that does
// not carry its own.
func (t *Tracker) Extack(f *capture.Frame) {
	if len(t.extacks) >= maxExtacks {
		clear(t.extacks)
	}
	t.extacks[f.Proc.TID] = extackText{f.Time, string(f.Data)}
}

// explain gives an error the words that its client did not ask for.
func (t *Tracker) explain(f *capture.Frame, m *decode.Message, o *Observation) {
	tid := f.Proc.TID // the cause of a delivery, or at the system call its reader
	if o.Exchange != nil && o.Exchange.Proc.TID != 0 {
		tid = o.Exchange.Proc.TID
	}
	x, ok := t.extacks[tid]
	if !ok {
		return
	}
	delete(t.extacks, tid)
	if e := m.Err; e != nil && e.Errno != 0 && e.Msg == "" && f.Time.Sub(x.at) <= extackAge {
		e.Msg, e.Traced = x.text, true
	}
}

func (t *Tracker) reply(f *capture.Frame, m *decode.Message, o *Observation) {
	e := t.pending[keyOf(f, m)]
	if e != nil {
		r := e.req
		e.seen = f.Time
		o.Exchange = r
		o.Latency = f.Time.Sub(r.Time)
		r.Replies++
		r.Bytes += uint64(m.Header.Len)
		if r.First == 0 {
			r.First = o.Latency
		}
		r.Intr = r.Intr || m.Header.Flags&flagDumpIntr != 0
	}
	final := false
	switch {
	case f.Verdict == capture.VerdictOverrun || f.Verdict == capture.VerdictDropped:
		o.Outcome, o.Errno = Lost, f.Errno
	case m.Header.Type == typeOverrun:
		o.Outcome, final = Lost, true
	case m.Header.Type == typeError, m.Header.Type == typeDone:
		final = true
		t.answer(m, o)
		t.explain(f, m, o)
	case m.Header.Flags&flagMulti != 0:
		o.Outcome = Partial
	case e != nil:
		o.Outcome = Answered
		final = e.req.Request.Header.Flags&flagAck == 0
	}
	if e != nil && final {
		t.drop(e)
	}
}

// answer fills an observation from an NLMSG_ERROR or NLMSG_DONE.
func (t *Tracker) answer(m *decode.Message, o *Observation) {
	switch {
	case m.Err != nil && m.Err.Errno != 0:
		o.Outcome, o.Errno = Failed, m.Err.Errno
	case m.Header.Type == typeError:
		o.Outcome = Acked
	case o.Exchange != nil && o.Exchange.Intr || m.Header.Flags&flagDumpIntr != 0:
		o.Outcome = Interrupted
	default:
		o.Outcome = Answered
	}
	if o.Exchange != nil {
		req := o.Exchange.Request
		o.Family, o.Type = req.Family, req.Type
		o.Exchange.Err = m.Err
		if m.Err != nil && m.Err.HasOff && m.Err.Attr == "" {
			m.Err.Attr = req.PathAt(m.Err.Offset)
		}
		return
	}
	if m.Err != nil && m.Err.RequestType != "" {
		o.Family, o.Type = m.Err.RequestFamily, m.Err.RequestType
	}
}

func keyOf(f *capture.Frame, m *decode.Message) key {
	port := f.Socket.PortID
	if port == 0 {
		port = m.Header.PID
	}
	return key{f.NetNS, f.Protocol, port, m.Header.Seq}
}

// keep returns a copy of m that does not hold on to a much larger datagram.
func keep(m *decode.Message) *decode.Message {
	c := *m
	if m.Frame != nil && len(m.Frame.Data) > 4096+2*len(m.Data) {
		f := *m.Frame
		c.Data = bytes.Clone(m.Data)
		f.Data = c.Data
		c.Frame, c.Offset = &f, 0
	}
	return &c
}

// remember files the first request of a datagram under its frame, for the
// completion: that names a batch.
func (t *Tracker) remember(id uint64, r *Exchange) {
	if _, known := t.frames[id]; known || id == 0 {
		return
	}
	if len(t.frameFIFO) >= maxFrames {
		delete(t.frames, t.frameFIFO[0])
		t.frameFIFO = t.frameFIFO[1:]
	}
	t.frameFIFO = append(t.frameFIFO, id)
	t.frames[id] = r
}

func (t *Tracker) drop(e *entry) {
	if e.gone {
		return
	}
	e.gone = true
	t.bytes -= e.size
	if t.pending[e.key] == e {
		delete(t.pending, e.key)
	}
}

// expire takes entries off the front of the queue: answered ones, old ones,
// and the oldest while there are too many.
func (t *Tracker) expire(now time.Time) {
	for len(t.queue) > 0 {
		e := t.queue[0]
		switch {
		case e.gone:
		case len(t.pending) > maxPending, t.bytes > maxBytes:
			t.drop(e)
			t.unanswered++
		case now.Sub(e.seen) > maxAge:
			t.drop(e)
			t.unanswered++
		default:
			if len(t.queue) > 4*maxPending {
				t.compact()
			}
			return
		}
		t.queue[0] = nil
		t.queue = t.queue[1:]
	}
}

// compact removes answered entries behind one that still waits.
func (t *Tracker) compact() {
	live := make([]*entry, 0, len(t.pending))
	for _, e := range t.queue {
		if !e.gone {
			live = append(live, e)
		}
	}
	t.queue = live
}
