// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// WordKind says what a word of an expression is.
type WordKind uint8

// What words are.
const (
	WordName   WordKind = iota // a name, or a word of the language
	WordNoName                 // a name that the language does not know
	WordText                   // in quotes, which may be open
	WordNumber
	WordSign
)

// Word is one of an expression, from a byte to before another.
type Word struct {
	From, To int
	Kind     WordKind
	unclosed bool
}

// open says whether the word may go on.
func (w *Word) open() bool {
	return w.Kind == WordName || w.Kind == WordNoName || w.Kind == WordNumber || w.unclosed
}

// Words splits an expression, right or wrong, in linear time. White space is none of them.
func Words(src string) []Word {
	var list []Word
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRuneInString(src[i:])
		w := Word{From: i, Kind: WordSign}
		switch {
		case unicode.IsSpace(r):
			i += size
			continue
		case r == '"' || r == '\'' || r == '`':
			w.Kind = WordText
			i, w.unclosed = endOfText(src, i, byte(r))
		case r >= '0' && r <= '9':
			w.Kind = WordNumber
			i = endOf(src, i)
		case r == '_' || unicode.IsLetter(r):
			i = endOf(src, i)
			if w.Kind = WordName; !knownName(src[w.From:i]) {
				w.Kind = WordNoName
			}
		case i+1 < len(src) && slices.Contains([]string{"==", "!=", "<=", ">=", "&&", "||", "..", "??", "?."}, src[i:i+2]):
			i += 2
		default:
			i += size
		}
		w.To = i
		list = append(list, w)
	}
	return list
}

// endOfText is where a text in quotes ends, and whether that is for want of a quote.
func endOfText(src string, i int, quote byte) (end int, open bool) {
	for i++; i < len(src); i++ {
		switch {
		case src[i] == '\\' && quote != '`':
			i++
		case src[i] == quote:
			return i + 1, false
		}
	}
	return len(src), true
}

// endOf is where a name or number ends; a name has its fields with it.
func endOf(src string, i int) int {
	for i < len(src) {
		r, size := utf8.DecodeRuneInString(src[i:])
		if r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i += size
	}
	return i
}

// languageWords are those of the library's language that people use here.
var languageWords = []string{
	"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "true", "false", "nil", "let",
	"all", "any", "none", "one", "filter", "map", "count", "find", "sum", "len", "date", "duration",
	"lower", "upper", "trim", "split", "hasPrefix", "hasSuffix", "int", "float", "string", "abs", "max", "min",
	"attr", "attrs", "has", "proc", "cause", "trigger",
}

var knownNames = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, n := range names() {
		m[n.name] = true
	}
	for _, w := range languageWords {
		m[w] = true
	}
	m["proc.parent"], m["cause.parent"] = true, true
	return m
})

// knownName says whether the language has a name: its own, or one of the library's.
func knownName(name string) bool {
	if knownNames()[name] {
		return true
	}
	before, _, _ := strings.Cut(name, ".")
	return before != name && before != "proc" && before != "cause" && before != "trigger" && knownNames()[before]
}
