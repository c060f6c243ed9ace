// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"net/netip"
	"strconv"
	"strings"
)

// datatype says how people write the bytes of a field.
type datatype struct {
	name string
	size int  // bytes; 0: as many as there are
	host bool // numbers are in host byte order
	// base is 10 or 16 for numbers; 0: not a number.
	base  int
	names map[uint64]string
	flags bool // names are bits
}

// lookupType returns the datatype of a name that nft prints in "type …".
func lookupType(name string) *datatype {
	if t := datatypes[name]; t != nil {
		return t
	}
	return datatypes["integer"]
}

var datatypes = map[string]*datatype{}

func init() {
	for _, t := range []*datatype{
		{name: "integer", base: 10},
		{name: "hexinteger", base: 16},
		{name: "hostinteger", base: 10, host: true},
		{name: "ipv4_addr", size: 4}, {name: "ipv6_addr", size: 16}, {name: "ether_addr", size: 6}, {name: "ll_addr"},
		{name: "ifname", size: 16}, {name: "string"},
		{name: "inet_service", size: 2, base: 10},
		{name: "inet_proto", size: 1, base: 10, names: protocols},
		{name: "ether_type", size: 2, base: 16, names: etherTypes},
		{name: "nf_proto", size: 1, base: 10, names: map[uint64]string{2: "ipv4", 10: "ipv6"}},
		{name: "mark", size: 4, base: 16, host: true},
		{name: "iface_index", size: 4, base: 10, host: true},
		{name: "iface_type", size: 2, base: 10, host: true, names: map[uint64]string{1: "ether", 512: "ppp", 768: "ipip", 769: "ipip6", 772: "loopback", 776: "sit", 778: "ipgre"}},
		{name: "classid", size: 4, host: true}, {name: "realm", size: 4, base: 10, host: true},
		{name: "uid", size: 4, base: 10, host: true}, {name: "gid", size: 4, base: 10, host: true},
		{name: "devgroup", size: 4, base: 10, host: true}, {name: "cgroupsv2", size: 8, base: 10, host: true},
		{name: "ct_state", size: 4, base: 16, host: true, flags: true, names: map[uint64]string{1: "invalid", 8: "new", 2: "established", 4: "related", 64: "untracked"}},
		{name: "ct_dir", size: 1, base: 10, names: map[uint64]string{0: "original", 1: "reply"}},
		{name: "ct_status", size: 4, base: 16, host: true, flags: true, names: map[uint64]string{1: "expected", 2: "seen-reply", 4: "assured", 8: "confirmed", 16: "snat", 32: "dnat", 512: "dying"}},
		{name: "ct_event", size: 4, base: 16, host: true, flags: true, names: map[uint64]string{1: "new", 2: "related", 4: "destroy", 8: "reply", 16: "assured", 32: "protoinfo", 64: "helper", 128: "mark", 256: "seqadj", 512: "secmark", 1024: "label"}},
		{name: "ct_label"},
		{name: "pkt_type", size: 1, base: 10, names: map[uint64]string{0: "host", 1: "broadcast", 2: "multicast", 3: "other"}},
		{name: "boolean", size: 1, base: 10, names: map[uint64]string{0: "missing", 1: "exists"}},
		{name: "icmp_type", size: 1, base: 10, names: icmpTypes},
		{name: "icmp_code", size: 1, base: 10, names: icmpCodes},
		{name: "icmpv6_type", size: 1, base: 10, names: icmpv6Types},
		{name: "icmpv6_code", size: 1, base: 10, names: icmpv6Codes},
		{name: "icmpx_code", size: 1, base: 10, names: icmpxCodes},
		{name: "tcp_flag", size: 1, base: 16, flags: true, names: map[uint64]string{1: "fin", 2: "syn", 4: "rst", 8: "psh", 16: "ack", 32: "urg", 64: "ecn", 128: "cwr"}},
		{name: "dccp_pkttype", size: 1, base: 10, names: map[uint64]string{0: "request", 1: "response", 2: "data", 3: "ack", 4: "dataack", 5: "closereq", 6: "close", 7: "reset", 8: "sync", 9: "syncack"}},
		{name: "arp_op", size: 2, base: 10, names: map[uint64]string{1: "request", 2: "reply", 3: "rrequest", 4: "rreply", 8: "inrequest", 9: "inreply", 10: "nak"}},
		{name: "dscp", size: 1, base: 16, names: dscps},
		{name: "ecn", size: 1, base: 10, names: map[uint64]string{0: "not-ect", 1: "ect1", 2: "ect0", 3: "ce"}},
		{name: "fib_addrtype", size: 4, base: 10, host: true, names: map[uint64]string{0: "unspec", 1: "unicast", 2: "local", 3: "broadcast", 4: "anycast", 5: "multicast", 6: "blackhole", 7: "unreachable", 8: "prohibit"}},
		{name: "time", size: 4, host: true}, {name: "hour", size: 4, host: true},
		{name: "day", size: 1, names: map[uint64]string{0: "Sunday", 1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday"}, base: 10},
		{name: "verdict"},
		{name: "date", size: 8, host: true}, // nanoseconds, which nft reads as seconds
	} {
		datatypes[t.name] = t
	}
}

var protocols = map[uint64]string{1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 51: "ah",
	58: "ipv6-icmp", 108: "comp", 132: "sctp", 136: "udplite"}

var etherTypes = map[uint64]string{0x0800: "ip", 0x0806: "arp", 0x86dd: "ip6", 0x8100: "8021q", 0x88a8: "8021ad", 0x8137: "ipx"}

var icmpTypes = map[uint64]string{0: "echo-reply", 3: "destination-unreachable", 4: "source-quench", 5: "redirect", 8: "echo-request",
	9: "router-advertisement", 10: "router-solicitation", 11: "time-exceeded", 12: "parameter-problem", 13: "timestamp-request",
	14: "timestamp-reply", 15: "info-request", 16: "info-reply", 17: "address-mask-request", 18: "address-mask-reply"}

var icmpCodes = map[uint64]string{0: "net-unreachable", 1: "host-unreachable", 2: "prot-unreachable", 3: "port-unreachable",
	4: "frag-needed", 9: "net-prohibited", 10: "host-prohibited", 13: "admin-prohibited"}

var icmpv6Types = map[uint64]string{1: "destination-unreachable", 2: "packet-too-big", 3: "time-exceeded", 4: "parameter-problem",
	128: "echo-request", 129: "echo-reply", 130: "mld-listener-query", 131: "mld-listener-report", 132: "mld-listener-done",
	133: "nd-router-solicit", 134: "nd-router-advert", 135: "nd-neighbor-solicit", 136: "nd-neighbor-advert", 137: "nd-redirect",
	138: "router-renumbering", 141: "ind-neighbor-solicit", 142: "ind-neighbor-advert", 143: "mld2-listener-report"}

var icmpv6Codes = map[uint64]string{0: "no-route", 1: "admin-prohibited", 3: "addr-unreachable", 4: "port-unreachable", 5: "policy-fail", 6: "reject-route"}

var icmpxCodes = map[uint64]string{0: "no-route", 1: "port-unreachable", 2: "host-unreachable", 3: "admin-prohibited"}

var dscps = map[uint64]string{0: "cs0", 8: "cs1", 16: "cs2", 24: "cs3", 32: "cs4", 40: "cs5", 48: "cs6", 56: "cs7",
	10: "af11", 12: "af12", 14: "af13", 18: "af21", 20: "af22", 22: "af23", 26: "af31", 28: "af32", 30: "af33", 34: "af41", 36: "af42", 38: "af43", 46: "ef"}

// number reads up to eight bytes; ok is false for other lengths.
func number(b []byte, host bool) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 8 {
		return 0, false
	}
	if host && binary.NativeEndian.Uint16([]byte{1, 0}) == 1 {
		for i := len(b) - 1; i >= 0; i-- {
			n = n<<8 | uint64(b[i])
		}
		return n, true
	}
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n, true
}

// format writes the bytes of a value; host overrides the order of the type.
func (t *datatype) format(b []byte, host bool) string {
	switch t.name {
	case "ipv4_addr", "ipv6_addr":
		if a, ok := netip.AddrFromSlice(b); ok {
			return a.String()
		}
		return raw(b)
	case "ether_addr", "ll_addr":
		return colons(b)
	case "ifname", "string":
		return text(b)
	case "ct_label":
		return label(b)
	case "verdict":
		return raw(b)
	}
	n, ok := number(b, host)
	if !ok {
		if t.base != 0 && !host && len(b) > 8 && len(b) <= 64 {
			return "0x" + new(big.Int).SetBytes(b).Text(16)
		}
		return raw(b)
	}
	switch t.name {
	case "classid":
		return classid(n)
	case "time":
		return duration(n)
	case "date":
		if n%1e9 != 0 {
			return raw(b)
		}
		return strconv.FormatUint(n/1e9, 10)
	case "hour":
		return `"` + hourOf(n) + `"`
	case "day":
		if s := t.names[n]; s != "" {
			return `"` + s + `"`
		}
	case "mark":
		return "0x" + pad8(n)
	}
	if t.flags {
		return t.bits(n, ",")
	}
	if s := t.names[n]; s != "" {
		return s
	}
	if t.base == 16 {
		return "0x" + strconv.FormatUint(n, 16)
	}
	return strconv.FormatUint(n, 10)
}

// bits writes the names of bits, the rest in hex.
func (t *datatype) bits(n uint64, sep string) string {
	var parts []string
	for i := 0; i < 64; i++ {
		bit := uint64(1) << i
		if s := t.names[bit]; n&bit != 0 && s != "" {
			parts = append(parts, s)
			n &^= bit
		}
	}
	if n != 0 || parts == nil {
		parts = append(parts, "0x"+strconv.FormatUint(n, 16))
	}
	return strings.Join(parts, sep)
}

func pad8(n uint64) string {
	s := strconv.FormatUint(n, 16)
	if len(s) < 8 {
		s = strings.Repeat("0", 8-len(s)) + s
	}
	return s
}

// raw is what stands for bytes that nobody understands.
func raw(b []byte) string { return "[0x" + hex.EncodeToString(b) + "]" }

func colons(b []byte) string {
	parts := make([]string, len(b))
	for i := range b {
		parts[i] = hex.EncodeToString(b[i : i+1])
	}
	return strings.Join(parts, ":")
}

// text is a name in quotes; a name shorter than its field that has no NUL is
// the beginning of one.
func text(b []byte) string {
	s, nul := b, false
	for i, c := range b {
		if c == 0 {
			s, nul = b[:i], true
			break
		}
	}
	out := strconv.QuoteToASCII(string(s))
	if nul && strings.HasSuffix(out, `*"`) {
		out = out[:len(out)-2] + `\*"` // it is no prefix
	}
	if !nul && len(b) < 16 {
		out = out[:len(out)-1] + `*"`
	}
	return out
}

// label is the number of the only bit of a bit field in host order.
func label(b []byte) string {
	at := -1
	for i, c := range b {
		for bit := 0; bit < 8; bit++ {
			if c&(1<<bit) != 0 {
				if at >= 0 {
					return raw(b)
				}
				at = i*8 + bit
			}
		}
	}
	if at < 0 {
		return raw(b)
	}
	return strconv.Itoa(at)
}

func classid(n uint64) string {
	switch n {
	case 0:
		return "none"
	case 0xffffffff:
		return "root"
	}
	return strconv.FormatUint(n>>16, 16) + ":" + strconv.FormatUint(n&0xffff, 16)
}

// duration writes milliseconds as nft does: 1d2h3m4s500ms.
func duration(ms uint64) string {
	var b strings.Builder
	for _, u := range []struct {
		n    uint64
		name string
	}{{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}} {
		if v := ms / u.n; v > 0 {
			b.WriteString(strconv.FormatUint(v, 10) + u.name)
			ms %= u.n
		}
	}
	if b.Len() == 0 {
		return "0s"
	}
	return b.String()
}

// hourOf writes seconds of a day in UTC.
func hourOf(n uint64) string {
	two := func(v uint64) string {
		s := strconv.FormatUint(v, 10)
		if v < 10 {
			s = "0" + s
		}
		return s
	}
	s := two(n/3600) + ":" + two(n/60%60)
	if n%60 != 0 {
		s += ":" + two(n%60)
	}
	return s
}
