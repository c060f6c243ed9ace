// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Visitor is what Walk calls. What is nil is not called.
type Visitor struct {
	// Set, Struct, Enum and Sub are called once for each value, where it is met
	// first, before what it contains.
	Set    func(at *Place, s *Set)
	Struct func(at *Place, s *StructType)
	Enum   func(at *Place, e *Enum)
	Sub    func(at *Place, s *SubMessage)
	// Type is called for every type: of an attribute, a field, an element, a
	// case, a body.
	Type func(at *Place, t *Type)
	// Refer is called each time that one refers to another, also where that was
	// visited before: x is a *Set, *StructType or *SubMessage, and holder the one
	// whose attribute, field or case leads to it; nil: a message or the family.
	Refer func(holder, x any)
}

// Walk visits everything that families refer to, the messages in their order and
// then what the family has for all of them. It ends where tables contain
// themselves, and takes keys of maps in their order, so that two walks are
// alike. Build need not have run.
func Walk(v Visitor, families ...*Family) {
	w := walk{Visitor: v, seen: make(map[any]struct{})}
	for _, f := range families {
		w.family(f)
	}
}

// Place says how Walk came to what it visits. It is valid during the call.
type Place struct{ steps []step }

// step is one part of a path; its text is made when somebody asks.
type step struct {
	kind   stepKind
	name   string
	member string // kind fieldStep: of the struct name
	n      uint64 // kinds variantStep and lengthStep
}

type stepKind uint8

const (
	nameStep    stepKind = iota // a family, a message, an attribute
	fieldStep                   // a member of a struct
	variantStep                 // of a message, by the number that selects it
	dumpStep                    // of a message
	elemStep
	lengthStep // a payload of so many bytes
	caseStep   // by the value that selects it
	defaultStep
)

// String is the path from the family: "route/RTM_NEWLINK/IFLA_LINKINFO".
func (p *Place) String() string {
	var b strings.Builder
	for i := range p.steps {
		s := &p.steps[i]
		switch s.kind {
		case nameStep:
			if i > 0 {
				b.WriteByte('/')
			}
			b.WriteString(s.name)
		case fieldStep:
			b.WriteString("/" + s.name + "." + s.member)
		case variantStep:
			fmt.Fprintf(&b, "(%d)", s.n)
		case dumpStep:
			b.WriteString("(dump)")
		case elemStep:
			b.WriteString("[]")
		case lengthStep:
			fmt.Fprintf(&b, "(%d bytes)", s.n)
		case caseStep:
			b.WriteString("(" + s.name + ")")
		case defaultStep:
			b.WriteString("(default)")
		}
	}
	return b.String()
}

type walk struct {
	Visitor
	at   Place
	seen map[any]struct{}
}

// first says whether x was not visited before.
func (w *walk) first(x any) bool {
	if _, ok := w.seen[x]; ok {
		return false
	}
	w.seen[x] = struct{}{}
	return true
}

func (w *walk) refer(holder, x any) {
	if w.Refer != nil {
		w.Refer(holder, x)
	}
}

func (w *walk) push(s step) { w.at.steps = append(w.at.steps, s) }
func (w *walk) pop()        { w.at.steps = w.at.steps[:len(w.at.steps)-1] }

func (w *walk) family(f *Family) {
	w.push(step{name: f.Name})
	for i := range f.Messages {
		m := &f.Messages[i]
		w.push(step{name: m.Name})
		w.layout(&Variant{Header: m.Header, Set: m.Set, Body: m.Body})
		if m.Variants != nil {
			for _, n := range slices.Sorted(maps.Keys(m.Variants.Cases)) {
				v := m.Variants.Cases[n]
				w.push(step{kind: variantStep, n: n})
				w.layout(&v)
				w.pop()
			}
		}
		if m.Dump != nil {
			w.push(step{kind: dumpStep})
			w.layout(m.Dump)
			w.pop()
		}
		for k := range m.Legacy {
			w.push(step{name: "(legacy)"})
			w.layout(&m.Legacy[k].Variant)
			w.pop()
		}
		w.pop()
	}
	w.layout(&Variant{Header: f.Header, Set: f.Set})
	if f.Errnos != nil {
		w.step(step{name: "errno"}, nil, &Type{Kind: S32, Enum: f.Errnos})
	}
	w.pop()
}

func (w *walk) layout(l *Variant) {
	w.strct(nil, l.Header)
	w.set(nil, l.Set)
	w.typ(nil, l.Body)
}

func (w *walk) set(holder any, s *Set) {
	if s == nil {
		return
	}
	w.refer(holder, s)
	if !w.first(s) {
		return
	}
	if w.Set != nil {
		w.Set(&w.at, s)
	}
	depth := len(w.at.steps)
	w.push(step{})
	for i := range s.Attrs {
		w.at.steps[depth].name = s.Attrs[i].Name
		w.typ(s, &s.Attrs[i].Type)
	}
	w.pop()
}

func (w *walk) strct(holder any, s *StructType) {
	if s == nil {
		return
	}
	w.refer(holder, s)
	if !w.first(s) {
		return
	}
	if w.Struct != nil {
		w.Struct(&w.at, s)
	}
	depth := len(w.at.steps)
	w.push(step{kind: fieldStep, name: s.Name})
	for i := range s.Fields {
		w.at.steps[depth].member = s.Fields[i].Name
		w.typ(s, &s.Fields[i].Type)
	}
	w.pop()
}

// step visits a type that lies one step further.
func (w *walk) step(s step, holder any, t *Type) {
	w.push(s)
	w.typ(holder, t)
	w.pop()
}

func (w *walk) typ(holder any, t *Type) {
	if t == nil {
		return
	}
	if w.Type != nil {
		w.Type(&w.at, t)
	}
	if t.Enum != nil && w.first(t.Enum) && w.Enum != nil {
		w.Enum(&w.at, t.Enum)
	}
	w.set(holder, t.Set)
	w.strct(holder, t.Struct)
	if t.Elem != nil {
		w.step(step{kind: elemStep}, holder, t.Elem)
	}
	if t.ByLen != nil {
		for _, n := range slices.Sorted(maps.Keys(t.ByLen)) {
			w.step(step{kind: lengthStep, n: uint64(n)}, holder, t.ByLen[n])
		}
	}
	w.sub(holder, t.Sub)
}

func (w *walk) sub(holder any, s *SubMessage) {
	if s == nil {
		return
	}
	w.refer(holder, s)
	if !w.first(s) {
		return
	}
	if w.Sub != nil {
		w.Sub(&w.at, s)
	}
	for _, key := range slices.Sorted(maps.Keys(s.Cases)) {
		c := s.Cases[key]
		w.step(step{kind: caseStep, name: key}, s, &c)
	}
	w.step(step{kind: defaultStep}, s, &s.Default)
}
