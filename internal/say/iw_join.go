// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// How iw joins and makes networks. It takes keys as arguments only, so a script has
// such a command as a comment.

// iwSSID says the name of a network. false: there is none.
func (t *telling) iwSSID() bool {
	n := t.attrs().take("NL80211_ATTR_SSID")
	if n != nil {
		t.say(string(n.Raw))
	}
	return n != nil
}

// asRates are rates in units of 500 kbit/s, as Mbit/s.
var asRates form = func(_ *telling, n *decode.Node) ([]string, bool) {
	rates := make([]string, len(n.Raw))
	for i, r := range n.Raw {
		rates[i] = strconv.FormatFloat(float64(r)/2, 'f', -1, 64)
		if r == 0 {
			return nil, false
		}
	}
	return []string{strings.Join(rates, ",")}, len(rates) > 0 && len(rates) <= 32 // NL80211_MAX_SUPP_RATES
}

// iwKeys says keys, each as one secret word: the number and the key, as iw takes them.
func (t *telling) iwKeys() {
	a := t.attrs()
	if a.has("NL80211_ATTR_PMK") {
		t.iwPSK()
		return
	}
	keys := a.in("NL80211_ATTR_KEYS")
	if len(keys.nodes) == 0 || !a.has("NL80211_ATTR_PRIVACY") {
		return
	}
	a.take("NL80211_ATTR_PRIVACY")
	t.say("key")
	for i := range keys.nodes {
		n := &keys.nodes[i]
		k := t.open(n)
		data, cipher := k.peek("NL80211_KEY_DATA"), k.peek("NL80211_KEY_CIPHER")
		// WLAN_CIPHER_SUITE_WEP40, WEP104
		if data == nil || cipher == nil || (len(data.Raw) != 5 || number(cipher) != 0xfac01) && (len(data.Raw) != 13 || number(cipher) != 0xfac05) {
			t.failed = true
			return
		}
		for _, name := range []string{"NL80211_KEY_DATA", "NL80211_KEY_CIPHER", "NL80211_KEY_IDX", "NL80211_KEY_DEFAULT"} {
			k.take(name)
		}
		t.say(t.another("IW_KEY"))
	}
}

// iwPSK says a key that two have agreed on before, for WPA2.
func (t *telling) iwPSK() {
	suites := map[uint64]string{0xfac02: "TKIP", 0xfac04: "CCMP", 0xfac08: "GCMP", 0xfac09: "GCMP-256", 0xfac0a: "CCMP-256"}
	a := t.attrs()
	pmk, version, auth := a.peek("NL80211_ATTR_PMK"), a.peek("NL80211_ATTR_WPA_VERSIONS"), a.peek("NL80211_ATTR_AUTH_TYPE")
	if len(pmk.Raw) != 32 || version == nil || number(version) != 2 || auth == nil || number(auth) != 0 {
		return
	}
	words := []string{"key", t.another("IW_KEY")}
	taken := []*decode.Node{pmk, version, auth}
	for _, x := range []struct {
		attr  string
		names map[uint64]string
	}{
		{"NL80211_ATTR_AKM_SUITES", map[uint64]string{0xfac02: "PSK", 0xfac03: "FT/PSK", 0xfac06: "PSK/SHA-256"}},
		{"NL80211_ATTR_CIPHER_SUITES_PAIRWISE", suites}, {"NL80211_ATTR_CIPHER_SUITE_GROUP", suites},
	} {
		n := a.peek(x.attr)
		if n == nil {
			return
		}
		v, ok := rawNumber(t, n)
		if x.names[v] == "" || !ok || len(n.Raw) != 4 {
			return
		}
		words, taken = append(words, x.names[v]), append(taken, n)
	}
	t.say(words...)
	for _, n := range taken {
		t.mark(n, true)
	}
}

var asAuth = asOneOf(map[uint64]string{0: "open", 1: "shared"})

func iwConnect(t *telling) bool {
	a := t.attrs()
	if !t.iw("connect") || !t.iwSSID() || t.words[len(t.words)-1] == "-w" { // which iw waits for
		return false
	}
	a.options([]option{{"NL80211_ATTR_WIPHY_FREQ", "", asRaw}, iwMAC})
	if !a.has("NL80211_ATTR_PMK") {
		a.options([]option{{"NL80211_ATTR_AUTH_TYPE", "auth", asAuth}})
	}
	words := len(t.words)
	t.iwKeys()
	if len(t.words) > words { // iw looks for it behind a key only
		a.options([]option{{"NL80211_ATTR_USE_MFP", "", asOneOf(map[uint64]string{0: "mfp:no", 1: "mfp:req", 2: "mfp:opt"})}})
	}
	return true
}

func iwAuth(t *telling) bool {
	if !t.iw("auth") || !t.iwSSID() {
		return false
	}
	words := len(t.words)
	t.attrs().options([]option{iwMAC, {"NL80211_ATTR_AUTH_TYPE", "", asAuth}, {"NL80211_ATTR_WIPHY_FREQ", "", asRaw}})
	if len(t.words) != words+3 {
		return false
	}
	if t.words[words+1] == "shared" {
		t.iwKeys()
		return len(t.words) > words+3
	}
	return true
}

func iwIBSS(t *telling) bool {
	if !t.iw("ibss join") || !t.iwSSID() || !t.iwChannel(false) {
		return false
	}
	t.attrs().options([]option{{"NL80211_ATTR_FREQ_FIXED", "fixed-freq", asNothing}, iwMAC,
		{"NL80211_ATTR_BEACON_INTERVAL", "beacon-interval", asRaw}, {"NL80211_ATTR_BSS_BASIC_RATES", "basic-rates", asRates},
		{"NL80211_ATTR_MCAST_RATE", "mcast-rate", asRate10}})
	t.iwKeys()
	return true
}

// iwMeshParams are the settings of a mesh (enum nl80211_meshconf_params).
var iwMeshParams = []option{
	{"RETRY_TIMEOUT", "mesh_retry_timeout", asRaw}, {"CONFIRM_TIMEOUT", "mesh_confirm_timeout", asRaw},
	{"HOLDING_TIMEOUT", "mesh_holding_timeout", asRaw}, {"MAX_PEER_LINKS", "mesh_max_peer_links", asRaw},
	{"MAX_RETRIES", "mesh_max_retries", asRaw}, {"TTL", "mesh_ttl", asRaw}, {"ELEMENT_TTL", "mesh_element_ttl", asRaw},
	{"AUTO_OPEN_PLINKS", "mesh_auto_open_plinks", asRawBit}, {"HWMP_MAX_PREQ_RETRIES", "mesh_hwmp_max_preq_retries", asRaw},
	{"PATH_REFRESH_TIME", "mesh_path_refresh_time", asRaw}, {"MIN_DISCOVERY_TIMEOUT", "mesh_min_discovery_timeout", asRaw},
	{"HWMP_ACTIVE_PATH_TIMEOUT", "mesh_hwmp_active_path_timeout", asRaw}, {"HWMP_PREQ_MIN_INTERVAL", "mesh_hwmp_preq_min_interval", asRaw},
	{"HWMP_NET_DIAM_TRVS_TIME", "mesh_hwmp_net_diameter_traversal_time", asRaw}, {"HWMP_ROOTMODE", "mesh_hwmp_rootmode", asRaw},
	{"HWMP_RANN_INTERVAL", "mesh_hwmp_rann_interval", asRaw}, {"GATE_ANNOUNCEMENTS", "mesh_gate_announcements", asRaw},
	{"FORWARDING", "mesh_fwding", asRawBit}, {"SYNC_OFFSET_MAX_NEIGHBOR", "mesh_sync_offset_max_neighor", asRaw}, // iw's spelling
	{"RSSI_THRESHOLD", "mesh_rssi_threshold", asRawSigned}, {"HWMP_PATH_TO_ROOT_TIMEOUT", "mesh_hwmp_active_path_to_root_timeout", asRaw},
	{"HWMP_ROOT_INTERVAL", "mesh_hwmp_root_interval", asRaw}, {"HWMP_CONFIRMATION_INTERVAL", "mesh_hwmp_confirmation_interval", asRaw},
	{"POWER_MODE", "mesh_power_mode", asMeshPower}, {"AWAKE_WINDOW", "mesh_awake_window", asRaw},
	{"PLINK_TIMEOUT", "mesh_plink_timeout", asRaw}, {"CONNECTED_TO_GATE", "mesh_connected_to_gate", asRawBit},
	{"NOLEARN", "mesh_nolearn", asRawBit}, {"CONNECTED_TO_AS", "mesh_connected_to_as", asRawBit},
}

// asRawBit is 0 or 1.
var asRawBit = asWhere(asRaw, func(v uint64) bool { return v <= 1 })

// iwMeshConfigOf says settings of a mesh, each as NAME=VALUE.
func (t *telling) iwMeshConfigOf() {
	config := t.attrs().in("NL80211_ATTR_MESH_CONFIG")
	for i := range iwMeshParams {
		p := &iwMeshParams[i]
		n := config.peek("NL80211_MESHCONF_" + p.attr)
		if n == nil {
			continue
		}
		if words, ok := p.form(t, n); ok {
			t.say(p.word + "=" + words[0])
			t.mark(n, true)
		}
	}
}

func iwMesh(t *telling) bool {
	a := t.attrs()
	id := a.take("NL80211_ATTR_MESH_ID")
	if id == nil || !t.iw("mesh join") {
		return false
	}
	t.say(string(id.Raw))
	if a.has("NL80211_ATTR_WIPHY_FREQ") {
		t.say("freq")
		if !t.iwChannel(false) {
			return false
		}
	}
	a.options([]option{{"NL80211_ATTR_BSS_BASIC_RATES", "basic-rates", asRates}, {"NL80211_ATTR_MCAST_RATE", "mcast-rate", asRate10},
		{"NL80211_ATTR_BEACON_INTERVAL", "beacon-interval", asRaw}, {"NL80211_ATTR_DTIM_PERIOD", "dtim-period", asRaw}})
	a.in("NL80211_ATTR_MESH_SETUP").options([]option{{"NL80211_MESH_SETUP_ENABLE_VENDOR_SYNC", "vendor_sync", asOnOff}})
	t.iwMeshConfigOf()
	return true
}

func iwMeshConfig(t *telling) bool {
	if !t.iw("set mesh_param") {
		return false
	}
	words := len(t.words)
	t.iwMeshConfigOf()
	return len(t.words) > words
}

func iwOCB(t *telling) bool { return t.iw("ocb join") && t.iwChannel(true) }

// iwAP says a network that begins, by the frames that tell of it.
func iwAP(t *telling) bool {
	a := t.attrs()
	if !t.iw("ap start") || !t.iwSSID() || !t.iwChannel(true) {
		return false
	}
	words := len(t.words)
	a.options([]option{{"NL80211_ATTR_BEACON_INTERVAL", "", asRaw}, {"NL80211_ATTR_DTIM_PERIOD", "", asRaw}})
	if len(t.words) != words+2 {
		return false
	}
	a.options([]option{{"NL80211_ATTR_HIDDEN_SSID", "", asOneOf(map[uint64]string{1: "hidden-ssid", 2: "zeroed-ssid"})}})
	words = len(t.words)
	a.options([]option{{"NL80211_ATTR_BEACON_HEAD", "head", asHexWord}, {"NL80211_ATTR_BEACON_TAIL", "tail", asHexWord},
		{"NL80211_ATTR_INACTIVITY_TIMEOUT", "inactivity-time", asRaw}})
	if len(t.words) == words || t.words[words] != "head" {
		return false
	}
	t.iwKeys()
	return true
}

// asHexWord are bytes in hex without anything between them.
var asHexWord form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return []string{hex.EncodeToString(n.Raw)}, len(n.Raw) > 0 && len(n.Raw) <= 2304
}
