// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
)

// Magic numbers of draft-ietf-opsawg-pcap, and of Kuznetzov's modification,
// which libpcap and Wireshark read too.
const (
	pcapMicros   = 0xA1B2C3D4
	pcapNanos    = 0xA1B23C4D
	pcapModified = 0xA1B2CD34

	pcapHeaderLen = 24
)

// isPcap recognises the magic in either byte order and notes what it says.
func (r *Reader) isPcap(magic []byte) bool {
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		switch bo.Uint32(magic) {
		case pcapMicros:
		case pcapNanos:
			r.nanos = true
		case pcapModified:
			r.modified = true
		default:
			continue
		}
		r.bo = bo
		return true
	}
	return false
}

func (r *Reader) bigEndian() bool { return r.bo == order(binary.BigEndian) }

// pcapHeader reads
//
//	u32 magic, u16 major, u16 minor, u32 reserved, u32 reserved,
//	u32 snaplen, u32 f:4 linktype:28
func (r *Reader) pcapHeader() error {
	h, err := r.fill(pcapHeaderLen, 0, "file header")
	if err != nil {
		return err
	}
	if major := r.bo.Uint16(h[4:]); major != 2 {
		return &Error{0, fmt.Errorf("pcap version %d is unknown", major)}
	}
	if link := r.bo.Uint32(h[20:]) & 0x0FFFFFFF; link != linkNetlink {
		return &Error{0, fmt.Errorf("file holds packets of link type %d, not Netlink (%d)", link, linkNetlink)}
	}
	r.meta.BigEndian = r.bigEndian()
	r.meta.Source.Snap = max(int(r.bo.Uint32(h[16:]))-cookedLen, 0)
	return nil
}

// nextPacket reads a record: u32 seconds, u32 fraction, u32 captured length,
// u32 original length, and the packet.
func (r *Reader) nextPacket() (Record, bool, error) {
	size := 16
	if r.modified {
		size = 24 // interface index, protocol, packet type
	}
	if _, err := r.br.Peek(1); err != nil {
		return Record{}, false, r.end(err)
	}
	h, err := r.fill(size, 0, "record header")
	if err != nil {
		return Record{}, false, err
	}
	sec, frac := r.bo.Uint32(h), r.bo.Uint32(h[4:])
	captured, orig := r.bo.Uint32(h[8:]), r.bo.Uint32(h[12:])
	r.at = r.off - int64(size)
	if captured > maxSought && r.covers() {
		return r.tear(0, &Error{r.at, stray(fmt.Sprintf("record of %d bytes has others in it", captured))}, nil)
	}
	if captured > maxBlock {
		r.damage(fmt.Errorf("record of %d bytes is skipped, the longest that is read has %d", captured, maxBlock))
		if err := r.discard(int64(captured), int64(size), "record"); err != nil {
			return Record{}, false, err
		}
		return r.skip(lostLong)
	}
	unit := time.Microsecond
	if r.nanos {
		unit = time.Nanosecond
	}
	at := time.Unix(int64(sec), 0).Add(time.Duration(frac) * unit)
	if passed, err := r.skipsPacket(at, captured, orig); passed || err != nil {
		return Record{}, false, err
	}
	packet, err := r.fill(int(captured), int64(size), "record")
	if err != nil {
		return r.tear(0, err, r.buf)
	}
	f, protocol := r.datagram(packet, orig)
	if f == nil {
		if !r.endsHere() {
			return r.tear(0, &Error{r.at, stray("record holds no packet of Netlink, and none is behind it")}, packet)
		}
		return r.skip(lostMalformed)
	}
	f.Time = at
	r.foreign(f, capture.Origin{Protocol: protocol, Sees: foreignSource().Sees})
	r.count(f)
	return Record{Frame: f}, true, nil
}

// beginsPacket is begins for pcap, whose records say neither what they are nor twice how
// long they are: the time is one, and the packet has a cooked header.
func (r *Reader) beginsPacket(b []byte) int {
	size := 16
	if r.modified {
		size = 24
	}
	if len(b) < size+cookedLen {
		return 0
	}
	fractions := uint32(1e6)
	if r.nanos {
		fractions = 1e9
	}
	captured, orig := r.bo.Uint32(b[8:]), r.bo.Uint32(b[12:])
	if r.bo.Uint32(b[4:]) >= fractions || captured < cookedLen || captured > orig || orig > 1<<30 || captured > maxSought {
		return 0
	}
	head := b[size:]
	be := binary.BigEndian
	if be.Uint16(head) > packetKernel || be.Uint16(head[2:]) != arphrdNetlink || be.Uint16(head[14:]) >= capture.MaxProtocol {
		return 0
	}
	if size += int(captured); size > len(b) {
		return 0
	}
	return size
}

// end turns the error of a read between two blocks into that of Next.
func (r *Reader) end(err error) error {
	if errors.Is(err, io.EOF) {
		return r.ended()
	}
	if errors.Is(err, compressed.ErrCut) {
		return &Error{r.off, fmt.Errorf("file is truncated: %w", err)}
	}
	return &Error{r.off, fmt.Errorf("read file: %w", err)}
}
