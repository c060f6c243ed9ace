/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* Loops that the verifier does not walk through round by round. */
#ifndef NL_REPEAT_H
#define NL_REPEAT_H

#include "records.h"
#include <bpf/bpf_helpers.h>

/* The kernel's iterator over numbers, since 6.4. The verifier knows it, and walks
 * through its loop once or twice, through every round of any other. */
struct bpf_iter_num {
	__u64 state;
} __attribute__((preserve_access_index));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym __weak;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym __weak;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym __weak;

/* Evaluate more, in which i is the number of the round, until it is false, or n
 * times. A round costs a call, and the loop two and some stack: it is not for what is
 * done per message. */
#define REPEAT(i, n, more)                                                     \
	do {                                                                   \
		struct bpf_iter_num it_;                                       \
		int *at_;                                                      \
                                                                               \
		if (!nl_cfg.iter_num) {                                        \
			for (__u32 i = 0; i < (n); i++)                        \
				if (!(more))                                   \
					break;                                 \
			break;                                                 \
		}                                                              \
		bpf_iter_num_new(&it_, 0, (n));                                \
		while ((at_ = bpf_iter_num_next(&it_))) {                      \
			__u32 i = *at_;                                        \
                                                                               \
			(void)i;                                               \
			if (!(more))                                           \
				break;                                         \
		}                                                              \
		bpf_iter_num_destroy(&it_);                                    \
	} while (0)

#endif
