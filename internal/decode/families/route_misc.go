// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Small message groups of rtnetlink: netns IDs, netconf, address labels,
// prefixes, ND user options, DCB, multicast cache reports.

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
		field("prefix_type", u8), // ND option type
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

// nduseropt is a whole RTM_NEWNDUSEROPT: struct nduseroptmsg, then
// nduseropt_opts_len bytes of ND options, then NDUSEROPT_SRCADDR
// (net/ipv6/ndisc.c ndisc_ra_useropt).
func nduseropt() *schema.Type {
	t := structOf(record("nduseroptmsg",
		field("nduseropt_family", named(u8, addressFamily)),
		padding("nduseropt_pad1", 1),
		field("nduseropt_opts_len", hinted(u16, schema.Bytes)),
		field("nduseropt_ifindex", ifindexS),
		field("nduseropt_icmp_type", u8),
		field("nduseropt_icmp_code", u8),
		padding("nduseropt_pad2", 2),
		padding("nduseropt_pad3", 4),
		field("options", blob),
	))
	t.Struct.MinLen = 16
	return &t
}

// struct dcbmsg (linux/dcbnl.h)
func dcbmsg() *schema.StructType {
	return record("dcbmsg",
		field("dcb_family", named(u8, addressFamily)),
		field("cmd", named(u8, dcbCommand)),
		padding("dcb_pad", 2),
	)
}

// dcbAttr are the attributes of RTM_GETDCB and RTM_SETDCB by name; what the
// nests hold depends on the command (net/dcb/dcbnl.c).
func dcbAttr() *schema.Set {
	const byCmd = "by dcbmsg.cmd"
	return set("DCB_ATTR",
		unspec("DCB_ATTR_UNDEFINED"),
		attr(1, "DCB_ATTR_IFNAME", str),
		attr(2, "DCB_ATTR_STATE", u8),
		attr(3, "DCB_ATTR_PFC_STATE", u8),
		noted(4, "DCB_ATTR_PFC_CFG", blob, byCmd),
		attr(5, "DCB_ATTR_NUM_TC", u8),
		noted(6, "DCB_ATTR_PG_CFG", blob, byCmd),
		attr(7, "DCB_ATTR_SET_ALL", u8),
		attr(8, "DCB_ATTR_PERM_HWADDR", hwaddr),
		noted(9, "DCB_ATTR_CAP", blob, byCmd),
		noted(10, "DCB_ATTR_NUMTCS", blob, byCmd),
		noted(11, "DCB_ATTR_BCN", blob, byCmd),
		noted(12, "DCB_ATTR_APP", blob, byCmd),
		noted(13, "DCB_ATTR_IEEE", blob, byCmd),
		attr(14, "DCB_ATTR_DCBX", hex8),
		noted(15, "DCB_ATTR_FEATCFG", blob, byCmd),
		noted(16, "DCB_ATTR_CEE", blob, byCmd),
	)
}

var dcbCommand = enum("dcbnl_commands", 0,
	"DCB_CMD_UNDEFINED", "DCB_CMD_GSTATE", "DCB_CMD_SSTATE", "DCB_CMD_PGTX_GCFG",
	"DCB_CMD_PGTX_SCFG", "DCB_CMD_PGRX_GCFG", "DCB_CMD_PGRX_SCFG", "DCB_CMD_PFC_GCFG",
	"DCB_CMD_PFC_SCFG", "DCB_CMD_SET_ALL", "DCB_CMD_GPERM_HWADDR", "DCB_CMD_GCAP",
	"DCB_CMD_GNUMTCS", "DCB_CMD_SNUMTCS", "DCB_CMD_PFC_GSTATE", "DCB_CMD_PFC_SSTATE",
	"DCB_CMD_BCN_GCFG", "DCB_CMD_BCN_SCFG", "DCB_CMD_GAPP", "DCB_CMD_SAPP", "DCB_CMD_IEEE_SET",
	"DCB_CMD_IEEE_GET", "DCB_CMD_GDCBX", "DCB_CMD_SDCBX", "DCB_CMD_GFEATCFG", "DCB_CMD_SFEATCFG",
	"DCB_CMD_CEE_GET", "DCB_CMD_IEEE_DEL",
)

// cacheReport is RTM_NEWCACHEREPORT, what a multicast routing daemon also gets
// on its socket: IPMRA_CREPORT_* of linux/mroute.h. linux/mroute6.h gives the
// same numbers the names IP6MRA_CREPORT_*, with MIF_ID for VIF_ID.
func cacheReport() *schema.Set {
	return set("IPMRA_CREPORT",
		unspec("IPMRA_CREPORT_UNSPEC"),
		attr(1, "IPMRA_CREPORT_MSGTYPE", u8),
		attr(2, "IPMRA_CREPORT_VIF_ID", u32),
		attr(3, "IPMRA_CREPORT_SRC_ADDR", ip),
		attr(4, "IPMRA_CREPORT_DST_ADDR", ip),
		noted(5, "IPMRA_CREPORT_PKT", blob, "the packet that nobody wanted"),
		attr(6, "IPMRA_CREPORT_TABLE", named(u32, rtTable)),
	)
}
