/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What each request, or who else made the kernel multicast something, made others
 * receive and lose. A delivery or loss adds to its multicast (struct flow_bcast), which
 * only its task writes to; one that reached anybody adds to a row at its end.
 */
#ifndef NL_COUNTERS_CAUSE_H
#define NL_COUNTERS_CAUSE_H

#include "counters_hooks.h"
#include "full.h"

/* Whether what happens to a socket counts for who caused it. With a filter on processes
 * that is what they cause, whoever gets it. t is overwritten. */
static __always_inline bool cause_wanted(struct nl_task *t, struct flow *f, int whose)
{
	if (whose == FULL_SELF)
		return false;
	if (!nl_cfg.by_pid && !nl_cfg.by_comm)
		return true;
	if (task_in_interrupt())
		return false;
	if (f->start)
		return true; /* the send has passed the filter */
	task_whoami(t);
	return filter_wants_task(t);
}

/* The same of a datagram that is queued or lost. */
static __always_inline bool cause_counts(struct nl_full *rec, struct flow *f, int whose)
{
	return nl_cfg.counts && nl_cfg.has_bcast && rec->dir == NL_DIR_EVENT && cause_wanted(&rec->task, f, whose);
}

/* Whose row it is. In an interrupt it is nobody's. Of a process that is not at a request
 * (ioctl, kernel thread) the time of its birth tells it from others with its ID: in the
 * second for which a table holds that takes few bits. */
static __always_inline __u64 cause_actor(bool nobody)
{
	if (nobody)
		return NL_ACTOR;
	return NL_ACTOR | (task_life() & ((1ULL << 36) - 1)) << 22 | (bpf_get_current_pid_tgid() >> 32 & 0x3fffff);
}

/* A row that is not in its first slot, or new. */
static __noinline struct nl_row *cause_row_find(struct flow *f, enum nl_prog prog, __u64 account, __u64 what)
{
	struct count_walk *w = count_walk_new(prog, 0, 0, 0, NL_DIR_UNKNOWN, 0, 0);

	if (!w)
		return 0;
	w->account = account;
	*(__u64 *)&w->what = what;
	if (w->what.flags & NL_ROW_REQUEST) {
		w->task = f->task;
		w->inode = f->inode;
		w->netns = f->netns;
		w->protocol = f->protocol;
	} else if (account == NL_ACTOR) {
		__builtin_memset(&w->task, 0, sizeof(w->task));
		__builtin_memcpy(w->task.comm, TASK_INTERRUPT, sizeof(TASK_INTERRUPT));
	} else {
		task_current(&w->task);
	}
	return count_row_find(w, prog);
}

/* The row of who makes the kernel send what it sends now. */
static __always_inline struct nl_row *cause_row(struct flow *f, enum nl_prog prog)
{
	bool nobody = task_in_interrupt();
	__u64 account, what;
	struct nl_row *row;

	if (!nobody && f->start && f->asked_at && f->asked.known) {
		account = f->account;
		what = count_what_of(f->asked.type, f->asked.sub, 0, NL_ROW_CAUSE | NL_ROW_REQUEST);
	} else {
		account = cause_actor(nobody);
		what = count_what_of(0, 0, 0, NL_ROW_CAUSE);
	}
	row = count_row_known(account, what);
	return row ? row : cause_row_find(f, prog, account, what);
}

/* A multicast that anybody was to get has ended. */
static __noinline int cause_cast(struct flow *f, struct flow_bcast *b)
{
	struct nl_row *row = cause_row(f, NL_PROG_CAST);

	if (row) {
		__sync_fetch_and_add(&row->casts, 1);
		__sync_fetch_and_add(&row->deliveries, b->queued + b->lost);
		__sync_fetch_and_add(&row->messages, b->messages);
		__sync_fetch_and_add(&row->bytes, b->bytes);
		if (b->lost)
			__sync_fetch_and_add(&row->drops, b->lost);
	}
	b->bytes = 0;
	b->messages = 0;
	b->queued = 0;
	b->lost = 0;
	return 0;
}

/* ENOBUFS was raised: also by an answer that its own asker had no room for. */
static __noinline int cause_nobufs(int whose)
{
	struct flow *f = flow_or_none();
	struct nl_task t = {};
	struct nl_row *row;

	if (!nl_cfg.counts || !f || !cause_wanted(&t, f, whose))
		return 0;
	row = cause_row(f, NL_PROG_ERROR);
	if (row)
		__sync_fetch_and_add(&row->nobufs_raised, 1);
	return 0;
}

#endif
