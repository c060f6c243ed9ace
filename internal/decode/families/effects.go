// SPDX-License-Identifier: Apache-2.0

package families

import (
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// What each operation does to the system (schema.Effect): by the rule of rtnetlink, else by
// the exceptions of its family, else by a word of its name. testdata/effects.txt lists what
// comes of it for every operation, for people to read; TestEffects compares, and fails for
// an operation of which nothing comes.

// effectWords are words of names and what they mean; the first line of which a name has
// one decides. A word that ends in * is a beginning.
var effectWords = []struct {
	words  string
	effect schema.Effect
}{
	{"UNSPEC NONE NOOP", schema.Passes}, // nobody sends it, or nothing comes of it
	{"REPLY", schema.Passes},
	{"NTF", schema.Changed},
	{"CTRZERO RESET", schema.Changes}, // also where it asks: counters begin anew
	{"GET* LIST LISTALL LISTDEF DUMP*", schema.Reads},
	{"NEW* SET* DEL* ADD ADDDEF UPD* DESTROY* FLUSH* REMOVE REMOVEDEF CREATE MODIFY ENABLE DISABLE ACT", schema.Changes},
}

// toldEffects are those of events, where they differ from those of requests of the same
// name. Team tells what there is now in the form of an answer.
var toldEffects = map[schema.Effect]string{
	schema.Changed: "TEAM_CMD_OPTIONS_GET TEAM_CMD_PORT_LIST_GET",
	schema.Passes:  "XFRM_MSG_NEWAE BATADV_CMD_TP_METER",
}

// familyEffects are the exceptions, by family: lists of names, "*" for all that no other
// list of the family has.
var familyEffects = map[string]map[schema.Effect]string{
	"route": {
		// What a router or a group has announced; the kernel's own changes follow.
		schema.Passes: "RTM_NEWPREFIX RTM_NEWNDUSEROPT RTM_NEWCACHEREPORT",
	},
	"nlctrl": {schema.Changed: "CTRL_CMD_NEWFAMILY CTRL_CMD_DELFAMILY CTRL_CMD_NEWOPS CTRL_CMD_DELOPS CTRL_CMD_NEWMCAST_GRP CTRL_CMD_DELMCAST_GRP"},
	"nftables": {
		schema.Changed: "NFT_MSG_NEWGEN", // behind each transaction
		schema.Passes:  "NFT_MSG_TRACE",
	},
	"nfqueue": {schema.Own: "NFQNL_MSG_CONFIG", schema.Passes: "*"},
	"nflog":   {schema.Own: "NFULNL_MSG_CONFIG", schema.Passes: "*"},
	"ipset": {
		schema.Reads:   "IPSET_CMD_PROTOCOL IPSET_CMD_SAVE IPSET_CMD_TEST IPSET_CMD_HEADER IPSET_CMD_TYPE",
		schema.Changes: "IPSET_CMD_RENAME IPSET_CMD_SWAP",
	},
	"nfacct": {schema.Passes: "NFNL_MSG_ACCT_OVERQUOTA"},
	"xfrm": {
		// EXPIRE and POLEXPIRE of user space end an SA or a policy; an ACQUIRE of user
		// space asks the daemon, as the kernel's does.
		schema.Changes: "XFRM_MSG_ALLOCSPI XFRM_MSG_EXPIRE XFRM_MSG_POLEXPIRE XFRM_MSG_MIGRATE XFRM_MSG_MIGRATE_STATE",
		schema.Passes:  "XFRM_MSG_ACQUIRE XFRM_MSG_REPORT XFRM_MSG_MAPPING XFRM_MSG_NEWSADINFO",
	},
	"IPVS":     {schema.Changes: "IPVS_CMD_ZERO", schema.Passes: "IPVS_CMD_SET_INFO"}, // SET_INFO answers GET_INFO
	"firewall": {schema.Own: "IPQM_MODE", schema.Passes: "*"},
	"ip6_fw":   {schema.Own: "IPQM_MODE", schema.Passes: "*"},
	"ulog":     {schema.Passes: "*"},

	"ethtool": {schema.Passes: "ETHTOOL_MSG_CABLE_TEST_NTF ETHTOOL_MSG_CABLE_TEST_TDR_NTF ETHTOOL_MSG_MODULE_FW_FLASH_NTF"}, // results, and how far it is
	"netdev":  {schema.Changes: "NETDEV_CMD_BIND_RX NETDEV_CMD_BIND_TX"},
	"handshake": {
		schema.Passes: "HANDSHAKE_CMD_READY",
		schema.Own:    "HANDSHAKE_CMD_ACCEPT HANDSHAKE_CMD_DONE", // the daemon takes a socket over and gives it back
	},
	"net-shaper": {schema.Changes: "NET_SHAPER_CMD_GROUP"},
	"psp": {
		schema.Changes: "PSP_CMD_KEY_ROTATE PSP_CMD_DEV_ASSOC PSP_CMD_DEV_DISASSOC",
		schema.Own:     "PSP_CMD_RX_ASSOC PSP_CMD_TX_ASSOC", // keys of one connection
	},
	"psample": {schema.Passes: "PSAMPLE_CMD_SAMPLE", schema.Changed: "PSAMPLE_CMD_NEW_GROUP PSAMPLE_CMD_DEL_GROUP"},
	"NET_DM": {
		schema.Passes:  "NET_DM_CMD_ALERT NET_DM_CMD_PACKET_ALERT NET_DM_CMD_CONFIG_NEW NET_DM_CMD_STATS_NEW",
		schema.Changes: "NET_DM_CMD_CONFIG NET_DM_CMD_START NET_DM_CMD_STOP", // for the whole machine
	},
	"acpi_event": {schema.Passes: "*"},
	"vdpa":       {schema.Passes: "VDPA_CMD_MGMTDEV_NEW"}, // answers MGMTDEV_GET
	"HSR":        {schema.Changed: "HSR_C_RING_ERROR HSR_C_NODE_DOWN", schema.Passes: "HSR_C_SET_NODE_STATUS HSR_C_SET_NODE_LIST"},
	"nfsd": {
		// What the kernel asks mountd, and its answers.
		schema.Passes:  "NFSD_CMD_CACHE_NOTIFY NFSD_CMD_SVC_EXPORT_SET_REQS NFSD_CMD_EXPKEY_SET_REQS",
		schema.Changes: "NFSD_CMD_UNLOCK_IP NFSD_CMD_UNLOCK_FILESYSTEM NFSD_CMD_UNLOCK_EXPORT",
	},
	"sunrpc":    {schema.Passes: "SUNRPC_CMD_CACHE_NOTIFY SUNRPC_CMD_IP_MAP_SET_REQS SUNRPC_CMD_UNIX_GID_SET_REQS"},
	"ovpn":      {schema.Changes: "OVPN_CMD_KEY_SWAP"},
	"TASKSTATS": {schema.Passes: "TASKSTATS_CMD_NEW CGROUPSTATS_CMD_NEW"}, // GET also listens, for its own socket
	"devlink": {
		schema.Changes: "DEVLINK_CMD_PORT_SPLIT DEVLINK_CMD_PORT_UNSPLIT DEVLINK_CMD_SB_OCC_SNAPSHOT DEVLINK_CMD_SB_OCC_MAX_CLEAR" +
			" DEVLINK_CMD_RELOAD DEVLINK_CMD_HEALTH_REPORTER_RECOVER DEVLINK_CMD_HEALTH_REPORTER_TEST DEVLINK_CMD_HEALTH_REPORTER_DUMP_CLEAR" +
			// Makes and keeps a dump where there is none (devlink_health_do_dump).
			" DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET" +
			" DEVLINK_CMD_SELFTESTS_RUN",
		schema.Changed: "DEVLINK_CMD_FLASH_UPDATE_END",
		schema.Passes:  "DEVLINK_CMD_FLASH_UPDATE_STATUS",
		schema.Own:     "DEVLINK_CMD_NOTIFY_FILTER_SET",
		schema.Reads:   "DEVLINK_CMD_REGION_READ DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE",
	},
	"thermal": {
		schema.Passes:  "THERMAL_GENL_SAMPLING_TEMP THERMAL_GENL_EVENT_TZ_TRIP_UP THERMAL_GENL_EVENT_TZ_TRIP_DOWN THERMAL_GENL_EVENT_THRESHOLD_UP THERMAL_GENL_EVENT_THRESHOLD_DOWN",
		schema.Changed: "THERMAL_GENL_EVENT_TZ_CREATE THERMAL_GENL_EVENT_TZ_DELETE THERMAL_GENL_EVENT_TZ_DISABLE THERMAL_GENL_EVENT_TZ_ENABLE THERMAL_GENL_EVENT_TZ_TRIP_CHANGE THERMAL_GENL_EVENT_TZ_TRIP_ADD THERMAL_GENL_EVENT_TZ_TRIP_DELETE THERMAL_GENL_EVENT_CDEV_ADD THERMAL_GENL_EVENT_CDEV_DELETE THERMAL_GENL_EVENT_CDEV_STATE_UPDATE THERMAL_GENL_EVENT_TZ_GOV_CHANGE THERMAL_GENL_EVENT_CPU_CAPABILITY_CHANGE THERMAL_GENL_EVENT_THRESHOLD_ADD THERMAL_GENL_EVENT_THRESHOLD_DELETE THERMAL_GENL_EVENT_THRESHOLD_FLUSH",
	},
	"dev-energymodel": {schema.Changed: "DEV_ENERGYMODEL_CMD_PERF_DOMAIN_CREATED DEV_ENERGYMODEL_CMD_PERF_DOMAIN_UPDATED DEV_ENERGYMODEL_CMD_PERF_DOMAIN_DELETED"},
	"drm-ras":         {schema.Changes: "DRM_RAS_CMD_CLEAR_ERROR_COUNTER"},
	"binder":          {schema.Passes: "*"},

	"MAC80211_HWSIM": {
		schema.Own:     "HWSIM_CMD_REGISTER", // the medium is simulated by this socket's owner
		schema.Changed: "HWSIM_CMD_ADD_MAC_ADDR HWSIM_CMD_DEL_MAC_ADDR",
		schema.Passes:  "HWSIM_CMD_FRAME HWSIM_CMD_TX_INFO_FRAME HWSIM_CMD_START_PMSR HWSIM_CMD_ABORT_PMSR HWSIM_CMD_REPORT_PMSR",
	},
	"nl80211": {
		// A device is made to act: it leaves its channel, connects, measures.
		schema.Changes: "NL80211_CMD_START_AP NL80211_CMD_STOP_AP NL80211_CMD_TRIGGER_SCAN NL80211_CMD_ABORT_SCAN NL80211_CMD_START_SCHED_SCAN NL80211_CMD_STOP_SCHED_SCAN" +
			" NL80211_CMD_AUTHENTICATE NL80211_CMD_ASSOCIATE NL80211_CMD_DEAUTHENTICATE NL80211_CMD_DISASSOCIATE NL80211_CMD_CONNECT NL80211_CMD_DISCONNECT" +
			" NL80211_CMD_JOIN_IBSS NL80211_CMD_LEAVE_IBSS NL80211_CMD_JOIN_MESH NL80211_CMD_LEAVE_MESH NL80211_CMD_JOIN_OCB NL80211_CMD_LEAVE_OCB" +
			" NL80211_CMD_REMAIN_ON_CHANNEL NL80211_CMD_CANCEL_REMAIN_ON_CHANNEL NL80211_CMD_TDLS_OPER NL80211_CMD_TDLS_CHANNEL_SWITCH NL80211_CMD_TDLS_CANCEL_CHANNEL_SWITCH" +
			" NL80211_CMD_START_P2P_DEVICE NL80211_CMD_STOP_P2P_DEVICE NL80211_CMD_RADAR_DETECT NL80211_CMD_CRIT_PROTOCOL_START NL80211_CMD_CRIT_PROTOCOL_STOP NL80211_CMD_CHANNEL_SWITCH" +
			" NL80211_CMD_START_NAN NL80211_CMD_STOP_NAN NL80211_CMD_CHANGE_NAN_CONFIG NL80211_CMD_RELOAD_REGDB NL80211_CMD_PEER_MEASUREMENT_START NL80211_CMD_COLOR_CHANGE_REQUEST" +
			" NL80211_CMD_ASSOC_MLO_RECONF NL80211_CMD_EPCS_CFG NL80211_CMD_START_PD NL80211_CMD_STOP_PD",
		schema.Changed: "NL80211_CMD_REG_CHANGE NL80211_CMD_REG_BEACON_HINT NL80211_CMD_ROAM NL80211_CMD_CH_SWITCH_NOTIFY NL80211_CMD_CH_SWITCH_STARTED_NOTIFY NL80211_CMD_WIPHY_REG_CHANGE NL80211_CMD_PORT_AUTHORIZED" +
			" NL80211_CMD_SCHED_SCAN_STOPPED NL80211_CMD_SCAN_ABORTED NL80211_CMD_STA_OPMODE_CHANGED NL80211_CMD_COLOR_CHANGE_STARTED NL80211_CMD_COLOR_CHANGE_ABORTED NL80211_CMD_COLOR_CHANGE_COMPLETED NL80211_CMD_LINKS_REMOVED" +
			" NL80211_CMD_NAN_CLUSTER_JOINED NL80211_CMD_NAN_SCHED_UPDATE_DONE NL80211_CMD_NAN_ULW_UPDATE NL80211_CMD_NAN_CHANNEL_EVAC",
		schema.Own: "NL80211_CMD_REGISTER_FRAME NL80211_CMD_REGISTER_BEACONS NL80211_CMD_UNEXPECTED_FRAME",
		// Frames sent and received, and what was heard or measured.
		schema.Passes: "NL80211_CMD_FRAME NL80211_CMD_FRAME_TX_STATUS NL80211_CMD_FRAME_WAIT_CANCEL NL80211_CMD_CONTROL_PORT_FRAME NL80211_CMD_CONTROL_PORT_FRAME_TX_STATUS NL80211_CMD_TDLS_MGMT NL80211_CMD_PROBE_CLIENT NL80211_CMD_PROBE_MESH_LINK" +
			" NL80211_CMD_NEW_SCAN_RESULTS NL80211_CMD_NEW_SURVEY_RESULTS NL80211_CMD_SCHED_SCAN_RESULTS NL80211_CMD_MICHAEL_MIC_FAILURE NL80211_CMD_NOTIFY_CQM NL80211_CMD_UNPROT_DEAUTHENTICATE NL80211_CMD_UNPROT_DISASSOCIATE NL80211_CMD_UNPROT_BEACON" +
			" NL80211_CMD_NEW_PEER_CANDIDATE NL80211_CMD_PMKSA_CANDIDATE NL80211_CMD_UNEXPECTED_4ADDR_FRAME NL80211_CMD_CONN_FAILED NL80211_CMD_UPDATE_FT_IES NL80211_CMD_FT_EVENT NL80211_CMD_NAN_MATCH NL80211_CMD_EXTERNAL_AUTH" +
			" NL80211_CMD_PEER_MEASUREMENT_RESULT NL80211_CMD_PEER_MEASUREMENT_COMPLETE NL80211_CMD_NOTIFY_RADAR NL80211_CMD_UPDATE_OWE_INFO NL80211_CMD_OBSS_COLOR_COLLISION NL80211_CMD_ASSOC_COMEBACK NL80211_CMD_NAN_NEXT_DW_NOTIFICATION NL80211_CMD_INCUMBENT_SIGNAL_DETECT",
		schema.Varies: "NL80211_CMD_TESTMODE NL80211_CMD_VENDOR",
	},
	"nl802154": {
		schema.Changes: "NL802154_CMD_TRIGGER_SCAN NL802154_CMD_ABORT_SCAN NL802154_CMD_SEND_BEACONS NL802154_CMD_STOP_BEACONS NL802154_CMD_ASSOCIATE NL802154_CMD_DISASSOCIATE",
		schema.Passes:  "NL802154_CMD_SCAN_EVENT NL802154_CMD_SCAN_DONE",
	},
	"802.15.4 MAC": {
		schema.Changes: "IEEE802154_ASSOCIATE_REQ IEEE802154_DISASSOCIATE_REQ IEEE802154_SCAN_REQ IEEE802154_START_REQ IEEE802154_SYNC_REQ IEEE802154_ASSOCIATE_RESP IEEE802154_ORPHAN_RESP IEEE802154_GTS_REQ",
		schema.Changed: "IEEE802154_ASSOCIATE_CONF IEEE802154_DISASSOCIATE_CONF IEEE802154_RESET_CONF IEEE802154_START_CONF IEEE802154_GTS_CONF IEEE802154_RX_ENABLE_CONF",
		schema.Reads:   "IEEE802154_POLL_REQ",
		schema.Passes:  "IEEE802154_GET_CONF IEEE802154_SET_CONF IEEE802154_SCAN_CONF IEEE802154_POLL_CONF IEEE802154_ASSOCIATE_INDIC IEEE802154_DISASSOCIATE_INDIC IEEE802154_BEACON_NOTIFY_INDIC IEEE802154_ORPHAN_INDIC IEEE802154_COMM_STATUS_INDIC IEEE802154_SYNC_LOSS_INDIC IEEE802154_GTS_INDIC",
	},
	"nfc": {
		schema.Changes: "NFC_CMD_DEV_UP NFC_CMD_DEV_DOWN NFC_CMD_DEP_LINK_UP NFC_CMD_DEP_LINK_DOWN NFC_CMD_START_POLL NFC_CMD_STOP_POLL NFC_CMD_LLC_SDREQ NFC_CMD_FW_DOWNLOAD NFC_CMD_ACTIVATE_TARGET NFC_CMD_DEACTIVATE_TARGET",
		schema.Changed: "NFC_EVENT_DEVICE_ADDED NFC_EVENT_DEVICE_REMOVED NFC_EVENT_TM_ACTIVATED NFC_EVENT_TM_DEACTIVATED NFC_EVENT_SE_ADDED NFC_EVENT_SE_REMOVED",
		schema.Passes:  "NFC_EVENT_TARGETS_FOUND NFC_EVENT_TARGET_LOST NFC_EVENT_LLC_SDRES NFC_EVENT_SE_CONNECTIVITY NFC_EVENT_SE_TRANSACTION",
		schema.Varies:  "NFC_CMD_SE_IO NFC_CMD_VENDOR", // what a secure element or a vendor is told
	},

	"batadv": {schema.Changes: "BATADV_CMD_TP_METER BATADV_CMD_TP_METER_CANCEL"}, // fills the mesh for seconds
	"mptcp_pm": {
		schema.Changes: "MPTCP_PM_CMD_ANNOUNCE",
		schema.Changed: "MPTCP_EVENT_CREATED MPTCP_EVENT_ESTABLISHED MPTCP_EVENT_CLOSED MPTCP_EVENT_ANNOUNCED MPTCP_EVENT_REMOVED MPTCP_EVENT_SUB_ESTABLISHED MPTCP_EVENT_SUB_CLOSED MPTCP_EVENT_SUB_PRIORITY MPTCP_EVENT_LISTENER_CREATED MPTCP_EVENT_LISTENER_CLOSED",
	},
	"gtp":           {schema.Passes: "GTP_CMD_ECHOREQ"}, // a packet
	"IOAM6":         {schema.Passes: "IOAM6_EVENT_TRACE"},
	"ovs_packet":    {schema.Passes: "*"},
	"ovs_meter":     {schema.Reads: "OVS_METER_CMD_FEATURES"},
	"NLBL_MGMT":     {schema.Reads: "NLBL_MGMT_C_PROTOCOLS NLBL_MGMT_C_VERSION"},
	"NLBL_UNLBL":    {schema.Changes: "NLBL_UNLABEL_C_ACCEPT NLBL_UNLABEL_C_STATICADD NLBL_UNLABEL_C_STATICREMOVE NLBL_UNLABEL_C_STATICADDDEF NLBL_UNLABEL_C_STATICREMOVEDEF", schema.Reads: "NLBL_UNLABEL_C_STATICLIST NLBL_UNLABEL_C_STATICLISTDEF"},
	"TIPCv2":        {schema.Varies: "TIPC_NL_LEGACY"},
	"TIPC":          {schema.Varies: "TIPC_GENL_CMD"}, // tipc_genlmsghdr.cmd says which of its own
	"nbd":           {schema.Changes: "NBD_CMD_CONNECT NBD_CMD_DISCONNECT NBD_CMD_RECONFIGURE", schema.Changed: "NBD_CMD_LINK_DEAD", schema.Reads: "NBD_CMD_STATUS"},
	"TCM-USER":      {schema.Changed: "TCMU_CMD_ADDED_DEVICE TCMU_CMD_REMOVED_DEVICE TCMU_CMD_RECONFIG_DEVICE", schema.Passes: "TCMU_CMD_ADDED_DEVICE_DONE TCMU_CMD_REMOVED_DEVICE_DONE TCMU_CMD_RECONFIG_DEVICE_DONE"},
	"pmcraid":       {schema.Passes: "*"},
	"VFS_DQUOT":     {schema.Passes: "*"},
	"cifs":          {schema.Passes: "*"}, // between the kernel and its witness daemon
	"DLM":           {schema.Passes: "*"},
	"KSMBD_GENL":    {schema.Changes: "KSMBD_EVENT_STARTING_UP", schema.Changed: "KSMBD_EVENT_SHUTTING_DOWN", schema.Passes: "*"}, // the kernel asks its daemon
	"drbd":          drbdEffects,
	"sock_diag":     {schema.Reads: "SOCK_DIAG_BY_FAMILY"},
	"connector":     {schema.Varies: "cn_msg"}, // listening to processes, a command on a 1-wire bus, …
	"selinux":       {schema.Changed: "SELNL_MSG_SETENFORCE SELNL_MSG_POLICYLOAD"},
	"fib_lookup":    {schema.Reads: "*"},
	"dnrtmsg":       {schema.Passes: "*"},
	"ecryptfs":      {schema.Own: "ECRYPTFS_MSG_HELO ECRYPTFS_MSG_QUIT", schema.Passes: "*"},
	"scsitransport": {schema.Varies: "SCSI_TRANSPORT_MSG"},

	"rdma": {
		// What the kernel asks the port mapper and the resolver, and their answers.
		schema.Passes:  "RDMA_NL_IWPM_REG_PID RDMA_NL_IWPM_ADD_MAPPING RDMA_NL_IWPM_QUERY_MAPPING RDMA_NL_IWPM_REMOVE_MAPPING RDMA_NL_IWPM_REMOTE_INFO RDMA_NL_IWPM_HANDLE_ERR RDMA_NL_IWPM_MAPINFO RDMA_NL_IWPM_MAPINFO_NUM RDMA_NL_IWPM_HELLO RDMA_NL_LS_OP_RESOLVE RDMA_NL_LS_OP_SET_TIMEOUT RDMA_NL_LS_OP_IP_RESOLVE",
		schema.Changed: "RDMA_NLDEV_CMD_MONITOR",
	},
	"iscsi": {
		schema.Changes: "ISCSI_UEVENT_BIND_CONN ISCSI_UEVENT_START_CONN ISCSI_UEVENT_STOP_CONN ISCSI_UEVENT_TRANSPORT_EP_CONNECT ISCSI_UEVENT_TRANSPORT_EP_DISCONNECT ISCSI_UEVENT_TGT_DSCVR ISCSI_UEVENT_UNBIND_SESSION ISCSI_UEVENT_TRANSPORT_EP_CONNECT_THROUGH_HOST ISCSI_UEVENT_LOGIN_FLASHNODE ISCSI_UEVENT_LOGOUT_FLASHNODE ISCSI_UEVENT_LOGOUT_FLASHNODE_SID",
		schema.Changed: "ISCSI_KEVENT_CONN_ERROR ISCSI_KEVENT_IF_ERROR ISCSI_KEVENT_DESTROY_SESSION ISCSI_KEVENT_UNBIND_SESSION ISCSI_KEVENT_CREATE_SESSION ISCSI_KEVENT_IF_DOWN ISCSI_KEVENT_CONN_LOGIN_STATE",
		schema.Reads:   "ISCSI_UEVENT_TRANSPORT_EP_POLL",
		schema.Passes:  "ISCSI_UEVENT_SEND_PDU ISCSI_UEVENT_PATH_UPDATE ISCSI_UEVENT_PING ISCSI_KEVENT_RECV_PDU ISCSI_KEVENT_PATH_REQ ISCSI_KEVENT_HOST_EVENT ISCSI_KEVENT_PING_COMP",
	},
	"audit": {
		schema.Reads:   "AUDIT_GET AUDIT_GET_FEATURE AUDIT_SIGNAL_INFO AUDIT_TTY_GET AUDIT_LIST AUDIT_LIST_RULES AUDIT_WATCH_LIST",
		schema.Changes: "AUDIT_SET AUDIT_ADD AUDIT_DEL AUDIT_WATCH_INS AUDIT_WATCH_REM AUDIT_ADD_RULE AUDIT_DEL_RULE AUDIT_TRIM AUDIT_MAKE_EQUIV AUDIT_TTY_SET AUDIT_SET_FEATURE",
		schema.Changed: "AUDIT_CONFIG_CHANGE AUDIT_NETFILTER_CFG AUDIT_FEATURE_CHANGE AUDIT_MAC_POLICY_LOAD AUDIT_MAC_STATUS AUDIT_MAC_CONFIG_CHANGE",
		schema.Passes:  "*",
	},
}

// drbdEffects: all but these of a DRBD resource's commands change it.
var drbdEffects = map[schema.Effect]string{
	schema.Reads:   "DRBD_ADM_GET_STATUS DRBD_ADM_GET_TIMEOUT_TYPE DRBD_ADM_GET_RESOURCES DRBD_ADM_GET_DEVICES DRBD_ADM_GET_CONNECTIONS DRBD_ADM_GET_PEER_DEVICES DRBD_ADM_GET_INITIAL_STATE",
	schema.Changed: "DRBD_RESOURCE_STATE DRBD_DEVICE_STATE DRBD_CONNECTION_STATE DRBD_PEER_DEVICE_STATE",
	schema.Passes:  "DRBD_EVENT DRBD_HELPER DRBD_INITIAL_STATE_DONE",
	schema.Changes: "*",
}

// markEffects sets Message.Effect and Message.Told in tables.
func markEffects(all []*schema.Family) {
	told := byName(toldEffects)
	for _, f := range all {
		named := byName(familyEffects[f.Name])
		for i := range f.Messages {
			m := &f.Messages[i]
			m.Told = told[m.Name]
			switch {
			case named[m.Name] != schema.Undecided:
				m.Effect = named[m.Name]
			case f.Name == "route":
				m.Effect = schema.RtnlEffect(m.ID)
			case named["*"] != schema.Undecided:
				m.Effect = named["*"]
			default:
				m.Effect = effectOfName(m.Name)
			}
		}
	}
}

// byName turns lists of names about.
func byName(lists map[schema.Effect]string) map[string]schema.Effect {
	named := map[string]schema.Effect{}
	for effect, names := range lists {
		for _, name := range strings.Fields(names) {
			named[name] = effect
		}
	}
	return named
}

// effectOfName is what the words of a name mean.
func effectOfName(name string) schema.Effect {
	words := strings.Split(name, "_")
	for _, row := range effectWords {
		for _, word := range strings.Fields(row.words) {
			start, open := strings.CutSuffix(word, "*")
			if slices.ContainsFunc(words, func(w string) bool { return w == start || open && strings.HasPrefix(w, start) }) {
				return row.effect
			}
		}
	}
	return schema.Undecided
}
