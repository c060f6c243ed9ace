// SPDX-License-Identifier: Apache-2.0

package families

import "strings"

// routeLeads are what leads the messages of a noun, or one message, where the family's
// list does not do: what the message changes before what it is about in passing.
var routeLeads = map[string][]string{
	"LINK": {
		"IFLA_IFNAME", "ifi_index!", "ifi_family!", "IFLA_INFO_KIND", "ifi_flags/ifi_change", "IFLA_WIRELESS[cmd]", "IFLA_MTU", "IFLA_MASTER",
		"IFLA_OPERSTATE", "IFLA_ADDRESS", ">IFLA_NET_NS_PID", ">IFLA_NET_NS_FD", ">IFLA_ALT_IFNAME", ">IFLA_TXQLEN", ">IFLA_GROUP",
		">IFLA_PROTO_DOWN", ">IFLA_LINKMODE", ">IFLA_BRPORT_STATE", ">IFLA_BRIDGE_VLAN_INFO", ">IFLA_EXT_MASK!", ">*",
	},
	"RTM_DELLINK": {
		"IFLA_IFNAME", "ifi_index!", "<=left its bridge, the link lives?ifi_family=AF_BRIDGE", "ifi_family!", "IFLA_MASTER", "IFLA_INFO_KIND",
		"IFLA_ADDRESS", ">*",
	},
	"ADDR": {
		"IFA_LOCAL", "IFA_ADDRESS", "IFA_LABEL", "ifa_index!", "ifa_family|ifi_family", "IFA_FLAGS!|ifa_flags!", "ifa_scope!",
		"IFA_TARGET_NETNSID", ">*",
	},
	"ROUTE": {
		routeTypes("BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "NAT"),
		">RTA_DST|>=any?rtm_type=RTN_UNSPEC|<RTA_DST|=default?rtm_dst_len=0", "RTA_SRC", ".RTA_GATEWAY", ".RTA_VIA",
		"RTA_MULTIPATH[RTA_GATEWAY RTA_VIA rtnh_ifindex RTA_ENCAP_TYPE]", ".RTA_OIF", "RTA_TABLE|rtm_table!", "RTA_NH_ID", "rtm_protocol!",
		"RTA_PRIORITY", ".RTA_ENCAP_TYPE", "RTA_PREFSRC", "rtm_family|ifi_family", ">*",
	},
	"NEIGH": {
		"NDA_DST", "NDA_LLADDR", "ndm_ifindex!", "ndm_state!", "ndm_flags!", "NDA_VLAN", "NDA_MASTER", "NDA_VNI", "NDA_IFINDEX",
		"ifi_index!", "IFLA_MASTER", "ndm_family|ifi_family", ">*",
	},
	"RULE": {
		"=not?flags=FIB_RULE_INVERT", "FRA_PRIORITY", "FRA_SRC", "FRA_DST", "FRA_IIFNAME", "FRA_OIFNAME", "FRA_FWMARK", "FRA_IP_PROTO",
		"FRA_DPORT_RANGE", "FRA_SPORT_RANGE", "FRA_UID_RANGE", "FRA_TUN_ID", "FRA_L3MDEV!", "FRA_GOTO", "FRA_TABLE!|table!", "action!",
		"family|ifi_family", ">*",
	},
	"TFILTER": {
		"TCA_KIND", "tcm_ifindex!", "tcm_handle!", "tcm_parent!", "tcm_info", "TCA_CHAIN", "TCA_ACT_KIND", "action", ">*",
	},
	"ACTION": {"TCA_ACT_KIND", "TCA_ACT_INDEX", "action", ">*"},
	"MDB":    {">MDBA_SET_ENTRY|>MDBA_GET_ENTRY|vid", ".ifindex", "family!", ">*"},
	"DCB":    {"DCB_ATTR_IFNAME", "cmd", ">*"},
	"NEXTHOP": {
		"NHA_ID", "NHA_GROUP[id weight]", "NHA_GATEWAY", "NHA_OIF", "NHA_BLACKHOLE", "NHA_ENCAP_TYPE", "NHA_FDB", "NHA_GROUP_TYPE!",
		"nh_protocol!", "nh_family!", ">*",
	},
}

// routeTypes shows the type of a route that is no ordinary one.
func routeTypes(names ...string) string {
	var items []string
	for _, n := range names {
		items = append(items, "rtm_type?rtm_type=RTN_"+n)
	}
	return strings.Join(items, "|")
}

// routeLead finds the list of a message.
func routeLead(name string) []string {
	if l := routeLeads[name]; l != nil {
		return l
	}
	if len(name) > len("RTM_NEW") {
		return routeLeads[name[len("RTM_NEW"):]]
	}
	return nil
}
