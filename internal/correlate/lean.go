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
}

// maxUnused bounds what waits to be used again.
const maxUnused = 1024

// again returns an entry for a request, in which one that is forgotten may have been.
func (t *Tracker) again(m *decode.Message) *entry {
	var l *lean
	if n := len(t.unused) - 1; n >= 0 {
		l, t.unused[n] = t.unused[n], nil
		t.unused = t.unused[:n]
		l.entry = entry{}
	} else {
		l = new(lean)
	}
	l.entry.own = l
	l.entry.Request = l.request.keep(m)
	return &l.entry
}

// reuse takes an entry that is forgotten, unless something refers to it: an event, soon, or
// another request of its datagram.
func (t *Tracker) reuse(e *entry) {
	if e.own == nil || e.held > 0 || e.first != nil || e.sister != nil || len(t.unused) >= maxUnused {
		return
	}
	t.unused = append(t.unused, e.own)
}

// endSoon has a request end when grace is over.
func (t *Tracker) endSoon(e *entry) {
	e.held++
	t.soon = append(t.soon, e)
}
