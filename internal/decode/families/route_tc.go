// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// What all traffic control messages have in common: linux/rtnetlink.h,
// linux/gen_stats.h, net/sched/sch_api.c (tc_fill_qdisc), net/sched/cls_api.c
// (tcf_fill_node). TCA_OPTIONS and the statistics belong to the kind, and a
// qdisc, its classes and a filter may have the same kind ("flow", "hfsc"), so
// each of the three has a set of its own.

// tcTables are the sets of RTM_*QDISC, RTM_*TCLASS, RTM_*TFILTER and
// RTM_*CHAIN, and RTM_*ACTION.
type tcTables struct{ qdisc, class, filter, action *schema.Set }

func tcSets() tcTables {
	act := tcaAct()
	return tcTables{
		qdisc:  tca(tcQdiscOptions(), tcQdiscStats()),
		class:  tca(tcClassOptions(), tcClassStats()),
		filter: tca(tcFilterOptions(array(nest(act))), nil),
		action: tcaRoot(act),
	}
}

// tcmsg is the header of all but actions. What its members say depends on who
// uses them; info is the type of tcm_info.
//
//	struct tcmsg {
//		unsigned char  tcm_family;
//		unsigned char  tcm__pad1;
//		unsigned short tcm__pad2;
//		int            tcm_ifindex;
//		__u32          tcm_handle;
//		__u32          tcm_parent;
//		__u32          tcm_info;
//	};
func tcmsg(handle, info schema.Type) *schema.StructType {
	return record("tcmsg",
		field("tcm_family", named(u8, addressFamily)),
		padding("tcm__pad1", 1),
		padding("tcm__pad2", 2),
		field("tcm_ifindex", named(ifindexS, tcMagicBlock)),
		field("tcm_handle", handle),
		field("tcm_parent", sized(by("tcm_ifindex", tcClassID, map[string]schema.Type{
			"TCM_IFINDEX_MAGIC_BLOCK": u32, // tcm_block_index
		}), 4)),
		field("tcm_info", info),
	)
}

// With this index, tcm_parent is the number of a block of filters.
var tcMagicBlock = values("tcm_ifindex", val(0xffffffff, "TCM_IFINDEX_MAGIC_BLOCK"))

// tcmQdisc: tcm_info is the reference count.
func tcmQdisc() *schema.StructType { return tcmsg(tcClassID, u32) }

// tcmClass: tcm_info is the handle of the qdisc below.
func tcmClass() *schema.StructType { return tcmsg(tcClassID, tcClassID) }

// tcmFilter: tcm_info is the priority and the protocol, tcm_handle is what the
// kind makes of it.
func tcmFilter() *schema.StructType {
	handle := by("TCA_KIND", hex32, map[string]schema.Type{"u32": tcU32Handle})
	return tcmsg(sized(handle, 4), sized(where(tcPriority, tcPriorityFacts), 4))
}

// struct tcamsg
func tcamsg() *schema.StructType {
	return record("tcamsg",
		field("tca_family", named(u8, addressFamily)),
		padding("tca__pad1", 1),
		padding("tca__pad2", 2),
	)
}

func tca(options, stats map[string]schema.Type) *schema.Set {
	const other = "by TCA_KIND: this one has none, or is unknown"
	var app schema.Type = opaque
	if stats != nil {
		app = by("TCA_KIND", blob, stats)
	}
	return set("TCA",
		unspec("TCA_UNSPEC"),
		attr(1, "TCA_KIND", str),
		noted(2, "TCA_OPTIONS", by("TCA_KIND", blob, options), other),
		attr(3, "TCA_STATS", structOf(atLeast(36, record("tc_stats", // linux/pkt_sched.h
			field("bytes", bytes64), field("packets", u32), field("drops", u32),
			field("overlimits", u32), field("bps", hinted(u32, schema.BitRate)), field("pps", u32), field("qlen", u32),
			field("backlog", bytes32), padding("", 4))))),
		noted(4, "TCA_XSTATS", app, other),
		attr(5, "TCA_RATE", structOf(record("gnet_estimator", // struct tc_estimator; 2^interval quarters of a second
			field("interval", tcS8), field("ewma_log", u8)))),
		attr(6, "TCA_FCNT", u32),
		attr(7, "TCA_STATS2", nest(tcaStats(app))),
		attr(8, "TCA_STAB", nest(set("TCA_STAB",
			unspec("TCA_STAB_UNSPEC"),
			attr(1, "TCA_STAB_BASE", structOf(record("tc_sizespec",
				field("cell_log", u8), field("size_log", u8), field("cell_align", tcS16),
				field("overhead", s32), field("linklayer", named(u32, tcLinkLayer)),
				field("mpu", bytes32), field("mtu", bytes32), field("tsize", u32)))),
			attr(2, "TCA_STAB_DATA", packed(u16))))),
		attr(9, "TCA_PAD", padAt),
		attr(10, "TCA_DUMP_INVISIBLE", flag),
		attr(11, "TCA_CHAIN", u32),
		attr(12, "TCA_HW_OFFLOAD", u8),
		attr(13, "TCA_INGRESS_BLOCK", u32),
		attr(14, "TCA_EGRESS_BLOCK", u32),
		attr(15, "TCA_DUMP_FLAGS", tcBits32(bits("TCA_DUMP_FLAGS", "TCA_DUMP_FLAGS_TERSE"))),
		attr(16, "TCA_EXT_WARN_MSG", str),
	)
}

// tcaStats are the counters of a qdisc, class or action (linux/gen_stats.h,
// net/core/gen_stats.c); app is what the kind adds. struct gnet_stats_basic is
// padded to 16 bytes.
func tcaStats(app schema.Type) *schema.Set {
	basic := structOf(atLeast(12, record("gnet_stats_basic",
		field("bytes", bytes64), field("packets", u32), padding("", 4))))
	return set("TCA_STATS",
		unspec("TCA_STATS_UNSPEC"),
		attr(1, "TCA_STATS_BASIC", basic),
		attr(2, "TCA_STATS_RATE_EST", structOf(record("gnet_stats_rate_est",
			field("bps", hinted(u32, schema.BitRate)), field("pps", u32)))),
		attr(3, "TCA_STATS_QUEUE", structOf(record("gnet_stats_queue",
			field("qlen", u32), field("backlog", bytes32), field("drops", u32),
			field("requeues", u32), field("overlimits", u32)))),
		noted(4, "TCA_STATS_APP", app, "by TCA_KIND: this one has none, or is unknown"),
		attr(5, "TCA_STATS_RATE_EST64", structOf(record("gnet_stats_rate_est64",
			field("bps", hinted(u64, schema.BitRate)), field("pps", u64)))),
		attr(6, "TCA_STATS_PAD", padAt),
		attr(7, "TCA_STATS_BASIC_HW", basic),
		attr(8, "TCA_STATS_PKT64", u64),
	)
}

// tcaRoot are the attributes of RTM_*ACTION.
func tcaRoot(act *schema.Set) *schema.Set {
	return set("TCA_ROOT",
		unspec("TCA_ROOT_UNSPEC"),
		attr(1, "TCA_ROOT_TAB", array(nest(act))),
		attr(2, "TCA_ROOT_FLAGS", tcBits32(bits("TCA_ACT_FLAG", "TCA_ACT_FLAG_LARGE_DUMP_ON", "TCA_ACT_FLAG_TERSE_DUMP"))),
		attr(3, "TCA_ROOT_COUNT", u32),
		attr(4, "TCA_ROOT_TIME_DELTA", millis),
		attr(5, "TCA_ROOT_EXT_WARN_MSG", str),
	)
}
