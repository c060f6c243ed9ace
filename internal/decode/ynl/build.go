// SPDX-License-Identifier: Apache-2.0

package ynl

import (
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/nltop/nltop/internal/decode/schema"
)

// builder turns a spec into tables.
type builder struct {
	r       *reader
	s       *spec
	defs    map[string]*definition
	specs   map[string]*attrSet // by name, as written
	subMsgs map[string]*subMessage
	sets    map[string]*schema.Set
	attrs   map[string][]attr // of a set, subsets filled in, ids given
	names   map[string]string // set + "/" + attribute → name in the tables
	enums   map[enumKey]*schema.Enum
	structs map[string]*structState
	holders map[string][]string // set → sets with an attribute that nests it
}

type enumKey struct {
	name  string
	flags bool
}

// structState is a struct under construction or done.
type structState struct {
	st     *schema.StructType
	weight int // fields, those of nested structs included
	done   bool
}

// Bounds of a struct: what a size is computed of at every message.
const (
	maxStructFields = 1 << 12
	maxStructSize   = 1 << 16
)

func newBuilder(r *reader, s *spec) *builder {
	b := &builder{
		r: r, s: s, defs: map[string]*definition{}, specs: map[string]*attrSet{}, subMsgs: map[string]*subMessage{},
		sets: map[string]*schema.Set{}, attrs: map[string][]attr{}, names: map[string]string{},
		enums: map[enumKey]*schema.Enum{}, structs: map[string]*structState{}, holders: map[string][]string{},
	}
	for i := range s.defs {
		d := &s.defs[i]
		b.defs[d.name] = d
		if d.typ == "const" && d.prefix != nil { // referred to with its prefix
			b.defs[*d.prefix+d.name] = d
		}
	}
	for i := range s.subs {
		b.subMsgs[s.subs[i].name] = &s.subs[i]
	}
	for i := range s.sets {
		set := &s.sets[i]
		b.specs[set.name] = set
		b.sets[set.name] = &schema.Set{Name: b.setName(set)}
	}
	for i := range s.sets {
		if s.sets[i].subset == "" {
			b.number(&s.sets[i])
		}
	}
	for i := range s.sets {
		if s.sets[i].subset != "" {
			b.subset(&s.sets[i])
		}
	}
	b.hold()
	for i := range s.sets {
		b.fill(&s.sets[i])
	}
	return b
}

// setName is what an index of attributes is called: its prefix where it has
// one.
func (b *builder) setName(set *attrSet) string {
	if set.prefix != nil && *set.prefix != "" {
		return strings.TrimSuffix(upper(*set.prefix), "_")
	}
	return set.name
}

// number gives the attributes of a set their ids: the given ones, and one more
// than that of the attribute before.
func (b *builder) number(set *attrSet) {
	next := 1
	list := make([]attr, 0, len(set.attrs))
	for _, a := range set.attrs {
		if a.value.set {
			next = a.value.n
		}
		if next > math.MaxUint16 {
			b.r.note(a.node, "attribute %q: its number does not fit 16 bits", clip(a.name))
			break
		}
		a.value = optional{next, true}
		b.names[set.name+"/"+a.name] = b.s.attrName(set, &a)
		list = append(list, a)
		next++
	}
	b.attrs[set.name] = list
}

// subset takes from another set the attributes that it names, with what it
// says of them on top.
func (b *builder) subset(set *attrSet) {
	parent := set.subset
	const chain = 8
	for range chain {
		p := b.specs[parent]
		if p == nil {
			b.r.note(set.node, "attribute-set %q: subset of %q, which does not exist", clip(set.name), clip(parent))
			return
		}
		if p.subset == "" {
			break
		}
		parent = p.subset
	}
	byName := make(map[string]*attr, len(b.attrs[parent]))
	for i := range b.attrs[parent] {
		byName[b.attrs[parent][i].name] = &b.attrs[parent][i]
	}
	for i := range set.attrs {
		a := byName[set.attrs[i].name]
		if a == nil {
			b.r.note(set.attrs[i].node, "attribute %q is not in %q, of which %q is a subset",
				clip(set.attrs[i].name), clip(parent), clip(set.name))
			continue
		}
		merged := *a
		merged.override(&set.attrs[i])
		b.attrs[set.name] = append(b.attrs[set.name], merged)
		b.names[set.name+"/"+a.name] = b.names[parent+"/"+a.name]
	}
}

func (a *attr) override(o *attr) {
	for _, x := range [...]struct {
		to   *string
		from string
	}{
		{&a.typ, o.typ}, {&a.nested, o.nested}, {&a.enum, o.enum}, {&a.subType, o.subType}, {&a.hint, o.hint},
		{&a.strct, o.strct}, {&a.subMsg, o.subMsg}, {&a.selector, o.selector}, {&a.length, o.length},
	} {
		if x.from != "" {
			*x.to = x.from
		}
	}
	a.asFlags = a.asFlags || o.asFlags
	a.bigEndian = a.bigEndian || o.bigEndian
}

// hold notes which sets nest which: selectors are looked for outward.
func (b *builder) hold() {
	for name, attrs := range b.attrs {
		for i := range attrs {
			if attrs[i].nested != "" {
				b.holders[attrs[i].nested] = append(b.holders[attrs[i].nested], name)
			}
			if sub := b.subMsgs[attrs[i].subMsg]; sub != nil {
				for _, f := range sub.formats {
					b.holders[f.set] = append(b.holders[f.set], name)
				}
			}
		}
	}
}

func (b *builder) fill(set *attrSet) {
	to := b.sets[set.name]
	if b.specs[set.name] != set {
		b.r.note(set.node, "attribute-set %q is there twice", clip(set.name))
		return
	}
	list := b.attrs[set.name]
	to.Attrs = make([]schema.Attr, 0, len(list))
	for i := range list {
		a := &list[i]
		x := schema.Attr{Multi: a.multi, ID: uint16(a.value.n), Name: b.names[set.name+"/"+a.name], Type: b.attrType(set, a)}
		x.Type.MarkByName(a.name)
		switch {
		case a.typ == "unused":
			x.Note = "unused"
		case x.Type.Kind == schema.Binary:
			x.Note = "the spec calls it " + a.typ
		}
		to.Attrs = append(to.Attrs, x)
	}
}

// set returns a set by name, nil for "".
func (b *builder) set(n *yaml.Node, name string) *schema.Set {
	if name == "" {
		return nil
	}
	if s := b.sets[name]; s != nil {
		return s
	}
	b.r.note(n, "attribute-set %q does not exist", clip(name))
	return nil
}

func (b *builder) enum(n *yaml.Node, name string, asFlags bool) *schema.Enum {
	if name == "" {
		return nil
	}
	d := b.defs[name]
	if d == nil || d.typ != "enum" && d.typ != "flags" {
		b.r.note(n, "enum %q does not exist", clip(name))
		return nil
	}
	flags := asFlags || d.typ == "flags"
	key := enumKey{name, flags}
	if e := b.enums[key]; e != nil {
		return e
	}
	e := &schema.Enum{Name: name, Flags: flags}
	b.enums[key] = e
	next := d.start
	for i := range d.entries {
		x := &d.entries[i]
		if x.set {
			next = x.value
		}
		v := next
		next++
		if flags {
			if v >= 64 {
				b.r.note(d.node, "flags %q: bit %d of %q is beyond 63", clip(d.name), v, clip(x.name))
				continue
			}
			v = 1 << v
		}
		e.Values = append(e.Values, schema.Value{N: v, Name: b.s.entryName(d, x)})
	}
	return e
}

// strct returns a struct by name, nil where there is none or it contains
// itself.
func (b *builder) strct(n *yaml.Node, name string) *schema.StructType {
	if name == "" {
		return nil
	}
	if s := b.structs[name]; s != nil {
		if !s.done {
			b.r.note(n, "struct %q contains itself", clip(name))
			return nil
		}
		return s.st
	}
	d := b.defs[name]
	if d == nil || d.typ != "struct" {
		b.r.note(n, "struct %q does not exist", clip(name))
		return nil
	}
	state := &structState{weight: len(d.members)}
	b.structs[name] = state
	st := &schema.StructType{Name: member(name)}
	for i := range d.members {
		m := &d.members[i]
		t := b.memberType(m)
		if m.strct != "" && b.structs[m.strct] != nil {
			state.weight += b.structs[m.strct].weight
		}
		t.MarkByName(m.name)
		st.Fields = append(st.Fields, schema.Field{Name: member(m.name), Type: t})
		if state.weight > maxStructFields || st.Fields[i].Type.Width() > maxStructSize {
			b.r.note(m.node, "struct %q is too large", clip(name))
			st = nil
			break
		}
	}
	if st != nil && st.Size() > maxStructSize {
		b.r.note(n, "struct %q is too large", clip(name))
		st = nil
	}
	state.st, state.done = st, true
	return st
}

// length resolves a length: a number, a const, or a const minus one.
func (b *builder) length(n *yaml.Node, s string) int {
	if s == "" {
		return 0
	}
	name, less, minus := strings.Cut(s, " - ")
	v, ok := parseNumber(name)
	if !ok {
		if d := b.defs[name]; d != nil && d.typ == "const" {
			v, ok = parseNumber(d.value)
		}
	}
	if minus && ok {
		d, err := strconv.ParseUint(less, 10, 16)
		ok = err == nil && d <= v
		v -= d
	}
	if !ok || v > maxStructSize {
		b.r.note(n, "length %q is not known", clip(s))
		return 0
	}
	return int(v)
}
