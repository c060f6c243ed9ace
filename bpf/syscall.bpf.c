// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause

/*
 * The syscall backend: what processes send and receive on AF_NETLINK sockets,
 * at the system-call boundary, by the BTF raw tracepoints sys_enter and
 * sys_exit alone. For hosts that refuse programs on kernel functions.
 *
 * sys_exit does the work: the kernel keeps a call's arguments in the task's
 * pt_regs, and payload and address lie in user memory, whose pages are present
 * because the kernel just used them. So a daemon that was waiting in recvmsg()
 * when the programs were attached is not missed. sys_enter only notes when a
 * send began. A descriptor that another thread closes during the call is
 * looked up in vain.
 *
 * On newer kernels (7.2, not yet 6.18) these programs can be preempted, and
 * the kernel then skips them for every other task of that CPU. So they turn
 * preemption off as soon as a call is of interest, which also keeps the
 * scratch memory to one call at a time, and both are attached twice: the
 * second program takes the calls that the first one missed (sc_claim, sc_enter).
 */

#include "kernel.h"
#include "emit.h"
#include "filter.h"
#include "process.h"
#include "follow.h"
#include "extack.h"
#include "syscall.h"
#include "syscall_copy.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set where bpf_preempt_disable() can be used together with global functions
 * (6.15). Before, the tracepoints themselves turn preemption off. */
const volatile __u8 sc_preempt = 0;

/* Set where sc_sys_exit_again is attached behind sc_sys_exit, and likewise of sys_enter. */
const volatile __u8 sc_twice = 0;

extern void bpf_preempt_disable(void) __weak __ksym;
extern void bpf_preempt_enable(void) __weak __ksym;

struct sc_note {
	__u64 ktime;
	__u32 op;
	__u32 fd;
};

/* Sends under way, by thread ID. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct sc_note);
} sc_notes SEC(".maps");

/* Calls that the first of the two programs took, by thread ID. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u8);
} sc_taken SEC(".maps");

/* Whether this program is the one that handles the call. */
static __always_inline bool sc_claim(__u32 tid, bool again)
{
	__u8 one = 1;

	if (!sc_twice)
		return true;
	if (again)
		return bpf_map_delete_elem(&sc_taken, &tid) != 0;
	return bpf_map_update_elem(&sc_taken, &tid, &one, BPF_ANY) == 0;
}

/* The part of the filter that costs less than finding the socket. */
static __always_inline bool sc_wanted_early(__u64 id)
{
	__u32 self = nl_cfg.self, tgid;

	if (!self && !nl_cfg.by_pid)
		return true;
	tgid = (nl_cfg.pid_ns ? task_ids_inside() : id) >> 32;
	if (tgid == self)
		return false;
	return !nl_cfg.by_pid || bpf_map_lookup_elem(&filter_pids, &tgid);
}

static __always_inline void sc_enter(struct pt_regs *regs, __u32 op, __u32 tid, bool again)
{
	struct sc_note note = { .op = op, .fd = sc_arg0(regs) };
	struct sc_note *noted;
	struct sc_sock sock;

	if (!sc_find(note.fd, &sock) || sc_compat())
		return;
	if (again) {
		noted = bpf_map_lookup_elem(&sc_notes, &tid);
		if (noted && noted->op == op && noted->fd == note.fd)
			return;
	}
	note.ktime = bpf_ktime_get_ns();
	bpf_map_update_elem(&sc_notes, &tid, &note, BPF_ANY);
}

static __always_inline int sc_on_enter(__u64 *ctx, bool again)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 op = sc_op_of(ctx[1]);

	if (!sc_is_send(op) || !sc_wanted_early(id))
		return 0;
	if (sc_preempt)
		bpf_preempt_disable();
	sc_enter((void *)ctx[0], op, id, again);
	if (sc_preempt)
		bpf_preempt_enable();
	return 0;
}

SEC("tp_btf/sys_enter")
int sc_sys_enter(__u64 *ctx)
{
	return sc_on_enter(ctx, false);
}

SEC("tp_btf/sys_enter")
int sc_sys_enter_again(__u64 *ctx)
{
	return sc_on_enter(ctx, true);
}

/* A 32-bit task's msghdr and iovec have another layout, and its numbers
 * another meaning: its calls are counted, not read. */
static __always_inline void sc_count_compat(struct pt_regs *regs, long nr, long ret, bool x32,
					    __u32 tid, bool again)
{
	struct sc_sock sock;
	__u32 fd;

	if (ret < 0)
		return;
	if (x32) {
		fd = sc_arg0(regs);
	} else if (nr == SC_COMPAT_SOCKETCALL) {
		if (!sc_socketcall_op(sc_compat_arg0(regs)))
			return;
		if (bpf_probe_read_user(&fd, sizeof(fd), (void *)(__u64)sc_compat_arg1(regs)))
			return;
	} else {
		fd = sc_compat_arg0(regs);
	}
	if (sc_find(fd, &sock) && filter_wants(sock.protocol, sock.netns) && sc_claim(tid, again))
		emit_lost(NL_LOST_COMPAT);
}

/* Number of the first group in a mask of 32. */
static __always_inline __u32 sc_first_group(__u32 mask)
{
	__u32 g = 1;

	if (!mask)
		return 0;
	if (!(mask & 0xffff)) { g += 16; mask >>= 16; }
	if (!(mask & 0xff)) { g += 8; mask >>= 8; }
	if (!(mask & 0xf)) { g += 4; mask >>= 4; }
	if (!(mask & 0x3)) { g += 2; mask >>= 2; }
	if (!(mask & 0x1)) { g += 1; }
	return g;
}

/* The address that lies in user memory beside the payload. */
static __always_inline bool sc_load_name(struct sc_call *c, struct sc_sockaddr_nl *name)
{
	if (!c->hdr.name || c->hdr.namelen < (__s32)sizeof(*name))
		return false;
	if (bpf_probe_read_user(name, sizeof(*name), (void *)c->hdr.name))
		return false;
	return name->family == AF_NETLINK;
}

/* As netlink_sendmsg() addresses a datagram. */
static __always_inline void sc_address_send(struct sc_call *c)
{
	struct sc_sockaddr_nl name;

	c->rec.src_port = c->sock.portid;
	c->rec.dst_port = c->sock.dst_portid;
	c->rec.group = c->sock.dst_group;
	if (sc_load_name(c, &name)) {
		c->rec.dst_port = name.pid;
		c->rec.group = sc_first_group(name.groups);
	}
	if (c->rec.dst_port || c->rec.group)
		c->rec.dir = NL_DIR_PEER;
	else
		c->rec.dir = NL_DIR_REQUEST;
}

/* As netlink_recvmsg() tells where a datagram came from. nl_groups is a mask
 * of 32 and stays 0 for higher groups, so that an address from the kernel
 * without a group is a reply only to a socket that joined no group at all.
 * What is left open here (NL_DIR_UNKNOWN) is inferred from the messages'
 * headers in user space. */
static __always_inline void sc_address_recv(struct sc_call *c)
{
	struct sc_sockaddr_nl name;
	struct sc_pktinfo info;
	bool known = sc_load_name(c, &name);

	c->rec.dst_port = c->sock.portid;
	if (known) {
		c->rec.src_port = name.pid;
		c->rec.group = sc_first_group(name.groups);
	}
	/* netlink_cmsg_recv_pktinfo() puts the first control message. */
	if (c->hdr.control && c->hdr.controllen >= sizeof(info) &&
	    !bpf_probe_read_user(&info, sizeof(info), (void *)c->hdr.control) &&
	    info.level == SC_SOL_NETLINK && info.type == SC_NETLINK_PKTINFO)
		c->rec.group = info.group;

	if (c->rec.group)
		c->rec.dst_port = 0;
	/* Inferred: nobody said that it comes from the kernel. */
	if (!known)
		c->rec.flags |= NL_FLAG_INFERRED;
	if (known && name.pid)
		c->rec.dir = NL_DIR_PEER;
	else if (c->rec.group)
		c->rec.dir = NL_DIR_EVENT;
	else if (!c->sock.subscriptions)
		c->rec.dir = NL_DIR_REPLY;
	else
		c->rec.dir = NL_DIR_UNKNOWN;
}

/* The length of the datagram behind a receive of len bytes. Without MSG_TRUNC
 * among the caller's flags the kernel does not tell what it cut; the first
 * message's header may. One byte more than was received is the least. */
static __always_inline __u32 sc_recv_len(struct sc_call *c, __u32 len)
{
	struct sc_iovec v;
	__u32 nlmsg_len = 0;

	if (!(c->hdr.flags & SC_MSG_TRUNC) || len > c->want)
		return len;
	if (len >= 16 && sc_load_iov(c, 0, &v) && v.len >= sizeof(nlmsg_len))
		bpf_probe_read_user(&nlmsg_len, sizeof(nlmsg_len), (void *)v.base);
	return nlmsg_len > len ? nlmsg_len : len + 1;
}

/* Whether the buffers may have been too small. Who gets a msghdr is told, and who asks
 * for the length by MSG_TRUNC; of others a buffer that is full says that they may. */
static __always_inline bool sc_may_be_cut(struct sc_call *c, __u64 len, __u64 space)
{
	switch (c->op) {
	case SC_RECVMSG:
	case SC_RECVMMSG:
		return space && c->hdr.flags & SC_MSG_TRUNC;
	case SC_RECVFROM:
		if (c->args.a[3] & SC_MSG_TRUNC)
			return space && len > space;
	}
	return space && len >= space;
}

/* Of datagram i of the call. What a call took is told once: sendmmsg() does not
 * say how much of it each datagram took. */
static __always_inline void sc_fill_event(struct sc_call *c, __u32 i)
{
	struct nl_full *rec = &c->rec;

	rec->record = NL_RECORD_FULL;
	rec->id = emit_id(NL_PROG_SYSCALL_EXIT);
	rec->inode = c->sock.inode;
	rec->netns = c->sock.netns;
	rec->own_port = c->sock.portid;
	rec->protocol = c->sock.protocol;
	rec->kind = NL_KIND_DATAGRAM;
	rec->flags = 0;
	rec->taken = 0;
	rec->src_port = rec->dst_port = rec->group = 0;
	rec->ktime = c->now;
	rec->elapsed = 0;
	rec->err = 0;
	rec->verdict = NL_VERDICT_DELIVERED;
	if (c->send) {
		if (c->begun) {
			rec->ktime = c->begun;
			if (!i)
				rec->elapsed = c->now - c->begun;
		}
		if (c->ret < 0) {
			rec->verdict = NL_VERDICT_FAILED;
			rec->err = -c->ret;
		}
	}
}

/* Emit datagram i of the call. */
__noinline int sc_datagram(__u32 i)
{
	struct sc_call *c = sc_current();
	__u64 len, space = 0;

	if (!c || i >= c->nmsg)
		return 1;
	if (!sc_load_header(c, i, &len)) {
		emit_lost(NL_LOST_USER);
		return 0;
	}
	if (c->hdr.iovlen > SC_MAX_IOV)
		c->hdr.iovlen = SC_MAX_IOV;
	sc_fill_event(c, i);
	if (c->send)
		sc_address_send(c);
	else
		sc_address_recv(c);

	/* What the buffers hold: the length of what could not be sent, the
	 * bound of what was received with MSG_TRUNC. */
	if (!c->send || c->ret < 0) {
		c->want = 0;
		if (c->hdr.iovlen == 1)
			sc_measure(0);
		else
			REPEAT(k, SC_MAX_IOV, !sc_measure(k));
		space = c->want;
		if (c->ret < 0)
			len = space;
	}
	/* sock_read_iter() does not look at the socket for 0 bytes. */
	if (!len && !space && (c->op == SC_READ || c->op == SC_READV))
		return 0;
	if (len > 0x7fffffff)
		len = 0x7fffffff;
	c->want = len;
	if (!c->send) {
		if (c->want > space)
			c->want = space;
		len = sc_recv_len(c, len);
		if (sc_may_be_cut(c, len, space))
			c->rec.taken = space;
	}
	c->rec.orig_len = len;
	if (c->want > nl_cfg.snap)
		c->want = nl_cfg.snap;
	sc_copy(c);
	return 0;
}

/* Only ENOBUFS is a fact about the socket; EAGAIN and the like are not. */
static __always_inline void sc_recv_error(struct sc_call *c)
{
	if (c->ret != -ENOBUFS)
		return;
	c->hdr.name = c->hdr.iovlen = 0;
	sc_fill_event(c, 0);
	c->rec.kind = NL_KIND_SOCKET_ERROR;
	c->rec.verdict = NL_VERDICT_NOBUFS_READ;
	c->rec.err = ENOBUFS;
	c->rec.dir = NL_DIR_UNKNOWN;
	c->rec.orig_len = 0;
	emit_report(&c->rec);
}

/* A bind() or setsockopt() that the kernel refused. */
static __always_inline void sc_refused(struct sc_call *c)
{
	struct nl_refused what = {};
	__u64 arg = c->args.a[1];

	if (c->op == SC_SETSOCKOPT) {
		what.level = c->args.a[1];
		what.option = c->args.a[2];
		arg = c->args.a[3];
	}
	mem_copy(what.arg, what.level ? sizeof(what.arg[0]) : sizeof(what.arg), arg, 1);
	c->hdr.name = c->hdr.iovlen = 0;
	sc_fill_event(c, 0);
	c->rec.kind = NL_KIND_REFUSED;
	c->rec.verdict = NL_VERDICT_FAILED;
	c->rec.err = -c->ret;
	c->rec.dir = NL_DIR_UNKNOWN;
	c->rec.orig_len = sizeof(what);
	if (emit_small(&c->rec, (__u64)&what, sizeof(what), 0))
		emit_lost(NL_LOST_REPORT);
}

/* The flags argument of a receive, 0 for read and readv. */
static __always_inline __u32 sc_recv_flags(const struct sc_call *c)
{
	switch (c->op) {
	case SC_RECVFROM:
	case SC_RECVMMSG:
		return c->args.a[3];
	case SC_RECVMSG:
		return c->args.a[2];
	}
	return 0;
}

/* Take the note of sys_enter. */
static __always_inline __u64 sc_begun(__u32 op, __u32 fd, __u32 tid)
{
	struct sc_note *n = bpf_map_lookup_elem(&sc_notes, &tid);
	__u64 ktime;

	if (!n)
		return 0;
	/* Not the note of a call whose exit was not seen. */
	ktime = n->op == op && n->fd == fd ? n->ktime : 0;
	bpf_map_delete_elem(&sc_notes, &tid);
	return ktime;
}

static __always_inline void sc_exit(struct pt_regs *regs, __u32 op, long ret, __u32 tid, bool again)
{
	struct sc_call *c = sc_current();
	__u32 fd = sc_arg0(regs);

	if (sc_is_setup(op) && ret >= 0)
		return;
	if (!c || !sc_find(fd, &c->sock))
		return;
	/* Interrupted before it did anything; the call comes again. */
	if (ret <= -SC_ERESTARTSYS && ret >= -SC_ERESTART_RESTARTBLOCK)
		return;
	task_current(&c->rec.task);
	if (!filter_wants(c->sock.protocol, c->sock.netns) || !filter_wants_task(&c->rec.task)) {
		if (sc_is_send(op))
			bpf_map_delete_elem(&sc_notes, &tid);
		return;
	}
	if (!sc_claim(tid, again))
		return;
	process_tell(NL_PROG_SYSCALL_EXIT);
	/* At this boundary the current task is the socket's user. */
	c->rec.owner = c->rec.task;

	sc_load_args(regs, &c->args);
	c->ret = ret;
	c->op = op;
	c->send = sc_is_send(op);
	c->now = bpf_ktime_get_ns();
	c->begun = c->send ? sc_begun(op, fd, tid) : 0;
	c->nmsg = 1;
	if (sc_is_setup(op)) {
		sc_refused(c);
		return;
	}
	if (!c->send && ret < 0) {
		sc_recv_error(c);
		return;
	}
	if (!c->send && sc_recv_flags(c) & SC_MSG_PEEK)
		return;
	if (op == SC_SENDMMSG || op == SC_RECVMMSG)
		c->nmsg = ret >= 0 ? ret : 1;
	if (c->nmsg == 1)
		sc_datagram(0);
	else
		REPEAT(i, SC_MAX_IOV, !sc_datagram(i));
}

static __always_inline int sc_on_exit(struct pt_regs *regs, long ret, bool again)
{
	__u64 id = bpf_get_current_pid_tgid();
	long nr = sc_nr(regs);
	bool x32 = sc_is_x32(nr);
	__u32 op = sc_op_of(nr);

	if (op == SC_NONE && !x32 && !sc_compat_op(nr) && nr != SC_COMPAT_SOCKETCALL)
		return 0;
	if (!sc_wanted_early(id))
		return 0;
	if (sc_preempt)
		bpf_preempt_disable();
	if (x32 || sc_compat())
		sc_count_compat(regs, nr, ret, x32, id, again);
	else if (op != SC_NONE)
		sc_exit(regs, op, ret, id, again);
	if (sc_preempt)
		bpf_preempt_enable();
	return 0;
}

SEC("tp_btf/sys_exit")
int sc_sys_exit(__u64 *ctx)
{
	return sc_on_exit((void *)ctx[0], ctx[1], false);
}

SEC("tp_btf/sys_exit")
int sc_sys_exit_again(__u64 *ctx)
{
	return sc_on_exit((void *)ctx[0], ctx[1], true);
}
