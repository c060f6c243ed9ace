/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* The payload of an skb, wherever the kernel put it. */
#ifndef NL_SKB_H
#define NL_SKB_H

#include "emit.h"

/* Emit ev with the whole payload of skb. The head may be vmalloc'ed
 * (netlink_alloc_large_skb()), which makes no difference to the copy. */
static __always_inline long nl_emit_skb(struct nl_event *ev, struct sk_buff *skb)
{
	__u64 head, n, got;
	struct nl_event *r;

	ev->orig_len = BPF_CORE_READ(skb, len);
	n = ev->orig_len - BPF_CORE_READ(skb, data_len);
	head = (__u64)BPF_CORE_READ(skb, data);
	if (n == ev->orig_len)
		return nl_emit(ev, head, 0);

	r = nl_open(ev);
	if (!r)
		return -1;
	if (n > nl_cfg.snap)
		n = nl_cfg.snap;
	got = nl_chunks(ev->id, 0, head, n, 0);
	nl_close(r, got);
	return 0;
}

#endif
