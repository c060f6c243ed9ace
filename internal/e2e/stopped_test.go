// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// pty is a pseudo-terminal of which nobody reads the master.
func pty(t *testing.T) (master, tty *os.File) {
	t.Helper()
	open := func(path string) *os.File {
		f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	master = open("/dev/ptmx")
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return master, open("/dev/pts/" + strconv.Itoa(n))
}

// stopOutput stops the output of a terminal, as tcflow() does.
func stopOutput(t *testing.T, _, tty *os.File) {
	t.Helper()
	if err := unix.IoctlSetInt(int(tty.Fd()), unix.TCXONC, unix.TCOOFF); err != nil {
		t.Fatal(err)
	}
}

// typeStop types Ctrl-S on it. The view's own modes would let it go on again.
func typeStop(t *testing.T, master, _ *os.File) {
	t.Helper()
	if _, err := master.Write([]byte{'S' - '@'}); err != nil {
		t.Fatal(err)
	}
}

// fillUp writes to a terminal until there is no room.
func fillUp(t *testing.T, _, tty *os.File) {
	t.Helper()
	fd := int(tty.Fd())
	if err := unix.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	for {
		switch _, err := unix.Write(fd, make([]byte, 512)); {
		case errors.Is(err, unix.EAGAIN):
			if err := unix.SetNonblock(fd, false); err != nil {
				t.Fatal(err)
			}
			return
		case err != nil:
			t.Fatal(err)
		}
	}
}

// A terminal that takes nothing keeps no first signal from ending nltop, and the modes of
// the terminal are what they were.
func TestSignalOnStoppedTerminal(t *testing.T) {
	demo := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	views := map[string][]string{
		"trace": {"trace", "-r", demo}, "trace JSON": {"trace", "-o", "json", "-r", demo}, "view": {"-r", demo},
	}
	stops := map[string]func(t *testing.T, master, tty *os.File){"tcflow": stopOutput, "Ctrl-S": typeStop, "unread": fillUp}
	for view, args := range views {
		for how, stop := range stops {
			for _, both := range []bool{false, true} {
				if view == "view" && how == "Ctrl-S" {
					continue // it takes Ctrl-S as a key
				}
				name := view + ", " + how
				if both {
					name += ", standard error too"
				}
				for _, sig := range []syscall.Signal{unix.SIGTERM, unix.SIGINT} {
					t.Run(name+", "+unix.SignalName(sig), func(t *testing.T) {
						t.Parallel()
						master, tty := pty(t)
						was, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
						if err != nil {
							t.Fatal(err)
						}
						stop(t, master, tty)
						p := &process{Cmd: exec.Command(nltop(t), args...), done: make(chan error, 1)}
						p.Stdin, p.Stdout, p.Stderr = tty, tty, p
						if both {
							p.Stderr = tty
						}
						p.Env = append(os.Environ(), "TERM=xterm")
						p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true, Setctty: true}
						if err := p.Start(); err != nil {
							t.Fatal(err)
						}
						t.Cleanup(func() { _ = p.Process.Kill() })
						go func() { p.done <- p.Wait() }()
						if view != "view" {
							p.awaitIn(t, "nobody writes to the terminal", unix.SYS_WRITE)
						} else {
							// It waits in poll, after the modes, for room for its first bytes.
							await(t, func() bool {
								is, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
								return err == nil && is.Lflag&unix.ICANON == 0
							}, func() string { return "the view does not take the terminal over" })
						}
						_ = p.stop(t, sig)
						if ws := p.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
							t.Errorf("killed by %v, instead of ending", ws.Signal())
						}
						if !both && view != "view" && !strings.Contains(p.stderr(), "datagrams seen") {
							t.Errorf("no account:\n%s", p.stderr())
						}
						if is, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS); err != nil || *is != *was {
							t.Errorf("modes are %+v, %v, not %+v", is, err, was)
						}
					})
				}
			}
		}
	}
}
