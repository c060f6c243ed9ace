// SPDX-License-Identifier: Apache-2.0

package live

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/repeat"
)

// stream is what is kept beside the table: the last of each. The pipeline's lock is
// held whenever it is written to or read.
type stream struct {
	locks recent[LockReport]
	errs  errorKinds
	polls repeat.Log
	said  lastSaid
	// sockets: those of the stream are collected, since the kernel's are others.
	sockets bool
	seen    seenSockets
}

// newStream collects sockets, or not.
func newStream(sockets bool) *stream {
	k := &stream{sockets: sockets}
	k.clear()
	return k
}

// clear forgets what is counted in it.
func (k *stream) clear() { k.errs, k.polls = errorKinds{}, repeat.Log{Brief: true} }

// Observe implements pipeline.Sink.
func (k *stream) Observe(o *correlate.Observation) error {
	if f := o.Frame; f != nil && f.Kind == capture.KindLock {
		k.locks.add(LockReport{Time: f.Time, Proc: f.Proc, Family: o.Family, Type: o.Type, Lock: f.Lock})
	}
	k.errs.observe(o)
	if err := k.polls.Observe(o); err != nil {
		return err
	}
	if k.sockets {
		k.seen.observe(o)
	}
	k.said.observe(o)
	return nil
}

// recent keeps the last maxRecent of what it is given.
type recent[T any] struct {
	ring []T
	n    int // given so far
}

const maxRecent = 256

func (r *recent[T]) add(x T) {
	if len(r.ring) < maxRecent {
		r.ring = append(r.ring, x)
	} else {
		r.ring[r.n%maxRecent] = x
	}
	r.n++
}

// newest returns copies, newest first.
func (r *recent[T]) newest() []T {
	out := make([]T, len(r.ring))
	for i := range out {
		out[i] = r.ring[(r.n-1-i)%maxRecent]
	}
	return out
}

// lastSaid keeps what the last messages of nftables say. A rule names its
// anonymous sets by numbers: what is in them stands in messages before it, which
// only the stream has.
type lastSaid struct {
	lines nft.Lines
	by    map[MessageID]nft.Said
	order []MessageID // oldest first
	bytes int
}

// MessageID is a message of the stream.
type MessageID struct {
	Frame uint64 // its ID
	Index int    // in its datagram
}

// Bounds of lastSaid; the table keeps no more messages either.
const (
	maxSaid      = 8192
	maxSaidBytes = 8 << 20
)

func (l *lastSaid) observe(o *correlate.Observation) {
	m := o.Message
	if m == nil || o.End != correlate.EndNone || !nft.Is(m) && !nft.InBatch(m) {
		return
	}
	said := l.lines.Say(m)
	if said.Line == "" && !said.InBatch {
		return
	}
	k := MessageID{m.Frame.ID, m.Index}
	if before, again := l.by[k]; again {
		l.bytes -= len(before.Line)
	} else {
		l.order = append(l.order, k)
	}
	if l.by == nil {
		l.by = make(map[MessageID]nft.Said)
	}
	l.by[k] = said
	l.bytes += len(said.Line)
	for len(l.order) > maxSaid || l.bytes > maxSaidBytes {
		l.bytes -= len(l.by[l.order[0]].Line)
		delete(l.by, l.order[0])
		l.order = l.order[1:]
	}
}

// tell adds to a snapshot what the stream knows a message to say.
func (k *stream) tell(s *Snapshot, msg *decode.Message) {
	if k == nil || msg == nil {
		return
	}
	id := MessageID{msg.Frame.ID, msg.Index}
	if said, ok := k.said.by[id]; ok {
		s.SaidBy[id] = said
	}
}
