// SPDX-License-Identifier: Apache-2.0

package aggregate

import "hash/maphash"

// growth makes the rows of a tree, which is built several times a second: many at once, and
// found again without a map of IDs, which are long.
type growth struct {
	slab []Row // those that are not in use yet
	seed maphash.Seed
	// later are the children beyond the first few of all rows, by the sum of their ID, or
	// the next number that was free.
	later map[uint64]*Row
	rows  int // that there will be, about
}

const (
	// fewChildren is up to where a scan beats a map: most rows have a few children.
	fewChildren = 8
	// slabRows is how many rows are made at once, at most.
	slabRows = 64
)

func newGrowth(rows int) *growth {
	return &growth{seed: maphash.MakeSeed(), later: make(map[uint64]*Row), rows: rows}
}

// child returns the child of a row with this ID; nil: it has none yet.
func (g *growth) child(r *Row, id *RowID) *Row {
	for i, c := range r.Children {
		if i == fewChildren {
			break
		}
		if c.ID == *id {
			return c
		}
	}
	if len(r.Children) <= fewChildren {
		return nil
	}
	for at := maphash.Comparable(g.seed, *id); ; at++ {
		if c := g.later[at]; c == nil || c.ID == *id {
			return c
		}
	}
}

// add gives a row a child that it does not have.
func (g *growth) add(r *Row, id *RowID) *Row {
	if len(g.slab) == 0 {
		g.slab = make([]Row, min(slabRows, max(g.rows, 8)))
	}
	c := &g.slab[0]
	g.slab = g.slab[1:]
	c.ID = *id
	if r.Children = append(r.Children, c); len(r.Children) <= fewChildren {
		return c
	}
	at := maphash.Comparable(g.seed, *id)
	for g.later[at] != nil {
		at++
	}
	g.later[at] = c
	return c
}
