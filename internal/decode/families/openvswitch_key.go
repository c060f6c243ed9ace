// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// What OVS_KEY_ATTR_* hold: a value, a mask over a value, or both behind one
// another (OVS_ACTION_ATTR_SET_MASKED).
type ovsForm int

const (
	ovsValue ovsForm = iota
	ovsMask
	ovsBoth
)

// of gives the type for a form. The names of an enum mean nothing in a mask.
func (form ovsForm) of(value, mask schema.Type) schema.Type {
	switch form {
	case ovsMask:
		return mask
	case ovsBoth:
		return structOf(record("key and mask", field("key", value), field("mask", mask)))
	}
	return value
}

// number is an enum as a value and hex as a mask.
func (form ovsForm) number(value schema.Type) schema.Type {
	mask := value
	mask.Enum, mask.Hint = nil, schema.Hex
	return form.of(value, mask)
}

// strct makes a struct whose members change with the form.
func (form ovsForm) strct(name string, members func(ovsForm) []schema.Field) schema.Type {
	value := structOf(record(name, members(ovsValue)...))
	mask := structOf(record(name, members(ovsMask)...))
	return form.of(value, mask)
}

// plain is a struct that reads the same as a mask.
func (form ovsForm) plain(name string, members ...schema.Field) schema.Type {
	return form.strct(name, func(ovsForm) []schema.Field { return members })
}

// ovsKeys is the keys of a flow (flow_netlink.c: ovs_key_lens,
// __ovs_nla_put_key).
func ovsKeys(form ovsForm) *schema.Set {
	s := set("OVS_KEY_ATTR", unspec("OVS_KEY_ATTR_UNSPEC"))
	ports := func(p string) schema.Type {
		return form.plain("ovs_key_"+p, fields(be16, p+"_src", p+"_dst")...)
	}
	s.Attrs = append(s.Attrs,
		attr(1, "OVS_KEY_ATTR_ENCAP", nest(s)),
		attr(2, "OVS_KEY_ATTR_PRIORITY", form.number(hex32)),
		attr(3, "OVS_KEY_ATTR_IN_PORT", form.number(u32)), // number of a port
		attr(4, "OVS_KEY_ATTR_ETHERNET", form.plain("ovs_key_ethernet",
			field("eth_src", sized(hwaddr, 6)), field("eth_dst", sized(hwaddr, 6)))),
		attr(5, "OVS_KEY_ATTR_VLAN", form.number(hexBE16)), // TCI
		attr(6, "OVS_KEY_ATTR_ETHERTYPE", form.number(named(be16, etherType))),
		attr(7, "OVS_KEY_ATTR_IPV4", form.strct("ovs_key_ipv4", ovsKeyIPv4)),
		attr(8, "OVS_KEY_ATTR_IPV6", form.strct("ovs_key_ipv6", ovsKeyIPv6)),
		attr(9, "OVS_KEY_ATTR_TCP", ports("tcp")),
		attr(10, "OVS_KEY_ATTR_UDP", ports("udp")),
		attr(11, "OVS_KEY_ATTR_ICMP", form.plain("ovs_key_icmp", fields(u8, "icmp_type", "icmp_code")...)),
		attr(12, "OVS_KEY_ATTR_ICMPV6", form.plain("ovs_key_icmpv6", fields(u8, "icmpv6_type", "icmpv6_code")...)),
		attr(13, "OVS_KEY_ATTR_ARP", form.plain("ovs_key_arp",
			field("arp_sip", sized(ip, 4)), field("arp_tip", sized(ip, 4)), field("arp_op", be16),
			field("arp_sha", sized(hwaddr, 6)), field("arp_tha", sized(hwaddr, 6)), padding("pad", 2))),
		attr(14, "OVS_KEY_ATTR_ND", form.plain("ovs_key_nd",
			field("nd_target", sized(ip, 16)), field("nd_sll", sized(hwaddr, 6)), field("nd_tll", sized(hwaddr, 6)))),
		attr(15, "OVS_KEY_ATTR_SKB_MARK", form.number(hex32)),
		attr(16, "OVS_KEY_ATTR_TUNNEL", nest(ovsTunnelKeys())),
		attr(17, "OVS_KEY_ATTR_SCTP", ports("sctp")),
		attr(18, "OVS_KEY_ATTR_TCP_FLAGS", form.number(named(be16, ovsTCPFlags))),
		attr(19, "OVS_KEY_ATTR_DP_HASH", form.number(hex32)),
		attr(20, "OVS_KEY_ATTR_RECIRC_ID", form.number(hex32)),
		attr(21, "OVS_KEY_ATTR_MPLS", ovsMPLS(form)),
		attr(22, "OVS_KEY_ATTR_CT_STATE", form.of(named(u32, ovsCtState), named(u32, ovsCtState))),
		attr(23, "OVS_KEY_ATTR_CT_ZONE", form.number(u16)),
		attr(24, "OVS_KEY_ATTR_CT_MARK", form.number(hex32)),
		attr(25, "OVS_KEY_ATTR_CT_LABELS", form.plain("ovs_key_ct_labels", field("ct_labels", sized(opaque, 16)))),
		attr(26, "OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV4", form.strct("ovs_key_ct_tuple_ipv4", ovsTuple(4))),
		attr(27, "OVS_KEY_ATTR_CT_ORIG_TUPLE_IPV6", form.strct("ovs_key_ct_tuple_ipv6", ovsTuple(16))),
		attr(28, "OVS_KEY_ATTR_NSH", nest(ovsNSH(form))),
		attr(29, "OVS_KEY_ATTR_PACKET_TYPE", form.number(hexBE32)), // read by programs only
		attr(30, "OVS_KEY_ATTR_ND_EXTENSIONS", form.plain("ovs_key_nd_extensions",
			field("nd_reserved", hexBE32), field("nd_options_type", u8), padding("pad", 3))),
		noted(31, "OVS_KEY_ATTR_TUNNEL_INFO", unused, "kernel-internal"),
		attr(32, "OVS_KEY_ATTR_IPV6_EXTHDRS", form.plain("ovs_key_ipv6_exthdrs", field("hdrs", named(u16, ovsExthdrs)))),
	)
	return s
}

func ovsKeyIPv4(form ovsForm) []schema.Field {
	return []schema.Field{
		field("ipv4_src", sized(ip, 4)),
		field("ipv4_dst", sized(ip, 4)),
		field("ipv4_proto", form.number(named(u8, ipProtocol))),
		field("ipv4_tos", hex8),
		field("ipv4_ttl", form.number(u8)),
		field("ipv4_frag", form.number(named(u8, ovsFrag))),
	}
}

func ovsKeyIPv6(form ovsForm) []schema.Field {
	return []schema.Field{
		field("ipv6_src", sized(ip, 16)),
		field("ipv6_dst", sized(ip, 16)),
		field("ipv6_label", hexBE32),
		field("ipv6_proto", form.number(named(u8, ipProtocol))),
		field("ipv6_tclass", hex8),
		field("ipv6_hlimit", form.number(u8)),
		field("ipv6_frag", form.number(named(u8, ovsFrag))),
	}
}

func ovsTuple(addr int) func(ovsForm) []schema.Field {
	proto := map[int]string{4: "ipv4", 16: "ipv6"}[addr]
	return func(form ovsForm) []schema.Field {
		return []schema.Field{
			field(proto+"_src", sized(ip, addr)),
			field(proto+"_dst", sized(ip, addr)),
			field("src_port", form.number(be16)),
			field("dst_port", form.number(be16)),
			field(proto+"_proto", form.number(named(u8, ipProtocol))),
			padding("pad", 3),
		}
	}
}

func ovsMPLS(form ovsForm) schema.Type {
	if form == ovsValue {
		return where(mplsLabels, mplsLabelsFacts)
	}
	return packed(hexBE32) // of both: the entry, then its mask
}

var (
	ovsFrag    = enum("ovs_frag_type", 0, "OVS_FRAG_TYPE_NONE", "OVS_FRAG_TYPE_FIRST", "OVS_FRAG_TYPE_LATER")
	ovsCtState = bits("OVS_CS_F",
		"OVS_CS_F_NEW", "OVS_CS_F_ESTABLISHED", "OVS_CS_F_RELATED", "OVS_CS_F_REPLY_DIR",
		"OVS_CS_F_INVALID", "OVS_CS_F_TRACKED", "OVS_CS_F_SRC_NAT", "OVS_CS_F_DST_NAT",
	)
	// ovsTCPFlags is TCPHDR_* of include/net/tcp.h.
	ovsTCPFlags = bits("TCPHDR", "TCPHDR_FIN", "TCPHDR_SYN", "TCPHDR_RST", "TCPHDR_PSH", "TCPHDR_ACK",
		"TCPHDR_URG", "TCPHDR_ECE", "TCPHDR_CWR", "TCPHDR_AE")
	// ovsExthdrs is enum ofp12_ipv6exthdr_flags of net/openvswitch/flow.h.
	ovsExthdrs = bits("ofp12_ipv6exthdr_flags", "OFPIEH12_NONEXT", "OFPIEH12_ESP", "OFPIEH12_AUTH",
		"OFPIEH12_DEST", "OFPIEH12_FRAG", "OFPIEH12_ROUTER", "OFPIEH12_HOP", "OFPIEH12_UNREP", "OFPIEH12_UNSEQ")
)

// ovsNSH is a network service header (RFC 8300; nsh_key_put_from_nlattr). The
// masked action has key and mask as two halves of one nest's attributes.
func ovsNSH(form ovsForm) *schema.Set {
	return set("OVS_NSH_KEY_ATTR",
		unspec("OVS_NSH_KEY_ATTR_UNSPEC"),
		attr(1, "OVS_NSH_KEY_ATTR_BASE", form.strct("ovs_nsh_key_base", func(f ovsForm) []schema.Field {
			return []schema.Field{
				field("flags", hex8),
				field("ttl", f.number(u8)),
				field("mdtype", f.number(u8)),
				field("np", f.number(u8)),
				field("path_hdr", hexBE32),
			}
		})),
		attr(2, "OVS_NSH_KEY_ATTR_MD1", packed(hexBE32)),
		attr(3, "OVS_NSH_KEY_ATTR_MD2", opaque),
	)
}

// ovsTunnelKeys is what a packet's tunnel said (__ip_tun_to_nlattr). It reads
// the same as a mask.
func ovsTunnelKeys() *schema.Set {
	return set("OVS_TUNNEL_KEY_ATTR",
		attr(0, "OVS_TUNNEL_KEY_ATTR_ID", hexBE64),
		attr(1, "OVS_TUNNEL_KEY_ATTR_IPV4_SRC", ip),
		attr(2, "OVS_TUNNEL_KEY_ATTR_IPV4_DST", ip),
		attr(3, "OVS_TUNNEL_KEY_ATTR_TOS", hex8),
		attr(4, "OVS_TUNNEL_KEY_ATTR_TTL", u8),
		attr(5, "OVS_TUNNEL_KEY_ATTR_DONT_FRAGMENT", flag),
		attr(6, "OVS_TUNNEL_KEY_ATTR_CSUM", flag),
		attr(7, "OVS_TUNNEL_KEY_ATTR_OAM", flag),
		attr(8, "OVS_TUNNEL_KEY_ATTR_GENEVE_OPTS", where(ovsGeneveOpts, ovsGeneveFacts)),
		attr(9, "OVS_TUNNEL_KEY_ATTR_TP_SRC", be16),
		attr(10, "OVS_TUNNEL_KEY_ATTR_TP_DST", be16),
		attr(11, "OVS_TUNNEL_KEY_ATTR_VXLAN_OPTS", nest(set("OVS_VXLAN_EXT",
			unspec("OVS_VXLAN_EXT_UNSPEC"),
			attr(1, "OVS_VXLAN_EXT_GBP", hex32)))),
		attr(12, "OVS_TUNNEL_KEY_ATTR_IPV6_SRC", ip),
		attr(13, "OVS_TUNNEL_KEY_ATTR_IPV6_DST", ip),
		attr(14, "OVS_TUNNEL_KEY_ATTR_PAD", padAt),
		attr(15, "OVS_TUNNEL_KEY_ATTR_ERSPAN_OPTS", structOf(record("erspan_metadata", // linux/erspan.h
			field("version", s32),
			field("index", hexBE32)))), // version 2: timestamp, and as many bytes again
		attr(16, "OVS_TUNNEL_KEY_ATTR_IPV4_INFO_BRIDGE", flag),
	)
}
