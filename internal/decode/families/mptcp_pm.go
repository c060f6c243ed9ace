// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// mptcpPM is the path manager of MPTCP (linux/mptcp.h, from 6.6 on
// linux/mptcp_pm.h; net/mptcp/pm_netlink.c, pm_userspace.c).
//
// Events are numbered from 1 on as commands are, so 3 and 6 from the kernel
// each mean two things. Who delivered it knows which; where nobody does, an answer begins with a nest or with
// MPTCP_PM_ATTR_RCV_ADD_ADDRS, those two events with MPTCP_ATTR_TOKEN: the
// nla_type of the first attribute tells.
func mptcpPM() *schema.Family {
	cmds, events := mptcpAttrs(), mptcpEventAttrs()
	closed := func(name string) *schema.Variants {
		return &schema.Variants{Off: 2, Width: 2, Cases: map[uint64]schema.Variant{
			1: {Name: name, Set: events}, // MPTCP_ATTR_TOKEN
		}}
	}
	f := &schema.Family{
		Name:     "mptcp_pm",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      cmds,
		Groups:   []schema.Group{{Name: "mptcp_pm_cmds"}, {Name: "mptcp_pm_events"}},
		Lead: []string{
			"MPTCP_PM_ADDR_ATTR_ID", "MPTCP_PM_ADDR_ATTR_ADDR4", "MPTCP_PM_ADDR_ATTR_ADDR6", "MPTCP_PM_ADDR_ATTR_FLAGS",
			"MPTCP_PM_ATTR_TOKEN", "MPTCP_PM_ATTR_LOC_ID", "MPTCP_ATTR_TOKEN", "MPTCP_ATTR_SADDR4", "MPTCP_ATTR_SADDR6",
			"MPTCP_ATTR_DADDR4", "MPTCP_ATTR_DADDR6", "<MPTCP_ATTR_SPORT", "<MPTCP_ATTR_DPORT",
			">*",
		},
		Messages: []schema.Message{
			{ID: 0, Name: "MPTCP_PM_CMD_UNSPEC", Dirs: schema.ToKernel},
			{ID: 1, Name: "MPTCP_PM_CMD_ADD_ADDR", Dirs: schema.ToKernel},
			{ID: 2, Name: "MPTCP_PM_CMD_DEL_ADDR", Dirs: schema.ToKernel},
			{ID: 3, Name: "MPTCP_PM_CMD_GET_ADDR", Dirs: schema.ToKernel},
			{ID: 4, Name: "MPTCP_PM_CMD_FLUSH_ADDRS", Dirs: schema.ToKernel},
			{ID: 5, Name: "MPTCP_PM_CMD_SET_LIMITS", Dirs: schema.ToKernel},
			{ID: 6, Name: "MPTCP_PM_CMD_GET_LIMITS", Dirs: schema.ToKernel},
			{ID: 7, Name: "MPTCP_PM_CMD_SET_FLAGS", Dirs: schema.ToKernel},
			{ID: 8, Name: "MPTCP_PM_CMD_ANNOUNCE", Dirs: schema.ToKernel},
			{ID: 9, Name: "MPTCP_PM_CMD_REMOVE", Dirs: schema.ToKernel},
			{ID: 10, Name: "MPTCP_PM_CMD_SUBFLOW_CREATE", Dirs: schema.ToKernel},
			{ID: 11, Name: "MPTCP_PM_CMD_SUBFLOW_DESTROY", Dirs: schema.ToKernel},

			{ID: 3, Name: "MPTCP_PM_CMD_GET_ADDR", Dirs: schema.FromKernel, Variants: closed("MPTCP_EVENT_CLOSED")},
			{ID: 6, Name: "MPTCP_PM_CMD_GET_LIMITS", Dirs: schema.FromKernel, Variants: closed("MPTCP_EVENT_ANNOUNCED")},
			{ID: 3, Name: "MPTCP_EVENT_CLOSED", Dirs: schema.Events, Set: events},
			{ID: 6, Name: "MPTCP_EVENT_ANNOUNCED", Dirs: schema.Events, Set: events},
		},
	}
	for _, e := range mptcpEvents.Values {
		if e.N != 3 && e.N != 6 {
			f.Messages = append(f.Messages, schema.Message{ID: uint16(e.N), Name: e.Name, Dirs: schema.FromKernel, Set: events})
		}
	}
	return f
}

var mptcpEvents = values("mptcp_event_type",
	val(0, "MPTCP_EVENT_UNSPEC"), val(1, "MPTCP_EVENT_CREATED"), val(2, "MPTCP_EVENT_ESTABLISHED"),
	val(3, "MPTCP_EVENT_CLOSED"), val(6, "MPTCP_EVENT_ANNOUNCED"), val(7, "MPTCP_EVENT_REMOVED"),
	val(10, "MPTCP_EVENT_SUB_ESTABLISHED"), val(11, "MPTCP_EVENT_SUB_CLOSED"),
	val(13, "MPTCP_EVENT_SUB_PRIORITY"), val(15, "MPTCP_EVENT_LISTENER_CREATED"),
	val(16, "MPTCP_EVENT_LISTENER_CLOSED"),
)

// mptcp_nl_fill_addr, mptcp_pm_address_nl_policy
func mptcpAttrs() *schema.Set {
	addr := set("MPTCP_PM_ADDR_ATTR",
		unspec("MPTCP_PM_ADDR_ATTR_UNSPEC"),
		attr(1, "MPTCP_PM_ADDR_ATTR_FAMILY", named(u16, addressFamily)),
		attr(2, "MPTCP_PM_ADDR_ATTR_ID", u8),
		attr(3, "MPTCP_PM_ADDR_ATTR_ADDR4", ip),
		attr(4, "MPTCP_PM_ADDR_ATTR_ADDR6", ip),
		attr(5, "MPTCP_PM_ADDR_ATTR_PORT", u16),
		attr(6, "MPTCP_PM_ADDR_ATTR_FLAGS", named(u32, mptcpAddrFlags)),
		attr(7, "MPTCP_PM_ADDR_ATTR_IF_IDX", ifindexS),
	)
	return set("MPTCP_PM_ATTR",
		unspec("MPTCP_PM_ATTR_UNSPEC"),
		attr(1, "MPTCP_PM_ATTR_ADDR", nest(addr)), // also MPTCP_PM_ENDPOINT_ADDR
		attr(2, "MPTCP_PM_ATTR_RCV_ADD_ADDRS", u32),
		attr(3, "MPTCP_PM_ATTR_SUBFLOWS", u32),
		attr(4, "MPTCP_PM_ATTR_TOKEN", secret(hex32, schema.Token)),
		attr(5, "MPTCP_PM_ATTR_LOC_ID", u8),
		attr(6, "MPTCP_PM_ATTR_ADDR_REMOTE", nest(addr)),
	)
}

var (
	mptcpAddrFlags = bits("MPTCP_PM_ADDR_FLAG",
		"MPTCP_PM_ADDR_FLAG_SIGNAL", "MPTCP_PM_ADDR_FLAG_SUBFLOW", "MPTCP_PM_ADDR_FLAG_BACKUP",
		"MPTCP_PM_ADDR_FLAG_FULLMESH", "MPTCP_PM_ADDR_FLAG_IMPLICIT", "MPTCP_PM_ADDR_FLAG_LAMINAR",
	)
	mptcpEventFlags = bits("MPTCP_PM_EV_FLAG", "MPTCP_PM_EV_FLAG_DENY_JOIN_ID0", "MPTCP_PM_EV_FLAG_SERVER_SIDE")
	mptcpReset      = enum("MPTCP_RST", 0,
		"MPTCP_RST_EUNSPEC", "MPTCP_RST_EMPTCP", "MPTCP_RST_ERESOURCE", "MPTCP_RST_EPROHIBIT",
		"MPTCP_RST_EWQ2BIG", "MPTCP_RST_EBADPERF", "MPTCP_RST_EMIDDLEBOX",
	)
)

// mptcp_event_put_token_and_ssk, mptcp_event_sub_closed
func mptcpEventAttrs() *schema.Set {
	return set("MPTCP_ATTR",
		unspec("MPTCP_ATTR_UNSPEC"),
		attr(1, "MPTCP_ATTR_TOKEN", secret(hex32, schema.Token)),
		attr(2, "MPTCP_ATTR_FAMILY", named(u16, addressFamily)),
		attr(3, "MPTCP_ATTR_LOC_ID", u8),
		attr(4, "MPTCP_ATTR_REM_ID", u8),
		attr(5, "MPTCP_ATTR_SADDR4", ip),
		attr(6, "MPTCP_ATTR_SADDR6", ip),
		attr(7, "MPTCP_ATTR_DADDR4", ip),
		attr(8, "MPTCP_ATTR_DADDR6", ip),
		attr(9, "MPTCP_ATTR_SPORT", be16),
		attr(10, "MPTCP_ATTR_DPORT", be16),
		attr(11, "MPTCP_ATTR_BACKUP", u8),
		attr(12, "MPTCP_ATTR_ERROR", hinted(u8, schema.Errno)),
		attr(13, "MPTCP_ATTR_FLAGS", named(u16, mptcpEventFlags)),
		attr(14, "MPTCP_ATTR_TIMEOUT", u32), // never sent
		attr(15, "MPTCP_ATTR_IF_IDX", ifindexS),
		attr(16, "MPTCP_ATTR_RESET_REASON", named(u32, mptcpReset)),
		attr(17, "MPTCP_ATTR_RESET_FLAGS", u32), // 1: transient
		attr(18, "MPTCP_ATTR_SERVER_SIDE", u8),
	)
}
