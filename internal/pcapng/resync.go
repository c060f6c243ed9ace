// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Where the lengths of a block are damaged, nothing says where the next one begins. It is
// looked for behind the beginning of the damaged one, at every byte, since some may be
// missing: a type that is known here and a length that stands again where the block ends.
// Of a record of pcap see beginsPacket, of rtmon beginsStamp.
//
// What was read of the damaged block is looked through, too: a length that is too large
// covers many blocks.

// Bounds of looking.
const (
	// maxSought is the longest block that is recognised, in bytes; those behind one that
	// is longer are found.
	maxSought = 64 << 10
	// againFree is how many bytes are read again without question; more than these are
	// at most as many as the file has had so far. So looking takes linear time.
	againFree = 2 * maxBlock
)

// stray is the error of a block that does not end where it says.
type stray string

func (s stray) Error() string { return string(s) }

// torn is such a block: its type, and what was read of it behind its head; nil: there is
// none.
type torn struct {
	blockType uint32
	read      []byte
}

// tear keeps what was read of a block for recover, and returns err.
func (r *Reader) tear(blockType uint32, err error, read []byte) (Record, bool, error) {
	r.torn = torn{blockType, append([]byte{}, read...)}
	return Record{}, false, err
}

// again is the input with what is to be read once more in front.
type again struct {
	buf  []byte
	at   int // what of it was read
	past bool
	src  io.Reader
}

func (a *again) Read(b []byte) (int, error) {
	if a.at == len(a.buf) {
		a.past = true
		return a.src.Read(b)
	}
	n := copy(b, a.buf[a.at:])
	a.at += n
	return n, nil
}

// unread puts bytes back that were read last; false: too many were before.
func (r *Reader) unread(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if r.again == nil {
		r.again = &again{src: r.br}
		r.br = bufio.NewReaderSize(r.again, 2*maxSought)
	}
	a := r.again
	ahead, _ := r.br.Peek(r.br.Buffered())
	n := len(b) + len(ahead)
	// What is ahead is copied once more, and not looked at.
	if r.reread += int64(len(b) + len(ahead)/16); r.reread > againFree+r.off {
		return false
	}
	if !a.past && a.at >= n {
		a.at -= n // they are there
	} else {
		*a = again{buf: slices.Concat(b, ahead, a.buf[a.at:]), src: a.src}
	}
	r.br.Reset(a)
	r.off -= int64(len(b))
	return true
}

// recover goes on at the next block behind a damaged one, if err is of one and there is
// a next one; false: reading ends with err.
func (r *Reader) recover(err error) bool {
	var e *Error
	var why stray
	t := r.torn
	r.torn = torn{}
	switch {
	case t.read == nil || r.bo == nil || !errors.As(err, &e):
		return false
	case errors.As(err, &why):
	case errors.Is(err, io.ErrUnexpectedEOF):
		why = "it would end behind the file"
	default:
		return false
	}
	if !r.unread(t.read) || !r.seek() {
		return false
	}
	r.at = e.Offset
	r.damage(fmt.Errorf("%w; reading went on at byte %d", why, r.off))
	switch t.blockType {
	case blockIDB:
		r.someInterface()
	case blockSHB: // interfaces and IDs begin anew; nothing else is known of it
		_ = r.section(append(r.bo.AppendUint16(nil, 1), make([]byte, 10)...), e.Offset)
	}
	return true
}

// seek goes to the next block; false: there is none, and the file is at its end.
func (r *Reader) seek() bool {
	for {
		b, err := r.br.Peek(2 * maxSought)
		at, found := r.find(b, err != nil)
		n, _ := r.br.Discard(at)
		r.off += int64(n)
		if found || err != nil {
			return found
		}
	}
}

// find returns where the first block begins of which all is in b, or else up to where none
// does. atEnd: nothing comes behind b.
func (r *Reader) find(b []byte, atEnd bool) (at int, found bool) {
	begins := r.beginning()
	for ; at+8 <= len(b) && (atEnd || at+maxSought <= len(b)); at++ {
		if begins(b[at:]) > 0 {
			return at, true
		}
	}
	if atEnd {
		at = len(b)
	}
	return at, false
}

// someInterface stands for one whose description is damaged: packets count interfaces.
func (r *Reader) someInterface() {
	b := r.bo.AppendUint16(nil, linkNetlink)
	b = r.bo.AppendUint32(r.bo.AppendUint16(b, 0), 0)
	option := func(code uint16, value string) {
		b = r.bo.AppendUint16(r.bo.AppendUint16(b, code), uint16(len(value)))
		b = append(append(b, value...), make([]byte, pad4(len(value)))...)
	}
	if r.meta.Version != "" { // as nltop writes them
		option(ifTSResol, "\x09")
		if len(r.ifaces) == ifaceFamilies {
			option(ifName, familiesName)
			option(ifDescription, familiesAbout)
		}
	}
	_, _, _ = r.describeInterface(b)
}

// beginning is what recognises a block or record.
func (r *Reader) beginning() (begins func(b []byte) int) {
	switch r.meta.Format {
	case "pcap":
		return r.beginsPacket
	case "rtmon":
		return r.beginsStamp
	}
	return r.begins
}

// begins is the length of a block that begins b, is all in it, and is as long at its end
// as at its beginning; 0: there is none.
func (r *Reader) begins(b []byte) int {
	if len(b) < 12 {
		return 0
	}
	bo := r.bo
	if binary.LittleEndian.Uint32(b) == blockSHB {
		if bo = orderOf(b[8:]); bo == nil {
			return 0
		}
	}
	total := bo.Uint32(b[4:])
	if !plausible(bo.Uint32(b), total) || total > maxSought || int64(total) > int64(len(b)) || bo.Uint32(b[total-4:]) != total {
		return 0
	}
	return int(total)
}

// plausible says whether a block may have this type and this length.
func plausible(blockType, total uint32) bool {
	least := leastLen(blockType)
	return least > 0 && total >= least && total%4 == 0 && total <= maxBlock
}

// leastLen is how long a block of a type is at least; 0: nobody here knows the type.
func leastLen(blockType uint32) uint32 {
	switch blockType {
	case blockSHB:
		return 28
	case blockIDB:
		return 20
	case blockSPB:
		return 16
	case blockPB, blockEPB:
		return 32
	case blockISB:
		return 24
	case blockReport:
		return 12
	case blockCustom:
		return 16
	}
	return 0
}

// orderOf is the byte order of a section with this magic; nil: it is none.
func orderOf(magic []byte) order {
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(magic):
		return binary.LittleEndian
	case binary.BigEndian.Uint32(magic):
		return binary.BigEndian
	}
	return nil
}

// endsHere says of a block whose length is another one at its end, or of a record of
// pcap, whether the length at its beginning is right: behind it a block begins, or the
// file ends.
func (r *Reader) endsHere() bool {
	const head = 12 // where both formats have the length
	b, err := r.br.Peek(head)
	if len(b) < head {
		return len(b) == 0 && err == io.EOF
	}
	begins := r.beginning()
	size := int64(r.bo.Uint32(b[4:]))
	if r.meta.Format == "pcap" {
		size = int64(r.bo.Uint32(b[8:])) + 24
	}
	b, _ = r.br.Peek(int(min(max(size, head), maxSought))) // no more: a pipe may have no more
	return begins(b) > 0
}

// covers says of a block that is longer than most, and whose head was read, whether
// another one begins in it, behind which again one begins or the file ends. Then it is the
// length that is damaged: one that is too large by a bit covers all of the file.
func (r *Reader) covers() bool {
	begins := r.beginning()
	b, err := r.br.Peek(maxSought)
	for len(b) > 0 {
		at, found := r.find(b, true)
		if b = b[at:]; !found {
			return false
		}
		next := b[begins(b):]
		if r.meta.Format == "rtmon" { // anything may be behind a time stamp
			return true
		}
		if len(next) == 0 && err != nil || begins(next) > 0 {
			return true
		}
		b = b[1:]
	}
	return false
}
