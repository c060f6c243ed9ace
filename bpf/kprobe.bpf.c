// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause

/*
 * The kprobe backend, and what stands in for single functions where the
 * fentry backend cannot attach. A return probe sees no arguments, so an entry
 * probe leaves them in the task's flow.
 */
#define MEM_DIRECT 0
#include "hooks.h"
#include "send.h"
#include "flushed.h"
#include "follow.h"
#include "rtnl.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#if defined(__TARGET_ARCH_x86)
/* arch/x86/include/uapi/asm/ptrace.h, 64 bit: a fixed layout */
struct pt_regs {
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	__u64 ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
#define ARG0 di
#define ARG1 si
#define ARG2 dx
#define ARG3 cx
#define ARG4 r8
#define RET ax
#elif defined(__TARGET_ARCH_arm64)
/* struct user_pt_regs, with which arm64's struct pt_regs begins */
struct pt_regs {
	__u64 regs[31], sp, pc, pstate;
};
#define ARG0 regs[0]
#define ARG1 regs[1]
#define ARG2 regs[2]
#define ARG3 regs[3]
#define ARG4 regs[4]
#define RET regs[0]
#else
#error "only amd64 and arm64"
#endif

#define PTR(reg) ((void *)ctx->reg)

SEC("kprobe/netlink_unicast")
int unicast(struct pt_regs *ctx)
{
	return on_unicast(PTR(ARG0), PTR(ARG1), ctx->ARG2);
}

SEC("kprobe/__netlink_sendskb")
int deliver(struct pt_regs *ctx)
{
	return on_deliver(PTR(ARG0), PTR(ARG1));
}

SEC("kprobe/skb_queue_tail")
int queue_tail(struct pt_regs *ctx)
{
	return on_queue_tail(PTR(ARG0), PTR(ARG1));
}

SEC("kprobe/netlink_broadcast_filtered")
int broadcast(struct pt_regs *ctx)
{
	return on_broadcast(PTR(ARG0), PTR(ARG1), ctx->ARG3);
}

SEC("kretprobe/netlink_broadcast_filtered")
int broadcast_exit(struct pt_regs *ctx)
{
	return on_broadcast_exit(ctx->RET);
}

SEC("kprobe/fib_notify_alias_delete")
int flushed(struct pt_regs *ctx)
{
	return on_flushed(PTR(ARG0), ctx->ARG1, PTR(ARG3));
}

SEC("kprobe/netlink_overrun")
int overrun(struct pt_regs *ctx)
{
	return on_overrun(PTR(ARG0));
}

SEC("kprobe/sk_error_report")
int error_report(struct pt_regs *ctx)
{
	return on_error_report(PTR(ARG0));
}

SEC("kprobe/netlink_sendmsg")
int sendmsg(struct pt_regs *ctx)
{
	return on_sendmsg(PTR(ARG0), PTR(ARG1), ctx->ARG2);
}

SEC("kretprobe/netlink_sendmsg")
int sendmsg_exit(struct pt_regs *ctx)
{
	return on_sendmsg_exit(0, ctx->RET);
}

/* Return probes are few, and readers that block hold them: an ENOBUFS that is
 * pending at the entry is reported there, because sock_error() in
 * __skb_try_recv_from_queue() will return it before anything else. */
SEC("kprobe/netlink_recvmsg")
int recvmsg(struct pt_regs *ctx)
{
	struct sock *sk = BPF_CORE_READ((struct socket *)PTR(ARG0), sk);
	struct flow *f = flow_new();

	/* What is queued now it is about to take. */
	on_read(PTR(ARG0), ctx->ARG3, sk && BPF_CORE_READ(sk, sk_backlog.rmem_alloc.counter) > 0);
	if (!f || !sk)
		return 0;
	f->recv_sk = (__u64)sk;
	f->recv_msg = ctx->ARG1;
	f->recv_len = ctx->ARG2;
	f->recv_flags = ctx->ARG3;
	f->recv_reported = BPF_CORE_READ(sk, sk_err) == ENOBUFS;
	if (f->recv_reported)
		hook_socket_error(sk, NL_VERDICT_NOBUFS_READ, NL_PROG_RECV);
	return 0;
}

SEC("kretprobe/netlink_recvmsg")
int recvmsg_exit(struct pt_regs *ctx)
{
	struct flow *f = flow_current();

	if (!f)
		return 0;
	if ((int)ctx->RET == -ENOBUFS && f->recv_sk && !f->recv_reported)
		hook_socket_error((void *)f->recv_sk, NL_VERDICT_NOBUFS_READ, NL_PROG_RECV);
	if ((int)ctx->RET >= 0)
		on_truncated((void *)f->recv_sk, (void *)f->recv_msg, f->recv_len, f->recv_flags, ctx->RET);
	f->recv_sk = 0;
	return 0;
}

SEC("kprobe/netlink_dump")
int dump(struct pt_regs *ctx)
{
	return on_dump(PTR(ARG0));
}

SEC("kretprobe/netlink_dump")
int dump_exit(struct pt_regs *ctx)
{
	struct flow *f = flow_current();

	if (f && f->dump_sk)
		on_dump_exit((void *)f->dump_sk, ctx->RET);
	return 0;
}

SEC("kprobe/netlink_create")
int create(struct pt_regs *ctx)
{
	return ctx->ARG3 & 0xff ? 0 : on_use(PTR(ARG1), NL_PROG_CREATE);
}

SEC("kprobe/netlink_bind")
int bind(struct pt_regs *ctx)
{
	return on_use(PTR(ARG0), NL_PROG_BIND);
}

SEC("kprobe/netlink_bind")
int bound(struct pt_regs *ctx)
{
	return refused_begin(ctx->ARG0, 0, 0, ctx->ARG1, true);
}

SEC("kretprobe/netlink_bind")
int bound_exit(struct pt_regs *ctx)
{
	return refused_end(ctx->RET);
}

SEC("kprobe/netlink_setsockopt")
int option(struct pt_regs *ctx)
{
	return (__u32)ctx->ARG1 ? refused_begin(ctx->ARG0, ctx->ARG1, ctx->ARG2, ctx->ARG3, ctx->ARG4 & REFUSED_IS_KERNEL) : 0;
}

SEC("kretprobe/netlink_setsockopt")
int option_exit(struct pt_regs *ctx)
{
	return refused_end(ctx->RET);
}

SEC("kprobe/netlink_release")
int release(struct pt_regs *ctx)
{
	return on_release(PTR(ARG0));
}

SEC("kprobe/mutex_lock")
int lock(struct pt_regs *ctx)
{
	return on_lock(ctx->ARG0);
}

/* on_lock() left an entry only where the lock is the one. */
SEC("kretprobe/mutex_lock")
int lock_exit(struct pt_regs *ctx)
{
	(void)ctx;
	return on_locked(true);
}

SEC("kprobe/mutex_lock_killable")
int lock_killable(struct pt_regs *ctx)
{
	return on_lock(ctx->ARG0);
}

SEC("kretprobe/mutex_lock_killable")
int lock_killable_exit(struct pt_regs *ctx)
{
	return on_locked((int)ctx->RET == 0);
}

SEC("kprobe/mutex_trylock")
int trylock(struct pt_regs *ctx)
{
	return on_lock(ctx->ARG0);
}

SEC("kretprobe/mutex_trylock")
int trylock_exit(struct pt_regs *ctx)
{
	return (int)ctx->RET ? on_locked(true) : on_not_locked();
}

SEC("kprobe/mutex_unlock")
int unlock(struct pt_regs *ctx)
{
	return on_unlock(ctx->ARG0);
}

SEC("kprobe/call_usermodehelper_exec")
int helper(struct pt_regs *ctx)
{
	(void)ctx;
	return on_helper();
}

SEC("kretprobe/call_usermodehelper_exec")
int helper_exit(struct pt_regs *ctx)
{
	(void)ctx;
	return on_helper_exit();
}

SEC("kprobe/synchronize_rcu")
int rcu(struct pt_regs *ctx)
{
	(void)ctx;
	return on_rcu();
}

SEC("kretprobe/synchronize_rcu")
int rcu_exit(struct pt_regs *ctx)
{
	(void)ctx;
	return on_rcu_exit();
}

SEC("kprobe/skb_free_datagram")
int taken(struct pt_regs *ctx)
{
	return on_taken(PTR(ARG0), PTR(ARG1));
}
