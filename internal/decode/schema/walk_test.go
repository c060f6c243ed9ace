// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"slices"
	"strings"
	"testing"
)

// everywhere is a family with a set in each place that can hold one, one that
// contains itself, and one that several refer to.
func everywhere() *Family {
	leaf := func(name string) Type { return Type{Kind: Nest, Set: &Set{Name: name}} }
	set := func(name string, t Type) *Set {
		return &Set{Name: name, Attrs: []Attr{{ID: 1, Name: name + "_A", Type: t}}}
	}
	self := set("SELF", Type{Kind: Nest})
	self.Attrs[0].Type.Set = self
	elem, short, body := leaf("ELEM"), leaf("SHORT"), leaf("BODY")
	record := &StructType{Name: "record", Fields: []Field{{Name: "len", Type: Type{Kind: U16}}, {Name: "more", Type: leaf("FIELD")}}}
	colours := &Enum{Name: "colours", Values: []Value{{1, "RED"}}}
	return &Family{
		Name: "fam", Header: record, Set: self,
		Errnos: &Enum{Name: "errnos", Values: []Value{{1, "EFAM"}}},
		Messages: []Message{
			{Name: "ARRAY", Set: set("ARRAY", Type{Kind: Array, Elem: &elem})},
			{Name: "LENGTH", Set: set("LENGTH", Type{ByLen: map[int]*Type{8: {Kind: U64, Enum: colours}, 4: &short}})},
			{Name: "SUB", Set: set("SUB", Type{Kind: Sub, Sub: &SubMessage{
				Cases: map[string]Type{"b": leaf("CASE_B"), "a": leaf("CASE_A")}, Default: leaf("DEFAULT")}})},
			{Name: "BODY", Body: &body, Header: record},
			{Name: "VARIANT", Variants: &Variants{Cases: map[uint64]Variant{10: {Set: set("V10", Type{})}, 2: {Set: self}}}},
			{Name: "DUMP", Dump: &Variant{Set: set("DUMP", Type{Enum: colours})}},
		},
	}
}

// TestWalk: each thing once, wherever it hangs, in one order, with the way there.
func TestWalk(t *testing.T) {
	want := []string{
		"set ARRAY at fam/ARRAY",
		"set ELEM at fam/ARRAY/ARRAY_A[]",
		"set LENGTH at fam/LENGTH",
		"set SHORT at fam/LENGTH/LENGTH_A(4 bytes)",
		"enum colours at fam/LENGTH/LENGTH_A(8 bytes)",
		"set SUB at fam/SUB",
		"sub at fam/SUB/SUB_A",
		"set CASE_A at fam/SUB/SUB_A(a)",
		"set CASE_B at fam/SUB/SUB_A(b)",
		"set DEFAULT at fam/SUB/SUB_A(default)",
		"struct record at fam/BODY",
		"set FIELD at fam/BODY/record.more",
		"set BODY at fam/BODY",
		"set SELF at fam/VARIANT(2)",
		"set V10 at fam/VARIANT(10)",
		"set DUMP at fam/DUMP(dump)",
		"enum errnos at fam/errno",
	}
	for range 8 { // maps have another order each time
		var got []string
		Walk(Visitor{
			Set:    func(at *Place, s *Set) { got = append(got, "set "+s.Name+" at "+at.String()) },
			Struct: func(at *Place, s *StructType) { got = append(got, "struct "+s.Name+" at "+at.String()) },
			Enum:   func(at *Place, e *Enum) { got = append(got, "enum "+e.Name+" at "+at.String()) },
			Sub:    func(at *Place, _ *SubMessage) { got = append(got, "sub at "+at.String()) },
		}, everywhere())
		if !slices.Equal(got, want) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// TestWalkRefers: who refers to whom is told each time, cycles included.
func TestWalkRefers(t *testing.T) {
	f := everywhere()
	name := func(x any) string {
		switch x := x.(type) {
		case *Set:
			return x.Name
		case *StructType:
			return x.Name
		case *SubMessage:
			return "sub"
		}
		return "-"
	}
	refers := map[string]int{}
	types := 0
	Walk(Visitor{
		Refer: func(holder, x any) { refers[name(holder)+" "+name(x)]++ },
		Type:  func(*Place, *Type) { types++ },
	}, f, f)
	for _, tt := range []struct {
		name, edge string
		times      int
	}{
		{"a set in itself", "SELF SELF", 1},
		{"a variant's and the family's, twice", "- SELF", 4},
		{"a message's header and the family's, twice", "- record", 4},
		{"through a struct", "record FIELD", 1},
		{"through an array", "ARRAY ELEM", 1},
		{"through a length", "LENGTH SHORT", 1},
		{"a sub-message", "SUB sub", 1},
		{"a case", "sub CASE_A", 1},
		{"the default", "sub DEFAULT", 1},
	} {
		if refers[tt.edge] != tt.times {
			t.Errorf("%s: %q was told %d times, not %d", tt.name, tt.edge, refers[tt.edge], tt.times)
		}
	}
	// ARRAY_A and its element; LENGTH_A, 4, 8; SUB_A, a, b, default; len, more;
	// two bodies (the family is there twice); SELF_A; V10_A; DUMP_A; two errnos.
	if types != 18 {
		t.Errorf("%d types", types)
	}
}

// TestBuildReaches: what Build has to index is indexed wherever it hangs.
func TestBuildReaches(t *testing.T) {
	f := everywhere()
	f.Build()
	n := 0
	Walk(Visitor{
		Set: func(at *Place, s *Set) {
			if n++; len(s.Attrs) > 0 && s.Lookup(1) == nil {
				t.Errorf("%s: %s has no index", at, s.Name)
			}
		},
		Enum: func(at *Place, e *Enum) {
			if n++; e.byVal == nil {
				t.Errorf("%s: %s has no index", at, e.Name)
			}
		},
		Sub: func(at *Place, s *SubMessage) {
			if n++; s.Named("a") == nil {
				t.Errorf("%s has no index", at)
			}
		},
	}, f)
	if n != 17-1 { // the struct has none
		t.Errorf("%d were looked at", n)
	}
}
