// SPDX-License-Identifier: Apache-2.0

package aggregate

import "time"

// Snapshot is a copy of a table. It is never written to after it was made.
type Snapshot struct {
	Time  time.Time // what it was asked for
	Start time.Time // of the first observation since the table was made or cleared
	Total Counters
	Rates Rates
	Last  Last
	Times Times
	// KernelTimes is described at Cell.
	KernelTimes Times
	Cells       []Cell
	Overflow    Overflow
	// Causes are in the order in which they came; OtherCauses is the sum of those that had to make room.
	Causes      []Cause
	OtherCauses Caused
	// History is all messages by the second, oldest first, up to Time.
	History []uint32
}

// Cell is what is known of one Key.
type Cell struct {
	Key
	PortID uint32 // of the socket, also where Key has its inode
	Counters
	Rates
	Last
	Times Times
	// KernelTimes are those of Kernel, as far as the source told them apart.
	KernelTimes Times
	Trend       Trend
	Errnos      *Errnos // nil: no error
}

// Overflow is the sum of the cells that had to make room.
type Overflow struct {
	Cells uint64
	Counters
	Rates
	Last
	Times, KernelTimes Times
	Trend              Trend
	Errnos             Errnos
}

// Snapshot copies what was counted; now is the end of the time that rates are
// for.
func (t *Table) Snapshot(now time.Time) Snapshot {
	n, start := bucketOf(now), bucketOf(t.start)
	s := Snapshot{
		Time:  now,
		Start: t.start,
		Total: t.total.counts,
		Rates: t.total.rate.rates(n, start),
		Last:  t.total.last,
		Times: t.total.times.share(), KernelTimes: t.total.kernel.share(),
		Cells: make([]Cell, len(t.cells)),
		Overflow: Overflow{
			Cells:    t.folded,
			Counters: t.overflow.counts,
			Rates:    t.overflow.rate.rates(n, start),
			Last:     t.overflow.last,
			Times:    t.overflow.times.share(), KernelTimes: t.overflow.kernel.share(),
			Trend: t.overflow.trend.trend(n),
		},
		Causes: t.causes.list(), OtherCauses: t.causes.other,
		History: t.history.last(now),
	}
	if e := t.overflow.errnos.share(); e != nil {
		s.Overflow.Errnos = *e
	}
	for i, c := range t.cells {
		d := &s.Cells[i]
		d.Key, d.PortID, d.Counters, d.Last = c.key, c.portID, c.counts, c.last
		d.Times, d.KernelTimes = c.times.share(), c.kernel.share()
		d.Errnos = c.errnos.share()
		if c.newest >= n-rateWindow {
			d.Rates = c.rate.rates(n, start)
		}
		if c.newest >= n-trendSpan {
			d.Trend = c.trend.trend(n)
		}
	}
	return s
}
