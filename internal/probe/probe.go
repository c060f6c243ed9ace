// SPDX-License-Identifier: Apache-2.0

// Package probe captures Netlink datagrams with BPF programs in the kernel:
// every message of every process and network namespace, with the process, the
// socket and the verdict. It loads and attaches the programs of bpf/, reads
// their ring buffer and what they counted, and makes capture.Frames.
//
// It does not look into messages, it does not decide which backend to use,
// and no type generated from the BPF objects leaves it. Nothing is pinned:
// when the process dies, by whatever signal, the kernel detaches everything.
package probe

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/rlimit"

	"github.com/nltop/nltop/internal/capture"
)

// Defaults of Options.
const (
	DefaultSnap      = 1 << 20
	DefaultRingBytes = 8 << 20

	DefaultLockReport = 10 * time.Millisecond
)

// MaxSnap is the longest payload that the programs can copy in one piece
// (NL_CHUNKS_MAX chunks of NL_CHUNK bytes, bpf/records.h).
const MaxSnap = int(fentryNlLimitNL_CHUNKS_MAX) * int(fentryNlLimitNL_CHUNK)

// Options say how to capture.
type Options struct {
	// Snap is the number of payload bytes kept per datagram; 0: DefaultSnap.
	Snap int
	// RingBytes is the size of the ring buffer, rounded up to a power of
	// two; 0: DefaultRingBytes.
	RingBytes int
	// Locks watches rtnl_mutex (fentry and kprobe): who waits for it, and who
	// holds it. It costs something on every mutex of the machine.
	Locks bool
	// LockReport is from when on a wait or hold is reported in a frame of its own
	// (KindLock); 0: DefaultLockReport.
	LockReport time.Duration
	// Times tells what a send waits for, and when its answers are read; it takes Locks.
	Times bool
	// Counts keeps the counters plane (fentry and kprobe); see Source.Counts.
	Counts bool
	// Watch is what is emitted from the beginning on.
	Watch capture.Watch
	// NoReads leaves out how sockets are read, and which ENOBUFS were: a hook on
	// every read less.
	NoReads bool
	// NoProcesses leaves out of what is told once per process its executable and its
	// command line and its parent's: a hook on every exec less, and nothing is read
	// from /proc.
	NoProcesses bool
	// Unheard also emits the kernel's events that nobody listens to
	// (capture.VerdictUnheard), if Filter wants who caused them. It costs every such event.
	Unheard bool
	// UnheardAlone emits of those the ones alone that no request caused: what a request
	// changed is told by itself.
	UnheardAlone bool
	// ExcludeSelf leaves out what this process sends and receives.
	ExcludeSelf bool
	// Log, where not nil, is told what goes wrong while running.
	Log func(string)

	plain bool // only what every kernel has, see nlConfig.offer
}

// backend is one way of hooking the kernel.
type backend struct {
	// open loads and attaches. It returns what it attached also with an
	// error, so that the caller can close it.
	open func(f capture.Filter, o Options) (*attached, error)
	// check says why the backend cannot work here, leaving nothing behind.
	check func() error
}

// backends is filled by the init functions of the files that own them.
var backends = map[string]backend{}

// attached is what a backend gives to Open.
type attached struct {
	ring, losses, pids *ebpf.Map
	locks              *ebpf.Map // nil: rtnl_mutex is not watched
	planes             *ebpf.Map
	owners             *ebpf.Map      // nil: it is not known how sockets are read
	tables             *tables        // nil: nothing is counted
	seeds              []capture.Proc // owners of sockets that were there before
	// payload are the programs whose recursion misses are lost datagrams.
	payload []*ebpf.Program
	// twice are programs on one hook that take over each other's misses:
	// lost is at most what the one that missed least did.
	twice   []*ebpf.Program
	links   []io.Closer // what runs the programs
	closers []io.Closer // maps and programs
	notes   []string
	blind   []string
	// What of capture.Described its hooks watch because they were asked to, and what
	// they cannot see since one is missing.
	asked, blindTo capture.Sees
	netns          []uint64 // those that the filter passes; nil: all
	home           home
	// newInfer, where not nil, makes what completes a frame before it is emitted. Frames
	// come in the order of the ring, from one goroutine.
	newInfer func() func(*capture.Frame)
}

// infer makes what completes frames; nil: nothing has to.
func (a *attached) infer() func(*capture.Frame) {
	if a.newInfer == nil {
		return nil
	}
	return a.newInfer()
}

// detach stops the programs; maps stay readable. Every link is
// closed on its own goroutine: the kernel waits for a grace period in each.
func (a *attached) detach() error {
	errs := make([]error, len(a.links))
	var wg sync.WaitGroup
	for i, l := range a.links {
		wg.Go(func() { errs[i] = l.Close() })
	}
	wg.Wait()
	a.links = nil
	return errors.Join(errs...)
}

// Close detaches and unloads.
func (a *attached) Close() error {
	if a == nil {
		return nil
	}
	errs := []error{a.detach()}
	for _, c := range a.closers {
		errs = append(errs, c.Close())
	}
	a.closers = nil
	return errors.Join(errs...)
}

// Open starts capturing with the named backend. Frames that pass the filter
// are collected from the moment it returns; Run delivers them. A filter with
// Children and no PIDs passes nothing until AddPID.
func Open(name string, f capture.Filter, o Options) (*Source, error) {
	b, ok := backends[name]
	if !ok {
		return nil, fmt.Errorf("open %s: no such backend", name)
	}
	if err := o.normalize(); err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	a, err := b.open(f, o)
	if err != nil {
		err = errors.Join(explain(err), a.Close())
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	a.netns = f.NetNS
	s, err := newSource(name, a, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", name, err), a.Close())
	}
	return s, nil
}

// Check says why the named backend cannot work here, with a remedy, or nil.
// It loads and attaches what is needed to be sure, and removes it again.
func Check(name string) error {
	b, ok := backends[name]
	if !ok {
		return fmt.Errorf("check %s: no such backend", name)
	}
	if err := b.check(); err != nil {
		return fmt.Errorf("check %s: %w", name, explain(err))
	}
	return nil
}

func (o *Options) normalize() error {
	if o.Snap == 0 {
		o.Snap = DefaultSnap
	}
	if o.Snap < 0 || o.Snap > MaxSnap {
		return fmt.Errorf("snap length %d is out of range (1 to %d)", o.Snap, MaxSnap)
	}
	if o.LockReport == 0 {
		o.LockReport = DefaultLockReport
	}
	if o.RingBytes == 0 {
		o.RingBytes = DefaultRingBytes
	}
	if o.RingBytes < 64<<10 || o.RingBytes > 1<<30 {
		return fmt.Errorf("ring of %d bytes is out of range (64 KiB to 1 GiB)", o.RingBytes)
	}
	size := 1
	for size < o.RingBytes {
		size <<= 1
	}
	o.RingBytes = size
	return nil
}

// wakeBytes is how much lies in the ring before the reader is woken up: a wake-up costs
// as much as reading some hundred records.
func (o *Options) wakeBytes() int { return min(1<<20, o.RingBytes/8) }

// config makes the constants that the programs are loaded with.
func config(f capture.Filter, o Options) nlConfig {
	flag := func(on bool) uint8 {
		if on {
			return 1
		}
		return 0
	}
	c := nlConfig{
		Snap:      uint32(o.Snap),
		WakeBytes: uint32(o.wakeBytes()),
		ByPid:     flag(len(f.PIDs) > 0 || f.Children),
		ByComm:    flag(len(f.Comms) > 0),
		ByNetns:   flag(len(f.NetNS) > 0),
		Counts:    flag(o.Counts),
		Reads:     flag(!o.NoReads),
		Processes: flag(!o.NoProcesses),
		Function:  functionFormat,
		Times:     flag(o.Times),
		Unheard:   flag(o.Unheard),
	}
	if o.Unheard && o.UnheardAlone {
		c.Unheard = uint8(fentryNlUnheardNL_UNHEARD_ALONE)
	}
	if o.ExcludeSelf {
		c.Self = uint32(os.Getpid())
	}
	for _, p := range f.Protocols {
		c.Protocols |= 1 << (p & 31)
	}
	return c
}

// offer notes what the kernel has that programs can do without, but not as quickly.
func (c *nlConfig) offer(kernel *btf.Spec, o Options) {
	if o.plain {
		return
	}
	for name, has := range map[string]*uint8{
		"bpf_rdonly_cast":  &c.RdonlyCast, // since 6.2
		"bpf_iter_num_new": &c.IterNum,    // since 6.4
	} {
		var fn *btf.Func
		if kernel.TypeByName(name, &fn) == nil {
			*has = 1
		}
	}
}

// configure sets sizes and constants of a collection before it is loaded, and leaves out
// what the kernel does not have.
func configure(spec *ebpf.CollectionSpec, kernel *btf.Spec, cfg nlConfig, o Options) error {
	leaveOut(spec, kernel)
	v, ok := spec.Variables["nl_cfg"]
	if !ok {
		return errors.New("BPF object has no nl_cfg")
	}
	if err := v.Set(cfg); err != nil {
		return fmt.Errorf("set nl_cfg: %w", err)
	}
	spec.Maps["emit_ring"].MaxEntries = uint32(o.RingBytes)
	if cfg.ByPid == 0 {
		spec.Maps["filter_pids"].MaxEntries = 1
	}
	if m := spec.Maps["follow_ended"]; m != nil && (cfg.ByPid == 0 || cfg.PidNs == 0) {
		m.MaxEntries = 1
	}
	if cfg.Counts == 0 && spec.Maps["count_claims"] != nil {
		spec.Maps["count_claims"].MaxEntries = 1
	}
	return nil
}

// fill puts the filter's values into the maps. It runs before attaching.
func fill(pids, comms, netns *ebpf.Map, f capture.Filter) error {
	one := uint8(1)
	for _, p := range f.PIDs {
		if err := pids.Put(p, one); err != nil {
			return fmt.Errorf("filter PID %d: %w", p, err)
		}
	}
	for _, name := range f.Comms {
		var key nlComm
		if len(name) >= len(key.Name) {
			return fmt.Errorf("filter comm %q: longer than %d bytes", name, len(key.Name)-1)
		}
		copy(key.Name[:], name)
		if err := comms.Put(key, one); err != nil {
			return fmt.Errorf("filter comm %q: %w", name, err)
		}
	}
	for _, ino := range f.NetNS {
		if ino > 1<<32-1 {
			return fmt.Errorf("filter network namespace %d: not an inode number of nsfs", ino)
		}
		if err := netns.Put(uint32(ino), one); err != nil {
			return fmt.Errorf("filter network namespace %d: %w", ino, err)
		}
	}
	return nil
}

var errMemlock = errors.New("lift the memlock limit")

// prepare does what every backend needs first.
func prepare() error {
	// Before 5.11 maps count against RLIMIT_MEMLOCK.
	if err := rlimit.RemoveMemlock(); err != nil {
		return fmt.Errorf("%w: %w", errMemlock, err)
	}
	sweepReturns()
	return nil
}
