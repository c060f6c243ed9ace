// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Kind bond: linux/if_link.h, linux/if_bonding.h,
// drivers/net/bonding/bond_netlink.c.

func iflaBond() *schema.Set {
	return set("IFLA_BOND",
		unspec("IFLA_BOND_UNSPEC"),
		attr(1, "IFLA_BOND_MODE", named(u8, bondMode)),
		attr(2, "IFLA_BOND_ACTIVE_SLAVE", ifindex),
		attr(3, "IFLA_BOND_MIIMON", millis),
		attr(4, "IFLA_BOND_UPDELAY", millis),
		attr(5, "IFLA_BOND_DOWNDELAY", millis),
		attr(6, "IFLA_BOND_USE_CARRIER", u8),
		attr(7, "IFLA_BOND_ARP_INTERVAL", millis),
		attr(8, "IFLA_BOND_ARP_IP_TARGET", array(ip)),
		attr(9, "IFLA_BOND_ARP_VALIDATE", beside(u32, bondArpValidate)),
		attr(10, "IFLA_BOND_ARP_ALL_TARGETS", beside(u32, bondArpTargets)),
		attr(11, "IFLA_BOND_PRIMARY", ifindex),
		attr(12, "IFLA_BOND_PRIMARY_RESELECT", beside(u8, bondReselect)),
		attr(13, "IFLA_BOND_FAIL_OVER_MAC", beside(u8, bondFailOver)),
		attr(14, "IFLA_BOND_XMIT_HASH_POLICY", named(u8, bondXmitPolicy)),
		attr(15, "IFLA_BOND_RESEND_IGMP", u32),
		attr(16, "IFLA_BOND_NUM_PEER_NOTIF", u8),
		attr(17, "IFLA_BOND_ALL_SLAVES_ACTIVE", u8),
		attr(18, "IFLA_BOND_MIN_LINKS", u32),
		attr(19, "IFLA_BOND_LP_INTERVAL", seconds),
		attr(20, "IFLA_BOND_PACKETS_PER_SLAVE", u32),
		attr(21, "IFLA_BOND_AD_LACP_RATE", beside(u8, bondLacpRate)),
		attr(22, "IFLA_BOND_AD_SELECT", beside(u8, bondAdSelect)),
		attr(23, "IFLA_BOND_AD_INFO", nest(set("IFLA_BOND_AD_INFO",
			unspec("IFLA_BOND_AD_INFO_UNSPEC"),
			attr(1, "IFLA_BOND_AD_INFO_AGGREGATOR", u16),
			attr(2, "IFLA_BOND_AD_INFO_NUM_PORTS", u16),
			attr(3, "IFLA_BOND_AD_INFO_ACTOR_KEY", u16),
			attr(4, "IFLA_BOND_AD_INFO_PARTNER_KEY", u16),
			attr(5, "IFLA_BOND_AD_INFO_PARTNER_MAC", hwaddr)))),
		attr(24, "IFLA_BOND_AD_ACTOR_SYS_PRIO", u16),
		attr(25, "IFLA_BOND_AD_USER_PORT_KEY", u16),
		attr(26, "IFLA_BOND_AD_ACTOR_SYSTEM", hwaddr),
		attr(27, "IFLA_BOND_TLB_DYNAMIC_LB", u8),
		attr(28, "IFLA_BOND_PEER_NOTIF_DELAY", millis),
		attr(29, "IFLA_BOND_AD_LACP_ACTIVE", u8),
		attr(30, "IFLA_BOND_MISSED_MAX", u8),
		attr(31, "IFLA_BOND_NS_IP6_TARGET", array(ip)),
		attr(32, "IFLA_BOND_COUPLED_CONTROL", u8),
		attr(33, "IFLA_BOND_BROADCAST_NEIGH", u8),
		attr(34, "IFLA_BOND_LACP_STRICT", u8),
	)
}

func iflaBondSlave() *schema.Set {
	return set("IFLA_BOND_SLAVE",
		unspec("IFLA_BOND_SLAVE_UNSPEC"),
		attr(1, "IFLA_BOND_SLAVE_STATE", named(u8, bondState)),
		attr(2, "IFLA_BOND_SLAVE_MII_STATUS", named(u8, bondLink)),
		attr(3, "IFLA_BOND_SLAVE_LINK_FAILURE_COUNT", u32),
		attr(4, "IFLA_BOND_SLAVE_PERM_HWADDR", hwaddr),
		attr(5, "IFLA_BOND_SLAVE_QUEUE_ID", u16),
		attr(6, "IFLA_BOND_SLAVE_AD_AGGREGATOR_ID", u16),
		attr(7, "IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE", named(u8, lacpState)),
		attr(8, "IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE", named(u16, lacpState)),
		attr(9, "IFLA_BOND_SLAVE_PRIO", s32),
		attr(10, "IFLA_BOND_SLAVE_ACTOR_PORT_PRIO", u16),
		attr(11, "IFLA_BOND_SLAVE_AD_CHURN_ACTOR_STATE", beside(u8, bondChurn)),
		attr(12, "IFLA_BOND_SLAVE_AD_CHURN_PARTNER_STATE", beside(u8, bondChurn)),
	)
}

var (
	bondMode = enum("BOND_MODE", 0,
		"BOND_MODE_ROUNDROBIN", "BOND_MODE_ACTIVEBACKUP", "BOND_MODE_XOR", "BOND_MODE_BROADCAST",
		"BOND_MODE_8023AD", "BOND_MODE_TLB", "BOND_MODE_ALB",
	)
	bondXmitPolicy = enum("BOND_XMIT_POLICY", 0,
		"BOND_XMIT_POLICY_LAYER2", "BOND_XMIT_POLICY_LAYER34", "BOND_XMIT_POLICY_LAYER23",
		"BOND_XMIT_POLICY_ENCAP23", "BOND_XMIT_POLICY_ENCAP34", "BOND_XMIT_POLICY_VLAN_SRCMAC",
	)
	// No header names these: drivers/net/bonding/bond_options.c does, and bond_3ad.h the
	// states of churn.
	bondArpValidate = enum("arp_validate", 0, "none", "active", "backup", "all", "filter", "filter_active", "filter_backup")
	bondArpTargets  = enum("arp_all_targets", 0, "any", "all")
	bondReselect    = enum("primary_reselect", 0, "always", "better", "failure")
	bondFailOver    = enum("fail_over_mac", 0, "none", "active", "follow")
	bondLacpRate    = enum("lacp_rate", 0, "slow", "fast")
	bondAdSelect    = enum("ad_select", 0, "stable", "bandwidth", "count", "actor_port_prio")
	bondChurn       = enum("churn_state", 0, "monitoring", "churned", "none")

	bondState = enum("BOND_STATE", 0, "BOND_STATE_ACTIVE", "BOND_STATE_BACKUP")
	bondLink  = enum("BOND_LINK", 0, "BOND_LINK_UP", "BOND_LINK_FAIL", "BOND_LINK_DOWN", "BOND_LINK_BACK")
	lacpState = bits("LACP_STATE",
		"LACP_STATE_LACP_ACTIVITY", "LACP_STATE_LACP_TIMEOUT", "LACP_STATE_AGGREGATION",
		"LACP_STATE_SYNCHRONIZATION", "LACP_STATE_COLLECTING", "LACP_STATE_DISTRIBUTING",
		"LACP_STATE_DEFAULTED", "LACP_STATE_EXPIRED",
	)
)
