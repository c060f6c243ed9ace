// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Secret is a part of a message that is to be withheld.
type Secret struct {
	Lo, Hi int // in Message.Data, in bytes
	Why    schema.Secrecy
	Done   bool // it was overwritten before
}

// Each splits the datagram of f, or what a reader got of it, and names its messages as
// Frame does, but learns nothing and sets no Err. m is valid during the call.
func (d *Decoder) Each(f *capture.Frame, fn func(m *Message)) {
	if f.Protocol == capture.NETLINK_KOBJECT_UEVENT {
		return
	}
	o := order(f.BigEndian)
	var m Message // one for all
	for off, index := 0, 0; off < len(f.Data); index++ {
		if index > 0 && onlyZeros(f, off) {
			return
		}
		m = Message{Frame: f, Index: index, Offset: off, dec: d}
		off = m.split(o)
		if m.NoHeader {
			m.family = d.protocolFamily(f.Protocol)
		} else {
			d.name(&m, m.toKernel())
		}
		fn(&m)
	}
}

// TypeOf returns the definitions that a type of a protocol can have, for the table of
// what can hold secrets; known is false where there is none. Generic netlink has none.
func (d *Decoder) TypeOf(protocol, typ uint16) (f *schema.Family, defs []*schema.Message, known bool) {
	if isControl(protocol, typ) || protocol == capture.NETLINK_NETFILTER && (typ == nfnlBatchBeg || typ == nfnlBatchEnd) {
		return nil, nil, true
	}
	f = d.protocolFamily(protocol)
	if protocol == capture.NETLINK_NETFILTER {
		if f = d.nfnl(typ >> 8); f == nil {
			return nil, nil, false
		}
		typ &= 0xff
	}
	for _, def := range []*schema.Message{f.Message(typ, true), f.Message(typ, false), f.Event(typ)} {
		if def != nil {
			defs = append(defs, def)
		}
	}
	return f, defs, len(defs) > 0
}

// ProtocolFamilies returns the families of a protocol; of generic netlink none.
func (d *Decoder) ProtocolFamilies(protocol uint16) []*schema.Family {
	if protocol != capture.NETLINK_NETFILTER {
		return []*schema.Family{d.protocolFamily(protocol)}
	}
	var all []*schema.Family
	for _, f := range d.subsys {
		if f != nil {
			all = append(all, f)
		}
	}
	return all
}

// Tables returns what the tables say of a message: its family and its definition. foreign
// says that nothing tells names and meaning of its attributes: the family has no tables or
// those of the kernel's policy, or the type is none of the family's.
func (m *Message) Tables() (f *schema.Family, def *schema.Message, foreign bool) {
	if isControl(m.Frame.Protocol, m.Header.Type) {
		return nil, nil, false
	}
	return m.family, m.def, m.def == nil || m.family == nil || m.family.Origin == schema.None && m.family != m.dec.control.batch || m.family.Origin == schema.Policy
}

// Quotes returns the message that an NLMSG_ERROR quotes; nil: none, or its header alone.
// broken says that not all of it could be told from the rest.
func (m *Message) Quotes() (sub *Message, broken bool) {
	if m.NoHeader || m.Header.Type != typeError || !isControl(m.Frame.Protocol, typeError) || m.headerBroken() {
		return nil, false
	}
	v := view{data: m.Data, ord: m.order()}
	l := v.errLayout(m.Header, HeaderLen, len(m.Data))
	if m.Header.Flags&flagCapped != 0 || l.quotedEnd-l.quoted < HeaderLen || len(m.Data)-l.quoted == HeaderLen {
		return nil, false
	}
	return m.inner(m.Data[l.quoted:l.quotedEnd:l.quotedEnd]), l.problem != ""
}

// inner is a message inside of another, as it is named there.
func (m *Message) inner(data []byte) *Message {
	sub := &Message{Frame: m.Frame, Data: data, Header: header(m.order(), data), dec: m.dec}
	m.dec.name(sub, sub.Header.Flags&flagRequest != 0)
	return sub
}

// Reaches says whether there is anything in the payload that leads to a secret: an
// attribute with one in it, or something that could not be read. It looks at the headers
// of the outermost attributes alone.
func (m *Message) Reaches(of schema.Classes, s *schema.Secrets) bool {
	if m.NoHeader || m.Problem != nil || m.headerBroken() {
		return true
	}
	v := view{data: m.Data, ord: m.order()}
	lo, hi := min(HeaderLen, len(m.Data)), len(m.Data)
	l := v.layout(m, lo, hi)
	if s.Struct(l.st)&of != 0 || s.Type(l.body)&of != 0 {
		return true
	}
	if l.body != nil {
		return false
	}
	if l.set == nil {
		return l.attrs < hi
	}
	ways := s.Ways(l.set)
	direct := ways.Direct&of != 0
	for lo = l.attrs; lo < hi; {
		a, ok := v.ord.attrAt(m.Data, lo, hi)
		if !ok || a.size > 0 {
			return true
		}
		c, known := ways.Of(a.id)
		if c&of != 0 || direct && (!known || !ways.Fits(a.id, a.hi-a.lo)) {
			return true
		}
		lo = a.next
	}
	return false
}

// Secrets appends the parts of a message that hold bytes of these classes: what tables
// mark, and what a message that can hold such could not be read for. Of what no table
// names (schema.Unnamed), see couldBeKey.
func (m *Message) Secrets(of schema.Classes, scratch *Scratch, dst []Secret) []Secret {
	c := collector{of: of, found: dst}
	if m.NoHeader {
		c.rest(m.Data, 0, false)
		return c.found
	}
	b := m.ValuesIn(scratch)
	if m.headerBroken() {
		n := min(m.named(), len(b.Rest))
		c.rest(b.Rest[n:], b.RestOff+n, false)
		return c.found
	}
	c.message(m, b.Fields, b.Attrs, b.Rest, b.RestOff)
	return c.found
}

// named is how many bytes of the payload have a part in the name of the message.
func (m *Message) named() (n int) {
	if st := m.muxHeader(); st != nil {
		n = st.Size()
	}
	if m.def != nil && m.def.Variants != nil {
		n += m.def.Variants.Off + m.def.Variants.Width
	}
	return n
}

// collector gathers the secrets of one message.
type collector struct {
	of    schema.Classes
	found []Secret
}

func (c *collector) add(lo, hi int, why schema.Secrecy) {
	if lo < hi {
		c.found = append(c.found, Secret{Lo: lo, Hi: hi, Why: why})
	}
}

// message goes through a message or one that is quoted; offsets are the outermost one's.
func (c *collector) message(m *Message, fields, attrs []Node, rest []byte, restOff int) {
	if isControl(m.Frame.Protocol, m.Header.Type) {
		c.control(m, fields, attrs, rest, restOff)
		return
	}
	v := view{data: m.Data, ord: m.order()}
	l := v.layout(m, min(HeaderLen, len(m.Data)), len(m.Data))
	_, _, foreign := m.Tables()
	direct := l.body != nil || l.set != nil && l.set.Direct()&c.of != 0
	c.nodes(fields, l.body != nil, m)
	c.nodes(attrs, foreign || direct, m)
	if foreign && l.set == nil && (m.Frame.Protocol != capture.NETLINK_GENERIC || !schema.FilledRest(rest) && (len(rest) < minCut || !couldBeKey(&Node{Raw: rest}))) {
		return // nobody knows what it is made of; generic netlink has attributes, so that they were cut or are broken
	}
	c.rest(rest, restOff, l.body == nil && (l.set != nil || foreign))
}

// minCut is how many bytes of no known meaning are withheld: fewer could not be recognised
// as overwritten.
const minCut = 7

// control goes through an NLMSG_ERROR, for the message that it quotes.
func (c *collector) control(m *Message, fields, attrs []Node, rest []byte, restOff int) {
	for i := range fields {
		if n := &fields[i]; n.Name == "msg" && len(n.Raw) >= HeaderLen {
			c.quoted(m, n)
		}
	}
	c.problems(attrs)
	c.rest(rest, restOff, m.Header.Flags&flagAckTLVs != 0)
}

func (c *collector) quoted(m *Message, n *Node) {
	sub := m.inner(n.Raw)
	var payload []Node
	for i := range n.Children {
		if n.Children[i].Off >= n.Off+HeaderLen {
			payload = n.Children[i:]
			break
		}
	}
	// What the walker left over stands behind the rest, without a name.
	var rest []byte
	off := 0
	if last := len(payload) - 1; last >= 0 && !payload[last].Attr && payload[last].Name == "" && !payload[last].Hidden && !payload[last].Nested {
		rest, off = payload[last].Raw, payload[last].Off
		payload = payload[:last]
	}
	fields := payload
	for i := range payload {
		if payload[i].Attr {
			fields = payload[:i]
			break
		}
	}
	c.message(sub, fields, payload[len(fields):], rest, off)
}

// problems withholds what of attributes without secrets could not be read.
func (c *collector) problems(nodes []Node) {
	for i := range nodes {
		if n := &nodes[i]; n.Nested {
			c.problems(n.Children)
		} else if n.Problem != "" {
			c.unread(n, nil)
		}
	}
}

// nodes goes through nodes beside one another; nameless: what no table names may be a key
// among them.
func (c *collector) nodes(nodes []Node, nameless bool, m *Message) {
	for i := range nodes {
		n := &nodes[i]
		why := schema.Public
		if n.typ != nil {
			why = n.typ.Secret
		}
		switch {
		case n.Redacted:
			c.found = append(c.found, Secret{Lo: n.Off, Hi: n.Off + len(n.Raw), Why: n.Secret(), Done: true})
		case c.of.Has(why) && !zero(n.Raw):
			c.add(n.Off, n.Off+len(n.Raw), why)
		case n.Nested && n.Kind() == schema.Messages:
			for k := range n.Children {
				if x := &n.Children[k]; x.Nested && len(x.Raw) >= HeaderLen {
					c.quoted(m, x)
				} else if x.Problem != "" {
					c.unread(x, n)
				}
			}
		case n.Nested:
			c.nodes(n.Children, c.namelessIn(n, nameless), m)
			c.behind(n)
			c.short(n)
		case n.Problem != "":
			c.unread(n, nil)
		case n.Hidden || n.Name != "" && n.Kind() != schema.Binary && n.Kind() != schema.Unused:
		case nameless && c.of.Has(schema.Unnamed) && (n.Attr || n.Elem || n.Word) && couldBeKey(n):
			c.add(n.Off, n.Off+len(n.Raw), schema.Unnamed)
		}
	}
}

// namelessIn says whether what no table names in a nest may be a key.
func (c *collector) namelessIn(n *Node, outside bool) bool {
	t := n.typ
	switch {
	case t == nil || n.Guess || n.Policy || n.Name == "" && !n.Elem:
		return outside
	case t.Set != nil:
		return t.Set.Direct()&c.of != 0
	}
	return outside
}

// behind withholds what stands behind the last member of a struct that has a key: a newer
// kernel's members.
func (c *collector) behind(n *Node) {
	t := n.typ
	if t == nil || t.Struct == nil || t.Kind != schema.Struct || len(n.Children) == 0 {
		return
	}
	last := &n.Children[len(n.Children)-1]
	if last.Name != "" || last.Attr || last.Hidden || last.Problem != "" || zero(last.Raw) {
		return
	}
	for i := range t.Struct.Fields {
		if c.of.Has(t.Struct.Fields[i].Type.Secret) {
			c.add(last.Off, last.Off+len(last.Raw), schema.Unnamed)
			return
		}
	}
}

// short withholds a name without its end where a struct that has a key ends within: what
// was meant to be the key may stand there.
func (c *collector) short(n *Node) {
	t := n.typ
	if n.Problem == "" || t == nil || t.Struct == nil || t.Kind != schema.Struct || len(n.Children) == 0 || !c.of.Has(schema.Unnamed) {
		return
	}
	last := &n.Children[len(n.Children)-1]
	if last.Problem != "" || last.Redacted || last.Kind() != schema.String || len(cString(last.Raw)) < len(last.Raw) {
		return
	}
	for i := range t.Struct.Fields {
		if c.of.Has(t.Struct.Fields[i].Type.Secret) {
			c.add(last.Off, last.Off+len(last.Raw), schema.Unnamed)
			return
		}
	}
}

// unread withholds what a node has that could not be read. Its length field stays, so
// that the same is found wrong afterwards, and so does text up to its end.
func (c *collector) unread(n, in *Node) {
	if !c.of.Has(schema.Unnamed) {
		return
	}
	lo, hi := n.Off, n.Off+len(n.Raw)
	switch {
	case in != nil && in.Kind() == schema.Messages && len(n.Raw) >= HeaderLen:
		lo += 4
	case !n.Attr && !n.Elem && n.Name == "" && len(n.Raw) >= attrHdrLen && n.Kind() == schema.Binary:
		lo += 2
	case n.Kind() == schema.String:
		lo = min(lo+len(cString(n.Raw))+1, hi)
	}
	if lo < hi && !zero(n.Raw[lo-n.Off:]) {
		c.add(lo, hi, schema.Unnamed)
	}
}

// rest withholds bytes that belong to nothing; attrs: attributes are looked for there.
func (c *collector) rest(b []byte, off int, attrs bool) {
	if !c.of.Has(schema.Unnamed) || zero(b) {
		return
	}
	if schema.FilledRest(b) {
		c.found = append(c.found, Secret{Lo: off, Hi: off + len(b), Why: schema.Unnamed, Done: true})
		return
	}
	keep := 0
	if attrs && len(b) >= attrHdrLen {
		keep = 2
	}
	c.add(off+keep, off+len(b), schema.Unnamed)
}

// couldBeKey says of bytes that no table names whether they could be a key: more than a
// number of 32 bits, no number of 64, no link-layer address, no text with its end.
func couldBeKey(n *Node) bool {
	switch len(n.Raw) {
	case 0, 1, 2, 3, 4, 6, 8:
		return false
	}
	if zero(n.Raw) {
		return false
	}
	_, text := guessString(n.Raw)
	return !text
}
