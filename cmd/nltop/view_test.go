// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/ui"
)

// waiting is a source that captures nothing until it is told to stop.
type waiting struct{ closed atomic.Int32 }

func (*waiting) Run(ctx context.Context, _ func(*capture.Frame) error) error {
	<-ctx.Done()
	return nil
}
func (*waiting) Stats() capture.Stats { return capture.Stats{} }
func (*waiting) Info() capture.Info   { return capture.Info{Name: capture.SourceFentry} }
func (w *waiting) Close() error {
	w.closed.Add(1)
	return nil
}

// broken is a source that fails at once.
type broken struct{ waiting }

var errBroken = errors.New("file is truncated")

func (*broken) Run(context.Context, func(*capture.Frame) error) error { return errBroken }

// TestShowFails: why the capture ended is told again when the view is left, with the status.
func TestShowFails(t *testing.T) {
	src := &broken{}
	model, err := live.New(live.Options{Guard: ui.Guard}, pipeline.Options{Source: src, Decoder: decode.New(nil, decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	screen := &fragile{SimulationScreen: tcell.NewSimulationScreen("UTF-8")}
	screen.drawn = func() {
		if model.Snapshot(live.Ask{}).Err != nil {
			cancel()
		}
	}
	if err := screen.Init(); err != nil {
		t.Fatal(err)
	}
	var f viewFlags
	err = f.show(ctx, &terminal{ctx: ctx}, screen, func(context.Context, func(string)) (*session, error) {
		return &session{src: src, model: model, pipe: model.Pipeline()}, nil
	}, ui.Options{Interval: 50 * time.Millisecond})
	if !errors.Is(err, errBroken) {
		t.Errorf("the error is %v", err)
	}
}

// fragile is a screen that fails when it is drawn on, or tells.
type fragile struct {
	tcell.SimulationScreen
	panics bool
	opened atomic.Bool // from when on it panics
	drawn  func()
	given  atomic.Int32
}

func (s *fragile) Show() {
	if s.panics && s.opened.Load() {
		panic("no more ink")
	}
	s.SimulationScreen.Show()
	s.drawn()
}

func (s *fragile) Fini() {
	s.given.Add(1)
	s.SimulationScreen.Fini()
}

// TestShowLeavesNothing ends the view by a panic and by its context: each time
// the source is closed and the terminal is given back.
func TestShowLeavesNothing(t *testing.T) {
	for _, panics := range []bool{true, false} {
		src := &waiting{}
		model, err := live.New(live.Options{Guard: ui.Guard}, pipeline.Options{Source: src, Decoder: decode.New(nil, decode.Options{})})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		screen := &fragile{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), panics: panics}
		screen.drawn = func() {
			if screen.opened.Load() {
				cancel()
			}
		}
		open := func(context.Context, func(string)) (*session, error) {
			screen.opened.Store(true)
			return &session{src: src, model: model, pipe: model.Pipeline()}, nil
		}
		if err := screen.Init(); err != nil {
			t.Fatal(err)
		}
		got := func() (r any) {
			defer func() { r = recover() }()
			var f viewFlags
			if err := f.show(ctx, &terminal{ctx: ctx}, screen, open, ui.Options{}); err != nil {
				t.Errorf("panics %v: %v", panics, err)
			}
			return nil
		}()
		cancel()
		if (got != nil) != panics {
			t.Errorf("panics %v: recovered %v", panics, got)
		}
		if src.closed.Load() != 1 || screen.given.Load() == 0 {
			t.Errorf("panics %v: source closed %d times, terminal given back %d times", panics, src.closed.Load(), screen.given.Load())
		}
	}
}
