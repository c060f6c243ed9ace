// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// maxGroups ends the search for the last group, if EINVAL does not.
const maxGroups = 1024

// Group numbers of the UAPI headers xfrm.h and rdma/rdma_netlink.h.
const (
	netlinkRDMA = 20 // NETLINK_RDMA

	xfrmGrpAcquire = 1 // XFRMNLGRP_ACQUIRE
	rdmaGrpIWPM    = 2 // RDMA_NL_GROUP_IWPM
	rdmaGrpLS      = 3 // RDMA_NL_GROUP_LS

	nfnlGrpConntrackNew = 1 // NFNLGRP_CONNTRACK_NEW
	nfnlGrpExpDestroy   = 6 // NFNLGRP_CONNTRACK_EXP_DESTROY
	nfnlGrpNFTables     = 7 // NFNLGRP_NFTABLES
	nfnlGrpAcctQuota    = 8 // NFNLGRP_ACCT_QUOTA
	nfnlGrpNFTrace      = 9 // NFNLGRP_NFTRACE
)

// Through these groups the kernel asks a daemon to act, and it behaves
// otherwise if there is a listener: it waits for an answer that we would never
// give. So they are left alone.
var asks = map[uint16]struct {
	groups []uint32
	what   string
}{
	// km_query makes a larval state instead of returning -ESRCH.
	capture.NETLINK_XFRM: {[]uint32{xfrmGrpAcquire}, "xfrm acquires"},
	// ib_nl_send_msg and iwpm_send… wait for ibacm and iwpmd.
	netlinkRDMA: {[]uint32{rdmaGrpIWPM, rdmaGrpLS}, "RDMA path queries"},
}

const wouldAnswer = "the kernel would take a listener for the daemon that it asks"

// The same of generic-netlink families, all their groups.
var asksFamily = []string{
	"handshake", // handshake_genl_notify: a TLS handshake waits for tlshd
	"TCM-USER",  // tcmu_netlink_event: creating a device waits for tcmu-runner
}

// socket listens to the groups of one protocol.
type socket struct {
	fd       int
	protocol uint16
	port     uint32
	joined   []uint32
	denied   []uint32
	nsids    bool // NETLINK_LISTEN_ALL_NSID took

	drops     uint32 // sk_drops as last read
	explained uint32 // and at the last ENOBUFS
}

// rcvbuf is what we ask for; the kernel doubles it, and without CAP_NET_ADMIN
// caps it at net.core.rmem_max.
const rcvbuf = 16 << 20

// openSocket opens a socket that has joined no group yet.
func openSocket(protocol uint16, rcvbuf int) (s *socket, err error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(protocol))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", capture.ProtocolName(protocol), err)
	}
	s = &socket{fd: fd, protocol: protocol}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open %s: %w", capture.ProtocolName(protocol), err), unix.Close(fd))
		}
	}()
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, rcvbuf) != nil {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, rcvbuf); err != nil {
			return nil, err
		}
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_PKTINFO, 1); err != nil {
		return nil, err
	}
	// Names the process that sent a peer's message.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		return nil, err
	}
	// Needs CAP_NET_BROADCAST, and is a bonus.
	s.nsids = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_LISTEN_ALL_NSID, 1) == nil
	// An unbound socket has port 0, which do_one_broadcast takes for the
	// kernel's own and leaves out.
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return nil, err
	}
	s.port = sa.(*unix.SockaddrNetlink).Pid
	return s, nil
}

// join joins one group. It is false past the last group of the protocol.
func (s *socket) join(group uint32) bool {
	if slices.Contains(s.joined, group) {
		return true
	}
	err := unix.SetsockoptInt(s.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, int(group))
	switch {
	case err == nil:
		s.joined = append(s.joined, group)
	case errors.Is(err, unix.EINVAL):
		return false
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		s.denied = append(s.denied, group)
	}
	return true // else ENOENT and the like: nothing there to join
}

// joinAll joins every group that the protocol has.
func (s *socket) joinAll(skip []uint32) {
	for g := uint32(1); g <= maxGroups; g++ {
		if slices.Contains(skip, g) {
			continue
		}
		if !s.join(g) {
			return
		}
	}
}

// soMemInfo is SO_MEMINFO of include/uapi/asm-generic/socket.h.
const soMemInfo = 55

// readDrops returns how many messages found no room since the last time
// (netlink_overrun).
func (s *socket) readDrops() uint64 {
	var info [unix.SK_MEMINFO_VARS]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, soMemInfo,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0
	}
	now := info[unix.SK_MEMINFO_DROPS]
	more := now - s.drops // the kernel's counter wraps, and so does this
	s.drops = now
	return uint64(more)
}

// protocols lists those that this kernel has, from the sockets that it keeps
// for them: opening others would make it load modules. NETLINK_USERSOCK has no
// kernel socket.
func protocols() ([]uint16, error) {
	f, err := os.Open("/proc/thread-self/net/netlink")
	if err != nil {
		return nil, fmt.Errorf("list protocols: %w", err)
	}
	defer f.Close()
	found := []uint16{capture.NETLINK_USERSOCK}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		// sk Eth Pid Groups … (netlink_seq_show)
		if fields := strings.Fields(lines.Text()); len(fields) > 2 {
			if p, err := strconv.ParseUint(fields[1], 10, 16); err == nil {
				found = append(found, uint16(p))
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), lines.Err()
}
