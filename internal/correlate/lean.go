// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Where nobody looks at anything but what is counted (Options.Counts), what is kept of a
// request is one piece, which is used again when the request is forgotten.

// leanMessage is a message with its frame, without their bytes.
type leanMessage struct {
	message decode.Message
	frame   capture.Frame
}

func (l *leanMessage) keep(m *decode.Message) *decode.Message {
	l.frame = capture.Frame{Origin: m.Frame.Origin, ID: m.Frame.ID, Time: m.Frame.Time}
	l.message = *m
	l.message.Frame, l.message.Data = &l.frame, nil
	return &l.message
}

// lean is a request.
type lean struct {
	entry   entry
	request leanMessage
	turn    uint64 // in which it was forgotten
}

// maxUnused bounds what waits to be used again.
const maxUnused = 4096

// again returns an entry for a request, in which one that is forgotten may have been.
func (t *Tracker) again(m *decode.Message) *entry {
	l := t.unused.take(t.turn - uint64(t.opt.Behind))
	if l == nil {
		l = new(lean)
	}
	l.entry = entry{own: l}
	l.entry.Request = l.request.keep(m)
	return &l.entry
}

// reuse takes an entry that is forgotten, unless something refers to it: an event, soon, or
// another request of its datagram.
func (t *Tracker) reuse(e *entry) {
	if e.own == nil || e.held > 0 || e.first != nil || e.sister != nil {
		return
	}
	e.own.turn = t.turn
	t.unused.put(e.own)
}

// unused are requests that wait to be used again, the oldest first.
type unused struct {
	list []*lean // a ring
	from int     // the oldest
	n    int
}

func (u *unused) put(l *lean) {
	if u.n == maxUnused {
		return
	}
	if u.list == nil {
		u.list = make([]*lean, maxUnused)
	}
	u.list[(u.from+u.n)%maxUnused] = l
	u.n++
}

// take returns the oldest, if it was forgotten up to a turn; nil: none was.
func (u *unused) take(upTo uint64) *lean {
	if u.n == 0 {
		return nil
	}
	l := u.list[u.from]
	if int64(l.turn-upTo) > 0 {
		return nil
	}
	u.list[u.from] = nil
	u.from, u.n = (u.from+1)%maxUnused, u.n-1
	return l
}

// endSoon has a request end when grace is over.
func (t *Tracker) endSoon(e *entry) {
	e.held++
	t.soon = append(t.soon, e)
}
