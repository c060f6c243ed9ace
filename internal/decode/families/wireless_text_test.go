// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

var wirelessNames = []string{
	"nl80211", "MAC80211_HWSIM", "802.15.4 MAC", "nl802154", "MAC802154_HWSIM", "nfc", "wireguard", "macsec", "batadv",
}

func wirelessFamily(t *testing.T, name string) *schema.Family {
	t.Helper()
	for _, f := range families.All() {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no family %s", name)
	return nil
}

// TestWirelessText holds the text of 802.11 to what the standard says of known
// bytes.
func TestWirelessText(t *testing.T) {
	set := wirelessFamily(t, "nl80211").Set
	for _, c := range []struct{ attr, bytes, want string }{
		{"NL80211_ATTR_SSID", "6c616220001b5c", `lab \x00\x1b\\`},
		{"NL80211_ATTR_IE", "00036c6162" + "010482848b96" + "030106" + "32010c",
			`SSID "lab"; rates 1* 2* 5.5* 11* Mbit/s; DS channel 6; extended rates 6 Mbit/s`},
		{"NL80211_ATTR_IE", "30140100000fac040100000fac040100000fac020000",
			"RSN version 1 group CCMP pairwise CCMP AKM PSK capabilities 0x0000 (1-PTKSA-RC|1-GTKSA-RC)"},
		{"NL80211_ATTR_IE", "0706444520010d14", `country "DE" 1+13@20 dBm`},
		{"NL80211_ATTR_IE", "dd070050f202000100", "vendor 00:50:f2 type 2 (WMM) 000100"},
		{"NL80211_ATTR_IE", "ff0423aabbcc" + "00ff61", "HE_CAPABILITY aabbcc; cut: 00ff61"},
		{"NL80211_ATTR_FRAME", "c0000000020000000001020000000002020000000002" + "10000300",
			"DEAUTH to 02:00:00:00:00:01 from 02:00:00:00:00:02 bssid 02:00:00:00:00:02 seq 1 DEAUTH_LEAVING"},
		{"NL80211_ATTR_FRAME", "b0000000020000000001020000000002020000000001" + "0000" + "000001000000",
			"AUTH to 02:00:00:00:00:01 from 02:00:00:00:00:02 bssid 02:00:00:00:00:01 seq 0 algorithm 0, transaction 1, SUCCESS"},
		{"NL80211_ATTR_FRAME", "08010000020000000001020000000002020000000003" + "2000aaaa",
			"DATA to 02:00:00:00:00:03 from 02:00:00:00:00:02 bssid 02:00:00:00:00:01 seq 2, 2 B"},
		{"NL80211_ATTR_STA_SUPPORTED_RATES", "82846c", "1* 2* 54 Mbit/s"},
		{"NL80211_ATTR_EXT_FEATURES", "0300", "VHT_IBSS, RRM"},
		{"NL80211_ATTR_HT_CAPABILITY", "6e0003ffff000000000000000000000000000000000000000000",
			"SUP_WIDTH_20_40|SGI_20|SGI_40|0xc, MCS 0-15"},
	} {
		b, err := hex.DecodeString(c.bytes)
		if err != nil {
			t.Fatal(err)
		}
		typ := &set.ByName(c.attr).Type
		if typ.Sub != nil {
			typ = &typ.Sub.Default
		}
		if got, ok := typ.Format(b, false); !ok || got != c.want {
			t.Errorf("%s of %s:\n got %s\nwant %s", c.attr, c.bytes, got, c.want)
		}
	}
}

// TestWirelessAnyBytes feeds every Custom formatter of the group with bytes
// that mean nothing: no panic, and nothing that a terminal would obey.
func TestWirelessAnyBytes(t *testing.T) {
	pattern := make([]byte, 300)
	formats := 0
	for _, name := range wirelessNames {
		v := schema.Visitor{Type: func(at *schema.Place, typ *schema.Type) {
			if typ.Format == nil {
				return
			}
			formats++
			for seed := range 24 {
				for i := range pattern {
					pattern[i] = byte(i*seed*7 + i>>3 + seed*31)
				}
				for n := 0; n <= len(pattern); n += 1 + n/16 {
					s, _ := typ.Format(pattern[:n:n], seed%2 == 1)
					if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
						t.Fatalf("%s: %q", at, s)
					}
				}
			}
		}}
		schema.Walk(v, wirelessFamily(t, name))
	}
	if formats < 20 {
		t.Errorf("only %d formatters were tried", formats)
	}
}
