// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// ipXfrm has the requests of NETLINK_XFRM that ip(8) has words for: not
// XFRM_MSG_NEWAE and XFRM_MSG_MIGRATE, which daemons send.
var ipXfrm = map[string]teller{
	"XFRM_MSG_NEWSA": newSA("add"), "XFRM_MSG_UPDSA": newSA("update"), "XFRM_MSG_DELSA": delSA,
	"XFRM_MSG_FLUSHSA": flushSA, "XFRM_MSG_ALLOCSPI": allocSPI,
	"XFRM_MSG_NEWPOLICY": newPolicy("add"), "XFRM_MSG_UPDPOLICY": newPolicy("update"), "XFRM_MSG_DELPOLICY": delPolicy,
	"XFRM_MSG_FLUSHPOLICY": flushPolicy, "XFRM_MSG_NEWSPDINFO": setSPD, "XFRM_MSG_SETDEFAULT": setDefaultPolicy,
	"XFRM_MSG_GETSA": readsOnly("ip", "xfrm", "state", "get"), "XFRM_MSG_GETPOLICY": readsOnly("ip", "xfrm", "policy", "get"),
	"XFRM_MSG_GETSADINFO": readsOnly("ip", "xfrm", "state", "count"),
	"XFRM_MSG_GETSPDINFO": readsOnly("ip", "xfrm", "policy", "count"),
	"XFRM_MSG_GETDEFAULT": readsOnly("ip", "xfrm", "policy", "getdefault"),
}

var (
	xfrmProtos = map[uint64]string{unix.IPPROTO_ESP: "esp", unix.IPPROTO_AH: "ah", unix.IPPROTO_COMP: "comp",
		unix.IPPROTO_ROUTING: "route2", unix.IPPROTO_DSTOPTS: "hao", 255: "ipsec-any"}
	xfrmModes = map[uint64]string{0: "transport", 1: "tunnel", 2: "ro", 3: "in_trigger", 4: "beet"}
	xfrmDirs  = map[uint64]string{0: "in", 1: "out", 2: "fwd"}
	// upperProtos are what people call the protocols of a selector.
	upperProtos = map[uint64]string{unix.IPPROTO_ICMP: "icmp", unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp",
		unix.IPPROTO_GRE: "gre", unix.IPPROTO_ICMPV6: "ipv6-icmp", unix.IPPROTO_SCTP: "sctp"}
)

// xfrmState are the attributes of a state, in the order of ip-xfrm(8).
var xfrmState = []option{
	{"XFRMA_ALG_AUTH_TRUNC", "auth-trunc", asAlgorithm("XFRM_AUTH_KEY", "alg_trunc_len")},
	{"XFRMA_ALG_AUTH", "auth", asAlgorithm("XFRM_AUTH_KEY", "")},
	{"XFRMA_ALG_CRYPT", "enc", asAlgorithm("XFRM_ENC_KEY", "")},
	{"XFRMA_ALG_AEAD", "aead", asAlgorithm("XFRM_AEAD_KEY", "alg_icv_len")},
	{"XFRMA_ALG_COMP", "comp", asAlgorithm("", "")},
	{"XFRMA_MARK", "mark", asXfrmMark},
	{"XFRMA_REPLAY_VAL", "", asReplay},
	{"XFRMA_REPLAY_ESN_VAL", "", asReplayESN},
	{"XFRMA_SA_EXTRA_FLAGS", "extra-flag", asBits("dont-encap-dscp", "oseq-may-wrap")},
	{"XFRMA_ENCAP", "encap", asXfrmEncap},
	{"XFRMA_COADDR", "coa", asXfrmAddr},
	{"XFRMA_SEC_CTX", "ctx", asXfrmContext},
	{"XFRMA_OFFLOAD_DEV", "offload", asXfrmOffload},
	{"XFRMA_SET_MARK", "output-mark", asHex},
	{"XFRMA_SET_MARK_MASK", "mask", asHex},
	{"XFRMA_IF_ID", "if_id", asHex},
	{"XFRMA_TFCPAD", "tfcpad", asNumber},
	{"XFRMA_SA_DIR", "dir", asOneOf(map[uint64]string{1: "in", 2: "out"})},
	{"XFRMA_SA_PCPU", "pcpu-num", asNumber},
}

// newSA says XFRM_MSG_NEWSA and XFRM_MSG_UPDSA.
func newSA(verb string) teller {
	return func(t *telling) bool {
		f := t.fields()
		t.say("ip", "xfrm", "state", verb)
		if !t.stateID(f) {
			return false
		}
		t.stateOptions(f)
		if v := f.num("replay_window"); v != 0 {
			t.say("replay-window", decimal(v))
		}
		a := t.attrs()
		if a.has("XFRMA_SET_MARK_MASK") && !a.has("XFRMA_SET_MARK") {
			t.say("output-mark", "0")
		}
		a.options(xfrmState)
		t.limits(f)
		return true
	}
}

// stateID says by what a state is told: addresses, protocol and SPI.
func (t *telling) stateID(f nest) bool {
	id, family := f.in("id"), xfrmFamily(f.take("family"))
	src, dst := t.xfrmAddr(f.take("saddr"), family), t.xfrmAddr(id.take("daddr"), family)
	proto, ok := xfrmProtos[id.num("proto")]
	if src == "" || dst == "" || !ok {
		return false
	}
	t.say("src", src, "dst", dst, "proto", proto)
	if n := id.take("spi"); n != nil && !zero(n.Raw) {
		t.say("spi", hexNumber(number(n)))
	}
	return true
}

// stateOptions says what a state has of options that are fields.
func (t *telling) stateOptions(f nest) {
	f.options([]option{{"mode", "mode", asOneOf(xfrmModes)}, {"reqid", "reqid", unless(asNumber, 0)},
		{"seq", "seq", unless(func(_ *telling, n *decode.Node) ([]string, bool) {
			return []string{hexNumber(uint64(binary.BigEndian.Uint32(n.Raw)))}, len(n.Raw) == 4
		}, 0)},
		{"flags", "flag", unless(asBits("noecn", "decap-dscp", "nopmtudisc", "wildrecv", "icmp", "af-unspec", "align4", "esn"), 0)}})
	if sel := f.peek("sel"); sel != nil && !zero(sel.Raw) {
		t.say("sel")
		t.selector(t.open(sel))
	}
}

func delSA(t *telling) bool {
	f, a := t.fields(), t.attrs()
	family := xfrmFamily(f.take("family"))
	dst := t.xfrmAddr(f.take("daddr"), family)
	proto, ok := xfrmProtos[f.num("proto")]
	if dst == "" || !ok {
		return false
	}
	t.say("ip", "xfrm", "state", "delete")
	if n := a.take("XFRMA_SRCADDR"); n != nil && !zero(n.Raw) {
		t.say("src", t.xfrmAddr(n, family))
	}
	t.say("dst", dst, "proto", proto)
	if n := f.take("spi"); n != nil && !zero(n.Raw) {
		t.say("spi", hexNumber(number(n)))
	}
	a.options([]option{{"XFRMA_MARK", "mark", asXfrmMark}})
	return true
}

func flushSA(t *telling) bool {
	t.say("ip", "xfrm", "state", "flush")
	if v := t.fields().peek("proto"); v != nil && number(v) != 0 {
		t.fields().options([]option{{"proto", "proto", asOneOf(xfrmProtos)}})
	}
	return true
}

func allocSPI(t *telling) bool {
	f := t.fields()
	info := f.in("info")
	t.say("ip", "xfrm", "state", "allocspi")
	if !t.stateID(info) {
		return false
	}
	t.stateOptions(info)
	t.attrs().options([]option{{"XFRMA_MARK", "mark", asXfrmMark}})
	t.say("min", hexNumber(f.num("min")), "max", hexNumber(f.num("max")))
	t.attrs().options([]option{{"XFRMA_SA_DIR", "dir", asOneOf(map[uint64]string{1: "in", 2: "out"})},
		{"XFRMA_SA_PCPU", "pcpu-num", asNumber}})
	return true
}

// xfrmFamily is the length of the addresses of a family; 0: ip has none.
func xfrmFamily(n *decode.Node) int {
	if n == nil {
		return 0
	}
	switch n.Num {
	case unix.AF_INET:
		return 4
	case unix.AF_INET6:
		return 16
	}
	return 0
}

// xfrmAddr writes an xfrm_address_t; "": it is none.
func (t *telling) xfrmAddr(n *decode.Node, length int) string {
	if n == nil || length == 0 || len(n.Raw) < length {
		return ""
	}
	s, _ := addr(n.Raw[:length])
	return s
}

// selector says an xfrm_selector.
func (t *telling) selector(f nest) bool {
	bytes := xfrmFamily(f.take("family"))
	if bytes == 0 {
		bytes = 4 // ip's own
	}
	for _, x := range []struct{ word, addr, bits string }{{"src", "saddr", "prefixlen_s"}, {"dst", "daddr", "prefixlen_d"}} {
		n := f.take(x.addr)
		if n == nil || len(n.Raw) < bytes {
			return false
		}
		s, _ := prefix(n.Raw[:bytes], f.num(x.bits))
		t.say(x.word, s)
	}
	f.sayDev("ifindex")
	proto := f.num("proto")
	if proto != 0 {
		t.say("proto", nameOr(upperProtos, proto))
	}
	sport, dport := f.peek("sport"), f.peek("dport")
	smask, dmask := f.peek("sport_mask"), f.peek("dport_mask")
	if smask == nil || dmask == nil || sport == nil || dport == nil {
		return false
	}
	const all = 0xffff
	said := true
	switch s, d := number(smask) == all, number(dmask) == all; proto {
	case unix.IPPROTO_GRE:
		if s && d {
			t.say("key", decimal(number(sport)<<16|number(dport)))
		}
		said = s == d
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6, 135: // IPPROTO_MH
		t.ports(s, "type", sport)
		t.ports(d, "code", dport)
	case unix.IPPROTO_TCP, unix.IPPROTO_UDP, unix.IPPROTO_SCTP, unix.IPPROTO_DCCP, 0:
		t.ports(s, "sport", sport)
		t.ports(d, "dport", dport)
		said = s == (number(sport) != 0) && d == (number(dport) != 0)
	default:
		said = !s && !d
	}
	if said && (number(smask) == all || number(smask) == 0) && (number(dmask) == all || number(dmask) == 0) {
		for _, n := range []*decode.Node{sport, dport, smask, dmask} {
			t.mark(n, true)
		}
	}
	return true
}

func (t *telling) ports(are bool, word string, n *decode.Node) {
	if are {
		t.say(word, decimal(number(n)))
	}
}

// limits says an xfrm_lifetime_cfg: what ip sends by itself is no limit.
func (t *telling) limits(f nest) {
	const inf = 1<<64 - 1
	lft := f.in("lft")
	for _, x := range []struct {
		field, word string
		none        uint64
	}{
		{"soft_byte_limit", "byte-soft", inf}, {"hard_byte_limit", "byte-hard", inf},
		{"soft_packet_limit", "packet-soft", inf}, {"hard_packet_limit", "packet-hard", inf},
		{"soft_add_expires_seconds", "time-soft", 0}, {"hard_add_expires_seconds", "time-hard", 0},
		{"soft_use_expires_seconds", "time-use-soft", 0}, {"hard_use_expires_seconds", "time-use-hard", 0},
	} {
		n := lft.take(x.field)
		if n == nil {
			continue
		}
		if v := number(n); v != x.none {
			t.say("limit", x.word, decimal(v))
		}
	}
}
