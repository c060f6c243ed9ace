// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// wirelessAll collects the nodes of a name, at any depth.
func wirelessAll(nodes []decode.Node, name string) (out []*decode.Node) {
	for i := range nodes {
		if nodes[i].Name == name {
			out = append(out, &nodes[i])
		}
		out = append(out, wirelessAll(nodes[i].Children, name)...)
	}
	return out
}

// wirelessOne is the value of the first node of a name; "" is none.
func wirelessOne(nodes []decode.Node, name string) string {
	if n := wirelessAll(nodes, name); len(n) > 0 {
		return value(n[0])
	}
	return ""
}

// wirelessReplies are the bodies of what the kernel sent under a type.
func wirelessReplies(r *recording, family, typ string) (out [][]decode.Node) {
	for _, m := range r.of(family, typ) {
		if m.Err == nil && m.Frame.Dir != capture.DirRequest {
			out = append(out, m.Body().Attrs)
		}
	}
	return out
}

// TestWireguardTruth: keys, endpoints, prefixes, times and counters of `wg
// show all dump` are those of a decoded answer.
func TestWireguardTruth(t *testing.T) {
	for _, r := range recordings(t, "wireguard") {
		var have []string
		for _, body := range wirelessReplies(&r, "wireguard", "WG_CMD_GET_DEVICE") {
			have = append(have, strings.Join([]string{
				wirelessOne(body, "WGDEVICE_A_IFNAME"), wirelessOne(body, "WGDEVICE_A_PRIVATE_KEY"),
				wirelessOne(body, "WGDEVICE_A_PUBLIC_KEY"), wirelessOne(body, "WGDEVICE_A_LISTEN_PORT"),
				wirelessMark(body),
			}, "\t"))
			for _, peers := range wirelessAll(body, "WGDEVICE_A_PEERS") {
				for _, p := range peers.Children {
					have = append(have, wirelessOne(body, "WGDEVICE_A_IFNAME")+"\t"+wireguardPeerLine(t, p.Children))
				}
			}
		}
		lines := strings.Split(string(r.truth("show")), "\n")
		if len(lines) != 4 {
			t.Fatalf("%s: %d lines of wg", r.kernel, len(lines))
		}
		if !strings.Contains(lines[1]+lines[2]+lines[3], "fd00:1::/64") {
			t.Errorf("%s: wg knows no allowed prefix", r.kernel)
		}
		for _, line := range lines {
			if !slices.Contains(have, line) {
				t.Errorf("%s: wg says\n%s\ndecoded are\n%s", r.kernel, line, strings.Join(have, "\n"))
			}
		}
	}
}

func wirelessMark(body []decode.Node) string {
	for _, n := range wirelessAll(body, "WGDEVICE_A_FWMARK") {
		if n.Num != 0 {
			return n.Text
		}
	}
	return "off"
}

func wireguardPeerLine(t *testing.T, p []decode.Node) string {
	t.Helper()
	var allowed []string
	for _, n := range wirelessAll(p, "WGALLOWEDIP_A_IPADDR") {
		allowed = append(allowed, n.Text)
	}
	or := func(s, none string) string {
		if s == "" || s == "0" {
			return none
		}
		return s
	}
	when := int64(0)
	if s := wirelessOne(p, "WGPEER_A_LAST_HANDSHAKE_TIME"); s != "never" {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Error(err)
		}
		when = at.Unix()
	}
	return strings.Join([]string{
		wirelessOne(p, "WGPEER_A_PUBLIC_KEY"), wirelessOne(p, "WGPEER_A_PRESHARED_KEY"),
		or(wirelessOne(p, "WGPEER_A_ENDPOINT"), "(none)"), or(strings.Join(allowed, ","), "(none)"), fmt.Sprint(when),
		wirelessOne(p, "WGPEER_A_RX_BYTES"), wirelessOne(p, "WGPEER_A_TX_BYTES"),
		or(wirelessOne(p, "WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL"), "off"),
	}, "\t")
}
