// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is where the live view is. What is written to it may wait for ever: its output
// was stopped (Ctrl-S, tcflow), or nobody reads the other end of a pseudo-terminal.
type terminal struct {
	ctx context.Context
	was *unix.Termios // before the view took it over; nil: unknown
}

func newTerminal(ctx context.Context) *terminal {
	was, _ := unix.IoctlGetTermios(int(os.Stdout.Fd()), unix.TCGETS)
	return &terminal{ctx, was}
}

// do is f, which uses the terminal. When ctx is done it gets half a second at most: after
// afterSignal, output that was stopped goes on, because what f writes last gives the
// terminal back. Then f is left behind, and the terminal has its modes back at least. A
// panic of f is one of the caller's.
func (t *terminal) do(f func() error) error {
	type result struct {
		err   error
		panic any
		stack []byte
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if r.panic = recover(); r.panic != nil {
				r.stack = debug.Stack()
			}
			done <- r
		}()
		r.err = f()
	}()
	var late <-chan time.Time
	signal := t.ctx.Done()
	for started := false; ; {
		select {
		case r := <-done:
			if r.panic != nil {
				panic(fmt.Sprintf("%v\n\n%s", r.panic, r.stack))
			}
			return r.err
		case <-signal:
			signal, late = nil, time.After(afterSignal)
		case <-late:
			if started {
				t.restore()
				return &os.PathError{Op: "write", Path: os.Stdout.Name(), Err: errStalled}
			}
			startOutput()
			started, late = true, time.After(afterSignal/2)
		}
	}
}

// startOutput lets the output of a terminal go on, whoever stopped it. The kernel takes
// TCOON for what TCOOFF stopped alone, and not for Ctrl-S (n_tty_ioctl_helper()).
func startOutput() {
	for _, action := range []int{unix.TCOOFF, unix.TCOON} {
		_ = unix.IoctlSetInt(int(os.Stdout.Fd()), unix.TCXONC, action)
	}
}

// restore sets the modes that the terminal had, without waiting for its output.
func (t *terminal) restore() {
	if t.was != nil {
		_ = unix.IoctlSetTermios(int(os.Stdout.Fd()), unix.TCSETS, t.was)
	}
}
