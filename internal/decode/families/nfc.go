// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nfc is near-field communication (linux/nfc.h, net/nfc/netlink.c). Two
// messages have the number of a protocol where all others have a mask.
func nfc() *schema.Family {
	one := nfcAttrs(named(u32, nfcProtocols))
	return &schema.Family{
		Name:     "nfc",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      nfcAttrs(named(u32, nfcProtocolBits)),
		Messages: []schema.Message{
			{ID: 0, Name: "NFC_CMD_UNSPEC"}, {ID: 1, Name: "NFC_CMD_GET_DEVICE"},
			{ID: 2, Name: "NFC_CMD_DEV_UP"}, {ID: 3, Name: "NFC_CMD_DEV_DOWN"},
			{ID: 4, Name: "NFC_CMD_DEP_LINK_UP"}, {ID: 5, Name: "NFC_CMD_DEP_LINK_DOWN"},
			{ID: 6, Name: "NFC_CMD_START_POLL"}, {ID: 7, Name: "NFC_CMD_STOP_POLL"},
			{ID: 8, Name: "NFC_CMD_GET_TARGET"}, {ID: 9, Name: "NFC_EVENT_TARGETS_FOUND"},
			{ID: 10, Name: "NFC_EVENT_DEVICE_ADDED"}, {ID: 11, Name: "NFC_EVENT_DEVICE_REMOVED"},
			{ID: 12, Name: "NFC_EVENT_TARGET_LOST"}, {ID: 13, Name: "NFC_EVENT_TM_ACTIVATED", Set: one},
			{ID: 14, Name: "NFC_EVENT_TM_DEACTIVATED"}, {ID: 15, Name: "NFC_CMD_LLC_GET_PARAMS"},
			{ID: 16, Name: "NFC_CMD_LLC_SET_PARAMS"}, {ID: 17, Name: "NFC_CMD_ENABLE_SE"},
			{ID: 18, Name: "NFC_CMD_DISABLE_SE"}, {ID: 19, Name: "NFC_CMD_LLC_SDREQ"},
			{ID: 20, Name: "NFC_EVENT_LLC_SDRES"}, {ID: 21, Name: "NFC_CMD_FW_DOWNLOAD"},
			{ID: 22, Name: "NFC_EVENT_SE_ADDED"}, {ID: 23, Name: "NFC_EVENT_SE_REMOVED"},
			{ID: 24, Name: "NFC_EVENT_SE_CONNECTIVITY"}, {ID: 25, Name: "NFC_EVENT_SE_TRANSACTION"},
			{ID: 26, Name: "NFC_CMD_GET_SE"}, {ID: 27, Name: "NFC_CMD_SE_IO"},
			{ID: 28, Name: "NFC_CMD_ACTIVATE_TARGET", Set: one}, {ID: 29, Name: "NFC_CMD_VENDOR"},
			{ID: 30, Name: "NFC_CMD_DEACTIVATE_TARGET"},
		},
		Groups: []schema.Group{{Name: "events"}},
		Lead:   []string{"NFC_ATTR_DEVICE_NAME", "NFC_ATTR_DEVICE_INDEX", "NFC_ATTR_TARGET_INDEX", "NFC_ATTR_PROTOCOLS", "NFC_ATTR_SE_INDEX", "NFC_ATTR_RF_MODE", ">*"},
	}
}

func nfcAttrs(protocols schema.Type) *schema.Set {
	return set("NFC_ATTR",
		unspec("NFC_ATTR_UNSPEC"),
		attr(1, "NFC_ATTR_DEVICE_INDEX", u32),
		attr(2, "NFC_ATTR_DEVICE_NAME", str),
		attr(3, "NFC_ATTR_PROTOCOLS", protocols),
		attr(4, "NFC_ATTR_TARGET_INDEX", u32),
		attr(5, "NFC_ATTR_TARGET_SENS_RES", hex16),
		attr(6, "NFC_ATTR_TARGET_SEL_RES", hex8),
		attr(7, "NFC_ATTR_TARGET_NFCID1", opaque),
		attr(8, "NFC_ATTR_TARGET_SENSB_RES", opaque),
		attr(9, "NFC_ATTR_TARGET_SENSF_RES", opaque),
		attr(10, "NFC_ATTR_COMM_MODE", named(u8, nfcComm)),
		attr(11, "NFC_ATTR_RF_MODE", named(u8, nfcRF)),
		attr(12, "NFC_ATTR_DEVICE_POWERED", u8),
		attr(13, "NFC_ATTR_IM_PROTOCOLS", protocols),
		attr(14, "NFC_ATTR_TM_PROTOCOLS", protocols),
		attr(15, "NFC_ATTR_LLC_PARAM_LTO", u8),
		attr(16, "NFC_ATTR_LLC_PARAM_RW", u8),
		attr(17, "NFC_ATTR_LLC_PARAM_MIUX", u16),
		noted(18, "NFC_ATTR_SE", blob, "in no message of the kernel"),
		attr(19, "NFC_ATTR_LLC_SDP", array(nest(nfcSDP()))),
		attr(20, "NFC_ATTR_FIRMWARE_NAME", str),
		attr(21, "NFC_ATTR_SE_INDEX", u32),
		attr(22, "NFC_ATTR_SE_TYPE", named(u8, nfcSE)),
		attr(23, "NFC_ATTR_SE_AID", opaque),
		attr(24, "NFC_ATTR_FIRMWARE_DOWNLOAD_STATUS", hinted(u32, schema.Errno)),
		attr(25, "NFC_ATTR_SE_APDU", secret(opaque, schema.Unnamed)),
		attr(26, "NFC_ATTR_TARGET_ISO15693_DSFID", hex8),
		attr(27, "NFC_ATTR_TARGET_ISO15693_UID", opaque),
		attr(28, "NFC_ATTR_SE_PARAMS", secret(opaque, schema.Memory)),
		attr(29, "NFC_ATTR_VENDOR_ID", hex32),
		attr(30, "NFC_ATTR_VENDOR_SUBCMD", u32),
		attr(31, "NFC_ATTR_VENDOR_DATA", secret(opaque, schema.Memory)),
		attr(32, "NFC_ATTR_TARGET_ATS", opaque),
	)
}

func nfcSDP() *schema.Set {
	return set("NFC_SDP_ATTR",
		unspec("NFC_SDP_ATTR_UNSPEC"),
		attr(1, "NFC_SDP_ATTR_URI", str),
		attr(2, "NFC_SDP_ATTR_SAP", u8),
	)
}

var (
	nfcProtocols = enum("NFC_PROTO", 1,
		"NFC_PROTO_JEWEL", "NFC_PROTO_MIFARE", "NFC_PROTO_FELICA", "NFC_PROTO_ISO14443", "NFC_PROTO_NFC_DEP",
		"NFC_PROTO_ISO14443_B", "NFC_PROTO_ISO15693",
	)
	nfcProtocolBits = masks("NFC_PROTO",
		val(1<<1, "NFC_PROTO_JEWEL_MASK"), val(1<<2, "NFC_PROTO_MIFARE_MASK"), val(1<<3, "NFC_PROTO_FELICA_MASK"),
		val(1<<4, "NFC_PROTO_ISO14443_MASK"), val(1<<5, "NFC_PROTO_NFC_DEP_MASK"),
		val(1<<6, "NFC_PROTO_ISO14443_B_MASK"), val(1<<7, "NFC_PROTO_ISO15693_MASK"),
	)
	nfcComm = enum("NFC_COMM", 0, "NFC_COMM_ACTIVE", "NFC_COMM_PASSIVE")
	nfcRF   = enum("NFC_RF", 0, "NFC_RF_INITIATOR", "NFC_RF_TARGET", "NFC_RF_NONE")
	nfcSE   = values("NFC_SE", val(0, "NFC_SE_DISABLED"), val(1, "NFC_SE_UICC"), val(2, "NFC_SE_EMBEDDED"))
)
