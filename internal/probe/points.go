// SPDX-License-Identifier: Apache-2.0

package probe

import "github.com/nltop/nltop/internal/capture"

// point is where in the kernel a program is hooked. The program has
// the same name in both objects (bpf/fentry.bpf.c, bpf/kprobe.bpf.c).
type point struct {
	prog string
	// funcs are the functions to hook: the first that this kernel has. All
	// have the arguments that the program reads in the same order.
	funcs []string
	// why completes "cannot hook f: …", for the notes; need makes it fatal.
	why  string
	need bool
	// sees is what the source cannot see without it.
	sees capture.Sees
	// payload: a recursion miss of this program is a lost datagram.
	payload bool
	// reads: only for how sockets are read.
	reads bool
	// messages: only where every message is wanted, and not to count alone.
	messages bool
	// kprobeOnly programs do for return probes what fexit does by itself.
	kprobeOnly bool
}

// What hangs on several points.
const (
	seesReads = capture.SeesNobufsRead | capture.SeesReads
	seesSends = capture.SeesCompletions | capture.SeesKernelTime | capture.SeesCauses
)

// points in the order of attaching: first what knows the sockets' owners,
// then what the payload hooks rely on, then those. See bpf/README.md.
var points = []point{
	{prog: "create", funcs: []string{"netlink_create"}, why: "the owner of a socket is known from its first use on only"},
	{prog: "bind", funcs: []string{"netlink_bind"}, why: "the owner of a socket is known from its first use on only"},
	{prog: "bound", funcs: []string{"netlink_bind"}, why: "bind calls that fail are missed", kprobeOnly: true, messages: true},
	{prog: "bound_exit", funcs: []string{"netlink_bind"}, why: "bind calls that fail are missed", messages: true},
	{prog: "option", funcs: []string{"netlink_setsockopt"}, why: "setsockopt calls that fail are missed", kprobeOnly: true, messages: true},
	{prog: "option_exit", funcs: []string{"netlink_setsockopt"}, why: "setsockopt calls that fail are missed", messages: true},
	{prog: "release", funcs: []string{"netlink_release"}, why: "owners of closed sockets are forgotten late"},
	{prog: "recvmsg", funcs: []string{"netlink_recvmsg"}, why: "ENOBUFS that a reader saw is missed", kprobeOnly: true, reads: true, sees: seesReads},
	{prog: "recvmsg_exit", funcs: []string{"netlink_recvmsg"}, why: "ENOBUFS that a reader saw is missed", reads: true, sees: seesReads},
	{prog: "error_report", funcs: []string{"sk_error_report", "sock_def_error_report"}, why: "ENOBUFS that the kernel raised is missed", sees: capture.SeesNobufs},
	{prog: "dump", funcs: []string{"netlink_dump"}, why: "the kernel's time for a dump is unknown"},
	{prog: "dump_exit", funcs: []string{"netlink_dump"}, why: "dropped parts of dumps are missed"},
	{prog: "overrun", funcs: []string{"netlink_overrun"}, why: "overruns are missed", payload: true, sees: capture.SeesLosses},
	{prog: "sendmsg", funcs: []string{"netlink_sendmsg"}, why: "the outcome of a send is unknown", sees: seesSends},
	{prog: "sendmsg_exit", funcs: []string{"netlink_sendmsg"}, why: "the outcome of a send is unknown", sees: seesSends},
	{prog: "unicast", funcs: []string{"netlink_unicast"}, need: true, payload: true},
	{prog: "deliver", funcs: []string{"__netlink_sendskb"}, need: true, payload: true},
}

// broadcastPoints go together: without the exit the entry would lie.
var broadcastPoints = []point{
	{prog: "broadcast", funcs: []string{"netlink_broadcast_filtered", "netlink_broadcast"}},
	{prog: "broadcast_exit", funcs: []string{"netlink_broadcast_filtered", "netlink_broadcast"}},
}

// lockPoints are loaded for Options.Locks. Waits for a lock that nobody is seen
// to release would never be right, so that both ends are needed.
var lockPoints = []point{
	{prog: "unlock", funcs: []string{"mutex_unlock"}, need: true},
	{prog: "lock", funcs: []string{"mutex_lock"}, need: true},
	{prog: "lock_exit", funcs: []string{"mutex_lock"}, need: true},
	{prog: "lock_killable", funcs: []string{"mutex_lock_killable"}, why: "waits of some dumps for rtnl_mutex are missed"},
	{prog: "lock_killable_exit", funcs: []string{"mutex_lock_killable"}, why: "waits of some dumps for rtnl_mutex are missed"},
	{prog: "trylock", funcs: []string{"mutex_trylock"}, why: "some holders of rtnl_mutex are missed", kprobeOnly: true},
	{prog: "trylock_exit", funcs: []string{"mutex_trylock"}, why: "some holders of rtnl_mutex are missed"},
}

// modulePoints say how long a send waits for modprobe; module_request is the tracepoint
// that names the module. All three or none.
var modulePoints = []point{
	{prog: "helper", funcs: []string{"call_usermodehelper_exec"}, why: modulesWhy},
	{prog: "helper_exit", funcs: []string{"call_usermodehelper_exec"}, why: modulesWhy},
}

const (
	moduleProgram = "module_request"
	modulesWhy    = "how long a request waits for a module to be loaded is unknown"
)

// timePoints are loaded for Options.Times, and contentionPrograms, which name their
// tracepoints (5.19 and later).
var timePoints = []point{
	{prog: "rcu", funcs: []string{"synchronize_rcu"}, why: rcuWhy},
	{prog: "rcu_exit", funcs: []string{"synchronize_rcu"}, why: rcuWhy},
	{prog: "rcu", funcs: []string{"synchronize_rcu_expedited"}, why: rcuWhy},
	{prog: "rcu_exit", funcs: []string{"synchronize_rcu_expedited"}, why: rcuWhy},
	{prog: "rcu", funcs: []string{"rcu_barrier"}, why: rcuWhy},
	{prog: "rcu_exit", funcs: []string{"rcu_barrier"}, why: rcuWhy},
	{prog: "taken", funcs: []string{"skb_free_datagram"}, why: "when an answer was read is unknown", sees: capture.SeesTaken},
}

var contentionPrograms = []string{"contention", "contention_end"}

const (
	rcuWhy        = "some waits for grace periods of RCU are in the rest of a request's time"
	contentionWhy = "waits for locks other than rtnl_mutex are in the rest of a request's time"
)

// queueTail stands in for deliver where the compiler inlined
// __netlink_sendskb (5.10).
var queueTail = point{prog: "queue_tail", funcs: []string{"skb_queue_tail"}, need: true, payload: true}

// followPrograms are loaded for Filter.Children. They name tracepoints. follow_exit
// comes first, or follow_free would not know who has ended.
func (h *home) followPrograms() []string {
	if h.ns == 0 {
		return []string{"follow_fork", "follow_free"}
	}
	return []string{"follow_exit", "follow_fork", "follow_free"}
}
