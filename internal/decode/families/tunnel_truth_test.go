// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// tunnelValue is what a message says under a name: names, numbers and
// addresses without their notes; "" where it does not.
func tunnelValue(m *decode.Message, name string) string {
	n, ok := m.Lookup(name)
	if !ok {
		return ""
	}
	return value(&n)
}

// tunnelNum is the number of an attribute, and whether it is there.
func tunnelNum(m *decode.Message, name string) (uint64, bool) {
	n, ok := m.Lookup(name)
	if !ok {
		return 0, false
	}
	switch v := n.Value.(type) {
	case uint64:
		return v, true
	case int64:
		return uint64(v), true
	}
	return n.Num, true
}

// tunnelJSON reads a list that a tool printed as JSON.
func tunnelJSON(t *testing.T, b []byte) []object {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	var list []object
	if err := dec.Decode(&list); err != nil || len(list) == 0 {
		t.Fatalf("%v: %s", err, b)
	}
	return list
}

// tunnelIs says whether a value is what a tool printed: a number behind 0x in
// any writing, all else in the same. "" is that there is none.
func tunnelIs(m *decode.Message, name, want string) bool {
	if hex, ok := strings.CutPrefix(want, "0x"); ok {
		w, err := strconv.ParseUint(hex, 16, 64)
		got, ok := tunnelNum(m, name)
		return err == nil && ok && got == w
	}
	return tunnelValue(m, name) == want
}

// tunnelWant compares what a message says with what a tool printed. A key that
// the tool left out is "".
func tunnelWant(t *testing.T, m *decode.Message, want map[string]string) {
	t.Helper()
	for name, w := range want {
		if !tunnelIs(m, name, w) {
			t.Errorf("%s: %s is %q, the tool says %q", m.Type, name, tunnelValue(m, name), w)
		}
	}
}

// tunnelFind returns the first message that has a value under a name.
func tunnelFind(t *testing.T, msgs []decode.Message, name, want string) *decode.Message {
	t.Helper()
	for i := range msgs {
		if tunnelIs(&msgs[i], name, want) {
			return &msgs[i]
		}
	}
	t.Fatalf("no message of %d has %s %s", len(msgs), name, want)
	return nil
}

// tunnelAnswers are messages that the kernel sent.
func tunnelAnswers(msgs []decode.Message) []decode.Message {
	return slices.DeleteFunc(msgs, func(m decode.Message) bool { return m.Header.Flags&1 != 0 || strings.HasPrefix(m.Type, "NLMSG_") })
}

// text of a JSON value; nil and a missing key are "".
func tunnelText(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// TestMPTCPEndpoints: addresses, ids, ports and flags as ip prints them.
func TestMPTCPEndpoints(t *testing.T) {
	for _, r := range recordings(t, "mptcp_pm") {
		dump := tunnelAnswers(r.of("mptcp_pm", "MPTCP_PM_CMD_GET_ADDR"))
		for _, e := range tunnelJSON(t, r.truth("endpoints")) {
			m := tunnelFind(t, dump, "MPTCP_PM_ADDR_ATTR_ID", tunnelText(e["id"]))
			addr := "MPTCP_PM_ADDR_ATTR_ADDR4"
			if strings.Contains(e["address"].(string), ":") {
				addr = "MPTCP_PM_ADDR_ATTR_ADDR6"
			}
			port := tunnelText(e["port"])
			if port == "" {
				port = "0"
			}
			var flags []string
			for _, f := range []string{"signal", "subflow", "backup", "fullmesh"} {
				if e[f] == true {
					flags = append(flags, "MPTCP_PM_ADDR_FLAG_"+strings.ToUpper(f))
				}
			}
			tunnelWant(t, m, map[string]string{addr: e["address"].(string), "MPTCP_PM_ADDR_ATTR_PORT": port,
				"MPTCP_PM_ADDR_ATTR_FLAGS": strings.Join(flags, ",")})
		}
		limits := strings.Fields(string(r.truth("limits"))) // add_addr_accepted 4 subflows 4
		m := tunnelFind(t, tunnelAnswers(r.of("mptcp_pm", "MPTCP_PM_CMD_GET_LIMITS")), "MPTCP_PM_ATTR_SUBFLOWS", limits[3])
		tunnelWant(t, m, map[string]string{"MPTCP_PM_ATTR_RCV_ADD_ADDRS": limits[1]})
	}
}

// mptcpWords are the words of ip mptcp monitor.
var mptcpWords = map[string]string{
	"CREATED": "MPTCP_EVENT_CREATED", "ESTABLISHED": "MPTCP_EVENT_ESTABLISHED", "CLOSED": "MPTCP_EVENT_CLOSED",
	"ANNOUNCED": "MPTCP_EVENT_ANNOUNCED", "REMOVED": "MPTCP_EVENT_REMOVED", "SF_ESTABLISHED": "MPTCP_EVENT_SUB_ESTABLISHED",
	"SF_CLOSED": "MPTCP_EVENT_SUB_CLOSED", "SF_PRIO": "MPTCP_EVENT_SUB_PRIORITY",
	"UNKNOWN 15": "MPTCP_EVENT_LISTENER_CREATED", "UNKNOWN 16": "MPTCP_EVENT_LISTENER_CLOSED",
}

// TestMPTCPEvents: the events in the order and with the values that ip mptcp
// monitor printed; among them the two whose numbers are those of answers.
func TestMPTCPEvents(t *testing.T) {
	names := map[string]string{"token": "MPTCP_ATTR_TOKEN", "remid": "MPTCP_ATTR_REM_ID", "locid": "MPTCP_ATTR_LOC_ID",
		"saddr4": "MPTCP_ATTR_SADDR4", "daddr4": "MPTCP_ATTR_DADDR4", "daddr6": "MPTCP_ATTR_DADDR6", "sport": "MPTCP_ATTR_SPORT",
		"dport": "MPTCP_ATTR_DPORT", "backup": "MPTCP_ATTR_BACKUP"}
	line := regexp.MustCompile(`^\[ *([^\]]+)\] ?(.*)$`)
	for _, r := range recordings(t, "mptcp_pm") {
		var events []decode.Message
		for _, m := range r.of("mptcp_pm", "") {
			if strings.HasPrefix(m.Type, "MPTCP_EVENT_") {
				events = append(events, m)
			}
		}
		lines := strings.Split(string(r.truth("events")), "\n")
		if len(lines) != len(events) || len(lines) < 5 {
			t.Fatalf("%s: %d events, the tool saw %d", r.kernel, len(events), len(lines))
		}
		kinds := map[string]bool{}
		for i, l := range lines {
			w := line.FindStringSubmatch(l)
			if w == nil || mptcpWords[w[1]] != events[i].Type {
				t.Fatalf("%s: event %d is %s, the tool says %s", r.kernel, i, events[i].Type, l)
			}
			kinds[events[i].Type] = true
			want := map[string]string{}
			for _, kv := range strings.Fields(w[2]) {
				k, v, _ := strings.Cut(kv, "=")
				if k == "token" {
					v = "0x" + strings.TrimLeft(v, "0")
				}
				if names[k] != "" {
					want[names[k]] = v
				}
			}
			tunnelWant(t, &events[i], want)
		}
		if !kinds["MPTCP_EVENT_CLOSED"] || !kinds["MPTCP_EVENT_ANNOUNCED"] {
			t.Errorf("%s: only %v", r.kernel, kinds)
		}
	}
}

// TestTCPMetrics: addresses, ages, round trips and cookies as ip prints them.
func TestTCPMetrics(t *testing.T) {
	for _, r := range recordings(t, "tcp_metrics") {
		dump := tunnelAnswers(r.of("tcp_metrics", "TCP_METRICS_CMD_GET"))
		for _, e := range tunnelJSON(t, r.truth("show")) {
			v := "4"
			if strings.Contains(e["dst"].(string), ":") {
				v = "6"
			}
			m := tunnelFind(t, dump, "TCP_METRICS_ATTR_ADDR_IPV"+v, e["dst"].(string))
			tunnelWant(t, m, map[string]string{"TCP_METRICS_ATTR_SADDR_IPV" + v: tunnelText(e["source"]),
				"TCP_METRICS_A_METRICS_CWND": tunnelText(e["cwnd"]), "TCP_METRICS_ATTR_FOPEN_MSS": tunnelText(e["fopen_miss"]),
				"TCP_METRICS_ATTR_FOPEN_COOKIE": tunnelText(e["fo_cookie"])})
			age, _ := strconv.ParseFloat(tunnelText(e["age"]), 64)
			if got, ok := tunnelNum(m, "TCP_METRICS_ATTR_AGE"); !ok || math.Abs(float64(got)-age*1e3) > 0.5 {
				t.Errorf("%s: age %d ms, the tool says %v s", e["dst"], got, e["age"])
			}
			for key, name := range map[string]string{"rtt": "TCP_METRICS_A_METRICS_RTT_US", "rttvar": "TCP_METRICS_A_METRICS_RTTVAR_US"} {
				want, err := strconv.ParseFloat(tunnelText(e[key]), 64)
				got, ok := strings.CutSuffix(tunnelValue(m, name), " us")
				us, err2 := strconv.ParseFloat(got, 64)
				if err != nil || err2 != nil || !ok || math.Abs(us-want*1e6) > 1 {
					t.Errorf("%s: %s is %s us, the tool says %v s", e["dst"], name, got, e[key])
				}
			}
		}
	}
}

// TestFou: ports, protocols and peers as ip prints them.
func TestFou(t *testing.T) {
	for _, r := range recordings(t, "fou") {
		dump := tunnelAnswers(r.of("fou", "FOU_CMD_GET"))
		for _, e := range tunnelJSON(t, r.truth("show")) {
			m := tunnelFind(t, dump, "FOU_ATTR_PORT", tunnelText(e["port"]))
			family, v := "AF_INET", "4"
			if e["family"] == "inet6" {
				family, v = "AF_INET6", "6"
			}
			want := map[string]string{"FOU_ATTR_AF": family, "FOU_ATTR_TYPE": "FOU_ENCAP_DIRECT"}
			if _, gue := e["gue"]; gue {
				want["FOU_ATTR_TYPE"] = "FOU_ENCAP_GUE"
			}
			if e["local"] != nil {
				want["FOU_ATTR_LOCAL_V"+v], want["FOU_ATTR_PEER_V"+v] = tunnelText(e["local"]), tunnelText(e["peer"])
				want["FOU_ATTR_PEER_PORT"] = tunnelText(e["peer_port"])
			}
			if p, ok := tunnelNum(m, "FOU_ATTR_IPPROTO"); e["ipproto"] != nil && (!ok || strconv.FormatUint(p, 10) != tunnelText(e["ipproto"])) {
				t.Errorf("protocol %d, the tool says %v", p, e["ipproto"])
			}
			tunnelWant(t, m, want)
		}
	}
}

// TestL2TP: tunnels and sessions as ip prints them in words.
func TestL2TP(t *testing.T) {
	for _, r := range recordings(t, "l2tp") {
		tunnels := tunnelAnswers(r.of("l2tp", "L2TP_CMD_TUNNEL_GET"))
		re := regexp.MustCompile(`Tunnel (\d+), encap (\w+)\n  From (\S+) to (\S+)\n  Peer tunnel (\d+)(?:\n  UDP source / dest ports: (\d+)/(\d+))?`)
		found := re.FindAllStringSubmatch(string(r.truth("tunnels")), -1)
		if len(found) < 2 {
			t.Fatalf("%s: %d tunnels", r.kernel, len(found))
		}
		for _, w := range found {
			v := "IP_"
			if strings.Contains(w[3], ":") {
				v = "IP6_"
			}
			tunnelWant(t, tunnelFind(t, tunnels, "L2TP_ATTR_CONN_ID", w[1]), map[string]string{
				"L2TP_ATTR_ENCAP_TYPE": "L2TP_ENCAPTYPE_" + w[2], "L2TP_ATTR_" + v + "SADDR": w[3], "L2TP_ATTR_" + v + "DADDR": w[4],
				"L2TP_ATTR_PEER_CONN_ID": w[5], "L2TP_ATTR_UDP_SPORT": w[6], "L2TP_ATTR_UDP_DPORT": w[7]})
		}
		sessions := tunnelAnswers(r.of("l2tp", "L2TP_CMD_SESSION_GET"))
		re = regexp.MustCompile(`Session (\d+) in tunnel (\d+)\n  Peer session (\d+), tunnel (\d+)\n  interface name: (\S+)`)
		found = re.FindAllStringSubmatch(string(r.truth("sessions")), -1)
		if len(found) < 3 {
			t.Fatalf("%s: %d sessions", r.kernel, len(found))
		}
		for _, w := range found {
			tunnelWant(t, tunnelFind(t, sessions, "L2TP_ATTR_SESSION_ID", w[1]), map[string]string{
				"L2TP_ATTR_CONN_ID": w[2], "L2TP_ATTR_PEER_SESSION_ID": w[3], "L2TP_ATTR_PEER_CONN_ID": w[4], "L2TP_ATTR_IFNAME": w[5],
				"L2TP_ATTR_PW_TYPE": "L2TP_PWTYPE_ETH"})
		}
		// The tool repeats the first cookie for sessions that have none.
		tunnelWant(t, tunnelFind(t, sessions, "L2TP_ATTR_SESSION_ID", "1000"), map[string]string{
			"L2TP_ATTR_COOKIE": "a1b2c3d4", "L2TP_ATTR_PEER_COOKIE": "0102030405060708"})
	}
}

// TestILA: what the script asked for. iproute2 6.1 prints other bytes than it
// was sent, so its list cannot be the truth.
func TestILA(t *testing.T) {
	for _, r := range recordings(t, "ila") {
		dump := tunnelAnswers(r.of("ila", "ILA_CMD_GET"))
		tunnelWant(t, tunnelFind(t, dump, "ILA_ATTR_LOCATOR_MATCH", "0x20010db800000001"), map[string]string{
			"ILA_ATTR_LOCATOR": "0x20010db800000002", "ILA_ATTR_CSUM_MODE": "ILA_CSUM_NO_ACTION", "ILA_ATTR_IDENT_TYPE": "ILA_ATYPE_LUID"})
		tunnelWant(t, tunnelFind(t, dump, "ILA_ATTR_LOCATOR_MATCH", "0x20010db800000003"), map[string]string{
			"ILA_ATTR_LOCATOR": "0x20010db800000004", "ILA_ATTR_CSUM_MODE": "ILA_CSUM_ADJUST_TRANSPORT", "ILA_ATTR_IFINDEX": "1"})
	}
}

// TestSEG6: the source of tunnels and the keys as ip prints them.
func TestSEG6(t *testing.T) {
	for _, r := range recordings(t, "SEG6") {
		src := strings.Fields(string(r.truth("tunsrc")))
		tunnelFind(t, tunnelAnswers(r.of("SEG6", "SEG6_CMD_GET_TUNSRC")), "SEG6_ATTR_DST", src[len(src)-1])
		keys := tunnelAnswers(r.of("SEG6", "SEG6_CMD_DUMPHMAC"))
		lines := strings.Split(string(r.truth("hmac")), "\n")
		for _, l := range lines {
			w := strings.Fields(l) // hmac 18 algo sha256 secret "longsecret"
			secret := strings.Trim(w[5], `"`)
			for i := range keys {
				if id, _ := tunnelNum(&keys[i], "SEG6_ATTR_HMACKEYID"); fmt.Sprintf("%x", id) != w[1] && fmt.Sprint(id) != w[1] {
					continue
				}
				tunnelWant(t, &keys[i], map[string]string{"SEG6_ATTR_ALGID": "SEG6_HMAC_ALGO_" + strings.ToUpper(w[3]),
					"SEG6_ATTR_SECRET": fmt.Sprintf("%x", secret), "SEG6_ATTR_SECRETLEN": strconv.Itoa(len(secret))})
				w = nil
				break
			}
			if w != nil {
				t.Errorf("%s: no message of %s", r.kernel, l)
			}
		}
		if len(lines) != 2 {
			t.Errorf("%s: keys %q", r.kernel, lines)
		}
	}
}

// TestIOAM6: namespaces and their data as ip prints them.
func TestIOAM6(t *testing.T) {
	for _, r := range recordings(t, "IOAM6") {
		dump := tunnelAnswers(r.of("IOAM6", "IOAM6_CMD_DUMP_NAMESPACES"))
		for _, e := range tunnelJSON(t, r.truth("namespaces")) {
			want := map[string]string{"IOAM6_ATTR_SC_ID": tunnelText(e["schema"]), "IOAM6_ATTR_NS_DATA_WIDE": tunnelText(e["wide"])}
			if d := tunnelText(e["data"]); d != "" {
				want["IOAM6_ATTR_NS_DATA"] = "0x" + d
			}
			tunnelWant(t, tunnelFind(t, dump, "IOAM6_ATTR_NS_ID", tunnelText(e["namespace"])), want)
		}
		tunnelWant(t, tunnelFind(t, tunnelAnswers(r.of("IOAM6", "IOAM6_CMD_DUMP_SCHEMAS")), "IOAM6_ATTR_SC_ID", "7"),
			map[string]string{"IOAM6_ATTR_NS_ID": "124", "IOAM6_ATTR_SC_DATA": fmt.Sprintf("%x", "lab one\x00")})
	}
}
