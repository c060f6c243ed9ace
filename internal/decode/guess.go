// SPDX-License-Identifier: Apache-2.0

package decode

import "github.com/nltop/nltop/internal/decode/schema"

// guess marks a payload that no table describes and that may be text or a
// number. Its Value stays nil: what it is nobody knows.
func (w *walker) guess(n *Node) {
	if text, ok := guessString(n.Raw); ok {
		n.Guess = true
		if !w.plain {
			n.Text = text
		}
		return
	}
	switch len(n.Raw) {
	case 1, 2, 4, 8:
		n.Guess, n.big = true, w.big(n, &schema.Type{})
	}
}

// Guessed returns what the payload of a node with Guess may be: a string, a
// uint64, or nil where it is taken for attributes.
func (n *Node) Guessed() any {
	if !n.Guess || n.Nested {
		return nil
	}
	if text, ok := guessString(n.Raw); ok {
		return text
	}
	o := order(n.big)
	switch len(n.Raw) {
	case 1:
		return uint64(n.Raw[0])
	case 2:
		return uint64(o.u16(n.Raw))
	case 4:
		return uint64(o.u32(n.Raw))
	case 8:
		return o.u64(n.Raw)
	}
	return nil
}

// ofPolicy returns the type that a policy gives, or nil where the payload does
// not look like it: a policy tells what the kernel accepts in requests, which
// need not be what it sends.
func (w *walker) ofPolicy(n *Node, t *schema.Type) *schema.Type {
	ok := false
	switch t.Kind {
	case schema.Binary:
	case schema.Flag:
		ok = len(n.Raw) == 0
	case schema.String:
		ok = printable(cString(n.Raw))
	case schema.Nest, schema.Array:
		ok = len(n.Raw) == 0 || w.ord.parses(w.data, n.Off, n.Off+len(n.Raw), true)
	case schema.Uint, schema.Sint:
		ok = len(n.Raw) == 4 || len(n.Raw) == 8
	default:
		ok = len(n.Raw) == t.Width()
	}
	if !ok {
		return nil
	}
	return t
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
