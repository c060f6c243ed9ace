// SPDX-License-Identifier: Apache-2.0

package who

import (
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Subject is what a message is about, and what it does to it.
type Subject struct {
	Noun string // "route", "table", "ethtool rings"
	Name string // "10.50.0.0/16 table 100", "inet fw"; "": it has none. Safe for a terminal
	Verb string // "deleted", "changed"
}

// What is noun and name.
func (s *Subject) What() string { return strings.TrimSpace(s.Noun + " " + s.Name) }

// naming says how things of one noun are called: the values of Parts, in their order,
// those behind "WORD:" with the word in front.
type naming struct {
	noun  string
	parts []string
}

// namings by the name of a type without its verb. Of others the leading values are the
// name.
var namings = map[string]naming{
	"RTM_LINK":          {"link", nil}, // see linkName
	"RTM_LINKPROP":      {"link", nil},
	"RTM_ADDR":          {"address", []string{"IFA_LOCAL|IFA_ADDRESS", "on:ifa_index"}},
	"RTM_ROUTE":         {"route", []string{"dst", "table:RTA_TABLE"}},
	"RTM_NEIGH":         {"neighbour", []string{"NDA_DST|NDA_LLADDR", "on:ndm_ifindex"}},
	"RTM_RULE":          {"rule", []string{"FRA_PRIORITY", "from:FRA_SRC", "to:FRA_DST", "lookup:FRA_TABLE"}},
	"RTM_QDISC":         {"qdisc", []string{"TCA_KIND", "tcm_handle", "on:tcm_ifindex"}},
	"RTM_TCLASS":        {"class", []string{"TCA_KIND", "tcm_handle", "on:tcm_ifindex"}},
	"RTM_TFILTER":       {"filter", []string{"TCA_KIND", "tcm_handle", "of:tcm_parent", "on:tcm_ifindex"}},
	"RTM_CHAIN":         {"chain", []string{"TCA_CHAIN", "on:tcm_ifindex"}},
	"RTM_NEXTHOP":       {"nexthop", []string{"NHA_ID"}},
	"NFT_MSG_TABLE":     {"table", []string{"nfgen_family", "NFTA_TABLE_NAME|NFTA_TABLE_HANDLE"}},
	"NFT_MSG_CHAIN":     {"chain", []string{"nfgen_family", "NFTA_CHAIN_TABLE", "NFTA_CHAIN_NAME|NFTA_CHAIN_HANDLE"}},
	"NFT_MSG_RULE":      {"rule", []string{"in:nfgen_family", "NFTA_RULE_TABLE", "NFTA_RULE_CHAIN", "handle:NFTA_RULE_HANDLE"}},
	"NFT_MSG_SET":       {"set", []string{"nfgen_family", "NFTA_SET_TABLE", "NFTA_SET_NAME|NFTA_SET_HANDLE"}},
	"NFT_MSG_SETELEM":   {"elements", []string{"of:nfgen_family", "NFTA_SET_ELEM_LIST_TABLE", "NFTA_SET_ELEM_LIST_SET"}},
	"NFT_MSG_OBJ":       {"object", []string{"nfgen_family", "NFTA_OBJ_TABLE", "NFTA_OBJ_NAME"}},
	"NFT_MSG_FLOWTABLE": {"flowtable", []string{"nfgen_family", "NFTA_FLOWTABLE_TABLE", "NFTA_FLOWTABLE_NAME"}},
	"XFRM_MSG_SA":       {"SA", []string{"saddr|XFRMA_SRCADDR", "to:id.daddr|daddr", "spi:id.spi|spi"}},
	"XFRM_MSG_POLICY":   {"policy", []string{"sel.saddr", "to:sel.daddr", "dir:dir"}},
	"IPSET_CMD":         {"set", []string{"IPSET_ATTR_SETNAME"}},
	"IPSET_CMD_":        {"element", []string{"of:IPSET_ATTR_SETNAME"}}, // IPSET_CMD_ADD, IPSET_CMD_DEL
}

// verbs by the part of a type that is one.
var verbs = map[string]string{
	"NEW": "added", "ADD": "added", "CREATE": "created", "DEL": "deleted", "DELETE": "deleted", "DESTROY": "deleted", "REMOVE": "removed",
	"SET": "changed", "UPD": "changed", "CHANGE": "changed", "MOD": "changed", "MODIFY": "changed", "FLUSH": "flushed", "RENAME": "renamed",
	"SWAP": "swapped", "BIND": "bound", "UNBIND": "unbound", "TRIGGER": "triggered", "RELOAD": "reloaded", "EXPIRE": "expired", "NTF": "changed",
}

// generic are parts of names of types that say nothing.
var generic = map[string]bool{"MSG": true, "CMD": true, "RTM": true, "NFT": true, "NFNL": true, "NFQNL": true, "XFRM": true, "IPCTNL": true,
	"IPSET": true, "C": true, "A": true, "ATTR": true, "GENL": true, "WG": true, "NL": true, "PM": true}

// split takes a type apart: the key of namings, what is left of it in words, and its verb.
func split(family, typ string) (key, rest, verb string) {
	parts := strings.Split(typ, "_")
	var kept, said []string
	for _, p := range parts {
		word := verbs[p]
		for _, v := range [...]string{"NEW", "DEL", "SET", "UPD", "FLUSH"} {
			// One word with its noun: RTM_NEWLINK, NFT_MSG_DELRULE, XFRM_MSG_FLUSHSA.
			if after, ok := strings.CutPrefix(p, v); ok && verb == "" && len(after) > 1 && (strings.HasPrefix(typ, "RTM_") || strings.Contains(typ, "_MSG_")) {
				verb, p, word = verbs[v], after, ""
				break
			}
		}
		if word != "" && verb == "" {
			verb = word
			continue
		}
		kept = append(kept, p)
		if !generic[p] && !strings.EqualFold(p, family) {
			said = append(said, strings.ToLower(p))
		}
	}
	return strings.Join(kept, "_"), strings.Join(said, " "), verb
}

// maxName bounds a name, in bytes: a file may hold any.
const maxName = 200

// subjectOf says what a message is about.
func subjectOf(m *decode.Message, b *decode.Body) Subject {
	key, rest, verb := split(m.Family, m.Type)
	if m.Family == "ipset" && (m.Type == "IPSET_CMD_ADD" || m.Type == "IPSET_CMD_DEL") {
		key = "IPSET_CMD_"
	}
	s := Subject{Verb: verb}
	if n, ok := namings[key]; ok {
		s.Noun = n.noun
		if n.parts == nil {
			s.Name = linkOf(m, b)
		} else {
			s.Name = nameOf(m, b, n.parts)
		}
		if fields := b.Fields; key == "RTM_NEIGH" && number(fields, "ndm_family") == unix.AF_BRIDGE {
			s.Noun = "fdb entry"
			s.Name = nameOf(m, b, []string{"NDA_LLADDR", "on:ndm_ifindex"})
		}
	} else {
		s.Name = leading(m)
		switch {
		case rest == "":
			s.Noun = m.FamilyText()
		case m.Family == "route":
			s.Noun = decode.Quote(rest)
		default:
			s.Noun = m.FamilyText() + " " + decode.Quote(rest)
		}
	}
	s.Name = brief(s.Name, maxName)
	s.Verb = refine(m, key, s.Verb)
	return s
}

// refine looks at what a message of the kernel's usual verbs does.
func refine(m *decode.Message, key, verb string) string {
	if verb == "" {
		return "touched by " + m.TypeText()
	}
	if key == "RTM_LINKPROP" {
		return "changed"
	}
	if verb != "added" || !strings.HasPrefix(m.Type, "RTM_") && m.Family != "ctnetlink" {
		return verb
	}
	f := m.Header.Flags
	switch {
	case f&unix.NLM_F_REPLACE != 0:
		return "replaced"
	case f&unix.NLM_F_CREATE != 0:
		if key == "RTM_LINK" {
			return "created"
		}
		return "added"
	case m.Frame.Dir == capture.DirEvent && (key == "RTM_LINK" || key == "RTM_NEIGH" || key == "RTM_QDISC"):
		return "created or changed" // which one, what was before would tell
	case m.Frame.Dir == capture.DirEvent:
		return "added"
	}
	return "changed"
}

// linkOf names the link that a message is about.
func linkOf(m *decode.Message, b *decode.Body) string {
	index := int32(number(b.Fields, "ifi_index"))
	name := textOf(b.Attrs, "IFLA_IFNAME")
	if m.Frame.Dir == capture.DirRequest && index > 0 || name == "" {
		if known := m.IfName(index); known != "" {
			return decode.Quote(known)
		}
	}
	if name == "" {
		name = textOf(b.Attrs, "IFLA_ALT_IFNAME")
	}
	if name != "" {
		return decode.Quote(name)
	}
	if index > 0 {
		return "if" + decimal(index)
	}
	return ""
}

// nameOf joins the values that name a thing.
func nameOf(m *decode.Message, b *decode.Body, parts []string) string {
	var out []string
	for _, p := range parts {
		word := ""
		if before, after, ok := strings.Cut(p, ":"); ok {
			word, p = before, after
		}
		text := ""
		for name := range strings.SplitSeq(p, "|") {
			if text = partOf(m, b, name); text != "" {
				break
			}
		}
		switch {
		case text == "":
		case word != "":
			out = append(out, word, text)
		default:
			out = append(out, text)
		}
	}
	return strings.Join(out, " ")
}

// partOf is one value as people write it.
func partOf(m *decode.Message, b *decode.Body, name string) string {
	if name == "dst" {
		return destination(b)
	}
	n := find(b.Fields, name)
	if n == nil {
		n = find(b.Attrs, name)
	}
	if n == nil {
		return ""
	}
	if n.Name == "tcm_handle" && n.Value == "none" {
		return "" // the kernel's choice, or the one that is there
	}
	if n.Name == "RTA_TABLE" && (n.Num == unix.RT_TABLE_MAIN || n.Num == unix.RT_TABLE_LOCAL) {
		return ""
	}
	if index, ok := n.IfIndex(); ok {
		if known := m.IfName(index); known != "" {
			return decode.Quote(known)
		}
		return "if" + decimal(index)
	}
	switch {
	case n.Local != "":
		return decode.Quote(n.Local)
	case n.Name == "nfgen_family":
		return tableFamily(n)
	}
	switch v := n.Value.(type) {
	case string:
		if n.Num != 0 {
			return decode.Quote(strings.ToLower(afterLast(v)))
		}
		if p := parsePrefix(n.Text); p.IsValid() {
			return prefixText(p)
		}
		return decode.Quote(v)
	case uint64:
		if strings.Contains(n.Text, " ") || n.Text == "" {
			return decimal(v)
		}
		return n.Text
	}
	return ""
}

// tableFamily is the family of a table as nft writes it.
func tableFamily(n *decode.Node) string {
	switch n.Num {
	case unix.NFPROTO_INET:
		return "inet"
	case unix.NFPROTO_IPV4:
		return "ip"
	case unix.NFPROTO_ARP:
		return "arp"
	case unix.NFPROTO_NETDEV:
		return "netdev"
	case unix.NFPROTO_BRIDGE:
		return "bridge"
	case unix.NFPROTO_IPV6:
		return "ip6"
	}
	return ""
}

// destination is that of a route.
func destination(b *decode.Body) string {
	if n := find(b.Attrs, "RTA_DST"); n != nil {
		if p := parsePrefix(n.Text); p.IsValid() {
			if p.Bits() == 0 {
				return "default"
			}
			return prefixText(p)
		}
		v, _ := n.Value.(string)
		return decode.Quote(v)
	}
	if find(b.Fields, "rtm_dst_len") != nil {
		return "default"
	}
	return ""
}

// prefixText leaves the length out where it is that of one address.
func prefixText(p netip.Prefix) string {
	if single(p) {
		return p.Addr().String()
	}
	return p.String()
}

// leading are the values that tell a message from others of its family: names before
// numbers, which say little alone.
func leading(m *decode.Message) string {
	const looked, most = 4, 2
	var names, numbers []string
	for _, n := range m.Lead(looked) {
		if n.Nested || n.Secret().Withheld() {
			continue
		}
		if index, ok := n.IfIndex(); ok {
			if known := m.IfName(index); known != "" {
				names = appendNew(names, decode.Quote(known))
			}
			continue
		}
		switch v := n.Value.(type) {
		case string:
			if linkName(n.Name) {
				return decode.Quote(v)
			}
			if v != "" {
				names = appendNew(names, decode.Quote(v))
			}
		case uint64:
			numbers = append(numbers, decimal(v))
		}
	}
	if len(names) == 0 {
		names = numbers
	}
	return strings.Join(names[:min(len(names), most)], " ")
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
