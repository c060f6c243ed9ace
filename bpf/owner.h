/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* Who owns a socket, and how it is read. */
#ifndef NL_OWNER_H
#define NL_OWNER_H

#include "process.h"

/* Who owns a socket, and how it is read, by its sockfs inode. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct nl_owner);
} owner_by_inode SEC(".maps");

/* Note that the current task uses a socket. Threads of one process have one account. */
static __noinline struct nl_owner *owner_use(__u64 inode, enum nl_prog prog)
{
	struct nl_owner *o = bpf_map_lookup_elem(&owner_by_inode, &inode), own = {};
	bool same;

	task_whoami(&own.task);
	same = o && o->task.tgid == own.task.tgid && o->task.life == task_life();
	if (same && o->told & NL_TOLD_PROCESS && task_same_comm(&o->task, &own.task))
		return o;
	if (o)
		own = *o;
	task_current(&own.task);
	task_process_name(own.name);
	own.told = (own.told & NL_TOLD_LISTENS) | (process_tell(prog) ? NL_TOLD_PROCESS : 0);
	if (!same)
		own.account = emit_id(prog);
	bpf_map_update_elem(&owner_by_inode, &inode, &own, BPF_ANY);
	return bpf_map_lookup_elem(&owner_by_inode, &inode);
}

/* Since when something has been waiting for the reader of a socket; 0: it is not
 * known, or nothing is. */
static __always_inline __u64 owner_waiting(const struct nl_owner *o)
{
	return o->read_at > o->waiting_since ? o->read_at : o->waiting_since;
}

/* Note that the owner has taken something out of the queue. */
static __always_inline void owner_read(struct nl_owner *o, __u64 now)
{
	__u64 since = owner_waiting(o);

	if (since && now - since > o->stall)
		o->stall = now - since;
	o->read_at = now;
	o->reads++;
}

/* Something of so many bytes of memory is about to be queued to a socket whose
 * queue holds rmem. Returns since when something waits for its reader, for the first in
 * an empty queue when that was read last; 0: unknown. */
static __always_inline __u64 owner_queued(struct nl_owner *o, __u64 now, __u32 rmem, __u32 truesize)
{
	bool first = truesize && rmem <= truesize;

	if (first)
		o->waiting_since = now;
	if (o->high < rmem)
		o->high = rmem;
	return first ? o->read_at : owner_waiting(o);
}

#endif
