// SPDX-License-Identifier: Apache-2.0

package say

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// ss has the requests of ss(8) about sockets (linux/sock_diag.h). ss shows sockets in
// many ways, of which only those stand here that change what is sent.
var ss = map[string]teller{
	"SOCK_DIAG_BY_FAMILY": ssList, "SOCK_DESTROY": ssKill,
	// what ss asks where the kernel refuses the newer way
	"TCPDIAG_GETSOCK": readsOnly(), "DCCPDIAG_GETSOCK": readsOnly(),
}

// ssStateNames are the states of sockets by their number (include/net/tcp_states.h), as
// ss names them.
var ssStateNames = []string{"unknown", "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait", "unconnected",
	"close-wait", "last-ack", "listening", "closing", "new-syn-recv", "bound-inactive"}

const (
	ssAll          = 1<<12 - 1                  // all states
	ssAllSince     = 1<<14 - 1                  // those of iproute2 since 6.8
	ssNotConnected = 1<<10 | 1<<7 | 1<<6 | 1<<3 // listening, closed, time-wait, syn-recv
	ssListening    = 1<<10 | 1<<7
)

// ssKinds are the address families that ss asks for in one way only: what it sends,
// and the flags of what it shows that has options.
var ssKinds = map[uint64]struct {
	word   string
	states string   // a field
	own    []uint64 // the states that ss asks for by itself
	rest   []option
}{
	unix.AF_UNIX: {"-x", "udiag_states", []uint64{ssAll &^ ssNotConnected, ssAllSince &^ ssNotConnected},
		[]option{{"udiag_show", "", asShown}}},
	unix.AF_VSOCK: {"--vsock", "vdiag_states", []uint64{ssAll &^ ssNotConnected, ssAllSince &^ ssNotConnected}, nil},
	unix.AF_TIPC:  {"--tipc", "tidiag_states", []uint64{1<<1 | ssListening}, nil},
	unix.AF_NETLINK: {"--family=netlink", "", nil, []option{ // NDIAG_PROTO_ALL; NDIAG_SHOW_MEMINFO, GROUPS
		{"sdiag_protocol", "", only(0xff)}, {"ndiag_show", "", only(3)}}},
	// PACKET_SHOW_INFO, RING_CFG, FANOUT, MEMINFO, FILTER
	unix.AF_PACKET: {"-0", "", nil, []option{{"pdiag_show", "", only(1 | 1<<2 | 1<<3 | 1<<4 | 1<<5)}}},
	unix.AF_XDP:    {"--xdp", "", nil, []option{{"xdiag_show", "", only(0x1f)}}}, // XDP_SHOW_INFO to XDP_SHOW_STATS
}

// only is silent for the one value that a tool sends.
func only(v uint64) form { return asOneOf(map[uint64]string{v: quiet}) }

// asShown is what is shown of UNIX sockets (UDIAG_SHOW_*): names, peers and queues
// always.
var asShown form = func(_ *telling, n *decode.Node) ([]string, bool) {
	const always, details, memory = 1<<0 | 1<<2 | 1<<4, 1<<1 | 1<<3, 1 << 5
	v, words := number(n), []string{}
	if v&details == details {
		words, v = append(words, "-e"), v&^details
	}
	if v&memory != 0 {
		words, v = append(words, "-m"), v&^memory
	}
	return words, v == always
}

// ssList says a list of sockets. ss asks for one family and protocol after the other;
// the words ask for one.
func ssList(t *telling) bool {
	t.reads = true
	if !t.dump() {
		return false // ss asks for no single socket
	}
	t.say("ss")
	f := t.fields()
	family := f.num("sdiag_family")
	if family == unix.AF_INET || family == unix.AF_INET6 {
		return t.ssInet(family)
	}
	kind, ok := ssKinds[family]
	if !ok {
		return false
	}
	t.say(kind.word)
	f.options(kind.rest)
	if kind.states != "" {
		t.say(t.ssStates(f.num(kind.states), kind.own...)...)
	}
	return true
}

// ssStates says which states are asked for, where ss does not ask for them by itself,
// and returns the words for them that stand behind all options.
func (t *telling) ssStates(v uint64, own ...uint64) []string {
	switch {
	case slices.Contains(own, v):
		return nil
	case v == ssAll, v == ssAllSince:
		t.say("-a")
		return nil
	case v == ssListening:
		t.say("-l")
		return nil
	}
	word, from := "state", uint64(0)
	if v&1 != 0 { // no socket is in it: what is asked for is all but some
		word, from = "exclude", ssAll
		if v > ssAll {
			from = ssAllSince
		}
	}
	var words []string
	for i, name := range ssStateNames {
		if (v^from)&(1<<i) != 0 {
			words = append(words, word, name)
		}
	}
	if v == 0 || v > ssAllSince {
		t.failed = true // ss refuses to ask for none
	}
	return words
}

// ssProtocols are the protocols that ss has options for.
var ssProtocols = map[uint64]string{unix.IPPROTO_TCP: "-t", unix.IPPROTO_UDP: "-u", unix.IPPROTO_RAW: "-w", unix.IPPROTO_DCCP: "-d",
	unix.IPPROTO_SCTP: "-S", unix.IPPROTO_MPTCP: "-M"}

// ssProtocol says the protocol; the number of Multipath TCP stands in an attribute,
// since it is too large for the header.
func (t *telling) ssProtocol() bool {
	protocol := t.fields().num("sdiag_protocol")
	if n := t.attrs().peek("INET_DIAG_REQ_PROTOCOL"); n != nil && number(n)&0xff == protocol {
		protocol = t.attrs().num("INET_DIAG_REQ_PROTOCOL")
	}
	word, ok := ssProtocols[protocol]
	t.say(word)
	return ok
}

// asExtensions are attributes of the answer that are asked for (idiag_ext).
var asExtensions form = func(_ *telling, n *decode.Node) ([]string, bool) {
	v, words := number(n), []string{}
	for _, x := range []struct {
		bits uint64
		word string
	}{
		{1<<0 | 1<<6, "-m"},        // INET_DIAG_MEMINFO, SKMEMINFO
		{1<<1 | 1<<2 | 1<<3, "-i"}, // INET_DIAG_INFO, VEGASINFO, CONG
		{1<<4 | 1<<5, "--tos"},     // INET_DIAG_TOS, TCLASS
	} {
		if v&x.bits == x.bits {
			words, v = append(words, x.word), v&^x.bits
		}
	}
	return words, v == 0
}

func (t *telling) ssInet(family uint64) bool {
	f, a := t.fields(), t.attrs()
	if !t.ssProtocol() {
		return false
	}
	filter, of := "", map[uint64]ssFamilies{unix.AF_INET: ssInet, unix.AF_INET6: ssInet6}[family]
	if n := a.peek("INET_DIAG_REQ_BYTECODE"); n != nil {
		if text, families, ok := ssFilter(t, n); ok {
			filter = text
			t.mark(n, true)
			// With an address of the other family ss reads the filter only where it
			// asks for both families, of which this is one.
			if families&^of != 0 {
				of = 0
			}
		}
	}
	switch of {
	case ssInet:
		t.say("-4")
	case ssInet6:
		t.say("-6")
	}
	f.options([]option{{"idiag_ext", "", asExtensions}})
	own := []uint64{ssAll &^ ssNotConnected, ssAllSince &^ ssNotConnected}
	if of == 0 && (t.words[1] == "-u" || t.words[1] == "-w") {
		own = []uint64{1 << 1} // of UDP and raw sockets alone
	}
	t.say(t.ssStates(f.num("idiag_states"), own...)...)
	if filter != "" {
		t.say(filter)
	}
	return true
}

// ssKill says the end of one socket. ss finds sockets by a list first, which is where
// it has their cookie from.
func ssKill(t *telling) bool {
	f := t.fields()
	t.say("ss", "-K")
	if !t.ssProtocol() {
		return false
	}
	family := f.num("sdiag_family")
	switch family {
	case unix.AF_INET:
		t.say("-4")
	case unix.AF_INET6:
		t.say("-6")
	default:
		return false
	}
	t.say("-a")
	src, dst := f.take("idiag_src"), f.take("idiag_dst")
	if src == nil || dst == nil {
		return false
	}
	sport, dport := f.num("idiag_sport"), f.num("idiag_dport")
	filter := "src " + ssAddress(src.Raw, sport) + " and dst " + ssAddress(dst.Raw, dport)
	if i := f.num("idiag_if"); i != 0 {
		filter += " and dev = " + decimal(i)
	}
	f.take("idiag_cookie")
	f.take("sdiag_raw_protocol") // of the same list
	t.say(filter)
	return true
}

func ssAddress(b []byte, port uint64) string {
	s, _ := addr(b)
	if len(b) == 16 {
		s = "[" + s + "]"
	}
	return s + ":" + decimal(port)
}
