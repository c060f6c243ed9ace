// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// slot is what a register holds, four bytes of it and those that follow.
type slot struct {
	text  string // as nft writes it: "tcp dport"
	typ   *datatype
	host  bool
	len   int // bytes; 0: unknown
	value []byte
	imm   bool // value is known: an immediate
	// mask and xor are what a bitwise did to it.
	mask, xor []byte
	field     *field  // payload: mask may make another field of it
	fields    []field // one load of several fields that follow each other
	proto     string
	layer     int // 1 + base of a payload; 0: none
	group     int
	many      bool // from a map to intervals or concatenations
}

// slots is how many registers of four bytes there are.
const slots = 16

// rule writes the expressions of one rule.
type rule struct {
	lines  *Lines
	family uint64
	table  string
	regs   [slots]*slot
	group  int
	out    []string
	// deps are the tests of protocols, by layer: what they found, and which
	// word they are, so that a later field of that protocol makes it go.
	deps   [baseInner + 1]dep
	pended *compare // a >= that waits for its <=
	depth  int
}

type dep struct {
	proto string
	at    int // 1 + index in out; 0: nothing to take back
}

type compare struct {
	s    *slot
	data []byte
}

func newRule(l *Lines, family uint64, table string) *rule {
	r := &rule{lines: l, family: family, table: table}
	switch family {
	case 2:
		r.deps[baseNet].proto = "ip"
	case 10:
		r.deps[baseNet].proto = "ip6"
	case 3:
		r.deps[baseNet].proto = "arp"
	}
	return r
}

// maxNested bounds expressions in expressions.
const maxNested = 8

func (r *rule) word(s string) {
	r.flush()
	if s != "" {
		r.out = append(r.out, s)
	}
}

// flush writes a comparison that waited for its other half.
func (r *rule) flush() {
	if p := r.pended; p != nil {
		r.pended = nil
		r.out = append(r.out, p.s.left()+" >= "+p.s.format(p.data))
	}
}

// expressions writes a list of NFTA_LIST_ELEM.
func (r *rule) expressions(list []decode.Node) string {
	for i := range list {
		if list[i].Hidden {
			continue
		}
		r.expression(&list[i])
	}
	r.flush()
	kept := r.out[:0:0]
	for _, w := range r.out {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// nested writes expressions inside of another object, with a blank in front.
func (r *rule) nested(a []decode.Node, one, list string) string {
	if r.depth >= maxNested {
		return " [nested too deep]"
	}
	sub := newRule(r.lines, r.family, r.table)
	sub.depth = r.depth + 1
	var s string
	if n := find(a, list); n != nil {
		s = sub.expressions(n.Children)
	} else if n := find(a, one); n != nil {
		sub.expression(n)
		s = sub.expressions(nil)
	}
	if s == "" {
		return ""
	}
	return " " + s
}

// index turns the number of a register into that of its first four bytes.
func index(n uint64) int {
	switch {
	case n >= 1 && n <= 4:
		return int(n-1) * 4
	case n >= 8 && n < 8+slots:
		return int(n - 8)
	}
	return -1
}

// reg returns what the register named by an attribute holds.
func (r *rule) reg(a []decode.Node, attr string) *slot {
	n, ok := num(a, attr)
	if !ok {
		return nil
	}
	if i := index(n); i >= 0 && r.regs[i] != nil {
		return r.regs[i]
	}
	return &slot{text: fmt.Sprintf("[reg %d]", n), typ: lookupType("hexinteger")}
}

// load puts a value into the register named by an attribute.
func (r *rule) load(a []decode.Node, attr string, s *slot) {
	i := index(val(a, attr))
	if i < 0 {
		r.word("[" + s.text + " to register " + strconv.FormatUint(val(a, attr), 10) + "]")
		return
	}
	s.group = r.group
	r.regs[i] = s
	for j := i + 1; j < min(i+(s.len+3)/4, slots); j++ {
		r.regs[j] = nil
	}
}

// concat returns what the registers from one on hold together. n is the number
// of parts; 0: all that were loaded since the last use.
func (r *rule) concat(a []decode.Node, attr string, n int) []*slot {
	i := index(val(a, attr))
	if i < 0 || r.regs[i] == nil {
		return []*slot{r.regOr(a, attr)}
	}
	var out []*slot
	group := r.regs[i].group
	for i < slots && r.regs[i] != nil && (n == 0 && r.regs[i].group == group || len(out) < n) {
		out = append(out, r.regs[i])
		i += max((r.regs[i].len+3)/4, 1)
	}
	return out
}

func (r *rule) regOr(a []decode.Node, attr string) *slot {
	if s := r.reg(a, attr); s != nil {
		return s
	}
	return &slot{text: "[no register]", typ: lookupType("hexinteger")}
}

// used says that what was loaded so far has had its use.
func (r *rule) used() { r.group++ }

// texts joins a concatenation and takes back the tests that it implies.
func (r *rule) texts(parts []*slot) string {
	out := make([]string, len(parts))
	for i, s := range parts {
		r.imply(s)
		out[i] = s.left()
	}
	return strings.Join(out, " . ")
}

// imply takes back the protocol test that a field makes plain.
func (r *rule) imply(s *slot) {
	if s.layer == 0 || s.proto == "" {
		return
	}
	if d := &r.deps[baseNet]; s.proto == "vlan" && d.proto == "vlan" && d.at > 0 {
		r.out[d.at-1], d.at = "", 0
	}
	for _, base := range []int{s.layer - 1, s.layer - 2} {
		if base < 0 || base >= len(r.deps) {
			continue
		}
		d := &r.deps[base]
		if d.at > 0 && (d.proto == s.proto || base == s.layer-2 && (s.proto == "icmp" && d.proto == "ip" || s.proto == "icmpv6" && d.proto == "ip6")) {
			r.out[d.at-1] = ""
			d.at = 0
		}
	}
}
