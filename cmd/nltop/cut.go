// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/words"
)

// cutFlags say what of a recording is printed.
type cutFlags struct {
	from, to string
	around   int
	margin   time.Duration
	given    func(name string) bool // whether a flag was there at all; nil: none was
}

func (f *cutFlags) register(c *cobra.Command) {
	fs := c.Flags()
	f.given = fs.Changed
	fs.StringVar(&f.from, "from", "", "with -r: only what came at this time or later: 12:03:04.5, 2026-01-02T12:03:04Z, or +1.5s after the start")
	fs.StringVar(&f.to, "to", "", "with -r: only what came until this time, or for so long: +2s after --from")
	fs.IntVar(&f.around, "around", 0, "with -r: only what came around the incident of this number, as nltop trace numbers them")
	fs.DurationVar(&f.margin, "margin", 2*time.Second, "with --around: how much before the first loss, and behind the last one")
	for _, name := range []string{"from", "to", "around", "margin"} {
		_ = c.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
}

// cutting says what is to be cut out of the recording; nil: all of it.
func (f *traceFlags) cutting(ctx context.Context) (*cut, error) {
	c, err := f.cutFlags.cutting(ctx, &f.captureFlags)
	switch {
	case err != nil || c == nil:
		return nil, err
	case f.write != "":
		return nil, usageError{errors.New("--from, --to and --around say what is printed: nltop record -r takes them, too, and writes it with -w")}
	}
	c.limit, c.ends = f.count, f.ends || f.changes
	return c, nil
}

// cutting says what is to be cut out of the recording; nil: all of it.
func (c *cutFlags) cutting(ctx context.Context, f *captureFlags) (*cut, error) {
	times := c.from != "" || c.to != ""
	around := c.given != nil && c.given("around")
	switch {
	case !around && c.given != nil && c.given("margin"):
		return nil, usageError{errors.New("--margin goes with --around")}
	case !times && !around:
		return nil, nil
	case f.read == "":
		return nil, usageError{errors.New("--from, --to and --around go with -r")}
	case times && around:
		return nil, usageError{errors.New("--around says from when to when: leave out --from and --to")}
	case around && c.around < 1:
		return nil, usageError{fmt.Errorf("--around %d: incidents are numbered from 1", c.around)}
	case c.margin < 0:
		return nil, usageError{fmt.Errorf("--margin %s: cannot be negative", c.margin)}
	case around && f.read == "-":
		return nil, usageError{errors.New("--around reads the recording twice: give its name, not -r -")}
	}
	made := &cut{cutFlags: *c, path: f.read, told: map[requestKey]bool{}}
	if _, _, err := made.times(time.Now(), time.Now()); err != nil {
		return nil, usageError{err}
	}
	if !around {
		return made, nil
	}
	return made, made.find(ctx, f)
}

// Around what is asked for more is read: what came before it is paired with it, and a
// request in it has its answer.
const (
	readBefore = 10 * time.Second
	readBehind = 2 * time.Second
	// outOfOrder is by how much frames of several processors may be out of order.
	outOfOrder = 100 * time.Millisecond
)

// cut is a source that reads a part of a recording with what is around it, and a sink
// that passes on that part alone. A request before it is passed on, too, in front of the
// first message in it that answers it or was caused by it.
type cut struct {
	cutFlags
	path        string
	limit       int  // messages that are passed on; 0: all
	ends        bool // or ends of exchanges and events
	since       time.Time
	until       time.Time // zero: the end
	to          *printer
	file        *pcapng.Reader
	told        map[requestKey]bool
	shown       int
	numbers     map[incidentKey]int // of incidents; nil: not known, since not all was read
	incidentSet bool
	bare        bool // nothing around it is read
	whole       bool // all in front of it is read, and what is just behind it
	skips       bool // not all in front of since is read
	// The time of the first and of the latest frame that was read, and whether one was in
	// what is asked for.
	first, last time.Time
	within      bool
	capture.Source
}

type requestKey struct {
	frame uint64
	index int
}

type incidentKey struct {
	begin  int64
	socket capture.SocketKey
}

// tellNothing says on standard error that the recording has nothing of that time, where it
// was read without an error; c may be nil.
func (c *cut) tellNothing(utc bool, err error) {
	if c == nil || err != nil {
		return
	}
	if text := c.nothing(utc); text != "" {
		fmt.Fprintf(stderr, "nltop: %s\n", text)
	}
}

// times works out from when to when; zero: open. Which is first shows only where it is
// known when the recording begins and ends: midnight may be between them.
func (c *cut) times(start, end time.Time) (since, until time.Time, err error) {
	start, end = start.Local(), end.Local()
	if c.from != "" {
		if since, err = words.ParseTime(c.from, start, end); err != nil {
			return since, until, fmt.Errorf("--from %w", err)
		}
	}
	if c.cutFlags.to != "" {
		base := start
		if c.from != "" {
			base = since
		}
		if until, err = words.ParseTime(c.cutFlags.to, base, end); err != nil {
			return since, until, fmt.Errorf("--to %w", err)
		}
		until = until.Add(time.Microsecond - 1) // all that stands with that time in a line
	}
	return since, until, nil
}

var errBehind = errors.New("behind what is asked for")

// Run implements capture.Source. The time of the first frame says what the times mean.
func (c *cut) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	_, behind := c.margins()
	if c.whole {
		c.file.InStep() // so that what was lost until now is of now
	}
	err := c.Source.Run(ctx, func(f *capture.Frame) error {
		if c.first.IsZero() && !f.Time.IsZero() {
			c.first = f.Time
			if err := c.begin(f.Time); err != nil {
				return err
			}
		}
		if f.Time.After(c.last) {
			c.last = f.Time
		}
		c.within = c.within || c.in(f.Time)
		if !c.until.IsZero() && f.Time.After(c.until.Add(behind)) {
			return errBehind
		}
		return emit(f)
	})
	if errors.Is(err, errBehind) {
		return nil
	}
	return err
}

// nothing says that the recording has nothing of the time that is asked for, and when it
// is: the clock may be of another zone. "": it has something.
func (c *cut) nothing(utc bool) string {
	if c.within || c.first.IsZero() {
		return ""
	}
	first, last := c.first.Local(), c.last.Local()
	if end, ok := pcapng.LastTime(c.path); ok && end.After(last) {
		last = end.Local() // what is behind the time was not read
	}
	if utc {
		first, last = first.UTC(), last.UTC()
	}
	const form = "2006-01-02 15:04:05.000000"
	return "nothing is of that time: the recording is from " + first.Format(form) + " to " + last.Format(form+" MST")
}

func (c *cut) begin(start time.Time) (err error) {
	if !c.incidentSet {
		end, ok := pcapng.LastTime(c.path)
		if !ok {
			end = start.Add(24 * time.Hour)
		}
		if c.since, c.until, err = c.times(start, end); err != nil {
			return usageError{err}
		}
		if !c.until.IsZero() && c.until.Before(c.since) {
			return usageError{fmt.Errorf("--to %s is before --from %s", decode.Quote(c.cutFlags.to), decode.Quote(c.from))}
		}
	}
	ahead, _ := c.margins()
	if c.whole {
		return nil
	}
	if before := c.since.Add(-ahead); !c.since.IsZero() && before.After(start) {
		c.skips = true
		c.file.SkipBefore(before)
	}
	return nil
}

// margins are how much is read in front of what is asked for, and behind it.
func (c *cut) margins() (before, behind time.Duration) {
	if c.bare {
		return outOfOrder, outOfOrder
	}
	return readBefore, readBehind
}

func (c *cut) in(t time.Time) bool {
	return !t.Before(c.since) && (c.until.IsZero() || !t.After(c.until))
}

// overlaps says whether a time from begin to end has a part in what is asked for.
func (c *cut) overlaps(begin, end time.Time) bool {
	return !end.Before(c.since) && (c.until.IsZero() || !begin.After(c.until))
}

// Observe implements pipeline.Sink.
func (c *cut) Observe(o *correlate.Observation) error {
	switch {
	case o.End == correlate.EndExchange:
		x := o.Exchange
		if !c.overlaps(x.Time, x.Time.Add(max(x.Last, x.Kernel, x.Whole))) {
			return nil
		}
	case o.End == correlate.EndEvent:
		if !c.in(o.Event.Time) {
			return nil
		}
	case o.Frame == nil || !c.in(o.Frame.Time):
		return nil
	case !c.ends:
		if err := c.asked(o); err != nil {
			return err
		}
	}
	if err := c.to.Observe(o); err != nil {
		return err
	}
	return c.counted(o.End != correlate.EndNone, o.Message != nil)
}

// counted stops where there is enough.
func (c *cut) counted(ended, message bool) error {
	if c.ends == ended && (message || ended) {
		c.shown++
	}
	if c.limit > 0 && c.shown >= c.limit {
		return pipeline.ErrLimit
	}
	return nil
}

// asked passes on the request that a message belongs to, if that is too early.
func (c *cut) asked(o *correlate.Observation) error {
	x := o.Exchange
	if o.Event != nil && x == nil {
		x = o.Event.Cause.Exchange
	}
	if o.Message == nil || x == nil || x.Request == nil || !x.Request.Frame.Time.Before(c.since) {
		return nil
	}
	m := x.Request
	key := requestKey{m.Frame.ID, m.Index}
	if c.told[key] {
		return nil
	}
	if len(c.told) >= maxTold {
		clear(c.told)
	}
	c.told[key] = true
	return c.to.Observe(&correlate.Observation{
		Frame: m.Frame, Message: m, Exchange: x, Account: x.Proc, Family: m.Family, Type: m.Type, Outcome: correlate.Pending,
	})
}

// maxTold bounds the requests that are remembered to have been told.
const maxTold = 4096

// Incident implements pipeline.IncidentSink.
func (c *cut) Incident(in *incident.Incident) error {
	if !c.overlaps(in.Begin, in.End) {
		return nil
	}
	own := *in
	if c.skips || c.numbers != nil {
		own.Number = c.numbers[keyOfIncident(in)]
	}
	return c.to.Incident(&own)
}

func keyOfIncident(in *incident.Incident) incidentKey {
	o := capture.Origin{NetNS: in.NetNS, Protocol: in.Protocol, Socket: in.Socket}
	return incidentKey{in.Begin.UnixNano(), o.SocketKey()}
}

// find reads the recording for the incident that is asked for.
func (c *cut) find(ctx context.Context, f *captureFlags) error {
	expr, write, pids, comms, netns, protocols := f.expr, f.write, f.pids, f.comms, f.netns, f.protocols
	defer func() {
		f.expr, f.write, f.pids, f.comms, f.netns, f.protocols = expr, write, pids, comms, netns, protocols
	}()
	f.expr, f.write, f.pids, f.comms, f.netns, f.protocols = "", "", nil, nil, nil, nil // numbers are those of all
	found := &incidentsFound{wanted: c.around, numbers: map[incidentKey]int{}}
	s, err := openSession(ctx, sessionOptions{flags: f, dec: f.decoder(), sinks: []pipeline.Sink{found}, incidents: incident.New()})
	if err != nil {
		return err
	}
	err = s.capture(ctx)
	var damaged *pcapng.Error
	if errors.As(err, &damaged) {
		err = nil // the second reading says so
	}
	if err = distinct(err, s.close()); err != nil {
		return err
	}
	if found.it == nil {
		return fmt.Errorf("--around %d: %s has %s", c.around, f.read, words.Plural(found.most, "incident", "incidents"))
	}
	c.since, c.until = found.it.Begin.Add(-c.margin), found.it.End.Add(c.margin)
	c.numbers, c.incidentSet = found.numbers, true
	return nil
}

// incidentsFound takes the incidents of a recording.
type incidentsFound struct {
	wanted  int
	it      *incident.Incident
	numbers map[incidentKey]int
	most    int
}

func (*incidentsFound) Observe(*correlate.Observation) error { return nil }

// Incident implements pipeline.IncidentSink.
func (l *incidentsFound) Incident(in *incident.Incident) error {
	l.most = max(l.most, in.Number)
	if len(l.numbers) < maxTold {
		l.numbers[keyOfIncident(in)] = in.Number
	}
	if in.Number == l.wanted && !in.Open {
		own := *in
		l.it = &own
	}
	return nil
}
