// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/export"
)

// Why there is no table of rtnl_mutex.
var (
	errLocksFile    = errors.New("a recording has no table of rtnl_mutex, only the long holds and waits that were reported")
	errLocksOff     = errors.New("rtnl_mutex is not watched: start nltop with --rtnl")
	errLocksSyscall = errors.New("source syscall does not see rtnl_mutex: it takes fentry or kprobe")
	errLocksSource  = errors.New("this source does not see rtnl_mutex: it takes fentry or kprobe")
)

// locks reads the source's table of rtnl_mutex, who is most to blame first.
func (s *session) locks(f *captureFlags) (rows []export.LockRow, lost uint64, err error) {
	src, ok := s.src.(capture.Locker)
	switch {
	case s.file != nil:
		return nil, 0, errLocksFile
	case s.src.Info().Name == capture.SourceSyscall:
		return nil, 0, errLocksSyscall
	case !ok:
		return nil, 0, errLocksSource
	case !f.rtnl:
		return nil, 0, errLocksOff
	}
	locks, lost, err := src.Locks()
	return export.LockRows(locks, s.dec), lost, err
}

// rtnl returns the table of --rtnl; nil without the flag.
func (f *statFlags) rtnl(s *session) ([]export.LockRow, error) {
	if !f.captureFlags.rtnl {
		return nil, nil
	}
	rows, lost, err := s.locks(&f.captureFlags)
	if err != nil {
		return nil, fmt.Errorf("--rtnl: %w", err)
	}
	if lost > 0 && !f.quiet {
		fmt.Fprintf(os.Stderr, "nltop: rtnl_mutex: %d processes found no room in the table\n", lost)
	}
	return rows, nil
}
