// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"math"
	"sort"
	"time"
)

// A heat map is latencies over time: columns of HeatStep, each with the number
// of latencies per level.
const (
	HeatStep    = 2 * time.Second
	HeatColumns = 120
	HeatLevels  = len(heatBounds) + 1
)

// heatBounds are where levels begin; level 0 is below the first.
var heatBounds = [...]time.Duration{
	1e3, 3e3, 10e3, 30e3, 100e3, 300e3,
	1e6, 3e6, 10e6, 30e6, 100e6, 300e6,
	1e9, 3e9, 10e9,
}

// HeatBound returns the least latency of a level.
func HeatBound(level int) time.Duration {
	if level <= 0 {
		return 0
	}
	return heatBounds[min(level, len(heatBounds))-1]
}

// HeatLevel is the level of a latency.
func HeatLevel(d time.Duration) int {
	return sort.Search(len(heatBounds), func(i int) bool { return d < heatBounds[i] })
}

func heatColumn(t time.Time) int64 { return t.UnixNano() / int64(HeatStep) }

// heat counts the latencies of the last HeatColumns columns. Those of all are
// exact. Those of cells are entries of a ring, since most cells have few: when
// it is full, the oldest make room, and the map of every row begins later.
type heat struct {
	totals  [HeatColumns]heatTotal
	entries []heatEntry
	next    int   // the oldest entry, once there are maxHeat
	newest  int64 // column
	// at is where the entries of the newest column are.
	at map[heatKey]int
	// lost is the last column that entries were lost of; 0: none were.
	lost int64
}

// maxHeat bounds the entries: 2 MiB.
const maxHeat = 1 << 16

type heatTotal struct {
	column int64
	counts [HeatLevels]uint32
}

type heatKey struct {
	cell  uint64 // cell.serial
	level uint8
}

type heatEntry struct {
	heatKey
	count  uint32
	column int64
}

// add counts latencies of one cell, and all of them when a column is late:
// columns of a hostile file may come in any order.
func (h *heat) add(cell uint64, at time.Time, d time.Duration, n uint32) {
	column, level := heatColumn(at), HeatLevel(d)
	t := &h.totals[uint64(column)%HeatColumns]
	if t.column < column {
		*t = heatTotal{column: column}
	}
	if t.column == column {
		t.counts[level] += n
	}
	switch {
	case h.at == nil:
		h.at, h.newest = make(map[heatKey]int), column
	case column > h.newest:
		clear(h.at)
		h.newest = column
	}
	k := heatKey{cell, uint8(level)}
	if column == h.newest {
		if i, ok := h.at[k]; ok {
			h.entries[i].count += n
			return
		}
	}
	i := h.room()
	h.entries[i] = heatEntry{heatKey: k, count: n, column: column}
	if column == h.newest {
		h.at[k] = i
	}
}

// room returns the place of a new entry.
func (h *heat) room() int {
	if len(h.entries) < maxHeat {
		h.entries = append(h.entries, heatEntry{})
		return len(h.entries) - 1
	}
	i := h.next
	h.next = (i + 1) % maxHeat
	e := &h.entries[i]
	h.lost = max(h.lost, e.column)
	if e.column == h.newest {
		delete(h.at, e.heatKey)
	}
	return i
}

// Heat is a heat map, oldest column first. The last one is still being filled.
type Heat struct {
	End     time.Time // of the last column
	Columns [][HeatLevels]uint32
	// Lost is how many columns, from the first, may lack some: there was more
	// than is kept.
	Lost int
}

// All stands for all rows together, where a map is asked for.
var All = RowID{Depth: math.MaxUint8}

// Heat returns the latencies of a row, or of All, until now. Those of a row that
// was folded are in the map of the row that it was folded into: what is in the
// ring and of no cell was of one.
func (t *Table) Heat(id RowID, now time.Time) Heat {
	last := heatColumn(now)
	first := last - HeatColumns + 1
	h := Heat{
		End:     time.Unix(0, (last+1)*int64(HeatStep)).In(now.Location()),
		Columns: make([][HeatLevels]uint32, HeatColumns),
	}
	if id == All {
		for i := range t.heat.totals {
			if s := &t.heat.totals[i]; s.column >= first && s.column <= last {
				h.Columns[s.column-first] = s.counts
			}
		}
		return h
	}
	folded := id.Level() == LevelOverflow
	cells := make(map[uint64]bool) // those of the row, or those that are not
	for _, c := range t.cells {
		if folded || id.holds(&c.key, c.last.Who) {
			cells[c.serial] = true
		}
	}
	for i := range t.heat.entries {
		if e := &t.heat.entries[i]; e.column >= first && e.column <= last && cells[e.cell] != folded {
			h.Columns[e.column-first][e.level] += e.count
		}
	}
	if t.heat.lost != 0 {
		h.Lost = int(min(max(t.heat.lost-first+1, 0), HeatColumns))
	}
	return h
}

// LongWait is from when on an answer was long in coming.
const LongWait = 100 * time.Millisecond

// heatUp counts latencies of a cell. Who keeps no messages draws no map either.
func (t *Table) heatUp(c *cell, at time.Time, d time.Duration, n uint64) {
	if n > 0 && d >= LongWait && at.After(c.last.WaitedAt) {
		c.last.WaitedAt = at
	}
	if n > 0 && !t.opt.CountOnly {
		t.heat.add(c.serial, at, d, uint32(min(n, math.MaxUint32)))
	}
}

// Quantile returns the level in which the latency of rank ceil(q · count) of a
// column lies; ok is false where none was measured.
func (h *Heat) Quantile(column int, q float64) (level int, ok bool) {
	var sum, seen uint64
	c := &h.Columns[column]
	for _, n := range c {
		sum += uint64(n)
	}
	rank := uint64(math.Ceil(q * float64(sum)))
	for level, n := range c {
		if seen += uint64(n); n > 0 && seen >= rank {
			return level, true
		}
	}
	return 0, false
}
