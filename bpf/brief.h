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

/* How much longer than its header a record is, for so many bytes of payload: the size of
 * a reservation must be a constant. The verifier goes through what follows once for each,
 * where the compiler need not write it down so often. */
#define BRIEF_CLASS(most)                                                          \
	if (n <= (most)) {                                                         \
		*size = sizeof(struct nl_brief) + (most);                          \
		return bpf_ringbuf_reserve(&emit_ring, sizeof(struct nl_brief) + (most), 0); \
	}

#define BRIEF_MOST 2048 /* payload bytes */

static __always_inline struct nl_brief *brief_room(__u64 n, __u64 *size)
{
	BRIEF_CLASS(64)
	BRIEF_CLASS(128)
	BRIEF_CLASS(256)
	BRIEF_CLASS(512)
	BRIEF_CLASS(BRIEF_MOST)
	return 0;
}

/* Tell user space of the task and its socket, once. */
static __noinline bool brief_tell(struct flow *f)
{
	__u64 sk = f->sk; /* not in the macro, which would relocate it too */
	struct nl_about *a;

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

/* Fill in what all of them say, and nothing else: memory of the ring is as the record
 * left it that was there before. */
static __always_inline void brief_begin(struct nl_brief *r, struct flow *f, struct sock *sk)
{
	r->record = NL_RECORD_BRIEF;
	r->slot = f->slot;
	r->about = f->about;
	r->drops = MEM_GET(true, sk, sk_drops.counter);
	r->rcvbuf = MEM_GET(true, sk, sk_rcvbuf);
	r->rmem = MEM_GET(true, sk, sk_backlog.rmem_alloc.counter);
	r->flags = 0;
	r->pad = 0;
}

/* What a datagram's record says that is not in its skb, socket or flow. */
struct brief_says {
	__u64 id;
	__u64 of;
	__u64 ktime;
	__u64 idle;
	__u32 high;
	__u32 truesize;
	__u8 dir;
};

/* Emit the record of a datagram that fits one. */
static __always_inline void brief_datagram(const struct brief_says *says, struct flow *f, struct sock *sk,
					   struct sk_buff *skb)
{
	__u64 n = MEM_GET(true, skb, len), size = 0;
	struct nl_brief *r = 0;
	void *src;

	if (f->about || brief_tell(f))
		r = brief_room(n, &size);
	if (!r) {
		emit_lost(NL_LOST_RING);
		return;
	}
	brief_begin(r, f, sk);
	r->id = says->id;
	r->of = says->of;
	r->ktime = says->ktime;
	r->elapsed = 0;
	r->idle = says->idle;
	r->lock_wait = 0;
	r->lock_hold = 0;
	r->orig_len = n;
	r->inline_len = n;
	r->high = says->high;
	r->truesize = says->truesize;
	r->kind = NL_KIND_DATAGRAM;
	r->dir = says->dir;
	src = MEM_GET(true, skb, data);
	mem_opaque(n);
	if (n > size - sizeof(*r)) /* never; the verifier may have forgotten it */
		n = size - sizeof(*r);
	if (!mem_words((void *)(r + 1), (__u64)src, n) && bpf_probe_read_kernel(r + 1, n, src)) {
		r->inline_len = 0;
		r->flags = NL_FLAG_UNREADABLE;
	}
	bpf_ringbuf_submit(r, emit_wake(size));
}

/* Emit that a send went well. */
static __always_inline void brief_completion(struct flow *f, struct sock *sk, __u64 now, __u64 elapsed)
{
	struct nl_brief *r = 0;

	if (f->about || brief_tell(f))
		r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);
	if (!r) {
		emit_lost(NL_LOST_REPORT);
		return;
	}
	brief_begin(r, f, sk);
	r->id = flow_id(f);
	r->of = f->id;
	r->ktime = now;
	r->elapsed = elapsed;
	r->idle = 0;
	r->lock_wait = f->lock_wait;
	r->lock_hold = f->lock_hold;
	r->orig_len = 0;
	r->inline_len = 0;
	r->high = 0;
	r->truesize = 0;
	r->kind = NL_KIND_COMPLETION;
	r->dir = NL_DIR_UNKNOWN;
	bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));
}

#endif
