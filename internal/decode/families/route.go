// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// route is NETLINK_ROUTE: links, addresses, routes, neighbours, rules, traffic
// control and more (include/uapi/linux/rtnetlink.h, net/core/rtnetlink.c).
// A file route_*.go for each group of messages holds its tables.
func route() *schema.Family {
	return &schema.Family{
		Name:     "route",
		Protocol: unix.NETLINK_ROUTE,
		Messages: routeMessages(),
		Groups:   routeGroups(),
		Lead: []string{
			"IFLA_IFNAME", "IFLA_INFO_KIND", "ifi_index", "IFLA_MTU", "IFLA_OPERSTATE", "IFLA_MASTER", "IFLA_ADDRESS",
			"IFA_LOCAL", "IFA_ADDRESS", "IFA_LABEL", "ifa_index", "IFA_FLAGS",
			"RTA_DST", "RTA_GATEWAY", "RTA_VIA", "RTA_OIF", "RTA_TABLE", "rtm_protocol", "RTA_NH_ID",
			"RTA_PRIORITY", "RTA_ENCAP_TYPE", "RTA_PREFSRC", "rtm_type", "rtm_family",
			"NDA_DST", "NDA_LLADDR", "ndm_ifindex", "ndm_state", "NDA_VLAN", "NDA_MASTER", "ndm_family",
			"FRA_PRIORITY", "FRA_SRC", "FRA_DST", "FRA_IIFNAME", "FRA_OIFNAME", "FRA_FWMARK", "FRA_TABLE", "action",
			"TCA_KIND", "tcm_ifindex", "tcm_handle", "tcm_parent", "TCA_CHAIN", "TCA_ACT_KIND", "TCA_ACT_INDEX",
			"NHA_ID", "NHA_GATEWAY", "NHA_OIF", "NHA_GROUP_TYPE", "NHA_BLACKHOLE",
			"NETNSA_NSID", "NETNSA_PID", "NETNSA_FD", "NDTA_NAME", "NETCONFA_IFINDEX", "IFAL_LABEL",
			"IFAL_ADDRESS", "PREFIX_ADDRESS", "DCB_ATTR_IFNAME", "vid", "ifindex", "ifi_family", "family",
			">*",
		},
	}
}

// group is the four message types that a noun has: RTM_NEW*, RTM_DEL*,
// RTM_GET*, RTM_SET* (RTM_FAM, rtnl_msgtype_kind). "" is no message.
type group struct {
	first  uint16
	names  [4]string
	header *schema.StructType
	set    *schema.Set
	change *schema.Set // what requests other than GET have instead; nil: set
	get    *schema.Set // what GET has instead; nil: set
}

// routeMessages are all of enum RTM_*; nothing else is valid under
// NETLINK_ROUTE.
func routeMessages() []schema.Message {
	link, linkReq := linkTables(false), linkTables(true)
	addr, tc := ifa(), tcSets()
	next := nha()
	groups := []group{
		{16, rtmNames("LINK", "NDGS"), ifinfomsg(), link, linkReq, linkReq},
		{20, rtmNames("ADDR", "NDG"), ifaddrmsg(), addr, nil, nil},
		{24, rtmNames("ROUTE", "NDG"), rtmsg(), rta(), nil, nil},
		{28, rtmNames("NEIGH", "NDG"), ndmsg(), nda(), nil, nil},
		{32, rtmNames("RULE", "NDG"), fibRuleHdr(), fra(), nil, nil},
		{36, rtmNames("QDISC", "NDG"), tcmQdisc(), tc.qdisc, nil, nil},
		{40, rtmNames("TCLASS", "NDG"), tcmClass(), tc.class, nil, nil},
		{44, rtmNames("TFILTER", "NDG"), tcmFilter(), tc.filter, nil, nil},
		{48, rtmNames("ACTION", "NDG"), tcamsg(), tc.action, nil, nil},
		{52, rtmNames("PREFIX", "N"), prefixmsg(), prefixAttrs(), nil, nil},
		{56, rtmNames("MULTICAST", "NDG"), ifaddrmsg(), addr, nil, nil},
		{60, rtmNames("ANYCAST", "NDG"), ifaddrmsg(), addr, nil, nil},
		{64, rtmNames("NEIGHTBL", "NGS"), ndtmsg(), ndta(), nil, nil},
		{72, rtmNames("ADDRLABEL", "NDG"), ifaddrlblmsg(), ifal(), nil, nil},
		{80, rtmNames("NETCONF", "NDG"), netconfmsg(), netconfa(), nil, nil},
		{84, rtmNames("MDB", "NDG"), brPortMsg(), mdba(), mdbaSet(), mdbaGet()},
		{88, rtmNames("NSID", "NDG"), rtgenmsg(), netnsa(), nil, nil},
		{92, rtmNames("STATS", "NGS"), ifStatsMsg(), iflaStats(), iflaStatsRequest(), iflaStatsRequest()},
		{100, rtmNames("CHAIN", "NDG"), tcmFilter(), tc.filter, nil, nil},
		{104, rtmNames("NEXTHOP", "NDG"), nhmsg(), next, nil, nil},
		{108, rtmNames("LINKPROP", "NDG"), ifinfomsg(), link, linkReq, linkReq},
		{112, rtmNames("VLAN", "NDG"), brVlanMsg(), bridgeVlandb(), nil, bridgeVlandbDump()},
		{116, rtmNames("NEXTHOPBUCKET", "NDG"), nhmsg(), next, nil, nil},
		{120, rtmNames("TUNNEL", "NDG"), tunnelMsg(), vxlanVnifilter(), nil, nil},
	}
	msgs := append(dcbMessages(), nduseropt(), cacheReport())
	for _, g := range groups {
		msgs = append(msgs, g.messages()...)
	}
	return msgs
}

// verbs are the four kinds of a group by number.
const verbs = "NDGS"

// rtmNames names the messages of a noun that exist.
func rtmNames(noun, have string) (names [4]string) {
	for _, v := range have {
		switch v {
		case 'N':
			names[0] = "RTM_NEW" + noun
		case 'D':
			names[1] = "RTM_DEL" + noun
		case 'G':
			names[2] = "RTM_GET" + noun
		case 'S':
			names[3] = "RTM_SET" + noun
		}
	}
	return names
}

// messages spells a group out.
func (g group) messages() []schema.Message {
	var out []schema.Message
	for i, name := range g.names {
		if name == "" {
			continue
		}
		m := schema.Message{ID: g.first + uint16(i), Name: name, Header: g.header, Set: g.set, Lead: routeLead(name)}
		m.Thing, m.Gone = routeThing(name), verbs[i] == 'D'
		toKernel := g.change
		if verbs[i] == 'G' {
			// A dump may be asked for with struct rtgenmsg alone, the first
			// member of all these headers (rtnetlink_rcv_msg).
			m.Header = atLeast(1, g.header)
			toKernel = g.get
			m.Legacy = g.legacy()
		}
		if toKernel == nil {
			out = append(out, m)
			continue
		}
		req := m
		req.Dirs, req.Set = schema.ToKernel, toKernel
		if name == "RTM_NEWLINK" {
			// iproute2 sends a bare one before its first change of a link: ENODEV says that
			// the kernel knows it (rtnl_newlink). One that names a link has failed, and so
			// has RTM_GETLINK: `ip link show` of a name that somebody typed.
			req.Probe = &schema.Probe{Errnos: []int32{enodev}, Unset: "ifi_index"}
		}
		m.Dirs = schema.FromKernel
		out = append(out, req, m)
	}
	return out
}

// legacy: libraries ask for every dump with struct ifinfomsg, or with the one byte of
// struct rtgenmsg, and the kernel takes it unless the socket has asked for strict checks.
func (g group) legacy() []schema.Legacy {
	switch g.header.Name {
	case "ifaddrmsg", "rtmsg", "ndmsg", "fib_rule_hdr", "ndtmsg", "ifaddrlblmsg":
	default: // links themselves, and what came later and is strict
		return nil
	}
	info := schema.Variant{Header: ifinfomsg(), Set: set("IFLA",
		attr(10, "IFLA_MASTER", ifindex), attr(29, "IFLA_EXT_MASK", named(u32, rtextFilter)))}
	all := []schema.Legacy{
		{Variant: info, Zero: [2]int{8, 16}, Note: "ifinfomsg sent; the kernel reads the family alone"},
		{Variant: schema.Variant{Header: familyAlone(g.header), Set: g.set}, Lens: []int{1, 4}, Note: "rtgenmsg sent; the kernel reads the family alone"},
	}
	if g.header.Name == "ndmsg" {
		// rtnl_fdb_dump, valid_fdb_dump_legacy: ndmsg alone or with one u32.
		fdb := schema.Legacy{Variant: info, Family: unix.AF_BRIDGE, Right: []int{12, 20}, Note: "ifinfomsg sent, which the kernel reads"}
		all = append([]schema.Legacy{fdb}, all...)
	}
	return all
}

// familyAlone is struct rtgenmsg under the name that its member has in s. Where a library
// counts the padding of the message, that is no member of s: a destination of length 0
// would be the default route.
func familyAlone(s *schema.StructType) *schema.StructType {
	return &schema.StructType{Name: s.Name, MinLen: 1, Fields: []schema.Field{s.Fields[0], padding("pad", 3)}}
}

// rtmTypes is enum RTM_* for the attributes that hold a message type.
var rtmTypes = values("RTM",
	val(16, "RTM_NEWLINK"), val(17, "RTM_DELLINK"), val(18, "RTM_GETLINK"), val(19, "RTM_SETLINK"),
)

// routeGroups are enum rtnetlink_groups.
func routeGroups() []schema.Group {
	names := []string{ // from 1 on
		"RTNLGRP_LINK", "RTNLGRP_NOTIFY", "RTNLGRP_NEIGH", "RTNLGRP_TC", "RTNLGRP_IPV4_IFADDR",
		"RTNLGRP_IPV4_MROUTE", "RTNLGRP_IPV4_ROUTE", "RTNLGRP_IPV4_RULE", "RTNLGRP_IPV6_IFADDR",
		"RTNLGRP_IPV6_MROUTE", "RTNLGRP_IPV6_ROUTE", "RTNLGRP_IPV6_IFINFO", "RTNLGRP_DECnet_IFADDR",
		"RTNLGRP_NOP2", "RTNLGRP_DECnet_ROUTE", "RTNLGRP_DECnet_RULE", "RTNLGRP_NOP4",
		"RTNLGRP_IPV6_PREFIX", "RTNLGRP_IPV6_RULE", "RTNLGRP_ND_USEROPT", "RTNLGRP_PHONET_IFADDR",
		"RTNLGRP_PHONET_ROUTE", "RTNLGRP_DCB", "RTNLGRP_IPV4_NETCONF", "RTNLGRP_IPV6_NETCONF",
		"RTNLGRP_MDB", "RTNLGRP_MPLS_ROUTE", "RTNLGRP_NSID", "RTNLGRP_MPLS_NETCONF",
		"RTNLGRP_IPV4_MROUTE_R", "RTNLGRP_IPV6_MROUTE_R", "RTNLGRP_NEXTHOP", "RTNLGRP_BRVLAN",
		"RTNLGRP_MCTP_IFADDR", "RTNLGRP_TUNNEL", "RTNLGRP_STATS", "RTNLGRP_IPV4_MCADDR",
		"RTNLGRP_IPV6_MCADDR", "RTNLGRP_IPV6_ACADDR",
	}
	groups := make([]schema.Group, len(names))
	for i, n := range names {
		groups[i] = schema.Group{ID: uint32(i + 1), Name: n}
	}
	return groups
}
