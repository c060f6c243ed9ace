// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Actions of traffic control: linux/pkt_cls.h, linux/tc_act/*.h,
// net/sched/act_api.c and act_*.c.

// tcaAct is one action (tcf_action_dump_1).
func tcaAct() *schema.Set {
	const other = "by TCA_ACT_KIND: this one is unknown"
	return set("TCA_ACT",
		unspec("TCA_ACT_UNSPEC"),
		attr(1, "TCA_ACT_KIND", str),
		noted(2, "TCA_ACT_OPTIONS", by("TCA_ACT_KIND", blob, tcActionOptions()), other),
		attr(3, "TCA_ACT_INDEX", u32),
		attr(4, "TCA_ACT_STATS", nest(tcaStats(opaque))), // no action has TCA_STATS_APP
		attr(5, "TCA_ACT_PAD", padAt),
		attr(6, "TCA_ACT_COOKIE", opaque), // the answer to a flush has TCA_FCNT here (tcf_del_walker)
		attr(7, "TCA_ACT_FLAGS", tcBits32(tcaActFlags)),
		attr(8, "TCA_ACT_HW_STATS", tcBits32(tcaActHWStats)),
		attr(9, "TCA_ACT_USED_HW_STATS", tcBits32(tcaActHWStats)),
		attr(10, "TCA_ACT_IN_HW_COUNT", u32),
	)
}

var (
	tcaActFlags = bits("TCA_ACT_FLAGS",
		"TCA_ACT_FLAGS_NO_PERCPU_STATS", "TCA_ACT_FLAGS_SKIP_HW", "TCA_ACT_FLAGS_SKIP_SW",
	)
	tcaActHWStats = bits("TCA_ACT_HW_STATS", "TCA_ACT_HW_STATS_IMMEDIATE", "TCA_ACT_HW_STATS_DELAYED")
)

func tcActionOptions() map[string]schema.Type {
	return map[string]schema.Type{
		"bpf":        nest(tcActBPF()),
		"connmark":   tcActConnmark(),
		"csum":       tcActCsum(),
		"ct":         nest(tcActCT()),
		"ctinfo":     nest(tcActCTInfo()),
		"gact":       tcActGact(),
		"gate":       nest(tcActGate()),
		"ife":        nest(tcActIFE()),
		"ipt":        nest(tcActIPT()),
		"mirred":     tcActMirred(),
		"mpls":       tcActMPLS(),
		"nat":        tcActNAT(),
		"pedit":      nest(tcActPedit()),
		"police":     nest(tcPolice()),
		"sample":     tcActSample(),
		"simple":     tcActSimple(),
		"skbedit":    tcActSkbedit(),
		"skbmod":     tcActSkbmod(),
		"tunnel_key": nest(tcActTunnelKey()),
		"vlan":       tcActVlan(),
		"xt":         nest(tcActIPT()), // what ipt was called before it had two names
	}
}

// tcGen is macro tc_gen, which begins the parameters of an action.
//
//	__u32 index; __u32 capab; int action; int refcnt; int bindcnt
func tcGen() []schema.Field {
	return []schema.Field{
		field("index", u32), field("capab", hex32), field("action", tcControl),
		field("refcnt", s32), field("bindcnt", s32),
	}
}

// tcParms is a struct that begins with tc_gen.
func tcParms(name string, groups ...[]schema.Field) schema.Type {
	return structOf(tcRecord(name, append([][]schema.Field{tcGen()}, groups...)...))
}

// tcTimes is struct tcf_t: how long ago, in clock_t. Linux before 4.6 had no
// firstuse.
func tcTimes() schema.Type {
	return structOf(atLeast(24, record("tcf_t", fields(jiffies64, "install", "lastuse", "expires", "firstuse")...)))
}

func tcRateSpec() schema.Type {
	layer := u8
	layer.Enum = tcLinkLayerByte
	return structOf(record("tc_ratespec",
		field("cell_log", u8), field("linklayer", layer), field("overhead", u16),
		field("cell_align", tcS16), field("mpu", u16), field("rate", tcRate32)))
}

// tcLinkLayerByte is tc_link_layer in the lower four bits (TC_LINKLAYER_MASK).
var tcLinkLayerByte = (&schema.Enum{Name: "tc_link_layer", Mask: 0x0f, Values: tcLinkLayer.Values}).Indexed()

// tcRateTable is TC_RTAB_SIZE bytes: the time in ticks that a packet of each
// size class takes.
var tcRateTable = packed(u32)

// tcFilterInstruction is struct sock_filter of linux/filter.h.
func tcClassicBPF() schema.Type {
	return packed(structOf(record("sock_filter",
		field("code", hex16), field("jt", u8), field("jf", u8), field("k", hex32))))
}

func tcActBPF() *schema.Set {
	return tcSet("TCA_ACT_BPF",
		field("TCA_ACT_BPF_TM", tcTimes()),
		field("TCA_ACT_BPF_PARMS", tcParms("tc_act_bpf")),
		field("TCA_ACT_BPF_OPS_LEN", u16),
		field("TCA_ACT_BPF_OPS", tcClassicBPF()),
		field("TCA_ACT_BPF_FD", fd),
		field("TCA_ACT_BPF_NAME", str),
		field("TCA_ACT_BPF_PAD", padAt),
		field("TCA_ACT_BPF_TAG", opaque),
		field("TCA_ACT_BPF_ID", u32),
	)
}

func tcActConnmark() schema.Type {
	return tcNest("TCA_CONNMARK",
		field("TCA_CONNMARK_PARMS", tcParms("tc_connmark", tcOne("zone", u16), tcPadding(2))),
		field("TCA_CONNMARK_TM", tcTimes()),
		field("TCA_CONNMARK_PAD", padAt),
	)
}

func tcActCsum() schema.Type {
	return tcNest("TCA_CSUM",
		field("TCA_CSUM_PARMS", tcParms("tc_csum", tcOne("update_flags", named(u32, tcCsumFlags)))),
		field("TCA_CSUM_TM", tcTimes()),
		field("TCA_CSUM_PAD", padAt),
	)
}

var tcCsumFlags = bits("update_flags",
	"TCA_CSUM_UPDATE_FLAG_IPV4HDR", "TCA_CSUM_UPDATE_FLAG_ICMP", "TCA_CSUM_UPDATE_FLAG_IGMP",
	"TCA_CSUM_UPDATE_FLAG_TCP", "TCA_CSUM_UPDATE_FLAG_UDP", "TCA_CSUM_UPDATE_FLAG_UDPLITE",
	"TCA_CSUM_UPDATE_FLAG_SCTP",
)

func tcActCT() *schema.Set {
	return tcSet("TCA_CT",
		field("TCA_CT_PARMS", tcParms("tc_ct")),
		field("TCA_CT_TM", tcTimes()),
		field("TCA_CT_ACTION", named(u16, tcCTAction)),
		field("TCA_CT_ZONE", u16),
		field("TCA_CT_MARK", hex32),
		field("TCA_CT_MARK_MASK", hex32),
		field("TCA_CT_LABELS", opaque),
		field("TCA_CT_LABELS_MASK", opaque),
		field("TCA_CT_NAT_IPV4_MIN", ip),
		field("TCA_CT_NAT_IPV4_MAX", ip),
		field("TCA_CT_NAT_IPV6_MIN", ip),
		field("TCA_CT_NAT_IPV6_MAX", ip),
		field("TCA_CT_NAT_PORT_MIN", be16),
		field("TCA_CT_NAT_PORT_MAX", be16),
		field("TCA_CT_PAD", padAt),
		field("TCA_CT_HELPER_NAME", str),
		field("TCA_CT_HELPER_FAMILY", named(u8, addressFamily)),
		field("TCA_CT_HELPER_PROTO", named(u8, ipProtocol)),
	)
}

var tcCTAction = bits("TCA_CT_ACT",
	"TCA_CT_ACT_COMMIT", "TCA_CT_ACT_FORCE", "TCA_CT_ACT_CLEAR", "TCA_CT_ACT_NAT", "TCA_CT_ACT_NAT_SRC", "TCA_CT_ACT_NAT_DST")

func tcActCTInfo() *schema.Set {
	return tcSet("TCA_CTINFO",
		field("TCA_CTINFO_PAD", padAt),
		field("TCA_CTINFO_TM", tcTimes()),
		field("TCA_CTINFO_ACT", tcParms("tc_ctinfo")),
		field("TCA_CTINFO_ZONE", u16),
		field("TCA_CTINFO_PARMS_DSCP_MASK", hex32),
		field("TCA_CTINFO_PARMS_DSCP_STATEMASK", hex32),
		field("TCA_CTINFO_PARMS_CPMARK_MASK", hex32),
		field("TCA_CTINFO_STATS_DSCP_SET", u64),
		field("TCA_CTINFO_STATS_DSCP_ERROR", u64),
		field("TCA_CTINFO_STATS_CPMARK_SET", u64),
	)
}

func tcActGact() schema.Type {
	return tcNest("TCA_GACT",
		field("TCA_GACT_TM", tcTimes()),
		field("TCA_GACT_PARMS", tcParms("tc_gact")),
		field("TCA_GACT_PROB", structOf(record("tc_gact_p",
			field("ptype", named(u16, enum("ptype", 0, "PGACT_NONE", "PGACT_NETRAND", "PGACT_DETERM"))),
			field("pval", u16), field("paction", tcControl)))),
		field("TCA_GACT_PAD", padAt),
	)
}

func tcActGate() *schema.Set {
	entry := tcSet("TCA_GATE_ENTRY",
		field("TCA_GATE_ENTRY_INDEX", u32),
		field("TCA_GATE_ENTRY_GATE", flag),
		field("TCA_GATE_ENTRY_INTERVAL", tcNanos32),
		field("TCA_GATE_ENTRY_IPV", s32), // -1: any
		field("TCA_GATE_ENTRY_MAX_OCTETS", s32),
	)
	return tcSet("TCA_GATE",
		field("TCA_GATE_TM", tcTimes()),
		field("TCA_GATE_PARMS", tcParms("tc_gate")),
		field("TCA_GATE_PAD", padAt),
		field("TCA_GATE_PRIORITY", s32),
		field("TCA_GATE_ENTRY_LIST", tcNest("TCA_GATE_ONE_ENTRY", field("TCA_GATE_ONE_ENTRY", nest(entry)))),
		field("TCA_GATE_BASE_TIME", tcNanos64),
		field("TCA_GATE_CYCLE_TIME", tcNanos64),
		field("TCA_GATE_CYCLE_TIME_EXT", tcNanos64),
		field("TCA_GATE_FLAGS", hex32),
		field("TCA_GATE_CLOCKID", named(s32, tcClock)),
	)
}

func tcActIFE() *schema.Set {
	meta := where(tcIFEMeta, tcIFEMetaFacts)
	return tcSet("TCA_IFE",
		field("TCA_IFE_PARMS", tcParms("tc_ife",
			tcOne("flags", named(u16, enum("ife_flags", 0, "IFE_DECODE", "IFE_ENCODE"))), tcPadding(2))),
		field("TCA_IFE_TM", tcTimes()),
		field("TCA_IFE_DMAC", hwaddr),
		field("TCA_IFE_SMAC", hwaddr),
		field("TCA_IFE_TYPE", named(hex16, etherType)), // in host byte order (tcf_ife_dump)
		field("TCA_IFE_METALST", nest(set("IFE_META", // linux/ife.h
			attr(1, "IFE_META_SKBMARK", meta), attr(2, "IFE_META_HASHID", meta), attr(3, "IFE_META_PRIO", meta),
			attr(4, "IFE_META_QMAP", meta), attr(5, "IFE_META_TCINDEX", meta)))),
		field("TCA_IFE_PAD", padAt),
	)
}

// tcIFEMeta is the value to use, of two or four bytes, or nothing: let the
// packet's own value through.
func tcIFEMeta(b []byte, big bool) (string, bool) {
	var v uint64
	switch {
	case len(b) == 0:
		return "allow", true
	case len(b) == 2 && big:
		v = uint64(binary.BigEndian.Uint16(b))
	case len(b) == 2:
		v = uint64(binary.LittleEndian.Uint16(b))
	case len(b) == 4:
		v = uint64(tcNumber32(b, big))
	default:
		return "", false
	}
	return "use " + strconv.FormatUint(v, 10), true
}

func tcActIPT() *schema.Set {
	return tcSet("TCA_IPT",
		field("TCA_IPT_TABLE", str),
		field("TCA_IPT_HOOK", named(u32, tcInetHook)),
		field("TCA_IPT_INDEX", u32),
		field("TCA_IPT_CNT", structOf(record("tc_cnt", fields(s32, "refcnt", "bindcnt")...))),
		field("TCA_IPT_TM", tcTimes()),
		field("TCA_IPT_TARG", opaque), // struct xt_entry_target, whose data belongs to the target
		field("TCA_IPT_PAD", padAt),
	)
}

// tcInetHook is enum nf_inet_hooks of linux/netfilter.h.
var tcInetHook = enum("nf_inet_hooks", 0, "NF_INET_PRE_ROUTING", "NF_INET_LOCAL_IN", "NF_INET_FORWARD",
	"NF_INET_LOCAL_OUT", "NF_INET_POST_ROUTING", "NF_INET_INGRESS")

func tcActMirred() schema.Type {
	return tcNest("TCA_MIRRED",
		field("TCA_MIRRED_TM", tcTimes()),
		field("TCA_MIRRED_PARMS", tcParms("tc_mirred",
			tcOne("eaction", named(s32, enum("eaction", 1,
				"TCA_EGRESS_REDIR", "TCA_EGRESS_MIRROR", "TCA_INGRESS_REDIR", "TCA_INGRESS_MIRROR"))),
			tcOne("ifindex", ifindex))),
		field("TCA_MIRRED_PAD", padAt),
		field("TCA_MIRRED_BLOCKID", u32),
	)
}

func tcActMPLS() schema.Type {
	return tcNest("TCA_MPLS",
		field("TCA_MPLS_TM", tcTimes()),
		field("TCA_MPLS_PARMS", tcParms("tc_mpls", tcOne("m_action", named(s32, enum("m_action", 1,
			"TCA_MPLS_ACT_POP", "TCA_MPLS_ACT_PUSH", "TCA_MPLS_ACT_MODIFY", "TCA_MPLS_ACT_DEC_TTL", "TCA_MPLS_ACT_MAC_PUSH"))))),
		field("TCA_MPLS_PAD", padAt),
		field("TCA_MPLS_PROTO", named(be16, etherType)),
		field("TCA_MPLS_LABEL", u32),
		field("TCA_MPLS_TC", u8),
		field("TCA_MPLS_TTL", u8),
		field("TCA_MPLS_BOS", u8),
	)
}

func tcActNAT() schema.Type {
	addr := sized(ip, 4)
	return tcNest("TCA_NAT",
		field("TCA_NAT_PARMS", tcParms("tc_nat", fields(addr, "old_addr", "new_addr", "mask"),
			tcOne("flags", named(u32, masks("tc_nat_flags", val(1, "TCA_NAT_FLAG_EGRESS")))))),
		field("TCA_NAT_TM", tcTimes()),
		field("TCA_NAT_PAD", padAt),
	)
}

func tcActPedit() *schema.Set {
	// mask and val are bytes of the packet.
	key := record("tc_pedit_key",
		field("mask", hexBE32), field("val", hexBE32), field("off", u32), field("at", u32),
		field("offmask", hex32), field("shift", u32))
	sel := tcParms("tc_pedit_sel", fields(u8, "nkeys", "flags"), tcPadding(2), tcOne("keys", packed(structOf(key))))
	sel.Struct.MinLen = 24
	keyEx := set("TCA_PEDIT_KEY_EX",
		attr(1, "TCA_PEDIT_KEY_EX_HTYPE", named(u16, enum("pedit_header_type", 0,
			"TCA_PEDIT_KEY_EX_HDR_TYPE_NETWORK", "TCA_PEDIT_KEY_EX_HDR_TYPE_ETH", "TCA_PEDIT_KEY_EX_HDR_TYPE_IP4",
			"TCA_PEDIT_KEY_EX_HDR_TYPE_IP6", "TCA_PEDIT_KEY_EX_HDR_TYPE_TCP", "TCA_PEDIT_KEY_EX_HDR_TYPE_UDP"))),
		attr(2, "TCA_PEDIT_KEY_EX_CMD", named(u16, enum("pedit_cmd", 0,
			"TCA_PEDIT_KEY_EX_CMD_SET", "TCA_PEDIT_KEY_EX_CMD_ADD"))))
	return tcSet("TCA_PEDIT",
		field("TCA_PEDIT_TM", tcTimes()),
		field("TCA_PEDIT_PARMS", sel),
		field("TCA_PEDIT_PAD", padAt),
		field("TCA_PEDIT_PARMS_EX", sel),
		field("TCA_PEDIT_KEYS_EX", nest(set("TCA_PEDIT", attr(6, "TCA_PEDIT_KEY_EX", nest(keyEx))))),
		field("TCA_PEDIT_KEY_EX", nest(keyEx)),
	)
}

// tcPolice is both the action and the TCA_*_POLICE of filters before actions.
func tcPolice() *schema.Set {
	return tcSet("TCA_POLICE",
		field("TCA_POLICE_TBF", structOf(record("tc_police",
			field("index", u32), field("action", tcControl), field("limit", u32), field("burst", tcTicks),
			field("mtu", bytes32), field("rate", tcRateSpec()), field("peakrate", tcRateSpec()),
			field("refcnt", s32), field("bindcnt", s32), field("capab", hex32)))),
		field("TCA_POLICE_RATE", tcRateTable),
		field("TCA_POLICE_PEAKRATE", tcRateTable),
		field("TCA_POLICE_AVRATE", tcRate32),
		field("TCA_POLICE_RESULT", tcControl),
		field("TCA_POLICE_TM", tcTimes()),
		field("TCA_POLICE_PAD", padAt),
		field("TCA_POLICE_RATE64", tcRate64),
		field("TCA_POLICE_PEAKRATE64", tcRate64),
		field("TCA_POLICE_PKTRATE64", u64), // packets per second
		field("TCA_POLICE_PKTBURST64", tcTicks64),
	)
}

func tcActSample() schema.Type {
	return tcNest("TCA_SAMPLE",
		field("TCA_SAMPLE_TM", tcTimes()),
		field("TCA_SAMPLE_PARMS", tcParms("tc_sample")),
		field("TCA_SAMPLE_RATE", u32), // one of so many packets
		field("TCA_SAMPLE_TRUNC_SIZE", bytes32),
		field("TCA_SAMPLE_PSAMPLE_GROUP", u32),
		field("TCA_SAMPLE_PAD", padAt),
	)
}

// linux/tc_act/tc_defact.h
func tcActSimple() schema.Type {
	return tcNest("TCA_DEF",
		field("TCA_DEF_TM", tcTimes()),
		field("TCA_DEF_PARMS", tcParms("tc_defact")),
		field("TCA_DEF_DATA", str),
		field("TCA_DEF_PAD", padAt),
	)
}

func tcActSkbedit() schema.Type {
	return tcNest("TCA_SKBEDIT",
		field("TCA_SKBEDIT_TM", tcTimes()),
		field("TCA_SKBEDIT_PARMS", tcParms("tc_skbedit")),
		field("TCA_SKBEDIT_PRIORITY", tcClassID),
		field("TCA_SKBEDIT_QUEUE_MAPPING", u16),
		field("TCA_SKBEDIT_MARK", hex32),
		field("TCA_SKBEDIT_PAD", padAt),
		field("TCA_SKBEDIT_PTYPE", named(u16, tcPacketType)),
		field("TCA_SKBEDIT_MASK", hex32),
		field("TCA_SKBEDIT_FLAGS", named(u64, bits("SKBEDIT_F",
			"SKBEDIT_F_PRIORITY", "SKBEDIT_F_QUEUE_MAPPING", "SKBEDIT_F_MARK", "SKBEDIT_F_PTYPE", "SKBEDIT_F_MASK",
			"SKBEDIT_F_INHERITDSFIELD", "SKBEDIT_F_TXQ_SKBHASH"))),
		field("TCA_SKBEDIT_QUEUE_MAPPING_MAX", u16),
	)
}

// tcPacketType is PACKET_* of linux/if_packet.h.
var tcPacketType = enum("pkt_type", 0, "PACKET_HOST", "PACKET_BROADCAST", "PACKET_MULTICAST",
	"PACKET_OTHERHOST", "PACKET_OUTGOING", "PACKET_LOOPBACK", "PACKET_USER", "PACKET_KERNEL")

func tcActSkbmod() schema.Type {
	return tcNest("TCA_SKBMOD",
		field("TCA_SKBMOD_TM", tcTimes()),
		field("TCA_SKBMOD_PARMS", tcParms("tc_skbmod", tcPadding(4), tcOne("flags", named(u64, bits("SKBMOD_F",
			"SKBMOD_F_DMAC", "SKBMOD_F_SMAC", "SKBMOD_F_ETYPE", "SKBMOD_F_SWAPMAC", "SKBMOD_F_ECN"))))),
		field("TCA_SKBMOD_DMAC", hwaddr),
		field("TCA_SKBMOD_SMAC", hwaddr),
		field("TCA_SKBMOD_ETYPE", named(hex16, etherType)), // in host byte order (tcf_skbmod_dump)
		field("TCA_SKBMOD_PAD", padAt),
	)
}

func tcActTunnelKey() *schema.Set {
	opts := tcSet("TCA_TUNNEL_KEY_ENC_OPTS",
		field("TCA_TUNNEL_KEY_ENC_OPTS_GENEVE", tcNest("TCA_TUNNEL_KEY_ENC_OPT_GENEVE",
			field("TCA_TUNNEL_KEY_ENC_OPT_GENEVE_CLASS", hexBE16),
			field("TCA_TUNNEL_KEY_ENC_OPT_GENEVE_TYPE", hex8),
			field("TCA_TUNNEL_KEY_ENC_OPT_GENEVE_DATA", opaque))),
		field("TCA_TUNNEL_KEY_ENC_OPTS_VXLAN", tcNest("TCA_TUNNEL_KEY_ENC_OPT_VXLAN",
			field("TCA_TUNNEL_KEY_ENC_OPT_VXLAN_GBP", u32))),
		field("TCA_TUNNEL_KEY_ENC_OPTS_ERSPAN", tcNest("TCA_TUNNEL_KEY_ENC_OPT_ERSPAN",
			field("TCA_TUNNEL_KEY_ENC_OPT_ERSPAN_VER", u8),
			field("TCA_TUNNEL_KEY_ENC_OPT_ERSPAN_INDEX", be32),
			field("TCA_TUNNEL_KEY_ENC_OPT_ERSPAN_DIR", u8),
			field("TCA_TUNNEL_KEY_ENC_OPT_ERSPAN_HWID", u8))),
	)
	return tcSet("TCA_TUNNEL_KEY",
		field("TCA_TUNNEL_KEY_TM", tcTimes()),
		field("TCA_TUNNEL_KEY_PARMS", tcParms("tc_tunnel_key", tcOne("t_action", named(s32, enum("t_action", 1,
			"TCA_TUNNEL_KEY_ACT_SET", "TCA_TUNNEL_KEY_ACT_RELEASE"))))),
		field("TCA_TUNNEL_KEY_ENC_IPV4_SRC", ip),
		field("TCA_TUNNEL_KEY_ENC_IPV4_DST", ip),
		field("TCA_TUNNEL_KEY_ENC_IPV6_SRC", ip),
		field("TCA_TUNNEL_KEY_ENC_IPV6_DST", ip),
		field("TCA_TUNNEL_KEY_ENC_KEY_ID", be32),
		field("TCA_TUNNEL_KEY_PAD", padAt),
		field("TCA_TUNNEL_KEY_ENC_DST_PORT", be16),
		field("TCA_TUNNEL_KEY_NO_CSUM", u8),
		field("TCA_TUNNEL_KEY_ENC_OPTS", nest(opts)),
		field("TCA_TUNNEL_KEY_ENC_TOS", hex8),
		field("TCA_TUNNEL_KEY_ENC_TTL", u8),
		field("TCA_TUNNEL_KEY_NO_FRAG", flag),
	)
}

func tcActVlan() schema.Type {
	return tcNest("TCA_VLAN",
		field("TCA_VLAN_TM", tcTimes()),
		field("TCA_VLAN_PARMS", tcParms("tc_vlan", tcOne("v_action", named(s32, enum("v_action", 1,
			"TCA_VLAN_ACT_POP", "TCA_VLAN_ACT_PUSH", "TCA_VLAN_ACT_MODIFY", "TCA_VLAN_ACT_POP_ETH", "TCA_VLAN_ACT_PUSH_ETH"))))),
		field("TCA_VLAN_PUSH_VLAN_ID", u16),
		field("TCA_VLAN_PUSH_VLAN_PROTOCOL", named(be16, etherType)),
		field("TCA_VLAN_PAD", padAt),
		field("TCA_VLAN_PUSH_VLAN_PRIORITY", u8),
		field("TCA_VLAN_PUSH_ETH_DST", hwaddr),
		field("TCA_VLAN_PUSH_ETH_SRC", hwaddr),
	)
}
