// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// Names of the generated types, the same for every backend (bpf/records.h).
type (
	nlFull   = fentryNlFull
	nlChunk  = fentryNlChunk
	nlAbout  = fentryNlAbout
	nlBrief  = fentryNlBrief
	nlTask   = fentryNlTask
	nlConfig = fentryNlConfig
	nlComm   = fentryNlComm
	nlOwner  = fentryNlOwner
	nlWho    = fentryNlWho
	nlWaits  = fentryNlWaits
)

const (
	fullSize  = int(unsafe.Sizeof(nlFull{}))
	chunkSize = int(unsafe.Sizeof(nlChunk{}))
	aboutSize = int(unsafe.Sizeof(nlAbout{}))
	briefSize = int(unsafe.Sizeof(nlBrief{}))
	waitsSize = int(unsafe.Sizeof(nlWaits{}))
)

// What reassembly may hold at most. The kernel reserves a full record before its
// chunks and commits it after them, so no more datagrams can be open than
// programs nest on all CPUs; the limits guard against a ring that lies.
const (
	maxOpen      = 1024
	maxOpenBytes = 48 << 20
	maxRequests  = 16384 // sends whose completion is awaited, per generation
)

// recordError is a malformation of one record. None occurs while the programs
// and this file agree; each is counted as lost.
type recordError struct{ what string }

func (e *recordError) Error() string { return e.what }

func malformed(format string, args ...any) error {
	return &recordError{fmt.Sprintf(format, args...)}
}

// assembler turns the records of a ring into frames: it joins chunks, numbers
// the frames from 1, and translates the kernel's ids in completions. It is
// used by one goroutine.
type assembler struct {
	source string
	sees   capture.Sees
	ahead  *atomic.Int64 // how far the wall clock is ahead of that of the records, ns
	emit   func(*capture.Frame) error
	infer  func(*capture.Frame) // decides what the programs left open; nil: nothing

	second int64 // Unix time of the last record

	open      map[uint64]*openFrame
	openBytes int
	lastID    uint64
	// orphans counts completions of datagrams that were lost.
	orphans   *atomic.Uint64
	abouts    []*about // by slot
	numbers   numbers
	processes *processes
	named     map[uint64]string // see addNamed
	held      held

	origins origins

	// loan is the memory for frames that are lent (capture.Lender), of which the first
	// full ones wait to be handed to lendTo; nil: every frame has memory of its own and
	// is given to emit.
	loan   []capture.Frame
	full   int
	lendTo func([]capture.Frame) error
	spare  []byte // for the next datagram in chunks, if frames are lent
}

// openFrame is a frame of which chunks are still to come.
type openFrame struct {
	frame     *capture.Frame
	want      int
	unsettled bool // then it is held, see held
}

func newAssembler(source string, sees capture.Sees, ahead *atomic.Int64, emit func(*capture.Frame) error) *assembler {
	return &assembler{
		source:    source,
		sees:      sees,
		ahead:     ahead,
		emit:      emit,
		orphans:   new(atomic.Uint64),
		processes: newProcesses(""),
		open:      map[uint64]*openFrame{},
	}
}

// maxLent is how many frames are lent at once, at most.
const maxLent = 128

// lend makes the assembler lend its frames to emit, when there are maxLent of them or
// when handOver is called. Until then the records have to stay where they are.
func (a *assembler) lend(emit func([]capture.Frame) error) {
	a.loan, a.lendTo = make([]capture.Frame, maxLent), emit
}

// handOver lends the frames that wait for it.
func (a *assembler) handOver() error {
	n := a.full
	if n == 0 {
		return nil
	}
	a.full = 0
	return a.lendTo(a.loan[:n])
}

// done hands on a frame that frame returned.
func (a *assembler) done(f *capture.Frame) error {
	if a.infer != nil {
		a.infer(f)
	}
	switch f.Kind {
	case capture.KindTruncated:
		truncated(f)
	case capture.KindFlushed:
		f.Data = flushedMessage(f.Data)
		f.OrigLen = len(f.Data)
	}
	if a.loan == nil {
		return a.emit(f)
	}
	if a.full++; a.full == len(a.loan) {
		return a.handOver()
	}
	return nil
}

// maxSpare bounds the memory that is kept for the next datagram in chunks.
const maxSpare = 4 << 20

// add takes one record of the ring and keeps nothing of it. A
// *recordError concerns this record alone; any other error comes from emit.
func (a *assembler) add(rec []byte) error {
	if len(rec) < 4 {
		return malformed("record of %d bytes has no type", len(rec))
	}
	switch fentryNlRecord(binary.NativeEndian.Uint32(rec)) {
	case fentryNlRecordNL_RECORD_BRIEF:
		return a.addBrief(rec)
	case fentryNlRecordNL_RECORD_FULL:
		return a.addFull(rec)
	case fentryNlRecordNL_RECORD_CHUNK:
		return a.addChunk(rec)
	case fentryNlRecordNL_RECORD_ABOUT:
		return a.addAbout(rec)
	case fentryNlRecordNL_RECORD_PROCESS:
		return a.addProcess(rec)
	case fentryNlRecordNL_RECORD_NAMED:
		return a.addNamed(rec)
	case fentryNlRecordNL_RECORD_SETTLED:
		return a.addSettled(rec)
	}
	return malformed("record of unknown type %d", binary.NativeEndian.Uint32(rec))
}

func (a *assembler) addFull(rec []byte) error {
	if len(rec) < fullSize {
		return malformed("full record of %d bytes is shorter than its header", len(rec))
	}
	r := (*nlFull)(unsafe.Pointer(&rec[0]))
	if uintptr(unsafe.Pointer(r))%unsafe.Alignof(*r) != 0 { // never in the ring
		r = new(nlFull)
		copy(unsafe.Slice((*byte)(unsafe.Pointer(r)), fullSize), rec)
	}
	payload := rec[fullSize:]
	if uint64(r.InlineLen) > uint64(len(payload)) || r.InlineLen > r.CapLen ||
		r.CapLen > r.OrigLen || r.CapLen > maxOpenBytes ||
		(r.InlineLen != 0 && r.InlineLen != r.CapLen) {
		return malformed("full record of a datagram of %d bytes, %d captured, %d inline in a record of %d",
			r.OrigLen, r.CapLen, r.InlineLen, len(rec))
	}

	if r.Flags&uint8(fentryNlFlagNL_FLAG_UNSETTLED) != 0 {
		return a.unsettled(r, rec)
	}
	var of uint64
	if capture.Kind(r.Kind) == capture.KindCompletion {
		if of = a.numbers.take(r.Of); of == 0 {
			a.orphans.Add(1) // of a datagram that was never seen
			return nil
		}
	}
	whole := r.InlineLen == r.CapLen
	f := a.frame(whole)
	a.lastID++
	// One by one, because a frame that is put together elsewhere has to be copied.
	f.Origin = a.fullOrigin(r, rec)
	f.ID, f.Of = a.lastID, of
	f.Time, f.Elapsed = a.clock(r.Ktime), nanoseconds(r.Elapsed)
	f.Cast, f.Cause = r.Cast, a.numbers.get(r.Cause)
	f.Queue.Drops, f.Queue.RMem, f.Queue.HighWater, f.Queue.Idle = r.Drops, r.Rmem, r.High, nanoseconds(r.Idle)
	f.Lock.Wait, f.Lock.Hold, f.Lock.Blocker = nanoseconds(r.LockWait), nanoseconds(r.LockHold), blocker(&r.Blocker)
	f.TrueSize, f.Taken, f.OrigLen, f.Data = r.Truesize, r.Taken, int(r.OrigLen), nil
	f.Waits = nil
	if f.Kind == capture.KindCompletion {
		f.Waits, f.OrigLen = waits(payload[:r.InlineLen]), 0
		return a.done(f)
	}
	if f.Kind == capture.KindDatagram && (f.Dir == capture.DirRequest || f.Dir == capture.DirPeer) {
		a.numbers.put(r.Id, f.ID)
	}
	if whole {
		f.Data = a.payload(payload, r.InlineLen)
		return a.done(f)
	}
	return a.await(r, f)
}

// await keeps a frame whose bytes come in chunks.
func (a *assembler) await(r *nlFull, f *capture.Frame) error {
	if old := a.open[r.Id]; old != nil {
		if err := a.close(r.Id, old); err != nil {
			return err
		}
	}
	for len(a.open) >= maxOpen || a.openBytes+int(r.CapLen) > maxOpenBytes {
		if err := a.closeOldest(); err != nil {
			return err
		}
	}
	f.Data = a.buffer(int(r.CapLen))
	a.openBytes += int(r.CapLen)
	a.open[r.Id] = &openFrame{frame: f, want: int(r.CapLen), unsettled: r.Flags&uint8(fentryNlFlagNL_FLAG_UNSETTLED) != 0}
	return nil
}

func (a *assembler) addChunk(rec []byte) error {
	if len(rec) < chunkSize {
		return malformed("chunk record of %d bytes is shorter than its header", len(rec))
	}
	var c nlChunk
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&c)), chunkSize), rec)
	data := rec[chunkSize:]
	if uint64(c.Len) > uint64(len(data)) {
		return malformed("chunk of %d bytes in a record of %d", c.Len, len(rec))
	}
	o := a.open[c.Id]
	if o == nil {
		return malformed("chunk at %d of the unknown record %#x", c.Off, c.Id)
	}
	f := o.frame
	if c.Off != uint64(len(f.Data)) || uint64(c.Len) > uint64(o.want-len(f.Data)) || c.Len == 0 {
		// What follows this chunk has nowhere to go: emit what there is.
		bad := malformed("chunk of %d bytes at %d of record %#x, %d of %d bytes known",
			c.Len, c.Off, c.Id, len(f.Data), o.want)
		if err := a.close(c.Id, o); err != nil {
			return err
		}
		return bad
	}
	f.Data = append(f.Data, data[:c.Len]...)
	if len(f.Data) < o.want {
		return nil
	}
	return a.close(c.Id, o)
}

// close emits an open frame with the bytes that it has.
func (a *assembler) close(id uint64, o *openFrame) error {
	delete(a.open, id)
	a.openBytes -= o.want
	if o.unsettled {
		a.hold(id, o.frame)
		return nil
	}
	if a.loan == nil {
		return a.done(o.frame)
	}
	f := a.frame(true)
	*f = *o.frame
	err := a.done(f)
	if err == nil {
		err = a.handOver() // its memory is for the next
	}
	if cap(o.frame.Data) <= maxSpare {
		a.spare = o.frame.Data[:0]
	}
	return err
}

// buffer returns memory for the bytes of a datagram in chunks.
func (a *assembler) buffer(size int) []byte {
	if b := a.spare; cap(b) >= size {
		a.spare = nil
		return b
	}
	return make([]byte, 0, size)
}

// closeOldest emits the open frame that was begun first.
func (a *assembler) closeOldest() error {
	var oldest uint64
	var found *openFrame
	for id, o := range a.open {
		if found == nil || o.frame.ID < found.frame.ID {
			oldest, found = id, o
		}
	}
	return a.close(oldest, found)
}

// flush emits all open frames as they are, oldest first. Of events that are held the
// return was missed: nothing is known of who got them.
func (a *assembler) flush() error {
	for len(a.open) > 0 {
		if err := a.closeOldest(); err != nil {
			return err
		}
	}
	a.orphans.Add(uint64(len(a.held.frames)))
	a.held = held{}
	return a.handOver()
}

// frame returns memory for a frame, of loan unless others will be lent while it is
// open.
func (a *assembler) frame(whole bool) *capture.Frame {
	if a.loan != nil && whole {
		return &a.loan[a.full]
	}
	return new(capture.Frame)
}

// payload returns the first n bytes behind the header of a record.
func (a *assembler) payload(b []byte, n uint32) []byte {
	switch {
	case n == 0:
		return nil
	case a.loan != nil:
		return b[:n:n]
	}
	return bytes.Clone(b[:n])
}

// blocker is nil where nobody is known.
func blocker(w *nlWho) *capture.Proc {
	if w.Tgid == 0 && w.Tid == 0 && w.Comm[0] == 0 {
		return nil
	}
	p := proc(&nlTask{Tgid: w.Tgid, Tid: w.Tid, Comm: w.Comm})
	return &p
}

// waits is the payload of a completion; nil: there is none.
func waits(b []byte) *capture.Waits {
	if len(b) < waitsSize {
		return nil
	}
	var w nlWaits
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&w)), waitsSize), b)
	name, _, _ := bytes.Cut(w.Module[:], []byte{0})
	return &capture.Waits{
		Module: string(name), Modules: w.Modules, Loading: nanoseconds(w.ModuleNs),
		RCU: nanoseconds(w.RcuNs), Locks: nanoseconds(w.LocksNs), OffCPU: nanoseconds(w.OffCpu),
	}
}

// clock is the wall clock's time of a record. Of those within one second that is found
// by one division.
func (a *assembler) clock(ktime uint64) time.Time {
	ns := int64(ktime) + a.ahead.Load()
	if in := uint64(ns - a.second*1e9); in < 1e9 {
		return time.Unix(a.second, int64(in))
	}
	t := time.Unix(0, ns)
	a.second = t.Unix()
	return t
}

func nanoseconds(n uint64) time.Duration { return time.Duration(min(n, 1<<63-1)) }
