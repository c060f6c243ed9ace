// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"time"

	"github.com/nltop/nltop/internal/histogram"
)

// Times is the distribution of latencies (Counters.Latency) of a cell, or of
// the cells of a row. The zero value is empty.
type Times struct {
	parts  []*histogram.H
	merged *histogram.H
}

// timesOf copies a histogram that goes on growing.
func timesOf(h *histogram.H) Times {
	if h == nil {
		return Times{}
	}
	return Times{parts: []*histogram.H{h.Clone()}}
}

// Add takes the durations of o too. They are merged when somebody asks: most
// rows of most trees are never looked at.
func (t *Times) Add(o *Times) {
	t.parts = append(t.parts, o.parts...)
	t.merged = nil
}

// Quantile returns a latency as histogram.H does; 0 where none was measured. It
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

// Equal says whether both hold the same durations.
func (t Times) Equal(o Times) bool {
	var a, b histogram.H
	for _, p := range t.parts {
		a.Merge(p)
	}
	for _, p := range o.parts {
		b.Merge(p)
	}
	return a.Equal(&b)
}
