// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// held are the BPF links and programs that a process has descriptors of, as in
// "link 12" (proc(5), fdinfo).
func held(t *testing.T, pid int) []string {
	t.Helper()
	infos, err := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", pid))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range infos {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // closed meanwhile
		}
		for line := range strings.Lines(string(text)) {
			for _, kind := range []string{"link", "prog"} {
				if id, ok := strings.CutPrefix(line, kind+"_id:"); ok {
					all = append(all, kind+" "+strings.TrimSpace(id))
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// exists asks bpf(2) for one of them. What is on its way out is still there (EAGAIN).
func exists(t *testing.T, object string) bool {
	t.Helper()
	kind, number, _ := strings.Cut(object, " ")
	id, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	cmd := map[string]uintptr{"link": unix.BPF_LINK_GET_FD_BY_ID, "prog": unix.BPF_PROG_GET_FD_BY_ID}[kind]
	attr := struct{ id, next, flags uint32 }{id: uint32(id)} // of union bpf_attr, uapi/linux/bpf.h
	fd, _, errno := unix.Syscall(unix.SYS_BPF, cmd, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	if errno == 0 {
		_ = unix.Close(int(fd))
	}
	return errno != unix.ENOENT
}

// awaitGone waits until the kernel has taken them away. It looks for these alone:
// others' come and go.
func awaitGone(t *testing.T, held []string) {
	t.Helper()
	await(t, func() bool {
		held = slices.DeleteFunc(held, func(h string) bool { return !exists(t, h) })
		return len(held) == 0
	}, func() string { return fmt.Sprintf("BPF objects remain: %v", held) })
}

// nlmonDevices lists devices that only nltop makes.
func nlmonDevices(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, l := range strings.Split(must(t, "ip", "-o", "link", "show", "type", "nlmon"), "\n") {
		if f := strings.Fields(l); len(f) > 1 && strings.HasPrefix(f[1], "nltop") {
			names = append(names, strings.TrimSuffix(f[1], ":"))
		}
	}
	return names
}

// sources lists what this kernel is expected to offer as root.
func sources() []string {
	if inVM() {
		return []string{capture.SourceFentry, capture.SourceKprobe, capture.SourceSyscall, capture.SourceNlmon, capture.SourceListen}
	}
	return []string{"auto", capture.SourceListen}
}

// TestNothingLeftBehind ends a recording in every way there is.
func TestNothingLeftBehind(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	for i, source := range sources() {
		signals := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL}
		if inVM() {
			// The first two end nltop alike, whatever the kernel: each source has one of them.
			signals = slices.Delete(signals, i%2, i%2+1)
		}
		for _, sig := range signals {
			t.Run(source+" "+unix.SignalName(sig), func(t *testing.T) { leave(t, source, sig) })
		}
	}
}

func leave(t *testing.T, source string, sig syscall.Signal) {
	file := filepath.Join(t.TempDir(), "left.pcapng")
	top := start(t, io.Discard, "source ", nltop(t), "record", "--source", source, "-w", file)
	s := open(t, unix.NETLINK_ROUTE)
	// An event for listen, a request and a reply for the others.
	must(t, "ip", "addr", "add", "127.9.9.9/32", "dev", "lo")
	must(t, "ip", "addr", "del", "127.9.9.9/32", "dev", "lo")
	s.send(0, s.message(unix.NLMSG_NOOP, 0, beginMark))
	if sig == syscall.SIGKILL {
		awaitRecords(t, file)
	}
	objects := held(t, top.Process.Pid)
	if hooks := source != capture.SourceNlmon && source != capture.SourceListen; hooks != (len(objects) > 0) {
		t.Errorf("nltop with source %s holds %d BPF objects", source, len(objects))
	}
	for _, o := range objects {
		if !exists(t, o) {
			t.Errorf("%s is held and is not there", o)
		}
	}
	err := top.stop(t, sig)
	if sig != syscall.SIGKILL && err != nil {
		t.Errorf("nltop: %v\n%s", err, top.stderr())
	}
	traffic := 0
	for _, r := range readFile(t, file) { // fails unless it ends at a whole block
		if !r.Preamble {
			traffic++
		}
	}
	if traffic == 0 {
		t.Errorf("nothing was recorded\n%s", top.stderr())
	}
	awaitGone(t, objects)
	// The device and the names of return probes outlive kill -9; the next nltop
	// removes them. On 5.10 fentry has such a probe too.
	var probes []string
	if inVM() {
		probes = returnProbes(t)
	}
	if sig == syscall.SIGKILL && source == capture.SourceKprobe && len(probes) == 0 {
		t.Error("return probes by perf events: too few for many senders")
	}
	if sig == syscall.SIGKILL && (source == capture.SourceNlmon || len(probes) > 0) {
		again := start(t, io.Discard, "source ", nltop(t), "record", "--source", source, "-w", file)
		if err := again.stop(t, syscall.SIGINT); err != nil {
			t.Errorf("nltop again: %v\n%s", err, again.stderr())
		}
	}
	if inVM() {
		if left := nlmonDevices(t); len(left) > 0 {
			t.Errorf("devices remain: %v", left)
		}
		if left := returnProbes(t); len(left) > 0 {
			t.Errorf("return probes remain: %v", left)
		}
	}
}

// returnProbes lists nltop's events in tracefs.
func returnProbes(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("/sys/kernel/tracing/kprobe_events")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(text), "\n"), func(l string) bool { return !strings.Contains(l, "nltop") })
}

// awaitRecords waits for a flush that holds traffic.
func awaitRecords(t *testing.T, file string) {
	t.Helper()
	looked := int64(0)
	await(t, func() bool {
		st, err := os.Stat(file)
		if err != nil || st.Size() == looked {
			return false
		}
		looked = st.Size()
		return slices.ContainsFunc(readFile(t, file), func(r pcapng.Record) bool { return !r.Preamble })
	}, func() string { return "nothing was flushed" })
}
