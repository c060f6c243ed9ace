// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// ethtool is the settings of network devices (net/ethtool). Requests and
// answers count their commands apart: number 2 is ETHTOOL_MSG_LINKINFO_GET one
// way and ETHTOOL_MSG_LINKINFO_GET_REPLY the other.
func ethtool() *schema.Family {
	return &schema.Family{
		Name:     "ethtool",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: ethtoolMessages(),
		Groups:   []schema.Group{{Name: "monitor"}},
		Lead: []string{
			"ETHTOOL_A_HEADER_DEV_NAME", "ETHTOOL_A_HEADER_DEV_INDEX", "ETHTOOL_A_STRINGSET_ID",
			"ETHTOOL_A_LINKSTATE_LINK", "ETHTOOL_A_LINKMODES_SPEED", "ETHTOOL_A_LINKMODES_DUPLEX",
			"ETHTOOL_A_LINKINFO_PORT", "ETHTOOL_A_RINGS_RX", "ETHTOOL_A_RINGS_TX",
			"ETHTOOL_A_CHANNELS_COMBINED_COUNT", "ETHTOOL_A_COALESCE_RX_USECS", "ETHTOOL_A_PAUSE_AUTONEG",
			"ETHTOOL_A_EEE_ENABLED", "ETHTOOL_A_FEC_ACTIVE", "ETHTOOL_A_TSINFO_PHC_INDEX",
			"ETHTOOL_A_STATS_GRP_ID", "ETHTOOL_A_CABLE_TEST_NTF_STATUS", "ETHTOOL_A_RSS_CONTEXT",
			"ETHTOOL_A_MODULE_POWER_MODE", "ETHTOOL_A_PHY_NAME", "ETHTOOL_A_PSE_NTF_EVENTS",
			"-ETHTOOL_A_WOL_SOPASS", "-ETHTOOL_A_MODULE_FW_FLASH_PASSWORD", "-ETHTOOL_A_RSS_HKEY", ">*",
		},
	}
}

func ethtoolMessages() []schema.Message {
	hdr := nest(ethtoolHeader())
	strset := ethtoolStrset(hdr)
	linkinfo := ethtoolLinkinfo(hdr)
	linkmodes := ethtoolLinkmodes(hdr)
	linkstate := ethtoolLinkstate(hdr)
	debug := ethtoolDebug(hdr)
	wol := ethtoolWol(hdr)
	features := ethtoolFeatures(hdr)
	privflags := ethtoolPrivflags(hdr)
	rings := ethtoolRings(hdr)
	channels := ethtoolChannels(hdr)
	coalesce := ethtoolCoalesce(hdr)
	pause := ethtoolPause(hdr)
	eee := ethtoolEee(hdr)
	tsInfo := ethtoolTSInfo(hdr)
	cableTest := ethtoolCableTest(hdr)
	cableTestTdr := ethtoolCableTestTdr(hdr)
	tunnelInfo := ethtoolTunnelInfo(hdr)
	fec := ethtoolFec(hdr)
	moduleEeprom := ethtoolModuleEeprom(hdr)
	stats := ethtoolStats(hdr)
	phcVclocks := ethtoolPhcVclocks(hdr)
	module := ethtoolModule(hdr)
	pse := ethtoolPse(hdr)
	rss := ethtoolRss(hdr)
	plca := ethtoolPlca(hdr)
	mm := ethtoolMM(hdr)
	moduleFlash := ethtoolModuleFlash(hdr)
	phy := ethtoolPhy(hdr)
	tsConfig := ethtoolTSConfig(hdr)
	mse := ethtoolMse(hdr)
	cableTestNtf := ethtoolCableTestNtf(hdr)
	cableTestTdrNtf := ethtoolCableTestTdrNtf(hdr)
	pseNtf := ethtoolPseNtf(hdr)
	return []schema.Message{
		{ID: 0, Name: "ETHTOOL_MSG_USER_NONE", Dirs: schema.ToKernel},
		{ID: 1, Name: "ETHTOOL_MSG_STRSET_GET", Dirs: schema.ToKernel, Set: strset},
		{ID: 2, Name: "ETHTOOL_MSG_LINKINFO_GET", Dirs: schema.ToKernel, Set: linkinfo},
		{ID: 3, Name: "ETHTOOL_MSG_LINKINFO_SET", Dirs: schema.ToKernel, Set: linkinfo},
		{ID: 4, Name: "ETHTOOL_MSG_LINKMODES_GET", Dirs: schema.ToKernel, Set: linkmodes},
		{ID: 5, Name: "ETHTOOL_MSG_LINKMODES_SET", Dirs: schema.ToKernel, Set: linkmodes},
		{ID: 6, Name: "ETHTOOL_MSG_LINKSTATE_GET", Dirs: schema.ToKernel, Set: linkstate},
		{ID: 7, Name: "ETHTOOL_MSG_DEBUG_GET", Dirs: schema.ToKernel, Set: debug},
		{ID: 8, Name: "ETHTOOL_MSG_DEBUG_SET", Dirs: schema.ToKernel, Set: debug},
		{ID: 9, Name: "ETHTOOL_MSG_WOL_GET", Dirs: schema.ToKernel, Set: wol},
		{ID: 10, Name: "ETHTOOL_MSG_WOL_SET", Dirs: schema.ToKernel, Set: wol},
		{ID: 11, Name: "ETHTOOL_MSG_FEATURES_GET", Dirs: schema.ToKernel, Set: features},
		{ID: 12, Name: "ETHTOOL_MSG_FEATURES_SET", Dirs: schema.ToKernel, Set: features},
		{ID: 13, Name: "ETHTOOL_MSG_PRIVFLAGS_GET", Dirs: schema.ToKernel, Set: privflags},
		{ID: 14, Name: "ETHTOOL_MSG_PRIVFLAGS_SET", Dirs: schema.ToKernel, Set: privflags},
		{ID: 15, Name: "ETHTOOL_MSG_RINGS_GET", Dirs: schema.ToKernel, Set: rings},
		{ID: 16, Name: "ETHTOOL_MSG_RINGS_SET", Dirs: schema.ToKernel, Set: rings},
		{ID: 17, Name: "ETHTOOL_MSG_CHANNELS_GET", Dirs: schema.ToKernel, Set: channels},
		{ID: 18, Name: "ETHTOOL_MSG_CHANNELS_SET", Dirs: schema.ToKernel, Set: channels},
		{ID: 19, Name: "ETHTOOL_MSG_COALESCE_GET", Dirs: schema.ToKernel, Set: coalesce},
		{ID: 20, Name: "ETHTOOL_MSG_COALESCE_SET", Dirs: schema.ToKernel, Set: coalesce},
		{ID: 21, Name: "ETHTOOL_MSG_PAUSE_GET", Dirs: schema.ToKernel, Set: pause},
		{ID: 22, Name: "ETHTOOL_MSG_PAUSE_SET", Dirs: schema.ToKernel, Set: pause},
		{ID: 23, Name: "ETHTOOL_MSG_EEE_GET", Dirs: schema.ToKernel, Set: eee},
		{ID: 24, Name: "ETHTOOL_MSG_EEE_SET", Dirs: schema.ToKernel, Set: eee},
		{ID: 25, Name: "ETHTOOL_MSG_TSINFO_GET", Dirs: schema.ToKernel, Set: tsInfo},
		{ID: 26, Name: "ETHTOOL_MSG_CABLE_TEST_ACT", Dirs: schema.ToKernel, Set: cableTest},
		{ID: 27, Name: "ETHTOOL_MSG_CABLE_TEST_TDR_ACT", Dirs: schema.ToKernel, Set: cableTestTdr},
		{ID: 28, Name: "ETHTOOL_MSG_TUNNEL_INFO_GET", Dirs: schema.ToKernel, Set: tunnelInfo},
		{ID: 29, Name: "ETHTOOL_MSG_FEC_GET", Dirs: schema.ToKernel, Set: fec},
		{ID: 30, Name: "ETHTOOL_MSG_FEC_SET", Dirs: schema.ToKernel, Set: fec},
		{ID: 31, Name: "ETHTOOL_MSG_MODULE_EEPROM_GET", Dirs: schema.ToKernel, Set: moduleEeprom},
		{ID: 32, Name: "ETHTOOL_MSG_STATS_GET", Dirs: schema.ToKernel, Set: stats},
		{ID: 33, Name: "ETHTOOL_MSG_PHC_VCLOCKS_GET", Dirs: schema.ToKernel, Set: phcVclocks},
		{ID: 34, Name: "ETHTOOL_MSG_MODULE_GET", Dirs: schema.ToKernel, Set: module},
		{ID: 35, Name: "ETHTOOL_MSG_MODULE_SET", Dirs: schema.ToKernel, Set: module},
		{ID: 36, Name: "ETHTOOL_MSG_PSE_GET", Dirs: schema.ToKernel, Set: pse},
		{ID: 37, Name: "ETHTOOL_MSG_PSE_SET", Dirs: schema.ToKernel, Set: pse},
		{ID: 38, Name: "ETHTOOL_MSG_RSS_GET", Dirs: schema.ToKernel, Set: rss},
		{ID: 39, Name: "ETHTOOL_MSG_PLCA_GET_CFG", Dirs: schema.ToKernel, Set: plca},
		{ID: 40, Name: "ETHTOOL_MSG_PLCA_SET_CFG", Dirs: schema.ToKernel, Set: plca},
		{ID: 41, Name: "ETHTOOL_MSG_PLCA_GET_STATUS", Dirs: schema.ToKernel, Set: plca},
		{ID: 42, Name: "ETHTOOL_MSG_MM_GET", Dirs: schema.ToKernel, Set: mm},
		{ID: 43, Name: "ETHTOOL_MSG_MM_SET", Dirs: schema.ToKernel, Set: mm},
		{ID: 44, Name: "ETHTOOL_MSG_MODULE_FW_FLASH_ACT", Dirs: schema.ToKernel, Set: moduleFlash},
		{ID: 45, Name: "ETHTOOL_MSG_PHY_GET", Dirs: schema.ToKernel, Set: phy},
		{ID: 46, Name: "ETHTOOL_MSG_TSCONFIG_GET", Dirs: schema.ToKernel, Set: tsConfig},
		{ID: 47, Name: "ETHTOOL_MSG_TSCONFIG_SET", Dirs: schema.ToKernel, Set: tsConfig},
		{ID: 48, Name: "ETHTOOL_MSG_RSS_SET", Dirs: schema.ToKernel, Set: rss},
		{ID: 49, Name: "ETHTOOL_MSG_RSS_CREATE_ACT", Dirs: schema.ToKernel, Set: rss},
		{ID: 50, Name: "ETHTOOL_MSG_RSS_DELETE_ACT", Dirs: schema.ToKernel, Set: rss},
		{ID: 51, Name: "ETHTOOL_MSG_MSE_GET", Dirs: schema.ToKernel, Set: mse},

		{ID: 0, Name: "ETHTOOL_MSG_KERNEL_NONE", Dirs: schema.FromKernel},
		{ID: 1, Name: "ETHTOOL_MSG_STRSET_GET_REPLY", Dirs: schema.FromKernel, Set: strset},
		{ID: 2, Name: "ETHTOOL_MSG_LINKINFO_GET_REPLY", Dirs: schema.FromKernel, Set: linkinfo},
		{ID: 3, Name: "ETHTOOL_MSG_LINKINFO_NTF", Dirs: schema.FromKernel, Set: linkinfo},
		{ID: 4, Name: "ETHTOOL_MSG_LINKMODES_GET_REPLY", Dirs: schema.FromKernel, Set: linkmodes},
		{ID: 5, Name: "ETHTOOL_MSG_LINKMODES_NTF", Dirs: schema.FromKernel, Set: linkmodes},
		{ID: 6, Name: "ETHTOOL_MSG_LINKSTATE_GET_REPLY", Dirs: schema.FromKernel, Set: linkstate},
		{ID: 7, Name: "ETHTOOL_MSG_DEBUG_GET_REPLY", Dirs: schema.FromKernel, Set: debug},
		{ID: 8, Name: "ETHTOOL_MSG_DEBUG_NTF", Dirs: schema.FromKernel, Set: debug},
		{ID: 9, Name: "ETHTOOL_MSG_WOL_GET_REPLY", Dirs: schema.FromKernel, Set: wol},
		{ID: 10, Name: "ETHTOOL_MSG_WOL_NTF", Dirs: schema.FromKernel, Set: wol},
		{ID: 11, Name: "ETHTOOL_MSG_FEATURES_GET_REPLY", Dirs: schema.FromKernel, Set: features},
		{ID: 12, Name: "ETHTOOL_MSG_FEATURES_SET_REPLY", Dirs: schema.FromKernel, Set: features},
		{ID: 13, Name: "ETHTOOL_MSG_FEATURES_NTF", Dirs: schema.FromKernel, Set: features},
		{ID: 14, Name: "ETHTOOL_MSG_PRIVFLAGS_GET_REPLY", Dirs: schema.FromKernel, Set: privflags},
		{ID: 15, Name: "ETHTOOL_MSG_PRIVFLAGS_NTF", Dirs: schema.FromKernel, Set: privflags},
		{ID: 16, Name: "ETHTOOL_MSG_RINGS_GET_REPLY", Dirs: schema.FromKernel, Set: rings},
		{ID: 17, Name: "ETHTOOL_MSG_RINGS_NTF", Dirs: schema.FromKernel, Set: rings},
		{ID: 18, Name: "ETHTOOL_MSG_CHANNELS_GET_REPLY", Dirs: schema.FromKernel, Set: channels},
		{ID: 19, Name: "ETHTOOL_MSG_CHANNELS_NTF", Dirs: schema.FromKernel, Set: channels},
		{ID: 20, Name: "ETHTOOL_MSG_COALESCE_GET_REPLY", Dirs: schema.FromKernel, Set: coalesce},
		{ID: 21, Name: "ETHTOOL_MSG_COALESCE_NTF", Dirs: schema.FromKernel, Set: coalesce},
		{ID: 22, Name: "ETHTOOL_MSG_PAUSE_GET_REPLY", Dirs: schema.FromKernel, Set: pause},
		{ID: 23, Name: "ETHTOOL_MSG_PAUSE_NTF", Dirs: schema.FromKernel, Set: pause},
		{ID: 24, Name: "ETHTOOL_MSG_EEE_GET_REPLY", Dirs: schema.FromKernel, Set: eee},
		{ID: 25, Name: "ETHTOOL_MSG_EEE_NTF", Dirs: schema.FromKernel, Set: eee},
		{ID: 26, Name: "ETHTOOL_MSG_TSINFO_GET_REPLY", Dirs: schema.FromKernel, Set: tsInfo},
		{ID: 27, Name: "ETHTOOL_MSG_CABLE_TEST_NTF", Dirs: schema.FromKernel, Set: cableTestNtf},
		{ID: 28, Name: "ETHTOOL_MSG_CABLE_TEST_TDR_NTF", Dirs: schema.FromKernel, Set: cableTestTdrNtf},
		{ID: 29, Name: "ETHTOOL_MSG_TUNNEL_INFO_GET_REPLY", Dirs: schema.FromKernel, Set: tunnelInfo},
		{ID: 30, Name: "ETHTOOL_MSG_FEC_GET_REPLY", Dirs: schema.FromKernel, Set: fec},
		{ID: 31, Name: "ETHTOOL_MSG_FEC_NTF", Dirs: schema.FromKernel, Set: fec},
		{ID: 32, Name: "ETHTOOL_MSG_MODULE_EEPROM_GET_REPLY", Dirs: schema.FromKernel, Set: moduleEeprom},
		{ID: 33, Name: "ETHTOOL_MSG_STATS_GET_REPLY", Dirs: schema.FromKernel, Set: stats},
		{ID: 34, Name: "ETHTOOL_MSG_PHC_VCLOCKS_GET_REPLY", Dirs: schema.FromKernel, Set: phcVclocks},
		{ID: 35, Name: "ETHTOOL_MSG_MODULE_GET_REPLY", Dirs: schema.FromKernel, Set: module},
		{ID: 36, Name: "ETHTOOL_MSG_MODULE_NTF", Dirs: schema.FromKernel, Set: module},
		{ID: 37, Name: "ETHTOOL_MSG_PSE_GET_REPLY", Dirs: schema.FromKernel, Set: pse},
		{ID: 38, Name: "ETHTOOL_MSG_RSS_GET_REPLY", Dirs: schema.FromKernel, Set: rss},
		{ID: 39, Name: "ETHTOOL_MSG_PLCA_GET_CFG_REPLY", Dirs: schema.FromKernel, Set: plca},
		{ID: 40, Name: "ETHTOOL_MSG_PLCA_GET_STATUS_REPLY", Dirs: schema.FromKernel, Set: plca},
		{ID: 41, Name: "ETHTOOL_MSG_PLCA_NTF", Dirs: schema.FromKernel, Set: plca},
		{ID: 42, Name: "ETHTOOL_MSG_MM_GET_REPLY", Dirs: schema.FromKernel, Set: mm},
		{ID: 43, Name: "ETHTOOL_MSG_MM_NTF", Dirs: schema.FromKernel, Set: mm},
		{ID: 44, Name: "ETHTOOL_MSG_MODULE_FW_FLASH_NTF", Dirs: schema.FromKernel, Set: moduleFlash},
		{ID: 45, Name: "ETHTOOL_MSG_PHY_GET_REPLY", Dirs: schema.FromKernel, Set: phy},
		{ID: 46, Name: "ETHTOOL_MSG_PHY_NTF", Dirs: schema.FromKernel, Set: phy},
		{ID: 47, Name: "ETHTOOL_MSG_TSCONFIG_GET_REPLY", Dirs: schema.FromKernel, Set: tsConfig},
		{ID: 48, Name: "ETHTOOL_MSG_TSCONFIG_SET_REPLY", Dirs: schema.FromKernel, Set: tsConfig},
		{ID: 49, Name: "ETHTOOL_MSG_PSE_NTF", Dirs: schema.FromKernel, Set: pseNtf},
		{ID: 50, Name: "ETHTOOL_MSG_RSS_NTF", Dirs: schema.FromKernel, Set: rss},
		{ID: 51, Name: "ETHTOOL_MSG_RSS_CREATE_ACT_REPLY", Dirs: schema.FromKernel, Set: rss},
		{ID: 52, Name: "ETHTOOL_MSG_RSS_CREATE_NTF", Dirs: schema.FromKernel, Set: rss},
		{ID: 53, Name: "ETHTOOL_MSG_RSS_DELETE_NTF", Dirs: schema.FromKernel, Set: rss},
		{ID: 54, Name: "ETHTOOL_MSG_MSE_GET_REPLY", Dirs: schema.FromKernel, Set: mse},
	}
}
