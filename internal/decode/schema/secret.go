// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"slices"
	"strings"
)

// Secrecy says why the bytes of a payload must not leave a machine unasked. Whoever
// writes commands, files or screens asks for it; decoding does not. docs/secrets.md says
// what is decided of each.
type Secrecy uint8

const (
	Public     Secrecy = iota
	Key                // key material
	Password           // what a person types to be let in
	Attackable         // what a key can be found from: handshakes, nonces, names of keys
	Token              // what lets one take part in something that exists: connection tokens, cookies, memory keys
	Payload            // packets, which may hold anything
	Typed              // what a person typed on a terminal
	Unnamed            // bytes that no table names, and that could be a key
	Memory             // memory of a device, a driver or a program, which may hold anything
	Spoken             // words of an audit record that a person or program chose: arguments of commands
	Path               // where a file lies, in an audit record
	numSecrecies
)

var secrecyNames = [...]string{"public", "key", "password", "attackable", "token", "payload", "typed", "unnamed", "memory", "spoken", "path"}

// String returns the word that outputs have.
func (s Secrecy) String() string { return secrecyNames[min(s, numSecrecies-1)] }

// Noun returns what bytes of the class are, with an article.
func (s Secrecy) Noun() string {
	switch s {
	case Key, Password, Token:
		return "a " + s.String()
	case Typed:
		return "what was typed"
	case Unnamed:
		return "what may be a key"
	}
	return s.String()
}

// Secrecies returns all that are not Public.
func Secrecies() []Secrecy {
	all := make([]Secrecy, 0, numSecrecies-1)
	for s := Public + 1; s < numSecrecies; s++ {
		all = append(all, s)
	}
	return all
}

// Withheld says that nothing may show the bytes unless it is asked to. What else is no
// secret by itself is for those who make a recording anonymous.
func (s Secrecy) Withheld() bool { return Withheld.Has(s) }

// Classes is a set of Secrecy.
type Classes uint16

// Withheld are the classes that nothing shows or keeps unless it is asked to.
const Withheld Classes = 1<<Key | 1<<Password | 1<<Typed | 1<<Unnamed

// ClassesOf returns a set.
func ClassesOf(list ...Secrecy) (c Classes) {
	for _, s := range list {
		c |= 1 << s
	}
	return c &^ 1
}

// Has says whether a class is in the set. Public never is.
func (c Classes) Has(s Secrecy) bool { return c>>s&1 != 0 }

// filling is what stands in place of bytes that are withheld, over and over: words for
// whoever looks at the bytes, in any program. It has no byte that ends or divides text.
const filling = "REDACTED"

// Overwrite overwrites bytes that are withheld. Their number stays.
func Overwrite(b []byte) {
	for n := 0; n < len(b); {
		n += copy(b[n:], filling)
	}
}

// Filled says whether bytes are what Overwrite makes of so many; none are not.
func Filled(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	for i, c := range b {
		if c != filling[i%len(filling)] {
			return false
		}
	}
	return true
}

// minFilled is how many bytes of no type are taken for a filling.
const minFilled = 5

// FilledRest is Filled for bytes of which nothing says that they may be a secret.
// The first two may be a length that was left.
func FilledRest(b []byte) bool {
	return len(b) >= minFilled && Filled(b) || len(b) >= minFilled+2 && Filled(b[2:])
}

// leaf says whether a payload of such a type is one value.
func (k Kind) leaf() bool {
	switch k {
	case Nest, Array, Packed, Struct, Sub, Bits32, Messages, Records, KeyValues:
		return false
	}
	return true
}

// FilledFor says whether a payload of this type has been overwritten.
func (t *Type) FilledFor(b []byte) bool { return t.Secret != Public && t.Kind.leaf() && Filled(b) }

// Secrets finds out which classes there are in tables. It remembers what it found, and
// is not safe for concurrent use. The zero value is ready.
type Secrets struct {
	sets    map[*Set]Classes
	ways    map[*Set]*Ways
	structs map[*StructType]Classes
	open    map[any]bool
	cut     bool // the last answer lacks what stands in a table that was open
}

// Message returns the classes of all that a message of a family can hold.
func (s *Secrets) Message(f *Family, m *Message) Classes {
	c := s.Struct(f.Header) | s.Set(f.Set)
	for _, l := range m.Layouts() {
		c |= s.Struct(l.Header) | s.Set(l.Set) | s.Type(l.Body)
	}
	return c
}

// Family returns the classes of all that any message of a family can hold.
func (s *Secrets) Family(f *Family) Classes {
	c := s.Struct(f.Header) | s.Set(f.Set)
	for i := range f.Messages {
		c |= s.Message(f, &f.Messages[i])
	}
	return c
}

// Set returns the classes of a set and of all that its attributes contain.
func (s *Secrets) Set(x *Set) Classes {
	if x == nil {
		return 0
	}
	if c, known := s.sets[x]; known {
		return c
	}
	if s.sets == nil {
		s.sets = map[*Set]Classes{}
	}
	return remember(s, s.sets, x, func() (c Classes) {
		for i := range x.Attrs {
			c |= s.Type(&x.Attrs[i].Type)
		}
		return c
	})
}

// Struct is Set for a struct.
func (s *Secrets) Struct(x *StructType) Classes {
	if x == nil {
		return 0
	}
	if c, known := s.structs[x]; known {
		return c
	}
	if s.structs == nil {
		s.structs = map[*StructType]Classes{}
	}
	return remember(s, s.structs, x, func() (c Classes) {
		for i := range x.Fields {
			c |= s.Type(&x.Fields[i].Type)
		}
		return c
	})
}

// remember asks once. Tables contain themselves: what was found while one of them is
// open is remembered of the outermost alone.
func remember[X comparable](s *Secrets, found map[X]Classes, x X, ask func() Classes) Classes {
	if s.open == nil {
		s.open = map[any]bool{}
	}
	if s.open[x] {
		s.cut = true
		return 0
	}
	outermost := len(s.open) == 0
	if outermost {
		s.cut = false
	}
	s.open[x] = true
	c := ask()
	delete(s.open, x)
	if outermost || !s.cut {
		found[x] = c
	}
	return c
}

// Type returns the classes of a type and of all that it contains.
func (s *Secrets) Type(t *Type) (c Classes) {
	for ; t != nil; t = t.Elem {
		c |= ClassesOf(t.Secret) | s.Set(t.Set) | s.Struct(t.Struct)
		if t.Kind == Messages {
			c |= Withheld // of the same protocol, any
		}
		for _, other := range t.ByLen {
			c |= s.Type(other)
		}
		if t.Sub != nil {
			for key := range t.Sub.Cases {
				other := t.Sub.Cases[key]
				c |= s.Type(&other)
			}
			c |= s.Type(&t.Sub.Default)
		}
	}
	return c
}

// Direct returns the classes of the values that stand in a set itself: not those of the
// nests in it. A set that has keys may have keys that no table knows.
func (s *Set) Direct() (c Classes) {
	if s == nil {
		return 0
	}
	for i := range s.Attrs {
		c |= s.Attrs[i].Type.direct(0)
	}
	return c
}

func (t *Type) direct(depth int) (c Classes) {
	for ; t != nil && depth < 8; t, depth = t.Elem, depth+1 {
		c |= ClassesOf(t.Secret)
		if t.Kind == Nest || t.Kind == Array {
			return c
		}
		if t.Struct != nil {
			for i := range t.Struct.Fields {
				c |= t.Struct.Fields[i].Type.direct(depth + 1)
			}
		}
		for _, other := range t.ByLen {
			c |= other.direct(depth + 1)
		}
	}
	return c
}

// secretWords are parts of what secrets are called, in small letters.
var secretWords = []string{"key", "psk", "passw", "sopass", "passphrase", "secret", "pmk", "kek", "kck", "ptk", "gtk", "rrk",
	"nonce", "cookie", "token", "spnego", "credential", "seed"}

// SecretName says whether something is called like a secret: what a table that marks
// nothing can be asked for, and what a table of ours must mark or excuse.
func SecretName(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "hash") || strings.HasSuffix(name, "_payload") || strings.HasSuffix(name, "salt") ||
		slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(name, w) })
}

// MarkByName marks the type of something that is called like a secret, and that may be
// one: bytes or text. It is for tables that say nothing of secrets.
func (t *Type) MarkByName(name string) {
	switch t.Kind {
	case Binary, Opaque, String, HWAddr:
		if t.Secret == Public && SecretName(name) {
			t.Secret = Key
		}
	}
}

// Fits says of a number whether it can be of so many bytes; all else can.
func (t *Type) Fits(n int) bool {
	switch t.Kind {
	case U8, U16, U32, U64, S8, S16, S32, S64, Bits32:
		return n == t.Width() || t.ByLen[n] != nil
	case Uint, Sint:
		return n == 4 || n == 8
	}
	return true
}

// Ways says of a set which of its attributes lead to secrets.
type Ways struct {
	// Direct is as Set.Direct has it.
	Direct Classes
	ids    []Classes // by ID; named is set where there is one
	set    *Set
}

// named marks IDs that a set has.
const named Classes = 1 << 15

// Of returns the classes of an attribute and of all in it; known is false where the set
// has none of that ID.
func (w *Ways) Of(id uint16) (c Classes, known bool) {
	if int(id) >= len(w.ids) {
		return 0, false
	}
	c = w.ids[id]
	return c &^ named, c&named != 0
}

// Fits says whether an attribute can have so many bytes: see Type.Fits.
func (w *Ways) Fits(id uint16, n int) bool {
	a := w.set.Lookup(id)
	return a == nil || a.Type.Fits(n)
}

// Ways returns what a set leads to.
func (s *Secrets) Ways(x *Set) *Ways {
	if w := s.ways[x]; w != nil {
		return w
	}
	w := &Ways{Direct: x.Direct(), set: x}
	for i := range x.Attrs {
		id := int(x.Attrs[i].ID)
		for len(w.ids) <= id {
			w.ids = append(w.ids, 0)
		}
		if w.ids[id] == 0 {
			w.ids[id] = named | s.Type(&x.Attrs[i].Type)
		}
	}
	if s.ways == nil {
		s.ways = map[*Set]*Ways{}
	}
	s.ways[x] = w
	return w
}
