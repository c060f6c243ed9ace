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
struct sc_walk {
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
	__u32 chunked;       /* an event is open: full scratch goes into chunks */
	__u32 fault;
	__u32 pad;
	struct nl_event ev;
	__u8 scratch[2 * SC_GATHER];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct sc_walk);
} sc_walks SEC(".maps");

static __always_inline struct sc_walk *sc_walk(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&sc_walks, &zero);
}

/* Read the header of message i of the call; false: its memory cannot be read. */
static __always_inline bool sc_load_header(struct sc_walk *w, __u32 i, __u64 *len)
{
	struct sc_mmsghdr *mm;
	__u64 where = w->args.a[1];

	*len = w->ret;
	__builtin_memset(&w->hdr, 0, sizeof(w->hdr));
	switch (w->op) {
	case SC_SENDTO:
		w->hdr.name = w->args.a[4];
		w->hdr.namelen = w->args.a[5];
		break;
	case SC_RECVFROM:
		w->hdr.name = w->args.a[4];
		if (w->args.a[5] && bpf_probe_read_user(&w->hdr.namelen, sizeof(w->hdr.namelen),
							(void *)w->args.a[5]))
			w->hdr.namelen = 0;
		break;
	case SC_READV:
	case SC_WRITEV:
		w->hdr.iov = w->args.a[1];
		w->hdr.iovlen = w->args.a[2];
		return true;
	case SC_SENDMMSG:
	case SC_RECVMMSG:
		mm = (struct sc_mmsghdr *)(where + (__u64)i * sizeof(*mm));
		if (w->ret > 0) {
			__u32 n;

			if (bpf_probe_read_user(&n, sizeof(n), &mm->len))
				return false;
			*len = n;
		}
		where = (__u64)&mm->hdr;
		/* fallthrough */
	case SC_SENDMSG:
	case SC_RECVMSG:
		return !bpf_probe_read_user(&w->hdr, sizeof(w->hdr), (void *)where);
	}
	w->one.base = w->args.a[1];
	w->one.len = w->args.a[2];
	w->hdr.iovlen = 1;
	return true;
}

static __always_inline bool sc_load_iov(struct sc_walk *w, __u32 i, struct sc_iovec *v)
{
	if (!w->hdr.iov) {
		*v = w->one;
		return i == 0;
	}
	return !bpf_probe_read_user(v, sizeof(*v), (void *)(w->hdr.iov + (__u64)i * sizeof(*v)));
}

/* Global functions take scalars only and are verified once, so the loops that
 * call them may have as many rounds as the kernel has pieces. */

/* Move what was gathered into the ring, as one chunk. Nonzero: no room. */
__noinline int sc_flush(void)
{
	struct sc_walk *w = sc_walk();
	struct nl_tail_record *t;
	__u64 n;

	if (!w)
		return 1;
	n = w->fill;
	w->fill = 0;
	if (!n)
		return 0;
	t = bpf_ringbuf_reserve(&nl_ring, sizeof(*t), 0);
	if (!t)
		return 1;
	nl_opaque(n);
	if (n > sizeof(t->data) || bpf_probe_read_kernel(t->data, n, w->scratch)) {
		bpf_ringbuf_discard(t, BPF_RB_NO_WAKEUP);
		return 1;
	}
	t->head.record = NL_RECORD_CHUNK;
	t->head.len = n;
	t->head.id = w->ev.id;
	t->head.off = w->off;
	bpf_ringbuf_submit(t, nl_wake(sizeof(*t)));
	w->off += n;
	return 0;
}

/* Move at most NL_CHUNK bytes of a piece into the ring, straight from user
 * memory. Nonzero: no room, or no memory. */
__noinline int sc_chunk(__u64 src, __u64 n)
{
	struct sc_walk *w = sc_walk();
	struct nl_chunk_record *r;

	if (!w)
		return 1;
	r = bpf_ringbuf_reserve(&nl_ring, sizeof(*r), 0);
	if (!r)
		return 1;
	nl_opaque(n);
	if (n > sizeof(r->data) || bpf_probe_read_user(r->data, n, (void *)src)) {
		bpf_ringbuf_discard(r, BPF_RB_NO_WAKEUP);
		w->fault = 1;
		return 1;
	}
	r->head.record = NL_RECORD_CHUNK;
	r->head.len = n;
	r->head.id = w->ev.id;
	r->head.off = w->off;
	bpf_ringbuf_submit(r, nl_wake(sizeof(*r)));
	w->off += n;
	return 0;
}

/* Gather n bytes at src in the scratch. Nonzero: they cannot be read. */
static __always_inline int sc_gather(struct sc_walk *w, __u64 src, __u64 n)
{
	__u64 fill = w->fill;

	nl_opaque(n);
	nl_opaque(fill);
	if (n > SC_GATHER || fill > SC_GATHER ||
	    bpf_probe_read_user(w->scratch + fill, n, (void *)src)) {
		w->fault = 1;
		return 1;
	}
	w->fill += n;
	w->want -= n;
	return 0;
}

/* Copy piece i of the datagram. Nonzero: that was the last that can be had. */
__noinline int sc_piece(__u32 i)
{
	struct sc_walk *w = sc_walk();
	struct sc_iovec v;
	__u64 n;

	if (!w || i >= w->hdr.iovlen || !w->want)
		return 1;
	if (!sc_load_iov(w, i, &v)) {
		w->fault = 1;
		return 1;
	}
	if (v.len > w->want)
		v.len = w->want;
	if (v.len <= SC_GATHER) {
		/* A datagram in one record never fills the scratch. */
		if (w->fill + v.len > SC_GATHER && (!w->chunked || sc_flush()))
			return 1;
		return v.len && sc_gather(w, v.base, v.len);
	}
	if (sc_flush())
		return 1;
	for (__u32 k = 0; k < NL_ROUNDS; k++) {
		n = v.len < NL_CHUNK ? v.len : NL_CHUNK;
		if (!n)
			return 0;
		if (sc_chunk(v.base, n))
			return 1;
		w->want -= n;
		v.base += n;
		v.len -= n;
	}
	return 0;
}

/* The length of piece i of a datagram that was not sent, added to want.
 * Nonzero: that was the last. */
__noinline int sc_measure(__u32 i)
{
	struct sc_walk *w = sc_walk();
	struct sc_iovec v;

	if (!w || i >= w->hdr.iovlen || !sc_load_iov(w, i, &v))
		return 1;
	if (v.len > 0x7fffffff) /* MAX_RW_COUNT is the most the kernel takes */
		v.len = 0x7fffffff;
	w->want += v.len;
	return 0;
}

/* Emit the datagram, w->want bytes of which lie in the pieces. */
static __always_inline void sc_copy(struct sc_walk *w)
{
	struct nl_event *r;
	struct sc_iovec v;
	long err;

	w->off = w->fill = w->fault = w->chunked = 0;
	if (w->hdr.iovlen == 1 && sc_load_iov(w, 0, &v)) {
		if (v.len > w->want)
			v.len = w->want;
		if (v.len <= NL_CHUNK) {
			err = nl_emit_small(&w->ev, v.base, v.len, 1);
			goto out;
		}
	} else if (w->want <= SC_GATHER) {
		for (__u32 i = 0; i < SC_MAX_IOV; i++)
			if (sc_piece(i))
				break;
		if (w->fault)
			w->ev.flags |= NL_FLAG_UNREADABLE;
		err = nl_emit_small(&w->ev, (__u64)w->scratch, w->fill, 0);
		goto out;
	}
	r = nl_open(&w->ev);
	if (!r)
		return;
	w->chunked = 1;
	for (__u32 i = 0; i < SC_MAX_IOV; i++)
		if (sc_piece(i))
			break;
	sc_flush();
	if (w->fault)
		r->flags |= NL_FLAG_UNREADABLE;
	nl_close(r, w->off);
	return;
out:
	if (err)
		nl_count(NL_LOST_RING);
}

#endif
