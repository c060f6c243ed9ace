// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"math/bits"
	"math/rand/v2"
)

// index finds what is kept under a key. A place is where it was until it is removed, so
// that whoever has one need not look it up again: a request does that several times in its
// life, and each time costs more than all else that is done for it. The zero value is empty
// and ready.
type index[V any] struct {
	seed    [3]uint64   // nobody can make a file whose keys share a bucket
	buckets []*place[V] // as many as a power of two
	n       int
	unused  *place[V]
}

// place is one key of an index.
type place[V any] struct {
	key  key
	of   V
	next *place[V] // of the bucket, or of those that are unused
}

// fewBuckets is how many there are at first.
const fewBuckets = 64

func (x *index[V]) bucket(k key) **place[V] {
	h := mix(k.netns^x.seed[0], x.seed[1]^uint64(k.protocol))
	h = mix(h^(uint64(k.port)<<32|uint64(k.seq)), x.seed[2])
	return &x.buckets[h&uint64(len(x.buckets)-1)]
}

// mix spreads two numbers over 64 bits.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// find returns the place of a key; nil: it has none.
func (x *index[V]) find(k key) *place[V] {
	if x.n == 0 {
		return nil
	}
	p := *x.bucket(k)
	for p != nil && p.key != k {
		p = p.next
	}
	return p
}

// get returns what is kept under a key; nothing: the zero V.
func (x *index[V]) get(k key) (v V) {
	if p := x.find(k); p != nil {
		return p.of
	}
	return v
}

// at returns the place of a key, an empty one if it had none.
func (x *index[V]) at(k key) *place[V] {
	if p := x.find(k); p != nil {
		return p
	}
	if x.n >= len(x.buckets) {
		x.grow()
	}
	p := x.unused
	if p == nil {
		p = new(place[V])
	} else {
		x.unused = p.next
	}
	b := x.bucket(k)
	p.key, p.next = k, *b
	*b = p
	x.n++
	return p
}

func (x *index[V]) grow() {
	if x.buckets == nil {
		x.seed = [3]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64() | 1}
	}
	old := x.buckets
	x.buckets = make([]*place[V], max(fewBuckets, 2*len(old)))
	for _, p := range old {
		for p != nil {
			next := p.next
			b := x.bucket(p.key)
			p.next, *b = *b, p
			p = next
		}
	}
}

// remove takes a place out. It may become that of another key.
func (x *index[V]) remove(p *place[V]) {
	at := x.bucket(p.key)
	for *at != p {
		at = &(*at).next
	}
	*at = p.next
	x.n--
	*p = place[V]{next: x.unused}
	x.unused = p
}
