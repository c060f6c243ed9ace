// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Families returns every family that has a name: protocols, nfnetlink
// subsystems, and generic families that have tables or that the traffic told.
// Of some nothing but the name is known (schema.None).
func (d *Decoder) Families() []*schema.Family {
	var all []*schema.Family
	for p, f := range d.protocols {
		if f.Name == "" || p == capture.NETLINK_GENERIC || p == capture.NETLINK_NETFILTER {
			continue
		}
		if p == capture.NETLINK_KOBJECT_UEVENT {
			c := *f // text, which needs no tables
			c.Origin = schema.BuiltIn
			f = &c
		}
		all = append(all, f)
	}
	for _, f := range d.subsys {
		if f != nil {
			all = append(all, f)
		}
	}
	for _, f := range d.genl.tables {
		all = append(all, f)
	}
	for i := range d.genl.byID {
		if e := d.genl.byID[i].Load(); e != nil && d.genl.tables[e.name] == nil {
			all = append(all, e.family)
		}
	}
	return all
}
