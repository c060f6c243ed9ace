// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/hex"
	"math"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// Actions: their list, alone (tc actions) or in a filter (tc/m_action.c of
// iproute2). The kinds are in tc_actions.go.

func newActions(t *telling) bool {
	verb := ""
	switch t.m.Header.Flags & (unix.NLM_F_CREATE | unix.NLM_F_EXCL | unix.NLM_F_REPLACE) {
	case unix.NLM_F_CREATE | unix.NLM_F_EXCL:
		verb = "add"
	case unix.NLM_F_CREATE | unix.NLM_F_REPLACE:
		verb = "replace"
	default:
		return false
	}
	t.say("tc", "actions", verb)
	words := len(t.words)
	t.actions(t.attrs(), "TCA_ROOT_TAB")
	return len(t.words) > words
}

func delActions(t *telling) bool {
	tab := t.attrs().in("TCA_ROOT_TAB")
	if t.flag(unix.NLM_F_ROOT) {
		if len(tab.nodes) != 1 {
			return false
		}
		t.attrs().take("TCA_ROOT_FLAGS") // how the answer is wanted
		return t.actionKind("flush", t.open(&tab.nodes[0]))
	}
	return t.actionIDs("del", tab)
}

func getActions(t *telling) bool {
	t.reads = true
	tab := t.attrs().in("TCA_ROOT_TAB")
	if !t.dump() {
		return t.actionIDs("get", tab)
	}
	if len(tab.nodes) != 1 {
		return false
	}
	t.attrs().take("TCA_ROOT_FLAGS")
	if !t.actionKind("list", t.open(&tab.nodes[0])) {
		return false
	}
	t.attrs().options([]option{{"TCA_ROOT_TIME_DELTA", "since", asNumber}})
	return true
}

// actionKind says a command about all actions of a kind.
func (t *telling) actionKind(verb string, in nest) bool {
	kind := in.take("TCA_ACT_KIND")
	if kind == nil || !freeWord(text(kind), nil) {
		return false
	}
	t.say("tc", "actions", verb, "action", text(kind))
	return true
}

// actionIDs says a command about actions by kind and number.
func (t *telling) actionIDs(verb string, tab nest) bool {
	t.say("tc", "actions", verb)
	for i := range tab.nodes {
		in := t.open(&tab.nodes[i])
		kind := in.take("TCA_ACT_KIND")
		if kind == nil || !freeWord(text(kind), nil) {
			return false
		}
		t.say("action", text(kind), "index", decimal(in.num("TCA_ACT_INDEX")))
	}
	return len(tab.nodes) > 0
}

// actions says a list of actions. tc numbers them from 1 on.
func (t *telling) actions(a nest, name string) {
	list := a.in(name)
	for i := range list.nodes {
		n := &list.nodes[i]
		if int(n.ID) != i+1 {
			return
		}
		in := t.open(n)
		kind := in.peek("TCA_ACT_KIND")
		if kind == nil {
			return
		}
		k, known := actionKinds[text(kind)]
		if !known {
			return
		}
		t.mark(kind, true)
		t.say("action", text(kind))
		t.action(k, in.in("TCA_ACT_OPTIONS"))
		t.actionMore(in)
	}
}

// actionMore says what stands behind the options of every action.
func (t *telling) actionMore(in nest) {
	if x := in.peek("TCA_ACT_COOKIE"); x != nil && len(x.Raw) > 0 {
		t.say("cookie", hex.EncodeToString(x.Raw))
		t.mark(x, true)
	}
	if x := in.peek("TCA_ACT_HW_STATS"); x != nil {
		b := nest{t, x.Children}
		v, sel := b.peek("value"), b.peek("selector")
		words := []string{"disabled", "immediate", "delayed"}
		if v != nil && sel != nil && number(v) == number(sel) && number(v) < 3 {
			t.say("hw_stats", words[number(v)])
			t.mark(x, true)
		}
	}
	if x := in.peek("TCA_ACT_FLAGS"); x != nil {
		b := t.open(x)
		v, sel := b.peek("value"), b.peek("selector")
		if v != nil && sel != nil && number(v) == number(sel) {
			t.mark(sel, true)
			b.bits("value", []bit{{1, "no_percpu"}, {4, "skip_sw"}, {2, "skip_hw"}})
		}
	}
}

// actionKind is a kind of action.
type actionKind struct {
	parms   string // the struct that begins with tc_gen
	control uint64 // what tc does with the packet where nothing is said
	early   bool   // the number stands before what is done with the packet
	// fixed says what tc does with the packet where it has no words for that; nil: it
	// always has.
	fixed   func(parms nest) (control uint64, ok bool)
	options []option
	more    func(t *telling, o nest, parms nest)
}

// What is done with a packet (TC_ACT_* of linux/pkt_cls.h).
const (
	actOK     = 0
	actPipe   = 3
	actStolen = 4
	actAlways = math.MaxUint64 // always said
)

// action says the options of an action: its own, then what is done with the packet,
// then its number.
func (t *telling) action(k actionKind, o nest) {
	parms := nest{t: t}
	if k.parms != "" {
		parms = t.record(o.peek(k.parms))
	}
	control := parms.peek("action")
	if control != nil {
		t.said.forget(control) // zero says something here
	}
	if k.control == actAlways && control != nil {
		t.control(control)
	}
	if k.more != nil {
		k.more(t, o, parms)
	}
	o.options(k.options)
	index := []option{{"index", "index", some(asNumber)}}
	if k.early {
		parms.options(index)
	}
	t.actionControl(k, control, parms)
	if !k.early {
		parms.options(index)
	}
}

// actionControl says what an action does with the packet, where that is not what tc
// asks for by itself.
func (t *telling) actionControl(k actionKind, control *decode.Node, parms nest) {
	if control == nil || k.control == actAlways {
		return
	}
	own, fixed := k.control, false
	if k.fixed != nil {
		if v, ok := k.fixed(parms); ok {
			own, fixed = v, true
		}
	}
	switch {
	case t.native(control) == own:
		t.mark(control, true)
	case !fixed:
		t.control(control)
	}
}

// control says what is done with a packet.
func (t *telling) control(n *decode.Node) {
	if words, ok := controlWords(t.native(n)); ok {
		t.say(words...)
		t.mark(n, true)
	}
}

var controls = map[uint64]string{math.MaxUint32: "continue", 0: "pass", 1: "reclassify", 2: "drop", 3: "pipe", 8: "trap"}

// controlWords writes what is done with a packet, as far as tc has words.
func controlWords(v uint64) ([]string, bool) {
	if s, ok := controls[v]; ok {
		return []string{s}, true
	}
	arg := decimal(v & 0x0fffffff)
	switch v >> 28 {
	case 1:
		return []string{"jump", arg}, true
	case 2:
		return []string{"goto", "chain", arg}, true
	}
	return nil, false
}

// police says both the action and the TCA_*_POLICE of filters before actions.
func (t *telling) police(o nest) {
	parms := o.peek("TCA_POLICE_TBF")
	if parms == nil {
		return
	}
	in := t.record(parms)
	rate := t.rateSpec(in, "rate", o.peek("TCA_POLICE_RATE64"))
	peak := t.rateSpec(in, "peakrate", o.peek("TCA_POLICE_PEAKRATE64"))
	mtu := uint64(0)
	if x := in.peek("mtu"); x != nil {
		mtu = number(x)
	}
	if rate.rate != 0 {
		word, ok := rateWord(rate.rate)
		burst, known := t.burst(nil, in.peek("burst"), rate.rate)
		if !ok || !known {
			return
		}
		t.say("rate", word, "burst", sizeWord(burst))
		rate.said(t, mtu)
		o.take("TCA_POLICE_RATE")
	}
	in.options([]option{{"mtu", "mtu", some(asSize)}})
	if peak.rate != 0 {
		if word, ok := rateWord(peak.rate); ok {
			t.say("peakrate", word)
			peak.said(t, mtu)
			o.take("TCA_POLICE_PEAKRATE")
		}
	}
	rate.linkWords(t)
	o.options([]option{{"TCA_POLICE_AVRATE", "avrate", asRate}})
	if x := o.peek("TCA_POLICE_PKTRATE64"); x != nil {
		if burst := o.peek("TCA_POLICE_PKTBURST64"); burst != nil {
			if v, ok := sizeOf(number(x), t.native(burst)); ok {
				t.say("pkts_rate", decimal(number(x)), "pkts_burst", decimal(v))
				t.mark(x, true)
				t.mark(burst, true)
			}
		}
	}
	t.conformExceed(in.peek("action"), o.peek("TCA_POLICE_RESULT"))
	in.options([]option{{"index", "index", some(asNumber)}})
}

// conformExceed says what is done with packets over the rate, and with those below
// it where that is not to let them pass.
func (t *telling) conformExceed(over, below *decode.Node) {
	if over == nil {
		return
	}
	words, ok := controlWords(t.native(over))
	if !ok {
		// A number is read as one here.
		words = []string{strconv.FormatInt(int64(int32(t.native(over))), 10)}
	}
	if below == nil {
		if t.native(over) != 1 { // tc's own
			t.say("conform-exceed")
			t.say(words...)
		}
		t.mark(over, true)
		return
	}
	then, ok := controlWords(t.native(below))
	if !ok {
		then = []string{strconv.FormatInt(int64(int32(t.native(below))), 10)}
	}
	t.say("conform-exceed")
	if len(words) == 1 && len(then) == 1 {
		t.say(words[0] + "/" + then[0])
	} else {
		t.say(words...)
		t.say("/")
		t.say(then...)
	}
	t.mark(over, true)
	t.mark(below, true)
}
