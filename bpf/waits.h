/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What a send waits for inside the kernel: a module that modprobe loads, and with
 * nl_cfg.times grace periods of RCU and contended locks. What is left of the time for
 * which it was off the processor nobody explains, and is told as such.
 */
#ifndef NL_WAITS_H
#define NL_WAITS_H

#include "flow.h"
#include "full.h"
#include "plane.h"

struct wait_state {
	struct nl_waits sum;
	__u64 module_since; /* 0: not in it */
	__u64 rcu_since;
	__u64 lock_since;
	__u64 lock;
	__u32 rcu_depth; /* one way to wait calls another */
	__u32 named;     /* the task has asked for a module */
	__u8 name[NL_MODULE_LEN];
};

/* By flow_key(), of the tasks that wait: flow.waits says whether there is an entry. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct wait_state);
} wait_states SEC(".maps");

/* What is known of the send that the current task is in; NULL: nothing. */
static __always_inline struct wait_state *wait_known(struct flow *f)
{
	__u32 key = flow_key();

	if (!f || !f->start || !f->waits)
		return 0;
	return bpf_map_lookup_elem(&wait_states, &key);
}

/* The same, made anew in a send of which nothing is known; NULL: it is in none. */
static __noinline struct wait_state *wait_of(struct flow *f)
{
	struct wait_state none = {};
	__u32 key = flow_key();

	if (!f || !f->start)
		return 0;
	if (!f->waits) {
		bpf_map_update_elem(&wait_states, &key, &none, BPF_ANY);
		f->waits = 1;
	}
	return bpf_map_lookup_elem(&wait_states, &key);
}

/* How long the current task has run, in ns; up to a tick may be missing. */
static __always_inline __u64 wait_ran(struct task_struct *task)
{
	return BPF_CORE_READ(task, se.sum_exec_runtime);
}

/* netlink_sendmsg() begins. */
static __always_inline void wait_begin(struct flow *f)
{
	struct task_struct *task;

	f->waits = 0;
	if (!nl_cfg.times)
		return;
	task = (void *)bpf_get_current_task();
	f->ran = wait_ran(task);
	f->clock = BPF_CORE_READ(task, se.exec_start);
	f->migrations = BPF_CORE_READ(task, se.nr_migrations);
}

/* It returns after so many ns; f->start still stands. While a task runs, both of its
 * clocks are moved on by the same amount (update_curr() in kernel/sched/fair.c); what
 * exec_start has moved more, the task was off the processor. Each processor has a clock
 * of its own: of a task that changed it, what sum_exec_runtime lacks is the answer, to
 * within a tick. */
static __noinline int wait_end(struct flow *f, __u64 elapsed)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct wait_state *w;
	__u64 off, ran;

	ran = wait_ran(task) - f->ran;
	off = BPF_CORE_READ(task, se.exec_start) - f->clock - ran;
	if (BPF_CORE_READ(task, se.nr_migrations) != f->migrations)
		off = elapsed > ran ? elapsed - ran : 0;
	if (!off || off >> 63)
		return 0;
	w = wait_of(f);
	if (w)
		w->sum.off_cpu = off < elapsed ? off : elapsed;
	return 0;
}

/* What the current task's send has waited for; NULL: it is not known any more. */
static __noinline struct nl_waits *wait_sum(void)
{
	__u32 key = flow_key();
	struct wait_state *w = bpf_map_lookup_elem(&wait_states, &key);

	return w ? &w->sum : 0;
}

/* __request_module() is about to have modprobe run. */
static __always_inline int on_module_request(__u64 name)
{
	struct wait_state *w = wait_of(flow_current());

	if (!w)
		return 0;
	w->named = 1;
	bpf_probe_read_kernel_str(w->name, sizeof(w->name), (void *)name);
	return 0;
}

/* call_usermodehelper_exec() begins. */
static __always_inline int on_helper(void)
{
	struct wait_state *w = wait_known(flow_current());

	if (w && w->named)
		w->module_since = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int on_helper_exit(void)
{
	struct wait_state *w = wait_known(flow_current());
	__u64 took;

	if (!w || !w->module_since)
		return 0;
	took = bpf_ktime_get_ns() - w->module_since;
	w->module_since = 0;
	w->named = 0;
	w->sum.module_ns += took;
	w->sum.modules++;
	if (took >= w->sum.module_most) {
		w->sum.module_most = took;
		__builtin_memcpy(w->sum.module, w->name, sizeof(w->name));
	}
	return 0;
}

/* One of the functions that wait for a grace period begins. */
static __always_inline int on_rcu(void)
{
	struct wait_state *w = wait_of(flow_current());

	if (w && !w->rcu_depth++)
		w->rcu_since = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int on_rcu_exit(void)
{
	struct wait_state *w = wait_known(flow_current());

	if (w && w->rcu_depth && !--w->rcu_depth)
		w->sum.rcu_ns += bpf_ktime_get_ns() - w->rcu_since;
	return 0;
}

/* include/trace/events/lock.h */
#define WAIT_LCB_F_SPIN 1
#define WAIT_LCB_F_MUTEX 32

/* Somebody has to wait for a lock. A mutex is reported twice, while its owner runs and
 * the waiter spins, and before it sleeps. rtnl.h has rtnl_mutex. */
static __always_inline int on_contention(__u64 lock, __u32 flags)
{
	struct wait_state *w;

	if ((flags & WAIT_LCB_F_SPIN && !(flags & WAIT_LCB_F_MUTEX)) || lock == nl_cfg.rtnl_mutex)
		return 0;
	w = wait_of(flow_current());
	/* Inside of a wait for RCU it is part of that. */
	if (!w || w->lock || w->rcu_depth || w->module_since)
		return 0;
	w->lock = lock;
	w->lock_since = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int on_contention_end(__u64 lock)
{
	struct wait_state *w = wait_known(flow_current());

	if (!w || w->lock != lock || !lock)
		return 0;
	w->lock = 0;
	w->sum.locks_ns += bpf_ktime_get_ns() - w->lock_since;
	return 0;
}

/* skb_free_datagram(): a reader is done with a datagram. It took it out of the queue if
 * nobody else holds it: who peeks leaves it there. Answers of the kernel alone are told. */
static __always_inline int on_taken(struct sock *sk, struct sk_buff *skb)
{
	struct nl_full rec = {};
	__u32 port, group;
	__u64 account;

	if (MEM_GET(true, sk, __sk_common.skc_family) != AF_NETLINK ||
	    MEM_GET(true, skb, users.refs.counter) != 1 || !plane_on(NL_PLANE_MESSAGES))
		return 0;
	skb_ports(&port, &group, true, skb);
	if (port || group || !full_begin(&rec, true, sk))
		return 0;
	full_queue(&rec, true, sk);
	if (!full_receiver(&rec, &account))
		return 0;
	full_own_port(&rec, sk);
	task_current(&rec.task);
	rec.id = emit_id(NL_PROG_RECV);
	rec.kind = NL_KIND_READ;
	rec.idle = 0;
	rec.orig_len = MEM_GET(true, skb, len);
	if (rec.orig_len > NL_HEAD_LEN)
		rec.orig_len = NL_HEAD_LEN;
	if (emit_small(&rec, (__u64)BPF_CORE_READ(skb, data), rec.orig_len, 0))
		emit_lost(NL_LOST_REPORT);
	return 0;
}

#endif
