// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"sync/atomic"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Facts are what a block's own fields cannot hold. They follow the PEN in a
// custom option, or make up the body of a report block:
//
//	"nltop" version:u8 kind:u8 ( tag:uvarint length:uvarint value )* 0*
//
// A value is an unsigned varint, a zigzag varint, a string, facts again (a
// process), or numbers of fixed width (tagVaried, tagNumbered). Nothing depends on the
// byte order of the section. What is zero is left out, and a reader skips the tags
// that it does not know, so tags may be added; they are never reused. Tag 0 is
// padding and ends the list.
const (
	factsMagic   = "nltop"
	factsVersion = 1
)

// Kinds of facts.
const (
	factsFrame   = 1 // of a packet, or a whole frame in a report block
	factsSection = 2 // of a section
	factsStats   = 3 // of an Interface Statistics Block
	factsTail    = 4 // raw bytes of a packet behind maxShown, no tags
	factsProcess = 5 // of a process, in a report block: see process.go
	factsSource  = 6 // of an interface: what its source says of itself, see source.go
	factsLock    = 7 // these: see tables.go
	factsReader  = 8
	factsTables  = 9
	factsNames   = 10 // of an interface: see local.go
	// Of a capture.KindTruncated, else like factsFrame: versions that do not know this
	// kind skip it, and would take the other for a damaged datagram.
	factsTruncated = 11
	factsFlushed   = 12 // of a capture.KindFlushed, likewise
	factsRead      = 15 // likewise of a capture.KindRead
	factsRefused   = 60 // likewise of a capture.KindRefused
)

// kindOf is the kind of the facts of a frame.
func kindOf(o *capture.Origin) byte {
	switch o.Kind {
	case capture.KindTruncated:
		return factsTruncated
	case capture.KindFlushed:
		return factsFlushed
	case capture.KindRead:
		return factsRead
	case capture.KindRefused:
		return factsRefused
	}
	return factsFrame
}

// ofFrame is the reverse: whether these are the facts of a report.
func ofFrame(kind byte) bool {
	return kind == factsFrame || kind == factsTruncated || kind == factsRead || kind == factsFlushed || kind == factsRefused
}

// Tags of factsFrame.
const (
	tagKind = iota + 1
	tagOf
	tagDir
	tagFlags
	tagVerdict
	tagSeconds // with tagNanos: only if the block's timestamp cannot hold it
	tagNanos
	tagElapsed
	tagErrno
	tagNetNS
	tagProc
	tagOwner
	tagPortID
	tagInode
	tagDrops
	tagRcvBuf
	tagRMem
	tagSrcPort
	tagDstPort
	tagGroup
	tagOrigLen // only if the block's original length cannot hold it
	tagSource  // only if it is not the section's
	tagProtocol
	tagID
	tagData
	tagCast
	tagCause
	tagTrueSize
	tagHighWater
	tagIdle
	tagLockWait
	tagLockHold
	tagBlocker
	tagNetNSName
	tagVaried   // see varied
	tagNumbered // see numberedLen
	tagSees     // only if it is not the interface's
	tagTaken
	tagPeerPID
	tagPeerComm
	tagNameless // 1: the names of the interface are not those of its machine

	tagTrigger       = 42 // capture.TriggerKind
	tagTriggerNumber = 43
	tagTriggerName   = 44
)

// Tags of a process inside tagProc, tagOwner and tagBlocker.
const (
	tagPID = iota + 1
	tagTID
	tagPPID
	tagComm
	tagCgroupID
	tagCgroup
	tagUnit
	tagContainer
	tagPod
	tagProcess // number of the factsProcess that came before
	tagOutside
)

// Tags of factsSection.
const (
	tagVersion = iota + 1
	tagSourceName
	tagScope
	tagBlind // repeated
	tagNote  // repeated
	tagFilter
	tagSnap

	tagCommand      = 80
	tagDistribution = 81
	// Of one of several files: the number that all have in common, and which of them it is.
	tagPartOf     = 85
	tagPart       = 86
	tagAnonymised = 68 // 1: names and addresses are pseudonyms; also of factsSource
	tagKeyPrint   = 69 // fingerprint of the key that made them
)

// Tags of factsStats.
const (
	tagFrames = iota + 1
	tagBytes
	tagCut
	tagLost // repeated: facts of tagReason and tagCount
	tagReason
	tagCount
	tagLostReports
)

// Bits of tagFlags.
const (
	flagInferred = 1 << iota
	flagOwnerInferred
	flagBigEndian
	flagZeroTime
	flagPreamble
	flagOwnerIsProc // there is no tagOwner: it would say the same as tagProc
	flagAsRequest   // a completion: sender and socket are those of the frame tagOf
	flagPeerInferred
)

// facts is a list of tagged values under construction.
type facts []byte

func newFacts(b []byte, kind byte) facts {
	b = append(b, factsMagic...)
	return append(b, factsVersion, kind)
}

func (f facts) uint(tag int, v uint64) facts {
	if v == 0 {
		return f
	}
	return f.put(tag, v)
}

func (f facts) int(tag int, v int64) facts { return f.uint(tag, zigzag(v)) }

func (f facts) string(tag int, s string) facts {
	if s == "" {
		return f
	}
	return f.putString(tag, s)
}

// putString is string for tags where "" differs from nothing.
func (f facts) putString(tag int, s string) facts {
	s = s[:min(len(s), maxString)]
	f = append(f, byte(tag))
	f = binary.AppendUvarint(f, uint64(len(s)))
	return append(f, s...)
}

func (f facts) bytes(tag int, b []byte) facts {
	if len(b) == 0 {
		return f
	}
	f = append(f, byte(tag))
	f = binary.AppendUvarint(f, uint64(len(b)))
	return append(f, b...)
}

// time is for a time that no timestamp can hold.
func (f facts) time(fr *capture.Frame) facts {
	return f.put(tagSeconds, zigzag(fr.Time.Unix())).put(tagNanos, uint64(fr.Time.Nanosecond()))
}

// nanoseconds is for a time in a block that has no timestamp, since 1970.
func (f facts) nanoseconds(ns uint64) facts {
	return f.put(tagSeconds, zigzag(int64(ns/1e9))).put(tagNanos, ns%1e9)
}

func originFlags(o *capture.Origin, preamble, timeless bool) uint64 {
	var flags uint64
	set := func(on bool, flag uint64) {
		if on {
			flags |= flag
		}
	}
	set(o.Inferred, flagInferred)
	set(o.OwnerInferred, flagOwnerInferred)
	set(o.PeerInferred, flagPeerInferred)
	set(o.BigEndian, flagBigEndian)
	set(timeless, flagZeroTime)
	set(preamble, flagPreamble)
	set(o.Proc == o.Socket.Owner && o.Proc != (capture.Proc{}), flagOwnerIsProc)
	return flags
}

// stamp is t in nanoseconds since 1970, the unit of our interfaces; false if
// it is outside of 1970 to 2262, which readers with signed nanoseconds take.
// The zero Time has a flag of its own.
func stamp(t time.Time) (uint64, bool) {
	if t.IsZero() {
		return 0, true
	}
	sec := t.Unix()
	if sec < 0 || sec >= math.MaxInt64/1_000_000_000 {
		return 0, false
	}
	return uint64(sec)*1e9 + uint64(t.Nanosecond()), true
}

// parseFacts returns what follows magic, version and kind, if b holds facts of
// this version.
func parseFacts(b []byte) (kind byte, body []byte, ok bool) {
	rest, ok := bytes.CutPrefix(b, []byte(factsMagic))
	if !ok || len(rest) < 2 || rest[0] != factsVersion {
		return 0, nil, false
	}
	return rest[1], rest[2:], true
}

var errFacts = errors.New("nltop's data are malformed")

// eachFact calls fn with every tagged value; the number is 0 if the value is
// no varint.
func eachFact(b []byte, fn func(tag, num uint64, value []byte)) error {
	for len(b) > 0 {
		tag, n := uvarint(b)
		if n <= 0 {
			return errFacts
		}
		if tag == 0 {
			return nil
		}
		b = b[n:]
		size, n := uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return errFacts
		}
		value := b[n : n+int(size)]
		b = b[n+int(size):]
		num, n := uvarint(value)
		if n != len(value) {
			num = 0
		}
		fn(tag, num, value)
	}
	return nil
}

// uvarint is binary.Uvarint, quick for the numbers below 128 that most are.
func uvarint(b []byte) (uint64, int) {
	if len(b) > 0 && b[0] < 0x80 {
		return uint64(b[0]), 1
	}
	return binary.Uvarint(b)
}

// names keeps one copy of the few texts and processes that a file repeats in
// every packet, and what the section has told of processes.
type names struct {
	texts map[string]string
	procs map[string]capture.Proc
	told  map[uint64]told // by number % maxTold
	// earlier tells of one that the section told before reading began; nil: of none.
	earlier func(number uint64)
	// long are the texts longer than maxName, of all sections, and their bytes.
	long      map[string]string
	longBytes int
	cut       atomic.Bool // there were more
}

// maxNames, maxName and maxLong bound what a hostile file can make a reader keep, and
// everybody who keeps what it read: of long texts, none but so many bytes are whole.
const (
	maxNames = 4096
	maxName  = 256
	maxLong  = 8 << 20
)

func (n *names) of(b []byte) string {
	b = b[:min(len(b), maxString)] // as much as is written; it may be kept for long
	if s, ok := n.texts[string(b)]; ok {
		return s
	}
	if len(b) > maxName {
		return n.ofLong(b)
	}
	s := string(b)
	if n.texts == nil || len(n.texts) >= maxNames {
		n.texts = make(map[string]string)
	}
	n.texts[s] = s
	return s
}

func (n *names) ofLong(b []byte) string {
	if s, ok := n.long[string(b)]; ok {
		return s
	}
	if n.longBytes+len(b) > maxLong {
		n.cut.Store(true)
		return n.of(b[:maxName])
	}
	if n.long == nil {
		n.long = make(map[string]string)
	}
	s := string(b)
	n.long[s] = s
	n.longBytes += len(s)
	return s
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// setFrame restores the facts of a frame: those of its Origin in o, the others in fr.
// It leaves the rest of both alone and returns the bits of tagFlags. Enumerators that
// this version does not have become the zero one.
func (n *names) setFrame(fr *capture.Frame, o *capture.Origin, body []byte) (flags uint64, err error) {
	var seconds, nanos int64
	var haveTime bool
	var varies []byte
	var inner error
	err = eachFact(body, func(tag, num uint64, value []byte) {
		switch tag {
		case tagFlags:
			flags = num
		case tagSeconds:
			seconds, haveTime = unzigzag(num), true
		case tagNanos:
			nanos, haveTime = int64(num), true
		case tagBlocker:
			fr.Lock.Blocker = new(capture.Proc)
			inner = errors.Join(inner, n.setProc(fr.Lock.Blocker, value))
		case tagData:
			fr.Data = bytes.Clone(value)
		case tagVaried:
			varies = value
		case tagNumbered:
			if len(value) != numberedLen {
				inner = errors.Join(inner, errFacts)
				return
			}
			setNumbered(fr, value)
			seconds, nanos, haveTime = fr.Time.Unix(), int64(fr.Time.Nanosecond()), true
		case tagModule, tagModules, tagLoading, tagRCU, tagLocks, tagOffCPU:
			if fr.Waits == nil {
				fr.Waits = new(capture.Waits)
			}
			n.setWaits(fr.Waits, tag, num, value)
		default:
			inner = errors.Join(inner, n.setOrigin(o, tag, num, value))
			setNumber(fr, tag, num)
		}
	})
	o.Inferred = flags&flagInferred != 0
	o.OwnerInferred = flags&flagOwnerInferred != 0
	o.PeerInferred = flags&flagPeerInferred != 0
	o.BigEndian = flags&flagBigEndian != 0
	if flags&flagOwnerIsProc != 0 {
		o.Socket.Owner = o.Proc
	}
	if flags&flagZeroTime != 0 {
		fr.Time = time.Time{}
	}
	if varies != nil && !getVaried(varies, fr, o.Kind) { // its kind is known now
		inner = errors.Join(inner, errFacts)
	}
	if haveTime {
		fr.Time = time.Unix(seconds, nanos)
	}
	return flags, errors.Join(err, inner)
}

// setOrigin restores the facts of an Origin; another one is left alone.
func (n *names) setOrigin(o *capture.Origin, tag, num uint64, value []byte) error {
	switch tag {
	case tagKind:
		if o.Kind = capture.Kind(atMost(num, math.MaxUint8)); !o.Kind.Known() {
			o.Kind = 0
		}
	case tagDir:
		o.Dir = capture.Dir(atMost(num, uint64(capture.DirPeer)))
	case tagVerdict:
		o.Verdict = capture.Verdict(atMost(num, uint64(capture.VerdictUnheard)))
	case tagErrno:
		o.Errno = int32(unzigzag(num))
	case tagProtocol:
		o.Protocol = uint16(num)
	case tagNetNS:
		o.NetNS = num
	case tagPeerPID:
		o.Peer.PID = uint32(num)
	case tagPeerComm:
		o.Peer.Comm = n.of(value)
	case tagNameless:
		o.Names = nil
	case tagNetNSName:
		o.NetNSName = n.of(value)
	case tagTrigger:
		o.Trigger.Kind = capture.TriggerKind(atMost(num, uint64(capture.TriggerExit)))
	case tagTriggerNumber:
		o.Trigger.Number = uint32(num)
	case tagTriggerName:
		o.Trigger.Name = n.of(value)
	case tagProc:
		return n.setProc(&o.Proc, value)
	case tagOwner:
		return n.setProc(&o.Socket.Owner, value)
	case tagPortID:
		o.Socket.PortID = uint32(num)
	case tagInode:
		o.Socket.Inode = num
	case tagRcvBuf:
		o.Socket.RcvBuf = uint32(num)
	case tagSrcPort:
		o.SrcPort = uint32(num)
	case tagDstPort:
		o.DstPort = uint32(num)
	case tagGroup:
		o.Group = uint32(num)
	case tagSource:
		o.Source = n.of(value)
	case tagSees:
		o.Sees = capture.Sees(num)
	}
	return nil
}

// setNumber restores the facts of a frame alone that are plain numbers.
func setNumber(fr *capture.Frame, tag, num uint64) {
	switch tag {
	case tagID:
		fr.ID = num
	case tagOf:
		fr.Of = num
	case tagElapsed:
		fr.Elapsed = time.Duration(unzigzag(num))
	case tagDrops:
		fr.Queue.Drops = uint32(num)
	case tagRMem:
		fr.Queue.RMem = uint32(num)
	case tagOrigLen:
		fr.OrigLen = int(unzigzag(num))
	case tagCast:
		fr.Cast = num
	case tagCause:
		fr.Cause = num
	case tagTrueSize:
		fr.TrueSize = uint32(num)
	case tagTaken:
		fr.Taken = uint32(num)
	case tagHighWater:
		fr.Queue.HighWater = uint32(num)
	case tagIdle:
		fr.Queue.Idle = time.Duration(unzigzag(num))
	case tagLockWait:
		fr.Lock.Wait = time.Duration(unzigzag(num))
	case tagLockHold:
		fr.Lock.Hold = time.Duration(unzigzag(num))
	}
}

func atMost(num, most uint64) uint64 {
	if num > most {
		return 0
	}
	return num
}
