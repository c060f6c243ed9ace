// SPDX-License-Identifier: Apache-2.0

package nft_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nft"
)

// TestXtables: what iptables-save prints of a rule, and what the line of the
// request that made it says.
func TestXtables(t *testing.T) {
	for _, kernel := range kernels(t, "iptables") {
		var l nft.Lines
		var lines []string
		for _, m := range recording(t, "iptables."+kernel) {
			if m.Type != "NFT_MSG_NEWRULE" || m.Frame.Dir != capture.DirRequest {
				continue
			}
			s, ok := l.Line(&m)
			if !ok {
				t.Fatal("no line for a rule")
			}
			lines = append(lines, s)
		}
		saved := ""
		for _, f := range []string{"save", "save6"} {
			b, err := os.ReadFile(filepath.Join(labDir, "iptables."+kernel+"."+f))
			if err != nil {
				t.Fatal(err)
			}
			saved += string(b)
		}
		all := strings.Join(lines, "\n")
		for save, want := range map[string]string{
			"-A PREROUTING -j MARK --set-xmark 0x1/0xff":                                    `xt target "MARK" rev 2 { mark 0x1 mask 0xff }`,
			"-j TPROXY --on-port 8080 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1":              `{ mark_mask 0x1 mark_value 0x1 laddr 127.0.0.1 lport 8080 }`,
			"-j TEE --gateway 192.0.2.9":                                                    `{ gw 192.0.2.9 }`,
			"--tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu":                         `tcp flags syn / syn,rst counter packets 0 bytes 0 xt target "TCPMSS" { mss XT_TCPMSS_CLAMP_PMTU }`,
			"-j CT --helper ftp --ctevents new,destroy --zone 7":                            `xt target "CT" rev 2 { zone 7 ct_events 0x5 helper ftp }`,
			"-j DNAT --to-destination 10.0.0.1-10.0.0.9:8080-8090":                          `min_addr 10.0.0.1 max_addr 10.0.0.9 min_proto 8080 max_proto 8090`,
			"-j REDIRECT --to-ports 8080":                                                   `flags NF_NAT_RANGE_PROTO_SPECIFIED min 8080 max 8080`,
			"-j NETMAP --to 198.51.100.0/24":                                                `min_ip 198.51.100.0 max_ip 198.51.100.255`,
			"--dports 22,80,1000:1010":                                                      `flags XT_MULTIPORT_DESTINATION count 4 ports { 22 80 1000 1010 } pflags { 0 0 1 }`,
			"--ctstate RELATED,ESTABLISHED":                                                 `match_flags XT_CONNTRACK_STATE state_mask IP_CT_ESTABLISHED|IP_CT_RELATED`,
			"-m addrtype --src-type LOCAL --dst-type BROADCAST --limit-iface-in":            `source XT_ADDRTYPE_LOCAL dest XT_ADDRTYPE_BROADCAST flags XT_ADDRTYPE_LIMIT_IFACE_IN`,
			"-m mac --mac-source 02:00:00:00:00:01":                                         `srcaddr 02:00:00:00:00:01`,
			"--src-range 192.0.2.1-192.0.2.9":                                               `src_min 192.0.2.1 src_max 192.0.2.9 dst_min 198.51.100.1 dst_max 198.51.100.2`,
			"-m length --length 100:200":                                                    `{ min 100 max 200 }`,
			"-m statistic --mode nth --every 3 --packet 1":                                  `mode XT_STATISTIC_MODE_NTH u { every 2 packet 1 count 1 }`,
			"-m comment --comment \"a comment\"":                                            `xt match "comment" { comment a comment }`,
			"--uid-owner 1000-1010":                                                         `uid_min 1000 uid_max 1010 match XT_OWNER_UID`,
			"-m connbytes --connbytes 1000:2000":                                            `from 1000 to 2000`,
			"-m realm --realm 0x5":                                                          `xt match "realm" { id 5`,
			"-m tcpmss --mss 500:1000":                                                      `mss_min 500 mss_max 1000`,
			"--reqid 5 --proto esp --mode tunnel":                                           `saddr 192.0.2.1 smask 255.255.255.255 daddr 192.0.2.2 dmask 255.255.255.255 reqid 5 proto IPPROTO_ESP mode XT_POLICY_MODE_TUNNEL`,
			"-m set --match-set ips src":                                                    `match_set { dim 1 flags IPSET_DIM_ONE_SRC }`,
			"-m esp --espspi 5:6":                                                           `spis { 5 6 }`,
			"-m hashlimit --hashlimit-above 10/sec --hashlimit-burst 20":                    `name hl avg 100000 burst 20`,
			"-s 192.0.2.0/24 -d 198.51.100.1/32 -i eth+ -j ACCEPT":                          `iifname "eth*" ip saddr 192.0.2.0/24 ip daddr 198.51.100.1 counter packets 0 bytes 0 accept`,
			"--queue-balance 1:3 --queue-bypass":                                            `queuenum 1 queues_total 3 flags NFQ_FLAG_BYPASS`,
			"-A INPUT -s 2001:db8::/32 -m hl --hl-eq 255 -j ACCEPT":                         `ip6 saddr 2001:db8::/32 xt match "hl" { hop_limit 255 }`,
			"-A INPUT -j REJECT --reject-with icmp6-adm-prohibited":                         `xt target "REJECT" { with IP6T_ICMP6_ADM_PROHIBITED }`,
			"-j NFLOG --nflog-prefix p --nflog-group 3 --nflog-size 64 --nflog-threshold 2": `log prefix "p" group 3 snaplen 64 queue-threshold 2`,
		} {
			if !strings.Contains(saved, save) {
				t.Errorf("%s: iptables-save has no %s", kernel, save)
			}
			if !strings.Contains(all, want) {
				t.Errorf("%s: no line with %s", kernel, want)
			}
		}
		if len(lines) < 90 {
			t.Errorf("%s: only %d rules", kernel, len(lines))
		}
	}
}
