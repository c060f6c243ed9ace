// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/binary"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// looksNested says whether a payload is attributes from its beginning to its end.
func looksNested(b []byte) bool {
	n := 0
	for ; len(b) >= 4; n++ {
		size, id := int(binary.LittleEndian.Uint16(b)), binary.LittleEndian.Uint16(b[2:])&0x3fff
		if size < 4 || size > len(b) || id == 0 || id > 64 {
			return false
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return n > 0 && len(b) == 0
}

// TestNoNestIsBytes: nothing that the tables call bytes, text or a number is attributes
// in what real tools and kernels sent.
func TestNoNestIsBytes(t *testing.T) {
	// Bits of link modes happen to look so.
	chance := map[string]bool{"ETHTOOL_A_BITSET_VALUE": true, "ETHTOOL_A_BITSET_MASK": true}
	attrs := 0
	for _, r := range recordings(t, "") {
		for i := range r.messages {
			m := &r.messages[i]
			body := m.Body()
			var walk func([]decode.Node)
			walk = func(nodes []decode.Node) {
				for i := range nodes {
					n := &nodes[i]
					attrs++
					if n.Attr && !n.Nested && len(n.Raw) >= 8 && !chance[n.Name] && looksNested(n.Raw) {
						t.Errorf("%s: %s %s is %v, and looks like attributes: %x", r.name, m.Family, n.Name, n.Value, n.Raw)
					}
					walk(n.Children)
				}
			}
			walk(body.Attrs)
		}
	}
	if attrs < 100000 {
		t.Errorf("%d attributes looked at", attrs)
	}
}
