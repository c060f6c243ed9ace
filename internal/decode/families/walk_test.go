// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"

	"github.com/nltop/nltop/internal/decode/schema"
)

// visitor is called for everything that a family refers to, each set, struct
// and enum once. path says where it was found first.
type visitor struct {
	set   func(path string, s *schema.Set)
	strct func(path string, s *schema.StructType)
	enum  func(path string, e *schema.Enum)
	typ   func(path string, t *schema.Type)

	seen map[any]bool
}

func (v *visitor) family(f *schema.Family) {
	v.seen = map[any]bool{}
	v.structs(f.Name, f.Header)
	v.sets(f.Name, f.Set)
	if f.Subsys != 0 {
		// Selectors may ask for what lies in front of all nfnetlink messages.
		proto := schema.Type{Kind: schema.U8, Enum: &schema.Enum{Name: "nfproto", Values: []schema.Value{
			{N: 2, Name: "NFPROTO_IPV4"}, {N: 3, Name: "NFPROTO_ARP"}, {N: 5, Name: "NFPROTO_NETDEV"}}}}
		v.structs("nfgenmsg", &schema.StructType{Name: "nfgenmsg", Fields: []schema.Field{{Name: "nfgen_family", Type: proto}}})
	}
	for i := range f.Messages {
		m := &f.Messages[i]
		v.structs(m.Name, m.Header)
		v.sets(m.Name, m.Set)
		if m.Body != nil {
			v.types(m.Name, m.Body)
		}
		if m.Variants != nil {
			for n, c := range m.Variants.Cases {
				v.variant(fmt.Sprintf("%s(%d)", m.Name, n), &c)
			}
		}
		if m.Dump != nil {
			v.variant(m.Name+"(dump)", m.Dump)
		}
	}
	if f.Errnos != nil {
		v.types(f.Name+"/errno", &schema.Type{Kind: schema.S32, Enum: f.Errnos})
	}
}

func (v *visitor) variant(path string, c *schema.Variant) {
	v.structs(path, c.Header)
	v.sets(path, c.Set)
	if c.Body != nil {
		v.types(path, c.Body)
	}
}

func (v *visitor) sets(path string, s *schema.Set) {
	if s == nil || v.seen[s] {
		return
	}
	v.seen[s] = true
	if v.set != nil {
		v.set(path, s)
	}
	for i := range s.Attrs {
		v.types(path+"/"+s.Attrs[i].Name, &s.Attrs[i].Type)
	}
}

func (v *visitor) structs(path string, s *schema.StructType) {
	if s == nil || v.seen[s] {
		return
	}
	v.seen[s] = true
	if v.strct != nil {
		v.strct(path, s)
	}
	for i := range s.Fields {
		v.types(path+"/"+s.Name+"."+s.Fields[i].Name, &s.Fields[i].Type)
	}
}

func (v *visitor) types(path string, t *schema.Type) {
	if v.typ != nil {
		v.typ(path, t)
	}
	if t.Enum != nil && !v.seen[t.Enum] {
		v.seen[t.Enum] = true
		if v.enum != nil {
			v.enum(path, t.Enum)
		}
	}
	v.sets(path, t.Set)
	v.structs(path, t.Struct)
	if t.Elem != nil {
		v.types(path+"[]", t.Elem)
	}
	for n, other := range t.ByLen {
		v.types(fmt.Sprintf("%s(%d bytes)", path, n), other)
	}
	if t.Sub != nil && !v.seen[t.Sub] {
		v.seen[t.Sub] = true
		for name, c := range t.Sub.Cases {
			v.types(path+"("+name+")", &c)
		}
		v.types(path+"(default)", &t.Sub.Default)
	}
}
