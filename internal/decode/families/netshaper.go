// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// netShaper is rate limits in network hardware (linux/net_shaper.h, net/shaper).
func netShaper() *schema.Family {
	return &schema.Family{
		Name:     "net-shaper",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      netShaperAttrs(),
		Messages: []schema.Message{
			{ID: 1, Name: "NET_SHAPER_CMD_GET"},
			{ID: 2, Name: "NET_SHAPER_CMD_SET"},
			{ID: 3, Name: "NET_SHAPER_CMD_DELETE"},
			{ID: 4, Name: "NET_SHAPER_CMD_GROUP"},
			{ID: 5, Name: "NET_SHAPER_CMD_CAP_GET", Set: netShaperCaps()},
		},
		Lead: []string{
			"NET_SHAPER_A_IFINDEX", "NET_SHAPER_A_HANDLE_SCOPE", "NET_SHAPER_A_HANDLE_ID", "NET_SHAPER_A_BW_MAX",
			"NET_SHAPER_A_CAPS_IFINDEX",
			">*",
		},
	}
}

func netShaperAttrs() *schema.Set {
	handle := nest(set("NET_SHAPER_A_HANDLE",
		attr(1, "NET_SHAPER_A_HANDLE_SCOPE", named(u32, netShaperScope)),
		attr(2, "NET_SHAPER_A_HANDLE_ID", u32)))
	s := set("NET_SHAPER_A")
	s.Attrs = []schema.Attr{
		attr(1, "NET_SHAPER_A_HANDLE", handle),
		attr(2, "NET_SHAPER_A_METRIC", named(u32, enum("net_shaper_metric", 0,
			"NET_SHAPER_METRIC_BPS", "NET_SHAPER_METRIC_PPS"))),
		attr(3, "NET_SHAPER_A_BW_MIN", anyUint),
		attr(4, "NET_SHAPER_A_BW_MAX", anyUint),
		attr(5, "NET_SHAPER_A_BURST", anyUint),
		attr(6, "NET_SHAPER_A_PRIORITY", u32),
		attr(7, "NET_SHAPER_A_WEIGHT", u32),
		attr(8, "NET_SHAPER_A_IFINDEX", ifindex),
		attr(9, "NET_SHAPER_A_PARENT", handle),
		attr(10, "NET_SHAPER_A_LEAVES", nest(s)),
	}
	return s
}

func netShaperCaps() *schema.Set {
	return set("NET_SHAPER_A_CAPS", append([]schema.Attr{
		attr(1, "NET_SHAPER_A_CAPS_IFINDEX", ifindex),
		attr(2, "NET_SHAPER_A_CAPS_SCOPE", named(u32, netShaperScope)),
	}, attrs(3, flag,
		"NET_SHAPER_A_CAPS_SUPPORT_METRIC_BPS", "NET_SHAPER_A_CAPS_SUPPORT_METRIC_PPS",
		"NET_SHAPER_A_CAPS_SUPPORT_NESTING", "NET_SHAPER_A_CAPS_SUPPORT_BW_MIN",
		"NET_SHAPER_A_CAPS_SUPPORT_BW_MAX", "NET_SHAPER_A_CAPS_SUPPORT_BURST",
		"NET_SHAPER_A_CAPS_SUPPORT_PRIORITY", "NET_SHAPER_A_CAPS_SUPPORT_WEIGHT")...)...)
}

var netShaperScope = enum("net_shaper_scope", 0,
	"NET_SHAPER_SCOPE_UNSPEC", "NET_SHAPER_SCOPE_NETDEV", "NET_SHAPER_SCOPE_QUEUE", "NET_SHAPER_SCOPE_NODE")

// psp is the PSP security protocol (linux/psp.h, net/psp).
func psp() *schema.Family {
	dev := set("PSP_A_DEV",
		attr(1, "PSP_A_DEV_ID", u32),
		attr(2, "PSP_A_DEV_IFINDEX", ifindex),
		attr(3, "PSP_A_DEV_PSP_VERSIONS_CAP", named(u32, pspVersions)),
		attr(4, "PSP_A_DEV_PSP_VERSIONS_ENA", named(u32, pspVersions)),
		attr(5, "PSP_A_DEV_ASSOC_LIST", nest(set("PSP_A_ASSOC_DEV_INFO",
			attr(1, "PSP_A_ASSOC_DEV_INFO_IFINDEX", ifindex),
			attr(2, "PSP_A_ASSOC_DEV_INFO_NSID", nsid)))),
		attr(6, "PSP_A_DEV_NSID", nsid),
		attr(7, "PSP_A_DEV_BY_ASSOCIATION", flag),
	)
	keys := nest(set("PSP_A_KEYS",
		attr(1, "PSP_A_KEYS_KEY", secret(opaque, schema.Key)),
		attr(2, "PSP_A_KEYS_SPI", hex32)))
	assoc := set("PSP_A_ASSOC",
		attr(1, "PSP_A_ASSOC_DEV_ID", u32),
		attr(2, "PSP_A_ASSOC_VERSION", named(u32, pspVersion)),
		attr(3, "PSP_A_ASSOC_RX_KEY", keys),
		attr(4, "PSP_A_ASSOC_TX_KEY", keys),
		attr(5, "PSP_A_ASSOC_SOCK_FD", fd),
	)
	return &schema.Family{
		Name:     "psp",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "PSP_CMD_DEV_GET", Set: dev},
			{ID: 2, Name: "PSP_CMD_DEV_ADD_NTF", Set: dev},
			{ID: 3, Name: "PSP_CMD_DEV_DEL_NTF", Set: dev},
			{ID: 4, Name: "PSP_CMD_DEV_SET", Set: dev},
			{ID: 5, Name: "PSP_CMD_DEV_CHANGE_NTF", Set: dev},
			{ID: 6, Name: "PSP_CMD_KEY_ROTATE", Set: dev},
			{ID: 7, Name: "PSP_CMD_KEY_ROTATE_NTF", Set: dev},
			{ID: 8, Name: "PSP_CMD_RX_ASSOC", Set: assoc},
			{ID: 9, Name: "PSP_CMD_TX_ASSOC", Set: assoc},
			{ID: 10, Name: "PSP_CMD_GET_STATS", Set: pspStats()},
			{ID: 11, Name: "PSP_CMD_DEV_ASSOC", Set: dev},
			{ID: 12, Name: "PSP_CMD_DEV_DISASSOC", Set: dev},
		},
		Groups: []schema.Group{{Name: "mgmt"}, {Name: "use"}},
		Lead:   []string{"PSP_A_DEV_ID", "PSP_A_DEV_IFINDEX", "PSP_A_ASSOC_DEV_ID", "PSP_A_STATS_DEV_ID", "-PSP_A_KEYS_KEY", ">*"},
	}
}

func pspStats() *schema.Set {
	return set("PSP_A_STATS", append([]schema.Attr{attr(1, "PSP_A_STATS_DEV_ID", u32)}, attrs(2, anyUint,
		"PSP_A_STATS_KEY_ROTATIONS", "PSP_A_STATS_STALE_EVENTS", "PSP_A_STATS_RX_PACKETS", "PSP_A_STATS_RX_BYTES",
		"PSP_A_STATS_RX_AUTH_FAIL", "PSP_A_STATS_RX_ERROR", "PSP_A_STATS_RX_BAD", "PSP_A_STATS_TX_PACKETS",
		"PSP_A_STATS_TX_BYTES", "PSP_A_STATS_TX_ERROR")...)...)
}

var (
	pspVersion = enum("psp_version", 0, "PSP_VERSION_HDR0_AES_GCM_128", "PSP_VERSION_HDR0_AES_GCM_256",
		"PSP_VERSION_HDR0_AES_GMAC_128", "PSP_VERSION_HDR0_AES_GMAC_256")
	pspVersions = bits("psp_version", "PSP_VERSION_HDR0_AES_GCM_128", "PSP_VERSION_HDR0_AES_GCM_256",
		"PSP_VERSION_HDR0_AES_GMAC_128", "PSP_VERSION_HDR0_AES_GMAC_256")
)
