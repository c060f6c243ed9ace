/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* The iterator of a msghdr, over the pieces of user memory that a call sends from or
 * receives into. */
#ifndef NL_ITER_H
#define NL_ITER_H

#include "memory.h"

enum iter_is {
	ITER_IS_OTHER = 0, /* no user memory */
	ITER_IS_UBUF = 1,  /* one piece, at ubuf */
	ITER_IS_IOVEC = 2, /* pieces; the array of them is in kernel memory */
};

static __always_inline int iter_at(bool direct, struct msghdr *msg)
{
	__u32 type;

	if (bpf_core_field_exists(msg->msg_iter.iter_type)) {
		type = MEM_GET(direct, msg, msg_iter.iter_type);
		if (bpf_core_enum_value_exists(enum iter_type, ITER_UBUF) &&
		    type == bpf_core_enum_value(enum iter_type, ITER_UBUF))
			return ITER_IS_UBUF;
		return type == bpf_core_enum_value(enum iter_type, ITER_IOVEC) ? ITER_IS_IOVEC : ITER_IS_OTHER;
	}
	type = MEM_GET(direct, msg, msg_iter.type) & ~1U; /* bit 0 is the direction */
	return type == bpf_core_enum_value(enum iter_type, ITER_IOVEC) ? ITER_IS_IOVEC : ITER_IS_OTHER;
}

/* The piece that the iterator of an ITER_IS_IOVEC has come to. */
static __always_inline __u64 iter_iov(bool direct, struct msghdr *msg)
{
	if (bpf_core_field_exists(msg->msg_iter.__iov))
		return (__u64)MEM_FOLLOW(direct, msg, msg_iter.__iov);
	return (__u64)MEM_FOLLOW(direct, msg, msg_iter.iov);
}

#endif
