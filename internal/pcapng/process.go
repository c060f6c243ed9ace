// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/nltop/nltop/internal/capture"
)

// Who a process is (executable, command line, user, parent) takes more room than the
// packet, and is the same in all of them. It is told once, in a report block of
// factsProcess with a number, before the first frame that refers to it by tagProcess.
// A reader that does not know these sees the process as before: PID, comm, cgroup.
//
// Numbers begin with 1 in each section and go up, and no frame refers to one that is
// maxTold or more below the newest: what a reader has to keep is bounded.
const maxTold = 8192

// Tags of factsProcess, of which those of a parent are inside tagParent.
const (
	tagNumber = iota + 1
	tagName
	tagLife
	tagExe
	tagCmdLine
	tagUID      // and one
	tagLoginUID // likewise
	tagParent
	tagLate
	tagParentPID
	tagParentOutside
)

// identity appends what is told once of a process.
func (f facts) identity(p *capture.Proc) facts {
	parent := facts(nil).uint(tagParentPID, uint64(p.Parent.PID)).string(tagName, p.Parent.Name).
		string(tagCmdLine, string(p.Parent.CmdLine.Told())).uint(tagLate, number(p.Parent.Late)).
		uint(tagParentOutside, number(p.Parent.Outside))
	return f.string(tagName, p.Name).uint(tagLife, p.Life).string(tagExe, p.Exe).string(tagCmdLine, string(p.CmdLine.Told())).
		uint(tagUID, uint64(p.UID)).uint(tagLoginUID, uint64(p.LoginUID)).
		bytes(tagParent, parent).uint(tagLate, number(p.Late))
}

func number(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// processes are those that were told in this section, by their identity: since the
// last turn, and before.
type processes struct {
	young, old map[string]uint64
	last       uint64 // the number given last
}

// number looks at both: of a frame with a Blocker, which is introduced first, the
// template may make the turn.
func (ps *processes) number(identity []byte) uint64 {
	if n := ps.young[string(identity)]; n != 0 {
		return n
	}
	return ps.old[string(identity)]
}

// introduce tells who these processes are, but for those that the section has already.
// It must not be called while a block is being made.
func (w *Writer) introduce(procs ...*capture.Proc) {
	ps := &w.processes
	if ps.young == nil || len(ps.young)+len(procs) > maxTold/4 {
		// Between two of one call would be too late: the first may be known from before.
		// Templates may refer to what will be too old before the next turn.
		ps.young, ps.old, w.templates = make(map[string]uint64), ps.young, capture.PerOrigin[template]{}
	}
	for _, p := range procs {
		w.nested = facts(w.nested[:0]).identity(p)
		if len(w.nested) == 0 || ps.young[string(w.nested)] != 0 {
			continue
		}
		if n := ps.old[string(w.nested)]; n != 0 && ps.last-n < maxTold/2 {
			ps.young[string(w.nested)] = n // not dropped by the next turn
			continue
		}
		ps.last++
		ps.young[string(w.nested)] = ps.last
		start := w.begin(blockReport)
		w.buf = append(newFacts(w.buf, factsProcess).uint(tagNumber, ps.last), w.nested...)
		w.told(start, p)
		w.pad()
		w.end(start)
	}
}

// toldLine is a command line that the recording has, and where: in bytes from its beginning.
// size is how much of it is there.
type toldLine struct {
	at   int64
	size int
	line capture.CmdLine
}

func (w *Writer) noteLine(at, size int, line capture.CmdLine) {
	if len(w.lines) >= maxTold {
		w.lines = append(w.lines[:0], w.lines[maxTold/2:]...)
	}
	w.lines = append(w.lines, toldLine{w.pushed + int64(at), size, line})
}

// told notes where the command lines lie in the block that begins at start.
func (w *Writer) told(start int, p *capture.Proc) {
	for _, c := range [...]capture.CmdLine{p.CmdLine.Told(), p.Parent.CmdLine.Told()} { // as they lie
		value := facts(w.scratch[:0]).string(tagCmdLine, string(c))
		w.scratch = value
		at := bytes.Index(w.buf[start:], value)
		if c == "" || at < 0 {
			continue
		}
		start += at + len(value)
		w.noteLine(start-len(c), len(c), c)
	}
}

// Retell overwrites with asterisks what was proved to be a secret in command lines that
// were recorded before: in memory, and by Options.Patch in the file.
func (w *Writer) Retell() {
	for i := range w.lines {
		t := &w.lines[i]
		without, changed := t.line.Overwritten()
		if !changed || w.err != nil && w.err != errClosed {
			continue
		}
		without = without[:min(t.size, len(without))]
		switch at := t.at - w.pushed; {
		case at >= 0:
			copy(w.buf[at:], without)
		case w.opt.Patch != nil:
			if _, err := w.opt.Patch(without, t.at); err != nil {
				w.err = fmt.Errorf("overwrite a secret in the recording: %w", err)
				w.secretTold = true
			}
		default:
			w.secretTold = true
		}
	}
	// What follows refers to the processes as they are told now.
	w.templates = capture.PerOrigin[template]{}
}

// SecretTold says whether a command line that was written holds what was proved to be a
// secret later, and could not be overwritten: there was no Options.Patch.
func (w *Writer) SecretTold() bool { return w.secretTold }

// proc appends a process that was introduced, or nothing if it is unknown.
func (w *Writer) proc(f facts, tag int, p *capture.Proc) facts {
	w.nested = facts(w.nested[:0]).identity(p)
	n := w.processes.number(w.nested)
	w.nested = facts(w.nested[:0]).uint(tagPID, uint64(p.PID)).uint(tagTID, uint64(p.TID)).
		uint(tagPPID, uint64(p.PPID)).string(tagComm, p.Comm).
		uint(tagCgroupID, p.CgroupID).string(tagCgroup, p.Cgroup).
		string(tagUnit, p.Unit).string(tagContainer, p.Container).string(tagPod, p.Pod).
		uint(tagProcess, n).uint(tagOutside, number(p.Outside))
	return f.bytes(tag, w.nested)
}

// told is who a process is, as a number stands for it.
type told struct {
	number uint64
	proc   capture.Proc // with what identity writes
}

// tell restores a factsProcess, and returns its number.
func (n *names) tell(body []byte) (uint64, error) {
	var t told
	var inner error
	p := &t.proc
	err := eachFact(body, func(tag, num uint64, value []byte) {
		switch tag {
		case tagNumber:
			t.number = num
		case tagName:
			p.Name = n.of(value)
		case tagLife:
			p.Life = num
		case tagExe:
			p.Exe = n.of(value)
		case tagCmdLine:
			p.CmdLine = capture.RecordedCmdLine(value)
		case tagUID:
			p.UID = capture.ID(num)
		case tagLoginUID:
			p.LoginUID = capture.ID(num)
		case tagLate:
			p.Late = num != 0
		case tagParent:
			inner = eachFact(value, func(tag, num uint64, value []byte) {
				switch tag {
				case tagParentPID:
					p.Parent.PID = uint32(num)
				case tagParentOutside:
					p.Parent.Outside = num != 0
				case tagName:
					p.Parent.Name = n.of(value)
				case tagCmdLine:
					p.Parent.CmdLine = capture.RecordedCmdLine(value)
				case tagLate:
					p.Parent.Late = num != 0
				}
			})
		}
	})
	if n.told == nil {
		n.told = make(map[uint64]told)
	}
	if t.number != 0 {
		n.told[t.number%maxTold] = t
	}
	return t.number, errors.Join(err, inner)
}

// setProc restores a process; the same bytes are parsed once.
func (n *names) setProc(p *capture.Proc, body []byte) error {
	if known, ok := n.procs[string(body)]; ok {
		*p = known
		return nil
	}
	var read capture.Proc
	var who uint64
	err := eachFact(body, func(tag, num uint64, value []byte) {
		switch tag {
		case tagPID:
			read.PID = uint32(num)
		case tagTID:
			read.TID = uint32(num)
		case tagPPID:
			read.PPID = uint32(num)
		case tagComm:
			read.Comm = n.of(value)
		case tagCgroupID:
			read.CgroupID = num
		case tagCgroup:
			read.Cgroup = n.of(value)
		case tagUnit:
			read.Unit = n.of(value)
		case tagContainer:
			read.Container = n.of(value)
		case tagPod:
			read.Pod = n.of(value)
		case tagProcess:
			who = num
		case tagOutside:
			read.Outside = num != 0
		}
	})
	t, ok := n.told[who%maxTold]
	if n.earlier != nil && who != 0 && t.number != who {
		n.earlier(who)
		t, ok = n.told[who%maxTold]
	}
	if ok && who != 0 && t.number == who {
		read.Name, read.Life, read.Identity = t.proc.Name, t.proc.Life, t.proc.Identity
	}
	*p = read
	if err != nil || len(body) > maxProcFacts {
		return err
	}
	if n.procs == nil || len(n.procs) >= maxNames {
		n.procs = make(map[string]capture.Proc)
	}
	n.procs[string(body)] = read
	return nil
}

// forget is for the beginning of a section, whose numbers are its own.
func (n *names) forget() { n.told, n.procs, n.earlier = nil, nil, nil }

// maxProcFacts bounds what is kept of a process, in bytes.
const maxProcFacts = 1024
