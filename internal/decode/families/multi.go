// SPDX-License-Identifier: Apache-2.0

package families

import (
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// multi are attributes of requests that count each time they are there: the kernel
// goes over the nest (nla_for_each_nested) where it else takes the last of each
// (nla_parse). A name ending in * is all of a set.
var multi = []string{
	// route
	"IFLA_ALT_IFNAME", "IFLA_VF_INFO", "IFLA_VF_VLAN_INFO", "IFLA_VF_PORT", "IFLA_BRIDGE_VLAN_INFO", "IFLA_BRIDGE_VLAN_TUNNEL_INFO",
	"IFLA_MACVLAN_MACADDR", "IFLA_VLAN_QOS_MAPPING", "BRIDGE_VLANDB_ENTRY", "BRIDGE_VLANDB_GLOBAL_OPTIONS", "VXLAN_VNIFILTER_ENTRY",
	"MDBE_SRC_LIST_ENTRY", "LWTUNNEL_IP_OPTS_GENEVE", "DCB_ATTR_IEEE_APP", "DCB_ATTR_DCB_APP", "DCB_ATTR_APP",
	// traffic control
	"TCA_ETS_QUANTA_BAND", "TCA_ETS_PRIOMAP_BAND", "TCA_TAPRIO_SCHED_ENTRY", "TCA_TAPRIO_ATTR_TC_ENTRY", "TCA_MQPRIO_TC_ENTRY", "TCA_MQPRIO_MIN_RATE64",
	"TCA_MQPRIO_MAX_RATE64", "TCA_FLOWER_KEY_MPLS_OPTS_LSE", "TCA_FLOWER_KEY_ENC_OPTS_GENEVE", "TCA_TUNNEL_KEY_ENC_OPTS_GENEVE",
	"TCA_GATE_ONE_ENTRY", "TCA_PEDIT_KEY_EX",
	// netfilter
	"NFTA_LIST_ELEM", "NFTA_DEVICE_NAME", "IPSET_ATTR_DATA",
	// generic netlink
	"ETHTOOL_A_BITSET_BITS_BIT", "ETHTOOL_A_STRINGSETS_STRINGSET", "ETHTOOL_A_PROFILE_IRQ_MODERATION", "ETHTOOL_A_TUNNEL_UDP_TABLE",
	"NLBL_CIPSOV4_A_TAG", "NLBL_CIPSOV4_A_MLSLVL", "NLBL_CIPSOV4_A_MLSCAT", "OVS_ACTION_ATTR*", "OVS_TUNNEL_KEY_ATTR_GENEVE_OPTS",
	"OVS_BAND_ATTR*", "OVS_CT_LIMIT_ATTR*", "DEVLINK_ATTR_RATE_TC_BWS", "NETDEV_A_DMABUF_QUEUES", "NET_SHAPER_A_LEAVES",
	"DPLL_A_PIN_PARENT_DEVICE", "DPLL_A_PIN_PARENT_PIN", "NFSD_A_SERVER_THREADS", "NFSD_A_SERVER_SOCK_ADDR", "NFSD_A_SERVER_PROTO_VERSION",
	"NFSD_A_SVC_EXPORT_REQS_REQUESTS", "NFSD_A_EXPKEY_REQS_REQUESTS", "NFSD_A_SVC_EXPORT_SECINFO", "NFSD_A_FSLOCATIONS_LOCATION",
	"SUNRPC_A_IP_MAP_REQS_REQUESTS", "SUNRPC_A_UNIX_GID_REQS_REQUESTS", "SUNRPC_A_UNIX_GID_GIDS", "NL80211_ATTR_NAN_CHANNEL",
	"TEAM_ATTR_ITEM_OPTION", "NBD_SOCK_ITEM", "SK_DIAG_BPF_STORAGE_REQ_MAP_FD",
}

// markMulti sets Attr.Multi in tables, and Attr.Strict: inet_validate_link_af and
// ethnl_parse_header_dev_get refuse nests without the flag.
func markMulti(all []*schema.Family) {
	names := make(map[string]bool, len(multi))
	for _, name := range multi {
		names[name] = true
	}
	schema.Walk(schema.Visitor{Set: func(_ *schema.Place, s *schema.Set) {
		whole := names[s.Name+"*"]
		for i := range s.Attrs {
			name := s.Attrs[i].Name
			s.Attrs[i].Multi = whole || names[name]
			s.Attrs[i].Strict = name == "IFLA_INET_CONF" || strings.HasPrefix(name, "ETHTOOL_A_") && strings.HasSuffix(name, "_HEADER")
		}
	}}, all...)
}
