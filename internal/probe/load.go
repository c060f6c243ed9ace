// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/lap"
)

func init() {
	for _, name := range []string{capture.SourceFentry, capture.SourceKprobe} {
		backends[name] = backend{
			open:  func(f capture.Filter, o Options) (*attached, error) { return openHooks(name, f, o) },
			check: func() error { return checkHooks(name) },
		}
	}
}

// newTypes makes what the kernel's types are kept in for the time of an opening. The live
// tests, which open a source a hundred times, keep them.
var newTypes = btf.NewCache

// loader loads and attaches one program after the other, so that each can
// fall back by itself.
type loader struct {
	backend string
	cache   *btf.Cache // of the kernel's types, while loading
	kernel  *btf.Spec
	symbols map[string]symbol
	fentry  *ebpf.CollectionSpec
	kprobe  *ebpf.CollectionSpec // nil until a kprobe is needed
	maps    map[string]*ebpf.Map
	att     *attached
	// configure sets sizes and constants of an object.
	configure func(*ebpf.CollectionSpec) error
	// fewReturns: tracefs makes no return probes.
	fewReturns bool
}

// openHooks opens the fentry or the kprobe backend.
func openHooks(name string, f capture.Filter, o Options) (*attached, error) {
	a, err := attachHooks(name, f, o, true)
	if refused := new(ebpf.VerifierError); errors.As(err, &refused) {
		// Perhaps for what is no more than a quicker way.
		o.plain = true
		if err := a.Close(); err != nil {
			return nil, err
		}
		a, err = attachHooks(name, f, o, true)
	}
	var nb *noBroadcast
	if !errors.As(err, &nb) {
		return a, err
	}
	// The programs were loaded in the belief that broadcasts are hooked.
	if err := a.Close(); err != nil {
		return nil, err
	}
	a, err = attachHooks(name, f, o, false)
	if a != nil {
		a.notes = append(a.notes, fmt.Sprintf("cannot hook netlink_broadcast (%v): "+
			"overruns by multicasts are shown without their payload, and what causes make others receive is not counted", oneLine(nb.err)))
	}
	return a, err
}

// noBroadcast says that broadcastPoints could not be attached.
type noBroadcast struct{ err error }

func (e *noBroadcast) Error() string { return fmt.Sprintf("hook netlink_broadcast: %v", e.err) }

func attachHooks(name string, f capture.Filter, o Options, broadcast bool) (*attached, error) {
	cfg := config(f, o)
	if broadcast {
		cfg.HasBcast = 1
	} else {
		cfg.Unheard = 0
	}
	l, err := newLoader(name, cfg, o)
	if err != nil {
		if l != nil {
			return l.att, err
		}
		return nil, err
	}
	if err := fill(l.maps["filter_pids"], l.maps["filter_comms"], l.maps["filter_netns"], f); err != nil {
		return l.att, err
	}
	if f.Children {
		for _, prog := range l.att.home.followPrograms() {
			if err := l.follow(prog); err != nil {
				return l.att, err
			}
		}
		if err := l.att.addDescendants(f.PIDs); err != nil {
			return l.att, err
		}
	}
	if broadcast {
		for _, p := range broadcastPoints {
			if err := l.attach(p); err != nil {
				return l.att, &noBroadcast{err}
			}
		}
	}
	for _, p := range points {
		if p.reads && o.NoReads {
			l.att.blindTo |= p.sees
			continue
		}
		if p.messages && o.Watch == capture.WatchNothing {
			continue
		}
		if p.prog == "deliver" && l.symbols[p.funcs[0]].count == 0 {
			p = queueTail
			l.note("__netlink_sendskb is inlined in this kernel: hooked skb_queue_tail")
		}
		err := l.attach(p)
		if err != nil && p.need {
			return l.att, err
		}
		if err != nil {
			l.note("%v: %s", oneLine(err), p.why)
			l.att.blindTo |= p.sees
		}
	}
	if !o.NoProcesses {
		if err := l.follow(execProgram); err != nil {
			l.note("%v: %s", oneLine(err), execWhy)
		}
	}
	for _, prog := range heirPrograms {
		if err := l.follow(prog); err != nil {
			l.note("%v: %s", oneLine(err), heirWhy)
			break
		}
	}
	if err := l.follow(extackProgram); err != nil {
		l.note("%v: %s", oneLine(err), extackWhy)
	}
	if o.Locks {
		if err := l.watchLocks(); err != nil {
			return l.att, err
		}
	}
	if !o.NoReads {
		l.watchModules()
	}
	if o.Times {
		l.watchTimes()
	}
	switch {
	case cfg.Unheard == 0:
		l.att.blindTo |= capture.SeesUnheard | capture.SeesFlushed
	default:
		if cfg.Unheard == uint8(fentryNlUnheardNL_UNHEARD_ALONE) {
			l.att.blindTo |= capture.SeesUnheard // not of all
		}
		if err := l.attach(flushedPoint); err != nil {
			l.note("%v: %s", oneLine(err), flushedPoint.why)
			l.att.blind = append(l.att.blind, flushedPoint.why)
			l.att.blindTo |= flushedPoint.sees
		}
	}
	l.remarks()
	lap.Mark("rest")
	// After the hooks, so that no socket is created unseen in between.
	if !l.att.home.Elsewhere {
		l.att.seeds, err = seedOwners(l.maps["owner_by_inode"], l.living(), !o.NoProcesses)
	}
	if err != nil {
		l.note("owners of sockets older than nltop are unknown until they use them: %v", err)
	}
	lap.Mark("sockets")
	// Until here nothing is emitted or kept, or there would be requests whose answers
	// went by before their hook was there: they would be unanswered for good.
	if t := l.att.tables; t != nil {
		if err := t.begin(); err != nil {
			return l.att, err
		}
	}
	return l.att, setPlanes(l.att.planes, o.Watch)
}

// newLoader reads what the kernel is like and the programs, and creates the maps.
func newLoader(name string, cfg nlConfig, o Options) (*loader, error) {
	if err := prepare(); err != nil {
		return nil, err
	}
	l := &loader{backend: name, cache: newTypes(), att: &attached{}, maps: map[string]*ebpf.Map{}}
	var err error
	lap.Mark("rest")
	if l.kernel, err = l.cache.Kernel(); err != nil {
		return nil, fmt.Errorf("load the kernel's BTF: %w", err)
	}
	lap.Mark("types")
	if l.symbols, err = kernelSymbols(l.cache); err != nil {
		return nil, err
	}
	lap.Mark("symbols")
	cfg.offer(l.kernel, o)
	if l.fentry, err = loadFentry(); err != nil {
		return nil, err
	}
	if l.att.home, err = findHome(l.fentry, l.cache); err != nil {
		return l, err
	}
	cfg.PidNs, cfg.PidLevel = l.att.home.ns, l.att.home.level
	for _, n := range l.att.home.Notes() {
		l.note("%s", n)
	}
	if o.Locks {
		cfg.RtnlMutex, cfg.LockNs = l.symbols[rtnlMutex].addr, uint64(o.LockReport)
	}
	if runtime.GOARCH == "amd64" {
		cfg.VmemmapBase = l.symbols[vmemmapBase].addr
		cfg.PageOffsetBase = l.symbols[pageOffsetBase].addr
		cfg.PerCpuOffset = l.symbols[perCPUOffset].addr
		cfg.PreemptCount = l.preemptCount()
		if cfg.PerCpuOffset == 0 || cfg.PreemptCount == 0 {
			l.note("preempt_count is not found: what an interrupt sends may be blamed on the task that it interrupted")
		}
	}
	if cfg.VmemmapBase == 0 || cfg.PageOffsetBase == 0 {
		l.att.blind = append(l.att.blind, "page fragments of queued packets (NFQUEUE), which are cut")
	}
	delete(l.fentry.Maps, ".bss") // nl_types, for bpf2go alone
	delete(l.fentry.Variables, "nl_types")
	l.configure = func(spec *ebpf.CollectionSpec) error { return configure(spec, l.kernel, cfg, o) }
	if err := l.configure(l.fentry); err != nil {
		return nil, err
	}
	lap.Mark("objects")
	err = l.makeMaps(o.Counts)
	lap.Mark("maps")
	return l, err
}

// makeMaps creates the maps, which all programs share.
func (l *loader) makeMaps(counts bool) error {
	coll, err := ebpf.NewCollectionWithOptions(&ebpf.CollectionSpec{
		Maps: l.fentry.Maps, Variables: l.fentry.Variables,
		Types: l.fentry.Types, ByteOrder: l.fentry.ByteOrder,
	}, ebpf.CollectionOptions{Cache: l.cache})
	if err != nil {
		return fmt.Errorf("create maps: %w", err)
	}
	maps.Copy(l.maps, coll.Maps)
	for _, m := range coll.Maps {
		l.att.closers = append(l.att.closers, m)
	}
	l.att.planes = l.maps["plane_bits"]
	l.att.owners = l.maps["owner_by_inode"]
	l.att.ring = l.maps["emit_ring"]
	l.att.losses = l.maps["emit_losses"]
	l.att.pids = l.maps["filter_pids"]
	if counts {
		l.att.tables, err = makeTables(l.maps, l.fentry.Maps["count_table"].InnerMap)
		l.att.closers = append(l.att.closers, l.att.tables)
	}
	return err
}

// watchLocks hooks the mutex functions.
func (l *loader) watchLocks() error {
	if l.symbols[rtnlMutex].count != 1 || l.symbols[rtnlMutex].addr == 0 {
		return errors.New("watch rtnl_mutex: /proc/kallsyms does not tell its address (CONFIG_KALLSYMS_ALL, CAP_SYSLOG)")
	}
	for _, p := range lockPoints {
		err := l.attach(p)
		if err != nil && p.need {
			return fmt.Errorf("watch rtnl_mutex: %w", err)
		}
		if err != nil {
			l.note("%v: %s", oneLine(err), p.why)
		}
	}
	l.att.locks = l.maps["lock_rows"]
	l.att.asked |= capture.SeesLocks
	return nil
}

// watchModules hooks what loads modules, which happens rarely.
func (l *loader) watchModules() {
	err := l.follow(moduleProgram)
	for _, p := range modulePoints {
		if err == nil {
			err = l.attach(p)
		}
	}
	if err != nil {
		l.note("%v: %s", oneLine(err), modulesWhy)
	}
}

// watchTimes hooks what sends wait for, and the readers of their answers.
func (l *loader) watchTimes() {
	l.att.asked |= capture.SeesTimes | capture.SeesTaken
	for _, p := range timePoints {
		if err := l.attach(p); err != nil {
			l.note("%v: %s", oneLine(err), p.why)
			l.att.blindTo |= p.sees
		}
	}
	for _, prog := range contentionPrograms {
		if err := l.follow(prog); err != nil {
			l.note("%v: %s", oneLine(err), contentionWhy)
			break
		}
	}
}

// load loads one program of one of the objects, for function fn.
func (l *loader) load(spec *ebpf.CollectionSpec, prog, fn string) (*ebpf.Program, error) {
	p, ok := spec.Programs[prog]
	if !ok {
		return nil, fmt.Errorf("BPF object has no program %s", prog)
	}
	if fn != "" {
		to := *p
		to.AttachTo = fn
		p = &to
	}
	lap.Mark("rest")
	// Nothing of the object is copied or made anew: the maps are there, and what
	// belongs to the variables is one of them.
	coll, err := ebpf.NewCollectionWithOptions(&ebpf.CollectionSpec{
		Maps: spec.Maps, Programs: map[string]*ebpf.ProgramSpec{prog: p},
		Types: spec.Types, ByteOrder: spec.ByteOrder,
	}, ebpf.CollectionOptions{MapReplacements: l.maps, Cache: l.cache, Programs: programOptions()})
	if err != nil {
		return nil, err
	}
	defer coll.Close()
	markLoad(coll)
	return coll.DetachProgram(prog), nil
}

// attach hooks a point: with the fentry backend by fentry, and where that is
// refused by a kprobe.
func (l *loader) attach(p point) error {
	fn := ""
	for _, f := range p.funcs {
		if l.symbols[f].count == 1 {
			fn = f
			break
		}
	}
	if fn == "" {
		return fmt.Errorf("hook %s: this kernel has no such function", strings.Join(p.funcs, " or "))
	}
	if l.backend == capture.SourceKprobe {
		return l.attachKprobe(p, fn)
	}
	if p.kprobeOnly {
		return nil
	}
	err := l.attachFentry(p, fn)
	if err == nil {
		return nil
	}
	if p.need {
		return err
	}
	for _, q := range points {
		if q.kprobeOnly && p.prog == q.prog+"_exit" {
			if err2 := l.attachKprobe(q, fn); err2 != nil {
				return errors.Join(err, err2)
			}
		}
	}
	if err2 := l.attachKprobe(p, fn); err2 != nil {
		return errors.Join(err, err2)
	}
	l.note("%s by kprobe: %v", fn, oneLine(err))
	return nil
}

func (l *loader) attachFentry(p point, fn string) error {
	var f *btf.Func
	if err := l.kernel.TypeByName(fn, &f); err != nil {
		return fmt.Errorf("hook %s: %w", fn, err)
	}
	name := p.prog
	if proto, ok := f.Type.(*btf.FuncProto); ok {
		// The result stands behind the last argument.
		switch n := len(proto.Params); {
		case name == "dump_exit" && n == 2:
			name = "dump_exit2"
		case name == "broadcast_exit" && n == 5:
			name = "broadcast_exit5"
		}
	}
	prog, err := l.load(l.fentry, name, fn)
	if err != nil {
		return fmt.Errorf("load fentry %s: %w", fn, err)
	}
	lnk, err := link.AttachTracing(link.TracingOptions{Program: prog})
	lap.Mark("attach")
	if err != nil {
		return errors.Join(fmt.Errorf("attach fentry %s: %w", fn, err), prog.Close())
	}
	l.keep(p, prog, lnk)
	return nil
}

func (l *loader) attachKprobe(p point, fn string) error {
	if l.kprobe == nil {
		lap.Mark("rest")
		spec, err := loadKprobe()
		if err == nil {
			err = l.configure(spec)
		}
		if err != nil {
			return err
		}
		l.kprobe = spec
		lap.Mark("objects")
	}
	prog, err := l.load(l.kprobe, p.prog, "")
	if err != nil {
		return fmt.Errorf("load kprobe %s: %w", fn, err)
	}
	if err := haveKprobes(); err != nil {
		return errors.Join(fmt.Errorf("%w %s: %w", errAttachKprobe, fn, err), prog.Close())
	}
	var lnk link.Link
	if strings.HasPrefix(l.kprobe.Programs[p.prog].SectionName, "kretprobe/") {
		lnk, err = l.attachReturn(fn, prog)
	} else {
		lnk, err = link.Kprobe(fn, prog, nil)
	}
	lap.Mark("attach")
	if err != nil {
		return errors.Join(fmt.Errorf("%w %s: %w", errAttachKprobe, fn, err), prog.Close())
	}
	l.keep(p, prog, lnk)
	return nil
}

// extackProgram is on a BTF raw tracepoint that kernels have from 5.12 on.
const (
	extackProgram = "extack"
	extackWhy     = "the words of an error are known only where the client asked for them"
)

// living lists the processes that there are.
func (l *loader) living() map[uint32]uint64 {
	var lives map[uint32]uint64
	list, err := l.load(l.fentry, listProgram, "")
	if err == nil {
		lives, err = living(list)
		err = errors.Join(err, list.Close())
	}
	if err != nil {
		l.note("%v: a process older than nltop may be shown as two, one before and one after its first use of Netlink", oneLine(err))
	}
	return lives
}

// follow attaches a program of the fentry object that names its tracepoint itself.
func (l *loader) follow(name string) error {
	prog, err := l.load(l.fentry, name, "")
	if err != nil {
		return fmt.Errorf("load %s: %w", name, err)
	}
	lnk, err := link.AttachTracing(link.TracingOptions{Program: prog})
	lap.Mark("attach")
	if err != nil {
		return errors.Join(fmt.Errorf("attach %s: %w", name, err), prog.Close())
	}
	l.keep(point{}, prog, lnk)
	return nil
}

func (l *loader) keep(p point, prog *ebpf.Program, lnk link.Link) {
	l.att.closers = append(l.att.closers, prog)
	l.att.links = append(l.att.links, lnk)
	if p.payload {
		l.att.payload = append(l.att.payload, prog)
	}
}

// note tells the user once what was worked around.
func (l *loader) note(format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	if !slices.Contains(l.att.notes, n) {
		l.att.notes = append(l.att.notes, n)
	}
}

// remarks says what this way of capturing cannot see.
func (l *loader) remarks() {
	if l.fewReturns {
		l.att.blind = append(l.att.blind,
			"returns of more simultaneous calls than the kernel keeps return probes for: a completion, a wait for rtnl_mutex or a read ENOBUFS may be missing")
	}
	if l.backend == capture.SourceKprobe && !countsMisses() {
		l.att.blind = append(l.att.blind,
			"what an interrupt sends while another probe runs on that CPU: before Linux 6.7 such misses are not counted")
	}
}

// countsMisses says whether trace_call_bpf() counts in recursion_misses.
func countsMisses() bool {
	var u unix.Utsname
	var major, minor int
	if unix.Uname(&u) != nil {
		return false
	}
	if n, _ := fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &major, &minor); n != 2 {
		return false
	}
	return major > 6 || major == 6 && minor >= 7
}

// oneLine puts an error on one line.
func oneLine(err error) string {
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
