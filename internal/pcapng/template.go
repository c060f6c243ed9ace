// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// template is the block of a frame as it was last written for its Origin. In the
// next block of that Origin, what differs stands at the same offsets: it is copied
// whole, and the numbers and the payload are put into it.
type template struct {
	origin *capture.Origin
	block  []byte
	// size is how long the payload is for which the block is laid out; -1: for none.
	// varies: with room for numbers that vary.
	size   int
	varies bool
	asks   bool // see there
	// What stands in front of the payload and behind it (of a report: all) as it is
	// laid out anew for another payload.
	head, tail []byte
	// Offsets in block: of epb_packetid's value, and of the facts that vary, which begin
	// behind the tail.
	idAt, factsAt int
	// Offsets in tail: of the value of epb_packetid, of the option that holds the
	// facts, and of its end, where the facts begin that vary.
	id, custom, facts int
	// completion is the Origin of completions that were found to say of the sender
	// just what this one does (see asRequest).
	completion *capture.Origin
}

// template returns the template of a packet or report that has a time and a number.
func (w *Writer) template(o *capture.Origin) *template {
	t, known := w.templates.Of(o)
	if known {
		return t
	}
	w.introduce(&o.Proc, &o.Socket.Owner)
	w.tellWireshark(o)
	t, _ = w.templates.Of(o) // again: the newcomers may have emptied them
	*t = template{origin: o, size: -1, asks: asks(o)}
	w.fill(t, false, true, false)
	return t
}

// odd fills a template for one frame that has no time or no number, or that is of
// the preamble.
func (w *Writer) odd(fr *capture.Frame, preamble bool) *template {
	w.introduce(&fr.Proc, &fr.Socket.Owner)
	if !preamble {
		w.tellWireshark(fr.Origin)
	}
	t := &w.once
	*t = template{origin: fr.Origin, size: -1, head: t.head[:0], tail: t.tail[:0]}
	w.fill(t, preamble, fr.ID != 0, fr.Time.IsZero())
	return t
}

// fill makes what is the same in all blocks of an Origin. It is made at the end of
// the buffer, where blocks are, and copied from there.
func (w *Writer) fill(t *template, preamble, numbered, timeless bool) {
	o := t.origin
	end := len(w.buf)
	constant := func() {
		w.buf = w.constant(newFacts(w.buf, kindOf(o)), o, originFlags(o, preamble, timeless))
	}
	if o.Kind == capture.KindDatagram || preamble {
		w.packetHead(o, preamble)
		t.head = append(t.head, w.buf[end:]...)
		w.buf = w.buf[:end]

		w.scratch = appendComment(w.scratch[:0], o, preamble)
		w.option(optComment, w.scratch) // ASCII, and short
		w.u32Option(epbFlags, packetFlags(o.Dir))
		if o.Proc.PID != 0 || o.Proc.TID != 0 {
			w.optionHeader(epbPIDTID, 8)
			w.u32(o.Proc.PID)
			w.u32(o.Proc.TID)
		}
		if numbered {
			w.u64Option(epbPacketID, 0)
			t.id = len(w.buf) - 8 - end
		}
		t.custom = len(w.buf) - end
		w.optionHeader(optCustom, 0)
		w.u32(pen)
		constant()
		t.facts = len(w.buf) - end
	} else {
		w.begin(blockReport)
		constant()
		w.buf = facts(w.buf).uint(tagProtocol, uint64(o.Protocol))
		t.facts = len(w.buf) - end
	}
	t.tail = append(t.tail, w.buf[end:]...)
	w.buf = w.buf[:end]
}

// Offsets in an Enhanced Packet Block.
const (
	epbTimestamp  = 12
	epbCaptured   = 20
	epbOriginal   = 24
	packetHeadLen = 28 + cookedLen // what stands in front of the payload
)

func (w *Writer) packetHead(o *capture.Origin, preamble bool) {
	w.begin(blockEPB)
	if preamble {
		w.u32(ifaceFamilies)
	} else {
		w.u32(ifaceSource)
	}
	w.u64(0) // timestamp
	w.u64(0) // lengths
	w.cookedHeader(o)
}

// maxLaid is the longest payload for which a block is kept: of a longer one, making
// the block is not what takes time.
const maxLaid = 4096

// lay lays the block out for a payload of n bytes, and for numbers that vary or are all
// zero.
func (w *Writer) lay(t *template, n int, varies bool) {
	t.size, t.varies = n, varies
	b := append(t.block[:0], t.head...)
	w.put32(b[epbCaptured:], uint32(cookedLen+n))
	for range n + pad4(n) {
		b = append(b, 0)
	}
	behind := len(b)
	b = append(b, t.tail...)
	t.idAt, t.factsAt = behind+t.id, len(b)
	if varies {
		b = facts(b).varied()
	}
	w.put16(b[behind+t.custom+2:], uint16(len(b)-behind-t.custom-4))
	b = append(padded(b), 0, 0, 0, 0, 0, 0, 0, 0) // optEnd and the length
	w.put32(b[4:], uint32(len(b)))
	w.put32(b[len(b)-4:], uint32(len(b)))
	t.block = b
}

// constant appends the facts of an Origin, of those that a packet block does not
// tell.
func (w *Writer) constant(f facts, o *capture.Origin, flags uint64) facts {
	f = f.uint(tagKind, uint64(o.Kind)).uint(tagDir, uint64(o.Dir)).
		uint(tagFlags, flags).uint(tagVerdict, uint64(o.Verdict)).
		int(tagErrno, int64(o.Errno)).uint(tagNetNS, o.NetNS)
	f = w.proc(f, tagProc, &o.Proc)
	if flags&flagOwnerIsProc == 0 {
		f = w.proc(f, tagOwner, &o.Socket.Owner)
	}
	f = f.uint(tagPortID, uint64(o.Socket.PortID)).uint(tagInode, o.Socket.Inode).
		uint(tagRcvBuf, uint64(o.Socket.RcvBuf)).
		uint(tagSrcPort, uint64(o.SrcPort)).uint(tagDstPort, uint64(o.DstPort)).
		uint(tagGroup, uint64(o.Group)).string(tagNetNSName, o.NetNSName).
		uint(tagPeerPID, uint64(o.Peer.PID)).string(tagPeerComm, o.Peer.Comm).
		uint(tagTrigger, uint64(o.Trigger.Kind)).uint(tagTriggerNumber, uint64(o.Trigger.Number)).
		string(tagTriggerName, o.Trigger.Name)
	if o.Source != w.opt.Info.Name {
		f = f.putString(tagSource, o.Source)
	}
	if o.Sees != w.sees {
		f = f.put(tagSees, uint64(o.Sees))
	}
	if w.local != nil && !o.Names.Equal(w.local) {
		f = f.put(tagNameless, 1)
	}
	return f
}

// varying appends the facts that differ from frame to frame.
func (w *Writer) varying(f facts, fr *capture.Frame) facts {
	q := &fr.Queue
	f = f.uint(tagOf, fr.Of).uint(tagElapsed, zigzag(int64(fr.Elapsed))).
		uint(tagRMem, uint64(q.RMem)).uint(tagCause, fr.Cause).uint(tagTrueSize, uint64(fr.TrueSize)).
		uint(tagHighWater, uint64(q.HighWater)).uint(tagIdle, zigzag(int64(q.Idle))).
		uint(tagTaken, uint64(fr.Taken))
	if fr.Waits != nil {
		f = f.waits(fr.Waits)
	}
	if fr.Cast|uint64(q.Drops)|uint64(fr.Lock.Wait)|uint64(fr.Lock.Hold) == 0 && fr.Lock.Blocker == nil {
		return f
	}
	f = f.uint(tagDrops, uint64(q.Drops)).uint(tagCast, fr.Cast).
		int(tagLockWait, int64(fr.Lock.Wait)).int(tagLockHold, int64(fr.Lock.Hold))
	if fr.Lock.Blocker != nil {
		f = w.proc(f, tagBlocker, fr.Lock.Blocker)
	}
	return f
}

// varyingIn is varying for the option of a packet, which has a bound. Only a file can
// make its processes so long; then the one that was in the way is left out, and waits.
func (w *Writer) varyingIn(f facts, t *template, fr *capture.Frame) facts {
	all := w.varying(f, fr)
	if t.facts-t.custom+len(all)-len(f) <= maxOption-varyingBytes || (fr.Lock.Blocker == nil && fr.Waits == nil) {
		return all
	}
	without := *fr
	without.Lock.Blocker, without.Waits = nil, nil
	return w.varying(f, &without)
}

// varied holds what varying writes where all of it is small, in fixed width and so
// at fixed offsets: little-endian, of a datagram its Cause and of others Of (64 bits),
// then Elapsed and Idle (ns), RMem, TrueSize and HighWater (32 bits).
type varied [28]byte

// varies says whether one of these numbers is not zero.
func varies(fr *capture.Frame) bool {
	q := &fr.Queue
	return fr.Cause|uint64(fr.Elapsed)|uint64(q.Idle)|uint64(q.RMem)|uint64(fr.TrueSize)|uint64(q.HighWater) != 0
}

// small says whether that is all of what varies in fr. other is the one of its Cause and
// Of that there is no room for.
func small(fr *capture.Frame, other uint64) bool {
	q := &fr.Queue
	return other|fr.Cast|uint64(fr.Taken)|uint64(q.Drops)|uint64(fr.Lock.Wait)|uint64(fr.Lock.Hold)|
		(uint64(fr.Elapsed)|uint64(q.Idle))>>32 == 0 && fr.Lock.Blocker == nil && fr.Waits == nil
}

// set fills in the numbers of fr; ref is its Cause or Of.
func (v *varied) set(fr *capture.Frame, ref uint64) {
	q, n := &fr.Queue, binary.LittleEndian
	n.PutUint64(v[:], ref)
	n.PutUint32(v[8:], uint32(fr.Elapsed))
	n.PutUint32(v[12:], uint32(q.Idle))
	n.PutUint32(v[16:], q.RMem)
	n.PutUint32(v[20:], fr.TrueSize)
	n.PutUint32(v[24:], q.HighWater)
}

// getVaried is the reverse, of a frame of that kind; false: these are not such numbers.
func getVaried(v []byte, fr *capture.Frame, kind capture.Kind) bool {
	if len(v) != len(varied{}) {
		return false
	}
	q, n := &fr.Queue, binary.LittleEndian
	ref := &fr.Cause
	if kind != capture.KindDatagram {
		ref = &fr.Of
	}
	*ref = n.Uint64(v)
	fr.Elapsed, q.Idle = time.Duration(n.Uint32(v[8:])), time.Duration(n.Uint32(v[12:]))
	q.RMem, fr.TrueSize, q.HighWater = n.Uint32(v[16:]), n.Uint32(v[20:]), n.Uint32(v[24:])
	return true
}

// varied appends room for them.
func (f facts) varied() facts {
	return append(append(f, tagVaried, byte(len(varied{}))), make([]byte, len(varied{}))...)
}

// numberedLen is the length of what stands for tagID, tagSeconds and tagNanos
// where the offset is to be fixed: ID, and nanoseconds since 1970, little-endian.
const numberedLen = 16

// varyingBytes is more than varying and what follows it mostly take in one block
// without payload.
const varyingBytes = 15*(2+binary.MaxVarintLen64) + 32

// put is uint for tags whose mere presence says something. Where there is room, it
// writes more bytes at once than the number has, and keeps those.
func (f facts) put(tag int, v uint64) facts {
	n := len(f)
	if cap(f)-n < 10 || v >= 1<<56 {
		return f.putLong(tag, v)
	}
	b := f[n : n+10]
	b[0] = byte(tag)
	if v < 1<<7 {
		b[1], b[2] = 1, byte(v)
		return f[:n+3]
	}
	if v < 1<<28 {
		x := uint32(v)
		y := x&0x7f | x<<1&0x7f00 | x<<2&0x7f0000 | x<<3&0x7f000000
		size := 2
		switch {
		case x < 1<<14:
			y |= 0x80
		case x < 1<<21:
			y, size = y|0x8080, 3
		default:
			y, size = y|0x808080, 4
		}
		b[1] = byte(size)
		binary.LittleEndian.PutUint32(b[2:], y)
		return f[:n+2+size]
	}
	size := uint(bits.Len64(v)*9+64) >> 6 // as the quotient above, up to 64 bits
	// Groups of 28, of 14, of 7 bits move apart.
	x := v&0x0fffffff | v&0x00ff_ffff_f000_0000<<4
	x = x&0x00003fff_00003fff | x&0x0fffc000_0fffc000<<2
	x = x&0x007f007f_007f007f | x&0x3f803f80_3f803f80<<1
	x |= 0x80808080_80808080 & (1<<(8*(size-1)) - 1)
	b[1] = byte(size)
	binary.LittleEndian.PutUint64(b[2:], x)
	return f[:n+2+int(size)]
}

//go:noinline
func (f facts) putLong(tag int, v uint64) facts {
	size := (bits.Len64(v|1) + 6) / 7
	return binary.AppendUvarint(append(f, byte(tag), byte(size)), v)
}
