/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What a hook writes into an event, and whether the filter lets it pass. */
#ifndef NL_EVENT_H
#define NL_EVENT_H

#include "flow.h"
#include "heirs.h"
#include "skb.h"
#include "filter.h"

/* Protocol and namespace, and whether they pass the filter. */
static __always_inline bool event_begin(struct nl_event *ev, bool direct, struct sock *sk)
{
	ev->record = NL_RECORD_EVENT;
	ev->protocol = MEM_GET(direct, sk, sk_protocol);
	ev->netns = sock_netns(direct, sk);
	if (!filter_wants(ev->protocol, ev->netns))
		return false;
	ev->ktime = bpf_ktime_get_ns();
	ev->inode = sock_inode(direct, MEM_GET(direct, sk, sk_socket));
	return true;
}

/* What the current task sends, in a send that was seen to begin: it passed the
 * filter, and the task owns the socket. */
static __always_inline void event_begin_flow(struct nl_event *ev, struct flow *f)
{
	ev->record = NL_RECORD_EVENT;
	ev->protocol = f->protocol;
	ev->netns = f->netns;
	ev->ktime = bpf_ktime_get_ns();
	ev->inode = f->inode;
	ev->task = f->task;
	ev->owner = f->task;
}

static __always_inline void event_own_port(struct nl_event *ev, struct sock *sk)
{
	ev->own_port = BPF_CORE_READ((struct netlink_sock *)sk, portid);
}

static __always_inline void event_queue(struct nl_event *ev, bool direct, struct sock *sk)
{
	ev->drops = MEM_GET(direct, sk, sk_drops.counter);
	ev->rcvbuf = MEM_GET(direct, sk, sk_rcvbuf);
	ev->rmem = MEM_GET(direct, sk, sk_backlog.rmem_alloc.counter);
}

/* The rest of the filter for something that arrives at a user's socket, whose
 * account that is, and how its reader does. The queue of ev is known. */
static __always_inline bool event_receiver(struct nl_event *ev, __u64 *account)
{
	struct nl_owner *o = bpf_map_lookup_elem(&owner_by_inode, &ev->inode);
	bool wanted = !nl_cfg.by_pid && !nl_cfg.by_comm;
	struct heir *heir;

	*account = 0;
	if (o) {
		heir = heir_last(&o->task);
		if (heir) {
			ev->owner = heir->task;
			*account = heir_account(heir, ev->inode);
			wanted = filter_wants_owner(&heir->task, heir->task.comm);
		} else {
			ev->owner = o->task;
			*account = o->account;
			wanted = filter_wants_owner(&o->task, o->name);
		}
		ev->idle = owner_queued(o, ev->ktime, ev->rmem, ev->truesize);
		ev->high = o->high;
		if (ev->idle)
			ev->idle = ev->ktime - ev->idle;
		if (filter_is_self(&o->task))
			return false;
	}
	if (ev->dir == NL_DIR_PEER) {
		task_whoami(&ev->task);
		if (filter_is_self(&ev->task))
			return false;
		if (filter_wants_task(&ev->task))
			return true;
	}
	return wanted;
}

static __always_inline void event_route(struct nl_event *ev, bool direct, struct sk_buff *skb,
					struct flow_bcast *b)
{
	skb_ports(&ev->src_port, &ev->group, direct, skb);
	if (nl_cfg.has_bcast && !(b->skb && b->group == ev->group && b->protocol == ev->protocol))
		ev->group = 0;
	if (ev->src_port)
		ev->dir = NL_DIR_PEER;
	else
		ev->dir = ev->group ? NL_DIR_EVENT : NL_DIR_REPLY;
}

/* Who made the kernel send this: the request that the current task has the
 * kernel handle. In an interrupt nobody: the task was only passing by. */
static __always_inline void event_cause(struct nl_event *ev, struct flow *f, enum nl_prog prog)
{
	if (!ev->src_port && task_in_interrupt()) {
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
	process_tell(prog);
	task_current(&ev->task);
}

#endif
