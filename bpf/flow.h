/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What the hooks know between them: what a task is in the middle of, whose a
 * socket is and how it is read; and how they read the kernel's structures.
 */
#ifndef NL_FLOW_H
#define NL_FLOW_H

#include "counters.h"

/* Read a field. In fentry programs the arguments of the traced function, and
 * what they point to, are pointers that the verifier knows: a read is one
 * instruction and not a call of bpf_probe_read_kernel(), which is a hundred.
 * direct is a constant: whether p is such a pointer. */
#ifndef NL_DIRECT
#error "define NL_DIRECT before including this file"
#endif
#define NL_GET(direct, p, field)                                               \
	((direct) && NL_DIRECT ? (p)->field : BPF_CORE_READ(p, field))

#include "skb.h"

/* net/netlink/af_netlink.h: NETLINK_F_KERNEL_SOCKET is bit 0, as a mask until
 * 6.4 and as a bit number since; NETLINK_S_CONGESTED is bit 0 of state. */
#define NL_KERNEL_SOCKET 1
#define NL_CONGESTED 1

#define MSG_PEEK 2

#define NL_DEPTH 4 /* broadcasts that nest: task, softirq, hardirq, one spare */

struct nl_bcast {
	__u64 skb;
	__u64 cast;
	__u32 group;
	__u32 protocol;
};

/* What a task is in the middle of. */
struct nl_flow {
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
	/* what the request is, and when it was handed over and answered last */
	struct nl_asked asked;
	__u64 asked_at; /* 0: not at all */
	__u64 replied_at;
	/* what it did to rtnl_mutex; see rtnl.h */
	__u64 lock_wait;
	__u64 lock_hold;
	__u64 lock_worst;
	struct nl_who blocker;
	/* netlink_attachskb() into a socket that may be full */
	__u64 attach_sk;
	__u64 attach_skb;
	/* netlink_dump() */
	__u64 dump_sk;
	__u64 dump_start;
	struct nl_asked dump_asked; /* what it is a dump of */
	/* netlink_recvmsg(), kprobe only */
	__u64 recv_sk;
	__u32 recv_reported;
	/* netlink_broadcast_filtered() */
	__u32 depth;
	struct nl_bcast bcast[NL_DEPTH];
};

/* Entries are reused in place by their task and age out after it: a return
 * probe that misses a return cannot fill this map up. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct nl_flow);
} nl_flows SEC(".maps");

/* The idle tasks share the ID 0. */
static __always_inline __u32 nl_flow_key(void)
{
	__u32 tid = bpf_get_current_pid_tgid();

	return tid ? tid : 1U << 31 | bpf_get_smp_processor_id();
}

/* Stays empty: what a new entry is copied from. The stack has no room for it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nl_flow);
} nl_no_flow SEC(".maps");

static __always_inline struct nl_flow *nl_flow(void)
{
	__u32 key = nl_flow_key();

	return bpf_map_lookup_elem(&nl_flows, &key);
}

static __noinline struct nl_flow *nl_flow_new(void)
{
	__u32 key = nl_flow_key(), none = 0;
	struct nl_flow *f = bpf_map_lookup_elem(&nl_flows, &key), *zero;

	if (f)
		return f;
	zero = bpf_map_lookup_elem(&nl_no_flow, &none);
	if (!zero)
		return 0;
	bpf_map_update_elem(&nl_flows, &key, zero, BPF_NOEXIST);
	return bpf_map_lookup_elem(&nl_flows, &key);
}

/* Whether an interrupt is being served. Its task is whoever was running then,
 * and has nothing to do with it. preempt_count of include/linux/preempt.h: bit 8
 * is set while a softirq is served (disabling them counts in steps of two),
 * bits 16 to 23 count hardirqs and NMIs. */
#define NL_IN_INTERRUPT 0x00ff0100

static __always_inline bool nl_in_interrupt(void)
{
	struct task_struct___count *task = (void *)bpf_get_current_task();
	__u32 count = 0;
	__u64 base = 0;

	if (bpf_core_field_exists(task->thread_info.preempt_count)) {
		count = BPF_CORE_READ(task, thread_info.preempt_count);
	} else if (nl_cfg.per_cpu_offset && nl_cfg.preempt_count) {
		bpf_probe_read_kernel(&base, sizeof(base),
				      (void *)nl_cfg.per_cpu_offset + 8 * bpf_get_smp_processor_id());
		bpf_probe_read_kernel(&count, sizeof(count), (void *)base + nl_cfg.preempt_count);
	}
	return count & NL_IN_INTERRUPT;
}

/* The broadcast in progress, if any. */
static __always_inline struct nl_bcast *nl_bcast(struct nl_flow *f)
{
	__u32 top;

	if (!f)
		return 0;
	top = f->depth - 1;
	if (top >= NL_DEPTH)
		return 0;
	return &f->bcast[top];
}

/* SOCK_INODE(), include/net/sock.h. A socket that is just being made has no file
 * yet. */
static __always_inline __u64 nl_inode(bool direct, struct socket *sock)
{
	struct file___inode *file;
	struct socket_alloc *a;
	struct inode *inode;

	if (!sock)
		return 0;
	if (direct && NL_DIRECT) {
		/* Every pointer is checked: 5.10 panics when a program with functions of
		 * its own reads through NULL, instead of reading 0. */
		file = sock->file;
		if (file) {
			inode = file->f_inode;
			if (inode)
				return inode->i_ino;
		}
	}
	a = (void *)sock - bpf_core_field_offset(struct socket_alloc, socket);
	return BPF_CORE_READ(a, vfs_inode.i_ino);
}

static __always_inline __u32 nl_netns_of(bool direct, struct sock *sk)
{
	if (direct && NL_DIRECT)
		return sk->__sk_common.skc_net.net->ns.inum;
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

/* Protocol and namespace, and whether they pass the filter. */
static __always_inline bool nl_begin(struct nl_event *ev, bool direct, struct sock *sk)
{
	ev->record = NL_RECORD_EVENT;
	ev->protocol = NL_GET(direct, sk, sk_protocol);
	ev->netns = nl_netns_of(direct, sk);
	if (!nl_wanted(ev->protocol, ev->netns))
		return false;
	ev->ktime = bpf_ktime_get_ns();
	ev->inode = nl_inode(direct, NL_GET(direct, sk, sk_socket));
	return true;
}

/* What the current task sends, in a send that was seen to begin: it passed the
 * filter, and the task owns the socket. */
static __always_inline void nl_begin_flow(struct nl_event *ev, struct nl_flow *f)
{
	ev->record = NL_RECORD_EVENT;
	ev->protocol = f->protocol;
	ev->netns = f->netns;
	ev->ktime = bpf_ktime_get_ns();
	ev->inode = f->inode;
	nl_current(&ev->task);
	ev->owner = ev->task;
}

static __always_inline void nl_own_port(struct nl_event *ev, struct sock *sk)
{
	ev->own_port = BPF_CORE_READ((struct netlink_sock *)sk, portid);
}

static __always_inline void nl_queue(struct nl_event *ev, bool direct, struct sock *sk)
{
	ev->drops = NL_GET(direct, sk, sk_drops.counter);
	ev->rcvbuf = NL_GET(direct, sk, sk_rcvbuf);
	ev->rmem = NL_GET(direct, sk, sk_backlog.rmem_alloc.counter);
}

/* Note that the current task uses a socket. */
static __noinline struct nl_owner *nl_own(__u64 inode)
{
	struct nl_owner *o = bpf_map_lookup_elem(&nl_owners, &inode), own = {};

	nl_whoami(&own.task);
	if (o && o->task.tgid == own.task.tgid && nl_same_comm(&o->task, &own.task))
		return o;
	if (o)
		own = *o;
	nl_current(&own.task);
	bpf_map_update_elem(&nl_owners, &inode, &own, BPF_ANY);
	return bpf_map_lookup_elem(&nl_owners, &inode);
}

/* Since when something has been waiting for the reader of a socket; 0: it is not
 * known, or nothing is. */
static __always_inline __u64 nl_waiting(const struct nl_owner *o)
{
	return o->read_at > o->waiting_since ? o->read_at : o->waiting_since;
}

/* Note that the owner has taken something out of the queue. */
static __always_inline void nl_read(struct nl_owner *o)
{
	__u64 now = bpf_ktime_get_ns(), since = nl_waiting(o);

	if (since && now - since > o->stall)
		o->stall = now - since;
	o->read_at = now;
	o->reads++;
}

#endif
