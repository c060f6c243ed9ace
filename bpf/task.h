/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* Who the current task is, and in what it runs. */
#ifndef NL_TASK_H
#define NL_TASK_H

#include "memory.h"
#include "records.h"

/* A pointer at an address of the kernel's. */
static __always_inline __u64 task_pointer(__u64 at)
{
	__u64 v = 0;

	bpf_probe_read_kernel(&v, sizeof(v), (void *)at);
	return v;
}

#define TASK_POINTER(task, field) task_pointer((task) + bpf_core_field_offset(struct task_struct, field))

/* The number that nltop's PID namespace gives a task, whose number in the initial one
 * is nr. 0: the task has been reaped, and its number is nobody's any more. What calls
 * it has no room for more than a few bytes of stack. */
static __always_inline __u32 task_inside(__u64 task, __u32 nr)
{
	__u64 pid = TASK_POINTER(task, thread_pid), upid;

	if (!pid)
		return 0;
	if ((__u32)task_pointer(pid + bpf_core_field_offset(struct pid, level)) >= nl_cfg.pid_level) {
		upid = pid + bpf_core_field_offset(struct pid, numbers) +
		       nl_cfg.pid_level * bpf_core_type_size(struct upid);
		if (task_pointer(upid + bpf_core_field_offset(struct upid, ns)) == nl_cfg.pid_ns)
			return task_pointer(upid + bpf_core_field_offset(struct upid, nr));
	}
	return nr ? nr | NL_OUTSIDE : 0;
}

/* Not a global function: those take no pointer that the verifier knows for a scalar. */
static __noinline __u64 task_number_inside(__u64 task, __u32 nr)
{
	return task_inside(task, nr);
}

/* The same in any namespace: in the initial one it is the number that the task has in
 * its own structure. Of a process, task is the thread group's leader, which is looked
 * for in other namespaces alone: so it is a macro. */
#define task_number(task, nr)                                                  \
	((__u32)(nl_cfg.pid_ns ? task_number_inside((__u64)(task), nr) : (nr)))

/* A global function: the verifier looks at it once. */
__noinline __u64 task_ids_inside(void)
{
	__u64 id = bpf_get_current_pid_tgid(), task = bpf_get_current_task();
	__u32 tid = task_inside(task, id);

	if (id >> 32 == (__u32)id)
		return (__u64)tid << 32 | tid;
	return (__u64)task_inside(TASK_POINTER(task, group_leader), id >> 32) << 32 | tid;
}

/* What bpf_get_current_pid_tgid() returns, as nltop's PID namespace has it. */
static __always_inline __u64 task_ids(void)
{
	return nl_cfg.pid_ns ? task_ids_inside() : bpf_get_current_pid_tgid();
}

/* As much of the current task as filters ask for. */
static __always_inline void task_whoami(struct nl_task *t)
{
	__u64 id = task_ids();

	t->tgid = id >> 32;
	t->tid = id;
	bpf_get_current_comm(t->comm, sizeof(t->comm));
}

/* Since 5.11 the current task is a pointer that the verifier knows: its fields are
 * read without a call. The branch that CO-RE decides against is removed. */
#define task_known                                                          \
	bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

/* What tells the processes that have had one ID apart, and the programs that one of
 * them has executed: when it was forked, in ns, and how often it has executed one
 * (begin_new_exec() in fs/exec.c counts). The sum does: no ID comes again within so
 * few nanoseconds. All threads of a process have the same. */
static __always_inline __u64 task_life(void)
{
	struct task_struct *task;

	if (task_known) {
		task = bpf_get_current_task_btf();
		return mem_cast(task)->group_leader->start_boottime + task->self_exec_id;
	}
	task = (void *)bpf_get_current_task();
	return BPF_CORE_READ(task, group_leader, start_boottime) + BPF_CORE_READ(task, self_exec_id);
}

/* Whether that is the life of the current task's process. It takes no stack; before 5.11
 * it is not known (false). */
static __always_inline bool task_lives(__u64 life)
{
	struct task_struct *task;

	if (!task_known)
		return false;
	task = bpf_get_current_task_btf();
	return life == mem_cast(task)->group_leader->start_boottime + task->self_exec_id;
}

static __always_inline void task_current(struct nl_task *t)
{
	task_whoami(t);
	t->cgroup = bpf_get_current_cgroup_id();
	t->life = task_life();
}

/* The comm of the current task's process, which is that of the thread group's leader,
 * with zeros behind its end, as a key needs them. */
static __always_inline void task_process_name(__u8 *name)
{
	struct task_struct *leader = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), group_leader);

	__builtin_memset(name, 0, NL_COMM_LEN);
	bpf_probe_read_kernel_str(name, NL_COMM_LEN, __builtin_preserve_access_index(&leader->comm));
}

/* memcmp() of this length would become a call of a function that BPF has not. */
static __always_inline bool task_same_comm(const struct nl_task *a, const struct nl_task *b)
{
	const __u64 *x = (void *)a->comm, *y = (void *)b->comm;

	return x[0] == y[0] && x[1] == y[1];
}

/* Whether an interrupt is being served. Its task is whoever was running then,
 * and has nothing to do with it. preempt_count of include/linux/preempt.h: bit 8
 * is set while a softirq is served (disabling them counts in steps of two),
 * bits 16 to 23 count hardirqs and NMIs. */
#define TASK_IN_INTERRUPT 0x00ff0100
#define TASK_INTERRUPT "(interrupt)" /* whose name stands for nobody's */
#define TASK_IN_HARDIRQ 0x00ff0000

static __always_inline __u32 task_in_interrupt(void)
{
	struct task_struct___count *task = 0;
	__u32 count = 0;
	__u64 at;

	if (bpf_core_field_exists(task->thread_info.preempt_count)) {
		task = (void *)bpf_get_current_task();
		count = BPF_CORE_READ(task, thread_info.preempt_count);
	} else if (nl_cfg.per_cpu_offset && nl_cfg.preempt_count) {
		at = nl_cfg.per_cpu_offset + 8 * bpf_get_smp_processor_id();
		at = mem_word(at) | (__u64)mem_word(at + 4) << 32;
		count = mem_word(at + nl_cfg.preempt_count);
	}
	return count & TASK_IN_INTERRUPT;
}

#endif
