// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/compressed"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// framesOf are the frames of a capture file, whatever becomes of its end.
func framesOf(path string) (recs []pcapng.Record, err error) {
	r, err := pcapng.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return recs, nil
		}
		if err != nil {
			return recs, err
		}
		if !rec.Preamble {
			recs = append(recs, rec)
		}
	}
}

// begins says whether one recording is the beginning of another.
func begins(recs, all []pcapng.Record) bool {
	if len(recs) > len(all) {
		return false
	}
	for i := range recs {
		if !bytes.Equal(recs[i].Frame.Data, all[i].Frame.Data) || !recs[i].Frame.Time.Equal(all[i].Frame.Time) {
			return false
		}
	}
	return true
}

// spawn starts a program that need not say anything. What goes to a bytes.Buffer, it writes
// into a file: a pipe would have to be read in time, when the program is to end.
func spawn(t *testing.T, stdout io.Writer, name string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(name, args...), stdout: stdout, done: make(chan error, 1)}
	p.Stdout, p.Stderr = stdout, p
	read := func() error { return nil }
	if buf, ok := stdout.(*bytes.Buffer); ok {
		file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
		if err != nil {
			t.Fatal(err)
		}
		p.Stdout = file
		read = func() error {
			defer func() { _ = file.Close() }()
			_, err := file.Seek(0, io.SeekStart)
			if err == nil {
				_, err = buf.ReadFrom(file)
			}
			return err
		}
	}
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	go func() {
		err := p.Wait()
		p.done <- cmp.Or(err, read())
	}()
	t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// TestKilledRecord: what kill -9 leaves of a recording is all that was flushed, packed or
// not, also of several files. What is packed is told to lack its end.
func TestKilledRecord(t *testing.T) {
	demo := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	file, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(t.TempDir(), "half")
	if err := os.WriteFile(half, file[:len(file)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	want, _ := framesOf(half)
	for _, name := range []string{"out", "out.gz", "out.zst"} {
		t.Run(name, func(t *testing.T) {
			f := newFIFO(t, true)
			out := filepath.Join(t.TempDir(), name)
			p := spawn(t, nil, nltop(t), "record", "-r", f.path, "-w", out)
			go func() { _, _ = f.file.Write(file[:len(file)/2]) }()
			await(t, func() bool {
				got, _ := framesOf(out)
				return len(got) == len(want)
			}, func() string { return "the file never has what was given to it\n" + p.stderr() })
			_ = p.stop(t, syscall.SIGKILL)
			got, err := framesOf(out)
			if len(got) != len(want) || !begins(got, want) {
				t.Errorf("%d frames of %d", len(got), len(want))
			}
			if packed := name != "out"; errors.Is(err, compressed.ErrCut) != packed || !packed && err != nil {
				t.Errorf("its end: %v", err)
			}
			// Whoever reads it is told, and has all of it.
			_, errs, code := run(t, nltop(t), "stat", "-r", out)
			if err != nil && (code != 1 || !strings.Contains(errs, "ends in the middle")) || err == nil && code != 0 {
				t.Errorf("stat: status %d\n%s", code, errs)
			}
		})
	}
}

// TestFileTooLarge: what cannot be written is told once, and what could be is readable.
func TestFileTooLarge(t *testing.T) {
	demo := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	all, err := framesOf(demo)
	if err != nil {
		t.Fatal(err)
	}
	// A quarter of it fits, and is there before more comes.
	file, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(t.TempDir(), "part")
	if err := os.WriteFile(part, file[:len(file)/4], 0o600); err != nil {
		t.Fatal(err)
	}
	flushed, _ := framesOf(part)
	for name, limit := range map[string]int{"out": 1200, "out.gz": 190, "out.zst": 120} { // times 512 bytes
		t.Run(name, func(t *testing.T) {
			f := newFIFO(t, true)
			out := filepath.Join(t.TempDir(), name)
			p := spawn(t, nil, "/bin/sh", "-c", fmt.Sprintf("ulimit -f %d; exec \"$@\"", limit), "sh", nltop(t), "record", "-r", f.path, "-w", out)
			go func() { _, _ = f.file.Write(file[:len(file)/4]) }()
			await(t, func() bool {
				got, _ := framesOf(out)
				return len(got) == len(flushed)
			}, func() string { return "the file never has what was given to it\n" + p.stderr() })
			go func() { _, _ = f.file.Write(file[len(file)/4:]) }() // and it stays open: the end is nltop's own
			_ = p.wait(t)
			if code := p.ProcessState.ExitCode(); code != 1 || strings.Count(p.stderr(), "file too large") != 1 || !strings.Contains(p.stderr(), "write "+out+": ") {
				t.Errorf("status %d\n%s", code, p.stderr())
			}
			got, err := framesOf(out)
			if len(got) < len(flushed) || !begins(got, all) || len(got) == len(all) {
				t.Errorf("%d frames of %d, %d were flushed", len(got), len(all), len(flushed))
			}
			if packed := name != "out"; errors.Is(err, compressed.ErrCut) != packed || !packed && err != nil {
				t.Errorf("its end: %v", err)
			}
		})
	}
	t.Run("from the beginning", func(t *testing.T) {
		_, errs, code := run(t, nltop(t), "record", "-r", demo, "-w", "/dev/full")
		if code != 1 || strings.Count(errs, "no space left on device") != 1 {
			t.Errorf("status %d\n%s", code, errs)
		}
	})
}

// TestPipeVanishes: a reader that has gone is an error, also while nothing comes.
func TestPipeVanishes(t *testing.T) {
	file := nltest.Unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	f := newFIFO(t, true)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := spawn(t, w, nltop(t), "record", "-r", f.path, "-w", "-", "--compress", "zstd")
	_ = w.Close()
	go func() { _, _ = f.file.Write(file[:len(file)/2]) }()
	head := make([]byte, compressed.MagicLen)
	if _, err := io.ReadFull(r, head); err != nil {
		t.Fatal(err)
	}
	if format, _ := compressed.ByMagic(head); format != compressed.Zstd {
		t.Errorf("begins with %x", head)
	}
	_ = r.Close()
	_ = p.wait(t)
	if code := p.ProcessState.ExitCode(); code != 1 || strings.Count(p.stderr(), "write standard output: broken pipe") != 1 {
		t.Errorf("status %d\n%s", code, p.stderr())
	}
}

// TestProgress: a terminal has a line that is written over, a pipe none; SIGUSR1 is
// answered by either, and without the end.
func TestProgress(t *testing.T) {
	file := nltest.Unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	// Each nltop has a FIFO of its own: what one left unread is none of the next's.
	from := func() (f *fifo, args []string) {
		f = newFIFO(t, true)
		return f, []string{"record", "-r", f.path, "-w", filepath.Join(t.TempDir(), "out")}
	}
	fed := make(chan error, 1)
	feed := func(f *fifo) {
		_, err := f.file.Write(file[:len(file)/2])
		fed <- err
	}

	f, args := from()
	p := spawn(t, nil, nltop(t), args...)
	go feed(f)
	p.says(t, "source file")
	if err := <-fed; err != nil {
		t.Fatal(err)
	}
	p.awaitEmpty(t, f)
	for n := 1; n <= 2; n++ {
		if err := p.Process.Signal(unix.SIGUSR1); err != nil {
			t.Fatal(err)
		}
		await(t, func() bool { return strings.Count(p.stderr(), " messages, ") == n },
			func() string { return "no answer to SIGUSR1\n" + p.stderr() })
	}
	_ = p.stop(t, unix.SIGTERM)
	if text := p.stderr(); strings.Count(text, " messages, ") != 2 || strings.Contains(text, "\r") || !strings.Contains(text, " bytes, 0 lost, ") {
		t.Errorf("to a pipe:\n%s", text)
	}

	f, args = from()
	tm := openTerminal(t, nltop(t), args...)
	go feed(f)
	tm.await("\rnltop: ")
	tm.await(" messages, ")
	if err := tm.cmd.Process.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-tm.done
	tm.done <- nil
	await(t, func() bool { return strings.Contains(tm.output(), "datagrams seen") }, tm.output)
	// What is said then stands on a line that was emptied.
	if !regexp.MustCompile("messages, [^\r\n]*\r +\rnltop: ").MatchString(tm.output()) {
		t.Errorf("the line is not taken away: %q", tm.output())
	}
}
