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

// own returns the latencies of a cell, to be written to.
func (c *cell) own() *histogram.H {
	switch {
	case c.times == nil:
		c.times = new(histogram.H)
	case c.lent:
		c.times = c.times.Clone()
	}
	c.lent = false
	return c.times
}

// lend hands out the latencies of a cell. Whoever has them keeps them: the cell
// makes a copy before it adds more, and an idle one none.
func (c *cell) lend() Times {
	if c.times == nil {
		return Times{}
	}
	c.lent = true
	return Times{parts: []*histogram.H{c.times}}
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
