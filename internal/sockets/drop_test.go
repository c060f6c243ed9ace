// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// dropThread makes the calling goroutine's thread an ordinary user's. The
// system call, unlike unix.Setuid, changes one thread only.
func dropThread(uid int) error {
	runtime.LockOSThread()
	if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); e != 0 {
		return fmt.Errorf("give up root: %w", e)
	}
	return nil
}
