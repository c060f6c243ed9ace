// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/features"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// What the kernel lists by itself is what /proc/kallsyms says.
func TestLiveSymbols(t *testing.T) {
	needLive(t, capture.SourceSyscall)
	list, err := listSymbols(btf.NewCache())
	if err != nil {
		version, verr := features.LinuxVersionCode()
		if verr != nil || version >= 6<<16 {
			t.Fatalf("this kernel has the iterator: %v, %v", err, verr)
		}
		t.Skipf("before Linux 6.0: %v", err)
	}
	text, err := readSymbols("/proc/kallsyms")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(list, text) {
		t.Errorf("the kernel lists %v, /proc/kallsyms has %v", list, text)
	}
	if s := list["netlink_unicast"]; s.count != 1 || s.addr == 0 {
		t.Errorf("netlink_unicast: %+v", s)
	}
}

// The programs do without what only newer kernels have for them. What has nothing of the
// kind runs all other tests so.
func TestLivePlain(t *testing.T) {
	kernel, err := newTypes().Kernel()
	if err != nil {
		t.Skip(err)
	}
	var has nlConfig
	if has.offer(kernel, Options{}); has.RdonlyCast == 0 && has.IterNum == 0 {
		t.Skip("this kernel has nothing that they could do without")
	}
	for _, backend := range []string{capture.SourceFentry, capture.SourceKprobe, capture.SourceSyscall} {
		for _, counts := range []bool{false, true} {
			name := backend
			if counts {
				name += " counts"
			}
			if counts && backend == capture.SourceSyscall {
				continue // it does not count
			}
			t.Run(name, func(t *testing.T) {
				needLive(t, backend)
				s := newSock(t, unix.NETLINK_ROUTE)
				r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{Counts: counts, plain: true}, nil)
				if err := s.send(nltest.Native.Message(noop, unix.NLM_F_REQUEST, 1, 0), 0); err != nil {
					t.Fatal(err)
				}
				frames := of(r.stop(), func(f *capture.Frame) bool { return f.Kind == capture.KindDatagram })
				if len(frames) != 1 || !strings.HasPrefix(r.src.Info().Name, backend) {
					t.Errorf("%d frames from %s", len(frames), r.src.Info().Name)
				}
			})
		}
	}
}
