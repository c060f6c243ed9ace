// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Link kinds over IP without UDP: gre, erspan, ipip, sit, ip6tnl, vti, xfrm
// (linux/if_tunnel.h, linux/ip6_tunnel.h).

// iflaGRE serves gre, gretap, erspan (net/ipv4/ip_gre.c) and ip6gre, ip6gretap,
// ip6erspan (net/ipv6/ip6_gre.c).
func iflaGRE() *schema.Set {
	return set("IFLA_GRE",
		unspec("IFLA_GRE_UNSPEC"),
		attr(1, "IFLA_GRE_LINK", ifindex),
		attr(2, "IFLA_GRE_IFLAGS", named(be16, greFlags)),
		attr(3, "IFLA_GRE_OFLAGS", named(be16, greFlags)),
		attr(4, "IFLA_GRE_IKEY", be32),
		attr(5, "IFLA_GRE_OKEY", be32),
		attr(6, "IFLA_GRE_LOCAL", ip),
		attr(7, "IFLA_GRE_REMOTE", ip),
		attr(8, "IFLA_GRE_TTL", u8),
		attr(9, "IFLA_GRE_TOS", hex8),
		attr(10, "IFLA_GRE_PMTUDISC", u8),
		attr(11, "IFLA_GRE_ENCAP_LIMIT", u8),
		attr(12, "IFLA_GRE_FLOWINFO", hexBE32),
		attr(13, "IFLA_GRE_FLAGS", named(u32, ip6TnlFlags)),
		attr(14, "IFLA_GRE_ENCAP_TYPE", named(u16, tunnelEncapType)),
		attr(15, "IFLA_GRE_ENCAP_FLAGS", named(u16, tunnelEncapFlags)),
		attr(16, "IFLA_GRE_ENCAP_SPORT", be16),
		attr(17, "IFLA_GRE_ENCAP_DPORT", be16),
		attr(18, "IFLA_GRE_COLLECT_METADATA", flag),
		attr(19, "IFLA_GRE_IGNORE_DF", u8),
		attr(20, "IFLA_GRE_FWMARK", hex32),
		attr(21, "IFLA_GRE_ERSPAN_INDEX", u32),
		attr(22, "IFLA_GRE_ERSPAN_VER", u8),
		attr(23, "IFLA_GRE_ERSPAN_DIR", u8),
		attr(24, "IFLA_GRE_ERSPAN_HWID", u16),
	)
}

// iflaIPTun serves ipip and sit, whose flags are 16 bits (net/ipv6/sit.c), and
// ip6tnl, whose flags are 32 (net/ipv6/ip6_tunnel.c).
func iflaIPTun(flags schema.Type) *schema.Set {
	return set("IFLA_IPTUN",
		unspec("IFLA_IPTUN_UNSPEC"),
		attr(1, "IFLA_IPTUN_LINK", ifindex),
		attr(2, "IFLA_IPTUN_LOCAL", ip),
		attr(3, "IFLA_IPTUN_REMOTE", ip),
		attr(4, "IFLA_IPTUN_TTL", u8),
		attr(5, "IFLA_IPTUN_TOS", hex8),
		attr(6, "IFLA_IPTUN_ENCAP_LIMIT", u8),
		attr(7, "IFLA_IPTUN_FLOWINFO", hexBE32),
		attr(8, "IFLA_IPTUN_FLAGS", flags),
		attr(9, "IFLA_IPTUN_PROTO", named(u8, ipProtocol)),
		attr(10, "IFLA_IPTUN_PMTUDISC", u8),
		attr(11, "IFLA_IPTUN_6RD_PREFIX", ip),
		attr(12, "IFLA_IPTUN_6RD_RELAY_PREFIX", ip),
		attr(13, "IFLA_IPTUN_6RD_PREFIXLEN", u16),
		attr(14, "IFLA_IPTUN_6RD_RELAY_PREFIXLEN", u16),
		attr(15, "IFLA_IPTUN_ENCAP_TYPE", named(u16, tunnelEncapType)),
		attr(16, "IFLA_IPTUN_ENCAP_FLAGS", named(u16, tunnelEncapFlags)),
		attr(17, "IFLA_IPTUN_ENCAP_SPORT", be16),
		attr(18, "IFLA_IPTUN_ENCAP_DPORT", be16),
		attr(19, "IFLA_IPTUN_COLLECT_METADATA", flag),
		attr(20, "IFLA_IPTUN_FWMARK", hex32),
	)
}

// net/ipv4/ip_vti.c, net/ipv6/ip6_vti.c
func iflaVTI() *schema.Set {
	return set("IFLA_VTI",
		unspec("IFLA_VTI_UNSPEC"),
		attr(1, "IFLA_VTI_LINK", ifindex),
		attr(2, "IFLA_VTI_IKEY", be32),
		attr(3, "IFLA_VTI_OKEY", be32),
		attr(4, "IFLA_VTI_LOCAL", ip),
		attr(5, "IFLA_VTI_REMOTE", ip),
		attr(6, "IFLA_VTI_FWMARK", hex32),
	)
}

// net/xfrm/xfrm_interface_core.c
func iflaXfrm() *schema.Set {
	return set("IFLA_XFRM",
		unspec("IFLA_XFRM_UNSPEC"),
		attr(1, "IFLA_XFRM_LINK", ifindex),
		attr(2, "IFLA_XFRM_IF_ID", hex32),
		attr(3, "IFLA_XFRM_COLLECT_METADATA", flag),
	)
}

var (
	// greFlags is GRE_* of linux/if_tunnel.h, as read in network byte order.
	// Its three fields of several bits (GRE_REC, GRE_FLAGS, GRE_VERSION) stay
	// numbers.
	greFlags = masks("GRE",
		val(0x8000, "GRE_CSUM"), val(0x4000, "GRE_ROUTING"), val(0x2000, "GRE_KEY"),
		val(0x1000, "GRE_SEQ"), val(0x0800, "GRE_STRICT"), val(0x0080, "GRE_ACK"),
	)
	tunnelEncapType = enum("tunnel_encap_types", 0,
		"TUNNEL_ENCAP_NONE", "TUNNEL_ENCAP_FOU", "TUNNEL_ENCAP_GUE", "TUNNEL_ENCAP_MPLS",
	)
	tunnelEncapFlags = bits("TUNNEL_ENCAP_FLAG",
		"TUNNEL_ENCAP_FLAG_CSUM", "TUNNEL_ENCAP_FLAG_CSUM6", "TUNNEL_ENCAP_FLAG_REMCSUM",
	)
	sitFlags = bits("sit i_flags", "SIT_ISATAP")
	// ip6TnlFlags is IP6_TNL_F_* of linux/ip6_tunnel.h; the two high ones are
	// the kernel's own (include/net/ip6_tunnel.h).
	ip6TnlFlags = masks("IP6_TNL_F",
		val(0x1, "IP6_TNL_F_IGN_ENCAP_LIMIT"), val(0x2, "IP6_TNL_F_USE_ORIG_TCLASS"),
		val(0x4, "IP6_TNL_F_USE_ORIG_FLOWLABEL"), val(0x8, "IP6_TNL_F_MIP6_DEV"),
		val(0x10, "IP6_TNL_F_RCV_DSCP_COPY"), val(0x20, "IP6_TNL_F_USE_ORIG_FWMARK"),
		val(0x40, "IP6_TNL_F_ALLOW_LOCAL_REMOTE"),
		val(0x10000, "IP6_TNL_F_CAP_XMIT"), val(0x20000, "IP6_TNL_F_CAP_RCV"),
		val(0x40000, "IP6_TNL_F_CAP_PER_PACKET"),
	)
)
