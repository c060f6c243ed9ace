// SPDX-License-Identifier: Apache-2.0

// Package histogram counts durations in buckets whose width grows with them,
// like HDR histograms: every octave has SubBuckets of them. A quantile is
// within 1/64 (1.6 %) of a value that was added, and exact below 32 ns.
//
// The numbering is the one that bpf/ uses, so that what the kernel counted can
// be added. It keeps no samples and knows no time.
package histogram

import (
	"math"
	"math/bits"
	"time"
)

// SubBuckets is the number of buckets per octave, a power of two.
const (
	subBits    = 5
	SubBuckets = 1 << subBits
	// topOctave bounds what is told apart: 2^41 ns are 36 minutes.
	topOctave = 40
	// Buckets is how many there are.
	Buckets = (topOctave - subBits + 2) * SubBuckets
)

// Number returns the bucket of v nanoseconds: v itself below 32, else
//
//	e = floor(log2 v)
//	(e - 4) * 32 + (v >> (e - 5)) % 32
//
// and the last one from 2^41 on.
func Number(v uint64) uint16 {
	if v < SubBuckets {
		return uint16(v)
	}
	e := bits.Len64(v) - 1
	if e > topOctave {
		return Buckets - 1
	}
	return uint16((e-subBits+1)*SubBuckets + int(v>>(e-subBits))&(SubBuckets-1))
}

// Bounds returns the least value of bucket n and the least that is above it.
func Bounds(n uint16) (low, above uint64) {
	if n < SubBuckets {
		return uint64(n), uint64(n) + 1
	}
	e := int(n)/SubBuckets + subBits - 1
	width := uint64(1) << (e - subBits)
	low = (SubBuckets + uint64(n)%SubBuckets) * width
	return low, low + width
}

// H is a histogram of durations in nanoseconds. The zero value is empty and
// ready; it takes room for the octaves that are used: 128 bytes each beside 320.
// It is not safe for concurrent use.
type H struct {
	pages [Buckets / SubBuckets]*[SubBuckets]uint32
	count uint64
	sum   uint64
	max   uint64
}

// Add counts one duration; a negative one counts as 0.
func (h *H) Add(d time.Duration) {
	v := uint64(max(d, 0))
	h.put(Number(v), 1)
	h.count++
	h.sum += v
	h.max = max(h.max, v)
}

// AddBucket counts durations that somebody else sorted into bucket n, and
// AddSums what it knows exactly of them. A number that is none is the last.
func (h *H) AddBucket(n uint16, times uint64) { h.put(min(n, Buckets-1), times) }

// AddSums is described at AddBucket.
func (h *H) AddSums(count uint64, sum, most time.Duration) {
	h.count += count
	h.sum += uint64(max(sum, 0))
	h.max = max(h.max, uint64(max(most, 0)))
}

// put adds to a bucket. One that is full stays full: quantiles hardly move
// behind four thousand million.
func (h *H) put(n uint16, times uint64) {
	p := h.pages[n/SubBuckets]
	if p == nil {
		p = new([SubBuckets]uint32)
		h.pages[n/SubBuckets] = p
	}
	b := &p[n%SubBuckets]
	*b = uint32(min(uint64(*b)+times, 1<<32-1))
}

// Merge adds what is in o.
func (h *H) Merge(o *H) {
	if o == nil {
		return
	}
	for i, p := range o.pages {
		if p == nil {
			continue
		}
		for k, times := range p {
			if times > 0 {
				h.put(uint16(i*SubBuckets+k), uint64(times))
			}
		}
	}
	h.count += o.count
	h.sum += o.sum
	h.max = max(h.max, o.max)
}

// Count, Sum and Max are exact.
func (h *H) Count() uint64      { return h.count }
func (h *H) Sum() time.Duration { return time.Duration(h.sum) }
func (h *H) Max() time.Duration { return time.Duration(h.max) }

// Quantile returns a value that at least q (0 to 1) of the durations do not
// exceed by more than the error of a bucket: the middle of the bucket in which
// the one of rank ceil(q · count) lies. 0 where nothing was added.
func (h *H) Quantile(q float64) time.Duration {
	if h.count == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(h.count)))
	rank = min(max(rank, 1), h.count)
	if rank == h.count {
		return time.Duration(h.max)
	}
	var seen uint64
	for i, p := range h.pages {
		if p == nil {
			continue
		}
		for k, times := range p {
			if seen += uint64(times); seen >= rank && times > 0 {
				low, above := Bounds(uint16(i*SubBuckets + k))
				return time.Duration(min(low+(above-1-low)/2, h.max))
			}
		}
	}
	return time.Duration(h.max)
}

// Copy returns a copy that shares nothing with h.
func (h *H) Copy() H {
	c := *h
	for i, p := range c.pages {
		if p != nil {
			page := *p
			c.pages[i] = &page
		}
	}
	return c
}
