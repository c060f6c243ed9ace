// SPDX-License-Identifier: Apache-2.0

package say

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// ipRoute has the requests of rtnetlink that ip(8) has words for.
var ipRoute = map[string]teller{
	"RTM_NEWLINK": newLink, "RTM_SETLINK": newLink, "RTM_DELLINK": delLink, "RTM_GETLINK": getLink,
	"RTM_NEWADDR": newAddr, "RTM_DELADDR": delAddr, "RTM_GETADDR": getAddr,
	"RTM_NEWROUTE": newRoute, "RTM_DELROUTE": delRoute, "RTM_GETROUTE": getRoute,
	"RTM_NEWRULE": newRule, "RTM_DELRULE": delRule, "RTM_GETRULE": getRule,
	"RTM_NEWNEIGH": newNeigh, "RTM_DELNEIGH": delNeigh, "RTM_GETNEIGH": getNeigh,
	"RTM_NEWNEXTHOP": newNexthop, "RTM_DELNEXTHOP": delNexthop, "RTM_GETNEXTHOP": getNexthop,
	"RTM_NEWLINKPROP": linkProperty("add"), "RTM_DELLINKPROP": linkProperty("del"),
	"RTM_NEWADDRLABEL": addrLabel("add"), "RTM_DELADDRLABEL": addrLabel("del"), "RTM_GETADDRLABEL": getAddrLabel,
	"RTM_SETNEIGHTBL": setNeighTable, "RTM_GETNEIGHTBL": getNeighTable, "RTM_GETNETCONF": getNetconf,
	"RTM_NEWMDB": newMDB("add"), "RTM_DELMDB": newMDB("del"), "RTM_GETMDB": getBridge("mdb"),
	"RTM_NEWVLAN": setVLAN, "RTM_GETVLAN": getBridge("vlan"),
	"RTM_NEWTUNNEL": bridgeVNI("add"), "RTM_DELTUNNEL": bridgeVNI("del"), "RTM_GETTUNNEL": getBridge("vni"),
}

// linkOptions are those of "ip link add" and "ip link set" (ip-link(8)).
var linkOptions = []option{
	{"IFLA_ADDRESS", "address", asLLAddr},
	{"IFLA_BROADCAST", "broadcast", asLLAddr},
	{"IFLA_MTU", "mtu", asNumber},
	{"IFLA_TXQLEN", "txqueuelen", asNumber},
	{"IFLA_IFALIAS", "alias", asText},
	{"IFLA_NET_NS_PID", "netns", asNumber},
	{"IFLA_LINK_NETNSID", "link-netnsid", asNumber},
	{"IFLA_GROUP", "group", asNumber},
	{"IFLA_NUM_TX_QUEUES", "numtxqueues", asNumber},
	{"IFLA_NUM_RX_QUEUES", "numrxqueues", asNumber},
	{"IFLA_GSO_MAX_SIZE", "gso_max_size", asNumber},
	{"IFLA_GSO_MAX_SEGS", "gso_max_segs", asNumber},
	{"IFLA_GRO_MAX_SIZE", "gro_max_size", asNumber},
	{"IFLA_GSO_IPV4_MAX_SIZE", "gso_ipv4_max_size", asNumber},
	{"IFLA_GRO_IPV4_MAX_SIZE", "gro_ipv4_max_size", asNumber},
	{"IFLA_OPERSTATE", "state", asOneOf(map[uint64]string{
		0: "unknown", 1: "notpresent", 2: "down", 3: "lowerlayerdown", 4: "testing", 5: "dormant", 6: "up"})},
	{"IFLA_LINKMODE", "mode", asOneOf(map[uint64]string{0: "default", 1: "dormant"})},
	{"IFLA_CARRIER", "carrier", asOnOff},
	{"IFLA_PROTO_DOWN", "protodown", asOnOff},
	{"IFLA_PARENT_DEV_NAME", "parentdev", asText},
}

// linkFlags are the bits of ifi_flags that ip sets, in its order (linux/if.h).
var linkFlags = []struct {
	bit     uint64
	on, off []string
}{
	{unix.IFF_UP, []string{"up"}, []string{"down"}},
	{unix.IFF_NOARP, []string{"arp", "off"}, []string{"arp", "on"}},
	{unix.IFF_MULTICAST, []string{"multicast", "on"}, []string{"multicast", "off"}},
	{unix.IFF_ALLMULTI, []string{"allmulticast", "on"}, []string{"allmulticast", "off"}},
	{unix.IFF_PROMISC, []string{"promisc", "on"}, []string{"promisc", "off"}},
	{unix.IFF_NOTRAILERS, []string{"trailers", "off"}, []string{"trailers", "on"}},
	{unix.IFF_DYNAMIC, []string{"dynamic", "on"}, []string{"dynamic", "off"}},
}

// linkBits are the bits that the kernel takes from a request (__dev_change_flags);
// it reads no others, and of these none outside of ifi_change.
const linkBits = unix.IFF_UP | unix.IFF_DEBUG | unix.IFF_NOTRAILERS | unix.IFF_NOARP | unix.IFF_PROMISC |
	unix.IFF_ALLMULTI | unix.IFF_MULTICAST | unix.IFF_PORTSEL | unix.IFF_AUTOMEDIA | unix.IFF_DYNAMIC

// newLink says RTM_NEWLINK and RTM_SETLINK.
func newLink(t *telling) bool {
	switch t.family("ifi_family") {
	case unix.AF_UNSPEC:
	case unix.AF_BRIDGE:
		return setBridgeLink(t, "add")
	case unix.AF_INET6:
		return setToken(t)
	default:
		return false
	}
	t.fields().take("ifi_type") // which the kernel does not read
	if t.flag(unix.NLM_F_CREATE) {
		return addLink(t)
	}
	a := t.attrs()
	t.say("ip", "link", "set")
	more, rename := linkOptions, []option(nil)
	index := t.fields().num("ifi_index")
	switch name := a.peek("IFLA_IFNAME"); {
	case index != 0:
		t.dev(t.ifName(index))
		if name != nil && text(name) == t.ifName(index) {
			a.take("IFLA_IFNAME") // not a new one
		} else {
			rename = []option{{"IFLA_IFNAME", "name", asText}}
		}
	case name != nil:
		t.dev(text(a.take("IFLA_IFNAME")))
	case a.has("IFLA_ALT_IFNAME"):
		t.dev(text(a.take("IFLA_ALT_IFNAME")))
	case a.has("IFLA_GROUP"):
		t.say("group", decimal(a.num("IFLA_GROUP")))
		more = slices.DeleteFunc(slices.Clone(more), func(o option) bool { return o.attr == "IFLA_GROUP" })
	default:
		return false // a question whether the kernel knows something, which fails
	}
	words := len(t.words)
	a.options(rename)
	a.options([]option{{"IFLA_NEW_IFINDEX", "index", asNumber}})
	t.linkFlags()
	a.options(more)
	t.virtualFunction(a)
	t.xdpOff(a)
	t.master(a)
	t.linkKind(a)
	t.linkAF(a)
	return len(t.words) > words
}

// addLink says a request that makes an interface.
func addLink(t *telling) bool {
	a := t.attrs()
	verb := "add"
	if t.flag(unix.NLM_F_REPLACE) {
		verb = "replace"
	}
	t.say("ip", "link", verb)
	if n := a.take("IFLA_LINK"); n != nil {
		t.say("link", t.ifName(number(n)))
	}
	if n := a.take("IFLA_IFNAME"); n != nil {
		t.named(text(n))
	}
	if i := t.fields().num("ifi_index"); i != 0 {
		t.say("index", decimal(i))
	}
	t.linkFlags()
	a.options(linkOptions)
	t.master(a)
	t.linkAF(a)
	return t.linkKind(a)
}

// linkFlags says the flags that a request changes: those of ifi_change, or, where
// that is zero and flags are set, all (rtnl_dev_get_flags).
func (t *telling) linkFlags() {
	flags, change := t.fields().peek("ifi_flags"), t.fields().peek("ifi_change")
	if flags == nil || change == nil {
		return
	}
	on, of := flags.Num, change.Num
	if of == 0 && on != 0 {
		// All of them at once: those that are not set are cleared.
		of = on&linkBits | unix.IFF_UP
	}
	of &= linkBits
	for _, f := range linkFlags {
		if of&f.bit == 0 {
			continue
		}
		of &^= f.bit
		if on&f.bit != 0 {
			t.say(f.on...)
		} else {
			t.say(f.off...)
		}
		on &^= f.bit
	}
	if of == 0 {
		t.mark(flags, true)
		t.mark(change, true)
	}
}

func (t *telling) master(a nest) {
	switch n := a.take("IFLA_MASTER"); {
	case n == nil:
	case number(n) == 0:
		t.say("nomaster")
	default:
		t.say("master", t.ifName(number(n)))
	}
}

// linkAF says what a request sets of an address family on the interface.
func (t *telling) linkAF(a nest) {
	af := a.in("IFLA_AF_SPEC").in("AF_INET6")
	af.options([]option{{"IFLA_INET6_ADDR_GEN_MODE", "addrgenmode", asOneOf(map[uint64]string{
		0: "eui64", 1: "none", 2: "stable_secret", 3: "random"})}})
}

// linkKind says kind and options of an interface that somebody makes or changes.
func (t *telling) linkKind(a nest) bool {
	info := a.in("IFLA_LINKINFO")
	kind := info.take("IFLA_INFO_KIND")
	if kind == nil {
		if slave := info.take("IFLA_INFO_SLAVE_KIND"); slave != nil {
			t.say("type", text(slave)+"_slave")
			info.in("IFLA_INFO_SLAVE_DATA").options(slaveKinds[text(slave)])
			return true
		}
		return false
	}
	t.say("type", text(kind))
	k, known := linkKinds[text(kind)]
	if !known {
		return true
	}
	data := info.in("IFLA_INFO_DATA")
	data.options(k.options)
	if k.more != nil {
		k.more(t, data)
	}
	return true
}

// existing says which interface a request is about: by its index, or by one of its
// names. false: by neither.
func (t *telling) existing() bool {
	a := t.attrs()
	switch index := t.fields().num("ifi_index"); {
	case index != 0:
		t.dev(t.ifName(index))
	case a.has("IFLA_IFNAME"):
		t.dev(text(a.take("IFLA_IFNAME")))
	case a.has("IFLA_ALT_IFNAME"):
		t.dev(text(a.take("IFLA_ALT_IFNAME")))
	default:
		return false
	}
	return true
}

// kindOnly says the kind that a link has to be of.
func (t *telling) kindOnly() {
	if kind := t.attrs().in("IFLA_LINKINFO").take("IFLA_INFO_KIND"); kind != nil {
		t.say("type", text(kind))
	}
}

// delLink says RTM_DELLINK.
func delLink(t *telling) bool {
	switch t.family("ifi_family") {
	case unix.AF_UNSPEC:
	case unix.AF_BRIDGE:
		return setBridgeLink(t, "del")
	default:
		return false
	}
	a := t.attrs()
	for _, f := range []string{"ifi_type", "ifi_flags", "ifi_change"} {
		t.fields().take(f) // which the kernel does not read
	}
	t.say("ip", "link", "delete")
	switch {
	case t.existing():
	case a.has("IFLA_GROUP"):
		t.say("group", decimal(a.num("IFLA_GROUP")))
	default:
		return false
	}
	t.kindOnly()
	return true
}

// getLink says RTM_GETLINK: one interface, or all.
func getLink(t *telling) bool {
	t.reads = true
	family := t.family("ifi_family")
	if family == unix.AF_BRIDGE {
		return getBridgeLink(t)
	}
	if family != unix.AF_UNSPEC && family != unix.AF_PACKET {
		return false
	}
	a := t.attrs()
	a.take("IFLA_EXT_MASK") // which parts of the answer are wanted
	t.say("ip", "link", "show")
	if !t.existing() && !t.dump() {
		return false
	}
	a.options([]option{{"IFLA_MASTER", "master", asIf}, {"IFLA_GROUP", "group", asNumber}})
	t.kindOnly()
	return true
}

// dump says whether a request asks for a list (NLM_F_DUMP, two bits).
func (t *telling) dump() bool {
	return t.m.Header.Flags&unix.NLM_F_DUMP == unix.NLM_F_DUMP
}

// family returns the address family that a fixed header names, and says it.
func (t *telling) family(field string) uint64 {
	n := t.fields().take(field)
	if n == nil {
		return 0
	}
	return n.Num
}

// dev says the name of an interface where a command expects one: with the word
// "dev" where a name alone may be read as something else.
func (t *telling) dev(name string) { t.wordFor("dev", name) }

// named is dev for the name of something new.
func (t *telling) named(name string) { t.wordFor("name", name) }

func (t *telling) wordFor(keyword, name string) {
	if plainName(name) {
		t.say(name)
	} else {
		t.say(keyword, name)
	}
}

// plainName says whether ip can take a name for nothing but a name: it reads what
// begins with "-" as an option, and abbreviates keywords ("de" is dev).
func plainName(name string) bool {
	if name == "" || name[0] == '-' {
		return false
	}
	for _, k := range linkKeywords {
		if strings.HasPrefix(k, name) {
			return false
		}
	}
	return true
}

// linkKeywords are the words of ip-link(8) that may stand where a name does.
var linkKeywords = []string{
	"addrgenmode", "address", "alias", "all", "allmulticast", "altname", "arp", "brd", "broadcast", "carrier",
	"default", "dev", "down", "dynamic", "gro_ipv4_max_size", "gro_max_size", "group", "gso_ipv4_max_size",
	"gso_max_segs", "gso_max_size", "help", "index", "link", "link-netns", "link-netnsid", "lladdr", "master", "mode",
	"mtu", "multicast", "name", "netns", "nomaster", "novf", "numrxqueues", "numtxqueues", "parentdev", "promisc",
	"protodown", "protodown_reason", "qlen", "state", "trailers", "txqlen", "txqueuelen", "type", "up", "vf", "vrf",
	"xdp", "xdpdrv", "xdpgeneric", "xdpoffload",
}
