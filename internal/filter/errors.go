// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/rivo/uniseg"
)

// Error is a mistake in an expression, or a failure to evaluate it.
type Error struct {
	Msg string
	Src string
	// Line and Col are where the mistake is, from 1, Col in runes; 0: nowhere
	// in particular.
	Line, Col int
}

// Error returns the message, the expression, and a caret under the mistake:
//
//	unknown name "famly": did you mean "family"?
//	  famly == "route"
//	  ^
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(printable(strings.ReplaceAll(e.Msg, "\n", " "))) // it may quote the expression
	if e.Src == "" {
		return b.String()
	}
	for i, line := range strings.Split(strings.TrimRight(e.Src, "\r\n"), "\n") {
		line = printable(line)
		b.WriteString("\n  " + line)
		if i+1 == e.Line {
			b.WriteString("\n  " + caret(line, e.Col))
		}
	}
	return b.String()
}

// printable keeps tabs and replaces what would move the cursor.
func printable(line string) string {
	line = strings.TrimSuffix(line, "\r")
	var b strings.Builder
	for _, r := range line {
		if r != '\t' && !unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

// caret returns white space as wide as what stands before column col of line,
// and a caret. Tabs stay tabs, so that they are as wide as above.
func caret(line string, col int) string {
	runes := []rune(line)
	before := string(runes[:min(max(col-1, 0), len(runes))])
	var b strings.Builder
	for i, part := range strings.Split(before, "\t") {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(strings.Repeat(" ", uniseg.StringWidth(part)))
	}
	return b.String() + "^"
}

// at returns an error without its source; see in.
func at(loc file.Location, format string, args ...any) *located {
	return &located{loc, fmt.Sprintf(format, args...)}
}

// located is an error at an offset in runes.
type located struct {
	loc file.Location
	msg string
}

func (l *located) in(src string) *Error {
	e := &Error{Msg: l.msg, Src: src, Line: 1, Col: 1}
	n := 0
	for _, r := range src {
		if n == l.loc.From {
			break
		}
		n++
		if e.Col++; r == '\n' {
			e.Line, e.Col = e.Line+1, 1
		}
	}
	return e
}

// errorOf translates an error of the library.
func errorOf(src string, err error) *Error {
	var fe *file.Error
	if errors.As(err, &fe) {
		loc := fe.Location
		if fe.Message == "unexpected token EOF" {
			// The library points at the last token; what is missing is behind it.
			loc.From = utf8.RuneCountInString(strings.TrimRightFunc(src, unicode.IsSpace))
		}
		msg := translate(fe.Message)
		if strings.Contains(msg, " does not go with ") {
			msg += hint(src)
		}
		return at(loc, "%s", msg).in(src)
	}
	return &Error{Msg: translate(err.Error()), Src: src}
}

// translations turn the library's messages, which speak of Go types, into
// ours. The first that matches wins.
var translations = []struct {
	re *regexp.Regexp
	to func(m []string) string
}{
	{regexp.MustCompile(`^unknown name (\S+)$`), func(m []string) string { return unknownName(m[1]) }},
	{regexp.MustCompile(`^type filter\.process has no (?:field|method) (\S+)$`), func(m []string) string {
		return fmt.Sprintf("a process has no %q", m[1]) + suggest(m[1], fieldNames(process{}))
	}},
	{regexp.MustCompile(`^type filter\.trigger has no (?:field|method) (\S+)$`), func(m []string) string {
		return fmt.Sprintf("a trigger has no %q", m[1]) + suggest(m[1], fieldNames(trigger{}))
	}},
	{regexp.MustCompile(`^type (\S+) has no (?:field|method) (\S+)$`), func(m []string) string {
		return fmt.Sprintf("%s has no %q", typeName(m[1]), m[2])
	}},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types (.+) and (.+)\)$`), func(m []string) string {
		return fmt.Sprintf("%s does not go with %s and %s", m[1], typeName(m[2]), typeName(m[3]))
	}},
	{regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (.+)\)$`), func(m []string) string {
		return fmt.Sprintf("%s does not go with %s", m[1], typeName(m[2]))
	}},
	{regexp.MustCompile(`^cannot use (.+) as type (.+) in array$`), func(m []string) string {
		return fmt.Sprintf("%s cannot be in a list of %ss", typeName(m[1]), strings.TrimPrefix(typeName(m[2]), "a "))
	}},
	{regexp.MustCompile(`^cannot use (.+) as argument \(type (.+)\) to call (\S+)\s*$`), func(m []string) string {
		return fmt.Sprintf("%s takes %s, not %s", m[3], typeName(m[2]), typeName(m[1]))
	}},
	{regexp.MustCompile(`^(.+) is not callable$`), func(m []string) string { return typeName(m[1]) + " cannot be called" }},
	{regexp.MustCompile(`^unexpected token EOF$`), func([]string) string { return "the expression ends too early" }},
	{regexp.MustCompile(`^unexpected token (\w+)\("(.*)"\)$`), func(m []string) string {
		if m[1] == "Operator" && m[2] == "=" {
			return `"=" is no comparison: did you mean "=="?`
		}
		return fmt.Sprintf("unexpected %q", m[2])
	}},
	{regexp.MustCompile(`(?s)^error parsing regexp: (.*)$`), func(m []string) string {
		return "the regular expression is wrong: " + m[1]
	}},
	{regexp.MustCompile(`^compilation failed: expression exceeds maximum allowed nodes$`), func([]string) string {
		return fmt.Sprintf("the expression is too large: it has more than %d parts", maxNodes)
	}},
}

func translate(msg string) string {
	for _, t := range translations {
		if m := t.re.FindStringSubmatch(msg); m != nil {
			return t.to(m)
		}
	}
	return msg
}

// typeName says what a Go type is to a user.
func typeName(t string) string {
	switch {
	case t == "int", t == "float64":
		return "a number"
	case t == "string":
		return "a text"
	case t == "bool":
		return "a condition"
	case t == "nil":
		return "nil"
	case t == "filter.process":
		return "a process"
	case t == "filter.trigger":
		return "a trigger"
	case t == "time.Time":
		return "a time"
	case t == "time.Duration":
		return "a duration"
	case t == "interface {}", t == "unknown":
		return "an attribute"
	case strings.HasPrefix(t, "[]"):
		return "a list"
	case strings.HasPrefix(t, "map["):
		return "a map"
	case strings.HasPrefix(t, "func("):
		return "a function"
	}
	return t
}

var upperCase = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

func unknownName(name string) string {
	msg := fmt.Sprintf("unknown name %q", name)
	if name == "now" {
		return msg + ": compare time with date(…), so that a recording gives the same as the live run"
	}
	if s := guess(name); s != "" {
		return msg + s
	}
	if s := suggest(name, append(userNames(), "true", "false", "nil", "and", "or", "not", "in")); s != "" {
		return msg + s
	}
	if upperCase.MatchString(name) {
		return fmt.Sprintf("%s: a text is written in quotes", msg)
	}
	return msg
}

// Suggest returns ": did you mean …?" for the nearest of the names that there are, or
// "".
func Suggest(name string, names []string) string { return suggest(name, names) }

// suggest returns ": did you mean …?" for the nearest candidate, or "".
func suggest(name string, candidates []string) string {
	if s := nearest(name, candidates); s != "" {
		return fmt.Sprintf(": did you mean %q?", s)
	}
	return ""
}

// nearest returns the candidate that is few typing errors away, or "". Of
// several the first in the alphabet wins.
func nearest(name string, candidates []string) string {
	best, limit := "", max(1, min(3, utf8.RuneCountInString(name)/3))+1
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if d := distance(strings.ToLower(name), strings.ToLower(c), limit); d < limit && c != name {
			best, limit = c, d
			if d == 0 {
				break
			}
		}
	}
	return best
}

// distance counts insertions, deletions, replacements and swaps of neighbours
// (optimal string alignment); limit or more is limit.
func distance(a, b string, limit int) int {
	if d := len(a) - len(b); d >= limit || -d >= limit {
		return limit
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := rows[(i+2)%3], rows[i%3], rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return min(rows[(len(a)+1)%3][len(b)], limit)
}
