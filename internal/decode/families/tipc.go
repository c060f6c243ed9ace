// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// tipcV2 is the control of TIPC (linux/tipc_netlink.h, net/tipc/netlink.c and
// the *_nl_* functions beside it). TIPC_NL_LEGACY is the number under which
// the older family has its only message.
func tipcV2() *schema.Family {
	f := &schema.Family{
		Name:     "TIPCv2",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      tipcAttrs(),
		Lead: []string{
			"TIPC_NLA_BEARER_NAME", "TIPC_NLA_LINK_NAME", "TIPC_NLA_MEDIA_NAME", "TIPC_NLA_MON_BEARER_NAME", "TIPC_NLA_NODE_ADDR",
			"TIPC_NLA_NET_ID", "TIPC_NLA_NET_ADDR", "TIPC_NLA_SOCK_REF", "TIPC_NLA_PUBL_TYPE", "TIPC_NLA_PUBL_LOWER",
			"TIPC_NLA_MON_PEER_ADDR",
			"-TIPC_NLA_NODE_KEY", ">*",
		},
	}
	for i, name := range []string{
		"TIPC_NL_UNSPEC", "TIPC_NL_LEGACY", "TIPC_NL_BEARER_DISABLE", "TIPC_NL_BEARER_ENABLE", "TIPC_NL_BEARER_GET",
		"TIPC_NL_BEARER_SET", "TIPC_NL_SOCK_GET", "TIPC_NL_PUBL_GET", "TIPC_NL_LINK_GET", "TIPC_NL_LINK_SET",
		"TIPC_NL_LINK_RESET_STATS", "TIPC_NL_MEDIA_GET", "TIPC_NL_MEDIA_SET", "TIPC_NL_NODE_GET", "TIPC_NL_NET_GET",
		"TIPC_NL_NET_SET", "TIPC_NL_NAME_TABLE_GET", "TIPC_NL_MON_SET", "TIPC_NL_MON_GET", "TIPC_NL_MON_PEER_GET",
		"TIPC_NL_PEER_REMOVE", "TIPC_NL_BEARER_ADD", "TIPC_NL_UDP_GET_REMOTEIP", "TIPC_NL_KEY_SET", "TIPC_NL_KEY_FLUSH",
		"TIPC_NL_ADDR_LEGACY_GET",
	} {
		f.Messages = append(f.Messages, schema.Message{ID: uint16(i), Name: name})
	}
	return f
}

func tipcAttrs() *schema.Set {
	return set("TIPC_NLA",
		unspec("TIPC_NLA_UNSPEC"),
		attr(1, "TIPC_NLA_BEARER", nest(tipcBearer())),
		attr(2, "TIPC_NLA_SOCK", nest(tipcSock())),
		attr(3, "TIPC_NLA_PUBL", nest(tipcPubl())),
		attr(4, "TIPC_NLA_LINK", nest(tipcLink())),
		attr(5, "TIPC_NLA_MEDIA", nest(set("TIPC_NLA_MEDIA",
			unspec("TIPC_NLA_MEDIA_UNSPEC"),
			attr(1, "TIPC_NLA_MEDIA_NAME", str),
			attr(2, "TIPC_NLA_MEDIA_PROP", nest(tipcProp()))))),
		attr(6, "TIPC_NLA_NODE", nest(tipcNode())),
		attr(7, "TIPC_NLA_NET", nest(set("TIPC_NLA_NET",
			unspec("TIPC_NLA_NET_UNSPEC"),
			attr(1, "TIPC_NLA_NET_ID", u32),
			attr(2, "TIPC_NLA_NET_ADDR", hex32),
			attr(3, "TIPC_NLA_NET_NODEID", hex64),
			attr(4, "TIPC_NLA_NET_NODEID_W1", hex64),
			attr(5, "TIPC_NLA_NET_ADDR_LEGACY", flag)))),
		attr(8, "TIPC_NLA_NAME_TABLE", nest(set("TIPC_NLA_NAME_TABLE",
			unspec("TIPC_NLA_NAME_TABLE_UNSPEC"),
			attr(1, "TIPC_NLA_NAME_TABLE_PUBL", nest(tipcPubl()))))),
		attr(9, "TIPC_NLA_MON", nest(set("TIPC_NLA_MON",
			unspec("TIPC_NLA_MON_UNSPEC"),
			attr(1, "TIPC_NLA_MON_ACTIVATION_THRESHOLD", u32),
			attr(2, "TIPC_NLA_MON_REF", u32),
			attr(3, "TIPC_NLA_MON_ACTIVE", flag),
			attr(4, "TIPC_NLA_MON_BEARER_NAME", str),
			attr(5, "TIPC_NLA_MON_PEERCNT", u32),
			attr(6, "TIPC_NLA_MON_LISTGEN", u32)))),
		attr(10, "TIPC_NLA_MON_PEER", nest(set("TIPC_NLA_MON_PEER",
			unspec("TIPC_NLA_MON_PEER_UNSPEC"),
			attr(1, "TIPC_NLA_MON_PEER_ADDR", hex32),
			attr(2, "TIPC_NLA_MON_PEER_DOMGEN", u32),
			attr(3, "TIPC_NLA_MON_PEER_APPLIED", u32),
			attr(4, "TIPC_NLA_MON_PEER_UPMAP", hex64),
			attr(5, "TIPC_NLA_MON_PEER_MEMBERS", packed(hex32)),
			attr(6, "TIPC_NLA_MON_PEER_UP", flag),
			attr(7, "TIPC_NLA_MON_PEER_HEAD", flag),
			attr(8, "TIPC_NLA_MON_PEER_LOCAL", flag),
			attr(9, "TIPC_NLA_MON_PEER_PAD", padAt)))),
	)
}

// tipcProp is properties of bearers, links and media.
func tipcProp() *schema.Set {
	return set("TIPC_NLA_PROP",
		unspec("TIPC_NLA_PROP_UNSPEC"),
		attr(1, "TIPC_NLA_PROP_PRIO", u32),
		attr(2, "TIPC_NLA_PROP_TOL", millis),
		attr(3, "TIPC_NLA_PROP_WIN", u32),
		attr(4, "TIPC_NLA_PROP_MTU", bytes32),
		attr(5, "TIPC_NLA_PROP_BROADCAST", named(u32, bits("BCLINK_MODE", // net/tipc/bcast.h
			"BCLINK_MODE_BCAST", "BCLINK_MODE_RCAST", "BCLINK_MODE_SEL"))),
		attr(6, "TIPC_NLA_PROP_BROADCAST_RATIO", u32),
	)
}

func tipcBearer() *schema.Set {
	return set("TIPC_NLA_BEARER",
		unspec("TIPC_NLA_BEARER_UNSPEC"),
		attr(1, "TIPC_NLA_BEARER_NAME", str),
		attr(2, "TIPC_NLA_BEARER_PROP", nest(tipcProp())),
		attr(3, "TIPC_NLA_BEARER_DOMAIN", hex32),
		attr(4, "TIPC_NLA_BEARER_UDP_OPTS", nest(set("TIPC_NLA_UDP",
			unspec("TIPC_NLA_UDP_UNSPEC"),
			attr(1, "TIPC_NLA_UDP_LOCAL", custom(tipcSockaddr)),
			attr(2, "TIPC_NLA_UDP_REMOTE", custom(tipcSockaddr)),
			attr(3, "TIPC_NLA_UDP_MULTI_REMOTEIP", flag)))),
	)
}

// tipcSockaddr renders a struct sockaddr_in, sockaddr_in6 or sockaddr_storage:
// family in host order, port and address in network order.
func tipcSockaddr(b []byte, big bool) (string, bool) {
	if len(b) < 8 {
		return "", false
	}
	family := binary.LittleEndian.Uint16(b)
	if big {
		family = binary.BigEndian.Uint16(b)
	}
	port := binary.BigEndian.Uint16(b[2:])
	switch {
	case family == 2: // AF_INET
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), port).String(), true
	case family == 10 && len(b) >= 24: // AF_INET6
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), port).String(), true
	}
	return "", false
}

// tipc_nl_publ_get, __tipc_nl_add_nametable_publ
func tipcPubl() *schema.Set {
	return set("TIPC_NLA_PUBL",
		unspec("TIPC_NLA_PUBL_UNSPEC"),
		attr(1, "TIPC_NLA_PUBL_TYPE", u32),
		attr(2, "TIPC_NLA_PUBL_LOWER", u32),
		attr(3, "TIPC_NLA_PUBL_UPPER", u32),
		attr(4, "TIPC_NLA_PUBL_SCOPE", named(u32, enum("tipc_scope", 1, // linux/tipc.h
			"TIPC_ZONE_SCOPE", "TIPC_CLUSTER_SCOPE", "TIPC_NODE_SCOPE"))),
		attr(5, "TIPC_NLA_PUBL_NODE", hex32),
		attr(6, "TIPC_NLA_PUBL_REF", u32),
		attr(7, "TIPC_NLA_PUBL_KEY", u32),
	)
}

// tipc_sk_fill_sock_diag, __tipc_nl_add_sk
func tipcSock() *schema.Set {
	return set("TIPC_NLA_SOCK",
		unspec("TIPC_NLA_SOCK_UNSPEC"),
		attr(1, "TIPC_NLA_SOCK_ADDR", hex32),
		attr(2, "TIPC_NLA_SOCK_REF", u32),
		attr(3, "TIPC_NLA_SOCK_CON", nest(set("TIPC_NLA_CON",
			unspec("TIPC_NLA_CON_UNSPEC"),
			attr(1, "TIPC_NLA_CON_FLAG", flag),
			attr(2, "TIPC_NLA_CON_NODE", hex32),
			attr(3, "TIPC_NLA_CON_SOCK", u32),
			attr(4, "TIPC_NLA_CON_TYPE", u32),
			attr(5, "TIPC_NLA_CON_INST", u32)))),
		attr(4, "TIPC_NLA_SOCK_HAS_PUBL", flag),
		attr(5, "TIPC_NLA_SOCK_STAT", nest(set("TIPC_NLA_SOCK_STAT",
			attr(0, "TIPC_NLA_SOCK_STAT_RCVQ", u32),
			attr(1, "TIPC_NLA_SOCK_STAT_SENDQ", u32),
			attr(2, "TIPC_NLA_SOCK_STAT_LINK_CONG", flag),
			attr(3, "TIPC_NLA_SOCK_STAT_CONN_CONG", flag),
			attr(4, "TIPC_NLA_SOCK_STAT_DROP", u32)))),
		attr(6, "TIPC_NLA_SOCK_TYPE", named(u32, sockDiagType)),
		attr(7, "TIPC_NLA_SOCK_INO", u32),
		attr(8, "TIPC_NLA_SOCK_UID", u32),
		attr(9, "TIPC_NLA_SOCK_TIPC_STATE", named(u32, values("TIPC state", // net/tipc/socket.c, by TCP_*
			val(1, "TIPC_ESTABLISHED"), val(2, "TIPC_CONNECTING"), val(7, "TIPC_OPEN"),
			val(8, "TIPC_DISCONNECTING"), val(10, "TIPC_LISTEN")))),
		attr(10, "TIPC_NLA_SOCK_COOKIE", hex64),
		attr(11, "TIPC_NLA_SOCK_PAD", padAt),
		attr(12, "TIPC_NLA_SOCK_GROUP", nest(set("TIPC_NLA_SOCK_GROUP",
			attr(0, "TIPC_NLA_SOCK_GROUP_ID", u32),
			attr(1, "TIPC_NLA_SOCK_GROUP_OPEN", flag),
			attr(2, "TIPC_NLA_SOCK_GROUP_NODE_SCOPE", flag),
			attr(3, "TIPC_NLA_SOCK_GROUP_CLUSTER_SCOPE", flag),
			attr(4, "TIPC_NLA_SOCK_GROUP_INSTANCE", u32),
			attr(5, "TIPC_NLA_SOCK_GROUP_BC_SEND_NEXT", u32)))),
	)
}

// tipcNode: the key is struct tipc_aead_key of linux/tipc.h.
func tipcNode() *schema.Set {
	return set("TIPC_NLA_NODE",
		unspec("TIPC_NLA_NODE_UNSPEC"),
		attr(1, "TIPC_NLA_NODE_ADDR", hex32),
		attr(2, "TIPC_NLA_NODE_UP", flag),
		attr(3, "TIPC_NLA_NODE_ID", opaque),
		attr(4, "TIPC_NLA_NODE_KEY", structOf(atLeast(36, record("tipc_aead_key",
			field("alg_name", sized(str, 32)), field("keylen", bytes32), field("key", secret(opaque, schema.Key)))))),
		attr(5, "TIPC_NLA_NODE_KEY_MASTER", flag),
		attr(6, "TIPC_NLA_NODE_REKEYING", u32), // minutes; 0: off, all ones: now
	)
}

// __tipc_nl_add_link, tipc_nl_add_bc_link
func tipcLink() *schema.Set {
	stats := set("TIPC_NLA_STATS", unspec("TIPC_NLA_STATS_UNSPEC"))
	stats.Attrs = append(stats.Attrs, attrs(1, u32,
		"TIPC_NLA_STATS_RX_INFO", "TIPC_NLA_STATS_RX_FRAGMENTS", "TIPC_NLA_STATS_RX_FRAGMENTED",
		"TIPC_NLA_STATS_RX_BUNDLES", "TIPC_NLA_STATS_RX_BUNDLED", "TIPC_NLA_STATS_TX_INFO",
		"TIPC_NLA_STATS_TX_FRAGMENTS", "TIPC_NLA_STATS_TX_FRAGMENTED", "TIPC_NLA_STATS_TX_BUNDLES",
		"TIPC_NLA_STATS_TX_BUNDLED", "TIPC_NLA_STATS_MSG_PROF_TOT", "TIPC_NLA_STATS_MSG_LEN_CNT",
		"TIPC_NLA_STATS_MSG_LEN_TOT", "TIPC_NLA_STATS_MSG_LEN_P0", "TIPC_NLA_STATS_MSG_LEN_P1",
		"TIPC_NLA_STATS_MSG_LEN_P2", "TIPC_NLA_STATS_MSG_LEN_P3", "TIPC_NLA_STATS_MSG_LEN_P4",
		"TIPC_NLA_STATS_MSG_LEN_P5", "TIPC_NLA_STATS_MSG_LEN_P6", "TIPC_NLA_STATS_RX_STATES",
		"TIPC_NLA_STATS_RX_PROBES", "TIPC_NLA_STATS_RX_NACKS", "TIPC_NLA_STATS_RX_DEFERRED",
		"TIPC_NLA_STATS_TX_STATES", "TIPC_NLA_STATS_TX_PROBES", "TIPC_NLA_STATS_TX_NACKS",
		"TIPC_NLA_STATS_TX_ACKS", "TIPC_NLA_STATS_RETRANSMITTED", "TIPC_NLA_STATS_DUPLICATES",
		"TIPC_NLA_STATS_LINK_CONGS", "TIPC_NLA_STATS_MAX_QUEUE", "TIPC_NLA_STATS_AVG_QUEUE")...)
	return set("TIPC_NLA_LINK",
		unspec("TIPC_NLA_LINK_UNSPEC"),
		attr(1, "TIPC_NLA_LINK_NAME", str),
		attr(2, "TIPC_NLA_LINK_DEST", hex32),
		attr(3, "TIPC_NLA_LINK_MTU", bytes32),
		attr(4, "TIPC_NLA_LINK_BROADCAST", flag),
		attr(5, "TIPC_NLA_LINK_UP", flag),
		attr(6, "TIPC_NLA_LINK_ACTIVE", flag),
		attr(7, "TIPC_NLA_LINK_PROP", nest(tipcProp())),
		attr(8, "TIPC_NLA_LINK_STATS", nest(stats)),
		attr(9, "TIPC_NLA_LINK_RX", u32),
		attr(10, "TIPC_NLA_LINK_TX", u32),
	)
}
