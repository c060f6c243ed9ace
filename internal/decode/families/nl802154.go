// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nl802154 configures low-rate wireless networks (include/net/nl802154.h,
// net/ieee802154/nl802154.c). Numbers of the standard are little-endian.
// The NL802154_ATTR_SEC_* are of kernels built with
// CONFIG_IEEE802154_NL802154_EXPERIMENTAL and follow all others, so that their
// numbers differ from version to version; these are 6.12's.
func nl802154() *schema.Family {
	return &schema.Family{
		Name:     "nl802154",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      nl802154Attrs(),
		Messages: nl802154Messages(),
		Groups:   []schema.Group{{Name: "config"}, {Name: "scan"}},
		Lead:     []string{"NL802154_ATTR_WPAN_PHY_NAME", "NL802154_ATTR_WPAN_PHY", "NL802154_ATTR_IFNAME", "NL802154_ATTR_IFINDEX", "NL802154_ATTR_IFTYPE", "NL802154_ATTR_PAN_ID", "NL802154_ATTR_SHORT_ADDR", "NL802154_ATTR_CHANNEL", "-NL802154_KEY_ATTR_BYTES", ">*"},
	}
}

func nl802154Messages() []schema.Message {
	out := make([]schema.Message, 0, len(nl802154Commands.Values))
	for _, c := range nl802154Commands.Values {
		out = append(out, schema.Message{ID: uint16(c.N), Name: c.Name})
	}
	return out
}

// Numbers in the byte order of the standard.
var (
	nl802154LE16 = schema.Type{Kind: schema.U16, Little: true, Hint: schema.Hex}
	nl802154LE32 = schema.Type{Kind: schema.U32, Little: true, Hint: schema.Hex}
	nl802154LE64 = schema.Type{Kind: schema.U64, Little: true, Hint: schema.Hex}
	nl802154S8   = schema.Type{Kind: schema.S8}
)

func nl802154Attrs() *schema.Set {
	return set("NL802154_ATTR",
		unspec("NL802154_ATTR_UNSPEC"),
		attr(1, "NL802154_ATTR_WPAN_PHY", u32),
		attr(2, "NL802154_ATTR_WPAN_PHY_NAME", str),
		attr(3, "NL802154_ATTR_IFINDEX", ifindex),
		attr(4, "NL802154_ATTR_IFNAME", str),
		attr(5, "NL802154_ATTR_IFTYPE", named(u32, nl802154IfTypes)),
		attr(6, "NL802154_ATTR_WPAN_DEV", hex64),
		attr(7, "NL802154_ATTR_PAGE", u8),
		attr(8, "NL802154_ATTR_CHANNEL", u8),
		attr(9, "NL802154_ATTR_PAN_ID", nl802154LE16),
		attr(10, "NL802154_ATTR_SHORT_ADDR", nl802154LE16),
		attr(11, "NL802154_ATTR_TX_POWER", nl80211MBm),
		attr(12, "NL802154_ATTR_CCA_MODE", named(u32, nl802154CCAModes)),
		attr(13, "NL802154_ATTR_CCA_OPT", named(u32, nl802154CCAOpts)),
		attr(14, "NL802154_ATTR_CCA_ED_LEVEL", nl80211MBm),
		attr(15, "NL802154_ATTR_MAX_FRAME_RETRIES", nl802154S8),
		attr(16, "NL802154_ATTR_MAX_BE", u8),
		attr(17, "NL802154_ATTR_MIN_BE", u8),
		attr(18, "NL802154_ATTR_MAX_CSMA_BACKOFFS", u8),
		attr(19, "NL802154_ATTR_LBT_MODE", u8),
		attr(20, "NL802154_ATTR_GENERATION", u32),
		attr(21, "NL802154_ATTR_CHANNELS_SUPPORTED", nest(set("NL802154_ATTR", attr(22, "NL802154_ATTR_SUPPORTED_CHANNEL", hex32)))),
		attr(22, "NL802154_ATTR_SUPPORTED_CHANNEL", hex32),
		attr(23, "NL802154_ATTR_EXTENDED_ADDR", nl802154LE64),
		attr(24, "NL802154_ATTR_WPAN_PHY_CAPS", nest(nl802154Caps())),
		attr(25, "NL802154_ATTR_SUPPORTED_COMMANDS", array(named(u32, nl802154Commands))),
		attr(26, "NL802154_ATTR_ACKREQ_DEFAULT", u8),
		attr(27, "NL802154_ATTR_PAD", padAt),
		attr(28, "NL802154_ATTR_PID", pid),
		attr(29, "NL802154_ATTR_NETNS_FD", fd),
		attr(30, "NL802154_ATTR_COORDINATOR", nest(nl802154Coord())),
		attr(31, "NL802154_ATTR_SCAN_TYPE", named(u8, nl802154ScanTypes)),
		noted(32, "NL802154_ATTR_SCAN_FLAGS", blob, "the kernel refuses it"),
		attr(33, "NL802154_ATTR_SCAN_CHANNELS", hex32),
		noted(34, "NL802154_ATTR_SCAN_PREAMBLE_CODES", blob, "the kernel refuses it"),
		noted(35, "NL802154_ATTR_SCAN_MEAN_PRF", blob, "the kernel refuses it"),
		attr(36, "NL802154_ATTR_SCAN_DURATION", u8),
		attr(37, "NL802154_ATTR_SCAN_DONE_REASON", named(u8, nl802154ScanDone)),
		attr(38, "NL802154_ATTR_BEACON_INTERVAL", u8),
		attr(39, "NL802154_ATTR_MAX_ASSOCIATIONS", u32),
		attr(40, "NL802154_ATTR_PEER", nest(nl802154DevAddr(u8))),
		attr(41, "NL802154_ATTR_SEC_ENABLED", u8),
		attr(42, "NL802154_ATTR_SEC_OUT_LEVEL", named(u32, nl802154SecLevels)),
		attr(43, "NL802154_ATTR_SEC_OUT_KEY_ID", nest(nl802154KeyID())),
		attr(44, "NL802154_ATTR_SEC_FRAME_COUNTER", be32),
		attr(45, "NL802154_ATTR_SEC_LEVEL", nest(nl802154SecLevel())),
		attr(46, "NL802154_ATTR_SEC_DEVICE", nest(nl802154Dev())),
		attr(47, "NL802154_ATTR_SEC_DEVKEY", nest(nl802154DevKey())),
		attr(48, "NL802154_ATTR_SEC_KEY", nest(nl802154Key())),
	)
}

// nl802154_put_capabilities; channels are by page, then by number.
func nl802154Caps() *schema.Set {
	return set("NL802154_CAP_ATTR",
		attr(1, "NL802154_CAP_ATTR_IFTYPES", nest(set("NL802154_IFTYPE", attr(0, "NL802154_IFTYPE_NODE", flag), attr(1, "NL802154_IFTYPE_MONITOR", flag), attr(2, "NL802154_IFTYPE_COORD", flag)))),
		attr(2, "NL802154_CAP_ATTR_CHANNELS", array(array(flag))),
		attr(3, "NL802154_CAP_ATTR_TX_POWERS", array(nl80211MBm)),
		attr(4, "NL802154_CAP_ATTR_CCA_ED_LEVELS", array(nl80211MBm)),
		attr(5, "NL802154_CAP_ATTR_CCA_MODES", nest(nl802154CCAModeFlags())),
		attr(6, "NL802154_CAP_ATTR_CCA_OPTS", nest(nl802154CCAOptFlags())),
		attr(7, "NL802154_CAP_ATTR_MIN_MINBE", u8),
		attr(8, "NL802154_CAP_ATTR_MAX_MINBE", u8),
		attr(9, "NL802154_CAP_ATTR_MIN_MAXBE", u8),
		attr(10, "NL802154_CAP_ATTR_MAX_MAXBE", u8),
		attr(11, "NL802154_CAP_ATTR_MIN_CSMA_BACKOFFS", u8),
		attr(12, "NL802154_CAP_ATTR_MAX_CSMA_BACKOFFS", u8),
		attr(13, "NL802154_CAP_ATTR_MIN_FRAME_RETRIES", nl802154S8),
		attr(14, "NL802154_CAP_ATTR_MAX_FRAME_RETRIES", nl802154S8),
		attr(15, "NL802154_CAP_ATTR_LBT", named(u32, nl802154Bool)),
	)
}

func nl802154CCAModeFlags() *schema.Set {
	return set("NL802154_CCA",
		attr(1, "NL802154_CCA_ENERGY", flag),
		attr(2, "NL802154_CCA_CARRIER", flag),
		attr(3, "NL802154_CCA_ENERGY_CARRIER", flag),
		attr(4, "NL802154_CCA_ALOHA", flag),
		attr(5, "NL802154_CCA_UWB_SHR", flag),
		attr(6, "NL802154_CCA_UWB_MULTIPLEXED", flag),
	)
}

func nl802154CCAOptFlags() *schema.Set {
	return set("NL802154_CCA_OPT",
		attr(0, "NL802154_CCA_OPT_ENERGY_CARRIER_AND", flag),
		attr(1, "NL802154_CCA_OPT_ENERGY_CARRIER_OR", flag),
	)
}

func nl802154Coord() *schema.Set {
	return set("NL802154_COORD",
		attr(1, "NL802154_COORD_PANID", nl802154LE16),
		attr(2, "NL802154_COORD_ADDR", custom(nl802154Addr)),
		attr(3, "NL802154_COORD_CHANNEL", u8),
		attr(4, "NL802154_COORD_PAGE", u8),
		noted(5, "NL802154_COORD_PREAMBLE_CODE", blob, "in no message of the kernel"),
		noted(6, "NL802154_COORD_MEAN_PRF", blob, "in no message of the kernel"),
		attr(7, "NL802154_COORD_SUPERFRAME_SPEC", hex16),
		attr(8, "NL802154_COORD_LINK_QUALITY", u8),
		attr(9, "NL802154_COORD_GTS_PERMIT", flag),
		noted(10, "NL802154_COORD_PAYLOAD_DATA", blob, "in no message of the kernel"),
		attr(11, "NL802154_COORD_PAD", padAt),
	)
}

// The mode is u8 in a list of associations and u32 elsewhere.
func nl802154DevAddr(mode schema.Type) *schema.Set {
	return set("NL802154_DEV_ADDR_ATTR",
		unspec("NL802154_DEV_ADDR_ATTR_UNSPEC"),
		attr(1, "NL802154_DEV_ADDR_ATTR_PAN_ID", nl802154LE16),
		attr(2, "NL802154_DEV_ADDR_ATTR_MODE", named(mode, nl802154AddrModes)),
		attr(3, "NL802154_DEV_ADDR_ATTR_SHORT", nl802154LE16),
		attr(4, "NL802154_DEV_ADDR_ATTR_EXTENDED", nl802154LE64),
		attr(5, "NL802154_DEV_ADDR_ATTR_PAD", padAt),
		attr(6, "NL802154_DEV_ADDR_ATTR_PEER_TYPE", named(u8, nl802154PeerTypes)),
	)
}

func nl802154KeyID() *schema.Set {
	return set("NL802154_KEY_ID_ATTR",
		unspec("NL802154_KEY_ID_ATTR_UNSPEC"),
		attr(1, "NL802154_KEY_ID_ATTR_MODE", named(u32, nl802154KeyIDModes)),
		attr(2, "NL802154_KEY_ID_ATTR_INDEX", u8),
		attr(3, "NL802154_KEY_ID_ATTR_IMPLICIT", nest(nl802154DevAddr(u32))),
		attr(4, "NL802154_KEY_ID_ATTR_SOURCE_SHORT", nl802154LE32),
		attr(5, "NL802154_KEY_ID_ATTR_SOURCE_EXTENDED", nl802154LE64),
		attr(6, "NL802154_KEY_ID_ATTR_PAD", padAt),
	)
}

// The policy takes LEVELS as u8, the kernel sends u32.
func nl802154SecLevel() *schema.Set {
	return set("NL802154_SECLEVEL_ATTR",
		unspec("NL802154_SECLEVEL_ATTR_UNSPEC"),
		attr(1, "NL802154_SECLEVEL_ATTR_LEVELS", custom(nl80211AnyHex)),
		attr(2, "NL802154_SECLEVEL_ATTR_FRAME", named(u32, nl802154Frames)),
		attr(3, "NL802154_SECLEVEL_ATTR_CMD_FRAME", named(u32, nl802154CmdFrames)),
		attr(4, "NL802154_SECLEVEL_ATTR_DEV_OVERRIDE", u8),
	)
}

func nl802154Dev() *schema.Set {
	return set("NL802154_DEV_ATTR",
		unspec("NL802154_DEV_ATTR_UNSPEC"),
		attr(1, "NL802154_DEV_ATTR_FRAME_COUNTER", u32),
		attr(2, "NL802154_DEV_ATTR_PAN_ID", nl802154LE16),
		attr(3, "NL802154_DEV_ATTR_SHORT_ADDR", nl802154LE16),
		attr(4, "NL802154_DEV_ATTR_EXTENDED_ADDR", nl802154LE64),
		attr(5, "NL802154_DEV_ATTR_SECLEVEL_EXEMPT", u8),
		attr(6, "NL802154_DEV_ATTR_KEY_MODE", named(u32, nl802154DevKeyModes)),
		attr(7, "NL802154_DEV_ATTR_PAD", padAt),
	)
}

func nl802154DevKey() *schema.Set {
	return set("NL802154_DEVKEY_ATTR",
		unspec("NL802154_DEVKEY_ATTR_UNSPEC"),
		attr(1, "NL802154_DEVKEY_ATTR_FRAME_COUNTER", u32),
		attr(2, "NL802154_DEVKEY_ATTR_EXTENDED_ADDR", nl802154LE64),
		attr(3, "NL802154_DEVKEY_ATTR_ID", nest(nl802154KeyID())),
		attr(4, "NL802154_DEVKEY_ATTR_PAD", padAt),
	)
}

func nl802154Key() *schema.Set {
	return set("NL802154_KEY_ATTR",
		unspec("NL802154_KEY_ATTR_UNSPEC"),
		attr(1, "NL802154_KEY_ATTR_ID", nest(nl802154KeyID())),
		attr(2, "NL802154_KEY_ATTR_USAGE_FRAMES", hex8),
		attr(3, "NL802154_KEY_ATTR_USAGE_CMDS", opaque),
		attr(4, "NL802154_KEY_ATTR_BYTES", secret(opaque, schema.Key)),
	)
}

// nl802154Addr is a short or an extended address.
func nl802154Addr(b []byte, _ bool) (string, bool) {
	switch len(b) {
	case 2:
		return fmt.Sprintf("0x%04x", binary.LittleEndian.Uint16(b)), true
	case 8:
		return fmt.Sprintf("0x%016x", binary.LittleEndian.Uint64(b)), true
	}
	return "", false
}

var (
	nl802154Commands = enum("nl802154_commands", 0,
		"NL802154_CMD_UNSPEC", "NL802154_CMD_GET_WPAN_PHY", "NL802154_CMD_SET_WPAN_PHY",
		"NL802154_CMD_NEW_WPAN_PHY", "NL802154_CMD_DEL_WPAN_PHY", "NL802154_CMD_GET_INTERFACE",
		"NL802154_CMD_SET_INTERFACE", "NL802154_CMD_NEW_INTERFACE", "NL802154_CMD_DEL_INTERFACE",
		"NL802154_CMD_SET_CHANNEL", "NL802154_CMD_SET_PAN_ID", "NL802154_CMD_SET_SHORT_ADDR",
		"NL802154_CMD_SET_TX_POWER", "NL802154_CMD_SET_CCA_MODE", "NL802154_CMD_SET_CCA_ED_LEVEL",
		"NL802154_CMD_SET_MAX_FRAME_RETRIES", "NL802154_CMD_SET_BACKOFF_EXPONENT",
		"NL802154_CMD_SET_MAX_CSMA_BACKOFFS", "NL802154_CMD_SET_LBT_MODE", "NL802154_CMD_SET_ACKREQ_DEFAULT",
		"NL802154_CMD_SET_WPAN_PHY_NETNS", "NL802154_CMD_SET_SEC_PARAMS", "NL802154_CMD_GET_SEC_KEY",
		"NL802154_CMD_NEW_SEC_KEY", "NL802154_CMD_DEL_SEC_KEY", "NL802154_CMD_GET_SEC_DEV",
		"NL802154_CMD_NEW_SEC_DEV", "NL802154_CMD_DEL_SEC_DEV", "NL802154_CMD_GET_SEC_DEVKEY",
		"NL802154_CMD_NEW_SEC_DEVKEY", "NL802154_CMD_DEL_SEC_DEVKEY", "NL802154_CMD_GET_SEC_LEVEL",
		"NL802154_CMD_NEW_SEC_LEVEL", "NL802154_CMD_DEL_SEC_LEVEL", "NL802154_CMD_SCAN_EVENT",
		"NL802154_CMD_TRIGGER_SCAN", "NL802154_CMD_ABORT_SCAN", "NL802154_CMD_SCAN_DONE",
		"NL802154_CMD_SEND_BEACONS", "NL802154_CMD_STOP_BEACONS", "NL802154_CMD_ASSOCIATE",
		"NL802154_CMD_DISASSOCIATE", "NL802154_CMD_SET_MAX_ASSOCIATIONS", "NL802154_CMD_LIST_ASSOCIATIONS",
	)
	nl802154IfTypes = values("nl802154_iftype",
		val(0, "NL802154_IFTYPE_NODE"), val(1, "NL802154_IFTYPE_MONITOR"), val(2, "NL802154_IFTYPE_COORD"),
		val(0xffffffff, "NL802154_IFTYPE_UNSPEC"),
	)
	nl802154CCAModes = enum("nl802154_cca_modes", 1,
		"NL802154_CCA_ENERGY", "NL802154_CCA_CARRIER", "NL802154_CCA_ENERGY_CARRIER", "NL802154_CCA_ALOHA",
		"NL802154_CCA_UWB_SHR", "NL802154_CCA_UWB_MULTIPLEXED",
	)
	nl802154CCAOpts = enum("nl802154_cca_opts", 0,
		"NL802154_CCA_OPT_ENERGY_CARRIER_AND", "NL802154_CCA_OPT_ENERGY_CARRIER_OR",
	)
	nl802154ScanTypes = enum("nl802154_scan_types", 1,
		"NL802154_SCAN_ED", "NL802154_SCAN_ACTIVE", "NL802154_SCAN_PASSIVE", "NL802154_SCAN_ORPHAN",
		"NL802154_SCAN_ENHANCED_ACTIVE", "NL802154_SCAN_RIT_PASSIVE",
	)
	nl802154ScanDone = enum("nl802154_scan_done_reasons", 1,
		"NL802154_SCAN_DONE_REASON_FINISHED", "NL802154_SCAN_DONE_REASON_ABORTED",
	)
	nl802154Bool = values("nl802154_supported_bool_states",
		val(0, "NL802154_SUPPORTED_BOOL_FALSE"), val(1, "NL802154_SUPPORTED_BOOL_TRUE"),
		val(3, "NL802154_SUPPORTED_BOOL_BOTH"),
	)
	nl802154AddrModes = values("nl802154_dev_addr_modes",
		val(0, "NL802154_DEV_ADDR_NONE"), val(2, "NL802154_DEV_ADDR_SHORT"), val(3, "NL802154_DEV_ADDR_EXTENDED"),
	)
	nl802154PeerTypes = enum("nl802154_peer_type", 0,
		"NL802154_PEER_TYPE_UNSPEC", "NL802154_PEER_TYPE_PARENT", "NL802154_PEER_TYPE_CHILD",
	)
	nl802154KeyIDModes = enum("nl802154_key_id_modes", 0,
		"NL802154_KEY_ID_MODE_IMPLICIT", "NL802154_KEY_ID_MODE_INDEX", "NL802154_KEY_ID_MODE_INDEX_SHORT",
		"NL802154_KEY_ID_MODE_INDEX_EXTENDED",
	)
	nl802154SecLevels = enum("nl802154_seclevels", 0,
		"NL802154_SECLEVEL_NONE", "NL802154_SECLEVEL_MIC32", "NL802154_SECLEVEL_MIC64", "NL802154_SECLEVEL_MIC128",
		"NL802154_SECLEVEL_ENC", "NL802154_SECLEVEL_ENC_MIC32", "NL802154_SECLEVEL_ENC_MIC64",
		"NL802154_SECLEVEL_ENC_MIC128",
	)
	nl802154Frames = enum("nl802154_frames", 0,
		"NL802154_FRAME_BEACON", "NL802154_FRAME_DATA", "NL802154_FRAME_ACK", "NL802154_FRAME_CMD",
	)
	nl802154CmdFrames = enum("nl802154_cmd_frames", 1,
		"NL802154_CMD_FRAME_ASSOC_REQUEST", "NL802154_CMD_FRAME_ASSOC_RESPONSE",
		"NL802154_CMD_FRAME_DISASSOC_NOTIFY", "NL802154_CMD_FRAME_DATA_REQUEST",
		"NL802154_CMD_FRAME_PAN_ID_CONFLICT_NOTIFY", "NL802154_CMD_FRAME_ORPHAN_NOTIFY",
		"NL802154_CMD_FRAME_BEACON_REQUEST", "NL802154_CMD_FRAME_COORD_REALIGNMENT",
		"NL802154_CMD_FRAME_GTS_REQUEST",
	)
	nl802154DevKeyModes = enum("anon1", 0,
		"NL802154_DEVKEY_IGNORE", "NL802154_DEVKEY_RESTRICT", "NL802154_DEVKEY_RECORD",
	)
)
