// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"errors"
	"fmt"
	"time"
)

// Tables is what a source has counted beside its frames when it ends. A recording keeps
// it behind them.
type Tables struct {
	// Locks are those of a Locker, Lost the processes without room in its table; Locked:
	// rtnl_mutex was watched.
	Locks  []LockRow
	Lost   uint64
	Locked bool
	// Readers are those of a ReaderWatcher; nil: it cannot tell.
	Readers []Reader
	Span    time.Duration // in which they read; 0: unknown
}

// Why a recording has no such table, although its source watched.
var (
	ErrTableCut   = errors.New("the recording was cut off before its end, where that stands")
	ErrTableAhead = errors.New("it stands at the end of the recording, which has not been read yet")
)

// ReadTables asks a source for what it has. What cannot be read is left out.
func ReadTables(src Source) (Tables, error) {
	var t Tables
	var errs []error
	sees := src.Info().Sees
	if l, ok := src.(Locker); ok && sees.Has(SeesLocks) {
		var err error
		t.Locks, t.Lost, err = l.Locks()
		if t.Locked = err == nil; !t.Locked {
			errs = append(errs, fmt.Errorf("table of rtnl_mutex: %w", err))
		}
	}
	if w, ok := src.(ReaderWatcher); ok && sees.Has(SeesReads) {
		var err error
		if t.Readers, t.Span, err = w.Readers(); err != nil {
			t.Readers = nil
			errs = append(errs, fmt.Errorf("table of readers: %w", err))
		}
	}
	return t, errors.Join(errs...)
}
