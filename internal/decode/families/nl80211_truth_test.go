// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// nl80211Find fails the test where a fact that iw printed is in no answer.
func nl80211Find(t *testing.T, what string, want []string, have []string, least int) {
	t.Helper()
	if len(want) < least {
		t.Errorf("%s: iw printed only %q", what, want)
	}
	for _, w := range want {
		if !slices.Contains(have, w) {
			t.Errorf("%s: iw says %q; decoded are %q", what, w, have)
		}
	}
}

func iwMatches(out []byte, re string) (found []string) {
	for _, m := range regexp.MustCompile(`(?m)`+re).FindAllStringSubmatch(string(out), -1) {
		found = append(found, strings.Join(m[1:], " "))
	}
	return found
}

// TestNL80211Phy: frequencies with their power, ciphers, kinds of interfaces
// and features of `iw phy`.
func TestNL80211Phy(t *testing.T) {
	for _, r := range recordings(t, "nl80211") {
		out := r.truth("phy")
		var freqs, suites, types, features []string
		for _, body := range wirelessReplies(&r, "nl80211", "NL80211_CMD_NEW_WIPHY") {
			for _, list := range wirelessAll(body, "NL80211_BAND_ATTR_FREQS") {
				for _, f := range list.Children {
					mhz, dbm := wirelessAll(f.Children, "NL80211_FREQUENCY_ATTR_FREQ"), wirelessAll(f.Children, "NL80211_FREQUENCY_ATTR_MAX_TX_POWER")
					if len(mhz) == 1 && len(dbm) == 1 {
						freqs = append(freqs, mhz[0].Text+" "+strings.Replace(dbm[0].Text, "0 dBm", " dBm", 1))
					}
				}
			}
			for _, list := range wirelessAll(body, "NL80211_ATTR_CIPHER_SUITES") {
				for _, c := range list.Children {
					suites = append(suites, fmt.Sprintf("%02x-%02x-%02x:%d", c.Num>>24, c.Num>>16&0xff, c.Num>>8&0xff, c.Num&0xff))
					if !strings.HasPrefix(value(&c), "WLAN_CIPHER_SUITE_") {
						t.Errorf("%s: cipher suite %s has no name", r.kernel, value(&c))
					}
				}
			}
			for _, list := range wirelessAll(body, "NL80211_ATTR_SUPPORTED_IFTYPES") {
				for _, c := range list.Children {
					types = append(types, strings.TrimPrefix(c.Name, "NL80211_IFTYPE_"))
				}
			}
			for _, n := range wirelessAll(body, "NL80211_ATTR_EXT_FEATURES") {
				features = append(features, strings.Split(value(n), ", ")...)
			}
		}
		nl80211Find(t, r.kernel+" frequencies", iwMatches(out, `^\s*\* (\d+)(?:\.0)? MHz \[\d+\] \((\d+\.\d) dBm\)`), nl80211Joined(freqs), 10)
		nl80211Find(t, r.kernel+" ciphers", iwMatches(out, `^\s*\* \S+ \((00-0f-ac:\d+)\)`), suites, 4)
		for iw, name := range map[string]string{"managed": "STATION", "AP": "AP", "monitor": "MONITOR", "IBSS": "ADHOC", "mesh point": "MESH_POINT"} {
			if strings.Contains(string(out), "\t * "+iw+"\n") != slices.Contains(types, name) {
				t.Errorf("%s: interface type %s: iw and %q differ", r.kernel, iw, types)
			}
		}
		nl80211Find(t, r.kernel+" features", iwMatches(out, `^\s*\* \[ (\w+) \]`), features, 5)
	}
}

// nl80211Joined turns "2412 MHz 20.0 dBm" into the words of iwMatches.
func nl80211Joined(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = strings.NewReplacer(" MHz", "", " dBm", "").Replace(s)
	}
	return out
}

// TestNL80211Dev: interfaces of `iw dev`.
func TestNL80211Dev(t *testing.T) {
	kinds := map[string]string{"NL80211_IFTYPE_ADHOC": "IBSS", "NL80211_IFTYPE_MONITOR": "monitor", "NL80211_IFTYPE_STATION": "managed", "NL80211_IFTYPE_AP": "AP", "NL80211_IFTYPE_P2P_DEVICE": "P2P-device"}
	for _, r := range recordings(t, "nl80211") {
		var have []string
		for _, body := range wirelessReplies(&r, "nl80211", "NL80211_CMD_NEW_INTERFACE") {
			line := []string{wirelessOne(body, "NL80211_ATTR_IFNAME"), wirelessOne(body, "NL80211_ATTR_IFINDEX"),
				wirelessOne(body, "NL80211_ATTR_MAC"), wirelessOne(body, "NL80211_ATTR_SSID"), kinds[wirelessOne(body, "NL80211_ATTR_IFTYPE")]}
			for _, name := range []string{"NL80211_ATTR_WIPHY_FREQ", "NL80211_ATTR_WIPHY_TX_POWER_LEVEL"} {
				for _, n := range wirelessAll(body, name) {
					line = append(line, n.Text)
				}
			}
			have = append(have, strings.Join(line, "|"))
		}
		blocks := strings.Split(string(r.truth("dev")), "\tInterface ")
		if len(blocks) < 3 {
			t.Errorf("%s: %d interfaces", r.kernel, len(blocks)-1)
		}
		for _, b := range blocks[1:] {
			out := []byte(b)
			get := func(re string) string { return strings.Join(iwMatches(out, re), " ") }
			want := []string{strings.Fields(b)[0], get(`ifindex (\d+)`), get(`addr (\S+)`), get(`ssid (.*)$`), get(`type (\S+)`)}
			if f := get(`channel \d+ \((\d+) MHz\)`); f != "" {
				want = append(want, f+" MHz")
			}
			if p := get(`txpower (\S+) dBm`); p != "" {
				want = append(want, p+" dBm")
			}
			nl80211Find(t, r.kernel, []string{strings.Join(want, "|")}, have, 1)
		}
	}
}

// TestNL80211Reg: the rules of `iw reg get`.
func TestNL80211Reg(t *testing.T) {
	for _, r := range recordings(t, "nl80211") {
		var have, countries []string
		for _, body := range wirelessReplies(&r, "nl80211", "NL80211_CMD_GET_REG") {
			countries = append(countries, wirelessOne(body, "NL80211_ATTR_REG_ALPHA2"))
			for _, rules := range wirelessAll(body, "NL80211_ATTR_REG_RULES") {
				for _, rule := range rules.Children {
					var line []string
					for _, n := range []string{"NL80211_ATTR_FREQ_RANGE_START", "NL80211_ATTR_FREQ_RANGE_END", "NL80211_ATTR_FREQ_RANGE_MAX_BW"} {
						khz, _ := strconv.Atoi(wirelessOne(rule.Children, n))
						line = append(line, strconv.Itoa(khz/1000))
					}
					for _, n := range wirelessAll(rule.Children, "NL80211_ATTR_POWER_RULE_MAX_EIRP") {
						line = append(line, strconv.FormatUint(n.Num/100, 10)) // iw leaves the fraction out
					}
					have = append(have, strings.Join(line, " "))
				}
			}
		}
		out := r.truth("reg")
		nl80211Find(t, r.kernel+" country", iwMatches(out, `^country (\w\w):`), countries, 1)
		nl80211Find(t, r.kernel+" rules", iwMatches(out, `\((\d+) - (\d+) @ (\d+)\), \(\S+, (\d+)\)`), have, 4)
	}
}

func nl80211Text(nodes []decode.Node, name string) string {
	if n := wirelessAll(nodes, name); len(n) > 0 {
		return n[0].Text
	}
	return ""
}

// TestNL802154Truth: addresses and limits of `iwpan dev wpan0 info`.
func TestNL802154Truth(t *testing.T) {
	for _, r := range recordings(t, "ieee802154") {
		var have []string
		for _, body := range wirelessReplies(&r, "nl802154", "NL802154_CMD_NEW_INTERFACE") {
			have = append(have, strings.Join([]string{wirelessOne(body, "NL802154_ATTR_IFNAME"), wirelessOne(body, "NL802154_ATTR_IFINDEX"),
				nl80211Text(body, "NL802154_ATTR_PAN_ID"), nl80211Text(body, "NL802154_ATTR_SHORT_ADDR"),
				wirelessOne(body, "NL802154_ATTR_MAX_BE"), wirelessOne(body, "NL802154_ATTR_MAX_CSMA_BACKOFFS")}, "|"))
		}
		out := r.truth("info")
		get := func(re string) string { return strings.Join(iwMatches(out, re), " ") }
		nl80211Find(t, r.kernel, []string{strings.Join([]string{"wpan0", get(`ifindex (\d+)`), get(`pan_id (\S+)`), get(`short_addr (\S+)`),
			get(`max_be (\d+)`), get(`max_csma_backoffs (\d+)`)}, "|")}, have, 1)
		if !strings.Contains(have[len(have)-1]+strings.Join(have, ""), "0xabcd|0x1234") {
			t.Errorf("%s: no interface has the PAN that the script set: %q", r.kernel, have)
		}
	}
}
