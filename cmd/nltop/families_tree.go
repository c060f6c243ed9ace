// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// inventory is the attribute sets of a family, each once, in the order in which
// they are met.
type inventory struct {
	names map[*schema.Set]string // unique
	order []*schema.Set
}

func takeInventory(f *schema.Family) *inventory {
	v := &inventory{names: map[*schema.Set]string{}}
	taken := map[string]int{}
	schema.Walk(schema.Visitor{Set: func(_ *schema.Place, s *schema.Set) {
		name := s.Name
		if name == "" {
			name = "attributes"
		}
		taken[name]++
		if n := taken[name]; n > 1 {
			name = fmt.Sprintf("%s#%d", name, n)
		}
		v.names[s] = name
		v.order = append(v.order, s)
	}}, f)
	return v
}

func countAttributes(f *schema.Family) int {
	n := 0
	for _, s := range takeInventory(f).order {
		n += len(s.Attrs)
	}
	return n
}

// familyDetails is a family as -o json prints it.
type familyDetails struct {
	*familyRow
	Operations []operationRow       `json:"operations"`
	Sets       map[string][]attrRow `json:"attribute_sets"`
}

type operationRow struct {
	ID     uint16 `json:"id"`
	Name   string `json:"name,omitempty"`
	Dir    string `json:"dir,omitempty"` // "" is both
	Header string `json:"header,omitempty"`
	Set    string `json:"attribute_set,omitempty"`
}

type attrRow struct {
	ID     uint16            `json:"id"`
	Name   string            `json:"name,omitempty"`
	Type   string            `json:"type"`
	Enum   string            `json:"enum,omitempty"`
	Struct string            `json:"struct,omitempty"`
	Set    string            `json:"attribute_set,omitempty"`
	Select string            `json:"selector,omitempty"`
	Cases  map[string]string `json:"cases,omitempty"` // selector's value → attribute set, struct or type
	Note   string            `json:"note,omitempty"`
}

func detailsOf(r *familyRow) *familyDetails {
	v := takeInventory(r.family)
	d := &familyDetails{familyRow: r, Operations: v.operations(r.family), Sets: map[string][]attrRow{}}
	for _, s := range v.order {
		rows := make([]attrRow, 0, len(s.Attrs))
		for i := range s.Attrs {
			rows = append(rows, v.attr(&s.Attrs[i]))
		}
		d.Sets[v.names[s]] = rows
	}
	return d
}

func (v *inventory) operations(f *schema.Family) []operationRow {
	ops := make([]operationRow, 0, len(f.Messages))
	for i := range f.Messages {
		m := &f.Messages[i]
		o := operationRow{ID: m.ID, Name: m.Name}
		switch m.Dirs {
		case schema.ToKernel:
			o.Dir = "request"
		case schema.FromKernel:
			o.Dir = "reply"
		case schema.Events:
			o.Dir = "event"
		}
		switch {
		case m.Header != nil:
			o.Header = m.Header.Name
		case f.Header != nil && !m.NoHeader:
			o.Header = f.Header.Name
		}
		set := m.Set
		if set == nil && m.Body == nil {
			set = f.Set
		}
		o.Set = v.names[set]
		ops = append(ops, o)
	}
	return ops
}

func (v *inventory) attr(a *schema.Attr) attrRow {
	r := attrRow{ID: a.ID, Name: a.Name, Type: typeWords(&a.Type), Note: a.Note}
	t := innermost(&a.Type)
	if t.Enum != nil {
		r.Enum = t.Enum.Name
	}
	if t.Struct != nil {
		r.Struct = t.Struct.Name
	}
	r.Set = v.names[t.Set]
	if t.Sub != nil {
		r.Select, r.Cases = t.Sub.Selector, map[string]string{}
		for key, c := range t.Sub.Cases {
			r.Cases[key] = v.caseWords(&c)
		}
	}
	return r
}

func (v *inventory) caseWords(t *schema.Type) string {
	switch {
	case t.Set != nil:
		return v.names[t.Set]
	case t.Struct != nil:
		return "struct " + t.Struct.Name
	}
	return typeWords(t)
}

// typeWords is a type in words: "u32 big-endian", "indexed-array of nest".
func typeWords(t *schema.Type) string {
	s := t.Kind.String()
	switch {
	case t.Big:
		s += " big-endian"
	case t.Little:
		s += " little-endian"
	}
	if t.Elem != nil {
		s += " of " + typeWords(t.Elem)
	}
	return s
}

// describe prints a family: its operations, then the attributes of their sets.
// A set is printed once, where it is met first.
func describe(w io.Writer, r *familyRow) error {
	v := takeInventory(r.family)
	p := &treePrinter{w: w, v: v, done: map[*schema.Set]bool{}}
	p.line(0, "%s: %s, id %s, version %d, source %s", decode.Quote(r.Name), r.Protocol, r.id(), r.Version, r.source())
	p.line(0, "groups: %s", groupWords(r.Groups, 0))
	p.line(0, "operations: %d", len(r.family.Messages))
	for _, o := range v.operations(r.family) {
		words := []string{fmt.Sprintf("%5d", o.ID)}
		for _, s := range []string{o.Name, o.Dir, label("header ", o.Header), label("attributes ", o.Set)} {
			if s != "" {
				words = append(words, decode.Quote(s))
			}
		}
		p.line(0, "%s", strings.Join(words, "  "))
	}
	p.line(0, "attributes: %d", r.Attributes)
	for _, s := range v.order {
		if !p.done[s] {
			p.line(1, "%s", decode.Quote(v.names[s]))
			p.set(s, 2)
		}
	}
	return p.err
}

func label(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}

type treePrinter struct {
	w    io.Writer
	v    *inventory
	done map[*schema.Set]bool
	err  error
}

// deepest is how deep the tree goes; what lies below is printed on its own.
const deepest = 12

func (p *treePrinter) line(depth int, format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, strings.Repeat("  ", depth)+format+"\n", args...)
	}
}

func (p *treePrinter) set(s *schema.Set, depth int) {
	p.done[s] = true
	for i := range s.Attrs {
		a := &s.Attrs[i]
		name := a.Name
		if name == "" {
			name = "attribute"
		}
		r := p.v.attr(a)
		words := []string{fmt.Sprintf("%5d", a.ID), name, r.Type}
		for _, x := range []string{label("enum ", r.Enum), label("struct ", r.Struct), label("by ", r.Select), label("— ", a.Note)} {
			if x != "" {
				words = append(words, x)
			}
		}
		line := decode.Quote(strings.Join(words, " "))
		inner := innermost(&a.Type).Set
		switch {
		case inner != nil && (p.done[inner] || depth >= deepest):
			line += "  → " + p.v.names[inner]
			inner = nil
		case inner != nil:
			line += "  " + p.v.names[inner] + ":"
		}
		p.line(depth, "%s", line)
		if inner != nil {
			p.set(inner, depth+1)
		}
		p.cases(innermost(&a.Type).Sub, depth+1)
	}
}

func innermost(t *schema.Type) *schema.Type {
	for t.Elem != nil {
		t = t.Elem
	}
	return t
}

// cases prints what a selector selects.
func (p *treePrinter) cases(sub *schema.SubMessage, depth int) {
	if sub == nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(sub.Cases)) {
		c := sub.Cases[key]
		line := "if " + decode.Quote(key) + ": " + p.v.caseWords(&c)
		if c.Set == nil || p.done[c.Set] || depth >= deepest {
			p.line(depth, "%s", line)
			continue
		}
		p.line(depth, "%s:", line)
		p.set(c.Set, depth+1)
	}
}
