// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"fmt"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// ignored says why the kernel does nothing with a message that it is sent, without
// answering an error; "": it may do something. acks: it acknowledges the message all
// the same, if NLM_F_ACK asks for that. batch: it stands in a transaction of nftables.
func ignored(f *capture.Frame, m *decode.Message, batch bool) (why string, acks bool) {
	left := max(f.OrigLen, len(f.Data)) - m.Offset
	switch h := &m.Header; {
	case !headed(f.Protocol):
		return "", false
	case left < decode.HeaderLen:
		return fmt.Sprintf("%d bytes are too short for a header", max(left, 0)), false
	case m.NoHeader: // cut away
		return "", false
	case h.Len < decode.HeaderLen:
		return fmt.Sprintf("nlmsg_len %d is less than the header", h.Len), false
	case uint64(h.Len) > uint64(left) && !batch:
		return fmt.Sprintf("nlmsg_len %d goes beyond the datagram, %d bytes", h.Len, left), false
	case batch || !common(f.Protocol):
		return "", false
	case h.Flags&flagRequest == 0:
		return "it lacks NLM_F_REQUEST", true
	case h.Type < minType:
		return fmt.Sprintf("its type %d is below NLMSG_MIN_TYPE", h.Type), true
	case h.Len-decode.HeaderLen < leastBody(f.Protocol):
		return "its body is too short to have an address family", true
	}
	return "", false
}

// headed says whether the kernel looks for an nlmsghdr in what it gets.
func headed(protocol uint16) bool {
	switch protocol {
	case capture.NETLINK_ROUTE, capture.NETLINK_SOCK_DIAG, capture.NETLINK_XFRM, capture.NETLINK_AUDIT,
		capture.NETLINK_NETFILTER, capture.NETLINK_GENERIC, capture.NETLINK_CRYPTO:
		return true
	}
	return false
}

// common says whether a protocol is received by netlink_rcv_skb(), which skips what is
// no request and what is a control message. audit_receive() does not.
func common(protocol uint16) bool { return headed(protocol) && protocol != capture.NETLINK_AUDIT }

// leastBody is how many bytes rtnetlink_rcv_msg() (struct rtgenmsg) and
// nfnetlink_rcv_msg() (struct nfgenmsg) want; they take less for success.
func leastBody(protocol uint16) uint32 {
	switch protocol {
	case capture.NETLINK_ROUTE:
		return 1
	case capture.NETLINK_NETFILTER:
		return 4
	}
	return 0
}
