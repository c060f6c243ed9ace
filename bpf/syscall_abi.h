/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The system-call boundary as the syscall backend reads it: which numbers
 * carry Netlink datagrams, where their arguments are, and the layouts that the
 * kernel's UAPI gives to msghdr and its relatives. One section per
 * architecture; everything behind it is the same for all.
 */
#ifndef NLTOP_SYSCALL_ABI_H
#define NLTOP_SYSCALL_ABI_H

/* What a system call does with a datagram, whatever its number. */
enum sc_op {
	SC_NONE,
	SC_READ,
	SC_WRITE,
	SC_READV,
	SC_WRITEV,
	SC_SENDTO,
	SC_RECVFROM,
	SC_SENDMSG,
	SC_RECVMSG,
	SC_SENDMMSG,
	SC_RECVMMSG,
	SC_BIND,
	SC_SETSOCKOPT,
};

static __always_inline bool sc_is_send(__u32 op)
{
	return op == SC_WRITE || op == SC_WRITEV || op == SC_SENDTO || op == SC_SENDMSG ||
	       op == SC_SENDMMSG;
}

/* Of these only what fails is told. */
static __always_inline bool sc_is_setup(__u32 op)
{
	return op == SC_BIND || op == SC_SETSOCKOPT;
}

/* The arguments of the twelve calls; none has one behind the sixth. */
struct sc_args {
	__u64 a[6];
};

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
	unsigned long bp, bx, r10, r9, r8, cx, dx, si, di, orig_ax;
} __attribute__((preserve_access_index));

struct thread_info {
	__u32 status;
} __attribute__((preserve_access_index));

/* arch/x86/include/asm/thread_info.h: TS_COMPAT, 32-bit syscall active */
#define SC_COMPAT_FIELD status
#define SC_COMPAT_BIT	0x0002

#define SC_X32_SYSCALL_BIT 0x40000000 /* arch/x86/include/uapi/asm/unistd.h */

static __always_inline long sc_nr(struct pt_regs *regs)
{
	return regs->orig_ax;
}

/* fd of a 64-bit call: do_syscall_64 leaves the argument registers alone. */
static __always_inline __u64 sc_arg0(struct pt_regs *regs)
{
	return regs->di;
}

static __always_inline void sc_load_args(struct pt_regs *regs, struct sc_args *args)
{
	args->a[0] = regs->di;
	args->a[1] = regs->si;
	args->a[2] = regs->dx;
	args->a[3] = regs->r10;
	args->a[4] = regs->r8;
	args->a[5] = regs->r9;
}

static __always_inline __u32 sc_compat_arg0(struct pt_regs *regs)
{
	return regs->bx;
}

static __always_inline __u32 sc_compat_arg1(struct pt_regs *regs)
{
	return regs->cx;
}

/* arch/x86/entry/syscalls/syscall_64.tbl */
static __always_inline __u32 sc_op_of(long nr)
{
	switch (nr) {
	case 0: return SC_READ;
	case 1: return SC_WRITE;
	case 19: return SC_READV;
	case 20: return SC_WRITEV;
	case 44: return SC_SENDTO;
	case 45: return SC_RECVFROM;
	case 46: return SC_SENDMSG;
	case 47: return SC_RECVMSG;
	case 49: return SC_BIND;
	case 54: return SC_SETSOCKOPT;
	case 299: return SC_RECVMMSG;
	case 307: return SC_SENDMMSG;
	}
	return SC_NONE;
}

/* x32 numbers its own variants where a pointer lies in memory (512 and up). */
static __always_inline bool sc_is_x32(long nr)
{
	switch (nr ^ SC_X32_SYSCALL_BIT) {
	case 0: case 1: case 44:
	case 515: case 516: case 517: case 518: case 519: case 537: case 538:
		return true;
	}
	return false;
}

/* arch/x86/entry/syscalls/syscall_32.tbl */
#define SC_COMPAT_SOCKETCALL 102

static __always_inline bool sc_compat_op(long nr)
{
	switch (nr) {
	case 3: case 4: case 145: case 146:		   /* read, write, readv, writev */
	case 369: case 370: case 371: case 372:		   /* sendto, sendmsg, recvfrom, recvmsg */
	case 337: case 345: case 417:			   /* recvmmsg, sendmmsg, recvmmsg_time64 */
		return true;
	}
	return false;
}

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
} __attribute__((preserve_access_index));

struct thread_info {
	unsigned long flags;
} __attribute__((preserve_access_index));

/* arch/arm64/include/asm/thread_info.h: TIF_32BIT, AArch32 process */
#define SC_COMPAT_FIELD flags
#define SC_COMPAT_BIT	(1UL << 22)

static __always_inline long sc_nr(struct pt_regs *regs)
{
	return regs->syscallno;
}

/* x0 holds the result at exit, orig_x0 the argument at both ends. */
static __always_inline __u64 sc_arg0(struct pt_regs *regs)
{
	return regs->orig_x0;
}

static __always_inline void sc_load_args(struct pt_regs *regs, struct sc_args *args)
{
	args->a[0] = regs->orig_x0;
	args->a[1] = regs->regs[1];
	args->a[2] = regs->regs[2];
	args->a[3] = regs->regs[3];
	args->a[4] = regs->regs[4];
	args->a[5] = regs->regs[5];
}

static __always_inline __u32 sc_compat_arg0(struct pt_regs *regs)
{
	return regs->orig_x0;
}

static __always_inline __u32 sc_compat_arg1(struct pt_regs *regs)
{
	return regs->regs[1];
}

/* include/uapi/asm-generic/unistd.h */
static __always_inline __u32 sc_op_of(long nr)
{
	switch (nr) {
	case 63: return SC_READ;
	case 64: return SC_WRITE;
	case 65: return SC_READV;
	case 66: return SC_WRITEV;
	case 200: return SC_BIND;
	case 206: return SC_SENDTO;
	case 207: return SC_RECVFROM;
	case 208: return SC_SETSOCKOPT;
	case 211: return SC_SENDMSG;
	case 212: return SC_RECVMSG;
	case 243: return SC_RECVMMSG;
	case 269: return SC_SENDMMSG;
	}
	return SC_NONE;
}

static __always_inline bool sc_is_x32(long nr)
{
	(void)nr;
	return false;
}

/* arch/arm/tools/syscall.tbl; the EABI has no socketcall. */
#define SC_COMPAT_SOCKETCALL (-1)

static __always_inline bool sc_compat_op(long nr)
{
	switch (nr) {
	case 3: case 4: case 145: case 146:		   /* read, write, readv, writev */
	case 289: case 290: case 291: case 292:		   /* send, sendto, recv, recvfrom */
	case 296: case 297: case 365: case 374: case 417:  /* {send,recv}msg, {recv,send}mmsg, time64 */
		return true;
	}
	return false;
}

#else
#error "no system-call table for this architecture"
#endif

/* include/uapi/linux/net.h: the socketcall numbers that move a datagram. */
static __always_inline bool sc_socketcall_op(__u32 call)
{
	switch (call) {
	case 9: case 10: case 11: case 12:	/* SYS_SEND, SYS_RECV, SYS_SENDTO, SYS_RECVFROM */
	case 16: case 17: case 19: case 20:	/* SYS_{SEND,RECV}MSG, SYS_RECVMMSG, SYS_SENDMMSG */
		return true;
	}
	return false;
}

/* include/linux/uio.h: UIO_MAXIOV, and the most that sendmmsg and recvmmsg take. */
#define SC_MAX_IOV 1024

/* include/linux/socket.h */
#define SC_MSG_PEEK  0x02
#define SC_MSG_TRUNC 0x20

/* include/linux/errno.h: from here on a restart code that user space never sees. */
#define SC_ERESTARTSYS		  512
#define SC_ERESTART_RESTARTBLOCK 516

/* include/uapi/linux/uio.h */
struct sc_iovec {
	__u64 base;
	__u64 len;
};

/* include/linux/socket.h: struct user_msghdr, 64-bit layout. */
struct sc_msghdr {
	__u64 name;
	__s32 namelen;
	__u32 pad0;
	__u64 iov;
	__u64 iovlen;
	__u64 control;
	__u64 controllen;
	__u32 flags;
	__u32 pad1;
};

/* include/linux/socket.h: struct mmsghdr, 64-bit layout. */
struct sc_mmsghdr {
	struct sc_msghdr hdr;
	__u32 len;
	__u32 pad;
};

/* include/uapi/linux/netlink.h: struct sockaddr_nl */
struct sc_sockaddr_nl {
	__u16 family;
	__u16 pad;
	__u32 pid;
	__u32 groups;
};

/* struct cmsghdr with the struct nl_pktinfo of include/uapi/linux/netlink.h behind it. */
struct sc_pktinfo {
	__u64 len;
	__s32 level;
	__s32 type;
	__u32 group;
};

#define SC_SOL_NETLINK	   270
#define SC_NETLINK_PKTINFO 3

#endif
