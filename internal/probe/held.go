// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"sync/atomic"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// Held is a source of the frames that a Keeper held at one moment. It has to be run,
// or closed, since what it holds is not made room of before.
type Held struct {
	*segment.Taken[beside]
	s     *Source
	infer func(*capture.Frame)
	lost  []capture.Loss // since the oldest segment began

	begun bool // a frame was young enough
	stats capture.Stats
}

var _ capture.Lender = (*Held)(nil)

// Take returns what is held. It is for the goroutine of Run, or for after it.
func (k *Keeper) Take() *Held {
	h := &Held{Taken: k.store.Take(), s: k.s, infer: k.s.att.infer(), lost: k.s.Stats().Lost}
	if g := h.Oldest(); g != nil {
		for i := range min(len(h.lost), len(g.Beside.lost)) {
			h.lost[i].Count -= min(h.lost[i].Count, g.Beside.lost[i].Count)
		}
	}
	return h
}

// Held is what of it there is.
func (h *Held) Held() segment.Extent { return h.Extent }

// Run implements capture.Source.
func (h *Held) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	return h.run(ctx, func(a *assembler) {
		a.emit = func(f *capture.Frame) error {
			if !h.young(f) {
				return nil
			}
			h.saw(f)
			return emit(f)
		}
	})
}

// RunLent implements capture.Lender.
func (h *Held) RunLent(ctx context.Context, emit func([]capture.Frame) error) error {
	return h.run(ctx, func(a *assembler) {
		a.lend(func(fs []capture.Frame) error {
			for len(fs) > 0 && !h.young(&fs[0]) {
				fs = fs[1:]
			}
			for i := range fs {
				h.saw(&fs[i])
			}
			if len(fs) == 0 {
				return nil
			}
			return emit(fs)
		})
	})
}

// young says whether a frame is one of those that are to be shown: those behind the first
// that is.
func (h *Held) young(f *capture.Frame) bool {
	h.begun = h.begun || !f.Time.Before(h.Since)
	return h.begun
}

func (h *Held) saw(f *capture.Frame) {
	if f.Kind != capture.KindDatagram {
		return
	}
	h.stats.Frames++
	h.stats.Bytes += uint64(f.OrigLen)
	if f.Cut() {
		h.stats.Cut++
	}
	if f.Missed() > 0 {
		h.stats.Truncated++
	}
}

// run makes frames of the records of each segment. Records of which the beginning made
// room are no longer told: chunks, completions, the ends of events.
func (h *Held) run(ctx context.Context, deliver func(*assembler)) error {
	ahead := new(atomic.Int64)
	a := newAssembler(h.s.name, h.s.sees(), ahead, nil)
	a.infer = h.infer
	deliver(a)
	err := h.Each(func(g *segment.Segment[beside]) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		introduce(a, &g.Beside)
		return replay(a, g, ahead)
	})
	if err == nil {
		err = a.flush()
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// introduce tells an assembler what a segment refers to.
func introduce(a *assembler, b *beside) {
	for _, p := range b.processes {
		a.processes.mu.Lock()
		old := a.processes.find(p.Key())
		a.processes.insert(p)
		a.processes.mu.Unlock()
		if old == nil || *old != *p {
			a.forget(p.PID)
		}
	}
	if a.abouts == nil {
		a.abouts = make([]*about, fentryNlLimitNL_FLOWS)
	}
	for i := range b.abouts {
		told := b.abouts[i]
		if s := a.abouts[told.Slot]; s == nil || s.told != told {
			a.abouts[told.Slot] = &about{told: told}
		}
	}
	if a.named == nil {
		a.named = map[uint64]string{}
	}
	for _, n := range b.named {
		if a.named[n.of] != n.text {
			a.named[n.of] = n.text
			clear(a.origins.last[:])
		}
	}
}

// replay gives an assembler the records of a segment, as they lay in the ring.
func replay(a *assembler, g *segment.Segment[beside], ahead *atomic.Int64) error {
	clocks := g.Beside.clocks
	err := eachRecord(g.Bytes, func(off int, rec []byte) error {
		for len(clocks) > 0 && clocks[0].from <= off {
			ahead.Store(clocks[0].ahead)
			clocks = clocks[1:]
		}
		var bad *recordError
		if err := a.add(rec); err != nil && !errors.As(err, &bad) {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return a.handOver() // the bytes are another segment's soon
}

// eachRecord gives f the records that were copied from a ring, and their offsets, until one
// fails.
func eachRecord(b []byte, f func(off int, rec []byte) error) error {
	for off := 0; off+ringHeader <= len(b); {
		head := binary.NativeEndian.Uint32(b[off:])
		at, size := off, int(head&^(ringBusy|ringDiscard))
		if size > len(b)-off-ringHeader {
			break
		}
		off += (size + ringHeader + 7) &^ 7
		if head&ringDiscard != 0 {
			continue
		}
		if err := f(at, b[at+ringHeader:at+ringHeader+size]); err != nil {
			return err
		}
	}
	return nil
}

// Stats implements capture.Source: of the frames that were made, and of what the source
// has lost since the oldest of them.
func (h *Held) Stats() capture.Stats {
	st := h.stats
	st.Lost = h.lost
	return st
}

// Info implements capture.Source.
func (h *Held) Info() capture.Info { return h.s.Info() }

// Close implements capture.Source: what was not read is let go.
func (h *Held) Close() error {
	return h.Each(func(*segment.Segment[beside]) error { return nil })
}
