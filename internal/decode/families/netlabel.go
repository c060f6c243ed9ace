// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NetLabel: four families for labels of packets. No UAPI header has them; the
// numbers are those of net/netlabel/*.h and include/net/netlabel.h.

func nlblFamily(name string, s *schema.Set, lead []string, commands ...string) *schema.Family {
	f := &schema.Family{
		Name:     name,
		Protocol: unix.NETLINK_GENERIC,
		Version:  3, // NETLBL_PROTO_VERSION
		Set:      s,
		Lead:     lead,
	}
	for i, c := range commands {
		f.Messages = append(f.Messages, schema.Message{ID: uint16(i), Name: c})
	}
	return f
}

var nlblType = enum("NETLBL_NLTYPE", 0,
	"NETLBL_NLTYPE_NONE", "NETLBL_NLTYPE_MGMT", "NETLBL_NLTYPE_RIPSO", "NETLBL_NLTYPE_CIPSOV4",
	"NETLBL_NLTYPE_CIPSOV6", "NETLBL_NLTYPE_UNLABELED", "NETLBL_NLTYPE_ADDRSELECT", "NETLBL_NLTYPE_CALIPSO",
)

// nlblMgmt maps domains to protocols (netlabel_mgmt.c: netlbl_mgmt_listentry).
// A domain with addresses has a list of selectors, with attributes of the same
// set.
func nlblMgmt() *schema.Family {
	s := set("NLBL_MGMT_A", unspec("NLBL_MGMT_A_UNSPEC"))
	s.Attrs = append(s.Attrs,
		attr(1, "NLBL_MGMT_A_DOMAIN", str),
		attr(2, "NLBL_MGMT_A_PROTOCOL", named(u32, nlblType)),
		attr(3, "NLBL_MGMT_A_VERSION", u32),
		attr(4, "NLBL_MGMT_A_CV4DOI", u32),
		attr(5, "NLBL_MGMT_A_IPV6ADDR", ip),
		attr(6, "NLBL_MGMT_A_IPV6MASK", ip),
		attr(7, "NLBL_MGMT_A_IPV4ADDR", ip),
		attr(8, "NLBL_MGMT_A_IPV4MASK", ip),
		attr(9, "NLBL_MGMT_A_ADDRSELECTOR", nest(s)),
		attr(10, "NLBL_MGMT_A_SELECTORLIST", nest(s)),
		attr(11, "NLBL_MGMT_A_FAMILY", named(u16, addressFamily)),
		attr(12, "NLBL_MGMT_A_CLPDOI", u32),
	)
	return nlblFamily("NLBL_MGMT", s,
		[]string{"NLBL_MGMT_A_DOMAIN", "NLBL_MGMT_A_PROTOCOL", "NLBL_MGMT_A_CV4DOI", "NLBL_MGMT_A_CLPDOI", "NLBL_MGMT_A_VERSION", ">*"},
		"NLBL_MGMT_C_UNSPEC", "NLBL_MGMT_C_ADD", "NLBL_MGMT_C_REMOVE", "NLBL_MGMT_C_LISTALL",
		"NLBL_MGMT_C_ADDDEF", "NLBL_MGMT_C_REMOVEDEF", "NLBL_MGMT_C_LISTDEF", "NLBL_MGMT_C_PROTOCOLS",
		"NLBL_MGMT_C_VERSION")
}

// nlblCipsoV4 is domains of interpretation of CIPSO (netlabel_cipso_v4.c).
func nlblCipsoV4() *schema.Family {
	level := set("NLBL_CIPSOV4_A",
		attr(5, "NLBL_CIPSOV4_A_MLSLVLLOC", u32),
		attr(6, "NLBL_CIPSOV4_A_MLSLVLREM", u32),
		attr(9, "NLBL_CIPSOV4_A_MLSCATLOC", u32),
		attr(10, "NLBL_CIPSOV4_A_MLSCATREM", u32),
	)
	tag := attr(3, "NLBL_CIPSOV4_A_TAG", named(u8, values("CIPSO_V4_TAG",
		val(0, "CIPSO_V4_TAG_INVALID"), val(1, "CIPSO_V4_TAG_RBITMAP"), val(2, "CIPSO_V4_TAG_ENUM"),
		val(5, "CIPSO_V4_TAG_RANGE"), val(6, "CIPSO_V4_TAG_PBITMAP"), val(7, "CIPSO_V4_TAG_FREEFORM"),
		val(128, "CIPSO_V4_TAG_LOCAL"))))
	return nlblFamily("NLBL_CIPSOv4",
		set("NLBL_CIPSOV4_A",
			unspec("NLBL_CIPSOV4_A_UNSPEC"),
			attr(1, "NLBL_CIPSOV4_A_DOI", u32),
			attr(2, "NLBL_CIPSOV4_A_MTYPE", named(u32, enum("CIPSO_V4_MAP", 0,
				"CIPSO_V4_MAP_UNKNOWN", "CIPSO_V4_MAP_TRANS", "CIPSO_V4_MAP_PASS", "CIPSO_V4_MAP_LOCAL"))),
			tag,
			attr(4, "NLBL_CIPSOV4_A_TAGLST", nest(set("NLBL_CIPSOV4_A", tag))),
			attr(5, "NLBL_CIPSOV4_A_MLSLVLLOC", u32),
			attr(6, "NLBL_CIPSOV4_A_MLSLVLREM", u32),
			attr(7, "NLBL_CIPSOV4_A_MLSLVL", nest(level)),
			attr(8, "NLBL_CIPSOV4_A_MLSLVLLST", nest(set("NLBL_CIPSOV4_A", attr(7, "NLBL_CIPSOV4_A_MLSLVL", nest(level))))),
			attr(9, "NLBL_CIPSOV4_A_MLSCATLOC", u32),
			attr(10, "NLBL_CIPSOV4_A_MLSCATREM", u32),
			attr(11, "NLBL_CIPSOV4_A_MLSCAT", nest(level)),
			attr(12, "NLBL_CIPSOV4_A_MLSCATLST", nest(set("NLBL_CIPSOV4_A", attr(11, "NLBL_CIPSOV4_A_MLSCAT", nest(level))))),
		),
		[]string{"NLBL_CIPSOV4_A_DOI", "NLBL_CIPSOV4_A_MTYPE", ">*"},
		"NLBL_CIPSOV4_C_UNSPEC", "NLBL_CIPSOV4_C_ADD", "NLBL_CIPSOV4_C_REMOVE", "NLBL_CIPSOV4_C_LIST",
		"NLBL_CIPSOV4_C_LISTALL")
}

// nlblCalipso is the same for IPv6 (netlabel_calipso.c).
func nlblCalipso() *schema.Family {
	return nlblFamily("NLBL_CALIPSO",
		set("NLBL_CALIPSO_A",
			unspec("NLBL_CALIPSO_A_UNSPEC"),
			attr(1, "NLBL_CALIPSO_A_DOI", u32),
			attr(2, "NLBL_CALIPSO_A_MTYPE", named(u32, values("CALIPSO_MAP",
				val(0, "CALIPSO_MAP_UNKNOWN"), val(2, "CALIPSO_MAP_PASS")))),
		),
		[]string{"NLBL_CALIPSO_A_DOI", "NLBL_CALIPSO_A_MTYPE", ">*"},
		"NLBL_CALIPSO_C_UNSPEC", "NLBL_CALIPSO_C_ADD", "NLBL_CALIPSO_C_REMOVE", "NLBL_CALIPSO_C_LIST",
		"NLBL_CALIPSO_C_LISTALL")
}

// nlblUnlabel is packets without a label (netlabel_unlabeled.c).
func nlblUnlabel() *schema.Family {
	return nlblFamily("NLBL_UNLBL",
		set("NLBL_UNLABEL_A",
			unspec("NLBL_UNLABEL_A_UNSPEC"),
			attr(1, "NLBL_UNLABEL_A_ACPTFLG", u8),
			attr(2, "NLBL_UNLABEL_A_IPV6ADDR", ip),
			attr(3, "NLBL_UNLABEL_A_IPV6MASK", ip),
			attr(4, "NLBL_UNLABEL_A_IPV4ADDR", ip),
			attr(5, "NLBL_UNLABEL_A_IPV4MASK", ip),
			attr(6, "NLBL_UNLABEL_A_IFACE", str),
			attr(7, "NLBL_UNLABEL_A_SECCTX", str),
		),
		[]string{"NLBL_UNLABEL_A_IFACE", "NLBL_UNLABEL_A_IPV4ADDR", "NLBL_UNLABEL_A_IPV6ADDR", "NLBL_UNLABEL_A_SECCTX", "NLBL_UNLABEL_A_ACPTFLG", ">*"},
		"NLBL_UNLABEL_C_UNSPEC", "NLBL_UNLABEL_C_ACCEPT", "NLBL_UNLABEL_C_LIST", "NLBL_UNLABEL_C_STATICADD",
		"NLBL_UNLABEL_C_STATICREMOVE", "NLBL_UNLABEL_C_STATICLIST", "NLBL_UNLABEL_C_STATICADDDEF",
		"NLBL_UNLABEL_C_STATICREMOVEDEF", "NLBL_UNLABEL_C_STATICLISTDEF")
}
