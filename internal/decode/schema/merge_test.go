// SPDX-License-Identifier: Apache-2.0

package schema

import "testing"

// twoViews are a built-in table and a spec of one family that differ in every
// way that Merge has a rule for.
func twoViews() (builtin, spec *Family) {
	self := &Set{Name: "T", Attrs: []Attr{
		{ID: 1, Name: "T_KIND", Type: Type{Kind: String}},
		{ID: 2, Name: "T_PORT", Type: Type{Kind: U16, Big: true}},
		{ID: 3, Name: "T_STATE", Type: Type{Kind: U8, Enum: &Enum{Name: "e", Values: []Value{{1, "T_UP"}, {2, "T_DOWN"}}}}},
		{ID: 4, Name: "T_DATA"},
		{ID: 5, Name: "T_MORE", Type: Type{Kind: Nest}},
		{ID: 6, Name: "T_LEN", Type: Type{Kind: U32, Hint: Bytes}},
	}}
	self.Attrs[4].Type.Set = self
	builtin = &Family{Name: "fam", Protocol: 16, Origin: BuiltIn, Version: 1, Lead: []string{"T_KIND"}, Set: self,
		Header:   &StructType{Name: "h", Fields: []Field{{Name: "h_index", Type: Type{Kind: S32, Hint: IfIndex}}}},
		Messages: []Message{{ID: 1, Name: "FAM_GET"}, {ID: 2, Name: "FAM_SET"}},
		Groups:   []Group{{ID: 7, Name: "g"}}}
	data := &Set{Name: "data", Attrs: []Attr{{ID: 1, Name: "x", Type: Type{Kind: U8}}}}
	top := &Set{Name: "top", Attrs: []Attr{
		{ID: 1, Name: "kind", Type: Type{Kind: String}},
		{ID: 2, Name: "port", Type: Type{Kind: U16}},
		{ID: 3, Name: "T_STATE", Type: Type{Kind: U8, Enum: &Enum{Name: "state", Values: []Value{{1, "up"}, {3, "gone"}}}}},
		{ID: 4, Name: "data", Type: Type{Kind: Sub, Sub: &SubMessage{Selector: "kind", Cases: map[string]Type{"a": {Kind: Nest, Set: data}}}}},
		{ID: 6, Name: "len", Type: Type{Kind: Binary}},
		{ID: 7, Name: "T_NEW", Type: Type{Kind: U64}},
		{ID: 5, Name: "more", Type: Type{Kind: U32}},
	}}
	spec = &Family{Name: "fam", Protocol: 16, Origin: Spec, Version: 2,
		Messages: []Message{{ID: 1, Name: "get", Dirs: ToKernel, Set: top}, {ID: 1, Name: "get-reply", Dirs: FromKernel, Set: top}, {ID: 3, Name: "FAM_NEW", Set: top}},
		Groups:   []Group{{Name: "g"}, {Name: "h"}}}
	return builtin, spec
}

func TestMerge(t *testing.T) {
	for _, how := range []How{Fill, Override} {
		builtin, spec := twoViews()
		other := &Family{Name: "other", Protocol: 16}
		all := Merge([]*Family{builtin}, []*Family{spec, other}, how)
		if len(all) != 2 || all[1] != other {
			t.Fatalf("%d families", len(all))
		}
		f := all[0]
		f.Build()
		if builtin.Built() || spec.Built() || len(builtin.Messages) != 2 {
			t.Error("Merge changed what it was given")
		}
		if f.Origin != BuiltIn || f.Merged != Spec || f.Lead[0] != "T_KIND" || len(f.Groups) != 2 || f.Groups[0].ID != 7 {
			t.Errorf("family: %+v", f)
		}
		for id, want := range map[uint16]string{1: "FAM_GET", 2: "FAM_SET", 3: "FAM_NEW"} {
			for _, to := range []bool{true, false} {
				if m := f.Message(id, to); m == nil || m.Name != want {
					t.Errorf("message %d: %+v", id, m)
				}
			}
		}
		s := f.Message(1, true).Set
		for id, want := range map[uint16]string{1: "T_KIND", 2: "T_PORT", 3: "T_STATE", 4: "T_DATA", 5: "T_MORE", 6: "T_LEN", 7: "T_NEW"} {
			if a := s.Lookup(id); a == nil || a.Name != want {
				t.Errorf("attribute %d: %+v", id, a)
			}
		}
		if a := s.Lookup(2); !a.Type.Big {
			t.Error("a byte order that the spec leaves open is lost")
		}
		for v, want := range map[uint64]string{1: "T_UP", 2: "T_DOWN", 3: "gone"} {
			if name, _ := s.Lookup(3).Type.Enum.Lookup(v); name != want {
				t.Errorf("enumerator %d: %q", v, name)
			}
		}
		sub := s.Lookup(4).Type.Sub
		if sub == nil || sub.Selector != "kind" || len(sub.Also) != 1 || sub.Also[0] != "T_KIND" || sub.Named("a") == nil {
			t.Errorf("the selector does not follow the attribute's new name: %+v", sub)
		}
		if a := s.Lookup(6); a.Type.Kind != U32 || a.Type.Hint != Bytes {
			t.Errorf("bytes won over a number: %+v", a)
		}
		more := s.Lookup(5).Type
		if how == Override && more.Kind != U32 || how == Fill && (more.Kind != Nest || more.Set.Lookup(7) == nil && more.Set.Lookup(1) == nil) {
			t.Errorf("how %d: %+v", how, more)
		}
		if h := f.Message(1, true).Header; h == nil || h.Fields[0].Type.Hint != IfIndex {
			t.Errorf("header: %+v", h)
		}
	}
}

// TestMergeNames: specs write names with dashes.
func TestMergeNames(t *testing.T) {
	a, b := &Family{Name: "tcp_metrics", Protocol: 16}, &Family{Name: "tcp-metrics", Protocol: 16}
	if all := Merge([]*Family{a}, []*Family{b}, Override); len(all) != 1 || all[0].Name != "tcp_metrics" {
		t.Errorf("%+v", all)
	}
	c, d := &Family{Name: "nftables", Protocol: 12, Subsys: 10}, &Family{Name: "x", Protocol: 12, Subsys: 1}
	if all := Merge([]*Family{c}, []*Family{d}, Fill); len(all) != 2 {
		t.Errorf("%+v", all)
	}
}
