// SPDX-License-Identifier: Apache-2.0

package flight

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Dir is the directory that recordings go to: as many as it may have, none of anybody
// else's touched.
type Dir struct {
	root *os.Root
	most int
}

// ownName is what the recorder calls its files. Nothing else is ever removed.
var ownName = regexp.MustCompile(`^nltop-\d{8}T\d{6}\.\d{3}Z-(?:` + strings.Join(reasonNames[:], "|") + `)(?:-\d{1,3})?\.pcapng$`)

// OpenDir opens a directory that may have most recordings of this recorder. It is made
// where there is none.
func OpenDir(path string, most int) (*Dir, error) {
	if most < 1 {
		return nil, fmt.Errorf("%d recordings are none", most)
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make directory for recordings: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open directory for recordings: %w", err)
	}
	return &Dir{root, most}, nil
}

// Info is that of the directory that was opened.
func (d *Dir) Info() (os.FileInfo, error) { return d.root.Stat(".") }

// Close closes the directory.
func (d *Dir) Close() error { return d.root.Close() }

// own lists the recorder's recordings, oldest first: regular files of this user whose
// names are like those that it gives.
func (d *Dir) own() ([]fs.FileInfo, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var list []fs.FileInfo
	for _, n := range names {
		if !ownName.MatchString(n) {
			continue
		}
		st, err := d.root.Lstat(n)
		if err != nil || !st.Mode().IsRegular() {
			continue
		}
		if owner, ok := st.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == os.Geteuid() {
			list = append(list, st)
		}
	}
	slices.SortFunc(list, func(a, b fs.FileInfo) int { return strings.Compare(sortKey(a.Name()), sortKey(b.Name())) })
	return list, nil
}

// timeLen is the length of a name up to the reason.
const timeLen = len("nltop-20060102T150405.000Z")

// sortKey orders names by time, and those of one time by the number behind them.
func sortKey(name string) string {
	rest := strings.TrimSuffix(name[timeLen+1:], ".pcapng")
	_, number, _ := strings.Cut(rest, "-")
	return name[:timeLen] + fmt.Sprintf("%4s", number)
}

// Create makes a file for a recording of need bytes at most, which nobody else can read
// (0600). The oldest of the recorder's make room for it.
func (d *Dir) Create(why Reason, at time.Time, need int64) (*os.File, error) {
	list, err := d.own()
	if err != nil {
		return nil, fmt.Errorf("look for older recordings: %w", err)
	}
	old := list[:max(len(list)-d.most+1, 0)]
	var room int64
	for _, st := range old {
		room += st.Size()
	}
	switch free, err := d.free(); {
	case err != nil:
		return nil, fmt.Errorf("ask for free space: %w", err)
	case free+room < need:
		return nil, fmt.Errorf("%s: %d bytes are free and up to %d are needed: %w", d.root.Name(), free, need, unix.ENOSPC)
	}
	for _, st := range old {
		if err := d.root.Remove(st.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("remove the oldest recording: %w", err)
		}
	}
	base := at.UTC().Format("nltop-20060102T150405.000Z-") + why.String()
	first := 1 // behind all that have the name
	for _, st := range list {
		if rest, ok := strings.CutPrefix(st.Name(), base); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(rest, "-"), ".pcapng"))
			first = max(first, max(n, 1)+1)
		}
	}
	for n := first; n < 1000; n++ {
		name := base + ".pcapng"
		if n > 1 {
			name = base + "-" + strconv.Itoa(n) + ".pcapng"
		}
		f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, fmt.Errorf("create %s.pcapng: %w", base, fs.ErrExist)
}

// free is how many bytes may be written.
func (d *Dir) free() (int64, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return 0, err
	}
	defer func() { _ = dir.Close() }()
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * st.Bsize, nil
}
