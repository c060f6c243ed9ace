// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// What `conntrack -E` and `conntrack -E expect` print of an event. Who made it, which
// they print as [USERSPACE] portid=…, is the cause of the event.

// ctEvent puts an entry, in the order of libnetfilter_conntrack.
func (l *line) ctEvent() {
	a := l.attrs()
	switch {
	case l.m.Type == "IPCTNL_MSG_CT_DELETE":
		l.say("[DESTROY]")
	case l.flag(unix.NLM_F_CREATE):
		l.say("[NEW]")
	default:
		l.say("[UPDATE]")
	}
	orig, reply := a.peek("CTA_TUPLE_ORIG"), a.peek("CTA_TUPLE_REPLY")
	if orig == nil {
		l.unsaid = true
		return
	}
	o := ctTupleOf(orig)
	if o.proto != nil {
		name := ctProtos[number(o.proto)]
		if name == "" {
			name = "unknown"
		}
		l.say(name, decimal(number(o.proto)))
	}
	a.options([]option{{"CTA_TIMEOUT", "", asNumber}})
	info := a.in("CTA_PROTOINFO")
	for _, p := range []struct{ nest, attr, prefix string }{{"TCP", "TCP_STATE", "TCP_CONNTRACK_"}, {"SCTP", "SCTP_STATE", "SCTP_CONNTRACK_"},
		{"DCCP", "DCCP_STATE", "CT_DCCP_"}} {
		info.in("CTA_PROTOINFO_" + p.nest).options([]option{{"CTA_PROTOINFO_" + p.attr, "", asCTState(p.prefix)}})
	}
	l.ctTuple(&o, "")
	l.ctCounters(a, "CTA_COUNTERS_ORIG")
	status := a.peek("CTA_STATUS")
	const seenReply, assured, offload, hwOffload = 1 << 1, 1 << 2, 1 << 14, 1 << 15
	if status != nil && status.Num&seenReply == 0 {
		l.say("[UNREPLIED]")
	}
	if reply != nil {
		r := ctTupleOf(reply)
		l.ctTuple(&r, "")
	}
	l.ctCounters(a, "CTA_COUNTERS_REPLY")
	if status != nil {
		switch {
		case status.Num&hwOffload != 0:
			l.say("[HW_OFFLOAD]")
		case status.Num&offload != 0:
			l.say("[OFFLOAD]")
		case status.Num&assured != 0:
			l.say("[ASSURED]")
		}
	}
	for _, o := range []struct{ word, attr string }{{"mark=", "CTA_MARK"}, {"secmark=", "CTA_SECMARK"}} {
		if n := a.peek(o.attr); n != nil {
			l.say(o.word + decimal(number(n)))
		}
	}
	if n := a.in("CTA_SECCTX").peek("CTA_SECCTX_NAME"); n != nil {
		l.say("secctx=" + text(n))
	}
	if n := a.peek("CTA_ZONE"); n != nil && number(n) != 0 {
		l.say("zone=" + decimal(number(n)))
	}
	if n := a.in("CTA_HELP").peek("CTA_HELP_NAME"); n != nil {
		l.say("helper=" + text(n))
	}
}

// ctTuple puts the addresses of a tuple and what its protocol has of ports; of a mask
// and a master the addresses have a prefix.
func (l *line) ctTuple(x *ctTuple, prefix string) {
	for _, p := range []struct {
		word string
		n    *decode.Node
	}{{"src=", x.src}, {"dst=", x.dst}} {
		if p.n != nil {
			s, ok := addr(p.n.Raw)
			l.unsaid = l.unsaid || !ok
			l.say(prefix + p.word + s)
		}
	}
	gre := x.proto != nil && number(x.proto) == unix.IPPROTO_GRE
	for _, p := range []struct {
		word string
		n    *decode.Node
	}{{"sport=", x.sport}, {"dport=", x.dport}, {"type=", x.kind}, {"code=", x.code}, {"id=", x.id}} {
		switch {
		case p.n == nil:
		case gre:
			l.say(map[string]string{"sport=": "srckey=", "dport=": "dstkey="}[p.word] + hexNumber(number(p.n)))
		default:
			l.say(p.word + decimal(p.n.Num))
		}
	}
}

func (l *line) ctCounters(a nest, name string) {
	c := a.in(name)
	for _, o := range []struct{ word, attr string }{{"packets=", "CTA_COUNTERS_PACKETS"}, {"bytes=", "CTA_COUNTERS_BYTES"}} {
		if n := c.peek(o.attr); n != nil {
			l.say(o.word + decimal(number(n)))
		}
	}
}

// ctExpect puts an expectation.
func (l *line) ctExpect() {
	a := l.attrs()
	if l.m.Type == "IPCTNL_MSG_EXP_DELETE" {
		l.say("[DESTROY]")
	} else {
		l.say("[NEW]")
	}
	a.options([]option{{"CTA_EXPECT_TIMEOUT", "", asNumber}})
	for _, p := range []struct{ attr, prefix string }{{"CTA_EXPECT_TUPLE", ""}, {"CTA_EXPECT_MASK", "mask-"}, {"CTA_EXPECT_MASTER", "master-"}} {
		n := a.peek(p.attr)
		if n == nil {
			continue
		}
		x := ctTupleOf(n)
		if p.prefix == "" && x.proto != nil {
			l.say("proto=" + decimal(number(x.proto)))
		}
		l.ctTuple(&x, p.prefix)
	}
	if n := a.peek("CTA_EXPECT_ZONE"); n != nil && number(n) != 0 {
		l.say("zone=" + decimal(number(n)))
	}
	if n := a.peek("CTA_EXPECT_FLAGS"); n != nil {
		if s, _ := bitNames(n.Num, []string{"PERMANENT", "INACTIVE", "USERSPACE"}); s != "" {
			l.say(strings.ReplaceAll(s, ",", " "))
		}
	}
	if n := a.peek("CTA_EXPECT_CLASS"); n != nil {
		l.say("class=" + decimal(number(n)))
	}
	if n := a.peek("CTA_EXPECT_HELP_NAME"); n != nil {
		l.say("helper=" + text(n))
	}
}
