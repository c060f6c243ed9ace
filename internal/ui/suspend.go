// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// suspend gives the terminal back and stops nltop, as Ctrl-Z does with other
// programs; when it goes on, the screen is back as it was. Where nobody could
// make it go on (an orphaned process group), the kernel does not stop it.
func (a *app) suspend() {
	if err := a.screen.Suspend(); err != nil {
		a.notice = fmt.Sprintf("cannot suspend: %v", err)
		return
	}
	err := stopSelf()
	for len(a.jobs) > 0 {
		<-a.jobs // what led here, and the end of it
	}
	if rerr := a.screen.Resume(); rerr != nil {
		a.failed, a.done = fmt.Errorf("take the terminal back: %w", rerr), true
		return
	}
	if err != nil {
		a.notice = err.Error()
	}
	a.redraw()
}

// stopSelf returns when nltop goes on. The signal is sent to this thread, which
// takes it before the call returns: one to the process may stop it at any time
// after, with the terminal taken again.
var stopSelf = func() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	caught, err := setAction(unix.SIGTSTP, nil)
	if err == nil && !caught.ignored() {
		if _, err = setAction(unix.SIGTSTP, &sigaction{}); err == nil {
			defer func() { _, _ = setAction(unix.SIGTSTP, &caught) }()
		}
	}
	if err == nil {
		err = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGTSTP)
	}
	if err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// watchJobs asks for SIGTSTP, after which the terminal must be given back first,
// and SIGCONT, until the caller calls what it returns. A SIGTSTP that somebody let
// nltop be started without stays ignored.
func (a *app) watchJobs() (stop func()) {
	a.jobs = make(chan os.Signal, 4)
	signal.Notify(a.jobs, unix.SIGCONT)
	before, err := setAction(unix.SIGTSTP, nil)
	if err != nil || before.ignored() {
		return func() { signal.Stop(a.jobs) }
	}
	signal.Notify(a.jobs, unix.SIGTSTP)
	if installed != (sigaction{}) {
		_, _ = setAction(unix.SIGTSTP, &installed)
	}
	return func() {
		signal.Stop(a.jobs)
		installed, _ = setAction(unix.SIGTSTP, &before)
	}
}

// installed is the action of package os/signal that a view before this one took
// away: the package does not know, and installs it once.
var installed sigaction

// job acts on a signal of watchJobs.
func (a *app) job(s os.Signal) {
	if s == unix.SIGTSTP {
		a.suspend()
	} else {
		a.continued()
	}
}

// sigaction is the kernel's, with room for that of every machine; zero is
// SIG_DFL, and the first word is the handler (include/uapi/asm-generic/signal.h).
// Package os/signal does not give SIGTSTP its default back, once it had it.
type sigaction [8]uint64

func (s *sigaction) ignored() bool { return s[0] == 1 } // SIG_IGN

// setAction replaces what is done at a signal, unless to is nil, and returns what
// was done before.
func setAction(sig unix.Signal, to *sigaction) (before sigaction, err error) {
	const sigsetSize = 8 // _NSIG / 8
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(to)),
		uintptr(unsafe.Pointer(&before)), sigsetSize, 0, 0)
	if errno != 0 {
		return before, fmt.Errorf("set action of %v: %w", sig, errno)
	}
	return before, nil
}

// continued takes the terminal back after a stop that came from outside and left
// the terminal to others as it was.
func (a *app) continued() {
	if err := a.screen.Suspend(); err == nil {
		if err := a.screen.Resume(); err != nil {
			a.failed, a.done = fmt.Errorf("take the terminal back: %w", err), true
			return
		}
	}
	a.redraw()
}
