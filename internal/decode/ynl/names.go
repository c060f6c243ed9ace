// SPDX-License-Identifier: Apache-2.0

package ynl

import "strings"

// Names are computed as the kernel's generator of C (tools/net/ynl) does: a
// prefix, given or made of the names of family and object, and the name, in
// upper case with underscores. No C is generated of netlink-raw specs, so
// where those give no prefix there is no UAPI name to compute, and the spec's
// own name stands.

func upper(s string) string { return strings.ToUpper(strings.ReplaceAll(s, "-", "_")) }

// member is the C name of a struct's member, which has no prefix of its own.
func member(s string) string { return strings.ReplaceAll(s, "-", "_") }

// attrName names an attribute of a set that is no subset.
func (s *spec) attrName(set *attrSet, a *attr) string {
	switch {
	case a.prefix != nil:
		return upper(*a.prefix + a.name)
	case set.prefix != nil:
		return upper(*set.prefix + a.name)
	case s.raw():
		return a.name
	case set.name == s.name:
		return upper(s.name + "-a-" + a.name)
	}
	return upper(s.name + "-a-" + set.name + "-" + a.name)
}

func (s *spec) entryName(d *definition, e *entry) string {
	switch {
	case d.prefix != nil:
		return upper(*d.prefix + e.name)
	case s.raw():
		return e.name
	}
	return upper(s.name + "-" + d.name + "-" + e.name)
}

// opName names an operation; async ones may have a prefix of their own.
func (s *spec) opName(o *operation) string {
	switch async := o.event || o.notify != ""; {
	case async && s.ops.asyncPrefix != nil:
		return upper(*s.ops.asyncPrefix + o.name)
	case s.ops.prefix != nil:
		return upper(*s.ops.prefix + o.name)
	case s.raw():
		return o.name
	}
	return upper(s.name + "-cmd-" + o.name)
}

// groupName: groups of generic netlink have names of their own; those of the
// raw protocols are enumerators.
func (s *spec) groupName(name string) string {
	if s.raw() && strings.Contains(strings.ToLower(name), "grp") {
		return upper(name)
	}
	return name
}

// rawNames are the names that people use for protocols of which several specs
// tell, and nfnlNames those of nfnetlink subsystems, by number.
var (
	rawNames  = map[uint64]string{0: "route", 4: "sock_diag", 6: "xfrm", 9: "audit"}
	nfnlNames = map[uint16]string{
		1: "ctnetlink", 2: "ctnetlink_exp", 3: "nfqueue", 4: "nflog", 5: "osf", 6: "ipset", 7: "nfacct",
		8: "cttimeout", 9: "cthelper", 10: "nftables", 11: "nft_compat", 12: "nfhook",
	}
)
