// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// process is an open /proc/PID. The directory belongs to one process for good:
// once that is gone every access fails with ESRCH, also when its ID has been
// given to another.
type process struct {
	pid uint32
	dir int
}

// openTask opens /proc/PID, or /proc/PID/task/TID, which has the same files.
func openTask(proc string, t task) (process, error) {
	fd, err := unix.Open(t.dir(proc), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return process{}, err
	}
	return process{t.pid, fd}, nil
}

func (t task) dir(proc string) string {
	dir := proc + "/" + strconv.FormatUint(uint64(t.pid), 10)
	if t.tid != 0 {
		dir += "/task/" + strconv.FormatUint(uint64(t.tid), 10)
	}
	return dir
}

func (p process) close() { _ = unix.Close(p.dir) }

func (p process) open(name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(p.dir, name, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// maxFile bounds what is read of one file: 64 MiB hold half a million sockets.
const maxFile = 64 << 20

func (p process) read(name string) ([]byte, error) {
	f, err := p.open(name, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readAll(f)
}

func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(b) > maxFile {
		return b[:maxFile], fmt.Errorf("more than %d bytes", maxFile)
	}
	return b, err
}

func readlinkat(dir int, name string) (string, error) {
	var b [64]byte // "socket:[…]" and "net:[…]" are shorter
	n, err := unix.Readlinkat(dir, name, b[:])
	if err == nil && n == 0 {
		err = unix.EACCES // how 5.10 says so of what is in ns
	}
	if err != nil {
		return "", err
	}
	return string(b[:n]), nil
}

func (p process) netns() (uint64, error) {
	s, err := readlinkat(p.dir, "ns/net")
	if err != nil {
		return 0, err
	}
	ino, ok := linkInode(s, "net")
	if !ok {
		return 0, fmt.Errorf("link %q is no network namespace", s)
	}
	return ino, nil
}

// linkInode reads the inode of a link like "socket:[123]".
func linkInode(link, kind string) (uint64, bool) {
	s, ok := strings.CutPrefix(link, kind+":[")
	if !ok {
		return 0, false
	}
	if s, ok = strings.CutSuffix(s, "]"); !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// describe reads who the process is. start tells it from a later one with the
// same ID.
func (p process) describe() (proc capture.Proc, start uint64, err error) {
	b, err := p.read("stat")
	if err != nil {
		return proc, 0, err
	}
	st, err := parseStat(b)
	if err != nil {
		return proc, 0, err
	}
	proc = capture.Proc{PID: p.pid, PPID: st.ppid, Comm: st.comm}
	if b, err := p.read("cgroup"); err == nil {
		proc.Cgroup = parseCgroup(b)
	}
	return proc, st.start, nil
}

type stat struct {
	comm  string
	ppid  uint32
	start uint64 // field 22, clock ticks after boot
}

// parseStat reads /proc/PID/stat: "PID (COMM) STATE PPID …". COMM is the
// process's own choice and may hold parentheses, spaces and newlines, so it
// ends at the last parenthesis.
func parseStat(b []byte) (stat, error) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return stat{}, errors.New("stat has no comm")
	}
	f := bytes.Fields(b[end+1:])
	const first = 3 // number of the field behind the comm
	if len(f) <= 22-first {
		return stat{}, fmt.Errorf("stat has %d fields", len(f)+first-1)
	}
	ppid, err := strconv.ParseUint(string(f[4-first]), 10, 32)
	if err != nil {
		return stat{}, fmt.Errorf("parse parent in stat: %w", err)
	}
	start, err := strconv.ParseUint(string(f[22-first]), 10, 64)
	if err != nil {
		return stat{}, fmt.Errorf("parse start time in stat: %w", err)
	}
	return stat{string(b[open+1 : end]), uint32(ppid), start}, nil
}

// parseCgroup returns the path in the unified hierarchy from /proc/PID/cgroup
// ("0::/user.slice"), or "".
func parseCgroup(b []byte) string {
	for line := range bytes.Lines(b) {
		if path, ok := bytes.CutPrefix(line, []byte("0::")); ok {
			return string(bytes.TrimSuffix(path, []byte{'\n'}))
		}
	}
	return ""
}

// eachDescriptor calls do with the link of every descriptor that is a socket
// ("socket:[1]") or a network namespace ("net:[2]").
func (p process) eachDescriptor(do func(name, kind string, inode uint64)) error {
	return p.each("fd", func(dir int, name string) bool {
		link, err := readlinkat(dir, name)
		if err != nil {
			return true // closed meanwhile
		}
		for _, kind := range []string{"socket", "net"} {
			if inode, ok := linkInode(link, kind); ok {
				do(name, kind, inode)
			}
		}
		return true
	})
}

// eachThread calls do with the network namespace of every thread but the first,
// of at most limit, and returns their number.
func (p process) eachThread(limit int, do func(tid uint32, netns uint64)) int {
	// proc_task_getattr counts the threads among the links: most processes have
	// one, and need no more than this.
	var st unix.Stat_t
	if unix.Fstatat(p.dir, "task", &st, 0) == nil && st.Nlink == 3 {
		return 0
	}
	n := 0
	_ = p.each("task", func(dir int, name string) bool {
		tid, err := strconv.ParseUint(name, 10, 32)
		if err != nil || uint32(tid) == p.pid {
			return true
		}
		n++
		if link, err := readlinkat(dir, name+"/ns/net"); err == nil {
			if inode, ok := linkInode(link, "net"); ok {
				do(uint32(tid), inode)
			}
		}
		return n < limit
	})
	return n
}

// each calls do with the entries of a folder until it returns false.
func (p process) each(folder string, do func(dir int, name string) bool) error {
	d, err := p.open(folder, unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	for {
		names, err := d.Readdirnames(256)
		for _, name := range names {
			if !do(int(d.Fd()), name) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// eachProcess opens one process after the other. Those that vanish meanwhile
// are passed over.
func eachProcess(ctx context.Context, proc string, do func(p process)) error {
	d, err := os.Open(proc)
	if err != nil {
		return fmt.Errorf("list processes: %w", err)
	}
	defer func() { _ = d.Close() }()
	for {
		names, err := d.Readdirnames(256)
		for _, name := range names {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			pid, err := strconv.ParseUint(name, 10, 32)
			if err != nil || name[0] == '0' {
				continue
			}
			p, err := openTask(proc, task{pid: uint32(pid)})
			if err != nil {
				continue
			}
			do(p)
			p.close()
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list processes: %w", err)
		}
	}
}
