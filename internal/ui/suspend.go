// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"os/signal"
	"runtime"

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
	a.watchJobs(false)
	err := stopSelf()
	a.watchJobs(true)
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

// watchJobs asks for SIGCONT. SIGTSTP is left alone: who once asked os/signal for
// it can never have its default back, which is what stops a process.
func (a *app) watchJobs(yes bool) {
	switch {
	case a.jobs == nil:
	case yes:
		signal.Notify(a.jobs, unix.SIGCONT)
	default:
		signal.Stop(a.jobs)
	}
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
