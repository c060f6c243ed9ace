// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// What lies before the time that somebody asks for is passed over by its length, some
// bytes of each block being looked at: but for what later messages are read with (names
// of families and interfaces, the last state of links, addresses and neighbours, who
// processes are).

// SkipBefore makes the reader pass over what was captured before t, up to the first frame
// that was not. Messages that others are read with are returned nevertheless; they are
// earlier than t. Frames that are passed over count in Stats. It is safe beside Run.
func (r *Reader) SkipBefore(t time.Time) { r.skipTo.Store(t.UnixNano()) }

const (
	// peeked is how much of a block is looked at: header, and of an Enhanced Packet Block
	// its fields, the cooked header and the first nlmsghdr with a genlmsghdr behind it.
	peeked = 8 + 20 + cookedLen + 20
	// atFields is where the fields of an Enhanced Packet Block begin, atPacket its packet.
	atFields, atPacket = 8, 28
)

// skips passes over the block in front of the reader, and says whether it did. What is long
// or damaged is left to be read.
func (r *Reader) skips() bool {
	to := r.skipTo.Load()
	head, _ := r.br.Peek(peeked)
	if to == 0 || len(head) < peeked || r.bo == nil {
		return false
	}
	kind, total := r.bo.Uint32(head), r.bo.Uint32(head[4:])
	if total < 16 || total%4 != 0 || total > maxPassed {
		return false
	}
	switch kind {
	case blockReport:
		of, _, ok := parseFacts(head[8:])
		if !ok || !ofFrame(of) {
			return false
		}
	case blockEPB:
		if total < peeked {
			return false
		}
		i := r.bo.Uint32(head[atFields:])
		if int64(i) >= int64(len(r.ifaces)) || r.ifaces[i].link != linkNetlink || !r.settled {
			return false
		}
		ts := uint64(r.bo.Uint32(head[atFields+4:]))<<32 | uint64(r.bo.Uint32(head[atFields+8:]))
		if r.ifaces[i].time(ts).UnixNano() >= to {
			r.skipTo.Store(0)
			return false
		}
		if teaches(r.bo, head[atPacket:]) {
			return false
		}
	default:
		return false
	}
	orig := r.bo.Uint32(head[atFields+16:])
	block, _ := r.br.Peek(int(total))
	if len(block) < int(total) || r.bo.Uint32(block[total-4:]) != total {
		return false
	}
	n, _ := r.br.Discard(int(total))
	r.off += int64(n)
	if kind == blockEPB {
		r.passed(orig)
	}
	return true
}

// maxPassed is the longest block that is passed over, in bytes: half of what is buffered.
const maxPassed = 32 << 10

// passed counts a datagram that is not returned.
func (r *Reader) passed(orig uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Frames++
	r.stats.Bytes += uint64(max(int64(orig)-cookedLen, 0))
}

// skipsPacket is skips for the packet behind a header of a pcap file.
func (r *Reader) skipsPacket(at time.Time, captured, orig uint32) (bool, error) {
	to := r.skipTo.Load()
	switch head, _ := r.br.Peek(cookedLen + 20); {
	case to == 0:
		return false, nil
	case at.UnixNano() >= to:
		r.skipTo.Store(0)
		return false, nil
	case len(head) < cookedLen+20 || captured < cookedLen+20 || teaches(r.bo, head):
		return false, nil
	}
	r.passed(orig)
	n, err := r.br.Discard(int(captured))
	if r.off += int64(n); err != nil {
		return true, r.readError(err, r.at, "record", int64(captured), int64(n))
	}
	return true, nil
}

// teaches says whether later messages are read with what a packet tells first.
func teaches(o order, packet []byte) bool {
	const (
		idControl    = 16 // GENL_ID_CTRL
		newInterface = 7  // NL80211_CMD_NEW_INTERFACE
	)
	protocol := binary.BigEndian.Uint16(packet[14:])
	message := packet[cookedLen:]
	kind := o.Uint16(message[4:])
	switch protocol {
	case capture.NETLINK_GENERIC:
		return kind == idControl || message[16] == newInterface
	case capture.NETLINK_ROUTE:
		switch kind {
		case 16, 17, 20, 21, 28, 29: // RTM_NEW and RTM_DEL of LINK, ADDR, NEIGH
			return true
		}
	}
	return false
}
