// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Open vSwitch: six families with one header (linux/openvswitch.h,
// net/openvswitch/).

func ovsFamily(name string, version uint8, s *schema.Set, msgs ...schema.Message) *schema.Family {
	return &schema.Family{
		Name:     name,
		Protocol: unix.NETLINK_GENERIC,
		Version:  version,
		Header:   record("ovs_header", field("dp_ifindex", ifindexS)),
		Set:      s,
		Groups:   []schema.Group{{Name: name}},
		Messages: msgs,
	}
}

// ovsDatapath is datapaths (datapath.c: ovs_dp_cmd_fill_info).
func ovsDatapath() *schema.Family {
	f := ovsFamily("ovs_datapath", 2,
		set("OVS_DP_ATTR",
			unspec("OVS_DP_ATTR_UNSPEC"),
			attr(1, "OVS_DP_ATTR_NAME", str),
			attr(2, "OVS_DP_ATTR_UPCALL_PID", u32), // port ID of a socket
			attr(3, "OVS_DP_ATTR_STATS", structOf(record("ovs_dp_stats", fields(u64, "n_hit", "n_missed", "n_lost", "n_flows")...))),
			attr(4, "OVS_DP_ATTR_MEGAFLOW_STATS", structOf(record("ovs_dp_megaflow_stats",
				field("n_mask_hit", u64), field("n_masks", u32), padding("pad0", 4),
				field("n_cache_hit", u64), padding("pad1", 8)))),
			attr(5, "OVS_DP_ATTR_USER_FEATURES", named(u32, bits("OVS_DP_F",
				"OVS_DP_F_UNALIGNED", "OVS_DP_F_VPORT_PIDS", "OVS_DP_F_TC_RECIRC_SHARING", "OVS_DP_F_DISPATCH_UPCALL_PER_CPU"))),
			attr(6, "OVS_DP_ATTR_PAD", padAt),
			attr(7, "OVS_DP_ATTR_MASKS_CACHE_SIZE", u32),
			attr(8, "OVS_DP_ATTR_PER_CPU_PIDS", packed(u32)),
			attr(9, "OVS_DP_ATTR_IFINDEX", ifindexS),
		),
		schema.Message{ID: 0, Name: "OVS_DP_CMD_UNSPEC"},
		schema.Message{ID: 1, Name: "OVS_DP_CMD_NEW"},
		schema.Message{ID: 2, Name: "OVS_DP_CMD_DEL"},
		schema.Message{ID: 3, Name: "OVS_DP_CMD_GET"},
		schema.Message{ID: 4, Name: "OVS_DP_CMD_SET"},
	)
	f.Lead = []string{"OVS_DP_ATTR_NAME", "dp_ifindex", "OVS_DP_ATTR_USER_FEATURES", ">*"}
	return f
}

// ovsVport is the ports of datapaths (datapath.c: ovs_vport_cmd_fill_info).
func ovsVport() *schema.Family {
	f := ovsFamily("ovs_vport", 1,
		set("OVS_VPORT_ATTR",
			unspec("OVS_VPORT_ATTR_UNSPEC"),
			attr(1, "OVS_VPORT_ATTR_PORT_NO", u32),
			attr(2, "OVS_VPORT_ATTR_TYPE", named(u32, enum("ovs_vport_type", 0,
				"OVS_VPORT_TYPE_UNSPEC", "OVS_VPORT_TYPE_NETDEV", "OVS_VPORT_TYPE_INTERNAL", "OVS_VPORT_TYPE_GRE",
				"OVS_VPORT_TYPE_VXLAN", "OVS_VPORT_TYPE_GENEVE"))),
			attr(3, "OVS_VPORT_ATTR_NAME", str),
			attr(4, "OVS_VPORT_ATTR_OPTIONS", nest(set("OVS_TUNNEL_ATTR",
				unspec("OVS_TUNNEL_ATTR_UNSPEC"),
				attr(1, "OVS_TUNNEL_ATTR_DST_PORT", u16),
				attr(2, "OVS_TUNNEL_ATTR_EXTENSION", nest(set("OVS_VXLAN_EXT",
					unspec("OVS_VXLAN_EXT_UNSPEC"),
					attr(1, "OVS_VXLAN_EXT_GBP", flag))))))),
			attr(5, "OVS_VPORT_ATTR_UPCALL_PID", packed(u32)), // port IDs of sockets
			attr(6, "OVS_VPORT_ATTR_STATS", structOf(record("ovs_vport_stats",
				field("rx_packets", u64), field("tx_packets", u64),
				field("rx_bytes", bytes64), field("tx_bytes", bytes64),
				field("rx_errors", u64), field("tx_errors", u64),
				field("rx_dropped", u64), field("tx_dropped", u64)))),
			attr(7, "OVS_VPORT_ATTR_PAD", padAt),
			attr(8, "OVS_VPORT_ATTR_IFINDEX", ifindex),
			attr(9, "OVS_VPORT_ATTR_NETNSID", nsid),
			attr(10, "OVS_VPORT_ATTR_UPCALL_STATS", nest(set("OVS_VPORT_UPCALL_ATTR",
				attr(0, "OVS_VPORT_UPCALL_ATTR_SUCCESS", u64),
				attr(1, "OVS_VPORT_UPCALL_ATTR_FAIL", u64)))),
		),
		schema.Message{ID: 0, Name: "OVS_VPORT_CMD_UNSPEC"},
		schema.Message{ID: 1, Name: "OVS_VPORT_CMD_NEW"},
		schema.Message{ID: 2, Name: "OVS_VPORT_CMD_DEL"},
		// ovs-vswitchd asks by name whether a port is there before it adds one. Of a
		// datapath (OVS_DP_CMD_GET) ovs-dpctl's user asks: an error.
		schema.Message{ID: 3, Name: "OVS_VPORT_CMD_GET", Probe: &schema.Probe{Errnos: []int32{enodev}, Asks: schema.AsksOne}},
		schema.Message{ID: 4, Name: "OVS_VPORT_CMD_SET"},
	)
	f.Lead = []string{"OVS_VPORT_ATTR_NAME", "OVS_VPORT_ATTR_PORT_NO", "OVS_VPORT_ATTR_TYPE", "dp_ifindex", ">*"}
	return f
}

// ovsFlow is the flow table (datapath.c: ovs_flow_cmd_fill_info).
func ovsFlow() *schema.Family {
	f := ovsFamily("ovs_flow", 1,
		set("OVS_FLOW_ATTR",
			unspec("OVS_FLOW_ATTR_UNSPEC"),
			attr(1, "OVS_FLOW_ATTR_KEY", nest(ovsKeys(ovsValue))),
			attr(2, "OVS_FLOW_ATTR_ACTIONS", nest(ovsActions())),
			attr(3, "OVS_FLOW_ATTR_STATS", structOf(ovsFlowStats())),
			attr(4, "OVS_FLOW_ATTR_TCP_FLAGS", hex8),
			attr(5, "OVS_FLOW_ATTR_USED", millis64), // of the monotonic clock
			attr(6, "OVS_FLOW_ATTR_CLEAR", flag),
			attr(7, "OVS_FLOW_ATTR_MASK", nest(ovsKeys(ovsMask))),
			attr(8, "OVS_FLOW_ATTR_PROBE", flag),
			attr(9, "OVS_FLOW_ATTR_UFID", opaque),
			attr(10, "OVS_FLOW_ATTR_UFID_FLAGS", named(u32, bits("OVS_UFID_F",
				"OVS_UFID_F_OMIT_KEY", "OVS_UFID_F_OMIT_MASK", "OVS_UFID_F_OMIT_ACTIONS"))),
			attr(11, "OVS_FLOW_ATTR_PAD", padAt),
		),
		schema.Message{ID: 0, Name: "OVS_FLOW_CMD_UNSPEC"},
		schema.Message{ID: 1, Name: "OVS_FLOW_CMD_NEW"},
		schema.Message{ID: 2, Name: "OVS_FLOW_CMD_DEL"},
		schema.Message{ID: 3, Name: "OVS_FLOW_CMD_GET"},
		schema.Message{ID: 4, Name: "OVS_FLOW_CMD_SET"},
	)
	f.Lead = []string{"dp_ifindex", "OVS_FLOW_ATTR_UFID", "OVS_KEY_ATTR_IN_PORT", "OVS_KEY_ATTR_ETHERTYPE", "OVS_ACTION_ATTR_OUTPUT", ">*"}
	return f
}

func ovsFlowStats() *schema.StructType {
	return record("ovs_flow_stats", field("n_packets", u64), field("n_bytes", bytes64))
}

// ovsPacket is packets that the flow table sends up, and down again
// (datapath.c: queue_userspace_packet, ovs_packet_cmd_execute).
func ovsPacket() *schema.Family {
	f := ovsFamily("ovs_packet", 1,
		set("OVS_PACKET_ATTR",
			unspec("OVS_PACKET_ATTR_UNSPEC"),
			attr(1, "OVS_PACKET_ATTR_PACKET", secret(opaque, schema.Payload)),
			attr(2, "OVS_PACKET_ATTR_KEY", nest(ovsKeys(ovsValue))),
			attr(3, "OVS_PACKET_ATTR_ACTIONS", nest(ovsActions())),
			attr(4, "OVS_PACKET_ATTR_USERDATA", opaque),
			attr(5, "OVS_PACKET_ATTR_EGRESS_TUN_KEY", nest(ovsTunnelKeys())),
			noted(6, "OVS_PACKET_ATTR_UNUSED1", unused, "unused"),
			noted(7, "OVS_PACKET_ATTR_UNUSED2", unused, "unused"),
			attr(8, "OVS_PACKET_ATTR_PROBE", flag),
			attr(9, "OVS_PACKET_ATTR_MRU", hinted(u16, schema.Bytes)),
			attr(10, "OVS_PACKET_ATTR_LEN", bytes32),
			attr(11, "OVS_PACKET_ATTR_HASH", hex64),
			attr(12, "OVS_PACKET_ATTR_UPCALL_PID", u32),
		),
		schema.Message{ID: 0, Name: "OVS_PACKET_CMD_UNSPEC"},
		schema.Message{ID: 1, Name: "OVS_PACKET_CMD_MISS"},
		schema.Message{ID: 2, Name: "OVS_PACKET_CMD_ACTION"},
		schema.Message{ID: 3, Name: "OVS_PACKET_CMD_EXECUTE"},
	)
	f.Groups = nil
	f.Lead = []string{"dp_ifindex", "OVS_KEY_ATTR_IN_PORT", "OVS_KEY_ATTR_ETHERTYPE", "OVS_PACKET_ATTR_LEN", "OVS_ACTION_ATTR_OUTPUT", ">*"}
	return f
}

// ovsMeter is meters and their bands (meter.c).
func ovsMeter() *schema.Family {
	band := set("OVS_BAND_ATTR",
		unspec("OVS_BAND_ATTR_UNSPEC"),
		attr(1, "OVS_BAND_ATTR_TYPE", named(u32, enum("ovs_meter_band_type", 0,
			"OVS_METER_BAND_TYPE_UNSPEC", "OVS_METER_BAND_TYPE_DROP"))),
		attr(2, "OVS_BAND_ATTR_RATE", u32), // kbit/s or packets/s, by OVS_METER_ATTR_KBPS
		attr(3, "OVS_BAND_ATTR_BURST", u32),
		attr(4, "OVS_BAND_ATTR_STATS", structOf(ovsFlowStats())),
	)
	f := ovsFamily("ovs_meter", 1,
		set("OVS_METER_ATTR",
			unspec("OVS_METER_ATTR_UNSPEC"),
			attr(1, "OVS_METER_ATTR_ID", u32),
			attr(2, "OVS_METER_ATTR_KBPS", flag),
			attr(3, "OVS_METER_ATTR_STATS", structOf(ovsFlowStats())),
			attr(4, "OVS_METER_ATTR_BANDS", array(nest(band))),
			attr(5, "OVS_METER_ATTR_USED", millis64),
			attr(6, "OVS_METER_ATTR_CLEAR", flag),
			attr(7, "OVS_METER_ATTR_MAX_METERS", u32),
			attr(8, "OVS_METER_ATTR_MAX_BANDS", u32),
			attr(9, "OVS_METER_ATTR_PAD", padAt),
		),
		schema.Message{ID: 0, Name: "OVS_METER_CMD_UNSPEC"},
		schema.Message{ID: 1, Name: "OVS_METER_CMD_FEATURES"},
		schema.Message{ID: 2, Name: "OVS_METER_CMD_SET"},
		schema.Message{ID: 3, Name: "OVS_METER_CMD_DEL"},
		schema.Message{ID: 4, Name: "OVS_METER_CMD_GET"},
	)
	f.Lead = []string{"dp_ifindex", "OVS_METER_ATTR_ID", "OVS_BAND_ATTR_RATE", ">*"}
	return f
}

// ovsCtLimit is limits of connections per conntrack zone (conntrack.c). The
// one attribute is no nest but an array of structs.
func ovsCtLimit() *schema.Family {
	f := ovsFamily("ovs_ct_limit", 1,
		set("OVS_CT_LIMIT_ATTR",
			unspec("OVS_CT_LIMIT_ATTR_UNSPEC"),
			attr(1, "OVS_CT_LIMIT_ATTR_ZONE_LIMIT", packed(structOf(record("ovs_zone_limit",
				field("zone_id", s32), field("limit", u32), field("count", u32))))),
		),
		schema.Message{ID: 0, Name: "OVS_CT_LIMIT_CMD_UNSPEC"},
		schema.Message{ID: 1, Name: "OVS_CT_LIMIT_CMD_SET"},
		schema.Message{ID: 2, Name: "OVS_CT_LIMIT_CMD_DEL"},
		schema.Message{ID: 3, Name: "OVS_CT_LIMIT_CMD_GET"},
	)
	f.Lead = []string{"dp_ifindex", "zone_id", "limit", ">*"}
	return f
}
