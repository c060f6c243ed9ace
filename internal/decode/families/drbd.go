// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// drbd is replicated block devices: linux/drbd_genl.h as its macros expand
// (linux/genl_magic_struct.h), enums of linux/drbd.h. Bit 14 of an attribute's
// number, which everybody else reads as network byte order, says here that the
// receiver must know the attribute; so the numbers below are declared
// little-endian, as DRBD's hosts are.
func drbd() *schema.Family {
	f := &schema.Family{
		Name:     "drbd",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Groups:   []schema.Group{{Name: "events"}},
		Header: record("drbd_genlmsghdr",
			field("minor", u32),
			field("flags", named(u32, bits("DRBD_GENL_F", "DRBD_GENL_F_SET_DEFAULTS")))),
		Set:  drbdAttrs(),
		Lead: []string{"T_ctx_resource_name", "T_ctx_volume", "minor", "T_nh_type", "T_info_text"},
		Messages: []schema.Message{
			{ID: 1, Name: "DRBD_EVENT"},
			{ID: 2, Name: "DRBD_ADM_GET_STATUS"},
			{ID: 5, Name: "DRBD_ADM_NEW_MINOR"},
			{ID: 6, Name: "DRBD_ADM_DEL_MINOR"},
			{ID: 7, Name: "DRBD_ADM_NEW_RESOURCE"},
			{ID: 8, Name: "DRBD_ADM_DEL_RESOURCE"},
			{ID: 9, Name: "DRBD_ADM_RESOURCE_OPTS"},
			{ID: 10, Name: "DRBD_ADM_CONNECT"},
			{ID: 11, Name: "DRBD_ADM_DISCONNECT"},
			{ID: 12, Name: "DRBD_ADM_ATTACH"},
			{ID: 13, Name: "DRBD_ADM_RESIZE"},
			{ID: 14, Name: "DRBD_ADM_PRIMARY"},
			{ID: 15, Name: "DRBD_ADM_SECONDARY"},
			{ID: 16, Name: "DRBD_ADM_NEW_C_UUID"},
			{ID: 17, Name: "DRBD_ADM_START_OV"},
			{ID: 18, Name: "DRBD_ADM_DETACH"},
			{ID: 19, Name: "DRBD_ADM_INVALIDATE"},
			{ID: 20, Name: "DRBD_ADM_INVAL_PEER"},
			{ID: 21, Name: "DRBD_ADM_PAUSE_SYNC"},
			{ID: 22, Name: "DRBD_ADM_RESUME_SYNC"},
			{ID: 23, Name: "DRBD_ADM_SUSPEND_IO"},
			{ID: 24, Name: "DRBD_ADM_RESUME_IO"},
			{ID: 25, Name: "DRBD_ADM_OUTDATE"},
			{ID: 26, Name: "DRBD_ADM_GET_TIMEOUT_TYPE"},
			{ID: 27, Name: "DRBD_ADM_DOWN"},
			{ID: 28, Name: "DRBD_ADM_CHG_DISK_OPTS"},
			{ID: 29, Name: "DRBD_ADM_CHG_NET_OPTS"},
			{ID: 30, Name: "DRBD_ADM_GET_RESOURCES"},
			{ID: 31, Name: "DRBD_ADM_GET_DEVICES"},
			{ID: 32, Name: "DRBD_ADM_GET_CONNECTIONS"},
			{ID: 33, Name: "DRBD_ADM_GET_PEER_DEVICES"},
			{ID: 34, Name: "DRBD_RESOURCE_STATE"},
			{ID: 35, Name: "DRBD_DEVICE_STATE"},
			{ID: 36, Name: "DRBD_CONNECTION_STATE"},
			{ID: 37, Name: "DRBD_PEER_DEVICE_STATE"},
			{ID: 38, Name: "DRBD_ADM_GET_INITIAL_STATE"},
			{ID: 40, Name: "DRBD_HELPER"},
			{ID: 41, Name: "DRBD_INITIAL_STATE_DONE"},
		},
	}
	// struct drbd_genlmsghdr has a union: what requests call flags is a return
	// code in answers.
	answer := record("drbd_genlmsghdr", field("minor", u32), field("ret_code", named(s32, drbdRet)))
	for i, m := range f.Messages {
		f.Messages[i].Dirs = schema.ToKernel
		m.Dirs, m.Header = schema.FromKernel, answer
		f.Messages = append(f.Messages, m)
	}
	return f
}

func drbdAttrs() *schema.Set {
	return set("DRBD_NLA",
		attr(1, "DRBD_NLA_CFG_REPLY", nest(drbdCfgReplySet())),
		attr(2, "DRBD_NLA_CFG_CONTEXT", nest(drbdCfgContextSet())),
		attr(3, "DRBD_NLA_DISK_CONF", nest(drbdDiskConfSet())),
		attr(4, "DRBD_NLA_RESOURCE_OPTS", nest(drbdResOptsSet())),
		attr(5, "DRBD_NLA_NET_CONF", nest(drbdNetConfSet())),
		attr(6, "DRBD_NLA_SET_ROLE_PARMS", nest(drbdSetRoleParmsSet())),
		attr(7, "DRBD_NLA_RESIZE_PARMS", nest(drbdResizeParmsSet())),
		attr(8, "DRBD_NLA_STATE_INFO", nest(drbdStateInfoSet())),
		attr(9, "DRBD_NLA_START_OV_PARMS", nest(drbdStartOvParmsSet())),
		attr(10, "DRBD_NLA_NEW_C_UUID_PARMS", nest(drbdNewCUuidParmsSet())),
		attr(11, "DRBD_NLA_TIMEOUT_PARMS", nest(drbdTimeoutParmsSet())),
		attr(12, "DRBD_NLA_DISCONNECT_PARMS", nest(drbdDisconnectParmsSet())),
		attr(13, "DRBD_NLA_DETACH_PARMS", nest(drbdDetachParmsSet())),
		attr(15, "DRBD_NLA_RESOURCE_INFO", nest(drbdResourceInfoSet())),
		attr(16, "DRBD_NLA_DEVICE_INFO", nest(drbdDeviceInfoSet())),
		attr(17, "DRBD_NLA_CONNECTION_INFO", nest(drbdConnectionInfoSet())),
		attr(18, "DRBD_NLA_PEER_DEVICE_INFO", nest(drbdPeerDeviceInfoSet())),
		attr(19, "DRBD_NLA_RESOURCE_STATISTICS", nest(drbdResourceStatisticsSet())),
		attr(20, "DRBD_NLA_DEVICE_STATISTICS", nest(drbdDeviceStatisticsSet())),
		attr(21, "DRBD_NLA_CONNECTION_STATISTICS", nest(drbdConnectionStatisticsSet())),
		attr(22, "DRBD_NLA_PEER_DEVICE_STATISTICS", nest(drbdPeerDeviceStatisticsSet())),
		attr(23, "DRBD_NLA_NOTIFICATION_HEADER", nest(drbdNotificationHeaderSet())),
		attr(24, "DRBD_NLA_HELPER", nest(drbdHelperInfoSet())),
	)
}

var (
	drbdU32   = schema.Type{Kind: schema.U32, Little: true}
	drbdS32   = schema.Type{Kind: schema.S32, Little: true}
	drbdU64   = schema.Type{Kind: schema.U64, Little: true}
	drbdHex64 = hinted(drbdU64, schema.Hex)

	drbdIOError    = enum("drbd_io_error_p", 0, "EP_PASS_ON", "EP_CALL_HELPER", "EP_DETACH")
	drbdFencing    = enum("drbd_fencing_p", 0, "FP_DONT_CARE", "FP_RESOURCE", "FP_STONITH")
	drbdNoData     = enum("drbd_on_no_data", 0, "OND_IO_ERROR", "OND_SUSPEND_IO")
	drbdCongestion = enum("drbd_on_congestion", 0, "OC_BLOCK", "OC_PULL_AHEAD", "OC_DISCONNECT")
	drbdProtocol   = enum("DRBD_PROT", 1, "DRBD_PROT_A", "DRBD_PROT_B", "DRBD_PROT_C")
	drbdRole       = enum("drbd_role", 0, "R_UNKNOWN", "R_PRIMARY", "R_SECONDARY")

	drbdReadBalancing = enum("drbd_read_balancing", 0,
		"RB_PREFER_LOCAL", "RB_PREFER_REMOTE", "RB_ROUND_ROBIN", "RB_LEAST_PENDING", "RB_CONGESTED_REMOTE",
		"RB_32K_STRIPING", "RB_64K_STRIPING", "RB_128K_STRIPING", "RB_256K_STRIPING", "RB_512K_STRIPING",
		"RB_1M_STRIPING")
	drbdAfterSB = enum("drbd_after_sb_p", 0,
		"ASB_DISCONNECT", "ASB_DISCARD_YOUNGER_PRI", "ASB_DISCARD_OLDER_PRI", "ASB_DISCARD_ZERO_CHG",
		"ASB_DISCARD_LEAST_CHG", "ASB_DISCARD_LOCAL", "ASB_DISCARD_REMOTE", "ASB_CONSENSUS",
		"ASB_DISCARD_SECONDARY", "ASB_CALL_HELPER", "ASB_VIOLENTLY")
	drbdConns = enum("drbd_conns", 0,
		"C_STANDALONE", "C_DISCONNECTING", "C_UNCONNECTED", "C_TIMEOUT", "C_BROKEN_PIPE", "C_NETWORK_FAILURE",
		"C_PROTOCOL_ERROR", "C_TEAR_DOWN", "C_WF_CONNECTION", "C_WF_REPORT_PARAMS", "C_CONNECTED",
		"C_STARTING_SYNC_S", "C_STARTING_SYNC_T", "C_WF_BITMAP_S", "C_WF_BITMAP_T", "C_WF_SYNC_UUID",
		"C_SYNC_SOURCE", "C_SYNC_TARGET", "C_VERIFY_S", "C_VERIFY_T", "C_PAUSED_SYNC_S", "C_PAUSED_SYNC_T",
		"C_AHEAD", "C_BEHIND")
	drbdDisk = enum("drbd_disk_state", 0,
		"D_DISKLESS", "D_ATTACHING", "D_FAILED", "D_NEGOTIATING", "D_INCONSISTENT", "D_OUTDATED", "D_UNKNOWN",
		"D_CONSISTENT", "D_UP_TO_DATE")
	drbdMDF = bits("MDF",
		"MDF_CONSISTENT", "MDF_PRIMARY_IND", "MDF_CONNECTED_IND", "MDF_FULL_SYNC", "MDF_WAS_UP_TO_DATE",
		"MDF_PEER_OUT_DATED", "MDF_CRASHED_PRIMARY", "MDF_AL_CLEAN", "MDF_AL_DISABLED")
	drbdSIB = enum("drbd_state_info_bcast_reason", 1,
		"SIB_GET_STATUS_REPLY", "SIB_STATE_CHANGE", "SIB_HELPER_PRE", "SIB_HELPER_POST", "SIB_SYNC_PROGRESS")
	// drbdNotify is a type, and a bit that says that more is to come.
	drbdNotify = values("drbd_notification_type",
		val(0, "NOTIFY_EXISTS"), val(1, "NOTIFY_CREATE"), val(2, "NOTIFY_CHANGE"), val(3, "NOTIFY_DESTROY"),
		val(4, "NOTIFY_CALL"), val(5, "NOTIFY_RESPONSE"),
		val(0x8000, "NOTIFY_EXISTS|NOTIFY_CONTINUES"), val(0x8001, "NOTIFY_CREATE|NOTIFY_CONTINUES"),
		val(0x8002, "NOTIFY_CHANGE|NOTIFY_CONTINUES"), val(0x8003, "NOTIFY_DESTROY|NOTIFY_CONTINUES"),
		val(0x8004, "NOTIFY_CALL|NOTIFY_CONTINUES"), val(0x8005, "NOTIFY_RESPONSE|NOTIFY_CONTINUES"))
	drbdRet = values("drbd_ret_code",
		val(101, "NO_ERROR"), val(102, "ERR_LOCAL_ADDR"), val(103, "ERR_PEER_ADDR"), val(104, "ERR_OPEN_DISK"),
		val(105, "ERR_OPEN_MD_DISK"), val(107, "ERR_DISK_NOT_BDEV"), val(108, "ERR_MD_NOT_BDEV"),
		val(111, "ERR_DISK_TOO_SMALL"), val(112, "ERR_MD_DISK_TOO_SMALL"), val(114, "ERR_BDCLAIM_DISK"),
		val(115, "ERR_BDCLAIM_MD_DISK"), val(116, "ERR_MD_IDX_INVALID"), val(118, "ERR_IO_MD_DISK"),
		val(119, "ERR_MD_INVALID"), val(120, "ERR_AUTH_ALG"), val(121, "ERR_AUTH_ALG_ND"), val(122, "ERR_NOMEM"),
		val(123, "ERR_DISCARD_IMPOSSIBLE"), val(124, "ERR_DISK_CONFIGURED"), val(125, "ERR_NET_CONFIGURED"),
		val(126, "ERR_MANDATORY_TAG"), val(127, "ERR_MINOR_INVALID"), val(129, "ERR_INTR"),
		val(130, "ERR_RESIZE_RESYNC"), val(131, "ERR_NO_PRIMARY"), val(132, "ERR_RESYNC_AFTER"),
		val(133, "ERR_RESYNC_AFTER_CYCLE"), val(134, "ERR_PAUSE_IS_SET"), val(135, "ERR_PAUSE_IS_CLEAR"),
		val(137, "ERR_PACKET_NR"), val(138, "ERR_NO_DISK"), val(139, "ERR_NOT_PROTO_C"),
		val(140, "ERR_NOMEM_BITMAP"), val(141, "ERR_INTEGRITY_ALG"), val(142, "ERR_INTEGRITY_ALG_ND"),
		val(143, "ERR_CPU_MASK_PARSE"), val(144, "ERR_CSUMS_ALG"), val(145, "ERR_CSUMS_ALG_ND"),
		val(146, "ERR_VERIFY_ALG"), val(147, "ERR_VERIFY_ALG_ND"), val(148, "ERR_CSUMS_RESYNC_RUNNING"),
		val(149, "ERR_VERIFY_RUNNING"), val(150, "ERR_DATA_NOT_CURRENT"), val(151, "ERR_CONNECTED"),
		val(152, "ERR_PERM"), val(153, "ERR_NEED_APV_93"), val(154, "ERR_STONITH_AND_PROT_A"),
		val(155, "ERR_CONG_NOT_PROTO_A"), val(156, "ERR_PIC_AFTER_DEP"), val(157, "ERR_PIC_PEER_DEP"),
		val(158, "ERR_RES_NOT_KNOWN"), val(159, "ERR_RES_IN_USE"), val(160, "ERR_MINOR_CONFIGURED"),
		val(161, "ERR_MINOR_OR_VOLUME_EXISTS"), val(162, "ERR_INVALID_REQUEST"), val(163, "ERR_NEED_APV_100"),
		val(164, "ERR_NEED_ALLOW_TWO_PRI"), val(165, "ERR_MD_UNCLEAN"), val(166, "ERR_MD_LAYOUT_CONNECTED"),
		val(167, "ERR_MD_LAYOUT_TOO_BIG"), val(168, "ERR_MD_LAYOUT_TOO_SMALL"), val(169, "ERR_MD_LAYOUT_NO_FIT"),
		val(170, "ERR_IMPLICIT_SHRINK"),
	)
)

// drbdSockaddr is a socket address of a little-endian host: see drbd.
func drbdSockaddr(b []byte, _ bool) (string, bool) { return tipcSockaddr(b, false) }
