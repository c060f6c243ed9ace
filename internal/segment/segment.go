// SPDX-License-Identifier: Apache-2.0

// Package segment is memory that holds the last of what passed: in segments, the oldest
// of which makes room for the newest, within a bound of bytes and of time, and out of
// core dumps.
//
// It does not know what is in them: a record of the kernel's ring, a frame. What belongs
// to a segment beside its bytes is its keeper's (T), and goes with it.
package segment

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds of Options.Bytes.
const (
	MinBytes = 1 << 20
	MaxBytes = 64 << 30
)

// Options say how much is held.
type Options struct {
	Bytes int64         // at most, what stands beside segments included
	Span  time.Duration // and so long at least, where Bytes allow; 0: as long as they allow
}

// Segment is a part of what is held. Its fields are its keeper's.
type Segment[T any] struct {
	Bytes []byte // what was put into it; it has the capacity of Store.Size
	Extra int    // bytes that it takes beside Bytes
	// From and To are the times of the oldest and the newest in it, Unix ns; 0: none yet.
	From, To  int64
	Datagrams uint64 // in it
	Beside    T

	pins int // of those who read it
}

// Seen notes the time of something that is put into it, Unix ns.
func (s *Segment[T]) Seen(at int64) {
	if s.From == 0 || at < s.From {
		s.From = at
	}
	s.To = max(s.To, at)
}

// Extent is what a store holds, and what it held before.
type Extent struct {
	From, To  time.Time // zero: nothing is held
	Datagrams uint64    // held
	Bytes     int64     // that they take
	Evicted   uint64    // datagrams that made room
}

// Store holds segments. One goroutine fills it; others may read what Take has given.
type Store[T any] struct {
	opt   Options
	size  int
	young time.Duration // a segment is being filled for so long, at most; 0: until it is full
	area  []byte

	mu      sync.Mutex
	unread  *sync.Cond // a pin is gone
	free    [][]byte
	kept    []*Segment[T] // oldest first; the last one is being filled
	extra   int64         // bytes beside those of segments that are complete
	evicted uint64        // datagrams
	closed  bool
}

// New returns a store without anything in it. With a Span its memory is taken as it
// fills up.
func New[T any](o Options) (*Store[T], error) {
	if o.Bytes < MinBytes || o.Bytes > MaxBytes {
		return nil, fmt.Errorf("hold %d bytes: it takes 1 MiB to 64 GiB", o.Bytes)
	}
	size := min(max(o.Bytes/64, 256<<10), 4<<20) &^ (64<<10 - 1)
	n := o.Bytes / size
	area, err := unix.Mmap(-1, 0, int(n*size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return nil, fmt.Errorf("take %d bytes of memory: %w", n*size, err)
	}
	// What processes say to the kernel is no business of whoever reads a core dump.
	if err := unix.Madvise(area, unix.MADV_DONTDUMP); err != nil {
		return nil, errors.Join(fmt.Errorf("keep memory out of core dumps: %w", err), unix.Munmap(area))
	}
	if o.Span == 0 {
		// It is all taken some time. What is taken now costs nothing when messages come, and
		// is there when it is needed; before 5.14 it is taken as they come.
		_ = unix.Madvise(area, unix.MADV_POPULATE_WRITE)
	}
	s := &Store[T]{opt: o, size: int(size), area: area}
	s.unread = sync.NewCond(&s.mu)
	s.young = o.Span / time.Duration(min(n-2, 16)) // so that there are enough for all of it
	for i := n - 1; i >= 0; i-- {
		s.free = append(s.free, area[i*size:(i+1)*size:(i+1)*size])
	}
	return s, nil
}

// Size is how many bytes a segment has room for.
func (s *Store[T]) Size() int { return s.size }

// Room says whether n more bytes fit into a segment that is being filled, with what it
// has beside them, and whether it is young enough for what happens at a time (Unix ns).
func (s *Store[T]) Room(g *Segment[T], n int, at int64) bool {
	if len(g.Bytes) == 0 && g.Extra == 0 {
		return true
	}
	return len(g.Bytes)+g.Extra+n <= s.size && (s.young == 0 || g.From == 0 || at-g.From < int64(s.young))
}

// Current is the segment that is being filled; nil: none yet.
func (s *Store[T]) Current() *Segment[T] {
	if len(s.kept) == 0 {
		return nil
	}
	return s.kept[len(s.kept)-1]
}

// Next begins a segment. What has to make room for it and is still being read is waited
// for: the source's ring is the queue, and counts what it loses meanwhile. at is the time
// of what comes, Unix ns.
func (s *Store[T]) Next(at int64) *Segment[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.kept); n > 0 {
		s.extra += int64(s.kept[n-1].Extra)
	}
	if s.opt.Span > 0 {
		for len(s.kept) > 0 && s.kept[0].To < at-int64(s.opt.Span) && s.kept[0].pins == 0 {
			s.evict()
		}
	}
	for len(s.kept) > 0 && (len(s.free) == 0 || int64(len(s.kept)+1)*int64(s.size)+s.extra > s.opt.Bytes) {
		for s.kept[0].pins > 0 {
			s.unread.Wait()
		}
		s.evict()
	}
	last := len(s.free) - 1
	g := &Segment[T]{Bytes: s.free[last][:0]}
	s.free = s.free[:last]
	s.kept = append(s.kept, g)
	return g
}

// evict forgets the oldest segment.
func (s *Store[T]) evict() {
	g := s.kept[0]
	s.kept = s.kept[1:]
	s.extra -= int64(g.Extra)
	s.evicted += g.Datagrams
	s.free = append(s.free, g.Bytes[:0])
	g.Bytes = nil
}

// Extent is what is held now. It is for the goroutine that fills.
func (s *Store[T]) Extent() Extent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.extent()
}

func (s *Store[T]) extent() Extent {
	e := Extent{Evicted: s.evicted}
	from, to := int64(math.MaxInt64), int64(0)
	for _, g := range s.kept {
		e.Datagrams += g.Datagrams
		e.Bytes += int64(len(g.Bytes) + g.Extra)
		if g.From != 0 {
			from, to = min(from, g.From), max(to, g.To)
		}
	}
	if to != 0 {
		e.From, e.To = time.Unix(0, from), time.Unix(0, to)
	}
	return e
}

// Taken is what a store held at one moment. What is put into it later is not in it.
type Taken[T any] struct {
	Extent
	// Since is the time before which there is nothing to be shown, as Options.Span says;
	// zero: there is none.
	Since time.Time

	store    *Store[T]
	segments []Segment[T]
	pinned   []*Segment[T]
}

// Take returns what is held, oldest first, for the time until it is read. It is for the
// goroutine that fills.
func (s *Store[T]) Take() *Taken[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &Taken[T]{Extent: s.extent(), store: s}
	if s.opt.Span > 0 && !t.To.IsZero() {
		t.Since = t.To.Add(-s.opt.Span)
		if t.From.Before(t.Since) {
			t.From = t.Since
		}
	}
	for _, g := range s.kept {
		g.pins++
		t.segments = append(t.segments, *g)
		t.pinned = append(t.pinned, g)
	}
	return t
}

// Oldest is the oldest segment; nil: there is none.
func (t *Taken[T]) Oldest() *Segment[T] {
	if len(t.segments) == 0 {
		return nil
	}
	return &t.segments[0]
}

// Each gives the segments to f in turn, until one fails, and lets go of each behind it.
func (t *Taken[T]) Each(f func(*Segment[T]) error) (err error) {
	for i := range t.segments {
		if err == nil {
			err = f(&t.segments[i])
		}
		t.store.mu.Lock()
		t.pinned[i].pins--
		t.store.mu.Unlock()
		t.store.unread.Broadcast()
		t.segments[i] = Segment[T]{}
	}
	t.segments, t.pinned = nil, nil
	return err
}

// Close gives the memory back, once nobody reads it.
func (s *Store[T]) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	for _, g := range s.kept {
		for g.pins > 0 {
			s.unread.Wait()
		}
	}
	s.closed, s.kept, s.free = true, nil, nil
	area := s.area
	s.area = nil
	return unix.Munmap(area)
}
