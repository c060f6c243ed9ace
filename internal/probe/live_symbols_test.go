// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"maps"
	"testing"

	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/features"

	"github.com/nltop/nltop/internal/capture"
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
