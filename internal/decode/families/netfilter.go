// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// netfilterFamilies are the families of the other nfnetlink subsystems, NETLINK_XFRM and ipvs.
func netfilterFamilies() []*schema.Family {
	return []*schema.Family{
		ctnetlink(), ctnetlinkExp(), cttimeout(), cthelper(),
		nfqueue(), nflog(), ipset(), nfacct(), nfosf(), nfhook(),
		xfrm(), ipvs(),
		ipQueue("firewall", unix.NETLINK_FIREWALL), ulog(), ipQueue("ip6_fw", unix.NETLINK_IP6_FW),
	}
}

// nfSubsys is a family of NETLINK_NETFILTER.
func nfSubsys(name string, subsys uint16, set *schema.Set, messages ...schema.Message) *schema.Family {
	return &schema.Family{Name: name, Protocol: unix.NETLINK_NETFILTER, Subsys: subsys, Set: set, Messages: messages}
}

// nfMessages numbers messages from 0 on.
func nfMessages(names ...string) []schema.Message {
	out := make([]schema.Message, len(names))
	for i, n := range names {
		out[i] = schema.Message{ID: uint16(i), Name: n}
	}
	return out
}

// Times of nfnetlink.
var (
	nfSeconds = hinted(be32, schema.Seconds)
	nfIfindex = hinted(be32, schema.IfIndex)
	nfBytes   = hinted(be64, schema.Bytes)
)

// nfInetHooks is enum nf_inet_hooks of linux/netfilter.h; bridges use the same
// numbers. nfDevHooks is enum nf_dev_hooks, nfARPHooks NF_ARP_* of
// linux/netfilter_arp.h.
var (
	nfInetHooks = enum("nf_inet_hooks", 0, "NF_INET_PRE_ROUTING", "NF_INET_LOCAL_IN", "NF_INET_FORWARD",
		"NF_INET_LOCAL_OUT", "NF_INET_POST_ROUTING", "NF_INET_INGRESS")
	nfDevHooks = enum("nf_dev_hooks", 0, "NF_NETDEV_INGRESS", "NF_NETDEV_EGRESS")
	nfARPHooks = enum("NF_ARP", 0, "NF_ARP_IN", "NF_ARP_OUT", "NF_ARP_FORWARD")
)

// nfHookNumber is a hook by the protocol in nfgenmsg; n is its length in bytes.
func nfHookNumber(t schema.Type, n int) schema.Type {
	return sized(by("nfgen_family", named(t, nfInetHooks), map[string]schema.Type{
		"NFPROTO_NETDEV": named(t, nfDevHooks), "NFPROTO_ARP": named(t, nfARPHooks),
	}), n)
}

// nfacct is linux/netfilter/nfnetlink_acct.h, net/netfilter/nfnetlink_acct.c.
func nfacct() *schema.Family {
	flags := bits("nfnl_acct_flags", "NFACCT_F_QUOTA_PKTS", "NFACCT_F_QUOTA_BYTES", "NFACCT_F_OVERQUOTA")
	f := nfSubsys("nfacct", unix.NFNL_SUBSYS_ACCT, set("NFACCT",
		unspec("NFACCT_UNSPEC"),
		attr(1, "NFACCT_NAME", str),
		attr(2, "NFACCT_PKTS", be64),
		attr(3, "NFACCT_BYTES", nfBytes),
		attr(4, "NFACCT_USE", be32),
		attr(5, "NFACCT_FLAGS", named(be32, flags)),
		attr(6, "NFACCT_QUOTA", be64), // packets or bytes, by NFACCT_FLAGS
		attr(7, "NFACCT_FILTER", nest(set("NFACCT_FILTER",
			unspec("NFACCT_FILTER_UNSPEC"),
			attr(1, "NFACCT_FILTER_MASK", named(be32, flags)),
			attr(2, "NFACCT_FILTER_VALUE", named(be32, flags))))),
		attr(8, "NFACCT_PAD", padAt),
	), nfMessages("NFNL_MSG_ACCT_NEW", "NFNL_MSG_ACCT_GET", "NFNL_MSG_ACCT_GET_CTRZERO", "NFNL_MSG_ACCT_DEL",
		"NFNL_MSG_ACCT_OVERQUOTA")...)
	f.Lead = []string{"NFACCT_NAME", "NFACCT_PKTS", "NFACCT_BYTES", "NFACCT_QUOTA", ">*"}
	f.Groups = []schema.Group{{ID: 8, Name: "NFNLGRP_ACCT_QUOTA"}}
	return f
}

// nfosf is linux/netfilter/nfnetlink_osf.h.
//
//	struct nf_osf_user_finger {
//		struct nf_osf_wc wss;
//		__u8	ttl, df;
//		__u16	ss, mss;
//		__u16	opt_num;
//		char	genre[MAXGENRELEN], version[MAXGENRELEN], subtype[MAXGENRELEN];
//		struct nf_osf_opt opt[MAX_IPOPTLEN];
//	};
func nfosf() *schema.Family {
	size := enum("nf_osf_window_size_options", 0, "OSF_WSS_PLAIN", "OSF_WSS_MSS", "OSF_WSS_MTU", "OSF_WSS_MODULO")
	options := where(osfOptions, osfOptionsFacts)
	options.Enum, options.Len = osfOption, 40*osfOptLen
	f := nfSubsys("osf", unix.NFNL_SUBSYS_OSF, set("OSF_ATTR",
		unspec("OSF_ATTR_UNSPEC"),
		attr(1, "OSF_ATTR_FINGER", structOf(record("nf_osf_user_finger",
			field("wss", structOf(record("nf_osf_wc", field("wc", named(u32, size)), field("val", u32)))),
			field("ttl", u8), field("df", u8), field("ss", u16), field("mss", u16), field("opt_num", u16),
			field("genre", sized(str, 32)), field("version", sized(str, 32)), field("subtype", sized(str, 32)),
			field("opt", options)))),
	), nfMessages("OSF_MSG_ADD", "OSF_MSG_REMOVE")...)
	f.Lead = []string{"genre", "version", "subtype", ">*"}
	return f
}

// nfhook is linux/netfilter/nfnetlink_hook.h, net/netfilter/nfnetlink_hook.c.
func nfhook() *schema.Family {
	chain := set("NFNLA_CHAIN",
		unspec("NFNLA_CHAIN_UNSPEC"),
		attr(1, "NFNLA_CHAIN_TABLE", str),
		attr(2, "NFNLA_CHAIN_FAMILY", named(u8, nfProtocol)),
		attr(3, "NFNLA_CHAIN_NAME", str))
	bpf := set("NFNLA_HOOK_BPF",
		unspec("NFNLA_HOOK_BPF_UNSPEC"),
		attr(1, "NFNLA_HOOK_BPF_ID", be32))
	types := enum("nfnl_hook_chaintype", 1, "NFNL_HOOK_TYPE_NFTABLES", "NFNL_HOOK_TYPE_BPF", "NFNL_HOOK_TYPE_NFT_FLOWTABLE")
	info := set("NFNLA_HOOK_INFO",
		unspec("NFNLA_HOOK_INFO_UNSPEC"),
		attr(1, "NFNLA_HOOK_INFO_DESC", by("NFNLA_HOOK_INFO_TYPE", nest(chain), map[string]schema.Type{
			"NFNL_HOOK_TYPE_BPF": nest(bpf)})),
		attr(2, "NFNLA_HOOK_INFO_TYPE", named(be32, types)))
	f := nfSubsys("nfhook", unix.NFNL_SUBSYS_HOOK, set("NFNLA_HOOK",
		unspec("NFNLA_HOOK_UNSPEC"),
		attr(1, "NFNLA_HOOK_HOOKNUM", nfHookNumber(be32, 0)),
		attr(2, "NFNLA_HOOK_PRIORITY", schema.Type{Kind: schema.S32, Big: true}),
		attr(3, "NFNLA_HOOK_DEV", str),
		attr(4, "NFNLA_HOOK_FUNCTION_NAME", str),
		attr(5, "NFNLA_HOOK_MODULE_NAME", str),
		attr(6, "NFNLA_HOOK_CHAIN_INFO", nest(info)),
	), nfMessages("NFNL_MSG_HOOK_GET")...)
	f.Lead = []string{">nfgen_family!", "NFNLA_HOOK_HOOKNUM", "NFNLA_HOOK_PRIORITY", "NFNLA_HOOK_FUNCTION_NAME", "NFNLA_CHAIN_NAME", ">*"}
	return f
}

// nfProtocol is NFPROTO_* of linux/netfilter.h.
var nfProtocol = values("nfproto",
	val(0, "NFPROTO_UNSPEC"), val(1, "NFPROTO_INET"), val(2, "NFPROTO_IPV4"), val(3, "NFPROTO_ARP"),
	val(5, "NFPROTO_NETDEV"), val(7, "NFPROTO_BRIDGE"), val(10, "NFPROTO_IPV6"), val(12, "NFPROTO_DECNET"),
)
