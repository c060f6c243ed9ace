// SPDX-License-Identifier: Apache-2.0

package flight

import (
	"bytes"
	"context"
	"sync"
	"time"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// Frames holds frames, for sources without records that could be held. It takes the place
// of a recording: what it is given is as it will be written.
type Frames struct {
	// Source is whose frames are held; it counts what is lost.
	Source capture.Source
	// Noticed is told of a loss of messages, and with Slow of a send, or a part of a dump,
	// that took so long.
	Noticed func(Reason, time.Time)
	Losses  bool
	Slow    time.Duration // 0: none

	mu    sync.Mutex // what Take copies
	store *segment.Store[beside]
	seg   *segment.Segment[beside]

	preamble []*capture.Frame
}

// beside is what belongs to a segment of frames: their bytes lie in it, unless they are
// many.
type beside struct {
	frames  []capture.Frame
	origins map[*capture.Origin]bool
	lost    []capture.Loss // by the source until it began
}

// NewFrames returns a Frames that holds as much as o says.
func NewFrames(o segment.Options) (*Frames, error) {
	store, err := segment.New[beside](o)
	if err != nil {
		return nil, err
	}
	return &Frames{store: store}, nil
}

const frameSize = int(unsafe.Sizeof(capture.Frame{})) * 5 / 4 // slices grow by a quarter

// WriteFrame implements pipeline.Recorder.
func (h *Frames) WriteFrame(f *capture.Frame) error {
	h.hold(f)
	if h.Losses && Lossy(f) {
		h.Noticed(Incident, f.Time)
	}
	if h.Slow > 0 && f.Elapsed >= h.Slow && (f.Kind == capture.KindDatagram || f.Kind == capture.KindCompletion) {
		h.Noticed(Slow, f.Time)
	}
	return nil
}

// Lossy says whether a frame tells what an incident begins with.
func Lossy(f *capture.Frame) bool {
	return f.Verdict == capture.VerdictOverrun || f.Verdict == capture.VerdictDropped && f.Dir == capture.DirReply ||
		f.Kind == capture.KindSocketError
}

func (h *Frames) hold(f *capture.Frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at := f.Time.UnixNano()
	inside := len(f.Data) <= h.store.Size()/8
	size := frameSize
	if inside {
		size += len(f.Data)
	}
	if h.seg == nil || !h.store.Room(h.seg, size+int(unsafe.Sizeof(capture.Origin{})), at) {
		h.seg = h.store.Next(at)
		h.seg.Beside = beside{origins: map[*capture.Origin]bool{}, lost: h.Source.Stats().Lost}
	}
	g := *f
	b := &h.seg.Beside
	h.seg.Extra += frameSize
	if inside {
		from := len(h.seg.Bytes)
		h.seg.Bytes = append(h.seg.Bytes, f.Data...)
		g.Data = h.seg.Bytes[from:len(h.seg.Bytes):len(h.seg.Bytes)]
		if f.Data == nil {
			g.Data = nil
		}
	} else {
		g.Data = bytes.Clone(f.Data)
		h.seg.Extra += len(f.Data)
	}
	if !b.origins[f.Origin] {
		b.origins[f.Origin] = true
		h.seg.Extra += weigh(f.Origin)
	}
	b.frames = append(b.frames, g)
	h.seg.Seen(at)
	if f.Kind == capture.KindDatagram {
		h.seg.Datagrams++
	}
}

// weigh is how much memory an Origin takes, if nothing else has its texts.
func weigh(o *capture.Origin) int {
	n := int(unsafe.Sizeof(*o)) + len(o.NetNSName) + len(o.Trigger.Name) + 64
	for _, p := range []*capture.Proc{&o.Proc, &o.Socket.Owner} {
		n += len(p.Exe) + len(p.CmdLine) + len(p.Cgroup) + len(p.Unit) + len(p.Container) + len(p.Pod) + len(p.Parent.CmdLine)
	}
	return n
}

// maxPreamble bounds what is kept of what taught the decoder: a kernel has some dozens of
// families, and their policies are dumps of some hundred messages.
const maxPreamble = 1 << 14

// WritePreamble implements pipeline.Teacher: every recording begins with it.
func (h *Frames) WritePreamble(fs []*capture.Frame) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.preamble = append(h.preamble, fs...)
	if n := len(h.preamble); n > maxPreamble {
		h.preamble = append([]*capture.Frame(nil), h.preamble[n-maxPreamble:]...)
	}
	return nil
}

// Preamble is what was learned so far.
func (h *Frames) Preamble() []*capture.Frame {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.preamble[:len(h.preamble):len(h.preamble)]
}

// Close gives back the memory, once what was taken is read.
func (h *Frames) Close() error { return h.store.Close() }

// Extent is what is held.
func (h *Frames) Extent() segment.Extent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.store.Extent()
}

// Take returns what is held.
func (h *Frames) Take() Taken {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := &held{Taken: h.store.Take(), source: h.Source, lost: h.Source.Stats().Lost}
	if g := t.Oldest(); g != nil {
		for i := range min(len(t.lost), len(g.Beside.lost)) {
			t.lost[i].Count -= min(t.lost[i].Count, g.Beside.lost[i].Count)
		}
	}
	return t
}

// held is a source of the frames that were held.
type held struct {
	*segment.Taken[beside]
	source capture.Source
	lost   []capture.Loss // since the oldest segment began
	stats  capture.Stats
}

var _ capture.Lender = (*held)(nil)

// Held implements Taken.
func (t *held) Held() segment.Extent { return t.Extent }

// lentAtOnce bounds the frames of one call.
const lentAtOnce = 128

// RunLent implements capture.Lender.
func (t *held) RunLent(ctx context.Context, emit func([]capture.Frame) error) error {
	begun := false
	return t.Each(func(g *segment.Segment[beside]) error {
		fs := make([]capture.Frame, 0, lentAtOnce)
		for i := range g.Beside.frames {
			f := &g.Beside.frames[i]
			if begun = begun || !f.Time.Before(t.Since); !begun {
				continue
			}
			t.saw(f)
			if fs = append(fs, *f); len(fs) == lentAtOnce {
				if err := emit(fs); err != nil {
					return err
				}
				fs = fs[:0]
			}
		}
		if len(fs) > 0 {
			return emit(fs)
		}
		return ctx.Err()
	})
}

// Run implements capture.Source.
func (t *held) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	return t.RunLent(ctx, func(fs []capture.Frame) error {
		for i := range fs {
			f := fs[i]
			f.Data = bytes.Clone(f.Data)
			if err := emit(&f); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *held) saw(f *capture.Frame) {
	if f.Kind != capture.KindDatagram {
		return
	}
	t.stats.Frames++
	t.stats.Bytes += uint64(f.OrigLen)
	if f.Cut() {
		t.stats.Cut++
	}
	if f.Missed() > 0 {
		t.stats.Truncated++
	}
}

// Stats implements capture.Source: of the frames that were read, and of what was lost
// since the oldest of them.
func (t *held) Stats() capture.Stats {
	st := t.stats
	st.Lost = t.lost
	return st
}

// Info implements capture.Source.
func (t *held) Info() capture.Info { return t.source.Info() }

// Close implements capture.Source: what was not read is let go.
func (t *held) Close() error {
	return t.Each(func(*segment.Segment[beside]) error { return nil })
}
