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
		attr(6, "NFSD_A_SERVER_FH_KEY", secret(opaque, schema.Key)),
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
		Groups:   []schema.Group{{Name: "none"}, {Name: "exportd"}},
		Messages: append([]schema.Message{
			{ID: 1, Name: "NFSD_CMD_RPC_STATUS_GET", Set: nfsdRPCStatus()},
			{ID: 2, Name: "NFSD_CMD_THREADS_SET", Set: server},
			{ID: 3, Name: "NFSD_CMD_THREADS_GET", Set: server},
			{ID: 4, Name: "NFSD_CMD_VERSION_SET", Set: version},
			{ID: 5, Name: "NFSD_CMD_VERSION_GET", Set: version},
			{ID: 6, Name: "NFSD_CMD_LISTENER_SET", Set: listener},
			{ID: 7, Name: "NFSD_CMD_LISTENER_GET", Set: listener},
			{ID: 8, Name: "NFSD_CMD_POOL_MODE_SET", Set: pool},
			{ID: 9, Name: "NFSD_CMD_POOL_MODE_GET", Set: pool},
		}, nfsdCache()...),
		Lead: []string{
			"NFSD_A_SERVER_THREADS", "NFSD_A_RPC_STATUS_XID", "NFSD_A_RPC_STATUS_PROC", "NFSD_A_RPC_STATUS_SADDR4",
			"NFSD_A_RPC_STATUS_SADDR6", "NFSD_A_SOCK_ADDR", "NFSD_A_SOCK_TRANSPORT_NAME", "NFSD_A_POOL_MODE_MODE",
			"NFSD_A_CACHE_NOTIFY_CACHE_TYPE", "NFSD_A_CACHE_FLUSH_MASK", "NFSD_A_SVC_EXPORT_CLIENT", "NFSD_A_SVC_EXPORT_PATH",
			"NFSD_A_EXPKEY_CLIENT", "NFSD_A_EXPKEY_PATH", "NFSD_A_UNLOCK_IP_ADDRESS", "NFSD_A_UNLOCK_FILESYSTEM_PATH",
			"NFSD_A_UNLOCK_EXPORT_PATH",
		},
	}
}

// nfsdCache is the upcalls of the export cache, answered by exportd, and the unlocking
// of clients and file systems.
func nfsdCache() []schema.Message {
	secinfo := nest(set("NFSD_A_AUTH_FLAVOR",
		attr(1, "NFSD_A_AUTH_FLAVOR_PSEUDOFLAVOR", u32),
		attr(2, "NFSD_A_AUTH_FLAVOR_FLAGS", named(u32, nfsdExportFlags))))
	export := set("NFSD_A_SVC_EXPORT",
		attr(1, "NFSD_A_SVC_EXPORT_SEQNO", u64),
		attr(2, "NFSD_A_SVC_EXPORT_CLIENT", str),
		attr(3, "NFSD_A_SVC_EXPORT_PATH", str),
		attr(4, "NFSD_A_SVC_EXPORT_NEGATIVE", flag),
		attr(5, "NFSD_A_SVC_EXPORT_EXPIRY", u64),
		attr(6, "NFSD_A_SVC_EXPORT_ANON_UID", u32),
		attr(7, "NFSD_A_SVC_EXPORT_ANON_GID", u32),
		attr(8, "NFSD_A_SVC_EXPORT_FSLOCATIONS", nest(set("NFSD_A_FSLOCATIONS",
			attr(1, "NFSD_A_FSLOCATIONS_LOCATION", nest(set("NFSD_A_FSLOCATION",
				attr(1, "NFSD_A_FSLOCATION_HOST", str),
				attr(2, "NFSD_A_FSLOCATION_PATH", str))))))),
		attr(9, "NFSD_A_SVC_EXPORT_UUID", opaque),
		attr(10, "NFSD_A_SVC_EXPORT_SECINFO", secinfo),
		attr(11, "NFSD_A_SVC_EXPORT_XPRTSEC", named(u32, nfsdXprtsec)),
		attr(12, "NFSD_A_SVC_EXPORT_FLAGS", named(u32, nfsdExportFlags)),
		attr(13, "NFSD_A_SVC_EXPORT_FSID", s32))
	expkey := set("NFSD_A_EXPKEY",
		attr(1, "NFSD_A_EXPKEY_SEQNO", u64),
		attr(2, "NFSD_A_EXPKEY_CLIENT", str),
		attr(3, "NFSD_A_EXPKEY_FSIDTYPE", u8),
		attr(4, "NFSD_A_EXPKEY_FSID", opaque),
		attr(5, "NFSD_A_EXPKEY_NEGATIVE", flag),
		attr(6, "NFSD_A_EXPKEY_EXPIRY", u64),
		attr(7, "NFSD_A_EXPKEY_PATH", str))
	exports := set("NFSD_A_SVC_EXPORT_REQS", attr(1, "NFSD_A_SVC_EXPORT_REQS_REQUESTS", nest(export)))
	expkeys := set("NFSD_A_EXPKEY_REQS", attr(1, "NFSD_A_EXPKEY_REQS_REQUESTS", nest(expkey)))
	one := func(name string, a schema.Attr) *schema.Set { return set(name, a) }
	return []schema.Message{
		{ID: 10, Name: "NFSD_CMD_CACHE_NOTIFY", Set: one("NFSD_A_CACHE_NOTIFY", attr(1, "NFSD_A_CACHE_NOTIFY_CACHE_TYPE", named(u32, nfsdCacheType)))},
		{ID: 11, Name: "NFSD_CMD_SVC_EXPORT_GET_REQS", Set: exports},
		{ID: 12, Name: "NFSD_CMD_SVC_EXPORT_SET_REQS", Set: exports},
		{ID: 13, Name: "NFSD_CMD_EXPKEY_GET_REQS", Set: expkeys},
		{ID: 14, Name: "NFSD_CMD_EXPKEY_SET_REQS", Set: expkeys},
		{ID: 15, Name: "NFSD_CMD_CACHE_FLUSH", Set: one("NFSD_A_CACHE_FLUSH", attr(1, "NFSD_A_CACHE_FLUSH_MASK", named(u32, nfsdCacheTypes)))},
		{ID: 16, Name: "NFSD_CMD_UNLOCK_IP", Set: one("NFSD_A_UNLOCK_IP", attr(1, "NFSD_A_UNLOCK_IP_ADDRESS", custom(nfsdSockaddr)))},
		{ID: 17, Name: "NFSD_CMD_UNLOCK_FILESYSTEM", Set: one("NFSD_A_UNLOCK_FILESYSTEM", attr(1, "NFSD_A_UNLOCK_FILESYSTEM_PATH", str))},
		{ID: 18, Name: "NFSD_CMD_UNLOCK_EXPORT", Set: one("NFSD_A_UNLOCK_EXPORT", attr(1, "NFSD_A_UNLOCK_EXPORT_PATH", str))},
	}
}

var (
	nfsdCacheType   = enum("nfsd_cache_type", 1, "NFSD_CACHE_TYPE_SVC_EXPORT", "NFSD_CACHE_TYPE_EXPKEY")
	nfsdCacheTypes  = masks("nfsd_cache_type", nfsdCacheType.Values...)
	nfsdXprtsec     = bits("nfsd_xprtsec_mode", "NFSD_XPRTSEC_MODE_NONE", "NFSD_XPRTSEC_MODE_TLS", "NFSD_XPRTSEC_MODE_MTLS")
	nfsdExportFlags = bits("nfsd_export_flags", "NFSD_EXPORT_FLAGS_READONLY", "NFSD_EXPORT_FLAGS_INSECURE_PORT", "NFSD_EXPORT_FLAGS_ROOTSQUASH",
		"NFSD_EXPORT_FLAGS_ALLSQUASH", "NFSD_EXPORT_FLAGS_ASYNC", "NFSD_EXPORT_FLAGS_GATHERED_WRITES", "NFSD_EXPORT_FLAGS_NOREADDIRPLUS",
		"NFSD_EXPORT_FLAGS_SECURITY_LABEL", "NFSD_EXPORT_FLAGS_SIGN_FH", "NFSD_EXPORT_FLAGS_NOHIDE", "NFSD_EXPORT_FLAGS_NOSUBTREECHECK",
		"NFSD_EXPORT_FLAGS_NOAUTHNLM", "NFSD_EXPORT_FLAGS_MSNFS", "NFSD_EXPORT_FLAGS_FSID", "NFSD_EXPORT_FLAGS_CROSSMOUNT",
		"NFSD_EXPORT_FLAGS_NOACL", "NFSD_EXPORT_FLAGS_V4ROOT", "NFSD_EXPORT_FLAGS_PNFS")
)

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
