// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Sockets of other address families than AF_INET: linux/unix_diag.h,
// netlink_diag.h, packet_diag.h, vm_sockets_diag.h, xdp_diag.h, smc_diag.h,
// tipc_sockets_diag.h.

// diagRec is a struct of members and lists of members.
func diagRec(name string, parts ...any) *schema.StructType {
	s := &schema.StructType{Name: name}
	for _, p := range parts {
		switch p := p.(type) {
		case schema.Field:
			s.Fields = append(s.Fields, p)
		case []schema.Field:
			s.Fields = append(s.Fields, p...)
		default:
			panic("neither a field nor fields in struct " + name)
		}
	}
	return s
}

func unixDiagReq() *schema.StructType {
	return diagRec("unix_diag_req",
		field("sdiag_family", sockDiagFamily), field("sdiag_protocol", u8), padding("pad", 2),
		field("udiag_states", named(u32, sockDiagStates)),
		field("udiag_ino", sockDiagInode),
		field("udiag_show", named(u32, bits("UDIAG_SHOW", "UDIAG_SHOW_NAME", "UDIAG_SHOW_VFS", "UDIAG_SHOW_PEER", "UDIAG_SHOW_ICONS",
			"UDIAG_SHOW_RQLEN", "UDIAG_SHOW_MEMINFO", "UDIAG_SHOW_UID"))),
		field("udiag_cookie", sockDiagCookie))
}

func unixDiagReply() schema.Variant {
	return schema.Variant{
		Header: diagRec("unix_diag_msg",
			field("udiag_family", sockDiagFamily),
			field("udiag_type", named(u8, sockDiagType)),
			field("udiag_state", named(u8, sockDiagState)), padding("pad", 1),
			field("udiag_ino", sockDiagInode),
			field("udiag_cookie", sockDiagCookie)),
		Set: set("UNIX_DIAG",
			attr(0, "UNIX_DIAG_NAME", custom(unixDiagName)),
			attr(1, "UNIX_DIAG_VFS", structOf(diagRec("unix_diag_vfs",
				field("udiag_vfs_ino", sockDiagInode), field("udiag_vfs_dev", sized(custom(unixDiagDev), 4))))),
			attr(2, "UNIX_DIAG_PEER", sockDiagInode),
			attr(3, "UNIX_DIAG_ICONS", packed(sockDiagInode)),
			attr(4, "UNIX_DIAG_RQLEN", structOf(diagRec("unix_diag_rqlen", fields(u32, "udiag_rqueue", "udiag_wqueue")))),
			attr(5, "UNIX_DIAG_MEMINFO", sockDiagMeminfo()),
			attr(6, "UNIX_DIAG_SHUTDOWN", named(u8, sockDiagShutdown)),
			attr(7, "UNIX_DIAG_UID", sockDiagUID)),
	}
}

func netlinkDiagReq() *schema.StructType {
	return diagRec("netlink_diag_req",
		field("sdiag_family", sockDiagFamily),
		field("sdiag_protocol", netlinkDiagProtocol), padding("pad", 2),
		field("ndiag_ino", sockDiagInode),
		field("ndiag_show", named(u32, bits("NDIAG_SHOW", "NDIAG_SHOW_MEMINFO", "NDIAG_SHOW_GROUPS", "NDIAG_SHOW_RING_CFG", "NDIAG_SHOW_FLAGS"))),
		field("ndiag_cookie", sockDiagCookie))
}

var netlinkDiagProtocol = named(u8, values("Netlink protocol",
	val(0, "NETLINK_ROUTE"), val(1, "NETLINK_UNUSED"), val(2, "NETLINK_USERSOCK"), val(3, "NETLINK_FIREWALL"), val(4, "NETLINK_SOCK_DIAG"),
	val(5, "NETLINK_NFLOG"), val(6, "NETLINK_XFRM"), val(7, "NETLINK_SELINUX"), val(8, "NETLINK_ISCSI"), val(9, "NETLINK_AUDIT"),
	val(10, "NETLINK_FIB_LOOKUP"), val(11, "NETLINK_CONNECTOR"), val(12, "NETLINK_NETFILTER"), val(13, "NETLINK_IP6_FW"),
	val(14, "NETLINK_DNRTMSG"), val(15, "NETLINK_KOBJECT_UEVENT"), val(16, "NETLINK_GENERIC"), val(18, "NETLINK_SCSITRANSPORT"),
	val(19, "NETLINK_ECRYPTFS"), val(20, "NETLINK_RDMA"), val(21, "NETLINK_CRYPTO"), val(22, "NETLINK_SMC"), val(255, "NDIAG_PROTO_ALL")))

func netlinkDiagReply() schema.Variant {
	ring := structOf(diagRec("netlink_diag_ring", field("ndr_block_size", bytes32), field("ndr_block_nr", u32),
		field("ndr_frame_size", bytes32), field("ndr_frame_nr", u32)))
	return schema.Variant{
		Header: diagRec("netlink_diag_msg",
			field("ndiag_family", sockDiagFamily),
			field("ndiag_type", named(u8, sockDiagType)),
			field("ndiag_protocol", netlinkDiagProtocol),
			field("ndiag_state", named(u8, enum("Netlink socket state", 0, "NETLINK_UNCONNECTED", "NETLINK_CONNECTED"))),
			fields(u32, "ndiag_portid", "ndiag_dst_portid"),
			field("ndiag_dst_group", u32),
			field("ndiag_ino", sockDiagInode),
			field("ndiag_cookie", sockDiagCookie)),
		Set: set("NETLINK_DIAG",
			attr(0, "NETLINK_DIAG_MEMINFO", sockDiagMeminfo()),
			attr(1, "NETLINK_DIAG_GROUPS", several(netlinkDiagGroups, netlinkGroupsFacts)),
			attr(2, "NETLINK_DIAG_RX_RING", ring),
			attr(3, "NETLINK_DIAG_TX_RING", ring),
			attr(4, "NETLINK_DIAG_FLAGS", named(u32, bits("NDIAG_FLAG", "NDIAG_FLAG_CB_RUNNING", "NDIAG_FLAG_PKTINFO",
				"NDIAG_FLAG_BROADCAST_ERROR", "NDIAG_FLAG_NO_ENOBUFS", "NDIAG_FLAG_LISTEN_ALL_NSID", "NDIAG_FLAG_CAP_ACK",
				"NDIAG_FLAG_EXT_ACK", "NDIAG_FLAG_STRICT_CHK")))),
	}
}

func packetDiagReq() *schema.StructType {
	return diagRec("packet_diag_req",
		field("sdiag_family", sockDiagFamily), field("sdiag_protocol", u8), padding("pad", 2),
		field("pdiag_ino", sockDiagInode),
		field("pdiag_show", named(u32, bits("PACKET_SHOW", "PACKET_SHOW_INFO", "PACKET_SHOW_MCLIST", "PACKET_SHOW_RING_CFG",
			"PACKET_SHOW_FANOUT", "PACKET_SHOW_MEMINFO", "PACKET_SHOW_FILTER"))),
		field("pdiag_cookie", sockDiagCookie))
}

func packetDiagReply() schema.Variant {
	ring := structOf(diagRec("packet_diag_ring", field("pdr_block_size", bytes32), field("pdr_block_nr", u32),
		field("pdr_frame_size", bytes32), field("pdr_frame_nr", u32), field("pdr_retire_tmo", millis),
		field("pdr_sizeof_priv", bytes32), field("pdr_features", hex32)))
	return schema.Variant{
		Header: diagRec("packet_diag_msg",
			field("pdiag_family", sockDiagFamily),
			field("pdiag_type", named(u8, sockDiagType)),
			field("pdiag_num", named(u16, etherType)), // pdiag_put converts it
			field("pdiag_ino", sockDiagInode),
			field("pdiag_cookie", sockDiagCookie)),
		Set: set("PACKET_DIAG",
			attr(0, "PACKET_DIAG_INFO", structOf(diagRec("packet_diag_info",
				field("pdi_index", ifindex),
				field("pdi_version", named(u32, enum("tpacket_versions", 0, "TPACKET_V1", "TPACKET_V2", "TPACKET_V3"))),
				field("pdi_reserve", bytes32), field("pdi_copy_thresh", u32), field("pdi_tstamp", hex32),
				field("pdi_flags", named(u32, bits("PDI", "PDI_RUNNING", "PDI_AUXDATA", "PDI_ORIGDEV", "PDI_VNETHDR", "PDI_LOSS")))))),
			attr(1, "PACKET_DIAG_MCLIST", packed(structOf(diagRec("packet_diag_mclist",
				field("pdmc_index", ifindex), field("pdmc_count", u32),
				field("pdmc_type", named(u16, enum("packet_mreq type", 0, "PACKET_MR_MULTICAST", "PACKET_MR_PROMISC", "PACKET_MR_ALLMULTI", "PACKET_MR_UNICAST"))),
				field("pdmc_alen", u16), field("pdmc_addr", sized(opaque, 32)))))),
			attr(2, "PACKET_DIAG_RX_RING", ring),
			attr(3, "PACKET_DIAG_TX_RING", ring),
			attr(4, "PACKET_DIAG_FANOUT", hex32), // id | type << 16
			attr(5, "PACKET_DIAG_UID", sockDiagUID),
			attr(6, "PACKET_DIAG_MEMINFO", sockDiagMeminfo()),
			attr(7, "PACKET_DIAG_FILTER", packed(structOf(diagRec("sock_filter",
				field("code", hex16), field("jt", u8), field("jf", u8), field("k", hex32)))))),
	}
}

func vsockDiagReq() *schema.StructType {
	return diagRec("vsock_diag_req",
		field("sdiag_family", sockDiagFamily), field("sdiag_protocol", u8), padding("pad", 2),
		field("vdiag_states", named(u32, sockDiagStates)),
		field("vdiag_ino", sockDiagInode), field("vdiag_show", hex32),
		field("vdiag_cookie", sockDiagCookie))
}

func vsockDiagMsg() *schema.StructType {
	cid := named(u32, values("vsock CID", val(0, "VMADDR_CID_HYPERVISOR"), val(1, "VMADDR_CID_LOCAL"), val(2, "VMADDR_CID_HOST"), val(0xffffffff, "VMADDR_CID_ANY")))
	port := named(u32, values("vsock port", val(0xffffffff, "VMADDR_PORT_ANY")))
	return diagRec("vsock_diag_msg",
		field("vdiag_family", sockDiagFamily),
		field("vdiag_type", named(u8, sockDiagType)),
		field("vdiag_state", named(u8, sockDiagState)),
		field("vdiag_shutdown", named(u8, sockDiagShutdown)),
		field("vdiag_src_cid", cid), field("vdiag_src_port", port),
		field("vdiag_dst_cid", cid), field("vdiag_dst_port", port),
		field("vdiag_ino", sockDiagInode),
		field("vdiag_cookie", sockDiagCookie))
}

func xdpDiagReq() *schema.StructType {
	return diagRec("xdp_diag_req",
		field("sdiag_family", sockDiagFamily), field("sdiag_protocol", u8), padding("pad", 2),
		field("xdiag_ino", sockDiagInode),
		field("xdiag_show", named(u32, bits("XDP_SHOW", "XDP_SHOW_INFO", "XDP_SHOW_RING_CFG", "XDP_SHOW_UMEM", "XDP_SHOW_MEMINFO", "XDP_SHOW_STATS"))),
		field("xdiag_cookie", sockDiagCookie))
}

func xdpDiagReply() schema.Variant {
	ring := structOf(diagRec("xdp_diag_ring", field("entries", u32)))
	return schema.Variant{
		Header: diagRec("xdp_diag_msg",
			field("xdiag_family", sockDiagFamily), field("xdiag_type", named(u8, sockDiagType)), padding("pad", 2),
			field("xdiag_ino", sockDiagInode),
			field("xdiag_cookie", sockDiagCookie)),
		Set: set("XDP_DIAG",
			noted(0, "XDP_DIAG_NONE", blob, "unused"),
			attr(1, "XDP_DIAG_INFO", structOf(diagRec("xdp_diag_info", field("ifindex", ifindex), field("queue_id", u32)))),
			attr(2, "XDP_DIAG_UID", sockDiagUID),
			attr(3, "XDP_DIAG_RX_RING", ring),
			attr(4, "XDP_DIAG_TX_RING", ring),
			attr(5, "XDP_DIAG_UMEM", structOf(diagRec("xdp_diag_umem",
				field("size", bytes64), field("id", u32), field("num_pages", u32), field("chunk_size", bytes32), field("headroom", bytes32),
				field("ifindex", ifindex), field("queue_id", u32), field("flags", named(u32, bits("XDP_DU_F", "XDP_DU_F_ZEROCOPY"))), field("refs", u32)))),
			attr(6, "XDP_DIAG_UMEM_FILL_RING", ring),
			attr(7, "XDP_DIAG_UMEM_COMPLETION_RING", ring),
			attr(8, "XDP_DIAG_MEMINFO", sockDiagMeminfo()),
			attr(9, "XDP_DIAG_STATS", structOf(diagRec("xdp_diag_stats", fields(u64, "n_rx_dropped", "n_rx_invalid", "n_rx_full",
				"n_fill_ring_empty", "n_tx_invalid", "n_tx_ring_empty"))))),
	}
}

// struct smc_diag_req: its ids are those of AF_INET sockets.
func smcDiagReq() *schema.StructType {
	return diagRec("smc_diag_req",
		field("diag_family", sockDiagFamily), padding("pad", 2),
		field("diag_ext", named(u8, bits("diag_ext", "SMC_DIAG_CONNINFO", "SMC_DIAG_LGRINFO", "SMC_DIAG_SHUTDOWN", "SMC_DIAG_DMBINFO", "SMC_DIAG_FALLBACK"))),
		inetDiagSockid(43))
}

// smcDiagState is enum smc_state of net/smc/smc.h.
var smcDiagState = values("smc_state",
	val(1, "SMC_ACTIVE"), val(2, "SMC_INIT"), val(7, "SMC_CLOSED"), val(10, "SMC_LISTEN"), val(20, "SMC_PEERCLOSEWAIT1"),
	val(21, "SMC_PEERCLOSEWAIT2"), val(22, "SMC_APPCLOSEWAIT1"), val(23, "SMC_APPCLOSEWAIT2"), val(24, "SMC_APPFINCLOSEWAIT"),
	val(25, "SMC_PEERFINCLOSEWAIT"), val(26, "SMC_PEERABORTWAIT"), val(27, "SMC_PROCESSABORT"))

func smcDiagReply() schema.Variant {
	cursor := structOf(diagRec("smc_diag_cursor", field("reserved", u16), field("wrap", u16), field("count", u32)))
	return schema.Variant{
		Header: diagRec("smc_diag_msg",
			field("diag_family", sockDiagFamily),
			field("diag_state", named(u8, smcDiagState)),
			field("diag_mode", named(u8, enum("SMC_DIAG_MODE", 0, "SMC_DIAG_MODE_SMCR", "SMC_DIAG_MODE_FALLBACK_TCP", "SMC_DIAG_MODE_SMCD"))),
			field("diag_shutdown", named(u8, sockDiagShutdown)),
			inetDiagSockid(43),
			field("diag_uid", sockDiagUID), field("diag_inode", u64)),
		Set: set("SMC_DIAG",
			noted(0, "SMC_DIAG_NONE", blob, "unused"),
			attr(1, "SMC_DIAG_CONNINFO", structOf(diagRec("smc_diag_conninfo",
				field("token", hex32), fields(bytes32, "sndbuf_size", "rmbe_size", "peer_rmbe_size"),
				fields(cursor, "rx_prod", "rx_cons", "tx_prod", "tx_cons"),
				fields(hex8, "rx_prod_flags", "rx_conn_state_flags", "tx_prod_flags", "tx_conn_state_flags"),
				fields(cursor, "tx_prep", "tx_sent", "tx_fin")))),
			attr(2, "SMC_DIAG_LGRINFO", structOf(diagRec("smc_diag_lgrinfo",
				field("lnk", structOf(diagRec("smc_diag_linkinfo",
					field("link_id", u8), field("ibname", sized(str, 64)), field("ibport", u8),
					field("gid", sized(str, 40)), field("peer_gid", sized(str, 40))))),
				field("role", named(u8, enum("smc_lgr_role", 0, "SMC_CLNT", "SMC_SERV")))))),
			attr(3, "SMC_DIAG_SHUTDOWN", named(u8, sockDiagShutdown)),
			attr(4, "SMC_DIAG_DMBINFO", structOf(atLeast(40, diagRec("smcd_diag_dmbinfo",
				field("linkid", hex32), padding("pad", 4),
				fields(hex64, "peer_gid", "my_gid", "token", "peer_token", "peer_gid_ext", "my_gid_ext"))))),
			attr(5, "SMC_DIAG_FALLBACK", structOf(diagRec("smc_diag_fallback", fields(hex32, "reason", "peer_diagnosis"))))),
	}
}

func tipcDiagReq() *schema.StructType {
	return diagRec("tipc_sock_diag_req",
		field("sdiag_family", sockDiagFamily), field("sdiag_protocol", u8), padding("pad", 2),
		field("tidiag_states", named(u32, sockDiagStates)))
}

// tipcDiag: the replies are those of the generic family TIPCv2 without its
// headers (net/tipc/socket.c, tipc_sk_fill_sock_diag).
func tipcDiag() *schema.Set {
	return set("TIPC_NLA", attr(2, "TIPC_NLA_SOCK", nest(tipcSock())))
}
