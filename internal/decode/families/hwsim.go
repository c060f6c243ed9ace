// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// hwsim makes simulated wireless devices and carries what they send
// (drivers/net/wireless/virtual/mac80211_hwsim.h and .c).
func hwsim() *schema.Family {
	return &schema.Family{
		Name:     "MAC80211_HWSIM",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      hwsimAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "HWSIM_CMD_UNSPEC"}, {ID: 1, Name: "HWSIM_CMD_REGISTER"},
			{ID: 2, Name: "HWSIM_CMD_FRAME"}, {ID: 3, Name: "HWSIM_CMD_TX_INFO_FRAME"},
			{ID: 4, Name: "HWSIM_CMD_NEW_RADIO"}, {ID: 5, Name: "HWSIM_CMD_DEL_RADIO"},
			{ID: 6, Name: "HWSIM_CMD_GET_RADIO"}, {ID: 7, Name: "HWSIM_CMD_ADD_MAC_ADDR"},
			{ID: 8, Name: "HWSIM_CMD_DEL_MAC_ADDR"}, {ID: 9, Name: "HWSIM_CMD_START_PMSR"},
			{ID: 10, Name: "HWSIM_CMD_ABORT_PMSR"}, {ID: 11, Name: "HWSIM_CMD_REPORT_PMSR"},
		},
		Groups: []schema.Group{{Name: "config"}},
		Lead:   []string{"HWSIM_ATTR_RADIO_ID", "HWSIM_ATTR_RADIO_NAME", "HWSIM_ATTR_FRAME", "HWSIM_ATTR_ADDR_TRANSMITTER", "HWSIM_ATTR_ADDR_RECEIVER", "HWSIM_ATTR_FREQ", "HWSIM_ATTR_SIGNAL"},
	}
}

func hwsimAttrs() *schema.Set {
	return set("HWSIM_ATTR",
		unspec("HWSIM_ATTR_UNSPEC"),
		attr(1, "HWSIM_ATTR_ADDR_RECEIVER", hwaddr),
		attr(2, "HWSIM_ATTR_ADDR_TRANSMITTER", hwaddr),
		attr(3, "HWSIM_ATTR_FRAME", secret(where(hwsimFrameText, hwsimFrameFacts), schema.Payload)),
		attr(4, "HWSIM_ATTR_FLAGS", named(u32, hwsimTxFlags)),
		attr(5, "HWSIM_ATTR_RX_RATE", u32),
		attr(6, "HWSIM_ATTR_SIGNAL", nl80211DBm32),
		attr(7, "HWSIM_ATTR_TX_INFO", packed(structOf(record("hwsim_tx_rate", field("idx", schema.Type{Kind: schema.S8}), field("count", u8))))),
		attr(8, "HWSIM_ATTR_COOKIE", hex64),
		attr(9, "HWSIM_ATTR_CHANNELS", u32),
		attr(10, "HWSIM_ATTR_RADIO_ID", u32),
		attr(11, "HWSIM_ATTR_REG_HINT_ALPHA2", str),
		attr(12, "HWSIM_ATTR_REG_CUSTOM_REG", u32),
		attr(13, "HWSIM_ATTR_REG_STRICT_REG", flag),
		attr(14, "HWSIM_ATTR_SUPPORT_P2P_DEVICE", flag),
		attr(15, "HWSIM_ATTR_USE_CHANCTX", flag),
		attr(16, "HWSIM_ATTR_DESTROY_RADIO_ON_CLOSE", flag),
		attr(17, "HWSIM_ATTR_RADIO_NAME", str),
		attr(18, "HWSIM_ATTR_NO_VIF", flag),
		attr(19, "HWSIM_ATTR_FREQ", nl80211MHz),
		attr(20, "HWSIM_ATTR_PAD", padAt),
		attr(21, "HWSIM_ATTR_TX_INFO_FLAGS", packed(structOf(record("hwsim_tx_rate_flag", field("idx", schema.Type{Kind: schema.S8}), field("flags", named(u16, hwsimRateFlags)))))),
		attr(22, "HWSIM_ATTR_PERM_ADDR", hwaddr),
		attr(23, "HWSIM_ATTR_IFTYPE_SUPPORT", named(u32, nl80211IfTypeBits)),
		attr(24, "HWSIM_ATTR_CIPHER_SUPPORT", packed(nl80211Cipher)),
		attr(25, "HWSIM_ATTR_MLO_SUPPORT", flag),
		attr(26, "HWSIM_ATTR_PMSR_SUPPORT", nest(hwsimPMSR(hwsimCapa()))),
		attr(27, "HWSIM_ATTR_PMSR_REQUEST", nest(nl80211PMSR(nl80211Attrs(false)))),
		attr(28, "HWSIM_ATTR_PMSR_RESULT", nest(hwsimPMSR(hwsimResult()))),
		attr(29, "HWSIM_ATTR_MULTI_RADIO", flag),
	)
}

func hwsimRateInfo() *schema.Set {
	return set("HWSIM_RATE_INFO_ATTR",
		attr(1, "HWSIM_RATE_INFO_ATTR_FLAGS", hex8),
		attr(2, "HWSIM_RATE_INFO_ATTR_MCS", u8),
		attr(3, "HWSIM_RATE_INFO_ATTR_LEGACY", nl80211Rate16),
		attr(4, "HWSIM_RATE_INFO_ATTR_NSS", u8),
		attr(5, "HWSIM_RATE_INFO_ATTR_BW", u8),
		attr(6, "HWSIM_RATE_INFO_ATTR_HE_GI", named(u8, nl80211HEGI)),
		attr(7, "HWSIM_RATE_INFO_ATTR_HE_DCM", u8),
		attr(8, "HWSIM_RATE_INFO_ATTR_HE_RU_ALLOC", named(u8, nl80211HERU)),
		attr(9, "HWSIM_RATE_INFO_ATTR_N_BOUNDED_CH", u8),
		attr(10, "HWSIM_RATE_INFO_ATTR_EHT_GI", named(u8, nl80211EHTGI)),
		attr(11, "HWSIM_RATE_INFO_ATTR_EHT_RU_ALLOC", named(u8, nl80211EHTRU)),
	)
}

// hwsimCapa and hwsimResult are sets of nl80211 in which some numbers have
// another width.
func hwsimCapa() *schema.Set {
	return hwsimRetyped(nl80211FTMCapa(), map[string]schema.Type{
		"NL80211_PMSR_FTM_CAPA_ATTR_MAX_BURSTS_EXPONENT": u8,
		"NL80211_PMSR_FTM_CAPA_ATTR_MAX_FTMS_PER_BURST":  u8,
	})
}

func hwsimResult() *schema.Set {
	return hwsimRetyped(nl80211FTMResult(), map[string]schema.Type{
		"NL80211_PMSR_FTM_RESP_ATTR_BURST_INDEX":     u16,
		"NL80211_PMSR_FTM_RESP_ATTR_BUSY_RETRY_TIME": hinted(u8, schema.Seconds),
		"NL80211_PMSR_FTM_RESP_ATTR_TX_RATE":         nest(hwsimRateInfo()),
		"NL80211_PMSR_FTM_RESP_ATTR_RX_RATE":         nest(hwsimRateInfo()),
	})
}

// hwsimPMSR is enum nl80211_peer_measurement_attrs with ftm for what one type
// of measurement can do, or found.
func hwsimPMSR(ftm *schema.Set) *schema.Set {
	data := map[string]schema.Type{"NL80211_PMSR_RESP_ATTR_DATA": nest(nl80211PMSRTypes(ftm))}
	peer := map[string]schema.Type{"NL80211_PMSR_PEER_ATTR_RESP": nest(hwsimRetyped(nl80211PMSRResp(), data))}
	return hwsimRetyped(nl80211PMSR(nl80211Attrs(false)), map[string]schema.Type{
		"NL80211_PMSR_ATTR_TYPE_CAPA": nest(nl80211PMSRTypes(ftm)),
		"NL80211_PMSR_ATTR_PEERS":     array(nest(hwsimRetyped(nl80211PMSRPeer(nl80211Attrs(false)), peer))),
	})
}

// hwsimRetyped gives attributes of a new set other types.
func hwsimRetyped(s *schema.Set, types map[string]schema.Type) *schema.Set {
	for name, t := range types {
		s.ByName(name).Type = t
	}
	return s
}

var (
	hwsimTxFlags = masks("hwsim_tx_control_flags",
		val(1<<0, "HWSIM_TX_CTL_REQ_TX_STATUS"), val(1<<1, "HWSIM_TX_CTL_NO_ACK"), val(1<<2, "HWSIM_TX_STAT_ACK"),
	)
	hwsimRateFlags = masks("hwsim_tx_rate_flags",
		val(1<<0, "MAC80211_HWSIM_TX_RC_USE_RTS_CTS"), val(1<<1, "MAC80211_HWSIM_TX_RC_USE_CTS_PROTECT"),
		val(1<<2, "MAC80211_HWSIM_TX_RC_USE_SHORT_PREAMBLE"), val(1<<3, "MAC80211_HWSIM_TX_RC_MCS"),
		val(1<<4, "MAC80211_HWSIM_TX_RC_GREEN_FIELD"), val(1<<5, "MAC80211_HWSIM_TX_RC_40_MHZ_WIDTH"),
		val(1<<6, "MAC80211_HWSIM_TX_RC_DUP_DATA"), val(1<<7, "MAC80211_HWSIM_TX_RC_SHORT_GI"),
		val(1<<8, "MAC80211_HWSIM_TX_RC_VHT_MCS"), val(1<<9, "MAC80211_HWSIM_TX_RC_80_MHZ_WIDTH"),
		val(1<<10, "MAC80211_HWSIM_TX_RC_160_MHZ_WIDTH"),
	)
)
