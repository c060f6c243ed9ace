// SPDX-License-Identifier: Apache-2.0

package families

import (
	"math"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Sockets of AF_INET and AF_INET6: linux/inet_diag.h, net/ipv4/inet_diag.c.

func inetDiagReqSet() *schema.Set {
	return set("INET_DIAG_REQ",
		noted(0, "INET_DIAG_REQ_NONE", blob, "unused"),
		attr(1, "INET_DIAG_REQ_BYTECODE", custom(inetDiagBytecode)),
		attr(2, "INET_DIAG_REQ_SK_BPF_STORAGES", nest(set("SK_DIAG_BPF_STORAGE_REQ",
			noted(0, "SK_DIAG_BPF_STORAGE_REQ_NONE", blob, "unused"),
			attr(1, "SK_DIAG_BPF_STORAGE_REQ_MAP_FD", fd)))),
		attr(3, "INET_DIAG_REQ_PROTOCOL", named(u32, ipProtocol)),
	)
}

// struct inet_diag_sockid { __be16 idiag_sport, idiag_dport; __be32
// idiag_src[4], idiag_dst[4]; __u32 idiag_if; __u32 idiag_cookie[2]; }
func inetDiagSockid(family uint8) []schema.Field {
	f := fields(be16, "idiag_sport", "idiag_dport")
	for _, name := range []string{"idiag_src", "idiag_dst"} {
		switch family {
		case 2:
			f = append(f, field(name, sized(ip, 4)), padding(name+"_unused", 12))
		case 43: // __smc_diag_dump: of an AF_INET socket, too
			f = append(f, field(name, schema.Type{Kind: schema.IPAddr, Len: 16, Family: "diag_family"}))
		default:
			f = append(f, field(name, sized(ip, 16)))
		}
	}
	return append(f, field("idiag_if", ifindex), field("idiag_cookie", sockDiagCookie))
}

func inetDiagReqV2(family uint8) *schema.StructType {
	return diagRec("inet_diag_req_v2",
		field("sdiag_family", sockDiagFamily),
		field("sdiag_protocol", sockDiagProto),
		field("idiag_ext", named(u8, inetDiagExt)),
		field("sdiag_raw_protocol", sized(by("sdiag_protocol", padAt, map[string]schema.Type{"IPPROTO_RAW": named(u8, ipProtocol)}), 1)),
		field("idiag_states", named(u32, sockDiagStates)), inetDiagSockid(family))
}

// struct inet_diag_req, of TCPDIAG_GETSOCK.
func inetDiagReq(family uint8) *schema.StructType {
	return diagRec("inet_diag_req",
		field("idiag_family", sockDiagFamily),
		field("idiag_src_len", u8),
		field("idiag_dst_len", u8),
		field("idiag_ext", named(u8, inetDiagExt)), inetDiagSockid(family),
		field("idiag_states", named(u32, sockDiagStates)),
		field("idiag_dbs", u32),
	)
}

// inetDiagExt: bit n - 1 asks for attribute n.
var inetDiagExt = bits("idiag_ext", "INET_DIAG_MEMINFO", "INET_DIAG_INFO", "INET_DIAG_VEGASINFO", "INET_DIAG_CONG",
	"INET_DIAG_TOS", "INET_DIAG_TCLASS", "INET_DIAG_SKMEMINFO", "INET_DIAG_SHUTDOWN")

// inetDiagTimer has the words of ss; the header has none.
var inetDiagTimer = enum("idiag_timer", 0, "off", "on", "keepalive", "timewait", "persist", "delack")

func inetDiagReply(family uint8) schema.Variant {
	return schema.Variant{
		Header: diagRec("inet_diag_msg",
			field("idiag_family", sockDiagFamily),
			field("idiag_state", named(u8, sockDiagState)),
			field("idiag_timer", named(u8, inetDiagTimer)),
			field("idiag_retrans", u8), inetDiagSockid(family),
			field("idiag_expires", millis),
			field("idiag_rqueue", u32),
			field("idiag_wqueue", u32),
			field("idiag_uid", sockDiagUID),
			field("idiag_inode", sockDiagInode),
		),
		Set: inetDiagSet(),
	}
}

func inetDiagSet() *schema.Set {
	return set("INET_DIAG",
		noted(0, "INET_DIAG_NONE", blob, "unused"),
		attr(1, "INET_DIAG_MEMINFO", structOf(diagRec("inet_diag_meminfo",
			fields(bytes32, "idiag_rmem", "idiag_wmem", "idiag_fmem", "idiag_tmem")))),
		attr(2, "INET_DIAG_INFO", inetDiagInfo()),
		attr(3, "INET_DIAG_VEGASINFO", structOf(diagRec("tcpvegas_info",
			field("tcpv_enabled", u32), field("tcpv_rttcnt", u32), field("tcpv_rtt", micros), field("tcpv_minrtt", inetDiagMinRTT)))),
		attr(4, "INET_DIAG_CONG", str),
		attr(5, "INET_DIAG_TOS", hex8),
		attr(6, "INET_DIAG_TCLASS", hex8),
		attr(7, "INET_DIAG_SKMEMINFO", sockDiagMeminfo()),
		attr(8, "INET_DIAG_SHUTDOWN", named(u8, sockDiagShutdown)),
		attr(9, "INET_DIAG_DCTCPINFO", structOf(diagRec("tcp_dctcp_info",
			field("dctcp_enabled", u16), field("dctcp_ce_state", u16), field("dctcp_alpha", u32),
			field("dctcp_ab_ecn", u32), field("dctcp_ab_tot", u32)))),
		attr(10, "INET_DIAG_PROTOCOL", sockDiagProto),
		attr(11, "INET_DIAG_SKV6ONLY", u8),
		attr(12, "INET_DIAG_LOCALS", packed(sized(where(sockaddrText, sockaddrFacts), 128))),
		attr(13, "INET_DIAG_PEERS", packed(sized(where(sockaddrText, sockaddrFacts), 128))),
		attr(14, "INET_DIAG_PAD", padAt),
		attr(15, "INET_DIAG_MARK", hex32),
		attr(16, "INET_DIAG_BBRINFO", structOf(diagRec("tcp_bbr_info",
			// Both words are one number, on big-endian machines too.
			field("bbr_bw_lo", u32), field("bbr_bw_hi", u32),
			field("bbr_min_rtt", inetDiagMinRTT), field("bbr_pacing_gain", u32), field("bbr_cwnd_gain", u32)))),
		attr(17, "INET_DIAG_CLASS_ID", hex32),
		attr(18, "INET_DIAG_MD5SIG", packed(structOf(diagRec("tcp_diag_md5sig",
			field("tcpm_family", sockDiagFamily), field("tcpm_prefixlen", u8), field("tcpm_keylen", u16),
			field("tcpm_addr", sized(by("tcpm_family", sized(opaque, 16), map[string]schema.Type{
				"AF_INET": custom(inetDiagAddr4), "AF_INET6": sized(ip, 16)}), 16)),
			field("tcpm_key", secret(sized(opaque, 80), schema.Key)))))),
		attr(19, "INET_DIAG_ULP_INFO", nest(inetDiagULP())),
		attr(20, "INET_DIAG_SK_BPF_STORAGES", nest(set("SK_DIAG_BPF_STORAGE",
			noted(0, "SK_DIAG_BPF_STORAGE_REP_NONE", blob, "unused"),
			attr(1, "SK_DIAG_BPF_STORAGE", nest(set("SK_DIAG_BPF_STORAGE",
				noted(0, "SK_DIAG_BPF_STORAGE_NONE", blob, "unused"),
				attr(1, "SK_DIAG_BPF_STORAGE_PAD", padAt),
				attr(2, "SK_DIAG_BPF_STORAGE_MAP_ID", u32),
				attr(3, "SK_DIAG_BPF_STORAGE_MAP_VALUE", secret(opaque, schema.Memory)))))))),
		attr(21, "INET_DIAG_CGROUP_ID", u64),
		attr(22, "INET_DIAG_SOCKOPT", named(schema.Type{Kind: schema.U16, Little: true}, bits("inet_diag_sockopt",
			"recverr", "is_icsk", "freebind", "hdrincl", "mc_loop", "transparent", "mc_all", "nodefrag",
			"bind_address_no_port", "recverr_rfc4884", "defer_connect"))),
	)
}

func inetDiagULP() *schema.Set {
	conf := enum("TLS_CONF", 1, "TLS_CONF_BASE", "TLS_CONF_SW", "TLS_CONF_HW", "TLS_CONF_HW_RECORD")
	return set("INET_ULP_INFO",
		unspec("INET_ULP_INFO_UNSPEC"),
		attr(1, "INET_ULP_INFO_NAME", str),
		attr(2, "INET_ULP_INFO_TLS", nest(set("TLS_INFO",
			unspec("TLS_INFO_UNSPEC"),
			attr(1, "TLS_INFO_VERSION", named(u16, values("TLS version", val(0x303, "TLS_1_2_VERSION"), val(0x304, "TLS_1_3_VERSION")))),
			attr(2, "TLS_INFO_CIPHER", named(u16, enum("TLS cipher", 51, "TLS_CIPHER_AES_GCM_128", "TLS_CIPHER_AES_GCM_256",
				"TLS_CIPHER_AES_CCM_128", "TLS_CIPHER_CHACHA20_POLY1305", "TLS_CIPHER_SM4_GCM", "TLS_CIPHER_SM4_CCM",
				"TLS_CIPHER_ARIA_GCM_128", "TLS_CIPHER_ARIA_GCM_256"))),
			attr(3, "TLS_INFO_TXCONF", named(u16, conf)),
			attr(4, "TLS_INFO_RXCONF", named(u16, conf)),
			attr(5, "TLS_INFO_ZC_RO_TX", flag),
			attr(6, "TLS_INFO_RX_NO_PAD", flag),
			attr(7, "TLS_INFO_TX_MAX_PAYLOAD_LEN", hinted(u16, schema.Bytes))))),
		attr(3, "INET_ULP_INFO_MPTCP", nest(set("MPTCP_SUBFLOW_ATTR",
			unspec("MPTCP_SUBFLOW_ATTR_UNSPEC"),
			attr(1, "MPTCP_SUBFLOW_ATTR_TOKEN_REM", secret(hex32, schema.Token)),
			attr(2, "MPTCP_SUBFLOW_ATTR_TOKEN_LOC", secret(hex32, schema.Token)),
			attr(3, "MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ", u32),
			attr(4, "MPTCP_SUBFLOW_ATTR_MAP_SEQ", u64),
			attr(5, "MPTCP_SUBFLOW_ATTR_MAP_SFSEQ", u32),
			attr(6, "MPTCP_SUBFLOW_ATTR_SSN_OFFSET", u32),
			attr(7, "MPTCP_SUBFLOW_ATTR_MAP_DATALEN", u16),
			attr(8, "MPTCP_SUBFLOW_ATTR_FLAGS", named(u32, bits("MPTCP_SUBFLOW_FLAG",
				"MPTCP_SUBFLOW_FLAG_MCAP_REM", "MPTCP_SUBFLOW_FLAG_MCAP_LOC", "MPTCP_SUBFLOW_FLAG_JOIN_REM",
				"MPTCP_SUBFLOW_FLAG_JOIN_LOC", "MPTCP_SUBFLOW_FLAG_BKUP_REM", "MPTCP_SUBFLOW_FLAG_BKUP_LOC",
				"MPTCP_SUBFLOW_FLAG_FULLY_ESTABLISHED", "MPTCP_SUBFLOW_FLAG_CONNECTED", "MPTCP_SUBFLOW_FLAG_MAPVALID"))),
			attr(9, "MPTCP_SUBFLOW_ATTR_ID_REM", u8),
			attr(10, "MPTCP_SUBFLOW_ATTR_ID_LOC", u8),
			attr(11, "MPTCP_SUBFLOW_ATTR_PAD", padAt)))),
	)
}

// inetDiagInfo is what the protocol tells of itself. Nothing in a reply says
// which protocol that is, but the structs differ in length: mptcp_info (net/
// mptcp/sockopt.c) has grown to 48, 80 and 96 bytes, which tcp_info never had,
// and sctp_info has 368.
func inetDiagInfo() schema.Type {
	mptcp, sctp := structOf(mptcpInfo()), structOf(sctpInfo())
	t := structOf(tcpInfo())
	t.ByLen = map[int]*schema.Type{48: &mptcp, 80: &mptcp, 88: &mptcp, 96: &mptcp, 368: &sctp}
	return t
}

var (
	inetDiagRate = named(hinted(u64, schema.BitRate), values("pacing rate", val(math.MaxUint64, "unlimited")))
	// tcpi_min_rtt of a connection that has no sample.
	inetDiagMinRTT   = named(micros, values("min_rtt", val(math.MaxUint32, "none")))
	inetDiagSsthresh = named(u32, values("ssthresh", val(0x7fffffff, "TCP_INFINITE_SSTHRESH")))
)

// struct tcp_info of linux/tcp.h. It grows at the end.
func tcpInfo() *schema.StructType {
	return atLeast(104, diagRec("tcp_info",
		field("tcpi_state", named(u8, sockDiagState)),
		field("tcpi_ca_state", named(u8, enum("tcp_ca_state", 0, "TCP_CA_Open", "TCP_CA_Disorder", "TCP_CA_CWR", "TCP_CA_Recovery", "TCP_CA_Loss"))),
		field("tcpi_retransmits", u8),
		field("tcpi_probes", u8),
		field("tcpi_backoff", u8),
		field("tcpi_options", named(u8, bits("TCPI_OPT", "TCPI_OPT_TIMESTAMPS", "TCPI_OPT_SACK", "TCPI_OPT_WSCALE", "TCPI_OPT_ECN",
			"TCPI_OPT_ECN_SEEN", "TCPI_OPT_SYN_DATA", "TCPI_OPT_USEC_TS", "TCPI_OPT_TFO_CHILD"))),
		// __u8 tcpi_snd_wscale : 4, tcpi_rcv_wscale : 4;
		field("tcpi_wscale", sized(where(tcpInfoWscale, tcpInfoWscaleFacts), 1)),
		// __u8 tcpi_delivery_rate_app_limited : 1, tcpi_fastopen_client_fail : 2;
		field("tcpi_limited_fastopen", sized(where(tcpInfoLimited, tcpInfoLimitedFacts), 1)), fields(micros, "tcpi_rto", "tcpi_ato"),
		fields(bytes32, "tcpi_snd_mss", "tcpi_rcv_mss"),
		fields(u32, "tcpi_unacked", "tcpi_sacked", "tcpi_lost", "tcpi_retrans", "tcpi_fackets"),
		fields(millis, "tcpi_last_data_sent", "tcpi_last_ack_sent", "tcpi_last_data_recv", "tcpi_last_ack_recv"),
		field("tcpi_pmtu", bytes32), field("tcpi_rcv_ssthresh", bytes32), field("tcpi_rtt", micros),
		field("tcpi_rttvar", micros),
		field("tcpi_snd_ssthresh", inetDiagSsthresh), field("tcpi_snd_cwnd", u32), field("tcpi_advmss", bytes32),
		field("tcpi_reordering", u32), field("tcpi_rcv_rtt", micros), field("tcpi_rcv_space", bytes32),
		field("tcpi_total_retrans", u32), field("tcpi_pacing_rate", inetDiagRate), field("tcpi_max_pacing_rate", inetDiagRate),
		fields(bytes64, "tcpi_bytes_acked", "tcpi_bytes_received"), fields(u32, "tcpi_segs_out", "tcpi_segs_in"),
		field("tcpi_notsent_bytes", bytes32), field("tcpi_min_rtt", inetDiagMinRTT),
		fields(u32, "tcpi_data_segs_in", "tcpi_data_segs_out"), field("tcpi_delivery_rate", inetDiagRate),
		fields(hinted(u64, schema.Micros), "tcpi_busy_time", "tcpi_rwnd_limited", "tcpi_sndbuf_limited"),
		fields(u32, "tcpi_delivered", "tcpi_delivered_ce"), fields(bytes64, "tcpi_bytes_sent", "tcpi_bytes_retrans"),
		fields(u32, "tcpi_dsack_dups", "tcpi_reord_seen", "tcpi_rcv_ooopack"), fields(bytes32, "tcpi_snd_wnd", "tcpi_rcv_wnd"),
		field("tcpi_rehash", u32), field("tcpi_total_rto", u16), field("tcpi_total_rto_recoveries", u16),
		field("tcpi_total_rto_time", millis),
		// 6.18: accurate ECN.
		fields(u32, "tcpi_received_ce", "tcpi_delivered_e1_bytes", "tcpi_delivered_e0_bytes", "tcpi_delivered_ce_bytes",
			"tcpi_received_e1_bytes", "tcpi_received_e0_bytes", "tcpi_received_ce_bytes"), field("tcpi_accecn_fail_mode", u16),
		field("tcpi_accecn_opt_seen", u16)))
}

// struct mptcp_info of linux/mptcp.h.
func mptcpInfo() *schema.StructType {
	return atLeast(44, diagRec("mptcp_info",
		fields(u8, "mptcpi_subflows", "mptcpi_add_addr_signal", "mptcpi_add_addr_accepted", "mptcpi_subflows_max",
			"mptcpi_add_addr_signal_max", "mptcpi_add_addr_accepted_max"), padding("pad0", 2),
		field("mptcpi_flags", named(u32, bits("MPTCP_INFO_FLAG", "MPTCP_INFO_FLAG_FALLBACK", "MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED"))),
		field("mptcpi_token", hex32), fields(u64, "mptcpi_write_seq", "mptcpi_snd_una", "mptcpi_rcv_nxt"),
		fields(u8, "mptcpi_local_addr_used", "mptcpi_local_addr_max", "mptcpi_csum_enabled"), padding("pad1", 1),
		field("mptcpi_retransmits", u32),
		fields(bytes64, "mptcpi_bytes_retrans", "mptcpi_bytes_sent", "mptcpi_bytes_received", "mptcpi_bytes_acked"),
		field("mptcpi_subflows_total", u8), padding("reserved", 3),
		fields(millis, "mptcpi_last_data_sent", "mptcpi_last_data_recv", "mptcpi_last_ack_recv")))
}

// struct sctp_info of linux/sctp.h.
func sctpInfo() *schema.StructType {
	return diagRec("sctp_info",
		field("sctpi_tag", hex32),
		field("sctpi_state", named(u32, enum("sctp_sstat_state", 0, "SCTP_EMPTY", "SCTP_CLOSED", "SCTP_COOKIE_WAIT", "SCTP_COOKIE_ECHOED",
			"SCTP_ESTABLISHED", "SCTP_SHUTDOWN_PENDING", "SCTP_SHUTDOWN_SENT", "SCTP_SHUTDOWN_RECEIVED", "SCTP_SHUTDOWN_ACK_SENT"))),
		field("sctpi_rwnd", bytes32), fields(u16, "sctpi_unackdata", "sctpi_penddata", "sctpi_instrms", "sctpi_outstrms"),
		fields(u32, "sctpi_fragmentation_point", "sctpi_inqueue", "sctpi_outqueue", "sctpi_overall_error", "sctpi_max_burst",
			"sctpi_maxseg", "sctpi_peer_rwnd"), field("sctpi_peer_tag", hex32), field("sctpi_peer_capable", hex8),
		field("sctpi_peer_sack", u8), padding("__reserved1", 2),
		fields(u64, "sctpi_isacks", "sctpi_osacks", "sctpi_opackets", "sctpi_ipackets", "sctpi_rtxchunks", "sctpi_outofseqtsns",
			"sctpi_idupchunks", "sctpi_gapcnt", "sctpi_ouodchunks", "sctpi_iuodchunks", "sctpi_oodchunks", "sctpi_iodchunks",
			"sctpi_octrlchunks", "sctpi_ictrlchunks"), field("sctpi_p_address", sized(where(sockaddrText, sockaddrFacts), 128)),
		field("sctpi_p_state", named(s32, enum("sctp_spinfo_state", 0, "SCTP_INACTIVE", "SCTP_PF", "SCTP_ACTIVE", "SCTP_UNCONFIRMED"))),
		field("sctpi_p_cwnd", bytes32), field("sctpi_p_srtt", millis), field("sctpi_p_rto", millis), field("sctpi_p_hbinterval", millis),
		field("sctpi_p_pathmaxrxt", u32), field("sctpi_p_sackdelay", millis), field("sctpi_p_sackfreq", u32),
		field("sctpi_p_ssthresh", bytes32), field("sctpi_p_partial_bytes_acked", bytes32), field("sctpi_p_flight_size", bytes32),
		field("sctpi_p_error", u16), padding("__reserved2", 2),
		field("sctpi_s_autoclose", seconds), field("sctpi_s_adaptation_ind", u32), field("sctpi_s_pd_point", u32),
		fields(u8, "sctpi_s_nodelay", "sctpi_s_disable_fragments", "sctpi_s_v4mapped", "sctpi_s_frag_interleave"),
		field("sctpi_s_type", u32), padding("__reserved3", 4))
}
