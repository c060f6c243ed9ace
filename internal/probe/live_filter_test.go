// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// shell starts a stopped shell script: it begins when go is called.
func shell(t *testing.T, script string) (pid uint32, run func()) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", "read go; "+script)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return uint32(cmd.Process.Pid), func() {
		t.Helper()
		if _, err := in.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// The filter on a process with its children: everything that the script's
// grandchildren say, from the first message, and nothing else.
func TestLiveChildren(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2's ip")
	}
	eachBackend(t, func(t *testing.T, backend string) {
		r := record(t, backend, capture.Filter{Children: true}, Options{}, nil)
		pid, run := shell(t, "ip -o link >/dev/null; (ip -o addr; true) >/dev/null; sh -c 'ip route >/dev/null; true'")
		if err := r.src.AddPID(pid); err != nil {
			t.Fatal(err)
		}
		noise := newSock(t, unix.NETLINK_ROUTE)
		if err := noise.send(nltest.Native.Message(noop, unix.NLM_F_REQUEST, 1, 0), 0); err != nil {
			t.Fatal(err)
		}
		run()
		requests := map[uint32]int{}
		types := map[uint16]bool{}
		for _, f := range r.stop() {
			if f.Kind != capture.KindDatagram {
				continue
			}
			if f.Account().Comm != "ip" || f.Account().PPID == 0 {
				t.Errorf("frame %d of %+v passed the filter", f.ID, f.Account())
			}
			if f.Dir == capture.DirRequest {
				requests[f.Proc.PID]++
				types[msgType(f)] = true
			}
		}
		if len(requests) != 3 || !types[unix.RTM_GETLINK] || !types[unix.RTM_GETADDR] || !types[unix.RTM_GETROUTE] {
			t.Errorf("requests per process %v, types %v; want three processes", requests, types)
		}
		if err := r.src.Close(); err != nil {
			t.Fatal(err)
		}
		if err := r.src.AddPID(1); err == nil {
			t.Error("AddPID after Close succeeds")
		}
	})
}

// Every criterion alone passes what it names and holds back the rest. Each is a few lines
// for all programs: with one backend on a kernel they are tried one by one, with the other
// all together.
func TestLiveFilters(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		comm, err := os.ReadFile("/proc/thread-self/comm")
		if err != nil {
			t.Fatal(err)
		}
		name := string(comm[:len(comm)-1])
		route, generic, self := uint16(unix.NETLINK_ROUTE), uint16(unix.NETLINK_GENERIC), uint32(os.Getpid())
		type filtered struct {
			what   string
			filter capture.Filter
			self   bool
			want   map[uint16]int // datagrams by protocol
		}
		cases := []filtered{
			{"all", capture.Filter{
				Protocols: []uint16{route}, Comms: []string{name}, PIDs: []uint32{self}, NetNS: []uint64{netns},
			}, false, map[uint16]int{route: 1}},
			{"protocol", capture.Filter{Protocols: []uint16{generic}}, false, map[uint16]int{generic: 1}},
			{"comm", capture.Filter{Comms: []string{name}}, false, map[uint16]int{route: 1, generic: 1}},
			{"other comm", capture.Filter{Comms: []string{"no such"}}, false, nil},
			{"other PID", capture.Filter{PIDs: []uint32{1<<31 - 1}}, false, nil},
			{"other netns", capture.Filter{NetNS: []uint64{1}}, false, nil},
			{"both", capture.Filter{PIDs: []uint32{self}, Protocols: []uint16{route}}, false, map[uint16]int{route: 1}},
			{"not self", capture.Filter{}, true, nil},
		}
		if !slices.Contains(oneBackend(), backend) {
			cases = cases[:1]
		}
		for _, c := range cases {
			r := record(t, backend, c.filter, Options{ExcludeSelf: c.self}, func(f *capture.Frame) bool {
				return f.Kind == capture.KindDatagram && msgType(f) == noop
			})
			for _, p := range []uint16{route, generic} {
				if err := newSock(t, int(p)).send(nltest.Native.Message(noop, unix.NLM_F_REQUEST, 1, 0), 0); err != nil {
					t.Fatal(err)
				}
			}
			got := map[uint16]int{}
			for _, f := range r.stop() {
				got[f.Protocol]++
			}
			if len(got) != len(c.want) || got[route] != c.want[route] || got[generic] != c.want[generic] {
				t.Errorf("%s: %v, want %v", c.what, got, c.want)
			}
			if err := r.src.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

// After Close no program of ours is left.
func TestLiveLeavesNothing(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		src, err := Open(backend, capture.Filter{Children: true}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		// Its own alone: others' come and go.
		var own []ebpf.ProgramID
		for _, c := range src.att.closers {
			if p, ok := c.(*ebpf.Program); ok {
				info, err := p.Info()
				if err != nil {
					t.Fatal(err)
				}
				id, _ := info.ID()
				own = append(own, id)
			}
		}
		if there := programs(t); len(own) < 10 || slices.ContainsFunc(own, func(id ebpf.ProgramID) bool { return !there[id] }) {
			t.Errorf("programs %v while capturing, of all %v", own, there)
		}
		for range 2 {
			if err := src.Close(); err != nil {
				t.Fatal(err)
			}
		}
		// The kernel frees programs after a grace period.
		await(t, "the programs are gone", func() bool {
			there := programs(t)
			return !slices.ContainsFunc(own, func(id ebpf.ProgramID) bool { return there[id] })
		})
	})
}

func programs(t *testing.T) map[ebpf.ProgramID]bool {
	t.Helper()
	ids := map[ebpf.ProgramID]bool{}
	for id := ebpf.ProgramID(0); ; {
		next, err := ebpf.ProgramGetNextID(id)
		if err != nil {
			return ids
		}
		ids[next] = true
		id = next
	}
}

// A process that is running already is followed with the children that it
// has.
func TestLiveLivingChildren(t *testing.T) {
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs iproute2's ip")
	}
	eachBackend(t, func(t *testing.T, backend string) {
		cmd := exec.Command("/bin/sh", "-c", `/bin/sh -c 'echo ready; read go; ip -o link >/dev/null; true'; true`)
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
		defer func() { _ = cmd.Process.Kill() }()
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
			t.Fatalf("%q, %v", line, err)
		}
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(cmd.Process.Pid)}, Children: true}, Options{}, nil)
		if _, err := in.Write([]byte("\n")); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		got := of(r.stop(), func(f *capture.Frame) bool { return f.Dir == capture.DirRequest && f.Proc.Comm == "ip" })
		if len(got) == 0 {
			t.Error("nothing of the grandchild was seen")
		}
	})
}
