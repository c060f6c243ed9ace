// SPDX-License-Identifier: Apache-2.0

package capture

import "time"

// Locker is a Source that watches rtnl_mutex.
type Locker interface {
	// Locks reads who waited for it and who held it, since the source was opened;
	// nil where it is not watched. lost counts those without room in the table.
	Locks() (rows []LockRow, lost uint64, err error)
}

// LockRow is what one process did around rtnl_mutex while it handled requests
// of one type.
type LockRow struct {
	Proc Proc
	// Request: Protocol, Type and Cmd are those of a request; else it was an
	// ioctl, a kernel thread or the like.
	Request  bool
	Protocol uint16
	Type     uint16
	Cmd      uint8
	Wait     Times
	Hold     Times
	// Blamed is how long others waited that found this one holding it.
	Blamed time.Duration
}

// Times sums durations.
type Times struct {
	Count uint64        `json:"count"`
	Sum   time.Duration `json:"sum_ns"`
	Max   time.Duration `json:"max_ns"`
}

// Mean is 0 where nothing was measured.
func (t Times) Mean() time.Duration {
	if t.Count == 0 {
		return 0
	}
	return t.Sum / time.Duration(t.Count)
}

// Add adds what another counted.
func (t *Times) Add(u *Times) {
	t.Count += u.Count
	t.Sum += u.Sum
	t.Max = max(t.Max, u.Max)
}

func (t *Times) sub(before *Times) {
	t.Count -= before.Count
	t.Sum -= before.Sum
}
