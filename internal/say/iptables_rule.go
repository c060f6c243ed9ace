// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// iptRule is a rule of iptables that is put together from the expressions of nftables
// that iptables-nft makes of it: what matches as -s and -m, what comes of it as -j.
type iptRule struct {
	t      *telling
	v6     bool
	plain  map[string][]string // addresses, interfaces, the protocol, by option
	match  [][]string
	target []string
	counts []string
	proto  uint64              // what -p says; 0: nothing, or that it is another one
	native map[string][]string // what tcp or udp says without a struct, by option
	ports  int                 // 1 + index in match where that stands; 0: nowhere
	load   *iptLoad
	// extensions says that nft does not read the rule.
	extensions bool
	counted    bool
}

// iptLoad is what a register holds that has not been compared yet.
type iptLoad struct {
	reg            uint64 // where it is
	meta           string // NFTA_META_KEY; "": it is of the packet
	base, off, len uint64
	mask           []byte
	value          []byte // an immediate
}

// expressions reads those of a rule. false: iptables does not make such ones.
func (r *iptRule) expressions(list *decode.Node) bool {
	r.plain, r.native = map[string][]string{}, map[string][]string{}
	if !known(list.Children) {
		return false
	}
	for i := range list.Children {
		e := nest{r.t, list.Children[i].Children}
		name, data := e.peek("NFTA_EXPR_NAME"), e.peek("NFTA_EXPR_DATA")
		if name == nil || data == nil || r.target != nil {
			return false
		}
		read := iptExpressions[text(name)]
		if read == nil || !read(r, r.t.open(data)) {
			return false
		}
	}
	return r.load == nil && r.counted
}

// known says whether each attribute among nodes has a name and stands there once: what
// nobody knows may matter.
func known(nodes []decode.Node) bool {
	for i := range nodes {
		n := &nodes[i]
		if n.Attr && n.Name == "" && !n.Elem && !n.Hidden || n.Overridden || n.Problem != "" || !known(n.Children) {
			return false
		}
	}
	return true
}

// holds says whether a register that an attribute names is the one that was loaded.
func (r *iptRule) holds(n nest, name string) bool {
	x := n.peek(name)
	return x != nil && r.load != nil && x.Num == r.load.reg
}

// iptExpressions are the expressions that iptables-nft uses.
var iptExpressions map[string]func(*iptRule, nest) bool

func init() {
	iptExpressions = map[string]func(*iptRule, nest) bool{
		"meta": (*iptRule).meta, "payload": (*iptRule).payload, "bitwise": (*iptRule).bitwise, "cmp": (*iptRule).cmp,
		"range": (*iptRule).ranged, "immediate": (*iptRule).immediate, "counter": (*iptRule).counter, "limit": (*iptRule).limit,
		"log": (*iptRule).log,
		"match": func(r *iptRule, n nest) bool {
			words, ok := r.t.extended(n, "NFTA_MATCH", r.v6, xtMatches)
			r.match, r.extensions = append(r.match, words), true
			return ok && r.load == nil && r.allows(text(n.peek("NFTA_MATCH_NAME")))
		},
		"target": func(r *iptRule, n nest) bool {
			words, ok := r.t.extended(n, "NFTA_TARGET", r.v6, xtTargets)
			r.target, r.extensions = append([]string{"-j"}, words...), true
			return ok && r.load == nil
		},
	}
}

// allows says whether a match goes with the protocol of the rule: iptables refuses
// others.
func (r *iptRule) allows(match string) bool {
	need := map[string]uint64{"tcp": unix.IPPROTO_TCP, "udp": unix.IPPROTO_UDP, "udplite": unix.IPPROTO_UDPLITE, "icmp": unix.IPPROTO_ICMP,
		"icmp6": unix.IPPROTO_ICMPV6, "sctp": unix.IPPROTO_SCTP, "dccp": unix.IPPROTO_DCCP, "esp": unix.IPPROTO_ESP}[match]
	return need == 0 || need == r.proto
}

func (r *iptRule) meta(n nest) bool {
	key := n.peek("NFTA_META_KEY")
	if key == nil {
		return false
	}
	if n.has("NFTA_META_SREG") { // -j TRACE is an immediate 1 and this
		traced := text(key) == "NFT_META_NFTRACE" && r.holds(n, "NFTA_META_SREG") && len(r.load.value) > 0 && r.load.value[0] == 1 && zero(r.load.value[1:])
		r.load, r.target = nil, []string{"-j", "TRACE"}
		return traced
	}
	return r.loaded(n, "NFTA_META_DREG", &iptLoad{meta: text(key)})
}

func (r *iptRule) payload(n nest) bool {
	return !n.has("NFTA_PAYLOAD_SREG") && n.has("NFTA_PAYLOAD_BASE") && n.has("NFTA_PAYLOAD_OFFSET") && r.loaded(n, "NFTA_PAYLOAD_DREG",
		&iptLoad{base: n.num("NFTA_PAYLOAD_BASE"), off: n.num("NFTA_PAYLOAD_OFFSET"), len: n.num("NFTA_PAYLOAD_LEN")})
}

// loaded puts something into the register that an attribute names, of which iptables
// uses one at a time.
func (r *iptRule) loaded(n nest, name string, l *iptLoad) bool {
	reg, free := n.peek(name), r.load == nil
	r.load = l
	if reg == nil || reg.Num == 0 { // NFT_REG_VERDICT
		return false
	}
	l.reg = reg.Num
	return free
}

// dataOf are the bytes of an attribute of NFTA_DATA.
func dataOf(n nest, name string) []byte {
	x := n.peek(name)
	if x == nil {
		return nil
	}
	return nest{n.t, x.Children}.raw("NFTA_DATA_VALUE")
}

func (r *iptRule) bitwise(n nest) bool {
	xor, mask := dataOf(n, "NFTA_BITWISE_XOR"), dataOf(n, "NFTA_BITWISE_MASK")
	if r.load == nil || r.load.mask != nil || len(mask) == 0 || len(xor) != len(mask) || !zero(xor) || n.num("NFTA_BITWISE_OP") != 0 ||
		!r.holds(n, "NFTA_BITWISE_SREG") || !r.holds(n, "NFTA_BITWISE_DREG") || n.num("NFTA_BITWISE_LEN") != uint64(len(mask)) {
		return false
	}
	r.load.mask = mask
	return true
}

// The operators of NFTA_CMP_OP.
const cmpEQ, cmpNEQ, cmpLTE, cmpGT = 0, 1, 3, 4

func (r *iptRule) cmp(n nest) bool {
	l, data, op := r.load, dataOf(n, "NFTA_CMP_DATA"), n.num("NFTA_CMP_OP")
	held := r.holds(n, "NFTA_CMP_SREG") && n.has("NFTA_CMP_OP")
	r.load = nil
	if !held || l == nil || l.value != nil || len(data) == 0 || l.mask != nil && len(l.mask) != len(data) {
		return false
	}
	if l.meta == "" && l.base == 2 {
		return r.transport(l, op, data)
	}
	if op > cmpNEQ {
		return false
	}
	if l.meta != "" {
		return r.metaIs(l, op == cmpNEQ, data)
	}
	return l.base == 1 && uint64(len(data)) == l.len && r.network(l, op == cmpNEQ, data)
}

// once puts words that a rule can have once.
func (r *iptRule) once(not bool, words ...string) bool { return putOnce(r.plain, not, words) }

func putOnce(to map[string][]string, not bool, words []string) bool {
	option := words[0]
	if to[option] != nil {
		return false
	}
	if not {
		words = append([]string{"!"}, words...)
	}
	to[option] = words
	return true
}

// protoWords are the protocols that iptables itself has names for.
var protoWords = map[uint64]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp", unix.IPPROTO_ICMP: "icmp", unix.IPPROTO_ICMPV6: "ipv6-icmp",
	unix.IPPROTO_SCTP: "sctp", unix.IPPROTO_UDPLITE: "udplite", unix.IPPROTO_ESP: "esp", unix.IPPROTO_AH: "ah"}

func protoWord(n uint64) string { return nameOr(protoWords, n) }

func (r *iptRule) isProto(n byte, not bool) bool {
	if !not {
		r.proto = uint64(n)
	}
	return n != 0 && r.once(not, "-p", protoWord(uint64(n)))
}

func (r *iptRule) metaIs(l *iptLoad, not bool, data []byte) bool {
	switch l.meta {
	case "NFT_META_L4PROTO":
		return l.mask == nil && len(data) == 1 && r.isProto(data[0], not)
	case "NFT_META_IIFNAME", "NFT_META_OIFNAME":
		name, ended := bytes.CutSuffix(data, []byte{0})
		s := string(bytes.TrimRight(name, "\x00"))
		if l.mask != nil || !argument(s) || len(s) > 15 || strings.HasSuffix(s, "+") || strings.HasPrefix(s, "!") || strings.HasPrefix(s, "-") {
			return false
		}
		if !ended {
			s += "+"
		}
		return r.once(not, map[bool]string{true: "-i", false: "-o"}[l.meta == "NFT_META_IIFNAME"], s)
	case "NFT_META_MARK":
		if len(data) != 4 {
			return false
		}
		s := hexNumber(uint64(r.t.order().Uint32(data)))
		if l.mask != nil {
			s += "/" + hexNumber(uint64(r.t.order().Uint32(l.mask)))
		}
		words := []string{"mark", "--mark", s}
		if not {
			words = []string{"mark", "!", "--mark", s}
		}
		r.match = append(r.match, words)
		return true
	}
	return false
}

// order is the byte order of the machine that was captured.
func (t *telling) order() binary.ByteOrder {
	if t.m.Frame.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// network compares with the header of IP.
func (r *iptRule) network(l *iptLoad, not bool, data []byte) bool {
	size, src, dst := 4, uint64(12), uint64(16)
	if r.v6 {
		size, src, dst = 16, 8, 24
	}
	switch {
	case !r.v6 && l.off == 9 && l.len == 1 && l.mask == nil:
		return r.isProto(data[0], not)
	case !r.v6 && l.off == 6 && l.len == 2 && bytes.Equal(l.mask, []byte{0x1f, 0xff}) && zero(data):
		return r.once(!not, "-f")
	case (l.off == src || l.off == dst) && len(data) <= size:
		// Without a mask iptables compares as many bytes as the prefix has.
		mask := l.mask
		if mask == nil {
			mask = bytes.Repeat([]byte{0xff}, len(data))
		}
		whole := func(b []byte) []byte { return append(bytes.Clone(b), make([]byte, size-len(b))...) }
		s, ok := netWords(whole(data), whole(mask))
		return ok && r.once(not, map[bool]string{true: "-s", false: "-d"}[l.off == src], s)
	}
	return false
}

// transport compares with the header of TCP or UDP.
func (r *iptRule) transport(l *iptLoad, op uint64, data []byte) bool {
	not := op == cmpNEQ
	switch {
	case uint64(len(data)) != l.len:
	case l.off == 13 && l.len == 1 && len(l.mask) == 1 && r.proto == unix.IPPROTO_TCP && op <= cmpNEQ:
		words := tcpFlags(uint64(l.mask[0]), uint64(data[0]))
		return words != nil && r.port(not, words...)
	case l.mask != nil:
	case l.off == 0 && l.len == 4 && op == cmpEQ:
		return r.port(false, "--sport", decimal(uint64(binary.BigEndian.Uint16(data)))) &&
			r.port(false, "--dport", decimal(uint64(binary.BigEndian.Uint16(data[2:]))))
	case (l.off == 0 || l.off == 2) && l.len == 2:
		s := decimal(uint64(binary.BigEndian.Uint16(data)))
		if op == cmpLTE || op == cmpGT {
			s, not = "0:"+s, op == cmpGT
		} else if op > cmpNEQ {
			return false
		}
		return r.port(not, map[bool]string{true: "--sport", false: "--dport"}[l.off == 0], s)
	}
	return false
}

// port puts what the match of the rule's protocol says, into one of it.
func (r *iptRule) port(not bool, words ...string) bool {
	if r.proto != unix.IPPROTO_TCP && r.proto != unix.IPPROTO_UDP {
		return false
	}
	if r.ports == 0 {
		r.match = append(r.match, []string{protoWord(r.proto)})
		r.ports = len(r.match)
	}
	return putOnce(r.native, not, words)
}

func (r *iptRule) ranged(n nest) bool {
	l, from, to, op := r.load, dataOf(n, "NFTA_RANGE_FROM_DATA"), dataOf(n, "NFTA_RANGE_TO_DATA"), n.num("NFTA_RANGE_OP")
	held := r.holds(n, "NFTA_RANGE_SREG") && n.has("NFTA_RANGE_OP")
	r.load = nil
	if !held || l == nil || l.meta != "" || l.base != 2 || l.mask != nil || l.len != 2 || len(from) != 2 || len(to) != 2 || l.off != 0 && l.off != 2 || op > 1 {
		return false
	}
	low, high := uint64(binary.BigEndian.Uint16(from)), uint64(binary.BigEndian.Uint16(to))
	return low <= high && r.port(op == 1, map[bool]string{true: "--sport", false: "--dport"}[l.off == 0], decimal(low)+":"+decimal(high))
}

func (r *iptRule) counter(n nest) bool {
	packets, octets := n.num("NFTA_COUNTER_PACKETS"), n.num("NFTA_COUNTER_BYTES")
	if r.counted {
		return false
	}
	r.counted = true
	if packets != 0 || octets != 0 {
		r.counts = []string{"-c", decimal(packets), decimal(octets)}
	}
	return r.load == nil
}

// limit reads what iptables makes of -m limit, if it makes that of the words.
func (r *iptRule) limit(n nest) bool {
	rate, unit, burst := n.num("NFTA_LIMIT_RATE"), n.num("NFTA_LIMIT_UNIT"), n.num("NFTA_LIMIT_BURST")
	if rate == 0 || n.num("NFTA_LIMIT_FLAGS") != 0 || n.num("NFTA_LIMIT_TYPE") != 0 || burst == 0 || r.load != nil {
		return false
	}
	for _, u := range rateUnits {
		if u.seconds != unit || limitScale*u.seconds/rate == 0 {
			continue
		}
		if n, s := nativeLimit(limitScale * u.seconds / rate); n != rate || s != unit {
			return false
		}
		words := []string{"limit", "--limit", decimal(rate) + "/" + u.name}
		if burst != 5 {
			words = append(words, "--limit-burst", decimal(burst))
		}
		r.match = append(r.match, words)
		return true
	}
	return false
}

// nativeLimit is the rate that iptables-nft sends for a cost of xt_limit, and its
// unit in seconds.
func nativeLimit(cost uint64) (rate, unit uint64) {
	i := 1
	for ; i < len(rateUnits); i++ {
		whole := limitScale * rateUnits[i].seconds
		if cost > whole || whole/cost < whole%cost {
			break
		}
	}
	unit = rateUnits[i-1].seconds
	return limitScale * unit / cost, unit
}

// log reads what iptables makes of -j NFLOG.
func (r *iptRule) log(n nest) bool {
	if !n.has("NFTA_LOG_GROUP") || n.has("NFTA_LOG_LEVEL") || n.has("NFTA_LOG_FLAGS") || r.load != nil {
		return false
	}
	r.target = []string{"-j", "NFLOG"}
	if p := n.peek("NFTA_LOG_PREFIX"); p != nil {
		s := text(p)
		if !argument(s) || len(s) > 127 {
			return false
		}
		r.target = append(r.target, "--nflog-prefix", s)
	}
	for _, o := range []struct{ word, attr string }{{"--nflog-group", "NFTA_LOG_GROUP"}, {"--nflog-size", "NFTA_LOG_SNAPLEN"}, {"--nflog-threshold", "NFTA_LOG_QTHRESHOLD"}} {
		if v := n.num(o.attr); v != 0 || o.word == "--nflog-size" && n.has(o.attr) {
			r.target = append(r.target, o.word, decimal(v))
		}
	}
	return true
}

// immediate is a verdict, or the 1 of -j TRACE.
func (r *iptRule) immediate(n nest) bool {
	if r.load != nil {
		return false
	}
	if v := dataOf(n, "NFTA_IMMEDIATE_DATA"); v != nil {
		return len(v) > 0 && r.loaded(n, "NFTA_IMMEDIATE_DREG", &iptLoad{value: v})
	}
	v := n.in("NFTA_IMMEDIATE_DATA").in("NFTA_DATA_VERDICT")
	code, reg := v.peek("NFTA_VERDICT_CODE"), n.peek("NFTA_IMMEDIATE_DREG")
	if code == nil || reg == nil || reg.Num != 0 { // NFT_REG_VERDICT
		return false
	}
	switch chain := v.peek("NFTA_VERDICT_CHAIN"); int32(code.Num) {
	case 0, 1, -5:
		r.target = []string{"-j", map[int32]string{0: "DROP", 1: "ACCEPT", -5: "RETURN"}[int32(code.Num)]}
		return chain == nil
	case -3, -4:
		if chain == nil || !iptChainName(text(chain)) {
			return false
		}
		r.target = []string{map[int32]string{-3: "-j", -4: "-g"}[int32(code.Num)], text(chain)}
		return true
	}
	return false
}

// words are those of the rule, behind its chain, in the order of iptables-save. counts
// says that its counters are wanted.
func (r *iptRule) words(counts bool) []string {
	var w []string
	for _, option := range []string{"-s", "-d", "-i", "-o", "-p", "-f"} {
		w = append(w, r.plain[option]...)
	}
	for i, m := range r.match {
		w = append(append(w, "-m"), m...)
		if i+1 == r.ports {
			w = append(append(append(w, r.native["--sport"]...), r.native["--dport"]...), r.native["--tcp-flags"]...)
		}
	}
	if counts {
		w = append(w, r.counts...)
	}
	return append(w, r.target...)
}
