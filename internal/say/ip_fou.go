// SPDX-License-Identifier: Apache-2.0

package say

import "golang.org/x/sys/unix"

// ipFOU has the requests of "ip fou" (ip-fou(8)).
var ipFOU = map[string]teller{"FOU_CMD_ADD": fou("add"), "FOU_CMD_DEL": fou("del"), "FOU_CMD_GET": readsOnly("ip", "fou", "show")}

func fou(verb string) teller {
	return func(t *telling) bool {
		a := t.attrs()
		t.say("ip")
		if n := a.peek("FOU_ATTR_AF"); n != nil && n.Num == unix.AF_INET6 {
			t.say("-6")
			t.mark(n, true)
		} else if n != nil && n.Num == unix.AF_INET {
			t.mark(n, true)
		}
		t.say("fou", verb)
		a.options([]option{
			{"FOU_ATTR_PORT", "port", asNumber},
			{"FOU_ATTR_IPPROTO", "ipproto", asNumber},
			{"FOU_ATTR_TYPE", "", unless(asOneOf(map[uint64]string{2: "gue"}), 1)},
			{"FOU_ATTR_LOCAL_V4", "local", asAddr}, {"FOU_ATTR_LOCAL_V6", "local", asAddr},
			{"FOU_ATTR_PEER_V4", "peer", asAddr}, {"FOU_ATTR_PEER_V6", "peer", asAddr},
			{"FOU_ATTR_PEER_PORT", "peer_port", asNumber}, {"FOU_ATTR_IFINDEX", "dev", asIf},
		})
		return a.has("FOU_ATTR_PORT")
	}
}
