// SPDX-License-Identifier: Apache-2.0

package live

import (
	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// history finds messages of the spool for snapshots. What was asked for last is likely
// asked for again.
type history struct {
	of       *spool.Spool
	messages *spool.Query
	rows     []aggregate.RowID // of messages
	all      *spool.Query      // all messages, where messages are those of rows
	changes  *spool.Query
	ended    *spool.Query
	endedOf  Exchanges // what ended is for
	story    spool.Story
	storyOf  spool.StoryOf // zero: there is none that stays as it is
}

func (h *history) forget() { *h = history{} }

// look takes messages from the spool. No lock is held: they are decoded again.
func (m *Model) look(s *Snapshot, r run, ask Ask) {
	if r.spool == nil {
		return
	}
	h := &m.history
	if h.of != r.spool {
		*h = history{of: r.spool}
	}
	s.Held = r.spool.Held()
	if want := ask.Messages; want != nil {
		q := h.query(m, r, want.Rows)
		m.update(q, r, s, want.Rows)
		first := want.First
		if !want.Find.IsZero() {
			first = q.Find(want.Find)
		}
		s.Messages = q.Window(first, want.Count, want.Last)
		m.say(s, r, s.Messages.List)
	}
	if ask.Exchanges != nil {
		m.lookEnded(s, r, ask.Exchanges)
	}
	if ask.Story != nil {
		m.tellStory(s, r, *ask.Story)
	}
	if ask.Changes {
		if h.changes == nil {
			h.changes = r.spool.Query(r.pipe, spool.What{Changes: true, Filter: m.adding}, false)
		}
		h.changes.Update(nil, s.Frames)
		s.Changes = h.changes.Window(0, MaxChanges, true).List
	}
}

// update brings a query of rows to where a snapshot is.
func (m *Model) update(q *spool.Query, r run, s *Snapshot, rows []aggregate.RowID) {
	q.Update(cellsOf(r, rows), s.Frames)
}

// lookEnded takes the exchanges that have ended.
func (m *Model) lookEnded(s *Snapshot, r run, want *Exchanges) {
	q := m.endedOf(s, r, want)
	s.Began = 0
	first, count := want.First, want.Count
	switch {
	case !want.Until.IsZero():
		first = q.Find(want.Find)
		s.Began = max(q.Find(want.Until)+1-first, 0)
		count = int(min(s.Began, int64(count)))
		first += s.Began - int64(count)
	case !want.Find.IsZero():
		first = q.Find(want.Find)
	}
	s.Ended = q.Window(first, count, want.Last)
	m.say(s, r, s.Ended.List)
	for _, others := range s.Ended.Shared {
		m.say(s, r, asKept(others.List))
	}
}

// endedOf is the query for exchanges, brought to where a snapshot is.
func (m *Model) endedOf(s *Snapshot, r run, want *Exchanges) *spool.Query {
	h := &m.history
	if h.of != r.spool {
		*h = history{of: r.spool}
	}
	if h.ended == nil || !h.endedOf.sameAs(want) {
		h.endedOf = *want
		h.ended = r.spool.Query(r.pipe, spool.What{Exchanges: true, Rows: want.Rows, Outcomes: want.Outcomes, Filter: m.adding}, false)
	}
	h.ended.Update(cellsOf(r, want.Rows), s.Frames)
	return h.ended
}

// tellStory reads what is known of an exchange, unless it was read when it had ended.
func (m *Model) tellStory(s *Snapshot, r run, of spool.StoryOf) {
	h := &m.history
	if h.storyOf != of {
		h.story, h.storyOf = r.spool.Story(r.pipe, of, s.Frames), of
		if !h.story.Final {
			h.storyOf = spool.StoryOf{}
		}
	}
	s.Story = h.story
	m.say(s, r, asKept(s.Story.Exchanges))
	m.say(s, r, s.Story.Replies)
	for i := range s.Story.Events {
		m.say(s, r, []aggregate.Kept{s.Story.Events[i].Kept})
	}
}

// asKept are the requests of exchanges.
func asKept(list []correlate.Exchange) []aggregate.Kept {
	kept := make([]aggregate.Kept, len(list))
	for i := range list {
		kept[i].Message = list[i].Request
	}
	return kept
}

// cellsOf are the numbers of the cells of rows; nil: of all.
func cellsOf(r run, rows []aggregate.RowID) (cells map[uint32]bool) {
	if len(rows) > 0 {
		r.pipe.Look(func(st pipeline.State) { cells = st.Table.CellsOf(rows...) })
	}
	return cells
}

// say adds what the messages of nftables of a window say.
func (m *Model) say(s *Snapshot, r run, list []aggregate.Kept) {
	m.sayEach(s, r, func(each func(k *aggregate.Kept)) {
		for i := range list {
			each(&list[i])
		}
	})
}

// sayEach adds what the messages of nftables among those that all hands out say. Of older ones
// than the stream knows, what stands among them is known.
func (m *Model) sayEach(s *Snapshot, r run, all func(each func(k *aggregate.Kept))) {
	var lines nft.Lines
	all(func(k *aggregate.Kept) {
		if msg := k.Message; nft.Is(msg) || nft.InBatch(msg) {
			s.SaidBy[MessageID{msg.Frame.ID, msg.Index}] = lines.Say(msg)
		}
	})
	r.pipe.Look(func(pipeline.State) {
		all(func(k *aggregate.Kept) { r.stream.tell(s, k.Message) })
	})
}
