// SPDX-License-Identifier: Apache-2.0

package say

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// ntfSticky is NTF_STICKY of linux/neighbour.h.
const ntfSticky = 0x40

// fdb says an entry of a forwarding database: of a bridge, or of a device's own
// (bridge-fdb(8)).
func (t *telling) fdb(verb string) bool {
	f, a := t.fields(), t.attrs()
	// bridge appends where one of NLM_F_CREATE and _EXCL is not enough.
	switch t.m.Header.Flags & (unix.NLM_F_CREATE | unix.NLM_F_EXCL | unix.NLM_F_REPLACE | unix.NLM_F_APPEND) {
	case unix.NLM_F_CREATE | unix.NLM_F_APPEND:
		verb = "append"
	}
	x := a.take("NDA_LLADDR")
	if x == nil {
		return false
	}
	mac, ok := lladdr(x.Raw)
	if !ok {
		return false
	}
	t.say("bridge", "fdb", verb, mac, "dev", t.ifName(f.num("ndm_ifindex")))
	a.options([]option{{"NDA_DST", "dst", asAddr}, {"NDA_VLAN", "vlan", asNumber}, {"NDA_PORT", "port", asNumber},
		{"NDA_SRC_VNI", "src_vni", asNumber}, {"NDA_VNI", "vni", asNumber}, {"NDA_IFINDEX", "via", asIf}, {"NDA_NH_ID", "nhid", asNumber}})
	t.fdbFlags(verb)
	return true
}

// fdbFlags says whose database it is, and how long the entry stays.
func (t *telling) fdbFlags(verb string) {
	flags, state := t.fields().peek("ndm_flags"), t.fields().peek("ndm_state")
	if flags == nil || state == nil {
		return
	}
	v := flags.Num
	for _, x := range []struct {
		bit  uint64
		word string
	}{{unix.NTF_SELF, "self"}, {unix.NTF_MASTER, "master"}, {unix.NTF_ROUTER, "router"}, {unix.NTF_EXT_LEARNED, "extern_learn"},
		{ntfSticky, "sticky"}, {unix.NTF_USE, "use"}} {
		if v&x.bit == 0 {
			continue
		}
		v &^= x.bit
		// The device's own database is what bridge takes where nothing is said.
		if x.bit != unix.NTF_SELF || flags.Num&unix.NTF_MASTER != 0 {
			t.say(x.word)
		}
	}
	if v == 0 {
		t.mark(flags, true)
	}
	switch state.Num {
	case unix.NUD_NOARP | unix.NUD_PERMANENT: // what bridge takes where nothing is said
	case unix.NUD_NOARP | unix.NUD_REACHABLE:
		t.say("static")
	case unix.NUD_REACHABLE:
		t.say("dynamic")
	default:
		if verb != "del" { // the kernel does not read it then
			return
		}
	}
	t.mark(state, true)
}

func getFDB(t *telling) bool {
	t.reads = true
	f, a := t.fields(), t.attrs()
	t.say("bridge", "fdb")
	if t.dump() {
		t.say("show")
		a.options([]option{{"NDA_MASTER", "br", asIf}, {"IFLA_MASTER", "br", asIf}})
		if i := f.num("ndm_ifindex"); i != 0 {
			t.say("brport", t.ifName(i))
		}
		return true
	}
	x := a.take("NDA_LLADDR")
	if x == nil {
		return false
	}
	mac, ok := lladdr(x.Raw)
	t.say("get", mac)
	t.fields().sayDev("ndm_ifindex")
	a.options([]option{{"NDA_MASTER", "br", asIf}, {"NDA_VLAN", "vlan", asNumber}, {"NDA_VNI", "vni", asNumber}})
	return ok
}

// setBridgeLink says a port's options ("bridge link set") or VLANs ("bridge vlan
// add"), which are one request of AF_BRIDGE.
func setBridgeLink(t *telling, verb string) bool {
	f, a := t.fields(), t.attrs()
	index := f.num("ifi_index")
	if index == 0 {
		return false
	}
	dev := t.ifName(index)
	said := false
	if p := a.in("IFLA_PROTINFO"); len(p.nodes) > 0 {
		t.say("bridge", "link", "set", "dev", dev)
		p.options(bridgePortOptions)
		said = true
	}
	af := a.in("IFLA_AF_SPEC")
	flags := af.peek("IFLA_BRIDGE_FLAGS")
	if infos := vlanInfos(af); len(infos) > 0 {
		where := []string{}
		if flags != nil {
			switch v := number(flags); v {
			case 1: // BRIDGE_FLAGS_MASTER: where nothing is said
				t.mark(flags, true)
			case 2:
				where = append(where, "self")
				t.mark(flags, true)
			case 3:
				where = append(where, "self", "master")
				t.mark(flags, true)
			}
		}
		for _, x := range infos {
			t.flush()
			t.say("bridge", "vlan", verb, "dev", dev, "vid", x.vids)
			t.say(x.words...)
			t.say(where...)
		}
		return true
	}
	if flags != nil && number(flags) == 2 {
		t.say("self")
		t.mark(flags, true)
	}
	return said
}

// vlanInfo is one VLAN, or a range of them.
type vlanInfo struct {
	vids  string
	words []string
}

// vlanInfos reads IFLA_BRIDGE_VLAN_INFO, struct bridge_vlan_info of linux/if_bridge.h:
// a range is one with the flag BEGIN and one with END.
func vlanInfos(af nest) []vlanInfo {
	const pvid, untagged, begin, end = 0x2, 0x4, 0x8, 0x10
	var out []vlanInfo
	from := ""
	for i := range af.nodes {
		x := &af.nodes[i]
		if x.Name != "IFLA_BRIDGE_VLAN_INFO" {
			continue
		}
		in := nest{af.t, x.Children}
		flags, vid := in.peek("flags"), in.peek("vid")
		if flags == nil || vid == nil {
			continue
		}
		v := flags.Num
		af.t.mark(x, v&^(pvid|untagged|begin|end) == 0)
		if v&begin != 0 {
			from = decimal(number(vid)) + "-"
			continue
		}
		info := vlanInfo{vids: from + decimal(number(vid))}
		from = ""
		if v&pvid != 0 {
			info.words = append(info.words, "pvid")
		}
		if v&untagged != 0 {
			info.words = append(info.words, "untagged")
		}
		out = append(out, info)
	}
	return out
}

func getBridgeLink(t *telling) bool {
	t.reads = true
	mask := t.attrs().take("IFLA_EXT_MASK")
	const vlans = 0x2 | 0x4 // RTEXT_FILTER_BRVLAN, _COMPRESSED
	t.say("bridge")
	if mask != nil && mask.Num&vlans != 0 {
		t.say("vlan")
	} else {
		t.say("link")
	}
	t.say("show")
	t.fields().sayDev("ifi_index")
	return true
}

// newMDB says a member of a multicast group: struct br_mdb_entry of linux/if_bridge.h.
func newMDB(verb string) teller {
	return func(t *telling) bool {
		t.family("family")
		br := t.fields().num("ifindex")
		x := t.attrs().peek("MDBA_SET_ENTRY")
		if br == 0 || x == nil {
			return false
		}
		in := t.open(x)
		t.say("bridge", "mdb", verb, "dev", t.ifName(br))
		if n := in.take("ifindex"); n != nil && number(n) != 0 {
			t.say("port", t.ifName(number(n)))
		}
		group, proto := in.take("addr.u"), in.take("addr.proto")
		if group == nil || proto == nil {
			return false
		}
		s, ok := mdbGroup(group, number(proto))
		if !ok {
			return false
		}
		t.say("grp", s)
		if n := in.take("state"); n != nil && number(n) == 1 {
			t.say("permanent")
		} else {
			t.say("temp")
		}
		if n := in.take("vid"); n != nil && number(n) != 0 {
			t.say("vid", decimal(number(n)))
		}
		if n := in.peek("flags"); n != nil && zero(n.Raw) {
			t.mark(n, true)
		}
		return true
	}
}

// mdbGroup writes the group of an entry by its EtherType; 0 is a link-layer address.
func mdbGroup(n *decode.Node, proto uint64) (string, bool) {
	b := n.Raw
	switch {
	case proto == unix.ETH_P_IP && len(b) >= 4:
		return addr(b[:4])
	case proto == unix.ETH_P_IPV6 && len(b) >= 16:
		return addr(b[:16])
	case proto == 0 && len(b) >= 6:
		return lladdr(b[:6])
	}
	return "", false
}

// setVLAN says options of a VLAN on a port ("bridge vlan set").
func setVLAN(t *telling) bool {
	t.family("family")
	index, a := t.fields().num("ifindex"), t.attrs()
	if index != 0 && a.has("BRIDGE_VLANDB_GLOBAL_OPTIONS") && !a.has("BRIDGE_VLANDB_ENTRY") {
		return setVLANGlobal(t, index, a.in("BRIDGE_VLANDB_GLOBAL_OPTIONS"))
	}
	e := a.in("BRIDGE_VLANDB_ENTRY")
	info := e.take("BRIDGE_VLANDB_ENTRY_INFO")
	if index == 0 || info == nil {
		return false
	}
	vid := nest{t, info.Children}.peek("vid")
	if vid == nil {
		return false
	}
	s := decimal(number(vid))
	if r := e.take("BRIDGE_VLANDB_ENTRY_RANGE"); r != nil {
		s += "-" + decimal(number(r))
	}
	t.say("bridge", "vlan", "set", "dev", t.ifName(index), "vid", s)
	e.options([]option{
		{"BRIDGE_VLANDB_ENTRY_STATE", "state", asOneOf(map[uint64]string{0: "disabled", 1: "listening", 2: "learning", 3: "forwarding", 4: "blocking"})},
		{"BRIDGE_VLANDB_ENTRY_MCAST_ROUTER", "mcast_router", asNumber},
		{"BRIDGE_VLANDB_ENTRY_MCAST_MAX_GROUPS", "mcast_max_groups", asNumber},
		{"BRIDGE_VLANDB_ENTRY_NEIGH_SUPPRESS", "neigh_suppress", asOnOff}})
	return true
}

// vlanGlobals are the options that a VLAN has on the whole bridge.
var vlanGlobals = []option{
	{"BRIDGE_VLANDB_GOPTS_MCAST_SNOOPING", "mcast_snooping", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_QUERIER", "mcast_querier", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_IGMP_VERSION", "mcast_igmp_version", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_MLD_VERSION", "mcast_mld_version", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_CNT", "mcast_last_member_count", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_LAST_MEMBER_INTVL", "mcast_last_member_interval", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_CNT", "mcast_startup_query_count", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_STARTUP_QUERY_INTVL", "mcast_startup_query_interval", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_MEMBERSHIP_INTVL", "mcast_membership_interval", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_QUERIER_INTVL", "mcast_querier_interval", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_QUERY_INTVL", "mcast_query_interval", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MCAST_QUERY_RESPONSE_INTVL", "mcast_query_response_interval", asNumber},
	{"BRIDGE_VLANDB_GOPTS_MSTI", "msti", asNumber},
}

// setVLANGlobal says options of a VLAN on a bridge ("bridge vlan global set").
func setVLANGlobal(t *telling, bridge uint64, o nest) bool {
	id := o.take("BRIDGE_VLANDB_GOPTS_ID")
	if id == nil {
		return false
	}
	s := decimal(number(id))
	if r := o.take("BRIDGE_VLANDB_GOPTS_RANGE"); r != nil {
		s += "-" + decimal(number(r))
	}
	t.say("bridge", "vlan", "global", "set", "dev", t.ifName(bridge), "vid", s)
	o.options(vlanGlobals)
	return true
}

// getBridge says a list of what bridges have.
func getBridge(object string) teller {
	return func(t *telling) bool {
		t.reads = true
		t.family("family")
		t.attrs().take("BRIDGE_VLANDB_DUMP_FLAGS") // whether statistics or global options are wanted
		t.say("bridge", object, "show")
		t.fields().sayDev("ifindex")
		return t.dump()
	}
}

// bridgeVNI says VNIs of an external vxlan device ("bridge vni").
func bridgeVNI(verb string) teller {
	return func(t *telling) bool {
		t.family("family")
		index, a := t.fields().num("ifindex"), t.attrs()
		e := a.in("VXLAN_VNIFILTER_ENTRY")
		from := e.take("VXLAN_VNIFILTER_ENTRY_START")
		if index == 0 || from == nil {
			return false
		}
		s := decimal(number(from))
		if to := e.take("VXLAN_VNIFILTER_ENTRY_END"); to != nil {
			s += "-" + decimal(number(to))
		}
		t.say("bridge", "vni", verb, "vni", s)
		e.options([]option{{"VXLAN_VNIFILTER_ENTRY_GROUP", "", asRemote}, {"VXLAN_VNIFILTER_ENTRY_GROUP6", "", asRemote}})
		t.say("dev", t.ifName(index))
		return true
	}
}
