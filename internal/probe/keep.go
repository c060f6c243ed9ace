// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// KeepOptions say what is kept of a source's records, and what is looked for in them.
type KeepOptions struct {
	Memory segment.Options
	// Losses and Slow are what Noticed is told of: a loss of messages, and a send, or a
	// part of a dump, that took so long; 0: none.
	Losses  bool
	Slow    time.Duration
	Noticed func(k Notice, at time.Time)
	// Told gets a task, and the network namespace of its socket, once in a while before
	// frames may be made of it: what is known of them by number alone may be gone then.
	Told func(p *capture.Proc, netns uint64)
	// Candidate, where not nil, gets the frames that pass Among, as they come.
	Candidate func(f *capture.Frame) error
	Among     capture.Filter
	// Looked is called on the goroutine of Run, where Take may be called, at least every
	// twentieth of a second.
	Looked func() error
}

// Notice is what was seen in a record.
type Notice uint8

const (
	NoticeLoss Notice = iota
	NoticeSlow
)

// beside is what belongs to a segment of records.
type beside struct {
	clocks []clock
	// What its records refer to and was told before it began, as far as any does.
	abouts    []nlAbout
	processes []*capture.Proc
	named     []name
	lost      []capture.Loss // by the source until it began
}

// clock is how far the wall clock is ahead of that of the records, from an offset on.
type clock struct {
	from  int
	ahead int64
}

// name is what was told in an NL_RECORD_NAMED.
type name struct {
	of   uint64
	text string
}

// Keeper keeps the records of a source as they come, several with one copy, and makes no
// frames of them until somebody asks (Take).
type Keeper struct {
	s     *Source
	o     KeepOptions
	store *segment.Store[beside]
	asm   *assembler // of what records tell, and of candidates
	slow  uint64     // ns

	seg    *segment.Segment[beside]
	number uint32 // of the segment, from 1
	begun  bool   // a batch: ring.released is where
	batch  uint64 // bytes, at most
	ktime  uint64 // of the newest record
	// Datagrams of the batch, and their bytes.
	frames, bytes uint64

	slots     []uint32 // by slot: number of the last segment in which what was told is known
	among     []bool   // by slot: a candidate
	tasks     [512]keptTask
	unsettled map[uint64]uint32 // original lengths of events that are not settled, by id
}

// keptTask is one whose process the segment of a number knows.
type keptTask struct {
	tgid  uint32
	in    uint32
	life  uint64
	among bool // its process is a candidate
}

// Keep makes a Keeper. It takes the place of Run, and is to be closed before the source.
func (s *Source) Keep(o KeepOptions) (*Keeper, error) {
	store, err := segment.New[beside](o.Memory)
	if err != nil {
		return nil, err
	}
	k := &Keeper{
		s: s, o: o, store: store, slow: math.MaxUint64,
		slots: make([]uint32, fentryNlLimitNL_FLOWS), among: make([]bool, fentryNlLimitNL_FLOWS),
		unsettled: map[uint64]uint32{},
	}
	if o.Slow > 0 {
		k.slow = uint64(o.Slow)
	}
	k.batch = min(releaseBytes, s.ring.size/8, uint64(store.Size()/8))
	k.asm = newAssembler(s.name, s.sees(), &s.offset, func(f *capture.Frame) error { return o.Candidate(f) })
	k.asm.processes, k.asm.infer = s.processes, s.att.infer()
	k.asm.abouts = make([]*about, fentryNlLimitNL_FLOWS)
	return k, nil
}

// Run keeps what comes until ctx is done, as Source.Run delivers it.
func (k *Keeper) Run(ctx context.Context) (err error) {
	if !k.s.ring.enter() {
		return nil
	}
	defer func() {
		if lerr := k.s.ring.leave(); err == nil {
			err = lerr
		}
	}()
	return k.s.loop(ctx, deadline, k.drain, func() error { return nil })
}

// Close gives back the memory, once what was taken of it is read.
func (k *Keeper) Close() error { return k.store.Close() }

// Extent is what is held. It is for the goroutine of Run.
func (k *Keeper) Extent() segment.Extent { return k.store.Extent() }

// drain is Source.drain.
func (k *Keeper) drain() error {
	ring := k.s.ring
	for range 4096 {
		if k.begun {
			if k.usual(); ring.pos-ring.released >= k.batch {
				k.put()
			}
		}
		rec, err := ring.next()
		if err == nil {
			if !k.begun {
				k.begin()
			}
			if err = k.look(rec); err != nil {
				err = k.s.refused(err)
			}
		}
		if err != nil {
			k.put()
			if lerr := k.looked(); lerr != nil {
				return lerr
			}
			return err
		}
		if ring.pos-ring.released >= k.batch {
			k.put()
		}
	}
	k.put()
	return k.looked()
}

// usual takes what most of a flood is, as ring.next and look do, but at a third of what
// that costs: brief records of whom the segment knows, about which there is nothing to be
// noticed. It leaves alone whatever is not such a record.
func (k *Keeper) usual() {
	r := k.s.ring
	pos, frames, bytes, ktime := r.pos, uint64(0), uint64(0), k.ktime
	for end := r.released + k.batch; pos < r.head && pos < end; {
		at := unsafe.Pointer(&r.data[pos&(r.size-1)])
		head := atomic.LoadUint32((*uint32)(at))
		whole := (uint64(head) + ringHeader + 7) &^ 7
		if head < uint32(briefSize) || whole > r.head-pos { // or busy, or discarded
			break
		}
		b := (*nlBrief)(unsafe.Add(at, ringHeader))
		if b.Record != uint32(fentryNlRecordNL_RECORD_BRIEF) || b.Slot >= uint32(len(k.slots)) ||
			k.slots[b.Slot] != k.number || k.among[b.Slot] {
			break
		}
		if b.Kind == uint8(capture.KindCompletion) {
			if b.Elapsed >= k.slow {
				break
			}
		} else {
			if b.OrigLen > b.InlineLen {
				break
			}
			frames++
			bytes += uint64(b.OrigLen)
		}
		ktime = b.Ktime
		pos += whole
	}
	r.pos, k.ktime = pos, ktime
	k.frames += frames
	k.bytes += bytes
}

func (k *Keeper) looked() error {
	if k.o.Looked == nil {
		return nil
	}
	return k.o.Looked()
}

// largest is more than any record takes.
const largest = int(fentryNlLimitNL_CHUNK) + 1024

// begin begins a batch: the records that lie behind one another in the ring.
func (k *Keeper) begin() {
	k.begun = true
	ahead := k.s.offset.Load()
	at := int64(k.ktime) + ahead
	if k.seg == nil || !k.store.Room(k.seg, int(k.batch)+largest, at) {
		k.seg = k.store.Next(at)
		k.seg.Beside.lost = k.s.Stats().Lost
		k.number++
	}
	b := &k.seg.Beside
	if n := len(b.clocks); n == 0 || b.clocks[n-1].ahead != ahead {
		b.clocks = append(b.clocks, clock{len(k.seg.Bytes), ahead})
		k.seg.Extra += int(unsafe.Sizeof(clock{}))
	}
}

// put copies the batch into the segment, and gives the kernel the room of it.
func (k *Keeper) put() {
	if !k.begun {
		return
	}
	k.begun = false
	r := k.s.ring
	off := r.released & (r.size - 1)
	k.seg.Bytes = append(k.seg.Bytes, r.data[off:off+r.pos-r.released]...)
	k.seg.Datagrams += k.frames
	k.s.frames.Add(k.frames)
	k.s.bytes.Add(k.bytes)
	k.frames, k.bytes = 0, 0
	if k.ktime != 0 {
		ahead := k.s.offset.Load()
		if k.seg.From == 0 {
			k.seg.Seen(int64(firstTime(k.seg.Bytes)) + ahead)
		}
		k.seg.Seen(int64(k.ktime) + ahead)
	}
	r.release()
}

// firstTime is that of the first record that has one, CLOCK_MONOTONIC in ns; 0: none has.
func firstTime(b []byte) (ktime uint64) {
	_ = eachRecord(b, func(_ int, rec []byte) error {
		if len(rec) < 8 {
			return nil
		}
		switch fentryNlRecord(binary.NativeEndian.Uint32(rec)) {
		case fentryNlRecordNL_RECORD_BRIEF:
			if len(rec) >= briefSize {
				ktime = (*nlBrief)(unsafe.Pointer(&rec[0])).Ktime
			}
		case fentryNlRecordNL_RECORD_FULL:
			if len(rec) >= fullSize {
				ktime = (*nlFull)(unsafe.Pointer(&rec[0])).Ktime
			}
		}
		if ktime != 0 {
			return errRingEmpty
		}
		return nil
	})
	return ktime
}

// look takes notice of a record, which is kept whatever it is. Most are brief, and tell
// at fixed offsets all that is asked.
func (k *Keeper) look(rec []byte) error {
	if len(rec) < 8 {
		return malformed("record of %d bytes has no type", len(rec))
	}
	switch fentryNlRecord(*(*uint32)(unsafe.Pointer(&rec[0]))) {
	case fentryNlRecordNL_RECORD_BRIEF:
		return k.brief(rec)
	case fentryNlRecordNL_RECORD_FULL:
		return k.full(rec)
	case fentryNlRecordNL_RECORD_ABOUT:
		return k.about(rec)
	case fentryNlRecordNL_RECORD_CHUNK:
		return k.chunk(rec)
	case fentryNlRecordNL_RECORD_SETTLED:
		return k.settled(rec)
	case fentryNlRecordNL_RECORD_PROCESS:
		if len(rec) >= processSize {
			r := (*nlProcess)(unsafe.Pointer(&rec[0]))
			*k.taskAt(r.Tgid, r.Life) = noTask
		}
	}
	return k.asm.add(rec) // who a process is, names
}

func (k *Keeper) brief(rec []byte) error {
	if len(rec) < briefSize {
		return malformed("brief record of %d bytes is shorter than its header", len(rec))
	}
	r := (*nlBrief)(unsafe.Pointer(&rec[0]))
	if r.Slot >= uint32(len(k.slots)) {
		return malformed("brief record of slot %d", r.Slot)
	}
	k.ktime = r.Ktime
	if k.slots[r.Slot] != k.number {
		k.refer(r.Slot)
	}
	if r.Kind == uint8(capture.KindCompletion) {
		if r.Elapsed >= k.slow {
			k.notice(NoticeSlow)
		}
	} else {
		k.count(r.OrigLen, r.InlineLen)
	}
	if k.among[r.Slot] {
		return k.asm.addBrief(rec)
	}
	return nil
}

// count counts a datagram.
func (k *Keeper) count(original, captured uint32) {
	k.frames++
	k.bytes += uint64(original)
	if original > captured {
		k.s.cut.Add(1)
	}
}

func (k *Keeper) notice(n Notice) {
	k.o.Noticed(n, k.s.wallTime(k.ktime))
}

// refer lets the segment know what was told in a slot before it.
func (k *Keeper) refer(slot uint32) {
	k.slots[slot] = k.number
	a := k.asm.abouts[slot]
	if a == nil {
		return
	}
	b := &k.seg.Beside
	b.abouts = append(b.abouts, a.told)
	k.seg.Extra += aboutSize
	k.among[slot] = k.task(&a.told.Task, a.told.Netns).among && k.passes(a.told.Protocol, a.told.Netns)
}

// about notes what is told of a task and its socket.
func (k *Keeper) about(rec []byte) error {
	if err := k.asm.addAbout(rec); err != nil {
		return err
	}
	r := (*nlAbout)(unsafe.Pointer(&rec[0]))
	k.slots[r.Slot] = k.number
	k.among[r.Slot] = k.task(&r.Task, r.Netns).among && k.passes(r.Protocol, r.Netns)
	return nil
}

// noTask is that of who is not known.
var noTask keptTask

func (k *Keeper) taskAt(tgid uint32, life uint64) *keptTask {
	return &k.tasks[(tgid^uint32(life>>12))%uint32(len(k.tasks))]
}

// task lets the segment know who the process of a task is.
func (k *Keeper) task(t *nlTask, netns uint32) *keptTask {
	if t.Tgid == 0 {
		return &noTask
	}
	c := k.taskAt(t.Tgid, t.Life)
	if c.tgid == t.Tgid && c.life == t.Life && c.in == k.number {
		return c
	}
	p := proc(t)
	q := k.s.processes.identify(&p)
	if q != nil {
		k.seg.Beside.processes = append(k.seg.Beside.processes, q)
		k.seg.Extra += int(unsafe.Sizeof(*q)) + len(q.Exe) + len(q.CmdLine) + len(q.Parent.CmdLine)
	}
	if k.o.Told != nil {
		k.o.Told(&p, uint64(netns))
	}
	*c = keptTask{tgid: t.Tgid, life: t.Life, in: k.number, among: k.o.Candidate != nil && k.wants(&p, q)}
	return c
}

func (k *Keeper) full(rec []byte) error {
	if len(rec) < fullSize {
		return malformed("full record of %d bytes is shorter than its header", len(rec))
	}
	r := (*nlFull)(unsafe.Pointer(&rec[0]))
	k.ktime = r.Ktime
	who, whose := k.task(&r.Task, r.Netns), k.task(&r.Owner, r.Netns)
	if r.Trigger == uint8(fentryNlTriggerNL_TRIGGER_WRITE) || r.Trigger == uint8(fentryNlTriggerNL_TRIGGER_KWORKER) {
		k.name(r.Of)
	}
	datagram := r.Kind == uint8(capture.KindDatagram)
	switch {
	case !datagram:
	case r.Flags&uint8(fentryNlFlagNL_FLAG_UNSETTLED) != 0:
		if len(k.unsettled) >= maxHeld { // their returns were missed
			clear(k.unsettled)
		}
		k.unsettled[r.Id] = r.OrigLen
	default:
		k.count(r.OrigLen, r.CapLen)
		if r.Taken != 0 && r.Taken < r.OrigLen {
			k.s.truncated.Add(1)
		}
	}
	if k.o.Losses && lossy(r) {
		k.notice(NoticeLoss)
	}
	if r.Elapsed >= k.slow && (datagram || r.Kind == uint8(capture.KindCompletion)) {
		k.notice(NoticeSlow)
	}
	if k.o.Candidate == nil || !k.passes(r.Protocol, r.Netns) && r.Kind != uint8(capture.KindExtack) {
		return nil
	}
	if k.anyone() || who.among || whose.among || who == &noTask && whose == &noTask {
		return k.asm.addFull(rec)
	}
	return nil
}

// lossy says whether a record tells what an incident begins with.
func lossy(r *nlFull) bool {
	switch capture.Verdict(r.Verdict) {
	case capture.VerdictOverrun:
		return true
	case capture.VerdictDropped:
		return capture.Dir(r.Dir) == capture.DirReply
	}
	return capture.Kind(r.Kind) == capture.KindSocketError
}

// name lets the segment know what an address stands for.
func (k *Keeper) name(of uint64) {
	text, known := k.asm.named[of]
	b := &k.seg.Beside
	if !known || slices.Contains(b.named, name{of, text}) {
		return
	}
	b.named = append(b.named, name{of, text})
	k.seg.Extra += int(unsafe.Sizeof(name{})) + len(text)
}

func (k *Keeper) chunk(rec []byte) error {
	if len(rec) >= chunkSize && k.asm.open[(*nlChunk)(unsafe.Pointer(&rec[0])).Id] != nil {
		return k.asm.addChunk(rec)
	}
	return nil
}

func (k *Keeper) settled(rec []byte) error {
	if len(rec) < settledSize {
		return malformed("record of %d bytes about an event is too short", len(rec))
	}
	r := (*fentryNlSettled)(unsafe.Pointer(&rec[0]))
	size, known := k.unsettled[r.Id]
	if known {
		delete(k.unsettled, r.Id)
		if r.Heard == 0 {
			k.count(size, size)
		}
	}
	if k.asm.held.frames[r.Id] != nil || k.asm.open[r.Id] != nil {
		return k.asm.addSettled(rec)
	}
	return nil
}

// identify returns what is known of a task's process, or can be read of it now; nil:
// nothing. Who asks does not change it.
func (ps *processes) identify(p *capture.Proc) *capture.Proc {
	if p.PID == 0 || p.Life == 0 {
		return nil
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	q := ps.find(p.Key())
	if q == nil && !p.Outside {
		q = ps.readLate(p.PID, p.Life)
	}
	return q
}
