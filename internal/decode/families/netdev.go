// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// netdev is queues, NAPI instances, page pools and XDP features of devices
// (linux/netdev.h, net/core/netdev-genl.c).
func netdev() *schema.Family {
	dev, pool, poolStats := netdevDev(), netdevPagePool(), netdevPoolStats()
	queue, napi, qstats, dmabuf := netdevQueue(), netdevNapi(), netdevQstats(), netdevDmabuf()
	return &schema.Family{
		Name:     "netdev",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "NETDEV_CMD_DEV_GET", Set: dev},
			{ID: 2, Name: "NETDEV_CMD_DEV_ADD_NTF", Set: dev},
			{ID: 3, Name: "NETDEV_CMD_DEV_DEL_NTF", Set: dev},
			{ID: 4, Name: "NETDEV_CMD_DEV_CHANGE_NTF", Set: dev},
			{ID: 5, Name: "NETDEV_CMD_PAGE_POOL_GET", Set: pool},
			{ID: 6, Name: "NETDEV_CMD_PAGE_POOL_ADD_NTF", Set: pool},
			{ID: 7, Name: "NETDEV_CMD_PAGE_POOL_DEL_NTF", Set: pool},
			{ID: 8, Name: "NETDEV_CMD_PAGE_POOL_CHANGE_NTF", Set: pool},
			{ID: 9, Name: "NETDEV_CMD_PAGE_POOL_STATS_GET", Set: poolStats},
			{ID: 10, Name: "NETDEV_CMD_QUEUE_GET", Set: queue},
			{ID: 11, Name: "NETDEV_CMD_NAPI_GET", Set: napi},
			{ID: 12, Name: "NETDEV_CMD_QSTATS_GET", Set: qstats},
			{ID: 13, Name: "NETDEV_CMD_BIND_RX", Set: dmabuf},
			{ID: 14, Name: "NETDEV_CMD_NAPI_SET", Set: napi},
			{ID: 15, Name: "NETDEV_CMD_BIND_TX", Set: dmabuf},
			{ID: 16, Name: "NETDEV_CMD_QUEUE_CREATE", Set: queue},
		},
		Groups: []schema.Group{{Name: "mgmt"}, {Name: "page-pool"}},
		Lead: []string{
			"NETDEV_A_DEV_IFINDEX", "NETDEV_A_DEV_XDP_FEATURES", "NETDEV_A_PAGE_POOL_ID", "NETDEV_A_PAGE_POOL_IFINDEX",
			"NETDEV_A_QUEUE_IFINDEX", "NETDEV_A_QUEUE_TYPE", "NETDEV_A_QUEUE_ID", "NETDEV_A_NAPI_IFINDEX",
			"NETDEV_A_NAPI_ID", "NETDEV_A_QSTATS_IFINDEX", "NETDEV_A_QSTATS_QUEUE_ID", "NETDEV_A_DMABUF_IFINDEX",
			">*",
		},
	}
}

func netdevDev() *schema.Set {
	return set("NETDEV_A_DEV",
		attr(1, "NETDEV_A_DEV_IFINDEX", ifindex),
		attr(2, "NETDEV_A_DEV_PAD", padAt),
		attr(3, "NETDEV_A_DEV_XDP_FEATURES", named(u64, netdevXDPAct)),
		attr(4, "NETDEV_A_DEV_XDP_ZC_MAX_SEGS", u32),
		attr(5, "NETDEV_A_DEV_XDP_RX_METADATA_FEATURES", named(u64, netdevXDPMetadata)),
		attr(6, "NETDEV_A_DEV_XSK_FEATURES", named(u64, netdevXskFlags)),
	)
}

// netdevEmpty is a nest that so far has nothing: its presence says that
// io_uring or AF_XDP owns the memory.
func netdevEmpty(name string) schema.Type { return nest(set(name)) }

func netdevPagePool() *schema.Set {
	return set("NETDEV_A_PAGE_POOL",
		attr(1, "NETDEV_A_PAGE_POOL_ID", anyUint),
		attr(2, "NETDEV_A_PAGE_POOL_IFINDEX", ifindex),
		attr(3, "NETDEV_A_PAGE_POOL_NAPI_ID", anyUint),
		attr(4, "NETDEV_A_PAGE_POOL_INFLIGHT", anyUint),
		attr(5, "NETDEV_A_PAGE_POOL_INFLIGHT_MEM", hinted(anyUint, schema.Bytes)),
		attr(6, "NETDEV_A_PAGE_POOL_DETACH_TIME", hinted(anyUint, schema.Seconds)),
		attr(7, "NETDEV_A_PAGE_POOL_DMABUF", u32),
		attr(8, "NETDEV_A_PAGE_POOL_IO_URING", netdevIOUring()),
	)
}

func netdevPoolStats() *schema.Set {
	return set("NETDEV_A_PAGE_POOL_STATS", append([]schema.Attr{
		attr(1, "NETDEV_A_PAGE_POOL_STATS_INFO", nest(netdevPagePool())),
	}, attrs(8, anyUint,
		"NETDEV_A_PAGE_POOL_STATS_ALLOC_FAST", "NETDEV_A_PAGE_POOL_STATS_ALLOC_SLOW",
		"NETDEV_A_PAGE_POOL_STATS_ALLOC_SLOW_HIGH_ORDER", "NETDEV_A_PAGE_POOL_STATS_ALLOC_EMPTY",
		"NETDEV_A_PAGE_POOL_STATS_ALLOC_REFILL", "NETDEV_A_PAGE_POOL_STATS_ALLOC_WAIVE",
		"NETDEV_A_PAGE_POOL_STATS_RECYCLE_CACHED", "NETDEV_A_PAGE_POOL_STATS_RECYCLE_CACHE_FULL",
		"NETDEV_A_PAGE_POOL_STATS_RECYCLE_RING", "NETDEV_A_PAGE_POOL_STATS_RECYCLE_RING_FULL",
		"NETDEV_A_PAGE_POOL_STATS_RECYCLE_RELEASED_REFCNT")...)...)
}

func netdevNapi() *schema.Set {
	return set("NETDEV_A_NAPI",
		attr(1, "NETDEV_A_NAPI_IFINDEX", ifindex),
		attr(2, "NETDEV_A_NAPI_ID", u32),
		attr(3, "NETDEV_A_NAPI_IRQ", u32),
		attr(4, "NETDEV_A_NAPI_PID", pid),
		attr(5, "NETDEV_A_NAPI_DEFER_HARD_IRQS", u32),
		attr(6, "NETDEV_A_NAPI_GRO_FLUSH_TIMEOUT", hinted(anyUint, schema.Nanos)),
		attr(7, "NETDEV_A_NAPI_IRQ_SUSPEND_TIMEOUT", hinted(anyUint, schema.Nanos)),
		attr(8, "NETDEV_A_NAPI_THREADED", named(anyUint, netdevThreaded)),
	)
}

func netdevQueue() *schema.Set {
	s := set("NETDEV_A_QUEUE")
	s.Attrs = []schema.Attr{
		attr(1, "NETDEV_A_QUEUE_ID", u32),
		attr(2, "NETDEV_A_QUEUE_IFINDEX", ifindex),
		attr(3, "NETDEV_A_QUEUE_TYPE", named(u32, netdevQueueType)),
		attr(4, "NETDEV_A_QUEUE_NAPI_ID", u32),
		attr(5, "NETDEV_A_QUEUE_DMABUF", u32),
		attr(6, "NETDEV_A_QUEUE_IO_URING", netdevIOUring()),
		attr(7, "NETDEV_A_QUEUE_XSK", netdevEmpty("NETDEV_A_XSK_INFO")),
		attr(8, "NETDEV_A_QUEUE_LEASE", nest(set("NETDEV_A_LEASE",
			attr(1, "NETDEV_A_LEASE_IFINDEX", ifindex),
			attr(2, "NETDEV_A_LEASE_QUEUE", nest(s)),
			attr(3, "NETDEV_A_LEASE_NETNS_ID", nsid)))),
	}
	return s
}

func netdevQstats() *schema.Set {
	return set("NETDEV_A_QSTATS", append([]schema.Attr{
		attr(1, "NETDEV_A_QSTATS_IFINDEX", ifindex),
		attr(2, "NETDEV_A_QSTATS_QUEUE_TYPE", named(u32, netdevQueueType)),
		attr(3, "NETDEV_A_QSTATS_QUEUE_ID", u32),
		attr(4, "NETDEV_A_QSTATS_SCOPE", named(anyUint, bits("netdev_qstats_scope", "NETDEV_QSTATS_SCOPE_QUEUE"))),
	}, attrs(8, anyUint,
		"NETDEV_A_QSTATS_RX_PACKETS", "NETDEV_A_QSTATS_RX_BYTES", "NETDEV_A_QSTATS_TX_PACKETS", "NETDEV_A_QSTATS_TX_BYTES",
		"NETDEV_A_QSTATS_RX_ALLOC_FAIL", "NETDEV_A_QSTATS_RX_HW_DROPS", "NETDEV_A_QSTATS_RX_HW_DROP_OVERRUNS",
		"NETDEV_A_QSTATS_RX_CSUM_COMPLETE", "NETDEV_A_QSTATS_RX_CSUM_UNNECESSARY", "NETDEV_A_QSTATS_RX_CSUM_NONE",
		"NETDEV_A_QSTATS_RX_CSUM_BAD", "NETDEV_A_QSTATS_RX_HW_GRO_PACKETS", "NETDEV_A_QSTATS_RX_HW_GRO_BYTES",
		"NETDEV_A_QSTATS_RX_HW_GRO_WIRE_PACKETS", "NETDEV_A_QSTATS_RX_HW_GRO_WIRE_BYTES",
		"NETDEV_A_QSTATS_RX_HW_DROP_RATELIMITS", "NETDEV_A_QSTATS_TX_HW_DROPS", "NETDEV_A_QSTATS_TX_HW_DROP_ERRORS",
		"NETDEV_A_QSTATS_TX_CSUM_NONE", "NETDEV_A_QSTATS_TX_NEEDS_CSUM", "NETDEV_A_QSTATS_TX_HW_GSO_PACKETS",
		"NETDEV_A_QSTATS_TX_HW_GSO_BYTES", "NETDEV_A_QSTATS_TX_HW_GSO_WIRE_PACKETS",
		"NETDEV_A_QSTATS_TX_HW_GSO_WIRE_BYTES", "NETDEV_A_QSTATS_TX_HW_DROP_RATELIMITS",
		"NETDEV_A_QSTATS_TX_STOP", "NETDEV_A_QSTATS_TX_WAKE")...)...)
}

func netdevDmabuf() *schema.Set {
	return set("NETDEV_A_DMABUF",
		attr(1, "NETDEV_A_DMABUF_IFINDEX", ifindex),
		attr(2, "NETDEV_A_DMABUF_QUEUES", nest(netdevQueue())),
		attr(3, "NETDEV_A_DMABUF_FD", fd),
		attr(4, "NETDEV_A_DMABUF_ID", u32),
	)
}

var (
	netdevXDPAct = bits("netdev_xdp_act",
		"NETDEV_XDP_ACT_BASIC", "NETDEV_XDP_ACT_REDIRECT", "NETDEV_XDP_ACT_NDO_XMIT", "NETDEV_XDP_ACT_XSK_ZEROCOPY",
		"NETDEV_XDP_ACT_HW_OFFLOAD", "NETDEV_XDP_ACT_RX_SG", "NETDEV_XDP_ACT_NDO_XMIT_SG")
	netdevXDPMetadata = bits("netdev_xdp_rx_metadata",
		"NETDEV_XDP_RX_METADATA_TIMESTAMP", "NETDEV_XDP_RX_METADATA_HASH", "NETDEV_XDP_RX_METADATA_VLAN_TAG")
	netdevXskFlags = bits("netdev_xsk_flags",
		"NETDEV_XSK_FLAGS_TX_TIMESTAMP", "NETDEV_XSK_FLAGS_TX_CHECKSUM", "NETDEV_XSK_FLAGS_TX_LAUNCH_TIME_FIFO")
	netdevQueueType = enum("netdev_queue_type", 0, "NETDEV_QUEUE_TYPE_RX", "NETDEV_QUEUE_TYPE_TX")
	netdevThreaded  = enum("netdev_napi_threaded", 0,
		"NETDEV_NAPI_THREADED_DISABLED", "NETDEV_NAPI_THREADED_ENABLED", "NETDEV_NAPI_THREADED_BUSY_POLL")
)

func netdevIOUring() schema.Type {
	return nest(set("NETDEV_A_IO_URING_PROVIDER_INFO", attr(1, "NETDEV_A_IO_URING_PROVIDER_INFO_RX_BUF_LEN", bytes32)))
}
