// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"net/netip"
	"strconv"
)

// Text is replaced word by word, a word being letters and digits without a gap: the same
// word has the same pseudonym wherever it stands, so that "eth0", "eth0.100" and
// "/run/eth0.pid" still say that they belong together. A letter becomes a letter, a digit
// a digit, and what divides words stays: a name stays one that is valid, of the same
// length, a number a number with as many digits.

// lasting are words that mean the same on every machine, and what stands in place of a key
// in a command line.
var lasting = map[string]bool{"lo": true, "65534": true, "4294967295": true, "redacted": true}

// text replaces the words of b in place.
func (s *secret) text(b []byte) {
	for lo := 0; lo < len(b); {
		if !isWordByte(b[lo]) && b[lo] != ':' {
			lo++
			continue
		}
		if hi := addressEnd(b, lo); hi > lo {
			s.addressText(b[lo:hi])
			lo = prefixEnd(b, hi)
			continue
		}
		hi := lo
		for hi < len(b) && isWordByte(b[hi]) {
			hi++
		}
		s.word(b[lo:hi])
		lo = max(hi, lo+1)
	}
}

// free is text where the length may differ: addresses have the pseudonyms that they have
// elsewhere.
func (s *secret) free(t string) string {
	b := []byte(t)
	var out []byte
	for lo := 0; lo < len(b); {
		hi := 0
		if lo == 0 || !isWordByte(b[lo-1]) && b[lo-1] != ':' {
			hi = addressEnd(b, lo)
		}
		if hi <= lo {
			hi = lo
			for hi < len(b) && isWordByte(b[hi]) {
				hi++
			}
			hi = max(hi, lo+1)
			word := bytes.Clone(b[lo:hi])
			s.word(word)
			out = append(out, word...)
			lo = hi
			continue
		}
		end := prefixEnd(b, hi)
		out = append(out, s.address(string(b[lo:hi]), string(b[hi:end]))...)
		lo = end
	}
	return string(out)
}

// address is the pseudonym of an address in text; prefix is "/24" or "".
func (s *secret) address(t, prefix string) string {
	if len(t) == macText && t[2] == ':' && t[5] == ':' {
		b := []byte(t)
		s.macText(b)
		return string(b) + prefix
	}
	a, err := netip.ParseAddr(t)
	if err != nil {
		return t + prefix
	}
	b := a.AsSlice()
	if bits, err := strconv.Atoi(prefix[min(1, len(prefix)):]); err == nil && bits <= 8*len(b) {
		s.network(b, bits)
	} else {
		s.ip(b)
	}
	now, _ := netip.AddrFromSlice(b)
	return now.String() + prefix
}

// keeping replaces the words of b in place but for some.
func (s *secret) keeping(b []byte, keep map[string]bool) {
	for lo := 0; lo < len(b); {
		hi := lo
		for hi < len(b) && isWordByte(b[hi]) {
			hi++
		}
		if word := b[lo:hi]; len(word) > 0 && !keep[string(word)] {
			walk(func() bool { return !keep[string(word)] }, func() { s.word(word) })
		}
		lo = max(hi, lo+1)
	}
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

func isHexByte(c byte) bool {
	return c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c >= '0' && c <= '9'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

const (
	macText     = 17
	maxAddrText = 45 // INET6_ADDRSTRLEN - 1
)

// addressEnd returns where the address in text that begins at lo ends; lo: there is none.
func addressEnd(b []byte, lo int) int {
	if lo > 0 && (isWordByte(b[lo-1]) || b[lo-1] == ':' || b[lo-1] == '.') {
		return lo
	}
	hi, colons, dots := lo, 0, 0
	for hi < len(b) && hi-lo <= maxAddrText && (isHexByte(b[hi]) || b[hi] == ':' || b[hi] == '.') {
		switch b[hi] {
		case ':':
			colons++
		case '.':
			dots++
		}
		hi++
	}
	if hi-lo > maxAddrText || hi < len(b) && isWordByte(b[hi]) || colons < 2 && dots != 3 {
		return lo
	}
	for hi > lo && (b[hi-1] == '.' || b[hi-1] == ':' && !(hi-lo >= 2 && b[hi-2] == ':')) {
		hi--
	}
	if colons == 5 && isMACText(b[lo:hi]) {
		return hi
	}
	if _, err := netip.ParseAddr(string(b[lo:hi])); err != nil {
		return lo
	}
	return hi
}

// prefixEnd returns where the length of a prefix behind an address ends.
func prefixEnd(b []byte, hi int) int {
	if hi >= len(b) || b[hi] != '/' {
		return hi
	}
	end := hi + 1
	for end < len(b) && isDigit(b[end]) {
		end++
	}
	if end == hi+1 || end > hi+4 {
		return hi
	}
	return end
}

func isMACText(b []byte) bool {
	if len(b) != macText {
		return false
	}
	for i, c := range b {
		if i%3 == 2 && c != ':' || i%3 != 2 && !isHexByte(c) {
			return false
		}
	}
	return true
}

const lowerHex = "0123456789abcdef"

// macText replaces a MAC as it is written.
func (s *secret) macText(t []byte) {
	var b [6]byte
	for i := range b {
		v, _ := strconv.ParseUint(string(t[3*i:3*i+2]), 16, 8)
		b[i] = byte(v)
	}
	s.mac(b[:])
	for i := range b {
		t[3*i], t[3*i+1] = lowerHex[b[i]>>4], lowerHex[b[i]&15]
	}
}

// addressText replaces an address in text where the length must stay. A MAC has the
// pseudonym that it has elsewhere; of an IP address only the digits are replaced, since
// that of elsewhere may be longer.
func (s *secret) addressText(t []byte) {
	if isMACText(t) {
		s.macText(t)
		return
	}
	a, err := netip.ParseAddr(string(t))
	if err != nil || a.IsUnspecified() || a.IsLoopback() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return
	}
	for lo := 0; lo < len(t); {
		hi := lo
		for hi < len(t) && isHexByte(t[hi]) {
			hi++
		}
		switch {
		case hi == lo:
			lo++
			continue
		case bytes.IndexByte(t, ':') < 0:
			s.octet(t[lo:hi])
		default:
			s.hexWord(t[lo:hi])
		}
		lo = hi
	}
}

// octet replaces a number of an IPv4 address by one with as many digits.
func (s *secret) octet(t []byte) {
	if len(t) < 3 {
		s.number(t)
		return
	}
	v, err := strconv.Atoi(string(t))
	if err != nil || v < 100 || v > 255 {
		return
	}
	v = 100 + int(s.one(forOctet, nil, byte(v-100), 156))
	copy(t, strconv.Itoa(v))
}

// number replaces digits; what the number begins with stays 0 or another digit.
func (s *secret) number(t []byte) {
	for len(t) > 0 && t[0] == '0' {
		t = t[1:]
	}
	if len(t) == 0 || lasting[string(t)] {
		return
	}
	for i := range t {
		t[i] -= '0'
	}
	t[0]--
	show := func() {
		for i := range t {
			t[i] += '0'
		}
		t[0]++
	}
	hide := func() {
		for i := range t {
			t[i] -= '0'
		}
		t[0]--
	}
	show()
	walk(func() bool { return !lasting[string(t)] }, func() {
		hide()
		s.permute(forNumber, nil, t, func(i int) int {
			if i == 0 {
				return 9
			}
			return 10
		})
		show()
	})
}

// word replaces letters by letters and digits by digits.
func (s *secret) word(t []byte) {
	digits, hexes := 0, 0
	for _, c := range t {
		if isDigit(c) {
			digits++
		}
		if isHexByte(c) {
			hexes++
		}
	}
	switch {
	case len(t) == 0 || lasting[string(t)]:
	case digits == len(t):
		s.number(t)
	case hexes == len(t) && len(t) >= 4 && digits > 0:
		s.hexWord(t)
	default:
		s.letters(t)
	}
}

// class is what a byte of a word may become: base up to base+radix.
func class(c byte) (base byte, radix int) {
	switch {
	case isDigit(c):
		return '0', 10
	case c >= 'a' && c <= 'z':
		return 'a', 26
	case c >= 'A' && c <= 'Z':
		return 'A', 26
	// UTF-8 stays UTF-8: what follows, the first of two, of three, of four bytes. Those
	// behind which not every byte may follow stay.
	case c >= 0x80 && c <= 0xbf:
		return 0x80, 64
	case c >= 0xc2 && c <= 0xdf:
		return 0xc2, 30
	case c >= 0xe1 && c <= 0xec:
		return 0xe1, 12
	case c >= 0xf1 && c <= 0xf3:
		return 0xf1, 3
	}
	return c, 1
}

// hexClass is class for what is digits of base 16.
func hexClass(c byte) (base byte, radix int) {
	base, radix = class(c)
	if radix == 26 {
		radix = 6
	}
	return base, radix
}

func (s *secret) letters(t []byte) {
	// Other hex words are left to hexWord, so that none of both becomes one of the other.
	walk(func() bool { return !lasting[string(t)] && !hexLike(t) }, func() { s.classes(nil, t, class) })
}

func hexLike(t []byte) bool {
	digits := 0
	for _, c := range t {
		if !isHexByte(c) {
			return false
		}
		if isDigit(c) {
			digits++
		}
	}
	return len(t) >= 4 && digits > 0
}

func (s *secret) hexWord(t []byte) {
	digits := 0
	for _, c := range t {
		if isDigit(c) {
			digits++
		}
	}
	if digits == len(t) {
		s.number(t)
		return
	}
	s.classes([]byte("hex"), t, hexClass)
}

// printable replaces all of a text, also what divides words.
func (s *secret) printable(t []byte) {
	const first, last = ' ', '~'
	for i := range t {
		t[i] -= first
	}
	s.permute(forText, []byte("printable"), t, func(int) int { return last - first + 1 })
	for i := range t {
		t[i] += first
	}
}

// classes permutes the bytes of t, each within its class.
func (s *secret) classes(tweak, t []byte, of func(byte) (byte, int)) {
	base, radix := make([]byte, len(t)), make([]int, len(t))
	for i, c := range t {
		base[i], radix[i] = of(c)
		t[i] -= base[i]
	}
	s.permute(forText, append(tweak, base...), t, func(i int) int { return radix[i] })
	for i := range t {
		t[i] += base[i]
	}
}
