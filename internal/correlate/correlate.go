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
	}
	return ""
}

// Request is what is remembered of a request until it is answered.
type Request struct {
	Message *decode.Message
	Proc    capture.Proc
	Time    time.Time
	Replies int           // messages so far
	Bytes   uint64        // of those
	First   time.Duration // to the first reply; 0: none yet
	Intr    bool          // a part carried NLM_F_DUMP_INTR
	// Err is what the NLMSG_ERROR or NLMSG_DONE said that answered it; nil: no
	// such answer, or one that says nothing.
	Err *decode.ErrorInfo
}

// Observation is one message, or one report without a message, with what it
// was paired with. It is what package aggregate counts and package export
// prints.
type Observation struct {
	Frame *capture.Frame
	// Message is nil for KindCompletion and KindSocketError, and for a datagram
	// that was lost without its bytes.
	Message *decode.Message
	// Request is what the message answers, or what a completion is about; nil:
	// unsolicited or unknown. For a request it is its own record.
	Request *Request
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
