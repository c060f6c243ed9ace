// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Data center bridging: linux/dcbnl.h, net/dcb/dcbnl.c. The command in the
// header says what an attribute is asked for; the types are the same in
// requests and answers, except that a change is answered by one byte.

// struct dcbmsg { __u8 dcb_family; __u8 cmd; __u16 dcb_pad; };
func dcbmsg() *schema.StructType {
	return record("dcbmsg",
		field("dcb_family", named(u8, addressFamily)),
		field("cmd", named(u8, dcbCommand)),
		padding("dcb_pad", 2),
	)
}

var dcbCommand = enum("dcbnl_commands", 0,
	"DCB_CMD_UNDEFINED", "DCB_CMD_GSTATE", "DCB_CMD_SSTATE", "DCB_CMD_PGTX_GCFG",
	"DCB_CMD_PGTX_SCFG", "DCB_CMD_PGRX_GCFG", "DCB_CMD_PGRX_SCFG", "DCB_CMD_PFC_GCFG",
	"DCB_CMD_PFC_SCFG", "DCB_CMD_SET_ALL", "DCB_CMD_GPERM_HWADDR", "DCB_CMD_GCAP",
	"DCB_CMD_GNUMTCS", "DCB_CMD_SNUMTCS", "DCB_CMD_PFC_GSTATE", "DCB_CMD_PFC_SSTATE",
	"DCB_CMD_BCN_GCFG", "DCB_CMD_BCN_SCFG", "DCB_CMD_GAPP", "DCB_CMD_SAPP", "DCB_CMD_IEEE_SET",
	"DCB_CMD_IEEE_GET", "DCB_CMD_GDCBX", "DCB_CMD_SDCBX", "DCB_CMD_GFEATCFG", "DCB_CMD_SFEATCFG",
	"DCB_CMD_CEE_GET", "DCB_CMD_IEEE_DEL",
)

// dcbMessages are RTM_GETDCB and RTM_SETDCB. What answers a change begins with
// the attribute that was changed, the event about it with DCB_ATTR_IFNAME; so
// the type of the first attribute, behind struct dcbmsg and its own length,
// tells the two apart.
func dcbMessages() []schema.Message {
	request, reply := dcbAttr(flag, false), dcbAttr(hwaddr, false)
	status := schema.Variant{Header: dcbmsg(), Set: dcbAttr(hwaddr, true)}
	cases := map[uint64]schema.Variant{}
	for _, first := range []uint64{4, 6, 10, 11, 12, 13, 15} {
		cases[first] = status
	}
	return []schema.Message{
		{ID: 78, Name: "RTM_GETDCB", Dirs: schema.ToKernel, Header: atLeast(1, dcbmsg()), Set: request},
		{ID: 78, Name: "RTM_GETDCB", Dirs: schema.FromKernel, Header: dcbmsg(), Set: reply},
		{ID: 79, Name: "RTM_SETDCB", Dirs: schema.ToKernel, Header: dcbmsg(), Set: request},
		{ID: 79, Name: "RTM_SETDCB", Dirs: schema.FromKernel, Header: dcbmsg(), Set: reply,
			Variants: &schema.Variants{Off: 6, Width: 2, Cases: cases}},
	}
}

// dcbStatus is the byte that answers a change.
var dcbStatus = values("status", val(0xff, "DCB_ATTR_VALUE_UNDEFINED"))

// dcbAttr are the attributes; with status, a byte stands where others have a
// nest. permAddr is a flag in requests, and an address of 32 bytes, zeros
// behind it, in answers.
func dcbAttr(permAddr schema.Type, status bool) *schema.Set {
	or := func(t schema.Type) schema.Type {
		if status {
			return named(u8, dcbStatus)
		}
		return t
	}
	return set("DCB_ATTR",
		unspec("DCB_ATTR_UNDEFINED"),
		attr(1, "DCB_ATTR_IFNAME", str),
		attr(2, "DCB_ATTR_STATE", u8),
		attr(3, "DCB_ATTR_PFC_STATE", u8),
		attr(4, "DCB_ATTR_PFC_CFG", or(nest(set("DCB_PFC_UP_ATTR", append(append(
			[]schema.Attr{unspec("DCB_PFC_UP_ATTR_UNDEFINED")}, dcbEight(1, "DCB_PFC_UP_ATTR_", u8)...),
			attr(9, "DCB_PFC_UP_ATTR_ALL", flag))...)))),
		attr(5, "DCB_ATTR_NUM_TC", u8),
		attr(6, "DCB_ATTR_PG_CFG", or(nest(dcbPG()))),
		attr(7, "DCB_ATTR_SET_ALL", u8),
		attr(8, "DCB_ATTR_PERM_HWADDR", permAddr),
		attr(9, "DCB_ATTR_CAP", nest(dcbCap())),
		attr(10, "DCB_ATTR_NUMTCS", or(nest(set("DCB_NUMTCS_ATTR",
			unspec("DCB_NUMTCS_ATTR_UNDEFINED"), attr(1, "DCB_NUMTCS_ATTR_ALL", flag),
			attr(2, "DCB_NUMTCS_ATTR_PG", u8), attr(3, "DCB_NUMTCS_ATTR_PFC", u8))))),
		attr(11, "DCB_ATTR_BCN", or(nest(dcbBCN()))),
		attr(12, "DCB_ATTR_APP", or(nest(dcbCEEApp()))),
		attr(13, "DCB_ATTR_IEEE", or(nest(dcbIEEE()))),
		attr(14, "DCB_ATTR_DCBX", named(u8, dcbDCBX)),
		attr(15, "DCB_ATTR_FEATCFG", or(nest(dcbFeatures()))),
		attr(16, "DCB_ATTR_CEE", nest(dcbCEE())),
	)
}

// dcbEight are attributes for the eight priorities or traffic classes.
func dcbEight(id uint16, prefix string, t schema.Type) []schema.Attr {
	out := make([]schema.Attr, 8)
	for i := range out {
		out[i] = attr(id+uint16(i), prefix+string('0'+rune(i)), t)
	}
	return out
}

var (
	dcbDCBX = bits("DCB_CAP_DCBX", "DCB_CAP_DCBX_HOST", "DCB_CAP_DCBX_LLD_MANAGED", "DCB_CAP_DCBX_VER_CEE",
		"DCB_CAP_DCBX_VER_IEEE", "DCB_CAP_DCBX_STATIC")
	dcbFeature = bits("DCB_FEATCFG", "DCB_FEATCFG_ERROR", "DCB_FEATCFG_ENABLE", "DCB_FEATCFG_WILLING", "DCB_FEATCFG_ADVERTISE")
)

// dcbPG are priority groups: what each traffic class gets, and the bandwidth
// of the groups in percent.
func dcbPG() *schema.Set {
	tc := nest(set("DCB_TC_ATTR",
		unspec("DCB_TC_ATTR_PARAM_UNDEFINED"),
		attr(1, "DCB_TC_ATTR_PARAM_PGID", u8), attr(2, "DCB_TC_ATTR_PARAM_UP_MAPPING", hex8),
		attr(3, "DCB_TC_ATTR_PARAM_STRICT_PRIO", u8), attr(4, "DCB_TC_ATTR_PARAM_BW_PCT", u8),
		attr(5, "DCB_TC_ATTR_PARAM_ALL", flag)))
	s := set("DCB_PG_ATTR", unspec("DCB_PG_ATTR_UNDEFINED"))
	s.Attrs = append(s.Attrs, dcbEight(1, "DCB_PG_ATTR_TC_", tc)...)
	s.Attrs = append(s.Attrs, noted(9, "DCB_PG_ATTR_TC_MAX", unused, "a number between two lists"), attr(10, "DCB_PG_ATTR_TC_ALL", tc))
	s.Attrs = append(s.Attrs, dcbEight(11, "DCB_PG_ATTR_BW_ID_", u8)...)
	s.Attrs = append(s.Attrs, noted(19, "DCB_PG_ATTR_BW_ID_MAX", unused, "a number between two lists"), attr(20, "DCB_PG_ATTR_BW_ID_ALL", flag))
	return s
}

func dcbCap() *schema.Set {
	return set("DCB_CAP_ATTR",
		unspec("DCB_CAP_ATTR_UNDEFINED"),
		attr(1, "DCB_CAP_ATTR_ALL", flag),
		attr(2, "DCB_CAP_ATTR_PG", u8),
		attr(3, "DCB_CAP_ATTR_PFC", u8),
		attr(4, "DCB_CAP_ATTR_UP2TC", u8),
		attr(5, "DCB_CAP_ATTR_PG_TCS", hex8), // a bit for each number of traffic classes
		attr(6, "DCB_CAP_ATTR_PFC_TCS", hex8),
		attr(7, "DCB_CAP_ATTR_GSP", u8),
		attr(8, "DCB_CAP_ATTR_BCN", u8),
		attr(9, "DCB_CAP_ATTR_DCBX", named(u8, dcbDCBX)),
	)
}

// dcbBCN is backward congestion notification, the draft before IEEE 802.1Qau.
func dcbBCN() *schema.Set {
	s := set("DCB_BCN_ATTR", unspec("DCB_BCN_ATTR_UNDEFINED"))
	s.Attrs = append(s.Attrs, dcbEight(1, "DCB_BCN_ATTR_RP_", u8)...)
	s.Attrs = append(s.Attrs, attr(9, "DCB_BCN_ATTR_RP_ALL", flag))
	s.Attrs = append(s.Attrs, attrs(10, u32, "DCB_BCN_ATTR_BCNA_0", "DCB_BCN_ATTR_BCNA_1", "DCB_BCN_ATTR_ALPHA",
		"DCB_BCN_ATTR_BETA", "DCB_BCN_ATTR_GD", "DCB_BCN_ATTR_GI", "DCB_BCN_ATTR_TMAX", "DCB_BCN_ATTR_TD",
		"DCB_BCN_ATTR_RMIN", "DCB_BCN_ATTR_W", "DCB_BCN_ATTR_RD", "DCB_BCN_ATTR_RU", "DCB_BCN_ATTR_WRTT",
		"DCB_BCN_ATTR_RI", "DCB_BCN_ATTR_C")...)
	s.Attrs = append(s.Attrs, attr(25, "DCB_BCN_ATTR_ALL", flag))
	return s
}

func dcbFeatures() *schema.Set {
	f := named(u8, dcbFeature)
	return set("DCB_FEATCFG_ATTR",
		unspec("DCB_FEATCFG_ATTR_UNDEFINED"),
		attr(1, "DCB_FEATCFG_ATTR_ALL", flag), attr(2, "DCB_FEATCFG_ATTR_PG", f),
		attr(3, "DCB_FEATCFG_ATTR_PFC", f), attr(4, "DCB_FEATCFG_ATTR_APP", f))
}

// dcbCEEApp is an application's priority as CEE has it.
func dcbCEEApp() *schema.Set {
	return set("DCB_APP_ATTR",
		unspec("DCB_APP_ATTR_UNDEFINED"),
		attr(1, "DCB_APP_ATTR_IDTYPE", named(u8, enum("idtype", 0, "DCB_APP_IDTYPE_ETHTYPE", "DCB_APP_IDTYPE_PORTNUM"))),
		attr(2, "DCB_APP_ATTR_ID", by("DCB_APP_ATTR_IDTYPE", u16, map[string]schema.Type{
			"DCB_APP_IDTYPE_ETHTYPE": named(u16, etherType)})),
		attr(3, "DCB_APP_ATTR_PRIORITY", hex8), // a bit for each priority
	)
}

// dcbApp is struct dcb_app { __u8 selector; __u8 priority; __u16 protocol; },
// protocol in host byte order.
func dcbApp() schema.Type {
	return structOf(record("dcb_app",
		field("selector", named(u8, dcbSelector)), field("priority", u8),
		field("protocol", sized(by("selector", u16, map[string]schema.Type{
			"IEEE_8021QAZ_APP_SEL_ETHERTYPE": named(u16, etherType)}), 2))))
}

var dcbSelector = values("selector", val(1, "IEEE_8021QAZ_APP_SEL_ETHERTYPE"), val(2, "IEEE_8021QAZ_APP_SEL_STREAM"),
	val(3, "IEEE_8021QAZ_APP_SEL_DGRAM"), val(4, "IEEE_8021QAZ_APP_SEL_ANY"), val(5, "IEEE_8021QAZ_APP_SEL_DSCP"),
	val(255, "DCB_APP_SEL_PCP"))

// dcbPeerInfo is struct dcb_peer_app_info.
func dcbPeerInfo() schema.Type {
	return structOf(record("dcb_peer_app_info", fields(u8, "willing", "error")...))
}
