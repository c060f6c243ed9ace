/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What a hook writes into a full record, and whether the filter lets it pass. */
#ifndef NL_FULL_H
#define NL_FULL_H

#include "flow.h"
#include "heirs.h"
#include "skb.h"
#include "filter.h"
#include "trigger.h"

/* The part of the filter that needs no task; of the socket only what is asked for is read. */
static __always_inline bool full_wants_sock(bool direct, struct sock *sk)
{
	return filter_wants(nl_cfg.protocols ? MEM_GET(direct, sk, sk_protocol) : 0,
			    nl_cfg.by_netns ? sock_netns(direct, sk) : 0);
}

/* Protocol and namespace, and whether they pass the filter. */
static __always_inline bool full_begin(struct nl_full *rec, bool direct, struct sock *sk)
{
	rec->record = NL_RECORD_FULL;
	rec->protocol = MEM_GET(direct, sk, sk_protocol);
	rec->netns = sock_netns(direct, sk);
	if (!filter_wants(rec->protocol, rec->netns))
		return false;
	rec->ktime = bpf_ktime_get_ns();
	rec->inode = sock_inode(direct, MEM_FOLLOW(direct, sk, sk_socket));
	return true;
}

/* What the current task sends, in a send that was seen to begin: it passed the
 * filter, and the task owns the socket. */
static __always_inline void full_begin_flow(struct nl_full *rec, struct flow *f)
{
	rec->record = NL_RECORD_FULL;
	rec->protocol = f->protocol;
	rec->netns = f->netns;
	rec->ktime = bpf_ktime_get_ns();
	rec->inode = f->inode;
	rec->task = f->task;
	rec->owner = f->task;
}

static __always_inline void full_own_port(struct nl_full *rec, struct sock *sk)
{
	rec->own_port = BPF_CORE_READ((struct netlink_sock *)sk, portid);
}

static __always_inline void full_queue(struct nl_full *rec, bool direct, struct sock *sk)
{
	rec->drops = MEM_GET(direct, sk, sk_drops.counter);
	rec->rcvbuf = MEM_GET(direct, sk, sk_rcvbuf);
	rec->rmem = MEM_GET(direct, sk, sk_backlog.rmem_alloc.counter);
}

/* What the filter says to something that arrives. */
enum full_for {
	FULL_OTHERS, /* that are not wanted */
	FULL_SELF,   /* nltop, which is left out */
	FULL_WANTED,
};

/* The rest of the filter for something that arrives at a user's socket, whose
 * account that is, and how its reader does. The queue of rec is known. */
static __always_inline enum full_for full_receiver(struct nl_full *rec, __u64 *account)
{
	struct nl_owner *o = bpf_map_lookup_elem(&owner_by_inode, &rec->inode);
	bool wanted = !nl_cfg.by_pid && !nl_cfg.by_comm;
	struct heir *heir;

	*account = 0;
	if (o) {
		heir = heir_last(&o->task);
		if (heir) {
			rec->owner = heir->task;
			*account = heir_account(heir, rec->inode);
			wanted = filter_wants_owner(&heir->task, heir->task.comm);
		} else {
			rec->owner = o->task;
			*account = o->account;
			wanted = filter_wants_owner(&o->task, o->name);
		}
		rec->idle = owner_queued(o, rec->ktime, rec->rmem, rec->truesize);
		rec->high = o->high;
		if (rec->group)
			o->told |= NL_TOLD_LISTENS;
		if (rec->idle)
			rec->idle = rec->ktime - rec->idle;
		if (filter_is_self(&o->task))
			return FULL_SELF;
	}
	if (rec->dir == NL_DIR_PEER) {
		task_whoami(&rec->task);
		if (filter_is_self(&rec->task))
			return FULL_SELF;
		if (filter_wants_task(&rec->task))
			return FULL_WANTED;
	}
	return wanted ? FULL_WANTED : FULL_OTHERS;
}

static __always_inline void full_route(struct nl_full *rec, bool direct, struct sk_buff *skb,
					struct flow_bcast *b)
{
	skb_ports(&rec->src_port, &rec->group, direct, skb);
	if (nl_cfg.has_bcast && !(b->skb && b->group == rec->group && b->protocol == rec->protocol))
		rec->group = 0;
	if (rec->src_port)
		rec->dir = NL_DIR_PEER;
	else
		rec->dir = rec->group ? NL_DIR_EVENT : NL_DIR_REPLY;
}

/* Who made the kernel send this: the request that the current task has the
 * kernel handle, or what else it is in. In an interrupt nobody: the task was only
 * passing by. */
static __always_inline void full_cause(struct nl_full *rec, struct flow *f, enum nl_prog prog)
{
	__u32 interrupt = rec->src_port ? 0 : task_in_interrupt();

	if (interrupt) {
		rec->trigger = NL_TRIGGER_INTERRUPT;
		rec->of = !!(interrupt & TASK_IN_HARDIRQ);
		__builtin_memset(&rec->task, 0, sizeof(rec->task));
		__builtin_memcpy(rec->task.comm, TASK_INTERRUPT, sizeof(TASK_INTERRUPT));
		return;
	}
	if (f->start) {
		rec->task = f->task;
		if (!rec->src_port)
			rec->cause = f->id;
		return;
	}
	process_tell(prog);
	task_current(&rec->task);
	if (rec->dir == NL_DIR_EVENT)
		trigger_note(rec, prog);
}

/* The same of an ENOBUFS: its process is told by what was lost. A chain of calls has no
 * room for more. */
static __noinline int full_raiser(struct nl_full *rec)
{
	struct flow *f = flow_current();

	if (task_in_interrupt()) {
		__builtin_memcpy(rec->task.comm, TASK_INTERRUPT, sizeof(TASK_INTERRUPT));
	} else if (f && f->start) {
		rec->task = f->task;
		rec->cause = f->id;
	} else {
		task_current(&rec->task);
	}
	return 0;
}

#endif
