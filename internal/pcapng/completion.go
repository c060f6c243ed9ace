// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"slices"

	"github.com/nltop/nltop/internal/capture"
)

// Every third frame of a busy recording is the completion of a request that went
// well and stands in the file already. It is written without what it shares with
// that request (flagAsRequest), and a reader takes it from there: both keep the
// last requests.

// requests holds the last requests by their ID.
type requests[T any] [256]struct {
	id uint64
	of T
}

// of returns the request with this ID; nil: it is not among the last.
func (q *requests[T]) of(id uint64) *T {
	if e := &q[id%uint64(len(q))]; e.id == id && id != 0 {
		return &e.of
	}
	return nil
}

func (q *requests[T]) put(id uint64, of T) {
	e := &q[id%uint64(len(q))]
	e.id, e.of = id, of
}

// asks says whether a completion may follow a frame.
func asks(o *capture.Origin) bool {
	return o.Kind == capture.KindDatagram && (o.Dir == capture.DirRequest || o.Dir == capture.DirPeer)
}

// asRequest says whether fr is a completion that can be written without what it
// shares with its request. The comparison is made once for two Origins.
func (w *Writer) asRequest(fr *capture.Frame) bool {
	if fr.Kind != capture.KindCompletion {
		return false
	}
	q := w.requests.of(fr.Of)
	if q == nil || *q == nil {
		return false
	}
	t := *q
	if t.completion != fr.Origin {
		if t.origin.Completion() != *fr.Origin {
			return false
		}
		t.completion = fr.Origin
	}
	return true
}

// completion writes one of which asRequest is true, at ns after 1970.
func (w *Writer) completion(fr *capture.Frame, ns uint64) {
	start := len(w.buf)
	w.buf = w.room(len(w.done) + varyingBytes)
	w.completed(fr, ns)
	if small(fr, fr.Cause) {
		return
	}
	f := w.varying(facts(w.buf[:start+w.doneAt]), fr).put(tagID, fr.ID).nanoseconds(ns)
	w.buf = w.ended(padded(f), start)
}

// makeDone makes the block of completions that need nothing but numbers. They
// begin at doneAt.
func (w *Writer) makeDone() {
	start := w.begin(blockReport)
	f := newFacts(w.buf, factsFrame).
		put(tagKind, uint64(capture.KindCompletion)).put(tagFlags, flagAsRequest).put(tagVerdict, uint64(capture.VerdictDelivered))
	w.doneAt = len(f) - start
	w.buf = append(f.varied(), tagNumbered, numberedLen)
	w.buf = append(w.buf, make([]byte, numberedLen)...)
	w.pad()
	w.end(start)
	w.done = slices.Clone(w.buf[start:])
	w.buf = w.buf[:start]
}
