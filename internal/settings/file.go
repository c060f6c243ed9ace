// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// File is where settings are kept. The zero value keeps nothing.
type File struct {
	base string // the directory that has that of nltop; "": there is none
	uid  uint32
}

const (
	dirName  = "nltop"
	fileName = "view.conf"
	tempName = ".view.conf.new"
)

// Find says where the user of this ID keeps settings, by the environment, or in a note why
// nowhere: a directory on the way is another user's, as with sudo -E.
func Find(getenv func(string) string, uid int) (f File, note string) {
	home, base := getenv("HOME"), getenv("XDG_CONFIG_HOME")
	dirs := []string{base}
	if !filepath.IsAbs(base) { // others are to be ignored (XDG base directory specification)
		if !filepath.IsAbs(home) {
			return File{}, ""
		}
		base = filepath.Join(home, ".config")
		dirs = []string{home, base}
	}
	for _, dir := range dirs {
		var st unix.Stat_t
		err := unix.Stat(dir, &st)
		if err == nil {
			err = owned(&st, uint32(uid))
		}
		if err != nil && !(errors.Is(err, unix.ENOENT) && dir == base) {
			return File{}, fmt.Sprintf("settings are neither read nor kept: %s: %v", dir, err)
		}
	}
	return File{base: base, uid: uint32(uid)}, ""
}

// owned refuses what others decide about.
func owned(st *unix.Stat_t, uid uint32) error {
	switch {
	case st.Uid != uid:
		return fmt.Errorf("belongs to user %d, not to user %d", st.Uid, uid)
	case st.Mode&0o002 != 0:
		return errors.New("everybody may write to it")
	}
	return nil
}

// directory opens that of nltop. Neither it nor what is in it may be a symbolic link.
func (f File) directory() (fd int, err error) {
	if fd, err = unix.Open(filepath.Join(f.base, dirName), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
		return -1, fmt.Errorf("open %s: %w", filepath.Join(f.base, dirName), refused(err))
	}
	var st unix.Stat_t
	if err = unix.Fstat(fd, &st); err == nil {
		err = owned(&st, f.uid)
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, fmt.Errorf("%s: %w", filepath.Join(f.base, dirName), err)
	}
	return fd, nil
}

// refused says what ELOOP means here, and ENOTDIR of O_NOFOLLOW|O_DIRECTORY.
func refused(err error) error {
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENOTDIR) {
		return fmt.Errorf("is a symbolic link, or no directory: %w", err)
	}
	return err
}

// open opens the file itself; ErrNotExist where there is none.
func (f File) open() (*os.File, error) {
	dir, err := f.directory()
	if err != nil {
		return nil, err
	}
	defer unix.Close(dir)
	path := filepath.Join(f.base, dirName, fileName)
	fd, err := unix.Openat(dir, fileName, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, refused(err))
	}
	file := os.NewFile(uintptr(fd), path)
	var st unix.Stat_t
	if err = unix.Fstat(fd, &st); err == nil {
		err = owned(&st, f.uid)
	}
	if err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG {
		err = errors.New("is no regular file")
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// Load reads the settings, and says what is wrong with them: what can be read of them is
// in force.
func (f File) Load() (s Settings, notes []string) {
	if f.base == "" {
		return s, nil
	}
	file, err := f.open()
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, []string{"settings are not read: " + err.Error()}
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return s, []string{"settings are not read: " + err.Error()}
	}
	if len(text) > maxFile {
		return s, []string{fmt.Sprintf("settings are not read: %s is longer than %d bytes", file.Name(), maxFile)}
	}
	s, notes = parse(string(text))
	for i := range notes {
		notes[i] = file.Name() + ": " + notes[i]
	}
	return s, notes
}

// Save replaces the file as a whole. It makes the directories that are not there.
func (f File) Save(s *Settings) error {
	if f.base == "" {
		return nil
	}
	for _, dir := range []string{f.base, filepath.Join(f.base, dirName)} {
		if err := unix.Mkdir(dir, 0o700); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	dir, err := f.directory()
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	var st unix.Stat_t
	if err := unix.Fstatat(dir, fileName, &st, unix.AT_SYMLINK_NOFOLLOW); err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG {
		return fmt.Errorf("%s is no regular file", filepath.Join(f.base, dirName, fileName))
	}
	_ = unix.Unlinkat(dir, tempName, 0) // of a run that was killed
	fd, err := unix.Openat(dir, tempName, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	file := os.NewFile(uintptr(fd), tempName)
	_, err = file.WriteString("# nltop's live view writes this when it ends; flags win over it.\n" + s.text())
	if err = errors.Join(err, file.Close()); err == nil {
		err = unix.Renameat(dir, tempName, dir, fileName)
	}
	if err != nil {
		_ = unix.Unlinkat(dir, tempName, 0)
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}
