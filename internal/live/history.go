// SPDX-License-Identifier: Apache-2.0

package live

import (
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
	all      *spool.Query      // all messages, where messages are those of rows
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
	if want := ask.Messages; want != nil {
		q := h.query(m, r, want.Rows)
		m.update(q, r, s, want.Rows)
		first := want.First
		if !want.Find.IsZero() {
			first = q.Find(want.Find)
		}
		s.Messages = q.Window(first, want.Count, want.Last)
		m.say(s, r, func(each func(k *aggregate.Kept)) {
			for i := range s.Messages.List {
				each(&s.Messages.List[i])
			}
		})
	}
	if ask.Changes {
		if h.changes == nil {
			h.changes = r.spool.Query(r.pipe, spool.What{Changes: true}, m.unread())
		}
		h.changes.Update(nil, s.Frames)
		s.Changes = h.changes.Window(0, MaxChanges, true).List
	}
}

// unread: the filter in force is one that the index knows nothing of.
func (m *Model) unread() bool { return m.o.Again == nil && m.added != "" }

// update brings a query of rows to where a snapshot is.
func (m *Model) update(q *spool.Query, r run, s *Snapshot, rows []aggregate.RowID) {
	var cells map[uint32]bool
	if len(rows) > 0 {
		r.pipe.Look(func(st pipeline.State) { cells = st.Table.CellsOf(rows...) })
	}
	q.Update(cells, s.Frames)
}

// say adds what the messages of nftables among those that all hands out say. Of older ones
// than the stream knows, what stands among them is known.
func (m *Model) say(s *Snapshot, r run, all func(each func(k *aggregate.Kept))) {
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
