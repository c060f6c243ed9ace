// SPDX-License-Identifier: Apache-2.0

package families_test

import "maps"

const wirelessAlias = "another name of a number that the tables have"

func init() {
	headers = append(headers,
		cited{name: "linux/nl80211.h", of: []string{"nl80211"}, skip: map[string]string{
			"NUM_NL80211_*": notWire, "MAX_NL80211_*": notWire, "NL80211_NUM_ACS": notWire, "NL80211_STA_FLAG_MAX_OLD_API": notWire,
			"NL80211_NAN_FUNC_MAX_TYPE": notWire, "NL80211_NAN_FUNC_SERVICE_ID_LEN": notWire, "NL80211_NAN_FUNC_SRF_MAX_LEN": notWire,
			"NL80211_NAN_FUNC_SERVICE_SPEC_INFO_MAX_LEN": notWire, "NL80211_FILS_DISCOVERY_TMPL_MIN_LEN": notWire,
			"NL80211_EDMG_*": notWire, "NL80211_WIPHY_NAME_MAXLEN": notWire, "NL80211_MAX_SUPP_*": notWire,
			"NL80211_TKIP_DATA_OFFSET_*": "places in a key", "NL80211_HT_CAPABILITY_LEN": notWire, "NL80211_VHT_CAPABILITY_LEN": notWire,
			"NL80211_HE_MIN_CAPABILITY_LEN": notWire, "NL80211_HE_MAX_CAPABILITY_LEN": notWire,
			"NL80211_EHT_MIN_CAPABILITY_LEN": notWire, "NL80211_EHT_MAX_CAPABILITY_LEN": notWire, "NL80211_MAX_NR_*": notWire,
			"NL80211_MIN_REMAIN_ON_CHANNEL_TIME": notWire, "NL80211_SCAN_RSSI_THOLD_OFF": "shown as -300 dBm",
			"NL80211_CQM_TXE_MAX_INTVL": notWire, "NL80211_KCK_*": notWire, "NL80211_KEK_*": notWire, "NL80211_REPLAY_CTR_LEN": notWire,
			"NL80211_CRIT_PROTO_MAX_DURATION": notWire, "NL80211_VENDOR_ID_IS_LINUX": "a bit of NL80211_ATTR_VENDOR_ID, shown in hex",
			"NL80211_RRF_NO_HT40": notNames, "NL80211_RRF_NO_IR_ALL": notNames,

			"NL80211_CMD_NEW_BEACON": wirelessAlias, "NL80211_CMD_DEL_BEACON": wirelessAlias, "NL80211_CMD_REGISTER_ACTION": wirelessAlias,
			"NL80211_CMD_ACTION": wirelessAlias, "NL80211_CMD_ACTION_TX_STATUS": wirelessAlias, "NL80211_CMD_GET_MESH_PARAMS": wirelessAlias,
			"NL80211_CMD_SET_MESH_PARAMS": wirelessAlias, "NL80211_MESH_SETUP_VENDOR_PATH_SEL_IE": wirelessAlias,
			"NL80211_EXT_FEATURE_DATA_ACK_SIGNAL_SUPPORT": wirelessAlias, "NL80211_ATTR_SCAN_GENERATION": wirelessAlias,
			"NL80211_ATTR_MESH_PARAMS": wirelessAlias, "NL80211_ATTR_IFACE_SOCKET_OWNER": wirelessAlias, "NL80211_ATTR_SAE_DATA": wirelessAlias,
			"NL80211_ATTR_CSA_C_OFF_BEACON": wirelessAlias, "NL80211_ATTR_CSA_C_OFF_PRESP": wirelessAlias,
			"NL80211_STA_INFO_DATA_ACK_SIGNAL_AVG": wirelessAlias, "NL80211_FREQUENCY_ATTR_PASSIVE_SCAN": wirelessAlias,
			"NL80211_FREQUENCY_ATTR_NO_IBSS": wirelessAlias, "NL80211_FREQUENCY_ATTR_GO_CONCURRENT": wirelessAlias,
			"NL80211_ATTR_SCHED_SCAN_MATCH_SSID": wirelessAlias, "NL80211_RRF_PASSIVE_SCAN": wirelessAlias, "NL80211_RRF_NO_IBSS": wirelessAlias,
			"NL80211_RRF_GO_CONCURRENT": wirelessAlias, "NL80211_SURVEY_INFO_CHANNEL_*": wirelessAlias, "NL80211_TXQ_ATTR_QUEUE": wirelessAlias,
			"NL80211_TXQ_Q_*": wirelessAlias, "NL80211_AUTHTYPE_AUTOMATIC": "how a request without the attribute is kept",
			"NL80211_ATTR_ASSOC_MLD_EXT_CAPA_OPS": wirelessAlias, "NL80211_FREQUENCY_ATTR_NO_UHB_*": wirelessAlias,
			"NL80211_RRF_NO_UHB_*": wirelessAlias, "NL80211_BSS_CANNOT_USE_UHB_PWR_MISMATCH": wirelessAlias, "NL80211_TXRATE_MCS": wirelessAlias, "NL80211_WOWLAN_PKTPAT_*": wirelessAlias,
		}},
		cited{name: "linux/nfc.h", of: []string{"nfc"}, skip: map[string]string{
			"NFC_GENL_VERSION": notWire, "NFC_ATS_MAXSIZE": notWire, "NFC_DEVICE_NAME_MAXSIZE": notWire, "NFC_NFCID*": notWire,
			"NFC_SENSB_RES_MAXSIZE": notWire, "NFC_SENSF_RES_MAXSIZE": notWire, "NFC_ATR_*": notWire, "NFC_GB_MAXSIZE": notWire,
			"NFC_FIRMWARE_NAME_MAXSIZE": notWire, "NFC_ISO15693_UID_MAXSIZE": notWire, "NFC_SE_ENABLED": "in no message",
			"NFC_LLCP_*": "socket options", "NFC_SOCKPROTO_*": "socket protocols", "NFC_HEADER_SIZE": notWire, "NFC_RAW_HEADER_SIZE": notWire,
			"NFC_DIRECTION_*": "of raw sockets", "RAW_PAYLOAD_*": "of raw sockets",
		}},
		cited{name: "linux/wireguard.h", of: []string{"wireguard"}, skip: map[string]string{"WG_GENL_VERSION": notWire, "WG_KEY_LEN": notWire}},
		cited{name: "linux/if_macsec.h", of: []string{"macsec"}, skip: map[string]string{
			"NUM_MACSEC_*": notWire, "MACSEC_GENL_VERSION": notWire, "MACSEC_MAX_KEY_LEN": notWire, "MACSEC_KEYID_LEN": notWire,
			"MACSEC_SALT_LEN": notWire, "MACSEC_MIN_ICV_LEN": notWire, "MACSEC_MAX_ICV_LEN": notWire, "MACSEC_STD_ICV_LEN": notWire,
			"MACSEC_DEFAULT_CIPHER_ALT": wirelessAlias,
		}},
		cited{name: "linux/batman_adv.h", of: []string{"batadv"}, skip: map[string]string{
			"NUM_BATADV_ATTR": notWire, "BATADV_CMD_GET_MESH_INFO": wirelessAlias, "BATADV_CMD_GET_HARDIFS": wirelessAlias,
		}},
		cited{name: "linux/batadv_packet.h", only: []string{"BATADV_MCAST_WANT_", "BATADV_MCAST_HAVE_"}},
	)
	maps.Copy(foreign, map[string]string{
		"NL80211_FREQUENCY_ATTR": "the header writes __NL80211_FREQUENCY_ATTR_NO_IBSS, which old kernels and new ones send",
	})
}
