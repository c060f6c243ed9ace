// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// tipc has the requests of tipc(8). TIPC_NL_KEY_SET has no words: tipc takes keys as
// arguments only.
var tipc = map[string]teller{
	"TIPC_NL_BEARER_ENABLE": tipcBearer("enable"), "TIPC_NL_BEARER_DISABLE": tipcBearer("disable"),
	"TIPC_NL_BEARER_SET": tipcProps("bearer", "TIPC_NLA_BEARER"), "TIPC_NL_MEDIA_SET": tipcProps("media", "TIPC_NLA_MEDIA"),
	"TIPC_NL_LINK_SET": tipcProps("link", "TIPC_NLA_LINK"),
	"TIPC_NL_LINK_RESET_STATS": func(t *telling) bool {
		t.say("tipc", "link", "stat", "reset")
		t.attrs().in("TIPC_NLA_LINK").options([]option{{"TIPC_NLA_LINK_NAME", "link", asText}})
		return len(t.words) > 4
	},
	"TIPC_NL_MON_SET": func(t *telling) bool {
		t.say("tipc", "link", "monitor", "set")
		t.attrs().in("TIPC_NLA_MON").options([]option{{"TIPC_NLA_MON_ACTIVATION_THRESHOLD", "threshold", asNumber}})
		return len(t.words) > 4
	},
	"TIPC_NL_NET_SET": func(t *telling) bool {
		t.say("tipc", "node", "set")
		t.attrs().in("TIPC_NLA_NET").options([]option{{"TIPC_NLA_NET_ID", "netid", asNumber}, {"TIPC_NLA_NET_ADDR", "address", asTipcAddr}})
		return len(t.words) == 5 // one at a time
	},
	"TIPC_NL_PEER_REMOVE": func(t *telling) bool {
		t.say("tipc", "peer", "remove")
		t.attrs().in("TIPC_NLA_NET").options([]option{{"TIPC_NLA_NET_ADDR", "address", asTipcAddr}})
		return len(t.words) > 3
	},
	"TIPC_NL_KEY_FLUSH": func(t *telling) bool { t.say("tipc", "node", "flush", "key"); return true },
}

// asTipcAddr is an address as zone.cluster.node.
var asTipcAddr form = func(_ *telling, n *decode.Node) ([]string, bool) {
	v := number(n)
	return []string{decimal(v>>24) + "." + decimal(v>>12&0xfff) + "." + decimal(v&0xfff)}, len(n.Raw) == 4
}

// tipcMedia says medium and device of the name of a bearer. false: it has none.
func (t *telling) tipcMedia(n *decode.Node) bool {
	if n == nil {
		return false
	}
	media, device, ok := strings.Cut(text(n), ":")
	switch {
	case !ok:
		return false
	case media == "udp":
		t.say("media", "udp", "name", device)
	default:
		t.say("media", media, "device", device)
	}
	return true
}

// tipcBearer says that a bearer begins or ends. Of UDP, tipc makes up the address that
// is not typed, so what was is not known.
func tipcBearer(verb string) teller {
	return func(t *telling) bool {
		b := t.attrs().in("TIPC_NLA_BEARER")
		if b.has("TIPC_NLA_BEARER_UDP_OPTS") {
			return false
		}
		t.say("tipc", "bearer", verb)
		if !t.tipcMedia(b.take("TIPC_NLA_BEARER_NAME")) {
			return false
		}
		b.options([]option{{"TIPC_NLA_BEARER_DOMAIN", "domain", asTipcAddr}})
		b.in("TIPC_NLA_BEARER_PROP").options([]option{{"TIPC_NLA_PROP_PRIO", "priority", asNumber}})
		return true
	}
}

// tipcProps says one property of a bearer, a medium or a link.
func tipcProps(object, attr string) teller {
	return func(t *telling) bool {
		o := t.attrs().in(attr)
		t.say("tipc", object, "set")
		o.in(attr + "_PROP").options([]option{{"TIPC_NLA_PROP_PRIO", "priority", asNumber}, {"TIPC_NLA_PROP_TOL", "tolerance", asNumber},
			{"TIPC_NLA_PROP_WIN", "window", asNumber}, {"TIPC_NLA_PROP_MTU", "mtu", asNumber}})
		if len(t.words) != 5 {
			return false
		}
		name := o.take(attr + "_NAME")
		switch {
		case name == nil:
			return false
		case object == "bearer":
			return t.tipcMedia(name)
		}
		t.say(object, text(name))
		return true
	}
}
