// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Settings of a device: linux/ethtool_netlink.h, linux/ethtool_netlink_generated.h,
// net/ethtool/*.c. The type of hdr is ethtoolHeader.

func ethtoolHeader() *schema.Set {
	return set("ETHTOOL_A_HEADER",
		unspec("ETHTOOL_A_HEADER_UNSPEC"),
		attr(1, "ETHTOOL_A_HEADER_DEV_INDEX", ifindex),
		attr(2, "ETHTOOL_A_HEADER_DEV_NAME", str),
		attr(3, "ETHTOOL_A_HEADER_FLAGS", named(u32, ethtoolHeaderFlags)),
		attr(4, "ETHTOOL_A_HEADER_PHY_INDEX", u32),
	)
}

func ethtoolStrset(hdr schema.Type) *schema.Set {
	stringAttrs := set("ETHTOOL_A_STRING",
		unspec("ETHTOOL_A_STRING_UNSPEC"),
		attr(1, "ETHTOOL_A_STRING_INDEX", u32),
		attr(2, "ETHTOOL_A_STRING_VALUE", str),
	)
	stringset := set("ETHTOOL_A_STRINGSET",
		unspec("ETHTOOL_A_STRINGSET_UNSPEC"),
		attr(1, "ETHTOOL_A_STRINGSET_ID", named(u32, ethtoolStringset)),
		attr(2, "ETHTOOL_A_STRINGSET_COUNT", u32),
		attr(3, "ETHTOOL_A_STRINGSET_STRINGS", nest(set("ETHTOOL_A_STRINGS",
			unspec("ETHTOOL_A_STRINGS_UNSPEC"),
			attr(1, "ETHTOOL_A_STRINGS_STRING", nest(stringAttrs))))),
	)
	return set("ETHTOOL_A_STRSET",
		unspec("ETHTOOL_A_STRSET_UNSPEC"),
		attr(1, "ETHTOOL_A_STRSET_HEADER", hdr),
		attr(2, "ETHTOOL_A_STRSET_STRINGSETS", nest(set("ETHTOOL_A_STRINGSETS",
			unspec("ETHTOOL_A_STRINGSETS_UNSPEC"),
			attr(1, "ETHTOOL_A_STRINGSETS_STRINGSET", nest(stringset))))),
		attr(3, "ETHTOOL_A_STRSET_COUNTS_ONLY", flag),
	)
}

func ethtoolLinkinfo(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_LINKINFO",
		unspec("ETHTOOL_A_LINKINFO_UNSPEC"),
		attr(1, "ETHTOOL_A_LINKINFO_HEADER", hdr),
		attr(2, "ETHTOOL_A_LINKINFO_PORT", named(u8, ethtoolPort)),
		attr(3, "ETHTOOL_A_LINKINFO_PHYADDR", u8),
		attr(4, "ETHTOOL_A_LINKINFO_TP_MDIX", named(u8, ethtoolMDIX)),
		attr(5, "ETHTOOL_A_LINKINFO_TP_MDIX_CTRL", named(u8, ethtoolMDIX)),
		attr(6, "ETHTOOL_A_LINKINFO_TRANSCEIVER", named(u8, ethtoolTransceiver)),
	)
}

func ethtoolLinkmodes(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_LINKMODES",
		unspec("ETHTOOL_A_LINKMODES_UNSPEC"),
		attr(1, "ETHTOOL_A_LINKMODES_HEADER", hdr),
		attr(2, "ETHTOOL_A_LINKMODES_AUTONEG", named(u8, ethtoolAutoneg)),
		attr(3, "ETHTOOL_A_LINKMODES_OURS", ethtoolLinkModes()),
		attr(4, "ETHTOOL_A_LINKMODES_PEER", ethtoolLinkModes()),
		attr(5, "ETHTOOL_A_LINKMODES_SPEED", named(u32, ethtoolSpeed)),
		attr(6, "ETHTOOL_A_LINKMODES_DUPLEX", named(u8, ethtoolDuplex)),
		attr(7, "ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG", named(u8, ethtoolMasterSlaveCfg)),
		attr(8, "ETHTOOL_A_LINKMODES_MASTER_SLAVE_STATE", named(u8, ethtoolMasterSlaveState)),
		attr(9, "ETHTOOL_A_LINKMODES_LANES", u32),
		attr(10, "ETHTOOL_A_LINKMODES_RATE_MATCHING", named(u8, ethtoolRateMatching)),
	)
}

func ethtoolLinkstate(hdr schema.Type) *schema.Set {
	substate := by("ETHTOOL_A_LINKSTATE_EXT_STATE", u8, map[string]schema.Type{
		"ETHTOOL_LINK_EXT_STATE_AUTONEG":               named(u8, ethtoolSubstateAutoneg),
		"ETHTOOL_LINK_EXT_STATE_LINK_TRAINING_FAILURE": named(u8, ethtoolSubstateTraining),
		"ETHTOOL_LINK_EXT_STATE_LINK_LOGICAL_MISMATCH": named(u8, ethtoolSubstateMismatch),
		"ETHTOOL_LINK_EXT_STATE_BAD_SIGNAL_INTEGRITY":  named(u8, ethtoolSubstateSignal),
		"ETHTOOL_LINK_EXT_STATE_CABLE_ISSUE":           named(u8, ethtoolSubstateCable),
		"ETHTOOL_LINK_EXT_STATE_MODULE":                named(u8, ethtoolSubstateModule),
	})
	return set("ETHTOOL_A_LINKSTATE",
		unspec("ETHTOOL_A_LINKSTATE_UNSPEC"),
		attr(1, "ETHTOOL_A_LINKSTATE_HEADER", hdr),
		attr(2, "ETHTOOL_A_LINKSTATE_LINK", u8),
		attr(3, "ETHTOOL_A_LINKSTATE_SQI", u32),
		attr(4, "ETHTOOL_A_LINKSTATE_SQI_MAX", u32),
		attr(5, "ETHTOOL_A_LINKSTATE_EXT_STATE", named(u8, ethtoolLinkExtState)),
		attr(6, "ETHTOOL_A_LINKSTATE_EXT_SUBSTATE", substate),
		attr(7, "ETHTOOL_A_LINKSTATE_EXT_DOWN_CNT", u32),
	)
}

func ethtoolDebug(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_DEBUG",
		unspec("ETHTOOL_A_DEBUG_UNSPEC"),
		attr(1, "ETHTOOL_A_DEBUG_HEADER", hdr),
		attr(2, "ETHTOOL_A_DEBUG_MSGMASK", ethtoolBits(ethtoolMsgLevelIndex, ethtoolMsgLevel)),
	)
}

func ethtoolWol(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_WOL",
		unspec("ETHTOOL_A_WOL_UNSPEC"),
		attr(1, "ETHTOOL_A_WOL_HEADER", hdr),
		attr(2, "ETHTOOL_A_WOL_MODES", ethtoolBits(ethtoolWakeIndex, ethtoolWake)),
		attr(3, "ETHTOOL_A_WOL_SOPASS", secret(hwaddr, schema.Password)),
	)
}

func ethtoolFeatures(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_FEATURES",
		unspec("ETHTOOL_A_FEATURES_UNSPEC"),
		attr(1, "ETHTOOL_A_FEATURES_HEADER", hdr),
		attr(2, "ETHTOOL_A_FEATURES_HW", ethtoolOwnBits()),
		attr(3, "ETHTOOL_A_FEATURES_WANTED", ethtoolOwnBits()),
		attr(4, "ETHTOOL_A_FEATURES_ACTIVE", ethtoolOwnBits()),
		attr(5, "ETHTOOL_A_FEATURES_NOCHANGE", ethtoolOwnBits()),
	)
}

func ethtoolPrivflags(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_PRIVFLAGS",
		unspec("ETHTOOL_A_PRIVFLAGS_UNSPEC"),
		attr(1, "ETHTOOL_A_PRIVFLAGS_HEADER", hdr),
		attr(2, "ETHTOOL_A_PRIVFLAGS_FLAGS", ethtoolOwnBits()),
	)
}

func ethtoolRings(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_RINGS",
		unspec("ETHTOOL_A_RINGS_UNSPEC"),
		attr(1, "ETHTOOL_A_RINGS_HEADER", hdr),
		attr(2, "ETHTOOL_A_RINGS_RX_MAX", u32),
		attr(3, "ETHTOOL_A_RINGS_RX_MINI_MAX", u32),
		attr(4, "ETHTOOL_A_RINGS_RX_JUMBO_MAX", u32),
		attr(5, "ETHTOOL_A_RINGS_TX_MAX", u32),
		attr(6, "ETHTOOL_A_RINGS_RX", u32),
		attr(7, "ETHTOOL_A_RINGS_RX_MINI", u32),
		attr(8, "ETHTOOL_A_RINGS_RX_JUMBO", u32),
		attr(9, "ETHTOOL_A_RINGS_TX", u32),
		attr(10, "ETHTOOL_A_RINGS_RX_BUF_LEN", bytes32),
		attr(11, "ETHTOOL_A_RINGS_TCP_DATA_SPLIT", named(u8, ethtoolTCPDataSplit)),
		attr(12, "ETHTOOL_A_RINGS_CQE_SIZE", bytes32),
		attr(13, "ETHTOOL_A_RINGS_TX_PUSH", u8),
		attr(14, "ETHTOOL_A_RINGS_RX_PUSH", u8),
		attr(15, "ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN", bytes32),
		attr(16, "ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN_MAX", bytes32),
		attr(17, "ETHTOOL_A_RINGS_HDS_THRESH", bytes32),
		attr(18, "ETHTOOL_A_RINGS_HDS_THRESH_MAX", bytes32),
	)
}

func ethtoolChannels(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_CHANNELS",
		unspec("ETHTOOL_A_CHANNELS_UNSPEC"),
		attr(1, "ETHTOOL_A_CHANNELS_HEADER", hdr),
		attr(2, "ETHTOOL_A_CHANNELS_RX_MAX", u32),
		attr(3, "ETHTOOL_A_CHANNELS_TX_MAX", u32),
		attr(4, "ETHTOOL_A_CHANNELS_OTHER_MAX", u32),
		attr(5, "ETHTOOL_A_CHANNELS_COMBINED_MAX", u32),
		attr(6, "ETHTOOL_A_CHANNELS_RX_COUNT", u32),
		attr(7, "ETHTOOL_A_CHANNELS_TX_COUNT", u32),
		attr(8, "ETHTOOL_A_CHANNELS_OTHER_COUNT", u32),
		attr(9, "ETHTOOL_A_CHANNELS_COMBINED_COUNT", u32),
	)
}

func ethtoolCoalesce(hdr schema.Type) *schema.Set {
	profile := nest(set("ETHTOOL_A_PROFILE",
		unspec("ETHTOOL_A_PROFILE_UNSPEC"),
		attr(1, "ETHTOOL_A_PROFILE_IRQ_MODERATION", nest(set("ETHTOOL_A_IRQ_MODERATION",
			unspec("ETHTOOL_A_IRQ_MODERATION_UNSPEC"),
			attr(1, "ETHTOOL_A_IRQ_MODERATION_USEC", micros),
			attr(2, "ETHTOOL_A_IRQ_MODERATION_PKTS", u32),
			attr(3, "ETHTOOL_A_IRQ_MODERATION_COMPS", u32))))))
	return set("ETHTOOL_A_COALESCE",
		unspec("ETHTOOL_A_COALESCE_UNSPEC"),
		attr(1, "ETHTOOL_A_COALESCE_HEADER", hdr),
		attr(2, "ETHTOOL_A_COALESCE_RX_USECS", micros),
		attr(3, "ETHTOOL_A_COALESCE_RX_MAX_FRAMES", u32),
		attr(4, "ETHTOOL_A_COALESCE_RX_USECS_IRQ", micros),
		attr(5, "ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ", u32),
		attr(6, "ETHTOOL_A_COALESCE_TX_USECS", micros),
		attr(7, "ETHTOOL_A_COALESCE_TX_MAX_FRAMES", u32),
		attr(8, "ETHTOOL_A_COALESCE_TX_USECS_IRQ", micros),
		attr(9, "ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ", u32),
		attr(10, "ETHTOOL_A_COALESCE_STATS_BLOCK_USECS", micros),
		attr(11, "ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX", u8),
		attr(12, "ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX", u8),
		attr(13, "ETHTOOL_A_COALESCE_PKT_RATE_LOW", u32),
		attr(14, "ETHTOOL_A_COALESCE_RX_USECS_LOW", micros),
		attr(15, "ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW", u32),
		attr(16, "ETHTOOL_A_COALESCE_TX_USECS_LOW", micros),
		attr(17, "ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW", u32),
		attr(18, "ETHTOOL_A_COALESCE_PKT_RATE_HIGH", u32),
		attr(19, "ETHTOOL_A_COALESCE_RX_USECS_HIGH", micros),
		attr(20, "ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH", u32),
		attr(21, "ETHTOOL_A_COALESCE_TX_USECS_HIGH", micros),
		attr(22, "ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH", u32),
		attr(23, "ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL", seconds),
		attr(24, "ETHTOOL_A_COALESCE_USE_CQE_MODE_TX", u8),
		attr(25, "ETHTOOL_A_COALESCE_USE_CQE_MODE_RX", u8),
		attr(26, "ETHTOOL_A_COALESCE_TX_AGGR_MAX_BYTES", bytes32),
		attr(27, "ETHTOOL_A_COALESCE_TX_AGGR_MAX_FRAMES", u32),
		attr(28, "ETHTOOL_A_COALESCE_TX_AGGR_TIME_USECS", micros),
		attr(29, "ETHTOOL_A_COALESCE_RX_PROFILE", profile),
		attr(30, "ETHTOOL_A_COALESCE_TX_PROFILE", profile),
		attr(31, "ETHTOOL_A_COALESCE_RX_CQE_FRAMES", u32),
		attr(32, "ETHTOOL_A_COALESCE_RX_CQE_NSECS", hinted(u32, schema.Nanos)),
	)
}

func ethtoolPauseStat() *schema.Set {
	return set("ETHTOOL_A_PAUSE_STAT",
		unspec("ETHTOOL_A_PAUSE_STAT_UNSPEC"),
		attr(1, "ETHTOOL_A_PAUSE_STAT_PAD", padAt),
		attr(2, "ETHTOOL_A_PAUSE_STAT_TX_FRAMES", u64),
		attr(3, "ETHTOOL_A_PAUSE_STAT_RX_FRAMES", u64),
		attr(4, "ETHTOOL_A_PAUSE_STAT_TX_PAUSE_STORM_EVENTS", u64),
	)
}

func ethtoolPause(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_PAUSE",
		unspec("ETHTOOL_A_PAUSE_UNSPEC"),
		attr(1, "ETHTOOL_A_PAUSE_HEADER", hdr),
		attr(2, "ETHTOOL_A_PAUSE_AUTONEG", u8),
		attr(3, "ETHTOOL_A_PAUSE_RX", u8),
		attr(4, "ETHTOOL_A_PAUSE_TX", u8),
		attr(5, "ETHTOOL_A_PAUSE_STATS", nest(ethtoolPauseStat())),
		attr(6, "ETHTOOL_A_PAUSE_STATS_SRC", named(u32, ethtoolStatsSrc)),
	)
}

func ethtoolEee(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_EEE",
		unspec("ETHTOOL_A_EEE_UNSPEC"),
		attr(1, "ETHTOOL_A_EEE_HEADER", hdr),
		attr(2, "ETHTOOL_A_EEE_MODES_OURS", ethtoolLinkModes()),
		attr(3, "ETHTOOL_A_EEE_MODES_PEER", ethtoolLinkModes()),
		attr(4, "ETHTOOL_A_EEE_ACTIVE", u8),
		attr(5, "ETHTOOL_A_EEE_ENABLED", u8),
		attr(6, "ETHTOOL_A_EEE_TX_LPI_ENABLED", u8),
		attr(7, "ETHTOOL_A_EEE_TX_LPI_TIMER", micros),
	)
}
