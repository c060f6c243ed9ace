// SPDX-License-Identifier: Apache-2.0

package who

import (
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// About returns the text that finds what a message is about; "": nothing has a name.
func About(m *decode.Message) string {
	body := m.Body()
	if m.Family == "nftables" {
		family := find(body.Fields, "nfgen_family")
		for _, t := range [...]string{"NFTA_TABLE_NAME", "NFTA_CHAIN_TABLE", "NFTA_RULE_TABLE", "NFTA_SET_TABLE", "NFTA_SET_ELEM_LIST_TABLE", "NFTA_OBJ_TABLE", "NFTA_FLOWTABLE_TABLE"} {
			if table := textOf(body.Attrs, t); table != "" && family != nil {
				return word("table " + tableFamily(family) + " " + table)
			}
		}
		return ""
	}
	for _, name := range [...]string{"RTA_DST", "IFA_LOCAL", "IFA_ADDRESS", "NDA_DST", "IPSET_ATTR_SETNAME"} {
		if n := find(body.Attrs, name); n != nil {
			if p := parsePrefix(n.Text); p.IsValid() {
				return prefixText(p)
			}
			if v, ok := n.Value.(string); ok {
				return word(v)
			}
		}
	}
	if name := linkIn(m, body.Fields, body.Attrs); name != "" {
		return word("dev " + name)
	}
	if strings.HasSuffix(m.Type, "ROUTE") && find(body.Fields, "rtm_dst_len") != nil {
		return "default"
	}
	return ""
}

// word is a text whose words are words: a name with a space in it finds nothing.
func word(text string) string { return strings.Join(strings.Fields(text), " ") }

// linkIn is the first link that a message names.
func linkIn(m *decode.Message, lists ...[]decode.Node) string {
	for _, nodes := range lists {
		for i := range nodes {
			n := &nodes[i]
			if index, ok := n.IfIndex(); ok {
				if name := m.IfName(index); name != "" {
					return name
				}
			}
			if v, ok := n.Value.(string); ok && v != "" && linkName(n.Name) {
				return v
			}
			if n.Nested {
				if name := linkIn(m, n.Children); name != "" {
					return name
				}
			}
		}
	}
	return ""
}
