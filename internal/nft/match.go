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
