// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
)

// wire builds messages in one byte order.
type wire struct{ nltest.Order }

var (
	le = wire{nltest.LE}
	be = wire{nltest.BE}
)

func (w wire) big() bool { return w == be }

// msg is a message whose nlmsg_seq is 7, nlmsg_pid 4711.
func (w wire) msg(typ, flags uint16, payload ...[]byte) []byte {
	return w.Message(typ, flags, 7, 4711, payload...)
}

func (w wire) frame(protocol uint16, dir capture.Dir, parts ...[]byte) *capture.Frame {
	b := nltest.Cat(parts...)
	return &capture.Frame{
		Origin: &capture.Origin{
			Protocol: protocol, Dir: dir, BigEndian: w.big(),
		},
		ID: 1, Data: b, OrigLen: len(b),
	}
}

// newDecoder knows the built-in families and testFamily.
func newDecoder() *Decoder { return New(append(families.All(), testFamily()), Options{}) }

// one decodes a frame of one message.
func one(t *testing.T, f *capture.Frame) *Message {
	t.Helper()
	ms := newDecoder().Frame(f, nil)
	if len(ms) != 1 {
		t.Fatalf("%d messages, want 1", len(ms))
	}
	covered(t, f, ms)
	return &ms[0]
}

// testProtocol carries testFamily: NETLINK_SCSITRANSPORT, which has no tables.
const testProtocol = 18

// testFamily has an attribute of every kind.
func testFamily() *schema.Family {
	flags := &schema.Enum{Name: "bits", Flags: true, Values: []schema.Value{{N: 1, Name: "BIT_A"}, {N: 2, Name: "BIT_B"}, {N: 0x80, Name: "BIT_H"}}}
	words := &schema.Enum{Name: "words", Values: []schema.Value{{N: 0, Name: "WORD_ZERO"}, {N: 1, Name: "WORD_ONE"}, {N: 0xffffffff, Name: "WORD_NONE"}}}
	pair := &schema.StructType{Name: "pair", MinLen: 4, Fields: []schema.Field{
		{Name: "a", Type: schema.Type{Kind: schema.U32}},
		{Name: "b", Type: schema.Type{Kind: schema.U16, Big: true}},
		{Name: "pad", Type: schema.Type{Kind: schema.Pad, Len: 2}},
	}}
	hop := &schema.StructType{Name: "hop", Fields: []schema.Field{
		{Name: "len", Type: schema.Type{Kind: schema.U16}},
		{Name: "flags", Type: schema.Type{Kind: schema.U8, Enum: flags}},
		{Name: "hops", Type: schema.Type{Kind: schema.U8}},
		{Name: "ifindex", Type: schema.Type{Kind: schema.S32, Hint: schema.IfIndex}},
	}}
	set := &schema.Set{Name: "T"}
	inner := &schema.Set{Name: "TI", Attrs: []schema.Attr{
		{ID: 1, Name: "TI_KIND", Type: schema.Type{Kind: schema.String}},
		{ID: 2, Name: "TI_DATA"},
		{ID: 3, Name: "TI_SELF"},
		{ID: 4, Name: "TI_MODE", Type: schema.Type{Kind: schema.U8, Enum: words}},
		{ID: 5, Name: "TI_BY_MODE"},
		{ID: 6, Name: "TI_OUTWARD"},
	}}
	inner.Attrs[1].Type = schema.Type{Kind: schema.Sub, Sub: &schema.SubMessage{Selector: "TI_KIND", Cases: map[string]schema.Type{
		"number": {Kind: schema.U32}, "nest": {Kind: schema.Nest, Set: inner}}}}
	inner.Attrs[2].Type = schema.Type{Kind: schema.Nest, Set: inner}
	inner.Attrs[4].Type = schema.Type{Kind: schema.Sub, Sub: &schema.SubMessage{Selector: "TI_MODE", Cases: map[string]schema.Type{
		"WORD_ONE": {Kind: schema.String}, "77": {Kind: schema.U16}}, Default: schema.Type{Kind: schema.Unused}}}
	inner.Attrs[5].Type = schema.Type{Kind: schema.Sub, Sub: &schema.SubMessage{Selector: "family", Cases: map[string]schema.Type{
		"2": {Kind: schema.IPAddr}}}}
	elem := schema.Type{Kind: schema.Nest, Set: inner}
	set.Attrs = []schema.Attr{
		{ID: 1, Name: "T_BINARY"},
		{ID: 2, Name: "T_PAD", Type: schema.Type{Kind: schema.Pad}},
		{ID: 3, Name: "T_FLAG", Type: schema.Type{Kind: schema.Flag}},
		{ID: 4, Name: "T_U8", Type: schema.Type{Kind: schema.U8, Enum: flags}},
		{ID: 5, Name: "T_U16", Type: schema.Type{Kind: schema.U16}},
		{ID: 6, Name: "T_U32", Type: schema.Type{Kind: schema.U32, Hint: schema.Hex}},
		{ID: 7, Name: "T_U64", Type: schema.Type{Kind: schema.U64, Hint: schema.Bytes}},
		{ID: 8, Name: "T_S8", Type: schema.Type{Kind: schema.S8}},
		{ID: 9, Name: "T_S16", Type: schema.Type{Kind: schema.S16}},
		{ID: 10, Name: "T_S32", Type: schema.Type{Kind: schema.S32, Enum: words}},
		{ID: 11, Name: "T_S64", Type: schema.Type{Kind: schema.S64}},
		{ID: 12, Name: "T_UINT", Type: schema.Type{Kind: schema.Uint}},
		{ID: 13, Name: "T_SINT", Type: schema.Type{Kind: schema.Sint}},
		{ID: 14, Name: "T_STRING", Type: schema.Type{Kind: schema.String}},
		{ID: 15, Name: "T_IP", Type: schema.Type{Kind: schema.IPAddr, Prefix: "plen"}},
		{ID: 16, Name: "T_HW", Type: schema.Type{Kind: schema.HWAddr}},
		{ID: 17, Name: "T_NEST", Type: elem},
		{ID: 18, Name: "T_ARRAY", Type: schema.Type{Kind: schema.Array, Elem: &elem}},
		{ID: 19, Name: "T_PACKED", Type: schema.Type{Kind: schema.Packed, Elem: &schema.Type{Kind: schema.U16, Big: true}}},
		{ID: 20, Name: "T_STRUCT", Type: schema.Type{Kind: schema.Struct, Struct: pair}},
		{ID: 21, Name: "T_PAIRS", Type: schema.Type{Kind: schema.Packed, Elem: &schema.Type{Kind: schema.Struct, Struct: pair}}},
		{ID: 22, Name: "T_BITS32", Type: schema.Type{Kind: schema.Bits32, Enum: flags}},
		{ID: 23, Name: "T_MESSAGES", Type: schema.Type{Kind: schema.Messages}},
		{ID: 24, Name: "T_CUSTOM", Type: schema.Type{Kind: schema.Custom, Format: func(b []byte, big bool) (string, bool) {
			return fmt.Sprintf("%d bytes, big %v", len(b), big), len(b) < 9
		}}},
		{ID: 25, Name: "T_RECORDS", Type: schema.Type{Kind: schema.Records, Struct: hop, Set: inner}},
		{ID: 26, Name: "T_HEADED", Type: schema.Type{Kind: schema.Nest, Struct: pair, Set: inner}},
		{ID: 27, Name: "T_IFINDEX", Type: schema.Type{Kind: schema.U32, Hint: schema.IfIndex}},
		{ID: 28, Name: "T_BE32", Type: schema.Type{Kind: schema.U32, Big: true}},
		{ID: 29, Name: "T_UNUSED", Type: schema.Type{Kind: schema.Unused}},
	}
	header := &schema.StructType{Name: "testmsg", MinLen: 2, Fields: []schema.Field{
		{Name: "family", Type: schema.Type{Kind: schema.U8}},
		{Name: "plen", Type: schema.Type{Kind: schema.U8}},
		{Name: "mark", Type: schema.Type{Kind: schema.U32, Hint: schema.Hex}},
	}}
	return &schema.Family{
		Name: "test", Protocol: testProtocol, Origin: schema.BuiltIn, Header: header, Set: set,
		Messages: []schema.Message{
			{ID: 16, Name: "T_NEW"}, {ID: 17, Name: "T_GET", Dirs: schema.ToKernel}, {ID: 17, Name: "T_GET_REPLY", Dirs: schema.FromKernel},
			{ID: 18, Name: "T_TEXT", NoHeader: true, Body: &schema.Type{Kind: schema.String}},
			{ID: 19, Name: "T_DEL"},
		},
		Groups: []schema.Group{{ID: 3, Name: "TGRP_EVENTS"}},
		Lead:   []string{"TI_KIND", "T_STRING", "mark"},
	}
}

// testHeader is testmsg: six bytes, padded to eight in front of the attributes.
func (w wire) testHeader(family, plen uint8, mark uint32) []byte {
	return nltest.Cat([]byte{family, plen}, w.U32(mark), []byte{0, 0})
}

// dump writes a body as lines, for goldens.
func dump(b Body) string {
	var s strings.Builder
	dumpNodes(&s, b.Fields, 0)
	dumpNodes(&s, b.Attrs, 0)
	if len(b.Rest) > 0 {
		fmt.Fprintf(&s, "rest %d: %x\n", b.RestOff, b.Rest)
	}
	if b.Problem != "" {
		fmt.Fprintf(&s, "problem: %s\n", b.Problem)
	}
	return s.String()
}

func dumpNodes(s *strings.Builder, nodes []Node, depth int) {
	for i := range nodes {
		n := &nodes[i]
		fmt.Fprintf(s, "%s%d %s", strings.Repeat("  ", depth), n.Off, n.Label())
		if n.Hidden {
			s.WriteString(" hidden")
		}
		if n.Guess {
			s.WriteString(" guess")
		}
		switch {
		case n.Nested:
		case n.Value != nil:
			fmt.Fprintf(s, " = %T %v", n.Value, n.Value)
		default:
			fmt.Fprintf(s, " = raw %x", n.Raw)
		}
		if n.Text != "" {
			fmt.Fprintf(s, " | %s", n.Text)
		}
		if n.Problem != "" {
			fmt.Fprintf(s, " ! %s", n.Problem)
		}
		s.WriteByte('\n')
		dumpNodes(s, n.Children, depth+1)
	}
}

// covered checks that every byte of a frame is found again: in a message, and
// there in its header, a field, an attribute, padding or the rest.
func covered(t *testing.T, f *capture.Frame, ms []Message) {
	t.Helper()
	end := 0
	for i := range ms {
		m := &ms[i]
		if m.Offset < end || m.Offset > align4(end) && i > 0 {
			t.Fatalf("message %d begins at %d, the one before ends at %d", i, m.Offset, end)
		}
		end = m.Offset + len(m.Data)
		accountMessage(t, m)
	}
	if end > len(f.Data) {
		t.Fatalf("messages end at %d of %d bytes", end, len(f.Data))
	}
	for _, c := range f.Data[min(align4(end), len(f.Data)):] {
		if c != 0 || f.Cut() || len(ms) == 0 {
			t.Fatalf("messages end at %d of %d bytes", end, len(f.Data))
		}
	}
}

func accountMessage(t *testing.T, m *Message) {
	t.Helper()
	b := m.Body()
	seen := make([]bool, len(m.Data))
	mark := func(lo, hi int) {
		for i := max(lo, 0); i < min(hi, len(seen)); i++ {
			seen[i] = true
		}
	}
	if !m.NoHeader {
		mark(0, HeaderLen)
	}
	if m.isUevent() {
		for _, n := range b.Fields {
			mark(n.Off-len(n.Name)-1, n.Off+len(n.Raw)+1)
		}
	}
	if m.keyValuesBody() != nil {
		// Keys, quotation marks and spaces are of no node.
		inBytes(t, m, b.Fields)
		return
	}
	for _, nodes := range [][]Node{b.Fields, b.Attrs} {
		markNodes(t, m, nodes, len(m.Data), mark)
	}
	if string(m.Data[b.RestOff:b.RestOff+len(b.Rest)]) != string(b.Rest) {
		t.Fatalf("rest is not at %d", b.RestOff)
	}
	mark(b.RestOff, b.RestOff+len(b.Rest))
	for i, ok := range seen {
		if !ok {
			t.Fatalf("byte %d of %x is found nowhere\n%s", i, m.Data, dump(b))
		}
	}
}

func markNodes(t *testing.T, m *Message, nodes []Node, end int, mark func(lo, hi int)) {
	t.Helper()
	for i := range nodes {
		n := &nodes[i]
		lo, hi := n.Off, n.Off+len(n.Raw)
		if hi > len(m.Data) || string(m.Data[lo:hi]) != string(n.Raw) {
			t.Fatalf("%s: Raw is not at %d", n.Label(), lo)
		}
		if n.Attr {
			lo -= attrHdrLen
		}
		if n.Attr || n.Elem {
			hi = min(lo+align4(hi-lo), end)
		}
		mark(lo, hi)
		if !n.Nested {
			continue
		}
		inner := make([]bool, len(n.Raw))
		markNodes(t, m, n.Children, n.Off+len(n.Raw), func(lo, hi int) {
			for i := max(lo-n.Off, 0); i < min(hi-n.Off, len(inner)); i++ {
				inner[i] = true
			}
		})
		for j, ok := range inner {
			if !ok {
				t.Fatalf("byte %d of %s at %d is in none of its parts", j, n.Label(), n.Off)
			}
		}
	}
}
