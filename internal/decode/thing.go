// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// Thing returns what the message tells the state of; nil: of nothing that another one is
// compared with.
func (m *Message) Thing() *schema.Thing {
	if m.def == nil {
		return nil
	}
	return m.def.Thing
}

// Gone says whether it tells that its Thing is no more.
func (m *Message) Gone() bool { return m.def != nil && m.def.Gone }

// IfIndex returns the index of the interface that a node names; ok is false for one that
// names none.
func (n *Node) IfIndex() (index int32, ok bool) {
	if n.typ == nil || n.typ.Hint != schema.IfIndex || n.Nested {
		return 0, false
	}
	return int32(n.Num), n.Num != 0
}
