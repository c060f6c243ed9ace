// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// nftXtCtState is XT_CONNTRACK_STATE_* of linux/netfilter/xt_conntrack.h, whose
// bits are IP_CT_* plus one.
var nftXtCtState = bits("xt_conntrack state", "XT_CONNTRACK_STATE_INVALID", "IP_CT_ESTABLISHED", "IP_CT_RELATED",
	"IP_CT_NEW", "", "", "XT_CONNTRACK_STATE_SNAT", "XT_CONNTRACK_STATE_DNAT", "XT_CONNTRACK_STATE_UNTRACKED")

var nftXtCtFlags = bits("xt_conntrack flags", "XT_CONNTRACK_STATE", "XT_CONNTRACK_PROTO", "XT_CONNTRACK_ORIGSRC",
	"XT_CONNTRACK_ORIGDST", "XT_CONNTRACK_REPLSRC", "XT_CONNTRACK_REPLDST", "XT_CONNTRACK_STATUS", "XT_CONNTRACK_EXPIRES",
	"XT_CONNTRACK_ORIGSRC_PORT", "XT_CONNTRACK_ORIGDST_PORT", "XT_CONNTRACK_REPLSRC_PORT", "XT_CONNTRACK_REPLDST_PORT",
	"XT_CONNTRACK_DIRECTION", "XT_CONNTRACK_STATE_ALIAS")

var nftXtAddrType = bits("xt_addrtype", "XT_ADDRTYPE_UNSPEC", "XT_ADDRTYPE_UNICAST", "XT_ADDRTYPE_LOCAL",
	"XT_ADDRTYPE_BROADCAST", "XT_ADDRTYPE_ANYCAST", "XT_ADDRTYPE_MULTICAST", "XT_ADDRTYPE_BLACKHOLE",
	"XT_ADDRTYPE_UNREACHABLE", "XT_ADDRTYPE_PROHIBIT", "XT_ADDRTYPE_THROW", "XT_ADDRTYPE_NAT", "XT_ADDRTYPE_XRESOLVE")

// nftXtTCPFlags are the flags of a TCP header.
var nftXtTCPFlags = bits("TCP flags", "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")

var nftXtHashMode = bits("xt_hashlimit mode", "XT_HASHLIMIT_HASH_DIP", "XT_HASHLIMIT_HASH_DPT", "XT_HASHLIMIT_HASH_SIP",
	"XT_HASHLIMIT_HASH_SPT", "XT_HASHLIMIT_INVERT", "XT_HASHLIMIT_BYTES", "XT_HASHLIMIT_RATE_MATCH")

// nftXtSetInfo is struct xt_set_info of linux/netfilter/xt_set.h.
func nftXtSetInfo() schema.Type {
	return structOf(record("xt_set_info", field("index", u16), field("dim", u8),
		field("flags", named(u8, bits("ip_set_kopt", "IPSET_INV_MATCH", "IPSET_DIM_ONE_SRC", "IPSET_DIM_TWO_SRC", "IPSET_DIM_THREE_SRC")))))
}

// nftXtMatchesMore are rarer matches.
func nftXtMatchesMore() map[string]map[string]schema.Type {
	a, spis := nftXtAddr(), nftXtRange(u32)
	cfg := func(rate schema.Type, more ...schema.Field) []schema.Field {
		f := []schema.Field{field("avg", rate), field("burst", rate)}
		mode := field("mode", named(u32, nftXtHashMode))
		if rate.Kind == schema.U32 {
			f = append([]schema.Field{mode}, f...)
		} else {
			f = append(f, mode)
		}
		f = append(f, field("size", u32), field("max", u32), field("gc_interval", millis), field("expire", millis))
		return append(append(f, more...), fields(u8, "srcmask", "dstmask")...)
	}
	hashlimit := func(rev string, name int, pad int, c []schema.Field) schema.Type {
		f := []schema.Field{field("name", nftXtText(name))}
		if name == 255 {
			f = append(f, padding("align0", 1))
		}
		f = append(append(f, c...), padding("align1", pad), field("hinfo", nftXtPointer))
		return nftXt("xt_hashlimit_mtinfo"+rev, f...)
	}
	match := func(name string, counter ...schema.Field) schema.Type {
		return nftXt(name, append([]schema.Field{field("match_set", nftXtSetInfo())}, counter...)...)
	}
	return map[string]map[string]schema.Type{
		"hashlimit": {
			"1": hashlimit("1", 16, 2, cfg(u32)),
			"2": hashlimit("2", 255, 2, cfg(u64)),
			"3": hashlimit("3", 255, 6, cfg(u64, field("interval", u32))),
		},
		"set": {
			"1": match("xt_set_info_match_v1"),
			"2": match("xt_set_info_match_v1"),
			"4": match("xt_set_info_match_v4", padding("align0", 4),
				field("packets_op", u8), padding("align1", 7), field("packets", u64),
				field("bytes_op", u8), padding("align2", 7), field("bytes", u64), field("flags", hex32)),
		},
		"connlimit": {"1": nftXt("xt_connlimit_info", field("mask", a), field("limit", u32),
			field("flags", named(u32, bits("xt_connlimit flags", "XT_CONNLIMIT_INVERT", "XT_CONNLIMIT_DADDR"))), field("data", nftXtPointer))},
		"connbytes": {"0": nftXt("xt_connbytes_info", field("from", u64), field("to", u64),
			field("what", named(u8, enum("xt_connbytes_what", 0, "XT_CONNBYTES_PKTS", "XT_CONNBYTES_BYTES", "XT_CONNBYTES_AVGPKT"))),
			field("direction", named(u8, enum("xt_connbytes_direction", 0, "XT_CONNBYTES_DIR_ORIGINAL", "XT_CONNBYTES_DIR_REPLY", "XT_CONNBYTES_DIR_BOTH"))))},
		"connlabel": {"0": nftXt("xt_connlabel_mtinfo", field("bit", u16),
			field("options", named(u16, bits("xt_connlabel_mtopts", "XT_CONNLABEL_OP_INVERT", "XT_CONNLABEL_OP_SET"))))},
		"cpu": {"0": nftXt("xt_cpu_info", fields(u32, "cpu", "invert")...)},
		"devgroup": {"0": nftXt("xt_devgroup_info", append([]schema.Field{field("flags", named(u32, bits("xt_devgroup_flags",
			"XT_DEVGROUP_MATCH_SRC", "XT_DEVGROUP_INVERT_SRC", "XT_DEVGROUP_MATCH_DST", "XT_DEVGROUP_INVERT_DST")))},
			fields(hex32, "src_group", "src_mask", "dst_group", "dst_mask")...)...)},
		"helper": {"0": nftXt("xt_helper_info", field("invert", s32), field("name", nftXtText(30)))},
		"quota":  {"0": nftXt("xt_quota_info", field("flags", named(u32, bits("xt_quota_flags", "XT_QUOTA_INVERT"))), padding("pad", 4), field("quota", bytes64), field("master", nftXtPointer))},
		"realm":  {"0": nftXt("xt_realm_info", field("id", u32), field("mask", hex32), field("invert", u8))},
		"tcpmss": {"0": nftXt("xt_tcpmss_match_info", field("mss_min", u16), field("mss_max", u16), field("invert", u8))},
		"ecn":    {"0": nftXt("xt_ecn_info", field("operation", hex8), field("invert", hex8), field("ip_ect", u8), field("tcp_ect", u8))},
		"socket": {"1": nftXtSocket("1"), "2": nftXtSocket("2"), "3": nftXtSocket("3")},
		"rpfilter": {"0": nftXt("xt_rpfilter_info", field("flags", named(u8, bits("xt_rpfilter flags", "XT_RPFILTER_LOOSE",
			"XT_RPFILTER_VALID_MARK", "XT_RPFILTER_ACCEPT_LOCAL", "XT_RPFILTER_INVERT"))))},
		"policy": {"0": nftXtPolicy()},
		"cluster": {"0": nftXt("xt_cluster_match_info", field("total_nodes", u32), field("node_mask", hex32), field("hash_seed", hex32),
			field("flags", named(u32, bits("xt_cluster_flags", "XT_CLUSTER_F_INV"))))},
		"cgroup": {
			"0": nftXt("xt_cgroup_info_v0", field("id", u32), field("invert", u32)),
			"1": nftXt("xt_cgroup_info_v1", append(fields(u8, "has_path", "has_classid", "invert_path", "invert_classid"),
				field("path", nftXtText(4096)), field("classid", hex32), field("priv", nftXtPointer))...),
			"2": nftXt("xt_cgroup_info_v2", append(fields(u8, "has_path", "has_classid", "invert_path", "invert_classid"),
				field("classid_or_path", sized(opaque, 512)), padding("align0", 4), field("priv", nftXtPointer))...),
		},
		"bpf": {
			"0": nftXt("xt_bpf_info", field("bpf_program_num_elem", u16), padding("align0", 2), field("bpf_program", sized(opaque, 512)), padding("align1", 4), field("filter", nftXtPointer)),
			"1": nftXt("xt_bpf_info_v1", field("mode", named(u16, enum("xt_bpf_modes", 0, "XT_BPF_MODE_BYTECODE", "XT_BPF_MODE_FD_PINNED", "XT_BPF_MODE_FD_ELF"))),
				field("bpf_program_num_elem", u16), field("fd", fdS), field("bpf_program", sized(opaque, 512)), field("filter", nftXtPointer)),
		},
		"u32": {"0": nftXt("xt_u32", field("tests", sized(opaque, 11*(11*8+11*8+4))), field("ntests", u8), field("invert", u8))},
		"esp": {"0": nftXt("xt_esp", field("spis", spis), field("invflags", named(u8, bits("xt_esp invflags", "XT_ESP_INV_SPI"))))},
		"ah": {"0": by("nfgen_family", nftXt("ip6t_ah", field("spis", spis), field("hdrlen", u32), field("hdrres", u8), field("invflags", hex8)),
			map[string]schema.Type{"NFPROTO_IPV4": nftXt("ipt_ah", field("spis", spis), field("invflags", named(u8, bits("ipt_ah invflags", "IPT_AH_INV_SPI"))))})},
		"ipcomp": {"0": nftXt("xt_ipcomp", field("spis", spis), field("invflags", hex8), field("hdrres", u8))},
		"sctp": {"0": nftXt("xt_sctp_info", field("dpts", nftXtRange(u16)), field("spts", nftXtRange(u16)), field("chunkmap", nftXtArray(hex32, 64)),
			field("chunk_match_type", named(u32, bits("sctp chunk match", "SCTP_CHUNK_MATCH_ANY", "SCTP_CHUNK_MATCH_ALL", "SCTP_CHUNK_MATCH_ONLY"))),
			field("flag_info", nftXtArray(u8, 12)), field("flag_count", s32), field("flags", hex32), field("invflags", hex32))},
		"dccp": {"0": nftXt("xt_dccp_info", field("dpts", nftXtRange(u16)), field("spts", nftXtRange(u16)), field("flags", hex16),
			field("invflags", hex16), field("typemask", hex16), field("option", u8))},
		"frag": {"0": nftXt("ip6t_frag", field("ids", spis), field("hdrlen", u32), field("flags", hex8), field("invflags", hex8))},
		"rt": {"0": nftXt("ip6t_rt", field("rt_type", u32), field("segsleft", spis), field("hdrlen", u32), field("flags", hex8),
			field("invflags", hex8), padding("align0", 2), field("addrs", nftXtArray(sized(ip, 16), 16)), field("addrnr", u8))},
		"ipv6header": {"0": nftXt("ip6t_ipv6header_info", fields(hex8, "matchflags", "invflags", "modeflag")...)},
		"hbh":        {"0": nftXtOpts()},
		"dst":        {"0": nftXtOpts()},
		"mh":         {"0": nftXt("ip6t_mh", field("types", nftXtRange(u8)), field("invflags", hex8))},
		"nfacct":     {"0": nftXt("xt_nfacct_match_info", field("name", nftXtText(32)), field("nfacct", nftXtPointer)), "1": nftXt("xt_nfacct_match_info_v1", field("name", nftXtText(32)), field("nfacct", nftXtPointer))},
	}
}

func nftXtSocket(rev string) schema.Type {
	return nftXt("xt_socket_mtinfo"+rev, field("flags", named(u8, bits("xt_socket flags", "XT_SOCKET_TRANSPARENT", "XT_SOCKET_NOWILDCARD", "XT_SOCKET_RESTORESKMARK"))))
}

// nftXtOpts is struct ip6t_opts.
func nftXtOpts() schema.Type {
	return nftXt("ip6t_opts", field("hdrlen", u32), field("flags", hex8), field("invflags", hex8), field("opts", nftXtArray(u16, 16)), field("optsnr", u8))
}

// nftXtPolicy is struct xt_policy_info. The bits that say what of an element
// is looked at are saddr, daddr, proto, mode, spi, reqid.
func nftXtPolicy() schema.Type {
	a := nftXtAddr()
	match := named(u8, bits("xt_policy_spec", "saddr", "daddr", "proto", "mode", "spi", "reqid"))
	elem := structOf(record("xt_policy_elem", field("saddr", a), field("smask", a), field("daddr", a), field("dmask", a),
		field("spi", hexBE32), field("reqid", u32), field("proto", named(u8, ipProtocol)),
		field("mode", named(u8, enum("xt_policy_modes", 0, "XT_POLICY_MODE_TRANSPORT", "XT_POLICY_MODE_TUNNEL"))),
		field("match", match), field("invert", match)))
	return nftXt("xt_policy_info", field("pol", nftXtArray(elem, 4)),
		field("flags", named(u16, bits("xt_policy_flags", "XT_POLICY_MATCH_IN", "XT_POLICY_MATCH_OUT", "XT_POLICY_MATCH_NONE", "XT_POLICY_MATCH_STRICT"))),
		field("len", u16))
}

// nftXtTargets are the targets of linux/netfilter/xt_*.h, nf_nat.h and of
// netfilter_ipv4 and netfilter_ipv6, by name and revision.
func nftXtTargets() map[string]map[string]schema.Type {
	a, si := nftXtAddr(), nftXtSetInfo()
	flags := named(u32, nftRangeFlags)
	old := nftXt("nf_nat_ipv4_multi_range_compat", field("rangesize", u32), field("flags", flags),
		field("min_ip", sized(ip, 4)), field("max_ip", sized(ip, 4)), field("min", be16), field("max", be16))
	nat := []schema.Field{field("flags", flags), field("min_addr", a), field("max_addr", a), field("min_proto", be16), field("max_proto", be16)}
	range1 := nftXt("nf_nat_range", nat...)
	range2 := nftXt("nf_nat_range2", append(nat[:len(nat):len(nat)], field("base_proto", be16))...)
	nats := map[string]schema.Type{"0": by("nfgen_family", range1, map[string]schema.Type{"NFPROTO_IPV4": old}), "1": range1, "2": range2}
	nfq := func(name string, fs ...schema.Field) schema.Type {
		return nftXt(name, append([]schema.Field{field("queuenum", u16)}, fs...)...)
	}
	total := field("queues_total", u16)
	mode := named(u8, enum("ttl mode", 0, "SET", "INC", "DEC"))
	reject := by("nfgen_family", nftXt("ip6t_reject_info", field("with", named(u32, enum("ip6t_reject_with", 0, "IP6T_ICMP6_NO_ROUTE",
		"IP6T_ICMP6_ADM_PROHIBITED", "IP6T_ICMP6_NOT_NEIGHBOUR", "IP6T_ICMP6_ADDR_UNREACH", "IP6T_ICMP6_PORT_UNREACH",
		"IP6T_ICMP6_ECHOREPLY", "IP6T_TCP_RESET", "IP6T_ICMP6_POLICY_FAIL", "IP6T_ICMP6_REJECT_ROUTE")))),
		map[string]schema.Type{"NFPROTO_IPV4": nftXt("ipt_reject_info", field("with", named(u32, enum("ipt_reject_with", 0,
			"IPT_ICMP_NET_UNREACHABLE", "IPT_ICMP_HOST_UNREACHABLE", "IPT_ICMP_PROT_UNREACHABLE", "IPT_ICMP_PORT_UNREACHABLE",
			"IPT_ICMP_ECHOREPLY", "IPT_ICMP_NET_PROHIBITED", "IPT_ICMP_HOST_PROHIBITED", "IPT_TCP_RESET", "IPT_ICMP_ADMIN_PROHIBITED"))))})
	ct := []schema.Field{field("flags", named(u16, bits("xt_CT flags", "XT_CT_NOTRACK", "XT_CT_NOTRACK_ALIAS", "XT_CT_ZONE_DIR_ORIG",
		"XT_CT_ZONE_DIR_REPL", "XT_CT_ZONE_MARK"))), field("zone", u16), field("ct_events", hex32), field("exp_events", hex32), field("helper", nftXtText(16))}
	connmark := named(u8, enum("xt_connmark mode", 0, "XT_CONNMARK_SET", "XT_CONNMARK_SAVE", "XT_CONNMARK_RESTORE"))
	ct0 := nftXt("xt_ct_target_info", append(ct[:len(ct):len(ct)], field("ct", nftXtPointer))...)
	ct1 := nftXt("xt_ct_target_info_v1", append(ct[:len(ct):len(ct)], field("timeout", nftXtText(32)), field("ct", nftXtPointer))...)
	logInfo := nftXt("xt_log_info", field("level", named(u8, nftLogLevel)), field("logflags", named(u8, nftLogFlags)), field("prefix", nftXtText(30)))
	return map[string]map[string]schema.Type{
		"LOG": {"0": logInfo},
		"NFLOG": {"0": nftXt("xt_nflog_info", field("len", bytes32), field("group", u16), field("threshold", u16),
			field("flags", named(u16, bits("xt_nflog flags", "XT_NFLOG_F_COPY_LEN"))), field("pad", u16), field("prefix", nftXtText(64)))},
		"NFQUEUE": {"0": nfq("xt_NFQ_info"), "1": nfq("xt_NFQ_info_v1", total), "2": nfq("xt_NFQ_info_v2", total, field("bypass", u16)),
			"3": nfq("xt_NFQ_info_v3", total, field("flags", named(u16, bits("xt_NFQUEUE flags", "NFQ_FLAG_BYPASS", "NFQ_FLAG_CPU_FANOUT"))))},
		"REJECT": {"0": reject},
		"DNAT":   nats, "SNAT": nats, "MASQUERADE": nats, "REDIRECT": nats, "NETMAP": nats,
		"MARK": {"2": nftXt("xt_mark_tginfo2", field("mark", hex32), field("mask", hex32))},
		"CONNMARK": {
			"1": nftXt("xt_connmark_tginfo1", field("ctmark", hex32), field("ctmask", hex32), field("nfmask", hex32), field("mode", connmark)),
			"2": nftXt("xt_connmark_tginfo2", field("ctmark", hex32), field("ctmask", hex32), field("nfmask", hex32),
				field("shift_dir", named(u8, enum("xt_connmark shift", 0, "D_SHIFT_LEFT", "D_SHIFT_RIGHT"))), field("shift_bits", u8), field("mode", connmark)),
		},
		"TCPMSS":   {"0": nftXt("xt_tcpmss_info", field("mss", named(u16, values("xt_TCPMSS", val(0xffff, "XT_TCPMSS_CLAMP_PMTU")))))},
		"CT":       {"0": ct0, "1": ct1, "2": ct1},
		"CLASSIFY": {"0": nftXt("xt_classify_target_info", field("priority", hex32))},
		"DSCP":     {"0": nftXt("xt_DSCP_info", field("dscp", hex8))},
		"TOS":      {"0": nftXt("xt_tos_target_info", field("tos_value", hex8), field("tos_mask", hex8)), "1": nftXt("xt_tos_target_info", field("tos_value", hex8), field("tos_mask", hex8))},
		"TTL":      {"0": nftXt("ipt_TTL_info", field("mode", mode), field("ttl", u8))},
		"HL":       {"0": nftXt("ip6t_HL_info", field("mode", mode), field("hop_limit", u8))},
		"TPROXY": {
			"0": nftXt("xt_tproxy_target_info", field("mark_mask", hex32), field("mark_value", hex32), field("laddr", sized(ip, 4)), field("lport", be16)),
			"1": nftXt("xt_tproxy_target_info_v1", field("mark_mask", hex32), field("mark_value", hex32), field("laddr", a), field("lport", be16)),
		},
		"TEE":         {"1": nftXt("xt_tee_tginfo", field("gw", a), field("oif", nftXtText(16)), field("priv", nftXtPointer))},
		"ECN":         {"0": nftXt("ipt_ECN_info", field("operation", hex8), field("ip_ect", u8), field("tcp", hex8))},
		"CHECKSUM":    {"0": nftXt("xt_CHECKSUM_info", field("operation", named(u8, bits("xt_CHECKSUM operation", "XT_CHECKSUM_OP_FILL"))))},
		"TCPOPTSTRIP": {"0": nftXt("xt_tcpoptstrip_target_info", field("strip_bmap", nftXtArray(hex32, 8)))},
		"AUDIT":       {"0": nftXt("xt_audit_info", field("type", named(u8, enum("xt_audit type", 0, "XT_AUDIT_TYPE_ACCEPT", "XT_AUDIT_TYPE_DROP", "XT_AUDIT_TYPE_REJECT"))))},
		"IDLETIMER": {
			"0": nftXt("idletimer_tg_info", field("timeout", seconds), field("label", nftXtText(28)), field("timer", nftXtPointer)),
			"1": nftXt("idletimer_tg_info_v1", field("timeout", seconds), field("label", nftXtText(28)), field("send_nl_msg", u8), field("timer_type", u8), padding("align0", 6), field("timer", nftXtPointer)),
		},
		"SET": {
			"1": nftXt("xt_set_info_target_v1", field("add_set", si), field("del_set", si)),
			"2": nftXt("xt_set_info_target_v2", field("add_set", si), field("del_set", si), field("flags", hex32), field("timeout", seconds)),
			"3": nftXt("xt_set_info_target_v3", field("add_set", si), field("del_set", si), field("map_set", si), field("flags", hex32), field("timeout", seconds)),
		},
		"SNPT":     {"0": nftXtNPT()},
		"DNPT":     {"0": nftXtNPT()},
		"SYNPROXY": {"0": nftXt("xt_synproxy_info", field("options", named(u8, nftSynproxyFlags)), field("wscale", u8), field("mss", u16))},
	}
}

// nftXtNPT is struct ip6t_npt_tginfo.
func nftXtNPT() schema.Type {
	return nftXt("ip6t_npt_tginfo", field("src_pfx", sized(ip, 16)), field("dst_pfx", sized(ip, 16)),
		field("src_pfx_len", u8), field("dst_pfx_len", u8), field("adjustment", hex16))
}
