// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// memoryLimit is what nltop may have resident at its peak, in KiB.
const memoryLimit = 128 << 10

// TestLoad sends 100,000 messages as fast as the machine can: what nltop saw
// and what it says it lost are exactly what was sent, in bounded memory.
func TestLoad(t *testing.T) {
	needVM(t)
	// TestLiveLoad has either ring with either source on every kernel.
	first := oneHook()[0]
	for _, source := range hooks {
		if source == first {
			t.Run(source, func(t *testing.T) {
				load(t, 100_000, "--source", source)
			})
			continue
		}
		// A ring far too small: most is lost, and still nothing is missing.
		t.Run(source+" small ring", func(t *testing.T) {
			if seen := load(t, 100_000, "--source", source, "--ring", "1"); seen == 0 {
				t.Error("nothing was seen")
			}
		})
	}
}

// TestLoadLive does the same on this host with the best source it has; in
// make soak with a million messages.
func TestLoadLive(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("TestLoad does the same here, with each source by its name")
	}
	if os.Getenv("NLTOP_SOAK") == "1" {
		load(t, 1_000_000)
		return
	}
	load(t, 100_000)
}

func load(t *testing.T, messages int, flags ...string) (seen int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "load.pcapng")
	args := append([]string{"record", "-w", file, "-p", strconv.Itoa(os.Getpid())}, flags...)
	top := start(t, io.Discard, "source ", nltop(t), args...)
	s := open(t, unix.NETLINK_ROUTE)
	m := s.message(unix.NLMSG_NOOP, 0, bytes.Repeat([]byte{0x5a}, 180))
	for range messages {
		s.send(0, m)
	}
	peak := peakMemory(t, top.Process.Pid)
	if err := top.stop(t, syscall.SIGTERM); err != nil {
		t.Fatalf("nltop: %v\n%s", err, top.stderr())
	}
	lost := lostCount(t, top.stderr())
	for _, r := range readFile(t, file) {
		f := r.Frame
		if !r.Preamble && f.Kind == capture.KindDatagram && bytes.Equal(f.Data, m) {
			seen++
			if f.Proc.PID != uint32(os.Getpid()) || f.Dir != capture.DirRequest {
				t.Fatalf("message is not attributed to its sender: %s", describe(f))
			}
		}
	}
	t.Logf("sent %d, seen %d, lost %d; peak memory %d KiB", messages, seen, lost, peak)
	if seen+lost != messages {
		t.Errorf("%d seen + %d lost ≠ %d sent\n%s", seen, lost, messages, top.stderr())
	}
	if peak > memoryLimit {
		t.Errorf("nltop had %d KiB resident, more than %d", peak, memoryLimit)
	}
	return seen
}

// lostCount reads what nltop says at its end of what it lost.
func lostCount(t *testing.T, stderr string) int {
	t.Helper()
	m := regexp.MustCompile(`(\d+) datagrams seen, (\d+) lost, (\d+) cut`).FindStringSubmatch(stderr)
	if m == nil {
		t.Fatalf("no sums in:\n%s", stderr)
	}
	n, err := strconv.Atoi(m[2])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// peakMemory returns VmHWM of a process in KiB.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no VmHWM")
	return 0
}
