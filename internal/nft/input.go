// SPDX-License-Identifier: Apache-2.0

package nft

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Statement is a request as a command that nft reads from a file: one line,
// without the newline.
type Statement struct {
	Text string // "": there are no words for it
	// Folded: it makes an anonymous set or fills it, which the rule that uses it
	// says in the same transaction.
	Folded bool
	// Left are attributes that the text does not say.
	Left []*decode.Node
	// Note is what whoever runs it should know; "": nothing.
	Note string
}

// Statement writes a request as nft's input, knowing the messages before it. It
// writes what nft reads back as the same, or nothing: neither a name that nft
// takes for a word of its own, nor a text that it cannot read, nor what the
// package does not understand. ok is false for what asks for no change.
func (l *Lines) Statement(m *decode.Message) (s Statement, ok bool) {
	if !Is(m) || m.Frame.Dir != capture.DirRequest || m.Problem != nil || strings.HasPrefix(m.Type, "NFT_MSG_GET") {
		return s, false
	}
	body := l.Body(m)
	if body.Problem != "" || len(body.Rest) > 0 {
		return s, true
	}
	l.enter(m)
	if l.folds(m, body) {
		return Statement{Folded: true}, true
	}
	what := strings.TrimPrefix(m.Type, "NFT_MSG_")
	for _, verb := range []string{"NEW", "DESTROY", "DEL"} {
		if rest, is := strings.CutPrefix(what, verb); is {
			what = rest
			break
		}
	}
	family, _ := num(body.Fields, "nfgen_family")
	if !readable(body.Attrs, 0) || strings.HasPrefix(m.Type, "NFT_MSG_NEW") && !complete(what, body.Attrs) ||
		family == 0 && m.Type != "NFT_MSG_DELTABLE" {
		return s, true
	}
	l.exact = true
	text, ok := l.Line(m)
	l.exact = false
	if !ok || !inputText(text) {
		return s, true
	}
	s.Text = text
	if strings.Contains(text, " handle ") || strings.Contains(text, " position ") {
		s.Note = handleNote
	}
	said := func(n decode.Node) bool { return n.Hidden || n.Overridden || inWords(what, &n) }
	if slices.ContainsFunc(body.Attrs, func(n decode.Node) bool { return !said(n) }) {
		kept := m.Body() // as the statement is
		for i := range kept.Attrs {
			if !said(kept.Attrs[i]) {
				s.Left = append(s.Left, &kept.Attrs[i])
			}
		}
	}
	return s, true
}

const handleNote = "the kernel gives handles: this one is that of the recorded tables, and the same again where they are made again from nothing"

// wordsOf are the attributes of a message that its words say, or that are of the
// transaction alone, by what the message is about.
var wordsOf = map[string]string{
	"TABLE": "NAME FLAGS HANDLE USERDATA", "CHAIN": "TABLE NAME HANDLE HOOK POLICY TYPE FLAGS USERDATA ID",
	// The kernel reads COMPAT for extensions of xtables alone, which have no words.
	"RULE":    "TABLE CHAIN HANDLE EXPRESSIONS POSITION USERDATA ID COMPAT",
	"SET":     "TABLE NAME FLAGS KEY_TYPE KEY_LEN DATA_TYPE DATA_LEN POLICY DESC ID TIMEOUT GC_INTERVAL USERDATA OBJ_TYPE HANDLE EXPR EXPRESSIONS",
	"SETELEM": "TABLE SET SET_ID ELEMENTS", "OBJ": "TABLE NAME TYPE DATA HANDLE USERDATA", "FLOWTABLE": "TABLE NAME HOOK HANDLE FLAGS",
}

// inputType is the type in which nft reads what a key is compared with: hours in
// quotes are of the time zone of whoever runs it, and numbers of seconds are not.
func inputType(k key) string {
	switch k.name {
	case "meta time":
		return "date"
	case "meta hour":
		return "hostinteger"
	}
	return k.typ
}

// forInput is inputType for the key of a set.
func (s *setInfo) forInput() *setInfo {
	if !slices.Contains(s.key, "hour") {
		return s
	}
	own := *s
	own.key = slices.Clone(s.key)
	for i, name := range own.key {
		if name == "hour" {
			own.key[i] = "hostinteger"
		}
	}
	return &own
}

// complete says whether a request to make something names it.
func complete(what string, a []decode.Node) bool {
	need := map[string][]string{
		"TABLE": {"NFTA_TABLE_NAME"}, "CHAIN": {"NFTA_CHAIN_TABLE", "NFTA_CHAIN_NAME"}, "RULE": {"NFTA_RULE_TABLE", "NFTA_RULE_CHAIN"},
		"SET": {"NFTA_SET_TABLE", "NFTA_SET_NAME"}, "SETELEM": {"NFTA_SET_ELEM_LIST_TABLE", "NFTA_SET_ELEM_LIST_SET", "NFTA_SET_ELEM_LIST_ELEMENTS"},
		"OBJ": {"NFTA_OBJ_TABLE", "NFTA_OBJ_NAME"}, "FLOWTABLE": {"NFTA_FLOWTABLE_TABLE", "NFTA_FLOWTABLE_NAME"},
	}[what]
	for _, name := range need {
		if find(a, name) == nil {
			return false
		}
	}
	return true
}

func inWords(what string, n *decode.Node) bool {
	if strings.HasSuffix(n.Name, "_PAD") {
		return true
	}
	rest := strings.TrimPrefix(n.Name, "NFTA_"+what+"_")
	if what == "SETELEM" {
		rest = strings.TrimPrefix(n.Name, "NFTA_SET_ELEM_LIST_")
	}
	for w := range strings.SplitSeq(wordsOf[what], " ") {
		if w == rest {
			return true
		}
	}
	return false
}

// folds says whether a message makes or fills an anonymous set whose elements are
// all known, so that its rule can hold them.
func (l *Lines) folds(m *decode.Message, body *decode.Body) bool {
	family, _ := num(body.Fields, "nfgen_family")
	prefix := "NFTA_SET_"
	switch m.Type {
	case "NFT_MSG_NEWSET":
	case "NFT_MSG_NEWSETELEM":
		prefix = "NFTA_SET_ELEM_LIST_"
	default:
		return false
	}
	id := val(body.Attrs, prefix+"ID")
	if prefix != "NFTA_SET_" {
		id = val(body.Attrs, prefix+"SET_ID")
	}
	if id == 0 {
		return false
	}
	info := l.batch[setKey{family: family, table: str(body.Attrs, prefix+"TABLE"), id: id}]
	return info != nil && info.flags&setAnonymous != 0 && info.elems != nil && !info.cut && info.used
}

// quotedStrings are the texts that stand in quotes in nft's input. All others are
// names, which have none, but for types and bytes, which are not of the sender.
var quotedStrings = map[string]bool{
	"NFTA_LOG_PREFIX": true, "NFTA_SECMARK_CTX": true, "NFTA_CT_HELPER_NAME": true, "NFTA_HOOK_DEV": true, "NFTA_DEVICE_NAME": true,
	"NFTA_DEVICE_PREFIX": true, "NFTA_OBJREF_IMM_NAME": true, "NFTA_SET_ELEM_OBJREF": true, "NFTA_EXPR_NAME": true,
	"NFTA_SET_KEY_TYPE": true, "NFTA_SET_DATA_TYPE": true, "NFTA_DATA_VALUE": true,
}

// readable says whether nft can read the names among nodes, and whether all of
// them are known.
func readable(nodes []decode.Node, depth int) bool {
	for i := range nodes {
		n := &nodes[i]
		if n.Hidden {
			continue
		}
		if strings.HasSuffix(n.Name, "_USERDATA") {
			continue // comment() reads it
		}
		if n.Overridden || n.Attr && n.Name == "" && !n.Elem || depth > 4*maxNested {
			return false
		}
		s, text := n.Value.(string)
		switch {
		case !text || quotedStrings[n.Name]:
		case strings.HasSuffix(n.Name, "_SET") && strings.HasPrefix(s, "__"), strings.HasSuffix(n.Name, "_SET_NAME") && strings.HasPrefix(s, "__"):
			// of an anonymous set, which stands in its rule itself, else inputText finds the name
		case strings.HasPrefix(n.Name, "NFTA_") && !identifier(s):
			return false
		}
		if !readable(n.Children, depth+1) {
			return false
		}
	}
	return true
}

var nameForm = regexp.MustCompile(`^[a-zA-Z_.][a-zA-Z0-9/_.-]*$`)

// identifier says whether nft reads a text as a name (scanner.l, string).
func identifier(s string) bool { return nameForm.MatchString(s) && !keywords[s] }

// addressPort is an address of IPv6 in front of a port, which has brackets in
// nft's input too.
var addressPort = regexp.MustCompile(`\[[0-9a-f]*:[0-9a-f:.]*\]`)

// inputText says whether a line is one that nft reads as it is meant. What the
// package does not understand has brackets; a text that Go writes with a backslash
// is one that nft cannot read; __set0 is a name that the kernel has made.
func inputText(s string) bool {
	var bare strings.Builder
	for s != "" {
		before, rest, open := strings.Cut(s, `"`)
		bare.WriteString(before)
		if !open {
			break
		}
		text, after, closed := strings.Cut(rest, `"`)
		if !closed || strings.Contains(text, `\`) || len(text) > 127 {
			return false
		}
		for _, c := range text {
			if c == utf8.RuneError || !strconv.IsPrint(c) {
				return false
			}
		}
		s = after
	}
	text := addressPort.ReplaceAllString(bare.String(), "")
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c > '~' || strings.IndexByte("[]\\$#%`'", c) >= 0 {
			return false
		}
	}
	return !strings.Contains(text, "@__")
}

// keywords are the words of nft's language that it takes for themselves wherever
// a name may stand, so that no name can be said that is one of them.
var keywords = wordSet(`accept add ah all and arp auto-merge bridge cgroup chain comment comp constant continue
	counter cpu create ct daddr dccp day define delete describe destroy device devices dnat drop dscp dst dup dynamic ecn
	element elements eq esp ether exists expires export exthdr fib flags flow flowtable flush frag frag-off fwd gc-interval
	ge geneve get goto gre gretap gt handle hbh hdrlength hook hoplimit hour ibriport ibrname icmp icmpv6 id igmp iif
	iifgroup iifname iiftype import include index inet insert interval ip ip6 ipsec jhash jump last le length limit list
	log lshift lt map mark masquerade meta meter mh missing monitor ne netdev nexthdr nftrace not notrack numgen obriport
	obrname offload oif oifgroup oifname oiftype option or osf persist pkttype policy position prefix priority protocol
	queue quota random redefine redirect reject rename replace reset return rr rshift rt rt0 rt2 rtclassid rule ruleset
	saddr sctp secmark set size skgid skuid snat socket srh symhash synproxy table tcp th time timeout to tproxy ttl tunnel
	type typeof udp udplite undefine update version vlan vmap vni vxlan xor xt`)

func wordSet(s string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		all[w] = true
	}
	return all
}
