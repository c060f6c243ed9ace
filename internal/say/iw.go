// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// iwCommand is a request of iw(8) that has one way to say it.
type iwCommand struct {
	words string // behind the device
	args  []option
	// least is how many words there must be behind these.
	least int
	// radio: iw takes it of a radio only, not of an interface.
	radio bool
}

// iwCommands are requests that change something. What else there is of nl80211 is
// sent by daemons (hostapd, wpa_supplicant, NetworkManager).
var iwCommands = map[string]iwCommand{
	"DEL_INTERFACE":    {"del", nil, 0, false},
	"SET_POWER_SAVE":   {"set power_save", []option{{"NL80211_ATTR_PS_STATE", "", asOnOff}}, 1, false},
	"SET_MCAST_RATE":   {"set mcast_rate", []option{{"NL80211_ATTR_MCAST_RATE", "", asRate10}}, 1, false},
	"SET_NOACK_MAP":    {"set noack_map", []option{{"NL80211_ATTR_NOACK_MAP", "", asRawHex}}, 1, false},
	"SET_WDS_PEER":     {"set peer", []option{iwMAC}, 1, false},
	"SET_CQM":          {"cqm rssi", []option{{"NL80211_ATTR_CQM", "", asCQM}}, 1, false},
	"DISCONNECT":       {"disconnect", nil, 0, false},
	"LEAVE_IBSS":       {"ibss leave", nil, 0, false},
	"LEAVE_MESH":       {"mesh leave", nil, 0, false},
	"LEAVE_OCB":        {"ocb leave", nil, 0, false},
	"STOP_AP":          {"ap stop", nil, 0, false},
	"ABORT_SCAN":       {"scan abort", nil, 0, false},
	"STOP_SCHED_SCAN":  {"scan sched_stop", nil, 0, false},
	"START_P2P_DEVICE": {"p2p start", nil, 0, false}, "STOP_P2P_DEVICE": {"p2p stop", nil, 0, false},
	"START_NAN": {"nan start", iwNAN, 2, false}, "CHANGE_NAN_CONFIG": {"nan config", iwNAN, 2, false}, "STOP_NAN": {"nan stop", nil, 0, false},
	"NEW_MPATH":   {"mpath new", iwMpath, 3, false},
	"SET_MPATH":   {"mpath set", iwMpath, 3, false},
	"DEL_MPATH":   {"mpath del", []option{iwMAC}, 1, false},
	"DEL_STATION": {"station del", []option{iwMAC, {"NL80211_ATTR_MGMT_SUBTYPE", "subtype", asRaw}, {"NL80211_ATTR_REASON_CODE", "reason-code", asRaw}}, 1, false},
	"REMAIN_ON_CHANNEL": {"offchannel", []option{{"NL80211_ATTR_WIPHY_FREQ", "", asRaw},
		{"NL80211_ATTR_DURATION", "", asRaw}}, 2, false},
	"SET_WIPHY_NETNS": {"set netns", []option{{"NL80211_ATTR_PID", "", asRaw}}, 1, true},
	"VENDOR": {"vendor send", []option{{"NL80211_ATTR_VENDOR_ID", "", asRawHex}, {"NL80211_ATTR_VENDOR_SUBCMD", "", asRawHex},
		{"NL80211_ATTR_VENDOR_DATA", "", asSecret("VENDOR_DATA")}}, 3, false},
}

var (
	iwMAC   = option{"NL80211_ATTR_MAC", "", asMAC}
	iwMpath = []option{iwMAC, {"NL80211_ATTR_MPATH_NEXT_HOP", "next_hop", asMAC}}
	iwNAN   = []option{{"NL80211_ATTR_NAN_MASTER_PREF", "pref", asRaw},
		{"NL80211_ATTR_BANDS", "bands", asBits("2GHz", "5GHz")}}
)

// iwReads are requests that change nothing: what asks for all, and what asks for one.
var iwReads = map[string][2]string{
	"GET_INTERFACE": {"dev", "info"}, "GET_WIPHY": {"list", "info"}, "GET_STATION": {"station dump", "station get"},
	"GET_MPATH": {"mpath dump", "mpath get"}, "GET_MPP": {"mpp dump", "mpp get"}, "GET_SCAN": {"scan dump", ""},
	"GET_SURVEY": {"survey dump", ""}, "GET_POWER_SAVE": {"", "get power_save"}, "GET_MESH_CONFIG": {"", "mesh_param dump"},
	"GET_WOWLAN": {"", "wowlan show"}, "GET_COALESCE": {"", "coalesce show"}, "GET_REG": {"reg get", "reg get"},
	"GET_FTM_RESPONDER_STATS": {"", "ftm get_stats"}, "GET_PROTOCOL_FEATURES": {"features", ""}, "GET_KEY": {}, "GET_BEACON": {},
}

// iw has the requests of iw(8) (linux/nl80211.h).
var iw = func() map[string]teller {
	all := map[string]teller{}
	for name, tell := range map[string]teller{
		"SET_WIPHY": iwSetWiphy, "SET_INTERFACE": iwSetInterface, "NEW_INTERFACE": iwAdd, "SET_STATION": iwSetStation,
		"CONNECT": iwConnect, "AUTHENTICATE": iwAuth, "JOIN_IBSS": iwIBSS, "JOIN_MESH": iwMesh, "JOIN_OCB": iwOCB, "START_AP": iwAP,
		"SET_MESH_CONFIG": iwMeshConfig, "SET_TX_BITRATE_MASK": iwBitrates, "TRIGGER_SCAN": iwScan, "START_SCHED_SCAN": iwSchedScan,
		"SET_WOWLAN": iwWowlan, "SET_COALESCE": iwNoCoalesce, "CHANNEL_SWITCH": iwSwitch, "RADAR_DETECT": iwRadar,
		"SET_SAR_SPECS": iwSAR, "REQ_SET_REG": iwReg, "RELOAD_REGDB": func(t *telling) bool { t.say("iw", "reg", "reload"); return true },
	} {
		all["NL80211_CMD_"+name] = tell
	}
	for name, c := range iwCommands {
		all["NL80211_CMD_"+name] = func(t *telling) bool {
			if c.radio && !t.attrs().has("NL80211_ATTR_WIPHY") || !t.iw(c.words) {
				return false
			}
			words := len(t.words)
			t.attrs().options(c.args)
			return len(t.words)-words >= c.least
		}
	}
	for name, r := range iwReads {
		all["NL80211_CMD_"+name] = func(t *telling) bool { return t.iwRead(r[0], r[1]) }
	}
	return all
}()

// iw begins a command: the device, and words. false: whose name is not known.
func (t *telling) iw(words string) bool {
	a := t.attrs()
	t.say("iw")
	switch {
	case a.has("NL80211_ATTR_IFINDEX"):
		name := t.m.IfName(int32(a.num("NL80211_ATTR_IFINDEX")))
		if name == "" {
			return false
		}
		t.say("dev", name)
	case a.has("NL80211_ATTR_WIPHY"):
		t.say("phy#" + decimal(a.num("NL80211_ATTR_WIPHY")))
	case a.has("NL80211_ATTR_WDEV"):
		n := a.take("NL80211_ATTR_WDEV")
		v, ok := rawNumber(t, n)
		if !ok || int64(v) < 0 {
			return false
		}
		t.say("wdev", hexNumber(v))
	default:
		return false
	}
	t.say(strings.Fields(words)...)
	return true
}

// iwRead says a question about all, or about one.
func (t *telling) iwRead(all, one string) bool {
	t.reads = true
	a := t.attrs()
	a.take("NL80211_ATTR_SPLIT_WIPHY_DUMP") // that it takes an answer in parts
	about, words := a.has("NL80211_ATTR_IFINDEX") || a.has("NL80211_ATTR_WIPHY") || a.has("NL80211_ATTR_WDEV"), one
	if !about || t.dump() && strings.HasSuffix(all, " dump") {
		words = all
	}
	switch {
	case words == "" || about && !t.iw(words):
		return false
	case !about:
		t.say("iw")
		t.say(strings.Fields(words)...)
	}
	a.options([]option{iwMAC})
	return true
}

// iwReg says which country's rules are to be followed.
func iwReg(t *telling) bool {
	n := t.attrs().take("NL80211_ATTR_REG_ALPHA2")
	if n == nil {
		return false
	}
	s := strings.TrimRight(string(n.Raw), "\x00")
	if len(s) != 2 || s != "00" && (s[0] < 'A' || s[0] > 'Z' || s[1] < 'A' || s[1] > 'Z') {
		return false // iw takes no other
	}
	t.say("iw", "reg", "set", s)
	return true
}

// iwNoCoalesce says that packets are not to be collected. What else there is, iw takes
// from a file whose name nobody sends.
func iwNoCoalesce(t *telling) bool {
	return !t.attrs().has("NL80211_ATTR_COALESCE_RULE") && t.iw("coalesce disable")
}

// rawNumber is a number of 1, 2, 4 or 8 bytes, whatever its value says in words.
func rawNumber(t *telling, n *decode.Node) (uint64, bool) {
	var v uint64
	for i := range n.Raw {
		c := n.Raw[i]
		if !t.m.Frame.BigEndian {
			c = n.Raw[len(n.Raw)-1-i]
		}
		v = v<<8 | uint64(c)
	}
	switch len(n.Raw) {
	case 1, 2, 4, 8:
		return v, true
	}
	return 0, false
}

var (
	// asRaw is a number whose value may say it in words.
	asRaw form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		return []string{decimal(v)}, ok
	}
	asRawHex form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		return []string{hexNumber(v)}, ok
	}
	// asRawText is a string whose value may say it in words: an SSID.
	asRawText form = func(_ *telling, n *decode.Node) ([]string, bool) { return []string{string(n.Raw)}, true }
)
