// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// RTM_*NEXTHOP and RTM_*NEXTHOPBUCKET: linux/nexthop.h, net/ipv4/nexthop.c
// (nh_fill_node).

// struct nhmsg
func nhmsg() *schema.StructType {
	return record("nhmsg",
		field("nh_family", named(u8, addressFamily)),
		field("nh_scope", named(u8, rtScope)),
		field("nh_protocol", named(u8, rtProtocol)),
		padding("resvd", 1),
		field("nh_flags", named(u32, rtnhFlags)),
	)
}

func nha() *schema.Set {
	return set("NHA",
		unspec("NHA_UNSPEC"),
		attr(1, "NHA_ID", u32),
		attr(2, "NHA_GROUP", packed(structOf(record("nexthop_grp",
			field("id", u32),
			field("weight", u8), // - 1
			field("weight_high", u8),
			padding("resvd2", 2))))),
		attr(3, "NHA_GROUP_TYPE", named(u16, enum("NEXTHOP_GRP_TYPE", 0, "NEXTHOP_GRP_TYPE_MPATH", "NEXTHOP_GRP_TYPE_RES"))),
		attr(4, "NHA_BLACKHOLE", flag),
		attr(5, "NHA_OIF", ifindex),
		attr(6, "NHA_GATEWAY", ip),
		attr(7, "NHA_ENCAP_TYPE", named(u16, lwtunnelType)),
		noted(8, "NHA_ENCAP", lwtunnel("NHA_ENCAP_TYPE"), "hex where the type is unknown"),
		attr(9, "NHA_GROUPS", flag),
		attr(10, "NHA_MASTER", ifindex),
		attr(11, "NHA_FDB", flag),
		attr(12, "NHA_RES_GROUP", nest(set("NHA_RES_GROUP",
			attr(0, "NHA_RES_GROUP_PAD", padAt),
			attr(1, "NHA_RES_GROUP_BUCKETS", u16),
			attr(2, "NHA_RES_GROUP_IDLE_TIMER", jiffies),
			attr(3, "NHA_RES_GROUP_UNBALANCED_TIMER", jiffies),
			attr(4, "NHA_RES_GROUP_UNBALANCED_TIME", jiffies64)))),
		attr(13, "NHA_RES_BUCKET", nest(set("NHA_RES_BUCKET",
			attr(0, "NHA_RES_BUCKET_PAD", padAt),
			attr(1, "NHA_RES_BUCKET_INDEX", u16),
			attr(2, "NHA_RES_BUCKET_IDLE_TIME", jiffies64),
			attr(3, "NHA_RES_BUCKET_NH_ID", u32)))),
		attr(14, "NHA_OP_FLAGS", named(u32, nhaOpFlags)),
		attr(15, "NHA_GROUP_STATS", nest(set("NHA_GROUP_STATS",
			unspec("NHA_GROUP_STATS_UNSPEC"),
			attr(1, "NHA_GROUP_STATS_ENTRY", nest(set("NHA_GROUP_STATS_ENTRY",
				unspec("NHA_GROUP_STATS_ENTRY_UNSPEC"),
				attr(1, "NHA_GROUP_STATS_ENTRY_ID", u32),
				attr(2, "NHA_GROUP_STATS_ENTRY_PACKETS", anyUint),
				attr(3, "NHA_GROUP_STATS_ENTRY_PACKETS_HW", anyUint))))))),
		attr(16, "NHA_HW_STATS_ENABLE", u32),
		attr(17, "NHA_HW_STATS_USED", u32),
	)
}

var nhaOpFlags = masks("NHA_OP_FLAG",
	val(1, "NHA_OP_FLAG_DUMP_STATS"), val(2, "NHA_OP_FLAG_DUMP_HW_STATS"),
	val(1<<31, "NHA_OP_FLAG_RESP_GRP_RESVD_0"),
)
