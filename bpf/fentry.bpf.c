// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause

/*
 * The fentry backend. Arguments of the traced function stand in ctx in their
 * order, for fexit followed by the return value. Where a function has
 * variants, internal/probe sets the name to attach to before loading.
 */
#define MEM_DIRECT 1
#include "hooks.h"
#include "send.h"
#include "flushed.h"
#include "follow.h"
#include "extack.h"
#include "rtnl.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Types that bpf2go is to translate and that no map or function mentions. */
const union {
	enum nl_record record;
	enum nl_kind kind;
	enum nl_dir dir;
	enum nl_verdict verdict;
	enum nl_flag flag;
	enum nl_loss loss;
	enum nl_limit limit;
	enum nl_plane plane;
	enum nl_row_flag row_flag;
	struct nl_full full;
	struct nl_chunk chunk;
	struct nl_lock_key lock_key;
	struct nl_lock_row lock_row;
	struct nl_about about;
	struct nl_brief brief;
	struct nl_row row;
	enum nl_knows knows;
	struct nl_process process;
	struct nl_alive alive;
	struct nl_home home;
	enum nl_trigger trigger;
	struct nl_named named;
	struct nl_waits waits;
	struct nl_settled settled;
	struct nl_route route;
	enum nl_told told;
	enum nl_unheard unheard;
} *nl_types __attribute__((unused));

#define ARG(n) ((void *)ctx[n])

SEC("fentry/netlink_unicast")
int unicast(__u64 *ctx)
{
	return on_unicast(ARG(0), ARG(1), ctx[2]);
}

SEC("fentry/__netlink_sendskb")
int deliver(__u64 *ctx)
{
	return on_deliver(ARG(0), ARG(1));
}

SEC("fentry/skb_queue_tail")
int queue_tail(__u64 *ctx)
{
	return on_queue_tail(ARG(0), ARG(1));
}

SEC("fentry/netlink_broadcast_filtered")
int broadcast(__u64 *ctx)
{
	return on_broadcast(ARG(0), ARG(1), ctx[3]);
}

/* netlink_broadcast() has five arguments, netlink_broadcast_filtered() seven. */
SEC("fexit/netlink_broadcast_filtered")
int broadcast_exit(__u64 *ctx)
{
	return on_broadcast_exit(ctx[7]);
}

SEC("fexit/netlink_broadcast")
int broadcast_exit5(__u64 *ctx)
{
	return on_broadcast_exit(ctx[5]);
}

SEC("fentry/fib_notify_alias_delete")
int flushed(__u64 *ctx)
{
	return on_flushed(ARG(0), ctx[1], ARG(3));
}

SEC("fentry/netlink_overrun")
int overrun(__u64 *ctx)
{
	return on_overrun(ARG(0));
}

SEC("fentry/sk_error_report")
int error_report(__u64 *ctx)
{
	return on_error_report(ARG(0));
}

SEC("fentry/netlink_sendmsg")
int sendmsg(__u64 *ctx)
{
	return on_sendmsg(ARG(0), ARG(1), ctx[2]);
}

SEC("fexit/netlink_sendmsg")
int sendmsg_exit(__u64 *ctx)
{
	return on_sendmsg_exit(MEM_FOLLOW(true, (struct socket *)ARG(0), sk), ctx[3]);
}

SEC("fexit/netlink_recvmsg")
int recvmsg_exit(__u64 *ctx)
{
	return on_recvmsg_exit(ARG(0), ARG(1), ctx[2], ctx[3], ctx[4]);
}

SEC("fentry/netlink_dump")
int dump(__u64 *ctx)
{
	return on_dump(ARG(0));
}

/* netlink_dump(sk) until 6.9, netlink_dump(sk, lock_taken) since: the return
 * value stands behind the last argument. */
SEC("fexit/netlink_dump")
int dump_exit(__u64 *ctx)
{
	return on_dump_exit(ARG(0), ctx[1]);
}

SEC("fexit/netlink_dump")
int dump_exit2(__u64 *ctx)
{
	return on_dump_exit(ARG(0), ctx[2]);
}

/* At the entry the socket has its inode already, and every message that it
 * will ever get is still to come. */
SEC("fentry/netlink_create")
int create(__u64 *ctx)
{
	return ctx[3] & 0xff ? 0 : on_use(ARG(1), NL_PROG_CREATE);
}

SEC("fentry/netlink_bind")
int bind(__u64 *ctx)
{
	return on_use(ARG(0), NL_PROG_BIND);
}

SEC("fexit/netlink_bind")
int bound_exit(__u64 *ctx)
{
	return refused_bind(ARG(0), ctx[1], ctx[3]);
}

/* A sockptr_t takes the place of two arguments. */
SEC("fexit/netlink_setsockopt")
int option_exit(__u64 *ctx)
{
	return refused_option(ARG(0), ctx[1], ctx[2], ctx[3], ctx[4] & REFUSED_IS_KERNEL, ctx[6]);
}

SEC("fexit/netlink_release")
int release(__u64 *ctx)
{
	return on_release(ARG(0));
}

SEC("fentry/mutex_lock_killable")
int lock_killable(__u64 *ctx)
{
	return on_lock(ctx[0]);
}

SEC("fentry/mutex_lock")
int lock(__u64 *ctx)
{
	return on_lock(ctx[0]);
}

SEC("fexit/mutex_lock")
int lock_exit(__u64 *ctx)
{
	return lock_is_rtnl(ctx[0]) ? on_locked(true) : 0;
}

SEC("fexit/mutex_lock_killable")
int lock_killable_exit(__u64 *ctx)
{
	return lock_is_rtnl(ctx[0]) ? on_locked((int)ctx[1] == 0) : 0;
}

SEC("fexit/mutex_trylock")
int trylock_exit(__u64 *ctx)
{
	if (!lock_is_rtnl(ctx[0]) || !(int)ctx[1])
		return 0;
	on_lock(ctx[0]);
	return on_locked(true);
}

SEC("fentry/mutex_unlock")
int unlock(__u64 *ctx)
{
	return on_unlock(ctx[0]);
}

/* TP_PROTO(char *name, bool wait, unsigned long ip) */
SEC("tp_btf/module_request")
int module_request(__u64 *ctx)
{
	return on_module_request(ctx[0]);
}

SEC("fentry/call_usermodehelper_exec")
int helper(__u64 *ctx)
{
	(void)ctx;
	return on_helper();
}

SEC("fexit/call_usermodehelper_exec")
int helper_exit(__u64 *ctx)
{
	(void)ctx;
	return on_helper_exit();
}

SEC("fentry/synchronize_rcu")
int rcu(__u64 *ctx)
{
	(void)ctx;
	return on_rcu();
}

SEC("fexit/synchronize_rcu")
int rcu_exit(__u64 *ctx)
{
	(void)ctx;
	return on_rcu_exit();
}

/* TP_PROTO(void *lock, unsigned int flags), from 5.19 on */
SEC("tp_btf/contention_begin")
int contention(__u64 *ctx)
{
	return on_contention(ctx[0], ctx[1]);
}

/* TP_PROTO(void *lock, int ret) */
SEC("tp_btf/contention_end")
int contention_end(__u64 *ctx)
{
	return on_contention_end(ctx[0]);
}

SEC("fentry/skb_free_datagram")
int taken(__u64 *ctx)
{
	return on_taken(ARG(0), ARG(1));
}
