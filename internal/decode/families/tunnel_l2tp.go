// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// l2tp is tunnels and sessions of L2TPv2 and v3 (linux/l2tp.h,
// net/l2tp/l2tp_netlink.c).
func l2tp() *schema.Family {
	return &schema.Family{
		Name:     "l2tp",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      l2tpAttrs(),
		Groups:   []schema.Group{{Name: "l2tp"}},
		Lead: []string{
			"L2TP_ATTR_CONN_ID", "L2TP_ATTR_SESSION_ID", "L2TP_ATTR_IFNAME", "L2TP_ATTR_IP_DADDR", "L2TP_ATTR_IP6_DADDR",
			"L2TP_ATTR_PW_TYPE", "L2TP_ATTR_ENCAP_TYPE",
			">*",
		},
		Messages: []schema.Message{
			{ID: 0, Name: "L2TP_CMD_NOOP"},
			{ID: 1, Name: "L2TP_CMD_TUNNEL_CREATE"},
			{ID: 2, Name: "L2TP_CMD_TUNNEL_DELETE"},
			{ID: 3, Name: "L2TP_CMD_TUNNEL_MODIFY"},
			{ID: 4, Name: "L2TP_CMD_TUNNEL_GET"},
			{ID: 5, Name: "L2TP_CMD_SESSION_CREATE"},
			{ID: 6, Name: "L2TP_CMD_SESSION_DELETE"},
			{ID: 7, Name: "L2TP_CMD_SESSION_MODIFY"},
			{ID: 8, Name: "L2TP_CMD_SESSION_GET"},
		},
	}
}

func l2tpAttrs() *schema.Set {
	return set("L2TP_ATTR",
		unspec("L2TP_ATTR_NONE"),
		attr(1, "L2TP_ATTR_PW_TYPE", named(u16, l2tpPwtype)),
		attr(2, "L2TP_ATTR_ENCAP_TYPE", named(u16, enum("l2tp_encap_type", 0, "L2TP_ENCAPTYPE_UDP", "L2TP_ENCAPTYPE_IP"))),
		attr(3, "L2TP_ATTR_OFFSET", u16),
		attr(4, "L2TP_ATTR_DATA_SEQ", named(u8, enum("l2tp_seqmode", 0, "L2TP_SEQ_NONE", "L2TP_SEQ_IP", "L2TP_SEQ_ALL"))),
		attr(5, "L2TP_ATTR_L2SPEC_TYPE", named(u8, enum("l2tp_l2spec_type", 0, "L2TP_L2SPECTYPE_NONE", "L2TP_L2SPECTYPE_DEFAULT"))),
		attr(6, "L2TP_ATTR_L2SPEC_LEN", u8),
		attr(7, "L2TP_ATTR_PROTO_VERSION", u8),
		attr(8, "L2TP_ATTR_IFNAME", str),
		attr(9, "L2TP_ATTR_CONN_ID", u32),
		attr(10, "L2TP_ATTR_PEER_CONN_ID", u32),
		attr(11, "L2TP_ATTR_SESSION_ID", u32),
		attr(12, "L2TP_ATTR_PEER_SESSION_ID", u32),
		attr(13, "L2TP_ATTR_UDP_CSUM", u8),
		attr(14, "L2TP_ATTR_VLAN_ID", u16),
		attr(15, "L2TP_ATTR_COOKIE", secret(opaque, schema.Token)),
		attr(16, "L2TP_ATTR_PEER_COOKIE", secret(opaque, schema.Token)),
		attr(17, "L2TP_ATTR_DEBUG", named(u32, bits("l2tp_debug_flags",
			"L2TP_MSG_DEBUG", "L2TP_MSG_CONTROL", "L2TP_MSG_SEQ", "L2TP_MSG_DATA"))),
		attr(18, "L2TP_ATTR_RECV_SEQ", u8),
		attr(19, "L2TP_ATTR_SEND_SEQ", u8),
		attr(20, "L2TP_ATTR_LNS_MODE", u8),
		attr(21, "L2TP_ATTR_USING_IPSEC", u8),
		attr(22, "L2TP_ATTR_RECV_TIMEOUT", millis64),
		attr(23, "L2TP_ATTR_FD", fd),
		attr(24, "L2TP_ATTR_IP_SADDR", ip),
		attr(25, "L2TP_ATTR_IP_DADDR", ip),
		attr(26, "L2TP_ATTR_UDP_SPORT", u16),
		attr(27, "L2TP_ATTR_UDP_DPORT", u16),
		attr(28, "L2TP_ATTR_MTU", hinted(u16, schema.Bytes)),
		attr(29, "L2TP_ATTR_MRU", hinted(u16, schema.Bytes)),
		attr(30, "L2TP_ATTR_STATS", nest(l2tpStats())),
		attr(31, "L2TP_ATTR_IP6_SADDR", ip),
		attr(32, "L2TP_ATTR_IP6_DADDR", ip),
		attr(33, "L2TP_ATTR_UDP_ZERO_CSUM6_TX", flag),
		attr(34, "L2TP_ATTR_UDP_ZERO_CSUM6_RX", flag),
		attr(35, "L2TP_ATTR_PAD", padAt),
	)
}

var l2tpPwtype = values("l2tp_pwtype",
	val(0, "L2TP_PWTYPE_NONE"), val(4, "L2TP_PWTYPE_ETH_VLAN"), val(5, "L2TP_PWTYPE_ETH"),
	val(7, "L2TP_PWTYPE_PPP"), val(8, "L2TP_PWTYPE_PPP_AC"), val(11, "L2TP_PWTYPE_IP"),
)

func l2tpStats() *schema.Set {
	return set("L2TP_ATTR_STATS",
		unspec("L2TP_ATTR_STATS_NONE"),
		attr(1, "L2TP_ATTR_TX_PACKETS", u64),
		attr(2, "L2TP_ATTR_TX_BYTES", bytes64),
		attr(3, "L2TP_ATTR_TX_ERRORS", u64),
		attr(4, "L2TP_ATTR_RX_PACKETS", u64),
		attr(5, "L2TP_ATTR_RX_BYTES", bytes64),
		attr(6, "L2TP_ATTR_RX_SEQ_DISCARDS", u64),
		attr(7, "L2TP_ATTR_RX_OOS_PACKETS", u64),
		attr(8, "L2TP_ATTR_RX_ERRORS", u64),
		attr(9, "L2TP_ATTR_STATS_PAD", padAt),
		attr(10, "L2TP_ATTR_RX_COOKIE_DISCARDS", u64),
		attr(11, "L2TP_ATTR_RX_INVALID", u64),
	)
}
