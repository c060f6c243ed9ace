// SPDX-License-Identifier: Apache-2.0

package ynl

import (
	"encoding/hex"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/nltop/nltop/internal/decode/schema"
)

var scalars = map[string]schema.Kind{
	"u8": schema.U8, "u16": schema.U16, "u32": schema.U32, "u64": schema.U64,
	"s8": schema.S8, "s16": schema.S16, "s32": schema.S32, "s64": schema.S64,
	"uint": schema.Uint, "sint": schema.Sint,
}

// attrType is the type of an attribute of a set.
func (b *builder) attrType(set *attrSet, a *attr) schema.Type {
	switch a.typ {
	case "unused":
		return schema.Type{Kind: schema.Unused}
	case "pad":
		return schema.Type{Kind: schema.Pad}
	case "flag":
		return schema.Type{Kind: schema.Flag}
	case "bitfield32":
		return schema.Type{Kind: schema.Bits32, Enum: b.enum(a.node, a.enum, true)}
	case "string", "nul-string":
		return schema.Type{Kind: schema.String}
	case "nest":
		return schema.Type{Kind: schema.Nest, Set: b.set(a.node, a.nested)}
	case "indexed-array", "array-nest":
		elem := b.elemType(a)
		return schema.Type{Kind: schema.Array, Elem: &elem}
	case "nest-type-value":
		return b.typeValue(a)
	case "sub-message":
		return b.subType(set, a)
	}
	return b.payload(a.typ, a, false)
}

// elemType is the type of the attributes inside an array.
func (b *builder) elemType(a *attr) schema.Type {
	switch {
	case a.subType == "" || a.subType == "nest":
		return schema.Type{Kind: schema.Nest, Set: b.set(a.node, a.nested)}
	case a.subType == "string" || a.subType == "nul-string":
		return schema.Type{Kind: schema.String}
	case a.subType == "flag":
		return schema.Type{Kind: schema.Flag}
	}
	return b.payload(a.subType, a, false)
}

// typeValue is nest in nest, with values as the types of the attributes; the
// innermost has attributes of a set, or is a value itself.
func (b *builder) typeValue(a *attr) schema.Type {
	t := b.elemType(a)
	const deepest = 8
	for range min(max(a.typeValue, 1), deepest) {
		inner := t
		t = schema.Type{Kind: schema.Array, Elem: &inner}
	}
	return t
}

// payload is the type of a number or of bytes, of an attribute or a member.
func (b *builder) payload(typ string, a *attr, inStruct bool) schema.Type {
	if kind, ok := scalars[typ]; ok {
		return b.scalar(kind, a)
	}
	if typ != "binary" {
		b.r.note(a.node, "%q: type %q is not known", clip(a.name), clip(typ))
		return schema.Type{}
	}
	if st := b.strct(a.node, a.strct); st != nil {
		return schema.Type{Kind: schema.Struct, Struct: st}
	}
	t := schema.Type{}
	if inStruct {
		t.Len = b.length(a.node, a.length)
	}
	if kind, ok := scalars[a.subType]; ok && !inStruct && typ == a.typ && kind != schema.Uint && kind != schema.Sint {
		elem := b.scalar(kind, a)
		return schema.Type{Kind: schema.Packed, Elem: &elem}
	}
	switch a.hint {
	case "":
		// A number in a blob: the spec gives some an enum.
	case "mac", "fddi":
		t.Kind = schema.HWAddr
		if inStruct && t.Len == 0 {
			t.Len = 6
		}
	case "ipv4", "ipv6", "ipv4-or-v6":
		t.Kind = schema.IPAddr
	case "hex":
		t.Kind = schema.Opaque
	case "uuid":
		t.Kind, t.Format = schema.Custom, formatUUID
	default:
		b.r.note(a.node, "%q: display-hint %q is not known", clip(a.name), clip(a.hint))
	}
	return t
}

func (b *builder) scalar(kind schema.Kind, a *attr) schema.Type {
	t := schema.Type{Kind: kind, Big: a.bigEndian, Little: a.little, Enum: b.enum(a.node, a.enum, a.asFlags)}
	switch a.hint {
	case "hex":
		t.Hint = schema.Hex
	case "ipv4", "ipv4-or-v6":
		if kind == schema.U32 { // an address is in network order whatever the spec says of numbers
			return schema.Type{Kind: schema.IPAddr, Len: 4}
		}
	}
	return t
}

// memberType is the type of a member of a struct.
func (b *builder) memberType(m *attr) schema.Type {
	switch m.typ {
	case "pad":
		return schema.Type{Kind: schema.Pad, Len: b.length(m.node, m.length)}
	case "string", "nul-string":
		return schema.Type{Kind: schema.String, Len: b.length(m.node, m.length)}
	}
	return b.payload(m.typ, m, true)
}

// formatUUID writes a UUID as RFC 9562 does.
func formatUUID(raw []byte, _ bool) (string, bool) {
	if len(raw) != 16 {
		return "", false
	}
	s := hex.EncodeToString(raw)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], true
}

// subType is the type of an attribute whose layout another value selects.
func (b *builder) subType(set *attrSet, a *attr) schema.Type {
	m := b.subMsgs[a.subMsg]
	if m == nil {
		b.r.note(a.node, "sub-message %q does not exist", clip(a.subMsg))
		return schema.Type{}
	}
	names, enum := b.selector(set.name, a)
	sub := &schema.SubMessage{Selector: names[0], Also: names[1:], Cases: map[string]schema.Type{}}
	for _, f := range m.formats {
		t := b.formatType(f.node, &f)
		for _, v := range f.values {
			sub.Cases[v] = t
			if n, ok := b.entryValue(enum, v); ok {
				// However the enumerator is called in the tables.
				sub.Cases[strconv.FormatUint(n, 10)] = t
			}
		}
	}
	return schema.Type{Kind: schema.Sub, Sub: sub}
}

func (b *builder) formatType(n *yaml.Node, f *format) schema.Type {
	st, set := b.strct(n, f.header), b.set(n, f.set)
	switch {
	case set != nil:
		return schema.Type{Kind: schema.Nest, Set: set, Struct: st}
	case st != nil:
		return schema.Type{Kind: schema.Struct, Struct: st}
	}
	return schema.Type{}
}

// selector finds what the selector of a sub-message is called in the tables:
// in the set itself, else in the nearest sets around it, else in a struct. The
// enum of the attribute comes with it.
func (b *builder) selector(set string, a *attr) (names []string, enum string) {
	seen := map[string]bool{set: true}
	for level := []string{set}; len(level) > 0; {
		var outer []string
		for _, s := range level {
			if i := indexAttr(b.attrs[s], a.selector); i >= 0 {
				if name := b.names[s+"/"+a.selector]; len(names) == 0 || names[len(names)-1] != name {
					names = append(names, name)
				}
				if enum == "" {
					enum = b.attrs[s][i].enum
				}
				continue // what lies around it is hidden
			}
			for _, h := range b.holders[s] {
				if !seen[h] {
					seen[h] = true
					outer = append(outer, h)
				}
			}
		}
		level = outer
	}
	if len(names) == 0 {
		names = []string{member(a.selector)}
		for i := range b.s.defs {
			if j := indexAttr(b.s.defs[i].members, a.selector); j >= 0 {
				return names, b.s.defs[i].members[j].enum
			}
		}
		b.r.note(a.node, "selector %q of %q does not exist", clip(a.selector), clip(a.name))
	}
	return names, enum
}

func indexAttr(list []attr, name string) int {
	for i := range list {
		if list[i].name == name {
			return i
		}
	}
	return -1
}

// entryValue is the number of an enumerator as the spec calls it.
func (b *builder) entryValue(enum, name string) (uint64, bool) {
	d := b.defs[enum]
	if d == nil {
		return 0, false
	}
	next := d.start
	for i := range d.entries {
		if d.entries[i].set {
			next = d.entries[i].value
		}
		if d.entries[i].name == name {
			if d.typ == "flags" {
				return 1 << (next & 63), true
			}
			return next, true
		}
		next++
	}
	return 0, false
}
