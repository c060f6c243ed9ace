// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// begin starts a block at the end of the buffer; end fills in its lengths.
func (w *Writer) begin(blockType uint32) int {
	start := len(w.buf)
	w.u32(blockType)
	w.u32(0)
	return start
}

func (w *Writer) end(start int) {
	w.u32(uint32(len(w.buf) - start + 4))
	copy(w.buf[start+4:], w.buf[len(w.buf)-4:])
}

// The numbers of a block are in the section's byte order. They are swapped here
// and not by a binary.ByteOrder: calls through an interface took a quarter of the
// time that a frame takes.

func (w *Writer) u16(v uint16) {
	if w.swap {
		v = bits.ReverseBytes16(v)
	}
	w.buf = binary.NativeEndian.AppendUint16(w.buf, v)
}

func (w *Writer) put16(b []byte, v uint16) {
	if w.swap {
		v = bits.ReverseBytes16(v)
	}
	binary.NativeEndian.PutUint16(b, v)
}

func (w *Writer) put32(b []byte, v uint32) {
	if w.swap {
		v = bits.ReverseBytes32(v)
	}
	binary.NativeEndian.PutUint32(b, v)
}

func (w *Writer) put64(b []byte, v uint64) {
	if w.swap {
		v = bits.ReverseBytes64(v)
	}
	binary.NativeEndian.PutUint64(b, v)
}

func (w *Writer) u32(v uint32) {
	if w.swap {
		v = bits.ReverseBytes32(v)
	}
	w.buf = binary.NativeEndian.AppendUint32(w.buf, v)
}

func (w *Writer) u64(v uint64) {
	if w.swap {
		v = bits.ReverseBytes64(v)
	}
	w.buf = binary.NativeEndian.AppendUint64(w.buf, v)
}

// timestamp writes two 32-bit halves, the upper first in either byte order.
func (w *Writer) timestamp(ns uint64) {
	w.u32(uint32(ns >> 32))
	w.u32(uint32(ns))
}

// pad fills up to a 32-bit boundary: blocks start at one in the buffer.
func (w *Writer) pad() {
	var zeros [3]byte
	w.buf = append(w.buf, zeros[:pad4(len(w.buf))]...)
}

// room returns the buffer with room for so many bytes more.
func (w *Writer) room(n int) []byte {
	if cap(w.buf)-len(w.buf) >= n {
		return w.buf
	}
	return slices.Grow(w.buf, n)
}

// padded is pad for a block that is not in the buffer yet.
func padded(b []byte) []byte {
	n := len(b)
	return append(b, 0, 0, 0, 0)[:n+pad4(n)]
}

// ended is end likewise.
func (w *Writer) ended(b []byte, start int) []byte {
	n := len(b)
	b = append(b, 0, 0, 0, 0)
	w.put32(b[n:], uint32(len(b)-start))
	w.put32(b[start+4:], uint32(len(b)-start))
	return b
}

func (w *Writer) optionHeader(code uint16, size int) {
	w.u16(code)
	w.u16(uint16(size))
}

func (w *Writer) option(code uint16, value []byte) {
	w.optionHeader(code, len(value))
	w.buf = append(w.buf, value...)
	w.pad()
}

// stringOption writes valid UTF-8, as the draft demands, and nothing for "".
func (w *Writer) stringOption(code uint16, s string) {
	if s == "" {
		return
	}
	s = strings.ToValidUTF8(s[:min(len(s), maxString)], "\uFFFD")
	w.optionHeader(code, len(s))
	w.buf = append(w.buf, s...)
	w.pad()
}

func (w *Writer) u32Option(code uint16, v uint32) {
	w.optionHeader(code, 4)
	w.u32(v)
}

func (w *Writer) u64Option(code uint16, v uint64) {
	w.optionHeader(code, 8)
	w.u64(v)
}

// customOption writes f, and keeps its memory for the next.
func (w *Writer) customOption(f facts) {
	w.scratch = f[:0]
	w.optionHeader(optCustom, 4+len(f))
	w.u32(pen)
	w.buf = append(w.buf, f...)
	w.pad()
}

func (w *Writer) endOptions() { w.optionHeader(optEnd, 0) }
