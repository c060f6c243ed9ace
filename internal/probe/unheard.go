// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

const settledSize = int(unsafe.Sizeof(fentryNlSettled{}))

// maxHeld bounds the events of which it is not known yet whether somebody got them: each
// is between the entry and the return of netlink_broadcast() in one of the tasks.
const maxHeld = 1024

// held are those events, by the ids of their records.
type held struct {
	frames map[uint64]*capture.Frame
	order  []uint64
}

// hold keeps an event until it is settled. One whose return was missed is given up: it
// cannot be told whether it was heard.
func (a *assembler) hold(id uint64, f *capture.Frame) {
	h := &a.held
	if h.frames == nil {
		h.frames = map[uint64]*capture.Frame{}
	}
	h.frames[id] = f
	h.order = append(h.order, id)
	for len(h.frames) > maxHeld {
		oldest := h.order[0]
		h.order = h.order[1:]
		if h.frames[oldest] != nil {
			delete(h.frames, oldest)
			a.orphans.Add(1)
		}
	}
	if len(h.order) > 4*maxHeld {
		kept := h.order[:0]
		for _, id := range h.order {
			if h.frames[id] != nil {
				kept = append(kept, id)
			}
		}
		h.order = kept
	}
}

// addSettled hands on an event that nobody got, and drops one that somebody did.
func (a *assembler) addSettled(rec []byte) error {
	if len(rec) < settledSize {
		return malformed("record of %d bytes about an event is too short", len(rec))
	}
	heard, id := binary.NativeEndian.Uint32(rec[4:]) != 0, binary.NativeEndian.Uint64(rec[8:])
	if o := a.open[id]; o != nil { // chunks of it had no room
		if err := a.close(id, o); err != nil {
			return err
		}
	}
	f := a.held.frames[id]
	if f == nil {
		return malformed("record about the unknown event %#x", id)
	}
	delete(a.held.frames, id)
	if len(a.held.frames) == 0 {
		a.held.order = a.held.order[:0]
	}
	if heard {
		return nil
	}
	a.lastID++
	f.ID = a.lastID
	if a.loan == nil {
		return a.done(f)
	}
	lent := a.frame(true)
	*lent = *f
	return a.done(lent)
}

// unsettled makes the frame of a full record that is to be settled.
func (a *assembler) unsettled(r *nlFull, rec []byte) error {
	f := &capture.Frame{
		Origin: a.fullOrigin(r, rec),
		Time:   a.clock(r.Ktime),
		Cast:   r.Cast, Cause: a.numbers.get(r.Cause),
		OrigLen: int(r.OrigLen),
	}
	if r.InlineLen == r.CapLen {
		f.Data = bytes.Clone(rec[fullSize : fullSize+int(r.InlineLen)])
		a.hold(r.Id, f)
		return nil
	}
	return a.await(r, f)
}
