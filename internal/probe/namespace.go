// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"

	"github.com/nltop/nltop/internal/process"
)

// homeProgram is of bpf/process.h.
const homeProgram = "process_home"

// outside is NL_OUTSIDE of bpf/records.h.
const outside = 1 << 31

// number takes a process or thread ID of the kernel's apart.
func number(id uint32) (n uint32, out bool) { return id &^ outside, id&outside != 0 }

// home is nltop's PID namespace, for the programs and for people.
type home struct {
	ns    uint64 // for nlConfig.PidNs
	level uint32
	process.Numbering
}

// findHome finds the PID namespace that this process runs in. How deep it is only the
// kernel tells, which is asked where /proc does not say that it is the initial one.
func findHome(spec *ebpf.CollectionSpec, cache *btf.Cache) (h home, err error) {
	h.Numbering, err = process.NumberingOf("/proc")
	if err == nil && h.Namespace == 0 {
		return h, nil
	}
	h.Elsewhere = h.Elsewhere || err != nil
	told, err := askHome(spec, cache)
	if err != nil {
		return h, fmt.Errorf("find nltop's PID namespace: %w", err)
	}
	if told.Level > 0 {
		h.ns, h.level, h.Namespace = told.PidNs, told.Level, uint64(told.Inum)
	}
	return h, nil
}

func askHome(spec *ebpf.CollectionSpec, cache *btf.Cache) (told fentryNlHome, err error) {
	p, ok := spec.Programs[homeProgram]
	if !ok {
		return told, fmt.Errorf("BPF object has no program %s", homeProgram)
	}
	coll, err := ebpf.NewCollectionWithOptions(&ebpf.CollectionSpec{
		Programs: map[string]*ebpf.ProgramSpec{homeProgram: p.Copy()}, Types: spec.Types, ByteOrder: spec.ByteOrder,
	}, ebpf.CollectionOptions{Cache: cache})
	if err != nil {
		return told, err
	}
	defer coll.Close()
	text, err := readIter(coll.Programs[homeProgram])
	if err != nil {
		return told, err
	}
	if _, err := binary.Decode(text, binary.NativeEndian, &told); err != nil || told.PidNs == 0 {
		return told, fmt.Errorf("read %s: %d bytes", homeProgram, len(text))
	}
	return told, nil
}

// scope completes what a source sees by whose process IDs it shows.
func (h *home) scope(netns string) string {
	if h.Namespace == 0 {
		return netns
	}
	return fmt.Sprintf("%s, process IDs of PID namespace %d", netns, h.Namespace)
}
