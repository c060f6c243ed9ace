// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

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
