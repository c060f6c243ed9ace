// SPDX-License-Identifier: Apache-2.0

package spool

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/pipeline"
)

// Story is all that is known of the exchanges of one datagram.
type Story struct {
	Exchanges []correlate.Exchange // in the order of their requests
	More      int                  // that are not in it
	// Replies are the first ones, and Runs all of them.
	Replies []aggregate.Kept
	Runs    []Run
	// Events are those that it caused, and MoreEvents how many are not in it.
	Events     []Heard
	MoreEvents int
	// Ended: nothing more will come. Whole: all frames until then were read again. Final: it
	// will be the same when it is asked for again.
	Ended, Whole, Final bool
	// Gone: the history does not have it any more.
	Gone bool
}

// Run are replies of one type behind one another.
type Run struct {
	Family, Type string
	First, N     int // the number of the first, from 0, and how many they are
}

// Heard is an event, by its first delivery, and who got it.
type Heard struct {
	aggregate.Kept
	Got, Lost []Listener // each once
}

// Listener is who owns a socket that an event was sent to.
type Listener struct {
	Proc   capture.Proc
	Socket capture.Socket
	NetNS  uint64
	// Protocol is that of the socket.
	Protocol uint16
	N        int
}

const (
	// maxReplies, maxHeard and maxListeners bound a Story.
	maxReplies   = 1024
	maxRuns      = 64
	maxHeard     = 512
	maxListeners = 256
	// maxStory is how many chunks are read behind that of the request, and maxWaiting of one
	// that has not ended.
	maxStory   = 64
	maxWaiting = 3
)

// StoryOf names an exchange by its request: by the number of that (aggregate.Kept.Seq), or,
// that being 0, by the ID of its frame and the time of it, as far as either is known. Requests
// of one datagram are one.
type StoryOf struct {
	Seq, Frame uint64
	Time       time.Time
}

// Story tells of an exchange: as it was until the spool had end frames, read again for p.
func (s *Spool) Story(p *pipeline.Pipeline, of StoryOf, end uint64) Story {
	t := &telling{s: s, of: p, end: end}
	first, ok := t.locate(of)
	if !ok {
		return Story{Gone: true}
	}
	from := first
	if from > 0 {
		from--
	}
	t.chunks, t.start, t.over = s.around(from, t.chunk+maxStory+1)
	t.over = t.over && end >= s.Frames()
	if len(t.chunks) == 0 || t.start > first {
		return Story{Gone: true}
	}
	_ = again(p, nil, t.chunks[0].first, t, true, t)
	return t.tell()
}

// locate finds the chunk of the request, or, where the time alone tells it, those that may be
// the one: from the first to t.chunk.
func (t *telling) locate(of StoryOf) (first uint64, ok bool) {
	s := t.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.asked.find(of.Frame); of.Seq != 0 || r != nil {
		if t.located = true; of.Seq != 0 {
			t.frame = of.Seq / maxMessages
		} else {
			t.frame = r.frame
		}
		i, ok := s.chunkOf(t.frame)
		t.chunk = s.base + uint64(i)
		return t.chunk, ok
	}
	if of.Frame == 0 || of.Time.IsZero() {
		return 0, false
	}
	t.id = of.Frame
	at := of.Time.UnixNano()
	holds := func(c chunk) bool { return c.frames > 0 && c.from <= at && at <= c.to }
	i := slices.IndexFunc(s.chunks, holds)
	if i < 0 {
		return 0, false
	}
	last := i
	for j := i + 1; j < min(i+maxStory, len(s.chunks)); j++ {
		if holds(s.chunks[j]) {
			last = j
		}
	}
	t.chunk = s.base + uint64(last)
	return s.base + uint64(i), true
}

// telling reads what a Story is made of. It is a source, and the sink behind it.
type telling struct {
	s            *Spool
	of           *pipeline.Pipeline
	end          uint64
	frame, chunk uint64 // of the request
	located      bool   // frame is known; else the frame with id is looked for
	chunks       []chunk
	start        uint64
	over         bool // the last chunk is the last of all

	at      uint64 // the frame that is being read
	index   uint64 // of the next message in it
	id      uint64 // of the request's; 0: it has not come
	waiting int    // exchanges that have not ended
	early   bool   // what ends now, ends since no frame followed

	asked   []*correlate.Exchange
	known   map[*correlate.Exchange]bool
	unended map[*correlate.Exchange]bool
	replies []found
	runs    []Run
	n       int // replies
	heard   []found
}

// Run implements capture.Source.
func (t *telling) Run(_ context.Context, emit func(*capture.Frame) error) error {
	for i := range t.chunks {
		c, k := &t.chunks[i], t.start+uint64(i)
		if k > t.chunk+1 && t.waiting == 0 || k > t.chunk+maxWaiting && t.open() {
			break
		}
		t.at = c.first
		err := t.s.read(c, func(f *capture.Frame) error {
			if t.at >= t.end {
				return errEnd
			}
			t.meet(f, k)
			t.index = 0
			err := emit(f)
			t.at++
			return err
		})
		if err != nil {
			break
		}
	}
	t.early = !t.over
	return nil
}

// meet sees whether a frame is the one with the request.
func (t *telling) meet(f *capture.Frame, chunk uint64) {
	id := cmp.Or(f.ID, t.at+1) // as the pipeline numbers it
	switch {
	case t.located && t.at == t.frame:
		t.id = id
	case !t.located && id == t.id && f.Dir == capture.DirRequest && f.Kind == capture.KindDatagram:
		t.located, t.frame, t.chunk = true, t.at, chunk
	}
}

// open says whether one of the exchanges has not ended yet.
func (t *telling) open() (open bool) {
	t.of.Look(func(st pipeline.State) { open = len(st.Unended(t.id)) > 0 })
	return open
}

// Observe implements pipeline.Sink.
func (t *telling) Observe(x *correlate.Observation) error {
	if x.Message != nil && x.End == correlate.EndNone {
		t.index++
	}
	mine := x.Exchange != nil && x.Exchange.Request.Frame.ID == t.id && t.id != 0
	switch {
	case x.End == correlate.EndExchange && mine:
		t.ended(x.Exchange)
	case x.End != correlate.EndNone:
	case x.Event != nil:
		if len(t.heard) < maxFound { // of a read, its request may be told later
			t.heard = append(t.heard, found{t.number(), *x})
		}
	case x.Message == nil:
	case x.Frame.Dir == capture.DirRequest:
		if mine {
			t.ask(x.Exchange)
		}
	case mine:
		t.reply(x)
	}
	return nil
}

func (t *telling) ask(x *correlate.Exchange) {
	if t.known[x] {
		return
	}
	if t.known == nil {
		t.known, t.unended = make(map[*correlate.Exchange]bool), make(map[*correlate.Exchange]bool)
	}
	t.known[x] = true
	t.asked = append(t.asked, x)
	if !x.Ended {
		t.waiting++
	}
}

func (t *telling) ended(x *correlate.Exchange) {
	known := t.known[x]
	t.ask(x) // of a send that failed, or whose request the filter does not pass
	if t.early {
		t.unended[x] = true
	} else if known {
		t.waiting--
	}
}

func (t *telling) reply(x *correlate.Observation) {
	m := x.Message
	if last := len(t.runs) - 1; last >= 0 && (t.runs[last].Type == m.TypeText() && t.runs[last].Family == m.FamilyText() || last == maxRuns-1) {
		if t.runs[last].Type != m.TypeText() {
			t.runs[last].Family, t.runs[last].Type = "", ""
		}
		t.runs[last].N++
	} else {
		t.runs = append(t.runs, Run{Family: m.FamilyText(), Type: m.TypeText(), First: t.n, N: 1})
	}
	if t.n++; len(t.replies) < maxReplies {
		t.replies = append(t.replies, found{t.number(), *x})
	}
}

// number is that of the message that is being read (aggregate.Kept.Seq).
func (t *telling) number() uint64 { return t.at*maxMessages + max(t.index, 1) }

// tell makes the story of what was read.
func (t *telling) tell() Story {
	st := Story{Runs: t.runs, Ended: true, Whole: true, Gone: len(t.asked) == 0}
	for i, x := range t.asked {
		if t.unended[x] {
			st.Whole = false // for it
			at := place(t.frame, x.Request.Index)
			st.Ended = settled(t.s, t.of, t.end, at, x) && st.Ended
			if !st.Ended {
				x.Ended = false
			}
		}
		if i <= maxShared {
			st.Exchanges = append(st.Exchanges, *keepRequest(0, x).Exchange)
		}
	}
	st.More = len(t.asked) - len(st.Exchanges)
	behind := int(t.chunk-t.start) + 1 // the chunk behind that of the request
	st.Final = st.Ended && (t.over || behind < len(t.chunks) && t.chunks[behind].closed && t.chunks[behind].first+t.chunks[behind].frames <= t.end)
	for i := range t.replies {
		st.Replies = append(st.Replies, aggregate.Keep(t.replies[i].seq, &t.replies[i].x))
	}
	t.events(&st)
	return st
}

// events adds the events that the datagram caused.
func (t *telling) events(st *Story) {
	by := make(map[*correlate.Event]int)
	for i := range t.heard {
		x := &t.heard[i].x
		if c := x.Event.Cause.Exchange; c == nil || c.Request.Frame.ID != t.id {
			continue
		}
		at, known := by[x.Event]
		if !known {
			if at = -1; len(st.Events) < maxHeard && x.Event.Message != nil {
				at = len(st.Events)
				first := *x
				if first.Message == nil { // it was lost without its bytes
					first.Message, first.Frame = x.Event.Message, x.Event.Message.Frame
				}
				st.Events = append(st.Events, Heard{Kept: aggregate.Keep(t.heard[i].seq, &first)})
			} else {
				st.MoreEvents++
			}
			by[x.Event] = at
		}
		if at >= 0 && x.Frame.Verdict != capture.VerdictUnheard && (x.Message == nil || x.Message.Index == st.Events[at].Message.Index) {
			st.Events[at].tellTo(x)
		}
	}
}

// tellTo counts one delivery, or loss.
func (h *Heard) tellTo(x *correlate.Observation) {
	list := &h.Got
	if x.Outcome == correlate.Lost {
		list = &h.Lost
	}
	l := Listener{Proc: x.Account, Socket: x.Frame.Socket, NetNS: x.Frame.NetNS, Protocol: x.Frame.Protocol, N: 1}
	if i := slices.IndexFunc(*list, func(o Listener) bool {
		return o.Proc.PID == l.Proc.PID && o.Proc.Comm == l.Proc.Comm && o.Socket.PortID == l.Socket.PortID && o.Socket.Inode == l.Socket.Inode
	}); i >= 0 {
		(*list)[i].N++
	} else if len(*list) < maxListeners {
		*list = append(*list, l)
	}
}

func (t *telling) Stats() capture.Stats { return capture.Stats{} }
func (t *telling) Info() capture.Info   { return t.of.Source().Info() }
func (t *telling) Close() error         { return nil }
