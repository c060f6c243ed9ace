// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"bytes"
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/differ"
)

// Bounds of what a Tracker remembers. A request that waits longer than maxAge
// of frame time is unanswered; dumps refresh their age with every part, others with
// every event that they cause, and one whose send has not returned is being handled,
// however long that takes (conntrack -F, a long batch). A request that asked for no answer, and
// one that has its answer but not its completion, waits for grace.
const (
	maxPending = 16384    // requests that may still get something
	maxKept    = 32768    // requests in all: ended ones are looked up as causes
	maxBytes   = 16 << 20 // of all
	maxAge     = Patience
	grace      = time.Second
)

// Patience is how long a request may wait for its answer.
const Patience = 60 * time.Second

// key finds the request of a reply. Sequence numbers are the client's own and
// only unique within its socket; a port ID is unique within protocol and netns
// among the sockets that are open.
type key struct {
	netns    uint64
	protocol uint16
	port     uint32
	seq      uint32
}

// entry is an exchange with what the Tracker needs beside it.
type entry struct {
	Exchange
	key  key
	size int
	seen time.Time // of the request or its last reply

	at     *place[waiters] // of key; nil: it is not filed under it
	on     *place[sock]    // its socket's; nil likewise
	next   *entry          // that waits under the same key and came later
	frame  uint64          // ID of the datagram
	leads  *place[*entry]  // of the first request of a datagram: that datagram's; else nil
	sister *entry          // next request of the datagram
	first  *entry          // of the datagram; nil: itself

	listeners map[uint64]struct{} // sockets that heard of it
	prev      *entry              // the one before it on its socket, see link
	after     *entry              // the one behind it there, whose prev it is
	own       *lean               // what it is a part of, where Options.Counts; else nil
	held      int                 // events, and places in soon, that refer to it
	sees      capture.Sees        // of its source
	dump      bool
	failed    bool      // of the first of a datagram: one of them was answered with an error
	nobufs    bool      // the reader lost something while it waited (ENOBUFS)
	reported  bool      // a completion will come (capture.SeesCompletions)
	sent      bool      // it has come
	answered  bool      // the final reply has come
	acked     bool      // the ACK has come
	dropped   bool      // a reply was lost
	round     time.Time // of the newest part of a dump
	returned  time.Time // the send
	took      int       // datagrams of its answers that were read, of Rounds
}

// Options of a Tracker.
type Options struct {
	// Ends: exchanges and events report their end as observations of their own.
	Ends bool
	// Counts: nobody looks at anything but what is counted, and frames and messages are
	// lent for one call of Frame. Of what is kept, the messages then have no bytes and
	// their frames nothing but Origin, ID and Time; an event has no Before, an exchange
	// no InterruptedBy.
	Counts bool
	// Behind, where Counts: whoever counts what Frame returns may be so many calls of Next
	// behind. Until then nothing is written to but what tells of causes and events.
	Behind int
}

// Next is described at Options.Behind.
func (t *Tracker) Next() { t.turn++ }

// Tracker pairs the messages of one stream of frames. It is not safe for
// concurrent use. The zero value is not usable: call New.
type Tracker struct {
	opt    Options
	keys   index[waiters]
	frames index[*entry]       // first request of a datagram, by frameKey
	socks  index[sock]         // by socketKey
	queue  []*entry            // all, oldest first; entries leave from the front
	soon   []*entry            // that end when grace is over, unless something comes
	stuck  map[uint32][]*entry // of queue, those that are older than maxAge while their thread is in the send
	tidied int                 // length of queue after the last tidy
	count  int                 // that have not ended
	bytes  int

	now      time.Time // of the newest frame
	flushing bool

	events  events
	things  differ.Store
	extacks map[uint32]extackText // by thread

	unanswered uint64
	unused     unused        // of requests that are forgotten
	turn       uint64        // see Next
	datagram   []*entry      // see inOrder
	dst        []Observation // of the frame at hand
}

// New returns an empty Tracker that reports no ends.
func New() *Tracker { return NewWith(Options{}) }

// NewWith returns an empty Tracker.
func NewWith(o Options) *Tracker {
	return &Tracker{
		opt: o, stuck: map[uint32][]*entry{}, events: newEvents(), extacks: map[uint32]extackText{},
	}
}

// Pending returns the number of requests that may still get something, and
// Unanswered how many ended without the answer that they asked for.
func (t *Tracker) Pending() int       { return t.count }
func (t *Tracker) Unanswered() uint64 { return t.unanswered }

// Open appends copies of the requests that wait at a time, oldest first. One whose send
// has returned and that asks for no answer waits for nothing; nor does one whose answer
// is told when it is read: the kernel has given it.
func (t *Tracker) Open(now time.Time, dst []Exchange) []Exchange {
	for _, e := range t.all() {
		switch {
		case e.Ended, e.answered:
		case (e.sent || !e.reported) && (!e.wants() || e.sees.AtRead()) && now.Sub(e.seen) > grace:
		default:
			dst = append(dst, *e.Copy())
		}
	}
	return dst
}

// Unended says which requests of a frame, by its ID, have not ended, by their places in it.
func (t *Tracker) Unended(frame uint64) map[int]bool {
	var list map[int]bool
	for e := t.frames.get(frameKey(frame)); e != nil; e = e.sister {
		if e.Ended {
			continue
		}
		if list == nil {
			list = make(map[int]bool)
		}
		list[e.Request.Index] = true
	}
	return list
}

// Frame appends the observations of one frame to dst: one per message of ms, or
// a single one for a report or a datagram without bytes; with Options.Ends
// those of the exchanges and events that have ended.
func (t *Tracker) Frame(f *capture.Frame, ms []decode.Message, dst []Observation) []Observation {
	t.dst = dst
	if f.Time.After(t.now) {
		t.now = f.Time
	}
	t.expire(f.Time)
	t.events.expire(t, f.Time, f)
	if len(ms) == 0 || ms[0].Index == 0 {
		t.events.frame = nil // a frame that is lent may lie where another one lay
	}
	if len(ms) == 0 {
		t.report(f)
	}
	for i := range ms {
		t.message(f, &ms[i])
	}
	dst, t.dst = t.dst, nil
	return dst
}

// Elapse appends what has ended by a time at which no frame came: on a machine that is
// quiet the next frame would be long in telling it.
func (t *Tracker) Elapse(now time.Time, dst []Observation) []Observation {
	if !now.After(t.now) {
		return dst
	}
	t.now, t.dst = now, dst
	t.expire(now)
	t.events.expire(t, now, nil)
	dst, t.dst = t.dst, nil
	return dst
}

// Flush ends everything that is open: nothing more will be seen. What may still come
// stays Pending.
func (t *Tracker) Flush(dst []Observation) []Observation {
	t.dst, t.flushing = dst, true
	t.events.flush(t)
	for _, e := range t.all() {
		t.end(e)
	}
	t.flushing = false
	dst, t.dst = t.dst, nil
	return dst
}

// report makes the observation of a frame without messages.
func (t *Tracker) report(f *capture.Frame) {
	o := Observation{Frame: f, Account: f.Account(), Errno: f.Errno}
	switch {
	case f.Verdict == capture.VerdictFailed:
		o.Outcome = Failed
	case f.Verdict.Lost():
		o.Outcome = Lost
	}
	switch {
	case f.Kind == capture.KindCompletion:
		t.complete(f, &o)
	case f.Kind == capture.KindTruncated:
		t.truncated(f, &o)
		t.dst = append(t.dst, o)
	case f.Kind == capture.KindRead:
		t.taken(f, &o)
	case f.Kind == capture.KindSocketError:
		t.nobufs(f)
		if by := t.frames.get(frameKey(f.Cause)); f.Cause != 0 && by != nil {
			o.Raised = &Cause{Proc: f.Proc, Exchange: &by.Exchange, Datagram: by.Request}
		}
		t.dst = append(t.dst, o)
	case f.Dir == capture.DirEvent:
		t.event(f, nil, &o)
	case f.Kind == capture.KindDatagram && o.Outcome == Lost:
		// A part of a dump that did not fit (netlink_dump).
		if e := t.socks.get(socketKey(f)).dump; e != nil && !e.Ended {
			o.Exchange, e.dropped = &e.Exchange, true
		}
		t.dst = append(t.dst, o)
	default:
		t.dst = append(t.dst, o)
	}
}

// answered is the exchange that the first message of a datagram belongs to, of which f
// is a report; it may have ended. nil: it is not known.
func (t *Tracker) answered(f *capture.Frame) *entry {
	h, ok := decode.FirstHeader(f)
	if !ok {
		return nil
	}
	m := decode.Message{Frame: f, Header: h}
	ws := t.keys.get(keyOf(f, &m))
	e := ws.waiting
	for e != nil && otherSocket(e, f) {
		e = e.next
	}
	if e == nil {
		e = ws.recent
	}
	if e == nil || otherSocket(e, f) {
		return nil
	}
	return e
}

// truncated adds what a reader's buffer had no room for to the exchange that the first
// message of the datagram belongs to, which may have ended: it is read after that.
func (t *Tracker) truncated(f *capture.Frame, o *Observation) {
	e := t.answered(f)
	if e == nil {
		return
	}
	e.Truncated += uint64(f.Missed())
	o.Exchange = &e.Exchange
}

func (t *Tracker) message(f *capture.Frame, m *decode.Message) {
	o := Observation{Frame: f, Message: m, Account: f.Account(), Family: m.Family, Type: m.Type}
	switch f.Dir {
	case capture.DirRequest:
		t.request(f, m, &o)
	case capture.DirReply, capture.DirUnknown:
		if f.Dir == capture.DirReply && !t.opt.Counts && differ.Wants(m, true) {
			t.things.Next(keep(m))
		}
		t.reply(f, m, &o)
	case capture.DirEvent:
		t.event(f, m, &o)
	default:
		if f.Verdict.Lost() {
			o.Outcome = Lost
		}
		t.dst = append(t.dst, o)
	}
}

// Flags and types of include/uapi/linux/netlink.h that pairing depends on.
const (
	flagRequest  = 0x01  // NLM_F_REQUEST
	flagMulti    = 0x02  // NLM_F_MULTI
	flagAck      = 0x04  // NLM_F_ACK
	flagDumpIntr = 0x10  // NLM_F_DUMP_INTR
	flagDump     = 0x300 // NLM_F_DUMP
	typeError    = 2     // NLMSG_ERROR
	typeDone     = 3     // NLMSG_DONE
	typeOverrun  = 4     // NLMSG_OVERRUN
	minType      = 16    // NLMSG_MIN_TYPE
)

func keyOf(f *capture.Frame, m *decode.Message) key {
	port := f.Socket.PortID
	if port == 0 {
		port = m.Header.PID
	}
	return key{f.NetNS, f.Protocol, port, m.Header.Seq}
}

// SameNumber says whether two messages of one socket have the same sequence number, as a
// request and its answers do. Who has both in a Tracker knows better: a number is used
// again.
func SameNumber(a, b *decode.Message) bool {
	f, g := a.Frame, b.Frame
	same := f.Socket.Inode == 0 || g.Socket.Inode == 0 || f.Socket.Inode == g.Socket.Inode
	return same && keyOf(f, a) == keyOf(g, b)
}

// waiters are the requests under one key.
type waiters struct {
	waiting *entry // the oldest that waits; others by next
	recent  *entry // the newest, also when it has ended; nil: it is forgotten
}

// frameKey is the key of a datagram.
func frameKey(id uint64) key { return key{netns: id} }

// socketKey is the key of a socket.
func socketKey(f *capture.Frame) key {
	return key{f.NetNS, f.Protocol, f.Socket.PortID, 0}
}

// otherSocket says whether a frame is of another socket than an exchange: a
// port ID is free again when its socket is closed.
func otherSocket(e *entry, f *capture.Frame) bool {
	return e.Socket.Inode != 0 && f.Socket.Inode != 0 && e.Socket.Inode != f.Socket.Inode
}

// maxKeptMessage is how much is kept of one message, in bytes: twice the longest
// attribute. What is behind it was handed on, and is no more with its exchange or event.
const maxKeptMessage = 128 << 10

// kept is how many bytes of a message are kept, or would be if anybody looked at them.
func kept(m *decode.Message) int { return min(len(m.Data), maxKeptMessage) }

// keep returns a copy of m that does not hold on to a much larger datagram.
func keep(m *decode.Message) *decode.Message {
	c := *m
	if n := len(m.Data); n > maxKeptMessage && m.Frame != nil {
		f := *m.Frame
		c.Data = bytes.Clone(m.Data[:maxKeptMessage])
		f.Data, f.OrigLen = c.Data, n
		c.Frame, c.Offset = &f, 0
		if c.Problem == nil {
			c.Problem = fmt.Errorf("of %d bytes, the first %d were kept", n, maxKeptMessage)
		}
		return &c
	}
	if m.Frame != nil && len(m.Frame.Data) > 4096+2*len(m.Data) {
		f := *m.Frame
		c.Data = bytes.Clone(m.Data)
		f.Data = c.Data
		c.Frame, c.Offset = &f, 0
	}
	return &c
}

// unlink takes an entry out of those that wait for an answer.
func (t *Tracker) unlink(e *entry) {
	if e.at == nil {
		return
	}
	at := e.at.of.waiting
	if at == e {
		e.at.of.waiting, e.next = e.next, nil
		t.unfile(e.at)
		return
	}
	for ; at != nil; at = at.next {
		if at.next == e {
			at.next, e.next = e.next, nil
			return
		}
	}
}

// unfile removes a key of which nothing is known any more.
func (t *Tracker) unfile(at *place[waiters]) {
	if at.of == (waiters{}) {
		t.keys.remove(at)
	}
}

// expire takes entries off the front of the queue: ended ones that nothing can
// name as its cause any more, old ones, and the oldest while there are too
// many.
func (t *Tracker) expire(now time.Time) {
	for len(t.soon) > 0 && (t.soon[0].Ended || now.Sub(t.soon[0].seen) > grace) {
		if e := t.soon[0]; (e.answered || !e.wants()) && !(e.sent && e.unread()) {
			t.end(e)
		}
		t.soon[0].held--
		t.soon[0] = nil
		t.soon = t.soon[1:]
	}
	t.unstick(now)
	for len(t.queue) > 0 {
		e := t.queue[0]
		age := now.Sub(e.seen)
		full := t.count > maxPending || len(t.queue) > maxKept || t.bytes > maxBytes
		switch {
		case !full && age > maxAge && e.inSend():
			t.stick(e)
			t.queue[0] = nil
			t.queue = t.queue[1:]
			continue
		case full, age > maxAge, e.Ended && age > grace:
		default:
			t.tidy(now)
			return
		}
		t.end(e)
		t.forget(e)
		t.queue[0] = nil
		t.queue = t.queue[1:]
	}
}

// tidyAbove is how long the queue gets behind one that still waits before
// ended ones are taken out of its middle.
const tidyAbove = 4096

// tidy removes what has ended behind one that still waits, when much has. What
// ended a moment ago has to stay, so it looks again only when the queue is twice
// as long as it left it.
func (t *Tracker) tidy(now time.Time) {
	if len(t.queue) <= max(tidyAbove, 2*t.tidied) || len(t.queue) < 4*t.count {
		return
	}
	live := make([]*entry, 0, 2*t.count)
	for _, e := range t.queue {
		if age := now.Sub(e.seen); e.Ended && age > grace {
			t.forget(e)
			continue
		}
		live = append(live, e)
	}
	t.queue, t.tidied = live, len(live)
}

// forget drops the last references to an entry that has ended.
func (t *Tracker) forget(e *entry) {
	t.bytes -= e.size
	if e.at != nil && e.at.of.recent == e {
		e.at.of.recent = nil
		t.unfile(e.at)
	}
	if e.leads != nil {
		t.frames.remove(e.leads)
	}
	t.leave(e)
	t.reuse(e)
}
