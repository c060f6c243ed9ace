// SPDX-License-Identifier: Apache-2.0

package decode

import "encoding/binary"

// order is the byte order of the machine that a frame comes from. A bool
// instead of a binary.ByteOrder keeps the reads inlined.
type order bool

const (
	littleEndian order = false
	bigEndian    order = true
)

func (o order) u16(b []byte) uint16 {
	if o == bigEndian {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func (o order) u32(b []byte) uint32 {
	if o == bigEndian {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func (o order) u64(b []byte) uint64 {
	if o == bigEndian {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

// noSelector is the selector of a payload that is too short to have one.
const noSelector = 1 << 63

// selector reads the number of 1, 2 or 4 bytes that selects a variant.
func (o order) selector(b []byte, at, width int) uint64 {
	if at+width > len(b) {
		return noSelector
	}
	switch b = b[at:]; width {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(o.u16(b))
	case 4:
		return uint64(o.u32(b))
	}
	return noSelector
}

// align4 is NLMSG_ALIGN and NLA_ALIGN, which round up to 4.
func align4(n int) int { return (n + 3) &^ 3 }

// What the walker reads of include/uapi/linux/netlink.h:
//
//	struct nlattr {
//		__u16 nla_len;  // this header included, padding excluded
//		__u16 nla_type;
//	};
const (
	attrHdrLen    = 4
	nlaNested     = 0x8000 // NLA_F_NESTED
	nlaNetOrder   = 0x4000 // NLA_F_NET_BYTEORDER
	nlaTypeMask   = 0x3fff // NLA_TYPE_MASK
	nlaFlagsMask  = 0xc000
	minUserType   = 16 // NLMSG_MIN_TYPE
	typeNoop      = 1  // NLMSG_NOOP
	typeError     = 2  // NLMSG_ERROR
	typeDone      = 3  // NLMSG_DONE
	typeOverrun   = 4  // NLMSG_OVERRUN
	flagRequest   = 0x001
	flagCapped    = 0x100 // NLM_F_CAPPED
	flagAckTLVs   = 0x200 // NLM_F_ACK_TLVS
	genlHdrLen    = 4     // GENL_HDRLEN
	genlIDCtrl    = 16    // GENL_ID_CTRL
	genlMaxID     = 1023  // GENL_MAX_ID
	nfnlBatchBeg  = 16    // NFNL_MSG_BATCH_BEGIN
	nfnlBatchEnd  = 17    // NFNL_MSG_BATCH_END
	auditPlainMin = 1100  // AUDIT_FIRST_USER_MSG
)

// span is an attribute as it lies in a message: header at off, payload
// [lo, hi), the next attribute at next.
type span struct {
	off, lo, hi, next int
	id                uint16 // without flags
	flags             uint16
	// size is nla_len where it points beyond the end; 0 otherwise.
	size int
}

// attrAt reads the attribute header at off of a region that ends at end. It is
// false where no attribute can begin: the bytes from off on are left over.
func (o order) attrAt(data []byte, off, end int) (a span, ok bool) {
	if end-off < attrHdrLen {
		return a, false
	}
	size := int(o.u16(data[off:]))
	if size < attrHdrLen {
		return a, false
	}
	typ := o.u16(data[off+2:])
	a = span{off: off, lo: off + attrHdrLen, hi: off + size, id: typ & nlaTypeMask, flags: typ & nlaFlagsMask}
	if a.hi > end {
		a.hi, a.next, a.size = end, end, size
		return a, true
	}
	a.next = min(off+align4(size), end)
	return a, true
}

// countAttrs returns how many nodes the attributes of a region make, a node
// for left-over bytes included.
func (o order) countAttrs(data []byte, off, end int) int {
	n := 0
	for off < end {
		n++
		a, ok := o.attrAt(data, off, end)
		if !ok {
			break
		}
		off = a.next
	}
	return n
}
