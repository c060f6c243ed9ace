/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * From the arguments of a system call to the bytes of its datagrams: the
 * headers and pieces in user memory, and their way into the ring.
 */
#ifndef NL_SYSCALL_COPY_H
#define NL_SYSCALL_COPY_H

#include "emit.h"
#include "syscall.h"

/* Pieces of less than this are gathered, so that an iovec of a few bytes does
 * not take a record of its own. */
#define SC_GATHER 4096

/* The call at hand, and the datagram of it. */
struct sc_call {
	struct sc_args args;
	struct sc_sock sock;
	__s64 ret;
	__u64 now;
	__u64 begun; /* ktime of sys_enter; 0: unknown */
	__u32 op;
	__u32 send;
	__u32 nmsg;
	__u32 pad0;

	struct sc_msghdr hdr;
	struct sc_iovec one; /* of the calls that have no iovec array */
	__u64 want;          /* bytes still to copy */
	__u64 off;           /* bytes in the ring */
	__u32 fill;          /* bytes in the scratch, behind those in the ring */
	__u32 chunked;       /* a full record is open: scratch that is full goes into chunks */
	__u32 fault;
	__u32 pad;
	struct nl_full rec;
	__u8 scratch[2 * SC_GATHER];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sc_call);
} sc_calls SEC(".maps");

static __always_inline struct sc_call *sc_current(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&sc_calls, &zero);
}

/* Read the header of message i of the call; false: its memory cannot be read. */
static __always_inline bool sc_load_header(struct sc_call *c, __u32 i, __u64 *len)
{
	struct sc_mmsghdr *mm;
	__u64 where = c->args.a[1];

	*len = c->ret;
	__builtin_memset(&c->hdr, 0, sizeof(c->hdr));
	switch (c->op) {
	case SC_SENDTO:
		c->hdr.name = c->args.a[4];
		c->hdr.namelen = c->args.a[5];
		break;
	case SC_RECVFROM:
		c->hdr.name = c->args.a[4];
		if (c->args.a[5] && bpf_probe_read_user(&c->hdr.namelen, sizeof(c->hdr.namelen),
							(void *)c->args.a[5]))
			c->hdr.namelen = 0;
		break;
	case SC_READV:
	case SC_WRITEV:
		c->hdr.iov = c->args.a[1];
		c->hdr.iovlen = c->args.a[2];
		return true;
	case SC_SENDMMSG:
	case SC_RECVMMSG:
		mm = (struct sc_mmsghdr *)(where + (__u64)i * sizeof(*mm));
		if (c->ret > 0) {
			__u32 n;

			if (bpf_probe_read_user(&n, sizeof(n), &mm->len))
				return false;
			*len = n;
		}
		where = (__u64)&mm->hdr;
		/* fallthrough */
	case SC_SENDMSG:
	case SC_RECVMSG:
		return !bpf_probe_read_user(&c->hdr, sizeof(c->hdr), (void *)where);
	}
	c->one.base = c->args.a[1];
	c->one.len = c->args.a[2];
	c->hdr.iovlen = 1;
	return true;
}

static __always_inline bool sc_load_iov(struct sc_call *c, __u32 i, struct sc_iovec *v)
{
	if (!c->hdr.iov) {
		*v = c->one;
		return i == 0;
	}
	return !bpf_probe_read_user(v, sizeof(*v), (void *)(c->hdr.iov + (__u64)i * sizeof(*v)));
}

/* Global functions take scalars only and are verified once, so the loops that
 * call them may have as many rounds as the kernel has pieces. */

/* Move what was gathered into the ring, as one chunk. Nonzero: no room. */
__noinline int sc_flush(void)
{
	struct sc_call *c = sc_current();
	struct emit_tail_chunk *t;
	__u64 n;

	if (!c)
		return 1;
	n = c->fill;
	c->fill = 0;
	if (!n)
		return 0;
	t = bpf_ringbuf_reserve(&emit_ring, sizeof(*t), 0);
	if (!t)
		return 1;
	mem_opaque(n);
	if (n > sizeof(t->data) || bpf_probe_read_kernel(t->data, n, c->scratch)) {
		bpf_ringbuf_discard(t, BPF_RB_NO_WAKEUP);
		return 1;
	}
	t->head.record = NL_RECORD_CHUNK;
	t->head.len = n;
	t->head.id = c->rec.id;
	t->head.off = c->off;
	bpf_ringbuf_submit(t, emit_wake(sizeof(*t)));
	c->off += n;
	return 0;
}

/* Move at most NL_CHUNK bytes of a piece into the ring, straight from user
 * memory. Nonzero: no room, or no memory. */
__noinline int sc_chunk(__u64 src, __u64 n)
{
	struct sc_call *c = sc_current();
	struct emit_full_chunk *r;

	if (!c)
		return 1;
	r = bpf_ringbuf_reserve(&emit_ring, sizeof(*r), 0);
	if (!r)
		return 1;
	mem_opaque(n);
	if (n > sizeof(r->data) || bpf_probe_read_user(r->data, n, (void *)src)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		c->fault = 1;
		return 1;
	}
	r->head.record = NL_RECORD_CHUNK;
	r->head.len = n;
	r->head.id = c->rec.id;
	r->head.off = c->off;
	bpf_ringbuf_submit(r, emit_wake(sizeof(*r)));
	c->off += n;
	return 0;
}

/* Gather n bytes at src in the scratch. Nonzero: they cannot be read. */
static __always_inline int sc_gather(struct sc_call *c, __u64 src, __u64 n)
{
	__u64 fill = c->fill;

	mem_opaque(n);
	mem_opaque(fill);
	if (n > SC_GATHER || fill > SC_GATHER ||
	    bpf_probe_read_user(c->scratch + fill, n, (void *)src)) {
		c->fault = 1;
		return 1;
	}
	c->fill += n;
	c->want -= n;
	return 0;
}

/* Copy piece i of the datagram. Nonzero: that was the last that can be had. */
__noinline int sc_piece(__u32 i)
{
	struct sc_call *c = sc_current();
	struct sc_iovec v;
	int no_room = 0;
	__u64 n;

	if (!c || i >= c->hdr.iovlen || !c->want)
		return 1;
	if (!sc_load_iov(c, i, &v)) {
		c->fault = 1;
		return 1;
	}
	if (v.len > c->want)
		v.len = c->want;
	if (v.len <= SC_GATHER) {
		/* A datagram in one record never fills the scratch. */
		if (c->fill + v.len > SC_GATHER && (!c->chunked || sc_flush()))
			return 1;
		return v.len && sc_gather(c, v.base, v.len);
	}
	if (sc_flush())
		return 1;
	REPEAT(k, NL_CHUNKS_MAX, ({
		n = v.len < NL_CHUNK ? v.len : NL_CHUNK;
		if (n)
			no_room = sc_chunk(v.base, n);
		if (n && !no_room) {
			c->want -= n;
			v.base += n;
			v.len -= n;
		}
		n && !no_room;
	}));
	return no_room;
}

/* The length of piece i of a datagram that was not sent, added to want.
 * Nonzero: that was the last. */
__noinline int sc_measure(__u32 i)
{
	struct sc_call *c = sc_current();
	struct sc_iovec v;

	if (!c || i >= c->hdr.iovlen || !sc_load_iov(c, i, &v))
		return 1;
	if (v.len > 0x7fffffff) /* MAX_RW_COUNT is the most the kernel takes */
		v.len = 0x7fffffff;
	c->want += v.len;
	return 0;
}

/* Emit the datagram, c->want bytes of which lie in the pieces. */
static __always_inline void sc_copy(struct sc_call *c)
{
	struct nl_full *r;
	struct sc_iovec v;
	long err;

	c->off = c->fill = c->fault = c->chunked = 0;
	if (c->hdr.iovlen == 1 && sc_load_iov(c, 0, &v)) {
		if (v.len > c->want)
			v.len = c->want;
		if (v.len <= NL_CHUNK) {
			err = emit_small(&c->rec, v.base, v.len, 1);
			goto out;
		}
	} else if (c->want <= SC_GATHER) {
		REPEAT(i, SC_MAX_IOV, !sc_piece(i));
		if (c->fault)
			c->rec.flags |= NL_FLAG_UNREADABLE;
		err = emit_small(&c->rec, (__u64)c->scratch, c->fill, 0);
		goto out;
	}
	r = emit_open(&c->rec);
	if (!r)
		return;
	c->chunked = 1;
	REPEAT(i, SC_MAX_IOV, !sc_piece(i));
	sc_flush();
	if (c->fault)
		r->flags |= NL_FLAG_UNREADABLE;
	emit_close(r, c->off);
	return;
out:
	if (err)
		emit_lost(NL_LOST_RING);
}

#endif
