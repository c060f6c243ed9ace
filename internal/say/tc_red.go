// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"math"

	"github.com/nltop/nltop/internal/decode"
)

// Qdiscs that drop early by an average (tc/q_red.c, q_choke.c, q_gred.c, q_sfq.c,
// q_sfb.c and tc_red.c of iproute2). tc is told packets and rates, and sends
// logarithms and a table that it makes of them; here they are found again: words
// of which tc makes the same logarithms and the same table. They need not be the
// ones that somebody typed.

// redCurve is what makes an average.
type redCurve struct {
	min, max uint64 // thresholds in bytes
	wlog     uint64
	plog     uint64
	cell     uint64
	table    []byte // TCA_*_STAB; nil: there is none
	maxP     uint64
}

// packets are the average packets that are tried, in bytes.
var packets = []uint64{1000, 1500, 500, 200, 100, 64}

// words finds burst, average packet, bandwidth and probability.
func (c *redCurve) words(tries []uint64) (burst, avpkt uint64, bandwidth, probability string, ok bool) {
	if probability, ok = probabilityWord(c.maxP); c.maxP == 0 {
		probability = "1" // what 2^32 becomes in 32 bits
	}
	if !ok || c.probLog(probability) != c.plog {
		return 0, 0, "", "", false
	}
	for _, avpkt = range tries {
		if burst, ok = c.burst(avpkt); !ok {
			continue
		}
		if c.table == nil {
			return burst, avpkt, "", probability, true
		}
		if rate, found := c.rate(avpkt); found {
			bandwidth, ok = rateWord(rate)
			return burst, avpkt, bandwidth, probability, ok
		}
	}
	return 0, 0, "", "", false
}

// probLog is tc_red_eval_P.
func (c *redCurve) probLog(probability string) uint64 {
	p := parseFloat(probability)
	if c.max == c.min {
		return 0
	}
	p /= float64(c.max - c.min)
	i := uint64(0)
	for ; i < 32 && p <= 1; i++ {
		p *= 2
	}
	return i
}

// weight is tc_red_eval_ewma: the average that so many packets of burst want; 32 is
// none.
func (c *redCurve) weight(burst, avpkt uint64) uint64 {
	a := float64(burst) + 1 - float64(c.min)/float64(avpkt)
	if a < 1 {
		return 0
	}
	w := 0.5
	for log := uint64(1); log < 32; log++ {
		if a <= (1-math.Pow(1-w, float64(burst)))/w {
			return log
		}
		w /= 2
	}
	return 32
}

// burst finds packets for which tc takes this weight, which grows with them: the
// fewest, or a round number of them.
func (c *redCurve) burst(avpkt uint64) (uint64, bool) {
	lo, hi := uint64(0), uint64(math.MaxInt32)
	for lo+1 < hi {
		if mid := (lo + hi) / 2; c.weight(mid, avpkt) < c.wlog {
			lo = mid
		} else {
			hi = mid
		}
	}
	if round := (hi + 9) / 10 * 10; c.weight(round, avpkt) == c.wlog {
		return round, true
	}
	return hi, c.weight(hi, avpkt) == c.wlog
}

// damping is tc_red_eval_idle_damping: the table for a packet of so many ticks.
func damping(wlog, ticks uint64) (cell uint64, table []byte) {
	lw := -math.Log(1-1/float64(uint64(1)<<wlog)) / float64(ticks)
	for most := 31 / lw; cell < 32 && most/float64(uint64(1)<<cell) >= 512; cell++ {
	}
	table = make([]byte, 256)
	for i := 1; i < 255; i++ {
		table[i] = byte(uint64(min(float64(uint64(i)<<cell)*lw, 255)))
		table[i] = min(table[i], 31)
	}
	table[255] = 31
	return cell, table
}

// rate finds the bandwidth that makes the table, the roundest of those that do for
// any tc, else for one of them.
func (c *redCurve) rate(avpkt uint64) (uint64, bool) {
	known := map[uint64]bool{}
	same := func(ticks uint64) bool {
		ok, tried := known[ticks]
		if !tried && ticks != 0 {
			cell, table := damping(c.wlog, ticks)
			ok = cell == c.cell && bytes.Equal(table, c.table)
			known[ticks] = ok
		}
		return ok
	}
	// A packet that takes no time makes a table of nothing, in tc before 6.14.
	const fast = 10e9 / 8
	if c.cell == 0 && len(c.table) == 256 && zero(c.table[:255]) {
		return fast, ticksCut(fast, avpkt) == 0
	}
	least, most := c.ticks()
	if least == 0 || most < least || !same(uint64((least+most)/2)) && !same(uint64(least)+1) && !same(uint64(most)) {
		return 0, false
	}
	lo, hi := uint64(15.625e6*float64(avpkt)/(most+16)), uint64(15.625e6*float64(avpkt)/max(least-1, 0.5))
	for _, fits := range []func(rate uint64) bool{
		func(r uint64) bool { return same(ticksCut(r, avpkt)) && same(ticksUp(r, avpkt)) },
		func(r uint64) bool { return same(ticksCut(r, avpkt)) },
		func(r uint64) bool { return same(ticksUp(r, avpkt)) },
	} {
		for step := uint64(125e9); step >= 1; step /= 10 { // of bits: 1 Tbit and less
			for r, tried := max((lo+step-1)/step*step, 1), 0; r <= hi && tried < 200; r, tried = r+step, tried+1 {
				if fits(r) {
					return r, true
				}
			}
		}
	}
	return 0, false
}

// ticks finds how long a packet may take for the table to be the one that it is.
func (c *redCurve) ticks() (least, most float64) {
	lo, hi := 0.0, math.Inf(1) // of what one step of the table stands for
	for i := 1; i < 255 && i < len(c.table); i++ {
		at := float64(uint64(i) << c.cell)
		lo = max(lo, float64(c.table[i])/at)
		if c.table[i] < 31 {
			hi = min(hi, float64(c.table[i]+1)/at)
		}
	}
	if lo == 0 || math.IsInf(hi, 1) || hi < lo {
		return 0, 0
	}
	k := -math.Log(1 - 1/float64(uint64(1)<<c.wlog))
	return k / hi, k / lo
}

var redFlags = []bit{{1, "ecn"}, {2, "harddrop"}, {4, "adaptive"}, {8, "nodrop"}}

// curve reads what red, choke and gred have in common; scale is what a threshold of
// one is in bytes.
func (t *telling) curve(in nest, scale uint64, table, maxP *decode.Node) redCurve {
	get := func(name string) uint64 {
		if x := in.peek(name); x != nil {
			return number(x)
		}
		return 0
	}
	c := redCurve{min: get("qth_min") * scale, max: get("qth_max") * scale, wlog: get("Wlog"), plog: get("Plog"), cell: get("Scell_log")}
	if table != nil {
		c.table = table.Raw
	}
	if maxP != nil {
		c.maxP = t.native(maxP)
	}
	return c
}

// sayCurve says a curve and takes what it was made of. It says nothing where it finds
// no words.
func (t *telling) sayCurve(c *redCurve, in nest, tries []uint64, from ...*decode.Node) bool {
	if c.wlog == 0 || c.wlog > 31 || c.max <= c.min || c.table != nil && len(c.table) != 256 {
		return false
	}
	burst, avpkt, bandwidth, probability, ok := c.words(tries)
	if !ok {
		return false
	}
	t.say("burst", decimal(burst), "avpkt", decimal(avpkt))
	if bandwidth != "" {
		t.say("bandwidth", bandwidth)
	}
	t.say("probability", probability)
	for _, name := range []string{"Wlog", "Plog", "Scell_log"} {
		in.take(name)
	}
	for _, n := range from {
		if n != nil {
			t.mark(n, true)
		}
	}
	return true
}

func red(t *telling, n nest) {
	parms := n.peek("TCA_RED_PARMS")
	if parms == nil {
		return
	}
	in := t.record(parms)
	table, maxP := n.peek("TCA_RED_STAB"), n.peek("TCA_RED_MAX_P")
	c := t.curve(in, 1, table, maxP)
	in.options([]option{{"limit", "limit", asSize}, {"qth_min", "min", some(asSize)}, {"qth_max", "max", some(asSize)}})
	t.sayCurve(&c, in, packets, table, maxP)
	if flags := n.peek("TCA_RED_FLAGS"); flags != nil {
		b := t.open(flags)
		b.take("selector") // tc names all that it knows
		b.bits("value", redFlags)
	}
	in.bits("flags", redFlags[:3])
	n.options([]option{{"TCA_RED_EARLY_DROP_BLOCK", "qevent", asBlock("early_drop")}, {"TCA_RED_MARK_BLOCK", "qevent", asBlock("mark")}})
}

func asBlock(event string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{event, "block", decimal(number(n))}, number(n) != 0
	}
}

func choke(t *telling, n nest) {
	parms := n.peek("TCA_CHOKE_PARMS")
	if parms == nil {
		return
	}
	in := t.record(parms)
	table, maxP := n.peek("TCA_CHOKE_STAB"), n.peek("TCA_CHOKE_MAX_P")
	in.options([]option{{"limit", "limit", asNumber}, {"qth_min", "min", some(asNumber)}, {"qth_max", "max", some(asNumber)}})
	for _, pkt := range packets { // thresholds are packets of this size
		c := t.curve(in, pkt, table, maxP)
		if t.sayCurve(&c, in, []uint64{pkt}, table, maxP) {
			break
		}
	}
	in.bits("flags", redFlags[:1])
}

// gred says a setup, or one of its queues.
func gred(t *telling, n nest) {
	if x := n.peek("TCA_GRED_DPS"); x != nil {
		in := t.record(x)
		t.say("setup")
		in.options([]option{{"DPs", "vqs", asNumber}, {"def_DP", "default", asNumber}, {"grio", "grio", some(asNothing)}})
		in.bits("flags", redFlags[:2])
		n.options([]option{{"TCA_GRED_LIMIT", "limit", some(asSize)}})
		return
	}
	parms := n.peek("TCA_GRED_PARMS")
	if parms == nil || len(parms.Children) != 1 {
		return
	}
	t.open(parms)
	in := t.record(&parms.Children[0])
	table, maxP := n.peek("TCA_GRED_STAB"), n.peek("TCA_GRED_MAX_P")
	c := t.curve(in, 1, table, maxP)
	if maxP != nil && len(maxP.Raw) != 4 {
		return
	}
	in.options([]option{{"DP", "vq", asNumber}, {"limit", "limit", asSize}, {"qth_min", "min", some(asSize)}, {"qth_max", "max", some(asSize)}})
	t.sayCurve(&c, in, packets, table, maxP)
	in.options([]option{{"prio", "prio", some(asNumber)}})
	list := n.in("TCA_GRED_VQ_LIST")
	if len(list.nodes) == 1 {
		entry := t.open(&list.nodes[0])
		entry.takeIf("TCA_GRED_VQ_DP", func(x *decode.Node) bool { dp := in.peek("DP"); return dp != nil && number(x) == number(dp) })
		entry.bits("TCA_GRED_VQ_FLAGS", redFlags[:2])
	}
}

func sfqOptions(t *telling, n nest) {
	n.options([]option{{"limit", "limit", some(asNumber)}, {"quantum", "quantum", some(asSize)}, {"perturb_period", "perturb", some(asNumber)},
		{"divisor", "divisor", some(asNumber)}, {"flows", "flows", some(asNumber)}, {"depth", "depth", some(asNumber)},
		{"headdrop", "headdrop", some(asNothing)}})
	if x := n.peek("limit_v1"); x == nil || zero(x.Raw) {
		return
	}
	maxP := n.peek("max_P")
	c := t.curve(n, 1, nil, maxP)
	n.options([]option{{"limit_v1", "redflowlimit", asNumber}, {"qth_min", "min", some(asNumber)}, {"qth_max", "max", some(asNumber)}})
	t.sayCurve(&c, n, packets, maxP)
	n.bits("flags", redFlags[:2])
}

// sfb says struct tc_sfb_qopt. By itself tc computes max and bin_size from each
// other; it is told both.
func sfb(t *telling, n nest) {
	parms := n.peek("TCA_SFB_PARMS")
	if parms == nil {
		return
	}
	in := t.record(parms)
	const whole = 0xffff // SFB_MAX_PROB
	for _, m := range []struct {
		name, word string
		own        uint64
	}{{"rehash_interval", "rehash", 600000}, {"warmup_time", "db", 60000}, {"limit", "limit", 0}, {"max", "max", 25},
		{"bin_size", "target", 20}, {"penalty_rate", "penalty_rate", 10}, {"penalty_burst", "penalty_burst", 20}} {
		x := in.peek(m.name)
		if x == nil {
			continue
		}
		if number(x) != m.own {
			t.say(m.word, decimal(number(x)))
		}
		t.mark(x, true)
	}
	for _, m := range []struct {
		name string
		own  uint64
	}{{"increment", (whole + 1000) / 2000}, {"decrement", (whole + 10000) / 20000}} {
		x := in.peek(m.name)
		if x == nil {
			continue
		}
		if number(x) != m.own {
			s, ok := partWord(number(x), 1, whole, func(f float64) uint64 { return uint64(f*whole + 0.5) })
			if !ok {
				continue
			}
			t.say(m.name, s)
		}
		t.mark(x, true)
	}
}
