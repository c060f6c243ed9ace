// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/ui"
)

// kept is what the view keeps beside the table: the last of each, from the
// stream.
type kept struct {
	ended recent[correlate.Exchange]
	locks recent[export.LockReport]
	tolds lastTolds
}

// Observe implements pipeline.Sink.
func (k *kept) Observe(o *correlate.Observation) error {
	if o.End == correlate.EndExchange {
		k.ended.add(*o.Exchange.Copy())
	}
	if f := o.Frame; f != nil && f.Kind == capture.KindLock {
		k.locks.add(export.LockReport{Time: f.Time, Proc: f.Proc, Family: o.Family, Type: o.Type, Lock: f.Lock})
	}
	return k.tolds.Observe(o)
}

// recent keeps the last maxRecent of what it is given.
type recent[T any] struct {
	mu   sync.Mutex
	ring []T
	n    int // given so far
}

const maxRecent = 256

func (r *recent[T]) add(x T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, x)
	} else {
		r.ring[r.n%maxRecent] = x
	}
	r.n++
}

// newest returns them, newest first.
func (r *recent[T]) newest() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]T, len(r.ring))
	for i := range out {
		out[i] = r.ring[(r.n-1-i)%maxRecent]
	}
	return out
}

// lastTolds keeps what the last messages of nftables say. A rule names its
// anonymous sets by numbers: what is in them stands in messages before it, which
// only the stream has.
type lastTolds struct {
	mu    sync.Mutex
	lines nft.Lines
	by    map[toldKey]nft.Told
	order []toldKey // oldest first
	bytes int
}

// toldKey is a message of the stream.
type toldKey struct {
	frame uint64 // its ID
	index int
}

// Bounds of lastTolds; the table keeps no more messages either.
const (
	maxTolds     = 8192
	maxToldBytes = 8 << 20
)

// Observe implements pipeline.Sink.
func (l *lastTolds) Observe(o *correlate.Observation) error {
	m := o.Message
	if m == nil || o.End != correlate.EndNone || !nft.Is(m) && !nft.InBatch(m) {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	told := l.lines.Tell(m)
	if told.Line == "" && !told.InBatch {
		return nil
	}
	k := toldKey{m.Frame.ID, m.Index}
	if before, again := l.by[k]; again {
		l.bytes -= len(before.Line)
	} else {
		l.order = append(l.order, k)
	}
	if l.by == nil {
		l.by = make(map[toldKey]nft.Told)
	}
	l.by[k] = told
	l.bytes += len(told.Line)
	for len(l.order) > maxTolds || l.bytes > maxToldBytes {
		l.bytes -= len(l.by[l.order[0]].Line)
		delete(l.by, l.order[0])
		l.order = l.order[1:]
	}
	return nil
}

func (l *lastTolds) find(k *aggregate.Kept) (nft.Told, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	told, ok := l.by[toldKey{k.Frame.ID, k.Message.Index}]
	return told, ok
}

// Told implements ui.Source.
func (v *viewSource) Told(k *aggregate.Kept) (nft.Told, bool) { return v.s.kept.tolds.find(k) }

// Exchanges implements ui.Source.
func (v *viewSource) Exchanges() (open, ended []correlate.Exchange) {
	return v.s.pipe.Open(), v.s.kept.ended.newest()
}

// Heat implements ui.Source.
func (v *viewSource) Heat(id aggregate.RowID, now time.Time) aggregate.Heat {
	return v.s.pipe.Heat(id, now)
}

// Locks implements ui.Source.
func (v *viewSource) Locks() ui.Locks {
	l := ui.Locks{Reports: v.s.kept.locks.newest()}
	var err error
	if l.Rows, l.Lost, err = v.s.locks(v.flags); err != nil {
		l.Why = err.Error()
	}
	return l
}
