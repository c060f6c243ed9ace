// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Small message groups of rtnetlink: netns IDs, netconf, address labels,
// prefixes, multicast cache reports.

// struct rtgenmsg { unsigned char rtgen_family; };
func rtgenmsg() *schema.StructType {
	return record("rtgenmsg", field("rtgen_family", named(u8, addressFamily)))
}

// netnsa are the attributes of RTM_*NSID (linux/net_namespace.h,
// net/core/net_namespace.c).
func netnsa() *schema.Set {
	return set("NETNSA",
		unspec("NETNSA_NONE"),
		attr(1, "NETNSA_NSID", nsid),
		attr(2, "NETNSA_PID", pid),
		attr(3, "NETNSA_FD", fd),
		attr(4, "NETNSA_TARGET_NSID", nsid),
		attr(5, "NETNSA_CURRENT_NSID", nsid),
	)
}

// struct netconfmsg { __u8 ncm_family; };
func netconfmsg() *schema.StructType {
	return record("netconfmsg", field("ncm_family", named(u8, addressFamily)))
}

// netconfa are the attributes of RTM_*NETCONF (linux/netconf.h,
// net/ipv4/devinet.c inet_netconf_fill_devconf).
func netconfa() *schema.Set {
	return set("NETCONFA",
		unspec("NETCONFA_UNSPEC"),
		attr(1, "NETCONFA_IFINDEX", named(ifindexS, netconfIfindex)),
		attr(2, "NETCONFA_FORWARDING", s32),
		attr(3, "NETCONFA_RP_FILTER", s32),
		attr(4, "NETCONFA_MC_FORWARDING", s32),
		attr(5, "NETCONFA_PROXY_NEIGH", s32),
		attr(6, "NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN", s32),
		attr(7, "NETCONFA_INPUT", s32),
		attr(8, "NETCONFA_BC_FORWARDING", s32),
		attr(9, "NETCONFA_FORCE_FORWARDING", s32),
	)
}

var netconfIfindex = values("NETCONFA_IFINDEX",
	val(0xffffffff, "NETCONFA_IFINDEX_ALL"), val(0xfffffffe, "NETCONFA_IFINDEX_DEFAULT"),
)

// struct ifaddrlblmsg (linux/if_addrlabel.h)
func ifaddrlblmsg() *schema.StructType {
	return record("ifaddrlblmsg",
		field("ifal_family", named(u8, addressFamily)),
		padding("__ifal_reserved", 1),
		field("ifal_prefixlen", u8),
		field("ifal_flags", hex8),
		field("ifal_index", ifindex),
		field("ifal_seq", u32),
	)
}

func ifal() *schema.Set {
	addr := ip
	addr.Prefix = "ifal_prefixlen"
	return set("IFAL", attr(1, "IFAL_ADDRESS", addr), attr(2, "IFAL_LABEL", u32))
}

// struct prefixmsg
func prefixmsg() *schema.StructType {
	return record("prefixmsg",
		field("prefix_family", named(u8, addressFamily)),
		padding("prefix_pad1", 1),
		padding("prefix_pad2", 2),
		field("prefix_ifindex", ifindexS),
		field("prefix_type", named(u8, ndOption)),
		field("prefix_len", u8),
		field("prefix_flags", named(u8, prefixFlags)),
		padding("prefix_pad3", 1),
	)
}

// prefixFlags is IF_PREFIX_* of include/net/if_inet6.h.
var prefixFlags = bits("IF_PREFIX", "IF_PREFIX_ONLINK", "IF_PREFIX_AUTOCONF")

func prefixAttrs() *schema.Set {
	addr := ip
	addr.Prefix = "prefix_len"
	return set("PREFIX",
		unspec("PREFIX_UNSPEC"),
		attr(1, "PREFIX_ADDRESS", addr),
		attr(2, "PREFIX_CACHEINFO", structOf(record("prefix_cacheinfo",
			field("preferred_time", seconds), field("valid_time", seconds)))),
	)
}

// cacheReport is RTM_NEWCACHEREPORT, what a multicast routing daemon also gets
// on its socket: IPMRA_CREPORT_* of linux/mroute.h, IP6MRA_CREPORT_* of
// linux/mroute6.h, by the family in the header.
func cacheReport() schema.Message {
	v4 := set("IPMRA_CREPORT",
		unspec("IPMRA_CREPORT_UNSPEC"),
		attr(1, "IPMRA_CREPORT_MSGTYPE", named(u8, enum("im_msgtype", 1,
			"IGMPMSG_NOCACHE", "IGMPMSG_WRONGVIF", "IGMPMSG_WHOLEPKT", "IGMPMSG_WRVIFWHOLE"))),
		attr(2, "IPMRA_CREPORT_VIF_ID", u32),
		attr(3, "IPMRA_CREPORT_SRC_ADDR", ip),
		attr(4, "IPMRA_CREPORT_DST_ADDR", ip),
		attr(5, "IPMRA_CREPORT_PKT", secret(opaque, schema.Payload)), // the packet that nobody wanted
		attr(6, "IPMRA_CREPORT_TABLE", named(u32, rtTable)),
	)
	v6 := set("IP6MRA_CREPORT",
		unspec("IP6MRA_CREPORT_UNSPEC"),
		attr(1, "IP6MRA_CREPORT_MSGTYPE", named(u8, enum("im6_msgtype", 1,
			"MRT6MSG_NOCACHE", "MRT6MSG_WRONGMIF", "MRT6MSG_WHOLEPKT", "MRT6MSG_WRMIFWHOLE"))),
		attr(2, "IP6MRA_CREPORT_MIF_ID", u32),
		attr(3, "IP6MRA_CREPORT_SRC_ADDR", ip),
		attr(4, "IP6MRA_CREPORT_DST_ADDR", ip),
		attr(5, "IP6MRA_CREPORT_PKT", secret(opaque, schema.Payload)),
	)
	const family6 = 129 // RTNL_FAMILY_IP6MR
	return schema.Message{ID: 96, Name: "RTM_NEWCACHEREPORT", Header: rtgenmsg(), Set: v4,
		Variants: &schema.Variants{Width: 1, Cases: map[uint64]schema.Variant{family6: {Header: rtgenmsg(), Set: v6}}}}
}
