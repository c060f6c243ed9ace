// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"slices"
	"strconv"
	"strings"
)

// Sees is a set of facts: what a source can know. It stands on the source (Info), on
// every frame (Origin) and in the recording, so that nobody asks for a source's name to
// find out what a frame, or the lack of one, means.
//
// The bits are those of recordings: new ones may be added, none is used again.
type Sees uint32

const (
	// SeesRequests: what processes ask the kernel, and what it answers.
	SeesRequests Sees = 1 << iota
	// SeesProcesses: who sends and who owns a socket, told by the hook itself.
	SeesProcesses
	// SeesCauses: Origin.Proc of what the kernel sends is who made it send that, and
	// Frame.Cause the request, if there was one. Without it, Proc is who read it.
	SeesCauses
	// SeesCompletions: every send that returns is reported (KindCompletion).
	SeesCompletions
	// SeesKernelTime: Elapsed of a send is the time inside of it. Without it, it is
	// that of the system call.
	SeesKernelTime
	// SeesListeners: every socket that an event goes to, also if it never reads it.
	SeesListeners
	// SeesLosses: what the kernel drops because a socket's buffer is full.
	SeesLosses
	// SeesNobufs: every ENOBUFS that the kernel raises.
	SeesNobufs
	// SeesNobufsRead: every ENOBUFS that a reader gets.
	SeesNobufsRead
	// SeesQueues: size and fill of receive buffers.
	SeesQueues
	// SeesReads: how sockets are read (ReaderWatcher).
	SeesReads
	// SeesLocks: who holds rtnl_mutex and who waits for it.
	SeesLocks
	// SeesAllNetNS: all network namespaces.
	SeesAllNetNS
	// SeesTriggers: Origin.Trigger, what made the kernel send an event without a request.
	SeesTriggers
	// SeesTimes: what a send waits for (Parts). Frame.Waits has modules without it.
	SeesTimes
	// SeesTaken: when a reader takes an answer out of its queue (KindRead).
	SeesTaken
	// SeesUnheard: events that nobody listens to, as far as the kernel makes them.
	SeesUnheard
	// SeesFlushed: IPv4 routes that the kernel removes without an event (KindFlushed).
	SeesFlushed

	seesEnd
)

// AllSees are the facts that this version knows of.
const AllSees = seesEnd - 1

// InReports are the facts that stand in frames that are no datagrams (Kind), or in no
// frame at all. Programs that rewrite a recording leave those out.
const InReports = SeesCompletions | SeesNobufs | SeesNobufsRead | SeesReads | SeesLocks | SeesTimes | SeesTaken | SeesFlushed

// Has says whether all of these facts are known.
func (s Sees) Has(facts Sees) bool { return s&facts == facts }

// AtRead says that answers are told when their reader takes them, not when the kernel
// gives them: one that was not seen may lie in its queue.
func (s Sees) AtRead() bool { return s.Has(SeesRequests) && !s.Has(SeesListeners) }

// Fact says what one of Sees is, for people.
type Fact struct {
	Sees  Sees
	Name  string // one clause
	Shown string // where that is shown
}

// Facts returns all facts, in the order of their bits.
func Facts() []Fact {
	return []Fact{
		{SeesRequests, "requests and their answers", "tree, messages, exchanges, latencies; `trace`, `stat`, `stat --dumps`"},
		{SeesProcesses, "processes, told by the hook", "tree, messages; `-p`, `--comm`, `-- COMMAND`; calls that were refused"},
		{SeesCauses, "who caused an event", "message, incidents; `cause` in `-f` and JSON; `stat --by cause`"},
		{SeesCompletions, "what became of every send", "exchanges; `trace -e`"},
		{SeesKernelTime, "the time inside a send", "exchanges, KERNEL of the tree; `stat`, `trace -e`"},
		{SeesListeners, "every listener of an event", "message; `trace -e`"},
		{SeesLosses, "messages that a full buffer loses", "incidents, DROPS of the tree; `stat`, `sockets`"},
		{SeesNobufs, "ENOBUFS that the kernel raises", "incidents, ENOBUFS of the tree; `stat`, `sockets`"},
		{SeesNobufsRead, "ENOBUFS that a reader gets", "incidents, ENOBUFS of the tree; `stat`, `sockets`"},
		{SeesQueues, "receive buffers, and how full they are", "incidents; `sockets -r`"},
		{SeesReads, "how a socket is read", "sockets; `sockets --for`"},
		{SeesLocks, "`rtnl_mutex`: who holds it, who waits", "locks, exchanges; `stat --rtnl`"},
		{SeesAllNetNS, "all network namespaces", "everywhere"},
		{SeesTriggers, "what sent an event that no request caused", "message; `trace`, `trigger` in `-f` and JSON"},
		{SeesTimes, "what a request waits for: RCU, locks, the rest", "exchanges; `stat --times`, `trace -e`"},
		{SeesTaken, "when an answer is read", "exchanges; `stat --times`, `trace -e`"},
		{SeesUnheard, "events that nobody listens to", "`trace`, `record`; `verdict` in `-f` and JSON"},
		{SeesFlushed, "IPv4 routes that go with a link or address, without an event", "`trace`, `record`; `kind` in `-f`, `flushed` in JSON"},
	}
}

// Flag is the flag by which nltop is asked to watch these facts; "": it always does.
func (s Sees) Flag() string {
	switch s {
	case SeesLocks:
		return "--rtnl"
	case SeesTimes, SeesTaken:
		return "--times"
	}
	return ""
}

// Described is a source as everybody else knows it: by its name.
type Described struct {
	Name  string
	Needs string // one clause
	About string // what it sees, one clause
	Sees  Sees   // at best: a hook that is missing takes some of it away
	// Asked are those of Sees that it watches only when it is asked to (Sees.Flag).
	Asked Sees
	// Counts: it counts in the kernel, too (Counter).
	Counts bool
	// Blind is what it can see nowhere, one clause each.
	Blind []string
}

const hooks = SeesRequests | SeesProcesses | SeesCauses | SeesCompletions | SeesKernelTime | SeesListeners |
	SeesLosses | SeesNobufs | SeesNobufsRead | SeesQueues | SeesReads | SeesLocks | SeesAllNetNS | SeesTriggers |
	SeesTimes | SeesTaken | SeesUnheard | SeesFlushed

// askedHooks are watched by hooks that cost something.
const askedHooks = SeesLocks | SeesTimes | SeesTaken

var hooksBlind = []string{
	"messages that a socket filter drops",
	"what the kernel removes without an event, but for IPv4 routes that go with a link or address",
}

// Sources returns the sources, best first.
func Sources() []Described { return slices.Clone(sources) }

// sources is the one place that says what they are called, need and see.
var sources = []Described{
	{
		Name: SourceFentry, Needs: "BTF, and CAP_BPF with CAP_PERFMON or root",
		About: "every message, all network namespaces, process, cause, drops, overruns, latency",
		Sees:  hooks, Asked: askedHooks, Counts: true, Blind: hooksBlind,
	},
	{
		Name: SourceKprobe, Needs: "BTF and kprobes, and CAP_BPF with CAP_PERFMON or root; a writable tracefs for returns of many simultaneous calls",
		About: "the same as fentry, where trampolines are missing",
		Sees:  hooks, Asked: askedHooks, Counts: true, Blind: hooksBlind,
	},
	{
		Name: SourceSyscall, Needs: "BTF raw tracepoints, and CAP_BPF with CAP_PERFMON or root",
		About: "what processes send and receive, with errno, at the system-call boundary",
		Sees:  SeesRequests | SeesProcesses | SeesNobufsRead | SeesAllNetNS,
		Blind: []string{
			"messages that a process sends or receives with io_uring",
			"drops and overruns: only the ENOBUFS that a reader gets",
			"messages in sockets that nobody reads, and events that nobody listens to",
			"what the kernel removes without an event",
			"who caused an event, and what sent one that no request caused",
			"what of a send's time is the kernel's handling: the time is that of the whole system call, once for a sendmmsg",
			"receives from a socket that another thread closes meanwhile",
			"what 32-bit tasks send and receive (counted as lost)",
		},
	},
	{
		Name: SourceNlmon, Needs: "CAP_NET_ADMIN, CAP_NET_RAW and the nlmon module",
		About: "eight protocols of this network namespace, no processes, no drops",
		Sees:  SeesRequests | SeesListeners,
		Blind: []string{
			"other network namespaces",
			"protocols but route, usersock, sock_diag, nflog, xfrm, fib_lookup, netfilter and generic",
			"processes, other than by looking up port IDs",
			"messages that failed or were dropped on the way",
			"multicast groups: an event appears once for every listener, and without one not at all",
			"what the kernel removes without an event",
		},
	},
	{
		Name: SourceListen, Needs: "nothing special",
		About: "multicast notifications of this network namespace only",
		Blind: []string{
			"requests and replies: only multicast notifications",
			"what the kernel removes without an event",
			"processes, other than those that send to a group",
		},
	},
}

// SourceNames are the names of Sources.
func SourceNames() []string {
	var names []string
	for _, d := range sources {
		names = append(names, d.Name)
	}
	return names
}

// Describe returns what is known of a source by its name. What nobody knows, as a file
// of tcpdump, was seen through an nlmon device.
func Describe(name string) Described {
	named := func(name string) int {
		return slices.IndexFunc(sources, func(d Described) bool { return d.Name == name })
	}
	if i := named(name); i >= 0 {
		return sources[i]
	}
	return sources[named(SourceNlmon)]
}

// Always is what the source sees without being asked to, at best.
func (d Described) Always() Sees { return d.Sees &^ d.Asked }

// Recorded is what a recording of it holds that does not say so: one that is older than
// some facts.
func (d Described) Recorded() Sees { return d.Always() &^ (SeesTriggers | SeesUnheard | SeesFlushed) }

// SourcesThat names the sources that see these facts: "fentry or kprobe".
func SourcesThat(facts Sees) string {
	var names []string
	for _, d := range sources {
		if d.Sees.Has(facts) {
			names = append(names, d.Name)
		}
	}
	return either(names)
}

// SourcesThatCount names those that count in the kernel: "fentry and kprobe".
func SourcesThatCount() string {
	var names []string
	for _, d := range sources {
		if d.Counts {
			names = append(names, d.Name)
		}
	}
	return and(names)
}

// Of returns the sources that an Info tells of: those that were recorded, or the source
// itself.
func (i *Info) Of() []Info {
	if len(i.Recorded) > 0 {
		return i.Recorded
	}
	return []Info{*i}
}

// Lacks names those of them that do not see these facts: "source syscall", "sources
// syscall and nlmon"; "": all see them.
func (i *Info) Lacks(facts Sees) string {
	var names []string
	for _, s := range i.Of() {
		if !s.Sees.Has(facts) && !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "source " + names[0]
	}
	return "sources " + and(names)
}

// ScopeOf says which network namespaces a source of all of them passes: those, or all
// for none.
func ScopeOf(netns []uint64) string {
	if len(netns) == 0 {
		return "all network namespaces"
	}
	var names []string
	for _, n := range netns {
		names = append(names, strconv.FormatUint(n, 10))
	}
	if len(names) == 1 {
		return "netns " + names[0]
	}
	return "network namespaces " + and(names)
}

// Unable begins what DoesNotSee says: "source syscall does not see"; "": all see it.
func (i *Info) Unable(facts Sees) string {
	who := i.Lacks(facts)
	switch {
	case who == "":
		return ""
	case strings.HasPrefix(who, "sources "):
		return who + " do not see"
	}
	return who + " does not see"
}

// DoesNotSee says that of what, in words: "source syscall does not see losses"; "":
// all see it.
func (i *Info) DoesNotSee(facts Sees, what string) string {
	if who := i.Unable(facts); who != "" {
		return who + " " + what
	}
	return ""
}

// Unseen are facts, and in words what those miss who do not see them.
type Unseen struct {
	Facts Sees
	What  string
}

// DoesNotSeeAny is DoesNotSee of each, without what all see.
func (i *Info) DoesNotSeeAny(of ...Unseen) []string {
	var out []string
	for _, x := range of {
		if text := i.DoesNotSee(x.Facts, x.What); text != "" {
			out = append(out, text)
		}
	}
	return out
}

func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func either(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
