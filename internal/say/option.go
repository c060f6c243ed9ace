// SPDX-License-Identifier: Apache-2.0

package say

import (
	"slices"
	"strconv"

	"github.com/nltop/nltop/internal/decode"
)

// option is an attribute that a tool has a keyword for.
type option struct {
	attr string // UAPI name
	word string // "": its value stands alone
	form form
}

// form writes the words behind the keyword. false: a value that the tool has no
// words for, so the attribute is left.
type form func(*telling, *decode.Node) ([]string, bool)

// quiet is what a form says of a value that the tool sends by itself where nothing
// is said.
const quiet = "\x00quiet"

// unless is a form for an attribute that the tool adds by itself with one of these
// values.
func unless(f form, defaults ...uint64) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		if slices.Contains(defaults, number(n)) && len(n.Raw) <= 8 {
			return []string{quiet}, true
		}
		return f(t, n)
	}
}

// silent is for what the tool adds by itself, whatever it is.
var silent form = func(*telling, *decode.Node) ([]string, bool) { return []string{quiet}, true }

// noKey is the file of a key that is none: all zeros, by which wg takes one away.
const noKey = "/dev/null"

// keepsSecret says whether a word stands for bytes that are not told, or for none.
func keepsSecret(w string) bool {
	_, ok := secretName(w)
	return ok || w == noKey
}

// options says the attributes of a nest, in the order of the table.
func (n nest) options(table []option) {
	for i := range table {
		o := &table[i]
		x := n.peek(o.attr)
		if x == nil {
			continue
		}
		words, ok := o.form(n.t, x)
		if !ok || x.Secret().Withheld() && !slices.ContainsFunc(words, keepsSecret) {
			continue
		}
		n.t.mark(x, true)
		if len(words) == 1 && words[0] == quiet {
			continue
		}
		if o.word != "" {
			n.t.say(o.word)
		}
		n.t.say(words...)
	}
}

// The forms that all tools share.
var (
	// asNumber is a number in decimal.
	asNumber form = func(_ *telling, n *decode.Node) ([]string, bool) {
		if v, ok := n.Value.(int64); ok {
			return []string{strconv.FormatInt(v, 10)}, true
		}
		return []string{decimal(number(n))}, len(n.Raw) > 0 && len(n.Raw) <= 8
	}
	// asHex is a number in hex.
	asHex form = func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{hexNumber(number(n))}, len(n.Raw) > 0 && len(n.Raw) <= 8
	}
	// asText is a string. One with a NUL in it has no words: nothing can hand it over.
	asText form = func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := n.Value.(string)
		return []string{s}, ok
	}
	// asAddr is an IP address.
	asAddr form = func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := addr(n.Raw)
		return []string{s}, ok
	}
	// asLLAddr is a link-layer address.
	asLLAddr form = func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := lladdr(n.Raw)
		return []string{s}, ok
	}
	// asIf is the name of an interface.
	asIf form = func(t *telling, n *decode.Node) ([]string, bool) {
		return []string{t.ifName(number(n))}, len(n.Raw) == 4
	}
	// asOnOff is a number that is 0 or 1, as off and on.
	asOnOff = asOneOf(map[uint64]string{0: "off", 1: "on"})
	// asNothing has no words behind the keyword: a flag.
	asNothing form = func(*telling, *decode.Node) ([]string, bool) { return nil, true }
)

// asOneOf is a number that has words for some values.
func asOneOf(names map[uint64]string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := names[number(n)]
		return []string{s}, ok && len(n.Raw) > 0 && len(n.Raw) <= 8
	}
}

// asNames is asOneOf with the number itself where it has no name.
func asNames(names map[uint64]string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		v := number(n)
		if s, ok := names[v]; ok {
			return []string{s}, true
		}
		return []string{decimal(v)}, len(n.Raw) > 0 && len(n.Raw) <= 8
	}
}

// asSwitch is one word for 1 and another for 0, without a keyword before it:
// "learning", "nolearning".
func asSwitch(on, off string) form {
	return asOneOf(map[uint64]string{0: off, 1: on})
}

// asBits is a number whose bits have words each; false where one has none.
func asBits(words ...string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		v, out := number(n), []string(nil)
		for i, w := range words {
			if v&(1<<i) != 0 && w != "" {
				out = append(out, w)
				v &^= 1 << i
			}
		}
		return out, v == 0
	}
}

// asWhere is a form for values that a condition holds for; others are left.
func asWhere(f form, cond func(uint64) bool) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		if !cond(number(n)) {
			return nil, false
		}
		return f(t, n)
	}
}
