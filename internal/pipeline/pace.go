// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Paced replays a source at the pace at which it was recorded, times Speed, and stands
// still while it is held.
type Paced struct {
	capture.Source
	Speed float64 // 1: as recorded; 2: twice as fast; 0: at once
	// Span is how much of it is replayed, from the time of its first frame on; 0: all.
	Span time.Duration

	held atomic.Pointer[chan struct{}] // closed when it goes on; nil: it does
}

// Locks implements capture.Locker, where the source does.
func (p *Paced) Locks() (rows []capture.LockRow, lost uint64, err error) {
	if l, ok := p.Source.(capture.Locker); ok {
		return l.Locks()
	}
	return nil, 0, nil
}

// Readers implements capture.ReaderWatcher likewise.
func (p *Paced) Readers() ([]capture.Reader, time.Duration, error) {
	if w, ok := p.Source.(capture.ReaderWatcher); ok {
		return w.Readers()
	}
	return nil, 0, nil
}

// Resumes implements capture.Resumer likewise.
func (p *Paced) Resumes(bytes int64, frames uint64, note func(capture.Place)) bool {
	r, ok := p.Source.(capture.Resumer)
	return ok && r.Resumes(bytes, frames, note)
}

// longestPause bounds the wait between two frames: a recording may hold a
// pause of hours, or a clock that jumped.
const longestPause = 3 * time.Second

// Hold lets it stand still, or go on. It is safe beside Run, from one goroutine.
func (p *Paced) Hold(yes bool) {
	if !yes {
		if held := p.held.Swap(nil); held != nil {
			close(*held)
		}
		return
	}
	if p.held.Load() == nil {
		held := make(chan struct{})
		p.held.Store(&held)
	}
}

// Run implements capture.Source.
func (p *Paced) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	var first, last time.Time
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	err := p.Source.Run(ctx, func(f *capture.Frame) error {
		if first.IsZero() {
			first = f.Time
		}
		if p.Span > 0 && f.Time.Sub(first) >= p.Span {
			return errSpan
		}
		if held := p.held.Load(); held != nil {
			select {
			case <-*held:
			case <-ctx.Done():
				return nil
			}
		}
		if wait := f.Time.Sub(last); p.Speed > 0 && !last.IsZero() && wait > 0 {
			timer.Reset(time.Duration(float64(min(wait, longestPause)) / p.Speed))
			select {
			case <-timer.C:
			case <-ctx.Done():
				return nil
			}
		}
		last = f.Time
		return emit(f)
	})
	if errors.Is(err, errSpan) {
		return nil
	}
	return err
}

// errSpan ends a source that has more than was asked for.
var errSpan = errors.New("the span is over")
