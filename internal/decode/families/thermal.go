// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// thermal is thermal zones and cooling devices (linux/thermal.h,
// drivers/thermal/thermal_netlink.c). Requests and answers have the numbers of
// enum thermal_genl_cmd; what comes by the group event has those of
// thermal_genl_event, by the group sampling that of thermal_genl_sampling.
func thermal() *schema.Family {
	return &schema.Family{
		Name:     "thermal",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Set:      thermalAttrs(),
		Messages: []schema.Message{
			{ID: 0, Name: "THERMAL_GENL_CMD_UNSPEC"},
			{ID: 1, Name: "THERMAL_GENL_CMD_TZ_GET_ID"},
			{ID: 2, Name: "THERMAL_GENL_CMD_TZ_GET_TRIP"},
			{ID: 3, Name: "THERMAL_GENL_CMD_TZ_GET_TEMP"},
			{ID: 4, Name: "THERMAL_GENL_CMD_TZ_GET_GOV"},
			{ID: 5, Name: "THERMAL_GENL_CMD_TZ_GET_MODE"},
			{ID: 6, Name: "THERMAL_GENL_CMD_CDEV_GET"},
			{ID: 7, Name: "THERMAL_GENL_CMD_THRESHOLD_GET"},
			{ID: 8, Name: "THERMAL_GENL_CMD_THRESHOLD_ADD"},
			{ID: 9, Name: "THERMAL_GENL_CMD_THRESHOLD_DELETE"},
			{ID: 10, Name: "THERMAL_GENL_CMD_THRESHOLD_FLUSH"},
			{ID: 0, Name: "THERMAL_GENL_SAMPLING_TEMP", Dirs: schema.Events},
			{ID: 1, Name: "THERMAL_GENL_EVENT_TZ_CREATE", Dirs: schema.Events},
			{ID: 2, Name: "THERMAL_GENL_EVENT_TZ_DELETE", Dirs: schema.Events},
			{ID: 3, Name: "THERMAL_GENL_EVENT_TZ_DISABLE", Dirs: schema.Events},
			{ID: 4, Name: "THERMAL_GENL_EVENT_TZ_ENABLE", Dirs: schema.Events},
			{ID: 5, Name: "THERMAL_GENL_EVENT_TZ_TRIP_UP", Dirs: schema.Events},
			{ID: 6, Name: "THERMAL_GENL_EVENT_TZ_TRIP_DOWN", Dirs: schema.Events},
			{ID: 7, Name: "THERMAL_GENL_EVENT_TZ_TRIP_CHANGE", Dirs: schema.Events},
			{ID: 8, Name: "THERMAL_GENL_EVENT_TZ_TRIP_ADD", Dirs: schema.Events},
			{ID: 9, Name: "THERMAL_GENL_EVENT_TZ_TRIP_DELETE", Dirs: schema.Events},
			{ID: 10, Name: "THERMAL_GENL_EVENT_CDEV_ADD", Dirs: schema.Events},
			{ID: 11, Name: "THERMAL_GENL_EVENT_CDEV_DELETE", Dirs: schema.Events},
			{ID: 12, Name: "THERMAL_GENL_EVENT_CDEV_STATE_UPDATE", Dirs: schema.Events},
			{ID: 13, Name: "THERMAL_GENL_EVENT_TZ_GOV_CHANGE", Dirs: schema.Events},
			{ID: 14, Name: "THERMAL_GENL_EVENT_CPU_CAPABILITY_CHANGE", Dirs: schema.Events},
			{ID: 15, Name: "THERMAL_GENL_EVENT_THRESHOLD_ADD", Dirs: schema.Events},
			{ID: 16, Name: "THERMAL_GENL_EVENT_THRESHOLD_DELETE", Dirs: schema.Events},
			{ID: 17, Name: "THERMAL_GENL_EVENT_THRESHOLD_FLUSH", Dirs: schema.Events},
			{ID: 18, Name: "THERMAL_GENL_EVENT_THRESHOLD_UP", Dirs: schema.Events},
			{ID: 19, Name: "THERMAL_GENL_EVENT_THRESHOLD_DOWN", Dirs: schema.Events},
		},
		Groups: []schema.Group{{Name: "sampling"}, {Name: "event"}},
		Lead: []string{
			"THERMAL_GENL_ATTR_TZ_ID", "THERMAL_GENL_ATTR_TZ_NAME", "THERMAL_GENL_ATTR_TZ_TEMP", "THERMAL_GENL_ATTR_TZ_TRIP_ID",
			"THERMAL_GENL_ATTR_CDEV_ID", "THERMAL_GENL_ATTR_CDEV_NAME", "THERMAL_GENL_ATTR_CDEV_CUR_STATE",
			">*",
		},
	}
}

// thermalAttrs: nests hold attributes of the same numbers, one after another.
func thermalAttrs() *schema.Set {
	s := set("THERMAL_GENL_ATTR")
	s.Attrs = []schema.Attr{
		unspec("THERMAL_GENL_ATTR_UNSPEC"),
		attr(1, "THERMAL_GENL_ATTR_TZ", nest(s)),
		attr(2, "THERMAL_GENL_ATTR_TZ_ID", u32),
		attr(3, "THERMAL_GENL_ATTR_TZ_TEMP", thermalTemp),
		attr(4, "THERMAL_GENL_ATTR_TZ_TRIP", nest(s)),
		attr(5, "THERMAL_GENL_ATTR_TZ_TRIP_ID", u32),
		attr(6, "THERMAL_GENL_ATTR_TZ_TRIP_TYPE", named(u32, thermalTripType)),
		attr(7, "THERMAL_GENL_ATTR_TZ_TRIP_TEMP", thermalTemp),
		attr(8, "THERMAL_GENL_ATTR_TZ_TRIP_HYST", thermalTemp),
		attr(9, "THERMAL_GENL_ATTR_TZ_MODE", named(u32, thermalMode)),
		attr(10, "THERMAL_GENL_ATTR_TZ_NAME", str),
		attr(11, "THERMAL_GENL_ATTR_TZ_CDEV_WEIGHT", u32),
		attr(12, "THERMAL_GENL_ATTR_TZ_GOV", nest(s)),
		attr(13, "THERMAL_GENL_ATTR_TZ_GOV_NAME", str),
		attr(14, "THERMAL_GENL_ATTR_CDEV", nest(s)),
		attr(15, "THERMAL_GENL_ATTR_CDEV_ID", u32),
		attr(16, "THERMAL_GENL_ATTR_CDEV_CUR_STATE", u32),
		attr(17, "THERMAL_GENL_ATTR_CDEV_MAX_STATE", u32),
		attr(18, "THERMAL_GENL_ATTR_CDEV_NAME", str),
		attr(19, "THERMAL_GENL_ATTR_GOV_NAME", str),
		attr(20, "THERMAL_GENL_ATTR_CPU_CAPABILITY", nest(s)),
		attr(21, "THERMAL_GENL_ATTR_CPU_CAPABILITY_ID", u32),
		attr(22, "THERMAL_GENL_ATTR_CPU_CAPABILITY_PERFORMANCE", u32),
		attr(23, "THERMAL_GENL_ATTR_CPU_CAPABILITY_EFFICIENCY", u32),
		attr(24, "THERMAL_GENL_ATTR_THRESHOLD", nest(s)),
		attr(25, "THERMAL_GENL_ATTR_THRESHOLD_TEMP", thermalTemp),
		attr(26, "THERMAL_GENL_ATTR_THRESHOLD_DIRECTION", named(u32, thermalDirection)),
		attr(27, "THERMAL_GENL_ATTR_TZ_PREV_TEMP", thermalTemp),
	}
	return s
}

// thermalTemp is in 1/1000 °C and may be below zero.
var thermalTemp = custom(thermalCelsius)

func thermalCelsius(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if big {
		order = binary.BigEndian
	}
	milli := int32(order.Uint32(b))
	return strconv.FormatFloat(float64(milli)/1000, 'f', -1, 64) + " °C", true
}

var (
	thermalTripType = enum("thermal_trip_type", 0,
		"THERMAL_TRIP_ACTIVE", "THERMAL_TRIP_PASSIVE", "THERMAL_TRIP_HOT", "THERMAL_TRIP_CRITICAL")
	thermalMode      = enum("thermal_device_mode", 0, "THERMAL_DEVICE_DISABLED", "THERMAL_DEVICE_ENABLED")
	thermalDirection = bits("THERMAL_THRESHOLD_WAY", "THERMAL_THRESHOLD_WAY_UP", "THERMAL_THRESHOLD_WAY_DOWN")
)
