// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Kind bridge and its ports: linux/if_link.h, linux/if_bridge.h,
// net/bridge/br_netlink.c. Times are clock_t (jiffies_to_clock_t).

func iflaBr() *schema.Set {
	return set("IFLA_BR",
		unspec("IFLA_BR_UNSPEC"),
		attr(1, "IFLA_BR_FORWARD_DELAY", jiffies),
		attr(2, "IFLA_BR_HELLO_TIME", jiffies),
		attr(3, "IFLA_BR_MAX_AGE", jiffies),
		attr(4, "IFLA_BR_AGEING_TIME", jiffies),
		attr(5, "IFLA_BR_STP_STATE", beside(u32, bridgeSTP)),
		attr(6, "IFLA_BR_PRIORITY", u16),
		attr(7, "IFLA_BR_VLAN_FILTERING", u8),
		attr(8, "IFLA_BR_VLAN_PROTOCOL", named(be16, etherType)),
		attr(9, "IFLA_BR_GROUP_FWD_MASK", hex16),
		attr(10, "IFLA_BR_ROOT_ID", bridgeID),
		attr(11, "IFLA_BR_BRIDGE_ID", bridgeID),
		attr(12, "IFLA_BR_ROOT_PORT", u16),
		attr(13, "IFLA_BR_ROOT_PATH_COST", u32),
		attr(14, "IFLA_BR_TOPOLOGY_CHANGE", u8),
		attr(15, "IFLA_BR_TOPOLOGY_CHANGE_DETECTED", u8),
		attr(16, "IFLA_BR_HELLO_TIMER", jiffies64),
		attr(17, "IFLA_BR_TCN_TIMER", jiffies64),
		attr(18, "IFLA_BR_TOPOLOGY_CHANGE_TIMER", jiffies64),
		attr(19, "IFLA_BR_GC_TIMER", jiffies64),
		attr(20, "IFLA_BR_GROUP_ADDR", hwaddr),
		attr(21, "IFLA_BR_FDB_FLUSH", flag),
		attr(22, "IFLA_BR_MCAST_ROUTER", named(u8, mdbRouterType)),
		attr(23, "IFLA_BR_MCAST_SNOOPING", u8),
		attr(24, "IFLA_BR_MCAST_QUERY_USE_IFADDR", u8),
		attr(25, "IFLA_BR_MCAST_QUERIER", u8),
		attr(26, "IFLA_BR_MCAST_HASH_ELASTICITY", u32),
		attr(27, "IFLA_BR_MCAST_HASH_MAX", u32),
		attr(28, "IFLA_BR_MCAST_LAST_MEMBER_CNT", u32),
		attr(29, "IFLA_BR_MCAST_STARTUP_QUERY_CNT", u32),
		attr(30, "IFLA_BR_MCAST_LAST_MEMBER_INTVL", jiffies64),
		attr(31, "IFLA_BR_MCAST_MEMBERSHIP_INTVL", jiffies64),
		attr(32, "IFLA_BR_MCAST_QUERIER_INTVL", jiffies64),
		attr(33, "IFLA_BR_MCAST_QUERY_INTVL", jiffies64),
		attr(34, "IFLA_BR_MCAST_QUERY_RESPONSE_INTVL", jiffies64),
		attr(35, "IFLA_BR_MCAST_STARTUP_QUERY_INTVL", jiffies64),
		attr(36, "IFLA_BR_NF_CALL_IPTABLES", u8),
		attr(37, "IFLA_BR_NF_CALL_IP6TABLES", u8),
		attr(38, "IFLA_BR_NF_CALL_ARPTABLES", u8),
		attr(39, "IFLA_BR_VLAN_DEFAULT_PVID", u16),
		attr(40, "IFLA_BR_PAD", padAt),
		attr(41, "IFLA_BR_VLAN_STATS_ENABLED", u8),
		attr(42, "IFLA_BR_MCAST_STATS_ENABLED", u8),
		attr(43, "IFLA_BR_MCAST_IGMP_VERSION", u8),
		attr(44, "IFLA_BR_MCAST_MLD_VERSION", u8),
		attr(45, "IFLA_BR_VLAN_STATS_PER_PORT", u8),
		attr(46, "IFLA_BR_MULTI_BOOLOPT", structOf(record("br_boolopt_multi",
			field("optval", named(u32, brBoolopt)), field("optmask", named(u32, brBoolopt))))),
		attr(47, "IFLA_BR_MCAST_QUERIER_STATE", nest(bridgeQuerier())),
		attr(48, "IFLA_BR_FDB_N_LEARNED", u32),
		attr(49, "IFLA_BR_FDB_MAX_LEARNED", u32),
		attr(50, "IFLA_BR_STP_MODE", named(u32, enum("br_stp_mode", 0,
			"BR_STP_MODE_AUTO", "BR_STP_MODE_USER", "BR_STP_MODE_KERNEL"))),
	)
}

func iflaBrport() *schema.Set {
	return set("IFLA_BRPORT",
		unspec("IFLA_BRPORT_UNSPEC"),
		attr(1, "IFLA_BRPORT_STATE", named(u8, bridgeState)),
		attr(2, "IFLA_BRPORT_PRIORITY", u16),
		attr(3, "IFLA_BRPORT_COST", u32),
		attr(4, "IFLA_BRPORT_MODE", u8), // hairpin
		attr(5, "IFLA_BRPORT_GUARD", u8),
		attr(6, "IFLA_BRPORT_PROTECT", u8),
		attr(7, "IFLA_BRPORT_FAST_LEAVE", u8),
		attr(8, "IFLA_BRPORT_LEARNING", u8),
		attr(9, "IFLA_BRPORT_UNICAST_FLOOD", u8),
		attr(10, "IFLA_BRPORT_PROXYARP", u8),
		attr(11, "IFLA_BRPORT_LEARNING_SYNC", u8),
		attr(12, "IFLA_BRPORT_PROXYARP_WIFI", u8),
		attr(13, "IFLA_BRPORT_ROOT_ID", bridgeID),
		attr(14, "IFLA_BRPORT_BRIDGE_ID", bridgeID),
		attr(15, "IFLA_BRPORT_DESIGNATED_PORT", hex16),
		attr(16, "IFLA_BRPORT_DESIGNATED_COST", u16),
		attr(17, "IFLA_BRPORT_ID", hex16),
		attr(18, "IFLA_BRPORT_NO", hex16),
		attr(19, "IFLA_BRPORT_TOPOLOGY_CHANGE_ACK", u8),
		attr(20, "IFLA_BRPORT_CONFIG_PENDING", u8),
		attr(21, "IFLA_BRPORT_MESSAGE_AGE_TIMER", jiffies64),
		attr(22, "IFLA_BRPORT_FORWARD_DELAY_TIMER", jiffies64),
		attr(23, "IFLA_BRPORT_HOLD_TIMER", jiffies64),
		attr(24, "IFLA_BRPORT_FLUSH", flag),
		attr(25, "IFLA_BRPORT_MULTICAST_ROUTER", named(u8, mdbRouterType)),
		attr(26, "IFLA_BRPORT_PAD", padAt),
		attr(27, "IFLA_BRPORT_MCAST_FLOOD", u8),
		attr(28, "IFLA_BRPORT_MCAST_TO_UCAST", u8),
		attr(29, "IFLA_BRPORT_VLAN_TUNNEL", u8),
		attr(30, "IFLA_BRPORT_BCAST_FLOOD", u8),
		attr(31, "IFLA_BRPORT_GROUP_FWD_MASK", hex16),
		attr(32, "IFLA_BRPORT_NEIGH_SUPPRESS", u8),
		attr(33, "IFLA_BRPORT_ISOLATED", u8),
		attr(34, "IFLA_BRPORT_BACKUP_PORT", ifindex),
		attr(35, "IFLA_BRPORT_MRP_RING_OPEN", u8),
		attr(36, "IFLA_BRPORT_MRP_IN_OPEN", u8),
		attr(37, "IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT", u32),
		attr(38, "IFLA_BRPORT_MCAST_EHT_HOSTS_CNT", u32),
		attr(39, "IFLA_BRPORT_LOCKED", u8),
		attr(40, "IFLA_BRPORT_MAB", u8),
		attr(41, "IFLA_BRPORT_MCAST_N_GROUPS", u32),
		attr(42, "IFLA_BRPORT_MCAST_MAX_GROUPS", u32),
		attr(43, "IFLA_BRPORT_NEIGH_VLAN_SUPPRESS", u8),
		attr(44, "IFLA_BRPORT_BACKUP_NHID", u32),
		attr(45, "IFLA_BRPORT_NEIGH_FORWARD_GRAT", u8),
	)
}

func bridgeQuerier() *schema.Set {
	return set("BRIDGE_QUERIER",
		unspec("BRIDGE_QUERIER_UNSPEC"),
		attr(1, "BRIDGE_QUERIER_IP_ADDRESS", ip),
		attr(2, "BRIDGE_QUERIER_IP_PORT", ifindex),
		attr(3, "BRIDGE_QUERIER_IP_OTHER_TIMER", jiffies64),
		attr(4, "BRIDGE_QUERIER_PAD", padAt),
		attr(5, "BRIDGE_QUERIER_IPV6_ADDRESS", ip),
		attr(6, "BRIDGE_QUERIER_IPV6_PORT", ifindex),
		attr(7, "BRIDGE_QUERIER_IPV6_OTHER_TIMER", jiffies64),
	)
}

var (
	// struct ifla_bridge_id { __u8 prio[2]; __u8 addr[6]; }: the priority is a
	// number in network byte order.
	bridgeID = structOf(record("ifla_bridge_id", field("prio", hexBE16), field("addr", sized(hwaddr, 6))))

	// bridgeState is BR_STATE_* of linux/if_bridge.h.
	bridgeState = enum("BR_STATE", 0,
		"BR_STATE_DISABLED", "BR_STATE_LISTENING", "BR_STATE_LEARNING", "BR_STATE_FORWARDING",
		"BR_STATE_BLOCKING",
	)
	mdbRouterType = enum("MDB_RTR_TYPE", 0,
		"MDB_RTR_TYPE_DISABLED", "MDB_RTR_TYPE_TEMP_QUERY", "MDB_RTR_TYPE_PERM", "MDB_RTR_TYPE_TEMP",
	)
	// brBoolopt is enum br_boolopt_id: numbers of bits.
	brBoolopt = bits("br_boolopt_id",
		"BR_BOOLOPT_NO_LL_LEARN", "BR_BOOLOPT_MCAST_VLAN_SNOOPING", "BR_BOOLOPT_MST_ENABLE",
		"BR_BOOLOPT_MDB_OFFLOAD_FAIL_NOTIFICATION", "BR_BOOLOPT_FDB_LOCAL_VLAN_0",
	)
)

// bridgeSTP is who runs the spanning tree of a bridge (net/bridge/br_private.h).
var bridgeSTP = enum("stp_enabled", 0, "BR_NO_STP", "BR_KERNEL_STP", "BR_USER_STP")
