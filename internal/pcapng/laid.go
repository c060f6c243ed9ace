// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"math"

	"github.com/nltop/nltop/internal/capture"
)

// A flood is made of frames whose blocks lie ready but for a few numbers. What follows is
// most of what recording them takes, hence the arrays of known length, the few calls, and
// the sums of what all has to be zero.

// WriteFrames records frames, and says how many until the first error, that one included.
func (w *Writer) WriteFrames(fs []capture.Frame) (int, error) {
	for i := range fs {
		if err := w.WriteFrame(&fs[i]); err != nil {
			return i + 1, err
		}
	}
	return len(fs), w.err
}

// laid writes a frame that differs in numbers alone from the one of its Origin before it,
// or from all completions of requests in the file. false: it is another one, and nothing
// was written.
func (w *Writer) laid(fr *capture.Frame) bool {
	sec := uint64(fr.Time.Unix())
	if sec-1 >= math.MaxInt64/1_000_000_000-1 || fr.ID == 0 || w.err != nil || w.swap {
		return false
	}
	ns := sec*1e9 + uint64(fr.Time.Nanosecond())
	q := &fr.Queue
	if fr.Cast|uint64(fr.Taken)|uint64(q.Drops)|uint64(fr.Lock.Wait)|uint64(fr.Lock.Hold)|(uint64(fr.Elapsed)|uint64(q.Idle))>>32 != 0 ||
		fr.Lock.Blocker != nil || fr.Waits != nil {
		return false
	}
	if fr.Of != 0 {
		e := &w.requests[fr.Of%uint64(len(w.requests))]
		if e.id != fr.Of || e.of == nil || e.of.completion != fr.Origin || fr.Cause != 0 || len(fr.Data)|fr.OrigLen != 0 ||
			cap(w.buf)-len(w.buf) < len(w.done) {
			return false
		}
		w.completed(fr, ns)
	} else {
		// A template of reports has no size.
		t := w.templates.Latest(fr.Origin)
		if t == nil || t.size != len(fr.Data) || uint(fr.OrigLen-t.size) > math.MaxInt32 || t.varies != varies(fr) ||
			cap(w.buf)-len(w.buf) < len(t.block) {
			return false
		}
		w.frames++
		w.size += uint64(fr.OrigLen)
		w.put(t, fr, ns)
	}
	w.last = max(w.last, ns)
	return true
}

// put writes the block of a packet, which is laid out and has room in the buffer.
func (w *Writer) put(t *template, fr *capture.Frame, ns uint64) {
	n, block := len(w.buf), t.block
	w.buf = append(w.buf, block...)
	b := w.buf[n:][:len(block):len(block)]
	_ = b[packetHeadLen-1]
	native.PutUint32(b[epbTimestamp:epbTimestamp+4], uint32(ns>>32))
	native.PutUint32(b[epbTimestamp+4:epbTimestamp+8], uint32(ns))
	native.PutUint32(b[epbOriginal:epbOriginal+4], uint32(fr.OrigLen+cookedLen))
	copy(b[packetHeadLen:], fr.Data)
	native.PutUint64(b[t.idAt:t.idAt+8], fr.ID)
	if at := t.factsAt + 2; t.varies {
		(*varied)(b[at:at+len(varied{})]).set(fr, fr.Cause)
	}
	if t.asks {
		w.requests.put(fr.ID, t)
	}
	w.dirty = true
}

// completed writes the block of a completion that needs nothing but numbers, for which
// there is room in the buffer.
func (w *Writer) completed(fr *capture.Frame, ns uint64) {
	n, done := len(w.buf), w.done
	w.buf = append(w.buf, done...)
	b := w.buf[n:][:len(done):len(done)]
	numbers := (*[2 + len(varied{}) + 2 + numberedLen]byte)(b[w.doneAt:])
	(*varied)(numbers[2:]).set(fr, fr.Of)
	at := (*[numberedLen]byte)(numbers[2+len(varied{})+2:])
	binary.LittleEndian.PutUint64(at[:], fr.ID)
	binary.LittleEndian.PutUint64(at[8:], ns)
	w.dirty = true
}
