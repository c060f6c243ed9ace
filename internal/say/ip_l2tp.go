// SPDX-License-Identifier: Apache-2.0

package say

import "github.com/nltop/nltop/internal/decode"

// ipL2TP has the requests of "ip l2tp" (ip-l2tp(8)).
var ipL2TP = map[string]teller{
	"L2TP_CMD_TUNNEL_CREATE": l2tpTunnel, "L2TP_CMD_SESSION_CREATE": l2tpSession,
	"L2TP_CMD_TUNNEL_DELETE": func(t *telling) bool {
		t.say("ip", "l2tp", "del", "tunnel")
		t.attrs().options([]option{{"L2TP_ATTR_CONN_ID", "tunnel_id", asNumber}})
		return len(t.words) > 4
	},
	"L2TP_CMD_SESSION_DELETE": func(t *telling) bool {
		t.say("ip", "l2tp", "del", "session")
		t.attrs().options([]option{{"L2TP_ATTR_CONN_ID", "tunnel_id", asNumber}, {"L2TP_ATTR_SESSION_ID", "session_id", asNumber}})
		return len(t.words) == 8
	},
	"L2TP_CMD_TUNNEL_GET": readsOnly("ip", "l2tp", "show", "tunnel"), "L2TP_CMD_SESSION_GET": readsOnly("ip", "l2tp", "show", "session"),
}

// l2tpTunnel says a tunnel whose socket the kernel makes. A daemon hands over its own
// (L2TP_ATTR_FD), which has no words.
func l2tpTunnel(t *telling) bool {
	a := t.attrs()
	if a.has("L2TP_ATTR_FD") {
		return false
	}
	t.say("ip", "l2tp", "add", "tunnel")
	a.options([]option{
		{"L2TP_ATTR_CONN_ID", "tunnel_id", asNumber}, {"L2TP_ATTR_PEER_CONN_ID", "peer_tunnel_id", asNumber},
		{"L2TP_ATTR_PROTO_VERSION", "", asWhere(silent, func(v uint64) bool { return v == 3 })}, // ip's only one
		{"L2TP_ATTR_ENCAP_TYPE", "encap", asOneOf(map[uint64]string{0: "udp", 1: "ip"})},
		{"L2TP_ATTR_IP_SADDR", "local", asAddr}, {"L2TP_ATTR_IP6_SADDR", "local", asAddr},
		{"L2TP_ATTR_IP_DADDR", "remote", asAddr}, {"L2TP_ATTR_IP6_DADDR", "remote", asAddr},
		{"L2TP_ATTR_UDP_SPORT", "udp_sport", asNumber}, {"L2TP_ATTR_UDP_DPORT", "udp_dport", asNumber},
		{"L2TP_ATTR_UDP_CSUM", "udp_csum", asOnOff},
	})
	off := func(*telling, *decode.Node) ([]string, bool) { return []string{"off"}, true }
	a.options([]option{{"L2TP_ATTR_UDP_ZERO_CSUM6_TX", "udp6_csum_tx", off}, {"L2TP_ATTR_UDP_ZERO_CSUM6_RX", "udp6_csum_rx", off}})
	return true
}

func l2tpSession(t *telling) bool {
	a := t.attrs()
	t.say("ip", "l2tp", "add", "session")
	a.options([]option{{"L2TP_ATTR_IFNAME", "name", asText},
		{"L2TP_ATTR_CONN_ID", "tunnel_id", asNumber},
		{"L2TP_ATTR_PEER_CONN_ID", "", silent}, // the kernel knows it of the tunnel, and does not read it
		{"L2TP_ATTR_SESSION_ID", "session_id", asNumber}, {"L2TP_ATTR_PEER_SESSION_ID", "peer_session_id", asNumber},
		{"L2TP_ATTR_PW_TYPE", "", asWhere(silent, func(v uint64) bool { return v == 5 })}, // L2TP_PWTYPE_ETH, ip's only one
		{"L2TP_ATTR_COOKIE", "cookie", asCookie}, {"L2TP_ATTR_PEER_COOKIE", "peer_cookie", asCookie},
		{"L2TP_ATTR_L2SPEC_TYPE", "l2spec_type", unless(asOneOf(map[uint64]string{0: "none"}), 1)},
	})
	// The kernel reads no length of it.
	a.take("L2TP_ATTR_L2SPEC_LEN")
	recv, send := a.take("L2TP_ATTR_RECV_SEQ"), a.take("L2TP_ATTR_SEND_SEQ")
	switch r, s := recv != nil && number(recv) != 0, send != nil && number(send) != 0; {
	case r && s:
		t.say("seq", "both")
	case r:
		t.say("seq", "recv")
	case s:
		t.say("seq", "send")
	}
	return true
}

// asCookie is 4 or 8 bytes in hex, which protect nothing that the network does not show.
var asCookie form = func(t *telling, n *decode.Node) ([]string, bool) {
	if len(n.Raw) == 4 {
		return asBytes(4)(t, n)
	}
	return asBytes(8)(t, n)
}
