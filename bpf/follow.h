/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * Filter.Children: a process that a wanted one forks is wanted from its first
 * instruction on, and no longer once the kernel has forgotten it. Loaded only
 * when asked for. These are BTF raw tracepoints: no trampoline, no kprobe.
 */
#ifndef NL_FOLLOW_H
#define NL_FOLLOW_H

#include "filter.h"

/* Wanted processes that have ended, by their number in the initial PID namespace:
 * once they are reaped, this is the only one that they still have. Used in other
 * namespaces alone. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536); /* set before loading */
	__type(key, __u32);
	__type(value, __u32);
} follow_ended SEC(".maps");

/* TP_PROTO(struct task_struct *parent, struct task_struct *child), where
 * parent is the task that forks, also with CLONE_PARENT. */
SEC("tp_btf/sched_process_fork")
int follow_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	__u32 from = task_number(BPF_CORE_READ(parent, group_leader), BPF_CORE_READ(parent, tgid));
	__u32 to = task_number(BPF_CORE_READ(child, group_leader), BPF_CORE_READ(child, tgid));
	__u8 one = 1;

	if (from != to && bpf_map_lookup_elem(&filter_pids, &from))
		bpf_map_update_elem(&filter_pids, &to, &one, BPF_ANY);
	return 0;
}

/* TP_PROTO(struct task_struct *p), from do_exit(): the process is still in its PID
 * namespace. Loaded where that is not the initial one. */
SEC("tp_btf/sched_process_exit")
int follow_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = BPF_CORE_READ(task, tgid);
	__u32 number = task_number(BPF_CORE_READ(task, group_leader), tgid);

	if (BPF_CORE_READ(task, signal, live.counter) > 0)
		return 0; /* other threads go on */
	if (bpf_map_lookup_elem(&filter_pids, &number))
		bpf_map_update_elem(&follow_ended, &tgid, &number, BPF_ANY);
	return 0;
}

/* TP_PROTO(struct task_struct *p), from delayed_put_task_struct(): later than
 * the exit, because closing its sockets is still this process's doing. */
SEC("tp_btf/sched_process_free")
int follow_free(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = BPF_CORE_READ(task, tgid), number = tgid, *ended;

	if ((__u32)BPF_CORE_READ(task, pid) != tgid)
		return 0;
	if (nl_cfg.pid_ns) {
		ended = bpf_map_lookup_elem(&follow_ended, &tgid);
		if (!ended)
			return 0;
		number = *ended;
		bpf_map_delete_elem(&follow_ended, &tgid);
	}
	bpf_map_delete_elem(&filter_pids, &number);
	return 0;
}

#endif
