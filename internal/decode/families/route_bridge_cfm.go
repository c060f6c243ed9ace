// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Connectivity Fault Management on a bridge: linux/if_bridge.h,
// linux/cfm_bridge.h, net/bridge/br_cfm_netlink.c.

func iflaBridgeCFM() *schema.Set {
	mepCreate := nest(set("IFLA_BRIDGE_CFM_MEP_CREATE",
		unspec("IFLA_BRIDGE_CFM_MEP_CREATE_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_MEP_CREATE_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_MEP_CREATE_DOMAIN", named(u32, cfmDomain)),
		attr(3, "IFLA_BRIDGE_CFM_MEP_CREATE_DIRECTION", named(u32, cfmDirection)),
		attr(4, "IFLA_BRIDGE_CFM_MEP_CREATE_IFINDEX", ifindex)))
	mepDelete := nest(set("IFLA_BRIDGE_CFM_MEP_DELETE",
		unspec("IFLA_BRIDGE_CFM_MEP_DELETE_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_MEP_DELETE_INSTANCE", u32)))
	mepConfig := nest(set("IFLA_BRIDGE_CFM_MEP_CONFIG",
		unspec("IFLA_BRIDGE_CFM_MEP_CONFIG_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_MEP_CONFIG_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_MEP_CONFIG_UNICAST_MAC", hwaddr),
		attr(3, "IFLA_BRIDGE_CFM_MEP_CONFIG_MDLEVEL", u32),
		attr(4, "IFLA_BRIDGE_CFM_MEP_CONFIG_MEPID", u32)))
	ccConfig := nest(set("IFLA_BRIDGE_CFM_CC_CONFIG",
		unspec("IFLA_BRIDGE_CFM_CC_CONFIG_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_CC_CONFIG_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_CC_CONFIG_ENABLE", u32),
		attr(3, "IFLA_BRIDGE_CFM_CC_CONFIG_EXP_INTERVAL", named(u32, cfmInterval)),
		attr(4, "IFLA_BRIDGE_CFM_CC_CONFIG_EXP_MAID", opaque)))
	ccPeerMep := nest(set("IFLA_BRIDGE_CFM_CC_PEER_MEP",
		unspec("IFLA_BRIDGE_CFM_CC_PEER_MEP_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_CC_PEER_MEP_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_CC_PEER_MEPID", u32)))
	ccRdi := nest(set("IFLA_BRIDGE_CFM_CC_RDI",
		unspec("IFLA_BRIDGE_CFM_CC_RDI_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_CC_RDI_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_CC_RDI_RDI", u32)))
	ccCcmTx := nest(cfmCCMTx())
	return set("IFLA_BRIDGE_CFM",
		unspec("IFLA_BRIDGE_CFM_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_MEP_CREATE", mepCreate),
		attr(2, "IFLA_BRIDGE_CFM_MEP_DELETE", mepDelete),
		attr(3, "IFLA_BRIDGE_CFM_MEP_CONFIG", mepConfig),
		attr(4, "IFLA_BRIDGE_CFM_CC_CONFIG", ccConfig),
		attr(5, "IFLA_BRIDGE_CFM_CC_PEER_MEP_ADD", ccPeerMep),
		attr(6, "IFLA_BRIDGE_CFM_CC_PEER_MEP_REMOVE", ccPeerMep),
		attr(7, "IFLA_BRIDGE_CFM_CC_RDI", ccRdi),
		attr(8, "IFLA_BRIDGE_CFM_CC_CCM_TX", ccCcmTx),
		attr(9, "IFLA_BRIDGE_CFM_MEP_CREATE_INFO", mepCreate),
		attr(10, "IFLA_BRIDGE_CFM_MEP_CONFIG_INFO", mepConfig),
		attr(11, "IFLA_BRIDGE_CFM_CC_CONFIG_INFO", ccConfig),
		attr(12, "IFLA_BRIDGE_CFM_CC_RDI_INFO", ccRdi),
		attr(13, "IFLA_BRIDGE_CFM_CC_CCM_TX_INFO", ccCcmTx),
		attr(14, "IFLA_BRIDGE_CFM_CC_PEER_MEP_INFO", ccPeerMep),
		attr(15, "IFLA_BRIDGE_CFM_MEP_STATUS_INFO", nest(cfmMEPStatus())),
		attr(16, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_INFO", nest(cfmPeerStatus())),
	)
}

func cfmPeerStatus() *schema.Set {
	return set("IFLA_BRIDGE_CFM_CC_PEER_STATUS",
		unspec("IFLA_BRIDGE_CFM_CC_PEER_STATUS_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_PEER_MEPID", u32),
		attr(3, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_CCM_DEFECT", u32),
		attr(4, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_RDI", u32),
		attr(5, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_PORT_TLV_VALUE", u8),
		attr(6, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_IF_TLV_VALUE", u8),
		attr(7, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_SEEN", u32),
		attr(8, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_TLV_SEEN", u32),
		attr(9, "IFLA_BRIDGE_CFM_CC_PEER_STATUS_SEQ_UNEXP_SEEN", u32),
	)
}

func cfmCCMTx() *schema.Set {
	return set("IFLA_BRIDGE_CFM_CC_CCM_TX",
		unspec("IFLA_BRIDGE_CFM_CC_CCM_TX_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_CC_CCM_TX_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_CC_CCM_TX_DMAC", hwaddr),
		attr(3, "IFLA_BRIDGE_CFM_CC_CCM_TX_SEQ_NO_UPDATE", u32),
		attr(4, "IFLA_BRIDGE_CFM_CC_CCM_TX_PERIOD", seconds),
		attr(5, "IFLA_BRIDGE_CFM_CC_CCM_TX_IF_TLV", u32),
		attr(6, "IFLA_BRIDGE_CFM_CC_CCM_TX_IF_TLV_VALUE", u8),
		attr(7, "IFLA_BRIDGE_CFM_CC_CCM_TX_PORT_TLV", u32),
		attr(8, "IFLA_BRIDGE_CFM_CC_CCM_TX_PORT_TLV_VALUE", u8),
	)
}

func cfmMEPStatus() *schema.Set {
	return set("IFLA_BRIDGE_CFM_MEP_STATUS",
		unspec("IFLA_BRIDGE_CFM_MEP_STATUS_UNSPEC"),
		attr(1, "IFLA_BRIDGE_CFM_MEP_STATUS_INSTANCE", u32),
		attr(2, "IFLA_BRIDGE_CFM_MEP_STATUS_OPCODE_UNEXP_SEEN", u32),
		attr(3, "IFLA_BRIDGE_CFM_MEP_STATUS_VERSION_UNEXP_SEEN", u32),
		attr(4, "IFLA_BRIDGE_CFM_MEP_STATUS_RX_LEVEL_LOW_SEEN", u32),
	)
}

var (
	cfmDomain    = enum("br_cfm_domain", 0, "BR_CFM_PORT", "BR_CFM_VLAN")
	cfmDirection = enum("br_cfm_mep_direction", 0, "BR_CFM_MEP_DIRECTION_DOWN", "BR_CFM_MEP_DIRECTION_UP")
	cfmInterval  = enum("br_cfm_ccm_interval", 0,
		"BR_CFM_CCM_INTERVAL_NONE", "BR_CFM_CCM_INTERVAL_3_3_MS", "BR_CFM_CCM_INTERVAL_10_MS",
		"BR_CFM_CCM_INTERVAL_100_MS", "BR_CFM_CCM_INTERVAL_1_SEC", "BR_CFM_CCM_INTERVAL_10_SEC",
		"BR_CFM_CCM_INTERVAL_1_MIN", "BR_CFM_CCM_INTERVAL_10_MIN",
	)
)
