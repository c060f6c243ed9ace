// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Small families that came with Linux 6.19 to 7.2: linux/android/binder_netlink.h,
// linux/dev_energymodel.h, drm/drm_ras.h, linux/sunrpc_netlink.h.
func newestFamilies() []*schema.Family {
	return []*schema.Family{binder(), energyModel(), drmRAS(), sunrpc()}
}

// binder reports transactions that failed (drivers/android/binder.c).
func binder() *schema.Family {
	return &schema.Family{
		Name:     "binder",
		Protocol: unix.NETLINK_GENERIC, // NETLINK_GENERIC
		Version:  1,
		Set: set("BINDER_A_REPORT",
			attr(1, "BINDER_A_REPORT_ERROR", u32), // BR_* of linux/android/binder.h
			attr(2, "BINDER_A_REPORT_CONTEXT", str),
			attr(3, "BINDER_A_REPORT_FROM_PID", pid),
			attr(4, "BINDER_A_REPORT_FROM_TID", pid),
			attr(5, "BINDER_A_REPORT_TO_PID", pid),
			attr(6, "BINDER_A_REPORT_TO_TID", pid),
			attr(7, "BINDER_A_REPORT_IS_REPLY", flag),
			attr(8, "BINDER_A_REPORT_FLAGS", hex32),
			attr(9, "BINDER_A_REPORT_CODE", u32),
			attr(10, "BINDER_A_REPORT_DATA_SIZE", bytes32)),
		Messages: []schema.Message{{ID: 1, Name: "BINDER_CMD_REPORT"}},
		Groups:   []schema.Group{{Name: "report"}},
		Lead:     []string{"BINDER_A_REPORT_CONTEXT", "BINDER_A_REPORT_ERROR", "BINDER_A_REPORT_FROM_PID", "BINDER_A_REPORT_TO_PID", "BINDER_A_REPORT_CODE", ">*"},
	}
}

// energyModel is what performance states of processors and devices cost
// (kernel/power/em_netlink.c).
func energyModel() *schema.Family {
	domain := set("DEV_ENERGYMODEL_A_PERF_DOMAIN",
		attr(1, "DEV_ENERGYMODEL_A_PERF_DOMAIN_PAD", padAt),
		attr(2, "DEV_ENERGYMODEL_A_PERF_DOMAIN_PERF_DOMAIN_ID", u32),
		attr(3, "DEV_ENERGYMODEL_A_PERF_DOMAIN_FLAGS", named(u64, bits("dev_energymodel_perf_domain_flags",
			"DEV_ENERGYMODEL_PERF_DOMAIN_FLAGS_PERF_DOMAIN_MICROWATTS",
			"DEV_ENERGYMODEL_PERF_DOMAIN_FLAGS_PERF_DOMAIN_SKIP_INEFFICIENCIES",
			"DEV_ENERGYMODEL_PERF_DOMAIN_FLAGS_PERF_DOMAIN_ARTIFICIAL"))),
		attr(4, "DEV_ENERGYMODEL_A_PERF_DOMAIN_CPUS", u64))
	table := set("DEV_ENERGYMODEL_A_PERF_TABLE",
		attr(1, "DEV_ENERGYMODEL_A_PERF_TABLE_PERF_DOMAIN_ID", u32),
		attr(2, "DEV_ENERGYMODEL_A_PERF_TABLE_PERF_STATE", nest(set("DEV_ENERGYMODEL_A_PERF_STATE",
			attr(1, "DEV_ENERGYMODEL_A_PERF_STATE_PAD", padAt),
			attr(2, "DEV_ENERGYMODEL_A_PERF_STATE_PERFORMANCE", u64),
			attr(3, "DEV_ENERGYMODEL_A_PERF_STATE_FREQUENCY", hinted(u64, schema.KHz)),
			attr(4, "DEV_ENERGYMODEL_A_PERF_STATE_POWER", u64),
			attr(5, "DEV_ENERGYMODEL_A_PERF_STATE_COST", u64),
			attr(6, "DEV_ENERGYMODEL_A_PERF_STATE_FLAGS", named(u64, bits("dev_energymodel_perf_state_flags",
				"DEV_ENERGYMODEL_PERF_STATE_FLAGS_PERF_STATE_INEFFICIENT")))))))
	return &schema.Family{
		Name:     "dev-energymodel",
		Protocol: unix.NETLINK_GENERIC, // NETLINK_GENERIC
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "DEV_ENERGYMODEL_CMD_GET_PERF_DOMAINS", Set: domain},
			{ID: 2, Name: "DEV_ENERGYMODEL_CMD_GET_PERF_TABLE", Set: table},
			{ID: 3, Name: "DEV_ENERGYMODEL_CMD_PERF_DOMAIN_CREATED", Set: table},
			{ID: 4, Name: "DEV_ENERGYMODEL_CMD_PERF_DOMAIN_UPDATED", Set: table},
			{ID: 5, Name: "DEV_ENERGYMODEL_CMD_PERF_DOMAIN_DELETED", Set: table},
		},
		Groups: []schema.Group{{Name: "event"}},
		Lead:   []string{"DEV_ENERGYMODEL_A_PERF_DOMAIN_PERF_DOMAIN_ID", "DEV_ENERGYMODEL_A_PERF_TABLE_PERF_DOMAIN_ID", "DEV_ENERGYMODEL_A_PERF_DOMAIN_FLAGS", ">*"},
	}
}

// drmRAS is error counters of graphics hardware (drivers/gpu/drm/drm_ras.c).
func drmRAS() *schema.Family {
	node := set("DRM_RAS_A_NODE_ATTRS",
		attr(1, "DRM_RAS_A_NODE_ATTRS_NODE_ID", u32),
		attr(2, "DRM_RAS_A_NODE_ATTRS_DEVICE_NAME", str),
		attr(3, "DRM_RAS_A_NODE_ATTRS_NODE_NAME", str),
		attr(4, "DRM_RAS_A_NODE_ATTRS_NODE_TYPE", named(u32, enum("drm_ras_node_type", 1, "DRM_RAS_NODE_TYPE_ERROR_COUNTER"))))
	counter := set("DRM_RAS_A_ERROR_COUNTER_ATTRS",
		attr(1, "DRM_RAS_A_ERROR_COUNTER_ATTRS_NODE_ID", u32),
		attr(2, "DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_ID", u32),
		attr(3, "DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_NAME", str),
		attr(4, "DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_VALUE", u32))
	return &schema.Family{
		Name:     "drm-ras",
		Protocol: unix.NETLINK_GENERIC, // NETLINK_GENERIC
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "DRM_RAS_CMD_LIST_NODES", Set: node},
			{ID: 2, Name: "DRM_RAS_CMD_GET_ERROR_COUNTER", Set: counter},
			{ID: 3, Name: "DRM_RAS_CMD_CLEAR_ERROR_COUNTER", Set: counter},
		},
		Lead: []string{"DRM_RAS_A_NODE_ATTRS_NODE_ID", "DRM_RAS_A_NODE_ATTRS_DEVICE_NAME", "DRM_RAS_A_NODE_ATTRS_NODE_NAME",
			"DRM_RAS_A_ERROR_COUNTER_ATTRS_NODE_ID", "DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_ID",
			"DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_NAME", "DRM_RAS_A_ERROR_COUNTER_ATTRS_ERROR_VALUE",
			">*",
		},
	}
}

// sunrpc is upcalls of caches of RPC servers (net/sunrpc).
func sunrpc() *schema.Family {
	cacheType := enum("sunrpc_cache_type", 1, "SUNRPC_CACHE_TYPE_IP_MAP", "SUNRPC_CACHE_TYPE_UNIX_GID")
	ipMaps := set("SUNRPC_A_IP_MAP_REQS", attr(1, "SUNRPC_A_IP_MAP_REQS_REQUESTS", nest(set("SUNRPC_A_IP_MAP",
		attr(1, "SUNRPC_A_IP_MAP_SEQNO", u64),
		attr(2, "SUNRPC_A_IP_MAP_CLASS", str),
		attr(3, "SUNRPC_A_IP_MAP_ADDR", str),
		attr(4, "SUNRPC_A_IP_MAP_DOMAIN", str),
		attr(5, "SUNRPC_A_IP_MAP_NEGATIVE", flag),
		attr(6, "SUNRPC_A_IP_MAP_EXPIRY", u64)))))
	gids := set("SUNRPC_A_UNIX_GID_REQS", attr(1, "SUNRPC_A_UNIX_GID_REQS_REQUESTS", nest(set("SUNRPC_A_UNIX_GID",
		attr(1, "SUNRPC_A_UNIX_GID_SEQNO", u64),
		attr(2, "SUNRPC_A_UNIX_GID_UID", u32),
		attr(3, "SUNRPC_A_UNIX_GID_GIDS", u32),
		attr(4, "SUNRPC_A_UNIX_GID_NEGATIVE", flag),
		attr(5, "SUNRPC_A_UNIX_GID_EXPIRY", u64)))))
	return &schema.Family{
		Name:     "sunrpc",
		Protocol: unix.NETLINK_GENERIC, // NETLINK_GENERIC
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "SUNRPC_CMD_CACHE_NOTIFY", Set: set("SUNRPC_A_CACHE_NOTIFY",
				attr(1, "SUNRPC_A_CACHE_NOTIFY_CACHE_TYPE", named(u32, cacheType)))},
			{ID: 2, Name: "SUNRPC_CMD_IP_MAP_GET_REQS", Set: ipMaps},
			{ID: 3, Name: "SUNRPC_CMD_IP_MAP_SET_REQS", Set: ipMaps},
			{ID: 4, Name: "SUNRPC_CMD_UNIX_GID_GET_REQS", Set: gids},
			{ID: 5, Name: "SUNRPC_CMD_UNIX_GID_SET_REQS", Set: gids},
			{ID: 6, Name: "SUNRPC_CMD_CACHE_FLUSH", Set: set("SUNRPC_A_CACHE_FLUSH",
				attr(1, "SUNRPC_A_CACHE_FLUSH_MASK", named(u32, masks("sunrpc_cache_type", cacheType.Values...))))},
		},
		Groups: []schema.Group{{Name: "none"}, {Name: "exportd"}},
		Lead: []string{"SUNRPC_A_CACHE_NOTIFY_CACHE_TYPE", "SUNRPC_A_CACHE_FLUSH_MASK", "SUNRPC_A_IP_MAP_CLASS", "SUNRPC_A_IP_MAP_ADDR",
			"SUNRPC_A_IP_MAP_DOMAIN", "SUNRPC_A_UNIX_GID_UID",
			">*",
		},
	}
}
