// SPDX-License-Identifier: Apache-2.0

package live

import (
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/spool"
)

// Search looks for messages in what is kept, from one of them on or back from it.
// Model.Search does one step of it, which costs about the same wherever it is, so that
// whoever waits for it can do something else in between, and give it up.
type Search struct {
	Rows []aggregate.RowID // among the messages of rows; none: among all
	// Exchanges: instead among those that have ended, of these rows and outcomes, each as its
	// request; the snapshot that Match gets has the others of its datagram (Ended.Shared).
	// Of those that ended in none of the ways of Only it may pass by some; 0: of none.
	Exchanges *Exchanges
	Only      spool.Outcomes
	From      spool.Start
	Back      bool
	Most      int // it ends when so many are found; 0: one
	// Match says whether a message is looked for. What it says stands in the snapshot
	// (Snapshot.Said).
	Match func(s *Snapshot, k *aggregate.Kept) bool
	// Over says whether what is looked for lies before this message, in the direction of
	// the search; nil: it goes on to the end of what is kept.
	Over func(k *aggregate.Kept) bool

	Found []spool.Placed // in the order of the search
	Ended bool           // and nothing more will be
	// Looked is how many messages it has passed, Time that of the last one.
	Looked uint64
	Time   time.Time

	walk *spool.Walk
	of   *spool.Query // that walk belongs to
	// pending were read and not looked at yet; more: there is something behind them. told is
	// what they say.
	pending []spool.Placed
	more    bool
	told    *Snapshot
}

// Search does the next step of a search in what a snapshot knows of.
func (m *Model) Search(s *Snapshot, q *Search) {
	r := m.now()
	if q.Ended = q.Ended || r.spool == nil; q.Ended {
		return
	}
	query := m.searched(s, r, q)
	if q.of != nil && q.of != query { // another filter, or another reading: it begins where it was
		q.From, q.walk, q.pending = spool.Start{Time: q.Time}, nil, nil
	}
	if q.walk == nil {
		q.walk, q.of = query.Walk(q.From, q.Back).Only(q.Only), query
	}
	start := time.Now()
	if len(q.pending) == 0 {
		q.pending, q.more = q.walk.Next()
		q.told = &Snapshot{Status: s.Status, Ended: spool.Window{Shared: q.walk.Shared()}, SaidBy: make(map[MessageID]nft.Said)}
		m.sayEach(q.told, r, func(each func(k *aggregate.Kept)) {
			for i := range q.pending {
				each(&q.pending[i].Kept)
			}
		})
	}
	for n := 0; !q.Ended && len(q.pending) > 0 && (n == 0 || time.Since(start) < patience); n++ {
		q.Look(q.told, q.pending[:1])
		q.pending = q.pending[1:]
	}
	q.Ended = q.Ended || !q.more && len(q.pending) == 0
}

// searched is what a search goes through, brought to where a snapshot is.
func (m *Model) searched(s *Snapshot, r run, q *Search) *spool.Query {
	if q.Exchanges != nil {
		return m.endedOf(s, r, q.Exchanges)
	}
	query := m.history.query(m, r, q.Rows)
	m.update(query, r, s, q.Rows)
	return query
}

// patience is how long a step looks at what it has read, for who presses a key waits for it.
// It is the time of a clock, not of frames: messages differ a thousandfold in what it takes
// to say them.
const patience = 20 * time.Millisecond

// Look takes in the messages that come next.
func (q *Search) Look(s *Snapshot, list []spool.Placed) {
	for i := range list {
		k := &list[i].Kept
		q.Looked++
		q.Time = k.Frame.Time
		if q.Match(s, k) {
			q.Found = append(q.Found, list[i])
		}
		if len(q.Found) >= max(q.Most, 1) || q.Over != nil && q.Over(k) {
			q.Ended = true
			return
		}
	}
}

// query is that of the messages of rows.
func (h *history) query(m *Model, r run, rows []aggregate.RowID) *spool.Query {
	if h.of != r.spool {
		*h = history{of: r.spool}
	}
	if h.messages != nil && slices.Equal(h.rows, rows) {
		return h.messages
	}
	if len(rows) == 0 { // beside those of the page
		if h.all == nil {
			h.all = r.spool.Query(r.pipe, spool.What{Filter: m.adding}, false)
		}
		return h.all
	}
	h.rows, h.messages = rows, r.spool.Query(r.pipe, spool.What{Rows: rows, Filter: m.adding}, false)
	return h.messages
}
