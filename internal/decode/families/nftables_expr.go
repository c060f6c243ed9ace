// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// nftExprTables are the types of one expression and of a list of them. They
// hold each other: an expression can have expressions in it.
type nftExprTables struct{ one, list schema.Type }

// nftRegister is the number of a register.
var nftRegister = named(be32, nftReg)

// nftSetOf is a nest of a set with its UNSPEC.
func nftSetOf(name string, attrs ...schema.Attr) schema.Type {
	return nest(set(name, append([]schema.Attr{unspec(name + "_UNSPEC")}, attrs...)...))
}

// nftExprs is enum nft_expr_attributes: NFTA_EXPR_NAME says what
// NFTA_EXPR_DATA is.
func nftExprs() *nftExprTables {
	expr := set("NFTA_EXPR", unspec("NFTA_EXPR_UNSPEC"), attr(1, "NFTA_EXPR_NAME", str))
	x := &nftExprTables{one: nest(expr)}
	x.list = nest(set("NFTA_LIST", unspec("NFTA_LIST_UNSPEC"), attr(1, "NFTA_LIST_ELEM", x.one)))
	cases := map[string]schema.Type{}
	for _, m := range []map[string]schema.Type{nftExprsLoad(), nftExprsData(x), nftExprsAction(), nftExprsNat(), nftExprsXt()} {
		for name, t := range m {
			cases[name] = t
		}
	}
	expr.Attrs = append(expr.Attrs, noted(2, "NFTA_EXPR_DATA", by("NFTA_EXPR_NAME", blob, cases),
		"an expression of a name that is in no table"))
	return x
}

// nftExprsLoad read packets and what the kernel knows of them into registers.
func nftExprsLoad() map[string]schema.Type {
	r := nftRegister
	return map[string]schema.Type{
		"payload": nftSetOf("NFTA_PAYLOAD",
			attr(1, "NFTA_PAYLOAD_DREG", r),
			attr(2, "NFTA_PAYLOAD_BASE", named(be32, nftPayloadBase)),
			attr(3, "NFTA_PAYLOAD_OFFSET", be32),
			attr(4, "NFTA_PAYLOAD_LEN", be32),
			attr(5, "NFTA_PAYLOAD_SREG", r),
			attr(6, "NFTA_PAYLOAD_CSUM_TYPE", named(be32, enum("nft_payload_csum_types", 0,
				"NFT_PAYLOAD_CSUM_NONE", "NFT_PAYLOAD_CSUM_INET", "NFT_PAYLOAD_CSUM_SCTP"))),
			attr(7, "NFTA_PAYLOAD_CSUM_OFFSET", be32),
			attr(8, "NFTA_PAYLOAD_CSUM_FLAGS", named(be32, bits("nft_payload_csum_flags", "NFT_PAYLOAD_L4CSUM_PSEUDOHDR")))),
		"exthdr": nftSetOf("NFTA_EXTHDR",
			attr(1, "NFTA_EXTHDR_DREG", r),
			attr(2, "NFTA_EXTHDR_TYPE", u8),
			attr(3, "NFTA_EXTHDR_OFFSET", be32),
			attr(4, "NFTA_EXTHDR_LEN", be32),
			attr(5, "NFTA_EXTHDR_FLAGS", named(be32, bits("nft_exthdr_flags", "NFT_EXTHDR_F_PRESENT"))),
			attr(6, "NFTA_EXTHDR_OP", named(be32, enum("nft_exthdr_op", 0, "NFT_EXTHDR_OP_IPV6", "NFT_EXTHDR_OP_TCPOPT",
				"NFT_EXTHDR_OP_IPV4", "NFT_EXTHDR_OP_SCTP", "NFT_EXTHDR_OP_DCCP"))),
			attr(7, "NFTA_EXTHDR_SREG", r)),
		"meta": nftSetOf("NFTA_META",
			attr(1, "NFTA_META_DREG", r),
			attr(2, "NFTA_META_KEY", named(be32, nftMetaKey)),
			attr(3, "NFTA_META_SREG", r)),
		"rt": nftSetOf("NFTA_RT",
			attr(1, "NFTA_RT_DREG", r),
			attr(2, "NFTA_RT_KEY", named(be32, nftRtKey))),
		"socket": nftSetOf("NFTA_SOCKET",
			attr(1, "NFTA_SOCKET_KEY", named(be32, nftSocketKey)),
			attr(2, "NFTA_SOCKET_DREG", r),
			attr(3, "NFTA_SOCKET_LEVEL", be32)),
		"ct": nftSetOf("NFTA_CT",
			attr(1, "NFTA_CT_DREG", r),
			attr(2, "NFTA_CT_KEY", named(be32, nftCtKey)),
			attr(3, "NFTA_CT_DIRECTION", named(u8, nftCtDir)),
			attr(4, "NFTA_CT_SREG", r)),
		"fib": nftSetOf("NFTA_FIB",
			attr(1, "NFTA_FIB_DREG", r),
			attr(2, "NFTA_FIB_RESULT", named(be32, enum("nft_fib_result", 0, "NFT_FIB_RESULT_UNSPEC", "NFT_FIB_RESULT_OIF",
				"NFT_FIB_RESULT_OIFNAME", "NFT_FIB_RESULT_ADDRTYPE"))),
			attr(3, "NFTA_FIB_FLAGS", named(be32, bits("nft_fib_flags", "NFTA_FIB_F_SADDR", "NFTA_FIB_F_DADDR",
				"NFTA_FIB_F_MARK", "NFTA_FIB_F_IIF", "NFTA_FIB_F_OIF", "NFTA_FIB_F_PRESENT")))),
		"osf": nftSetOf("NFTA_OSF",
			attr(1, "NFTA_OSF_DREG", r),
			attr(2, "NFTA_OSF_TTL", named(u8, enum("osf ttl", 0, "NF_OSF_TTL_TRUE", "NF_OSF_TTL_LESS", "NF_OSF_TTL_NOCHECK"))),
			attr(3, "NFTA_OSF_FLAGS", named(be32, bits("nft_osf_flags", "NFT_OSF_F_VERSION")))),
		"xfrm": nftSetOf("NFTA_XFRM",
			attr(1, "NFTA_XFRM_DREG", r),
			attr(2, "NFTA_XFRM_KEY", named(be32, enum("nft_xfrm_keys", 0, "NFT_XFRM_KEY_UNSPEC", "NFT_XFRM_KEY_DADDR_IP4",
				"NFT_XFRM_KEY_DADDR_IP6", "NFT_XFRM_KEY_SADDR_IP4", "NFT_XFRM_KEY_SADDR_IP6", "NFT_XFRM_KEY_REQID", "NFT_XFRM_KEY_SPI"))),
			attr(3, "NFTA_XFRM_DIR", named(u8, enum("xfrm direction", 0, "XFRM_POLICY_IN", "XFRM_POLICY_OUT"))),
			attr(4, "NFTA_XFRM_SPNUM", be32)),
		"numgen": nftSetOf("NFTA_NG",
			attr(1, "NFTA_NG_DREG", r),
			attr(2, "NFTA_NG_MODULUS", be32),
			attr(3, "NFTA_NG_TYPE", named(be32, enum("nft_ng_types", 0, "NFT_NG_INCREMENTAL", "NFT_NG_RANDOM"))),
			attr(4, "NFTA_NG_OFFSET", be32),
			attr(5, "NFTA_NG_SET_NAME", str),
			attr(6, "NFTA_NG_SET_ID", be32)),
		"hash": nftSetOf("NFTA_HASH",
			attr(1, "NFTA_HASH_SREG", r),
			attr(2, "NFTA_HASH_DREG", r),
			attr(3, "NFTA_HASH_LEN", be32),
			attr(4, "NFTA_HASH_MODULUS", be32),
			attr(5, "NFTA_HASH_SEED", hexBE32),
			attr(6, "NFTA_HASH_OFFSET", be32),
			attr(7, "NFTA_HASH_TYPE", named(be32, enum("nft_hash_types", 0, "NFT_HASH_JENKINS", "NFT_HASH_SYM"))),
			attr(8, "NFTA_HASH_SET_NAME", str),
			attr(9, "NFTA_HASH_SET_ID", be32)),
		"tunnel": nftSetOf("NFTA_TUNNEL",
			attr(1, "NFTA_TUNNEL_KEY", named(be32, enum("nft_tunnel_keys", 0, "NFT_TUNNEL_PATH", "NFT_TUNNEL_ID"))),
			attr(2, "NFTA_TUNNEL_DREG", r),
			attr(3, "NFTA_TUNNEL_MODE", named(be32, enum("nft_tunnel_mode", 0, "NFT_TUNNEL_MODE_NONE", "NFT_TUNNEL_MODE_RX", "NFT_TUNNEL_MODE_TX")))),
	}
}

// nftExprsData compute with registers and look things up.
func nftExprsData(x *nftExprTables) map[string]schema.Type {
	r, data := nftRegister, nftData()
	return map[string]schema.Type{
		"immediate": nftSetOf("NFTA_IMMEDIATE", attr(1, "NFTA_IMMEDIATE_DREG", r), attr(2, "NFTA_IMMEDIATE_DATA", data)),
		"bitwise": nftSetOf("NFTA_BITWISE",
			attr(1, "NFTA_BITWISE_SREG", r), attr(2, "NFTA_BITWISE_DREG", r),
			attr(3, "NFTA_BITWISE_LEN", be32),
			attr(4, "NFTA_BITWISE_MASK", data), attr(5, "NFTA_BITWISE_XOR", data),
			attr(6, "NFTA_BITWISE_OP", named(be32, nftBitwiseOp)),
			attr(7, "NFTA_BITWISE_DATA", data), attr(8, "NFTA_BITWISE_SREG2", r)),
		"byteorder": nftSetOf("NFTA_BYTEORDER",
			attr(1, "NFTA_BYTEORDER_SREG", r), attr(2, "NFTA_BYTEORDER_DREG", r),
			attr(3, "NFTA_BYTEORDER_OP", named(be32, enum("nft_byteorder_ops", 0, "NFT_BYTEORDER_NTOH", "NFT_BYTEORDER_HTON"))),
			attr(4, "NFTA_BYTEORDER_LEN", be32), attr(5, "NFTA_BYTEORDER_SIZE", be32)),
		"cmp": nftSetOf("NFTA_CMP",
			attr(1, "NFTA_CMP_SREG", r), attr(2, "NFTA_CMP_OP", named(be32, nftCmpOp)), attr(3, "NFTA_CMP_DATA", data)),
		"range": nftSetOf("NFTA_RANGE",
			attr(1, "NFTA_RANGE_SREG", r),
			attr(2, "NFTA_RANGE_OP", named(be32, enum("nft_range_ops", 0, "NFT_RANGE_EQ", "NFT_RANGE_NEQ"))),
			attr(3, "NFTA_RANGE_FROM_DATA", data), attr(4, "NFTA_RANGE_TO_DATA", data)),
		"lookup": nftSetOf("NFTA_LOOKUP",
			attr(1, "NFTA_LOOKUP_SET", str), attr(2, "NFTA_LOOKUP_SREG", r), attr(3, "NFTA_LOOKUP_DREG", r),
			attr(4, "NFTA_LOOKUP_SET_ID", be32),
			attr(5, "NFTA_LOOKUP_FLAGS", named(be32, bits("nft_lookup_flags", "NFT_LOOKUP_F_INV")))),
		"dynset": nftSetOf("NFTA_DYNSET",
			attr(1, "NFTA_DYNSET_SET_NAME", str), attr(2, "NFTA_DYNSET_SET_ID", be32),
			attr(3, "NFTA_DYNSET_OP", named(be32, enum("nft_dynset_ops", 0, "NFT_DYNSET_OP_ADD", "NFT_DYNSET_OP_UPDATE", "NFT_DYNSET_OP_DELETE"))),
			attr(4, "NFTA_DYNSET_SREG_KEY", r), attr(5, "NFTA_DYNSET_SREG_DATA", r),
			attr(6, "NFTA_DYNSET_TIMEOUT", nftMillis64),
			attr(7, "NFTA_DYNSET_EXPR", x.one),
			attr(8, "NFTA_DYNSET_PAD", padAt),
			attr(9, "NFTA_DYNSET_FLAGS", named(be32, bits("nft_dynset_flags", "NFT_DYNSET_F_INV", "NFT_DYNSET_F_EXPR"))),
			attr(10, "NFTA_DYNSET_EXPRESSIONS", x.list)),
		"objref": nftSetOf("NFTA_OBJREF",
			attr(1, "NFTA_OBJREF_IMM_TYPE", named(be32, nftObjectType)), attr(2, "NFTA_OBJREF_IMM_NAME", str),
			attr(3, "NFTA_OBJREF_SET_SREG", r), attr(4, "NFTA_OBJREF_SET_NAME", str), attr(5, "NFTA_OBJREF_SET_ID", be32)),
		"inner": nftSetOf("NFTA_INNER",
			attr(1, "NFTA_INNER_NUM", be32),
			attr(2, "NFTA_INNER_TYPE", named(be32, enum("nft_inner_type", 0, "NFT_INNER_UNSPEC", "NFT_INNER_VXLAN", "NFT_INNER_GENEVE"))),
			attr(3, "NFTA_INNER_FLAGS", named(be32, bits("nft_inner_flags", "NFT_INNER_HDRSIZE", "NFT_INNER_LL", "NFT_INNER_NH", "NFT_INNER_TH"))),
			attr(4, "NFTA_INNER_HDRSIZE", be32),
			attr(5, "NFTA_INNER_EXPR", x.one)),
	}
}

// nftCounter is enum nft_counter_attributes.
func nftCounter() *schema.Set {
	return set("NFTA_COUNTER",
		unspec("NFTA_COUNTER_UNSPEC"),
		attr(1, "NFTA_COUNTER_BYTES", hinted(be64, schema.Bytes)),
		attr(2, "NFTA_COUNTER_PACKETS", be64),
		attr(3, "NFTA_COUNTER_PAD", padAt),
	)
}

// nftLimit is enum nft_limit_attributes.
func nftLimit() *schema.Set {
	return set("NFTA_LIMIT",
		unspec("NFTA_LIMIT_UNSPEC"),
		attr(1, "NFTA_LIMIT_RATE", be64),
		attr(2, "NFTA_LIMIT_UNIT", hinted(be64, schema.Seconds)),
		attr(3, "NFTA_LIMIT_BURST", be32),
		attr(4, "NFTA_LIMIT_TYPE", named(be32, enum("nft_limit_type", 0, "NFT_LIMIT_PKTS", "NFT_LIMIT_PKT_BYTES"))),
		attr(5, "NFTA_LIMIT_FLAGS", named(be32, bits("nft_limit_flags", "NFT_LIMIT_F_INV"))),
		attr(6, "NFTA_LIMIT_PAD", padAt),
	)
}

// nftConnlimit is enum nft_connlimit_attributes.
func nftConnlimit() *schema.Set {
	return set("NFTA_CONNLIMIT",
		unspec("NFTA_CONNLIMIT_UNSPEC"),
		attr(1, "NFTA_CONNLIMIT_COUNT", be32),
		attr(2, "NFTA_CONNLIMIT_FLAGS", named(be32, bits("nft_connlimit_flags", "NFT_CONNLIMIT_F_INV"))),
	)
}

// nftQuota is enum nft_quota_attributes.
func nftQuota() *schema.Set {
	return set("NFTA_QUOTA",
		unspec("NFTA_QUOTA_UNSPEC"),
		attr(1, "NFTA_QUOTA_BYTES", hinted(be64, schema.Bytes)),
		attr(2, "NFTA_QUOTA_FLAGS", named(be32, bits("nft_quota_flags", "NFT_QUOTA_F_INV", "NFT_QUOTA_F_DEPLETED"))),
		attr(3, "NFTA_QUOTA_PAD", padAt),
		attr(4, "NFTA_QUOTA_CONSUMED", hinted(be64, schema.Bytes)),
	)
}

// nftSynproxy is enum nft_synproxy_attributes.
func nftSynproxy() *schema.Set {
	return set("NFTA_SYNPROXY",
		unspec("NFTA_SYNPROXY_UNSPEC"),
		attr(1, "NFTA_SYNPROXY_MSS", be16),
		attr(2, "NFTA_SYNPROXY_WSCALE", u8),
		attr(3, "NFTA_SYNPROXY_FLAGS", named(be32, nftSynproxyFlags)),
	)
}

// nftExprsAction count, limit, log and decide.
func nftExprsAction() map[string]schema.Type {
	return map[string]schema.Type{
		"counter":   nest(nftCounter()),
		"limit":     nest(nftLimit()),
		"connlimit": nest(nftConnlimit()),
		"quota":     nest(nftQuota()),
		"synproxy":  nest(nftSynproxy()),
		"notrack":   nest(&schema.Set{Name: "NFTA_NOTRACK"}),
		"last": nftSetOf("NFTA_LAST",
			attr(1, "NFTA_LAST_SET", be32), attr(2, "NFTA_LAST_MSECS", nftMillis64), attr(3, "NFTA_LAST_PAD", padAt)),
		"log": nftSetOf("NFTA_LOG",
			attr(1, "NFTA_LOG_GROUP", be16), attr(2, "NFTA_LOG_PREFIX", str), attr(3, "NFTA_LOG_SNAPLEN", be32),
			attr(4, "NFTA_LOG_QTHRESHOLD", be16), attr(5, "NFTA_LOG_LEVEL", named(be32, nftLogLevel)),
			attr(6, "NFTA_LOG_FLAGS", named(be32, nftLogFlags))),
		"queue": nftSetOf("NFTA_QUEUE",
			attr(1, "NFTA_QUEUE_NUM", be16), attr(2, "NFTA_QUEUE_TOTAL", be16),
			attr(3, "NFTA_QUEUE_FLAGS", named(be16, bits("nft queue flags", "NFT_QUEUE_FLAG_BYPASS", "NFT_QUEUE_FLAG_CPU_FANOUT"))),
			attr(4, "NFTA_QUEUE_SREG_QNUM", nftRegister)),
		"reject": nftSetOf("NFTA_REJECT",
			attr(1, "NFTA_REJECT_TYPE", named(be32, enum("nft_reject_types", 0, "NFT_REJECT_ICMP_UNREACH", "NFT_REJECT_TCP_RST", "NFT_REJECT_ICMPX_UNREACH"))),
			attr(2, "NFTA_REJECT_ICMP_CODE", by("NFTA_REJECT_TYPE", u8, map[string]schema.Type{
				"NFT_REJECT_ICMPX_UNREACH": named(u8, enum("nft_reject_inet_code", 0, "NFT_REJECT_ICMPX_NO_ROUTE",
					"NFT_REJECT_ICMPX_PORT_UNREACH", "NFT_REJECT_ICMPX_HOST_UNREACH", "NFT_REJECT_ICMPX_ADMIN_PROHIBITED")),
			}))),
		"flow_offload": nftSetOf("NFTA_FLOW", attr(1, "NFTA_FLOW_TABLE_NAME", str)),
	}
}

// nftExprsNat change where a packet goes.
func nftExprsNat() map[string]schema.Type {
	r, proto, flags := nftRegister, named(be32, nftNFProto), named(be32, nftRangeFlags)
	return map[string]schema.Type{
		"nat": nftSetOf("NFTA_NAT",
			attr(1, "NFTA_NAT_TYPE", named(be32, enum("nft_nat_types", 0, "NFT_NAT_SNAT", "NFT_NAT_DNAT"))),
			attr(2, "NFTA_NAT_FAMILY", proto),
			attr(3, "NFTA_NAT_REG_ADDR_MIN", r), attr(4, "NFTA_NAT_REG_ADDR_MAX", r),
			attr(5, "NFTA_NAT_REG_PROTO_MIN", r), attr(6, "NFTA_NAT_REG_PROTO_MAX", r),
			attr(7, "NFTA_NAT_FLAGS", flags)),
		"masq": nftSetOf("NFTA_MASQ",
			attr(1, "NFTA_MASQ_FLAGS", flags), attr(2, "NFTA_MASQ_REG_PROTO_MIN", r), attr(3, "NFTA_MASQ_REG_PROTO_MAX", r)),
		"redir": nftSetOf("NFTA_REDIR",
			attr(1, "NFTA_REDIR_REG_PROTO_MIN", r), attr(2, "NFTA_REDIR_REG_PROTO_MAX", r), attr(3, "NFTA_REDIR_FLAGS", flags)),
		"tproxy": nftSetOf("NFTA_TPROXY",
			attr(1, "NFTA_TPROXY_FAMILY", proto), attr(2, "NFTA_TPROXY_REG_ADDR", r), attr(3, "NFTA_TPROXY_REG_PORT", r)),
		"dup": nftSetOf("NFTA_DUP", attr(1, "NFTA_DUP_SREG_ADDR", r), attr(2, "NFTA_DUP_SREG_DEV", r)),
		"fwd": nftSetOf("NFTA_FWD",
			attr(1, "NFTA_FWD_SREG_DEV", r), attr(2, "NFTA_FWD_SREG_ADDR", r), attr(3, "NFTA_FWD_NFPROTO", proto)),
	}
}
