/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * The filter, as far as the kernel decides it: by protocol, network namespace, process
 * and name.
 */
#ifndef NL_FILTER_H
#define NL_FILTER_H

#include "task.h"

/* Thread group IDs that pass, and with Filter.Children their descendants.
 * Preallocated, since a kprobe that uses any other map makes older kernels
 * print a warning. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536); /* set before loading */
	__type(key, __u32);
	__type(value, __u8);
} filter_pids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct nl_comm);
	__type(value, __u8);
} filter_comms SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u8);
} filter_netns SEC(".maps");

/* The part of the filter that needs no task. */
static __always_inline bool filter_wants(__u32 protocol, __u32 netns)
{
	if (nl_cfg.protocols && !(nl_cfg.protocols & 1U << (protocol & 31)))
		return false;
	if (nl_cfg.by_netns && !bpf_map_lookup_elem(&filter_netns, &netns))
		return false;
	return true;
}

/* The part of the filter that does: tasks that count are a request's sender,
 * a delivery's owner, for peers either of them. A name is that of the thread or that
 * of its process. */
static __always_inline bool filter_wants_owner(const struct nl_task *t, const __u8 *name)
{
	if (nl_cfg.by_pid && !bpf_map_lookup_elem(&filter_pids, &t->tgid))
		return false;
	if (nl_cfg.by_comm && !bpf_map_lookup_elem(&filter_comms, t->comm) &&
	    !bpf_map_lookup_elem(&filter_comms, name))
		return false;
	return true;
}

static __noinline bool filter_wants_name(void)
{
	struct nl_comm name;

	task_process_name(name.name);
	return bpf_map_lookup_elem(&filter_comms, &name);
}

/* The same of the current task. */
static __always_inline bool filter_wants_task(const struct nl_task *t)
{
	if (nl_cfg.by_pid && !bpf_map_lookup_elem(&filter_pids, &t->tgid))
		return false;
	if (nl_cfg.by_comm && !bpf_map_lookup_elem(&filter_comms, t->comm) && !filter_wants_name())
		return false;
	return true;
}

static __always_inline bool filter_is_self(const struct nl_task *t)
{
	__u32 self = nl_cfg.self;

	return self && t->tgid == self;
}

#endif
