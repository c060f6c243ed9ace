// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"errors"
	"os/signal"
	"slices"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/sys/unix"
)

// leaving is a screen that writes down what is done with the terminal.
type leaving struct {
	tcell.SimulationScreen
	log  []string
	lost error // what Resume says
}

func (s *leaving) Suspend() error { s.log = append(s.log, "suspend"); return nil }
func (s *leaving) Resume() error  { s.log = append(s.log, "resume"); return s.lost }
func (s *leaving) Sync()          { s.log = append(s.log, "sync") }

// stopping replaces what stops the process.
func stopping(t *testing.T, stop func() error) {
	t.Helper()
	before := stopSelf
	stopSelf = stop
	t.Cleanup(func() { stopSelf = before })
}

func TestSuspend(t *testing.T) {
	c := newScreen(t, 80, 24)
	t.Cleanup(c.Fini)
	s := &leaving{SimulationScreen: c}
	stopping(t, func() error { s.log = append(s.log, "stop"); return nil })
	h := &harness{app: newApp(s, newSource(), Options{Interval: defaultInterval}), t: t, sim: c.SimulationScreen}
	want := []string{"suspend", "stop", "resume", "sync"}
	h.press("Ctrl-Z")
	if !slices.Equal(s.log, want) {
		t.Errorf("%v, want %v", s.log, want)
	}
	// Also from a prompt, and by a signal from outside.
	s.log = nil
	h.press("f", "Ctrl-Z")
	if !slices.Equal(s.log, want) || h.prompt == nil {
		t.Errorf("from a prompt: %v, want %v", s.log, want)
	}
	s.log = nil
	h.job(unix.SIGTSTP)
	if !slices.Equal(s.log, want) {
		t.Errorf("by SIGTSTP: %v, want %v", s.log, want)
	}
	// After a SIGSTOP nobody gave the terminal back.
	s.log = nil
	h.job(unix.SIGCONT)
	if want := []string{"suspend", "resume", "sync"}; !slices.Equal(s.log, want) {
		t.Errorf("by SIGCONT: %v, want %v", s.log, want)
	}
	stopping(t, func() error { return errors.New("stop: not permitted") })
	h.press("Esc", "Ctrl-Z")
	h.wants("stop: not permitted")
	s.lost = errors.New("no such device")
	h.press("Ctrl-Z")
	if !h.done || !errors.Is(h.failed, s.lost) {
		t.Errorf("without a terminal: done %v, %v", h.done, h.failed)
	}
}

// The loop acts on the signals of job control as they come.
func TestRunTakesJobSignals(t *testing.T) {
	defer signal.Reset(jobSignals...)
	c := newScreen(t, 80, 24)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stopping(t, func() error { cancel(); return nil })
	src := newSource()
	src.traffic()
	src.asked = func() { _ = unix.Kill(unix.Getpid(), unix.SIGTSTP) }
	if err := Run(ctx, c, src, Options{Interval: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != context.Canceled {
		t.Errorf("SIGTSTP was not acted on: %v", ctx.Err())
	}
}
