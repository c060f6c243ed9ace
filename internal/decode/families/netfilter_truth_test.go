// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// nfText is a value as people read it.
func nfText(n *decode.Node) string {
	if n.Text != "" {
		return n.Text
	}
	if l, ok := n.Value.([]string); ok {
		return strings.Join(l, "|")
	}
	return fmt.Sprint(n.Value)
}

// nfValues maps each value of a tree to its text, by its path without the names
// in strip, which stand for nests that say nothing.
func nfValues(nodes []decode.Node, prefix string, into map[string]string) {
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Hidden:
		case n.Nested:
			nfValues(n.Children, prefix+n.Name+"/", into)
		default:
			into[prefix+n.Name] = nfText(n)
		}
	}
}

// nfMessage is the values of a message, headers included.
func nfMessage(m *decode.Message) map[string]string {
	v := map[string]string{}
	b := m.Body()
	nfValues(b.Fields, "", v)
	nfValues(b.Attrs, "", v)
	return v
}

func nfLines(b []byte) []string {
	var out []string
	for _, l := range strings.Split(string(b), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// nfWant reports the lines of a tool that no message makes.
func nfWant(t *testing.T, r *recording, what string, want []string, have map[string]bool) {
	t.Helper()
	if len(want) == 0 {
		t.Errorf("%s on %s: %s says nothing", r.name, r.kernel, what)
	}
	for _, l := range want {
		if !have[l] {
			near := make([]string, 0, len(have))
			for h := range have {
				near = append(near, h)
			}
			slices.Sort(near)
			t.Errorf("%s on %s: no message says %q; they say %q", r.name, r.kernel, l, near)
		}
	}
}

// TestTruthAcct compares counters and quotas with what nfacct printed.
func TestTruthAcct(t *testing.T) {
	for _, r := range recordings(t, "nfacct") {
		have := map[string]bool{}
		for _, m := range r.of("nfacct", "NFNL_MSG_ACCT_NEW") {
			v := nfMessage(&m)
			num := func(name string) string {
				n, err := strconv.ParseUint(strings.Fields(v[name])[0], 10, 64)
				if err != nil {
					t.Error(err)
				}
				return fmt.Sprintf("%020d", n)
			}
			if v["NFACCT_PKTS"] == "" {
				continue // a request
			}
			s := "{ pkts = " + num("NFACCT_PKTS") + ", bytes = " + num("NFACCT_BYTES")
			if f := v["NFACCT_FLAGS"]; f != "" {
				mode, over := "byte", "no"
				if strings.Contains(f, "NFACCT_F_QUOTA_PKTS") {
					mode = "packet"
				}
				if strings.Contains(f, "NFACCT_F_OVERQUOTA") {
					over = "yes"
				}
				s += ", quota = " + num("NFACCT_QUOTA") + ", mode = " + mode + ", overquota = " + over
			}
			have[s+" } = "+v["NFACCT_NAME"]+";"] = true
		}
		nfWant(t, &r, "nfacct list", nfLines(r.truth("list")), have)
		nfWant(t, &r, "nfacct get", nfLines(r.truth("get")), have)
	}
}

// TestTruthQueue compares packets with what a listener read of them itself.
func TestTruthQueue(t *testing.T) {
	hooks := map[string]int{"NF_INET_LOCAL_IN": 1, "NF_INET_LOCAL_OUT": 3}
	for _, r := range recordings(t, "nfqueue") {
		have := map[string]bool{}
		packet := func(payload string) string { // "IPv4 A > B UDP: HEX"
			head, data, _ := strings.Cut(payload, " UDP: ")
			_, head, _ = strings.Cut(head, " ")
			return fmt.Sprintf("%s %d", head, len(data)/2)
		}
		for _, m := range r.of("nfqueue", "NFQNL_MSG_PACKET") {
			v := nfMessage(&m)
			have[fmt.Sprintf("queue %s %d %s", v["NFQA_PACKET_HDR/packet_id"], hooks[v["NFQA_PACKET_HDR/hook"]],
				packet(v["NFQA_PAYLOAD"]))] = true
		}
		for _, m := range r.of("nflog", "NFULNL_MSG_PACKET") {
			v := nfMessage(&m)
			prefix, err := strconv.Unquote(v["NFULA_PREFIX"])
			if err != nil {
				prefix = v["NFULA_PREFIX"]
			}
			have["log "+prefix+" "+packet(v["NFULA_PAYLOAD"])] = true
		}
		nfWant(t, &r, "nfqueue.py", nfLines(r.truth("packets")), have)
		verdicts := 0
		for _, m := range r.messages {
			if v := nfMessage(&m)["NFQA_VERDICT_HDR/verdict"]; v == "NF_ACCEPT" || v == "NF_DROP" {
				verdicts++
			}
		}
		if verdicts != 3 {
			t.Errorf("nfqueue on %s: %d verdicts", r.kernel, verdicts)
		}
	}
}

// TestTruthHook compares hooks with what a script read of them itself.
func TestTruthHook(t *testing.T) {
	families := map[string]int{"NFPROTO_IPV4": 2, "NFPROTO_IPV6": 10, "NFPROTO_ARP": 3, "NFPROTO_BRIDGE": 7, "NFPROTO_NETDEV": 5}
	numbers := map[string]int{"NF_INET_PRE_ROUTING": 0, "NF_INET_LOCAL_IN": 1, "NF_INET_FORWARD": 2, "NF_INET_LOCAL_OUT": 3,
		"NF_INET_POST_ROUTING": 4, "NF_ARP_IN": 0, "NF_ARP_OUT": 1, "NF_ARP_FORWARD": 2, "NF_NETDEV_INGRESS": 0, "NF_NETDEV_EGRESS": 1}
	for _, r := range recordings(t, "nfhook") {
		have := map[string]bool{}
		for _, m := range r.of("nfhook", "NFNL_MSG_HOOK_GET") {
			v := nfMessage(&m)
			if v["NFNLA_HOOK_PRIORITY"] == "" {
				continue // a request
			}
			module := v["NFNLA_HOOK_MODULE_NAME"]
			if module == "" {
				module = "-"
			}
			have[fmt.Sprintf("%d %d %s %s %s", families[v["nfgen_family"]], numbers[v["NFNLA_HOOK_HOOKNUM"]],
				v["NFNLA_HOOK_PRIORITY"], v["NFNLA_HOOK_FUNCTION_NAME"], module)] = true
		}
		if want := nfLines(r.truth("hooks")); r.kernel != "6.1" {
			nfWant(t, &r, "nfhook.py", want, have)
		} else if len(want)+len(have) > 0 { // Debian's 6.1 has no CONFIG_NETFILTER_NETLINK_HOOK
			t.Errorf("6.1 has hooks: %q, %v", want, have)
		}
		for _, m := range r.of("osf", "OSF_MSG_ADD") {
			v := nfMessage(&m)
			if got := v["OSF_ATTR_FINGER/opt"]; got != "OSFOPT_MSS length 4, OSFOPT_SACKP length 2, OSFOPT_TS length 10" {
				t.Errorf("options %q", got)
			}
			if v["OSF_ATTR_FINGER/genre"] != "Linux" || v["OSF_ATTR_FINGER/wss/wc"] != "OSF_WSS_MSS" {
				t.Errorf("fingerprint %v", v)
			}
		}
	}
}

// ipvsService is a service as ipvsadm -S writes it; "" is another message.
func ipvsService(v map[string]string) string {
	const p = "IPVS_CMD_ATTR_SERVICE/IPVS_SVC_ATTR_"
	if v[p+"SCHED_NAME"] == "" {
		return ""
	}
	s := ipvsID(v) + " -s " + v[p+"SCHED_NAME"]
	flags := v[p+"FLAGS/flags"]
	if strings.Contains(flags, "IP_VS_SVC_F_PERSISTENT") {
		s += " -p " + strings.TrimSuffix(v[p+"TIMEOUT"], " s")
	}
	if strings.Contains(flags, "IP_VS_SVC_F_ONEPACKET") {
		s += " -o"
	}
	if strings.Contains(flags, "IP_VS_SVC_F_SCHED2") {
		s += " -b sh-port"
	}
	return "-A " + s
}

func ipvsID(v map[string]string) string {
	const p = "IPVS_CMD_ATTR_SERVICE/IPVS_SVC_ATTR_"
	if mark := v[p+"FWMARK"]; mark != "" && mark != "0" {
		return "-f " + mark
	}
	opt := map[string]string{"IPPROTO_TCP": "-t ", "IPPROTO_UDP": "-u "}[v[p+"PROTOCOL"]]
	return opt + ipvsHost(v[p+"ADDR"]) + ":" + v[p+"PORT"]
}

func ipvsHost(addr string) string {
	if strings.Contains(addr, ":") {
		return "[" + addr + "]"
	}
	return addr
}

func ipvsDest(v map[string]string) string {
	const p = "IPVS_CMD_ATTR_DEST/IPVS_DEST_ATTR_"
	method := map[string]string{"IP_VS_CONN_F_MASQ": "-m", "IP_VS_CONN_F_LOCALNODE": "-m", "IP_VS_CONN_F_TUNNEL": "-i",
		"IP_VS_CONN_F_DROUTE": "-g"}[v[p+"FWD_METHOD"]]
	s := "-r " + ipvsHost(v[p+"ADDR"]) + ":" + v[p+"PORT"] + " " + method + " -w " + v[p+"WEIGHT"]
	if v[p+"TUN_TYPE"] == "IP_VS_CONN_F_TUNNEL_TYPE_GUE" {
		s += " --tun-type gue --tun-port " + v[p+"TUN_PORT"]
		if v[p+"TUN_FLAGS"] == "IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM" {
			s += " --tun-nocsum"
		}
	}
	return s
}

func ipvsThresholds(v map[string]string) string {
	const p = "IPVS_CMD_ATTR_DEST/IPVS_DEST_ATTR_"
	return fmt.Sprintf("-> %s:%s %s %s %s %s", ipvsHost(v[p+"ADDR"]), v[p+"PORT"], v[p+"U_THRESH"], v[p+"L_THRESH"],
		v[p+"ACTIVE_CONNS"], v[p+"INACT_CONNS"])
}

// TestTruthIPVS compares services and destinations with what ipvsadm saved.
func TestTruthIPVS(t *testing.T) {
	for _, r := range recordings(t, "ipvs") {
		have := map[string]bool{}
		for _, m := range r.of("IPVS", "") {
			v := nfMessage(&m)
			have[ipvsService(v)] = true
			if v["IPVS_CMD_ATTR_DEST/IPVS_DEST_ATTR_ADDR"] != "" {
				have[ipvsDest(v)] = true
				have[ipvsThresholds(v)] = true
			}
			const d = "IPVS_CMD_ATTR_DAEMON/IPVS_DAEMON_ATTR_"
			if v[d+"STATE"] == "IP_VS_STATE_MASTER" && v[d+"MCAST_PORT"] != "" {
				have[fmt.Sprintf("master sync daemon (mcast=%s, syncid=%s, maxlen=%s, group=%s, port=%s, ttl=%s)", v[d+"MCAST_IFN"],
					v[d+"SYNC_ID"], v[d+"SYNC_MAXLEN"], v[d+"MCAST_GROUP"], v[d+"MCAST_PORT"], v[d+"MCAST_TTL"])] = true
			}
			if tcp := v["IPVS_CMD_ATTR_TIMEOUT_TCP"]; tcp != "" {
				have[strings.ReplaceAll(fmt.Sprintf("Timeout (tcp tcpfin udp): %s %s %s", tcp, v["IPVS_CMD_ATTR_TIMEOUT_TCP_FIN"],
					v["IPVS_CMD_ATTR_TIMEOUT_UDP"]), " s", "")] = true
			}
		}
		var want []string
		for _, l := range nfLines(r.truth("save")) {
			if i := strings.Index(l, "-r "); i > 0 {
				l = l[i:]
			}
			want = append(want, l)
		}
		nfWant(t, &r, "ipvsadm -S", want, have)
		want = nil
		for _, l := range nfLines(r.truth("thresholds"))[3:] {
			if strings.HasPrefix(l, "->") {
				want = append(want, nfSpaces.ReplaceAllString(l, " "))
			}
		}
		nfWant(t, &r, "ipvsadm --thresholds", want, have)
		nfWant(t, &r, "ipvsadm --daemon", nfLines(r.truth("daemon")), have)
		nfWant(t, &r, "ipvsadm --timeout", nfLines(r.truth("timeout")), have)
	}
}

// ipsetXML is what ipset list -o xml prints.
type ipsetXML struct {
	Sets []struct {
		Name   string `xml:"name,attr"`
		Type   string `xml:"type"`
		Header struct {
			Family     string `xml:"family"`
			HashSize   string `xml:"hashsize"`
			MaxElem    string `xml:"maxelem"`
			BucketSize string `xml:"bucketsize"`
			InitVal    string `xml:"initval"`
			MemSize    string `xml:"memsize"`
			Entries    string `xml:"numentries"`
		} `xml:"header"`
		Members []struct {
			Elem    string    `xml:"elem"`
			NoMatch *struct{} `xml:"nomatch"`
			Packets string    `xml:"packets"`
			Bytes   string    `xml:"bytes"`
			Comment string    `xml:"comment"`
			Mark    string    `xml:"skbmark"`
			Prio    string    `xml:"skbprio"`
			Queue   string    `xml:"skbqueue"`
		} `xml:"members>member"`
	} `xml:"ipset"`
}

// ipsetElem writes an entry as ipset does, by the type of its set
// ("hash:ip,port,net").
func ipsetElem(typ string, v map[string]string) string {
	const p = "IPSET_ATTR_"
	_, kinds, _ := strings.Cut(typ, ":")
	var parts []string
	second := ""
	for _, kind := range strings.Split(kinds, ",") {
		switch kind {
		case "ip", "net":
			addr := v[p+"IP"+second+"/"+p+"IPADDR_IPV4"] + v[p+"IP"+second+"/"+p+"IPADDR_IPV6"]
			if cidr := v[p+"CIDR"+second]; kind == "net" && cidr != "" {
				addr += "/" + cidr
			}
			parts, second = append(parts, addr), "2"
		case "port":
			port := v[p+"PORT"]
			switch proto := v[p+"PROTO"]; proto {
			case "":
			case "IPPROTO_ICMP":
				n, _ := strconv.Atoi(port)
				port = map[int]string{0x800: "icmp:echo-request"}[n]
			default:
				port = strings.ToLower(strings.TrimPrefix(proto, "IPPROTO_")) + ":" + port
			}
			parts = append(parts, port)
		case "mark":
			n, _ := strconv.ParseUint(v[p+"MARK"], 0, 32)
			parts = append(parts, fmt.Sprintf("0x%08x", n))
		case "iface":
			parts = append(parts, v[p+"IFACE"])
			if strings.Contains(v[p+"CADT_FLAGS"], "IPSET_FLAG_PHYSDEV") {
				parts[len(parts)-1] = "physdev:" + v[p+"IFACE"]
			}
		case "mac":
			parts = append(parts, strings.ToUpper(v[p+"ETHER"]))
		case "set":
			parts = append(parts, v[p+"NAME"])
		}
	}
	s := strings.Join(parts, ",")
	if typ == "list:set" {
		s = v[p+"NAME"]
	}
	if strings.Contains(v[p+"CADT_FLAGS"], "IPSET_FLAG_NOMATCH") {
		s += " nomatch"
	}
	return s
}

// TestTruthIpset compares sets and entries with ipset's XML.
func TestTruthIpset(t *testing.T) {
	for _, r := range recordings(t, "ipset") {
		have := map[string]bool{}
		types := map[string]string{}
		for _, m := range slices.Concat(r.of("ipset", "IPSET_CMD_LIST"), r.of("ipset", "IPSET_CMD_SAVE")) {
			b, v := m.Body(), nfMessage(&m)
			name := v["IPSET_ATTR_SETNAME"]
			if typ := v["IPSET_ATTR_TYPENAME"]; typ != "" {
				types[name] = typ
				const d = "IPSET_ATTR_DATA/IPSET_ATTR_"
				mem, _, _ := strings.Cut(v[d+"MEMSIZE"], " ")
				have[fmt.Sprintf("%s %s %s hashsize %s maxelem %s bucketsize %s initval %s memsize %s entries %s", name, typ,
					map[string]string{"NFPROTO_IPV4": "inet", "NFPROTO_IPV6": "inet6"}[v["IPSET_ATTR_FAMILY"]],
					v[d+"HASHSIZE"], v[d+"MAXELEM"], v[d+"BUCKETSIZE"], ipsetHex(v[d+"INITVAL"]), mem, v[d+"ELEMENTS"])] = true
			}
			for i := range b.Attrs {
				if b.Attrs[i].Name != "IPSET_ATTR_ADT" {
					continue
				}
				for j := range b.Attrs[i].Children {
					e := map[string]string{}
					nfValues(b.Attrs[i].Children[j].Children, "", e)
					size, _, _ := strings.Cut(e["IPSET_ATTR_BYTES"], " ")
					comment, err := strconv.Unquote(e["IPSET_ATTR_COMMENT"])
					if err != nil {
						comment = e["IPSET_ATTR_COMMENT"]
					}
					have[fmt.Sprintf("%s %s packets %s bytes %s comment %s mark %s prio %s queue %s", name, ipsetElem(types[name], e),
						e["IPSET_ATTR_PACKETS"], size, comment, strings.TrimSuffix(e["IPSET_ATTR_SKBMARK"], "/0xffffffff"),
						e["IPSET_ATTR_SKBPRIO"], e["IPSET_ATTR_SKBQUEUE"])] = true
				}
			}
		}
		var x ipsetXML
		if err := xml.Unmarshal(r.truth("list.xml"), &x); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, s := range x.Sets {
			h := s.Header
			if strings.HasPrefix(s.Type, "hash:") && s.Type != "hash:mac" {
				want = append(want, fmt.Sprintf("%s %s %s hashsize %s maxelem %s bucketsize %s initval %s memsize %s entries %s",
					s.Name, s.Type, h.Family, h.HashSize, h.MaxElem, h.BucketSize, h.InitVal, h.MemSize, h.Entries))
			}
			for _, m := range s.Members {
				if m.NoMatch != nil {
					m.Elem += " nomatch"
				}
				want = append(want, fmt.Sprintf("%s %s packets %s bytes %s comment %s mark %s prio %s queue %s", s.Name, m.Elem,
					m.Packets, m.Bytes, strings.Trim(m.Comment, `"`), m.Mark, m.Prio, m.Queue))
			}
		}
		nfWant(t, &r, "ipset list", want, have)
		errors := map[string]bool{}
		for _, m := range r.of("ipset", "NLMSG_ERROR") {
			errors[m.Err.Name] = true
		}
		for _, name := range []string{"IPSET_ERR_EXIST", "IPSET_ERR_BUSY"} {
			if !errors[name] {
				t.Errorf("ipset on %s: no error %s among %v", r.kernel, name, errors)
			}
		}
	}
}

// ipsetHex is a number as ipset writes it: eight digits.
func ipsetHex(s string) string {
	n, err := strconv.ParseUint(s, 0, 32)
	if err != nil {
		return s
	}
	return fmt.Sprintf("0x%08x", n)
}

var nfSpaces = regexp.MustCompile(`\s+`)
