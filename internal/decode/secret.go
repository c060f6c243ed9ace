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
	if own == schema.Public && n.Redacted {
		return schema.Unnamed
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

// redacted is what stands in place of a value that was overwritten.
const redacted = "<redacted>"

// redact makes n the node of a payload that was overwritten: it has no value.
func (w *walker) redact(n *Node) {
	n.Redacted, n.Value, n.Num = true, nil, 0
	n.Guess, n.Policy = false, false
	if !w.plain {
		n.Text = redacted
	}
}

// unread looks at what nobody could read: it may have been overwritten, too.
func (w *walker) unread(n *Node) {
	if !n.Nested && !n.Redacted && schema.FilledRest(n.Raw) {
		w.redact(n)
	}
}

// Seal stands for bytes that were overwritten: two of one run are equal if the bytes
// were, and nothing can be found out from one.
type Seal struct {
	Off int // where they began in Message.Data, in bytes
	Sum uint64
}

// SealIn returns one number for all bytes that were overwritten at [lo, hi) of
// Message.Data; 0: none.
func (m *Message) SealIn(lo, hi int) uint64 {
	var sum uint64
	for _, s := range m.Seals {
		if s.Off >= lo && s.Off < hi {
			sum = (sum<<5|sum>>59)*0x9e3779b97f4a7c15 ^ s.Sum
		}
	}
	return sum
}
