// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_ISCSI: struct iscsi_uevent of include/scsi/iscsi_if.h, which is no
// UAPI header although open-iscsi has a copy. nlmsg_type is the member type.
func iscsi() *schema.Family {
	f := &schema.Family{
		Name: "iscsi", Protocol: unix.NETLINK_ISCSI, Header: iscsiUevent(),
		Groups: []schema.Group{{ID: 1, Name: "ISCSI_NL_GRP_ISCSID"}, {ID: 2, Name: "ISCSI_NL_GRP_UIP"}},
		Lead:   []string{"sid", "cid", "host_no", "param", "data", "error"},
	}
	for _, v := range iscsiType.Values {
		m := schema.Message{ID: uint16(v.N), Name: v.Name}
		switch v.Name {
		case "ISCSI_UEVENT_SET_PARAM", "ISCSI_UEVENT_GET_PARAM":
			m.Header = iscsiParamUevent()
		case "ISCSI_UEVENT_GET_CHAP", "ISCSI_UEVENT_SET_CHAP", "ISCSI_UEVENT_SET_FLASHNODE_PARAMS":
			m.Header = iscsiUeventOf(iscsiRequests()[v.Name], secret(opaque, schema.Password)) // CHAP's among others
		}
		f.Messages = append(f.Messages, m)
	}
	return f
}

// Both bases count from 1: UEVENT_BASE is 10, KEVENT_BASE 100.
var iscsiType = values("iscsi_uevent_e",
	val(11, "ISCSI_UEVENT_CREATE_SESSION"), val(12, "ISCSI_UEVENT_DESTROY_SESSION"),
	val(13, "ISCSI_UEVENT_CREATE_CONN"), val(14, "ISCSI_UEVENT_DESTROY_CONN"), val(15, "ISCSI_UEVENT_BIND_CONN"),
	val(16, "ISCSI_UEVENT_SET_PARAM"), val(17, "ISCSI_UEVENT_START_CONN"), val(18, "ISCSI_UEVENT_STOP_CONN"),
	val(19, "ISCSI_UEVENT_SEND_PDU"), val(20, "ISCSI_UEVENT_GET_STATS"), val(21, "ISCSI_UEVENT_GET_PARAM"),
	val(22, "ISCSI_UEVENT_TRANSPORT_EP_CONNECT"), val(23, "ISCSI_UEVENT_TRANSPORT_EP_POLL"),
	val(24, "ISCSI_UEVENT_TRANSPORT_EP_DISCONNECT"), val(25, "ISCSI_UEVENT_TGT_DSCVR"),
	val(26, "ISCSI_UEVENT_SET_HOST_PARAM"), val(27, "ISCSI_UEVENT_UNBIND_SESSION"),
	val(28, "ISCSI_UEVENT_CREATE_BOUND_SESSION"), val(29, "ISCSI_UEVENT_TRANSPORT_EP_CONNECT_THROUGH_HOST"),
	val(30, "ISCSI_UEVENT_PATH_UPDATE"), val(31, "ISCSI_UEVENT_SET_IFACE_PARAMS"), val(32, "ISCSI_UEVENT_PING"),
	val(33, "ISCSI_UEVENT_GET_CHAP"), val(34, "ISCSI_UEVENT_DELETE_CHAP"), val(35, "ISCSI_UEVENT_SET_FLASHNODE_PARAMS"),
	val(36, "ISCSI_UEVENT_NEW_FLASHNODE"), val(37, "ISCSI_UEVENT_DEL_FLASHNODE"),
	val(38, "ISCSI_UEVENT_LOGIN_FLASHNODE"), val(39, "ISCSI_UEVENT_LOGOUT_FLASHNODE"),
	val(40, "ISCSI_UEVENT_LOGOUT_FLASHNODE_SID"), val(41, "ISCSI_UEVENT_SET_CHAP"),
	val(42, "ISCSI_UEVENT_GET_HOST_STATS"), val(43, "ISCSI_UEVENT_DESTROY_SESSION_ASYNC"),
	val(101, "ISCSI_KEVENT_RECV_PDU"), val(102, "ISCSI_KEVENT_CONN_ERROR"), val(103, "ISCSI_KEVENT_IF_ERROR"),
	val(104, "ISCSI_KEVENT_DESTROY_SESSION"), val(105, "ISCSI_KEVENT_UNBIND_SESSION"),
	val(106, "ISCSI_KEVENT_CREATE_SESSION"), val(107, "ISCSI_KEVENT_PATH_REQ"), val(108, "ISCSI_KEVENT_IF_DOWN"),
	val(109, "ISCSI_KEVENT_CONN_LOGIN_STATE"), val(110, "ISCSI_KEVENT_HOST_EVENT"), val(111, "ISCSI_KEVENT_PING_COMP"))

var iscsiParam = enum("iscsi_param", 0,
	"ISCSI_PARAM_MAX_RECV_DLENGTH", "ISCSI_PARAM_MAX_XMIT_DLENGTH", "ISCSI_PARAM_HDRDGST_EN", "ISCSI_PARAM_DATADGST_EN",
	"ISCSI_PARAM_INITIAL_R2T_EN", "ISCSI_PARAM_MAX_R2T", "ISCSI_PARAM_IMM_DATA_EN", "ISCSI_PARAM_FIRST_BURST",
	"ISCSI_PARAM_MAX_BURST", "ISCSI_PARAM_PDU_INORDER_EN", "ISCSI_PARAM_DATASEQ_INORDER_EN", "ISCSI_PARAM_ERL",
	"ISCSI_PARAM_IFMARKER_EN", "ISCSI_PARAM_OFMARKER_EN", "ISCSI_PARAM_EXP_STATSN", "ISCSI_PARAM_TARGET_NAME",
	"ISCSI_PARAM_TPGT", "ISCSI_PARAM_PERSISTENT_ADDRESS", "ISCSI_PARAM_PERSISTENT_PORT",
	"ISCSI_PARAM_SESS_RECOVERY_TMO", "ISCSI_PARAM_CONN_PORT", "ISCSI_PARAM_CONN_ADDRESS", "ISCSI_PARAM_USERNAME",
	"ISCSI_PARAM_USERNAME_IN", "ISCSI_PARAM_PASSWORD", "ISCSI_PARAM_PASSWORD_IN", "ISCSI_PARAM_FAST_ABORT",
	"ISCSI_PARAM_ABORT_TMO", "ISCSI_PARAM_LU_RESET_TMO", "ISCSI_PARAM_HOST_RESET_TMO", "ISCSI_PARAM_PING_TMO",
	"ISCSI_PARAM_RECV_TMO", "ISCSI_PARAM_IFACE_NAME", "ISCSI_PARAM_ISID", "ISCSI_PARAM_INITIATOR_NAME",
	"ISCSI_PARAM_TGT_RESET_TMO", "ISCSI_PARAM_TARGET_ALIAS", "ISCSI_PARAM_CHAP_IN_IDX", "ISCSI_PARAM_CHAP_OUT_IDX",
	"ISCSI_PARAM_BOOT_ROOT", "ISCSI_PARAM_BOOT_NIC", "ISCSI_PARAM_BOOT_TARGET", "ISCSI_PARAM_AUTO_SND_TGT_DISABLE",
	"ISCSI_PARAM_DISCOVERY_SESS", "ISCSI_PARAM_PORTAL_TYPE", "ISCSI_PARAM_CHAP_AUTH_EN",
	"ISCSI_PARAM_DISCOVERY_LOGOUT_EN", "ISCSI_PARAM_BIDI_CHAP_EN", "ISCSI_PARAM_DISCOVERY_AUTH_OPTIONAL",
	"ISCSI_PARAM_DEF_TIME2WAIT", "ISCSI_PARAM_DEF_TIME2RETAIN", "ISCSI_PARAM_MAX_SEGMENT_SIZE", "ISCSI_PARAM_STATSN",
	"ISCSI_PARAM_KEEPALIVE_TMO", "ISCSI_PARAM_LOCAL_PORT", "ISCSI_PARAM_TSID", "ISCSI_PARAM_DEF_TASKMGMT_TMO",
	"ISCSI_PARAM_TCP_TIMESTAMP_STAT", "ISCSI_PARAM_TCP_WSF_DISABLE", "ISCSI_PARAM_TCP_NAGLE_DISABLE",
	"ISCSI_PARAM_TCP_TIMER_SCALE", "ISCSI_PARAM_TCP_TIMESTAMP_EN", "ISCSI_PARAM_TCP_XMIT_WSF",
	"ISCSI_PARAM_TCP_RECV_WSF", "ISCSI_PARAM_IP_FRAGMENT_DISABLE", "ISCSI_PARAM_IPV4_TOS", "ISCSI_PARAM_IPV6_TC",
	"ISCSI_PARAM_IPV6_FLOW_LABEL", "ISCSI_PARAM_IS_FW_ASSIGNED_IPV6", "ISCSI_PARAM_DISCOVERY_PARENT_IDX",
	"ISCSI_PARAM_DISCOVERY_PARENT_TYPE", "ISCSI_PARAM_LOCAL_IPADDR")

var iscsiHostParam = enum("iscsi_host_param", 0,
	"ISCSI_HOST_PARAM_HWADDRESS", "ISCSI_HOST_PARAM_INITIATOR_NAME", "ISCSI_HOST_PARAM_NETDEV_NAME",
	"ISCSI_HOST_PARAM_IPADDRESS", "ISCSI_HOST_PARAM_PORT_STATE", "ISCSI_HOST_PARAM_PORT_SPEED")

var iscsiErr = values("iscsi_err", val(0, "ISCSI_OK"),
	val(1001, "ISCSI_ERR_DATASN"), val(1002, "ISCSI_ERR_DATA_OFFSET"), val(1003, "ISCSI_ERR_MAX_CMDSN"),
	val(1004, "ISCSI_ERR_EXP_CMDSN"), val(1005, "ISCSI_ERR_BAD_OPCODE"), val(1006, "ISCSI_ERR_DATALEN"),
	val(1007, "ISCSI_ERR_AHSLEN"), val(1008, "ISCSI_ERR_PROTO"), val(1009, "ISCSI_ERR_LUN"),
	val(1010, "ISCSI_ERR_BAD_ITT"), val(1011, "ISCSI_ERR_CONN_FAILED"), val(1012, "ISCSI_ERR_R2TSN"),
	val(1013, "ISCSI_ERR_SESSION_FAILED"), val(1014, "ISCSI_ERR_HDR_DGST"), val(1015, "ISCSI_ERR_DATA_DGST"),
	val(1016, "ISCSI_ERR_PARAM_NOT_FOUND"), val(1017, "ISCSI_ERR_NO_SCSI_CMD"), val(1018, "ISCSI_ERR_INVALID_HOST"),
	val(1019, "ISCSI_ERR_XMIT_FAILED"), val(1020, "ISCSI_ERR_TCP_CONN_CLOSE"),
	val(1021, "ISCSI_ERR_SCSI_EH_SESSION_RST"), val(1022, "ISCSI_ERR_NOP_TIMEDOUT"))

var iscsiPing = enum("iscsi_ping_status_code", 0,
	"ISCSI_PING_SUCCESS", "ISCSI_PING_FW_DISABLED", "ISCSI_PING_IPADDR_INVALID",
	"ISCSI_PING_LINKLOCAL_IPV6_ADDR_INVALID", "ISCSI_PING_TIMEOUT", "ISCSI_PING_INVALID_DEST_ADDR",
	"ISCSI_PING_OVERSIZE_PACKET", "ISCSI_PING_ICMP_ERROR", "ISCSI_PING_MAX_REQ_EXCEEDED", "ISCSI_PING_NO_ARP_RECEIVED")

var iscsiConnState = enum("iscsi_conn_state", 0,
	"ISCSI_CONN_STATE_FREE", "ISCSI_CONN_STATE_XPT_WAIT", "ISCSI_CONN_STATE_IN_LOGIN", "ISCSI_CONN_STATE_LOGGED_IN",
	"ISCSI_CONN_STATE_IN_LOGOUT", "ISCSI_CONN_STATE_LOGOUT_REQUESTED", "ISCSI_CONN_STATE_CLEANUP_WAIT")

func iscsiUevent() *schema.StructType {
	return iscsiUeventOf(sized(by("type", sized(opaque, 24), iscsiRequests()), 24),
		by("type", opaque, map[string]schema.Type{"ISCSI_UEVENT_SET_HOST_PARAM": str}))
}

// iscsiParamUevent is that of a parameter, which decides whether its value is a password.
func iscsiParamUevent() *schema.StructType {
	password := secret(str, schema.Password)
	return iscsiUeventOf(iscsiRequests()["ISCSI_UEVENT_SET_PARAM"], by("u.param", str, map[string]schema.Type{
		"ISCSI_PARAM_PASSWORD": password, "ISCSI_PARAM_PASSWORD_IN": password}))
}

func iscsiUeventOf(u, data schema.Type) *schema.StructType {
	return diagRec("iscsi_uevent",
		field("type", named(u32, iscsiType)), field("iferror", hinted(s32, schema.Errno)), field("transport_handle", hex64),
		field("u", u), field("r", sized(by("type", sized(opaque, 16), iscsiReplies()), 16)), field("data", data))
}

// iscsiUnion is a member of a union of n bytes.
func iscsiUnion(n int, name string, parts ...any) schema.Type {
	s := diagRec(name, parts...)
	if rest := n - s.Size(); rest > 0 {
		s.Fields = append(s.Fields, padding("unused", rest))
	}
	return structOf(s)
}

// iscsiRequests: union u, of 24 bytes.
func iscsiRequests() map[string]schema.Type {
	t := func(name string, parts ...any) schema.Type { return iscsiUnion(24, name, parts...) }
	conn, host := fields(u32, "sid", "cid"), field("host_no", u32)
	flash := field("flashnode_idx", u32)
	m := map[string]schema.Type{
		"ISCSI_UEVENT_CREATE_SESSION":                    t("msg_create_session", field("initial_cmdsn", u32), fields(u16, "cmds_max", "queue_depth")),
		"ISCSI_UEVENT_CREATE_BOUND_SESSION":              t("msg_create_bound_session", field("ep_handle", hex64), field("initial_cmdsn", u32), fields(u16, "cmds_max", "queue_depth")),
		"ISCSI_UEVENT_DESTROY_SESSION":                   t("msg_destroy_session", field("sid", u32)),
		"ISCSI_UEVENT_DESTROY_SESSION_ASYNC":             t("msg_destroy_session", field("sid", u32)),
		"ISCSI_UEVENT_UNBIND_SESSION":                    t("msg_destroy_session", field("sid", u32)),
		"ISCSI_UEVENT_CREATE_CONN":                       t("msg_create_conn", conn),
		"ISCSI_UEVENT_DESTROY_CONN":                      t("msg_destroy_conn", conn),
		"ISCSI_UEVENT_BIND_CONN":                         t("msg_bind_conn", conn, field("transport_eph", hex64), field("is_leading", u32)),
		"ISCSI_UEVENT_SEND_PDU":                          t("msg_send_pdu", conn, fields(bytes32, "hdr_size", "data_size")),
		"ISCSI_UEVENT_SET_PARAM":                         t("msg_set_param", conn, field("param", named(u32, iscsiParam)), field("len", bytes32)),
		"ISCSI_UEVENT_GET_PARAM":                         t("msg_set_param", conn, field("param", named(u32, iscsiParam)), field("len", bytes32)),
		"ISCSI_UEVENT_START_CONN":                        t("msg_start_conn", conn),
		"ISCSI_UEVENT_STOP_CONN":                         t("msg_stop_conn", conn, field("conn_handle", hex64), field("flag", named(u32, enum("stop flag", 1, "STOP_CONN_TERM", "STOP_CONN_SUSPEND", "STOP_CONN_RECOVER")))),
		"ISCSI_UEVENT_GET_STATS":                         t("msg_get_stats", conn),
		"ISCSI_UEVENT_TRANSPORT_EP_CONNECT":              t("msg_transport_connect", field("non_blocking", u32)),
		"ISCSI_UEVENT_TRANSPORT_EP_CONNECT_THROUGH_HOST": t("msg_transport_connect_through_host", host, field("non_blocking", u32)),
		"ISCSI_UEVENT_TRANSPORT_EP_POLL":                 t("msg_transport_poll", field("ep_handle", hex64), field("timeout_ms", millis)),
		"ISCSI_UEVENT_TRANSPORT_EP_DISCONNECT":           t("msg_transport_disconnect", field("ep_handle", hex64)),
		"ISCSI_UEVENT_TGT_DSCVR": t("msg_tgt_dscvr", field("dscvr_type", named(u32, enum("iscsi_tgt_dscvr", 1, "ISCSI_TGT_DSCVR_SEND_TARGETS",
			"ISCSI_TGT_DSCVR_ISNS", "ISCSI_TGT_DSCVR_SLP"))), host, field("enable", u32)),
		"ISCSI_UEVENT_SET_HOST_PARAM":       t("msg_set_host_param", host, field("param", named(u32, iscsiHostParam)), field("len", bytes32)),
		"ISCSI_UEVENT_PATH_UPDATE":          t("msg_set_path", host),
		"ISCSI_UEVENT_SET_IFACE_PARAMS":     t("msg_set_iface_params", host, field("count", u32)),
		"ISCSI_UEVENT_PING":                 t("msg_iscsi_ping", host, fields(u32, "iface_num", "iface_type"), field("payload_size", bytes32), field("pid", u32)),
		"ISCSI_UEVENT_GET_CHAP":             t("msg_get_chap", host, field("num_entries", u32), field("chap_tbl_idx", u16)),
		"ISCSI_UEVENT_DELETE_CHAP":          t("msg_delete_chap", host, field("chap_tbl_idx", u16)),
		"ISCSI_UEVENT_SET_CHAP":             t("msg_set_host_param", host),
		"ISCSI_UEVENT_SET_FLASHNODE_PARAMS": t("msg_set_flashnode_param", host, flash, field("count", u32)),
		"ISCSI_UEVENT_NEW_FLASHNODE":        t("msg_new_flashnode", host, field("len", bytes32)),
		"ISCSI_UEVENT_DEL_FLASHNODE":        t("msg_del_flashnode", host, flash),
		"ISCSI_UEVENT_LOGIN_FLASHNODE":      t("msg_login_flashnode", host, flash),
		"ISCSI_UEVENT_LOGOUT_FLASHNODE":     t("msg_logout_flashnode", host, flash),
		"ISCSI_UEVENT_LOGOUT_FLASHNODE_SID": t("msg_logout_flashnode_sid", host, field("sid", u32)),
		"ISCSI_UEVENT_GET_HOST_STATS":       t("msg_get_host_stats", host),
	}
	for _, v := range iscsiType.Values {
		if v.N > 100 {
			m[v.Name] = sized(padAt, 24) // events have none
		}
	}
	return m
}

// iscsiReplies: union r, of 16 bytes. The kernel answers a request in it.
func iscsiReplies() map[string]schema.Type {
	t := func(name string, parts ...any) schema.Type { return iscsiUnion(16, name, parts...) }
	code := t("retcode", field("retcode", hinted(s32, schema.Errno)))
	conn, host := fields(u32, "sid", "cid"), field("host_no", u32)
	session := t("msg_create_session_ret", field("sid", u32), host)
	m := map[string]schema.Type{
		"ISCSI_UEVENT_CREATE_SESSION":                    session,
		"ISCSI_UEVENT_CREATE_BOUND_SESSION":              session,
		"ISCSI_UEVENT_CREATE_CONN":                       t("msg_create_conn_ret", conn),
		"ISCSI_UEVENT_TRANSPORT_EP_CONNECT":              t("msg_transport_connect_ret", field("handle", hex64)),
		"ISCSI_UEVENT_TRANSPORT_EP_CONNECT_THROUGH_HOST": t("msg_transport_connect_ret", field("handle", hex64)),
		"ISCSI_UEVENT_NEW_FLASHNODE":                     t("msg_new_flashnode_ret", field("flashnode_idx", u32)),
		"ISCSI_KEVENT_RECV_PDU":                          t("msg_recv_req", conn, field("recv_handle", hex64)),
		"ISCSI_KEVENT_CONN_ERROR":                        t("msg_conn_error", conn, field("error", named(u32, iscsiErr))),
		"ISCSI_KEVENT_CONN_LOGIN_STATE":                  t("msg_conn_login", conn, field("state", named(u32, iscsiConnState))),
		"ISCSI_KEVENT_DESTROY_SESSION":                   t("msg_session_destroyed", host, field("sid", u32)),
		"ISCSI_KEVENT_UNBIND_SESSION":                    t("msg_unbind_session", field("sid", u32), host),
		"ISCSI_KEVENT_CREATE_SESSION":                    session,
		"ISCSI_KEVENT_PATH_REQ":                          t("msg_req_path", host),
		"ISCSI_KEVENT_IF_DOWN":                           t("msg_notify_if_down", host),
		"ISCSI_KEVENT_HOST_EVENT":                        t("msg_host_event", host, field("data_size", bytes32), field("code", named(u32, enum("iscsi_host_event_code", 1, "ISCSI_EVENT_LINKUP", "ISCSI_EVENT_LINKDOWN")))),
		"ISCSI_KEVENT_PING_COMP":                         t("msg_ping_comp", host, field("status", named(u32, iscsiPing)), field("pid", u32), field("data_size", bytes32)),
	}
	for _, v := range iscsiType.Values {
		if _, ok := m[v.Name]; !ok {
			m[v.Name] = code
		}
	}
	return m
}
