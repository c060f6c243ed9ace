// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"encoding/binary"
	"net/netip"
)

// Addresses keep what they have in common: two that begin with the same n bits have
// pseudonyms that begin with the same n bits, and no more. As in Crypto-PAn, whether a bit
// is turned depends on the key and on the bits before it alone; all such trees are
// one-to-one. The bits on the way to a prefix of standing are never turned, so that
// what begins with it still does, and nothing else does: loopback, multicast and the like
// mean the same afterwards.

// standing are prefixes that keep their place. Behind those that are whole nothing is
// turned at all.
type standing struct {
	prefix netip.Prefix
	whole  bool
}

var standing4 = []standing{
	{netip.MustParsePrefix("0.0.0.0/32"), true},      // unspecified
	{netip.MustParsePrefix("127.0.0.0/8"), true},     // loopback
	{netip.MustParsePrefix("169.254.0.0/16"), false}, // link-local
	{netip.MustParsePrefix("224.0.0.0/4"), false},    // multicast
	{netip.MustParsePrefix("224.0.0.0/24"), true},    // of protocols
	{netip.MustParsePrefix("240.0.0.0/4"), true},     // broadcast, and masks
}

var standing6 = []standing{
	{netip.MustParsePrefix("::/127"), true},              // unspecified, loopback
	{netip.MustParsePrefix("::ffff:0.0.0.0/96"), false},  // IPv4 inside: see v6
	{netip.MustParsePrefix("64:ff9b::/96"), false},       // NAT64
	{netip.MustParsePrefix("fe80::/64"), false},          // link-local
	{netip.MustParsePrefix("ff00::/8"), false},           // multicast, with flags and scope
	{netip.MustParsePrefix("ffff::/16"), true},           // masks
	{netip.MustParsePrefix("ff02::1:ff00:0/104"), false}, // solicited-node
}

// wellKnown6 is ff0X::/112 of every scope and flag: the groups of protocols.
func wellKnown6(a *[16]byte, bits int) bool {
	if a[0] != 0xff || bits <= 8 {
		return bits <= 8 && a[0]>>(8-uint(bits)) == 0xff>>(8-uint(bits))
	}
	if bits <= 16 {
		return true
	}
	for i := 2; i < 14; i++ {
		if a[i] != 0 && bits > 8*i {
			return bits <= 8*i+leading(a[i])
		}
	}
	return true
}

// leading counts the zero bits that a byte begins with.
func leading(b byte) int {
	n := 0
	for b&0x80 == 0 && n < 8 {
		b <<= 1
		n++
	}
	return n
}

// onWay says whether the first n bits of an address lead to a prefix of standing, or
// behind one that is whole.
func onWay(list []standing, a netip.Addr, n int) bool {
	for i := range list {
		p := list[i].prefix
		if n < p.Bits() {
			if q, err := a.Prefix(n); err == nil && q.Contains(p.Addr()) {
				return true
			}
		} else if list[i].whole && p.Contains(a) {
			return true
		}
	}
	return false
}

// ipv4 replaces an address in place.
func (s *secret) ipv4(b []byte) {
	a := netip.AddrFrom4([4]byte(b))
	s.turn(forIPv4, b, 0, func(n int) bool { return onWay(standing4, a, n) })
}

// ipv6 replaces an address in place; the IPv4 address inside of a mapped one as ipv4 does.
func (s *secret) ipv6(b []byte) {
	full := [16]byte(b)
	a := netip.AddrFrom16(full)
	for _, inside := range []int{1, 2} {
		if standing6[inside].prefix.Contains(netip.AddrFrom16(full).WithZone("")) {
			s.ipv4(b[12:])
			return
		}
	}
	s.turn(forIPv6, b, 0, func(n int) bool { return onWay(standing6, a, n) || wellKnown6(&full, n) })
}

// turn turns the bits of b that the key says, but for those where fixed.
func (s *secret) turn(what byte, b []byte, from int, fixed func(n int) bool) {
	var before [16]byte
	was := [16]byte{}
	copy(was[:], b)
	for n := from; n < 8*len(b); n++ {
		at, bit := n/8, byte(0x80)>>(n%8)
		if !fixed(n) {
			if s.mix(what, n, before[:]).u32()&1 == 1 {
				b[at] ^= bit
			}
		}
		before[at] |= was[at] & bit
	}
}

// network replaces the address of a prefix: where no bit behind it is set, none is
// afterwards.
func (s *secret) network(b []byte, bits int) {
	clean := true
	for n := bits; n < 8*len(b); n++ {
		clean = clean && b[n/8]&(0x80>>(n%8)) == 0
	}
	s.ip(b)
	if !clean {
		return
	}
	for n := bits; n < 8*len(b); n++ {
		b[n/8] &^= 0x80 >> (n % 8)
	}
}

func (s *secret) ip(b []byte) {
	switch len(b) {
	case 4:
		s.ipv4(b)
	case 16:
		s.ipv6(b)
	}
}

// hardware replaces a link-layer address in place.
func (s *secret) hardware(b []byte) {
	switch len(b) {
	case 4, 16: // of an IP tunnel
		s.ip(b)
	case 6:
		s.mac(b)
	default:
		if same(b, 0) || same(b, 0xff) {
			return
		}
		s.bytes(b, func() bool { return !same(b, 0) && !same(b, 0xff) })
	}
}

func same(b []byte, v byte) bool {
	for _, c := range b {
		if c != v {
			return false
		}
	}
	return true
}

// mac keeps what an address is: for one or for many, administered by whom, of which
// protocol's groups. Those of one maker (the first three bytes) stay together.
func (s *secret) mac(b []byte) {
	special := func() bool {
		u := uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
		return u == 0 || u == 1<<48-1 ||
			u>>8 == 0x0180c20000 || u>>8 == 0x3333000000 || u>>8 == 0x01005e0000 // IEEE's, IPv6's, IPv4's groups
	}
	if special() {
		return
	}
	was := [6]byte(b)
	rest := b[3:]
	switch {
	case b[0] == 0x33 && b[1] == 0x33:
		rest = b[2:]
		if was[2] == 0xff { // solicited-node: of the last bytes of an address
			rest = b[3:]
		}
	case standingOUI(b):
	default:
		s.oui(b[:3])
	}
	fit := func() bool { return !special() }
	if len(rest) == 4 {
		fit = func() bool { return !special() && b[2] != 0xff }
	}
	walk(fit, func() { s.permute(forMAC, was[:6-len(rest)], rest, whole) })
}

// standingOUI are the first bytes of addresses that have a meaning, of which one is special.
func standingOUI(b []byte) bool {
	switch [3]byte(b) {
	case [3]byte{}, [3]byte{0xff, 0xff, 0xff}, [3]byte{1, 0, 0x5e}, [3]byte{1, 0x80, 0xc2}:
		return true
	}
	return false
}

// oui replaces the maker, not the two bits that say what the address is, and never by
// that of groups with a meaning.
func (s *secret) oui(b []byte) {
	low := b[0] & 3
	digits := []byte{b[0] >> 2, b[1], b[2]}
	walk(func() bool {
		b[0], b[1], b[2] = digits[0]<<2|low, digits[1], digits[2]
		return !(b[0] == 0x33 && b[1] == 0x33) && !standingOUI(b)
	}, func() {
		s.permute(forOUI, []byte{low}, digits, func(i int) int {
			if i == 0 {
				return 64
			}
			return 256
		})
	})
}

func whole(int) int { return 256 }

// bytes replaces all bytes by others, as many.
func (s *secret) bytes(b []byte, fit func() bool) {
	walk(fit, func() { s.permute(forBytes, nil, b, whole) })
}
