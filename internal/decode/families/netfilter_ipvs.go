// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// ipvs is the generic family IPVS: linux/ip_vs.h,
// net/netfilter/ipvs/ip_vs_ctl.c.
func ipvs() *schema.Family {
	commands := set("IPVS_CMD_ATTR",
		unspec("IPVS_CMD_ATTR_UNSPEC"),
		attr(1, "IPVS_CMD_ATTR_SERVICE", nest(ipvsService())),
		attr(2, "IPVS_CMD_ATTR_DEST", nest(ipvsDest())),
		attr(3, "IPVS_CMD_ATTR_DAEMON", nest(ipvsDaemon())),
		attr(4, "IPVS_CMD_ATTR_TIMEOUT_TCP", seconds),
		attr(5, "IPVS_CMD_ATTR_TIMEOUT_TCP_FIN", seconds),
		attr(6, "IPVS_CMD_ATTR_TIMEOUT_UDP", seconds))
	info := set("IPVS_INFO_ATTR",
		unspec("IPVS_INFO_ATTR_UNSPEC"),
		attr(1, "IPVS_INFO_ATTR_VERSION", custom(ipvsVersion)),
		attr(2, "IPVS_INFO_ATTR_CONN_TAB_SIZE", u32))
	m := nfMessages("IPVS_CMD_UNSPEC", "IPVS_CMD_NEW_SERVICE", "IPVS_CMD_SET_SERVICE", "IPVS_CMD_DEL_SERVICE",
		"IPVS_CMD_GET_SERVICE", "IPVS_CMD_NEW_DEST", "IPVS_CMD_SET_DEST", "IPVS_CMD_DEL_DEST", "IPVS_CMD_GET_DEST",
		"IPVS_CMD_NEW_DAEMON", "IPVS_CMD_DEL_DAEMON", "IPVS_CMD_GET_DAEMON", "IPVS_CMD_SET_CONFIG", "IPVS_CMD_GET_CONFIG",
		"IPVS_CMD_SET_INFO", "IPVS_CMD_GET_INFO", "IPVS_CMD_ZERO", "IPVS_CMD_FLUSH")
	m[14].Set = info
	return &schema.Family{
		Name: "IPVS", Protocol: unix.NETLINK_GENERIC, Version: 1, Set: commands, Messages: m,
		Lead: []string{"IPVS_SVC_ATTR_PROTOCOL", "IPVS_SVC_ATTR_ADDR", "IPVS_SVC_ATTR_PORT", "IPVS_SVC_ATTR_FWMARK",
			"IPVS_DEST_ATTR_ADDR", "IPVS_DEST_ATTR_PORT",
			">*",
		},
	}
}

// ipvsAddr is union nf_inet_addr.
func ipvsAddr(family string) schema.Type { return schema.Type{Kind: schema.IPAddr, Family: family} }

func ipvsService() *schema.Set {
	// struct ip_vs_flags { __u32 flags; __u32 mask; };
	flags := named(u32, masks("IP_VS_SVC_F",
		val(1, "IP_VS_SVC_F_PERSISTENT"), val(2, "IP_VS_SVC_F_HASHED"), val(4, "IP_VS_SVC_F_ONEPACKET"),
		val(8, "IP_VS_SVC_F_SCHED1"), val(16, "IP_VS_SVC_F_SCHED2"), val(32, "IP_VS_SVC_F_SCHED3")))
	return set("IPVS_SVC_ATTR",
		unspec("IPVS_SVC_ATTR_UNSPEC"),
		attr(1, "IPVS_SVC_ATTR_AF", named(u16, addressFamily)),
		attr(2, "IPVS_SVC_ATTR_PROTOCOL", named(u16, ipProtocol)),
		attr(3, "IPVS_SVC_ATTR_ADDR", ipvsAddr("IPVS_SVC_ATTR_AF")),
		attr(4, "IPVS_SVC_ATTR_PORT", be16),
		attr(5, "IPVS_SVC_ATTR_FWMARK", u32),
		attr(6, "IPVS_SVC_ATTR_SCHED_NAME", str),
		attr(7, "IPVS_SVC_ATTR_FLAGS", structOf(record("ip_vs_flags", field("flags", flags), field("mask", hex32)))),
		attr(8, "IPVS_SVC_ATTR_TIMEOUT", seconds),
		attr(9, "IPVS_SVC_ATTR_NETMASK", by("IPVS_SVC_ATTR_AF", ip, map[string]schema.Type{"AF_INET6": u32})), // or prefix length
		attr(10, "IPVS_SVC_ATTR_STATS", nest(ipvsStats(u32, bytes32))),
		attr(11, "IPVS_SVC_ATTR_PE_NAME", str),
		attr(12, "IPVS_SVC_ATTR_STATS64", nest(ipvsStats(u64, bytes64))),
	)
}

func ipvsDest() *schema.Set {
	return set("IPVS_DEST_ATTR",
		unspec("IPVS_DEST_ATTR_UNSPEC"),
		attr(1, "IPVS_DEST_ATTR_ADDR", ipvsAddr("IPVS_DEST_ATTR_ADDR_FAMILY")),
		attr(2, "IPVS_DEST_ATTR_PORT", be16),
		attr(3, "IPVS_DEST_ATTR_FWD_METHOD", named(u32, enum("IP_VS_CONN_F_FWD", 0, "IP_VS_CONN_F_MASQ",
			"IP_VS_CONN_F_LOCALNODE", "IP_VS_CONN_F_TUNNEL", "IP_VS_CONN_F_DROUTE", "IP_VS_CONN_F_BYPASS"))),
		attr(4, "IPVS_DEST_ATTR_WEIGHT", s32),
		attr(5, "IPVS_DEST_ATTR_U_THRESH", u32),
		attr(6, "IPVS_DEST_ATTR_L_THRESH", u32),
		attr(7, "IPVS_DEST_ATTR_ACTIVE_CONNS", u32),
		attr(8, "IPVS_DEST_ATTR_INACT_CONNS", u32),
		attr(9, "IPVS_DEST_ATTR_PERSIST_CONNS", u32),
		attr(10, "IPVS_DEST_ATTR_STATS", nest(ipvsStats(u32, bytes32))),
		attr(11, "IPVS_DEST_ATTR_ADDR_FAMILY", named(u16, addressFamily)),
		attr(12, "IPVS_DEST_ATTR_STATS64", nest(ipvsStats(u64, bytes64))),
		attr(13, "IPVS_DEST_ATTR_TUN_TYPE", named(u8, enum("IP_VS_CONN_F_TUNNEL_TYPE", 0, "IP_VS_CONN_F_TUNNEL_TYPE_IPIP",
			"IP_VS_CONN_F_TUNNEL_TYPE_GUE", "IP_VS_CONN_F_TUNNEL_TYPE_GRE"))),
		attr(14, "IPVS_DEST_ATTR_TUN_PORT", be16),
		attr(15, "IPVS_DEST_ATTR_TUN_FLAGS", named(u16, masks("IP_VS_TUNNEL_ENCAP_FLAG",
			val(0, "IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM"), val(1, "IP_VS_TUNNEL_ENCAP_FLAG_CSUM"),
			val(2, "IP_VS_TUNNEL_ENCAP_FLAG_REMCSUM")))),
	)
}

// ipvsStats: the numbers of bytes have 64 bits in both kinds of statistics,
// their rates only in the second.
func ipvsStats(n, rate schema.Type) *schema.Set {
	return set("IPVS_STATS_ATTR",
		unspec("IPVS_STATS_ATTR_UNSPEC"),
		attr(1, "IPVS_STATS_ATTR_CONNS", n),
		attr(2, "IPVS_STATS_ATTR_INPKTS", n),
		attr(3, "IPVS_STATS_ATTR_OUTPKTS", n),
		attr(4, "IPVS_STATS_ATTR_INBYTES", bytes64),
		attr(5, "IPVS_STATS_ATTR_OUTBYTES", bytes64),
		attr(6, "IPVS_STATS_ATTR_CPS", n),
		attr(7, "IPVS_STATS_ATTR_INPPS", n),
		attr(8, "IPVS_STATS_ATTR_OUTPPS", n),
		attr(9, "IPVS_STATS_ATTR_INBPS", rate), // bytes per second
		attr(10, "IPVS_STATS_ATTR_OUTBPS", rate),
		attr(11, "IPVS_STATS_ATTR_PAD", padAt),
	)
}

func ipvsDaemon() *schema.Set {
	return set("IPVS_DAEMON_ATTR",
		unspec("IPVS_DAEMON_ATTR_UNSPEC"),
		attr(1, "IPVS_DAEMON_ATTR_STATE", named(u32, masks("IP_VS_STATE",
			val(0, "IP_VS_STATE_NONE"), val(1, "IP_VS_STATE_MASTER"), val(2, "IP_VS_STATE_BACKUP")))),
		attr(2, "IPVS_DAEMON_ATTR_MCAST_IFN", str),
		attr(3, "IPVS_DAEMON_ATTR_SYNC_ID", u32),
		attr(4, "IPVS_DAEMON_ATTR_SYNC_MAXLEN", u16),
		attr(5, "IPVS_DAEMON_ATTR_MCAST_GROUP", ip),
		attr(6, "IPVS_DAEMON_ATTR_MCAST_GROUP6", ip),
		attr(7, "IPVS_DAEMON_ATTR_MCAST_PORT", u16),
		attr(8, "IPVS_DAEMON_ATTR_MCAST_TTL", u8),
	)
}

// ipvsVersion renders IP_VS_VERSION_CODE: 0x010201 is 1.2.1.
func ipvsVersion(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	v := binary.LittleEndian.Uint32(b)
	if big {
		v = binary.BigEndian.Uint32(b)
	}
	return fmt.Sprintf("%d.%d.%d", v>>16&0xff, v>>8&0xff, v&0xff), true
}
