/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * The rows of the counters plane.
 *
 * Their table is an inner map that user space swaps for an empty one now and
 * then. The kernel lets that return when no program uses the old one any more
 * (maybe_wait_bpf_programs() in kernel/bpf/syscall.c), so that what is read is
 * complete, and the table has to hold only what happens in between. One map for
 * all CPUs with atomic sums, since a row belongs to a process: per-CPU rows
 * would cost memory by the number of CPUs and hardly save a cache line.
 */
#ifndef NL_COUNTERS_ROWS_H
#define NL_COUNTERS_ROWS_H

#include "owner.h"

/* Of what found no room in the table, since the beginning; the second of NL_ROW_CAUSE. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
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
	__u64 messages; /* of the run at hand */
	__u64 bytes;
	__u64 all_messages; /* of the runs that have ended */
	__u64 all_bytes;
	__u64 errors;
	__u64 probes;
	__u64 nodev;
	__u32 err;
	__u32 off;
	__u32 len;
	__u8 user;
	__u8 failed; /* the send was */
	__u8 dir;
	__u8 done;   /* an NLMSG_DONE was in it */
	__u8 caused; /* it counts for who caused it */
	__u8 dry;    /* and for nobody else */
};

/* The stack has no room for these. Each program has its own: none of them
 * interrupts itself (see emit_id()). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NL_PROG_MAX);
	__type(key, __u32);
	__type(value, struct count_walk);
} count_walks SEC(".maps");

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
	else if (nl_cfg.pid_ns ? task_lives(w->task.life)
			       : w->task.tgid && w->task.tgid == bpf_get_current_pid_tgid() >> 32)
		task_process_name(row->name);
	else
		__builtin_memcpy(row->name, w->task.comm, NL_COMM_LEN);
}

/* Take a slot for what a program walks through; false: somebody else was quicker. */
static __always_inline bool count_row_claim(struct nl_row *row, __u32 claim, __u64 account, __u64 what,
					    enum nl_prog prog)
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

/* Whether a slot of the table is the row's, or has become that. claim is the number of
 * the slot among those of both tables. */
static __noinline bool count_row_try(void *table, __u32 claim, __u64 account, __u64 what, enum nl_prog prog)
{
	__u32 at = claim & (NL_ROWS - 1);
	struct nl_row *row = bpf_map_lookup_elem(table, &at);

	if (!row)
		return false;
	if (row->account == account && count_what(&row->what) == what)
		return true;
	return !count_what(&row->what) && count_row_claim(row, claim, account, what, prog);
}

/* The slot of a row in the table, a new one if need be; NL_ROWS: there is no room.
 * Two CPUs that make the same row at the same moment get one each: user space adds
 * them up. A global function of scalars: the verifier looks at it once. */
__noinline __u64 count_row_slot(__u64 account, __u64 what, enum nl_prog prog)
{
	__u32 key = 0, claim;
	void *table = bpf_map_lookup_elem(&count_table, &key);
	struct nl_row *row;
	bool found;

	if (!table)
		return NL_ROWS;
	key = NL_ROWS;
	row = bpf_map_lookup_elem(table, &key);
	if (!row)
		return NL_ROWS;
	claim = row->account * NL_ROWS + count_first_slot(account, what);
	found = count_row_try(table, claim, account, what, prog);
	if (!found)
		REPEAT(i, COUNT_SLOTS - 1, ({
			claim = (claim & ~(NL_ROWS - 1)) | ((claim + 1) & (NL_ROWS - 1));
			found = count_row_try(table, claim, account, what, prog);
			!found;
		}));
	return found ? claim & (NL_ROWS - 1) : NL_ROWS;
}

/* The row of what is at hand; the one for what has no room if there is none. The
 * tables may be swapped behind count_row_slot(): what was counted in that slot of the
 * other one would be lost. Once: the next swap waits for this program. */
static __always_inline struct nl_row *count_row_find(struct count_walk *w, enum nl_prog prog)
{
	__u32 rest = w->what.flags & NL_ROW_CAUSE ? 1 : 0, at;
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
	return bpf_map_lookup_elem(&count_rest, &rest);
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

static __always_inline void count_touch(struct nl_row *row, const struct count_walk *w)
{
	__u64 sk = w->sk; /* not in the macro, which would relocate it too */

	row->last = w->now;
	if (!row->port)
		row->port = BPF_CORE_READ((struct netlink_sock *)sk, portid);
	if (w->err)
		row->err = w->err;
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

#endif
