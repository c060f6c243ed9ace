// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// Kind can: linux/can/netlink.h, drivers/net/can/dev/netlink.c.

func iflaCAN() *schema.Set {
	timing := structOf(record("can_bittiming", fields(u32,
		"bitrate", "sample_point", "tq", "prop_seg", "phase_seg1", "phase_seg2", "sjw", "brp")...))
	limits := structOf(record("can_bittiming_const", append([]schema.Field{field("name", sized(str, 16))},
		fields(u32, "tseg1_min", "tseg1_max", "tseg2_min", "tseg2_max", "sjw_max", "brp_min", "brp_max", "brp_inc")...)...))
	return set("IFLA_CAN",
		unspec("IFLA_CAN_UNSPEC"),
		attr(1, "IFLA_CAN_BITTIMING", timing),
		attr(2, "IFLA_CAN_BITTIMING_CONST", limits),
		attr(3, "IFLA_CAN_CLOCK", structOf(record("can_clock", field("freq", u32)))),
		attr(4, "IFLA_CAN_STATE", named(u32, canState)),
		attr(5, "IFLA_CAN_CTRLMODE", structOf(record("can_ctrlmode",
			field("mask", named(u32, canCtrlMode)), field("flags", named(u32, canCtrlMode))))),
		attr(6, "IFLA_CAN_RESTART_MS", millis),
		attr(7, "IFLA_CAN_RESTART", u32),
		attr(8, "IFLA_CAN_BERR_COUNTER", structOf(record("can_berr_counter", fields(u16, "txerr", "rxerr")...))),
		attr(9, "IFLA_CAN_DATA_BITTIMING", timing),
		attr(10, "IFLA_CAN_DATA_BITTIMING_CONST", limits),
		attr(11, "IFLA_CAN_TERMINATION", u16),
		attr(12, "IFLA_CAN_TERMINATION_CONST", packed(u16)),
		attr(13, "IFLA_CAN_BITRATE_CONST", packed(u32)),
		attr(14, "IFLA_CAN_DATA_BITRATE_CONST", packed(u32)),
		attr(15, "IFLA_CAN_BITRATE_MAX", u32),
		attr(16, "IFLA_CAN_TDC", nest(iflaCANTDC())),
		attr(17, "IFLA_CAN_CTRLMODE_EXT", nest(set("IFLA_CAN_CTRLMODE",
			unspec("IFLA_CAN_CTRLMODE_UNSPEC"),
			attr(1, "IFLA_CAN_CTRLMODE_SUPPORTED", named(u32, canCtrlMode))))),
		attr(18, "IFLA_CAN_XL_DATA_BITTIMING", timing),
		attr(19, "IFLA_CAN_XL_DATA_BITTIMING_CONST", limits),
		attr(20, "IFLA_CAN_XL_DATA_BITRATE_CONST", packed(u32)),
		attr(21, "IFLA_CAN_XL_TDC", nest(iflaCANTDC())),
		attr(22, "IFLA_CAN_XL_PWM", nest(set("IFLA_CAN_PWM", append(
			[]schema.Attr{unspec("IFLA_CAN_PWM_UNSPEC")}, attrs(1, u32,
				"IFLA_CAN_PWM_PWMS_MIN", "IFLA_CAN_PWM_PWMS_MAX", "IFLA_CAN_PWM_PWML_MIN",
				"IFLA_CAN_PWM_PWML_MAX", "IFLA_CAN_PWM_PWMO_MIN", "IFLA_CAN_PWM_PWMO_MAX",
				"IFLA_CAN_PWM_PWMS", "IFLA_CAN_PWM_PWML", "IFLA_CAN_PWM_PWMO")...)...))),
	)
}

func iflaCANTDC() *schema.Set {
	return set("IFLA_CAN_TDC", append([]schema.Attr{unspec("IFLA_CAN_TDC_UNSPEC")}, attrs(1, u32,
		"IFLA_CAN_TDC_TDCV_MIN", "IFLA_CAN_TDC_TDCV_MAX", "IFLA_CAN_TDC_TDCO_MIN",
		"IFLA_CAN_TDC_TDCO_MAX", "IFLA_CAN_TDC_TDCF_MIN", "IFLA_CAN_TDC_TDCF_MAX",
		"IFLA_CAN_TDC_TDCV", "IFLA_CAN_TDC_TDCO", "IFLA_CAN_TDC_TDCF")...)...)
}

// struct can_device_stats, in IFLA_INFO_XSTATS
func canDeviceStats() *schema.StructType {
	return record("can_device_stats", fields(u32,
		"bus_error", "error_warning", "error_passive", "bus_off", "arbitration_lost", "restarts")...)
}

var (
	canState = enum("can_state", 0,
		"CAN_STATE_ERROR_ACTIVE", "CAN_STATE_ERROR_WARNING", "CAN_STATE_ERROR_PASSIVE",
		"CAN_STATE_BUS_OFF", "CAN_STATE_STOPPED", "CAN_STATE_SLEEPING",
	)
	canCtrlMode = bits("CAN_CTRLMODE",
		"CAN_CTRLMODE_LOOPBACK", "CAN_CTRLMODE_LISTENONLY", "CAN_CTRLMODE_3_SAMPLES",
		"CAN_CTRLMODE_ONE_SHOT", "CAN_CTRLMODE_BERR_REPORTING", "CAN_CTRLMODE_FD",
		"CAN_CTRLMODE_PRESUME_ACK", "CAN_CTRLMODE_FD_NON_ISO", "CAN_CTRLMODE_CC_LEN8_DLC",
		"CAN_CTRLMODE_TDC_AUTO", "CAN_CTRLMODE_TDC_MANUAL", "CAN_CTRLMODE_RESTRICTED",
		"CAN_CTRLMODE_XL", "CAN_CTRLMODE_XL_TDC_AUTO", "CAN_CTRLMODE_XL_TDC_MANUAL",
		"CAN_CTRLMODE_XL_TMS",
	)
)
