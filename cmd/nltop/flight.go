// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/flight"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/probe"
	"github.com/nltop/nltop/internal/segment"
	"github.com/nltop/nltop/internal/words"
)

// flightRun is the flight recorder of a session: what is held, and what is made of it.
// Records of the kernel's ring are held as they come where nobody has to look into each
// (keeper), else frames (frames).
type flightRun struct {
	f    *keepFlags
	s    *session
	dir  *flight.Dir
	rec  *flight.Recorder
	opts pipeline.Options // of the session, for recordings that are made of records
	head func() (pcapng.Options, error)
	ctx  context.Context

	keeper *probe.Keeper
	frames *flight.Frames

	// redacted is in how many messages of the recordings something was overwritten, of
	// those that are made of records.
	redacted atomic.Uint64

	mu       sync.Mutex
	preamble []*capture.Frame
	stop     []func()
}

// openFlight begins to hold what the session captures, and changes p so that it does.
func openFlight(ctx context.Context, f *keepFlags, s *session, o *sessionOptions, p *pipeline.Options) (_ *flightRun, err error) {
	r := &flightRun{f: f, s: s, ctx: context.WithoutCancel(ctx)}
	r.head = func() (pcapng.Options, error) {
		head, err := header(o.flags, s.src, s.file)
		if s.file == nil {
			head.Info.Names = p.Names
		}
		return head, err
	}
	if r.dir, err = openDumps(o.flags.write, f.files); err != nil {
		return nil, err
	}
	r.rec = flight.New(flight.Options{
		Dir: r.dir, After: f.after, Take: r.take, Write: r.write, Wait: s.file != nil, Wrote: r.wrote,
	})
	r.opts = *p
	src, isProbe := s.src.(*probe.Source)
	if isProbe && s.expr == nil && s.src.Info().Filters {
		err = r.holdRecords(src, p)
	} else {
		err = r.holdFrames(p)
	}
	if err != nil {
		_ = r.dir.Close()
		return nil, err
	}
	// What was said to the kernel is in no core dump, and no debugger's of the same user.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		fmt.Fprintf(o.flags.notes(), "nltop: warning: what is held may get into a core dump: %v\n", err)
	}
	r.onSignal()
	return r, nil
}

// openDumps opens the directory that recordings go to. One that somebody else may have
// put into a sticky directory is refused, like a file.
func openDumps(path string, files int) (*flight.Dir, error) {
	real, _, err := realPath(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("open directory for recordings: %w", err)
	}
	if st, err := os.Lstat(real); err == nil {
		if !st.IsDir() {
			return nil, usageError{fmt.Errorf("-w %s: --keep writes several recordings, and this is no directory", path)}
		}
		if err := mayFill(real, st); err != nil {
			return nil, err
		}
	}
	dir, err := flight.OpenDir(real, files)
	if err != nil {
		return nil, err
	}
	st, err := dir.Info()
	if err == nil {
		err = mayFill(real, st)
	}
	if err != nil {
		_ = dir.Close()
		return nil, err
	}
	return dir, nil
}

// mayFill is mayWriteOver for a directory.
func mayFill(path string, st fs.FileInfo) error {
	if err := mayWriteOver(path, notDir{st}, os.Geteuid()); err != nil {
		return fmt.Errorf("open directory for recordings: %w", err)
	}
	return nil
}

// notDir is what mayWriteOver does not take for a mistake.
type notDir struct{ fs.FileInfo }

func (notDir) IsDir() bool { return false }

// holdRecords holds records as they come. The pipeline gets the frames that --on may
// match, as far as that can be told at fixed offsets, and no others.
func (r *flightRun) holdRecords(src *probe.Source, p *pipeline.Options) (err error) {
	held := &heldRecords{Source: src}
	o := probe.KeepOptions{
		Memory: r.f.memory, Losses: r.f.incidents, Slow: r.f.slow,
		Noticed: func(n probe.Notice, at time.Time) {
			reason := flight.Incident
			if n == probe.NoticeSlow {
				reason = flight.Slow
			}
			r.rec.Fire(reason, at)
		},
		Told: r.told,
		Looked: func() error {
			r.rec.Tick(time.Now())
			return nil
		},
	}
	if r.f.expr != nil {
		o.Candidate, o.Among = func(f *capture.Frame) error { return held.emit(f) }, r.f.expr.Pushdown()
		p.Sinks = append(p.Sinks, matches{r})
	}
	if r.keeper, err = src.Keep(o); err != nil {
		return err
	}
	held.keeper = r.keeper
	p.Source = held
	return nil
}

// heldRecords is a source whose records are held. Its frames are candidates for --on.
type heldRecords struct {
	capture.Source
	keeper *probe.Keeper
	emit   func(*capture.Frame) error
}

// Run implements capture.Source.
func (h *heldRecords) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	h.emit = emit
	return h.keeper.Run(ctx)
}

// told looks up the names of what is known by number, for they may be gone when a
// recording is made. Owners and places remember them.
func (r *flightRun) told(p *capture.Proc, netns uint64) {
	if r.opts.Owners == nil {
		return
	}
	r.opts.Owners.NetNSName(netns)
	if p.CgroupID != 0 {
		q := capture.Proc{Cgroup: r.opts.Owners.Cgroup(p.CgroupID)}
		r.opts.Places.Fill(&q)
	}
}

// holdFrames holds frames, as a recording would get them.
func (r *flightRun) holdFrames(p *pipeline.Options) (err error) {
	if r.frames, err = flight.NewFrames(r.f.memory); err != nil {
		return err
	}
	r.frames.Source, r.frames.Losses, r.frames.Slow = r.s.src, r.f.incidents, r.f.slow
	r.frames.Noticed = r.rec.Fire
	if r.f.expr != nil || r.f.slow > 0 {
		p.Sinks = append(p.Sinks, matches{r})
	}
	p.Recorder = r.frames
	if r.s.file != nil { // the time is that of frames
		p.Recorder = &ticking{r.frames, r.rec}
		return nil
	}
	tick := time.NewTicker(50 * time.Millisecond)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case now := <-tick.C:
				r.rec.Tick(now)
			case <-done:
				return
			}
		}
	}()
	r.stop = append(r.stop, func() { tick.Stop(); close(done); <-ended })
	return nil
}

// ticking writes what is due by the time of frames, in front of each.
type ticking struct {
	*flight.Frames
	rec *flight.Recorder
}

// WriteFrame implements pipeline.Recorder.
func (t *ticking) WriteFrame(f *capture.Frame) error {
	t.rec.Tick(f.Time)
	return t.Frames.WriteFrame(f)
}

// matches is a sink that looks for what --on asks for, and for late answers.
type matches struct{ r *flightRun }

// Observe implements pipeline.Sink.
func (m matches) Observe(x *correlate.Observation) error {
	f := m.r.f
	if f.expr != nil && f.expr.Match(x) {
		m.r.rec.Fire(flight.Filter, x.Frame.Time)
	}
	if m.r.frames != nil && f.slow > 0 && x.Latency >= f.slow {
		m.r.rec.Fire(flight.Slow, x.Frame.Time)
	}
	return nil
}

// onSignal lets SIGUSR1 ask for a recording.
func (r *flightRun) onSignal() {
	asked, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(asked, unix.SIGUSR1)
	go func() {
		for {
			select {
			case <-asked:
				r.rec.Fire(flight.Signal, r.now())
			case <-done:
				return
			}
		}
	}()
	r.stop = append(r.stop, func() { signal.Stop(asked); close(done) })
}

// now is the time of frames.
func (r *flightRun) now() time.Time {
	if r.s.file != nil && r.s.pipe != nil {
		return r.s.pipe.Now()
	}
	return time.Now()
}

// teach keeps what the kernel told of its families: every recording begins with it.
func (r *flightRun) teach(fs []*capture.Frame) error {
	if r.frames != nil {
		return r.frames.WritePreamble(fs)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.preamble = append(r.preamble, fs...)
	return nil
}

func (r *flightRun) take() flight.Taken {
	if r.frames != nil {
		return r.frames.Take()
	}
	return r.keeper.Take()
}

func (r *flightRun) extent() segment.Extent {
	if r.frames != nil {
		return r.frames.Extent()
	}
	return r.keeper.Extent()
}

// write makes a recording of what was held.
func (r *flightRun) write(t flight.Taken, why flight.Why, to io.Writer) error {
	head, err := r.head()
	if err != nil {
		return err
	}
	held := t.Held()
	head.Held = &pcapng.Held{Reason: why.Reason.String(), At: why.At, Again: why.Again, From: held.From, Evicted: held.Evicted}
	if at, ok := to.(io.WriterAt); ok { // a command line may prove to hold a key later
		head.Patch = at.WriteAt
	}
	w, err := pcapng.NewWriter(to, head)
	if err != nil {
		return err
	}
	if r.frames != nil {
		err = r.writeFrames(t, w)
	} else {
		err = r.writeRecords(t, w)
	}
	err = distinct(err, w.WriteStats(t.Stats()))
	if s := r.s; s.file == nil && err == nil {
		if tables, terr := capture.ReadTables(s.src); terr == nil {
			err = w.WriteTables(&tables)
		}
	}
	return distinct(err, w.Close())
}

func (r *flightRun) writeFrames(t flight.Taken, w *pcapng.Writer) error {
	if fs := r.frames.Preamble(); len(fs) > 0 {
		if err := w.WritePreamble(fs); err != nil {
			return err
		}
	}
	// They were overwritten when they came: of those that made room nobody knows any more.
	w.Redacted(r.s.redacted())
	return t.(capture.Lender).RunLent(r.ctx, dumpFile{w}.WriteFrames)
}

// writeRecords runs what was held through a pipeline of its own, as nltop record does
// what it captures.
func (r *flightRun) writeRecords(t flight.Taken, w *pcapng.Writer) error {
	o := r.opts
	o.Source, o.Recorder, o.Decoder = t, dumpFile{w}, r.s.flags.decoder()
	o.Sinks, o.Filter, o.Incidents, o.Limit, o.Elapses = nil, nil, nil, 0, false
	p, err := pipeline.New(o)
	if err != nil {
		return err
	}
	r.mu.Lock()
	fs := r.preamble[:len(r.preamble):len(r.preamble)]
	r.mu.Unlock()
	p.Learn(fs)
	if len(fs) > 0 {
		if err := w.WritePreamble(fs); err != nil {
			return err
		}
	}
	err = p.Run(r.ctx)
	w.Redacted(p.Redacted())
	r.redacted.Add(p.Redacted())
	return err
}

// dumpFile is a recording that is written at once.
type dumpFile struct{ *pcapng.Writer }

// WriteFrames implements pipeline.LentRecorder.
func (d dumpFile) WriteFrames(fs []capture.Frame) error {
	_, err := d.Writer.WriteFrames(fs)
	return err
}

// wrote tells of a recording.
func (r *flightRun) wrote(name string, why flight.Why, held segment.Extent, err error) {
	if err != nil {
		fmt.Fprintf(stderr, "nltop: %s: %v\n", why.Reason, err)
		return
	}
	fmt.Fprintf(r.s.flags.notes(), "nltop: %s: %s, %s of messages\n", why.Reason, name, held.To.Sub(held.From).Round(time.Millisecond))
}

// close writes what is still due, and lets go of what is held. The source is silent, and
// not closed yet.
func (r *flightRun) close() error {
	for _, stop := range r.stop {
		stop()
	}
	held := r.extent()
	err := r.rec.Close(r.now(), r.f.exit)
	if err != nil {
		err = quietError{exitFailed} // wrote has told each
	}
	if !r.s.flags.quiet {
		a := r.rec.Account()
		fmt.Fprintf(stderr, "nltop: %s written; %s held last, %d before had made room\n",
			words.Plural(int(a.Files), "recording", "recordings"), words.Plural(int(held.Datagrams), "datagram was", "datagrams were"), held.Evicted)
		if a.Ignored > 0 {
			fmt.Fprintf(stderr, "nltop: %d reasons more came within %s of one that had its recording\n", a.Ignored, flight.Calm)
		}
	}
	if r.frames != nil {
		err = distinct(err, r.frames.Close())
	} else {
		err = distinct(err, r.keeper.Close())
	}
	return distinct(err, r.dir.Close())
}
