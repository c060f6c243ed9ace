// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"math"
	"strconv"

	"github.com/nltop/nltop/internal/decode"
)

// How tc reads numbers: rates, sizes, times, parts of a whole, handles
// (lib/utils_math.c, lib/utils.c and tc/tc_util.c of iproute2). A number has
// words only where tc makes the same number of them.

// native reads a number of 1 to 8 bytes in the sender's byte order: for nodes
// whose value is text.
func (t *telling) native(n *decode.Node) uint64 {
	var order binary.ByteOrder = binary.LittleEndian
	if t.m.Frame.Origin.BigEndian {
		order = binary.BigEndian
	}
	switch len(n.Raw) {
	case 1:
		return uint64(n.Raw[0])
	case 2:
		return uint64(order.Uint16(n.Raw))
	case 4:
		return uint64(order.Uint32(n.Raw))
	case 8:
		return order.Uint64(n.Raw)
	}
	return 0
}

// record opens a struct. Its members that are zero say nothing: tc begins with a
// struct of zeros.
func (t *telling) record(n *decode.Node) nest {
	if n == nil {
		return nest{t: t}
	}
	in := t.open(n)
	for i := range n.Children {
		if c := &n.Children[i]; !c.Attr && !c.Elem && zero(c.Raw) {
			t.mark(c, true)
		}
	}
	return in
}

// some is a form for what is not zero.
func some(f form) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		if zero(n.Raw) {
			return nil, false
		}
		return f(t, n)
	}
}

// rateWord writes a rate, given in bytes per second. tc computes with doubles,
// which hold its bits exactly up to 2^53.
func rateWord(bytes uint64) (string, bool) {
	if bytes > 1<<50 {
		return "", false
	}
	bits := bytes * 8
	for _, u := range []struct {
		size uint64
		word string
	}{{1e9, "gbit"}, {1e6, "mbit"}, {1e3, "kbit"}} {
		if bits >= u.size && bits%u.size == 0 {
			return decimal(bits/u.size) + u.word, true
		}
	}
	return decimal(bits) + "bit", true
}

// sizeWord writes a number of bytes.
func sizeWord(v uint64) string {
	switch {
	case v >= 1<<20 && v%(1<<20) == 0:
		return decimal(v>>20) + "mb"
	case v >= 1<<10 && v%(1<<10) == 0:
		return decimal(v>>10) + "kb"
	}
	return decimal(v)
}

// timeWord writes a time that is a number of nanoseconds.
func timeWord(ns uint64) string {
	for _, u := range []struct {
		size uint64
		word string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}} {
		if ns >= u.size && ns%u.size == 0 {
			return decimal(ns/u.size) + u.word
		}
	}
	return decimal(ns) + "ns"
}

// microsWord writes a time that is a number of microseconds.
func microsWord(us uint64) string {
	if us == 0 {
		return "0us"
	}
	return timeWord(us * 1000)
}

// partWord writes a part of a whole in as few digits as tc makes the same number
// of: scale is the whole, per is what the word says of the whole (100 for
// percent).
func partWord(v uint64, per, scale float64, same func(float64) uint64) (string, bool) {
	for digits := range 34 {
		s := strconv.FormatFloat(float64(v)/scale*per, 'f', digits, 64)
		if f, err := strconv.ParseFloat(s, 64); err == nil && same(f) == v {
			return s, true
		}
	}
	return "", false
}

// percentWord writes a part of 2^32-1 in percent.
func percentWord(v uint64) (string, bool) {
	s, ok := partWord(v, 100, math.MaxUint32, func(f float64) uint64 { return uint64(math.RoundToEven(f / 100 * math.MaxUint32)) })
	return s + "%", ok
}

// probabilityWord writes a part of 2^32, which tc cuts off.
func probabilityWord(v uint64) (string, bool) {
	return partWord(v, 1, 1<<32, func(f float64) uint64 { return uint64(f * (1 << 32)) })
}

// classWord writes a handle or a class ID, both numbers in hex.
func classWord(v uint64) string {
	switch v {
	case 0:
		return "none"
	case 0xffffffff:
		return "root"
	}
	s := strconv.FormatUint(v>>16, 16) + ":"
	if minor := v & 0xffff; minor != 0 {
		s += strconv.FormatUint(minor, 16)
	}
	return s
}

var (
	asRate form = func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := rateWord(number(n))
		return []string{s}, ok
	}
	asSize form = func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{sizeWord(number(n))}, true
	}
	// asMicros is a time in microseconds, asNanos one in nanoseconds.
	asMicros form = func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{microsWord(number(n))}, true
	}
	asNanos form = func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{timeWord(number(n))}, number(n) < 1<<53
	}
	asClass form = func(t *telling, n *decode.Node) ([]string, bool) {
		return []string{classWord(t.native(n))}, len(n.Raw) == 4
	}
	// asBareHex is a number that a tool reads as hex without a prefix.
	asBareHex form = func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{strconv.FormatUint(number(n), 16)}, true
	}
	// asClock is the number of a clock, by the names that tc knows.
	asClock = asOneOf(map[uint64]string{0: "CLOCK_REALTIME", 1: "CLOCK_MONOTONIC", 7: "CLOCK_BOOTTIME", 11: "CLOCK_TAI"})
)

// numbers are the elements of an array.
func numbers(n *decode.Node) []uint64 {
	out := make([]uint64, 0, len(n.Children))
	for i := range n.Children {
		out = append(out, number(&n.Children[i]))
	}
	return out
}

func decimals(v []uint64) []string {
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = decimal(x)
	}
	return out
}

// asNumbers is an array as one word per element.
var asNumbers form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return decimals(numbers(n)), len(n.Children) > 0
}

// bit is one of several that stand in one number, and its word.
type bit struct {
	mask uint64
	word string
}

// bits says the bits of a number. They count as said where all of them have words.
func (n nest) bits(name string, of []bit) {
	x := n.peek(name)
	if x == nil {
		return
	}
	v := number(x)
	for _, b := range of {
		if v&b.mask != 0 {
			n.t.say(b.word)
			v &^= b.mask
		}
	}
	if v == 0 {
		n.t.mark(x, true)
	}
}

// How long a packet takes, in ticks of 64 ns, of which a microsecond has 15.625
// (/proc/net/psched). iproute2 before 6.14 cut both off, ticks and before them
// microseconds; since then it rounds ticks up.

func ticksCut(rate, size uint64) uint64 {
	us := math.Trunc(1e6 * (float64(size) / float64(rate)))
	return uint64(math.Trunc(us * 15.625))
}

func ticksUp(rate, size uint64) uint64 {
	return min(uint64(math.Ceil(1e6*(float64(size)/float64(rate))*15.625)), math.MaxUint32)
}

// sizeOf finds the number of bytes that take so many ticks at a rate: the
// roundest that any tc makes these ticks of.
func sizeOf(rate, ticks uint64) (uint64, bool) {
	if rate == 0 || ticks == 0 {
		return 0, false
	}
	near := float64(ticks) / 15.625 * float64(rate) / 1e6
	wide := float64(rate)/1e6*1.1 + 2 // a microsecond's worth
	if near+wide > 1<<50 {
		return 0, false
	}
	lo, hi := uint64(max(near-wide, 1)), uint64(near+wide)
	for _, makes := range []func(size uint64) bool{
		func(s uint64) bool { return ticksCut(rate, s) == ticks && ticksUp(rate, s) == ticks },
		func(s uint64) bool { return ticksCut(rate, s) == ticks },
		func(s uint64) bool { return ticksUp(rate, s) == ticks },
	} {
		for _, round := range []uint64{1 << 20, 1 << 10, 1000, 100, 10, 1} {
			for s, tried := (lo+round-1)/round*round, 0; s <= hi && tried < 4096; s, tried = s+round, tried+1 {
				if makes(s) {
					return s, true
				}
			}
		}
	}
	return 0, false
}

// parseFloat reads a number that this package wrote.
func parseFloat(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
