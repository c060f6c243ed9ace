// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// still is a source that falls silent after its frames.
type still struct{ made }

func (s still) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	if err := s.made.Run(ctx, emit); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// waiter tells of the end of an event, and of the time.
type waiter struct {
	ended, elapsed chan time.Time
	err            error
}

func (w *waiter) Observe(o *correlate.Observation) error {
	if o.End == correlate.EndEvent {
		w.ended <- o.Event.Time
	}
	return nil
}

func (w *waiter) Elapse(now time.Time) error {
	select {
	case w.elapsed <- now:
	default:
	}
	return w.err
}

// What ends by itself is told while a live source is silent, and the time to whoever
// waits for it; not of a file.
func TestElapses(t *testing.T) {
	event := frame(capture.DirEvent, 7, 1, 0)
	event.Time = time.Now()
	w := &waiter{ended: make(chan time.Time, 8), elapsed: make(chan time.Time, 1)}
	begin := func(o Options) (*Pipeline, context.CancelFunc, chan error) {
		o.Source, o.Decoder, o.Sinks, o.Ends = still{made{event}}, decode.New(families.All(), decode.Options{}), []Sink{w}, true
		p, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		done := make(chan error, 1)
		go func() { done <- p.Run(ctx) }()
		return p, cancel, done
	}
	_, cancel, done := begin(Options{Elapses: true})
	if at := <-w.ended; !at.Equal(event.Time) {
		t.Errorf("the event of %v ended", at)
	}
	if now := <-w.elapsed; now.Before(event.Time) {
		t.Errorf("told the time %v, before the frame's", now)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}

	w = &waiter{ended: make(chan time.Time, 8), elapsed: make(chan time.Time, 1), err: errors.New("full")}
	_, _, done = begin(Options{Elapses: true})
	if err := <-done; !errors.Is(err, w.err) {
		t.Errorf("a sink that fails ended the run with %v", err)
	}

	w = &waiter{ended: make(chan time.Time, 8), elapsed: make(chan time.Time, 1)}
	p, cancel, done := begin(Options{})
	for p.Now().IsZero() {
		time.Sleep(time.Millisecond)
	}
	if ctx, _ := p.elapseWhile(context.Background()); ctx != context.Background() {
		t.Error("time passes by itself, though nobody asked for it")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
