// SPDX-License-Identifier: Apache-2.0

// Package families holds the built-in knowledge of Netlink families: one file
// of tables each, every name and number as the cited UAPI header has it. A
// function per family returns its table, and All lists them.
//
// There is no code here that looks at a message: package decode walks, by the
// types of package schema. What the running kernel or its specs know beyond
// these tables is added elsewhere (packages ynl and policy).
package families

import (
	"slices"
	"sync"

	"github.com/nltop/nltop/internal/decode/schema"
)

// All returns every built-in family, indexed and ready for decode.New. The tables are
// made once and are the same for all callers: nobody changes them (schema.Merge makes
// others).
func All() []*schema.Family { return slices.Clone(tables()) }

var tables = sync.OnceValue(func() []*schema.Family {
	all := slices.Concat(
		[]*schema.Family{nlctrl(), route()},
		nftablesFamilies(),
		netfilterFamilies(),
		ethernetFamilies(),
		wirelessFamilies(),
		tunnelFamilies(),
		genericFamilies(),
		diagFamilies(),
		protocolFamilies(),
		newestFamilies(),
	)
	markMulti(all)
	markEffects(all)
	for _, f := range all {
		f.Origin = schema.BuiltIn
		f.Build()
	}
	return all
})
