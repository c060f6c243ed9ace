// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// Types of linux/lwtunnel.h.
const (
	encapMPLS     = 1
	encapIP       = 2
	encapIP6      = 4
	encapSEG6     = 5
	encapSEG6Here = 7
	encapXFRM     = 10
)

// encap says what a route wraps packets into: the attributes of a type, and its number.
func (t *telling) encap(a nest, typeName, name string) {
	kind, x := a.peek(typeName), a.peek(name)
	if kind == nil || x == nil {
		return
	}
	in := nest{t, x.Children}
	say := encaps[number(kind)]
	if say == nil {
		return
	}
	words := len(t.words)
	if !say(t, in) {
		t.words = t.words[:words]
		return
	}
	t.mark(kind, true)
	t.mark(x, false)
}

// encaps say what an encapsulation has, keyword included. false: nothing was said.
var encaps = map[uint64]func(*telling, nest) bool{
	encapMPLS: func(t *telling, in nest) bool {
		x := in.take("MPLS_IPTUNNEL_DST")
		if x == nil {
			return false
		}
		s, ok := labels(x.Raw)
		t.say("encap", "mpls", s)
		in.options([]option{{"MPLS_IPTUNNEL_TTL", "ttl", asNumber}})
		return ok
	},
	encapIP: func(t *telling, in nest) bool {
		t.say("encap", "ip")
		in.options([]option{{"LWTUNNEL_IP_ID", "id", asBig}, {"LWTUNNEL_IP_DST", "dst", asAddr}, {"LWTUNNEL_IP_SRC", "src", asAddr},
			{"LWTUNNEL_IP_TOS", "tos", asHex}, {"LWTUNNEL_IP_TTL", "ttl", asNumber}, {"LWTUNNEL_IP_FLAGS", "", asTunnelFlags}})
		return true
	},
	encapIP6: func(t *telling, in nest) bool {
		t.say("encap", "ip6")
		in.options([]option{{"LWTUNNEL_IP6_ID", "id", asBig}, {"LWTUNNEL_IP6_DST", "dst", asAddr}, {"LWTUNNEL_IP6_SRC", "src", asAddr},
			{"LWTUNNEL_IP6_TC", "tc", asHex}, {"LWTUNNEL_IP6_HOPLIMIT", "hoplimit", asNumber}, {"LWTUNNEL_IP6_FLAGS", "", asTunnelFlags}})
		return true
	},
	encapSEG6:     encapSegments,
	encapSEG6Here: encapHere,
	encapXFRM: func(t *telling, in nest) bool {
		t.say("encap", "xfrm")
		in.options([]option{{"LWT_XFRM_IF_ID", "if_id", asHex}, {"LWT_XFRM_LINK", "link_dev", asIf}})
		return true
	},
}

// asTunnelFlags are the bits TUNNEL_CSUM, TUNNEL_KEY and TUNNEL_SEQ in network byte
// order (linux/if_tunnel.h).
var asTunnelFlags form = func(_ *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) != 2 {
		return nil, false
	}
	v := binary.BigEndian.Uint16(n.Raw)
	words := []string{}
	for _, f := range []struct {
		bit  uint16
		word string
	}{{0x0004, "key"}, {0x0001, "csum"}, {0x0008, "seq"}} {
		if v&f.bit != 0 {
			words = append(words, f.word)
			v &^= f.bit
		}
	}
	return words, v == 0
}

// encapSegments says SEG6_IPTUNNEL_SRH, struct seg6_iptunnel_encap of linux/seg6_iptunnel.h:
// an int, then struct ipv6_sr_hdr.
func encapSegments(t *telling, in nest) bool {
	x := in.take("SEG6_IPTUNNEL_SRH")
	if x == nil || len(x.Raw) < 4 {
		return false
	}
	modes := []string{"inline", "encap", "l2encap", "encap.red", "l2encap.red"}
	mode := binary.NativeEndian.Uint32(x.Raw)
	if mode >= uint32(len(modes)) {
		return false
	}
	segs, ok := segments(x.Raw[4:], mode == 0)
	t.say("encap", "seg6", "mode", modes[mode], "segs", segs)
	return ok
}

// segments writes the addresses of a struct ipv6_sr_hdr (linux/seg6.h), which has the
// last one first; inline: the first place is kept free for the destination. false: it
// has more than these.
func segments(b []byte, inline bool) (string, bool) {
	const head = 8
	if len(b) < head {
		return "", false
	}
	n := int(b[4]) + 1
	if len(b) != head+16*n {
		return "", false // an HMAC, whose key has no words here
	}
	least := 0
	if inline {
		least = 1
	}
	var list []string
	for i := n - 1; i >= least; i-- {
		s, _ := addr(b[head+16*i : head+16*(i+1)])
		list = append(list, s)
	}
	return strings.Join(list, ","), len(list) > 0
}

// seg6Actions are the actions of linux/seg6_local.h.
var seg6Actions = map[uint64]string{1: "End", 2: "End.X", 3: "End.T", 4: "End.DX2", 5: "End.DX6", 6: "End.DX4", 7: "End.DT6",
	8: "End.DT4", 9: "End.B6", 10: "End.B6.Encaps", 11: "End.BM", 12: "End.S", 13: "End.AS", 14: "End.AM", 15: "End.BPF", 16: "End.DT46"}

func encapHere(t *telling, in nest) bool {
	x := in.take("SEG6_LOCAL_ACTION")
	if x == nil || seg6Actions[number(x)] == "" {
		return false
	}
	t.say("encap", "seg6local", "action", seg6Actions[number(x)])
	in.options([]option{{"SEG6_LOCAL_TABLE", "table", asNumber}, {"SEG6_LOCAL_VRFTABLE", "vrftable", asNumber},
		{"SEG6_LOCAL_NH4", "nh4", asAddr}, {"SEG6_LOCAL_NH6", "nh6", asAddr}, {"SEG6_LOCAL_IIF", "iif", asIf}, {"SEG6_LOCAL_OIF", "oif", asIf}})
	return true
}

func newNexthop(t *telling) bool {
	verb := "add"
	if t.flag(unix.NLM_F_REPLACE) {
		verb = "replace"
	}
	f, a := t.fields(), t.attrs()
	t.say("ip")
	if t.family("nh_family") == unix.AF_INET6 && !a.has("NHA_GATEWAY") && !a.has("NHA_GROUP") {
		t.say("-6")
	}
	t.say("nexthop", verb)
	a.options([]option{{"NHA_ID", "id", asNumber}})
	a.options([]option{{"NHA_BLACKHOLE", "blackhole", asNothing}, {"NHA_FDB", "fdb", asNothing}})
	t.encap(a, "NHA_ENCAP_TYPE", "NHA_ENCAP")
	a.options([]option{{"NHA_GATEWAY", "via", asAddr}, {"NHA_OIF", "dev", asIf}})
	if x := a.peek("NHA_GROUP"); x != nil {
		if s, ok := nexthopGroup(x.Raw); ok {
			t.say("group", s)
			t.mark(x, true)
		}
	}
	a.options([]option{{"NHA_GROUP_TYPE", "type", asOneOf(map[uint64]string{0: "mpath", 1: "resilient"})}})
	a.in("NHA_RES_GROUP").options([]option{{"NHA_RES_GROUP_BUCKETS", "buckets", asNumber},
		{"NHA_RES_GROUP_IDLE_TIMER", "idle_timer", asTicks}, {"NHA_RES_GROUP_UNBALANCED_TIMER", "unbalanced_timer", asTicks}})
	t.hopFlags(f, "nh_flags")
	if p := f.num("nh_protocol"); p != 0 {
		t.say("proto", nameOr(routeProtocols, p))
	}
	return true
}

// nexthopGroup writes struct nexthop_grp (linux/nexthop.h): u32 id, u8 weight less
// one, u8, u16, in host byte order.
func nexthopGroup(b []byte) (string, bool) {
	if len(b) == 0 || len(b)%8 != 0 {
		return "", false
	}
	var list []string
	for ; len(b) > 0; b = b[8:] {
		s := decimal(uint64(binary.NativeEndian.Uint32(b)))
		if b[4] != 0 {
			s += "," + decimal(uint64(b[4])+1)
		}
		list = append(list, s)
	}
	return strings.Join(list, "/"), true
}

// asTicks is 1/100 s (clock_t), which the tool takes in seconds.
var asTicks form = func(_ *telling, n *decode.Node) ([]string, bool) {
	v := number(n)
	return []string{decimal(v / 100)}, v%100 == 0
}

func delNexthop(t *telling) bool {
	x := t.attrs().take("NHA_ID")
	if x == nil {
		return false
	}
	t.family("nh_family")
	t.say("ip", "nexthop", "del", "id", decimal(number(x)))
	return true
}

func getNexthop(t *telling) bool {
	t.reads = true
	a := t.attrs()
	t.tool(t.family("nh_family"))
	t.say("nexthop")
	if !t.dump() {
		t.say("get")
	} else {
		t.say("show")
	}
	a.options([]option{{"NHA_ID", "id", asNumber}, {"NHA_OIF", "dev", asIf}, {"NHA_MASTER", "master", asIf},
		{"NHA_GROUPS", "groups", asNothing}, {"NHA_FDB", "fdb", asNothing}})
	return true
}
