// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/say"
)

// TestTold: what is said of a request is a command that asks for it again. Each script
// is of such commands (and of others, behind "command"), and the recording beside it is
// of what they asked for:
//
//	nltop record --protocol sock_diag -w ss.pcapng -- unshare -n sh testdata/ss.sh
func TestTold(t *testing.T) {
	for name, families := range map[string][]string{"ss": {"sock_diag"}, "auditctl": {"audit"}, "iw": {"nl80211"}, "ipvsadm": {"IPVS"},
		"batctl":  {"batadv"},
		"nfct":    {"cttimeout", "cthelper", "nfacct"},
		"ip_genl": {"ila", "tcp_metrics", "SEG6", "IOAM6", "route"}} {
		t.Run(name, func(t *testing.T) {
			script, err := os.ReadFile(filepath.Join("testdata", name+".sh"))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, line := range strings.Split(string(script), "\n") {
				if _, said, ok := strings.Cut(line, " # said: "); ok {
					line = said // bytes that are not told
				}
				if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "command ") {
					want = append(want, line)
				}
			}
			var got []string
			requests(t, filepath.Join("testdata", name+".pcapng.gz"), func(m *decode.Message, said say.Said) {
				if !slices.Contains(families, m.Family) || said.Reads && name != "ss" || strings.HasSuffix(m.Type, "LINK") {
					return // what these ask before they do something, and what is no part of it
				}
				text := said.Text()
				for i := range said.Left {
					text += " +" + said.Left[i].Name()
				}
				got = append(got, text)
			})
			for i := range max(len(want), len(got)) {
				w, g := "", ""
				if i < len(want) {
					w = want[i]
				}
				if i < len(got) {
					g = got[i]
				}
				if w != g {
					t.Errorf("%d: said %q of what %q asks for", i, g, w)
				}
			}
		})
	}
}
