// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Nested attribute sets of linux/nl80211.h: rate, station, statistics, mesh paths
// (net/wireless/nl80211.c).

// nl80211IfTypeFlags is a nest with an attribute for each interface type.
func nl80211IfTypeFlags(t schema.Type) *schema.Set {
	return set("NL80211_IFTYPE",
		attr(0, "NL80211_IFTYPE_UNSPECIFIED", t),
		attr(1, "NL80211_IFTYPE_ADHOC", t),
		attr(2, "NL80211_IFTYPE_STATION", t),
		attr(3, "NL80211_IFTYPE_AP", t),
		attr(4, "NL80211_IFTYPE_AP_VLAN", t),
		attr(5, "NL80211_IFTYPE_WDS", t),
		attr(6, "NL80211_IFTYPE_MONITOR", t),
		attr(7, "NL80211_IFTYPE_MESH_POINT", t),
		attr(8, "NL80211_IFTYPE_P2P_CLIENT", t),
		attr(9, "NL80211_IFTYPE_P2P_GO", t),
		attr(10, "NL80211_IFTYPE_P2P_DEVICE", t),
		attr(11, "NL80211_IFTYPE_OCB", t),
		attr(12, "NL80211_IFTYPE_NAN", t),
		attr(13, "NL80211_IFTYPE_NAN_DATA", t),
		attr(14, "NL80211_IFTYPE_PD", t),
	)
}

func nl80211StaFlags() *schema.Set {
	return set("NL80211_STA_FLAG",
		attr(1, "NL80211_STA_FLAG_AUTHORIZED", flag),
		attr(2, "NL80211_STA_FLAG_SHORT_PREAMBLE", flag),
		attr(3, "NL80211_STA_FLAG_WME", flag),
		attr(4, "NL80211_STA_FLAG_MFP", flag),
		attr(5, "NL80211_STA_FLAG_AUTHENTICATED", flag),
		attr(6, "NL80211_STA_FLAG_TDLS_PEER", flag),
		attr(7, "NL80211_STA_FLAG_ASSOCIATED", flag),
		attr(8, "NL80211_STA_FLAG_SPP_AMSDU", flag),
	)
}

// nl80211_put_sta_rate
func nl80211RateInfo() *schema.Set {
	return set("NL80211_RATE_INFO",
		attr(1, "NL80211_RATE_INFO_BITRATE", nl80211Rate16),
		attr(2, "NL80211_RATE_INFO_MCS", u8),
		attr(3, "NL80211_RATE_INFO_40_MHZ_WIDTH", flag),
		attr(4, "NL80211_RATE_INFO_SHORT_GI", flag),
		attr(5, "NL80211_RATE_INFO_BITRATE32", nl80211Rate32),
		attr(6, "NL80211_RATE_INFO_VHT_MCS", u8),
		attr(7, "NL80211_RATE_INFO_VHT_NSS", u8),
		attr(8, "NL80211_RATE_INFO_80_MHZ_WIDTH", flag),
		attr(9, "NL80211_RATE_INFO_80P80_MHZ_WIDTH", flag),
		attr(10, "NL80211_RATE_INFO_160_MHZ_WIDTH", flag),
		attr(11, "NL80211_RATE_INFO_10_MHZ_WIDTH", flag),
		attr(12, "NL80211_RATE_INFO_5_MHZ_WIDTH", flag),
		attr(13, "NL80211_RATE_INFO_HE_MCS", u8),
		attr(14, "NL80211_RATE_INFO_HE_NSS", u8),
		attr(15, "NL80211_RATE_INFO_HE_GI", named(u8, nl80211HEGI)),
		attr(16, "NL80211_RATE_INFO_HE_DCM", u8),
		attr(17, "NL80211_RATE_INFO_HE_RU_ALLOC", named(u8, nl80211HERU)),
		attr(18, "NL80211_RATE_INFO_320_MHZ_WIDTH", flag),
		attr(19, "NL80211_RATE_INFO_EHT_MCS", u8),
		attr(20, "NL80211_RATE_INFO_EHT_NSS", u8),
		attr(21, "NL80211_RATE_INFO_EHT_GI", named(u8, nl80211EHTGI)),
		attr(22, "NL80211_RATE_INFO_EHT_RU_ALLOC", named(u8, nl80211EHTRU)),
		attr(23, "NL80211_RATE_INFO_S1G_MCS", u8),
		attr(24, "NL80211_RATE_INFO_S1G_NSS", u8),
		attr(25, "NL80211_RATE_INFO_1_MHZ_WIDTH", flag),
		attr(26, "NL80211_RATE_INFO_2_MHZ_WIDTH", flag),
		attr(27, "NL80211_RATE_INFO_4_MHZ_WIDTH", flag),
		attr(28, "NL80211_RATE_INFO_8_MHZ_WIDTH", flag),
		attr(29, "NL80211_RATE_INFO_16_MHZ_WIDTH", flag),
		attr(30, "NL80211_RATE_INFO_UHR_MCS", u8),
		attr(31, "NL80211_RATE_INFO_UHR_ELR", flag),
		attr(32, "NL80211_RATE_INFO_UHR_IM", flag),
	)
}

func nl80211StaBSSParam() *schema.Set {
	return set("NL80211_STA_BSS_PARAM",
		attr(1, "NL80211_STA_BSS_PARAM_CTS_PROT", flag),
		attr(2, "NL80211_STA_BSS_PARAM_SHORT_PREAMBLE", flag),
		attr(3, "NL80211_STA_BSS_PARAM_SHORT_SLOT_TIME", flag),
		attr(4, "NL80211_STA_BSS_PARAM_DTIM_PERIOD", u8),
		attr(5, "NL80211_STA_BSS_PARAM_BEACON_INTERVAL", nl80211TU16),
	)
}

// nl80211_send_station
func nl80211StaInfo() *schema.Set {
	return set("NL80211_STA_INFO",
		attr(1, "NL80211_STA_INFO_INACTIVE_TIME", millis),
		attr(2, "NL80211_STA_INFO_RX_BYTES", bytes32),
		attr(3, "NL80211_STA_INFO_TX_BYTES", bytes32),
		attr(4, "NL80211_STA_INFO_LLID", u16),
		attr(5, "NL80211_STA_INFO_PLID", u16),
		attr(6, "NL80211_STA_INFO_PLINK_STATE", named(u8, nl80211PlinkState)),
		attr(7, "NL80211_STA_INFO_SIGNAL", nl80211DBm8),
		attr(8, "NL80211_STA_INFO_TX_BITRATE", nest(nl80211RateInfo())),
		attr(9, "NL80211_STA_INFO_RX_PACKETS", u32),
		attr(10, "NL80211_STA_INFO_TX_PACKETS", u32),
		attr(11, "NL80211_STA_INFO_TX_RETRIES", u32),
		attr(12, "NL80211_STA_INFO_TX_FAILED", u32),
		attr(13, "NL80211_STA_INFO_SIGNAL_AVG", nl80211DBm8),
		attr(14, "NL80211_STA_INFO_RX_BITRATE", nest(nl80211RateInfo())),
		attr(15, "NL80211_STA_INFO_BSS_PARAM", nest(nl80211StaBSSParam())),
		attr(16, "NL80211_STA_INFO_CONNECTED_TIME", seconds),
		attr(17, "NL80211_STA_INFO_STA_FLAGS", nl80211StaFlagUpdate()),
		attr(18, "NL80211_STA_INFO_BEACON_LOSS", u32),
		attr(19, "NL80211_STA_INFO_T_OFFSET", hinted(nl80211S64, schema.Micros)),
		attr(20, "NL80211_STA_INFO_LOCAL_PM", named(u32, nl80211MeshPower)),
		attr(21, "NL80211_STA_INFO_PEER_PM", named(u32, nl80211MeshPower)),
		attr(22, "NL80211_STA_INFO_NONPEER_PM", named(u32, nl80211MeshPower)),
		attr(23, "NL80211_STA_INFO_RX_BYTES64", bytes64),
		attr(24, "NL80211_STA_INFO_TX_BYTES64", bytes64),
		attr(25, "NL80211_STA_INFO_CHAIN_SIGNAL", array(nl80211DBm8)),
		attr(26, "NL80211_STA_INFO_CHAIN_SIGNAL_AVG", array(nl80211DBm8)),
		attr(27, "NL80211_STA_INFO_EXPECTED_THROUGHPUT", nl80211KBit),
		attr(28, "NL80211_STA_INFO_RX_DROP_MISC", u64),
		attr(29, "NL80211_STA_INFO_BEACON_RX", u64),
		attr(30, "NL80211_STA_INFO_BEACON_SIGNAL_AVG", nl80211DBm8),
		attr(31, "NL80211_STA_INFO_TID_STATS", array(nest(nl80211TIDStats()))),
		attr(32, "NL80211_STA_INFO_RX_DURATION", hinted(u64, schema.Micros)),
		attr(33, "NL80211_STA_INFO_PAD", padAt),
		attr(34, "NL80211_STA_INFO_ACK_SIGNAL", nl80211DBm8),
		attr(35, "NL80211_STA_INFO_ACK_SIGNAL_AVG", nl80211DBm8),
		attr(36, "NL80211_STA_INFO_RX_MPDUS", u32),
		attr(37, "NL80211_STA_INFO_FCS_ERROR_COUNT", u32),
		attr(38, "NL80211_STA_INFO_CONNECTED_TO_GATE", u8),
		attr(39, "NL80211_STA_INFO_TX_DURATION", hinted(u64, schema.Micros)),
		attr(40, "NL80211_STA_INFO_AIRTIME_WEIGHT", u16),
		attr(41, "NL80211_STA_INFO_AIRTIME_LINK_METRIC", u32),
		attr(42, "NL80211_STA_INFO_ASSOC_AT_BOOTTIME", hinted(u64, schema.Nanos)),
		attr(43, "NL80211_STA_INFO_CONNECTED_TO_AS", u8),
	)
}

func nl80211TIDStats() *schema.Set {
	return set("NL80211_TID_STATS",
		attr(1, "NL80211_TID_STATS_RX_MSDU", u64),
		attr(2, "NL80211_TID_STATS_TX_MSDU", u64),
		attr(3, "NL80211_TID_STATS_TX_MSDU_RETRIES", u64),
		attr(4, "NL80211_TID_STATS_TX_MSDU_FAILED", u64),
		attr(5, "NL80211_TID_STATS_PAD", padAt),
		attr(6, "NL80211_TID_STATS_TXQ_STATS", nest(nl80211TXQStats())),
	)
}

func nl80211TXQStats() *schema.Set {
	return set("NL80211_TXQ_STATS",
		attr(1, "NL80211_TXQ_STATS_BACKLOG_BYTES", bytes32),
		attr(2, "NL80211_TXQ_STATS_BACKLOG_PACKETS", u32),
		attr(3, "NL80211_TXQ_STATS_FLOWS", u32),
		attr(4, "NL80211_TXQ_STATS_DROPS", u32),
		attr(5, "NL80211_TXQ_STATS_ECN_MARKS", u32),
		attr(6, "NL80211_TXQ_STATS_OVERLIMIT", u32),
		attr(7, "NL80211_TXQ_STATS_OVERMEMORY", u32),
		attr(8, "NL80211_TXQ_STATS_COLLISIONS", u32),
		attr(9, "NL80211_TXQ_STATS_TX_BYTES", bytes32),
		attr(10, "NL80211_TXQ_STATS_TX_PACKETS", u32),
		attr(11, "NL80211_TXQ_STATS_MAX_FLOWS", u32),
	)
}

func nl80211MpathInfo() *schema.Set {
	return set("NL80211_MPATH_INFO",
		attr(1, "NL80211_MPATH_INFO_FRAME_QLEN", u32),
		attr(2, "NL80211_MPATH_INFO_SN", u32),
		attr(3, "NL80211_MPATH_INFO_METRIC", u32),
		attr(4, "NL80211_MPATH_INFO_EXPTIME", millis),
		attr(5, "NL80211_MPATH_INFO_FLAGS", named(u8, nl80211MpathFlags)),
		attr(6, "NL80211_MPATH_INFO_DISCOVERY_TIMEOUT", millis),
		attr(7, "NL80211_MPATH_INFO_DISCOVERY_RETRIES", u8),
		attr(8, "NL80211_MPATH_INFO_HOP_COUNT", u8),
		attr(9, "NL80211_MPATH_INFO_PATH_CHANGE", u32),
	)
}
