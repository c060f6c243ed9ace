// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/hex"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// flowerKey is what flower matches by, with a mask beside it (tc/f_flower.c of
// iproute2). The order of the table is the one that tc needs: protocols first.
type flowerKey struct {
	attr, word string
	write      func(t *telling, v, mask *decode.Node) (string, bool)
}

var flowerFirst = []option{
	{"TCA_FLOWER_INDEV", "indev", asText},
	{"TCA_FLOWER_L2_MISS", "l2_miss", asNumber},
	{"TCA_FLOWER_KEY_NUM_OF_VLANS", "num_of_vlans", asNumber},
	{"TCA_FLOWER_KEY_VLAN_ID", "vlan_id", asNumber}, {"TCA_FLOWER_KEY_VLAN_PRIO", "vlan_prio", asNumber},
	{"TCA_FLOWER_KEY_VLAN_ETH_TYPE", "vlan_ethtype", asEther},
	{"TCA_FLOWER_KEY_CVLAN_ID", "cvlan_id", asNumber}, {"TCA_FLOWER_KEY_CVLAN_PRIO", "cvlan_prio", asNumber},
	{"TCA_FLOWER_KEY_CVLAN_ETH_TYPE", "cvlan_ethtype", asEther},
	{"TCA_FLOWER_KEY_PPPOE_SID", "pppoe_sid", asNumber},
	{"TCA_FLOWER_KEY_PPP_PROTO", "ppp_proto", func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{nameOrHex(map[uint64]string{0x21: "ip", 0x57: "ipv6", 0x281: "mpls_uc", 0x283: "mpls_mc"}, number(n))}, true
	}},
	{"TCA_FLOWER_KEY_MPLS_LABEL", "mpls_label", asNumber}, {"TCA_FLOWER_KEY_MPLS_TC", "mpls_tc", asNumber},
	{"TCA_FLOWER_KEY_MPLS_BOS", "mpls_bos", asNumber}, {"TCA_FLOWER_KEY_MPLS_TTL", "mpls_ttl", asNumber},
	{"TCA_FLOWER_KEY_IP_PROTO", "ip_proto", func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{nameOrHex(flowerProtocols, number(n))}, true
	}},
	{"TCA_FLOWER_KEY_L2TPV3_SID", "l2tpv3_sid", asNumber},
	{"TCA_FLOWER_KEY_ENC_KEY_ID", "enc_key_id", asNumber},
	{"TCA_FLOWER_KEY_ENC_UDP_DST_PORT", "enc_dst_port", asNumber},
}

var flowerProtocols = map[uint64]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp", unix.IPPROTO_SCTP: "sctp",
	unix.IPPROTO_ICMP: "icmp", unix.IPPROTO_ICMPV6: "icmpv6", 115: "l2tp", unix.IPPROTO_ESP: "esp", unix.IPPROTO_AH: "ah"}

func nameOrHex(names map[uint64]string, v uint64) string {
	if s := names[v]; s != "" {
		return s
	}
	return hexNumber(v)
}

var flowerKeys = []flowerKey{
	{"TCA_FLOWER_KEY_ETH_DST", "dst_mac", maskedMAC}, {"TCA_FLOWER_KEY_ETH_SRC", "src_mac", maskedMAC},
	{"TCA_FLOWER_KEY_IPV4_DST", "dst_ip", maskedAddr}, {"TCA_FLOWER_KEY_IPV4_SRC", "src_ip", maskedAddr},
	{"TCA_FLOWER_KEY_IPV6_DST", "dst_ip", maskedAddr}, {"TCA_FLOWER_KEY_IPV6_SRC", "src_ip", maskedAddr},
	{"TCA_FLOWER_KEY_IP_TOS", "ip_tos", maskedTOS}, {"TCA_FLOWER_KEY_IP_TTL", "ip_ttl", maskedTOS},
	{"TCA_FLOWER_KEY_TCP_FLAGS", "tcp_flags", maskedFlags},
	{"TCA_FLOWER_KEY_TCP_DST", "dst_port", maskedPort}, {"TCA_FLOWER_KEY_TCP_SRC", "src_port", maskedPort},
	{"TCA_FLOWER_KEY_UDP_DST", "dst_port", maskedPort}, {"TCA_FLOWER_KEY_UDP_SRC", "src_port", maskedPort},
	{"TCA_FLOWER_KEY_SCTP_DST", "dst_port", maskedPort}, {"TCA_FLOWER_KEY_SCTP_SRC", "src_port", maskedPort},
	{"TCA_FLOWER_KEY_ICMPV4_TYPE", "type", maskedByte}, {"TCA_FLOWER_KEY_ICMPV4_CODE", "code", maskedByte},
	{"TCA_FLOWER_KEY_ICMPV6_TYPE", "type", maskedByte}, {"TCA_FLOWER_KEY_ICMPV6_CODE", "code", maskedByte},
	{"TCA_FLOWER_KEY_ARP_OP", "arp_op", maskedARPOp}, {"TCA_FLOWER_KEY_ARP_SIP", "arp_sip", maskedAddr}, {"TCA_FLOWER_KEY_ARP_TIP", "arp_tip", maskedAddr},
	{"TCA_FLOWER_KEY_ARP_SHA", "arp_sha", maskedMAC}, {"TCA_FLOWER_KEY_ARP_THA", "arp_tha", maskedMAC},
	{"TCA_FLOWER_KEY_SPI", "spi", func(_ *telling, v, mask *decode.Node) (string, bool) {
		return hexNumber(number(v)), number(mask) == 0xffffffff
	}},
	{"TCA_FLOWER_KEY_CT_STATE", "ct_state", flowerCTState},
	{"TCA_FLOWER_KEY_CT_ZONE", "ct_zone", maskedNumber}, {"TCA_FLOWER_KEY_CT_MARK", "ct_mark", maskedNumber},
	{"TCA_FLOWER_KEY_CT_LABELS", "ct_label", func(_ *telling, v, mask *decode.Node) (string, bool) { return hexMasked(v, mask), true }},
	{"TCA_FLOWER_KEY_FLAGS", "ip_flags", flowerFlags("frag", "firstfrag")},
	{"TCA_FLOWER_KEY_ENC_IPV4_DST", "enc_dst_ip", maskedAddr}, {"TCA_FLOWER_KEY_ENC_IPV4_SRC", "enc_src_ip", maskedAddr},
	{"TCA_FLOWER_KEY_ENC_IPV6_DST", "enc_dst_ip", maskedAddr}, {"TCA_FLOWER_KEY_ENC_IPV6_SRC", "enc_src_ip", maskedAddr},
	{"TCA_FLOWER_KEY_ENC_IP_TOS", "enc_tos", maskedTOS}, {"TCA_FLOWER_KEY_ENC_IP_TTL", "enc_ttl", maskedTOS},
	{"TCA_FLOWER_KEY_ENC_FLAGS", "enc_flags", flowerFlags("", "", "tuncsum", "tundf", "tunoam", "tuncrit")},
}

// flower says a filter that matches by fields. A key without a mask beside it is one
// of a port, or left.
func flower(t *telling, n nest) {
	proto := t.filterProtocol()
	n.takeIf("TCA_FLOWER_KEY_ETH_TYPE", func(x *decode.Node) bool { return number(x) == proto })
	t.filterFlags(n, "TCA_FLOWER_FLAGS")
	n.options(flowerFirst)
	t.flowerMPLS(n)
	if cfm := n.peek("TCA_FLOWER_KEY_CFM"); cfm != nil {
		t.say("cfm")
		t.open(cfm).options([]option{{"TCA_FLOWER_KEY_CFM_MD_LEVEL", "mdl", asNumber}, {"TCA_FLOWER_KEY_CFM_OPCODE", "op", asNumber}})
	}
	for _, k := range flowerKeys {
		v, mask := n.peek(k.attr), n.peek(k.attr+"_MASK")
		if v == nil {
			continue
		}
		if mask == nil && !strings.HasSuffix(k.word, "_port") {
			continue
		}
		s, ok := k.write(t, v, mask)
		if !ok {
			continue
		}
		t.say(k.word, s)
		t.mark(v, true)
		if mask != nil {
			t.mark(mask, true)
		}
	}
	for _, end := range []string{"DST", "SRC"} {
		lo, hi := n.peek("TCA_FLOWER_KEY_PORT_"+end+"_MIN"), n.peek("TCA_FLOWER_KEY_PORT_"+end+"_MAX")
		if lo != nil && hi != nil && number(lo) < number(hi) {
			t.say(strings.ToLower(end)+"_port", decimal(number(lo))+"-"+decimal(number(hi)))
			t.mark(lo, true)
			t.mark(hi, true)
		}
	}
	if opts := n.peek("TCA_FLOWER_KEY_ENC_OPTS"); opts != nil {
		t.encOpts(opts, n.peek("TCA_FLOWER_KEY_ENC_OPTS_MASK"), "TCA_FLOWER_KEY_ENC_OPT")
	}
	t.filterEnd(n, "TCA_FLOWER")
}

// flowerMPLS says a stack of labels.
func (t *telling) flowerMPLS(n nest) {
	stack := n.in("TCA_FLOWER_KEY_MPLS_OPTS")
	if len(stack.nodes) == 0 {
		return
	}
	t.say("mpls")
	for i := range stack.nodes {
		t.say("lse")
		t.open(&stack.nodes[i]).options([]option{{"TCA_FLOWER_KEY_MPLS_OPT_LSE_DEPTH", "depth", asNumber},
			{"TCA_FLOWER_KEY_MPLS_OPT_LSE_LABEL", "label", asNumber}, {"TCA_FLOWER_KEY_MPLS_OPT_LSE_TC", "tc", asNumber},
			{"TCA_FLOWER_KEY_MPLS_OPT_LSE_BOS", "bos", asNumber}, {"TCA_FLOWER_KEY_MPLS_OPT_LSE_TTL", "ttl", asNumber}})
	}
}

func ones(b []byte) bool {
	for _, c := range b {
		if c != 0xff {
			return false
		}
	}
	return true
}

func maskedMAC(_ *telling, v, mask *decode.Node) (string, bool) {
	s, ok := lladdr(v.Raw)
	if !ones(mask.Raw) {
		m, _ := lladdr(mask.Raw)
		s += "/" + m
	}
	return s, ok && len(v.Raw) == 6 && len(mask.Raw) == 6
}

func maskedAddr(_ *telling, v, mask *decode.Node) (string, bool) { return validPrefix(v, mask) }

// maskedTOS is a byte in decimal and a mask in hex.
func maskedTOS(_ *telling, v, mask *decode.Node) (string, bool) {
	s := decimal(number(v))
	if !ones(mask.Raw) {
		s += "/" + hexNumber(number(mask))
	}
	return s, true
}

func maskedByte(_ *telling, v, mask *decode.Node) (string, bool) {
	s := decimal(number(v))
	if !ones(mask.Raw) {
		s += "/" + decimal(number(mask))
	}
	return s, true
}

func maskedARPOp(t *telling, v, mask *decode.Node) (string, bool) {
	if !ones(mask.Raw) {
		return maskedByte(t, v, mask)
	}
	switch number(v) {
	case 1:
		return "request", true
	case 2:
		return "reply", true
	}
	return decimal(number(v)), true
}

func maskedNumber(_ *telling, v, mask *decode.Node) (string, bool) { return masked(v, mask), true }

// maskedFlags are those of TCP, of which there are 12.
func maskedFlags(_ *telling, v, mask *decode.Node) (string, bool) {
	s := hexNumber(number(v))
	if number(mask) != 0xfff {
		s += "/" + hexNumber(number(mask))
	}
	return s, number(v) <= 0xfff && number(mask) <= 0xfff
}

func maskedPort(_ *telling, v, mask *decode.Node) (string, bool) {
	s := decimal(number(v))
	if mask != nil {
		s += "/" + hexNumber(number(mask))
	}
	return s, true
}

// flowerCTState writes bits that must and must not be set.
func flowerCTState(_ *telling, v, mask *decode.Node) (string, bool) {
	set, of := number(v), number(mask)
	var s string
	for _, b := range []bit{{8, "trk"}, {1, "new"}, {2, "est"}, {4, "rel"}, {16, "inv"}, {32, "rpl"}} {
		if of&b.mask == 0 {
			continue
		}
		sign := "-"
		if set&b.mask != 0 {
			sign = "+"
		}
		s += sign + b.word
		of, set = of&^b.mask, set&^b.mask
	}
	return s, of == 0 && set == 0 && s != ""
}

// flowerFlags writes bits by name, with "no" before those that must not be set.
func flowerFlags(names ...string) func(*telling, *decode.Node, *decode.Node) (string, bool) {
	return func(_ *telling, v, mask *decode.Node) (string, bool) {
		set, of := number(v), number(mask)
		var words []string
		for i, w := range names {
			b := uint64(1) << i
			if w == "" || of&b == 0 {
				continue
			}
			if set&b == 0 {
				w = "no" + w
			}
			words = append(words, w)
			of, set = of&^b, set&^b
		}
		return strings.Join(words, "/"), of == 0 && set == 0 && len(words) > 0
	}
}

// encOpt is an option of a tunnel: its members are one word with colons.
type encOpt struct {
	name, word string
	members    []string
	prefix     string // of a number in hex: "" where tc reads hex without one
	whole      []string
}

var encOpts = []encOpt{
	{"GENEVE", "geneve_opts", []string{"CLASS", "TYPE", "DATA"}, "", nil},
	{"VXLAN", "vxlan_opts", []string{"GBP"}, "0x", []string{"0xffffffff"}},
	{"ERSPAN", "erspan_opts", []string{"VER", "INDEX", "DIR", "HWID"}, "0x", []string{"", "0xffffffff", "0xff", "0xff"}},
	{"GTP", "gtp_opts", []string{"PDU_TYPE", "QFI"}, "", []string{"ff", "ff"}},
	{"PFCP", "pfcp_opts", []string{"TYPE", "SEID"}, "", []string{"ff", "ffffffffffffffff"}},
}

// encOpts says the options of a tunnel, which are all of one kind, and their masks.
func (t *telling) encOpts(opts, masks *decode.Node, prefix string) {
	var word string
	var parts []string
	for i := range opts.Children {
		n := &opts.Children[i]
		o := encOptOf(strings.TrimPrefix(n.Name, prefix+"S_"))
		if o == nil || word != "" && (word != o.word || o.name != "GENEVE") {
			return
		}
		word = o.word
		v, ok := o.values(nest{t, n.Children}, prefix)
		if !ok {
			return
		}
		s := strings.Join(v, ":")
		if masks != nil {
			if len(masks.Children) != len(opts.Children) || masks.Children[i].Name != n.Name {
				return
			}
			m, ok := o.values(nest{t, masks.Children[i].Children}, prefix)
			if !ok {
				return
			}
			if !o.own(m, v) {
				s += "/" + strings.Join(m, ":")
			}
		}
		parts = append(parts, s)
	}
	if word == "" {
		return
	}
	t.say(word, strings.Join(parts, ","))
	t.mark(opts, true)
	if masks != nil {
		t.mark(masks, true)
	}
}

func encOptOf(name string) *encOpt {
	for i := range encOpts {
		if encOpts[i].name == name {
			return &encOpts[i]
		}
	}
	return nil
}

// values are the members of an option, in hex.
func (o *encOpt) values(in nest, prefix string) ([]string, bool) {
	out := make([]string, 0, len(o.members))
	for _, m := range o.members {
		x := in.peek(prefix + "_" + o.name + "_" + m)
		switch {
		case x == nil:
			return nil, false
		case m == "DATA":
			out = append(out, hex.EncodeToString(x.Raw))
		case o.prefix == "":
			out = append(out, hex.EncodeToString(x.Raw)) // in network byte order, or one byte
		default:
			out = append(out, hexNumber(number(x)))
		}
	}
	return out, len(in.nodes) == len(o.members)
}

// own says whether tc takes a mask by itself: all that may be set, but the version
// of ERSPAN.
func (o *encOpt) own(mask, v []string) bool {
	for i := range mask {
		want := ""
		switch {
		case o.name == "GENEVE":
			want = []string{"ffff", "ff", strings.Repeat("f", len(v[2]))}[i]
		case o.whole[i] == "":
			want = v[i]
		default:
			want = o.whole[i]
		}
		if mask[i] != want {
			return false
		}
	}
	return true
}
