// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Nested attribute sets of linux/nl80211.h: bands, frequencies, regulatory rules, scans, mesh, keys
// (net/wireless/nl80211.c).

func nl80211BandIfType() *schema.Set {
	return set("NL80211_BAND_IFTYPE_ATTR",
		attr(1, "NL80211_BAND_IFTYPE_ATTR_IFTYPES", nest(nl80211IfTypeFlags(flag))),
		attr(2, "NL80211_BAND_IFTYPE_ATTR_HE_CAP_MAC", opaque),
		attr(3, "NL80211_BAND_IFTYPE_ATTR_HE_CAP_PHY", opaque),
		attr(4, "NL80211_BAND_IFTYPE_ATTR_HE_CAP_MCS_SET", opaque),
		attr(5, "NL80211_BAND_IFTYPE_ATTR_HE_CAP_PPE", opaque),
		attr(6, "NL80211_BAND_IFTYPE_ATTR_HE_6GHZ_CAPA", hinted(schema.Type{Kind: schema.U16, Little: true}, schema.Hex)),
		attr(7, "NL80211_BAND_IFTYPE_ATTR_VENDOR_ELEMS", nl80211Elements),
		attr(8, "NL80211_BAND_IFTYPE_ATTR_EHT_CAP_MAC", opaque),
		attr(9, "NL80211_BAND_IFTYPE_ATTR_EHT_CAP_PHY", opaque),
		attr(10, "NL80211_BAND_IFTYPE_ATTR_EHT_CAP_MCS_SET", opaque),
		attr(11, "NL80211_BAND_IFTYPE_ATTR_EHT_CAP_PPE", opaque),
		attr(12, "NL80211_BAND_IFTYPE_ATTR_UHR_CAP_MAC", opaque),
		attr(13, "NL80211_BAND_IFTYPE_ATTR_UHR_CAP_PHY", opaque),
	)
}

// nl80211_send_band_rateinfo
func nl80211BandAttr() *schema.Set {
	return set("NL80211_BAND_ATTR",
		attr(1, "NL80211_BAND_ATTR_FREQS", array(nest(nl80211Frequency()))),
		attr(2, "NL80211_BAND_ATTR_RATES", array(nest(nl80211Bitrate()))),
		attr(3, "NL80211_BAND_ATTR_HT_MCS_SET", nl80211HTMCS),
		attr(4, "NL80211_BAND_ATTR_HT_CAPA", named(u16, nl80211HTCap)),
		attr(5, "NL80211_BAND_ATTR_HT_AMPDU_FACTOR", u8),
		attr(6, "NL80211_BAND_ATTR_HT_AMPDU_DENSITY", u8),
		attr(7, "NL80211_BAND_ATTR_VHT_MCS_SET", nl80211VHTMCS),
		attr(8, "NL80211_BAND_ATTR_VHT_CAPA", named(u32, nl80211VHTCap)),
		attr(9, "NL80211_BAND_ATTR_IFTYPE_DATA", array(nest(nl80211BandIfType()))),
		attr(10, "NL80211_BAND_ATTR_EDMG_CHANNELS", hex8),
		attr(11, "NL80211_BAND_ATTR_EDMG_BW_CONFIG", u8),
		attr(12, "NL80211_BAND_ATTR_S1G_MCS_NSS_SET", opaque),
		attr(13, "NL80211_BAND_ATTR_S1G_CAPA", opaque),
	)
}

// nl80211Bands is a nest by band.
func nl80211Bands() *schema.Set {
	return set("NL80211_BAND",
		attr(0, "NL80211_BAND_2GHZ", nest(nl80211BandAttr())),
		attr(1, "NL80211_BAND_5GHZ", nest(nl80211BandAttr())),
		attr(2, "NL80211_BAND_60GHZ", nest(nl80211BandAttr())),
		attr(3, "NL80211_BAND_6GHZ", nest(nl80211BandAttr())),
		attr(4, "NL80211_BAND_S1GHZ", nest(nl80211BandAttr())),
		attr(5, "NL80211_BAND_LC", nest(nl80211BandAttr())),
	)
}

// nl80211BandsOf is a nest by band of one type.
func nl80211BandsOf(t schema.Type) *schema.Set {
	return set("NL80211_BAND",
		attr(0, "NL80211_BAND_2GHZ", t),
		attr(1, "NL80211_BAND_5GHZ", t),
		attr(2, "NL80211_BAND_60GHZ", t),
		attr(3, "NL80211_BAND_6GHZ", t),
		attr(4, "NL80211_BAND_S1GHZ", t),
		attr(5, "NL80211_BAND_LC", t),
	)
}

func nl80211WMMR() *schema.Set {
	return set("NL80211_WMMR",
		attr(1, "NL80211_WMMR_CW_MIN", u16),
		attr(2, "NL80211_WMMR_CW_MAX", u16),
		attr(3, "NL80211_WMMR_AIFSN", u8),
		attr(4, "NL80211_WMMR_TXOP", u16),
	)
}

// nl80211_msg_put_channel
func nl80211Frequency() *schema.Set {
	return set("NL80211_FREQUENCY_ATTR",
		attr(1, "NL80211_FREQUENCY_ATTR_FREQ", nl80211MHz),
		attr(2, "NL80211_FREQUENCY_ATTR_DISABLED", flag),
		attr(3, "NL80211_FREQUENCY_ATTR_NO_IR", flag),
		attr(4, "__NL80211_FREQUENCY_ATTR_NO_IBSS", flag),
		attr(5, "NL80211_FREQUENCY_ATTR_RADAR", flag),
		attr(6, "NL80211_FREQUENCY_ATTR_MAX_TX_POWER", nl80211MBm),
		attr(7, "NL80211_FREQUENCY_ATTR_DFS_STATE", named(u32, nl80211DFSState)),
		attr(8, "NL80211_FREQUENCY_ATTR_DFS_TIME", millis),
		attr(9, "NL80211_FREQUENCY_ATTR_NO_HT40_MINUS", flag),
		attr(10, "NL80211_FREQUENCY_ATTR_NO_HT40_PLUS", flag),
		attr(11, "NL80211_FREQUENCY_ATTR_NO_80MHZ", flag),
		attr(12, "NL80211_FREQUENCY_ATTR_NO_160MHZ", flag),
		attr(13, "NL80211_FREQUENCY_ATTR_DFS_CAC_TIME", millis),
		attr(14, "NL80211_FREQUENCY_ATTR_INDOOR_ONLY", flag),
		attr(15, "NL80211_FREQUENCY_ATTR_IR_CONCURRENT", flag),
		attr(16, "NL80211_FREQUENCY_ATTR_NO_20MHZ", flag),
		attr(17, "NL80211_FREQUENCY_ATTR_NO_10MHZ", flag),
		attr(18, "NL80211_FREQUENCY_ATTR_WMM", array(nest(nl80211WMMR()))),
		attr(19, "NL80211_FREQUENCY_ATTR_NO_HE", flag),
		attr(20, "NL80211_FREQUENCY_ATTR_OFFSET", nl80211KHz),
		attr(21, "NL80211_FREQUENCY_ATTR_1MHZ", flag),
		attr(22, "NL80211_FREQUENCY_ATTR_2MHZ", flag),
		attr(23, "NL80211_FREQUENCY_ATTR_4MHZ", flag),
		attr(24, "NL80211_FREQUENCY_ATTR_8MHZ", flag),
		attr(25, "NL80211_FREQUENCY_ATTR_16MHZ", flag),
		attr(26, "NL80211_FREQUENCY_ATTR_NO_320MHZ", flag),
		attr(27, "NL80211_FREQUENCY_ATTR_NO_EHT", flag),
		attr(28, "NL80211_FREQUENCY_ATTR_PSD", nl80211DBm8),
		attr(29, "NL80211_FREQUENCY_ATTR_DFS_CONCURRENT", flag),
		attr(30, "NL80211_FREQUENCY_ATTR_NO_6GHZ_VLP_CLIENT", flag),
		attr(31, "NL80211_FREQUENCY_ATTR_NO_6GHZ_AFC_CLIENT", flag),
		attr(32, "NL80211_FREQUENCY_ATTR_CAN_MONITOR", flag),
		attr(33, "NL80211_FREQUENCY_ATTR_ALLOW_6GHZ_VLP_AP", flag),
		attr(34, "NL80211_FREQUENCY_ATTR_ALLOW_20MHZ_ACTIVITY", flag),
		attr(35, "NL80211_FREQUENCY_ATTR_NO_4MHZ", flag),
		attr(36, "NL80211_FREQUENCY_ATTR_NO_8MHZ", flag),
		attr(37, "NL80211_FREQUENCY_ATTR_NO_16MHZ", flag),
		attr(38, "NL80211_FREQUENCY_ATTR_S1G_NO_PRIMARY", flag),
		attr(39, "NL80211_FREQUENCY_ATTR_NO_UHR", flag),
		attr(40, "NL80211_FREQUENCY_ATTR_CAC_START_TIME", hinted(u64, schema.Nanos)),
		attr(41, "NL80211_FREQUENCY_ATTR_PAD", padAt),
	)
}

func nl80211Bitrate() *schema.Set {
	return set("NL80211_BITRATE_ATTR",
		attr(1, "NL80211_BITRATE_ATTR_RATE", nl80211Rate32),
		attr(2, "NL80211_BITRATE_ATTR_2GHZ_SHORTPREAMBLE", flag),
	)
}

func nl80211RegRule() *schema.Set {
	return set("NL80211_ATTR",
		attr(1, "NL80211_ATTR_REG_RULE_FLAGS", named(u32, nl80211RuleFlags)),
		attr(2, "NL80211_ATTR_FREQ_RANGE_START", nl80211KHz),
		attr(3, "NL80211_ATTR_FREQ_RANGE_END", nl80211KHz),
		attr(4, "NL80211_ATTR_FREQ_RANGE_MAX_BW", nl80211KHz),
		attr(5, "NL80211_ATTR_POWER_RULE_MAX_ANT_GAIN", u32),
		attr(6, "NL80211_ATTR_POWER_RULE_MAX_EIRP", nl80211MBm),
		attr(7, "NL80211_ATTR_DFS_CAC_TIME", millis),
		attr(8, "NL80211_ATTR_POWER_RULE_PSD", nl80211DBm8),
	)
}

func nl80211SchedScanMatch() *schema.Set {
	return set("NL80211_SCHED_SCAN_MATCH",
		attr(1, "NL80211_SCHED_SCAN_MATCH_ATTR_SSID", nl80211SSIDType),
		attr(2, "NL80211_SCHED_SCAN_MATCH_ATTR_RSSI", nl80211DBm32),
		attr(3, "NL80211_SCHED_SCAN_MATCH_ATTR_RELATIVE_RSSI", nl80211DBm32),
		attr(4, "NL80211_SCHED_SCAN_MATCH_ATTR_RSSI_ADJUST", nl80211RSSIAdjust()),
		attr(5, "NL80211_SCHED_SCAN_MATCH_ATTR_BSSID", hwaddr),
		attr(6, "NL80211_SCHED_SCAN_MATCH_PER_BAND_RSSI", nest(nl80211BandsOf(nl80211DBm32))),
	)
}

func nl80211SurveyInfo() *schema.Set {
	return set("NL80211_SURVEY_INFO",
		attr(1, "NL80211_SURVEY_INFO_FREQUENCY", nl80211MHz),
		attr(2, "NL80211_SURVEY_INFO_NOISE", nl80211DBm8),
		attr(3, "NL80211_SURVEY_INFO_IN_USE", flag),
		attr(4, "NL80211_SURVEY_INFO_TIME", millis64),
		attr(5, "NL80211_SURVEY_INFO_TIME_BUSY", millis64),
		attr(6, "NL80211_SURVEY_INFO_TIME_EXT_BUSY", millis64),
		attr(7, "NL80211_SURVEY_INFO_TIME_RX", millis64),
		attr(8, "NL80211_SURVEY_INFO_TIME_TX", millis64),
		attr(9, "NL80211_SURVEY_INFO_TIME_SCAN", millis64),
		attr(10, "NL80211_SURVEY_INFO_PAD", padAt),
		attr(11, "NL80211_SURVEY_INFO_TIME_BSS_RX", millis64),
		attr(12, "NL80211_SURVEY_INFO_FREQUENCY_OFFSET", nl80211KHz),
	)
}

func nl80211MntrFlags() *schema.Set {
	return set("NL80211_MNTR_FLAG",
		attr(1, "NL80211_MNTR_FLAG_FCSFAIL", flag),
		attr(2, "NL80211_MNTR_FLAG_PLCPFAIL", flag),
		attr(3, "NL80211_MNTR_FLAG_CONTROL", flag),
		attr(4, "NL80211_MNTR_FLAG_OTHER_BSS", flag),
		attr(5, "NL80211_MNTR_FLAG_COOK_FRAMES", flag),
		attr(6, "NL80211_MNTR_FLAG_ACTIVE", flag),
		attr(7, "NL80211_MNTR_FLAG_SKIP_TX", flag),
	)
}

// net/wireless/nl80211.c sends HT_OPMODE as u32 and takes u16.
func nl80211Meshconf() *schema.Set {
	return set("NL80211_MESHCONF",
		attr(1, "NL80211_MESHCONF_RETRY_TIMEOUT", hinted(u16, schema.Millis)),
		attr(2, "NL80211_MESHCONF_CONFIRM_TIMEOUT", hinted(u16, schema.Millis)),
		attr(3, "NL80211_MESHCONF_HOLDING_TIMEOUT", where(nl80211HoldingTimeout, nl80211TimeoutFacts)),
		attr(4, "NL80211_MESHCONF_MAX_PEER_LINKS", u16),
		attr(5, "NL80211_MESHCONF_MAX_RETRIES", u8),
		attr(6, "NL80211_MESHCONF_TTL", u8),
		attr(7, "NL80211_MESHCONF_AUTO_OPEN_PLINKS", u8),
		attr(8, "NL80211_MESHCONF_HWMP_MAX_PREQ_RETRIES", u8),
		attr(9, "NL80211_MESHCONF_PATH_REFRESH_TIME", millis),
		attr(10, "NL80211_MESHCONF_MIN_DISCOVERY_TIMEOUT", hinted(u16, schema.Millis)),
		attr(11, "NL80211_MESHCONF_HWMP_ACTIVE_PATH_TIMEOUT", u32),
		attr(12, "NL80211_MESHCONF_HWMP_PREQ_MIN_INTERVAL", nl80211TU16),
		attr(13, "NL80211_MESHCONF_HWMP_NET_DIAM_TRVS_TIME", nl80211TU16),
		attr(14, "NL80211_MESHCONF_HWMP_ROOTMODE", u8),
		attr(15, "NL80211_MESHCONF_ELEMENT_TTL", u8),
		attr(16, "NL80211_MESHCONF_HWMP_RANN_INTERVAL", nl80211TU16),
		attr(17, "NL80211_MESHCONF_GATE_ANNOUNCEMENTS", u8),
		attr(18, "NL80211_MESHCONF_HWMP_PERR_MIN_INTERVAL", nl80211TU16),
		attr(19, "NL80211_MESHCONF_FORWARDING", u8),
		attr(20, "NL80211_MESHCONF_RSSI_THRESHOLD", nl80211DBm32),
		attr(21, "NL80211_MESHCONF_SYNC_OFFSET_MAX_NEIGHBOR", u32),
		attr(22, "NL80211_MESHCONF_HT_OPMODE", custom(nl80211AnyHex)),
		attr(23, "NL80211_MESHCONF_HWMP_PATH_TO_ROOT_TIMEOUT", u32),
		attr(24, "NL80211_MESHCONF_HWMP_ROOT_INTERVAL", nl80211TU16),
		attr(25, "NL80211_MESHCONF_HWMP_CONFIRMATION_INTERVAL", nl80211TU16),
		attr(26, "NL80211_MESHCONF_POWER_MODE", named(u32, nl80211MeshPower)),
		attr(27, "NL80211_MESHCONF_AWAKE_WINDOW", hinted(u16, schema.Millis)),
		attr(28, "NL80211_MESHCONF_PLINK_TIMEOUT", seconds),
		attr(29, "NL80211_MESHCONF_CONNECTED_TO_GATE", u8),
		attr(30, "NL80211_MESHCONF_NOLEARN", u8),
		attr(31, "NL80211_MESHCONF_CONNECTED_TO_AS", u8),
	)
}

func nl80211MeshSetup() *schema.Set {
	return set("NL80211_MESH_SETUP",
		attr(1, "NL80211_MESH_SETUP_ENABLE_VENDOR_PATH_SEL", u8),
		attr(2, "NL80211_MESH_SETUP_ENABLE_VENDOR_METRIC", u8),
		attr(3, "NL80211_MESH_SETUP_IE", nl80211Elements),
		attr(4, "NL80211_MESH_SETUP_USERSPACE_AUTH", flag),
		attr(5, "NL80211_MESH_SETUP_USERSPACE_AMPE", flag),
		attr(6, "NL80211_MESH_SETUP_ENABLE_VENDOR_SYNC", u8),
		attr(7, "NL80211_MESH_SETUP_USERSPACE_MPM", flag),
		attr(8, "NL80211_MESH_SETUP_AUTH_PROTOCOL", u8),
	)
}

func nl80211TXQAttr() *schema.Set {
	return set("NL80211_TXQ_ATTR",
		attr(1, "NL80211_TXQ_ATTR_AC", named(u8, nl80211AC)),
		attr(2, "NL80211_TXQ_ATTR_TXOP", u16),
		attr(3, "NL80211_TXQ_ATTR_CWMIN", u16),
		attr(4, "NL80211_TXQ_ATTR_CWMAX", u16),
		attr(5, "NL80211_TXQ_ATTR_AIFS", u8),
	)
}

// nl80211_send_bss
func nl80211BSS() *schema.Set {
	return set("NL80211_BSS",
		attr(1, "NL80211_BSS_BSSID", hwaddr),
		attr(2, "NL80211_BSS_FREQUENCY", nl80211MHz),
		attr(3, "NL80211_BSS_TSF", hinted(u64, schema.Micros)),
		attr(4, "NL80211_BSS_BEACON_INTERVAL", nl80211TU16),
		attr(5, "NL80211_BSS_CAPABILITY", named(u16, nl80211Capability)),
		attr(6, "NL80211_BSS_INFORMATION_ELEMENTS", nl80211Elements),
		attr(7, "NL80211_BSS_SIGNAL_MBM", nl80211MBm),
		attr(8, "NL80211_BSS_SIGNAL_UNSPEC", u8),
		attr(9, "NL80211_BSS_STATUS", named(u32, nl80211BSSStatus)),
		attr(10, "NL80211_BSS_SEEN_MS_AGO", millis),
		attr(11, "NL80211_BSS_BEACON_IES", nl80211Elements),
		attr(12, "NL80211_BSS_CHAN_WIDTH", named(u32, nl80211ScanWidth)),
		attr(13, "NL80211_BSS_BEACON_TSF", hinted(u64, schema.Micros)),
		attr(14, "NL80211_BSS_PRESP_DATA", flag),
		attr(15, "NL80211_BSS_LAST_SEEN_BOOTTIME", hinted(u64, schema.Nanos)),
		attr(16, "NL80211_BSS_PAD", padAt),
		attr(17, "NL80211_BSS_PARENT_TSF", hinted(u64, schema.Micros)),
		attr(18, "NL80211_BSS_PARENT_BSSID", hwaddr),
		attr(19, "NL80211_BSS_CHAIN_SIGNAL", array(nl80211DBm8)),
		attr(20, "NL80211_BSS_FREQUENCY_OFFSET", nl80211KHz),
		attr(21, "NL80211_BSS_MLO_LINK_ID", u8),
		attr(22, "NL80211_BSS_MLD_ADDR", hwaddr),
		attr(23, "NL80211_BSS_USE_FOR", named(u32, nl80211UseFor)),
		attr(24, "NL80211_BSS_CANNOT_USE_REASONS", named(u64, nl80211CannotUse)),
	)
}

func nl80211KeyDefaultTypes() *schema.Set {
	return set("NL80211_KEY_DEFAULT_TYPE",
		attr(1, "NL80211_KEY_DEFAULT_TYPE_UNICAST", flag),
		attr(2, "NL80211_KEY_DEFAULT_TYPE_MULTICAST", flag),
	)
}

func nl80211Key() *schema.Set {
	return set("NL80211_KEY",
		attr(1, "NL80211_KEY_DATA", secret(opaque, schema.Key)),
		attr(2, "NL80211_KEY_IDX", u8),
		attr(3, "NL80211_KEY_CIPHER", nl80211Cipher),
		attr(4, "NL80211_KEY_SEQ", opaque),
		attr(5, "NL80211_KEY_DEFAULT", flag),
		attr(6, "NL80211_KEY_DEFAULT_MGMT", flag),
		attr(7, "NL80211_KEY_TYPE", named(u32, nl80211KeyType)),
		attr(8, "NL80211_KEY_DEFAULT_TYPES", nest(nl80211KeyDefaultTypes())),
		attr(9, "NL80211_KEY_MODE", named(u8, nl80211KeyMode)),
		attr(10, "NL80211_KEY_DEFAULT_BEACON", flag),
		attr(11, "NL80211_KEY_LTF_SEED", secret(opaque, schema.Key)),
	)
}

func nl80211TxRate() *schema.Set {
	return set("NL80211_TXRATE",
		attr(1, "NL80211_TXRATE_LEGACY", nl80211Rates),
		attr(2, "NL80211_TXRATE_HT", packed(u8)),
		attr(3, "NL80211_TXRATE_VHT", packed(hex16)),
		attr(4, "NL80211_TXRATE_GI", named(u8, nl80211TxRateGI)),
		attr(5, "NL80211_TXRATE_HE", packed(hex16)),
		attr(6, "NL80211_TXRATE_HE_GI", named(u8, nl80211HEGI)),
		attr(7, "NL80211_TXRATE_HE_LTF", named(u8, nl80211HELTF)),
		attr(8, "NL80211_TXRATE_EHT", packed(hex16)),
		attr(9, "NL80211_TXRATE_EHT_GI", named(u8, nl80211EHTGI)),
		attr(10, "NL80211_TXRATE_EHT_LTF", named(u8, nl80211EHTLTF)),
	)
}
