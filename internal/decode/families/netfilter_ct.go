// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Connection tracking: linux/netfilter/nfnetlink_conntrack.h,
// net/netfilter/nf_conntrack_netlink.c. Numbers are in network byte order.

func ctnetlink() *schema.Family {
	m := nfMessages("IPCTNL_MSG_CT_NEW", "IPCTNL_MSG_CT_GET", "IPCTNL_MSG_CT_DELETE", "IPCTNL_MSG_CT_GET_CTRZERO",
		"IPCTNL_MSG_CT_GET_STATS_CPU", "IPCTNL_MSG_CT_GET_STATS", "IPCTNL_MSG_CT_GET_DYING", "IPCTNL_MSG_CT_GET_UNCONFIRMED")
	m[4].Set = set("CTA_STATS", append([]schema.Attr{unspec("CTA_STATS_UNSPEC")}, attrs(1, be32,
		"CTA_STATS_SEARCHED", "CTA_STATS_FOUND", "CTA_STATS_NEW", "CTA_STATS_INVALID", "CTA_STATS_IGNORE",
		"CTA_STATS_DELETE", "CTA_STATS_DELETE_LIST", "CTA_STATS_INSERT", "CTA_STATS_INSERT_FAILED", "CTA_STATS_DROP",
		"CTA_STATS_EARLY_DROP", "CTA_STATS_ERROR", "CTA_STATS_SEARCH_RESTART", "CTA_STATS_CLASH_RESOLVE",
		"CTA_STATS_CHAIN_TOOLONG")...)...)
	m[5].Set = set("CTA_STATS_GLOBAL", append([]schema.Attr{unspec("CTA_STATS_GLOBAL_UNSPEC")}, attrs(1, be32,
		"CTA_STATS_GLOBAL_ENTRIES", "CTA_STATS_GLOBAL_MAX_ENTRIES")...)...)
	// Entries come back as IPCTNL_MSG_CT_NEW. What comes back under number 3 is
	// statistics of expectations: ctnetlink_exp_stat_fill_info gives them the
	// subsystem of connections.
	m[3].Dirs = schema.ToKernel
	m = append(m, schema.Message{ID: 3, Name: "IPCTNL_MSG_EXP_GET_STATS_CPU", Dirs: schema.FromKernel, Set: ctnlExpectStats()})
	f := nfSubsys("ctnetlink", unix.NFNL_SUBSYS_CTNETLINK, ctnlSet(), m...)
	f.Lead = []string{">nfgen_family!", "CTA_PROTO_NUM", "CTA_PROTOINFO_TCP_STATE", "CTA_IP_V4_SRC", "CTA_IP_V4_DST", "CTA_IP_V6_SRC",
		"CTA_IP_V6_DST", "CTA_PROTO_SRC_PORT", "CTA_PROTO_DST_PORT", "CTA_STATUS",
		">*",
	}
	f.Groups = []schema.Group{{ID: 1, Name: "NFNLGRP_CONNTRACK_NEW"}, {ID: 2, Name: "NFNLGRP_CONNTRACK_UPDATE"},
		{ID: 3, Name: "NFNLGRP_CONNTRACK_DESTROY"}}
	return f
}

func ctnetlinkExp() *schema.Family {
	m := nfMessages("IPCTNL_MSG_EXP_NEW", "IPCTNL_MSG_EXP_GET", "IPCTNL_MSG_EXP_DELETE", "IPCTNL_MSG_EXP_GET_STATS_CPU")
	m[3].Set = ctnlExpectStats()
	f := nfSubsys("ctnetlink_exp", unix.NFNL_SUBSYS_CTNETLINK_EXP, ctnlExpect(), m...)
	f.Lead = []string{">nfgen_family!", "CTA_EXPECT_HELP_NAME", "CTA_PROTO_NUM", "CTA_IP_V4_DST", "CTA_IP_V6_DST", "CTA_PROTO_DST_PORT", ">*"}
	f.Groups = []schema.Group{{ID: 4, Name: "NFNLGRP_CONNTRACK_EXP_NEW"}, {ID: 5, Name: "NFNLGRP_CONNTRACK_EXP_UPDATE"},
		{ID: 6, Name: "NFNLGRP_CONNTRACK_EXP_DESTROY"}}
	return f
}

func ctnlExpectStats() *schema.Set {
	return set("CTA_STATS_EXP", append([]schema.Attr{unspec("CTA_STATS_EXP_UNSPEC")}, attrs(1, be32,
		"CTA_STATS_EXP_NEW", "CTA_STATS_EXP_CREATE", "CTA_STATS_EXP_DELETE")...)...)
}

func ctnlSet() *schema.Set {
	tuple, nat, seq, counters := nest(ctnlTuple()), nest(ctnlNAT()), nest(ctnlSeqAdj()), nest(ctnlCounters())
	labels := several(ctnlLabels, func(b []byte, big bool) any { return bitNames(b, big, 8, nil) })
	return set("CTA",
		unspec("CTA_UNSPEC"),
		attr(1, "CTA_TUPLE_ORIG", tuple),
		attr(2, "CTA_TUPLE_REPLY", tuple),
		attr(3, "CTA_STATUS", named(be32, ctnlStatus)),
		attr(4, "CTA_PROTOINFO", nest(ctnlProtoInfo())),
		attr(5, "CTA_HELP", nest(set("CTA_HELP",
			unspec("CTA_HELP_UNSPEC"),
			attr(1, "CTA_HELP_NAME", str),
			attr(2, "CTA_HELP_INFO", secret(opaque, schema.Memory))))), // the helper's own data
		attr(6, "CTA_NAT_SRC", nat),
		attr(7, "CTA_TIMEOUT", nfSeconds),
		attr(8, "CTA_MARK", hexBE32),
		attr(9, "CTA_COUNTERS_ORIG", counters),
		attr(10, "CTA_COUNTERS_REPLY", counters),
		attr(11, "CTA_USE", be32),
		attr(12, "CTA_ID", be32),
		attr(13, "CTA_NAT_DST", nat),
		attr(14, "CTA_TUPLE_MASTER", tuple),
		attr(15, "CTA_SEQ_ADJ_ORIG", seq),
		attr(16, "CTA_SEQ_ADJ_REPLY", seq),
		attr(17, "CTA_SECMARK", hexBE32),
		attr(18, "CTA_ZONE", be16),
		attr(19, "CTA_SECCTX", nest(set("CTA_SECCTX",
			unspec("CTA_SECCTX_UNSPEC"),
			attr(1, "CTA_SECCTX_NAME", str)))),
		attr(20, "CTA_TIMESTAMP", nest(set("CTA_TIMESTAMP",
			unspec("CTA_TIMESTAMP_UNSPEC"),
			attr(1, "CTA_TIMESTAMP_START", custom(ctnlTime)),
			attr(2, "CTA_TIMESTAMP_STOP", custom(ctnlTime)),
			attr(3, "CTA_TIMESTAMP_PAD", padAt)))),
		attr(21, "CTA_MARK_MASK", hexBE32),
		attr(22, "CTA_LABELS", labels),
		attr(23, "CTA_LABELS_MASK", labels),
		attr(24, "CTA_SYNPROXY", nest(set("CTA_SYNPROXY", append([]schema.Attr{unspec("CTA_SYNPROXY_UNSPEC")},
			attrs(1, be32, "CTA_SYNPROXY_ISN", "CTA_SYNPROXY_ITS", "CTA_SYNPROXY_TSOFF")...)...))),
		attr(25, "CTA_FILTER", nest(set("CTA_FILTER",
			unspec("CTA_FILTER_UNSPEC"),
			attr(1, "CTA_FILTER_ORIG_FLAGS", named(u32, ctnlFilter)),
			attr(2, "CTA_FILTER_REPLY_FLAGS", named(u32, ctnlFilter))))),
		attr(26, "CTA_STATUS_MASK", named(be32, ctnlStatus)),
		attr(27, "CTA_TIMESTAMP_EVENT", custom(ctnlTime)),
	)
}

func ctnlTuple() *schema.Set {
	proto := set("CTA_PROTO",
		unspec("CTA_PROTO_UNSPEC"),
		attr(1, "CTA_PROTO_NUM", named(u8, ctnlL4Proto)),
		attr(2, "CTA_PROTO_SRC_PORT", be16),
		attr(3, "CTA_PROTO_DST_PORT", be16),
		attr(4, "CTA_PROTO_ICMP_ID", be16),
		attr(5, "CTA_PROTO_ICMP_TYPE", u8),
		attr(6, "CTA_PROTO_ICMP_CODE", u8),
		attr(7, "CTA_PROTO_ICMPV6_ID", be16),
		attr(8, "CTA_PROTO_ICMPV6_TYPE", u8),
		attr(9, "CTA_PROTO_ICMPV6_CODE", u8))
	return set("CTA_TUPLE",
		unspec("CTA_TUPLE_UNSPEC"),
		attr(1, "CTA_TUPLE_IP", nest(set("CTA_IP", append([]schema.Attr{unspec("CTA_IP_UNSPEC")},
			attrs(1, ip, "CTA_IP_V4_SRC", "CTA_IP_V4_DST", "CTA_IP_V6_SRC", "CTA_IP_V6_DST")...)...))),
		attr(2, "CTA_TUPLE_PROTO", nest(proto)),
		attr(3, "CTA_TUPLE_ZONE", be16),
	)
}

func ctnlProtoInfo() *schema.Set {
	// struct nf_ct_tcp_flags { __u8 flags; __u8 mask; };
	flags := structOf(record("nf_ct_tcp_flags", fields(named(u8, ctnlTCPFlags), "flags", "mask")...))
	return set("CTA_PROTOINFO",
		unspec("CTA_PROTOINFO_UNSPEC"),
		attr(1, "CTA_PROTOINFO_TCP", nest(set("CTA_PROTOINFO_TCP",
			unspec("CTA_PROTOINFO_TCP_UNSPEC"),
			attr(1, "CTA_PROTOINFO_TCP_STATE", named(u8, ctnlTCPState)),
			attr(2, "CTA_PROTOINFO_TCP_WSCALE_ORIGINAL", u8),
			attr(3, "CTA_PROTOINFO_TCP_WSCALE_REPLY", u8),
			attr(4, "CTA_PROTOINFO_TCP_FLAGS_ORIGINAL", flags),
			attr(5, "CTA_PROTOINFO_TCP_FLAGS_REPLY", flags)))),
		attr(2, "CTA_PROTOINFO_DCCP", nest(set("CTA_PROTOINFO_DCCP",
			unspec("CTA_PROTOINFO_DCCP_UNSPEC"),
			attr(1, "CTA_PROTOINFO_DCCP_STATE", named(u8, ctnlDCCPState)),
			attr(2, "CTA_PROTOINFO_DCCP_ROLE", named(u8, ctnlDCCPRole)),
			attr(3, "CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ", be64),
			attr(4, "CTA_PROTOINFO_DCCP_PAD", padAt)))),
		attr(3, "CTA_PROTOINFO_SCTP", nest(set("CTA_PROTOINFO_SCTP",
			unspec("CTA_PROTOINFO_SCTP_UNSPEC"),
			attr(1, "CTA_PROTOINFO_SCTP_STATE", named(u8, ctnlSCTPState)),
			attr(2, "CTA_PROTOINFO_SCTP_VTAG_ORIGINAL", hexBE32),
			attr(3, "CTA_PROTOINFO_SCTP_VTAG_REPLY", hexBE32)))),
	)
}

func ctnlCounters() *schema.Set {
	return set("CTA_COUNTERS",
		unspec("CTA_COUNTERS_UNSPEC"),
		attr(1, "CTA_COUNTERS_PACKETS", be64),
		attr(2, "CTA_COUNTERS_BYTES", nfBytes),
		attr(3, "CTA_COUNTERS32_PACKETS", be32),
		attr(4, "CTA_COUNTERS32_BYTES", hinted(be32, schema.Bytes)),
		attr(5, "CTA_COUNTERS_PAD", padAt),
	)
}

func ctnlNAT() *schema.Set {
	return set("CTA_NAT",
		unspec("CTA_NAT_UNSPEC"),
		attr(1, "CTA_NAT_V4_MINIP", ip),
		attr(2, "CTA_NAT_V4_MAXIP", ip),
		attr(3, "CTA_NAT_PROTO", nest(set("CTA_PROTONAT",
			unspec("CTA_PROTONAT_UNSPEC"),
			attr(1, "CTA_PROTONAT_PORT_MIN", be16),
			attr(2, "CTA_PROTONAT_PORT_MAX", be16)))),
		attr(4, "CTA_NAT_V6_MINIP", ip),
		attr(5, "CTA_NAT_V6_MAXIP", ip),
	)
}

func ctnlSeqAdj() *schema.Set {
	offset := schema.Type{Kind: schema.S32, Big: true}
	return set("CTA_SEQADJ",
		unspec("CTA_SEQADJ_UNSPEC"),
		attr(1, "CTA_SEQADJ_CORRECTION_POS", be32),
		attr(2, "CTA_SEQADJ_OFFSET_BEFORE", offset),
		attr(3, "CTA_SEQADJ_OFFSET_AFTER", offset),
	)
}

func ctnlExpect() *schema.Set {
	tuple := nest(ctnlTuple())
	return set("CTA_EXPECT",
		unspec("CTA_EXPECT_UNSPEC"),
		attr(1, "CTA_EXPECT_MASTER", tuple),
		attr(2, "CTA_EXPECT_TUPLE", tuple),
		attr(3, "CTA_EXPECT_MASK", tuple),
		attr(4, "CTA_EXPECT_TIMEOUT", nfSeconds),
		attr(5, "CTA_EXPECT_ID", be32),
		attr(6, "CTA_EXPECT_HELP_NAME", str),
		attr(7, "CTA_EXPECT_ZONE", be16),
		attr(8, "CTA_EXPECT_FLAGS", named(be32, ctnlExpectFlags)),
		attr(9, "CTA_EXPECT_CLASS", be32),
		attr(10, "CTA_EXPECT_NAT", nest(set("CTA_EXPECT_NAT",
			unspec("CTA_EXPECT_NAT_UNSPEC"),
			attr(1, "CTA_EXPECT_NAT_DIR", named(be32, ctnlDir)),
			attr(2, "CTA_EXPECT_NAT_TUPLE", tuple)))),
		attr(11, "CTA_EXPECT_FN", str),
	)
}

var (
	ctnlStatus = bits("ip_conntrack_status",
		"IPS_EXPECTED", "IPS_SEEN_REPLY", "IPS_ASSURED", "IPS_CONFIRMED", "IPS_SRC_NAT", "IPS_DST_NAT", "IPS_SEQ_ADJUST",
		"IPS_SRC_NAT_DONE", "IPS_DST_NAT_DONE", "IPS_DYING", "IPS_FIXED_TIMEOUT", "IPS_TEMPLATE", "IPS_UNTRACKED",
		"IPS_HELPER", "IPS_OFFLOAD", "IPS_HW_OFFLOAD")
	ctnlInfo = enum("ip_conntrack_info", 0, "IP_CT_ESTABLISHED", "IP_CT_RELATED", "IP_CT_NEW", "IP_CT_ESTABLISHED_REPLY",
		"IP_CT_RELATED_REPLY", "IP_CT_NEW_REPLY", "", "IP_CT_UNTRACKED")
	ctnlDir         = enum("ip_conntrack_dir", 0, "IP_CT_DIR_ORIGINAL", "IP_CT_DIR_REPLY")
	ctnlExpectFlags = bits("NF_CT_EXPECT", "NF_CT_EXPECT_PERMANENT", "NF_CT_EXPECT_INACTIVE", "NF_CT_EXPECT_USERSPACE")
	// 9 is TCP_CONNTRACK_LISTEN in the header, and means SYN_SENT2 since 2.6.30.
	ctnlTCPState = enum("tcp_conntrack", 0, "TCP_CONNTRACK_NONE", "TCP_CONNTRACK_SYN_SENT", "TCP_CONNTRACK_SYN_RECV",
		"TCP_CONNTRACK_ESTABLISHED", "TCP_CONNTRACK_FIN_WAIT", "TCP_CONNTRACK_CLOSE_WAIT", "TCP_CONNTRACK_LAST_ACK",
		"TCP_CONNTRACK_TIME_WAIT", "TCP_CONNTRACK_CLOSE", "TCP_CONNTRACK_SYN_SENT2")
	ctnlTCPFlags = bits("IP_CT_TCP_FLAG", "IP_CT_TCP_FLAG_WINDOW_SCALE", "IP_CT_TCP_FLAG_SACK_PERM",
		"IP_CT_TCP_FLAG_CLOSE_INIT", "IP_CT_TCP_FLAG_BE_LIBERAL", "IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED",
		"IP_CT_TCP_FLAG_MAXACK_SET", "IP_CT_EXP_CHALLENGE_ACK", "IP_CT_TCP_SIMULTANEOUS_OPEN")
	ctnlSCTPState = enum("sctp_conntrack", 0, "SCTP_CONNTRACK_NONE", "SCTP_CONNTRACK_CLOSED", "SCTP_CONNTRACK_COOKIE_WAIT",
		"SCTP_CONNTRACK_COOKIE_ECHOED", "SCTP_CONNTRACK_ESTABLISHED", "SCTP_CONNTRACK_SHUTDOWN_SENT",
		"SCTP_CONNTRACK_SHUTDOWN_RECD", "SCTP_CONNTRACK_SHUTDOWN_ACK_SENT", "SCTP_CONNTRACK_HEARTBEAT_SENT",
		"SCTP_CONNTRACK_HEARTBEAT_ACKED")
	// include/linux/netfilter/nf_conntrack_dccp.h
	ctnlDCCPState = enum("ct_dccp_states", 0, "CT_DCCP_NONE", "CT_DCCP_REQUEST", "CT_DCCP_RESPOND", "CT_DCCP_PARTOPEN",
		"CT_DCCP_OPEN", "CT_DCCP_CLOSEREQ", "CT_DCCP_CLOSING", "CT_DCCP_TIMEWAIT", "CT_DCCP_IGNORE", "CT_DCCP_INVALID")
	ctnlDCCPRole = enum("ct_dccp_roles", 0, "CT_DCCP_ROLE_CLIENT", "CT_DCCP_ROLE_SERVER")
	// net/netfilter/nf_internals.h
	ctnlFilter = bits("CTA_FILTER_F", "CTA_FILTER_F_CTA_IP_SRC", "CTA_FILTER_F_CTA_IP_DST", "CTA_FILTER_F_CTA_TUPLE_ZONE",
		"CTA_FILTER_F_CTA_PROTO_NUM", "CTA_FILTER_F_CTA_PROTO_SRC_PORT", "CTA_FILTER_F_CTA_PROTO_DST_PORT",
		"CTA_FILTER_F_CTA_PROTO_ICMP_TYPE", "CTA_FILTER_F_CTA_PROTO_ICMP_CODE", "CTA_FILTER_F_CTA_PROTO_ICMP_ID",
		"CTA_FILTER_F_CTA_PROTO_ICMPV6_TYPE", "CTA_FILTER_F_CTA_PROTO_ICMPV6_CODE", "CTA_FILTER_F_CTA_PROTO_ICMPV6_ID")
)

// cttimeout is linux/netfilter/nfnetlink_cttimeout.h.
func cttimeout() *schema.Family {
	times := func(name string, states ...string) schema.Type {
		a := []schema.Attr{unspec(name + "_UNSPEC")}
		for i, s := range states {
			a = append(a, attr(uint16(i+1), name+"_"+s, nfSeconds))
		}
		return nest(set(name, a...))
	}
	data := by("CTA_TIMEOUT_L4PROTO", times("CTA_TIMEOUT_GENERIC", "TIMEOUT"), map[string]schema.Type{
		"IPPROTO_TCP": times("CTA_TIMEOUT_TCP", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT",
			"LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2", "RETRANS", "UNACK"),
		"IPPROTO_UDP":     times("CTA_TIMEOUT_UDP", "UNREPLIED", "REPLIED"),
		"IPPROTO_UDPLITE": times("CTA_TIMEOUT_UDPLITE", "UNREPLIED", "REPLIED"),
		"IPPROTO_ICMP":    times("CTA_TIMEOUT_ICMP", "TIMEOUT"),
		"IPPROTO_DCCP": times("CTA_TIMEOUT_DCCP", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING",
			"TIMEWAIT"),
		"IPPROTO_SCTP": times("CTA_TIMEOUT_SCTP", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED",
			"SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED"),
		"IPPROTO_ICMPV6": times("CTA_TIMEOUT_ICMPV6", "TIMEOUT"),
		"IPPROTO_GRE":    times("CTA_TIMEOUT_GRE", "UNREPLIED", "REPLIED"),
	})
	f := nfSubsys("cttimeout", unix.NFNL_SUBSYS_CTNETLINK_TIMEOUT, set("CTA_TIMEOUT",
		unspec("CTA_TIMEOUT_UNSPEC"),
		attr(1, "CTA_TIMEOUT_NAME", str),
		attr(2, "CTA_TIMEOUT_L3PROTO", named(be16, addressFamily)),
		attr(3, "CTA_TIMEOUT_L4PROTO", named(u8, ctnlL4Proto)),
		attr(4, "CTA_TIMEOUT_DATA", data),
		attr(5, "CTA_TIMEOUT_USE", be32),
	), nfMessages("IPCTNL_MSG_TIMEOUT_NEW", "IPCTNL_MSG_TIMEOUT_GET", "IPCTNL_MSG_TIMEOUT_DELETE",
		"IPCTNL_MSG_TIMEOUT_DEFAULT_SET", "IPCTNL_MSG_TIMEOUT_DEFAULT_GET")...)
	f.Lead = []string{"CTA_TIMEOUT_NAME", "CTA_TIMEOUT_L3PROTO", "CTA_TIMEOUT_L4PROTO", ">*"}
	return f
}

// ctnlL4Proto is ipProtocol with the number of ICMPv6, which linux/icmpv6.h and
// the C library define.
var ctnlL4Proto = values("layer 4 protocol", append([]schema.Value{val(58, "IPPROTO_ICMPV6")}, ipProtocol.Values...)...)

// cthelper is linux/netfilter/nfnetlink_cthelper.h.
func cthelper() *schema.Family {
	policy := nest(set("NFCTH_POLICY",
		unspec("NFCTH_POLICY_UNSPEC"),
		attr(1, "NFCTH_POLICY_NAME", str),
		attr(2, "NFCTH_POLICY_EXPECT_MAX", be32),
		attr(3, "NFCTH_POLICY_EXPECT_TIMEOUT", nfSeconds)))
	f := nfSubsys("cthelper", unix.NFNL_SUBSYS_CTHELPER, set("NFCTH",
		unspec("NFCTH_UNSPEC"),
		attr(1, "NFCTH_NAME", str),
		attr(2, "NFCTH_TUPLE", nest(set("NFCTH_TUPLE",
			unspec("NFCTH_TUPLE_UNSPEC"),
			attr(1, "NFCTH_TUPLE_L3PROTONUM", named(be16, addressFamily)),
			attr(2, "NFCTH_TUPLE_L4PROTONUM", named(u8, ctnlL4Proto))))),
		attr(3, "NFCTH_QUEUE_NUM", be32),
		attr(4, "NFCTH_POLICY", nest(set("NFCTH_POLICY_SET",
			unspec("NFCTH_POLICY_SET_UNSPEC"),
			attr(1, "NFCTH_POLICY_SET_NUM", be32),
			attr(2, "NFCTH_POLICY_SET1", policy),
			attr(3, "NFCTH_POLICY_SET2", policy),
			attr(4, "NFCTH_POLICY_SET3", policy),
			attr(5, "NFCTH_POLICY_SET4", policy)))),
		attr(5, "NFCTH_PRIV_DATA_LEN", hinted(be32, schema.Bytes)),
		attr(6, "NFCTH_STATUS", named(be32, enum("NFCT_HELPER_STATUS", 0,
			"NFCT_HELPER_STATUS_DISABLED", "NFCT_HELPER_STATUS_ENABLED"))),
	), nfMessages("NFNL_MSG_CTHELPER_NEW", "NFNL_MSG_CTHELPER_GET", "NFNL_MSG_CTHELPER_DEL")...)
	f.Lead = []string{"NFCTH_NAME", "NFCTH_QUEUE_NUM", "NFCTH_TUPLE_L4PROTONUM", ">*"}
	return f
}
