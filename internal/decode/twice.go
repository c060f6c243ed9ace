// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// request says whether the kernel reads the message: it is one, or an error quotes it.
func (m *Message) request() bool {
	return m.Header.Flags&flagRequest != 0 && !isControl(m.Frame.Protocol, m.Header.Type)
}

// overridden marks the attributes of a nest that stand there again further on: nla_parse
// keeps the last of each.
func overridden(nodes []Node, set *schema.Set) {
	var seen [4]uint64 // IDs below 256
	for i := len(nodes) - 1; i >= 0; i-- {
		n := &nodes[i]
		if !n.Attr || n.Name == "" {
			continue
		}
		again := false
		if n.ID < 256 {
			bit := uint64(1) << (n.ID % 64)
			again = seen[n.ID/64]&bit != 0
			seen[n.ID/64] |= bit
		} else {
			for k := i + 1; k < len(nodes) && k <= i+maxAgain && !again; k++ {
				again = nodes[k].Attr && nodes[k].ID == n.ID
			}
		}
		if again {
			def := set.Lookup(n.ID)
			n.Overridden = def != nil && !def.Multi && def.Type.Kind != schema.Pad
		}
	}
}

// maxAgain is how far an attribute of a high number is looked for.
const maxAgain = 64

// again says whether an attribute stands once more between its end and hi.
func (v *view) again(a span, hi int) bool {
	// attrAt says more than is needed here, at each lookup of a name.
	o, data := v.ord, v.data[:hi]
	for lo := a.next; hi-lo >= attrHdrLen; {
		size, typ := o.u16(data[lo:]), o.u16(data[lo+2:])
		if size < attrHdrLen {
			return false
		}
		if typ&nlaTypeMask == a.id {
			return true
		}
		lo += align4(int(size))
	}
	return false
}
