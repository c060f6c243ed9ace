// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// What the recipe "Adding a family" of ARCHITECTURE.md asks for, each as a test
// that says what to add where.

// noHeader are the families that no header of linux-libc-dev describes, with
// where their tables are from.
var noHeader = map[string]string{
	"firewall":        "linux/netfilter_ipv4/ip_queue.h left with Linux 3.5",
	"ip6_fw":          "linux/netfilter_ipv4/ip_queue.h left with Linux 3.5",
	"ulog":            "linux/netfilter_ipv4/ipt_ULOG.h left with Linux 3.17",
	"dnrtmsg":         "linux/netfilter_decnet.h left with Linux 6.1, and has only a struct",
	"ecryptfs":        "linux/ecryptfs.h left with Linux 2.6.29",
	"acpi_event":      "drivers/acpi/event.c",
	"MAC80211_HWSIM":  "drivers/net/wireless/virtual/mac80211_hwsim.h",
	"MAC802154_HWSIM": "drivers/net/ieee802154/mac802154_hwsim.h",
	"802.15.4 MAC":    "include/linux/nl802154.h, which is not exported",
	"nl802154":        "include/net/nl802154.h, which is not exported",
	"NLBL_MGMT":       "net/netlabel/netlabel_mgmt.h",
	"NLBL_CIPSOv4":    "net/netlabel/netlabel_cipso_v4.h",
	"NLBL_CALIPSO":    "net/netlabel/netlabel_calipso.h",
	"NLBL_UNLBL":      "net/netlabel/netlabel_unlabeled.h",
	"drbd":            "linux/drbd_genl.h is macros that expand to the tables",
	"pmcraid":         "drivers/scsi/pmcraid.h",
	"KSMBD_GENL":      "fs/smb/server/ksmbd_netlink.h",
	"fib_lookup":      "include/net/ip_fib.h, which is not exported",
	"iscsi":           "include/scsi/iscsi_if.h, which is not exported",
	"scsitransport":   "scsi/scsi_netlink.h and scsi_netlink_fc.h have no numbers of messages or attributes",
}

// noTraffic are the families of which there is no message to decode, with why.
var noTraffic = map[string]string{}

// TestFamilyHasHeader: each family is held against a header, or it is said why
// it cannot be.
func TestFamilyHasHeader(t *testing.T) {
	rows := map[string][]string{}
	for _, c := range headers {
		for _, name := range c.of {
			rows[name] = append(rows[name], c.name)
		}
	}
	for _, f := range families.All() {
		switch why := noHeader[f.Name]; {
		case len(rows[f.Name]) == 0 && why == "":
			t.Errorf("family %[1]s is held against no header: add cited{name: \"linux/HEADER.h\", of: []string{%[1]q}} to headers "+
				"(headers_test.go, or the file *_headers_test.go of its group), or to noHeader (recipe_test.go) why there is none", f.Name)
		case len(rows[f.Name]) > 0 && why != "":
			t.Errorf("family %s is held against %v, so noHeader need not say %q", f.Name, rows[f.Name], why)
		}
		delete(rows, f.Name)
	}
	for name, cited := range rows {
		t.Errorf("%v is said to be of %q, which is no family", cited, name)
	}
	known := names(families.All())
	for name := range noHeader {
		if !slices.Contains(known, name) {
			t.Errorf("noHeader has %q, which is no family", name)
		}
	}
}

// TestHeaderIsOfFamily: a header that is said to define a family has names of
// its messages, attributes, values or groups.
func TestHeaderIsOfFamily(t *testing.T) {
	if readHeader(t, *uapiDir, "linux/netlink.h") == nil {
		t.Skipf("no UAPI headers in %s (package linux-libc-dev)", *uapiDir)
	}
	byName := map[string]*schema.Family{}
	for _, f := range families.All() {
		byName[f.Name] = f
	}
	checked := 0
	for _, c := range headers {
		h := readHeader(t, *uapiDir, c.name)
		if h == nil {
			continue
		}
		for _, name := range c.of {
			checked++
			has := namesIn(byName[name])
			if !slices.ContainsFunc(h.items(), func(it item) bool { return has[it.name] && c.reason(it.name) == "" }) {
				t.Errorf("%s is said to be of family %s, and shares no name with it", c.name, name)
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d families were looked at", checked)
	}
}

// namesIn are all names of a family that can be a header's.
func namesIn(f *schema.Family) map[string]bool {
	has := map[string]bool{}
	for i := range f.Messages {
		has[f.Messages[i].Name] = true
	}
	for _, g := range f.Groups {
		has[g.Name] = true
	}
	schema.Walk(schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				has[s.Attrs[i].Name] = true
			}
		},
		Enum: func(_ *schema.Place, e *schema.Enum) {
			for _, v := range e.Values {
				has[v.Name] = true
			}
		},
	}, f)
	return has
}

func names(all []*schema.Family) []string {
	var out []string
	for _, f := range all {
		out = append(out, f.Name)
	}
	return out
}

// TestFamilyHasTraffic: each family has messages of its own to be decoded: a
// fixture, or some in a recording of scripts/lab.
func TestFamilyHasTraffic(t *testing.T) {
	decoded := map[string]bool{}
	for _, r := range recordings(t, "") {
		for i := range r.messages {
			decoded[r.messages[i].Family] = true
		}
	}
	for _, f := range families.All() {
		for _, file := range fixtureFiles(t, f.Name) {
			d := decode.New(families.All(), decode.Options{})
			for _, fr := range readFixture(t, file).Frames(f.Protocol) {
				for _, m := range d.Frame(fr, nil) {
					decoded[m.Family] = true
				}
			}
		}
		has, why := decoded[f.Name], noTraffic[f.Name]
		switch {
		case !has && why == "":
			t.Errorf("no test decodes a message of family %[1]s: write a fixture "+
				"(nltop trace -o fixture -f 'family == %[1]q' -- COMMAND, or nltop decode --protocol %[2]s -o fixture, "+
				"> internal/decode/families/testdata/%[1]s/WHAT.txtar), or a script testdata/lab/NAME.sh and its recordings "+
				"(scripts/lab); or say in noTraffic (recipe_test.go) why there is none", f.Name, protocolArg(f))
		case has && why != "":
			t.Errorf("family %s has messages, so noTraffic need not say %q", f.Name, why)
		}
	}
}

// TestFixtureFolders: a folder of fixtures is that of a family, or TestFixtures
// would not look into it.
func TestFixtureFolders(t *testing.T) {
	known := append(names(families.All()), "lab")
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, file := range files {
		if folder := filepath.Base(filepath.Dir(file)); !slices.Contains(known, folder) {
			t.Errorf("%s: %s is no family", file, folder)
		}
	}
}

// protocolArg is what --protocol says for messages of a family.
func protocolArg(f *schema.Family) string {
	switch f.Protocol {
	case capture.NETLINK_GENERIC:
		return "'generic:" + f.Name + "'"
	}
	return strings.ToLower(capture.ShortName(f.Protocol))
}
