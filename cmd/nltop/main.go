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
	os.Exit(status(newRoot().Execute()))
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

// status prints an error and returns the exit status for it.
func status(err error) int {
	var (
		usage usageError
		exit  commandExit
		quiet quietError
	)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &quiet):
		return quiet.status
	case errors.As(err, &usage), strings.HasPrefix(err.Error(), "unknown command"):
		fmt.Fprintf(os.Stderr, "nltop: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(os.Stderr, "nltop: %v\n", err)
	return exitFailed
}
