/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * Events that nobody listens to: rtnetlink makes them all the same, and
 * netlink_broadcast() frees them. What they say has to be taken at its entry, before it
 * is known whether anybody gets it. So it is taken of groups alone in which nobody got
 * the last one, and its exit says which it was (NL_RECORD_SETTLED): user space holds it
 * back until then.
 */
#ifndef NL_UNHEARD_H
#define NL_UNHEARD_H

#include "full.h"
#include "plane.h"

struct unheard_group {
	__u32 netns;
	__u32 group;
	__u32 protocol;
};

/* Groups in which somebody got the last event, and unheard_era as it was then. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct unheard_group);
	__type(value, __u64);
} unheard_not SEC(".maps");

/* Goes up when a socket is closed that got events. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} unheard_era SEC(".maps");

static __always_inline __u64 *unheard_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&unheard_era, &zero);
}

static __always_inline void unheard_key(struct unheard_group *key, struct flow_bcast *b)
{
	key->netns = b->netns;
	key->group = b->group;
	key->protocol = b->protocol;
}

static __always_inline void unheard_of(struct nl_full *rec, struct flow_bcast *b)
{
	rec->protocol = b->protocol;
	rec->netns = b->netns;
	rec->group = b->group;
	rec->cast = b->cast;
}

/* Begin the record of an event without listener; false: the filter does not want it. */
static __always_inline bool unheard_begin(struct nl_full *rec, struct flow *f, enum nl_prog prog)
{
	rec->record = NL_RECORD_FULL;
	rec->ktime = bpf_ktime_get_ns();
	rec->dir = NL_DIR_EVENT;
	rec->verdict = NL_VERDICT_UNHEARD;
	full_cause(rec, f, prog);
	rec->id = flow_id(f);
	/* Nobody's socket got it, so that who caused it decides. */
	if (rec->trigger == NL_TRIGGER_INTERRUPT && (nl_cfg.by_pid || nl_cfg.by_comm))
		return false;
	return !filter_is_self(&rec->task) && filter_wants_task(&rec->task);
}

/* netlink_broadcast() begins, for the skb of a broadcast that the flow knows. */
static __noinline int unheard_take(struct flow *f, struct sk_buff *skb)
{
	struct flow_bcast *b = flow_bcast_of(f);
	struct unheard_group key = {};
	struct nl_full rec = {};
	__u64 *heard, *now = unheard_now();
	__u32 port, group;

	skb_ports(&port, &group, true, skb);
	if (port || !now || !plane_on(NL_PLANE_MESSAGES))
		return 0;
	unheard_key(&key, b);
	b->watched = 1;
	heard = bpf_map_lookup_elem(&unheard_not, &key);
	if (heard && *heard == *now)
		return 0;
	unheard_of(&rec, b);
	if (!unheard_begin(&rec, f, NL_PROG_BROADCAST)) {
		b->watched = 0;
		return 0;
	}
	rec.flags = NL_FLAG_UNSETTLED;
	if (!skb_emit(&rec, true, skb))
		b->taken = rec.id;
	return 0;
}

/* Tell of an event that was not taken, since the one before it was heard. */
static __noinline int unheard_late(struct flow *f)
{
	struct nl_full rec = {};

	unheard_of(&rec, flow_bcast_of(f));
	if (unheard_begin(&rec, f, NL_PROG_CAST))
		emit_datagram(&rec, 0, 0);
	return 0;
}

/* netlink_broadcast() returns. */
static __always_inline void unheard_settle(struct flow *f)
{
	struct flow_bcast *b = flow_bcast_of(f);
	struct unheard_group key = {};
	struct nl_settled *r;
	__u64 *now;

	if (!b->watched || (!b->taken && b->heard))
		return;
	unheard_key(&key, b);
	if (!b->taken) {
		bpf_map_delete_elem(&unheard_not, &key);
		unheard_late(f);
		return;
	}
	now = unheard_now();
	if (b->heard && now)
		bpf_map_update_elem(&unheard_not, &key, now, BPF_ANY);
	r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);
	if (!r) {
		emit_lost(NL_LOST_RING);
		return;
	}
	r->record = NL_RECORD_SETTLED;
	r->heard = b->heard;
	r->id = b->taken;
	bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));
}

/* Somebody is about to get skb. */
static __always_inline void unheard_heard(struct flow *f, struct sk_buff *skb)
{
	struct flow_bcast *b;
	__u32 port, group;

	if (!nl_cfg.unheard || !f || !f->depth)
		return;
	b = flow_bcast_of(f);
	skb_ports(&port, &group, true, skb);
	if (group == b->group) /* else what an interrupt sends meanwhile */
		b->heard = 1;
}

#endif
