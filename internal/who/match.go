// SPDX-License-Identifier: Apache-2.0

package who

import (
	"slices"
	"strings"
	"unicode"

	"github.com/nltop/nltop/internal/decode"
)

// sighting is what of a message a query is held against.
type sighting struct {
	m     *decode.Message
	nodes [][]decode.Node
	// only says which nodes count, of an event that tells the whole state of a link; nil: all.
	only func(*decode.Node) bool
	// words are what is said of it: the command, the line of nft, what differs, the noun.
	words []string
	alt   func(index int32) []string
}

// found is what was found of one word so far.
type found struct {
	rank int // 0: nothing; the higher the plainer
	how  string
}

// plain is the rank of what needs no mark.
const plain = 4

// match says whether a message is about a query, and how the words were found.
func (q *Query) match(s *sighting) ([]How, bool) {
	got := make([]found, len(q.terms))
	for _, list := range s.nodes {
		q.walk(s, list, got)
	}
	for i := range q.terms {
		if got[i].rank < plain {
			q.terms[i].inWords(s, &got[i])
		}
	}
	var how []How
	for i := range got {
		if got[i].rank == 0 {
			return nil, false
		}
		if got[i].how != "" {
			how = append(how, How{q.terms[i].text, got[i].how})
		}
	}
	return how, true
}

func (f *found) better(rank int, how string) {
	if rank > f.rank {
		f.rank, f.how = rank, how
	}
}

func (q *Query) walk(s *sighting, nodes []decode.Node, got []found) {
	for i := range nodes {
		n := &nodes[i]
		if n.Hidden || n.Overridden || s.only != nil && !s.only(n) {
			continue
		}
		for j := range q.terms {
			if got[j].rank < plain {
				q.terms[j].inNode(s, n, &got[j])
			}
		}
		q.walk(s, n.Children, got)
	}
}

// inNode looks for a word in one value.
func (t *term) inNode(s *sighting, n *decode.Node, f *found) {
	if index, ok := n.IfIndex(); ok {
		t.inLink(s, index, f)
		return
	}
	if t.link {
		if v, ok := n.Value.(string); ok && v == t.text && linkName(n.Name) {
			how := ""
			if strings.Contains(n.Name, "ALT_IFNAME") {
				how = "altname"
			}
			f.better(plain, how)
		}
		return
	}
	if n.Secret().Withheld() {
		return // nobody finds out by asking
	}
	switch v := n.Value.(type) {
	case string:
		if t.prefix.IsValid() {
			t.inAddress(n, v, f)
		}
		switch {
		case v == t.text:
			f.better(plain, "")
		case n.Num != 0 && strings.EqualFold(afterLast(v), t.text), strings.EqualFold(v, t.text):
			f.better(plain, "") // an enumerator, or a link-layer address in capitals
		}
	case uint64, int64:
		if t.isNum && n.Num == t.number && names(n.Name) {
			f.better(plain, "")
		}
	}
	switch {
	case n.Local != "" && n.Local == t.text, n.Text != "" && n.Text == t.text:
		f.better(plain, "")
	case n.Attr && strings.EqualFold(afterLast(n.Name), t.text):
		f.better(plain, "") // table, chain, mtu: the word stands for the attribute
	}
}

// linkName says whether an attribute has the name of a link.
func linkName(name string) bool {
	switch name {
	case "FRA_IIFNAME", "FRA_OIFNAME", "IFA_LABEL", "NFTA_FLOWTABLE_HOOK_DEVS", "NFTA_DEVICE_NAME", "NFTA_HOOK_DEV":
		return true
	}
	return strings.HasSuffix(name, "IFNAME") || strings.HasSuffix(name, "DEV_NAME")
}

// inLink looks for the name of a link whose index a message has.
func (t *term) inLink(s *sighting, index int32, f *found) {
	if name := s.m.IfName(index); name != "" && name == t.text {
		f.better(plain, "")
	} else if slices.Contains(s.alt(index), t.text) {
		f.better(plain-1, "altname")
	}
}

// identity are the attributes whose address a message is about; of others the name is
// told.
var identity = map[string]bool{"RTA_DST": true, "IFA_LOCAL": true, "IFA_ADDRESS": true, "NDA_DST": true, "FRA_DST": true, "FRA_SRC": true}

func (t *term) inAddress(n *decode.Node, v string, f *found) {
	has := parsePrefix(n.Text) // with the length that the header has
	if !has.IsValid() {
		has = parsePrefix(v)
	}
	if !has.IsValid() {
		return
	}
	rank, how := relate(t.prefix, has)
	if rank == 0 {
		return
	}
	if how != "" {
		how = has.String() + " " + how
		if single(has) {
			how = has.Addr().String() + how[len(has.String()):]
		}
	}
	if identity[n.Name] || n.Name == "" {
		rank++
	} else {
		how = strings.TrimSpace(how + " as " + n.Label())
	}
	f.better(rank+1, how)
}

// inWords looks for a word in what is said of a message.
func (t *term) inWords(s *sighting, f *found) {
	for _, text := range s.words {
		for word := range strings.FieldsFuncSeq(text, separates) {
			word = strings.TrimRight(word, ":;.") // not of a handle, which is compared before
			switch {
			case word == t.text || word+":" == t.text:
				if !t.link {
					f.better(plain, "")
					return
				}
			case t.prefix.IsValid() && !t.link:
				if has := parsePrefix(word); has.IsValid() {
					if rank, how := relate(t.prefix, has); rank > 0 {
						if how != "" {
							how = word + " " + how
						}
						f.better(rank+1, how)
					}
				}
			}
		}
	}
}

// separates are what stands between words.
func separates(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(`,{}()[]="'`, r)
}

func afterLast(name string) string { return name[strings.LastIndexByte(name, '_')+1:] }

// reNames are the ends of names of numbers that name something: with others a number
// would find every message.
var numberNames = []string{"id", "spi", "handle", "parent", "table", "index", "port", "portid", "priority", "mark", "vni", "vlan", "reqid", "key", "group", "queue", "num"}

// names says whether a number under a name names something.
func names(name string) bool {
	return slices.Contains(numberNames, strings.ToLower(afterLast(name)))
}
