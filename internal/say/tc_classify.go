// SPDX-License-Identifier: Apache-2.0

package say

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// Filters but flower, which is in tc_flower.go (tc/f_*.c of iproute2). The actions of
// a filter come last, since tc reads what follows them as further actions.

var filterKinds = map[string]tcKind{
	"flower":   {more: flower},
	"u32":      {more: u32Filter},
	"basic":    {more: withActions("TCA_BASIC", nil, true)},
	"cgroup":   {more: withActions("TCA_CGROUP", nil, true)},
	"matchall": {more: withActions("TCA_MATCHALL", nil, false)},
	"fw":       {more: withActions("TCA_FW", []option{{"TCA_FW_INDEV", "indev", asText}}, false)},
	"route": {more: withActions("TCA_ROUTE4", []option{{"TCA_ROUTE4_FROM", "from", asNumber}, {"TCA_ROUTE4_TO", "to", asNumber},
		{"TCA_ROUTE4_IIF", "fromif", asIf}}, false)},
	"tcindex": {more: withActions("TCA_TCINDEX", []option{{"TCA_TCINDEX_HASH", "hash", asNumber}, {"TCA_TCINDEX_MASK", "mask", asHex},
		{"TCA_TCINDEX_SHIFT", "shift", asNumber}, {"TCA_TCINDEX_FALL_THROUGH", "", asSwitch("fall_through", "pass_on")}}, false)},
	"bpf":  {more: bpfFilter},
	"flow": {more: flowFilter},
}

// withActions says the options of a kind, then what all filters may have.
func withActions(prefix string, options []option, ematches bool) func(*telling, nest) {
	return func(t *telling, n nest) {
		n.options(options)
		if ematches {
			t.ematches(n, prefix+"_EMATCHES")
		}
		if n.has(prefix+"_CLASSID") || n.has(prefix+"_ACT") { // tc wants a word behind them
			t.filterFlags(n, prefix+"_FLAGS")
		}
		t.filterEnd(n, prefix)
	}
}

// filterFlags says where a filter may be.
func (t *telling) filterFlags(n nest, name string) {
	n.bits(name, []bit{{1, "skip_hw"}, {2, "skip_sw"}, {16, "verbose"}})
}

// filterEnd says class, police and actions.
func (t *telling) filterEnd(n nest, prefix string) {
	n.options([]option{{prefix + "_CLASSID", "classid", asClass}})
	if x := n.peek(prefix + "_POLICE"); x != nil {
		t.say("police")
		t.police(t.open(x))
	}
	t.actions(n, prefix+"_ACT")
}

func bpfFilter(t *telling, n nest) {
	t.bytecode(n, "TCA_BPF_OPS")
	n.bits("TCA_BPF_FLAGS", []bit{{1, "direct-action"}})
	t.filterFlags(n, "TCA_BPF_FLAGS_GEN")
	t.filterEnd(n, "TCA_BPF")
}

// flowKeys are the words for FLOW_KEY_*, by number.
var flowKeys = []string{"src", "dst", "proto", "proto-src", "proto-dst", "iif", "priority", "mark", "nfct", "nfct-src", "nfct-dst",
	"nfct-proto-src", "nfct-proto-dst", "rt-classid", "sk-uid", "sk-gid", "vlan-tag", "rxhash"}

func flowFilter(t *telling, n nest) {
	if mode := n.peek("TCA_FLOW_MODE"); mode != nil && number(mode) <= 1 {
		t.say([]string{"map", "hash"}[number(mode)])
		t.mark(mode, true)
	}
	if keys := n.peek("TCA_FLOW_KEYS"); keys != nil {
		v := number(keys)
		var words []string
		for i, w := range flowKeys {
			if v&(1<<i) != 0 {
				words = append(words, w)
				v &^= 1 << i
			}
		}
		if v == 0 && len(words) > 0 {
			t.say("keys", strings.Join(words, ","))
			t.mark(keys, true)
		}
	}
	n.options([]option{{"TCA_FLOW_RSHIFT", "rshift", asNumber}, {"TCA_FLOW_ADDEND", "addend", asHex}})
	// "and", "or" and "xor" become one mask and one number: these two make any.
	mask, xor := n.peek("TCA_FLOW_MASK"), n.peek("TCA_FLOW_XOR")
	if mask != nil && xor != nil && (number(mask) != math.MaxUint32 || number(xor) != 0) {
		if number(mask) != math.MaxUint32 {
			t.say("and", hexNumber(number(mask)))
		}
		if number(xor) != 0 {
			t.say("xor", hexNumber(number(xor)))
		}
		t.mark(mask, true)
		t.mark(xor, true)
	}
	n.options([]option{{"TCA_FLOW_DIVISOR", "divisor", asNumber}, {"TCA_FLOW_BASECLASS", "baseclass", asClass}, {"TCA_FLOW_PERTURB", "perturb", asNumber}})
	t.ematches(n, "TCA_FLOW_EMATCHES")
	t.filterEnd(n, "TCA_FLOW")
}

var asU32Handle form = func(t *telling, n *decode.Node) ([]string, bool) {
	return []string{u32Handle(t.native(n))}, len(n.Raw) == 4
}

// u32Key is struct tc_u32_key, numbers as they stand in the packet.
type u32Key struct {
	mask, val uint64
	off       int64
	next      bool // relative to the next header
}

func u32Filter(t *telling, n nest) {
	n.options([]option{{"TCA_U32_DIVISOR", "divisor", asNumber}})
	n.options([]option{{"TCA_U32_HASH", "ht", func(t *telling, x *decode.Node) ([]string, bool) {
		h := t.native(x)
		return []string{u32Handle(h)}, h != 0 && h&0xfff == 0
	}}})
	if mark := n.peek("TCA_U32_MARK"); mark != nil {
		in := nest{t, mark.Children}
		if v, mask := in.peek("val"), in.peek("mask"); v != nil && mask != nil && number(v)&^number(mask) == 0 {
			// tc wants a word behind it: the other matches follow, or what is done.
			t.say("match", "mark", hexNumber(number(v)), hexNumber(number(mask)))
			t.mark(mark, true)
		}
	}
	if sel := n.peek("TCA_U32_SEL"); sel != nil {
		t.u32Selector(n, t.record(sel))
	}
	n.options([]option{{"TCA_U32_LINK", "link", asU32Handle}, {"TCA_U32_INDEV", "indev", asText}})
	t.filterFlags(n, "TCA_U32_FLAGS")
	t.filterEnd(n, "TCA_U32")
}

// u32Selector says struct tc_u32_sel.
func (t *telling) u32Selector(n, in nest) {
	if keys := in.peek("keys"); keys != nil {
		ip := t.filterProtocol() == unix.ETH_P_IP
		whole := true
		seen := map[[2]int64]bool{}
		for i := range keys.Children {
			k, ok := u32KeyOf(nest{t, keys.Children[i].Children})
			place := [2]int64{k.off, 0}
			if k.next {
				place[1] = 1
			}
			if !ok || seen[place] { // tc makes one of two at the same place
				whole = false
				continue
			}
			seen[place] = true
			t.say("match")
			t.say(k.words(ip)...)
		}
		if whole {
			t.mark(keys, true)
			in.take("nkeys")
		}
	}
	const terminal, offset, varOffset, eat = 1, 2, 4, 8
	flags := in.peek("flags")
	if flags == nil {
		return
	}
	v := number(flags)
	if v&(offset|varOffset|eat) != 0 {
		t.say("offset")
		if v&varOffset != 0 {
			if x := in.take("offoff"); x != nil {
				w, _ := asNumber(t, x)
				t.say("at")
				t.say(w...)
			}
			t.say("mask", hexNumber(in.num("offmask")), "shift", decimal(in.num("offshift")))
		}
		if v&offset != 0 {
			t.say("plus", decimal(in.num("off")))
		}
		if v&eat != 0 {
			t.say("eat")
		}
	}
	// Whatever decides makes a filter the last one.
	decides := n.has("TCA_U32_CLASSID") || n.has("TCA_U32_ACT") || n.has("TCA_U32_POLICE")
	if v&^(terminal|offset|varOffset|eat) == 0 && decides == (v&terminal != 0) {
		t.mark(flags, true)
	}
	if mask, at := in.peek("hmask"), in.peek("hoff"); mask != nil && at != nil && (!zero(mask.Raw) || !zero(at.Raw)) {
		w, _ := asNumber(t, at)
		t.say("hashkey", "mask", hexNumber(number(mask)), "at")
		t.say(w...)
		t.mark(mask, true)
		t.mark(at, true)
	}
}

func u32KeyOf(in nest) (k u32Key, ok bool) {
	mask, val, off, next := in.peek("mask"), in.peek("val"), in.peek("off"), in.peek("offmask")
	if mask == nil || val == nil || off == nil || next == nil {
		return k, false
	}
	k.mask, k.val, k.off, k.next = number(mask), number(val), int64(int32(number(off))), number(next) != 0
	whole := uint32(number(next)) == math.MaxUint32 || number(next) == 0
	return k, whole && k.val&^k.mask == 0 && k.off%4 == 0
}

// words writes a key: by name where an IP header has one there, else as four bytes.
func (k *u32Key) words(ip bool) []string {
	if ip && !k.next {
		if name := map[int64]string{12: "src", 16: "dst"}[k.off]; name != "" {
			if n, ok := maskBits(beBytes(uint32(k.mask))); ok {
				s, _ := prefix(beBytes(uint32(k.val)), n)
				return []string{"ip", name, s}
			}
		}
		switch {
		case k.off == 8 && k.mask == 0xff0000:
			return []string{"ip", "protocol", decimal(k.val >> 16), "0xff"}
		case k.off == 0 && k.mask&^0xff0000 == 0 && k.mask != 0:
			return []string{"ip", "dsfield", hexNumber(k.val >> 16), hexNumber(k.mask >> 16)}
		case k.off == 20 && k.mask == 0xffff0000:
			return []string{"ip", "sport", decimal(k.val >> 16), "0xffff"}
		case k.off == 20 && k.mask == 0xffff:
			return []string{"ip", "dport", decimal(k.val), "0xffff"}
		}
	}
	at := strconv.FormatInt(k.off, 10)
	if k.next {
		at = "nexthdr+" + at
	}
	return []string{"u32", hexNumber(k.val), hexNumber(k.mask), "at", at}
}

// filterProtocol returns the protocol that a filter is for.
func (t *telling) filterProtocol() uint64 {
	info := t.fields().peek("tcm_info")
	if info == nil {
		return 0
	}
	proto := uint16(t.native(info))
	if !t.m.Frame.Origin.BigEndian {
		proto = proto<<8 | proto>>8
	}
	return uint64(proto)
}
