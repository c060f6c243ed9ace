// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// TestVariantName: a variant with a name renames the message; one without, a
// number without a case and a payload without the number leave it alone.
func TestVariantName(t *testing.T) {
	set := func(name string) *schema.Set {
		return &schema.Set{Name: name, Attrs: []schema.Attr{
			{ID: 1, Name: name + "_ONE", Type: schema.Type{Kind: schema.U32}}, {ID: 2, Name: name + "_TWO", Type: schema.Type{Kind: schema.U32}}}}
	}
	f := &schema.Family{Name: "known", Protocol: capture.NETLINK_GENERIC, Set: set("A"), Messages: []schema.Message{{
		ID: 3, Name: "ANSWER", Variants: &schema.Variants{Off: 2, Width: 2, Cases: map[uint64]schema.Variant{
			1: {Name: "EVENT", Set: set("B")}, 2: {Set: set("C")}}},
	}}}
	for _, w := range []wire{le, be} {
		d := New([]*schema.Family{f}, Options{})
		d.Frame(w.frame(capture.NETLINK_GENERIC, capture.DirReply, w.ctrl(1, 30, "known", 0, 0, "")), nil)
		for _, c := range []struct {
			payload    []byte
			name, attr string
		}{
			{w.Attr(1, w.U32(7)), "EVENT", "B_ONE"},
			{w.Attr(2, w.U32(7)), "ANSWER", "C_TWO"},
			{w.Nest(1, w.U32(7)), "ANSWER", "A_ONE"},
			{nil, "ANSWER", ""},
		} {
			m := d.Frame(w.frame(capture.NETLINK_GENERIC, capture.DirEvent, w.msg(30, 0, []byte{3, 1, 0, 0}, c.payload)), nil)[0]
			got := ""
			if b := m.Body(); len(b.Attrs) > 0 {
				got = b.Attrs[0].Name
			}
			if m.Type != c.name || got != c.attr {
				t.Errorf("% x: %s with %q, want %s with %q", c.payload, m.Type, got, c.name, c.attr)
			}
		}
	}
}
