// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Counters of links: in link messages, and RTM_*STATS (linux/if_link.h,
// net/core/rtnetlink.c rtnl_fill_statsinfo).

// statFields are the members that struct rtnl_link_stats and _stats64 share.
func statFields(n, size schema.Type) []schema.Field {
	f := []schema.Field{field("rx_packets", n), field("tx_packets", n), field("rx_bytes", size), field("tx_bytes", size)}
	return append(f, fields(n,
		"rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "multicast", "collisions",
		"rx_length_errors", "rx_over_errors", "rx_crc_errors", "rx_frame_errors", "rx_fifo_errors",
		"rx_missed_errors", "tx_aborted_errors", "tx_carrier_errors", "tx_fifo_errors",
		"tx_heartbeat_errors", "tx_window_errors", "rx_compressed", "tx_compressed",
		"rx_nohandler")...)
}

// rx_nohandler came with Linux 4.6.
func linkStats() *schema.StructType {
	return atLeast(23*4, record("rtnl_link_stats", statFields(u32, bytes32)...))
}

// rx_otherhost_dropped came with Linux 5.19.
func linkStats64() *schema.StructType {
	f := append(statFields(u64, bytes64), field("rx_otherhost_dropped", u64))
	return atLeast(23*8, record("rtnl_link_stats64", f...))
}

// struct rtnl_hw_stats64
func linkHWStats() *schema.StructType {
	return record("rtnl_hw_stats64",
		field("rx_packets", u64), field("tx_packets", u64),
		field("rx_bytes", bytes64), field("tx_bytes", bytes64),
		field("rx_errors", u64), field("tx_errors", u64),
		field("rx_dropped", u64), field("tx_dropped", u64), field("multicast", u64),
	)
}

// struct if_stats_msg
func ifStatsMsg() *schema.StructType {
	return record("if_stats_msg",
		field("family", named(u8, addressFamily)),
		padding("pad1", 1),
		padding("pad2", 2),
		field("ifindex", ifindex),
		field("filter_mask", named(u32, statsFilter)),
	)
}

// statsFilter is IFLA_STATS_FILTER_BIT of each attribute, under its name.
var statsFilter = bits("IFLA_STATS_FILTER_BIT",
	"IFLA_STATS_LINK_64", "IFLA_STATS_LINK_XSTATS", "IFLA_STATS_LINK_XSTATS_SLAVE",
	"IFLA_STATS_LINK_OFFLOAD_XSTATS", "IFLA_STATS_AF_SPEC",
)

func iflaStats() *schema.Set {
	return set("IFLA_STATS",
		attr(0, "IFLA_STATS_UNSPEC", padAt), // rtnl_fill_statsinfo pads with it
		attr(1, "IFLA_STATS_LINK_64", structOf(linkStats64())),
		attr(2, "IFLA_STATS_LINK_XSTATS", nest(linkXstats())),
		attr(3, "IFLA_STATS_LINK_XSTATS_SLAVE", nest(linkXstats())),
		attr(4, "IFLA_STATS_LINK_OFFLOAD_XSTATS", nest(set("IFLA_OFFLOAD_XSTATS",
			attr(0, "IFLA_OFFLOAD_XSTATS_UNSPEC", padAt),
			attr(1, "IFLA_OFFLOAD_XSTATS_CPU_HIT", structOf(linkStats64())),
			attr(2, "IFLA_OFFLOAD_XSTATS_HW_S_INFO", array(nest(set("IFLA_OFFLOAD_XSTATS_HW_S_INFO",
				unspec("IFLA_OFFLOAD_XSTATS_HW_S_INFO_UNSPEC"),
				attr(1, "IFLA_OFFLOAD_XSTATS_HW_S_INFO_REQUEST", u8),
				attr(2, "IFLA_OFFLOAD_XSTATS_HW_S_INFO_USED", u8))))), // by IFLA_OFFLOAD_XSTATS_*
			attr(3, "IFLA_OFFLOAD_XSTATS_L3_STATS", structOf(linkHWStats()))))),
		attr(5, "IFLA_STATS_AF_SPEC", nest(set("IFLA_STATS_AF_SPEC",
			attr(28, "AF_MPLS", nest(set("MPLS_STATS",
				attr(0, "MPLS_STATS_UNSPEC", padAt),
				attr(1, "MPLS_STATS_LINK", structOf(record("mpls_link_stats", fields(u64,
					"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors",
					"rx_dropped", "tx_dropped", "rx_noroute")...)))))))),
		),
	)
}

// iflaStatsRequest are the attributes of RTM_GETSTATS and RTM_SETSTATS.
func iflaStatsRequest() *schema.Set {
	mask := func(id uint16, name string) schema.Attr { return attr(id, name, hex32) }
	return set("IFLA_STATS_GETSET",
		unspec("IFLA_STATS_GETSET_UNSPEC"),
		attr(1, "IFLA_STATS_GET_FILTERS", nest(set("IFLA_STATS_GET_FILTERS",
			mask(1, "IFLA_STATS_LINK_64"), mask(2, "IFLA_STATS_LINK_XSTATS"),
			mask(3, "IFLA_STATS_LINK_XSTATS_SLAVE"), mask(4, "IFLA_STATS_LINK_OFFLOAD_XSTATS"),
			mask(5, "IFLA_STATS_AF_SPEC")))),
		attr(2, "IFLA_STATS_SET_OFFLOAD_XSTATS_L3_STATS", u8),
	)
}

func linkXstats() *schema.Set {
	return set("LINK_XSTATS_TYPE",
		unspec("LINK_XSTATS_TYPE_UNSPEC"),
		attr(1, "LINK_XSTATS_TYPE_BRIDGE", nest(bridgeXstats())),
		attr(2, "LINK_XSTATS_TYPE_BOND", nest(set("BOND_XSTATS",
			unspec("BOND_XSTATS_UNSPEC"),
			attr(1, "BOND_XSTATS_3AD", nest(set("BOND_3AD_STAT", append(attrs(0, u64,
				"BOND_3AD_STAT_LACPDU_RX", "BOND_3AD_STAT_LACPDU_TX",
				"BOND_3AD_STAT_LACPDU_UNKNOWN_RX", "BOND_3AD_STAT_LACPDU_ILLEGAL_RX",
				"BOND_3AD_STAT_MARKER_RX", "BOND_3AD_STAT_MARKER_TX",
				"BOND_3AD_STAT_MARKER_RESP_RX", "BOND_3AD_STAT_MARKER_RESP_TX",
				"BOND_3AD_STAT_MARKER_UNKNOWN_RX"),
				attr(9, "BOND_3AD_STAT_PAD", padAt),
			)...)))))),
	)
}

// bridgeXstats are the counters of a bridge or of its port (linux/if_bridge.h,
// net/bridge/br_netlink.c br_fill_linkxstats).
func bridgeXstats() *schema.Set {
	vlan := record("bridge_vlan_xstats",
		field("rx_bytes", bytes64), field("rx_packets", u64),
		field("tx_bytes", bytes64), field("tx_packets", u64),
		field("vid", u16), field("flags", named(u16, bridgeVlanInfo)),
		padding("pad2", 4),
	)
	return set("BRIDGE_XSTATS",
		unspec("BRIDGE_XSTATS_UNSPEC"),
		attr(1, "BRIDGE_XSTATS_VLAN", structOf(vlan)),
		attr(2, "BRIDGE_XSTATS_MCAST", structOf(bridgeMcastStats())),
		attr(3, "BRIDGE_XSTATS_PAD", padAt),
		attr(4, "BRIDGE_XSTATS_STP", structOf(record("bridge_stp_xstats", fields(u64,
			"transition_blk", "transition_fwd", "rx_bpdu", "tx_bpdu", "rx_tcn", "tx_tcn")...))),
	)
}

// struct br_mcast_stats: a pair of __u64 is [BR_MCAST_DIR_RX, BR_MCAST_DIR_TX].
func bridgeMcastStats() *schema.StructType {
	var f []schema.Field
	pair := func(names ...string) {
		for _, n := range names {
			f = append(f, field(n+"[BR_MCAST_DIR_RX]", u64), field(n+"[BR_MCAST_DIR_TX]", u64))
		}
	}
	pair("igmp_v1queries", "igmp_v2queries", "igmp_v3queries", "igmp_leaves", "igmp_v1reports",
		"igmp_v2reports", "igmp_v3reports")
	f = append(f, field("igmp_parse_errors", u64))
	pair("mld_v1queries", "mld_v2queries", "mld_leaves", "mld_v1reports", "mld_v2reports")
	f = append(f, field("mld_parse_errors", u64))
	pair("mcast_bytes", "mcast_packets")
	return record("br_mcast_stats", f...)
}
