// SPDX-License-Identifier: Apache-2.0

package literal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	// reArray is a list of numbers with a prefix or commas: 0x14, 0x00 or 20, 0.
	reArray = regexp.MustCompile(`(?i)(^|[\s{(,\[=])0x[0-9a-f]{1,2}(u8)?\s*(,|}|\]|$)|(^|[\[{(<=])\s*-?[0-9a-f]{1,3}(u8)?\s*,`)
	// reSpaced is one with spaces, as Go's %v prints it.
	reSpaced = regexp.MustCompile(`^\s*\[?\s*-?\d{1,3}(\s+-?\d{1,3})+\s*\]?\s*$`)
	// reNode is a Buffer of Node.js.
	reNode = regexp.MustCompile(`<(?:Buffer|[0-9a-f ]+ bytes)\s+([0-9a-f ]+?)(\s*\.\.\.[^>]*)?>`)

	reComment = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	reList    = regexp.MustCompile(`(?s)[\[{(]([^\[\]{}()]*)[\]})]|<<([^<>]*)>>`)
	reRepeats = regexp.MustCompile(`(?i)('?(?:0x)?[0-9a-f]+'?)\s*<repeats (\d+) times>`)
	reByte    = regexp.MustCompile(`(?i)^(-?)(0x)?([0-9a-f]{1,3})(?:_?u8)?$`)
)

// isList says whether a text is lists of numbers.
func isList(text string) bool {
	if reNode.MatchString(text) {
		return true
	}
	if reArray.MatchString(text) && !rePrefixed.MatchString(text) {
		return true
	}
	if !reSpaced.MatchString(text) {
		return false
	}
	// Pairs of digits are hex. Bytes in decimal have one digit or three somewhere.
	for _, w := range strings.Fields(strings.Trim(text, " \t\n[]")) {
		if len(strings.TrimPrefix(w, "-")) != 2 {
			return true
		}
	}
	return strings.Contains(text, "[")
}

// maxRepeats bounds what the repeated numbers of a list stand for.
const maxRepeats = 1 << 20

// listWord is a number that stands there n times.
type listWord struct {
	text string
	n    int
}

// numbers reads the arrays of C, Go, Rust, Python, Erlang, gdb; each pair of
// brackets is a datagram.
func numbers(text string) ([][]byte, error) {
	if m := reNode.FindAllStringSubmatch(text, -1); m != nil {
		return nodeBuffers(m)
	}
	text = reComment.ReplaceAllString(text, " ")
	lists := []string{}
	for _, m := range reList.FindAllStringSubmatch(text, -1) {
		if l := m[1] + m[2]; strings.ContainsAny(l, "0123456789") && !isSize(l) {
			lists = append(lists, l)
		}
	}
	if len(lists) == 0 {
		if i := strings.LastIndexByte(text, '='); i >= 0 {
			text = text[i+1:]
		}
		lists = append(lists, text)
	}
	var out [][]byte
	for _, l := range lists {
		b, err := list(l)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// isSize: the number in b[40] = {…} is none of the bytes.
func isSize(list string) bool {
	return !strings.ContainsAny(strings.TrimSpace(list), ", \n\t") && !strings.HasPrefix(strings.TrimSpace(list), "0x")
}

func nodeBuffers(found [][]string) ([][]byte, error) {
	var out [][]byte
	for _, m := range found {
		if m[2] != "" {
			return nil, errCut("Buffer", "toString('hex')")
		}
		b, err := hexLine(m[1], 0)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// list reads the numbers of one list. Without a prefix they may be decimal or hex:
// Rust's {:02x?} prints [20, 00, 00, 00, 12, 00, …].
func list(l string) ([]byte, error) {
	if strings.Contains(l, "...") || strings.Contains(l, "…") {
		return nil, errCut("list", "set print elements 0 in gdb, or what your language has for it,")
	}
	words, err := listWords(l)
	if err != nil {
		return nil, err
	}
	decimal, prefixed, digits, zeros, two := true, false, false, false, true
	for _, w := range words {
		m := reByte.FindStringSubmatch(w.text)
		if m == nil {
			return nil, fmt.Errorf("%q is no byte", excerpt(w.text))
		}
		prefixed = prefixed || m[2] != ""
		if m[2] == "" && strings.ContainsAny(m[3], "abcdefABCDEF") {
			decimal = false
		}
		digits = digits || len(m[3]) > 2
		zeros = zeros || len(m[3]) == 2 && m[3][0] == '0'
		two = two && len(m[3]) == 2
	}
	if prefixed || decimal && digits {
		return listBytes(words, 10)
	}
	asHex, herr := listBytes(words, 16)
	if !decimal {
		return asHex, herr
	}
	asDecimal, derr := listBytes(words, 10)
	switch {
	case derr != nil:
		return asHex, herr
	case herr != nil:
		return asDecimal, nil
	case zeros && two:
		return likeliest(asHex, asDecimal), nil
	}
	return likeliest(asDecimal, asHex), nil
}

// listWords splits a list; what gdb leaves out of it is put in again.
func listWords(l string) ([]listWord, error) {
	var words []listWord
	total := 0
	l = strings.NewReplacer("\\\n", " ", "byte(", " ", "(byte)", " ").Replace(l)
	for _, part := range strings.FieldsFunc(l, func(r rune) bool { return strings.ContainsRune(",; \t\n", r) && r != ' ' }) {
		if m := reRepeats.FindStringSubmatch(part); m != nil {
			n, err := strconv.Atoi(m[2])
			if total += n; err != nil || n > maxRepeats || total > maxRepeats {
				return nil, fmt.Errorf("%q repeats too often", excerpt(part))
			}
			words = append(words, listWord{m[1], n})
			continue
		}
		for _, w := range strings.Fields(part) {
			words = append(words, listWord{w, 1})
		}
	}
	return words, nil
}

// listBytes reads words that reByte matches in a base. Java and others have signed
// bytes.
func listBytes(words []listWord, base int) ([]byte, error) {
	b := make([]byte, 0, len(words))
	for _, w := range words {
		m := reByte.FindStringSubmatch(w.text)
		as := base
		if m[2] != "" {
			as = 16
		}
		n, err := strconv.ParseUint(m[3], as, 16)
		if err != nil || n > 255 || m[1] != "" && n > 128 {
			return nil, fmt.Errorf("%q is no byte", w.text)
		}
		if m[1] != "" {
			n = -n
		}
		for range w.n {
			b = append(b, byte(n))
		}
	}
	return b, nil
}
