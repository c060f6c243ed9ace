// SPDX-License-Identifier: Apache-2.0

// Package process reads from /proc who a process is: for sources that learn of a
// process only after the fact, and for processes older than nltop.
//
// It does not say what a process does, which sockets it has, or where it runs. What
// it returns is marked as late: the process may have executed another program, or
// changed its user, since it did what is asked about.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// Stat is what /proc/PID/stat says.
type Stat struct {
	PID, PPID uint32
	Comm      string // not necessarily UTF-8
	Start     uint64 // when it was forked, in ticks of 10 ms since boot
}

// tick is the unit of Stat.Start in nanoseconds: USER_HZ is 100 wherever nltop runs.
const tick = 10_000_000

// ParseStat parses "4711 (a comm) S 1 …"; the comm may hold anything, also
// parentheses and newlines.
func ParseStat(stat []byte) (Stat, error) {
	var s Stat
	left, right := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if left < 1 || right < left {
		return s, errors.New("no comm in parentheses")
	}
	pid, err := strconv.ParseUint(string(bytes.TrimSpace(stat[:left])), 10, 32)
	if err != nil {
		return s, fmt.Errorf("process ID: %w", err)
	}
	f := strings.Fields(string(stat[right+1:]))
	if len(f) < 20 {
		return s, fmt.Errorf("%d fields behind the comm", len(f))
	}
	ppid, err := strconv.ParseUint(f[1], 10, 32)
	if err != nil {
		return s, fmt.Errorf("parent's process ID: %w", err)
	}
	if s.Start, err = strconv.ParseUint(f[19], 10, 64); err != nil {
		return s, fmt.Errorf("start time: %w", err)
	}
	s.PID, s.PPID, s.Comm = uint32(pid), uint32(ppid), string(stat[left+1:right])
	return s, nil
}

// Lived says whether that process may be the one that the kernel's programs know by
// life (task_life() in bpf/task.h): life is the start in nanoseconds, and one for each
// program that was executed.
func (s Stat) Lived(life uint64) bool {
	return life >= s.Start*tick && life < (s.Start+2)*tick
}

// Read reads who process pid is, below root ("/proc"). life, where it is not 0, is
// that of the process that is meant: another one that has its ID now is an error.
// What may not be read is left out.
func Read(root string, pid uint32, life uint64) (capture.Proc, error) {
	p := capture.Proc{PID: pid, TID: pid, Life: life, Identity: capture.Identity{Late: true}}
	dir := filepath.Join(root, strconv.FormatUint(uint64(pid), 10))
	before, err := readStat(dir)
	if err != nil {
		return capture.Proc{}, err
	}
	if life != 0 && !before.Lived(life) {
		return capture.Proc{}, fmt.Errorf("read %s: another process has that ID now", dir)
	}
	p.PPID, p.Comm, p.Name = before.PPID, before.Comm, before.Comm
	if exe, err := os.Readlink(dir + "/exe"); err == nil {
		p.Exe = exe
	}
	p.CmdLine = cmdLine(dir)
	p.UID, p.LoginUID = realUID(dir), loginUID(dir)
	if parent := filepath.Join(root, strconv.FormatUint(uint64(p.PPID), 10)); p.PPID != 0 {
		p.Parent.PID = p.PPID
		if s, err := readStat(parent); err == nil && s.Start <= before.Start {
			p.Parent.Name, p.Parent.CmdLine, p.Parent.Late = s.Comm, cmdLine(parent), true
		}
	}
	// What was read in between may be of whoever came after it.
	if after, err := readStat(dir); err != nil || after.Start != before.Start {
		return capture.Proc{}, fmt.Errorf("read %s: the process has ended", dir)
	}
	return p, nil
}

func readStat(dir string) (Stat, error) {
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return Stat{}, err
	}
	s, err := ParseStat(stat)
	if err != nil {
		return Stat{}, fmt.Errorf("parse %s/stat: %w", dir, err)
	}
	return s, nil
}

// cmdLine reads no more than is kept: /proc/PID/cmdline has as much as one likes.
func cmdLine(dir string) capture.CmdLine {
	f, err := os.Open(dir + "/cmdline")
	if err != nil {
		return ""
	}
	defer f.Close()
	read, err := io.ReadAll(io.LimitReader(f, capture.MaxCmdLine+1))
	if err != nil {
		return ""
	}
	return capture.NewCmdLine(read, uint64(len(read)))
}

// realUID reads "Uid:\treal\teffective\tsaved\tfilesystem".
func realUID(dir string) capture.ID {
	text, err := os.ReadFile(dir + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if ids, ok := strings.CutPrefix(line, "Uid:"); ok {
			if f := strings.Fields(ids); len(f) > 0 {
				return parseID(f[0])
			}
		}
	}
	return 0
}

func loginUID(dir string) capture.ID {
	text, err := os.ReadFile(dir + "/loginuid")
	if err != nil {
		return 0
	}
	return parseID(strings.TrimSpace(string(text)))
}

func parseID(s string) capture.ID {
	v, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0
	}
	return capture.IDOf(uint32(v))
}
