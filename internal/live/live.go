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
	"sync"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
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
	// Guard is deferred in every goroutine of the model; nil: nothing is.
	Guard func()
}

// Replay is how far a recording was read.
type Replay struct {
	Path      string
	Pos, Size int64 // bytes; Size 0: unknown
	Ended     bool
}

// Status is the state of the capture, as far as it is shown.
type Status struct {
	Info   capture.Info  // source, scope, what it cannot see, notes
	Stats  capture.Stats // what was lost and cut
	Filter string        // the expression in force
	Replay *Replay       // nil: live
	// Recording is the file that is written beside; "": none.
	Recording      string
	RecordingBytes uint64
	// CountsOnly: no messages are captured, since they are many and nobody looks.
	CountsOnly bool
	// Err is why the capture ended; nil while it goes on.
	Err error
}

// Model is what a capture has shown so far. Its methods but Run are called from one
// goroutine.
type Model struct {
	o       Options
	src     capture.Source
	pipe    *pipeline.Pipeline
	dec     namer
	counted bool // by the source
	stream  *stream
	watcher watcher
	filter  string // in force

	mu    sync.Mutex
	ended bool
	err   error
	socks socketList
}

// namer names the request of a row of rtnl_mutex (decode.Decoder).
type namer interface {
	Name(protocol, typ uint16, cmd uint8, toKernel bool) (family, name string)
}

// New makes a model and the pipeline that feeds it, from p, to which it adds what it
// needs.
func New(o Options, p pipeline.Options) (*Model, error) {
	m := &Model{o: o, src: p.Source, dec: p.Decoder, counted: p.Counted, filter: o.Filter}
	if o.Guard == nil {
		m.o.Guard = func() {}
	}
	if p.Table == nil {
		p.Table = aggregate.New(aggregate.Options{CountOnly: o.CountOnly})
	}
	if !o.CountOnly {
		m.stream = &stream{sockets: o.Replay != nil}
		p.Incidents, p.Ends = incident.New(), true
		p.Sinks = append(p.Sinks, m.stream)
	}
	var err error
	m.pipe, err = pipeline.New(p)
	return m, err
}

// Pipeline is what feeds the model.
func (m *Model) Pipeline() *pipeline.Pipeline { return m.pipe }

// Run captures until the source ends or ctx is done, and remembers how it ended.
func (m *Model) Run(ctx context.Context) error {
	err := m.pipe.Run(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended, m.err = true, err
	return err
}

// Clear forgets all counters and messages.
func (m *Model) Clear() {
	m.pipe.Look(func(s pipeline.State) { s.Table.Clear() })
}

// SetFilter replaces the filter expression, "" by the one from the beginning. It
// narrows what that one passes, and never widens it: what the kernel left out cannot
// come back. On an error the one before stays in force.
func (m *Model) SetFilter(expr string) error {
	var f *filter.Filter
	if expr != "" {
		var err error
		if f, err = m.o.Compile(expr); err != nil {
			return err
		}
	}
	m.pipe.Narrow(f)
	switch base := m.o.Filter; {
	case expr == "" || expr == base:
		m.filter = base
	case base == "":
		m.filter = expr
	default:
		m.filter = "(" + base + ") && (" + expr + ")"
	}
	return nil
}

func (m *Model) status() Status {
	st := Status{Info: m.src.Info(), Stats: m.src.Stats(), Filter: m.filter, CountsOnly: m.watcher.off}
	m.mu.Lock()
	ended := m.ended
	st.Err = m.err
	m.mu.Unlock()
	if r := m.o.Replay; r != nil {
		now := *r
		if now.Ended = ended; ended {
			now.Pos = now.Size
		}
		st.Replay = &now
	}
	if m.o.Recording != nil {
		st.Recording, st.RecordingBytes = m.o.Recording()
	}
	return st
}
