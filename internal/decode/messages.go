// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"encoding/binary"

	"github.com/nltop/nltop/internal/capture"
)

// Messages is how many messages Decoder.Frame makes of a frame, without making them.
func Messages(f *capture.Frame) int {
	// Of most, the first message is all of it.
	if b := f.Data; len(b) >= HeaderLen && f.Kind == capture.KindDatagram && !f.BigEndian && uint64(binary.LittleEndian.Uint32(b)) == uint64(len(b)) {
		return 1
	}
	return messages(f)
}

func messages(f *capture.Frame) (n int) {
	if f.Kind != capture.KindDatagram && f.Kind != capture.KindFlushed || len(f.Data) == 0 {
		return 0
	}
	if f.Protocol == capture.NETLINK_KOBJECT_UEVENT {
		return 1
	}
	o := order(f.BigEndian)
	for off := 0; off < len(f.Data); n++ {
		rest := f.Data[off:]
		if len(rest) >= HeaderLen {
			if size := uint64(o.u32(rest)); size >= HeaderLen && size <= uint64(len(rest)) && (n > 0 || !plainAudit(f, rest)) {
				off += align4(int(size))
				continue
			}
		}
		if n > 0 && onlyZeros(f, off) {
			return n
		}
		return n + 1 // the rest is one, whatever is wrong with it
	}
	return n
}

// plainAudit is Message.plainAudit of the first message.
func plainAudit(f *capture.Frame, b []byte) bool {
	if f.Protocol != capture.NETLINK_AUDIT {
		return false
	}
	m := Message{Frame: f, Header: header(order(f.BigEndian), b)}
	return m.plainAudit(uint64(m.Header.Len), max(uint64(f.OrigLen), uint64(len(b))))
}
