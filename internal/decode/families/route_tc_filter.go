// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Filters of traffic control: linux/pkt_cls.h, net/sched/cls_*.c. flower is in
// route_tc_flower.go, what basic, cgroup and flow match by in
// route_tc_ematch.go.

// tcFilterOptions are by kind; acts is the list of actions that all but the
// oldest kernels' filters have.
func tcFilterOptions(acts schema.Type) map[string]schema.Type {
	police, ematches := nest(tcPolice()), nest(tcEmatches())
	return map[string]schema.Type{
		"flower": nest(tcFlower(acts)),
		"u32":    nest(tcU32(acts, police)),
		"bpf":    nest(tcBPF(acts, police)),
		"flow":   nest(tcFlow(acts, police, ematches)),
		"rsvp":   nest(tcRSVP(acts, police)),
		"rsvp6":  nest(tcRSVP(acts, police)),
		"basic": tcNest("TCA_BASIC",
			field("TCA_BASIC_CLASSID", tcClassID),
			field("TCA_BASIC_EMATCHES", ematches),
			field("TCA_BASIC_ACT", acts),
			field("TCA_BASIC_POLICE", police),
			field("TCA_BASIC_PCNT", structOf(record("tc_basic_pcnt", fields(u64, "rcnt", "rhit")...))),
			field("TCA_BASIC_PAD", padAt)),
		"cgroup": tcNest("TCA_CGROUP",
			field("TCA_CGROUP_ACT", acts),
			field("TCA_CGROUP_POLICE", police),
			field("TCA_CGROUP_EMATCHES", ematches)),
		"fw": tcNest("TCA_FW",
			field("TCA_FW_CLASSID", tcClassID),
			field("TCA_FW_POLICE", police),
			field("TCA_FW_INDEV", str),
			field("TCA_FW_ACT", acts),
			field("TCA_FW_MASK", hex32)),
		"matchall": tcNest("TCA_MATCHALL",
			field("TCA_MATCHALL_CLASSID", tcClassID),
			field("TCA_MATCHALL_ACT", acts),
			field("TCA_MATCHALL_FLAGS", named(u32, tcFilterFlags)),
			field("TCA_MATCHALL_PCNT", structOf(record("tc_matchall_pcnt", field("rhit", u64)))),
			field("TCA_MATCHALL_PAD", padAt)),
		"route": tcNest("TCA_ROUTE4",
			field("TCA_ROUTE4_CLASSID", tcClassID),
			field("TCA_ROUTE4_TO", u32), // realms
			field("TCA_ROUTE4_FROM", u32),
			field("TCA_ROUTE4_IIF", ifindex),
			field("TCA_ROUTE4_POLICE", police),
			field("TCA_ROUTE4_ACT", acts)),
		"tcindex": tcNest("TCA_TCINDEX", // until Linux 6.2
			field("TCA_TCINDEX_HASH", u32),
			field("TCA_TCINDEX_MASK", hex16),
			field("TCA_TCINDEX_SHIFT", u32),
			field("TCA_TCINDEX_FALL_THROUGH", u32),
			field("TCA_TCINDEX_CLASSID", tcClassID),
			field("TCA_TCINDEX_POLICE", police),
			field("TCA_TCINDEX_ACT", acts)),
	}
}

var tcFilterFlags = bits("TCA_CLS_FLAGS", "TCA_CLS_FLAGS_SKIP_HW", "TCA_CLS_FLAGS_SKIP_SW",
	"TCA_CLS_FLAGS_IN_HW", "TCA_CLS_FLAGS_NOT_IN_HW", "TCA_CLS_FLAGS_VERBOSE")

func tcU32(acts, police schema.Type) *schema.Set {
	sel := structOf(tcRecord("tc_u32_sel",
		tcOne("flags", named(u8, bits("TC_U32", "TC_U32_TERMINAL", "TC_U32_OFFSET", "TC_U32_VAROFFSET", "TC_U32_EAT"))),
		fields(u8, "offshift", "nkeys"), tcPadding(1),
		tcOne("offmask", hexBE16), tcOne("off", u16), fields(tcS16, "offoff", "hoff"), tcOne("hmask", hexBE32),
		tcOne("keys", packed(structOf(tcU32Key())))))
	sel.Struct.MinLen = 16
	count := structOf(record("tc_u32_pcnt", field("rcnt", u64), field("rhit", u64), field("kcnts", packed(u64))))
	count.Struct.MinLen = 16
	return tcSet("TCA_U32",
		field("TCA_U32_CLASSID", tcClassID),
		field("TCA_U32_HASH", tcU32Handle),
		field("TCA_U32_LINK", tcU32Handle),
		field("TCA_U32_DIVISOR", u32),
		field("TCA_U32_SEL", sel),
		field("TCA_U32_POLICE", police),
		field("TCA_U32_ACT", acts),
		field("TCA_U32_INDEV", str),
		field("TCA_U32_PCNT", count),
		field("TCA_U32_MARK", structOf(record("tc_u32_mark", field("val", hex32), field("mask", hex32), field("success", u32)))),
		field("TCA_U32_FLAGS", named(u32, tcFilterFlags)),
		field("TCA_U32_PAD", padAt),
	)
}

// tcU32Key is struct tc_u32_key.
func tcU32Key() *schema.StructType {
	return record("tc_u32_key", field("mask", hexBE32), field("val", hexBE32), field("off", s32),
		field("offmask", hinted(s32, schema.Hex)))
}

func tcBPF(acts, police schema.Type) *schema.Set {
	return tcSet("TCA_BPF",
		field("TCA_BPF_ACT", acts),
		field("TCA_BPF_POLICE", police),
		field("TCA_BPF_CLASSID", tcClassID),
		field("TCA_BPF_OPS_LEN", u16),
		field("TCA_BPF_OPS", tcClassicBPF()),
		field("TCA_BPF_FD", fd),
		field("TCA_BPF_NAME", str),
		field("TCA_BPF_FLAGS", named(u32, bits("TCA_BPF_FLAG", "TCA_BPF_FLAG_ACT_DIRECT"))),
		field("TCA_BPF_FLAGS_GEN", named(u32, tcFilterFlags)),
		field("TCA_BPF_TAG", opaque),
		field("TCA_BPF_ID", u32),
	)
}

func tcFlow(acts, police, ematches schema.Type) *schema.Set {
	keys := bits("FLOW_KEY", "FLOW_KEY_SRC", "FLOW_KEY_DST", "FLOW_KEY_PROTO", "FLOW_KEY_PROTO_SRC",
		"FLOW_KEY_PROTO_DST", "FLOW_KEY_IIF", "FLOW_KEY_PRIORITY", "FLOW_KEY_MARK", "FLOW_KEY_NFCT",
		"FLOW_KEY_NFCT_SRC", "FLOW_KEY_NFCT_DST", "FLOW_KEY_NFCT_PROTO_SRC", "FLOW_KEY_NFCT_PROTO_DST",
		"FLOW_KEY_RTCLASSID", "FLOW_KEY_SKUID", "FLOW_KEY_SKGID", "FLOW_KEY_VLAN_TAG", "FLOW_KEY_RXHASH")
	return tcSet("TCA_FLOW",
		field("TCA_FLOW_KEYS", named(u32, keys)),
		field("TCA_FLOW_MODE", named(u32, enum("mode", 0, "FLOW_MODE_MAP", "FLOW_MODE_HASH"))),
		field("TCA_FLOW_BASECLASS", tcClassID),
		field("TCA_FLOW_RSHIFT", u32),
		field("TCA_FLOW_ADDEND", hex32),
		field("TCA_FLOW_MASK", hex32),
		field("TCA_FLOW_XOR", hex32),
		field("TCA_FLOW_DIVISOR", u32),
		field("TCA_FLOW_ACT", acts),
		field("TCA_FLOW_POLICE", police),
		field("TCA_FLOW_EMATCHES", ematches),
		field("TCA_FLOW_PERTURB", seconds),
	)
}

// tcRSVP left Linux with 6.3.
func tcRSVP(acts, police schema.Type) *schema.Set {
	gpi := structOf(record("tc_rsvp_gpi", field("key", hexBE32), field("mask", hexBE32), field("offset", s32)))
	return tcSet("TCA_RSVP",
		field("TCA_RSVP_CLASSID", tcClassID),
		field("TCA_RSVP_DST", ip),
		field("TCA_RSVP_SRC", ip),
		field("TCA_RSVP_PINFO", structOf(record("tc_rsvp_pinfo", field("dpi", gpi), field("spi", gpi),
			field("protocol", named(u8, ipProtocol)), field("tunnelid", u8), field("tunnelhdr", u8), padding("pad", 1)))),
		field("TCA_RSVP_POLICE", police),
		field("TCA_RSVP_ACT", acts),
	)
}
