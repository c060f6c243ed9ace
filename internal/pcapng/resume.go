// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bufio"
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// To begin in the middle of a file, a reader needs what stood before: the interfaces of
// the section, how its frames are numbered, and who its processes are. The first two are
// kept with each place. Of processes, which are many, only where they are told is kept.

// places are those of a file from which it can be read again.
type places struct {
	file    io.ReaderAt
	bytes   int64
	frames  uint64
	note    func(capture.Place)
	handed  uint64 // frames
	latest  *resume
	ifaces  int // that all places keep
	tellers *tellers
}

// resume is what a reader begins with at a place. It is not written to.
type resume struct {
	handed   uint64
	off      int64
	meta     *Meta
	ifaces   []iface
	snap     int
	families int
	settled  bool
	sections int
	idBase   uint64
	maxID    uint64
	bo       order
	nanos    bool
	modified bool
	stamp    time.Time
	tellers  *tellers
}

// maxKeptIfaces bounds the interfaces that all places keep: past it there are no places
// in sections with others than the ones before.
const maxKeptIfaces = 1 << 16

// Resumes implements capture.Resumer, of regular files and of what is in memory.
func (r *Reader) Resumes(bytes int64, frames uint64, note func(capture.Place)) bool {
	at, ok := r.src.(io.ReaderAt)
	if f, isFile := r.src.(*os.File); isFile {
		st, err := f.Stat()
		ok = err == nil && st.Mode().IsRegular()
	}
	if !ok || !r.fromStart(at) {
		return false
	}
	r.places = &places{file: at, bytes: bytes, frames: frames, note: note, tellers: new(tellers)}
	return true
}

// fromStart says whether offsets of the reader are those of the file: it was read from
// its beginning, and as it is.
func (r *Reader) fromStart(at io.ReaderAt) bool {
	if s, ok := r.src.(io.Seeker); ok {
		pos, err := s.Seek(0, io.SeekCurrent)
		if err != nil || pos != r.off+int64(r.br.Buffered()) {
			return false
		}
	}
	var magic [4]byte
	if _, err := at.ReadAt(magic[:], 0); err != nil {
		return false
	}
	return magic != [4]byte{0x28, 0xB5, 0x2F, 0xFD} && magic[0] != 0x1F // zstd, gzip: nothing else begins so
}

// count counts what is handed on. p may be nil, as in the other methods.
func (p *places) count(rec *Record) {
	if p != nil && !rec.Preamble {
		p.handed++
	}
}

// section is for the beginning of one, whose processes are its own.
func (p *places) section() {
	if p != nil {
		p.tellers = new(tellers)
	}
}

// place notes a place in front of the next block, if the last one is far.
func (r *Reader) place() {
	p := r.places
	if l := p.latest; l != nil && r.off-l.off < p.bytes && p.handed-l.handed < p.frames {
		return
	}
	n := &resume{
		handed: p.handed, off: r.off, ifaces: r.ifaces, snap: r.snap, families: r.families, settled: r.settled,
		sections: r.sections, idBase: r.idBase, maxID: r.maxID, bo: r.bo, nanos: r.nanos, modified: r.modified,
		stamp: r.stamp, tellers: p.tellers,
	}
	if l := p.latest; l != nil && l.sections == r.sections && slices.Equal(l.ifaces, r.ifaces) {
		n.ifaces, n.meta = l.ifaces, l.meta
	} else {
		if p.ifaces += 1 + len(r.ifaces); p.ifaces > maxKeptIfaces {
			p.ifaces = maxKeptIfaces
			return
		}
		n.ifaces = slices.Clone(r.ifaces)
		m := r.Meta()
		m.Interfaces, m.Source.Notes, m.Source.Blind = nil, nil, nil
		n.meta = &m
	}
	p.latest = n
	file := p.file
	p.note(capture.Place{Frames: n.handed, Offset: n.off, Read: func(frames uint64, emit func(*capture.Frame) error) error {
		return n.read(file, frames, emit)
	}})
}

// read reads frames again.
func (n *resume) read(file io.ReaderAt, frames uint64, emit func(*capture.Frame) error) error {
	src := io.NewSectionReader(file, n.off, 1<<62-n.off)
	r := &Reader{src: src, br: bufio.NewReaderSize(src, 64<<10), infer: capture.NewInferrer()}
	r.off, r.meta, r.ifaces, r.snap, r.families, r.settled = n.off, *n.meta, slices.Clone(n.ifaces), n.snap, n.families, n.settled
	r.sections, r.idBase, r.maxID, r.bo = n.sections, n.idBase, n.maxID, n.bo
	r.nanos, r.modified, r.stamp = n.nanos, n.modified, n.stamp
	r.lastStats = make([]losses, len(r.ifaces))
	r.names.earlier = func(number uint64) { n.tellers.tell(file, r, number) }
	switch r.meta.Format {
	case "pcapng":
		r.next = r.nextBlock
	case "pcap":
		r.next = r.nextPacket
	default:
		r.next = r.nextRtmon
	}
	for frames > 0 {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF // it was longer
		}
		if err != nil {
			return err
		}
		if rec.Preamble {
			continue
		}
		if err := emit(rec.Frame); err != nil {
			return err
		}
		frames--
	}
	return nil
}

// tellers are where the processes of a section are told, by their numbers, which go up
// by one.
type tellers struct {
	mu sync.Mutex
	at []int64
}

// maxTellers bounds them, of a section: of those beyond it one knows who they are only
// where reading begins in front of them.
const maxTellers = 1 << 20

func (p *places) tell(number uint64, at int64) {
	if p == nil {
		return
	}
	t := p.tellers
	t.mu.Lock()
	defer t.mu.Unlock()
	if number == uint64(len(t.at))+1 && len(t.at) < maxTellers {
		t.at = append(t.at, at)
	}
}

// tell has a reader read the block that tells of a process.
func (t *tellers) tell(file io.ReaderAt, r *Reader, number uint64) {
	t.mu.Lock()
	at := int64(-1)
	if number-1 < uint64(len(t.at)) {
		at = t.at[number-1]
	}
	t.mu.Unlock()
	var head [8]byte
	if at < 0 {
		return
	}
	if _, err := file.ReadAt(head[:], at); err != nil || r.bo.Uint32(head[:]) != blockReport {
		return
	}
	size := int64(r.bo.Uint32(head[4:])) - 12
	if size < 0 || size > maxTellLen {
		return
	}
	body := make([]byte, size)
	if _, err := file.ReadAt(body, at+8); err != nil {
		return
	}
	if kind, facts, ok := parseFacts(body); ok && kind == factsProcess {
		_, _ = r.names.tell(facts)
	}
}

// maxTellLen is above what a factsProcess takes: paths and command lines are bounded.
const maxTellLen = 1 << 20

var _ capture.Resumer = (*Reader)(nil)
