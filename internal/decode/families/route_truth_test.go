// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// truth compares decoded dumps with what iproute2 prints about the same
// objects as JSON.
type truth struct {
	t     *testing.T
	names map[string]string // interface index → name
	seen  int               // values compared
	wrong []string
}

func (c *truth) errorf(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

type object = map[string]any

// ask runs a tool that prints a JSON list.
func (c *truth) ask(cmd string) []object {
	args := strings.Fields(cmd)
	out, err := exec.Command(args[0], args[1:]...).Output()
	if err != nil {
		c.t.Logf("%s: %v", cmd, err)
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	dec.UseNumber()
	var list []object
	if err := dec.Decode(&list); err != nil {
		c.errorf("%s: %v", cmd, err)
	}
	return list
}

// value renders a node the way keys are made of it.
func value(n *decode.Node) string {
	if n == nil {
		return ""
	}
	switch v := n.Value.(type) {
	case []string:
		return strings.Join(v, ",")
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// same says whether a tool's word and a node mean the same: equal text, equal
// numbers in any base, an interface's name for its index, or the tail of an
// enumerator (bridge for MACVLAN_MODE_BRIDGE).
func (c *truth) same(js any, n *decode.Node) bool {
	got := value(n)
	switch v := js.(type) {
	case nil: // a key without a value: a flag
		return got == "true" || n.Num != 0
	case bool:
		return v == (got == "true" || n.Num != 0 || got == "1")
	case json.Number:
		return v.String() == got || v.String() == strconv.FormatUint(n.Num, 10)
	case string:
		if word, ok := words[v]; ok && slices.Contains(word, got) {
			return true
		}
		if v == got || v == n.Text || c.names[got] == v {
			return true
		}
		if num, err := strconv.ParseUint(strings.TrimPrefix(v, "0x"), base(v), 64); err == nil && n.Num == num && got != "" {
			return true
		}
		want := alias(strings.NewReplacer("-", "", "_", "", ".", "", "+", "").Replace(strings.ToLower(v)))
		return want != "" && strings.HasSuffix(strings.ReplaceAll(strings.ToLower(got), "_", ""), want)
	}
	return false
}

// words are what tools print for a value that they find special.
var words = map[string][]string{"any": {"0.0.0.0", "::"}, "on": {"1"}, "off": {"0"}}

func base(s string) int {
	if strings.HasPrefix(s, "0x") {
		return 16
	}
	return 10
}

// alias maps the words of the tools that are not the tail of an enumerator.
func alias(s string) string {
	if a := map[string]string{
		"global": "universe", "layer2": "layer2", "layer23": "layer23", "balancerr": "roundrobin",
		"tap": "tap", "endx": "endx", "8023ad": "8023ad", "inline": "inline",
	}[s]; a != "" {
		return a
	}
	return s
}

// check compares one value of a tool with one node.
func (c *truth) check(what string, js any, n *decode.Node) {
	c.seen++
	if n == nil {
		c.errorf("%s: the tool says %v, nothing decoded", what, js)
	} else if !c.same(js, n) {
		c.errorf("%s: the tool says %v, decoded %v (%d, %q)", what, js, n.Value, n.Num, n.Text)
	}
}

// keys compares the scalar members of an object with the attributes that have
// the same names behind a prefix; other says which attribute or field a key
// means where its name differs, "" that it means none.
func (c *truth) keys(what string, o object, nodes []decode.Node, prefix string, other map[string]string) {
	for k, v := range o {
		if _, list := v.([]any); list {
			continue
		}
		if _, sub := v.(object); sub {
			continue
		}
		name, listed := other[k]
		if listed && name == "" {
			continue
		}
		if !listed {
			name = prefix + strings.ToUpper(k)
		}
		i := slices.IndexFunc(nodes, func(n decode.Node) bool { return n.Name == name })
		if i < 0 && !listed {
			continue // the tool's own word for something that this test does not know
		}
		var n *decode.Node
		if i >= 0 {
			n = &nodes[i]
		}
		c.check(what+" "+k, v, n)
	}
}

// compare holds all dumps against the tools and returns what differs.
func compare(t *testing.T, dumps map[string][]*decode.Message) (seen int, wrong []string) {
	c := &truth{t: t, names: map[string]string{}}
	for _, m := range dumps["links"] {
		b := m.Body()
		c.names[value(at(&b, "ifi_index"))] = value(at(&b, "IFLA_IFNAME"))
	}
	c.links(dumps["links"])
	c.addresses(dumps["addresses"])
	c.routes("ip -j -d route show table all", ".", dumps["IPv4 routes"])
	c.routes("ip -6 -j -d route show table all", ":", dumps["IPv6 routes"])
	c.routes("ip -f mpls -j -d route show", "", dumps["MPLS routes"])
	c.neighbours(dumps["neighbours"])
	c.fdb(dumps["fdb"])
	c.rules("ip -j -d rule", dumps["IPv4 rules"])
	c.rules("ip -6 -j -d rule", dumps["IPv6 rules"])
	c.nexthops(dumps["nexthops"])
	return c.seen, c.wrong
}

// kindPrefix is the prefix of a kind's attributes, where it is not the kind.
var kindPrefix = map[string]string{
	"bridge": "BR", "macvtap": "MACVLAN", "ipvtap": "IPVLAN", "gretap": "GRE", "ip6gre": "GRE", "ip6gretap": "GRE",
	"erspan": "GRE", "ip6erspan": "GRE", "ipip": "IPTUN", "sit": "IPTUN", "ip6tnl": "IPTUN", "vti6": "VTI",
}

// slaveWords are the keys of ip -d link for a port that are no attribute names.
var slaveWords = map[string]string{
	"hairpin": "IFLA_BRPORT_MODE", "root_block": "IFLA_BRPORT_PROTECT", "fastleave": "IFLA_BRPORT_FAST_LEAVE",
	"flood": "IFLA_BRPORT_UNICAST_FLOOD", "state": "IFLA_BRPORT_STATE", "id": "IFLA_BRPORT_ID", "no": "IFLA_BRPORT_NO",
	"root_id": "", "bridge_id": "", // two fields in one word
	"message_age_timer": "", "forward_delay_timer": "", "hold_timer": "", // seconds, and running
}

// kindWords are those for IFLA_INFO_DATA.
var kindWords = map[string]string{
	"root_id": "", "bridge_id": "", "group_addr": "", // written without leading zeros
	"hello_timer": "", "tcn_timer": "", "topology_change_timer": "", "gc_timer": "", // seconds, and running
	"tos": "", "flowlabel": "", "flowinfo": "", "tclass": "", "encap": "", "ikey": "", "okey": "", // rendered otherwise
	"ttl": "", "type": "", "port_range": "", "proto": "", "encap_sport": "", "encap_dport": "",
	"protocol": "", "sci": "", "cipher_suite": "", "validation": "", "erspan_dir": "", "erspan_hwid": "", "ad_lacp_rate": "",
	"ad_select": "", "primary_reselect": "", "fail_over_mac": "", "arp_validate": "", "arp_all_targets": "", "all_slaves_active": "",
	"vlan_default_pvid": "IFLA_BR_VLAN_DEFAULT_PVID", "user": "", "group": "", "ver": "", "link": "", "encap_limit": "",
	"num_disabled_queues": "", "proto_ver": "", "flags": "", "mcast_router": "", "df": "",
}

func (c *truth) links(msgs []*decode.Message) {
	byName := map[string]*decode.Message{}
	for _, m := range msgs {
		if n, ok := m.Lookup("IFLA_IFNAME"); ok {
			byName[value(&n)] = m
		}
	}
	for _, o := range c.ask("ip -j -d link show") {
		name, _ := o["ifname"].(string)
		m := byName[name]
		if m == nil {
			c.errorf("link %s was not decoded", name)
			continue
		}
		b := m.Body()
		nodes := slices.Concat(b.Fields, b.Attrs)
		c.keys("link "+name, o, nodes, "IFLA_", map[string]string{
			"ifindex": "ifi_index", "inet6_addr_gen_mode": "", "group": "", "link_index": "IFLA_LINK", "link": "",
			"qdisc": "", "operstate": "", // change between the dumps
		})
		for _, f := range list(o["flags"]) {
			if !strings.Contains(value(at(&b, "ifi_flags"))+",", "IFF_"+fmt.Sprint(f)+",") && f != "NO-CARRIER" && f != "M-DOWN" {
				c.errorf("link %s: %v is not among %s", name, f, value(at(&b, "ifi_flags")))
			}
		}
		info, _ := o["linkinfo"].(object)
		if info == nil {
			continue
		}
		c.keys("link "+name, info, children(at(&b, "IFLA_LINKINFO")), "IFLA_", nil)
		kind, _ := info["info_kind"].(string)
		prefix := kindPrefix[kind]
		if prefix == "" {
			prefix = strings.ToUpper(kind)
		}
		if data, ok := info["info_data"].(object); ok {
			c.keys(kind+" "+name, data, children(at(&b, "IFLA_LINKINFO", "IFLA_INFO_DATA")), "IFLA_"+prefix+"_", kindWords)
			c.kind(kind, name, data, &b)
		}
		slave, _ := info["info_slave_kind"].(string)
		if data, ok := info["info_slave_data"].(object); ok && slave == "bridge" {
			c.keys("port "+name, data, children(at(&b, "IFLA_LINKINFO", "IFLA_INFO_SLAVE_DATA")), "IFLA_BRPORT_", slaveWords)
		}
	}
}

// kind compares what tools print of a kind under other names or in parts.
func (c *truth) kind(kind, name string, data object, b *decode.Body) {
	info := func(path ...string) *decode.Node {
		return at(b, append([]string{"IFLA_LINKINFO", "IFLA_INFO_DATA"}, path...)...)
	}
	switch kind {
	case "vxlan":
		group := info("IFLA_VXLAN_GROUP")
		if group == nil {
			group = info("IFLA_VXLAN_GROUP6")
		}
		if data["remote"] != nil {
			c.check(name+" remote", data["remote"], group)
		} else if data["remote6"] != nil {
			c.check(name+" remote6", data["remote6"], group)
		}
		if r, ok := data["port_range"].(object); ok {
			c.check(name+" port_range low", r["low"], info("IFLA_VXLAN_PORT_RANGE", "low"))
			c.check(name+" port_range high", r["high"], info("IFLA_VXLAN_PORT_RANGE", "high"))
		}
		c.check(name+" ttl", data["ttl"], info("IFLA_VXLAN_TTL"))
		c.check(name+" df", data["df"], info("IFLA_VXLAN_DF"))
	case "vlan":
		c.check(name+" protocol", data["protocol"], info("IFLA_VLAN_PROTOCOL"))
		for i, x := range list(data["egress_qos"]) {
			n := &children(info("IFLA_VLAN_EGRESS_QOS"))[i]
			c.check(name+" egress from", x.(object)["from"], &n.Children[0])
			c.check(name+" egress to", x.(object)["to"], &n.Children[1])
		}
	case "bond":
		for i, x := range list(data["arp_ip_target"]) {
			c.check(name+" arp_ip_target", x, &children(info("IFLA_BOND_ARP_IP_TARGET"))[i])
		}
	case "bridge":
		if data["vlan_protocol"] != nil {
			c.check(name+" vlan_protocol", data["vlan_protocol"], info("IFLA_BR_VLAN_PROTOCOL"))
		}
	}
}

func list(v any) []any { l, _ := v.([]any); return l }

func children(n *decode.Node) []decode.Node {
	if n == nil {
		return nil
	}
	return n.Children
}

func (c *truth) addresses(msgs []*decode.Message) {
	type key struct{ dev, addr string }
	got := map[key]*decode.Message{}
	for _, m := range msgs {
		b := m.Body()
		local := at(&b, "IFA_LOCAL")
		if local == nil {
			local = at(&b, "IFA_ADDRESS")
		}
		got[key{c.names[value(at(&b, "ifa_index"))], value(local)}] = m
	}
	for _, o := range c.ask("ip -j -d addr") {
		dev, _ := o["ifname"].(string)
		for _, x := range list(o["addr_info"]) {
			a, ok := x.(object)
			if !ok || a["local"] == nil {
				continue
			}
			what := fmt.Sprintf("address %v on %s", a["local"], dev)
			m := got[key{dev, fmt.Sprint(a["local"])}]
			if m == nil {
				c.errorf("%s was not decoded", what)
				continue
			}
			b := m.Body()
			c.keys(what, a, slices.Concat(b.Fields, b.Attrs), "IFA_", map[string]string{
				"family": "ifa_family", "prefixlen": "ifa_prefixlen", "scope": "ifa_scope", "metric": "IFA_RT_PRIORITY",
				"local": "", "protocol": "IFA_PROTO",
			})
			if fmt.Sprint(a["valid_life_time"]) == "4294967295" {
				c.check(what+" valid", a["valid_life_time"], at(&b, "IFA_CACHEINFO", "ifa_valid"))
			}
			for _, f := range []string{"nodad", "deprecated", "tentative", "mngtmpaddr", "noprefixroute", "home"} {
				name := map[string]string{"home": "IFA_F_HOMEADDRESS", "mngtmpaddr": "IFA_F_MANAGETEMPADDR"}[f]
				if name == "" {
					name = "IFA_F_" + strings.ToUpper(f)
				}
				if a[f] == true && f != "tentative" && !strings.Contains(value(at(&b, "IFA_FLAGS")), name) {
					c.errorf("%s: %s is not among %s", what, f, value(at(&b, "IFA_FLAGS")))
				}
			}
		}
	}
}
