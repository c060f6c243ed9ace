// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Nested attribute sets of linux/nl80211.h: WoWLAN, coalescing, combinations, NAN, measurements
// (net/wireless/nl80211.c).

func nl80211CQM() *schema.Set {
	return set("NL80211_ATTR_CQM",
		attr(1, "NL80211_ATTR_CQM_RSSI_THOLD", packed(nl80211DBm32)),
		attr(2, "NL80211_ATTR_CQM_RSSI_HYST", u32),
		attr(3, "NL80211_ATTR_CQM_RSSI_THRESHOLD_EVENT", named(u32, nl80211CQMEvent)),
		attr(4, "NL80211_ATTR_CQM_PKT_LOSS_EVENT", u32),
		attr(5, "NL80211_ATTR_CQM_TXE_RATE", u32),
		attr(6, "NL80211_ATTR_CQM_TXE_PKTS", u32),
		attr(7, "NL80211_ATTR_CQM_TXE_INTVL", seconds),
		attr(8, "NL80211_ATTR_CQM_BEACON_LOSS_EVENT", flag),
		attr(9, "NL80211_ATTR_CQM_RSSI_LEVEL", nl80211DBm32),
	)
}

func nl80211TIDConfigAttr() *schema.Set {
	return set("NL80211_TID_CONFIG_ATTR",
		attr(1, "NL80211_TID_CONFIG_ATTR_PAD", padAt),
		attr(2, "NL80211_TID_CONFIG_ATTR_VIF_SUPP", named(u64, nl80211TIDConfigBits)),
		attr(3, "NL80211_TID_CONFIG_ATTR_PEER_SUPP", named(u64, nl80211TIDConfigBits)),
		attr(4, "NL80211_TID_CONFIG_ATTR_OVERRIDE", flag),
		attr(5, "NL80211_TID_CONFIG_ATTR_TIDS", hex16),
		attr(6, "NL80211_TID_CONFIG_ATTR_NOACK", named(u8, nl80211TIDConfig)),
		attr(7, "NL80211_TID_CONFIG_ATTR_RETRY_SHORT", u8),
		attr(8, "NL80211_TID_CONFIG_ATTR_RETRY_LONG", u8),
		attr(9, "NL80211_TID_CONFIG_ATTR_AMPDU_CTRL", named(u8, nl80211TIDConfig)),
		attr(10, "NL80211_TID_CONFIG_ATTR_RTSCTS_CTRL", named(u8, nl80211TIDConfig)),
		attr(11, "NL80211_TID_CONFIG_ATTR_AMSDU_CTRL", named(u8, nl80211TIDConfig)),
		attr(12, "NL80211_TID_CONFIG_ATTR_TX_RATE_TYPE", named(u8, nl80211TxRateSetting)),
		attr(13, "NL80211_TID_CONFIG_ATTR_TX_RATE", nest(nl80211TxRate())),
	)
}

func nl80211Pktpat() *schema.Set {
	return set("NL80211_PKTPAT",
		attr(1, "NL80211_PKTPAT_MASK", opaque),
		attr(2, "NL80211_PKTPAT_PATTERN", opaque),
		attr(3, "NL80211_PKTPAT_OFFSET", u32),
	)
}

// nl80211WowlanPattern: patterns in a request; the report of a wake-up has the
// index of the one that matched (cfg80211_report_wowlan_wakeup).
func nl80211WowlanPattern() schema.Type {
	t := array(nest(nl80211Pktpat()))
	t.ByLen = map[int]*schema.Type{4: &u32}
	return t
}

// nl80211WowlanTrig are what NL80211_CMD_SET_WOWLAN asks for, and what a wake-up
// was for.
func nl80211WowlanTrig(main *schema.Set) *schema.Set {
	return set("NL80211_WOWLAN_TRIG",
		attr(1, "NL80211_WOWLAN_TRIG_ANY", flag),
		attr(2, "NL80211_WOWLAN_TRIG_DISCONNECT", flag),
		attr(3, "NL80211_WOWLAN_TRIG_MAGIC_PKT", flag),
		attr(4, "NL80211_WOWLAN_TRIG_PKT_PATTERN", nl80211WowlanPattern()),
		attr(5, "NL80211_WOWLAN_TRIG_GTK_REKEY_SUPPORTED", flag),
		attr(6, "NL80211_WOWLAN_TRIG_GTK_REKEY_FAILURE", flag),
		attr(7, "NL80211_WOWLAN_TRIG_EAP_IDENT_REQUEST", flag),
		attr(8, "NL80211_WOWLAN_TRIG_4WAY_HANDSHAKE", flag),
		attr(9, "NL80211_WOWLAN_TRIG_RFKILL_RELEASE", flag),
		attr(10, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_80211", secret(nl80211Frame, schema.Payload)),
		attr(11, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_80211_LEN", bytes32),
		attr(12, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_8023", secret(where(ethernetText, ethernetFacts), schema.Payload)),
		attr(13, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_8023_LEN", bytes32),
		attr(14, "NL80211_WOWLAN_TRIG_TCP_CONNECTION", nest(nl80211WowlanTCP())),
		attr(15, "NL80211_WOWLAN_TRIG_WAKEUP_TCP_MATCH", flag),
		attr(16, "NL80211_WOWLAN_TRIG_WAKEUP_TCP_CONNLOST", flag),
		attr(17, "NL80211_WOWLAN_TRIG_WAKEUP_TCP_NOMORETOKENS", flag),
		attr(18, "NL80211_WOWLAN_TRIG_NET_DETECT", nest(main)),
		attr(19, "NL80211_WOWLAN_TRIG_NET_DETECT_RESULTS", array(nest(main))),
		attr(20, "NL80211_WOWLAN_TRIG_UNPROTECTED_DEAUTH_DISASSOC", flag),
	)
}

// nl80211WowlanCapa are the same numbers with limits in them (nl80211_send_wowlan).
func nl80211WowlanCapa() *schema.Set {
	return set("NL80211_WOWLAN_TRIG",
		attr(1, "NL80211_WOWLAN_TRIG_ANY", flag),
		attr(2, "NL80211_WOWLAN_TRIG_DISCONNECT", flag),
		attr(3, "NL80211_WOWLAN_TRIG_MAGIC_PKT", flag),
		attr(4, "NL80211_WOWLAN_TRIG_PKT_PATTERN", structOf(record("nl80211_pattern_support", nl80211PatternSupport()...))),
		attr(5, "NL80211_WOWLAN_TRIG_GTK_REKEY_SUPPORTED", flag),
		attr(6, "NL80211_WOWLAN_TRIG_GTK_REKEY_FAILURE", flag),
		attr(7, "NL80211_WOWLAN_TRIG_EAP_IDENT_REQUEST", flag),
		attr(8, "NL80211_WOWLAN_TRIG_4WAY_HANDSHAKE", flag),
		attr(9, "NL80211_WOWLAN_TRIG_RFKILL_RELEASE", flag),
		attr(10, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_80211", secret(opaque, schema.Payload)),
		attr(11, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_80211_LEN", bytes32),
		attr(12, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_8023", secret(opaque, schema.Payload)),
		attr(13, "NL80211_WOWLAN_TRIG_WAKEUP_PKT_8023_LEN", bytes32),
		attr(14, "NL80211_WOWLAN_TRIG_TCP_CONNECTION", nest(nl80211WowlanTCPCapa())),
		attr(15, "NL80211_WOWLAN_TRIG_WAKEUP_TCP_MATCH", flag),
		attr(16, "NL80211_WOWLAN_TRIG_WAKEUP_TCP_CONNLOST", flag),
		attr(17, "NL80211_WOWLAN_TRIG_WAKEUP_TCP_NOMORETOKENS", flag),
		attr(18, "NL80211_WOWLAN_TRIG_NET_DETECT", u32),
		attr(19, "NL80211_WOWLAN_TRIG_NET_DETECT_RESULTS", flag),
		attr(20, "NL80211_WOWLAN_TRIG_UNPROTECTED_DEAUTH_DISASSOC", flag),
	)
}

func nl80211WowlanTCP() *schema.Set {
	return set("NL80211_WOWLAN_TCP",
		attr(1, "NL80211_WOWLAN_TCP_SRC_IPV4", ip),
		attr(2, "NL80211_WOWLAN_TCP_DST_IPV4", ip),
		attr(3, "NL80211_WOWLAN_TCP_DST_MAC", hwaddr),
		attr(4, "NL80211_WOWLAN_TCP_SRC_PORT", u16),
		attr(5, "NL80211_WOWLAN_TCP_DST_PORT", u16),
		attr(6, "NL80211_WOWLAN_TCP_DATA_PAYLOAD", secret(opaque, schema.Payload)),
		attr(7, "NL80211_WOWLAN_TCP_DATA_PAYLOAD_SEQ", structOf(record("nl80211_wowlan_tcp_data_seq", fields(u32, "start", "offset", "len")...))),
		attr(8, "NL80211_WOWLAN_TCP_DATA_PAYLOAD_TOKEN", structOf(record("nl80211_wowlan_tcp_data_token", append(fields(u32, "offset", "len"), field("token_stream", secret(opaque, schema.Token)))...))),
		attr(9, "NL80211_WOWLAN_TCP_DATA_INTERVAL", seconds),
		attr(10, "NL80211_WOWLAN_TCP_WAKE_PAYLOAD", secret(opaque, schema.Payload)),
		attr(11, "NL80211_WOWLAN_TCP_WAKE_MASK", opaque),
	)
}

func nl80211WowlanTCPCapa() *schema.Set {
	return set("NL80211_WOWLAN_TCP",
		attr(1, "NL80211_WOWLAN_TCP_SRC_IPV4", ip),
		attr(2, "NL80211_WOWLAN_TCP_DST_IPV4", ip),
		attr(3, "NL80211_WOWLAN_TCP_DST_MAC", hwaddr),
		attr(4, "NL80211_WOWLAN_TCP_SRC_PORT", u16),
		attr(5, "NL80211_WOWLAN_TCP_DST_PORT", u16),
		attr(6, "NL80211_WOWLAN_TCP_DATA_PAYLOAD", bytes32),
		attr(7, "NL80211_WOWLAN_TCP_DATA_PAYLOAD_SEQ", flag),
		attr(8, "NL80211_WOWLAN_TCP_DATA_PAYLOAD_TOKEN", structOf(record("nl80211_wowlan_tcp_data_token_feature", fields(u32, "min_len", "max_len", "bufsize")...))),
		attr(9, "NL80211_WOWLAN_TCP_DATA_INTERVAL", seconds),
		attr(10, "NL80211_WOWLAN_TCP_WAKE_PAYLOAD", bytes32),
		attr(11, "NL80211_WOWLAN_TCP_WAKE_MASK", opaque),
	)
}

func nl80211CoalesceRule() *schema.Set {
	return set("NL80211_ATTR_COALESCE_RULE",
		attr(1, "NL80211_ATTR_COALESCE_RULE_DELAY", millis),
		attr(2, "NL80211_ATTR_COALESCE_RULE_CONDITION", named(u32, nl80211CoalesceCondition)),
		attr(3, "NL80211_ATTR_COALESCE_RULE_PKT_PATTERN", array(nest(nl80211Pktpat()))),
	)
}

func nl80211IfaceLimit() *schema.Set {
	return set("NL80211_IFACE_LIMIT",
		unspec("NL80211_IFACE_LIMIT_UNSPEC"),
		attr(1, "NL80211_IFACE_LIMIT_MAX", u32),
		attr(2, "NL80211_IFACE_LIMIT_TYPES", nest(nl80211IfTypeFlags(flag))),
	)
}

// nl80211_put_ifcomb_data
func nl80211IfaceComb() *schema.Set {
	return set("NL80211_IFACE_COMB",
		unspec("NL80211_IFACE_COMB_UNSPEC"),
		attr(1, "NL80211_IFACE_COMB_LIMITS", array(nest(nl80211IfaceLimit()))),
		attr(2, "NL80211_IFACE_COMB_MAXNUM", u32),
		attr(3, "NL80211_IFACE_COMB_STA_AP_BI_MATCH", flag),
		attr(4, "NL80211_IFACE_COMB_NUM_CHANNELS", u32),
		attr(5, "NL80211_IFACE_COMB_RADAR_DETECT_WIDTHS", named(u32, nl80211ChanWidthBits)),
		attr(6, "NL80211_IFACE_COMB_RADAR_DETECT_REGIONS", named(u32, nl80211DFSRegionBits)),
		attr(7, "NL80211_IFACE_COMB_BI_MIN_GCD", nl80211TU),
	)
}

func nl80211RekeyData() *schema.Set {
	return set("NL80211_REKEY_DATA",
		attr(1, "NL80211_REKEY_DATA_KEK", secret(opaque, schema.Key)),
		attr(2, "NL80211_REKEY_DATA_KCK", secret(opaque, schema.Key)),
		attr(3, "NL80211_REKEY_DATA_REPLAY_CTR", opaque),
		attr(4, "NL80211_REKEY_DATA_AKM", nl80211AKM),
	)
}

func nl80211StaWME() *schema.Set {
	return set("NL80211_STA_WME",
		attr(1, "NL80211_STA_WME_UAPSD_QUEUES", hex8),
		attr(2, "NL80211_STA_WME_MAX_SP", u8),
	)
}

func nl80211PMKSACandidate() *schema.Set {
	return set("NL80211_PMKSA_CANDIDATE",
		attr(1, "NL80211_PMKSA_CANDIDATE_INDEX", u32),
		attr(2, "NL80211_PMKSA_CANDIDATE_BSSID", hwaddr),
		attr(3, "NL80211_PMKSA_CANDIDATE_PREAUTH", flag),
	)
}

func nl80211SchedScanPlan() *schema.Set {
	return set("NL80211_SCHED_SCAN_PLAN",
		attr(1, "NL80211_SCHED_SCAN_PLAN_INTERVAL", seconds),
		attr(2, "NL80211_SCHED_SCAN_PLAN_ITERATIONS", u32),
	)
}

func nl80211BSSSelect() *schema.Set {
	return set("NL80211_BSS_SELECT_ATTR",
		attr(1, "NL80211_BSS_SELECT_ATTR_RSSI", flag),
		attr(2, "NL80211_BSS_SELECT_ATTR_BAND_PREF", named(u32, nl80211Band)),
		attr(3, "NL80211_BSS_SELECT_ATTR_RSSI_ADJUST", nl80211RSSIAdjust()),
	)
}

// nl80211BSSSelectCapa are the methods that a driver has.
func nl80211BSSSelectCapa() *schema.Set {
	return set("NL80211_BSS_SELECT_ATTR",
		attr(1, "NL80211_BSS_SELECT_ATTR_RSSI", flag),
		attr(2, "NL80211_BSS_SELECT_ATTR_BAND_PREF", flag),
		attr(3, "NL80211_BSS_SELECT_ATTR_RSSI_ADJUST", flag),
	)
}

func nl80211NANFunc() *schema.Set {
	return set("NL80211_NAN_FUNC",
		attr(1, "NL80211_NAN_FUNC_TYPE", named(u8, nl80211NANFuncType)),
		attr(2, "NL80211_NAN_FUNC_SERVICE_ID", opaque),
		attr(3, "NL80211_NAN_FUNC_PUBLISH_TYPE", named(u8, nl80211NANPublish)),
		attr(4, "NL80211_NAN_FUNC_PUBLISH_BCAST", flag),
		attr(5, "NL80211_NAN_FUNC_SUBSCRIBE_ACTIVE", flag),
		attr(6, "NL80211_NAN_FUNC_FOLLOW_UP_ID", u8),
		attr(7, "NL80211_NAN_FUNC_FOLLOW_UP_REQ_ID", u8),
		attr(8, "NL80211_NAN_FUNC_FOLLOW_UP_DEST", hwaddr),
		attr(9, "NL80211_NAN_FUNC_CLOSE_RANGE", flag),
		attr(10, "NL80211_NAN_FUNC_TTL", u32),
		attr(11, "NL80211_NAN_FUNC_SERVICE_INFO", opaque),
		attr(12, "NL80211_NAN_FUNC_SRF", nest(nl80211NANSRF())),
		attr(13, "NL80211_NAN_FUNC_RX_MATCH_FILTER", array(opaque)),
		attr(14, "NL80211_NAN_FUNC_TX_MATCH_FILTER", array(opaque)),
		attr(15, "NL80211_NAN_FUNC_INSTANCE_ID", u8),
		attr(16, "NL80211_NAN_FUNC_TERM_REASON", named(u8, nl80211NANTermReason)),
	)
}

func nl80211NANSRF() *schema.Set {
	return set("NL80211_NAN_SRF",
		attr(1, "NL80211_NAN_SRF_INCLUDE", flag),
		attr(2, "NL80211_NAN_SRF_BF", opaque),
		attr(3, "NL80211_NAN_SRF_BF_IDX", u8),
		attr(4, "NL80211_NAN_SRF_MAC_ADDRS", array(hwaddr)),
	)
}

func nl80211NANMatch() *schema.Set {
	return set("NL80211_NAN_MATCH",
		attr(1, "NL80211_NAN_MATCH_FUNC_LOCAL", nest(nl80211NANFunc())),
		attr(2, "NL80211_NAN_MATCH_FUNC_PEER", nest(nl80211NANFunc())),
	)
}

func nl80211FTMResp() *schema.Set {
	return set("NL80211_FTM_RESP_ATTR",
		attr(1, "NL80211_FTM_RESP_ATTR_ENABLED", flag),
		attr(2, "NL80211_FTM_RESP_ATTR_LCI", opaque),
		attr(3, "NL80211_FTM_RESP_ATTR_CIVICLOC", opaque),
	)
}

func nl80211FTMStats() *schema.Set {
	return set("NL80211_FTM_STATS",
		attr(1, "NL80211_FTM_STATS_SUCCESS_NUM", u32),
		attr(2, "NL80211_FTM_STATS_PARTIAL_NUM", u32),
		attr(3, "NL80211_FTM_STATS_FAILED_NUM", u32),
		attr(4, "NL80211_FTM_STATS_ASAP_NUM", u32),
		attr(5, "NL80211_FTM_STATS_NON_ASAP_NUM", u32),
		attr(6, "NL80211_FTM_STATS_TOTAL_DURATION_MSEC", millis64),
		attr(7, "NL80211_FTM_STATS_UNKNOWN_TRIGGERS_NUM", u32),
		attr(8, "NL80211_FTM_STATS_RESCHEDULE_REQUESTS_NUM", u32),
		attr(9, "NL80211_FTM_STATS_OUT_OF_WINDOW_TRIGGERS_NUM", u32),
		attr(10, "NL80211_FTM_STATS_PAD", padAt),
	)
}

// nl80211PMSRTypes is a nest by type of measurement.
func nl80211PMSRTypes(ftm *schema.Set) *schema.Set {
	return set("NL80211_PMSR_TYPE",
		noted(0, "NL80211_PMSR_TYPE_INVALID", blob, "unused"),
		attr(1, "NL80211_PMSR_TYPE_FTM", nest(ftm)),
	)
}

func nl80211PMSRReq() *schema.Set {
	return set("NL80211_PMSR_REQ_ATTR",
		attr(1, "NL80211_PMSR_REQ_ATTR_DATA", nest(nl80211PMSRTypes(nl80211FTMReq()))),
		attr(2, "NL80211_PMSR_REQ_ATTR_GET_AP_TSF", flag),
	)
}

func nl80211PMSRResp() *schema.Set {
	return set("NL80211_PMSR_RESP_ATTR",
		attr(1, "NL80211_PMSR_RESP_ATTR_DATA", nest(nl80211PMSRTypes(nl80211FTMResult()))),
		attr(2, "NL80211_PMSR_RESP_ATTR_STATUS", named(u32, nl80211PMSRStatus)),
		attr(3, "NL80211_PMSR_RESP_ATTR_HOST_TIME", hinted(u64, schema.Nanos)),
		attr(4, "NL80211_PMSR_RESP_ATTR_AP_TSF", hinted(u64, schema.Nanos)),
		attr(5, "NL80211_PMSR_RESP_ATTR_FINAL", flag),
		attr(6, "NL80211_PMSR_RESP_ATTR_PAD", padAt),
	)
}

func nl80211PMSRPeer(main *schema.Set) *schema.Set {
	return set("NL80211_PMSR_PEER_ATTR",
		attr(1, "NL80211_PMSR_PEER_ATTR_ADDR", hwaddr),
		attr(2, "NL80211_PMSR_PEER_ATTR_CHAN", nest(main)),
		attr(3, "NL80211_PMSR_PEER_ATTR_REQ", nest(nl80211PMSRReq())),
		attr(4, "NL80211_PMSR_PEER_ATTR_RESP", nest(nl80211PMSRResp())),
		attr(5, "NL80211_PMSR_PEER_ATTR_REQ_TYPE", named(u32, nl80211FTMReqType)),
	)
}

func nl80211PMSR(main *schema.Set) *schema.Set {
	return set("NL80211_PMSR_ATTR",
		attr(1, "NL80211_PMSR_ATTR_MAX_PEERS", u32),
		attr(2, "NL80211_PMSR_ATTR_REPORT_AP_TSF", flag),
		attr(3, "NL80211_PMSR_ATTR_RANDOMIZE_MAC_ADDR", flag),
		attr(4, "NL80211_PMSR_ATTR_TYPE_CAPA", nest(nl80211PMSRTypes(nl80211FTMCapa()))),
		attr(5, "NL80211_PMSR_ATTR_PEERS", array(nest(nl80211PMSRPeer(main)))),
		attr(6, "NL80211_PMSR_ATTR_MAX_PEER_ISTA_ROLE", u32),
		attr(7, "NL80211_PMSR_ATTR_MAX_PEER_RSTA_ROLE", u32),
	)
}

func nl80211FTMCapa() *schema.Set {
	return set("NL80211_PMSR_FTM_CAPA_ATTR", append([]schema.Attr{
		attr(1, "NL80211_PMSR_FTM_CAPA_ATTR_ASAP", flag),
		attr(2, "NL80211_PMSR_FTM_CAPA_ATTR_NON_ASAP", flag),
		attr(3, "NL80211_PMSR_FTM_CAPA_ATTR_REQ_LCI", flag),
		attr(4, "NL80211_PMSR_FTM_CAPA_ATTR_REQ_CIVICLOC", flag),
		attr(5, "NL80211_PMSR_FTM_CAPA_ATTR_PREAMBLES", named(u32, nl80211PreambleBits)),
		attr(6, "NL80211_PMSR_FTM_CAPA_ATTR_BANDWIDTHS", named(u32, nl80211ChanWidthBits)),
		attr(7, "NL80211_PMSR_FTM_CAPA_ATTR_MAX_BURSTS_EXPONENT", u32),
		attr(8, "NL80211_PMSR_FTM_CAPA_ATTR_MAX_FTMS_PER_BURST", u32),
		attr(9, "NL80211_PMSR_FTM_CAPA_ATTR_TRIGGER_BASED", flag),
		attr(10, "NL80211_PMSR_FTM_CAPA_ATTR_NON_TRIGGER_BASED", flag),
	}, nl80211FTMCapaMore()...)...)
}

func nl80211FTMReq() *schema.Set {
	return set("NL80211_PMSR_FTM_REQ_ATTR", append([]schema.Attr{
		attr(1, "NL80211_PMSR_FTM_REQ_ATTR_ASAP", flag),
		attr(2, "NL80211_PMSR_FTM_REQ_ATTR_PREAMBLE", named(u32, nl80211Preamble)),
		attr(3, "NL80211_PMSR_FTM_REQ_ATTR_NUM_BURSTS_EXP", u8),
		attr(4, "NL80211_PMSR_FTM_REQ_ATTR_BURST_PERIOD", u16),
		attr(5, "NL80211_PMSR_FTM_REQ_ATTR_BURST_DURATION", u8),
		attr(6, "NL80211_PMSR_FTM_REQ_ATTR_FTMS_PER_BURST", u8),
		attr(7, "NL80211_PMSR_FTM_REQ_ATTR_NUM_FTMR_RETRIES", u8),
		attr(8, "NL80211_PMSR_FTM_REQ_ATTR_REQUEST_LCI", flag),
		attr(9, "NL80211_PMSR_FTM_REQ_ATTR_REQUEST_CIVICLOC", flag),
		attr(10, "NL80211_PMSR_FTM_REQ_ATTR_TRIGGER_BASED", flag),
		attr(11, "NL80211_PMSR_FTM_REQ_ATTR_NON_TRIGGER_BASED", flag),
		attr(12, "NL80211_PMSR_FTM_REQ_ATTR_LMR_FEEDBACK", flag),
		attr(13, "NL80211_PMSR_FTM_REQ_ATTR_BSS_COLOR", u8),
	}, nl80211FTMReqMore()...)...)
}

// nl80211_pmsr_send_ftm_res; times in picoseconds, distances in millimetres
func nl80211FTMResult() *schema.Set {
	return set("NL80211_PMSR_FTM_RESP_ATTR", append([]schema.Attr{
		attr(1, "NL80211_PMSR_FTM_RESP_ATTR_FAIL_REASON", named(u32, nl80211FTMFailure)),
		attr(2, "NL80211_PMSR_FTM_RESP_ATTR_BURST_INDEX", u32),
		attr(3, "NL80211_PMSR_FTM_RESP_ATTR_NUM_FTMR_ATTEMPTS", u32),
		attr(4, "NL80211_PMSR_FTM_RESP_ATTR_NUM_FTMR_SUCCESSES", u32),
		attr(5, "NL80211_PMSR_FTM_RESP_ATTR_BUSY_RETRY_TIME", seconds),
		attr(6, "NL80211_PMSR_FTM_RESP_ATTR_NUM_BURSTS_EXP", u8),
		attr(7, "NL80211_PMSR_FTM_RESP_ATTR_BURST_DURATION", u8),
		attr(8, "NL80211_PMSR_FTM_RESP_ATTR_FTMS_PER_BURST", u8),
		attr(9, "NL80211_PMSR_FTM_RESP_ATTR_RSSI_AVG", nl80211DBm32),
		attr(10, "NL80211_PMSR_FTM_RESP_ATTR_RSSI_SPREAD", s32),
		attr(11, "NL80211_PMSR_FTM_RESP_ATTR_TX_RATE", nest(nl80211RateInfo())),
		attr(12, "NL80211_PMSR_FTM_RESP_ATTR_RX_RATE", nest(nl80211RateInfo())),
		attr(13, "NL80211_PMSR_FTM_RESP_ATTR_RTT_AVG", nl80211S64),
		attr(14, "NL80211_PMSR_FTM_RESP_ATTR_RTT_VARIANCE", u64),
		attr(15, "NL80211_PMSR_FTM_RESP_ATTR_RTT_SPREAD", u64),
		attr(16, "NL80211_PMSR_FTM_RESP_ATTR_DIST_AVG", nl80211S64),
		attr(17, "NL80211_PMSR_FTM_RESP_ATTR_DIST_VARIANCE", u64),
		attr(18, "NL80211_PMSR_FTM_RESP_ATTR_DIST_SPREAD", u64),
		attr(19, "NL80211_PMSR_FTM_RESP_ATTR_LCI", opaque),
		attr(20, "NL80211_PMSR_FTM_RESP_ATTR_CIVICLOC", opaque),
		attr(21, "NL80211_PMSR_FTM_RESP_ATTR_PAD", padAt),
	}, nl80211FTMRespMore()...)...)
}

func nl80211OBSSPD() *schema.Set {
	return set("NL80211_HE_OBSS_PD_ATTR",
		attr(1, "NL80211_HE_OBSS_PD_ATTR_MIN_OFFSET", u8),
		attr(2, "NL80211_HE_OBSS_PD_ATTR_MAX_OFFSET", u8),
		attr(3, "NL80211_HE_OBSS_PD_ATTR_NON_SRG_MAX_OFFSET", u8),
		attr(4, "NL80211_HE_OBSS_PD_ATTR_BSS_COLOR_BITMAP", opaque),
		attr(5, "NL80211_HE_OBSS_PD_ATTR_PARTIAL_BSSID_BITMAP", opaque),
		attr(6, "NL80211_HE_OBSS_PD_ATTR_SR_CTRL", hex8),
	)
}

func nl80211BSSColor() *schema.Set {
	return set("NL80211_HE_BSS_COLOR_ATTR",
		attr(1, "NL80211_HE_BSS_COLOR_ATTR_COLOR", u8),
		attr(2, "NL80211_HE_BSS_COLOR_ATTR_DISABLED", flag),
		attr(3, "NL80211_HE_BSS_COLOR_ATTR_PARTIAL", flag),
	)
}

func nl80211IfTypeAKM() *schema.Set {
	return set("NL80211_IFTYPE_AKM_ATTR",
		attr(1, "NL80211_IFTYPE_AKM_ATTR_IFTYPES", nest(nl80211IfTypeFlags(flag))),
		attr(2, "NL80211_IFTYPE_AKM_ATTR_SUITES", packed(nl80211AKM)),
	)
}

func nl80211FILSDiscovery() *schema.Set {
	return set("NL80211_FILS_DISCOVERY_ATTR",
		attr(1, "NL80211_FILS_DISCOVERY_ATTR_INT_MIN", nl80211TU),
		attr(2, "NL80211_FILS_DISCOVERY_ATTR_INT_MAX", nl80211TU),
		attr(3, "NL80211_FILS_DISCOVERY_ATTR_TMPL", nl80211Frame),
	)
}

func nl80211UnsolProbeResp() *schema.Set {
	return set("NL80211_UNSOL_BCAST_PROBE_RESP_ATTR",
		attr(1, "NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_INT", nl80211TU),
		attr(2, "NL80211_UNSOL_BCAST_PROBE_RESP_ATTR_TMPL", nl80211Frame),
	)
}

func nl80211SAR() *schema.Set {
	return set("NL80211_SAR_ATTR",
		attr(1, "NL80211_SAR_ATTR_TYPE", named(u32, nl80211SARType)),
		attr(2, "NL80211_SAR_ATTR_SPECS", array(nest(nl80211SARSpecs()))),
	)
}

// POWER is in units of 0.25 dBm.
func nl80211SARSpecs() *schema.Set {
	return set("NL80211_SAR_ATTR_SPECS",
		attr(1, "NL80211_SAR_ATTR_SPECS_POWER", s32),
		attr(2, "NL80211_SAR_ATTR_SPECS_RANGE_INDEX", u32),
		attr(3, "NL80211_SAR_ATTR_SPECS_START_FREQ", nl80211KHz),
		attr(4, "NL80211_SAR_ATTR_SPECS_END_FREQ", nl80211KHz),
	)
}

func nl80211MBSSID() *schema.Set {
	return set("NL80211_MBSSID_CONFIG_ATTR",
		attr(1, "NL80211_MBSSID_CONFIG_ATTR_MAX_INTERFACES", u8),
		attr(2, "NL80211_MBSSID_CONFIG_ATTR_MAX_EMA_PROFILE_PERIODICITY", u8),
		attr(3, "NL80211_MBSSID_CONFIG_ATTR_INDEX", u8),
		attr(4, "NL80211_MBSSID_CONFIG_ATTR_TX_IFINDEX", ifindex),
		attr(5, "NL80211_MBSSID_CONFIG_ATTR_EMA", flag),
		attr(6, "NL80211_MBSSID_CONFIG_ATTR_TX_LINK_ID", u8),
	)
}

// nl80211_put_radio
func nl80211Radio() *schema.Set {
	return set("NL80211_WIPHY_RADIO_ATTR",
		attr(1, "NL80211_WIPHY_RADIO_ATTR_INDEX", u32),
		attr(2, "NL80211_WIPHY_RADIO_ATTR_FREQ_RANGE", nest(nl80211RadioFreq())),
		attr(3, "NL80211_WIPHY_RADIO_ATTR_INTERFACE_COMBINATION", nest(nl80211IfaceComb())),
		attr(4, "NL80211_WIPHY_RADIO_ATTR_ANTENNA_MASK", hex32),
		attr(5, "NL80211_WIPHY_RADIO_ATTR_RTS_THRESHOLD", u32),
	)
}

func nl80211RadioFreq() *schema.Set {
	return set("NL80211_WIPHY_RADIO_FREQ_ATTR",
		attr(1, "NL80211_WIPHY_RADIO_FREQ_ATTR_START", nl80211KHz),
		attr(2, "NL80211_WIPHY_RADIO_FREQ_ATTR_END", nl80211KHz),
	)
}
