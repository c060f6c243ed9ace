// SPDX-License-Identifier: Apache-2.0

// Package nltest builds Netlink messages for tests.
//
// It knows headers and padding, and nothing of families: what a message says is
// in the test. It decodes nothing, and no program imports it.
//
// The functions write little-endian bytes, which is what a capture.Frame holds
// whose Origin does not say BigEndian. For other bytes there are the same
// functions as methods: of BE, and of Native, which the kernel of this machine
// understands.
//
//	nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST, seq, port,
//		make([]byte, unix.SizeofIfInfomsg),
//		nltest.Attr(unix.IFLA_IFNAME, nltest.Str("vx0")),
//		nltest.Nest(unix.IFLA_LINKINFO, nltest.Attr(unix.IFLA_INFO_KIND, nltest.Str("vxlan"))))
package nltest

import (
	"bytes"
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"
)

// Order is a byte order to write in.
type Order struct{ binary.AppendByteOrder }

// The byte orders that there are.
var (
	LE     = Order{binary.LittleEndian}
	BE     = Order{binary.BigEndian}
	Native = Order{binary.NativeEndian}
)

// Message is a struct nlmsghdr with what follows it:
//
//	struct nlmsghdr {
//		__u32 nlmsg_len;
//		__u16 nlmsg_type;
//		__u16 nlmsg_flags;
//		__u32 nlmsg_seq;
//		__u32 nlmsg_pid;
//	};
//
// It ends where its payload does: one that another message follows must be of a
// multiple of four bytes, as attributes are.
func (o Order) Message(typ, flags uint16, seq, port uint32, payload ...[]byte) []byte {
	p := Cat(payload...)
	b := slices.Grow([]byte(nil), unix.NLMSG_HDRLEN+len(p))
	b = o.AppendUint32(b, uint32(unix.NLMSG_HDRLEN+len(p)))
	b = o.AppendUint16(b, typ)
	b = o.AppendUint16(b, flags)
	b = o.AppendUint32(b, seq)
	b = o.AppendUint32(b, port)
	return append(b, p...)
}

// Genl is a Message of generic netlink: a struct genlmsghdr follows the header.
func (o Order) Genl(id, flags uint16, seq, port uint32, cmd, version byte, attrs ...[]byte) []byte {
	return o.Message(id, flags, seq, port, append([][]byte{{cmd, version, 0, 0}}, attrs...)...)
}

// NewFamily is the controller's answer that names a generic-netlink id,
// CTRL_CMD_NEWFAMILY, with more attributes behind.
func (o Order) NewFamily(id uint16, name string, more ...[]byte) []byte {
	attrs := append([][]byte{o.Attr(unix.CTRL_ATTR_FAMILY_ID, o.U16(id)), o.Attr(unix.CTRL_ATTR_FAMILY_NAME, Str(name))}, more...)
	return o.Genl(unix.GENL_ID_CTRL, 0, 1, 0, unix.CTRL_CMD_NEWFAMILY, 2, attrs...)
}

// Error is the answer of the kernel to a request: NLMSG_ERROR with a negative
// errno, or 0, and the header of the request alone (NLM_F_CAPPED). errno is
// given positive.
func (o Order) Error(errno int32, seq, port uint32, request []byte) []byte {
	return o.Message(unix.NLMSG_ERROR, unix.NLM_F_CAPPED, seq, port, o.U32(uint32(-errno)), request[:unix.NLMSG_HDRLEN])
}

// Attr is a struct nlattr with its payload, and padding up to a multiple of four
// bytes, which nla_len does not count.
func (o Order) Attr(id uint16, payload ...[]byte) []byte {
	p := Cat(payload...)
	b := o.AppendUint16(nil, uint16(unix.NLA_HDRLEN+len(p)))
	b = append(o.AppendUint16(b, id), p...)
	return append(b, make([]byte, -len(b)&(unix.NLA_ALIGNTO-1))...)
}

// Nest is an Attr with NLA_F_NESTED, which holds attributes.
func (o Order) Nest(id uint16, attrs ...[]byte) []byte { return o.Attr(id|unix.NLA_F_NESTED, attrs...) }

// U16, U32 and U64 are numbers.
func (o Order) U16(v uint16) []byte { return o.AppendUint16(nil, v) }
func (o Order) U32(v uint32) []byte { return o.AppendUint32(nil, v) }
func (o Order) U64(v uint64) []byte { return o.AppendUint64(nil, v) }

// Cat puts parts one behind the other.
func Cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// Str is a string with its NUL.
func Str(s string) []byte { return append([]byte(s), 0) }

// Message is LE.Message.
func Message(typ, flags uint16, seq, port uint32, payload ...[]byte) []byte {
	return LE.Message(typ, flags, seq, port, payload...)
}

// Genl is LE.Genl.
func Genl(id, flags uint16, seq, port uint32, cmd, version byte, attrs ...[]byte) []byte {
	return LE.Genl(id, flags, seq, port, cmd, version, attrs...)
}

// NewFamily is LE.NewFamily.
func NewFamily(id uint16, name string, more ...[]byte) []byte { return LE.NewFamily(id, name, more...) }

// Error is LE.Error.
func Error(errno int32, seq, port uint32, request []byte) []byte {
	return LE.Error(errno, seq, port, request)
}

// Attr is LE.Attr.
func Attr(id uint16, payload ...[]byte) []byte { return LE.Attr(id, payload...) }

// Nest is LE.Nest.
func Nest(id uint16, attrs ...[]byte) []byte { return LE.Nest(id, attrs...) }

// U16 is LE.U16.
func U16(v uint16) []byte { return LE.U16(v) }

// U32 is LE.U32.
func U32(v uint32) []byte { return LE.U32(v) }

// U64 is LE.U64.
func U64(v uint64) []byte { return LE.U64(v) }
