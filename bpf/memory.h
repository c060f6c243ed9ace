/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* How memory is read, the kernel's and a task's. */
#ifndef NL_MEMORY_H
#define NL_MEMORY_H

#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* Hide a value's history from the compiler, so that the bound check which
 * follows is made on the very register that the helper gets. */
#define mem_opaque(x) asm volatile("" : "+r"(x))

/* Read a field. In fentry programs the arguments of the traced function, and
 * what they point to, are pointers that the verifier knows: a read is one
 * instruction and not a call of bpf_probe_read_kernel(), which is a hundred.
 * direct is a constant: whether p is such a pointer. Backends with hooks define
 * MEM_DIRECT: whether their programs have such pointers at all. */
#define MEM_GET(direct, p, field)                                              \
	((direct) && MEM_DIRECT ? (p)->field : BPF_CORE_READ(p, field))

static __always_inline long mem_copy(void *dst, __u32 n, __u64 src, __u64 user)
{
	if (user)
		return bpf_probe_read_user(dst, n, (void *)src);
	return bpf_probe_read_kernel(dst, n, (void *)src);
}

#endif
