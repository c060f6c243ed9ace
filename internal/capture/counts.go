// SPDX-License-Identifier: Apache-2.0

package capture

import "time"

// Counter is a Source that counts in the kernel, exactly and at any rate, also
// while it emits no datagrams. All figures are sums since the source was opened.
// The slices and maps that functions are called with are theirs to keep.
type Counter interface {
	Source
	// Messages switches the emission of datagrams on or off. It is on at first,
	// unless the source was opened to count only. Losses and socket errors are
	// emitted in any case.
	Messages(on bool) error
	// Rows reads the counters; overflow is the sum of what found no room in the
	// bounded maps.
	Rows() (rows []Row, overflow Row, err error)
	// Readers reads how the sockets are read.
	Readers() ([]ReaderRow, error)
}

// Locker is a Source that watches rtnl_mutex.
type Locker interface {
	// Locks reads who waited for it and who held it, since the source was opened;
	// nil where it is not watched. lost counts those without room in the table.
	Locks() (rows []LockRow, lost uint64, err error)
}

// Row counts the messages of one type that one process exchanged with the
// kernel on one socket.
type Row struct {
	Proc     Proc // who sent it, or owns the socket that it was delivered to; PID, Comm, CgroupID
	NetNS    uint64
	Inode    uint64 // of the socket
	PortID   uint32
	Protocol uint16
	Type     uint16 // nlmsg_type; of an ACK, an error and a DONE that of the request
	Cmd      uint8  // genlmsghdr.cmd, where Protocol is NETLINK_GENERIC
	Out      bool   // sent by the process; else delivered to it

	Messages uint64
	Bytes    uint64 // of those, as nlmsg_len says
	// Errors: sends that failed (Out), replies with an errno.
	Errors    uint64
	LastErrno int32 // positive; of the newest error
	Drops     uint64
	// Kernel is the time of the calls whose first message is of this type: the
	// send, and the netlink_dump() of later reads.
	Kernel Times
	Last   time.Time // of the newest message
}

// LockRow is what one process did around rtnl_mutex while it handled requests
// of one type.
type LockRow struct {
	Proc Proc
	// Request: Protocol, Type and Cmd are those of a request; else it was an
	// ioctl, a kernel thread or the like.
	Request  bool
	Protocol uint16
	Type     uint16
	Cmd      uint8
	Wait     Times
	Hold     Times
	// Blamed is how long others waited that found this one holding it.
	Blamed time.Duration
}

// ReaderRow is how one socket is read.
type ReaderRow struct {
	Inode        uint64
	PortID       uint32
	NetNS        uint64
	Protocol     uint16
	Owner        Proc
	Received     uint64 // datagrams queued
	Bytes        uint64
	Reads        uint64 // recvmsg() calls that took something
	HighWater    uint32 // most bytes in the queue (sk_rmem_alloc)
	Drops        uint64 // netlink_overrun()
	NobufsRaised uint64
	NobufsRead   uint64
	LastRead     time.Time     // zero: never seen
	Stall        time.Duration // longest time that a datagram lay before the next read
}

// Times is a distribution of durations.
type Times struct {
	Count   uint64
	Sum     time.Duration
	Max     time.Duration
	Buckets []Bucket // by package histogram's numbering, in order; nil: not measured
}

// Bucket is a number of durations. N is the bucket's number in package
// histogram.
type Bucket struct {
	N     uint16
	Count uint64
}
