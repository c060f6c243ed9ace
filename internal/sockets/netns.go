// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	procfs "github.com/nltop/nltop/internal/process"
)

const (
	// maxReps is how many tasks are remembered per network namespace: the first
	// may be gone, or a zombie, when its files are read.
	maxReps = 8
	// maxThreads bounds how many threads one listing looks at: 0.1 s.
	maxThreads = 1 << 16
)

// task is a process, or one of its threads (tid).
type task struct{ pid, tid uint32 }

// namespace is one network namespace and the ways into it.
type namespace struct {
	inode uint64
	tasks []task // some of those that are in it
	path  string // where it is mounted, or a descriptor of it; "": nowhere
	fd    int    // a descriptor of our own; 0: none
}

// ptracePower is what it takes to look into other users' processes.
func ptracePower() string {
	if procfs.InUserNamespace() {
		return "CAP_SYS_PTRACE or root of the initial user namespace"
	}
	return "CAP_SYS_PTRACE or root"
}

// namespaces finds the network namespaces of all processes and threads, and
// those that only a mount keeps (ip netns). Package comment and hidden.go tell of
// the others.
func namespaces(ctx context.Context, o Options) ([]namespace, gaps, error) {
	var out []namespace
	var g gaps
	index := make(map[uint64]int)
	at := func(inode uint64) *namespace {
		i, ok := index[inode]
		if !ok {
			i = len(out)
			index[inode] = i
			out = append(out, namespace{inode: inode})
		}
		return &out[i]
	}
	denied, threads := 0, 0
	// This process first: its namespace can be read without any privilege.
	if err := visit(o.proc(), procfs.Self(o.proc()), func(p process) error {
		ino, err := p.netns()
		if err == nil {
			at(ino).tasks = []task{{pid: p.pid}}
		}
		return err
	}); err != nil && o.Proc == "" {
		return nil, g, fmt.Errorf("find own network namespace: %w", err)
	}
	err := eachProcess(ctx, o.proc(), func(p process) {
		ino, err := p.netns()
		switch {
		case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
			denied++
		case err == nil:
			if ns := at(ino); len(ns.tasks) < maxReps {
				ns.tasks = append(ns.tasks, task{pid: p.pid})
			}
			if !o.NoOwners && threads < maxThreads {
				threads += p.eachThread(maxThreads-threads, func(tid uint32, in uint64) {
					if in == ino {
						return
					}
					if ns := at(in); len(ns.tasks) < maxReps {
						ns.tasks = append(ns.tasks, task{p.pid, tid})
					}
				})
			}
		}
	})
	if err != nil {
		return nil, g, err
	}
	if threads >= maxThreads {
		g.add("network namespaces of threads other than the first %d", maxThreads)
	}
	if denied > 0 {
		g.add("network namespaces of %s, of their threads and descriptors, that may not be looked into (%s)",
			count(denied, "process", "processes"), ptracePower())
	}
	for _, m := range mountedNetNS(o.proc()) {
		if ns := at(m.inode); ns.path == "" {
			ns.path = m.path
		}
	}
	return out, g, nil
}

// visit opens one process for the time of a call.
func visit(proc string, pid uint32, do func(process) error) error {
	return visitTask(proc, task{pid: pid}, do)
}

func visitTask(proc string, t task, do func(process) error) error {
	p, err := openTask(proc, t)
	if err != nil {
		return err
	}
	defer p.close()
	return do(p)
}

// sockets reads the sockets of the namespace: /proc/net/netlink through one of
// its processes or else from inside, then netlink_diag from inside.
func (ns *namespace) sockets(ctx context.Context, o Options, g *gaps) ([]Socket, error) {
	rows, err := ns.table(o)
	if err != nil && rows == nil {
		return nil, err
	}
	if err != nil {
		g.add("sockets of network namespace %d: %v", ns.inode, err)
	}
	if !o.NoDiag {
		var ds []Socket
		err := ns.enter(o, func() (err error) {
			ds, err = diag(ctx)
			return err
		})
		switch {
		case errors.Is(err, errNoDiag):
			g.add("buffer sizes, and groups above 32: %v", err)
		case err != nil:
			g.add("buffer sizes, and groups above 32, in network namespace %d: %v", ns.inode, err)
		}
		rows = merge(rows, ds)
	}
	for i := range rows {
		rows[i].NetNS = ns.inode
	}
	return rows, nil
}

// table reads /proc/net/netlink of the namespace. Both results may be set: what
// could be read, and why that is not all.
func (ns *namespace) table(o Options) ([]Socket, error) {
	var last error
	for _, t := range ns.tasks {
		var b []byte
		err := visitTask(o.proc(), t, func(p process) (err error) {
			b, err = p.readTable(ns.inode)
			return err
		})
		if err == nil {
			return parseTable(b)
		}
		last = err
	}
	if ns.path == "" && ns.fd == 0 {
		return nil, last
	}
	var rows []Socket
	var parseErr error
	err := ns.enter(o, func() error {
		f, err := os.Open(o.proc() + "/thread-self/net/netlink")
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		b, err := readAll(f)
		if err != nil {
			return err
		}
		rows, parseErr = parseTable(b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, parseErr
}

// readTable reads /proc/PID/net/netlink, and makes sure that the process has
// not moved to another namespace meanwhile.
func (p process) readTable(netns uint64) ([]byte, error) {
	b, err := p.read("net/netlink")
	if err != nil {
		return nil, err
	}
	if ino, err := p.netns(); err != nil || ino != netns {
		return nil, fmt.Errorf("process %d left network namespace %d", p.pid, netns)
	}
	return b, nil
}

// parseTable never returns nil rows: an empty table is a result, too.
func parseTable(b []byte) ([]Socket, error) {
	rows, err := parseNetlink(b)
	if rows == nil {
		rows = []Socket{}
	}
	return rows, err
}

// enter calls do on a thread in the namespace. It takes CAP_SYS_ADMIN but for
// the own namespace.
func (ns *namespace) enter(o Options, do func() error) error {
	own, err := threadNetNS(o)
	if err == nil && own == ns.inode {
		return do()
	}
	fd, err := ns.open(o)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	done := make(chan error)
	go func() { done <- inNetNS(fd, do) }()
	return <-done
}

func threadNetNS(o Options) (uint64, error) {
	s, err := os.Readlink(o.proc() + "/thread-self/ns/net")
	if err != nil {
		return 0, err
	}
	ino, _ := linkInode(s, "net")
	return ino, nil
}

// open returns a descriptor of the namespace itself.
func (ns *namespace) open(o Options) (int, error) {
	if ns.fd != 0 {
		return unix.FcntlInt(uintptr(ns.fd), unix.F_DUPFD_CLOEXEC, 0)
	}
	paths := make([]string, 0, len(ns.tasks)+1)
	for _, t := range ns.tasks {
		paths = append(paths, t.dir(o.proc())+"/ns/net")
	}
	if ns.path != "" {
		paths = append(paths, ns.path)
	}
	err := errors.New("no process and no mount of it")
	for _, p := range paths {
		fd, e := unix.Open(p, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if e != nil {
			err = fmt.Errorf("open %s: %w", p, e)
			continue
		}
		var st unix.Stat_t
		if e := unix.Fstat(fd, &st); e == nil && st.Ino == ns.inode {
			return fd, nil
		}
		_ = unix.Close(fd)
		err = fmt.Errorf("%s is another network namespace now", p)
	}
	return -1, err
}

// inNetNS must run on a goroutine of its own. It moves the thread, and brings
// it back; where that fails the thread stays locked, so that the runtime ends
// it with the goroutine.
func inNetNS(fd int, do func() error) error {
	runtime.LockOSThread()
	back, err := unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("open own network namespace: %w", err)
	}
	defer func() { _ = unix.Close(back) }()
	if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("enter network namespace: %w", err)
	}
	err = do()
	if e := unix.Setns(back, unix.CLONE_NEWNET); e != nil {
		return errors.Join(err, fmt.Errorf("leave network namespace: %w", e))
	}
	runtime.UnlockOSThread()
	return err
}

type mount struct {
	inode uint64
	path  string
}

// mountedNetNS returns the network namespaces that are mounted somewhere.
func mountedNetNS(proc string) []mount {
	b, err := os.ReadFile(proc + "/self/mountinfo")
	if err != nil {
		return nil
	}
	return parseMounts(b)
}

// parseMounts reads /proc/PID/mountinfo (proc_pid_mountinfo(5)) for the mounts
// of network namespaces, whose root is "net:[INODE]":
//
//	36 35 0:4 net:[4026532281] /run/netns/blue rw shared:1 - nsfs nsfs rw
func parseMounts(b []byte) []mount {
	var out []mount
	for line := range bytes.Lines(b) {
		f := strings.Fields(string(line))
		if len(f) < 5 {
			continue
		}
		if inode, ok := linkInode(f[3], "net"); ok {
			out = append(out, mount{inode, unescapeMount(f[4])})
		}
	}
	return out
}

// unescapeMount undoes mangle_path: space, tab, newline and backslash are
// written as three octal digits.
func unescapeMount(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// readNames gives network namespaces the names that people know them by:
// "host" for that of process 1, that of their mount, "current" for the own.
func readNames(proc string, mounts []mount) map[uint64]string {
	names := make(map[uint64]string, len(mounts)+2)
	set := func(process, name string) {
		if s, err := os.Readlink(proc + "/" + process + "/ns/net"); err == nil {
			if ino, ok := linkInode(s, "net"); ok {
				names[ino] = name
			}
		}
	}
	set("self", "current")
	for _, m := range mounts {
		names[m.inode] = path.Base(m.path)
	}
	set("1", "host")
	return names
}
