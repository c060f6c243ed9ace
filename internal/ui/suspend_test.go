// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"errors"
	"os"
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
	// Also from a prompt.
	s.log = nil
	h.press("f", "Ctrl-Z")
	if !slices.Equal(s.log, want) || h.prompt == nil {
		t.Errorf("from a prompt: %v, want %v", s.log, want)
	}
	// After a SIGSTOP nobody gave the terminal back.
	s.log = nil
	h.continued()
	if want := []string{"suspend", "resume", "sync"}; !slices.Equal(s.log, want) {
		t.Errorf("by SIGCONT: %v, want %v", s.log, want)
	}
	// A SIGTSTP is as good as the key; others that came meanwhile are over with it.
	s.log = nil
	h.jobs = make(chan os.Signal, 4)
	h.jobs <- unix.SIGTSTP
	h.jobs <- unix.SIGCONT
	h.job(unix.SIGTSTP)
	if !slices.Equal(s.log, want) || len(h.jobs) > 0 {
		t.Errorf("by SIGTSTP: %v, want %v; %d signals are left", s.log, want, len(h.jobs))
	}
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

// The loop takes the terminal back when somebody lets nltop go on.
func TestRunIsContinued(t *testing.T) {
	c := newScreen(t, 80, 24)
	s := &leaving{SimulationScreen: c, lost: errors.New("no such device")}
	src := newSource()
	src.traffic()
	src.asked = func() { _ = unix.Kill(unix.Getpid(), unix.SIGCONT) }
	if err := Run(t.Context(), s, src, Options{Interval: time.Millisecond}); !errors.Is(err, s.lost) {
		t.Errorf("%v after SIGCONT, want %v; done: %v", err, s.lost, s.log)
	}
}

// What a SIGTSTP does is as it was before, once the view has ended.
func TestJobsAreLeft(t *testing.T) {
	for _, ignored := range []bool{false, true} {
		var to sigaction
		if ignored {
			to[0] = 1
		}
		old, err := setAction(unix.SIGTSTP, &to)
		if err != nil {
			t.Fatal(err)
		}
		a := &app{}
		stop := a.watchJobs()
		during, err := setAction(unix.SIGTSTP, nil)
		if err != nil || during.ignored() != ignored || !ignored && during == to {
			t.Errorf("ignored %v: %x while the view runs, %v", ignored, during, err)
		}
		stop()
		after, err := setAction(unix.SIGTSTP, &old)
		if err != nil || after[0] != to[0] {
			t.Errorf("ignored %v: %x afterwards, %v", ignored, after, err)
		}
	}
}
