// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"slices"
	"sync"

	"github.com/nltop/nltop/internal/decode/schema"
)

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
	d.atlas.once.Do(func() { d.atlas.draw(d) })
	p, _ := d.plans.LoadOrStore(name, &plan{reach: d.atlas.reach(name)})
	return p.(*plan)
}

// atlas knows all tables backwards: who has a name, and who refers to whom. It
// is drawn once, when the first name is looked up, and not changed afterwards:
// walking thousands of attributes anew for each of a family's Lead would be the
// longest part of nltop's start.
type atlas struct {
	once    sync.Once
	names   map[string][]any // name → those that have it
	holders map[any][]any
}

func (b *atlas) draw(d *Decoder) {
	b.names, b.holders = map[string][]any{}, map[any][]any{}
	own := &schema.Family{Set: d.control.errSet, Messages: []schema.Message{
		{Header: d.control.genlmsghdr}, {Header: d.control.nfgenmsg},
	}}
	schema.Walk(schema.Visitor{
		Set: func(_ *schema.Place, s *schema.Set) {
			for i := range s.Attrs {
				b.has(s.Attrs[i].Name, s)
			}
		},
		Struct: func(_ *schema.Place, s *schema.StructType) {
			for i := range s.Fields {
				b.has(s.Fields[i].Name, s)
			}
		},
		Refer: func(holder, x any) {
			if holder != nil {
				b.holders[x] = append(b.holders[x], holder)
			}
		},
	}, append([]*schema.Family{own, d.control.batch}, d.tables...)...)
}

// has notes that x has a name.
func (b *atlas) has(name string, x any) { b.names[name] = append(b.names[name], x) }

// reach returns what has the name, and what leads to it.
func (b *atlas) reach(name string) map[any]struct{} {
	reach := make(map[any]struct{})
	left := slices.Clone(b.names[name])
	for len(left) > 0 {
		last := len(left) - 1
		x := left[last]
		left = left[:last]
		if _, done := reach[x]; done {
			continue
		}
		reach[x] = struct{}{}
		left = append(left, b.holders[x]...)
	}
	return reach
}
