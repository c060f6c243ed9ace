// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// ksmbd is what the SMB server in the kernel asks of its daemon
// (fs/smb/server/ksmbd_netlink.h, transport_ipc.c; no UAPI header). A message
// has one attribute, of the same number as the command, which is a struct.
func ksmbd() *schema.Family {
	f := &schema.Family{
		Name:     "KSMBD_GENL",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      ksmbdAttrs(),
		Lead:     []string{"handle", "account", "share_name", "share", "status"},
		Messages: []schema.Message{{ID: 0, Name: "KSMBD_EVENT_UNSPEC"}},
	}
	for _, a := range f.Set.Attrs[1:] {
		f.Messages = append(f.Messages, schema.Message{ID: a.ID, Name: a.Name})
	}
	return f
}

func ksmbdAttrs() *schema.Set {
	login := record("ksmbd_login_request",
		field("handle", u32), field("account", sized(str, 48)), padding("reserved", 64))
	rpc := record("ksmbd_rpc_command",
		field("handle", u32), field("flags", named(u32, ksmbdRPC)), field("payload_sz", bytes32), field("payload", secret(opaque, schema.Payload)))
	return set("KSMBD_EVENT",
		unspec("KSMBD_EVENT_UNSPEC"),
		attr(1, "KSMBD_EVENT_HEARTBEAT_REQUEST", structOf(record("ksmbd_heartbeat", field("handle", u32)))),
		attr(2, "KSMBD_EVENT_STARTING_UP", structOf(ksmbdStartup())),
		attr(3, "KSMBD_EVENT_SHUTTING_DOWN", structOf(record("ksmbd_shutdown_request", padding("reserved", 64)))),
		attr(4, "KSMBD_EVENT_LOGIN_REQUEST", structOf(login)),
		attr(5, "KSMBD_EVENT_LOGIN_RESPONSE", structOf(record("ksmbd_login_response", ksmbdLogin()...))),
		attr(6, "KSMBD_EVENT_SHARE_CONFIG_REQUEST", structOf(record("ksmbd_share_config_request",
			field("handle", u32), field("share_name", sized(str, 64)), padding("reserved", 64)))),
		attr(7, "KSMBD_EVENT_SHARE_CONFIG_RESPONSE", structOf(record("ksmbd_share_config_response",
			field("handle", u32), field("flags", named(u32, ksmbdShare)),
			field("create_mask", ksmbdMode), field("directory_mask", ksmbdMode),
			field("force_create_mode", ksmbdMode), field("force_directory_mode", ksmbdMode),
			field("force_uid", u16), field("force_gid", u16), field("share_name", sized(str, 64)),
			padding("reserved", 448), field("veto_list_sz", bytes32), field("payload", secret(opaque, schema.Path))))),
		attr(8, "KSMBD_EVENT_TREE_CONNECT_REQUEST", structOf(record("ksmbd_tree_connect_request",
			field("handle", u32), field("account_flags", named(u16, ksmbdUser)),
			field("flags", named(u16, bits("KSMBD_TREE_CONN_FLAG_REQUEST",
				"KSMBD_TREE_CONN_FLAG_REQUEST_IPV6", "KSMBD_TREE_CONN_FLAG_REQUEST_SMB2"))),
			field("session_id", u64), field("connect_id", u64), field("account", sized(str, 48)),
			field("share", sized(str, 64)), field("peer_addr", sized(str, 64)), padding("reserved", 64)))),
		attr(9, "KSMBD_EVENT_TREE_CONNECT_RESPONSE", structOf(record("ksmbd_tree_connect_response",
			field("handle", u32), field("status", named(u16, ksmbdTreeStatus)),
			field("connection_flags", named(u16, bits("KSMBD_TREE_CONN_FLAG",
				"KSMBD_TREE_CONN_FLAG_GUEST_ACCOUNT", "KSMBD_TREE_CONN_FLAG_READ_ONLY", "KSMBD_TREE_CONN_FLAG_WRITABLE",
				"KSMBD_TREE_CONN_FLAG_ADMIN_ACCOUNT", "KSMBD_TREE_CONN_FLAG_UPDATE"))),
			padding("reserved", 64)))),
		attr(10, "KSMBD_EVENT_TREE_DISCONNECT_REQUEST", structOf(record("ksmbd_tree_disconnect_request",
			field("session_id", u64), field("connect_id", u64), padding("reserved", 64)))),
		attr(11, "KSMBD_EVENT_LOGOUT_REQUEST", structOf(record("ksmbd_logout_request",
			field("account", sized(str, 48)), field("account_flags", named(u32, ksmbdUser)), padding("reserved", 64)))),
		attr(12, "KSMBD_EVENT_RPC_REQUEST", structOf(rpc)),
		attr(13, "KSMBD_EVENT_RPC_RESPONSE", structOf(rpc)),
		attr(14, "KSMBD_EVENT_SPNEGO_AUTHEN_REQUEST", structOf(record("ksmbd_spnego_authen_request",
			field("handle", u32), field("spnego_blob_len", hinted(u16, schema.Bytes)), field("spnego_blob", secret(opaque, schema.Attackable))))),
		attr(15, "KSMBD_EVENT_SPNEGO_AUTHEN_RESPONSE", structOf(record("ksmbd_spnego_authen_response",
			field("handle", u32), field("login_response", structOf(record("ksmbd_login_response", ksmbdLogin()...))),
			field("session_key_len", hinted(u16, schema.Bytes)), field("spnego_blob_len", hinted(u16, schema.Bytes)),
			field("payload", secret(opaque, schema.Key))))), // session key, then SPNEGO
		attr(16, "KSMBD_EVENT_LOGIN_REQUEST_EXT", structOf(login)),
		attr(17, "KSMBD_EVENT_LOGIN_RESPONSE_EXT", structOf(record("ksmbd_login_response_ext",
			field("handle", u32), field("ngroups", s32), padding("reserved", 64), field("groups", packed(u32))))),
	)
}

// ksmbdLogin: 18 bytes of hash are followed by two of alignment.
func ksmbdLogin() []schema.Field {
	return []schema.Field{
		field("handle", u32), field("gid", u32), field("uid", u32), field("account", sized(str, 48)),
		field("status", named(u16, ksmbdUser)), field("hash_sz", hinted(u16, schema.Bytes)),
		field("hash", secret(sized(opaque, 18), schema.Key)), padding("pad", 2), padding("reserved", 64),
	}
}

// ksmbdStartup ends with the list of interfaces; kernels differ in how much
// room they reserve before it.
func ksmbdStartup() *schema.StructType {
	return atLeast(256, record("ksmbd_startup_request",
		field("flags", named(u32, bits("KSMBD_GLOBAL_FLAG",
			"KSMBD_GLOBAL_FLAG_SMB2_LEASES", "KSMBD_GLOBAL_FLAG_SMB2_ENCRYPTION", "KSMBD_GLOBAL_FLAG_SMB3_MULTICHANNEL",
			"KSMBD_GLOBAL_FLAG_SMB2_ENCRYPTION_OFF", "KSMBD_GLOBAL_FLAG_DURABLE_HANDLE"))),
		field("signing", named(s32, enum("KSMBD_CONFIG_OPT", 0, "KSMBD_CONFIG_OPT_DISABLED",
			"KSMBD_CONFIG_OPT_ENABLED", "KSMBD_CONFIG_OPT_AUTO", "KSMBD_CONFIG_OPT_MANDATORY"))),
		field("min_prot", sized(str, 16)), field("max_prot", sized(str, 16)),
		field("netbios_name", sized(str, 16)), field("work_group", sized(str, 64)), field("server_string", sized(str, 64)),
		field("tcp_port", u16), field("ipc_timeout", hinted(u16, schema.Seconds)),
		field("deadtime", u32), // minutes
		field("file_max", u32), field("smb2_max_write", bytes32), field("smb2_max_read", bytes32),
		field("smb2_max_trans", bytes32), field("share_fake_fscaps", hex32),
		field("sub_auth", schema.Type{Kind: schema.Packed, Elem: &u32, Len: 12}),
		field("smb2_max_credits", u32), field("smbd_max_io_size", bytes32), field("max_connections", u32),
		padding("reserved", 504), field("ifc_list_sz", bytes32), field("interfaces", opaque)))
}

var (
	ksmbdMode = hinted(u16, schema.Octal)
	ksmbdUser = bits("KSMBD_USER_FLAG",
		"KSMBD_USER_FLAG_OK", "KSMBD_USER_FLAG_BAD_PASSWORD", "KSMBD_USER_FLAG_BAD_UID", "KSMBD_USER_FLAG_BAD_USER",
		"KSMBD_USER_FLAG_GUEST_ACCOUNT", "KSMBD_USER_FLAG_DELAY_SESSION", "KSMBD_USER_FLAG_EXTENSION")
	ksmbdShare = bits("KSMBD_SHARE_FLAG",
		"KSMBD_SHARE_FLAG_AVAILABLE", "KSMBD_SHARE_FLAG_BROWSEABLE", "KSMBD_SHARE_FLAG_WRITEABLE",
		"KSMBD_SHARE_FLAG_READONLY", "KSMBD_SHARE_FLAG_GUEST_OK", "KSMBD_SHARE_FLAG_GUEST_ONLY",
		"KSMBD_SHARE_FLAG_STORE_DOS_ATTRS", "KSMBD_SHARE_FLAG_OPLOCKS", "KSMBD_SHARE_FLAG_PIPE",
		"KSMBD_SHARE_FLAG_HIDE_DOT_FILES", "KSMBD_SHARE_FLAG_INHERIT_OWNER", "KSMBD_SHARE_FLAG_STREAMS",
		"KSMBD_SHARE_FLAG_FOLLOW_SYMLINKS", "KSMBD_SHARE_FLAG_ACL_XATTR", "KSMBD_SHARE_FLAG_UPDATE",
		"KSMBD_SHARE_FLAG_CROSSMNT", "KSMBD_SHARE_FLAG_CONTINUOUS_AVAILABILITY")
	ksmbdTreeStatus = enum("KSMBD_TREE_CONN_STATUS", 0,
		"KSMBD_TREE_CONN_STATUS_OK", "KSMBD_TREE_CONN_STATUS_NOMEM", "KSMBD_TREE_CONN_STATUS_NO_SHARE",
		"KSMBD_TREE_CONN_STATUS_NO_USER", "KSMBD_TREE_CONN_STATUS_INVALID_USER", "KSMBD_TREE_CONN_STATUS_HOST_DENIED",
		"KSMBD_TREE_CONN_STATUS_CONN_EXIST", "KSMBD_TREE_CONN_STATUS_TOO_MANY_CONNS",
		"KSMBD_TREE_CONN_STATUS_TOO_MANY_SESSIONS", "KSMBD_TREE_CONN_STATUS_ERROR")
	// ksmbdRPC: a method is one of these bits, most of them with bit 0.
	ksmbdRPC = bits("KSMBD_RPC",
		"KSMBD_RPC_METHOD_RETURN", "KSMBD_RPC_SRVSVC_METHOD_INVOKE", "KSMBD_RPC_WKSSVC_METHOD_INVOKE",
		"KSMBD_RPC_IOCTL_METHOD", "KSMBD_RPC_OPEN_METHOD", "KSMBD_RPC_WRITE_METHOD", "KSMBD_RPC_READ_METHOD",
		"KSMBD_RPC_CLOSE_METHOD", "KSMBD_RPC_RAP_METHOD", "KSMBD_RPC_RESTRICTED_CONTEXT",
		"KSMBD_RPC_SAMR_METHOD_INVOKE", "KSMBD_RPC_LSARPC_METHOD_INVOKE")
)
