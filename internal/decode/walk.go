// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"fmt"
	"sync"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// maxDepth bounds nesting. The kernel's deepest families use about ten levels;
// what lies deeper than this is shown as hex with a problem.
const maxDepth = 64

// walker builds the body of one message, or looks for a name in it (finder).
type walker struct {
	view
	d       *Decoder
	m       *Message // outermost
	plain   bool     // leave Text alone
	problem string   // first malformation
	left    int      // nodes that may still be made
	slab    []Node   // nodes are cut off a common slab: one allocation for many nests
	gone    int      // nodes of the slabs before it
}

// Body decodes the payload. It does so anew with each call; its cost is linear
// in the length of the message.
func (m *Message) Body() Body { return m.body(false, nil) }

// Values is Body without Node.Text, for outputs that print values only.
func (m *Message) Values() Body { return m.body(true, nil) }

// Scratch is room for nodes that is used again for message after message.
type Scratch struct {
	slab []Node
	used int // nodes of the last message, of all slabs
}

// maxScratch bounds the room that is kept, in nodes.
const maxScratch = 1 << 10

// begin returns the room, which is enough for what the last message took.
func (s *Scratch) begin() []Node {
	if want := min(s.used, maxScratch); want > cap(s.slab) {
		s.slab = make([]Node, 0, min(want+want/4, maxScratch))
	}
	return s.slab[:0]
}

// end keeps the longest of the slabs that w had, unless it is too long.
func (s *Scratch) end(w *walker) {
	if n := cap(w.slab); n > cap(s.slab) && n <= maxScratch {
		s.slab = w.slab
	}
	s.used = w.gone + len(w.slab)
}

// ValuesIn is Values for a caller who is done with one body before asking for
// the next: its nodes are overwritten by the next call with s.
func (m *Message) ValuesIn(s *Scratch) Body { return m.body(true, s) }

// BodyIn is Body, as ValuesIn is Values.
func (m *Message) BodyIn(s *Scratch) Body { return m.body(false, s) }

func (m *Message) body(plain bool, s *Scratch) Body {
	w := m.walker(plain)
	defer w.release()
	if s != nil {
		w.slab = s.begin()
		defer s.end(w)
	}
	var b Body
	switch {
	case m.NoHeader && m.family != nil:
		b.Fields = w.ueventFields()
		b.RestOff = len(m.Data)
	case m.NoHeader:
		b.Rest = m.Data
	case m.headerBroken():
		b.Rest, b.RestOff = m.Data[HeaderLen:], HeaderLen
	default:
		p := w.payload(m, HeaderLen, len(m.Data), 0)
		b = Body{Fields: p.fields, Attrs: p.attrs, Rest: m.Data[p.rest:], RestOff: p.rest}
	}
	b.RestRedacted = schema.FilledRest(b.Rest)
	if m.headerBroken() && !m.NoHeader {
		b.RestRedacted = schema.FilledRest(b.Rest[min(m.named(), len(b.Rest)):])
	}
	b.Problem = w.problem
	if m.Problem != nil {
		b.Problem = m.Problem.Error()
	}
	return b
}

// walkers are reused for their scopes.
var walkers = sync.Pool{New: func() any { return new(walker) }}

func (m *Message) walker(plain bool) *walker {
	w := walkers.Get().(*walker)
	*w = walker{view: view{data: m.Data, ord: m.order(), request: m.request(), scopes: w.scopes[:0], seen: w.seen[:0]}, d: m.dec, m: m, plain: plain, left: maxNodes}
	return w
}

// release gives w back; the nodes that it made do not refer to it.
func (w *walker) release() {
	*w = walker{view: view{scopes: w.scopes[:0], seen: w.seen[:0]}}
	walkers.Put(w)
}

// headerBroken says whether nlmsg_len denies even the header itself, so that
// nothing vouches for what follows.
func (m *Message) headerBroken() bool {
	return m.Problem != nil && m.Header.Len < HeaderLen
}

// maxNodes bounds what is made of one message: the longest attribute of all, of as many
// attributes, has a quarter of them. What lies behind is shown as hex with a problem.
const maxNodes = 1 << 16

// enough says that no more nodes are to be made.
func (w *walker) enough() bool {
	w.left--
	return w.left < 0
}

// untaken is the node of what lies behind maxNodes.
func (w *walker) untaken(lo, hi int) Node {
	n := Node{Off: lo, Raw: w.data[lo:hi:hi], Problem: fmt.Sprintf("more than %d values: the %d bytes from offset %d on are not taken apart", maxNodes, hi-lo, lo)}
	w.note(n.Problem)
	w.unread(&n)
	return n
}

// maxSlab bounds what is cut off at once, in nodes.
const maxSlab = 256

// take cuts room for n nodes off the slab.
func (w *walker) take(n int) []Node {
	if n = min(n, max(w.left, 0)+8); n == 0 {
		return nil
	}
	if cap(w.slab)-len(w.slab) < n {
		w.gone += len(w.slab)
		w.slab = make([]Node, 0, max(n, min(2*cap(w.slab), maxSlab), 16))
	}
	l := len(w.slab)
	w.slab = w.slab[:l+n]
	return w.slab[l : l : l+n]
}

// part is a decoded payload; the bytes from rest on belong to nothing in it.
type part struct {
	fields, attrs []Node
	rest          int
}

// layout says where the parts of a payload lie.
type layout struct {
	mux, st *schema.StructType // genlmsghdr or nfgenmsg; the family's header
	set     *schema.Set
	body    *schema.Type
	stLo    int // of st
	attrs   int // of the attributes
}

// open pushes the scopes of a message's headers: the family's, and around it
// that of the multiplexer. close pops them.
func (v *view) open(l *layout, lo, hi int) int {
	outer := v.push(scope{parent: noScope, st: l.mux, stLo: lo, stHi: l.stLo})
	return v.push(scope{parent: outer, st: l.st, stLo: l.stLo, stHi: l.attrs, set: l.set, lo: l.attrs, hi: hi})
}

func (v *view) close() {
	v.pop()
	v.pop()
}

// layout places the headers and attributes of m in [lo, hi).
func (w *view) layout(m *Message, lo, hi int) layout {
	l := layout{mux: m.muxHeader(), stLo: lo}
	if l.mux != nil {
		l.stLo = min(lo+l.mux.Size(), hi)
	}
	l.attrs = l.stLo
	switch def := m.def; {
	case def != nil && def.Dump != nil && m.Header.Flags&flagDump == flagDump:
		l.st, l.set, l.body = def.Dump.Header, def.Dump.Set, def.Dump.Body
	case def != nil:
		l.st, l.set, l.body = def.Header, def.Set, def.Body
		if l.st == nil && !def.NoHeader {
			l.st = m.family.Header
		}
		if l.set == nil {
			l.set = m.family.Set
		}
		if v, ok := m.variant(); ok {
			l.st, l.set, l.body = v.Header, v.Set, v.Body
		} else if old := w.legacy(m, lo, hi); old != nil {
			l.st, l.set, l.body = old.Header, old.Set, old.Body
		}
	case m.family != nil:
		l.st, l.set = m.family.Header, m.family.Set
	}
	if l.st != nil {
		// nlmsg_attrdata: the attributes begin at the next multiple of 4.
		l.attrs = min(l.stLo+align4(structEnd(l.st, hi-l.stLo)), hi)
	}
	return l
}

// structEnd returns how many of n bytes a struct takes: all, where its last
// member has no length of its own.
func structEnd(st *schema.StructType, n int) int {
	for i := range st.Fields {
		if st.Fields[i].Type.Width() == 0 {
			return n
		}
	}
	return min(st.Size(), n)
}

// muxHeader returns the header that the protocol, not the family, puts in front.
func (m *Message) muxHeader() *schema.StructType {
	switch m.Frame.Protocol {
	case capture.NETLINK_GENERIC:
		return m.dec.control.genlmsghdr
	case capture.NETLINK_NETFILTER:
		return m.dec.control.nfgenmsg
	}
	return nil
}

// payload decodes what follows an nlmsghdr.
func (w *walker) payload(m *Message, lo, hi, depth int) part {
	defer func(was bool) { w.request = was }(w.request)
	w.request = m.request()
	if isControl(m.Frame.Protocol, m.Header.Type) {
		return w.control(m, lo, hi, depth)
	}
	l := w.layout(m, lo, hi)
	sc := w.open(&l, lo, hi)
	defer w.close()
	p := part{rest: hi, fields: w.take(fieldCount(l.mux) + fieldCount(l.st) + 2)}
	pos := lo
	if l.mux != nil {
		p.fields, pos = w.fields(p.fields, l.mux, lo, hi, sc, depth)
		w.checkHeader(l.mux, lo, hi)
	}
	if l.st != nil {
		p.fields, pos = w.fields(p.fields, l.st, pos, hi, sc, depth)
		w.checkHeader(l.st, l.stLo, hi)
	}
	p.fields = w.padding(p.fields, pos, l.attrs)
	switch {
	case l.attrs >= hi:
	case l.body != nil:
		n := Node{Off: l.attrs, Raw: w.data[l.attrs:hi:hi]}
		w.value(&n, l.body, sc, depth)
		if l.body.Kind == schema.KeyValues {
			p.fields = append(p.fields, n.Children...)
		} else {
			p.fields = append(p.fields, n)
		}
	case l.set != nil:
		p.attrs = w.attrs(w.take(w.ord.countAttrs(w.data, l.attrs, hi)), l.attrs, hi, l.set, nil, sc, depth)
		p.attrs, p.rest = cutRest(p.attrs, hi)
	case !schema.FilledRest(w.data[l.attrs:hi]) && w.ord.parses(w.data, l.attrs, hi, false):
		p.attrs = w.attrs(w.take(w.ord.countAttrs(w.data, l.attrs, hi)), l.attrs, hi, nil, nil, sc, depth)
	default:
		p.rest = l.attrs
	}
	return p
}

// cutRest takes a node of left-over bytes off the end of the attributes: at
// the top of a message these are its Rest.
func cutRest(nodes []Node, end int) ([]Node, int) {
	if n := len(nodes); n > 0 && !nodes[n-1].Attr {
		return nodes[:n-1], nodes[n-1].Off
	}
	return nodes, end
}

func fieldCount(st *schema.StructType) int {
	if st == nil {
		return 0
	}
	return len(st.Fields)
}

func (w *walker) checkHeader(st *schema.StructType, lo, hi int) {
	if have, want := hi-lo, st.Min(); have < want {
		w.note(fmt.Sprintf("header %s at offset %d: %d bytes, at least %d wanted", st.Name, lo, have, want))
	}
}

// padding appends the bytes between a struct and what follows, if any.
func (w *walker) padding(dst []Node, lo, hi int) []Node {
	if lo < hi {
		dst = append(dst, Node{Off: lo, Raw: w.data[lo:hi:hi], Hidden: true})
	}
	return dst
}

// fields appends the members of the struct at lo, as many as there are bytes
// for, and returns where they end.
func (w *walker) fields(dst []Node, st *schema.StructType, lo, hi int, sc int, depth int) ([]Node, int) {
	for i := range st.Fields {
		if lo >= hi {
			break
		}
		f := &st.Fields[i]
		end := hi
		if n := f.Type.Width(); n > 0 {
			end = min(lo+n, hi)
		}
		w.left--
		dst = append(dst, Node{Name: f.Name, Off: lo, Raw: w.data[lo:end:end]})
		n := &dst[len(dst)-1]
		w.value(n, &f.Type, sc, depth)
		if n.Problem != "" || end-lo < f.Type.Width() {
			w.unread(n)
		}
		lo = end
	}
	return dst, lo
}

// attrs appends the attributes at [lo, hi), and a nameless node for bytes that
// no attribute fits. elem is the type of all of them where they are an array.
func (w *walker) attrs(dst []Node, lo, hi int, set *schema.Set, elem *schema.Type, sc int, depth int) []Node {
	first := len(dst)
	for lo < hi {
		a, ok := w.ord.attrAt(w.data, lo, hi)
		if !ok {
			return append(dst, w.leftover(lo, hi))
		}
		if w.enough() {
			return append(dst, w.untaken(lo, hi))
		}
		dst = append(dst, Node{ID: a.id, Attr: true, Flags: a.flags, Off: a.lo, Raw: w.data[a.lo:a.hi:a.hi], Elem: elem != nil})
		n, t := &dst[len(dst)-1], elem
		if elem == nil {
			if def := set.Lookup(a.id); def != nil {
				n.Name, t = def.Name, &def.Type
				switch {
				case n.Name != "": // all but those of a policy
				case schema.FilledRest(n.Raw):
					t = nil
				default:
					if t = w.ofPolicy(n, t); t != nil {
						n.Policy = true
					}
				}
			}
		}
		if a.size > 0 {
			w.fault(n, "length %d is beyond the end (%d bytes left)", a.size, hi-a.off)
		}
		if t == nil {
			w.unknown(n, sc, depth)
		} else {
			w.value(n, t, sc, depth)
		}
		if n.Problem != "" {
			w.unread(n)
		}
		if w.request && n.Flags&nlaNested == 0 && n.Nested && !n.Guess && (n.Kind() == schema.Nest || n.Kind() == schema.Array) {
			n.Unflagged = true
			def := set.Lookup(a.id)
			n.Refused = def != nil && def.Strict
		}
		lo = a.next
	}
	if w.request && set != nil {
		overridden(dst[first:], set)
	}
	return dst
}

// leftover is the node of bytes among attributes that are none.
func (w *walker) leftover(lo, hi int) Node {
	n := Node{Off: lo, Raw: w.data[lo:hi:hi]}
	if hi-lo < attrHdrLen {
		n.Problem = fmt.Sprintf("%d bytes at offset %d are too short for an attribute", hi-lo, lo)
	} else {
		n.Problem = fmt.Sprintf("attribute at offset %d: length %d is less than %d", lo, w.ord.u16(w.data[lo:]), attrHdrLen)
	}
	w.note(n.Problem)
	w.unread(&n)
	return n
}

// unknown looks at an attribute that no table names: it may hold attributes.
func (w *walker) unknown(n *Node, sc int, depth int) {
	if schema.FilledRest(n.Raw) {
		w.redact(n)
		return
	}
	lo, hi := n.Off, n.Off+len(n.Raw)
	if depth < maxDepth && w.ord.parses(w.data, lo, hi, n.Flags&nlaNested != 0) {
		n.Nested, n.Guess = true, true
		n.Children = w.attrs(w.take(w.ord.countAttrs(w.data, lo, hi)), lo, hi, nil, nil, sc, depth+1)
		return
	}
	w.guess(n)
}

// parses says whether a region is attributes to its last byte. Without a flag
// that says so, small numbers would pass too, so more is asked: two words at
// least, no type 0, no huge type.
func (o order) parses(data []byte, lo, hi int, flagged bool) bool {
	if hi-lo < attrHdrLen || !flagged && hi-lo < 2*attrHdrLen {
		return false
	}
	for off := lo; off < hi; {
		a, ok := o.attrAt(data, off, hi)
		if !ok || a.size > 0 {
			return false
		}
		if !flagged && (a.id == 0 || a.id >= guessMaxID) {
			return false
		}
		for i := a.hi; i < a.next; i++ {
			if data[i] != 0 {
				return false
			}
		}
		off = a.next
	}
	return true
}

// guessMaxID is above the attribute IDs of all families in mainline.
const guessMaxID = 1 << 10

// fault records what is wrong with a node, the first thing only.
func (w *walker) fault(n *Node, format string, args ...any) {
	if n.Problem != "" && w.problem != "" {
		return
	}
	s := where(n) + ": " + fmt.Sprintf(format, args...)
	if n.Problem == "" {
		n.Problem = s
	}
	w.note(s)
}

// note records the first malformation of the message.
func (w *walker) note(s string) {
	if w.problem == "" {
		w.problem = s
	}
}

// where names a node and its place. The offset of an attribute is that of its
// nlattr, as in NLMSGERR_ATTR_OFFS.
func where(n *Node) string {
	off := n.Off
	if n.Attr {
		off -= attrHdrLen
	}
	switch {
	case n.Name != "":
		return fmt.Sprintf("%s at offset %d", n.Name, off)
	case n.Elem:
		return fmt.Sprintf("element %d at offset %d", n.ID, off)
	case n.Attr:
		return fmt.Sprintf("attribute %d at offset %d", n.ID, off)
	}
	return fmt.Sprintf("bytes at offset %d", off)
}
