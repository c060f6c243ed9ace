// SPDX-License-Identifier: Apache-2.0

// Package coverage measures how much of a traffic is decoded: per family, how
// many attributes have a name and a type, and what is left as hex.
//
// It does not decide what is decoded (package decode), nor print (cmd/nltop).
package coverage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Row is how much of one family is decoded.
type Row struct {
	Family   string `json:"family"`
	Messages int    `json:"messages"`
	// Unnamed messages have a type or command that no table knows.
	Unnamed int `json:"unnamed_messages"`
	// Problems are messages with something malformed.
	Problems int `json:"problems"`
	// Attrs counts nlattr headers at every depth, padding left out; elements of
	// an array count as named.
	Attrs      int `json:"attributes"`
	Named      int `json:"named"`
	Typed      int `json:"typed"`
	Fields     int `json:"fields"`       // members of headers and structs, words of text
	FieldsOK   int `json:"fields_typed"` // of them, those with a value
	OpaqueLen  int `json:"opaque_bytes"` // payloads that are bytes by design
	HexLen     int `json:"hex_bytes"`    // payloads and rests that nothing describes
	PayloadLen int `json:"payload_bytes"`
	// Unknown says where hex was left: path → how often.
	Unknown map[string]int `json:"unknown,omitempty"`
}

// Tally adds up messages. The zero value is ready.
type Tally struct {
	rows    map[string]*Row
	scratch decode.Scratch
}

// Add adds a message.
func (c *Tally) Add(m *decode.Message) {
	family := m.FamilyText()
	r := c.rows[family]
	if r == nil {
		if c.rows == nil {
			c.rows = make(map[string]*Row)
		}
		r = &Row{Family: family, Unknown: map[string]int{}}
		c.rows[family] = r
	}
	r.Messages++
	if m.Type == "" {
		r.Unnamed++
	}
	b := m.ValuesIn(&c.scratch)
	if b.Problem != "" {
		r.Problems++
	}
	if !m.NoHeader {
		r.PayloadLen += max(len(m.Data)-decode.HeaderLen, 0)
	} else {
		r.PayloadLen += len(m.Data)
	}
	r.nodes(m.TypeText(), b.Fields)
	r.nodes(m.TypeText(), b.Attrs)
	if len(b.Rest) > 0 {
		r.hex(m.TypeText()+" (rest)", len(b.Rest))
	}
}

// Named says whether an attribute has a name: elements of an array need none.
func Named(n *decode.Node) bool { return n.Name != "" || n.Elem }

// Typed says whether a payload is shown as more than bare hex.
func Typed(n *decode.Node) bool {
	return n.Value != nil || n.Redacted || n.Nested && !n.Guess || len(n.Raw) == 0 && n.Name != ""
}

// Skipped are nodes that count for nothing: padding, and the request that an
// error quotes, which was counted when it was sent.
func Skipped(n *decode.Node) bool { return n.Hidden || n.Name == "msg" && !n.Attr }

// nodes adds the nodes of one nest.
func (r *Row) nodes(path string, nodes []decode.Node) {
	for i := range nodes {
		n := &nodes[i]
		if Skipped(n) {
			continue
		}
		here := path + " > " + n.Label()
		known := Typed(n)
		if n.Attr {
			r.Attrs++
			if Named(n) {
				r.Named++
			}
			if known {
				r.Typed++
			}
		} else if !n.Nested {
			r.Fields++
			if known {
				r.FieldsOK++
			}
		}
		switch {
		case n.Nested:
			r.nodes(here, n.Children)
		case !known:
			r.hex(here, len(n.Raw))
		case n.Kind() == schema.Opaque:
			r.OpaqueLen += len(n.Raw)
		}
		if n.Nested && n.Guess {
			r.hex(here+" (guess)", 0)
		}
	}
}

func (r *Row) hex(path string, n int) {
	r.HexLen += n
	r.Unknown[path]++
}

// Rows returns the sums, by family.
func (c *Tally) Rows() []Row {
	rows := make([]Row, 0, len(c.rows))
	for _, family := range slices.SortedFunc(maps.Keys(c.rows), cmp.Compare[string]) {
		rows = append(rows, *c.rows[family])
	}
	return rows
}

// Percent is part of a whole in percent; 100 of nothing.
func Percent(part, whole int) float64 {
	if whole == 0 {
		return 100
	}
	return 100 * float64(part) / float64(whole)
}
