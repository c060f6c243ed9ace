// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// macsecGenl is IEEE 802.1AE (linux/if_macsec.h, drivers/net/macsec.c); the
// devices themselves are rtnetlink's.
func macsecGenl() *schema.Family {
	return &schema.Family{
		Name:     "macsec",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      macsecGenlAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "MACSEC_CMD_GET_TXSC"}, {ID: 1, Name: "MACSEC_CMD_ADD_RXSC"},
			{ID: 2, Name: "MACSEC_CMD_DEL_RXSC"}, {ID: 3, Name: "MACSEC_CMD_UPD_RXSC"},
			{ID: 4, Name: "MACSEC_CMD_ADD_TXSA"}, {ID: 5, Name: "MACSEC_CMD_DEL_TXSA"},
			{ID: 6, Name: "MACSEC_CMD_UPD_TXSA"}, {ID: 7, Name: "MACSEC_CMD_ADD_RXSA"},
			{ID: 8, Name: "MACSEC_CMD_DEL_RXSA"}, {ID: 9, Name: "MACSEC_CMD_UPD_RXSA"},
			{ID: 10, Name: "MACSEC_CMD_UPD_OFFLOAD"},
		},
		Lead: []string{"MACSEC_ATTR_IFINDEX", "MACSEC_SECY_ATTR_SCI", "MACSEC_RXSC_ATTR_SCI", "MACSEC_SA_ATTR_AN", "MACSEC_SA_ATTR_PN", "MACSEC_SA_ATTR_ACTIVE", "MACSEC_OFFLOAD_ATTR_TYPE", "-MACSEC_SA_ATTR_KEY", ">*"},
	}
}

func macsecGenlAttrs() *schema.Set {
	return set("MACSEC_ATTR",
		unspec("MACSEC_ATTR_UNSPEC"),
		attr(1, "MACSEC_ATTR_IFINDEX", ifindex),
		attr(2, "MACSEC_ATTR_RXSC_CONFIG", nest(macsecGenlRXSC())),
		attr(3, "MACSEC_ATTR_SA_CONFIG", nest(macsecGenlSA())),
		attr(4, "MACSEC_ATTR_SECY", nest(macsecGenlSecY())),
		attr(5, "MACSEC_ATTR_TXSA_LIST", array(nest(macsecGenlSA()))),
		attr(6, "MACSEC_ATTR_RXSC_LIST", array(nest(macsecGenlRXSC()))),
		attr(7, "MACSEC_ATTR_TXSC_STATS", nest(macsecGenlTXSCStats())),
		attr(8, "MACSEC_ATTR_SECY_STATS", nest(macsecGenlSecYStats())),
		attr(9, "MACSEC_ATTR_OFFLOAD", nest(set("MACSEC_OFFLOAD_ATTR", unspec("MACSEC_OFFLOAD_ATTR_UNSPEC"), attr(1, "MACSEC_OFFLOAD_ATTR_TYPE", named(u8, macsecOffload)), attr(2, "MACSEC_OFFLOAD_ATTR_PAD", padAt)))),
	)
}

func macsecGenlSecY() *schema.Set {
	return set("MACSEC_SECY_ATTR",
		unspec("MACSEC_SECY_ATTR_UNSPEC"),
		attr(1, "MACSEC_SECY_ATTR_SCI", hexBE64),
		attr(2, "MACSEC_SECY_ATTR_ENCODING_SA", u8),
		attr(3, "MACSEC_SECY_ATTR_WINDOW", u32),
		attr(4, "MACSEC_SECY_ATTR_CIPHER_SUITE", named(hex64, macsecCipher)),
		attr(5, "MACSEC_SECY_ATTR_ICV_LEN", u8),
		attr(6, "MACSEC_SECY_ATTR_PROTECT", u8),
		attr(7, "MACSEC_SECY_ATTR_REPLAY", u8),
		attr(8, "MACSEC_SECY_ATTR_OPER", u8),
		attr(9, "MACSEC_SECY_ATTR_VALIDATE", named(u8, macsecValidation)),
		attr(10, "MACSEC_SECY_ATTR_ENCRYPT", u8),
		attr(11, "MACSEC_SECY_ATTR_INC_SCI", u8),
		attr(12, "MACSEC_SECY_ATTR_ES", u8),
		attr(13, "MACSEC_SECY_ATTR_SCB", u8),
		attr(14, "MACSEC_SECY_ATTR_PAD", padAt),
	)
}

func macsecGenlRXSC() *schema.Set {
	return set("MACSEC_RXSC_ATTR",
		unspec("MACSEC_RXSC_ATTR_UNSPEC"),
		attr(1, "MACSEC_RXSC_ATTR_SCI", hexBE64),
		attr(2, "MACSEC_RXSC_ATTR_ACTIVE", u8),
		attr(3, "MACSEC_RXSC_ATTR_SA_LIST", array(nest(macsecGenlSA()))),
		attr(4, "MACSEC_RXSC_ATTR_STATS", nest(macsecGenlRXSCStats())),
		attr(5, "MACSEC_RXSC_ATTR_PAD", padAt),
	)
}

// A packet number is u32, or u64 with a cipher suite of extended numbers.
func macsecGenlSA() *schema.Set {
	return set("MACSEC_SA_ATTR",
		unspec("MACSEC_SA_ATTR_UNSPEC"),
		attr(1, "MACSEC_SA_ATTR_AN", u8),
		attr(2, "MACSEC_SA_ATTR_ACTIVE", u8),
		attr(3, "MACSEC_SA_ATTR_PN", anyUint),
		attr(4, "MACSEC_SA_ATTR_KEY", secret(opaque, schema.Key)),
		attr(5, "MACSEC_SA_ATTR_KEYID", opaque),
		attr(6, "MACSEC_SA_ATTR_STATS", nest(macsecGenlSAStats())),
		attr(7, "MACSEC_SA_ATTR_PAD", padAt),
		attr(8, "MACSEC_SA_ATTR_SSCI", hexBE32),
		attr(9, "MACSEC_SA_ATTR_SALT", secret(opaque, schema.Attackable)),
	)
}

func macsecGenlRXSCStats() *schema.Set {
	return set("MACSEC_RXSC_STATS_ATTR",
		unspec("MACSEC_RXSC_STATS_ATTR_UNSPEC"),
		attr(1, "MACSEC_RXSC_STATS_ATTR_IN_OCTETS_VALIDATED", u64),
		attr(2, "MACSEC_RXSC_STATS_ATTR_IN_OCTETS_DECRYPTED", u64),
		attr(3, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_UNCHECKED", u64),
		attr(4, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_DELAYED", u64),
		attr(5, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_OK", u64),
		attr(6, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_INVALID", u64),
		attr(7, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_LATE", u64),
		attr(8, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_VALID", u64),
		attr(9, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_USING_SA", u64),
		attr(10, "MACSEC_RXSC_STATS_ATTR_IN_PKTS_UNUSED_SA", u64),
		attr(11, "MACSEC_RXSC_STATS_ATTR_PAD", padAt),
	)
}

func macsecGenlSAStats() *schema.Set {
	return set("MACSEC_SA_STATS_ATTR",
		unspec("MACSEC_SA_STATS_ATTR_UNSPEC"),
		attr(1, "MACSEC_SA_STATS_ATTR_IN_PKTS_OK", u32),
		attr(2, "MACSEC_SA_STATS_ATTR_IN_PKTS_INVALID", u32),
		attr(3, "MACSEC_SA_STATS_ATTR_IN_PKTS_NOT_VALID", u32),
		attr(4, "MACSEC_SA_STATS_ATTR_IN_PKTS_NOT_USING_SA", u32),
		attr(5, "MACSEC_SA_STATS_ATTR_IN_PKTS_UNUSED_SA", u32),
		attr(6, "MACSEC_SA_STATS_ATTR_OUT_PKTS_PROTECTED", u32),
		attr(7, "MACSEC_SA_STATS_ATTR_OUT_PKTS_ENCRYPTED", u32),
	)
}

func macsecGenlTXSCStats() *schema.Set {
	return set("MACSEC_TXSC_STATS_ATTR",
		unspec("MACSEC_TXSC_STATS_ATTR_UNSPEC"),
		attr(1, "MACSEC_TXSC_STATS_ATTR_OUT_PKTS_PROTECTED", u64),
		attr(2, "MACSEC_TXSC_STATS_ATTR_OUT_PKTS_ENCRYPTED", u64),
		attr(3, "MACSEC_TXSC_STATS_ATTR_OUT_OCTETS_PROTECTED", u64),
		attr(4, "MACSEC_TXSC_STATS_ATTR_OUT_OCTETS_ENCRYPTED", u64),
		attr(5, "MACSEC_TXSC_STATS_ATTR_PAD", padAt),
	)
}

func macsecGenlSecYStats() *schema.Set {
	return set("MACSEC_SECY_STATS_ATTR",
		unspec("MACSEC_SECY_STATS_ATTR_UNSPEC"),
		attr(1, "MACSEC_SECY_STATS_ATTR_OUT_PKTS_UNTAGGED", u64),
		attr(2, "MACSEC_SECY_STATS_ATTR_IN_PKTS_UNTAGGED", u64),
		attr(3, "MACSEC_SECY_STATS_ATTR_OUT_PKTS_TOO_LONG", u64),
		attr(4, "MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_TAG", u64),
		attr(5, "MACSEC_SECY_STATS_ATTR_IN_PKTS_BAD_TAG", u64),
		attr(6, "MACSEC_SECY_STATS_ATTR_IN_PKTS_UNKNOWN_SCI", u64),
		attr(7, "MACSEC_SECY_STATS_ATTR_IN_PKTS_NO_SCI", u64),
		attr(8, "MACSEC_SECY_STATS_ATTR_IN_PKTS_OVERRUN", u64),
		attr(9, "MACSEC_SECY_STATS_ATTR_PAD", padAt),
	)
}
