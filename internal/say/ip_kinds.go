// SPDX-License-Identifier: Apache-2.0

package say

import (
	"golang.org/x/sys/unix"
)

// linkKind is a kind of interface: the words for its IFLA_INFO_DATA.
type linkKind struct {
	options []option
	more    func(*telling, nest) // what a table cannot say; nil: nothing
}

// linkKinds are the kinds that have options, as ip-link(8) calls these. A kind
// that is not here has the words "type KIND" alone.
var linkKinds = map[string]linkKind{
	"vlan": {options: []option{
		{"IFLA_VLAN_PROTOCOL", "protocol", asOneOf(map[uint64]string{unix.ETH_P_8021Q: "802.1q", unix.ETH_P_8021AD: "802.1ad"})},
		{"IFLA_VLAN_ID", "id", asNumber},
	}, more: vlanFlags},
	"veth": {more: peerOf("VETH_INFO_PEER")},
	"vrf":  {options: []option{{"IFLA_VRF_TABLE", "table", asNumber}}},
}

// slaveKinds are the options of a port, by the kind of its master.
var slaveKinds = map[string][]option{}

// vlanFlags says struct ifla_vlan_flags: flags and the mask of those that count.
func vlanFlags(t *telling, data nest) {
	x := data.peek("IFLA_VLAN_FLAGS")
	if x == nil {
		return
	}
	in := nest{t, x.Children}
	flags, mask := in.peek("flags"), in.peek("mask")
	if flags == nil || mask == nil {
		return
	}
	v, of := flags.Num, mask.Num
	for _, f := range []struct {
		bit  uint64
		word string
	}{{0x1, "reorder_hdr"}, {0x2, "gvrp"}, {0x8, "mvrp"}, {0x4, "loose_binding"}, {0x10, "bridge_binding"}} {
		if of&f.bit == 0 {
			continue
		}
		of &^= f.bit
		state := "off"
		if v&f.bit != 0 {
			state = "on"
		}
		t.say(f.word, state)
	}
	if of == 0 {
		t.mark(x, true)
	}
}

// peerOf says the other end of a pair: an ifinfomsg and attributes of its own.
func peerOf(attr string) func(*telling, nest) {
	return func(t *telling, data nest) {
		x := data.peek(attr)
		if x == nil {
			return
		}
		t.say("peer")
		in := t.open(x)
		for i := range x.Children {
			if n := &x.Children[i]; !n.Attr && zero(n.Raw) {
				t.mark(n, true)
			}
		}
		if n := in.take("IFLA_IFNAME"); n != nil {
			t.say("name", text(n))
		}
		in.options(linkOptions)
	}
}
