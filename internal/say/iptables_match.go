// SPDX-License-Identifier: Apache-2.0

package say

import "strings"

// xtMatches are the matches that have words, in those that iptables-save prints.
var xtMatches map[string]func(*extension)

func init() {
	xtMatches = map[string]func(*extension){
		"tcp": (*extension).tcp, "udp": (*extension).udp, "udplite": (*extension).udp, "multiport": (*extension).multiport,
		"icmp":      func(x *extension) { x.icmp("--icmp-type", 0xff) },
		"icmp6":     func(x *extension) { x.icmp("--icmpv6-type", 0) },
		"conntrack": (*extension).conntrack, "addrtype": (*extension).addrtype, "limit": (*extension).limit,
		"hashlimit": (*extension).hashlimit, "recent": (*extension).recent, "physdev": (*extension).physdev,
		"iprange": (*extension).iprange, "owner": (*extension).owner, "statistic": (*extension).statistic,
		"string": (*extension).pattern, "time": (*extension).time, "policy": (*extension).policy, "devgroup": (*extension).devgroup,
		"connbytes": (*extension).connbytes, "connlimit": (*extension).connlimit, "cgroup": (*extension).cgroup,
		"u32": (*extension).u32, "bpf": (*extension).bpf, "sctp": (*extension).sctp, "dccp": (*extension).dccp,
		"frag": (*extension).frag, "rt": (*extension).rt, "ipv6header": (*extension).ipv6header, "ah": (*extension).ah,
		"state": func(x *extension) { x.states("--state", x.num("statemask")) },
		"comment": func(x *extension) {
			s := x.text("comment")
			x.check(s != "" && len(s) < 256)
			x.put("--comment", s)
		},
		"mark":     func(x *extension) { x.not(x.yes("invert")); x.masked("--mark", "mark", "mask") },
		"connmark": func(x *extension) { x.not(x.yes("invert")); x.masked("--mark", "mark", "mask") },
		"realm":    func(x *extension) { x.not(x.yes("invert")); x.masked("--realm", "id", "mask") },
		"mac": func(x *extension) {
			s, ok := lladdr(x.raw("srcaddr"))
			x.take("srcaddr")
			x.check(ok)
			x.not(x.yes("invert"))
			x.put("--mac-source", s)
		},
		"length":  func(x *extension) { x.span("--length", "min", "max", x.yes("invert")) },
		"tcpmss":  func(x *extension) { x.span("--mss", "mss_min", "mss_max", x.yes("invert")) },
		"pkttype": (*extension).pkttype,
		"tos": func(x *extension) {
			x.not(x.yes("invert"))
			x.put("--tos", hexNumber(x.num("tos_value"))+"/"+hexNumber(x.num("tos_mask")))
		},
		"dscp": func(x *extension) { x.not(x.yes("invert")); x.put("--dscp", hexNumber(x.num("dscp"))) },
		"ttl":  func(x *extension) { x.hops("--ttl-", "ttl") }, "hl": func(x *extension) { x.hops("--hl-", "hop_limit") },
		"connlabel": func(x *extension) {
			options := x.num("options")
			x.check(options < 4)
			x.not(options&1 != 0)
			x.number("--label", "bit")
			x.flag(options&2 != 0, "--set")
		},
		"cpu":    func(x *extension) { x.not(x.yes("invert")); x.number("--cpu", "cpu") },
		"helper": func(x *extension) { x.not(x.yes("invert")); x.option("--helper", "name") },
		"quota": func(x *extension) {
			flags := x.num("flags")
			x.check(flags < 2)
			x.not(flags != 0)
			x.number("--quota", "quota")
		},
		"ecn": func(x *extension) {
			op, invert := x.num("operation"), x.num("invert")
			x.check(op&^0x31 == 0 && invert&^op == 0)
			for _, o := range []struct {
				bit  uint64
				word string
			}{{0x10, "--ecn-tcp-ece"}, {0x20, "--ecn-tcp-cwr"}} {
				if op&o.bit != 0 {
					x.not(invert&o.bit != 0)
					x.put(o.word)
				}
			}
			if op&1 != 0 {
				x.not(invert&1 != 0)
				x.number("--ecn-ip-ect", "ip_ect")
			}
		},
		"socket":   func(x *extension) { x.flags("flags", "--transparent", "--nowildcard", "--restore-skmark") },
		"rpfilter": func(x *extension) { x.flags("flags", "--loose", "--validmark", "--accept-local", "--invert") },
		"cluster": func(x *extension) {
			flags := x.num("flags")
			x.check(flags < 2)
			x.number("--cluster-total-nodes", "total_nodes")
			x.not(flags&1 != 0)
			x.put("--cluster-local-nodemask", hexNumber(x.num("node_mask")), "--cluster-hash-seed", hexNumber(x.num("hash_seed")))
		},
		"esp": func(x *extension) {
			inv := x.num("invflags")
			x.check(inv < 2)
			x.spanOf("--espspi", "spis", inv != 0, 1<<32-1)
		},
		"ipcomp": (*extension).ipcomp,
		"hbh":    func(x *extension) { x.headerOptions("--hbh") },
		"dst":    func(x *extension) { x.headerOptions("--dst") },
		"mh": func(x *extension) {
			inv := x.num("invflags")
			x.check(inv < 2)
			x.spanOf("--mh-type", "types", inv != 0, 255)
		},
		"nfacct": func(x *extension) { x.option("--nfacct-name", "name") },
	}
}

// span puts an option with two fields as a range.
func (x *extension) span(word, low, high string, invert bool) {
	l, h := x.num(low), x.num(high)
	x.check(l <= h)
	x.not(invert)
	x.put(word, rangeWords(l, h, ":"))
}

// flags puts a word for each bit of a field.
func (x *extension) flags(field string, words ...string) {
	v := x.num(field)
	for i, w := range words {
		x.flag(v&(1<<i) != 0, w)
		v &^= 1 << i
	}
	x.check(v == 0)
}

// hops are the comparisons of ttl and hl.
func (x *extension) hops(prefix, field string) {
	mode := x.num("mode")
	x.check(mode < 4)
	x.not(mode == 1)
	x.number(prefix+[]string{"eq", "eq", "lt", "gt"}[mode&3], field)
}

func (x *extension) tcp() {
	inv := x.num("invflags")
	x.check(inv < 16)
	x.spanOf("--sport", "spts", inv&1 != 0, 65535)
	x.spanOf("--dport", "dpts", inv&2 != 0, 65535)
	if o := x.num("option"); o != 0 || inv&8 != 0 {
		x.not(inv&8 != 0)
		x.put("--tcp-option", decimal(o))
	}
	if mask, set := x.num("flg_mask"), x.num("flg_cmp"); mask != 0 || set != 0 || inv&4 != 0 {
		x.not(inv&4 != 0)
		words := tcpFlags(mask, set)
		x.check(words != nil)
		x.put(words...)
	}
}

// tcpFlagNames are the bits of a TCP header that iptables knows.
var tcpFlagNames = []string{"FIN", "SYN", "RST", "PSH", "ACK", "URG"}

// tcpFlags are the words for flags; nil: of ECN, which iptables does not know.
func tcpFlags(mask, set uint64) []string {
	m, ok1 := bitNames(mask, tcpFlagNames)
	s, ok2 := bitNames(set, tcpFlagNames)
	if !ok1 || !ok2 {
		return nil
	}
	if m == "" {
		m = "NONE"
	}
	if s == "" {
		s = "NONE"
	}
	return []string{"--tcp-flags", m, s}
}

func (x *extension) udp() {
	inv := x.num("invflags")
	x.check(inv < 4)
	x.spanOf("--sport", "spts", inv&1 != 0, 65535)
	x.spanOf("--dport", "dpts", inv&2 != 0, 65535)
}

func (x *extension) multiport() {
	kind, count, ports, more := x.num("flags"), x.num("count"), x.list("ports"), x.list("pflags")
	word := map[uint64]string{0: "--sports", 1: "--dports", 2: "--ports"}[kind]
	if word == "" || count == 0 || count > uint64(len(ports)) || count > uint64(len(more)) || more[count-1] != 0 {
		x.bad = true
		return
	}
	var b strings.Builder
	for i := range ports {
		switch {
		case uint64(i) >= count:
			x.check(ports[i] == 0 && more[i] == 0)
			continue
		case more[i] > 1:
			x.bad = true
		case i > 0 && more[i-1] != 0:
			x.check(more[i] == 0)
			b.WriteByte(':')
		case i > 0:
			b.WriteByte(',')
		}
		b.WriteString(decimal(ports[i]))
	}
	x.not(x.yes("invert"))
	x.put(word, b.String())
}

// icmp is a type and a code. every is the type that stands for all, 0 for none.
func (x *extension) icmp(word string, every uint64) {
	kind, inv := x.num("type"), x.num("invflags")
	low, high := x.pair("code")
	all := low == 0 && high == 255
	x.check(inv < 2 && (all || low == high))
	x.not(inv != 0)
	switch {
	case every != 0 && kind == every && all:
		x.put(word, "any")
	case all:
		x.put(word, decimal(kind))
	default:
		x.put(word, decimal(kind)+"/"+decimal(low))
	}
}

// ctStates are the bits of a state, in the order of iptables.
var ctStates = []struct {
	bit  uint64
	name string
}{{1 << 0, "INVALID"}, {1 << 3, "NEW"}, {1 << 2, "RELATED"}, {1 << 1, "ESTABLISHED"}, {1 << 8, "UNTRACKED"}, {1 << 6, "SNAT"}, {1 << 7, "DNAT"}}

func (x *extension) states(word string, v uint64) {
	var names []string
	for _, s := range ctStates {
		if v&s.bit != 0 {
			names = append(names, s.name)
			v &^= s.bit
		}
	}
	x.check(v == 0 && len(names) > 0)
	x.put(word, strings.Join(names, ","))
}

func (x *extension) conntrack() {
	match, inv := x.num("match_flags"), x.num("invert_flags")
	alias := match&(1<<13) != 0
	x.check(match < 1<<14 && inv&^match == 0)
	if match&1 != 0 {
		x.not(inv&1 != 0)
		word := "--ctstate"
		if alias {
			x.alias, word = "state", "--state"
			x.check(match == 1|1<<13)
		}
		x.states(word, x.num("state_mask"))
	}
	if match&(1<<1) != 0 {
		x.not(inv&(1<<1) != 0)
		x.number("--ctproto", "l4proto")
	}
	for i, name := range []string{"origsrc", "origdst", "replsrc", "repldst"} {
		if match&(1<<(i+2)) != 0 {
			x.not(inv&(1<<(i+2)) != 0)
			x.put("--ct"+name, x.net(name+"_addr", name+"_mask"))
		}
	}
	for i, name := range []string{"origsrc", "origdst", "replsrc", "repldst"} {
		if match&(1<<(i+8)) != 0 {
			x.not(inv&(1<<(i+8)) != 0)
			low, high := x.num(name+"_port"), x.num(name+"_port_high")
			if x.rev < 3 {
				high = low
			}
			x.check(low <= high)
			x.put("--ct"+name+"port", rangeWords(low, high, ":"))
		}
	}
	if match&(1<<6) != 0 {
		x.not(inv&(1<<6) != 0)
		status := x.num("status_mask")
		s, ok := bitNames(status, []string{"EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"})
		if status == 0 {
			s = "NONE"
		}
		x.check(ok)
		x.put("--ctstatus", s)
	}
	if match&(1<<7) != 0 {
		x.span("--ctexpire", "expires_min", "expires_max", inv&(1<<7) != 0)
	}
	if match&(1<<12) != 0 {
		x.put("--ctdir", map[bool]string{false: "ORIGINAL", true: "REPLY"}[inv&(1<<12) != 0])
	}
}

// addrTypes are the bits of an address's type.
var addrTypes = []string{"UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE", "UNREACHABLE", "PROHIBIT", "THROW", "NAT", "XRESOLVE"}

func (x *extension) addrtype() {
	flags := x.num("flags")
	if x.rev == 0 {
		if x.yes("invert_source") {
			flags |= 1
		}
		if x.yes("invert_dest") {
			flags |= 2
		}
	}
	for i, o := range []struct{ word, field string }{{"--src-type", "source"}, {"--dst-type", "dest"}} {
		if v := x.num(o.field); v != 0 {
			s, ok := bitNames(v, addrTypes)
			x.check(ok)
			x.not(flags&(1<<i) != 0)
			x.put(o.word, s)
		} else {
			x.check(flags&(1<<i) == 0)
		}
	}
	x.flag(flags&4 != 0, "--limit-iface-in")
	x.flag(flags&8 != 0, "--limit-iface-out")
	x.check(flags < 16)
}

func (x *extension) pkttype() {
	kind := x.num("pkttype")
	word := map[uint64]string{0: "unicast", 1: "broadcast", 2: "multicast"}[kind]
	x.check(word != "")
	x.not(x.yes("invert"))
	x.put("--pkt-type", word)
}

// limitScale is XT_LIMIT_SCALE, and hashScale XT_HASHLIMIT_SCALE_v2.
const limitScale, hashScale = 10000, 1000000

func (x *extension) limit() {
	rate, _, ok := rateWords(x.num("avg"), limitScale)
	x.check(ok)
	x.put("--limit", rate)
	if b := x.num("burst"); b != 5 {
		x.put("--limit-burst", decimal(b))
	}
}
