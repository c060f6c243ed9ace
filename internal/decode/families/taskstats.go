// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// taskstats is the accounts of processes, and of cgroups (linux/taskstats.h,
// linux/cgroupstats.h, kernel/taskstats.c).
func taskstats() *schema.Family {
	request, reply := taskstatsRequest(), taskstatsReply()
	return &schema.Family{
		Name:     "TASKSTATS",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: []schema.Message{
			{ID: 0, Name: "TASKSTATS_CMD_UNSPEC", Set: request},
			{ID: 1, Name: "TASKSTATS_CMD_GET", Set: request},
			{ID: 2, Name: "TASKSTATS_CMD_NEW", Set: reply},
			{ID: 3, Name: "CGROUPSTATS_CMD_UNSPEC", Set: request},
			{ID: 4, Name: "CGROUPSTATS_CMD_GET", Set: set("CGROUPSTATS_CMD_ATTR",
				unspec("CGROUPSTATS_CMD_ATTR_UNSPEC"),
				attr(1, "CGROUPSTATS_CMD_ATTR_FD", fd))},
			{ID: 5, Name: "CGROUPSTATS_CMD_NEW", Set: set("CGROUPSTATS_TYPE",
				unspec("CGROUPSTATS_TYPE_UNSPEC"),
				attr(1, "CGROUPSTATS_TYPE_CGROUP_STATS", structOf(record("cgroupstats", fields(u64,
					"nr_sleeping", "nr_running", "nr_stopped", "nr_uninterruptible", "nr_io_wait")...))))},
		},
		Lead: []string{
			"TASKSTATS_CMD_ATTR_PID", "TASKSTATS_CMD_ATTR_TGID", "TASKSTATS_CMD_ATTR_REGISTER_CPUMASK",
			"TASKSTATS_TYPE_PID", "TASKSTATS_TYPE_TGID", "ac_comm", "ac_etime", "ac_utime", "ac_stime", "ac_exitcode",
			"CGROUPSTATS_CMD_ATTR_FD", "nr_running", "nr_sleeping",
			">*",
		},
	}
}

func taskstatsRequest() *schema.Set {
	return set("TASKSTATS_CMD_ATTR",
		unspec("TASKSTATS_CMD_ATTR_UNSPEC"),
		attr(1, "TASKSTATS_CMD_ATTR_PID", pid),
		attr(2, "TASKSTATS_CMD_ATTR_TGID", pid),
		attr(3, "TASKSTATS_CMD_ATTR_REGISTER_CPUMASK", str),
		attr(4, "TASKSTATS_CMD_ATTR_DEREGISTER_CPUMASK", str),
	)
}

func taskstatsReply() *schema.Set {
	s := set("TASKSTATS_TYPE")
	s.Attrs = []schema.Attr{
		unspec("TASKSTATS_TYPE_UNSPEC"),
		attr(1, "TASKSTATS_TYPE_PID", pid),
		attr(2, "TASKSTATS_TYPE_TGID", pid),
		attr(3, "TASKSTATS_TYPE_STATS", structOf(taskstatsStruct())),
		attr(4, "TASKSTATS_TYPE_AGGR_PID", nest(s)),
		attr(5, "TASKSTATS_TYPE_AGGR_TGID", nest(s)),
		attr(6, "TASKSTATS_TYPE_NULL", padAt),
	}
	return s
}

// taskstatsStruct is struct taskstats of version 16. A version adds to the
// end; the oldest that may come is 8 (Linux 2.6.33).
func taskstatsStruct() *schema.StructType {
	nanos := hinted(u64, schema.Nanos)
	micros64 := hinted(u64, schema.Micros)
	f := []schema.Field{
		field("version", u16), padding("pad", 2),
		field("ac_exitcode", hex32),
		field("ac_flag", named(u8, taskstatsFlags)),
		field("ac_nice", schema.Type{Kind: schema.S8}), padding("pad2", 6),
	}
	delays := func(names ...string) {
		for _, n := range names {
			f = append(f, field(n+"_count", u64), field(n+"_delay_total", nanos))
		}
	}
	delays("cpu", "blkio", "swapin")
	f = append(f, fields(nanos, "cpu_run_real_total", "cpu_run_virtual_total")...)
	f = append(f,
		field("ac_comm", sized(str, 32)),
		field("ac_sched", named(u8, taskstatsSched)), padding("ac_pad", 3), padding("pad3", 4),
		field("ac_uid", u32), field("ac_gid", u32), field("ac_pid", pid), field("ac_ppid", pid),
		field("ac_btime", u32), padding("pad4", 4), // since 1970
		field("ac_etime", micros64), field("ac_utime", micros64), field("ac_stime", micros64),
	)
	// coremem and virtmem are MB × µs, hiwater_* KB.
	f = append(f, fields(u64, "ac_minflt", "ac_majflt", "coremem", "virtmem", "hiwater_rss", "hiwater_vm")...)
	f = append(f, fields(bytes64, "read_char", "write_char")...)
	f = append(f, fields(u64, "read_syscalls", "write_syscalls")...)
	f = append(f, fields(bytes64, "read_bytes", "write_bytes", "cancelled_write_bytes")...)
	f = append(f, fields(u64, "nvcsw", "nivcsw")...)
	f = append(f, fields(micros64, "ac_utimescaled", "ac_stimescaled")...)
	f = append(f, field("cpu_scaled_run_real_total", nanos))
	delays("freepages", "thrashing")
	f = append(f, field("ac_btime64", hinted(u64, schema.Seconds))) // since 1970
	delays("compact")
	f = append(f,
		field("ac_tgid", pid), padding("pad5", 4),
		field("ac_tgetime", micros64), field("ac_exe_dev", hex64), field("ac_exe_inode", u64),
	)
	delays("wpcopy", "irq")
	for _, n := range []string{"cpu", "blkio", "swapin", "freepages", "thrashing", "compact", "wpcopy", "irq"} {
		f = append(f, field(n+"_delay_max", nanos), field(n+"_delay_min", nanos))
	}
	return atLeast(328, record("taskstats", f...))
}

var (
	taskstatsFlags = bits("ac_flag", "AFORK", "ASU", "ACOMPAT", "ACORE", "AXSIG", "AGROUP") // linux/acct.h
	taskstatsSched = values("SCHED", val(0, "SCHED_NORMAL"), val(1, "SCHED_FIFO"), val(2, "SCHED_RR"),
		val(3, "SCHED_BATCH"), val(5, "SCHED_IDLE"), val(6, "SCHED_DEADLINE"), val(7, "SCHED_EXT"))
)
