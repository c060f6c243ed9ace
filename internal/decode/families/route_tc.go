// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// What all traffic control messages have in common: linux/rtnetlink.h,
// linux/gen_stats.h, net/sched/sch_api.c (tc_fill_qdisc). TCA_OPTIONS belongs
// to the kind.

// struct tcmsg
func tcmsg() *schema.StructType {
	return record("tcmsg",
		field("tcm_family", named(u8, addressFamily)),
		padding("tcm__pad1", 1),
		padding("tcm__pad2", 2),
		field("tcm_ifindex", ifindexS), // TCM_IFINDEX_MAGIC_BLOCK is -1
		field("tcm_handle", sized(custom(tcHandle), 4)),
		field("tcm_parent", sized(custom(tcHandle), 4)),
		field("tcm_info", hex32), // filters: preference << 16 | protocol
	)
}

// struct tcamsg
func tcamsg() *schema.StructType {
	return record("tcamsg",
		field("tca_family", named(u8, addressFamily)),
		padding("tca__pad1", 1),
		padding("tca__pad2", 2),
	)
}

func tca() *schema.Set {
	return set("TCA",
		unspec("TCA_UNSPEC"),
		attr(1, "TCA_KIND", str),
		noted(2, "TCA_OPTIONS", blob, "by TCA_KIND"),
		attr(3, "TCA_STATS", structOf(atLeast(36, record("tc_stats", // linux/pkt_sched.h
			field("bytes", bytes64), field("packets", u32), field("drops", u32),
			field("overlimits", u32), field("bps", u32), field("pps", u32), field("qlen", u32),
			field("backlog", bytes32), padding("", 4))))),
		noted(4, "TCA_XSTATS", blob, "by TCA_KIND"),
		noted(5, "TCA_RATE", blob, "struct gnet_estimator"),
		attr(6, "TCA_FCNT", u32),
		attr(7, "TCA_STATS2", nest(tcaStats())),
		attr(8, "TCA_STAB", nest(set("TCA_STAB",
			unspec("TCA_STAB_UNSPEC"),
			noted(1, "TCA_STAB_BASE", blob, "struct tc_sizespec"),
			attr(2, "TCA_STAB_DATA", packed(u16))))),
		attr(9, "TCA_PAD", padAt),
		attr(10, "TCA_DUMP_INVISIBLE", flag),
		attr(11, "TCA_CHAIN", u32),
		attr(12, "TCA_HW_OFFLOAD", u8),
		attr(13, "TCA_INGRESS_BLOCK", u32),
		attr(14, "TCA_EGRESS_BLOCK", u32),
		attr(15, "TCA_DUMP_FLAGS", schema.Type{Kind: schema.Bits32, Enum: bits("TCA_DUMP_FLAGS", "TCA_DUMP_FLAGS_TERSE")}),
		attr(16, "TCA_EXT_WARN_MSG", str),
	)
}

// tcaStats are the counters of a qdisc, class or action (linux/gen_stats.h,
// net/core/gen_stats.c). struct gnet_stats_basic is padded to 16 bytes.
func tcaStats() *schema.Set {
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
		noted(4, "TCA_STATS_APP", blob, "by TCA_KIND"),
		attr(5, "TCA_STATS_RATE_EST64", structOf(record("gnet_stats_rate_est64",
			field("bps", hinted(u64, schema.BitRate)), field("pps", u64)))),
		attr(6, "TCA_STATS_PAD", padAt),
		attr(7, "TCA_STATS_BASIC_HW", basic),
		attr(8, "TCA_STATS_PKT64", u64),
	)
}

// tcaRoot are the attributes of RTM_*ACTION.
func tcaRoot() *schema.Set {
	return set("TCA_ROOT",
		unspec("TCA_ROOT_UNSPEC"),
		attr(1, "TCA_ROOT_TAB", array(nest(tcaAct()))),
		attr(2, "TCA_ROOT_FLAGS", schema.Type{Kind: schema.Bits32, Enum: bits("TCA_ACT_FLAG", "TCA_ACT_FLAG_LARGE_DUMP_ON", "TCA_ACT_FLAG_TERSE_DUMP")}),
		attr(3, "TCA_ROOT_COUNT", u32),
		attr(4, "TCA_ROOT_TIME_DELTA", millis),
		attr(5, "TCA_ROOT_EXT_WARN_MSG", str),
	)
}

// tcaAct is one action (linux/pkt_cls.h, net/sched/act_api.c).
func tcaAct() *schema.Set {
	return set("TCA_ACT",
		unspec("TCA_ACT_UNSPEC"),
		attr(1, "TCA_ACT_KIND", str),
		noted(2, "TCA_ACT_OPTIONS", blob, "by TCA_ACT_KIND"),
		attr(3, "TCA_ACT_INDEX", u32),
		attr(4, "TCA_ACT_STATS", nest(tcaStats())),
		attr(5, "TCA_ACT_PAD", padAt),
		noted(6, "TCA_ACT_COOKIE", blob, "opaque, up to 16 bytes"),
		attr(7, "TCA_ACT_FLAGS", schema.Type{Kind: schema.Bits32, Enum: tcaActFlags}),
		attr(8, "TCA_ACT_HW_STATS", schema.Type{Kind: schema.Bits32, Enum: tcaActHWStats}),
		attr(9, "TCA_ACT_USED_HW_STATS", schema.Type{Kind: schema.Bits32, Enum: tcaActHWStats}),
		attr(10, "TCA_ACT_IN_HW_COUNT", u32),
	)
}

var (
	tcaActFlags = bits("TCA_ACT_FLAGS",
		"TCA_ACT_FLAGS_NO_PERCPU_STATS", "TCA_ACT_FLAGS_SKIP_HW", "TCA_ACT_FLAGS_SKIP_SW",
	)
	tcaActHWStats = bits("TCA_ACT_HW_STATS", "TCA_ACT_HW_STATS_IMMEDIATE", "TCA_ACT_HW_STATS_DELAYED")
)

// tcHandle renders a handle as tc does: "1:10", both in hex, "root" for
// TC_H_ROOT, "ingress" for TC_H_INGRESS (linux/pkt_sched.h).
func tcHandle(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	h := binary.LittleEndian.Uint32(b)
	if big {
		h = binary.BigEndian.Uint32(b)
	}
	switch h {
	case 0:
		return "none", true
	case 0xffffffff:
		return "root", true
	case 0xfffffff1:
		return "ingress", true
	}
	out := strconv.AppendUint(nil, uint64(h>>16), 16)
	out = append(out, ':')
	if minor := h & 0xffff; minor != 0 {
		out = strconv.AppendUint(out, uint64(minor), 16)
	}
	return string(out), true
}
