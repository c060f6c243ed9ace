/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * How a program hands a datagram to user space. Every backend's object includes
 * this file and so has its own instance of each map.
 *
 * Records are reserved and filled in place. There is no scratch memory that
 * two programs nesting on one CPU (task, softirq, or a 5.10 kernel without
 * recursion protection) could fight over.
 */
#ifndef NL_EMIT_H
#define NL_EMIT_H

#include "memory.h"
#include "records.h"
#include "repeat.h"

/* Sizes marked "set before loading" are replaced by internal/probe. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20); /* set before loading */
} emit_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NL_LOST_MAX);
	__type(key, __u32);
	__type(value, __u64);
} emit_losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NL_PROG_MAX);
	__type(key, __u32);
	__type(value, __u64);
} emit_ids SEC(".maps");

static __always_inline void emit_lost(enum nl_loss which)
{
	__u64 *n = bpf_map_lookup_elem(&emit_losses, &which);

	if (n)
		__sync_fetch_and_add(n, 1);
}

/* An id that is unique as long as no program interrupts itself on one CPU,
 * which the kernel prevents from 5.12 on. */
static __always_inline __u64 emit_id(enum nl_prog prog)
{
	__u64 *n = bpf_map_lookup_elem(&emit_ids, &prog);

	if (!n)
		return 0;
	*n += 1;
	return *n << 20 | (__u64)(bpf_get_smp_processor_id() & 0xffff) << 4 | (prog & 15);
}

/* Bytes reserved so far, but for what two CPUs added at the same moment. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} emit_reserved SEC(".maps");

/* A notification costs more than the bytes: ask for one only when this
 * record crosses a multiple of wake_bytes. Less than that is fetched when
 * the reader's deadline passes. */
static __always_inline __u64 emit_wake(__u64 size)
{
	__u32 zero = 0;
	__u64 *sum = bpf_map_lookup_elem(&emit_reserved, &zero), was;

	if (!sum)
		return BPF_RB_FORCE_WAKEUP;
	was = *sum;
	*sum = was + size;
	if ((was ^ (was + size)) & ~((__u64)nl_cfg.wake_bytes - 1))
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* One record with header and payload, sized up to the next class: the size
 * of a reservation must be a constant. The record is copied by a call, because the
 * verifier would look at the loads and stores of each class on each path. */
#define EMIT_CLASS(size)                                                         \
	if (n <= (size)) {                                                     \
		struct {                                                       \
			struct nl_full rec;                                    \
			__u8 data[size];                                       \
		} *r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);           \
		if (!r)                                                        \
			goto no_room;                                             \
		bpf_probe_read_kernel(&r->rec, sizeof(r->rec), rec);              \
		r->rec.inline_len = n;                                          \
		r->rec.cap_len = n;                                             \
		if (n && mem_copy(r->data, n, src, user)) {                     \
			r->rec.inline_len = 0;                                  \
			r->rec.cap_len = 0;                                     \
			r->rec.flags |= NL_FLAG_UNREADABLE;                     \
		}                                                              \
		bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));                    \
		return 0;                                                      \
	}

/* Payload that fits one record. A function of its own, because a dozen
 * classes inlined per caller are a lot of instructions. */
static __noinline long emit_small(const struct nl_full *rec, __u64 src, __u64 n, __u64 user)
{
	mem_opaque(n);
	EMIT_CLASS(0)
	EMIT_CLASS(64)
	EMIT_CLASS(128)
	EMIT_CLASS(256)
	EMIT_CLASS(512)
	EMIT_CLASS(1024)
	EMIT_CLASS(2048)
	EMIT_CLASS(4096)
	EMIT_CLASS(8192)
	EMIT_CLASS(16384)
	EMIT_CLASS(NL_CHUNK)
no_room:
	return -1;
}

struct emit_full_chunk {
	struct nl_chunk head;
	__u8 data[NL_CHUNK];
};

struct emit_tail_chunk {
	struct nl_chunk head;
	__u8 data[4096];
};

/* Emit the first NL_CHUNK of left bytes at src as one chunk, at offset off of
 * the datagram; false: no room, or not readable. Like emit_chunks() a global
 * function that takes only scalars: the verifier looks at it once, and not
 * once per caller and round. */
__noinline __u64 emit_chunk(__u64 id, __u64 off, __u64 src, __u64 left, __u64 user)
{
	__u64 n = left;

	if (n <= 4096) {
		struct emit_tail_chunk *t = bpf_ringbuf_reserve(&emit_ring, sizeof(*t), 0);

		if (!t)
			return false;
		mem_opaque(n);
		if (n > sizeof(t->data) || mem_copy(t->data, n, src, user)) {
			bpf_ringbuf_discard(t, BPF_RB_NO_WAKEUP);
			return false;
		}
		t->head.record = NL_RECORD_CHUNK;
		t->head.len = n;
		t->head.id = id;
		t->head.off = off;
		bpf_ringbuf_submit(t, emit_wake(sizeof(*t)));
		return true;
	}
	struct emit_full_chunk *r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);

	if (!r)
		return false;
	if (n > NL_CHUNK)
		n = NL_CHUNK;
	mem_opaque(n);
	if (n > sizeof(r->data) || mem_copy(r->data, n, src, user)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		return false;
	}
	r->head.record = NL_RECORD_CHUNK;
	r->head.len = n;
	r->head.id = id;
	r->head.off = off;
	bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));
	return true;
}

/* Emit len bytes of src as chunks, the first of them at offset off of the
 * datagram. Returns how many bytes are in the ring. Every branch in the loop
 * leaves it and the position is a constant per round: so the verifier walks
 * 128 rounds and no tree of them. */
__noinline __u64 emit_chunks(__u64 id, __u64 off, __u64 src, __u64 len, __u64 user)
{
	for (__u32 i = 0; i < NL_CHUNKS_MAX; i++) {
		__u64 pos = (__u64)i * NL_CHUNK;

		if (pos >= len)
			return len;
		if (!emit_chunk(id, off + pos, src + pos, len - pos, user))
			return pos;
	}
	return (__u64)NL_CHUNKS_MAX * NL_CHUNK;
}

/* Open a full record whose payload follows in chunks; NULL: counted as lost. The
 * caller emits chunks with emit_chunks() and ends with emit_close(). */
static __always_inline struct nl_full *emit_open(const struct nl_full *rec)
{
	struct nl_full *r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);

	if (!r) {
		emit_lost(NL_LOST_RING);
		return 0;
	}
	__builtin_memcpy(r, rec, sizeof(*r));
	r->inline_len = 0;
	return r;
}

static __always_inline void emit_close(struct nl_full *r, __u32 captured)
{
	r->cap_len = captured;
	bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));
}

/* Emit a datagram of rec->orig_len bytes that lie in one piece at src, in
 * kernel or user memory. 0: done; else it is counted as lost. */
static __always_inline long emit_datagram(struct nl_full *rec, __u64 src, __u64 user)
{
	__u64 n = rec->orig_len;
	struct nl_full *r;

	if (n > nl_cfg.snap)
		n = nl_cfg.snap;
	if (n <= NL_CHUNK) {
		if (!emit_small(rec, src, n, user))
			return 0;
		emit_lost(NL_LOST_RING);
		return -1;
	}
	r = emit_open(rec);
	if (!r)
		return -1;
	emit_close(r, emit_chunks(rec->id, 0, src, n, user));
	return 0;
}

#define EMIT_IOV_FAULT (1ULL << 63)

/* Emit the first left bytes of nr pieces of user memory as chunks. The array itself
 * is in kernel memory unless user_iov. Returns how many bytes are in the ring, and
 * EMIT_IOV_FAULT if the array could not be read to its end. */
__noinline __u64 emit_pieces(__u64 id, __u64 iov, __u64 nr, __u64 left, __u64 user_iov)
{
	__u64 off = 0, fault = 0, n, got;
	struct {
		__u64 base, len;
	} v; /* struct iovec of a 64-bit task */

	REPEAT(i, NL_IOV_MAX, ({
		bool more = i < nr && off < left;

		if (more && mem_copy(&v, sizeof(v), iov + i * sizeof(v), user_iov)) {
			fault = EMIT_IOV_FAULT;
			more = false;
		}
		if (more) {
			n = left - off;
			if (n > v.len)
				n = v.len;
			got = emit_chunks(id, off, v.base, n, 1);
			off += got;
			more = got >= n;
		}
		more;
	}));
	return off | fault;
}

/* Emit a datagram of rec->orig_len bytes that lie in nr pieces of user memory. */
static __always_inline long emit_iov(struct nl_full *rec, const struct iovec *iov, __u64 nr,
				     bool user_iov)
{
	__u64 left = rec->orig_len, off;
	struct {
		__u64 base, len;
	} v;
	struct nl_full *r;

	if (left > nl_cfg.snap)
		left = nl_cfg.snap;
	if (nr == 1) {
		if (mem_copy(&v, sizeof(v), (__u64)iov, user_iov))
			v.base = 0;
		return emit_datagram(rec, v.base, 1);
	}
	r = emit_open(rec);
	if (!r)
		return -1;
	off = emit_pieces(rec->id, (__u64)iov, nr, left, user_iov);
	if (off & EMIT_IOV_FAULT)
		r->flags |= NL_FLAG_UNREADABLE;
	emit_close(r, off & ~EMIT_IOV_FAULT);
	return 0;
}

/* Emit a report without payload: a completion or a socket error. */
static __always_inline long emit_report(struct nl_full *rec)
{
	if (!emit_small(rec, 0, 0, 0))
		return 0;
	emit_lost(NL_LOST_REPORT);
	return -1;
}

#endif
