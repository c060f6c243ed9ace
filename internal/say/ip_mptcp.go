// SPDX-License-Identifier: Apache-2.0

package say

// ipMPTCP has the requests of "ip mptcp" (ip-mptcp(8)). What a path manager in user
// space does with a connection, by its token, ip has no words for.
var ipMPTCP = map[string]teller{
	"MPTCP_PM_CMD_ADD_ADDR":    mptcpEndpoint("add"),
	"MPTCP_PM_CMD_DEL_ADDR":    mptcpEndpoint("delete"),
	"MPTCP_PM_CMD_SET_FLAGS":   mptcpEndpoint("change"),
	"MPTCP_PM_CMD_FLUSH_ADDRS": func(t *telling) bool { t.say("ip", "mptcp", "endpoint", "flush"); return true },
	"MPTCP_PM_CMD_SET_LIMITS": func(t *telling) bool {
		t.say("ip", "mptcp", "limits", "set")
		t.attrs().options([]option{{"MPTCP_PM_ATTR_SUBFLOWS", "subflows", asNumber},
			{"MPTCP_PM_ATTR_RCV_ADD_ADDRS", "add_addr_accepted", asNumber}})
		return len(t.words) > 4
	},
	"MPTCP_PM_CMD_GET_ADDR":   readsOnly("ip", "mptcp", "endpoint", "show"),
	"MPTCP_PM_CMD_GET_LIMITS": readsOnly("ip", "mptcp", "limits", "show"),
}

func mptcpEndpoint(verb string) teller {
	return func(t *telling) bool {
		if t.attrs().has("MPTCP_PM_ATTR_TOKEN") {
			return false
		}
		t.say("ip", "mptcp", "endpoint", verb)
		words := len(t.words)
		a := t.attrs().in("MPTCP_PM_ATTR_ADDR")
		if a.has("MPTCP_PM_ADDR_ATTR_ADDR4") || a.has("MPTCP_PM_ADDR_ATTR_ADDR6") {
			a.take("MPTCP_PM_ADDR_ATTR_FAMILY") // the address tells
		}
		a.options([]option{
			{"MPTCP_PM_ADDR_ATTR_ADDR4", "", asAddr}, {"MPTCP_PM_ADDR_ATTR_ADDR6", "", asAddr},
			{"MPTCP_PM_ADDR_ATTR_IF_IDX", "dev", asIf}, {"MPTCP_PM_ADDR_ATTR_ID", "id", asNumber},
			{"MPTCP_PM_ADDR_ATTR_PORT", "port", asNumber},
			{"MPTCP_PM_ADDR_ATTR_FLAGS", "", asBits("signal", "subflow", "backup", "fullmesh", "implicit", "laminar")}})
		return len(t.words) > words
	}
}
