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

// linkKinds are the kinds that have options, as ip-link(8) calls these (linux/if_link.h).
// A kind that is not here has the words "type KIND" alone.
var linkKinds = map[string]linkKind{
	"vlan": {options: []option{
		{"IFLA_VLAN_PROTOCOL", "protocol", unless(asVLANProto, unix.ETH_P_8021Q)},
		{"IFLA_VLAN_ID", "id", asNumber},
	}, more: vlanFlags},
	"veth":    {more: peerOf("VETH_INFO_PEER")},
	"vxcan":   {more: peerOf("VXCAN_INFO_PEER")},
	"vrf":     {options: []option{{"IFLA_VRF_TABLE", "table", asNumber}}},
	"bridge":  {options: bridgeOptions, more: bridgeBits},
	"bond":    {options: bondOptions, more: bondTargets},
	"macvlan": {options: macvlanOptions},
	"macvtap": {options: macvlanOptions},
	"ipvlan":  {options: ipvlanOptions},
	"ipvtap":  {options: ipvlanOptions},
	"macsec":  {options: macsecLinkOptions},
	"vxlan":   {options: vxlanOptions, more: vxlanLearning},
	"geneve":  {options: geneveOptions},
	"gre":     {options: tunnelOptions("IFLA_GRE"), more: greKeys},
	"gretap":  {options: tunnelOptions("IFLA_GRE"), more: greKeys},
	"erspan":  {options: tunnelOptions("IFLA_GRE"), more: greKeys},
	"ip6gre":  {options: tunnel6Options("IFLA_GRE"), more: greKeys},
	"ip6gretap": {
		options: tunnel6Options("IFLA_GRE"), more: greKeys},
	"ip6erspan": {options: tunnel6Options("IFLA_GRE"), more: greKeys},
	"ipip": {options: append([]option{{"IFLA_IPTUN_PROTO", "mode", unless(asTunnelMode, 0, unix.IPPROTO_IPIP)}},
		tunnelOptions("IFLA_IPTUN")...)},
	"sit": {options: append([]option{{"IFLA_IPTUN_PROTO", "mode", unless(asTunnelMode, 0, unix.IPPROTO_IPV6)},
		{"IFLA_IPTUN_FLAGS", "isatap", unless(asWhere(asNothing, isOne), 0)}},
		tunnelOptions("IFLA_IPTUN")...)},
	"ip6tnl": {options: append([]option{{"IFLA_IPTUN_PROTO", "mode", asTunnel6Mode}}, tunnel6Options("IFLA_IPTUN")...)},
	"vti":    {options: vtiOptions, more: vtiKeys},
	"vti6":   {options: vtiOptions, more: vtiKeys},
	"hsr": {options: []option{
		{"IFLA_HSR_SLAVE1", "slave1", asIf}, {"IFLA_HSR_SLAVE2", "slave2", asIf}, {"IFLA_HSR_INTERLINK", "interlink", asIf},
		{"IFLA_HSR_MULTICAST_SPEC", "supervision", asNumber},
		{"IFLA_HSR_PROTOCOL", "proto", unless(asNumber, 0)}, {"IFLA_HSR_VERSION", "version", asNumber}}},
	"gtp": {options: []option{
		{"IFLA_GTP_CREATE_SOCKETS", "", silent}, // ip has no other way
		{"IFLA_GTP_ROLE", "role", asOneOf(map[uint64]string{0: "ggsn", 1: "sgsn"})},
		{"IFLA_GTP_PDP_HASHSIZE", "hsize", unless(asNumber, 1024)},
		{"IFLA_GTP_RESTART_COUNT", "restart_count", asNumber}}},
	"xfrm": {options: []option{{"IFLA_XFRM_LINK", "dev", asIf}, {"IFLA_XFRM_IF_ID", "if_id", asHex},
		{"IFLA_XFRM_COLLECT_METADATA", "external", asNothing}}},
	"batadv": {options: []option{{"IFLA_BATADV_ALGO_NAME", "ra", asText}}},
	"bareudp": {options: []option{{"IFLA_BAREUDP_PORT", "dstport", asNumber}, {"IFLA_BAREUDP_ETHERTYPE", "ethertype", asHex},
		{"IFLA_BAREUDP_SRCPORT_MIN", "srcportmin", asNumber}, {"IFLA_BAREUDP_MULTIPROTO_MODE", "multiproto", asNothing}}},
	"rmnet": {options: []option{{"IFLA_RMNET_MUX_ID", "mux_id", asNumber}}},
}

// slaveKinds are the options of a port, by the kind of its master.
var slaveKinds = map[string][]option{
	"bridge": bridgePortOptions,
	"bond":   {{"IFLA_BOND_SLAVE_QUEUE_ID", "queue_id", asNumber}, {"IFLA_BOND_SLAVE_PRIO", "prio", asNumber}},
	"vrf":    {{"IFLA_VRF_PORT_TABLE", "table", asNumber}},
}

var asVLANProto = asOneOf(map[uint64]string{unix.ETH_P_8021Q: "802.1q", unix.ETH_P_8021AD: "802.1ad"})

// switches says the bits of a value that a mask has, each as "word on" or "word off".
// false: the mask has others, too.
func (t *telling) switches(v, mask uint64, words map[uint64]string, order ...uint64) bool {
	for _, bit := range order {
		if mask&bit == 0 {
			continue
		}
		mask &^= bit
		state := "off"
		if v&bit != 0 {
			state = "on"
		}
		t.say(words[bit], state)
	}
	return mask == 0
}

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
	if t.switches(flags.Num, mask.Num, map[uint64]string{0x1: "reorder_hdr", 0x2: "gvrp", 0x4: "loose_binding", 0x8: "mvrp",
		0x10: "bridge_binding"}, 0x1, 0x2, 0x8, 0x4, 0x10) {
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

var macvlanOptions = []option{
	{"IFLA_MACVLAN_MODE", "mode", asOneOf(map[uint64]string{1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"})},
	{"IFLA_MACVLAN_FLAGS", "nopromisc", asWhere(asNothing, func(v uint64) bool { return v == 1 })},
	{"IFLA_MACVLAN_BC_QUEUE_LEN", "bcqueuelen", asNumber},
}

var ipvlanOptions = []option{
	{"IFLA_IPVLAN_MODE", "mode", asOneOf(map[uint64]string{0: "l2", 1: "l3", 2: "l3s"})},
	{"IFLA_IPVLAN_FLAGS", "", unless(asOneOf(map[uint64]string{0: "bridge", 1: "private", 2: "vepa"}), 0)},
}

var macsecLinkOptions = []option{
	{"IFLA_MACSEC_PORT", "port", asNumber},
	{"IFLA_MACSEC_SCI", "sci", asSCI},
	{"IFLA_MACSEC_CIPHER_SUITE", "cipher", asCipher},
	{"IFLA_MACSEC_ICV_LEN", "icvlen", asNumber},
	{"IFLA_MACSEC_ENCRYPT", "encrypt", asOnOff}, {"IFLA_MACSEC_INC_SCI", "send_sci", asOnOff},
	{"IFLA_MACSEC_ES", "end_station", asOnOff}, {"IFLA_MACSEC_SCB", "scb", asOnOff},
	{"IFLA_MACSEC_PROTECT", "protect", asOnOff}, {"IFLA_MACSEC_REPLAY_PROTECT", "replay", asOnOff},
	{"IFLA_MACSEC_WINDOW", "window", asNumber},
	{"IFLA_MACSEC_VALIDATION", "validate", asOneOf(map[uint64]string{0: "disabled", 1: "check", 2: "strict"})},
	{"IFLA_MACSEC_ENCODING_SA", "encodingsa", asNumber},
	{"IFLA_MACSEC_OFFLOAD", "offload", asOneOf(map[uint64]string{0: "off", 1: "phy", 2: "mac"})},
}

// asCipher is a number of linux/if_macsec.h.
var asCipher = asOneOf(map[uint64]string{0x0080c20001000001: "gcm-aes-128", 0x0080020001000001: "gcm-aes-128",
	0x0080c20001000002: "gcm-aes-256", 0x0080c20001000003: "gcm-aes-xpn-128", 0x0080c20001000004: "gcm-aes-xpn-256"})

// asSCI is 8 bytes in network byte order, which ip takes in hex.
var asSCI = asBytes(8)
