// SPDX-License-Identifier: Apache-2.0

package say

// bridgeOptions are those of "ip link add type bridge" (ip-link(8)); times are in
// 1/100 s, as the kernel has them.
var bridgeOptions = []option{
	{"IFLA_BR_FORWARD_DELAY", "forward_delay", asNumber}, {"IFLA_BR_HELLO_TIME", "hello_time", asNumber},
	{"IFLA_BR_MAX_AGE", "max_age", asNumber}, {"IFLA_BR_AGEING_TIME", "ageing_time", asNumber},
	{"IFLA_BR_STP_STATE", "stp_state", asNumber}, {"IFLA_BR_PRIORITY", "priority", asNumber},
	{"IFLA_BR_VLAN_FILTERING", "vlan_filtering", asNumber}, {"IFLA_BR_VLAN_PROTOCOL", "vlan_protocol", asVLANProto},
	{"IFLA_BR_GROUP_FWD_MASK", "group_fwd_mask", asHex}, {"IFLA_BR_GROUP_ADDR", "group_address", asLLAddr},
	{"IFLA_BR_FDB_FLUSH", "fdb_flush", asNothing},
	{"IFLA_BR_VLAN_DEFAULT_PVID", "vlan_default_pvid", asNumber}, {"IFLA_BR_VLAN_STATS_ENABLED", "vlan_stats_enabled", asNumber},
	{"IFLA_BR_VLAN_STATS_PER_PORT", "vlan_stats_per_port", asNumber},
	{"IFLA_BR_MCAST_ROUTER", "mcast_router", asNumber}, {"IFLA_BR_MCAST_SNOOPING", "mcast_snooping", asNumber},
	{"IFLA_BR_MCAST_QUERY_USE_IFADDR", "mcast_query_use_ifaddr", asNumber}, {"IFLA_BR_MCAST_QUERIER", "mcast_querier", asNumber},
	{"IFLA_BR_MCAST_HASH_ELASTICITY", "mcast_hash_elasticity", asNumber}, {"IFLA_BR_MCAST_HASH_MAX", "mcast_hash_max", asNumber},
	{"IFLA_BR_MCAST_LAST_MEMBER_CNT", "mcast_last_member_count", asNumber},
	{"IFLA_BR_MCAST_STARTUP_QUERY_CNT", "mcast_startup_query_count", asNumber},
	{"IFLA_BR_MCAST_LAST_MEMBER_INTVL", "mcast_last_member_interval", asNumber},
	{"IFLA_BR_MCAST_MEMBERSHIP_INTVL", "mcast_membership_interval", asNumber},
	{"IFLA_BR_MCAST_QUERIER_INTVL", "mcast_querier_interval", asNumber},
	{"IFLA_BR_MCAST_QUERY_INTVL", "mcast_query_interval", asNumber},
	{"IFLA_BR_MCAST_QUERY_RESPONSE_INTVL", "mcast_query_response_interval", asNumber},
	{"IFLA_BR_MCAST_STARTUP_QUERY_INTVL", "mcast_startup_query_interval", asNumber},
	{"IFLA_BR_MCAST_STATS_ENABLED", "mcast_stats_enabled", asNumber},
	{"IFLA_BR_MCAST_IGMP_VERSION", "mcast_igmp_version", asNumber}, {"IFLA_BR_MCAST_MLD_VERSION", "mcast_mld_version", asNumber},
	{"IFLA_BR_NF_CALL_IPTABLES", "nf_call_iptables", asNumber}, {"IFLA_BR_NF_CALL_IP6TABLES", "nf_call_ip6tables", asNumber},
	{"IFLA_BR_NF_CALL_ARPTABLES", "nf_call_arptables", asNumber}, {"IFLA_BR_FDB_MAX_LEARNED", "fdb_max_learned", asNumber},
}

// bridgeBits says struct br_boolopt_multi: values and the mask of those that count.
func bridgeBits(t *telling, data nest) {
	x := data.peek("IFLA_BR_MULTI_BOOLOPT")
	if x == nil {
		return
	}
	in := nest{t, x.Children}
	v, mask := in.peek("optval"), in.peek("optmask")
	if v == nil || mask == nil {
		return
	}
	of := mask.Num
	for bit, word := range []string{"no_linklocal_learn", "mcast_vlan_snooping", "mst_enabled"} {
		if of&(1<<bit) != 0 {
			t.say(word, decimal(v.Num>>bit&1))
			of &^= 1 << bit
		}
	}
	if of == 0 {
		t.mark(x, true)
	}
}

// bridgePortOptions are those of "type bridge_slave", and of "bridge link set".
var bridgePortOptions = []option{
	{"IFLA_BRPORT_STATE", "state", asNumber}, {"IFLA_BRPORT_PRIORITY", "priority", asNumber},
	{"IFLA_BRPORT_COST", "cost", asNumber}, {"IFLA_BRPORT_GUARD", "guard", asOnOff}, {"IFLA_BRPORT_MODE", "hairpin", asOnOff},
	{"IFLA_BRPORT_FAST_LEAVE", "fastleave", asOnOff}, {"IFLA_BRPORT_PROTECT", "root_block", asOnOff},
	{"IFLA_BRPORT_LEARNING", "learning", asOnOff}, {"IFLA_BRPORT_UNICAST_FLOOD", "flood", asOnOff},
	{"IFLA_BRPORT_PROXYARP", "proxy_arp", asOnOff}, {"IFLA_BRPORT_PROXYARP_WIFI", "proxy_arp_wifi", asOnOff},
	{"IFLA_BRPORT_MULTICAST_ROUTER", "mcast_router", asNumber}, {"IFLA_BRPORT_MCAST_FLOOD", "mcast_flood", asOnOff},
	{"IFLA_BRPORT_BCAST_FLOOD", "bcast_flood", asOnOff}, {"IFLA_BRPORT_MCAST_TO_UCAST", "mcast_to_unicast", asOnOff},
	{"IFLA_BRPORT_GROUP_FWD_MASK", "group_fwd_mask", asHex}, {"IFLA_BRPORT_NEIGH_SUPPRESS", "neigh_suppress", asOnOff},
	{"IFLA_BRPORT_NEIGH_VLAN_SUPPRESS", "neigh_vlan_suppress", asOnOff}, {"IFLA_BRPORT_VLAN_TUNNEL", "vlan_tunnel", asOnOff},
	{"IFLA_BRPORT_ISOLATED", "isolated", asOnOff}, {"IFLA_BRPORT_LOCKED", "locked", asOnOff}, {"IFLA_BRPORT_MAB", "mab", asOnOff},
	{"IFLA_BRPORT_BACKUP_PORT", "backup_port", asIf}, {"IFLA_BRPORT_BACKUP_NHID", "backup_nhid", asNumber},
	{"IFLA_BRPORT_MCAST_MAX_GROUPS", "mcast_max_groups", asNumber}, {"IFLA_BRPORT_FLUSH", "fdb_flush", asNothing},
}

// bondOptions are those of "ip link add type bond".
var bondOptions = []option{
	{"IFLA_BOND_MODE", "mode", asOneOf(map[uint64]string{0: "balance-rr", 1: "active-backup", 2: "balance-xor", 3: "broadcast",
		4: "802.3ad", 5: "balance-tlb", 6: "balance-alb"})},
	{"IFLA_BOND_ACTIVE_SLAVE", "active_slave", asIf}, {"IFLA_BOND_MIIMON", "miimon", asNumber},
	{"IFLA_BOND_UPDELAY", "updelay", asNumber}, {"IFLA_BOND_DOWNDELAY", "downdelay", asNumber},
	{"IFLA_BOND_PEER_NOTIF_DELAY", "peer_notify_delay", asNumber}, {"IFLA_BOND_USE_CARRIER", "use_carrier", asNumber},
	{"IFLA_BOND_ARP_INTERVAL", "arp_interval", asNumber},
	{"IFLA_BOND_ARP_VALIDATE", "arp_validate", asNames(map[uint64]string{0: "none", 1: "active", 2: "backup", 3: "all", 4: "filter",
		5: "filter_active", 6: "filter_backup"})},
	{"IFLA_BOND_ARP_ALL_TARGETS", "arp_all_targets", asOneOf(map[uint64]string{0: "any", 1: "all"})},
	{"IFLA_BOND_PRIMARY", "primary", asIf},
	{"IFLA_BOND_PRIMARY_RESELECT", "primary_reselect", asOneOf(map[uint64]string{0: "always", 1: "better", 2: "failure"})},
	{"IFLA_BOND_FAIL_OVER_MAC", "fail_over_mac", asOneOf(map[uint64]string{0: "none", 1: "active", 2: "follow"})},
	{"IFLA_BOND_XMIT_HASH_POLICY", "xmit_hash_policy", asOneOf(map[uint64]string{0: "layer2", 1: "layer3+4", 2: "layer2+3",
		3: "encap2+3", 4: "encap3+4", 5: "vlan+srcmac"})},
	{"IFLA_BOND_RESEND_IGMP", "resend_igmp", asNumber}, {"IFLA_BOND_NUM_PEER_NOTIF", "num_grat_arp", asNumber},
	{"IFLA_BOND_ALL_SLAVES_ACTIVE", "all_slaves_active", asNumber}, {"IFLA_BOND_MIN_LINKS", "min_links", asNumber},
	{"IFLA_BOND_LP_INTERVAL", "lp_interval", asNumber}, {"IFLA_BOND_PACKETS_PER_SLAVE", "packets_per_slave", asNumber},
	{"IFLA_BOND_TLB_DYNAMIC_LB", "tlb_dynamic_lb", asNumber},
	{"IFLA_BOND_AD_LACP_RATE", "lacp_rate", asOneOf(map[uint64]string{0: "slow", 1: "fast"})},
	{"IFLA_BOND_AD_LACP_ACTIVE", "lacp_active", asOnOff},
	{"IFLA_BOND_AD_SELECT", "ad_select", asOneOf(map[uint64]string{0: "stable", 1: "bandwidth", 2: "count"})},
	{"IFLA_BOND_AD_USER_PORT_KEY", "ad_user_port_key", asNumber}, {"IFLA_BOND_AD_ACTOR_SYS_PRIO", "ad_actor_sys_prio", asNumber},
	{"IFLA_BOND_AD_ACTOR_SYSTEM", "ad_actor_system", asLLAddr},
}

// bondTargets says the lists of addresses, which ip takes with commas.
func bondTargets(t *telling, data nest) {
	for _, o := range []struct{ attr, word string }{{"IFLA_BOND_ARP_IP_TARGET", "arp_ip_target"}, {"IFLA_BOND_NS_IP6_TARGET", "ns_ip6_target"}} {
		x := data.peek(o.attr)
		if x == nil {
			continue
		}
		list, ok := "", true
		for i := range x.Children {
			s, good := addr(x.Children[i].Raw)
			if i > 0 {
				list += ","
			}
			list, ok = list+s, ok && good
		}
		if ok && list != "" {
			t.say(o.word, list)
			t.mark(x, true)
		}
	}
}
