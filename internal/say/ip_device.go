// SPDX-License-Identifier: Apache-2.0

package say

import (
	"net"
	"slices"
	"strconv"

	"github.com/nltop/nltop/internal/decode"
)

// setToken says the lower half of the addresses that an interface makes of routers'
// prefixes.
func setToken(t *telling) bool {
	af := t.attrs().in("IFLA_AF_SPEC").in("AF_INET6")
	token, index := af.take("IFLA_INET6_TOKEN"), t.fields().num("ifi_index")
	if token == nil || index == 0 {
		return false
	}
	if zero(token.Raw) {
		t.say("ip", "token", "del")
	} else {
		s, ok := addr(token.Raw)
		if !ok {
			return false
		}
		t.say("ip", "token", "set", s)
	}
	t.say("dev", t.ifName(index))
	return true
}

// xdpOff says that an interface gets rid of its program. Another program is a
// descriptor of the sender.
func (t *telling) xdpOff(a nest) {
	x := a.peek("IFLA_XDP")
	if x == nil {
		return
	}
	in := fieldsOf(x)
	fd, ok := in.peek("IFLA_XDP_FD"), true
	for i := range x.Children {
		n := &x.Children[i]
		ok = ok && (n.Hidden || n.Name == "IFLA_XDP_FD" || n.Name == "IFLA_XDP_FLAGS")
	}
	const noExist = 1 // which ip sets unless it is to use force
	flags := in.num("IFLA_XDP_FLAGS")
	word := map[uint64]string{0: "xdp", 2: "xdpgeneric", 4: "xdpdrv", 8: "xdpoffload"}[flags&^noExist]
	if v, _ := valueOf(fd).(int64); !ok || v != -1 || word == "" {
		return
	}
	if flags&noExist == 0 {
		t.words = slices.Insert(t.words, 1, "-force")
	}
	t.say(word, "off")
	t.mark(x, true)
}

func valueOf(n *decode.Node) any {
	if n == nil {
		return nil
	}
	return n.Value
}

// vfOptions are what ip sets of a virtual function, by attribute: the words, and the
// field behind them.
var vfOptions = []struct {
	attr  string
	words []vfWord
}{
	{"IFLA_VF_MAC", []vfWord{{"mac", "mac", asVFMAC}}},
	{"IFLA_VF_VLAN", []vfWord{{"vlan", "vlan", asNumber}, {"qos", "qos", unless(asNumber, 0)}}},
	{"IFLA_VF_TX_RATE", []vfWord{{"rate", "rate", asNumber}}},
	{"IFLA_VF_RATE", []vfWord{{"max_tx_rate", "max_tx_rate", asNumber}, {"min_tx_rate", "min_tx_rate", asNumber}}},
	{"IFLA_VF_SPOOFCHK", []vfWord{{"spoofchk", "setting", asOnOff}}},
	{"IFLA_VF_RSS_QUERY_EN", []vfWord{{"query_rss", "setting", asOnOff}}},
	{"IFLA_VF_TRUST", []vfWord{{"trust", "setting", asOnOff}}},
	{"IFLA_VF_LINK_STATE", []vfWord{{"state", "link_state", asOneOf(map[uint64]string{0: "auto", 1: "enable", 2: "disable"})}}},
	{"IFLA_VF_IB_NODE_GUID", []vfWord{{"node_guid", "guid", asGUID}}},
	{"IFLA_VF_IB_PORT_GUID", []vfWord{{"port_guid", "guid", asGUID}}},
}

type vfWord struct {
	word, field string
	form        form
}

// asVFMAC is an address of Ethernet in the 32 bytes that there are for one.
var asVFMAC form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return []string{net.HardwareAddr(n.Raw[:min(6, len(n.Raw))]).String()}, len(n.Raw) == 32 && zero(n.Raw[6:])
}

// asGUID is a number of 64 bits as eight bytes, the highest first.
var asGUID form = func(_ *telling, n *decode.Node) ([]string, bool) {
	v, b := number(n), make(net.HardwareAddr, 8)
	for i := range b {
		b[i] = byte(v >> (56 - 8*i))
	}
	return []string{b.String()}, true
}

// virtualFunction says what a request sets of one virtual function: ip takes one at a
// time.
func (t *telling) virtualFunction(a nest) {
	list := a.peek("IFLA_VFINFO_LIST")
	if list == nil || len(list.Children) != 1 || list.Children[0].Name != "IFLA_VF_INFO" {
		return
	}
	info := nest{t, list.Children[0].Children}
	before, vf := len(t.words), int64(-1)
	for i := range vfOptions {
		o := &vfOptions[i]
		n := info.peek(o.attr)
		if n == nil {
			continue
		}
		in := fieldsOf(n)
		number := int64(in.num("vf"))
		if vf == -1 {
			vf = number
			t.say("vf", strconv.FormatInt(vf, 10))
		}
		if number != vf {
			continue // left
		}
		words, ok := []string(nil), true
		for _, w := range o.words {
			x := in.peek(w.field)
			if x == nil {
				ok = false
				break
			}
			said, good := w.form(t, x)
			ok = ok && good
			if len(said) == 1 && said[0] == quiet {
				continue
			}
			words = append(append(words, w.word), said...)
		}
		if ok {
			t.say(words...)
			t.mark(n, true)
		}
	}
	if list := info.peek("IFLA_VF_VLAN_LIST"); list != nil {
		t.vfVLANs(list, vf)
	}
	if len(t.words) == before+2 { // a function, and nothing of it
		t.words = t.words[:before]
		return
	}
	t.open(list)
	t.open(&list.Children[0])
}

// vfVLANs says the VLANs of a function, where they are not of 802.1Q alone.
func (t *telling) vfVLANs(list *decode.Node, vf int64) {
	var words []string
	for i := range list.Children {
		in := fieldsOf(&list.Children[i])
		number, proto := int64(in.num("vf")), in.num("vlan_proto")
		name := map[uint64]string{0x8100: "802.1q", 0x88a8: "802.1ad"}[proto]
		if list.Children[i].Name != "IFLA_VF_VLAN_INFO" || name == "" || i == 0 && proto == 0x8100 || vf != -1 && number != vf {
			return
		}
		if vf == -1 {
			vf = number
			words = append(words, "vf", strconv.FormatInt(vf, 10))
		}
		words = append(words, "vlan", decimal(in.num("vlan")))
		if qos := in.num("qos"); qos != 0 {
			words = append(words, "qos", decimal(qos))
		}
		words = append(words, "proto", name)
	}
	t.say(words...)
	t.mark(list, true)
}
