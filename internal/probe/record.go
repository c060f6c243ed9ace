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
	orphans   *atomic.Uint64
	abouts    []*about // by slot
	numbers   numbers
	processes *processes

	lends bool  // nobody keeps frames: they and their bytes are used again
	likes likes // what frames are lent, or else copied, from
	// unlike: what comes behind changes frames, so that none is like another; then
	// lent is what is lent.
	unlike bool
	lent   capture.Frame
	spare  []byte // for the next datagram in chunks, if frames are lent
}

// openFrame is a frame of which chunks are still to come.
type openFrame struct {
	frame *capture.Frame
	want  int
}

func newAssembler(source string, clock func(uint64) time.Time, emit func(*capture.Frame) error) *assembler {
	return &assembler{
		source:    source,
		clock:     clock,
		emit:      emit,
		orphans:   new(atomic.Uint64),
		processes: newProcesses(""),
		open:      map[uint64]*openFrame{},
	}
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
	case fentryNlRecordNL_RECORD_EVENT:
		return a.addEvent(rec)
	case fentryNlRecordNL_RECORD_CHUNK:
		return a.addChunk(rec)
	case fentryNlRecordNL_RECORD_ABOUT:
		return a.addAbout(rec)
	case fentryNlRecordNL_RECORD_BRIEF:
		return a.addBrief(rec)
	case fentryNlRecordNL_RECORD_PROCESS:
		return a.addProcess(rec)
	}
	return malformed("record of unknown type %d", binary.NativeEndian.Uint32(rec))
}

func (a *assembler) addEvent(rec []byte) error {
	if len(rec) < eventSize {
		return malformed("event record of %d bytes is shorter than its header", len(rec))
	}
	ev := (*nlEvent)(unsafe.Pointer(&rec[0]))
	if uintptr(unsafe.Pointer(ev))%unsafe.Alignof(*ev) != 0 { // never in the ring
		ev = new(nlEvent)
		copy(unsafe.Slice((*byte)(unsafe.Pointer(ev)), eventSize), rec)
	}
	payload := rec[eventSize:]
	if uint64(ev.InlineLen) > uint64(len(payload)) || ev.InlineLen > ev.CapLen ||
		ev.CapLen > ev.OrigLen || ev.CapLen > maxOpenBytes ||
		(ev.InlineLen != 0 && ev.InlineLen != ev.CapLen) {
		return malformed("event of %d bytes, %d captured, %d inline in a record of %d",
			ev.OrigLen, ev.CapLen, ev.InlineLen, len(rec))
	}

	var of uint64
	if capture.Kind(ev.Kind) == capture.KindCompletion {
		if of = a.numbers.take(ev.Of); of == 0 {
			a.orphans.Add(1) // of a datagram that was never seen
			return nil
		}
	}
	whole := ev.InlineLen == ev.CapLen
	var f *capture.Frame
	switch {
	case !a.lends:
		f = new(capture.Frame)
		*f = *a.alike(ev)
		f.Like = 0
	case whole && a.unlike:
		f = &a.lent
		*f = *a.alike(ev)
		f.Like = 0
	case whole:
		f = a.alike(ev)
	default: // it is open while others are lent
		f = new(capture.Frame)
		a.constant(f, ev)
	}
	a.vary(f, ev, of)
	if whole {
		f.Data = nil
		switch {
		case ev.InlineLen == 0:
		case a.lends:
			f.Data = payload[:ev.InlineLen:ev.InlineLen]
		default:
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
	f.Data = a.buffer(int(ev.CapLen))
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
	err := a.emit(o.frame)
	if a.lends && cap(o.frame.Data) <= maxSpare {
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

// flush emits all open frames as they are, oldest first.
func (a *assembler) flush() error {
	for len(a.open) > 0 {
		if err := a.closeOldest(); err != nil {
			return err
		}
	}
	return nil
}

// constant and vary set every field of f but Data and Like, whatever f held:
// constant those that Like speaks for, vary the others.
func (a *assembler) constant(f *capture.Frame, ev *nlEvent) {
	f.Kind, f.Dir, f.Verdict = capture.Kind(ev.Kind), capture.Dir(ev.Dir), capture.Verdict(ev.Verdict)
	f.Inferred, f.OwnerInferred = ev.Flags&uint8(fentryNlFlagNL_FLAG_INFERRED) != 0, false
	f.Errno, f.Protocol = ev.Err, ev.Protocol
	f.NetNS, f.NetNSName = uint64(ev.Netns), ""
	f.Proc, f.Socket.Owner = a.proc(&ev.Task), a.proc(&ev.Owner)
	f.Socket.PortID, f.Socket.Inode, f.Socket.RcvBuf = ev.OwnPort, ev.Inode, ev.Rcvbuf
	f.SrcPort, f.DstPort, f.Group = ev.SrcPort, ev.DstPort, ev.Group
	b := &ev.Blocker
	f.Lock.Blocker = capture.Proc{PID: b.Tgid, TID: b.Tid, Comm: comm(b.Comm[:])}
	f.BigEndian, f.Source = false, a.source
}

// vary is for all frames. of is the number of the frame that ev completes.
func (a *assembler) vary(f *capture.Frame, ev *nlEvent, of uint64) {
	a.lastID++
	f.ID, f.Of = a.lastID, of
	f.Time, f.Elapsed = a.clock(ev.Ktime), nanoseconds(ev.Elapsed)
	s := &f.Socket
	s.Drops, s.RMem, s.HighWater, s.Idle = ev.Drops, ev.Rmem, ev.High, nanoseconds(ev.Idle)
	f.Cast, f.Cause, f.TrueSize = ev.Cast, a.numbers.get(ev.Cause), ev.Truesize
	f.Lock.Wait, f.Lock.Hold = nanoseconds(ev.LockWait), nanoseconds(ev.LockHold)
	f.OrigLen = int(ev.OrigLen)
	if f.Kind == capture.KindDatagram && (f.Dir == capture.DirRequest || f.Dir == capture.DirPeer) {
		a.numbers.put(ev.Id, f.ID)
	}
}

func nanoseconds(n uint64) time.Duration { return time.Duration(min(n, 1<<63-1)) }
