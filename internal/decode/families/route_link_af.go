// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// IFLA_AF_SPEC: what an address family adds to a link.

// iflaAFSpec is a nest by address family, except in bridge and multicast
// routing messages, where it holds that family's attributes themselves.
func iflaAFSpec(toKernel bool) schema.Type {
	perFamily := set("IFLA_AF_SPEC",
		attr(2, "AF_INET", nest(set("IFLA_INET",
			unspec("IFLA_INET_UNSPEC"),
			attr(1, "IFLA_INET_CONF", inetConf(toKernel))))),
		attr(7, "AF_BRIDGE", nest(iflaBridge())), // rtnl_fill_link_af, of bridge ports
		attr(10, "AF_INET6", nest(iflaInet6())),
		attr(45, "AF_MCTP", nest(set("IFLA_MCTP",
			unspec("IFLA_MCTP_UNSPEC"),
			attr(1, "IFLA_MCTP_NET", u32),
			attr(2, "IFLA_MCTP_PHYS_BINDING", named(u8, mctpPhysBinding))))),
	)
	return by("ifi_family", nest(perFamily), map[string]schema.Type{
		"AF_BRIDGE":        nest(iflaBridge()),
		"RTNL_FAMILY_IPMR": nest(ipmraTable()),
	})
}

// mctpPhysBinding is DMTF's physical transport binding (DSP0239), enum
// mctp_phys_binding of include/net/mctp.h.
var mctpPhysBinding = values("mctp_phys_binding",
	val(0, "MCTP_PHYS_BINDING_UNSPEC"), val(1, "MCTP_PHYS_BINDING_SMBUS"),
	val(2, "MCTP_PHYS_BINDING_PCIE_VDM"), val(3, "MCTP_PHYS_BINDING_USB"),
	val(4, "MCTP_PHYS_BINDING_KCS"), val(5, "MCTP_PHYS_BINDING_SERIAL"),
	val(6, "MCTP_PHYS_BINDING_I3C"), val(7, "MCTP_PHYS_BINDING_MMBI"),
	val(8, "MCTP_PHYS_BINDING_PCC"), val(9, "MCTP_PHYS_BINDING_UCIE"),
	val(0xff, "MCTP_PHYS_BINDING_VENDOR"),
)

// inetConf is IFLA_INET_CONF: the kernel sends an array (inet_fill_link_af)
// and takes a nest (inet_validate_link_af).
func inetConf(toKernel bool) schema.Type {
	if toKernel {
		return nest(set("IPV4_DEVCONF", attrs(1, s32, ipv4Devconf...)...))
	}
	return structOf(atLeast(4, record("ipv4_devconf", fields(s32, ipv4Devconf...)...)))
}

// ipv4Devconf is IPV4_DEVCONF_* of linux/ip.h, from 1 on. It only ever grows at
// the end.
var ipv4Devconf = []string{
	"IPV4_DEVCONF_FORWARDING", "IPV4_DEVCONF_MC_FORWARDING", "IPV4_DEVCONF_PROXY_ARP",
	"IPV4_DEVCONF_ACCEPT_REDIRECTS", "IPV4_DEVCONF_SECURE_REDIRECTS",
	"IPV4_DEVCONF_SEND_REDIRECTS", "IPV4_DEVCONF_SHARED_MEDIA", "IPV4_DEVCONF_RP_FILTER",
	"IPV4_DEVCONF_ACCEPT_SOURCE_ROUTE", "IPV4_DEVCONF_BOOTP_RELAY", "IPV4_DEVCONF_LOG_MARTIANS",
	"IPV4_DEVCONF_TAG", "IPV4_DEVCONF_ARPFILTER", "IPV4_DEVCONF_MEDIUM_ID", "IPV4_DEVCONF_NOXFRM",
	"IPV4_DEVCONF_NOPOLICY", "IPV4_DEVCONF_FORCE_IGMP_VERSION", "IPV4_DEVCONF_ARP_ANNOUNCE",
	"IPV4_DEVCONF_ARP_IGNORE", "IPV4_DEVCONF_PROMOTE_SECONDARIES", "IPV4_DEVCONF_ARP_ACCEPT",
	"IPV4_DEVCONF_ARP_NOTIFY", "IPV4_DEVCONF_ACCEPT_LOCAL", "IPV4_DEVCONF_SRC_VMARK",
	"IPV4_DEVCONF_PROXY_ARP_PVLAN", "IPV4_DEVCONF_ROUTE_LOCALNET",
	"IPV4_DEVCONF_IGMPV2_UNSOLICITED_REPORT_INTERVAL",
	"IPV4_DEVCONF_IGMPV3_UNSOLICITED_REPORT_INTERVAL",
	"IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN", "IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST",
	"IPV4_DEVCONF_DROP_GRATUITOUS_ARP", "IPV4_DEVCONF_BC_FORWARDING",
	"IPV4_DEVCONF_ARP_EVICT_NOCARRIER",
}

func iflaInet6() *schema.Set {
	return set("IFLA_INET6",
		unspec("IFLA_INET6_UNSPEC"),
		attr(1, "IFLA_INET6_FLAGS", named(u32, inet6Flags)),
		attr(2, "IFLA_INET6_CONF", structOf(atLeast(4, record("ipv6_devconf", fields(s32, ipv6Devconf...)...)))),
		attr(3, "IFLA_INET6_STATS", structOf(atLeast(8, record("ipstats_mib", fields(u64, ipstatsMIB...)...)))),
		noted(4, "IFLA_INET6_MCAST", unused, "never used"),
		attr(5, "IFLA_INET6_CACHEINFO", structOf(record("ifla_cacheinfo",
			field("max_reasm_len", bytes32),
			field("tstamp", jiffies), // 1/100 s, cstamp_delta
			field("reachable_time", millis),
			field("retrans_time", millis)))),
		attr(6, "IFLA_INET6_ICMP6STATS", structOf(atLeast(8, record("icmpv6_mib", fields(u64,
			"ICMP6_MIB_NUM", "ICMP6_MIB_INMSGS", "ICMP6_MIB_INERRORS", "ICMP6_MIB_OUTMSGS",
			"ICMP6_MIB_OUTERRORS", "ICMP6_MIB_CSUMERRORS", "ICMP6_MIB_RATELIMITHOST")...)))),
		attr(7, "IFLA_INET6_TOKEN", ip),
		attr(8, "IFLA_INET6_ADDR_GEN_MODE", named(u8, addrGenMode)),
		attr(9, "IFLA_INET6_RA_MTU", bytes32),
	)
}

// ipstatsMIB is IPSTATS_MIB_* of linux/snmp.h, whose first is their number.
// Number 5 was IPSTATS_MIB_OUTPKTS until Linux 6.6, which gave that name to a
// counter at the end.
var ipstatsMIB = []string{
	"IPSTATS_MIB_NUM", "IPSTATS_MIB_INPKTS", "IPSTATS_MIB_INOCTETS", "IPSTATS_MIB_INDELIVERS",
	"IPSTATS_MIB_OUTFORWDATAGRAMS", "IPSTATS_MIB_OUTREQUESTS", "IPSTATS_MIB_OUTOCTETS",
	"IPSTATS_MIB_INHDRERRORS", "IPSTATS_MIB_INTOOBIGERRORS", "IPSTATS_MIB_INNOROUTES",
	"IPSTATS_MIB_INADDRERRORS", "IPSTATS_MIB_INUNKNOWNPROTOS", "IPSTATS_MIB_INTRUNCATEDPKTS",
	"IPSTATS_MIB_INDISCARDS", "IPSTATS_MIB_OUTDISCARDS", "IPSTATS_MIB_OUTNOROUTES",
	"IPSTATS_MIB_REASMTIMEOUT", "IPSTATS_MIB_REASMREQDS", "IPSTATS_MIB_REASMOKS", "IPSTATS_MIB_REASMFAILS",
	"IPSTATS_MIB_FRAGOKS", "IPSTATS_MIB_FRAGFAILS", "IPSTATS_MIB_FRAGCREATES", "IPSTATS_MIB_INMCASTPKTS",
	"IPSTATS_MIB_OUTMCASTPKTS", "IPSTATS_MIB_INBCASTPKTS", "IPSTATS_MIB_OUTBCASTPKTS",
	"IPSTATS_MIB_INMCASTOCTETS", "IPSTATS_MIB_OUTMCASTOCTETS", "IPSTATS_MIB_INBCASTOCTETS",
	"IPSTATS_MIB_OUTBCASTOCTETS", "IPSTATS_MIB_CSUMERRORS", "IPSTATS_MIB_NOECTPKTS",
	"IPSTATS_MIB_ECT1PKTS", "IPSTATS_MIB_ECT0PKTS", "IPSTATS_MIB_CEPKTS", "IPSTATS_MIB_REASM_OVERLAPS",
	"IPSTATS_MIB_OUTPKTS",
}

// inet6Flags is IF_* of include/net/if_inet6.h, which the kernel shows although
// no UAPI header has it (inet6_fill_ifla6_attrs).
var inet6Flags = masks("if_flags",
	val(0x10, "IF_RS_SENT"), val(0x20, "IF_RA_RCVD"), val(0x40, "IF_RA_MANAGED"),
	val(0x80, "IF_RA_OTHERCONF"), val(0x80000000, "IF_READY"),
)

// ipv6Devconf is DEVCONF_* of linux/ipv6.h, from 0 on. It only ever grows at
// the end.
var ipv6Devconf = []string{
	"DEVCONF_FORWARDING", "DEVCONF_HOPLIMIT", "DEVCONF_MTU6", "DEVCONF_ACCEPT_RA",
	"DEVCONF_ACCEPT_REDIRECTS", "DEVCONF_AUTOCONF", "DEVCONF_DAD_TRANSMITS",
	"DEVCONF_RTR_SOLICITS", "DEVCONF_RTR_SOLICIT_INTERVAL", "DEVCONF_RTR_SOLICIT_DELAY",
	"DEVCONF_USE_TEMPADDR", "DEVCONF_TEMP_VALID_LFT", "DEVCONF_TEMP_PREFERED_LFT",
	"DEVCONF_REGEN_MAX_RETRY", "DEVCONF_MAX_DESYNC_FACTOR", "DEVCONF_MAX_ADDRESSES",
	"DEVCONF_FORCE_MLD_VERSION", "DEVCONF_ACCEPT_RA_DEFRTR", "DEVCONF_ACCEPT_RA_PINFO",
	"DEVCONF_ACCEPT_RA_RTR_PREF", "DEVCONF_RTR_PROBE_INTERVAL",
	"DEVCONF_ACCEPT_RA_RT_INFO_MAX_PLEN", "DEVCONF_PROXY_NDP", "DEVCONF_OPTIMISTIC_DAD",
	"DEVCONF_ACCEPT_SOURCE_ROUTE", "DEVCONF_MC_FORWARDING", "DEVCONF_DISABLE_IPV6",
	"DEVCONF_ACCEPT_DAD", "DEVCONF_FORCE_TLLAO", "DEVCONF_NDISC_NOTIFY",
	"DEVCONF_MLDV1_UNSOLICITED_REPORT_INTERVAL", "DEVCONF_MLDV2_UNSOLICITED_REPORT_INTERVAL",
	"DEVCONF_SUPPRESS_FRAG_NDISC", "DEVCONF_ACCEPT_RA_FROM_LOCAL", "DEVCONF_USE_OPTIMISTIC",
	"DEVCONF_ACCEPT_RA_MTU", "DEVCONF_STABLE_SECRET", "DEVCONF_USE_OIF_ADDRS_ONLY",
	"DEVCONF_ACCEPT_RA_MIN_HOP_LIMIT", "DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN",
	"DEVCONF_DROP_UNICAST_IN_L2_MULTICAST", "DEVCONF_DROP_UNSOLICITED_NA",
	"DEVCONF_KEEP_ADDR_ON_DOWN", "DEVCONF_RTR_SOLICIT_MAX_INTERVAL", "DEVCONF_SEG6_ENABLED",
	"DEVCONF_SEG6_REQUIRE_HMAC", "DEVCONF_ENHANCED_DAD", "DEVCONF_ADDR_GEN_MODE",
	"DEVCONF_DISABLE_POLICY", "DEVCONF_ACCEPT_RA_RT_INFO_MIN_PLEN", "DEVCONF_NDISC_TCLASS",
	"DEVCONF_RPL_SEG_ENABLED", "DEVCONF_RA_DEFRTR_METRIC", "DEVCONF_IOAM6_ENABLED",
	"DEVCONF_IOAM6_ID", "DEVCONF_IOAM6_ID_WIDE", "DEVCONF_NDISC_EVICT_NOCARRIER",
	"DEVCONF_ACCEPT_UNTRACKED_NA", "DEVCONF_ACCEPT_RA_MIN_LFT", "DEVCONF_FORCE_FORWARDING",
}

// ipmraTable is a multicast routing table (linux/mroute.h,
// net/ipv4/ipmr.c ipmr_fill_table).
func ipmraTable() *schema.Set {
	vif := set("IPMRA_VIFA",
		unspec("IPMRA_VIFA_UNSPEC"),
		attr(1, "IPMRA_VIFA_IFINDEX", ifindex),
		attr(2, "IPMRA_VIFA_VIF_ID", u32),
		attr(3, "IPMRA_VIFA_FLAGS", named(u16, vifFlags)),
		attr(4, "IPMRA_VIFA_BYTES_IN", bytes64),
		attr(5, "IPMRA_VIFA_BYTES_OUT", bytes64),
		attr(6, "IPMRA_VIFA_PACKETS_IN", u64),
		attr(7, "IPMRA_VIFA_PACKETS_OUT", u64),
		attr(8, "IPMRA_VIFA_LOCAL_ADDR", ip),
		attr(9, "IPMRA_VIFA_REMOTE_ADDR", ip),
		attr(10, "IPMRA_VIFA_PAD", padAt),
	)
	return set("IPMRA_TABLE",
		unspec("IPMRA_TABLE_UNSPEC"),
		attr(1, "IPMRA_TABLE_ID", named(u32, rtTable)),
		attr(2, "IPMRA_TABLE_CACHE_RES_QUEUE_LEN", u32),
		attr(3, "IPMRA_TABLE_MROUTE_REG_VIF_NUM", s32),
		attr(4, "IPMRA_TABLE_MROUTE_DO_ASSERT", u8),
		attr(5, "IPMRA_TABLE_MROUTE_DO_PIM", u8),
		attr(6, "IPMRA_TABLE_VIFS", nest(set("IPMRA_VIF",
			unspec("IPMRA_VIF_UNSPEC"),
			attr(1, "IPMRA_VIF", nest(vif))))),
		attr(7, "IPMRA_TABLE_MROUTE_DO_WRVIFWHOLE", u8),
	)
}

// vifFlags is VIFF_* of linux/mroute.h; VIFF_STATIC is the kernel's own
// (include/linux/mroute_base.h).
var vifFlags = masks("vifc_flags",
	val(0x1, "VIFF_TUNNEL"), val(0x2, "VIFF_SRCRT"), val(0x4, "VIFF_REGISTER"),
	val(0x8, "VIFF_USE_IFINDEX"), val(0x8000, "VIFF_STATIC"),
)
