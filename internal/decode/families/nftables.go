// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nftablesFamilies are the families of NFNL_SUBSYS_NFTABLES and NFNL_SUBSYS_NFT_COMPAT.
func nftablesFamilies() []*schema.Family {
	return []*schema.Family{nftables(), nftCompat()}
}

// nftables is NFNL_SUBSYS_NFTABLES, linux/netfilter/nf_tables.h. Numbers are in
// network byte order but for the few that their tables name.
func nftables() *schema.Family {
	x := nftExprs()
	table, chain, rule := nftTable(), nftChain(), nftRule(x)
	set, elems, gen := nftSet(x), nftElemList(x), nftGen()
	obj, flow, trace := nftObject(), nftFlowtable(), nftTrace()
	msg := func(id uint16, name string, s *schema.Set) schema.Message {
		return schema.Message{ID: id, Name: "NFT_MSG_" + name, Set: s}
	}
	// iptables asks for its chains one by one, and for all sets of its table, of which
	// nothing may be there yet.
	getChain, getSet := msg(4, "GETCHAIN", chain), msg(10, "GETSET", set)
	getChain.Probe = &schema.Probe{Errnos: []int32{enoent}, Asks: schema.AsksOne}
	getSet.Probe = &schema.Probe{Errnos: []int32{enoent}, Asks: schema.AsksDump}
	return &schema.Family{
		Name: "nftables", Protocol: unix.NETLINK_NETFILTER, Subsys: unix.NFNL_SUBSYS_NFTABLES,
		Messages: []schema.Message{
			msg(0, "NEWTABLE", table), msg(1, "GETTABLE", table), msg(2, "DELTABLE", table),
			msg(3, "NEWCHAIN", chain), getChain, msg(5, "DELCHAIN", chain),
			msg(6, "NEWRULE", rule), msg(7, "GETRULE", rule), msg(8, "DELRULE", rule),
			msg(9, "NEWSET", set), getSet, msg(11, "DELSET", set),
			msg(12, "NEWSETELEM", elems), msg(13, "GETSETELEM", elems), msg(14, "DELSETELEM", elems),
			msg(15, "NEWGEN", gen), msg(16, "GETGEN", gen), msg(17, "TRACE", trace),
			msg(18, "NEWOBJ", obj), msg(19, "GETOBJ", obj), msg(20, "DELOBJ", obj), msg(21, "GETOBJ_RESET", obj),
			msg(22, "NEWFLOWTABLE", flow), msg(23, "GETFLOWTABLE", flow), msg(24, "DELFLOWTABLE", flow),
			msg(25, "GETRULE_RESET", rule),
			msg(26, "DESTROYTABLE", table), msg(27, "DESTROYCHAIN", chain), msg(28, "DESTROYRULE", rule),
			msg(29, "DESTROYSET", set), msg(30, "DESTROYSETELEM", elems), msg(31, "DESTROYOBJ", obj),
			msg(32, "DESTROYFLOWTABLE", flow), msg(33, "GETSETELEM_RESET", elems),
		},
		Groups: []schema.Group{{ID: 7, Name: "NFNLGRP_NFTABLES"}, {ID: 9, Name: "NFNLGRP_NFTRACE"}},
		Lead: []string{
			"NFTA_TABLE_NAME", "NFTA_CHAIN_TABLE", "NFTA_CHAIN_NAME", "NFTA_RULE_TABLE", "NFTA_RULE_CHAIN",
			"NFTA_RULE_HANDLE", "NFTA_SET_TABLE", "NFTA_SET_NAME", "NFTA_SET_ELEM_LIST_TABLE", "NFTA_SET_ELEM_LIST_SET",
			"NFTA_OBJ_TABLE", "NFTA_OBJ_NAME", "NFTA_OBJ_TYPE", "NFTA_FLOWTABLE_TABLE", "NFTA_FLOWTABLE_NAME",
			"NFTA_GEN_ID", "NFTA_GEN_PROC_NAME", "NFTA_TRACE_TABLE", "NFTA_TRACE_CHAIN", "NFTA_TRACE_TYPE", "NFTA_TRACE_ID",
		},
	}
}

// nftCompat is NFNL_SUBSYS_NFT_COMPAT, linux/netfilter/nf_tables_compat.h: which
// revision of an xtables extension the kernel has.
func nftCompat() *schema.Family {
	return &schema.Family{
		Name: "nft_compat", Protocol: unix.NETLINK_NETFILTER, Subsys: unix.NFNL_SUBSYS_NFT_COMPAT,
		Messages: []schema.Message{
			// iptables tries revisions of an extension from the newest down.
			{ID: 0, Name: "NFNL_MSG_COMPAT_GET", Probe: &schema.Probe{Errnos: []int32{enoent, eprotonosupport}}},
		},
		Set: set("NFTA_COMPAT",
			unspec("NFTA_COMPAT_UNSPEC"),
			attr(1, "NFTA_COMPAT_NAME", str),
			attr(2, "NFTA_COMPAT_REV", be32),
			attr(3, "NFTA_COMPAT_TYPE", named(be32, enum("nft_compat type", 0, "match", "target"))),
		),
		Lead: []string{">nfgen_family!", "NFTA_COMPAT_NAME", "NFTA_COMPAT_REV", "NFTA_COMPAT_TYPE"},
	}
}

// nftTable is enum nft_table_attributes.
func nftTable() *schema.Set {
	return set("NFTA_TABLE",
		unspec("NFTA_TABLE_UNSPEC"),
		attr(1, "NFTA_TABLE_NAME", str),
		attr(2, "NFTA_TABLE_FLAGS", named(be32, bits("nft_table_flags", "NFT_TABLE_F_DORMANT", "NFT_TABLE_F_OWNER", "NFT_TABLE_F_PERSIST"))),
		attr(3, "NFTA_TABLE_USE", be32),
		attr(4, "NFTA_TABLE_HANDLE", be64),
		attr(5, "NFTA_TABLE_PAD", padAt),
		attr(6, "NFTA_TABLE_USERDATA", nftUserdata("comment", "nft version", "nft build")),
		attr(7, "NFTA_TABLE_OWNER", be32),
	)
}

// nftHookNum is a hook's number: which enum, the family says.
func nftHookNum() schema.Type {
	inet := named(be32, nftInetHook)
	return by("nfgen_family", inet, map[string]schema.Type{
		"NFPROTO_NETDEV": named(be32, nftDevHook),
		"NFPROTO_ARP":    named(be32, nftArpHook),
	})
}

// nftDevices is enum nft_devices_attributes.
func nftDevices() *schema.Set {
	return set("NFTA_DEVICE",
		unspec("NFTA_DEVICE_UNSPEC"),
		attr(1, "NFTA_DEVICE_NAME", str),
		attr(2, "NFTA_DEVICE_PREFIX", str),
	)
}

// nftPriority is a hook's priority, a number with a sign.
var nftPriority = schema.Type{Kind: schema.S32, Big: true}

// nftChain is enum nft_chain_attributes.
func nftChain() *schema.Set {
	return set("NFTA_CHAIN",
		unspec("NFTA_CHAIN_UNSPEC"),
		attr(1, "NFTA_CHAIN_TABLE", str),
		attr(2, "NFTA_CHAIN_HANDLE", be64),
		attr(3, "NFTA_CHAIN_NAME", str),
		attr(4, "NFTA_CHAIN_HOOK", nest(set("NFTA_HOOK",
			unspec("NFTA_HOOK_UNSPEC"),
			attr(1, "NFTA_HOOK_HOOKNUM", nftHookNum()),
			attr(2, "NFTA_HOOK_PRIORITY", nftPriority),
			attr(3, "NFTA_HOOK_DEV", str),
			attr(4, "NFTA_HOOK_DEVS", nest(nftDevices())),
		))),
		attr(5, "NFTA_CHAIN_POLICY", named(be32, nftVerdict)),
		attr(6, "NFTA_CHAIN_USE", be32),
		attr(7, "NFTA_CHAIN_TYPE", str),
		attr(8, "NFTA_CHAIN_COUNTERS", nest(nftCounter())),
		attr(9, "NFTA_CHAIN_PAD", padAt),
		attr(10, "NFTA_CHAIN_FLAGS", named(be32, bits("nft_chain_flags", "NFT_CHAIN_BASE", "NFT_CHAIN_HW_OFFLOAD", "NFT_CHAIN_BINDING"))),
		attr(11, "NFTA_CHAIN_ID", be32),
		attr(12, "NFTA_CHAIN_USERDATA", nftUserdata("comment")),
	)
}

// nftRule is enum nft_rule_attributes.
func nftRule(x *nftExprTables) *schema.Set {
	return set("NFTA_RULE",
		unspec("NFTA_RULE_UNSPEC"),
		attr(1, "NFTA_RULE_TABLE", str),
		attr(2, "NFTA_RULE_CHAIN", str),
		attr(3, "NFTA_RULE_HANDLE", be64),
		attr(4, "NFTA_RULE_EXPRESSIONS", x.list),
		attr(5, "NFTA_RULE_COMPAT", nest(set("NFTA_RULE_COMPAT",
			unspec("NFTA_RULE_COMPAT_UNSPEC"),
			attr(1, "NFTA_RULE_COMPAT_PROTO", named(be32, ipProtocol)),
			attr(2, "NFTA_RULE_COMPAT_FLAGS", named(be32, bits("nft_rule_compat_flags", "NFT_RULE_COMPAT_F_UNUSED", "NFT_RULE_COMPAT_F_INV"))),
		))),
		attr(6, "NFTA_RULE_POSITION", be64),
		attr(7, "NFTA_RULE_USERDATA", nftUserdata("comment", "ebtables policy")),
		attr(8, "NFTA_RULE_PAD", padAt),
		attr(9, "NFTA_RULE_ID", be32),
		attr(10, "NFTA_RULE_POSITION_ID", be32),
		attr(11, "NFTA_RULE_CHAIN_ID", be32),
	)
}

// nftGen is enum nft_gen_attributes: the generation of the ruleset.
func nftGen() *schema.Set {
	return set("NFTA_GEN",
		unspec("NFTA_GEN_UNSPEC"),
		attr(1, "NFTA_GEN_ID", be32),
		attr(2, "NFTA_GEN_PROC_PID", hinted(be32, schema.PID)),
		attr(3, "NFTA_GEN_PROC_NAME", str),
	)
}

// nftFlowtable is enum nft_flowtable_attributes.
func nftFlowtable() *schema.Set {
	return set("NFTA_FLOWTABLE",
		unspec("NFTA_FLOWTABLE_UNSPEC"),
		attr(1, "NFTA_FLOWTABLE_TABLE", str),
		attr(2, "NFTA_FLOWTABLE_NAME", str),
		attr(3, "NFTA_FLOWTABLE_HOOK", nest(set("NFTA_FLOWTABLE_HOOK",
			unspec("NFTA_FLOWTABLE_HOOK_UNSPEC"),
			attr(1, "NFTA_FLOWTABLE_HOOK_NUM", named(be32, nftDevHook)),
			attr(2, "NFTA_FLOWTABLE_HOOK_PRIORITY", nftPriority),
			attr(3, "NFTA_FLOWTABLE_HOOK_DEVS", nest(nftDevices())),
		))),
		attr(4, "NFTA_FLOWTABLE_USE", be32),
		attr(5, "NFTA_FLOWTABLE_HANDLE", be64),
		attr(6, "NFTA_FLOWTABLE_PAD", padAt),
		attr(7, "NFTA_FLOWTABLE_FLAGS", named(be32, bits("nft_flowtable_flags", "NFT_FLOWTABLE_HW_OFFLOAD", "NFT_FLOWTABLE_COUNTER"))),
	)
}

// nftTrace is enum nft_trace_attributes.
func nftTrace() *schema.Set {
	return set("NFTA_TRACE",
		unspec("NFTA_TRACE_UNSPEC"),
		attr(1, "NFTA_TRACE_TABLE", str),
		attr(2, "NFTA_TRACE_CHAIN", str),
		attr(3, "NFTA_TRACE_RULE_HANDLE", be64),
		attr(4, "NFTA_TRACE_TYPE", named(be32, enum("nft_trace_types", 0,
			"NFT_TRACETYPE_UNSPEC", "NFT_TRACETYPE_POLICY", "NFT_TRACETYPE_RETURN", "NFT_TRACETYPE_RULE"))),
		attr(5, "NFTA_TRACE_VERDICT", nest(nftVerdictSet())),
		attr(6, "NFTA_TRACE_ID", hexBE32),
		attr(7, "NFTA_TRACE_LL_HEADER", secret(opaque, schema.Payload)),
		attr(8, "NFTA_TRACE_NETWORK_HEADER", secret(opaque, schema.Payload)),
		attr(9, "NFTA_TRACE_TRANSPORT_HEADER", secret(opaque, schema.Payload)),
		attr(10, "NFTA_TRACE_IIF", hinted(be32, schema.IfIndex)),
		attr(11, "NFTA_TRACE_IIFTYPE", be16),
		attr(12, "NFTA_TRACE_OIF", hinted(be32, schema.IfIndex)),
		attr(13, "NFTA_TRACE_OIFTYPE", be16),
		attr(14, "NFTA_TRACE_MARK", hexBE32),
		attr(15, "NFTA_TRACE_NFPROTO", named(be32, nftNFProto)),
		attr(16, "NFTA_TRACE_POLICY", named(be32, nftVerdict)),
		attr(17, "NFTA_TRACE_PAD", padAt),
		attr(18, "NFTA_TRACE_CT_ID", hexBE32),
		attr(19, "NFTA_TRACE_CT_DIRECTION", named(u8, nftCtDir)),
		attr(20, "NFTA_TRACE_CT_STATUS", hexBE32),
		attr(21, "NFTA_TRACE_CT_STATE", hexBE32),
	)
}
