// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

var vxlanOptions = []option{
	{"IFLA_VXLAN_COLLECT_METADATA", "external", asWhere(asNothing, isOne)},
	{"IFLA_VXLAN_VNIFILTER", "vnifilter", asWhere(asNothing, isOne)},
	{"IFLA_VXLAN_ID", "id", asNumber},
	{"IFLA_VXLAN_GROUP", "", asRemote}, {"IFLA_VXLAN_GROUP6", "", asRemote},
	{"IFLA_VXLAN_LOCAL", "local", asAddr}, {"IFLA_VXLAN_LOCAL6", "local", asAddr},
	{"IFLA_VXLAN_LINK", "dev", asIf},
	{"IFLA_VXLAN_TTL_INHERIT", "ttl", asWord("inherit")}, {"IFLA_VXLAN_TTL", "ttl", asNumber}, {"IFLA_VXLAN_TOS", "tos", asHex},
	{"IFLA_VXLAN_DF", "df", asOneOf(map[uint64]string{0: "unset", 1: "set", 2: "inherit"})},
	{"IFLA_VXLAN_LABEL", "flowlabel", asBig32Hex},
	{"IFLA_VXLAN_PORT", "dstport", asNumber},
	{"IFLA_VXLAN_PORT_RANGE", "srcport", asPortRange},
	{"IFLA_VXLAN_PROXY", "", asSwitch("proxy", "noproxy")}, {"IFLA_VXLAN_RSC", "", asSwitch("rsc", "norsc")},
	{"IFLA_VXLAN_L2MISS", "", asSwitch("l2miss", "nol2miss")}, {"IFLA_VXLAN_L3MISS", "", asSwitch("l3miss", "nol3miss")},
	{"IFLA_VXLAN_AGEING", "ageing", asNumber}, {"IFLA_VXLAN_LIMIT", "maxaddress", asNumber},
	{"IFLA_VXLAN_UDP_CSUM", "", asSwitch("udpcsum", "noudpcsum")},
	{"IFLA_VXLAN_UDP_ZERO_CSUM6_TX", "", asSwitch("udp6zerocsumtx", "noudp6zerocsumtx")},
	{"IFLA_VXLAN_UDP_ZERO_CSUM6_RX", "", asSwitch("udp6zerocsumrx", "noudp6zerocsumrx")},
	{"IFLA_VXLAN_REMCSUM_TX", "", asSwitch("remcsumtx", "noremcsumtx")}, {"IFLA_VXLAN_REMCSUM_RX", "", asSwitch("remcsumrx", "noremcsumrx")},
	{"IFLA_VXLAN_LOCALBYPASS", "", asSwitch("localbypass", "nolocalbypass")},
	{"IFLA_VXLAN_GBP", "gbp", asNothing}, {"IFLA_VXLAN_GPE", "gpe", asNothing},
}

func isOne(v uint64) bool { return v == 1 }

// vxlanLearning says IFLA_VXLAN_LEARNING, which ip sends for each new one: 1, or 0
// for one that is external.
func vxlanLearning(t *telling, data nest) {
	x := data.take("IFLA_VXLAN_LEARNING")
	if x == nil {
		return
	}
	byItself := uint64(1)
	if data.has("IFLA_VXLAN_COLLECT_METADATA") {
		byItself = 0
	}
	switch v := number(x); {
	case v == byItself && t.flag(unix.NLM_F_CREATE):
	case v == 0:
		t.say("nolearning")
	default:
		t.say("learning")
	}
}

// asRemote is "group" for an address of many, else "remote".
var asRemote form = func(_ *telling, n *decode.Node) ([]string, bool) {
	a, ok := netip.AddrFromSlice(n.Raw)
	if !ok {
		return nil, false
	}
	word := "remote"
	if a.IsMulticast() {
		word = "group"
	}
	return []string{word, a.String()}, true
}

// asWord is a word of its own for whatever there is.
func asWord(w string) form {
	return func(*telling, *decode.Node) ([]string, bool) { return []string{w}, true }
}

// asBig32Hex is a number of 4 bytes in network byte order.
var asBig32Hex form = func(_ *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) != 4 {
		return nil, false
	}
	return []string{hexNumber(uint64(binary.BigEndian.Uint32(n.Raw)))}, true
}

// asPortRange is struct ifla_vxlan_port_range: low and high in network byte order.
var asPortRange form = func(_ *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) != 4 {
		return nil, false
	}
	return []string{decimal(uint64(binary.BigEndian.Uint16(n.Raw))), decimal(uint64(binary.BigEndian.Uint16(n.Raw[2:])))}, true
}

var geneveOptions = []option{
	{"IFLA_GENEVE_COLLECT_METADATA", "external", asNothing},
	{"IFLA_GENEVE_ID", "id", asNumber},
	{"IFLA_GENEVE_REMOTE", "remote", asAddr}, {"IFLA_GENEVE_REMOTE6", "remote", asAddr},
	{"IFLA_GENEVE_TTL_INHERIT", "ttl", asWord("inherit")}, {"IFLA_GENEVE_TTL", "ttl", unless(asNumber, 0)},
	{"IFLA_GENEVE_TOS", "tos", unless(asHex, 0)},
	{"IFLA_GENEVE_DF", "df", asOneOf(map[uint64]string{0: "unset", 1: "set", 2: "inherit"})},
	{"IFLA_GENEVE_LABEL", "flowlabel", unless(asBig32Hex, 0)},
	{"IFLA_GENEVE_PORT", "dstport", asNumber},
	{"IFLA_GENEVE_UDP_CSUM", "", asSwitch("udpcsum", "noudpcsum")},
	{"IFLA_GENEVE_UDP_ZERO_CSUM6_TX", "", asSwitch("udp6zerocsumtx", "noudp6zerocsumtx")},
	{"IFLA_GENEVE_UDP_ZERO_CSUM6_RX", "", asSwitch("udp6zerocsumrx", "noudp6zerocsumrx")},
	{"IFLA_GENEVE_INNER_PROTO_INHERIT", "innerprotoinherit", asNothing},
}

// endpoint is an address that ip sends as zeros where nothing is said.
var endpoint form = func(t *telling, n *decode.Node) ([]string, bool) {
	if zero(n.Raw) {
		return []string{quiet}, true
	}
	return asAddr(t, n)
}

// tunnelOptions are those of the tunnels over IPv4, whose attributes have the same
// names but for a prefix. ip sends all of them.
func tunnelOptions(p string) []option {
	return append([]option{
		{p + "_COLLECT_METADATA", "external", asNothing},
		{p + "_REMOTE", "remote", endpoint}, {p + "_LOCAL", "local", endpoint},
		{p + "_LINK", "dev", unless(asIf, 0)},
		{p + "_TTL", "ttl", unless(asNumber, 0)}, {p + "_TOS", "tos", unless(asTOS, 0)},
		{p + "_PMTUDISC", "", unless(asSwitch("pmtudisc", "nopmtudisc"), 1)},
		{p + "_IGNORE_DF", "", unless(asSwitch("ignore-df", "noignore-df"), 0)},
		{p + "_FWMARK", "fwmark", unless(asHex, 0)},
		{p + "_ERSPAN_VER", "erspan_ver", unless(asNumber, 0, 1)}, {p + "_ERSPAN_INDEX", "erspan", asNumber},
		{p + "_ERSPAN_DIR", "erspan_dir", asOneOf(map[uint64]string{0: "ingress", 1: "egress"})},
		{p + "_ERSPAN_HWID", "erspan_hwid", asHex},
	}, encapOptions(p, encapFlags)...)
}

// tunnel6Options are those of the tunnels over IPv6.
func tunnel6Options(p string) []option {
	return append([]option{
		{p + "_COLLECT_METADATA", "external", asNothing},
		{p + "_REMOTE", "remote", endpoint}, {p + "_LOCAL", "local", endpoint},
		{p + "_LINK", "dev", unless(asIf, 0)},
		{p + "_TTL", "hoplimit", unless(asNumber, 64)},
		{p + "_ENCAP_LIMIT", "encaplimit", unless(asNumber, 4)},
		{p + "_FLOWINFO", "flowlabel", unless(asBig32Hex, 0)},
		{p + "_FLAGS", "", unless(nothingSayable, 0)},
		{p + "_FWMARK", "fwmark", unless(asHex, 0)},
		{p + "_ERSPAN_VER", "erspan_ver", unless(asNumber, 0, 1)}, {p + "_ERSPAN_INDEX", "erspan", asNumber},
		{p + "_ERSPAN_DIR", "erspan_dir", asOneOf(map[uint64]string{0: "ingress", 1: "egress"})},
		{p + "_ERSPAN_HWID", "erspan_hwid", asHex},
	}, encapOptions(p, encapFlags6)...)
}

// encapOptions are those of a tunnel inside UDP (linux/if_tunnel.h).
func encapOptions(p string, flags form) []option {
	return []option{
		{p + "_ENCAP_TYPE", "encap", unless(asOneOf(map[uint64]string{1: "fou", 2: "gue"}), 0)},
		{p + "_ENCAP_SPORT", "encap-sport", unless(asNumber, 0)}, {p + "_ENCAP_DPORT", "encap-dport", unless(asNumber, 0)},
		{p + "_ENCAP_FLAGS", "", flags},
	}
}

// encapFlags are TUNNEL_ENCAP_FLAG_CSUM, _CSUM6, _REMCSUM, of which ip sets the
// second by itself in tunnels over IPv6.
var encapFlags, encapFlags6 = asBits("encap-csum", "encap-csum6", "encap-remcsum"), form(func(_ *telling, n *decode.Node) ([]string, bool) {
	v := number(n)
	words := []string{}
	if v&1 != 0 {
		words = append(words, "encap-csum")
	}
	if v&2 == 0 {
		words = append(words, "noencap-csum6")
	}
	if v&4 != 0 {
		words = append(words, "encap-remcsum")
	}
	return words, v&^7 == 0
})

// nothingSayable leaves what has no words.
var nothingSayable form = func(*telling, *decode.Node) ([]string, bool) { return nil, false }

// asTOS is a type of service, or that of the packet inside.
var asTOS form = func(_ *telling, n *decode.Node) ([]string, bool) {
	if number(n) == 1 {
		return []string{"inherit"}, true
	}
	return []string{hexNumber(number(n))}, len(n.Raw) == 1
}

var asTunnelMode = asOneOf(map[uint64]string{unix.IPPROTO_IPV6: "ip6ip", unix.IPPROTO_IPIP: "ipip", unix.IPPROTO_MPLS: "mplsip", 0: "any"})

var asTunnel6Mode = asOneOf(map[uint64]string{unix.IPPROTO_IPV6: "ip6ip6", unix.IPPROTO_IPIP: "ipip6", 0: "any"})

// Bits of IFLA_GRE_IFLAGS and _OFLAGS in network byte order (linux/if_tunnel.h).
const greCsum, greKey, greSeq = 0x8000, 0x2000, 0x1000

// greKeys says keys, checksums and sequence numbers of both directions.
func greKeys(t *telling, data nest) {
	in, out := data.peek("IFLA_GRE_IFLAGS"), data.peek("IFLA_GRE_OFLAGS")
	if in == nil || out == nil || len(in.Raw) != 2 || len(out.Raw) != 2 {
		return
	}
	i, o := uint64(binary.BigEndian.Uint16(in.Raw)), uint64(binary.BigEndian.Uint16(out.Raw))
	t.greKey(data.peek("IFLA_GRE_IKEY"), data.peek("IFLA_GRE_OKEY"), i&greKey != 0, o&greKey != 0)
	for _, f := range []struct {
		bit  uint64
		word string
	}{{greCsum, "csum"}, {greSeq, "seq"}} {
		switch {
		case i&f.bit != 0 && o&f.bit != 0:
			t.say(f.word)
		case i&f.bit != 0:
			t.say("i" + f.word)
		case o&f.bit != 0:
			t.say("o" + f.word)
		}
	}
	const all = greCsum | greKey | greSeq
	if i&^all == 0 {
		t.mark(in, true)
	}
	if o&^all == 0 {
		t.mark(out, true)
	}
}

// greKey says the keys that count; ip sends zero for the others.
func (t *telling) greKey(in, out *decode.Node, hasIn, hasOut bool) {
	key := func(n *decode.Node) string {
		if len(n.Raw) != 4 {
			return ""
		}
		return decimal(uint64(binary.BigEndian.Uint32(n.Raw)))
	}
	if in == nil || out == nil {
		return
	}
	switch {
	case hasIn && hasOut && key(in) == key(out):
		t.say("key", key(in))
	case hasIn && hasOut:
		t.say("ikey", key(in), "okey", key(out))
	case hasIn:
		t.say("ikey", key(in))
	case hasOut:
		t.say("okey", key(out))
	}
	if hasIn || zero(in.Raw) {
		t.mark(in, true)
	}
	if hasOut || zero(out.Raw) {
		t.mark(out, true)
	}
}

var vtiOptions = []option{
	{"IFLA_VTI_REMOTE", "remote", endpoint}, {"IFLA_VTI_LOCAL", "local", endpoint},
	{"IFLA_VTI_LINK", "dev", unless(asIf, 0)}, {"IFLA_VTI_FWMARK", "fwmark", unless(asHex, 0)},
}

func vtiKeys(t *telling, data nest) {
	in, out := data.peek("IFLA_VTI_IKEY"), data.peek("IFLA_VTI_OKEY")
	if in != nil && out != nil {
		t.greKey(in, out, !zero(in.Raw), !zero(out.Raw))
	}
}
