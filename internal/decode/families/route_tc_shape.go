// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Queueing disciplines that shape or delay: linux/pkt_sched.h.

func tcTBF() *schema.Set {
	return tcSet("TCA_TBF",
		field("TCA_TBF_PARMS", structOf(record("tc_tbf_qopt",
			field("rate", tcRateSpec()), field("peakrate", tcRateSpec()),
			field("limit", bytes32), field("buffer", tcTicks), field("mtu", tcTicks)))),
		field("TCA_TBF_RTAB", tcRateTable),
		field("TCA_TBF_PTAB", tcRateTable),
		field("TCA_TBF_RATE64", tcRate64),
		field("TCA_TBF_PRATE64", tcRate64),
		field("TCA_TBF_BURST", bytes32),
		field("TCA_TBF_PBURST", bytes32),
		field("TCA_TBF_PAD", padAt),
	)
}

// tcHTB are the attributes of both the qdisc and its classes.
func tcHTB() *schema.Set {
	return tcSet("TCA_HTB",
		field("TCA_HTB_PARMS", structOf(record("tc_htb_opt",
			field("rate", tcRateSpec()), field("ceil", tcRateSpec()), field("buffer", tcTicks),
			field("cbuffer", tcTicks), field("quantum", bytes32), field("level", u32), field("prio", u32)))),
		field("TCA_HTB_INIT", structOf(record("tc_htb_glob",
			field("version", u32), field("rate2quantum", u32), field("defcls", hex32), field("debug", hex32),
			field("direct_pkts", u32)))),
		field("TCA_HTB_CTAB", tcRateTable),
		field("TCA_HTB_RTAB", tcRateTable),
		field("TCA_HTB_DIRECT_QLEN", u32),
		field("TCA_HTB_RATE64", tcRate64),
		field("TCA_HTB_CEIL64", tcRate64),
		field("TCA_HTB_PAD", padAt),
		field("TCA_HTB_OFFLOAD", flag),
	)
}

// tcHFSC are the attributes of a class; the qdisc has a struct.
func tcHFSC() *schema.Set {
	curve := structOf(record("tc_service_curve", field("m1", tcRate32), field("d", micros), field("m2", tcRate32)))
	return tcSet("TCA_HFSC",
		field("TCA_HFSC_RSC", curve), field("TCA_HFSC_FSC", curve), field("TCA_HFSC_USC", curve))
}

// tcCBQ left Linux with 6.4.
func tcCBQ() *schema.Set {
	changed := bits("change", "TCF_CBQ_LSS_FLAGS", "TCF_CBQ_LSS_EWMA", "TCF_CBQ_LSS_MAXIDLE",
		"TCF_CBQ_LSS_MINIDLE", "TCF_CBQ_LSS_OFFTIME", "TCF_CBQ_LSS_AVPKT")
	return tcSet("TCA_CBQ",
		field("TCA_CBQ_LSSOPT", structOf(record("tc_cbq_lssopt",
			field("change", named(u8, changed)),
			field("flags", named(u8, bits("flags", "TCF_CBQ_LSS_BOUNDED", "TCF_CBQ_LSS_ISOLATED"))),
			field("ewma_log", u8), field("level", u8),
			field("maxidle", u32), field("minidle", u32), field("offtime", u32), field("avpkt", bytes32)))),
		field("TCA_CBQ_WRROPT", structOf(record("tc_cbq_wrropt",
			field("flags", hex8), field("priority", u8), field("cpriority", u8), padding("__reserved", 1),
			field("allot", u32), field("weight", u32)))),
		field("TCA_CBQ_FOPT", structOf(record("tc_cbq_fopt",
			field("split", tcClassID), field("defmap", hex32), field("defchange", hex32)))),
		field("TCA_CBQ_OVL_STRATEGY", structOf(record("tc_cbq_ovl",
			field("strategy", named(u8, enum("strategy", 0, "TC_CBQ_OVL_CLASSIC", "TC_CBQ_OVL_DELAY",
				"TC_CBQ_OVL_LOWPRIO", "TC_CBQ_OVL_DROP", "TC_CBQ_OVL_RCLASSIC"))),
			field("priority2", u8), padding("pad", 2), field("penalty", u32)))),
		field("TCA_CBQ_RATE", tcRateSpec()),
		field("TCA_CBQ_RTAB", tcRateTable),
		field("TCA_CBQ_POLICE", structOf(record("tc_cbq_police",
			field("police", u8), padding("__res1", 1), padding("__res2", 2)))),
	)
}

func tcCBQStats() *schema.StructType {
	return record("tc_cbq_xstats", append(fields(u32, "borrows", "overactions"), fields(s32, "avgidle", "undertime")...)...)
}

func tcNetem() schema.Type {
	pair := func(name string) schema.Type {
		return structOf(record(name, fields(tcProb, "probability", "correlation")...))
	}
	return headed(record("tc_netem_qopt",
		field("latency", tcTicks), field("limit", u32), field("loss", tcProb), field("gap", u32),
		field("duplicate", tcProb), field("jitter", tcTicks),
	), tcSet("TCA_NETEM",
		field("TCA_NETEM_CORR", structOf(record("tc_netem_corr", fields(tcProb, "delay_corr", "loss_corr", "dup_corr")...))),
		field("TCA_NETEM_DELAY_DIST", packed(tcS16)),
		field("TCA_NETEM_REORDER", pair("tc_netem_reorder")),
		field("TCA_NETEM_CORRUPT", pair("tc_netem_corrupt")),
		field("TCA_NETEM_LOSS", tcNest("NETEM_LOSS",
			field("NETEM_LOSS_GI", structOf(record("tc_netem_gimodel", fields(tcProb, "p13", "p31", "p32", "p14", "p23")...))),
			field("NETEM_LOSS_GE", structOf(record("tc_netem_gemodel", fields(tcProb, "p", "r", "h", "k1")...))))),
		field("TCA_NETEM_RATE", structOf(record("tc_netem_rate",
			field("rate", tcRate32), field("packet_overhead", s32), field("cell_size", u32), field("cell_overhead", s32)))),
		field("TCA_NETEM_ECN", u32),
		field("TCA_NETEM_RATE64", tcRate64),
		field("TCA_NETEM_PAD", padAt),
		field("TCA_NETEM_LATENCY64", tcNanosS64),
		field("TCA_NETEM_JITTER64", tcNanosS64),
		field("TCA_NETEM_SLOT", structOf(record("tc_netem_slot",
			field("min_delay", tcNanosS64), field("max_delay", tcNanosS64), field("max_packets", s32), field("max_bytes", s32),
			field("dist_delay", tcNanosS64), field("dist_jitter", tcNanosS64)))),
		field("TCA_NETEM_SLOT_DIST", packed(tcS16)),
		field("TCA_NETEM_PRNG_SEED", u64),
	))
}

func tcCBS() schema.Type {
	return tcNest("TCA_CBS", field("TCA_CBS_PARMS", structOf(tcRecord("tc_cbs_qopt",
		tcOne("offload", u8), tcPadding(3), fields(s32, "hicredit", "locredit", "idleslope", "sendslope")))))
}

func tcETF() schema.Type {
	return tcNest("TCA_ETF", field("TCA_ETF_PARMS", structOf(record("tc_etf_qopt",
		field("delta", hinted(s32, schema.Nanos)), field("clockid", named(s32, tcClock)),
		field("flags", named(u32, bits("TC_ETF", "TC_ETF_DEADLINE_MODE_ON", "TC_ETF_OFFLOAD_ON", "TC_ETF_SKIP_SOCK_CHECK")))))))
}

func tcCake() *schema.Set {
	return tcSet("TCA_CAKE",
		field("TCA_CAKE_PAD", padAt),
		field("TCA_CAKE_BASE_RATE64", tcRate64),
		field("TCA_CAKE_DIFFSERV_MODE", named(u32, enum("diffserv", 0, "CAKE_DIFFSERV_DIFFSERV3",
			"CAKE_DIFFSERV_DIFFSERV4", "CAKE_DIFFSERV_DIFFSERV8", "CAKE_DIFFSERV_BESTEFFORT", "CAKE_DIFFSERV_PRECEDENCE"))),
		field("TCA_CAKE_ATM", named(u32, enum("atm", 0, "CAKE_ATM_NONE", "CAKE_ATM_ATM", "CAKE_ATM_PTM"))),
		field("TCA_CAKE_FLOW_MODE", named(u32, enum("flow", 0, "CAKE_FLOW_NONE", "CAKE_FLOW_SRC_IP", "CAKE_FLOW_DST_IP",
			"CAKE_FLOW_HOSTS", "CAKE_FLOW_FLOWS", "CAKE_FLOW_DUAL_SRC", "CAKE_FLOW_DUAL_DST", "CAKE_FLOW_TRIPLE"))),
		field("TCA_CAKE_OVERHEAD", s32),
		field("TCA_CAKE_RTT", micros),
		field("TCA_CAKE_TARGET", micros),
		field("TCA_CAKE_AUTORATE", u32),
		field("TCA_CAKE_MEMORY", bytes32),
		field("TCA_CAKE_NAT", u32),
		field("TCA_CAKE_RAW", u32),
		field("TCA_CAKE_WASH", u32),
		field("TCA_CAKE_MPU", bytes32),
		field("TCA_CAKE_INGRESS", u32),
		field("TCA_CAKE_ACK_FILTER", named(u32, enum("ack", 0, "CAKE_ACK_NONE", "CAKE_ACK_FILTER", "CAKE_ACK_AGGRESSIVE"))),
		field("TCA_CAKE_SPLIT_GSO", u32),
		field("TCA_CAKE_FWMARK", hex32),
	)
}

// tcCakeStats are of the qdisc, or of a class: a flow.
func tcCakeStats() *schema.Set {
	s := tcSet("TCA_CAKE_STATS",
		field("TCA_CAKE_STATS_PAD", padAt),
		field("TCA_CAKE_STATS_CAPACITY_ESTIMATE64", tcRate64),
		field("TCA_CAKE_STATS_MEMORY_LIMIT", bytes32),
		field("TCA_CAKE_STATS_MEMORY_USED", bytes32),
		field("TCA_CAKE_STATS_AVG_NETOFF", bytes32),
		field("TCA_CAKE_STATS_MIN_NETLEN", bytes32),
		field("TCA_CAKE_STATS_MAX_NETLEN", bytes32),
		field("TCA_CAKE_STATS_MIN_ADJLEN", bytes32),
		field("TCA_CAKE_STATS_MAX_ADJLEN", bytes32),
		field("TCA_CAKE_STATS_TIN_STATS", array(nest(tcCakeTin()))), // by the number of the tin, from 1
		field("TCA_CAKE_STATS_DEFICIT", s32),
		field("TCA_CAKE_STATS_COBALT_COUNT", u32),
		field("TCA_CAKE_STATS_DROPPING", u32),
		field("TCA_CAKE_STATS_DROP_NEXT_US", hinted(s32, schema.Micros)),
		field("TCA_CAKE_STATS_P_DROP", tcProb),
		field("TCA_CAKE_STATS_BLUE_TIMER_US", hinted(s32, schema.Micros)),
		field("TCA_CAKE_STATS_ACTIVE_QUEUES", u32),
	)
	s.Attrs = s.Attrs[1:] // the header calls 0 invalid
	return s
}

func tcCakeTin() *schema.Set {
	s := tcSet("TCA_CAKE_TIN_STATS",
		field("TCA_CAKE_TIN_STATS_PAD", padAt),
		field("TCA_CAKE_TIN_STATS_SENT_PACKETS", u32),
		field("TCA_CAKE_TIN_STATS_SENT_BYTES64", bytes64),
		field("TCA_CAKE_TIN_STATS_DROPPED_PACKETS", u32),
		field("TCA_CAKE_TIN_STATS_DROPPED_BYTES64", bytes64),
		field("TCA_CAKE_TIN_STATS_ACKS_DROPPED_PACKETS", u32),
		field("TCA_CAKE_TIN_STATS_ACKS_DROPPED_BYTES64", bytes64),
		field("TCA_CAKE_TIN_STATS_ECN_MARKED_PACKETS", u32),
		field("TCA_CAKE_TIN_STATS_ECN_MARKED_BYTES64", bytes64),
		field("TCA_CAKE_TIN_STATS_BACKLOG_PACKETS", u32),
		field("TCA_CAKE_TIN_STATS_BACKLOG_BYTES", bytes32),
		field("TCA_CAKE_TIN_STATS_THRESHOLD_RATE64", tcRate64),
		field("TCA_CAKE_TIN_STATS_TARGET_US", micros),
		field("TCA_CAKE_TIN_STATS_INTERVAL_US", micros),
		field("TCA_CAKE_TIN_STATS_WAY_INDIRECT_HITS", u32),
		field("TCA_CAKE_TIN_STATS_WAY_MISSES", u32),
		field("TCA_CAKE_TIN_STATS_WAY_COLLISIONS", u32),
		field("TCA_CAKE_TIN_STATS_PEAK_DELAY_US", micros),
		field("TCA_CAKE_TIN_STATS_AVG_DELAY_US", micros),
		field("TCA_CAKE_TIN_STATS_BASE_DELAY_US", micros),
		field("TCA_CAKE_TIN_STATS_SPARSE_FLOWS", u32),
		field("TCA_CAKE_TIN_STATS_BULK_FLOWS", u32),
		field("TCA_CAKE_TIN_STATS_UNRESPONSIVE_FLOWS", u32),
		field("TCA_CAKE_TIN_STATS_MAX_SKBLEN", bytes32),
		field("TCA_CAKE_TIN_STATS_FLOW_QUANTUM", bytes32),
	)
	s.Attrs = s.Attrs[1:]
	return s
}
