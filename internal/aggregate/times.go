// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"time"

	"github.com/nltop/nltop/internal/histogram"
)

// Times is the distribution of durations of a cell, or of the cells of a row: of
// Counters.Latency, or of Counters.Kernel. The zero value is empty.
type Times struct {
	parts  []*histogram.H
	merged *histogram.H
}

// times is what a cell has of Times: a pointer, since there are many cells.
type times struct{ h *shared } // nil: none yet

type shared struct {
	histogram.H
	shared bool // a snapshot has it: not to be written to
}

// own returns the durations, to be written to.
func (t *times) own() *histogram.H {
	switch {
	case t.h == nil:
		t.h = new(shared)
	case t.h.shared:
		t.h = &shared{H: t.h.Copy()}
	}
	return &t.h.H
}

// share hands out the durations, to keep: the cell makes a copy before it adds more,
// and an idle one none.
func (t *times) share() Times {
	if t.h == nil {
		return Times{}
	}
	t.h.shared = true
	return Times{parts: []*histogram.H{&t.h.H}}
}

// merge adds those of o.
func (t *times) merge(o *times) {
	if o.h != nil {
		t.own().Merge(&o.h.H)
	}
}

// Add takes the durations of o too. They are merged when somebody asks: most
// rows of most trees are never looked at.
func (t *Times) Add(o *Times) {
	if len(o.parts) == 0 {
		return
	}
	t.parts = append(t.parts, o.parts...)
	t.merged = nil
}

// Count is the number of durations: fewer than were counted where a source that
// counts by itself (capture.Counter) did not tell them apart.
func (t *Times) Count() (n uint64) {
	for _, p := range t.parts {
		n += p.Count()
	}
	return n
}

// Quantile returns a duration as histogram.H does; 0 where none was measured. It
// is not safe for concurrent use.
func (t *Times) Quantile(q float64) time.Duration {
	switch {
	case len(t.parts) == 0:
		return 0
	case len(t.parts) == 1:
		return t.parts[0].Quantile(q)
	case t.merged == nil:
		t.merged = new(histogram.H)
		for _, p := range t.parts {
			t.merged.Merge(p)
		}
	}
	return t.merged.Quantile(q)
}
