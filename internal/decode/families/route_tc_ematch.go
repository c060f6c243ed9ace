// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Extended matches: linux/pkt_cls.h, linux/tc_ematch/*.h, net/sched/ematch.c
// and em_*.c.

// tcEmatches is a tree: a header, and a list by position of structs, each with
// the data of its kind behind it.
func tcEmatches() *schema.Set {
	match := structOf(record("tcf_ematch_hdr",
		field("matchid", u16),
		field("kind", named(u16, tcEmKind)),
		field("flags", named(u16, tcEmFlags)),
		padding("pad", 2),
		field("data", by("kind", opaque, tcEmData()))))
	match.Struct.MinLen = 8
	return tcSet("TCA_EMATCH_TREE",
		field("TCA_EMATCH_TREE_HDR", structOf(record("tcf_ematch_tree_hdr",
			field("nmatches", u16), field("progid", named(u16, enum("progid", 0, "TCF_EM_PROG_TC")))))),
		field("TCA_EMATCH_TREE_LIST", array(match)),
	)
}

var (
	tcEmKind = enum("kind", 0, "TCF_EM_CONTAINER", "TCF_EM_CMP", "TCF_EM_NBYTE", "TCF_EM_U32", "TCF_EM_META",
		"TCF_EM_TEXT", "TCF_EM_VLAN", "TCF_EM_CANID", "TCF_EM_IPSET", "TCF_EM_IPT")
	tcEmFlags = masks("flags", val(0, "TCF_EM_REL_END"), val(1, "TCF_EM_REL_AND"), val(2, "TCF_EM_REL_OR"),
		val(4, "TCF_EM_INVERT"), val(8, "TCF_EM_SIMPLE"))
	tcEmAlign   = values("align", val(1, "TCF_EM_ALIGN_U8"), val(2, "TCF_EM_ALIGN_U16"), val(4, "TCF_EM_ALIGN_U32"))
	tcEmTrans   = masks("flags", val(1, "TCF_EM_CMP_TRANS"))
	tcEmLayer   = enum("layer", 0, "TCF_LAYER_LINK", "TCF_LAYER_NETWORK", "TCF_LAYER_TRANSPORT")
	tcEmOperand = enum("opnd", 0, "TCF_EM_OPND_EQ", "TCF_EM_OPND_GT", "TCF_EM_OPND_LT")
)

func tcEmData() map[string]schema.Type {
	meta := structOf(record("tcf_meta_hdr", field("left", structOf(tcEmMetaVal())), field("right", structOf(tcEmMetaVal()))))
	return map[string]schema.Type{
		"TCF_EM_CONTAINER": u32, // where the sequence in parentheses begins
		"TCF_EM_CMP": structOf(record("tcf_em_cmp",
			field("val", hex32), field("mask", hex32), field("off", u16),
			field("align", sized(tcNibbles(tcEmAlign, tcEmTrans), 1)),
			field("layer", sized(tcNibbles(tcEmLayer, tcEmOperand), 1)))),
		"TCF_EM_NBYTE": structOf(record("tcf_em_nbyte",
			field("off", u16), field("len", sized(where(tcEmLength, tcEmLengthFacts), 2)), field("pattern", opaque))),
		"TCF_EM_U32": structOf(tcU32Key()),
		"TCF_EM_META": tcNest("TCA_EM_META",
			field("TCA_EM_META_HDR", meta),
			field("TCA_EM_META_LVALUE", custom(tcEmMetaValue)),
			field("TCA_EM_META_RVALUE", custom(tcEmMetaValue))),
		"TCF_EM_TEXT": structOf(record("tcf_em_text",
			field("algo", sized(str, 16)), field("from_offset", u16), field("to_offset", u16), field("pattern_len", u16),
			field("layers", sized(tcNibbles(tcEmLayer, tcEmLayer), 1)), padding("pad", 1), field("pattern", str))),
		"TCF_EM_CANID": packed(structOf(record("can_filter", field("can_id", hex32), field("can_mask", hex32)))), // linux/can.h
		"TCF_EM_IPSET": nftXtSetInfo(),                                                                           // em_ipset_change
		"TCF_EM_IPT": tcNest("TCA_EM_IPT",
			field("TCA_EM_IPT_HOOK", named(u32, tcInetHook)),
			field("TCA_EM_IPT_MATCH_NAME", str),
			field("TCA_EM_IPT_MATCH_REVISION", u8),
			field("TCA_EM_IPT_NFPROTO", named(u8, addressFamily)),
			field("TCA_EM_IPT_MATCH_DATA", opaque)),
	}
}

// tcNibbles is a byte of two bit fields; the compiler puts the first one in
// the low half on little-endian machines, in the high half on others.
func tcNibbles(first, second *schema.Enum) schema.Type {
	t := custom(func(b []byte, big bool) (string, bool) {
		if len(b) != 1 {
			return "", false
		}
		lo, hi := uint64(b[0]&0xf), uint64(b[0]>>4)
		if big {
			lo, hi = hi, lo
		}
		return tcEnumText(first, lo) + " " + tcEnumText(second, hi), true
	})
	t.Enum, t.Facts = first, tcNibblesFacts(first, second)
	return t
}

func tcEnumText(e *schema.Enum, v uint64) string {
	if name, ok := e.Lookup(v); ok {
		return name
	}
	return strconv.FormatUint(v, 10)
}

// tcEmLength is struct tcf_em_nbyte { __u16 off; __u16 len:12; __u8 layer:4; }
// behind off.
func tcEmLength(b []byte, big bool) (string, bool) {
	if len(b) != 2 {
		return "", false
	}
	v := binary.LittleEndian.Uint16(b)
	n, layer := v&0xfff, v>>12
	if big {
		v = binary.BigEndian.Uint16(b)
		n, layer = v>>4, v&0xf
	}
	return fmt.Sprintf("%d %s", n, tcEnumText(tcEmLayer, uint64(layer))), true
}

// tcEmMetaVal is struct tcf_meta_val: kind is a type in the upper four bits
// and an ID in the lower eleven.
func tcEmMetaVal() *schema.StructType {
	return record("tcf_meta_val",
		field("kind", sized(schema.Type{Kind: schema.Custom, Enum: tcEmMetaID, Format: tcEmMetaKind, Facts: tcEmMetaKindFacts}, 2)),
		field("shift", u8), field("op", named(u8, tcEmOperand)))
}

func tcEmMetaKind(b []byte, big bool) (string, bool) {
	if len(b) != 2 {
		return "", false
	}
	v := binary.LittleEndian.Uint16(b)
	if big {
		v = binary.BigEndian.Uint16(b)
	}
	return tcEnumText(tcEmMetaType, uint64(v>>12)) + " " + tcEnumText(tcEmMetaID, uint64(v&0x7ff)), true
}

// tcEmMetaValue is a number of four or eight bytes, or text; the header beside
// it says which, and text of that length is told by its letters.
func tcEmMetaValue(b []byte, big bool) (string, bool) {
	text := len(b) > 0
	for _, c := range b {
		text = text && c >= ' ' && c < 0x7f
	}
	switch {
	case text:
		return string(b), true
	case len(b) == 4:
		return strconv.FormatUint(uint64(tcNumber32(b, big)), 10), true
	case len(b) == 8 && big:
		return strconv.FormatUint(binary.BigEndian.Uint64(b), 10), true
	case len(b) == 8:
		return strconv.FormatUint(binary.LittleEndian.Uint64(b), 10), true
	}
	return "", false
}

var (
	tcEmMetaType = enum("type", 0, "TCF_META_TYPE_VAR", "TCF_META_TYPE_INT")
	tcEmMetaID   = enum("id", 0, "TCF_META_ID_VALUE", "TCF_META_ID_RANDOM", "TCF_META_ID_LOADAVG_0",
		"TCF_META_ID_LOADAVG_1", "TCF_META_ID_LOADAVG_2", "TCF_META_ID_DEV", "TCF_META_ID_PRIORITY",
		"TCF_META_ID_PROTOCOL", "TCF_META_ID_PKTTYPE", "TCF_META_ID_PKTLEN", "TCF_META_ID_DATALEN",
		"TCF_META_ID_MACLEN", "TCF_META_ID_NFMARK", "TCF_META_ID_TCINDEX", "TCF_META_ID_RTCLASSID",
		"TCF_META_ID_RTIIF", "TCF_META_ID_SK_FAMILY", "TCF_META_ID_SK_STATE", "TCF_META_ID_SK_REUSE",
		"TCF_META_ID_SK_BOUND_IF", "TCF_META_ID_SK_REFCNT", "TCF_META_ID_SK_SHUTDOWN", "TCF_META_ID_SK_PROTO",
		"TCF_META_ID_SK_TYPE", "TCF_META_ID_SK_RCVBUF", "TCF_META_ID_SK_RMEM_ALLOC", "TCF_META_ID_SK_WMEM_ALLOC",
		"TCF_META_ID_SK_OMEM_ALLOC", "TCF_META_ID_SK_WMEM_QUEUED", "TCF_META_ID_SK_RCV_QLEN",
		"TCF_META_ID_SK_SND_QLEN", "TCF_META_ID_SK_ERR_QLEN", "TCF_META_ID_SK_FORWARD_ALLOCS",
		"TCF_META_ID_SK_SNDBUF", "TCF_META_ID_SK_ALLOCS", "", "TCF_META_ID_SK_HASH", "TCF_META_ID_SK_LINGERTIME",
		"TCF_META_ID_SK_ACK_BACKLOG", "TCF_META_ID_SK_MAX_ACK_BACKLOG", "TCF_META_ID_SK_PRIO",
		"TCF_META_ID_SK_RCVLOWAT", "TCF_META_ID_SK_RCVTIMEO", "TCF_META_ID_SK_SNDTIMEO",
		"TCF_META_ID_SK_SENDMSG_OFF", "TCF_META_ID_SK_WRITE_PENDING", "TCF_META_ID_VLAN_TAG", "TCF_META_ID_RXHASH")
)
