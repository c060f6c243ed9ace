// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"slices"
	"time"
)

// maxStuck bounds how many threads are in a send for longer than maxAge.
const maxStuck = 256

// inSend says whether the send of a request has not returned, as far as its source would
// have told.
func (e *entry) inSend() bool {
	return e.reported && !e.sent && !e.Ended && e.Proc.TID != 0
}

// stick keeps a request that is older than maxAge beside the queue, whose front it would
// block.
func (t *Tracker) stick(e *entry) {
	tid := e.Proc.TID
	if _, known := t.stuck[tid]; !known && len(t.stuck) >= maxStuck {
		t.release(t.oldestStuck())
	}
	t.stuck[tid] = append(t.stuck[tid], e)
}

func (t *Tracker) oldestStuck() (tid uint32) {
	var at time.Time
	for id, list := range t.stuck {
		if at.IsZero() || list[0].Time.Before(at) {
			tid, at = id, list[0].Time
		}
	}
	return tid
}

// release ends and forgets what a thread was stuck in.
func (t *Tracker) release(tid uint32) {
	for _, e := range t.stuck[tid] {
		t.end(e)
		t.forget(e)
	}
	delete(t.stuck, tid)
}

// unstick releases what has returned, and when too much is kept all of it.
func (t *Tracker) unstick(now time.Time) {
	if len(t.stuck) == 0 {
		return
	}
	for tid, list := range t.stuck {
		back := func(e *entry) bool { return e.Ended || e.sent && now.Sub(e.seen) > grace }
		if t.count > maxPending || t.bytes > maxBytes || !slices.ContainsFunc(list, func(e *entry) bool { return !back(e) }) {
			t.release(tid)
		}
	}
}

// returned is called for a new send of a thread: those before have returned, although
// the report of it was lost.
func (t *Tracker) returned(frame uint64, tid uint32) {
	if list := t.stuck[tid]; len(list) > 0 && list[0].frame != frame {
		t.release(tid)
	}
}

// all returns what is known of, oldest first.
func (t *Tracker) all() []*entry {
	if len(t.stuck) == 0 {
		return t.queue
	}
	var out []*entry
	for _, list := range t.stuck {
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b *entry) int { return a.Time.Compare(b.Time) })
	return append(out, t.queue...)
}
