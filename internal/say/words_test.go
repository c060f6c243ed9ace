// SPDX-License-Identifier: Apache-2.0

package say

import (
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// TestTakenByIP: requests of ip are said in words that ip takes. Each stands for a
// command that it refused.
func TestTakenByIP(t *testing.T) {
	u32 := func(v uint32) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} }
	rule := make([]byte, 12)
	rule[0], rule[4], rule[7] = unix.AF_INET, 9, unix.FR_ACT_TO_TBL
	route := []byte{unix.AF_INET, 16, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0}
	metrics := func(locked uint32) []byte {
		return nltest.Nest(unix.RTA_METRICS, nltest.Attr(unix.RTAX_LOCK, u32(locked)), nltest.Attr(unix.RTAX_MTU, u32(1400)), nltest.Attr(unix.RTAX_RTO_MIN, u32(10)))
	}
	link, link6 := make([]byte, 16), make([]byte, 16)
	link[4], link6[4], link6[0] = 7, 7, unix.AF_INET6
	vf := func(attrs ...[]byte) []byte {
		return nltest.Nest(unix.IFLA_VFINFO_LIST, nltest.Nest(unix.IFLA_VF_INFO, attrs...))
	}
	token := func(b []byte) []byte {
		return nltest.Nest(unix.IFLA_AF_SPEC, nltest.Nest(unix.AF_INET6, nltest.Attr(unix.IFLA_INET6_TOKEN, b)))
	}
	dst, via := nltest.Attr(unix.RTA_DST, []byte{10, 25, 0, 0}), nltest.Attr(unix.RTA_GATEWAY, []byte{10, 0, 0, 1})
	for _, tt := range []struct {
		data []byte
		want string
		left []string
	}{
		// ip rule add from all lookup 9 prio 100
		{nltest.Message(unix.RTM_NEWRULE, 0x605, 1, 0, rule, nltest.Attr(unix.FRA_SRC, nil), nltest.Attr(unix.FRA_PRIORITY, u32(100))),
			"ip rule add from all priority 100 lookup 9", nil},
		// ip rule flush sends what the kernel told of a rule
		{nltest.Message(unix.RTM_DELRULE, 5, 1, 0, rule, nltest.Attr(unix.FRA_SUPPRESS_PREFIXLEN, u32(0xffffffff)), nltest.Attr(unix.FRA_PRIORITY, u32(100))),
			"ip rule del priority 100 lookup 9", nil},
		{nltest.Message(unix.RTM_NEWRULE, 0x605, 1, 0, rule, nltest.Attr(unix.FRA_SUPPRESS_PREFIXLEN, u32(0))),
			"ip rule add lookup 9 suppress_prefixlength 0", nil},
		// ip route add … mtu lock 1400 rto_min 10ms
		{nltest.Message(unix.RTM_NEWROUTE, 0x605, 1, 0, route, dst, via, metrics(1<<unix.RTAX_MTU|1<<unix.RTAX_RTO_MIN)),
			"ip route add 10.25.0.0/16 via 10.0.0.1 mtu lock 1400 rto_min 10ms", nil},
		// of another tool: ip would lock it
		{nltest.Message(unix.RTM_NEWROUTE, 0x605, 1, 0, route, dst, via, metrics(0)),
			"ip route add 10.25.0.0/16 via 10.0.0.1 mtu 1400", []string{"RTAX_RTO_MIN"}},
		// ip link set group 0 mtu 1300
		{nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, make([]byte, 16), nltest.Attr(unix.IFLA_MTU, u32(1300)), nltest.Attr(unix.IFLA_GROUP, u32(0))),
			"ip link set group 0 mtu 1300", nil},
		// ip link set if7 vf 1 mac 02:00:00:00:00:01 vlan 5 qos 2
		{nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, link, vf(nltest.Attr(unix.IFLA_VF_MAC, u32(1), []byte{2, 0, 0, 0, 0, 1}, make([]byte, 26)),
			nltest.Attr(unix.IFLA_VF_VLAN, u32(1), u32(5), u32(2)))),
			"ip link set if7 vf 1 mac 02:00:00:00:00:01 vlan 5 qos 2", nil},
		// of two functions at once, which ip cannot
		{nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, link, vf(nltest.Attr(unix.IFLA_VF_TRUST, u32(1), u32(1)), nltest.Attr(unix.IFLA_VF_SPOOFCHK, u32(2), u32(0)))),
			"ip link set if7 vf 2 spoofchk off", []string{"IFLA_VF_TRUST"}},
		// ip link set if7 vf 1 vlan 5 proto 802.1ad
		{nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, link, vf(nltest.Nest(unix.IFLA_VF_VLAN_LIST,
			nltest.Attr(unix.IFLA_VF_VLAN_INFO, u32(1), u32(5), u32(0), []byte{0x88, 0xa8, 0, 0})))),
			"ip link set if7 vf 1 vlan 5 proto 802.1ad", nil},
		// ip token set ::1:2 dev if7, and ip token del dev if7
		{nltest.Message(unix.RTM_SETLINK, 5, 1, 0, link6, token(append(make([]byte, 13), 1, 0, 2))), "ip token set ::1:2 dev if7", nil},
		{nltest.Message(unix.RTM_SETLINK, 5, 1, 0, link6, token(make([]byte, 16))), "ip token del dev if7", nil},
		// ip link set if7 xdpgeneric off, and with a program
		{nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, link, nltest.Nest(unix.IFLA_XDP, nltest.Attr(unix.IFLA_XDP_FD, u32(0xffffffff)), nltest.Attr(unix.IFLA_XDP_FLAGS, u32(3)))),
			"ip link set if7 xdpgeneric off", nil},
		{nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, link, nltest.Attr(unix.IFLA_MTU, u32(1300)), nltest.Nest(unix.IFLA_XDP, nltest.Attr(unix.IFLA_XDP_FD, u32(5)))),
			"ip link set if7 mtu 1300", []string{"IFLA_XDP"}},
	} {
		f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirRequest}, Data: tt.data, OrigLen: len(tt.data)}
		m := decode.New(families.All(), decode.Options{}).Frame(f, nil)
		body := m[0].Values()
		said, _ := Request(&m[0], &body)
		var left []string
		for i := range said.Left {
			left = append(left, said.Left[i].Node.Name)
		}
		if len(said.Commands) != 1 || said.Commands[0].String() != tt.want || !slices.Equal(left, tt.left) {
			t.Errorf("%q without %q, want %q without %q", said.Commands, left, tt.want, tt.left)
		}
	}
}
