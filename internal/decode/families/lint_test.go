// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/bits"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// foreign are sets whose attributes have another prefix than the set, with why.
var foreign = map[string]string{
	"IFLA_AF_SPEC":                "attributes are address families",
	"IFLA_STATS_AF_SPEC":          "attributes are address families",
	"IFLA_PROP_LIST":              "holds attributes of IFLA",
	"IFLA_MACVLAN_MACADDR_DATA":   "holds attributes of IFLA_MACVLAN",
	"IFLA_STATS_GETSET":           "IFLA_STATS_GET_FILTERS has no common prefix with the rest",
	"IFLA_STATS_GET_FILTERS":      "holds masks under the names of IFLA_STATS",
	"IFLA_BRIDGE_CFM_CC_PEER_MEP": "the header writes IFLA_BRIDGE_CFM_CC_PEER_MEPID",
}

func TestSets(t *testing.T) {
	for _, f := range families.All() {
		v := schema.Visitor{Set: func(at *schema.Place, s *schema.Set) { lintSet(t, at.String(), s) }}
		schema.Walk(v, f)
	}
}

func lintSet(t *testing.T, path string, s *schema.Set) {
	t.Helper()
	if s.Name == "" {
		t.Errorf("%s: set without a name", path)
	}
	ids, names := map[uint16]string{}, map[string]bool{}
	for i := range s.Attrs {
		a := &s.Attrs[i]
		if other, dup := ids[a.ID]; dup {
			t.Errorf("%s: %s and %s are both %d", path, other, a.Name, a.ID)
		}
		if names[a.Name] {
			t.Errorf("%s: %s twice", path, a.Name)
		}
		ids[a.ID], names[a.Name] = a.Name, true
		if a.Name != s.Name && !strings.HasPrefix(a.Name, s.Name+"_") && foreign[s.Name] == "" {
			t.Errorf("%s: %s in set %s", path, a.Name, s.Name)
		}
		hex := a.Type.Kind == schema.Binary || a.Type.Kind == schema.Unused ||
			a.Type.Kind == schema.Sub && a.Type.Sub.Default.Kind == schema.Binary
		if hex && a.Note == "" {
			t.Errorf("%s: %s is shown as hex, and no Note says why", path, a.Name)
		}
	}
}

func TestStructs(t *testing.T) {
	for _, f := range families.All() {
		v := schema.Visitor{Struct: func(at *schema.Place, s *schema.StructType) {
			names := map[string]bool{}
			for i := range s.Fields {
				fd := &s.Fields[i]
				if fd.Type.Kind != schema.Pad && (fd.Name == "" || names[fd.Name]) {
					t.Errorf("%s: field %q of struct %s: no name, or one twice", at, fd.Name, s.Name)
				}
				names[fd.Name] = true
				if fd.Type.Width() == 0 && i != len(s.Fields)-1 {
					t.Errorf("%s: struct %s goes on behind %s, which takes all that is left", at, s.Name, fd.Name)
				}
			}
			if s.MinLen < 0 || s.Size() > 0 && s.MinLen > s.Size() {
				t.Errorf("%s: struct %s: at least %d of %d bytes", at, s.Name, s.MinLen, s.Size())
			}
		}}
		schema.Walk(v, f)
	}
}

func TestEnums(t *testing.T) {
	for _, f := range families.All() {
		v := schema.Visitor{Enum: func(at *schema.Place, e *schema.Enum) {
			if e.Name == "" {
				t.Errorf("%s: enum without a name", at)
			}
			ns, names := map[uint64]bool{}, map[string]bool{}
			for _, x := range e.Values {
				if ns[x.N] || names[x.Name] || x.Name == "" {
					t.Errorf("%s: enum %s: %d %q is empty or there twice", at, e.Name, x.N, x.Name)
				}
				ns[x.N], names[x.Name] = true, true
				if e.Flags && bits.OnesCount64(x.N) > 1 {
					t.Errorf("%s: flags %s: %s is more than one bit", at, e.Name, x.Name)
				}
			}
		}}
		schema.Walk(v, f)
	}
}

// TestTypes holds each type to what its kind needs, and what it refers to by
// name to what the family has.
func TestTypes(t *testing.T) {
	for _, f := range families.All() {
		known := namesOf(f)
		if f.Protocol == capture.NETLINK_GENERIC { // struct genlmsghdr
			known["cmd"] = append(known["cmd"], &schema.Type{Kind: schema.U8})
		}
		v := schema.Visitor{Type: func(at *schema.Place, typ *schema.Type) { lintType(t, at.String(), typ, known) }}
		schema.Walk(v, f)
		leads := f.Lead
		for i := range f.Messages {
			leads = append(leads[:len(leads):len(leads)], f.Messages[i].Lead...)
		}
		for _, lead := range leads {
			item, err := schema.ParseLead(lead)
			if err != nil {
				t.Errorf("%s: %v", f.Name, err)
				continue
			}
			for _, name := range item.Names() {
				if known[name] == nil {
					t.Errorf("%s: no attribute or field %s for Lead", f.Name, name)
				}
			}
		}
	}
}

// namesOf maps every attribute and field of a family to its types.
func namesOf(f *schema.Family) map[string][]*schema.Type {
	known := map[string][]*schema.Type{}
	v := schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				known[s.Attrs[i].Name] = append(known[s.Attrs[i].Name], &s.Attrs[i].Type)
			}
		},
		Struct: func(_ *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				f := &s.Fields[i]
				known[f.Name] = append(known[f.Name], &f.Type)
				if f.Type.Kind == schema.Struct { // a selector may ask for a member of it
					for k := range f.Type.Struct.Fields {
						in := &f.Type.Struct.Fields[k]
						known[f.Name+"."+in.Name] = append(known[f.Name+"."+in.Name], &in.Type)
					}
				}
			}
		},
	}
	schema.Walk(v, f)
	if f.Subsys != 0 {
		// Selectors may ask for what lies in front of all nfnetlink messages.
		known["nfgen_family"] = []*schema.Type{{Kind: schema.U8, Enum: &schema.Enum{Values: []schema.Value{
			{N: 2, Name: "NFPROTO_IPV4"}, {N: 3, Name: "NFPROTO_ARP"}, {N: 5, Name: "NFPROTO_NETDEV"}}}}}
		known["res_id"] = []*schema.Type{{Kind: schema.U16, Big: true}}
	}
	return known
}

func lintType(t *testing.T, path string, typ *schema.Type, known map[string][]*schema.Type) {
	t.Helper()
	missing := false
	switch typ.Kind {
	case schema.Nest:
		missing = typ.Set == nil
	case schema.Array, schema.Packed:
		missing = typ.Elem == nil
	case schema.Struct:
		missing = typ.Struct == nil
	case schema.Records:
		missing = typ.Struct == nil || typ.Set == nil || typ.Struct.Fields[0].Type.Kind != schema.U16
	case schema.Bits32:
		missing = typ.Enum == nil
	case schema.Custom:
		missing = typ.Format == nil
	case schema.Sub:
		if missing = typ.Sub == nil; !missing {
			lintSub(t, path, typ.Sub, known)
		}
	}
	if missing {
		t.Errorf("%s: kind %d lacks what it is about", path, typ.Kind)
	}
	if typ.Prefix != "" && known[typ.Prefix] == nil {
		t.Errorf("%s: no attribute or field %s", path, typ.Prefix)
	}
}

func lintSub(t *testing.T, path string, sub *schema.SubMessage, known map[string][]*schema.Type) {
	t.Helper()
	selectors := known[sub.Selector]
	if len(selectors) == 0 || len(sub.Cases) == 0 {
		t.Errorf("%s: selector %q is nowhere, or decides nothing", path, sub.Selector)
		return
	}
	for name := range sub.Cases {
		ok := slices.ContainsFunc(selectors, func(s *schema.Type) bool {
			if s.Kind == schema.String {
				return true
			}
			if _, err := strconv.ParseUint(name, 10, 64); err == nil {
				return true
			}
			return s.Enum != nil && slices.ContainsFunc(s.Enum.Values, func(x schema.Value) bool { return x.Name == name })
		})
		if !ok {
			t.Errorf("%s: case %q is no value of %s", path, name, sub.Selector)
		}
	}
}

func TestMessages(t *testing.T) {
	type key struct {
		id  uint16
		dir schema.Dirs
	}
	for _, f := range families.All() {
		ids := map[key]string{}
		for i := range f.Messages {
			m := &f.Messages[i]
			dirs := []schema.Dirs{schema.ToKernel, schema.FromKernel}
			if m.Dirs != schema.AnyDir {
				dirs = []schema.Dirs{m.Dirs}
			}
			for _, d := range dirs {
				if other, dup := ids[key{m.ID, d}]; dup {
					t.Errorf("%s: %s and %s are both %d", f.Name, other, m.Name, m.ID)
				}
				ids[key{m.ID, d}] = m.Name
			}
		}
		groups := map[uint32]string{}
		for _, g := range f.Groups {
			if other, dup := groups[g.ID]; dup && g.ID != 0 {
				t.Errorf("%s: groups %s and %s are both %d", f.Name, other, g.Name, g.ID)
			}
			groups[g.ID] = g.Name
		}
	}
}

// TestShared: the tables are made once, the list of them is the caller's own.
func TestShared(t *testing.T) {
	mine, others := families.All(), families.All()
	for i := range mine {
		if mine[i] != others[i] {
			t.Errorf("%s is made anew by each call of All", mine[i].Name)
		}
	}
	if mine[0] = nil; others[0] == nil || families.All()[0] == nil {
		t.Error("who changes the list changes that of others")
	}
}

// TestNumbersHaveNames: a table says unix.NETLINK_GENERIC, not 16.
func TestNumbersHaveNames(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			key, ok := kv.Key.(*ast.Ident)
			if !ok || !slices.Contains([]string{"Protocol", "GenlID", "Subsys"}, key.Name) {
				return true
			}
			looked++
			if lit, ok := kv.Value.(*ast.BasicLit); ok {
				t.Errorf("%s: %s: %s: write the constant of golang.org/x/sys/unix (NETLINK_*, NFNL_SUBSYS_*, GENL_ID_*)",
					fset.Position(lit.Pos()), key.Name, lit.Value)
			}
			return true
		})
	}
	if looked < 60 {
		t.Errorf("only %d numbers were looked at", looked)
	}
}
