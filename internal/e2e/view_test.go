// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with a program in it.
type terminal struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	cmd    *exec.Cmd
	done   chan error
	before unix.Termios

	mu  sync.Mutex
	out bytes.Buffer
}

func openTerminal(t *testing.T, name string, args ...string) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 110}); err != nil {
		t.Fatal(err)
	}
	tm := &terminal{t: t, master: master, slave: slave, done: make(chan error, 1)}
	tm.before = tm.termios()
	tm.cmd = exec.Command(name, args...)
	tm.cmd.Stdin, tm.cmd.Stdout, tm.cmd.Stderr = slave, slave, slave
	tm.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
		"XDG_CONFIG_HOME="+t.TempDir()) // not the settings of who tests
	tm.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	if err := tm.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { tm.done <- tm.cmd.Wait() }()
	go tm.collect()
	t.Cleanup(func() {
		_ = tm.cmd.Process.Kill()
		_ = slave.Close()
		_ = master.Close()
	})
	return tm
}

func (tm *terminal) collect() {
	buf := make([]byte, 4096)
	for {
		n, err := tm.master.Read(buf)
		tm.mu.Lock()
		tm.out.Write(buf[:n])
		tm.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (tm *terminal) output() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.out.String()
}

func (tm *terminal) await(what string) {
	tm.t.Helper()
	tm.awaitBehind(0, what)
}

// awaitBehind waits for what in the output from byte at on.
func (tm *terminal) awaitBehind(at int, what string) {
	tm.t.Helper()
	await(tm.t, func() bool {
		select {
		case err := <-tm.done:
			tm.t.Fatalf("ended early: %v\n%q", err, tm.output())
		default:
		}
		return strings.Contains(tm.output()[at:], what)
	}, func() string { return fmt.Sprintf("the screen never showed %q:\n%q", what, tm.output()) })
}

// awaitScreen waits until the screen holds what. It asks for the whole screen:
// else only the characters come that differ from those before.
func (tm *terminal) awaitScreen(what string) {
	tm.t.Helper()
	at := len(tm.output())
	for i := 0; !strings.Contains(tm.output()[at:], what); i++ {
		if time.Now().After(lastMoment(tm.t)) {
			tm.t.Fatalf("the screen never held %q:\n%q", what, tm.output()[at:])
		}
		if i%10 == 0 { // not so often that it does nothing but draw
			tm.keys("\x0c")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (tm *terminal) termios() unix.Termios {
	tm.t.Helper()
	st, err := unix.IoctlGetTermios(int(tm.slave.Fd()), unix.TCGETS)
	if err != nil {
		tm.t.Fatal(err)
	}
	return *st
}

func (tm *terminal) keys(s string) {
	tm.t.Helper()
	if _, err := tm.master.WriteString(s); err != nil {
		tm.t.Fatal(err)
	}
}

// ended demands a clean end and a terminal as it was before.
func (tm *terminal) ended() {
	tm.t.Helper()
	select {
	case err := <-tm.done:
		if err != nil {
			tm.t.Errorf("ended with %v:\n%q", err, tm.output())
		}
	case <-time.After(time.Until(lastMoment(tm.t))):
		tm.t.Fatalf("does not end:\n%q", tm.output())
	}
	if after := tm.termios(); after != tm.before {
		tm.t.Errorf("terminal settings: %+v, before: %+v", after, tm.before)
	}
	// The last bytes may still be on their way through the pty.
	left := func() bool { return tm.last("\x1b[?1049l") >= tm.last("\x1b[?1049h") }
	shown := func() bool { return tm.last("\x1b[?25h") >= tm.last("\x1b[?25l") }
	await(tm.t, func() bool { return left() && shown() }, func() string {
		return fmt.Sprintf("the alternate screen was left: %v, the cursor is shown: %v", left(), shown())
	})
}

// last is where what was last written, -1 if never.
func (tm *terminal) last(what string) int { return strings.LastIndex(tm.output(), what) }

// TestViewLeavesTerminal ends the live view in every way a user may.
func TestViewLeavesTerminal(t *testing.T) {
	ends := map[string]func(*terminal){
		"q":       func(tm *terminal) { tm.keys("q") },
		"Ctrl-C":  func(tm *terminal) { tm.keys("\x03") },
		"SIGTERM": func(tm *terminal) { _ = tm.cmd.Process.Signal(syscall.SIGTERM) },
		"SIGHUP":  func(tm *terminal) { _ = tm.cmd.Process.Signal(syscall.SIGHUP) },
		"help, then q twice": func(tm *terminal) {
			tm.keys("?")
			tm.awaitScreen("expand or collapse all")
			tm.keys("q")
			tm.awaitScreen("NAME")
			tm.keys("q")
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			tm := openTerminal(t, nltop(t), "demo")
			tm.await("NAME")
			end(tm)
			tm.ended()
		})
	}
}

// TestViewSuspends stops a view from outside; TestKeys does it by the key.
func TestViewSuspends(t *testing.T) {
	suspended(t, func(_ *terminal, pid int) { _ = syscall.Kill(pid, syscall.SIGTSTP) })
}

// suspended stops a view that a shell with job control runs: the shell gets a sane terminal,
// and fg brings the view back.
func suspended(t *testing.T, stop func(tm *terminal, pid int)) {
	t.Helper()
	needTool(t, "sh")
	const script = `set -m
sh -c 'printf %s $$ >"$1"; exec "$0" demo' "$0" "$1"
printf 'stopped\n'
read -r go
fg >/dev/null
exit $?`
	pidFile := filepath.Join(t.TempDir(), "pid")
	tm := openTerminal(t, "sh", "-c", script, nltop(t), pidFile)
	tm.await("NAME")
	stop(tm, readPID(t, pidFile))
	tm.await("stopped")
	if now := tm.termios(); now != tm.before {
		t.Errorf("terminal settings while suspended: %+v, before: %+v", now, tm.before)
	}
	out := tm.output()
	if left := strings.LastIndex(out, "\x1b[?1049l"); left < 0 || left > strings.LastIndex(out, "stopped") {
		t.Errorf("the alternate screen was not left before the shell went on:\n%q", out)
	}
	tm.keys("\n")
	// The whole screen is drawn again, though the figures may be the same.
	tm.awaitBehind(len(out), "\x1b[?1049h")
	tm.awaitBehind(len(out), "NAME")
	tm.keys("q")
	tm.ended()
}

func readPID(t *testing.T, path string) int {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestViewCannotStop sends SIGTSTP to a view that nobody could let go on: it stays.
func TestViewCannotStop(t *testing.T) {
	tm := openTerminal(t, nltop(t), "demo")
	tm.await("NAME")
	for range 3 {
		at := len(tm.output())
		_ = tm.cmd.Process.Signal(syscall.SIGTSTP)
		tm.awaitBehind(at, "\x1b[?1049h")
		tm.awaitBehind(at, "NAME")
	}
	tm.keys("q")
	tm.ended()
}
