// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// flushAt is the number of buffered bytes at which blocks go to the file.
const flushAt = 256 << 10

// Options say what the section header tells about the recording.
type Options struct {
	Kernel   string       // uname -r of the recorded machine
	Hardware string       // uname -m
	Version  string       // of nltop
	Info     capture.Info // of the source that is recorded
	Filter   string       // the filter expression; "": everything
	// As Meta has them.
	Command, Distribution string
	// PartOf is a number that the files of one recording have in common, which goes on
	// from one to the other; Part counts them. 0: it is all in one.
	PartOf, Part uint64
	// Wireshark: processes are told in the blocks that the newest Wireshark reads, too
	// (wireshark.go).
	Wireshark bool
	ByteOrder binary.ByteOrder // of the section; nil: this machine's
	// Patch writes over what was written, at a place from its beginning; nil: that
	// cannot be done.
	Patch   func(b []byte, at int64) (int, error)
	Held    *Held   // of a flight recorder; nil: it was written as it came
	Secrets Secrets // what became of keys
}

// Writer records frames. Only whole blocks reach the underlying writer, so a
// file is readable up to the last flush at any time. It is not safe for
// concurrent use. The first error of the underlying writer is final.
type Writer struct {
	dst  io.Writer
	swap bool   // numbers are in the order that this machine does not have
	buf  []byte // whole blocks, and the one under construction
	opt  Options
	// What the frames of interface 0 could tell, unless they say something else.
	sees capture.Sees
	// local are the names that the recording has; nil: none.
	local *capture.LocalNames

	scratch, nested []byte
	factsAt         int // see beginFacts
	templates       capture.PerOrigin[template]
	once            template // see odd
	processes       processes
	wiresharks      wiresharks
	requests        requests[*template]
	lines           []toldLine // see Retell
	pushed          int64      // bytes that were written
	secretTold      bool
	done            []byte // see makeDone
	doneAt          int

	frames, size uint64 // datagrams written, and their bytes
	last         uint64 // timestamp of the latest frame
	stats        capture.Stats
	haveStats    bool
	redacted     uint64 // messages
	dirty        bool   // something was written since the last statistics
	closed       bool
	err          error
}

var errClosed = errors.New("recording is closed")

var native = binary.NativeEndian

// NewWriter writes the section header and the interface descriptions to w.
func NewWriter(w io.Writer, opt Options) (*Writer, error) {
	wr := &Writer{dst: w, swap: sectionOrder(opt.ByteOrder) != sectionOrder(nil), opt: opt, sees: opt.Info.Of()[0].Sees,
		local: commonNames(opt.Info.Of())}
	wr.makeDone()
	wr.sectionHeader()
	wr.interfaceDescription(opt.Info.Name, describe(opt)+sumOf(wr.local), opt.Filter, opt.Info.Of())
	wr.interfaceDescription(familiesName, familiesAbout, "", nil)
	if err := wr.push(); err != nil {
		return nil, fmt.Errorf("write section header: %w", err)
	}
	return wr, nil
}

func sectionOrder(bo binary.ByteOrder) order {
	if bo == nil {
		bo = binary.NativeEndian
	}
	if bo.Uint16([]byte{1, 0}) == 1 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// describe is the recording in one line.
func describe(opt Options) string {
	snap := "unlimited"
	if opt.Info.Snap > 0 {
		snap = fmt.Sprintf("%d bytes", opt.Info.Snap)
	}
	filter := "none"
	if opt.Filter != "" {
		filter = opt.Filter
	}
	s := fmt.Sprintf("nltop %s, source %s, filter: %s, snap length: %s", opt.Version, opt.Info.Name, filter, snap)
	if opt.Info.Scope != "" {
		s += ", " + opt.Info.Scope
	}
	if opt.Held != nil {
		s += ", " + opt.Held.String()
	}
	if opt.Info.Pseudonyms != "" {
		s += ", anonymised (key " + opt.Info.Pseudonyms + ")"
	}
	return s + opt.Secrets.describe()
}

func (w *Writer) sectionHeader() {
	start := w.begin(blockSHB)
	w.u32(byteOrderMagic)
	w.u16(1) // major version
	w.u16(0) // minor version
	w.u64(math.MaxUint64)
	w.stringOption(shbHardware, w.opt.Hardware)
	if w.opt.Kernel != "" {
		w.stringOption(shbOS, "Linux "+w.opt.Kernel)
	}
	w.stringOption(shbUserAppl, "nltop "+w.opt.Version)
	w.stringOption(optComment, describe(w.opt))

	f := newFacts(w.scratch[:0], factsSection).
		putString(tagVersion, w.opt.Version).string(tagSourceName, w.opt.Info.Name).
		string(tagScope, w.opt.Info.Scope).string(tagFilter, w.opt.Filter).
		int(tagSnap, int64(w.opt.Info.Snap)).held(w.opt.Held).
		string(tagCommand, w.opt.Command).string(tagDistribution, w.opt.Distribution).
		uint(tagSecrets, uint64(w.opt.Secrets)).
		uint(tagPartOf, w.opt.PartOf).uint(tagPart, w.opt.Part).
		pseudonyms(w.opt.Info.Pseudonyms)
	w.customOption(f.clauses(tagBlind, w.opt.Info.Blind).clauses(tagNote, w.opt.Info.Notes))
	w.endOptions()
	w.end(start)
}

func (w *Writer) interfaceDescription(name, description, filter string, sources []capture.Info) {
	start := w.begin(blockIDB)
	w.u16(linkNetlink)
	w.u16(0)
	// libpcap refuses interfaces with different snap lengths in one file, so
	// both have the source's.
	snap := 0
	if s := w.opt.Info.Snap; s > 0 && s < math.MaxInt32 {
		snap = s + cookedLen
	}
	w.u32(uint32(snap))
	w.stringOption(ifName, name)
	w.stringOption(ifDescription, description)
	w.option(ifTSResol, []byte{9}) // nanoseconds
	if filter != "" {
		// The first byte is a kind; 0 is a string, the draft's example.
		w.stringOption(ifFilter, "\x00"+filter)
	}
	if w.opt.Kernel != "" {
		w.stringOption(ifOS, "Linux "+w.opt.Kernel)
	}
	for i := range sources {
		w.customOption(sourceFacts(w.scratch[:0], &sources[i]))
	}
	if len(sources) > 0 && w.local != nil {
		w.customOption(localNames(w.scratch[:0], w.local))
	}
	w.endOptions()
	w.end(start)
}

// WriteFrame records a frame. It does not keep fr.
func (w *Writer) WriteFrame(fr *capture.Frame) error {
	if w.laid(fr) {
		return w.pushIfFull()
	}
	if fr.Lock.Blocker != nil && w.err == nil {
		w.introduce(fr.Lock.Blocker, &fr.Proc, &fr.Socket.Owner)
	}
	if fr.Kind != capture.KindDatagram {
		return w.report(fr)
	}
	w.frames++
	w.size += uint64(max(fr.OrigLen, 0))
	return w.packet(fr, false)
}

// WritePreamble records answers to an nlctrl dump that name the families of
// this machine. They count as no traffic.
func (w *Writer) WritePreamble(frames []*capture.Frame) error {
	for _, fr := range frames {
		if err := w.packet(fr, true); err != nil {
			return err
		}
	}
	start := w.begin(blockISB)
	w.u32(ifaceFamilies)
	w.timestamp(w.last)
	w.u64Option(isbIfRecv, uint64(len(frames)))
	w.u64Option(isbIfDrop, 0)
	w.endOptions()
	w.end(start)
	return w.pushIfFull()
}

// packet writes an Enhanced Packet Block.
func (w *Writer) packet(fr *capture.Frame, preamble bool) error {
	if w.err != nil {
		return w.err
	}
	size := len(fr.Data)
	ns, ok := stamp(fr.Time)
	w.last = max(w.last, ns)
	if w.swap || preamble || !ok || ns == 0 || fr.ID == 0 || size > maxShown-cookedLen || fr.OrigLen < size ||
		uint64(fr.OrigLen) > math.MaxUint32-cookedLen {
		return w.oddPacket(fr, preamble)
	}
	t := w.template(fr.Origin)
	small := small(fr, fr.Of)
	if varies := !small || varies(fr); t.size != size || t.varies != varies {
		w.lay(t, size, varies)
	}
	start := len(w.buf)
	w.buf = w.room(len(t.block) + varyingBytes)
	w.put(t, fr, ns)
	if !small {
		w.varyingPacket(t, fr, start)
	}
	if size > maxLaid {
		t.block, t.size = nil, -1
	}
	return w.pushIfFull()
}

// varyingPacket writes the end of a packet that has its block at start, with what is
// not small.
func (w *Writer) varyingPacket(t *template, fr *capture.Frame, start int) {
	at := start + t.factsAt
	custom := at - t.facts + t.custom
	f := w.varyingIn(facts(w.buf[:at]), t, fr)
	w.put16(f[custom+2:], uint16(len(f)-custom-4)) // f may be elsewhere
	w.buf = padded(f)
	w.endOptions()
	w.end(start)
}

// oddPacket is packet for what has no place in a template: what has no time or no
// number, what is too long to be shown, what says its length wrongly, the preamble.
func (w *Writer) oddPacket(fr *capture.Frame, preamble bool) error {
	if asks(fr.Origin) && !preamble {
		w.requests.put(fr.ID, nil) // the reader does so, too
	}
	data := fr.Data[:min(len(fr.Data), maxShown-cookedLen)]
	tail := fr.Data[len(data):min(len(fr.Data), maxData)]
	orig := uint64(max(fr.OrigLen, len(fr.Data))) + cookedLen
	ns, ok := stamp(fr.Time)
	t := w.odd(fr, preamble)
	start := len(w.buf)
	w.buf = append(w.buf, t.head...)
	head := w.buf[start:]
	w.put32(head[epbTimestamp:], uint32(ns>>32))
	w.put32(head[epbTimestamp+4:], uint32(ns))
	w.put32(head[epbCaptured:], uint32(cookedLen+len(data)))
	w.put32(head[epbOriginal:], uint32(min(orig, math.MaxUint32)))
	w.buf = append(w.buf, data...)
	w.pad()
	at := len(w.buf)
	f := facts(append(w.buf, t.tail[:t.facts]...))
	if fr.ID != 0 {
		w.put64(f[at+t.id:], fr.ID)
	}
	f = w.varyingIn(f, t, fr)
	if !ok {
		f = f.time(fr)
	}
	if fr.OrigLen < len(fr.Data) || orig > math.MaxUint32 {
		f = f.put(tagOrigLen, zigzag(int64(fr.OrigLen))) // no field holds that
	}
	w.put16(f[at+t.custom+2:], uint16(len(f)-at-t.custom-4))
	w.buf = padded(f)
	w.rest(tail)
	w.endOptions()
	w.end(start)
	w.dirty = true
	return w.pushIfFull()
}

// rest writes what of a packet is behind maxShown.
func (w *Writer) rest(tail []byte) {
	const chunk = 65520
	for len(tail) > 0 {
		n := min(len(tail), chunk)
		w.customOption(append(newFacts(w.scratch[:0], factsTail), tail[:n]...))
		tail = tail[n:]
	}
}

func (w *Writer) cookedHeader(o *capture.Origin) {
	kind := uint16(packetUser)
	if o.Dir == capture.DirRequest {
		kind = packetKernel
	}
	be := binary.BigEndian
	w.buf = be.AppendUint16(w.buf, kind)
	w.buf = be.AppendUint16(w.buf, arphrdNetlink)
	w.buf = be.AppendUint16(w.buf, 0) // nlmon has no addresses
	w.buf = be.AppendUint64(w.buf, 0)
	w.buf = be.AppendUint16(w.buf, o.Protocol)
}

func packetFlags(dir capture.Dir) uint32 {
	switch dir {
	case capture.DirRequest:
		return flagOutbound | flagUnicast
	case capture.DirReply, capture.DirPeer:
		return flagInbound | flagUnicast
	case capture.DirEvent:
		return flagInbound | flagMulticast
	}
	return 0
}

// report writes a frame that is no datagram.
func (w *Writer) report(fr *capture.Frame) error {
	if w.err != nil {
		return w.err
	}
	data := fr.Data[:min(len(fr.Data), maxData)]
	ns, ok := stamp(fr.Time)
	w.last = max(w.last, ns)
	plain := ok && fr.ID != 0 && !fr.Time.IsZero()
	if plain && len(fr.Data) == 0 && fr.OrigLen == 0 && w.asRequest(fr) {
		w.completion(fr, ns)
		w.dirty = true
		return w.pushIfFull()
	}
	var t *template
	if plain {
		t = w.template(fr.Origin)
	} else {
		t = w.odd(fr, false)
	}
	b := w.room(len(t.tail) + len(data) + varyingBytes)
	start := len(b)
	f := w.varying(facts(append(b, t.tail...)), fr).
		uint(tagID, fr.ID).int(tagOrigLen, int64(fr.OrigLen)).bytes(tagData, data)
	switch {
	case !ok:
		f = f.time(fr)
	case !fr.Time.IsZero(): // a block of our own has no timestamp field
		f = f.nanoseconds(ns)
	}
	w.buf = w.ended(padded(f), start)
	w.dirty = true
	return w.pushIfFull()
}

// WriteStats records what the source has seen and lost so far.
func (w *Writer) WriteStats(s capture.Stats) error {
	if w.err != nil {
		return w.err
	}
	w.stats, w.haveStats = s, true
	w.statistics()
	return w.pushIfFull()
}

func (w *Writer) statistics() {
	s := w.stats
	if !w.haveStats {
		s = capture.Stats{Frames: w.frames, Bytes: w.size}
	}
	start := w.begin(blockISB)
	w.u32(ifaceSource)
	w.timestamp(w.last)
	w.stringOption(optComment, statsText(s)+redactedText(w.redacted))
	w.u64Option(isbIfRecv, capture.AddUp(s.Frames, s.LostTotal()))
	w.u64Option(isbIfDrop, s.LostTotal())
	w.u64Option(isbUsrDelv, w.frames)
	f := newFacts(w.scratch[:0], factsStats).
		uint(tagFrames, s.Frames).uint(tagBytes, s.Bytes).uint(tagCut, s.Cut).
		uint(tagLostReports, s.LostReports).uint(tagRedacted, w.redacted)
	for _, l := range s.Lost {
		if len(f) < maxOption/2 {
			f = f.bytes(tagLost, facts(w.nested[:0]).putString(tagReason, l.Reason).uint(tagCount, l.Count))
		}
	}
	w.customOption(f)
	w.endOptions()
	w.end(start)
	w.dirty = false
}

func statsText(s capture.Stats) string {
	var b strings.Builder
	fmt.Fprintf(&b, "received %d, lost %d, cut %d", s.Frames, s.LostTotal(), s.Cut)
	for _, l := range s.Lost {
		if l.Count > 0 {
			fmt.Fprintf(&b, "; lost %d: %s", l.Count, l.Reason)
		}
	}
	if s.LostReports > 0 {
		fmt.Fprintf(&b, "; lost %d reports", s.LostReports)
	}
	return b.String()
}

// Flush hands everything to the underlying writer, with the statistics behind
// it as they were last given to WriteStats.
func (w *Writer) Flush() error {
	if w.err == nil && w.dirty {
		w.statistics()
	}
	return w.push()
}

// Close flushes. It does not close the underlying writer. It is safe to call
// twice.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	err := w.Flush()
	if w.err == nil {
		w.err = errClosed
	}
	return err
}

// WholeBlocks is how many bytes of b, which a Writer wrote, are whole blocks: of a write
// that was cut short. The section has this machine's byte order.
func WholeBlocks(b []byte) int {
	n := 0
	for len(b)-n >= 8 {
		size := int(native.Uint32(b[n+4:]))
		if size < 12 || size > len(b)-n {
			break
		}
		n += size
	}
	return n
}

// Pending is how many bytes are yet to be written to the underlying writer.
func (w *Writer) Pending() int { return len(w.buf) }

func (w *Writer) pushIfFull() error {
	if len(w.buf) < flushAt {
		return w.err
	}
	return w.push()
}

func (w *Writer) push() error {
	if w.err != nil || len(w.buf) == 0 {
		return w.err
	}
	if _, err := w.dst.Write(w.buf); err != nil {
		w.err = fmt.Errorf("write recording: %w", err)
	}
	w.pushed += int64(len(w.buf))
	w.buf = w.buf[:0]
	if cap(w.buf) > 8*flushAt {
		w.buf = nil // one huge datagram must not stay in memory
	}
	return w.err
}
