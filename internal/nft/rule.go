// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"bytes"
	"fmt"
	"net/netip"
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

// left writes a slot as the left side of a comparison.
func (s *slot) left() string {
	if s.mask == nil && s.xor == nil {
		return s.text
	}
	if s.field != nil && s.field.mask != 0 && s.xor == nil {
		return s.text
	}
	out := s.text
	if s.mask != nil && !all(s.mask, 0xff) {
		out += " & " + s.maskText(s.mask)
	}
	if s.xor != nil {
		if s.mask != nil && all(or(s.mask, s.xor), 0xff) && disjoint(s.mask, s.xor) {
			return s.text + " | " + s.maskText(s.xor)
		}
		out += " ^ " + s.maskText(s.xor)
	}
	return out
}

func all(b []byte, c byte) bool {
	for i := range b {
		if b[i] != c {
			return false
		}
	}
	return true
}

func or(a, b []byte) []byte {
	out := bytes.Clone(a)
	for i := range min(len(a), len(b)) {
		out[i] |= b[i]
	}
	return out
}

func disjoint(a, b []byte) bool {
	for i := range min(len(a), len(b)) {
		if a[i]&b[i] != 0 {
			return false
		}
	}
	return true
}

// maskText writes the operand of a bitwise operation.
func (s *slot) maskText(b []byte) string {
	if s.typ.flags {
		if n, ok := number(b, s.host); ok {
			t := s.typ.bits(n, " | ")
			if strings.Contains(t, " ") {
				return "(" + t + ")"
			}
			return t
		}
	}
	if s.typ.name == "hexinteger" {
		if n, ok := number(b, s.host); ok {
			return "0x" + strconv.FormatUint(n, 16)
		}
	}
	return s.typ.format(b, s.host)
}

// format writes what a slot is compared with.
func (s *slot) format(b []byte) string {
	if s.field != nil && s.field.mask != 0 {
		if n, ok := number(b, false); ok {
			n >>= s.field.shift
			if name := s.typ.names[n]; name != "" {
				return name
			}
			if s.typ.base == 16 {
				return fmt.Sprintf("0x%02x", n)
			}
			return strconv.FormatUint(n, 10)
		}
	}
	return s.typ.format(b, s.host)
}

// format writes a value of a slot; an interface by its name, where the traffic
// told it.
func (r *rule) format(s *slot, b []byte) string {
	if s.typ.name == "iface_index" && s.mask == nil {
		if n, ok := number(b, s.host); ok && n != 0 && n < 1<<31 {
			if name := r.lines.ifName(int32(n)); name != "" {
				return strconv.QuoteToASCII(name)
			}
		}
	}
	return s.format(b)
}

var cmpOps = [...]string{"== ", "!= ", "< ", "<= ", "> ", ">= "}

// compare writes a cmp.
func (r *rule) compare(a []decode.Node) {
	s := r.regOr(a, "NFTA_CMP_SREG")
	b, ok := data(a, "NFTA_CMP_DATA")
	op := val(a, "NFTA_CMP_OP")
	r.used()
	if !ok || op >= uint64(len(cmpOps)) {
		r.word(fmt.Sprintf("[%s: comparison %d]", s.left(), op))
		return
	}
	if p := r.pended; p != nil && p.s == s && op == 3 {
		r.pended = nil
		r.imply(s)
		r.out = append(r.out, s.left()+" "+s.format(p.data)+"-"+s.format(b))
		return
	}
	r.flush()
	r.imply(s)
	if op == 5 {
		r.pended = &compare{s, b}
		return
	}
	if s.fields != nil && op == 0 && s.mask == nil && s.xor == nil && len(b) == s.len {
		for _, f := range s.fields {
			t := lookupType(f.typ)
			r.word(s.proto + " " + f.name + " " + t.format(b[:f.len], t.host))
			b = b[f.len:]
		}
		return
	}
	if len(s.mask) == 0 {
		r.learn(s, op, b)
	}
	if text, ok := s.special(op, b); ok {
		r.word(text)
	} else {
		sign := cmpOps[op]
		if op == 0 && (s.mask == nil || s.field != nil && s.field.mask != 0) {
			sign = ""
		}
		r.word(s.left() + " " + sign + r.format(s, b))
	}
	if d := r.learned(s, op); d != nil {
		d.at = len(r.out)
	}
}

// special writes the comparisons for which nft has a shorter form.
func (s *slot) special(op uint64, b []byte) (string, bool) {
	eq := op == 0
	if op > 1 {
		return "", false
	}
	not := ""
	if !eq {
		not = "!= "
	}
	addr := s.typ.name == "ipv4_addr" || s.typ.name == "ipv6_addr"
	switch {
	case addr && s.mask == nil && len(b) < s.typ.size && len(b) > 0:
		full := append(bytes.Clone(b), make([]byte, s.typ.size-len(b))...)
		if ip, ok := netip.AddrFromSlice(full); ok {
			return s.text + " " + not + ip.String() + "/" + strconv.Itoa(len(b)*8), true
		}
	case addr && s.mask != nil && (s.xor == nil || all(s.xor, 0)):
		if n, ok := ones(s.mask); ok && len(b) == len(s.mask) {
			return s.text + " " + not + s.typ.format(b, s.host) + "/" + strconv.Itoa(n), true
		}
	case s.mask != nil && s.typ.flags && all(b, 0) && s.xor == nil:
		n, ok := number(s.mask, s.host)
		if !ok {
			return "", false
		}
		if eq {
			return s.text + " ! " + s.typ.bits(n, ","), true
		}
		return s.text + " " + s.typ.bits(n, ","), true
	case s.mask != nil && s.typ.flags && s.typ.name == "tcp_flag":
		n, ok1 := number(s.mask, s.host)
		v, ok2 := number(b, s.host)
		if !ok1 || !ok2 || s.xor != nil {
			return "", false
		}
		if eq {
			return s.text + " " + s.typ.bits(v, ",") + " / " + s.typ.bits(n, ","), true
		}
		return s.text + " != " + s.typ.bits(v, ",") + " / " + s.typ.bits(n, ","), true
	case s.typ.name == "ct_label" && s.mask != nil && all(b, 0) && bytes.Equal(b, make([]byte, len(b))):
		if eq {
			return s.text + " ! " + label(s.mask), true
		}
		return s.text + " " + label(s.mask), true
	}
	return "", false
}

// ones counts the bits of a prefix's mask.
func ones(mask []byte) (int, bool) {
	n := 0
	for n < len(mask)*8 && mask[n/8]>>(7-n%8)&1 == 1 {
		n++
	}
	for i := n; i < len(mask)*8; i++ {
		if mask[i/8]>>(7-i%8)&1 == 1 {
			return 0, false
		}
	}
	return n, true
}

// learn notes which protocol a test found.
func (r *rule) learn(s *slot, op uint64, b []byte) {
	d := r.learned(s, op)
	if d == nil {
		return
	}
	n, _ := number(b, s.host)
	d.at = 0
	switch s.text {
	case "meta nfproto":
		d.proto = map[uint64]string{2: "ip", 10: "ip6"}[n]
	case "meta l4proto", "ip protocol", "ip6 nexthdr":
		d.proto = transport[n]
	case "meta protocol", "ether type", "vlan type":
		d.proto = network[n]
	case "meta iiftype":
		d.proto = map[uint64]string{1: "ether"}[n]
	}
}

// learned returns the layer whose protocol a test on s says, or nil.
func (r *rule) learned(s *slot, op uint64) *dep {
	if op != 0 {
		return nil
	}
	switch s.text {
	case "meta nfproto", "meta protocol", "ether type", "vlan type":
		return &r.deps[baseNet]
	case "meta l4proto", "ip protocol", "ip6 nexthdr":
		return &r.deps[baseTransport]
	case "meta iiftype":
		return &r.deps[baseLL]
	}
	return nil
}

// payload loads a field of the packet, or writes to it.
func (r *rule) payload(a []decode.Node) {
	base, off, n := int(val(a, "NFTA_PAYLOAD_BASE")), int(val(a, "NFTA_PAYLOAD_OFFSET")), int(val(a, "NFTA_PAYLOAD_LEN"))
	s := r.field(base, off, n)
	if _, store := num(a, "NFTA_PAYLOAD_SREG"); store {
		if text := r.storeBits(a, s); text != "" {
			r.word(text)
			return
		}
		r.imply(s)
		r.word(s.text + " set " + r.source(a, "NFTA_PAYLOAD_SREG", s))
		return
	}
	r.load(a, "NFTA_PAYLOAD_DREG", s)
}

// field names a part of the packet.
func (r *rule) field(base, off, n int) *slot {
	s := &slot{typ: lookupType("hexinteger"), len: n, layer: base + 1}
	proto := ""
	if base >= 0 && base < len(r.deps) {
		proto = r.deps[base].proto
	}
	switch {
	case base == baseLL && off >= 14:
		proto = "vlan"
	case base == baseLL:
		proto = "ether"
	case base == baseTransport && proto == "":
		proto = "th"
	case base == baseInner && proto == "":
		proto = "vxlan"
	}
	for i := range headers[proto] {
		f := &headers[proto][i]
		addr := f.typ == "ipv4_addr" || f.typ == "ipv6_addr"
		if f.off == off && f.mask == 0 && (f.len == n || addr && n < f.len) {
			s.text, s.typ, s.proto = proto+" "+f.name, lookupType(f.typ), proto
			return s
		}
	}
	// A field of bits: which, the mask says that follows.
	for i := range headers[proto] {
		if f := &headers[proto][i]; f.off == off && f.len == n && f.mask != 0 {
			s.text, s.typ, s.proto, s.field = fmt.Sprintf("@%s,%d,%d", baseName(base), off*8, n*8), lookupType("hexinteger"), proto, nil
			return s
		}
	}
	s.text = fmt.Sprintf("@%s,%d,%d", baseName(base), off*8, n*8)
	s.fields = fieldsFrom(headers[proto], off, n)
	if s.proto = proto; s.fields == nil {
		s.proto, s.layer = "", 0
	}
	return s
}

func baseName(base int) string {
	names := [...]string{"ll", "nh", "th", "ih", "tun"}
	if base >= 0 && base < len(names) {
		return names[base]
	}
	return "[base " + strconv.Itoa(base) + "]"
}

// bitwise masks, shifts or combines a register.
func (r *rule) bitwise(a []decode.Node) {
	src := r.regOr(a, "NFTA_BITWISE_SREG")
	s := *src
	switch op := val(a, "NFTA_BITWISE_OP"); op {
	case 0:
		mask, ok1 := data(a, "NFTA_BITWISE_MASK")
		xor, ok2 := data(a, "NFTA_BITWISE_XOR")
		if !ok1 || !ok2 {
			r.word("[bitwise without operands]")
			return
		}
		s.mask, s.xor = mask, xor
		if all(xor, 0) {
			s.xor = nil
		}
		if all(mask, 0xff) && s.xor == nil {
			s.mask = nil
		}
		if s.xor == nil && s.layer > 0 && s.proto != "" {
			r.bits(&s)
		}
	case 1, 2:
		d, _ := data(a, "NFTA_BITWISE_DATA")
		n, _ := number(d, true)
		s.text = src.left() + [...]string{"", " << ", " >> "}[op] + strconv.FormatUint(n, 10)
		s.mask, s.xor = nil, nil
	default:
		other := "[operand]"
		if d, ok := data(a, "NFTA_BITWISE_DATA"); ok {
			other = s.maskText(d)
		} else if o := r.reg(a, "NFTA_BITWISE_SREG2"); o != nil {
			other = o.left()
		}
		sign := map[uint64]string{3: " & ", 4: " | ", 5: " ^ "}[op]
		if sign == "" {
			sign = fmt.Sprintf(" [operation %d] ", op)
		}
		s.text, s.mask, s.xor = src.left()+sign+other, nil, nil
	}
	r.load(a, "NFTA_BITWISE_DREG", &s)
}

// bits makes a masked load the field of bits that it is.
func (r *rule) bits(s *slot) {
	m, ok := number(s.mask, false)
	if !ok {
		return
	}
	off := -1
	if i := strings.IndexByte(s.text, ','); strings.HasPrefix(s.text, "@") && i > 0 {
		if n, err := strconv.Atoi(strings.SplitN(s.text[i+1:], ",", 2)[0]); err == nil {
			off = n / 8
		}
	}
	for i := range headers[s.proto] {
		if f := &headers[s.proto][i]; f.mask == m && f.len == s.len && f.off == off {
			s.field, s.text, s.typ = f, s.proto+" "+f.name, lookupType(f.typ)
			return
		}
	}
}

// fieldsFrom returns the fields that lie at off one behind the other and fill n
// bytes; nil: there are none.
func fieldsFrom(all []field, off, n int) []field {
	var out []field
	for n > 0 {
		found := false
		for _, f := range all {
			if f.off == off && f.mask == 0 && f.len <= n {
				out, off, n, found = append(out, f), off+f.len, n-f.len, true
				break
			}
		}
		if !found {
			return nil
		}
	}
	return out
}

// storeBits writes a store of a few bits: the load that it changes took more
// bytes than the field, since a checksum needs two.
func (r *rule) storeBits(a []decode.Node, s *slot) string {
	v := r.reg(a, "NFTA_PAYLOAD_SREG")
	base, off, n := int(val(a, "NFTA_PAYLOAD_BASE")), int(val(a, "NFTA_PAYLOAD_OFFSET")), int(val(a, "NFTA_PAYLOAD_LEN"))
	if v == nil || v.mask == nil || base >= len(r.deps) || len(v.mask) != n || n > 8 {
		return ""
	}
	mask, _ := number(v.mask, false)
	xor := uint64(0)
	if v.xor != nil {
		xor, _ = number(v.xor, false)
	}
	width := uint(n * 8)
	changed := ^mask & (1<<width - 1)
	proto := r.deps[base].proto
	for _, f := range headers[proto] {
		at := f.off - off
		if at < 0 || at+f.len > n {
			continue
		}
		m := f.mask
		if m == 0 {
			m = 1<<(uint(f.len)*8) - 1
		}
		shift := uint(n-at-f.len) * 8
		if m<<shift != changed || f.len > 7 {
			continue
		}
		r.imply(&slot{layer: base + 1, proto: proto})
		r.used()
		t := lookupType(f.typ)
		x := xor >> shift >> uint(f.shift)
		if name := t.names[x]; name != "" {
			return proto + " " + f.name + " set " + name
		}
		return proto + " " + f.name + " set " + strconv.FormatUint(x, 10)
	}
	return ""
}
