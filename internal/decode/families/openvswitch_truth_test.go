// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// TestOVSPorts: the datapath and the numbers, names and types of its ports as
// ovs-dpctl show prints them.
func TestOVSPorts(t *testing.T) {
	re := regexp.MustCompile(`port (\d+): (\S+)(?: \((\w+))?`)
	types := map[string]string{"": "NETDEV", "internal": "INTERNAL", "vxlan": "VXLAN", "geneve": "GENEVE"}
	for _, r := range recordings(t, "openvswitch") {
		show := string(r.truth("show"))
		tunnelFind(t, tunnelAnswers(r.of("ovs_datapath", "")), "OVS_DP_ATTR_NAME", "dp0")
		ports := tunnelAnswers(r.of("ovs_vport", ""))
		found := re.FindAllStringSubmatch(show, -1)
		if len(found) < 3 {
			t.Fatalf("%s: %q", r.kernel, show)
		}
		for _, w := range found {
			tunnelWant(t, tunnelFind(t, ports, "OVS_VPORT_ATTR_NAME", w[2]), map[string]string{
				"OVS_VPORT_ATTR_PORT_NO": w[1], "OVS_VPORT_ATTR_TYPE": "OVS_VPORT_TYPE_" + types[w[3]]})
		}
	}
}

// ovsNode finds a node below nodes by the path of its name.
func ovsNode(nodes []decode.Node, path ...string) *decode.Node {
	for i := range nodes {
		if nodes[i].Name != path[0] {
			continue
		}
		if len(path) == 1 {
			return &nodes[i]
		}
		if n := ovsNode(nodes[i].Children, path[1:]...); n != nil {
			return n
		}
	}
	return nil
}

// TestOVSFlows: keys, masks and actions of the flows that ovs-dpctl
// dump-flows prints, one flow by one.
func TestOVSFlows(t *testing.T) {
	checks := []struct {
		text string // of the tool's line
		path string // below OVS_FLOW_ATTR_
		want string
	}{
		{"ipv6(src=fd00::1/ffff::", "KEY OVS_KEY_ATTR_IPV6 ipv6_src", "fd00::1"},
		{"ipv6(src=fd00::1/ffff::", "MASK OVS_KEY_ATTR_IPV6 ipv6_src", "ffff::"},
		{"dst=fd00::2,", "KEY OVS_KEY_ATTR_IPV6 ipv6_dst", "fd00::2"},
		{"label=0x1234,proto=17", "KEY OVS_KEY_ATTR_IPV6 ipv6_proto", "IPPROTO_UDP"},
		{"udp(src=53,dst=0/0)", "KEY OVS_KEY_ATTR_UDP udp_src", "53"},
		{"eth_type(0x86dd)", "KEY OVS_KEY_ATTR_ETHERTYPE", "ETH_P_IPV6"},
		{"push_vlan(vid=5", "ACTIONS OVS_ACTION_ATTR_PUSH_VLAN vlan_tpid", "ETH_P_8021Q"},
		{"encap(eth_type(0x0806),arp(sip=10.0.0.1", "KEY OVS_KEY_ATTR_ENCAP OVS_KEY_ATTR_ARP arp_sip", "10.0.0.1"},
		{"op=1/0xff", "KEY OVS_KEY_ATTR_ENCAP OVS_KEY_ATTR_ARP arp_op", "1"},
		{"tunnel(tun_id=0x64,src=10.0.0.1", "KEY OVS_KEY_ATTR_TUNNEL OVS_TUNNEL_KEY_ATTR_IPV4_SRC", "10.0.0.1"},
		{"tp_dst=4789,flags(-df", "KEY OVS_KEY_ATTR_TUNNEL OVS_TUNNEL_KEY_ATTR_TP_DST", "4789"},
		{"set(tunnel(tun_id=0x65,src=10.0.0.2,dst=10.0.0.3", "ACTIONS OVS_ACTION_ATTR_SET OVS_KEY_ATTR_TUNNEL OVS_TUNNEL_KEY_ATTR_IPV4_DST", "10.0.0.3"},
		{"sample(sample=25.0%,actions(userspace(pid=7", "ACTIONS OVS_ACTION_ATTR_SAMPLE OVS_SAMPLE_ATTR_ACTIONS OVS_ACTION_ATTR_USERSPACE OVS_USERSPACE_ATTR_PID", "7"},
		{"set(eth(src=00:00:00:00:00:09))", "ACTIONS OVS_ACTION_ATTR_SET_MASKED OVS_KEY_ATTR_ETHERNET key eth_src", "00:00:00:00:00:09"},
		{"check_pkt_len(size=200", "ACTIONS OVS_ACTION_ATTR_CHECK_PKT_LEN OVS_CHECK_PKT_LEN_ATTR_PKT_LEN", "200"},
		{"trunc(100)", "ACTIONS OVS_ACTION_ATTR_TRUNC max_len", "100"},
	}
	for _, r := range recordings(t, "openvswitch") {
		flows, text := tunnelAnswers(r.of("ovs_flow", "")), string(r.truth("flows"))
		for _, c := range checks {
			if !strings.Contains(text, c.text) {
				t.Errorf("%s: the tool printed no %s", r.kernel, c.text)
			}
			got := ""
			for i := range flows {
				if n := ovsNode(flows[i].Body().Attrs, strings.Fields("OVS_FLOW_ATTR_"+c.path)...); n != nil {
					if got = value(n); got == c.want {
						break
					}
				}
			}
			if got != c.want {
				t.Errorf("%s: %s is %q, the tool says %s", r.kernel, c.path, got, c.text)
			}
		}
	}
}
