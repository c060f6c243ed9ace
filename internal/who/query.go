// SPDX-License-Identifier: Apache-2.0

// Package who answers who changed a thing: it looks for requests and events about an
// address, a link, a table or whatever else a text names, and joins them to sentences:
// what changed, by whom, with which command, what came of it and who was told.
//
// What matches stands in Query. The package captures and writes nothing: it takes
// observations in their order, and hands sentences on in theirs. What it keeps is
// bounded.
package who

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// Query is a text that was taken apart. A message is about it if it has all of its
// words.
type Query struct {
	text  string
	terms []term
}

// term is one word of a Query.
type term struct {
	text   string
	prefix netip.Prefix // valid: an address, which is one of all its bits, or a prefix
	number uint64
	isNum  bool
	link   bool // the name of a link, and nothing else
}

// linkWords say that the word behind them is the name of a link.
var linkWords = map[string]bool{"dev": true, "link": true, "interface": true, "iface": true}

// maxTerms bounds the words of a query: each is looked for in all of a message.
const maxTerms = 32

// Parse takes a text apart.
func Parse(text string) (*Query, error) {
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
		return nil, errors.New("who changed what? An address, a prefix, the name of a link, or words")
	case len(words) > maxTerms:
		return nil, errors.New("more than " + strconv.Itoa(maxTerms) + " words")
	}
	q := &Query{text: strings.Join(words, " ")}
	for i := 0; i < len(words); i++ {
		t := term{text: words[i]}
		if linkWords[t.text] && i+1 < len(words) {
			i++
			t = term{text: words[i], link: true}
		}
		if !t.link {
			t.prefix = parsePrefix(t.text)
			n, err := strconv.ParseUint(t.text, 0, 64)
			t.number, t.isNum = n, err == nil
		}
		q.terms = append(q.terms, t)
	}
	return q, nil
}

// Everything is the Query that every change is about. Its text is empty.
func Everything() *Query { return &Query{} }

// String is the text, safe for a terminal.
func (q *Query) String() string {
	words := strings.Fields(q.text)
	for i, w := range words {
		words[i] = decode.Quote(w)
	}
	return strings.Join(words, " ")
}

// parsePrefix reads an address or a prefix, "default" too; not valid: it is none.
func parsePrefix(s string) netip.Prefix {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p
	}
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.WithZone("")
		return netip.PrefixFrom(a, a.BitLen())
	}
	return netip.Prefix{}
}

// hasWords says whether a word is neither an address nor meant as the name of a link.
func (q *Query) hasWords() bool {
	for _, t := range q.terms {
		if !t.link && !t.prefix.IsValid() {
			return true
		}
	}
	return false
}

// maybeLink says whether a word may be the name of a link.
func (q *Query) maybeLink() bool {
	const ifNameSize = 16 // IFNAMSIZ, linux/if.h
	for _, t := range q.terms {
		if t.link || len(q.terms) == 1 && !t.prefix.IsValid() && !t.isNum && len(t.text) < ifNameSize {
			return true
		}
	}
	return false
}

// How says how a word was found, where that is not the plain way.
type How struct {
	Term string // as it was asked for
	How  string // "contains it", "is in it", "as RTA_GATEWAY", "altname"; "": itself
}

// single says whether a prefix is one address.
func single(p netip.Prefix) bool { return p.Bits() == p.Addr().BitLen() }

// relate says how a prefix of a message stands to the one that was asked for: rank 2 the
// same, 1 the one contains the other, 0 neither. Of what contains it a default route is
// none: it contains everything.
func relate(asked, has netip.Prefix) (rank int, how string) {
	switch {
	case asked.Addr().BitLen() != has.Addr().BitLen():
		return 0, ""
	case asked == has, single(asked) && asked.Addr() == has.Addr(),
		asked.Masked() == has && asked.Bits() == has.Bits():
		return 2, ""
	case asked.Bits() <= has.Bits() && asked.Contains(has.Addr()):
		return 1, "is in it"
	case has.Bits() > 0 && has.Bits() <= asked.Bits() && has.Contains(asked.Addr()):
		return 1, "contains it"
	}
	return 0, ""
}
