// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// The flower filter: linux/pkt_cls.h, types as in net/sched/cls_flower.c
// (fl_policy, fl_set_key, fl_dump_key). Masks are values of their own.

func tcFlower(acts schema.Type) *schema.Set {
	members := []schema.Field{
		field("TCA_FLOWER_CLASSID", tcClassID),
		field("TCA_FLOWER_INDEV", str),
		field("TCA_FLOWER_ACT", acts),
	}
	members = append(members, tcFlowerBasic()...)
	members = append(members, tcFlowerMatch()...)
	members = append(members, tcFlowerLater()...)
	return tcSet("TCA_FLOWER", members...)
}

// tcMasked is a key and its mask.
func tcMasked(name string, t schema.Type) []schema.Field { return fields(t, name, name+"_MASK") }

// tcFlowerBasic are the keys of Linux 4.2 to 4.9.
func tcFlowerBasic() []schema.Field {
	f := tcMasked("TCA_FLOWER_KEY_ETH_DST", hwaddr)
	f = append(f, tcMasked("TCA_FLOWER_KEY_ETH_SRC", hwaddr)...)
	f = append(f, field("TCA_FLOWER_KEY_ETH_TYPE", named(be16, etherType)),
		field("TCA_FLOWER_KEY_IP_PROTO", named(u8, ipProtocol)))
	for _, n := range []string{"IPV4_SRC", "IPV4_DST", "IPV6_SRC", "IPV6_DST"} {
		f = append(f, tcMasked("TCA_FLOWER_KEY_"+n, ip)...)
	}
	f = append(f, fields(be16, "TCA_FLOWER_KEY_TCP_SRC", "TCA_FLOWER_KEY_TCP_DST",
		"TCA_FLOWER_KEY_UDP_SRC", "TCA_FLOWER_KEY_UDP_DST")...)
	f = append(f, field("TCA_FLOWER_FLAGS", named(u32, tcFilterFlags)),
		field("TCA_FLOWER_KEY_VLAN_ID", u16), field("TCA_FLOWER_KEY_VLAN_PRIO", u8), // in host byte order
		field("TCA_FLOWER_KEY_VLAN_ETH_TYPE", named(be16, etherType)),
		field("TCA_FLOWER_KEY_ENC_KEY_ID", be32))
	for _, n := range []string{"IPV4_SRC", "IPV4_DST", "IPV6_SRC", "IPV6_DST"} {
		f = append(f, tcMasked("TCA_FLOWER_KEY_ENC_"+n, ip)...)
	}
	return f
}

// tcFlowerMatch are the keys up to Linux 4.18.
func tcFlowerMatch() []schema.Field {
	f := fields(hexBE16, "TCA_FLOWER_KEY_TCP_SRC_MASK", "TCA_FLOWER_KEY_TCP_DST_MASK",
		"TCA_FLOWER_KEY_UDP_SRC_MASK", "TCA_FLOWER_KEY_UDP_DST_MASK",
		"TCA_FLOWER_KEY_SCTP_SRC_MASK", "TCA_FLOWER_KEY_SCTP_DST_MASK")
	f = append(f, fields(be16, "TCA_FLOWER_KEY_SCTP_SRC", "TCA_FLOWER_KEY_SCTP_DST")...)
	f = append(f, field("TCA_FLOWER_KEY_ENC_UDP_SRC_PORT", be16), field("TCA_FLOWER_KEY_ENC_UDP_SRC_PORT_MASK", hexBE16),
		field("TCA_FLOWER_KEY_ENC_UDP_DST_PORT", be16), field("TCA_FLOWER_KEY_ENC_UDP_DST_PORT_MASK", hexBE16))
	f = append(f, tcMasked("TCA_FLOWER_KEY_FLAGS", named(be32, tcFlowerKeyFlags))...)
	for _, n := range []string{"ICMPV4_CODE", "ICMPV4_TYPE", "ICMPV6_CODE", "ICMPV6_TYPE"} {
		f = append(f, field("TCA_FLOWER_KEY_"+n, u8), field("TCA_FLOWER_KEY_"+n+"_MASK", hex8))
	}
	f = append(f, tcMasked("TCA_FLOWER_KEY_ARP_SIP", ip)...)
	f = append(f, tcMasked("TCA_FLOWER_KEY_ARP_TIP", ip)...)
	f = append(f, field("TCA_FLOWER_KEY_ARP_OP", beside(u8, arpOp)), field("TCA_FLOWER_KEY_ARP_OP_MASK", hex8))
	f = append(f, tcMasked("TCA_FLOWER_KEY_ARP_SHA", hwaddr)...)
	f = append(f, tcMasked("TCA_FLOWER_KEY_ARP_THA", hwaddr)...)
	f = append(f, fields(u8, "TCA_FLOWER_KEY_MPLS_TTL", "TCA_FLOWER_KEY_MPLS_BOS", "TCA_FLOWER_KEY_MPLS_TC")...)
	f = append(f, field("TCA_FLOWER_KEY_MPLS_LABEL", u32))
	f = append(f, tcMasked("TCA_FLOWER_KEY_TCP_FLAGS", hexBE16)...)
	f = append(f, tcMasked("TCA_FLOWER_KEY_IP_TOS", hex8)...)
	f = append(f, field("TCA_FLOWER_KEY_IP_TTL", u8), field("TCA_FLOWER_KEY_IP_TTL_MASK", hex8))
	return append(f, field("TCA_FLOWER_KEY_CVLAN_ID", u16), field("TCA_FLOWER_KEY_CVLAN_PRIO", u8),
		field("TCA_FLOWER_KEY_CVLAN_ETH_TYPE", named(be16, etherType)))
}

// tcFlowerLater are the keys since.
func tcFlowerLater() []schema.Field {
	f := tcMasked("TCA_FLOWER_KEY_ENC_IP_TOS", hex8)
	f = append(f, field("TCA_FLOWER_KEY_ENC_IP_TTL", u8), field("TCA_FLOWER_KEY_ENC_IP_TTL_MASK", hex8))
	f = append(f, tcMasked("TCA_FLOWER_KEY_ENC_OPTS", nest(tcFlowerEncOpts()))...)
	f = append(f, field("TCA_FLOWER_IN_HW_COUNT", u32))
	f = append(f, fields(be16, "TCA_FLOWER_KEY_PORT_SRC_MIN", "TCA_FLOWER_KEY_PORT_SRC_MAX",
		"TCA_FLOWER_KEY_PORT_DST_MIN", "TCA_FLOWER_KEY_PORT_DST_MAX")...)
	f = append(f, tcMasked("TCA_FLOWER_KEY_CT_STATE", named(u16, tcFlowerCT))...)
	f = append(f, field("TCA_FLOWER_KEY_CT_ZONE", u16), field("TCA_FLOWER_KEY_CT_ZONE_MASK", hex16))
	f = append(f, tcMasked("TCA_FLOWER_KEY_CT_MARK", hex32)...)
	f = append(f, tcMasked("TCA_FLOWER_KEY_CT_LABELS", opaque)...)
	f = append(f, field("TCA_FLOWER_KEY_MPLS_OPTS", tcNest("TCA_FLOWER_KEY_MPLS_OPTS",
		field("TCA_FLOWER_KEY_MPLS_OPTS_LSE", tcNest("TCA_FLOWER_KEY_MPLS_OPT_LSE",
			field("TCA_FLOWER_KEY_MPLS_OPT_LSE_DEPTH", u8), field("TCA_FLOWER_KEY_MPLS_OPT_LSE_TTL", u8),
			field("TCA_FLOWER_KEY_MPLS_OPT_LSE_BOS", u8), field("TCA_FLOWER_KEY_MPLS_OPT_LSE_TC", u8),
			field("TCA_FLOWER_KEY_MPLS_OPT_LSE_LABEL", u32))))))
	f = append(f, tcMasked("TCA_FLOWER_KEY_HASH", hex32)...)
	f = append(f, field("TCA_FLOWER_KEY_NUM_OF_VLANS", u8), field("TCA_FLOWER_KEY_PPPOE_SID", be16),
		field("TCA_FLOWER_KEY_PPP_PROTO", named(be16, tcPPPProtocol)), field("TCA_FLOWER_KEY_L2TPV3_SID", be32),
		field("TCA_FLOWER_L2_MISS", u8),
		field("TCA_FLOWER_KEY_CFM", nest(set("TCA_FLOWER_KEY_CFM",
			unspec("TCA_FLOWER_KEY_CFM_OPT_UNSPEC"),
			attr(1, "TCA_FLOWER_KEY_CFM_MD_LEVEL", u8), attr(2, "TCA_FLOWER_KEY_CFM_OPCODE", u8)))))
	f = append(f, tcMasked("TCA_FLOWER_KEY_SPI", hexBE32)...)
	return append(f, tcMasked("TCA_FLOWER_KEY_ENC_FLAGS", named(be32, tcFlowerKeyFlags))...)
}

// tcFlowerEncOpts are the options of tunnels.
func tcFlowerEncOpts() *schema.Set {
	return tcSet("TCA_FLOWER_KEY_ENC_OPTS",
		field("TCA_FLOWER_KEY_ENC_OPTS_GENEVE", tcNest("TCA_FLOWER_KEY_ENC_OPT_GENEVE",
			field("TCA_FLOWER_KEY_ENC_OPT_GENEVE_CLASS", hexBE16),
			field("TCA_FLOWER_KEY_ENC_OPT_GENEVE_TYPE", hex8),
			field("TCA_FLOWER_KEY_ENC_OPT_GENEVE_DATA", opaque))),
		field("TCA_FLOWER_KEY_ENC_OPTS_VXLAN", tcNest("TCA_FLOWER_KEY_ENC_OPT_VXLAN",
			field("TCA_FLOWER_KEY_ENC_OPT_VXLAN_GBP", u32))),
		field("TCA_FLOWER_KEY_ENC_OPTS_ERSPAN", tcNest("TCA_FLOWER_KEY_ENC_OPT_ERSPAN",
			field("TCA_FLOWER_KEY_ENC_OPT_ERSPAN_VER", u8),
			field("TCA_FLOWER_KEY_ENC_OPT_ERSPAN_INDEX", be32),
			field("TCA_FLOWER_KEY_ENC_OPT_ERSPAN_DIR", u8),
			field("TCA_FLOWER_KEY_ENC_OPT_ERSPAN_HWID", u8))),
		field("TCA_FLOWER_KEY_ENC_OPTS_GTP", tcNest("TCA_FLOWER_KEY_ENC_OPT_GTP",
			field("TCA_FLOWER_KEY_ENC_OPT_GTP_PDU_TYPE", u8),
			field("TCA_FLOWER_KEY_ENC_OPT_GTP_QFI", u8))),
		field("TCA_FLOWER_KEY_ENC_OPTS_PFCP", tcNest("TCA_FLOWER_KEY_ENC_OPT_PFCP",
			field("TCA_FLOWER_KEY_ENC_OPT_PFCP_TYPE", u8),
			field("TCA_FLOWER_KEY_ENC_OPT_PFCP_SEID", hexBE64))),
	)
}

var (
	tcFlowerKeyFlags = bits("TCA_FLOWER_KEY_FLAGS",
		"TCA_FLOWER_KEY_FLAGS_IS_FRAGMENT", "TCA_FLOWER_KEY_FLAGS_FRAG_IS_FIRST", "TCA_FLOWER_KEY_FLAGS_TUNNEL_CSUM",
		"TCA_FLOWER_KEY_FLAGS_TUNNEL_DONT_FRAGMENT", "TCA_FLOWER_KEY_FLAGS_TUNNEL_OAM", "TCA_FLOWER_KEY_FLAGS_TUNNEL_CRIT_OPT")
	tcFlowerCT = bits("TCA_FLOWER_KEY_CT_FLAGS",
		"TCA_FLOWER_KEY_CT_FLAGS_NEW", "TCA_FLOWER_KEY_CT_FLAGS_ESTABLISHED", "TCA_FLOWER_KEY_CT_FLAGS_RELATED",
		"TCA_FLOWER_KEY_CT_FLAGS_TRACKED", "TCA_FLOWER_KEY_CT_FLAGS_INVALID", "TCA_FLOWER_KEY_CT_FLAGS_REPLY")
	// linux/ppp_defs.h
	tcPPPProtocol = values("PPP protocol", val(0x21, "PPP_IP"), val(0x57, "PPP_IPV6"),
		val(0x281, "PPP_MPLS_UC"), val(0x283, "PPP_MPLS_MC"))
)

// arpOp is ar_op of linux/if_arp.h.
var arpOp = values("ARPOP", val(1, "ARPOP_REQUEST"), val(2, "ARPOP_REPLY"), val(3, "ARPOP_RREQUEST"), val(4, "ARPOP_RREPLY"),
	val(8, "ARPOP_InREQUEST"), val(9, "ARPOP_InREPLY"), val(10, "ARPOP_NAK"))
