/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* Readers whose buffer was too small for a datagram: the rest of it is lost. */
#ifndef NL_TRUNCATED_H
#define NL_TRUNCATED_H

#include "full.h"
#include "iter.h"
#include "plane.h"

#define MSG_PEEK 2
#define MSG_TRUNC 0x20

/* How many pieces the iterator has to go back for the first byte that netlink_recvmsg()
 * wrote: it stands behind the last, and all pieces up to there are full, since the
 * datagram was longer than they are. 0: it is none of these. Global, so that Linux 6.1
 * does not verify what comes behind once for each number of pieces. */
__noinline __u64 truncated_pieces(__u64 iov, __u64 taken)
{
	__u64 sum = 0, n = 0;
	struct {
		__u64 base, len;
	} v;

	REPEAT(i, NL_IOV_MAX, ({
		bool more = sum < taken;

		if (more) {
			n = i + 1;
			if (mem_copy(&v, sizeof(v), iov - n * sizeof(v), 0))
				more = false;
			else
				sum += v.len;
		}
		more;
	}));
	return sum == taken ? n : 0;
}

/* Emit what a reader got, taken bytes, of a datagram that has ret, or more where the
 * kernel does not say that. What it got is in its buffer; user space sees in the
 * headers there how long the last message is, and so what is missing. */
static __noinline int truncated_emit(struct sock *sk, struct msghdr *msg, __u64 taken, __u64 ret)
{
	struct nl_full rec = {};
	__u64 account, iov = 0, nr = 0, base = 0, left = taken;
	struct nl_full *r;

	if (!full_begin(&rec, false, sk))
		return 0;
	full_queue(&rec, false, sk);
	if (full_receiver(&rec, &account) != FULL_WANTED)
		return 0;
	full_own_port(&rec, sk);
	task_current(&rec.task);
	rec.id = emit_id(NL_PROG_RECV);
	rec.kind = NL_KIND_TRUNCATED;
	rec.taken = taken;
	rec.orig_len = ret > taken ? ret : taken + 1;
	if (left > nl_cfg.snap)
		left = nl_cfg.snap;
	switch (iter_at(false, msg)) {
	case ITER_IS_UBUF:
		base = (__u64)BPF_CORE_READ(msg, msg_iter.ubuf);
		break;
	case ITER_IS_IOVEC:
		iov = iter_iov(false, msg);
		nr = truncated_pieces(iov, taken);
		iov -= nr * sizeof(struct iovec);
		if (nr == 1)
			bpf_probe_read_kernel(&base, sizeof(base), (void *)iov);
	}
	if (!base && nr <= 1)
		left = 0;
	if (left <= NL_CHUNK && nr <= 1) {
		if (emit_small(&rec, base, left, 1))
			emit_lost(NL_LOST_REPORT);
		return 0;
	}
	r = emit_open(&rec);
	if (!r)
		return 0;
	if (base)
		emit_close(r, emit_chunks(rec.id, 0, base, left, 1));
	else
		emit_close(r, emit_pieces(rec.id, iov, nr, left, 0) & ~EMIT_IOV_FAULT);
	return 0;
}

/* netlink_recvmsg() with len bytes of room has returned ret, which is not negative: with
 * MSG_TRUNC among the flags the datagram's length, else at most the room. So that who
 * loses nothing pays for one comparison. */
static __always_inline void on_truncated(struct sock *sk, struct msghdr *msg, __u64 len, int flags,
					 int ret)
{
	if (!len || (__u64)ret < len || flags & MSG_PEEK || !sk)
		return;
	if (flags & MSG_TRUNC ? (__u64)ret == len : !(BPF_CORE_READ(msg, msg_flags) & MSG_TRUNC))
		return;
	if (plane_on(NL_PLANE_MESSAGES | NL_PLANE_LOSSES))
		truncated_emit(sk, msg, len, ret);
}

#endif
