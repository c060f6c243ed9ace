// SPDX-License-Identifier: Apache-2.0

package families

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/golden"
)

// TestEffects: what every operation does to the system is decided, and stands in
// testdata/effects.txt by name: a line that is new there is to be read, whether a rule made
// it or not.
func TestEffects(t *testing.T) {
	var b strings.Builder
	toldOf := byName(toldEffects)
	for _, f := range All() {
		of := map[schema.Effect][]string{}
		var told []string
		for i := range f.Messages {
			m := &f.Messages[i]
			if m.Effect == schema.Undecided {
				t.Errorf("%s %s: nobody says whether it modifies the system; see effects.go", f.Name, m.Name)
			}
			of[m.Effect] = append(of[m.Effect], m.Name)
			if m.Told != schema.Undecided {
				told = append(told, m.Name)
			}
		}
		for _, e := range slices.Sorted(maps.Keys(of)) {
			slices.Sort(of[e])
			for _, name := range slices.Compact(of[e]) {
				fmt.Fprintf(&b, "%s: %s %s\n", f.Name, e, name)
			}
		}
		slices.Sort(told)
		for _, name := range slices.Compact(told) {
			fmt.Fprintf(&b, "%s: an event %s %s\n", f.Name, toldOf[name], name)
		}
	}
	golden.Check(t, filepath.Join("testdata", "effects.txt"), b.String(), "")
}

// TestEffectsAreUsed: an exception is of an operation that is there, and says what no
// other rule says.
func TestEffectsAreUsed(t *testing.T) {
	families := map[string]*schema.Family{}
	for _, f := range All() {
		families[f.Name] = f
	}
	for family, lists := range familyEffects {
		f := families[family]
		if f == nil {
			t.Errorf("there is no family %s", family)
			continue
		}
		seen := map[string]bool{}
		rest := slices.Contains(slices.Collect(maps.Values(lists)), "*")
		for effect, names := range lists {
			for _, name := range strings.Fields(names) {
				if seen[name] {
					t.Errorf("%s %s stands in two lists", family, name)
				}
				seen[name] = true
				switch {
				case name == "*":
				case !slices.ContainsFunc(f.Messages, func(m schema.Message) bool { return m.Name == name }):
					t.Errorf("%s has no %s", family, name)
				case !rest && effectOfName(name) == effect:
					t.Errorf("%s %s: %s by its name already", family, name, effect)
				}
			}
		}
	}
}

// TestEffectsOfTraps are operations that look like something else.
func TestEffectsOfTraps(t *testing.T) {
	families := map[string]*schema.Family{}
	for _, f := range All() {
		families[f.Name] = f
	}
	for _, tt := range []struct {
		family, name   string
		request, event schema.Answer
	}{
		{"route", "RTM_GETLINK", schema.No, schema.No},
		{"route", "RTM_SETLINK", schema.Yes, schema.Yes},
		{"route", "RTM_NEWPREFIX", schema.No, schema.No},
		{"nftables", "NFT_MSG_GETRULE", schema.No, schema.No},
		{"nftables", "NFT_MSG_GETRULE_RESET", schema.Yes, schema.Yes},
		{"nftables", "NFT_MSG_NEWGEN", schema.No, schema.Yes},
		{"ctnetlink", "IPCTNL_MSG_CT_GET_CTRZERO", schema.Yes, schema.Yes},
		{"ipset", "IPSET_CMD_TEST", schema.No, schema.No},
		{"nfqueue", "NFQNL_MSG_CONFIG", schema.No, schema.No},
		{"nfqueue", "NFQNL_MSG_VERDICT", schema.No, schema.No},
		{"ethtool", "ETHTOOL_MSG_CABLE_TEST_ACT", schema.Yes, schema.Yes},
		{"nl80211", "NL80211_CMD_TRIGGER_SCAN", schema.Yes, schema.Yes},
		{"nl80211", "NL80211_CMD_VENDOR", schema.Unknown, schema.No},
		{"ovs_packet", "OVS_PACKET_CMD_EXECUTE", schema.No, schema.No},
		{"devlink", "DEVLINK_CMD_HEALTH_REPORTER_DUMP_GET", schema.Yes, schema.Yes},
		{"sock_diag", "SOCK_DESTROY", schema.Yes, schema.Yes},
		{"audit", "AUDIT_USER_LOGIN", schema.No, schema.No},
		{"team", "TEAM_CMD_OPTIONS_GET", schema.No, schema.Yes},
		{"xfrm", "XFRM_MSG_NEWAE", schema.Yes, schema.No},
		{"nfsd", "NFSD_CMD_LISTENER_SET", schema.Yes, schema.Yes},
		{"connector", "cn_msg", schema.Unknown, schema.No},
	} {
		found := false
		for i := range families[tt.family].Messages {
			m := &families[tt.family].Messages[i]
			if m.Name != tt.name {
				continue
			}
			found = true
			if m.Modifies(false) != tt.request || m.Modifies(true) != tt.event {
				t.Errorf("%s %s: %s: as a request %s, as an event %s; want %s, %s", tt.family, tt.name, m.Effect, m.Modifies(false), m.Modifies(true), tt.request, tt.event)
			}
		}
		if !found {
			t.Errorf("%s has no %s", tt.family, tt.name)
		}
	}
}
