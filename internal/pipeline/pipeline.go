// SPDX-License-Identifier: Apache-2.0

// Package pipeline is the loop that joins a source to what is shown: it
// enriches frames, decodes them, pairs messages, filters, and hands every
// observation to the sinks and the table.
//
// There is no queue between the source and the loop. The source's own ring (BPF
// ring buffer, packet ring, socket buffer) is the queue, and its loss counters
// are exact; a second queue would only hide where loss happens. The package
// draws nothing and opens no source.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/place"
	"github.com/nltop/nltop/internal/redact"
)

// Sink takes observations in order, from the loop's goroutine.
type Sink interface {
	Observe(o *correlate.Observation) error
}

// Recorder takes whole frames, before any of their messages reach a sink.
type Recorder interface {
	WriteFrame(f *capture.Frame) error
}

// LentRecorder is a Recorder that also takes frames that are lent (capture.Lender),
// several at once.
type LentRecorder interface {
	Recorder
	WriteFrames(fs []capture.Frame) error
}

// Keeper keeps frames, or counts them, so that they can be read again (Pipeline.Again).
type Keeper interface {
	// KeepFrame is called for every frame, in order, before any of its messages reach
	// the table or a sink; wanted: it is in scope.
	KeepFrame(f *capture.Frame, wanted bool) error
}

// Teacher is a Recorder that also keeps frames that only teach: what the
// kernel was asked while the capture ran, so that a replay knows it too.
type Teacher interface {
	WritePreamble(fs []*capture.Frame) error
}

// Reteller is a Recorder that can take back what it has told of command lines, as far as
// capture.CmdLine.Told has become another.
type Reteller interface{ Retell() }

// ErrLimit is what the loop stops with after Options.Limit messages; Run turns
// it into nil.
var ErrLimit = errors.New("message limit reached")

// Options wire a pipeline. Everything but Source and Decoder may be left out.
type Options struct {
	Source  capture.Source
	Decoder *decode.Decoder
	Filter  *filter.Filter
	// Scope is what the source could not apply itself.
	Scope  capture.Filter
	Owners Owners
	// Names are what the machine that is captured calls numbers; nil: frames of a file
	// have those of theirs.
	Names *capture.LocalNames
	// Places says where processes run; nil: what cgroup paths tell.
	Places *place.Names
	// Families asks the kernel for the generic-netlink families again; it is
	// called, at a bounded rate, when an id is seen that nobody knows.
	Families func() ([]*capture.Frame, error)
	// Policy asks the kernel for the policy of the generic-netlink family with
	// this id; it is called once for each family of which nothing is known but
	// its name.
	Policy   func(id uint16) ([]*capture.Frame, error)
	Table    *aggregate.Table
	Sinks    []Sink
	Recorder Recorder
	Keeper   Keeper // nil: nobody keeps frames
	Limit    int    // stop after so many matching messages, or ends; 0: never
	// Ends hands the sinks also the ends of exchanges and events; Limit counts
	// those then.
	Ends bool
	// Elapses: frames come as time passes, so that what ends by itself is told though
	// none comes. Not of a file, whose time is that of its frames.
	Elapses bool
	// Incidents takes every observation in scope, whatever the filter says, and tells
	// of those with a loss that passes it; the sinks that are IncidentSinks get what
	// begins and ends.
	Incidents *incident.Log
	// Redact says what of messages is overwritten before anything is shown or kept of
	// them; the zero value is the default.
	Redact redact.Policy
	// Pseudonyms replaces who and what frames are about before anything is shown or kept
	// of them; nil: nothing does. Filter and Scope ask about what was captured.
	Pseudonyms Pseudonyms
	// Counted: the source counts (capture.Counter), and the table takes its word
	// for it. Only without a Filter, which counters know nothing of.
	Counted bool
	Watch   capture.Watch // what a source that counts was opened with
	Calm    bool          // nobody looks at what is counted before the end
	// Kept is how many frames the Keeper has; nil: nobody asks (State.CountedTo).
	Kept func() uint64
}

// IncidentSink is a Sink that is told of incidents: when one begins (Open), and
// when it has ended.
type IncidentSink interface {
	Incident(in *incident.Incident) error
}

// Owners fills in who owns a socket, for sources that cannot tell.
type Owners interface {
	Owner(netns uint64, protocol uint16, portid uint32) (capture.Proc, bool)
	Cgroup(id uint64) string
	NetNSName(inode uint64) string
}

// Pipeline is one run of the loop.
type Pipeline struct {
	o       Options
	tracker *correlate.Tracker
	scope   *scope
	redact  *redact.Redactor
	secrets atomic.Uint64    // messages in which something was overwritten
	bare    bool             // see recordsOnly
	counts  bool             // see countsOnly
	ms      []decode.Message // of the frame at hand, where counts
	real    *real            // nil: nothing has a pseudonym
	// Of the frames of the loop: see complete.
	completed capture.PerOrigin[completed]
	origins   capture.Origins
	ends      map[port]capture.End // see peer
	obs       []correlate.Observation
	nextID    uint64
	failed    error // of the frame at hand: whoever takes it takes no more
	recorded  bool  // the frame at hand, or there is no recording
	about     about // of the frame at hand, named while decoding is held
	named     [capture.Rooms]named
	shown     int
	seen      uint64 // messages
	matched   uint64 // of them
	learned   time.Time
	families  question
	policy    question
	asked     map[string]bool // families whose policy was asked for

	// decoding guards the decoder and what Origins are completed from: the loop's,
	// and that of what the source has counted. It is taken before mu.
	decoding sync.Mutex
	again    *Pipeline         // what this one reads again a part of; nil: it is the first
	rereads  *redact.Redactor  // of all that read again a part of this one; nil: nobody has
	rest     capture.CountRest // of the source, so far
	// countedTo is how many frames were kept when what the table has of the source was
	// counted; mu guards it.
	countedTo uint64

	// counting guards the table where it is filled beside pairing: see counted. It is taken
	// behind mu.
	counting sync.Mutex

	mu     sync.Mutex     // table and narrow: the loop's, and the view's for a snapshot
	narrow *filter.Filter // beside Options.Filter; nil: none
	watch  capture.Watch
	beside *Beside // nil: nothing
	partly bool    // more messages of the frame at hand are to come
	over   bool    // nothing will come

	last atomic.Int64 // time of the newest frame, Unix ns
}

// New checks the options and returns a pipeline that has not started.
func New(o Options) (*Pipeline, error) {
	if o.Source == nil || o.Decoder == nil {
		return nil, errors.New("pipeline needs a source and a decoder")
	}
	if o.Places == nil {
		o.Places = place.New("")
	}
	if o.Counted && o.Filter != nil {
		return nil, errors.New("what a source counts cannot be filtered")
	}
	p := &Pipeline{o: o, tracker: newTracker(&o), scope: newScope(o.Scope), redact: redact.New(o.Decoder, o.Redact), bare: o.recordsOnly(), counts: o.countsOnly(), watch: o.Watch,
		families: question{patience: patience}, policy: question{patience: patience}}
	p.redact.Found = p.found
	if p.counts {
		p.completed.Limit = 3 << 12 // as many as a Reader knows
	}
	if o.Pseudonyms != nil {
		p.real = newReal(&o)
	}
	if o.Incidents != nil {
		o.Incidents.Wanted = p.matches
	}
	return p, nil
}

func newTracker(o *Options) *correlate.Tracker {
	return correlate.NewWith(correlate.Options{Ends: o.Ends, Counts: o.countsOnly(), Behind: capture.Rooms})
}

// Run captures until the source ends, ctx is done, the limit is reached or a
// sink fails.
func (p *Pipeline) Run(ctx context.Context) error {
	ctx, elapsed := p.elapseWhile(ctx)
	stop := p.countWhile()
	var err error
	lender, lends := p.o.Source.(capture.Lender)
	preparer, prepares := p.o.Source.(capture.Preparer)
	switch {
	case lends && p.bare:
		err = lender.RunLent(ctx, p.lentFrames)
	case prepares && p.counts:
		err = preparer.RunPrepared(ctx, p.prepare, p.pair, p.counted)
	default:
		err = p.o.Source.Run(ctx, func(f *capture.Frame) error {
			p.failed = p.frame(f)
			return p.failed
		})
	}
	// What a damaged file left open has an end, too.
	if err = errors.Join(err, stop(), elapsed()); p.failed == nil {
		err = errors.Join(err, p.flush())
	}
	if errors.Is(err, ErrLimit) {
		return nil
	}
	return err
}

// flush ends the exchanges and events that are still open.
func (p *Pipeline) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.obs = p.tracker.Flush(p.obs[:0])
	defer clear(p.obs)
	p.real.flush()
	return p.observe(nil, true)
}

// State is what the loop fills. It may be used inside Look alone.
type State struct {
	Table     *aggregate.Table // nil: none
	Incidents *incident.Log    // nil: none
	// Of the messages that the source gave, and those that passed the filters.
	Seen, Matched uint64
	// Counted: the source counts for the table, a little behind the frames: it has those of
	// the first CountedTo that were kept, at least.
	Counted   bool
	CountedTo uint64
	of        *Pipeline
	beside    *Beside // nil: it is the pipeline's own
}

// Open returns copies of the requests that wait for an answer at a time and pass the
// filters, oldest first.
func (s State) Open(now time.Time) []correlate.Exchange {
	return s.passing(s.of.tracker.Open(now, nil))
}

// Unended says which requests of a frame, by its ID, have not ended, by their places in it.
func (s State) Unended(frame uint64) map[int]bool { return s.of.tracker.Unended(frame) }

// Look lets f look at what the loop has filled, between two frames. The loop waits
// meanwhile, and the source's ring fills: f copies, and neither waits nor asks the
// kernel.
func (p *Pipeline) Look(f func(State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counting.Lock()
	defer p.counting.Unlock()
	_, counts := p.o.Source.(capture.Counter)
	f(State{
		Table: p.o.Table, Incidents: p.o.Incidents, Seen: p.seen, Matched: p.matched, of: p,
		Counted: counts && p.o.Counted && p.o.Kept != nil && p.narrow == nil, CountedTo: p.countedTo,
	})
}

// Source returns the source that the pipeline reads.
func (p *Pipeline) Source() capture.Source { return p.o.Source }

// Now returns the time of the newest frame; zero before the first.
func (p *Pipeline) Now() time.Time {
	if ns := p.last.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}

// Narrow sets a filter beside Options.Filter, which stays in force since the
// kernel may already leave out what it does not pass; nil removes it. Counters
// keep what they hold: the filter decides what is counted from here on, message
// by message, whatever the source counts: it has to be watched.
func (p *Pipeline) Narrow(f *filter.Filter) {
	p.mu.Lock()
	p.narrow = f
	p.mu.Unlock()
}

// frame is the loop's body.
func (p *Pipeline) frame(f *capture.Frame) error {
	now := f.Time.UnixNano()
	p.last.Store(now)
	p.begin(f, now)
	if p.real != nil {
		f = p.pseudonyms(f)
	}
	if p.bare && f.Protocol != capture.NETLINK_GENERIC {
		p.overwrite(f)
		return p.record(f)
	}
	for at, first := (decode.Position{}), true; first || at.More(f); first = false {
		ms, err := p.decode(f, &at)
		if err == nil {
			err = p.messages(f, ms, first, at.More(f))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// atOnce bounds the messages of a datagram that are decoded at once.
const atOnce = 1024

// messages hands the next messages of a frame on.
func (p *Pipeline) messages(f *capture.Frame, ms []decode.Message, first, more bool) error {
	if p.bare {
		if !first {
			return nil
		}
		return p.record(f)
	}

	p.mu.Lock()
	defer p.mu.Unlock()
	p.partly = more
	return p.paired(f, ms, first)
}

// paired is messages for who holds mu.
func (p *Pipeline) paired(f *capture.Frame, ms []decode.Message, first bool) error {
	if first {
		p.recorded = p.o.Recorder == nil
	}
	passes := p.scope.passes(p.captured(f))
	if first && p.o.Keeper != nil {
		if err := p.o.Keeper.KeepFrame(f, passes); err != nil {
			return fmt.Errorf("keep frame: %w", err)
		}
	}
	if !passes {
		return nil
	}
	if f.Kind == capture.KindExtack {
		// It belongs to an error that is yet to come, so no filter can judge it.
		p.tracker.Extack(f)
		p.real.extack()
		if p.o.Recorder == nil {
			return nil
		}
		return p.record(f)
	}
	if !first && len(ms) == 0 {
		return nil // nothing but zeros was left
	}
	if p.counts {
		p.tracker.Next()
	} else {
		defer func() { clear(p.obs) }()
	}
	p.obs = p.tracker.Frame(f, ms, p.obs[:0])
	p.real.judge(first, p.about.family, p.about.typ)
	for i := range p.obs {
		if x := &p.obs[i]; x.Frame == f && p.about.family != "" {
			x.Family, x.Type = p.about.family, p.about.typ
		}
	}
	return p.observe(f, false)
}

// decode takes the next messages of a frame apart, if somebody wants to know.
func (p *Pipeline) decode(f *capture.Frame, at *decode.Position) ([]decode.Message, error) {
	if p.again != nil {
		return p.decodeAgain(f, at), nil
	}
	p.decoding.Lock()
	defer p.decoding.Unlock()
	p.about.family, p.about.typ = p.reported(f)
	// Messages are allocated per frame, since sinks keep them.
	from := *at
	ms := p.o.Decoder.Next(f, at, atOnce, p.ms[:0])
	again := func() {
		*at = from
		ms = p.o.Decoder.Next(f, at, atOnce, p.ms[:0])
	}
	if unknownFamilies(ms) {
		if learned, err := p.relearn(f.Time); err != nil {
			return nil, err
		} else if learned {
			again()
		}
	}
	if taught, err := p.askPolicies(ms); err != nil {
		return nil, err
	} else if taught {
		again()
	}
	if p.counts {
		p.ms = ms
		return ms, nil
	}
	if from == (decode.Position{}) && p.overwrite(f) {
		again()
	}
	p.redact.Mark(ms)
	return ms, nil
}

// overwrite withholds the secrets of a frame, and says whether there were any. Whoever
// gets the frame or its messages afterwards does not know them.
func (p *Pipeline) overwrite(f *capture.Frame) bool {
	n := p.redact.Frame(f)
	if n > 0 {
		p.secrets.Add(uint64(n))
	}
	return n > 0
}

// found takes what is overwritten in a message out of the command lines that hold it.
func (p *Pipeline) found(f *capture.Frame, secret []byte) {
	if !f.Origin.Prove(secret) {
		return
	}
	for _, keeps := range []any{p.o.Recorder, p.o.Keeper} {
		if r, ok := keeps.(Reteller); ok {
			r.Retell()
		}
	}
}

// Redacted returns in how many messages something was overwritten, by this run or by the
// one that recorded them.
func (p *Pipeline) Redacted() uint64 { return p.secrets.Load() }

// reported names the message that a report is about; "": none. For one on rtnl_mutex
// that is a request, for one on a reader's buffer the first of what it got.
func (p *Pipeline) reported(f *capture.Frame) (family, typ string) {
	if f.Kind != capture.KindLock && f.Kind != capture.KindTruncated {
		return "", ""
	}
	h, ok := decode.FirstHeader(f)
	if !ok {
		return "", ""
	}
	var cmd uint8
	if len(f.Data) > decode.HeaderLen {
		cmd = f.Data[decode.HeaderLen]
	}
	dir := capture.DirRequest
	if f.Kind == capture.KindTruncated {
		dir = f.Dir
	}
	return p.o.Decoder.Name(f.Protocol, h.Type, cmd, dir)
}

// observe filters the observations of one frame and hands them on; f is nil at
// the end of the input.
func (p *Pipeline) observe(f *capture.Frame, over bool) error {
	if err := p.incidents(over); err != nil {
		return err
	}
	if p.beside != nil {
		if err := p.feed(p.beside, over); err != nil {
			return err
		}
	}
	for i := range p.obs {
		x := &p.obs[i]
		p.real.at(i)
		isMessage := x.Message != nil && x.End == correlate.EndNone
		if isMessage {
			p.seen++
		}
		if !p.matches(x) {
			continue
		}
		if isMessage {
			p.matched++
		}
		ended := x.End != correlate.EndNone // made of frames that are recorded already
		if !p.recorded && !ended {
			p.recorded = true
			if err := p.record(f); err != nil {
				return err
			}
		}
		switch {
		case p.o.Table == nil:
		case p.o.Counted && p.narrow == nil:
			p.o.Table.Keep(*x)
		default:
			p.o.Table.Add(x)
		}
		for _, s := range p.o.Sinks {
			if err := s.Observe(x); err != nil {
				return err
			}
		}
		if p.o.Ends != ended || x.Message == nil && !ended {
			continue
		}
		if p.shown++; p.o.Limit > 0 && p.shown >= p.o.Limit {
			return ErrLimit
		}
	}
	return nil
}

// incidents feeds the log of incidents, and tells the sinks what it says.
func (p *Pipeline) incidents(over bool) error {
	l := p.o.Incidents
	if l == nil {
		return nil
	}
	for i := range p.obs {
		p.real.at(i)
		l.Observe(&p.obs[i])
	}
	if over {
		l.Flush()
	}
	if l.Quiet() {
		return nil
	}
	for _, list := range [][]incident.Incident{l.Began(), l.Ended()} {
		for i := range list {
			for _, s := range p.o.Sinks {
				to, ok := s.(IncidentSink)
				if !ok {
					continue
				}
				if err := to.Incident(&list[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *Pipeline) matches(x *correlate.Observation) bool {
	return (p.o.Filter == nil || p.real.match(p.o.Filter, x)) && (p.narrow == nil || p.narrow.Match(x))
}
