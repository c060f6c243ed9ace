// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// seg6 is the control of segment routing: HMAC keys and the source address of
// tunnels (linux/seg6_genl.h, linux/seg6_hmac.h, net/ipv6/seg6.c). Routes are
// in NETLINK_ROUTE.
func seg6() *schema.Family {
	return &schema.Family{
		Name:     "SEG6",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Lead:     []string{"SEG6_ATTR_DST", "SEG6_ATTR_HMACKEYID", "SEG6_ATTR_ALGID", "-SEG6_ATTR_SECRET", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "SEG6_CMD_UNSPEC"},
			{ID: 1, Name: "SEG6_CMD_SETHMAC"},
			{ID: 2, Name: "SEG6_CMD_DUMPHMAC"},
			{ID: 3, Name: "SEG6_CMD_SET_TUNSRC"},
			{ID: 4, Name: "SEG6_CMD_GET_TUNSRC"},
		},
		Set: set("SEG6_ATTR",
			unspec("SEG6_ATTR_UNSPEC"),
			attr(1, "SEG6_ATTR_DST", ip),
			attr(2, "SEG6_ATTR_DSTLEN", s32),
			attr(3, "SEG6_ATTR_HMACKEYID", hex32),
			attr(4, "SEG6_ATTR_SECRET", secret(opaque, schema.Key)),
			attr(5, "SEG6_ATTR_SECRETLEN", hinted(u8, schema.Bytes)),
			attr(6, "SEG6_ATTR_ALGID", named(u8, enum("SEG6_HMAC_ALGO", 1, "SEG6_HMAC_ALGO_SHA1", "SEG6_HMAC_ALGO_SHA256"))),
			noted(7, "SEG6_ATTR_HMACINFO", unused, "neither sent nor read by the kernel"),
		),
	}
}

// ioam6 is namespaces and schemas of in-situ OAM (linux/ioam6_genl.h,
// net/ipv6/ioam6.c). The one event has the number of a command.
func ioam6() *schema.Family {
	return &schema.Family{
		Name:     "IOAM6",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Groups:   []schema.Group{{Name: "ioam6_events"}},
		Lead:     []string{"IOAM6_ATTR_NS_ID", "IOAM6_ATTR_SC_ID", "IOAM6_EVENT_ATTR_TRACE_NAMESPACE", ">*"},
		Messages: []schema.Message{
			{ID: 0, Name: "IOAM6_CMD_UNSPEC"},
			{ID: 1, Name: "IOAM6_CMD_ADD_NAMESPACE"},
			{ID: 2, Name: "IOAM6_CMD_DEL_NAMESPACE"},
			{ID: 3, Name: "IOAM6_CMD_DUMP_NAMESPACES"},
			{ID: 4, Name: "IOAM6_CMD_ADD_SCHEMA"},
			{ID: 5, Name: "IOAM6_CMD_DEL_SCHEMA"},
			{ID: 6, Name: "IOAM6_CMD_DUMP_SCHEMAS"},
			{ID: 7, Name: "IOAM6_CMD_NS_SET_SCHEMA"},
			{ID: 1, Name: "IOAM6_EVENT_TRACE", Dirs: schema.Events, Set: set("IOAM6_EVENT_ATTR",
				unspec("IOAM6_EVENT_ATTR_UNSPEC"),
				attr(1, "IOAM6_EVENT_ATTR_TRACE_NAMESPACE", u16),
				attr(2, "IOAM6_EVENT_ATTR_TRACE_NODELEN", u8),
				attr(3, "IOAM6_EVENT_ATTR_TRACE_TYPE", hex32),
				attr(4, "IOAM6_EVENT_ATTR_TRACE_DATA", opaque),
			)},
		},
		Set: set("IOAM6_ATTR",
			unspec("IOAM6_ATTR_UNSPEC"),
			attr(1, "IOAM6_ATTR_NS_ID", u16),
			attr(2, "IOAM6_ATTR_NS_DATA", hex32),
			attr(3, "IOAM6_ATTR_NS_DATA_WIDE", hex64),
			attr(4, "IOAM6_ATTR_SC_ID", u32),
			attr(5, "IOAM6_ATTR_SC_DATA", opaque),
			attr(6, "IOAM6_ATTR_SC_NONE", flag),
			attr(7, "IOAM6_ATTR_PAD", padAt),
		),
	}
}
