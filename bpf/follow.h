/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * Filter.Children: a process that a wanted one forks is wanted from its first
 * instruction on, and no longer once the kernel has forgotten it. Loaded only
 * when asked for. These are BTF raw tracepoints: no trampoline, no kprobe.
 */
#ifndef NL_FOLLOW_H
#define NL_FOLLOW_H

#include "filter.h"

/* TP_PROTO(struct task_struct *parent, struct task_struct *child), where
 * parent is the task that forks, also with CLONE_PARENT. */
SEC("tp_btf/sched_process_fork")
int follow_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	__u32 from = BPF_CORE_READ(parent, tgid);
	__u32 to = BPF_CORE_READ(child, tgid);
	__u8 one = 1;

	if (from != to && bpf_map_lookup_elem(&filter_pids, &from))
		bpf_map_update_elem(&filter_pids, &to, &one, BPF_ANY);
	return 0;
}

/* TP_PROTO(struct task_struct *p), from delayed_put_task_struct(): later than
 * the exit, because closing its sockets is still this process's doing. */
SEC("tp_btf/sched_process_free")
int follow_free(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if ((__u32)BPF_CORE_READ(task, pid) == tgid)
		bpf_map_delete_elem(&filter_pids, &tgid);
	return 0;
}

#endif
