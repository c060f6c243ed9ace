// SPDX-License-Identifier: Apache-2.0

// Package decode turns frames into messages: it splits a datagram at its
// nlmsghdr boundaries, names family and type, and walks header and attributes
// by the tables of package schema. It is the one TLV walker of nltop.
//
// Splitting and naming cost no allocation per attribute: the body of a message
// is built only when somebody asks for it. Nothing here stops at a malformed
// byte: what cannot be decoded becomes a problem with its offset, and decoding
// goes on behind it. The package neither pairs messages (package correlate)
// nor prints them (package export).
package decode

import (
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Header is struct nlmsghdr (include/uapi/linux/netlink.h):
//
//	struct nlmsghdr {
//		__u32 nlmsg_len;    // length in bytes, this header included
//		__u16 nlmsg_type;
//		__u16 nlmsg_flags;
//		__u32 nlmsg_seq;
//		__u32 nlmsg_pid;    // port ID of the sender
//	};
type Header struct {
	Len   uint32
	Type  uint16
	Flags uint16
	Seq   uint32
	PID   uint32
}

// HeaderLen is NLMSG_HDRLEN in bytes.
const HeaderLen = 16

// Message is one Netlink message of a frame.
type Message struct {
	Frame  *capture.Frame
	Index  int // position in the datagram, from 0
	Offset int // of the nlmsghdr in Frame.Data, in bytes
	Header Header
	// Data is the message from its nlmsghdr on, without the alignment padding
	// behind it. It is shorter than Header.Len where the datagram is, and
	// longer for the audit records whose nlmsg_len counts the payload alone.
	Data []byte
	// NoHeader: Data does not begin with an nlmsghdr, and Header is zero: a
	// uevent, or bytes behind the last message.
	NoHeader bool

	Family string // "route", "nftables", "ethtool"; "" is unknown
	Type   string // "RTM_NEWLINK", "NLMSG_DONE"; "" is unknown
	// Cmd is genlmsghdr.cmd, or the message number inside an nfnetlink
	// subsystem; valid where HasCmd.
	Cmd    uint8
	HasCmd bool
	// Err is set for NLMSG_ERROR (errno 0: an ACK) and for an NLMSG_DONE that
	// carries an error or extended-ACK attributes.
	Err *ErrorInfo
	// Guess: family or layout is a guess (unknown protocols).
	Guess bool
	// Problem is the first malformation of the message's frame: header too
	// short, length beyond the datagram. Body reports those of the payload.
	Problem error
	// Seals stand for the bytes of the message that were overwritten before it was
	// decoded.
	Seals []Seal

	family *schema.Family
	def    *schema.Message
	quoted *schema.Message // def of the message that an error quotes, as it was known then
	dec    *Decoder
}

// ErrorInfo is an NLMSG_ERROR, or the status of an NLMSG_DONE.
type ErrorInfo struct {
	Errno int32  // positive; 0: success
	Name  string // "EEXIST"; "" for 0
	Msg   string // NLMSGERR_ATTR_MSG
	// Traced: Msg did not come with the message but from the tracepoint
	// netlink_extack; the client has not seen it.
	Traced bool
	// Policy says in words which rule the attribute at Offset broke
	// (NLMSGERR_ATTR_POLICY): "must be 1…4094".
	Policy string
	HasOff bool
	Offset uint32 // NLMSGERR_ATTR_OFFS: bytes from the request's nlmsghdr
	// Attr is the path of the attribute at Offset ("IFLA_LINKINFO >
	// IFLA_INFO_DATA"), where the request is at hand: quoted in the error, or
	// set by package correlate from the request itself.
	Attr string
	// MissType and MissNest are NLMSGERR_ATTR_MISS_TYPE and _MISS_NEST.
	MissType    uint32
	HasMissType bool
	MissNest    uint32
	HasMissNest bool
	Cookie      []byte
	// Request is the header of the message in question as the error quotes it,
	// RequestType its UAPI name. Zero for NLMSG_DONE.
	Request       Header
	RequestFamily string
	RequestType   string
}

// Points returns where in the request an error points, in bytes from its
// nlmsghdr: at the attribute in question (NLMSGERR_ATTR_OFFS), or else at the
// nest that lacks one (NLMSGERR_ATTR_MISS_NEST).
func (e *ErrorInfo) Points() (off uint32, ok bool) {
	if e.HasOff {
		return e.Offset, true
	}
	return e.MissNest, e.HasMissNest
}

// Node is one decoded value: a field of a fixed header, an attribute, or an
// element of an array.
type Node struct {
	ID   uint16 // attribute ID without NLA_F_NESTED and NLA_F_NET_BYTEORDER; index of an array element
	Name string // UAPI name; "" is unknown
	// Attr: it has an nlattr header of its own. False: a field of a struct, or
	// bytes left over.
	Attr bool
	// Elem: it is an element of an array. ID is its index (for an array of
	// attributes the nla_type as sent), and it has no name of its own.
	Elem  bool
	Flags uint16 // NLA_F_NESTED, NLA_F_NET_BYTEORDER as sent
	// Value is nil (nothing known: see Raw), bool (a flag), uint64, int64,
	// string (text, addresses, named enumerators), or []string (bits by name,
	// the unknown rest last, in hex).
	Value any
	// Num is the number behind a string or []string Value, where there is one.
	Num uint64
	// Text is Value as people write it: with unit, interface name, prefix; ""
	// where Value says it already. It is safe for a terminal; a string in Value
	// is not (see Quote).
	Text string
	// Local is what iproute2 on the machine that was captured calls the number; "": it
	// has no name, or the one that Value says. Not safe for a terminal.
	Local string
	// Off is the offset of Raw in Message.Data in bytes.
	Off int
	// Raw is the payload, without nlattr header and padding.
	Raw []byte
	// Nested: Children holds what the payload contains, possibly nothing.
	Nested   bool
	Children []Node
	// Guess: the payload parsed as attributes although no table says so, or it
	// may be what Guessed returns.
	Guess bool
	// Policy: only the kernel's policy of the family tells what this is, so it
	// has a type and a value, but no name.
	Policy bool
	// Overridden: the same attribute stands behind it once more, which is the one
	// that the kernel reads.
	Overridden bool
	// Unflagged: a nest of a request without NLA_F_NESTED; Refused: strict kernels
	// refuse that.
	Unflagged, Refused bool
	// Word: its name, if it has one, is text of the message (KEY=VALUE), and
	// another node beside it may have the same.
	Word bool
	// Hidden: alignment padding, shown only with -v -v and in hex.
	Hidden bool
	// Redacted: its bytes were overwritten (schema.Overwrite), and it has no value. Secret
	// says why.
	Redacted bool
	big      bool   // the numbers of a guess, or of a Custom
	Problem  string // what is malformed here; "" is nothing

	typ *schema.Type
}

// Body is the decoded payload of a message.
type Body struct {
	Fields  []Node // fixed headers: genlmsghdr's or nfgenmsg's fields too
	Attrs   []Node
	Rest    []byte // bytes that belong to no field and no attribute
	RestOff int    // their offset in Message.Data
	// RestRedacted: they were overwritten.
	RestRedacted bool
	// Problem is the first malformation anywhere in the message, with its
	// offset; "" is none.
	Problem string
}
