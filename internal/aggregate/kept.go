// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"slices"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Kept is one message of those that can still be looked at. Its frame carries this
// message alone.
type Kept struct {
	Seq uint64 // in order of arrival, unique within a capture
	correlate.Observation
}

// Keep returns a copy of a message with nothing in it that anybody will change, and no
// more of its datagram than the message.
func Keep(seq uint64, o *correlate.Observation) Kept {
	x, f, m := *o, *o.Frame, *o.Message
	f.Data, f.OrigLen = slices.Clone(m.Data), int(size(o))
	m.Data, m.Frame, m.Offset = f.Data, &f, 0
	x.Frame, x.Message = &f, &m
	x.Own()
	return Kept{Seq: seq, Observation: x}
}

// IsMessage says whether an observation is a message of somebody: what Options.Message
// is told.
func IsMessage(x *correlate.Observation) bool { return counts(x) && x.Message != nil }

// counts says whether an observation is counted.
func counts(x *correlate.Observation) bool {
	return x.Frame != nil && x.End == correlate.EndNone && x.Frame.Kind != capture.KindLock &&
		x.Frame.Kind != capture.KindTruncated && x.Frame.Kind != capture.KindRefused && (x.Frame.Kind != capture.KindRead || x.Read) &&
		x.Frame.Verdict != capture.VerdictUnheard // nobody's
}

// Holds says whether a message is counted in the row.
func (id RowID) Holds(x *correlate.Observation) bool {
	k := keyOf(x)
	return id.holds(&k, &x.Account)
}

// Asked says whether the request of an exchange that has ended is counted in the row.
func (id RowID) Asked(x *correlate.Observation) bool { return id.Holds(asking(x)) }

// CellsOf returns the lower halves of the numbers, as Options.Message is told them, of the
// cells whose sum the rows are. A cell that had to make room is in none.
func (t *Table) CellsOf(rows ...RowID) map[uint32]bool {
	of := make(map[uint32]bool)
	for _, c := range t.cells {
		for _, id := range rows {
			if id.holds(&c.key, c.last.Who) {
				of[uint32(c.serial)] = true
				break
			}
		}
	}
	return of
}
