// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// TestByLen: a payload whose length selects another type is decoded by it, and
// found in it.
func TestByLen(t *testing.T) {
	pair := schema.Type{Kind: schema.Struct, Struct: &schema.StructType{Name: "pair", Fields: []schema.Field{
		{Name: "left", Type: schema.Type{Kind: schema.U32}}, {Name: "right", Type: schema.Type{Kind: schema.U32}}}}}
	f := &schema.Family{Name: "bylen", Protocol: testProtocol, Messages: []schema.Message{{ID: 16, Name: "M", Set: &schema.Set{Name: "A", Attrs: []schema.Attr{
		{ID: 1, Name: "A_ONE", Type: schema.Type{Kind: schema.U32, ByLen: map[int]*schema.Type{8: &pair}}}}}}}}
	d := New([]*schema.Family{f}, Options{})
	m := d.Frame(le.frame(testProtocol, capture.DirReply, le.msg(16, 0, le.Attr(1, le.U32(7)), le.Attr(1, le.U32(8), le.U32(9)))), nil)[0]
	b := m.Body()
	if b.Problem != "" || len(b.Attrs) != 2 || b.Attrs[0].Value != uint64(7) || len(b.Attrs[1].Children) != 2 {
		t.Errorf("%s", dump(b))
	}
	if n, ok := m.Lookup("right"); !ok || n.Value != uint64(9) {
		t.Errorf("right: %v %v", n.Value, ok)
	}
}
