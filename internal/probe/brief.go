// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// about is what an NL_RECORD_ABOUT told: what is the same in all brief records
// with its number.
type about struct {
	number uint64 // 0: nothing yet
	frame  capture.Frame
}

func (a *assembler) addAbout(rec []byte) error {
	if len(rec) < aboutSize {
		return malformed("record of %d bytes about a socket is too short", len(rec))
	}
	var r nlAbout
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&r)), aboutSize), rec)
	if r.About == 0 || r.Slot >= uint32(fentryNlLimitNL_FLOWS) {
		return malformed("record about socket %d has number %d and place %d", r.Inode, r.About, r.Slot)
	}
	if a.abouts == nil {
		a.abouts = make([]about, fentryNlLimitNL_FLOWS)
	}
	p := proc(&r.Task)
	a.abouts[r.Slot] = about{r.About, capture.Frame{
		Verdict:  capture.VerdictDelivered,
		Protocol: r.Protocol,
		NetNS:    uint64(r.Netns),
		Proc:     p,
		Socket:   capture.Socket{PortID: r.Port, Inode: r.Inode, Owner: p},
		Source:   a.source,
	}}
	return nil
}

func (a *assembler) addBrief(rec []byte) error {
	if len(rec) < briefSize {
		return malformed("brief record of %d bytes is shorter than its header", len(rec))
	}
	var r nlBrief
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&r)), briefSize), rec)
	payload := rec[briefSize:]
	if uint64(r.InlineLen) > uint64(len(payload)) || r.InlineLen > r.OrigLen {
		return malformed("brief record of a datagram of %d bytes, %d inline, of %d", r.OrigLen, r.InlineLen, len(rec))
	}
	if int(r.Slot) >= len(a.abouts) || a.abouts[r.Slot].number != r.About || r.About == 0 {
		return malformed("brief record of the unknown socket %#x", r.About)
	}
	f := a.brief(&r)
	if f == nil {
		a.orphans.Add(1)
		return nil
	}
	if r.InlineLen > 0 {
		f.Data = bytes.Clone(payload[:r.InlineLen])
	}
	return a.emit(f)
}

// brief translates everything but the payload; nil: the completion of a datagram
// that was never seen.
func (a *assembler) brief(r *nlBrief) *capture.Frame {
	kind, dir := capture.Kind(r.Kind), capture.Dir(r.Dir)
	var of uint64
	if kind == capture.KindCompletion {
		if of = a.number(r.Of); of == 0 {
			return nil
		}
	}
	f := new(capture.Frame)
	*f = a.abouts[r.Slot].frame
	a.lastID++
	f.ID, f.Of, f.Kind, f.Dir = a.lastID, of, kind, dir
	f.Time = a.clock(r.Ktime)
	f.Elapsed = nanoseconds(r.Elapsed)
	f.Socket.Drops, f.Socket.RcvBuf, f.Socket.RMem = r.Drops, r.Rcvbuf, r.Rmem
	f.Socket.HighWater, f.Socket.Idle = r.High, nanoseconds(r.Idle)
	f.TrueSize = r.Truesize
	f.Lock.Wait, f.Lock.Hold = nanoseconds(r.LockWait), nanoseconds(r.LockHold)
	f.OrigLen = int(r.OrigLen)
	switch {
	case kind == capture.KindCompletion:
		f.SrcPort = f.Socket.PortID
	case dir == capture.DirRequest:
		f.SrcPort = f.Socket.PortID
		a.remember(r.Id, f.ID)
	default:
		f.DstPort = f.Socket.PortID
		f.Cause = a.cause(r.Of)
	}
	return f
}
