// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// team is options and ports of team devices (linux/if_team.h,
// drivers/net/team).
func team() *schema.Family {
	option := set("TEAM_ATTR_OPTION",
		unspec("TEAM_ATTR_OPTION_UNSPEC"),
		attr(1, "TEAM_ATTR_OPTION_NAME", str),
		attr(2, "TEAM_ATTR_OPTION_CHANGED", flag),
		attr(3, "TEAM_ATTR_OPTION_TYPE", named(u8, teamOptionType)),
		attr(4, "TEAM_ATTR_OPTION_DATA", by("TEAM_ATTR_OPTION_TYPE", opaque, map[string]schema.Type{
			"NLA_U32":    u32,
			"NLA_STRING": str,
			"NLA_FLAG":   flag,
			"NLA_BINARY": opaque,
			"NLA_S32":    s32,
		})),
		attr(5, "TEAM_ATTR_OPTION_REMOVED", flag),
		attr(6, "TEAM_ATTR_OPTION_PORT_IFINDEX", ifindex),
		attr(7, "TEAM_ATTR_OPTION_ARRAY_INDEX", u32),
	)
	port := set("TEAM_ATTR_PORT",
		unspec("TEAM_ATTR_PORT_UNSPEC"),
		attr(1, "TEAM_ATTR_PORT_IFINDEX", ifindex),
		attr(2, "TEAM_ATTR_PORT_CHANGED", flag),
		attr(3, "TEAM_ATTR_PORT_LINKUP", flag),
		attr(4, "TEAM_ATTR_PORT_SPEED", named(u32, ethtoolSpeed)),
		attr(5, "TEAM_ATTR_PORT_DUPLEX", named(u8, ethtoolDuplex)),
		attr(6, "TEAM_ATTR_PORT_REMOVED", flag),
	)
	return &schema.Family{
		Name:     "team",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set: set("TEAM_ATTR",
			unspec("TEAM_ATTR_UNSPEC"),
			attr(1, "TEAM_ATTR_TEAM_IFINDEX", ifindex),
			attr(2, "TEAM_ATTR_LIST_OPTION", nest(set("TEAM_ATTR_ITEM_OPTION",
				unspec("TEAM_ATTR_ITEM_OPTION_UNSPEC"),
				attr(1, "TEAM_ATTR_ITEM_OPTION", nest(option))))),
			attr(3, "TEAM_ATTR_LIST_PORT", nest(set("TEAM_ATTR_ITEM_PORT",
				unspec("TEAM_ATTR_ITEM_PORT_UNSPEC"),
				attr(1, "TEAM_ATTR_ITEM_PORT", nest(port))))),
		),
		Messages: []schema.Message{
			{ID: 0, Name: "TEAM_CMD_NOOP"},
			{ID: 1, Name: "TEAM_CMD_OPTIONS_SET"},
			{ID: 2, Name: "TEAM_CMD_OPTIONS_GET"},
			{ID: 3, Name: "TEAM_CMD_PORT_LIST_GET"},
		},
		Groups: []schema.Group{{Name: "change_event"}},
		Lead: []string{
			"TEAM_ATTR_TEAM_IFINDEX", "TEAM_ATTR_OPTION_NAME", "TEAM_ATTR_OPTION_PORT_IFINDEX", "TEAM_ATTR_OPTION_DATA",
			"TEAM_ATTR_PORT_IFINDEX", "TEAM_ATTR_PORT_SPEED",
			">*",
		},
	}
}

// teamOptionType has the numbers of include/net/netlink.h that team uses.
var teamOptionType = values("NLA",
	val(3, "NLA_U32"), val(5, "NLA_STRING"), val(6, "NLA_FLAG"), val(11, "NLA_BINARY"), val(14, "NLA_S32"),
)
