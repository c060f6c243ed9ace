// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"sync"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/link"
)

var (
	symbolsOnce sync.Once
	symbols     map[string]symbol
	errSymbols  error
)

// symbol is a function or variable of the kernel. A function that occurs twice
// cannot be hooked by name.
type symbol struct {
	count int
	addr  uint64 // 0: hidden (kptr_restrict)
}

// The variables that nl_page_to_virt() in bpf/skb.h reads.
const (
	vmemmapBase    = "vmemmap_base"
	pageOffsetBase = "page_offset_base"
)

// The variables that nl_in_interrupt() in bpf/hooks.h and bpf/rtnl.h read.
// preempt_count is in the per-CPU struct pcpu_hot from 6.2 to 6.14.
const (
	perCPUOffset = "__per_cpu_offset"
	preemptCount = "__preempt_count"
	pcpuHot      = "pcpu_hot"
	rtnlMutex    = "rtnl_mutex"
)

// kernelSymbols finds the functions of the kernel and its modules that the
// points name, and the variables above. cache is of the kernel's types.
func kernelSymbols(cache *btf.Cache) (map[string]symbol, error) {
	symbolsOnce.Do(func() {
		var err error
		if symbols, err = listSymbols(cache); err != nil {
			// Before 6.0, or with a capability less than it takes.
			symbols, errSymbols = readSymbols("/proc/kallsyms")
		}
	})
	return symbols, errSymbols
}

// askedSymbols are the symbols to find, none of which is found yet.
func askedSymbols() map[string]symbol {
	found := map[string]symbol{}
	for _, name := range []string{vmemmapBase, pageOffsetBase, perCPUOffset, preemptCount, pcpuHot, rtnlMutex} {
		found[name] = symbol{}
	}
	for _, list := range [][]point{points, broadcastPoints, lockPoints, modulePoints, timePoints, {queueTail, flushedPoint}} {
		for _, p := range list {
			for _, f := range p.funcs {
				found[f] = symbol{}
			}
		}
	}
	return found
}

// note counts a symbol, if it is one that is asked for.
func note(found map[string]symbol, name []byte, addr uint64) {
	if s, ok := found[string(name)]; ok {
		found[string(name)] = symbol{count: s.count + 1, addr: addr}
	}
}

// listSymbols has the kernel list them (bpf/symbols.bpf.c).
func listSymbols(cache *btf.Cache) (found map[string]symbol, err error) {
	found = askedSymbols()
	heads, err := headsOf(found)
	if err != nil {
		return nil, err
	}
	spec, err := loadSymbols()
	if err != nil {
		return nil, fmt.Errorf("list symbols: %w", err)
	}
	delete(spec.Maps, ".bss") // symbols_types, for bpf2go alone
	delete(spec.Variables, "symbols_types")
	if err := spec.Variables["symbols_heads"].Set(heads); err != nil {
		return nil, fmt.Errorf("list symbols: %w", err)
	}
	coll, err := ebpf.NewCollectionWithOptions(spec, ebpf.CollectionOptions{
		Cache: cache, Programs: ebpf.ProgramOptions{LogDisabled: true},
	})
	if err != nil {
		return nil, fmt.Errorf("list symbols: %w", err)
	}
	defer coll.Close()
	text, err := readIter(coll.Programs[symbolsProgSymbols])
	if err != nil {
		return nil, fmt.Errorf("list symbols: %w", err)
	}
	const size = int(unsafe.Sizeof(symbolsSymbolsOne{}))
	for ; len(text) >= size; text = text[size:] {
		name, _, _ := bytes.Cut(text[unsafe.Offsetof(symbolsSymbolsOne{}.Name):size], []byte{0})
		note(found, name, binary.NativeEndian.Uint64(text))
	}
	return found, nil
}

// headLen is how much of a name the program compares.
const headLen = 8

// maxHeads is SYMBOLS_HEADS of bpf/symbols.bpf.c.
const maxHeads = 32

// headsOf are the beginnings that names have.
func headsOf(names map[string]symbol) (heads [maxHeads]uint64, err error) {
	n := 0
	for name := range names {
		// Behind the end of a shorter one lies the rest of another.
		if len(name) < headLen || len(name) >= len(symbolsSymbolsOne{}.Name) {
			return heads, fmt.Errorf("list symbols: %q is too short or too long", name)
		}
		h := binary.NativeEndian.Uint64([]byte(name))
		switch {
		case slices.Contains(heads[:n], h):
		case n == len(heads):
			return heads, errors.New("list symbols: too many beginnings")
		default:
			heads[n] = h
			n++
		}
	}
	return heads, nil
}

// readIter runs an iterator, and returns what it wrote.
func readIter(prog *ebpf.Program) (text []byte, err error) {
	it, err := link.AttachIter(link.IterOptions{Program: prog})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	r, err := it.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(r)
}

// readSymbols looks for them in /proc/kallsyms.
func readSymbols(path string) (map[string]symbol, error) {
	found := askedSymbols()
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("list the kernel's functions: %w", err)
	}
	defer file.Close()
	// "ffffffff81000000 T _stext\t[module]"
	in := bufio.NewScanner(file)
	for in.Scan() {
		addr, rest, _ := bytes.Cut(in.Bytes(), []byte(" "))
		_, name, _ := bytes.Cut(rest, []byte(" "))
		name, _, _ = bytes.Cut(name, []byte("\t"))
		if _, ok := found[string(name)]; ok {
			at, _ := strconv.ParseUint(string(addr), 16, 64)
			note(found, name, at)
		}
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("list the kernel's functions: %w", err)
	}
	return found, nil
}

// preemptCount returns where a CPU keeps preempt_count, relative to its per-CPU
// area; 0: unknown.
func (l *loader) preemptCount() uint64 {
	if s := l.symbols[preemptCount]; s.count == 1 {
		return s.addr
	}
	var hot *btf.Struct
	if l.symbols[pcpuHot].count != 1 || l.kernel.TypeByName(pcpuHot, &hot) != nil {
		return 0
	}
	off, ok := memberOffset(hot.Members, "preempt_count")
	if !ok {
		return 0
	}
	return l.symbols[pcpuHot].addr + uint64(off)
}

// memberOffset finds a member in bytes, also in unnamed structs and unions.
func memberOffset(members []btf.Member, name string) (uint32, bool) {
	for _, m := range members {
		if m.Name == name {
			return m.Offset.Bytes(), true
		}
		var inner []btf.Member
		switch t := m.Type.(type) {
		case *btf.Struct:
			inner = t.Members
		case *btf.Union:
			inner = t.Members
		}
		if m.Name != "" {
			continue
		}
		if off, ok := memberOffset(inner, name); ok {
			return m.Offset.Bytes() + off, true
		}
	}
	return 0, false
}
