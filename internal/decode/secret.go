// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// Secret says why the bytes of a node must not leave the machine unasked, as its
// table has it; of one that contains others, the first reason in it that withholds
// bytes, or else its own.
func (n *Node) Secret() schema.Secrecy {
	own := schema.Public
	if n.typ != nil {
		own = n.typ.Secret
	}
	if own.Withheld() {
		return own
	}
	for i := range n.Children {
		if s := n.Children[i].Secret(); s.Withheld() {
			return s
		}
	}
	return own
}
