// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What keeps the network namespace that hide makes.
const (
	byThread     = "thread"
	bySocket     = "socket"
	byDescriptor = "descriptor"
	byUnbound    = "unbound" // a socket that is in no table
)

// hide makes a network namespace that no process is in, and lets it be kept in
// one way.
func hide(how string, r *report) error {
	done, thread := make(chan error), make(chan int, 1)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The main thread never ends; while it waits here it is nobody else's.
			thread <- 0
			done <- hide(how, r)
			runtime.UnlockOSThread()
			return
		}
		thread <- unix.Gettid()
		done <- hideHere(how, r)
		if how == byThread {
			select {}
		}
		// The thread ends with the goroutine that it is locked to.
	}()
	err := <-done
	tid := <-thread
	if how == byThread || tid == 0 {
		return err
	}
	// Until it has, it is one more that keeps the namespace.
	for task := fmt.Sprintf("/proc/self/task/%d", tid); ; time.Sleep(time.Millisecond) {
		if _, gone := os.Stat(task); gone != nil {
			return err
		}
	}
}

func hideHere(how string, r *report) (err error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if r.NetNS, err = threadNetNS(Options{}); err != nil {
		return err
	}
	switch how {
	case byDescriptor:
		_, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	case byUnbound:
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_XFRM)
		if err != nil {
			return err
		}
		var st unix.Stat_t
		err = unix.Fstat(fd, &st)
		r.Sockets = append(r.Sockets, reportSocket{Protocol: unix.NETLINK_XFRM, Inode: st.Ino})
		return err
	}
	s := reportSocket{Protocol: unix.NETLINK_ROUTE, Groups: []uint32{1, 33}}
	_, err = openSocket(&s)
	r.Sockets = append(r.Sockets, s)
	return err
}

// Network namespaces without a process and without a mount are found by what
// keeps them.
func TestListHidden(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("making a network namespace needs root")
	}
	if !alone(t) {
		return
	}
	// One that is none of Netlink.
	tcp, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(tcp) }()
	for _, how := range []string{byThread, bySocket, byDescriptor, byUnbound} {
		t.Run(how, func(t *testing.T) {
			pid, r := startChildAs(t, how)
			before := descriptors(t)
			others := new(Others)
			for _, o := range []Options{{}, {Others: others}, {Others: others}, {NetNS: []uint64{r.NetNS}}, {NoDiag: true}} {
				l, err := List(context.Background(), o)
				if err != nil {
					t.Fatal(err)
				}
				checkHidden(t, l, pid, r, o.NoDiag)
				if len(o.NetNS) > 0 && slices.ContainsFunc(l.Sockets, func(s Socket) bool { return s.NetNS != r.NetNS }) {
					t.Error("sockets of another network namespace are listed")
				}
			}
			l, err := List(context.Background(), Options{NetNS: []uint64{1}})
			if err != nil || len(l.Sockets) > 0 {
				t.Errorf("%d sockets of no network namespace, %v", len(l.Sockets), err)
			}
			if len(others.inodes) == 0 {
				t.Error("no socket is remembered as none of Netlink")
			}
			if after := descriptors(t); after > before {
				t.Errorf("%d descriptors, %d before", after, before)
			}
		})
	}
}

func checkHidden(t *testing.T, l *Listing, pid int, r report, noDiag bool) {
	t.Helper()
	if !slices.ContainsFunc(l.Sockets, func(s Socket) bool {
		return s.Kernel && s.NetNS == r.NetNS && s.Protocol == unix.NETLINK_ROUTE
	}) {
		t.Errorf("the kernel's sockets of network namespace %d are not listed; missing: %q", r.NetNS, l.Partial)
	}
	for _, want := range r.Sockets {
		i := slices.IndexFunc(l.Sockets, func(s Socket) bool { return s.Inode == want.Inode })
		if i < 0 {
			t.Errorf("%+v is not listed", want)
			continue
		}
		groups := want.Groups
		if noDiag {
			groups = slices.DeleteFunc(slices.Clone(groups), func(g uint32) bool { return g > 32 })
		}
		got := l.Sockets[i]
		if got.Protocol != want.Protocol || got.PortID != want.PortID || got.NetNS != r.NetNS || got.Kernel ||
			int(got.Owner.PID) != pid || !slices.Equal(got.Groups, groups) {
			t.Errorf("got %+v, want %+v of process %d in network namespace %d", got, want, pid, r.NetNS)
		}
		if got.RcvBuf == 0 && !noDiag {
			t.Errorf("the receive buffer of %+v is not known", got)
		}
	}
	if len(l.Partial) > 0 && !closedProcess(t) &&
		!slices.ContainsFunc(l.Partial, func(s string) bool { return strings.Contains(s, errNoDiag.Error()) }) {
		t.Errorf("root sees only a part: %q", l.Partial)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(d)
}

// A socket in no table has no port but the groups that it joined: of
// NETLINK_LIST_MEMBERSHIPS.
func TestSocketOf(t *testing.T) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	for _, g := range []int{1, 33} {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, g); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 8192); err != nil {
		t.Fatal(err)
	}
	s, err := socketOf(fd)
	if err != nil || s.Protocol != unix.NETLINK_ROUTE || s.Kernel || s.RcvBuf != 16384 || !slices.Equal(s.Groups, []uint32{1, 33}) {
		t.Errorf("%+v, %v", s, err)
	}
	tcp, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(tcp) }()
	if s, err := socketOf(tcp); err == nil && (!s.GroupsCut || s.Groups != nil) {
		t.Errorf("of a TCP socket: %+v", s)
	}
}

// What vanishes during the walk is passed over.
func TestFetchGone(t *testing.T) {
	for _, d := range []descriptor{{1 << 30, "3"}, {uint32(os.Getpid()), "9999"}, {uint32(os.Getpid()), "x"}, {uint32(os.Getpid()), "0"}} {
		if fd, err := d.fetch(1); err != errGone {
			t.Errorf("%+v: %d, %v", d, fd, err)
		}
	}
}
