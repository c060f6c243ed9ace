// SPDX-License-Identifier: Apache-2.0

package aggregate

// TrendSlots and TrendStep are how far a Trend goes back, and in which steps.
const (
	TrendSlots = 16
	TrendStep  = trendBuckets * bucketWidth // 2 s

	trendBuckets = 8
)

// Trend is how many messages a cell or row had in each step, oldest first; the step that
// is being filled is not in it.
type Trend [TrendSlots]uint32

func (t *Trend) add(o *Trend) {
	for i, n := range o {
		t[i] += n
	}
}

// trendRing counts for a Trend: each step in the place of its number.
type trendRing struct {
	newest int64 // number of a step
	counts [TrendSlots + 1]uint32
}

func trendStep(bucket int64) int64 { return bucket / trendBuckets }

// count adds messages to the step that a bucket (bucketOf) is in.
func (r *trendRing) count(bucket int64, messages uint64) {
	n := trendStep(bucket)
	switch by := n - r.newest; {
	case by >= int64(len(r.counts)) || r.newest == 0:
		*r = trendRing{newest: n}
	case by > 0:
		for i := r.newest + 1; i <= n; i++ {
			r.counts[r.at(i)] = 0
		}
		r.newest = n
	case -by >= int64(len(r.counts)):
		return // too old
	}
	r.counts[r.at(n)] += uint32(messages)
}

func (r *trendRing) at(n int64) uint64 { return uint64(n) % uint64(len(r.counts)) }

// trend is that of the time before a bucket.
func (r *trendRing) trend(bucket int64) (t Trend) {
	end := trendStep(bucket)
	for i := range t {
		n := end - int64(len(t)-i)
		if n <= r.newest && r.newest-n < int64(len(r.counts)) {
			t[i] = r.counts[r.at(n)]
		}
	}
	return t
}

// fold adds another's.
func (r *trendRing) fold(o *trendRing) {
	for i := range int64(len(o.counts)) {
		n := o.newest - i
		if c := o.counts[o.at(n)]; c > 0 {
			r.count(n*trendBuckets, uint64(c))
		}
	}
}

// trendSpan is the whole of it in buckets.
const trendSpan = (TrendSlots + 1) * trendBuckets
