// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// extension is a match or a target of xtables on its way into words: the fields of
// its struct (linux/netfilter/xt_*.h), as package families has them. It is said whole
// or not at all: a rule without one of its matches would be another rule.
type extension struct {
	nest
	rev   uint64
	v6    bool
	alias string // what iptables calls it, where that is not its name
	words []string
	bad   bool // a value that iptables has no words for
}

// extended says the fields of an extension. false: not all of them could be said.
func (t *telling) extended(data nest, kind string, v6 bool, all map[string]func(*extension)) ([]string, bool) {
	name, info := data.peek(kind+"_NAME"), data.peek(kind+"_INFO")
	if name == nil || info == nil || !info.Nested || info.Problem != "" {
		return nil, false
	}
	say := all[text(name)]
	if say == nil {
		return nil, false
	}
	x := extension{nest: nest{t, info.Children}, rev: data.num(kind + "_REV"), v6: v6, alias: text(name)}
	say(&x)
	return append([]string{x.alias}, x.words...), !x.bad && x.whole()
}

// whole says whether each field was said that is not zero.
func (x *extension) whole() bool {
	for i := range x.nodes {
		n := &x.nodes[i]
		if said, _ := x.t.said.of(n); n.Problem != "" || !n.Hidden && !said && !zero(n.Raw) {
			return false
		}
	}
	return true
}

func (x *extension) put(words ...string) { x.words = append(x.words, words...) }

// not puts the word that turns the next option round.
func (x *extension) not(yes bool) {
	if yes {
		x.put("!")
	}
}

// flag puts an option without a value.
func (x *extension) flag(yes bool, word string) {
	if yes {
		x.put(word)
	}
}

// check notes a value that has no words.
func (x *extension) check(ok bool) { x.bad = x.bad || !ok }

// argument says whether a text can be handed over as the value of an option: iptables
// takes "!" for its own, and refuses newlines where it writes lines.
func argument(s string) bool { return s != "" && s != "!" && !strings.ContainsAny(s, "\n\x00") }

// text is the text in a field. What stands behind its end iptables sends as zeros.
func (x *extension) text(field string) string {
	n := x.take(field)
	if n == nil {
		return ""
	}
	s, ok := n.Value.(string)
	x.check(ok && (s == "" || argument(s)) && len(s) <= len(n.Raw) && zero(n.Raw[len(s):]))
	return s
}

// yes is a field that is 0 or 1.
func (x *extension) yes(field string) bool {
	v := x.num(field)
	x.check(v < 2)
	return v == 1
}

// option puts an option with the text of a field, where it has one.
func (x *extension) option(word, field string) {
	if s := x.text(field); s != "" {
		x.put(word, s)
	}
}

// number puts an option with the number of a field.
func (x *extension) number(word, field string) { x.put(word, decimal(x.num(field))) }

// unlessZero is number where it is not 0.
func (x *extension) unlessZero(word, field string) {
	if n := x.num(field); n != 0 {
		x.put(word, decimal(n))
	}
}

// masked puts an option with a number and its mask, in hex; the mask is left out
// where it is whole.
func (x *extension) masked(word, field, mask string) {
	s := hexNumber(x.num(field))
	if m := x.num(mask); m != 0xffffffff {
		s += "/" + hexNumber(m)
	}
	x.put(word, s)
}

// list are the numbers of an array.
func (x *extension) list(field string) []uint64 {
	n := x.take(field)
	if n == nil {
		x.bad = true
		return nil
	}
	out := make([]uint64, len(n.Children))
	for i := range n.Children {
		out[i] = number(&n.Children[i])
	}
	return out
}

// pair is an array of two numbers.
func (x *extension) pair(field string) (low, high uint64) {
	l := x.list(field)
	if len(l) != 2 {
		x.bad = true
		return 0, 0
	}
	return l[0], l[1]
}

// rangeWords writes two numbers as a range, and one where they are the same.
func rangeWords(low, high uint64, sep string) string {
	if low == high {
		return decimal(low)
	}
	return decimal(low) + sep + decimal(high)
}

// spanOf puts an option with the range in a field, unless it is everything there is.
func (x *extension) spanOf(word, field string, invert bool, most uint64) bool {
	low, high := x.pair(field)
	if low == 0 && high == most && !invert {
		return false
	}
	x.check(low <= high)
	x.not(invert)
	x.put(word, rangeWords(low, high, ":"))
	return true
}

// rawAddr are the bytes of union nf_inet_addr that count.
func (x *extension) rawAddr(field string) []byte {
	n := x.take(field)
	switch {
	case n != nil && !x.v6 && len(n.Raw) >= 4:
		return n.Raw[:4]
	case n != nil && x.v6 && len(n.Raw) == 16:
		return n.Raw
	}
	x.bad = true
	return nil
}

func (x *extension) addr(field string) string {
	s, ok := addr(x.rawAddr(field))
	x.check(ok)
	return s
}

// net is an address with its mask.
func (x *extension) net(field, mask string) string {
	s, ok := netWords(x.rawAddr(field), x.rawAddr(mask))
	x.check(ok)
	return s
}

// netWords writes an address with a mask: as the length of a prefix where it is one.
func netWords(a, mask []byte) (string, bool) {
	s, ok := addr(a)
	if !ok || len(mask) != len(a) {
		return "", false
	}
	switch n, contiguous := prefixBits(mask); {
	case contiguous && n == len(a)*8:
		return s, true
	case contiguous:
		return s + "/" + strconv.Itoa(n), true
	}
	m, _ := addr(mask)
	return s + "/" + m, true
}

// prefixBits is the length of a prefix.
func prefixBits(mask []byte) (n int, ok bool) {
	for _, b := range mask {
		n += bits.OnesCount8(b)
	}
	a, ok := netip.AddrFromSlice(mask)
	if !ok {
		return 0, false
	}
	ones := bytes.Repeat([]byte{0xff}, len(mask))
	full, _ := netip.AddrFromSlice(ones)
	p, err := full.Prefix(n)
	return n, err == nil && p.Addr() == a
}

// bitNames are the names of bits, with commas; false: one has none.
func bitNames(v uint64, names []string) (string, bool) {
	var out []string
	for i, name := range names {
		if v&(1<<i) != 0 && name != "" {
			out = append(out, name)
			v &^= 1 << i
		}
	}
	return strings.Join(out, ","), v == 0
}

// device is a name of an interface with its mask: "eth+" is all that begin with "eth".
func (x *extension) device(name, mask string) string {
	s, m := x.text(name), x.take(mask)
	want := len(s) + 1
	if strings.HasSuffix(s, "+") {
		want = len(s) - 1
	}
	ok := m != nil && s != "" && want <= len(m.Raw) && zero(m.Raw[want:]) &&
		bytes.Equal(m.Raw[:want], bytes.Repeat([]byte{0xff}, want))
	x.check(ok)
	return s
}

// rateUnits are those of iptables, with their seconds.
var rateUnits = []struct {
	name    string
	seconds uint64
}{{"day", 86400}, {"hour", 3600}, {"min", 60}, {"sec", 1}}

// rateWords finds the rate of which iptables makes a cost: the whole of scale for one
// packet a second.
func rateWords(cost, scale uint64) (words string, seconds uint64, ok bool) {
	if cost == 0 {
		return "", 0, false
	}
	for i := len(rateUnits) - 1; i >= 0; i-- {
		whole := scale * rateUnits[i].seconds
		if n := whole / cost; n > 0 && whole/n == cost {
			return decimal(n) + "/" + rateUnits[i].name, rateUnits[i].seconds, true
		}
	}
	return "", 0, false
}
