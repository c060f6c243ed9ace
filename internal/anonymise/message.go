// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"regexp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// message overwrites in a message what tells whose it is. Its bytes belong to the caller.
func (a *Anonymiser) message(m *decode.Message) {
	if a.lasts(m) {
		return
	}
	before := m.BodyIn(&a.before)
	w := overwriter{a: a, s: a.secret, m: m}
	w.body(&before)
	after := m.ValuesIn(&a.after)
	if alike(&before, &after) {
		return
	}
	// What nobody knows looks like something else now: the same once more, bluntly.
	a.blunted++
	b := blunt{}
	b.nodes(before.Fields, after.Fields)
	b.nodes(before.Attrs, after.Attrs)
	if len(before.Rest) != len(after.Rest) {
		b.fill(before.Rest)
	}
}

// lasts says whether a message is only about the kernel: its families, their policies.
func (a *Anonymiser) lasts(m *decode.Message) bool {
	return m.Frame.Protocol == capture.NETLINK_GENERIC && m.Header.Type == genlCtrl && !m.NoHeader
}

// Of include/uapi/linux/genetlink.h: GENL_ID_CTRL, GENL_HDRLEN.
const (
	genlCtrl   = 16
	genlHeader = 4
)

// overwriter goes through the nodes of one message and overwrites their bytes, which are the
// message's.
type overwriter struct {
	a *Anonymiser
	s *secret
	m *decode.Message
	// Of nftables: what the registers of the rule at hand hold, and the set whose elements
	// these are.
	regs registers
	set  setType
	// bounds are those of intervals in it, by their first bytes, and what they become.
	bounds map[*byte][]byte
}

// within is what the nodes of one level have in common.
type within struct {
	strct string // the struct whose fields they are; "": none, or a message's own header
	name  string // of what they are in
}

func (w *overwriter) body(b *decode.Body) {
	w.nodes(b.Fields, within{name: w.m.Type}) // a payload that is one value has no name
	if w.m.Family == "nftables" {
		w.begin(b)
	}
	w.nodes(b.Attrs, within{})
	rest := b.Rest
	if w.m.HasCmd && b.RestOff == decode.HeaderLen { // of a header whose length is wrong
		rest = rest[min(genlHeader, len(rest)):]
	}
	w.rest(rest, false)
}

// rest overwrites bytes that belong to nothing. Where they stand in the place of an
// attribute, or of another thing with its length in front, their first four say why they
// are none.
func (w *overwriter) rest(b []byte, left bool) {
	if left || len(b) >= 4 && w.order().Uint16(b) < 4 {
		b = b[min(4, len(b)):]
	}
	w.unknown(b)
}

func (w *overwriter) nodes(nodes []decode.Node, in within) {
	for i := range nodes {
		w.node(&nodes[i], in)
	}
}

func (w *overwriter) node(n *decode.Node, in within) {
	typ := n.Type()
	if w.secretNode(n, typ) {
		return
	}
	id := w.a.identity(n, in)
	switch {
	case n.Word:
		w.word(n, id)
	case n.Hidden:
		w.unknown(n.Raw)
	case w.structured(n, id, in):
	case len(n.Children) > 0:
		w.children(n, typ, in)
	case n.Nested && n.Problem == "":
	case typ == nil:
		w.untyped(n)
	default:
		w.leaf(n, typ, id)
	}
}

func (w *overwriter) children(n *decode.Node, typ *schema.Type, in within) {
	inner := within{name: n.Name}
	if n.Name == "" {
		inner.name = in.name
	}
	if typ != nil && typ.Struct != nil {
		inner.strct = typ.Struct.Name
	}
	switch {
	case n.Name == "NFTA_RULE_EXPRESSIONS":
		ver := w.regs.ver // of the table
		w.regs.look(n.Children)
		w.nodes(n.Children, inner)
		w.regs = registers{ver: ver}
		return
	case w.regs.inRule && n.Name == "NFTA_LIST_ELEM":
		if kind, p := expressionOf(n); kind != "" {
			w.regs.enter(kind, p)
		}
	}
	w.nodes(n.Children, inner)
}

// identity is what the lists say of a node.
func (a *Anonymiser) identity(n *decode.Node, in within) schema.Identity {
	of := within{name: n.Name}
	if of.name == "" {
		of.name = in.name // an element
	}
	if !n.Attr {
		of.strct = in.strct
	}
	id, known := a.known[of]
	if !known {
		if len(a.known) >= maxKnown {
			clear(a.known) // texts have keys of their own
		}
		if id = families.Identity(of.name); of.strct != "" {
			id = families.Identity(of.strct + "." + of.name)
		}
		a.known[of] = id
	}
	return id
}

// maxKnown is above what tables have.
const maxKnown = 1 << 15

// secretNode overwrites what must not leave the machine even under a pseudonym: keys,
// tokens, packets. What has been withheld before says so, and stays.
func (w *overwriter) secretNode(n *decode.Node, typ *schema.Type) bool {
	if schema.FilledRest(n.Raw) || typ != nil && typ.FilledFor(n.Raw) {
		return true
	}
	if n.Word || typ == nil || typ.Secret == schema.Public || len(n.Children) > 0 {
		return false
	}
	w.s.burn(n.Raw)
	return true
}

// leaf overwrites a value by what its kind, or the lists, say of it.
func (w *overwriter) leaf(n *decode.Node, typ *schema.Type, id schema.Identity) {
	switch typ.Kind {
	case schema.IPAddr:
		w.ipAddr(n)
	case schema.HWAddr:
		w.s.hardware(n.Raw)
	case schema.String:
		switch {
		case n.Name == "NLMSGERR_ATTR_MSG":
			w.a.says(n.Raw)
		case unnamedSet.Match(n.Raw):
		case id != schema.Common:
			w.a.names.add(n.Raw)
			w.s.text(n.Raw)
		}
	case schema.Pad:
		w.unknown(n.Raw)
	case schema.Binary, schema.Unused:
		w.untyped(n)
	case schema.Opaque:
		if id != schema.Common {
			w.whole(n.Raw)
		}
	case schema.Custom:
		if id == schema.Unmarked {
			w.whole(n.Raw)
		}
	default:
		if n.Value == nil && !n.Nested {
			w.unknown(n.Raw) // a number of another length
		}
	}
}

// unnamedSet is what nft calls sets without a name: the kernel puts a number into it
// (nf_tables_set_alloc_name).
var unnamedSet = regexp.MustCompile(`^__(set|map)(%d|[0-9]+)\x00*$`)

// ipAddr overwrites an address. Of one with a prefix the bits behind it stay zero.
func (w *overwriter) ipAddr(n *decode.Node) {
	b := n.Raw
	if text, ok := n.Value.(string); ok && len(b) == 16 && isIPv4(text) {
		b = b[:4]
	}
	if bits, ok := prefixOf(n); ok && bits <= 8*len(b) {
		w.s.network(b, bits)
		return
	}
	w.s.ip(b)
}

// untyped overwrites what no table describes.
func (w *overwriter) untyped(n *decode.Node) {
	if !n.Attr && n.Name == "" {
		w.rest(n.Raw, n.Problem != "")
		return
	}
	w.unknown(n.Raw)
}

// unknown overwrites bytes of which nobody knows what they are: text by text, other bytes
// by such as are no text.
func (w *overwriter) unknown(b []byte) {
	text := b
	if n := len(text); n > 0 && text[n-1] == 0 {
		text = text[:n-1]
	}
	switch {
	case same(b, 0), schema.FilledRest(b):
	case len(text) >= 3 && isText(text):
		w.s.text(text)
	default:
		w.whole(b)
	}
}

// whole overwrites bytes by others, text by text, and what is none by what is none.
func (w *overwriter) whole(b []byte) {
	switch {
	case same(b, 0):
	case isText(b):
		w.s.printable(b)
	default:
		w.s.bytes(b, func() bool { return !same(b, 0) && !isText(b) })
	}
}

func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// alike says whether two bodies have the same parts, and the second no problem that the
// first has not.
func alike(a, b *decode.Body) bool {
	return (b.Problem == "") == (a.Problem == "") && len(a.Rest) == len(b.Rest) && alikeNodes(a.Fields, b.Fields) && alikeNodes(a.Attrs, b.Attrs)
}

func alikeNodes(a, b []decode.Node) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !alikeNode(&a[i], &b[i]) || !alikeNodes(a[i].Children, b[i].Children) {
			return false
		}
	}
	return true
}

func alikeNode(x, y *decode.Node) bool {
	return x.Name == y.Name && x.ID == y.ID && x.Off == y.Off && len(x.Raw) == len(y.Raw) && x.Attr == y.Attr && x.Elem == y.Elem &&
		x.Nested == y.Nested && x.Kind() == y.Kind() && x.Policy == y.Policy && (x.Problem == "") == (y.Problem == "")
}

// blunt is for what has become something else: letters become x, digits 1, other bytes
// 0xff, which is no attribute.
type blunt struct{}

func (blunt) fill(b []byte) {
	text := isText(b)
	for i, c := range b {
		switch {
		case !text && c != 0 || c >= 0x80:
			b[i] = 0xff
		case isDigit(c):
			b[i] = '1'
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			b[i] = 'x'
		}
	}
}

func (t blunt) nodes(before, after []decode.Node) {
	for i := range before {
		x := &before[i]
		switch {
		case i < len(after) && alikeNode(x, &after[i]) && len(x.Children) == len(after[i].Children):
			t.nodes(x.Children, after[i].Children)
		case x.Word:
			t.nodes(x.Children, nil)
			if len(x.Children) == 0 && families.Identity(x.Name) != schema.Common {
				t.fill(x.Raw)
			}
		case len(x.Children) > 0:
			t.nodes(x.Children, nil)
		case x.Type() == nil || x.Guess:
			t.fill(bytes.TrimRight(x.Raw, "\x00"))
		}
	}
}
