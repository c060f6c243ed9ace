// SPDX-License-Identifier: Apache-2.0

package capture

import "time"

// Counter is a Source that also counts in the kernel: exactly, at any rate, and
// whether or not the messages themselves are emitted.
type Counter interface {
	// Counting says whether it does, as it was opened.
	Counting() bool
	// Counts hands over what was counted since the last call, each row once, and
	// returns what found no room in the kernel's table since the beginning (a
	// row without key).
	Counts(emit func(*Count)) (rest Count, err error)
	// Watch says what is emitted as frames from now on.
	Watch(w Watch) error
}

// Watch is how much of what is seen is emitted as frames.
type Watch uint8

const (
	WatchAll    Watch = iota
	WatchLosses       // overruns, ENOBUFS, long waits for rtnl_mutex
	WatchNothing
)

// CountOf says what a Count is about.
type CountOf uint8

const (
	CountMessages CountOf = iota
	CountUevents          // datagrams without nlmsghdr; Sub is the first two letters
	CountBare             // datagrams without nlmsghdr
	CountSocket           // the socket: losses without bytes, ENOBUFS
)

// Count is what happened on one socket with messages of one type.
type Count struct {
	Proc     Proc   // whose it is, as Frame.Account
	NetNS    uint64 // inode
	Socket   Socket // port ID and inode
	Protocol uint16
	Of       CountOf
	Type     uint16 // nlmsg_type
	// Sub is genlmsghdr.cmd, or of nfnetlink's batch messages nfgenmsg.res_id as
	// it stands in the message.
	Sub uint16
	// Request: Type is that of a request. What answers it (NLMSG_ERROR,
	// NLMSG_DONE) is counted under it too.
	Request bool
	Out     bool // sent by Proc

	Messages uint64
	Bytes    uint64
	// Errors are failed sends and error replies; Errno is the newest.
	Errors       uint64
	Probes       uint64 // errors among them that their requester asked for
	Errno        int32
	Drops        uint64 // datagrams
	NobufsRaised uint64
	NobufsRead   uint64
	Kernel       Times // of sends, of a batch under its first message
	Latency      Times // from a request to its last reply, likewise
	Last         time.Time
	// Buckets of the latencies are numbered as in package histogram.
	Buckets []Bucket
}

// Bucket is how many durations fell into one bucket of a histogram.
type Bucket struct {
	Number uint16
	Count  uint64
}
