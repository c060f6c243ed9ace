// SPDX-License-Identifier: Apache-2.0

// Package export writes messages: lines that people read, JSON lines that
// programs read, hex. It also says how a decoded value is written, for every
// view alike.
//
// Everything that comes from a socket or a process is hostile here: no byte of
// it reaches a terminal unless it prints. The package decides nothing about
// what is shown (package filter) and keeps nothing of it.
package export

import (
	"encoding/hex"
	"strconv"

	"github.com/nltop/nltop/internal/decode"
)

// maxRaw is how many bytes of a payload without a type stand in a line.
const maxRaw = 24

// maxInline is how many parts of a value stand in a line.
const maxInline = 16

// NodeText writes a node in one word: NAME=value.
func NodeText(n *decode.Node) string { return string(appendNode(nil, n)) }

// UnsaidText writes a node that no command has words for, behind one: "+NAME=value". Of
// a secret it has the name alone.
func UnsaidText(n *decode.Node) string {
	if s := n.Secret(); s.Withheld() {
		return "+" + decode.Quote(n.Label()) + "=<" + s.String() + ">"
	}
	return "+" + NodeText(n)
}

// NodeValue writes what a node says, or its bytes where nobody knows what they
// say. The parts of a nest are written in braces, as many as fit a line. What
// it returns is safe for a terminal.
func NodeValue(n *decode.Node) string { return string(appendValue(nil, n)) }

func appendNode(b []byte, n *decode.Node) []byte {
	if label := n.Label(); label != "" {
		b = append(b, decode.Quote(label)...)
		b = append(b, '=')
	}
	return appendValue(b, n)
}

func appendValue(b []byte, n *decode.Node) []byte {
	switch {
	case n.Redacted:
		return append(b, redacted...)
	case n.Nested:
		return appendParts(b, n)
	case n.Text != "":
		return append(b, n.Text...)
	}
	switch v := n.Value.(type) {
	case string:
		if v == "" {
			return append(b, `""`...)
		}
		return append(b, decode.Quote(v)...)
	case []string:
		return appendNames(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	}
	return appendRaw(b, n.Raw)
}

// appendNames writes the names of bits.
func appendNames(b []byte, names []string) []byte {
	if len(names) == 0 {
		return append(b, '0')
	}
	for i, name := range names {
		if i > 0 {
			b = append(b, '|')
		}
		b = append(b, name...)
	}
	return b
}

func appendRaw(b, raw []byte) []byte {
	if len(raw) <= maxRaw {
		return hex.AppendEncode(b, raw)
	}
	b = hex.AppendEncode(b, raw[:maxRaw])
	b = append(b, "... ("...)
	b = strconv.AppendInt(b, int64(len(raw)), 10)
	return append(b, " bytes)"...)
}

// appendParts writes the parts of a nest: an array's in brackets, without
// their indexes.
func appendParts(b []byte, n *decode.Node) []byte {
	open, closing := byte('{'), byte('}')
	if len(n.Children) > 0 && n.Children[0].Elem && !n.Children[0].Attr {
		open, closing = '[', ']'
	}
	b = append(b, open)
	shown := 0
	for i := range n.Children {
		c := &n.Children[i]
		if c.Hidden {
			continue
		}
		if shown > 0 {
			b = append(b, ' ')
		}
		if shown == maxInline {
			b = append(b, "..."...)
			break
		}
		if open == '[' && c.Elem {
			b = appendValue(b, c)
		} else {
			b = appendNode(b, c)
		}
		shown++
	}
	return append(b, closing)
}

// scalars says whether a node is an array of values that stand well in a line.
func scalars(n *decode.Node) bool {
	for i := range n.Children {
		if c := &n.Children[i]; !c.Elem || c.Attr || c.Nested || c.Problem != "" {
			return false
		}
	}
	return len(n.Children) > 0 && len(n.Children) <= maxInline
}
