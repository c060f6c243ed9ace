// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// eitherFamily has a header with room for both kinds of address, a dump request
// without it, and errors of its own.
func eitherFamily() *schema.Family {
	addr := func(family string) schema.Type { return schema.Type{Kind: schema.IPAddr, Len: 16, Family: family} }
	inner := &schema.StructType{Name: "inner", Fields: []schema.Field{
		{Name: "addr", Type: addr("family")}, {Name: "family", Type: schema.Type{Kind: schema.U16}},
		{Name: "pad", Type: schema.Type{Kind: schema.Pad, Len: 2}},
	}}
	outer := &schema.StructType{Name: "outer", Fields: []schema.Field{
		{Name: "peer", Type: addr("in.family")}, {Name: "guess", Type: addr("nowhere")},
		{Name: "in", Type: schema.Type{Kind: schema.Struct, Struct: inner}},
	}}
	set := &schema.Set{Name: "E", Attrs: []schema.Attr{{ID: 1, Name: "E_ONE", Type: schema.Type{Kind: schema.U32}}}}
	return &schema.Family{
		Name: "either", Protocol: testProtocol, Header: outer, Set: set,
		Messages: []schema.Message{{ID: 16, Name: "E_GET", Dump: &schema.Variant{Set: set}}},
		Errnos:   &schema.Enum{Name: "errors", Values: []schema.Value{{N: 4100, Name: "E_BAD"}}},
	}
}

func TestEitherAddress(t *testing.T) {
	v4 := append([]byte{192, 0, 2, 1}, make([]byte, 12)...)
	odd := append([]byte{0x20, 1, 0xd, 0xb8}, make([]byte, 12)...) // 2001:db8::
	for _, w := range []wire{le, be} {
		for _, c := range []struct {
			family            uint16
			a                 []byte
			peer, guess, addr string
		}{
			{2, v4, "192.0.2.1", "192.0.2.1", "192.0.2.1"},
			{10, odd, "2001:db8::", "32.1.13.184", "2001:db8::"},
			{0, v4, "192.0.2.1", "192.0.2.1", "192.0.2.1"},
			{0, make([]byte, 16), "::", "::", "::"},
		} {
			d := New([]*schema.Family{eitherFamily()}, Options{})
			m := &d.Frame(w.frame(testProtocol, capture.DirRequest,
				w.msg(16, flagRequest, c.a, c.a, c.a, w.U16(c.family), []byte{0, 0})), nil)[0]
			f := m.Body().Fields
			if f[0].Value != c.peer || f[1].Value != c.guess || f[2].Children[0].Value != c.addr {
				t.Errorf("family %d: %v, %v, %v", c.family, f[0].Value, f[1].Value, f[2].Children[0].Value)
			}
		}
	}
}

func TestDumpLayout(t *testing.T) {
	d := New([]*schema.Family{eitherFamily()}, Options{})
	for _, w := range []wire{le, be} {
		m := &d.Frame(w.frame(testProtocol, capture.DirRequest, w.msg(16, flagRequest|flagDump, w.Attr(1, w.U32(7)))), nil)[0]
		b := m.Body()
		if len(b.Fields) != 0 || len(b.Attrs) != 1 || b.Attrs[0].Value != uint64(7) || b.Problem != "" {
			t.Errorf("a dump: %+v", b)
		}
		m = &d.Frame(w.frame(testProtocol, capture.DirRequest, w.msg(16, flagRequest)), nil)[0]
		if m.Body().Problem == "" {
			t.Error("no header, and no problem")
		}
	}
}

func TestOwnErrors(t *testing.T) {
	d := New([]*schema.Family{eitherFamily()}, Options{})
	for _, w := range []wire{le, be} {
		status := -4100
		m := &d.Frame(w.frame(testProtocol, capture.DirReply,
			w.msg(typeError, flagCapped, w.U32(uint32(status)), w.msg(16, flagRequest))), nil)[0]
		if m.Err == nil || m.Err.Name != "E_BAD" {
			t.Fatalf("error %+v", m.Err)
		}
		if n := m.Body().Fields[0]; n.Text != "-4100 (E_BAD)" {
			t.Errorf("error %q", n.Text)
		}
	}
}
