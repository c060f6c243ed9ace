/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* What is emitted beside the counters: everything, losses alone, or nothing. */
#ifndef NL_PLANE_H
#define NL_PLANE_H

#include "emit.h"

/* NL_PLANE_*: what is emitted beside the counters. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} plane_bits SEC(".maps");

static __always_inline bool plane_on(__u32 plane)
{
	__u32 zero = 0, *on = bpf_map_lookup_elem(&plane_bits, &zero);

	return on && *on & plane;
}

#endif
