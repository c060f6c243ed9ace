// SPDX-License-Identifier: Apache-2.0

// Package spool holds what was captured, so that every message of it can be looked at
// again: frames of a live capture in memory and, beyond that, in a file without a name;
// of a recording nothing, since it is there. A sparse index says for each chunk of some
// hundred frames when it was and how many messages of which cell of the table it has. A
// Query finds messages by it.
//
// What is not held: observations. A chunk that is looked at is decoded and paired again,
// together with the chunks around it (pipeline.Again), so what spans more than those is
// not known of it: a request that waited for long stands without its answer.
//
// Frames are held as they are given (package pipeline hands them on redacted). Memory is
// bounded, whatever the traffic or the file; what had to leave is counted.
package spool

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pcapng"
)

// Options of a Spool. The zero value is good.
type Options struct {
	// Bytes is how much of what was captured is held, as a recording of it would take;
	// 0: DefaultBytes, All: everything.
	Bytes int64
	// Memory is how much of that is held in memory, the newest; 0: 32 MiB.
	Memory int64
	// Dir is where the file is made; "": /var/tmp.
	Dir string
}

// DefaultBytes is how much is held, and All everything.
const (
	DefaultBytes = 256_000_000
	All          = -1
)

const (
	// chunkBytes and chunkFrames are what a chunk has at most, but for its last frame.
	chunkBytes  = 64 << 10
	chunkFrames = 256
	// maxChunks bounds the index: past it, chunks of a file become twice as long.
	maxChunks = 1 << 15
	// maxCells bounds what all chunks tell of cells.
	maxCells = 4 << 20
)

// Spool holds what was captured. Its methods are safe for concurrent use.
type Spool struct {
	o Options

	mu     sync.Mutex
	chunks []chunk
	base   uint64 // chunks that have left
	frames uint64 // so far, those that have left included
	gone   uint64 // messages that have left
	cells  int    // in all chunks
	epoch  uint64 // another one where chunks have other numbers than before
	unsure bool   // see Unsure
	ended  bool
	gap    *Gap // in front of the next chunk
	asked  asked
	late   late
	told   uint64 // exchanges that have ended
	gaps   bool   // there was one

	// Of a recording that is read in place.
	inPlace bool
	sofar   int64           // bytes that the kept frames take, about
	noted   []capture.Place // whose frames have not come
	stride  int64           // bytes between chunks

	// Of all others.
	w    *pcapng.Writer // of the last chunk; nil: it is closed
	buf  bytes.Buffer   // what it wrote
	held int64          // bytes in all chunks
	mem  int64          // of them in memory
	file store
}

// chunk is some frames behind one another. Its number is that of its place in Spool.chunks,
// and base.
type chunk struct {
	first, frames uint64 // the number of its first frame, from 0, and how many it has
	messages      uint64 // as they were counted
	changes       uint64 // of them, those that may have changed something
	faults        uint64 // of them, errors and those that were lost
	from, to      int64  // the times of its frames are between these, Unix ns
	closed        bool
	// unsure: the counts are not those of all its messages.
	unsure bool
	counts []ofCell // by cell; nil with messages: not known
	adding map[uint32]uint32
	ends   ends // of the exchanges whose request it has
	gap    *Gap // in front of it

	place capture.Place       // of a recording
	data  []byte              // in memory; nil: in the file, or being written
	off   int64               // in the file
	size  int64               // in memory or in the file
	names *capture.LocalNames // of all its frames; nil: none, or not the same ones
}

// ofCell is how many messages of a chunk are counted in a cell: the lower half of its
// number, which is enough to find a place.
type ofCell struct{ cell, n uint32 }

// Gap is a time in which messages were only counted.
type Gap struct {
	From, To time.Time
	Messages uint64
}

// New returns an empty spool.
func New(o Options) *Spool {
	if o.Bytes == 0 {
		o.Bytes = DefaultBytes
	}
	if o.Memory <= 0 {
		o.Memory = 32 << 20
	}
	if o.Bytes > 0 {
		o.Memory = min(o.Memory, o.Bytes)
	}
	if o.Dir == "" {
		o.Dir = "/var/tmp"
	}
	s := &Spool{o: o}
	s.file.limit = All
	if o.Bytes > 0 {
		s.file.limit = o.Bytes - o.Memory
	}
	return s
}

// Of has the spool hold what a source emits: in place, where the source can be read
// twice. It is called before the source runs.
func (s *Spool) Of(src capture.Source) {
	if r, ok := src.(capture.Resumer); ok {
		s.inPlace = r.Resumes(chunkBytes, chunkFrames, s.note)
	}
}

// InPlace says whether the frames stand in a recording, and nothing can leave.
func (s *Spool) InPlace() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inPlace
}

// Close gives up the file.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.file.close()
}

// note takes a place from the goroutine that reads, which is ahead of the one that keeps.
func (s *Spool) note(p capture.Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = append(s.noted, p)
}

// KeepFrame implements pipeline.Keeper.
func (s *Spool) KeepFrame(f *capture.Frame, wanted bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.inPlace && !wanted {
		return nil
	}
	if s.inPlace {
		s.arrive()
	} else if err := s.write(f); err != nil {
		return err
	}
	c := &s.chunks[len(s.chunks)-1]
	var at int64
	if !f.Time.IsZero() {
		at = f.Time.UnixNano()
	}
	if c.frames == 0 {
		c.from, c.to = at, at
	}
	c.from, c.to = min(c.from, at), max(c.to, at)
	if f.Dir == capture.DirRequest && f.Kind == capture.KindDatagram {
		s.asked.add(f.ID, s.frames)
	}
	c.frames++
	s.frames++
	return nil
}

// arrive begins a chunk where the next frame is the first behind a place.
func (s *Spool) arrive() {
	for len(s.noted) > 0 && s.noted[0].Frames <= s.frames {
		p := s.noted[0]
		s.noted, s.sofar = s.noted[1:], p.Offset
		n := len(s.chunks)
		switch {
		case n > 0 && p.Frames < s.frames: // passed by
		case n > 0 && s.chunks[n-1].frames == 0:
			s.chunks[n-1].place = p
		case n == 0 || p.Offset-s.chunks[n-1].place.Offset >= s.stride:
			s.begin(chunk{place: p})
		}
	}
}

// begin adds a chunk.
func (s *Spool) begin(c chunk) {
	s.end()
	c.first, c.unsure, c.gap, s.gap = s.frames, s.unsure, s.gap, nil
	c.adding = make(map[uint32]uint32)
	s.chunks = append(s.chunks, c)
	if s.inPlace && len(s.chunks) > maxChunks {
		s.merge()
	}
}

// end closes the last chunk.
func (s *Spool) end() {
	n := len(s.chunks)
	if n == 0 || s.chunks[n-1].closed {
		return
	}
	c := &s.chunks[n-1]
	c.closed = true
	if s.cells+len(c.adding) <= maxCells {
		c.counts = make([]ofCell, 0, len(c.adding))
		for cell, n := range c.adding {
			c.counts = append(c.counts, ofCell{cell, n})
		}
		slices.SortFunc(c.counts, func(a, b ofCell) int { return cmp.Compare(a.cell, b.cell) })
		s.cells += len(c.counts)
	}
	c.adding = nil
	s.finish(c)
}

// merge makes of every two chunks of a recording one.
func (s *Spool) merge() {
	s.stride = max(2*s.stride, 2*chunkBytes)
	s.epoch++
	kept := s.chunks[:0]
	last := len(s.chunks) - 1 // which is open
	for i := 0; i < last; i += 2 {
		c := s.chunks[i]
		if i+1 < last {
			d := &s.chunks[i+1]
			s.cells -= len(c.counts) + len(d.counts)
			c.counts = sum(&c, d)
			s.cells += len(c.counts) - len(d.ends.cells) + c.ends.merge(&d.ends)
			c.frames += d.frames
			c.messages += d.messages
			c.changes += d.changes
			c.faults += d.faults
			c.from, c.to = min(c.from, d.from), max(c.to, d.to)
			c.unsure = c.unsure || d.unsure
		}
		kept = append(kept, c)
	}
	kept = append(kept, s.chunks[last])
	clear(s.chunks[len(kept):])
	s.chunks = kept
}

// sum adds the counts of two chunks; nil: not known.
func sum(c, d *chunk) []ofCell {
	if c.counts == nil || d.counts == nil {
		return nil
	}
	out := make([]ofCell, 0, max(len(c.counts), len(d.counts)))
	a, b := c.counts, d.counts
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].cell < b[0].cell:
			out, a = append(out, a[0]), a[1:]
		case a[0].cell > b[0].cell:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, ofCell{a[0].cell, a[0].n + b[0].n}), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// Message counts a message of the frame that was kept last, in its cell
// (aggregate.Options.Message).
func (s *Spool) Message(cell uint64, x *correlate.Observation) {
	changes := x.Message.Modifies() != decode.No
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.chunks)
	if n == 0 || s.chunks[n-1].closed {
		return
	}
	c := &s.chunks[n-1]
	c.messages++
	if changes {
		c.changes++
	}
	if isFault(x) {
		c.faults++
	}
	c.adding[uint32(cell)]++
}

// Unsure says that from now on, or not any more, messages are kept that are not told
// (Message): whoever looks for them has to read all.
func (s *Spool) Unsure(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unsure == yes {
		return
	}
	s.unsure = yes
	for i := max(len(s.chunks)-farEnough, 0); i < len(s.chunks); i++ {
		s.chunks[i].ends.unsure = true
	}
	s.end()
}

// Gap notes a time in which messages were only counted.
func (s *Spool) Gap(g Gap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gap != nil {
		g.From, g.Messages = s.gap.From, g.Messages+s.gap.Messages
	}
	s.gap, s.gaps = &g, true
	s.end()
}

// End says that nothing more will come.
func (s *Spool) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.end()
}

// Clear forgets everything that is not in a recording.
func (s *Spool) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inPlace {
		return
	}
	s.end()
	s.base += uint64(len(s.chunks))
	s.chunks, s.cells, s.held, s.mem, s.gone, s.gap, s.gaps, s.late = nil, 0, 0, 0, 0, nil, false, late{}
	s.epoch++
}

// Held is how much a spool holds.
type Held struct {
	Frames uint64
	// Bytes are what they take, Memory what of it is in memory, File what is in the file.
	Bytes, Memory, File int64
	Chunks              int
	InPlace             bool
	Gone                uint64 // messages that had to leave
	Err                 error  // why there is no file; nil: there is, or none was needed
}

// Held says how much it is.
func (s *Spool) Held() Held {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := Held{Bytes: s.held, Memory: s.mem, File: s.held - s.mem, Chunks: len(s.chunks), InPlace: s.inPlace, Gone: s.gone, Err: s.file.err}
	if len(s.chunks) > 0 {
		h.Frames = s.frames - s.chunks[0].first
	}
	return h
}

// Read is how many bytes of a recording the frames take that were kept, about.
func (s *Spool) Read() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sofar
}

// Frames is how many frames were kept so far.
func (s *Spool) Frames() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames
}

// store is a file without a name, written round and round.
type store struct {
	limit int64 // All: none
	f     *os.File
	at    int64
	err   error
}

func (t *store) close() error {
	if t.f == nil {
		return nil
	}
	err := t.f.Close()
	t.f, t.err = nil, os.ErrClosed
	return err
}

// open makes the file. Nobody else can open it, and it goes with the process.
func (t *store) open(dir string) error {
	if t.f != nil || t.err != nil {
		return t.err
	}
	f, err := os.CreateTemp(dir, "nltop-*") // 0600
	if err != nil {
		t.err = fmt.Errorf("make a file for the history: %w", err)
		return t.err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		t.err = fmt.Errorf("make a file for the history: %w", err)
		return t.err
	}
	t.f = f
	return nil
}
