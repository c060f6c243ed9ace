// SPDX-License-Identifier: Apache-2.0

package decode

import "strconv"

// rest is what a request says beside what already leads its line (the item * of
// schema.LeadItem), as far as there is room for n words. The last word is then "+N":
// so many more were left out.
type rest struct {
	m      *Message
	lead   []Node
	shown  int // how many of lead are of the list
	n      int
	hidden int
}

func (m *Message) appendRest(lead []Node, n int) []Node {
	r := rest{m: m, lead: lead, shown: len(lead), n: n}
	b := m.Body()
	r.add(b.Attrs)
	if r.hidden > 0 {
		if len(r.lead) > r.shown {
			r.lead, r.hidden = r.lead[:len(r.lead)-1], r.hidden+1
		}
		r.lead = append(r.lead, Node{Text: "+" + strconv.Itoa(r.hidden)})
	}
	return r.lead
}

// add takes attributes without attributes of their own; those of nests stand alone.
func (r *rest) add(nodes []Node) {
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Elem && n.Nested:
			r.add(n.Children)
		case !n.Attr || n.Name == "" || n.Hidden || n.Overridden || r.m.family.Unled(r.m.def, n.Name):
		case n.Nested && len(n.Children) > 0 && (n.Children[0].Attr || n.Children[0].Elem && nests(n.Children)):
			r.add(n.Children)
		case r.told(n):
		case len(r.lead) < r.n:
			c := *n
			if c.Children = r.said(n.Children); len(c.Children) > 0 || len(n.Children) == 0 {
				r.lead = append(r.lead, c)
			}
		default:
			r.hidden++
		}
	}
}

// nests says whether the elements of an array hold attributes.
func nests(elements []Node) bool {
	for i := range elements {
		if c := elements[i].Children; len(c) > 0 && c[0].Attr {
			return true
		}
	}
	return false
}

// told says whether the list has named this, or a nest that it is in.
func (r *rest) told(n *Node) bool {
	for i := range r.lead[:r.shown] {
		l := &r.lead[i]
		if l.Name == "" {
			continue
		}
		if l.Off == n.Off && l.Name == n.Name || l.Off <= n.Off && n.Off+len(n.Raw) <= l.Off+len(l.Raw) && len(l.Raw) > len(n.Raw) {
			return true
		}
	}
	return false
}

// said leaves out what is zero, of structs, and what the list has named, and of arrays
// all but the first.
func (r *rest) said(children []Node) []Node {
	var out []Node
	elements := 0
	for _, c := range children {
		switch {
		case c.Elem:
			if elements++; elements > maxParts {
				continue
			}
		case !c.Attr && zero(c.Raw), r.told(&c), r.m.family.Unled(r.m.def, c.Name):
			continue
		}
		c.Children = r.said(c.Children)
		out = append(out, c)
	}
	if elements > maxParts {
		out = append(out, Node{Elem: true, Text: "+" + strconv.Itoa(elements-maxParts)})
	}
	return out
}
