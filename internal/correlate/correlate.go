// SPDX-License-Identifier: Apache-2.0

// Package correlate pairs what belongs together: a request with its replies,
// an error with the request that it answers, a completion with the datagram
// that it is about. It counts nothing (package aggregate) and prints nothing.
//
// Its memory is bounded: requests that nobody answers leave after a time or
// when there are too many, and are then reported as unanswered.
package correlate

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Outcome is what a message or report says about the request it belongs to.
type Outcome uint8

const (
	OutcomeNone Outcome = iota // nothing: an event, a peer message, an unpaired reply
	Pending                    // a request, not answered yet
	Partial                    // one of several replies (NLM_F_MULTI)
	Acked                      // NLMSG_ERROR with errno 0
	Failed                     // NLMSG_ERROR with an errno, or a send that failed
	Answered                   // the one reply of a request without NLM_F_ACK, or NLMSG_DONE
	Interrupted                // NLMSG_DONE of a dump with NLM_F_DUMP_INTR
	Lost                       // the reply was dropped, or its dump failed for want of room
	Accepted                   // no answer was asked for and none came; where the send's result is known, it succeeded
	RolledBack                 // a message of an nftables batch of which another one failed
	Unanswered                 // an answer was asked for and never came
	Unread                     // an answer was asked for, and nobody was seen to read one (capture.sees.AtRead)
	Abandoned                  // a dump that its reader did not read to its end
	Ignored                    // the kernel did nothing with it: Exchange.Why
)

// String returns the word that the JSON output uses; "" for OutcomeNone.
func (o Outcome) String() string {
	switch o {
	case Pending:
		return "pending"
	case Partial:
		return "partial"
	case Acked:
		return "acked"
	case Failed:
		return "failed"
	case Answered:
		return "answered"
	case Interrupted:
		return "interrupted"
	case Lost:
		return "lost"
	case Accepted:
		return "accepted"
	case RolledBack:
		return "rolled back"
	case Unanswered:
		return "unanswered"
	case Unread:
		return "unread"
	case Abandoned:
		return "abandoned"
	case Ignored:
		return "ignored"
	}
	return ""
}

// Exchange is a request and all that belongs to it. The Tracker goes on writing
// to it until it has ended: who keeps one copies it.
type Exchange struct {
	Request *decode.Message
	Proc    capture.Proc   // who sent it
	Socket  capture.Socket // on which
	Time    time.Time      // of the request
	Outcome Outcome        // so far; Pending of one that has ended: capture ended first
	Why     string         // of Ignored: the reason, one clause
	// Probe: it failed as whoever sent it expected, who only asked what the kernel can
	// (decode.Message.IsProbe).
	Probe   bool
	Again   int    // answers after the last that it should have got
	Replies int    // messages so far
	Bytes   uint64 // of those
	Rounds  int    // datagrams that they came in
	// Asked is that of the Observation of an answer.
	Asked *decode.Message
	// Truncated is how many bytes of them the reader's buffer had no room for.
	Truncated uint64
	First     time.Duration // to the first reply; 0: none yet
	Last      time.Duration // to the newest reply; 0: none yet
	// Kernel is the time in the kernel: entry to return of the send (without
	// capture.SeesKernelTime: of the system call), and of every netlink_dump() that a later read
	// called. 0: the source cannot tell.
	Kernel time.Duration
	// Send is the part of Kernel that is that of the send; 0: it has not returned.
	Send time.Duration
	// Reader is what the reader of a dump took between its rounds.
	Reader time.Duration
	// Queue is how long the last answer lay in the queue of its reader, from when the send
	// had returned; Whole is from the beginning of the send until then. 0: not read yet, or
	// the source cannot tell (capture.SeesTaken).
	Queue, Whole time.Duration
	// Shared is the number of requests in the datagram. Kernel, Send, Lock and Waits are
	// those of all of them together, and stand on the one that Leads alone.
	Shared int
	// Leads: it is the first request of its datagram.
	Leads bool
	Lock  capture.Lock   // rtnl_mutex, inside the send
	Waits *capture.Waits // inside the send; nil: for nothing that is known
	Intr  bool           // a part carried NLM_F_DUMP_INTR
	// InterruptedBy is who made the newest change of the same family before the
	// part that carried it, while the dump ran; nil: nobody was seen.
	InterruptedBy *Cause
	// Err is what the NLMSG_ERROR or NLMSG_DONE said that answered it; nil: no
	// such answer, or one that says nothing.
	Err *decode.ErrorInfo
	// Errno is positive where it failed.
	Errno int32
	// Events are the notifications that it caused, Deliveries how often one of them was
	// sent to a socket, Listeners those sockets (at most 4096 are told apart), Lost the
	// deliveries that were lost, LostBy by whom.
	Events, Deliveries, Listeners, Lost int
	LostBy                              []capture.Proc // each once, at most MaxLosers
	// Ended: nothing more will come. Until then Age is of interest.
	Ended bool
}

// MaxLosers bounds the names that an exchange or event keeps of who lost it.
const MaxLosers = 8

// Age is how long a request has been waiting, in frame time; 0 once it ended.
func (x *Exchange) Age(now time.Time) time.Duration {
	if x.Ended {
		return 0
	}
	return max(now.Sub(x.Time), 0)
}

// Parts splits Send; false: its source does not tell what it was spent on.
func (x *Exchange) Parts() (p capture.Parts, ok bool) {
	if x.Send <= 0 || !x.Request.Frame.Sees.Has(capture.SeesTimes) {
		return p, false
	}
	return capture.Split(x.Send, x.Lock.Wait, x.Waits), true
}

// Later is the part of Kernel that is not that of the send: of a dump, what later reads
// had the kernel do.
func (x *Exchange) Later() time.Duration { return max(x.Kernel-x.Send, 0) }

// Late is the part of Whole that is in no other: the send had returned, and the kernel
// had not answered yet.
func (x *Exchange) Late() time.Duration {
	if x.Whole == 0 {
		return 0
	}
	return max(x.Whole-x.Kernel-x.Reader-x.Queue, 0)
}

// Cause says who made the kernel do something.
type Cause struct {
	Proc capture.Proc // zero: unknown; with the comm "(interrupt)": nobody
	// Exchange is the request inside whose handling it was sent; nil: none (an
	// ioctl, a kernel thread, an interrupt) or not known.
	Exchange *Exchange
	// Datagram is the first request of the datagram that Exchange came in: one that is a
	// batch is handled as a whole. nil as Exchange is.
	Datagram *decode.Message
	// Inferred: found by port ID and sequence number, not seen.
	Inferred bool
	// Trigger is what it was, where no request did it.
	Trigger capture.Trigger
}

// Event is one notification: all deliveries of one multicast, or of those of its
// messages that name one request. The Tracker goes
// on writing to it until it has ended.
type Event struct {
	ID      uint64          // frame ID of the first delivery
	Message *decode.Message // the first; nil: lost without its bytes
	// Before is the last message about the same thing (package differ); nil: Message tells
	// of none, or is the first.
	Before *decode.Message
	Time   time.Time
	Cause  Cause
	// Delivered and Lost count sockets; Losers names their owners.
	Delivered, Lost int
	Losers          []capture.Proc // each once, at most MaxLosers
	Ended           bool
}

// CausedBy is who made the kernel send what is observed, as far as it is known; zero
// for a request.
func (o *Observation) CausedBy() Cause {
	if o.Raised != nil {
		return *o.Raised
	}
	if e := o.Event; e != nil && (e.Cause.Proc.Known() || e.Cause.Exchange != nil || e.Cause.Trigger != capture.Trigger{}) {
		return e.Cause
	}
	if o.Frame == nil {
		return Cause{}
	}
	return Cause{Proc: o.Frame.Causer(), Trigger: o.Frame.Trigger}
}

// Own replaces what the Tracker goes on writing to by copies.
func (o *Observation) Own() {
	if o.Exchange != nil {
		o.Exchange = o.Exchange.Copy()
	}
	if o.Event != nil {
		o.Event = o.Event.Copy()
	}
	o.Raised = o.Raised.copy()
}

// Observed is the request as an observation, with how far the exchange has come.
func (x *Exchange) Observed() Observation {
	m := x.Request
	return Observation{
		Frame: m.Frame, Message: m, Exchange: x, Account: x.Proc, Family: m.Family, Type: m.Type,
		Outcome: x.Outcome, Errno: x.Errno, Latency: x.Last, Probe: x.Probe,
	}
}

// Copy returns an exchange that nobody will write to.
func (x *Exchange) Copy() *Exchange {
	c := *x
	c.InterruptedBy = x.InterruptedBy.copy()
	return &c
}

// Copy returns an event that nobody will write to.
func (e *Event) Copy() *Event {
	c := *e
	c.Cause = *e.Cause.copy()
	return &c
}

// copy goes no deeper than the request. Slices are only ever appended to.
func (c *Cause) copy() *Cause {
	if c == nil {
		return nil
	}
	d := *c
	if c.Exchange != nil {
		x := *c.Exchange
		x.InterruptedBy = nil
		d.Exchange = &x
	}
	return &d
}

// End says what an observation without a message reports the end of.
type End uint8

const (
	EndNone     End = iota
	EndExchange     // Exchange has ended
	EndEvent        // Event has ended
)

// Observation is one message, or one report without a message, with what it
// was paired with. It is what package aggregate counts and package export
// prints.
type Observation struct {
	Frame *capture.Frame
	// Message is nil for KindCompletion and KindSocketError, and for a datagram
	// that was lost without its bytes.
	Message *decode.Message
	// Exchange is what the message answers, or what a completion is about; nil:
	// unsolicited or unknown. For a request it is its own record.
	Exchange *Exchange
	// Event is the notification that a message is a delivery, or a loss, of.
	Event *Event
	// Raised is the request inside whose handling an ENOBUFS was raised; nil: none, or
	// unknown.
	Raised *Cause
	// Self: the event wakes the process that caused it.
	Self bool
	// Again: the message answers a request that was answered before.
	Again bool
	// Read: it reports that the last answer was read, and Exchange has all its times.
	Read bool
	// Asked is the newest request of the thread that reads an answer to an older one: the
	// two are out of step, unless it asks much at once and reads later. nil: they are not,
	// or the source does not see reads.
	Asked *decode.Message
	// Probe is that of the exchange.
	Probe bool
	// End is set for the end of an exchange or event, which has no message: its
	// Frame is that of the request, or of the first delivery.
	End     End
	Outcome Outcome
	// Latency is from the request to this reply; 0 where nothing was paired.
	Latency time.Duration
	// Account is the process that the message is counted for: the sender of a
	// request, the owner of the receiving socket otherwise. Zero: unknown.
	Account capture.Proc
	// Family and Type are the row that the message is counted in: its own
	// names, but those of the request for an ACK, an error, a DONE and a
	// completion.
	Family, Type string
	// Errno is positive where the observation is a failure.
	Errno int32
}
