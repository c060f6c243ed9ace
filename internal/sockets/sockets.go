// SPDX-License-Identifier: Apache-2.0

// Package sockets answers who owns which Netlink socket, and how full its
// queue is. It joins what the kernel tells in three places: /proc/net/netlink
// of every network namespace, the netlink_diag dump, and the descriptors of
// every process.
//
// It sees the present only: a socket that was closed before the question has
// no owner here. What no process has open (a socket on its way through another,
// or that io_uring alone holds) is found only where something else names its
// network namespace. It captures nothing and prints nothing.
package sockets

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Socket is one Netlink socket.
type Socket struct {
	Protocol  uint16
	PortID    uint32
	NetNS     uint64 // inode of the network namespace; 0: unknown
	NetNSName string // "host", the name of its mount, "current"; "": none
	Inode     uint64 // sockfs inode
	// Kernel: one of the kernel's own ends (netlink_kernel_create). It has
	// port 0 and no owner.
	Kernel bool
	// Owner is the process that holds the socket; zero: unknown or Kernel.
	// TID and CgroupID may be 0.
	Owner capture.Proc
	// FDs are the descriptors under which Owner has it, at most 64; none: unknown.
	FDs []uint32
	// SharedWith are the other processes that hold a descriptor of it.
	SharedWith []uint32
	// Groups are the numbers of the multicast groups joined. GroupsCut: those
	// above 32 are unknown, because netlink_diag is missing.
	Groups    []uint32
	GroupsCut bool
	// Seen is when RMem, RcvBuf and Drops were so: of a recording when the last message
	// of the socket passed, which may be closed since. Zero: now.
	Seen   time.Time
	Closed bool   // while it was watched
	RMem   uint32 // sk_rmem_alloc, bytes
	WMem   uint32 // sk_wmem_alloc, bytes
	RcvBuf uint32 // sk_rcvbuf, bytes; 0: unknown
	// Asked is what SO_RCVBUF, or SO_RCVBUFFORCE, asked for: the kernel doubles it
	// (sock_setsockopt). 0: nothing, it has the default, or unknown. Less than
	// net.core.rmem_max grants comes back as if that had been asked for.
	Asked  uint32
	SndBuf uint32 // sk_sndbuf, bytes; 0: unknown
	Drops  uint32 // sk_drops: datagrams that did not fit
	Dump   bool   // a dump is running on it
	Flags  []string
	// Options are those that AskOptions found; nil: it was not asked, or the socket is
	// gone.
	Options *Set
	Live    *Live // how it was read while somebody watched; nil: nobody did
}

// Live is what happened on a socket while it was watched, or recorded.
type Live struct {
	For     time.Duration // how long
	Sampled bool          // drops are differences of sk_drops, HighWater the highest of a few looks
	New     bool          // it was not there at the first look
	Drops   uint64        // in that time
	// Unseen are drops that sk_drops counted between the first and the last look, and
	// that nobody saw: lost by the source, or left out by a filter.
	Unseen       uint64
	Received     uint64 // datagrams queued; 0 if Sampled
	Bytes        uint64
	HighWater    uint32 // most bytes in the queue
	NobufsRaised uint64
	NobufsRead   uint64
	// Of the source, where it watches readers.
	Reads    uint64        // that took something
	Stall    time.Duration // longest that something waited until it was read
	LastRead time.Time     // zero: not in this time
}

// Read fills in Live what a source knows of the readers.
func Read(ss []Socket, rs []capture.Reader) {
	by := make(map[uint64]*capture.Reader, len(rs))
	for i := range rs {
		by[rs[i].Inode] = &rs[i]
	}
	for i := range ss {
		r := by[ss[i].Inode]
		if l := ss[i].Live; l != nil && r != nil {
			l.Reads, l.Stall, l.LastRead, l.HighWater = r.Reads, r.Stall, r.Last, max(l.HighWater, r.HighWater)
		}
	}
}

// ReadRate is the number of reads per second.
func (l *Live) ReadRate() float64 {
	if l.For <= 0 {
		return 0
	}
	return float64(l.Reads) / l.For.Seconds()
}

// Compare fills in Live from two looks at the same sockets: high are the most
// bytes that a queue was seen to hold, by inode.
func Compare(before, after []Socket, high map[uint64]uint32, span time.Duration) {
	old := make(map[uint64]uint32, len(before))
	for i := range before {
		old[before[i].Inode] = before[i].Drops
	}
	for i := range after {
		s := &after[i]
		if s.Kernel {
			continue
		}
		// A socket that is new has dropped all of its drops since.
		drops, there := old[s.Inode]
		s.Live = &Live{For: span, Sampled: true, New: !there, Drops: uint64(s.Drops - drops), HighWater: max(high[s.Inode], s.RMem)}
	}
}

// ByTrouble sorts sockets: those that lost most first, then the fullest queues.
func ByTrouble(ss []Socket) {
	full := func(s *Socket) float64 { return float64(s.RMem) / float64(max(s.RcvBuf, 1)) }
	now := func(s *Socket) uint64 {
		if s.Live == nil {
			return 0
		}
		return s.Live.Drops
	}
	slices.SortStableFunc(ss, func(a, b Socket) int {
		return cmp.Or(cmp.Compare(now(&b), now(&a)), cmp.Compare(b.Drops, a.Drops), cmp.Compare(full(&b), full(&a)))
	})
}

// socketJSON is the object that `nltop sockets -o json` prints (design.md §3).
type socketJSON struct {
	Protocol   string    `json:"protocol"`
	PortID     uint32    `json:"portid"`
	NetNS      uint64    `json:"netns,omitempty"`
	NetNSName  string    `json:"netns_name,omitempty"`
	Inode      uint64    `json:"inode,omitempty"`
	Kernel     bool      `json:"kernel,omitempty"`
	Proc       *procJSON `json:"proc"`
	FDs        []uint32  `json:"fds,omitempty"`
	SharedWith []uint32  `json:"shared_with,omitempty"`
	Groups     []uint32  `json:"groups"`
	GroupsCut  bool      `json:"groups_cut,omitempty"`
	Seen       *string   `json:"seen,omitempty"`
	Closed     bool      `json:"closed,omitempty"`
	RMem       uint32    `json:"rmem"`
	RcvBuf     uint32    `json:"rcvbuf,omitempty"`
	Asked      uint32    `json:"rcvbuf_requested,omitempty"`
	WMem       uint32    `json:"wmem"`
	SndBuf     uint32    `json:"sndbuf,omitempty"`
	Drops      uint32    `json:"drops"`
	Dump       bool      `json:"dump,omitempty"`
	Flags      []string  `json:"flags,omitempty"`
	Options    *[]string `json:"options,omitempty"`
	Unknown    []string  `json:"options_unknown,omitempty"`
	// Of Live.
	ForNS        int64   `json:"for_ns,omitempty"`
	Sampled      bool    `json:"sampled,omitempty"`
	New          bool    `json:"new,omitempty"`
	NewDrops     *uint64 `json:"new_drops,omitempty"`
	Unseen       uint64  `json:"drops_unseen,omitempty"`
	Received     uint64  `json:"received,omitempty"`
	Bytes        uint64  `json:"received_bytes,omitempty"`
	HighWater    uint32  `json:"high_water,omitempty"`
	NobufsRaised uint64  `json:"enobufs_raised,omitempty"`
	NobufsRead   uint64  `json:"enobufs_read,omitempty"`

	Reads    uint64     `json:"reads,omitempty"`
	StallNS  int64      `json:"stall_ns,omitempty"`
	LastRead *time.Time `json:"last_read,omitempty"`
}

type procJSON struct {
	PID     uint32 `json:"pid"`
	PPID    uint32 `json:"ppid,omitempty"`
	Outside bool   `json:"outside,omitempty"`
	Comm    string `json:"comm"`
	Cgroup  string `json:"cgroup,omitempty"`

	Unit      string `json:"unit,omitempty"`
	Container string `json:"container,omitempty"`
	Pod       string `json:"pod,omitempty"`
}

// MarshalJSON writes unknown values as absent, an unknown owner as null.
func (s Socket) MarshalJSON() ([]byte, error) {
	o := socketJSON{
		Protocol: capture.ProtocolName(s.Protocol), PortID: s.PortID, NetNS: s.NetNS, NetNSName: s.NetNSName,
		Inode: s.Inode, Kernel: s.Kernel, FDs: s.FDs, SharedWith: s.SharedWith, Groups: s.Groups, GroupsCut: s.GroupsCut, Closed: s.Closed,
		RMem: s.RMem, RcvBuf: s.RcvBuf, Asked: s.Asked, WMem: s.WMem, SndBuf: s.SndBuf, Drops: s.Drops, Dump: s.Dump, Flags: s.Flags,
	}
	if o.Groups == nil {
		o.Groups = []uint32{}
	}
	if year := s.Seen.UTC().Year(); !s.Seen.IsZero() && year >= 0 && year <= 9999 {
		at := s.Seen.UTC().Format("2006-01-02T15:04:05.000000000Z07:00")
		o.Seen = &at
	}
	if p := s.Owner; p.Known() {
		o.Proc = processJSON(&p)
	}
	if s.Options != nil {
		o.Options, o.Unknown = &s.Options.On, s.Options.Unknown
	}
	if l := s.Live; l != nil {
		o.ForNS, o.Sampled, o.New, o.NewDrops = int64(l.For), l.Sampled, l.New, &l.Drops
		o.Unseen = l.Unseen
		o.Received, o.Bytes, o.HighWater = l.Received, l.Bytes, l.HighWater
		o.NobufsRaised, o.NobufsRead = l.NobufsRaised, l.NobufsRead
		o.Reads, o.StallNS = l.Reads, int64(l.Stall)
		if !l.LastRead.IsZero() {
			o.LastRead = &l.LastRead
		}
	}
	return json.Marshal(o)
}

// Options say what List may do. The zero value lists everything it can.
type Options struct {
	NetNS  []uint64 // only these network namespaces; empty: all
	NoDiag bool     // do not ask netlink_diag
	// NoOwners: do not look into threads and descriptors, which is what takes long.
	// Nothing has an owner then, and network namespaces are found of processes and
	// mounts alone.
	NoOwners bool
	Others   *Others // for who lists again and again; nil: nothing is remembered
	Proc     string  // where procfs is mounted; "": /proc
}

func (o Options) proc() string {
	if o.Proc == "" {
		return "/proc"
	}
	return o.Proc
}

// Listing is what List found.
type Listing struct {
	Sockets []Socket // by namespace, protocol and port
	// Partial says what is missing and why, one clause each; empty: nothing.
	Partial []string
}

// List returns every Netlink socket that this process may see. What it may not
// see is no error but named in Partial; an error means that nothing could be
// read at all, or that ctx is done.
func List(ctx context.Context, o Options) (*Listing, error) {
	spaces, gaps, err := namespaces(ctx, o)
	if err != nil {
		return nil, err
	}
	l := &lister{
		o: o, gaps: gaps, names: readNames(o.proc(), mountedNetNS(o.proc())),
		usual: uint32(CoreLimit(o.proc(), "rmem_default")), // an int of the kernel
		known: make(map[uint64]bool), listed: make(map[uint64]bool),
	}
	for i := range spaces {
		if err := l.read(ctx, &spaces[i]); err != nil {
			return nil, err
		}
	}
	if l.spaces == 0 && len(o.NetNS) == 0 {
		return nil, fmt.Errorf("list netlink sockets: %s", l.gaps)
	}
	if !o.NoOwners {
		if err := l.search(ctx); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(l.found, func(a, b Socket) int {
		return cmp.Or(cmp.Compare(a.NetNS, b.NetNS), cmp.Compare(a.Protocol, b.Protocol),
			cmp.Compare(a.PortID, b.PortID), cmp.Compare(a.Inode, b.Inode))
	})
	return &Listing{l.found, l.gaps.list()}, nil
}

// lister is what List knows so far.
type lister struct {
	o      Options
	gaps   gaps
	names  map[uint64]string
	usual  uint32 // net.core.rmem_default
	found  []Socket
	listed map[uint64]bool // inodes of users' sockets
	known  map[uint64]bool // network namespaces
	spaces int             // that could be read
}

// read adds the sockets of a network namespace. An error means that ctx is done.
func (l *lister) read(ctx context.Context, ns *namespace) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l.known[ns.inode] = true
	if !l.wants(ns.inode) {
		return nil
	}
	rows, err := ns.sockets(ctx, l.o, &l.gaps)
	if err != nil {
		l.gaps.add("the sockets of network namespace %d: %v", ns.inode, err)
		return nil
	}
	l.spaces++
	for i := range rows {
		l.add(rows[i])
	}
	return nil
}

func (l *lister) wants(netns uint64) bool {
	return len(l.o.NetNS) == 0 || slices.Contains(l.o.NetNS, netns)
}

func (l *lister) add(s Socket) {
	s.NetNSName = l.names[s.NetNS]
	s.Asked = asked(s.RcvBuf, l.usual)
	l.found = append(l.found, s)
	if !s.Kernel {
		l.listed[s.Inode] = true
	}
}

// asked tells from a buffer's size what was asked for, where sockets get usual by
// themselves.
func asked(rcvbuf, usual uint32) uint32 {
	if usual == 0 || rcvbuf == usual {
		return 0
	}
	return rcvbuf / 2
}

// CoreLimit is net.core.NAME of this machine, in bytes; 0: unknown. proc is where
// procfs is mounted.
func CoreLimit(proc, name string) uint64 {
	text, err := os.ReadFile(filepath.Join(proc, "sys/net/core", name))
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// pickOwner chooses one of the processes that hold a socket: the one whose ID
// is the port (netlink_autobind takes the creator's thread group ID), else the
// one that the others inherited it from.
func pickOwner(port uint32, holders []holder) (owner capture.Proc, fds, others []uint32) {
	isHolder := func(pid uint32) bool {
		return slices.ContainsFunc(holders, func(p holder) bool { return p.PID == pid })
	}
	rank := func(p holder) int {
		switch {
		case p.PID == port:
			return 0
		case !isHolder(p.PPID):
			return 1
		}
		return 2
	}
	slices.SortFunc(holders, func(a, b holder) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.PID, b.PID))
	})
	for _, p := range holders[1:] {
		others = append(others, p.PID)
	}
	slices.Sort(holders[0].fds)
	return holders[0].Proc, holders[0].fds, others
}

// maxGaps bounds the reasons that a listing gives; the rest are counted.
const maxGaps = 16

// gaps collects what is missing, each thing once.
type gaps struct {
	reasons []string
	more    int
}

func (g *gaps) add(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	switch {
	case slices.Contains(g.reasons, s):
	case len(g.reasons) < maxGaps:
		g.reasons = append(g.reasons, s)
	default:
		g.more++
	}
}

func (g *gaps) list() []string {
	if g.more > 0 {
		return append(slices.Clone(g.reasons), fmt.Sprintf("%d more", g.more))
	}
	return g.reasons
}

func (g gaps) String() string {
	if len(g.reasons) == 0 {
		return "no network namespace can be read"
	}
	return g.reasons[0]
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
