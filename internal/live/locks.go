// SPDX-License-Identifier: Apache-2.0

package live

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// Locks is what is known of rtnl_mutex.
type Locks struct {
	// Rows are who held it and who waited, most to blame first; Lost processes
	// found no room in the kernel's table. Why says why there are none.
	Rows []LockRow
	Lost uint64
	Why  string
	// Reports are the last long holds and waits, newest first; Cut: there were older ones.
	Reports []LockReport
	Cut     bool
}

// LockRow is what one process did around rtnl_mutex while it handled one type of
// request.
type LockRow struct {
	Kind   string             `json:"kind"` // "rtnl"
	Proc   *aggregate.Process `json:"proc"`
	Family string             `json:"family,omitempty"` // "": no request
	Type   string             `json:"type,omitempty"`
	// Blamed is how long others waited that found it holding the lock.
	Blamed time.Duration `json:"blamed_ns"`
	Hold   capture.Times `json:"hold"`
	Wait   capture.Times `json:"wait"`
}

// LockReport is one long hold of rtnl_mutex, or a long wait for it.
type LockReport struct {
	Time         time.Time
	Proc         capture.Proc
	Family, Type string // of the request; "": none
	capture.Lock
}

// Why there is no table of rtnl_mutex.
var (
	errLocksOff  = errors.New("rtnl_mutex is not watched: start nltop with --rtnl")
	errLocksFile = errors.New("the recording has no table of rtnl_mutex: it was recorded without --rtnl, or by an nltop that kept only long holds and waits")
)

var errLocksPast = errors.New("the table of rtnl_mutex is one of the whole run: it stands at its end")

// errLocksBlind is for sources that can never see rtnl_mutex.
func errLocksBlind(info *capture.Info) error {
	return fmt.Errorf("%s: it takes %s", info.DoesNotSee(capture.SeesLocks, "rtnl_mutex"), capture.SourcesThat(capture.SeesLocks))
}

// lockTable reads the source's table, who is most to blame first.
func (m *Model) lockTable() (rows []LockRow, lost uint64, err error) {
	from := m.now().src
	info := from.Info()
	src, watches := from.(capture.Locker)
	watches = watches && info.Sees.Has(capture.SeesLocks)
	could := slices.ContainsFunc(info.Of(), func(i capture.Info) bool {
		return capture.Describe(i.Name).Sees.Has(capture.SeesLocks)
	})
	switch {
	case !could:
		return nil, 0, errLocksBlind(&info)
	case !watches && m.o.Replay != nil:
		return nil, 0, errLocksFile
	case !watches:
		return nil, 0, errLocksOff
	}
	locks, lost, err := src.Locks()
	if err != nil {
		return nil, 0, fmt.Errorf("no table of rtnl_mutex: %w", err)
	}
	return lockRows(locks, m.dec), lost, nil
}

func lockRows(locks []capture.LockRow, dec namer) []LockRow {
	rows := make([]LockRow, 0, len(locks))
	for i := range locks {
		l := &locks[i]
		r := LockRow{
			Kind: "rtnl", Proc: &aggregate.Process{PID: l.Proc.PID, Comm: l.Proc.Comm, Outside: l.Proc.Outside}, Blamed: l.Blamed,
			Hold: l.Hold, Wait: l.Wait,
		}
		if l.Request {
			r.Family, r.Type = dec.Name(l.Protocol, l.Type, l.Cmd, capture.DirRequest)
			r.Type = cmp.Or(r.Type, fmt.Sprintf("type 0x%x", l.Type))
			r.Family = cmp.Or(r.Family, capture.ProtocolName(l.Protocol))
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b LockRow) int {
		return cmp.Or(cmp.Compare(b.Blamed, a.Blamed), cmp.Compare(b.Hold.Sum, a.Hold.Sum), cmp.Compare(b.Wait.Sum, a.Wait.Sum),
			cmp.Compare(a.Proc.PID, b.Proc.PID), cmp.Compare(a.Type, b.Type))
	})
	return rows
}

// Process names who it was.
func (r *LockRow) Process() string {
	return words.Process(r.Proc.Proc())
}

// Request names what it handled.
func (r *LockRow) Request() string { return lockRequest(r.Family, r.Type) }

// Request names what it handled.
func (r *LockReport) Request() string { return lockRequest(r.Family, r.Type) }

func lockRequest(family, typ string) string {
	if family == "" {
		return "(no request)"
	}
	return decode.Quote(family) + " " + decode.Quote(typ)
}
