// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Playback hands on what is held, from its beginning up to a frame, and stands there until it
// is to go further. It is the source of a pipeline (pipeline.AgainBeside).
type Playback struct {
	s     *Spool
	first uint64
	// CaughtUp is called when all that there is was handed on, with how many frames those
	// are; true ends the walk. nil: more is waited for.
	CaughtUp func(frames uint64) bool
	// Once: it ends where it was to stand.
	Once bool

	mu    sync.Mutex
	until uint64
	at    uint64        // frames handed on, those in front of the first included
	over  bool          // all was handed on, and nothing will come
	moved chan struct{} // closed when until is another
}

// Follow is behind all frames, also those to come.
const Follow = math.MaxUint64

// Playback begins one that ends up with so many frames.
func (s *Spool) Playback(until uint64) *Playback {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &Playback{s: s, until: until, first: s.frames, moved: make(chan struct{})}
	if len(s.chunks) > 0 {
		w.first = s.chunks[0].first
	}
	w.at = w.first
	return w
}

// First is how many frames had left before the first that is handed on.
func (w *Playback) First() uint64 { return w.first }

// At is how many frames were handed on, those that had left before included. Over: they are
// all that will ever come.
func (w *Playback) At() (frames uint64, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at, w.over
}

// Go moves the frame that it is to stand at further; false: it has passed it.
func (w *Playback) Go(until uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.at > until {
		return false
	}
	w.until = until
	close(w.moved)
	w.moved = make(chan struct{})
	return true
}

// await returns when there is more to hand on; false: there will not be.
func (w *Playback) await(ctx context.Context) bool {
	for ctx.Err() == nil {
		w.mu.Lock()
		at, until, moved := w.at, w.until, w.moved
		w.mu.Unlock()
		frames, ended := w.s.reach()
		if at < min(until, frames) {
			return true
		}
		if w.Once {
			return false
		}
		var more <-chan time.Time
		if at >= frames && at < until {
			if ended {
				w.mu.Lock()
				w.over = true
				w.mu.Unlock()
			}
			if w.CaughtUp != nil && w.CaughtUp(at) || ended && until == Follow {
				return false
			}
			more = time.After(followEvery)
		}
		select {
		case <-more:
		case <-moved:
		case <-ctx.Done():
		}
	}
	return false
}

// followEvery is how often one that has caught up looks for more.
const followEvery = 20 * time.Millisecond

func (s *Spool) reach() (frames uint64, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frames, s.ended
}

// Run implements capture.Source.
func (w *Playback) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	for w.await(ctx) {
		c, frames, ok := w.s.from(w.at)
		if !ok {
			return errGone
		}
		w.mu.Lock()
		w.at = max(w.at, c.first) // what is between has left meanwhile
		w.mu.Unlock()
		began, n := w.at, c.first
		c.frames = frames
		err := w.s.read(&c, func(f *capture.Frame) error {
			if n++; n <= began {
				return nil
			}
			if !w.await(ctx) {
				return errEnd
			}
			if err := emit(f); err != nil {
				return err
			}
			w.mu.Lock()
			w.at = n
			w.mu.Unlock()
			return nil
		})
		switch {
		case errors.Is(err, errEnd):
			return nil
		case errors.Is(err, errGone): // that chunk alone: those behind it are there
			err = nil
			w.mu.Lock()
			w.at = max(w.at, c.first+frames)
			w.mu.Unlock()
		case err == nil && w.at == began:
			err = errGone // it had fewer frames than it was kept with
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// from returns the chunk that a frame is in, or the first, and how many frames can be read
// from its beginning in one go.
func (s *Spool) from(frame uint64) (c chunk, frames uint64, ok bool) {
	s.mu.Lock()
	i, _ := s.chunkOf(frame)
	k := s.base + uint64(max(i, 0))
	all, inPlace := s.frames, s.inPlace
	s.mu.Unlock()
	list, _ := s.copies(k, k+1)
	if len(list) == 0 {
		return c, 0, false
	}
	if c = list[0]; inPlace {
		return c, all - c.first, true
	}
	return c, c.frames, true
}

func (w *Playback) Stats() capture.Stats { return capture.Stats{} }
func (w *Playback) Info() capture.Info   { return capture.Info{} }
func (w *Playback) Close() error         { return nil }

// At returns how many frames there are up to the last one of a time or before, and when that
// was; 0: all are later.
func (s *Spool) At(t time.Time) (frames uint64, at time.Time) {
	ns := t.UnixNano()
	s.mu.Lock()
	i, found := s.chunkAt(ns)
	k := s.base + uint64(max(i, 0))
	s.mu.Unlock()
	if !found {
		return 0, at
	}
	list, _ := s.copies(k, k+1)
	if len(list) == 0 {
		return 0, at
	}
	n := list[0].first
	_ = s.read(&list[0], func(f *capture.Frame) error { // what cannot be read is not there
		if n++; f.Time.UnixNano() <= ns {
			frames, at = n, f.Time
		}
		return nil
	})
	return frames, at
}

// Begins is the time of the first frame that is held; zero: none is. whole: none has left,
// and none was only counted.
func (s *Spool) Begins() (at time.Time, whole bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	whole = s.gone == 0 && !s.gaps
	if len(s.chunks) > 0 && s.chunks[0].frames > 0 {
		at = time.Unix(0, s.chunks[0].from)
	}
	return at, whole
}

// isFault says whether a message is an error, or was lost: What.Faults.
func isFault(x *correlate.Observation) bool {
	return x.Errno > 0 && !x.Probe || x.Frame.Verdict.Lost()
}

// Beside looks for the next message behind so many frames (by 1), or the last in a frame in
// front of the last of them (by -1). frame is how many there are up to it. Where it has
// looked at much without finding one, that says how far it came; 0: there is none.
func (q *Query) Beside(end uint64, by int) (k aggregate.Kept, frame uint64, found bool) {
	s := q.s
	s.mu.Lock()
	if q.epoch != s.epoch || q.end > s.frames {
		q.begin()
	}
	q.end = s.frames
	var look []uint64
	for i := range s.chunks {
		c := &s.chunks[i]
		if (by > 0 && c.first+c.frames > end || by < 0 && c.first+1 < end) && q.count(c, nil) != 0 {
			look = append(look, s.base+uint64(i))
		}
	}
	s.mu.Unlock()
	if by < 0 {
		slices.Reverse(look)
	}
	for i, n := range look {
		if i == maxReads {
			if c, _ := s.copies(n, n+1); len(c) > 0 {
				frame = c[0].first
			}
			return k, frame, false
		}
		list := q.read(n, n)[n].list
		if by < 0 {
			list = slices.Clone(list)
			slices.Reverse(list)
		}
		for j := range list {
			at := list[j].Seq/maxMessages + 1
			if by > 0 && at > end || by < 0 && at < end {
				return list[j], at, true
			}
		}
	}
	return k, 0, false
}

// Time is when the last of so many frames was; zero: it is not held.
func (s *Spool) Time(frames uint64) (at time.Time) {
	if frames == 0 {
		return at
	}
	c, _, ok := s.from(frames - 1)
	n := c.first
	if !ok || n >= frames {
		return at
	}
	_ = s.read(&c, func(f *capture.Frame) error {
		if n++; n == frames {
			at = f.Time
			return errEnd
		}
		return nil
	})
	return at
}
