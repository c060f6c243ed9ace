// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
)

// trouble is how badly a row wants to be looked at.
type trouble uint8

const (
	troubleNone trouble = iota
	troubleWaits
	troubleErrors
	troubleCaused // others lost what it made them receive
	troubleLost
	troubleLosing // right now
)

const (
	// wrongFor is how long something counts as wrong after it has happened. A recording
	// is one piece: there all of it counts.
	wrongFor = live.HoldsFor
	// losingFor is likewise how long somebody is losing messages right now.
	losingFor = 2 * incident.Quiet
)

// recent says whether something happened so lately that it still counts.
func (a *app) recent(t time.Time) bool {
	return !t.IsZero() && (a.snap.Replay != nil || a.snap.Table.Time.Sub(t) < wrongFor)
}

// troubleOf is what is wrong with a row.
func (a *app) troubleOf(r *aggregate.Row) trouble {
	switch {
	case !r.LostAt.IsZero() && a.snap.Table.Time.Sub(r.LostAt) < losingFor:
		return troubleLosing
	case a.recent(r.LostAt):
		return troubleLost
	case r.Caused.Lost > 0:
		return troubleCaused
	case a.recent(r.Errnos.At):
		return troubleErrors
	case a.recent(r.WaitedAt):
		return troubleWaits
	}
	return troubleNone
}

// byTrouble is the order at the start: what is wrong first, then what talks most.
func (a *app) byTrouble(x, y *aggregate.Row) int {
	return cmp.Or(cmp.Compare(a.troubleOf(y), a.troubleOf(x)), aggregate.ByRate(x, y))
}

// calmFor is how long rows stay where they are.
const calmFor = 5 * time.Second

// calm keeps rows in their places: they are sorted anew at most once in calmFor. New rows
// come in where they belong.
type calm struct {
	sorted time.Time // when rows changed places last
	// places are the rows inside of each that is open, of the zero ID those at the top.
	places map[aggregate.RowID][]aggregate.RowID
}

// reset forgets the places: the user wants another order.
func (c *calm) reset() { c.places = nil }

// calmly says what calm.arrange goes by.
type calmly struct {
	now  time.Time
	open func(r *aggregate.Row) bool // its rows are seen
	held func(r *aggregate.Row) bool // it is under the cursor, or around what is
	// free: rows need not stay, since nobody can read them yet.
	free bool
}

// arrange gives rows, which are in the order that is wanted, their places.
func (c *calm) arrange(top []*aggregate.Row, o calmly) []*aggregate.Row {
	before := c.places
	if o.free {
		before = nil
	}
	c.places = make(map[aggregate.RowID][]aggregate.RowID)
	due, moved := o.now.Sub(c.sorted) >= calmFor, false
	var walk func(around aggregate.RowID, rows []*aggregate.Row) []*aggregate.Row
	walk = func(around aggregate.RowID, rows []*aggregate.Row) []*aggregate.Row {
		if old := before[around]; old != nil {
			var m bool
			rows, m = place(rows, old, due, o.held)
			moved = moved || m
		}
		ids := make([]aggregate.RowID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
			if o.open(r) {
				r.Children = walk(r.ID, r.Children)
			}
		}
		c.places[around] = ids
		return rows
	}
	top = walk(aggregate.RowID{}, top)
	if moved {
		c.sorted = o.now
	}
	return top
}

// place puts rows where they were before, or if sorting is due into their own order but
// for the row that is held; moved: some changed places.
func place(rows []*aggregate.Row, old []aggregate.RowID, due bool, held func(*aggregate.Row) bool) (out []*aggregate.Row, moved bool) {
	if slices.EqualFunc(rows, old, func(r *aggregate.Row, id aggregate.RowID) bool { return r.ID == id }) {
		return rows, false
	}
	was := make(map[aggregate.RowID]int, len(old))
	for i, id := range old {
		was[id] = i
	}
	type ranked struct {
		row       *aggregate.Row
		rank, was int // in the order that is wanted, and before
	}
	var known, fresh []ranked
	for i, r := range rows {
		if at, ok := was[r.ID]; ok {
			known = append(known, ranked{r, i, at})
		} else {
			fresh = append(fresh, ranked{r, i, 0})
		}
	}
	sorted := slices.IsSortedFunc(known, func(a, b ranked) int { return a.was - b.was })
	if sorted {
		return rows, false // nothing but new rows, and those that are gone
	}
	slices.SortFunc(known, func(a, b ranked) int { return a.was - b.was })
	for len(known)+len(fresh) > 0 {
		if len(known) == 0 || len(fresh) > 0 && fresh[0].rank < known[0].rank {
			out, fresh = append(out, fresh[0].row), fresh[1:]
		} else {
			out, known = append(out, known[0].row), known[1:]
		}
	}
	if !due {
		return out, false
	}
	at := slices.IndexFunc(out, held)
	if at < 0 {
		return rows, true
	}
	stays := out[at]
	out = slices.DeleteFunc(slices.Clone(rows), func(r *aggregate.Row) bool { return r == stays })
	return slices.Insert(out, at, stays), true
}
