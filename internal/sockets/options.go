// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Set is which options of SOL_NETLINK a socket has, by their names of linux/netlink.h
// without the prefix.
type Set struct {
	On      []string
	Unknown []string // nobody said
}

// options are those that say how a socket is answered and told, in the order of their
// numbers. Those that have a number can be asked for with getsockopt(2); ndiag is the bit
// in NETLINK_DIAG_FLAGS.
var options = []struct {
	name  string
	opt   int
	ndiag string
}{
	{"PKTINFO", unix.NETLINK_PKTINFO, "NDIAG_FLAG_PKTINFO"},
	{"BROADCAST_ERROR", unix.NETLINK_BROADCAST_ERROR, "NDIAG_FLAG_BROADCAST_ERROR"},
	{"NO_ENOBUFS", unix.NETLINK_NO_ENOBUFS, "NDIAG_FLAG_NO_ENOBUFS"},
	{"LISTEN_ALL_NSID", 0, "NDIAG_FLAG_LISTEN_ALL_NSID"}, // netlink_getsockopt() does not know it
	{"CAP_ACK", unix.NETLINK_CAP_ACK, "NDIAG_FLAG_CAP_ACK"},
	{"EXT_ACK", unix.NETLINK_EXT_ACK, ""}, // sk_diag_put_flags() leaves these out
	{"GET_STRICT_CHK", unix.NETLINK_GET_STRICT_CHK, ""},
}

// AskOptions fills in Socket.Options of users' sockets: what netlink_diag told of them,
// and what they say themselves. For that it takes a copy of one descriptor for a moment
// (pidfd_getfd(2)), as its owner's tracer may. What could not be asked is among the
// Unknown, and missing says of how many sockets, and why; "": of none.
func AskOptions(ctx context.Context, ss []Socket) (missing string) {
	failed := 0
	var why error
	for i := range ss {
		s := &ss[i]
		if s.Kernel || s.Closed || ctx.Err() != nil {
			continue
		}
		fd, err := s.fetch()
		switch {
		case errors.Is(err, errGone):
			continue
		case err != nil:
			failed, why = failed+1, err
		}
		s.Options = s.ask(fd)
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
	if failed == 0 {
		return ""
	}
	return fmt.Sprintf("options of %s, but for what netlink_diag tells: %v", count(failed, "socket", "sockets"), why)
}

// fetch takes a copy of the socket's descriptor.
func (s *Socket) fetch() (int, error) {
	if len(s.FDs) == 0 || s.Owner.PID == 0 {
		return -1, errors.New("their descriptors are not known")
	}
	return descriptor{s.Owner.PID, strconv.FormatUint(uint64(s.FDs[0]), 10)}.fetch(s.Inode)
}

// ask asks a socket for its options; fd below 0: only netlink_diag did.
func (s *Socket) ask(fd int) *Set {
	set := &Set{On: []string{}}
	told := s.RcvBuf != 0 // by netlink_diag, of which NETLINK_DIAG_MEMINFO is, too
	for _, o := range options {
		if fd >= 0 && o.opt != 0 {
			if v, err := unix.GetsockoptInt(fd, unix.SOL_NETLINK, o.opt); err == nil {
				if v != 0 {
					set.On = append(set.On, o.name)
				}
				continue
			}
		}
		switch {
		case o.ndiag == "" || !told:
			set.Unknown = append(set.Unknown, o.name)
		case slices.Contains(s.Flags, o.ndiag):
			set.On = append(set.On, o.name)
		}
	}
	return set
}

// String writes "CAP_ACK,EXT_ACK", with a question mark behind what is not known; "-":
// none is on.
func (s *Set) String() string {
	names := slices.Clone(s.On)
	for _, u := range s.Unknown {
		names = append(names, u+"?")
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ",")
}
