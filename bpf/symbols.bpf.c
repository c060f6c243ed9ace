// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause

/*
 * The kernel's symbols, from 6.0 on, without the text of /proc/kallsyms: to write a
 * quarter of a million lines costs more than anything else at the start. It sends
 * those that begin like one that is asked for; user space looks closer.
 */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define SYMBOLS_LEN 64
#define SYMBOLS_HEADS 32

/* The first eight bytes of the names that are asked for; 0: no more. Set before
 * loading. */
const volatile __u64 symbols_heads[SYMBOLS_HEADS] = {};

struct symbols_one {
	__u64 addr;               /* 0: hidden (kptr_restrict) */
	__u8 name[SYMBOLS_LEN]; /* cut, with a zero at its end */
};

/* For bpf2go, which translates what a variable mentions. */
const struct symbols_one *symbols_types __attribute__((unused));

/* kernel/kallsyms.c */
struct kallsym_iter {
	unsigned long value;
	char name[128];
	int show_value;
} __attribute__((preserve_access_index));

struct bpf_iter__ksym {
	struct bpf_iter_meta *meta;
	struct kallsym_iter *ksym;
} __attribute__((preserve_access_index));

static __always_inline bool symbols_asked_for(__u64 head)
{
#pragma unroll
	for (int i = 0; i < SYMBOLS_HEADS; i++) {
		__u64 want = symbols_heads[i];

		if (!want)
			break;
		if (want == head)
			return true;
	}
	return false;
}

SEC("iter/ksym")
int symbols(struct bpf_iter__ksym *ctx)
{
	struct kallsym_iter *iter = ctx->ksym;
	struct symbols_one s;

	if (!iter || !symbols_asked_for(*(__u64 *)__builtin_preserve_access_index(&iter->name)))
		return 0;
	__builtin_memset(&s, 0, sizeof(s));
	if (iter->show_value)
		s.addr = iter->value;
	bpf_probe_read_kernel_str(s.name, sizeof(s.name), __builtin_preserve_access_index(&iter->name));
	bpf_seq_write(ctx->meta->seq, &s, sizeof(s));
	return 0;
}
