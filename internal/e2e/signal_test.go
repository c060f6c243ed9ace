// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// fifo is a FIFO, of which the test holds both ends if it is open.
type fifo struct {
	path string
	file *os.File
}

func newFIFO(t *testing.T, open bool) *fifo {
	t.Helper()
	f := &fifo{path: filepath.Join(t.TempDir(), "fifo")}
	if err := unix.Mkfifo(f.path, 0o600); err != nil {
		t.Fatal(err)
	}
	if !open {
		return f
	}
	var err error
	if f.file, err = os.OpenFile(f.path, os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.file.Close() })
	// One page: whoever writes more waits.
	if _, err := unix.FcntlInt(f.file.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
		t.Fatal(err)
	}
	return f
}

// holds is how many bytes nobody has read yet.
func (f *fifo) holds(t *testing.T) int {
	t.Helper()
	n, err := unix.IoctlGetInt(int(f.file.Fd()), unix.TIOCINQ)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// awaitEmpty waits until all was read that is in a FIFO: its reader waits for more.
func (p *process) awaitEmpty(t *testing.T, f *fifo) {
	t.Helper()
	await(t, func() bool { return f.holds(t) == 0 }, func() string {
		return fmt.Sprintf("nobody reads the %d bytes in the FIFO:\n%s", f.holds(t), p.stderr())
	})
}

// awaitFull waits until there is no room in a FIFO: its writer waits, or will.
func (p *process) awaitFull(t *testing.T, f *fifo) {
	t.Helper()
	await(t, func() bool {
		poll := []unix.PollFd{{Fd: int32(f.file.Fd()), Events: unix.POLLOUT}}
		n, err := unix.Poll(poll, 0)
		return err == nil && n == 0
	}, func() string { return fmt.Sprintf("the FIFO has room:\n%s", p.stderr()) })
}

// awaitOpen waits until a thread of the process waits in openat().
func (p *process) awaitOpen(t *testing.T, path string) {
	t.Helper()
	p.awaitIn(t, "nobody opens "+path, unix.SYS_OPENAT)
}

// awaitIn waits until a thread of the process waits in a system call.
func (p *process) awaitIn(t *testing.T, never string, call int) {
	t.Helper()
	await(t, func() bool {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/syscall", p.Process.Pid))
		for _, task := range tasks {
			b, err := os.ReadFile(task)
			if err != nil || !strings.HasPrefix(string(b), strconv.Itoa(call)+" ") {
				continue
			}
			stat, _ := os.ReadFile(filepath.Join(filepath.Dir(task), "stat"))
			if i := bytes.LastIndexByte(stat, ')'); i > 0 && bytes.HasPrefix(stat[i:], []byte(") S")) {
				return true
			}
		}
		return false
	}, func() string { return never + "\n" + p.stderr() })
}

// TestFirstSignalEnds sends one signal to nltop while it waits for others: it ends, by
// itself and with its account.
func TestFirstSignalEnds(t *testing.T) {
	demo := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	half, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	half = half[:len(half)/2]
	type plan struct {
		args  []string
		stdin io.Reader
		out   *os.File
		both  bool   // standard error is the same pipe
		says  string // the account, on standard output
		ready func(t *testing.T, p *process)
	}
	feed := func(t *testing.T, f *fifo, b []byte) func(*testing.T, *process) {
		fed := make(chan struct{})
		go func() {
			defer close(fed)
			_, _ = f.file.Write(b)
		}()
		return func(t *testing.T, p *process) {
			<-fed
			p.awaitEmpty(t, f)
		}
	}
	full := func(f *fifo) func(*testing.T, *process) {
		return func(t *testing.T, p *process) { p.awaitFull(t, f) }
	}
	cases := map[string]func(t *testing.T) plan{
		"-r FIFO that nobody writes": func(t *testing.T) plan {
			f := newFIFO(t, false)
			return plan{args: []string{"trace", "-r", f.path}, ready: func(t *testing.T, p *process) { p.awaitOpen(t, f.path) }}
		},
		"-w FIFO that nobody reads": func(t *testing.T) plan {
			f := newFIFO(t, false)
			return plan{args: []string{"record", "-r", demo, "-w", f.path}, ready: func(t *testing.T, p *process) { p.awaitOpen(t, f.path) }}
		},
		"-w FIFO that is full": func(t *testing.T) plan {
			f := newFIFO(t, true)
			return plan{args: []string{"record", "-r", demo, "-w", f.path}, ready: full(f)}
		},
		"-r -": func(t *testing.T) plan {
			f := newFIFO(t, true)
			return plan{args: []string{"trace", "-r", "-"}, stdin: f.file, ready: feed(t, f, half)}
		},
		"standard output": func(t *testing.T) plan {
			f := newFIFO(t, true)
			return plan{args: []string{"trace", "-r", demo}, out: f.file, ready: full(f)}
		},
		"standard output, JSON": func(t *testing.T) plan {
			f := newFIFO(t, true)
			return plan{args: []string{"trace", "-o", "json", "-r", demo}, out: f.file, ready: full(f)}
		},
		"standard output, a recording": func(t *testing.T) plan {
			f := newFIFO(t, true)
			return plan{args: []string{"record", "-r", demo, "-w", "-"}, out: f.file, ready: full(f)}
		},
		"standard output and error": func(t *testing.T) plan {
			f := newFIFO(t, true)
			return plan{args: []string{"trace", "-r", demo}, out: f.file, both: true, ready: full(f)}
		},
	}
	for _, command := range []string{"trace", "stat", "sockets", "record", "info"} {
		for what, b := range map[string][]byte{"beginning": half[:2], "middle": half} {
			cases[command+" -r FIFO, "+what] = func(t *testing.T) plan {
				f := newFIFO(t, true)
				args := []string{command, "-r", f.path}
				if command == "record" {
					args = append(args, "-w", filepath.Join(t.TempDir(), "out"))
				}
				p := plan{args: args, ready: feed(t, f, b)}
				if command == "info" && what == "middle" {
					p.says = "not read to its end"
				}
				return p
			}
		}
	}
	for name, of := range cases {
		for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGINT} {
			t.Run(name+", "+unix.SignalName(sig), func(t *testing.T) {
				t.Parallel()
				c := of(t)
				p := &process{Cmd: exec.Command(nltop(t), c.args...), done: make(chan error, 1)}
				p.Stdin, p.Stderr = c.stdin, p
				p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
				if c.out != nil {
					p.Stdout = c.out
				}
				if c.both {
					p.Stderr = c.out
				}
				says := "datagrams seen"
				if c.says != "" {
					says, p.Stdout = c.says, p
				}
				if err := p.Start(); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = p.Process.Kill() })
				go func() { p.done <- p.Wait() }()
				c.ready(t, p)
				_ = p.stop(t, sig)
				if ws := p.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
					t.Errorf("killed by %v, instead of ending", ws.Signal())
				}
				if !c.both && !strings.Contains(p.stderr(), says) {
					t.Errorf("no account:\n%s", p.stderr())
				}
			})
		}
	}
}
