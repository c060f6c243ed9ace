// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// sameDecoded demands that tcpdump's file reads as nltop's own does. Each is
// decoded by itself: what tcpdump's teaches of generic families is in it.
func sameDecoded(t *testing.T, ours []pcapng.Record, theirs []*capture.Frame) {
	t.Helper()
	own := netns(t)
	a := decodeAll(window(t, ours), ours, func(f *capture.Frame) bool {
		return f.NetNS == own
	})
	b := decodeAll(theirs, nil, func(*capture.Frame) bool { return true })
	named, differ := 0, 0
	for text, n := range b {
		if a[text] < n {
			if differ++; differ <= 5 {
				t.Errorf("tcpdump's file reads differently, %d times:\n%s", n-a[text], text)
			}
		}
		if !strings.HasPrefix(text, "?") {
			named += n
		}
	}
	t.Logf("%d messages of known family in tcpdump's file, %d kinds of message read differently", named, differ)
	if named < 1000 {
		t.Errorf("only %d messages of known family", named)
	}
}

// decodeAll renders every message of the frames and counts equal ones.
func decodeAll(fs []*capture.Frame, preamble []pcapng.Record, keep func(*capture.Frame) bool) map[string]int {
	d := decode.New(families.All(), decode.Options{})
	for _, r := range preamble {
		if r.Preamble {
			d.Frame(r.Frame, nil)
		}
	}
	out := map[string]int{}
	for _, f := range fs {
		for _, m := range d.Frame(f, nil) {
			// The rest of a datagram that tcpdump cut cannot be compared.
			if !keep(f) || m.Offset+int(m.Header.Len) > tcpdumpCut {
				continue
			}
			out[render(&m)]++
		}
	}
	return out
}

func render(m *decode.Message) string {
	var b strings.Builder
	family := m.Family
	if family == "" {
		family = "?"
	}
	fmt.Fprintf(&b, "%s %s %+v\n", family, m.Type, m.Header)
	body := m.Body()
	nodes(&b, " ", body.Fields)
	nodes(&b, " ", body.Attrs)
	fmt.Fprintf(&b, " rest % x problem %q\n", body.Rest, body.Problem)
	return b.String()
}

func nodes(b *strings.Builder, indent string, ns []decode.Node) {
	for _, n := range ns {
		// Text is left out: it may name an interface that only one file introduced.
		fmt.Fprintf(b, "%s%d %s %v %q", indent, n.ID, n.Name, n.Value, n.Problem)
		if !n.Nested {
			fmt.Fprintf(b, " % x", n.Raw)
		}
		b.WriteByte('\n')
		nodes(b, indent+" ", n.Children)
	}
}
