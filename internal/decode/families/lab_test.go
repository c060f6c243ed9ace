// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// lab is a network namespace of its own: what a test sets up there, the tools
// that set it up and the kernel's answers meet nobody else.
type lab struct {
	t        *testing.T
	frames   []*capture.Frame
	refuse   []string // commands that this kernel or tool does not know, with why
	done     int      // commands that succeeded
	commands []command
	tap      int // packet socket on an nlmon device; -1: no such device here
}

// enterLab moves the calling test into a new network namespace. Its thread is
// never given back, so it ends, and the namespace with it.
func enterLab(t *testing.T) *lab {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("a network namespace needs root")
	}
	for _, tool := range []string{"ip", "bridge", "tc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v (package iproute2)", err)
		}
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		t.Skipf("no network namespace: %v", err)
	}
	l := &lab{t: t, tap: -1}
	l.openTap()
	return l
}

// openTap listens on an nlmon device, which sees what the tools send and get.
func (l *lab) openTap() {
	if out, err := exec.Command("ip", "link", "add", "nlmon0", "type", "nlmon").CombinedOutput(); err != nil {
		l.t.Logf("no nlmon device here, so only dumps and events are seen: %s", strings.TrimSpace(string(out)))
		return
	}
	l.must("ip", "link", "set", "nlmon0", "up")
	const ethPAll = 3
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(htons(ethPAll)))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { unix.Close(fd) })
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 32<<20); err != nil {
		l.t.Fatal(err)
	}
	l.tap = fd
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

func (l *lab) must(name string, args ...string) []byte {
	l.t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// run does the commands of a file. Those that fail are kept in l.refuse: which
// kinds of device a kernel has is its builder's choice.
func (l *lab) run(file string) {
	l.t.Helper()
	f, err := os.Open(file)
	if err != nil {
		l.t.Fatal(err)
	}
	defer f.Close()
	l.drainTap() // the test's own dumps
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := strings.TrimSpace(sc.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		first := len(l.frames)
		out, err := exec.Command("sh", "-c", line).CombinedOutput()
		if err != nil {
			why, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
			l.refuse = append(l.refuse, line+": "+why)
		} else {
			l.done++
		}
		l.drainTap()
		l.commands = append(l.commands, command{line, l.frames[first:]})
	}
}

// drainTap takes what the tap has. Direction is inferred as the nlmon source
// does it.
func (l *lab) drainTap() {
	if l.tap < 0 {
		return
	}
	buf := make([]byte, 1<<20)
	for {
		n, from, err := unix.Recvfrom(l.tap, buf, unix.MSG_DONTWAIT)
		if errors.Is(err, unix.EAGAIN) {
			return
		}
		if err != nil {
			l.t.Fatalf("read the tap: %v", err)
		}
		ll, ok := from.(*unix.SockaddrLinklayer)
		if !ok || htons(ll.Protocol) != unix.NETLINK_ROUTE || ll.Hatype != unix.ARPHRD_NETLINK {
			continue
		}
		dir := capture.DirReply
		if binary.NativeEndian.Uint16(buf[6:])&unix.NLM_F_REQUEST != 0 {
			dir = capture.DirRequest
		}
		l.add(dir, buf[:n])
	}
}

func (l *lab) add(dir capture.Dir, b []byte) {
	l.frames = append(l.frames, &capture.Frame{
		Origin: &capture.Origin{
			Dir: dir, Protocol: unix.NETLINK_ROUTE, NetNS: 1,
		},
		OrigLen: len(b), Data: append([]byte(nil), b...),
	})
}

// query is a dump request: a message type, and what follows the header.
type query struct {
	name string
	typ  uint16
	body []byte
}

// dump asks for all that a query finds, and returns the frames of request and
// answer.
func (l *lab) dump(q query) []*capture.Frame {
	l.t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		l.t.Fatal(err)
	}
	defer unix.Close(fd)
	msg := nltest.Native.Message(q.typ, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, 1, 0, q.body)
	if err := unix.Sendto(fd, msg, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		l.t.Fatalf("%s: %v", q.name, err)
	}
	first := len(l.frames)
	l.add(capture.DirRequest, msg)
	buf := make([]byte, 1<<20)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil || n < 16 {
			l.t.Fatalf("%s: %d bytes, %v", q.name, n, err)
		}
		l.add(capture.DirReply, buf[:n])
		switch binary.NativeEndian.Uint16(buf[4:]) {
		case unix.NLMSG_ERROR:
			// The kernel lacks the subsystem; its error is a frame like any other.
			l.t.Logf("dump of %s: errno %d", q.name, -int32(binary.NativeEndian.Uint32(buf[16:])))
			return l.frames[first:]
		case unix.NLMSG_DONE:
			return l.frames[first:]
		}
		if hasDone(buf[:n]) {
			return l.frames[first:]
		}
	}
}

// hasDone says whether one of the messages of a datagram ends the dump.
func hasDone(b []byte) bool {
	for len(b) >= 16 {
		size := int(binary.NativeEndian.Uint32(b))
		if binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_DONE {
			return true
		}
		if size < 16 {
			return false
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return false
}
