// SPDX-License-Identifier: Apache-2.0

package capture

import "encoding/binary"

// KindRefused reports that the kernel refused what Proc asked of Socket, with Errno: a
// bind() or setsockopt(). Data says what (Frame.Refused).
const KindRefused Kind = 9

// Refused is what a KindRefused is about.
type Refused struct {
	// Level and Option are those of setsockopt(), Value the first 4 bytes of what it was
	// given. Level 0: it was bind().
	Level, Option uint32
	Value         uint32
	// Of bind(): what its struct sockaddr_nl asked for.
	PortID, Groups uint32
}

// refusedLen is the length of struct nl_refused in bpf/records.h.
const refusedLen = 20

// Refused reads Data of a KindRefused; ok is false where that is damaged.
func (f *Frame) Refused() (r Refused, ok bool) {
	if f.Kind != KindRefused || len(f.Data) < refusedLen {
		return r, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if f.BigEndian {
		order = binary.BigEndian
	}
	at := func(i int) uint32 { return order.Uint32(f.Data[4*i:]) }
	r.Level, r.Option = at(0), at(1)
	if r.Level != 0 {
		r.Value = at(2)
		return r, true
	}
	r.PortID, r.Groups = at(3), at(4) // behind nl_family and nl_pad
	return r, true
}
