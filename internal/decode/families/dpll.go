// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// dpll is phase-locked loops and their pins (linux/dpll.h, drivers/dpll).
func dpll() *schema.Family {
	dev, pin := dpllDevice(), dpllPin()
	return &schema.Family{
		Name:     "dpll",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Messages: []schema.Message{
			{ID: 1, Name: "DPLL_CMD_DEVICE_ID_GET", Set: dev},
			{ID: 2, Name: "DPLL_CMD_DEVICE_GET", Set: dev},
			{ID: 3, Name: "DPLL_CMD_DEVICE_SET", Set: dev},
			{ID: 4, Name: "DPLL_CMD_DEVICE_CREATE_NTF", Set: dev},
			{ID: 5, Name: "DPLL_CMD_DEVICE_DELETE_NTF", Set: dev},
			{ID: 6, Name: "DPLL_CMD_DEVICE_CHANGE_NTF", Set: dev},
			{ID: 7, Name: "DPLL_CMD_PIN_ID_GET", Set: pin},
			{ID: 8, Name: "DPLL_CMD_PIN_GET", Set: pin},
			{ID: 9, Name: "DPLL_CMD_PIN_SET", Set: pin},
			{ID: 10, Name: "DPLL_CMD_PIN_CREATE_NTF", Set: pin},
			{ID: 11, Name: "DPLL_CMD_PIN_DELETE_NTF", Set: pin},
			{ID: 12, Name: "DPLL_CMD_PIN_CHANGE_NTF", Set: pin},
		},
		Groups: []schema.Group{{Name: "monitor"}},
		Lead: []string{
			"DPLL_A_ID", "DPLL_A_MODULE_NAME", "DPLL_A_TYPE", "DPLL_A_LOCK_STATUS", "DPLL_A_MODE", "DPLL_A_PIN_ID",
			"DPLL_A_PIN_BOARD_LABEL", "DPLL_A_PIN_PACKAGE_LABEL", "DPLL_A_PIN_TYPE", "DPLL_A_PIN_STATE", "DPLL_A_PIN_FREQUENCY",
			">*",
		},
	}
}

// The temperature is in 1/1000 °C (DPLL_TEMP_DIVIDER).
func dpllDevice() *schema.Set {
	return set("DPLL_A",
		attr(1, "DPLL_A_ID", u32),
		attr(2, "DPLL_A_MODULE_NAME", str),
		attr(3, "DPLL_A_PAD", padAt),
		attr(4, "DPLL_A_CLOCK_ID", hex64),
		attr(5, "DPLL_A_MODE", named(u32, dpllMode)),
		attr(6, "DPLL_A_MODE_SUPPORTED", named(u32, dpllMode)),
		attr(7, "DPLL_A_LOCK_STATUS", named(u32, dpllLock)),
		attr(8, "DPLL_A_TEMP", s32),
		attr(9, "DPLL_A_TYPE", named(u32, dpllType)),
		attr(10, "DPLL_A_LOCK_STATUS_ERROR", named(u32, dpllLockError)),
		attr(11, "DPLL_A_CLOCK_QUALITY_LEVEL", named(u32, dpllQuality)),
		attr(12, "DPLL_A_PHASE_OFFSET_MONITOR", named(u32, dpllFeature)),
		attr(13, "DPLL_A_PHASE_OFFSET_AVG_FACTOR", u32),
		attr(14, "DPLL_A_FREQUENCY_MONITOR", named(u32, dpllFeature)),
	)
}

// Frequencies are in Hz, phases in picoseconds (the offset in 1/1000).
func dpllPin() *schema.Set {
	s := set("DPLL_A_PIN")
	signed := schema.Type{Kind: schema.S64}
	anySint := schema.Type{Kind: schema.Sint}
	s.Attrs = []schema.Attr{
		attr(1, "DPLL_A_PIN_ID", u32),
		attr(2, "DPLL_A_PIN_PARENT_ID", u32),
		attr(3, "DPLL_A_PIN_MODULE_NAME", str),
		attr(4, "DPLL_A_PIN_PAD", padAt),
		attr(5, "DPLL_A_PIN_CLOCK_ID", hex64),
		attr(6, "DPLL_A_PIN_BOARD_LABEL", str),
		attr(7, "DPLL_A_PIN_PANEL_LABEL", str),
		attr(8, "DPLL_A_PIN_PACKAGE_LABEL", str),
		attr(9, "DPLL_A_PIN_TYPE", named(u32, dpllPinType)),
		attr(10, "DPLL_A_PIN_DIRECTION", named(u32, dpllPinDirection)),
		attr(11, "DPLL_A_PIN_FREQUENCY", u64),
		attr(12, "DPLL_A_PIN_FREQUENCY_SUPPORTED", nest(s)),
		attr(13, "DPLL_A_PIN_FREQUENCY_MIN", u64),
		attr(14, "DPLL_A_PIN_FREQUENCY_MAX", u64),
		attr(15, "DPLL_A_PIN_PRIO", u32),
		attr(16, "DPLL_A_PIN_STATE", named(u32, dpllPinState)),
		attr(17, "DPLL_A_PIN_CAPABILITIES", named(u32, dpllPinCapabilities)),
		attr(18, "DPLL_A_PIN_PARENT_DEVICE", nest(s)),
		attr(19, "DPLL_A_PIN_PARENT_PIN", nest(s)),
		attr(20, "DPLL_A_PIN_PHASE_ADJUST_MIN", s32),
		attr(21, "DPLL_A_PIN_PHASE_ADJUST_MAX", s32),
		attr(22, "DPLL_A_PIN_PHASE_ADJUST", s32),
		attr(23, "DPLL_A_PIN_PHASE_OFFSET", signed),
		attr(24, "DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET", anySint),
		attr(25, "DPLL_A_PIN_ESYNC_FREQUENCY", u64),
		attr(26, "DPLL_A_PIN_ESYNC_FREQUENCY_SUPPORTED", nest(s)),
		attr(27, "DPLL_A_PIN_ESYNC_PULSE", u32),
		attr(28, "DPLL_A_PIN_REFERENCE_SYNC", nest(s)),
		attr(29, "DPLL_A_PIN_PHASE_ADJUST_GRAN", u32),
		attr(30, "DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET_PPT", anySint),
		attr(31, "DPLL_A_PIN_MEASURED_FREQUENCY", u64),
		attr(32, "DPLL_A_PIN_OPERSTATE", named(u32, dpllPinOperstate)),
	}
	return s
}

var dpllMode = enum("dpll_mode", 1,
	"DPLL_MODE_MANUAL", "DPLL_MODE_AUTOMATIC",
)

var dpllLock = enum("dpll_lock_status", 1,
	"DPLL_LOCK_STATUS_UNLOCKED", "DPLL_LOCK_STATUS_LOCKED", "DPLL_LOCK_STATUS_LOCKED_HO_ACQ",
	"DPLL_LOCK_STATUS_HOLDOVER",
)

var dpllLockError = enum("dpll_lock_status_error", 1,
	"DPLL_LOCK_STATUS_ERROR_NONE", "DPLL_LOCK_STATUS_ERROR_UNDEFINED", "DPLL_LOCK_STATUS_ERROR_MEDIA_DOWN",
	"DPLL_LOCK_STATUS_ERROR_FRACTIONAL_FREQUENCY_OFFSET_TOO_HIGH",
)

var dpllQuality = enum("dpll_clock_quality_level", 1,
	"DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_PRC", "DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_SSU_A",
	"DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_SSU_B", "DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_EEC1",
	"DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_PRTC", "DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_EPRTC",
	"DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_EEEC", "DPLL_CLOCK_QUALITY_LEVEL_ITU_OPT1_EPRC",
)

var dpllType = enum("dpll_type", 1,
	"DPLL_TYPE_PPS", "DPLL_TYPE_EEC", "DPLL_TYPE_GENERIC",
)

var dpllPinType = enum("dpll_pin_type", 1,
	"DPLL_PIN_TYPE_MUX", "DPLL_PIN_TYPE_EXT", "DPLL_PIN_TYPE_SYNCE_ETH_PORT", "DPLL_PIN_TYPE_INT_OSCILLATOR",
	"DPLL_PIN_TYPE_GNSS",
)

var dpllPinDirection = enum("dpll_pin_direction", 1,
	"DPLL_PIN_DIRECTION_INPUT", "DPLL_PIN_DIRECTION_OUTPUT",
)

var dpllPinState = enum("dpll_pin_state", 1,
	"DPLL_PIN_STATE_CONNECTED", "DPLL_PIN_STATE_DISCONNECTED", "DPLL_PIN_STATE_SELECTABLE",
)

var dpllPinOperstate = enum("dpll_pin_operstate", 1,
	"DPLL_PIN_OPERSTATE_ACTIVE", "DPLL_PIN_OPERSTATE_STANDBY", "DPLL_PIN_OPERSTATE_NO_SIGNAL",
	"DPLL_PIN_OPERSTATE_QUAL_FAILED",
)

var dpllFeature = enum("dpll_feature_state", 0,
	"DPLL_FEATURE_STATE_DISABLE", "DPLL_FEATURE_STATE_ENABLE",
)

var dpllPinCapabilities = bits("dpll_pin_capabilities", "DPLL_PIN_CAPABILITIES_DIRECTION_CAN_CHANGE",
	"DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE", "DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE")
