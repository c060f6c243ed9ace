// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// backlog works out how much a socket's queue would have held if nothing had been lost:
// what it holds, and what was lost and would wait behind that. The reader is taken to
// read as much as it did, at the same times. Once a message was lost the kernel queues
// none until the queue is empty (NETLINK_S_CONGESTED), so an empty queue says nothing of
// the backlog: only that the reader has read a queueful since it was full. Had there been
// more, it would have gone on at that pace for as long as the queue was empty; and one
// that left it empty for longer than it took to get there reads all that there is.
type backlog struct {
	behind uint64    // what was lost and would wait still, bytes of memory
	peak   uint64    // most that the queue would have held
	full   time.Time // of the first loss since the queue was empty
	held   uint64    // what it held then
}

// lost takes a message of so many bytes of memory that was not queued.
func (b *backlog) lost(f *capture.Frame, size uint64) {
	if b.full.IsZero() {
		b.full, b.held = f.Time, uint64(f.Queue.RMem)
	}
	b.behind += size
	b.grown(f)
}

// queued takes one that was.
func (b *backlog) queued(f *capture.Frame) {
	if f.Dir == capture.DirRequest {
		return // tells of the sender's queue at another moment
	}
	if f.TrueSize > 0 && f.Queue.RMem <= f.TrueSize && !b.full.IsZero() && f.Queue.Idle > 0 {
		if took := f.Time.Add(-f.Queue.Idle).Sub(b.full); took > 0 {
			caught := float64(b.held) * float64(f.Queue.Idle) / float64(took)
			if f.Queue.Idle >= took {
				caught = float64(b.behind)
			}
			b.behind -= uint64(min(caught, float64(b.behind)))
			b.full = time.Time{}
		}
	}
	b.grown(f)
}

func (b *backlog) grown(f *capture.Frame) {
	b.peak = max(b.peak, uint64(f.Queue.RMem)+b.behind)
}

// reads says whether a frame shows that the reader has read since the incident began.
func (r *story) reads(f *capture.Frame) bool {
	return f.Queue.Idle > 0 && f.Time.Add(-f.Queue.Idle).After(r.Begin)
}
