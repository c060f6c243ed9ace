/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* netlink_sendmsg(): the frame of time in which a task's requests happen, what
 * became of them, and sends that came to nothing. */
#ifndef NL_SEND_H
#define NL_SEND_H

#include "hooks.h"
#include "iter.h"
#include "waits.h"

/* Where the payload is, before netlink_sendmsg() moves the iterator on. */
static __always_inline void send_remember_iov(struct flow *f, struct msghdr *msg)
{
	f->iov = 0;
	f->iov_nr = 0;
	f->ubuf = 0;
	switch (iter_at(true, msg)) {
	case ITER_IS_UBUF:
		f->ubuf = (__u64)MEM_GET(true, msg, msg_iter.ubuf);
		break;
	case ITER_IS_IOVEC:
		f->iov = iter_iov(true, msg);
		f->iov_nr = MEM_GET(true, msg, msg_iter.nr_segs);
	}
}

/* netlink_sendmsg() begins. */
static __always_inline int on_sendmsg(struct socket *sock, struct msghdr *msg, __u64 len)
{
	struct sock *sk = MEM_FOLLOW(true, sock, sk);
	__u64 inode = sock_inode(true, sock), now;
	__u32 protocol, netns;
	struct flow *f;

	if (!sk)
		return 0;
	protocol = MEM_GET(true, sk, sk_protocol);
	netns = sock_netns(true, sk);
	if (!filter_wants(protocol, netns))
		return 0;
	f = flow_new();
	if (!f)
		return 0;
	now = bpf_ktime_get_ns();
	f->start = 0;
	f->depth = 0; /* whatever a missed return left behind */
	f->dump_sk = 0;
	if ((f->inode != inode || now - f->owned_at > FLOW_OWN_NS || !flow_fits(f)) &&
	    !flow_own(f, inode, now))
		return 0;
	if (filter_is_self(&f->task) || !filter_wants_task(&f->task))
		return 0;
	f->netns = netns;
	f->protocol = protocol;
	f->start = now;
	f->id = 0;
	f->asked.known = 0;
	f->asked_at = 0;
	f->replied_at = 0;
	f->lock_wait = 0;
	f->lock_hold = 0;
	f->lock_worst = 0;
	wait_begin(f);
	f->sk = (__u64)sk;
	f->msg = (__u64)msg;
	f->len = len;
	send_remember_iov(f, msg);
	return 0;
}

/* Prepare to count a datagram that was not delivered, as far as its first piece
 * tells. */
static __always_inline bool send_walk_failed(struct nl_full *rec, struct flow *f, struct sock *sk)
{
	struct count_walk *w = count_walk_full(rec, sk, NL_PROG_SEND, f->account);
	struct {
		__u64 base, len;
	} v = {.base = f->ubuf, .len = f->len};

	if (!w)
		return false;
	if (!f->ubuf && f->iov)
		mem_copy(&v, sizeof(v), f->iov, 0);
	w->failed = 1;
	w->err = rec->err;
	w->src = v.base;
	w->len = v.len < f->len ? v.len : f->len;
	w->user = true;
	return true;
}

/* Count the time that a send took, and how long its answer. A dump that goes on
 * is answered by its end. */
static __noinline int send_count(struct flow *f, __u64 now, __u64 elapsed, __u32 err)
{
	__u64 latency = f->replied_at ? f->replied_at - f->asked_at : 0;
	__u8 flags = NL_ROW_OUT | NL_ROW_REQUEST;
	struct nl_row *row, *bucket = 0;
	struct count_walk *w;

	row = err ? 0 : count_row_known(f->account, count_what_of(f->asked.type, f->asked.sub, 0, flags));
	if (row && latency)
		bucket = count_row_known(f->account,
				      count_what_of(f->asked.type, f->asked.sub, 1 + count_bucket(latency), flags));
	if (row && (bucket || !latency)) {
		count_add_kernel(row, elapsed);
		row->last = now;
		if (bucket) {
			count_add_latency(row, latency);
			__sync_fetch_and_add(&bucket->messages, 1);
		}
		return 0;
	}
	w = count_walk_flow(f, NL_PROG_SEND, NL_DIR_UNKNOWN, now);
	if (!w)
		return 0;
	w->asked = f->asked;
	w->err = err;
	count_send_end(NL_PROG_SEND, elapsed, latency);
	return 0;
}

/* Nothing was delivered: the datagram itself is the report. True: it is to be counted. */
static __always_inline bool send_failed(struct nl_full *rec, struct flow *f, struct sock *sk)
{
	struct msghdr *msg = (void *)f->msg;
	struct netlink_sock *nlk = (void *)sk;
	bool counts = false;
	struct {
		__u16 family, pad;
		__u32 pid, groups;
	} to = {}; /* struct sockaddr_nl, include/uapi/linux/netlink.h */

	if (BPF_CORE_READ(msg, msg_namelen) >= (int)sizeof(to)) {
		bpf_probe_read_kernel(&to, sizeof(to), BPF_CORE_READ(msg, msg_name));
		for (int i = 0; i < 32; i++)
			if (to.groups & 1U << i) {
				rec->group = i + 1; /* ffs(), as netlink_sendmsg() does */
				break;
			}
	} else {
		to.pid = BPF_CORE_READ(nlk, dst_portid);
		rec->group = BPF_CORE_READ(nlk, dst_group);
	}
	rec->id = emit_id(NL_PROG_SEND);
	rec->kind = NL_KIND_DATAGRAM;
	rec->dir = to.pid || rec->group ? NL_DIR_PEER : NL_DIR_REQUEST;
	rec->dst_port = to.pid;
	rec->orig_len = f->len;
	if (nl_cfg.counts)
		counts = send_walk_failed(rec, f, sk);
	if (!plane_on(NL_PLANE_MESSAGES))
		return counts;
	if (f->ubuf || !f->iov_nr)
		emit_datagram(rec, f->ubuf, 1);
	else
		emit_iov(rec, (void *)f->iov, f->iov_nr, false);
	return counts;
}

/* Emit a completion, with what the send waited for. */
static __always_inline void send_report(struct nl_full *rec, struct flow *f)
{
	struct nl_waits *w = f->waits ? wait_sum() : 0;

	if (w)
		rec->orig_len = sizeof(*w);
	if (emit_small(rec, (__u64)w, rec->orig_len, 0))
		emit_lost(NL_LOST_REPORT);
}

/* Tell of a send that has ended out of the ordinary; true: it is to be counted. */
static __noinline int send_ended(struct flow *f, __u64 now, __u64 elapsed)
{
	struct sock *sk = (void *)f->sk;
	struct nl_full rec = {};
	__u32 err = f->err;

	full_begin_flow(&rec, f);
	rec.ktime = now;
	rec.of = f->id;
	rec.elapsed = elapsed;
	rec.verdict = err ? NL_VERDICT_FAILED : NL_VERDICT_DELIVERED;
	rec.err = err;
	full_queue(&rec, false, sk);
	full_own_port(&rec, sk);
	rec.src_port = rec.own_port;
	if (!rec.of)
		return send_failed(&rec, f, sk);
	rec.kind = NL_KIND_COMPLETION;
	rec.lock_wait = f->lock_wait;
	rec.lock_hold = f->lock_hold;
	if (f->lock_worst)
		rec.blocker = f->blocker;
	send_report(&rec, f);
	return 0;
}

/* A send that went well. */
static __noinline int send_done(struct flow *f, struct sock *sk, __u64 now, __u64 elapsed)
{
	brief_completion(f, sk, now, elapsed);
	return 0;
}

/* netlink_sendmsg() returns. A return probe is not told the socket. */
static __always_inline int on_sendmsg_exit(struct sock *sk, int ret)
{
	struct flow *f = flow_current();
	__u64 now, elapsed;
	__u32 err = 0;

	if (!f || !f->start)
		return 0;
	if (!MEM_DIRECT)
		sk = (void *)f->sk;
	now = bpf_ktime_get_ns();
	elapsed = now - f->start;
	if (nl_cfg.times)
		wait_end(f, elapsed);
	f->start = 0;
	if (ret < 0)
		err = -ret;
	f->err = err;
	if (!f->id && !err && !f->asked_at)
		return 0;
	if (nl_cfg.counts && f->asked_at)
		send_count(f, now, elapsed, err);
	if (!f->id && f->asked_at)
		return 0;
	if (sk && f->id && !err && !f->lock_worst && !f->waits)
		return send_done(f, sk, now, elapsed);
	if (send_ended(f, now, elapsed))
		count_datagram(NL_PROG_SEND);
	return 0;
}

#endif
