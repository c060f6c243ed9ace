// SPDX-License-Identifier: Apache-2.0

package live

import (
	"slices"

	"github.com/nltop/nltop/internal/aggregate"
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
	changes  *spool.Query
}

func (h *history) forget() { *h = history{} }

// look takes messages from the spool. No lock is held: they are decoded again.
func (m *Model) look(s *Snapshot, r run, ask Ask) {
	s.Messages, s.Changes = spool.Window{}, nil
	if r.spool == nil {
		return
	}
	h := &m.history
	if h.of != r.spool {
		*h = history{of: r.spool}
	}
	s.Held = r.spool.Held()
	unread := m.o.Again == nil && m.added != "" // a filter that the index knows nothing of
	if want := ask.Messages; want != nil {
		if h.messages == nil || !slices.Equal(h.rows, want.Rows) {
			h.rows, h.messages = want.Rows, r.spool.Query(r.pipe, spool.What{Rows: want.Rows}, unread)
		}
		var cells map[uint32]bool
		if len(want.Rows) > 0 {
			r.pipe.Look(func(st pipeline.State) { cells = st.Table.CellsOf(want.Rows...) })
		}
		h.messages.Update(cells, s.Frames)
		first := want.First
		if !want.Find.IsZero() {
			first = h.messages.Find(want.Find)
		}
		s.Messages = h.messages.Window(first, want.Count, want.Last)
		m.say(s, r)
	}
	if ask.Changes {
		if h.changes == nil {
			h.changes = r.spool.Query(r.pipe, spool.What{Changes: true}, unread)
		}
		h.changes.Update(nil, s.Frames)
		s.Changes = h.changes.Window(0, MaxChanges, true).List
	}
}

// say adds what the messages of nftables of a window say. Of older ones than the stream
// knows, what stands in the window itself is known.
func (m *Model) say(s *Snapshot, r run) {
	var lines nft.Lines
	for i := range s.Messages.List {
		msg := s.Messages.List[i].Message
		if nft.Is(msg) || nft.InBatch(msg) {
			s.SaidBy[MessageID{msg.Frame.ID, msg.Index}] = lines.Say(msg)
		}
	}
	r.pipe.Look(func(pipeline.State) {
		for i := range s.Messages.List {
			r.stream.tell(s, s.Messages.List[i].Message)
		}
	})
}
