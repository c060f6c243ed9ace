// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// What is no recording is held as one, each chunk a section of its own, so that the
// oldest can leave. Chunks move from memory to the file, where the newest overwrite the
// oldest.

// write appends a frame to the last chunk.
func (s *Spool) write(f *capture.Frame) error {
	if n := len(s.chunks); s.w != nil {
		c := &s.chunks[n-1]
		if c.frames >= chunkFrames*s.scale() || c.size >= chunkBytes*int64(s.scale()) {
			s.end()
		}
	}
	if s.w == nil {
		s.buf.Reset()
		w, err := pcapng.NewWriter(&s.buf, pcapng.Options{Info: capture.Info{Name: f.Source, Sees: f.Sees}})
		if err != nil {
			return err
		}
		s.begin(chunk{names: f.Names})
		s.w = w
	}
	c := &s.chunks[len(s.chunks)-1]
	if c.names != f.Names && !c.names.Equal(f.Names) {
		c.names = nil
	}
	size := frameBytes + int64(len(f.Data)) // about; it is not written yet
	c.size += size
	s.sofar += size
	return s.w.WriteFrame(f)
}

// Retell implements pipeline.Reteller: a command line that was told lately holds what was
// proved to be a secret now. The newest chunks are written once more.
func (s *Spool) Retell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inPlace {
		return
	}
	s.end()
	for i := max(len(s.chunks)-retold, 0); i < len(s.chunks); i++ {
		c := &s.chunks[i]
		var again bytes.Buffer
		if data := s.take(c); data == nil || rewrite(&again, data) != nil {
			continue // it cannot be read, either
		}
		s.held += int64(again.Len()) - c.size
		s.mem += int64(again.Len()) - c.size
		c.data, c.size = again.Bytes(), int64(again.Len())
	}
	s.makeRoom()
}

// take returns what is held of a chunk, and takes it out of the file; nil: it cannot.
func (s *Spool) take(c *chunk) []byte {
	if c.data != nil || s.file.f == nil {
		return c.data
	}
	data := make([]byte, c.size)
	if _, err := s.file.f.ReadAt(data, c.off); err != nil {
		return nil
	}
	if _, err := s.file.f.WriteAt(make([]byte, c.size), c.off); err != nil {
		return nil
	}
	c.data = data
	s.mem += c.size
	return data
}

// retold is how many chunks that are: what proves a secret follows at once.
const retold = 8

// rewrite writes the frames of a chunk, and of its processes what may be told now.
func rewrite(to io.Writer, data []byte) error {
	r, err := pcapng.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	w, err := pcapng.NewWriter(to, pcapng.Options{Info: r.Info().Recorded[0]})
	if err != nil {
		return err
	}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return w.Close()
		}
		if err != nil {
			return err
		}
		if err := w.WriteFrame(rec.Frame); err != nil {
			return err
		}
	}
}

// frameBytes is about what a frame takes beside its bytes.
const frameBytes = 160

// scale is by how much chunks are longer than usual, where they are many.
func (s *Spool) scale() uint64 { return uint64(len(s.chunks)/maxChunks) + 1 }

// finish puts what was written of a chunk that has been closed into memory.
func (s *Spool) finish(c *chunk) {
	if s.w == nil {
		return
	}
	_ = s.w.Close() // to memory
	s.w = nil
	c.data = bytes.Clone(s.buf.Bytes())
	c.size = int64(len(c.data))
	if s.buf.Cap() > 8*chunkBytes {
		s.buf = bytes.Buffer{} // of one long datagram
	}
	s.held += c.size
	s.mem += c.size
	s.makeRoom()
}

// makeRoom moves chunks to the file, and lets the oldest go.
func (s *Spool) makeRoom() {
	inMemory := func(c chunk) bool { return c.data != nil }
	for s.mem > s.o.Memory {
		if s.move(slices.IndexFunc(s.chunks, inMemory)) {
			continue
		}
		before := len(s.chunks)
		if s.drop(slices.IndexFunc(s.chunks, inMemory) + 1); len(s.chunks) == before {
			break
		}
	}
	for s.o.Bytes > 0 && s.held > s.o.Bytes && len(s.chunks) > 1 {
		s.drop(1)
	}
}

// move writes a chunk to the file; false: it cannot be there. Chunks in front of it may
// have to leave for that.
func (s *Spool) move(i int) bool {
	t := &s.file
	c := s.chunks[i]
	if t.limit >= 0 && c.size > t.limit || t.open(s.o.Dir) != nil {
		return false
	}
	if t.limit >= 0 && t.at+c.size > t.limit {
		t.at = 0
	}
	leave := 0
	for k := range s.chunks[:i] {
		if d := &s.chunks[k]; d.off < t.at+c.size && t.at < d.off+d.size {
			leave = k + 1
		}
	}
	s.drop(leave)
	i -= leave
	if _, err := t.f.WriteAt(c.data, t.at); err != nil {
		t.err = fmt.Errorf("write history: %w", err)
		_ = t.f.Close()
		t.f = nil
		s.drop(i) // they were there
		return false
	}
	d := &s.chunks[i]
	d.off, d.data = t.at, nil
	t.at += d.size
	s.mem -= d.size
	return true
}

// drop lets the first n chunks go, but never the one that is being written.
func (s *Spool) drop(n int) {
	n = min(n, len(s.chunks))
	if n > 0 && !s.chunks[n-1].closed {
		n--
	}
	if n <= 0 {
		return
	}
	for i := range s.chunks[:n] {
		c := &s.chunks[i]
		s.gone += c.messages
		s.held -= c.size
		s.cells -= len(c.counts) + len(c.ends.cells)
		if c.data != nil {
			s.mem -= c.size
		}
	}
	s.base += uint64(n)
	left := s.chunks[n:]
	if cap(s.chunks) > 4*len(left)+64 {
		left = append(make([]chunk, 0, 2*len(left)+16), left...)
	}
	s.chunks = left
}

// read emits the frames of a chunk again, which the caller has copied under the lock.
func (s *Spool) read(c *chunk, emit func(*capture.Frame) error) error {
	if c.place.Read != nil {
		return c.place.Read(c.frames, emit)
	}
	data := c.data
	if data == nil {
		s.mu.Lock()
		f := s.file.f
		s.mu.Unlock()
		if f == nil {
			return errGone
		}
		data = make([]byte, c.size)
		if _, err := f.ReadAt(data, c.off); err != nil {
			return fmt.Errorf("read history: %w", err)
		}
		if !s.has(c) { // overwritten meanwhile
			return errGone
		}
	}
	r, err := pcapng.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	origins := make(map[*capture.Origin]*capture.Origin)
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		f := rec.Frame
		if f.Names != c.names {
			o := origins[f.Origin]
			if o == nil {
				named := *f.Origin
				named.Names = c.names
				o = &named
				origins[f.Origin] = o
			}
			f.Origin = o
		}
		if err := emit(f); err != nil {
			return err
		}
	}
}

// errGone is of a chunk that had to leave.
var errGone = errors.New("it is not held any more")

// has says whether a chunk is still held where it was.
func (s *Spool) has(c *chunk) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.chunks) > 0 && s.chunks[0].first <= c.first
}

// around is copies; ends: the last is the last of all, and nothing will come behind it.
func (s *Spool) around(from, to uint64) (list []chunk, start uint64, ends bool) {
	list, start = s.copies(from, to)
	s.mu.Lock()
	defer s.mu.Unlock()
	return list, start, s.ended && start+uint64(len(list)) == s.base+uint64(len(s.chunks))
}

// copies returns some chunks, by their numbers, as they are; what is being written of the
// last one is a copy. Those that have left are not among them: start is the number of the
// first that is.
func (s *Spool) copies(from, to uint64) (list []chunk, start uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, to = max(from, s.base), min(to, s.base+uint64(len(s.chunks)))
	if from >= to {
		return nil, from
	}
	out := append([]chunk(nil), s.chunks[from-s.base:to-s.base]...)
	if last := &out[len(out)-1]; !last.closed && s.w != nil {
		_ = s.w.Flush() // to memory
		last.data = bytes.Clone(s.buf.Bytes())
	}
	for i := range out {
		out[i].adding = nil
	}
	return out, from
}
