// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"slices"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// wants says whether the request asked for an answer. One that did not may get
// one nevertheless (a question without NLM_F_ACK).
func (e *entry) wants() bool {
	return e.Request.Header.Flags&flagAck != 0 || e.dump || e.Replies > 0
}

func (t *Tracker) request(f *capture.Frame, m *decode.Message, o *Observation) {
	if f.Verdict == capture.VerdictFailed {
		o.Outcome, o.Errno = Failed, f.Errno
		t.dst = append(t.dst, *o)
		t.failedSend(f, m, o)
		return
	}
	o.Outcome = Pending
	e := t.entry(f, m, o)
	o.Exchange = &e.Exchange
	t.join(f, e)
	acks := false
	if e.Why, acks = ignored(f, m, e.batched()); e.Why != "" {
		o.Outcome = Ignored
	}
	t.await(f, e)
	t.dst = append(t.dst, *o)
	if e.Why != "" && !(acks && e.wants()) {
		t.end(e) // nothing will come
	}
}

// entry returns a new one for a request.
func (t *Tracker) entry(f *capture.Frame, m *decode.Message, o *Observation) *entry {
	var e *entry
	if t.opt.Counts {
		e = t.again(m)
	} else {
		e = &entry{Exchange: Exchange{Request: keep(m)}}
	}
	e.Proc, e.Socket, e.Time, e.Outcome, e.Shared = o.Account, f.Socket, f.Time, Pending, 1
	e.Kernel, e.Send = f.Elapsed, f.Elapsed // of a source that sees sends when they return
	e.Leads = true
	e.key, e.seen, e.frame = keyOf(f, m), f.Time, f.ID
	e.sees, e.dump, e.reported = f.Sees, m.Header.Flags&flagDump == flagDump, f.Sees.Has(capture.SeesCompletions)
	e.size = kept(m) + 768
	return e
}

// failedSend ends at once: nothing was delivered.
func (t *Tracker) failedSend(f *capture.Frame, m *decode.Message, o *Observation) {
	if !t.opt.Ends {
		return
	}
	x := &Exchange{
		Request: keep(m), Proc: o.Account, Socket: f.Socket, Time: f.Time, Outcome: Failed, Errno: f.Errno,
		Shared: 1, Kernel: f.Elapsed, Send: f.Elapsed, Leads: m.Index == 0, Ended: true,
	}
	t.dst = append(t.dst, ended(x))
}

// join files an entry under its datagram.
func (t *Tracker) join(f *capture.Frame, e *entry) {
	t.queue = append(t.queue, e)
	t.bytes += e.size
	if f.ID == 0 {
		return
	}
	at := t.frames.at(frameKey(f.ID))
	first := at.of
	if first == nil {
		at.of, e.leads = e, at
		return
	}
	// New ones go behind the first: a batch has thousands.
	first.Shared++
	e.Leads, e.Kernel, e.Send = false, 0, 0
	e.sister, e.first, first.sister = first.sister, first, e
}

// head is the first request of the datagram.
func (e *entry) head() *entry {
	if e.first != nil {
		return e.first
	}
	return e
}

// batched says whether the request stands in a transaction of nftables, which is done
// as a whole or not at all (nfnetlink_rcv_skb_batch).
func (e *entry) batched() bool {
	first := e.head()
	return first.key.protocol == capture.NETLINK_NETFILTER && first.Request.Header.Type == batchBegin
}

// batchBegin is NFNL_MSG_BATCH_BEGIN of include/uapi/linux/netfilter/nfnetlink.h.
const batchBegin = 16

// await files an entry under what its answer will carry.
func (t *Tracker) await(f *capture.Frame, e *entry) {
	t.count++
	e.at = t.keys.at(e.key)
	e.at.of.recent = e
	t.link(f, e)
	t.events.settle(e)
	t.returned(f.ID, e.Proc.TID)
	// Whoever waits under the key of a socket that is gone waits in vain; and
	// who asked for nothing and was sent will get nothing any more.
	for old := e.at.of.waiting; old != nil; {
		next := old.next
		if otherSocket(old, f) || !old.wants() && (old.sent || !old.reported) {
			t.end(old)
		}
		old = next
	}
	if !e.reported && (!e.wants() || e.batched()) {
		t.endSoon(e)
	}
	last, n := e.at.of.waiting, 1
	for ; last != nil && last.next != nil; n++ {
		last = last.next
	}
	if n >= maxSameKey {
		t.end(e.at.of.waiting)
	}
	if last == nil {
		e.at.of.waiting = e
	} else {
		last.next = e
	}
}

// maxSameKey bounds how many requests of one socket wait under one sequence
// number.
const maxSameKey = 64

// find returns the request that a reply answers: the oldest that waits under
// its key on this socket. old: it has ended already, and this is one more answer, or one
// that comes late.
func (t *Tracker) find(f *capture.Frame, m *decode.Message) (e *entry, old bool) {
	ws := t.keys.get(keyOf(f, m))
	for e := ws.waiting; e != nil; e = e.next {
		if !otherSocket(e, f) {
			return e, false
		}
	}
	if e := ws.recent; e != nil && !otherSocket(e, f) && e.answersLate(m) {
		return e, true
	}
	return nil, false
}

// answersLate says whether m can be an answer to a request that has ended. What the
// kernel sends to one socket unasked has the number 0 mostly (packets of NFQUEUE).
func (e *entry) answersLate(m *decode.Message) bool {
	switch m.Header.Type {
	case typeError:
		return m.Err == nil || m.Err.Request.Type == e.Request.Header.Type
	case typeDone:
		return e.dump
	}
	return m.Header.Seq != 0 && !e.answered
}

func (t *Tracker) reply(f *capture.Frame, m *decode.Message, o *Observation) {
	e, old := t.find(f, m)
	if old {
		t.afterwards(e, f, m, o)
		return
	}
	if e != nil {
		t.replied(e, f, m)
		o.Exchange = &e.Exchange
		o.Latency = e.Last
		o.Asked = t.askedSince(e, f)
	}
	final := t.judge(e, f, m, o)
	if e != nil && final {
		e.Outcome, e.Errno, e.Probe = o.Outcome, o.Errno, o.Probe
		if e.dropped {
			e.Outcome = Lost
		}
	}
	t.dst = append(t.dst, *o)
	if e == nil {
		return
	}
	t.readOn(e)
	if !final {
		return
	}
	e.answered = true
	t.unlink(e)
	switch {
	case !e.reported && e.batched(): // its end tells whether others failed
	case e.sent && e.unread():
	case e.sent || !e.reported || e.frame == 0:
		t.end(e)
	default:
		t.endSoon(e)
	}
}

// judge finds out what a reply says of the request that it answers, nil if unknown, and
// whether it is the last.
func (t *Tracker) judge(e *entry, f *capture.Frame, m *decode.Message, o *Observation) (final bool) {
	switch {
	case f.Verdict.Lost():
		o.Outcome, o.Errno = Lost, f.Errno
		if e != nil {
			e.dropped = true
			final = !e.dump
		}
	case m.Header.Type == typeOverrun:
		o.Outcome, final = Lost, true
	case m.Header.Type == typeError, m.Header.Type == typeDone:
		t.answer(m, o)
		final = e == nil || !e.goesOn(m, o)
		t.explain(f, m, o)
		var request *decode.Message
		if e != nil {
			request = e.Request
		}
		o.Probe = m.IsProbe(request)
		if e != nil && o.Errno != 0 {
			e.head().failed = true
		}
	case m.Header.Flags&flagMulti != 0:
		o.Outcome = Partial
	case e != nil:
		o.Outcome = Answered
		final = e.Request.Header.Flags&flagAck == 0 || e.acked && e.Request.LateReply()
	}
	return final
}

// afterwards handles an answer to a request that has ended: a second one, as nfnetlink
// gives where a transaction fails in the end, or one that was read late.
func (t *Tracker) afterwards(e *entry, f *capture.Frame, m *decode.Message, o *Observation) {
	o.Exchange, o.Again = &e.Exchange, e.answered
	if !e.answered {
		t.replied(e, f, m)
		o.Latency = e.Last
	}
	if o.Again {
		e.Exchange.Again++
	}
	if t.judge(e, f, m, o) {
		e.answered = true
	}
	if !e.Ended && o.Outcome == Failed {
		e.Outcome, e.Errno = o.Outcome, o.Errno
	}
	t.dst = append(t.dst, *o)
}

// goesOn says whether answers come behind this one: those of a thread behind the ACK.
func (e *entry) goesOn(m *decode.Message, o *Observation) bool {
	if m.Header.Type != typeError || o.Errno != 0 {
		return false
	}
	e.acked = true
	// Of one late reply, the ACK itself is the first.
	return e.Request.LateList() || e.Request.LateReply() && e.Replies == 1
}

// replied adds one reply to an exchange.
func (t *Tracker) replied(e *entry, f *capture.Frame, m *decode.Message) {
	e.seen = f.Time
	e.Last = f.Time.Sub(e.Time)
	e.Replies++
	e.Bytes += uint64(m.Header.Len)
	if e.First == 0 {
		e.First = e.Last
	}
	if m.Index == 0 {
		e.Rounds++
		e.Truncated += uint64(f.Missed())
		if e.dump && f.Elapsed > 0 {
			t.round(e, f)
		}
	}
	if m.Header.Flags&flagDumpIntr != 0 && !e.Intr {
		e.Intr = true
		if !t.opt.Counts {
			e.InterruptedBy = t.interrupter(e)
		}
	}
}

// round adds a part of a dump: what netlink_dump() took, unless the
// send itself called it, and what the reader took since the part before.
func (t *Tracker) round(e *entry, f *capture.Frame) {
	if f.Cause == 0 {
		e.Kernel += f.Elapsed
		from := e.round
		if e.returned.After(from) {
			from = e.returned // until then it was the send's time
		}
		if !e.round.IsZero() {
			e.Reader += max(f.Time.Sub(from)-f.Elapsed, 0)
		}
	}
	e.round = f.Time
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
		if m.Err != nil && m.Err.HasOff && m.Err.Attr == "" && !t.opt.Counts {
			m.Err.Attr = req.PathAt(m.Err.Offset)
		}
		return
	}
	if m.Err != nil && m.Err.RequestType != "" {
		o.Family, o.Type = m.Err.RequestFamily, m.Err.RequestType
	}
}

// inOrder returns the requests of a datagram, as they stand in it, until it is called again.
func (t *Tracker) inOrder(first *entry) []*entry {
	t.datagram = append(t.datagram[:0], first)
	for e := first.sister; e != nil; e = e.sister {
		t.datagram = append(t.datagram, e)
	}
	slices.Reverse(t.datagram[1:]) // see join
	return t.datagram
}

// complete handles the report of what became of a send.
func (t *Tracker) complete(f *capture.Frame, o *Observation) {
	first := t.frames.get(frameKey(f.Of))
	if first == nil || f.Of == 0 {
		t.dst = append(t.dst, *o)
		return
	}
	o.Exchange = &first.Exchange
	o.Family, o.Type = first.Request.Family, first.Request.Type
	if !o.Account.Known() {
		o.Account = first.Proc
	}
	t.dst = append(t.dst, *o)
	t.events.sent(t, f.Of) // before what caused them
	if first.sent {
		return
	}
	for _, e := range t.inOrder(first) {
		e.sent, e.returned = true, f.Time
		if e.Leads {
			e.Kernel += f.Elapsed
			e.Send, e.Lock, e.Waits = f.Elapsed, f.Lock, f.Waits
		}
		switch {
		case e.Ended:
		case f.Verdict == capture.VerdictFailed && !e.answered:
			e.Outcome, e.Errno = Failed, f.Errno
			t.end(e)
		case e.answered && e.unread():
		case e.answered, e.batched() && !e.wants() && (first.failed || !e.sees.AtRead()):
			// nfnl_err_deliver() has been by then, and its errors are seen when it is.
			t.end(e)
		case !e.wants():
			// Some answers come late (audit_send_reply).
			e.seen = f.Time
			t.endSoon(e)
		}
	}
	clear(t.datagram) // lets go of them
}

// end ends an exchange, once.
func (t *Tracker) end(e *entry) {
	if e.Ended {
		return
	}
	if !e.answered {
		t.unlink(e)
	}
	e.Ended = true
	if e.first != nil {
		e.Shared = e.first.Shared
	}
	t.count--
	if e.Outcome == Pending && !t.flushed(e) {
		e.Outcome = t.silent(e)
	}
	switch {
	case e.Outcome == Failed:
	case e.Why != "":
		e.Outcome = Ignored
	case e.head().failed && e.batched() && (e.Outcome == Accepted || e.Outcome == Acked):
		e.Outcome = RolledBack
	}
	if t.opt.Ends {
		t.dst = append(t.dst, ended(&e.Exchange))
	}
}

// silent says what it means that nothing ended an exchange.
func (t *Tracker) silent(e *entry) Outcome {
	switch {
	case e.dropped:
		return Lost
	case e.nobufs && (e.dump || e.wants() && e.Replies == 0):
		e.Errno = enobufs
		return Lost
	case e.dump && e.Replies > 0:
		return Abandoned
	case e.wants() && e.Replies == 0:
		if e.sees.AtRead() {
			return Unread
		}
		t.unanswered++
		return Unanswered
	case e.Replies > 0:
		return Answered
	}
	return Accepted
}

// enobufs is ENOBUFS of include/uapi/asm-generic/errno.h.
const enobufs = 105

// flushed says whether an exchange ends only because nothing more is captured: what
// would have come is not known.
func (t *Tracker) flushed(e *entry) bool {
	switch {
	case !t.flushing || e.Why != "" || e.dropped || e.nobufs:
		return false
	case e.reported && !e.sent:
		return true
	case e.dump:
		return true // its reader may have read on
	case !e.wants():
		return false
	case e.reported || e.sees.AtRead():
		return t.now.Sub(e.seen) <= grace // the kernel has handled it
	}
	return true
}

// ended is the observation of the end of an exchange.
func ended(x *Exchange) Observation {
	return Observation{
		Frame: x.Request.Frame, Exchange: x, End: EndExchange, Outcome: x.Outcome, Errno: x.Errno,
		Latency: x.Last, Account: x.Proc, Family: x.Request.Family, Type: x.Request.Type,
	}
}
