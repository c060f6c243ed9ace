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

// setInfo is what is known of a set: its types, and for an anonymous one its
// elements.
type setInfo struct {
	key, data []string // types of the parts of a concatenation
	flags     uint64
	keyLen    int
	dataLen   int   // bytes
	parts     []int // lengths of the key's parts, where the set says them
	objType   uint64
	hostOrder bool // libnftnl's note: keys are in host order
	elems     []decode.Node
	at        map[string]int // where in elems a key stands
	cut       bool           // elems are not all
	used      bool           // by a rule of the same transaction
	merge     bool           // libnftnl's note: nft merges elements that overlap
}

const (
	setAnonymous = 0x1
	setConstant  = 0x2
	setInterval  = 0x4
	setMap       = 0x8
	setTimeout   = 0x10
	setEval      = 0x20
	setObject    = 0x40
)

const elemEnd, elemCatchall = 0x1, 0x2

// newSet reads an NFT_MSG_NEWSET.
func newSet(attrs []decode.Node) *setInfo {
	s := &setInfo{flags: val(attrs, "NFTA_SET_FLAGS"), keyLen: int(val(attrs, "NFTA_SET_KEY_LEN")), objType: val(attrs, "NFTA_SET_OBJ_TYPE")}
	s.key = typesOf(str(attrs, "NFTA_SET_KEY_TYPE"))
	if s.flags&setMap != 0 {
		s.data, s.dataLen = typesOf(str(attrs, "NFTA_SET_DATA_TYPE")), int(val(attrs, "NFTA_SET_DATA_LEN"))
	}
	if d := find(attrs, "NFTA_SET_DESC"); d != nil {
		if c := find(d.Children, "NFTA_SET_DESC_CONCAT"); c != nil {
			for i := range c.Children {
				s.parts = append(s.parts, int(val(c.Children[i].Children, "NFTA_SET_FIELD_LEN")))
			}
		}
	}
	if b, ok := userdata(attrs, "NFTA_SET_USERDATA", 0); ok && hostU32(b) == 1 {
		s.hostOrder = true
	}
	if b, ok := userdata(attrs, "NFTA_SET_USERDATA", 2); ok && hostU32(b) == 1 {
		s.merge = true
	}
	return s
}

// add keeps elements of an anonymous set. Several programs dump the same set,
// each with all of its elements, and the answers come in any order: a key that
// is there already is the same element.
func (s *setInfo) add(elems []decode.Node) {
	if s.at == nil {
		s.at = map[string]int{}
	}
	for i := range elems {
		a := elems[i].Children
		k := fmt.Sprintf("%d", val(a, "NFTA_SET_ELEM_FLAGS")&(elemEnd|elemCatchall))
		for _, name := range []string{"NFTA_SET_ELEM_KEY", "NFTA_SET_ELEM_KEY_END"} {
			b, _ := data(a, name)
			k += fmt.Sprintf(" %x", b)
		}
		if at, ok := s.at[k]; ok {
			s.elems[at] = elems[i]
			continue
		}
		s.at[k] = len(s.elems)
		s.elems = append(s.elems, elems[i])
	}
}

func typesOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, " . ")
}

// host says whether the numbers of a key's type are in host order here: an
// interval's never are.
func (s *setInfo) host(t *datatype) bool {
	if s.flags&setInterval != 0 {
		return false
	}
	return t.host || t.name == "integer" && s.hostOrder
}

// value writes a key or, with the types of data, what a map maps to.
func (s *setInfo) value(b []byte, types []string, hostOrder func(*datatype) bool) string {
	parts := s.split(b, types)
	if parts == nil {
		return raw(b)
	}
	out := make([]string, len(parts))
	for i, p := range parts {
		t := lookupType(types[i])
		out[i] = t.format(p, hostOrder(t))
	}
	return strings.Join(out, " . ")
}

// dataPadded is the length of one value of a map in registers, in bytes.
func (s *setInfo) dataPadded() int {
	n := 0
	for _, d := range s.data {
		n += (max(lookupType(d).size, 1) + 3) &^ 3
	}
	return n
}

// dataSpan says whether a map maps to intervals: two values behind one another, the
// lowest and the highest (EXPR_F_INTERVAL of nft, for NAT).
func (s *setInfo) dataSpan() bool { return len(s.data) > 0 && s.dataLen == 2*s.dataPadded() }

// mapped writes what an element maps to.
func (s *setInfo) mapped(b []byte) string {
	host := func(t *datatype) bool { return t.host }
	if !s.dataSpan() || len(b) != s.dataLen {
		return s.value(b, s.data, host)
	}
	lo, hi := s.split(b[:len(b)/2], s.data), s.split(b[len(b)/2:], s.data)
	if lo == nil || len(lo) != len(hi) {
		return raw(b)
	}
	parts := make([]string, len(lo))
	for i := range lo {
		t := lookupType(s.data[i])
		parts[i] = span(lo[i], hi[i], t, t.host)
	}
	return strings.Join(parts, " . ")
}

// split cuts a concatenation: each part begins at a multiple of four bytes.
func (s *setInfo) split(b []byte, types []string) [][]byte {
	if len(types) == 1 {
		return [][]byte{b}
	}
	var parts [][]byte
	for i, name := range types {
		n := lookupType(name).size
		if n == 0 && i < len(s.parts) {
			n = s.parts[i]
		}
		if n == 0 {
			n = 4
		}
		if n > len(b) {
			return nil
		}
		parts = append(parts, b[:n])
		b = b[min((n+3)&^3, len(b)):]
	}
	if len(types) == 0 {
		return nil
	}
	return parts
}

// elements writes the elements of a set, without braces.
func (s *setInfo) elements(elems []decode.Node, r *rule) string {
	var out []string
	if r.lines.exact {
		s = s.forInput()
	}
	ends := s.flags&setInterval != 0 && len(s.key) == 1
	order := elems
	if ends && descending(elems) {
		order = make([]decode.Node, len(elems))
		for i := range elems {
			order[len(elems)-1-i] = elems[i]
		}
	}
	for i := 0; i < len(order); i++ {
		a := order[i].Children
		flags := val(a, "NFTA_SET_ELEM_FLAGS")
		if ends && flags&elemEnd != 0 {
			continue
		}
		k := s.elemKey(a, flags)
		if kb, ok := data(a, "NFTA_SET_ELEM_KEY"); ok && ends {
			var next []byte
			if i+1 < len(order) {
				next, _ = data(order[i+1].Children, "NFTA_SET_ELEM_KEY")
			}
			k = s.interval(kb, next)
		}
		out = append(out, k+s.elemRest(a, r))
		if len(out) == maxElems && i+1 < len(order) && !r.lines.exact {
			out = append(out, fmt.Sprintf("[%d more]", len(order)-i-1))
			break
		}
	}
	return strings.Join(out, ", ")
}

// edge is the beginning of an interval that an event told, where its end is awaited.
type edge struct {
	head  string // of the line, which names the set
	netns uint64
	key   []byte
	rest  string
}

// edge writes one element of a set of intervals from an event: the kernel tells of the
// beginning and of the end in two, and of the two the end has the interval, as in nft
// monitor.
func (l *Lines) edge(head string, s *setInfo, a []decode.Node, r *rule) string {
	begun := l.begun
	l.begun = edge{}
	flags := val(a, "NFTA_SET_ELEM_FLAGS")
	key, ok := data(a, "NFTA_SET_ELEM_KEY")
	switch {
	case !ok || flags&elemCatchall != 0 || find(a, "NFTA_SET_ELEM_KEY_END") != nil:
		return s.elemKey(a, flags) + s.elemRest(a, r)
	case flags&elemEnd == 0:
		l.begun = edge{head, r.lines.frame.NetNS, bytes.Clone(key), s.elemRest(a, r)}
		return "from " + s.elemKey(a, flags) + l.begun.rest
	case begun.head == head && begun.netns == r.lines.frame.NetNS && begun.key != nil:
		return s.interval(begun.key, key) + begun.rest
	}
	return "before " + s.elemKey(a, flags)
}

// maxElems bounds what stands in a line.
const maxElems = 256

// descending says whether elements come last first, as the kernel dumps the
// tree of an interval set.
func descending(elems []decode.Node) bool {
	if len(elems) < 2 {
		return false
	}
	a, ok1 := data(elems[0].Children, "NFTA_SET_ELEM_KEY")
	b, ok2 := data(elems[1].Children, "NFTA_SET_ELEM_KEY")
	return ok1 && ok2 && (bytes.Compare(a, b) > 0 || bytes.Equal(a, b) && val(elems[0].Children, "NFTA_SET_ELEM_FLAGS")&elemEnd != 0 &&
		val(elems[1].Children, "NFTA_SET_ELEM_FLAGS")&elemEnd == 0)
}

// elemKey writes the key of one element.
func (s *setInfo) elemKey(a []decode.Node, flags uint64) string {
	if flags&elemCatchall != 0 {
		return "*"
	}
	b, ok := data(a, "NFTA_SET_ELEM_KEY")
	if !ok {
		return "[no key]"
	}
	if end, ok := data(a, "NFTA_SET_ELEM_KEY_END"); ok {
		lo, hi := s.split(b, s.key), s.split(end, s.key)
		if len(lo) != len(hi) || lo == nil {
			return raw(b) + "-" + raw(end)
		}
		parts := make([]string, len(lo))
		for i := range lo {
			t := lookupType(s.key[i])
			parts[i] = span(lo[i], hi[i], t, s.host(t))
		}
		return strings.Join(parts, " . ")
	}
	return s.value(b, s.key, s.host)
}

// interval writes the half-open interval from lo to the key of the next element.
func (s *setInfo) interval(lo, next []byte) string {
	t := lookupType(s.key[0])
	hi := bytes.Repeat([]byte{0xff}, len(lo))
	if next != nil && len(next) == len(lo) {
		hi = minusOne(next)
	}
	if t.name == "ifname" {
		n := bytes.IndexByte(lo, 0)
		if n > 0 && !bytes.Equal(lo, hi) {
			return strconv.QuoteToASCII(string(lo[:n]) + "*")
		}
		return t.format(lo, false)
	}
	return span(lo, hi, t, s.host(t))
}

// span writes lo alone, a prefix, or lo-hi.
func span(lo, hi []byte, t *datatype, host bool) string {
	if bytes.Equal(lo, hi) {
		return t.format(lo, host)
	}
	if t.name == "ipv4_addr" || t.name == "ipv6_addr" {
		if p := prefixOf(lo, hi); p != "" {
			return p
		}
	}
	return t.format(lo, host) + "-" + t.format(hi, host)
}

func minusOne(b []byte) []byte {
	out := bytes.Clone(b)
	for i := len(out) - 1; i >= 0; i-- {
		out[i]--
		if out[i] != 0xff {
			break
		}
	}
	return out
}

// prefixOf writes the addresses from lo to hi as one prefix; "": they are none.
func prefixOf(lo, hi []byte) string {
	a, ok := netip.AddrFromSlice(lo)
	if !ok || len(lo) != len(hi) {
		return ""
	}
	n := 0
	for n < len(lo)*8 && lo[n/8]>>(7-n%8)&1 == hi[n/8]>>(7-n%8)&1 {
		n++
	}
	for i := n; i < len(lo)*8; i++ {
		if lo[i/8]>>(7-i%8)&1 != 0 || hi[i/8]>>(7-i%8)&1 != 1 {
			return ""
		}
	}
	return a.String() + "/" + strconv.Itoa(n)
}

// elemRest writes what stands behind a key: timeout, statements, comment, data.
func (s *setInfo) elemRest(a []decode.Node, r *rule) string {
	out, exprs := "", r.nested(a, "NFTA_SET_ELEM_EXPR", "NFTA_SET_ELEM_EXPRESSIONS")
	if r.lines.exact { // nft lists them behind the timeout, and reads them in front of it
		out, exprs = exprs, ""
	}
	if ms, ok := num(a, "NFTA_SET_ELEM_TIMEOUT"); ok {
		out += " timeout " + duration(ms)
	}
	if ms, ok := num(a, "NFTA_SET_ELEM_EXPIRATION"); ok {
		out += " expires " + duration(ms)
	}
	out += exprs + comment(a, "NFTA_SET_ELEM_USERDATA", 0)
	if obj := str(a, "NFTA_SET_ELEM_OBJREF"); obj != "" {
		out += " : " + strconv.QuoteToASCII(obj)
	}
	if d := find(a, "NFTA_SET_ELEM_DATA"); d != nil {
		if v, ok := verdict(d.Children); ok {
			return out + " : " + v
		}
		if b, ok := data(a, "NFTA_SET_ELEM_DATA"); ok {
			out += " : " + s.mapped(b)
		}
	}
	return out
}
