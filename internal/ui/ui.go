// SPDX-License-Identifier: Apache-2.0

// Package ui is the live view: a tree of who talks Netlink, the last messages
// of a row, and one message decoded beside its bytes.
//
// A view is a function of a snapshot (package live) and of its own state: what it needs
// of one it says with ask. The package sees no stream of frames, counts nothing,
// decodes nothing and opens no source; what it needs from the rest of nltop is Model.
//
// Everything is drawn into a grid of its own first (draw.go). Only what differs
// from the screen is handed to tcell, and nothing is when nothing differs.
package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/settings"
)

// Model is where the view gets what it shows (live.Model). Its methods are called from
// the goroutine of Run, one at a time, and do not wait.
type Model interface {
	// Snapshot returns what is known now.
	Snapshot(ask live.Ask) *live.Snapshot
	// Ready is closed when there is a first part of a recording to be looked at; nil: it
	// is not waited for.
	Ready() <-chan struct{}
	// Fill adds to a snapshot what is asked for and not there yet.
	Fill(s *live.Snapshot, ask live.Ask)
	// Search does the next step of a search in what a snapshot knows of.
	Search(s *live.Snapshot, q *live.Search)
	// Hold lets a recording that is being read stand still, or go on.
	Hold(yes bool)
	// Clear forgets all counters and messages of a live capture.
	Clear()
	// Go shows the state at another time: the following snapshots are of it.
	Go(to live.To) (live.Stop, error)
	// Save writes what is kept to a file, in the background: all, or what passes the filter.
	Save(path string, all bool) error
	// SetFilter replaces the filter expression; "" passes everything. On an
	// error the one before stays in force, and the error is shown as it is,
	// with its lines.
	SetFilter(expr string) error
}

// Options of the view. The zero value is good.
type Options struct {
	Interval time.Duration   // between snapshots: 500 ms
	Group    aggregate.Group // how rows are arranged at first
	ASCII    bool            // no other characters, even if the terminal has them
	NoColor  bool            // attributes only; NO_COLOR in the environment does the same
	Theme    Theme           // ThemeAuto
	// Columns and Sort are those of home, as ParseColumns and ParseSort write them; "": those
	// that were kept.
	Columns, Sort string
	// GroupName names multicast groups; nil: they are numbers. It is called from
	// the goroutine of Run.
	GroupName func(protocol uint16, group uint32) string
	Limits    incident.Limits // of this machine, for advice
	// Names returns what the filter prompt completes and knows beside the language itself;
	// nil: nothing. It is called once, when the prompt is first opened.
	Names func() filter.Options
	// Notes are what was noticed before the view began: the first stands on the first
	// screen until a key is pressed, all on the page of losses and notes.
	Notes []string
	// Settings are those that were kept. What of them is in force stands in the fields
	// above, since flags win.
	Settings settings.Settings
	// Keep is called once, at the end, if a setting was changed in the view; nil: nobody
	// keeps it.
	Keep func(settings.Settings)
}

// NewScreen takes over the terminal. Run gives it back; whoever does not call
// Run must call Fini. The note, if there is one, belongs into Options.Notes. With ask the
// terminal is asked for the colour of its ground, for ThemeAuto.
func NewScreen(ask bool) (s tcell.Screen, note string, err error) {
	// An unknown character set is no reason not to start: ASCII is a subset of
	// what terminals use.
	tcell.SetEncodingFallback(tcell.EncodingFallbackASCII)
	name := os.Getenv("TERM")
	ti, err := tcell.LookupTerminfo(name)
	if err != nil {
		if name == "" || name == "dumb" {
			return nil, "", unknownTerminal(name, err)
		}
		var missing error
		if ti, missing = tcell.LookupTerminfo(fallbackTerm); missing != nil {
			return nil, "", unknownTerminal(name, err)
		}
		note = "nothing here describes the terminal TERM=" + name + ": it is taken for " + fallbackTerm +
			"; if that is wrong, set TERM to what it is like, or install its description (package ncurses-term)"
	}
	tty, err := tcell.NewDevTty()
	if err != nil {
		return nil, "", fmt.Errorf("open terminal: %w", err)
	}
	if ask && asksGround(name) {
		tty = newAsking(tty, func(on Theme) { _ = s.PostEvent(tcell.NewEventInterrupt(on)) })
	}
	if s, err = tcell.NewTerminfoScreenFromTtyTerminfo(tty, ti); err != nil {
		return nil, "", fmt.Errorf("open terminal: %w", err)
	}
	if err := s.Init(); err != nil {
		return nil, "", fmt.Errorf("set up terminal: %w", err)
	}
	return s, note, nil
}

// fallbackTerm is what a terminal is taken for that nothing describes: nearly all are
// like it.
const fallbackTerm = "xterm-256color"

// unknownTerminal says what to do where there is no terminal that can be drawn on.
func unknownTerminal(name string, err error) error {
	if name == "" {
		return errors.New("open terminal: TERM is not set; set it to what your terminal is (xterm-256color fits most), or use nltop trace")
	}
	return fmt.Errorf("open terminal: TERM=%s cannot be drawn on: set TERM=%s, which fits most, or use nltop trace: %w", name, fallbackTerm, err)
}

// Run shows the live view until the user quits or ctx is done. The screen is
// initialised; Run ends it on every way out, so that also the trace of a panic
// is printed to a terminal that is sane.
func Run(ctx context.Context, screen tcell.Screen, m Model, o Options) error {
	register(screen)
	defer unregister(screen)
	defer screen.Fini()
	if o.Interval <= 0 {
		o.Interval = defaultInterval
	}
	o.ASCII = o.ASCII || !isUTF8(screen.CharacterSet())
	o.NoColor = o.NoColor || os.Getenv("NO_COLOR") != ""
	a := newApp(screen, m, o)
	defer a.keep()
	return a.loop(ctx)
}

func isUTF8(charset string) bool {
	return strings.ReplaceAll(strings.ToLower(charset), "-", "") == "utf8"
}

// screens are those that Run has not given back yet.
var screens struct {
	sync.Mutex
	open []tcell.Screen
}

func register(s tcell.Screen) {
	screens.Lock()
	defer screens.Unlock()
	screens.open = append(screens.open, s)
}

func unregister(s tcell.Screen) {
	screens.Lock()
	defer screens.Unlock()
	screens.open = slices.DeleteFunc(screens.open, func(o tcell.Screen) bool { return o == s })
}

// Guard is deferred first in every goroutine that runs beside the view. When
// the goroutine panics, it gives the terminal back before the trace is printed.
// Without a panic it does nothing.
func Guard() {
	if r := recover(); r != nil {
		screens.Lock()
		open := slices.Clone(screens.open)
		screens.Unlock()
		for _, s := range open {
			s.Fini()
		}
		// The frames that panicked are still on the stack and are printed.
		panic(r)
	}
}
