// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Queueing disciplines and their classes: linux/pkt_sched.h, types as in
// net/sched/sch_*.c. Here are those that share, prioritise and order; what
// shapes is in route_tc_shape.go, what drops or marks early in route_tc_aqm.go.

func tcQdiscOptions() map[string]schema.Type {
	none := nest(set("TCA_OPTIONS"))
	fifo := structOf(record("tc_fifo_qopt", field("limit", u32))) // bytes or packets
	// tc puts an empty TCA_OPTIONS behind the struct (addattr_nest_compat).
	prio := headed(tcPrioOpt(), set("TCA_OPTIONS", attr(2, "TCA_OPTIONS", none)))
	return map[string]schema.Type{
		"bfifo": fifo, "pfifo": fifo, "pfifo_head_drop": fifo,
		"pfifo_fast": prio, "prio": prio,
		"mq": none, "noqueue": none, "noop": none, "ingress": none, "clsact": none, "drr": none, "qfq": none,
		"plug": structOf(record("tc_plug_qopt", field("action", named(s32, enum("action", 0,
			"TCQ_PLUG_BUFFER", "TCQ_PLUG_RELEASE_ONE", "TCQ_PLUG_RELEASE_INDEFINITE", "TCQ_PLUG_LIMIT"))),
			field("limit", bytes32))),
		"skbprio":  structOf(record("tc_skbprio_qopt", field("limit", u32))),
		"multiq":   structOf(record("tc_multiq_qopt", fields(u16, "bands", "max_bands")...)),
		"sfq":      structOf(tcSfqOpt()),
		"mqprio":   tcMqprio(),
		"taprio":   nest(tcTaprio()),
		"ets":      nest(tcETS()),
		"dsmark":   nest(tcDsmark()),
		"tbf":      nest(tcTBF()),
		"htb":      nest(tcHTB()),
		"hfsc":     structOf(record("tc_hfsc_qopt", field("defcls", hex16))),
		"cbq":      nest(tcCBQ()),
		"netem":    tcNetem(),
		"cbs":      tcCBS(),
		"etf":      tcETF(),
		"atm":      nest(tcATM()),
		"red":      nest(tcRED()),
		"choke":    nest(tcChoke()),
		"gred":     nest(tcGRED()),
		"sfb":      tcSFB(),
		"codel":    nest(tcCodel()),
		"fq_codel": nest(tcFqCodel()),
		"fq":       nest(tcFQ()),
		"pie":      nest(tcPIE()),
		"fq_pie":   nest(tcFqPIE()),
		"hhf":      nest(tcHHF()),
		"cake":     nest(tcCake()),
		"cake_mq":  nest(tcCake()),
		"dualpi2":  nest(tcDualPI2()),
	}
}

// tcQdiscStats is what a kind of qdisc has in TCA_STATS_APP and TCA_XSTATS.
func tcQdiscStats() map[string]schema.Type {
	return map[string]schema.Type{
		"red": structOf(record("tc_red_xstats", fields(u32, "early", "pdrop", "other", "marked")...)),
		"choke": structOf(record("tc_choke_xstats", fields(u32,
			"early", "pdrop", "other", "marked", "matched")...)),
		"sfb": structOf(record("tc_sfb_xstats", fields(u32, "earlydrop", "penaltydrop", "bucketdrop",
			"queuedrop", "childdrop", "marked", "maxqlen", "maxprob", "avgprob")...)),
		"codel":    structOf(tcCodelStats()),
		"fq_codel": tcFqCodelStats(),
		"fq":       structOf(tcFQStats()),
		"pie":      structOf(tcPIEStats()),
		"fq_pie":   structOf(tcFqPIEStats()),
		"hhf": structOf(record("tc_hhf_xstats", fields(u32,
			"drop_overlimit", "hh_overlimit", "hh_tot_count", "hh_cur_count")...)),
		"cake":    nest(tcCakeStats()),
		"cake_mq": nest(tcCakeStats()),
		"dualpi2": structOf(tcDualPI2Stats()),
		"cbq":     structOf(tcCBQStats()),
		"taprio": nest(set("TCA_TAPRIO_OFFLOAD_STATS",
			attr(1, "TCA_TAPRIO_OFFLOAD_STATS_PAD", padAt),
			attr(2, "TCA_TAPRIO_OFFLOAD_STATS_WINDOW_DROPS", u64),
			attr(3, "TCA_TAPRIO_OFFLOAD_STATS_TX_OVERRUNS", u64))),
	}
}

func tcClassOptions() map[string]schema.Type {
	return map[string]schema.Type{
		"htb":    nest(tcHTB()),
		"hfsc":   nest(tcHFSC()),
		"cbq":    nest(tcCBQ()),
		"drr":    tcNest("TCA_DRR", field("TCA_DRR_QUANTUM", bytes32)),
		"qfq":    tcNest("TCA_QFQ", field("TCA_QFQ_WEIGHT", u32), field("TCA_QFQ_LMAX", bytes32)),
		"ets":    nest(tcETS()),
		"dsmark": nest(tcDsmark()),
		"atm":    nest(tcATM()),
	}
}

func tcClassStats() map[string]schema.Type {
	return map[string]schema.Type{
		"htb": structOf(record("tc_htb_xstats", append(fields(u32, "lends", "borrows", "giants"),
			fields(s32, "tokens", "ctokens")...)...)), // tokens are ticks of 64 ns
		"hfsc": structOf(record("tc_hfsc_stats",
			field("work", bytes64), field("rtwork", bytes64), field("period", u32), field("level", u32))),
		"cbq":      structOf(tcCBQStats()),
		"drr":      structOf(record("tc_drr_stats", field("deficit", bytes32))),
		"qfq":      structOf(record("tc_qfq_stats", field("weight", u32), field("lmax", bytes32))),
		"sfq":      structOf(record("tc_sfq_xstats", field("allot", s32))),
		"fq_codel": tcFqCodelStats(),
		"cake":     nest(tcCakeStats()),
		"cake_mq":  nest(tcCakeStats()),
	}
}

// tcPrioOpt is struct tc_prio_qopt: the band of each TC_PRIO_*.
func tcPrioOpt() *schema.StructType {
	return record("tc_prio_qopt", field("bands", s32), field("priomap", sized(packed(u8), 16)))
}

// tcSfqOpt is struct tc_sfq_qopt_v1, which begins with the older tc_sfq_qopt.
func tcSfqOpt() *schema.StructType {
	return atLeast(20, record("tc_sfq_qopt_v1",
		field("quantum", bytes32), field("perturb_period", hinted(s32, schema.Seconds)), field("limit", u32),
		field("divisor", u32), field("flows", u32),
		field("depth", u32), field("headdrop", u32),
		field("limit_v1", bytes32), field("qth_min", bytes32), field("qth_max", bytes32),
		field("Wlog", u8), field("Plog", u8), field("Scell_log", u8), field("flags", named(u8, tcREDFlags)),
		field("max_P", tcProb),
		field("prob_drop", u32), field("forced_drop", u32), field("prob_mark", u32), field("forced_mark", u32),
		field("prob_mark_head", u32), field("forced_mark_head", u32)))
}

// tcMqprioOpt is struct tc_mqprio_qopt.
func tcMqprioOpt() *schema.StructType {
	return record("tc_mqprio_qopt",
		field("num_tc", u8),
		field("prio_tc_map", sized(packed(u8), 16)),
		field("hw", named(u8, enum("hw", 0, "TC_MQPRIO_HW_OFFLOAD_NONE", "TC_MQPRIO_HW_OFFLOAD_TCS"))),
		field("count", sized(packed(u16), 32)),
		field("offset", sized(packed(u16), 32)),
	)
}

var tcFramePreemption = enum("fp", 1, "TC_FP_EXPRESS", "TC_FP_PREEMPTIBLE")

func tcMqprio() schema.Type {
	rates := func(id uint16, name string) schema.Type { return nest(set(name, attr(id, name, tcRate64))) }
	return headed(tcMqprioOpt(), tcSet("TCA_MQPRIO",
		field("TCA_MQPRIO_MODE", named(u16, enum("mode", 0, "TC_MQPRIO_MODE_DCB", "TC_MQPRIO_MODE_CHANNEL"))),
		field("TCA_MQPRIO_SHAPER", named(u16, enum("shaper", 0, "TC_MQPRIO_SHAPER_DCB", "TC_MQPRIO_SHAPER_BW_RATE"))),
		field("TCA_MQPRIO_MIN_RATE64", rates(3, "TCA_MQPRIO_MIN_RATE64")),
		field("TCA_MQPRIO_MAX_RATE64", rates(4, "TCA_MQPRIO_MAX_RATE64")),
		field("TCA_MQPRIO_TC_ENTRY", tcNest("TCA_MQPRIO_TC_ENTRY",
			field("TCA_MQPRIO_TC_ENTRY_INDEX", u32),
			field("TCA_MQPRIO_TC_ENTRY_FP", named(u32, tcFramePreemption)))),
	))
}

func tcTaprio() *schema.Set {
	entry := tcNest("TCA_TAPRIO_SCHED_ENTRY",
		field("TCA_TAPRIO_SCHED_ENTRY_INDEX", u32),
		field("TCA_TAPRIO_SCHED_ENTRY_CMD", named(u8, enum("cmd", 0,
			"TC_TAPRIO_CMD_SET_GATES", "TC_TAPRIO_CMD_SET_AND_HOLD", "TC_TAPRIO_CMD_SET_AND_RELEASE"))),
		field("TCA_TAPRIO_SCHED_ENTRY_GATE_MASK", hex32),
		field("TCA_TAPRIO_SCHED_ENTRY_INTERVAL", tcNanos32),
	)
	s := tcSet("TCA_TAPRIO")
	// The schedule to come is a nest of the same attributes.
	*s = *set("TCA_TAPRIO",
		unspec("TCA_TAPRIO_ATTR_UNSPEC"),
		attr(1, "TCA_TAPRIO_ATTR_PRIOMAP", structOf(tcMqprioOpt())),
		attr(2, "TCA_TAPRIO_ATTR_SCHED_ENTRY_LIST", tcNest("TCA_TAPRIO_SCHED", field("TCA_TAPRIO_SCHED_ENTRY", entry))),
		attr(3, "TCA_TAPRIO_ATTR_SCHED_BASE_TIME", tcNanosS64),
		attr(4, "TCA_TAPRIO_ATTR_SCHED_SINGLE_ENTRY", tcNest("TCA_TAPRIO_SCHED", field("TCA_TAPRIO_SCHED_ENTRY", entry))),
		attr(5, "TCA_TAPRIO_ATTR_SCHED_CLOCKID", named(s32, tcClock)),
		attr(6, "TCA_TAPRIO_PAD", padAt),
		attr(7, "TCA_TAPRIO_ATTR_ADMIN_SCHED", nest(s)),
		attr(8, "TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME", tcNanosS64),
		attr(9, "TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME_EXTENSION", tcNanosS64),
		attr(10, "TCA_TAPRIO_ATTR_FLAGS", named(u32, bits("flags",
			"TCA_TAPRIO_ATTR_FLAG_TXTIME_ASSIST", "TCA_TAPRIO_ATTR_FLAG_FULL_OFFLOAD"))),
		attr(11, "TCA_TAPRIO_ATTR_TXTIME_DELAY", tcNanos32),
		attr(12, "TCA_TAPRIO_ATTR_TC_ENTRY", tcNest("TCA_TAPRIO_TC_ENTRY",
			field("TCA_TAPRIO_TC_ENTRY_INDEX", u32),
			field("TCA_TAPRIO_TC_ENTRY_MAX_SDU", bytes32),
			field("TCA_TAPRIO_TC_ENTRY_FP", named(u32, tcFramePreemption)))),
	)
	return s
}

func tcETS() *schema.Set {
	return tcSet("TCA_ETS",
		field("TCA_ETS_NBANDS", u8),
		field("TCA_ETS_NSTRICT", u8),
		field("TCA_ETS_QUANTA", nest(set("TCA_ETS_QUANTA", attr(4, "TCA_ETS_QUANTA_BAND", bytes32)))),
		field("TCA_ETS_QUANTA_BAND", bytes32),
		field("TCA_ETS_PRIOMAP", nest(set("TCA_ETS_PRIOMAP", attr(6, "TCA_ETS_PRIOMAP_BAND", u8)))),
		field("TCA_ETS_PRIOMAP_BAND", u8),
	)
}

// dsmark left Linux with 6.4, as cbq and atm did.
func tcDsmark() *schema.Set {
	return tcSet("TCA_DSMARK",
		field("TCA_DSMARK_INDICES", u16),
		field("TCA_DSMARK_DEFAULT_INDEX", u16),
		field("TCA_DSMARK_SET_TC_INDEX", flag),
		field("TCA_DSMARK_MASK", hex8),
		field("TCA_DSMARK_VALUE", hex8),
	)
}

func tcATM() *schema.Set {
	return tcSet("TCA_ATM",
		field("TCA_ATM_FD", fd),
		field("TCA_ATM_PTR", hex64), // never sent
		field("TCA_ATM_HDR", opaque),
		field("TCA_ATM_EXCESS", tcClassID),
		field("TCA_ATM_ADDR", structOf(record("sockaddr_atmpvc", // linux/atm.h
			field("sap_family", named(u16, addressFamily)), padding("", 2),
			field("itf", tcS16), field("vpi", tcS16), field("vci", s32)))),
		field("TCA_ATM_STATE", named(u32, enum("vc state", 0, // linux/atmdev.h
			"ATM_VS_IDLE", "ATM_VS_CONNECTED", "ATM_VS_CLOSING", "ATM_VS_LISTEN", "ATM_VS_INUSE", "ATM_VS_BOUND"))),
	)
}
