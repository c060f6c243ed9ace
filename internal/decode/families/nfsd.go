// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nfsd is the NFS server (linux/nfsd_netlink.h, fs/nfsd).
func nfsd() *schema.Family {
	server := set("NFSD_A_SERVER",
		attr(1, "NFSD_A_SERVER_THREADS", u32),
		attr(2, "NFSD_A_SERVER_GRACETIME", seconds),
		attr(3, "NFSD_A_SERVER_LEASETIME", seconds),
		attr(4, "NFSD_A_SERVER_SCOPE", str),
		attr(5, "NFSD_A_SERVER_MIN_THREADS", u32),
	)
	version := set("NFSD_A_SERVER_PROTO", attr(1, "NFSD_A_SERVER_PROTO_VERSION", nest(set("NFSD_A_VERSION",
		attr(1, "NFSD_A_VERSION_MAJOR", u32),
		attr(2, "NFSD_A_VERSION_MINOR", u32),
		attr(3, "NFSD_A_VERSION_ENABLED", flag)))))
	listener := set("NFSD_A_SERVER_SOCK", attr(1, "NFSD_A_SERVER_SOCK_ADDR", nest(set("NFSD_A_SOCK",
		attr(1, "NFSD_A_SOCK_ADDR", custom(nfsdSockaddr)),
		attr(2, "NFSD_A_SOCK_TRANSPORT_NAME", str)))))
	pool := set("NFSD_A_POOL_MODE",
		attr(1, "NFSD_A_POOL_MODE_MODE", str),
		attr(2, "NFSD_A_POOL_MODE_NPOOLS", u32))
	return &schema.Family{
		Name:     "nfsd",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "NFSD_CMD_RPC_STATUS_GET", Set: nfsdRPCStatus()},
			{ID: 2, Name: "NFSD_CMD_THREADS_SET", Set: server},
			{ID: 3, Name: "NFSD_CMD_THREADS_GET", Set: server},
			{ID: 4, Name: "NFSD_CMD_VERSION_SET", Set: version},
			{ID: 5, Name: "NFSD_CMD_VERSION_GET", Set: version},
			{ID: 6, Name: "NFSD_CMD_LISTENER_SET", Set: listener},
			{ID: 7, Name: "NFSD_CMD_LISTENER_GET", Set: listener},
			{ID: 8, Name: "NFSD_CMD_POOL_MODE_SET", Set: pool},
			{ID: 9, Name: "NFSD_CMD_POOL_MODE_GET", Set: pool},
		},
		Lead: []string{
			"NFSD_A_SERVER_THREADS", "NFSD_A_RPC_STATUS_XID", "NFSD_A_RPC_STATUS_PROC", "NFSD_A_RPC_STATUS_SADDR4",
			"NFSD_A_RPC_STATUS_SADDR6", "NFSD_A_SOCK_ADDR", "NFSD_A_SOCK_TRANSPORT_NAME", "NFSD_A_POOL_MODE_MODE",
		},
	}
}

func nfsdRPCStatus() *schema.Set {
	return set("NFSD_A_RPC_STATUS",
		attr(1, "NFSD_A_RPC_STATUS_XID", hexBE32),
		attr(2, "NFSD_A_RPC_STATUS_FLAGS", hex32), // RQ_*, kernel-internal
		attr(3, "NFSD_A_RPC_STATUS_PROG", u32),
		attr(4, "NFSD_A_RPC_STATUS_VERSION", u8),
		attr(5, "NFSD_A_RPC_STATUS_PROC", u32),
		attr(6, "NFSD_A_RPC_STATUS_SERVICE_TIME", schema.Type{Kind: schema.S64, Hint: schema.Micros}),
		attr(7, "NFSD_A_RPC_STATUS_PAD", padAt),
		attr(8, "NFSD_A_RPC_STATUS_SADDR4", ip),
		attr(9, "NFSD_A_RPC_STATUS_DADDR4", ip),
		attr(10, "NFSD_A_RPC_STATUS_SADDR6", ip),
		attr(11, "NFSD_A_RPC_STATUS_DADDR6", ip),
		attr(12, "NFSD_A_RPC_STATUS_SPORT", be16),
		attr(13, "NFSD_A_RPC_STATUS_DPORT", be16),
		attr(14, "NFSD_A_RPC_STATUS_COMPOUND_OPS", u32), // OP_* of RFC 8881
	)
}

// nfsdSockaddr writes a struct sockaddr_in or sockaddr_in6.
func nfsdSockaddr(b []byte, big bool) (string, bool) {
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	if len(b) < 2 {
		return "", false
	}
	var addr netip.Addr
	switch family := order.Uint16(b); {
	case family == 2 && len(b) >= 8: // AF_INET
		addr = netip.AddrFrom4([4]byte(b[4:8]))
	case family == 10 && len(b) >= 28: // AF_INET6
		addr = netip.AddrFrom16([16]byte(b[8:24]))
		if scope := order.Uint32(b[24:]); scope != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(scope), 10))
		}
	default:
		return "", false
	}
	return netip.AddrPortFrom(addr, binary.BigEndian.Uint16(b[2:])).String(), true
}

// lockd is the NFS lock manager (linux/lockd_netlink.h, fs/lockd).
func lockd() *schema.Family {
	return &schema.Family{
		Name:     "lockd",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set: set("LOCKD_A_SERVER",
			attr(1, "LOCKD_A_SERVER_GRACETIME", seconds),
			attr(2, "LOCKD_A_SERVER_TCP_PORT", u16),
			attr(3, "LOCKD_A_SERVER_UDP_PORT", u16),
		),
		Messages: []schema.Message{
			{ID: 1, Name: "LOCKD_CMD_SERVER_SET"},
			{ID: 2, Name: "LOCKD_CMD_SERVER_GET"},
		},
		Lead: []string{"LOCKD_A_SERVER_GRACETIME", "LOCKD_A_SERVER_TCP_PORT", "LOCKD_A_SERVER_UDP_PORT"},
	}
}
