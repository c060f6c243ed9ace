// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Numbers that an administrator names, in the files that iproute2 reads (lib/rt_names.c,
// man pages ip-route(8), ip-rule(8), ip-link(8)).
var (
	dsField = &schema.Local{File: "rt_dsfield"}
	// dscp is a DS field without its two lower bits (rtnl_dscp_n2a).
	dscp        = &schema.Local{File: "rt_dsfield", Shift: 2}
	realms      = &schema.Local{File: "rt_realms", Pair: true} // from<<16 | to
	linkGroup   = &schema.Local{File: "group"}
	downReasons = &schema.Local{File: "protodown_reasons", Bits: true}
)

// local gives a number the names of a file.
func local(t schema.Type, l *schema.Local) schema.Type {
	t.Local = l
	return t
}

// localEnum is values for what a file has names for, too. iproute2 says global for
// RT_SCOPE_UNIVERSE.
func localEnum(file, name string, v ...schema.Value) *schema.Enum {
	e := values(name, v...)
	e.Local = &schema.Local{File: file, Usual: map[string]string{"RT_SCOPE_UNIVERSE": "global"}}
	return e
}
