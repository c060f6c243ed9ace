// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// conntrack has the requests of conntrack(8) about entries, and conntrackExpect those
// about expectations.
var (
	conntrack = map[string]teller{
		"IPCTNL_MSG_CT_NEW": ctNew, "IPCTNL_MSG_CT_DELETE": ctDelete,
		"IPCTNL_MSG_CT_GET":         readsOnly("conntrack", "-L"),
		"IPCTNL_MSG_CT_GET_CTRZERO": func(t *telling) bool { t.say("conntrack", "-L", "-z"); return t.ctFamily() },
		"IPCTNL_MSG_CT_GET_STATS":   readsOnly("conntrack", "-C"), "IPCTNL_MSG_CT_GET_STATS_CPU": readsOnly("conntrack", "-S"),
		"IPCTNL_MSG_CT_GET_DYING": readsOnly("conntrack", "-L", "dying"), "IPCTNL_MSG_CT_GET_UNCONFIRMED": readsOnly("conntrack", "-L", "unconfirmed"),
	}
	conntrackExpect = map[string]teller{
		"IPCTNL_MSG_EXP_DELETE": func(t *telling) bool {
			if len(t.body.Attrs) > 0 {
				return false
			}
			t.say("conntrack", "-F", "expect")
			if n := t.fields().peek("nfgen_family"); n != nil && n.Num == unix.AF_INET {
				t.mark(n, true) // conntrack's own, which takes no other here
			}
			return true
		},
		"IPCTNL_MSG_EXP_GET":           readsOnly("conntrack", "-L", "expect"),
		"IPCTNL_MSG_EXP_GET_STATS_CPU": readsOnly("conntrack", "-S", "expect"),
	}
)

// ctProtos are the protocols that conntrack has options for.
var ctProtos = map[uint64]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp", unix.IPPROTO_ICMP: "icmp", unix.IPPROTO_GRE: "gre",
	unix.IPPROTO_ICMPV6: "icmpv6", unix.IPPROTO_SCTP: "sctp", unix.IPPROTO_DCCP: "dccp", unix.IPPROTO_UDPLITE: "udplite"}

// ctFamily says the family where no address does.
func (t *telling) ctFamily() bool {
	switch n := t.fields().take("nfgen_family"); {
	case n == nil:
	case n.Num == unix.AF_INET:
		t.say("-f", "ipv4")
	case n.Num == unix.AF_INET6:
		t.say("-f", "ipv6")
	}
	return true
}

func ctNew(t *telling) bool {
	a := t.attrs()
	create := t.flag(unix.NLM_F_CREATE)
	t.say("conntrack", map[bool]string{true: "-I", false: "-U"}[create])
	if !t.ctTuples(a) {
		return false
	}
	// The status stands before the mark: conntrack 1.4.7 takes one behind it for the mark.
	a.options([]option{{"CTA_STATUS", "", asCTStatus(!create)},
		{"CTA_TIMEOUT", "-t", asNumber}, {"CTA_MARK", "-m", asHex}, {"CTA_SECMARK", "-c", asNumber}, {"CTA_ZONE", "-w", asNumber},
		{"CTA_NAT_SRC", "--src-nat", asNAT}, {"CTA_NAT_DST", "--dst-nat", asNAT}})
	info := a.in("CTA_PROTOINFO")
	tcp := info.in("CTA_PROTOINFO_TCP")
	tcp.options([]option{{"CTA_PROTOINFO_TCP_STATE", "--state", asCTState("TCP_CONNTRACK_")},
		{"CTA_PROTOINFO_TCP_FLAGS_ORIGINAL", "", ctLoose}, {"CTA_PROTOINFO_TCP_FLAGS_REPLY", "", ctLoose}})
	info.in("CTA_PROTOINFO_SCTP").options([]option{{"CTA_PROTOINFO_SCTP_STATE", "--state", asCTState("SCTP_CONNTRACK_")},
		{"CTA_PROTOINFO_SCTP_VTAG_ORIGINAL", "--orig-vtag", asVtag}, {"CTA_PROTOINFO_SCTP_VTAG_REPLY", "--reply-vtag", asVtag}})
	info.in("CTA_PROTOINFO_DCCP").options([]option{{"CTA_PROTOINFO_DCCP_STATE", "--state", asCTState("CT_DCCP_")},
		{"CTA_PROTOINFO_DCCP_ROLE", "--role", asOneOf(map[uint64]string{0: "client", 1: "server"})}})
	return true
}

// ctDelete says IPCTNL_MSG_CT_DELETE. conntrack sends all that it has read of the
// entry; the kernel finds it by one tuple, zone and ID.
func ctDelete(t *telling) bool {
	a := t.attrs()
	if len(t.body.Attrs) == 0 {
		t.say("conntrack", "-F")
		return t.ctFamily()
	}
	t.say("conntrack", "-D")
	if !a.has("CTA_TUPLE_ORIG") || !t.ctTuples(a) {
		return false
	}
	a.options([]option{{"CTA_ZONE", "-w", asNumber}})
	for _, name := range []string{"CTA_TUPLE_REPLY", "CTA_STATUS", "CTA_TIMEOUT", "CTA_MARK", "CTA_PROTOINFO", "CTA_SYNPROXY", "CTA_SEQ_ADJ_ORIG",
		"CTA_SEQ_ADJ_REPLY", "CTA_HELP", "CTA_LABELS", "CTA_SECMARK"} {
		a.take(name)
	}
	return true
}

// ctTuples says the tuples of an entry. A reply that mirrors the original is
// conntrack's own.
func (t *telling) ctTuples(a nest) bool {
	t.fields().take("nfgen_family") // the addresses tell
	orig, reply := a.peek("CTA_TUPLE_ORIG"), a.peek("CTA_TUPLE_REPLY")
	if orig == nil {
		return false
	}
	o := ctTupleOf(orig)
	if o.src == nil || o.dst == nil || o.proto == nil || o.more {
		return false
	}
	for _, x := range []struct {
		word string
		n    *decode.Node
	}{{"-s", o.src}, {"-d", o.dst}} {
		s, ok := addr(x.n.Raw)
		if !ok {
			return false
		}
		t.say(x.word, s)
	}
	proto := number(o.proto)
	t.say("-p", nameOr(ctProtos, proto))
	prefix := ctProtos[proto]
	switch proto {
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6:
		t.ports(o.kind != nil, "--"+prefix+"-type", o.kind)
		t.ports(o.code != nil, "--"+prefix+"-code", o.code)
		t.ports(o.id != nil, "--"+prefix+"-id", o.id)
	case unix.IPPROTO_GRE:
		t.ports(o.sport != nil, "--srckey", o.sport)
		t.ports(o.dport != nil, "--dstkey", o.dport)
	default:
		t.ports(o.sport != nil, "--sport", o.sport)
		t.ports(o.dport != nil, "--dport", o.dport)
	}
	t.mark(orig, true)
	if reply == nil {
		return true
	}
	r := ctTupleOf(reply)
	if r.src == nil || r.dst == nil || r.more || r.proto == nil || number(r.proto) != proto ||
		!ctSame(r.sport, o.dport) || !ctSame(r.dport, o.sport) || !ctSame(r.id, o.id) || !ctSame(r.code, o.code) {
		return true // left
	}
	for _, x := range []struct {
		word   string
		is, by *decode.Node
	}{{"-r", r.src, o.dst}, {"-q", r.dst, o.src}} {
		if s, ok := addr(x.is.Raw); ok && !ctSame(x.is, x.by) {
			t.say(x.word, s)
		}
	}
	t.mark(reply, true)
	return true
}

// ctTuple is a tuple; more: it has what conntrack has no words for.
type ctTuple struct {
	src, dst, proto, sport, dport, kind, code, id *decode.Node
	more                                          bool
}

func ctTupleOf(n *decode.Node) ctTuple {
	var x ctTuple
	to := map[string]**decode.Node{"IP_V4_SRC": &x.src, "IP_V6_SRC": &x.src, "IP_V4_DST": &x.dst, "IP_V6_DST": &x.dst,
		"PROTO_NUM": &x.proto, "PROTO_SRC_PORT": &x.sport, "PROTO_DST_PORT": &x.dport,
		"PROTO_ICMP_TYPE": &x.kind, "PROTO_ICMPV6_TYPE": &x.kind, "PROTO_ICMP_CODE": &x.code, "PROTO_ICMPV6_CODE": &x.code,
		"PROTO_ICMP_ID": &x.id, "PROTO_ICMPV6_ID": &x.id}
	for i := range n.Children {
		part := &n.Children[i]
		if part.Name != "CTA_TUPLE_IP" && part.Name != "CTA_TUPLE_PROTO" {
			x.more = true
		}
		for j := range part.Children {
			c := &part.Children[j]
			if p := to[strings.TrimPrefix(c.Name, "CTA_")]; p != nil {
				*p = c
			} else if !c.Hidden {
				x.more = true
			}
		}
	}
	return x
}

// ctSame says whether two values are the same, or both missing.
func ctSame(a, b *decode.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return string(a.Raw) == string(b.Raw)
}

// ctLoose are the flags that conntrack sets by itself: no window is known, so none is checked.
var ctLoose form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return []string{quiet}, string(n.Raw) == "\x0a\x0a"
}

// asCTStatus is what a person can set of a status. The rest is conntrack's: of an
// entry that changes, what it has.
func asCTStatus(change bool) form {
	const confirmed = 1 << 3
	said := []struct {
		bit  uint64
		word string
	}{{1 << 1, "SEEN_REPLY"}, {1 << 2, "ASSURED"}, {1 << 10, "FIXED_TIMEOUT"}}
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		v := n.Num
		var words []string
		for _, x := range said {
			if v&x.bit != 0 {
				words = append(words, x.word)
				v &^= x.bit
			}
		}
		if len(words) == 0 {
			return []string{quiet}, v == confirmed || change
		}
		return []string{"-u", strings.Join(words, ",")}, v&^confirmed == 0 || change
	}
}

// asCTState is a state, by its name in the kernel.
func asCTState(prefix string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := strings.CutPrefix(text(n), prefix)
		return []string{s}, ok
	}
}

// asVtag is a tag that conntrack sends as its machine has it.
var asVtag form = func(t *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) != 4 {
		return nil, false
	}
	if t.m.Frame.BigEndian {
		return []string{decimal(uint64(binary.BigEndian.Uint32(n.Raw)))}, true
	}
	return []string{decimal(uint64(binary.LittleEndian.Uint32(n.Raw)))}, true
}

// asNAT is one address, with ports where it has them.
var asNAT form = func(_ *telling, n *decode.Node) ([]string, bool) {
	f := fieldsOf(n)
	ip, proto := f.peek("CTA_NAT_V4_MINIP"), f.peek("CTA_NAT_PROTO")
	if ip == nil || f.has("CTA_NAT_V4_MAXIP") && !ctSame(ip, f.peek("CTA_NAT_V4_MAXIP")) {
		return nil, false
	}
	s, ok := addr(ip.Raw)
	if proto != nil {
		p := fieldsOf(proto)
		low, high := p.num("CTA_PROTONAT_PORT_MIN"), p.num("CTA_PROTONAT_PORT_MAX")
		s += ":" + decimal(low)
		if high != low {
			s += "-" + decimal(high)
		}
	}
	return []string{s}, ok
}
