// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"context"
	"io"
	"os"

	"github.com/nltop/nltop/internal/capture"
)

// room is what frames are lent in: it is filled, handed from stage to stage, and filled again.
type room struct {
	number   int
	frames   []capture.Frame
	data     []byte // of the frames
	alone    bool   // of one frame that is too long to be prepared
	preamble *capture.Frame
	back     chan struct{}
	err      error // behind the frames
}

const (
	roomFrames = 256
	roomBytes  = 64 << 10
	// maxPrepared is the longest datagram that is prepared, in bytes: how many messages
	// are prepared at once is bounded by it.
	maxPrepared = 64 << 10
)

// regular says whether the reader can read ahead: nobody waits for what comes next.
func (r *Reader) regular() bool {
	f, ok := r.src.(*os.File)
	if !ok {
		return false
	}
	st, err := f.Stat()
	return err == nil && st.Mode().IsRegular()
}

// RunPrepared implements capture.Preparer. What is no regular file is handed on as it comes,
// and not prepared. OnPreamble's function is called where the first stage runs.
func (r *Reader) RunPrepared(ctx context.Context, stages ...capture.Stage) error {
	last := stages[len(stages)-1]
	if !r.regular() {
		return r.Run(ctx, func(f *capture.Frame) error { return last(capture.Unprepared, []capture.Frame{*f}) })
	}
	r.lends = true
	done := make(chan struct{})
	free := make(chan *room, capture.Rooms)
	for i := range capture.Rooms {
		free <- &room{number: i, frames: make([]capture.Frame, 0, roomFrames), data: make([]byte, 0, roomBytes), back: make(chan struct{}, 1)}
	}
	full := make(chan *room, capture.Rooms)
	go func(to chan<- *room) {
		defer close(to)
		l := lending{r: r, free: free, full: to, done: done}
		l.run()
	}(full)
	first := r.learn
	for _, stage := range stages[:len(stages)-1] {
		next := make(chan *room, capture.Rooms)
		go func(from <-chan *room, learn func(*room)) {
			defer close(next)
			for b := range from {
				learn(b)
				b.pass(stage)
				next <- b // all rooms have a place there
			}
		}(full, first)
		full, first = next, func(*room) {}
	}
	defer func() {
		close(done)
		for range full { // all goroutines are gone when this returns
		}
	}()
	for b := range full {
		first(b)
		number := b.number
		if b.alone {
			number = capture.Unprepared
		}
		if ctx.Err() != nil {
			return nil
		}
		if len(b.frames) > 0 {
			if err := last(number, b.frames); err != nil {
				return err
			}
		}
		if b.err != nil {
			if b.err == io.EOF {
				return nil
			}
			return b.err
		}
		if b.alone {
			b.back <- struct{}{}
		}
		free <- b
	}
	return nil
}

// pass hands the frames of a room to a stage. Whatever is behind an error is not looked at.
func (b *room) pass(stage capture.Stage) {
	if b.alone || len(b.frames) == 0 {
		return
	}
	if err := stage(b.number, b.frames); err != nil {
		b.frames, b.err = b.frames[:0], err
	}
}

// learn hands on the preamble that a room consists of.
func (r *Reader) learn(b *room) {
	if b.preamble == nil {
		return
	}
	if err := r.onPreamble(b.preamble); err != nil {
		b.err = err
	}
}

// lending reads into rooms.
type lending struct {
	r    *Reader
	free <-chan *room
	full chan<- *room
	done <-chan struct{}
	b    *room
}

// run reads until the end, an error, or until nobody takes what is read.
func (l *lending) run() {
	if !l.begin() {
		return
	}
	for {
		rec, err := l.r.Next()
		switch {
		case err != nil:
			l.b.err = err
			l.hand()
			return
		case rec.Preamble && l.r.onPreamble == nil:
		case rec.Preamble:
			if len(l.b.frames) > 0 && !l.next() {
				return
			}
			f := *rec.Frame
			f.Data = bytes.Clone(f.Data)
			if l.b.preamble = &f; !l.next() {
				return
			}
		case !l.add(rec.Frame):
			return
		}
	}
}

// add puts a frame into the room, or into the next one; false: it is over.
func (l *lending) add(f *capture.Frame) bool {
	long := len(f.Data) > maxPrepared
	if n := len(l.b.frames); n == roomFrames || n > 0 && (long || len(l.b.data)+len(f.Data) > roomBytes) {
		if !l.next() {
			return false
		}
	}
	b := l.b
	b.frames = append(b.frames, *f)
	switch kept := &b.frames[len(b.frames)-1]; {
	case long:
		kept.Data = bytes.Clone(f.Data)
		b.alone = true
		l.hand()
		select { // whoever decodes it does so now
		case <-b.back:
		case <-l.done:
			return false
		}
		return l.begin()
	case f.Data != nil:
		at := len(b.data)
		b.data = append(b.data, f.Data...)
		kept.Data = b.data[at:len(b.data):len(b.data)]
	}
	return true
}

// begin takes a room that is free.
func (l *lending) begin() bool {
	select {
	case b := <-l.free:
		clear(b.frames)
		b.frames, b.data, b.alone, b.preamble = b.frames[:0], b.data[:0], false, nil
		l.b = b
		return true
	case <-l.done:
		return false
	}
}

// hand hands the room on; there is a place for each.
func (l *lending) hand() { l.full <- l.b }

func (l *lending) next() bool {
	l.hand()
	return l.begin()
}

// frame is a new frame, or where frames are lent the only one, which whoever lends it copies.
func (r *Reader) frame() *capture.Frame {
	if !r.lends {
		return new(capture.Frame)
	}
	r.lent = capture.Frame{}
	return &r.lent
}

var _ capture.Preparer = (*Reader)(nil)
