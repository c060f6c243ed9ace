// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// handshake hands sockets to a TLS daemon in user space (linux/handshake.h,
// net/handshake).
func handshake() *schema.Family {
	accept := set("HANDSHAKE_A_ACCEPT",
		attr(1, "HANDSHAKE_A_ACCEPT_SOCKFD", fdS),
		attr(2, "HANDSHAKE_A_ACCEPT_HANDLER_CLASS", named(u32, enum("handshake_handler_class", 0,
			"HANDSHAKE_HANDLER_CLASS_NONE", "HANDSHAKE_HANDLER_CLASS_TLSHD"))),
		attr(3, "HANDSHAKE_A_ACCEPT_MESSAGE_TYPE", named(u32, enum("handshake_msg_type", 0,
			"HANDSHAKE_MSG_TYPE_UNSPEC", "HANDSHAKE_MSG_TYPE_CLIENTHELLO", "HANDSHAKE_MSG_TYPE_SERVERHELLO"))),
		attr(4, "HANDSHAKE_A_ACCEPT_TIMEOUT", millis),
		attr(5, "HANDSHAKE_A_ACCEPT_AUTH_MODE", named(u32, enum("handshake_auth", 0,
			"HANDSHAKE_AUTH_UNSPEC", "HANDSHAKE_AUTH_UNAUTH", "HANDSHAKE_AUTH_PSK", "HANDSHAKE_AUTH_X509"))),
		attr(6, "HANDSHAKE_A_ACCEPT_PEER_IDENTITY", u32), // serial number of a key
		attr(7, "HANDSHAKE_A_ACCEPT_CERTIFICATE", nest(set("HANDSHAKE_A_X509",
			attr(1, "HANDSHAKE_A_X509_CERT", s32),
			attr(2, "HANDSHAKE_A_X509_PRIVKEY", s32)))),
		attr(8, "HANDSHAKE_A_ACCEPT_PEERNAME", str),
		attr(9, "HANDSHAKE_A_ACCEPT_KEYRING", u32),
	)
	done := set("HANDSHAKE_A_DONE",
		attr(1, "HANDSHAKE_A_DONE_STATUS", hinted(u32, schema.Errno)),
		attr(2, "HANDSHAKE_A_DONE_SOCKFD", fdS),
		attr(3, "HANDSHAKE_A_DONE_REMOTE_AUTH", u32),
	)
	return &schema.Family{
		Name:     "handshake",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "HANDSHAKE_CMD_READY", Set: accept},
			{ID: 2, Name: "HANDSHAKE_CMD_ACCEPT", Set: accept},
			{ID: 3, Name: "HANDSHAKE_CMD_DONE", Set: done},
		},
		Groups: []schema.Group{{Name: "none"}, {Name: "tlshd"}},
		Lead: []string{
			"HANDSHAKE_A_ACCEPT_HANDLER_CLASS", "HANDSHAKE_A_ACCEPT_MESSAGE_TYPE", "HANDSHAKE_A_ACCEPT_PEERNAME",
			"HANDSHAKE_A_DONE_STATUS", "HANDSHAKE_A_DONE_SOCKFD",
			">*",
		},
	}
}

// psample is packets that the kernel samples (linux/psample.h, net/psample).
func psample() *schema.Family {
	nanos := hinted(u64, schema.Nanos)
	return &schema.Family{
		Name:     "psample",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set: set("PSAMPLE_ATTR",
			attr(0, "PSAMPLE_ATTR_IIFINDEX", hinted(u16, schema.IfIndex)),
			attr(1, "PSAMPLE_ATTR_OIFINDEX", hinted(u16, schema.IfIndex)),
			attr(2, "PSAMPLE_ATTR_ORIGSIZE", bytes32),
			attr(3, "PSAMPLE_ATTR_SAMPLE_GROUP", u32),
			attr(4, "PSAMPLE_ATTR_GROUP_SEQ", u32),
			attr(5, "PSAMPLE_ATTR_SAMPLE_RATE", u32),
			attr(6, "PSAMPLE_ATTR_DATA", secret(opaque, schema.Payload)),
			attr(7, "PSAMPLE_ATTR_GROUP_REFCOUNT", u32),
			attr(8, "PSAMPLE_ATTR_TUNNEL", nest(psampleTunnel())),
			attr(9, "PSAMPLE_ATTR_PAD", padAt),
			attr(10, "PSAMPLE_ATTR_OUT_TC", u16),
			attr(11, "PSAMPLE_ATTR_OUT_TC_OCC", bytes64),
			attr(12, "PSAMPLE_ATTR_LATENCY", nanos),
			attr(13, "PSAMPLE_ATTR_TIMESTAMP", nanos),
			attr(14, "PSAMPLE_ATTR_PROTO", named(u16, etherType)),
			attr(15, "PSAMPLE_ATTR_USER_COOKIE", opaque),
			attr(16, "PSAMPLE_ATTR_SAMPLE_PROBABILITY", flag),
		),
		Messages: []schema.Message{
			{ID: 0, Name: "PSAMPLE_CMD_SAMPLE"},
			{ID: 1, Name: "PSAMPLE_CMD_GET_GROUP"},
			{ID: 2, Name: "PSAMPLE_CMD_NEW_GROUP"},
			{ID: 3, Name: "PSAMPLE_CMD_DEL_GROUP"},
		},
		Groups: []schema.Group{{Name: "config"}, {Name: "packets"}},
		Lead: []string{
			"PSAMPLE_ATTR_SAMPLE_GROUP", "PSAMPLE_ATTR_GROUP_SEQ", "PSAMPLE_ATTR_IIFINDEX", "PSAMPLE_ATTR_OIFINDEX",
			"PSAMPLE_ATTR_ORIGSIZE", "PSAMPLE_ATTR_PROTO",
			">*",
		},
	}
}

func psampleTunnel() *schema.Set {
	return set("PSAMPLE_TUNNEL_KEY_ATTR",
		attr(0, "PSAMPLE_TUNNEL_KEY_ATTR_ID", be64),
		attr(1, "PSAMPLE_TUNNEL_KEY_ATTR_IPV4_SRC", ip),
		attr(2, "PSAMPLE_TUNNEL_KEY_ATTR_IPV4_DST", ip),
		attr(3, "PSAMPLE_TUNNEL_KEY_ATTR_TOS", hex8),
		attr(4, "PSAMPLE_TUNNEL_KEY_ATTR_TTL", u8),
		attr(5, "PSAMPLE_TUNNEL_KEY_ATTR_DONT_FRAGMENT", flag),
		attr(6, "PSAMPLE_TUNNEL_KEY_ATTR_CSUM", flag),
		attr(7, "PSAMPLE_TUNNEL_KEY_ATTR_OAM", flag),
		attr(8, "PSAMPLE_TUNNEL_KEY_ATTR_GENEVE_OPTS", opaque), // options as in the packet
		attr(9, "PSAMPLE_TUNNEL_KEY_ATTR_TP_SRC", be16),
		attr(10, "PSAMPLE_TUNNEL_KEY_ATTR_TP_DST", be16),
		noted(11, "PSAMPLE_TUNNEL_KEY_ATTR_VXLAN_OPTS", unused, "the kernel never sends it"),
		attr(12, "PSAMPLE_TUNNEL_KEY_ATTR_IPV6_SRC", ip),
		attr(13, "PSAMPLE_TUNNEL_KEY_ATTR_IPV6_DST", ip),
		attr(14, "PSAMPLE_TUNNEL_KEY_ATTR_PAD", padAt),
		attr(15, "PSAMPLE_TUNNEL_KEY_ATTR_ERSPAN_OPTS", opaque), // struct erspan_metadata
		attr(16, "PSAMPLE_TUNNEL_KEY_ATTR_IPV4_INFO_BRIDGE", flag),
	)
}

// netDM is the drop monitor (linux/net_dropmon.h, net/core/drop_monitor.c).
func netDM() *schema.Family {
	return &schema.Family{
		Name:     "NET_DM",
		Protocol: unix.NETLINK_GENERIC,
		Version:  2,
		Set:      netDMAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "NET_DM_CMD_UNSPEC"},
			{ID: 1, Name: "NET_DM_CMD_ALERT"},
			{ID: 2, Name: "NET_DM_CMD_CONFIG"},
			{ID: 3, Name: "NET_DM_CMD_START"},
			{ID: 4, Name: "NET_DM_CMD_STOP"},
			{ID: 5, Name: "NET_DM_CMD_PACKET_ALERT"},
			{ID: 6, Name: "NET_DM_CMD_CONFIG_GET"},
			{ID: 7, Name: "NET_DM_CMD_CONFIG_NEW"},
			{ID: 8, Name: "NET_DM_CMD_STATS_GET"},
			{ID: 9, Name: "NET_DM_CMD_STATS_NEW"},
		},
		Groups: []schema.Group{{Name: "events"}},
		Lead: []string{
			"NET_DM_ATTR_REASON", "NET_DM_ATTR_SYMBOL", "NET_DM_ATTR_HW_TRAP_NAME", "NET_DM_ATTR_ALERT_MODE",
			"NET_DM_ATTR_PORT_NETDEV_NAME", "NET_DM_ATTR_ORIG_LEN", "entries",
			">*",
		},
	}
}

// netDMAttrs: a summary is an attribute of number 0 (net_dm_alert_msg).
func netDMAttrs() *schema.Set {
	s := set("NET_DM_ATTR")
	point := structOf(record("net_dm_drop_point", field("pc", hex64), field("count", u32)))
	alert := record("net_dm_alert_msg", field("entries", u32), field("points", packed(point)))
	stats := set("NET_DM_ATTR_STATS", attr(0, "NET_DM_ATTR_STATS_DROPPED", u64), attr(8, "NET_DM_ATTR_PAD", padAt))
	s.Attrs = []schema.Attr{
		attr(0, "NET_DM_ATTR_UNSPEC", structOf(alert)),
		attr(1, "NET_DM_ATTR_ALERT_MODE", named(u8, enum("net_dm_alert_mode", 0,
			"NET_DM_ALERT_MODE_SUMMARY", "NET_DM_ALERT_MODE_PACKET"))),
		attr(2, "NET_DM_ATTR_PC", hex64),
		attr(3, "NET_DM_ATTR_SYMBOL", str),
		attr(4, "NET_DM_ATTR_IN_PORT", nest(set("NET_DM_ATTR_PORT",
			attr(0, "NET_DM_ATTR_PORT_NETDEV_IFINDEX", ifindex),
			attr(1, "NET_DM_ATTR_PORT_NETDEV_NAME", str)))),
		attr(5, "NET_DM_ATTR_TIMESTAMP", hinted(u64, schema.Nanos)), // since 1970
		attr(6, "NET_DM_ATTR_PROTO", named(u16, etherType)),
		attr(7, "NET_DM_ATTR_PAYLOAD", secret(opaque, schema.Payload)),
		attr(8, "NET_DM_ATTR_PAD", padAt),
		attr(9, "NET_DM_ATTR_TRUNC_LEN", bytes32),
		attr(10, "NET_DM_ATTR_ORIG_LEN", bytes32),
		attr(11, "NET_DM_ATTR_QUEUE_LEN", u32),
		attr(12, "NET_DM_ATTR_STATS", nest(stats)),
		attr(13, "NET_DM_ATTR_HW_STATS", nest(stats)),
		attr(14, "NET_DM_ATTR_ORIGIN", named(u16, enum("net_dm_origin", 0, "NET_DM_ORIGIN_SW", "NET_DM_ORIGIN_HW"))),
		attr(15, "NET_DM_ATTR_HW_TRAP_GROUP_NAME", str),
		attr(16, "NET_DM_ATTR_HW_TRAP_NAME", str),
		attr(17, "NET_DM_ATTR_HW_ENTRIES", nest(s)),
		attr(18, "NET_DM_ATTR_HW_ENTRY", nest(s)),
		attr(19, "NET_DM_ATTR_HW_TRAP_COUNT", u32),
		attr(20, "NET_DM_ATTR_SW_DROPS", flag),
		attr(21, "NET_DM_ATTR_HW_DROPS", flag),
		attr(22, "NET_DM_ATTR_FLOW_ACTION_COOKIE", opaque),
		attr(23, "NET_DM_ATTR_REASON", str),
	}
	return s
}

// hsr is the nodes of a redundant ring (linux/hsr_netlink.h, net/hsr).
func hsr() *schema.Family {
	return &schema.Family{
		Name:     "HSR",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set: set("HSR_A",
			unspec("HSR_A_UNSPEC"),
			attr(1, "HSR_A_NODE_ADDR", hwaddr),
			attr(2, "HSR_A_IFINDEX", ifindex),
			attr(3, "HSR_A_IF1_AGE", millis),
			attr(4, "HSR_A_IF2_AGE", millis),
			attr(5, "HSR_A_NODE_ADDR_B", hwaddr),
			attr(6, "HSR_A_IF1_SEQ", u16),
			attr(7, "HSR_A_IF2_SEQ", u16),
			attr(8, "HSR_A_IF1_IFINDEX", ifindex),
			attr(9, "HSR_A_IF2_IFINDEX", ifindex),
			attr(10, "HSR_A_ADDR_B_IFINDEX", ifindex),
		),
		Messages: []schema.Message{
			{ID: 0, Name: "HSR_C_UNSPEC"},
			{ID: 1, Name: "HSR_C_RING_ERROR"},
			{ID: 2, Name: "HSR_C_NODE_DOWN"},
			{ID: 3, Name: "HSR_C_GET_NODE_STATUS"},
			{ID: 4, Name: "HSR_C_SET_NODE_STATUS"}, // the answer to the one before
			{ID: 5, Name: "HSR_C_GET_NODE_LIST"},
			{ID: 6, Name: "HSR_C_SET_NODE_LIST"},
		},
		Groups: []schema.Group{{Name: "hsr-network"}},
		Lead:   []string{"HSR_A_IFINDEX", "HSR_A_NODE_ADDR", "HSR_A_IF1_AGE", "HSR_A_IF2_AGE", ">*"},
	}
}

// acpiEvent is notifications of ACPI; no header describes them, only
// drivers/acpi/event.c.
func acpiEvent() *schema.Family {
	event := record("acpi_genl_event",
		field("device_class", sized(str, 20)),
		field("bus_id", sized(str, 15)),
		padding("pad", 1),
		field("type", hex32),
		field("data", hex32),
	)
	return &schema.Family{
		Name:     "acpi_event",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set: set("ACPI_GENL_ATTR",
			unspec("ACPI_GENL_ATTR_UNSPEC"),
			attr(1, "ACPI_GENL_ATTR_EVENT", structOf(event))),
		Messages: []schema.Message{
			{ID: 0, Name: "ACPI_GENL_CMD_UNSPEC"},
			{ID: 1, Name: "ACPI_GENL_CMD_EVENT"},
		},
		Groups: []schema.Group{{Name: "acpi_mc_group"}},
		Lead:   []string{"device_class", "bus_id", "type", "data", ">*"},
	}
}
