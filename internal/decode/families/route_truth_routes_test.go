// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// routeKey is what no two routes of the lab share.
type routeKey struct{ dst, table, typ, dev, metric string }

func (c *truth) routeKey(b *decode.Body) routeKey {
	k := routeKey{dst: "default", table: short(value(at(b, "RTA_TABLE")), "RT_TABLE_"),
		typ: short(value(at(b, "rtm_type")), "RTN_"), dev: c.names[value(at(b, "RTA_OIF"))], metric: value(at(b, "RTA_PRIORITY"))}
	if k.table == "" {
		k.table = short(value(at(b, "rtm_table")), "RT_TABLE_") // MPLS
	}
	if n := at(b, "RTA_DST"); n != nil {
		k.dst = strings.TrimSuffix(strings.TrimSuffix(n.Text, "/32"), "/128")
		if n.Text == "" {
			k.dst = value(n) // an MPLS label
		}
	}
	return k
}

// routes compares the routes of a family, whose destinations have sep in them.
func (c *truth) routes(cmd, sep string, msgs []*decode.Message) {
	got := map[routeKey]*decode.Message{}
	for _, m := range msgs {
		b := m.Body()
		got[c.routeKey(&b)] = m
	}
	str := func(o object, k, def string) string {
		if v, ok := o[k]; ok {
			return fmt.Sprint(v)
		}
		return def
	}
	for _, o := range c.ask(cmd) {
		dst := str(o, "dst", "")
		switch o["encap"] {
		case "ip", "ip6", "mpls":
			continue // the JSON has two keys dst; see the fixtures
		}
		if dst != "default" && !strings.Contains(dst, sep) {
			continue // "table all" lists every family
		}
		k := routeKey{dst, str(o, "table", "main"), str(o, "type", "unicast"), str(o, "dev", ""), str(o, "metric", "")}
		m := got[k]
		if m == nil {
			if k.dst != "default" {
				c.errorf("route %+v was not decoded", k)
			}
			continue
		}
		b := m.Body()
		c.keys("route "+dst, o, slices.Concat(b.Fields, b.Attrs), "RTA_", map[string]string{
			"dev": "RTA_OIF", "type": "rtm_type", "protocol": "rtm_protocol", "scope": "rtm_scope", "metric": "RTA_PRIORITY",
			"nhid": "RTA_NH_ID", "dst": "", "src": "", "encap": "", "expires": "", "via": "", "table": "RTA_TABLE",
		})
		c.routeParts("route "+dst, o, &b)
	}
}

// routeParts compares what a route has inside: metrics, nexthops, tunnels.
func (c *truth) routeParts(what string, o object, b *decode.Body) {
	for _, x := range list(o["metrics"]) {
		c.keys(what+" metrics", x.(object), children(at(b, "RTA_METRICS")), "RTAX_", map[string]string{
			"congestion": "RTAX_CC_ALGO",
		})
	}
	via, _ := o["via"].(object)
	if via != nil {
		c.check(what+" via", via["host"], at(b, "RTA_VIA", "rtvia_addr"))
	}
	for i, x := range list(o["nexthops"]) {
		hop := x.(object)
		n := at(b, "RTA_MULTIPATH", fmt.Sprintf("[%d]", i))
		if n == nil {
			c.errorf("%s: nexthop %d was not decoded", what, i)
			continue
		}
		c.keys(what+" nexthop", hop, n.Children, "RTA_", map[string]string{"dev": "rtnh_ifindex", "weight": ""})
		hops := n.Children[slices.IndexFunc(n.Children, func(n decode.Node) bool { return n.Name == "rtnh_hops" })]
		if fmt.Sprint(hop["weight"]) != fmt.Sprint(hops.Num+1) {
			c.errorf("%s: weight %v, rtnh_hops %d", what, hop["weight"], hops.Num)
		}
		c.seen++
	}
	if enc, ok := o["encap"].(string); ok {
		c.check(what+" encap", map[string]string{"seg6local": "seg6_local"}[enc]+strings.TrimPrefix(enc, "seg6local"), at(b, "RTA_ENCAP_TYPE"))
	}
	if segs := list(o["segs"]); len(segs) > 0 && o["encap"] == "seg6" {
		c.check(what+" mode", o["mode"], at(b, "RTA_ENCAP", "SEG6_IPTUNNEL_SRH", "mode"))
		srh := value(at(b, "RTA_ENCAP", "SEG6_IPTUNNEL_SRH", "srh"))
		for _, s := range segs {
			c.seen++
			if !strings.Contains(srh, fmt.Sprint(s)) {
				c.errorf("%s: segment %v is not in %q", what, s, srh)
			}
		}
	}
	if o["encap"] == "seg6local" {
		c.check(what+" action", o["action"], at(b, "RTA_ENCAP", "SEG6_LOCAL_ACTION"))
		c.check(what+" nh6", o["nh6"], at(b, "RTA_ENCAP", "SEG6_LOCAL_NH6"))
	}
}

func (c *truth) neighbours(msgs []*decode.Message) {
	got := map[string]*decode.Message{}
	for _, m := range msgs {
		b := m.Body()
		got[value(at(&b, "NDA_DST"))+" "+c.names[value(at(&b, "ndm_ifindex"))]] = m
	}
	for _, o := range c.ask("ip -j -d neigh show") {
		what := fmt.Sprintf("%v %v", o["dst"], o["dev"])
		m := got[what]
		if m == nil {
			c.errorf("neighbour %s was not decoded", what)
			continue
		}
		b := m.Body()
		c.keys("neighbour "+what, o, slices.Concat(b.Fields, b.Attrs), "NDA_", map[string]string{
			"dev": "ndm_ifindex", "router": "ndm_flags", "managed": "NDA_FLAGS_EXT",
		})
		for _, s := range list(o["state"]) {
			if s == "PERMANENT" { // the others change by themselves
				c.check("neighbour "+what+" state", s, at(&b, "ndm_state"))
			}
		}
	}
}

func (c *truth) fdb(msgs []*decode.Message) {
	key := func(mac, dev, vlan, dst string) string { return mac + " " + dev + " " + vlan + " " + dst }
	got := map[string]*decode.Message{}
	for _, m := range msgs {
		b := m.Body()
		got[key(value(at(&b, "NDA_LLADDR")), c.names[value(at(&b, "ndm_ifindex"))], value(at(&b, "NDA_VLAN")), value(at(&b, "NDA_DST")))] = m
	}
	str := func(v any) string {
		if v == nil {
			return ""
		}
		return fmt.Sprint(v)
	}
	for _, o := range c.ask("bridge -j -d fdb") {
		what := key(str(o["mac"]), str(o["ifname"]), str(o["vlan"]), str(o["dst"]))
		m := got[what]
		if m == nil {
			c.errorf("fdb entry %s was not decoded", what)
			continue
		}
		b := m.Body()
		c.keys("fdb "+what, o, slices.Concat(b.Fields, b.Attrs), "NDA_", map[string]string{
			"ifname": "ndm_ifindex", "mac": "NDA_LLADDR", "viaIf": "NDA_IFINDEX", "master": "NDA_MASTER",
		})
	}
}

func (c *truth) rules(cmd string, msgs []*decode.Message) {
	got := map[string]*decode.Message{}
	for _, m := range msgs {
		b := m.Body()
		prio := value(at(&b, "FRA_PRIORITY"))
		if prio == "" {
			prio = "0"
		}
		got[prio] = m
	}
	for _, o := range c.ask(cmd) {
		prio := fmt.Sprint(o["priority"])
		m := got[prio]
		if m == nil {
			c.errorf("rule %s was not decoded", prio)
			continue
		}
		b := m.Body()
		c.keys("rule "+prio, o, slices.Concat(b.Fields, b.Attrs), "FRA_", map[string]string{
			"priority": "", "src": "", "dst": "", "srclen": "src_len", "dstlen": "dst_len", "iif": "FRA_IIFNAME",
			"oif": "FRA_OIFNAME", "ipproto": "FRA_IP_PROTO", "table": "FRA_TABLE", "action": "action",
			"uid_start": "", "uid_end": "", "sport": "", "dport": "", "sport_start": "", "dport_start": "", "not": "flags",
			"tos": "tos", "l3mdev": "FRA_L3MDEV", "suppress_prefixlen": "FRA_SUPPRESS_PREFIXLEN",
		})
		for k, path := range map[string][]string{
			"src": {"FRA_SRC"}, "dst": {"FRA_DST"}, "uid_start": {"FRA_UID_RANGE", "start"}, "uid_end": {"FRA_UID_RANGE", "end"},
			"sport_start": {"FRA_SPORT_RANGE", "start"}, "sport_end": {"FRA_SPORT_RANGE", "end"}, "dport": {"FRA_DPORT_RANGE", "start"},
		} {
			if v, ok := o[k]; ok && v != "all" {
				c.check("rule "+prio+" "+k, v, at(&b, path...))
			}
		}
	}
}

func (c *truth) nexthops(msgs []*decode.Message) {
	got := map[string]*decode.Message{}
	for _, m := range msgs {
		if n, ok := m.Lookup("NHA_ID"); ok {
			got[value(&n)] = m
		}
	}
	for _, o := range c.ask("ip -j -d nexthop") {
		id := fmt.Sprint(o["id"])
		m := got[id]
		if m == nil {
			c.errorf("nexthop %s was not decoded", id)
			continue
		}
		b := m.Body()
		c.keys("nexthop "+id, o, slices.Concat(b.Fields, b.Attrs), "NHA_", map[string]string{
			"dev": "NHA_OIF", "scope": "nh_scope", "protocol": "nh_protocol", "encap": "NHA_ENCAP_TYPE", "type": "",
		})
		for i, x := range list(o["group"]) {
			member := x.(object)
			n := at(&b, "NHA_GROUP", fmt.Sprintf("[%d]", i))
			c.keys("nexthop "+id+" member", member, children(n), "", map[string]string{"id": "id", "weight": ""})
			if w := at(&b, "NHA_GROUP", fmt.Sprintf("[%d]", i), "weight"); w == nil || member["weight"] != nil && fmt.Sprint(member["weight"]) != fmt.Sprint(w.Num+1) {
				c.errorf("nexthop %s: weight %v of member %d was not decoded", id, member["weight"], i)
			}
		}
	}
}
