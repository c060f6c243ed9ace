// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// tcRoute has the requests of rtnetlink that tc(8) has words for.
var tcRoute = map[string]teller{
	"RTM_NEWQDISC": newQdisc, "RTM_DELQDISC": delQdisc, "RTM_GETQDISC": getTC("qdisc"),
	"RTM_NEWTCLASS": newClass, "RTM_DELTCLASS": delClass, "RTM_GETTCLASS": getTC("class"),
	"RTM_NEWTFILTER": newFilter, "RTM_DELTFILTER": delFilter, "RTM_GETTFILTER": getFilter("filter"),
	"RTM_NEWCHAIN": newChain, "RTM_DELCHAIN": delChain, "RTM_GETCHAIN": getFilter("chain"),
	"RTM_NEWACTION": newActions, "RTM_DELACTION": delActions, "RTM_GETACTION": getActions,
}

// tcKind is a kind of qdisc, class or filter: the words for its TCA_OPTIONS.
type tcKind struct {
	options []option
	more    func(*telling, nest) // what a table cannot say; nil: nothing
}

// Handles with a meaning of their own (linux/pkt_sched.h).
const (
	tcRoot      = 0xffffffff // TC_H_ROOT
	tcIngress   = 0xfffffff1 // TC_H_INGRESS, TC_H_CLSACT
	tcInFilter  = 0xfffffff2 // of clsact: filters of what comes in
	tcOutFilter = 0xfffffff3
	tcIngressID = 0xffff0000 // the handle that tc gives ingress and clsact
	tcBlock     = 0xffffffff // TCM_IFINDEX_MAGIC_BLOCK
)

func newQdisc(t *telling) bool {
	const gredSetup = unix.NLM_F_CREATE // which "gred setup" adds to any verb
	verb := ""
	switch t.m.Header.Flags & (unix.NLM_F_CREATE | unix.NLM_F_EXCL | unix.NLM_F_REPLACE) {
	case unix.NLM_F_CREATE | unix.NLM_F_EXCL:
		verb = "add"
	case unix.NLM_F_CREATE | unix.NLM_F_REPLACE:
		verb = "replace"
	case unix.NLM_F_REPLACE:
		verb = "link"
	case 0:
		verb = "change"
	case gredSetup:
		if !t.attrs().in("TCA_OPTIONS").has("TCA_GRED_DPS") {
			return false
		}
		verb = "change"
	default:
		return false
	}
	return t.qdisc(verb)
}

func delQdisc(t *telling) bool { return t.qdisc("del") }

// qdisc says a qdisc to be made, changed or deleted (tc_qdisc_modify of tc).
func (t *telling) qdisc(verb string) bool {
	a := t.attrs()
	t.tcDev("qdisc", verb)
	kind := a.peek("TCA_KIND")
	parent, handle := t.tcParent(), t.fields().peek("tcm_handle")
	named := false // the kind stands for the parent
	switch {
	case parent == tcRoot:
		t.say("root")
	case parent == tcIngress && kind != nil && (text(kind) == "ingress" || text(kind) == "clsact"):
		// tc gives these two their handle, whatever else is said.
		named = true
	case parent != 0:
		t.say("parent", classWord(parent))
	}
	if handle != nil {
		switch h := t.native(handle); {
		case h == 0 || named && h == tcIngressID:
			t.mark(handle, true)
		case !named && h&0xffff == 0:
			t.say("handle", classWord(h))
			t.mark(handle, true)
		}
	}
	t.estimator(a)
	t.sizeTable(a)
	a.options([]option{{"TCA_INGRESS_BLOCK", "ingress_block", some(asNumber)}, {"TCA_EGRESS_BLOCK", "egress_block", some(asNumber)}})
	if kind == nil {
		return true
	}
	return t.tcOptions(a, qdiscKinds, "dev", "handle", "root", "clsact", "ingress", "parent", "estimator", "stab",
		"ingress_block", "egress_block", "help")
}

func newClass(t *telling) bool {
	verb := "change"
	if t.flag(unix.NLM_F_CREATE) {
		verb = "replace"
		if t.flag(unix.NLM_F_EXCL) {
			verb = "add"
		}
	}
	return t.class(verb)
}

func delClass(t *telling) bool { return t.class("del") }

func (t *telling) class(verb string) bool {
	t.tcDev("class", verb)
	switch parent := t.tcParent(); parent {
	case 0:
	case tcRoot:
		t.say("root")
	default:
		t.say("parent", classWord(parent))
	}
	t.fields().options([]option{{"tcm_handle", "classid", some(asClass)}})
	a := t.attrs()
	t.estimator(a)
	if !a.has("TCA_KIND") {
		return true
	}
	return t.tcOptions(a, classKinds, "dev", "classid", "handle", "root", "parent", "estimator", "help")
}

// tcDev begins a command of tc, as far as the interface.
func (t *telling) tcDev(object, verb string) {
	t.say("tc", object, verb)
	n := t.fields().take("tcm_ifindex")
	if n == nil {
		return
	}
	switch index := t.native(n); index {
	case 0:
	case tcBlock:
		t.say("block", decimal(t.native(t.fields().take("tcm_parent"))))
	default:
		t.say("dev", t.ifName(index))
	}
}

// tcParent returns the handle of the parent, and says it.
func (t *telling) tcParent() uint64 {
	f := t.fields()
	if n := f.peek("tcm_ifindex"); n != nil && t.native(n) == tcBlock {
		return 0 // tcm_parent is the block
	}
	n := f.take("tcm_parent")
	if n == nil {
		return 0
	}
	return t.native(n)
}

// tcOptions says the kind and its options. keywords are the words that stand
// before it, which tc takes any beginning of for.
func (t *telling) tcOptions(a nest, kinds map[string]tcKind, keywords ...string) bool {
	kind := text(a.take("TCA_KIND"))
	k, known := kinds[kind]
	if !known && !freeWord(kind, keywords) {
		return false
	}
	t.say(kind)
	opts := a.peek("TCA_OPTIONS")
	if opts == nil {
		return true
	}
	in := t.record(opts)
	if !known {
		return true
	}
	in.options(k.options)
	if k.more != nil {
		k.more(t, in)
	}
	return true
}

// freeWord says whether tc reads a word as the name of a kind that it does not
// know. It loads a library of that name, so no other characters than those of
// names may be in it.
func freeWord(word string, keywords []string) bool {
	if word == "" || word[0] == '-' {
		return false
	}
	for i := range len(word) {
		switch c := word[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	for _, k := range keywords {
		if len(word) <= len(k) && k[:len(word)] == word {
			return false
		}
	}
	return true
}

// estimator says TCA_RATE: a quarter of a second times 2^(interval+2), and the
// weight of the past, for which 2^ewma_log intervals are a time constant that tc
// makes the same of (tc_setup_estimator).
func (t *telling) estimator(a nest) {
	n := a.peek("TCA_RATE")
	if n == nil {
		return
	}
	in := t.open(n)
	interval, ewma := in.peek("interval"), in.peek("ewma_log")
	if interval == nil || ewma == nil {
		return
	}
	i, e := int64(number(interval))+2, number(ewma)
	if i < 0 || i > 5 || e < 1 || e > 30 {
		return
	}
	us := uint64(250000) << i
	if us<<e > math.MaxUint32 {
		return
	}
	t.say("estimator", microsWord(us), microsWord(us<<e))
	t.mark(n, true)
}

// sizeTable says TCA_STAB. The table itself is what tc makes of the rest
// (tc_calc_size_table).
func (t *telling) sizeTable(a nest) {
	stab := a.in("TCA_STAB")
	base := stab.peek("TCA_STAB_BASE")
	if base == nil {
		return
	}
	in := t.record(base)
	get := func(name string) uint64 {
		if n := in.peek(name); n != nil {
			return number(n)
		}
		return 0
	}
	t.say("stab")
	table := get("linklayer") == 2 || get("mpu") != 0
	if !table || get("mtu") != 2047 {
		in.options([]option{{"mtu", "mtu", some(asNumber)}})
	} else {
		in.take("mtu")
	}
	if !table || get("tsize") != 512 {
		in.options([]option{{"tsize", "tsize", some(asNumber)}})
	} else {
		in.take("tsize")
	}
	in.options([]option{{"mpu", "mpu", some(asNumber)}, {"overhead", "overhead", some(asNumber)}, {"linklayer", "linklayer", some(asLinkLayer)}})
	cell, align := uint64(0), uint64(0)
	if table {
		for get("mtu")>>cell > get("tsize")-1 && cell < 32 {
			cell++
		}
		align = math.MaxUint64
	}
	if get("cell_log") == cell && get("cell_align") == align {
		for _, name := range []string{"cell_log", "cell_align"} {
			in.take(name)
		}
		in.take("size_log") // follows from the sizes in the table
		stab.take("TCA_STAB_DATA")
	}
}

var asLinkLayer = asOneOf(map[uint64]string{1: "ethernet", 2: "atm"})

// getTC says a list of qdiscs or classes.
func getTC(object string) teller {
	return func(t *telling) bool {
		t.reads = true
		if !t.dump() {
			return false
		}
		t.tcDev(object, "show")
		switch parent := t.tcParent(); parent {
		case 0:
		case tcRoot:
			t.say("root")
		default:
			t.say("parent", classWord(parent))
		}
		if t.attrs().take("TCA_DUMP_INVISIBLE") != nil {
			t.say("invisible")
		}
		return true
	}
}

// take marks a node where a condition holds: what tc makes by itself.
func (n nest) takeIf(name string, cond func(*decode.Node) bool) {
	if x := n.peek(name); x != nil && cond(x) {
		n.t.mark(x, true)
	}
}
