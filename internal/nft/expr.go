// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// writers write one kind of expression each.
var writers map[string]func(r *rule, a []decode.Node)

func init() {
	writers = map[string]func(r *rule, a []decode.Node){
		"cmp": (*rule).compare, "payload": (*rule).payload, "bitwise": (*rule).bitwise,
		"meta": (*rule).meta, "ct": (*rule).ct, "rt": (*rule).rt, "socket": (*rule).socket, "fib": (*rule).fib, "exthdr": (*rule).exthdr,
		"numgen": (*rule).numgen, "hash": (*rule).hash, "osf": (*rule).osf, "xfrm": (*rule).xfrm, "tunnel": (*rule).tunnel,
		"immediate": (*rule).immediate, "byteorder": (*rule).byteorder, "range": (*rule).ranges, "lookup": (*rule).lookup,
		"dynset": (*rule).dynset, "objref": (*rule).objref, "inner": (*rule).inner,
		"counter": (*rule).counter, "limit": (*rule).limit, "connlimit": (*rule).connlimit, "quota": (*rule).quota, "last": (*rule).last,
		"log": (*rule).log, "queue": (*rule).queue, "reject": (*rule).reject, "synproxy": (*rule).synproxy,
		"notrack":      func(r *rule, _ []decode.Node) { r.word("notrack") },
		"flow_offload": func(r *rule, a []decode.Node) { r.word("flow add @" + name(str(a, "NFTA_FLOW_TABLE_NAME"))) },
		"nat":          (*rule).nat, "masq": (*rule).masq, "redir": (*rule).redir, "tproxy": (*rule).tproxy, "dup": (*rule).dup, "fwd": (*rule).fwd,
		"match":  func(r *rule, a []decode.Node) { r.xt(a, "NFTA_MATCH") },
		"target": func(r *rule, a []decode.Node) { r.xt(a, "NFTA_TARGET") },
	}
}

// expression writes one NFTA_LIST_ELEM or what stands for it.
func (r *rule) expression(n *decode.Node) {
	if r.lines.budget--; r.lines.budget < 0 {
		if r.lines.budget == -1 {
			r.word("[and more]")
		}
		return
	}
	kind := str(n.Children, "NFTA_EXPR_NAME")
	d := find(n.Children, "NFTA_EXPR_DATA")
	w := writers[kind]
	switch {
	case kind == "":
		r.word("[expression without a name]")
	case w == nil:
		s := "[" + name(kind)
		if d != nil {
			s += " " + raw(d.Raw)
		}
		r.word(s + "]")
	case d == nil:
		w(r, nil)
	default:
		w(r, d.Children)
	}
}

func (r *rule) meta(a []decode.Node) {
	n := val(a, "NFTA_META_KEY")
	k, ok := metaKeys[n]
	if !ok {
		k = key{fmt.Sprintf("meta [key %d]", n), "hexinteger"}
	}
	if r.lines.exact {
		k.typ = inputType(k)
	}
	t := lookupType(k.typ)
	s := &slot{text: k.name, typ: t, host: t.host, len: max(t.size, 4)}
	switch k.name {
	case "meta time":
		s.len = 8
	case "meta secpath", "meta nfproto", "meta l4proto", "meta pkttype", "meta day", "meta ipsec":
		s.len = 1
	case "iifname", "oifname", "meta ibrname", "meta obrname", "meta iifkind", "meta oifkind", "meta sdifname":
		s.len = 16
	case "meta protocol", "meta iiftype", "meta oiftype", "meta ibrpvid", "meta ibrvproto":
		s.len = 2
	}
	if _, store := num(a, "NFTA_META_SREG"); store {
		r.word(k.name + " set " + r.source(a, "NFTA_META_SREG", s))
		return
	}
	r.load(a, "NFTA_META_DREG", s)
}

// source writes what a statement takes from a register, as s's type would be.
func (r *rule) source(a []decode.Node, attr string, s *slot) string {
	v := r.regOr(a, attr)
	r.used()
	if v.imm {
		return r.format(s, v.value)
	}
	r.imply(v)
	return v.left()
}

func (r *rule) ct(a []decode.Node) {
	n := val(a, "NFTA_CT_KEY")
	k, ok := ctKeys[n]
	if !ok {
		k = key{fmt.Sprintf("[key %d]", n), "hexinteger"}
	}
	dir := ""
	if d, ok := num(a, "NFTA_CT_DIRECTION"); ok {
		dir = [...]string{"original ", "reply "}[d&1]
	}
	t := lookupType(k.typ)
	s := &slot{text: "ct " + dir + k.name, typ: t, host: t.host, len: max(t.size, 4)}
	switch k.name {
	case "packets", "bytes", "avgpkt":
		s.len = 8
	case "zone":
		s.len = 2
	case "helper", "label":
		s.len = 16
	case "l3proto", "protocol", "direction":
		s.len = 1
	}
	if _, store := num(a, "NFTA_CT_SREG"); store {
		r.word(s.text + " set " + r.source(a, "NFTA_CT_SREG", s))
		return
	}
	r.load(a, "NFTA_CT_DREG", s)
}

func (r *rule) rt(a []decode.Node) {
	keys := [...]key{{"rt classid", "realm"}, {"rt ip nexthop", "ipv4_addr"}, {"rt ip6 nexthop", "ipv6_addr"}, {"rt mtu", "hostinteger"}, {"rt ipsec", "boolean"}}
	n := val(a, "NFTA_RT_KEY")
	k := key{fmt.Sprintf("rt [key %d]", n), "hexinteger"}
	if n < uint64(len(keys)) {
		k = keys[n]
	}
	t := lookupType(k.typ)
	r.load(a, "NFTA_RT_DREG", &slot{text: k.name, typ: t, host: t.host, len: max(t.size, 4)})
}

func (r *rule) socket(a []decode.Node) {
	n := val(a, "NFTA_SOCKET_KEY")
	s := &slot{text: fmt.Sprintf("socket [key %d]", n), typ: lookupType("integer"), len: 1}
	switch n {
	case 0:
		s.text = "socket transparent"
	case 1:
		s.text, s.typ, s.host, s.len = "socket mark", lookupType("mark"), true, 4
	case 2:
		s.text = "socket wildcard"
	case 3:
		s.text, s.typ, s.host, s.len = fmt.Sprintf("socket cgroupv2 level %d", val(a, "NFTA_SOCKET_LEVEL")), lookupType("cgroupsv2"), true, 8
	}
	r.load(a, "NFTA_SOCKET_DREG", s)
}

func (r *rule) fib(a []decode.Node) {
	flags := val(a, "NFTA_FIB_FLAGS")
	var keys []string
	for i, k := range []string{"saddr", "daddr", "mark", "iif", "oif"} {
		if flags&(1<<i) != 0 {
			keys = append(keys, k)
		}
	}
	s := &slot{len: 4}
	result := val(a, "NFTA_FIB_RESULT")
	what := fmt.Sprintf("[result %d]", result)
	s.typ = lookupType("hexinteger")
	switch result {
	case 1:
		what, s.typ, s.host = "oif", lookupType("iface_index"), true
	case 2:
		what, s.typ, s.len = "oifname", lookupType("ifname"), 16
	case 3:
		what, s.typ, s.host = "type", lookupType("fib_addrtype"), true
	}
	if flags&0x20 != 0 {
		s.typ, s.len, s.host = lookupType("boolean"), 1, true
	}
	s.text = "fib " + strings.Join(keys, " . ") + " " + what
	r.load(a, "NFTA_FIB_DREG", s)
}

func (r *rule) numgen(a []decode.Node) {
	kind := "inc"
	if val(a, "NFTA_NG_TYPE") == 1 {
		kind = "random"
	}
	s := fmt.Sprintf("numgen %s mod %d", kind, val(a, "NFTA_NG_MODULUS"))
	if o := val(a, "NFTA_NG_OFFSET"); o != 0 {
		s += fmt.Sprintf(" offset %d", o)
	}
	r.load(a, "NFTA_NG_DREG", &slot{text: s, typ: lookupType("hostinteger"), host: true, len: 4})
}

func (r *rule) hash(a []decode.Node) {
	s := "symhash"
	if val(a, "NFTA_HASH_TYPE") == 0 {
		s = "jhash " + r.texts(r.concat(a, "NFTA_HASH_SREG", 0))
		r.used()
	}
	s += fmt.Sprintf(" mod %d", val(a, "NFTA_HASH_MODULUS"))
	if n, ok := num(a, "NFTA_HASH_SEED"); ok && val(a, "NFTA_HASH_TYPE") == 0 && n != 0 {
		s += fmt.Sprintf(" seed 0x%x", n)
	}
	if o := val(a, "NFTA_HASH_OFFSET"); o != 0 {
		s += fmt.Sprintf(" offset %d", o)
	}
	r.load(a, "NFTA_HASH_DREG", &slot{text: s, typ: lookupType("hostinteger"), host: true, len: 4})
}

func (r *rule) osf(a []decode.Node) {
	s := "osf "
	switch val(a, "NFTA_OSF_TTL") {
	case 1:
		s += "ttl loose "
	case 2:
		s += "ttl skip "
	}
	if val(a, "NFTA_OSF_FLAGS")&1 != 0 {
		s += "version"
	} else {
		s += "name"
	}
	r.load(a, "NFTA_OSF_DREG", &slot{text: s, typ: lookupType("string"), len: 16})
}

func (r *rule) xfrm(a []decode.Node) {
	keys := [...]key{{"[key 0]", "hexinteger"}, {"ip daddr", "ipv4_addr"}, {"ip6 daddr", "ipv6_addr"}, {"ip saddr", "ipv4_addr"}, {"ip6 saddr", "ipv6_addr"}, {"reqid", "hostinteger"}, {"spi", "integer"}}
	n := val(a, "NFTA_XFRM_KEY")
	k := key{fmt.Sprintf("[key %d]", n), "hexinteger"}
	if n < uint64(len(keys)) {
		k = keys[n]
	}
	s := "ipsec " + [...]string{"in ", "out "}[val(a, "NFTA_XFRM_DIR")&1]
	if sp := val(a, "NFTA_XFRM_SPNUM"); sp != 0 {
		s += fmt.Sprintf("spnum %d ", sp)
	}
	t := lookupType(k.typ)
	r.load(a, "NFTA_XFRM_DREG", &slot{text: s + k.name, typ: t, host: t.host, len: max(t.size, 4)})
}

func (r *rule) tunnel(a []decode.Node) {
	s := "tunnel " + [...]string{"path", "id"}[val(a, "NFTA_TUNNEL_KEY")&1]
	r.load(a, "NFTA_TUNNEL_DREG", &slot{text: s, typ: lookupType("hostinteger"), host: true, len: 4})
}

// tcpOptions are options of TCP by number, and their fields by offset.
var tcpOptions = map[uint64]string{0: "eol", 1: "nop", 2: "maxseg", 3: "window", 4: "sack-perm", 5: "sack", 8: "timestamp", 30: "mptcp", 34: "fastopen"}

var ipOptions = map[uint64]string{7: "rr", 131: "lsrr", 137: "ssrr", 148: "ra"}

var exthdrs = map[uint64]string{0: "hbh", 43: "rt", 44: "frag", 60: "dst", 135: "mh"}

var exthdrFields = map[string]map[uint64]string{
	"maxseg": {2: "size"}, "window": {2: "count"}, "timestamp": {2: "tsval", 6: "tsecr"}, "sack": {2: "left", 6: "right"},
	"hbh": {0: "nexthdr", 1: "hdrlength"}, "dst": {0: "nexthdr", 1: "hdrlength"}, "frag": {0: "nexthdr", 4: "id"},
	"rt": {0: "nexthdr", 1: "hdrlength", 2: "type", 3: "seg-left"}, "mh": {0: "nexthdr", 1: "hdrlength", 2: "type"},
}

func (r *rule) exthdr(a []decode.Node) {
	typ, off, n := val(a, "NFTA_EXTHDR_TYPE"), val(a, "NFTA_EXTHDR_OFFSET"), val(a, "NFTA_EXTHDR_LEN")
	op := val(a, "NFTA_EXTHDR_OP")
	prefix, opt := "", ""
	switch op {
	case 0:
		opt = exthdrs[typ]
	case 1:
		prefix, opt = "tcp option ", tcpOptions[typ]
	case 2:
		prefix, opt = "ip option ", ipOptions[typ]
	case 3:
		prefix, opt = "sctp chunk ", ""
	case 4:
		prefix = "dccp option "
	default:
		prefix = fmt.Sprintf("[header operation %d] ", op)
	}
	if opt == "" {
		opt = strconv.FormatUint(typ, 10)
	}
	s := &slot{text: prefix + opt, typ: lookupType("integer"), len: int(n)}
	if val(a, "NFTA_EXTHDR_FLAGS")&1 != 0 {
		s.typ = lookupType("boolean")
		if op == 0 {
			s.text = "exthdr " + opt
		}
	} else if f := exthdrFields[opt][off]; f != "" {
		s.text += " " + f
		if f == "nexthdr" {
			s.typ = lookupType("inet_proto")
		}
	} else {
		s.text += fmt.Sprintf(" @%d,%d", off*8, n*8)
	}
	switch op {
	case 0:
		s.layer, s.proto = baseNet+1, "ip6"
	case 2:
		s.layer, s.proto = baseNet+1, "ip"
	}
	if _, store := num(a, "NFTA_EXTHDR_SREG"); store {
		r.word(s.text + " set " + r.source(a, "NFTA_EXTHDR_SREG", s))
		return
	}
	if _, ok := num(a, "NFTA_EXTHDR_DREG"); !ok && op == 1 {
		r.word("reset " + prefix + opt)
		return
	}
	r.load(a, "NFTA_EXTHDR_DREG", s)
}

func (r *rule) immediate(a []decode.Node) {
	d := find(a, "NFTA_IMMEDIATE_DATA")
	if d == nil {
		r.word("[immediate without data]")
		return
	}
	if v, ok := verdict(d.Children); ok {
		r.word(v)
		return
	}
	b, _ := data(a, "NFTA_IMMEDIATE_DATA")
	r.load(a, "NFTA_IMMEDIATE_DREG", &slot{text: raw(b), typ: lookupType("hexinteger"), len: len(b), value: b, imm: true})
}

func (r *rule) byteorder(a []decode.Node) {
	s := *r.regOr(a, "NFTA_BYTEORDER_SREG")
	s.host = !s.host // to the other order: which way it is called says nothing
	if s.imm {
		s.text = "[byteorder of " + s.text + "]"
	}
	r.load(a, "NFTA_BYTEORDER_DREG", &s)
}

func (r *rule) ranges(a []decode.Node) {
	s := r.regOr(a, "NFTA_RANGE_SREG")
	from, _ := data(a, "NFTA_RANGE_FROM_DATA")
	to, _ := data(a, "NFTA_RANGE_TO_DATA")
	r.used()
	r.imply(s)
	not := ""
	if val(a, "NFTA_RANGE_OP") == 1 {
		not = "!= "
	}
	r.word(s.left() + " " + not + s.format(from) + "-" + s.format(to))
}

// lookup tests whether a set has a key, or reads what a map has for it.
func (r *rule) lookup(a []decode.Node) {
	set, id := str(a, "NFTA_LOOKUP_SET"), val(a, "NFTA_LOOKUP_SET_ID")
	info := r.lines.set(r.family, r.table, set, id)
	n := 0
	if info != nil {
		n = len(info.key)
	}
	keys := r.concat(a, "NFTA_LOOKUP_SREG", n)
	r.used()
	text := r.texts(keys)
	what := r.setText(set, info)
	dreg, isMap := num(a, "NFTA_LOOKUP_DREG")
	switch {
	case isMap && dreg == 0:
		r.word(text + " vmap " + what)
	case isMap:
		s := &slot{text: text + " map " + what, typ: lookupType("hexinteger"), len: 4}
		if info != nil && len(info.data) > 0 {
			s.len = info.dataPadded()
			s.many = len(info.data) > 1
			if info.dataSpan() {
				s.len, s.many = info.dataLen, true
			}
			s.typ = lookupType(info.data[0])
		}
		r.load(a, "NFTA_LOOKUP_DREG", s)
	default:
		not := ""
		if val(a, "NFTA_LOOKUP_FLAGS")&1 != 0 {
			not = "!= "
		}
		r.word(text + " " + not + what)
	}
}

// setText writes a set by name, or an anonymous one by its elements; not within
// elements, which could hold themselves.
func (r *rule) setText(set string, info *setInfo) string {
	if info != nil && info.flags&setAnonymous != 0 && info.elems != nil && r.depth == 0 {
		sub := *r
		sub.depth++
		return "{ " + info.elements(info.elems, &sub) + " }"
	}
	return "@" + name(set)
}

func (r *rule) dynset(a []decode.Node) {
	set := str(a, "NFTA_DYNSET_SET_NAME")
	op := val(a, "NFTA_DYNSET_OP")
	verb := fmt.Sprintf("[set operation %d]", op)
	if op < 3 {
		verb = [...]string{"add", "update", "delete"}[op]
	}
	info := r.lines.set(r.family, r.table, set, val(a, "NFTA_DYNSET_SET_ID"))
	n := 0
	if info != nil {
		n = len(info.key)
	}
	s := r.texts(r.concat(a, "NFTA_DYNSET_SREG_KEY", n))
	if ms := val(a, "NFTA_DYNSET_TIMEOUT"); ms != 0 {
		s += " timeout " + duration(ms)
	}
	s += r.nested(a, "NFTA_DYNSET_EXPR", "NFTA_DYNSET_EXPRESSIONS")
	if _, ok := num(a, "NFTA_DYNSET_SREG_DATA"); ok {
		d := r.regOr(a, "NFTA_DYNSET_SREG_DATA")
		v := d.left()
		if d.imm && info != nil && len(info.data) > 0 {
			t := lookupType(info.data[0])
			v = t.format(d.value, t.host)
		}
		s += " : " + v
	}
	r.used()
	r.word(verb + " @" + name(set) + " { " + s + " }")
}

var objectNames = [...]string{1: "counter", 2: "quota", 3: "ct helper", 4: "limit", 5: "ct count", 6: "tunnel", 7: "ct timeout", 8: "meta secmark", 9: "ct expectation", 10: "synproxy"}

func objectName(n uint64) string {
	if n > 0 && n < uint64(len(objectNames)) {
		return objectNames[n]
	}
	return fmt.Sprintf("[object type %d]", n)
}

func (r *rule) objref(a []decode.Node) {
	if n, ok := num(a, "NFTA_OBJREF_IMM_TYPE"); ok {
		kind, obj := objectName(n), strconv.QuoteToASCII(str(a, "NFTA_OBJREF_IMM_NAME"))
		switch n {
		case 3, 7, 8, 9:
			r.word(kind + " set " + obj)
		default:
			r.word(kind + " name " + obj)
		}
		return
	}
	set := str(a, "NFTA_OBJREF_SET_NAME")
	info := r.lines.set(r.family, r.table, set, val(a, "NFTA_OBJREF_SET_ID"))
	kind, n := "[object]", 0
	if info != nil {
		kind, n = objectName(info.objType), len(info.key)
	}
	text := r.texts(r.concat(a, "NFTA_OBJREF_SET_SREG", n))
	r.used()
	r.word(kind + " name " + text + " map " + r.setText(set, info))
}

func (r *rule) inner(a []decode.Node) {
	n := find(a, "NFTA_INNER_EXPR")
	if n == nil {
		r.word("[inner without expression]")
		return
	}
	kind := map[uint64]string{1: "vxlan", 2: "geneve"}[val(a, "NFTA_INNER_TYPE")]
	if kind == "" {
		kind = fmt.Sprintf("[inner type %d]", val(a, "NFTA_INNER_TYPE"))
	}
	if r.depth >= maxNested {
		r.word("[nested too deep]")
		return
	}
	outer := r.deps
	r.depth++
	r.deps = [baseInner + 1]dep{}
	if d := outer[baseNet].proto; d != "" {
		r.deps[baseNet].proto = d
	}
	before := r.regs
	r.expression(n)
	for i := range r.regs {
		if s := r.regs[i]; s != nil && s != before[i] {
			s.text, s.layer = kind+" "+s.text, 0
		}
	}
	r.deps = outer
	r.depth--
}
