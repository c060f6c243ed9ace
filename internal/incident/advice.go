// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"fmt"
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
	if in.Need > buf && buf > 0 {
		add("the peak needs about %s", words.Size(in.Need))
		// The kernel doubles what SO_RCVBUF asks for (sock_setsockopt).
		switch {
		case l.RMemMax == 0:
		case in.Need/2 <= l.RMemMax:
			add("net.core.rmem_max allows %s: set SO_RCVBUF to %d", words.Size(2*l.RMemMax), roundUp(in.Need/2))
		default:
			add("net.core.rmem_max allows only %s: raise it, or use SO_RCVBUFFORCE with CAP_NET_ADMIN", words.Size(2*l.RMemMax))
		}
	}
	if in.Idle >= slow {
		add("the reader had not read for %v: a larger buffer only delays the loss", in.Idle.Round(time.Millisecond))
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

// roundUp gives a figure that people would write: the next 64 KiB.
func roundUp(n uint64) uint64 { return (n + 1<<16 - 1) &^ (1<<16 - 1) }
