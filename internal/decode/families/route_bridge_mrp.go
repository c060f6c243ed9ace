// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Media Redundancy Protocol on a bridge: linux/if_bridge.h,
// linux/mrp_bridge.h, net/bridge/br_mrp_netlink.c.

func iflaBridgeMRP() *schema.Set {
	return set("IFLA_BRIDGE_MRP",
		unspec("IFLA_BRIDGE_MRP_UNSPEC"),
		attr(1, "IFLA_BRIDGE_MRP_INSTANCE", nest(set("IFLA_BRIDGE_MRP_INSTANCE",
			unspec("IFLA_BRIDGE_MRP_INSTANCE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_INSTANCE_RING_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_INSTANCE_P_IFINDEX", ifindex),
			attr(3, "IFLA_BRIDGE_MRP_INSTANCE_S_IFINDEX", ifindex),
			attr(4, "IFLA_BRIDGE_MRP_INSTANCE_PRIO", u16)))),
		attr(2, "IFLA_BRIDGE_MRP_PORT_STATE", nest(set("IFLA_BRIDGE_MRP_PORT_STATE",
			unspec("IFLA_BRIDGE_MRP_PORT_STATE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_PORT_STATE_STATE", named(u32, mrpPortState))))),
		attr(3, "IFLA_BRIDGE_MRP_PORT_ROLE", nest(set("IFLA_BRIDGE_MRP_PORT_ROLE",
			unspec("IFLA_BRIDGE_MRP_PORT_ROLE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_PORT_ROLE_ROLE", named(u32, mrpPortRole))))),
		attr(4, "IFLA_BRIDGE_MRP_RING_STATE", nest(set("IFLA_BRIDGE_MRP_RING_STATE",
			unspec("IFLA_BRIDGE_MRP_RING_STATE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_RING_STATE_RING_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_RING_STATE_STATE", named(u32, mrpRingState))))),
		attr(5, "IFLA_BRIDGE_MRP_RING_ROLE", nest(set("IFLA_BRIDGE_MRP_RING_ROLE",
			unspec("IFLA_BRIDGE_MRP_RING_ROLE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_RING_ROLE_RING_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_RING_ROLE_ROLE", named(u32, mrpRingRole))))),
		attr(6, "IFLA_BRIDGE_MRP_START_TEST", nest(set("IFLA_BRIDGE_MRP_START_TEST",
			unspec("IFLA_BRIDGE_MRP_START_TEST_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_START_TEST_RING_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_START_TEST_INTERVAL", micros),
			attr(3, "IFLA_BRIDGE_MRP_START_TEST_MAX_MISS", u32),
			attr(4, "IFLA_BRIDGE_MRP_START_TEST_PERIOD", micros),
			attr(5, "IFLA_BRIDGE_MRP_START_TEST_MONITOR", u32)))),
		attr(7, "IFLA_BRIDGE_MRP_INFO", nest(mrpInfo())),
		attr(8, "IFLA_BRIDGE_MRP_IN_ROLE", nest(set("IFLA_BRIDGE_MRP_IN_ROLE",
			unspec("IFLA_BRIDGE_MRP_IN_ROLE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_IN_ROLE_RING_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_IN_ROLE_IN_ID", u16),
			attr(3, "IFLA_BRIDGE_MRP_IN_ROLE_ROLE", named(u32, mrpInRole)),
			attr(4, "IFLA_BRIDGE_MRP_IN_ROLE_I_IFINDEX", ifindex)))),
		attr(9, "IFLA_BRIDGE_MRP_IN_STATE", nest(set("IFLA_BRIDGE_MRP_IN_STATE",
			unspec("IFLA_BRIDGE_MRP_IN_STATE_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_IN_STATE_IN_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_IN_STATE_STATE", named(u32, mrpInState))))),
		attr(10, "IFLA_BRIDGE_MRP_START_IN_TEST", nest(set("IFLA_BRIDGE_MRP_START_IN_TEST",
			unspec("IFLA_BRIDGE_MRP_START_IN_TEST_UNSPEC"),
			attr(1, "IFLA_BRIDGE_MRP_START_IN_TEST_IN_ID", u32),
			attr(2, "IFLA_BRIDGE_MRP_START_IN_TEST_INTERVAL", micros),
			attr(3, "IFLA_BRIDGE_MRP_START_IN_TEST_MAX_MISS", u32),
			attr(4, "IFLA_BRIDGE_MRP_START_IN_TEST_PERIOD", micros)))),
	)
}

func mrpInfo() *schema.Set {
	return set("IFLA_BRIDGE_MRP_INFO",
		unspec("IFLA_BRIDGE_MRP_INFO_UNSPEC"),
		attr(1, "IFLA_BRIDGE_MRP_INFO_RING_ID", u32),
		attr(2, "IFLA_BRIDGE_MRP_INFO_P_IFINDEX", ifindex),
		attr(3, "IFLA_BRIDGE_MRP_INFO_S_IFINDEX", ifindex),
		attr(4, "IFLA_BRIDGE_MRP_INFO_PRIO", u16),
		attr(5, "IFLA_BRIDGE_MRP_INFO_RING_STATE", named(u32, mrpRingState)),
		attr(6, "IFLA_BRIDGE_MRP_INFO_RING_ROLE", named(u32, mrpRingRole)),
		attr(7, "IFLA_BRIDGE_MRP_INFO_TEST_INTERVAL", micros),
		attr(8, "IFLA_BRIDGE_MRP_INFO_TEST_MAX_MISS", u32),
		attr(9, "IFLA_BRIDGE_MRP_INFO_TEST_MONITOR", u32),
		attr(10, "IFLA_BRIDGE_MRP_INFO_I_IFINDEX", ifindex),
		attr(11, "IFLA_BRIDGE_MRP_INFO_IN_STATE", named(u32, mrpInState)),
		attr(12, "IFLA_BRIDGE_MRP_INFO_IN_ROLE", named(u32, mrpInRole)),
		attr(13, "IFLA_BRIDGE_MRP_INFO_IN_TEST_INTERVAL", micros),
		attr(14, "IFLA_BRIDGE_MRP_INFO_IN_TEST_MAX_MISS", u32),
	)
}

var (
	mrpRingState = enum("br_mrp_ring_state_type", 0, "BR_MRP_RING_STATE_OPEN", "BR_MRP_RING_STATE_CLOSED")
	mrpRingRole  = enum("br_mrp_ring_role_type", 0,
		"BR_MRP_RING_ROLE_DISABLED", "BR_MRP_RING_ROLE_MRC", "BR_MRP_RING_ROLE_MRM", "BR_MRP_RING_ROLE_MRA",
	)
	mrpInState   = enum("br_mrp_in_state_type", 0, "BR_MRP_IN_STATE_OPEN", "BR_MRP_IN_STATE_CLOSED")
	mrpInRole    = enum("br_mrp_in_role_type", 0, "BR_MRP_IN_ROLE_DISABLED", "BR_MRP_IN_ROLE_MIC", "BR_MRP_IN_ROLE_MIM")
	mrpPortState = enum("br_mrp_port_state_type", 0,
		"BR_MRP_PORT_STATE_DISABLED", "BR_MRP_PORT_STATE_BLOCKED", "BR_MRP_PORT_STATE_FORWARDING",
		"BR_MRP_PORT_STATE_NOT_CONNECTED",
	)
	mrpPortRole = enum("br_mrp_port_role_type", 0,
		"BR_MRP_PORT_ROLE_PRIMARY", "BR_MRP_PORT_ROLE_SECONDARY", "BR_MRP_PORT_ROLE_INTER",
	)
)
