// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// execArg makes nltop wait on descriptor 3 and then become another program. It
// is how `-- CMD` learns the PID of a command before its first instruction: the
// source filters on that PID first, and only then is the descriptor closed.
// ptrace would do too, but takes the set-user-ID bit of sudo and ping away.
const execArg = "__exec"

// execChild runs in the child: args is the resolved path, then argv.
func execChild(args []string) int {
	if len(args) < 2 {
		return exitUsage
	}
	gate := os.NewFile(3, "gate")
	// One byte: go. The end of the file without it: nltop died.
	if n, _ := gate.Read(make([]byte, 1)); n != 1 {
		return exitFailed
	}
	_ = gate.Close()
	err := syscall.Exec(args[0], args[1:], os.Environ())
	fmt.Fprintf(stderr, "nltop: run %s: %v\n", args[1], err)
	return 126 // as shells do for what is found but cannot run
}

// child is a command that nltop traces.
type child struct {
	cmd  *exec.Cmd
	gate *os.File
}

// startChild forks the command, held back until release. stdout is where its
// standard output goes.
func startChild(argv []string, stdout io.Writer) (*child, error) {
	path, err := exec.LookPath(argv[0])
	if err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			fmt.Fprintf(stderr, "nltop: %v\n", err)
			return nil, commandExit(127)
		}
		return nil, fmt.Errorf("find command: %w", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make gate: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find nltop itself: %w", err)
	}
	c := exec.Command(self, append([]string{execArg, path}, argv...)...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, stdout, errFile
	c.ExtraFiles = []*os.File{r}
	// Not Pdeathsig: it binds to the thread that forked, which Go may end.
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start command: %w", err)
	}
	_ = r.Close()
	return &child{cmd: c, gate: w}, nil
}

func (c *child) pid() uint32 { return uint32(c.cmd.Process.Pid) }

// release lets the command begin.
func (c *child) release() error {
	defer func() { _ = c.gate.Close() }()
	if _, err := c.gate.Write([]byte{1}); err != nil {
		return fmt.Errorf("release command: %w", err)
	}
	return nil
}

// abandon ends a command that was never released.
func (c *child) abandon() {
	_ = c.gate.Close()
	_ = c.cmd.Wait()
}

// wait returns the command's exit status as a shell counts it: 128 plus the
// signal where one ended it. Ctrl-C reaches the command by the terminal, so
// nltop only outlives it; other signals are passed on.
func (c *child) wait() commandExit {
	sigs := make(chan os.Signal, 4)
	signal.Notify(sigs, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	defer signal.Stop(sigs)
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-sigs:
				if s == unix.SIGTERM || s == unix.SIGHUP || s == os.Interrupt && !inForeground() {
					_ = c.cmd.Process.Signal(s)
				}
			case <-done:
				return
			}
		}
	}()
	_ = c.cmd.Wait()
	ws, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && ws.Signaled() {
		return commandExit(128 + int(ws.Signal()))
	}
	return commandExit(c.cmd.ProcessState.ExitCode())
}
