/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * IPv4 routes that the kernel removes without an event: fib_table_flush() takes those
 * whose link or source address has gone, one by one. fib_notify_alias_delete() in
 * net/ipv4/fib_trie.c sees each, and each that RTM_DELROUTE removes with an event; of the
 * former alone the next hops are dead.
 */
#ifndef NL_FLUSHED_H
#define NL_FLUSHED_H

#include "unheard.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* include/net/ip_fib.h */
struct fib_nh_common {
	int nhc_oif;
	__u8 nhc_gw_family;
	union {
		__u32 ipv4;
		__u8 ipv6[16];
	} nhc_gw;
};

struct fib_nh {
	struct fib_nh_common nh_common;
};

/* include/net/nexthop.h */
struct nexthop {
	__u32 id;
};

struct fib_info {
	unsigned int fib_flags;
	__u8 fib_protocol;
	__u8 fib_scope;
	__u32 fib_prefsrc;
	__u32 fib_priority;
	int fib_nhs;
	struct nexthop *nh;
	struct fib_nh fib_nh[0];
};

/* net/ipv4/fib_lookup.h; before 5.18 fa_tos. */
struct fib_alias {
	struct fib_info *fa_info;
	__u8 fa_tos;
	__u8 fa_dscp;
	__u8 fa_type;
	__u8 fa_slen;
	__u32 tb_id;
};

#pragma clang attribute pop

#define FLUSHED_DEAD 1 /* RTNH_F_DEAD, include/uapi/linux/rtnetlink.h */

static __always_inline void flushed_read(struct nl_route *r, struct fib_alias *fa, struct fib_info *fi)
{
	struct fib_nh_common *nh = (void *)fi + bpf_core_field_offset(fi->fib_nh);

	r->dst_len = 32 - BPF_CORE_READ(fa, fa_slen);
	r->tos = bpf_core_field_exists(fa->fa_dscp) ? BPF_CORE_READ(fa, fa_dscp) : BPF_CORE_READ(fa, fa_tos);
	r->type = BPF_CORE_READ(fa, fa_type);
	r->table = BPF_CORE_READ(fa, tb_id);
	r->protocol = BPF_CORE_READ(fi, fib_protocol);
	r->scope = BPF_CORE_READ(fi, fib_scope);
	r->prefsrc = BPF_CORE_READ(fi, fib_prefsrc);
	r->priority = BPF_CORE_READ(fi, fib_priority);
	r->hops = BPF_CORE_READ(fi, fib_nhs);
	r->nh_id = BPF_CORE_READ(fi, nh, id);
	if (!r->hops)
		return; /* those of nh_id */
	r->oif = BPF_CORE_READ(nh, nhc_oif);
	r->gw_family = BPF_CORE_READ(nh, nhc_gw_family);
	bpf_probe_read_kernel(r->gw, sizeof(r->gw), __builtin_preserve_access_index(&nh->nhc_gw));
}

/* fib_notify_alias_delete(): a route, of which key is the prefix as a number, goes. */
static __always_inline int on_flushed(struct net *net, __u32 key, struct fib_alias *fa)
{
	struct fib_info *fi = MEM_FOLLOW(true, fa, fa_info);
	struct nl_route r = {};
	struct nl_full rec = {};
	struct flow *f;

	if (!fi || !(MEM_GET(true, fi, fib_flags) & FLUSHED_DEAD))
		return 0;
	rec.netns = BPF_CORE_READ(net, ns.inum);
	if (!filter_wants(NETLINK_ROUTE, rec.netns) || !plane_on(NL_PLANE_MESSAGES))
		return 0;
	f = flow_new();
	if (!f || !unheard_begin(&rec, f, NL_PROG_FLUSHED))
		return 0;
	rec.cast = rec.id;
	r.dst = key;
	flushed_read(&r, fa, fi);
	rec.kind = NL_KIND_FLUSHED;
	rec.orig_len = sizeof(r);
	if (emit_small(&rec, (__u64)&r, sizeof(r), 0))
		emit_lost(NL_LOST_REPORT);
	return 0;
}

#endif
