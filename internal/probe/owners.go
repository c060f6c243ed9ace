// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/process"
)

// holder is a process that has a socket open.
type holder struct {
	task  nlTask
	ppid  uint32
	start uint64 // field 22 of /proc/PID/stat, in clock ticks since boot
}

// seedOwners tells the kernel who owns the Netlink sockets that existed before
// the hooks: whoever has the inode open. Of several holders it takes the one
// that started last, because a descriptor is handed down (fork, socket
// activation); the first use corrects a wrong guess. What a hook has learned
// meanwhile stays.
// lives are those of all processes. It returns who the owners are,
// if details with what /proc says of them.
func seedOwners(owners *ebpf.Map, lives map[uint32]uint64, details bool) ([]capture.Proc, error) {
	procs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	netlink := map[uint64]bool{}
	best := map[uint64]holder{}
	for _, dir := range procs {
		// Of processes that end meanwhile nothing is left to know.
		inodes := netlinkSockets(dir, netlink)
		if len(inodes) == 0 {
			continue
		}
		h, err := readHolder(dir)
		if err != nil {
			continue
		}
		if life := lives[h.task.Tgid]; (process.Stat{Start: h.start}).Lived(life) {
			h.task.Life = life
		}
		for _, ino := range inodes {
			if old, ok := best[ino]; !ok || h.start >= old.start {
				best[ino] = h
			}
		}
	}
	who := map[uint32]capture.Proc{}
	for ino, h := range best {
		// No id of the kernel's has this bit.
		o := nlOwner{Task: h.task, Account: seeded | ino, Name: h.task.Comm}
		err := owners.Update(ino, o, ebpf.UpdateNoExist)
		if err != nil && !errors.Is(err, ebpf.ErrKeyExist) {
			return nil, fmt.Errorf("note owner of socket %d: %w", ino, err)
		}
		pid := h.task.Tgid
		if _, ok := who[pid]; ok || h.task.Life == 0 {
			continue
		}
		p := capture.Proc{PID: pid, PPID: h.ppid, Life: h.task.Life, Name: comm(h.task.Comm[:])}
		if details {
			if late, err := process.Read("/proc", pid, h.task.Life); err == nil {
				p = late
			}
		}
		who[pid] = p
	}
	return slices.Collect(maps.Values(who)), nil
}

// seeded marks the accounts of owners that seedOwners notes.
const seeded = 1 << 63

// addDescendants adds the living descendants of pids to the filter. It runs
// while follow_fork does, and until it finds no more: a child that a process
// forked before it was added is found by the next round.
func (a *attached) addDescendants(pids []uint32) error {
	if a.home.Elsewhere {
		return nil // as its notes say
	}
	wanted := map[uint32]bool{}
	for _, p := range pids {
		wanted[p] = true
	}
	for found := len(pids) > 0; found; {
		found = false
		stats, err := filepath.Glob("/proc/[0-9]*/stat")
		if err != nil {
			return err
		}
		for _, path := range stats {
			stat, err := os.ReadFile(path)
			if err != nil {
				continue // it has ended
			}
			h, err := parseStat(stat)
			if err != nil {
				return fmt.Errorf("parse %s: %w", path, err)
			}
			if wanted[h.task.Tgid] || !wanted[h.ppid] {
				continue
			}
			wanted[h.task.Tgid], found = true, true
			if err := a.pids.Put(h.task.Tgid, uint8(1)); err != nil {
				return fmt.Errorf("filter PID %d: %w", h.task.Tgid, err)
			}
		}
	}
	return nil
}

// netlinkSockets lists the inodes of the Netlink sockets that a process has
// open. The sockets' protocol is asked of sockfs, because /proc/net/netlink
// knows one network namespace and a thread may have sockets of any. known
// remembers the answers.
func netlinkSockets(dir string, known map[uint64]bool) []uint64 {
	fds, err := os.ReadDir(dir + "/fd")
	if err != nil {
		return nil
	}
	var inodes []uint64
	for _, fd := range fds {
		path := dir + "/fd/" + fd.Name()
		to, err := os.Readlink(path)
		if err != nil {
			continue
		}
		s, ok := strings.CutPrefix(to, "socket:[")
		if !ok {
			continue
		}
		ino, err := strconv.ParseUint(strings.TrimSuffix(s, "]"), 10, 64)
		if err != nil {
			continue
		}
		is, ok := known[ino]
		if !ok {
			is = isNetlink(path)
			known[ino] = is
		}
		if is {
			inodes = append(inodes, ino)
		}
	}
	return inodes
}

// isNetlink asks sockfs for the name in struct proto (sockfs_xattr_get in
// net/socket.c; netlink_proto in net/netlink/af_netlink.c).
func isNetlink(path string) bool {
	var name [16]byte
	n, err := unix.Getxattr(path, "system.sockprotoname", name[:])
	return err == nil && string(bytes.TrimRight(name[:n], "\x00")) == "NETLINK"
}

// readHolder reads /proc/PID/stat and the cgroup.
func readHolder(dir string) (holder, error) {
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return holder{}, err
	}
	h, err := parseStat(stat)
	if err != nil {
		return holder{}, fmt.Errorf("parse %s/stat: %w", dir, err)
	}
	h.task.Cgroup = cgroupID(dir)
	return h, nil
}

func parseStat(stat []byte) (holder, error) {
	s, err := process.ParseStat(stat)
	if err != nil {
		return holder{}, err
	}
	h := holder{task: nlTask{Tgid: s.PID, Tid: s.PID}, ppid: s.PPID, start: s.Start}
	copy(h.task.Comm[:len(h.task.Comm)-1], s.Comm)
	return h, nil
}

// cgroupID is the inode of the cgroup v2 folder, which is what
// bpf_get_current_cgroup_id returns; 0 where there is none.
func cgroupID(dir string) uint64 {
	text, err := os.ReadFile(dir + "/cgroup")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::")
		if !ok {
			continue
		}
		for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
			var st unix.Stat_t
			if unix.Stat(filepath.Join(root, path, "cgroup.procs"), &st) == nil &&
				unix.Stat(filepath.Join(root, path), &st) == nil {
				return st.Ino
			}
		}
	}
	return 0
}
