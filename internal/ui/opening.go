// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"errors"
	"slices"
	"sync"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
)

// Opening is the Model of a view whose source is being opened: the view draws its first
// screen, with how far that is, and goes over to the model that comes. Its own methods
// may be called from any goroutine.
type Opening struct {
	mu    sync.Mutex
	steps []string
	told  chan struct{} // there is something new
	drawn chan struct{} // closed when the first screen was drawn
	once  sync.Once
	over  chan opened
}

// Opened is what is known when a source is open: its model, and Options that depend on it.
type Opened struct {
	Model     Model
	GroupName func(protocol uint16, group uint32) string
	Limits    incident.Limits
	Notes     []string // to those that there are
}

type opened struct {
	Opened
	err error
}

// maxSteps bounds what is shown of the way.
const maxSteps = 32

// NewOpening returns one that knows nothing yet.
func NewOpening() *Opening {
	return &Opening{told: make(chan struct{}, 1), drawn: make(chan struct{}), over: make(chan opened, 1)}
}

// Drawn is closed when the first screen was drawn: before that, nothing is to be opened.
func (o *Opening) Drawn() <-chan struct{} { return o.drawn }

// Tell adds a step of the way: "trying fentry".
func (o *Opening) Tell(step string) {
	o.mu.Lock()
	o.steps = append(o.steps, step)
	o.steps = o.steps[max(len(o.steps)-maxSteps, 0):]
	o.mu.Unlock()
	select {
	case o.told <- struct{}{}:
	default:
	}
}

// Done hands over what was opened. Either it or Fail is called, once.
func (o *Opening) Done(x Opened) { o.over <- opened{Opened: x} }

// Fail ends the view, which returns the error.
func (o *Opening) Fail(err error) { o.over <- opened{err: err} }

func (o *Opening) far() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.steps)
}

// Snapshot implements Model.
func (o *Opening) Snapshot(ask live.Ask) *live.Snapshot {
	// That it sees nothing is not for it to say.
	s := &live.Snapshot{Status: live.Status{Info: capture.Info{Name: "opening", Sees: capture.AllSees}}}
	o.Fill(s, ask)
	return s
}

// Fill implements Model.
func (o *Opening) Fill(s *live.Snapshot, ask live.Ask) { s.Asked = ask }

// Search implements Model: there is nothing yet.
func (o *Opening) Search(_ *live.Snapshot, q *live.Search) { q.Ended = true }

// Ready implements Model.
func (o *Opening) Ready() <-chan struct{} { return nil }

// Hold implements Model.
func (o *Opening) Hold(bool) {}

// Clear implements Model.
func (o *Opening) Clear() {}

// Go implements Model.
func (o *Opening) Go(to live.To) (live.Stop, error) {
	if to == live.Now {
		return live.Stop{}, nil
	}
	return live.Stop{}, errors.New("the source is not open yet")
}

// Save implements Model.
func (o *Opening) Save(string, bool) error { return errors.New("the source is not open yet") }

// SetFilter implements Model.
func (o *Opening) SetFilter(string) error {
	return errors.New("the source is not open yet")
}

// opened goes over to the model of what was opened; the view ends with why it was not.
func (a *app) opened(x opened) {
	if x.err != nil {
		a.failed, a.done = x.err, true
		return
	}
	a.opening, a.model = nil, x.Model
	a.opt.GroupName, a.opt.Limits = x.GroupName, x.Limits
	a.opt.Notes = append(slices.Clip(a.opt.Notes), x.Notes...)
	if a.paused {
		a.model.Hold(true)
	}
	a.snap = a.model.Snapshot(a.ask())
	a.refresh(a.now)
}

// drawOpening writes how far the opening is.
func (a *app) drawOpening(g *grid, r rect) {
	steps := a.opening.far()
	dots := "…"
	if a.opt.ASCII {
		dots = "..."
	}
	for i, step := range steps[max(len(steps)-max(r.h-1, 1), 0):] {
		st := a.theme.dim
		if i == len(steps)-1 {
			step, st = step+" "+dots, a.theme.text
		}
		g.put(r.x+2, r.y+1+i, r.x+r.w, step, st)
	}
}
