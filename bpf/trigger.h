/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * What made the kernel send an event that no request caused: the system call that the
 * current task is in, the function that a worker of a workqueue runs, or nobody that the
 * current task is. It costs the events without a request alone.
 */
#ifndef NL_TRIGGER_H
#define NL_TRIGGER_H

#include "process.h"

/* include/linux/sched.h */
#define PF_EXITING 0x00000004
#define PF_IO_WORKER 0x00000010
#define PF_WQ_WORKER 0x00000020

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs___trigger {
	unsigned long si, di, orig_ax;
};

/* arch/x86/include/asm/thread_info.h: TS_COMPAT, 32-bit syscall active */
struct thread_info___trigger {
	__u32 status;
};
#define TRIGGER_COMPAT(task) (BPF_CORE_READ(task, thread_info.status) & 0x0002)
#define TRIGGER_NR(regs) ((int)(regs)->orig_ax)
#define TRIGGER_ARG0(regs) ((__u32)(regs)->di)
#define TRIGGER_ARG1(regs) ((__u32)(regs)->si)
/* arch/x86/entry/syscalls/syscall_64.tbl: sendfile, write, pwrite64, writev, pwritev,
 * pwritev2 */
#define TRIGGER_WRITES(nr) ((nr) == 40 || (nr) == 1 || (nr) == 18 || (nr) == 20 || (nr) == 296 || (nr) == 328)
#define TRIGGER_IOCTL 16
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs___trigger {
	unsigned long regs[31];
	unsigned long orig_x0;
	int syscallno;
};

/* arch/arm64/include/asm/thread_info.h: TIF_32BIT */
struct thread_info___trigger {
	unsigned long flags;
};
#define TRIGGER_COMPAT(task) (BPF_CORE_READ(task, thread_info.flags) & 1UL << 22)
#define TRIGGER_NR(regs) ((regs)->syscallno)
#define TRIGGER_ARG0(regs) ((__u32)(regs)->orig_x0)
#define TRIGGER_ARG1(regs) ((__u32)(regs)->regs[1])
/* include/uapi/asm-generic/unistd.h: sendfile, write, writev, pwrite64, pwritev, pwritev2 */
#define TRIGGER_WRITES(nr) ((nr) == 71 || (nr) == 64 || (nr) == 66 || (nr) == 68 || (nr) == 70 || (nr) == 287)
#define TRIGGER_IOCTL 29
#endif

struct fdtable___trigger {
	unsigned int max_fds;
	struct file___path **fd;
};

struct files_struct___trigger {
	struct fdtable___trigger *fdt;
};

struct task_struct___trigger {
	struct thread_info___trigger thread_info;
	struct files_struct___trigger *files;
};

#pragma clang attribute pop

/* What is read of the registers that a system call began with. */
struct trigger_call {
	int nr;
	__u32 arg0, arg1;
};

#define TRIGGER_STACK (16 << 10) /* THREAD_SIZE of x86-64, without KASAN */

/* False: they are not known. */
static __always_inline bool trigger_call_read(struct trigger_call *c)
{
	struct task_struct___trigger *task = (void *)bpf_get_current_task();
	struct pt_regs___trigger *regs;

	if (TRIGGER_COMPAT(task))
		return false; /* its numbers are others */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs)) {
		regs = (void *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
		c->nr = TRIGGER_NR(regs);
		c->arg0 = TRIGGER_ARG0(regs);
		c->arg1 = TRIGGER_ARG1(regs);
		return c->nr >= 0;
	}
#if defined(__TARGET_ARCH_x86)
	/* Before 5.15: task_pt_regs() of arch/x86/include/asm/processor.h. */
	regs = BPF_CORE_READ((struct task_struct *)task, stack) + TRIGGER_STACK -
	       bpf_core_type_size(struct pt_regs___trigger);
	c->nr = BPF_CORE_READ(regs, orig_ax);
	c->arg0 = BPF_CORE_READ(regs, di);
	c->arg1 = BPF_CORE_READ(regs, si);
	return c->nr >= 0;
#else
	return false;
#endif
}

/* Tell user space what a number stands for; false: there is no room. */
static __always_inline bool trigger_tell(struct process_telling *t, __u64 of, __u32 len)
{
	struct nl_named *n = &t->named;

	n->record = NL_RECORD_NAMED;
	n->len = len;
	n->of = of;
	return !bpf_ringbuf_output(&emit_ring, n, sizeof(*n), emit_wake(sizeof(*n)));
}

/* The file behind a descriptor of the current task, as its dentry; 0: it has no path. It is
 * told each time: the address may be another file's by the next. */
__noinline __u64 trigger_file(enum nl_prog prog, __u32 fd)
{
	struct task_struct___trigger *task = (void *)bpf_get_current_task();
	struct process_telling *t = process_telling_of(prog);
	struct file___path **files, *file = 0;
	struct dentry *d;
	__u64 of;

	if (!t || fd >= BPF_CORE_READ(task, files, fdt, max_fds))
		return 0;
	files = BPF_CORE_READ(task, files, fdt, fd);
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	if (!file)
		return 0;
	d = BPF_CORE_READ(file, f_path.dentry);
	of = (__u64)d;
	t->dentry = of;
	t->mount = (__u64)BPF_CORE_READ(file, f_path.mnt) - bpf_core_field_offset(struct mount, mnt);
	t->process.flags = 0;
	t->process.exe_len = 0;
	REPEAT(i, NL_COMPONENTS, process_climb(prog));
	if (!t->process.exe_len || t->process.flags & NL_KNOWS_EXE_CUT || BPF_CORE_READ(d, d_parent) == d)
		return 0;
	bpf_probe_read_kernel(t->named.text, sizeof(t->named.text), t->process.exe);
	return trigger_tell(t, of, t->process.exe_len) ? of : 0;
}

/* The function that the current worker runs; 0: none, or not known. Its name is told once
 * by each processor, and by the kernel: user space would have to read all symbols. */
__noinline __u64 trigger_function(enum nl_prog prog)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct process_telling *t = process_telling_of(prog);
	struct kthread *thread;
	struct worker *worker;
	__u64 of;
	long n;

	if (!t)
		return 0;
	if (bpf_core_field_exists(task->worker_private))
		thread = BPF_CORE_READ(task, worker_private);
	else
		thread = (void *)BPF_CORE_READ(task, set_child_tid);
	worker = BPF_CORE_READ(thread, data);
	of = (__u64)BPF_CORE_READ(worker, current_func);
	if (!of || t->named.of == of || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_snprintf))
		return of;
	n = bpf_snprintf((char *)t->named.text, sizeof(t->named.text), (const char *)nl_cfg.function, &of, sizeof(of));
	if (n <= 1 || n > NL_EXE || !trigger_tell(t, of, n - 1))
		t->named.of = 0;
	return of;
}

/* What the current task is in, NL_TRIGGER_*; trigger_of of the program's scratch memory
 * says more. A global function of scalars: the verifier looks at it once. */
__noinline __u64 trigger_find(enum nl_prog prog)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct process_telling *t = process_telling_of(prog);
	__u32 flags = BPF_CORE_READ(task, flags);
	struct trigger_call c = {};

	if (!t)
		return NL_TRIGGER_NONE;
	t->trigger_of = 0;
	if (flags & PF_WQ_WORKER) {
		t->trigger_of = trigger_function(prog);
		return NL_TRIGGER_KWORKER;
	}
	if (flags & (PF_KTHREAD | PF_IO_WORKER))
		return NL_TRIGGER_KTHREAD;
	if (flags & PF_EXITING)
		return NL_TRIGGER_EXIT;
	t->trigger_of = NL_UNKNOWN;
	if (!trigger_call_read(&c))
		return NL_TRIGGER_SYSCALL;
	if (c.nr == TRIGGER_IOCTL) {
		t->trigger_of = c.arg1;
		return NL_TRIGGER_IOCTL;
	}
	if (TRIGGER_WRITES(c.nr)) {
		t->trigger_of = trigger_file(prog, c.arg0);
		if (t->trigger_of)
			return NL_TRIGGER_WRITE;
	}
	t->trigger_of = c.nr;
	return NL_TRIGGER_SYSCALL;
}

/* The same of an event in a record. */
static __always_inline void trigger_note(struct nl_full *rec, enum nl_prog prog)
{
	struct process_telling *t;

	rec->trigger = trigger_find(prog);
	t = process_telling_of(prog);
	if (t)
		rec->of = t->trigger_of;
}

#endif
