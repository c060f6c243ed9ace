// SPDX-License-Identifier: Apache-2.0

// Package incident tells the story of each overrun: which socket lost messages
// from when to when, what they were, who sent them, how full the buffer was and
// how long nobody had read it, and what would have helped.
//
// It is fed every observation in order and keeps what it needs in bounded
// memory; a recording gives the incidents of the live run. It prints nothing.
package incident

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Incident is a time in which one socket lost messages. It begins with the
// first loss and ends with the last one, once datagrams are queued again and
// none was lost for Quiet.
type Incident struct {
	Number    int // from 1, in the order in which they began; 0: not known
	Protocol  uint16
	NetNS     uint64
	NetNSName string
	Socket    capture.Socket // at the newest loss: port ID, inode, owner, RcvBuf
	Queue     capture.Queue  // likewise
	Begin     time.Time      // of the first loss
	End       time.Time      // of the last loss so far
	Open      bool
	// Lost counts datagrams, as sk_drops does; LostUnseen of them are known from
	// sk_drops only: their frames were lost on the way to nltop.
	Lost, LostUnseen     uint64
	Bytes                uint64 // of those that were seen
	Dumps                uint64 // parts of dumps that did not fit, which sk_drops does not count; not in Lost
	NobufsRaised         uint64
	NobufsRead           uint64
	What                 []What   // most first, at most MaxRanked; the rest is in Others
	Senders              []Sender // likewise: who caused the lost messages
	Others, OtherSenders uint64
	RMem                 uint32        // most bytes in the queue at a loss
	Idle                 time.Duration // longest that the reader had not read, at a loss; 0: unknown
	// Need is the receive buffer (sk_rcvbuf) in bytes with which nothing would have been
	// lost, had the reader read as it did; 0: unknown.
	Need uint64
	// Echoes counts those of Lost that the reader's own requests caused, Answers those
	// that were answers to its requests.
	Echoes, Answers uint64
	Read            bool // the reader has read since Begin, as far as was seen
	// Holds is how many datagrams like the lost ones RcvBuf holds; 0: unknown.
	Holds uint64
	Sees  capture.Sees // by the source
	// Estimated says what of this is not exact, and why; "": nothing.
	Estimated string
}

// What is a kind of message that was lost.
type What struct {
	Family, Type string
	Group        uint32 // 0: unicast
	Lost         uint64
}

// Sender is who caused messages that were lost: a process, or several with one
// name, parent and cgroup; then Proc has no PID.
type Sender struct {
	Proc      capture.Proc
	Processes int // 1, or how many at least
	Inferred  bool
	Lost      uint64
	// Requests are what it had asked the kernel for, most first, at most MaxRequests: of
	// Lost, what is not in them was caused by no request, or by one that is not told.
	Requests []Request
}

// Request is a kind of request whose handling caused messages that were lost.
type Request struct {
	Family, Type string
	Lost         uint64
	First        *decode.Message // an example; nil: it is long
}

// MaxRequests bounds Sender.Requests.
const MaxRequests = 8

// Quiet is how long a socket has to lose nothing for an incident to end.
const Quiet = time.Second

// MaxRanked bounds the lists of an Incident.
const MaxRanked = 16
