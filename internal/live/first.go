// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"sync"

	"github.com/nltop/nltop/internal/capture"
)

// firstBytes is how much of a recording is handed on before the first look at it. A source
// reads up to half as much again ahead of that, so a screen is there after 16 MiB of a file
// of any size.
const firstBytes = 8 << 20

// first is a recording that stands still behind its first part until somebody has looked at
// that: who waits for a screen does not wait for all of a long file.
type first struct {
	capture.Source
	read func() int64  // bytes so far
	here chan struct{} // closed when the first part, or all, was handed on
	seen chan struct{} // closed when somebody has looked at it
	once sync.Once
}

func newFirst(src capture.Source, read func() int64) *first {
	return &first{Source: src, read: read, here: make(chan struct{}), seen: make(chan struct{})}
}

// Run implements capture.Source.
func (s *first) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	waits := true
	err := s.Source.Run(ctx, func(f *capture.Frame) error {
		if waits && s.read() >= firstBytes {
			waits = false
			close(s.here)
			select {
			case <-s.seen:
			case <-ctx.Done():
				return nil
			}
		}
		return emit(f)
	})
	if waits {
		close(s.here)
	}
	return err
}

// look lets it go on, if the first part is there.
func (s *first) look() {
	select {
	case <-s.here:
		s.once.Do(func() { close(s.seen) })
	default:
	}
}

// Ready is closed when the first part of a recording is there to be looked at; nil: it is
// no recording, or nobody waits for it (Options.Screen).
func (m *Model) Ready() <-chan struct{} {
	if f := m.now().first; f != nil {
		return f.here
	}
	return nil
}
