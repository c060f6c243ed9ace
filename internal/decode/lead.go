// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Lead returns at most n values that tell this message from others of its
// family: those that the tables name for it (schema.LeadItem), or else the first
// attributes that have a value. A node without a name is words.
func (m *Message) Lead(n int) []Node {
	if m.isUevent() {
		return m.lookups(nil, ueventLead, n)
	}
	if m.family == nil || m.NoHeader || isControl(m.Frame.Protocol, m.Header.Type) {
		return nil
	}
	lead := m.leads(n)
	if len(lead) > 0 {
		return lead
	}
	b := m.Body()
	for i := range b.Attrs {
		if len(lead) >= n {
			break
		}
		if a := &b.Attrs[i]; a.Value != nil || a.Guess && a.Text != "" {
			lead = append(lead, *a)
		}
	}
	return lead
}

func (m *Message) leads(n int) []Node {
	var lead []Node
	dir := schema.FromKernel
	if m.toKernel() {
		dir = schema.ToKernel
	}
	for _, item := range m.family.Leads(m.def) {
		if len(lead) >= n && !item.Rest {
			continue
		}
		for x := item; x != nil; x = x.Else {
			if x.Dirs != 0 && x.Dirs != dir || x.If != "" && !m.is(x.If, x.Is) {
				continue
			}
			if x.Rest {
				return m.appendRest(lead, n)
			}
			if node, ok := m.leadNode(x); ok {
				lead = append(lead, node)
				break
			}
		}
	}
	return lead
}

var ueventLead = []string{"DEVPATH", "SUBSYSTEM", "INTERFACE", "DEVNAME", "DRIVER"}

func (m *Message) lookups(dst []Node, names []string, n int) []Node {
	for _, name := range names {
		if len(dst) >= n {
			break
		}
		if node, ok := m.Lookup(name); ok {
			dst = append(dst, node)
		}
	}
	return dst
}

// is says whether a value has a name, or a bit of that name, or is a number.
func (m *Message) is(name, want string) bool {
	n, ok := m.Lookup(name)
	if !ok {
		return false
	}
	switch v := n.Value.(type) {
	case string:
		return v == want
	case []string:
		for _, s := range v {
			if s == want {
				return true
			}
		}
	case uint64:
		return strconv.FormatUint(v, 10) == want
	case int64:
		return strconv.FormatInt(v, 10) == want
	}
	return false
}

// leadNode makes the node of one item; false: there is nothing to show.
func (m *Message) leadNode(x *schema.LeadItem) (Node, bool) {
	switch {
	case x.Not != "":
		return Node{}, false
	case x.Words != "":
		return Node{Text: x.Words}, true
	}
	n, ok := m.lookup(x.Name, x.Flat)
	if ok && x.Part != "" {
		i := slices.IndexFunc(n.Children, func(c Node) bool { return c.Name == x.Part })
		if ok = i >= 0; ok {
			n = n.Children[i]
		}
	}
	switch {
	case !ok || x.Full && zero(n.Raw):
		return n, false
	case x.Mask != "":
		return m.masked(&n, x.Mask)
	case len(x.Of) > 0 && n.Nested:
		n.Children = partsOf(n.Children, x.Of)
		return n, len(n.Children) > 0
	}
	return n, true
}

// zero says whether a payload has bytes, and all are zero.
func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return len(b) > 0
}

// masked writes the bits that another value masks.
func (m *Message) masked(n *Node, mask string) (Node, bool) {
	k, ok := m.Lookup(mask)
	if !ok || n.typ == nil || n.typ.Enum == nil || len(n.Raw) != len(k.Raw) {
		return *n, false
	}
	all := truncate(^uint64(0), len(k.Raw))
	of := truncate(k.Num, len(k.Raw))
	if of == 0 || of == all {
		return *n, false
	}
	var b strings.Builder
	for _, v := range n.typ.Enum.Values {
		if v.N == 0 || of&v.N != v.N {
			continue
		}
		sign := byte('-')
		if n.Num&v.N == v.N {
			sign = '+'
		}
		b.WriteByte(sign)
		b.WriteString(v.Name)
		of &^= v.N
	}
	if of != 0 {
		b.WriteString("/0x" + strconv.FormatUint(of, 16))
	}
	return Node{Name: n.Name, Text: b.String(), Off: n.Off, Raw: n.Raw}, true
}

// maxParts is how many elements of an array a line names.
const maxParts = 3

// partsOf keeps of elements, or of a nest's members, those that a line has.
func partsOf(children []Node, names []string) []Node {
	var out []Node
	elements := 0
	for i := range children {
		c := &children[i]
		if !c.Elem {
			for _, name := range names {
				if c.Name == name {
					out = append(out, *c)
				}
			}
			continue
		}
		if elements++; elements > maxParts {
			continue
		}
		e := Node{ID: c.ID, Elem: true, Nested: true, Off: c.Off, Raw: c.Raw}
		for _, name := range names {
			if part, ok := findNode(c.Children, name); ok && !zero(part.Raw) {
				e.Children = append(e.Children, part)
			}
		}
		if len(e.Children) == 0 {
			e = *c
		}
		out = append(out, e)
	}
	if elements > maxParts {
		out = append(out, Node{Elem: true, Text: "+" + strconv.Itoa(elements-maxParts)})
	}
	return out
}
