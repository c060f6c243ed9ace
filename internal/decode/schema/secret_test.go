// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"bytes"
	"testing"
)

// TestMergeKeepsMarks: what nltop's own tables decide of a secret stands, whoever wins;
// what only the other list knows has its mark.
func TestMergeKeepsMarks(t *testing.T) {
	own := &Family{Name: "f", Protocol: 16, Origin: BuiltIn, Set: &Set{Name: "F", Attrs: []Attr{
		{ID: 1, Name: "F_KEY", Type: Type{Kind: Opaque, Secret: Key}}, {ID: 2, Name: "F_FLOW_KEY", Type: Type{Kind: HWAddr}},
		{ID: 4, Name: "F_REC", Type: Type{Kind: Struct, Struct: &StructType{Name: "rec", Fields: []Field{
			{Name: "key", Type: Type{Kind: Opaque, Len: 8, Secret: Key}}, {Name: "flow_key", Type: Type{Kind: Opaque, Len: 8}}}}}},
	}}}
	spec := &Family{Name: "f", Protocol: 16, Origin: Spec, Set: &Set{Name: "f", Attrs: []Attr{
		{ID: 1, Name: "key", Type: Type{Kind: String}}, {ID: 2, Name: "flow-key", Type: Type{Kind: HWAddr}}, {ID: 3, Name: "new-key", Type: Type{Kind: Binary}},
		{ID: 4, Name: "rec", Type: Type{Kind: Struct, Struct: &StructType{Name: "rec", Fields: []Field{
			{Name: "key", Type: Type{Kind: Opaque, Len: 8}}, {Name: "flow_key", Type: Type{Kind: Opaque, Len: 8, Secret: Key}}}}}},
	}}}
	for i := range spec.Set.Attrs {
		spec.Set.Attrs[i].Type.MarkByName(spec.Set.Attrs[i].Name)
	}
	for _, how := range []How{Fill, Override} {
		f := Merge([]*Family{own}, []*Family{spec}, how)[0]
		f.Build()
		for id, want := range map[uint16]Secrecy{1: Key, 2: Public, 3: Key} {
			if got := f.Set.Lookup(id).Type.Secret; got != want {
				t.Errorf("how %d: attribute %d is %s, want %s", how, id, got, want)
			}
		}
		rec := f.Set.Lookup(4).Type.Struct.Fields
		if rec[0].Type.Secret != Key || rec[1].Type.Secret != Public {
			t.Errorf("how %d: members are %s, %s", how, rec[0].Type.Secret, rec[1].Type.Secret)
		}
	}
}

// TestMarkByName: numbers and nests called so are none.
func TestMarkByName(t *testing.T) {
	for _, x := range []struct {
		name string
		kind Kind
		want Secrecy
	}{
		{"private-key", Binary, Key}, {"wpa-psk", String, Key}, {"nonce", Opaque, Key}, {"auth-token", HWAddr, Key}, {"session-hash", Binary, Key},
		{"key-len", U32, Public}, {"keys", Nest, Public}, {"name", String, Public}, {"mtu", Binary, Public},
	} {
		typ := Type{Kind: x.kind}
		if typ.MarkByName(x.name); typ.Secret != x.want {
			t.Errorf("%s, %s, is %s, want %s", x.name, x.kind, typ.Secret, x.want)
		}
	}
}

// TestOverwrite: a filling is known again, and nothing else is taken for one.
func TestOverwrite(t *testing.T) {
	for n := range 40 {
		b := make([]byte, n)
		if Overwrite(b); Filled(b) != (n > 0) {
			t.Errorf("%d bytes: %q", n, b)
		}
		if n >= minFilled && (!FilledRest(b) || !FilledRest(append([]byte{1, 0}, b...))) {
			t.Errorf("%d bytes are not a filling: %q", n, b)
		}
		if n > 0 {
			b[n-1] ^= 1
			if Filled(b) || FilledRest(b) {
				t.Errorf("%q is taken for a filling", b)
			}
		}
	}
	if FilledRest(bytes.Repeat([]byte{0}, 9)) {
		t.Error("zeros are taken for a filling")
	}
}

// TestSecretsOfTables: tables that contain themselves have the classes of all in them,
// whichever is asked first.
func TestSecretsOfTables(t *testing.T) {
	outer, inner, bare := &Set{Name: "outer"}, &Set{Name: "inner"}, &Set{Name: "bare"}
	outer.Attrs = []Attr{{ID: 1, Type: Type{Kind: Nest, Set: inner}}, {ID: 2, Type: Type{Kind: U32}}}
	inner.Attrs = []Attr{{ID: 1, Type: Type{Kind: Nest, Set: outer}}, {ID: 2, Type: Type{Kind: Struct, Struct: &StructType{Fields: []Field{{Type: Type{Kind: Opaque, Secret: Key}}}}}}}
	bare.Attrs = []Attr{{ID: 1, Type: Type{Kind: Nest, Set: bare}}}
	outer.build()
	for _, order := range [][]*Set{{outer, inner, bare}, {inner, outer, bare}, {bare, inner, outer}} {
		var s Secrets
		for _, x := range order {
			want := ClassesOf(Key)
			if x == bare {
				want = 0
			}
			if got := s.Set(x); got != want {
				t.Errorf("%s has %x, want %x", x.Name, got, want)
			}
		}
	}
	if outer.Direct() != 0 || inner.Direct() != ClassesOf(Key) {
		t.Errorf("directly %x and %x", outer.Direct(), inner.Direct())
	}
	var s Secrets
	w := s.Ways(outer)
	if c, known := w.Of(1); c != ClassesOf(Key) || !known {
		t.Errorf("1 leads to %x, %v", c, known)
	}
	if c, known := w.Of(2); c != 0 || !known || w.Fits(2, 5) || !w.Fits(2, 4) {
		t.Errorf("2 leads to %x, %v", c, known)
	}
	if _, known := w.Of(3); known {
		t.Error("3 is known")
	}
}
