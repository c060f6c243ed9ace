// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// Lookup finds every name that Body has, with the same node.
func TestLookupAgreesWithBody(t *testing.T) {
	for _, w := range []wire{le, be} {
		m := one(t, w.frame(testProtocol, capture.DirRequest, w.everything()))
		b := m.Body()
		first := map[string]Node{}
		collect(first, b.Fields)
		collect(first, b.Attrs)
		if len(first) < 40 {
			t.Fatalf("only %d names", len(first))
		}
		for name, want := range first {
			got, ok := m.Lookup(name)
			if !ok {
				t.Errorf("%s: not found", name)
				continue
			}
			if diff := cmp.Diff(dump(Body{Attrs: []Node{want}}), dump(Body{Attrs: []Node{got}})); diff != "" {
				t.Errorf("%s (-body +lookup):\n%s", name, diff)
			}
		}
		for _, name := range []string{"T_S32X", "RTA_OIF", "", "msg"} {
			if n, ok := m.Lookup(name); ok {
				t.Errorf("found %q: %+v", name, n)
			}
		}
	}
}

// collect notes the first node of each name that counts. Messages inside a message and
// the two halves of a bitfield are not looked into.
func collect(first map[string]Node, nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		if n.Overridden {
			continue
		}
		if _, seen := first[n.Name]; !seen && n.Name != "" {
			first[n.Name] = *n
		}
		if n.Name != "T_MESSAGES" && n.Name != "T_BITS32" {
			collect(first, n.Children)
		}
	}
}

func TestLead(t *testing.T) {
	names := func(nodes []Node) (s []string) {
		for i := range nodes {
			s = append(s, nodes[i].Label())
		}
		return s
	}
	everything := one(t, le.frame(testProtocol, capture.DirRequest, le.everything()))
	for n, want := range [][]string{nil, {"TI_KIND"}, {"TI_KIND", "T_STRING"}, {"TI_KIND", "T_STRING", "mark"}, {"TI_KIND", "T_STRING", "mark"}} {
		if diff := cmp.Diff(want, names(everything.Lead(n))); diff != "" {
			t.Errorf("%d of everything (-want +got):\n%s", n, diff)
		}
	}
	guessed := one(t, le.frame(capture.NETLINK_USERSOCK, capture.DirPeer, le.msg(16, 0, le.Attr(1, le.U32(1)), le.Attr(2, nltest.Str("some text")))))
	if diff := cmp.Diff([]string{"attribute 2"}, names(guessed.Lead(3))); diff != "" {
		t.Errorf("guessed (-want +got):\n%s", diff)
	}
	ack := one(t, le.frame(testProtocol, capture.DirReply, le.ack(0, -1, le.everything())))
	if lead := ack.Lead(3); len(lead) != 0 {
		t.Errorf("an error leads with %v", names(lead))
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"eth0":             "eth0",
		"a b":              "a b",
		"grün":             "grün",
		"":                 "",
		"\x1b[31m":         `"\x1b[31m"`,
		"a\nb":             `"a\nb"`,
		"a\x00b":           `"a\x00b"`,
		"\x9b31m":          `"\x9b31m"`,
		"\u009b31m":        `"\u009b31m"`,
		"say \"x\"":        `"say \"x\""`,
		"back\\slash":      `"back\\slash"`,
		"\u202egnp.exe":    `"\u202egnp.exe"`,
		"\xff":             `"\xff"`,
		"\u200b":           `"\u200b"`,
		"\x7f":             `"\x7f"`,
		"tab\there":        `"tab\there"`,
		"\U000e0041hidden": `"\U000e0041hidden"`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
