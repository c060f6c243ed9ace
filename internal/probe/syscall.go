// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/features"
	"github.com/cilium/ebpf/link"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/lap"
)

func init() {
	backends[capture.SourceSyscall] = backend{open: openSyscall, check: checkSyscall}
}

// neededPrograms are the programs of bpf/syscall.bpf.c that this kernel and
// this filter need, in the order of attaching: a note that sys_enter takes and
// sys_exit does not fetch would go stale, and sc_sys_exit_again must run
// behind sc_sys_exit, as sc_sys_enter_again behind sc_sys_enter.
func (h *home) neededPrograms(children, twice bool) []string {
	var names []string
	if children {
		names = append(names, h.followPrograms()...)
	}
	names = append(names, "sc_sys_exit")
	if twice {
		names = append(names, "sc_sys_exit_again")
	}
	names = append(names, "sc_sys_enter")
	if twice {
		names = append(names, "sc_sys_enter_again")
	}
	return names
}

// Versions of the kernel, as features.LinuxVersionCode has them.
const (
	// kernelPreemptKfuncs lets programs call global functions between
	// bpf_preempt_disable and bpf_preempt_enable.
	kernelPreemptKfuncs = 6<<16 | 15<<8
	// kernelPreemptible may run programs on system calls with preemption on
	// (6.18 does not, 7.2 does).
	kernelPreemptible = 6<<16 | 19<<8
)

func openSyscall(f capture.Filter, o Options) (*attached, error) {
	a, err := attachSyscall(f, o)
	if refused := new(ebpf.VerifierError); errors.As(err, &refused) {
		// Perhaps for what is no more than a quicker way.
		o.plain = true
		if err := a.Close(); err != nil {
			return nil, err
		}
		a, err = attachSyscall(f, o)
	}
	return a, err
}

func attachSyscall(f capture.Filter, o Options) (*attached, error) {
	if err := prepare(); err != nil {
		return nil, err
	}
	cache := newTypes()
	lap.Mark("rest")
	kernel, err := cache.Kernel()
	if err != nil {
		return nil, fmt.Errorf("load the kernel's BTF: %w", err)
	}
	lap.Mark("types")
	spec, err := loadSyscall()
	if err != nil {
		return nil, err
	}
	home, err := findHome(spec, cache)
	if err != nil {
		return nil, err
	}
	cfg := config(f, o)
	cfg.offer(kernel, o)
	cfg.PidNs, cfg.PidLevel = home.ns, home.level
	if err := configure(spec, kernel, cfg, o); err != nil {
		return nil, err
	}
	version, err := features.LinuxVersionCode()
	if err != nil {
		return nil, fmt.Errorf("find the kernel's version: %w", err)
	}
	twice := version >= kernelPreemptible
	for name, on := range map[string]bool{"sc_preempt": version >= kernelPreemptKfuncs, "sc_twice": twice} {
		if err := setSwitch(spec, name, on); err != nil {
			return nil, err
		}
	}
	names := home.neededPrograms(f.Children, twice)
	if !o.NoProcesses {
		names = append(names, execProgram)
	}
	extackErr := haveExtack(kernel)
	if extackErr == nil {
		names = append(names, extackProgram)
	}
	maps.DeleteFunc(spec.Programs, func(name string, _ *ebpf.ProgramSpec) bool {
		return !slices.Contains(names, name)
	})
	lap.Mark("objects")
	coll, err := ebpf.NewCollectionWithOptions(spec, ebpf.CollectionOptions{Cache: cache, Programs: programOptions()})
	if err != nil {
		return nil, fmt.Errorf("load system call programs: %w", err)
	}
	markLoad(coll)
	a := &attached{
		ring:   coll.Maps["emit_ring"],
		losses: coll.Maps["emit_losses"],
		pids:   coll.Maps["filter_pids"],
		home:   home,
		notes:  home.Notes(),

		newInfer: func() func(*capture.Frame) { return newSyscallInferrer().infer },
	}
	if extackErr != nil {
		a.notes = append(a.notes, fmt.Sprintf("%s: %s", oneLine(extackErr), extackWhy))
	}
	// A miss of sys_enter costs the duration of a send, not the send.
	if twice {
		a.twice = []*ebpf.Program{coll.Programs["sc_sys_exit"], coll.Programs["sc_sys_exit_again"]}
		a.notes = append(a.notes, "this kernel may preempt the programs and skip them meanwhile: "+
			"hook recursion counts such system calls of every kind, few of which carry a message")
	} else {
		a.payload = []*ebpf.Program{coll.Programs["sc_sys_exit"]}
	}
	for _, m := range coll.Maps {
		a.closers = append(a.closers, m)
	}
	for _, p := range coll.Programs {
		a.closers = append(a.closers, p)
	}
	if err := fill(a.pids, coll.Maps["filter_comms"], coll.Maps["filter_netns"], f); err != nil {
		return a, err
	}
	for _, name := range names {
		l, err := link.AttachTracing(link.TracingOptions{Program: coll.Programs[name]})
		lap.Mark("attach")
		if err != nil && name == execProgram {
			a.notes = append(a.notes, fmt.Sprintf("attach %s: %v: %s", name, oneLine(err), execWhy))
			continue
		}
		if err != nil {
			return a, fmt.Errorf("attach %s: %w", name, err)
		}
		a.links = append(a.links, l)
	}
	return a, nil
}

// haveExtack says whether the kernel has the tracepoint netlink_extack.
func haveExtack(kernel *btf.Spec) error {
	var t *btf.Typedef
	if err := kernel.TypeByName("btf_trace_netlink_extack", &t); err != nil {
		return fmt.Errorf("hook the tracepoint netlink_extack: %w", err)
	}
	return nil
}

// setSwitch sets a constant that the programs are loaded with.
func setSwitch(spec *ebpf.CollectionSpec, name string, on bool) error {
	v, ok := spec.Variables[name]
	if !ok {
		return fmt.Errorf("BPF object has no %s", name)
	}
	var value uint8
	if on {
		value = 1
	}
	if err := v.Set(value); err != nil {
		return fmt.Errorf("set %s: %w", name, err)
	}
	return nil
}

// checkSyscall opens the backend with a filter that nothing passes, and closes
// it, as checkHooks does.
func checkSyscall() error {
	a, err := openSyscall(capture.Filter{PIDs: []uint32{1<<32 - 1}}, Options{Snap: 1, RingBytes: 64 << 10})
	return errors.Join(err, a.Close())
}

// syscallInferrer decides the directions that the system call left open: those
// of receives without an address, and of receives from the kernel by a socket
// that is in groups (sockaddr_nl has no room for group 33 and above). The
// socket is known here, so that less is guessed than capture.Inferrer must.
type syscallInferrer struct {
	headers *capture.Inferrer
	origins capture.Origins
}

func newSyscallInferrer() *syscallInferrer {
	return &syscallInferrer{headers: capture.NewInferrer()}
}

// truncated finds out how long a datagram was that filled its reader's buffer: its last
// message goes on behind that. If none does and the reader was not told that some is
// missing (then OrigLen is more), it was just as long.
func truncated(f *capture.Frame) {
	if f.Taken == 0 {
		return
	}
	if len(f.Data) == int(f.Taken) && f.Protocol != capture.NETLINK_KOBJECT_UEVENT { // not cut; nlmsghdrs
		f.OrigLen = max(f.OrigLen, reaches(f.Data))
	}
	if f.OrigLen == int(f.Taken) {
		f.Taken = 0
	}
}

// reaches returns where the last message ends by its nlmsg_len, or at least would.
func reaches(b []byte) int {
	for off := 0; off < len(b); {
		if len(b)-off < nlmsgHdrLen {
			return off + nlmsgHdrLen
		}
		size := binary.NativeEndian.Uint32(b[off:])
		if size < nlmsgHdrLen {
			break // no message
		}
		if uint64(size) > uint64(len(b)-off) {
			return off + int(min(size, 1<<30))
		}
		off += int(size+3) &^ 3
	}
	return len(b)
}

// The bytes of nlmsg_pid in struct nlmsghdr, include/uapi/linux/netlink.h.
const (
	nlmsgPIDOffset = 12
	nlmsgHdrLen    = 16
)

func (s *syscallInferrer) infer(f *capture.Frame) {
	if f.Kind != capture.KindDatagram {
		return
	}
	truncated(f)
	// Inferred without a direction is the programs' word for a receive that
	// had no address; with one it stays.
	fromKernel := !f.Inferred
	o := *f.Origin
	switch {
	case f.Dir == capture.DirRequest:
		s.headers.Infer(&o, f.Data) // remembers it
		return
	case f.Dir == capture.DirReply && !fromKernel && f.Protocol == capture.NETLINK_USERSOCK:
		o.Dir = capture.DirPeer // it has no kernel socket
	case f.Dir != capture.DirUnknown:
		return
	default:
		guess := o
		s.headers.Infer(&guess, f.Data)
		o.Dir, o.Inferred = s.dir(f, guess.Dir, fromKernel), true
		if o.Dir == capture.DirEvent {
			o.DstPort = 0
		}
	}
	f.Origin = s.origins.Of(&o)
}

// dir betters what the headers alone say by what is known of the receive.
func (s *syscallInferrer) dir(f *capture.Frame, guess capture.Dir, fromKernel bool) capture.Dir {
	switch {
	case len(f.Data) >= nlmsgHdrLen && f.Protocol != capture.NETLINK_KOBJECT_UEVENT && s.foreign(f):
		return capture.DirEvent
	case guess == capture.DirRequest && fromKernel:
		// NETLINK_FIB_LOOKUP sends the request back, flag included.
		return capture.DirReply
	case guess == capture.DirRequest:
		return capture.DirPeer
	case guess == capture.DirPeer && fromKernel:
		return capture.DirEvent
	}
	return guess
}

// foreign says whether the first message is addressed to another port than
// the socket's: the kernel answers with the asker's port in nlmsg_pid, so such
// a message can only have come through a group.
func (s *syscallInferrer) foreign(f *capture.Frame) bool {
	port := binary.NativeEndian.Uint32(f.Data[nlmsgPIDOffset:])
	return port != 0 && port != f.Socket.PortID
}
