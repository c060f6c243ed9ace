// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/filter"
)

// A protocol is named by its own name or number, or by a family that it carries:
// "generic:wireguard", "wireguard", "nftables", "nfqueue".

// parseProtocol reads the name of a protocol; family is the schema's that was named, nil
// where it was the whole protocol.
func parseProtocol(s string, tables []*schema.Family) (protocol uint16, family *schema.Family, err error) {
	outer, name, inner := strings.Cut(s, ":")
	if inner {
		if protocol, err = capture.ParseProtocol(outer); err != nil {
			return 0, nil, err
		}
		if protocol != capture.NETLINK_GENERIC && protocol != capture.NETLINK_NETFILTER {
			return 0, nil, fmt.Errorf("%s: only generic and netfilter carry families", s)
		}
		family = familyNamed(name, tables, protocol)
		if family == nil {
			return 0, nil, fmt.Errorf("%s: unknown family%s (nltop families lists them)", s, suggestFamily(name, tables, protocol))
		}
		return protocol, family, nil
	}
	// A family goes first: nftables is one part of netfilter.
	if f := familyNamed(s, tables, 0); f != nil && f.Carried() {
		return f.Protocol, f, nil
	}
	if protocol, err = capture.ParseProtocol(s); err == nil {
		return protocol, nil, nil
	}
	if f := familyNamed(s, tables, 0); f != nil {
		return f.Protocol, nil, nil
	}
	if _, nerr := strconv.ParseUint(s, 0, 64); nerr == nil {
		return 0, nil, err
	}
	return 0, nil, fmt.Errorf("unknown protocol or family %q%s (route, generic, netfilter, … or a number; nltop families lists all)",
		s, suggestFamily(s, tables, 0))
}

// familyNamed finds a family by name in any case; of is the protocol that must carry
// it, 0 is any.
func familyNamed(name string, tables []*schema.Family, of uint16) *schema.Family {
	for _, f := range tables {
		if strings.EqualFold(f.Name, name) && (of == 0 || f.Protocol == of) {
			return f
		}
	}
	return nil
}

func suggestFamily(name string, tables []*schema.Family, of uint16) string {
	var known []string
	for _, f := range tables {
		if of == 0 || f.Protocol == of {
			known = append(known, f.Name)
		}
	}
	for p := range uint16(capture.MaxProtocol) {
		if of == 0 {
			known = append(known, strings.ToLower(capture.ShortName(p)))
		}
	}
	return filter.Suggest(name, known)
}

// wanted is what --protocol asks for: protocols that a source can filter by, and the
// expression that leaves out the other families of a protocol that was named by one.
func wanted(names []string, tables []*schema.Family) (protocols []uint16, expr string, err error) {
	whole := map[uint16]bool{}
	parts := map[uint16][]string{}
	for _, s := range names {
		p, f, err := parseProtocol(s, tables)
		if err != nil {
			return nil, "", err
		}
		if !slices.Contains(protocols, p) {
			protocols = append(protocols, p)
		}
		if f == nil {
			whole[p] = true
		} else {
			parts[p] = append(parts[p], f.Name)
		}
	}
	var terms []string
	for _, p := range protocols {
		if whole[p] || len(parts[p]) == 0 {
			continue
		}
		terms = append(terms, fmt.Sprintf("(protocol_id != %d or family in [%s])", p, quoteAll(parts[p])))
	}
	return protocols, strings.Join(terms, " and "), nil
}

func quoteAll(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}
