// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// MissingName returns the name of the attribute that an error says was missing
// from m, the request in question (NLMSGERR_ATTR_MISS_TYPE, in the nest at
// NLMSGERR_ATTR_MISS_NEST or at the top of the message), or "".
func (m *Message) MissingName(e *ErrorInfo) string {
	if !e.HasMissType || e.MissType > nlaTypeMask || m.dec == nil || m.NoHeader || m.headerBroken() {
		return ""
	}
	set := (&view{data: m.Data, ord: m.order()}).layout(m, HeaderLen, len(m.Data)).set
	if e.HasMissNest {
		b := m.Values()
		set = setAt(b.Attrs, int(e.MissNest))
	}
	if a := set.Lookup(uint16(e.MissType)); a != nil {
		return a.Name
	}
	return ""
}

// setAt returns the attribute set of the nest whose nlattr is at an offset.
func setAt(nodes []Node, off int) *schema.Set {
	for i := range nodes {
		n := &nodes[i]
		switch {
		case !n.Attr || off < n.Off-attrHdrLen || off >= n.Off+max(len(n.Raw), 1):
		case off == n.Off-attrHdrLen && n.typ != nil:
			return n.typ.Set
		default:
			return setAt(n.Children, off)
		}
	}
	return nil
}
