// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// FuzzDecode feeds arbitrary bytes as every protocol: no panic, no endless
// loop, and every byte of the input is found again.
func FuzzDecode(f *testing.F) {
	for i, w := range []wire{le, be} {
		for _, x := range w.fixtures() {
			f.Add(x.data, x.protocol, uint8(x.dir), i == 1, uint16(0))
			f.Add(x.data[:len(x.data)*2/3], x.protocol, uint8(x.dir), i == 1, uint16(40))
		}
	}
	d := newDecoder()
	f.Fuzz(func(t *testing.T, data []byte, protocol uint16, dir uint8, big bool, cut uint16) {
		fr := &capture.Frame{
			Origin: &capture.Origin{
				Protocol: protocol % (capture.MaxProtocol + 1), Dir: capture.Dir(dir % 5), BigEndian: big,
			},
			ID: 1, Data: data, OrigLen: len(data) + int(cut),
		}
		if nodes := countNodes(decodeAll(t, d, fr)); nodes > 64+len(data) {
			t.Errorf("%d nodes from %d bytes", nodes, len(data))
		}
	})
}

func countNodes(ms []Message) int {
	var count func(nodes []Node) int
	count = func(nodes []Node) int {
		n := len(nodes)
		for i := range nodes {
			n += count(nodes[i].Children)
		}
		return n
	}
	n := 0
	for i := range ms {
		b := ms[i].Body()
		n += count(b.Fields) + count(b.Attrs)
	}
	return n
}
