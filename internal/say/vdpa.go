// SPDX-License-Identifier: Apache-2.0

package say

import "strings"

// vdpa has the requests of vdpa(8).
var vdpa = map[string]teller{
	"VDPA_CMD_DEV_NEW": func(t *telling) bool {
		a := t.attrs()
		name, maker := a.take("VDPA_ATTR_DEV_NAME"), a.take("VDPA_ATTR_MGMTDEV_DEV_NAME")
		if name == nil || maker == nil {
			return false
		}
		handle := text(maker)
		if bus := a.take("VDPA_ATTR_MGMTDEV_BUS_NAME"); bus != nil {
			handle = text(bus) + "/" + handle
		}
		if strings.Count(handle, "/") > 1 {
			return false // vdpa takes no other name
		}
		t.say("vdpa", "dev", "add", "name", text(name), "mgmtdev", handle)
		a.options([]option{{"VDPA_ATTR_DEV_NET_CFG_MACADDR", "mac", asMAC}, {"VDPA_ATTR_DEV_NET_CFG_MTU", "mtu", asNumber},
			{"VDPA_ATTR_DEV_NET_CFG_MAX_VQP", "max_vqp", asNumber}})
		return true
	},
	"VDPA_CMD_DEV_DEL":     inFamily("vdpa dev del", []option{{"VDPA_ATTR_DEV_NAME", "", asText}}, 1),
	"VDPA_CMD_MGMTDEV_GET": readsOnly("vdpa", "mgmtdev", "show"), "VDPA_CMD_DEV_GET": readsOnly("vdpa", "dev", "show"),
	"VDPA_CMD_DEV_CONFIG_GET": readsOnly("vdpa", "dev", "config", "show"), "VDPA_CMD_DEV_VSTATS_GET": readsOnly("vdpa", "dev", "vstats", "show"),
}
