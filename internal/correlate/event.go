// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"hash/maphash"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/differ"
)

// Events are notifications: all deliveries of one multicast. A source that sees
// the multicast itself gives them a Cast; for the others deliveries are taken
// for one multicast that carry the same bytes to different sockets within
// sameWithin, which is an estimate.
const (
	maxEvents  = 1024 // that may get one more delivery, and maxBytes of them
	sameWithin = grace
)

type event struct {
	Event
	key   eventKey
	cast  uint64 // 0: told by its bytes
	by    *entry // what caused it; nil: none is known
	owed  key    // where no cause is known yet: the port and number of one that would be
	last  int64  // time of its newest delivery, see nanos
	tid   uint32 // of the thread that sent it
	frame uint64 // of the request that caused it
	size  int    // of the message, in bytes
	// socks are the sockets that had it, where bytes tell it.
	socks []uint64
}

// eventKey finds the event of one more delivery. A datagram may hold several: a
// transaction of nftables announces many changes in one, each with the number of the
// message that made it (nft_ctx.seq).
type eventKey struct {
	id  uint64 // the cast; without one a sum of the bytes
	nth int    // of those in its datagram
}

type events struct {
	seed  maphash.Seed
	byID  map[eventKey]*event // by cast
	bySum map[eventKey]*event
	open  []*event         // oldest first
	bytes int              // of their messages
	owed  map[key][]*event // those with event.owed
	// The frame that was looked up last, the event of its newest message and the port
	// and number of that.
	frame *capture.Frame
	at    *event
	port  uint32
	seq   uint32
	pasts [16]pastEvent // the newest, for dumps that were interrupted
	next  int
}

// pastEvent is what interrupter needs to know of an event.
type pastEvent struct {
	netns    uint64
	protocol uint16
	typ      uint16
	at       time.Time
	cause    Cause
}

func newEvents() events {
	return events{seed: maphash.MakeSeed(), byID: map[eventKey]*event{}, bySum: map[eventKey]*event{}, owed: map[key][]*event{}}
}

// event handles one delivery or loss of a notification. m is nil where it was
// lost without its bytes.
func (t *Tracker) event(f *capture.Frame, m *decode.Message, o *Observation) {
	if f.Verdict.Lost() {
		o.Outcome = Lost
	}
	e, fresh, next := t.events.of(t, f, m)
	if fresh {
		e.Cause, e.by = t.cause(f, m)
		if e.by != nil {
			e.by.held++
		}
		if m != nil {
			if t.opt.Counts {
				e.Message = new(leanMessage).keep(m)
			} else {
				e.Message = keep(m)
			}
			e.size = kept(m)
			t.events.owe(f, m, e)
			t.events.bytes += e.size
		}
	}
	if m != nil && !t.opt.Counts && differ.Wants(m, false) {
		t.compare(f, m, e, fresh)
	}
	if next {
		e.deliver(f, o)
		e.by.heard(f, o, fresh, t)
	}
	o.Event = &e.Event
	o.Self = self(f, o, &e.Cause)
	if fresh && m != nil && !t.opt.Counts {
		t.events.remember(f, m, &e.Cause)
	}
	t.dst = append(t.dst, *o)
}

// compare gives an event the last message about the same thing.
func (t *Tracker) compare(f *capture.Frame, m *decode.Message, e *event, fresh bool) {
	switch {
	case fresh:
		e.Before = t.things.Next(e.Message)
	case f.Sees.AtRead(): // what each reader had before is kept for each
		t.things.Next(keep(m))
	}
}

// deliver counts one socket.
func (e *event) deliver(f *capture.Frame, o *Observation) {
	e.last = nanos(f.Time)
	if f.Verdict == capture.VerdictUnheard {
		return
	}
	if o.Outcome != Lost {
		e.Delivered++
		return
	}
	e.Lost++
	e.Losers = addLoser(e.Losers, o.Account)
}

// maxListeners bounds how many sockets are told apart that heard of one request.
const maxListeners = 4096

// heard counts one delivery of an event that e, if it is not nil, caused.
func (e *entry) heard(f *capture.Frame, o *Observation, fresh bool, t *Tracker) {
	if e == nil {
		return
	}
	if fresh && f.Kind != capture.KindFlushed {
		e.Events++
	}
	if f.Verdict == capture.VerdictUnheard {
		if !e.Ended {
			e.seen = f.Time
		}
		return
	}
	e.Deliveries++
	if s := socketID(f); len(e.listeners) < maxListeners {
		if e.listeners == nil {
			e.listeners = map[uint64]struct{}{}
		}
		if _, known := e.listeners[s]; !known {
			e.listeners[s] = struct{}{}
			e.Listeners++
			e.size += perListener
			t.bytes += perListener
		}
	}
	if !e.Ended {
		e.seen = f.Time // it is being handled
	}
	if o.Outcome == Lost {
		e.Lost++
		e.LostBy = addLoser(e.LostBy, o.Account)
	}
}

const perListener = 32 // about what a listener takes in memory, bytes

func addLoser(to []capture.Proc, p capture.Proc) []capture.Proc {
	if len(to) >= MaxLosers || slices.ContainsFunc(to, func(q capture.Proc) bool { return q.PID == p.PID && q.Comm == p.Comm && q.Outside == p.Outside }) {
		return to
	}
	return append(to, p)
}

// self says whether the reader of an event is who caused it.
func self(f *capture.Frame, o *Observation, c *Cause) bool {
	if c.Exchange == nil && c.Inferred {
		return false
	}
	if o.Account.PID != 0 && c.Proc.PID != 0 {
		return o.Account.PID == c.Proc.PID && o.Account.Outside == c.Proc.Outside
	}
	return c.Exchange != nil && f.Socket.PortID != 0 && c.Exchange.Socket.PortID == f.Socket.PortID
}

// cause finds out who made the kernel send an event: seen by the source, else
// by the port ID and sequence number of the request, which the kernel puts
// into what it announces (rtnl_notify, nfnetlink_send).
func (t *Tracker) cause(f *capture.Frame, m *decode.Message) (Cause, *entry) {
	k := causeKey(f, m)
	named := t.keys.get(k).recent
	if first := t.frames.get(frameKey(f.Cause)); f.Cause != 0 && first != nil {
		by := first
		if named != nil && named.frame == f.Cause {
			by = named // that one of the batch
		}
		return Cause{Proc: f.Proc, Exchange: &by.Exchange, Datagram: first.Request}, by
	}
	if f.Sees.Has(capture.SeesCauses) {
		return Cause{Proc: f.Proc, Trigger: f.Trigger}, nil
	}
	if k.port == 0 || named == nil || f.Time.Sub(named.seen) > maxAge {
		return Cause{}, nil
	}
	return Cause{Proc: named.Proc, Exchange: &named.Exchange, Datagram: named.head().Request, Inferred: true}, named
}

func causeKey(f *capture.Frame, m *decode.Message) key {
	k := key{netns: f.NetNS, protocol: f.Protocol}
	if m != nil {
		k.port, k.seq = m.Header.PID, m.Header.Seq
	}
	return k
}

// owe notes an event whose cause may still come: at the system call its listener may
// read it before the send that caused it returns, and is told.
func (es *events) owe(f *capture.Frame, m *decode.Message, e *event) {
	if k := causeKey(f, m); k.port != 0 && e.by == nil && f.Sees.AtRead() {
		e.owed = k
		es.owed[k] = append(es.owed[k], e)
	}
}

// settle gives a request the events that it caused before it was told.
func (es *events) settle(e *entry) {
	if len(es.owed) == 0 {
		return
	}
	k := e.key
	k.port = e.Socket.PortID
	for _, ev := range es.owed[k] {
		if ev.Time.Before(e.Time) {
			continue
		}
		e.held++
		ev.by, ev.Cause = e, Cause{Proc: e.Proc, Exchange: &e.Exchange, Datagram: e.head().Request, Inferred: true}
		e.Events++
		e.Deliveries += ev.Delivered + ev.Lost
		e.Listeners = max(e.Listeners, ev.Delivered+ev.Lost)
	}
}

// unowed is the end of owe.
func (es *events) unowed(e *event) {
	if e.owed == (key{}) {
		return
	}
	list := slices.DeleteFunc(es.owed[e.owed], func(o *event) bool { return o == e })
	if es.owed[e.owed] = list; len(list) == 0 {
		delete(es.owed, e.owed)
	}
}

// of returns the event that a message is part of one more delivery of, or a new one.
// Messages that follow each other in a frame belong to one if they name one request.
// next: the frame had none of it yet.
func (es *events) of(t *Tracker, f *capture.Frame, m *decode.Message) (e *event, fresh, next bool) {
	var port, seq uint32
	if m != nil {
		port, seq = m.Header.PID, m.Header.Seq
	}
	nth := 0
	if es.frame == f {
		if port == es.port && seq == es.seq {
			return es.at, false, false
		}
		nth = es.at.key.nth + 1
	}
	es.frame, es.port, es.seq = f, port, seq
	if f.Cast != 0 {
		k := eventKey{f.Cast, nth}
		if es.at = es.byID[k]; es.at == nil {
			es.at = es.add(t, f, k)
			es.byID[k], fresh = es.at, true
		}
		return es.at, fresh, true
	}
	k, id := eventKey{es.sum(f), nth}, socketID(f)
	if e = es.bySum[k]; e == nil || nanos(f.Time)-e.last > int64(sameWithin) || f.Group != e.group() ||
		id != 0 && slices.Contains(e.socks, id) { // this socket had it: it was said twice
		e, fresh = es.add(t, f, k), true
		es.bySum[k] = e
	}
	if id != 0 {
		e.socks = append(e.socks, id)
	}
	es.at = e
	return e, fresh, true
}

func (e *event) group() uint32 {
	if e.Message == nil {
		return 0
	}
	return e.Message.Frame.Group
}

func socketID(f *capture.Frame) uint64 {
	if f.Socket.Inode != 0 {
		return f.Socket.Inode
	}
	return uint64(f.Socket.PortID)
}

// sum tells multicasts apart by what they carry.
func (es *events) sum(f *capture.Frame) uint64 {
	var h maphash.Hash
	h.SetSeed(es.seed)
	_, _ = h.Write(f.Data)
	n := f.NetNS<<8 ^ uint64(f.Protocol)
	return h.Sum64() ^ n*0x9e3779b97f4a7c15
}

// add makes a new event. One datagram may hold more than are remembered.
func (es *events) add(t *Tracker, f *capture.Frame, k eventKey) *event {
	for len(es.open) >= 2*maxEvents {
		es.end(t, 0)
	}
	e := &event{Event: Event{ID: f.ID, Time: f.Time}, key: k, cast: f.Cast, last: nanos(f.Time), tid: f.Proc.TID, frame: f.Cause}
	es.open = append(es.open, e)
	return e
}

// nanos is a time in nanoseconds since 1970, at most 146 years off, so that the difference of
// two is a number: a file may say anything.
func nanos(t time.Time) int64 {
	const most = 1 << 62 / 1_000_000_000
	return max(min(t.Unix(), most), -most)*1_000_000_000 + int64(t.Nanosecond())
}

// expire ends the events that can get no more deliveries: a thread sends one
// after the other, and the others have a time.
func (es *events) expire(t *Tracker, now time.Time, f *capture.Frame) {
	at := nanos(now)
	for i := 0; i < len(es.open); i++ {
		e := es.open[i]
		switch {
		case at-e.last > int64(sameWithin), len(es.open) > maxEvents, es.bytes > maxBytes:
		case f != nil && e.cast != 0 && e.tid != 0 && e.tid == f.Proc.TID && f.Cast != e.cast && f.Kind == capture.KindDatagram:
		default:
			if i > 32 {
				return // the rest is newer
			}
			continue
		}
		es.end(t, i)
		i--
	}
}

// sent ends the events that a send caused: it has returned.
func (es *events) sent(t *Tracker, frame uint64) {
	for i := 0; i < len(es.open); i++ {
		if e := es.open[i]; e.frame == frame && e.cast != 0 {
			es.end(t, i)
			i--
		}
	}
}

func (es *events) flush(t *Tracker) {
	for len(es.open) > 0 {
		es.end(t, 0)
	}
}

func (es *events) end(t *Tracker, i int) {
	e := es.open[i]
	es.open = slices.Delete(es.open, i, i+1)
	es.bytes -= e.size
	if es.byID[e.key] == e {
		delete(es.byID, e.key)
	}
	if es.bySum[e.key] == e {
		delete(es.bySum, e.key)
	}
	es.unowed(e)
	e.Ended = true
	if e.by != nil {
		e.by.held--
	}
	if !t.opt.Ends || e.Message == nil {
		return
	}
	m := e.Message
	o := Observation{Frame: m.Frame, Event: &e.Event, End: EndEvent, Family: m.Family, Type: m.Type, Account: e.Cause.Proc}
	if e.Lost > 0 {
		o.Outcome = Lost
	}
	t.dst = append(t.dst, o)
}

// remember notes an event for dumps that it interrupts.
func (es *events) remember(f *capture.Frame, m *decode.Message, c *Cause) {
	es.pasts[es.next%len(es.pasts)] = pastEvent{f.NetNS, f.Protocol, m.Header.Type, f.Time, *c.copy()}
	es.next++
}

// interrupter finds who made the newest change to what a dump tells of, since
// it began: of the same kind of object if there is one, else of the protocol
// (a dump of addresses is interrupted by a change of links, too).
func (t *Tracker) interrupter(e *entry) *Cause {
	var best *Cause
	var at time.Time
	same := false
	consider := func(when time.Time, typ uint16, c Cause) {
		object := sameObject(e.key.protocol, e.Request.Header.Type, typ)
		if when.Before(e.Time) || best != nil && (same && !object || same == object && !when.After(at)) {
			return
		}
		best, at, same = &c, when, object
	}
	for i := len(t.queue) - 1; i >= 0 && len(t.queue)-i <= maxLookBack; i-- {
		q := t.queue[i]
		if q.Time.Before(e.Time) {
			break
		}
		if q.key.netns == e.key.netns && q.key.protocol == e.key.protocol && q.Errno == 0 && !q.asks() {
			consider(q.Time, q.Request.Header.Type, Cause{Proc: q.Proc, Exchange: &q.Exchange})
		}
	}
	for i := range t.events.pasts {
		p := &t.events.pasts[i]
		if p.netns == e.key.netns && p.protocol == e.key.protocol && p.cause.Exchange == nil && !p.at.IsZero() {
			consider(p.at, p.typ, p.cause)
		}
	}
	return best
}

// maxLookBack bounds the search for a change among the newest requests.
const maxLookBack = 4096

// asks says whether a request changes nothing. NETLINK_ROUTE and XFRM number
// their types in fours (rtnetlink_rcv_msg: kind = type & 3) and in families;
// elsewhere a dump is a question, and so is what was answered with data.
func (e *entry) asks() bool {
	if e.dump {
		return true
	}
	if e.key.protocol == capture.NETLINK_ROUTE {
		return (e.Request.Header.Type-minType)&3 == 2 // RTM_GET…
	}
	return e.Replies > 1 || e.Replies > 0 && e.Outcome == Answered
}

// sameObject says whether two types are about one kind of object.
func sameObject(protocol, a, b uint16) bool {
	if protocol == capture.NETLINK_ROUTE {
		return a >= minType && b >= minType && (a-minType)/4 == (b-minType)/4
	}
	return a == b || protocol == capture.NETLINK_NETFILTER && a>>8 == b>>8
}
