// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/fixture"
)

// captureDir makes TestRouteLive write the fixtures of testdata/route anew:
//
//	scripts/vmtest/run -k 6.12 -o DIR -- ./families.test -test.run TestRouteLive -capture DIR
//
// The trees follow by go test -run TestFixtures -update.
var captureDir = flag.String("capture", "", "write byte fixtures from TestRouteLive to this directory (needs nlmon)")

// wanted is a fixture: the commands whose requests it holds, and the answers
// of a dump in which an attribute has a value.
type wanted struct {
	file     string
	commands []string // prefixes
	query    string
	attr     string
	values   []string
}

func routeFixtures() []wanted {
	link := func(kind string, commands ...string) wanted {
		w := wanted{file: "link_" + kind, query: "links without statistics", attr: "IFLA_IFNAME"}
		if kind == "veth" {
			w.query = "links"
		}
		for _, c := range commands {
			w.commands = append(w.commands, "ip link add "+c+" ")
			w.values = append(w.values, c)
		}
		return w
	}
	dst := func(file, query string, commands []string, dsts ...string) wanted {
		return wanted{file, commands, query, "RTA_DST", dsts}
	}
	ws := []wanted{
		link("veth", "v0"), link("dummy", "dummy0"), link("bridge", "br0"), link("vxlan", "vx0", "vx6"), link("vlan", "vl0", "vl1"),
		link("bond", "bond0", "bond1", "bond2"), link("macvlan", "mv0", "ms0"), link("macvtap", "mt0"), link("ipvlan", "iv0"),
		link("vrf", "vrf0"), link("gre", "gre1"), link("gretap", "gt1"), link("ip6gre", "g6"), link("ip6gretap", "gt6"),
		link("erspan", "er1"), link("ip6erspan", "er6"), link("ipip", "ipip1"), link("sit", "sit1"), link("ip6tnl", "t6"),
		link("vti", "vti1"), link("vti6", "vt6"), link("wireguard", "wg0"), link("geneve", "gen0", "gen6"), link("hsr", "hsr0"),
		link("ifb", "ifb0"), link("team", "team0"), link("macsec", "macsec0"), link("xfrm", "xfrm0"), link("bareudp", "bare0"),
		link("amt", "amt0"), link("vxcan", "vxc0"), link("gtp", "gtp0"), link("batadv", "bat0"),
		{"link_tun", []string{"ip tuntap add"}, "links without statistics", "IFLA_IFNAME", []string{"tap0"}},
		{"link_bond_slave", []string{"ip link set d1 "}, "links without statistics", "IFLA_IFNAME", []string{"d1", "d2"}},
		{"link_bridge_slave", []string{"ip link set v1 type bridge_slave", "ip link set v1 master"}, "links without statistics", "IFLA_IFNAME", []string{"v1"}},
		{"link_vrf_slave", nil, "links without statistics", "IFLA_IFNAME", []string{"dv"}},
		{"bridge_vlan", []string{"bridge vlan add"}, "bridge links", "IFLA_IFNAME", []string{"v1"}},
		{"addr", []string{"ip addr add", "ip -6 addr add"}, "addresses", "IFA_ADDRESS",
			[]string{"192.0.2.1", "192.0.2.18", "2001:db8::1", "2001:db8::2"}},
		dst("route_metrics", "IPv4 routes", []string{"ip route add 198.51.100.0"}, "198.51.100.0"),
		dst("route_multipath", "IPv4 routes", []string{"ip route add 198.51.101.0"}, "198.51.101.0"),
		dst("route_types", "IPv4 routes", []string{"ip route add blackhole", "ip route add unreachable"}, "198.51.102.0", "198.51.103.0"),
		dst("route_encap_ip", "IPv4 routes", []string{"ip route add 198.51.104.0"}, "198.51.104.0"),
		dst("route_encap_mpls", "IPv4 routes", []string{"ip route add 198.51.105.0"}, "198.51.105.0"),
		dst("route_via", "IPv4 routes", []string{"ip route add 198.51.106.0"}, "198.51.106.0"),
		dst("route_nhid", "IPv4 routes", []string{"ip route add 198.51.107.0"}, "198.51.107.0"),
		dst("route_inet6", "IPv6 routes", []string{"ip -6 route add 2001:db8:a:"}, "2001:db8:a::"),
		dst("route_multipath6", "IPv6 routes", []string{"ip -6 route add 2001:db8:b:"}, "2001:db8:b::"),
		dst("route_encap_ip6", "IPv6 routes", []string{"ip -6 route add 2001:db8:d:"}, "2001:db8:d::"),
		dst("route_encap_seg6local", "IPv6 routes", []string{"ip -6 route add 2001:db8:e:"}, "2001:db8:e::"),
		dst("route_encap_seg6", "IPv6 routes", []string{"ip -6 route add 2001:db8:f:"}, "2001:db8:f::"),
		dst("route_encap_ila", "IPv6 routes", []string{"ip -6 route add 2001:db8:10:"}, "2001:db8:10::"),
		dst("route_encap_rpl", "IPv6 routes", []string{"ip -6 route add 2001:db8:11:"}, "2001:db8:11::"),
		dst("route_encap_ioam6", "IPv6 routes", []string{"ip -6 route add 2001:db8:12:"}, "2001:db8:12::"),
		dst("route_mpls", "MPLS routes", []string{"ip -f mpls route add"}, "100"),
		{"neigh", []string{"ip neigh add"}, "neighbours", "NDA_DST", []string{"192.0.2.7", "192.0.2.8", "2001:db8::7", "192.0.2.50"}},
		{"fdb", []string{"bridge fdb add"}, "fdb", "NDA_LLADDR", []string{"02:00:00:00:00:08", "02:00:00:00:00:09"}},
		{"rule", []string{"ip rule add"}, "IPv4 rules", "FRA_PRIORITY", []string{"100", "101", "102", "200", "1001"}},
		{"rule6", []string{"ip -6 rule add"}, "IPv6 rules", "FRA_PRIORITY", []string{"50", "51"}},
		{"nexthop", []string{"ip nexthop add"}, "nexthops", "NHA_ID", []string{"1", "2", "3", "4", "5", "6"}},
		{"mdb", []string{"bridge mdb add"}, "mdb", "ifindex", nil},
		{"netconf", nil, "IPv4 netconf", "NETCONFA_IFINDEX", []string{"NETCONFA_IFINDEX_ALL", "1"}},
		{"neightbl", nil, "neighbour tables", "NDTA_NAME", []string{"arp_cache"}},
		{"addrlabel", []string{"ip addrlabel add"}, "address labels", "IFAL_LABEL", []string{"99"}},
		{"get", []string{"ip route get", "ip -6 route get", "ip link show dev v0"}, "", "", nil},
	}
	return ws
}

// command is a line that was run, and its frames.
type command struct {
	line   string
	frames []*capture.Frame
}

// writeFixtures writes all fixtures that this kernel gives bytes for.
func (l *lab) writeFixtures(t *testing.T, dir string, d *decode.Decoder, dumps map[string][]*decode.Message) {
	t.Helper()
	var un unix.Utsname
	if err := unix.Uname(&un); err != nil {
		t.Fatal(err)
	}
	ran := "Linux " + unix.ByteSliceToString(un.Release[:]) + ", " + strings.TrimSpace(string(l.must("ip", "-V")))
	for _, w := range routeFixtures() {
		var lines []string
		var requests, replies [][]byte
		for _, c := range l.commands {
			if !slices.ContainsFunc(w.commands, func(p string) bool { return strings.HasPrefix(c.line, p) }) {
				continue
			}
			lines = append(lines, "# "+c.line)
			requests = append(requests, c.messages(d, w.query == "")...)
		}
		for _, m := range dumps[w.query] {
			n, ok := m.Lookup(w.attr)
			if ok && len(replies) < max(len(w.values), 4) && (w.values == nil || slices.Contains(w.values, value(&n))) {
				replies = append(replies, m.Data)
			}
		}
		if len(requests)+len(replies) == 0 {
			t.Logf("no bytes for %s", w.file)
			continue
		}
		lines = append(lines, "# "+ran)
		if strings.HasPrefix(w.file, "link_") && w.file != "link_veth" {
			lines = append(lines, "# show IFLA_LINKINFO")
		}
		f := fixture.Fixture{Comment: strings.Join(lines, "\n") + "\n"}
		for _, b := range requests {
			f.Add(capture.DirRequest, b)
		}
		for _, b := range replies {
			f.Add(capture.DirReply, b)
		}
		if err := os.WriteFile(filepath.Join(dir, w.file+".txtar"), f.Format(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// linkProbe is the length of the empty RTM_NEWLINK with which ip asks whether
// the kernel knows it at all.
const linkProbe = 32

// messages are the requests that a command made: those that change something,
// or all.
func (c *command) messages(d *decode.Decoder, all bool) [][]byte {
	var out [][]byte
	for _, f := range c.frames {
		if f.Dir != capture.DirRequest {
			continue
		}
		for _, m := range d.Frame(f, nil) {
			if len(m.Data) <= linkProbe {
				continue
			}
			if all || !strings.HasPrefix(m.Type, "RTM_GET") {
				out = append(out, m.Data)
			}
		}
	}
	return out
}
