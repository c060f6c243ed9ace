// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"encoding/binary"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Numbers that probes are told by, from include/uapi/asm-generic/errno.h,
// linux/rtnetlink.h, linux/netfilter/nfnetlink.h, linux/genetlink.h and
// linux/sock_diag.h. bpf/counters.h has the same (TestLiveProbes).
const (
	enoent          = 2
	enodev          = 19
	eprotonosupport = 93

	rtmNewLink       = 16
	nftGetChain      = 10<<8 | 4 // NFNL_SUBSYS_NFTABLES, NFT_MSG_GETCHAIN
	nftCompatGet     = 11 << 8   // NFNL_SUBSYS_NFT_COMPAT, NFNL_MSG_COMPAT_GET
	genlCtrl         = 16        // GENL_ID_CTRL
	sockDiagByFamily = 20        // SOCK_DIAG_BY_FAMILY
	ifinfomsgLen     = 16        // struct ifinfomsg
)

// IsProbe says whether an NLMSG_ERROR answers a question that tools put in the form of
// a request which is to fail, to find out what the kernel has. The answer is told by its
// own bytes, because the counters in the kernel have nothing else:
//
//   - iproute2 sends a bare RTM_NEWLINK before its first change of a link: ENODEV says
//     that the kernel knows RTM_NEWLINK. One that names a link is a failure.
//   - iptables-nft asks for each built-in chain (NFT_MSG_GETCHAIN), and for revisions of
//     extensions (NFNL_MSG_COMPAT_GET), which may be absent.
//   - Generic netlink's controller is asked for families that may not be loaded.
//   - ss dumps the sockets of every family, whose modules may be absent.
func IsProbe(protocol uint16, m *decode.Message) bool {
	if m == nil || m.Header.Type != typeError || m.Err == nil {
		return false
	}
	q := &m.Err.Request
	switch e := m.Err.Errno; protocol {
	case capture.NETLINK_ROUTE:
		return e == enodev && q.Type == rtmNewLink && q.Len == decode.HeaderLen+ifinfomsgLen && namesNoLink(m.Data)
	case capture.NETLINK_NETFILTER:
		return e == enoent && q.Type == nftGetChain && q.Flags&flagDump == 0 ||
			(e == enoent || e == eprotonosupport) && q.Type == nftCompatGet
	case capture.NETLINK_GENERIC:
		return e == enoent && q.Type == genlCtrl
	case capture.NETLINK_SOCK_DIAG:
		return e == enoent && q.Type == sockDiagByFamily && q.Flags&flagDump == flagDump
	}
	return false
}

// namesNoLink says whether the struct ifinfomsg that an NLMSG_ERROR quotes has no
// ifi_index. One that is not quoted may have.
func namesNoLink(b []byte) bool {
	const at = decode.HeaderLen + 4 + decode.HeaderLen + 4 // nlmsgerr.error, nlmsghdr, ifi_family to ifi_type
	return len(b) >= at+4 && binary.NativeEndian.Uint32(b[at:]) == 0
}
