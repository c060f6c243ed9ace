// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/hex"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// actionKinds are the kinds of actions that tc knows (tc/m_*.c of iproute2).
var actionKinds = map[string]actionKind{
	"gact":     {parms: "TCA_GACT_PARMS", control: actAlways, options: []option{{"TCA_GACT_PROB", "random", asGactRandom}}},
	"mirred":   {parms: "TCA_MIRRED_PARMS", control: actPipe, fixed: mirredControl, more: mirred},
	"nat":      {parms: "TCA_NAT_PARMS", control: actOK, more: natAction},
	"pedit":    {parms: "", control: actOK, more: pedit},
	"police":   {more: func(t *telling, o, _ nest) { t.police(o) }},
	"csum":     {parms: "TCA_CSUM_PARMS", control: actOK, more: csum},
	"connmark": {parms: "TCA_CONNMARK_PARMS", control: actPipe, more: func(_ *telling, _, parms nest) { parms.options([]option{{"zone", "zone", some(asNumber)}}) }},
	"ct":       {parms: "TCA_CT_PARMS", control: actPipe, early: true, more: ctAction},
	"ctinfo":   {parms: "TCA_CTINFO_ACT", control: actPipe, more: ctInfo},
	"bpf":      {parms: "TCA_ACT_BPF_PARMS", control: actPipe, more: func(t *telling, o, _ nest) { t.bytecode(o, "TCA_ACT_BPF_OPS") }},
	"gate":     {parms: "TCA_GATE_PARMS", control: actPipe, early: true, more: gate},
	"ife":      {parms: "TCA_IFE_PARMS", control: actPipe, more: ife},
	"mpls": {parms: "TCA_MPLS_PARMS", control: actPipe, more: func(t *telling, _, parms nest) {
		parms.options([]option{{"m_action", "", asOneOf(map[uint64]string{1: "pop", 2: "push", 3: "modify", 4: "dec_ttl", 5: "mac_push"})}})
	}, options: []option{{"TCA_MPLS_PROTO", "protocol", asEther}, {"TCA_MPLS_LABEL", "label", asNumber}, {"TCA_MPLS_TC", "tc", asNumber},
		{"TCA_MPLS_TTL", "ttl", asNumber}, {"TCA_MPLS_BOS", "bos", asNumber}}},
	"sample": {parms: "TCA_SAMPLE_PARMS", control: actPipe, options: []option{{"TCA_SAMPLE_RATE", "rate", asNumber},
		{"TCA_SAMPLE_PSAMPLE_GROUP", "group", asNumber}, {"TCA_SAMPLE_TRUNC_SIZE", "trunc", asNumber}}},
	"simple": {parms: "TCA_DEF_PARMS", control: actPipe, options: []option{{"TCA_DEF_DATA", "sdata", asText}}},
	"skbedit": {parms: "TCA_SKBEDIT_PARMS", control: actPipe, more: skbedit, options: []option{
		{"TCA_SKBEDIT_PTYPE", "ptype", asOneOf(map[uint64]string{0: "host", 1: "broadcast", 2: "multicast", 3: "otherhost"})}}},
	"skbmod":     {parms: "TCA_SKBMOD_PARMS", control: actPipe, more: skbmod},
	"tunnel_key": {parms: "TCA_TUNNEL_KEY_PARMS", control: actPipe, more: tunnelKey},
	"vlan": {parms: "TCA_VLAN_PARMS", control: actPipe, more: func(t *telling, _, parms nest) {
		parms.options([]option{{"v_action", "", asOneOf(map[uint64]string{1: "pop", 2: "push", 3: "modify", 4: "pop_eth", 5: "push_eth"})}})
	}, options: []option{{"TCA_VLAN_PUSH_VLAN_ID", "id", asNumber}, {"TCA_VLAN_PUSH_VLAN_PROTOCOL", "protocol", asEther},
		{"TCA_VLAN_PUSH_VLAN_PRIORITY", "priority", asNumber}, {"TCA_VLAN_PUSH_ETH_DST", "dst_mac", asMAC}, {"TCA_VLAN_PUSH_ETH_SRC", "src_mac", asMAC}}},
}

// asEther is a protocol of Ethernet.
var asEther form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return []string{etherWord(number(n))}, len(n.Raw) == 2
}

// asMAC is an address of 6 bytes.
var asMAC form = func(_ *telling, n *decode.Node) ([]string, bool) {
	s, ok := lladdr(n.Raw)
	return []string{s}, ok && len(n.Raw) == 6
}

// asGactRandom is struct tc_gact_p: what is done with some packets instead.
var asGactRandom form = func(t *telling, n *decode.Node) ([]string, bool) {
	in := nest{t, n.Children}
	kind, value, action := in.peek("ptype"), in.peek("pval"), in.peek("paction")
	if kind == nil || value == nil || action == nil || number(kind) < 1 || number(kind) > 2 || number(value) > 10000 {
		return nil, false
	}
	words, ok := controlWords(t.native(action))
	return append(append([]string{[]string{"netrand", "determ"}[number(kind)-1]}, words...), decimal(number(value))), ok
}

func mirred(t *telling, o, parms nest) {
	action := parms.peek("eaction")
	if action == nil || number(action) < 1 || number(action) > 4 {
		return
	}
	t.say([][]string{{"egress", "redirect"}, {"egress", "mirror"}, {"ingress", "redirect"}, {"ingress", "mirror"}}[number(action)-1]...)
	t.mark(action, true)
	o.options([]option{{"TCA_MIRRED_BLOCKID", "blockid", some(asNumber)}})
	parms.options([]option{{"ifindex", "dev", some(asIf)}})
}

// mirredControl: what is redirected is gone, and an action that is only named by its
// number does nothing yet.
func mirredControl(parms nest) (uint64, bool) {
	action := parms.peek("eaction")
	switch {
	case action == nil || number(action) == 0:
		return actOK, true
	case number(action)%2 == 1:
		return actStolen, true
	}
	return 0, false
}

func natAction(t *telling, _, parms nest) {
	old, to, mask, flags := parms.peek("old_addr"), parms.peek("new_addr"), parms.peek("mask"), parms.peek("flags")
	if old == nil || to == nil || mask == nil || flags == nil || number(flags) > 1 {
		return
	}
	n, ok := maskBits(mask.Raw)
	if !ok {
		return
	}
	from, _ := prefix(old.Raw, n)
	then, _ := addr(to.Raw)
	t.say([]string{"ingress", "egress"}[number(flags)], from, then)
	for _, x := range []*decode.Node{old, to, mask, flags} {
		t.mark(x, true)
	}
}

// maskBits counts the bits of a mask; ok is false where they are not the first.
func maskBits(b []byte) (n uint64, ok bool) {
	for i, c := range b {
		ones := bits.LeadingZeros8(^c)
		if c<<ones != 0 || ones > 0 && int(n) != 8*i {
			return 0, false
		}
		n += uint64(ones)
	}
	return n, true
}

func csum(t *telling, _, parms nest) {
	parms.bits("update_flags", []bit{{1, "iph"}, {2, "icmp"}, {4, "igmp"}, {8, "tcp"}, {16, "udp"}, {32, "udplite"}, {64, "sctp"}})
}

// masked writes a value and its mask in hex, the mask where not all of it counts.
func masked(v, mask *decode.Node) string {
	s := hexNumber(number(v))
	for _, c := range mask.Raw {
		if c != 0xff {
			return s + "/" + hexNumber(number(mask))
		}
	}
	return s
}

func ctAction(t *telling, o, parms nest) {
	flags := o.peek("TCA_CT_ACTION")
	v := uint64(0)
	if flags != nil {
		v = number(flags)
	}
	for _, b := range []bit{{1, "commit"}, {2, "force"}, {4, "clear"}} {
		if v&b.mask != 0 {
			t.say(b.word)
		}
	}
	known := v&^0x3f == 0
	if v&8 != 0 {
		known = t.ctNAT(o, v) && known
	}
	words := len(t.words)
	o.options([]option{{"TCA_CT_ZONE", "zone", asNumber}})
	if m, mask := o.peek("TCA_CT_MARK"), o.peek("TCA_CT_MARK_MASK"); m != nil && mask != nil {
		t.say("mark", masked(m, mask))
		t.mark(m, true)
		t.mark(mask, true)
	}
	if l, mask := o.peek("TCA_CT_LABELS"), o.peek("TCA_CT_LABELS_MASK"); l != nil && mask != nil {
		t.say("label", hexMasked(l, mask))
		t.mark(l, true)
		t.mark(mask, true)
	}
	if family, proto, name := o.peek("TCA_CT_HELPER_FAMILY"), o.peek("TCA_CT_HELPER_PROTO"), o.peek("TCA_CT_HELPER_NAME"); family != nil && proto != nil && name != nil {
		p, ok := map[uint64]string{6: "tcp", 17: "udp"}[number(proto)]
		f, fok := map[uint64]string{2: "ipv4", 10: "ipv6"}[number(family)]
		if ok && fok && !strings.Contains(text(name), "-") && text(name) != "" && len(text(name)) < 20 {
			t.say("helper", f+"-"+p+"-"+text(name))
			for _, x := range []*decode.Node{family, proto, name} {
				t.mark(x, true)
			}
		}
	}
	if flags != nil && known {
		t.mark(flags, true)
	}
	index, control := parms.peek("index"), parms.peek("action")
	if v&8 != 0 && len(t.words) == words && index != nil && zero(index.Raw) && control != nil && t.native(control) == actPipe {
		t.say("pipe") // tc wants a word behind "nat"
	}
}

// ctNAT says which addresses and ports connections get.
func (t *telling) ctNAT(o nest, v uint64) bool {
	t.say("nat")
	if v&0x30 == 0 {
		return true
	}
	t.say(map[uint64]string{0x10: "src", 0x20: "dst"}[v&0x30])
	for _, f := range []string{"IPV4", "IPV6"} {
		lo, hi := o.peek("TCA_CT_NAT_"+f+"_MIN"), o.peek("TCA_CT_NAT_"+f+"_MAX")
		if lo == nil || hi == nil {
			continue
		}
		a, _ := addr(lo.Raw)
		b, _ := addr(hi.Raw)
		t.say("addr", span(a, b))
		t.mark(lo, true)
		t.mark(hi, true)
		if lo, hi = o.peek("TCA_CT_NAT_PORT_MIN"), o.peek("TCA_CT_NAT_PORT_MAX"); lo != nil && hi != nil {
			t.say("port", span(decimal(number(lo)), decimal(number(hi))))
			t.mark(lo, true)
			t.mark(hi, true)
		}
		return v&0x30 != 0x30
	}
	return false
}

// span writes a range, and one value where both ends are equal.
func span(from, to string) string {
	if from == to {
		return from
	}
	return from + "-" + to
}

func hexMasked(v, mask *decode.Node) string {
	s := hex.EncodeToString(v.Raw)
	if m := hex.EncodeToString(mask.Raw); strings.Trim(m, "f") != "" || len(mask.Raw) != 16 {
		s += "/" + m
	}
	return s
}

func ctInfo(t *telling, o, _ nest) {
	if x := o.peek("TCA_CTINFO_PARMS_DSCP_MASK"); x != nil {
		t.say("dscp", hexNumber(number(x)))
		t.mark(x, true)
		o.options([]option{{"TCA_CTINFO_PARMS_DSCP_STATEMASK", "", asHex}})
	}
	o.options([]option{{"TCA_CTINFO_PARMS_CPMARK_MASK", "cpmark", asHex}})
	if x := o.peek("TCA_CTINFO_ZONE"); x != nil {
		if number(x) != 0 {
			t.say("zone", decimal(number(x)))
		}
		t.mark(x, true)
	}
}

// bytecode says a program of classic BPF. One of eBPF is a descriptor, which means
// nothing to others.
func (t *telling) bytecode(o nest, name string) {
	ops := o.peek(name)
	if ops == nil || len(ops.Children) == 0 {
		return
	}
	s := decimal(uint64(len(ops.Children)))
	for i := range ops.Children {
		in := nest{t, ops.Children[i].Children}
		s += ","
		for j, member := range []string{"code", "jt", "jf", "k"} {
			x := in.peek(member)
			if x == nil {
				return
			}
			if j > 0 {
				s += " "
			}
			s += decimal(number(x))
		}
	}
	t.say("bytecode", s)
	t.mark(ops, true)
	o.takeIf(name+"_LEN", func(n *decode.Node) bool { return int(number(n)) == len(ops.Children) })
}

func gate(t *telling, o, _ nest) {
	o.options([]option{{"TCA_GATE_CLOCKID", "clockid", asClock}, {"TCA_GATE_PRIORITY", "priority", asNumber},
		{"TCA_GATE_FLAGS", "flags", some(asHex)}, {"TCA_GATE_BASE_TIME", "base-time", some(asNumber)},
		{"TCA_GATE_CYCLE_TIME", "cycle-time", some(asNumber)}, {"TCA_GATE_CYCLE_TIME_EXT", "cycle-time-ext", some(asNumber)}})
	list := o.in("TCA_GATE_ENTRY_LIST")
	for i := range list.nodes {
		e := nest{t, list.nodes[i].Children}
		interval := e.peek("TCA_GATE_ENTRY_INTERVAL")
		if interval == nil {
			continue
		}
		t.say("sched-entry")
		if e.has("TCA_GATE_ENTRY_GATE") {
			t.say("open")
		} else {
			t.say("close")
		}
		t.say(decimal(number(interval)))
		for _, name := range []string{"TCA_GATE_ENTRY_IPV", "TCA_GATE_ENTRY_MAX_OCTETS"} {
			word := []string{"-1"}
			if x := e.peek(name); x != nil {
				word, _ = asNumber(t, x)
			}
			t.say(word...)
		}
		t.mark(&list.nodes[i], true)
	}
}

func ife(t *telling, o, parms nest) {
	encode := false
	if x := parms.peek("flags"); x != nil {
		encode = number(x) == 1
		t.mark(x, number(x) <= 1)
	}
	if !encode {
		t.say("decode")
		return
	}
	t.say("encode")
	list := o.in("TCA_IFE_METALST")
	for _, m := range []struct{ attr, word string }{{"IFE_META_SKBMARK", "mark"}, {"IFE_META_PRIO", "prio"}, {"IFE_META_TCINDEX", "tcindex"}} {
		x := list.peek(m.attr)
		switch {
		case x == nil:
		case len(x.Raw) == 0:
			t.say("allow", m.word)
			t.mark(x, true)
		case t.native(x) != 0:
			t.say("use", m.word, decimal(t.native(x)))
			t.mark(x, true)
		}
	}
	o.options([]option{{"TCA_IFE_TYPE", "type", asHex}, {"TCA_IFE_DMAC", "dst", asMAC}, {"TCA_IFE_SMAC", "src", asMAC}})
}

func skbedit(t *telling, o, _ nest) {
	o.options([]option{{"TCA_SKBEDIT_QUEUE_MAPPING", "queue_mapping", asNumber}, {"TCA_SKBEDIT_PRIORITY", "priority", asClass}})
	if x := o.peek("TCA_SKBEDIT_MARK"); x != nil {
		s := hexNumber(number(x))
		if m := o.peek("TCA_SKBEDIT_MASK"); m != nil {
			s += "/" + hexNumber(number(m))
			t.mark(m, true)
		}
		t.say("mark", s)
		t.mark(x, true)
	}
	o.bits("TCA_SKBEDIT_FLAGS", []bit{{1 << 5, "inheritdsfield"}})
}

func skbmod(t *telling, o, parms nest) {
	flags := parms.peek("flags")
	if flags == nil {
		return
	}
	v := number(flags)
	for _, m := range []struct {
		mask       uint64
		attr, word string
		form       form
	}{{1, "TCA_SKBMOD_DMAC", "dmac", asMAC}, {2, "TCA_SKBMOD_SMAC", "smac", asMAC}, {4, "TCA_SKBMOD_ETYPE", "etype", asHex}} {
		if v&m.mask != 0 && o.has(m.attr) {
			t.say("set")
			o.options([]option{{m.attr, m.word, m.form}})
			v &^= m.mask
		}
	}
	if v&8 != 0 {
		t.say("swap", "mac")
	}
	if v&16 != 0 {
		t.say("ecn")
	}
	if v&^0x18 == 0 {
		t.mark(flags, true)
	}
}

func tunnelKey(t *telling, o, parms nest) {
	action := parms.peek("t_action")
	if action == nil {
		return
	}
	switch number(action) {
	case 1:
		t.say("set")
	case 2:
		t.say("unset")
	default:
		return
	}
	t.mark(action, true)
	o.options([]option{{"TCA_TUNNEL_KEY_ENC_IPV4_SRC", "src_ip", asAddr}, {"TCA_TUNNEL_KEY_ENC_IPV6_SRC", "src_ip", asAddr},
		{"TCA_TUNNEL_KEY_ENC_IPV4_DST", "dst_ip", asAddr}, {"TCA_TUNNEL_KEY_ENC_IPV6_DST", "dst_ip", asAddr},
		{"TCA_TUNNEL_KEY_ENC_KEY_ID", "id", asNumber}, {"TCA_TUNNEL_KEY_ENC_DST_PORT", "dst_port", asNumber},
		{"TCA_TUNNEL_KEY_ENC_TOS", "tos", asNumber}, {"TCA_TUNNEL_KEY_ENC_TTL", "ttl", asNumber}})
	if opts := o.peek("TCA_TUNNEL_KEY_ENC_OPTS"); opts != nil {
		t.encOpts(opts, nil, "TCA_TUNNEL_KEY_ENC_OPT")
	}
	if x := o.peek("TCA_TUNNEL_KEY_NO_CSUM"); x != nil {
		if number(x) != 0 {
			t.say("nocsum")
		}
		t.mark(x, number(x) <= 1)
	}
	o.options([]option{{"TCA_TUNNEL_KEY_NO_FRAG", "nofrag", asNothing}})
}

// validPrefix says whether a mask is that of a prefix.
func validPrefix(v, mask *decode.Node) (string, bool) {
	n, ok := maskBits(mask.Raw)
	if !ok || len(v.Raw) != len(mask.Raw) {
		return "", false
	}
	if _, ok = netip.AddrFromSlice(v.Raw); !ok {
		return "", false
	}
	return prefix(v.Raw, n)
}
