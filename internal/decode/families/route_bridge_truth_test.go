// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// TestVlanRouterPorts: BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS holds an MDBA_ROUTER with
// the ports that `bridge vlan global show` lists.
func TestVlanRouterPorts(t *testing.T) {
	for _, r := range recordings(t, "bridge_vlan") {
		var truth []struct {
			VLANs []struct {
				VLAN  int `json:"vlan"`
				Ports []struct {
					Port string `json:"port"`
				} `json:"router_ports"`
			} `json:"vlans"`
		}
		if err := json.Unmarshal(r.truth("globalj"), &truth); err != nil {
			t.Fatal(err)
		}
		want := truth[0].VLANs[0].Ports[0].Port
		links := map[uint64]string{}
		for _, m := range r.of("route", "RTM_NEWLINK") {
			index, _ := m.Lookup("ifi_index")
			name, _ := m.Lookup("IFLA_IFNAME")
			if i, ok := index.Value.(int64); ok {
				links[uint64(i)], _ = name.Value.(string)
			}
		}
		seen := 0
		for _, m := range r.of("route", "RTM_NEWVLAN") {
			ports, ok := m.Lookup("BRIDGE_VLANDB_GOPTS_MCAST_ROUTER_PORTS")
			if !ok {
				continue
			}
			seen++
			if len(ports.Children) != 1 || ports.Children[0].Name != "MDBA_ROUTER" || len(ports.Children[0].Children) != 1 {
				t.Fatalf("%s: %+v", r.kernel, ports.Children)
			}
			port := ports.Children[0].Children[0]
			if got := links[port.Children[0].Num]; port.Name != "MDBA_ROUTER_PORT" || port.Children[0].Name != "ifindex" || got != want {
				t.Errorf("%s: %s of %q, bridge says %q", r.kernel, port.Name, got, want)
			}
			attrs := map[string]decode.Node{}
			for _, c := range port.Children {
				attrs[c.Name] = c
			}
			if attrs["MDBA_ROUTER_PATTR_TYPE"].Num != 2 && attrs["MDBA_ROUTER_PATTR_TYPE"].Value != "MDB_RTR_TYPE_TEMP_QUERY" {
				t.Errorf("%s: type %v", r.kernel, attrs["MDBA_ROUTER_PATTR_TYPE"].Value)
			}
		}
		if seen == 0 {
			t.Errorf("%s: no message with router ports", r.kernel)
		}
	}
}
