// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// tcpMetrics is the cache of what TCP learned of its peers
// (linux/tcp_metrics.h, net/ipv4/tcp_metrics.c).
func tcpMetrics() *schema.Family {
	return &schema.Family{
		Name:     "tcp_metrics",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Lead: []string{
			"TCP_METRICS_ATTR_ADDR_IPV4", "TCP_METRICS_ATTR_ADDR_IPV6", "TCP_METRICS_ATTR_SADDR_IPV4",
			"TCP_METRICS_ATTR_SADDR_IPV6", "TCP_METRICS_A_METRICS_RTT_US",
			">*",
		},
		Messages: []schema.Message{
			{ID: 0, Name: "TCP_METRICS_CMD_UNSPEC"},
			{ID: 1, Name: "TCP_METRICS_CMD_GET"},
			{ID: 2, Name: "TCP_METRICS_CMD_DEL"},
		},
		Set: set("TCP_METRICS_ATTR",
			unspec("TCP_METRICS_ATTR_UNSPEC"),
			attr(1, "TCP_METRICS_ATTR_ADDR_IPV4", ip),
			attr(2, "TCP_METRICS_ATTR_ADDR_IPV6", ip),
			attr(3, "TCP_METRICS_ATTR_AGE", millis64),
			attr(4, "TCP_METRICS_ATTR_TW_TSVAL", u32),
			attr(5, "TCP_METRICS_ATTR_TW_TS_STAMP", hinted(s32, schema.Seconds)),
			attr(6, "TCP_METRICS_ATTR_VALS", nest(tcpMetricsVals())),
			attr(7, "TCP_METRICS_ATTR_FOPEN_MSS", hinted(u16, schema.Bytes)),
			attr(8, "TCP_METRICS_ATTR_FOPEN_SYN_DROPS", u16),
			attr(9, "TCP_METRICS_ATTR_FOPEN_SYN_DROP_TS", millis64),
			attr(10, "TCP_METRICS_ATTR_FOPEN_COOKIE", secret(opaque, schema.Token)),
			attr(11, "TCP_METRICS_ATTR_SADDR_IPV4", ip),
			attr(12, "TCP_METRICS_ATTR_SADDR_IPV6", ip),
			attr(13, "TCP_METRICS_ATTR_PAD", padAt),
		),
	}
}

// tcpMetricsVals has the indexes of enum tcp_metric_index, plus one, which
// headers name so since 6.9 (the misspelling is theirs). Times are what the
// kernel keeps of them: eighths of the round trip, quarters of its deviation.
func tcpMetricsVals() *schema.Set {
	return set("TCP_METRICS_A_METRICS",
		attr(1, "TCP_METRICS_A_METRICS_RTT", custom(tcpMetricsTime(8, "ms"))),
		attr(2, "TCP_METRICS_A_METRICS_RTTVAR", custom(tcpMetricsTime(4, "ms"))),
		attr(3, "TCP_METRICS_A_METRICS_SSTHRESH", u32),
		attr(4, "TCP_METRICS_A_METRICS_CWND", u32),
		attr(5, "TCP_METRICS_A_METRICS_REODERING", u32),
		attr(6, "TCP_METRICS_A_METRICS_RTT_US", custom(tcpMetricsTime(8, "us"))),
		attr(7, "TCP_METRICS_A_METRICS_RTTVAR_US", custom(tcpMetricsTime(4, "us"))),
	)
}

// tcpMetricsTime renders a u32 of so many parts of a unit.
func tcpMetricsTime(parts float64, unit string) func([]byte, bool) (string, bool) {
	return func(b []byte, big bool) (string, bool) {
		if len(b) != 4 {
			return "", false
		}
		v := binary.LittleEndian.Uint32(b)
		if big {
			v = binary.BigEndian.Uint32(b)
		}
		return strconv.FormatFloat(float64(v)/parts, 'f', -1, 64) + " " + unit, true
	}
}

// fou is the receiving side of UDP encapsulation (linux/fou.h,
// net/ipv4/fou_core.c).
func fou() *schema.Family {
	return &schema.Family{
		Name:     "fou",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Lead:     []string{"FOU_ATTR_PORT", "FOU_ATTR_TYPE", "FOU_ATTR_IPPROTO", "FOU_ATTR_LOCAL_V4", "FOU_ATTR_LOCAL_V6", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "FOU_CMD_UNSPEC"},
			{ID: 1, Name: "FOU_CMD_ADD"},
			{ID: 2, Name: "FOU_CMD_DEL"},
			{ID: 3, Name: "FOU_CMD_GET"},
		},
		Set: set("FOU_ATTR",
			unspec("FOU_ATTR_UNSPEC"),
			attr(1, "FOU_ATTR_PORT", be16),
			attr(2, "FOU_ATTR_AF", named(u8, addressFamily)),
			attr(3, "FOU_ATTR_IPPROTO", named(u8, ipProtocol)),
			attr(4, "FOU_ATTR_TYPE", named(u8, enum("FOU_ENCAP", 0, "FOU_ENCAP_UNSPEC", "FOU_ENCAP_DIRECT", "FOU_ENCAP_GUE"))),
			attr(5, "FOU_ATTR_REMCSUM_NOPARTIAL", flag),
			attr(6, "FOU_ATTR_LOCAL_V4", ip),
			attr(7, "FOU_ATTR_LOCAL_V6", ip),
			attr(8, "FOU_ATTR_PEER_V4", ip),
			attr(9, "FOU_ATTR_PEER_V6", ip),
			attr(10, "FOU_ATTR_PEER_PORT", be16),
			attr(11, "FOU_ATTR_IFINDEX", ifindexS),
		),
	}
}

// gtp is the PDP contexts of GTP tunnels (linux/gtp.h, drivers/net/gtp.c).
func gtp() *schema.Family {
	return &schema.Family{
		Name:     "gtp",
		Protocol: unix.NETLINK_GENERIC,
		Groups:   []schema.Group{{Name: "gtp"}},
		Lead: []string{
			"GTPA_LINK", "GTPA_VERSION", "GTPA_I_TEI", "GTPA_O_TEI", "GTPA_TID", "GTPA_PEER_ADDRESS", "GTPA_PEER_ADDR6",
			"GTPA_MS_ADDRESS", "GTPA_MS_ADDR6",
			">*",
		},
		Messages: []schema.Message{
			{ID: 0, Name: "GTP_CMD_NEWPDP"},
			{ID: 1, Name: "GTP_CMD_DELPDP"},
			{ID: 2, Name: "GTP_CMD_GETPDP"},
			{ID: 3, Name: "GTP_CMD_ECHOREQ"},
		},
		Set: set("GTPA",
			unspec("GTPA_UNSPEC"),
			attr(1, "GTPA_LINK", ifindex),
			attr(2, "GTPA_VERSION", named(u32, enum("gtp_version", 0, "GTP_V0", "GTP_V1"))),
			attr(3, "GTPA_TID", hex64),
			attr(4, "GTPA_PEER_ADDRESS", ip),
			attr(5, "GTPA_MS_ADDRESS", ip),
			attr(6, "GTPA_FLOW", u16),
			attr(7, "GTPA_NET_NS_FD", fd),
			attr(8, "GTPA_I_TEI", u32),
			attr(9, "GTPA_O_TEI", u32),
			attr(10, "GTPA_PAD", padAt),
			attr(11, "GTPA_PEER_ADDR6", ip),
			attr(12, "GTPA_MS_ADDR6", ip),
			attr(13, "GTPA_FAMILY", named(u8, addressFamily)),
		),
	}
}

// ila is identifier-locator addressing on receipt (linux/ila.h,
// net/ipv6/ila/ila_xlat.c); routes have the same attributes.
func ila() *schema.Family {
	return &schema.Family{
		Name:     "ila",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      ilaAttr(),
		Lead:     []string{"ILA_ATTR_LOCATOR_MATCH", "ILA_ATTR_LOCATOR", "ILA_ATTR_IFINDEX", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "ILA_CMD_UNSPEC"},
			{ID: 1, Name: "ILA_CMD_ADD"},
			{ID: 2, Name: "ILA_CMD_DEL"},
			{ID: 3, Name: "ILA_CMD_GET"},
			{ID: 4, Name: "ILA_CMD_FLUSH"},
		},
	}
}
