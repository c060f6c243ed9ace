// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/sys/unix"
)

var tcFilterKeywords = []string{"dev", "block", "root", "ingress", "egress", "parent", "handle", "preference", "priority",
	"protocol", "chain", "estimator", "help"}

func newFilter(t *telling) bool {
	verb := "change"
	if t.flag(unix.NLM_F_CREATE) {
		verb = "replace"
		if t.flag(unix.NLM_F_EXCL) {
			verb = "add"
		}
	}
	return t.filter("filter", verb)
}

func delFilter(t *telling) bool { return t.filter("filter", "del") }

func newChain(t *telling) bool {
	if !t.flag(unix.NLM_F_CREATE) || !t.flag(unix.NLM_F_EXCL) {
		return false
	}
	return t.filter("chain", "add")
}

func delChain(t *telling) bool { return t.filter("chain", "del") }

// filter says a filter or a chain (tc_filter_modify of tc).
func (t *telling) filter(object, verb string) bool {
	t.filterPlace(object, verb)
	if info := t.fields().take("tcm_info"); info != nil {
		t.filterInfo(t.native(info), object == "filter" && (verb == "add" || verb == "replace"))
	}
	a := t.attrs()
	a.options([]option{{"TCA_CHAIN", "chain", asNumber}})
	t.estimator(a)
	kind := a.peek("TCA_KIND")
	if kind == nil {
		return true
	}
	if h := t.fields().peek("tcm_handle"); h != nil {
		if word, ok := t.filterHandle(text(kind), t.native(h), a); ok {
			if word != "" {
				t.say("handle", word)
			}
			t.mark(h, true)
		}
	}
	return t.tcOptions(a, filterKinds, tcFilterKeywords...)
}

// filterPlace says where a filter is.
func (t *telling) filterPlace(object, verb string) {
	t.tcDev(object, verb)
	switch parent := t.tcParent(); parent {
	case 0:
	case tcRoot:
		t.say("root")
	case tcInFilter:
		t.say("ingress")
	case tcOutFilter:
		t.say("egress")
	default:
		t.say("parent", classWord(parent))
	}
}

// filterInfo says tcm_info: the priority, and the protocol in network byte order.
// all: tc itself asks for every protocol where nothing is said.
func (t *telling) filterInfo(v uint64, all bool) {
	proto := uint16(v)
	if !t.m.Frame.Origin.BigEndian {
		proto = proto<<8 | proto>>8
	}
	if proto != 0 && (!all || proto != unix.ETH_P_ALL) || proto == 0 && all {
		t.say("protocol", etherWord(uint64(proto)))
	}
	if prio := v >> 16; prio != 0 {
		t.say("prio", decimal(prio))
	}
}

// etherWords are the protocols that iproute2 has names for (lib/ll_proto.c).
var etherWords = map[uint64]string{
	unix.ETH_P_ALL: "all", unix.ETH_P_IP: "ip", unix.ETH_P_IPV6: "ipv6", unix.ETH_P_ARP: "arp", unix.ETH_P_RARP: "rarp",
	unix.ETH_P_8021Q: "802.1Q", unix.ETH_P_8021AD: "802.1ad", unix.ETH_P_MPLS_UC: "mpls_uc", unix.ETH_P_MPLS_MC: "mpls_mc",
	unix.ETH_P_PPP_DISC: "ppp_disc", unix.ETH_P_PPP_SES: "ppp_ses", unix.ETH_P_LOOP: "loop", unix.ETH_P_CAN: "can",
}

// etherWord writes a protocol of Ethernet, which iproute2 reads as a name or as a
// number in any base.
func etherWord(v uint64) string {
	if s := etherWords[v]; s != "" {
		return s
	}
	return "0x" + strconv.FormatUint(v, 16)
}

// filterHandle writes the handle of a filter as its kind reads it; "" is none.
func (t *telling) filterHandle(kind string, h uint64, a nest) (string, bool) {
	opts := nest{t: t}
	if x := a.peek("TCA_OPTIONS"); x != nil {
		opts.nodes = x.Children
	}
	switch {
	case kind == "fw":
		mask := opts.take("TCA_FW_MASK")
		switch {
		case h == 0 && mask == nil:
			return "", true
		case mask != nil:
			return hexNumber(h) + "/" + hexNumber(number(mask)), true
		}
		return hexNumber(h), true
	case h == 0:
		return "", true
	case kind == "u32":
		return u32Handle(h), true
	case kind == "route" && h == routeHandle(opts):
		return "", true
	}
	return hexNumber(h), true
}

// routeHandle is what tc makes of the options of a route filter, where it is told no
// handle.
func routeHandle(opts nest) uint64 {
	h := uint64(0xffff8000)
	if to := opts.peek("TCA_ROUTE4_TO"); to != nil {
		h = h&^0x80ff | number(to)&0xff
	}
	if from := opts.peek("TCA_ROUTE4_FROM"); from != nil {
		h = h&0xffff | number(from)<<16
	}
	if iif := opts.peek("TCA_ROUTE4_IIF"); iif != nil {
		h = h&0xffff | (0x8000|number(iif))<<16
	}
	return h & 0xffffffff
}

// u32Handle writes hash table (12 bits), bucket (8) and node (12), in hex.
func u32Handle(h uint64) string {
	table, bucket, node := h>>20, h>>12&0xff, h&0xfff
	s := ""
	if table != 0 {
		s = strconv.FormatUint(table, 16)
	}
	s += ":"
	if bucket != 0 {
		s += strconv.FormatUint(bucket, 16)
	}
	if node != 0 {
		s += ":" + strconv.FormatUint(node, 16)
	}
	return s
}

// getFilter says a list of filters or chains, or one of them.
func getFilter(object string) teller {
	return func(t *telling) bool {
		t.reads = true
		if !t.dump() {
			return t.filter(object, "get")
		}
		t.filterPlace(object, "show")
		a := t.attrs()
		if info := t.fields().take("tcm_info"); info != nil {
			t.filterInfo(t.native(info), false)
		}
		a.options([]option{{"TCA_CHAIN", "chain", asNumber}})
		a.take("TCA_DUMP_FLAGS") // how much of the answer is wanted
		if kind := a.take("TCA_KIND"); kind != nil {
			t.say(text(kind))
		}
		return true
	}
}

// beBytes is a number in network byte order.
func beBytes(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
