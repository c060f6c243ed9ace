// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"math"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// addrFlags are the bits of IFA_FLAGS that ip(8) has words for (linux/if_addr.h).
var addrFlags = []struct {
	bit  uint64
	word string
}{
	{unix.IFA_F_HOMEADDRESS, "home"}, {unix.IFA_F_MANAGETEMPADDR, "mngtmpaddr"}, {unix.IFA_F_NODAD, "nodad"},
	{unix.IFA_F_OPTIMISTIC, "optimistic"}, {unix.IFA_F_NOPREFIXROUTE, "noprefixroute"}, {unix.IFA_F_MCAUTOJOIN, "autojoin"},
}

func newAddr(t *telling) bool {
	verb := "change"
	if t.flag(unix.NLM_F_CREATE) {
		verb = "add"
		if t.flag(unix.NLM_F_REPLACE) {
			verb = "replace"
		}
	}
	if !t.addr(verb) {
		return false
	}
	a := t.attrs()
	a.options([]option{{"IFA_BROADCAST", "broadcast", asAddr}, {"IFA_ANYCAST", "anycast", asAddr},
		{"IFA_RT_PRIORITY", "metric", asNumber}, {"IFA_PROTO", "proto", asNumber}})
	t.addrScope()
	t.addrFlags()
	// struct ifa_cacheinfo: u32 ifa_prefered, ifa_valid, in seconds; zero is for ever there.
	if ci := a.peek("IFA_CACHEINFO"); ci != nil {
		in := t.open(ci)
		in.options([]option{{"ifa_valid", "valid_lft", asLifetime}, {"ifa_prefered", "preferred_lft", asLifetime}})
		for i := range ci.Children {
			if zero(ci.Children[i].Raw) {
				t.mark(&ci.Children[i], true)
			}
		}
	}
	return true
}

func delAddr(t *telling) bool {
	if !t.addr("del") {
		return false
	}
	t.addrScope()
	return true
}

// addr says verb, address, peer, interface and label.
func (t *telling) addr(verb string) bool {
	f, a := t.fields(), t.attrs()
	f.take("ifa_family")
	local, remote := a.take("IFA_LOCAL"), a.take("IFA_ADDRESS")
	if local == nil {
		local = remote
	}
	if local == nil {
		return false
	}
	bits := f.num("ifa_prefixlen")
	peer := remote != nil && !bytes.Equal(local.Raw, remote.Raw)
	var own, other string
	var ok bool
	if peer {
		if own, ok = addr(local.Raw); ok {
			other, ok = addr(remote.Raw)
			other += "/" + decimal(bits)
		}
	} else if own, ok = addr(local.Raw); ok {
		own += "/" + decimal(bits)
	}
	if !ok {
		return false
	}
	t.say("ip", "addr", verb, own)
	if peer {
		t.say("peer", other)
	}
	t.say("dev", t.ifName(f.num("ifa_index")))
	a.options([]option{{"IFA_LABEL", "label", asText}})
	return true
}

func (t *telling) addrScope() {
	n := t.fields().take("ifa_scope")
	if n == nil || n.Num == 0 {
		return
	}
	t.say("scope", scopeName(n.Num))
}

// addrFlags says the flags, which stand in the header (8 bits) and, with more
// bits, in an attribute.
func (t *telling) addrFlags() {
	head, all := t.fields().peek("ifa_flags"), t.attrs().peek("IFA_FLAGS")
	var v uint64
	if head != nil {
		v = head.Num
	}
	if all != nil {
		v = all.Num // the kernel takes it in place of the header's
	}
	for _, f := range addrFlags {
		if v&f.bit != 0 {
			t.say(f.word)
			v &^= f.bit
		}
	}
	if v != 0 {
		return
	}
	for _, n := range []*decode.Node{head, all} {
		if n != nil {
			t.mark(n, true)
		}
	}
}

// asLifetime is a number of seconds, or for ever.
var asLifetime form = func(t *telling, n *decode.Node) ([]string, bool) {
	if number(n) == math.MaxUint32 {
		return []string{"forever"}, true
	}
	return asNumber(t, n)
}

func getAddr(t *telling) bool {
	t.reads = true
	if !t.dump() {
		return false
	}
	t.tool(t.family("ifa_family"))
	t.say("addr", "show")
	t.fields().sayDev("ifa_index")
	t.attrs().take("IFA_TARGET_NETNSID")
	return true
}

// tool begins a command of ip for an address family; 0 is any.
func (t *telling) tool(family uint64) {
	t.say("ip")
	if o := familyOption(family); o != "" {
		t.say(o)
	}
}

// familyOption is ip's option for an address family; "": there is none.
func familyOption(family uint64) string {
	switch family {
	case unix.AF_INET:
		return "-4"
	case unix.AF_INET6:
		return "-6"
	case unix.AF_MPLS:
		return "-M"
	case unix.AF_BRIDGE:
		return "-B"
	}
	return ""
}
