// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// template is the block of a frame but for what differs from the next frame like
// it: the processes, the socket, the comment. Few are alive at a time, and a frame
// that has one costs a fraction of one that has not.
type template struct {
	on       capture.Frame // for which it was made, without Data; see alike
	made     bool
	preamble bool
	numbered bool

	head []byte // of an Enhanced Packet Block: what stands before the payload
	// tail is what stands behind the payload, with room for varied and the end of the
	// options; of a report block what stands before the facts that vary.
	tail []byte
	// Offsets in tail: of the value of epb_packetid, of the option that holds the
	// facts, and of those that vary. The option is size long with varied in it.
	id, custom, facts int
	size              uint16
}

// templates are found by their frame; one takes the place of another.
type templates [capture.Likes]template

// of returns the place for the template of fr, which may hold another one.
func (ts *templates) of(fr *capture.Frame) *template {
	if fr.Like != 0 {
		return &ts[fr.Like%capture.Likes]
	}
	h := uint32(fr.Socket.Inode)<<4 ^ fr.Socket.PortID ^ fr.Proc.TID<<8 ^ uint32(fr.Dir)<<2 ^ uint32(fr.Kind)
	return &ts[h*0x9E3779B1>>24] // the upper bits of Fibonacci hashing
}

// alike says whether the block of b can be made from a template of a: what
// constant and the rest of a template write is the same.
func alike(a, b *capture.Frame) bool {
	return a.Kind == b.Kind && a.Dir == b.Dir && a.Verdict == b.Verdict &&
		a.Inferred == b.Inferred && a.OwnerInferred == b.OwnerInferred && a.BigEndian == b.BigEndian &&
		a.Errno == b.Errno && a.Protocol == b.Protocol && a.NetNS == b.NetNS &&
		a.SrcPort == b.SrcPort && a.DstPort == b.DstPort && a.Group == b.Group &&
		a.Socket.PortID == b.Socket.PortID && a.Socket.Inode == b.Socket.Inode && a.Socket.RcvBuf == b.Socket.RcvBuf &&
		a.Time.IsZero() == b.Time.IsZero() &&
		a.Proc == b.Proc && a.Socket.Owner == b.Socket.Owner && a.Lock.Blocker == b.Lock.Blocker &&
		a.NetNSName == b.NetNSName && a.Source == b.Source
}

// template returns the template of a packet or report.
func (w *Writer) template(fr *capture.Frame, preamble bool) *template {
	t := w.templates.of(fr)
	if t.made && t.preamble == preamble && t.numbered == (fr.ID != 0) {
		if fr.Like != 0 && fr.Like == t.on.Like {
			return t
		}
		if alike(&t.on, fr) {
			t.on.Like = fr.Like
			return t
		}
	}
	t.on = *fr
	t.on.Data = nil
	t.made, t.preamble, t.numbered = true, preamble, fr.ID != 0

	// Made at the end of the buffer, where blocks are, and copied from there.
	t.head = t.head[:0]
	end := len(w.buf)
	if fr.Kind == capture.KindDatagram || preamble {
		w.packetHead(fr, preamble)
		t.head = append(t.head, w.buf[end:]...)
		w.buf = w.buf[:end]
		w.packetTail(fr, preamble, t)
	} else {
		w.begin(blockReport)
		w.buf = newFacts(w.buf, factsFrame).constant(fr, w.opt.Info.Name, false).
			uint(tagProtocol, uint64(fr.Protocol))
	}
	t.facts = len(w.buf) - end
	if len(t.head) > 0 {
		w.buf = facts(w.buf).varied()
		t.size = uint16(len(w.buf) - end - t.custom - 4)
		w.pad()
		w.endOptions()
	}
	t.tail = append(t.tail[:0], w.buf[end:]...)
	w.buf = w.buf[:end]
	return t
}

// Offsets in an Enhanced Packet Block.
const (
	epbTimestamp = 12
	epbCaptured  = 20
	epbOriginal  = 24
)

func (w *Writer) packetHead(fr *capture.Frame, preamble bool) {
	w.begin(blockEPB)
	if preamble {
		w.u32(ifaceFamilies)
	} else {
		w.u32(ifaceSource)
	}
	w.u64(0) // timestamp
	w.u64(0) // lengths
	w.cookedHeader(fr)
}

// packetTail begins where a payload ends, at a 32-bit boundary.
func (w *Writer) packetTail(fr *capture.Frame, preamble bool, t *template) {
	start := len(w.buf)
	w.scratch = appendComment(w.scratch[:0], fr, preamble)
	w.option(optComment, w.scratch) // ASCII, and short
	w.u32Option(epbFlags, packetFlags(fr.Dir))
	if fr.Proc.PID != 0 || fr.Proc.TID != 0 {
		w.optionHeader(epbPIDTID, 8)
		w.u32(fr.Proc.PID)
		w.u32(fr.Proc.TID)
	}
	if fr.ID != 0 {
		w.u64Option(epbPacketID, 0)
		t.id = len(w.buf) - 8 - start
	}
	t.custom = len(w.buf) - start
	w.optionHeader(optCustom, 0)
	w.u32(pen)
	w.buf = newFacts(w.buf, factsFrame).constant(fr, w.opt.Info.Name, preamble)
}

// constant appends the facts that a template holds, of those that a packet block
// does not tell. section is the source that the section header names.
func (f facts) constant(fr *capture.Frame, section string, preamble bool) facts {
	var p facts
	f = f.uint(tagKind, uint64(fr.Kind)).uint(tagDir, uint64(fr.Dir)).
		uint(tagFlags, frameFlags(fr, preamble)).uint(tagVerdict, uint64(fr.Verdict)).
		int(tagErrno, int64(fr.Errno)).uint(tagNetNS, fr.NetNS)
	for _, x := range []struct {
		tag  int
		proc *capture.Proc
	}{{tagProc, &fr.Proc}, {tagOwner, &fr.Socket.Owner}, {tagBlocker, &fr.Lock.Blocker}} {
		if x.tag == tagOwner && ownerIsProc(fr) {
			continue
		}
		p = p[:0].proc(x.proc)
		f = f.bytes(x.tag, p)
	}
	f = f.uint(tagPortID, uint64(fr.Socket.PortID)).uint(tagInode, fr.Socket.Inode).
		uint(tagRcvBuf, uint64(fr.Socket.RcvBuf)).
		uint(tagSrcPort, uint64(fr.SrcPort)).uint(tagDstPort, uint64(fr.DstPort)).
		uint(tagGroup, uint64(fr.Group)).string(tagNetNSName, fr.NetNSName)
	if fr.Source != section {
		f = f.putString(tagSource, fr.Source)
	}
	return f
}

// varying appends the facts that differ from frame to frame.
func (f facts) varying(fr *capture.Frame) facts {
	s := &fr.Socket
	f = f.uint(tagOf, fr.Of).uint(tagElapsed, zigzag(int64(fr.Elapsed))).
		uint(tagRMem, uint64(s.RMem)).uint(tagCause, fr.Cause).uint(tagTrueSize, uint64(fr.TrueSize)).
		uint(tagHighWater, uint64(s.HighWater)).uint(tagIdle, zigzag(int64(s.Idle)))
	if fr.Cast|uint64(s.Drops)|uint64(fr.Lock.Wait)|uint64(fr.Lock.Hold) == 0 {
		return f
	}
	return f.uint(tagDrops, uint64(s.Drops)).uint(tagCast, fr.Cast).
		int(tagLockWait, int64(fr.Lock.Wait)).int(tagLockHold, int64(fr.Lock.Hold))
}

// varied holds what varying writes where all of it is small, in fixed width and so
// in fixed places: little-endian, of a datagram its Cause and of others Of (64 bits),
// then Elapsed and Idle (ns), RMem, TrueSize and HighWater (32 bits).
type varied []byte

const variedLen = 28

// of fills in what fr has, and says whether that is all of it.
func (v varied) of(fr *capture.Frame) bool {
	s, n := &fr.Socket, binary.LittleEndian
	ref, other := fr.Cause, fr.Of
	if fr.Kind != capture.KindDatagram {
		ref, other = other, ref
	}
	if other|fr.Cast|uint64(s.Drops)|uint64(fr.Lock.Wait)|uint64(fr.Lock.Hold)|
		(uint64(fr.Elapsed)|uint64(s.Idle))>>32 != 0 {
		return false
	}
	v = v[:variedLen]
	n.PutUint64(v, ref)
	n.PutUint32(v[8:], uint32(fr.Elapsed))
	n.PutUint32(v[12:], uint32(s.Idle))
	n.PutUint32(v[16:], s.RMem)
	n.PutUint32(v[20:], fr.TrueSize)
	n.PutUint32(v[24:], s.HighWater)
	return true
}

// setFrame is the reverse; false: these are not such numbers.
func (v varied) setFrame(fr *capture.Frame) bool {
	if len(v) != variedLen {
		return false
	}
	s, n := &fr.Socket, binary.LittleEndian
	ref := &fr.Cause
	if fr.Kind != capture.KindDatagram {
		ref = &fr.Of
	}
	*ref = n.Uint64(v)
	fr.Elapsed, s.Idle = time.Duration(n.Uint32(v[8:])), time.Duration(n.Uint32(v[12:]))
	s.RMem, fr.TrueSize, s.HighWater = n.Uint32(v[16:]), n.Uint32(v[20:]), n.Uint32(v[24:])
	return true
}

// varied appends room for them.
func (f facts) varied() facts {
	return append(append(f, tagVaried, variedLen), make([]byte, variedLen)...)
}

// numberedLen is the length of what stands for tagID, tagSeconds and tagNanos
// where the place is to be fixed: ID, and nanoseconds since 1970, little-endian.
const numberedLen = 16

// varyingBytes is more than varying and what follows it can take in one block
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
