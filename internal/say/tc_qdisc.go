// SPDX-License-Identifier: Apache-2.0

package say

import (
	"slices"
	"strconv"

	"github.com/nltop/nltop/internal/decode"
)

// Qdiscs and classes whose options tc reads one by one (tc/q_*.c of iproute2).
// Those that shape are in tc_shape.go, those with early drops in tc_red.go.

var limitSize = []option{{"limit", "limit", asSize}}

var qdiscKinds = map[string]tcKind{
	"mq": {}, "noqueue": {}, "noop": {}, "pfifo_fast": {more: prioBands}, "ingress": {}, "clsact": {}, "drr": {}, "qfq": {},
	"bfifo": {options: limitSize}, "pfifo": {options: limitSize}, "pfifo_head_drop": {options: limitSize},
	"skbprio": {options: limitSize},
	"prio":    {more: prioBands},
	"multiq":  {}, // the kernel reads none of it
	"plug":    {more: plugAction},
	"sfq":     {more: sfqOptions},
	"ets":     {more: etsBands},
	"mqprio":  {more: mqprio},
	"taprio":  {more: taprio},
	"dsmark": {options: []option{{"TCA_DSMARK_INDICES", "indices", asNumber},
		{"TCA_DSMARK_DEFAULT_INDEX", "default_index", asNumber}, {"TCA_DSMARK_SET_TC_INDEX", "set_tc_index", asNothing}}},
	"tbf":   {more: tbf},
	"htb":   {more: htbQdisc},
	"hfsc":  {options: []option{{"defcls", "default", some(asBareHex)}}},
	"netem": {more: netem},
	"cbs": {more: func(t *telling, n nest) {
		t.record(n.peek("TCA_CBS_PARMS")).options([]option{{"offload", "offload", some(asNumber)}, {"hicredit", "hicredit", some(asNumber)},
			{"locredit", "locredit", some(asNumber)}, {"sendslope", "sendslope", some(asNumber)}, {"idleslope", "idleslope", some(asNumber)}})
	}},
	"etf":      {more: etf},
	"cake":     {options: cakeOptions, more: cakeTimes},
	"red":      {more: red},
	"choke":    {more: choke},
	"gred":     {more: gred},
	"sfb":      {more: sfb},
	"codel":    {options: codelOptions},
	"fq_codel": {options: fqCodelOptions, more: fqCodelSelector},
	"fq":       {options: fqOptions, more: fqBands},
	"pie":      {options: pieOptions},
	"fq_pie":   {options: fqPIEOptions},
	"hhf": {options: []option{{"TCA_HHF_BACKLOG_LIMIT", "limit", some(asNumber)}, {"TCA_HHF_QUANTUM", "quantum", some(asNumber)},
		{"TCA_HHF_HH_FLOWS_LIMIT", "hh_limit", some(asNumber)}, {"TCA_HHF_RESET_TIMEOUT", "reset_timeout", some(asMicros)},
		{"TCA_HHF_ADMIT_BYTES", "admit_bytes", some(asNumber)}, {"TCA_HHF_EVICT_TIMEOUT", "evict_timeout", some(asMicros)},
		{"TCA_HHF_NON_HH_WEIGHT", "non_hh_weight", some(asNumber)}}},
	"dualpi2": {options: dualPI2Options},
}

var classKinds = map[string]tcKind{
	"htb":    {more: htbClass},
	"hfsc":   {options: []option{{"TCA_HFSC_RSC", "rt", asCurve}, {"TCA_HFSC_FSC", "ls", asCurve}, {"TCA_HFSC_USC", "ul", asCurve}}},
	"drr":    {options: []option{{"TCA_DRR_QUANTUM", "quantum", asSize}}},
	"qfq":    {options: []option{{"TCA_QFQ_WEIGHT", "weight", asNumber}, {"TCA_QFQ_LMAX", "maxpkt", asNumber}}},
	"ets":    {options: []option{{"TCA_ETS_QUANTA_BAND", "quantum", some(asNumber)}}},
	"dsmark": {options: []option{{"TCA_DSMARK_MASK", "mask", asHex}, {"TCA_DSMARK_VALUE", "value", asHex}}},
}

var codelOptions = []option{{"TCA_CODEL_LIMIT", "limit", some(asNumber)}, {"TCA_CODEL_TARGET", "target", some(asMicros)},
	{"TCA_CODEL_INTERVAL", "interval", some(asMicros)}, {"TCA_CODEL_ECN", "", asSwitch("ecn", "noecn")},
	{"TCA_CODEL_CE_THRESHOLD", "ce_threshold", asMicros}}

var fqCodelOptions = []option{{"TCA_FQ_CODEL_LIMIT", "limit", some(asNumber)}, {"TCA_FQ_CODEL_FLOWS", "flows", some(asNumber)},
	{"TCA_FQ_CODEL_QUANTUM", "quantum", some(asNumber)}, {"TCA_FQ_CODEL_TARGET", "target", some(asMicros)},
	{"TCA_FQ_CODEL_INTERVAL", "interval", some(asMicros)}, {"TCA_FQ_CODEL_ECN", "", asSwitch("ecn", "noecn")},
	{"TCA_FQ_CODEL_CE_THRESHOLD", "ce_threshold", asMicros}, {"TCA_FQ_CODEL_MEMORY_LIMIT", "memory_limit", asSize},
	{"TCA_FQ_CODEL_DROP_BATCH_SIZE", "drop_batch", some(asNumber)}}

func fqCodelSelector(t *telling, n nest) {
	v, mask := n.peek("TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR"), n.peek("TCA_FQ_CODEL_CE_THRESHOLD_MASK")
	if v == nil || mask == nil {
		return
	}
	t.say("ce_threshold_selector", hexNumber(number(v))+"/"+hexNumber(number(mask)))
	t.mark(v, true)
	t.mark(mask, true)
}

var pieOptions = []option{{"TCA_PIE_LIMIT", "limit", some(asNumber)}, {"TCA_PIE_TARGET", "target", some(asMicros)},
	{"TCA_PIE_TUPDATE", "tupdate", some(asMicros)}, {"TCA_PIE_ALPHA", "alpha", some(asNumber)}, {"TCA_PIE_BETA", "beta", some(asNumber)},
	{"TCA_PIE_ECN", "", asSwitch("ecn", "noecn")}, {"TCA_PIE_BYTEMODE", "", asSwitch("bytemode", "nobytemode")},
	{"TCA_PIE_DQ_RATE_ESTIMATOR", "", asSwitch("dq_rate_estimator", "no_dq_rate_estimator")}}

var fqPIEOptions = []option{{"TCA_FQ_PIE_LIMIT", "limit", some(asNumber)}, {"TCA_FQ_PIE_FLOWS", "flows", some(asNumber)},
	{"TCA_FQ_PIE_TARGET", "target", some(asMicros)}, {"TCA_FQ_PIE_TUPDATE", "tupdate", some(asMicros)},
	{"TCA_FQ_PIE_ALPHA", "alpha", some(asNumber)}, {"TCA_FQ_PIE_BETA", "beta", some(asNumber)},
	{"TCA_FQ_PIE_QUANTUM", "quantum", some(asSize)}, {"TCA_FQ_PIE_MEMORY_LIMIT", "memory_limit", some(asSize)},
	{"TCA_FQ_PIE_ECN_PROB", "ecn_prob", some(asNumber)}, {"TCA_FQ_PIE_ECN", "", asSwitch("ecn", "noecn")},
	{"TCA_FQ_PIE_BYTEMODE", "", asSwitch("bytemode", "nobytemode")},
	{"TCA_FQ_PIE_DQ_RATE_ESTIMATOR", "", asSwitch("dq_rate_estimator", "no_dq_rate_estimator")}}

var fqOptions = []option{{"TCA_FQ_PLIMIT", "limit", asNumber}, {"TCA_FQ_FLOW_PLIMIT", "flow_limit", asNumber},
	{"TCA_FQ_QUANTUM", "quantum", asNumber}, {"TCA_FQ_INITIAL_QUANTUM", "initial_quantum", asNumber},
	{"TCA_FQ_RATE_ENABLE", "", asSwitch("pacing", "nopacing")}, {"TCA_FQ_FLOW_MAX_RATE", "maxrate", asRate},
	{"TCA_FQ_FLOW_DEFAULT_RATE", "defrate", asRate}, {"TCA_FQ_LOW_RATE_THRESHOLD", "low_rate_threshold", asRate},
	{"TCA_FQ_BUCKETS_LOG", "buckets", func(_ *telling, n *decode.Node) ([]string, bool) {
		v := number(n)
		return []string{decimal(1 << min(v, 31))}, v < 32
	}},
	{"TCA_FQ_FLOW_REFILL_DELAY", "refill_delay", asMicros}, {"TCA_FQ_ORPHAN_MASK", "orphan_mask", asNumber},
	{"TCA_FQ_CE_THRESHOLD", "ce_threshold", asMicros}, {"TCA_FQ_TIMER_SLACK", "timer_slack", asNanos},
	{"TCA_FQ_HORIZON", "horizon", asMicros}, {"TCA_FQ_HORIZON_DROP", "", asSwitch("horizon_drop", "horizon_cap")},
	{"TCA_FQ_WEIGHTS", "weights", asNumbers}, {"TCA_FQ_OFFLOAD_HORIZON", "offload_horizon", asMicros}}

func fqBands(t *telling, n nest) {
	x := n.peek("TCA_FQ_PRIOMAP")
	if x == nil {
		return
	}
	in := nest{t, x.Children}
	bands, priomap := in.peek("bands"), in.peek("priomap")
	if bands == nil || priomap == nil {
		return
	}
	t.say("bands", decimal(number(bands)), "priomap")
	t.say(decimals(numbers(priomap))...)
	t.mark(x, true)
}

var dualPI2Options = []option{{"TCA_DUALPI2_LIMIT", "limit", some(asNumber)}, {"TCA_DUALPI2_MEMORY_LIMIT", "memlimit", some(asNumber)},
	{"TCA_DUALPI2_TARGET", "target", some(asMicros)}, {"TCA_DUALPI2_TUPDATE", "tupdate", some(asMicros)},
	{"TCA_DUALPI2_ALPHA", "alpha", asAlphaBeta}, {"TCA_DUALPI2_BETA", "beta", asAlphaBeta},
	{"TCA_DUALPI2_COUPLING", "coupling_factor", asNumber}, {"TCA_DUALPI2_ECN_MASK", "", asOneOf(map[uint64]string{1: "l4s_ect", 3: "any_ect"})},
	{"TCA_DUALPI2_STEP_THRESH_US", "step_thresh", some(asMicros)},
	{"TCA_DUALPI2_STEP_THRESH_PKTS", "step_thresh", some(func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{decimal(number(n)) + "packets"}, true
	})},
	{"TCA_DUALPI2_MIN_QLEN_STEP", "min_qlen_step", asNumber},
	{"TCA_DUALPI2_DROP_OVERLOAD", "", asSwitch("drop_on_overload", "overflow")},
	{"TCA_DUALPI2_DROP_EARLY", "", asSwitch("drop_enqueue", "drop_dequeue")},
	{"TCA_DUALPI2_SPLIT_GSO", "", asSwitch("split_gso", "no_split_gso")},
	{"TCA_DUALPI2_C_PROTECTION", "classic_protection", func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{decimal(number(n)) + "%"}, number(n) <= 100
	}},
}

// asAlphaBeta is a number in parts of 256, which tc keeps in a float.
var asAlphaBeta form = func(_ *telling, n *decode.Node) ([]string, bool) {
	v := number(n)
	return []string{strconv.FormatFloat(float64(v)/256, 'f', -1, 64)}, v < 1<<16
}

// prioBands says struct tc_prio_qopt, where it is not what tc sends by itself.
func prioBands(t *telling, n nest) {
	bands, priomap := n.peek("bands"), n.peek("priomap")
	if bands == nil || priomap == nil {
		return
	}
	n.take("TCA_OPTIONS") // an empty nest behind the struct
	if v := number(bands); v != 3 {
		t.say("bands", decimal(v))
	}
	if v := numbers(priomap); !slices.Equal(v, []uint64{1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}) {
		t.say("priomap")
		t.say(decimals(v)...)
	}
	t.mark(bands, true)
	t.mark(priomap, true)
}

func plugAction(t *telling, n nest) {
	action := n.peek("action")
	if action == nil {
		return
	}
	words := []string{"block", "release", "release_indefinite", "limit"}
	if v := number(action); v < uint64(len(words)) {
		t.say(words[v])
		if v == 3 {
			t.say(sizeWord(n.num("limit")))
		}
		t.mark(action, true)
	}
}

func etsBands(t *telling, n nest) {
	n.options([]option{{"TCA_ETS_NBANDS", "bands", some(asNumber)}, {"TCA_ETS_NSTRICT", "strict", some(asNumber)}})
	for _, list := range []struct{ attr, word string }{{"TCA_ETS_QUANTA", "quanta"}, {"TCA_ETS_PRIOMAP", "priomap"}} {
		if x := n.peek(list.attr); x != nil && len(x.Children) > 0 {
			t.say(list.word)
			t.say(decimals(numbers(x))...)
			t.mark(x, true)
		}
	}
}

// queueMap says struct tc_mqprio_qopt, but its number of classes.
func (t *telling) queueMap(in nest) {
	if x := in.peek("prio_tc_map"); x != nil {
		t.say("map")
		t.say(decimals(numbers(x))...)
		t.mark(x, true)
	}
	count, offset := in.peek("count"), in.peek("offset")
	if count == nil || offset == nil {
		return
	}
	c, o := numbers(count), numbers(offset)
	last := 0
	for i := range min(len(c), len(o)) {
		if c[i] != 0 || o[i] != 0 {
			last = i + 1
		}
	}
	if last > 0 {
		t.say("queues")
	}
	for i := range last {
		t.say(decimal(c[i]) + "@" + decimal(o[i]))
	}
	t.mark(count, true)
	t.mark(offset, true)
}

func mqprio(t *telling, n nest) {
	n.options([]option{{"num_tc", "num_tc", asNumber}})
	if x := n.peek("num_tc"); x != nil && number(x) == 0 {
		t.say("num_tc", "0") // tc itself says 8
	}
	t.queueMap(n)
	// By itself tc asks the hardware, and only then may the rest be said.
	hw := n.peek("hw")
	if hw != nil {
		t.say("hw", decimal(number(hw)))
		t.mark(hw, true)
	}
	t.preemption(n, "TCA_MQPRIO_TC_ENTRY", "TCA_MQPRIO_TC_ENTRY_")
	if hw == nil || number(hw) == 0 {
		return
	}
	n.options([]option{{"TCA_MQPRIO_MODE", "mode", asOneOf(map[uint64]string{1: "channel"})},
		{"TCA_MQPRIO_SHAPER", "shaper", asOneOf(map[uint64]string{1: "bw_rlimit"})}})
	for _, list := range []struct{ attr, word string }{{"TCA_MQPRIO_MIN_RATE64", "min_rate"}, {"TCA_MQPRIO_MAX_RATE64", "max_rate"}} {
		x := n.peek(list.attr)
		if x == nil {
			continue
		}
		words := []string{list.word}
		ok := true
		for _, v := range numbers(x) {
			s, exact := rateWord(v)
			words, ok = append(words, s), ok && exact
		}
		if ok {
			t.say(words...)
			t.mark(x, true)
		}
	}
}

// preemption says the entries of traffic classes: which may be interrupted, and how
// long a packet of it may be. tc numbers them from 0 on.
func (t *telling) preemption(n nest, name, prefix string) {
	var fp, sdu []string
	for i := range n.nodes {
		if n.nodes[i].Name != name {
			continue
		}
		in := nest{t, n.nodes[i].Children}
		index, f, s := in.peek(prefix+"INDEX"), in.peek(prefix+"FP"), in.peek(prefix+"MAX_SDU")
		if index == nil || f != nil && (len(fp) != int(number(index)) || number(f) < 1 || number(f) > 2) ||
			s != nil && len(sdu) != int(number(index)) {
			return
		}
		if f != nil {
			fp = append(fp, []string{"E", "P"}[number(f)-1])
		}
		if s != nil {
			sdu = append(sdu, decimal(number(s)))
		}
	}
	if fp != nil {
		t.say(append([]string{"fp"}, fp...)...)
	}
	if sdu != nil {
		t.say(append([]string{"max-sdu"}, sdu...)...)
	}
	for i := range n.nodes {
		if n.nodes[i].Name == name {
			t.mark(&n.nodes[i], true)
		}
	}
}

func taprio(t *telling, n nest) {
	if x := n.peek("TCA_TAPRIO_ATTR_PRIOMAP"); x != nil {
		in := t.record(x)
		in.options([]option{{"num_tc", "num_tc", some(asNumber)}})
		t.queueMap(in)
	}
	t.preemption(n, "TCA_TAPRIO_ATTR_TC_ENTRY", "TCA_TAPRIO_TC_ENTRY_")
	n.options([]option{{"TCA_TAPRIO_ATTR_SCHED_BASE_TIME", "base-time", some(asNumber)},
		{"TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME", "cycle-time", some(asNumber)},
		{"TCA_TAPRIO_ATTR_SCHED_CYCLE_TIME_EXTENSION", "cycle-time-extension", some(asNumber)}})
	list := n.in("TCA_TAPRIO_ATTR_SCHED_ENTRY_LIST")
	for i := range list.nodes {
		e := nest{t, list.nodes[i].Children}
		cmd, mask, interval := e.peek("TCA_TAPRIO_SCHED_ENTRY_CMD"), e.peek("TCA_TAPRIO_SCHED_ENTRY_GATE_MASK"), e.peek("TCA_TAPRIO_SCHED_ENTRY_INTERVAL")
		if cmd == nil || mask == nil || interval == nil || number(cmd) > 2 {
			continue
		}
		t.say("sched-entry", []string{"S", "H", "R"}[number(cmd)], strconv.FormatUint(number(mask), 16), decimal(number(interval)))
		t.mark(&list.nodes[i], true)
	}
	n.options([]option{{"TCA_TAPRIO_ATTR_SCHED_CLOCKID", "clockid", asClock}, {"TCA_TAPRIO_ATTR_FLAGS", "flags", some(asHex)},
		{"TCA_TAPRIO_ATTR_TXTIME_DELAY", "txtime-delay", some(asNumber)}})
}

func etf(t *telling, n nest) {
	in := t.record(n.peek("TCA_ETF_PARMS"))
	const unset = 0xffffffffffffffff // what tc sends for a clock that is not said
	if x := in.peek("clockid"); x != nil && number(x) == unset {
		t.mark(x, true)
	} else {
		in.options([]option{{"clockid", "clockid", asClock}})
	}
	in.options([]option{{"delta", "delta", some(asNumber)}})
	in.bits("flags", []bit{{1, "deadline_mode"}, {2, "offload"}, {4, "skip_sock_check"}})
}
