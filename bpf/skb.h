/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/* The payload of an skb, wherever the kernel put it. */
#ifndef NL_SKB_H
#define NL_SKB_H

#include "emit.h"

#define SKB_PAGE_SHIFT 12 /* x86-64 */

/* page_to_virt() of x86-64: struct pages are an array at vmemmap_base, memory
 * is mapped at page_offset_base. 0: this is no page, or not known where. A function of
 * its own, as its caller has no stack to spare. */
__noinline __u64 skb_page_to_virt(__u64 page)
{
	__u64 vmemmap = 0, offset = 0;

	if (!nl_cfg.vmemmap_base || !nl_cfg.page_offset_base)
		return 0;
	if (page & 1) /* NET_IOV, include/net/netmem.h: memory of a device */
		return 0;
	bpf_probe_read_kernel(&vmemmap, sizeof(vmemmap), (void *)nl_cfg.vmemmap_base);
	bpf_probe_read_kernel(&offset, sizeof(offset), (void *)nl_cfg.page_offset_base);
	if (!vmemmap || !offset || page < vmemmap)
		return 0;
	return offset + ((page - vmemmap) / bpf_core_type_size(struct page) << SKB_PAGE_SHIFT);
}

/* Ports, group and direction of what is on its way to a user's socket. A
 * sender with a port ID is a user; the kernel's sockets have none. dst_group
 * outlives a broadcast: nlmsg_notify() then sends the same skb to the
 * requester alone. */
static __always_inline void skb_ports(__u32 *port, __u32 *group, bool direct, struct sk_buff *skb)
{
	struct netlink_skb_parms *cb = (void *)__builtin_preserve_access_index(&skb->cb);

	if (direct && MEM_DIRECT) {
		/* As words of an array, which is what the verifier takes cb for. */
		*port = *(__u32 *)((void *)cb + bpf_core_field_offset(struct netlink_skb_parms, portid));
		*group = *(__u32 *)((void *)cb + bpf_core_field_offset(struct netlink_skb_parms, dst_group));
	} else {
		*port = BPF_CORE_READ(cb, portid);
		*group = BPF_CORE_READ(cb, dst_group);
	}
}

/* struct skb_frag, whose layout has never changed */
struct skb_frag_read {
	__u64 page;
	__u32 len, offset;
};

/* Set where nothing is missing, beside how many bytes of a fragment are in the ring. */
#define SKB_FRAG_WHOLE (1ULL << 32)

/* Emit the fragment at an address, but at most left bytes, at offset off. */
__noinline __u64 skb_emit_frag(__u64 id, __u64 off, __u64 at, __u64 left)
{
	struct skb_frag_read f;
	__u64 virt, got;

	if (bpf_probe_read_kernel(&f, sizeof(f), (void *)at))
		return 0;
	virt = skb_page_to_virt(f.page);
	if (!virt)
		return 0;
	if (left > f.len)
		left = f.len;
	got = emit_chunks(id, off, virt + f.offset, left, 0);
	return got < left ? got : got | SKB_FRAG_WHOLE;
}

/* Emit the page fragments of skb as chunks, until limit. off bytes are in the
 * ring already. Returns how many there are then. Fragments come from packets
 * that are queued without being copied: skb_zerocopy() in nfnetlink_queue and
 * openvswitch. Those never have a frag_list. */
__noinline __u64 skb_emit_frags(__u64 id, __u64 skbp, __u64 off, __u64 limit)
{
	struct sk_buff *skb = (void *)skbp;
	__u64 shinfo = (__u64)BPF_CORE_READ(skb, head) + BPF_CORE_READ(skb, end);
	__u32 nr = BPF_CORE_READ((struct skb_shared_info *)shinfo, nr_frags);
	__u64 frags = shinfo + bpf_core_field_offset(struct skb_shared_info, frags);

	REPEAT(i, NL_FRAGS, ({
		__u64 got = 0;

		if (i < nr && off < limit) {
			got = skb_emit_frag(id, off, frags + i * sizeof(struct skb_frag_read), limit - off);
			off += got & (SKB_FRAG_WHOLE - 1);
		}
		got & SKB_FRAG_WHOLE;
	}));
	return off;
}

/* Emit rec with the whole payload of skb. The head may be vmalloc'ed
 * (netlink_alloc_large_skb()), which makes no difference to the copy. */
static __always_inline long skb_emit(struct nl_full *rec, bool direct, struct sk_buff *skb)
{
	__u64 head, n, limit, got, at = 0;
	struct nl_full *r;

	rec->orig_len = MEM_GET(direct, skb, len);
	n = rec->orig_len - MEM_GET(direct, skb, data_len);
	/* Never directly: 7.2 takes the result for a pointer to memory that it
	 * knows, and global functions take scalars. */
	head = (__u64)BPF_CORE_READ(skb, data);
	if (n == rec->orig_len)
		return emit_datagram(rec, head, 0);

	r = emit_open(rec);
	if (!r)
		return -1;
	limit = rec->orig_len;
	if (limit > nl_cfg.snap)
		limit = nl_cfg.snap;
	if (n > limit)
		n = limit;
	got = emit_chunks(rec->id, 0, head, n, 0);
	/* As a number, which is what global functions take. */
	bpf_probe_read_kernel(&at, sizeof(at), &skb);
	if (got == n)
		got = skb_emit_frags(rec->id, at, got, limit);
	emit_close(r, got);
	return 0;
}

#endif
