// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// --subscribe takes every group of nfnetlink that the UAPI header names, by that name.
func TestSubscribable(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	got := subscribable(d)
	// enum nfnetlink_groups, include/uapi/linux/netfilter/nfnetlink.h
	for i, name := range []string{"conntrack-new", "conntrack-update", "conntrack-destroy", "conntrack-exp-new",
		"conntrack-exp-update", "conntrack-exp-destroy", "nftables", "acct-quota", "nftrace"} {
		if got[name] != uint32(i+1) {
			t.Errorf("%s is group %d, not %d", name, got[name], i+1)
		}
	}
	if names := subscribableNames(d); len(names) != len(got) || !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
}
