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
	told   nlAbout
	frames [briefKinds]capture.Frame
}

// The kinds of brief records.
const (
	briefRequest = iota
	briefReply
	briefCompletion
	briefKinds
)

func (a *assembler) addAbout(rec []byte) error {
	if len(rec) < aboutSize {
		return malformed("record of %d bytes about a socket is too short", len(rec))
	}
	s := new(about)
	r := &s.told
	copy(unsafe.Slice((*byte)(unsafe.Pointer(r)), aboutSize), rec)
	if r.About == 0 || r.Slot >= uint32(fentryNlLimitNL_FLOWS) {
		return malformed("record about socket %d has number %d and place %d", r.Inode, r.About, r.Slot)
	}
	if a.abouts == nil {
		a.abouts = make([]*about, fentryNlLimitNL_FLOWS)
	}
	a.abouts[r.Slot] = s
	return nil
}

// frame returns the frame of a kind, with what is the same in all.
func (s *about) frame(a *assembler, kind int, rcvbuf uint32) *capture.Frame {
	f, r := &s.frames[kind], &s.told
	if f.Like != 0 && f.Socket.RcvBuf == rcvbuf {
		return f
	}
	p := a.proc(&r.Task)
	*f = capture.Frame{
		Like:     a.likes.next(uint64(r.Slot)<<2 | uint64(kind)),
		Verdict:  capture.VerdictDelivered,
		Protocol: r.Protocol,
		NetNS:    uint64(r.Netns),
		Proc:     p,
		Socket:   capture.Socket{PortID: r.Port, Inode: r.Inode, Owner: p, RcvBuf: rcvbuf},
		Source:   a.source,
	}
	switch kind {
	case briefRequest:
		f.Dir, f.SrcPort = capture.DirRequest, r.Port
	case briefReply:
		f.Dir, f.DstPort = capture.DirReply, r.Port
	case briefCompletion:
		f.Kind, f.SrcPort = capture.KindCompletion, r.Port
	}
	return f
}

func (a *assembler) addBrief(rec []byte) error {
	if len(rec) < briefSize {
		return malformed("brief record of %d bytes is shorter than its header", len(rec))
	}
	r := (*nlBrief)(unsafe.Pointer(&rec[0]))
	if uintptr(unsafe.Pointer(r))%unsafe.Alignof(*r) != 0 { // never in the ring
		r = new(nlBrief)
		copy(unsafe.Slice((*byte)(unsafe.Pointer(r)), briefSize), rec)
	}
	payload := rec[briefSize:]
	if uint64(r.InlineLen) > uint64(len(payload)) || r.InlineLen > r.OrigLen {
		return malformed("brief record of a datagram of %d bytes, %d inline, of %d", r.OrigLen, r.InlineLen, len(rec))
	}
	kind, ok := r.kind()
	if !ok {
		return malformed("brief record of kind %d and direction %d", r.Kind, r.Dir)
	}
	if int(r.Slot) >= len(a.abouts) || a.abouts[r.Slot] == nil || a.abouts[r.Slot].told.About != r.About {
		return malformed("brief record of the unknown socket %#x", r.About)
	}
	var of uint64
	if kind == briefCompletion {
		if of = a.numbers.take(r.Of); of == 0 {
			a.orphans.Add(1) // of a datagram that was never seen
			return nil
		}
	}
	f := a.abouts[r.Slot].frame(a, kind, r.Rcvbuf)
	if !a.lends || a.unlike {
		like := f
		if f = &a.lent; !a.lends {
			f = new(capture.Frame)
		}
		*f = *like
		f.Like = 0
	}
	a.varyBrief(f, r, of)
	f.Data = nil
	switch n := r.InlineLen; {
	case n == 0:
	case a.lends:
		f.Data = payload[:n:n]
	default:
		f.Data = bytes.Clone(payload[:n])
	}
	return a.emit(f)
}

func (r *nlBrief) kind() (int, bool) {
	switch {
	case capture.Kind(r.Kind) == capture.KindCompletion:
		return briefCompletion, true
	case capture.Kind(r.Kind) != capture.KindDatagram:
	case capture.Dir(r.Dir) == capture.DirRequest:
		return briefRequest, true
	case capture.Dir(r.Dir) == capture.DirReply:
		return briefReply, true
	}
	return 0, false
}

// varyBrief is vary for brief records: it sets what differs from one to the next,
// whatever f held.
func (a *assembler) varyBrief(f *capture.Frame, r *nlBrief, of uint64) {
	a.lastID++
	f.ID, f.Of = a.lastID, of
	f.Time, f.Elapsed = a.clock(r.Ktime), nanoseconds(r.Elapsed)
	s := &f.Socket
	s.Drops, s.RMem, s.HighWater, s.Idle = r.Drops, r.Rmem, r.High, nanoseconds(r.Idle)
	f.TrueSize, f.OrigLen = r.Truesize, int(r.OrigLen)
	f.Lock.Wait, f.Lock.Hold = nanoseconds(r.LockWait), nanoseconds(r.LockHold)
	f.Cast, f.Cause = 0, 0
	switch {
	case f.Kind == capture.KindCompletion:
	case f.Dir == capture.DirRequest:
		a.numbers.put(r.Id, f.ID)
	default:
		f.Cause = a.numbers.get(r.Of)
	}
}
