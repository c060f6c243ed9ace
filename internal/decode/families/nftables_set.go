// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// nftMillis64 is a time in milliseconds in network byte order.
var nftMillis64 = hinted(be64, schema.Millis)

// nftData is enum nft_data_attributes: what a register takes.
func nftData() schema.Type {
	return nest(set("NFTA_DATA",
		unspec("NFTA_DATA_UNSPEC"),
		attr(1, "NFTA_DATA_VALUE", opaque),
		attr(2, "NFTA_DATA_VERDICT", nest(nftVerdictSet())),
	))
}

// nftVerdictSet is enum nft_verdict_attributes.
func nftVerdictSet() *schema.Set {
	return set("NFTA_VERDICT",
		unspec("NFTA_VERDICT_UNSPEC"),
		attr(1, "NFTA_VERDICT_CODE", named(be32, nftVerdict)),
		attr(2, "NFTA_VERDICT_CHAIN", str),
		attr(3, "NFTA_VERDICT_CHAIN_ID", be32),
	)
}

// nftSet is enum nft_set_attributes.
func nftSet(x *nftExprTables) *schema.Set {
	field := nest(set("NFTA_SET_FIELD",
		unspec("NFTA_SET_FIELD_UNSPEC"),
		attr(1, "NFTA_SET_FIELD_LEN", hinted(be32, schema.Bytes)),
	))
	return set("NFTA_SET",
		unspec("NFTA_SET_UNSPEC"),
		attr(1, "NFTA_SET_TABLE", str),
		attr(2, "NFTA_SET_NAME", str),
		attr(3, "NFTA_SET_FLAGS", named(be32, nftSetFlags)),
		attr(4, "NFTA_SET_KEY_TYPE", nftDatatype()),
		attr(5, "NFTA_SET_KEY_LEN", hinted(be32, schema.Bytes)),
		attr(6, "NFTA_SET_DATA_TYPE", nftDatatype()),
		attr(7, "NFTA_SET_DATA_LEN", hinted(be32, schema.Bytes)),
		attr(8, "NFTA_SET_POLICY", named(be32, enum("nft_set_policies", 0, "NFT_SET_POL_PERFORMANCE", "NFT_SET_POL_MEMORY"))),
		attr(9, "NFTA_SET_DESC", nest(set("NFTA_SET_DESC",
			unspec("NFTA_SET_DESC_UNSPEC"),
			attr(1, "NFTA_SET_DESC_SIZE", be32),
			attr(2, "NFTA_SET_DESC_CONCAT", array(field)),
		))),
		attr(10, "NFTA_SET_ID", be32),
		attr(11, "NFTA_SET_TIMEOUT", nftMillis64),
		attr(12, "NFTA_SET_GC_INTERVAL", hinted(be32, schema.Millis)),
		attr(13, "NFTA_SET_USERDATA", nftUserdata("key byteorder", "data byteorder", "merge elements", "key typeof",
			"data typeof", "expr", "data interval", "comment")),
		attr(14, "NFTA_SET_PAD", padAt),
		attr(15, "NFTA_SET_OBJ_TYPE", named(be32, nftObjectType)),
		attr(16, "NFTA_SET_HANDLE", be64),
		attr(17, "NFTA_SET_EXPR", x.one),
		attr(18, "NFTA_SET_EXPRESSIONS", x.list),
		attr(19, "NFTA_SET_TYPE", str),
		attr(20, "NFTA_SET_COUNT", be32),
	)
}

// nftElemList is enum nft_set_elem_list_attributes, and in it
// enum nft_set_elem_attributes. User space numbers the elements from 1 on; the
// kernel gives each the number of NFTA_LIST_ELEM.
func nftElemList(x *nftExprTables) *schema.Set {
	elem := nest(set("NFTA_SET_ELEM",
		unspec("NFTA_SET_ELEM_UNSPEC"),
		attr(1, "NFTA_SET_ELEM_KEY", nftData()),
		attr(2, "NFTA_SET_ELEM_DATA", nftData()),
		attr(3, "NFTA_SET_ELEM_FLAGS", named(be32, bits("nft_set_elem_flags", "NFT_SET_ELEM_INTERVAL_END", "NFT_SET_ELEM_CATCHALL"))),
		attr(4, "NFTA_SET_ELEM_TIMEOUT", nftMillis64),
		attr(5, "NFTA_SET_ELEM_EXPIRATION", nftMillis64),
		attr(6, "NFTA_SET_ELEM_USERDATA", nftUserdata("comment", "flags")),
		attr(7, "NFTA_SET_ELEM_EXPR", x.one),
		attr(8, "NFTA_SET_ELEM_PAD", padAt),
		attr(9, "NFTA_SET_ELEM_OBJREF", str),
		attr(10, "NFTA_SET_ELEM_KEY_END", nftData()),
		attr(11, "NFTA_SET_ELEM_EXPRESSIONS", x.list),
	))
	return set("NFTA_SET_ELEM_LIST",
		unspec("NFTA_SET_ELEM_LIST_UNSPEC"),
		attr(1, "NFTA_SET_ELEM_LIST_TABLE", str),
		attr(2, "NFTA_SET_ELEM_LIST_SET", str),
		attr(3, "NFTA_SET_ELEM_LIST_ELEMENTS", array(elem)),
		attr(4, "NFTA_SET_ELEM_LIST_SET_ID", be32),
	)
}

// nftObject is enum nft_object_attributes.
func nftObject() *schema.Set {
	return set("NFTA_OBJ",
		unspec("NFTA_OBJ_UNSPEC"),
		attr(1, "NFTA_OBJ_TABLE", str),
		attr(2, "NFTA_OBJ_NAME", str),
		attr(3, "NFTA_OBJ_TYPE", named(be32, nftObjectType)),
		noted(4, "NFTA_OBJ_DATA", by("NFTA_OBJ_TYPE", blob, map[string]schema.Type{
			"NFT_OBJECT_COUNTER":    nest(nftCounter()),
			"NFT_OBJECT_QUOTA":      nest(nftQuota()),
			"NFT_OBJECT_CT_HELPER":  nest(nftCtHelper()),
			"NFT_OBJECT_LIMIT":      nest(nftLimit()),
			"NFT_OBJECT_CONNLIMIT":  nest(nftConnlimit()),
			"NFT_OBJECT_TUNNEL":     nest(nftTunnelKey()),
			"NFT_OBJECT_CT_TIMEOUT": nest(nftCtTimeout()),
			"NFT_OBJECT_SECMARK":    nest(set("NFTA_SECMARK", unspec("NFTA_SECMARK_UNSPEC"), attr(1, "NFTA_SECMARK_CTX", str))),
			"NFT_OBJECT_CT_EXPECT":  nest(nftCtExpect()),
			"NFT_OBJECT_SYNPROXY":   nest(nftSynproxy()),
		}), "an object of a type that is in no table"),
		attr(5, "NFTA_OBJ_USE", be32),
		attr(6, "NFTA_OBJ_HANDLE", be64),
		attr(7, "NFTA_OBJ_PAD", padAt),
		attr(8, "NFTA_OBJ_USERDATA", nftUserdata("comment")),
	)
}

// nftL3 and nftL4 are the protocols that an object of conntrack is for.
var (
	nftL3 = named(be16, nftNFProto)
	nftL4 = named(u8, ipProtocol)
)

// nftCtHelper is enum nft_ct_helper_attributes.
func nftCtHelper() *schema.Set {
	return set("NFTA_CT_HELPER",
		unspec("NFTA_CT_HELPER_UNSPEC"),
		attr(1, "NFTA_CT_HELPER_NAME", str),
		attr(2, "NFTA_CT_HELPER_L3PROTO", nftL3),
		attr(3, "NFTA_CT_HELPER_L4PROTO", nftL4),
	)
}

// nftCtTimeout is enum nft_ct_timeout_timeout_attributes. The timeouts are those
// of linux/netfilter/nfnetlink_cttimeout.h.
func nftCtTimeout() *schema.Set {
	secs := hinted(be32, schema.Seconds)
	states := func(prefix string, names ...string) schema.Type {
		s := set(prefix, unspec(prefix+"_UNSPEC"))
		for i, n := range names {
			s.Attrs = append(s.Attrs, attr(uint16(i+1), prefix+"_"+n, secs))
		}
		return nest(s)
	}
	return set("NFTA_CT_TIMEOUT",
		unspec("NFTA_CT_TIMEOUT_UNSPEC"),
		attr(1, "NFTA_CT_TIMEOUT_L3PROTO", nftL3),
		attr(2, "NFTA_CT_TIMEOUT_L4PROTO", nftL4),
		attr(3, "NFTA_CT_TIMEOUT_DATA", by("NFTA_CT_TIMEOUT_L4PROTO", states("CTA_TIMEOUT_GENERIC", "TIMEOUT"), map[string]schema.Type{
			"IPPROTO_TCP": states("CTA_TIMEOUT_TCP", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT",
				"LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2", "RETRANS", "UNACK"),
			"IPPROTO_UDP":     states("CTA_TIMEOUT_UDP", "UNREPLIED", "REPLIED"),
			"IPPROTO_UDPLITE": states("CTA_TIMEOUT_UDPLITE", "UNREPLIED", "REPLIED"),
			"IPPROTO_ICMP":    states("CTA_TIMEOUT_ICMP", "TIMEOUT"),
			"58":              states("CTA_TIMEOUT_ICMPV6", "TIMEOUT"),
			"IPPROTO_DCCP": states("CTA_TIMEOUT_DCCP", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING",
				"TIMEWAIT"),
			"IPPROTO_SCTP": states("CTA_TIMEOUT_SCTP", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED",
				"SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED"),
			"IPPROTO_GRE": states("CTA_TIMEOUT_GRE", "UNREPLIED", "REPLIED"),
		})),
	)
}

// nftCtExpect is enum nft_ct_expectation_attributes. The timeout is in host
// order and without a unit: the kernel takes seconds, nft 1.0 sends milliseconds.
func nftCtExpect() *schema.Set {
	return set("NFTA_CT_EXPECT",
		unspec("NFTA_CT_EXPECT_UNSPEC"),
		attr(1, "NFTA_CT_EXPECT_L3PROTO", nftL3),
		attr(2, "NFTA_CT_EXPECT_L4PROTO", nftL4),
		attr(3, "NFTA_CT_EXPECT_DPORT", be16),
		attr(4, "NFTA_CT_EXPECT_TIMEOUT", u32),
		attr(5, "NFTA_CT_EXPECT_SIZE", u8),
	)
}

// nftTunnelKey is enum nft_tunnel_key_attributes.
func nftTunnelKey() *schema.Set {
	return set("NFTA_TUNNEL_KEY",
		unspec("NFTA_TUNNEL_KEY_UNSPEC"),
		attr(1, "NFTA_TUNNEL_KEY_ID", be32),
		attr(2, "NFTA_TUNNEL_KEY_IP", nest(set("NFTA_TUNNEL_KEY_IP",
			unspec("NFTA_TUNNEL_KEY_IP_UNSPEC"),
			attr(1, "NFTA_TUNNEL_KEY_IP_SRC", ip),
			attr(2, "NFTA_TUNNEL_KEY_IP_DST", ip),
		))),
		attr(3, "NFTA_TUNNEL_KEY_IP6", nest(set("NFTA_TUNNEL_KEY_IP6",
			unspec("NFTA_TUNNEL_KEY_IP6_UNSPEC"),
			attr(1, "NFTA_TUNNEL_KEY_IP6_SRC", ip),
			attr(2, "NFTA_TUNNEL_KEY_IP6_DST", ip),
			attr(3, "NFTA_TUNNEL_KEY_IP6_FLOWLABEL", hexBE32),
		))),
		attr(4, "NFTA_TUNNEL_KEY_FLAGS", named(be32, bits("nft_tunnel_flags", "NFT_TUNNEL_F_ZERO_CSUM_TX", "NFT_TUNNEL_F_DONT_FRAGMENT", "NFT_TUNNEL_F_SEQ_NUMBER"))),
		attr(5, "NFTA_TUNNEL_KEY_TOS", hex8),
		attr(6, "NFTA_TUNNEL_KEY_TTL", u8),
		attr(7, "NFTA_TUNNEL_KEY_SPORT", be16),
		attr(8, "NFTA_TUNNEL_KEY_DPORT", be16),
		attr(9, "NFTA_TUNNEL_KEY_OPTS", nest(set("NFTA_TUNNEL_KEY_OPTS",
			unspec("NFTA_TUNNEL_KEY_OPTS_UNSPEC"),
			attr(1, "NFTA_TUNNEL_KEY_OPTS_VXLAN", nest(set("NFTA_TUNNEL_KEY_VXLAN",
				unspec("NFTA_TUNNEL_KEY_VXLAN_UNSPEC"), attr(1, "NFTA_TUNNEL_KEY_VXLAN_GBP", hexBE32)))),
			attr(2, "NFTA_TUNNEL_KEY_OPTS_ERSPAN", nest(set("NFTA_TUNNEL_KEY_ERSPAN",
				unspec("NFTA_TUNNEL_KEY_ERSPAN_UNSPEC"),
				attr(1, "NFTA_TUNNEL_KEY_ERSPAN_VERSION", be32),
				attr(2, "NFTA_TUNNEL_KEY_ERSPAN_V1_INDEX", be32),
				attr(3, "NFTA_TUNNEL_KEY_ERSPAN_V2_HWID", u8),
				attr(4, "NFTA_TUNNEL_KEY_ERSPAN_V2_DIR", u8)))),
			attr(3, "NFTA_TUNNEL_KEY_OPTS_GENEVE", nest(set("NFTA_TUNNEL_KEY_GENEVE",
				unspec("NFTA_TUNNEL_KEY_GENEVE_UNSPEC"),
				attr(1, "NFTA_TUNNEL_KEY_GENEVE_CLASS", hexBE16),
				attr(2, "NFTA_TUNNEL_KEY_GENEVE_TYPE", hex8),
				attr(3, "NFTA_TUNNEL_KEY_GENEVE_DATA", opaque)))),
		))),
	)
}
