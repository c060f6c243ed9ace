// SPDX-License-Identifier: Apache-2.0

package say

import (
	"github.com/nltop/nltop/internal/decode"
)

// batctlParts are the settings of batctl(8) by what they are of; each is a request of
// its own. The class of gateways has no words: what a number means depends on the
// algorithm of the mesh.
var (
	batctlMesh = []iwPart{
		{"aggregation", []option{{"BATADV_ATTR_AGGREGATED_OGMS_ENABLED", "", asRawBit}}, false},
		{"ap_isolation", []option{{"BATADV_ATTR_AP_ISOLATION_ENABLED", "", asRawBit}}, false},
		{"bonding", []option{{"BATADV_ATTR_BONDING_ENABLED", "", asRawBit}}, false},
		{"bridge_loop_avoidance", []option{{"BATADV_ATTR_BRIDGE_LOOP_AVOIDANCE_ENABLED", "", asRawBit}}, false},
		{"distributed_arp_table", []option{{"BATADV_ATTR_DISTRIBUTED_ARP_TABLE_ENABLED", "", asRawBit}}, false},
		{"fragmentation", []option{{"BATADV_ATTR_FRAGMENTATION_ENABLED", "", asRawBit}}, false},
		{"multicast_forceflood", []option{{"BATADV_ATTR_MULTICAST_FORCEFLOOD_ENABLED", "", asRawBit}}, false},
		{"hop_penalty", []option{{"BATADV_ATTR_HOP_PENALTY", "", asRaw}}, false},
		{"orig_interval", []option{{"BATADV_ATTR_ORIG_INTERVAL", "", asRaw}}, false},
		{"multicast_fanout", []option{{"BATADV_ATTR_MULTICAST_FANOUT", "", asRaw}}, false},
		{"loglevel", []option{{"BATADV_ATTR_LOG_LEVEL", "", asLogLevel}}, false},
	}
	batctlHard = []iwPart{
		{"hop_penalty", []option{{"BATADV_ATTR_HOP_PENALTY", "", asRaw}}, false},
		{"elp_interval", []option{{"BATADV_ATTR_ELP_INTERVAL", "", asRaw}}, false},
		{"throughput_override", []option{{"BATADV_ATTR_THROUGHPUT_OVERRIDE", "", asThroughput}}, false},
	}
	batctlVLAN = []iwPart{{"ap_isolation", []option{{"BATADV_ATTR_AP_ISOLATION_ENABLED", "", asRawBit}}, false}}
)

var batctl = func() map[string]teller {
	all := map[string]teller{
		"BATADV_CMD_SET_MESH": func(t *telling) bool {
			mesh, ok := t.batctlDevice("BATADV_ATTR_MESH_IFINDEX")
			if ok {
				t.batctlParts(batctlMesh, "batctl", "meshif", mesh)
				t.batctlGateway("batctl", "meshif", mesh, "gw_mode")
				t.batctlMark("batctl", "meshif", mesh, "isolation_mark")
			}
			return len(t.commands) > 0
		},
		"BATADV_CMD_SET_HARDIF": func(t *telling) bool {
			t.attrs().take("BATADV_ATTR_MESH_IFINDEX") // the mesh that it is in, which batctl finds
			if hard, ok := t.batctlDevice("BATADV_ATTR_HARD_IFINDEX"); ok {
				t.batctlParts(batctlHard, "batctl", "hardif", hard)
			}
			return len(t.commands) > 0
		},
		"BATADV_CMD_SET_VLAN": func(t *telling) bool {
			mesh, ok := t.batctlDevice("BATADV_ATTR_MESH_IFINDEX")
			if id := t.attrs().take("BATADV_ATTR_VLANID"); ok && id != nil {
				v, _ := rawNumber(t, id)
				t.batctlParts(batctlVLAN, "batctl", "meshif", mesh, "vid", decimal(v))
			}
			return len(t.commands) > 0
		},
		"BATADV_CMD_TP_METER": func(t *telling) bool {
			mesh, ok := t.batctlDevice("BATADV_ATTR_MESH_IFINDEX")
			t.say("batctl", "meshif", mesh, "tp")
			n := len(t.words)
			t.attrs().options([]option{{"BATADV_ATTR_TPMETER_TEST_TIME", "-t", asRaw}, {"BATADV_ATTR_ORIG_ADDRESS", "", asMAC}})
			return ok && len(t.words) == n+3
		},
	}
	for _, name := range []string{"MESH", "HARDIF", "VLAN", "ROUTING_ALGOS", "TRANSTABLE_LOCAL", "TRANSTABLE_GLOBAL", "ORIGINATORS", "NEIGHBORS",
		"GATEWAYS", "BLA_CLAIM", "BLA_BACKBONE", "DAT_CACHE", "MCAST_FLAGS"} {
		all["BATADV_CMD_GET_"+name] = readsOnly()
	}
	return all
}()

// batctlDevice is the name of an interface. false: the traffic did not tell it.
func (t *telling) batctlDevice(attr string) (string, bool) {
	name := t.m.IfName(int32(t.attrs().num(attr)))
	return name, name != ""
}

// batctlParts says settings, each as a command that begins with some words.
func (t *telling) batctlParts(parts []iwPart, who ...string) {
	for i := range parts {
		t.say(who...)
		t.say(parts[i].words)
		words := len(t.words)
		t.attrs().options(parts[i].args)
		if len(t.words) == words {
			t.words = nil
			continue
		}
		t.flush()
	}
}

// batctlGateway says whether this is a gateway or looks for one, and how fast it is.
func (t *telling) batctlGateway(who ...string) {
	a := t.attrs()
	mode := a.peek("BATADV_ATTR_GW_MODE")
	if mode == nil {
		return
	}
	v, _ := rawNumber(t, mode)
	word := map[uint64]string{0: "off", 1: "client", 2: "server"}[v]
	if word == "" {
		return
	}
	t.say(who...)
	t.say(word)
	t.mark(mode, true)
	down, up := a.peek("BATADV_ATTR_GW_BANDWIDTH_DOWN"), a.peek("BATADV_ATTR_GW_BANDWIDTH_UP")
	if word == "server" && down != nil {
		speed, ok := asThroughput(t, down)
		t.mark(down, ok)
		if up != nil {
			more, good := asThroughput(t, up)
			speed[0], ok = speed[0]+"/"+more[0], ok && good
			t.mark(up, good)
		}
		if ok {
			t.say(speed...)
		}
	}
	t.flush()
}

// batctlMark says the mark by which packets are kept apart.
func (t *telling) batctlMark(who ...string) {
	a := t.attrs()
	mark, mask := a.peek("BATADV_ATTR_ISOLATION_MARK"), a.peek("BATADV_ATTR_ISOLATION_MASK")
	if mark == nil || mask == nil {
		return
	}
	v, ok := rawNumber(t, mark)
	m, good := rawNumber(t, mask)
	if !ok || !good || v&^m != 0 { // which batctl does not send
		return
	}
	t.say(who...)
	t.say(hexNumber(v) + "/" + hexNumber(m))
	t.mark(mark, true)
	t.mark(mask, true)
	t.flush()
}

var (
	// asThroughput is a rate in units of 100 kbit/s.
	asThroughput form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		if v%10 == 0 {
			return []string{decimal(v/10) + "mbit"}, ok
		}
		return []string{decimal(v*100) + "kbit"}, ok
	}
	// asLogLevel is what is told in the log.
	asLogLevel form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		switch v {
		case 0:
			return []string{"none"}, ok
		case 255:
			return []string{"all"}, ok
		}
		var words []string
		for i, w := range []string{"batman", "routes", "tt", "bla", "dat", "", "mcast", "tp"} { // "nc" is no more
			if w == "" && v>>i&1 != 0 {
				return nil, false
			}
			if v>>i&1 != 0 {
				words = append(words, w)
			}
		}
		return words, ok && v < 255
	}
)
