// SPDX-License-Identifier: Apache-2.0

package families

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// batadv is B.A.T.M.A.N. Advanced, a mesh of layer 2 (linux/batman_adv.h,
// net/batman-adv/netlink.c).
func batadv() *schema.Family {
	return &schema.Family{
		Name:     "batadv",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      batadvAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "BATADV_CMD_UNSPEC"}, {ID: 1, Name: "BATADV_CMD_GET_MESH"},
			{ID: 2, Name: "BATADV_CMD_TP_METER"}, {ID: 3, Name: "BATADV_CMD_TP_METER_CANCEL"},
			{ID: 4, Name: "BATADV_CMD_GET_ROUTING_ALGOS"}, {ID: 5, Name: "BATADV_CMD_GET_HARDIF"},
			{ID: 6, Name: "BATADV_CMD_GET_TRANSTABLE_LOCAL"},
			{ID: 7, Name: "BATADV_CMD_GET_TRANSTABLE_GLOBAL"}, {ID: 8, Name: "BATADV_CMD_GET_ORIGINATORS"},
			{ID: 9, Name: "BATADV_CMD_GET_NEIGHBORS"}, {ID: 10, Name: "BATADV_CMD_GET_GATEWAYS"},
			{ID: 11, Name: "BATADV_CMD_GET_BLA_CLAIM"}, {ID: 12, Name: "BATADV_CMD_GET_BLA_BACKBONE"},
			{ID: 13, Name: "BATADV_CMD_GET_DAT_CACHE"}, {ID: 14, Name: "BATADV_CMD_GET_MCAST_FLAGS"},
			{ID: 15, Name: "BATADV_CMD_SET_MESH"}, {ID: 16, Name: "BATADV_CMD_SET_HARDIF"},
			{ID: 17, Name: "BATADV_CMD_GET_VLAN"}, {ID: 18, Name: "BATADV_CMD_SET_VLAN"},
		},
		Groups: []schema.Group{{Name: "config"}, {Name: "tpmeter"}},
		Lead:   []string{"BATADV_ATTR_MESH_IFNAME", "BATADV_ATTR_MESH_IFINDEX", "BATADV_ATTR_HARD_IFNAME", "BATADV_ATTR_ORIG_ADDRESS", "BATADV_ATTR_NEIGH_ADDRESS", "BATADV_ATTR_TT_ADDRESS", "BATADV_ATTR_TQ", "BATADV_ATTR_THROUGHPUT", "BATADV_ATTR_ALGO_NAME", "BATADV_ATTR_VLANID", ">*"},
	}
}

func batadvAttrs() *schema.Set {
	return set("BATADV_ATTR",
		unspec("BATADV_ATTR_UNSPEC"),
		attr(1, "BATADV_ATTR_VERSION", str),
		attr(2, "BATADV_ATTR_ALGO_NAME", str),
		attr(3, "BATADV_ATTR_MESH_IFINDEX", ifindex),
		attr(4, "BATADV_ATTR_MESH_IFNAME", str),
		attr(5, "BATADV_ATTR_MESH_ADDRESS", hwaddr),
		attr(6, "BATADV_ATTR_HARD_IFINDEX", ifindex),
		attr(7, "BATADV_ATTR_HARD_IFNAME", str),
		attr(8, "BATADV_ATTR_HARD_ADDRESS", hwaddr),
		attr(9, "BATADV_ATTR_ORIG_ADDRESS", hwaddr),
		attr(10, "BATADV_ATTR_TPMETER_RESULT", named(u8, batadvTPReasons)),
		attr(11, "BATADV_ATTR_TPMETER_TEST_TIME", millis),
		attr(12, "BATADV_ATTR_TPMETER_BYTES", bytes64),
		attr(13, "BATADV_ATTR_TPMETER_COOKIE", hex32),
		attr(14, "BATADV_ATTR_PAD", padAt),
		attr(15, "BATADV_ATTR_ACTIVE", flag),
		attr(16, "BATADV_ATTR_TT_ADDRESS", hwaddr),
		attr(17, "BATADV_ATTR_TT_TTVN", u8),
		attr(18, "BATADV_ATTR_TT_LAST_TTVN", u8),
		attr(19, "BATADV_ATTR_TT_CRC32", hex32),
		attr(20, "BATADV_ATTR_TT_VID", custom(batadvVID)),
		attr(21, "BATADV_ATTR_TT_FLAGS", named(u32, batadvTTFlags)),
		attr(22, "BATADV_ATTR_FLAG_BEST", flag),
		attr(23, "BATADV_ATTR_LAST_SEEN_MSECS", millis),
		attr(24, "BATADV_ATTR_NEIGH_ADDRESS", hwaddr),
		attr(25, "BATADV_ATTR_TQ", u8),
		attr(26, "BATADV_ATTR_THROUGHPUT", nl80211KBit),
		attr(27, "BATADV_ATTR_BANDWIDTH_UP", nl80211Rate32),
		attr(28, "BATADV_ATTR_BANDWIDTH_DOWN", nl80211Rate32),
		attr(29, "BATADV_ATTR_ROUTER", hwaddr),
		attr(30, "BATADV_ATTR_BLA_OWN", flag),
		attr(31, "BATADV_ATTR_BLA_ADDRESS", hwaddr),
		attr(32, "BATADV_ATTR_BLA_VID", custom(batadvVID)),
		attr(33, "BATADV_ATTR_BLA_BACKBONE", hwaddr),
		attr(34, "BATADV_ATTR_BLA_CRC", hex16),
		attr(35, "BATADV_ATTR_DAT_CACHE_IP4ADDRESS", ip),
		attr(36, "BATADV_ATTR_DAT_CACHE_HWADDRESS", hwaddr),
		attr(37, "BATADV_ATTR_DAT_CACHE_VID", custom(batadvVID)),
		attr(38, "BATADV_ATTR_MCAST_FLAGS", named(u32, batadvMcastFlags)),
		attr(39, "BATADV_ATTR_MCAST_FLAGS_PRIV", named(u32, batadvMcastPriv)),
		attr(40, "BATADV_ATTR_VLANID", u16),
		attr(41, "BATADV_ATTR_AGGREGATED_OGMS_ENABLED", u8),
		attr(42, "BATADV_ATTR_AP_ISOLATION_ENABLED", u8),
		attr(43, "BATADV_ATTR_ISOLATION_MARK", hex32),
		attr(44, "BATADV_ATTR_ISOLATION_MASK", hex32),
		attr(45, "BATADV_ATTR_BONDING_ENABLED", u8),
		attr(46, "BATADV_ATTR_BRIDGE_LOOP_AVOIDANCE_ENABLED", u8),
		attr(47, "BATADV_ATTR_DISTRIBUTED_ARP_TABLE_ENABLED", u8),
		attr(48, "BATADV_ATTR_FRAGMENTATION_ENABLED", u8),
		attr(49, "BATADV_ATTR_GW_BANDWIDTH_DOWN", nl80211Rate32),
		attr(50, "BATADV_ATTR_GW_BANDWIDTH_UP", nl80211Rate32),
		attr(51, "BATADV_ATTR_GW_MODE", named(u8, batadvGWModes)),
		attr(52, "BATADV_ATTR_GW_SEL_CLASS", u32),
		attr(53, "BATADV_ATTR_HOP_PENALTY", u8),
		attr(54, "BATADV_ATTR_LOG_LEVEL", named(u32, batadvDebug)),
		attr(55, "BATADV_ATTR_MULTICAST_FORCEFLOOD_ENABLED", u8),
		attr(56, "BATADV_ATTR_NETWORK_CODING_ENABLED", u8),
		attr(57, "BATADV_ATTR_ORIG_INTERVAL", millis),
		attr(58, "BATADV_ATTR_ELP_INTERVAL", millis),
		attr(59, "BATADV_ATTR_THROUGHPUT_OVERRIDE", nl80211Rate32),
		attr(60, "BATADV_ATTR_MULTICAST_FANOUT", u32),
	)
}

// batadvVID is a VLAN as batman-adv keeps it: bit 15 is that there is one.
func batadvVID(b []byte, big bool) (string, bool) {
	v, ok := nl80211Number(b, big)
	switch {
	case !ok || len(b) != 2:
		return "", false
	case v&0x8000 == 0:
		return "-1", true // as batctl has it
	}
	return strconv.FormatUint(v&0xfff, 10), true
}

var (
	batadvTTFlags = masks("batadv_tt_client_flags",
		val(1<<0, "BATADV_TT_CLIENT_DEL"), val(1<<1, "BATADV_TT_CLIENT_ROAM"), val(1<<4, "BATADV_TT_CLIENT_WIFI"),
		val(1<<5, "BATADV_TT_CLIENT_ISOLA"), val(1<<8, "BATADV_TT_CLIENT_NOPURGE"),
		val(1<<9, "BATADV_TT_CLIENT_NEW"), val(1<<10, "BATADV_TT_CLIENT_PENDING"),
		val(1<<11, "BATADV_TT_CLIENT_TEMP"),
	)
	batadvMcastPriv = masks("batadv_mcast_flags_priv",
		val(1<<0, "BATADV_MCAST_FLAGS_BRIDGED"), val(1<<1, "BATADV_MCAST_FLAGS_QUERIER_IPV4_EXISTS"),
		val(1<<2, "BATADV_MCAST_FLAGS_QUERIER_IPV6_EXISTS"), val(1<<3, "BATADV_MCAST_FLAGS_QUERIER_IPV4_SHADOWING"),
		val(1<<4, "BATADV_MCAST_FLAGS_QUERIER_IPV6_SHADOWING"),
	)
	batadvGWModes = enum("batadv_gw_modes", 0,
		"BATADV_GW_MODE_OFF", "BATADV_GW_MODE_CLIENT", "BATADV_GW_MODE_SERVER",
	)
	batadvTPReasons = values("batadv_tp_meter_reason",
		val(3, "BATADV_TP_REASON_COMPLETE"), val(4, "BATADV_TP_REASON_CANCEL"),
		val(128, "BATADV_TP_REASON_DST_UNREACHABLE"), val(129, "BATADV_TP_REASON_RESEND_LIMIT"),
		val(130, "BATADV_TP_REASON_ALREADY_ONGOING"), val(131, "BATADV_TP_REASON_MEMORY_ERROR"),
		val(132, "BATADV_TP_REASON_CANT_SEND"), val(133, "BATADV_TP_REASON_TOO_MANY"),
	)
	// linux/batadv_packet.h
	batadvMcastFlags = bits("batadv_mcast_flags",
		"BATADV_MCAST_WANT_ALL_UNSNOOPABLES", "BATADV_MCAST_WANT_ALL_IPV4", "BATADV_MCAST_WANT_ALL_IPV6",
		"BATADV_MCAST_WANT_NO_RTR4", "BATADV_MCAST_WANT_NO_RTR6", "BATADV_MCAST_HAVE_MC_PTYPE_CAPA")
	// net/batman-adv/log.h
	batadvDebug = bits("batadv_dbg_level",
		"BATADV_DBG_BATMAN", "BATADV_DBG_ROUTES", "BATADV_DBG_TT", "BATADV_DBG_BLA", "BATADV_DBG_DAT", "BATADV_DBG_NC",
		"BATADV_DBG_MCAST", "BATADV_DBG_TP_METER")
)
