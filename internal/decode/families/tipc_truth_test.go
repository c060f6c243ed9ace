// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// TestTIPC: bearers, links and names as the tool prints them.
func TestTIPC(t *testing.T) {
	for _, r := range recordings(t, "tipc") {
		bearers := strings.Fields(string(r.truth("bearers")))
		for _, b := range bearers {
			tunnelFind(t, tunnelAnswers(r.of("TIPCv2", "TIPC_NL_BEARER_GET")), "TIPC_NLA_BEARER_NAME", b)
		}
		if len(bearers) < 2 {
			t.Errorf("%s: bearers %q", r.kernel, bearers)
		}
		links := regexp.MustCompile(`"([^"]*-[^"]*)": ?"(up|down)"`).FindAllStringSubmatch(string(r.truth("links")), -1)
		if len(links) == 0 {
			t.Errorf("%s: no links in %s", r.kernel, r.truth("links"))
		}
		for _, w := range links {
			m := tunnelFind(t, tunnelAnswers(r.of("TIPCv2", "TIPC_NL_LINK_GET")), "TIPC_NLA_LINK_NAME", w[1])
			if up := tunnelValue(m, "TIPC_NLA_LINK_UP") == "true"; up != (w[2] == "up") {
				t.Errorf("%s: link %s up %t", r.kernel, w[1], up)
			}
		}
		tipcNames(t, &r)
	}
}

// tipcNames compares the name table; its messages are nests of one name each.
func tipcNames(t *testing.T, r *recording) {
	t.Helper()
	var names []map[string]any
	dec := json.NewDecoder(strings.NewReader(string(r.truth("names"))))
	dec.UseNumber()
	if err := dec.Decode(&names); err != nil || len(names) < 2 {
		t.Fatalf("%s: %v: %s", r.kernel, err, r.truth("names"))
	}
	var have []string
	for _, m := range tunnelAnswers(r.of("TIPCv2", "TIPC_NL_NAME_TABLE_GET")) {
		have = append(have, tipcName(&m))
	}
	all := strings.Join(have, "\n") + "\n"
	for _, n := range names {
		want := tunnelText(n["type"]) + " " + tunnelText(n["lower"]) + " " + tunnelText(n["upper"]) + " TIPC_" +
			strings.ToUpper(tunnelText(n["scope"])) + "_SCOPE\n"
		if !strings.Contains(all, want) {
			t.Errorf("%s: no %q in %q", r.kernel, want, all)
		}
	}
}

func tipcName(m *decode.Message) string {
	return tunnelValue(m, "TIPC_NLA_PUBL_TYPE") + " " + tunnelValue(m, "TIPC_NLA_PUBL_LOWER") + " " +
		tunnelValue(m, "TIPC_NLA_PUBL_UPPER") + " " + tunnelValue(m, "TIPC_NLA_PUBL_SCOPE")
}
