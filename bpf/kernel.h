/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * The kernel's types as far as the programs read them. Only names and types
 * of fields count: CO-RE takes every offset from the running kernel's BTF, so
 * order and completeness do not matter. A suffix behind three underscores
 * names a variant of the same type (see "ignored suffix" in libbpf).
 */
#ifndef NL_KERNEL_H
#define NL_KERNEL_H

#include <linux/types.h>
#include <linux/bpf.h>

typedef _Bool bool;
#define true 1
#define false 0

#define AF_NETLINK 16
#define ESRCH 3
#define ENOBUFS 105
#define EINVAL 22
#define E2BIG 7

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	unsigned short skc_family;
	possible_net_t skc_net;
};

struct inode {
	unsigned long i_ino;
};

struct file___inode {
	struct inode *f_inode;
};

struct socket {
	struct file___inode *file;
	struct sock *sk;
};

struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};

struct sk_buff_head {
	struct sk_buff *next;
};

struct sock {
	struct sock_common __sk_common;
	atomic_t sk_drops;
	struct sk_buff_head sk_receive_queue;
	struct {
		atomic_t rmem_alloc;
	} sk_backlog;
	int sk_rcvbuf;
	int sk_err;
	__u16 sk_protocol;
	struct socket *sk_socket;
};

struct nlmsghdr;

/* include/linux/netlink.h: the dump that a socket runs */
struct netlink_callback {
	const struct nlmsghdr *nlh;
};

/* net/netlink/af_netlink.h; flags is u32 on 6.1 and long on 6.12. */
struct netlink_sock {
	struct sock sk;
	__u32 flags;
	__u32 portid;
	__u32 dst_portid;
	__u32 dst_group;
	struct netlink_callback cb;
};

typedef struct {
	atomic_t refs;
} refcount_t;

struct sk_buff {
	refcount_t users;
	struct sock *sk;
	char cb[48];
	unsigned int len;
	unsigned int data_len;
	unsigned int end;
	unsigned int truesize;
	unsigned char *head;
	unsigned char *data;
};

/* before 6.9 a struct bio_vec, with the same layout */
struct skb_frag {
	unsigned long netmem;
	unsigned int len;
	unsigned int offset;
};

struct skb_shared_info {
	__u8 nr_frags;
	struct skb_frag frags[1];
};

struct page {
	unsigned long flags;
};

/* include/linux/netlink.h: what NETLINK_CB(skb) is */
struct netlink_skb_parms {
	__u32 portid;
	__u32 dst_group;
};

struct iovec {
	void *iov_base;
	__kernel_size_t iov_len;
};

/* before 5.14: type is a mask; before 6.4: iov */
struct iov_iter {
	unsigned int type;
	__u8 iter_type;
	__u64 iov_offset;
	__u64 count;
	const struct iovec *iov;
	const struct iovec *__iov;
	void *ubuf;
	unsigned long nr_segs;
};

enum iter_type {
	ITER_IOVEC = 0,
	ITER_UBUF = 1,
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
	struct iov_iter msg_iter;
	unsigned int msg_flags;
};

struct nsproxy {
	struct net *net_ns;
};

/* arm64 keeps preempt_count in here, x86-64 per CPU. */
struct thread_info___count {
	__u32 preempt_count;
};

struct task_struct___count {
	struct thread_info___count thread_info;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

typedef struct {
	__u32 val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct qstr {
	const unsigned char *name;
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

/* fs/mount.h */
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file___path {
	struct path f_path;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
	struct file___path *exe_file;
};

struct signal_struct {
	atomic_t live;
};

struct pid_namespace {
	struct ns_common ns;
};

/* include/linux/pid.h: a task's numbers, by how deep the namespace is; before 6.5 the
 * array has one element, and as many as level says behind it. */
struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

/* kernel/kthread.c; of a worker of a workqueue, data is its struct worker */
struct kthread {
	void *data;
};

/* kernel/workqueue_internal.h */
struct worker {
	void *current_func;
};

/* In ns of the run queue's clock: when the task was last accounted for, and how long it
 * has run until then. */
struct sched_entity {
	__u64 exec_start;
	__u64 sum_exec_runtime;
	__u64 nr_migrations;
};

struct task_struct {
	struct sched_entity se;
	struct signal_struct *signal;
	unsigned int flags;
	int pid;
	int tgid;
	struct mm_struct *mm;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid; /* NULL: it has been reaped */
	__u64 start_boottime;
	__u64 self_exec_id;
	const struct cred *real_cred;
	kuid_t loginuid;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
	void *stack;
	int *set_child_tid;   /* before 5.17 a kernel thread has its struct kthread there */
	void *worker_private; /* since then here */
	char comm[16];
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	__u64 seq_num;
};

struct pt_regs___words {
	unsigned long word;
};

/* include/uapi/linux/netlink.h */
struct nlmsghdr___k {
	__u32 nlmsg_len;
	__u16 nlmsg_type;
	__u16 nlmsg_flags;
	__u32 nlmsg_seq;
};

struct nlmsgerr___k {
	int error;
	struct nlmsghdr___k msg;
};

#pragma clang attribute pop

#endif
