/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What daemon() does: a process makes a socket, forks, and ends; the child goes on
 * with the socket. It is the owner then, also before it has used it, and where no
 * read is seen. So it is noted whom a process has forked last, and that it has ended.
 */
#ifndef NL_HEIRS_H
#define NL_HEIRS_H

#include "process.h"

struct heir {
	__u64 life; /* whose heir it is */
	__u32 tgid; /* likewise */
	__u32 gone; /* that one has ended */
	struct nl_task task;
};

/* By the last bits of the tgid: an array is looked into without a call. One that
 * another has overwritten leaves the socket to whoever had it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NL_HEIRS);
	__type(key, __u32);
	__type(value, struct heir);
} heir_by_tgid SEC(".maps");

static __always_inline struct heir *heir_of(__u32 tgid)
{
	__u32 at = tgid & (NL_HEIRS - 1);

	return bpf_map_lookup_elem(&heir_by_tgid, &at);
}

/* Whether somebody has come into what a task had. */
static __always_inline bool heir_is(const struct heir *h, const struct nl_task *t)
{
	return h && h->gone && h->tgid == t->tgid && h->life == t->life && h->task.tgid;
}

/* Who has come into what a task had: its heir, or the heir's if that one has ended as
 * well, since daemons fork twice. NULL: nobody. The owner of a socket is noted as it
 * was: its entry may be another socket's by the time it is written to. */
static __noinline struct heir *heir_last(const struct nl_task *t)
{
	struct heir *h = heir_of(t->tgid), *next;

	if (!heir_is(h, t))
		return 0;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		next = heir_of(h->task.tgid);
		if (!heir_is(next, &h->task))
			break;
		h = next;
	}
	return h;
}

/* What its account of a socket is, until it has one of its own (owner_use()). */
static __always_inline __u64 heir_account(const struct heir *h, __u64 inode)
{
	return NL_INHERITED | (inode ^ h->task.life * 0x9e3779b97f4a7c15) >> 3;
}

/* TP_PROTO(struct task_struct *parent, struct task_struct *child) */
SEC("tp_btf/sched_process_fork")
int heir_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	struct heir *h;
	__u32 tgid;

	if (child->pid != child->tgid)
		return 0; /* a thread */
	tgid = task_number(BPF_CORE_READ(parent, group_leader), parent->tgid);
	h = heir_of(tgid);
	if (!h)
		return 0;
	h->gone = 0;
	h->tgid = tgid;
	h->life = mem_cast(parent)->group_leader->start_boottime + parent->self_exec_id;
	tgid = task_number(child, child->tgid);
	h->task.tgid = tgid;
	h->task.tid = tgid;
	h->task.life = child->start_boottime + child->self_exec_id;
	h->task.cgroup = bpf_core_field_exists(child->cgroups) ? mem_cast(child)->cgroups->dfl_cgrp->kn->id : 0;
	bpf_probe_read_kernel_str(h->task.comm, sizeof(h->task.comm), __builtin_preserve_access_index(&child->comm));
	return 0;
}

/* TP_PROTO(struct task_struct *p), from do_exit(): before the sockets are closed, so
 * that whoever owns one of them afterwards has inherited it. */
SEC("tp_btf/sched_process_exit")
int heir_exit(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	__u32 tgid = task_number(BPF_CORE_READ(task, group_leader), task->tgid);
	struct heir *h = heir_of(tgid);

	if (!h || h->tgid != tgid || mem_cast(task)->signal->live.counter > 0)
		return 0; /* other threads go on */
	if (h->life == mem_cast(task)->group_leader->start_boottime + task->self_exec_id)
		h->gone = 1;
	return 0;
}

#endif
