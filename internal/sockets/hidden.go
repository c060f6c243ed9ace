// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// A network namespace may live on without a process and without a mount: through
// a descriptor of its own, or through a socket alone. Both are among the
// descriptors of processes, which are walked for the sake of the owners anyway.

// Bounds of one walk through the descriptors.
const (
	maxAsked    = 1 << 14 // sockets that sockfs is asked about: 50 ms
	maxUnlisted = 1 << 12 // Netlink sockets that were in no table
	maxOthers   = 1 << 17 // sockets to be remembered as none of Netlink
)

// Others remembers which sockets are none of Netlink, so that a listing need not
// ask of each again. The zero value is ready.
type Others struct {
	mu     sync.Mutex
	inodes map[uint64]bool
}

// descriptor is where a process has something open.
type descriptor struct {
	pid uint32
	fd  string
}

func (d descriptor) path(proc string) string {
	return task{pid: d.pid}.dir(proc) + "/fd/" + d.fd
}

// holder is a process that has a socket open, and the descriptors under which.
type holder struct {
	capture.Proc
	fds []uint32
}

// held is one descriptor of a Netlink socket.
type held struct {
	inode uint64
	fd    uint32
}

// maxFDs bounds the descriptors of one socket in one process that are told.
const maxFDs = 64

// walk is a walk through the descriptors of all processes.
type walk struct {
	l       *lister
	holders map[uint64][]holder // of Netlink sockets, by inode
	denied  int                 // processes that did not show theirs
	// Network namespaces that have not been read, and Netlink sockets that no
	// table had.
	netns    map[uint64]descriptor
	unlisted map[uint64]descriptor
	// Sockets that are none of Netlink: those of the last walk, and of this one.
	before, others map[uint64]bool
	asked, skipped int
}

// search fills in the owners, and adds what only descriptors lead to.
func (l *lister) search(ctx context.Context) error {
	w := &walk{
		l: l, holders: make(map[uint64][]holder, len(l.listed)),
		netns: make(map[uint64]descriptor), unlisted: make(map[uint64]descriptor),
		others: make(map[uint64]bool),
	}
	if o := l.o.Others; o != nil {
		o.mu.Lock()
		w.before = o.inodes
		o.mu.Unlock()
	}
	var room []held
	if err := eachProcess(ctx, l.o.proc(), func(p process) { room = w.process(p, room[:0]) }); err != nil {
		return err
	}
	if o := l.o.Others; o != nil {
		o.mu.Lock()
		o.inodes = w.others // those that are gone are forgotten
		o.mu.Unlock()
	}
	if err := w.enterNamespaces(ctx); err != nil {
		return err
	}
	if err := w.fetchUnlisted(ctx); err != nil {
		return err
	}
	w.own()
	if w.skipped > 0 {
		l.gaps.add("network namespaces that one of %s keeps: there are too many to ask", count(w.skipped, "socket", "sockets"))
	}
	return nil
}

// process looks at the descriptors of one process. room is for its work.
func (w *walk) process(p process, room []held) []held {
	err := p.eachDescriptor(func(fd, kind string, inode uint64) {
		at := descriptor{p.pid, fd}
		n, _ := strconv.ParseUint(fd, 10, 32)
		switch {
		case kind == "net":
			if !w.l.known[inode] {
				w.netns[inode] = at
			}
		case w.l.listed[inode]:
			room = append(room, held{inode, uint32(n)})
		case w.isNetlink(at, inode):
			w.unlisted[inode] = at
			room = append(room, held{inode, uint32(n)})
		}
	})
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		w.denied++
	}
	if len(room) == 0 {
		return room
	}
	who, _, err := p.describe()
	if err != nil {
		return room
	}
	for _, d := range room {
		h := w.holders[d.inode]
		if len(h) == 0 || h[len(h)-1].PID != p.pid {
			h = append(h, holder{Proc: who})
			w.holders[d.inode] = h
		}
		if last := &h[len(h)-1]; len(last.fds) < maxFDs { // dup()ed ones, too
			last.fds = append(last.fds, d.fd)
		}
	}
	return room
}

// isNetlink asks sockfs for the name in struct proto (sockfs_xattr_get in
// net/socket.c; netlink_proto in net/netlink/af_netlink.c): the tables of what
// is not Netlink would have to be read in every network namespace.
func (w *walk) isNetlink(at descriptor, inode uint64) bool {
	switch _, seen := w.unlisted[inode]; {
	case seen:
		return true
	case w.before[inode] || w.others[inode]:
	case w.asked >= maxAsked || len(w.unlisted) >= maxUnlisted:
		w.skipped++
		return false
	default:
		w.asked++
		var name [16]byte
		n, err := unix.Getxattr(at.path(w.l.o.proc()), "system.sockprotoname", name[:])
		if err != nil {
			return false // closed meanwhile
		}
		if string(bytes.TrimRight(name[:n], "\x00")) == "NETLINK" {
			return true
		}
	}
	if len(w.others) < maxOthers {
		w.others[inode] = true
	}
	return false
}

// enterNamespaces reads those that a descriptor names.
func (w *walk) enterNamespaces(ctx context.Context) error {
	for _, inode := range slices.Sorted(maps.Keys(w.netns)) {
		if err := w.l.read(ctx, &namespace{inode: inode, path: w.netns[inode].path(w.l.o.proc())}); err != nil {
			return err
		}
	}
	return nil
}

// fetchUnlisted asks the sockets that were in no table for their network
// namespace, and reads that. What is in none even then was neither bound nor
// joined a group, and is described by itself.
func (w *walk) fetchUnlisted(ctx context.Context) error {
	unknown := 0
	var why error
	for _, inode := range slices.Sorted(maps.Keys(w.unlisted)) {
		if w.l.listed[inode] {
			continue // its namespace was read meanwhile
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		fd, err := w.unlisted[inode].fetch(inode)
		if errors.Is(err, errGone) {
			continue
		}
		if err == nil {
			err = w.l.describe(ctx, fd, inode)
			_ = unix.Close(fd)
		}
		if err != nil {
			unknown, why = unknown+1, err
		}
	}
	if unknown > 0 {
		w.l.gaps.add("%s, and their network namespaces: %v", count(unknown, "socket", "sockets"), why)
	}
	return ctx.Err()
}

// errGone: what was to be looked at is not there any more.
var errGone = errors.New("closed meanwhile")

// fetch takes a copy of the descriptor of a socket out of its process.
func (d descriptor) fetch(inode uint64) (int, error) {
	n, err := strconv.Atoi(d.fd)
	if err != nil {
		return -1, errGone
	}
	pidfd, err := unix.PidfdOpen(int(d.pid), 0)
	if err != nil {
		return -1, gone(err)
	}
	defer func() { _ = unix.Close(pidfd) }()
	fd, err := unix.PidfdGetfd(pidfd, n, 0)
	if err != nil {
		return -1, gone(err)
	}
	// Also where /proc counts processes differently than this one's namespace.
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFSOCK || st.Ino != inode {
		_ = unix.Close(fd)
		return -1, errGone
	}
	return fd, nil
}

func gone(err error) error {
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EBADF) {
		return errGone
	}
	return fmt.Errorf("take a copy of the descriptor: %w", err)
}

// describe lists the network namespace of a socket, and the socket.
func (l *lister) describe(ctx context.Context, fd int, inode uint64) error {
	nsfd, err := unix.IoctlRetInt(fd, unix.SIOCGSKNS)
	if err != nil {
		return fmt.Errorf("ask for the network namespace: %w", err)
	}
	defer func() { _ = unix.Close(nsfd) }()
	var st unix.Stat_t
	if err := unix.Fstat(nsfd, &st); err != nil {
		return fmt.Errorf("stat network namespace: %w", err)
	}
	if !l.known[st.Ino] {
		if err := l.read(ctx, &namespace{inode: st.Ino, fd: nsfd}); err != nil {
			return err
		}
	}
	if l.listed[inode] || !l.wants(st.Ino) {
		return nil
	}
	s, err := socketOf(fd)
	if err != nil {
		return err
	}
	s.NetNS, s.Inode = st.Ino, inode
	l.add(s)
	return nil
}

// socketOf describes a socket by what it says of itself.
func socketOf(fd int) (s Socket, err error) {
	protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL)
	if err != nil {
		return s, fmt.Errorf("ask for the protocol: %w", err)
	}
	s.Protocol = uint16(protocol)
	if sa, err := unix.Getsockname(fd); err == nil {
		if nl, ok := sa.(*unix.SockaddrNetlink); ok {
			s.PortID = nl.Pid
		}
	}
	var mem [16]uint32
	if b, err := getsockopt(fd, unix.SOL_SOCKET, unix.SO_MEMINFO, mem[:]); err == nil {
		s.meminfo(b)
	}
	// The kernel says how much room the groups need.
	groups := make([]uint32, 256)
	if b, err := getsockopt(fd, unix.SOL_NETLINK, unix.NETLINK_LIST_MEMBERSHIPS, groups); err == nil {
		for i := 0; i+4 <= len(b); i += 4 {
			s.Groups = groupsOf(s.Groups, binary.NativeEndian.Uint32(b[i:]), uint32(8*i))
		}
	} else {
		s.GroupsCut = true
	}
	return s, nil
}

// getsockopt reads an option of any length into room, and returns its bytes.
func getsockopt(fd, level, opt int, room []uint32) ([]byte, error) {
	size := uint32(4 * len(room))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), uintptr(level), uintptr(opt),
		uintptr(unsafe.Pointer(&room[0])), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return nil, errno
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(&room[0])), 4*len(room))
	return b[:min(int(size), len(b))], nil
}

// own fills in the owners.
func (w *walk) own() {
	unknown := 0
	for i := range w.l.found {
		s := &w.l.found[i]
		if s.Kernel {
			continue
		}
		h := w.holders[s.Inode]
		if len(h) == 0 {
			unknown++
			continue
		}
		s.Owner, s.FDs, s.SharedWith = pickOwner(s.PortID, h)
	}
	if unknown > 0 && w.denied > 0 {
		w.l.gaps.add("the owners of %s: the descriptors of %s may not be read (%s)",
			count(unknown, "socket", "sockets"), count(w.denied, "process", "processes"), ptracePower())
	}
}
