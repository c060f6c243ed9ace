// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// target is the file that -w names, while it is written.
//
// What is captured is written straight into it, so that it is readable at any time. A
// recording that is made of another one (-r of a regular file) is written beside it, and
// takes its place when it is complete: until then nothing has happened to it.
type target struct {
	*os.File
	path    string // that takes its place; "": it is written straight
	existed bool
}

// openTarget opens what -w names. in is the input, if it is a file: it is refused as a
// target, by whatever name.
func openTarget(ctx context.Context, path string, in os.FileInfo) (*target, error) {
	if path == "-" {
		if stdoutIsTerminal() {
			return nil, usageError{errors.New("-w -: refusing to write a recording to a terminal")}
		}
		if st, err := os.Stdout.Stat(); err == nil && sameFile(in, st) {
			return nil, usageError{errors.New("-w -: standard output is the file that -r reads")}
		}
		return &target{File: os.Stdout}, nil
	}
	real, magic, err := realPath(path)
	if err != nil {
		return nil, fmt.Errorf("create recording: %w", err)
	}
	look := os.Lstat
	if magic {
		look = os.Stat
	}
	st, err := look(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		st = nil
	case err != nil:
		return nil, fmt.Errorf("create recording: %w", err)
	case sameFile(in, st):
		return nil, usageError{fmt.Errorf("-w %s: is the file that -r reads", path)}
	case magic:
		return straight(ctx, real, st, 0)
	default:
		if err := mayWriteOver(real, st, os.Geteuid()); err != nil {
			return nil, fmt.Errorf("create recording: %w", err)
		}
	}
	if in != nil && in.Mode().IsRegular() && (st == nil || st.Mode().IsRegular()) {
		return besides(real, st)
	}
	return straight(ctx, real, st, unix.O_NOFOLLOW)
}

// sameFile is os.SameFile for files that are written to: a terminal or /dev/null may
// be both.
func sameFile(in, out os.FileInfo) bool {
	return in != nil && out != nil && out.Mode()&os.ModeCharDevice == 0 && os.SameFile(in, out)
}

// straight opens a file to be written as it comes. The name may mean another file now
// than a moment ago: what was opened is looked at before anything happens to it.
func straight(ctx context.Context, path string, st os.FileInfo, flags int) (*target, error) {
	flags |= os.O_WRONLY
	if st == nil {
		flags |= os.O_CREATE | os.O_EXCL
	}
	// Opening a FIFO waits for its reader.
	f, err := interruptible(ctx, func() (*os.File, error) { return os.OpenFile(path, flags, 0o600) })
	if err != nil {
		return nil, fmt.Errorf("create recording: %w", waited(err, "somebody read "+path))
	}
	if st == nil {
		return &target{File: f}, nil
	}
	now, err := f.Stat()
	if err == nil && !os.SameFile(st, now) {
		err = fmt.Errorf("%s has become another file meanwhile", path)
	}
	if err == nil && now.Mode().IsRegular() {
		err = f.Truncate(0)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("create recording: %w", err)
	}
	return &target{File: f, existed: true}, nil
}

// besides makes a file that will take the place of path, with its mode and owner; st is
// nil where there is none yet.
func besides(path string, st os.FileInfo) (_ *target, err error) {
	if st != nil {
		if err := unix.Faccessat(unix.AT_FDCWD, path, unix.W_OK, unix.AT_EACCESS); err != nil {
			return nil, fmt.Errorf("create recording: %w", &fs.PathError{Op: "open", Path: path, Err: err})
		}
	}
	base := filepath.Base(path)
	f, err := os.CreateTemp(filepath.Dir(path), "."+base[:min(len(base), 200)]+".*")
	if err != nil {
		return nil, fmt.Errorf("create recording: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
			_ = f.Close()
		}
	}()
	if st == nil {
		return &target{File: f, path: path}, nil
	}
	if owner, ok := st.Sys().(*syscall.Stat_t); ok {
		if err := f.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
			return nil, fmt.Errorf("create recording: what takes the place of %s cannot get its owner (%d:%d): %w",
				path, owner.Uid, owner.Gid, errors.Unwrap(err))
		}
	}
	if err := f.Chmod(st.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)); err != nil {
		return nil, fmt.Errorf("create recording: %w", err)
	}
	return &target{File: f, path: path, existed: true}, nil
}

// finish closes the file. Unless why says what it lacks, it takes its place; a file
// that was not there before does so in any case.
func (t *target) finish(why error) error {
	if t.path == "" {
		if t.File == os.Stdout {
			return nil
		}
		return t.Close()
	}
	if why != nil && t.existed {
		_ = os.Remove(t.Name())
		_ = t.Close()
		return nil
	}
	err := t.Sync()
	if errors.Is(err, unix.EINVAL) { // a file system that has no such thing
		err = nil
	}
	if err = errors.Join(err, t.Close()); err == nil {
		err = os.Rename(t.Name(), t.path)
	}
	if err != nil {
		_ = os.Remove(t.Name())
	}
	return err
}

// realPath follows the symbolic links of a path, whose last element need not exist. It
// refuses those in sticky directories: anybody may have made them, to have a file of
// this user's written over (proc_sys_fs(5), protected_symlinks). What /proc calls a link
// (/dev/stdout, /dev/fd/63) is none, but an open file: magic.
func realPath(path string) (real string, magic bool, err error) {
	rest, err := filepath.Abs(path)
	if err != nil {
		return "", false, err
	}
	if strings.HasSuffix(path, "/") {
		return "", false, &fs.PathError{Op: "open", Path: path, Err: unix.EISDIR}
	}
	dir := "/"
	for links := 0; ; {
		name, behind, more := strings.Cut(strings.TrimLeft(rest, "/"), "/")
		rest = behind
		at := filepath.Join(dir, name) // also of ".."
		st, err := os.Lstat(at)
		switch {
		case err != nil && (more || !errors.Is(err, fs.ErrNotExist)):
			return "", false, err
		case err != nil || st.Mode()&fs.ModeSymlink == 0:
			if !more {
				return at, false, nil
			}
			dir = at
			continue
		}
		if !more && onProc(dir) {
			return at, true, nil
		}
		if in, err := os.Stat(dir); err != nil || in.Mode()&fs.ModeSticky != 0 {
			return "", false, errors.Join(err, fmt.Errorf("%s is a symbolic link in a sticky directory, which anybody may have made: name what it points to", at))
		}
		if links++; links > 40 { // MAXSYMLINKS of include/linux/namei.h
			return "", false, &fs.PathError{Op: "open", Path: path, Err: unix.ELOOP}
		}
		to, err := os.Readlink(at)
		if err != nil {
			return "", false, err
		}
		if filepath.IsAbs(to) {
			dir = "/"
		}
		if rest = to; more {
			rest += "/" + behind
		}
	}
}

// mayWriteOver refuses what others may have put into a sticky directory: they could
// read what is written (proc_sys_fs(5), protected_regular and protected_fifos).
func mayWriteOver(path string, st os.FileInfo, user int) error {
	if st.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: unix.EISDIR}
	}
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	owner, ok := st.Sys().(*syscall.Stat_t)
	if dir.Mode()&fs.ModeSticky == 0 || !ok || int(owner.Uid) == user {
		return nil
	}
	return fmt.Errorf("%s belongs to user %d and is in a sticky directory, where anybody may have put it: write to another file", path, owner.Uid)
}

func onProc(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && st.Type == unix.PROC_SUPER_MAGIC
}
