// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Lightweight tunnels of routes and nexthops: linux/lwtunnel.h and a header
// for each type; types as in lwtunnel_encap_ops.fill_encap.

// lwtunnel is RTA_ENCAP or NHA_ENCAP, whose layout the attribute typ tells.
func lwtunnel(typ string) schema.Type {
	return by(typ, blob, map[string]schema.Type{
		"LWTUNNEL_ENCAP_MPLS":       nest(mplsIPTunnel()),
		"LWTUNNEL_ENCAP_IP":         nest(lwtunnelIP()),
		"LWTUNNEL_ENCAP_ILA":        nest(ilaAttr()),
		"LWTUNNEL_ENCAP_IP6":        nest(lwtunnelIP6()),
		"LWTUNNEL_ENCAP_SEG6":       nest(seg6IPTunnel()),
		"LWTUNNEL_ENCAP_BPF":        nest(lwtBPF()),
		"LWTUNNEL_ENCAP_SEG6_LOCAL": nest(seg6Local()),
		"LWTUNNEL_ENCAP_RPL":        nest(rplIPTunnel()),
		"LWTUNNEL_ENCAP_IOAM6":      nest(ioam6IPTunnel()),
		"LWTUNNEL_ENCAP_XFRM": nest(set("LWT_XFRM",
			unspec("LWT_XFRM_UNSPEC"),
			attr(1, "LWT_XFRM_IF_ID", hex32),
			attr(2, "LWT_XFRM_LINK", ifindex))),
	})
}

var lwtunnelType = enum("lwtunnel_encap_types", 0,
	"LWTUNNEL_ENCAP_NONE", "LWTUNNEL_ENCAP_MPLS", "LWTUNNEL_ENCAP_IP", "LWTUNNEL_ENCAP_ILA",
	"LWTUNNEL_ENCAP_IP6", "LWTUNNEL_ENCAP_SEG6", "LWTUNNEL_ENCAP_BPF", "LWTUNNEL_ENCAP_SEG6_LOCAL",
	"LWTUNNEL_ENCAP_RPL", "LWTUNNEL_ENCAP_IOAM6", "LWTUNNEL_ENCAP_XFRM",
)

// linux/mpls_iptunnel.h, net/mpls/mpls_iptunnel.c
func mplsIPTunnel() *schema.Set {
	return set("MPLS_IPTUNNEL",
		unspec("MPLS_IPTUNNEL_UNSPEC"),
		attr(1, "MPLS_IPTUNNEL_DST", where(mplsLabels, mplsLabelsFacts)),
		attr(2, "MPLS_IPTUNNEL_TTL", u8),
	)
}

// net/ipv4/ip_tunnel_core.c
func lwtunnelIP() *schema.Set {
	return set("LWTUNNEL_IP",
		unspec("LWTUNNEL_IP_UNSPEC"),
		attr(1, "LWTUNNEL_IP_ID", be64),
		attr(2, "LWTUNNEL_IP_DST", ip),
		attr(3, "LWTUNNEL_IP_SRC", ip),
		attr(4, "LWTUNNEL_IP_TTL", u8),
		attr(5, "LWTUNNEL_IP_TOS", hex8),
		attr(6, "LWTUNNEL_IP_FLAGS", named(be16, tunnelFlags)),
		attr(7, "LWTUNNEL_IP_PAD", padAt),
		attr(8, "LWTUNNEL_IP_OPTS", nest(lwtunnelOpts())),
	)
}

func lwtunnelIP6() *schema.Set {
	return set("LWTUNNEL_IP6",
		unspec("LWTUNNEL_IP6_UNSPEC"),
		attr(1, "LWTUNNEL_IP6_ID", be64),
		attr(2, "LWTUNNEL_IP6_DST", ip),
		attr(3, "LWTUNNEL_IP6_SRC", ip),
		attr(4, "LWTUNNEL_IP6_HOPLIMIT", u8),
		attr(5, "LWTUNNEL_IP6_TC", hex8),
		attr(6, "LWTUNNEL_IP6_FLAGS", named(be16, tunnelFlags)),
		attr(7, "LWTUNNEL_IP6_PAD", padAt),
		attr(8, "LWTUNNEL_IP6_OPTS", nest(lwtunnelOpts())),
	)
}

func lwtunnelOpts() *schema.Set {
	return set("LWTUNNEL_IP_OPTS",
		unspec("LWTUNNEL_IP_OPTS_UNSPEC"),
		attr(1, "LWTUNNEL_IP_OPTS_GENEVE", nest(set("LWTUNNEL_IP_OPT_GENEVE",
			unspec("LWTUNNEL_IP_OPT_GENEVE_UNSPEC"),
			attr(1, "LWTUNNEL_IP_OPT_GENEVE_CLASS", hexBE16),
			attr(2, "LWTUNNEL_IP_OPT_GENEVE_TYPE", hex8),
			attr(3, "LWTUNNEL_IP_OPT_GENEVE_DATA", opaque)))),
		attr(2, "LWTUNNEL_IP_OPTS_VXLAN", nest(set("LWTUNNEL_IP_OPT_VXLAN",
			unspec("LWTUNNEL_IP_OPT_VXLAN_UNSPEC"),
			attr(1, "LWTUNNEL_IP_OPT_VXLAN_GBP", hex32)))),
		attr(3, "LWTUNNEL_IP_OPTS_ERSPAN", nest(set("LWTUNNEL_IP_OPT_ERSPAN",
			unspec("LWTUNNEL_IP_OPT_ERSPAN_UNSPEC"),
			attr(1, "LWTUNNEL_IP_OPT_ERSPAN_VER", u8),
			attr(2, "LWTUNNEL_IP_OPT_ERSPAN_INDEX", be32),
			attr(3, "LWTUNNEL_IP_OPT_ERSPAN_DIR", u8),
			attr(4, "LWTUNNEL_IP_OPT_ERSPAN_HWID", u8)))),
	)
}

// tunnelFlags is TUNNEL_* of linux/if_tunnel.h, as read in network byte order.
var tunnelFlags = bits("TUNNEL",
	"TUNNEL_CSUM", "TUNNEL_ROUTING", "TUNNEL_KEY", "TUNNEL_SEQ", "TUNNEL_STRICT", "TUNNEL_REC",
	"TUNNEL_VERSION", "TUNNEL_NO_KEY", "TUNNEL_DONT_FRAGMENT", "TUNNEL_OAM", "TUNNEL_CRIT_OPT",
	"TUNNEL_GENEVE_OPT", "TUNNEL_VXLAN_OPT", "TUNNEL_NOCACHE", "TUNNEL_ERSPAN_OPT",
	"TUNNEL_GTP_OPT",
)

// linux/ila.h, net/ipv6/ila/ila_lwt.c
func ilaAttr() *schema.Set {
	return set("ILA_ATTR",
		unspec("ILA_ATTR_UNSPEC"),
		attr(1, "ILA_ATTR_LOCATOR", hexBE64),
		attr(2, "ILA_ATTR_IDENTIFIER", hexBE64),
		attr(3, "ILA_ATTR_LOCATOR_MATCH", hexBE64),
		attr(4, "ILA_ATTR_IFINDEX", ifindexS),
		attr(5, "ILA_ATTR_DIR", named(u32, bits("ILA_DIR", "ILA_DIR_IN", "ILA_DIR_OUT"))),
		attr(6, "ILA_ATTR_PAD", padAt),
		attr(7, "ILA_ATTR_CSUM_MODE", named(u8, ilaCsum)),
		attr(8, "ILA_ATTR_IDENT_TYPE", named(u8, ilaType)),
		attr(9, "ILA_ATTR_HOOK_TYPE", named(u8, enum("ILA_HOOK", 0, "ILA_HOOK_ROUTE_OUTPUT", "ILA_HOOK_ROUTE_INPUT"))),
	)
}

var (
	ilaCsum = enum("ILA_CSUM", 0,
		"ILA_CSUM_ADJUST_TRANSPORT", "ILA_CSUM_NEUTRAL_MAP", "ILA_CSUM_NO_ACTION", "ILA_CSUM_NEUTRAL_MAP_AUTO",
	)
	ilaType = values("ILA_ATYPE",
		val(0, "ILA_ATYPE_IID"), val(1, "ILA_ATYPE_LUID"), val(2, "ILA_ATYPE_VIRT_V4"),
		val(3, "ILA_ATYPE_VIRT_UNI_V6"), val(4, "ILA_ATYPE_VIRT_MULTI_V6"),
		val(5, "ILA_ATYPE_NONLOCAL_ADDR"), val(6, "ILA_ATYPE_RSVD_1"), val(7, "ILA_ATYPE_RSVD_2"),
		val(32, "ILA_ATYPE_USE_FORMAT"),
	)
)

// linux/seg6_iptunnel.h, net/ipv6/seg6_iptunnel.c
func seg6IPTunnel() *schema.Set {
	return set("SEG6_IPTUNNEL",
		unspec("SEG6_IPTUNNEL_UNSPEC"),
		attr(1, "SEG6_IPTUNNEL_SRH", structOf(record("seg6_iptunnel_encap",
			field("mode", named(s32, seg6Mode)), field("srh", where(segmentRouting, segmentRoutingFacts))))),
		attr(2, "SEG6_IPTUNNEL_SRC", ip),
	)
}

var seg6Mode = enum("SEG6_IPTUN_MODE", 0,
	"SEG6_IPTUN_MODE_INLINE", "SEG6_IPTUN_MODE_ENCAP", "SEG6_IPTUN_MODE_L2ENCAP",
	"SEG6_IPTUN_MODE_ENCAP_RED", "SEG6_IPTUN_MODE_L2ENCAP_RED",
)

// segmentRouting renders struct ipv6_sr_hdr (linux/seg6.h): eight bytes, the
// segments from the last one to the first, then TLVs up to hdrlen.
func segmentRouting(b []byte, _ bool) (string, bool) {
	if len(b) < 8 {
		return "", false
	}
	n := int(b[4]) + 1
	if len(b) < 8+16*n {
		return "", false
	}
	var s strings.Builder
	s.WriteString("segments [")
	for i := range n {
		if i > 0 {
			s.WriteByte(' ')
		}
		addr, _ := netip.AddrFromSlice(b[8+16*i : 24+16*i])
		s.WriteString(addr.String())
	}
	fmt.Fprintf(&s, "] nexthdr %d hdrlen %d type %d segments_left %d flags 0x%x tag %d",
		b[0], b[1], b[2], b[3], b[5], binary.BigEndian.Uint16(b[6:]))
	if tlvs := b[8+16*n:]; len(tlvs) > 0 {
		fmt.Fprintf(&s, " tlvs %x", tlvs)
	}
	return s.String(), true
}

// linux/seg6_local.h, net/ipv6/seg6_local.c
func seg6Local() *schema.Set {
	return set("SEG6_LOCAL",
		unspec("SEG6_LOCAL_UNSPEC"),
		attr(1, "SEG6_LOCAL_ACTION", named(u32, seg6Action)),
		attr(2, "SEG6_LOCAL_SRH", where(segmentRouting, segmentRoutingFacts)),
		attr(3, "SEG6_LOCAL_TABLE", named(u32, rtTable)),
		attr(4, "SEG6_LOCAL_NH4", ip),
		attr(5, "SEG6_LOCAL_NH6", ip),
		attr(6, "SEG6_LOCAL_IIF", ifindex),
		attr(7, "SEG6_LOCAL_OIF", ifindex),
		attr(8, "SEG6_LOCAL_BPF", nest(set("SEG6_LOCAL_BPF_PROG",
			unspec("SEG6_LOCAL_BPF_PROG_UNSPEC"),
			attr(1, "SEG6_LOCAL_BPF_PROG", u32), // fd in requests, program ID in dumps
			attr(2, "SEG6_LOCAL_BPF_PROG_NAME", str)))),
		attr(9, "SEG6_LOCAL_VRFTABLE", named(u32, rtTable)),
		attr(10, "SEG6_LOCAL_COUNTERS", nest(set("SEG6_LOCAL_CNT",
			unspec("SEG6_LOCAL_CNT_UNSPEC"),
			attr(1, "SEG6_LOCAL_CNT_PAD", padAt),
			attr(2, "SEG6_LOCAL_CNT_PACKETS", u64),
			attr(3, "SEG6_LOCAL_CNT_BYTES", bytes64),
			attr(4, "SEG6_LOCAL_CNT_ERRORS", u64)))),
		attr(11, "SEG6_LOCAL_FLAVORS", nest(set("SEG6_LOCAL_FLV",
			unspec("SEG6_LOCAL_FLV_UNSPEC"),
			attr(1, "SEG6_LOCAL_FLV_OPERATION", named(u32, seg6Flavors)),
			attr(2, "SEG6_LOCAL_FLV_LCBLOCK_BITS", u8),
			attr(3, "SEG6_LOCAL_FLV_LCNODE_FN_BITS", u8)))),
	)
}

var (
	seg6Action = enum("SEG6_LOCAL_ACTION", 0,
		"SEG6_LOCAL_ACTION_UNSPEC", "SEG6_LOCAL_ACTION_END", "SEG6_LOCAL_ACTION_END_X",
		"SEG6_LOCAL_ACTION_END_T", "SEG6_LOCAL_ACTION_END_DX2", "SEG6_LOCAL_ACTION_END_DX6",
		"SEG6_LOCAL_ACTION_END_DX4", "SEG6_LOCAL_ACTION_END_DT6", "SEG6_LOCAL_ACTION_END_DT4",
		"SEG6_LOCAL_ACTION_END_B6", "SEG6_LOCAL_ACTION_END_B6_ENCAP", "SEG6_LOCAL_ACTION_END_BM",
		"SEG6_LOCAL_ACTION_END_S", "SEG6_LOCAL_ACTION_END_AS", "SEG6_LOCAL_ACTION_END_AM",
		"SEG6_LOCAL_ACTION_END_BPF", "SEG6_LOCAL_ACTION_END_DT46",
	)
	// seg6Flavors is a mask of 1 << SEG6_LOCAL_FLV_OP_*.
	seg6Flavors = bits("SEG6_LOCAL_FLV_OP", "",
		"SEG6_LOCAL_FLV_OP_PSP", "SEG6_LOCAL_FLV_OP_USP", "SEG6_LOCAL_FLV_OP_USD",
		"SEG6_LOCAL_FLV_OP_NEXT_CSID",
	)
)

// net/core/lwt_bpf.c
func lwtBPF() *schema.Set {
	prog := nest(set("LWT_BPF_PROG",
		unspec("LWT_BPF_PROG_UNSPEC"),
		attr(1, "LWT_BPF_PROG_FD", fd),
		attr(2, "LWT_BPF_PROG_NAME", str)))
	return set("LWT_BPF",
		unspec("LWT_BPF_UNSPEC"),
		attr(1, "LWT_BPF_IN", prog),
		attr(2, "LWT_BPF_OUT", prog),
		attr(3, "LWT_BPF_XMIT", prog),
		attr(4, "LWT_BPF_XMIT_HEADROOM", bytes32),
	)
}

// linux/rpl_iptunnel.h, struct ipv6_rpl_sr_hdr of linux/rpl.h; the bit fields
// are cmpri, cmpre, pad and reserved.
func rplIPTunnel() *schema.Set {
	return set("RPL_IPTUNNEL",
		unspec("RPL_IPTUNNEL_UNSPEC"),
		attr(1, "RPL_IPTUNNEL_SRH", structOf(record("ipv6_rpl_sr_hdr",
			field("nexthdr", named(u8, ipProtocol)),
			field("hdrlen", u8),
			field("type", u8),
			field("segments_left", u8),
			field("cmpr", hexBE32),
			field("segments", packed(sized(ip, 16)))))),
	)
}

// linux/ioam6_iptunnel.h, net/ipv6/ioam6_iptunnel.c
func ioam6IPTunnel() *schema.Set {
	return set("IOAM6_IPTUNNEL",
		unspec("IOAM6_IPTUNNEL_UNSPEC"),
		attr(1, "IOAM6_IPTUNNEL_MODE", named(u8, enum("IOAM6_IPTUNNEL_MODE", 1,
			"IOAM6_IPTUNNEL_MODE_INLINE", "IOAM6_IPTUNNEL_MODE_ENCAP", "IOAM6_IPTUNNEL_MODE_AUTO"))),
		attr(2, "IOAM6_IPTUNNEL_DST", ip),
		attr(3, "IOAM6_IPTUNNEL_TRACE", structOf(record("ioam6_trace_hdr", // linux/ioam6.h
			field("namespace_id", be16),
			field("nodelen", hex8), // 5 bits, then overflow
			field("remlen", u8),
			field("type", hexBE32),
			field("data", opaque)))), // by node and type
		attr(4, "IOAM6_IPTUNNEL_FREQ_K", u32),
		attr(5, "IOAM6_IPTUNNEL_FREQ_N", u32),
		attr(6, "IOAM6_IPTUNNEL_SRC", ip),
	)
}
