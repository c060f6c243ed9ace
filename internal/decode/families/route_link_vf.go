// SPDX-License-Identifier: Apache-2.0

package families

import (
	"fmt"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Virtual functions of SR-IOV devices: linux/if_link.h, net/core/rtnetlink.c
// (ifla_vf_policy, rtnl_fill_vfinfo).

func iflaVFInfo() *schema.Set {
	return set("IFLA_VF_INFO",
		unspec("IFLA_VF_INFO_UNSPEC"),
		attr(1, "IFLA_VF_INFO", nest(iflaVF())),
	)
}

func iflaVF() *schema.Set {
	// vfNum is the shape of most: __u32 vf, and a value.
	vfNum := func(id uint16, name, c string, f ...schema.Field) schema.Attr {
		return attr(id, name, structOf(record(c, append([]schema.Field{field("vf", u32)}, f...)...)))
	}
	return set("IFLA_VF",
		unspec("IFLA_VF_UNSPEC"),
		vfNum(1, "IFLA_VF_MAC", "ifla_vf_mac", field("mac", sized(hwaddr, 32))), // MAX_ADDR_LEN, zero-filled
		vfNum(2, "IFLA_VF_VLAN", "ifla_vf_vlan", field("vlan", u32), field("qos", u32)),
		vfNum(3, "IFLA_VF_TX_RATE", "ifla_vf_tx_rate", field("rate", u32)), // Mbit/s
		vfNum(4, "IFLA_VF_SPOOFCHK", "ifla_vf_spoofchk", field("setting", u32)),
		vfNum(5, "IFLA_VF_LINK_STATE", "ifla_vf_link_state", field("link_state", named(u32, vfLinkState))),
		vfNum(6, "IFLA_VF_RATE", "ifla_vf_rate", field("min_tx_rate", u32), field("max_tx_rate", u32)),
		vfNum(7, "IFLA_VF_RSS_QUERY_EN", "ifla_vf_rss_query_en", field("setting", u32)),
		attr(8, "IFLA_VF_STATS", nest(iflaVFStats())),
		vfNum(9, "IFLA_VF_TRUST", "ifla_vf_trust", field("setting", u32)),
		// struct ifla_vf_guid aligns its __u64.
		vfNum(10, "IFLA_VF_IB_NODE_GUID", "ifla_vf_guid", padding("", 4), field("guid", hex64)),
		vfNum(11, "IFLA_VF_IB_PORT_GUID", "ifla_vf_guid", padding("", 4), field("guid", hex64)),
		attr(12, "IFLA_VF_VLAN_LIST", nest(set("IFLA_VF_VLAN_INFO",
			unspec("IFLA_VF_VLAN_INFO_UNSPEC"),
			vfNum(1, "IFLA_VF_VLAN_INFO", "ifla_vf_vlan_info", field("vlan", u32), field("qos", u32),
				field("vlan_proto", named(be16, etherType)), padding("", 2))))),
		attr(13, "IFLA_VF_BROADCAST", structOf(record("ifla_vf_broadcast", field("broadcast", sized(hwaddr, 32))))),
	)
}

// iflaVFStats begins with number 0: the kernel sends it.
func iflaVFStats() *schema.Set {
	return set("IFLA_VF_STATS",
		attr(0, "IFLA_VF_STATS_RX_PACKETS", u64),
		attr(1, "IFLA_VF_STATS_TX_PACKETS", u64),
		attr(2, "IFLA_VF_STATS_RX_BYTES", bytes64),
		attr(3, "IFLA_VF_STATS_TX_BYTES", bytes64),
		attr(4, "IFLA_VF_STATS_BROADCAST", u64),
		attr(5, "IFLA_VF_STATS_MULTICAST", u64),
		attr(6, "IFLA_VF_STATS_PAD", padAt),
		attr(7, "IFLA_VF_STATS_RX_DROPPED", u64),
		attr(8, "IFLA_VF_STATS_TX_DROPPED", u64),
	)
}

func iflaVFPort() *schema.Set {
	return set("IFLA_VF_PORT",
		unspec("IFLA_VF_PORT_UNSPEC"),
		attr(1, "IFLA_VF_PORT", nest(iflaPort())),
	)
}

func iflaPort() *schema.Set {
	return set("IFLA_PORT",
		unspec("IFLA_PORT_UNSPEC"),
		attr(1, "IFLA_PORT_VF", s32), // PORT_SELF_VF is -1
		attr(2, "IFLA_PORT_PROFILE", str),
		attr(3, "IFLA_PORT_VSI_TYPE", structOf(record("ifla_port_vsi",
			field("vsi_mgr_id", u8), field("vsi_type_id", sized(opaque, 3)),
			field("vsi_type_version", u8), padding("pad", 3)))),
		attr(4, "IFLA_PORT_INSTANCE_UUID", custom(portUUID)),
		attr(5, "IFLA_PORT_HOST_UUID", custom(portUUID)),
		attr(6, "IFLA_PORT_REQUEST", named(u8, portRequest)),
		attr(7, "IFLA_PORT_RESPONSE", named(u16, portResponse)),
	)
}

// portUUID renders PORT_UUID_MAX bytes as UUIDs are written.
func portUUID(b []byte, _ bool) (string, bool) {
	if len(b) != 16 {
		return "", false
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), true
}
