// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/cilium/ebpf"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/process"
)

type nlProcess = fentryNlProcess

const processSize = int(unsafe.Sizeof(nlProcess{}))

// Both ends keep as much of a command line.
var _ = [1]struct{}{}[capture.MaxCmdLine-fentryNlLimitNL_ARGS]

const (
	// maxProcesses is how many processes a generation holds: more than the kernel
	// knows to have told, so that it tells again what is forgotten here.
	maxProcesses = 2 * int(fentryNlLimitNL_IMAGES)
	// maxLate is how many processes are looked up in /proc within a second.
	maxLate = 200
)

// processes is what is known of processes. Its memory is bounded by two generations:
// who is not asked for while the newer one fills up is forgotten.
type processes struct {
	root string // "/proc"; "": nothing is read from it
	now  func() time.Time

	mu           sync.Mutex // Counts asks for what Run is told
	known, older map[capture.ProcKey]*capture.Proc

	lateSince time.Time // since when
	late      int       // so many were looked up
}

func newProcesses(root string) *processes {
	return &processes{root: root, now: time.Now, known: map[capture.ProcKey]*capture.Proc{}}
}

// seed notes what was read from /proc of the owners of sockets that were there before.
func (ps *processes) seed(seeds []capture.Proc) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for i := range seeds {
		ps.insert(&seeds[i])
	}
}

func (ps *processes) insert(p *capture.Proc) {
	if len(ps.known) >= maxProcesses {
		ps.older, ps.known = ps.known, make(map[capture.ProcKey]*capture.Proc)
	}
	ps.known[p.Key()] = p
}

func (ps *processes) find(key capture.ProcKey) *capture.Proc {
	p := ps.known[key]
	if p == nil && ps.older != nil {
		if p = ps.older[key]; p != nil {
			ps.insert(p)
		}
	}
	return p
}

// fill completes a task of the kernel's by what is known of its process; lookup: what
// is not known is looked up in /proc. A name that nobody told is the thread's, if that
// is the leader.
func (ps *processes) fill(p *capture.Proc, lookup bool) {
	if p.PID == 0 {
		return
	}
	if p.Name == "" && p.TID == p.PID {
		p.Name = p.Comm
	}
	if p.Life == 0 {
		return // the kernel knows better than what is in /proc for a number alone
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	q := ps.find(p.Key())
	if q == nil && lookup && !p.Outside {
		q = ps.readLate(p.PID, p.Life)
	}
	if q == nil {
		return
	}
	p.PPID, p.Identity = q.PPID, q.Identity
	if q.Name != "" {
		p.Name = q.Name
	}
}

// readLate looks a process up in /proc, and notes also that it is not there. nil: not
// now, because too many were.
func (ps *processes) readLate(pid uint32, life uint64) *capture.Proc {
	if ps.root == "" || pid == 0 {
		return nil
	}
	if now := ps.now(); now.Sub(ps.lateSince) >= time.Second || now.Before(ps.lateSince) {
		ps.lateSince, ps.late = now, 0
	}
	if ps.late >= maxLate {
		return nil
	}
	ps.late++
	p, err := process.Read(ps.root, pid, life)
	if err != nil {
		p = capture.Proc{PID: pid, Life: life, Identity: capture.Identity{Late: true}}
	}
	ps.insert(&p)
	return &p
}

// tell notes a process that the kernel told of, and returns whether anything else
// was known of it.
func (ps *processes) tell(r *nlProcess) (changed bool) {
	knows := func(f fentryNlKnows) bool { return r.Flags&uint32(f) != 0 }
	p := &capture.Proc{Life: r.Life, Name: comm(r.Name[:]), Identity: capture.Identity{Exe: exePath(r), UID: capture.IDOf(r.Uid)}}
	p.PID, p.Outside = number(r.Tgid)
	p.Parent.PID, p.Parent.Outside = number(r.Ppid)
	if p.Parent.Outside == p.Outside { // else, as in /proc, it is none
		p.PPID = p.Parent.PID
	}
	if knows(fentryNlKnowsNL_KNOWS_LOGIN) {
		p.LoginUID = capture.IDOf(r.Loginuid)
	}
	if r.Ppid != 0 {
		p.Parent.Name = comm(r.ParentName[:])
	}
	kernel := knows(fentryNlKnowsNL_KNOWS_KTHREAD)
	ps.mu.Lock()
	defer ps.mu.Unlock()
	switch {
	case knows(fentryNlKnowsNL_KNOWS_PARENT_ARGS):
		p.Parent.CmdLine = cmdLine(&r.ParentArgs)
	case r.Ppid != 0 && !kernel:
		// It is older than nltop, or forgotten.
		p.Parent.CmdLine, p.Parent.Late = ps.cmdLine(capture.ProcKey{PID: p.Parent.PID, Life: r.ParentLife}, p.Parent.Outside)
	}
	switch {
	case knows(fentryNlKnowsNL_KNOWS_ARGS):
		p.CmdLine = cmdLine(&r.Args)
	case !kernel:
		// Its memory had been paged out.
		p.CmdLine, p.Late = ps.cmdLine(p.Key(), p.Outside)
	}
	old := ps.find(p.Key())
	ps.insert(p)
	return old == nil || *old != *p
}

// cmdLine returns what is known of a process's command line, or may be read of it;
// late: it was read from /proc, where a process outside of nltop's PID namespace is not.
func (ps *processes) cmdLine(key capture.ProcKey, outside bool) (c capture.CmdLine, late bool) {
	p := ps.find(key)
	if (p == nil || p.CmdLine == "" && !p.Late) && !outside {
		p = ps.readLate(key.PID, key.Life)
	}
	if p == nil || p.CmdLine == "" {
		return "", false
	}
	return p.CmdLine, p.Late
}

func cmdLine(a *fentryNlArgs) capture.CmdLine {
	return capture.NewCmdLine(a.Bytes[:min(int(a.Length), len(a.Bytes))], uint64(a.Length))
}

// exePath puts the names, which stand from the file up to the root, into their order,
// with an ellipsis for what is missing of a long one, and says like /proc/PID/exe that
// the file is no more.
func exePath(r *nlProcess) string {
	knows := func(f fentryNlKnows) bool { return r.Flags&uint32(f) != 0 }
	text := bytes.TrimRight(r.Exe[:min(int(r.ExeLen), len(r.Exe))], "\x00")
	if len(text) == 0 || !knows(fentryNlKnowsNL_KNOWS_EXE) {
		return ""
	}
	path := pathOf(text)
	if knows(fentryNlKnowsNL_KNOWS_EXE_CUT) {
		path = "…" + path
	}
	if knows(fentryNlKnowsNL_KNOWS_EXE_DELETED) {
		path += " (deleted)"
	}
	return path
}

func (a *assembler) addProcess(rec []byte) error {
	if len(rec) < processSize {
		return malformed("record of %d bytes about a process is too short", len(rec))
	}
	r := (*nlProcess)(unsafe.Pointer(&rec[0]))
	if uintptr(unsafe.Pointer(r))%unsafe.Alignof(*r) != 0 { // never in the ring
		r = new(nlProcess)
		copy(unsafe.Slice((*byte)(unsafe.Pointer(r)), processSize), rec)
	}
	if r.Tgid == 0 || r.Life == 0 || int(r.ExeLen) > len(r.Exe) {
		return malformed("record about process %d, life %d, with a path of %d bytes", r.Tgid, r.Life, r.ExeLen)
	}
	if a.processes.tell(r) {
		pid, _ := number(r.Tgid)
		a.forget(pid)
	}
	return nil
}

// proc translates a task and completes it by what is known of its process.
func (a *assembler) proc(t *nlTask) capture.Proc {
	p := proc(t)
	a.processes.fill(&p, true)
	return p
}

// The programs of bpf/process.h.
const (
	execProgram = "process_exec"
	execWhy     = "a process's arguments are read when it first uses Netlink, as it may have changed them by then"
	listProgram = "process_list"
)

// heirPrograms are those of bpf/heirs.h.
var heirPrograms = []string{"heir_exit", "heir_fork"}

const heirWhy = "a socket that a process leaves to its child is the child's from its first use on only"

// living lists the processes that there are, with their lives, as only the kernel
// knows them exactly.
func living(list *ebpf.Program) (map[uint32]uint64, error) {
	text, err := readIter(list)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	lives := map[uint32]uint64{}
	const size = int(unsafe.Sizeof(fentryNlAlive{}))
	for ; len(text) >= size; text = text[size:] {
		lives[binary.NativeEndian.Uint32(text)] = binary.NativeEndian.Uint64(text[8:])
	}
	return lives, nil
}
