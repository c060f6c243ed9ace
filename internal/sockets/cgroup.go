// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// cgroups finds the path of a cgroup v2 by its ID, which is the inode of its
// directory (kernfs_id). It is not safe for concurrent use.
type cgroups struct {
	root string // mount point; "": none
	pace pace
	// byID is bounded by maxCgroups; "" marks an ID that was looked for in vain.
	byID map[uint64]string
	// noHandle: open_by_handle_at is refused, so only the walk is left.
	noHandle bool
}

const maxCgroups = 1 << 14

// fileIDKernfs is FILEID_KERNFS of include/linux/exportfs.h: the handle is the
// 64-bit kernfs ID.
const fileIDKernfs = 0xfe

// path returns the path below the root of the hierarchy, as /proc/PID/cgroup
// shows it, or "". A cgroup that was removed cannot be found any more.
func (c *cgroups) path(id uint64) string {
	if id == 0 || c.root == "" {
		return ""
	}
	p, known := c.byID[id]
	if p != "" {
		return p
	}
	if !known && !c.noHandle {
		if p := c.byHandle(id); p != "" {
			c.put(id, p)
			return p
		}
	}
	if c.noHandle && c.pace.due() {
		c.pace.begin()
		c.walk()
		c.pace.end()
		p = c.byID[id]
	}
	if p == "" && !c.noHandle {
		c.put(id, "") // it is gone, and IDs are not used twice
	}
	return p
}

func (c *cgroups) put(id uint64, path string) {
	if len(c.byID) >= maxCgroups {
		clear(c.byID)
	}
	c.byID[id] = path
}

// byHandle asks kernfs for the directory (kernfs_fh_to_dentry). It takes
// CAP_DAC_READ_SEARCH.
func (c *cgroups) byHandle(id uint64) string {
	mount, err := unix.Open(c.root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		c.noHandle = true
		return ""
	}
	defer func() { _ = unix.Close(mount) }()
	h := unix.NewFileHandle(fileIDKernfs, binary.NativeEndian.AppendUint64(nil, id))
	fd, err := unix.OpenByHandleAt(mount, h, unix.O_PATH|unix.O_CLOEXEC)
	if err != nil {
		c.noHandle = err != unix.ESTALE
		return ""
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Ino != id {
		return ""
	}
	b := make([]byte, unix.PathMax)
	n, err := unix.Readlink(fdPath(fd), b)
	if err != nil {
		return ""
	}
	return c.relative(string(b[:n]))
}

// relative turns the path of a directory into that of its cgroup.
func (c *cgroups) relative(dir string) string {
	if dir == c.root {
		return "/"
	}
	if p, ok := strings.CutPrefix(dir, c.root+"/"); ok {
		return "/" + strings.TrimSuffix(p, " (deleted)")
	}
	return ""
}

func (c *cgroups) walk() {
	// What cannot be read is passed over: the rest is worth having.
	_ = filepath.WalkDir(c.root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				c.put(st.Ino, c.relative(p))
			}
		}
		return nil
	})
}

// cgroupRoot returns where the cgroup v2 hierarchy is mounted, or "".
func cgroupRoot(proc string) string {
	b, err := os.ReadFile(proc + "/self/mountinfo")
	if err != nil {
		return ""
	}
	return parseCgroupMount(b)
}

// parseCgroupMount finds the mount of the file system type cgroup2, which
// stands behind the separator " - ".
func parseCgroupMount(b []byte) string {
	for line := range strings.Lines(string(b)) {
		left, right, ok := strings.Cut(line, " - ")
		f := strings.Fields(left)
		if ok && len(f) >= 5 && strings.HasPrefix(right, "cgroup2 ") {
			return unescapeMount(f[4])
		}
	}
	return ""
}
