/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */

/*
 * The words of an extended ACK, also for clients that never set
 * NETLINK_EXT_ACK and so get a bare errno. The tracepoint is in every
 * NL_SET_ERR_MSG() (do_trace_netlink_extack, from 5.12 on), runs in the task
 * whose request is being handled, and knows neither socket nor message: user
 * space joins the text with the task's error by thread and time.
 */
#ifndef NL_EXTACK_H
#define NL_EXTACK_H

#include "filter.h"
#include "process.h"

/* TP_PROTO(const char *msg) */
SEC("tp_btf/netlink_extack")
int extack(__u64 *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct nl_full rec = {};
	char text[128];
	long n;

	task_current(&rec.task);
	if (filter_is_self(&rec.task) || !filter_wants_task(&rec.task))
		return 0;
	rec.netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	if (nl_cfg.by_netns && !bpf_map_lookup_elem(&filter_netns, &rec.netns))
		return 0;
	n = bpf_probe_read_kernel_str(text, sizeof(text), (void *)ctx[0]);
	if (n <= 1)
		return 0;
	process_tell(NL_PROG_EXTACK);
	rec.owner = rec.task;
	rec.record = NL_RECORD_FULL;
	rec.kind = NL_KIND_EXTACK;
	rec.ktime = bpf_ktime_get_ns();
	rec.id = emit_id(NL_PROG_EXTACK);
	rec.orig_len = n - 1;
	if (emit_small(&rec, ctx[0], n - 1, 0))
		emit_lost(NL_LOST_REPORT);
	return 0;
}

#endif
