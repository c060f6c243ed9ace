// SPDX-License-Identifier: Apache-2.0

package families

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// routeThings are what messages of the route family tell the state of, by the noun of
// their names: rtnl_fill_ifinfo(), inet_fill_ifaddr() and inet6_fill_ifaddr(),
// neigh_fill_info(). Routes are not there: an event of IPv6 may be one of several next
// hops, and of IPv4 what was replaced has other attributes as a rule.
var routeThings = map[string]*schema.Thing{
	"LINK": {
		Name: "link",
		// Bridges, IPv6 and bonds tell their part of a link under their address family.
		Key:     []string{"ifi_family", "ifi_index", "IFLA_TARGET_NETNSID"},
		Answers: true,
		Other:   []string{"IFLA_WIRELESS"}, // wireless_send_event: what a radio says, and no state
		Left: slices.Concat(
			because("counts packets", "IFLA_STATS", "IFLA_STATS64", "IFLA_INFO_XSTATS", "IFLA_INET6_STATS", "IFLA_INET6_ICMP6STATS", "IFLA_VF_STATS"),
			because("counts what the state says", "IFLA_CARRIER_CHANGES", "IFLA_CARRIER_UP_COUNT", "IFLA_CARRIER_DOWN_COUNT",
				"IFLA_BOND_SLAVE_LINK_FAILURE_COUNT", "IFLA_CAN_BERR_COUNTER"),
			because("counts what others tell", "IFLA_BR_FDB_N_LEARNED", "IFLA_BRPORT_MCAST_N_GROUPS"),
			because("runs by itself", "IFLA_INET6_CACHEINFO", "IFLA_BR_HELLO_TIMER", "IFLA_BR_TCN_TIMER", "IFLA_BR_TOPOLOGY_CHANGE_TIMER",
				"IFLA_BR_GC_TIMER", "IFLA_BRPORT_MESSAGE_AGE_TIMER", "IFLA_BRPORT_FORWARD_DELAY_TIMER", "IFLA_BRPORT_HOLD_TIMER"),
			because("says why the message was sent", "IFLA_EVENT", "ifi_change"),
			because("says what was asked for", "IFLA_EXT_MASK"),
		),
		Unset:  []string{"IFLA_MASTER", "IFLA_LINK", "IFLA_LINK_NETNSID", "IFLA_IFALIAS", "IFLA_PROP_LIST"},
		Prefix: []string{"IFLA_", "ifi_"},
		Words: []schema.Word{
			{Name: "ifi_flags", Trim: "IFF_"}, {Name: "IFLA_OPERSTATE", Word: "state", Trim: "IF_OPER_"},
			{Name: "IFLA_IFNAME", Word: "name"}, {Name: "IFLA_IFALIAS", Word: "alias"}, {Name: "IFLA_ALT_IFNAME", Word: "altname"},
			{Name: "IFLA_LINKMODE", Word: "mode", Trim: "IF_LINK_MODE_"}, {Name: "IFLA_BRIDGE_VLAN_INFO", Word: "vlan", Trim: "BRIDGE_VLAN_INFO_"}, {Name: "IFLA_BRPORT_STATE", Word: "port state", Trim: "BR_STATE_"},
		},
	},
	"ADDR": {
		Name:    "address",
		Key:     []string{"ifa_family", "ifa_prefixlen", "ifa_index", "IFA_LOCAL", "IFA_ADDRESS", "IFA_TARGET_NETNSID"},
		Answers: true,
		Left: slices.Concat(
			because("runs by itself", "ifa_valid", "ifa_prefered"),
			because("says when it was changed", "cstamp", "tstamp"),
			because("is the lower half of IFA_FLAGS", "ifa_flags"),
		),
		Unset:  []string{"IFA_RT_PRIORITY", "IFA_BROADCAST"},
		Prefix: []string{"IFA_", "ifa_"},
		Words:  []schema.Word{{Name: "IFA_FLAGS", Trim: "IFA_F_"}, {Name: "IFA_RT_PRIORITY", Word: "metric"}, {Name: "ifa_scope", Trim: "RT_SCOPE_"}},
	},
	"NEIGH": {
		Name: "neighbour",
		// What a bridge learns is told by its address, and moves from port to port.
		Families: []uint8{unix.AF_INET, unix.AF_INET6},
		Key:      []string{"ndm_family", "ndm_ifindex", "NDA_DST"},
		Left: slices.Concat(
			because("runs by itself", "NDA_CACHEINFO"),
			because("counts what the state says", "NDA_PROBES"),
		),
		Unset:  []string{"NDA_LLADDR"},
		Prefix: []string{"NDA_", "ndm_"},
		Words:  []schema.Word{{Name: "ndm_state", Word: "state", Trim: "NUD_"}, {Name: "NDA_FLAGS_EXT", Trim: "NTF_EXT_"}},
	},
}

// routeThing is what a message tells the state of. A question tells none.
func routeThing(name string) *schema.Thing {
	if len(name) <= len("RTM_NEW") || name[4] == 'G' || name[4] == 'S' {
		return nil
	}
	return routeThings[name[len("RTM_NEW"):]]
}

// because gives several names one reason.
func because(why string, names ...string) []schema.Left {
	var left []schema.Left
	for _, name := range names {
		left = append(left, schema.Left{Name: name, Why: why})
	}
	return left
}
