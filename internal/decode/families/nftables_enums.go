// SPDX-License-Identifier: Apache-2.0

package families

// Enums of linux/netfilter/nf_tables.h and linux/netfilter.h.

// nftVerdict is NF_* of linux/netfilter.h and enum nft_verdicts.
var nftVerdict = values("verdict",
	val(0, "NF_DROP"), val(1, "NF_ACCEPT"), val(2, "NF_STOLEN"), val(3, "NF_QUEUE"), val(4, "NF_REPEAT"), val(5, "NF_STOP"),
	val(0xffffffff, "NFT_CONTINUE"), val(0xfffffffe, "NFT_BREAK"), val(0xfffffffd, "NFT_JUMP"),
	val(0xfffffffc, "NFT_GOTO"), val(0xfffffffb, "NFT_RETURN"),
)

// nftNFProto is NFPROTO_* of linux/netfilter.h.
var nftNFProto = values("nfproto",
	val(0, "NFPROTO_UNSPEC"), val(1, "NFPROTO_INET"), val(2, "NFPROTO_IPV4"), val(3, "NFPROTO_ARP"),
	val(5, "NFPROTO_NETDEV"), val(7, "NFPROTO_BRIDGE"), val(10, "NFPROTO_IPV6"), val(12, "NFPROTO_DECNET"),
)

// nftInetHook is enum nf_inet_hooks; the bridge's NF_BR_* have the same numbers.
var nftInetHook = enum("nf_inet_hooks", 0, "NF_INET_PRE_ROUTING", "NF_INET_LOCAL_IN", "NF_INET_FORWARD",
	"NF_INET_LOCAL_OUT", "NF_INET_POST_ROUTING", "NF_INET_INGRESS")

// nftDevHook is enum nf_dev_hooks.
var nftDevHook = enum("nf_dev_hooks", 0, "NF_NETDEV_INGRESS", "NF_NETDEV_EGRESS")

// nftArpHook is NF_ARP_* of linux/netfilter_arp.h.
var nftArpHook = enum("nf_arp_hooks", 0, "NF_ARP_IN", "NF_ARP_OUT", "NF_ARP_FORWARD")

// nftReg is enum nft_registers: four of 16 bytes, or sixteen of four.
var nftReg = values("nft_registers",
	val(0, "NFT_REG_VERDICT"), val(1, "NFT_REG_1"), val(2, "NFT_REG_2"), val(3, "NFT_REG_3"), val(4, "NFT_REG_4"),
	val(8, "NFT_REG32_00"), val(9, "NFT_REG32_01"), val(10, "NFT_REG32_02"), val(11, "NFT_REG32_03"),
	val(12, "NFT_REG32_04"), val(13, "NFT_REG32_05"), val(14, "NFT_REG32_06"), val(15, "NFT_REG32_07"),
	val(16, "NFT_REG32_08"), val(17, "NFT_REG32_09"), val(18, "NFT_REG32_10"), val(19, "NFT_REG32_11"),
	val(20, "NFT_REG32_12"), val(21, "NFT_REG32_13"), val(22, "NFT_REG32_14"), val(23, "NFT_REG32_15"),
)

var nftSetFlags = bits("nft_set_flags", "NFT_SET_ANONYMOUS", "NFT_SET_CONSTANT", "NFT_SET_INTERVAL", "NFT_SET_MAP",
	"NFT_SET_TIMEOUT", "NFT_SET_EVAL", "NFT_SET_OBJECT", "NFT_SET_CONCAT", "NFT_SET_EXPR")

// nftBitwiseOp is enum nft_bitwise_ops.
var nftBitwiseOp = enum("nft_bitwise_ops", 0, "NFT_BITWISE_MASK_XOR", "NFT_BITWISE_LSHIFT", "NFT_BITWISE_RSHIFT",
	"NFT_BITWISE_AND", "NFT_BITWISE_OR", "NFT_BITWISE_XOR")

var nftCmpOp = enum("nft_cmp_ops", 0, "NFT_CMP_EQ", "NFT_CMP_NEQ", "NFT_CMP_LT", "NFT_CMP_LTE", "NFT_CMP_GT", "NFT_CMP_GTE")

var nftPayloadBase = enum("nft_payload_bases", 0, "NFT_PAYLOAD_LL_HEADER", "NFT_PAYLOAD_NETWORK_HEADER",
	"NFT_PAYLOAD_TRANSPORT_HEADER", "NFT_PAYLOAD_INNER_HEADER", "NFT_PAYLOAD_TUN_HEADER")

// nftMetaKey is enum nft_meta_keys.
var nftMetaKey = enum("nft_meta_keys", 0,
	"NFT_META_LEN", "NFT_META_PROTOCOL", "NFT_META_PRIORITY", "NFT_META_MARK", "NFT_META_IIF", "NFT_META_OIF",
	"NFT_META_IIFNAME", "NFT_META_OIFNAME", "NFT_META_IFTYPE", "NFT_META_OIFTYPE", "NFT_META_SKUID", "NFT_META_SKGID",
	"NFT_META_NFTRACE", "NFT_META_RTCLASSID", "NFT_META_SECMARK", "NFT_META_NFPROTO", "NFT_META_L4PROTO",
	"NFT_META_BRI_IIFNAME", "NFT_META_BRI_OIFNAME", "NFT_META_PKTTYPE", "NFT_META_CPU", "NFT_META_IIFGROUP",
	"NFT_META_OIFGROUP", "NFT_META_CGROUP", "NFT_META_PRANDOM", "NFT_META_SECPATH", "NFT_META_IIFKIND",
	"NFT_META_OIFKIND", "NFT_META_BRI_IIFPVID", "NFT_META_BRI_IIFVPROTO", "NFT_META_TIME_NS", "NFT_META_TIME_DAY",
	"NFT_META_TIME_HOUR", "NFT_META_SDIF", "NFT_META_SDIFNAME", "NFT_META_BRI_BROUTE",
	"", // __NFT_META_IIFTYPE, kernel-internal
	"NFT_META_BRI_IIFHWADDR")

var nftRtKey = enum("nft_rt_keys", 0, "NFT_RT_CLASSID", "NFT_RT_NEXTHOP4", "NFT_RT_NEXTHOP6", "NFT_RT_TCPMSS", "NFT_RT_XFRM")

var nftSocketKey = enum("nft_socket_keys", 0, "NFT_SOCKET_TRANSPARENT", "NFT_SOCKET_MARK", "NFT_SOCKET_WILDCARD", "NFT_SOCKET_CGROUPV2")

// nftCtKey is enum nft_ct_keys.
var nftCtKey = enum("nft_ct_keys", 0,
	"NFT_CT_STATE", "NFT_CT_DIRECTION", "NFT_CT_STATUS", "NFT_CT_MARK", "NFT_CT_SECMARK", "NFT_CT_EXPIRATION",
	"NFT_CT_HELPER", "NFT_CT_L3PROTOCOL", "NFT_CT_SRC", "NFT_CT_DST", "NFT_CT_PROTOCOL", "NFT_CT_PROTO_SRC",
	"NFT_CT_PROTO_DST", "NFT_CT_LABELS", "NFT_CT_PKTS", "NFT_CT_BYTES", "NFT_CT_AVGPKT", "NFT_CT_ZONE",
	"NFT_CT_EVENTMASK", "NFT_CT_SRC_IP", "NFT_CT_DST_IP", "NFT_CT_SRC_IP6", "NFT_CT_DST_IP6", "NFT_CT_ID")

// nftCtDir is enum ip_conntrack_dir of linux/netfilter/nf_conntrack_tuple_common.h.
var nftCtDir = enum("ip_conntrack_dir", 0, "IP_CT_DIR_ORIGINAL", "IP_CT_DIR_REPLY")

// nftRangeFlags is NF_NAT_RANGE_* of linux/netfilter/nf_nat.h.
var nftRangeFlags = bits("nf_nat range flags", "NF_NAT_RANGE_MAP_IPS", "NF_NAT_RANGE_PROTO_SPECIFIED",
	"NF_NAT_RANGE_PROTO_RANDOM", "NF_NAT_RANGE_PERSISTENT", "NF_NAT_RANGE_PROTO_RANDOM_FULLY",
	"NF_NAT_RANGE_PROTO_OFFSET", "NF_NAT_RANGE_NETMAP")

// nftLogFlags is linux/netfilter/nf_log.h.
var nftLogFlags = bits("nf_log flags", "NF_LOG_TCPSEQ", "NF_LOG_TCPOPT", "NF_LOG_IPOPT", "NF_LOG_UID", "NF_LOG_NFLOG", "NF_LOG_MACDECODE")

var nftLogLevel = enum("nft_log_level", 0, "NFT_LOGLEVEL_EMERG", "NFT_LOGLEVEL_ALERT", "NFT_LOGLEVEL_CRIT",
	"NFT_LOGLEVEL_ERR", "NFT_LOGLEVEL_WARNING", "NFT_LOGLEVEL_NOTICE", "NFT_LOGLEVEL_INFO", "NFT_LOGLEVEL_DEBUG", "NFT_LOGLEVEL_AUDIT")

// nftObjectType is NFT_OBJECT_*.
var nftObjectType = enum("nft object", 0, "NFT_OBJECT_UNSPEC", "NFT_OBJECT_COUNTER", "NFT_OBJECT_QUOTA",
	"NFT_OBJECT_CT_HELPER", "NFT_OBJECT_LIMIT", "NFT_OBJECT_CONNLIMIT", "NFT_OBJECT_TUNNEL", "NFT_OBJECT_CT_TIMEOUT",
	"NFT_OBJECT_SECMARK", "NFT_OBJECT_CT_EXPECT", "NFT_OBJECT_SYNPROXY")

// nftSynproxyFlags is NF_SYNPROXY_OPT_* of linux/netfilter/nf_synproxy.h.
var nftSynproxyFlags = bits("nf_synproxy options", "NF_SYNPROXY_OPT_MSS", "NF_SYNPROXY_OPT_WSCALE",
	"NF_SYNPROXY_OPT_SACK_PERM", "NF_SYNPROXY_OPT_TIMESTAMP", "NF_SYNPROXY_OPT_ECN")

// nftDatatypes are the numbers of nft's own types in NFTA_SET_KEY_TYPE and
// NFTA_SET_DATA_TYPE; the kernel keeps them for user space and looks at none.
// They are also declared in libnftnl's users; number 0 is none.
var nftDatatypes = [...]string{
	1: "verdict", 2: "nf_proto", 3: "bitmask", 4: "integer", 5: "string", 6: "ll_addr", 7: "ipv4_addr", 8: "ipv6_addr",
	9: "ether_addr", 10: "ether_type", 11: "arp_op", 12: "inet_proto", 13: "inet_service", 14: "icmp_type", 15: "tcp_flag",
	16: "dccp_pkttype", 17: "mh_type", 18: "time", 19: "mark", 20: "iface_index", 21: "iface_type", 22: "realm",
	23: "classid", 24: "uid", 25: "gid", 26: "ct_state", 27: "ct_dir", 28: "ct_status", 29: "icmpv6_type", 30: "ct_label",
	31: "pkt_type", 32: "icmp_code", 33: "icmpv6_code", 34: "icmpx_code", 35: "devgroup", 36: "dscp", 37: "ecn",
	38: "fib_addrtype", 39: "boolean", 40: "ct_event", 41: "ifname", 42: "igmp_type", 43: "time", 44: "hour", 45: "day", 46: "cgroupsv2",
}
