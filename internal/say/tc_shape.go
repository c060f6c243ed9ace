// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math"

	"github.com/nltop/nltop/internal/decode"
)

// Qdiscs and classes that shape or delay (tc/q_tbf.c, q_htb.c, q_hfsc.c, q_netem.c,
// q_cake.c of iproute2). tc hands over tables of times (TCA_TBF_RTAB and its like)
// that it makes of the rest; the kernel has computed its own since Linux 3.8.

// rateSpec is struct tc_ratespec with its 64 bits, which stand beside it.
type rateSpec struct {
	n        nest
	rate     uint64 // bytes per second; 0: there is none
	mpu      uint64
	overhead uint64
	layer    uint64
	cell     uint64
}

// rateSpec opens a rate of a struct; its rate in 64 bits replaces the one in 32.
func (t *telling) rateSpec(in nest, name string, wide *decode.Node) rateSpec {
	n := t.record(in.peek(name))
	get := func(name string) uint64 {
		if x := n.peek(name); x != nil {
			return number(x)
		}
		return 0
	}
	s := rateSpec{n: n, rate: get("rate"), mpu: get("mpu"), overhead: get("overhead"), layer: get("linklayer"), cell: get("cell_log")}
	if wide != nil && s.rate == math.MaxUint32 {
		s.rate = number(wide)
		t.mark(wide, true)
	}
	return s
}

// say takes what the words for a rate say, and what tc adds for packets of mtu
// bytes: the size of a cell of the table, and the link layer where it is Ethernet.
func (s *rateSpec) said(t *telling, mtu uint64) {
	for _, name := range []string{"rate", "mpu", "overhead"} {
		s.n.take(name)
	}
	s.n.takeIf("cell_align", func(n *decode.Node) bool { return int64(number(n)) == -1 })
	s.n.takeIf("linklayer", func(n *decode.Node) bool { return number(n) >= 1 && number(n) <= 2 })
	s.n.takeIf("cell_log", func(n *decode.Node) bool { return number(n) == cellLog(mtu) })
}

// cellLog is the size of a cell by which a table of 256 reaches mtu bytes
// (tc_calc_rtable).
func cellLog(mtu uint64) uint64 {
	if mtu == 0 {
		mtu = 2047
	}
	var log uint64
	for mtu>>log > 255 {
		log++
	}
	return log
}

// linkWords says what is the same for both rates of a shaper.
func (s *rateSpec) linkWords(t *telling) {
	if s.mpu != 0 {
		t.say("mpu", decimal(s.mpu))
	}
	if s.overhead != 0 {
		t.say("overhead", decimal(s.overhead))
	}
	if s.layer == 2 {
		t.say("linklayer", "atm")
	}
}

func tbf(t *telling, n nest) {
	parms := n.peek("TCA_TBF_PARMS")
	if parms == nil {
		return
	}
	in := t.record(parms)
	rate := t.rateSpec(in, "rate", n.peek("TCA_TBF_RATE64"))
	peak := t.rateSpec(in, "peakrate", n.peek("TCA_TBF_PRATE64"))
	word, ok := rateWord(rate.rate)
	burst, known := t.burst(n.peek("TCA_TBF_BURST"), in.peek("buffer"), rate.rate)
	if !ok || !known {
		return
	}
	t.say("rate", word, "burst", sizeWord(burst))
	mtu := uint64(0)
	if peak.rate != 0 {
		word, ok = rateWord(peak.rate)
		if mtu, known = t.burst(n.peek("TCA_TBF_PBURST"), in.peek("mtu"), peak.rate); !ok || !known {
			return
		}
		t.say("peakrate", word, "minburst", sizeWord(mtu))
		peak.said(t, mtu)
	}
	rate.said(t, mtu)
	rate.linkWords(t)
	if x := in.take("limit"); x != nil {
		t.say("limit", sizeWord(number(x)))
	}
	n.take("TCA_TBF_RTAB")
	n.take("TCA_TBF_PTAB")
}

// burst finds a size that is given in bytes, in ticks, or in both.
func (t *telling) burst(bytes, ticks *decode.Node, rate uint64) (uint64, bool) {
	if bytes != nil {
		t.mark(bytes, true)
		if ticks != nil {
			t.mark(ticks, true) // which tc makes of the other
		}
		return number(bytes), true
	}
	if ticks == nil {
		return 0, false
	}
	v, ok := sizeOf(rate, t.native(ticks))
	if ok {
		t.mark(ticks, true)
	}
	return v, ok
}

func htbQdisc(t *telling, n nest) {
	in := t.record(n.peek("TCA_HTB_INIT"))
	in.takeIf("version", func(n *decode.Node) bool { return number(n) == 3 })
	in.options([]option{{"defcls", "default", some(asBareHex)}})
	if x := in.peek("rate2quantum"); x != nil {
		if number(x) != 10 {
			t.say("r2q", decimal(number(x)))
		}
		t.mark(x, true)
	}
	n.options([]option{{"TCA_HTB_DIRECT_QLEN", "direct_qlen", asNumber}, {"TCA_HTB_OFFLOAD", "offload", asNothing}})
}

func htbClass(t *telling, n nest) {
	parms := n.peek("TCA_HTB_PARMS")
	if parms == nil {
		return
	}
	in := t.record(parms)
	rate := t.rateSpec(in, "rate", n.peek("TCA_HTB_RATE64"))
	ceil := t.rateSpec(in, "ceil", n.peek("TCA_HTB_CEIL64"))
	word, ok := rateWord(rate.rate)
	ceilWord, exact := rateWord(ceil.rate)
	if !ok || !exact {
		return
	}
	t.say("rate", word)
	if ceil.rate != rate.rate {
		t.say("ceil", ceilWord)
	}
	// The longest packet that the tables are made for. 1600 is tc's own.
	mtu := uint64(1600)
	if rate.cell != cellLog(mtu) && rate.cell < 24 {
		mtu = 256 << rate.cell >> 1
		t.say("mtu", decimal(mtu))
	}
	in.options([]option{{"prio", "prio", some(asNumber)}, {"quantum", "quantum", some(asNumber)}})
	rate.linkWords(t)
	t.htbBurst("burst", in.peek("buffer"), rate.rate, mtu)
	t.htbBurst("cburst", in.peek("cbuffer"), ceil.rate, mtu)
	rate.said(t, mtu)
	ceil.said(t, mtu)
	n.take("TCA_HTB_RTAB")
	n.take("TCA_HTB_CTAB")
}

// htbBurst says how much a class may send at once, where it is not what tc takes by
// itself: what the rate makes in a nanosecond, and a packet.
func (t *telling) htbBurst(word string, n *decode.Node, rate, mtu uint64) {
	if n == nil || rate == 0 {
		return
	}
	ticks, own := t.native(n), rate/1e9+mtu
	if ticks != ticksCut(rate, own) && ticks != ticksUp(rate, own) {
		size, ok := sizeOf(rate, ticks)
		if !ok {
			return
		}
		t.say(word, sizeWord(size))
	}
	t.mark(n, true)
}

// asCurve is struct tc_service_curve: a rate, for how long, and the rate afterwards.
var asCurve form = func(t *telling, n *decode.Node) ([]string, bool) {
	in := nest{t, n.Children}
	m1, d, m2 := in.peek("m1"), in.peek("d"), in.peek("m2")
	if m1 == nil || d == nil || m2 == nil {
		return nil, false
	}
	first, ok1 := rateWord(number(m1))
	then, ok2 := rateWord(number(m2))
	var words []string
	if number(m1) != 0 {
		words = append(words, "m1", first)
	}
	if number(d) != 0 {
		words = append(words, "d", microsWord(number(d)))
	}
	return append(words, "m2", then), ok1 && ok2
}

// cakeOptions: what tc can only say along with something else is in cakeTimes.
var cakeOptions = []option{
	{"TCA_CAKE_BASE_RATE64", "", func(_ *telling, n *decode.Node) ([]string, bool) {
		if number(n) == 0 {
			return []string{"unlimited"}, true
		}
		s, ok := rateWord(number(n))
		return []string{"bandwidth", s}, ok
	}},
	{"TCA_CAKE_DIFFSERV_MODE", "", asOneOf(map[uint64]string{0: "diffserv3", 1: "diffserv4", 2: "diffserv8", 3: "besteffort", 4: "precedence"})},
	{"TCA_CAKE_FLOW_MODE", "", asOneOf(map[uint64]string{0: "flowblind", 1: "srchost", 2: "dsthost", 3: "hosts", 4: "flows",
		5: "dual-srchost", 6: "dual-dsthost", 7: "triple-isolate"})},
	{"TCA_CAKE_NAT", "", asSwitch("nat", "nonat")},
	{"TCA_CAKE_WASH", "", asSwitch("wash", "nowash")},
	{"TCA_CAKE_ACK_FILTER", "", asOneOf(map[uint64]string{0: "no-ack-filter", 1: "ack-filter", 2: "ack-filter-aggressive"})},
	{"TCA_CAKE_SPLIT_GSO", "", asSwitch("split-gso", "no-split-gso")},
	{"TCA_CAKE_INGRESS", "", asSwitch("ingress", "egress")},
	{"TCA_CAKE_MEMORY", "memlimit", some(asSize)},
	{"TCA_CAKE_FWMARK", "fwmark", some(asHex)},
}

func cakeTimes(t *telling, n nest) {
	autorate, raw := n.peek("TCA_CAKE_AUTORATE"), n.peek("TCA_CAKE_RAW")
	switch {
	case autorate == nil:
	case number(autorate) == 1:
		t.say("autorate-ingress")
		t.mark(autorate, true)
	case n.has("TCA_CAKE_BASE_RATE64"): // which says so
		t.mark(autorate, true)
	}
	if raw != nil {
		t.say("raw") // first: it sets overhead and ATM, too
		t.mark(raw, true)
	}
	if x := n.peek("TCA_CAKE_ATM"); x != nil && (raw == nil || number(x) != 0) {
		n.options([]option{{"TCA_CAKE_ATM", "", asOneOf(map[uint64]string{0: "noatm", 1: "atm", 2: "ptm"})}})
	} else if x != nil {
		t.mark(x, true)
	}
	if x := n.peek("TCA_CAKE_OVERHEAD"); x != nil && (raw == nil || number(x) != 0) {
		n.options([]option{{"TCA_CAKE_OVERHEAD", "overhead", asNumber}})
	} else if x != nil {
		t.mark(x, true)
	}
	n.options([]option{{"TCA_CAKE_MPU", "mpu", some(asNumber)}})
	rtt, target := n.peek("TCA_CAKE_RTT"), n.peek("TCA_CAKE_TARGET")
	if rtt == nil || target == nil {
		return
	}
	// The words for certain kinds of links mean such a pair, too.
	if number(target) == max(number(rtt)/20, 1) {
		t.say("rtt", microsWord(number(rtt)))
		t.mark(rtt, true)
		t.mark(target, true)
	}
}
