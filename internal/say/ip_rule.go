// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

func newRule(t *telling) bool { return t.rule("add") }
func delRule(t *telling) bool { return t.rule("del") }

// rule says a routing rule (linux/fib_rules.h; iprule_modify of ip).
func (t *telling) rule(verb string) bool {
	f, a := t.fields(), t.attrs()
	family := t.family("family")
	t.say("ip")
	// Of a rule ip does not take the family from an address.
	if o := familyOption(family); o != "" && family != unix.AF_INET {
		t.say(o)
	}
	t.say("rule", verb)
	if flags := f.peek("flags"); flags != nil {
		const invert = 0x2 // FIB_RULE_INVERT
		if flags.Num&invert != 0 {
			t.say("not")
		}
		if flags.Num&^invert == 0 {
			t.mark(flags, true)
		}
	}
	if ok := t.rulePrefix("FRA_SRC", "src_len", "from") && t.rulePrefix("FRA_DST", "dst_len", "to"); !ok {
		return false
	}
	if v := f.num("tos"); v != 0 {
		t.say("tos", hexNumber(v))
	}
	mark, mask := a.peek("FRA_FWMARK"), a.peek("FRA_FWMASK")
	if mark != nil || mask != nil {
		s := hexNumber(a.num("FRA_FWMARK"))
		if m := a.take("FRA_FWMASK"); m != nil && number(m) != 0xffffffff {
			s += "/" + hexNumber(number(m))
		}
		t.say("fwmark", s)
	}
	a.options([]option{{"FRA_IIFNAME", "iif", asText}, {"FRA_OIFNAME", "oif", asText},
		{"FRA_L3MDEV", "l3mdev", asWhere(asNothing, func(v uint64) bool { return v == 1 })},
		{"FRA_UID_RANGE", "uidrange", asRange("start", "end")},
		{"FRA_TUN_ID", "tun_id", asBig}, {"FRA_IP_PROTO", "ipproto", asIPProto},
		{"FRA_SPORT_RANGE", "sport", asPorts}, {"FRA_DPORT_RANGE", "dport", asPorts}})
	if n := a.take("FRA_PRIORITY"); n != nil {
		t.say("priority", decimal(number(n)))
	}
	if n := a.take("FRA_PROTOCOL"); n != nil && number(n) != unix.RTPROT_BOOT {
		t.say("protocol", nameOr(routeProtocols, number(n)))
	}
	t.ruleAction(verb)
	return true
}

// ruleAction says what a rule does.
func (t *telling) ruleAction(verb string) {
	f, a := t.fields(), t.attrs()
	table := t.table("table", "FRA_TABLE")
	switch action := f.num("action"); action {
	case unix.FR_ACT_UNSPEC:
		if verb == "del" && table != 0 {
			t.say("lookup", tableName(table))
		}
	case unix.FR_ACT_TO_TBL:
		if table == 0 {
			if !a.has("FRA_L3MDEV") {
				t.say("lookup", "0")
			}
			break
		}
		t.say("lookup", tableName(table))
	case unix.FR_ACT_GOTO:
		t.say("goto", decimal(a.num("FRA_GOTO")))
	case unix.FR_ACT_NOP:
		t.say("nop")
	case unix.FR_ACT_BLACKHOLE:
		t.say("blackhole")
	case unix.FR_ACT_UNREACHABLE:
		t.say("unreachable")
	case unix.FR_ACT_PROHIBIT:
		t.say("prohibit")
	default:
		t.failed = true
	}
	if n := a.peek("FRA_SUPPRESS_PREFIXLEN"); n != nil && uint32(number(n)) == 0xffffffff {
		a.take("FRA_SUPPRESS_PREFIXLEN") // of no prefix, as without; ip does not take it
	} else {
		a.options([]option{{"FRA_SUPPRESS_PREFIXLEN", "suppress_prefixlength", asNumber}})
	}
	a.options([]option{{"FRA_FLOW", "realms", asNumber}, {"FRA_SUPPRESS_IFGROUP", "suppress_ifgroup", asNumber}})
}

func (t *telling) rulePrefix(attr, bits, word string) bool {
	n := t.attrs().take(attr)
	v := t.fields().num(bits)
	if n == nil {
		return v == 0
	}
	if len(n.Raw) == 0 && v == 0 {
		t.say(word, "all")
		return true
	}
	s, ok := prefix(n.Raw, v)
	t.say(word, s)
	return ok
}

// asIPProto is a protocol of IP, by the names that every /etc/protocols has.
var asIPProto = asNames(map[uint64]string{unix.IPPROTO_ICMP: "icmp", unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp",
	unix.IPPROTO_ICMPV6: "ipv6-icmp", unix.IPPROTO_SCTP: "sctp"})

// asPorts is a range, or one port.
var asPorts form = func(t *telling, n *decode.Node) ([]string, bool) {
	words, ok := asRange("start", "end")(t, n)
	if ok {
		if from, to, _ := strings.Cut(words[0], "-"); from == to {
			words[0] = from
		}
	}
	return words, ok
}

// asRange is a struct of two numbers, both included.
func asRange(from, to string) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		in := nest{t, n.Children}
		a, b := in.peek(from), in.peek(to)
		if a == nil || b == nil {
			return nil, false
		}
		return []string{decimal(number(a)) + "-" + decimal(number(b))}, true
	}
}

// asBig is a number of 8 bytes in network byte order.
var asBig form = func(_ *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) != 8 {
		return nil, false
	}
	return []string{decimal(binary.BigEndian.Uint64(n.Raw))}, true
}

func getRule(t *telling) bool {
	t.reads = true
	if !t.dump() {
		return false
	}
	t.tool(t.family("family"))
	t.say("rule", "show")
	return true
}
