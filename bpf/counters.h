/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * The counters plane: messages, bytes, errors, losses and times by process,
 * socket and type, counted where they happen, at any rate and without a ring
 * that could be full. Here is the walk over a datagram's messages.
 */
#ifndef NL_COUNTERS_H
#define NL_COUNTERS_H

#include "counters_rows.h"

#define NETLINK_NETFILTER 12
#define NETLINK_KOBJECT_UEVENT 15
#define NETLINK_ROUTE 0
#define NETLINK_SOCK_DIAG 4
#define NETLINK_GENERIC 16
#define NETLINK_CONNECTOR 11
#define NETLINK_AUDIT 9
#define NLMSG_ERROR 2
#define NLMSG_DONE 3
#define NLM_F_REQUEST 1
#define AUDIT_USER_AVC 1100 /* where "plain" audit records begin */

struct count_head {
	__u32 len;
	__u16 type;
	__u16 flags;
	__u32 seq;
	__u32 pid;
	__u8 rest[4]; /* of the payload */
};

/* What tells the messages of one type apart, as far as names depend on it. */
static __always_inline __u16 count_sub(__u16 protocol, __u16 type, const __u8 *rest)
{
	if (protocol == NETLINK_GENERIC)
		return rest[0]; /* genlmsghdr.cmd */
	if (protocol == NETLINK_NETFILTER && (type == 16 || type == 17))
		return rest[2] | rest[3] << 8; /* nfgenmsg.res_id of a batch */
	return 0;
}

/* What is neither a request nor a reply is counted apart. Names depend on it, too: some
 * families of generic netlink number what they multicast anew, beside their commands
 * (thermal, mptcp_pm, IOAM6). */
static __always_inline __u8 count_way(__u8 dir)
{
	return dir == NL_DIR_EVENT ? NL_ROW_EVENT : dir == NL_DIR_PEER ? NL_ROW_PEER : 0;
}

/* Begin to count something; its task and account are still to be set. */
static __always_inline struct count_walk *count_walk_new(enum nl_prog prog, __u64 inode, __u32 netns,
							 __u16 protocol, __u8 dir, __u64 now, struct sock *sk)
{
	struct count_walk *w = bpf_map_lookup_elem(&count_walks, &prog);

	if (!w)
		return 0;
	*(__u64 *)&w->what = 0;
	w->inode = inode;
	w->netns = netns;
	w->protocol = protocol;
	w->asked = (struct count_asked){};
	w->sk = (__u64)sk;
	w->now = now;
	w->messages = 0;
	w->bytes = 0;
	w->all_messages = 0;
	w->all_bytes = 0;
	w->errors = 0;
	w->probes = 0;
	w->nodev = 0;
	w->err = 0;
	w->off = 0;
	w->len = 0;
	w->user = 0;
	w->failed = 0;
	w->dir = dir;
	w->done = 0;
	w->caused = 0;
	w->dry = 0;
	return w;
}

static __always_inline struct count_walk *count_walk_full(const struct nl_full *rec, struct sock *sk,
							   enum nl_prog prog, __u64 account)
{
	struct count_walk *w = count_walk_new(prog, rec->inode, rec->netns, rec->protocol, rec->dir, rec->ktime, sk);
	const struct nl_task *t = &rec->owner;

	if (!w)
		return 0;
	/* capture.Frame.Account */
	if (!t->tgid && !t->comm[0] && rec->dir == NL_DIR_REQUEST)
		t = &rec->task;
	w->task = *t;
	w->account = account ? account : NL_UNOWNED | rec->inode;
	return w;
}

static __always_inline struct count_walk *count_walk_of(enum nl_prog prog)
{
	return bpf_map_lookup_elem(&count_walks, &prog);
}

/* What follows are global functions that take scalars: the verifier looks at each
 * once, and not once per caller and path. */

/* Count the run of messages at hand. */
__noinline __u64 count_run_end(enum nl_prog prog)
{
	struct count_walk *w = count_walk_of(prog);
	struct nl_row *row;

	if (!w || !w->messages)
		return 0;
	w->all_messages += w->messages;
	w->all_bytes += w->bytes;
	row = w->dry ? 0 : count_row_find(w, prog);
	if (row) {
		__sync_fetch_and_add(&row->messages, w->messages);
		__sync_fetch_and_add(&row->bytes, w->bytes);
		if (w->errors)
			__sync_fetch_and_add(&row->errors, w->errors);
		if (w->probes)
			__sync_fetch_and_add(&row->probes, w->probes);
		if (w->nodev)
			__sync_fetch_and_add(&row->nodev, w->nodev);
		count_touch(row, w);
	}
	w->messages = 0;
	w->bytes = 0;
	w->errors = 0;
	w->probes = 0;
	w->nodev = 0;
	w->err = 0;
	return 0;
}

/* The next message belongs to this row. */
static __always_inline void count_turn(struct count_walk *w, enum nl_prog prog, __u16 type, __u16 sub,
				       __u8 flags)
{
	if (w->what.type == type && w->what.sub == sub && w->what.flags == flags)
		return;
	if (w->messages)
		count_run_end(prog);
	w->what.type = type;
	w->what.sub = sub;
	w->what.flags = flags;
}

/* The header at an address of which left bytes may be read. In the kernel's own
 * memory it is read without a call where bpf_rdonly_cast() is. */
static __always_inline bool count_read_head(struct count_head *h, __u64 at, __u32 left, bool user)
{
	struct nlmsghdr___k *nlh;
	__u32 v;

	if (!nl_cfg.rdonly_cast || user)
		return !mem_copy(h, left < sizeof(*h) ? 16 : sizeof(*h), at, user);
	nlh = bpf_rdonly_cast((void *)at, bpf_core_type_id_kernel(struct nlmsghdr___k));
	h->len = nlh->nlmsg_len;
	h->type = nlh->nlmsg_type;
	h->flags = nlh->nlmsg_flags;
	if (left >= sizeof(*h)) {
		nlh = bpf_rdonly_cast((void *)at + 16, bpf_core_type_id_kernel(struct nlmsghdr___k));
		v = nlh->nlmsg_len;
		mem_opaque(v);
		*(__u32 *)h->rest = v;
	}
	return true;
}

/* Error and quoted type of an NLMSG_ERROR at an address. */
static __always_inline bool count_read_quote(__s32 *error, __u16 *type, __u64 at, bool user)
{
	struct {
		__s32 error;
		__u32 len;
		__u16 type;
	} quote = {};
	struct nlmsgerr___k *e;
	__u32 v;

	if (nl_cfg.rdonly_cast && !user) {
		e = bpf_rdonly_cast((void *)at + 16, bpf_core_type_id_kernel(struct nlmsgerr___k));
		*error = e->error;
		/* No load may be shared with the other way of reading. */
		v = e->msg.nlmsg_type;
		mem_opaque(v);
		*type = v;
		return true;
	}
	if (mem_copy(&quote, 10, at + 16, user))
		return false;
	*error = quote.error;
	*type = quote.type;
	return true;
}

/* Numbers that probes are told by, from linux/rtnetlink.h, linux/netfilter/nfnetlink.h,
 * nf_tables.h and ipset/ip_set.h, linux/genetlink.h, linux/sock_diag.h, asm-generic/errno.h. */
#define COUNT_NEWLINK 16
#define COUNT_NFT_GETCHAIN (10 << 8 | 4)
#define COUNT_NFT_GETSET (10 << 8 | 10)
#define COUNT_IPSET_TEST (6 << 8 | 11)
#define COUNT_IPSET_ERR_EXIST 4103
#define COUNT_NFT_COMPAT_GET (11 << 8)
#define COUNT_GENL_CTRL 16
#define COUNT_DIAG_BY_FAMILY 20
#define COUNT_NLM_F_DUMP 0x300

/* What an error may be. */
enum count_no {
	COUNT_FAILURE,
	COUNT_PROBE, /* what its requester asked for is not there */
	COUNT_NODEV, /* nl_row.nodev: user space knows which family has the number */
};

/* What the NLMSG_ERROR at hand is, of len bytes. The tables of families have the same
 * (schema.Probe), with the reasons. */
__noinline __u64 count_says_no(enum nl_prog prog, __u32 error, __u32 len)
{
	struct count_walk *w = count_walk_of(prog);
	struct {
		__u32 len;
		__u16 type;
		__u16 flags;
		__u32 seq, pid;
		__u32 family; /* of struct ifinfomsg, and ifi_type */
		__u32 index;
	} q = {};
	bool dump;

	if (!w || len < 36 || mem_copy(&q, len < 44 ? 16 : sizeof(q), w->src + w->off + 20, w->user))
		return COUNT_FAILURE;
	dump = (q.flags & COUNT_NLM_F_DUMP) == COUNT_NLM_F_DUMP;
	switch (w->protocol) {
	case NETLINK_ROUTE:
		return error == 19 && q.type == COUNT_NEWLINK && q.len == 32 && len >= 44 && !q.index;
	case NETLINK_NETFILTER:
		return (error == 2 && q.type == COUNT_NFT_GETCHAIN && !dump) ||
		       (error == 2 && q.type == COUNT_NFT_GETSET && dump) ||
		       (error == COUNT_IPSET_ERR_EXIST && q.type == COUNT_IPSET_TEST) ||
		       ((error == 2 || error == 93) && q.type == COUNT_NFT_COMPAT_GET);
	case NETLINK_GENERIC:
		if (q.type == COUNT_GENL_CTRL)
			return error == 2;
		return error == 19 && !dump ? COUNT_NODEV : COUNT_FAILURE;
	case NETLINK_SOCK_DIAG:
		return error == 2 && q.type == COUNT_DIAG_BY_FAMILY && dump;
	}
	return COUNT_FAILURE;
}

/* An NLMSG_ERROR counts for the request that it quotes, an NLMSG_DONE for the
 * one that it ends, as in package correlate. */
static __always_inline bool count_control(struct count_walk *w, enum nl_prog prog, const struct count_head *h)
{
	__s32 error = 0;
	__u16 type, sub = 0;
	__u64 no;

	if (w->protocol == NETLINK_CONNECTOR || (h->type != NLMSG_ERROR && h->type != NLMSG_DONE))
		return false;
	if (h->type == NLMSG_DONE) {
		w->done = true;
		if (!w->asked.known)
			return false;
		count_turn(w, prog, w->asked.type, w->asked.sub, NL_ROW_REQUEST | count_way(w->dir));
		if (h->len >= 20)
			__builtin_memcpy(&error, h->rest, 4);
	} else {
		if (h->len < 36 || !count_read_quote(&error, &type, w->src + w->off, w->user))
			return false;
		/* A quote ends behind the header where all went well. */
		if (w->asked.known && w->asked.type == type)
			sub = w->asked.sub;
		count_turn(w, prog, type, sub, NL_ROW_REQUEST | count_way(w->dir));
	}
	if (error < 0) {
		w->errors++;
		w->err = -error;
		if (h->type == NLMSG_ERROR) {
			no = count_says_no(prog, -error, h->len);
			w->probes += no == COUNT_PROBE;
			w->nodev += no == COUNT_NODEV;
		}
	}
	return true;
}

/* Count one message; false: it was the last. */
__noinline __u64 count_step(enum nl_prog prog)
{
	struct count_walk *w = count_walk_of(prog);
	struct count_head h = {};
	__u32 left, size;
	__u16 sub;
	__u8 flags;

	if (!w || w->off >= w->len)
		return false;
	left = w->len - w->off;
	if (left < 16) {
		/* Behind a message this is padding. */
		if (w->off)
			return false;
		count_turn(w, prog, 0, 0,
			   NL_ROW_BARE | (w->dir == NL_DIR_REQUEST ? NL_ROW_OUT : 0) | count_way(w->dir));
		w->messages = 1;
		w->bytes = left;
		return false;
	}
	if (!count_read_head(&h, w->src + w->off, left, w->user))
		return false;
	if (!h.len && w->off)
		return false;
	size = h.len;
	/* audit_log_end() leaves the header out of nlmsg_len. */
	if (size < 16 || size > left ||
	    (w->protocol == NETLINK_AUDIT && h.type >= AUDIT_USER_AVC && !w->off && size + 16 == left))
		size = left;
	flags = w->dir == NL_DIR_REQUEST || w->failed ? NL_ROW_OUT : 0;
	if (w->dir == NL_DIR_REQUEST || (w->dir == NL_DIR_PEER && h.flags & NLM_F_REQUEST))
		flags |= NL_ROW_REQUEST;
	if (flags || !count_control(w, prog, &h)) {
		sub = count_sub(w->protocol, h.type, h.rest);
		flags |= count_way(w->dir);
		count_turn(w, prog, h.type, sub, flags);
		if (!w->off && flags & NL_ROW_OUT) {
			w->asked.protocol = w->protocol;
			w->asked.type = h.type;
			w->asked.sub = sub;
			w->asked.known = true;
		}
	}
	w->messages++;
	w->bytes += size;
	if (w->failed)
		w->errors++;
	w->off += (size + 3) & ~3U;
	return true;
}

/* Count messages that go into the row at hand, as those of a dump do: a header
 * takes a fifth of count_step(). */
__noinline __u64 count_run_extend(enum nl_prog prog)
{
	struct count_walk *w = count_walk_of(prog);
	struct nlmsghdr___k *nlh;
	__u32 off, len, size;
	__u64 src, n = 0, bytes = 0;
	__u16 type;

	if (!nl_cfg.rdonly_cast || !w || w->user || w->failed || w->what.sub)
		return 0;
	/* What count_step() looks into further: who asks, a command or subsystem, control. */
	type = w->what.type;
	if (w->dir == NL_DIR_PEER || w->protocol == NETLINK_GENERIC || w->protocol == NETLINK_CONNECTOR || type < 18 ||
	    w->what.flags != (w->dir == NL_DIR_REQUEST ? NL_ROW_OUT | NL_ROW_REQUEST : count_way(w->dir)))
		return 0;
	src = w->src;
	off = w->off;
	len = w->len;
	for (int i = 0; i < NL_RUN; i++) {
		if (off + 16 > len)
			break;
		nlh = bpf_rdonly_cast((void *)(src + off), bpf_core_type_id_kernel(struct nlmsghdr___k));
		size = nlh->nlmsg_len;
		if (nlh->nlmsg_type != type || size < 16 || size > len - off)
			break;
		n++;
		bytes += size;
		off += (size + 3) & ~3U;
	}
	w->messages += n;
	w->bytes += bytes;
	w->off = off;
	return n;
}

/* Count the next messages of what a program walks through; false: there are no
 * more. */
__noinline __u64 count_stride(enum nl_prog prog)
{
	bool more = true;

	REPEAT(i, NL_STRIDE, ({
		count_run_extend(prog);
		more = count_step(prog);
	}));
	return more;
}

/* Count a datagram of which w->len bytes lie at w->src, in user memory if w->user.
 * A uevent has no nlmsghdr but text, of which the first two letters tell the actions
 * apart. */
__noinline __u64 count_datagram(enum nl_prog prog)
{
	struct count_walk *w = count_walk_of(prog);
	__u16 action = 0;
	bool more;

	if (!w)
		return 0;
	if (w->protocol == NETLINK_KOBJECT_UEVENT) {
		mem_copy(&action, sizeof(action), w->src, w->user);
		count_turn(w, prog, 0, action, NL_ROW_BARE | (w->failed ? NL_ROW_OUT : 0) | count_way(w->dir));
		w->messages = 1;
		w->bytes = w->len;
		count_run_end(prog);
		return 0;
	}
	/* Most datagrams are one message. */
	more = count_step(prog) && w->off < w->len;
	if (more)
		REPEAT(i, NL_STRIDES, more = count_stride(prog));
	if (more)
		emit_lost(NL_LOST_WALK);
	count_run_end(prog);
	return 0;
}

/* Count the loss of a datagram, by its first message; src 0: unknown. */
static __always_inline void count_loss(struct count_walk *w, enum nl_prog prog, __u64 src)
{
	struct count_head h = {};
	struct nl_row *row;

	if (!src || mem_copy(&h, sizeof(h), src, 0)) {
		w->what.flags = NL_ROW_SOCKET;
	} else if (w->protocol == NETLINK_KOBJECT_UEVENT) {
		w->what.flags = NL_ROW_BARE | count_way(w->dir);
		w->what.sub = h.len; /* the first two letters */
	} else {
		w->what.type = h.type;
		w->what.sub = count_sub(w->protocol, h.type, h.rest);
		w->what.flags = count_way(w->dir);
	}
	row = count_row_find(w, prog);
	if (!row)
		return;
	__sync_fetch_and_add(&row->drops, 1);
	count_touch(row, w);
}

/* histogram.Number */
static __always_inline __u32 count_bucket(__u64 v)
{
	__u64 x = v;
	__u32 e = 0;

	if (v < 32)
		return v;
#pragma unroll
	for (__u32 s = 32; s; s >>= 1)
		if (x >> s) {
			e += s;
			x >>= s;
		}
	if (e > NL_TOP_OCTAVE)
		return (NL_TOP_OCTAVE - 3) * 32 - 1;
	return (e - 4) * 32 + (v >> (e - 5) & 31);
}

/* A latency of the request whose row is at hand. */
static __always_inline void count_time(struct count_walk *w, enum nl_prog prog, struct nl_row *row, __u64 ns)
{
	count_add_latency(row, ns);
	w->what.bucket = 1 + count_bucket(ns);
	row = count_row_find(w, prog);
	if (row)
		__sync_fetch_and_add(&row->messages, 1);
	w->what.bucket = 0;
}

static __always_inline struct nl_row *count_asked_row(struct count_walk *w, enum nl_prog prog)
{
	w->what.type = w->asked.type;
	w->what.sub = w->asked.sub;
	w->what.flags = NL_ROW_OUT | NL_ROW_REQUEST;
	return count_row_find(w, prog);
}

/* The end of a dump, so long after it was asked for. */
__noinline __u64 count_dump_end(enum nl_prog prog, __u64 ns)
{
	struct count_walk *w = count_walk_of(prog);
	struct nl_row *row;

	if (!w)
		return 0;
	row = count_asked_row(w, prog);
	if (!row)
		return 0;
	count_touch(row, w);
	count_time(w, prog, row, ns);
	return 0;
}

/* The end of a send that took so long; latency 0: it was not answered. */
__noinline __u64 count_send_end(enum nl_prog prog, __u64 ns, __u64 latency)
{
	struct count_walk *w = count_walk_of(prog);
	struct nl_row *row;

	if (!w)
		return 0;
	row = count_asked_row(w, prog);
	if (!row)
		return 0;
	count_add_kernel(row, ns);
	if (w->err)
		__sync_fetch_and_add(&row->errors, 1);
	count_touch(row, w);
	if (latency)
		count_time(w, prog, row, latency);
	return 0;
}

static __always_inline void count_nobufs(struct count_walk *w, enum nl_prog prog, bool read)
{
	struct nl_row *row;

	w->what.flags = NL_ROW_SOCKET;
	row = count_row_find(w, prog);
	if (!row)
		return;
	__sync_fetch_and_add(read ? &row->nobufs_read : &row->nobufs_raised, 1);
	count_touch(row, w);
}

#endif
