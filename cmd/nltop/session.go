// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/anonymise"
	"github.com/nltop/nltop/internal/argv"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/ladder"
	"github.com/nltop/nltop/internal/lap"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/process"
	"github.com/nltop/nltop/internal/rtnames"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// fileMemory is how much memory, in bytes, nltop takes for a file before it collects
// garbage more often.
const fileMemory = 192 << 20

// liveMemory is the same, live, for what is looked at: history and all.
const liveMemory = 128 << 20

// session is one capture, live or from a file, wired up but not running.
type session struct {
	src  capture.Source
	file *pcapng.Reader // nil: live
	in   os.FileInfo    // of the file; nil: live, or it is built in
	// lacks is why not all of the input was handed on; nil: it was.
	lacks error
	pipe  *pipeline.Pipeline
	expr  *filter.Filter // nil: none
	rec   *recorder
	part  *part // nil: all of the file
	// flight holds what is captured instead of recording it; nil: it does not.
	flight *flightRun
	flags  *captureFlags
	veil   *veil         // nil: what is captured or read is shown as it is
	left   []ladder.Left // rungs that were tried in vain
	// child is the command that is traced; nil: none.
	child   *child
	counted bool // by the source
	// unread is what of iproute2's names was not understood, and what else is to be said.
	unread []string
	groups io.Closer // of --subscribe; nil: none
	// narrowed: not everything was asked for.
	narrowed bool
	dec      *decode.Decoder
	model    *live.Model           // nil: nobody asks
	secrets  bool                  // are shown and kept
	taught   taught                // for what the view saves
	names    *capture.LocalNames   // of this machine; nil: of no machine
	anon     *anonymise.Anonymiser // nil: names and addresses are shown as they are
}

// sessionOptions are what commands differ in.
type sessionOptions struct {
	flags     *captureFlags
	file      *pcapng.Reader                 // instead of what -r names (demo)
	again     func() (*pcapng.Reader, error) // opens it once more
	dec       *decode.Decoder                // nil: a new one
	keep      *keepFlags                     // hold it and record it when something happens; nil: no
	show      *live.Options                  // what is shown of it; nil: nothing but what the sinks write
	sinks     []pipeline.Sink
	limit     int
	speed     float64       // of a replay; 0: at once
	span      time.Duration // of a replay; 0: all
	history   spool.Options // of what is shown
	child     *child        // its PID joins the scope
	incidents *incident.Log
	// counts: what is shown takes what the source counts by itself where it can.
	counts bool
	watch  capture.Watch // then
	causes bool          // only of a source that sees who caused an event
	ends   bool          // the sinks want the ends of exchanges, and nothing else
	alone  bool          // of events that nobody listens to those alone that no request caused
	asks   bool          // a source that does not see requests is of no use
	tell   func(string)  // is told how far the opening is; nil: nobody is
	part   *part         // what of a recording is read, and nothing around it; nil: all
	cut    *cut          // what of a recording is read; nil: all
}

// openSession opens the source, teaches the decoder the kernel's families and
// starts the recording. The caller closes the session.
func openSession(ctx context.Context, o sessionOptions) (_ *session, err error) {
	lap.Mark("tables")
	argv.Keep(o.flags.secrets)
	s := &session{file: o.file, flags: o.flags, veil: o.flags.veil, secrets: o.flags.secrets, lacks: errors.New("nothing was read")}
	defer func() {
		if err != nil {
			_ = s.close()
		}
	}()
	if err = o.flags.specs.check(); err != nil {
		return nil, err
	}
	if s.expr, err = o.flags.compile(); err != nil {
		return nil, err
	}
	if s.expr != nil && s.expr.Note() != "" && !o.ends {
		fmt.Fprintf(o.flags.notes(), "nltop: note: %s\n", s.expr.Note())
	}
	scope, err := o.flags.scope()
	if err != nil {
		return nil, err
	}
	if o.child != nil {
		scope.PIDs, scope.Children = append(scope.PIDs, o.child.pid()), true
	}
	s.narrowed = s.expr != nil || !scope.Empty()
	demanded := scope
	if s.expr != nil {
		demanded = filter.Narrow(scope, s.expr.Pushdown())
	}
	if err := s.openSource(ctx, o, demanded); err != nil {
		return nil, err
	}
	p := pipeline.Options{
		Source: s.src, Decoder: o.dec,
		Filter: s.expr, Sinks: o.sinks, Limit: o.limit,
		Redact: o.flags.redaction(),
		Ends:   o.ends, Elapses: o.ends && s.file == nil, Incidents: o.incidents, Counted: s.counted, Watch: o.watch,
		Calm: o.watch == capture.WatchNothing,
	}
	if p.Decoder == nil {
		p.Decoder = o.flags.decoder()
	}
	s.dec = p.Decoder
	if s.anon, err = o.flags.anonymiser(); err != nil {
		return nil, err
	}
	if s.anon != nil {
		p.Pseudonyms = s.anon
	}
	if !s.src.Info().Filters {
		p.Scope = scope
	}
	if s.file == nil {
		owners := sockets.NewIndex(sockets.Options{})
		p.Owners = owners
		// What it cannot read now it looks up later, frame by frame.
		_ = owners.Refresh(context.Background())
		p.Places = place.New("/")
		if n, err := process.NumberingOf("/proc"); err == nil && n.Elsewhere && s.src.Info().Sees.Has(capture.SeesProcesses) {
			p.Owners = ownerless{owners}
		}
		p.Names, s.unread = rtnames.Read("/")
		p.Families, p.Policy = s.taught.teaching(pipeline.KernelFamilies), func(id uint16) ([]*capture.Frame, error) {
			return s.taught.teaching(func() ([]*capture.Frame, error) { return pipeline.KernelPolicy(id) })()
		}
		s.names = p.Names
		if err := s.subscribeTo(o.flags); err != nil {
			return nil, err
		}
	}
	switch {
	case o.keep != nil:
		if s.flight, err = openFlight(ctx, o.keep, s, &o, &p); err != nil {
			return nil, err
		}
	case o.flags.write != "":
		if s.rec, err = newRecorder(ctx, o.flags, s.in, s.src, s.file, p.Names, s.anon); err != nil {
			return nil, err
		}
		p.Recorder = s.rec
	}
	if err = s.wire(o, p); err != nil {
		return nil, err
	}
	if s.rec != nil {
		s.rec.countSecrets(s.redacted)
	}
	return s, s.learn()
}

// ownerless is for a /proc with other process IDs than those that the source tells.
type ownerless struct{ pipeline.Owners }

func (ownerless) Owner(uint64, uint16, uint32) (capture.Proc, bool) { return capture.Proc{}, false }

// wire makes the pipeline, and the model of what is shown if there is any.
func (s *session) wire(o sessionOptions, p pipeline.Options) (err error) {
	if o.show == nil {
		s.pipe, err = pipeline.New(p)
		return err
	}
	show := *o.show
	show.Save = s.save
	show.Filter, show.Compile = o.flags.expr, o.flags.compileFilter
	if s.file != nil {
		show.Replay = &live.Replay{Path: o.flags.read, Size: fileSize(o.flags.read), Paced: o.speed > 0}
		if s.veil != nil {
			show.Replay.Path = "anonymised"
		}
	}
	if show.Again != nil && s.rec != nil {
		show.Again = nil // it would be recorded twice
	}
	if s.rec != nil {
		show.Recording = func() (string, uint64) {
			_, size := s.rec.written()
			return o.flags.write, uint64(size)
		}
	}
	if s.model, err = live.New(show, p); err != nil {
		return err
	}
	s.pipe = s.model.Pipeline()
	return nil
}

func (s *session) openSource(ctx context.Context, o sessionOptions, scope capture.Filter) (err error) {
	if s.file == nil && o.flags.read != "" {
		if o.tell != nil {
			o.tell("opening " + o.flags.read)
		}
		if s.file, s.in, err = openFile(ctx, o.flags.read); err != nil {
			return err
		}
		s.file.Cut(o.flags.snap)
		// A file makes garbage as fast as it can be read, and little lives.
		debug.SetGCPercent(200)
		// What a hostile file can make live is bounded, what is garbage of it is not.
		debug.SetMemoryLimit(fileMemory)
	}
	if s.file != nil {
		if o.span > 0 || o.limit > 0 {
			s.file.InStep() // what is behind that was not seen
		}
		s.src = &pipeline.Paced{Source: s.file, Speed: o.speed, Span: o.span}
		if o.show != nil && o.show.CountOnly && o.speed == 0 && o.span == 0 {
			s.src = s.file // which then reads ahead (capture.Preparer)
		}
		if o.cut != nil {
			o.cut.Source, o.cut.file = s.src, s.file
			s.src = o.cut
		}
		if o.part != nil {
			o.part.Source, o.part.file = s.src, s.file
			s.src, s.part = o.part, o.part
		}
		return nil
	}
	// What lives is small (tables, and what a view keeps), and frames are not.
	debug.SetGCPercent(300)
	if o.show != nil {
		debug.SetMemoryLimit(liveMemory)
	}
	l := ladder.Options{
		Snap: o.flags.snap, RingBytes: o.flags.ringMiB << 20,
		ExcludeSelf: !o.flags.self, Locks: o.flags.rtnl || o.flags.times, Times: o.flags.times, NeedProc: o.child != nil, Causes: o.causes,
		NeedRequests: o.asks,
	}
	if o.counts && s.expr == nil && o.flags.write == "" {
		l.Counts, l.Watch = true, o.watch
		l.NoReads = o.watch == capture.WatchNothing
	}
	l.Unheard = !l.Counts // they are nobody's, and in no row of a table
	l.UnheardAlone = o.alone
	if o.tell != nil {
		l.Trying = func(name string) { o.tell("trying " + name) }
		l.Leaving = func(left ladder.Left) { o.tell(notBetter(left)) }
	}
	if s.src, s.left, err = ladder.Open(o.flags.source, scope, l); err != nil {
		return err
	}
	c, ok := s.src.(capture.Counter)
	s.counted = ok && c.Counting()
	return nil
}

// learn teaches the decoder the generic-netlink families, live from the kernel
// and for a file from its preamble, and begins the recording with them.
func (s *session) learn() error {
	teach := func(fs ...*capture.Frame) error {
		s.pipe.Learn(fs)
		s.taught.add(fs...)
		switch {
		case s.flight != nil:
			return s.flight.teach(fs)
		case s.rec != nil:
			return s.rec.preamble(s.pipe.Shown(fs))
		}
		return nil
	}
	if s.file != nil {
		s.file.OnPreamble(func(f *capture.Frame) error { return teach(f) })
		if s.part != nil {
			s.part.teach = teach
		}
		return nil
	}
	// A kernel without generic netlink is rare, but no reason to stop.
	fs, err := pipeline.KernelFamilies()
	if err != nil {
		return nil
	}
	return teach(fs...)
}

func (s *session) capture(ctx context.Context) error {
	run, running := s.pipe.Run, ctx
	if s.model != nil {
		run = s.model.Run
	} else if s.rec != nil {
		var cancel context.CancelFunc
		running, cancel = context.WithCancel(ctx)
		defer cancel()
		s.rec.whenOver(cancel)
	}
	err := run(running)
	if err == nil && s.veil != nil {
		err = s.veil.damaged
	}
	if err == nil && s.rec != nil {
		err = s.rec.failed()
	}
	s.lacks = err
	if err == nil && ctx.Err() != nil {
		s.lacks = errInterrupted
	}
	return err
}

// run captures until the end of the input, ctx, the limit, or an error. A
// damaged file is a warning: what could be read was shown.
func (s *session) run(ctx context.Context) error {
	err := s.capture(ctx)
	var damaged *pcapng.Error
	if s.file != nil && errors.As(err, &damaged) {
		fmt.Fprintf(stderr, "nltop: warning: %v\n", err)
		return quietError{exitFailed}
	}
	return err
}

// close ends the recording and takes everything out of the kernel.
func (s *session) close() error {
	var errs []error
	if s.rec != nil {
		errs = append(errs, s.rec.close(s.lacks))
	}
	if s.flight != nil {
		errs = append(errs, s.flight.close())
	}
	if s.groups != nil {
		errs = append(errs, s.groups.Close())
	}
	switch {
	case s.src != nil:
		if s.model != nil {
			errs = append(errs, s.model.Close())
		}
		errs = append(errs, s.src.Close())
	case s.file != nil:
		errs = append(errs, s.file.Close())
	}
	return distinct(errs...)
}

// explain tells on standard error what the source is, why better ones were
// left, and what was worked around.
func (s *session) explain() {
	info := s.src.Info()
	ready := ""
	if s.file == nil {
		ready = ": ready"
	}
	fmt.Fprintf(stderr, "nltop: source %s, %s%s\n", info.Name, info.Scope, ready)
	if s.file != nil {
		if held := s.file.Meta().Held; held != nil {
			fmt.Fprintf(stderr, "nltop: note: %s\n", held)
		}
	}
	for _, l := range s.left {
		fmt.Fprintf(stderr, "nltop: %s\n", notBetter(l))
	}
	for _, n := range slices.Concat(info.Notes, s.unread, s.withSecrets()) {
		fmt.Fprintf(stderr, "nltop: note: %s\n", n)
	}
	if s.anon != nil {
		fmt.Fprintf(stderr, "nltop: names and addresses are pseudonyms (key %s); -f, -p and --comm ask about what was captured\n", s.anon.Fingerprint())
	}
	if s.veil != nil && s.expr != nil {
		fmt.Fprintln(stderr, "nltop: note: -f asks about pseudonyms")
	}
}

// notBetter says why a source was left.
func notBetter(l ladder.Left) string { return "not " + l.Name + ": " + l.Reason() }

// unmatched says so where a filter let nothing pass: silence is no answer.
func (s *session) unmatched() {
	if !s.narrowed || s.counted || s.flight != nil && s.expr == nil && s.src.Stats().Frames > 0 {
		return
	}
	var seen, matched uint64
	s.pipe.Look(func(st pipeline.State) { seen, matched = st.Seen, st.Matched })
	if matched > 0 {
		return
	}
	// nltop record takes no datagram apart, and so counts no messages.
	if s.rec != nil && seen == 0 {
		if frames, _ := s.rec.written(); frames > 0 {
			return
		}
	}
	fmt.Fprintf(stderr, "nltop: nothing matched: %s, 0 matched", words.Plural(int(seen), "message", "messages")+" seen")
	if s.file == nil {
		fmt.Fprint(stderr, "; the kernel left out what the filter excludes by process, namespace or protocol")
	}
	fmt.Fprintln(stderr)
	if s.expr != nil && strings.Contains(s.expr.String(), "event") {
		info := s.src.Info()
		if info.Sees.Has(capture.SeesUnheard) {
			fmt.Fprintln(stderr, "nltop: where nobody listens nftables and conntrack make no event: ask for the request, or --subscribe")
		} else {
			fmt.Fprintln(stderr, "nltop: where nobody listens the kernel sends no event: ask for the request, as type == \"RTM_DELROUTE\"")
		}
	}
}

// tally tells on standard error what was seen and what was lost.
func (s *session) tally() {
	st := s.src.Stats()
	if s.counted {
		fmt.Fprintf(stderr, "nltop: counted in the kernel, which skipped %d datagrams\n", st.LostTotal())
	} else {
		fmt.Fprintf(stderr, "nltop: %d datagrams seen, %d lost, %d cut\n", st.Frames, st.LostTotal(), st.Cut)
	}
	if st.Truncated > 0 {
		fmt.Fprintf(stderr, "nltop: %d datagrams were too long for their reader's buffer, which lost the rest (MSG_TRUNC)\n", st.Truncated)
	}
	for _, l := range st.Lost {
		if l.Count > 0 {
			fmt.Fprintf(stderr, "nltop: lost: %d: %s\n", l.Count, l.Reason)
		}
	}
	if st.Uncounted > 0 {
		fmt.Fprintf(stderr, "nltop: %d datagrams hold more messages than were counted\n", st.Uncounted)
	}
	if st.LostReports > 0 {
		fmt.Fprintf(stderr, "nltop: lost: %d reports of results and ENOBUFS, no datagrams\n", st.LostReports)
	}
	s.tellRedacted()
	s.unmatched()
	if s.expr != nil && s.expr.Errors() > 0 {
		fmt.Fprintf(stderr, "nltop: -f failed on %d messages, which were left out: %v\n", s.expr.Errors(), s.expr.LastError())
	}
}
