// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

const allKnown = fentryNlKnowsNL_KNOWS_ARGS | fentryNlKnowsNL_KNOWS_EXE | fentryNlKnowsNL_KNOWS_LOGIN | fentryNlKnowsNL_KNOWS_PARENT_ARGS

// aProcess is what the kernel tells of process 10.
func aProcess() nlProcess {
	r := nlProcess{
		Record: uint32(fentryNlRecordNL_RECORD_PROCESS), Flags: uint32(allKnown),
		Tgid: 10, Life: 100, Ppid: 7, ParentLife: 70, Uid: 0, Loginuid: 1000,
		Name: [16]byte{'i', 'p', 0, 'x'}, ParentName: [16]byte{'s', 'h'},
	}
	setArgs(&r.Args, "ip\x00route\x00")
	setArgs(&r.ParentArgs, "sh\x00")
	r.ExeLen = uint32(copy(r.Exe[:], "ip\x00bin\x00usr\x00"))
	return r
}

func setArgs(a *fentryNlArgs, s string) {
	a.Length = uint32(len(s))
	clear(a.Bytes[:])
	copy(a.Bytes[:], s)
}

func processRecord(r nlProcess) []byte {
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), processSize))
}

func about10(about uint64, life uint64) []byte {
	r := nlAbout{
		Record: uint32(fentryNlRecordNL_RECORD_ABOUT), About: about, Inode: 5,
		Task: nlTask{Tgid: 10, Tid: 11, Life: life, Comm: [16]byte{'t'}},
	}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), aboutSize))
}

func request10(about uint64) []byte {
	r := nlBrief{Record: uint32(fentryNlRecordNL_RECORD_BRIEF), About: about, Dir: uint8(capture.DirRequest)}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), briefSize))
}

// What was told of a process is in all of its frames, whichever record they come from.
func TestProcessRecord(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	rec := nlFull{Task: nlTask{Tgid: 10, Tid: 11, Life: 100, Comm: [16]byte{'t'}}, Owner: nlTask{Tgid: 10, Tid: 10, Life: 100, Comm: [16]byte{'i', 'p'}}}
	mustAdd(t, a, processRecord(aProcess()), about10(1, 100), request10(1), full(rec, nil))
	want := capture.Proc{
		PID: 10, TID: 11, PPID: 7, Life: 100, Comm: "t", Name: "ip",
		Identity: capture.Identity{
			Exe: "/usr/bin/ip", CmdLine: "ip\x00route\x00", UID: capture.IDOf(0), LoginUID: capture.IDOf(1000),
			Parent: capture.Parent{PID: 7, Name: "sh", CmdLine: "sh\x00"},
		},
	}
	for i, f := range out {
		if f.Proc != want {
			t.Errorf("frame %d: %+v", i, f.Proc)
		}
	}
	want.TID, want.Comm = 10, "ip"
	if out[1].Socket.Owner != want {
		t.Errorf("owner %+v", out[1].Socket.Owner)
	}

	// It changes its user.
	r := aProcess()
	r.Uid = 1234
	out = nil
	mustAdd(t, a, processRecord(r), full(rec, nil), about10(2, 100), request10(2))
	for i, f := range out {
		if f.Proc.UID != capture.IDOf(1234) || f.Socket.Owner.UID != capture.IDOf(1234) {
			t.Errorf("frame %d: %+v", i, f.Proc)
		}
	}
}

// Without its record nothing is known, and nothing of another process is taken for it.
func TestProcessUnknown(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	mustAdd(t, a,
		processRecord(aProcess()),
		about10(1, 101), request10(1), // the same ID, another life
		full(nlFull{Task: nlTask{Tgid: 9, Tid: 9, Life: 100, Comm: [16]byte{'x'}}}, nil), // the same life, another ID
		full(nlFull{Task: nlTask{Tgid: 10, Tid: 10, Comm: [16]byte{'x'}}}, nil),          // no life
		full(nlFull{Task: nlTask{Comm: [16]byte{'s', 'w'}}}, nil),                        // the kernel's own
	)
	for i, want := range []capture.Proc{
		{PID: 10, TID: 11, Life: 101, Comm: "t"},
		{PID: 9, TID: 9, Life: 100, Comm: "x", Name: "x"},
		{PID: 10, TID: 10, Comm: "x", Name: "x"},
		{Comm: "sw"},
	} {
		if out[i].Proc != want {
			t.Errorf("%d: %+v", i, out[i].Proc)
		}
	}
}

func TestProcessFacts(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(r *nlProcess)
		want func(p *capture.Proc)
	}{
		{"as it is", func(*nlProcess) {}, func(*capture.Proc) {}},
		{"arguments paged out", func(r *nlProcess) { r.Flags &^= uint32(fentryNlKnowsNL_KNOWS_ARGS) }, func(p *capture.Proc) { p.CmdLine = "" }},
		{"no login IDs", func(r *nlProcess) { r.Flags &^= uint32(fentryNlKnowsNL_KNOWS_LOGIN) }, func(p *capture.Proc) { p.LoginUID = 0 }},
		{"login unset", func(r *nlProcess) { r.Loginuid = 1<<32 - 1 }, func(p *capture.Proc) { p.LoginUID = capture.IDOf(1<<32 - 1) }},
		{"long arguments", func(r *nlProcess) {
			setArgs(&r.Args, strings.Repeat("x", 256))
			r.Args.Length = 1<<32 - 1
		}, func(p *capture.Proc) { p.CmdLine = capture.CmdLine(strings.Repeat("x", 256)) }},
		{"unlinked", func(r *nlProcess) { r.Flags |= uint32(fentryNlKnowsNL_KNOWS_EXE_DELETED) }, func(p *capture.Proc) { p.Exe = "/usr/bin/ip (deleted)" }},
		{"long path", func(r *nlProcess) { r.Flags |= uint32(fentryNlKnowsNL_KNOWS_EXE_CUT) }, func(p *capture.Proc) { p.Exe = "…/usr/bin/ip" }},
		{"path unreadable", func(r *nlProcess) { r.Flags &^= uint32(fentryNlKnowsNL_KNOWS_EXE) }, func(p *capture.Proc) { p.Exe = "" }},
		{"path of nothing", func(r *nlProcess) { r.ExeLen = 0 }, func(p *capture.Proc) { p.Exe = "" }},
		{"path full of NULs", func(r *nlProcess) { clear(r.Exe[:]); r.ExeLen = 256 }, func(p *capture.Proc) { p.Exe = "" }},
		{"no parent", func(r *nlProcess) { r.Ppid = 0; r.Flags &^= uint32(fentryNlKnowsNL_KNOWS_PARENT_ARGS) }, func(p *capture.Proc) { p.PPID, p.Parent = 0, capture.Parent{} }},
		{"name without an end", func(r *nlProcess) { copy(r.Name[:], "0123456789abcdef") }, func(p *capture.Proc) { p.Name = "0123456789abcdef" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out []*capture.Frame
			a := testAssembler(&out)
			mustAdd(t, a, processRecord(aProcess()), full(nlFull{Task: nlTask{Tgid: 10, Tid: 10, Life: 100}}, nil))
			want := out[0].Proc
			tt.want(&want)
			r := aProcess()
			tt.set(&r)
			a = testAssembler(&out)
			mustAdd(t, a, processRecord(r), full(nlFull{Task: nlTask{Tgid: 10, Tid: 10, Life: 100}}, nil))
			if got := out[1].Proc; got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestProcessMalformed(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	whole := processRecord(aProcess())
	noID, noLife, long := aProcess(), aProcess(), aProcess()
	noID.Tgid, noLife.Life, long.ExeLen = 0, 0, 257
	for _, rec := range [][]byte{whole[:4], whole[:processSize-1], processRecord(noID), processRecord(noLife), processRecord(long)} {
		var bad *recordError
		if err := a.add(rec); !errors.As(err, &bad) {
			t.Errorf("record of %d bytes: %v", len(rec), err)
		}
	}
	mustAdd(t, a, append([]byte{}, whole...))
}

// However many processes there are, memory is bounded, and who goes on is remembered.
func TestProcessesBounded(t *testing.T) {
	ps := newProcesses("")
	first := aProcess()
	for i := range 5 * maxProcesses {
		r := aProcess()
		r.Tgid = uint32(1000 + i)
		ps.tell(&r)
		if i%1000 == 0 {
			ps.tell(&first)
			p := capture.Proc{PID: 10, Life: 100}
			if ps.fill(&p, true); p.Exe == "" {
				t.Fatalf("after %d processes the first is forgotten", i)
			}
		}
	}
	if n := len(ps.known) + len(ps.older); n > 2*maxProcesses+2 {
		t.Errorf("%d processes are kept", n)
	}
}

// What the kernel did not tell is read from /proc: once, so many times a second, and
// only of the process that is meant.
func TestProcessesLate(t *testing.T) {
	root := t.TempDir()
	add := func(pid int, start int) {
		t.Helper()
		dir := filepath.Join(root, fmt.Sprint(pid))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		stat := fmt.Sprintf("%d (old) S 1 %s%d 0\n", pid, strings.Repeat("0 ", 17), start)
		for name, text := range map[string]string{"stat": stat, "cmdline": "old\x00x\x00"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	const tick = 10_000_000
	add(1, 0)
	add(7, 5)
	add(10, 9)
	ps := newProcesses(root)
	now := time.Unix(1000, 0)
	ps.now = func() time.Time { return now }

	p := capture.Proc{PID: 10, TID: 10, Life: 9*tick + 1, Comm: "old"}
	if ps.fill(&p, false); p.Late || p.CmdLine != "" {
		t.Errorf("read without being asked: %+v", p)
	}
	if ps.fill(&p, true); !p.Late || p.CmdLine != "old\x00x\x00" || p.PPID != 1 {
		t.Errorf("%+v", p)
	}
	q := capture.Proc{PID: 10, TID: 10, Life: 3 * tick, Comm: "other"}
	if ps.fill(&q, true); q.CmdLine != "" || q.Name != "other" {
		t.Errorf("of another process: %+v", q)
	}
	if ps.late != 2 {
		t.Errorf("%d lookups", ps.late)
	}
	if ps.fill(&q, true); ps.late != 2 {
		t.Error("looked up again")
	}
	// The kernel knows it now.
	r := aProcess()
	r.Life = 9*tick + 1
	r.Flags &^= uint32(fentryNlKnowsNL_KNOWS_ARGS | fentryNlKnowsNL_KNOWS_PARENT_ARGS)
	r.ParentLife = 5 * tick
	ps.tell(&r)
	if ps.fill(&p, true); p.CmdLine != "old\x00x\x00" || !p.Late || p.Exe != "/usr/bin/ip" ||
		p.Parent.CmdLine != "old\x00x\x00" || !p.Parent.Late || p.Parent.Name != "sh" {
		t.Errorf("arguments that the kernel could not read: %+v", p)
	}
	r.Flags |= uint32(fentryNlKnowsNL_KNOWS_ARGS)
	ps.tell(&r)
	if ps.fill(&p, true); p.CmdLine != "ip\x00route\x00" || p.Late {
		t.Errorf("arguments that it could: %+v", p)
	}

	for i := range uint32(10 * maxLate) {
		ps.fill(&capture.Proc{PID: 5000 + i, Life: 1}, true)
	}
	if ps.late != maxLate {
		t.Errorf("%d lookups in a second", ps.late)
	}
	now = now.Add(time.Second)
	if ps.fill(&capture.Proc{PID: 4000, Life: 1}, true); ps.late != 1 {
		t.Errorf("%d lookups in the next", ps.late)
	}
}

// No record makes it panic.
func FuzzProcessRecord(f *testing.F) {
	f.Add(processRecord(aProcess()))
	f.Fuzz(func(t *testing.T, rec []byte) {
		var out []*capture.Frame
		a := testAssembler(&out)
		if len(rec) >= 4 {
			rec = bytes.Clone(rec)
			*(*uint32)(unsafe.Pointer(&rec[0])) = uint32(fentryNlRecordNL_RECORD_PROCESS)
		}
		var bad *recordError
		if err := a.add(rec); err != nil && !errors.As(err, &bad) {
			t.Error(err)
		}
	})
}

// A task outside of nltop's PID namespace is marked, has its number without the mark, and
// is not looked up in /proc, where the number is another's.
func TestProcessOutside(t *testing.T) {
	self := uint32(os.Getpid())
	parent := func(pid uint32, outside bool) capture.Identity {
		return capture.Identity{Parent: capture.Parent{PID: pid, Outside: outside}}
	}
	for _, tt := range []struct {
		name       string
		tgid, ppid uint32
		want       capture.Proc
	}{
		{"inside", 10, 7, capture.Proc{PID: 10, PPID: 7, Identity: parent(7, false)}},
		{"parent outside", 10, outside | 7, capture.Proc{PID: 10, Identity: parent(7, true)}},
		{"both outside", outside | self, outside | self, capture.Proc{
			PID: self, PPID: self, Outside: true, Identity: parent(self, true),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ps := newProcesses("/proc")
			ps.tell(&nlProcess{Tgid: tt.tgid, Ppid: tt.ppid, Life: 100})
			p := proc(&nlTask{Tgid: tt.tgid, Tid: tt.tgid, Life: 100})
			ps.fill(&p, true)
			if p.PID != tt.want.PID || p.TID != tt.want.PID || p.PPID != tt.want.PPID || p.Outside != tt.want.Outside ||
				p.Parent != tt.want.Parent {
				t.Errorf("%+v\nwant %+v", p, tt.want)
			}
			q := proc(&nlTask{Tgid: tt.tgid, Tid: tt.tgid, Life: 200})
			before := ps.late
			if ps.fill(&q, true); (ps.late > before) == tt.want.Outside {
				t.Errorf("looked up in /proc: %v", ps.late > before)
			}
		})
	}
}
