// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
)

// Beside is what a pipeline fills beside its own table, under a filter of its own.
type Beside struct {
	Filter    *filter.Filter // beside Options.Filter; nil: none
	Table     *aggregate.Table
	Incidents *incident.Log
	Sinks     []Sink // get ends, too
}

// wants says whether an observation is counted in it.
func (b *Beside) wants(x *correlate.Observation) bool { return b.Filter == nil || b.Filter.Match(x) }

// feed fills what stands beside with the observations at hand. mu is held.
func (p *Pipeline) feed(b *Beside, over bool) error {
	for i := range p.obs {
		p.real.at(i)
		b.Incidents.Observe(&p.obs[i])
	}
	if over {
		b.Incidents.Flush()
	}
	b.Incidents.Began() // nobody is told
	b.Incidents.Ended()
	for i := range p.obs {
		x := &p.obs[i]
		p.real.at(i)
		if !p.matches(x) || !b.wants(x) {
			continue
		}
		b.Table.Add(x)
		for _, s := range b.Sinks {
			if err := s.Observe(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// AgainBeside is Again for what fills b, and nothing else.
func (p *Pipeline) AgainBeside(src capture.Source, firstID uint64, b *Beside) *Pipeline {
	a := p.Again(src, firstID, true)
	a.narrow = nil
	a.tracker, a.beside = newTracker(&a.o), b
	b.Incidents.Wanted = func(x *correlate.Observation) bool { return p.matches(x) && b.wants(x) }
	return a
}

// Join has p fill b from now on, as AgainBeside has until then, if ready says that this has
// read all that p has: nothing comes in between.
func (p *Pipeline) Join(b *Beside, ready func() bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.partly || p.over || !ready() {
		return false
	}
	p.beside = b
	return true
}

// Part has p fill nothing beside its own table any more.
func (p *Pipeline) Part() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beside = nil
}

// LookBeside is Look for what p fills beside its own.
func (p *Pipeline) LookBeside(b *Beside, f func(State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(State{Table: b.Table, Incidents: b.Incidents, Seen: p.seen, Matched: p.matched, of: p, beside: b})
}

// RunOn is Run, but what is open at the end stays open: the input goes on elsewhere, or is
// looked at as it was in its midst.
func (p *Pipeline) RunOn(ctx context.Context) error {
	return p.o.Source.Run(ctx, func(f *capture.Frame) error {
		p.failed = p.frame(f)
		return p.failed
	})
}

// Flush ends what is open.
func (p *Pipeline) Flush() error { return p.flush() }

// passing leaves of requests that wait those that the filters pass. What filters asked about
// where there are pseudonyms is not known of them any more: then all of them stay.
func (s State) passing(list []correlate.Exchange) []correlate.Exchange {
	p, b := s.of, s.beside
	if p.real != nil || p.o.Filter == nil && p.narrow == nil && (b == nil || b.Filter == nil) {
		return list
	}
	kept := list[:0]
	for i := range list {
		x := &list[i]
		if x.Request == nil {
			continue
		}
		o := correlate.Observation{
			Frame: x.Request.Frame, Message: x.Request, Exchange: x, Family: x.Request.Family, Type: x.Request.Type,
			Account: x.Request.Frame.Account(), Outcome: x.Outcome,
		}
		if p.matches(&o) && (b == nil || b.wants(&o)) {
			kept = append(kept, *x)
		}
	}
	return kept
}

// AgainInto is Again for a recorder: it gets the frames that pass filters and scope, beside
// the filter that is given, if any.
func (p *Pipeline) AgainInto(src capture.Source, firstID uint64, f *filter.Filter, to Recorder) *Pipeline {
	a := p.Again(src, firstID, false)
	a.o.Recorder = to
	if f != nil {
		a.narrow = f
	}
	return a
}
