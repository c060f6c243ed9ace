// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// recording leaves the built-in recording in a file.
func recording(t *testing.T, path string) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(demoFile))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, b)
	return b
}

func put(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tryNltop runs a command line in this process.
func tryNltop(args ...string) error {
	c := newRoot()
	c.SetArgs(args)
	return c.Execute()
}

// names are the files of a directory.
func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}

// TestNeverOverItself records a file over itself, by all names that it has.
func TestNeverOverItself(t *testing.T) {
	dir := t.TempDir()
	x := filepath.Join(dir, "x")
	want := recording(t, x)
	for _, err := range []error{
		os.Symlink("x", filepath.Join(dir, "symlink")), os.Symlink("symlink", filepath.Join(dir, "twice")),
		os.Link(x, filepath.Join(dir, "link")), os.Mkdir(filepath.Join(dir, "d"), 0o700),
		os.Symlink("..", filepath.Join(dir, "d", "up")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	fd, err := os.Open(x)
	if err != nil {
		t.Fatal(err)
	}
	defer fd.Close()
	for _, w := range []string{"x", "./d/../x", "symlink", "twice", "link", "d/up/x", "d/up/d/up/symlink"} {
		for _, r := range []string{"x", "link", "symlink"} {
			err := tryNltop("record", "-q", "-r", filepath.Join(dir, r), "-w", dir+"/"+w)
			if status(err) != exitUsage {
				t.Errorf("-r %s -w %s: %v, want a refusal", r, w, err)
			}
			if got, _ := os.ReadFile(x); !bytes.Equal(got, want) {
				t.Fatalf("-r %s -w %s: the file is another", r, w)
			}
		}
	}
	if got := names(t, dir); len(got) != 5 {
		t.Errorf("left behind: %v", got)
	}
}

// TestTakesItsPlace records one file as another: mode and owner stay, and until it is
// complete nothing happens.
func TestTakesItsPlace(t *testing.T) {
	dir := t.TempDir()
	a, b, cut := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "cut")
	put(t, cut, recording(t, a)[:100_000])
	put(t, b, []byte("before"))
	if err := os.Chmod(b, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b", filepath.Join(dir, "to-b")); err != nil {
		t.Fatal(err)
	}
	for _, r := range []string{cut, dir, filepath.Join(dir, "none"), b} {
		if err := tryNltop("record", "-q", "-r", r, "-w", b); status(err) == 0 {
			t.Errorf("-r %s -w b: no error", r)
		}
		if got, _ := os.ReadFile(b); string(got) != "before" {
			t.Fatalf("-r %s: b is %d bytes now", r, len(got))
		}
	}
	if err := tryNltop("record", "-q", "-r", a, "-w", filepath.Join(dir, "to-b")); err != nil {
		t.Fatal(err)
	}
	st, err := os.Lstat(b)
	if err != nil || st.Mode() != 0o640 || st.Size() < 100_000 {
		t.Errorf("b is %v, %v", st, err)
	}
	if st, err := os.Lstat(filepath.Join(dir, "to-b")); err != nil || st.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", st, err)
	}
	// What could be read of a damaged file is worth a new file.
	if err := tryNltop("record", "-q", "-r", cut, "-w", filepath.Join(dir, "rest")); status(err) != exitFailed {
		t.Errorf("damaged: %v", err)
	}
	if st, err := os.Stat(filepath.Join(dir, "rest")); err != nil || st.Size() < 90_000 {
		t.Errorf("the rest is %v, %v", st, err)
	}
	if got := names(t, dir); len(got) != 5 {
		t.Errorf("left behind: %v", got)
	}
}

// TestSticky: what others may have put into a sticky directory is not written to.
func TestSticky(t *testing.T) {
	dir := t.TempDir()
	sticky := filepath.Join(dir, "sticky")
	if err := os.Mkdir(sticky, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(sticky, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(sticky, "mine")
	put(t, mine, []byte("mine"))
	for link, to := range map[string]string{"link": "../target", "own": "mine", "up": ".."} {
		if err := os.Symlink(to, filepath.Join(sticky, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{"link", "own", "up/target"} {
		if f, err := openTarget(t.Context(), sticky+"/"+p, nil); err == nil || !strings.Contains(err.Error(), "sticky") {
			t.Errorf("%s: %v, %v", p, f, err)
		}
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("made: %v", got)
	}
	st, err := os.Stat(mine)
	if err != nil {
		t.Fatal(err)
	}
	if err := mayWriteOver(mine, st, os.Getuid()); err != nil {
		t.Errorf("one's own: %v", err)
	}
	if err := mayWriteOver(mine, st, os.Getuid()+1); err == nil {
		t.Error("another user's file may be written over")
	}
	if err := os.Chmod(sticky, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := mayWriteOver(mine, st, os.Getuid()+1); err != nil {
		t.Errorf("another user's file in any directory: %v", err)
	}
}

// TestTargets opens what is no regular file.
func TestTargets(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openTarget(ctx, fifo, nil); err == nil || !strings.Contains(err.Error(), errInterrupted.Error()) {
		t.Errorf("a FIFO without reader, when a signal came: %v", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for _, p := range []string{"/dev/null", fmt.Sprintf("/proc/self/fd/%d", w.Fd())} {
		f, err := openTarget(t.Context(), p, nil)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		if err := f.finish(nil); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
	for _, p := range []string{dir, dir + "/", dir + "/new/", dir + "/none/x", fifo + "/x"} {
		if f, err := openTarget(t.Context(), p, nil); err == nil {
			t.Errorf("%s: %v", p, f.Name())
		}
	}
}
