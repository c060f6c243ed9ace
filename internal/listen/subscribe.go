// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// subscription is a socket in groups of which nothing is read.
type subscription int

// Subscribe joins groups of a protocol in this network namespace, so that the kernel makes
// the events of them, which that of some protocols does for listeners alone
// (nfnetlink_has_listeners() in net/netfilter/nfnetlink.c). The socket takes none: its
// filter drops them before they are queued (sk_filter() in do_one_broadcast()), so that to
// everybody else, and to nltop's hooks, nobody got them.
func Subscribe(protocol uint16, groups []uint32) (io.Closer, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(protocol))
	if err != nil {
		return nil, fmt.Errorf("subscribe: open socket: %w", err)
	}
	s := subscription(fd)
	nothing := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing[0]}); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe: attach filter: %w", err), s.Close())
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe: bind: %w", err), s.Close())
	}
	for _, g := range groups {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, int(g)); err != nil {
			return nil, errors.Join(fmt.Errorf("subscribe: join group %d: %w", g, err), s.Close())
		}
	}
	return s, nil
}

// Close leaves the groups.
func (s subscription) Close() error { return unix.Close(int(s)) }
