/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* How memory is read, the kernel's and a task's. */
#ifndef NL_MEMORY_H
#define NL_MEMORY_H

#include "kernel.h"
#include "records.h"
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

/* Since 6.2: memory at an address, known to be of a type, is read without a call. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

/* A pointer of which the verifier knows the type, to read fields from it that are
 * pointers to structures themselves. For each of those the verifier of 6.3 and later
 * asks whether it may be trusted as much as p, by looking through all types of the
 * kernel for the answer, two or three times over: milliseconds for one instruction
 * (btf_nested_type_is_trusted() in kernel/bpf/btf.c). What was cast is not trusted
 * to begin with. Other fields are better read from p itself: a load from what is
 * trusted is one instruction, from what is not some more, since it may fault. */
#define mem_cast(p)                                                            \
	((typeof(p))(nl_cfg.rdonly_cast ? bpf_rdonly_cast((p), bpf_core_type_id_kernel(typeof(*(p)))) : (p)))

/* MEM_GET() of a field that is a pointer to a structure. */
#define MEM_FOLLOW(direct, p, field)                                           \
	((direct) && MEM_DIRECT ? mem_cast(p)->field : BPF_CORE_READ(p, field))

/* Four bytes of the kernel's memory, without a call where that can be. What begins with
 * so many is as good as any type. */
static __always_inline __u32 mem_word(__u64 at)
{
	struct nlmsghdr___k *h;
	__u32 v = 0;

	if (nl_cfg.rdonly_cast) {
		h = bpf_rdonly_cast((void *)at, bpf_core_type_id_kernel(struct nlmsghdr___k));
		v = h->nlmsg_len;
		mem_opaque(v); /* no load may be shared with the other way of reading */
	} else {
		bpf_probe_read_kernel(&v, sizeof(v), (void *)at);
	}
	return v;
}

/* Copy n bytes of the kernel's memory that is mapped, at most 64 of them, word by word:
 * up to 7 bytes behind them are read, too. Where that is no call at all it takes half of
 * what bpf_probe_read_kernel() does; false: it cannot be done so here. */
static __always_inline bool mem_words(__u64 *dst, __u64 src, __u64 n)
{
	__u64 *from;

	if (!nl_cfg.rdonly_cast || n > 64)
		return false;
	/* A type that is so many words to its beginning, on amd64 and arm64 alike. */
	from = bpf_rdonly_cast((void *)src, bpf_core_type_id_kernel(struct pt_regs___words));
#pragma unroll
	for (__u64 i = 0; i < 8; i++) {
		if (i * 8 >= n)
			break;
		dst[i] = from[i];
	}
	return true;
}

static __always_inline long mem_copy(void *dst, __u32 n, __u64 src, __u64 user)
{
	if (user)
		return bpf_probe_read_user(dst, n, (void *)src);
	return bpf_probe_read_kernel(dst, n, (void *)src);
}

#endif
