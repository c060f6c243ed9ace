// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// RTM_*MDB, the multicast database of a bridge or of vxlan: linux/if_bridge.h,
// net/bridge/br_mdb.c, drivers/net/vxlan/vxlan_mdb.c. The kernel sends MDBA_*,
// takes MDBA_SET_ENTRY_* (RTM_NEWMDB, RTM_DELMDB) and MDBA_GET_ENTRY_*.

// struct br_port_msg { __u8 family; __u32 ifindex; };
func brPortMsg() *schema.StructType {
	return record("br_port_msg",
		field("family", named(u8, addressFamily)),
		padding("", 3),
		field("ifindex", ifindex),
	)
}

// struct br_mdb_entry; addr.u is a union, whose member proto tells: 0 is a MAC
// address.
func brMdbEntry() *schema.StructType {
	u := by("addr.proto", blob, map[string]schema.Type{
		"ETH_P_IP":   structOf(record("", field("ip4", sized(ip, 4)), padding("", 12))),
		"ETH_P_IPV6": ip,
		"0":          structOf(record("", field("mac_addr", sized(hwaddr, 6)), padding("", 10))),
	})
	return record("br_mdb_entry",
		field("ifindex", ifindex),
		field("state", named(u8, enum("MDB_STATE", 0, "MDB_TEMPORARY", "MDB_PERMANENT"))),
		field("flags", named(u8, mdbFlags)),
		field("vid", u16),
		field("addr.u", sized(u, 16)),
		field("addr.proto", named(be16, etherType)),
		padding("", 2),
	)
}

var mdbFlags = bits("MDB_FLAGS",
	"MDB_FLAGS_OFFLOAD", "MDB_FLAGS_FAST_LEAVE", "MDB_FLAGS_STAR_EXCL", "MDB_FLAGS_BLOCKED",
	"MDB_FLAGS_OFFLOAD_FAILED",
)

func mdba() *schema.Set {
	return set("MDBA",
		unspec("MDBA_UNSPEC"),
		attr(1, "MDBA_MDB", nest(set("MDBA_MDB",
			unspec("MDBA_MDB_UNSPEC"),
			attr(1, "MDBA_MDB_ENTRY", nest(set("MDBA_MDB_ENTRY",
				unspec("MDBA_MDB_ENTRY_UNSPEC"),
				attr(1, "MDBA_MDB_ENTRY_INFO", headed(brMdbEntry(), mdbaEattr())))))))),
		attr(2, "MDBA_ROUTER", nest(mdbaRouter())),
	)
}

func mdbaEattr() *schema.Set {
	return set("MDBA_MDB_EATTR",
		unspec("MDBA_MDB_EATTR_UNSPEC"),
		attr(1, "MDBA_MDB_EATTR_TIMER", jiffies),
		attr(2, "MDBA_MDB_EATTR_SRC_LIST", nest(set("MDBA_MDB_SRCLIST",
			unspec("MDBA_MDB_SRCLIST_UNSPEC"),
			attr(1, "MDBA_MDB_SRCLIST_ENTRY", nest(set("MDBA_MDB_SRCATTR",
				unspec("MDBA_MDB_SRCATTR_UNSPEC"),
				attr(1, "MDBA_MDB_SRCATTR_ADDRESS", ip),
				attr(2, "MDBA_MDB_SRCATTR_TIMER", jiffies))))))),
		attr(3, "MDBA_MDB_EATTR_GROUP_MODE", named(u8, mcastMode)),
		attr(4, "MDBA_MDB_EATTR_SOURCE", ip),
		attr(5, "MDBA_MDB_EATTR_RTPROT", named(u8, rtProtocol)),
		attr(6, "MDBA_MDB_EATTR_DST", ip),
		attr(7, "MDBA_MDB_EATTR_DST_PORT", u16),
		attr(8, "MDBA_MDB_EATTR_VNI", u32),
		attr(9, "MDBA_MDB_EATTR_IFINDEX", ifindex),
		attr(10, "MDBA_MDB_EATTR_SRC_VNI", u32),
	)
}

// mcastMode is the filter mode of linux/in.h.
var mcastMode = enum("MCAST", 0, "MCAST_EXCLUDE", "MCAST_INCLUDE")

// mdbaRouter lists router ports: a __u32 ifindex, then attributes.
func mdbaRouter() *schema.Set {
	pattr := set("MDBA_ROUTER_PATTR",
		unspec("MDBA_ROUTER_PATTR_UNSPEC"),
		attr(1, "MDBA_ROUTER_PATTR_TIMER", jiffies),
		attr(2, "MDBA_ROUTER_PATTR_TYPE", named(u8, mdbRouterType)),
		attr(3, "MDBA_ROUTER_PATTR_INET_TIMER", jiffies),
		attr(4, "MDBA_ROUTER_PATTR_INET6_TIMER", jiffies),
		attr(5, "MDBA_ROUTER_PATTR_VID", u16),
	)
	return set("MDBA_ROUTER",
		unspec("MDBA_ROUTER_UNSPEC"),
		attr(1, "MDBA_ROUTER_PORT", headed(record("MDBA_ROUTER_PORT", field("ifindex", ifindex)), pattr)),
	)
}

// mdbaSet are the attributes of requests to change.
func mdbaSet() *schema.Set {
	return set("MDBA_SET_ENTRY",
		unspec("MDBA_SET_ENTRY_UNSPEC"),
		attr(1, "MDBA_SET_ENTRY", structOf(brMdbEntry())),
		attr(2, "MDBA_SET_ENTRY_ATTRS", nest(mdbeAttr())),
	)
}

// mdbaGet are the attributes of RTM_GETMDB.
func mdbaGet() *schema.Set {
	return set("MDBA_GET_ENTRY",
		unspec("MDBA_GET_ENTRY_UNSPEC"),
		attr(1, "MDBA_GET_ENTRY", structOf(brMdbEntry())),
		attr(2, "MDBA_GET_ENTRY_ATTRS", nest(mdbeAttr())),
	)
}

func mdbeAttr() *schema.Set {
	return set("MDBE_ATTR",
		unspec("MDBE_ATTR_UNSPEC"),
		attr(1, "MDBE_ATTR_SOURCE", ip),
		attr(2, "MDBE_ATTR_SRC_LIST", nest(set("MDBE_SRC_LIST",
			unspec("MDBE_SRC_LIST_UNSPEC"),
			attr(1, "MDBE_SRC_LIST_ENTRY", nest(set("MDBE_SRCATTR",
				unspec("MDBE_SRCATTR_UNSPEC"),
				attr(1, "MDBE_SRCATTR_ADDRESS", ip))))))),
		attr(3, "MDBE_ATTR_GROUP_MODE", named(u8, mcastMode)),
		attr(4, "MDBE_ATTR_RTPROT", named(u8, rtProtocol)),
		attr(5, "MDBE_ATTR_DST", ip),
		attr(6, "MDBE_ATTR_DST_PORT", u16),
		attr(7, "MDBE_ATTR_VNI", u32),
		attr(8, "MDBE_ATTR_IFINDEX", ifindexS),
		attr(9, "MDBE_ATTR_SRC_VNI", u32),
		attr(10, "MDBE_ATTR_STATE_MASK", u8),
	)
}
