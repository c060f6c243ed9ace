// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// iwPart is one of the things that a request can change at once, each of which is a
// command of iw.
type iwPart struct {
	words string
	args  []option
	radio bool // iw takes it of a radio only, not of an interface
}

// iwRadio are those of NL80211_CMD_SET_WIPHY, but for the frequency.
var iwRadio = []iwPart{
	{"set name", []option{{"NL80211_ATTR_WIPHY_NAME", "", asText}}, true},
	{"set frag", []option{{"NL80211_ATTR_WIPHY_FRAG_THRESHOLD", "", asThreshold}}, true},
	{"set rts", []option{{"NL80211_ATTR_WIPHY_RTS_THRESHOLD", "", asThreshold}}, true},
	{"set retry", []option{{"NL80211_ATTR_WIPHY_RETRY_SHORT", "short", asRetries}, {"NL80211_ATTR_WIPHY_RETRY_LONG", "long", asRetries}}, true},
	{"set coverage", []option{{"NL80211_ATTR_WIPHY_COVERAGE_CLASS", "", asRaw}}, true},
	{"set distance", []option{{"NL80211_ATTR_WIPHY_DYN_ACK", "auto", asNothing}}, true},
	{"set txpower", []option{{"NL80211_ATTR_WIPHY_TX_POWER_SETTING", "", asOneOf(map[uint64]string{0: "auto", 1: "limit", 2: "fixed"})},
		{"NL80211_ATTR_WIPHY_TX_POWER_LEVEL", "", asRawSigned}}, false},
	{"set antenna", []option{{"NL80211_ATTR_WIPHY_ANTENNA_TX", "", asRawHex}, {"NL80211_ATTR_WIPHY_ANTENNA_RX", "", asRawHex}}, true},
	{"set txq limit", []option{{"NL80211_ATTR_TXQ_LIMIT", "", asRaw}}, true},
	{"set txq memory_limit", []option{{"NL80211_ATTR_TXQ_MEMORY_LIMIT", "", asRaw}}, true},
	{"set txq quantum", []option{{"NL80211_ATTR_TXQ_QUANTUM", "", asRaw}}, true},
}

// iwInterface are those of NL80211_CMD_SET_INTERFACE.
var iwInterface = []iwPart{
	{"set type", []option{{"NL80211_ATTR_IFTYPE", "", asIfType}}, false},
	{"set 4addr", []option{{"NL80211_ATTR_4ADDR", "", asOnOff}}, false},
	{"set meshid", []option{{"NL80211_ATTR_MESH_ID", "", asRawText}}, false},
}

var (
	asIfType = asOneOf(map[uint64]string{1: "ibss", 2: "managed", 3: "__ap", 4: "__ap_vlan", 5: "wds", 6: "monitor", 7: "mp",
		8: "__p2pcl", 9: "__p2pgo", 10: "__p2pdev", 11: "ocb", 12: "__nan"})
	// asThreshold is a length in bytes, or none.
	asThreshold form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		if v == 1<<32-1 {
			return []string{"off"}, ok
		}
		return []string{decimal(v)}, ok
	}
	asRetries = asWhere(asNumber, func(v uint64) bool { return v > 0 })
	// asRawSigned is a number of 32 bits with a sign.
	asRawSigned form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		return []string{strconv.Itoa(int(int32(v)))}, ok && len(n.Raw) == 4
	}
	// asRate10 is a rate in units of 100 kbit/s, which iw takes as Mbit/s and counts in
	// float; false where it would count wrong.
	asRate10 form = func(t *telling, n *decode.Node) ([]string, bool) {
		v, ok := rawNumber(t, n)
		word := strconv.FormatFloat(float64(v)/10, 'f', -1, 64)
		f, _ := strconv.ParseFloat(word, 64)
		return []string{word}, ok && v < 1<<20 && uint64(float32(f)*10) == v
	}
)

// iwParts says the parts of a request, each as a command.
func (t *telling) iwParts(parts []iwPart) bool {
	if !t.iw("") {
		return false
	}
	who := t.words
	t.words = nil
	for i := range parts {
		p := &parts[i]
		if p.radio && who[1] == "dev" {
			continue
		}
		t.say(who...)
		t.say(strings.Fields(p.words)...)
		words := len(t.words)
		t.attrs().options(p.args)
		if len(t.words) == words {
			t.words = nil
			continue
		}
		t.flush()
	}
	return true
}

// iwSetWiphy says what becomes of a radio.
func iwSetWiphy(t *telling) bool {
	if t.attrs().has("NL80211_ATTR_WIPHY_FREQ") {
		if t.iw("set freq") && t.iwChannel(false) {
			t.flush()
		}
		t.words = nil
	}
	return t.iwParts(iwRadio) && len(t.commands) > 0
}

// iwSetInterface says what becomes of an interface. Flags of a monitor stand for its
// type.
func iwSetInterface(t *telling) bool {
	a := t.attrs()
	if n := a.peek("NL80211_ATTR_IFTYPE"); n != nil && number(n) == 6 && a.has("NL80211_ATTR_MNTR_FLAGS") {
		a.take("NL80211_ATTR_IFTYPE")
		return t.iw("set monitor") && t.iwMonitorFlags()
	}
	return t.iwParts(iwInterface) && len(t.commands) > 0
}

// iwMonitorFlags says flags of a monitor (enum nl80211_mntr_flags).
func (t *telling) iwMonitorFlags() bool {
	names := []string{"none", "fcsfail", "plcpfail", "control", "otherbss", "cook", "active"}
	a := t.attrs()
	flags := a.in("NL80211_ATTR_MNTR_FLAGS")
	for i := range flags.nodes {
		if n := &flags.nodes[i]; int(n.ID) < len(names) {
			t.say(names[n.ID])
			t.mark(n, true)
		}
	}
	a.options([]option{{"NL80211_ATTR_MU_MIMO_FOLLOW_MAC_ADDR", "mumimo-follow-mac", asMAC}})
	return len(flags.nodes) > 0
}

// iwAdd says a new interface. Of what it can have besides an address, iw takes one.
func iwAdd(t *telling) bool {
	a := t.attrs()
	name, kind := a.take("NL80211_ATTR_IFNAME"), a.peek("NL80211_ATTR_IFTYPE")
	if name == nil || kind == nil || !t.iw("interface add") {
		return false
	}
	t.say(text(name))
	words := len(t.words)
	a.options([]option{{"NL80211_ATTR_IFTYPE", "type", asIfType}})
	if len(t.words) == words {
		return false
	}
	a.options([]option{{"NL80211_ATTR_MAC", "addr", asMAC}})
	switch {
	case a.has("NL80211_ATTR_MESH_ID"):
		a.options([]option{{"NL80211_ATTR_MESH_ID", "mesh_id", asRawText}})
	case a.has("NL80211_ATTR_4ADDR"):
		a.options([]option{{"NL80211_ATTR_4ADDR", "4addr", asOnOff}})
	case a.has("NL80211_ATTR_MNTR_FLAGS"):
		t.say("flags")
		return t.iwMonitorFlags()
	}
	return true
}

// iwSetStation says what becomes of a station: one thing at a time.
func iwSetStation(t *telling) bool {
	parts := [][]option{
		{{"NL80211_ATTR_STA_PLINK_ACTION", "plink_action", asOneOf(map[uint64]string{1: "open", 2: "block"})}},
		{{"NL80211_ATTR_STA_VLAN", "vlan", asRaw}},
		{{"NL80211_ATTR_LOCAL_MESH_POWER_MODE", "mesh_power_mode", asMeshPower}},
		{{"NL80211_ATTR_AIRTIME_WEIGHT", "airtime_weight", asRaw}},
		{{"NL80211_ATTR_STA_TX_POWER_SETTING", "txpwr", asOneOf(map[uint64]string{0: "auto", 1: "limit"})},
			{"NL80211_ATTR_STA_TX_POWER", "", asRaw}},
	}
	if !t.iw("station set") {
		return false
	}
	words := len(t.words)
	t.attrs().options([]option{iwMAC})
	if len(t.words) == words {
		return false
	}
	who := t.words
	t.words = nil
	for _, p := range parts {
		t.say(who...)
		t.attrs().options(p)
		if len(t.words) > len(who) {
			t.flush()
		}
		t.words = nil
	}
	return len(t.commands) > 0
}

var asMeshPower = asOneOf(map[uint64]string{1: "active", 2: "light", 3: "deep"})

// iwWidths are the widths of channels that iw has a word for, and how far the middle is
// from the frequency (NL80211_CHAN_WIDTH_*).
var iwWidths = map[uint64][]struct {
	word   string
	center int64
	kind   int64 // NL80211_ATTR_WIPHY_CHANNEL_TYPE; -1: none
}{
	0: {{"NOHT", 0, 0}}, 1: {{"HT20", 0, 1}}, 2: {{"HT40+", 10, 3}, {"HT40-", -10, 2}},
	6: {{"5MHz", 0, -1}}, 7: {{"10MHz", 0, -1}}, 13: {{"320MHz", 0, -1}},
}

// iwChannel says the attributes of a channel, of which iw sends all: frequency, width,
// kind and middle. explicit: what follows may be read as a width.
func (t *telling) iwChannel(explicit bool) bool {
	a := t.attrs()
	names := []string{"NL80211_ATTR_WIPHY_FREQ", "NL80211_ATTR_CHANNEL_WIDTH", "NL80211_ATTR_WIPHY_CHANNEL_TYPE",
		"NL80211_ATTR_CENTER_FREQ1", "NL80211_ATTR_CENTER_FREQ2"}
	var v [5]int64
	for i, name := range names {
		v[i] = -1
		if n := a.peek(name); n != nil {
			x, ok := rawNumber(t, n)
			if !ok {
				return false
			}
			v[i] = int64(x)
		}
	}
	freq, width, kind, first, second := v[0], v[1], v[2], v[3], v[4]
	if freq < 0 || width < 0 {
		return false
	}
	words := []string{strconv.FormatInt(freq, 10)}
	wide := map[int64]string{3: "80", 4: "80+80", 5: "160"}[width]
	switch {
	case wide != "" && kind < 0 && first > 0 && (second > 0) == (width == 4):
		words = append(words, wide, strconv.FormatInt(first, 10))
		if second > 0 {
			words = append(words, strconv.FormatInt(second, 10))
		}
	case second >= 0:
		return false
	default:
		for _, w := range iwWidths[uint64(width)] {
			if first == freq+w.center && kind == w.kind {
				words = append(words, w.word)
			}
		}
		if len(words) != 2 {
			return false
		}
		if words[1] == "NOHT" && !explicit {
			words = words[:1]
		}
	}
	t.say(words...)
	for _, name := range names {
		a.take(name)
	}
	return true
}

// iwSwitch says that a network is to go to another channel.
func iwSwitch(t *telling) bool {
	if !t.iw("switch freq") || !t.iwChannel(true) {
		return false
	}
	t.attrs().options([]option{{"NL80211_ATTR_CH_SWITCH_COUNT", "beacons", asRaw}, {"NL80211_ATTR_CH_SWITCH_BLOCK_TX", "block-tx", asNothing}})
	return true
}

func iwRadar(t *telling) bool { return t.iw("cac trigger freq") && t.iwChannel(false) }

// asCQM is at which strength of a signal the kernel tells, and by how much it must
// change.
var asCQM form = func(t *telling, n *decode.Node) ([]string, bool) {
	var v [2]int32
	for i := range n.Children {
		c := &n.Children[i]
		x, ok := rawNumber(t, c)
		switch {
		case !ok || len(c.Raw) != 4:
			return nil, false
		case c.Name == "NL80211_ATTR_CQM_RSSI_THOLD":
			v[0] = int32(x)
		case c.Name == "NL80211_ATTR_CQM_RSSI_HYST":
			v[1] = int32(x)
		default:
			return nil, false
		}
	}
	if v[0] == 0 {
		return []string{"off"}, v[1] == 0 && len(n.Children) == 2
	}
	return []string{strconv.Itoa(int(v[0])), strconv.Itoa(int(v[1]))}, len(n.Children) == 2
}

// iwSAR says how strong a radio may be near a body, by ranges.
func iwSAR(t *telling) bool {
	spec := t.attrs().in("NL80211_ATTR_SAR_SPEC")
	kind := spec.take("NL80211_SAR_ATTR_TYPE")
	if kind == nil || !t.attrs().has("NL80211_ATTR_WIPHY") || !t.iw("set sar_specs") {
		return false
	}
	v, ok := rawNumber(t, kind)
	t.say(decimal(v))
	list := spec.in("NL80211_SAR_ATTR_SPECS")
	for i := range list.nodes {
		x := t.open(&list.nodes[i])
		index, power := x.take("NL80211_SAR_ATTR_SPECS_RANGE_INDEX"), x.take("NL80211_SAR_ATTR_SPECS_POWER")
		if index == nil || power == nil {
			return false
		}
		j, _ := rawNumber(t, index)
		p, _ := rawNumber(t, power)
		t.say(decimal(j) + ":" + strconv.Itoa(int(int32(p))))
	}
	return ok && len(list.nodes) > 0
}
