// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/nltest"
)

// sock is a Netlink socket of the test's own.
type sock struct {
	t     *testing.T
	fd    int
	port  uint32
	inode uint64
	seq   uint32
}

func open(t *testing.T, protocol int, groups ...int) *sock {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		t.Fatalf("open netlink socket: %v", err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatalf("bind netlink socket: %v", err)
	}
	for _, g := range groups {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, g); err != nil {
			t.Fatalf("join group %d: %v", g, err)
		}
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		t.Fatal(err)
	}
	return &sock{t: t, fd: fd, port: sa.(*unix.SockaddrNetlink).Pid, inode: st.Ino}
}

// message builds one nlmsghdr with its payload.
func (s *sock) message(typ, flags uint16, payload []byte) []byte {
	s.seq++
	b := nltest.Native.Message(typ, flags, s.seq, 0, payload)
	return append(b, make([]byte, -len(b)&3)...) // more may follow in the datagram
}

// send sends a datagram to a port ID; 0 is the kernel.
func (s *sock) send(to uint32, b []byte) {
	s.t.Helper()
	if err := unix.Sendto(s.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: to}); err != nil {
		s.t.Fatalf("send %d bytes: %v", len(b), err)
	}
}

// drain reads until the queue is empty and returns how many datagrams and how
// many ENOBUFS came.
func (s *sock) drain() (datagrams, nobufs int) {
	s.t.Helper()
	buf := make([]byte, 1<<20)
	for {
		_, _, err := unix.Recvfrom(s.fd, buf, unix.MSG_DONTWAIT)
		switch {
		case err == nil:
			datagrams++
		case errors.Is(err, unix.ENOBUFS):
			nobufs++
		case errors.Is(err, unix.EAGAIN):
			return datagrams, nobufs
		case errors.Is(err, unix.EINTR):
		default:
			s.t.Fatalf("receive: %v", err)
		}
	}
}

// drops returns the Drops column of /proc/net/netlink, in the namespace of the
// test's thread.
func (s *sock) drops() int {
	s.t.Helper()
	b, err := os.ReadFile("/proc/thread-self/net/netlink")
	if err != nil {
		s.t.Fatal(err)
	}
	// sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) == 10 && f[9] == strconv.FormatUint(s.inode, 10) {
			n, err := strconv.Atoi(f[8])
			if err != nil {
				s.t.Fatal(err)
			}
			return n
		}
	}
	s.t.Fatalf("socket %d is not in /proc/net/netlink", s.inode)
	return 0
}

// netns returns the inode of the test's own network namespace.
func netns(t *testing.T) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Stat("/proc/thread-self/ns/net", &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}
