// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// routeTypes are the values of rtm_type, as ip(8) calls them (linux/rtnetlink.h).
var routeTypes = map[uint64]string{
	unix.RTN_UNICAST: "unicast", unix.RTN_LOCAL: "local", unix.RTN_BROADCAST: "broadcast", unix.RTN_ANYCAST: "anycast",
	unix.RTN_MULTICAST: "multicast", unix.RTN_BLACKHOLE: "blackhole", unix.RTN_UNREACHABLE: "unreachable",
	unix.RTN_PROHIBIT: "prohibit", unix.RTN_THROW: "throw", unix.RTN_NAT: "nat", unix.RTN_XRESOLVE: "xresolve",
}

var scopes = map[uint64]string{
	unix.RT_SCOPE_UNIVERSE: "global", unix.RT_SCOPE_SITE: "site", unix.RT_SCOPE_LINK: "link", unix.RT_SCOPE_HOST: "host",
	unix.RT_SCOPE_NOWHERE: "nowhere",
}

func scopeName(v uint64) string { return nameOr(scopes, v) }

// routeProtocols are the protocols that ip knows without a file.
var routeProtocols = map[uint64]string{
	unix.RTPROT_REDIRECT: "redirect", unix.RTPROT_KERNEL: "kernel", unix.RTPROT_BOOT: "boot", unix.RTPROT_STATIC: "static",
}

var tables = map[uint64]string{unix.RT_TABLE_MAIN: "main", unix.RT_TABLE_LOCAL: "local", unix.RT_TABLE_DEFAULT: "default"}

func tableName(v uint64) string { return nameOr(tables, v) }

func newRoute(t *telling) bool {
	verb := ""
	switch t.m.Header.Flags & (unix.NLM_F_CREATE | unix.NLM_F_EXCL | unix.NLM_F_REPLACE | unix.NLM_F_APPEND) {
	case unix.NLM_F_CREATE | unix.NLM_F_EXCL:
		verb = "add"
	case unix.NLM_F_REPLACE:
		verb = "change"
	case unix.NLM_F_CREATE | unix.NLM_F_REPLACE:
		verb = "replace"
	case unix.NLM_F_CREATE:
		verb = "prepend"
	case unix.NLM_F_CREATE | unix.NLM_F_APPEND:
		verb = "append"
	case unix.NLM_F_EXCL:
		verb = "test"
	default:
		return false
	}
	return t.route(verb, false)
}

func delRoute(t *telling) bool { return t.route("del", true) }

// route says a route to be made or deleted (iproute_modify of ip).
func (t *telling) route(verb string, del bool) bool {
	f, a := t.fields(), t.attrs()
	family := t.family("rtm_family")
	kind := f.num("rtm_type")
	dst, ok := t.destination(family)
	if !ok {
		return false
	}
	if o := familyOption(family); o != "" && !t.familyShows(family, dst) {
		t.say("ip", o)
	} else {
		t.say("ip")
	}
	t.say("route", verb)
	if kind != unix.RTN_UNSPEC && kind != unix.RTN_UNICAST {
		t.say(nameOr(routeTypes, kind))
	}
	t.say(dst)
	a.options([]option{{"RTA_SRC", "from", func(t *telling, n *decode.Node) ([]string, bool) {
		s, ok := prefix(n.Raw, t.fields().num("rtm_src_len"))
		return []string{s}, ok
	}}})
	t.say(t.tos()...)
	if table := t.table("rtm_table", "RTA_TABLE"); table != defaultTable(kind) {
		t.say("table", tableName(table))
	}
	if p := f.num("rtm_protocol"); !del && p != unix.RTPROT_BOOT || del && p != 0 {
		t.say("proto", nameOr(routeProtocols, p))
	}
	if s := f.num("rtm_scope"); s != t.defaultScope(family, kind, del) {
		t.say("scope", scopeName(s))
	}
	t.hop(a, false)
	a.options(routeOptions)
	t.metrics(a)
	t.hops(a)
	return true
}

// routeOptions are what else "ip route" has keywords for (ip-route(8)).
var routeOptions = []option{
	{"RTA_PREFSRC", "src", asAddr},
	{"RTA_PRIORITY", "metric", asNumber},
	{"RTA_PREF", "pref", asOneOf(map[uint64]string{0: "medium", 1: "high", 3: "low"})},
	{"RTA_EXPIRES", "expires", asNumber},
	{"RTA_TTL_PROPAGATE", "ttl-propagate", asOneOf(map[uint64]string{0: "disabled", 1: "enabled"})},
	{"RTA_MARK", "mark", asNumber},
}

// destination is the prefix that a route is for.
func (t *telling) destination(family uint64) (string, bool) {
	bits := t.fields().num("rtm_dst_len")
	n := t.attrs().take("RTA_DST")
	switch {
	case n == nil:
		return "default", bits == 0
	case family == unix.AF_MPLS:
		return labels(n.Raw)
	}
	return prefix(n.Raw, bits)
}

// familyShows says whether the words of a route tell ip its address family.
func (t *telling) familyShows(family uint64, dst string) bool {
	if family == unix.AF_MPLS {
		return false // labels are numbers, as some addresses
	}
	if dst != "default" {
		return true
	}
	if family == unix.AF_INET {
		return true // what ip takes a route for that says nothing
	}
	return family == unix.AF_INET6 && t.attrs().has("RTA_GATEWAY")
}

// tos says the type of service, in hex, as ip reads numbers here.
func (t *telling) tos() []string {
	if v := t.fields().num("rtm_tos"); v != 0 {
		return []string{"tos", hexNumber(v)}
	}
	return nil
}

// table returns the number of a table: the header's has 8 bits.
func (t *telling) table(field, attr string) uint64 {
	table := t.fields().num(field)
	if n := t.attrs().take(attr); n != nil {
		table = number(n)
	}
	return table
}

// defaultTable is where ip puts a route of a type by itself.
func defaultTable(kind uint64) uint64 {
	switch kind {
	case unix.RTN_LOCAL, unix.RTN_BROADCAST, unix.RTN_NAT, unix.RTN_ANYCAST:
		return unix.RT_TABLE_LOCAL
	}
	return unix.RT_TABLE_MAIN
}

// defaultScope is the scope that ip gives a route by itself.
func (t *telling) defaultScope(family, kind uint64, del bool) uint64 {
	if family == unix.AF_INET6 || family == unix.AF_MPLS {
		return unix.RT_SCOPE_UNIVERSE
	}
	switch kind {
	case unix.RTN_LOCAL, unix.RTN_NAT:
		return unix.RT_SCOPE_HOST
	case unix.RTN_BROADCAST, unix.RTN_MULTICAST, unix.RTN_ANYCAST:
		return unix.RT_SCOPE_LINK
	case unix.RTN_UNICAST, unix.RTN_UNSPEC:
		a := t.attrs()
		switch {
		case del:
			return unix.RT_SCOPE_NOWHERE
		case !a.has("RTA_GATEWAY") && !a.has("RTA_VIA") && !a.has("RTA_MULTIPATH") && !a.has("RTA_NH_ID"):
			return unix.RT_SCOPE_LINK
		}
	}
	return unix.RT_SCOPE_UNIVERSE
}

// hop says where a route leads: that of the route itself, or one of several.
func (t *telling) hop(a nest, several bool) {
	t.encap(a, "RTA_ENCAP_TYPE", "RTA_ENCAP")
	a.options([]option{{"RTA_GATEWAY", "via", asAddr}, {"RTA_VIA", "via", asVia},
		{"RTA_NEWDST", "as", asLabels}})
	if !several {
		a.options([]option{{"RTA_NH_ID", "nhid", asNumber}, {"RTA_OIF", "dev", asIf}})
	}
	a.options([]option{{"RTA_FLOW", "realms", func(_ *telling, n *decode.Node) ([]string, bool) {
		v := number(n)
		if from := v >> 16; from != 0 {
			return []string{decimal(from) + "/" + decimal(v&0xffff)}, true
		}
		return []string{decimal(v)}, true
	}}})
	if !several && t.fields().peek("rtm_flags") != nil {
		t.hopFlags(t.fields(), "rtm_flags")
	}
}

func (t *telling) hopFlags(n nest, name string) {
	x := n.peek(name)
	if x == nil {
		return
	}
	v := x.Num
	for _, f := range []struct {
		bit  uint64
		word string
	}{{unix.RTNH_F_ONLINK, "onlink"}, {unix.RTNH_F_PERVASIVE, "pervasive"}} {
		if v&f.bit != 0 {
			t.say(f.word)
			v &^= f.bit
		}
	}
	if v == 0 {
		t.mark(x, true)
	}
}

// hops says the next hops of RTA_MULTIPATH (struct rtnexthop each).
func (t *telling) hops(a nest) {
	m := a.in("RTA_MULTIPATH")
	for i := range m.nodes {
		n := t.open(&m.nodes[i])
		t.say("nexthop")
		n.take("rtnh_len")
		t.hop(n, true)
		if x := n.take("rtnh_ifindex"); x != nil && number(x) != 0 {
			t.say("dev", t.ifName(number(x)))
		}
		// rtnh_hops is the weight less one.
		if x := n.take("rtnh_hops"); x != nil && number(x) != 0 {
			t.say("weight", decimal(number(x)+1))
		}
		t.hopFlags(n, "rtnh_flags")
	}
}

// metrics says RTA_METRICS. RTAX_LOCK has a bit for each one that is locked.
func (t *telling) metrics(a nest) {
	m := a.in("RTA_METRICS")
	if len(m.nodes) == 0 {
		return
	}
	var lock uint64
	if x := m.take("RTAX_LOCK"); x != nil {
		lock = number(x)
	}
	for _, o := range routeMetrics {
		x := m.peek(o.attr)
		if x == nil {
			continue
		}
		words, ok := o.form(t, x)
		if !ok {
			continue
		}
		locked := lock&(1<<x.ID) != 0
		switch o.attr {
		case "RTAX_RTO_MIN": // ip locks it always, and takes no such word
			if !locked {
				continue
			}
			locked = false
		case "RTAX_FEATURES", "RTAX_FASTOPEN_NO_COOKIE": // ip never does
			if locked {
				continue
			}
		}
		t.say(o.word)
		if locked {
			t.say("lock")
		}
		t.say(words...)
		t.mark(x, true)
	}
}

var routeMetrics = []option{
	{"RTAX_MTU", "mtu", asNumber}, {"RTAX_WINDOW", "window", asNumber}, {"RTAX_RTT", "rtt", asMillis(8)},
	{"RTAX_RTTVAR", "rttvar", asMillis(4)}, {"RTAX_SSTHRESH", "ssthresh", asNumber}, {"RTAX_CWND", "cwnd", asNumber},
	{"RTAX_ADVMSS", "advmss", asNumber}, {"RTAX_REORDERING", "reordering", asNumber}, {"RTAX_HOPLIMIT", "hoplimit", asNumber},
	{"RTAX_INITCWND", "initcwnd", asNumber}, {"RTAX_RTO_MIN", "rto_min", asMillis(1)}, {"RTAX_INITRWND", "initrwnd", asNumber},
	{"RTAX_QUICKACK", "quickack", asNumber}, {"RTAX_CC_ALGO", "congctl", asText},
	{"RTAX_FASTOPEN_NO_COOKIE", "fastopen_no_cookie", asNumber},
	{"RTAX_FEATURES", "features", asOneOf(map[uint64]string{1: "ecn"})},
}

// asMillis is a number that is kept in parts of a millisecond.
func asMillis(parts uint64) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		v := number(n)
		return []string{decimal(v/parts) + "ms"}, v%parts == 0
	}
}

// asVia is struct rtvia: an address of another family than the route's.
var asVia form = func(t *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) < 2 {
		return nil, false
	}
	s, ok := addr(n.Raw[2:])
	family := "inet"
	if len(n.Raw) == 18 {
		family = "inet6"
	}
	return []string{family, s}, ok
}

// asLabels is a stack of MPLS labels.
var asLabels form = func(_ *telling, n *decode.Node) ([]string, bool) {
	s, ok := labels(n.Raw)
	return []string{s}, ok
}

// labels writes struct mpls_label, 4 bytes each: label (20 bits), class, bottom of
// the stack, TTL.
func labels(b []byte) (string, bool) {
	if len(b) == 0 || len(b)%4 != 0 {
		return "", false
	}
	var parts []byte
	for i := 0; i < len(b); i += 4 {
		if i > 0 {
			parts = append(parts, '/')
		}
		parts = strconv.AppendUint(parts, uint64(b[i])<<12|uint64(b[i+1])<<4|uint64(b[i+2])>>4, 10)
	}
	return string(parts), true
}

func nameOr(names map[uint64]string, v uint64) string {
	if s := names[v]; s != "" {
		return s
	}
	return decimal(v)
}

// getRoute says RTM_GETROUTE: a look-up, or a list.
func getRoute(t *telling) bool {
	t.reads = true
	f, a := t.fields(), t.attrs()
	family := t.family("rtm_family")
	t.tool(family)
	t.say("route")
	if !t.dump() {
		n := a.take("RTA_DST")
		if n == nil {
			return false
		}
		s, ok := prefix(n.Raw, f.num("rtm_dst_len"))
		if !ok {
			return false
		}
		t.say("get", s)
		a.options([]option{{"RTA_SRC", "from", asAddr}, {"RTA_IIF", "iif", asIf}, {"RTA_OIF", "oif", asIf},
			{"RTA_MARK", "mark", asHex}, {"RTA_UID", "uid", asNumber}, {"RTA_SPORT", "sport", asNumber},
			{"RTA_DPORT", "dport", asNumber}, {"RTA_IP_PROTO", "ipproto", asNumber}})
		f.take("rtm_src_len")
		t.say(t.tos()...)
		if flags := f.peek("rtm_flags"); flags != nil {
			const lookup, match = unix.RTM_F_LOOKUP_TABLE, unix.RTM_F_FIB_MATCH
			if flags.Num&match != 0 {
				t.say("fibmatch")
			}
			if flags.Num&^(lookup|match) == 0 {
				t.mark(flags, true)
			}
		}
		return true
	}
	t.say("show")
	if table := t.table("rtm_table", "RTA_TABLE"); table != 0 && table != unix.RT_TABLE_MAIN {
		t.say("table", tableName(table))
	} else if table == 0 && !t.fields().has("rtm_table") {
		return true
	} else if table == 0 {
		t.say("table", "all")
	}
	if p := f.num("rtm_protocol"); p != 0 {
		t.say("proto", nameOr(routeProtocols, p))
	}
	if k := f.num("rtm_type"); k != 0 {
		t.say("type", nameOr(routeTypes, k))
	}
	if flags := f.peek("rtm_flags"); flags != nil && flags.Num == unix.RTM_F_CLONED {
		t.say("cached")
		t.mark(flags, true)
	}
	a.options([]option{{"RTA_OIF", "dev", asIf}})
	return true
}
