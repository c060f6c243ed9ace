// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The test binary plays the process whose sockets are to be found.
const (
	childEnv   = "NLTOP_SOCKETS_CHILD"
	childPlain = "plain"
	aloneEnv   = "NLTOP_SOCKETS_ALONE"
)

func TestMain(m *testing.M) {
	if how := os.Getenv(childEnv); how != "" {
		if err := child(how); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(aloneEnv) != "" {
		if err := seeNobody(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// alone runs the rest of the test, as root, where nobody else's processes and network
// namespaces come and go, and says whether this is there: List tells rightly what
// was gone before it could be read, and on a busy machine something always is.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 || os.Getenv(aloneEnv) != "" {
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), aloneEnv+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET}
	out, err := cmd.CombinedOutput()
	t.Logf("in a PID namespace of its own:\n%s", out)
	if err != nil {
		t.Errorf("%v", err)
	}
	return false
}

// seeNobody makes /proc show this PID namespace.
func seeNobody() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount proc: %w", err)
	}
	return nil
}

// report is what the child says of itself.
type report struct {
	NetNS   uint64
	Sockets []reportSocket
	Drops   uint32 // by /proc/net/netlink, of the last socket
	Sent    int
}

type reportSocket struct {
	Protocol uint16
	PortID   uint32
	Inode    uint64
	Groups   []uint32
	RcvBuf   int
}

const overflowGroup = 3

// child opens sockets, prints a report, and keeps them until its input ends.
// As root it also drives a listener of NETLINK_USERSOCK into overflow.
func child(how string) error {
	r := report{}
	if how != childPlain {
		if err := hide(how, &r); err != nil {
			return err
		}
		return tell(&r)
	}
	ns, err := threadNetNS(Options{})
	if err != nil {
		return err
	}
	r.NetNS = ns
	// On a second socket of the same process the kernel chooses a port that is
	// not the process ID.
	for _, s := range []reportSocket{
		{Protocol: unix.NETLINK_ROUTE, Groups: []uint32{1, 5, 33}}, // RTNLGRP_LINK, _IPV4_IFADDR, _NSID + 5
		{Protocol: unix.NETLINK_ROUTE},
		{Protocol: unix.NETLINK_GENERIC},
		{Protocol: unix.NETLINK_KOBJECT_UEVENT, Groups: []uint32{1}},
	} {
		if _, err := openSocket(&s); err != nil {
			return err
		}
		r.Sockets = append(r.Sockets, s)
	}
	if os.Geteuid() == 0 {
		if err := overflow(&r); err != nil {
			return err
		}
	}
	return tell(&r)
}

func tell(r *report) error {
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

func openSocket(s *reportSocket) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(s.Protocol))
	if err != nil {
		return 0, fmt.Errorf("open socket of protocol %d: %w", s.Protocol, err)
	}
	if s.RcvBuf != 0 {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, s.RcvBuf); err != nil {
			return 0, err
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, err
	}
	for _, g := range s.Groups {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, int(g)); err != nil {
			return 0, fmt.Errorf("join group %d of protocol %d: %w", g, s.Protocol, err)
		}
	}
	if s.RcvBuf, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF); err != nil {
		return 0, err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	s.PortID = sa.(*unix.SockaddrNetlink).Pid
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return 0, err
	}
	s.Inode = st.Ino
	return fd, nil
}

// overflow multicasts to a listener that does not read.
func overflow(r *report) error {
	listener := reportSocket{Protocol: unix.NETLINK_USERSOCK, Groups: []uint32{overflowGroup}, RcvBuf: 4096}
	if _, err := openSocket(&listener); err != nil {
		return err
	}
	sender := reportSocket{Protocol: unix.NETLINK_USERSOCK}
	fd, err := openSocket(&sender)
	if err != nil {
		return err
	}
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1 << (overflowGroup - 1)}
	for ; r.Sent < 200; r.Sent++ {
		err := unix.Sendto(fd, make([]byte, 512), 0, to)
		if err != nil && !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, unix.ECONNREFUSED) {
			return fmt.Errorf("multicast: %w", err)
		}
	}
	r.Sockets = append(r.Sockets, sender, listener)
	b, err := os.ReadFile("/proc/self/net/netlink")
	if err != nil {
		return err
	}
	rows, err := parseNetlink(b)
	for _, s := range rows {
		if s.Inode == listener.Inode {
			r.Drops = s.Drops
		}
	}
	return err
}

// startChild starts the test binary as a child in a network namespace of its
// own when root.
func startChild(t *testing.T) (int, report) {
	t.Helper()
	return startChildAs(t, childPlain)
}

func startChildAs(t *testing.T, how string) (int, report) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childEnv+"="+how)
	cmd.Stderr = os.Stderr
	if os.Geteuid() == 0 && how == childPlain {
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET}
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("child said %q: %v", line, err)
	}
	var r report
	if err := json.Unmarshal(line, &r); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid, r
}

func TestListLive(t *testing.T) {
	if !alone(t) {
		return
	}
	pid, r := startChild(t)
	for _, noDiag := range []bool{false, true} {
		t.Run(fmt.Sprintf("noDiag=%v", noDiag), func(t *testing.T) {
			l, err := List(context.Background(), Options{NoDiag: noDiag})
			if err != nil {
				t.Fatal(err)
			}
			checkListing(t, l, pid, r, noDiag)
		})
	}
}

func checkListing(t *testing.T, l *Listing, pid int, r report, noDiag bool) {
	t.Helper()
	// netlink_diag came with 3.10. A kernel built without it is no failure,
	// but then the listing says so.
	noDiag = noDiag || slices.ContainsFunc(l.Partial, func(s string) bool { return strings.Contains(s, errNoDiag.Error()) })
	for _, want := range r.Sockets {
		i := slices.IndexFunc(l.Sockets, func(s Socket) bool { return s.Inode == want.Inode })
		if i < 0 {
			t.Errorf("%+v is not listed", want)
			continue
		}
		got := l.Sockets[i]
		groups := want.Groups
		if noDiag {
			groups = slices.DeleteFunc(slices.Clone(groups), func(g uint32) bool { return g > 32 })
		}
		if got.Protocol != want.Protocol || got.PortID != want.PortID || got.NetNS != r.NetNS || got.Kernel ||
			!slices.Equal(got.Groups, groups) || got.GroupsCut != noDiag {
			t.Errorf("got %+v, want %+v in network namespace %d", got, want, r.NetNS)
		}
		if int(got.Owner.PID) != pid || int(got.Owner.PPID) != os.Getpid() || got.Owner.Comm == "" || got.SharedWith != nil {
			t.Errorf("owner %+v, shared with %v; want process %d, child of %d", got.Owner, got.SharedWith, pid, os.Getpid())
		}
		if !noDiag && int(got.RcvBuf) != want.RcvBuf {
			t.Errorf("receive buffer %d, want %d", got.RcvBuf, want.RcvBuf)
		}
		if slices.Contains(want.Groups, overflowGroup) {
			if got.Drops == 0 || got.Drops != r.Drops || got.Drops >= uint32(r.Sent) || got.RMem == 0 {
				t.Errorf("drops %d, memory %d; /proc/net/netlink says %d of %d sent", got.Drops, got.RMem, r.Drops, r.Sent)
			}
		}
	}
	kernel := slices.IndexFunc(l.Sockets, func(s Socket) bool {
		return s.Kernel && s.NetNS == r.NetNS && s.Protocol == unix.NETLINK_ROUTE && !s.Owner.Known()
	})
	if kernel < 0 {
		t.Error("the kernel's own NETLINK_ROUTE socket is not listed")
	}
	if os.Geteuid() == 0 && len(l.Partial) > 0 && !noDiag && !closedProcess(t) {
		t.Errorf("root sees only a part: %q", l.Partial)
	}
}

// closedProcess says whether a policy hides processes even from root.
func closedProcess(t *testing.T) bool {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(links, func(l string) bool {
		_, err := os.Readlink(l)
		return errors.Is(err, os.ErrPermission)
	})
}

// A namespace without a process is entered.
func TestListMounted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("mounting a network namespace needs root")
	}
	const name = "nltop-sockets-test"
	if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
		t.Skipf("ip netns add: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("ip", "netns", "del", name).CombinedOutput(); err != nil {
			t.Errorf("ip netns del: %v: %s", err, out)
		}
	})
	before, err := threadNetNS(Options{})
	if err != nil {
		t.Fatal(err)
	}
	l, err := List(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range l.Sockets {
		if s.NetNSName == name {
			n++
			if !s.Kernel || s.NetNS == 0 || s.NetNS == before {
				t.Errorf("unexpected socket %+v", s)
			}
		}
	}
	if n == 0 {
		t.Errorf("no socket of %s is listed", name)
	}
	x := NewIndex(Options{})
	if err := x.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Stat("/run/netns/"+name, &st); err != nil {
		t.Fatal(err)
	}
	if got := x.NetNSName(st.Ino); got != name {
		t.Errorf("network namespace %d is called %q, want %q", st.Ino, got, name)
	}
	if after, err := threadNetNS(Options{}); err != nil || after != before {
		t.Errorf("this thread is in network namespace %d now (%v), was in %d", after, err, before)
	}
}

// An ordinary user gets what he may see, and is told what is missing.
func TestListUnprivileged(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("giving up root needs root")
	}
	pid, _ := startChild(t)
	const nobody = 65534
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread ends with the goroutine: it stays locked.
		if err := dropThread(nobody); err != nil {
			t.Error(err)
			return
		}
		l, err := List(context.Background(), Options{})
		if err != nil {
			t.Error(err)
			return
		}
		if len(l.Sockets) == 0 || len(l.Partial) == 0 {
			t.Errorf("%d sockets, missing: %q", len(l.Sockets), l.Partial)
		}
		for _, s := range l.Sockets {
			if int(s.Owner.PID) == pid {
				t.Errorf("sees the socket %+v of a root process", s)
			}
		}
	}()
	<-done
}

func TestIndexLive(t *testing.T) {
	pid, r := startChild(t)
	x := NewIndex(Options{})
	if err := x.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Sockets {
		for _, netns := range []uint64{r.NetNS, 0} {
			if p, ok := x.Owner(netns, s.Protocol, s.PortID); !ok || int(p.PID) != pid || p.Comm == "" {
				t.Errorf("owner of %+v in %d: %+v, %v; want process %d", s, netns, p, ok, pid)
			}
		}
		if p, ok := x.OwnerByInode(s.Inode); !ok || int(p.PID) != pid {
			t.Errorf("owner of inode %d: %+v, %v; want process %d", s.Inode, p, ok, pid)
		}
		if p, ok := x.Owner(r.NetNS+1, s.Protocol, s.PortID); ok {
			t.Errorf("port %d of another network namespace belongs to %+v", s.PortID, p)
		}
	}
	if p, ok := x.Owner(r.NetNS, unix.NETLINK_ROUTE, 0); ok {
		t.Errorf("the kernel's end belongs to %+v", p)
	}
	ns, err := threadNetNS(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if name := x.NetNSName(ns); name == "" {
		t.Error("the own network namespace has no name")
	}
}

// Without a walk, a process is found by the port that the kernel took from its
// ID, and only its own sockets are.
func TestIndexLook(t *testing.T) {
	pid, r := startChild(t)
	x := NewIndex(Options{})
	x.scanning = true // no walk: the look must do alone
	found := 0
	for _, s := range r.Sockets {
		p, ok := x.Owner(r.NetNS, s.Protocol, s.PortID)
		if want := int(s.PortID) == pid; ok != want {
			t.Errorf("owner of %+v: %+v, %v", s, p, ok)
		}
		if ok {
			found++
		}
		x.quick.nextAt = x.now()
	}
	if found == 0 {
		t.Errorf("no socket of %+v has the port %d", r.Sockets, pid)
	}
	if _, ok := x.Owner(r.NetNS, unix.NETLINK_XFRM, uint32(pid)); ok {
		t.Error("a socket that was not opened has an owner")
	}
}

func TestCgroupLive(t *testing.T) {
	root := cgroupRoot("/proc")
	if root == "" {
		t.Skip("no cgroup v2 hierarchy is mounted")
	}
	want := map[string]uint64{"/": inodeAt(t, root)}
	if dir := root + "/nltop-sockets-test"; os.Mkdir(dir, 0o755) == nil {
		t.Cleanup(func() {
			if err := os.Remove(dir); err != nil {
				t.Error(err)
			}
		})
		want["/nltop-sockets-test"] = inodeAt(t, dir)
	}
	for _, noHandle := range []bool{false, true} {
		x := NewIndex(Options{})
		x.cg.noHandle = noHandle
		for path, id := range want {
			if got := x.Cgroup(id); got != path {
				t.Errorf("noHandle %v: cgroup %d is %q, want %q", noHandle, id, got, path)
			}
		}
		if got := x.Cgroup(1<<60 + 7); got != "" {
			t.Errorf("a cgroup that never was is called %q", got)
		}
		if noHandle != x.cg.noHandle && os.Geteuid() == 0 {
			t.Error("root cannot open a cgroup by its handle")
		}
	}
}

func inodeAt(t *testing.T, path string) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

func BenchmarkOwner(b *testing.B) {
	s := reportSocket{Protocol: unix.NETLINK_ROUTE}
	fd, err := openSocket(&s)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	x := NewIndex(Options{})
	if err := x.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	ns, err := threadNetNS(Options{})
	if err != nil {
		b.Fatal(err)
	}
	for _, bb := range []struct {
		name string
		port uint32
		want bool
	}{{"hit", s.PortID, true}, {"miss", 4294960000, false}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := x.Owner(ns, s.Protocol, bb.port); ok != bb.want {
					b.Fatal("wrong answer for port " + strconv.Itoa(int(bb.port)))
				}
			}
		})
	}
}

func BenchmarkList(b *testing.B) {
	for b.Loop() {
		if _, err := List(context.Background(), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
