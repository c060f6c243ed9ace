// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// plan says where in the tables a name can be found, so that a look-up steps
// over all that cannot hold it. There is one per name that was ever asked for:
// those of filter expressions and of Family.Lead.
type plan struct {
	// reach holds the sets, structs and sub-messages that have the name or
	// lead to it: *schema.Set, *schema.StructType, *schema.SubMessage.
	reach map[any]struct{}
}

func (p *plan) set(s *schema.Set) bool {
	if s == nil {
		return false
	}
	_, ok := p.reach[s]
	return ok
}

func (p *plan) strct(s *schema.StructType) bool {
	if s == nil {
		return false
	}
	_, ok := p.reach[s]
	return ok
}

func (p *plan) sub(s *schema.SubMessage) bool {
	_, ok := p.reach[s]
	return ok
}

// typ says whether what a type describes may hold the name.
func (p *plan) typ(t *schema.Type) bool {
	for ; t != nil; t = t.Elem {
		if p.set(t.Set) || p.strct(t.Struct) || t.Sub != nil && p.sub(t.Sub) {
			return true
		}
		for _, other := range t.ByLen {
			if p.typ(other) {
				return true
			}
		}
	}
	return false
}

// plan returns the plan for a name, made at its first use.
func (d *Decoder) plan(name string) *plan {
	if p, ok := d.plans.Load(name); ok {
		return p.(*plan)
	}
	b := planBuilder{name: name, holders: map[any][]any{}, seen: map[any]bool{}}
	b.strct(nil, d.control.genlmsghdr)
	b.strct(nil, d.control.nfgenmsg)
	b.set(nil, d.control.errSet)
	b.family(d.control.batch)
	for _, f := range d.tables {
		b.family(f)
	}
	p, _ := d.plans.LoadOrStore(name, &plan{reach: b.spread()})
	return p.(*plan)
}

// planBuilder notes who refers to whom, and walks back from those that have
// the name.
type planBuilder struct {
	name    string
	holders map[any][]any
	seen    map[any]bool
	found   []any
}

func (b *planBuilder) family(f *schema.Family) {
	b.strct(nil, f.Header)
	b.set(nil, f.Set)
	for i := range f.Messages {
		for _, l := range f.Messages[i].Layouts() {
			b.strct(nil, l.Header)
			b.set(nil, l.Set)
			b.typ(nil, l.Body)
		}
	}
}

// visit notes that holder refers to x; it is true the first time.
func (b *planBuilder) visit(holder, x any) bool {
	if holder != nil {
		b.holders[x] = append(b.holders[x], holder)
	}
	first := !b.seen[x]
	b.seen[x] = true
	return first
}

func (b *planBuilder) set(holder any, s *schema.Set) {
	if s == nil || !b.visit(holder, s) {
		return
	}
	for i := range s.Attrs {
		if s.Attrs[i].Name == b.name {
			b.found = append(b.found, s)
		}
		b.typ(s, &s.Attrs[i].Type)
	}
}

func (b *planBuilder) strct(holder any, s *schema.StructType) {
	if s == nil || !b.visit(holder, s) {
		return
	}
	for i := range s.Fields {
		if s.Fields[i].Name == b.name {
			b.found = append(b.found, s)
		}
		b.typ(s, &s.Fields[i].Type)
	}
}

func (b *planBuilder) typ(holder any, t *schema.Type) {
	if t == nil {
		return
	}
	b.set(holder, t.Set)
	b.strct(holder, t.Struct)
	b.typ(holder, t.Elem)
	for _, other := range t.ByLen {
		b.typ(holder, other)
	}
	if t.Sub == nil || !b.visit(holder, t.Sub) {
		return
	}
	for _, c := range t.Sub.Cases {
		b.typ(t.Sub, &c)
	}
	b.typ(t.Sub, &t.Sub.Default)
}

func (b *planBuilder) spread() map[any]struct{} {
	reach := make(map[any]struct{})
	for len(b.found) > 0 {
		last := len(b.found) - 1
		x := b.found[last]
		b.found = b.found[:last]
		if _, done := reach[x]; done {
			continue
		}
		reach[x] = struct{}{}
		b.found = append(b.found, b.holders[x]...)
	}
	return reach
}
