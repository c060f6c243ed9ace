// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"bytes"
	"encoding/binary"
)

// What the inference reads of include/uapi/linux/netlink.h:
//
//	struct nlmsghdr {
//		__u32 nlmsg_len;
//		__u16 nlmsg_type;
//		__u16 nlmsg_flags;
//		__u32 nlmsg_seq;
//		__u32 nlmsg_pid;
//	};
const (
	nlmsgHdrLen = 16

	nlmsgNoop    = 0x1 // NLMSG_NOOP
	nlmsgError   = 0x2 // NLMSG_ERROR
	nlmsgDone    = 0x3 // NLMSG_DONE
	nlmsgOverrun = 0x4 // NLMSG_OVERRUN
	nlmsgMinType = 0x10

	nlmFRequest = 0x1 // NLM_F_REQUEST
	nlmFMulti   = 0x2 // NLM_F_MULTI
)

// Of include/uapi/linux/netfilter/nfnetlink.h and nf_tables.h.
const (
	nfnlSubsysQueue    = 3
	nfnlSubsysULog     = 4
	nfnlSubsysNFTables = 10
	nftMsgNewGen       = 15 // NFT_MSG_NEWGEN
)

// recentRequests bounds the memory of an Inferrer. One nft batch may carry
// thousands of requests, and its events come back after the whole of it.
const recentRequests = 1 << 14

// Inferrer works out the direction and the ports of datagrams that a source
// sees without their sockets: those of an nlmon device (whose packet type is
// always PACKET_OUTGOING, because dev_queue_xmit_nit overwrites what
// __netlink_deliver_tap_skb had set) and those of a foreign capture file. It
// is the one part of this package that looks at a message, and only at its
// header. It is not safe for concurrent use.
//
// The rules, in order:
//
//  1. NETLINK_USERSOCK has no kernel socket: peer. A uevent has no header: it
//     is an event, and a peer's if it starts with udevd's "libudev" magic.
//  2. NETLINK_CONNECTOR gives every message the type NLMSG_DONE and no flags
//     (cn_netlink_send_mult); nlmsg_pid is 0 from the kernel only: event or
//     request.
//  3. NLM_F_REQUEST: request. netlink_rcv_skb ignores messages without it, and
//     the kernel's own do not set it. (NETLINK_FIB_LOOKUP sends the request
//     back as its reply, flag included: those are called requests.)
//  4. NLMSG_ERROR, NLMSG_DONE, NLMSG_OVERRUN and NLMSG_NOOP are the kernel's
//     control messages, sent to one socket: reply.
//  5. NLM_F_MULTI: a part of a dump, reply.
//  6. nlmsg_pid 0: not caused by a request, so an event; but NFQUEUE's and
//     NFLOG's packets go to the one socket that bound the queue: reply.
//  7. nlmsg_pid is the port of a requester: a reply to it, or an event that
//     its request caused (rtnl_notify and nfnetlink_send carry the port and
//     the sequence number of the request too). The remembered request with
//     this sequence number decides: a question is answered, a change is
//     announced. Without one, NETLINK_ROUTE's RTM_DEL… and RTM_GET… can only
//     be events, and all else is called a reply.
//
// A user who sends to another user or to a group on a protocol that has a
// kernel socket cannot be told from the kernel, or from a requester.
type Inferrer struct {
	requests map[requestKey]uint16 // → nlmsg_type
	order    []requestKey          // a ring, oldest at next once it is full
	next     int
}

type requestKey struct {
	protocol uint16
	seq      uint32
}

// NewInferrer returns an Inferrer that remembers nothing yet.
func NewInferrer() *Inferrer {
	return &Inferrer{requests: make(map[requestKey]uint16)}
}

// Infer sets Dir, Inferred, SrcPort, DstPort and Socket.PortID of an Origin in the
// making, from its Protocol and BigEndian and the datagram. One that is too short for
// a header stays DirUnknown.
func (in *Inferrer) Infer(o *Origin, data []byte) {
	o.Dir, o.Inferred = in.dir(o, data), true
	if len(data) < nlmsgHdrLen || o.Protocol == NETLINK_KOBJECT_UEVENT {
		return
	}
	port := o.order().Uint32(data[12:])
	switch o.Dir {
	case DirRequest:
		// Programs may leave nlmsg_pid 0, so 0 is unknown here.
		o.SrcPort, o.Socket.PortID = port, port
		in.remember(o, data)
	case DirReply:
		// The kernel puts the addressee's port into what it sends to one
		// socket (__nlmsg_put with NETLINK_CB(skb).portid).
		o.DstPort, o.Socket.PortID = port, port
	case DirPeer:
		o.SrcPort = port
	}
}

func (in *Inferrer) dir(o *Origin, data []byte) Dir {
	switch o.Protocol {
	case NETLINK_USERSOCK:
		return DirPeer
	case NETLINK_KOBJECT_UEVENT:
		if bytes.HasPrefix(data, []byte("libudev\x00")) {
			return DirPeer
		}
		return DirEvent
	}
	if len(data) < nlmsgHdrLen {
		return DirUnknown
	}
	bo := o.order()
	typ, flags := bo.Uint16(data[4:]), bo.Uint16(data[6:])
	seq, port := bo.Uint32(data[8:]), bo.Uint32(data[12:])
	switch {
	case o.Protocol == NETLINK_CONNECTOR && port == 0:
		return DirEvent
	case o.Protocol == NETLINK_CONNECTOR:
		return DirRequest
	case flags&nlmFRequest != 0:
		return DirRequest
	case typ >= nlmsgNoop && typ <= nlmsgOverrun:
		return DirReply
	case flags&nlmFMulti != 0:
		return DirReply
	case port == 0 && o.Protocol == NETLINK_NETFILTER && (typ>>8 == nfnlSubsysQueue || typ>>8 == nfnlSubsysULog):
		return DirReply
	case port == 0:
		return DirEvent
	}
	if req, ok := in.requests[requestKey{o.Protocol, seq}]; ok {
		if answers(o.Protocol, req, typ) {
			return DirReply
		}
		return DirEvent
	}
	if o.Protocol == NETLINK_ROUTE && rtmKind(typ) != rtmKindNew {
		return DirEvent
	}
	return DirReply
}

// The low bits of a NETLINK_ROUTE type say what it does, as
// rtnetlink_rcv_msg reads them (kind = type & 3).
const (
	rtmKindNew = 0
	rtmKindGet = 2
)

func rtmKind(typ uint16) uint16 { return (typ - nlmsgMinType) & 3 }

// answers says whether the kernel sends a message of type typ as the answer to
// a request of type req, or else as the announcement of what it changed. An
// announcement outside NETLINK_ROUTE has the type of the request that caused
// it, but for nf_tables' new generation, which ends every batch. Generic
// netlink's types are family IDs, the same both ways, and its events carry
// no port.
func answers(protocol, req, typ uint16) bool {
	switch protocol {
	case NETLINK_ROUTE:
		return rtmKind(req) == rtmKindGet
	case NETLINK_XFRM:
		return req != typ
	case NETLINK_NETFILTER:
		const getGen = nfnlSubsysNFTables<<8 | (nftMsgNewGen + 1)
		if typ == nfnlSubsysNFTables<<8|nftMsgNewGen {
			return req == getGen
		}
		return req != typ
	}
	return true
}

// remember notes every request in the datagram.
func (in *Inferrer) remember(o *Origin, data []byte) {
	bo := o.order()
	for len(data) >= nlmsgHdrLen {
		key := requestKey{o.Protocol, bo.Uint32(data[8:])}
		if _, ok := in.requests[key]; !ok {
			if len(in.order) < recentRequests {
				in.order = append(in.order, key)
			} else {
				delete(in.requests, in.order[in.next])
				in.order[in.next] = key
				in.next = (in.next + 1) % recentRequests
			}
		}
		in.requests[key] = bo.Uint16(data[4:])
		size := (uint64(bo.Uint32(data)) + 3) &^ 3 // NLMSG_ALIGN
		if size < nlmsgHdrLen || size > uint64(len(data)) {
			return
		}
		data = data[size:]
	}
}

// order returns the byte order of the frame's payload.
func (o *Origin) order() binary.ByteOrder {
	if o.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// GuessBigEndian says whether a datagram of a file comes from a big-endian
// machine. The file's own byte order is the hint: a capture is written on the
// machine it was made on, but a tool may have rewritten it elsewhere since.
// The hint is overruled only where nlmsg_len is impossible in its order and
// possible in the other.
func GuessBigEndian(protocol uint16, data []byte, origLen int, hint bool) bool {
	if protocol == NETLINK_KOBJECT_UEVENT || len(data) < 4 {
		return hint
	}
	possible := func(n uint32) bool { return n >= nlmsgHdrLen && int64(n) <= int64(origLen) }
	le, be := possible(binary.LittleEndian.Uint32(data)), possible(binary.BigEndian.Uint32(data))
	if le != be {
		return be
	}
	return hint
}
