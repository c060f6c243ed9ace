// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

func TestSiblings(t *testing.T) {
	for _, w := range []wire{le, be} {
		d := New(nil, Options{})
		f := w.frame(testProtocol, capture.DirRequest, w.msg(16, flagRequest), w.msg(17, flagRequest), []byte{1, 2, 3})
		all := d.Frame(f, nil)
		for i := range all {
			var got []Message
			for s := range all[i].Siblings() {
				got = append(got, *s)
			}
			if all[i].NoHeader {
				continue
			}
			if len(got) != len(all) {
				t.Fatalf("%d siblings, %d messages", len(got), len(all))
			}
			for j := range got {
				if got[j].Header != all[j].Header || got[j].Offset != all[j].Offset || got[j].Index != j || got[j].Type != all[j].Type {
					t.Errorf("message %d: %+v, %+v", j, got[j].Header, all[j].Header)
				}
			}
		}
	}
}

// TestSiblingsPadding: zeros behind the last message are no message, for Frame
// and for Siblings.
func TestSiblingsPadding(t *testing.T) {
	data := nltest.Cat(le.msg(16, 1, le.testHeader(0, 0, 0)), make([]byte, 64))
	m := one(t, le.frame(testProtocol, capture.DirRequest, data))
	n := 0
	for range m.Siblings() {
		n++
	}
	if n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
}
