/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What is read of a socket. */
#ifndef NL_SOCK_H
#define NL_SOCK_H

#include "memory.h"

/* net/netlink/af_netlink.h: NETLINK_F_KERNEL_SOCKET is bit 0, as a mask until
 * 6.4 and as a bit number since. */
#define SOCK_KERNEL 1

/* SOCK_INODE(), include/net/sock.h. A socket that is just being made has no file
 * yet. */
static __always_inline __u64 sock_inode(bool direct, struct socket *sock)
{
	struct socket_alloc *a = (void *)sock - bpf_core_field_offset(struct socket_alloc, socket);
	struct file___inode *file;
	struct inode *inode;

	if (!sock)
		return 0;
	if (direct && MEM_DIRECT && nl_cfg.rdonly_cast)
		return mem_cast(a)->vfs_inode.i_ino;
	if (direct && MEM_DIRECT) {
		/* Every pointer is checked: 5.10 panics when a program with functions of
		 * its own reads through NULL, instead of reading 0. */
		file = mem_cast(sock)->file;
		if (file) {
			inode = file->f_inode;
			if (inode)
				return inode->i_ino;
		}
	}
	return BPF_CORE_READ(a, vfs_inode.i_ino);
}

static __always_inline __u32 sock_netns(bool direct, struct sock *sk)
{
	if (direct && MEM_DIRECT)
		return mem_cast(sk)->__sk_common.skc_net.net->ns.inum;
	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

#endif
