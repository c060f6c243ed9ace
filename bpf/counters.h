/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * The counters plane: messages, bytes, errors, losses and times by process,
 * socket and type, counted where they happen, at any rate and without a ring
 * that could be full.
 *
 * The table is an inner map that user space exchanges for an empty one now and
 * then. The kernel lets that return when no program uses the old one any more
 * (maybe_wait_bpf_programs() in kernel/bpf/syscall.c), so that what is read is
 * complete, and the table has to hold only what happens in between. One map for
 * all CPUs with atomic sums, since a row belongs to a process: per-CPU rows
 * would cost memory by the number of CPUs and hardly save a cache line.
 */
#ifndef NL_COUNTERS_H
#define NL_COUNTERS_H

#include "emit.h"

#define NETLINK_NETFILTER 12
#define NETLINK_KOBJECT_UEVENT 15
#define NETLINK_GENERIC 16
#define NETLINK_CONNECTOR 11
#define NETLINK_AUDIT 9
#define NLMSG_ERROR 2
#define NLMSG_DONE 3
#define NLM_F_REQUEST 1
#define AUDIT_USER_AVC 1100 /* where "plain" audit records begin */

/* Of what found no room in the table, since the beginning. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nl_row);
} count_rest SEC(".maps");

/* A row stands in one of COUNT_SLOTS slots that its key gives. Behind the last slot
 * is a row whose account is the number of the table, which user space sets. The
 * array is looked into without a call and read by user space without one: user
 * space maps it. */
#define COUNT_SLOTS 16

struct count_row_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, NL_ROWS + 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct nl_row));
};

/* Slots that are taken, by table and slot: of all who want one at the same
 * moment, only one can add it here. (Atomics that return something are missing
 * before 5.12.) User space removes what it has read. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * NL_ROWS);
	__type(key, __u32);
	__type(value, __u8);
} count_claims SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct count_row_array);
} count_table SEC(".maps");

/* NL_PLANE_*: what is emitted beside the counters. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} plane_bits SEC(".maps");

static __always_inline bool plane_on(__u32 plane)
{
	__u32 zero = 0, *on = bpf_map_lookup_elem(&plane_bits, &zero);

	return on && *on & plane;
}

struct count_head {
	__u32 len;
	__u16 type;
	__u16 flags;
	__u32 seq;
	__u32 pid;
	__u8 rest[4]; /* of the payload */
};

/* What a request was. */
struct count_asked {
	__u16 protocol;
	__u16 type;
	__u16 sub;
	__u16 known;
};

/* A datagram that is being counted, in runs of messages of one type. */
struct count_walk {
	struct nl_what what;
	__u64 account;
	__u64 inode;
	struct nl_task task; /* whose it is */
	__u32 netns;
	__u16 protocol;
	struct count_asked asked;
	__u64 src;
	__u64 sk;
	__u64 now;
	__u64 messages;
	__u64 bytes;
	__u64 errors;
	__u32 err;
	__u32 off;
	__u32 len;
	__u8 user;
	__u8 failed; /* the send was */
	__u8 dir;
	__u8 done;   /* an NLMSG_DONE was in it */
};

/* The stack has no room for these. Each program has its own: none of them
 * interrupts itself (see emit_id()). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NL_PROG_MAX);
	__type(key, __u32);
	__type(value, struct count_walk);
} count_walks SEC(".maps");

/* What tells the messages of one type apart, as far as names depend on it. */
static __always_inline __u16 count_sub(__u16 protocol, __u16 type, const __u8 *rest)
{
	if (protocol == NETLINK_GENERIC)
		return rest[0]; /* genlmsghdr.cmd */
	if (protocol == NETLINK_NETFILTER && (type == 16 || type == 17))
		return rest[2] | rest[3] << 8; /* nfgenmsg.res_id of a batch */
	return 0;
}

static __always_inline __u64 count_what(const struct nl_what *w)
{
	return *(const __u64 *)w;
}

/* The same of its parts. */
static __always_inline __u64 count_what_of(__u16 type, __u16 sub, __u16 bucket, __u8 flags)
{
	return type | (__u64)sub << 16 | (__u64)bucket << 32 | (__u64)flags << 48 | 1ULL << 56;
}

/* The first slot of a row. */
static __always_inline __u32 count_first_slot(__u64 account, __u64 what)
{
	return ((account ^ what * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd) >> 48 & (NL_ROWS - 1);
}

/* The row in a slot if it is that of a key. */
static __always_inline struct nl_row *count_row_at(__u32 at, __u64 account, __u64 what)
{
	__u32 zero = 0;
	void *table = bpf_map_lookup_elem(&count_table, &zero);
	struct nl_row *row;

	if (!table)
		return 0;
	row = bpf_map_lookup_elem(table, &at);
	if (row && row->account == account && count_what(&row->what) == what)
		return row;
	return 0;
}

/* The row of a key if it stands in its first slot, as most do. */
static __always_inline struct nl_row *count_row_known(__u64 account, __u64 what)
{
	return count_row_at(count_first_slot(account, what), account, what);
}

/* The name of the process whose row it is: it owns the socket, or is at work. */
static __always_inline void count_row_name(struct nl_row *row, struct count_walk *w)
{
	__u64 inode = w->inode;
	struct nl_owner *o = bpf_map_lookup_elem(&owner_by_inode, &inode);

	if (o && o->task.tgid == w->task.tgid && o->task.life == w->task.life)
		__builtin_memcpy(row->name, o->name, NL_COMM_LEN);
	else if (w->task.tgid == bpf_get_current_pid_tgid() >> 32)
		task_process_name(row->name);
	else
		__builtin_memcpy(row->name, w->task.comm, NL_COMM_LEN);
}

/* Take a slot for what a program walks through; false: somebody else was quicker. */
static __always_inline bool count_row_claim(struct nl_row *row, __u32 claim, __u64 account, __u64 what,
					    __u32 prog)
{
	struct count_walk *w;
	__u8 one = 1;

	if (bpf_map_update_elem(&count_claims, &claim, &one, BPF_NOEXIST))
		return false;
	w = bpf_map_lookup_elem(&count_walks, &prog);
	if (w) {
		row->inode = w->inode;
		row->cgroup = w->task.cgroup;
		row->life = w->task.life;
		row->tgid = w->task.tgid;
		row->netns = w->netns;
		row->protocol = w->protocol;
		count_row_name(row, w);
	}
	row->account = account;
	*(volatile __u64 *)&row->what = what;
	return true;
}

/* The slot of a row in the table, a new one if need be; NL_ROWS: there is no room.
 * Two CPUs that make the same row at the same moment get one each: user space adds
 * them up. A global function of scalars: the verifier looks at it once. */
__noinline __u64 count_row_slot(__u64 account, __u64 what, __u64 prog)
{
	__u32 zero = 0, last = NL_ROWS, at = count_first_slot(account, what);
	void *table = bpf_map_lookup_elem(&count_table, &zero);
	struct nl_row *row;
	__u64 number;

	if (!table)
		return NL_ROWS;
	row = bpf_map_lookup_elem(table, &last);
	if (!row)
		return NL_ROWS;
	number = row->account;
	for (__u32 i = 0; i < COUNT_SLOTS; i++) {
		at &= NL_ROWS - 1;
		row = bpf_map_lookup_elem(table, &at);
		if (!row)
			break;
		if (row->account == account && count_what(&row->what) == what)
			return at;
		if (!count_what(&row->what) && count_row_claim(row, number * NL_ROWS + at, account, what, prog))
			return at;
		at++;
	}
	return NL_ROWS;
}

/* The row of what is at hand; the one for what has no room if there is none. The
 * tables may be exchanged behind count_row_slot(): what was counted in that slot of the
 * other one would be lost. Once: the next exchange waits for this program. */
static __always_inline struct nl_row *count_row_find(struct count_walk *w, __u32 prog)
{
	__u32 zero = 0, at;
	struct nl_row *row;

	w->what.used = 1;
	for (int i = 0; i < 2; i++) {
		at = count_row_slot(w->account, count_what(&w->what), prog);
		if (at >= NL_ROWS)
			break;
		row = count_row_at(at, w->account, count_what(&w->what));
		if (row)
			return row;
	}
	return bpf_map_lookup_elem(&count_rest, &zero);
}

/* A maximum without locks: whoever is overwritten by less tries again. */
static __always_inline void count_max(__u64 *most, __u64 v)
{
	for (int i = 0; i < 4; i++) {
		if (*(volatile __u64 *)most >= v)
			break;
		*(volatile __u64 *)most = v;
	}
}

/* Begin to count something; its task and account are still to be set. */
static __always_inline struct count_walk *count_walk_new(__u32 prog, __u64 inode, __u32 netns, __u16 protocol,
							 __u8 dir, __u64 now, struct sock *sk)
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
	w->errors = 0;
	w->err = 0;
	w->off = 0;
	w->len = 0;
	w->user = 0;
	w->failed = 0;
	w->dir = dir;
	w->done = 0;
	return w;
}

static __always_inline struct count_walk *count_walk_event(const struct nl_event *ev, struct sock *sk, __u32 prog,
							   __u64 account)
{
	struct count_walk *w = count_walk_new(prog, ev->inode, ev->netns, ev->protocol, ev->dir, ev->ktime, sk);
	const struct nl_task *t = &ev->owner;

	if (!w)
		return 0;
	/* capture.Frame.Account */
	if (!t->tgid && !t->comm[0] && ev->dir == NL_DIR_REQUEST)
		t = &ev->task;
	w->task = *t;
	w->account = account ? account : NL_ORPHAN | ev->inode;
	return w;
}

static __always_inline void count_touch(struct nl_row *row, const struct count_walk *w)
{
	__u64 sk = w->sk; /* not in the macro, which would relocate it too */

	row->last = w->now;
	if (!row->port)
		row->port = BPF_CORE_READ((struct netlink_sock *)sk, portid);
	if (w->err)
		row->err = w->err;
}

static __always_inline struct count_walk *count_walk_of(__u32 prog)
{
	return bpf_map_lookup_elem(&count_walks, &prog);
}

/* What follows are global functions that take scalars: the verifier looks at each
 * once, and not once per caller and path. */

/* Count the run of messages at hand. */
__noinline __u64 count_run_end(__u64 prog)
{
	struct count_walk *w = count_walk_of(prog);
	struct nl_row *row;

	if (!w || !w->messages)
		return 0;
	row = count_row_find(w, prog);
	if (row) {
		__sync_fetch_and_add(&row->messages, w->messages);
		__sync_fetch_and_add(&row->bytes, w->bytes);
		if (w->errors)
			__sync_fetch_and_add(&row->errors, w->errors);
		count_touch(row, w);
	}
	w->messages = 0;
	w->bytes = 0;
	w->errors = 0;
	w->err = 0;
	return 0;
}

/* The next message belongs to this row. */
static __always_inline void count_turn(struct count_walk *w, __u32 prog, __u16 type, __u16 sub, __u8 flags)
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
 * memory it is read without a call where bpf_rdonly_cast() is (since 6.2). */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

static __always_inline bool count_read_head(struct count_head *h, __u64 at, __u32 left, bool user)
{
	struct nlmsghdr___k *nlh;
	__u32 v;

	if (!nl_cfg.cast || user)
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

	if (nl_cfg.cast && !user) {
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

/* An NLMSG_ERROR counts for the request that it quotes, an NLMSG_DONE for the
 * one that it ends, as in package correlate. */
static __always_inline bool count_control(struct count_walk *w, __u32 prog, const struct count_head *h)
{
	__s32 error = 0;
	__u16 type, sub = 0;

	if (w->protocol == NETLINK_CONNECTOR || (h->type != NLMSG_ERROR && h->type != NLMSG_DONE))
		return false;
	if (h->type == NLMSG_DONE) {
		w->done = true;
		if (!w->asked.known)
			return false;
		count_turn(w, prog, w->asked.type, w->asked.sub, NL_ROW_REQUEST);
		if (h->len >= 20)
			__builtin_memcpy(&error, h->rest, 4);
	} else {
		if (h->len < 36 || !count_read_quote(&error, &type, w->src + w->off, w->user))
			return false;
		/* A quote ends behind the header where all went well. */
		if (w->asked.known && w->asked.type == type)
			sub = w->asked.sub;
		count_turn(w, prog, type, sub, NL_ROW_REQUEST);
	}
	if (error < 0) {
		w->errors++;
		w->err = -error;
	}
	return true;
}

/* Count one message; false: it was the last. */
__noinline __u64 count_step(__u64 prog)
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
		count_turn(w, prog, 0, 0, NL_ROW_BARE | (w->dir == NL_DIR_REQUEST ? NL_ROW_OUT : 0));
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
__noinline __u64 count_run_extend(__u64 prog)
{
	struct count_walk *w = count_walk_of(prog);
	struct nlmsghdr___k *nlh;
	__u32 off, len, size;
	__u64 src, n = 0, bytes = 0;
	__u16 type;

	if (!nl_cfg.cast || !w || w->user || w->failed || w->what.sub)
		return 0;
	/* What count_step() looks into further: who asks, a command or subsystem, control. */
	type = w->what.type;
	if (w->dir == NL_DIR_PEER || w->protocol == NETLINK_GENERIC || w->protocol == NETLINK_CONNECTOR || type < 18 ||
	    w->what.flags != (w->dir == NL_DIR_REQUEST ? NL_ROW_OUT | NL_ROW_REQUEST : 0))
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
__noinline __u64 count_stride(__u64 prog)
{
	for (int i = 0; i < NL_STRIDE; i++) {
		count_run_extend(prog);
		if (!count_step(prog))
			return false;
	}
	return true;
}

/* Count a datagram of which w->len bytes lie at w->src, in user memory if w->user.
 * A uevent has no nlmsghdr but text, of which the first two letters tell the actions
 * apart. */
__noinline __u64 count_datagram(__u64 prog)
{
	struct count_walk *w = count_walk_of(prog);
	__u16 action = 0;
	bool more;

	if (!w)
		return 0;
	if (w->protocol == NETLINK_KOBJECT_UEVENT) {
		mem_copy(&action, sizeof(action), w->src, w->user);
		count_turn(w, prog, 0, action, NL_ROW_BARE | (w->failed ? NL_ROW_OUT : 0));
		w->messages = 1;
		w->bytes = w->len;
		count_run_end(prog);
		return 0;
	}
	/* Most datagrams are one message. */
	more = count_step(prog) && w->off < w->len;
	for (int i = 0; more && i < NL_STRIDES; i++)
		more = count_stride(prog);
	if (more)
		emit_lost(NL_LOST_WALK);
	count_run_end(prog);
	return 0;
}

/* Count the loss of a datagram, by its first message; src 0: unknown. */
static __always_inline void count_loss(struct count_walk *w, __u32 prog, __u64 src)
{
	struct count_head h = {};
	struct nl_row *row;

	if (!src || mem_copy(&h, sizeof(h), src, 0)) {
		w->what.flags = NL_ROW_SOCKET;
	} else if (w->protocol == NETLINK_KOBJECT_UEVENT) {
		w->what.flags = NL_ROW_BARE;
		w->what.sub = h.len; /* the first two letters */
	} else {
		w->what.type = h.type;
		w->what.sub = count_sub(w->protocol, h.type, h.rest);
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

static __always_inline void count_add_latency(struct nl_row *row, __u64 ns)
{
	__sync_fetch_and_add(&row->latency_count, 1);
	__sync_fetch_and_add(&row->latency_ns, ns);
	count_max(&row->latency_max, ns);
}

static __always_inline void count_add_kernel(struct nl_row *row, __u64 ns)
{
	__sync_fetch_and_add(&row->kernel_count, 1);
	__sync_fetch_and_add(&row->kernel_ns, ns);
	count_max(&row->kernel_max, ns);
}

/* A latency of the request whose row is at hand. */
static __always_inline void count_time(struct count_walk *w, __u32 prog, struct nl_row *row, __u64 ns)
{
	count_add_latency(row, ns);
	w->what.bucket = 1 + count_bucket(ns);
	row = count_row_find(w, prog);
	if (row)
		__sync_fetch_and_add(&row->messages, 1);
	w->what.bucket = 0;
}

static __always_inline struct nl_row *count_asked_row(struct count_walk *w, __u32 prog)
{
	w->what.type = w->asked.type;
	w->what.sub = w->asked.sub;
	w->what.flags = NL_ROW_OUT | NL_ROW_REQUEST;
	return count_row_find(w, prog);
}

/* The end of a dump, so long after it was asked for. */
__noinline __u64 count_dump_end(__u64 prog, __u64 ns)
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
__noinline __u64 count_send_end(__u64 prog, __u64 ns, __u64 latency)
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

static __always_inline void count_nobufs(struct count_walk *w, __u32 prog, bool read)
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
