// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// RTM_*LINK and RTM_*LINKPROP: linux/if_link.h, types as in
// net/core/rtnetlink.c (ifla_policy, rtnl_fill_ifinfo).

//	struct ifinfomsg {
//		unsigned char  ifi_family;
//		unsigned char  __ifi_pad;
//		unsigned short ifi_type;   /* ARPHRD_* */
//		int            ifi_index;
//		unsigned       ifi_flags;  /* IFF_* */
//		unsigned       ifi_change;
//	};                              linux/rtnetlink.h
func ifinfomsg() *schema.StructType {
	return record("ifinfomsg",
		field("ifi_family", named(u8, addressFamily)),
		padding("__ifi_pad", 1),
		field("ifi_type", named(u16, arphrd)),
		field("ifi_index", ifindexS),
		field("ifi_flags", named(u32, iffFlags)),
		field("ifi_change", named(u32, iffFlags)),
	)
}

// linkTables are the attributes of a link. Requests and dumps differ in one
// place, IFLA_INET_CONF (see inetConf).
func linkTables(toKernel bool) *schema.Set {
	// IFLA contains itself: the peer of a pair is configured by a link message
	// inside the message (rtnl_newlink).
	ifla := &schema.Set{Name: "IFLA"}
	ifla.Attrs = append(iflaFirst(ifla, toKernel), iflaLater()...)
	return ifla
}

// iflaFirst are the attributes up to 3.x's IFLA_EXT_MASK.
func iflaFirst(ifla *schema.Set, toKernel bool) []schema.Attr {
	return []schema.Attr{
		unspec("IFLA_UNSPEC"),
		attr(1, "IFLA_ADDRESS", hwaddr),
		attr(2, "IFLA_BROADCAST", hwaddr),
		attr(3, "IFLA_IFNAME", str),
		attr(4, "IFLA_MTU", bytes32),
		attr(5, "IFLA_LINK", ifindex), // of netns IFLA_LINK_NETNSID where that is set
		attr(6, "IFLA_QDISC", str),
		attr(7, "IFLA_STATS", structOf(linkStats())),
		noted(8, "IFLA_COST", unused, "never used"),
		noted(9, "IFLA_PRIORITY", unused, "never used"),
		attr(10, "IFLA_MASTER", ifindex),
		attr(11, "IFLA_WIRELESS", structOf(iwEvent())),
		noted(12, "IFLA_PROTINFO", by("ifi_family", blob, map[string]schema.Type{
			"AF_BRIDGE": nest(iflaBrport()), // br_fill_ifinfo
			"AF_INET6":  nest(iflaInet6()),  // inet6_fill_ifinfo
		}), "no other family has any"),
		attr(13, "IFLA_TXQLEN", u32),
		attr(14, "IFLA_MAP", structOf(linkMap())),
		attr(15, "IFLA_WEIGHT", u32),
		attr(16, "IFLA_OPERSTATE", named(u8, operState)),
		attr(17, "IFLA_LINKMODE", named(u8, linkMode)),
		attr(18, "IFLA_LINKINFO", nest(iflaInfo(ifla))),
		attr(19, "IFLA_NET_NS_PID", pid),
		attr(20, "IFLA_IFALIAS", str),
		attr(21, "IFLA_NUM_VF", u32),
		attr(22, "IFLA_VFINFO_LIST", nest(iflaVFInfo())),
		attr(23, "IFLA_STATS64", structOf(linkStats64())),
		attr(24, "IFLA_VF_PORTS", nest(iflaVFPort())),
		attr(25, "IFLA_PORT_SELF", nest(iflaPort())),
		attr(26, "IFLA_AF_SPEC", iflaAFSpec(toKernel)),
		attr(27, "IFLA_GROUP", local(u32, linkGroup)),
		attr(28, "IFLA_NET_NS_FD", fd),
		attr(29, "IFLA_EXT_MASK", named(u32, rtextFilter)),
	}
}

// iflaLater are the attributes from IFLA_PROMISCUITY on.
func iflaLater() []schema.Attr {
	return []schema.Attr{
		attr(30, "IFLA_PROMISCUITY", u32),
		attr(31, "IFLA_NUM_TX_QUEUES", u32),
		attr(32, "IFLA_NUM_RX_QUEUES", u32),
		attr(33, "IFLA_CARRIER", u8),
		attr(34, "IFLA_PHYS_PORT_ID", opaque), // up to MAX_PHYS_ITEM_ID_LEN bytes
		attr(35, "IFLA_CARRIER_CHANGES", u32),
		attr(36, "IFLA_PHYS_SWITCH_ID", opaque),
		attr(37, "IFLA_LINK_NETNSID", nsid),
		attr(38, "IFLA_PHYS_PORT_NAME", str),
		attr(39, "IFLA_PROTO_DOWN", u8),
		attr(40, "IFLA_GSO_MAX_SEGS", u32),
		attr(41, "IFLA_GSO_MAX_SIZE", bytes32),
		attr(42, "IFLA_PAD", padAt),
		attr(43, "IFLA_XDP", nest(iflaXDP())),
		attr(44, "IFLA_EVENT", named(u32, iflaEvent)),
		attr(45, "IFLA_NEW_NETNSID", nsid),
		attr(46, "IFLA_TARGET_NETNSID", nsid), // alias of IFLA_IF_NETNSID
		attr(47, "IFLA_CARRIER_UP_COUNT", u32),
		attr(48, "IFLA_CARRIER_DOWN_COUNT", u32),
		attr(49, "IFLA_NEW_IFINDEX", ifindexS),
		attr(50, "IFLA_MIN_MTU", bytes32),
		attr(51, "IFLA_MAX_MTU", bytes32),
		attr(52, "IFLA_PROP_LIST", nest(set("IFLA_PROP_LIST", attr(53, "IFLA_ALT_IFNAME", str)))),
		attr(53, "IFLA_ALT_IFNAME", str),
		attr(54, "IFLA_PERM_ADDRESS", hwaddr),
		attr(55, "IFLA_PROTO_DOWN_REASON", nest(set("IFLA_PROTO_DOWN_REASON",
			unspec("IFLA_PROTO_DOWN_REASON_UNSPEC"),
			attr(1, "IFLA_PROTO_DOWN_REASON_MASK", local(hex32, downReasons)),
			attr(2, "IFLA_PROTO_DOWN_REASON_VALUE", local(hex32, downReasons))))),
		attr(56, "IFLA_PARENT_DEV_NAME", str),
		attr(57, "IFLA_PARENT_DEV_BUS_NAME", str),
		attr(58, "IFLA_GRO_MAX_SIZE", bytes32),
		attr(59, "IFLA_TSO_MAX_SIZE", bytes32),
		attr(60, "IFLA_TSO_MAX_SEGS", u32),
		attr(61, "IFLA_ALLMULTI", u32),
		attr(62, "IFLA_DEVLINK_PORT", nest(devlinkAttrs(devlinkSelftests()))), // devlink_nl_port_handle_fill
		attr(63, "IFLA_GSO_IPV4_MAX_SIZE", bytes32),
		attr(64, "IFLA_GRO_IPV4_MAX_SIZE", bytes32),
		attr(65, "IFLA_DPLL_PIN", nest(dpllPin())), // dpll_netdev_add_pin_handle
		attr(66, "IFLA_MAX_PACING_OFFLOAD_HORIZON", hinted(anyUint, schema.Nanos)),
		attr(67, "IFLA_NETNS_IMMUTABLE", u8),
		attr(68, "IFLA_HEADROOM", hinted(u16, schema.Bytes)),
		attr(69, "IFLA_TAILROOM", hinted(u16, schema.Bytes)),
	}
}

// struct rtnl_link_ifmap (linux/if_link.h); sizeof rounds 28 bytes up to 32.
func linkMap() *schema.StructType {
	return atLeast(28, record("rtnl_link_ifmap",
		field("mem_start", hex64),
		field("mem_end", hex64),
		field("base_addr", hex64),
		field("irq", u16),
		field("dma", u8),
		field("port", u8),
		padding("", 4),
	))
}

func iflaXDP() *schema.Set {
	return set("IFLA_XDP",
		unspec("IFLA_XDP_UNSPEC"),
		attr(1, "IFLA_XDP_FD", fdS),
		attr(2, "IFLA_XDP_ATTACHED", named(u8, xdpAttached)),
		attr(3, "IFLA_XDP_FLAGS", named(u32, xdpFlags)),
		attr(4, "IFLA_XDP_PROG_ID", u32),
		attr(5, "IFLA_XDP_DRV_PROG_ID", u32),
		attr(6, "IFLA_XDP_SKB_PROG_ID", u32),
		attr(7, "IFLA_XDP_HW_PROG_ID", u32),
		attr(8, "IFLA_XDP_EXPECTED_FD", fdS),
	)
}
