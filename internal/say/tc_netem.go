// SPDX-License-Identifier: Apache-2.0

package say

import (
	"crypto/sha256"
	"encoding/hex"
	"math"

	"github.com/nltop/nltop/internal/decode"
)

// distributions are the tables that come with iproute2, by the SHA-256 of their
// numbers as little-endian bytes. tc reads a table from a file and sends what is in
// it, not its name: one of somebody's own cannot be said.
var distributions = map[string]string{
	"ea496767068d0be9eb46cb69ee90470105525b9090a6d479dadf04db0f3d44a5": "normal",
	"bb133e76721f7df4fd75dd647aad368fa8e9eaf9b9797fc8d208dde5f9ffbd2a": "pareto",
	"ca372e5f4871aa11f38e71c82bd18e074e068f0704291e8a859ebd1aaee2f9f1": "paretonormal",
	"310ea322b86d4560e535dff49aea33ac5ca948e51b6e1ab89dbb950168538ac5": "experimental",
}

// distribution names the table of an attribute.
func (t *telling) distribution(n *decode.Node) (string, bool) {
	b := n.Raw
	if t.m.Frame.Origin.BigEndian {
		b = make([]byte, 0, len(n.Raw))
		for i := 0; i+1 < len(n.Raw); i += 2 {
			b = append(b, n.Raw[i+1], n.Raw[i])
		}
	}
	sum := sha256.Sum256(b)
	name, ok := distributions[hex.EncodeToString(sum[:])]
	return name, ok
}

// netem says the options of netem (tc/q_netem.c of iproute2).
func netem(t *telling, n nest) {
	n.takeIf("limit", func(x *decode.Node) bool { return number(x) == 1000 })
	if x := n.peek("limit"); x != nil && number(x) != 1000 {
		t.say("limit", sizeWord(number(x)))
		t.mark(x, true)
	}
	corr := t.record(n.peek("TCA_NETEM_CORR"))
	t.netemDelay(n, corr)
	t.netemLoss(n, corr)
	if x := n.peek("duplicate"); x != nil && !zero(x.Raw) {
		t.percents([]string{"duplicate"}, x, corr.peek("dup_corr"))
	}
	for _, p := range []struct{ attr, word string }{{"TCA_NETEM_REORDER", "reorder"}, {"TCA_NETEM_CORRUPT", "corrupt"}} {
		if x := n.peek(p.attr); x != nil {
			in := t.record(x)
			t.percents([]string{p.word}, in.peek("probability"), in.peek("correlation"))
		}
	}
	if x := n.peek("gap"); x != nil && !zero(x.Raw) {
		// 1 is what tc takes where packets are reordered.
		if number(x) != 1 || !n.has("TCA_NETEM_REORDER") {
			t.say("gap", decimal(number(x)))
		}
		t.mark(x, true)
	}
	t.netemRate(n)
	t.netemSlot(n)
	n.options([]option{{"TCA_NETEM_ECN", "ecn", asWhere(asNothing, func(v uint64) bool { return v == 1 })},
		{"TCA_NETEM_PRNG_SEED", "seed", asNumber}})
}

// percents says a part of all packets, and how much the next depends on the last
// where that is not nothing.
func (t *telling) percents(words []string, part, corr *decode.Node) {
	if part == nil {
		return
	}
	s, ok := percentWord(t.native(part))
	if !ok {
		return
	}
	t.say(append(words, s)...)
	t.mark(part, true)
	if corr == nil || zero(corr.Raw) {
		return
	}
	if s, ok = percentWord(t.native(corr)); ok {
		t.say(s)
		t.mark(corr, true)
	}
}

// netemDelay says how long packets wait: in ticks that tc made of microseconds, or, by
// newer tc, in nanoseconds beside zeros.
func (t *telling) netemDelay(n, corr nest) {
	var words []string
	for _, name := range []struct{ wide, ticks string }{{"TCA_NETEM_LATENCY64", "latency"}, {"TCA_NETEM_JITTER64", "jitter"}} {
		wide, ticks := n.peek(name.wide), n.peek(name.ticks)
		switch {
		case wide != nil:
			words = append(words, timeWord(number(wide)))
			t.mark(wide, true)
		case ticks != nil && !zero(ticks.Raw):
			us := uint64(math.Ceil(float64(t.native(ticks)) / 15.625))
			if uint64(float64(us)*15.625) != t.native(ticks) {
				return
			}
			if len(words) == 0 && name.ticks == "jitter" {
				words = append(words, "0us")
			}
			words = append(words, microsWord(us))
			t.mark(ticks, true)
		}
	}
	if len(words) == 0 {
		return
	}
	t.say(append([]string{"delay"}, words...)...)
	if x := corr.peek("delay_corr"); x != nil && !zero(x.Raw) && len(words) == 2 {
		if s, ok := percentWord(t.native(x)); ok {
			t.say(s)
			t.mark(x, true)
		}
	}
	if x := n.peek("TCA_NETEM_DELAY_DIST"); x != nil && len(words) == 2 {
		if name, ok := t.distribution(x); ok {
			t.say("distribution", name)
			t.mark(x, true)
		}
	}
}

// netemLoss says what gets lost: at random, or by one of two models of several
// states.
func (t *telling) netemLoss(n, corr nest) {
	if x := n.peek("loss"); x != nil && !zero(x.Raw) {
		t.percents([]string{"loss"}, x, corr.peek("loss_corr"))
	}
	loss := n.in("TCA_NETEM_LOSS")
	for _, model := range []struct {
		attr, word string
		members    []string
	}{{"NETEM_LOSS_GI", "state", []string{"p13", "p31", "p32", "p23", "p14"}}, {"NETEM_LOSS_GE", "gemodel", []string{"p", "r", "h", "k1"}}} {
		x := loss.peek(model.attr)
		if x == nil {
			continue
		}
		in := nest{t, x.Children}
		words := []string{"loss", model.word}
		for _, name := range model.members {
			m := in.peek(name)
			if m == nil {
				return
			}
			v := t.native(m)
			if name == "h" {
				v = math.MaxUint32 - v // tc is told 1-h
			}
			s, ok := percentWord(v)
			if !ok {
				return
			}
			words = append(words, s)
		}
		t.say(words...)
		t.mark(x, true)
	}
}

func (t *telling) netemRate(n nest) {
	x := n.peek("TCA_NETEM_RATE")
	if x == nil {
		return
	}
	in := t.record(x)
	rate := in.peek("rate")
	if rate == nil {
		return
	}
	v := number(rate)
	wide := n.peek("TCA_NETEM_RATE64")
	if wide != nil && v == math.MaxUint32 {
		v = number(wide)
	}
	s, ok := rateWord(v)
	if !ok {
		return
	}
	words := []string{"rate", s}
	said := 0
	for i, name := range []string{"packet_overhead", "cell_size", "cell_overhead"} {
		m := in.peek(name)
		if m == nil {
			return
		}
		w, _ := asNumber(t, m)
		words = append(words, w...)
		if !zero(m.Raw) {
			said = i + 1
		}
	}
	t.say(words[:2+said]...)
	t.mark(x, true)
	if wide != nil {
		t.mark(wide, true)
	}
}

func (t *telling) netemSlot(n nest) {
	x := n.peek("TCA_NETEM_SLOT")
	if x == nil {
		return
	}
	in := t.record(x)
	least, most := in.peek("min_delay"), in.peek("max_delay")
	if least == nil || most == nil {
		return
	}
	if table := n.peek("TCA_NETEM_SLOT_DIST"); table != nil {
		name, ok := t.distribution(table)
		delay, jitter := in.peek("dist_delay"), in.peek("dist_jitter")
		if !ok || delay == nil || jitter == nil || int64(number(jitter)) <= 0 || !zero(least.Raw) || !zero(most.Raw) {
			return
		}
		t.say("slot", "distribution", name, timeWord(number(delay)), timeWord(number(jitter)))
		for _, x := range []*decode.Node{table, delay, jitter} {
			t.mark(x, true)
		}
	} else {
		t.say("slot", timeWord(number(least)))
		if number(most) != number(least) {
			t.say(timeWord(number(most)))
		}
		t.mark(least, true)
		t.mark(most, true)
	}
	in.options([]option{{"max_packets", "packets", some(asNumber)}, {"max_bytes", "bytes", some(asSize)}})
}
