// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCases: inputs that misled a person once (testdata/cases), and what is right. Those
// that need a kernel have tests of their own, in files with live in their name.
func TestCases(t *testing.T) {
	decode := func(protocol string, more ...string) []string {
		return append([]string{"decode", "-p", protocol}, more...)
	}
	read := func(more ...string) []string { return append([]string{"trace", "-q", "-r"}, more...) }
	for _, c := range []struct {
		file  string
		args  []string // the file is standard input of decode, and behind -r
		wants []string
		never []string
	}{
		{"05b-getneigh-legacy.hex", decode("route"), []string{"bridge fdb show", "(ifinfomsg sent, which the kernel reads)", "ifi_index 3\n", "IFLA_MASTER 2\n"}, []string{"problem", "ndm_"}},
		{"11-connector-done.hex", decode("connector"),
			[]string{"cn_msg what=PROC_EVENT_NONE", "cn_msg what=PROC_EVENT_FORK child_pid=8569", "what=PROC_EVENT_EXIT process_pid=8567", "what=PROC_EVENT_EXEC process_pid=8569"},
			[]string{"NLMSG_DONE", "errno", "problem", "rest"}},
		{"11-connector-done.hex", decode("connector", "-o", "json"), []string{`"type":"cn_msg","type_id":3`, `"error":null`}, []string{"NLMSG_DONE", `"errno"`}},
		{"17-nfqueue-padded.hex", decode("nfqueue"), []string{"UDP: 45", "(packet of 53 B and 3 B behind it)"}, []string{"problem"}},
		{"17-nfqueue-padded.hex", decode("nfqueue", "-o", "json"), []string{`"len":53`, `"len":56`}, nil},
		{"18-type-by-protocol.hex", decode("xfrm", "-v"), []string{"XFRM_MSG_EXPIRE 0x600 problem: sel at offset 16: struct xfrm_selector of 44 bytes, at least 56 wanted"}, []string{"RTM_NEWROUTE"}},
		{"18-type-by-protocol.hex", decode("xfrm", "-o", "json"), []string{`"type":"XFRM_MSG_EXPIRE","type_id":24`, `"problem":"sel at offset 16`}, nil},
		{"18-type-by-protocol.hex", decode("route"), []string{"RTM_NEWROUTE"}, []string{"problem", "XFRM"}}, // the bytes are a route
		{"18-type-by-protocol.pcap", read(), []string{"route RTM_NEWROUTE EXCL|CREATE local 192.0.2.66 dev if3", "xfrm XFRM_MSG_EXPIRE 0x600 problem: sel at offset 16"}, nil},
		{"18-type-by-protocol.pcap", read("--exchanges"), []string{"problem: sel at offset 16"}, nil},
		{"19-nested-flag.hex", decode("route"), []string{"IFLA_INET_CONF (without NLA_F_NESTED, which strict kernels refuse)", `EINVAL "NLA_F_NESTED is missing" at IFLA_AF_SPEC > AF_INET > IFLA_INET_CONF`}, nil},
		{"19-nested-flag.hex", decode("route", "-o", "json"), []string{`"unflagged":true,"refused":true`}, nil},
		{"19-nested-flag.pcap", read("-v"), []string{"IFLA_INET_CONF (without NLA_F_NESTED, which strict kernels refuse)"}, nil},
		{"22-dellink-bridge.hex", decode("route"), []string{"RTM_DELLINK IFLA_IFNAME=eth0 ifi_index=4 left its bridge, the link lives", "IFLA_MASTER=9"}, []string{"eth9 ifi_index=5 left"}},
		{"25-duplicate-linkinfo.hex", decode("route"), []string{"bbb type dummy", "IFLA_IFNAME aaa (overridden"}, []string{"IFLA_INFO_KIND=bridge", "IFLA_IFNAME=aaa"}},
		{"30-wireless-newlink.hex", decode("route"), []string{"IFLA_WIRELESS={cmd=SIOCGIWAP}"}, []string{"problem"}},
		{"33-rtmon.bin", read(), []string{"RTM_NEWLINK MULTI IFLA_IFNAME=lo", "20:43:20.635092", "route RTM_NEWLINK 2: v9p@NONE: "}, []string{"problem", "type 0xf"}},
		{"35-duplicate-ack.pcap", read(), []string{"NFT_MSG_NEWTABLE ok answers frame 1 again", "EEXIST message 2/2 of its transaction answers frame 5 again"}, nil},
		{"35-duplicate-ack.pcap", read("--exchanges"), []string{"answered again 1 time", "NFT_MSG_NEWTABLE rolled back", "NFT_MSG_NEWTABLE EEXIST"}, []string{"accepted"}},
		{"45-eopnotsupp.pcap", read(), []string{"NLMSG_DONE MULTI cmd 1 EOPNOTSUPP"}, []string{"ENOTSUP"}},
		{"45-eopnotsupp.pcap", read("-f", `error_name == "ENOTSUP" && error_name == "EOPNOTSUPP"`), []string{"EOPNOTSUPP"}, []string{"2 bytes at offset"}},
	} {
		t.Run(c.file+"/"+c.args[0]+strings.Join(c.args[2:], ""), func(t *testing.T) {
			path := filepath.Join("testdata", "cases", c.file)
			args := c.args
			if args[0] == "trace" {
				args = append(append(append([]string{}, args[:3]...), path), args[3:]...)
			}
			cmd := exec.Command(nltop(t), args...)
			cmd.Env = append(os.Environ(), "TZ=UTC")
			in, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			cmd.Stdin = in
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("nltop %s: %v\n%s", strings.Join(args, " "), err, out)
			}
			for _, want := range c.wants {
				if !strings.Contains(string(out), want) {
					t.Errorf("lacks %q:\n%s", want, out)
				}
			}
			for _, never := range c.never {
				if strings.Contains(string(out), never) {
					t.Errorf("has %q:\n%s", never, out)
				}
			}
		})
	}
}
