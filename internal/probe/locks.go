// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"

	"github.com/nltop/nltop/internal/capture"
)

// Locks returns what processes did around rtnl_mutex since the source was
// opened; nil without Options.Locks. lost is how often one found no room in the
// table.
func (s *Source) Locks() (rows []capture.LockRow, lost uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.att.locks == nil {
		return s.locks, s.final.locks, nil
	}
	return readLocks(s.att)
}

func readLocks(a *attached) (rows []capture.LockRow, lost uint64, err error) {
	if a.locks == nil {
		return nil, 0, nil
	}
	var k fentryNlLockKey
	var v fentryNlLockRow
	it := a.locks.Iterate()
	for it.Next(&k, &v) {
		rows = append(rows, lockRow(&k, &v))
	}
	if err := it.Err(); err != nil {
		return rows, 0, fmt.Errorf("read table of rtnl_mutex: %w", err)
	}
	return rows, perCPUSum(a.losses, uint32(fentryNlLossNL_LOST_LOCK)), nil
}

func lockRow(k *fentryNlLockKey, v *fentryNlLockRow) capture.LockRow {
	times := func(n, sum, most uint64) capture.Times {
		return capture.Times{Count: n, Sum: nanoseconds(sum), Max: nanoseconds(most)}
	}
	r := capture.LockRow{
		Proc:   capture.Proc{Comm: comm(k.Name[:]), Name: comm(k.Name[:])},
		Wait:   times(v.Waits, v.WaitNs, v.WaitMax),
		Hold:   times(v.Holds, v.HoldNs, v.HoldMax),
		Blamed: nanoseconds(v.BlamedNs),
	}
	r.Proc.PID, r.Proc.Outside = number(k.Tgid)
	if k.Request > 0 {
		r.Request, r.Protocol, r.Type, r.Cmd = true, uint16(k.Request-1), k.Type, k.Cmd
	}
	return r
}
