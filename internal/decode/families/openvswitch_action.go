// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// ovsActions is a list of actions (flow_netlink.c: ovs_nla_put_actions); some
// hold lists again.
func ovsActions() *schema.Set {
	s := set("OVS_ACTION_ATTR", unspec("OVS_ACTION_ATTR_UNSPEC"))
	s.Attrs = append(s.Attrs,
		attr(1, "OVS_ACTION_ATTR_OUTPUT", u32), // number of a port
		attr(2, "OVS_ACTION_ATTR_USERSPACE", nest(set("OVS_USERSPACE_ATTR",
			unspec("OVS_USERSPACE_ATTR_UNSPEC"),
			attr(1, "OVS_USERSPACE_ATTR_PID", u32),
			attr(2, "OVS_USERSPACE_ATTR_USERDATA", opaque),
			attr(3, "OVS_USERSPACE_ATTR_EGRESS_TUN_PORT", u32),
			attr(4, "OVS_USERSPACE_ATTR_ACTIONS", flag)))),
		attr(3, "OVS_ACTION_ATTR_SET", nest(ovsKeys(ovsValue))),
		attr(4, "OVS_ACTION_ATTR_PUSH_VLAN", structOf(record("ovs_action_push_vlan",
			field("vlan_tpid", named(be16, etherType)), field("vlan_tci", hexBE16)))),
		attr(5, "OVS_ACTION_ATTR_POP_VLAN", flag),
		attr(6, "OVS_ACTION_ATTR_SAMPLE", nest(set("OVS_SAMPLE_ATTR",
			unspec("OVS_SAMPLE_ATTR_UNSPEC"),
			attr(1, "OVS_SAMPLE_ATTR_PROBABILITY", u32), // of UINT32_MAX
			attr(2, "OVS_SAMPLE_ATTR_ACTIONS", nest(s))))),
		attr(7, "OVS_ACTION_ATTR_RECIRC", hex32),
		attr(8, "OVS_ACTION_ATTR_HASH", structOf(record("ovs_action_hash",
			field("hash_alg", named(u32, enum("ovs_hash_alg", 0, "OVS_HASH_ALG_L4", "OVS_HASH_ALG_SYM_L4"))),
			field("hash_basis", hex32)))),
		attr(9, "OVS_ACTION_ATTR_PUSH_MPLS", structOf(record("ovs_action_push_mpls",
			field("mpls_lse", schema.Type{Kind: schema.Custom, Format: mplsLabels, Facts: mplsLabelsFacts, Len: 4}),
			field("mpls_ethertype", named(be16, etherType)), padding("pad", 2)))),
		attr(10, "OVS_ACTION_ATTR_POP_MPLS", named(be16, etherType)),
		attr(11, "OVS_ACTION_ATTR_SET_MASKED", nest(ovsKeys(ovsBoth))),
		attr(12, "OVS_ACTION_ATTR_CT", nest(ovsCt())),
		attr(13, "OVS_ACTION_ATTR_TRUNC", structOf(record("ovs_action_trunc", field("max_len", bytes32)))),
		attr(14, "OVS_ACTION_ATTR_PUSH_ETH", structOf(record("ovs_action_push_eth",
			field("eth_src", sized(hwaddr, 6)), field("eth_dst", sized(hwaddr, 6))))),
		attr(15, "OVS_ACTION_ATTR_POP_ETH", flag),
		attr(16, "OVS_ACTION_ATTR_CT_CLEAR", flag),
		attr(17, "OVS_ACTION_ATTR_PUSH_NSH", nest(ovsNSH(ovsValue))),
		attr(18, "OVS_ACTION_ATTR_POP_NSH", flag),
		attr(19, "OVS_ACTION_ATTR_METER", u32),
		attr(20, "OVS_ACTION_ATTR_CLONE", nest(s)),
		attr(21, "OVS_ACTION_ATTR_CHECK_PKT_LEN", nest(set("OVS_CHECK_PKT_LEN_ATTR",
			unspec("OVS_CHECK_PKT_LEN_ATTR_UNSPEC"),
			attr(1, "OVS_CHECK_PKT_LEN_ATTR_PKT_LEN", hinted(u16, schema.Bytes)),
			attr(2, "OVS_CHECK_PKT_LEN_ATTR_ACTIONS_IF_GREATER", nest(s)),
			attr(3, "OVS_CHECK_PKT_LEN_ATTR_ACTIONS_IF_LESS_EQUAL", nest(s))))),
		attr(22, "OVS_ACTION_ATTR_ADD_MPLS", structOf(record("ovs_action_add_mpls",
			field("mpls_lse", schema.Type{Kind: schema.Custom, Format: mplsLabels, Facts: mplsLabelsFacts, Len: 4}),
			field("mpls_ethertype", named(be16, etherType)),
			field("tun_flags", named(u16, bits("OVS_MPLS_L3_TUNNEL", "OVS_MPLS_L3_TUNNEL_FLAG_MASK")))))),
		attr(23, "OVS_ACTION_ATTR_DEC_TTL", nest(set("OVS_DEC_TTL_ATTR",
			unspec("OVS_DEC_TTL_ATTR_UNSPEC"),
			attr(1, "OVS_DEC_TTL_ATTR_ACTION", nest(s))))),
		attr(24, "OVS_ACTION_ATTR_DROP", u32), // 0, or an error of the switch's own
		attr(25, "OVS_ACTION_ATTR_PSAMPLE", nest(set("OVS_PSAMPLE_ATTR",
			attr(1, "OVS_PSAMPLE_ATTR_GROUP", u32),
			attr(2, "OVS_PSAMPLE_ATTR_COOKIE", opaque)))),
	)
	return s
}

// ovsCt is the conntrack action (conntrack.c: ovs_ct_action_to_attr).
func ovsCt() *schema.Set {
	return set("OVS_CT_ATTR",
		unspec("OVS_CT_ATTR_UNSPEC"),
		attr(1, "OVS_CT_ATTR_COMMIT", flag),
		attr(2, "OVS_CT_ATTR_ZONE", u16),
		attr(3, "OVS_CT_ATTR_MARK", structOf(record("md_mark", field("value", hex32), field("mask", hex32)))),
		attr(4, "OVS_CT_ATTR_LABELS", structOf(record("md_labels",
			field("value", sized(opaque, 16)), field("mask", sized(opaque, 16))))),
		attr(5, "OVS_CT_ATTR_HELPER", str),
		attr(6, "OVS_CT_ATTR_NAT", nest(set("OVS_NAT_ATTR",
			unspec("OVS_NAT_ATTR_UNSPEC"),
			attr(1, "OVS_NAT_ATTR_SRC", flag),
			attr(2, "OVS_NAT_ATTR_DST", flag),
			attr(3, "OVS_NAT_ATTR_IP_MIN", ip),
			attr(4, "OVS_NAT_ATTR_IP_MAX", ip),
			attr(5, "OVS_NAT_ATTR_PROTO_MIN", u16),
			attr(6, "OVS_NAT_ATTR_PROTO_MAX", u16),
			attr(7, "OVS_NAT_ATTR_PERSISTENT", flag),
			attr(8, "OVS_NAT_ATTR_PROTO_HASH", flag),
			attr(9, "OVS_NAT_ATTR_PROTO_RANDOM", flag)))),
		attr(7, "OVS_CT_ATTR_FORCE_COMMIT", flag),
		attr(8, "OVS_CT_ATTR_EVENTMASK", named(u32, ovsCtEvents)),
		attr(9, "OVS_CT_ATTR_TIMEOUT", str),
	)
}

// ovsCtEvents is bits of enum ip_conntrack_events
// (linux/netfilter/nf_conntrack_common.h).
var ovsCtEvents = bits("ip_conntrack_events",
	"IPCT_NEW", "IPCT_RELATED", "IPCT_DESTROY", "IPCT_REPLY", "IPCT_ASSURED", "IPCT_PROTOINFO",
	"IPCT_HELPER", "IPCT_MARK", "IPCT_SEQADJ", "IPCT_SECMARK", "IPCT_LABEL", "IPCT_SYNPROXY",
)

// ovsGeneveOpts renders options of Geneve (struct geneve_opt of
// include/net/geneve.h): class, type, length in words of the low five bits of
// the fourth byte, data.
func ovsGeneveOpts(b []byte, _ bool) (string, bool) {
	var out []string
	for len(b) >= 4 {
		n := 4 + 4*int(b[3]&0x1f)
		if n > len(b) {
			return "", false
		}
		o := fmt.Sprintf("class 0x%x type 0x%x len %d", binary.BigEndian.Uint16(b), b[2], n-4)
		if n > 4 {
			o += " 0x" + hex.EncodeToString(b[4:n])
		}
		out, b = append(out, o), b[n:]
	}
	return strings.Join(out, ", "), len(b) == 0 && len(out) > 0
}
