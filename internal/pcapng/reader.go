// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
)

// Record is one frame of a file.
type Record struct {
	Frame *capture.Frame
	// Preamble: an answer to the nlctrl dump that nltop made for the file, to
	// be learned from and not to be counted.
	Preamble bool
}

// Meta is what a file tells about its making. For a pcapng file it is that of
// the section read last.
type Meta struct {
	Format      string   // "pcapng", "pcap" or "rtmon"
	BigEndian   bool     // the file's, or section's, byte order
	Hardware    string   // uname -m of the recorded machine
	OS          string   // "Linux 6.1.0-18-amd64"
	Application string   // the program that wrote the file
	Interfaces  []string // names of the interfaces, without nltop's "families"
	Filter      string   // in the language of the program that wrote the file
	Version     string   // of nltop; "": written by another program
	// Command is the command line of nltop up to a COMMAND, of which it has the name; ""
	// is not known, as Distribution is.
	Command      string
	Distribution string // of the recorded machine: "Debian GNU/Linux 12 (bookworm)"
	PartOf, Part uint64 // see Options
	// Source is the Info of the source that nltop recorded; its Name is ""
	// for other programs' files.
	Source capture.Info
	Held   *Held // of a flight recorder; nil: it was written as it came
	// Secrets says what became of keys; see Reader.Redacted for how many.
	Secrets Secrets
}

// Reasons of loss that a Reader adds to those of the recording.
const (
	lostElsewhere = "lost by the program that recorded"
	lostLinkType  = "skipped: not Netlink"
	lostMalformed = "skipped: malformed block"
	lostLong      = "skipped: block too long"
)

// Reader plays a pcapng or pcap file, or one of rtmon. It implements capture.Source; Next is
// for those who want the records one by one. Except for Stats and Info, it is
// not safe for concurrent use.
type Reader struct {
	src    io.Reader
	packed *compressed.Reader // between the two; nil: the file is not
	br     *bufio.Reader
	buf    []byte // body of the current block
	off    int64  // of the next byte to read; of a packed file, of what it unpacks to
	at     int64  // of the current block

	torn   torn   // the block that is damaged: see recover
	again  *again // the input where something is read again
	reread int64  // how much was, in bytes

	next func() (Record, bool, error) // false: nothing to show, read on
	bo   order                        // of the section

	ifaces   []iface
	snap     int   // bytes of a datagram that are kept; 0: all
	families int   // packets of the preamble, in this section
	settled  bool  // a packet of traffic was read in it
	early    error // of a block that was read ahead, after the section header
	infer    *capture.Inferrer
	sections int
	idBase   uint64 // added to the IDs of this section
	maxID    uint64
	origins  capture.Origins
	known    knownOrigins
	requests requests[*knownOrigin]

	nanos    bool      // pcap: fractions are nanoseconds
	modified bool      // pcap: 24-byte record headers
	stamp    time.Time // rtmon: of the messages that follow

	lends bool          // see RunPrepared
	lent  capture.Frame // of Next, then

	places *places      // see Resumes; nil: nobody asked
	skipTo atomic.Int64 // see SkipBefore, Unix ns; 0: nothing is skipped

	onPreamble func(*capture.Frame) error
	inStep     bool // see there
	localNames int  // of all interfaces
	closeOnce  sync.Once
	closeErr   error

	mu       sync.Mutex // guards what follows
	meta     Meta
	stats    capture.Stats // without Lost
	past     losses        // of finished sections
	names    names         // of processes and cgroups
	skipped  [3]uint64     // other link types, malformed blocks, long ones
	badFacts uint64        // packets whose nltop data were malformed
	bad      *Error        // the first damage that reading went on behind
	account  account

	current []capture.Info // sources of this section
	earlier []capture.Info // of those before

	tables     capture.Tables // of all sections
	readersEnd bool           // those of readers are whole
	atEnd      bool           // of the file

	// Of the current section, as its last statistics blocks say.
	lastStats   []losses // by interface
	lastReports uint64
	// Of finished sections, and of the current one.
	redacted, lastRedacted uint64
}

// Open opens a file; "-" is standard input.
func Open(path string) (*Reader, error) {
	f := os.Stdin
	if path != "-" {
		var err error
		if f, err = os.Open(path); err != nil {
			return nil, fmt.Errorf("open capture file: %w", err)
		}
	}
	r, err := NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return r, nil
}

// NewReader reads the header of a file, which may be packed. Close closes src if it is
// an io.Closer.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{src: src, br: bufio.NewReaderSize(src, 64<<10), infer: capture.NewInferrer()}
	if err := r.unpack(); err != nil {
		return nil, err
	}
	if err := r.header(); err != nil {
		return nil, r.inside(err)
	}
	return r, nil
}

// unpack puts what unpacks the file between it and what reads it, if it is packed.
func (r *Reader) unpack() error {
	magic, err := r.br.Peek(compressed.MagicLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	format, err := compressed.ByMagic(magic)
	switch {
	case err != nil:
		return &Error{0, err}
	case format == compressed.None:
		return nil
	}
	if r.packed, err = compressed.NewReader(r.br, format); err != nil {
		return &Error{0, err}
	}
	r.br = bufio.NewReaderSize(r.packed, 64<<10)
	return nil
}

// inside says of an error's offset that it is none of the file.
func (r *Reader) inside(err error) error {
	if r.packed == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("in the unpacked data, %w", err)
}

func (r *Reader) header() error {
	magic, err := r.br.Peek(4)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return r.end(err)
	case err != nil && len(magic) == 0:
		return &Error{0, fmt.Errorf("file is empty: %w", io.ErrUnexpectedEOF)}
	}
	switch {
	case bytes.Equal(magic, []byte{0x0A, 0x0D, 0x0D, 0x0A}):
		r.next = r.nextBlock
		r.meta.Format = "pcapng"
		if _, _, err := r.nextBlock(); err != nil && !r.recover(err) {
			return noEOF(err)
		}
		r.describeEarly()
		return nil
	case len(magic) == 4 && r.isPcap(magic):
		r.next = r.nextPacket
		r.meta.Format = "pcap"
		return r.pcapHeader()
	}
	if r.isRtmon() {
		r.next = r.nextRtmon
		r.rtmonHeader()
		return nil
	}
	return &Error{0, fmt.Errorf("neither pcapng nor pcap nor a file of rtmon: starts with %x", magic)}
}

// describeEarly reads the interfaces that are behind the section header, as far as they
// have arrived: whoever opens a file wants to know what its sources saw.
func (r *Reader) describeEarly() {
	for r.early == nil {
		head, _ := r.br.Peek(min(8, r.br.Buffered()))
		if len(head) < 8 || r.bo.Uint32(head) != blockIDB || int64(r.bo.Uint32(head[4:])) > int64(r.br.Buffered()) {
			return
		}
		_, _, r.early = r.nextBlock()
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Next returns the next record, io.EOF at the end of the file, or an *Error
// that says where the file is damaged first. All records that could be read have been
// returned by then, also those behind a block that was skipped.
func (r *Reader) Next() (Record, error) {
	for {
		rec, ok, err := Record{}, false, r.early
		if err == nil {
			if r.places != nil {
				r.place()
			}
			rec, ok, err = r.next()
		}
		if err != nil {
			if !r.recover(err) {
				return Record{}, r.finish(err)
			}
			r.early = nil
		}
		if ok {
			r.places.count(&rec)
			return rec, nil
		}
	}
}

// Cut makes the reader keep no more than snap bytes of each datagram, as a source does
// that captures so much; 0 is all. What the file itself has cut stays cut.
func (r *Reader) Cut(snap int) { r.snap = snap }

// OnPreamble sets the function that Run calls, from its own goroutine and in
// the order of the file, with the frames that name generic-netlink families.
// Without one they are left out.
func (r *Reader) OnPreamble(fn func(*capture.Frame) error) { r.onPreamble = fn }

// InStep has Run read no further than what it has emitted, so that Stats is what the file
// had told until then. It is called before Run.
func (r *Reader) InStep() { r.inStep = true }

// Run emits every frame of the file. A damaged file gives its whole records
// and then an *Error, which a caller should show as a warning.
func (r *Reader) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	if d, ok := r.src.(interface{ SetReadDeadline(time.Time) error }); ok {
		// Wakes a read from a pipe. A regular file has no deadlines and
		// needs none.
		stop := context.AfterFunc(ctx, func() { _ = d.SetReadDeadline(time.Unix(1, 0)) })
		defer stop()
	}
	if r.regular() && !r.inStep {
		return r.runAhead(ctx, emit)
	}
	for ctx.Err() == nil {
		rec, err := r.Next()
		switch {
		case err == io.EOF:
			return nil
		case ctx.Err() != nil:
			r.noDamage(err)
			return nil
		case err != nil:
			return err
		}
		if err := r.hand(&rec, emit); err != nil {
			return err
		}
	}
	return nil
}

// hand passes a record on to where it belongs.
func (r *Reader) hand(rec *Record, emit func(*capture.Frame) error) error {
	switch {
	case !rec.Preamble:
		return emit(rec.Frame)
	case r.onPreamble != nil:
		return r.onPreamble(rec.Frame)
	}
	return nil
}

// Close closes the file.
func (r *Reader) Close() error {
	r.closeOnce.Do(func() {
		if r.packed != nil {
			_ = r.packed.Close()
		}
		if c, ok := r.src.(io.Closer); ok {
			r.closeErr = c.Close()
		}
	})
	return r.closeErr
}

// Meta returns what the file tells about its making.
func (r *Reader) Meta() Meta {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.meta
	m.Interfaces = slices.Clone(m.Interfaces)
	return m
}

// Stats counts what was read so far. Lost holds the losses that the file
// reports of its recording, and what the reader had to skip.
func (r *Reader) Stats() capture.Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.stats
	s.LostReports = capture.AddUp(s.LostReports, r.lastReports)
	lost := slices.Clone(r.past)
	for _, l := range r.lastStats {
		lost.add(l)
	}
	s.Lost = append(lost, capture.Loss{Reason: lostLinkType, Count: r.skipped[0]},
		capture.Loss{Reason: lostMalformed, Count: r.skipped[1]})
	if r.skipped[2] > 0 {
		s.Lost = append(s.Lost, capture.Loss{Reason: lostLong, Count: r.skipped[2]})
	}
	return s
}

type losses []capture.Loss

// maxReasons bounds what a hostile file can make the reader keep.
const maxReasons = 64

// add sums by reason. Past the bound, reasons share the last entry.
func (l *losses) add(more losses) {
	for _, m := range more {
		i := slices.IndexFunc(*l, func(x capture.Loss) bool { return x.Reason == m.Reason })
		if i < 0 && len(*l) < maxReasons {
			*l = append(*l, capture.Loss{Reason: m.Reason})
			i = len(*l) - 1
		} else if i < 0 {
			i = maxReasons - 1
		}
		(*l)[i].Count = capture.AddUp((*l)[i].Count, m.Count)
	}
}

func (r *Reader) skip(reason string) (Record, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch reason {
	case lostLinkType:
		r.skipped[0]++
	case lostLong:
		r.skipped[2]++
	default:
		r.skipped[1]++
		r.damageAt(&Error{r.at, errors.New("block contradicts itself and is skipped")})
	}
	return Record{}, false, nil
}

// damage notes what is wrong with the current block.
func (r *Reader) damage(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.damageAt(&Error{r.at, err})
}

// ended is the error of Next at the end of the file: where it was damaged first, or
// io.EOF.
func (r *Reader) ended() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bad != nil {
		return r.bad
	}
	return io.EOF
}

// count cuts a datagram, and adds it to Stats.
func (r *Reader) count(f *capture.Frame) {
	r.cut(f)
	missed := f.Missed() > 0
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Frames++
	r.stats.Bytes += uint64(max(f.OrigLen, 0))
	if f.Cut() {
		r.stats.Cut++
	}
	if missed {
		r.stats.Truncated++
	}
}

// cut leaves of a frame's payload what was asked for.
func (r *Reader) cut(f *capture.Frame) {
	if r.snap > 0 && len(f.Data) > r.snap {
		f.Data = bytes.Clone(f.Data[:r.snap])
	}
}

// truncated counts the report on a datagram of which its reader got a part.
func (r *Reader) truncated(f *capture.Frame) {
	if f.Missed() == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Truncated++
}

// fill reads n bytes into r.buf, growing it only as they arrive: a length field
// alone allocates nothing. What is being read, and how many bytes of it came
// before these, is for the error.
func (r *Reader) fill(n int, before int64, what string) ([]byte, error) {
	r.buf = r.buf[:0]
	if cap(r.buf) > 4<<20 && n < 1<<20 {
		r.buf = nil
	}
	start := r.off - before
	for len(r.buf) < n {
		have := len(r.buf)
		step := min(n-have, max(have, 64<<10))
		r.buf = slices.Grow(r.buf, step)[:have+step]
		got, err := io.ReadFull(r.br, r.buf[have:])
		r.off += int64(got)
		if err != nil {
			r.buf = r.buf[:have+got]
			return nil, r.readError(err, start, what, before+int64(n), r.off-start)
		}
	}
	return r.buf, nil
}

// discard skips n bytes without holding them.
func (r *Reader) discard(n int64, before int64, what string) error {
	start := r.off - before
	got, err := io.CopyN(io.Discard, r.br, n)
	r.off += got
	if err != nil {
		return r.readError(err, start, what, before+n, r.off-start)
	}
	return nil
}

func (r *Reader) readError(err error, start int64, what string, want, got int64) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		if !errors.Is(err, compressed.ErrCut) {
			err = io.ErrUnexpectedEOF
		}
		return &Error{start, fmt.Errorf("file is truncated: %s of %d bytes has only %d: %w", what, want, got, err)}
	}
	return &Error{start, fmt.Errorf("read %s: %w", what, err)}
}

// datagram makes a frame, without its Origin, of a packet with a cooked header; nil if
// it has none. orig counts the header too.
func (r *Reader) datagram(packet []byte, orig uint32) (f *capture.Frame, protocol uint16) {
	be := binary.BigEndian
	if len(packet) < cookedLen || be.Uint16(packet[2:]) != arphrdNetlink {
		return nil, 0
	}
	// The address bytes between may be anything: nlmon has none to give.
	data := packet[cookedLen:]
	f = r.frame()
	f.OrigLen = max(int(orig)-cookedLen, len(data))
	switch {
	case len(data) == 0:
	case r.lends:
		f.Data = data[:len(data):len(data)]
	default:
		f.Data = bytes.Clone(data)
	}
	return f, be.Uint16(packet[14:])
}
