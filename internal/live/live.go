// SPDX-License-Identifier: Apache-2.0

// Package live is the one model of what a capture has shown so far, be it live or a
// recording: the table, the last messages, exchanges, sockets, incidents, rtnl_mutex,
// heat and losses. Whatever is shown, as a page, as text or as JSON, is made from its
// Snapshot.
//
// It draws and writes nothing (packages ui and export), opens no source, and says
// nothing about how things look.
//
// Locks. What the stream fills (table, exchanges, incidents, Model.stream) is the
// loop's, which holds the pipeline's lock while it observes a frame; a snapshot copies
// from it under the same lock (pipeline.Look), and nothing there asks the kernel or
// waits. What this package asks the kernel for (the list of sockets, the tables of the
// source's maps) it asks outside of that lock: Model.mu guards the answers.
package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/spool"
)

// Options say what a Model is to keep, and what it cannot know by itself.
type Options struct {
	// Only the table is kept, no messages, exchanges, sockets or incidents.
	CountOnly bool
	// Replay is set where the source is a recording.
	Replay *Replay
	// Filter is the expression in force from the beginning; Compile compiles others.
	Filter  string
	Compile func(expr string) (*filter.Filter, error)
	Places  *place.Names // where owners of sockets run; nil: nobody says
	// Recording says what is written beside; nil: nothing.
	Recording func() (path string, bytes uint64)
	// Again opens the recording from its beginning; nil: it cannot be read twice. With
	// it Run goes on until its context is done, since a filter may be set any time.
	Again func() (capture.Source, error)
	// Closed: sockets that lost something and are closed are listed, too.
	Closed bool
	// History is how much of the messages can be looked at again; NoMessages: nothing.
	History    spool.Options
	NoMessages bool
	// Save makes a file for what is kept (Model.Save); nil: nobody can.
	Save func(path string) (Saved, error)
	// Screen: somebody looks at a recording while it is read, and waits for a first part.
	Screen bool
	// Guard is deferred in every goroutine of the model; nil: nothing is.
	Guard func()
}

// Replay is how far a recording was read.
type Replay struct {
	Path      string
	Pos, Size int64 // bytes; Size 0: unknown
	Ended     bool
	Paced     bool // it is played slowly, and what is shown is what there is
}

// Status is the state of the capture, as far as it is shown.
type Status struct {
	Info     capture.Info  // source, scope, what it cannot see, notes
	Stats    capture.Stats // what was lost and cut
	Filter   string        // the expression in force
	Narrowed string        // what SetFilter added to it
	// FilterSince is since when it is in force; zero: for everything that is shown.
	FilterSince time.Time
	// Filtering is how far what is kept was read for it; nil: all of it.
	Filtering *Progress
	// At is the time that is shown; nil: now.
	At *At
	// Saving is the file that is being saved, or was last; nil: none.
	Saving *Saving
	// Counted is how many messages were counted until now, whatever time is shown and
	// whatever filter was added.
	Counted uint64
	Replay  *Replay // nil: live
	// Recording is the file that is written beside; "": none.
	Recording      string
	RecordingBytes uint64
	Secrets        bool // keys and passwords are shown
	// CountsOnly: no messages are captured, since they are many and nobody looks.
	CountsOnly bool
	// Err is why the capture ended; nil while it goes on.
	Err error
}

// Model is what a capture has shown so far. Its methods but Run are called from one
// goroutine.
type Model struct {
	o       Options
	wiring  pipeline.Options // of every run
	dec     namer
	counted bool // by the source
	watcher watcher
	lost    losses
	// adding is the filter that was added, where narrowed has what it passes.
	adding   *filter.Filter
	narrowed *reading // nil: what the run itself fills is shown
	saving   *saver   // nil: nothing was saved
	spot     spot
	filter   string    // in force
	added    string    // by SetFilter
	since    time.Time // Status.FilterSince

	mu     sync.Mutex
	run    run
	cancel context.CancelFunc // ends the run
	narrow *filter.Filter     // of the next run
	socks  socketList

	history history
}

// run is one reading of the source: a recording may be read again.
type run struct {
	src    capture.Source
	pipe   *pipeline.Pipeline
	stream *stream
	spool  *spool.Spool   // nil: nothing but the table is kept
	first  *first         // nil: it is read without a stop
	opened bool           // by the model, which closes it
	narrow *filter.Filter // that it was read under, beside the one from the beginning; nil: none
	// ended: all of it was read, and err is why it ended.
	ended bool
	err   error
}

// namer names the request of a row of rtnl_mutex (decode.Decoder).
type namer interface {
	Name(protocol, typ uint16, cmd uint8, dir capture.Dir) (family, name string)
}

// New makes a model and the pipeline that feeds it, from p, to which it adds what it
// needs.
func New(o Options, p pipeline.Options) (*Model, error) {
	m := &Model{o: o, wiring: p, dec: p.Decoder, counted: p.Counted, filter: o.Filter}
	if o.Guard == nil {
		m.o.Guard = func() {}
	}
	var err error
	m.run, err = m.wire(p.Source)
	return m, err
}

// wire makes a pipeline for a source, and what it fills.
func (m *Model) wire(src capture.Source) (r run, err error) {
	p := m.wiring
	table := aggregate.Options{CountOnly: m.o.CountOnly}
	if !m.o.CountOnly && !m.o.NoMessages {
		r.spool = spool.New(m.o.History)
		r.spool.Of(src)
		p.Kept = r.spool.Frames
		p.Keeper, table.Message, table.Ended = r.spool, r.spool.Message, r.spool.Ended
	}
	if !m.o.CountOnly {
		r.stream = newStream(m.o.Replay != nil || m.o.Closed)
		p.Incidents, p.Ends = incident.New(), true
		p.Sinks = append(slices.Clone(p.Sinks), r.stream)
	}
	p.Source, p.Table = src, aggregate.New(table)
	if m.o.Screen && m.o.Replay != nil && r.spool != nil {
		r.first = newFirst(src, r.spool.Read)
		p.Source = r.first
	}
	r.src = src
	r.pipe, err = pipeline.New(p)
	return r, err
}

func (m *Model) now() run {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.run
}

// Pipeline is what feeds the model.
func (m *Model) Pipeline() *pipeline.Pipeline { return m.now().pipe }

// Run captures until the source ends or ctx is done, and remembers how it ended.
func (m *Model) Run(ctx context.Context) error {
	m.mu.Lock()
	once := m.begin(ctx)
	if m.narrow != nil {
		m.run.pipe.Narrow(m.narrow) // a filter that was set before
		m.run.narrow = m.narrow
	}
	m.mu.Unlock()
	if m.counted && !m.o.CountOnly {
		hurry, calm := context.WithCancel(ctx)
		var ended sync.WaitGroup
		defer ended.Wait()
		defer calm()
		ended.Go(func() {
			defer m.o.Guard()
			m.hurry(hurry)
		})
	}
	for {
		err := m.now().pipe.Run(once)
		m.mu.Lock()
		m.run.ended, m.run.err = true, err
		if m.run.spool != nil {
			m.run.spool.End()
		}
		m.mu.Unlock()
		if m.o.Again == nil {
			m.cancel()
			return err
		}
		for again := false; !again; once, again = m.readAgain(ctx) {
			<-once.Done() // another filter, or the end
			if ctx.Err() != nil {
				m.cancel()
				return err
			}
		}
	}
}

// begin makes the context of the next run, which SetFilter ends. mu is held.
func (m *Model) begin(ctx context.Context) context.Context {
	if m.cancel != nil {
		m.cancel()
	}
	ctx, m.cancel = context.WithCancel(ctx)
	return ctx
}

// readAgain prepares another run, under the filter that was set, and says whether there
// is one.
func (m *Model) readAgain(ctx context.Context) (context.Context, bool) {
	src, err := m.o.Again()
	var next run
	if err == nil {
		next, err = m.wire(src)
		next.opened = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	once := m.begin(ctx)
	if err != nil {
		m.run.err = err
		return once, false // what was read before stays
	}
	next.pipe.Narrow(m.narrow)
	next.narrow = m.narrow
	m.run.close()
	m.run = next
	return once, true
}

// Close closes what Run opened again, and forgets the messages. Run has returned.
func (m *Model) Close() error {
	m.spot.reading.end()
	m.narrowed.end()
	unsaved := m.saving.end()
	r := m.now()
	return errors.Join(unsaved, r.close())
}

func (r *run) close() (err error) {
	if r.spool != nil {
		err = r.spool.Close()
	}
	if r.opened {
		err = errors.Join(err, r.src.Close())
	}
	return err
}

// Clear forgets all counters and messages of a live capture. A recording says the same
// as ever.
func (m *Model) Clear() {
	if m.o.Replay != nil {
		return
	}
	r := m.now()
	_, _ = m.Go(Now) // there is no other time any more
	r.pipe.Look(func(s pipeline.State) {
		s.Table.Clear()
		if r.stream != nil {
			r.stream.clear()
		}
		if r.spool != nil {
			r.spool.Clear()
		}
	})
	if m.narrowed != nil {
		m.narrowed.end()
		m.narrowed = m.read(r, m.adding, spool.Follow)
	}
}

// Hold lets a recording that is being read stand still, or go on.
func (m *Model) Hold(yes bool) {
	if src, ok := m.now().src.(interface{ Hold(bool) }); ok {
		src.Hold(yes)
	}
}

// SetFilter replaces the filter expression, "" by the one from the beginning. It
// narrows what that one passes, and never widens it: what the kernel left out cannot
// come back. It holds for all that is kept, which is read once more. On an error the one
// before stays in force.
func (m *Model) SetFilter(expr string) error {
	var f *filter.Filter
	base := m.o.Filter
	if expr == base {
		expr = ""
	}
	if expr != "" {
		var err error
		if f, err = m.o.Compile(expr); err != nil {
			return err
		}
	}
	m.added = expr
	switch m.filter = base; {
	case expr == "":
	case base == "":
		m.filter = expr
	default:
		m.filter = "(" + base + ") && (" + expr + ")"
	}
	m.filterBy(f)
	return nil
}

// status is that of a run. What is read of it behind r.ended is all of it.
func (m *Model) status(r run) Status {
	st := Status{
		Info: r.src.Info(), Stats: r.src.Stats(), Filter: m.filter, Narrowed: m.added, FilterSince: m.since,
		CountsOnly: m.watcher.isOff(), Err: r.err, Secrets: m.wiring.Redact.Keep,
	}
	if replay := m.o.Replay; replay != nil {
		now := *replay
		if r.spool != nil && r.spool.InPlace() {
			now.Pos = r.spool.Read()
		}
		if now.Ended = r.ended; r.ended {
			now.Pos = now.Size
		}
		st.Replay = &now
	}
	if m.saving != nil {
		now := m.saving.state()
		st.Saving = &now
	}
	if m.o.Recording != nil {
		st.Recording, st.RecordingBytes = m.o.Recording()
	}
	return st
}
