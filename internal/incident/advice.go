// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"fmt"
	"math"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/words"
)

// Limits are what the machine allows whose traffic it was, in bytes; 0: unknown (a
// recording that does not tell).
type Limits struct {
	RMemMax uint64 // net.core.rmem_max: the most that SO_RCVBUF takes
}

// slow is from when on the reader is the problem, not the buffer.
const slow = time.Second

// Advice says what would have helped, one clause each.
func (in *Incident) Advice(l Limits) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	buf := uint64(in.Socket.RcvBuf)
	if in.Holds > 0 && len(in.What) > 0 {
		add("rcvbuf %d holds %d %s", buf, in.Holds, in.What[0].Type)
	}
	if in.Lost > 0 && in.Echoes+in.Answers == in.Lost {
		add("all that was lost came of the reader's own requests: %s", own(in))
	}
	switch v := in.RcvBuf(); {
	case in.Stalled():
		add("the reader did not read for %v, and was not seen to read since: no buffer helps, find out what it waits for", in.Idle.Round(time.Millisecond))
	case v > maxRcvBuf:
		add("the backlog grew to %s, more than a socket can hold: the reader has to be faster", words.Size(in.Need))
	case v > 0:
		add("the backlog grew to %s: set SO_RCVBUF to %d (the kernel doubles it)%s", words.Size(in.Need), v, l.allow(v))
	}
	if in.Idle >= slow && !in.Stalled() {
		add("the reader had not read for %v: find out what it did meanwhile", in.Idle.Round(time.Millisecond))
	}
	if in.Lost > 0 && in.NobufsRaised == 0 && in.NobufsRead == 0 && !in.Open && in.Sees.Has(capture.SeesNobufs) {
		add("no ENOBUFS was raised: with NETLINK_NO_ENOBUFS the reader never learns of it")
	}
	if in.NobufsRead > 0 {
		add("the reader got ENOBUFS: what it knows is out of date until it dumps again")
	}
	if in.Dumps > 0 {
		add("parts of a dump did not fit: read faster, or with a larger buffer")
	}
	return out
}

// own says what of the reader's own was lost.
func own(in *Incident) string {
	switch {
	case in.Answers == 0:
		return "echoes that it may know already"
	case in.Echoes == 0:
		return "their answers"
	}
	return words.Plural(int(in.Answers), "answer", "answers") + " and " + words.Plural(int(in.Echoes), "echo", "echoes")
}

// maxRcvBuf is the most that the kernel takes, where root forces it (__sock_set_rcvbuf).
const maxRcvBuf = math.MaxInt32 / 2

// Stalled says whether the reader did not read for long, and was not seen to read again:
// every buffer would have been full in the end.
func (in *Incident) Stalled() bool { return in.Idle >= slow && !in.Read && in.NobufsRead == 0 }

// RcvBuf is the SO_RCVBUF that would have helped, in bytes, of which the kernel makes
// twice as much; 0: none would, or it is not known. It is a quarter more than was needed,
// because the next time will not be the same to the microsecond.
func (in *Incident) RcvBuf() uint64 {
	buf := uint64(in.Socket.RcvBuf)
	if buf == 0 || in.Need <= buf || in.Stalled() {
		return 0
	}
	return ((in.Need+in.Need/4)/2 + 1023) &^ 1023
}

// allow says whether a process without privileges may set a buffer.
func (l Limits) allow(v uint64) string {
	switch {
	case l.RMemMax == 0:
		return ""
	case v <= l.RMemMax:
		return fmt.Sprintf("; net.core.rmem_max allows up to %d", l.RMemMax)
	}
	return fmt.Sprintf("; net.core.rmem_max allows only %d: raise it, or use SO_RCVBUFFORCE with CAP_NET_ADMIN", l.RMemMax)
}
