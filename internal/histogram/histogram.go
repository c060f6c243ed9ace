// SPDX-License-Identifier: Apache-2.0

// Package histogram counts durations in buckets whose width grows with them,
// like HDR histograms: every octave has SubBuckets of them. A quantile is
// within 1/64 (1.6 %) of a value that was added, and exact below 32 ns.
//
// The numbering is the one that bpf/ uses, so that what the kernel counted can
// be added. It keeps no samples and knows no time.
package histogram

import "math/bits"

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
