// SPDX-License-Identifier: Apache-2.0

package families

import (
	"net/netip"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nftXtPointer is what the kernel keeps for itself behind the struct of an
// extension: a pointer, aligned to its size. Programs send zeros.
var nftXtPointer = hinted(u64, schema.Hex)

// nftXt is the struct of an extension, filled up to a multiple of eight bytes
// (XT_ALIGN).
func nftXt(name string, fields ...schema.Field) schema.Type {
	s := record(name, fields...)
	if n := s.Size(); n%8 != 0 {
		s.MinLen = n
		s.Fields = append(s.Fields, padding("align", 8-n%8))
	}
	return structOf(s)
}

// nftXtAddr is union nf_inet_addr: 16 bytes, of which an IPv4 address takes the
// first four.
func nftXtAddr() schema.Type {
	v4 := custom(func(b []byte, _ bool) (string, bool) {
		if len(b) < 4 {
			return "", false
		}
		return netip.AddrFrom4([4]byte(b)).String(), true
	})
	v4.Len = 16
	t := by("nfgen_family", sized(ip, 16), map[string]schema.Type{"NFPROTO_IPV4": v4})
	t.Len = 16
	return t
}

// nftXtRange is two numbers of a type.
func nftXtRange(t schema.Type) schema.Type {
	p := packed(t)
	p.Len = 2 * t.Width()
	return p
}

// nftXtArray is n numbers of a type.
func nftXtArray(t schema.Type, n int) schema.Type {
	p := packed(t)
	p.Len = n * t.Width()
	return p
}

// nftXtText is a string in an array of n bytes.
func nftXtText(n int) schema.Type { return sized(str, n) }

// nftXtRevs are the layouts of an extension by its revision.
func nftXtRevs(selector string, revs map[string]schema.Type) schema.Type {
	return by(selector, opaque, revs)
}

// nftExprsXt are the extensions of xtables that nft_compat runs,
// linux/netfilter/nf_tables_compat.h. What NFTA_MATCH_INFO is, name and
// revision say; an extension that is not here is opaque.
func nftExprsXt() map[string]schema.Type {
	rev := func(selector string, m map[string]map[string]schema.Type) map[string]schema.Type {
		out := map[string]schema.Type{}
		for name, revs := range m {
			out[name] = nftXtRevs(selector, revs)
		}
		return out
	}
	matches, targets := nftXtMatches(), nftXtTargets()
	for name, revs := range nftXtMatchesMore() {
		matches[name] = revs
	}
	return map[string]schema.Type{
		"match": nftSetOf("NFTA_MATCH",
			attr(1, "NFTA_MATCH_NAME", str),
			attr(2, "NFTA_MATCH_REV", be32),
			attr(3, "NFTA_MATCH_INFO", by("NFTA_MATCH_NAME", opaque, rev("NFTA_MATCH_REV", matches)))),
		"target": nftSetOf("NFTA_TARGET",
			attr(1, "NFTA_TARGET_NAME", str),
			attr(2, "NFTA_TARGET_REV", be32),
			attr(3, "NFTA_TARGET_INFO", by("NFTA_TARGET_NAME", opaque, rev("NFTA_TARGET_REV", targets)))),
	}
}

// nftXtMatches are the matches of linux/netfilter/xt_*.h, by name and revision.
func nftXtMatches() map[string]map[string]schema.Type {
	ports, a := nftXtRange(u16), nftXtAddr()
	inv := func(name string, names ...string) schema.Type { return named(u8, bits(name, names...)) }
	states := named(u16, nftXtCtState)
	conntrack := func(name string, port schema.Type, state schema.Type, more ...schema.Field) schema.Type {
		f := []schema.Field{
			field("origsrc_addr", a), field("origsrc_mask", a), field("origdst_addr", a), field("origdst_mask", a),
			field("replsrc_addr", a), field("replsrc_mask", a), field("repldst_addr", a), field("repldst_mask", a),
			field("expires_min", seconds), field("expires_max", seconds), field("l4proto", named(u16, ipProtocol)),
			field("origsrc_port", port), field("origdst_port", port), field("replsrc_port", port), field("repldst_port", port),
			field("match_flags", named(u16, nftXtCtFlags)), field("invert_flags", named(u16, nftXtCtFlags)),
			field("state_mask", state), field("status_mask", hinted(state, schema.Hex)),
		}
		f[len(f)-1].Type.Enum = nil
		return nftXt(name, append(f, more...)...)
	}
	return map[string]map[string]schema.Type{
		"tcp": {"0": nftXt("xt_tcp", field("spts", ports), field("dpts", ports), field("option", u8),
			field("flg_mask", named(u8, nftXtTCPFlags)), field("flg_cmp", named(u8, nftXtTCPFlags)),
			field("invflags", inv("xt_tcp invflags", "XT_TCP_INV_SRCPT", "XT_TCP_INV_DSTPT", "XT_TCP_INV_FLAGS", "XT_TCP_INV_OPTION")))},
		"udp":     {"0": nftXtPorts("xt_udp", "XT_UDP_INV_SRCPT", "XT_UDP_INV_DSTPT")},
		"udplite": {"0": nftXtPorts("xt_udp", "XT_UDP_INV_SRCPT", "XT_UDP_INV_DSTPT")},
		"multiport": {"1": nftXt("xt_multiport_v1",
			field("flags", named(u8, enum("xt_multiport_flags", 0, "XT_MULTIPORT_SOURCE", "XT_MULTIPORT_DESTINATION", "XT_MULTIPORT_EITHER"))),
			field("count", u8), field("ports", nftXtArray(u16, 15)), field("pflags", nftXtArray(u8, 15)), field("invert", u8))},
		"conntrack": {
			"1": conntrack("xt_conntrack_mtinfo1", be16, named(u8, nftXtCtState)),
			"2": conntrack("xt_conntrack_mtinfo2", be16, states),
			"3": conntrack("xt_conntrack_mtinfo3", u16, states,
				fields(u16, "origsrc_port_high", "origdst_port_high", "replsrc_port_high", "repldst_port_high")...),
		},
		"state": {"0": nftXt("xt_state_info", field("statemask", named(u32, nftXtCtState)))},
		"addrtype": {
			"0": nftXt("xt_addrtype_info", field("source", named(u16, nftXtAddrType)), field("dest", named(u16, nftXtAddrType)),
				field("invert_source", u32), field("invert_dest", u32)),
			"1": nftXt("xt_addrtype_info_v1", field("source", named(u16, nftXtAddrType)), field("dest", named(u16, nftXtAddrType)),
				field("flags", named(u32, bits("xt_addrtype flags", "XT_ADDRTYPE_INVERT_SOURCE", "XT_ADDRTYPE_INVERT_DEST",
					"XT_ADDRTYPE_LIMIT_IFACE_IN", "XT_ADDRTYPE_LIMIT_IFACE_OUT")))),
		},
		"limit": {"0": nftXt("xt_rateinfo", field("avg", u32), field("burst", u32), field("prev", u64), field("credit", u32),
			field("credit_cap", u32), field("cost", u32), padding("align", 4), field("master", nftXtPointer))},
		"comment":  {"0": nftXt("xt_comment_info", field("comment", nftXtText(256)))},
		"mark":     {"1": nftXt("xt_mark_mtinfo1", field("mark", hex32), field("mask", hex32), field("invert", u8))},
		"connmark": {"1": nftXt("xt_connmark_mtinfo1", field("mark", hex32), field("mask", hex32), field("invert", u8))},
		"mac":      {"0": nftXt("xt_mac_info", field("srcaddr", sized(hwaddr, 6)), padding("align0", 2), field("invert", s32))},
		"physdev": {"0": nftXt("xt_physdev_info", field("physindev", nftXtText(16)), field("in_mask", sized(opaque, 16)),
			field("physoutdev", nftXtText(16)), field("out_mask", sized(opaque, 16)), field("invert", hex8),
			field("bitmask", inv("xt_physdev bitmask", "XT_PHYSDEV_OP_IN", "XT_PHYSDEV_OP_OUT", "XT_PHYSDEV_OP_BRIDGED", "XT_PHYSDEV_OP_ISIN", "XT_PHYSDEV_OP_ISOUT")))},
		"iprange": {"1": nftXt("xt_iprange_mtinfo", field("src_min", a), field("src_max", a), field("dst_min", a), field("dst_max", a),
			field("flags", inv("xt_iprange flags", "IPRANGE_SRC", "IPRANGE_DST", "", "", "IPRANGE_SRC_INV", "IPRANGE_DST_INV")))},
		"length": {"0": nftXt("xt_length_info", field("min", u16), field("max", u16), field("invert", u8))},
		"owner": {"1": nftXt("xt_owner_match_info", append(fields(u32, "uid_min", "uid_max", "gid_min", "gid_max"),
			field("match", inv("xt_owner match", "XT_OWNER_UID", "XT_OWNER_GID", "XT_OWNER_SOCKET", "XT_OWNER_SUPPL_GROUPS")),
			field("invert", hex8))...)},
		"pkttype": {"0": nftXt("xt_pkttype_info", fields(s32, "pkttype", "invert")...)},
		"recent": {
			"0": nftXt("xt_recent_mtinfo", nftXtRecent()...),
			"1": nftXt("xt_recent_mtinfo_v1", append(nftXtRecent(), padding("align0", 1), field("mask", a))...),
		},
		"statistic": {"0": nftXt("xt_statistic_info",
			field("mode", named(u16, enum("xt_statistic_mode", 0, "XT_STATISTIC_MODE_RANDOM", "XT_STATISTIC_MODE_NTH"))),
			field("flags", named(u16, bits("xt_statistic_flags", "XT_STATISTIC_INVERT"))),
			field("u", nftXtStatistic()), field("master", nftXtPointer))},
		"string": {"1": nftXt("xt_string_info", field("from_offset", u16), field("to_offset", u16), field("algo", nftXtText(16)),
			field("pattern", nftXtText(128)), field("patlen", u8),
			field("flags", inv("xt_string flags", "XT_STRING_FLAG_INVERT", "XT_STRING_FLAG_IGNORECASE")),
			padding("align0", 2), field("config", nftXtPointer))},
		"time": {"0": nftXt("xt_time_info", field("date_start", seconds), field("date_stop", seconds),
			field("daytime_start", seconds), field("daytime_stop", seconds), field("monthdays_match", hex32),
			field("weekdays_match", hex8), field("flags", inv("xt_time flags", "XT_TIME_LOCAL_TZ", "XT_TIME_CONTIGUOUS")))},
		"tos":   {"1": nftXt("xt_tos_match_info", field("tos_mask", hex8), field("tos_value", hex8), field("invert", u8))},
		"dscp":  {"0": nftXt("xt_dscp_info", field("dscp", hex8), field("invert", u8))},
		"ttl":   {"0": nftXt("ipt_ttl_info", field("mode", named(u8, enum("ipt_ttl mode", 0, "IPT_TTL_EQ", "IPT_TTL_NE", "IPT_TTL_LT", "IPT_TTL_GT"))), field("ttl", u8))},
		"hl":    {"0": nftXt("ip6t_hl_info", field("mode", named(u8, enum("ip6t_hl mode", 0, "IP6T_HL_EQ", "IP6T_HL_NE", "IP6T_HL_LT", "IP6T_HL_GT"))), field("hop_limit", u8))},
		"icmp":  {"0": nftXt("ipt_icmp", field("type", u8), field("code", nftXtRange(u8)), field("invflags", inv("ipt_icmp invflags", "IPT_ICMP_INV")))},
		"icmp6": {"0": nftXt("ip6t_icmp", field("type", u8), field("code", nftXtRange(u8)), field("invflags", inv("ip6t_icmp invflags", "IP6T_ICMP_INV")))},
	}
}

// nftXtPorts is a protocol's ports and the bits that turn them round.
func nftXtPorts(name string, invert ...string) schema.Type {
	return nftXt(name, field("spts", nftXtRange(u16)), field("dpts", nftXtRange(u16)), field("invflags", named(u8, bits(name+" invflags", invert...))))
}

// nftXtStatistic is the union of struct xt_statistic_info.
func nftXtStatistic() schema.Type {
	t := by("mode", structOf(record("nth", fields(u32, "every", "packet", "count")...)), map[string]schema.Type{
		"XT_STATISTIC_MODE_RANDOM": structOf(record("random", field("probability", u32), padding("unused", 8))),
	})
	t.Len = 12
	return t
}

func nftXtRecent() []schema.Field {
	return []schema.Field{
		field("seconds", seconds), field("hit_count", u32),
		field("check_set", named(u8, bits("xt_recent check_set", "XT_RECENT_CHECK", "XT_RECENT_SET", "XT_RECENT_UPDATE",
			"XT_RECENT_REMOVE", "XT_RECENT_TTL", "XT_RECENT_REAP"))),
		field("invert", u8), field("name", nftXtText(200)),
		field("side", named(u8, enum("xt_recent side", 0, "XT_RECENT_SOURCE", "XT_RECENT_DEST"))),
	}
}
