// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

// Names of the generated types, the same for every backend (bpf/events.h).
type (
	nlEvent  = fentryNlEvent
	nlChunk  = fentryNlChunk
	nlAbout  = fentryNlAbout
	nlBrief  = fentryNlBrief
	nlTask   = fentryNlTask
	nlConfig = fentryNlConfig
	nlComm   = fentryNlComm
	nlOwner  = fentryNlOwner
)

const (
	eventSize = int(unsafe.Sizeof(nlEvent{}))
	chunkSize = int(unsafe.Sizeof(nlChunk{}))
	aboutSize = int(unsafe.Sizeof(nlAbout{}))
	briefSize = int(unsafe.Sizeof(nlBrief{}))
)

// What reassembly may hold at most. The kernel reserves an event before its
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
	clock  func(ktime uint64) time.Time
	emit   func(*capture.Frame) error

	open      map[uint64]*openFrame
	openBytes int
	lastID    uint64
	// orphans counts completions of datagrams that were lost.
	orphans *atomic.Uint64
	abouts  []about // by slot
	// Frame numbers by kernel id, of datagrams for which a completion may
	// come. Two generations bound the memory when completions are lost.
	numbers, older map[uint64]uint64
}

// openFrame is a frame of which chunks are still to come.
type openFrame struct {
	frame *capture.Frame
	want  int
}

func newAssembler(source string, clock func(uint64) time.Time, emit func(*capture.Frame) error) *assembler {
	return &assembler{
		source:  source,
		clock:   clock,
		emit:    emit,
		orphans: new(atomic.Uint64),
		open:    map[uint64]*openFrame{},
		numbers: map[uint64]uint64{},
	}
}

// add takes one record of the ring and keeps nothing of it. A
// *recordError concerns this record alone; any other error comes from emit.
func (a *assembler) add(rec []byte) error {
	if len(rec) < 4 {
		return malformed("record of %d bytes has no type", len(rec))
	}
	var kind uint32
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&kind)), 4), rec)
	switch fentryNlRecord(kind) {
	case fentryNlRecordNL_RECORD_EVENT:
		return a.addEvent(rec)
	case fentryNlRecordNL_RECORD_CHUNK:
		return a.addChunk(rec)
	case fentryNlRecordNL_RECORD_ABOUT:
		return a.addAbout(rec)
	case fentryNlRecordNL_RECORD_BRIEF:
		return a.addBrief(rec)
	}
	return malformed("record of unknown type %d", kind)
}

func (a *assembler) addEvent(rec []byte) error {
	if len(rec) < eventSize {
		return malformed("event record of %d bytes is shorter than its header", len(rec))
	}
	// Copied, not cast: a record is only as aligned as its reader made it.
	var ev nlEvent
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&ev)), eventSize), rec)
	payload := rec[eventSize:]
	if uint64(ev.InlineLen) > uint64(len(payload)) || ev.InlineLen > ev.CapLen ||
		ev.CapLen > ev.OrigLen || ev.CapLen > maxOpenBytes ||
		(ev.InlineLen != 0 && ev.InlineLen != ev.CapLen) {
		return malformed("event of %d bytes, %d captured, %d inline in a record of %d",
			ev.OrigLen, ev.CapLen, ev.InlineLen, len(rec))
	}

	f := a.frame(&ev)
	if f == nil {
		a.orphans.Add(1)
		return nil
	}
	if ev.InlineLen == ev.CapLen {
		if ev.InlineLen > 0 {
			f.Data = bytes.Clone(payload[:ev.InlineLen])
		}
		return a.emit(f)
	}
	if old := a.open[ev.Id]; old != nil {
		if err := a.close(ev.Id, old); err != nil {
			return err
		}
	}
	for len(a.open) >= maxOpen || a.openBytes+int(ev.CapLen) > maxOpenBytes {
		if err := a.closeOldest(); err != nil {
			return err
		}
	}
	f.Data = make([]byte, 0, ev.CapLen)
	a.openBytes += int(ev.CapLen)
	a.open[ev.Id] = &openFrame{frame: f, want: int(ev.CapLen)}
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
		return malformed("chunk at %d of the unknown event %#x", c.Off, c.Id)
	}
	f := o.frame
	if c.Off != uint64(len(f.Data)) || uint64(c.Len) > uint64(o.want-len(f.Data)) || c.Len == 0 {
		// What follows this chunk has no place any more: emit what there is.
		bad := malformed("chunk of %d bytes at %d of event %#x, %d of %d bytes known",
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
	return a.emit(o.frame)
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

// flush emits all open frames as they are, oldest first.
func (a *assembler) flush() error {
	for len(a.open) > 0 {
		if err := a.closeOldest(); err != nil {
			return err
		}
	}
	return nil
}

// frame translates everything but the payload. It returns nil for the
// completion of a datagram that was never seen.
func (a *assembler) frame(ev *nlEvent) *capture.Frame {
	var of uint64
	if capture.Kind(ev.Kind) == capture.KindCompletion {
		if of = a.number(ev.Of); of == 0 {
			return nil
		}
	}
	a.lastID++
	f := &capture.Frame{
		ID:       a.lastID,
		Of:       of,
		Kind:     capture.Kind(ev.Kind),
		Dir:      capture.Dir(ev.Dir),
		Inferred: ev.Flags&uint8(fentryNlFlagNL_FLAG_INFERRED) != 0,
		Verdict:  capture.Verdict(ev.Verdict),
		Time:     a.clock(ev.Ktime),
		Elapsed:  nanoseconds(ev.Elapsed),
		Errno:    ev.Err,
		Protocol: ev.Protocol,
		NetNS:    uint64(ev.Netns),
		Proc:     proc(&ev.Task),
		Socket: capture.Socket{
			PortID: ev.OwnPort,
			Inode:  ev.Inode,
			Owner:  proc(&ev.Owner),
			Drops:  ev.Drops,
			RcvBuf: ev.Rcvbuf,
			RMem:   ev.Rmem,

			HighWater: ev.High,
			Idle:      nanoseconds(ev.Idle),
		},
		Cast:     ev.Cast,
		Cause:    a.cause(ev.Cause),
		TrueSize: ev.Truesize,
		Lock: capture.Lock{
			Wait:    nanoseconds(ev.LockWait),
			Hold:    nanoseconds(ev.LockHold),
			Blocker: capture.Proc{PID: ev.Blocker.Tgid, TID: ev.Blocker.Tid, Comm: comm(ev.Blocker.Comm[:])},
		},
		SrcPort: ev.SrcPort,
		DstPort: ev.DstPort,
		Group:   ev.Group,
		OrigLen: int(ev.OrigLen),
		Source:  a.source,
	}
	if f.Kind == capture.KindDatagram && (f.Dir == capture.DirRequest || f.Dir == capture.DirPeer) {
		a.remember(ev.Id, f.ID)
	}
	return f
}

// remember keeps the number of a frame for its completion.
func (a *assembler) remember(id, number uint64) {
	if len(a.numbers) >= maxRequests {
		a.older, a.numbers = a.numbers, make(map[uint64]uint64)
	}
	a.numbers[id] = number
}

// number returns and forgets the number of a frame; 0: not known (any more).
func (a *assembler) number(id uint64) uint64 {
	for _, m := range []map[uint64]uint64{a.numbers, a.older} {
		if n, ok := m[id]; ok {
			delete(m, id)
			return n
		}
	}
	return 0
}

// cause returns the number of the request that caused a frame; 0: none, or it
// was not emitted.
func (a *assembler) cause(id uint64) uint64 {
	if n, ok := a.numbers[id]; ok {
		return n
	}
	return a.older[id]
}

func nanoseconds(n uint64) time.Duration { return time.Duration(min(n, 1<<63-1)) }

// comm ends at the first NUL.
func comm(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// proc translates a task; one that is all zero is unknown.
func proc(t *nlTask) capture.Proc {
	return capture.Proc{
		PID:      t.Tgid,
		TID:      t.Tid,
		PPID:     t.Ppid,
		Comm:     comm(t.Comm[:]),
		CgroupID: t.Cgroup,
	}
}
