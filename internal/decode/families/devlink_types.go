// SPDX-License-Identifier: Apache-2.0

package families

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/nltop/nltop/internal/decode/schema"
)

// The payloads of devlink that have numbers of their own: linux/devlink.h,
// net/devlink/*.c.

// devlinkVar is a value whose type another attribute names.
func devlinkVar(selector string) schema.Type {
	return by(selector, opaque, map[string]schema.Type{
		"DEVLINK_VAR_ATTR_TYPE_U8":         u8,
		"DEVLINK_VAR_ATTR_TYPE_U16":        u16,
		"DEVLINK_VAR_ATTR_TYPE_U32":        u32,
		"DEVLINK_VAR_ATTR_TYPE_U64":        u64,
		"DEVLINK_VAR_ATTR_TYPE_STRING":     str,
		"DEVLINK_VAR_ATTR_TYPE_FLAG":       flag,
		"DEVLINK_VAR_ATTR_TYPE_NUL_STRING": str,
		"DEVLINK_VAR_ATTR_TYPE_BINARY":     opaque,
		"DEVLINK_VAR_ATTR_TYPE_U64_ARRAY":  packed(u64),
	})
}

// devlinkFmsgValue writes a value of a health reporter's message. Its type is in
// the attribute before it, but one nest has many of both, so the length has to
// say what it is: text ends with a NUL, numbers have 1, 4 or 8 bytes.
func devlinkFmsgValue(b []byte, big bool) (string, bool) {
	if n := len(b); n > 1 && b[n-1] == 0 && !bytes.ContainsFunc(b[:n-1], func(r rune) bool { return r < ' ' || r > '~' }) {
		return strconv.Quote(string(b[:n-1])), true
	}
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	switch len(b) {
	case 0:
		return "set", true
	case 1:
		return strconv.Itoa(int(b[0])), true
	case 4:
		return strconv.FormatUint(uint64(order.Uint32(b)), 10), true
	case 8:
		return strconv.FormatUint(order.Uint64(b), 10), true
	}
	return "0x" + hex.EncodeToString(b), true
}

func devlinkBits(e *schema.Enum) schema.Type { return schema.Type{Kind: schema.Bits32, Enum: e} }

func devlinkStats() *schema.Set {
	return set("DEVLINK_ATTR_STATS",
		attr(0, "DEVLINK_ATTR_STATS_RX_PACKETS", u64),
		attr(1, "DEVLINK_ATTR_STATS_RX_BYTES", bytes64),
		attr(2, "DEVLINK_ATTR_STATS_RX_DROPPED", u64),
	)
}

func devlinkTrapMetadata() *schema.Set {
	return set("DEVLINK_ATTR_TRAP_METADATA_TYPE",
		attr(0, "DEVLINK_ATTR_TRAP_METADATA_TYPE_IN_PORT", flag),
		attr(1, "DEVLINK_ATTR_TRAP_METADATA_TYPE_FA_COOKIE", flag),
	)
}

// devlinkPortFunction has two prefixes (enum devlink_port_function_attr).
func devlinkPortFunction(all *schema.Set) *schema.Set {
	return set("DEVLINK_PORT",
		unspec("DEVLINK_PORT_FUNCTION_ATTR_UNSPEC"),
		attr(1, "DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR", hwaddr),
		attr(2, "DEVLINK_PORT_FN_ATTR_STATE", named(u8, devlinkFnState)),
		attr(3, "DEVLINK_PORT_FN_ATTR_OPSTATE", named(u8, devlinkFnOpstate)),
		attr(4, "DEVLINK_PORT_FN_ATTR_CAPS", devlinkBits(devlinkFnCaps)),
		attr(5, "DEVLINK_PORT_FN_ATTR_DEVLINK", nest(all)),
		attr(6, "DEVLINK_PORT_FN_ATTR_MAX_IO_EQS", u32),
	)
}

func devlinkSelftests() *schema.Set {
	return set("DEVLINK_ATTR_SELFTEST_ID",
		unspec("DEVLINK_ATTR_SELFTEST_ID_UNSPEC"),
		attr(1, "DEVLINK_ATTR_SELFTEST_ID_FLASH", flag),
	)
}

// devlinkSelftestResult: the nest of a result has the number of its own name.
func devlinkSelftestResult() *schema.Set {
	return set("DEVLINK_ATTR_SELFTEST_RESULT",
		unspec("DEVLINK_ATTR_SELFTEST_RESULT_UNSPEC"),
		attr(1, "DEVLINK_ATTR_SELFTEST_RESULT", nest(set("DEVLINK_ATTR_SELFTEST_RESULT",
			attr(2, "DEVLINK_ATTR_SELFTEST_RESULT_ID", named(u32, devlinkSelftest)),
			attr(3, "DEVLINK_ATTR_SELFTEST_RESULT_STATUS", named(u8, devlinkSelftestStatus))))),
	)
}

func devlinkRateTC() *schema.Set {
	return set("DEVLINK_RATE_TC_ATTR",
		unspec("DEVLINK_RATE_TC_ATTR_UNSPEC"),
		attr(1, "DEVLINK_RATE_TC_ATTR_INDEX", u8),
		attr(2, "DEVLINK_RATE_TC_ATTR_BW", u32),
	)
}

var devlinkPortType = enum("devlink_port_type", 0,
	"DEVLINK_PORT_TYPE_NOTSET", "DEVLINK_PORT_TYPE_AUTO", "DEVLINK_PORT_TYPE_ETH", "DEVLINK_PORT_TYPE_IB",
)

var devlinkPoolType = enum("devlink_sb_pool_type", 0,
	"DEVLINK_SB_POOL_TYPE_INGRESS", "DEVLINK_SB_POOL_TYPE_EGRESS",
)

var devlinkThreshold = enum("devlink_sb_threshold_type", 0,
	"DEVLINK_SB_THRESHOLD_TYPE_STATIC", "DEVLINK_SB_THRESHOLD_TYPE_DYNAMIC",
)

var devlinkEswitchMode = enum("devlink_eswitch_mode", 0,
	"DEVLINK_ESWITCH_MODE_LEGACY", "DEVLINK_ESWITCH_MODE_SWITCHDEV", "DEVLINK_ESWITCH_MODE_SWITCHDEV_INACTIVE",
)

var devlinkInlineMode = enum("devlink_eswitch_inline_mode", 0,
	"DEVLINK_ESWITCH_INLINE_MODE_NONE", "DEVLINK_ESWITCH_INLINE_MODE_LINK", "DEVLINK_ESWITCH_INLINE_MODE_NETWORK",
	"DEVLINK_ESWITCH_INLINE_MODE_TRANSPORT",
)

var devlinkEncapMode = enum("devlink_eswitch_encap_mode", 0,
	"DEVLINK_ESWITCH_ENCAP_MODE_NONE", "DEVLINK_ESWITCH_ENCAP_MODE_BASIC",
)

var devlinkFlavour = enum("devlink_port_flavour", 0,
	"DEVLINK_PORT_FLAVOUR_PHYSICAL", "DEVLINK_PORT_FLAVOUR_CPU", "DEVLINK_PORT_FLAVOUR_DSA",
	"DEVLINK_PORT_FLAVOUR_PCI_PF", "DEVLINK_PORT_FLAVOUR_PCI_VF", "DEVLINK_PORT_FLAVOUR_VIRTUAL",
	"DEVLINK_PORT_FLAVOUR_UNUSED", "DEVLINK_PORT_FLAVOUR_PCI_SF",
)

var devlinkRateType = enum("devlink_rate_type", 0,
	"DEVLINK_RATE_TYPE_LEAF", "DEVLINK_RATE_TYPE_NODE",
)

var devlinkCmode = enum("devlink_param_cmode", 0,
	"DEVLINK_PARAM_CMODE_RUNTIME", "DEVLINK_PARAM_CMODE_DRIVERINIT", "DEVLINK_PARAM_CMODE_PERMANENT",
)

var devlinkSelftest = enum("devlink_attr_selftest_id", 0,
	"DEVLINK_ATTR_SELFTEST_ID_UNSPEC", "DEVLINK_ATTR_SELFTEST_ID_FLASH",
)

var devlinkSelftestStatus = enum("devlink_selftest_status", 0,
	"DEVLINK_SELFTEST_STATUS_SKIP", "DEVLINK_SELFTEST_STATUS_PASS", "DEVLINK_SELFTEST_STATUS_FAIL",
)

var devlinkTrapAction = enum("devlink_trap_action", 0,
	"DEVLINK_TRAP_ACTION_DROP", "DEVLINK_TRAP_ACTION_TRAP", "DEVLINK_TRAP_ACTION_MIRROR",
)

var devlinkTrapType = enum("devlink_trap_type", 0,
	"DEVLINK_TRAP_TYPE_DROP", "DEVLINK_TRAP_TYPE_EXCEPTION", "DEVLINK_TRAP_TYPE_CONTROL",
)

var devlinkReloadAction = enum("devlink_reload_action", 0,
	"DEVLINK_RELOAD_ACTION_UNSPEC", "DEVLINK_RELOAD_ACTION_DRIVER_REINIT", "DEVLINK_RELOAD_ACTION_FW_ACTIVATE",
)

var devlinkReloadLimit = enum("devlink_reload_limit", 0,
	"DEVLINK_RELOAD_LIMIT_UNSPEC", "DEVLINK_RELOAD_LIMIT_NO_RESET",
)

var devlinkLinecard = enum("devlink_linecard_state", 0,
	"DEVLINK_LINECARD_STATE_UNSPEC", "DEVLINK_LINECARD_STATE_UNPROVISIONED", "DEVLINK_LINECARD_STATE_UNPROVISIONING",
	"DEVLINK_LINECARD_STATE_PROVISIONING", "DEVLINK_LINECARD_STATE_PROVISIONING_FAILED",
	"DEVLINK_LINECARD_STATE_PROVISIONED", "DEVLINK_LINECARD_STATE_ACTIVE",
)

var devlinkMapping = enum("devlink_dpipe_field_mapping_type", 0,
	"DEVLINK_DPIPE_FIELD_MAPPING_TYPE_NONE", "DEVLINK_DPIPE_FIELD_MAPPING_TYPE_IFINDEX",
)

var devlinkMatchType = enum("devlink_dpipe_match_type", 0,
	"DEVLINK_DPIPE_MATCH_TYPE_FIELD_EXACT",
)

var devlinkActionType = enum("devlink_dpipe_action_type", 0,
	"DEVLINK_DPIPE_ACTION_TYPE_FIELD_MODIFY",
)

var devlinkUnit = enum("devlink_resource_unit", 0,
	"DEVLINK_RESOURCE_UNIT_ENTRY",
)

var devlinkFnState = enum("devlink_port_fn_state", 0,
	"DEVLINK_PORT_FN_STATE_INACTIVE", "DEVLINK_PORT_FN_STATE_ACTIVE",
)

var devlinkFnOpstate = enum("devlink_port_fn_opstate", 0,
	"DEVLINK_PORT_FN_OPSTATE_DETACHED", "DEVLINK_PORT_FN_OPSTATE_ATTACHED",
)

// devlinkVarType is enum devlink_var_attr_type; older kernels send NLA_U8 and so
// on, which are the same numbers.
var devlinkVarType = values("devlink_var_attr_type",
	val(1, "DEVLINK_VAR_ATTR_TYPE_U8"), val(2, "DEVLINK_VAR_ATTR_TYPE_U16"), val(3, "DEVLINK_VAR_ATTR_TYPE_U32"),
	val(4, "DEVLINK_VAR_ATTR_TYPE_U64"), val(5, "DEVLINK_VAR_ATTR_TYPE_STRING"), val(6, "DEVLINK_VAR_ATTR_TYPE_FLAG"),
	val(10, "DEVLINK_VAR_ATTR_TYPE_NUL_STRING"), val(11, "DEVLINK_VAR_ATTR_TYPE_BINARY"),
	val(129, "DEVLINK_VAR_ATTR_TYPE_U64_ARRAY"),
)

// include/net/devlink.h
var devlinkHealth = enum("devlink_health_reporter_state", 0,
	"DEVLINK_HEALTH_REPORTER_STATE_HEALTHY", "DEVLINK_HEALTH_REPORTER_STATE_ERROR")

var (
	devlinkOverwrite = bits("devlink_flash_overwrite",
		"DEVLINK_FLASH_OVERWRITE_SETTINGS", "DEVLINK_FLASH_OVERWRITE_IDENTIFIERS")
	devlinkReloadActions = bits("devlink_reload_action",
		"", "DEVLINK_RELOAD_ACTION_DRIVER_REINIT", "DEVLINK_RELOAD_ACTION_FW_ACTIVATE")
	devlinkReloadLimits = bits("devlink_reload_limit", "", "DEVLINK_RELOAD_LIMIT_NO_RESET")
	devlinkScope        = bits("devlink_resource_scope", "DEVLINK_RESOURCE_SCOPE_DEV", "DEVLINK_RESOURCE_SCOPE_PORT")
	devlinkFnCaps       = bits("devlink_port_fn_attr_cap",
		"DEVLINK_PORT_FN_CAP_ROCE", "DEVLINK_PORT_FN_CAP_MIGRATABLE",
		"DEVLINK_PORT_FN_CAP_IPSEC_CRYPTO", "DEVLINK_PORT_FN_CAP_IPSEC_PACKET")
)
