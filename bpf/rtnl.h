/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * Who waits for rtnl_mutex and who holds it. rtnl_lock() is so small that the
 * compiler puts it into its callers, so the hooks are on the mutex functions
 * themselves and compare the address; they are loaded only when asked for.
 */
#ifndef NL_RTNL_H
#define NL_RTNL_H

#include "hooks.h"

struct lock_holder {
	struct nl_lock_key key;
	__u64 since; /* 0: nobody holds it, or nobody who was seen to take it */
	__u32 tid;   /* to be shown */
	__u32 pad;
	__u8 comm[NL_COMM_LEN]; /* of the thread */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lock_holder);
} lock_held_by SEC(".maps");

struct lock_wait {
	struct lock_holder blocker; /* when the wait began */
	__u64 since;
};

/* By thread. An entry lives from the entry of mutex_lock() to its return. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct lock_wait);
} lock_waits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct nl_lock_key);
	__type(value, struct nl_lock_row);
} lock_rows SEC(".maps");

static __always_inline void lock_blocker(struct nl_who *who, const struct lock_holder *h)
{
	who->tgid = h->key.tgid;
	who->tid = h->tid;
	__builtin_memcpy(who->comm, h->comm, NL_COMM_LEN);
}

static __always_inline struct lock_holder *lock_held(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lock_held_by, &zero);
}

static __noinline struct nl_lock_row *lock_row_of(struct nl_lock_key *key)
{
	struct nl_lock_row *row = bpf_map_lookup_elem(&lock_rows, key), zero = {};

	if (row)
		return row;
	if (bpf_map_update_elem(&lock_rows, key, &zero, BPF_NOEXIST) == -E2BIG)
		emit_lost(NL_LOST_LOCK);
	return bpf_map_lookup_elem(&lock_rows, key);
}

static __always_inline void lock_key(struct nl_lock_key *key, struct flow *f)
{
	struct count_asked *a = 0;

	key->tgid = task_ids() >> 32;
	task_process_name(key->name);
	if (f && f->start)
		a = &f->asked;
	else if (f && f->dump_sk)
		a = &f->dump_asked; /* in a later read of the dump */
	if (a && a->known) {
		key->type = a->type;
		key->cmd = a->protocol == NETLINK_GENERIC ? a->sub : 0;
		key->request = a->protocol + 1;
	}
}

static __always_inline bool lock_is_rtnl(__u64 lock)
{
	return nl_cfg.rtnl_mutex && lock == nl_cfg.rtnl_mutex;
}

/* A task held the lock, or waited for it, for so long that it is worth a
 * report of its own. The payload is what is known of its request's header. */
static __always_inline void lock_report(struct nl_lock_key *key, struct lock_wait *w, __u64 wait, __u64 hold)
{
	struct {
		__u32 len;
		__u16 type, flags;
		__u32 seq, pid;
		__u8 cmd, version;
		__u16 reserved;
	} head = {.len = 20, .type = key->type, .cmd = key->cmd};
	struct task_struct *task = (void *)bpf_get_current_task();
	struct nl_full rec = {};

	task_current(&rec.task);
	if (filter_is_self(&rec.task) || !filter_wants_task(&rec.task))
		return;
	rec.netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	rec.protocol = key->request ? key->request - 1 : 0;
	if (!filter_wants(rec.protocol, rec.netns))
		return;
	rec.owner = rec.task;
	rec.record = NL_RECORD_FULL;
	rec.kind = NL_KIND_LOCK;
	rec.ktime = bpf_ktime_get_ns();
	rec.id = emit_id(NL_PROG_LOCK);
	rec.lock_wait = wait;
	rec.lock_hold = hold;
	if (w)
		lock_blocker(&rec.blocker, &w->blocker);
	rec.orig_len = key->request ? sizeof(head) : 0;
	if (emit_small(&rec, (__u64)&head, rec.orig_len, 0))
		emit_lost(NL_LOST_REPORT);
}

/* mutex_lock() and its kin begin. */
static __always_inline int on_lock(__u64 lock)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct lock_holder *h;
	struct lock_wait w = {};

	if (!lock_is_rtnl(lock))
		return 0;
	h = lock_held();
	if (!h)
		return 0;
	w.since = bpf_ktime_get_ns();
	w.blocker = *h;
	bpf_map_update_elem(&lock_waits, &tid, &w, BPF_ANY);
	return 0;
}

static __always_inline void lock_waited(struct nl_lock_key *key, struct flow *f, struct lock_wait *w,
					__u64 wait)
{
	struct nl_lock_row *row = lock_row_of(key);

	if (row) {
		__sync_fetch_and_add(&row->waits, 1);
		__sync_fetch_and_add(&row->wait_ns, wait);
		if (wait > row->wait_max)
			row->wait_max = wait;
	}
	row = lock_row_of(&w->blocker.key);
	if (row)
		__sync_fetch_and_add(&row->blamed_ns, wait);
	if (f && f->start) {
		f->lock_wait += wait;
		if (wait > f->lock_worst) {
			f->lock_worst = wait;
			lock_blocker(&f->blocker, &w->blocker);
		}
	}
	if (nl_cfg.lock_ns && wait >= nl_cfg.lock_ns)
		lock_report(key, w, wait, 0);
}

/* They have returned, in the task that entered; taken: with the lock. */
static __always_inline int on_locked(bool taken)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct lock_wait *w = bpf_map_lookup_elem(&lock_waits, &tid);
	struct nl_lock_key key = {};
	struct lock_wait copy;
	struct lock_holder *h;
	struct flow *f;
	__u64 now;

	/* A return probe comes here for every mutex of the machine. */
	if (!w)
		return 0;
	h = lock_held();
	f = flow_current();
	if (!h)
		return 0;
	copy = *w;
	bpf_map_delete_elem(&lock_waits, &tid);
	now = bpf_ktime_get_ns();
	lock_key(&key, f);
	if (copy.blocker.since)
		lock_waited(&key, f, &copy, now - copy.since);
	if (!taken)
		return 0;
	h->key = key;
	h->tid = nl_cfg.pid_ns ? (__u32)task_ids() : tid;
	bpf_get_current_comm(h->comm, sizeof(h->comm));
	h->since = now;
	return 0;
}

/* A trial that failed is no wait. */
static __always_inline int on_not_locked(void)
{
	__u32 tid = bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&lock_waits, &tid);
	return 0;
}

/* mutex_unlock() begins. */
static __always_inline int on_unlock(__u64 lock)
{
	struct nl_lock_row *row;
	struct lock_holder *h, was;
	struct flow *f;
	__u64 hold;

	if (!lock_is_rtnl(lock))
		return 0;
	h = lock_held();
	if (!h || !h->since)
		return 0;
	was = *h;
	h->since = 0;
	hold = bpf_ktime_get_ns() - was.since;
	row = lock_row_of(&was.key);
	if (row) {
		__sync_fetch_and_add(&row->holds, 1);
		__sync_fetch_and_add(&row->hold_ns, hold);
		if (hold > row->hold_max)
			row->hold_max = hold;
	}
	f = flow_current();
	if (f && f->start)
		f->lock_hold += hold;
	if (nl_cfg.lock_ns && hold >= nl_cfg.lock_ns)
		lock_report(&was.key, 0, 0, hold);
	return 0;
}

#endif
