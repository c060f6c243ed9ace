/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What happens at each hook, however it was reached: fentry.bpf.c and
 * kprobe.bpf.c wrap these functions. See README.md for the table.
 */
#ifndef NL_HOOKS_H
#define NL_HOOKS_H

#include "brief.h"
#include "heirs.h"

/* Something of so many bytes of memory is about to be queued to a socket whose
 * queue holds rmem. Returns since when something waits for its reader; 0: unknown. */
static __always_inline __u64 nl_queued(struct nl_owner *o, __u64 now, __u32 rmem, __u32 truesize)
{
	if (truesize && rmem <= truesize)
		o->waiting_since = now;
	if (o->high < rmem)
		o->high = rmem;
	return nl_waiting(o);
}

/* The rest of the filter for something that arrives at a user's socket, whose
 * account that is, and how its reader does. The queue of ev is known. */
static __always_inline bool nl_receiver(struct nl_event *ev, __u64 *account)
{
	struct nl_owner *o = bpf_map_lookup_elem(&nl_owners, &ev->inode);
	bool wanted = !nl_cfg.by_pid && !nl_cfg.by_comm;
	struct nl_heir *heir;

	*account = 0;
	if (o) {
		heir = nl_last_heir(&o->task);
		if (heir) {
			ev->owner = heir->task;
			*account = nl_heir_account(heir, ev->inode);
			wanted = nl_wanted_owner(&heir->task, heir->task.comm);
		} else {
			ev->owner = o->task;
			*account = o->account;
			wanted = nl_wanted_owner(&o->task, o->name);
		}
		ev->idle = nl_queued(o, ev->ktime, ev->rmem, ev->truesize);
		ev->high = o->high;
		if (ev->idle)
			ev->idle = ev->ktime - ev->idle;
		if (nl_is_self(&o->task))
			return false;
	}
	if (ev->dir == NL_DIR_PEER) {
		nl_whoami(&ev->task);
		if (nl_is_self(&ev->task))
			return false;
		if (nl_wanted_task(&ev->task))
			return true;
	}
	return wanted;
}

/* Ports, group and direction of what is on its way to a user's socket. A
 * sender with a port ID is a user; the kernel's sockets have none. dst_group
 * outlives a broadcast: nlmsg_notify() then sends the same skb to the
 * requester alone. */
static __always_inline void nl_ports(__u32 *port, __u32 *group, bool direct, struct sk_buff *skb)
{
	struct netlink_skb_parms *cb = (void *)__builtin_preserve_access_index(&skb->cb);

	if (direct && NL_DIRECT) {
		/* As words of an array, which is what the verifier takes cb for. */
		*port = *(__u32 *)((void *)cb + bpf_core_field_offset(struct netlink_skb_parms, portid));
		*group = *(__u32 *)((void *)cb + bpf_core_field_offset(struct netlink_skb_parms, dst_group));
	} else {
		*port = BPF_CORE_READ(cb, portid);
		*group = BPF_CORE_READ(cb, dst_group);
	}
}

static __always_inline void nl_route(struct nl_event *ev, bool direct, struct sk_buff *skb, struct nl_bcast *b)
{
	nl_ports(&ev->src_port, &ev->group, direct, skb);
	if (nl_cfg.has_bcast && !(b->skb && b->group == ev->group && b->protocol == ev->protocol))
		ev->group = 0;
	if (ev->src_port)
		ev->dir = NL_DIR_PEER;
	else
		ev->dir = ev->group ? NL_DIR_EVENT : NL_DIR_REPLY;
}

/* Who made the kernel send this: the request that the current task has the
 * kernel handle. In an interrupt nobody: the task was only passing by. */
static __always_inline void nl_cause(struct nl_event *ev, struct nl_flow *f, __u32 prog)
{
	if (!ev->src_port && nl_in_interrupt()) {
		__builtin_memset(&ev->task, 0, sizeof(ev->task));
		__builtin_memcpy(ev->task.comm, "(interrupt)", 12);
		return;
	}
	if (f->start) {
		ev->task = f->task;
		if (!ev->src_port)
			ev->cause = f->id;
		return;
	}
	nl_know(prog);
	nl_current(&ev->task);
}

/* Type and command of a message. */
static __always_inline void nl_asked(struct nl_asked *a, __u16 protocol, __u64 nlh)
{
	struct nl_head h = {};

	a->known = !nl_copy(&h, sizeof(h), nlh, 0);
	a->protocol = protocol;
	a->type = h.type;
	a->sub = nl_sub(protocol, h.type, h.rest);
}

static __always_inline void nl_walk_skb(struct nl_walk *w, struct sk_buff *skb)
{
	w->src = (__u64)NL_GET(true, skb, data);
	w->len = NL_GET(true, skb, len);
}

/* Begin to count something of the current task's own socket. */
static __always_inline struct nl_walk *nl_walk_flow(struct nl_flow *f, __u32 prog, __u8 dir, __u64 now)
{
	struct nl_walk *w = nl_walk_new(prog, f->inode, f->netns, f->protocol, dir, now, (struct sock *)f->sk);

	if (w) {
		w->account = f->account;
		w->task = f->task;
	}
	return w;
}

/* Count a datagram of the current task's own socket that is one message, in a row
 * that is there already; false: nothing was counted, it has to be walked. */
static __always_inline bool nl_count_one(struct nl_flow *f, struct sk_buff *skb, bool request, __u64 now)
{
	__u32 len = NL_GET(true, skb, len), size, err = 0;
	__u64 data = (__u64)NL_GET(true, skb, data);
	__u8 flags = request ? NL_ROW_OUT | NL_ROW_REQUEST : 0;
	struct nl_head h = {};
	struct nl_row *row;
	__s32 error = 0;
	__u16 sub = 0;

	if (len < 16 || f->protocol == NETLINK_KOBJECT_UEVENT || f->protocol == NETLINK_CONNECTOR ||
	    f->protocol == NETLINK_AUDIT || !nl_head(&h, data, len, false))
		return false;
	size = h.len;
	if (size < 16 || size > len || ((size + 3) & ~3U) < len)
		return false;
	if (!request && (h.type == NLMSG_ERROR || h.type == NLMSG_DONE)) {
		if (h.type == NLMSG_DONE || size < 36 || !nl_quote(&error, &h.type, data, false))
			return false;
		if (f->asked.known && f->asked.type == h.type)
			sub = f->asked.sub;
		flags = NL_ROW_REQUEST;
		if (error < 0)
			err = -error;
	} else {
		sub = nl_sub(f->protocol, h.type, h.rest);
	}
	row = nl_known_row(f->account, nl_what_of(h.type, sub, 0, flags));
	if (!row)
		return false;
	__sync_fetch_and_add(&row->messages, 1);
	__sync_fetch_and_add(&row->bytes, size);
	row->last = now;
	if (err) {
		__sync_fetch_and_add(&row->errors, 1);
		row->err = err;
	}
	if (request) {
		f->asked.protocol = f->protocol;
		f->asked.type = h.type;
		f->asked.sub = sub;
		f->asked.known = true;
	}
	return true;
}

/* Functions that are marked __noinline are functions to the verifier too: each has
 * its own stack, and the path that is usual does not clear the room of the others. */

static __noinline int nl_count_asked(struct nl_flow *f, struct sk_buff *skb)
{
	struct nl_walk *w;

	if (nl_count_one(f, skb, true, f->asked_at))
		return 0;
	w = nl_walk_flow(f, NL_PROG_REQUEST, NL_DIR_REQUEST, f->asked_at);
	if (!w)
		return 0;
	nl_walk_skb(w, skb);
	nl_tally(NL_PROG_REQUEST);
	f->asked = w->asked;
	return 0;
}

static __noinline int nl_count_answer(struct nl_flow *f, struct sk_buff *skb)
{
	struct nl_walk *w;

	if (nl_count_one(f, skb, false, f->replied_at))
		return 0;
	w = nl_walk_flow(f, NL_PROG_DELIVER, NL_DIR_REPLY, f->replied_at);
	if (!w)
		return 0;
	w->asked = f->asked;
	nl_walk_skb(w, skb);
	nl_tally(NL_PROG_DELIVER);
	return 0;
}

/* When the dump that a socket runs was asked for, by its inode. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} nl_dumps SEC(".maps");

/* Count what is about to be queued to sk, as nl_deliver() has prepared it, and how
 * long its reader waited for it if that is the end of a dump. */
static __always_inline void nl_count_delivery(struct sock *sk)
{
	struct nl_walk *w = nl_walk_of(NL_PROG_DELIVER);
	struct nl_flow *f = nl_flow();
	__u32 prog = NL_PROG_DELIVER;
	__u64 *since, inode;

	nl_tally(prog);
	if (!w || !f || w->dir != NL_DIR_REPLY)
		return;
	if (f->dump_sk != (__u64)sk) {
		if (f->start && f->sk == (__u64)sk)
			f->replied_at = w->now;
		return;
	}
	if (!w->done)
		return;
	inode = w->inode;
	since = bpf_map_lookup_elem(&nl_dumps, &inode);
	if (since && w->asked.known)
		nl_tally_latency(prog, w->now - *since);
	bpf_map_delete_elem(&nl_dumps, &inode);
}

/* Emit a request in a send that was seen to begin. */
static __noinline int nl_request_brief(struct nl_flow *f, struct sock *ssk, struct sk_buff *skb)
{
	struct nl_brief b = {};

	b.id = f->id;
	b.ktime = f->asked_at;
	b.dir = NL_DIR_REQUEST;
	nl_brief(&b, f, ssk, skb);
	return 0;
}

static __noinline int nl_request_long(struct nl_flow *f, struct sock *ssk, struct sk_buff *skb)
{
	struct nl_event ev = {};

	nl_begin_flow(&ev, f);
	ev.ktime = f->asked_at;
	ev.dir = NL_DIR_REQUEST;
	nl_queue(&ev, true, ssk);
	nl_own_port(&ev, ssk);
	ev.id = f->id;
	ev.verdict = NL_VERDICT_DELIVERED;
	ev.src_port = ev.own_port;
	nl_emit_skb(&ev, true, skb);
	return 0;
}

/* Emit a request in a send that was not seen to begin; true: it is to be counted. */
static __noinline int nl_request_late(struct sock *ssk, struct sk_buff *skb)
{
	struct nl_event ev = {};
	struct nl_walk *w = 0;
	struct nl_owner *o;

	if (BPF_CORE_READ((struct netlink_sock *)ssk, flags) & NL_KERNEL_SOCKET || !nl_begin(&ev, true, ssk))
		return 0;
	nl_know(NL_PROG_REQUEST);
	nl_current(&ev.task);
	o = bpf_map_lookup_elem(&nl_owners, &ev.inode);
	if (o)
		ev.owner = o->task;
	if (nl_is_self(&ev.task) || !nl_wanted_task(&ev.task))
		return 0;
	ev.dir = NL_DIR_REQUEST;
	if (nl_cfg.counts) {
		w = nl_walk(&ev, ssk, NL_PROG_REQUEST, o ? o->account : 0);
		if (w)
			nl_walk_skb(w, skb);
	}
	if (!nl_plane(NL_PLANE_MESSAGES))
		return w != 0;
	nl_queue(&ev, true, ssk);
	nl_own_port(&ev, ssk);
	ev.id = nl_next_id(NL_PROG_REQUEST);
	ev.verdict = NL_VERDICT_DELIVERED;
	ev.src_port = ev.own_port;
	nl_emit_skb(&ev, true, skb);
	return w != 0;
}

/* netlink_unicast(): a user's socket sends to the kernel, whose handler runs
 * inside and consumes the skb; or anybody to a port. */
static __always_inline int on_unicast(struct sock *ssk, struct sk_buff *skb, __u32 portid)
{
	struct nl_flow *f;

	if (portid) {
		/* What netlink_overrun() may be about to lose. netlink_trim() may put a
		 * clone in its place, but only while others hold this one. */
		f = nl_flow_new();
		if (f) {
			f->unicast_skb = (__u64)skb;
			f->unicast_port = portid;
		}
		return 0;
	}
	f = nl_flow();
	if (!f || !f->start || f->sk != (__u64)ssk) {
		if (nl_request_late(ssk, skb))
			nl_tally(NL_PROG_REQUEST);
		return 0;
	}
	f->asked_at = bpf_ktime_get_ns();
	f->replied_at = 0;
	if (nl_cfg.counts)
		nl_count_asked(f, skb);
	else if (nl_cfg.rtnl_mutex)
		nl_asked(&f->asked, f->protocol, (__u64)BPF_CORE_READ(skb, data));
	if (!nl_plane(NL_PLANE_MESSAGES))
		return 0;
	f->id = nl_flow_id(f);
	return nl_is_brief(skb) ? nl_request_brief(f, ssk, skb) : nl_request_long(f, ssk, skb);
}

/* Note and emit what the kernel answers inside the current task's send, to the
 * socket that it sends on. */
static __noinline int nl_answer(struct nl_flow *f, struct sock *sk, struct sk_buff *skb)
{
	struct nl_owner *o;
	struct nl_brief b = {};

	b.truesize = NL_GET(true, skb, truesize);
	if (nl_cfg.reads) {
		o = bpf_map_lookup_elem(&nl_owners, &f->inode);
		if (o) {
			b.idle = nl_queued(o, f->replied_at, NL_GET(true, sk, sk_backlog.rmem_alloc.counter),
					   b.truesize);
			b.high = o->high;
			if (b.idle)
				b.idle = f->replied_at - b.idle;
		}
	}
	if (!nl_plane(NL_PLANE_MESSAGES))
		return 0;
	b.id = nl_flow_id(f);
	b.of = f->id;
	b.ktime = f->replied_at;
	b.dir = NL_DIR_REPLY;
	nl_brief(&b, f, sk, skb);
	return 0;
}

/* Emit whatever else is queued to a user's socket; true: it is to be counted. */
static __noinline int nl_deliver(struct sock *sk, struct sk_buff *skb)
{
	struct nl_flow *f = nl_flow_or_none();
	struct nl_event ev = {};
	struct nl_walk *w = 0;
	struct nl_bcast *b;
	__u64 account;

	if (!f || !nl_begin(&ev, true, sk))
		return 0;
	b = nl_bcast(f);
	nl_route(&ev, true, skb, b);
	nl_queue(&ev, true, sk);
	ev.truesize = NL_GET(true, skb, truesize);
	if (!nl_receiver(&ev, &account))
		return 0;
	if (nl_cfg.counts)
		w = nl_walk(&ev, sk, NL_PROG_DELIVER, account);
	if (w) {
		nl_walk_skb(w, skb);
		if (f->dump_sk == (__u64)sk)
			w->asked = f->dump_asked;
		else if (f->start)
			w->asked = f->asked;
		if (f->start && ev.dir == NL_DIR_PEER) {
			nl_asked(&f->asked, ev.protocol, w->src);
			f->asked_at = ev.ktime;
		}
	}
	if (!nl_plane(NL_PLANE_MESSAGES))
		return w != 0;
	nl_own_port(&ev, sk);
	if (!ev.group)
		ev.dst_port = ev.own_port;
	nl_cause(&ev, f, NL_PROG_DELIVER);
	ev.id = nl_next_id(NL_PROG_DELIVER);
	ev.verdict = NL_VERDICT_DELIVERED;
	if (ev.group)
		ev.cast = b->cast;
	if (f->dump_sk == (__u64)sk && !ev.src_port)
		ev.elapsed = ev.ktime - f->dump_start;
	if (f->tid && ev.dir == NL_DIR_PEER)
		f->id = ev.id;
	nl_emit_skb(&ev, true, skb);
	return w != 0;
}

/* __netlink_sendskb(): an skb is about to be queued to a user's socket. */
static __always_inline int on_deliver(struct sock *sk, struct sk_buff *skb)
{
	struct nl_flow *f = nl_flow();
	__u32 port, group;

	if (f)
		f->unicast_skb = 0; /* not lost */
	if (f && f->start && f->sk == (__u64)sk && !f->dump_sk && nl_is_brief(skb)) {
		nl_ports(&port, &group, true, skb);
		if (!port && !group) {
			f->replied_at = bpf_ktime_get_ns();
			if (nl_cfg.counts)
				nl_count_answer(f, skb);
			if (!nl_cfg.reads && !nl_plane(NL_PLANE_MESSAGES))
				return 0;
			return nl_answer(f, sk, skb);
		}
	}
	if (nl_deliver(sk, skb))
		nl_count_delivery(sk);
	return 0;
}

/* skb_queue_tail(), where __netlink_sendskb() is inlined (5.10). */
static __always_inline int on_queue_tail(struct sk_buff_head *list, struct sk_buff *skb)
{
	struct sock *sk = NL_GET(true, skb, sk);

	if (!sk || NL_GET(true, sk, __sk_common.skc_family) != AF_NETLINK ||
	    (void *)list != __builtin_preserve_access_index(&sk->sk_receive_queue))
		return 0;
	return on_deliver(sk, skb);
}

static __always_inline int on_broadcast(struct sock *ssk, struct sk_buff *skb, __u32 group)
{
	bool wanted = nl_wanted(NL_GET(true, ssk, sk_protocol), nl_netns_of(true, ssk));
	struct nl_flow *f = wanted ? nl_flow_new() : nl_flow();
	__u32 at;

	/* One that is not wanted counts only inside one that is: the exit does
	 * not know which of them ends. */
	if (!f || (!wanted && !f->depth))
		return 0;
	at = f->depth + 1;
	if (at <= NL_DEPTH) {
		f->bcast[at].skb = (__u64)skb;
		f->bcast[at].cast = nl_flow_id(f);
		f->bcast[at].group = group;
		f->bcast[at].protocol = NL_GET(true, ssk, sk_protocol);
	}
	f->depth = at;
	return 0;
}

static __always_inline int on_broadcast_exit(void)
{
	struct nl_flow *f = nl_flow();

	if (f && f->depth)
		f->depth--;
	return 0;
}

static __always_inline void nl_count_loss(struct nl_event *ev, struct sock *sk, __u32 prog, __u64 account,
					  struct sk_buff *skb)
{
	struct nl_walk *w = nl_walk(ev, sk, prog, account);

	if (w)
		nl_tally_loss(w, prog, skb ? (__u64)BPF_CORE_READ(skb, data) : 0);
}

/* netlink_overrun(): sk_drops is about to grow. Without an skb the frame has
 * no payload and orig_len 0. */
static __always_inline int on_overrun(struct sock *sk)
{
	struct nl_event ev = {};
	struct nl_flow *f = nl_flow_or_none();
	struct nl_bcast *b;
	struct sk_buff *skb;
	__u64 account;

	if (!f || !nl_begin(&ev, true, sk))
		return 0;
	b = nl_bcast(f);
	skb = (void *)b->skb;
	if (!skb && f->unicast_skb && f->unicast_port == BPF_CORE_READ((struct netlink_sock *)sk, portid))
		skb = (void *)f->unicast_skb;
	if (skb)
		nl_route(&ev, false, skb, b);
	nl_queue(&ev, true, sk);
	if (!nl_receiver(&ev, &account))
		return 0;
	if (nl_cfg.counts)
		nl_count_loss(&ev, sk, NL_PROG_OVERRUN, account, skb);
	if (!nl_plane(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		return 0;
	nl_own_port(&ev, sk);
	if (skb && !ev.group)
		ev.dst_port = ev.own_port;
	nl_cause(&ev, f, NL_PROG_OVERRUN);
	if (skb)
		ev.truesize = BPF_CORE_READ(skb, truesize);
	if (ev.group)
		ev.cast = b->cast;
	ev.drops++;
	ev.id = nl_next_id(NL_PROG_OVERRUN);
	ev.verdict = NL_VERDICT_OVERRUN;
	ev.err = ENOBUFS;
	if (skb)
		nl_emit_skb(&ev, false, skb);
	else
		nl_emit(&ev, 0, 0);
	return 0;
}

static __noinline int nl_socket_error(struct sock *sk, __u8 verdict, __u32 prog)
{
	struct nl_event ev = {};
	__u64 account;

	if (!nl_begin(&ev, false, sk))
		return 0;
	nl_queue(&ev, false, sk);
	if (!nl_receiver(&ev, &account))
		return 0;
	if (nl_cfg.counts) {
		struct nl_walk *w = nl_walk(&ev, sk, prog, account);

		if (w)
			nl_tally_nobufs(w, prog, verdict == NL_VERDICT_NOBUFS_READ);
	}
	if (!nl_plane(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		return 0;
	nl_own_port(&ev, sk);
	nl_current(&ev.task);
	ev.id = nl_next_id(prog);
	ev.kind = NL_KIND_SOCKET_ERROR;
	ev.verdict = verdict;
	ev.err = ENOBUFS;
	nl_report(&ev);
	return 0;
}

/* sk_error_report(): called for every family of sockets, rarely. */
static __always_inline int on_error_report(struct sock *sk)
{
	if (NL_GET(true, sk, __sk_common.skc_family) == AF_NETLINK &&
	    NL_GET(true, sk, sk_err) == ENOBUFS)
		nl_socket_error(sk, NL_VERDICT_NOBUFS_RAISED, NL_PROG_ERROR);
	return 0;
}

/* The current task uses sock: it is the owner from now on. */
static __always_inline int on_use(struct socket *sock, __u32 prog)
{
	nl_own(nl_inode(true, sock), prog);
	return 0;
}

/* It reads; one that only peeks takes nothing. */
static __always_inline void on_read(struct socket *sock, int flags, bool taken)
{
	__u64 now = bpf_ktime_get_ns();
	struct nl_owner *o = nl_reader(nl_inode(true, sock), now);

	if (o && taken && !(flags & MSG_PEEK))
		nl_read(o, now);
}

/* netlink_recvmsg() has returned. An ENOBUFS that a MSG_PEEK returns is read
 * like any other: sock_error() clears it. */
static __always_inline int on_recvmsg_exit(struct socket *sock, int flags, int ret)
{
	struct sock *sk;

	/* iproute2 peeks before every read. */
	if (ret >= 0 && flags & MSG_PEEK)
		return 0;
	sk = NL_GET(true, sock, sk);
	on_read(sock, flags, ret >= 0);
	if (ret == -ENOBUFS && sk)
		nl_socket_error(sk, NL_VERDICT_NOBUFS_READ, NL_PROG_RECV);
	return 0;
}

/* netlink_dump() begins. */
static __always_inline int on_dump(struct sock *sk)
{
	struct nl_flow *f = nl_flow_new();

	if (!f)
		return 0;
	f->dump_sk = (__u64)sk;
	f->dump_start = bpf_ktime_get_ns();
	if (nl_cfg.counts || nl_cfg.rtnl_mutex)
		nl_asked(&f->dump_asked, NL_GET(true, sk, sk_protocol),
			 (__u64)BPF_CORE_READ((struct netlink_sock *)sk, cb.nlh));
	if (nl_cfg.counts && f->start && f->sk == (__u64)sk) {
		__u64 inode = nl_inode(true, NL_GET(true, sk, sk_socket));

		bpf_map_update_elem(&nl_dumps, &inode, &f->asked_at, BPF_ANY);
	}
	return 0;
}

/* netlink_dump() failed: a part of a dump, or its beginning, did not fit the
 * queue; sk_drops does not count these. -EINVAL says that no dump runs. */
static __always_inline int on_dump_exit(struct sock *sk, int ret)
{
	struct nl_event ev = {};
	struct nl_flow *f = nl_flow();
	__u64 account;

	if (f)
		f->dump_sk = 0;
	if (ret >= 0 || ret == -EINVAL)
		return 0;
	if (!nl_begin(&ev, false, sk))
		return 0;
	ev.dir = NL_DIR_REPLY;
	nl_queue(&ev, false, sk);
	if (!nl_receiver(&ev, &account))
		return 0;
	if (nl_cfg.counts)
		nl_count_loss(&ev, sk, NL_PROG_DUMP, account, 0);
	if (!nl_plane(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		return 0;
	nl_own_port(&ev, sk);
	nl_current(&ev.task);
	ev.id = nl_next_id(NL_PROG_DUMP);
	ev.verdict = NL_VERDICT_DROPPED;
	ev.err = -ret;
	ev.dst_port = ev.own_port;
	nl_emit(&ev, 0, 0);
	return 0;
}

/* netlink_release(): no two sockets that live have the same inode, but the
 * numbers come again. */
static __always_inline int on_release(struct socket *sock)
{
	__u64 inode = nl_inode(true, sock);

	bpf_map_delete_elem(&nl_owners, &inode);
	return 0;
}

#endif
