// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// How says who is right where two descriptions of a family differ.
type How uint8

const (
	Fill     How = iota // the first; the second only adds what is missing
	Override            // the second
)

// Merge joins two lists of families. Those that describe the same (protocol,
// nfnetlink subsystem, generic name) become one that knows the messages,
// attributes, enumerators and groups of both:
//
//   - Where both know an attribute or a field, the winner decides what kind of
//     value it is. What it leaves open (enum, hint, nested set), and bytes of
//     which it knows no more than that, are taken from the other.
//   - A UAPI name stands against a name that a spec made up, whoever wins.
//   - The first list keeps names and fixed numbers of its families.
//
// The families given are not changed. The result is not built.
func Merge(first, second []*Family, how How) []*Family {
	out := slices.Clone(first)
	for _, f := range second {
		i := slices.IndexFunc(out, func(o *Family) bool { return sameFamily(o, f) })
		if i < 0 {
			out = append(out, f)
			continue
		}
		out[i] = mergeFamily(out[i], f, how)
	}
	return out
}

// sameFamily: specs write some generic names with dashes.
func sameFamily(a, b *Family) bool {
	if a.Protocol != b.Protocol || a.Subsys != b.Subsys {
		return false
	}
	return a.Protocol != unix.NETLINK_GENERIC || a.Name == b.Name ||
		strings.ReplaceAll(a.Name, "-", "_") == strings.ReplaceAll(b.Name, "-", "_")
}

// merger joins tables, the winner's first. It remembers what it has joined:
// sets contain themselves.
type merger struct {
	how     How
	sets    map[[2]*Set]*Set
	structs map[[2]*StructType]*StructType
	enums   map[[2]*Enum]*Enum
	subs    []*SubMessage
	renamed map[string][]string // name that was given up → names that stand
}

func mergeFamily(first, second *Family, how How) *Family {
	m := &merger{
		how:  how,
		sets: map[[2]*Set]*Set{}, structs: map[[2]*StructType]*StructType{}, enums: map[[2]*Enum]*Enum{},
		renamed: map[string][]string{},
	}
	win, lose := first, second
	if how == Override {
		win, lose = second, first
	}
	f := &Family{
		Name: first.Name, Protocol: first.Protocol, Subsys: first.Subsys, GenlID: first.GenlID, Version: win.Version,
		Origin: first.Origin, Merged: second.Origin,
		Header: m.strct(win.Header, lose.Header), Set: m.set(win.Set, lose.Set),
		Groups: mergeGroups(win.Groups, lose.Groups), Lead: first.Lead, Errnos: win.Errnos,
	}
	if f.Errnos == nil {
		f.Errnos = lose.Errnos
	}
	if f.Origin == f.Merged {
		f.Merged = None
	}
	if len(f.Lead) == 0 {
		f.Lead = second.Lead
	}
	f.Messages = m.messages(win, lose)
	for _, s := range m.subs {
		for _, name := range append([]string{s.Selector}, s.Also...) {
			for _, now := range m.renamed[name] {
				if now != s.Selector && !slices.Contains(s.Also, now) {
					s.Also = append(s.Also, now)
				}
			}
		}
	}
	return f
}

func mergeGroups(win, lose []Group) []Group {
	out := slices.Clone(win)
	for _, g := range lose {
		i := slices.IndexFunc(out, func(o Group) bool { return o.Name == g.Name || o.ID == g.ID && g.ID != 0 })
		switch {
		case i < 0:
			out = append(out, g)
		case out[i].ID == 0:
			out[i].ID = g.ID
		}
	}
	return out
}

// uapiName says whether a name looks like an enumerator of a header, which has
// no small letters.
func uapiName(s string) bool {
	return s != "" && strings.ToUpper(s) == s && strings.ContainsAny(s, "_")
}

// name picks the name that stands.
func (m *merger) name(win, lose string) string {
	now, old := win, lose
	if win == "" || !uapiName(win) && uapiName(lose) {
		now, old = lose, win
	}
	if old != "" && old != now && !slices.Contains(m.renamed[old], now) {
		m.renamed[old] = append(m.renamed[old], now)
	}
	return now
}

// exact returns the message of an ID that holds in one direction.
func (f *Family) exact(id uint16, dir Dirs) *Message {
	for i := range f.Messages {
		if x := &f.Messages[i]; x.ID == id && (x.Dirs == AnyDir && dir != Events || x.Dirs&dir != 0) {
			return x
		}
	}
	return nil
}

// messages joins the messages of two families, direction by direction.
func (m *merger) messages(win, lose *Family) []Message {
	var out []Message
	seen := map[uint16]bool{}
	for _, f := range []*Family{win, lose} {
		for i := range f.Messages {
			id := f.Messages[i].ID
			if seen[id] {
				continue
			}
			seen[id] = true
			if e, f := win.exact(id, Events), lose.exact(id, Events); e != nil || f != nil {
				out = append(out, m.message(e, f, win, lose, Events))
			}
			a, b := win.exact(id, ToKernel), lose.exact(id, ToKernel)
			c, d := win.exact(id, FromKernel), lose.exact(id, FromKernel)
			switch {
			case a == nil && b == nil && c == nil && d == nil:
				continue
			case a == c && b == d:
				out = append(out, m.message(a, b, win, lose, AnyDir))
				continue
			case a == c && a != nil && b != nil && d != nil && b.Name != d.Name && uapiName(d.Name):
				// One side has the number once, the other knows that it is a command
				// one way and an event the other (MPTCP_EVENT_*).
				c = nil
			}
			if a != nil || b != nil {
				out = append(out, m.message(a, b, win, lose, ToKernel))
			}
			if c != nil || d != nil {
				out = append(out, m.message(c, d, win, lose, FromKernel))
			}
		}
	}
	return out
}

func (m *merger) message(a, b *Message, win, lose *Family, dirs Dirs) Message {
	a, b = a.resolved(win), b.resolved(lose)
	x := Message{Dirs: dirs}
	switch {
	case b == nil:
		b = &Message{}
	case a == nil:
		a = &Message{ID: b.ID, NoHeader: b.NoHeader}
	}
	x.ID, x.NoHeader = a.ID, a.NoHeader && b.Header == nil
	x.Name = m.name(a.Name, b.Name)
	x.Header, x.Set = m.strct(a.Header, b.Header), m.set(a.Set, b.Set)
	x.Body, x.Variants, x.Dump = a.Body, a.Variants, a.Dump
	if x.Lead = a.Lead; x.Lead == nil {
		x.Lead = b.Lead
	}
	if x.Late = a.Late; x.Late == LateNothing {
		x.Late = b.Late
	}
	x.Effect, x.Told = m.effects(a, b)
	if x.Probe = a.Probe; x.Probe == nil {
		x.Probe = b.Probe
	}
	if x.Legacy = a.Legacy; x.Legacy == nil {
		x.Legacy = b.Legacy
	}
	if x.Dump == nil {
		x.Dump = b.Dump
	}
	if x.Variants == nil {
		x.Variants = b.Variants
	}
	if x.Body == nil && a.Set == nil {
		x.Body = b.Body
	}
	return x
}

// effects are those of the first list, where it decides, whoever wins: people have.
func (m *merger) effects(win, lose *Message) (effect, told Effect) {
	first, second := win, lose
	if m.how == Override {
		first, second = lose, win
	}
	if first.Effect == Undecided {
		return second.Effect, second.Told
	}
	return first.Effect, first.Told
}

// resolved fills in what a message has from its family.
func (x *Message) resolved(f *Family) *Message {
	if x == nil {
		return nil
	}
	c := *x
	if c.Header == nil && !c.NoHeader {
		c.Header = f.Header
	}
	if c.Set == nil {
		c.Set = f.Set
	}
	return &c
}

func (m *merger) set(a, b *Set) *Set {
	if a == b || b == nil {
		return m.copySet(a)
	}
	if a == nil {
		return m.copySet(b)
	}
	key := [2]*Set{a, b}
	if s := m.sets[key]; s != nil {
		return s
	}
	s := &Set{Name: m.setName(a, b), Max: max(a.Max, b.Max)}
	m.sets[key] = s
	for i := range a.Attrs {
		s.Attrs = append(s.Attrs, m.attr(&a.Attrs[i], b.byID(a.Attrs[i].ID)))
	}
	for i := range b.Attrs {
		if a.byID(b.Attrs[i].ID) == nil {
			s.Attrs = append(s.Attrs, m.attr(&b.Attrs[i], nil))
		}
	}
	return s
}

func (m *merger) setName(a, b *Set) string {
	if uapiName(b.Name+"_") && !uapiName(a.Name+"_") {
		return b.Name
	}
	return a.Name
}

// copySet copies a set that only one side has, so that building the result
// writes nothing that belongs to another family.
func (m *merger) copySet(a *Set) *Set {
	if a == nil {
		return nil
	}
	key := [2]*Set{a, nil}
	if s := m.sets[key]; s != nil {
		return s
	}
	s := &Set{Name: a.Name, Max: a.Max}
	m.sets[key] = s
	for i := range a.Attrs {
		s.Attrs = append(s.Attrs, m.attr(&a.Attrs[i], nil))
	}
	return s
}

// byID is Lookup for a set that may not be built yet.
func (s *Set) byID(id uint16) *Attr {
	for i := range s.Attrs {
		if s.Attrs[i].ID == id {
			return &s.Attrs[i]
		}
	}
	return nil
}

func (m *merger) attr(a, b *Attr) Attr {
	if b == nil {
		return Attr{ID: a.ID, Name: a.Name, Note: a.Note, Multi: a.Multi, Strict: a.Strict, Type: m.typ(a.Type, Type{})}
	}
	t := m.typ(a.Type, b.Type)
	t.Secret = m.secret(a.Type.Secret, b.Type.Secret)
	x := Attr{ID: a.ID, Name: m.name(a.Name, b.Name), Type: t, Note: a.Note, Multi: a.Multi || b.Multi, Strict: a.Strict || b.Strict}
	if x.Note == "" || a.Type.Kind != x.Type.Kind {
		x.Note = b.Note
	}
	return x
}

// secret is the mark of what both know: that of the first list, whoever wins, since
// people have decided it.
func (m *merger) secret(win, lose Secrecy) Secrecy {
	if m.how == Override {
		return lose
	}
	return win
}

// typ joins two types of one value, the winner's first.
func (m *merger) typ(a, b Type) Type {
	if vague(a.Kind) && !vague(b.Kind) {
		a, b = b, Type{}
	}
	if a.Kind == Nest && b.Kind == Sub {
		// A nest of one kind against one of many: what the winner knows is the
		// usual kind, and the others are left open.
		b.Sub = m.sub(b.Sub, nil)
		b.Sub.Default = m.typ(a, b.Sub.Default)
		return b
	}
	t := a
	if a.Kind == b.Kind {
		t = a.inherit(b)
	}
	if m.how == Fill && numeric(a.Kind) {
		// Host order is not something left open: specs err about it, and would
		// change values that are right (TCA_FLOWER_KEY_VLAN_ID).
		t.Big, t.Little = a.Big, a.Little
	}
	t.Enum = m.enum(a.Enum, b.Enum, a.Kind == b.Kind || numeric(a.Kind) && numeric(b.Kind))
	other := Type{}
	if a.Kind == b.Kind {
		other = b
	}
	t.Set, t.Struct = m.set(a.Set, other.Set), m.strct(a.Struct, other.Struct)
	if a.Elem != nil {
		e := Type{}
		if other.Elem != nil {
			e = *other.Elem
		}
		e = m.typ(*a.Elem, e)
		t.Elem = &e
	}
	if a.Sub != nil {
		t.Sub = m.sub(a.Sub, other.Sub)
	}
	return t
}

// vague kinds say no more than that there are bytes.
func vague(k Kind) bool { return k == Binary || k == Unused }

func numeric(k Kind) bool { return k >= U8 && k <= Sint }

// inherit takes from another type of the same kind what t leaves open.
func (t Type) inherit(o Type) Type {
	t.Big = t.Big || o.Big
	t.Little = t.Little || o.Little
	if t.Hint == Plain {
		t.Hint = o.Hint
	}
	if t.Len == 0 {
		t.Len = o.Len
	}
	if t.Elem == nil {
		t.Elem = o.Elem
	}
	if t.Sub == nil {
		t.Sub = o.Sub
	}
	if t.Prefix == "" {
		t.Prefix = o.Prefix
	}
	if t.Names == nil {
		t.Names = o.Names
	}
	if t.Format == nil {
		t.Format = o.Format
	}
	return t
}

// enum joins the enumerators of both sides; the winner's name of a value that
// both know stands unless only the other's is a UAPI name.
func (m *merger) enum(a, b *Enum, comparable bool) *Enum {
	switch {
	case a == nil && (b == nil || !comparable):
		return nil
	case a == nil:
		return m.enum(b, nil, true)
	case b == nil || a == b || !comparable || a.Flags != b.Flags || a.Mask != b.Mask:
		b = nil
	}
	key := [2]*Enum{a, b}
	if e := m.enums[key]; e != nil {
		return e
	}
	e := &Enum{Name: a.Name, Flags: a.Flags, Mask: a.Mask, Values: slices.Clone(a.Values)}
	m.enums[key] = e
	if b == nil {
		return e
	}
	at := make(map[uint64]int, len(e.Values))
	for i, v := range e.Values {
		if _, dup := at[v.N]; !dup {
			at[v.N] = i
		}
	}
	for _, v := range b.Values {
		if i, both := at[v.N]; !both {
			e.Values = append(e.Values, v)
		} else if !uapiName(e.Values[i].Name) && uapiName(v.Name) {
			e.Values[i].Name = v.Name
		}
	}
	return e
}

// strct takes the winner's struct. Where both have the same layout its fields
// keep what the other knows more of them, and it the members behind its end.
func (m *merger) strct(a, b *StructType) *StructType {
	if a == nil {
		a, b = b, nil
	}
	if a == nil {
		return nil
	}
	if a == b {
		b = nil
	}
	key := [2]*StructType{a, b}
	if s := m.structs[key]; s != nil {
		return s
	}
	s := &StructType{Name: a.Name, MinLen: a.MinLen, Fields: make([]Field, 0, len(a.Fields))}
	m.structs[key] = s
	same := b != nil
	for i := 0; same && i < min(len(a.Fields), len(b.Fields)); i++ {
		same = a.Fields[i].Type.Width() == b.Fields[i].Type.Width()
	}
	for i, f := range a.Fields {
		other := Type{}
		known := same && i < len(b.Fields)
		if known {
			f.Name, other = m.name(f.Name, b.Fields[i].Name), b.Fields[i].Type
		}
		t := m.typ(f.Type, other)
		if known {
			t.Secret = m.secret(f.Type.Secret, other.Secret)
		}
		s.Fields = append(s.Fields, Field{Name: f.Name, Type: t})
	}
	for i := len(a.Fields); same && i < len(b.Fields); i++ {
		// The kernel appends members; the shorter description is the older one.
		s.Fields = append(s.Fields, Field{Name: b.Fields[i].Name, Type: m.typ(b.Fields[i].Type, Type{})})
	}
	if b != nil && s.MinLen == 0 {
		s.MinLen = min(a.Min(), b.Min())
	}
	return s
}

func (m *merger) sub(a, b *SubMessage) *SubMessage {
	s := &SubMessage{Selector: a.Selector, Also: slices.Clone(a.Also), Cases: map[string]Type{}}
	m.subs = append(m.subs, s)
	if b == nil {
		b = &SubMessage{}
	} else if b.Selector != a.Selector {
		s.Also = append(append(s.Also, b.Selector), b.Also...)
	}
	for key, t := range a.Cases {
		s.Cases[key] = m.typ(t, b.Cases[key])
	}
	for key, t := range b.Cases {
		if _, both := a.Cases[key]; !both {
			s.Cases[key] = m.typ(t, Type{})
		}
	}
	s.Default = m.typ(a.Default, b.Default)
	return s
}
