// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nl80211 configures wireless devices (linux/nl80211.h,
// net/wireless/nl80211.c). The kernel answers NL80211_CMD_GET_WIPHY with
// NEW_WIPHY, GET_INTERFACE with NEW_INTERFACE and so on; many commands are
// events as well.
func nl80211() *schema.Family {
	f := &schema.Family{
		Name:     "nl80211",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      nl80211Attrs(false),
		Groups: []schema.Group{
			{Name: "config"}, {Name: "scan"}, {Name: "regulatory"}, {Name: "mlme"}, {Name: "vendor"},
			{Name: "nan"}, {Name: "testmode"},
		},
		Lead: []string{
			"NL80211_ATTR_WIPHY_NAME", "NL80211_ATTR_WIPHY", "NL80211_ATTR_IFNAME", "NL80211_ATTR_IFINDEX",
			"NL80211_ATTR_IFTYPE", "NL80211_ATTR_MAC", "NL80211_ATTR_SSID", "NL80211_ATTR_MESH_ID",
			"NL80211_ATTR_WIPHY_FREQ", "NL80211_ATTR_CHANNEL_WIDTH", "NL80211_ATTR_FRAME", "NL80211_BSS_BSSID",
			"NL80211_BSS_FREQUENCY", "NL80211_BSS_SIGNAL_MBM", "NL80211_STA_INFO_SIGNAL", "NL80211_ATTR_KEY_IDX",
			"NL80211_ATTR_KEY_CIPHER", "NL80211_ATTR_REG_ALPHA2", "NL80211_ATTR_REASON_CODE",
			"NL80211_ATTR_STATUS_CODE", "NL80211_SURVEY_INFO_FREQUENCY", "NL80211_ATTR_FRAME_TYPE",
			"NL80211_ATTR_VENDOR_ID", "NL80211_ATTR_VENDOR_SUBCMD",
			"-NL80211_ATTR_KEY_DATA", "-NL80211_KEY_DATA", "-NL80211_ATTR_FILS_KEK", "-NL80211_ATTR_FILS_ERP_RRK", "-NL80211_ATTR_PMK", "-NL80211_ATTR_PMKID", "-NL80211_ATTR_SAE_PASSWORD", "-NL80211_REKEY_DATA_KEK", "-NL80211_REKEY_DATA_KCK", "-NL80211_ATTR_AUTH_DATA", "-NL80211_ATTR_FILS_NONCES", "-NL80211_ATTR_PMKR0_NAME", "-NL80211_ATTR_VENDOR_DATA", ">*",
		},
	}
	wiphy := nl80211Attrs(true)
	for _, c := range nl80211Commands.Values {
		m := schema.Message{ID: uint16(c.N), Name: c.Name}
		if c.Name == "NL80211_CMD_NEW_WIPHY" {
			m.Set = wiphy
		}
		f.Messages = append(f.Messages, m)
	}
	return f
}

// Units of nl80211.
var (
	nl80211MHz    = hinted(u32, schema.MHz)
	nl80211KHz    = hinted(u32, schema.KHz)
	nl80211DBm8   = hinted(schema.Type{Kind: schema.S8}, schema.DBm) // sent as u8
	nl80211DBm32  = hinted(s32, schema.DBm)
	nl80211MBm    = hinted(s32, schema.MBm)
	nl80211Rate16 = hinted(u16, schema.Rate100k)
	nl80211Rate32 = hinted(u32, schema.Rate100k)
	nl80211KBit   = hinted(u32, schema.KBit)
	nl80211TU     = hinted(u32, schema.TU)
	nl80211TU16   = hinted(u16, schema.TU)
	nl80211S64    = schema.Type{Kind: schema.S64}

	nl80211Threshold = s32 // -1: off
)

// Payloads of IEEE 802.11.
var (
	nl80211Cipher        = named(hex32, nl80211Ciphers)
	nl80211AKM           = named(hex32, nl80211AKMs)
	nl80211SSIDType      = custom(nl80211SSIDText)
	nl80211Rates         = where(nl80211RatesText, nl80211RatesFacts)
	nl80211Elements      = where(nl80211ElementsText, nl80211ElementsFacts)
	nl80211Frame         = where(nl80211FrameText, nl80211FrameFacts)
	nl80211HTCapability  = where(nl80211HTCapabilityText, nl80211HTCapFacts)
	nl80211VHTCapability = where(nl80211VHTCapabilityText, nl80211VHTCapFacts)
	nl80211HTMCS         = where(nl80211HTMCSText, nl80211HTMCSFacts)
	nl80211VHTMCS        = where(nl80211VHTMCSText, nl80211VHTMCSFacts)
)

// nl80211ExtFeatures is a mask of as many bytes as it takes.
func nl80211ExtFeatures() schema.Type {
	return schema.Type{Kind: schema.Custom, Enum: nl80211ExtFeature, Format: nl80211ExtFeatureText,
		Facts: func(b []byte, _ bool) any { return bitNames(b, false, 1, nl80211ExtFeature) }}
}

// struct nl80211_sta_flag_update
func nl80211StaFlagUpdate() schema.Type {
	t := named(u32, nl80211StaFlagBits)
	return structOf(record("nl80211_sta_flag_update", field("mask", t), field("set", t)))
}

// struct nl80211_bss_select_rssi_adjust
func nl80211RSSIAdjust() schema.Type {
	return structOf(record("nl80211_bss_select_rssi_adjust",
		field("band", named(u8, nl80211Band)), field("delta", nl80211DBm8)))
}

// struct nl80211_vendor_cmd_info
func nl80211VendorCmd() schema.Type {
	return structOf(record("nl80211_vendor_cmd_info", field("vendor_id", hex32), field("subcmd", u32)))
}

// struct nl80211_pattern_support
func nl80211PatternSupport() []schema.Field {
	return fields(u32, "max_patterns", "min_pattern_len", "max_pattern_len", "max_pkt_offset")
}

// struct nl80211_coalesce_rule_support
func nl80211CoalesceSupport() schema.Type {
	f := append([]schema.Field{field("max_rules", u32)}, nl80211PatternSupport()...)
	return structOf(record("nl80211_coalesce_rule_support", append(f, field("max_delay", millis))...))
}

// nl80211FrameTypeSet is what a kind of interface sends or takes: the same
// attribute over and over (nl80211_send_mgmt_stypes).
func nl80211FrameTypeSet() *schema.Set {
	return set("NL80211_ATTR", attr(101, "NL80211_ATTR_FRAME_TYPE", named(u16, nl80211FrameTypes)))
}

// nl80211AnyFrame is what NL80211_ATTR_FRAME holds, by genlmsghdr's cmd: no
// 802.11 header in NL80211_CMD_CONTROL_PORT_FRAME, and an Ethernet frame in
// NL80211_CMD_CONTROL_PORT_FRAME_TX_STATUS (ieee80211_tx_control_port).
func nl80211AnyFrame() schema.Type {
	return by("cmd", nl80211Frame, map[string]schema.Type{
		"129": where(nl80211EAPOLText, nl80211EAPOLFacts), "139": where(ethernetText, ethernetFacts),
	})
}
