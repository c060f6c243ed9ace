// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"sync"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/incident"
)

// part is a source: what of a recording came in the time that is asked for, and nothing
// of what is around it. Answers in it may have lost their requests.
type part struct {
	*cut
	// teach is given the messages before it that name generic-netlink families.
	teach func(...*capture.Frame) error
	mu    sync.Mutex
	// before is what was lost until its first frame, to the next of the counts that the
	// recording has once a second.
	before          capture.Stats
	n, bytes, short uint64 // frames that were handed on, and those of them that are cut
}

// parting says which part of the recording is wanted; nil: all of it.
func (c *cutFlags) parting(ctx context.Context, f *captureFlags) (*part, error) {
	made, err := c.cutting(ctx, f)
	if made == nil || err != nil {
		return nil, err
	}
	made.bare = true
	return &part{cut: made}, nil
}

// tellNothing says on standard error that the recording has nothing of that time.
func (p *part) tellNothing(err error) {
	if p != nil {
		p.cut.tellNothing(false, err)
	}
}

// number gives incidents of the part the numbers that they have in the recording, where
// those are known; 0: they are not.
func (p *part) number(ins []incident.Incident) {
	for i := range ins {
		ins[i].Number = p.numbers[keyOfIncident(&ins[i])]
	}
}

// Run implements capture.Source.
func (p *part) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	p.file.InStep()
	return p.cut.Run(ctx, func(f *capture.Frame) error {
		switch {
		case p.in(f.Time):
			p.count(f)
			return emit(f)
		case !p.until.IsZero() && f.Time.After(p.until):
			// Clocks of several processors differ: a frame behind may be followed by
			// one before the end.
			return nil
		}
		p.mu.Lock()
		p.before = p.cut.Stats()
		p.mu.Unlock()
		if namesFamilies(f) {
			return p.teach(f)
		}
		return nil
	})
}

func (p *part) count(f *capture.Frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	p.bytes += uint64(max(f.OrigLen, 0))
	if f.Cut() {
		p.short++
	}
}

// Stats implements capture.Source.
func (p *part) Stats() capture.Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.cut.Stats().Since(p.before)
	s.Frames, s.Bytes, s.Cut = p.n, p.bytes, p.short
	return s
}
