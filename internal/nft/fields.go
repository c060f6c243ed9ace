// SPDX-License-Identifier: Apache-2.0

package nft

// field is a part of a packet's header by its place.
type field struct {
	off, len int // bytes
	mask     uint64
	shift    int
	name     string
	typ      string
}

const (
	baseLL = iota
	baseNet
	baseTransport
	baseInner
)

// headers are the fields of protocols by the name that nft gives them.
var headers = map[string][]field{
	"ether": {{off: 0, len: 6, name: "daddr", typ: "ether_addr"}, {off: 6, len: 6, name: "saddr", typ: "ether_addr"}, {off: 12, len: 2, name: "type", typ: "ether_type"}},
	"vlan": {{off: 14, len: 2, mask: 0x0fff, name: "id", typ: "integer"}, {off: 14, len: 1, mask: 0xe0, shift: 5, name: "pcp", typ: "integer"},
		{off: 14, len: 1, mask: 0x10, shift: 4, name: "dei", typ: "integer"}, {off: 16, len: 2, name: "type", typ: "ether_type"}},
	"ip": {{off: 0, len: 1, mask: 0xf0, shift: 4, name: "version", typ: "integer"}, {off: 0, len: 1, mask: 0x0f, name: "hdrlength", typ: "integer"},
		{off: 1, len: 1, mask: 0xfc, shift: 2, name: "dscp", typ: "dscp"}, {off: 1, len: 1, mask: 0x03, name: "ecn", typ: "ecn"},
		{off: 2, len: 2, name: "length", typ: "integer"}, {off: 4, len: 2, name: "id", typ: "integer"},
		{off: 6, len: 2, name: "frag-off", typ: "integer"}, {off: 8, len: 1, name: "ttl", typ: "integer"},
		{off: 9, len: 1, name: "protocol", typ: "inet_proto"}, {off: 10, len: 2, name: "checksum", typ: "integer"},
		{off: 12, len: 4, name: "saddr", typ: "ipv4_addr"}, {off: 16, len: 4, name: "daddr", typ: "ipv4_addr"}},
	"ip6": {{off: 0, len: 1, mask: 0xf0, shift: 4, name: "version", typ: "integer"}, {off: 0, len: 2, mask: 0x0fc0, shift: 6, name: "dscp", typ: "dscp"},
		{off: 1, len: 1, mask: 0x30, shift: 4, name: "ecn", typ: "ecn"}, {off: 1, len: 3, mask: 0x0fffff, name: "flowlabel", typ: "integer"},
		{off: 4, len: 2, name: "length", typ: "integer"}, {off: 6, len: 1, name: "nexthdr", typ: "inet_proto"},
		{off: 7, len: 1, name: "hoplimit", typ: "integer"}, {off: 8, len: 16, name: "saddr", typ: "ipv6_addr"}, {off: 24, len: 16, name: "daddr", typ: "ipv6_addr"}},
	"arp": {{off: 0, len: 2, name: "htype", typ: "integer"}, {off: 2, len: 2, name: "ptype", typ: "ether_type"}, {off: 4, len: 1, name: "hlen", typ: "integer"},
		{off: 5, len: 1, name: "plen", typ: "integer"}, {off: 6, len: 2, name: "operation", typ: "arp_op"}, {off: 8, len: 6, name: "saddr ether", typ: "ether_addr"},
		{off: 14, len: 4, name: "saddr ip", typ: "ipv4_addr"}, {off: 18, len: 6, name: "daddr ether", typ: "ether_addr"}, {off: 24, len: 4, name: "daddr ip", typ: "ipv4_addr"}},
	"tcp": {{off: 0, len: 2, name: "sport", typ: "inet_service"}, {off: 2, len: 2, name: "dport", typ: "inet_service"}, {off: 4, len: 4, name: "sequence", typ: "integer"},
		{off: 8, len: 4, name: "ackseq", typ: "integer"}, {off: 12, len: 1, mask: 0xf0, shift: 4, name: "doff", typ: "integer"}, {off: 13, len: 1, name: "flags", typ: "tcp_flag"},
		{off: 14, len: 2, name: "window", typ: "integer"}, {off: 16, len: 2, name: "checksum", typ: "integer"}, {off: 18, len: 2, name: "urgptr", typ: "integer"}},
	"udp":     {{off: 0, len: 2, name: "sport", typ: "inet_service"}, {off: 2, len: 2, name: "dport", typ: "inet_service"}, {off: 4, len: 2, name: "length", typ: "integer"}, {off: 6, len: 2, name: "checksum", typ: "integer"}},
	"udplite": {{off: 0, len: 2, name: "sport", typ: "inet_service"}, {off: 2, len: 2, name: "dport", typ: "inet_service"}, {off: 4, len: 2, name: "csumcov", typ: "integer"}, {off: 6, len: 2, name: "checksum", typ: "integer"}},
	"sctp":    {{off: 0, len: 2, name: "sport", typ: "inet_service"}, {off: 2, len: 2, name: "dport", typ: "inet_service"}, {off: 4, len: 4, name: "vtag", typ: "integer"}, {off: 8, len: 4, name: "checksum", typ: "integer"}},
	"dccp":    {{off: 0, len: 2, name: "sport", typ: "inet_service"}, {off: 2, len: 2, name: "dport", typ: "inet_service"}, {off: 8, len: 1, mask: 0x1e, shift: 1, name: "type", typ: "dccp_pkttype"}},
	"th":      {{off: 0, len: 2, name: "sport", typ: "inet_service"}, {off: 2, len: 2, name: "dport", typ: "inet_service"}},
	"icmp": {{off: 0, len: 1, name: "type", typ: "icmp_type"}, {off: 1, len: 1, name: "code", typ: "icmp_code"}, {off: 2, len: 2, name: "checksum", typ: "integer"},
		{off: 4, len: 2, name: "id", typ: "integer"}, {off: 6, len: 2, name: "sequence", typ: "integer"}, {off: 4, len: 4, name: "gateway", typ: "integer"}},
	"icmpv6": {{off: 0, len: 1, name: "type", typ: "icmpv6_type"}, {off: 1, len: 1, name: "code", typ: "icmpv6_code"}, {off: 2, len: 2, name: "checksum", typ: "integer"},
		{off: 4, len: 2, name: "id", typ: "integer"}, {off: 6, len: 2, name: "sequence", typ: "integer"}, {off: 4, len: 4, name: "mtu", typ: "integer"}},
	"ah":    {{off: 0, len: 1, name: "nexthdr", typ: "inet_proto"}, {off: 1, len: 1, name: "hdrlength", typ: "integer"}, {off: 4, len: 4, name: "spi", typ: "integer"}, {off: 8, len: 4, name: "sequence", typ: "integer"}},
	"esp":   {{off: 0, len: 4, name: "spi", typ: "integer"}, {off: 4, len: 4, name: "sequence", typ: "integer"}},
	"comp":  {{off: 0, len: 1, name: "nexthdr", typ: "inet_proto"}, {off: 1, len: 1, name: "flags", typ: "hexinteger"}, {off: 2, len: 2, name: "cpi", typ: "integer"}},
	"igmp":  {{off: 0, len: 1, name: "type", typ: "integer"}, {off: 1, len: 1, name: "mrt", typ: "integer"}, {off: 2, len: 2, name: "checksum", typ: "integer"}, {off: 4, len: 4, name: "group", typ: "ipv4_addr"}},
	"vxlan": {{off: 4, len: 3, name: "vni", typ: "integer"}},
}

// transport names the header behind IP by its protocol.
var transport = map[uint64]string{1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 50: "esp", 51: "ah", 58: "icmpv6", 108: "comp", 132: "sctp", 136: "udplite"}

// network names the header behind the link layer by its EtherType.
var network = map[uint64]string{0x0800: "ip", 0x86dd: "ip6", 0x0806: "arp", 0x8100: "vlan"}

// key is what an expression reads that is not in the packet.
type key struct{ name, typ string }

// metaKeys are NFT_META_* by number.
var metaKeys = map[uint64]key{
	0: {"meta length", "hostinteger"}, 1: {"meta protocol", "ether_type"}, 2: {"meta priority", "classid"}, 3: {"meta mark", "mark"},
	4: {"iif", "iface_index"}, 5: {"oif", "iface_index"}, 6: {"iifname", "ifname"}, 7: {"oifname", "ifname"}, 8: {"meta iiftype", "iface_type"}, 9: {"meta oiftype", "iface_type"},
	10: {"meta skuid", "uid"}, 11: {"meta skgid", "gid"}, 12: {"meta nftrace", "hostinteger"}, 13: {"meta rtclassid", "realm"}, 14: {"meta secmark", "mark"},
	15: {"meta nfproto", "nf_proto"}, 16: {"meta l4proto", "inet_proto"}, 17: {"meta ibrname", "ifname"}, 18: {"meta obrname", "ifname"}, 19: {"meta pkttype", "pkt_type"},
	20: {"meta cpu", "hostinteger"}, 21: {"iifgroup", "devgroup"}, 22: {"oifgroup", "devgroup"}, 23: {"meta cgroup", "hostinteger"}, 24: {"meta random", "integer"},
	25: {"meta ipsec", "boolean"}, 26: {"meta iifkind", "ifname"}, 27: {"meta oifkind", "ifname"}, 28: {"meta ibrpvid", "hostinteger"}, 29: {"meta ibrvproto", "ether_type"},
	30: {"meta time", "hostinteger"}, 31: {"meta day", "day"}, 32: {"meta hour", "hour"}, 33: {"meta sdif", "iface_index"}, 34: {"meta sdifname", "ifname"},
	35: {"meta broute", "hostinteger"}, 36: {"meta ibrhwaddr", "ether_addr"},
}

// ctKeys are NFT_CT_* by number; a direction stands behind "ct".
var ctKeys = map[uint64]key{
	0: {"state", "ct_state"}, 1: {"direction", "ct_dir"}, 2: {"status", "ct_status"}, 3: {"mark", "mark"}, 4: {"secmark", "mark"}, 5: {"expiration", "time"}, 6: {"helper", "string"},
	7: {"l3proto", "nf_proto"}, 8: {"saddr", "integer"}, 9: {"daddr", "integer"}, 10: {"protocol", "inet_proto"}, 11: {"proto-src", "inet_service"}, 12: {"proto-dst", "inet_service"},
	13: {"label", "ct_label"}, 14: {"packets", "hostinteger"}, 15: {"bytes", "hostinteger"}, 16: {"avgpkt", "hostinteger"}, 17: {"zone", "hostinteger"}, 18: {"event", "ct_event"},
	19: {"ip saddr", "ipv4_addr"}, 20: {"ip daddr", "ipv4_addr"}, 21: {"ip6 saddr", "ipv6_addr"}, 22: {"ip6 daddr", "ipv6_addr"}, 23: {"id", "hexinteger"},
}
