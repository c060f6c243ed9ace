/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What the hooks know between them: what a task is in the middle of. */
#ifndef NL_FLOW_H
#define NL_FLOW_H

#include "counters.h"
#include "sock.h"

#define FLOW_DEPTHS 8
#define FLOW_DEPTH 4 /* broadcasts that nest: task, softirq, hardirq, one spare */

struct flow_bcast {
	__u64 skb;
	__u64 cast;
	__u32 group;
	__u32 protocol;
	/* What it made others receive, see counters_cause.h. What a missed return leaves
	 * behind goes with the task's next. */
	__u64 bytes;
	__u32 messages;
	__u32 queued; /* datagrams */
	__u32 lost;
	__u32 netns;
	/* see unheard.h */
	__u64 taken;   /* id of the record that has its payload; 0: none */
	__u8 watched;  /* it is of interest if nobody gets it */
	__u8 heard;    /* somebody got or lost it */
	__u8 pad[6];
};

/* What a task is in the middle of. */
struct flow {
	__u32 tid;   /* whose it is, see flow_key(); 0: nobody's */
	__u32 slot;  /* its index in flow_tasks */
	__u64 seq;   /* of the ids that it makes; goes on with the next task */
	/* netlink_sendmsg() */
	__u64 start; /* 0: not in it, or not of interest */
	__u64 inode; /* of the socket */
	__u32 netns;
	__u32 protocol;
	__u64 id;    /* of the datagram that it delivered last */
	__u64 sk;
	__u64 msg;
	__u64 iov;
	__u64 iov_nr;
	__u64 ubuf;
	__u64 len;
	__u32 err;   /* positive, of a send that has ended */
	__u32 waits; /* it has an entry in wait_states; see waits.h */
	/* of the task's sched_entity at its beginning */
	__u64 clock;
	__u64 ran;
	__u64 migrations;
	/* the task as it was when its socket was last made its own, that socket's
	 * account, and the number under which both were told to user space */
	struct nl_task task;
	__u64 comm[2]; /* as it stands in the kernel, bytes behind the NUL included */
	__u64 cred;    /* address of its user IDs, which are never changed in place */
	__u64 cgroups; /* likewise of the cgroups that it is in */
	__u64 owned_at;
	__u64 account;
	__u64 about; /* 0: not told */
	__u32 port;
	/* what the request is, and when it was handed over and answered last */
	struct count_asked asked;
	__u64 asked_at; /* 0: not at all */
	__u64 replied_at;
	/* what it did to rtnl_mutex; see rtnl.h */
	__u64 lock_wait;
	__u64 lock_hold;
	__u64 lock_worst;
	struct nl_who blocker;
	/* netlink_unicast() to a port that is not the kernel's */
	__u64 unicast_skb;
	__u32 unicast_port;
	/* netlink_dump() */
	__u64 dump_sk;
	__u64 dump_start;
	struct count_asked dump_asked; /* what it is a dump of */
	/* netlink_recvmsg(), kprobe only */
	__u64 recv_sk;
	__u64 recv_msg;
	__u64 recv_len;
	__u32 recv_flags;
	__u32 recv_reported;
	/* netlink_broadcast_filtered() */
	__u32 depth;
	struct flow_bcast bcast[FLOW_DEPTHS]; /* by depth; 0 is none, and so is beyond FLOW_DEPTH */
};

/* By task, in one of FLOW_WAYS slots that its ID gives: an array is looked into
 * without a call, where a hash takes a hundred instructions. A slot is reused
 * once its task is in the middle of nothing, so that one that has ended, and a
 * return that a probe missed, cannot fill it up. */
#define FLOW_WAYS 4
#define FLOW_WAY 1021 /* from one slot to the next */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NL_FLOWS + 1); /* the last is nobody's, and stays empty */
	__type(key, __u32);
	__type(value, struct flow);
} flow_tasks SEC(".maps");

/* The idle tasks share the ID 0. A number of 64 bits, so that nobody cuts it short
 * again and again. */
static __always_inline __u64 flow_key(void)
{
	__u64 tid = task_known ? (__u32)bpf_get_current_task_btf()->pid : (__u32)bpf_get_current_pid_tgid();

	return tid ? tid : 1U << 31 | bpf_get_smp_processor_id();
}

static __always_inline struct flow *flow_at(__u64 key, __u32 way)
{
	__u32 at = (key + way * FLOW_WAY) & (NL_FLOWS - 1);

	return bpf_map_lookup_elem(&flow_tasks, &at);
}

static __always_inline struct flow *flow_of(__u64 key)
{
	struct flow *f;

#pragma unroll
	for (__u32 i = 0; i < FLOW_WAYS; i++) {
		f = flow_at(key, i);
		if (f && f->tid == key)
			return f;
	}
	return 0;
}

static __always_inline struct flow *flow_current(void)
{
	return flow_of(flow_key());
}

/* The same, or an empty one (its tid is 0): for the verifier there is one way through
 * what follows, where NULL would make two. */
static __always_inline struct flow *flow_or_none(void)
{
	struct flow *f = flow_current();
	__u32 at = NL_FLOWS;

	if (f)
		at = f->slot;
	return bpf_map_lookup_elem(&flow_tasks, &at);
}

/* Two tasks that find the same slot free at the same moment: one of them does
 * not find itself there again. */
static __noinline struct flow *flow_take(__u64 key)
{
	__u32 at = key & (NL_FLOWS - 1);
	struct flow *f;
	__u64 seq;

#pragma unroll
	for (__u32 i = 0; i < FLOW_WAYS; i++) {
		f = flow_at(key, i);
		if (f && !(f->tid && (f->start || f->depth || f->dump_sk || f->recv_sk))) {
			at = (key + i * FLOW_WAY) & (NL_FLOWS - 1);
			break;
		}
	}
	f = bpf_map_lookup_elem(&flow_tasks, &at);
	if (!f)
		return 0;
	seq = f->seq;
	__builtin_memset(f, 0, sizeof(*f));
	f->seq = seq;
	f->slot = at;
	f->tid = key;
	return f;
}

static __always_inline struct flow *flow_new(void)
{
	__u64 key = flow_key();
	struct flow *f = flow_of(key);

	return f ? f : flow_take(key);
}

/* An id that no other flow makes, and no call of emit_id(). */
static __always_inline __u64 flow_id(struct flow *f)
{
	return ++f->seq << 20 | (__u64)(f->slot & 0xffff) << 4 | NL_PROG_FLOW;
}

/* The broadcast in progress; its skb is 0 if there is none. */
static __always_inline struct flow_bcast *flow_bcast_of(struct flow *f)
{
	return &f->bcast[f->depth & (FLOW_DEPTHS - 1)];
}

/* Whether f->task still describes the current task: an exec keeps the comm as often
 * as not, and the ID of a thread that has ended comes again. Then life is another. */
static __always_inline bool flow_fits(struct flow *f)
{
	struct task_struct *task = 0, *walk;
	struct nl_task now;
	__u64 *comm;

	if (task_known && bpf_core_field_exists(task->cgroups)) {
		task = bpf_get_current_task_btf();
		walk = mem_cast(task);
		comm = (void *)__builtin_preserve_access_index(&task->comm);
		return comm[0] == f->comm[0] && comm[1] == f->comm[1] &&
		       walk->group_leader->start_boottime + task->self_exec_id == f->task.life &&
		       (__u64)walk->real_cred == f->cred && (__u64)walk->cgroups == f->cgroups;
	}
	task_current(&now);
	task = (void *)bpf_get_current_task();
	return now.tgid == f->task.tgid && now.life == f->task.life && now.cgroup == f->task.cgroup &&
	       task_same_comm(&now, &f->task) && (__u64)BPF_CORE_READ(task, real_cred) == f->cred;
}

/* Make the socket the current task's, and note both. */
static __noinline bool flow_own(struct flow *f, __u64 inode, __u64 now)
{
	struct nl_owner *o = owner_use(inode, NL_PROG_SENDMSG);
	struct task_struct *task = (void *)bpf_get_current_task();

	if (!o)
		return false;
	process_tell(NL_PROG_SENDMSG);
	task_current(&f->task);
	f->cred = (__u64)BPF_CORE_READ(task, real_cred);
	if (bpf_core_field_exists(task->cgroups))
		f->cgroups = (__u64)BPF_CORE_READ(task, cgroups);
	bpf_probe_read_kernel(f->comm, sizeof(f->comm), __builtin_preserve_access_index(&task->comm));
	f->inode = inode;
	f->account = o->account;
	f->owned_at = now;
	f->about = 0;
	return true;
}

/* How long a task is taken for the owner of a socket that it goes on sending on,
 * without looking who else may use it, and its entry is not touched. */
#define FLOW_OWN_NS 1000000000ULL

/* The owner of a socket that the current task reads: that task, which need not be
 * looked at closely if it has just sent on it. */
static __always_inline struct nl_owner *flow_reader(__u64 inode, __u64 now)
{
	struct flow *f = flow_current();

	if (f && f->inode == inode && now - f->owned_at <= FLOW_OWN_NS)
		return bpf_map_lookup_elem(&owner_by_inode, &inode);
	return owner_use(inode, NL_PROG_RECV);
}

#endif
