/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * From a file descriptor of the current task to the Netlink socket behind it,
 * through the task's file table. Only reads that tolerate a fault are used:
 * another thread may close the descriptor at any moment.
 */
#ifndef NL_SYSCALL_H
#define NL_SYSCALL_H

#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include "syscall_abi.h"

#define SC_S_IFMT	0170000
#define SC_S_IFSOCK	0140000
#define SC_SOCKFS_MAGIC 0x534F434B /* include/uapi/linux/magic.h */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned long s_magic;
};

struct inode___sc {
	unsigned short i_mode;
	struct super_block *i_sb;
};

struct file {
	struct inode___sc *f_inode;
};

/* include/linux/fdtable.h */
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct task_struct___sc {
	struct thread_info thread_info;
	struct files_struct *files;
};

struct netlink_sock___sc {
	__u32 subscriptions;
};

#pragma clang attribute pop

/* What a record tells of the socket. */
struct sc_sock {
	__u64 inode;
	__u32 netns;
	__u32 portid;
	__u32 dst_portid;    /* where connect() pointed it; 0: the kernel */
	__u32 dst_group;
	__u32 subscriptions; /* multicast groups that it joined */
	__u32 protocol;
};

/* From 5.11 on the current task can be read without a helper per step. The
 * verifier removes the branch that CO-RE decides against. */
#define sc_have_task_btf                                                       \
	bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

/* The file behind fd, or NULL. */
static __always_inline struct file *sc_file(__u32 fd)
{
	struct file *file = 0, **files;
	struct fdtable *fdt;
	__u32 max;

	if (sc_have_task_btf) {
		struct task_struct___sc *task = (void *)bpf_get_current_task_btf();

		fdt = mem_cast(task)->files->fdt;
		max = fdt->max_fds;
		files = fdt->fd;
	} else {
		struct task_struct___sc *task = (void *)bpf_get_current_task();

		fdt = BPF_CORE_READ(task, files, fdt);
		max = BPF_CORE_READ(fdt, max_fds);
		files = BPF_CORE_READ(fdt, fd);
	}
	if (fd >= max)
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	return file;
}

/* Whether the current task makes a 32-bit system call. */
static __always_inline bool sc_compat(void)
{
	if (sc_have_task_btf) {
		struct task_struct___sc *task = (void *)bpf_get_current_task_btf();

		return task->thread_info.SC_COMPAT_FIELD & SC_COMPAT_BIT;
	} else {
		struct task_struct___sc *task = (void *)bpf_get_current_task();

		return BPF_CORE_READ(task, thread_info.SC_COMPAT_FIELD) & SC_COMPAT_BIT;
	}
}

/* Describe the AF_NETLINK socket behind fd; false: fd is something else. */
static __always_inline bool sc_find(__u32 fd, struct sc_sock *s)
{
	struct file *file = sc_file(fd);
	struct inode___sc *inode;
	struct netlink_sock *nlk;
	struct socket_alloc *alloc;
	struct sock *sk;

	if (!file)
		return false;
	inode = BPF_CORE_READ(file, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & SC_S_IFMT) != SC_S_IFSOCK)
		return false;
	/* A bound AF_UNIX socket is S_IFSOCK too, on its own file system, and
	 * can be opened with O_PATH. */
	if (BPF_CORE_READ(inode, i_sb, s_magic) != SC_SOCKFS_MAGIC)
		return false;
	/* SOCKET_I(), include/net/sock.h */
	alloc = (void *)inode - bpf_core_field_offset(struct socket_alloc, vfs_inode);
	sk = BPF_CORE_READ(alloc, socket.sk);
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_family) != AF_NETLINK)
		return false;
	nlk = (void *)sk;
	s->inode = BPF_CORE_READ((struct inode *)inode, i_ino);
	s->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	s->portid = BPF_CORE_READ(nlk, portid);
	s->dst_portid = BPF_CORE_READ(nlk, dst_portid);
	s->dst_group = BPF_CORE_READ(nlk, dst_group);
	s->subscriptions = BPF_CORE_READ((struct netlink_sock___sc *)nlk, subscriptions);
	s->protocol = BPF_CORE_READ(sk, sk_protocol);
	return true;
}

#endif
