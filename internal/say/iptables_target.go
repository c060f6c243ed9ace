// SPDX-License-Identifier: Apache-2.0

package say

import "strings"

// xtTargets are the targets that have words. Those of a set of ipset (SET, and the
// match set) have none: they name it by a number that iptables asks for.
var xtTargets map[string]func(*extension)

func init() {
	xtTargets = map[string]func(*extension){
		"LOG": (*extension).log, "NFLOG": (*extension).nflog, "NFQUEUE": (*extension).nfqueue, "REJECT": (*extension).reject,
		"DNAT":       func(x *extension) { x.nat("--to-destination") },
		"SNAT":       func(x *extension) { x.nat("--to-source") },
		"MASQUERADE": func(x *extension) { x.nat("--to-ports") },
		"REDIRECT":   func(x *extension) { x.nat("--to-ports") },
		"NETMAP":     (*extension).netmap, "CONNMARK": (*extension).setConnmark, "CT": (*extension).ct, "TPROXY": (*extension).tproxy,
		"MARK": func(x *extension) { x.put("--set-xmark", hexNumber(x.num("mark"))+"/"+hexNumber(x.num("mask"))) },
		"TCPMSS": func(x *extension) {
			if mss := x.num("mss"); mss == 0xffff {
				x.put("--clamp-mss-to-pmtu")
			} else {
				x.put("--set-mss", decimal(mss))
			}
		},
		"CLASSIFY": func(x *extension) {
			p := x.num("priority")
			x.put("--set-class", strings.TrimPrefix(hexNumber(p>>16), "0x")+":"+strings.TrimPrefix(hexNumber(p&0xffff), "0x"))
		},
		"DSCP": func(x *extension) { x.put("--set-dscp", hexNumber(x.num("dscp"))) },
		"TOS": func(x *extension) {
			x.put("--set-tos", hexNumber(x.num("tos_value"))+"/"+hexNumber(x.num("tos_mask")))
		},
		"TTL": func(x *extension) { x.setHops("--ttl-", "ttl") }, "HL": func(x *extension) { x.setHops("--hl-", "hop_limit") },
		"TEE": func(x *extension) { x.put("--gateway", x.addr("gw")); x.option("--oif", "oif") },
		"ECN": (*extension).setECN,
		"CHECKSUM": func(x *extension) {
			x.check(x.num("operation") == 1)
			x.put("--checksum-fill")
		},
		"TCPOPTSTRIP": func(x *extension) {
			var all []string
			for i, v := range x.list("strip_bmap") {
				for bit := range 32 {
					if v&(1<<bit) != 0 {
						all = append(all, decimal(uint64(i*32+bit)))
					}
				}
			}
			if len(all) > 0 {
				x.put("--strip-options", strings.Join(all, ","))
			}
		},
		"AUDIT": func(x *extension) {
			kind := x.num("type")
			x.check(kind < 3)
			x.put("--type", []string{"accept", "drop", "reject", ""}[min(kind, 3)])
		},
		"IDLETIMER": func(x *extension) {
			alarm := x.num("timer_type")
			x.check(alarm < 2)
			x.number("--timeout", "timeout")
			x.option("--label", "label")
			x.flag(alarm == 1, "--alarm")
		},
		"SNPT": (*extension).npt, "DNPT": (*extension).npt, "SYNPROXY": (*extension).synproxy,
	}
}

func (x *extension) log() {
	level := x.num("level")
	flags := x.num("logflags")
	x.option("--log-prefix", "prefix")
	if level != 4 {
		x.put("--log-level", decimal(level))
	}
	x.check(level < 8 && flags&^0x2f == 0)
	for _, o := range []struct {
		bit  uint64
		word string
	}{{1, "--log-tcp-sequence"}, {2, "--log-tcp-options"}, {4, "--log-ip-options"}, {8, "--log-uid"}, {32, "--log-macdecode"}} {
		x.flag(flags&o.bit != 0, o.word)
	}
}

func (x *extension) nflog() {
	flags, size := x.num("flags"), x.num("len")
	x.check(flags < 2)
	x.option("--nflog-prefix", "prefix")
	x.unlessZero("--nflog-group", "group")
	switch {
	case flags&1 != 0:
		x.put("--nflog-size", decimal(size))
	case size != 0:
		x.put("--nflog-range", decimal(size))
	}
	if n := x.num("threshold"); n != 0 {
		x.put("--nflog-threshold", decimal(n))
	}
}

func (x *extension) nfqueue() {
	first, n, flags := x.num("queuenum"), x.num("queues_total"), x.num("flags")
	if x.rev == 2 {
		flags = x.num("bypass")
		x.check(flags < 2)
	}
	x.check(flags < 4 && (n > 0 || x.rev == 0) && first+n <= 65536)
	if n > 1 {
		x.put("--queue-balance", decimal(first)+":"+decimal(first+n-1))
	} else {
		x.put("--queue-num", decimal(first))
	}
	x.flag(flags&1 != 0, "--queue-bypass")
	x.flag(flags&2 != 0, "--queue-cpu-fanout")
}

// rejects are the ways to refuse that iptables has words for, of IPv4 and IPv6.
var rejects = [2]map[uint64]string{
	{0: "icmp-net-unreachable", 1: "icmp-host-unreachable", 2: "icmp-proto-unreachable", 3: "icmp-port-unreachable",
		5: "icmp-net-prohibited", 6: "icmp-host-prohibited", 7: "tcp-reset", 8: "icmp-admin-prohibited"},
	{0: "icmp6-no-route", 1: "icmp6-adm-prohibited", 3: "icmp6-addr-unreachable", 4: "icmp6-port-unreachable", 6: "tcp-reset",
		7: "icmp6-policy-fail", 8: "icmp6-reject-route"},
}

func (x *extension) reject() {
	of := 0
	if x.v6 {
		of = 1
	}
	word := rejects[of][x.num("with")]
	x.check(word != "")
	x.put("--reject-with", word)
}

// The bits of NF_NAT_RANGE_* (linux/netfilter/nf_nat.h).
const natAddrs, natPorts, natRandom, natPersistent, natRandomFully, natOffset = 1, 2, 4, 8, 16, 32

// nat puts a range of addresses and ports. Targets that have ports alone say them
// without a colon.
func (x *extension) nat(word string) {
	flags := x.num("flags")
	x.check(flags < 64)
	low, high, from, to := "min_addr", "max_addr", "min_proto", "max_proto"
	if x.has("rangesize") {
		low, high, from, to = "min_ip", "max_ip", "min", "max"
		x.check(x.num("rangesize") == 1)
	}
	var s string
	if flags&natAddrs != 0 {
		a, b := x.addr(low), x.addr(high)
		x.check(word != "--to-ports")
		if s = a; a != b {
			s += "-" + b
		}
		if x.v6 && flags&natPorts != 0 {
			s = "[" + s + "]"
		}
	}
	if flags&natPorts != 0 {
		l, h := x.num(from), x.num(to)
		x.check(l <= h)
		if word != "--to-ports" {
			s += ":"
		}
		s += rangeWords(l, h, "-")
		if flags&natOffset != 0 {
			x.check(word == "--to-destination")
			s += "/" + decimal(x.num("base_proto"))
		}
	} else {
		x.check(flags&natOffset == 0)
	}
	if s != "" {
		x.put(word, s)
	} else {
		x.check(word == "--to-ports")
	}
	x.flag(flags&natRandom != 0, "--random")
	x.flag(flags&natRandomFully != 0, "--random-fully")
	x.flag(flags&natPersistent != 0, "--persistent")
}

// netmap is a prefix: its first and its last address.
func (x *extension) netmap() {
	low, high := "min_addr", "max_addr"
	if x.has("rangesize") {
		low, high = "min_ip", "max_ip"
		x.check(x.num("rangesize") == 1)
	}
	a, b := x.rawAddr(low), x.rawAddr(high)
	x.check(x.num("flags")&^64 == natAddrs && len(a) == len(b))
	if x.bad {
		return
	}
	mask := make([]byte, len(a))
	for i := range mask {
		mask[i] = ^(a[i] ^ b[i])
		x.check(a[i]&^mask[i] == 0)
	}
	s, ok := netWords(a, mask)
	_, contiguous := prefixBits(mask)
	x.check(ok && contiguous)
	x.put("--to", s)
}

func (x *extension) setConnmark() {
	mode, mark, ctmask, nfmask := x.num("mode"), x.num("ctmark"), x.num("ctmask"), x.num("nfmask")
	switch mode {
	case 0:
		x.put("--set-xmark", hexNumber(mark)+"/"+hexNumber(ctmask))
	case 1, 2:
		x.put([]string{"--save-mark", "--restore-mark"}[mode-1], "--nfmask", hexNumber(nfmask), "--ctmask", hexNumber(ctmask))
		x.check(mark == 0)
	default:
		x.bad = true
	}
	if n, dir := x.num("shift_bits"), x.num("shift_dir"); n != 0 {
		x.check(dir < 2 && n < 32)
		x.put([]string{"--left-shift-mark", "--right-shift-mark"}[dir&1], decimal(n))
	} else {
		x.check(dir == 0)
	}
}

// ctEvents are the bits of IPCT_* that CT has names for.
var ctEvents = []string{"new", "related", "destroy", "reply", "assured", "protoinfo", "helper", "mark", "natseqinfo", "secmark"}

func (x *extension) ct() {
	flags := x.num("flags")
	x.check(flags < 32)
	if flags&2 != 0 { // XT_CT_NOTRACK_ALIAS
		x.alias = "NOTRACK"
		x.check(flags == 3)
		return
	}
	x.flag(flags&1 != 0, "--notrack")
	x.option("--helper", "helper")
	x.option("--timeout", "timeout")
	for _, o := range []struct {
		word, field string
		names       []string
	}{{"--ctevents", "ct_events", ctEvents}, {"--expevents", "exp_events", []string{"new"}}} {
		if v := x.num(o.field); v != 0 {
			s, ok := bitNames(v, o.names)
			x.check(ok)
			x.put(o.word, s)
		}
	}
	zone, direction := x.num("zone"), flags>>2&3
	if zone == 0 && flags>>2 == 0 {
		return
	}
	x.check(direction < 3 && (zone == 0 || flags&16 == 0))
	x.put([]string{"--zone", "--zone-orig", "--zone-reply", ""}[direction])
	if flags&16 != 0 {
		x.put("mark")
	} else {
		x.put(decimal(zone))
	}
}

func (x *extension) tproxy() {
	x.number("--on-port", "lport")
	if x.rev == 0 {
		n := x.take("laddr")
		s, ok := addr(x.raw("laddr"))
		x.check(ok && n != nil)
		x.put("--on-ip", s)
	} else {
		x.put("--on-ip", x.addr("laddr"))
	}
	x.put("--tproxy-mark", hexNumber(x.num("mark_value"))+"/"+hexNumber(x.num("mark_mask")))
}

func (x *extension) setHops(prefix, field string) {
	mode := x.num("mode")
	x.check(mode < 3)
	x.number(prefix+[]string{"set", "inc", "dec", ""}[min(mode, 3)], field)
}

// setECN says struct ipt_ECN_info, whose last byte has ECE and CWR as its lowest bits.
func (x *extension) setECN() {
	op, tcp := x.num("operation"), x.num("tcp")
	x.check(op != 0 && op&^0x31 == 0 && tcp < 4)
	if op&0x30 == 0x30 && tcp == 0 {
		x.put("--ecn-tcp-remove")
	} else {
		if op&0x10 != 0 {
			x.put("--ecn-tcp-ece", decimal(tcp&1))
		}
		if op&0x20 != 0 {
			x.put("--ecn-tcp-cwr", decimal(tcp>>1))
		}
	}
	if op&1 != 0 {
		x.number("--ecn-ip-ect", "ip_ect")
	}
}

func (x *extension) npt() {
	for _, side := range []string{"src", "dst"} {
		n, bits := x.take(side+"_pfx"), x.num(side+"_pfx_len")
		if n == nil {
			x.bad = true
			return
		}
		s, ok := addr(n.Raw)
		x.check(ok && bits <= 64)
		x.put("--"+side+"-pfx", s+"/"+decimal(bits))
	}
}

func (x *extension) synproxy() {
	options, scale, mss := x.num("options"), x.num("wscale"), x.num("mss")
	x.check(options < 32 && (scale == 0 || options&2 != 0) && (mss == 0 || options&1 != 0))
	x.flag(options&4 != 0, "--sack-perm")
	x.flag(options&8 != 0, "--timestamp")
	if options&2 != 0 {
		x.put("--wscale", decimal(scale))
	}
	if options&1 != 0 {
		x.put("--mss", decimal(mss))
	}
	x.flag(options&16 != 0, "--ecn")
}
