// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Link kinds over UDP: vxlan, geneve, bareudp, gtp, amt (linux/if_link.h,
// linux/amt.h).

// struct ifla_vxlan_port_range, struct ifla_geneve_port_range
func portRange(name string) schema.Type {
	return structOf(record(name, fields(be16, "low", "high")...))
}

// drivers/net/vxlan/vxlan_core.c
func iflaVXLAN() *schema.Set {
	return set("IFLA_VXLAN",
		unspec("IFLA_VXLAN_UNSPEC"),
		attr(1, "IFLA_VXLAN_ID", u32),
		attr(2, "IFLA_VXLAN_GROUP", ip), // group or remote
		attr(3, "IFLA_VXLAN_LINK", ifindex),
		attr(4, "IFLA_VXLAN_LOCAL", ip),
		attr(5, "IFLA_VXLAN_TTL", u8),
		attr(6, "IFLA_VXLAN_TOS", hex8),
		attr(7, "IFLA_VXLAN_LEARNING", u8),
		attr(8, "IFLA_VXLAN_AGEING", seconds),
		attr(9, "IFLA_VXLAN_LIMIT", u32),
		attr(10, "IFLA_VXLAN_PORT_RANGE", portRange("ifla_vxlan_port_range")),
		attr(11, "IFLA_VXLAN_PROXY", u8),
		attr(12, "IFLA_VXLAN_RSC", u8),
		attr(13, "IFLA_VXLAN_L2MISS", u8),
		attr(14, "IFLA_VXLAN_L3MISS", u8),
		attr(15, "IFLA_VXLAN_PORT", be16),
		attr(16, "IFLA_VXLAN_GROUP6", ip),
		attr(17, "IFLA_VXLAN_LOCAL6", ip),
		attr(18, "IFLA_VXLAN_UDP_CSUM", u8),
		attr(19, "IFLA_VXLAN_UDP_ZERO_CSUM6_TX", u8),
		attr(20, "IFLA_VXLAN_UDP_ZERO_CSUM6_RX", u8),
		attr(21, "IFLA_VXLAN_REMCSUM_TX", u8),
		attr(22, "IFLA_VXLAN_REMCSUM_RX", u8),
		attr(23, "IFLA_VXLAN_GBP", flag),
		attr(24, "IFLA_VXLAN_REMCSUM_NOPARTIAL", flag),
		attr(25, "IFLA_VXLAN_COLLECT_METADATA", u8),
		attr(26, "IFLA_VXLAN_LABEL", hexBE32),
		attr(27, "IFLA_VXLAN_GPE", flag),
		attr(28, "IFLA_VXLAN_TTL_INHERIT", custom(present)), // vxlan_fill_info sends a u8
		attr(29, "IFLA_VXLAN_DF", named(u8, vxlanDF)),
		attr(30, "IFLA_VXLAN_VNIFILTER", u8),
		attr(31, "IFLA_VXLAN_LOCALBYPASS", u8),
		attr(32, "IFLA_VXLAN_LABEL_POLICY", named(u32, vxlanLabelPolicy)),
		attr(33, "IFLA_VXLAN_RESERVED_BITS", structOf(record("vxlanhdr", // include/net/vxlan.h
			field("vx_flags", hexBE32), field("vx_vni", hexBE32)))),
		attr(34, "IFLA_VXLAN_MC_ROUTE", u8),
	)
}

var (
	vxlanDF          = enum("ifla_vxlan_df", 0, "VXLAN_DF_UNSET", "VXLAN_DF_SET", "VXLAN_DF_INHERIT")
	vxlanLabelPolicy = enum("ifla_vxlan_label_policy", 0, "VXLAN_LABEL_FIXED", "VXLAN_LABEL_INHERIT")
)

// vxlanVnifilter are the attributes of RTM_*TUNNEL
// (drivers/net/vxlan/vxlan_vnifilter.c).
func vxlanVnifilter() *schema.Set {
	stats := set("VNIFILTER_ENTRY_STATS", append(append(
		[]schema.Attr{unspec("VNIFILTER_ENTRY_STATS_UNSPEC")}, attrs(1, u64,
			"VNIFILTER_ENTRY_STATS_RX_BYTES", "VNIFILTER_ENTRY_STATS_RX_PKTS",
			"VNIFILTER_ENTRY_STATS_RX_DROPS", "VNIFILTER_ENTRY_STATS_RX_ERRORS",
			"VNIFILTER_ENTRY_STATS_TX_BYTES", "VNIFILTER_ENTRY_STATS_TX_PKTS",
			"VNIFILTER_ENTRY_STATS_TX_DROPS", "VNIFILTER_ENTRY_STATS_TX_ERRORS")...),
		attr(9, "VNIFILTER_ENTRY_STATS_PAD", padAt))...)
	return set("VXLAN_VNIFILTER",
		unspec("VXLAN_VNIFILTER_UNSPEC"),
		attr(1, "VXLAN_VNIFILTER_ENTRY", nest(set("VXLAN_VNIFILTER_ENTRY",
			unspec("VXLAN_VNIFILTER_ENTRY_UNSPEC"),
			attr(1, "VXLAN_VNIFILTER_ENTRY_START", u32),
			attr(2, "VXLAN_VNIFILTER_ENTRY_END", u32),
			attr(3, "VXLAN_VNIFILTER_ENTRY_GROUP", ip),
			attr(4, "VXLAN_VNIFILTER_ENTRY_GROUP6", ip),
			attr(5, "VXLAN_VNIFILTER_ENTRY_STATS", nest(stats))))),
	)
}

// struct tunnel_msg
func tunnelMsg() *schema.StructType {
	return record("tunnel_msg",
		field("family", named(u8, addressFamily)),
		field("flags", named(u8, bits("TUNNEL_MSG_FLAG", "TUNNEL_MSG_FLAG_STATS"))),
		padding("reserved2", 2),
		field("ifindex", ifindex),
	)
}

// drivers/net/geneve.c
func iflaGeneve() *schema.Set {
	return set("IFLA_GENEVE",
		unspec("IFLA_GENEVE_UNSPEC"),
		attr(1, "IFLA_GENEVE_ID", u32),
		attr(2, "IFLA_GENEVE_REMOTE", ip),
		attr(3, "IFLA_GENEVE_TTL", u8),
		attr(4, "IFLA_GENEVE_TOS", hex8),
		attr(5, "IFLA_GENEVE_PORT", be16),
		attr(6, "IFLA_GENEVE_COLLECT_METADATA", flag),
		attr(7, "IFLA_GENEVE_REMOTE6", ip),
		attr(8, "IFLA_GENEVE_UDP_CSUM", u8),
		attr(9, "IFLA_GENEVE_UDP_ZERO_CSUM6_TX", u8),
		attr(10, "IFLA_GENEVE_UDP_ZERO_CSUM6_RX", u8),
		attr(11, "IFLA_GENEVE_LABEL", hexBE32),
		attr(12, "IFLA_GENEVE_TTL_INHERIT", u8),
		attr(13, "IFLA_GENEVE_DF", named(u8, geneveDF)),
		attr(14, "IFLA_GENEVE_INNER_PROTO_INHERIT", flag),
		attr(15, "IFLA_GENEVE_PORT_RANGE", portRange("ifla_geneve_port_range")),
		attr(16, "IFLA_GENEVE_GRO_HINT", flag),
		attr(17, "IFLA_GENEVE_LOCAL", ip),
		attr(18, "IFLA_GENEVE_LOCAL6", ip),
	)
}

var geneveDF = enum("ifla_geneve_df", 0, "GENEVE_DF_UNSET", "GENEVE_DF_SET", "GENEVE_DF_INHERIT")

// drivers/net/bareudp.c
func iflaBareUDP() *schema.Set {
	return set("IFLA_BAREUDP",
		unspec("IFLA_BAREUDP_UNSPEC"),
		attr(1, "IFLA_BAREUDP_PORT", be16),
		attr(2, "IFLA_BAREUDP_ETHERTYPE", named(be16, etherType)),
		attr(3, "IFLA_BAREUDP_SRCPORT_MIN", u16),
		attr(4, "IFLA_BAREUDP_MULTIPROTO_MODE", flag),
	)
}

// drivers/net/gtp.c
func iflaGTP() *schema.Set {
	return set("IFLA_GTP",
		unspec("IFLA_GTP_UNSPEC"),
		attr(1, "IFLA_GTP_FD0", fd),
		attr(2, "IFLA_GTP_FD1", fd),
		attr(3, "IFLA_GTP_PDP_HASHSIZE", u32),
		attr(4, "IFLA_GTP_ROLE", named(u32, enum("ifla_gtp_role", 0, "GTP_ROLE_GGSN", "GTP_ROLE_SGSN"))),
		attr(5, "IFLA_GTP_CREATE_SOCKETS", u8),
		attr(6, "IFLA_GTP_RESTART_COUNT", u8),
		attr(7, "IFLA_GTP_LOCAL", ip),
		attr(8, "IFLA_GTP_LOCAL6", ip),
	)
}

// drivers/net/amt.c
func iflaAMT() *schema.Set {
	return set("IFLA_AMT",
		unspec("IFLA_AMT_UNSPEC"),
		attr(1, "IFLA_AMT_MODE", named(u32, enum("ifla_amt_mode", 0, "AMT_MODE_GATEWAY", "AMT_MODE_RELAY"))),
		attr(2, "IFLA_AMT_RELAY_PORT", be16),
		attr(3, "IFLA_AMT_GATEWAY_PORT", be16),
		attr(4, "IFLA_AMT_LINK", ifindex),
		attr(5, "IFLA_AMT_LOCAL_IP", ip),
		attr(6, "IFLA_AMT_REMOTE_IP", ip),
		attr(7, "IFLA_AMT_DISCOVERY_IP", ip),
		attr(8, "IFLA_AMT_MAX_TUNNELS", u32),
	)
}
