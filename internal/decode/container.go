// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"github.com/nltop/nltop/internal/decode/schema"
)

// container decodes a payload that has parts of its own. depth is that of the
// parts.
func (w *walker) container(n *Node, t *schema.Type, sc int, depth int) {
	lo, hi := n.Off, n.Off+len(n.Raw)
	n.Nested = true
	switch t.Kind {
	case schema.Nest:
		w.nest(n, t, sc, lo, hi, depth)
	case schema.Array:
		n.Children = w.attrs(w.take(w.ord.countAttrs(w.data, lo, hi)), lo, hi, nil, t.Elem, sc, depth)
	case schema.Packed:
		w.packed(n, t, sc, lo, hi, depth)
	case schema.Struct:
		w.strct(n, t, sc, lo, hi, depth)
	case schema.Sub:
		n.Nested = false
		r := w.resolve(sc, t.Sub)
		if r.Kind == schema.Binary {
			w.unknown(n, sc, depth)
			n.typ = r
			return
		}
		w.value(n, r, sc, depth)
	case schema.Bits32:
		w.bits32(n, t, sc, lo, hi, depth)
	case schema.Records:
		w.records(n, t, sc, lo, hi, depth)
	case schema.Messages:
		w.messages(n, lo, hi, depth)
	}
}

// nestScope is the scope of a Nest at [lo, hi).
func nestScope(t *schema.Type, parent, lo, hi int) scope {
	s := scope{parent: parent, set: t.Set, lo: lo, hi: hi, st: t.Struct, stLo: lo, stHi: lo}
	if t.Struct != nil {
		s.stHi = lo + structEnd(t.Struct, hi-lo)
		s.lo = min(lo+align4(s.stHi-lo), hi)
	}
	return s
}

// nest decodes attributes, behind a struct where the type has one.
func (w *walker) nest(n *Node, t *schema.Type, sc, lo, hi, depth int) {
	s := nestScope(t, sc, lo, hi)
	in := w.push(s)
	defer w.pop()
	if t.Struct == nil {
		n.Children = w.attrs(w.take(w.ord.countAttrs(w.data, lo, hi)), lo, hi, t.Set, nil, in, depth)
		return
	}
	nodes := w.take(len(t.Struct.Fields) + 1 + w.ord.countAttrs(w.data, s.lo, hi))
	nodes, end := w.fields(nodes, t.Struct, lo, s.stHi, in, depth)
	if have, want := hi-lo, t.Struct.Min(); have < want {
		w.fault(n, "struct %s of %d bytes, at least %d wanted", t.Struct.Name, have, want)
	}
	nodes = w.padding(nodes, end, s.lo)
	n.Children = w.attrs(nodes, s.lo, hi, t.Set, nil, in, depth)
}

// strct decodes a C struct: the members that were sent, and as nameless bytes
// what a newer kernel has put behind them.
func (w *walker) strct(n *Node, t *schema.Type, sc, lo, hi, depth int) {
	st := t.Struct
	if st == nil {
		n.Nested = false
		return
	}
	end := lo + structEnd(st, hi-lo)
	in := w.push(scope{parent: sc, st: st, stLo: lo, stHi: end})
	defer w.pop()
	n.Children, end = w.fields(w.take(len(st.Fields)+1), st, lo, end, in, depth)
	if have, want := hi-lo, st.Min(); have < want {
		w.fault(n, "struct %s of %d bytes, at least %d wanted", st.Name, have, want)
	}
	if end < hi {
		n.Children = append(n.Children, Node{Off: end, Raw: w.data[end:hi:hi]})
		w.unread(&n.Children[len(n.Children)-1])
	}
}

// packed decodes values of equal length one behind the other.
func (w *walker) packed(n *Node, t *schema.Type, sc int, lo, hi, depth int) {
	if t.Elem == nil {
		n.Nested = false
		return
	}
	size := t.Elem.Width()
	if size == 0 {
		size = max(hi-lo, 1)
	}
	n.Children = w.take((hi - lo + size - 1) / size)
	for i := 0; lo < hi; i++ {
		if w.enough() {
			n.Children = append(n.Children, w.untaken(lo, hi))
			return
		}
		if hi-lo < size && t.Elem.Kind != schema.Struct {
			rest := Node{Off: lo, Raw: w.data[lo:hi:hi]}
			w.fault(&rest, "%d of an element's %d bytes", hi-lo, size)
			w.unread(&rest)
			n.Children = append(n.Children, rest)
			return
		}
		end := min(lo+size, hi)
		n.Children = append(n.Children, Node{ID: uint16(i), Elem: true, Off: lo, Raw: w.data[lo:end:end]})
		w.value(&n.Children[i], t.Elem, sc, depth)
		lo = end
	}
}

// bits32 decodes struct nla_bitfield32 { __u32 value; __u32 selector; }.
func (w *walker) bits32(n *Node, t *schema.Type, sc int, lo, hi, depth int) {
	if hi-lo != 8 {
		n.Nested = false
		w.fault(n, "%d bytes, 8 wanted", hi-lo)
		return
	}
	typ := &schema.Type{Kind: schema.U32, Big: t.Big, Enum: t.Enum, Hint: schema.Hex}
	n.Children = append(w.take(2),
		Node{Name: "value", Off: lo, Raw: w.data[lo : lo+4 : lo+4]},
		Node{Name: "selector", Off: lo + 4, Raw: w.data[lo+4 : hi : hi]})
	for i := range n.Children {
		w.value(&n.Children[i], typ, sc, depth)
	}
}

// records decodes structs that begin with their own length, attributes behind
// each: struct rtnexthop in RTA_MULTIPATH (include/uapi/linux/rtnetlink.h),
// walked as rtnh_next does.
func (w *walker) records(n *Node, t *schema.Type, sc int, lo, hi, depth int) {
	if t.Struct == nil {
		n.Nested = false
		return
	}
	nest := &schema.Type{Kind: schema.Nest, Set: t.Set, Struct: t.Struct}
	n.Children = w.take(w.countRecords(lo, hi) + 1)
	for i := 0; lo < hi; i++ {
		if w.enough() {
			n.Children = append(n.Children, w.untaken(lo, hi))
			return
		}
		size := 0
		if hi-lo >= 2 {
			size = int(w.ord.u16(w.data[lo:]))
		}
		if size < 2 || lo+size > hi {
			rest := Node{Off: lo, Raw: w.data[lo:hi:hi]}
			w.fault(&rest, "a record of length %d with %d bytes left", size, hi-lo)
			w.unread(&rest)
			n.Children = append(n.Children, rest)
			return
		}
		n.Children = append(n.Children, Node{ID: uint16(i), Elem: true, Off: lo, Raw: w.data[lo : lo+size : lo+size]})
		w.value(&n.Children[i], nest, sc, depth)
		lo = min(lo+align4(size), hi)
	}
}

func (v *view) countRecords(lo, hi int) int {
	n := 0
	for hi-lo >= 2 {
		size := int(v.ord.u16(v.data[lo:]))
		if size < 2 || lo+size > hi {
			break
		}
		n++
		lo += align4(size)
	}
	return n
}

// messages decodes whole Netlink messages inside a payload.
func (w *walker) messages(n *Node, lo, hi, depth int) {
	for i := 0; lo < hi; i++ {
		if w.enough() {
			n.Children = append(n.Children, w.untaken(lo, hi))
			return
		}
		size := 0
		if hi-lo >= HeaderLen {
			size = int(min(w.ord.u32(w.data[lo:]), uint32(1<<30)))
		}
		if size < HeaderLen || size > hi-lo {
			rest := Node{Off: lo, Raw: w.data[lo:hi:hi]}
			w.fault(&rest, "a message of length %d with %d bytes left", size, hi-lo)
			w.unread(&rest)
			n.Children = append(n.Children, rest)
			return
		}
		n.Children = append(n.Children, w.quoted(lo, lo+size, depth))
		n.Children[i].Name, n.Children[i].ID, n.Children[i].Elem = "", uint16(i), true
		lo = min(lo+align4(size), hi)
	}
}

// quoted decodes one message inside another at [lo, hi), its header included.
// The children are the members of nlmsghdr, then those of the payload.
func (w *walker) quoted(lo, hi, depth int) Node {
	n := Node{Name: "msg", Off: lo, Raw: w.data[lo:hi:hi], Nested: true}
	kids, end := w.fields(w.take(len(w.d.control.nlmsghdr.Fields)), w.d.control.nlmsghdr, lo, hi, noScope, depth)
	n.Children = kids
	if end-lo < HeaderLen {
		w.fault(&n, "header of %d bytes, %d wanted", end-lo, HeaderLen)
		return n
	}
	sub := Message{Frame: w.m.Frame, Data: n.Raw, Header: header(w.ord, n.Raw), dec: w.d}
	w.d.name(&sub, sub.Header.Flags&flagRequest != 0)
	if !w.plain {
		n.Children[1].Text = sub.TypeText()
	}
	n.Children[2].Value, n.Children[2].Text = sub.FlagNames(), ""
	if depth >= maxDepth || end >= hi {
		return n
	}
	p := w.payload(&sub, end, hi, depth+1)
	n.Children = append(append(n.Children, p.fields...), p.attrs...)
	if p.rest < hi {
		n.Children = append(n.Children, Node{Off: p.rest, Raw: w.data[p.rest:hi:hi]})
		w.unread(&n.Children[len(n.Children)-1])
	}
	return n
}
