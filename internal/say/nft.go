// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nft"
)

// Transaction is a batch of nftables as one command, which makes all of its
// changes at once or none.
type Transaction struct {
	// Command reads statements of nft, one a line. It is empty where nothing of the
	// batch has words.
	Command Command
	// Of is how many messages it has, BEGIN and END not counted.
	Of int
	// Unsaid are those that have no words or not all: what is said of each, Command
	// says; what is left stands here.
	Unsaid []Part
	// Note is what whoever runs it should know; "": nothing.
	Note string
}

// Part is a message of a transaction that is not said whole.
type Part struct {
	Message decode.Message
	Left    []Left // what its statement does not say; empty: there is none
}

// nftables adds the command of one request of nftables, as people type it.
func (s *Speaker) nftables(m *decode.Message, said *Said) {
	st, ok := s.nft.Statement(m)
	if !ok {
		return
	}
	said.Folded, said.Note = st.Folded, st.Note
	if st.Text != "" {
		said.Commands = []Command{{Words: append([]string{"nft"}, nftWords(st.Text)...)}}
		said.Left = leftOfStatement(&st)
	}
	if r, ok := iptables(m, s.nft.Body(m)); ok && r.own && len(r.words) > 0 {
		said.Commands, said.Left, said.Note, said.Iptables = []Command{r.command()}, nil, "", true
	}
}

func leftOfStatement(st *nft.Statement) []Left {
	var left []Left
	for _, n := range st.Left {
		left = append(left, Left{Node: n})
	}
	return left
}

// nftWords splits a statement into words for nft, which joins them again: those in
// front that a shell takes as they are, and the rest as one word.
func nftWords(text string) []string {
	var words []string
	for text != "" {
		word, rest, _ := strings.Cut(text, " ")
		if !bare(word) {
			return append(words, text)
		}
		words, text = append(words, word), rest
	}
	return words
}

// Transaction says the whole batch of nftables that a message belongs to. ok is
// false outside of one.
func (s *Speaker) Transaction(m *decode.Message) (t Transaction, ok bool) {
	b, ok := s.nft.BatchOf(m)
	if !ok {
		return t, false
	}
	t.Of = b.Of
	if c, ok := s.restored(m, &b); ok {
		t.Command = c
		return t, true
	}
	var lines []string
	for x := range m.Siblings() {
		in, ok := s.nft.BatchOf(x)
		if !ok || in.Number != b.Number || in.Index == 0 {
			continue
		}
		st, _ := s.nft.Statement(x)
		if st.Text != "" {
			lines = withElements(lines, st.Text)
		}
		if left := leftOfStatement(&st); st.Text == "" && !st.Folded || len(left) > 0 {
			t.Unsaid = append(t.Unsaid, Part{Message: *x, Left: left})
		}
		if st.Note != "" {
			t.Note = st.Note
		}
	}
	if len(lines) > 0 {
		t.Command = Command{Words: []string{"nft", "-f", "-"}, Input: lines}
	}
	return t, true
}

// withElements adds a statement. Elements go into the statement in front that makes
// their set: nft sends the two as one likes, and 1.0.6 crashes where an element for
// all others (*) stands alone behind a set of intervals.
func withElements(lines []string, text string) []string {
	if rest, ok := strings.CutPrefix(text, "add element "); ok && len(lines) > 0 {
		set, elements, ok := strings.Cut(rest, " { ")
		last := &lines[len(lines)-1]
		for _, what := range []string{"add set ", "add map "} {
			if made, is := strings.CutSuffix(*last, " }"); ok && is && strings.HasPrefix(*last, what+set+" { ") {
				*last = made + " elements = { " + elements + "; }"
				return lines
			}
		}
	}
	return append(lines, text)
}
