// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// RTM_*ROUTE: linux/rtnetlink.h, net/ipv4/fib_semantics.c (fib_dump_info),
// net/ipv6/route.c (rt6_fill_node), net/mpls/af_mpls.c (mpls_dump_route),
// net/ipv4/ipmr_base.c (mr_fill_mroute).

// struct rtmsg
func rtmsg() *schema.StructType {
	return record("rtmsg",
		field("rtm_family", named(u8, addressFamily)),
		field("rtm_dst_len", u8),
		field("rtm_src_len", u8),
		field("rtm_tos", local(hex8, dsField)),
		field("rtm_table", named(u8, rtTable)), // RTA_TABLE has all 32 bits
		field("rtm_protocol", named(u8, rtProtocol)),
		field("rtm_scope", named(u8, rtScope)),
		field("rtm_type", named(u8, rtType)),
		field("rtm_flags", named(u32, rtmFlags)),
	)
}

// struct rtnexthop { unsigned short rtnh_len; unsigned char rtnh_flags;
// unsigned char rtnh_hops; int rtnh_ifindex; };
func rtnexthop() *schema.StructType {
	return record("rtnexthop",
		field("rtnh_len", hinted(u16, schema.Bytes)),
		field("rtnh_flags", named(u8, rtnhFlags)),
		field("rtnh_hops", u8), // weight - 1; TTL threshold of multicast routes
		field("rtnh_ifindex", ifindexS),
	)
}

func rta() *schema.Set {
	s := &schema.Set{Name: "RTA"}
	s.Attrs = []schema.Attr{
		unspec("RTA_UNSPEC"),
		attr(1, "RTA_DST", routeAddress("rtm_dst_len")),
		attr(2, "RTA_SRC", routeAddress("rtm_src_len")),
		attr(3, "RTA_IIF", ifindex),
		attr(4, "RTA_OIF", ifindex),
		attr(5, "RTA_GATEWAY", routeAddress("")),
		attr(6, "RTA_PRIORITY", u32),
		attr(7, "RTA_PREFSRC", ip),
		attr(8, "RTA_METRICS", nest(rtax())),
		attr(9, "RTA_MULTIPATH", schema.Type{Kind: schema.Records, Struct: rtnexthop(), Set: s}),
		noted(10, "RTA_PROTOINFO", unused, "no longer used"),
		attr(11, "RTA_FLOW", local(hinted(u32, schema.Realms), realms)), // from<<16 | to realm
		attr(12, "RTA_CACHEINFO", structOf(rtaCacheinfo())),
		noted(13, "RTA_SESSION", unused, "no longer used"),
		noted(14, "RTA_MP_ALGO", unused, "no longer used"),
		attr(15, "RTA_TABLE", named(u32, rtTable)),
		attr(16, "RTA_MARK", hex32),
		attr(17, "RTA_MFC_STATS", structOf(record("rta_mfc_stats",
			field("mfcs_packets", u64), field("mfcs_bytes", bytes64), field("mfcs_wrong_if", u64)))),
		attr(18, "RTA_VIA", structOf(record("rtvia", // struct rtvia
			field("rtvia_family", named(u16, addressFamily)), field("rtvia_addr", hwaddr)))),
		attr(19, "RTA_NEWDST", routeAddress("")),
		attr(20, "RTA_PREF", named(u8, routerPref)),
		attr(21, "RTA_ENCAP_TYPE", named(u16, lwtunnelType)),
		noted(22, "RTA_ENCAP", lwtunnel("RTA_ENCAP_TYPE"), "hex where the type is unknown"),
		attr(23, "RTA_EXPIRES", by("rtm_family", seconds, map[string]schema.Type{
			"RTNL_FAMILY_IPMR": jiffies64, "RTNL_FAMILY_IP6MR": jiffies64, // mr_fill_mroute
		})),
		attr(24, "RTA_PAD", padAt),
		attr(25, "RTA_UID", u32),
		attr(26, "RTA_TTL_PROPAGATE", u8),
		attr(27, "RTA_IP_PROTO", named(u8, ipProtocol)),
		attr(28, "RTA_SPORT", be16),
		attr(29, "RTA_DPORT", be16),
		attr(30, "RTA_NH_ID", u32),
		attr(31, "RTA_FLOWLABEL", hexBE32),
	}
	return s
}

// routeAddress is an address of rtm_family; an MPLS address is a label stack.
func routeAddress(length string) schema.Type {
	t := addressBy("rtm_family", length)
	t.Sub.Cases["AF_MPLS"] = where(mplsLabels, mplsLabelsFacts)
	return t
}

// struct rta_cacheinfo; rta_error is a negative errno although declared
// unsigned (rtnl_put_cacheinfo).
func rtaCacheinfo() *schema.StructType {
	return record("rta_cacheinfo",
		field("rta_clntref", u32),
		field("rta_lastuse", jiffies),
		field("rta_expires", hinted(s32, schema.Jiffies)),
		field("rta_error", hinted(s32, schema.Errno)),
		field("rta_used", u32),
		field("rta_id", u32),
		field("rta_ts", u32),
		field("rta_tsage", u32),
	)
}

// rtax are the metrics of a route (net/ipv4/metrics.c).
func rtax() *schema.Set {
	return set("RTAX",
		unspec("RTAX_UNSPEC"),
		attr(1, "RTAX_LOCK", named(u32, rtaxLock)),
		attr(2, "RTAX_MTU", bytes32),
		attr(3, "RTAX_WINDOW", bytes32),
		attr(4, "RTAX_RTT", u32),    // 1/8 ms
		attr(5, "RTAX_RTTVAR", u32), // 1/4 ms
		attr(6, "RTAX_SSTHRESH", u32),
		attr(7, "RTAX_CWND", u32),
		attr(8, "RTAX_ADVMSS", bytes32),
		attr(9, "RTAX_REORDERING", u32),
		attr(10, "RTAX_HOPLIMIT", u32),
		attr(11, "RTAX_INITCWND", u32),
		attr(12, "RTAX_FEATURES", named(u32, rtaxFeatures)),
		attr(13, "RTAX_RTO_MIN", millis),
		attr(14, "RTAX_INITRWND", u32),
		attr(15, "RTAX_QUICKACK", u32),
		attr(16, "RTAX_CC_ALGO", str),
		attr(17, "RTAX_FASTOPEN_NO_COOKIE", u32),
	)
}

// mplsLabels renders a label stack (linux/mpls.h: label 20 bits, class 3,
// bottom of stack 1, TTL 8) as people write it: "100/200".
func mplsLabels(b []byte, _ bool) (string, bool) {
	if len(b) == 0 || len(b)%4 != 0 {
		return "", false
	}
	var out []byte
	for ; len(b) > 0; b = b[4:] {
		entry := binary.BigEndian.Uint32(b)
		if len(out) > 0 {
			out = append(out, '/')
		}
		out = strconv.AppendUint(out, uint64(entry>>12), 10)
		if tc := entry >> 9 & 7; tc != 0 {
			out = strconv.AppendUint(append(out, " tc "...), uint64(tc), 10)
		}
		if ttl := entry & 0xff; ttl != 0 {
			out = strconv.AppendUint(append(out, " ttl "...), uint64(ttl), 10)
		}
	}
	return string(out), true
}

var (
	rtType = enum("rtm_type", 0,
		"RTN_UNSPEC", "RTN_UNICAST", "RTN_LOCAL", "RTN_BROADCAST", "RTN_ANYCAST", "RTN_MULTICAST",
		"RTN_BLACKHOLE", "RTN_UNREACHABLE", "RTN_PROHIBIT", "RTN_THROW", "RTN_NAT", "RTN_XRESOLVE",
	)
	rtProtocol = localEnum("rt_protos", "rtm_protocol",
		val(0, "RTPROT_UNSPEC"), val(1, "RTPROT_REDIRECT"), val(2, "RTPROT_KERNEL"),
		val(3, "RTPROT_BOOT"), val(4, "RTPROT_STATIC"), val(8, "RTPROT_GATED"), val(9, "RTPROT_RA"),
		val(10, "RTPROT_MRT"), val(11, "RTPROT_ZEBRA"), val(12, "RTPROT_BIRD"),
		val(13, "RTPROT_DNROUTED"), val(14, "RTPROT_XORP"), val(15, "RTPROT_NTK"),
		val(16, "RTPROT_DHCP"), val(17, "RTPROT_MROUTED"), val(18, "RTPROT_KEEPALIVED"),
		val(42, "RTPROT_BABEL"), val(84, "RTPROT_OVN"), val(99, "RTPROT_OPENR"),
		val(186, "RTPROT_BGP"), val(187, "RTPROT_ISIS"), val(188, "RTPROT_OSPF"),
		val(189, "RTPROT_RIP"), val(192, "RTPROT_EIGRP"),
	)
	rtScope = localEnum("rt_scopes", "rt_scope_t",
		val(0, "RT_SCOPE_UNIVERSE"), val(200, "RT_SCOPE_SITE"), val(253, "RT_SCOPE_LINK"),
		val(254, "RT_SCOPE_HOST"), val(255, "RT_SCOPE_NOWHERE"),
	)
	rtTable = localEnum("rt_tables", "rt_class_t",
		val(0, "RT_TABLE_UNSPEC"), val(252, "RT_TABLE_COMPAT"), val(253, "RT_TABLE_DEFAULT"),
		val(254, "RT_TABLE_MAIN"), val(255, "RT_TABLE_LOCAL"),
	)
	// rtmFlags: below RTM_F_NOTIFY are the flags of the one nexthop.
	rtmFlags = masks("rtm_flags",
		val(1, "RTNH_F_DEAD"), val(2, "RTNH_F_PERVASIVE"), val(4, "RTNH_F_ONLINK"),
		val(8, "RTNH_F_OFFLOAD"), val(16, "RTNH_F_LINKDOWN"), val(32, "RTNH_F_UNRESOLVED"),
		val(64, "RTNH_F_TRAP"),
		val(0x100, "RTM_F_NOTIFY"), val(0x200, "RTM_F_CLONED"), val(0x400, "RTM_F_EQUALIZE"),
		val(0x800, "RTM_F_PREFIX"), val(0x1000, "RTM_F_LOOKUP_TABLE"), val(0x2000, "RTM_F_FIB_MATCH"),
		val(0x4000, "RTM_F_OFFLOAD"), val(0x8000, "RTM_F_TRAP"), val(0x20000000, "RTM_F_OFFLOAD_FAILED"),
	)
	rtnhFlags = bits("rtnh_flags",
		"RTNH_F_DEAD", "RTNH_F_PERVASIVE", "RTNH_F_ONLINK", "RTNH_F_OFFLOAD", "RTNH_F_LINKDOWN",
		"RTNH_F_UNRESOLVED", "RTNH_F_TRAP",
	)
	rtaxFeatures = bits("RTAX_FEATURE",
		"RTAX_FEATURE_ECN", "RTAX_FEATURE_SACK", "RTAX_FEATURE_TIMESTAMP", "RTAX_FEATURE_ALLFRAG",
		"RTAX_FEATURE_TCP_USEC_TS",
	)
	// rtaxLock is a mask of 1 << RTAX_*.
	rtaxLock = bits("RTAX_LOCK", "", "", "RTAX_MTU", "RTAX_WINDOW", "RTAX_RTT", "RTAX_RTTVAR",
		"RTAX_SSTHRESH", "RTAX_CWND", "RTAX_ADVMSS", "RTAX_REORDERING", "RTAX_HOPLIMIT",
		"RTAX_INITCWND", "RTAX_FEATURES", "RTAX_RTO_MIN", "RTAX_INITRWND", "RTAX_QUICKACK",
		"RTAX_CC_ALGO", "RTAX_FASTOPEN_NO_COOKIE",
	)
	// routerPref is ICMPV6_ROUTER_PREF_* of linux/icmpv6.h.
	routerPref = enum("ICMPV6_ROUTER_PREF", 0,
		"ICMPV6_ROUTER_PREF_MEDIUM", "ICMPV6_ROUTER_PREF_HIGH", "ICMPV6_ROUTER_PREF_INVALID",
		"ICMPV6_ROUTER_PREF_LOW",
	)
)
