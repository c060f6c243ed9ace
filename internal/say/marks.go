// SPDX-License-Identifier: Apache-2.0

package say

import "github.com/nltop/nltop/internal/decode"

// marks says of nodes whether they have been said: whole, or child by child. Most messages
// have few nodes, which are found by looking through them; a file may hold any number.
type marks struct {
	few  [16]marked
	n    int
	many map[*decode.Node]bool
}

type marked struct {
	node  *decode.Node
	whole bool
}

func (m *marks) set(n *decode.Node, whole bool) {
	for i := range m.few[:m.n] {
		if k := &m.few[i]; k.node == n {
			k.whole = k.whole || whole
			return
		}
	}
	if m.n < len(m.few) {
		m.few[m.n] = marked{n, whole}
		m.n++
		return
	}
	if m.many == nil {
		m.many = make(map[*decode.Node]bool)
	}
	m.many[n] = m.many[n] || whole
}

// of says whether a node was marked at all, and whether as a whole.
func (m *marks) of(n *decode.Node) (whole, known bool) {
	for i := range m.few[:m.n] {
		if k := &m.few[i]; k.node == n {
			return k.whole, true
		}
	}
	whole, known = m.many[n]
	return whole, known
}

// forget takes back that a node was said.
func (m *marks) forget(n *decode.Node) {
	for i := range m.few[:m.n] {
		if k := &m.few[i]; k.node == n {
			k.node = nil
			return
		}
	}
	delete(m.many, n)
}
