/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What the kernel refuses of a socket's setup: bind() and setsockopt() that fail. */
#ifndef NL_REFUSED_H
#define NL_REFUSED_H

#include "full.h"
#include "plane.h"

/* sockptr_t.is_kernel, the word behind the address. */
#define REFUSED_IS_KERNEL 1

/* Tell that a call failed with err, a positive errno. arg is what it was given, in user
 * memory if user: a struct sockaddr_nl of bind(), level 0, else the value of an option. */
static __noinline int refused_emit(struct sock *sk, struct nl_refused *what, __u64 arg, bool user, __u32 err)
{
	struct nl_full rec = {};

	if (!sk || !plane_on(NL_PLANE_MESSAGES) || !full_begin(&rec, false, sk))
		return 0;
	task_current(&rec.task);
	if (filter_is_self(&rec.task) || !filter_wants_task(&rec.task))
		return 0;
	full_own_port(&rec, sk);
	rec.owner = rec.task;
	rec.id = emit_id(NL_PROG_BIND);
	rec.kind = NL_KIND_REFUSED;
	rec.verdict = NL_VERDICT_FAILED;
	rec.err = err;
	rec.orig_len = sizeof(*what);
	mem_copy(what->arg, what->level ? sizeof(what->arg[0]) : sizeof(what->arg), arg, user);
	process_tell(NL_PROG_BIND);
	if (emit_small(&rec, (__u64)what, sizeof(*what), 0))
		emit_lost(NL_LOST_REPORT);
	return 0;
}

/* netlink_bind() has returned. */
static __always_inline int refused_bind(struct socket *sock, __u64 addr, int ret)
{
	struct nl_refused what = {};

	if (ret >= 0)
		return 0;
	return refused_emit(MEM_FOLLOW(false, sock, sk), &what, addr, false, -ret);
}

/* netlink_setsockopt() has returned: a level that is not Netlink's is not for it. */
static __always_inline int refused_option(struct socket *sock, __u32 level, __u32 option, __u64 value, bool kernel,
				     int ret)
{
	struct nl_refused what = { .level = level, .option = option };

	if (ret >= 0 || !level)
		return 0;
	return refused_emit(MEM_FOLLOW(false, sock, sk), &what, value, !kernel, -ret);
}

/* What a bind() or setsockopt() under way was given, by thread: a return probe sees no
 * arguments. It stands here, since all maps are those of the fentry object. */
struct refused_call {
	__u64 sock;
	__u64 arg;
	struct nl_refused what;
	__u32 kernel; /* arg is the address of kernel memory */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct refused_call);
} refused_calls SEC(".maps");

static __always_inline int refused_begin(__u64 sock, __u32 level, __u32 option, __u64 arg, bool kernel)
{
	struct refused_call s = { .sock = sock, .arg = arg, .what.level = level, .what.option = option, .kernel = kernel };
	__u64 id = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&refused_calls, &id, &s, BPF_ANY);
	return 0;
}

static __always_inline int refused_end(int ret)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct refused_call *found = bpf_map_lookup_elem(&refused_calls, &id), s;
	__u64 sock;

	if (!found)
		return 0;
	s = *found;
	sock = s.sock; /* not in the macro, which would relocate it too */
	bpf_map_delete_elem(&refused_calls, &id);
	if (ret < 0)
		refused_emit(BPF_CORE_READ((struct socket *)sock, sk), &s.what, s.arg, !s.kernel, -ret);
	return 0;
}

#endif
