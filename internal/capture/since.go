// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"slices"
	"time"
)

// Since is what was counted after before was; both are of one source.
func (s Stats) Since(before Stats) Stats {
	d := Stats{
		Frames: less(s.Frames, before.Frames), Bytes: less(s.Bytes, before.Bytes), Cut: less(s.Cut, before.Cut),
		Truncated: less(s.Truncated, before.Truncated), Lost: slices.Clone(s.Lost),
		LostReports: less(s.LostReports, before.LostReports), Uncounted: less(s.Uncounted, before.Uncounted),
	}
	for i := range d.Lost {
		for _, l := range before.Lost {
			if l.Reason == d.Lost[i].Reason {
				d.Lost[i].Count = less(d.Lost[i].Count, l.Count)
			}
		}
	}
	return d
}

// less is a difference that stops at 0: what a file says of its losses may go back.
func less[T uint64 | time.Duration](a, b T) T {
	if a < b {
		return 0
	}
	return a - b
}

// Since is what was counted after before was; both are of one source. Of a maximum that
// has not grown since nothing is known but that it was no more, nor more than the sum.
func (t Tables) Since(before *Tables) Tables {
	t.Lost, t.Span = less(t.Lost, before.Lost), less(t.Span, before.Span)
	type key struct {
		pid            uint32
		comm           string
		request        bool
		protocol, kind uint16
		cmd            uint8
	}
	of := func(l *LockRow) key {
		return key{l.Proc.PID, l.Proc.Comm, l.Request, l.Protocol, l.Type, l.Cmd}
	}
	locks := make(map[key]*LockRow, len(before.Locks))
	for i := range before.Locks {
		locks[of(&before.Locks[i])] = &before.Locks[i]
	}
	rows := t.Locks
	t.Locks = nil
	for _, l := range rows {
		if b := locks[of(&l)]; b != nil {
			l.Wait, l.Hold, l.Blamed = l.Wait.since(b.Wait), l.Hold.since(b.Hold), less(l.Blamed, b.Blamed)
		}
		if l.Wait.Count|l.Hold.Count|uint64(l.Blamed) != 0 {
			t.Locks = append(t.Locks, l)
		}
	}
	reads := make(map[uint64]*Reader, len(before.Readers))
	for i := range before.Readers {
		reads[before.Readers[i].Inode] = &before.Readers[i]
	}
	readers := t.Readers
	if t.Readers != nil {
		t.Readers = []Reader{}
	}
	for _, r := range readers {
		if b := reads[r.Inode]; b != nil {
			if r.Reads = less(r.Reads, b.Reads); r.Reads == 0 {
				continue
			}
		}
		t.Readers = append(t.Readers, r)
	}
	return t
}

func (t Times) since(before Times) Times {
	grown := t.Max > before.Max
	t.Count, t.Sum = less(t.Count, before.Count), less(t.Sum, before.Sum)
	if !grown {
		t.Max = min(t.Max, t.Sum)
	}
	return t
}
