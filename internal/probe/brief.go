// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"sync/atomic"
	"time"
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
	briefReply   // behind it, as DirReply is behind DirRequest
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

func (a *assembler) addBrief(rec []byte) error {
	if len(rec) < briefSize {
		return malformed("brief record of %d bytes is shorter than its header", len(rec))
	}
	r := (*nlBrief)(unsafe.Pointer(&rec[0]))
	if uintptr(unsafe.Pointer(r))%unsafe.Alignof(*r) != 0 { // never in the ring
		words := make([]uint64, (len(rec)+7)/8)
		r = (*nlBrief)(unsafe.Pointer(&words[0]))
		copy(unsafe.Slice((*byte)(unsafe.Pointer(r)), len(rec)), rec)
	}
	if !r.whole(uint32(len(rec) - briefSize)) {
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
	r.fill(f, o, a.clock(r.Ktime))
	if a.loan == nil {
		f.Data = bytes.Clone(f.Data)
	}
	f.ID, f.Of, f.Cause = a.lastID, of, 0
	switch kind {
	case briefRequest:
		a.numbers.put(r.Id, f.ID)
	case briefReply:
		f.Cause = a.numbers.get(r.Of)
	}
	return a.done(f)
}

// fill says in a frame what the record does, but for the numbers of frames. Its payload is
// that behind the record. The pointers come first, because the collector is asked about
// them once.
func (r *nlBrief) fill(f *capture.Frame, o *capture.Origin, t time.Time) {
	var data []byte
	if n := r.InlineLen; n > 0 {
		data = unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(r), briefSize)), int(n))
	}
	f.Origin, f.Time, f.Lock.Blocker, f.Waits, f.Data = o, t, nil, nil, data
	f.Elapsed, f.Queue.Idle = nanoseconds(r.Elapsed), nanoseconds(r.Idle)
	f.Lock.Wait, f.Lock.Hold = nanoseconds(r.LockWait), nanoseconds(r.LockHold)
	f.Cast, f.Taken = 0, 0
	f.Queue.Drops, f.Queue.RMem, f.Queue.HighWater = r.Drops, r.Rmem, r.High
	f.TrueSize, f.OrigLen = r.Truesize, int(r.OrigLen)
}

// briefs lends frames of the brief records that are next in the ring, which a flood is made
// of, and returns how many. It stops in front of a record of which something is left to be
// found out, or wrong: that is add's.
func (a *assembler) briefs(ring *ring) (int, error) {
	if a.infer != nil || a.loan == nil {
		return 0, nil
	}
	clock, abouts, loan := a.ahead.Load()-a.second*1e9, a.abouts, a.loan[a.full:]
	n, pos := 0, ring.pos
	for stop := min(ring.head, ring.released+ring.much); pos < stop && n < len(loan); n++ {
		at := unsafe.Pointer(&ring.data[pos&(ring.size-1)])
		head := atomic.LoadUint32((*uint32)(at))
		whole := (uint64(head) + ringHeader + 7) &^ 7
		r := (*nlBrief)(unsafe.Add(at, ringHeader))
		if head&(ringBusy|ringDiscard) != 0 || head < uint32(briefSize) || whole > ring.head-pos ||
			r.Record != uint32(fentryNlRecordNL_RECORD_BRIEF) || !r.whole(head-uint32(briefSize)) || int(r.Slot) >= len(abouts) {
			break
		}
		s, since := abouts[r.Slot], uint64(int64(r.Ktime)+clock)
		kind, ok := r.kind()
		if !ok || s == nil || s.told.About != r.About || since >= 1e9 {
			break
		}
		o := s.origins[kind]
		if o == nil || o.Socket.RcvBuf != r.Rcvbuf {
			break
		}
		// As put, get and take have it for the ids that are in their slots.
		f := &loan[n]
		if kind == briefRequest {
			known := &a.numbers.recent[slot(r.Id)]
			if known.id != r.Id && known.number != 0 {
				break
			}
			known.id, known.number = r.Id, a.lastID+1
			f.Of, f.Cause = 0, 0
		} else if known := &a.numbers.recent[slot(r.Of)]; known.id != r.Of || known.number == 0 {
			break
		} else if kind == briefReply {
			f.Of, f.Cause = 0, known.number
		} else {
			f.Of, f.Cause, known.number = known.number, 0, 0
		}
		a.lastID++
		f.ID = a.lastID
		r.fill(f, o, time.Unix(a.second, int64(since)))
		pos += whole
	}
	ring.pos = pos
	if a.full += n; a.full == len(a.loan) {
		return n, a.handOver()
	}
	return n, nil
}

// whole says whether the record says how long its payload is as it may, where room bytes
// are behind it.
func (r *nlBrief) whole(room uint32) bool { return r.InlineLen <= room && r.InlineLen <= r.OrigLen }

// kind is the one of the record; false: nobody knows it.
func (r *nlBrief) kind() (int, bool) {
	switch {
	case capture.Kind(r.Kind) == capture.KindCompletion:
		return briefCompletion, true
	case capture.Kind(r.Kind) == capture.KindDatagram && (capture.Dir(r.Dir) == capture.DirRequest || capture.Dir(r.Dir) == capture.DirReply):
		return briefRequest + int(r.Dir) - int(capture.DirRequest), true
	}
	return 0, false
}
