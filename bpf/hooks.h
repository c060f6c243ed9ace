/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What happens at each hook, however it was reached: fentry.bpf.c and
 * kprobe.bpf.c wrap these functions. See README.md for the table.
 */
#ifndef NL_HOOKS_H
#define NL_HOOKS_H

#include "brief.h"
#include "counters_cause.h"
#include "counters_hooks.h"
#include "full.h"
#include "plane.h"
#include "refused.h"
#include "truncated.h"
#include "unheard.h"

/* Emit a request in a send that was seen to begin. */
static __noinline int hook_request_brief(struct flow *f, struct sock *ssk, struct sk_buff *skb)
{
	struct brief_says says = {.id = f->id, .ktime = f->asked_at, .dir = NL_DIR_REQUEST};

	brief_datagram(&says, f, ssk, skb);
	return 0;
}

static __noinline int hook_request_full(struct flow *f, struct sock *ssk, struct sk_buff *skb)
{
	struct nl_full rec = {};

	full_begin_flow(&rec, f);
	rec.ktime = f->asked_at;
	rec.dir = NL_DIR_REQUEST;
	full_queue(&rec, true, ssk);
	full_own_port(&rec, ssk);
	rec.id = f->id;
	rec.verdict = NL_VERDICT_DELIVERED;
	rec.src_port = rec.own_port;
	skb_emit(&rec, true, skb);
	return 0;
}

/* Emit a request in a send that was not seen to begin; true: it is to be counted. */
static __noinline int hook_request_late(struct sock *ssk, struct sk_buff *skb)
{
	struct nl_full rec = {};
	struct count_walk *w = 0;
	struct nl_owner *o;

	if (BPF_CORE_READ((struct netlink_sock *)ssk, flags) & SOCK_KERNEL || !full_begin(&rec, true, ssk))
		return 0;
	process_tell(NL_PROG_REQUEST);
	task_current(&rec.task);
	o = bpf_map_lookup_elem(&owner_by_inode, &rec.inode);
	if (o)
		rec.owner = o->task;
	if (filter_is_self(&rec.task) || !filter_wants_task(&rec.task))
		return 0;
	rec.dir = NL_DIR_REQUEST;
	if (nl_cfg.counts) {
		w = count_walk_full(&rec, ssk, NL_PROG_REQUEST, o ? o->account : 0);
		if (w)
			count_walk_skb(w, skb);
	}
	if (!plane_on(NL_PLANE_MESSAGES))
		return w != 0;
	full_queue(&rec, true, ssk);
	full_own_port(&rec, ssk);
	rec.id = emit_id(NL_PROG_REQUEST);
	rec.verdict = NL_VERDICT_DELIVERED;
	rec.src_port = rec.own_port;
	skb_emit(&rec, true, skb);
	return w != 0;
}

/* netlink_unicast(): a user's socket sends to the kernel, whose handler runs
 * inside and consumes the skb; or anybody to a port. */
static __always_inline int on_unicast(struct sock *ssk, struct sk_buff *skb, __u32 portid)
{
	struct flow *f;

	if (portid) {
		/* What netlink_overrun() may be about to lose. netlink_trim() may put a
		 * clone in its place, but only while others hold this one. */
		f = flow_new();
		if (f) {
			f->unicast_skb = (__u64)skb;
			f->unicast_port = portid;
		}
		return 0;
	}
	f = flow_current();
	if (!f || !f->start || f->sk != (__u64)ssk) {
		if (hook_request_late(ssk, skb))
			count_datagram(NL_PROG_REQUEST);
		return 0;
	}
	f->asked_at = bpf_ktime_get_ns();
	f->replied_at = 0;
	if (nl_cfg.counts)
		count_request(f, skb);
	else if (nl_cfg.rtnl_mutex)
		count_read_asked(&f->asked, f->protocol, (__u64)BPF_CORE_READ(skb, data));
	if (!plane_on(NL_PLANE_MESSAGES))
		return 0;
	f->id = flow_id(f);
	return brief_fits(skb) ? hook_request_brief(f, ssk, skb) : hook_request_full(f, ssk, skb);
}

/* Note and emit what the kernel answers inside the current task's send, to the
 * socket that it sends on. */
static __noinline int hook_answer(struct flow *f, struct sock *sk, struct sk_buff *skb)
{
	__u32 truesize = MEM_GET(true, skb, truesize), high = 0;
	struct nl_owner *o;
	__u64 since = 0;

	if (nl_cfg.reads) {
		o = bpf_map_lookup_elem(&owner_by_inode, &f->inode);
		if (o) {
			since = owner_queued(o, f->replied_at, MEM_GET(true, sk, sk_backlog.rmem_alloc.counter),
					     truesize);
			high = o->high;
		}
	}
	if (!plane_on(NL_PLANE_MESSAGES))
		return 0;

	struct brief_says says = {
		.id = flow_id(f),
		.of = f->id,
		.ktime = f->replied_at,
		.idle = since ? f->replied_at - since : 0,
		.high = high,
		.truesize = truesize,
		.dir = NL_DIR_REPLY,
	};

	brief_datagram(&says, f, sk, skb);
	return 0;
}

enum hook_what {
	HOOK_WANTED = 1,  /* it is to be emitted */
	HOOK_COUNTED = 2, /* and counted */
};

/* Whose socket a datagram is queued to, and prepare to count it; 0: it is of no
 * interest. A function of its own, since hook_deliver() has no stack to spare. */
static __noinline int hook_receiver(struct nl_full *rec, struct flow *f, struct sock *sk, struct sk_buff *skb)
{
	struct count_walk *w;
	enum full_for whose;
	__u64 account;

	whose = full_receiver(rec, &account);
	if (!nl_cfg.counts)
		return whose == FULL_WANTED ? HOOK_WANTED : 0;
	w = count_walk_full(rec, sk, NL_PROG_DELIVER, account);
	if (!w)
		return 0;
	count_walk_skb(w, skb);
	w->caused = cause_counts(rec, f, whose);
	w->dry = whose != FULL_WANTED;
	if (w->dry)
		return w->caused ? HOOK_COUNTED : 0;
	if (f->dump_sk == (__u64)sk)
		w->asked = f->dump_asked;
	else if (f->start)
		w->asked = f->asked;
	if (f->start && rec->dir == NL_DIR_PEER) {
		count_read_asked(&f->asked, rec->protocol, w->src);
		f->asked_at = rec->ktime;
	}
	return HOOK_WANTED | HOOK_COUNTED;
}

/* Emit whatever else is queued to a user's socket; true: it is to be counted. */
static __noinline int hook_deliver(struct sock *sk, struct sk_buff *skb)
{
	struct flow *f = flow_or_none();
	struct nl_full rec = {};
	struct flow_bcast *b;
	int what;

	if (!f || !full_begin(&rec, true, sk))
		return 0;
	b = flow_bcast_of(f);
	full_route(&rec, true, skb, b);
	full_queue(&rec, true, sk);
	rec.truesize = MEM_GET(true, skb, truesize);
	what = hook_receiver(&rec, f, sk, skb);
	if (!(what & HOOK_WANTED) || !plane_on(NL_PLANE_MESSAGES))
		return what & HOOK_COUNTED;
	full_own_port(&rec, sk);
	if (!rec.group)
		rec.dst_port = rec.own_port;
	full_cause(&rec, f, NL_PROG_DELIVER);
	rec.id = emit_id(NL_PROG_DELIVER);
	rec.verdict = NL_VERDICT_DELIVERED;
	if (rec.group)
		rec.cast = b->cast;
	if (f->dump_sk == (__u64)sk && !rec.src_port)
		rec.elapsed = rec.ktime - f->dump_start;
	if (f->tid && rec.dir == NL_DIR_PEER)
		f->id = rec.id;
	skb_emit(&rec, true, skb);
	return what & HOOK_COUNTED;
}

/* __netlink_sendskb(): an skb is about to be queued to a user's socket. */
static __always_inline int on_deliver(struct sock *sk, struct sk_buff *skb)
{
	struct flow *f = flow_current();
	__u32 port, group;

	unheard_heard(f, skb);
	if (f)
		f->unicast_skb = 0; /* not lost */
	if (f && f->start && f->sk == (__u64)sk && !f->dump_sk && brief_fits(skb)) {
		skb_ports(&port, &group, true, skb);
		if (!port && !group) {
			f->replied_at = bpf_ktime_get_ns();
			if (nl_cfg.counts)
				count_answer(f, skb);
			if (!nl_cfg.reads && !plane_on(NL_PLANE_MESSAGES))
				return 0;
			return hook_answer(f, sk, skb);
		}
	}
	if (hook_deliver(sk, skb))
		count_delivery(sk);
	return 0;
}

/* skb_queue_tail(), where __netlink_sendskb() is inlined (5.10). */
static __always_inline int on_queue_tail(struct sk_buff_head *list, struct sk_buff *skb)
{
	struct sock *sk = MEM_FOLLOW(true, skb, sk);

	if (!sk || MEM_GET(true, sk, __sk_common.skc_family) != AF_NETLINK ||
	    (void *)list != __builtin_preserve_access_index(&sk->sk_receive_queue))
		return 0;
	return on_deliver(sk, skb);
}

static __always_inline int on_broadcast(struct sock *ssk, struct sk_buff *skb, __u32 group)
{
	bool wanted = full_wants_sock(true, ssk);
	struct flow *f = wanted ? flow_new() : flow_current();
	__u32 at;

	/* One that is not wanted counts only inside one that is: the exit does
	 * not know which of them ends. */
	if (!f || (!wanted && !f->depth))
		return 0;
	at = f->depth + 1;
	if (at <= FLOW_DEPTH) {
		f->bcast[at].skb = (__u64)skb;
		f->bcast[at].cast = flow_id(f);
		f->bcast[at].group = group;
		f->bcast[at].protocol = MEM_GET(true, ssk, sk_protocol);
		f->bcast[at].taken = 0;
		f->bcast[at].watched = 0;
		f->bcast[at].heard = 0;
	}
	f->depth = at;
	if (nl_cfg.unheard == NL_UNHEARD_ALONE && f->start && !task_in_interrupt())
		return 0; /* the request tells it */
	if (nl_cfg.unheard && wanted && at <= FLOW_DEPTH) {
		flow_bcast_of(f)->netns = sock_netns(true, ssk);
		unheard_take(f, skb);
	}
	return 0;
}

/* ret is -ESRCH if nobody is in the group. That holds where the kernel skipped the
 * programs that would have seen the deliveries, too. */
static __always_inline int on_broadcast_exit(int ret)
{
	struct flow *f = flow_current();
	struct flow_bcast *b;

	if (!f || !f->depth)
		return 0;
	b = flow_bcast_of(f);
	if (ret != -ESRCH)
		b->heard = 1;
	if (nl_cfg.counts) {
		if (b->queued | b->lost)
			cause_cast(f, b);
	}
	if (nl_cfg.unheard)
		unheard_settle(f);
	f->depth--;
	return 0;
}

/* netlink_overrun(): sk_drops is about to grow. Without an skb the frame has
 * no payload and orig_len 0. */
static __always_inline int on_overrun(struct sock *sk)
{
	struct nl_full rec = {};
	struct flow *f = flow_or_none();
	struct flow_bcast *b;
	struct sk_buff *skb;
	enum full_for whose;
	__u64 account;

	if (!f || !full_begin(&rec, true, sk))
		return 0;
	b = flow_bcast_of(f);
	skb = (void *)b->skb;
	if (nl_cfg.unheard && skb)
		b->heard = 1;
	if (!skb && f->unicast_skb && f->unicast_port == BPF_CORE_READ((struct netlink_sock *)sk, portid))
		skb = (void *)f->unicast_skb;
	if (skb)
		full_route(&rec, false, skb, b);
	full_queue(&rec, true, sk);
	whose = full_receiver(&rec, &account);
	if (cause_counts(&rec, f, whose))
		b->lost++;
	if (whose != FULL_WANTED)
		return 0;
	if (nl_cfg.counts)
		count_full_loss(&rec, sk, NL_PROG_OVERRUN, account, skb);
	if (!plane_on(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		return 0;
	full_own_port(&rec, sk);
	if (skb && !rec.group)
		rec.dst_port = rec.own_port;
	full_cause(&rec, f, NL_PROG_OVERRUN);
	if (skb)
		rec.truesize = BPF_CORE_READ(skb, truesize);
	if (rec.group)
		rec.cast = b->cast;
	rec.drops++;
	rec.id = emit_id(NL_PROG_OVERRUN);
	rec.verdict = NL_VERDICT_OVERRUN;
	rec.err = ENOBUFS;
	if (skb)
		skb_emit(&rec, false, skb);
	else
		emit_datagram(&rec, 0, 0);
	return 0;
}

/* Returns whose socket it is: FULL_*. */
static __noinline int hook_socket_error(struct sock *sk, __u8 verdict, enum nl_prog prog)
{
	struct nl_full rec = {};
	__u64 account;
	int whose;

	if (!full_begin(&rec, false, sk))
		return FULL_SELF;
	full_queue(&rec, false, sk);
	whose = full_receiver(&rec, &account);
	if (whose != FULL_WANTED)
		return whose;
	if (nl_cfg.counts) {
		struct count_walk *w = count_walk_full(&rec, sk, prog, account);

		if (w)
			count_nobufs(w, prog, verdict == NL_VERDICT_NOBUFS_READ);
	}
	if (!plane_on(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		return FULL_WANTED;
	full_own_port(&rec, sk);
	if (verdict == NL_VERDICT_NOBUFS_RAISED)
		full_raiser(&rec);
	else
		task_current(&rec.task);
	rec.id = emit_id(prog);
	rec.kind = NL_KIND_SOCKET_ERROR;
	rec.verdict = verdict;
	rec.err = ENOBUFS;
	emit_report(&rec);
	return FULL_WANTED;
}

/* sk_error_report(): called for every family of sockets, rarely. */
static __always_inline int on_error_report(struct sock *sk)
{
	if (MEM_GET(true, sk, __sk_common.skc_family) == AF_NETLINK &&
	    MEM_GET(true, sk, sk_err) == ENOBUFS)
		cause_nobufs(hook_socket_error(sk, NL_VERDICT_NOBUFS_RAISED, NL_PROG_ERROR));
	return 0;
}

/* The current task uses sock: it is the owner from now on. */
static __always_inline int on_use(struct socket *sock, enum nl_prog prog)
{
	owner_use(sock_inode(true, sock), prog);
	return 0;
}

/* It reads; one that only peeks takes nothing. */
static __always_inline void on_read(struct socket *sock, int flags, bool taken)
{
	__u64 now = bpf_ktime_get_ns();
	struct nl_owner *o = flow_reader(sock_inode(true, sock), now);

	if (o && taken && !(flags & MSG_PEEK))
		owner_read(o, now);
}

/* netlink_recvmsg() has returned. An ENOBUFS that a MSG_PEEK returns is read
 * like any other: sock_error() clears it. */
static __always_inline int on_recvmsg_exit(struct socket *sock, struct msghdr *msg, __u64 len, int flags,
					   int ret)
{
	struct sock *sk;

	/* iproute2 peeks before every read. */
	if (ret >= 0 && flags & MSG_PEEK)
		return 0;
	sk = MEM_FOLLOW(true, sock, sk);
	on_read(sock, flags, ret >= 0);
	if (ret == -ENOBUFS && sk)
		hook_socket_error(sk, NL_VERDICT_NOBUFS_READ, NL_PROG_RECV);
	if (ret >= 0)
		on_truncated(sk, msg, len, flags, ret);
	return 0;
}

/* netlink_dump() begins. */
static __always_inline int on_dump(struct sock *sk)
{
	struct flow *f = flow_new();

	if (!f)
		return 0;
	f->dump_sk = (__u64)sk;
	f->dump_start = bpf_ktime_get_ns();
	if (nl_cfg.counts || nl_cfg.rtnl_mutex)
		count_read_asked(&f->dump_asked, MEM_GET(true, sk, sk_protocol),
				 (__u64)BPF_CORE_READ((struct netlink_sock *)sk, cb.nlh));
	if (nl_cfg.counts && f->start && f->sk == (__u64)sk) {
		__u64 inode = sock_inode(true, MEM_FOLLOW(true, sk, sk_socket));

		bpf_map_update_elem(&count_dumps, &inode, &f->asked_at, BPF_ANY);
	}
	return 0;
}

/* netlink_dump() failed: a part of a dump, or its beginning, did not fit the
 * queue; sk_drops does not count these. -EINVAL says that no dump runs. */
static __always_inline int on_dump_exit(struct sock *sk, int ret)
{
	struct nl_full rec = {};
	struct flow *f = flow_current();
	__u64 account;

	if (f)
		f->dump_sk = 0;
	if (ret >= 0 || ret == -EINVAL)
		return 0;
	if (!full_begin(&rec, false, sk))
		return 0;
	rec.dir = NL_DIR_REPLY;
	full_queue(&rec, false, sk);
	if (full_receiver(&rec, &account) != FULL_WANTED)
		return 0;
	if (nl_cfg.counts)
		count_full_loss(&rec, sk, NL_PROG_DUMP, account, 0);
	if (!plane_on(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		return 0;
	full_own_port(&rec, sk);
	task_current(&rec.task);
	rec.id = emit_id(NL_PROG_DUMP);
	rec.verdict = NL_VERDICT_DROPPED;
	rec.err = -ret;
	rec.dst_port = rec.own_port;
	emit_datagram(&rec, 0, 0);
	return 0;
}

/* netlink_release(): no two sockets that live have the same inode, but the
 * numbers come again. */
static __always_inline int on_release(struct socket *sock)
{
	__u64 inode = sock_inode(true, sock), *era;
	struct nl_owner *o;

	if (nl_cfg.unheard) {
		o = bpf_map_lookup_elem(&owner_by_inode, &inode);
		era = unheard_now();
		if (o && o->told & NL_TOLD_LISTENS && era)
			__sync_fetch_and_add(era, 1);
	}
	bpf_map_delete_elem(&owner_by_inode, &inode);
	return 0;
}

#endif
