// SPDX-License-Identifier: Apache-2.0

package live

import (
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/spool"
)

// Ask says what a page needs beside the table, the status and the incidents, which
// every snapshot has.
type Ask struct {
	Messages  *Messages        // nil: none
	Heat      *aggregate.RowID // nil: none; aggregate.All is a row, too
	Exchanges *Exchanges       // nil: none
	Story     *spool.StoryOf   // nil: none
	Sockets   bool
	Listeners bool // Sockets, which may be some seconds old: to name who listens
	Locks     bool
	// Changes are the messages that may have changed something, at most MaxChanges.
	Changes bool
	// Looking: somebody looks at messages. Where nobody does, a source that counts by
	// itself may do without them.
	Looking bool
}

// Messages says which messages are wanted.
type Messages struct {
	Rows []aggregate.RowID // none: of all
	// First is the position (spool.Query) of the first that is wanted, Count how many.
	First int64
	Count int
	Last  bool      // the last ones instead, whatever First is
	Find  time.Time // instead those from a time on; zero: not by time
}

func (m *Messages) equal(n *Messages) bool {
	return n == nil || m != nil && m.First == n.First && m.Count == n.Count && m.Last == n.Last && m.Find.Equal(n.Find) &&
		slices.Equal(m.Rows, n.Rows)
}

// HoldsFor is how far back Snapshot.LongestHold looks.
const HoldsFor = 5 * time.Minute

// Exchanges says which exchanges that have ended are wanted, beside those that wait.
type Exchanges struct {
	Rows     []aggregate.RowID // of whose requests; none: of all
	Outcomes spool.Outcomes    // ended so; 0: in any way
	// First, Count, Last and Find are as those of Messages, of datagrams with requests.
	First int64
	Count int
	Last  bool
	Find  time.Time
	// Until, beside Find: all that began from Find until then, the last Count of them.
	Until time.Time
}

func (x *Exchanges) equal(y *Exchanges) bool {
	return y == nil || x != nil && x.First == y.First && x.Count == y.Count && x.Last == y.Last && x.Find.Equal(y.Find) &&
		x.Until.Equal(y.Until) && x.sameAs(y)
}

// sameAs says whether both are of the same exchanges.
func (x *Exchanges) sameAs(y *Exchanges) bool {
	return x.Outcomes == y.Outcomes && slices.Equal(x.Rows, y.Rows)
}

// MaxChanges is how many messages Ask.Changes gives at most.
const MaxChanges = 2048

// Snapshot is what was known at one time. It is never written to but by Fill, by whom
// it belongs to.
type Snapshot struct {
	Status
	Table     aggregate.Snapshot
	Incidents []incident.Incident // open ones first
	// Errors are those of the messages that were seen, most first. LongestHold is that of
	// rtnl_mutex in the last HoldsFor, of a recording in all of it; nil: none was reported.
	Errors      []ErrorKind
	LongestHold *LockReport
	// Polls are who asks the same again and again, of the same time; most often first.
	Polls []Poll
	// Now is the time up to which it is known what happened: that of the newest frame of a
	// recording.
	Now time.Time
	// Line is all of the run, and Overruns when messages were lost, whatever the time that
	// the snapshot is of.
	Line     aggregate.Timeline
	Overruns []Span

	// Asked is what of the following is filled in.
	Asked    Ask
	Messages spool.Window     // oldest first
	Changes  []aggregate.Kept // likewise
	// Frames is how many were kept until then, and Held what of them is there.
	Frames uint64
	Held   spool.Held
	Heat   aggregate.Heat
	// Open are the requests that wait, oldest first; Ended those that have ended, in the
	// order in which they began.
	Open  []correlate.Exchange
	Ended spool.Window
	// Began is how many of Ended began from Exchanges.Find to Exchanges.Until, about.
	Began   int64
	Story   spool.Story
	Sockets Sockets
	Locks   Locks

	// SaidBy is what Said knows.
	SaidBy map[MessageID]nft.Said
}

// Span is a time from its first to its last moment.
type Span struct{ From, To time.Time }

func spans(list []incident.Incident) []Span {
	out := make([]Span, len(list))
	for i := range list {
		out[i] = Span{list[i].Begin, list[i].End}
	}
	return out
}

// Sockets are the Netlink sockets, those in trouble first.
type Sockets struct {
	List    []sockets.Socket
	Gone    []sockets.Socket // since the first look
	Missing []string         // what could not be seen, and why
	// Reads: the source tells how they were read.
	Reads bool
}

// Snapshot returns what is known now, or was at the time that is shown (Go), with what is
// asked for.
func (m *Model) Snapshot(ask Ask) *Snapshot {
	r := m.now()
	if g := m.spot.reading; g != nil && g.of.pipe != r.pipe { // the recording is read again
		_, _ = m.Go(Now)
	}
	at, v := m.at(r), m.view(r)
	s := &Snapshot{Now: at}
	var working Status
	m.working(&working, r)
	var totals aggregate.Snapshot // of the run itself
	r.pipe.Look(func(st pipeline.State) { totals = st.Table.Totals(at) })
	m.untilNow(r)(func(st pipeline.State) {
		s.Line = st.Table.Timeline()
		if st.Incidents != nil && v.past {
			s.Overruns = spans(st.Incidents.Snapshot(at))
		}
	})
	v.look(func(st pipeline.State) {
		s.Table = st.Table.Snapshot(v.at)
		if st.Counted { // messages that are not counted yet come with the next snapshot
			v.frames = min(v.frames, st.CountedTo)
		}
		if st.Incidents != nil {
			s.Incidents = st.Incidents.Snapshot(v.at)
		}
		if v.stream != nil {
			s.Errors = v.stream.errs.list()
			since := v.at.Add(-HoldsFor)
			if m.o.Replay != nil {
				since = time.Time{}
			}
			s.LongestHold = longest(&v.stream.locks, since)
			s.Polls = pollsOf(&v.stream.polls, since)
		}
		m.copy(s, v.stream, st, ask)
	})
	if !v.past {
		s.Overruns = spans(s.Incidents)
	}
	if s.Frames = v.frames; r.first != nil {
		r.first.look()
	}
	m.steer(&totals, ask.Looking)
	m.look(s, r, ask)
	s.Status = m.status(r)
	s.Counted, s.Filtering, s.At = totals.Total.Messages(), working.Filtering, working.At
	if !working.FilterSince.IsZero() {
		s.FilterSince = working.FilterSince
	}
	if m.o.Replay == nil {
		m.lost.mark(r, &s.Stats, at)
	}
	m.ask(s, ask)
	return s
}

// at is the time of a snapshot of a run: of a recording that of its newest frame.
func (m *Model) at(r run) time.Time {
	if m.o.Replay != nil {
		return r.pipe.Now()
	}
	return time.Now()
}

// Has says whether a snapshot has what is asked for.
func (s *Snapshot) Has(ask Ask) bool {
	return s.lacks(ask) == Ask{Looking: ask.Looking}
}

// lacks is what of something asked for is not there. What is there stays as it is: it may
// be of a time that is not known any more.
func (s *Snapshot) lacks(ask Ask) Ask {
	have := &s.Asked
	if have.Messages.equal(ask.Messages) {
		ask.Messages = nil
	}
	if ask.Heat != nil && have.Heat != nil && *have.Heat == *ask.Heat {
		ask.Heat = nil
	}
	if have.Exchanges.equal(ask.Exchanges) {
		ask.Exchanges = nil
	}
	if ask.Story != nil && have.Story != nil && *have.Story == *ask.Story {
		ask.Story = nil
	}
	ask.Sockets = ask.Sockets && !have.Sockets
	ask.Listeners = ask.Listeners && !have.Sockets && !have.Listeners
	ask.Locks = ask.Locks && !have.Locks
	ask.Changes = ask.Changes && !have.Changes
	return ask
}

// mayBeOld is how old a list of sockets may be.
func (a *Ask) mayBeOld() time.Duration {
	if a.Sockets {
		return socketsEvery
	}
	return listenersEvery
}

// add notes what is there now.
func (a *Ask) add(b Ask) {
	if b.Messages != nil {
		a.Messages = b.Messages
	}
	if b.Heat != nil {
		a.Heat = b.Heat
	}
	if b.Exchanges != nil {
		a.Exchanges = b.Exchanges
	}
	if b.Story != nil {
		a.Story = b.Story
	}
	a.Sockets, a.Listeners, a.Locks = a.Sockets || b.Sockets, a.Listeners || b.Listeners, a.Locks || b.Locks
	a.Changes, a.Looking = a.Changes || b.Changes, b.Looking
}

// Fill adds to a snapshot what is asked for and not there yet, as it was at the time of
// the snapshot: nothing that began after it. What only the kernel knows (sockets,
// rtnl_mutex) is that of now.
func (m *Model) Fill(s *Snapshot, ask Ask) {
	if s.Has(ask) {
		return
	}
	ask = s.lacks(ask)
	r := m.now()
	v := m.view(r)
	v.look(func(st pipeline.State) { m.copy(s, v.stream, st, ask) })
	m.look(s, r, ask)
	m.ask(s, ask)
}

// copy takes what the stream has filled. It runs inside pipeline.Look.
func (m *Model) copy(s *Snapshot, stream *stream, st pipeline.State, ask Ask) {
	at := s.Table.Time
	s.Asked.add(ask)
	if s.SaidBy == nil {
		s.SaidBy = make(map[MessageID]nft.Said)
	}
	if ask.Heat != nil {
		s.Heat = st.Table.Heat(*ask.Heat, at)
	}
	if ask.Exchanges != nil && stream != nil {
		s.Open = slices.DeleteFunc(st.Open(at), func(x correlate.Exchange) bool { return x.Time.After(at) })
		for i := range s.Open {
			stream.tell(s, s.Open[i].Request)
		}
	}
	if ask.Locks && stream != nil {
		later := func(r LockReport) bool { return r.Time.After(at) }
		s.Locks.Reports = slices.DeleteFunc(stream.locks.newest(), later)
		s.Locks.Cut = stream.locks.n > maxRecent
	}
	if ask.Sockets || ask.Listeners {
		s.Sockets = Sockets{} // what an earlier page had is the kernel's list, not the stream's
		if stream != nil && stream.sockets {
			s.Sockets.List = stream.seen.list()
		}
	}
}

// ask takes what others than the stream know.
func (m *Model) ask(s *Snapshot, ask Ask) {
	past := m.spot.reading != nil
	if ask.Locks {
		s.Locks.Rows, s.Locks.Lost, s.Locks.Why = nil, 0, ""
		var err error
		if past {
			s.Locks.Why = errLocksPast.Error()
		} else if s.Locks.Rows, s.Locks.Lost, err = m.lockTable(); err != nil {
			s.Locks.Why = err.Error()
		}
	}
	if !ask.Sockets && !ask.Listeners {
		return
	}
	if past {
		s.Sockets.Missing = []string{"sockets at an earlier time are those of the messages until then"}
	} else if m.o.Replay == nil {
		s.Sockets = withClosed(m.listed(ask.mayBeOld()), s.Sockets.List)
	} else {
		m.readers(&s.Sockets)
	}
	if blind := s.Info.DoesNotSee(capture.SeesReads, "how sockets are read"); blind != "" {
		s.Sockets.Missing = append(slices.Clip(s.Sockets.Missing), blind)
	}
}

// Said returns what a message of nftables says, with the sets of the messages before
// it; ok is false where that is not known any more.
func (s *Snapshot) Said(k *aggregate.Kept) (said nft.Said, ok bool) {
	if k.Message == nil {
		return said, false
	}
	said, ok = s.SaidBy[MessageID{k.Message.Frame.ID, k.Message.Index}]
	return said, ok
}
