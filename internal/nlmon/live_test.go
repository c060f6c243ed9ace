// SPDX-License-Identifier: Apache-2.0

package nlmon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// live puts the test into a network namespace of its own, where all traffic is
// the test's, or skips it where there can be no nlmon. Its goroutine never
// unlocks its thread, so the namespace ends with the test.
func live(t *testing.T) {
	t.Helper()
	if err := haveCaps(); err != nil {
		t.Skip(err)
	}
	if err := Available(); err != nil {
		var uts unix.Utsname
		if err := unix.Uname(&uts); err != nil {
			t.Fatal(err)
		}
		module := filepath.Join("/lib/modules", unix.ByteSliceToString(uts.Release[:]), "kernel/drivers/net/nlmon.ko*")
		if found, _ := filepath.Glob(module); len(found) > 0 || os.Getenv("NLTOP_VM") == "1" {
			t.Fatalf("this kernel has nlmon: %v", err)
		}
		t.Skip(err)
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatal(err)
	}
}

func ip(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// sock is a Netlink socket that notes what it sent and received.
type sock struct {
	t        *testing.T
	fd       int
	protocol uint16
	port     uint32
}

func newSock(t *testing.T, protocol int) *sock {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	for _, opt := range []int{unix.SO_SNDBUFFORCE, unix.SO_RCVBUFFORCE} {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, opt, 8<<20); err != nil {
			t.Fatal(err)
		}
	}
	return &sock{t: t, fd: fd, protocol: uint16(protocol), port: sa.(*unix.SockaddrNetlink).Pid}
}

// sent or received, as the capture is to show it.
type datagram struct {
	what     string
	dir      capture.Dir
	src      uint32
	dst      uint32
	protocol uint16
	data     []byte
}

func (s *sock) send(what string, to uint32, dir capture.Dir, data []byte) datagram {
	s.t.Helper()
	if err := unix.Sendto(s.fd, data, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: to}); err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
	return datagram{what: what, dir: dir, src: native.Uint32(data[12:]), protocol: s.protocol, data: data}
}

func (s *sock) receive(what string, dir capture.Dir) datagram {
	s.t.Helper()
	buf := make([]byte, 1<<20)
	n, _, err := unix.Recvfrom(s.fd, buf, 0)
	if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
	d := datagram{what: what, dir: dir, protocol: s.protocol, data: bytes.Clone(buf[:n])}
	if dir == capture.DirReply {
		d.dst = s.port
	}
	return d
}

// drain throws away what is queued.
func (s *sock) drain() {
	var buf [1]byte
	for {
		if _, _, err := unix.Recvfrom(s.fd, buf[:], unix.MSG_DONTWAIT); err != nil {
			return
		}
	}
}

// dump sends a request and receives up to NLMSG_DONE.
func (s *sock) dump(what string, req []byte) []datagram {
	s.t.Helper()
	all := []datagram{s.send(what+" request", 0, capture.DirRequest, req)}
	for i := 0; ; i++ {
		d := s.receive(fmt.Sprintf("%s reply %d", what, i), capture.DirReply)
		all = append(all, d)
		for b := d.data; len(b) >= unix.NLMSG_HDRLEN; b = b[(native.Uint32(b)+3)&^3:] {
			if native.Uint16(b[4:]) == unix.NLMSG_DONE {
				return all
			}
		}
	}
}

var seq uint32 = 1000

// message is one nlmsghdr, with a sequence number that no other has.
func message(typ, flags uint16, payload ...[]byte) []byte {
	seq++
	return nltest.Native.Message(typ, unix.NLM_F_REQUEST|flags, seq, 0, payload...)
}

// noops is a datagram of headers that the kernel skips.
func noops(size int) []byte {
	b := make([]byte, 0, size+16)
	for len(b) < size {
		b = append(b, message(unix.NLMSG_NOOP, 0)...)
	}
	return b
}

// captured runs a source until a marker that it sends comes by.
type captured struct {
	src    *source
	cancel context.CancelFunc
	done   chan error
	mu     sync.Mutex
	frames []*capture.Frame
}

func start(t *testing.T, src *source) *captured {
	ctx, cancel := context.WithCancel(context.Background())
	c := &captured{src: src, cancel: cancel, done: make(chan error, 1)}
	t.Cleanup(func() {
		cancel()
		if err := src.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	go func() {
		c.done <- src.Run(ctx, func(f *capture.Frame) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.frames = append(c.frames, f)
			return nil
		})
	}()
	return c
}

// stop ends the capture, which has to emit what passed before.
func (c *captured) stop(t *testing.T) []*capture.Frame {
	t.Helper()
	c.cancel()
	if err := <-c.done; err != nil {
		t.Fatalf("run: %v", err)
	}
	return c.frames
}

func mustOpen(t *testing.T, filter capture.Filter, opt Options, size geometry) *source {
	t.Helper()
	src, err := open(filter, opt, size)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestLive(t *testing.T) {
	live(t)
	// 150 links, for a dump of more than 32 KiB.
	var batch strings.Builder
	for i := range 150 {
		fmt.Fprintf(&batch, "link add d%d type dummy\n", i)
	}
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(batch.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ip -batch: %v\n%s", err, out)
	}

	route, genl := newSock(t, unix.NETLINK_ROUTE), newSock(t, unix.NETLINK_GENERIC)
	user, peer := newSock(t, unix.NETLINK_USERSOCK), newSock(t, unix.NETLINK_USERSOCK)
	listener := newSock(t, unix.NETLINK_ROUTE)
	if err := unix.SetsockoptInt(listener.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, unix.RTNLGRP_LINK); err != nil {
		t.Fatal(err)
	}
	src := mustOpen(t, capture.Filter{}, Options{}, ringSize)
	listener.drain() // of our own device coming up
	c := start(t, src)

	var want []datagram
	links := route.dump("link dump", message(unix.RTM_GETLINK, unix.NLM_F_DUMP, make([]byte, unix.SizeofIfInfomsg)))
	total := 0
	for _, d := range links {
		total += len(d.data)
	}
	if total < 64<<10 {
		t.Errorf("the dump has only %d bytes", total)
	}
	want = append(want, links...)
	// CTRL_CMD_GETFAMILY of nlctrl
	want = append(want, genl.dump("family dump", message(unix.GENL_ID_CTRL, unix.NLM_F_DUMP, []byte{3, 1, 0, 0}))...)
	for _, size := range []int{320 << 10, 476 << 10} {
		want = append(want, route.send(fmt.Sprintf("batch of %d bytes", size), 0, capture.DirRequest, noops(size)))
	}
	want = append(want, route.send("failing request", 0, capture.DirRequest, message(unix.RTM_DELLINK, unix.NLM_F_ACK, make([]byte, unix.SizeofIfInfomsg))),
		route.receive("error", capture.DirReply))
	hello := message(77, 0, []byte("hello"))
	want = append(want, user.send("user to user", peer.port, capture.DirPeer, hello))
	ip(t, "link", "add", "d999", "type", "dummy")
	want = append(want, listener.receive("event", capture.DirEvent))

	frames := c.stop(t)
	for _, w := range want {
		check(t, frames, w, src.netns)
	}
	st := src.Stats()
	if st.Frames != uint64(len(frames)) || st.Cut != 0 || st.LostTotal() != 0 {
		t.Errorf("stats are %+v for %d frames", st, len(frames))
	}
	for _, f := range frames {
		if f.Cut() || f.Time.IsZero() || f.Source != capture.SourceNlmon || f.NetNS != src.netns || !f.Inferred {
			t.Errorf("a frame of %d bytes is %+v", len(f.Data), f)
			break
		}
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	if out := ip(t, "link", "show", "type", "nlmon"); out != "" {
		t.Errorf("left behind:\n%s", out)
	}
}

// check finds exactly one frame with the bytes of w.
func check(t *testing.T, frames []*capture.Frame, w datagram, netns uint64) {
	t.Helper()
	found := 0
	for _, f := range frames {
		if f.Protocol != w.protocol || !bytes.Equal(f.Data, w.data) {
			continue
		}
		found++
		if f.Dir != w.dir || f.SrcPort != w.src || f.DstPort != w.dst || f.NetNS != netns {
			t.Errorf("%s: %v from %d to %d in %d, want %v from %d to %d in %d", w.what,
				f.Dir, f.SrcPort, f.DstPort, f.NetNS, w.dir, w.src, w.dst, netns)
		}
	}
	if found != 1 {
		t.Errorf("%s of %d bytes was seen %d times in %d frames", w.what, len(w.data), found, len(frames))
	}
}

func TestLiveFilterAndSnap(t *testing.T) {
	live(t)
	src := mustOpen(t, capture.Filter{Protocols: []uint16{unix.NETLINK_GENERIC, unix.NETLINK_USERSOCK}}, Options{Snap: 64}, ringSize)
	c := start(t, src)
	route, genl := newSock(t, unix.NETLINK_ROUTE), newSock(t, unix.NETLINK_GENERIC)
	route.send("filtered", 0, capture.DirRequest, noops(100))
	req := genl.send("long", 0, capture.DirRequest, noops(160))
	short := genl.send("short", 0, capture.DirRequest, noops(64))
	frames := c.stop(t)
	if len(frames) != 2 {
		t.Fatalf("%d frames, want 2", len(frames))
	}
	for i, d := range []datagram{req, short} {
		if f := frames[i]; f.OrigLen != len(d.data) || !bytes.Equal(f.Data, d.data[:64]) || f.Cut() != (len(d.data) > 64) {
			t.Errorf("%s is %+v", d.what, f)
		}
	}
	if st := src.Stats(); st.Cut != 1 || st.Frames != 2 || st.Bytes != uint64(160+64) {
		t.Errorf("stats are %+v", st)
	}
	if info := src.Info(); info.Snap != 64 || info.Scope != fmt.Sprintf("netns %d", src.netns) {
		t.Errorf("info is %+v", info)
	}
}

// A packet that is longer than a block is cut and marked.
func TestLiveLongerThanBlock(t *testing.T) {
	live(t)
	src := mustOpen(t, capture.Filter{}, Options{}, geometry{block: 64 << 10, blocks: 8})
	c := start(t, src)
	sent := newSock(t, unix.NETLINK_ROUTE).send("long", 0, capture.DirRequest, noops(100<<10))
	frames := c.stop(t)
	i := slices.IndexFunc(frames, func(f *capture.Frame) bool { return f.OrigLen == len(sent.data) })
	if i < 0 {
		t.Fatalf("not among %d frames", len(frames))
	}
	if f := frames[i]; !f.Cut() || len(f.Data) < 60<<10 || !bytes.HasPrefix(sent.data, f.Data) {
		t.Errorf("%d of %d bytes", len(f.Data), f.OrigLen)
	}
	if st := src.Stats(); st.Cut != 1 {
		t.Errorf("stats are %+v", st)
	}
}

// Seen and counted as lost is what was sent.
func TestLiveLoss(t *testing.T) {
	live(t)
	src := mustOpen(t, capture.Filter{Protocols: []uint16{unix.NETLINK_GENERIC}}, Options{}, geometry{block: 4 << 10, blocks: 4})
	genl := newSock(t, unix.NETLINK_GENERIC)
	const n = 1000
	for range n { // nobody reads yet
		genl.send("flood", 0, capture.DirRequest, message(unix.NLMSG_NOOP, 0))
	}
	frames := start(t, src).stop(t)
	for range 2 {
		st := src.Stats()
		if st.LostTotal() == 0 || int(st.LostTotal())+len(frames) != n || st.Lost[0].Reason != lostRing {
			t.Errorf("%d seen + %+v lost, want %d together", len(frames), st.Lost, n)
		}
	}
}

func TestLiveStale(t *testing.T) {
	live(t)
	// As a killed nltop leaves it, with and without time to set the alias; and
	// one that somebody else made.
	for _, name := range []string{"nltop9999998", "nltop9999999", "nltopmine"} {
		ip(t, "link", "add", name, "type", "nlmon")
	}
	ip(t, "link", "set", "nltop9999998", "up", "alias", "nltop 9999998 12345")
	first := mustOpen(t, capture.Filter{}, Options{}, ringSize)
	second := mustOpen(t, capture.Filter{}, Options{}, ringSize)
	if first.dev.name == second.dev.name {
		t.Errorf("both captures have %s", first.dev.name)
	}
	// Alive, though its name says otherwise: somebody listens, as a nltop in
	// another PID namespace would.
	ip(t, "link", "set", "dev", first.dev.name, "alias", "nltop 9999998 12345")
	if err := removeStale(); err != nil {
		t.Error(err)
	}
	left := ip(t, "-br", "link", "show", "type", "nlmon")
	for name, want := range map[string]bool{"nltop9999998": false, "nltop9999999": false, "nltopmine": true, first.dev.name: true, second.dev.name: true} {
		if strings.Contains(left, name+" ") != want {
			t.Errorf("%s is there: %v, want %v", name, !want, want)
		}
	}
	for _, s := range []*source{first, first, second} {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if left := ip(t, "-br", "link", "show", "type", "nlmon"); strings.Count(left, "\n") != 1 {
		t.Errorf("left behind:\n%s", left)
	}
	if err := first.Run(context.Background(), nil); err != nil {
		t.Errorf("run after close: %v", err)
	}
	_ = first.Stats()
}

// The same with a capture that is really killed.
func TestLiveKilled(t *testing.T) {
	if os.Getenv("NLTOP_TEST_KILLED") != "" {
		mustOpen(t, capture.Filter{}, Options{}, ringSize)
		_ = unix.Kill(os.Getpid(), unix.SIGKILL)
	}
	live(t)
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestLiveKilled$")
	cmd.Env = append(os.Environ(), "NLTOP_TEST_KILLED=1")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the capture was not killed: %v\n%s", err, out)
	}
	if left := ip(t, "-br", "link", "show", "type", "nlmon"); strings.Count(left, "\n") != 1 {
		t.Fatalf("the killed capture left %q", left)
	}
	src := mustOpen(t, capture.Filter{}, Options{}, ringSize)
	if left := ip(t, "-br", "link", "show", "type", "nlmon"); strings.Count(left, "\n") != 1 || !strings.Contains(left, src.dev.name) {
		t.Errorf("devices after the next start: %q", left)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

func TestLiveDeviceTakenAway(t *testing.T) {
	live(t)
	src := mustOpen(t, capture.Filter{}, Options{}, ringSize)
	c := start(t, src)
	ip(t, "link", "del", src.dev.name)
	if err := <-c.done; !errors.Is(err, unix.ENETDOWN) {
		t.Errorf("run ended with %v", err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

// Close alone ends Run.
func TestLiveClose(t *testing.T) {
	live(t)
	src := mustOpen(t, capture.Filter{}, Options{}, ringSize)
	c := start(t, src)
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	if err := <-c.done; err != nil {
		t.Errorf("run ended with %v", err)
	}
}

// A ring that cannot be made leaves no device, and says why.
func TestLiveRingRefused(t *testing.T) {
	live(t)
	if _, err := open(capture.Filter{}, Options{}, geometry{block: 100, blocks: 1}); !errors.Is(err, unix.EINVAL) {
		t.Errorf("a block of 100 bytes: %v", err)
	}
	if out := ip(t, "-br", "link", "show", "type", "nlmon"); out != "" {
		t.Errorf("left behind:\n%s", out)
	}
}

func TestLiveAvailableLeavesNothing(t *testing.T) {
	live(t)
	if err := Available(); err != nil {
		t.Error(err)
	}
	if err := probe(); err != nil {
		t.Errorf("in this namespace: %v", err)
	}
	if out := ip(t, "-br", "link", "show", "type", "nlmon"); out != "" {
		t.Errorf("left behind:\n%s", out)
	}
}

// On a kernel without nlmon, or without the privilege, the reason has a remedy.
func TestUnavailableHasRemedy(t *testing.T) {
	err := Available()
	if err == nil {
		t.Skip("nlmon is available here")
	}
	if s := err.Error(); !strings.Contains(s, remedyCaps) && !strings.Contains(s, remedyModule) {
		t.Errorf("no remedy in %q", s)
	}
	if _, err := Open(capture.Filter{}, Options{}); err == nil {
		t.Error("not available, but opens")
	} else if s := err.Error(); !strings.Contains(s, remedyCaps) && !strings.Contains(s, remedyModule) {
		t.Errorf("no remedy in %q", s)
	}
}
