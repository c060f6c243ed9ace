// SPDX-License-Identifier: Apache-2.0

package capture

import "time"

// Counter is a Source that also counts in the kernel: exactly, at any rate, and
// whether or not the messages themselves are emitted.
type Counter interface {
	// Counting says whether it does, as it was opened.
	Counting() bool
	// Counts hands over what was counted since the last call, each row once, and
	// returns what found no room in the kernel's table since the beginning.
	Counts(emit func(*Count)) (rest CountRest, err error)
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
	CountCause            // what Proc made others receive, by requests of this type or (not Request) by none
)

// CountRest is what found no room in a table: rows without key.
type CountRest struct {
	Rows   Count
	Causes Count // CountCause
}

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
	Event   bool // by a multicast of the kernel
	Peer    bool // from a process to a process

	Messages uint64
	Bytes    uint64
	// Of CountCause: multicasts that anybody was to get, and how often one was sent to a
	// socket; of those, Drops were lost.
	Events, Deliveries uint64
	Tally
	// NoDevs counts those of Errors that are no Probes, but ENODEV as the answer to a
	// request of generic netlink that is no dump: a probe where the table of the family
	// says so (decode.Message.ProbesDevice). The kernel knows only its number.
	NoDevs uint64
	Errno  int32 // of the newest of Errors
	Last   time.Time
	// Buckets of the latencies are numbered as in package histogram.
	Buckets []Bucket
}

// Bucket is how many durations fell into one bucket of a histogram.
type Bucket struct {
	Number uint16
	Count  uint64
}

// Tally is what is counted of messages besides their number and bytes: by a Counter as
// well as from frames. A sum of them has the fields of all (TestTally).
type Tally struct {
	// Errors counts failed sends and error replies. A drop is not an error.
	Errors uint64 `json:"errors"`
	// Probes counts those of Errors that their requester asked for (decode.Message.IsProbe):
	// nothing failed.
	Probes uint64 `json:"probes,omitempty"`
	// Drops counts datagrams that the kernel did not deliver (netlink_overrun
	// and the like), so that it can be compared with sk_drops.
	Drops uint64 `json:"drops"`
	// NobufsRaised: the kernel set ENOBUFS on the socket. NobufsRead: the
	// owner's recvmsg returned it. Several raised before one read are read once.
	NobufsRaised uint64 `json:"enobufs_raised"`
	NobufsRead   uint64 `json:"enobufs_read"`
	// Latency is from a request to its last reply.
	Latency Times `json:"latency"`
	// Kernel is the time of the sends in the kernel, of a batch under the type
	// of its first message. Count 0: the source does not tell.
	Kernel Times `json:"kernel"`
}

// Add adds what was counted elsewhere.
func (t *Tally) Add(u *Tally) {
	t.Errors += u.Errors
	t.Probes += u.Probes
	t.Drops += u.Drops
	t.NobufsRaised += u.NobufsRaised
	t.NobufsRead += u.NobufsRead
	t.Latency.Add(&u.Latency)
	t.Kernel.Add(&u.Kernel)
}

// Sub takes away what had been counted before; the longest stays.
func (t *Tally) Sub(before *Tally) {
	t.Errors -= before.Errors
	t.Probes -= before.Probes
	t.Drops -= before.Drops
	t.NobufsRaised -= before.NobufsRaised
	t.NobufsRead -= before.NobufsRead
	t.Latency.sub(&before.Latency)
	t.Kernel.sub(&before.Kernel)
}
