// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// view is the message under a walker.
type view struct {
	data []byte
	ord  order
	// request: the kernel reads the message, and of an attribute that is there
	// twice the last.
	request bool
	// scopes are the levels of nesting that are open, the outermost first.
	// They are a slice because a list on the stack of a recursion escapes.
	scopes []scope
	// seen remembers what was asked of the open scopes. Without it, a nest full
	// of payloads that one missing selector decides would be searched once for
	// each. The tables bound it: a handful of selectors in a set.
	seen []choice
}

// noScope stands for no level at all.
const noScope = -1

// push opens a level of nesting and returns its index.
func (v *view) push(s scope) int {
	v.scopes = append(v.scopes, s)
	return len(v.scopes) - 1
}

// pop closes the innermost level and forgets what was asked there.
func (v *view) pop() {
	last := len(v.scopes) - 1
	v.scopes = v.scopes[:last]
	kept := v.seen[:0]
	for i := range v.seen {
		if v.seen[i].scope != last {
			kept = append(kept, v.seen[i])
		}
	}
	v.seen = kept
}

// scope is one level of nesting, as far as a selector may look into it: the
// attributes at [lo, hi) and the struct in front of them.
type scope struct {
	parent     int
	set        *schema.Set
	lo, hi     int
	st         *schema.StructType
	stLo, stHi int
}

// choice is the value behind a selector's name.
type choice struct {
	scope int // that was asked
	name  string
	raw   []byte
	typ   *schema.Type // nil: there is no such value
	flags uint16
}

// find looks for a value by name: attributes of this nest, also behind the
// payload that asks, its fixed struct, then the nests around it.
func (v *view) find(sc int, name string) choice {
	if sc == noScope {
		return choice{}
	}
	for i := range v.seen {
		if v.seen[i].scope == sc && v.seen[i].name == name {
			return v.seen[i]
		}
	}
	c, ok := v.scopes[sc].here(v, name)
	if !ok {
		c = v.find(v.scopes[sc].parent, name)
	}
	c.scope, c.name = sc, name
	v.seen = append(v.seen, c)
	return c
}

func (s *scope) here(v *view, name string) (choice, bool) {
	if def := s.set.ByName(name); def != nil {
		var found choice
		for off := s.lo; off < s.hi; {
			a, ok := v.ord.attrAt(v.data, off, s.hi)
			if !ok {
				break
			}
			if a.id == def.ID {
				found = choice{raw: v.data[a.lo:a.hi], typ: &def.Type, flags: a.flags}
				if !v.request { // else the last counts
					return found, true
				}
			}
			off = a.next
		}
		if found.typ != nil {
			return found, true
		}
	}
	return v.member(s.st, s.stLo, s.stHi, name)
}

// member looks for a member of the struct at [off, hi), or with a dot in its
// name for one of a struct in it.
func (v *view) member(st *schema.StructType, off, hi int, name string) (choice, bool) {
	if st == nil {
		return choice{}, false
	}
	outer, inner, dotted := strings.Cut(name, ".")
	for i := range st.Fields {
		f := &st.Fields[i]
		end := off + f.Type.Width()
		if end == off || end > hi {
			break
		}
		switch {
		case f.Name == name:
			return choice{raw: v.data[off:end], typ: &f.Type}, true
		case dotted && f.Name == outer && f.Type.Kind == schema.Struct:
			return v.member(f.Type.Struct, off, end, inner)
		}
		off = end
	}
	return choice{}, false
}

// number reads a choice as a number.
func (c *choice) number(o order) (uint64, bool) {
	if c.typ == nil {
		return 0, false
	}
	return readNumber(c.raw, c.typ, c.flags, o)
}

// resolve returns the type that a sub-message has here.
func (v *view) resolve(sc int, sub *schema.SubMessage) *schema.Type {
	c := v.find(sc, sub.Selector)
	for i := 0; c.typ == nil && i < len(sub.Also); i++ {
		c = v.find(sc, sub.Also[i])
	}
	if c.typ == nil {
		return &sub.Default
	}
	if c.typ.Kind == schema.String || c.typ.Kind == schema.Binary {
		if t := sub.Case(cString(c.raw)); t != nil {
			return t
		}
		return &sub.Default
	}
	n, ok := c.number(v.ord)
	if !ok {
		return &sub.Default
	}
	if c.typ.Enum != nil {
		if name, ok := enumName(c.typ.Enum, n, len(c.raw)); ok {
			if t := sub.Named(name); t != nil {
				return t
			}
		}
	}
	var buf [20]byte
	if t := sub.Case(strconv.AppendUint(buf[:0], n, 10)); t != nil {
		return t
	}
	return &sub.Default
}

// readNumber reads a number of any numeric kind, sign-extended; it is false
// where the bytes are not that long.
func readNumber(b []byte, t *schema.Type, flags uint16, o order) (uint64, bool) {
	switch {
	case t.Little:
		o = littleEndian
	case t.Big || flags&nlaNetOrder != 0:
		o = bigEndian
	}
	switch w := t.Width(); {
	case t.Kind == schema.Uint || t.Kind == schema.Sint:
		if len(b) != 4 && len(b) != 8 {
			return 0, false
		}
	case len(b) != w:
		return 0, false
	}
	switch t.Kind {
	case schema.U8:
		return uint64(b[0]), true
	case schema.U16:
		return uint64(o.u16(b)), true
	case schema.U32:
		return uint64(o.u32(b)), true
	case schema.U64:
		return o.u64(b), true
	case schema.S8:
		return uint64(int64(int8(b[0]))), true
	case schema.S16:
		return uint64(int64(int16(o.u16(b)))), true
	case schema.S32:
		return uint64(int64(int32(o.u32(b)))), true
	case schema.S64:
		return o.u64(b), true
	case schema.Uint:
		if len(b) == 4 {
			return uint64(o.u32(b)), true
		}
		return o.u64(b), true
	case schema.Sint:
		if len(b) == 4 {
			return uint64(int64(int32(o.u32(b)))), true
		}
		return o.u64(b), true
	}
	return 0, false
}

func signed(k schema.Kind) bool {
	switch k {
	case schema.S8, schema.S16, schema.S32, schema.S64, schema.Sint:
		return true
	}
	return false
}
