// SPDX-License-Identifier: Apache-2.0

package correlate

import (
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
	e := &entry{
		Exchange: Exchange{
			Request: keep(m), Proc: o.Account, Socket: f.Socket, Time: f.Time, Outcome: Pending, Shared: 1,
			Kernel: f.Elapsed, // of a source that sees sends when they return
		},
		key: keyOf(f, m), seen: f.Time, frame: f.ID,
		dump: m.Header.Flags&flagDump == flagDump, reported: f.Sees.Has(capture.SeesCompletions),
	}
	o.Exchange = &e.Exchange
	e.size = len(e.Request.Data) + 768
	t.join(f, e)
	if m.Header.Flags&flagRequest == 0 || m.Header.Type < minType {
		// The kernel skips both in netlink_rcv_skb: no answer will come.
		o.Outcome, e.Outcome, e.Ended = OutcomeNone, OutcomeNone, true
		t.dst = append(t.dst, *o)
		return
	}
	t.await(f, e)
	t.dst = append(t.dst, *o)
}

// failedSend ends at once: nothing was delivered.
func (t *Tracker) failedSend(f *capture.Frame, m *decode.Message, o *Observation) {
	if !t.opt.Ends || m.Header.Flags&flagRequest == 0 || m.Header.Type < minType {
		return
	}
	x := &Exchange{
		Request: keep(m), Proc: o.Account, Socket: f.Socket, Time: f.Time, Outcome: Failed, Errno: f.Errno,
		Shared: 1, Kernel: f.Elapsed, Ended: true,
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
	first := t.frames[f.ID]
	if first == nil {
		t.frames[f.ID] = e
		return
	}
	// New ones go behind the first: a batch has thousands.
	first.Shared++
	e.sister, e.first, first.sister = first.sister, first, e
}

// await files an entry under what its answer will carry.
func (t *Tracker) await(f *capture.Frame, e *entry) {
	t.count++
	t.recent[e.key] = e
	if e.dump {
		t.dumps[socketKey(f)] = e
	}
	// Whoever waits under the key of a socket that is gone waits in vain; and
	// who asked for nothing and was sent will get nothing any more.
	for old := t.waiting[e.key]; old != nil; {
		next := old.next
		if otherSocket(old, f) || !old.wants() && (old.sent || !old.reported) {
			t.end(old)
		}
		old = next
	}
	if !e.reported && !e.wants() {
		t.soon = append(t.soon, e)
	}
	last, n := t.waiting[e.key], 1
	for ; last != nil && last.next != nil; n++ {
		last = last.next
	}
	if n >= maxSameKey {
		t.end(t.waiting[e.key])
	}
	if last == nil {
		t.waiting[e.key] = e
	} else {
		last.next = e
	}
}

// maxSameKey bounds how many requests of one socket wait under one sequence
// number.
const maxSameKey = 64

// find returns the request that a reply answers: the oldest that waits under
// its key on this socket.
func (t *Tracker) find(f *capture.Frame, m *decode.Message) *entry {
	for e := t.waiting[keyOf(f, m)]; e != nil; e = e.next {
		if !otherSocket(e, f) {
			return e
		}
	}
	return nil
}

func (t *Tracker) reply(f *capture.Frame, m *decode.Message, o *Observation) {
	e := t.find(f, m)
	if e != nil {
		t.replied(e, f, m)
		o.Exchange = &e.Exchange
		o.Latency = e.Last
	}
	final := false
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
		final = true
		t.answer(m, o)
		t.explain(f, m, o)
	case m.Header.Flags&flagMulti != 0:
		o.Outcome = Partial
	case e != nil:
		o.Outcome = Answered
		final = e.Request.Header.Flags&flagAck == 0
	}
	if e != nil && final {
		e.Outcome, e.Errno = o.Outcome, o.Errno
		if e.dropped {
			e.Outcome = Lost
		}
	}
	t.dst = append(t.dst, *o)
	if e == nil || !final {
		return
	}
	e.answered = true
	t.unlink(e)
	if e.sent || !e.reported || e.frame == 0 {
		t.end(e)
	} else {
		t.soon = append(t.soon, e)
	}
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
		if e.dump && f.Elapsed > 0 {
			t.round(e, f)
		}
	}
	if m.Header.Flags&flagDumpIntr != 0 && !e.Intr {
		e.Intr = true
		e.InterruptedBy = t.interrupter(e)
	}
}

// round adds a part of a dump: what netlink_dump() took, unless the
// send itself called it, and what the reader took since the part before.
func (t *Tracker) round(e *entry, f *capture.Frame) {
	if f.Cause == 0 {
		e.Kernel += f.Elapsed
		if !e.round.IsZero() {
			e.Reader += max(f.Time.Sub(e.round)-f.Elapsed, 0)
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
		if m.Err != nil && m.Err.HasOff && m.Err.Attr == "" {
			m.Err.Attr = req.PathAt(m.Err.Offset)
		}
		return
	}
	if m.Err != nil && m.Err.RequestType != "" {
		o.Family, o.Type = m.Err.RequestFamily, m.Err.RequestType
	}
}

// complete handles the report of what became of a send.
func (t *Tracker) complete(f *capture.Frame, o *Observation) {
	first := t.frames[f.Of]
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
	failed := false
	for e := first; e != nil; e = e.sister {
		failed = failed || e.Errno != 0
	}
	for e := first; e != nil; e = e.sister {
		if e.sent {
			break
		}
		e.sent = true
		e.Kernel += f.Elapsed
		e.Lock = f.Lock
		switch {
		case e.Ended:
		case f.Verdict == capture.VerdictFailed && !e.answered:
			e.Outcome, e.Errno = Failed, f.Errno
			t.end(e)
		case e.answered:
			t.end(e)
		case failed && f.Protocol == capture.NETLINK_NETFILTER && !e.wants():
			e.Outcome = RolledBack
			t.end(e)
		case !e.wants():
			// Some answers come late (audit_send_reply).
			e.seen = f.Time
			t.soon = append(t.soon, e)
		}
	}
	t.events.sent(t, f.Of)
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
	if e.Outcome == Pending {
		switch {
		case e.dropped:
			e.Outcome = Lost
		case e.wants() && e.Replies == 0, e.dump:
			e.Outcome = Unanswered
			t.unanswered++
		case e.Replies > 0:
			e.Outcome = Answered
		default:
			e.Outcome = Accepted
		}
	}
	if t.opt.Ends {
		t.dst = append(t.dst, ended(&e.Exchange))
	}
}

// ended is the observation of the end of an exchange.
func ended(x *Exchange) Observation {
	return Observation{
		Frame: x.Request.Frame, Exchange: x, End: EndExchange, Outcome: x.Outcome, Errno: x.Errno,
		Latency: x.Last, Account: x.Proc, Family: x.Request.Family, Type: x.Request.Type,
	}
}
