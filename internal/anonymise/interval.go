// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"slices"

	"github.com/nltop/nltop/internal/decode"
)

// A set of nftables has an interval of addresses as two elements, its first one and the one
// behind its last (NFT_SET_ELEM_INTERVAL_END), or as one that has both (KEY_END, which is
// the last). Pseudonyms keep prefixes, not the order of addresses: an interval becomes the
// smallest prefix that has all of it, under its pseudonym, so that what was in it is.

// bound is a begin or an end of an interval, as it was.
type bound struct {
	set, value string
	end        bool
}

// maxBounds is how many are remembered: events tell each by itself, and dumps may have the
// two in different messages.
const maxBounds = 1 << 14

// limit is a bound in the message at hand.
type limit struct {
	raw []byte
	end bool
}

// intervals finds what the bounds of intervals become that are elements of a set, and
// keeps it.
func (w *overwriter) intervals(set string, elements []decode.Node) {
	var limits []limit
	ends := false
	for i := range elements {
		p := parts(elements[i].Children)
		first, last := p.data("NFTA_SET_ELEM_KEY"), p.data("NFTA_SET_ELEM_KEY_END")
		if len(last) > 0 && len(last) == len(first) {
			w.ranges(first, last)
			continue
		}
		flags, _ := p.number("NFTA_SET_ELEM_FLAGS")
		l := limit{first, flags&1 != 0}
		ends = ends || l.end
		if w.isAddress(first) {
			limits = append(limits, l)
		}
	}
	if ends || len(w.a.bounds) > 0 {
		w.pair(set, limits)
	}
}

// isAddress says whether a whole key of the set is an address.
func (w *overwriter) isAddress(key []byte) bool {
	if len(key) != 4 && len(key) != 16 {
		return false
	}
	types := w.set.key
	return len(types) == 0 || len(types) == 1 && (types[0] == "ipv4_addr" || types[0] == "ipv6_addr")
}

// pair finds the end of each interval: the element that follows it.
func (w *overwriter) pair(set string, limits []limit) {
	sorted := slices.Clone(limits)
	slices.SortStableFunc(sorted, func(x, y limit) int {
		if n := bytes.Compare(x.raw, y.raw); n != 0 || x.end == y.end {
			return n
		}
		if x.end {
			return -1
		}
		return 1
	})
	for i, l := range sorted {
		if l.end {
			continue
		}
		for _, next := range sorted[i+1:] {
			if len(next.raw) != len(l.raw) || bytes.Equal(next.raw, l.raw) {
				continue
			}
			last := before(next.raw)
			if k, whole := enclosing(l.raw, last); next.end || whole {
				first, behind := w.s.interval(l.raw, k)
				w.becomes(set, l, first)
				if next.end {
					w.becomes(set, next, behind)
				}
			}
			break
		}
	}
	for _, l := range limits {
		if now, ok := w.a.bounds[bound{set, string(l.raw), l.end}]; ok {
			w.bound(l.raw, now)
		}
	}
}

// becomes remembers what a bound becomes.
func (w *overwriter) becomes(set string, l limit, now []byte) {
	if len(w.a.bounds) >= maxBounds {
		clear(w.a.bounds)
	}
	w.a.bounds[bound{set, string(l.raw), l.end}] = now
}

func (w *overwriter) bound(raw, now []byte) {
	if w.bounds == nil {
		w.bounds = map[*byte][]byte{}
	}
	w.bounds[&raw[0]] = now
}

// ranges does so for the parts of an element that has both bounds. What is no interval of
// addresses in it becomes what it would alone.
func (w *overwriter) ranges(first, last []byte) {
	types := w.set.key
	if len(types) == 0 {
		return
	}
	x, y := bytes.Clone(first), bytes.Clone(last)
	w.typed(x, types)
	w.typed(y, types)
	at := 0
	for _, t := range types {
		n, known := widths[t]
		if !known {
			return
		}
		n = min(n, len(first)-at)
		a, b := first[at:at+n], last[at:at+n]
		if (t == "ipv4_addr" || t == "ipv6_addr") && (n == 4 || n == 16) && bytes.Compare(a, b) < 0 {
			k, _ := enclosing(a, b)
			begin, behind := w.s.interval(a, k)
			copy(x[at:], begin)
			copy(y[at:], before(behind))
		}
		at = min(at+(n+3)&^3, len(first))
	}
	w.bound(first, x)
	w.bound(last, y)
}

// interval is the pseudonym of the prefix of k bits that an address has: its first address,
// and the one behind its last.
func (s *secret) interval(addr []byte, k int) (first, behind []byte) {
	first = bytes.Clone(addr)
	for n := k; n < 8*len(first); n++ {
		first[n/8] &^= 0x80 >> (n % 8)
	}
	s.network(first, k)
	behind = bytes.Clone(first)
	for n := k; n < 8*len(behind); n++ {
		behind[n/8] |= 0x80 >> (n % 8)
	}
	for i := len(behind) - 1; i >= 0; i-- {
		if behind[i]++; behind[i] != 0 {
			break
		}
	}
	return first, behind
}

// before is the address before one.
func before(addr []byte) []byte {
	b := bytes.Clone(addr)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]--; b[i] != 0xff {
			break
		}
	}
	return b
}

// enclosing is how many bits all addresses from one to another have in common; whole: all
// that have these bits are among them.
func enclosing(first, last []byte) (k int, whole bool) {
	for k < 8*len(first) && (first[k/8]^last[k/8])&(0x80>>(k%8)) == 0 {
		k++
	}
	whole = true
	for n := k; n < 8*len(first); n++ {
		bit := byte(0x80) >> (n % 8)
		whole = whole && first[n/8]&bit == 0 && last[n/8]&bit != 0
	}
	return k, whole
}
