// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// A file of rtmon(8) is the NETLINK_ROUTE messages that it got, one behind the other, in
// the byte order of the machine. In front of what it got at one time stands a message of
// a type that Netlink leaves free, with the time (rtnl_from_file() of iproute2 reads
// both):
//
//	struct nlmsghdr; __u32 seconds; __u32 microseconds;
const (
	rtmonStamp    = 15
	rtmonStampLen = 24
	nlmsgLen      = 16 // NLMSG_HDRLEN
)

// isRtmon recognises a time stamp in either byte order.
func (r *Reader) isRtmon() bool {
	head, _ := r.br.Peek(8)
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		if len(head) == 8 && bo.Uint32(head) == rtmonStampLen && bo.Uint16(head[4:]) == rtmonStamp && bo.Uint16(head[6:]) == 0 {
			r.bo = bo
			return true
		}
	}
	return false
}

func (r *Reader) rtmonHeader() {
	r.meta.Format, r.meta.Application, r.meta.BigEndian = "rtmon", "rtmon", r.bigEndian()
	// It listens, as this source does.
	r.current = []capture.Info{{Name: capture.SourceListen, Sees: capture.Describe(capture.SourceListen).Always()}}
}

// nextRtmon reads a message.
func (r *Reader) nextRtmon() (Record, bool, error) {
	if _, err := r.br.Peek(1); err != nil {
		return Record{}, false, r.end(err)
	}
	r.at = r.off
	h, err := r.fill(nlmsgLen, 0, "message header")
	if err != nil {
		return Record{}, false, err
	}
	header := [nlmsgLen]byte(h)
	size := int64(r.bo.Uint32(header[:]))
	if size < nlmsgLen {
		return r.tear(0, &Error{r.at, stray(fmt.Sprintf("message has the impossible length %d", size))}, nil)
	}
	rest := size - nlmsgLen
	if size > maxBlock {
		if r.covers() {
			return r.tear(0, &Error{r.at, stray(fmt.Sprintf("message of %d bytes has others in it", size))}, nil)
		}
		r.damage(fmt.Errorf("message of %d bytes is skipped, the longest that is read has %d", size, maxBlock))
		if err := r.discard(rest+int64(pad4(int(rest))), nlmsgLen, "message"); err != nil {
			return Record{}, false, err
		}
		return r.skip(lostLong)
	}
	body, err := r.fill(int(rest), nlmsgLen, "message")
	if err != nil {
		return r.tear(0, err, r.buf)
	}
	data := append(header[:], body...)
	// rtmon writes the padding, too; nothing is lost without it at the end.
	padding, _ := r.br.Peek(pad4(int(rest)))
	_, _ = r.br.Discard(len(padding))
	r.off += int64(len(padding))
	if r.bo.Uint16(data[4:]) == rtmonStamp {
		if len(data) != rtmonStampLen {
			return r.skip(lostMalformed)
		}
		r.stamp = time.Unix(int64(r.bo.Uint32(data[16:])), int64(r.bo.Uint32(data[20:]))*1000)
		return Record{}, false, nil
	}
	f := &capture.Frame{Time: r.stamp, Data: data, OrigLen: len(data)}
	o := capture.Origin{
		Source: capture.SourceFile, Protocol: capture.NETLINK_ROUTE, BigEndian: r.bigEndian(),
		Sees: capture.Describe(capture.SourceListen).Always(),
	}
	r.infer.Infer(&o, data)
	f.Origin = r.origins.Of(&o)
	r.count(f)
	return Record{Frame: f}, true, nil
}

// beginsStamp is begins for files of rtmon: of its messages only a time stamp is known by
// its look.
func (r *Reader) beginsStamp(b []byte) int {
	if len(b) < rtmonStampLen || r.bo.Uint32(b) != rtmonStampLen || r.bo.Uint16(b[4:]) != rtmonStamp || r.bo.Uint16(b[6:]) != 0 ||
		r.bo.Uint32(b[20:]) >= 1e6 {
		return 0
	}
	return rtmonStampLen
}
