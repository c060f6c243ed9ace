// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// RTM_*RULE: linux/fib_rules.h, net/core/fib_rules.c (fib_rule_policy,
// fib_nl_fill_rule).

// struct fib_rule_hdr
func fibRuleHdr() *schema.StructType {
	return record("fib_rule_hdr",
		field("family", named(u8, addressFamily)),
		field("dst_len", u8),
		field("src_len", u8),
		field("tos", local(hex8, dsField)),
		field("table", named(u8, rtTable)), // FRA_TABLE has all 32 bits
		padding("res1", 1),
		padding("res2", 1),
		field("action", named(u8, ruleAction)),
		field("flags", named(u32, ruleFlags)),
	)
}

func fra() *schema.Set {
	// Ports of a rule are in host byte order, those of a route are not.
	ports := structOf(record("fib_rule_port_range", fields(u16, "start", "end")...))
	return set("FRA",
		unspec("FRA_UNSPEC"),
		attr(1, "FRA_DST", addressBy("family", "dst_len")),
		attr(2, "FRA_SRC", addressBy("family", "src_len")),
		attr(3, "FRA_IIFNAME", str),
		attr(4, "FRA_GOTO", u32),
		noted(5, "FRA_UNUSED2", unused, "unused"),
		attr(6, "FRA_PRIORITY", u32),
		noted(7, "FRA_UNUSED3", unused, "unused"),
		noted(8, "FRA_UNUSED4", unused, "unused"),
		noted(9, "FRA_UNUSED5", unused, "unused"),
		attr(10, "FRA_FWMARK", hex32),
		attr(11, "FRA_FLOW", local(hinted(u32, schema.Realms), realms)), // from<<16 | to realm
		attr(12, "FRA_TUN_ID", be64),
		attr(13, "FRA_SUPPRESS_IFGROUP", local(s32, linkGroup)), // -1: off
		attr(14, "FRA_SUPPRESS_PREFIXLEN", s32),                 // -1: off
		attr(15, "FRA_TABLE", named(u32, rtTable)),
		attr(16, "FRA_FWMASK", hex32),
		attr(17, "FRA_OIFNAME", str),
		attr(18, "FRA_PAD", padAt),
		attr(19, "FRA_L3MDEV", u8),
		attr(20, "FRA_UID_RANGE", structOf(record("fib_rule_uid_range", fields(u32, "start", "end")...))),
		attr(21, "FRA_PROTOCOL", named(u8, rtProtocol)),
		attr(22, "FRA_IP_PROTO", named(u8, ipProtocol)),
		attr(23, "FRA_SPORT_RANGE", ports),
		attr(24, "FRA_DPORT_RANGE", ports),
		attr(25, "FRA_DSCP", local(u8, dscp)),
		attr(26, "FRA_FLOWLABEL", hexBE32),
		attr(27, "FRA_FLOWLABEL_MASK", hexBE32),
		attr(28, "FRA_SPORT_MASK", hex16),
		attr(29, "FRA_DPORT_MASK", hex16),
		attr(30, "FRA_DSCP_MASK", hex8),
	)
}

var (
	ruleAction = enum("FR_ACT", 0,
		"FR_ACT_UNSPEC", "FR_ACT_TO_TBL", "FR_ACT_GOTO", "FR_ACT_NOP", "FR_ACT_RES3", "FR_ACT_RES4",
		"FR_ACT_BLACKHOLE", "FR_ACT_UNREACHABLE", "FR_ACT_PROHIBIT",
	)
	ruleFlags = masks("FIB_RULE",
		val(0x1, "FIB_RULE_PERMANENT"), val(0x2, "FIB_RULE_INVERT"), val(0x4, "FIB_RULE_UNRESOLVED"),
		val(0x8, "FIB_RULE_IIF_DETACHED"), val(0x10, "FIB_RULE_OIF_DETACHED"),
		val(0x10000, "FIB_RULE_FIND_SADDR"),
	)
)
