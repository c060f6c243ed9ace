// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"math/bits"
	"time"
)

// time is a timestamp of the interface: a number of units of 10^-n or 2^-n
// seconds since 1970 plus the offset.
func (i *iface) time(ts uint64) time.Time {
	n := uint(i.tsresol & 0x7F)
	var sec, nanos uint64
	if i.tsresol&0x80 != 0 {
		if n < 64 {
			sec = ts >> n
			ts &= 1<<n - 1
		}
		// nanos = ts × 10⁹ / 2ⁿ, in 128 bits. Shifts of 64 and more give 0 in Go.
		hi, lo := bits.Mul64(ts, 1e9)
		nanos = lo>>n | hi<<(64-n)
		if n >= 64 {
			nanos = hi >> (n - 64)
		}
	} else {
		unit := pow10(n) // units in a second; 0: more than 64 bits
		if unit != 0 {
			sec = ts / unit
			ts %= unit
		}
		switch {
		case n <= 9:
			nanos = ts * pow10(9-n)
		case pow10(n-9) != 0:
			nanos = ts / pow10(n-9)
		}
	}
	return time.Unix(int64(sec)+i.tsoffset, int64(nanos))
}

// pow10 is 10ⁿ, or 0 if that takes more than 64 bits.
func pow10(n uint) uint64 {
	if n > 19 {
		return 0
	}
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}
