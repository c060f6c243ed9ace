// SPDX-License-Identifier: Apache-2.0

package words

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// Options of SOL_NETLINK (linux/netlink.h), and of SOL_SOCKET (asm-generic/socket.h) as
// far as programs set them on Netlink sockets.
var (
	netlinkOptions = map[uint32]string{
		unix.NETLINK_ADD_MEMBERSHIP: "NETLINK_ADD_MEMBERSHIP", unix.NETLINK_DROP_MEMBERSHIP: "NETLINK_DROP_MEMBERSHIP",
		unix.NETLINK_PKTINFO: "NETLINK_PKTINFO", unix.NETLINK_BROADCAST_ERROR: "NETLINK_BROADCAST_ERROR",
		unix.NETLINK_NO_ENOBUFS: "NETLINK_NO_ENOBUFS", unix.NETLINK_RX_RING: "NETLINK_RX_RING", unix.NETLINK_TX_RING: "NETLINK_TX_RING",
		unix.NETLINK_LISTEN_ALL_NSID: "NETLINK_LISTEN_ALL_NSID", unix.NETLINK_LIST_MEMBERSHIPS: "NETLINK_LIST_MEMBERSHIPS",
		unix.NETLINK_CAP_ACK: "NETLINK_CAP_ACK", unix.NETLINK_EXT_ACK: "NETLINK_EXT_ACK", unix.NETLINK_GET_STRICT_CHK: "NETLINK_GET_STRICT_CHK",
	}
	socketOptions = map[uint32]string{
		7: "SO_SNDBUF", 8: "SO_RCVBUF", 16: "SO_PASSCRED", 20: "SO_RCVTIMEO", 21: "SO_SNDTIMEO", 26: "SO_ATTACH_FILTER",
		27: "SO_DETACH_FILTER", 32: "SO_SNDBUFFORCE", 33: "SO_RCVBUFFORCE", 50: "SO_ATTACH_BPF",
	}
)

// Option names an option of a level; by numbers where it has no name here.
func Option(level, option uint32) string {
	name := ""
	switch level {
	case unix.SOL_NETLINK:
		name = netlinkOptions[option]
	case unix.SOL_SOCKET:
		name = socketOptions[option]
	}
	if name == "" {
		return fmt.Sprintf("option %d of level %d", option, level)
	}
	return name
}

// Refused says what a call asked for that the kernel refused, and with which error; group
// names the group of a protocol, and may be nil.
func Refused(f *capture.Frame, group func(protocol uint16, group uint32) string) string {
	r, ok := f.Refused()
	errno := Errno(f.Errno)
	switch {
	case !ok:
		return "bind or setsockopt: " + errno
	case r.Level == 0:
		what := "bind"
		if r.PortID != 0 {
			what += fmt.Sprintf(" port %d", r.PortID)
		}
		if r.Groups != 0 {
			what += " groups " + Groups(f.Protocol, groupsOf(r.Groups), group)
		}
		return what + ": " + errno
	case r.Level == unix.SOL_NETLINK && (r.Option == unix.NETLINK_ADD_MEMBERSHIP || r.Option == unix.NETLINK_DROP_MEMBERSHIP):
		what := "join"
		if r.Option == unix.NETLINK_DROP_MEMBERSHIP {
			what = "leave"
		}
		return what + " group " + Groups(f.Protocol, []uint32{r.Value}, group) + ": " + errno
	}
	return fmt.Sprintf("setsockopt %s=%d: %s", Option(r.Level, r.Option), int32(r.Value), errno)
}

// groupsOf are the groups of sockaddr_nl.nl_groups, in which bit 0 is group 1.
func groupsOf(mask uint32) (groups []uint32) {
	for g := uint32(0); g < 32; g++ {
		if mask&(1<<g) != 0 {
			groups = append(groups, g+1)
		}
	}
	return groups
}
