/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * Who a process is: its name, executable, arguments, user IDs and parent, told to
 * user space before the first record of its tasks. What can be read later is read
 * then, in the task itself. Arguments are noted when the process executes its
 * program, too: they are whole then, lie in memory, and are there for its children
 * when it has ended.
 */
#ifndef NL_PROCESS_H
#define NL_PROCESS_H

#include "emit.h"
#include "task.h"

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

/* What was noted of a process, and what was told of it. */
struct process_image {
	__u64 life;
	__u64 cred;     /* its address: changed user IDs have another one; 0: not told */
	__u32 ppid;     /* in the initial PID namespace */
	__u32 loginuid;
	__u64 name[2];  /* as it stands in the kernel, bytes behind the NUL included */
	__u32 flags;    /* NL_KNOWS_ARGS */
	__u32 pad;
	struct nl_args args;
};

/* By tgid in the initial PID namespace. An entry is only ever replaced as a whole: it may be another process's
 * by the time that it is written to. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NL_IMAGES);
	__type(key, __u32);
	__type(value, struct process_image);
} process_images SEC(".maps");

/* The stack has no room for these. Each program has its own: none of them
 * interrupts itself (see emit_id()). */
struct process_telling {
	struct process_image image;
	__u64 dentry; /* where the walk up from the executable, or another file, is */
	__u64 mount;
	struct nl_process process;
	__u8 spill[NL_EXE]; /* of a name that begins at the end of exe */
	__u64 trigger_of;   /* see trigger.h */
	struct nl_named named;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NL_PROG_MAX);
	__type(key, __u32);
	__type(value, struct process_telling);
} process_scratch SEC(".maps");

static __always_inline struct process_telling *process_telling_of(enum nl_prog prog)
{
	return bpf_map_lookup_elem(&process_scratch, &prog);
}

/* Read the arguments of the current task, which are in its memory unless they were
 * paged out. What follows are global functions of scalars: the verifier looks at each
 * once, and none takes stack that another needs. */
__noinline __u64 process_read_args(enum nl_prog prog)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct process_telling *t = process_telling_of(prog);
	struct process_image *image;
	__u64 start, n;

	if (!t)
		return 0;
	image = &t->image;
	image->flags = 0;
	image->args.length = 0;
	if (!mm)
		return 0;
	start = BPF_CORE_READ(mm, arg_start);
	n = BPF_CORE_READ(mm, arg_end) - start;
	if (n > 1U << 30)
		n = 0;
	image->args.length = n;
	if (n > NL_ARGS)
		n = NL_ARGS;
	mem_opaque(n);
	if (n <= NL_ARGS && !bpf_probe_read_user(image->args.bytes, n, (void *)start))
		image->flags = NL_KNOWS_ARGS;
	return 0;
}

/* One step up from the executable, as prepend_path() in fs/d_path.c does: d_path()
 * may not be called here. False: it was the last. A global function of scalars: the
 * verifier looks at it once. */
__noinline __u64 process_climb(enum nl_prog prog)
{
	struct process_telling *t = process_telling_of(prog);
	struct dentry *d, *up;
	struct nl_process *p;
	struct mount *m, *below;
	__u64 off;
	long n;

	if (!t)
		return false;
	p = &t->process;
	d = (void *)t->dentry;
	m = (void *)t->mount;
	up = BPF_CORE_READ(d, d_parent);
	if (d == BPF_CORE_READ(m, mnt.mnt_root)) {
		below = BPF_CORE_READ(m, mnt_parent);
		if (!below || below == m) {
			p->flags |= NL_KNOWS_EXE;
			return false;
		}
		t->dentry = (__u64)BPF_CORE_READ(m, mnt_mountpoint);
		t->mount = (__u64)below;
		return true;
	}
	off = p->exe_len;
	mem_opaque(off);
	if (off >= NL_EXE) {
		p->flags |= NL_KNOWS_EXE | NL_KNOWS_EXE_CUT;
		return false;
	}
	n = bpf_probe_read_kernel_str(p->exe + off, NL_EXE, BPF_CORE_READ(d, d_name.name));
	if (n <= 1)
		return false;
	if (off + n > NL_EXE) {
		p->flags |= NL_KNOWS_EXE | NL_KNOWS_EXE_CUT;
		return false;
	}
	p->exe_len = off + n;
	if (up == d) { /* memfd_create() and the like: a file that is in no folder */
		p->flags |= NL_KNOWS_EXE;
		return false;
	}
	t->dentry = (__u64)up;
	return true;
}

__noinline __u64 process_read_exe(enum nl_prog prog)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct process_telling *t = process_telling_of(prog);
	struct file___path *file;
	struct vfsmount *mnt;
	struct dentry *d;
	bool more = true;

	if (!t || !mm)
		return 0;
	file = BPF_CORE_READ(mm, exe_file);
	if (!file)
		return 0;
	d = BPF_CORE_READ(file, f_path.dentry);
	mnt = BPF_CORE_READ(file, f_path.mnt);
	/* d_unlinked() in include/linux/dcache.h, of a file that is in a folder or was. */
	if (!BPF_CORE_READ(d, d_hash.pprev))
		t->process.flags |= NL_KNOWS_EXE_DELETED;
	t->dentry = (__u64)d;
	t->mount = (__u64)mnt - bpf_core_field_offset(struct mount, mnt);
	REPEAT(i, NL_COMPONENTS, more = process_climb(prog));
	if (more)
		t->process.flags |= NL_KNOWS_EXE | NL_KNOWS_EXE_CUT;
	return 0;
}

/* The parent's name, and its arguments if it was seen to execute its program, or to
 * use Netlink. */
__noinline __u64 process_read_parent(enum nl_prog prog)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *parent, *leader;
	struct process_telling *t = process_telling_of(prog);
	struct process_image *image;
	struct nl_process *p;
	__u32 tgid;

	if (!t)
		return 0;
	p = &t->process;
	parent = BPF_CORE_READ(task, real_parent);
	leader = BPF_CORE_READ(parent, group_leader);
	tgid = BPF_CORE_READ(parent, tgid);
	p->ppid = tgid;
	bpf_probe_read_kernel(p->parent_name, sizeof(p->parent_name), __builtin_preserve_access_index(&leader->comm));
	p->parent_life = BPF_CORE_READ(leader, start_boottime) + BPF_CORE_READ(parent, self_exec_id);
	p->parent_args.length = 0;
	image = bpf_map_lookup_elem(&process_images, &tgid);
	if (!image || image->life != p->parent_life || !(image->flags & NL_KNOWS_ARGS))
		return 0;
	bpf_probe_read_kernel(&p->parent_args, sizeof(p->parent_args), &image->args);
	p->flags |= NL_KNOWS_PARENT_ARGS;
	return 0;
}

/* What is read as it is. */
__noinline __u64 process_read_task(enum nl_prog prog)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *leader;
	struct process_telling *t = process_telling_of(prog);
	struct nl_process *p;

	if (!t)
		return 0;
	p = &t->process;
	p->record = NL_RECORD_PROCESS;
	p->flags = 0;
	p->life = task_life();
	p->tgid = bpf_get_current_pid_tgid() >> 32;
	p->uid = BPF_CORE_READ(task, real_cred, uid.val);
	p->loginuid = 0;
	if (bpf_core_field_exists(task->loginuid)) {
		p->loginuid = BPF_CORE_READ(task, loginuid.val);
		p->flags |= NL_KNOWS_LOGIN;
	}
	leader = BPF_CORE_READ(task, group_leader);
	bpf_probe_read_kernel(p->name, sizeof(p->name), __builtin_preserve_access_index(&leader->comm));
	p->args.length = 0;
	p->exe_len = 0;
	t->image.flags = 0;
	t->image.cred = (__u64)BPF_CORE_READ(task, real_cred);
	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		p->flags |= NL_KNOWS_KTHREAD;
	return 0;
}

/* Take the arguments that were noted of this process, if they were. */
__noinline __u64 process_noted_args(enum nl_prog prog)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct process_image *image = bpf_map_lookup_elem(&process_images, &tgid);
	struct process_telling *t = process_telling_of(prog);

	if (!t || !image || image->life != t->process.life || !(image->flags & NL_KNOWS_ARGS))
		return false;
	bpf_probe_read_kernel(&t->image.args, sizeof(t->image.args), &image->args);
	t->image.flags = NL_KNOWS_ARGS;
	return true;
}

/* Whether all that may change of the current task's process is as it was told. */
__noinline __u64 process_told(void)
{
	struct task_struct *task = 0, *walk, *leader;
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct process_image *image = bpf_map_lookup_elem(&process_images, &tgid);
	__u64 name[2], *comm;

	if (!image)
		return false;
	if (task_known) {
		task = bpf_get_current_task_btf();
		walk = mem_cast(task);
		leader = walk->group_leader;
		comm = (void *)__builtin_preserve_access_index(&leader->comm);
		if (bpf_core_field_exists(task->loginuid) && image->loginuid != task->loginuid.val)
			return false;
		return image->life == leader->start_boottime + task->self_exec_id &&
		       image->cred == (__u64)walk->real_cred && image->ppid == (__u32)walk->real_parent->tgid &&
		       image->name[0] == comm[0] && image->name[1] == comm[1];
	}
	task = (void *)bpf_get_current_task();
	leader = BPF_CORE_READ(task, group_leader);
	bpf_probe_read_kernel(name, sizeof(name), __builtin_preserve_access_index(&leader->comm));
	if (bpf_core_field_exists(task->loginuid) && image->loginuid != BPF_CORE_READ(task, loginuid.val))
		return false;
	return image->life == task_life() && image->cred == (__u64)BPF_CORE_READ(task, real_cred) &&
	       image->ppid == (__u32)BPF_CORE_READ(task, real_parent, tgid) && image->name[0] == name[0] &&
	       image->name[1] == name[1];
}

/* The IDs as nltop's PID namespace has them. False: the process has none there any more
 * that anybody could look for. */
__noinline __u64 process_number(enum nl_prog prog)
{
	__u64 task = bpf_get_current_task();
	struct process_telling *t = process_telling_of(prog);

	if (!t)
		return false;
	t->process.tgid = task_inside(TASK_POINTER(task, group_leader), t->process.tgid);
	task = TASK_POINTER(task, real_parent);
	t->process.ppid = task_inside(TASK_POINTER(task, group_leader), t->process.ppid);
	return t->process.tgid != 0;
}

/* See to it that user space knows the current task's process; false: it does not, as
 * there is no room. */
__noinline __u64 process_tell(enum nl_prog prog)
{
	struct process_telling *t;
	struct process_image *image;
	struct nl_process *p;
	__u32 tgid;

	if (process_told())
		return true;
	/* While the ring is full, nothing is read in vain at every message. */
	if (bpf_ringbuf_query(&emit_ring, BPF_RB_AVAIL_DATA) + sizeof(*p) + 2 * BPF_RINGBUF_HDR_SZ >
	    bpf_ringbuf_query(&emit_ring, BPF_RB_RING_SIZE))
		return false;
	t = process_telling_of(prog);
	if (!t)
		return false;
	p = &t->process;
	image = &t->image;
	process_read_task(prog);
	process_read_parent(prog);
	tgid = p->tgid;
	image->ppid = p->ppid;
	if (nl_cfg.pid_ns && !process_number(prog))
		return false;
	if (nl_cfg.processes && !(p->flags & NL_KNOWS_KTHREAD)) {
		if (!process_noted_args(prog))
			process_read_args(prog);
		p->flags |= image->flags;
		bpf_probe_read_kernel(&p->args, sizeof(p->args), &image->args);
		process_read_exe(prog);
	}
	if (bpf_ringbuf_output(&emit_ring, p, sizeof(*p), emit_wake(sizeof(*p))))
		return false;
	image->life = p->life;
	image->loginuid = p->loginuid;
	__builtin_memcpy(image->name, p->name, sizeof(p->name));
	bpf_map_update_elem(&process_images, &tgid, image, BPF_ANY);
	return true;
}

/* TP_PROTO(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm), from
 * exec_binprm() in fs/exec.c: the program has its memory already, and the arguments
 * are where create_elf_tables() put them. */
SEC("tp_btf/sched_process_exec")
int process_exec(__u64 *ctx)
{
	struct process_telling *t = process_telling_of(NL_PROG_EXEC);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	(void)ctx;
	if (!t)
		return 0;
	process_read_args(NL_PROG_EXEC);
	t->image.life = task_life();
	t->image.cred = 0;
	bpf_map_update_elem(&process_images, &tgid, &t->image, BPF_ANY);
	return 0;
}

/* All processes that there are, for user space to know which life the owners of
 * sockets are in that it finds in /proc. */
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

SEC("iter/task")
int process_list(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct nl_alive alive = {};

	if (!task || task->pid != task->tgid)
		return 0;
	alive.tgid = task_number(task, task->tgid);
	alive.life = task->start_boottime + task->self_exec_id;
	bpf_seq_write(ctx->meta->seq, &alive, sizeof(alive));
	return 0;
}

/* In which PID namespace nltop runs: an iterator runs in the task that reads it, and
 * only the kernel knows how deep the namespace is. */
SEC("iter/task")
int process_home(struct bpf_iter__task *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct nl_home home = {};
	struct upid *upid;

	if (ctx->meta->seq_num || !ctx->task || !pid)
		return 0;
	home.level = BPF_CORE_READ(pid, level);
	upid = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       home.level * bpf_core_type_size(struct upid);
	home.pid_ns = (__u64)BPF_CORE_READ(upid, ns);
	home.inum = BPF_CORE_READ(upid, ns, ns.inum);
	bpf_seq_write(ctx->meta->seq, &home, sizeof(home));
	return 0;
}

#endif
