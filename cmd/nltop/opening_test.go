// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/ladder"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/ui"
)

// watched is a screen that tells what it shows.
type watched struct {
	tcell.SimulationScreen
	shown chan string // the newest
	ended atomic.Bool
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	w := &watched{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), shown: make(chan string, 1)}
	if err := w.Init(); err != nil {
		t.Fatal(err)
	}
	w.SetSize(100, 30)
	return w
}

func (w *watched) Show() {
	w.SimulationScreen.Show()
	cells, _, _ := w.GetContents()
	var b strings.Builder
	for i := range cells {
		b.WriteString(string(cells[i].Runes))
	}
	select {
	case <-w.shown:
	default:
	}
	w.shown <- b.String()
}

func (w *watched) Fini() {
	w.ended.Store(true)
	w.SimulationScreen.Fini()
}

// until waits for a screen with a text.
func (w *watched) until(ctx context.Context, text string) error {
	for {
		select {
		case s := <-w.shown:
			if strings.Contains(s, text) {
				return nil
			}
		case <-ctx.Done():
			return errors.New("no screen has " + text)
		}
	}
}

// TestFirstScreen: the first screen is drawn before anything is opened, says how far that
// is, and goes over to what was opened; why a better source was left stands under l.
func TestFirstScreen(t *testing.T) {
	src := &waiting{}
	model, err := live.New(live.Options{Guard: ui.Guard}, pipeline.Options{Source: src, Decoder: decode.New(nil, decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	screen := newWatched(t)
	var f viewFlags
	opened := make(chan struct{})
	open := func(_ context.Context, tell func(string)) (*session, error) {
		defer close(opened)
		if err := screen.until(ctx, "opening the source"); err != nil {
			t.Error(err)
		}
		for _, step := range []string{"trying fentry", "not fentry: no BTF", "trying kprobe"} {
			tell(step)
		}
		if err := screen.until(ctx, "trying kprobe …"); err != nil {
			t.Error(err)
		}
		screen.InjectKey(tcell.KeyRune, 'l', 0)
		if err := screen.until(ctx, "Lost before nltop"); err != nil {
			t.Error(err)
		}
		left := []ladder.Left{{Name: capture.SourceKprobe, Err: errors.New("open kprobe: there are no kprobes")}}
		return &session{src: src, model: model, pipe: model.Pipeline(), left: left}, nil
	}
	ended := make(chan error, 1)
	go func() {
		ended <- f.show(ctx, &terminal{ctx: ctx}, screen, open, ui.Options{Interval: 50 * time.Millisecond})
	}()
	<-opened
	if err := screen.until(ctx, "not kprobe: there are no kprobes"); err != nil {
		t.Error(err)
	}
	screen.InjectKey(tcell.KeyCtrlC, 0, 0)
	if err := <-ended; err != nil || src.closed.Load() != 1 {
		t.Errorf("%v, closed %d times", err, src.closed.Load())
	}
}

// TestOpeningFails: what cannot be opened ends the view, and is told when the terminal has
// been given back, as is all that was written meanwhile.
func TestOpeningFails(t *testing.T) {
	screen := newWatched(t)
	var f viewFlags
	failed := errors.New("no capture source works here")
	open := func(context.Context, func(string)) (*session, error) { return nil, failed }
	if err := f.show(t.Context(), &terminal{ctx: t.Context()}, screen, open, ui.Options{}); !errors.Is(err, failed) || err.Error() != failed.Error() {
		t.Errorf("the error is %v", err)
	}
	if !screen.ended.Load() {
		t.Error("the terminal was not given back")
	}
}

// TestQuitWhileOpening: what is opened after the view was left is closed, and nothing is
// captured by it.
func TestQuitWhileOpening(t *testing.T) {
	src := &waiting{}
	model, err := live.New(live.Options{Guard: ui.Guard}, pipeline.Options{Source: src, Decoder: decode.New(nil, decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	screen := newWatched(t)
	var f viewFlags
	open := func(ctx context.Context, _ func(string)) (*session, error) {
		screen.InjectKey(tcell.KeyCtrlC, 0, 0)
		<-ctx.Done()
		return &session{src: src, model: model, pipe: model.Pipeline()}, nil
	}
	if err := f.show(t.Context(), &terminal{ctx: t.Context()}, screen, open, ui.Options{}); err != nil {
		t.Error(err)
	}
	if src.closed.Load() != 1 {
		t.Errorf("closed %d times", src.closed.Load())
	}
}

// TestHeldMessages: what is written to standard error while a screen is there comes
// behind it, and is bounded: how much was cut is said.
func TestHeldMessages(t *testing.T) {
	const cut = "nltop: 393216 bytes behind this were cut: 64 KiB at most wait while the screen is there\n"
	for _, tt := range []struct {
		name  string
		keeps int // bytes
		want  string
	}{
		{"at the end of a line", 7, "a note\n" + cut + "behind\n"},
		{"in a line", 3, "a n\n" + cut + "behind\n"},
	} {
		t.Run(tt.name, func(t *testing.T) { heldMessages(t, tt.keeps, tt.want) })
	}
}

func heldMessages(t *testing.T, keeps int, want string) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m := &messages{out: newOutput(t.Context(), file)}
	release := m.hold()
	for range maxHeld {
		if n, err := m.Write([]byte("a note\n")); n != 7 || err != nil {
			t.Fatal(n, err)
		}
	}
	if n := m.held.Len(); n != maxHeld {
		t.Errorf("%d bytes are held", n)
	}
	m.held.Truncate(keeps)
	release()
	if _, err := m.Write([]byte("behind\n")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file.Name()); err != nil || string(got) != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
