/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * Brief records: what a task asks the kernel and what it is answered, on a socket
 * that user space was told of. They are most of the traffic, and less than half as
 * long as the full records, which can say everything.
 */
#ifndef NL_BRIEF_H
#define NL_BRIEF_H

#include "flow.h"
#include "skb.h"

#define BRIEF_CLASS(size)                                                   \
	if (n <= (size)) {                                                     \
		struct {                                                       \
			struct nl_brief head;                                  \
			__u8 data[size];                                       \
		} *r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);           \
		if (!r)                                                        \
			return -1;                                             \
		__builtin_memcpy(&r->head, b, sizeof(r->head));                \
		r->head.inline_len = n;                                        \
		if (n && bpf_probe_read_kernel(r->data, n, (void *)src)) {     \
			r->head.inline_len = 0;                                \
			r->head.flags |= NL_FLAG_UNREADABLE;                   \
		}                                                              \
		bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));                    \
		return 0;                                                      \
	}

#define BRIEF_MOST 2048 /* payload bytes */

static __noinline long brief_put(const struct nl_brief *b, __u64 src, __u64 n)
{
	mem_opaque(n);
	BRIEF_CLASS(0)
	BRIEF_CLASS(64)
	BRIEF_CLASS(128)
	BRIEF_CLASS(256)
	BRIEF_CLASS(512)
	BRIEF_CLASS(BRIEF_MOST)
	return -1;
}

/* Tell user space of the task and its socket, once. */
static __noinline bool brief_tell(struct flow *f)
{
	__u64 sk = f->sk; /* not in the macro, which would relocate it too */
	struct nl_about *a;

	if (f->about)
		return true;
	a = bpf_ringbuf_reserve(&emit_ring, sizeof(*a), 0);
	if (!a)
		return false;
	f->port = BPF_CORE_READ((struct netlink_sock *)sk, portid);
	f->about = flow_id(f);
	a->record = NL_RECORD_ABOUT;
	a->slot = f->slot;
	a->about = f->about;
	a->inode = f->inode;
	a->netns = f->netns;
	a->port = f->port;
	a->protocol = f->protocol;
	__builtin_memset(a->pad, 0, sizeof(a->pad));
	a->task = f->task;
	bpf_ringbuf_submit(a, emit_wake(sizeof(*a)));
	return true;
}

/* Whether a datagram fits a brief record. */
static __always_inline bool brief_fits(struct sk_buff *skb)
{
	__u32 len = MEM_GET(true, skb, len);

	return len <= BRIEF_MOST && len <= nl_cfg.snap && !MEM_GET(true, skb, data_len);
}

/* Emit a brief record, of a datagram if skb is not NULL. */
static __always_inline void brief_emit(struct nl_brief *b, struct flow *f, struct sock *sk,
				       struct sk_buff *skb)
{
	__u64 src = 0, n = 0;

	b->record = NL_RECORD_BRIEF;
	b->slot = f->slot;
	b->drops = MEM_GET(true, sk, sk_drops.counter);
	b->rcvbuf = MEM_GET(true, sk, sk_rcvbuf);
	b->rmem = MEM_GET(true, sk, sk_backlog.rmem_alloc.counter);
	if (skb) {
		src = (__u64)MEM_GET(true, skb, data);
		n = MEM_GET(true, skb, len);
		b->orig_len = n;
	}
	if (brief_tell(f)) {
		b->about = f->about;
		if (!brief_put(b, src, n))
			return;
	}
	emit_lost(skb ? NL_LOST_RING : NL_LOST_REPORT);
}

#endif
