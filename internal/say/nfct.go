// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// nfct(8) sets how long connections are remembered, and which helpers look into them;
// nfacct(8) counts packets.
var (
	nfctTimeout = map[string]teller{
		"IPCTNL_MSG_TIMEOUT_NEW": func(t *telling) bool {
			name := t.attrs().take("CTA_TIMEOUT_NAME")
			if name == nil {
				return false
			}
			t.say("nfct", "add", "timeout", text(name))
			return t.nfctTimes()
		},
		"IPCTNL_MSG_TIMEOUT_DEFAULT_SET": func(t *telling) bool { t.say("nfct", "default-set", "timeout"); return t.nfctTimes() },
		"IPCTNL_MSG_TIMEOUT_DELETE":      nfctDelete("timeout", "CTA_TIMEOUT_NAME"),
		"IPCTNL_MSG_TIMEOUT_GET":         readsOnly("nfct", "list", "timeout"), "IPCTNL_MSG_TIMEOUT_DEFAULT_GET": readsOnly(),
	}
	nfctHelper = map[string]teller{
		"NFNL_MSG_CTHELPER_NEW": func(t *telling) bool {
			const disabled = 0 // NFCT_HELPER_STATUS_DISABLED
			a := t.attrs()
			status := a.peek("NFCTH_STATUS")
			if status == nil || number(status) != disabled || a.has("NFCTH_POLICY") {
				return false // what a helper is like, nfct reads from a library
			}
			a.take("NFCTH_STATUS")
			return t.nfctHelperOf("disable") && len(t.words) == 6
		},
		"NFNL_MSG_CTHELPER_DEL": func(t *telling) bool {
			if len(t.body.Attrs) == 0 {
				t.say("nfct", "flush", "helper")
				return true
			}
			return t.nfctHelperOf("delete")
		},
		"NFNL_MSG_CTHELPER_GET": readsOnly("nfct", "list", "helper"),
	}
	nfacct = map[string]teller{
		"NFNL_MSG_ACCT_NEW": nfacctAdd, "NFNL_MSG_ACCT_GET": readsOnly("nfacct", "list"),
		"NFNL_MSG_ACCT_GET_CTRZERO": func(t *telling) bool {
			if name := t.attrs().take("NFACCT_NAME"); name != nil {
				t.say("nfacct", "get", text(name), "reset")
				return true
			}
			t.say("nfacct", "list", "reset")
			return true
		},
		"NFNL_MSG_ACCT_DEL": func(t *telling) bool {
			name := t.attrs().take("NFACCT_NAME")
			if name == nil {
				t.say("nfacct", "flush")
				return true
			}
			t.say("nfacct", "delete", text(name))
			return true
		},
	}

	nfctFamilies  = map[uint64]string{unix.AF_INET: "inet", unix.AF_INET6: "inet6"}
	nfctProtocols = map[uint64]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp", unix.IPPROTO_UDPLITE: "udplite", unix.IPPROTO_SCTP: "sctp",
		unix.IPPROTO_DCCP: "dccp", unix.IPPROTO_ICMP: "icmp", unix.IPPROTO_ICMPV6: "icmpv6", unix.IPPROTO_GRE: "gre", unix.IPPROTO_RAW: "generic"}
)

// nfctTimes says how long connections of a protocol are remembered, by states.
func (t *telling) nfctTimes() bool {
	a := t.attrs()
	words := len(t.words)
	a.options([]option{{"CTA_TIMEOUT_L3PROTO", "", asOneOf(nfctFamilies)}, {"CTA_TIMEOUT_L4PROTO", "", asOneOf(nfctProtocols)}})
	if len(t.words) != words+2 {
		return false
	}
	times := a.in("CTA_TIMEOUT_DATA")
	for i := range times.nodes {
		n := &times.nodes[i]
		_, state, _ := strings.Cut(strings.TrimPrefix(n.Name, "CTA_TIMEOUT_"), "_")
		if state == "UNACK" {
			state = "UNACKNOWLEDGED"
		}
		v := number(n)
		if state == "" || strings.HasPrefix(state, "HEARTBEAT") || v >= 1<<31 {
			continue // nfct has no word for it
		}
		t.say(strings.ToLower(state), decimal(v))
		t.mark(n, true)
	}
	return len(t.words) > words+2
}

// nfctDelete says the end of one thing, or of all of its kind.
func nfctDelete(object, attr string) teller {
	return func(t *telling) bool {
		name := t.attrs().take(attr)
		if name == nil {
			t.say("nfct", "flush", object)
			return true
		}
		t.say("nfct", "delete", object, text(name))
		return true
	}
}

// nfctHelperOf says a helper: its name, and what it looks into.
func (t *telling) nfctHelperOf(verb string) bool {
	a := t.attrs()
	name := a.take("NFCTH_NAME")
	if name == nil {
		return false
	}
	t.say("nfct", verb, "helper", text(name))
	tuple := a.in("NFCTH_TUPLE")
	tuple.options([]option{{"NFCTH_TUPLE_L3PROTONUM", "", asOneOf(nfctFamilies)}})
	if len(t.words) == 5 {
		tuple.options([]option{{"NFCTH_TUPLE_L4PROTONUM", "", unless(asOneOf(map[uint64]string{unix.IPPROTO_TCP: "tcp", unix.IPPROTO_UDP: "udp"}), 0)}})
	}
	return true
}

// nfacctAdd says a new counter, which begins with nothing, and may have a limit.
func nfacctAdd(t *telling) bool {
	a := t.attrs()
	name := a.take("NFACCT_NAME")
	if name == nil {
		return false
	}
	t.say("nfacct", "add", text(name))
	a.options([]option{{"NFACCT_PKTS", "", only(0)}, {"NFACCT_BYTES", "", only(0)}})
	kind, quota := a.peek("NFACCT_FLAGS"), a.peek("NFACCT_QUOTA")
	if kind == nil || quota == nil {
		return true
	}
	if word := map[uint64]string{1: "packet", 2: "byte"}[number(kind)]; word != "" { // NFACCT_F_QUOTA_PKTS, _BYTES
		t.say(word, decimal(number(quota)))
		for _, n := range []*decode.Node{kind, quota} {
			t.mark(n, true)
		}
	}
	return true
}
