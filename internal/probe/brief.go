// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// about is what an NL_RECORD_ABOUT told: what is the same in all brief records
// with its number.
type about struct {
	told    nlAbout
	origins [briefKinds]*capture.Origin // as they were last needed
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
		return malformed("record about socket %d has number %d and slot %d", r.Inode, r.About, r.Slot)
	}
	if a.abouts == nil {
		a.abouts = make([]*about, fentryNlLimitNL_FLOWS)
	}
	a.abouts[r.Slot] = s
	return nil
}

// origin makes, or finds, the Origin of a kind of record.
func (s *about) origin(a *assembler, kind int, rcvbuf uint32) *capture.Origin {
	r := &s.told
	p := a.proc(&r.Task)
	n := capture.Origin{
		Verdict:  capture.VerdictDelivered,
		Protocol: r.Protocol,
		NetNS:    uint64(r.Netns),
		Proc:     p,
		Socket:   capture.Socket{PortID: r.Port, Inode: r.Inode, Owner: p, RcvBuf: rcvbuf},
		Source:   a.source,
		Sees:     a.sees,
	}
	switch kind {
	case briefRequest:
		n.Dir, n.SrcPort = capture.DirRequest, r.Port
	case briefReply:
		n.Dir, n.DstPort = capture.DirReply, r.Port
	case briefCompletion:
		n.Kind, n.SrcPort = capture.KindCompletion, r.Port
	}
	o := a.origins.all.Of(&n)
	s.origins[kind] = o
	return o
}

// isBrief says whether a record calls itself brief.
func isBrief(rec []byte) bool {
	return len(rec) >= 4 && binary.NativeEndian.Uint32(rec) == uint32(fentryNlRecordNL_RECORD_BRIEF)
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
	if int(r.InlineLen) > len(payload) || r.InlineLen > r.OrigLen {
		return malformed("brief record of a datagram of %d bytes, %d inline, of %d", r.OrigLen, r.InlineLen, len(rec))
	}
	kind, ok := r.kind()
	if !ok {
		return malformed("brief record of kind %d and direction %d", r.Kind, r.Dir)
	}
	var s *about
	if int(r.Slot) < len(a.abouts) {
		s = a.abouts[r.Slot]
	}
	if s == nil || s.told.About != r.About {
		return malformed("brief record of the unknown socket %#x", r.About)
	}
	var of uint64
	if kind == briefCompletion {
		if of = a.numbers.take(r.Of); of == 0 {
			a.orphans.Add(1) // of a datagram that was never seen
			return nil
		}
	}
	o := s.origins[kind]
	if o == nil || o.Socket.RcvBuf != r.Rcvbuf {
		o = s.origin(a, kind, r.Rcvbuf)
	}
	f := a.frame(true)
	a.lastID++
	// One by one, because a frame that is put together elsewhere has to be copied.
	f.Origin = o
	f.ID, f.Of = a.lastID, of
	f.Time, f.Elapsed = a.clock(r.Ktime), nanoseconds(r.Elapsed)
	f.Cast, f.Cause = 0, 0
	f.Queue.Drops, f.Queue.RMem, f.Queue.HighWater, f.Queue.Idle = r.Drops, r.Rmem, r.High, nanoseconds(r.Idle)
	f.Lock.Wait, f.Lock.Hold, f.Lock.Blocker = nanoseconds(r.LockWait), nanoseconds(r.LockHold), nil
	f.Waits = nil
	f.TrueSize, f.Taken, f.OrigLen = r.Truesize, 0, int(r.OrigLen)
	f.Data = a.payload(payload, r.InlineLen)
	switch kind {
	case briefRequest:
		a.numbers.put(r.Id, f.ID)
	case briefReply:
		f.Cause = a.numbers.get(r.Of)
	}
	if a.infer != nil || a.loan == nil {
		return a.done(f)
	}
	if a.full++; a.full == len(a.loan) { // as done has it for these kinds
		return a.handOver()
	}
	return nil
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
