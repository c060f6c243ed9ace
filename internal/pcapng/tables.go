// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// What the source counted beside its frames (capture.Tables) stands at the end of a
// section, a report block for each row, and one that ends it: without that, the section
// was cut off. An older nltop takes them for somebody else's blocks.

// Tags of factsLock, a row of capture.Tables.Locks.
const (
	tagLockPID = iota + 1
	tagLockComm
	tagLockProtocol // and one: 0 is no request
	tagLockType
	tagLockCmd
	tagLockWaits
	tagLockWaited
	tagLockWaitMax
	tagLockHolds
	tagLockHeld
	tagLockHoldMax
	tagLockBlamed
	tagLockOutside
)

// Tags of factsReader, a row of capture.Tables.Readers.
const (
	tagReaderInode = iota + 1
	tagReaderReads
	tagReaderStall
	tagReaderLast // nanoseconds since 1970
	tagReaderHigh
)

// Tags of factsTables, the end.
const (
	tagTablesLocked = iota + 1
	tagTablesLost
	tagTablesRead
	tagTablesSpan
)

// These bound what a file can make the reader keep, and are above what the kernel's
// tables hold.
const (
	maxLockRows   = 1 << 13
	maxReaderRows = 1 << 15
)

// WriteTables records what the source has counted, behind its last frame.
func (w *Writer) WriteTables(t *capture.Tables) error {
	for i := range t.Locks {
		l := &t.Locks[i]
		f := w.beginFacts(factsLock).uint(tagLockPID, uint64(l.Proc.PID)).string(tagLockComm, l.Proc.Comm)
		if l.Request {
			f = f.put(tagLockProtocol, uint64(l.Protocol)+1).uint(tagLockType, uint64(l.Type)).uint(tagLockCmd, uint64(l.Cmd))
		}
		f = f.uint(tagLockWaits, l.Wait.Count).int(tagLockWaited, int64(l.Wait.Sum)).int(tagLockWaitMax, int64(l.Wait.Max)).
			uint(tagLockHolds, l.Hold.Count).int(tagLockHeld, int64(l.Hold.Sum)).int(tagLockHoldMax, int64(l.Hold.Max)).
			int(tagLockBlamed, int64(l.Blamed)).uint(tagLockOutside, number(l.Proc.Outside))
		w.endFacts(f)
	}
	for i := range t.Readers {
		r := &t.Readers[i]
		f := w.beginFacts(factsReader).uint(tagReaderInode, r.Inode).uint(tagReaderReads, r.Reads).
			int(tagReaderStall, int64(r.Stall)).uint(tagReaderHigh, uint64(r.HighWater))
		if ns, ok := stamp(r.Last); ok && !r.Last.IsZero() {
			f = f.put(tagReaderLast, ns)
		}
		w.endFacts(f)
	}
	w.endFacts(w.beginFacts(factsTables).uint(tagTablesLocked, number(t.Locked)).uint(tagTablesLost, t.Lost).
		uint(tagTablesRead, number(t.Readers != nil)).int(tagTablesSpan, int64(t.Span)))
	return w.pushIfFull()
}

// beginFacts begins a report block; endFacts ends it.
func (w *Writer) beginFacts(kind byte) facts {
	w.begin(blockReport)
	w.factsAt = len(w.buf) - 8
	return newFacts(w.buf, kind)
}

func (w *Writer) endFacts(f facts) {
	w.buf = w.ended(padded(f), w.factsAt)
	_ = w.pushIfFull() // whose error stays
}

// readTables takes a row, or the end, of the tables of this section.
func (r *Reader) readTables(kind byte, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := &r.tables
	var err error
	switch {
	case kind == factsLock && len(t.Locks) < maxLockRows:
		var l capture.LockRow
		l, err = parseLock(body)
		t.Locks = append(t.Locks, l)
	case kind == factsReader && len(t.Readers) < maxReaderRows:
		var w capture.Reader
		w, err = parseReader(body)
		t.Readers = append(t.Readers, w)
	case kind == factsTables:
		err = eachFact(body, func(tag, num uint64, _ []byte) {
			switch tag {
			case tagTablesLocked:
				t.Locked = t.Locked || num != 0
			case tagTablesLost:
				t.Lost += num
			case tagTablesRead:
				r.readersEnd = r.readersEnd || num != 0
			case tagTablesSpan:
				t.Span = max(t.Span, time.Duration(unzigzag(num)))
			}
		})
	}
	if err != nil {
		r.badFacts++
	}
}

func parseLock(body []byte) (l capture.LockRow, err error) {
	err = eachFact(body, func(tag, num uint64, v []byte) {
		d := time.Duration(unzigzag(num))
		switch tag {
		case tagLockPID:
			l.Proc.PID = uint32(num)
		case tagLockComm:
			l.Proc.Comm = string(v[:min(len(v), 16)]) // TASK_COMM_LEN
			l.Proc.Name = l.Proc.Comm
		case tagLockProtocol:
			l.Request, l.Protocol = num > 0, uint16(num-1)
		case tagLockType:
			l.Type = uint16(num)
		case tagLockCmd:
			l.Cmd = uint8(num)
		case tagLockWaits:
			l.Wait.Count = num
		case tagLockWaited:
			l.Wait.Sum = d
		case tagLockWaitMax:
			l.Wait.Max = d
		case tagLockHolds:
			l.Hold.Count = num
		case tagLockHeld:
			l.Hold.Sum = d
		case tagLockHoldMax:
			l.Hold.Max = d
		case tagLockBlamed:
			l.Blamed = d
		case tagLockOutside:
			l.Proc.Outside = num != 0
		}
	})
	return l, err
}

func parseReader(body []byte) (r capture.Reader, err error) {
	err = eachFact(body, func(tag, num uint64, _ []byte) {
		switch tag {
		case tagReaderInode:
			r.Inode = num
		case tagReaderReads:
			r.Reads = num
		case tagReaderStall:
			r.Stall = time.Duration(unzigzag(num))
		case tagReaderLast:
			r.Last = time.Unix(int64(num/1e9), int64(num%1e9))
		case tagReaderHigh:
			r.HighWater = uint32(num)
		}
	})
	return r, err
}

// Locks implements capture.Locker: the table of the recording.
func (r *Reader) Locks() ([]capture.LockRow, uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.tables.Locked {
		return nil, 0, r.noTable()
	}
	return slices.Clone(r.tables.Locks), r.tables.Lost, nil
}

// Readers implements capture.ReaderWatcher likewise.
func (r *Reader) Readers() ([]capture.Reader, time.Duration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.readersEnd {
		return nil, 0, r.noTable()
	}
	return append([]capture.Reader{}, r.tables.Readers...), r.tables.Span, nil
}

func (r *Reader) noTable() error {
	if r.atEnd {
		return capture.ErrTableCut
	}
	return capture.ErrTableAhead
}

// finish notes that nothing more will come.
func (r *Reader) finish(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.atEnd = true
	r.final(err)
	return r.inside(err)
}

var (
	_ capture.Locker        = (*Reader)(nil)
	_ capture.ReaderWatcher = (*Reader)(nil)
)
