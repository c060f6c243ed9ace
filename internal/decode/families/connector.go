// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_CONNECTOR: linux/connector.h. Every message has the type NLMSG_DONE
// (cn_netlink_send_mult) and is none: it bears the name of its struct here,
// which says by cb_id whose it is.
func connector() *schema.Family {
	return &schema.Family{
		Name: "connector", Protocol: unix.NETLINK_CONNECTOR,
		Messages: []schema.Message{
			{ID: 3, Name: "cn_msg", Dirs: schema.ToKernel, Header: connectorMsg(connectorProcInput())},
			{ID: 3, Name: "cn_msg", Dirs: schema.FromKernel, Header: connectorMsg(structOf(connectorProcEvent()))},
		},
		// A group has the number of the index that speaks in it.
		Groups: []schema.Group{
			{ID: 1, Name: "CN_IDX_PROC"}, {ID: 2, Name: "CN_IDX_CIFS"}, {ID: 3, Name: "CN_W1_IDX"}, {ID: 4, Name: "CN_IDX_V86D"},
			{ID: 5, Name: "CN_IDX_BB"}, {ID: 6, Name: "CN_DST_IDX"}, {ID: 7, Name: "CN_IDX_DM"}, {ID: 8, Name: "CN_IDX_DRBD"},
			{ID: 9, Name: "CN_KVP_IDX"}, {ID: 10, Name: "CN_VSS_IDX"},
		},
		Lead: []string{"what", "mcast_op", "process_pid", "child_pid", "comm", "exit_code", "idx"},
	}
}

// struct cn_msg { struct cb_id { __u32 idx, val; } id; __u32 seq, ack; __u16
// len, flags; __u8 data[]; };
func connectorMsg(proc schema.Type) *schema.StructType {
	idx := enum("cb_id.idx", 1, "CN_IDX_PROC", "CN_IDX_CIFS", "CN_W1_IDX", "CN_IDX_V86D", "CN_IDX_BB", "CN_DST_IDX", "CN_IDX_DM",
		"CN_IDX_DRBD", "CN_KVP_IDX", "CN_VSS_IDX")
	return diagRec("cn_msg",
		field("idx", named(u32, idx)), field("val", u32), field("seq", u32), field("ack", u32), field("len", u16), field("flags", hex16),
		field("data", by("idx", opaque, map[string]schema.Type{
			"CN_IDX_PROC": proc,
			"CN_W1_IDX":   structOf(connectorW1()),
			"CN_IDX_V86D": structOf(connectorV86d()),
			"CN_IDX_DM":   structOf(connectorDM()),
			"CN_KVP_IDX": structOf(diagRec("hv_kvp_hdr", field("operation", named(u8, enum("hv_kvp_exchg_op", 0, "KVP_OP_GET", "KVP_OP_SET",
				"KVP_OP_DELETE", "KVP_OP_ENUMERATE", "KVP_OP_GET_IP_INFO", "KVP_OP_SET_IP_INFO"))),
				field("pool", named(u8, enum("hv_kvp_exchg_pool", 0, "KVP_POOL_EXTERNAL", "KVP_POOL_GUEST", "KVP_POOL_AUTO", "KVP_POOL_AUTO_EXTERNAL",
					"KVP_POOL_AUTO_INTERNAL"))), padding("pad", 2), field("body", secret(opaque, schema.Memory)))),
			"CN_VSS_IDX": structOf(diagRec("hv_vss_hdr", field("operation", named(u8, enum("hv_vss_op", 0, "VSS_OP_CREATE", "VSS_OP_DELETE",
				"VSS_OP_HOT_BACKUP", "VSS_OP_GET_DM_INFO", "VSS_OP_BU_COMPLETE", "VSS_OP_FREEZE", "VSS_OP_THAW", "VSS_OP_AUTO_RECOVER"))),
				padding("reserved", 7), field("body", secret(opaque, schema.Memory)))),
		})))
}

// connectorProcWhat is proc_cn_event: a number in events, bits in a listener's
// choice.
func connectorProcWhat(flags bool) *schema.Enum {
	v := []schema.Value{val(1, "PROC_EVENT_FORK"), val(2, "PROC_EVENT_EXEC"), val(4, "PROC_EVENT_UID"), val(0x40, "PROC_EVENT_GID"),
		val(0x80, "PROC_EVENT_SID"), val(0x100, "PROC_EVENT_PTRACE"), val(0x200, "PROC_EVENT_COMM"), val(0x20000000, "PROC_EVENT_NONZERO_EXIT"),
		val(0x40000000, "PROC_EVENT_COREDUMP"), val(0x80000000, "PROC_EVENT_EXIT")}
	if flags {
		return masks("proc_cn_event", v...)
	}
	return values("proc_cn_event", append(v, val(0, "PROC_EVENT_NONE"))...)
}

// struct proc_input; before 6.6 the operation alone.
func connectorProcInput() schema.Type {
	return structOf(atLeast(4, diagRec("proc_input",
		field("mcast_op", named(u32, enum("proc_cn_mcast_op", 1, "PROC_CN_MCAST_LISTEN", "PROC_CN_MCAST_IGNORE"))),
		field("event_type", named(u32, connectorProcWhat(true))))))
}

// struct proc_event of linux/cn_proc.h. The union at its end has 24 bytes.
func connectorProcEvent() *schema.StructType {
	proc := hinted(s32, schema.PID)
	process, parent := fields(proc, "process_pid", "process_tgid"), fields(proc, "parent_pid", "parent_tgid")
	sub := func(name string, unused int, parts ...any) schema.Type {
		if unused > 0 {
			parts = append(parts, padding("unused", unused))
		}
		return structOf(diagRec(name, parts...))
	}
	ack := sub("ack", 20, field("err", hinted(u32, schema.Errno)))
	return diagRec("proc_event",
		field("what", named(u32, connectorProcWhat(false))),
		field("cpu", named(u32, values("cpu", val(0xffffffff, "none")))),
		field("timestamp_ns", hinted(u64, schema.Nanos)),
		field("event_data", by("what", opaque, map[string]schema.Type{
			"PROC_EVENT_NONE":     ack,
			"PROC_EVENT_FORK":     sub("fork_proc_event", 8, parent, fields(proc, "child_pid", "child_tgid")),
			"PROC_EVENT_EXEC":     sub("exec_proc_event", 16, process),
			"PROC_EVENT_UID":      sub("id_proc_event", 8, process, fields(u32, "ruid", "euid")),
			"PROC_EVENT_GID":      sub("id_proc_event", 8, process, fields(u32, "rgid", "egid")),
			"PROC_EVENT_SID":      sub("sid_proc_event", 16, process),
			"PROC_EVENT_PTRACE":   sub("ptrace_proc_event", 8, process, fields(proc, "tracer_pid", "tracer_tgid")),
			"PROC_EVENT_COMM":     sub("comm_proc_event", 0, process, field("comm", sized(str, 16))),
			"PROC_EVENT_COREDUMP": sub("coredump_proc_event", 8, process, parent),
			// exit_code is what wait(2) gives: the status times 256, or a signal.
			"PROC_EVENT_EXIT": sub("exit_proc_event", 0, process, field("exit_code", hex32), field("exit_signal", named(u32, auditSignal)), parent),
		})))
}

// struct w1_netlink_msg of include/linux/w1-netlink: a bus of sensors.
func connectorW1() *schema.StructType {
	return diagRec("w1_netlink_msg",
		field("type", named(u8, enum("w1_netlink_message_types", 0, "W1_SLAVE_ADD", "W1_SLAVE_REMOVE", "W1_MASTER_ADD", "W1_MASTER_REMOVE",
			"W1_MASTER_CMD", "W1_SLAVE_CMD", "W1_LIST_MASTERS"))),
		field("status", u8), field("len", u16), field("id", sized(opaque, 8)), field("data", secret(opaque, schema.Memory)))
}

// struct uvesafb_task of video/uvesafb.h: a call of the video BIOS.
func connectorV86d() *schema.StructType {
	return diagRec("uvesafb_task", field("flags", hex8), padding("pad", 3), field("buf_len", s32),
		fields(hex32, "ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "eip", "eflags", "esp"),
		fields(hex16, "cs", "ss", "es", "ds", "fs", "gs"), field("buf", secret(opaque, schema.Memory)))
}

// struct dm_ulog_request of linux/dm-log-userspace.h.
func connectorDM() *schema.StructType {
	return diagRec("dm_ulog_request",
		field("luid", hex64), field("uuid", sized(str, 129)), padding("padding", 3), field("version", u32), field("error", hinted(s32, schema.Errno)),
		field("seq", u32), field("request_type", named(u32, enum("DM_ULOG", 1, "DM_ULOG_CTR", "DM_ULOG_DTR", "DM_ULOG_PRESUSPEND",
			"DM_ULOG_POSTSUSPEND", "DM_ULOG_RESUME", "DM_ULOG_GET_REGION_SIZE", "DM_ULOG_IS_CLEAN", "DM_ULOG_IN_SYNC", "DM_ULOG_FLUSH",
			"DM_ULOG_MARK_REGION", "DM_ULOG_CLEAR_REGION", "DM_ULOG_GET_RESYNC_WORK", "DM_ULOG_SET_REGION_SYNC", "DM_ULOG_GET_SYNC_COUNT",
			"DM_ULOG_STATUS_INFO", "DM_ULOG_STATUS_TABLE", "DM_ULOG_IS_REMOTE_RECOVERING"))),
		field("data_size", bytes32), field("data", secret(opaque, schema.Memory)))
}
