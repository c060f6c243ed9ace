// SPDX-License-Identifier: Apache-2.0

package say

import (
	"golang.org/x/sys/unix"
)

// neighStates are the states that a person can name (linux/neighbour.h).
var neighStates = map[uint64]string{
	unix.NUD_INCOMPLETE: "incomplete", unix.NUD_REACHABLE: "reachable", unix.NUD_STALE: "stale", unix.NUD_DELAY: "delay",
	unix.NUD_PROBE: "probe", unix.NUD_FAILED: "failed", unix.NUD_NOARP: "noarp", unix.NUD_PERMANENT: "permanent", unix.NUD_NONE: "none",
}

// newNeigh says RTM_NEWNEIGH: of IP neighbours by ip, of a bridge by bridge.
func newNeigh(t *telling) bool {
	verb := "change"
	switch t.m.Header.Flags & (unix.NLM_F_CREATE | unix.NLM_F_EXCL | unix.NLM_F_REPLACE) {
	case unix.NLM_F_CREATE | unix.NLM_F_EXCL:
		verb = "add"
	case unix.NLM_F_CREATE | unix.NLM_F_REPLACE:
		verb = "replace"
	case unix.NLM_F_CREATE:
		verb = "add"
	}
	return t.neigh(verb)
}

func delNeigh(t *telling) bool { return t.neigh("del") }

func (t *telling) neigh(verb string) bool {
	f, a := t.fields(), t.attrs()
	switch t.family("ndm_family") {
	case unix.AF_INET, unix.AF_INET6:
	case unix.AF_BRIDGE:
		return t.fdb(verb)
	default:
		return false
	}
	dst := a.take("NDA_DST")
	if dst == nil {
		return false
	}
	s, ok := addr(dst.Raw)
	if !ok {
		return false
	}
	t.say("ip", "neigh", verb)
	flags := f.peek("ndm_flags")
	var v uint64
	if flags != nil {
		v = flags.Num
	}
	if v&unix.NTF_PROXY != 0 {
		t.say("proxy")
		v &^= unix.NTF_PROXY
	}
	t.say(s)
	a.options([]option{{"NDA_LLADDR", "lladdr", asLLAddr}})
	t.fields().sayDev("ndm_ifindex")
	if n := f.take("ndm_state"); n != nil {
		// ip itself asks for a permanent one where nothing is said.
		if n.Num != unix.NUD_PERMANENT && verb != "del" {
			t.say("nud", nameOr(neighStates, n.Num))
		}
	}
	if v&unix.NTF_ROUTER != 0 {
		t.say("router")
		v &^= unix.NTF_ROUTER
	}
	if v&unix.NTF_EXT_LEARNED != 0 {
		t.say("extern_learn")
		v &^= unix.NTF_EXT_LEARNED
	}
	if v&unix.NTF_USE != 0 {
		t.say("use")
		v &^= unix.NTF_USE
	}
	if flags != nil && v == 0 {
		t.mark(flags, true)
	}
	a.options([]option{{"NDA_PROTOCOL", "protocol", asNames(routeProtocols)},
		{"NDA_FLAGS_EXT", "managed", asWhere(asNothing, func(v uint64) bool { return v == 1 })}})
	return true
}

func getNeigh(t *telling) bool {
	t.reads = true
	f, a := t.fields(), t.attrs()
	family := t.family("ndm_family")
	if f.has("ifi_family") {
		family = t.family("ifi_family") // the header that libraries send
	}
	if family == unix.AF_BRIDGE {
		return getFDB(t)
	}
	t.tool(family)
	t.say("neigh")
	if t.dump() {
		t.say("show")
		if n := f.peek("ndm_flags"); n != nil && n.Num == unix.NTF_PROXY {
			t.say("proxy")
			t.mark(n, true)
		}
	} else {
		n := a.take("NDA_DST")
		if n == nil {
			return false
		}
		s, ok := addr(n.Raw)
		if !ok {
			return false
		}
		t.say("get", s)
		t.fields().sayDev("ndm_ifindex")
	}
	a.options([]option{{"NDA_IFINDEX", "dev", asIf}, {"NDA_MASTER", "master", asIf}})
	return true
}
