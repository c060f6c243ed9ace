// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// VLANs of a bridge and of its ports: IFLA_AF_SPEC of AF_BRIDGE messages, and
// RTM_*VLAN (linux/if_bridge.h, net/bridge/br_netlink.c, br_vlan.c).

// iflaBridge begins with number 0: IFLA_BRIDGE_FLAGS.
func iflaBridge() *schema.Set {
	return set("IFLA_BRIDGE",
		attr(0, "IFLA_BRIDGE_FLAGS", named(u16, bridgeFlags)),
		attr(1, "IFLA_BRIDGE_MODE", named(u16, bridgeMode)),
		attr(2, "IFLA_BRIDGE_VLAN_INFO", structOf(bridgeVlan())),
		attr(3, "IFLA_BRIDGE_VLAN_TUNNEL_INFO", nest(set("IFLA_BRIDGE_VLAN_TUNNEL",
			unspec("IFLA_BRIDGE_VLAN_TUNNEL_UNSPEC"),
			attr(1, "IFLA_BRIDGE_VLAN_TUNNEL_ID", u32),
			attr(2, "IFLA_BRIDGE_VLAN_TUNNEL_VID", u16),
			attr(3, "IFLA_BRIDGE_VLAN_TUNNEL_FLAGS", named(u16, bridgeVlanInfo))))),
		attr(4, "IFLA_BRIDGE_MRP", nest(iflaBridgeMRP())),
		attr(5, "IFLA_BRIDGE_CFM", nest(iflaBridgeCFM())),
		attr(6, "IFLA_BRIDGE_MST", nest(set("IFLA_BRIDGE_MST",
			unspec("IFLA_BRIDGE_MST_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MST_ENTRY", nest(set("IFLA_BRIDGE_MST_ENTRY",
				unspec("IFLA_BRIDGE_MST_ENTRY_UNSPEC"),
				attr(1, "IFLA_BRIDGE_MST_ENTRY_MSTI", u16),
				attr(2, "IFLA_BRIDGE_MST_ENTRY_STATE", named(u8, bridgeState)))))))),
	)
}

// struct bridge_vlan_info { __u16 flags; __u16 vid; };
func bridgeVlan() *schema.StructType {
	return record("bridge_vlan_info", field("flags", named(u16, bridgeVlanInfo)), field("vid", u16))
}

var (
	bridgeFlags    = bits("BRIDGE_FLAGS", "BRIDGE_FLAGS_MASTER", "BRIDGE_FLAGS_SELF")
	bridgeMode     = values("BRIDGE_MODE", val(0, "BRIDGE_MODE_VEB"), val(1, "BRIDGE_MODE_VEPA"), val(0xffff, "BRIDGE_MODE_UNDEF"))
	bridgeVlanInfo = bits("BRIDGE_VLAN_INFO",
		"BRIDGE_VLAN_INFO_MASTER", "BRIDGE_VLAN_INFO_PVID", "BRIDGE_VLAN_INFO_UNTAGGED",
		"BRIDGE_VLAN_INFO_RANGE_BEGIN", "BRIDGE_VLAN_INFO_RANGE_END", "BRIDGE_VLAN_INFO_BRENTRY",
		"BRIDGE_VLAN_INFO_ONLY_OPTS",
	)
)

// struct br_vlan_msg
func brVlanMsg() *schema.StructType {
	return record("br_vlan_msg",
		field("family", named(u8, addressFamily)),
		padding("reserved1", 1),
		padding("reserved2", 2),
		field("ifindex", ifindex),
	)
}

// bridgeVlandb are the attributes of RTM_NEWVLAN and RTM_DELVLAN.
func bridgeVlandb() *schema.Set {
	stats := set("BRIDGE_VLANDB_STATS",
		unspec("BRIDGE_VLANDB_STATS_UNSPEC"),
		attr(1, "BRIDGE_VLANDB_STATS_RX_BYTES", bytes64),
		attr(2, "BRIDGE_VLANDB_STATS_RX_PACKETS", u64),
		attr(3, "BRIDGE_VLANDB_STATS_TX_BYTES", bytes64),
		attr(4, "BRIDGE_VLANDB_STATS_TX_PACKETS", u64),
		attr(5, "BRIDGE_VLANDB_STATS_PAD", padAt),
	)
	entry := set("BRIDGE_VLANDB_ENTRY",
		unspec("BRIDGE_VLANDB_ENTRY_UNSPEC"),
		attr(1, "BRIDGE_VLANDB_ENTRY_INFO", structOf(bridgeVlan())),
		attr(2, "BRIDGE_VLANDB_ENTRY_RANGE", u16),
		attr(3, "BRIDGE_VLANDB_ENTRY_STATE", named(u8, bridgeState)),
		attr(4, "BRIDGE_VLANDB_ENTRY_TUNNEL_INFO", nest(set("BRIDGE_VLANDB_TINFO",
			unspec("BRIDGE_VLANDB_TINFO_UNSPEC"),
			attr(1, "BRIDGE_VLANDB_TINFO_ID", u32),
			attr(2, "BRIDGE_VLANDB_TINFO_CMD", named(u32, rtmTypes))))), // RTM_SETLINK or RTM_DELLINK
		attr(5, "BRIDGE_VLANDB_ENTRY_STATS", nest(stats)),
		attr(6, "BRIDGE_VLANDB_ENTRY_MCAST_ROUTER", named(u8, mdbRouterType)),
		attr(7, "BRIDGE_VLANDB_ENTRY_MCAST_N_GROUPS", u32),
		attr(8, "BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS", u32),
		attr(9, "BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS", u8),
		attr(10, "BRIDGE_VLANDB_ENTRY_NEIGH_FORWARD_GRAT", u8),
	)
	return set("BRIDGE_VLANDB",
		unspec("BRIDGE_VLANDB_UNSPEC"),
		attr(1, "BRIDGE_VLANDB_ENTRY", nest(entry)),
		attr(2, "BRIDGE_VLANDB_GLOBAL_OPTIONS", nest(bridgeVlandbOptions())),
	)
}

func bridgeVlandbOptions() *schema.Set {
	return set("BRIDGE_VLANDB_GOPTS",
		unspec("BRIDGE_VLANDB_GOPTS_UNSPEC"),
		attr(1, "BRIDGE_VLANDB_GOPTS_ID", u16),
		attr(2, "BRIDGE_VLANDB_GOPTS_RANGE", u16),
		attr(3, "BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING", u8),
		attr(4, "BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION", u8),
		attr(5, "BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION", u8),
		attr(6, "BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT", u32),
		attr(7, "BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT", u32),
		attr(8, "BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL", jiffies64),
		attr(9, "BRIDGE_VLANDB_GOPTS_PAD", padAt),
		attr(10, "BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL", jiffies64),
		attr(11, "BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL", jiffies64),
		attr(12, "BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL", jiffies64),
		attr(13, "BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL", jiffies64),
		attr(14, "BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL", jiffies64),
		attr(15, "BRIDGE_VLANDB_GOPTS_MCAST_QUERIER", u8),
		attr(16, "BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS", nest(set("MDBA", // br_rports_fill_info
			attr(2, "MDBA_ROUTER", nest(mdbaRouter()))))),
		attr(17, "BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_STATE", nest(bridgeQuerier())),
		attr(18, "BRIDGE_VLANDB_GOPTS_MSTI", u16),
	)
}

// bridgeVlandbDump are the attributes of RTM_GETVLAN.
func bridgeVlandbDump() *schema.Set {
	return set("BRIDGE_VLANDB_DUMP",
		unspec("BRIDGE_VLANDB_DUMP_UNSPEC"),
		attr(1, "BRIDGE_VLANDB_DUMP_FLAGS", named(u32, bits("BRIDGE_VLANDB_DUMPF",
			"BRIDGE_VLANDB_DUMPF_STATS", "BRIDGE_VLANDB_DUMPF_GLOBAL"))),
	)
}
