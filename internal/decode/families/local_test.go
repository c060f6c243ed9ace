// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// What a machine calls numbers stands beside them, where it says something else than
// the enumerator; without names all is as it was.
func TestLocalNames(t *testing.T) {
	names := new(capture.LocalNames)
	for _, n := range []struct {
		file string
		id   uint32
		name string
	}{
		{"rt_tables", 100, "mgmt"}, {"rt_tables", 254, "main"}, {"rt_tables", 70000, "big"}, {"rt_tables", 255, "mine"},
		{"rt_protos", 77, "mydaemon"}, {"rt_protos", 3, "boot"}, {"rt_protos", 4, "\x1b[31m"}, {"rt_scopes", 0, "global"}, {"rt_scopes", 12, "far"},
		{"rt_realms", 10, "cosmos"}, {"rt_dsfield", 0x28, "AF11"}, {"rt_dsfield", 0, "default"}, {"group", 5, "uplinks"}, {"group", 0, "default"},
		{"protodown_reasons", 0, "mlag"}, {"protodown_reasons", 4, "frr"}, {"rt_addrprotos", 9, "dhcp"},
	} {
		if !names.Put(n.file, n.id, n.name) {
			t.Fatalf("%+v is not taken", n)
		}
	}
	rtmsg := func(rest string) string { return "00000000180005060100000000000000" + rest }
	link := func(rest string) string { return "00000000100005000100000000000000" + strings.Repeat("00", 16) + rest }
	rule := func(rest string) string {
		return "00000000200005060100000000000000" + "02000000" + "64000001" + "00000000" + rest
	}
	for _, c := range []struct{ name, hex, field, local, text, bare string }{
		{"table", rtmsg("0210002864 4d 0c 01 00000000"), "rtm_table", "mgmt", "100 (mgmt)", "100"},
		{"protocol", rtmsg("0210002864 4d 0c 01 00000000"), "rtm_protocol", "mydaemon", "77 (mydaemon)", "77"},
		{"scope", rtmsg("0210002864 4d 0c 01 00000000"), "rtm_scope", "far", "12 (far)", "12"},
		{"DS field", rtmsg("0210002864 4d 0c 01 00000000"), "rtm_tos", "AF11", "0x28 (AF11)", "0x28"},
		{"main of RT_TABLE_MAIN", rtmsg("02100000fe 03 00 01 00000000"), "rtm_table", "", "RT_TABLE_MAIN", "RT_TABLE_MAIN"},
		{"boot of RTPROT_BOOT", rtmsg("02100000fe 03 00 01 00000000"), "rtm_protocol", "", "RTPROT_BOOT", "RTPROT_BOOT"},
		{"global of RT_SCOPE_UNIVERSE", rtmsg("02100000fe 03 00 01 00000000"), "rtm_scope", "", "RT_SCOPE_UNIVERSE", "RT_SCOPE_UNIVERSE"},
		{"no DS field", rtmsg("02100000fe 03 00 01 00000000"), "rtm_tos", "", "0x0", "0x0"},
		{"another name than the enumerator", rtmsg("02100000ff 04 00 01 00000000"), "rtm_table", "mine", "RT_TABLE_LOCAL (mine)", "RT_TABLE_LOCAL"},
		{"a name for a terminal", rtmsg("02100000ff 04 00 01 00000000"), "rtm_protocol", "\x1b[31m", `RTPROT_STATIC ("\x1b[31m")`, "RTPROT_STATIC"},
		{"a table of 32 bits", rtmsg("02100000fc 03 00 01 00000000 08000f0070110100"), "RTA_TABLE", "big", "70000 (big)", "70000"},
		{"a realm", rtmsg("02100000fe 03 00 01 00000000 08000b000a000000"), "RTA_FLOW", "cosmos", "0xa (cosmos)", "0xa (10)"},
		{"two realms", rtmsg("02100000fe 03 00 01 00000000 08000b000a000700"), "RTA_FLOW", "7/cosmos", "0x7000a (7/cosmos)", "0x7000a (7/10)"},
		{"realms without names", rtmsg("02100000fe 03 00 01 00000000 08000b0003000700"), "RTA_FLOW", "", "0x70003 (7/3)", "0x70003 (7/3)"},
		{"a rule's table", rule("08000f0070110100"), "FRA_TABLE", "big", "70000 (big)", "70000"},
		{"a rule's protocol", rule("050015004d000000"), "FRA_PROTOCOL", "mydaemon", "77 (mydaemon)", "77"},
		{"a rule's DSCP", rule("050019000a000000"), "FRA_DSCP", "AF11", "10 (AF11)", "10"},
		{"a rule's group", rule("08000d0005000000"), "FRA_SUPPRESS_IFGROUP", "uplinks", "5 (uplinks)", "5"},
		{"a rule's group that is off", rule("08000d00ffffffff"), "FRA_SUPPRESS_IFGROUP", "", "-1", "-1"},
		{"a link's group", link("08001b0005000000"), "IFLA_GROUP", "uplinks", "5 (uplinks)", "5"},
		{"the group of most links", link("08001b0000000000"), "IFLA_GROUP", "", "0", "0"},
		{"why a link is down", link("0c003780 0800020013000000"), "IFLA_PROTO_DOWN_REASON_VALUE", "mlag,frr", "0x13 (mlag,frr)", "0x13"},
		{"the table of a VRF", link("18001280 0800010076726600 0c000280 0800010064000000"), "IFLA_VRF_TABLE", "mgmt", "100 (mgmt)", "100"},
		{"who made an address", "00000000140005060100000000000000 0218000001000000 05000b0009000000", "IFA_PROTO", "dhcp", "9 (dhcp)", "9"},
		{"who made a neighbour", "000000001c0005060100000000000000 020000000100000000000000 05000c004d000000", "NDA_PROTOCOL", "mydaemon", "77 (mydaemon)", "77"},
		{"who made a next hop", "00000000680005060100000000000000 02004d0000000000", "nh_protocol", "mydaemon", "77 (mydaemon)", "77"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			hex := strings.ReplaceAll(c.hex, " ", "")
			hex = string("0123456789abcdef"[len(hex)/2>>4&15]) + string("0123456789abcdef"[len(hex)/2&15]) + hex[2:]
			m := decodeVector(t, &vector{dir: capture.DirRequest, hex: hex})
			n, ok := m.Lookup(c.field)
			if got := vectorText(&n); !ok || n.Local != "" || got != c.bare {
				t.Errorf("without names: %q, %q, %v, want %q", got, n.Local, ok, c.bare)
			}
			m.Frame.Change(func(o *capture.Origin) { o.Names = names })
			was := n.Value
			n, ok = m.Lookup(c.field)
			if got := vectorText(&n); !ok || n.Local != c.local || got != c.text {
				t.Errorf("%q, %q, %v, want %q, %q", got, n.Local, ok, c.text, c.local)
			}
			if n.Value != was {
				t.Errorf("the value is %v, and was %v", n.Value, was)
			}
		})
	}
}
