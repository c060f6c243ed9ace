// SPDX-License-Identifier: Apache-2.0

// Command nltop shows live who sends which Netlink message, what the kernel
// answered, and which socket loses messages. See README.md.
//
// This package holds flags, wiring and exit codes, nothing else.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/lap"
)

// version is set by the linker (Makefile).
var version = "dev"

// Exit statuses, beside that of a traced command.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == execArg {
		os.Exit(execChild(os.Args[2:]))
	}
	lap.Mark("program")
	readOwnMemory()
	root, out := newRoot(), &printed{}
	root.SetOut(out)
	root.SetErr(stderr)
	code := status(distinct(root.Execute(), out.err))
	lap.Mark("rest")
	lap.Print(errFile) // with tabs
	os.Exit(code)
}

// printed is standard output for what cobra prints (help, version, completions), whose
// errors it does not return.
type printed struct{ err error }

func (p *printed) Write(b []byte) (int, error) {
	if p.err == nil {
		_, p.err = os.Stdout.Write(b)
	}
	return len(b), nil
}

// readOwnMemory undoes what file capabilities (setcap) do to a process besides
// their purpose: /proc/self/mem becomes unreadable, where cilium/ebpf finds the
// kernel's version. Nobody gains by it: ptrace still asks for all of nltop's
// capabilities (cap_ptrace_access_check).
func readOwnMemory() {
	if d, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err == nil && d != 1 {
		_ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
	}
}

// usageError is a mistake on the command line.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// commandExit carries the exit status of a traced command; it is not an error
// of nltop's and prints nothing.
type commandExit int

func (e commandExit) Error() string { return fmt.Sprintf("command exited with %d", int(e)) }

// quietError only sets the exit status; what there was to say is said.
type quietError struct{ status int }

func (e quietError) Error() string { return fmt.Sprintf("status %d", e.status) }

// status prints what of an error is not said yet, and returns the exit status for it: that
// of a command, else that of the first.
func status(err error) int {
	result, first := 0, true
	for _, err := range apart(err) {
		n := statusOf(err)
		if exit := commandExit(0); errors.As(err, &exit) || first {
			result, first = n, false
		}
	}
	return result
}

func statusOf(err error) int {
	var (
		usage usageError
		exit  commandExit
		quiet quietError
	)
	switch {
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &quiet):
		return quiet.status
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(stderr, "nltop: %v\n", err)
		return exitUsage
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(stderr, "nltop: %s\n", strings.TrimSuffix(line, "\n"))
	}
	return exitFailed
}
