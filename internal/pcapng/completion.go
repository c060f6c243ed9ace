// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
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
func asks(fr *capture.Frame) bool {
	return fr.Kind == capture.KindDatagram && (fr.Dir == capture.DirRequest || fr.Dir == capture.DirPeer)
}

// request is what the writer knows of one: the template that its block came from,
// as long as it is that of frames like it.
type request struct {
	template *template
	like     uint64
}

// asRequest says whether fr is a completion that can be written without what it
// shares with its request.
func (w *Writer) asRequest(fr *capture.Frame) bool {
	if fr.Kind != capture.KindCompletion || fr.Like == 0 || fr.Errno != 0 || fr.Verdict != capture.VerdictDelivered {
		return false
	}
	q := w.requests.of(fr.Of)
	if q == nil || q.like == 0 || q.template.on.Like != q.like {
		return false
	}
	known := &w.shared[fr.Like%capture.Likes]
	if known.completion != fr.Like || known.request != q.like {
		known.completion, known.request = fr.Like, q.like
		known.same = sameSender(&q.template.on, fr)
	}
	return known.same
}

// shares says whether completions like one have the same sender as requests like
// another.
type shares struct {
	completion, request uint64 // Frame.Like
	same                bool
}

// sameSender compares what shareSender copies, and that the rest is nothing.
func sameSender(request, c *capture.Frame) bool {
	var f capture.Frame
	shareSender(&f, request)
	f.Kind, f.Verdict, f.Of = c.Kind, c.Verdict, c.Of
	f.ID, f.Like, f.Time, f.Elapsed, f.OrigLen, f.Data = c.ID, c.Like, c.Time, c.Elapsed, c.OrigLen, c.Data
	f.TrueSize, f.Cause, f.Cast = c.TrueSize, c.Cause, c.Cast
	f.Lock.Wait, f.Lock.Hold = c.Lock.Wait, c.Lock.Hold
	f.Socket.Drops, f.Socket.RMem, f.Socket.HighWater, f.Socket.Idle =
		c.Socket.Drops, c.Socket.RMem, c.Socket.HighWater, c.Socket.Idle
	return alike(&f, c)
}

// shareSender gives a completion what it shares with its request.
func shareSender(f, request *capture.Frame) {
	f.Proc, f.NetNS, f.NetNSName = request.Proc, request.NetNS, request.NetNSName
	f.Protocol, f.SrcPort, f.Source = request.Protocol, request.SrcPort, request.Source
	f.Socket.PortID, f.Socket.Inode = request.Socket.PortID, request.Socket.Inode
	f.Socket.Owner, f.Socket.RcvBuf = request.Socket.Owner, request.Socket.RcvBuf
	f.OwnerInferred, f.BigEndian = request.OwnerInferred, request.BigEndian
}

// completion writes one of which asRequest is true, at ns after 1970.
func (w *Writer) completion(fr *capture.Frame, ns uint64) {
	b := w.room(len(w.done) + varyingBytes)
	start := len(b)
	b = append(b, w.done...)
	numbers := b[start+w.doneAt:]
	if varied(numbers[2:]).of(fr) {
		numbers = numbers[2+variedLen+2:]
		binary.LittleEndian.PutUint64(numbers, fr.ID)
		binary.LittleEndian.PutUint64(numbers[8:], ns)
		w.buf = b
		return
	}
	f := facts(b[:start+w.doneAt]).varying(fr).put(tagID, fr.ID).nanoseconds(ns)
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
