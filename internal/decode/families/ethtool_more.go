// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Timestamping, cable tests, tunnels, FEC, modules, statistics and the other
// groups of messages: linux/ethtool_netlink.h, net/ethtool/*.c.

func ethtoolTSProvider() schema.Type {
	return nest(set("ETHTOOL_A_TS_HWTSTAMP_PROVIDER",
		unspec("ETHTOOL_A_TS_HWTSTAMP_PROVIDER_UNSPEC"),
		attr(1, "ETHTOOL_A_TS_HWTSTAMP_PROVIDER_INDEX", u32),
		attr(2, "ETHTOOL_A_TS_HWTSTAMP_PROVIDER_QUALIFIER", named(u32, ethtoolTSQualifier)),
	))
}

func ethtoolTSStat() *schema.Set {
	return set("ETHTOOL_A_TS_STAT",
		unspec("ETHTOOL_A_TS_STAT_UNSPEC"),
		attr(1, "ETHTOOL_A_TS_STAT_TX_PKTS", anyUint),
		attr(2, "ETHTOOL_A_TS_STAT_TX_LOST", anyUint),
		attr(3, "ETHTOOL_A_TS_STAT_TX_ERR", anyUint),
		attr(4, "ETHTOOL_A_TS_STAT_TX_ONESTEP_PKTS_UNCONFIRMED", anyUint),
	)
}

func ethtoolTSInfo(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_TSINFO",
		unspec("ETHTOOL_A_TSINFO_UNSPEC"),
		attr(1, "ETHTOOL_A_TSINFO_HEADER", hdr),
		attr(2, "ETHTOOL_A_TSINFO_TIMESTAMPING", ethtoolBits(ethtoolTSIndex, ethtoolTS)),
		attr(3, "ETHTOOL_A_TSINFO_TX_TYPES", ethtoolBits(ethtoolTSTxIndex, ethtoolTSTx)),
		attr(4, "ETHTOOL_A_TSINFO_RX_FILTERS", ethtoolBits(ethtoolTSRxIndex, ethtoolTSRx)),
		attr(5, "ETHTOOL_A_TSINFO_PHC_INDEX", u32),
		attr(6, "ETHTOOL_A_TSINFO_STATS", nest(ethtoolTSStat())),
		attr(7, "ETHTOOL_A_TSINFO_HWTSTAMP_PROVIDER", ethtoolTSProvider()),
		attr(8, "ETHTOOL_A_TSINFO_HWTSTAMP_SOURCE", named(u32, ethtoolTSSource)),
		attr(9, "ETHTOOL_A_TSINFO_HWTSTAMP_PHYINDEX", u32),
	)
}

func ethtoolTSConfig(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_TSCONFIG",
		unspec("ETHTOOL_A_TSCONFIG_UNSPEC"),
		attr(1, "ETHTOOL_A_TSCONFIG_HEADER", hdr),
		attr(2, "ETHTOOL_A_TSCONFIG_HWTSTAMP_PROVIDER", ethtoolTSProvider()),
		attr(3, "ETHTOOL_A_TSCONFIG_TX_TYPES", ethtoolBits(ethtoolTSTxIndex, ethtoolTSTx)),
		attr(4, "ETHTOOL_A_TSCONFIG_RX_FILTERS", ethtoolBits(ethtoolTSRxIndex, ethtoolTSRx)),
		attr(5, "ETHTOOL_A_TSCONFIG_HWTSTAMP_FLAGS", ethtoolBits(ethtoolTSFlagIndex, ethtoolTSFlag)),
	)
}

func ethtoolPhcVclocks(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_PHC_VCLOCKS",
		unspec("ETHTOOL_A_PHC_VCLOCKS_UNSPEC"),
		attr(1, "ETHTOOL_A_PHC_VCLOCKS_HEADER", hdr),
		attr(2, "ETHTOOL_A_PHC_VCLOCKS_NUM", u32),
		attr(3, "ETHTOOL_A_PHC_VCLOCKS_INDEX", packed(s32)),
	)
}

func ethtoolCableTest(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_CABLE_TEST",
		unspec("ETHTOOL_A_CABLE_TEST_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_TEST_HEADER", hdr),
	)
}

func ethtoolCableResult() *schema.Set {
	return set("ETHTOOL_A_CABLE_RESULT",
		unspec("ETHTOOL_A_CABLE_RESULT_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_RESULT_PAIR", named(u8, ethtoolCablePair)),
		attr(2, "ETHTOOL_A_CABLE_RESULT_CODE", named(u8, ethtoolCableCode)),
		attr(3, "ETHTOOL_A_CABLE_RESULT_SRC", named(u32, ethtoolCableSource)),
	)
}

func ethtoolCableFault() *schema.Set {
	return set("ETHTOOL_A_CABLE_FAULT_LENGTH",
		unspec("ETHTOOL_A_CABLE_FAULT_LENGTH_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_FAULT_LENGTH_PAIR", named(u8, ethtoolCablePair)),
		attr(2, "ETHTOOL_A_CABLE_FAULT_LENGTH_CM", u32),
		attr(3, "ETHTOOL_A_CABLE_FAULT_LENGTH_SRC", named(u32, ethtoolCableSource)),
	)
}

func ethtoolCableNest() *schema.Set {
	return set("ETHTOOL_A_CABLE_NEST",
		unspec("ETHTOOL_A_CABLE_NEST_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_NEST_RESULT", nest(ethtoolCableResult())),
		attr(2, "ETHTOOL_A_CABLE_NEST_FAULT_LENGTH", nest(ethtoolCableFault())),
	)
}

func ethtoolCableTestNtf(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_CABLE_TEST_NTF",
		unspec("ETHTOOL_A_CABLE_TEST_NTF_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_TEST_NTF_HEADER", hdr),
		attr(2, "ETHTOOL_A_CABLE_TEST_NTF_STATUS", named(u8, ethtoolCableStatus)),
		attr(3, "ETHTOOL_A_CABLE_TEST_NTF_NEST", nest(ethtoolCableNest())),
	)
}

// Distances are in centimetres.
func ethtoolCableTdrCfg() *schema.Set {
	return set("ETHTOOL_A_CABLE_TEST_TDR_CFG",
		unspec("ETHTOOL_A_CABLE_TEST_TDR_CFG_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_TEST_TDR_CFG_FIRST", u32),
		attr(2, "ETHTOOL_A_CABLE_TEST_TDR_CFG_LAST", u32),
		attr(3, "ETHTOOL_A_CABLE_TEST_TDR_CFG_STEP", u32),
		attr(4, "ETHTOOL_A_CABLE_TEST_TDR_CFG_PAIR", named(u8, ethtoolCablePair)),
	)
}

func ethtoolCableTestTdr(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_CABLE_TEST_TDR",
		unspec("ETHTOOL_A_CABLE_TEST_TDR_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_TEST_TDR_HEADER", hdr),
		attr(2, "ETHTOOL_A_CABLE_TEST_TDR_CFG", nest(ethtoolCableTdrCfg())),
	)
}

func ethtoolCableTdrNest() *schema.Set {
	mV := schema.Type{Kind: schema.S16}
	amplitude := set("ETHTOOL_A_CABLE_AMPLITUDE",
		unspec("ETHTOOL_A_CABLE_AMPLITUDE_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_AMPLITUDE_PAIR", named(u8, ethtoolCablePair)),
		attr(2, "ETHTOOL_A_CABLE_AMPLITUDE_mV", mV),
	)
	pulse := set("ETHTOOL_A_CABLE_PULSE",
		unspec("ETHTOOL_A_CABLE_PULSE_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_PULSE_mV", mV),
	)
	step := set("ETHTOOL_A_CABLE_STEP",
		unspec("ETHTOOL_A_CABLE_STEP_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_STEP_FIRST_DISTANCE", u32),
		attr(2, "ETHTOOL_A_CABLE_STEP_LAST_DISTANCE", u32),
		attr(3, "ETHTOOL_A_CABLE_STEP_STEP_DISTANCE", u32),
	)
	return set("ETHTOOL_A_CABLE_TDR_NEST",
		unspec("ETHTOOL_A_CABLE_TDR_NEST_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_TDR_NEST_STEP", nest(step)),
		attr(2, "ETHTOOL_A_CABLE_TDR_NEST_AMPLITUDE", nest(amplitude)),
		attr(3, "ETHTOOL_A_CABLE_TDR_NEST_PULSE", nest(pulse)),
	)
}

func ethtoolCableTestTdrNtf(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_CABLE_TEST_TDR_NTF",
		unspec("ETHTOOL_A_CABLE_TEST_TDR_NTF_UNSPEC"),
		attr(1, "ETHTOOL_A_CABLE_TEST_TDR_NTF_HEADER", hdr),
		attr(2, "ETHTOOL_A_CABLE_TEST_TDR_NTF_STATUS", named(u8, ethtoolCableStatus)),
		attr(3, "ETHTOOL_A_CABLE_TEST_TDR_NTF_NEST", nest(ethtoolCableTdrNest())),
	)
}

func ethtoolTunnelInfo(hdr schema.Type) *schema.Set {
	entry := set("ETHTOOL_A_TUNNEL_UDP_ENTRY",
		unspec("ETHTOOL_A_TUNNEL_UDP_ENTRY_UNSPEC"),
		attr(1, "ETHTOOL_A_TUNNEL_UDP_ENTRY_PORT", be16),
		attr(2, "ETHTOOL_A_TUNNEL_UDP_ENTRY_TYPE", named(u32, ethtoolTunnelType)),
	)
	table := set("ETHTOOL_A_TUNNEL_UDP_TABLE",
		unspec("ETHTOOL_A_TUNNEL_UDP_TABLE_UNSPEC"),
		attr(1, "ETHTOOL_A_TUNNEL_UDP_TABLE_SIZE", u32),
		attr(2, "ETHTOOL_A_TUNNEL_UDP_TABLE_TYPES", ethtoolBits(ethtoolTunnelType, ethtoolTunnelTypes)),
		attr(3, "ETHTOOL_A_TUNNEL_UDP_TABLE_ENTRY", nest(entry)),
	)
	return set("ETHTOOL_A_TUNNEL_INFO",
		unspec("ETHTOOL_A_TUNNEL_INFO_UNSPEC"),
		attr(1, "ETHTOOL_A_TUNNEL_INFO_HEADER", hdr),
		attr(2, "ETHTOOL_A_TUNNEL_INFO_UDP_PORTS", nest(set("ETHTOOL_A_TUNNEL_UDP",
			unspec("ETHTOOL_A_TUNNEL_UDP_UNSPEC"),
			attr(1, "ETHTOOL_A_TUNNEL_UDP_TABLE", nest(table))))),
	)
}

// The counters are one for the port, then one for each lane (fec_stats).
func ethtoolFecStat() *schema.Set {
	hist := set("ETHTOOL_A_FEC_HIST",
		attr(1, "ETHTOOL_A_FEC_HIST_PAD", padAt),
		attr(2, "ETHTOOL_A_FEC_HIST_BIN_LOW", u32),
		attr(3, "ETHTOOL_A_FEC_HIST_BIN_HIGH", u32),
		attr(4, "ETHTOOL_A_FEC_HIST_BIN_VAL", anyUint),
		attr(5, "ETHTOOL_A_FEC_HIST_BIN_VAL_PER_LANE", packed(u64)),
	)
	return set("ETHTOOL_A_FEC_STAT",
		unspec("ETHTOOL_A_FEC_STAT_UNSPEC"),
		attr(1, "ETHTOOL_A_FEC_STAT_PAD", padAt),
		attr(2, "ETHTOOL_A_FEC_STAT_CORRECTED", packed(u64)),
		attr(3, "ETHTOOL_A_FEC_STAT_UNCORR", packed(u64)),
		attr(4, "ETHTOOL_A_FEC_STAT_CORR_BITS", packed(u64)),
		attr(5, "ETHTOOL_A_FEC_STAT_HIST", nest(hist)),
	)
}

func ethtoolFec(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_FEC",
		unspec("ETHTOOL_A_FEC_UNSPEC"),
		attr(1, "ETHTOOL_A_FEC_HEADER", hdr),
		attr(2, "ETHTOOL_A_FEC_MODES", ethtoolLinkModes()),
		attr(3, "ETHTOOL_A_FEC_AUTO", u8),
		attr(4, "ETHTOOL_A_FEC_ACTIVE", named(u32, ethtoolLinkMode)),
		attr(5, "ETHTOOL_A_FEC_STATS", nest(ethtoolFecStat())),
	)
}

func ethtoolModuleEeprom(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_MODULE_EEPROM",
		unspec("ETHTOOL_A_MODULE_EEPROM_UNSPEC"),
		attr(1, "ETHTOOL_A_MODULE_EEPROM_HEADER", hdr),
		attr(2, "ETHTOOL_A_MODULE_EEPROM_OFFSET", u32),
		attr(3, "ETHTOOL_A_MODULE_EEPROM_LENGTH", bytes32),
		attr(4, "ETHTOOL_A_MODULE_EEPROM_PAGE", u8),
		attr(5, "ETHTOOL_A_MODULE_EEPROM_BANK", u8),
		attr(6, "ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS", hex8),
		attr(7, "ETHTOOL_A_MODULE_EEPROM_DATA", secret(opaque, schema.Memory)),
	)
}

func ethtoolModule(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_MODULE",
		unspec("ETHTOOL_A_MODULE_UNSPEC"),
		attr(1, "ETHTOOL_A_MODULE_HEADER", hdr),
		attr(2, "ETHTOOL_A_MODULE_POWER_MODE_POLICY", named(u8, ethtoolModulePolicy)),
		attr(3, "ETHTOOL_A_MODULE_POWER_MODE", named(u8, ethtoolModulePower)),
	)
}

func ethtoolModuleFlash(hdr schema.Type) *schema.Set {
	return set("ETHTOOL_A_MODULE_FW_FLASH",
		unspec("ETHTOOL_A_MODULE_FW_FLASH_UNSPEC"),
		attr(1, "ETHTOOL_A_MODULE_FW_FLASH_HEADER", hdr),
		attr(2, "ETHTOOL_A_MODULE_FW_FLASH_FILE_NAME", str),
		attr(3, "ETHTOOL_A_MODULE_FW_FLASH_PASSWORD", secret(u32, schema.Password)),
		attr(4, "ETHTOOL_A_MODULE_FW_FLASH_STATUS", named(u32, ethtoolModuleFlashStatus)),
		attr(5, "ETHTOOL_A_MODULE_FW_FLASH_STATUS_MSG", str),
		attr(6, "ETHTOOL_A_MODULE_FW_FLASH_DONE", hinted(anyUint, schema.Bytes)),
		attr(7, "ETHTOOL_A_MODULE_FW_FLASH_TOTAL", hinted(anyUint, schema.Bytes)),
	)
}
