// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Statistics, power over Ethernet, RSS, PLCA, MAC merge, PHYs and signal
// quality: linux/ethtool_netlink.h, net/ethtool/*.c.

// ethtoolStatsGrp: what a number of a nest of statistics means depends on the
// group (stats_put_stats).
func ethtoolStatsGrp() *schema.Set {
	phy := nest(set("ETHTOOL_A_STATS_ETH_PHY",
		attrs(0, u64,
			"ETHTOOL_A_STATS_ETH_PHY_5_SYM_ERR",
		)...))
	mac := nest(set("ETHTOOL_A_STATS_ETH_MAC",
		attrs(0, u64,
			"ETHTOOL_A_STATS_ETH_MAC_2_TX_PKT",
			"ETHTOOL_A_STATS_ETH_MAC_3_SINGLE_COL",
			"ETHTOOL_A_STATS_ETH_MAC_4_MULTI_COL",
			"ETHTOOL_A_STATS_ETH_MAC_5_RX_PKT",
			"ETHTOOL_A_STATS_ETH_MAC_6_FCS_ERR",
			"ETHTOOL_A_STATS_ETH_MAC_7_ALIGN_ERR",
			"ETHTOOL_A_STATS_ETH_MAC_8_TX_BYTES",
			"ETHTOOL_A_STATS_ETH_MAC_9_TX_DEFER",
			"ETHTOOL_A_STATS_ETH_MAC_10_LATE_COL",
			"ETHTOOL_A_STATS_ETH_MAC_11_XS_COL",
			"ETHTOOL_A_STATS_ETH_MAC_12_TX_INT_ERR",
			"ETHTOOL_A_STATS_ETH_MAC_13_CS_ERR",
			"ETHTOOL_A_STATS_ETH_MAC_14_RX_BYTES",
			"ETHTOOL_A_STATS_ETH_MAC_15_RX_INT_ERR",
			"ETHTOOL_A_STATS_ETH_MAC_18_TX_MCAST",
			"ETHTOOL_A_STATS_ETH_MAC_19_TX_BCAST",
			"ETHTOOL_A_STATS_ETH_MAC_20_XS_DEFER",
			"ETHTOOL_A_STATS_ETH_MAC_21_RX_MCAST",
			"ETHTOOL_A_STATS_ETH_MAC_22_RX_BCAST",
			"ETHTOOL_A_STATS_ETH_MAC_23_IR_LEN_ERR",
			"ETHTOOL_A_STATS_ETH_MAC_24_OOR_LEN",
			"ETHTOOL_A_STATS_ETH_MAC_25_TOO_LONG_ERR",
		)...))
	ctrl := nest(set("ETHTOOL_A_STATS_ETH_CTRL",
		attrs(0, u64,
			"ETHTOOL_A_STATS_ETH_CTRL_3_TX",
			"ETHTOOL_A_STATS_ETH_CTRL_4_RX",
			"ETHTOOL_A_STATS_ETH_CTRL_5_RX_UNSUP",
		)...))
	rmon := nest(set("ETHTOOL_A_STATS_RMON",
		attrs(0, u64,
			"ETHTOOL_A_STATS_RMON_UNDERSIZE",
			"ETHTOOL_A_STATS_RMON_OVERSIZE",
			"ETHTOOL_A_STATS_RMON_FRAG",
			"ETHTOOL_A_STATS_RMON_JABBER",
		)...))
	phydev := nest(set("ETHTOOL_A_STATS_PHY", attrs(0, u64,
		"ETHTOOL_A_STATS_PHY_RX_PKTS", "ETHTOOL_A_STATS_PHY_RX_BYTES", "ETHTOOL_A_STATS_PHY_RX_ERRORS",
		"ETHTOOL_A_STATS_PHY_TX_PKTS", "ETHTOOL_A_STATS_PHY_TX_BYTES", "ETHTOOL_A_STATS_PHY_TX_ERRORS",
	)...))
	grp := set("ETHTOOL_A_STATS_GRP")
	grp.Attrs = []schema.Attr{
		unspec("ETHTOOL_A_STATS_GRP_UNSPEC"),
		attr(1, "ETHTOOL_A_STATS_GRP_PAD", padAt),
		attr(2, "ETHTOOL_A_STATS_GRP_ID", named(u32, ethtoolStatsGroup)),
		attr(3, "ETHTOOL_A_STATS_GRP_SS_ID", named(u32, ethtoolStringset)),
		attr(4, "ETHTOOL_A_STATS_GRP_STAT", by("ETHTOOL_A_STATS_GRP_ID", array(u64), map[string]schema.Type{
			"ETHTOOL_STATS_ETH_PHY":  phy,
			"ETHTOOL_STATS_ETH_MAC":  mac,
			"ETHTOOL_STATS_ETH_CTRL": ctrl,
			"ETHTOOL_STATS_RMON":     rmon,
			"ETHTOOL_STATS_PHY":      phydev,
		})),
		attr(5, "ETHTOOL_A_STATS_GRP_HIST_RX", nest(grp)),
		attr(6, "ETHTOOL_A_STATS_GRP_HIST_TX", nest(grp)),
		attr(7, "ETHTOOL_A_STATS_GRP_HIST_BKT_LOW", u32),
		attr(8, "ETHTOOL_A_STATS_GRP_HIST_BKT_HI", u32),
		attr(9, "ETHTOOL_A_STATS_GRP_HIST_VAL", u64),
	}
	return grp
}

func ethtoolStats(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_STATS",
		unspec("ETHTOOL_A_STATS_UNSPEC"),
		attr(1, "ETHTOOL_A_STATS_PAD", padAt),
		attr(2, "ETHTOOL_A_STATS_HEADER", hdr),
		attr(3, "ETHTOOL_A_STATS_GROUPS", ethtoolBits(ethtoolStatsGroup, ethtoolStatsGroups)),
		attr(4, "ETHTOOL_A_STATS_GRP", nest(ethtoolStatsGrp())),
		attr(5, "ETHTOOL_A_STATS_SRC", named(u32, ethtoolStatsSrc)),
	)
}

// Power is in milliwatts (net/ethtool/pse-pd.c).
func ethtoolPse(hdr schema.Type) *schema.Set {
	substate := by("ETHTOOL_A_C33_PSE_EXT_STATE", u32, map[string]schema.Type{
		"ETHTOOL_C33_PSE_EXT_STATE_ERROR_CONDITION":     named(u32, ethtoolPseSubstateError),
		"ETHTOOL_C33_PSE_EXT_STATE_MR_MPS_VALID":        named(u32, ethtoolPseSubstateMps),
		"ETHTOOL_C33_PSE_EXT_STATE_MR_PSE_ENABLE":       named(u32, ethtoolPseSubstateEnable),
		"ETHTOOL_C33_PSE_EXT_STATE_OPTION_DETECT_TED":   named(u32, ethtoolPseSubstateDetect),
		"ETHTOOL_C33_PSE_EXT_STATE_OPTION_VPORT_LIM":    named(u32, ethtoolPseSubstateVport),
		"ETHTOOL_C33_PSE_EXT_STATE_OVLD_DETECTED":       named(u32, ethtoolPseSubstateOverload),
		"ETHTOOL_C33_PSE_EXT_STATE_POWER_NOT_AVAILABLE": named(u32, ethtoolPseSubstatePower),
		"ETHTOOL_C33_PSE_EXT_STATE_SHORT_DETECTED":      named(u32, ethtoolPseSubstateShort),
	})
	limits := set("ETHTOOL_A_C33_PSE_PW_LIMIT",
		unspec("ETHTOOL_A_C33_PSE_PW_LIMIT_UNSPEC"),
		attr(1, "ETHTOOL_A_C33_PSE_PW_LIMIT_MIN", u32),
		attr(2, "ETHTOOL_A_C33_PSE_PW_LIMIT_MAX", u32),
	)
	return set("ETHTOOL_A_PSE",
		unspec("ETHTOOL_A_PSE_UNSPEC"),
		attr(1, "ETHTOOL_A_PSE_HEADER", hdr),
		attr(2, "ETHTOOL_A_PODL_PSE_ADMIN_STATE", named(u32, ethtoolPodlAdmin)),
		attr(3, "ETHTOOL_A_PODL_PSE_ADMIN_CONTROL", named(u32, ethtoolPodlAdmin)),
		attr(4, "ETHTOOL_A_PODL_PSE_PW_D_STATUS", named(u32, ethtoolPodlPower)),
		attr(5, "ETHTOOL_A_C33_PSE_ADMIN_STATE", named(u32, ethtoolC33Admin)),
		attr(6, "ETHTOOL_A_C33_PSE_ADMIN_CONTROL", named(u32, ethtoolC33Admin)),
		attr(7, "ETHTOOL_A_C33_PSE_PW_D_STATUS", named(u32, ethtoolC33Power)),
		attr(8, "ETHTOOL_A_C33_PSE_PW_CLASS", u32),
		attr(9, "ETHTOOL_A_C33_PSE_ACTUAL_PW", u32),
		attr(10, "ETHTOOL_A_C33_PSE_EXT_STATE", named(u32, ethtoolPseExtState)),
		attr(11, "ETHTOOL_A_C33_PSE_EXT_SUBSTATE", substate),
		attr(12, "ETHTOOL_A_C33_PSE_AVAIL_PW_LIMIT", u32),
		attr(13, "ETHTOOL_A_C33_PSE_PW_LIMIT_RANGES", nest(limits)),
		attr(14, "ETHTOOL_A_PSE_PW_D_ID", u32),
		attr(15, "ETHTOOL_A_PSE_PRIO_MAX", u32),
		attr(16, "ETHTOOL_A_PSE_PRIO", u32),
	)
}

func ethtoolPseNtf(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_PSE_NTF",
		attr(1, "ETHTOOL_A_PSE_NTF_HEADER", hdr),
		attr(2, "ETHTOOL_A_PSE_NTF_EVENTS", named(anyUint, ethtoolPseEvent)),
	)
}

// ethtoolFlow: which parts of a packet the hash is over, by kind of flow.
func ethtoolFlow() *schema.Set {
	return set("ETHTOOL_A_FLOW", attrs(1, named(anyUint, ethtoolRxh),
		"ETHTOOL_A_FLOW_ETHER", "ETHTOOL_A_FLOW_IP4", "ETHTOOL_A_FLOW_IP6", "ETHTOOL_A_FLOW_TCP4",
		"ETHTOOL_A_FLOW_TCP6", "ETHTOOL_A_FLOW_UDP4", "ETHTOOL_A_FLOW_UDP6", "ETHTOOL_A_FLOW_SCTP4",
		"ETHTOOL_A_FLOW_SCTP6", "ETHTOOL_A_FLOW_AH4", "ETHTOOL_A_FLOW_AH6", "ETHTOOL_A_FLOW_ESP4",
		"ETHTOOL_A_FLOW_ESP6", "ETHTOOL_A_FLOW_AH_ESP4", "ETHTOOL_A_FLOW_AH_ESP6", "ETHTOOL_A_FLOW_GTPU4",
		"ETHTOOL_A_FLOW_GTPU6", "ETHTOOL_A_FLOW_GTPC4", "ETHTOOL_A_FLOW_GTPC6", "ETHTOOL_A_FLOW_GTPC_TEID4",
		"ETHTOOL_A_FLOW_GTPC_TEID6", "ETHTOOL_A_FLOW_GTPU_EH4", "ETHTOOL_A_FLOW_GTPU_EH6", "ETHTOOL_A_FLOW_GTPU_UL4",
		"ETHTOOL_A_FLOW_GTPU_UL6", "ETHTOOL_A_FLOW_GTPU_DL4", "ETHTOOL_A_FLOW_GTPU_DL6",
	)...)
}

func ethtoolRss(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_RSS",
		unspec("ETHTOOL_A_RSS_UNSPEC"),
		attr(1, "ETHTOOL_A_RSS_HEADER", hdr),
		attr(2, "ETHTOOL_A_RSS_CONTEXT", u32),
		attr(3, "ETHTOOL_A_RSS_HFUNC", named(u32, ethtoolRssHash)),
		attr(4, "ETHTOOL_A_RSS_INDIR", packed(u32)),
		attr(5, "ETHTOOL_A_RSS_HKEY", secret(opaque, schema.Token)),
		attr(6, "ETHTOOL_A_RSS_INPUT_XFRM", named(u32, ethtoolRxhXfrm)),
		attr(7, "ETHTOOL_A_RSS_START_CONTEXT", u32),
		attr(8, "ETHTOOL_A_RSS_FLOW_HASH", nest(ethtoolFlow())),
	)
}

func ethtoolPlca(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_PLCA",
		unspec("ETHTOOL_A_PLCA_UNSPEC"),
		attr(1, "ETHTOOL_A_PLCA_HEADER", hdr),
		attr(2, "ETHTOOL_A_PLCA_VERSION", hex16),
		attr(3, "ETHTOOL_A_PLCA_ENABLED", u8),
		attr(4, "ETHTOOL_A_PLCA_STATUS", u8),
		attr(5, "ETHTOOL_A_PLCA_NODE_CNT", u32),
		attr(6, "ETHTOOL_A_PLCA_NODE_ID", u32),
		attr(7, "ETHTOOL_A_PLCA_TO_TMR", u32),
		attr(8, "ETHTOOL_A_PLCA_BURST_CNT", u32),
		attr(9, "ETHTOOL_A_PLCA_BURST_TMR", u32),
	)
}

func ethtoolMMStat() *schema.Set {
	return set("ETHTOOL_A_MM_STAT",
		unspec("ETHTOOL_A_MM_STAT_UNSPEC"),
		attr(1, "ETHTOOL_A_MM_STAT_PAD", padAt),
		attr(2, "ETHTOOL_A_MM_STAT_REASSEMBLY_ERRORS", u64),
		attr(3, "ETHTOOL_A_MM_STAT_SMD_ERRORS", u64),
		attr(4, "ETHTOOL_A_MM_STAT_REASSEMBLY_OK", u64),
		attr(5, "ETHTOOL_A_MM_STAT_RX_FRAG_COUNT", u64),
		attr(6, "ETHTOOL_A_MM_STAT_TX_FRAG_COUNT", u64),
		attr(7, "ETHTOOL_A_MM_STAT_HOLD_COUNT", u64),
	)
}

func ethtoolMM(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_MM",
		unspec("ETHTOOL_A_MM_UNSPEC"),
		attr(1, "ETHTOOL_A_MM_HEADER", hdr),
		attr(2, "ETHTOOL_A_MM_PMAC_ENABLED", u8),
		attr(3, "ETHTOOL_A_MM_TX_ENABLED", u8),
		attr(4, "ETHTOOL_A_MM_TX_ACTIVE", u8),
		attr(5, "ETHTOOL_A_MM_TX_MIN_FRAG_SIZE", bytes32),
		attr(6, "ETHTOOL_A_MM_RX_MIN_FRAG_SIZE", bytes32),
		attr(7, "ETHTOOL_A_MM_VERIFY_ENABLED", u8),
		attr(8, "ETHTOOL_A_MM_VERIFY_STATUS", named(u8, ethtoolMMVerify)),
		attr(9, "ETHTOOL_A_MM_VERIFY_TIME", millis),
		attr(10, "ETHTOOL_A_MM_MAX_VERIFY_TIME", millis),
		attr(11, "ETHTOOL_A_MM_STATS", nest(ethtoolMMStat())),
	)
}

func ethtoolPhy(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_PHY",
		unspec("ETHTOOL_A_PHY_UNSPEC"),
		attr(1, "ETHTOOL_A_PHY_HEADER", hdr),
		attr(2, "ETHTOOL_A_PHY_INDEX", u32),
		attr(3, "ETHTOOL_A_PHY_DRVNAME", str),
		attr(4, "ETHTOOL_A_PHY_NAME", str),
		attr(5, "ETHTOOL_A_PHY_UPSTREAM_TYPE", named(u32, ethtoolPhyUpstream)),
		attr(6, "ETHTOOL_A_PHY_UPSTREAM_INDEX", u32),
		attr(7, "ETHTOOL_A_PHY_UPSTREAM_SFP_NAME", str),
		attr(8, "ETHTOOL_A_PHY_DOWNSTREAM_SFP_NAME", str),
	)
}

// Mean square error of the signal, as PHYs measure it.
func ethtoolMse(hdr schema.Type) *schema.Set {
	capabilities := set("ETHTOOL_A_MSE_CAPABILITIES", attrs(1, anyUint,
		"ETHTOOL_A_MSE_CAPABILITIES_MAX_AVERAGE_MSE", "ETHTOOL_A_MSE_CAPABILITIES_MAX_PEAK_MSE",
		"ETHTOOL_A_MSE_CAPABILITIES_REFRESH_RATE_PS", "ETHTOOL_A_MSE_CAPABILITIES_NUM_SYMBOLS")...)
	snapshot := set("ETHTOOL_A_MSE_SNAPSHOT", attrs(1, anyUint,
		"ETHTOOL_A_MSE_SNAPSHOT_AVERAGE_MSE", "ETHTOOL_A_MSE_SNAPSHOT_PEAK_MSE",
		"ETHTOOL_A_MSE_SNAPSHOT_WORST_PEAK_MSE")...)
	return set("ETHTOOL_A_MSE", append([]schema.Attr{
		attr(1, "ETHTOOL_A_MSE_HEADER", hdr),
		attr(2, "ETHTOOL_A_MSE_CAPABILITIES", nest(capabilities)),
	}, attrs(3, nest(snapshot),
		"ETHTOOL_A_MSE_CHANNEL_A", "ETHTOOL_A_MSE_CHANNEL_B", "ETHTOOL_A_MSE_CHANNEL_C",
		"ETHTOOL_A_MSE_CHANNEL_D", "ETHTOOL_A_MSE_WORST_CHANNEL", "ETHTOOL_A_MSE_LINK")...)...)
}
