// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"encoding/binary"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// checked remembers what Check says: it takes as long as opening.
var checked = map[string]error{}

// needLive skips where a backend cannot work. In the VM (NLTOP_VM=1) every
// kernel can, so there it fails.
func needLive(t *testing.T, backend string) {
	t.Helper()
	strict := os.Getenv("NLTOP_VM") == "1"
	if os.Geteuid() != 0 && !strict {
		t.Skip("needs root")
	}
	if _, ok := checked[backend]; !ok {
		checked[backend] = Check(backend)
	}
	if err := checked[backend]; err != nil {
		if strict {
			t.Fatalf("the kernel of the VM must do: %v", err)
		}
		t.Skip(err)
	}
}

// oneBackend is that of the two on hooks with which a kernel of the lab is tried where both
// run the same code, and other tests load it: either on one that has functions for programs
// to call (6.12, the newest) and on one that has none (5.10, 6.1). Elsewhere it is both.
func oneBackend() []string {
	switch os.Getenv("VMTEST_KERNEL") {
	case "5.10", "6.12":
		return []string{capture.SourceFentry}
	case "6.1", "newest":
		return []string{capture.SourceKprobe}
	}
	return []string{capture.SourceFentry, capture.SourceKprobe}
}

// bothBackends are fentry and kprobe. In a PID namespace of its own the tests run again,
// with one of them: what IDs are told there is the programs' doing.
func bothBackends() []string {
	if os.Getenv(pidNamespace) != "" {
		return oneBackend()
	}
	return []string{capture.SourceFentry, capture.SourceKprobe}
}

// eachBackend runs a test with fentry and with kprobe.
func eachBackend(t *testing.T, run func(t *testing.T, backend string)) {
	withBackends(t, bothBackends(), run)
}

// anyBackend runs a test with every backend.
func anyBackend(t *testing.T, run func(t *testing.T, backend string)) {
	withBackends(t, append(bothBackends(), capture.SourceSyscall), run)
}

func withBackends(t *testing.T, backends []string, run func(t *testing.T, backend string)) {
	for _, b := range backends {
		t.Run(b, func(t *testing.T) {
			needLive(t, b)
			run(t, b)
		})
	}
}

// await looks again and again until it sees what it waits for, and gives up just
// before go test ends the test: no other bound is true of a machine that is slow, or
// busy with something else.
func await(t *testing.T, what string, seen func() bool) {
	t.Helper()
	end, bounded := t.Deadline()
	for !seen() {
		if bounded && time.Until(end) < 5*time.Second {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// recorder runs a source in the background until stop.
type recorder struct {
	t      *testing.T
	src    *Source
	cancel context.CancelFunc
	done   chan error
	mu     sync.Mutex
	frames []*capture.Frame
}

func record(t *testing.T, backend string, f capture.Filter, o Options, keep func(*capture.Frame) bool) *recorder {
	t.Helper()
	o.Log = func(s string) { t.Log(s) }
	src, err := Open(backend, f, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, n := range src.Info().Notes {
		t.Log("note:", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &recorder{t: t, src: src, cancel: cancel, done: make(chan error, 1)}
	go func() {
		r.done <- src.Run(ctx, func(f *capture.Frame) error {
			if keep == nil || keep(f) {
				r.mu.Lock()
				r.frames = append(r.frames, f)
				r.mu.Unlock()
			}
			return nil
		})
	}()
	return r
}

// count is how many of the frames so far are such.
func (r *recorder) count(ok func(*capture.Frame) bool) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(of(r.frames, ok))
}

// stop detaches, drains, and returns what was captured.
func (r *recorder) stop() []*capture.Frame {
	r.t.Helper()
	r.cancel()
	if err := <-r.done; err != nil {
		r.t.Fatal(err)
	}
	return r.frames
}

// sock is a Netlink socket of this process.
type sock struct {
	t    *testing.T
	fd   int
	port uint32
	ino  uint64
}

func newSock(t *testing.T, proto int) *sock {
	t.Helper()
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, proto)
	if err != nil {
		t.Fatal(err)
	}
	s := &sock{t: t, fd: fd}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	s.port = sa.(*unix.SockaddrNetlink).Pid
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		t.Fatal(err)
	}
	s.ino = st.Ino
	return s
}

func (s *sock) send(data []byte, to uint32) error {
	return unix.Sendto(s.fd, data, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: to})
}

func (s *sock) recv(size int) ([]byte, error) {
	buf := make([]byte, size)
	n, _, err := unix.Recvfrom(s.fd, buf, 0)
	return buf[:max(n, 0)], err
}

func msgType(f *capture.Frame) uint16 {
	if len(f.Data) < unix.NLMSG_HDRLEN {
		return 0
	}
	return binary.NativeEndian.Uint16(f.Data[4:])
}

func of(frames []*capture.Frame, ok func(*capture.Frame) bool) []*capture.Frame {
	var out []*capture.Frame
	for _, f := range frames {
		if ok(f) {
			out = append(out, f)
		}
	}
	return out
}
