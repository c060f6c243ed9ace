// SPDX-License-Identifier: Apache-2.0

// Package capture defines what every source of Netlink traffic makes: frames,
// and the sums of what was seen and what was lost.
//
// It is the only package that all others may import, so it imports the
// standard library alone. It does not look into the bytes of a message, and it
// holds no source of its own.
package capture

import (
	"context"
	"fmt"
	"math"
	"time"
)

// Kind tells a datagram from a report about one.
type Kind uint8

const (
	// KindDatagram is a Netlink datagram: Data holds one or more nlmsghdr.
	KindDatagram Kind = iota
	// KindCompletion reports what became of the datagram whose ID is Of: its
	// Verdict, Errno and Elapsed. Data is empty.
	KindCompletion
	// KindSocketError reports an ENOBUFS on Socket: raised by the kernel
	// (Verdict VerdictNobufsRaised), or read by its owner
	// (VerdictNobufsRead). Data is empty.
	KindSocketError
	// KindExtack reports the words of an extended ACK (tracepoint
	// netlink_extack): Data is text, Proc the task whose request was handled.
	// It names neither socket nor protocol, and the task may or may not have
	// got the words itself.
	KindExtack
	// KindLock reports that Proc held rtnl_mutex for long, or waited for it:
	// Lock says how long and who was in the way. Protocol and Data (a bare
	// nlmsghdr, and genlmsghdr) are those of the request that it handled; both
	// empty: none (an ioctl, a kernel thread).
	KindLock
	// KindTruncated reports that the reader of Socket, Proc, got Taken bytes of a datagram
	// that was longer: its buffer had no room for more. Data is what it got, OrigLen the
	// datagram's length as far as that tells. A source that sees what readers take says
	// it of the datagram itself.
	KindTruncated
	// KindFlushed names an IPv4 route that the kernel removed without an event, because its
	// link or its source address went (fib_table_flush()): Data is an RTM_DELROUTE that
	// nltop made of it, with the first next hop alone. Its Verdict is VerdictUnheard.
	KindFlushed
)

// KindRead reports that the reader of Socket, Proc, has taken an answer of the kernel out
// of its queue: Data is its beginning, a bare nlmsghdr and 4 bytes at most.
const KindRead Kind = 8

// Name is the kind as JSON and the filter have it.
func (k Kind) Name() string {
	switch k {
	case KindCompletion:
		return "completion"
	case KindSocketError:
		return "socket_error"
	case KindExtack:
		return "extack"
	case KindLock:
		return "lock"
	case KindTruncated:
		return "truncated"
	case KindFlushed:
		return "flushed"
	case KindRead:
		return "read"
	case KindRefused:
		return "refused"
	}
	return "datagram"
}

// Known says whether this version has the kind.
func (k Kind) Known() bool { return k <= KindFlushed || k == KindRead || k == KindRefused }

// Dir is the direction in which a datagram travels.
type Dir uint8

const (
	DirUnknown Dir = iota
	DirRequest     // user → kernel
	DirReply       // kernel → one socket
	DirEvent       // kernel → multicast group
	DirPeer        // user → user
)

// String returns the name that the JSON output uses.
func (d Dir) String() string {
	switch d {
	case DirRequest:
		return "request"
	case DirReply:
		return "reply"
	case DirEvent:
		return "event"
	case DirPeer:
		return "peer"
	}
	return "unknown"
}

// ParseDir is the inverse of Dir.String.
func ParseDir(s string) (Dir, error) {
	for d := DirUnknown; d <= DirPeer; d++ {
		if d.String() == s {
			return d, nil
		}
	}
	return DirUnknown, fmt.Errorf("unknown direction %q", s)
}

// Verdict is what the kernel did with a datagram, as far as the hook knows.
type Verdict uint8

const (
	// VerdictNone: the source cannot tell.
	VerdictNone Verdict = iota
	// VerdictDelivered: queued to the socket, or handed to the kernel's handler.
	VerdictDelivered
	// VerdictOverrun: not queued, the receive buffer was full
	// (netlink_overrun); the socket's sk_drops grew by one.
	VerdictOverrun
	// VerdictDropped: not delivered for another reason, sk_drops unchanged
	// (a dump or a reply into a full queue, a socket filter).
	VerdictDropped
	// VerdictFailed: the send failed with Errno.
	VerdictFailed
	// VerdictNobufsRaised: sk_err was set to ENOBUFS.
	VerdictNobufsRaised
	// VerdictNobufsRead: recvmsg returned ENOBUFS to the reader.
	VerdictNobufsRead
	// VerdictUnheard: an event that no socket listened for; there is none in the frame.
	VerdictUnheard
)

// String returns the name that the JSON output uses; "" for VerdictNone.
func (v Verdict) String() string {
	switch v {
	case VerdictDelivered:
		return "delivered"
	case VerdictOverrun:
		return "overrun"
	case VerdictDropped:
		return "dropped"
	case VerdictFailed:
		return "failed"
	case VerdictNobufsRaised:
		return "enobufs raised"
	case VerdictNobufsRead:
		return "enobufs read"
	case VerdictUnheard:
		return "no listener"
	}
	return ""
}

// Lost says whether the kernel did not deliver the datagram.
func (v Verdict) Lost() bool { return v == VerdictOverrun || v == VerdictDropped }

// ParseVerdict is the inverse of Verdict.String.
func ParseVerdict(s string) (Verdict, error) {
	for v := VerdictNone; v <= VerdictUnheard; v++ {
		if v.String() == s {
			return v, nil
		}
	}
	return VerdictNone, fmt.Errorf("unknown verdict %q", s)
}

// Proc is a process (thread group) and the thread of it that acted. Two are equal
// where they say the same: it may be compared and be a key.
type Proc struct {
	// PID is the thread group ID in the PID namespace that the source ran in; 0 with an
	// empty Comm: unknown; 0 with a Comm: it has none there.
	PID  uint32
	TID  uint32 // thread ID
	PPID uint32 // parent's thread group ID; 0: unknown
	// Outside: the process is not in the PID namespace that the source ran in; its IDs
	// are those of the initial one.
	Outside bool
	Comm    string // the thread's comm, at most 15 bytes, not necessarily UTF-8
	Name    string // the process's: comm of the thread group's leader; "": unknown
	// Life tells processes that had the same PID one after the other apart, and the
	// programs that one executed in turn. It means nothing else; 0: unknown.
	Life uint64

	Identity

	CgroupID uint64 // cgroup v2 ID; 0: unknown
	Cgroup   string // cgroup v2 path, resolved after capture; "": unknown
	// Where it ran, as package place finds out after capture; "": nowhere special
	// or unknown.
	Unit      string // systemd unit: "ssh.service"
	Container string // its name, else the first 12 digits of its ID
	Pod       string // "namespace/name", else the pod's UID
}

// Identity is what is told once of a process, and copied as a whole. What could not be
// read is left out.
type Identity struct {
	Exe      string // the executable as /proc/PID/exe has it; not necessarily UTF-8
	CmdLine  CmdLine
	UID      ID // real user ID
	LoginUID ID // of the login that it descends from, also behind sudo
	Parent   Parent
	// Late: some of these were read from /proc after the fact, when the process may
	// have become another.
	Late bool
}

// Known says whether the source could name a process at all. The kernel's own
// threads are known: PID 0 has the comm "swapper/N".
func (p Proc) Known() bool { return p.PID != 0 || p.Comm != "" }

// Socket is the Netlink socket in question: the sender's for a request, the
// receiver's for everything else.
type Socket struct {
	PortID uint32 // nl_pid of this socket; not a process ID
	Inode  uint64 // sockfs inode, unique among live sockets; 0: unknown
	Owner  Proc   // who created it or used it last, also when that is Frame.Proc; zero: unknown
	RcvBuf uint32 // sk_rcvbuf in bytes, where the hook reads it
}

// Queue is the state of a socket's receive queue, where the hook reads it.
type Queue struct {
	Drops uint32 // sk_drops after this frame
	RMem  uint32 // sk_rmem_alloc in bytes
	// HighWater is the most that RMem has been since the source knows the socket.
	HighWater uint32
	// Idle is how long its reader has taken nothing out of the queue, of the first in an
	// empty queue how long it has been empty; 0: unknown.
	Idle time.Duration
}

// Lock is what happened around rtnl_mutex.
type Lock struct {
	Wait time.Duration // for it
	Hold time.Duration // of it
	// Blocker is who held it when the longest wait began; nil: nobody waited,
	// or unknown.
	Blocker *Proc
}

// Behind is Blocker; zero where that is nil.
func (l *Lock) Behind() Proc {
	if l.Blocker == nil {
		return Proc{}
	}
	return *l.Blocker
}

// Frame is one Netlink datagram, or a report about one (see Kind): an Origin, and what
// differs from one frame of it to the next.
// Data is owned by the frame: no source reuses it, unless the frame is lent (Lender).
type Frame struct {
	*Origin
	ID uint64 // unique within a run of a source, from 1; 0 until the pipeline or source sets it
	Of uint64 // KindCompletion: the ID of the datagram

	Time time.Time // when the hook ran, wall clock
	// Elapsed is time in the kernel. KindCompletion: entry to return of the send.
	// A request of the source syscall: of the system call, once for a sendmmsg.
	// A part of a dump: entry of netlink_dump() to its delivery.
	Elapsed time.Duration
	// Cast is the same for all deliveries and losses of one multicast; 0: none,
	// or the source cannot tell.
	Cast uint64
	// Cause is the ID of the request inside whose handling the kernel sent this;
	// 0: none, or the source cannot tell.
	Cause    uint64
	Queue    Queue  // of Socket
	Lock     Lock   // KindCompletion: inside the send; KindLock
	Waits    *Waits // KindCompletion: inside the send; nil: for nothing that is known
	TrueSize uint32 // what the datagram takes of the receive buffer (skb->truesize); 0: unknown
	// Taken is how many bytes of a datagram the buffer of its reader had room for, where
	// that was too small; the rest is lost. 0: all, or nobody was seen to read it.
	Taken uint32

	OrigLen int    // length in bytes of the datagram; more than len(Data): cut, see Cut and Taken
	Data    []byte // one or more nlmsghdr in host byte order of the capturing machine
}

// Cut says whether nltop has left out some of the payload that it could have had.
func (f *Frame) Cut() bool {
	return f.OrigLen > len(f.Data) && (f.Taken == 0 || uint64(f.Taken) > uint64(len(f.Data)))
}

// Incomplete says whether some of the payload is missing, for whatever reason.
func (f *Frame) Incomplete() bool { return f.OrigLen > len(f.Data) }

// Missed is how many bytes of the datagram its reader never got, because its buffer had
// no room for them (MSG_TRUNC).
func (f *Frame) Missed() int {
	if f.Taken == 0 {
		return 0
	}
	return max(f.OrigLen-int(f.Taken), 0)
}

// Names of the sources, as --source takes them and as every output prints them.
const (
	SourceFentry  = "fentry"
	SourceKprobe  = "kprobe"
	SourceSyscall = "syscall"
	SourceNlmon   = "nlmon"
	SourceListen  = "listen"
	SourceFile    = "file"
)

// Source makes frames. Run blocks until the input ends, ctx is done or emit
// fails; it returns nil at the end of input and when ctx is done. emit is
// called from one goroutine at a time and takes ownership of the frame.
// Stats may be called at any time from any goroutine. Close releases what the
// constructor took (links, devices, descriptors); it is safe to call twice and
// after Run returned.
type Source interface {
	Run(ctx context.Context, emit func(*Frame) error) error
	Stats() Stats
	Info() Info
	Close() error
}

// Lender is a Source that also serves consumers that keep nothing: RunLent is Run,
// but hands over several frames at once, in order, and they and their Data are the
// source's own: valid, and the consumer's to change, only during the call of emit.
// What they refer to else, Origins and strings, may be kept.
type Lender interface {
	Source
	RunLent(ctx context.Context, emit func([]Frame) error) error
}

// Stage is a part of what a consumer does with the frames of a room.
type Stage func(room int, fs []Frame) error

// Preparer is a Source that reads ahead for consumers that keep nothing. Frames are lent as by
// a Lender, but in rooms: each room goes through all stages, of which each has a goroutine of
// its own and takes the rooms in the order of the frames. What a stage finds out of a room's
// frames is the consumer's to keep until the last one is through with it, by the room's number,
// below Rooms. The room Unprepared is handed to the last stage alone, while no other one runs.
type Preparer interface {
	Source
	RunPrepared(ctx context.Context, stages ...Stage) error
}

// Rooms are what a Preparer has; Unprepared stands for none of them.
const (
	Rooms      = 8
	Unprepared = -1
)

// Info describes a source for status lines and file headers.
type Info struct {
	Name  string   // one of the Source constants
	Scope string   // what network namespaces it sees: "all network namespaces", "netns 4026531840"
	Blind []string // what it cannot see here, one clause each
	Snap  int      // snap length in bytes; 0: unlimited
	// Notes say what was worked around, e.g. a hook that fell back to kprobe.
	Notes []string
	// Sees is what it can know, as it was opened; of a file, what one of those can that
	// were recorded.
	Sees Sees
	// Filters: it passes nothing but what matches the Filter that it was opened with.
	Filters bool
	// RMemMax is net.core.rmem_max of the machine that was recorded, in bytes; 0: unknown.
	RMemMax uint64
	// Names are those that iproute2 has on the machine that was recorded; nil: unknown.
	Names *LocalNames
	// Pseudonyms: names and addresses are pseudonyms, and this is the fingerprint of the
	// key that made them; "": they are what was captured.
	Pseudonyms string
	// Recorded are the sources that were recorded, of a file.
	Recorded []Info
}

// Stats is what a source has seen and lost since it started.
type Stats struct {
	Frames uint64 // datagrams emitted
	Bytes  uint64 // their original length in bytes
	Cut    uint64 // datagrams emitted with less than their whole payload, as far as their readers got it
	// Truncated counts datagrams of which their readers' buffers took a part only.
	Truncated uint64
	Lost      []Loss // every way of losing, in a fixed order, zeros included
	// LostReports counts completions and socket errors that were not emitted;
	// no datagram is missing for that.
	LostReports uint64
	// Uncounted counts datagrams of which a Counter did not count all messages,
	// because there were too many.
	Uncounted uint64
}

// Loss counts datagrams that were seen by the hook but not emitted.
type Loss struct {
	Reason string // "ring buffer full", "hook recursion", …
	Count  uint64
}

// LostTotal sums all reasons.
func (s Stats) LostTotal() uint64 {
	var n uint64
	for _, l := range s.Lost {
		n = AddUp(n, l.Count)
	}
	return n
}

// AddUp is a sum of what files say they have lost: it stops where numbers do.
func AddUp(a, b uint64) uint64 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxUint64
}

// Filter is what a source can decide by itself, in the kernel where it has a
// hook there. Criteria of different kinds must all match; the values of one
// kind are alternatives. A source that cannot apply a criterion says so by
// returning it from its constructor as a note, and the pipeline applies it.
type Filter struct {
	PIDs      []uint32 // thread group IDs
	Children  bool     // follow what the PIDs fork, from the start on
	Comms     []string // exact comm, of the thread or the process, of the sender or of the socket's owner; at most 15 bytes
	NetNS     []uint64 // inodes
	Protocols []uint16
}

// Empty says whether the filter passes everything.
func (f Filter) Empty() bool {
	return len(f.PIDs) == 0 && len(f.Comms) == 0 && len(f.NetNS) == 0 && len(f.Protocols) == 0
}
