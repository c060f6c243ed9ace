// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"math/bits"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// What a register of nftables holds, an attribute that compares it or a set that it is
// looked up in does not say: of a rule it is what was loaded into it before, of an element
// the type that its set was made with. Where nothing says it, it is guessed from the
// length, the same way each time.

// content is what some bytes of a register are.
type content struct {
	kind  contentKind
	types []string // kind ofTypes: of a concatenation, each at a multiple of four bytes
	mask  []byte   // what of it is compared; nil: all
	six   bool     // an address: the first bytes of one of IPv6
	four  bool     // and as well one of IPv4 (ARP has it in the same place)
}

type contentKind uint8

const (
	guessed contentKind = iota
	plain               // nobody's
	address
	hardware
	name
	user
	ofTypes
)

// registers are those of one rule, by the number of their first four bytes.
type registers struct {
	holds  map[uint64]content
	uses   map[uint64]content // of those that are filled at once: what they are for
	now    content            // of the data of the expression at hand
	inRule bool
	ver    version // of the packets that the rule is about
}

// version says what stands in the network header where both an IPv6 address and one of
// ARP may begin.
type version uint8

const (
	anyVersion version = iota
	isARP
	isIPv6
)

// slot is the number of the first four bytes of a register: NFT_REG_1 to NFT_REG_4 have 16
// bytes, those from NFT_REG32_00 (8) on have four.
func slot(reg uint64) uint64 {
	if reg >= 8 {
		return reg - 8
	}
	return (reg - 1) * 4
}

// parts are the attributes of an expression.
type parts []decode.Node

func (p parts) number(name string) (uint64, bool) {
	for i := range p {
		if p[i].Name == name {
			return p[i].Num, true
		}
	}
	return 0, false
}

func (p parts) text(name string) string {
	for i := range p {
		if p[i].Name == name {
			s, _ := p[i].Value.(string)
			return s
		}
	}
	return ""
}

func (p parts) data(name string) []byte {
	for i := range p {
		if p[i].Name == name {
			for _, c := range p[i].Children {
				if c.Name == "NFTA_DATA_VALUE" {
					return c.Raw
				}
			}
		}
	}
	return nil
}

// expressionOf returns name and attributes of an element that is an expression.
func expressionOf(n *decode.Node) (string, parts) {
	kind := parts(n.Children).text("NFTA_EXPR_NAME")
	if kind == "" {
		return "", nil
	}
	for i := range n.Children {
		if n.Children[i].Name == "NFTA_EXPR_DATA" {
			return kind, n.Children[i].Children
		}
	}
	return kind, nil
}

// look finds what the registers are for into which something is put.
func (r *registers) look(elements []decode.Node) {
	r.holds, r.uses, r.inRule = map[uint64]content{}, map[uint64]content{}, true
	asks := map[uint64]bool{} // registers that hold what the packet is
	for i := range elements {
		kind, p := expressionOf(&elements[i])
		r.narrow(asks, kind, p)
		switch kind {
		case "nat", "tproxy", "dup", "fwd":
			for _, reg := range []string{"NFTA_NAT_REG_ADDR_MIN", "NFTA_NAT_REG_ADDR_MAX", "NFTA_TPROXY_REG_ADDR", "NFTA_DUP_SREG_ADDR", "NFTA_FWD_SREG_ADDR"} {
				if n, ok := p.number(reg); ok {
					r.uses[slot(n)] = content{kind: address}
				}
			}
		case "meta", "ct", "payload":
			for _, reg := range []string{"NFTA_META_SREG", "NFTA_CT_SREG", "NFTA_PAYLOAD_SREG"} {
				if n, ok := p.number(reg); ok {
					r.uses[slot(n)] = loaded(kind, p)
				}
			}
		}
	}
}

// narrow notes what packets a rule is about.
func (r *registers) narrow(asks map[uint64]bool, kind string, p parts) {
	dreg, loads := p.number("NFTA_META_DREG")
	if kind == "payload" {
		dreg, loads = p.number("NFTA_PAYLOAD_DREG")
	}
	off, _ := p.number("NFTA_PAYLOAD_OFFSET")
	key := p.text("NFTA_META_KEY")
	switch {
	case loads:
		asks[slot(dreg)] = kind == "meta" && (key == "NFT_META_NFPROTO" || key == "NFT_META_PROTOCOL") ||
			kind == "payload" && p.text("NFTA_PAYLOAD_BASE") == "NFT_PAYLOAD_LL_HEADER" && off == 12
	case kind == "cmp":
		if n, ok := p.number("NFTA_CMP_SREG"); ok && asks[slot(n)] {
			r.is(p.data("NFTA_CMP_DATA"))
		}
	}
}

// is takes a protocol, of NFPROTO_* or of linux/if_ether.h.
func (r *registers) is(proto []byte) {
	switch string(proto) {
	case "\x0a", "\x86\xdd":
		r.ver = isIPv6
	case "\x03", "\x08\x06":
		r.ver = isARP
	}
}

// loaded is what an expression loads.
func loaded(kind string, p parts) content {
	switch kind {
	case "payload":
		base := p.text("NFTA_PAYLOAD_BASE")
		off, _ := p.number("NFTA_PAYLOAD_OFFSET")
		n, _ := p.number("NFTA_PAYLOAD_LEN")
		switch {
		case base == "NFT_PAYLOAD_LL_HEADER" && off < 12 && n >= 6:
			return content{kind: hardware}
		case base == "NFT_PAYLOAD_NETWORK_HEADER" && off == 18 && n == 6:
			return content{kind: hardware} // ARP's
		case base == "NFT_PAYLOAD_NETWORK_HEADER" && (off == 8 || off == 24) && n >= 3 && n < 16:
			return content{kind: address, six: true, four: off == 24 && n == 4}
		case base == "NFT_PAYLOAD_NETWORK_HEADER" && (n == 4 && off >= 12 || n == 16 || off >= 8 && n%4 == 0 && n >= 4):
			return content{kind: address}
		case base == "NFT_PAYLOAD_NETWORK_HEADER" && off >= 8 && n >= 3:
			return content{kind: address} // the first bytes of one
		case base == "NFT_PAYLOAD_TRANSPORT_HEADER" && n == 16:
			return content{kind: address} // of ICMPv6: no other field of one is as long
		}
	case "exthdr":
		if n, _ := p.number("NFTA_EXTHDR_LEN"); n == 16 || n == 4 && p.text("NFTA_EXTHDR_OP") == "NFT_EXTHDR_OP_IPV4" {
			return content{kind: address} // of a route that the sender chose
		}
	case "xfrm":
		if strings.Contains(p.text("NFTA_XFRM_KEY"), "ADDR") {
			return content{kind: address}
		}
	case "meta":
		switch key := p.text("NFTA_META_KEY"); {
		case strings.HasSuffix(key, "NAME"):
			return content{kind: name}
		case key == "NFT_META_SKUID", key == "NFT_META_SKGID":
			return content{kind: user}
		}
	case "ct":
		switch key := p.text("NFTA_CT_KEY"); key {
		case "NFT_CT_SRC", "NFT_CT_DST", "NFT_CT_SRC_IP", "NFT_CT_DST_IP", "NFT_CT_SRC_IP6", "NFT_CT_DST_IP6":
			return content{kind: address}
		}
	case "rt":
		if strings.Contains(p.text("NFTA_RT_KEY"), "NEXTHOP") {
			return content{kind: address}
		}
	case "fib":
		if strings.HasSuffix(p.text("NFTA_FIB_RESULT"), "OIFNAME") {
			return content{kind: name}
		}
	}
	return content{kind: plain}
}

// enter says what the data of an expression are, whose attributes are children of n.
func (r *registers) enter(kind string, p parts) {
	r.now = content{}
	if !r.inRule {
		return
	}
	first := func(names ...string) (uint64, bool) {
		for _, name := range names {
			if n, ok := p.number(name); ok {
				return slot(n), true
			}
		}
		return 0, false
	}
	switch kind {
	case "cmp", "range":
		if at, ok := first("NFTA_CMP_SREG", "NFTA_RANGE_SREG"); ok {
			r.now = r.holds[at]
		}
	case "immediate":
		at, ok := first("NFTA_IMMEDIATE_DREG")
		if c, used := r.uses[at]; ok && used {
			r.now = c
		}
	case "bitwise":
		from, _ := first("NFTA_BITWISE_SREG")
		if to, ok := first("NFTA_BITWISE_DREG"); ok {
			c := r.holds[from]
			c.mask = bytes.Clone(p.data("NFTA_BITWISE_MASK"))
			r.holds[to] = c
		}
		r.now = content{kind: plain}
	case "inner":
		for i := range p {
			if kind, loads := expressionOf(&p[i]); p[i].Name == "NFTA_INNER_EXPR" && kind != "inner" {
				r.enter(kind, loads)
			}
		}
	case "byteorder":
		from, _ := first("NFTA_BYTEORDER_SREG")
		if to, ok := first("NFTA_BYTEORDER_DREG"); ok {
			r.holds[to] = r.holds[from]
		}
	default:
		if to, ok := first("NFTA_PAYLOAD_DREG", "NFTA_META_DREG", "NFTA_CT_DREG", "NFTA_RT_DREG", "NFTA_FIB_DREG",
			"NFTA_EXTHDR_DREG", "NFTA_SOCKET_DREG", "NFTA_HASH_DREG", "NFTA_NG_DREG", "NFTA_XFRM_DREG", "NFTA_OSF_DREG", "NFTA_TUNNEL_DREG"); ok {
			c := loaded(kind, p)
			c.four = c.four && r.ver != isIPv6
			c.six = c.six && r.ver != isARP
			r.holds[to] = c
		}
	}
}

// maxSets bounds of how many sets is remembered what they hold.
const maxSets = 4096

// setType is what the keys and the data of a set are.
type setType struct{ key, data []string }

// begin looks at a message about a set before its names are overwritten.
func (w *overwriter) begin(b *decode.Body) {
	p := parts(b.Attrs)
	switch {
	case strings.HasSuffix(w.m.Type, "NEWSET"):
		t := setType{types(p.text("NFTA_SET_KEY_TYPE")), types(p.text("NFTA_SET_DATA_TYPE"))}
		if len(w.a.sets) >= maxSets {
			clear(w.a.sets)
		}
		w.a.sets[p.text("NFTA_SET_TABLE")+"\x00"+p.text("NFTA_SET_NAME")] = t
	default:
		name := p.text("NFTA_SET_ELEM_LIST_TABLE") + "\x00" + p.text("NFTA_SET_ELEM_LIST_SET")
		w.set = w.a.sets[name]
		for i := range p {
			if p[i].Name == "NFTA_SET_ELEM_LIST_ELEMENTS" {
				w.intervals(name, p[i].Children)
			}
		}
	}
	if n, ok := parts(b.Fields).number("nfgen_family"); ok {
		w.regs.is([]byte{byte(n)})
	}
}

// types splits what a set is said to hold.
func types(text string) []string {
	if text == "" || text[0] >= '0' && text[0] <= '9' {
		return nil
	}
	return strings.Split(text, " . ")
}

// register overwrites what a register is compared with, or what is in a set.
func (w *overwriter) register(b []byte, in within) {
	if len(b) > 0 {
		if now, ok := w.bounds[&b[0]]; ok {
			copy(b, now)
			return
		}
	}
	c := w.regs.now
	switch {
	case w.regs.inRule:
	case in.name == "NFTA_SET_ELEM_DATA":
		c = content{kind: ofTypes, types: w.set.data}
	default:
		c = content{kind: ofTypes, types: w.set.key}
	}
	w.content(b, c)
}

func (w *overwriter) content(b []byte, c content) {
	switch c.kind {
	case plain:
	case address:
		if c.six && len(b) < 16 && (!c.four || len(b) > 0 && b[0] >= 0xf0) {
			var full [16]byte
			copy(full[:], b)
			k, ok := prefixMask(c.mask, len(b))
			if !ok {
				k = 8 * len(b)
			}
			w.s.network(full[:], k)
			copy(b, full[:])
			return
		}
		n := len(b)
		if n != 4 && n != 16 {
			w.addresses(b)
			return
		}
		if k, ok := prefixMask(c.mask, n); ok {
			w.s.network(b[:n], k)
			return
		}
		w.s.ip(b[:n])
	case hardware:
		w.s.hardware(b)
	case name:
		w.s.text(b)
	case user:
		if len(b) == 4 {
			w.order().PutUint32(b, w.s.id(w.order().Uint32(b)))
		}
	case ofTypes:
		w.typed(b, c.types)
	default:
		w.guess(b)
	}
}

// addresses overwrites several addresses, or the first bytes of one.
func (w *overwriter) addresses(b []byte) {
	switch {
	case len(b)%16 == 0:
		for ; len(b) > 0; b = b[16:] {
			w.s.ipv6(b[:16])
		}
	case len(b)%4 == 0:
		for ; len(b) > 0; b = b[4:] {
			w.s.ipv4(b[:4])
		}
	case len(b) < 4:
		var full [4]byte
		copy(full[:], b)
		w.s.ipv4(full[:])
		copy(b, full[:])
	default:
		var full [16]byte
		copy(full[:], b)
		w.s.ipv6(full[:])
		copy(b, full[:])
	}
}

// prefixMask is how many bits a mask of n bytes begins with, where it has no others.
func prefixMask(mask []byte, n int) (int, bool) {
	if len(mask) != n {
		return 0, false
	}
	ones := 0
	for i, c := range mask {
		k := bits.LeadingZeros8(^c)
		if c<<k != 0 {
			return 0, false
		}
		ones += k
		if k < 8 {
			return ones, same(mask[i+1:], 0)
		}
	}
	return ones, true
}

// widths are the types of sets that say whose something is, and those of other length
// than four bytes.
var widths = map[string]int{
	"ipv4_addr": 4, "ipv6_addr": 16, "ether_addr": 6, "ll_addr": 6, "ifname": 16, "string": 16, "uid": 4, "gid": 4,
	"mark": 4, "inet_service": 2, "inet_proto": 1, "ether_type": 2, "nf_proto": 1, "iface_index": 4, "ct_state": 4,
	"icmp_type": 1, "icmpv6_type": 1, "tcp_flag": 1, "verdict": 0, "integer": 4, "pkt_type": 1, "dscp": 1, "cgroupsv2": 8,
	"boolean": 1, "iface_type": 2, "time": 8, "hour": 4, "day": 1, "classid": 4, "realm": 4, "devgroup": 4, "ct_dir": 1,
}

// typed overwrites the parts of a value whose types are known.
func (w *overwriter) typed(b []byte, types []string) {
	for _, t := range types {
		if _, known := widths[t]; !known {
			types = nil
		}
	}
	if len(types) == 0 {
		w.guess(b)
		return
	}
	for _, t := range types {
		n := min(widths[t], len(b))
		v := b[:n]
		switch t {
		case "ipv4_addr", "ipv6_addr":
			w.s.ip(v)
		case "ether_addr", "ll_addr":
			w.s.hardware(v)
		case "ifname", "string":
			w.s.text(v)
		case "uid", "gid":
			w.content(v, content{kind: user})
		}
		b = b[min((n+3)&^3, len(b)):]
	}
}

// guess overwrites what nothing says the type of. What is shorter than an address is
// nobody's.
func (w *overwriter) guess(b []byte) {
	text := bytes.TrimRight(b, "\x00")
	switch {
	case len(b) < 4 || same(b, 0):
	case len(text) > 1 && isText(text) && (len(b) > 4 || len(text) < len(b)):
		w.s.text(b)
	case len(b) == 4 || len(b) == 16:
		w.s.ip(b)
	case len(b) == 6:
		w.s.mac(b)
	case len(b) == 8 && same(b[6:], 0):
		w.s.mac(b[:6])
	default:
		w.whole(b)
	}
}
