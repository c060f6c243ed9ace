// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Completion is what can stand at a place of an expression.
type Completion struct {
	Text  string // as it is to be written
	About string // what it is, in a word or two
}

// maxCompletions bounds a list of completions.
const maxCompletions = 200

// Complete says what can stand where the word at the end of src begins (an offset in
// bytes). Values gives those of a name that only the traffic knows, like the processes
// that there are; nil: none.
func (o Options) Complete(src string, values func(name string) []string) (from int, list []Completion) {
	s := scan(src)
	from = s.wordAt
	word := src[from:]
	var all []Completion
	switch s.state {
	case wantsOperand:
		all = operands()
	case wantsOperator:
		all = operatorsOf(s.name)
	case wantsValue:
		all = o.values(s.name, values)
	case wantsJoint:
		all = []Completion{{"and", "both"}, {"or", "one of them"}}
	case wantsAttr:
		for _, name := range slices.Sorted(maps.Keys(o.Attrs)) {
			all = append(all, Completion{quoted(name), "attribute"})
		}
	}
	return from, nearestTo(all, word)
}

// nearestTo keeps what has a word: those that begin with it first, those with a part that
// does next.
func nearestTo(all []Completion, word string) []Completion {
	low := strings.ToLower(strings.Trim(word, `"'`))
	var parts [3][]Completion
	for _, c := range all {
		text := strings.ToLower(strings.Trim(c.Text, `"`))
		rank := 2
		switch {
		case strings.HasPrefix(text, low):
			rank = 0
		case strings.Contains(text, "_"+low), strings.Contains(text, "."+low):
			rank = 1
		case !strings.Contains(text, low):
			continue
		}
		if c.Text != word {
			parts[rank] = append(parts[rank], c)
		}
	}
	list := slices.Concat(parts[:]...)
	return list[:min(len(list), maxCompletions)]
}

// operands are what a condition can begin with.
func operands() []Completion {
	var list []Completion
	for _, n := range names() {
		list = append(list, Completion{n.name, typeName(n.typ.String())})
	}
	return append(list, Completion{`attr("`, "value of an attribute"}, Completion{`attrs("`, "all values of it"},
		Completion{`has("`, "it is there"}, Completion{"not ", "the opposite"})
}

type name struct {
	name string
	typ  reflect.Type
}

// names are those of the environment, and of what has fields: proc.comm.
func names() []name {
	var list []name
	var walk func(t reflect.Type, before string)
	walk = func(t reflect.Type, before string) {
		for i := range t.NumField() {
			f := t.Field(i)
			tag := f.Tag.Get("expr")
			if tag == "·len" {
				tag = "len"
			}
			if strings.HasPrefix(tag, "·") {
				continue
			}
			typ := f.Type
			if typ.Kind() == reflect.Pointer {
				typ = typ.Elem()
			}
			if typ.Kind() == reflect.Struct && typ != reflect.TypeFor[time.Time]() {
				walk(typ, before+tag+".")
				continue
			}
			list = append(list, name{before + tag, typ})
		}
	}
	walk(reflect.TypeFor[environment](), "")
	return append(list, name{"problem", reflect.TypeFor[string]()}, name{"change", reflect.TypeFor[bool]()})
}

// operatorsOf are those that go with a name; "": with anything.
func operatorsOf(of string) []Completion {
	is := []Completion{{"==", "is"}, {"!=", "is not"}}
	texts := []Completion{{"contains", "has in it"}, {"startsWith", "begins with"}, {"endsWith", "ends with"}, {"matches", "regular expression"}}
	in := Completion{`in [`, "is one of"}
	numbers := []Completion{{">", "is more than"}, {">=", "is at least"}, {"<", "is less than"}, {"<=", "is at most"}}
	i := slices.IndexFunc(names(), func(n name) bool { return n.name == of })
	if i < 0 {
		return slices.Concat(is, []Completion{in}, texts, numbers)
	}
	switch names()[i].typ.Kind() {
	case reflect.Bool:
		return []Completion{{"and", "both"}, {"or", "one of them"}, {"==", "is"}}
	case reflect.String:
		return slices.Concat(is, []Completion{in}, texts)
	case reflect.Slice:
		return is
	}
	return slices.Concat(is, numbers, []Completion{in})
}

// values are those that a name is compared with.
func (o Options) values(of string, live func(string) []string) []Completion {
	var list []string
	about := "value"
	switch of {
	case "type", "about", "nlmsg_type", "cause_type":
		list, about = slices.Sorted(maps.Keys(o.Types)), "type"
	case "change", "self", "inferred":
		return []Completion{{"true", "it is so"}, {"false", "it is not"}}
	default:
		list = slices.Sorted(maps.Keys(vocabulary()[of]))
	}
	if live != nil {
		seen := live(of)
		list = slices.Concat(seen, slices.DeleteFunc(list, func(v string) bool { return slices.Contains(seen, v) }))
	}
	out := make([]Completion, 0, len(list))
	for _, v := range list {
		if v != "" {
			out = append(out, Completion{quoted(v), about})
		}
	}
	return out
}

// quoted writes a text as the language reads it.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteRune('.') // nobody types it; "matches" takes it
		}
	}
	return b.String() + `"`
}

// want is what an expression wants next.
type want uint8

const (
	wantsOperand want = iota
	wantsOperator
	wantsValue
	wantsJoint
	wantsAttr
	wantsNothing
)

// scanned is how far an expression is understood, without a grammar: enough to say what
// can follow.
type scanned struct {
	state  want
	name   string // that is compared, or whose operator is wanted
	wordAt int    // where the last word begins
}

// scan reads an expression up to its last word.
func scan(src string) scanned {
	s := scanned{}
	words := Words(src)
	call := ""
	for i, w := range words {
		text := src[w.From:w.To]
		if i == len(words)-1 && w.To == len(src) && w.open() {
			s.wordAt = w.From
			return s
		}
		switch {
		case w.Kind == WordText || w.Kind == WordNumber:
			switch {
			case call != "":
				s.state, s.name, call = wantsNothing, "attr", ""
			case s.state == wantsOperand:
				s.state, s.name = wantsOperator, ""
				if w.Kind == WordText && strings.HasPrefix(text, `"NLM_F_`) {
					s.name = "flags"
				}
			default:
				s.state = wantsJoint
			}
		case w.Kind == WordName:
			s.next(text)
		case text == "(":
			s.state, call = wantsOperand, ""
			if i > 0 {
				switch before := src[words[i-1].From:words[i-1].To]; before {
				case "attr", "attrs", "has":
					s.state, call = wantsAttr, before
				}
			}
		case text == ")":
			if s.name == "attr" && s.state == wantsNothing {
				s.state = wantsOperator
			} else {
				s.state = wantsJoint
			}
		case text == "[" || text == "," && s.name != "":
			s.state = wantsValue
		case text == "]":
			s.state = wantsJoint
		case text == "&&" || text == "||" || text == "!":
			s.state, s.name = wantsOperand, ""
		default:
			s.state = wantsValue // a comparison
		}
	}
	s.wordAt = len(src)
	return s
}

// next goes on with a name or a word of the language.
func (s *scanned) next(text string) {
	switch text {
	case "and", "or", "not":
		s.state, s.name = wantsOperand, ""
	case "in", "contains", "startsWith", "endsWith", "matches":
		s.state = wantsValue
	case "true", "false", "nil":
		s.state = wantsJoint
	default:
		if s.state == wantsValue {
			s.state = wantsJoint
		} else {
			s.state, s.name = wantsOperator, text
		}
	}
}
