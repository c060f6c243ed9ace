// SPDX-License-Identifier: Apache-2.0

package families_test

func init() {
	// It is in linux/netfilter/xt_conntrack.h, which is not cited: most of its
	// other bits are made of another header's numbers.
	newer["XT_CONNTRACK_STATE_INVALID"] = true
	headers = append(headers,
		cited{name: "linux/netfilter/nf_tables.h", of: []string{"nftables"}, skip: map[string]string{
			"NFT_TABLE_MAXNAMELEN": notWire, "NFT_CHAIN_MAXNAMELEN": notWire, "NFT_SET_MAXNAMELEN": notWire, "NFT_OBJ_MAXNAMELEN": notWire,
			"NFT_NAME_MAXLEN": notWire, "NFT_USERDATA_MAXLEN": notWire, "NFT_OSF_MAXGENRELEN": notWire, "NFT_DATA_VALUE_MAXLEN": notWire,
			"NFT_SECMARK_CTX_MAXLEN": notWire, "NFT_REG_SIZE": notWire, "NFT_REG32_SIZE": notWire, "NFT_REG32_COUNT": notWire,
			"NFT_TABLE_F_MASK": notNames, "NFT_CHAIN_FLAGS": notNames, "NFT_RULE_COMPAT_F_MASK": notNames, "NFT_DATA_RESERVED_MASK": notNames,
			"NFT_INNER_MASK": notNames, "NFT_QUEUE_FLAG_MASK": notNames, "NFT_FLOWTABLE_MASK": notNames, "NFT_TUNNEL_F_MASK": notNames,
			"NFT_DATA_VALUE": "0, which no message has", "NFT_DATA_VERDICT": "shown as the word verdict",
			"NFT_META_IIFTYPE": "alias of NFT_META_IFTYPE",
		}},
		cited{name: "linux/netfilter/nf_tables_compat.h", of: []string{"nft_compat"}, skip: map[string]string{"NFT_COMPAT_NAME_MAX": notWire}},
		cited{name: "linux/netfilter.h", skip: map[string]string{
			"NF_MAX_VERDICT": notWire, "NF_VERDICT_*": notNames, "NF_INET_NUMHOOKS": notWire, "NF_NETDEV_NUMHOOKS": notWire, "NFPROTO_NUMPROTO": notWire,
		}},
		cited{name: "linux/netfilter/nf_log.h", skip: map[string]string{"NF_LOG_MASK": notNames, "NF_LOG_PREFIXLEN": notWire}},
		cited{name: "linux/netfilter/nf_nat.h", skip: map[string]string{"NF_NAT_RANGE_MASK": notNames, "NF_NAT_RANGE_PROTO_RANDOM_ALL": notNames}},
		cited{name: "linux/netfilter/nf_synproxy.h", skip: map[string]string{"NF_SYNPROXY_OPT_MASK": notNames}},
	)
	renamed["NFT_BITWISE_BOOL"] = "NFT_BITWISE_MASK_XOR"
}
