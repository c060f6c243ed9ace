// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

func needRoot(t *testing.T, why string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root " + why)
	}
}

// ownNamespace gives the test's thread, which ends with the test, a network
// namespace where all traffic is the test's.
func ownNamespace(t *testing.T) {
	t.Helper()
	needRoot(t, "for a network namespace")
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
}

type captured struct {
	src    *source
	cancel context.CancelFunc
	done   chan error
	seen   chan struct{} // a value for every frame, if there is room
	mu     sync.Mutex
	frames []*capture.Frame
}

func start(t *testing.T, filter capture.Filter, opt Options, rcvbuf int) *captured {
	t.Helper()
	src, err := open(filter, opt, rcvbuf)
	if err != nil {
		t.Fatal(err)
	}
	c := &captured{src: src, done: make(chan error, 1), seen: make(chan struct{}, 1)}
	t.Cleanup(func() {
		for range 2 {
			if err := src.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		}
	})
	return c
}

func (c *captured) run() *captured {
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	go func() {
		c.done <- c.src.Run(ctx, func(f *capture.Frame) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.frames = append(c.frames, f)
			select {
			case c.seen <- struct{}{}:
			default:
			}
			return nil
		})
	}()
	return c
}

// stop ends the capture, which has to emit what was queued before.
func (c *captured) stop(t *testing.T) []*capture.Frame {
	t.Helper()
	c.cancel()
	if err := <-c.done; err != nil {
		t.Fatalf("run: %v", err)
	}
	return c.frames
}

// sendGroup sends to a group of NETLINK_USERSOCK. There is no kernel socket to
// take the unicast that netlink_sendmsg does behind the broadcast, hence the
// refusal.
func sendGroup(t *testing.T, groups uint32, data []byte) (port uint32) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_USERSOCK)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 8<<20)
	err = unix.Sendto(fd, data, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups})
	if err != nil && !errors.Is(err, unix.ECONNREFUSED) {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return sa.(*unix.SockaddrNetlink).Pid
}

var onlyUsersock = capture.Filter{Protocols: []uint16{capture.NETLINK_USERSOCK}}

func TestPeer(t *testing.T) {
	ownNamespace(t)
	c := start(t, onlyUsersock, Options{}, rcvbuf).run()
	big := bytes.Repeat([]byte("netlink "), 300<<10/8)
	port := sendGroup(t, 1<<4, []byte("hello, group 5"))
	sendGroup(t, 1<<0, big)
	frames := c.stop(t)
	if len(frames) != 2 {
		t.Fatalf("%d frames, want 2", len(frames))
	}
	self, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	f := frames[0]
	if f.Dir != capture.DirPeer || f.Group != 5 || f.SrcPort != port || f.DstPort != 0 || f.Protocol != capture.NETLINK_USERSOCK ||
		f.NetNS != c.src.netns || int(f.Proc.PID) != os.Getpid() || f.Proc.Comm != strings.TrimSpace(string(self)) || !f.OwnerInferred ||
		f.Cut() || string(f.Data) != "hello, group 5" || f.Time.IsZero() || f.Source != capture.SourceListen {
		t.Errorf("the first is %+v", f)
	}
	if f := frames[1]; f.Group != 1 || f.OrigLen != len(big) || !bytes.Equal(f.Data, big) {
		t.Errorf("the long one has group %d and %d of %d bytes", f.Group, len(f.Data), f.OrigLen)
	}
	if st := c.src.Stats(); st.Frames != 2 || st.Bytes != uint64(14+len(big)) || st.Cut != 0 || st.LostTotal() != 0 {
		t.Errorf("stats are %+v", st)
	}
}

func TestSnap(t *testing.T) {
	ownNamespace(t)
	c := start(t, onlyUsersock, Options{Snap: 8}, rcvbuf).run()
	sendGroup(t, 1, []byte("hello, world"))
	frames := c.stop(t)
	if len(frames) != 1 || string(frames[0].Data) != "hello, w" || frames[0].OrigLen != 12 || c.src.Stats().Cut != 1 || c.src.Info().Snap != 8 {
		t.Errorf("got %+v, %+v", frames, c.src.Stats())
	}
}

// What was seen and what was lost is what was sent.
func TestOverrun(t *testing.T) {
	ownNamespace(t)
	c := start(t, onlyUsersock, Options{}, 8<<10)
	const n = 500
	for i := range n { // nobody reads yet
		sendGroup(t, 1, fmt.Appendf(nil, "message %d", i))
	}
	before := c.src.Stats() // must not spoil the count
	frames := c.run().stop(t)
	st := c.src.Stats()
	want := []capture.Loss{{Reason: lostOverrun, Count: uint64(n - len(frames))}, {Reason: lostReported}}
	if len(frames) == 0 || len(frames) == n || !slices.Equal(st.Lost, want) || !slices.Equal(before.Lost, want) {
		t.Errorf("%d sent, %d seen, lost %+v, before reading %+v", n, len(frames), st.Lost, before.Lost)
	}
}

// Bringing up the loopback of a new namespace makes events without any tool.
func TestRouteEvents(t *testing.T) {
	ownNamespace(t)
	c := start(t, capture.Filter{Protocols: []uint16{capture.NETLINK_ROUTE}}, Options{}, rcvbuf).run()
	linkUp(t, "lo")
	frames := c.stop(t)
	groups := make(map[uint32]bool)
	for _, f := range frames {
		if f.Dir != capture.DirEvent || f.Protocol != capture.NETLINK_ROUTE || f.SrcPort != 0 || f.NetNS != c.src.netns || f.Socket != (capture.Socket{}) {
			t.Errorf("a frame is %+v", f)
		}
		groups[f.Group] = true
	}
	for _, g := range []uint32{unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV4_ROUTE} {
		if !groups[g] {
			t.Errorf("no event of group %d in %d frames", g, len(frames))
		}
	}
	if joined := c.src.sockets[0].joined; len(joined) < 31 || slices.Max(joined) < 32 {
		t.Errorf("joined only %v", joined)
	}
}

// linkUp is "ip link set NAME up" by ioctl.
func linkUp(t *testing.T, name string) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_LOOPBACK)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req); err != nil {
		t.Fatal(err)
	}
}

func TestUevent(t *testing.T) {
	needRoot(t, "to trigger a uevent")
	const trigger = "/sys/class/net/lo/uevent"
	c := start(t, capture.Filter{Protocols: []uint16{capture.NETLINK_KOBJECT_UEVENT}}, Options{}, rcvbuf).run()
	if err := os.WriteFile(trigger, []byte("change"), 0); errors.Is(err, syscall.EROFS) || errors.Is(err, os.ErrPermission) {
		t.Skipf("sysfs cannot be written here: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.stop(t) {
		if f.Dir == capture.DirEvent && f.Group == 1 && bytes.HasPrefix(f.Data, []byte("change@/devices/virtual/net/lo\x00")) {
			return
		}
	}
	t.Errorf("the uevent is not among %d frames", len(c.frames))
}

// TestUnprivileged runs a capture as nobody in a child, with the parent making
// an event.
func TestUnprivileged(t *testing.T) {
	const ready, want = "ready", "RTNLGRP_LINK seen"
	if os.Getenv("NLTOP_TEST_NOBODY") != "" {
		c := start(t, capture.Filter{}, Options{}, rcvbuf).run()
		blind := strings.Join(c.src.Info().Blind, "\n")
		fmt.Println(blind)
		fmt.Println(ready)
		for range c.seen {
			c.mu.Lock()
			found := slices.ContainsFunc(c.frames, func(f *capture.Frame) bool {
				return f.Protocol == capture.NETLINK_ROUTE && f.Group == unix.RTNLGRP_LINK && f.Dir == capture.DirEvent
			})
			c.mu.Unlock()
			if found {
				fmt.Println(want)
				return
			}
		}
	}
	ownNamespace(t)
	exe, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	// Through the descriptor: nobody may not walk to where the binary is.
	cmd := exec.Command("/proc/self/fd/3", "-test.run=^TestUnprivileged$")
	cmd.ExtraFiles = []*os.File{exe}
	cmd.Env = append(os.Environ(), "NLTOP_TEST_NOBODY=1")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := readUntil(t, stdout, ready+"\n")
	linkUp(t, "lo")
	out += readUntil(t, stdout, want+"\n")
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s%s", err, out, stderr.String())
	}
	for _, want := range []string{"NETLINK_NETFILTER groups: needs CAP_NET_ADMIN", "NETLINK_USERSOCK groups: needs CAP_NET_ADMIN", "other network namespaces", "requests and replies", want} {
		// Kernels without these protocols have nothing to be denied.
		if !strings.Contains(out, want) && !(strings.Contains(want, "NETFILTER") && !has(t, capture.NETLINK_NETFILTER)) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
}

func has(t *testing.T, protocol uint16) bool {
	t.Helper()
	list, err := protocols()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(list, protocol)
}

func readUntil(t *testing.T, r interface{ Read([]byte) (int, error) }, want string) string {
	t.Helper()
	var all []byte
	var buf [512]byte
	for !bytes.Contains(all, []byte(want)) {
		n, err := r.Read(buf[:])
		all = append(all, buf[:n]...)
		if err != nil {
			t.Fatalf("waiting for %q: %v after:\n%s", want, err, all)
		}
	}
	return string(all)
}

// Works for any user: everything opens, and Close alone ends Run.
func TestOpenAll(t *testing.T) {
	c := start(t, capture.Filter{}, Options{}, rcvbuf).run()
	info := c.src.Info()
	t.Logf("%+v", info)
	if info.Name != capture.SourceListen || len(c.src.sockets) < 3 {
		t.Errorf("%d sockets, info %+v", len(c.src.sockets), info)
	}
	for _, k := range c.src.sockets {
		for _, g := range asks[k.protocol].groups {
			if slices.Contains(k.joined, g) {
				t.Errorf("joined group %d of %s, which is for a daemon", g, capture.ProtocolName(k.protocol))
			}
		}
		if k.protocol == capture.NETLINK_GENERIC && !slices.Contains(k.joined, nlctrlNotify) {
			t.Error("did not join nlctrl's notify")
		}
	}
	if err := c.src.Close(); err != nil {
		t.Error(err)
	}
	if err := <-c.done; err != nil {
		t.Errorf("run ended with %v", err)
	}
	if err := c.src.Run(context.Background(), nil); err != nil {
		t.Errorf("run after close: %v", err)
	}
	_ = c.src.Stats()
}

func TestNothingToHear(t *testing.T) {
	if _, err := Open(capture.Filter{Protocols: []uint16{31}}, Options{}); err == nil {
		t.Error("a protocol that no kernel has was opened")
	}
}

// In the lab, a module brings a family while we listen.
func TestNewFamily(t *testing.T) {
	if os.Getenv("NLTOP_VM") != "1" {
		t.Skip("loads a module: only in the lab (NLTOP_VM=1)")
	}
	// team's family has the group "change_event".
	if out, err := exec.Command("modprobe", "-r", "team").CombinedOutput(); err != nil {
		t.Fatalf("modprobe -r team: %v\n%s", err, out)
	}
	c := start(t, capture.Filter{Protocols: []uint16{capture.NETLINK_GENERIC}}, Options{}, rcvbuf).run()
	groups := func() int {
		c.src.mu.Lock()
		defer c.src.mu.Unlock()
		return len(c.src.sockets[0].joined)
	}
	before := groups()
	if out, err := exec.Command("modprobe", "team").CombinedOutput(); err != nil {
		t.Fatalf("modprobe team: %v\n%s", err, out)
	}
	frames := c.stop(t)
	if groups() != before+1 {
		t.Errorf("%d groups before and %d after, in %d frames", before, groups(), len(frames))
	}
}
