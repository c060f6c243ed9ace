// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// monitors have the lines of events, by family and type: what `ip monitor` and
// `conntrack -E` print of one, in one line.
var monitors = map[string]map[string]func(*line){
	"route": {
		"RTM_NEWLINK": (*line).link, "RTM_DELLINK": (*line).link,
		"RTM_NEWADDR": (*line).addr, "RTM_DELADDR": (*line).addr,
		"RTM_NEWROUTE": (*line).route, "RTM_DELROUTE": (*line).route,
		"RTM_NEWRULE": (*line).rule, "RTM_DELRULE": (*line).rule,
		"RTM_NEWNEIGH": (*line).neigh, "RTM_DELNEIGH": (*line).neigh,
		"RTM_NEWNEXTHOP": (*line).nexthop, "RTM_DELNEXTHOP": (*line).nexthop,
	},
	"ctnetlink":     {"IPCTNL_MSG_CT_NEW": (*line).ctEvent, "IPCTNL_MSG_CT_DELETE": (*line).ctEvent},
	"ctnetlink_exp": {"IPCTNL_MSG_EXP_NEW": (*line).ctExpect, "IPCTNL_MSG_EXP_DELETE": (*line).ctExpect},
}

// Event writes an event as the tool's own monitor prints it, safe for a terminal; ""
// where none does. It has what the monitor has, which is not all of the message.
func Event(m *decode.Message, body *decode.Body) string {
	if body == nil || m.Frame == nil || m.Frame.Dir != capture.DirEvent || m.NoHeader || m.Problem != nil || body.Problem != "" {
		return ""
	}
	write := monitors[m.Family][m.Type]
	if write == nil {
		return ""
	}
	l := line{telling: telling{m: m, body: *body}}
	if strings.HasPrefix(m.Type, "RTM_DEL") {
		l.say("Deleted")
	}
	write(&l)
	if l.unsaid {
		return ""
	}
	return l.String()
}

// line is a telling whose words are those of a monitor: of those it is not asked what
// is left.
type line struct {
	telling
	unsaid bool // the monitor's words would mislead
}

// String is the line, safe for a terminal.
func (l *line) String() string {
	words := make([]string, len(l.words))
	for i, w := range l.words {
		words[i] = decode.Quote(w)
	}
	return strings.Join(words, " ")
}

// raw are the bytes of an attribute; nil where it is missing.
func (n nest) raw(name string) []byte {
	if x := n.peek(name); x != nil {
		return x.Raw
	}
	return nil
}

// flagNames are the bits of ifi_flags in the order of iproute2.
var flagNames = []struct {
	bit  uint64
	name string
}{
	{unix.IFF_LOOPBACK, "LOOPBACK"}, {unix.IFF_BROADCAST, "BROADCAST"}, {unix.IFF_POINTOPOINT, "POINTOPOINT"},
	{unix.IFF_MULTICAST, "MULTICAST"}, {unix.IFF_NOARP, "NOARP"}, {unix.IFF_ALLMULTI, "ALLMULTI"}, {unix.IFF_PROMISC, "PROMISC"},
	{unix.IFF_MASTER, "MASTER"}, {unix.IFF_SLAVE, "SLAVE"}, {unix.IFF_DEBUG, "DEBUG"}, {unix.IFF_DYNAMIC, "DYNAMIC"},
	{unix.IFF_AUTOMEDIA, "AUTOMEDIA"}, {unix.IFF_PORTSEL, "PORTSEL"}, {unix.IFF_NOTRAILERS, "NOTRAILERS"}, {unix.IFF_UP, "UP"},
	{unix.IFF_LOWER_UP, "LOWER_UP"}, {unix.IFF_DORMANT, "DORMANT"}, {unix.IFF_ECHO, "ECHO"},
}

func linkFlagNames(v uint64) string {
	var names []string
	if v&unix.IFF_UP != 0 && v&unix.IFF_RUNNING == 0 {
		names = append(names, "NO-CARRIER")
	}
	v &^= unix.IFF_RUNNING
	for _, f := range flagNames {
		if v&f.bit != 0 {
			names = append(names, f.name)
			v &^= f.bit
		}
	}
	if v != 0 {
		names = append(names, strings.TrimPrefix(hexNumber(v), "0x"))
	}
	return "<" + strings.Join(names, ",") + ">"
}

var operStates = map[uint64]string{0: "UNKNOWN", 1: "NOTPRESENT", 2: "DOWN", 3: "LOWERLAYERDOWN", 4: "TESTING", 5: "DORMANT", 6: "UP"}

// linkEvents are the reasons in IFLA_EVENT (linux/if_link.h).
var linkEvents = map[uint64]string{1: "REBOOT", 2: "FEATURE CHANGE", 3: "BONDING FAILOVER", 4: "NOTIFY PEERS", 5: "RESEND IGMP", 6: "BONDING OPTION"}

// linkTypes are the hardware types of linux/if_arp.h that have a name there.
var linkTypes = map[uint64]string{
	unix.ARPHRD_ETHER: "ether", unix.ARPHRD_LOOPBACK: "loopback", unix.ARPHRD_TUNNEL: "ipip", unix.ARPHRD_TUNNEL6: "tunnel6",
	unix.ARPHRD_SIT: "sit", unix.ARPHRD_IPGRE: "gre", unix.ARPHRD_IP6GRE: "gre6", unix.ARPHRD_PPP: "ppp", unix.ARPHRD_INFINIBAND: "infiniband",
	unix.ARPHRD_IEEE80211: "ieee802.11", unix.ARPHRD_IEEE80211_RADIOTAP: "ieee802.11/radiotap", unix.ARPHRD_CAN: "can",
	unix.ARPHRD_NETLINK: "netlink", unix.ARPHRD_NONE: "none", unix.ARPHRD_IEEE802154: "ieee802.15.4",
}

func (l *line) link() {
	// Of a port that left its bridge ip prints that the link is deleted, and of what a
	// radio tells nothing but the link.
	l.unsaid = l.m.Type == "RTM_DELLINK" && l.fields().num("ifi_family") == unix.AF_BRIDGE || l.attrs().peek("IFLA_WIRELESS") != nil
	index, flags := l.fields().num("ifi_index"), l.fields().num("ifi_flags")
	name := l.ifName(index)
	if n := l.attrs().peek("IFLA_IFNAME"); n != nil {
		name = text(n)
	}
	if n := l.attrs().peek("IFLA_LINK"); n != nil {
		switch other := number(n); {
		case other == 0:
			name += "@NONE"
		case l.attrs().peek("IFLA_LINK_NETNSID") != nil:
			name += "@if" + decimal(other)
		default:
			name += "@" + l.ifName(other)
		}
	}
	l.say(decimal(index)+":", name+":", linkFlagNames(flags))
	l.attrs().options([]option{{"IFLA_MTU", "mtu", asNumber}, {"IFLA_QDISC", "qdisc", asText}, {"IFLA_MASTER", "master", asIf}})
	if n := l.attrs().peek("IFLA_OPERSTATE"); n != nil {
		l.say("state", nameOr(operStates, number(n)))
	}
	l.attrs().options([]option{{"IFLA_GROUP", "group", asNames(map[uint64]string{0: "default"})},
		{"IFLA_EVENT", "event", asNames(linkEvents)}})
	if kind := l.fields().num("ifi_type"); kind != 0 {
		text := linkTypes[kind]
		if text == "" {
			text = "[" + decimal(kind) + "]"
		}
		l.say("link/" + text)
		if s, ok := lladdr(l.attrs().raw("IFLA_ADDRESS")); ok {
			l.say(s)
		}
		word := "brd"
		if flags&unix.IFF_POINTOPOINT != 0 {
			word = "peer"
		}
		if s, ok := lladdr(l.attrs().raw("IFLA_BROADCAST")); ok {
			l.say(word, s)
		}
	}
	l.attrs().options([]option{{"IFLA_LINK_NETNSID", "link-netnsid", asNumber}, {"IFLA_NEW_NETNSID", "new-netnsid", asNumber}})
	if list := l.attrs().peek("IFLA_PROP_LIST"); list != nil {
		for i := range list.Children {
			if x := &list.Children[i]; x.Name == "IFLA_ALT_IFNAME" {
				l.say("altname", text(x))
			}
		}
	}
}

// addrFlagNames are the bits of IFA_FLAGS that ip prints, in its order.
var addrFlagNames = []struct {
	bit  uint64
	name string
}{
	{unix.IFA_F_SECONDARY, "secondary"}, {unix.IFA_F_NODAD, "nodad"}, {unix.IFA_F_OPTIMISTIC, "optimistic"},
	{unix.IFA_F_DADFAILED, "dadfailed"}, {unix.IFA_F_HOMEADDRESS, "home"}, {unix.IFA_F_DEPRECATED, "deprecated"},
	{unix.IFA_F_TENTATIVE, "tentative"}, {unix.IFA_F_MANAGETEMPADDR, "mngtmpaddr"}, {unix.IFA_F_NOPREFIXROUTE, "noprefixroute"},
	{unix.IFA_F_MCAUTOJOIN, "autojoin"}, {unix.IFA_F_STABLE_PRIVACY, "stable-privacy"},
}

func (l *line) addr() {
	index, family := l.fields().num("ifa_index"), l.fields().num("ifa_family")
	l.say(decimal(index)+":", l.ifName(index))
	switch family {
	case unix.AF_INET:
		l.say("inet")
	case unix.AF_INET6:
		l.say("inet6")
	default:
		l.say("family", decimal(family))
	}
	local, remote := l.attrs().raw("IFA_LOCAL"), l.attrs().raw("IFA_ADDRESS")
	if local == nil {
		local = remote
	}
	bits := "/" + decimal(l.fields().num("ifa_prefixlen"))
	own, _ := addr(local)
	if other, ok := addr(remote); ok && other != own {
		l.say(own, "peer", other+bits)
	} else {
		l.say(own + bits)
	}
	l.attrs().options([]option{{"IFA_RT_PRIORITY", "metric", asNumber}, {"IFA_BROADCAST", "brd", asAddr}, {"IFA_ANYCAST", "any", asAddr}})
	l.say("scope", scopeName(l.fields().num("ifa_scope")))
	flags := l.fields().num("ifa_flags")
	if n := l.attrs().peek("IFA_FLAGS"); n != nil {
		flags = number(n)
	}
	for _, f := range addrFlagNames {
		if flags&f.bit == 0 {
			continue
		}
		if f.bit == unix.IFA_F_SECONDARY && family == unix.AF_INET6 {
			l.say("temporary")
		} else {
			l.say(f.name)
		}
	}
	if flags&unix.IFA_F_PERMANENT == 0 {
		l.say("dynamic")
	}
	l.attrs().options([]option{{"IFA_LABEL", "", asText}})
	if ci := l.attrs().peek("IFA_CACHEINFO"); ci != nil {
		l.say("valid_lft", lifetime(l.open(ci), "ifa_valid"), "preferred_lft", lifetime(l.open(ci), "ifa_prefered"))
	}
}

func lifetime(in nest, name string) string {
	n := in.peek(name)
	switch {
	case n == nil:
		return "?"
	case number(n) == 0xffffffff:
		return "forever"
	}
	return decimal(number(n)) + "sec"
}

// route puts a route, in the order of ip.
func (l *line) route() {
	family, kind := l.fields().num("rtm_family"), l.fields().num("rtm_type")
	if kind != unix.RTN_UNSPEC && kind != unix.RTN_UNICAST {
		l.say(nameOr(routeTypes, kind))
	}
	dst, ok := l.destination(family)
	if !ok {
		dst = "?"
	}
	if dst == "::/0" || dst == "0.0.0.0/0" {
		dst = "default"
	}
	l.say(dst)
	if src := l.attrs().raw("RTA_SRC"); src != nil {
		if s, ok := prefix(src, l.fields().num("rtm_src_len")); ok {
			l.say("from", s)
		}
	}
	l.attrs().options([]option{{"RTA_NH_ID", "nhid", asNumber}})
	l.encap(l.attrs(), "RTA_ENCAP_TYPE", "RTA_ENCAP")
	if tos := l.fields().num("rtm_tos"); tos != 0 {
		l.say("tos", hexNumber(tos))
	}
	l.attrs().options([]option{{"RTA_NEWDST", "as", asLabels}, {"RTA_GATEWAY", "via", asAddr}, {"RTA_VIA", "via", asVia}, {"RTA_OIF", "dev", asIf}})
	if table := l.table("rtm_table", "RTA_TABLE"); table != unix.RT_TABLE_MAIN {
		l.say("table", tableName(table))
	}
	if p := l.fields().num("rtm_protocol"); p != unix.RTPROT_BOOT {
		l.say("proto", l.localName("rtm_protocol", nameOr(routeProtocols, p)))
	}
	if s := l.fields().num("rtm_scope"); s != unix.RT_SCOPE_UNIVERSE {
		l.say("scope", scopeName(s))
	}
	l.attrs().options([]option{{"RTA_PREFSRC", "src", asAddr}, {"RTA_PRIORITY", "metric", asNumber}})
	l.hopFlags(l.fields().num("rtm_flags"))
	l.metrics(l.attrs())
	l.hops()
	l.attrs().options([]option{{"RTA_PREF", "pref", asOneOf(map[uint64]string{0: "medium", 1: "high", 3: "low"})},
		{"RTA_TTL_PROPAGATE", "ttl-propagate", asOneOf(map[uint64]string{0: "disabled", 1: "enabled"})}})
}

// localName is what the captured machine calls a number, or else the given name.
func (l *line) localName(field, name string) string {
	if n := l.fields().peek(field); n != nil && n.Local != "" {
		return n.Local
	}
	return name
}

// hopFlags puts the state of a next hop (linux/rtnetlink.h, RTNH_F_*).
func (l *line) hopFlags(v uint64) {
	for _, f := range []struct {
		bit  uint64
		word string
	}{{0x1, "dead"}, {0x4, "onlink"}, {0x2, "pervasive"}, {0x8, "offload"}, {0x40, "trap"}, {0x10, "linkdown"}, {0x20, "unresolved"}} {
		if v&f.bit != 0 {
			l.say(f.word)
		}
	}
}

func (l *line) hops() {
	m := l.attrs().peek("RTA_MULTIPATH")
	if m == nil {
		return
	}
	for i := range m.Children {
		hop := l.open(&m.Children[i])
		l.say("nexthop")
		hop.options([]option{{"RTA_NEWDST", "as", asLabels}, {"RTA_GATEWAY", "via", asAddr}, {"RTA_VIA", "via", asVia}})
		l.say("dev", l.ifName(hop.num("rtnh_ifindex")), "weight", decimal(hop.num("rtnh_hops")+1))
		l.hopFlags(hop.num("rtnh_flags"))
	}
}

func (l *line) rule() {
	n := l.attrs().peek("FRA_PRIORITY")
	if n == nil {
		l.say("0:")
	} else {
		l.say(decimal(number(n)) + ":")
	}
	if l.fields().num("flags")&0x2 != 0 { // FIB_RULE_INVERT
		l.say("not")
	}
	from := "all"
	if s, ok := prefix(l.attrs().raw("FRA_SRC"), l.fields().num("src_len")); ok {
		from = s
	}
	l.say("from", from)
	if s, ok := prefix(l.attrs().raw("FRA_DST"), l.fields().num("dst_len")); ok {
		l.say("to", s)
	}
	if tos := l.fields().num("tos"); tos != 0 {
		l.say("tos", hexNumber(tos))
	}
	mark, mask := l.attrs().num("FRA_FWMARK"), l.attrs().peek("FRA_FWMASK")
	if mark != 0 || mask != nil {
		s := hexNumber(mark)
		if mask != nil && number(mask) != 0xffffffff {
			s += "/" + hexNumber(number(mask))
		}
		l.say("fwmark", s)
	}
	l.attrs().options([]option{{"FRA_IIFNAME", "iif", asText}, {"FRA_OIFNAME", "oif", asText}, {"FRA_UID_RANGE", "uidrange", asRange("start", "end")},
		{"FRA_IP_PROTO", "ipproto", asIPProto}, {"FRA_SPORT_RANGE", "sport", asPorts}, {"FRA_DPORT_RANGE", "dport", asPorts},
		{"FRA_TUN_ID", "tun_id", asBig}})
	l.ruleAction()
}

func (l *line) ruleAction() {
	table := l.table("table", "FRA_TABLE")
	if l.attrs().num("FRA_L3MDEV") == 1 {
		l.say("lookup", "[l3mdev-table]")
	} else if table != 0 {
		l.say("lookup", tableName(table))
	}
	l.attrs().options([]option{{"FRA_SUPPRESS_PREFIXLEN", "suppress_prefixlength", unlessNegative}, {"FRA_SUPPRESS_IFGROUP", "suppress_ifgroup", unlessNegative},
		{"FRA_FLOW", "realms", asNumber}})
	switch action := l.fields().num("action"); action {
	case unix.FR_ACT_GOTO:
		l.say("goto", decimal(l.attrs().num("FRA_GOTO")))
	case unix.FR_ACT_NOP:
		l.say("nop")
	case unix.FR_ACT_BLACKHOLE:
		l.say("blackhole")
	case unix.FR_ACT_UNREACHABLE:
		l.say("unreachable")
	case unix.FR_ACT_PROHIBIT:
		l.say("prohibit")
	}
}

// unlessNegative is a number, where -1 means that nothing is asked.
var unlessNegative form = func(t *telling, n *decode.Node) ([]string, bool) {
	if v, ok := n.Value.(int64); ok && v < 0 {
		return nil, false
	}
	return asNumber(t, n)
}

// neighStateNames are the bits of ndm_state in the order of ip.
var neighStateNames = []struct {
	bit  uint64
	name string
}{
	{unix.NUD_INCOMPLETE, "INCOMPLETE"}, {unix.NUD_REACHABLE, "REACHABLE"}, {unix.NUD_STALE, "STALE"}, {unix.NUD_DELAY, "DELAY"},
	{unix.NUD_PROBE, "PROBE"}, {unix.NUD_FAILED, "FAILED"}, {unix.NUD_NOARP, "NOARP"}, {unix.NUD_PERMANENT, "PERMANENT"},
}

func (l *line) neigh() {
	if s, ok := addr(l.attrs().raw("NDA_DST")); ok {
		l.say(s)
	}
	if i := l.fields().num("ndm_ifindex"); i != 0 {
		l.say("dev", l.ifName(i))
	}
	l.attrs().options([]option{{"NDA_LLADDR", "lladdr", asLLAddr}})
	if l.fields().num("ndm_family") == unix.AF_BRIDGE {
		// What bridge monitor has beyond ip monitor.
		l.attrs().options([]option{{"NDA_VLAN", "vlan", asNumber}, {"NDA_VNI", "vni", asNumber}, {"NDA_MASTER", "master", asIf}})
	}
	flags := l.fields().num("ndm_flags")
	for _, f := range []struct {
		bit  uint64
		word string
	}{{unix.NTF_ROUTER, "router"}, {unix.NTF_PROXY, "proxy"}, {unix.NTF_EXT_LEARNED, "extern_learn"}, {unix.NTF_OFFLOADED, "offload"}} {
		if flags&f.bit != 0 {
			l.say(f.word)
		}
	}
	state := l.fields().num("ndm_state")
	for _, s := range neighStateNames {
		if state&s.bit != 0 {
			l.say(s.name)
		}
	}
}

func (l *line) nexthop() {
	l.attrs().options([]option{{"NHA_ID", "id", asNumber}})
	if raw := l.attrs().raw("NHA_GROUP"); len(raw) >= 8 && len(raw)%8 == 0 {
		if s, ok := nexthopGroup(raw); ok {
			l.say("group", s)
		}
		if raw := l.attrs().raw("NHA_GROUP_TYPE"); len(raw) == 2 && binary.NativeEndian.Uint16(raw) == 1 {
			l.say("type", "resilient")
		}
	}
	l.attrs().options([]option{{"NHA_GATEWAY", "via", asAddr}, {"NHA_OIF", "dev", asIf}})
	if s := l.fields().num("nh_scope"); s != unix.RT_SCOPE_UNIVERSE {
		l.say("scope", scopeName(s))
	}
	l.attrs().options([]option{{"NHA_BLACKHOLE", "blackhole", asNothing}, {"NHA_FDB", "fdb", asNothing}})
	if p := l.fields().num("nh_protocol"); p != 0 {
		l.say("proto", l.localName("nh_protocol", nameOr(routeProtocols, p)))
	}
	l.hopFlags(l.fields().num("nh_flags"))
}
