// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The matches with more to say.

func (x *extension) hashlimit() {
	mode := x.num("mode")
	x.check(mode < 1<<6) // a rate that is matched only is left
	word, scale, full := "--hashlimit-upto", uint64(hashScale), uint64(32)
	if mode&(1<<4) != 0 {
		word = "--hashlimit-above"
	}
	if x.rev == 1 {
		scale = limitScale
	}
	if x.v6 {
		full = 128
	}
	cost, burst := x.num("avg"), x.num("burst")
	var expire uint64 // ms
	if mode&(1<<5) != 0 {
		expire = x.byteRate(word, cost, burst)
	} else {
		rate, seconds, ok := rateWords(cost, scale)
		x.check(ok)
		x.put(word, rate, "--hashlimit-burst", decimal(burst))
		expire = seconds * 1000
	}
	var by []string
	for _, m := range []struct {
		bit  uint64
		name string
	}{{4, "srcip"}, {8, "srcport"}, {1, "dstip"}, {2, "dstport"}} {
		if mode&m.bit != 0 {
			by = append(by, m.name)
		}
	}
	if len(by) > 0 {
		x.put("--hashlimit-mode", strings.Join(by, ","))
	}
	x.option("--hashlimit-name", "name")
	x.unlessZero("--hashlimit-htable-size", "size")
	x.unlessZero("--hashlimit-htable-max", "max")
	for _, o := range []struct {
		word, field string
		own         uint64
	}{{"--hashlimit-htable-gcinterval", "gc_interval", 1000}, {"--hashlimit-htable-expire", "expire", expire},
		{"--hashlimit-srcmask", "srcmask", full}, {"--hashlimit-dstmask", "dstmask", full}} {
		if v := x.num(o.field); v != o.own {
			x.put(o.word, decimal(v))
		}
	}
}

// byteRate puts a rate in bytes, which the kernel has as a cost of 16 bytes
// (XT_HASHLIMIT_BYTE_SHIFT), and returns how long iptables keeps an entry, in ms.
func (x *extension) byteRate(word string, cost, burst uint64) uint64 {
	if cost == 0 || cost > 1<<32-1 {
		x.bad = true
		return 0
	}
	costOf := func(bytes uint64) uint64 { return (1<<32 - 1) / (bytes>>4 + 1) }
	bytes := ((1<<32-1)/cost - 1) << 4
	x.check(costOf(bytes) == cost)
	rate := decimal(bytes) + "b/s"
	for _, u := range []struct {
		size uint64
		name string
	}{{1 << 10, "kb/s"}, {1 << 20, "mb/s"}} {
		if round := bytes &^ (u.size - 1); round > 0 && costOf(round) == cost {
			rate = decimal(round/u.size) + u.name
		}
	}
	x.put(word, rate)
	if burst == 0 {
		return 15000
	}
	x.check(burst < 1<<32)
	x.put("--hashlimit-burst", decimal(burst*bytes)+"b")
	return 60000
}

func (x *extension) recent() {
	do := x.num("check_set")
	x.check(do < 1<<6)
	x.not(x.yes("invert"))
	for _, o := range []struct {
		bit  uint64
		word string
	}{{2, "--set"}, {1, "--rcheck"}, {4, "--update"}, {8, "--remove"}} {
		x.flag(do&o.bit != 0, o.word)
	}
	x.unlessZero("--seconds", "seconds")
	x.flag(do&32 != 0, "--reap")
	x.unlessZero("--hitcount", "hit_count")
	x.flag(do&16 != 0, "--rttl")
	x.put("--name", x.recentName())
	if x.rev == 1 {
		mask := x.rawAddr("mask")
		if n, ok := prefixBits(mask); !ok || n != len(mask)*8 {
			s, ok := addr(mask)
			x.check(ok)
			x.put("--mask", s)
		}
	}
	side := x.num("side")
	x.check(side < 2)
	x.put([]string{"--rsource", "--rdest"}[side&1])
}

// recentName is the name of a list. iptables writes it over its own, of which the rest
// stays behind the end.
func (x *extension) recentName() string {
	const own = "DEFAULT"
	n := x.take("name")
	if n == nil || len(n.Raw) <= len(own) {
		x.bad = true
		return ""
	}
	s, rest, _ := strings.Cut(string(n.Raw), "\x00")
	if len(s) < len(own) {
		tail := own[len(s)+1:]
		rest = strings.TrimPrefix(rest, tail)
	}
	x.check(argument(s) && zero([]byte(rest)))
	return s
}

func (x *extension) physdev() {
	do, inv := x.num("bitmask"), x.num("invert")
	x.check(do < 32 && inv&^do == 0)
	for _, o := range []struct {
		bit        uint64
		word       string
		name, mask string
	}{{8, "--physdev-is-in", "", ""}, {1, "--physdev-in", "physindev", "in_mask"}, {16, "--physdev-is-out", "", ""},
		{2, "--physdev-out", "physoutdev", "out_mask"}, {4, "--physdev-is-bridged", "", ""}} {
		if do&o.bit == 0 {
			continue
		}
		x.not(inv&o.bit != 0)
		x.put(o.word)
		if o.name != "" {
			x.put(x.device(o.name, o.mask))
		}
	}
}

func (x *extension) iprange() {
	flags := x.num("flags")
	x.check(flags&^0x33 == 0)
	for i, side := range []string{"src", "dst"} {
		if flags&(1<<i) != 0 {
			x.not(flags&(0x10<<i) != 0)
			x.put("--"+side+"-range", x.addr(side+"_min")+"-"+x.addr(side+"_max"))
		}
	}
}

func (x *extension) owner() {
	match, inv := x.num("match"), x.num("invert")
	x.check(match < 16 && inv&^match == 0)
	for _, o := range []struct {
		bit        uint64
		word, name string
	}{{4, "--socket-exists", ""}, {1, "--uid-owner", "uid"}, {2, "--gid-owner", "gid"}, {8, "--suppl-groups", ""}} {
		if match&o.bit == 0 {
			continue
		}
		x.not(inv&o.bit != 0)
		x.put(o.word)
		if o.name != "" {
			x.put(rangeWords(x.num(o.name+"_min"), x.num(o.name+"_max"), "-"))
		}
	}
}

func (x *extension) statistic() {
	mode, flags := x.num("mode"), x.num("flags")
	u := x.peek("u")
	if u == nil || mode > 1 || flags > 1 {
		x.bad = true
		return
	}
	x.t.mark(u, true)
	in := fieldsOf(u)
	if mode == 0 {
		share := in.num("probability")
		s := ""
		for digits := 1; digits <= 11 && s == ""; digits++ {
			text := strconv.FormatFloat(float64(share)/(1<<31), 'f', digits, 64)
			if v, _ := strconv.ParseFloat(text, 64); uint64(v*(1<<31)+0.5) == share {
				s = text
			}
		}
		x.check(s != "" && share <= 1<<31)
		x.put("--mode", "random")
		x.not(flags != 0)
		x.put("--probability", s)
		return
	}
	every, packet := in.num("every"), in.num("packet")
	x.check(packet <= every && in.num("count") == every-packet && every < 1<<32-1)
	x.put("--mode", "nth")
	x.not(flags != 0)
	x.put("--every", decimal(every+1), "--packet", decimal(packet))
}

func (x *extension) pattern() {
	flags, n, pattern := x.num("flags"), x.num("patlen"), x.take("pattern")
	if pattern == nil || n == 0 || n > uint64(len(pattern.Raw)) || flags > 3 {
		x.bad = true
		return
	}
	s := string(pattern.Raw[:n])
	x.check(zero(pattern.Raw[n:]))
	x.not(flags&1 != 0)
	if printable(s) && argument(s) {
		x.put("--string", s)
	} else {
		x.put("--hex-string", "|"+hex.EncodeToString([]byte(s))+"|")
	}
	x.option("--algo", "algo")
	x.unlessZero("--from", "from_offset")
	if to := x.num("to_offset"); to != 65535 {
		x.put("--to", decimal(to))
	}
	x.flag(flags&2 != 0, "--icase")
}

func (x *extension) time() {
	flags := x.num("flags")
	x.check(flags < 4)
	clock := func(s uint64) string {
		x.check(s < 86400)
		return time.Unix(int64(s%86400), 0).UTC().Format("15:04:05")
	}
	if from, to := x.num("daytime_start"), x.num("daytime_stop"); from != 0 || to != 86399 {
		x.put("--timestart", clock(from), "--timestop", clock(to))
	}
	const everyDay, everyWeekday = 0xfffffffe, 0xfe
	if days := x.num("monthdays_match"); days != everyDay {
		x.check(days&1 == 0 && days != 0)
		x.put("--monthdays", bitNumbers(days))
	}
	if days := x.num("weekdays_match"); days != everyWeekday {
		s, ok := bitNames(days, []string{"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"})
		x.check(ok && s != "")
		x.put("--weekdays", s)
	}
	for _, o := range []struct {
		word, field string
		own         uint64
	}{{"--datestart", "date_start", 0}, {"--datestop", "date_stop", 1<<31 - 1}} {
		if v := x.num(o.field); v != o.own {
			x.put(o.word, time.Unix(int64(v), 0).UTC().Format("2006-01-02T15:04:05"))
		}
	}
	x.flag(flags&1 != 0, "--kerneltz")
	x.flag(flags&2 != 0, "--contiguous")
}

// bitNumbers are the numbers of the bits that are set.
func bitNumbers(v uint64) string {
	var out []string
	for i := range 64 {
		if v&(1<<i) != 0 {
			out = append(out, strconv.Itoa(i))
		}
	}
	return strings.Join(out, ",")
}

func (x *extension) policy() {
	flags, n, list := x.num("flags"), x.num("len"), x.take("pol")
	if list == nil || n > uint64(len(list.Children)) || flags > 15 || flags&3 == 0 || flags&3 == 3 {
		x.bad = true
		return
	}
	x.put("--dir", map[bool]string{true: "in", false: "out"}[flags&1 != 0], "--pol", map[bool]string{true: "none", false: "ipsec"}[flags&4 != 0])
	x.flag(flags&8 != 0, "--strict")
	for i := range list.Children {
		e := &list.Children[i]
		if uint64(i) >= n {
			x.check(zero(e.Raw))
			continue
		}
		if i > 0 {
			x.put("--next")
		}
		x.policyElement(&extension{nest: fieldsOf(e), v6: x.v6})
	}
}

// policyElement puts one transformation. Its nest is one of its own, so that what is
// said of it is counted there.
func (x *extension) policyElement(e *extension) {
	e.t = x.t
	match, inv := e.num("match"), e.num("invert")
	x.check(match < 64 && inv&^match == 0)
	for _, o := range []struct {
		bit  uint64
		word string
		text func() string
	}{
		{32, "--reqid", func() string { return decimal(e.num("reqid")) }},
		// iptables sends the number as its machine has it.
		{16, "--spi", func() string {
			n := e.take("spi")
			if n == nil || len(n.Raw) != 4 {
				e.bad = true
				return ""
			}
			return hexNumber(uint64(x.t.order().Uint32(n.Raw)))
		}},
		{4, "--proto", func() string { return protoWord(e.num("proto")) }},
		{8, "--mode", func() string { return map[bool]string{false: "transport", true: "tunnel"}[e.num("mode") == 1] }},
		{2, "--tunnel-dst", func() string { return e.net("daddr", "dmask") }},
		{1, "--tunnel-src", func() string { return e.net("saddr", "smask") }},
	} {
		if match&o.bit != 0 {
			x.not(inv&o.bit != 0)
			x.put(o.word, o.text())
		}
	}
	x.check(!e.bad && e.whole())
}

func (x *extension) devgroup() {
	flags := x.num("flags")
	x.check(flags < 16)
	for i, side := range []string{"src", "dst"} {
		if flags&(1<<(2*i)) != 0 {
			x.not(flags&(2<<(2*i)) != 0)
			x.masked("--"+side+"-group", side+"_group", side+"_mask")
		} else {
			x.check(flags&(2<<(2*i)) == 0)
		}
	}
}

func (x *extension) connbytes() {
	from, to, what, dir := x.num("from"), x.num("to"), x.num("what"), x.num("direction")
	if what > 2 || dir > 2 {
		x.bad = true
		return
	}
	if from > to { // that is how iptables turns it round
		x.put("!")
		from, to = to, from
	}
	s := decimal(from)
	if to < 1<<64-1 {
		s += ":" + decimal(to)
	}
	x.put("--connbytes", s, "--connbytes-mode", []string{"packets", "bytes", "avgpkt"}[what], "--connbytes-dir", []string{"original", "reply", "both"}[dir])
}

func (x *extension) connlimit() {
	flags := x.num("flags")
	x.check(flags < 4)
	x.number(map[bool]string{true: "--connlimit-upto", false: "--connlimit-above"}[flags&1 != 0], "limit")
	n, ok := prefixBits(x.rawAddr("mask"))
	x.check(ok)
	x.put("--connlimit-mask", strconv.Itoa(n), map[bool]string{true: "--connlimit-daddr", false: "--connlimit-saddr"}[flags&2 != 0])
}

func (x *extension) cgroup() {
	if x.rev == 0 {
		x.not(x.yes("invert"))
		x.number("--cgroup", "id")
		return
	}
	path, class := x.yes("has_path"), x.yes("has_classid")
	field := "path"
	if x.rev == 2 {
		field = "classid_or_path"
		x.check(!path || !class)
	}
	if path {
		n := x.take(field)
		if n == nil {
			x.bad = true
			return
		}
		s, rest, _ := strings.Cut(string(n.Raw), "\x00")
		x.check(argument(s) && zero([]byte(rest)))
		x.not(x.yes("invert_path"))
		x.put("--path", s)
	}
	if class {
		x.not(x.yes("invert_classid"))
		if x.rev == 1 {
			x.number("--cgroup", "classid")
		} else if n := x.take(field); n != nil && len(n.Raw) > 4 && zero(n.Raw[4:]) {
			x.put("--cgroup", decimal(uint64(x.t.order().Uint32(n.Raw))))
		} else {
			x.bad = true
		}
	}
}
