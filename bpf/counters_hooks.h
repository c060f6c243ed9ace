/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What the hooks count of a task's requests and answers. */
#ifndef NL_COUNTERS_HOOKS_H
#define NL_COUNTERS_HOOKS_H

#include "flow.h"
#include "skb.h"

/* Type and command of a message. */
static __always_inline void count_read_asked(struct count_asked *a, __u16 protocol, __u64 nlh)
{
	struct count_head h = {};

	a->known = !mem_copy(&h, sizeof(h), nlh, 0);
	a->protocol = protocol;
	a->type = h.type;
	a->sub = count_sub(protocol, h.type, h.rest);
}

static __always_inline void count_walk_skb(struct count_walk *w, struct sk_buff *skb)
{
	w->src = (__u64)MEM_GET(true, skb, data);
	w->len = MEM_GET(true, skb, len);
}

/* Begin to count something of the current task's own socket. */
static __always_inline struct count_walk *count_walk_flow(struct flow *f, enum nl_prog prog, __u8 dir,
							  __u64 now)
{
	struct count_walk *w = count_walk_new(prog, f->inode, f->netns, f->protocol, dir, now, (struct sock *)f->sk);

	if (w) {
		w->account = f->account;
		w->task = f->task;
	}
	return w;
}

/* Count a datagram of the current task's own socket that is one message, in a row
 * that is there already; false: nothing was counted, it has to be walked. */
static __always_inline bool count_one(struct flow *f, struct sk_buff *skb, bool request, __u64 now)
{
	__u32 len = MEM_GET(true, skb, len), size;
	__u64 data = (__u64)MEM_GET(true, skb, data);
	__u8 flags = request ? NL_ROW_OUT | NL_ROW_REQUEST : 0;
	struct count_head h = {};
	struct nl_row *row;
	__s32 error = 0;
	__u16 sub = 0;

	if (len < 16 || f->protocol == NETLINK_KOBJECT_UEVENT || f->protocol == NETLINK_CONNECTOR ||
	    f->protocol == NETLINK_AUDIT || !count_read_head(&h, data, len, false))
		return false;
	size = h.len;
	if (size < 16 || size > len || ((size + 3) & ~3U) < len)
		return false;
	if (!request && (h.type == NLMSG_ERROR || h.type == NLMSG_DONE)) {
		if (h.type == NLMSG_DONE || size < 36 || !count_read_quote(&error, &h.type, data, false))
			return false;
		if (f->asked.known && f->asked.type == h.type)
			sub = f->asked.sub;
		flags = NL_ROW_REQUEST;
		if (error < 0)
			return false; /* it may be a probe */
	} else {
		sub = count_sub(f->protocol, h.type, h.rest);
	}
	row = count_row_known(f->account, count_what_of(h.type, sub, 0, flags));
	if (!row)
		return false;
	__sync_fetch_and_add(&row->messages, 1);
	__sync_fetch_and_add(&row->bytes, size);
	row->last = now;
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

static __noinline int count_request(struct flow *f, struct sk_buff *skb)
{
	struct count_walk *w;

	if (count_one(f, skb, true, f->asked_at))
		return 0;
	w = count_walk_flow(f, NL_PROG_REQUEST, NL_DIR_REQUEST, f->asked_at);
	if (!w)
		return 0;
	count_walk_skb(w, skb);
	count_datagram(NL_PROG_REQUEST);
	f->asked = w->asked;
	return 0;
}

static __noinline int count_answer(struct flow *f, struct sk_buff *skb)
{
	struct count_walk *w;

	if (count_one(f, skb, false, f->replied_at))
		return 0;
	w = count_walk_flow(f, NL_PROG_DELIVER, NL_DIR_REPLY, f->replied_at);
	if (!w)
		return 0;
	w->asked = f->asked;
	count_walk_skb(w, skb);
	count_datagram(NL_PROG_DELIVER);
	return 0;
}

/* When the dump that a socket runs was asked for, by its inode. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u64);
} count_dumps SEC(".maps");

/* Count what is about to be queued to sk, as hook_deliver() has prepared it, and how
 * long its reader waited for it if that is the end of a dump. */
static __always_inline void count_delivery(struct sock *sk)
{
	struct count_walk *w = count_walk_of(NL_PROG_DELIVER);
	struct flow *f = flow_current();
	enum nl_prog prog = NL_PROG_DELIVER;
	struct flow_bcast *b;
	__u64 *since, inode;

	count_datagram(prog);
	if (!w || !f)
		return;
	if (w->caused) {
		b = flow_bcast_of(f);
		b->messages += w->all_messages;
		b->bytes += w->all_bytes;
		b->queued++;
	}
	if (w->dir != NL_DIR_REPLY)
		return;
	if (f->dump_sk != (__u64)sk) {
		if (f->start && f->sk == (__u64)sk)
			f->replied_at = w->now;
		return;
	}
	if (!w->done)
		return;
	inode = w->inode;
	since = bpf_map_lookup_elem(&count_dumps, &inode);
	if (since && w->asked.known)
		count_dump_end(prog, w->now - *since);
	bpf_map_delete_elem(&count_dumps, &inode);
}

static __always_inline void count_full_loss(struct nl_full *rec, struct sock *sk, enum nl_prog prog,
					     __u64 account, struct sk_buff *skb)
{
	struct count_walk *w = count_walk_full(rec, sk, prog, account);

	if (w)
		count_loss(w, prog, skb ? (__u64)BPF_CORE_READ(skb, data) : 0);
}

#endif
