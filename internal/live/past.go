// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// What is kept can be read once more, beside what goes on being captured: under a filter
// that was set later, and up to a time whose state is to be shown.

// reading reads what is kept into tables of its own.
type reading struct {
	of     run
	into   *pipeline.Beside
	stream *stream
	pipe   *pipeline.Pipeline
	walk   *spool.Playback
	cancel context.CancelFunc
	done   chan struct{}
	// joined: what is captured fills it, and it reads no more. pipe's lock guards it.
	joined bool
}

// read begins a reading under a filter up to so many frames.
func (m *Model) read(r run, f *filter.Filter, until uint64) *reading {
	st := newStream(until != spool.Follow || r.stream.sockets)
	g := &reading{
		of: r, stream: st, walk: r.spool.Playback(until), done: make(chan struct{}),
		into: &pipeline.Beside{Filter: f, Table: aggregate.New(aggregate.Options{}), Incidents: incident.New(), Sinks: []pipeline.Sink{st}},
	}
	g.pipe = r.pipe.AgainBeside(g.walk, g.walk.First()+1, g.into)
	if until == spool.Follow {
		g.walk.CaughtUp = g.join
	}
	var ctx context.Context
	ctx, g.cancel = context.WithCancel(context.Background())
	go func() {
		defer m.o.Guard()
		defer close(g.done)
		_ = g.pipe.RunOn(ctx) // what cannot be read any more is not there
		if _, over := g.walk.At(); over && until == spool.Follow {
			_ = g.pipe.Flush() // to memory
		}
	}()
	return g
}

// join has the run fill it that has captured nothing but what was read. Both locks are held
// while it changes hands.
func (g *reading) join(frames uint64) bool {
	g.pipe.Look(func(pipeline.State) {
		g.joined = g.of.pipe.Join(g.into, func() bool { return g.of.spool.Frames() == frames })
	})
	return g.joined
}

// end stops it. g may be nil.
func (g *reading) end() {
	if g == nil {
		return
	}
	g.cancel()
	if <-g.done; g.joined {
		g.of.pipe.Part()
	}
}

// look lets f look at what it has filled.
func (g *reading) look(f func(pipeline.State)) {
	joined := false
	g.pipe.LookBeside(g.into, func(st pipeline.State) {
		if joined = g.joined; !joined {
			f(st)
		}
	})
	if joined {
		g.of.pipe.LookBeside(g.into, f)
	}
}

// Progress is how far something was worked out, in frames.
type Progress struct{ Done, Of uint64 }

// progress is nil where all is read up to so many frames.
func (g *reading) progress(until uint64) *Progress {
	at, over := g.walk.At()
	joined := false
	g.pipe.Look(func(pipeline.State) { joined = g.joined })
	if joined || over || at >= until {
		return nil
	}
	return &Progress{at - g.walk.First(), max(until, g.walk.First()) - g.walk.First()}
}

// viewed is where a snapshot is taken from.
type viewed struct {
	look   func(func(pipeline.State))
	stream *stream
	at     time.Time
	frames uint64 // that messages are of
	past   bool
}

// untilNow looks at what a run has shown until now, whatever time is shown.
func (m *Model) untilNow(r run) func(func(pipeline.State)) {
	if m.narrowed != nil {
		return m.narrowed.look
	}
	return r.pipe.Look
}

// view is what is shown now of a run.
func (m *Model) view(r run) viewed {
	v := viewed{look: m.untilNow(r), stream: r.stream, at: m.at(r)}
	if r.spool != nil {
		v.frames = r.spool.Frames()
	}
	if g := m.narrowed; g != nil {
		v.stream = g.stream
	}
	if p := &m.spot; p.reading != nil {
		v.look, v.stream, v.at, v.frames, v.past = p.reading.look, p.reading.stream, p.at, p.frames, true
	}
	return v
}

// spot is the time that is shown; its reading is nil: now.
type spot struct {
	at      time.Time
	frames  uint64
	reading *reading
	steps   *spool.Query
	faults  *spool.Query
	of      *spool.Spool // whose the queries are
}

// At is the time that is shown.
type At struct {
	Time   time.Time
	Frames uint64
	// Working: its state is being worked out; nil: it is.
	Working *Progress
	// Begins is from when on it knows what happened, since what was before had to leave, or
	// was only counted; zero: from the beginning on.
	Begins time.Time
}

// To says which time is to be shown.
type To struct {
	Time   time.Time // that one
	Frames uint64    // or when so many frames were kept
	Step   int       // or so many messages further
	Fault  int       // or the next error, loss or incident (1), or the one before (-1)
}

// Now is what is shown from the beginning.
var Now = To{}

// Stop is what stands at a time that was gone to.
type Stop struct {
	Message  *aggregate.Kept    // the last message; nil: nobody looked
	Incident *incident.Incident // that begins there; nil: none
}

var (
	errNothingKept = errors.New("no messages are kept: there is no way back")
	errFurther     = errors.New("none so far; again looks further")
)

// Go shows the state at another time. It does not wait: Status.At says how far it is.
func (m *Model) Go(to To) (stop Stop, err error) {
	r := m.now()
	if to == Now {
		m.spot.reading.end()
		m.spot.reading = nil
		return stop, nil
	}
	if r.spool == nil || r.spool.Frames() == 0 {
		return stop, errNothingKept
	}
	at, frames := to.Time, to.Frames
	switch {
	case to.Step != 0:
		stop, frames, at, err = m.step(r, to.Step)
	case to.Fault != 0:
		stop, frames, at, err = m.fault(r, to.Fault)
	case frames == 0:
		if frames, _ = r.spool.At(at); frames == 0 {
			begins, _ := r.spool.Begins()
			return stop, fmt.Errorf("what is kept begins at %s", begins.Format(words.TimeOfDay))
		}
	}
	if err == nil || errors.Is(err, errFurther) {
		m.show(r, at, frames)
	}
	return stop, err
}

// show begins to work out the state at a time.
func (m *Model) show(r run, at time.Time, frames uint64) {
	p := &m.spot
	p.at, p.frames = at, frames
	g := p.reading
	if g != nil && g.of.pipe == r.pipe && g.walk.Go(frames) {
		return
	}
	g.end()
	p.reading = m.read(r, m.adding, frames)
}

// from is what is shown, in frames.
func (m *Model) from(r run) uint64 {
	if m.spot.reading != nil {
		return m.spot.frames
	}
	return r.spool.Frames() + 1 // the last message is one step back
}

// queries are those that look for messages around a place.
func (m *Model) queries(r run) *spot {
	p := &m.spot
	if p.of != r.spool {
		p.of = r.spool
		p.steps = r.spool.Query(r.pipe, spool.What{Filter: m.adding}, false)
		p.faults = r.spool.Query(r.pipe, spool.What{Filter: m.adding, Faults: true}, false)
	}
	return p
}

func (m *Model) step(r run, by int) (stop Stop, frames uint64, at time.Time, err error) {
	way, where := 1, "last"
	if by < 0 {
		way, where = -1, "first"
	}
	frames = m.from(r)
	for range max(by, -by) {
		k, n, found := m.queries(r).steps.Beside(frames, way)
		if !found {
			if frames = n; n > 0 {
				return stop, n, r.spool.Time(n), errFurther
			}
			if stop.Message == nil {
				return stop, frames, at, fmt.Errorf("this is the %s message that is kept", where)
			}
			break
		}
		stop.Message, frames, at = &k, n, k.Frame.Time
	}
	return stop, frames, at, nil
}

// fault looks for the error or incident that is nearest.
func (m *Model) fault(r run, way int) (stop Stop, frames uint64, at time.Time, err error) {
	from := m.from(r)
	k, frames, found := m.queries(r).faults.Beside(from, way)
	if found {
		stop.Message, at = &k, k.Frame.Time
	}
	var list []incident.Incident
	m.untilNow(r)(func(st pipeline.State) {
		if st.Incidents != nil {
			list = st.Incidents.Snapshot(m.at(r))
		}
	})
	for i := range list {
		n, _ := r.spool.At(list[i].Begin)
		if n == 0 || way > 0 && (n <= from || found && n > frames) || way < 0 && (n >= from || found && n < frames) {
			continue
		}
		if !found || n != frames {
			stop.Message = nil
		}
		stop.Incident, found, frames, at = &list[i], true, n, list[i].Begin
	}
	switch {
	case found:
		return stop, frames, at, nil
	case frames > 0:
		return stop, frames, r.spool.Time(frames), errFurther
	case way > 0:
		return stop, frames, at, errors.New("no error and no loss behind this")
	}
	return stop, frames, at, errors.New("no error and no loss before this")
}

// where is what the status says of the time that is shown.
func (m *Model) where(r run) *At {
	p := &m.spot
	if p.reading == nil {
		return nil
	}
	a := &At{Time: p.at, Frames: p.frames, Working: p.reading.progress(p.frames)}
	if begins, whole := r.spool.Begins(); !whole {
		a.Begins = begins
	}
	return a
}

// working says how far what is shown was worked out, and from when on it is known. It is
// asked before that is looked at: then what is said to be there is.
func (m *Model) working(st *Status, r run) {
	if g := m.narrowed; g != nil {
		st.Filtering = g.progress(r.spool.Frames())
		if begins, whole := r.spool.Begins(); !whole {
			st.FilterSince = begins
		}
	}
	st.At = m.where(r)
}

// filterBy has a filter hold that was added; nil: none.
func (m *Model) filterBy(f *filter.Filter) {
	r := m.now()
	at, frames, past := m.spot.at, m.spot.frames, m.spot.reading != nil
	m.spot.reading.end()
	m.narrowed.end()
	m.spot, m.narrowed, m.adding = spot{}, nil, nil
	m.history.forget()
	m.since = time.Time{}
	switch {
	case r.spool == nil:
		r.pipe.Narrow(f)
		m.since = m.at(r)
	case m.o.Again != nil && (r.narrow != nil || !r.spool.InPlace() && r.spool.Held().Gone > 0):
		m.readUnder(f) // not all of it is kept
	default:
		if m.adding = f; f != nil {
			m.narrowed = m.read(r, f, spool.Follow)
		}
		if past {
			m.show(r, at, frames)
		}
	}
}

// readUnder has the recording be read from its beginning again.
func (m *Model) readUnder(f *filter.Filter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.narrow = f
	if m.cancel != nil {
		m.cancel()
	}
}
