// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"golang.org/x/sys/unix"
)

// jobSignals are those of job control that the view acts on while it runs.
var jobSignals = []os.Signal{unix.SIGTSTP, unix.SIGCONT}

// suspend gives the terminal back and stops nltop, as Ctrl-Z does with other
// programs; when it goes on, the screen is back as it was. Where nobody could
// make it go on (an orphaned process group), the kernel does not stop it.
func (a *app) suspend() {
	if err := a.screen.Suspend(); err != nil {
		a.notice = fmt.Sprintf("cannot suspend: %v", err)
		return
	}
	signal.Reset(jobSignals...)
	err := stopSelf()
	a.watchJobs()
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
	if err := unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGTSTP); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	return nil
}

// watchJobs asks for the signals of job control.
func (a *app) watchJobs() {
	if a.jobs != nil {
		signal.Notify(a.jobs, jobSignals...)
	}
}

// job acts on a signal: SIGTSTP came from outside, and so did SIGCONT, after a
// SIGSTOP that left the terminal to others as it was.
func (a *app) job(s os.Signal) {
	if s == unix.SIGTSTP {
		a.suspend()
		return
	}
	if err := a.screen.Suspend(); err == nil {
		if err := a.screen.Resume(); err != nil {
			a.failed, a.done = fmt.Errorf("take the terminal back: %w", err), true
			return
		}
	}
	a.redraw()
}
