// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// finder looks for a name without building nodes: one walk over the headers of
// the attributes, no allocation unless the name is there.
type finder struct {
	*walker
	name string
	plan *plan
	flat bool
	node Node
}

// Lookup finds the first field or attribute of that UAPI name, at any depth, in
// the order of the bytes. In an NLMSG_ERROR it looks at the error's own
// attributes, not at the message that it quotes.
func (m *Message) Lookup(name string) (Node, bool) { return m.lookup(name, false) }

// lookup is Lookup; flat: it does not look into nests and structs.
func (m *Message) lookup(name string, flat bool) (Node, bool) {
	if m.dec == nil || name == "" {
		return Node{}, false
	}
	if m.isUevent() {
		v, ok := m.UeventValue(name)
		if !ok {
			return Node{}, false
		}
		off := cap(m.Data) - cap(v)
		return Node{Name: name, Off: off, Raw: v[:len(v):len(v)], Value: string(v)}, true
	}
	if m.NoHeader || m.headerBroken() {
		return Node{}, false
	}
	if m.keyValuesBody() != nil {
		return m.lookupWord(name)
	}
	p := m.dec.plan(name)
	if len(p.reach) == 0 && name != statusName {
		return Node{}, false
	}
	f := finder{walker: m.walker(false), name: name, plan: p, flat: flat}
	defer f.release()
	if f.message() {
		return f.node, true
	}
	return Node{}, false
}

func (f *finder) message() bool {
	m, hi := f.m, len(f.data)
	if isControl(m.Frame.Protocol, m.Header.Type) {
		return f.findControl(HeaderLen, hi)
	}
	l := f.layout(m, HeaderLen, hi)
	sc := f.open(&l, HeaderLen, hi)
	defer f.close()
	if l.mux != nil && f.findFields(l.mux, HeaderLen, l.stLo, sc, 0) {
		return true
	}
	if l.st != nil && f.findFields(l.st, l.stLo, hi, sc, 0) {
		return true
	}
	if l.body != nil || l.set == nil {
		return false
	}
	return f.findAttrs(l.attrs, hi, l.set, nil, sc, 0)
}

func (f *finder) findControl(lo, hi int) bool {
	if t := f.m.Header.Type; t != typeError && t != typeDone {
		return false
	}
	c := &f.m.dec.control
	l := f.errLayout(f.m.Header, lo, hi)
	if l.hasStatus && f.name == statusName {
		f.build(Node{Name: f.name, Off: lo, Raw: f.data[lo : lo+4 : lo+4]}, &c.errnoType, noScope, 0)
		return true
	}
	return f.findAttrs(l.tlvs, l.tlvsEnd, c.errSet, nil, noScope, 0)
}

// statusName is the field of an NLMSG_ERROR or NLMSG_DONE that is in no table.
const statusName = "error"

// build decodes the node that was looked for.
func (f *finder) build(n Node, t *schema.Type, sc int, depth int) {
	f.value(&n, t, sc, depth)
	f.node = n
}

func (f *finder) findFields(st *schema.StructType, lo, hi int, sc int, depth int) bool {
	if !f.plan.strct(st) {
		return false
	}
	for i := range st.Fields {
		if lo >= hi {
			return false
		}
		fd := &st.Fields[i]
		end := hi
		if n := fd.Type.Width(); n > 0 {
			end = min(lo+n, hi)
		}
		if fd.Name == f.name {
			f.build(Node{Name: fd.Name, Off: lo, Raw: f.data[lo:end:end]}, &fd.Type, sc, depth)
			return true
		}
		if f.inside(&fd.Type, lo, end, sc, depth) {
			return true
		}
		lo = end
	}
	return false
}

func (f *finder) findAttrs(lo, hi int, set *schema.Set, elem *schema.Type, sc int, depth int) bool {
	if elem == nil && !f.plan.set(set) {
		return false
	}
	for lo < hi {
		a, ok := f.ord.attrAt(f.data, lo, hi)
		if !ok {
			return false
		}
		t := elem
		if t == nil {
			if def := set.Lookup(a.id); def != nil {
				t = &def.Type
				named := def.Name == f.name
				if f.request && !def.Multi && (named || f.plan.typ(t)) && f.again(a, hi) {
					lo = a.next
					continue
				}
				if named {
					f.build(Node{ID: a.id, Name: def.Name, Attr: true, Flags: a.flags, Off: a.lo,
						Raw: f.data[a.lo:a.hi:a.hi]}, t, sc, depth)
					return true
				}
			}
		}
		if t != nil && f.inside(t, a.lo, a.hi, sc, depth) {
			return true
		}
		lo = a.next
	}
	return false
}

// inside looks into a payload that has parts.
func (f *finder) inside(t *schema.Type, lo, hi int, sc int, depth int) bool {
	if depth >= maxDepth || f.flat {
		return false
	}
	switch t = t.For(hi - lo); t.Kind {
	case schema.Nest:
		if !f.plan.set(t.Set) && !f.plan.strct(t.Struct) {
			return false
		}
		s := nestScope(t, sc, lo, hi)
		in := f.push(s)
		defer f.pop()
		if t.Struct != nil && f.findFields(t.Struct, lo, s.stHi, in, depth+1) {
			return true
		}
		return f.findAttrs(s.lo, hi, t.Set, nil, in, depth+1)
	case schema.Array:
		if !f.plan.typ(t.Elem) {
			return false
		}
		return f.findAttrs(lo, hi, nil, t.Elem, sc, depth+1)
	case schema.Struct:
		if !f.plan.strct(t.Struct) {
			return false
		}
		end := lo + structEnd(t.Struct, hi-lo)
		in := f.push(scope{parent: sc, st: t.Struct, stLo: lo, stHi: end})
		defer f.pop()
		return f.findFields(t.Struct, lo, end, in, depth+1)
	case schema.Sub:
		if !f.plan.sub(t.Sub) {
			return false
		}
		r := f.resolve(sc, t.Sub)
		return f.inside(r, lo, hi, sc, depth+1)
	case schema.Packed:
		return f.findPacked(t, lo, hi, sc, depth)
	case schema.Records:
		return f.findRecords(t, lo, hi, sc, depth)
	}
	return false
}

func (f *finder) findPacked(t *schema.Type, lo, hi int, sc int, depth int) bool {
	if t.Elem == nil || !f.plan.typ(t.Elem) {
		return false
	}
	size := t.Elem.Width()
	if size == 0 {
		size = max(hi-lo, 1)
	}
	for ; lo < hi; lo += size {
		if f.inside(t.Elem, lo, min(lo+size, hi), sc, depth+1) {
			return true
		}
	}
	return false
}

func (f *finder) findRecords(t *schema.Type, lo, hi int, sc int, depth int) bool {
	if !f.plan.strct(t.Struct) && !f.plan.set(t.Set) {
		return false
	}
	nest := schema.Type{Kind: schema.Nest, Set: t.Set, Struct: t.Struct}
	for n := f.countRecords(lo, hi); n > 0; n-- {
		size := int(f.ord.u16(f.data[lo:]))
		if f.inside(&nest, lo, lo+size, sc, depth+1) {
			return true
		}
		lo += align4(size)
	}
	return false
}

// PathAt returns the path of the attribute whose nlattr begins at an offset
// from the nlmsghdr, or of the innermost that contains it ("IFLA_LINKINFO >
// IFLA_INFO_DATA > IFLA_VXLAN_ID"); "" where there is none. It is what
// NLMSGERR_ATTR_OFFS and NLMSGERR_ATTR_MISS_NEST point at.
func (m *Message) PathAt(off uint32) string {
	if m.dec == nil || m.NoHeader || uint64(off) >= uint64(len(m.Data)) {
		return ""
	}
	b := m.Values()
	path := appendPath(nil, b.Attrs, int(off))
	if path == nil {
		path = appendPath(nil, b.Fields, int(off))
	}
	return strings.Join(path, " > ")
}

func appendPath(path []string, nodes []Node, off int) []string {
	for i := range nodes {
		n := &nodes[i]
		start := n.Off
		if n.Attr {
			start -= attrHdrLen
		}
		if off < start || off >= n.Off+max(len(n.Raw), 1) || n.Hidden {
			continue
		}
		path = append(path, n.Label())
		if off == start && n.Attr {
			return path
		}
		return appendPath(path, n.Children, off)
	}
	return path
}

// Label returns what to call a node: its name, "[3]" for an element of an
// array, "attribute 200" where no name is known, "" for left-over bytes.
func (n *Node) Label() string {
	switch {
	case n.Name != "":
		return n.Name
	case n.Elem:
		return "[" + strconv.Itoa(int(n.ID)) + "]"
	case n.Attr:
		return "attribute " + strconv.Itoa(int(n.ID))
	}
	return ""
}

// Head returns where a node begins in the message, its nlattr header included:
// what NLMSGERR_ATTR_OFFS counts to, in bytes.
func (n *Node) Head() int {
	if n.Attr {
		return n.Off - attrHdrLen
	}
	return n.Off
}

// Unnamed says whether an enum of the tables has no name for the number of a node.
func (n *Node) Unnamed() bool {
	if n.typ == nil || n.typ.Enum == nil {
		return false
	}
	switch v := n.Value.(type) {
	case uint64, int64:
		return true
	case []string:
		return len(v) > 0 && strings.HasPrefix(v[len(v)-1], "0x")
	}
	return false
}

// Facts returns the parts of a value whose Value says several things in words; nil:
// it has none. See schema.Object for what it may be.
func (n *Node) Facts() any {
	if n.typ == nil || n.typ.Facts == nil || n.typ.Kind != schema.Custom || n.Value == nil {
		return nil
	}
	return n.typ.Facts(n.Raw, n.big)
}

// Kind returns what the tables say the payload is; schema.Binary where they
// say nothing.
func (n *Node) Kind() schema.Kind {
	if n.typ == nil {
		return schema.Binary
	}
	return n.typ.Kind
}
