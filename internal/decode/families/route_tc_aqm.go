// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Queueing disciplines that drop or mark early, and those that are fair to
// flows: linux/pkt_sched.h.

var tcREDFlags = bits("TC_RED", "TC_RED_ECN", "TC_RED_HARDDROP", "TC_RED_ADAPTATIVE", "TC_RED_NODROP")

// tcREDOpt is struct tc_red_qopt; struct tc_choke_qopt counts packets instead.
func tcREDOpt(name string, size schema.Type) schema.Type {
	return structOf(tcRecord(name, fields(size, "limit", "qth_min", "qth_max"),
		fields(u8, "Wlog", "Plog", "Scell_log"), tcOne("flags", named(u8, tcREDFlags))))
}

func tcRED() *schema.Set {
	return tcSet("TCA_RED",
		field("TCA_RED_PARMS", tcREDOpt("tc_red_qopt", bytes32)),
		field("TCA_RED_STAB", packed(u8)),
		field("TCA_RED_MAX_P", tcProb),
		field("TCA_RED_FLAGS", tcBits32(tcREDFlags)),
		field("TCA_RED_EARLY_DROP_BLOCK", u32),
		field("TCA_RED_MARK_BLOCK", u32),
	)
}

func tcChoke() *schema.Set {
	return tcSet("TCA_CHOKE",
		field("TCA_CHOKE_PARMS", tcREDOpt("tc_choke_qopt", u32)),
		field("TCA_CHOKE_STAB", packed(u8)),
		field("TCA_CHOKE_MAX_P", tcProb),
	)
}

func tcGRED() *schema.Set {
	queue := tcRecord("tc_gred_qopt", fields(bytes32, "limit", "qth_min", "qth_max"), tcOne("DP", u32),
		fields(bytes32, "backlog", "qave"), fields(u32, "forced", "early", "other", "pdrop"),
		fields(u8, "Wlog", "Plog", "Scell_log", "prio"), tcOne("packets", u32), tcOne("bytesin", bytes32))
	vq := tcSet("TCA_GRED_VQ",
		field("TCA_GRED_VQ_PAD", padAt),
		field("TCA_GRED_VQ_DP", u32),
		field("TCA_GRED_VQ_STAT_BYTES", bytes64),
		field("TCA_GRED_VQ_STAT_PACKETS", u32),
		field("TCA_GRED_VQ_STAT_BACKLOG", bytes32),
		field("TCA_GRED_VQ_STAT_PROB_DROP", u32),
		field("TCA_GRED_VQ_STAT_PROB_MARK", u32),
		field("TCA_GRED_VQ_STAT_FORCED_DROP", u32),
		field("TCA_GRED_VQ_STAT_FORCED_MARK", u32),
		field("TCA_GRED_VQ_STAT_PDROP", u32),
		field("TCA_GRED_VQ_STAT_OTHER", u32),
		field("TCA_GRED_VQ_FLAGS", named(u32, tcREDFlags)),
	)
	return tcSet("TCA_GRED",
		field("TCA_GRED_PARMS", packed(structOf(queue))), // one to the kernel, sixteen from it
		field("TCA_GRED_STAB", packed(u8)),
		field("TCA_GRED_DPS", structOf(record("tc_gred_sopt",
			field("DPs", u32), field("def_DP", u32), field("grio", u8), field("flags", named(u8, tcREDFlags)), padding("pad1", 2)))),
		field("TCA_GRED_MAX_P", packed(tcProb)),
		field("TCA_GRED_LIMIT", bytes32),
		field("TCA_GRED_VQ_LIST", tcNest("TCA_GRED_VQ_ENTRY", field("TCA_GRED_VQ_ENTRY", nest(vq)))),
	)
}

func tcSFB() schema.Type {
	return tcNest("TCA_SFB", field("TCA_SFB_PARMS", structOf(tcRecord("tc_sfb_qopt",
		fields(millis, "rehash_interval", "warmup_time"),
		fields(u32, "max", "bin_size", "increment", "decrement", "limit", "penalty_rate", "penalty_burst")))))
}

func tcCodel() *schema.Set {
	return tcSet("TCA_CODEL",
		field("TCA_CODEL_TARGET", micros),
		field("TCA_CODEL_LIMIT", u32),
		field("TCA_CODEL_INTERVAL", micros),
		field("TCA_CODEL_ECN", u32),
		field("TCA_CODEL_CE_THRESHOLD", micros),
	)
}

func tcCodelStats() *schema.StructType {
	return record("tc_codel_xstats",
		field("maxpacket", bytes32), field("count", u32), field("lastcount", u32), field("ldelay", micros),
		field("drop_next", hinted(s32, schema.Micros)), field("drop_overlimit", u32), field("ecn_mark", u32),
		field("dropping", u32), field("ce_mark", u32))
}

func tcFqCodel() *schema.Set {
	return tcSet("TCA_FQ_CODEL",
		field("TCA_FQ_CODEL_TARGET", micros),
		field("TCA_FQ_CODEL_LIMIT", u32),
		field("TCA_FQ_CODEL_INTERVAL", micros),
		field("TCA_FQ_CODEL_ECN", u32),
		field("TCA_FQ_CODEL_FLOWS", u32),
		field("TCA_FQ_CODEL_QUANTUM", bytes32),
		field("TCA_FQ_CODEL_CE_THRESHOLD", micros),
		field("TCA_FQ_CODEL_DROP_BATCH_SIZE", u32),
		field("TCA_FQ_CODEL_MEMORY_LIMIT", bytes32),
		field("TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR", hex8),
		field("TCA_FQ_CODEL_CE_THRESHOLD_MASK", hex8),
	)
}

// tcFqCodelStats is struct tc_fq_codel_xstats, a union by its first member.
func tcFqCodelStats() schema.Type {
	qdisc := record("tc_fq_codel_qd_stats",
		field("maxpacket", bytes32), field("drop_overlimit", u32), field("ecn_mark", u32), field("new_flow_count", u32),
		field("new_flows_len", u32), field("old_flows_len", u32), field("ce_mark", u32), field("memory_usage", bytes32),
		field("drop_overmemory", u32))
	qdisc.MinLen = 24
	class := record("tc_fq_codel_cl_stats",
		field("deficit", s32), field("ldelay", micros), field("count", u32), field("lastcount", u32),
		field("dropping", u32), field("drop_next", hinted(s32, schema.Micros)))
	s := record("tc_fq_codel_xstats",
		field("type", named(u32, enum("type", 0, "TCA_FQ_CODEL_XSTATS_QDISC", "TCA_FQ_CODEL_XSTATS_CLASS"))),
		field("stats", by("type", opaque, map[string]schema.Type{
			"TCA_FQ_CODEL_XSTATS_QDISC": structOf(qdisc),
			"TCA_FQ_CODEL_XSTATS_CLASS": structOf(class),
		})))
	return structOf(s)
}

func tcFQ() *schema.Set {
	return tcSet("TCA_FQ",
		field("TCA_FQ_PLIMIT", u32),
		field("TCA_FQ_FLOW_PLIMIT", u32),
		field("TCA_FQ_QUANTUM", bytes32),
		field("TCA_FQ_INITIAL_QUANTUM", bytes32),
		field("TCA_FQ_RATE_ENABLE", u32),
		field("TCA_FQ_FLOW_DEFAULT_RATE", tcRate32),
		field("TCA_FQ_FLOW_MAX_RATE", tcRate32),
		field("TCA_FQ_BUCKETS_LOG", u32),
		field("TCA_FQ_FLOW_REFILL_DELAY", micros),
		field("TCA_FQ_ORPHAN_MASK", hex32),
		field("TCA_FQ_LOW_RATE_THRESHOLD", tcRate32),
		field("TCA_FQ_CE_THRESHOLD", micros),
		field("TCA_FQ_TIMER_SLACK", tcNanos32),
		field("TCA_FQ_HORIZON", micros),
		field("TCA_FQ_HORIZON_DROP", u8),
		field("TCA_FQ_PRIOMAP", structOf(tcPrioOpt())),
		field("TCA_FQ_WEIGHTS", packed(s32)),
		field("TCA_FQ_OFFLOAD_HORIZON", micros),
	)
}

// tcFQStats is struct tc_fq_qd_stats, which has grown three times.
func tcFQStats() *schema.StructType {
	return atLeast(80, tcRecord("tc_fq_qd_stats",
		fields(u64, "gc_flows", "highprio_packets", "tcp_retrans", "throttled", "flows_plimit", "pkts_too_long", "allocation_errors"),
		tcOne("time_next_delayed_flow", tcNanosS64),
		fields(u32, "flows", "inactive_flows", "throttled_flows"),
		tcOne("unthrottle_latency_ns", tcNanos32),
		fields(u64, "ce_mark", "horizon_drops", "horizon_caps", "fastpath_packets"),
		tcOne("band_drops", sized(packed(u64), 24)),
		tcOne("band_pkt_count", sized(packed(u32), 12)),
		tcPadding(4)))
}

func tcPIE() *schema.Set {
	return tcSet("TCA_PIE",
		field("TCA_PIE_TARGET", micros),
		field("TCA_PIE_LIMIT", u32),
		field("TCA_PIE_TUPDATE", micros),
		field("TCA_PIE_ALPHA", u32),
		field("TCA_PIE_BETA", u32),
		field("TCA_PIE_ECN", u32),
		field("TCA_PIE_BYTEMODE", u32),
		field("TCA_PIE_DQ_RATE_ESTIMATOR", u32),
	)
}

func tcPIEStats() *schema.StructType {
	return tcRecord("tc_pie_xstats", tcOne("prob", u64), tcOne("delay", micros),
		fields(u32, "avg_dq_rate", "dq_rate_estimating", "packets_in", "dropped", "overlimit", "maxq", "ecn_mark"))
}

func tcFqPIE() *schema.Set {
	return tcSet("TCA_FQ_PIE",
		field("TCA_FQ_PIE_LIMIT", u32),
		field("TCA_FQ_PIE_FLOWS", u32),
		field("TCA_FQ_PIE_TARGET", micros),
		field("TCA_FQ_PIE_TUPDATE", micros),
		field("TCA_FQ_PIE_ALPHA", u32),
		field("TCA_FQ_PIE_BETA", u32),
		field("TCA_FQ_PIE_QUANTUM", bytes32),
		field("TCA_FQ_PIE_MEMORY_LIMIT", bytes32),
		field("TCA_FQ_PIE_ECN_PROB", u32), // percent
		field("TCA_FQ_PIE_ECN", u32),
		field("TCA_FQ_PIE_BYTEMODE", u32),
		field("TCA_FQ_PIE_DQ_RATE_ESTIMATOR", u32),
	)
}

func tcFqPIEStats() *schema.StructType {
	return tcRecord("tc_fq_pie_xstats", fields(u32, "packets_in", "dropped", "overlimit", "overmemory", "ecn_mark",
		"new_flow_count", "new_flows_len", "old_flows_len"), tcOne("memory_usage", bytes32))
}

func tcHHF() *schema.Set {
	return tcSet("TCA_HHF",
		field("TCA_HHF_BACKLOG_LIMIT", u32),
		field("TCA_HHF_QUANTUM", bytes32),
		field("TCA_HHF_HH_FLOWS_LIMIT", u32),
		field("TCA_HHF_RESET_TIMEOUT", micros),
		field("TCA_HHF_ADMIT_BYTES", bytes32),
		field("TCA_HHF_EVICT_TIMEOUT", micros),
		field("TCA_HHF_NON_HH_WEIGHT", u32),
	)
}

// tcDualPI2 came with Linux 6.17.
func tcDualPI2() *schema.Set {
	return tcSet("TCA_DUALPI2",
		field("TCA_DUALPI2_LIMIT", u32),
		field("TCA_DUALPI2_MEMORY_LIMIT", bytes32),
		field("TCA_DUALPI2_TARGET", micros),
		field("TCA_DUALPI2_TUPDATE", micros),
		field("TCA_DUALPI2_ALPHA", u32), // Hz times 256
		field("TCA_DUALPI2_BETA", u32),
		field("TCA_DUALPI2_STEP_THRESH_PKTS", u32),
		field("TCA_DUALPI2_STEP_THRESH_US", micros),
		field("TCA_DUALPI2_MIN_QLEN_STEP", u32),
		field("TCA_DUALPI2_COUPLING", u8),
		field("TCA_DUALPI2_DROP_OVERLOAD", named(u8, enum("tc_dualpi2_drop_overload", 0,
			"TC_DUALPI2_DROP_OVERLOAD_OVERFLOW", "TC_DUALPI2_DROP_OVERLOAD_DROP"))),
		field("TCA_DUALPI2_DROP_EARLY", named(u8, enum("tc_dualpi2_drop_early", 0,
			"TC_DUALPI2_DROP_EARLY_DROP_DEQUEUE", "TC_DUALPI2_DROP_EARLY_DROP_ENQUEUE"))),
		field("TCA_DUALPI2_C_PROTECTION", u8), // percent
		field("TCA_DUALPI2_ECN_MASK", named(u8, enum("tc_dualpi2_ecn_mask", 1,
			"TC_DUALPI2_ECN_MASK_L4S_ECT", "TC_DUALPI2_ECN_MASK_CLA_ECT", "TC_DUALPI2_ECN_MASK_ANY_ECT"))),
		field("TCA_DUALPI2_SPLIT_GSO", named(u8, enum("tc_dualpi2_split_gso", 0,
			"TC_DUALPI2_SPLIT_GSO_NO_SPLIT_GSO", "TC_DUALPI2_SPLIT_GSO_SPLIT_GSO"))),
		field("TCA_DUALPI2_PAD", padAt),
	)
}

func tcDualPI2Stats() *schema.StructType {
	return tcRecord("tc_dualpi2_xstats", tcOne("prob", tcProb), fields(micros, "delay_c", "delay_l"),
		fields(u32, "packets_in_c", "packets_in_l", "maxq", "ecn_mark", "step_marks"), tcOne("credit", s32),
		fields(bytes32, "memory_used", "max_memory_used", "memory_limit"))
}
