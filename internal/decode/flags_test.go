// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

func TestFlagNames(t *testing.T) {
	for _, tt := range []struct {
		protocol uint16
		typ      uint16
		name     string // Type, where the protocol has no tables here
		flags    uint16
		want     string
	}{
		{capture.NETLINK_ROUTE, 18, "", 0x301, "NLM_F_REQUEST NLM_F_DUMP"},
		{capture.NETLINK_ROUTE, 18, "", 0x101, "NLM_F_REQUEST NLM_F_ROOT"},
		{capture.NETLINK_ROUTE, 18, "", 0x701, "NLM_F_REQUEST NLM_F_DUMP NLM_F_ATOMIC"},
		{capture.NETLINK_ROUTE, 16, "", 0x605, "NLM_F_REQUEST NLM_F_ACK NLM_F_EXCL NLM_F_CREATE"},
		{capture.NETLINK_ROUTE, 24, "", 0x900, "NLM_F_REPLACE NLM_F_APPEND"},
		{capture.NETLINK_ROUTE, 17, "", 0x305, "NLM_F_REQUEST NLM_F_ACK NLM_F_NONREC NLM_F_BULK"},
		{capture.NETLINK_ROUTE, 19, "", 0x1000, "0x1000"},
		{capture.NETLINK_ROUTE, 16, "", 0x32, "NLM_F_MULTI NLM_F_DUMP_INTR NLM_F_DUMP_FILTERED"},
		{capture.NETLINK_ROUTE, 16, "", 0xc8, "NLM_F_ECHO 0xc0"},
		{capture.NETLINK_ROUTE, 2, "", 0x300, "NLM_F_CAPPED NLM_F_ACK_TLVS"},
		{capture.NETLINK_ROUTE, 3, "", 0x202, "NLM_F_MULTI NLM_F_ACK_TLVS"},
		{capture.NETLINK_ROUTE, 4, "", 0x200, "0x200"},
		{capture.NETLINK_SOCK_DIAG, 20, "", 0x301, "NLM_F_REQUEST NLM_F_DUMP"},
		{capture.NETLINK_SOCK_DIAG, 21, "SOCK_DESTROY", 0x105, "NLM_F_REQUEST NLM_F_ACK NLM_F_NONREC"},
		{capture.NETLINK_GENERIC, 30, "ETHTOOL_MSG_RINGS_GET", 0x305, "NLM_F_REQUEST NLM_F_ACK NLM_F_DUMP"},
		{capture.NETLINK_GENERIC, 30, "DEVLINK_CMD_SELFTESTS_RUN", 0x305, "NLM_F_REQUEST NLM_F_ACK NLM_F_DUMP"},
		{capture.NETLINK_GENERIC, 30, "DEVLINK_CMD_SELFTESTS_RUN", 0x300, "0x300"},
		{capture.NETLINK_GENERIC, 30, "", 0x101, "NLM_F_REQUEST 0x100"},
		{capture.NETLINK_GENERIC, 30, "MPTCP_PM_CMD_DEL_ADDR", 0x105, "NLM_F_REQUEST NLM_F_ACK NLM_F_NONREC"},
		{capture.NETLINK_GENERIC, 30, "X_CMD_DELAY_ADDR", 0x101, "NLM_F_REQUEST 0x100"},
		{capture.NETLINK_GENERIC, 16, "CTRL_CMD_GETFAMILY", 0x301, "NLM_F_REQUEST NLM_F_DUMP"},
		{capture.NETLINK_NETFILTER, 10 << 8, "NFT_MSG_NEWRULE", 0xc00, "NLM_F_CREATE NLM_F_APPEND"},
		{capture.NETLINK_NETFILTER, 10 << 8, "NFT_MSG_DESTROYRULE", 0x101, "NLM_F_REQUEST NLM_F_NONREC"},
		{capture.NETLINK_ROUTE, 16, "", 0, ""},
	} {
		m := Message{Frame: &capture.Frame{Origin: &capture.Origin{Protocol: tt.protocol}}, Header: Header{Type: tt.typ, Flags: tt.flags}, Type: tt.name}
		if got := strings.Join(m.FlagNames(), " "); got != tt.want {
			t.Errorf("%s type %d %s flags %#x: %q, want %q", capture.ProtocolName(tt.protocol), tt.typ, tt.name, tt.flags, got, tt.want)
		}
	}
}
