// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// TestNobodyOverrides: what tools repeat on purpose is no mistake of theirs: the tables
// say that such an attribute may be there several times.
func TestNobodyOverrides(t *testing.T) {
	told := map[string]bool{}
	for _, r := range recordings(t, "") {
		for i := range r.messages {
			m := &r.messages[i]
			if m.Frame.Dir != capture.DirRequest {
				continue
			}
			b := m.Values()
			if strings.HasPrefix(m.Type, "DEVLINK_CMD_HEALTH_REPORTER_") {
				continue // devlink(8) puts the handle there twice
			}
			if n := overriddenNode(b.Attrs); n != nil && !told[n.Name] {
				told[n.Name] = true
				t.Errorf("%s.%s: %s has %s twice", r.name, r.kernel, m.Type, n.Name)
			}
		}
	}
}

// TestTwice: of an attribute that is there twice the last counts, in the line, in
// look-ups and for what it selects; the tree has both.
func TestTwice(t *testing.T) {
	kinds := &vector{dir: capture.DirRequest, hex: "54000000100005060100000000000000000000000000000001000000010000000a000300746573743000000008000400780500" +
		"00100012800b0001006272696467650000" + "1000128" + "00c0002800500070001000000"}
	names := &vector{dir: capture.DirRequest, hex: "40000000100005060200000000000000000000000000000000000000000000000800030061616100" +
		"0800030062626200100012800a00010064756d6d79000000"}
	m := decodeVector(t, kinds)
	if n, ok := m.Lookup("IFLA_INFO_KIND"); ok {
		t.Errorf("the kernel reads the second IFLA_LINKINFO, which has no kind: %v", n.Value)
	}
	if n, ok := m.Lookup("IFLA_INFO_DATA"); !ok || len(n.Raw) != 8 {
		t.Errorf("IFLA_INFO_DATA of the second: %v %v", n, ok)
	}
	m = decodeVector(t, names)
	if n, _ := m.Lookup("IFLA_IFNAME"); n.Value != "bbb" {
		t.Errorf("IFLA_IFNAME: %v", n.Value)
	}
	if lead := m.Lead(1); len(lead) != 2 || lead[0].Value != "bbb" || lead[1].Text != "+1" {
		t.Errorf("the line: %v", lead)
	}
	b := m.Body()
	if len(b.Attrs) != 3 || !b.Attrs[0].Overridden || b.Attrs[1].Overridden || b.Attrs[2].Overridden {
		t.Errorf("%+v", b.Attrs)
	}
	// The kernel repeats nothing by mistake.
	names.dir, names.hex = capture.DirReply, strings.Replace(names.hex, "1000050", "1000020", 1)
	m = decodeVector(t, names)
	if n, _ := m.Lookup("IFLA_IFNAME"); n.Value != "aaa" || m.Body().Attrs[0].Overridden {
		t.Errorf("from the kernel: %v", n.Value)
	}
}

func overriddenNode(nodes []decode.Node) *decode.Node {
	for i := range nodes {
		if nodes[i].Overridden {
			return &nodes[i]
		}
		if n := overriddenNode(nodes[i].Children); n != nil {
			return n
		}
	}
	return nil
}
