// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// hwsim154 makes simulated radios of 802.15.4 and the edges between them
// (drivers/net/ieee802154/mac802154_hwsim.h and .c).
func hwsim154() *schema.Family {
	return &schema.Family{
		Name:     "MAC802154_HWSIM",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      hwsim154Attrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "MAC802154_HWSIM_CMD_UNSPEC"}, {ID: 1, Name: "MAC802154_HWSIM_CMD_GET_RADIO"},
			{ID: 2, Name: "MAC802154_HWSIM_CMD_SET_RADIO"}, {ID: 3, Name: "MAC802154_HWSIM_CMD_NEW_RADIO"},
			{ID: 4, Name: "MAC802154_HWSIM_CMD_DEL_RADIO"}, {ID: 5, Name: "MAC802154_HWSIM_CMD_GET_EDGE"},
			{ID: 6, Name: "MAC802154_HWSIM_CMD_SET_EDGE"}, {ID: 7, Name: "MAC802154_HWSIM_CMD_DEL_EDGE"},
			{ID: 8, Name: "MAC802154_HWSIM_CMD_NEW_EDGE"},
		},
		Groups: []schema.Group{{Name: "config"}},
		Lead:   []string{"MAC802154_HWSIM_ATTR_RADIO_ID", "MAC802154_HWSIM_EDGE_ATTR_ENDPOINT_ID", "MAC802154_HWSIM_EDGE_ATTR_LQI", ">*"},
	}
}

func hwsim154Attrs() *schema.Set {
	edge := nest(set("MAC802154_HWSIM_EDGE_ATTR",
		unspec("MAC802154_HWSIM_EDGE_ATTR_UNSPEC"),
		attr(1, "MAC802154_HWSIM_EDGE_ATTR_ENDPOINT_ID", u32),
		attr(2, "MAC802154_HWSIM_EDGE_ATTR_LQI", u8)))
	return set("MAC802154_HWSIM_ATTR",
		unspec("MAC802154_HWSIM_ATTR_UNSPEC"),
		attr(1, "MAC802154_HWSIM_ATTR_RADIO_ID", u32),
		attr(2, "MAC802154_HWSIM_ATTR_RADIO_EDGE", edge),
		attr(3, "MAC802154_HWSIM_ATTR_RADIO_EDGES", nest(set("MAC802154_HWSIM_ATTR",
			attr(2, "MAC802154_HWSIM_ATTR_RADIO_EDGE", edge)))),
	)
}
