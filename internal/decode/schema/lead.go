// SPDX-License-Identifier: Apache-2.0

package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// LeadItem is one word of the one-line form of a message, as it is written in
// Family.Lead and Message.Lead:
//
//	NAME            an attribute or field, at any depth; .NAME: not inside of others
//	NAME.PART       a member of it
//	>ITEM <ITEM     in requests only, in what the kernel sends only
//	ITEM!           not where it is zero or empty
//	FLAGS/MASK      the bits of FLAGS that MASK has, +set and -cleared; nothing where
//	                MASK has none, or all, which says that it was not used
//	ITEM?NAME=VALUE only where NAME is VALUE, or has that bit
//	NAME[A B]       of each element only these; the first three elements
//	=WORDS          words, which make sense with a condition
//	ITEM|ITEM       the first that is there
//	*               attributes that are none of those before, in their order
//	-NAME           is none of these
type LeadItem struct {
	Name  string
	Part  string
	Flat  bool // not inside of others
	Dirs  Dirs // 0: both
	Full  bool // not zero
	Mask  string
	If    string // name of the condition, "": none
	Is    string
	Of    []string
	Words string
	Rest  bool   // all others
	Not   string // an attribute that is none of them
	Else  *LeadItem
}

var reLead = regexp.MustCompile(`^([<>]?)(?:(\*)|-(\w+)|=([^|?]+)|(\.?)([A-Za-z_@][\w@-]*)(?:\.(\w+))?(?:/(\w+))?(?:\[([\w ]+)\])?(!?))(?:\?(\w+)=(\w+))?$`)

// ParseLead reads one item.
func ParseLead(s string) (*LeadItem, error) {
	var first, last *LeadItem
	for _, alternative := range strings.Split(s, "|") {
		m := reLead.FindStringSubmatch(alternative)
		if m == nil {
			return nil, fmt.Errorf("lead %q: %q is no item", s, alternative)
		}
		x := &LeadItem{
			Dirs: map[string]Dirs{">": ToKernel, "<": FromKernel}[m[1]], Rest: m[2] != "", Not: m[3], Words: m[4], Flat: m[5] != "",
			Name: m[6], Part: m[7], Mask: m[8], Of: strings.Fields(m[9]), Full: m[10] != "", If: m[11], Is: m[12],
		}
		if first == nil {
			first = x
		} else {
			last.Else = x
		}
		last = x
	}
	return first, nil
}

// Names returns all names that an item and its alternatives look for.
func (x *LeadItem) Names() []string {
	var names []string
	for ; x != nil; x = x.Else {
		for _, n := range append([]string{x.Name, x.Part, x.Mask, x.If, x.Not}, x.Of...) {
			if n != "" {
				names = append(names, n)
			}
		}
	}
	return names
}

// parseLeads leaves out what is no item: TestTypes of package families finds it.
func parseLeads(items []string) []*LeadItem {
	var all []*LeadItem
	for _, s := range items {
		if x, err := ParseLead(s); err == nil {
			all = append(all, x)
		}
	}
	return all
}

// Leads returns what leads a message of the family: its own list, or the family's.
func (f *Family) Leads(m *Message) []*LeadItem {
	if m != nil && m.leads != nil {
		return m.leads
	}
	return f.leads
}

// Unled says whether an attribute stands in no line (-NAME).
func (f *Family) Unled(m *Message, name string) bool {
	for _, x := range f.Leads(m) {
		if x.Not == name {
			return true
		}
	}
	return false
}
