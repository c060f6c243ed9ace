// SPDX-License-Identifier: Apache-2.0

package say

import (
	"testing"

	"github.com/nltop/nltop/internal/nltest"
)

// TestDevlinkParam: a value is a word of its type, and of those that have names the
// name.
func TestDevlinkParam(t *testing.T) {
	const paramSet, u8, u32, str, flag, binary = 39, 1, 3, 5, 6, 11
	feed := genl("devlink")
	for _, x := range []struct {
		name  string
		kind  byte
		value []byte // nil: none
		want  string
	}{
		{"max_macs", u32, []byte{64, 0, 0, 0}, "name max_macs value 64 cmode driverinit"},
		{"enable_roce", flag, []byte{}, "name enable_roce value true cmode driverinit"},
		{"enable_roce", flag, nil, "name enable_roce value false cmode driverinit"},
		{"fw_load_policy", u8, []byte{2}, "name fw_load_policy value disk cmode driverinit"},
		{"a b", str, nltest.Str("$(id)"), "name 'a b' value '$(id)' cmode driverinit"},
		{"fw_load_policy", u8, []byte{9}, ""},
		{"max_macs", u32, nil, ""},
		{"x", binary, []byte{1, 2}, ""},
	} {
		attrs := [][]byte{{paramSet, 1, 0, 0}, nltest.Attr(1, nltest.Str("pci")), nltest.Attr(2, nltest.Str("0000:06:00.0")),
			nltest.Attr(81, nltest.Str(x.name)), nltest.Attr(87, []byte{1}), nltest.Attr(83, []byte{x.kind})}
		if x.value != nil {
			attrs = append(attrs, nltest.Attr(86, x.value))
		}
		said := saidOfGenl(feed, nltest.Cat(attrs...))
		want := ""
		if x.want != "" {
			want = "devlink dev param set pci/0000:06:00.0 " + x.want
		}
		if said.Text() != want || want != "" && !said.Whole() {
			t.Errorf("%s of type %d: said %q with %d left, want %q", x.name, x.kind, said.Text(), len(said.Left), want)
		}
	}
}
