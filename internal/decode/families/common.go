// SPDX-License-Identifier: Apache-2.0

package families

import (
	"slices"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Types that most tables use. A name says width, byte order (be: network) and
// how people write the number.
var (
	blob   = schema.Type{Kind: schema.Binary} // unknown: needs a Note
	opaque = schema.Type{Kind: schema.Opaque} // bytes by design
	unused = schema.Type{Kind: schema.Unused}
	padAt  = schema.Type{Kind: schema.Pad}
	flag   = schema.Type{Kind: schema.Flag}
	str    = schema.Type{Kind: schema.String}
	ip     = schema.Type{Kind: schema.IPAddr}
	hwaddr = schema.Type{Kind: schema.HWAddr}

	u8      = schema.Type{Kind: schema.U8}
	u16     = schema.Type{Kind: schema.U16}
	u32     = schema.Type{Kind: schema.U32}
	u64     = schema.Type{Kind: schema.U64}
	anyUint = schema.Type{Kind: schema.Uint} // NLA_UINT
	s32     = schema.Type{Kind: schema.S32}
	be16    = schema.Type{Kind: schema.U16, Big: true}
	be32    = schema.Type{Kind: schema.U32, Big: true}
	be64    = schema.Type{Kind: schema.U64, Big: true}

	hex8    = hinted(u8, schema.Hex)
	hex16   = hinted(u16, schema.Hex)
	hex32   = hinted(u32, schema.Hex)
	hex64   = hinted(u64, schema.Hex)
	hexBE16 = hinted(be16, schema.Hex)
	hexBE32 = hinted(be32, schema.Hex)
	hexBE64 = hinted(be64, schema.Hex)

	ifindex   = hinted(u32, schema.IfIndex)
	ifindexS  = hinted(s32, schema.IfIndex) // where the kernel declares an int
	nsid      = hinted(s32, schema.NSID)
	pid       = hinted(u32, schema.PID)
	fd        = hinted(u32, schema.Fd)
	fdS       = hinted(s32, schema.Fd)
	seconds   = hinted(u32, schema.Seconds)
	micros    = hinted(u32, schema.Micros)
	millis    = hinted(u32, schema.Millis)
	millis64  = hinted(u64, schema.Millis)
	jiffies   = hinted(u32, schema.Jiffies) // clock_t, as jiffies_to_clock_t makes it
	jiffies64 = hinted(u64, schema.Jiffies)
	bytes32   = hinted(u32, schema.Bytes)
	bytes64   = hinted(u64, schema.Bytes)
)

func hinted(t schema.Type, h schema.Hint) schema.Type {
	t.Hint = h
	return t
}

// named gives a number the names of an enum.
func named(t schema.Type, e *schema.Enum) schema.Type {
	t.Enum = e
	return t
}

// secret marks what must not leave a machine unasked.
func secret(t schema.Type, c schema.Secrecy) schema.Type {
	t.Secret = c
	return t
}

// beside gives a number, which stays one, the names that tools print for it.
func beside(t schema.Type, e *schema.Enum) schema.Type {
	t.Names = e
	return t
}

// sized gives a kind its length in bytes inside a struct.
func sized(t schema.Type, n int) schema.Type {
	t.Len = n
	return t
}

func nest(s *schema.Set) schema.Type { return schema.Type{Kind: schema.Nest, Set: s} }

// headed is a nest that begins with a fixed struct.
func headed(h *schema.StructType, s *schema.Set) schema.Type {
	return schema.Type{Kind: schema.Nest, Struct: h, Set: s}
}

// array is a nest whose attribute IDs are indexes.
func array(elem schema.Type) schema.Type { return schema.Type{Kind: schema.Array, Elem: &elem} }

// packed is a C array.
func packed(elem schema.Type) schema.Type { return schema.Type{Kind: schema.Packed, Elem: &elem} }

func structOf(s *schema.StructType) schema.Type {
	return schema.Type{Kind: schema.Struct, Struct: s}
}

// by is a payload that the value of selector decides.
func by(selector string, def schema.Type, cases map[string]schema.Type) schema.Type {
	return schema.Type{Kind: schema.Sub, Sub: &schema.SubMessage{Selector: selector, Default: def, Cases: cases}}
}

func custom(format func(b []byte, big bool) (string, bool)) schema.Type {
	return schema.Type{Kind: schema.Custom, Format: format}
}

// set is one attribute set. A table is a function, not a variable, so that
// every All makes its own and callers may extend theirs.
func set(name string, attrs ...schema.Attr) *schema.Set {
	return &schema.Set{Name: name, Attrs: attrs}
}

func attr(id uint16, name string, t schema.Type) schema.Attr {
	return schema.Attr{ID: id, Name: name, Type: t}
}

// noted is an attribute whose payload is hex on purpose; why says the purpose.
func noted(id uint16, name string, t schema.Type, why string) schema.Attr {
	return schema.Attr{ID: id, Name: name, Type: t, Note: why}
}

// unspec is number 0, which headers name and nobody sends.
func unspec(name string) schema.Attr { return noted(0, name, blob, "unused") }

// attrs numbers attributes of one type from id on.
func attrs(id uint16, t schema.Type, names ...string) []schema.Attr {
	out := make([]schema.Attr, len(names))
	for i, n := range names {
		out[i] = attr(id+uint16(i), n, t)
	}
	return out
}

func record(name string, fields ...schema.Field) *schema.StructType {
	return &schema.StructType{Name: name, Fields: fields}
}

// atLeast says that a sender may give only the first n bytes.
func atLeast(n int, s *schema.StructType) *schema.StructType {
	return &schema.StructType{Name: s.Name, Fields: s.Fields, MinLen: n}
}

func field(name string, t schema.Type) schema.Field { return schema.Field{Name: name, Type: t} }

// fields declares members of one type.
func fields(t schema.Type, names ...string) []schema.Field {
	out := make([]schema.Field, len(names))
	for i, n := range names {
		out[i] = field(n, t)
	}
	return out
}

// padding is what the C compiler or the header puts between two members.
func padding(name string, n int) schema.Field { return field(name, sized(padAt, n)) }

// Enums are shared by all tables: unlike sets they are complete at once and
// never change.

// enum numbers its names from first on; "" leaves a number out.
func enum(name string, first uint64, names ...string) *schema.Enum {
	e := &schema.Enum{Name: name}
	for i, n := range names {
		if n != "" {
			e.Values = append(e.Values, val(first+uint64(i), n))
		}
	}
	return e.Indexed()
}

// values is an enum with gaps.
func values(name string, v ...schema.Value) *schema.Enum {
	return (&schema.Enum{Name: name, Values: v}).Indexed()
}

func val(n uint64, name string) schema.Value { return schema.Value{N: n, Name: name} }

// bits names the bits of a mask from bit 0 on; "" leaves a bit out.
func bits(name string, names ...string) *schema.Enum {
	e := &schema.Enum{Name: name, Flags: true}
	for i, n := range names {
		if n != "" {
			e.Values = append(e.Values, val(1<<i, n))
		}
	}
	return e.Indexed()
}

// masks is a set of bits with gaps.
func masks(name string, v ...schema.Value) *schema.Enum {
	return (&schema.Enum{Name: name, Flags: true, Values: v}).Indexed()
}

// bitsOf names the bits of a mask by the enumerators of their numbers.
func bitsOf(e *schema.Enum) *schema.Enum {
	v := slices.Clone(e.Values)
	for i := range v {
		v[i].N = 1 << v[i].N
	}
	return masks(e.Name, v...)
}
