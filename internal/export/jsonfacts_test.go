// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// TestJSONFacts: what says several things is structured, and a number that others name
// has the name beside it.
func TestJSONFacts(t *testing.T) {
	tcmsg := func(info uint32) []byte {
		return nltest.Cat(make([]byte, 16), nltest.U32(info))
	}
	link := func(kind string, attr []byte) []byte {
		return nltest.Message(16, 1, 1, 0, ifinfomsg(1, 2, 0, 0), nltest.Nest(18, nltest.Attr(1, nltest.Str(kind)), nltest.Nest(2, attr)))
	}
	rtmsg := make([]byte, 12)
	rtmsg[0] = 2
	for _, c := range []struct {
		name     string
		protocol uint16
		data     []byte
		want     []string
	}{
		{"tcm_info", 0, nltest.Message(44, 1, 1, 0, tcmsg(100<<16|0x0008)), []string{`"tcm_info":{"priority":100,"protocol":"ETH_P_IP"}`}},
		{"bond", 0, link("bond", nltest.Attr(9, nltest.U32(3))), []string{`"value":3,"value_name":"all"`}},
		{"bond mode", 0, link("bond", nltest.Attr(1, []byte{4})), []string{`"value":"BOND_MODE_8023AD"`}},
		{"spanning tree", 0, link("bridge", nltest.Attr(5, nltest.U32(1))), []string{`"value":1,"value_name":"BR_KERNEL_STP"`}},
		{"no such number", 0, link("bond", nltest.Attr(9, nltest.U32(99))), []string{`"name":"IFLA_BOND_ARP_VALIDATE","value":99}`}},
		{"realms", 0, nltest.Message(24, 1, 1, 0, rtmsg, nltest.Attr(11, nltest.U32(0x10002))), []string{`"value":65538,"value_name":"1/2"`}},
		{"one realm", 0, nltest.Message(24, 1, 1, 0, rtmsg, nltest.Attr(11, nltest.U32(7))), []string{`"value":7,"value_name":"7"`}},
		{"labels", capture.NETLINK_NETFILTER, nltest.Message(0x100, 1, 1, 0, []byte{2, 0, 0, 0}, nltest.Attr(22, []byte{2, 1, 0, 0, 0, 0, 0, 0})),
			[]string{`"name":"CTA_LABELS","value":[1,8]`}},
		{"audit", capture.NETLINK_AUDIT, nltest.Message(1300, 0, 0, 0, []byte("audit(1.000:1): arch=c000003e syscall=2 success=no exit=-13 exit_name=x")),
			[]string{`"exit":-13,"exit_name":"EACCES"`, `"exit_name.2":"x"`}},
		{"audit, no error", capture.NETLINK_AUDIT, nltest.Message(1300, 0, 0, 0, []byte("audit(1.000:1): arch=c000003e syscall=2 success=yes exit=13")),
			[]string{`"exit":13}`}},
	} {
		dir := capture.DirRequest
		if c.protocol == capture.NETLINK_AUDIT {
			dir = capture.DirEvent
		}
		var out bytes.Buffer
		play(t, NewJSON(&out, nil), &capture.Frame{Origin: &capture.Origin{Dir: dir, Protocol: c.protocol}, Data: c.data})
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %s in\n%s", c.name, want, out.String())
			}
		}
	}
}
